// Numerals, cuts, words and cues of any text keep the promises of their headers.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "service/base/check.h"
#include "service/figures/figure.h"
#include "service/text/utf8.h"
#include "tests/support/numeral_checks.h"

namespace {

// Figures lie in order, and what belongs to them in the text.
void CheckFigures(std::u32string_view text) {
  const quotes::figures::Range whole{0, static_cast<uint32_t>(text.size())};
  for (const auto passage :
       {quotes::figures::Passage::kOther, quotes::figures::Passage::kReview,
        quotes::figures::Passage::kTarget, quotes::figures::Passage::kProposal}) {
    uint32_t end = 0;
    for (const quotes::figures::Figure& figure :
         quotes::figures::FindFigures(text, whole, {passage, {}, 2022})) {
      QUOTES_CHECK(end <= figure.range.begin && figure.range.begin < figure.range.end);
      end = figure.range.end;
      QUOTES_CHECK(end <= text.size() && figure.measure.end <= text.size());
      QUOTES_CHECK(figure.measure.begin <= figure.measure.end);
      QUOTES_CHECK(figure.measure_head.begin <= figure.measure_head.end);
      QUOTES_CHECK(figure.measure_head.end <= text.size());
      QUOTES_CHECK(figure.period.range.end <= text.size());
      QUOTES_CHECK(!figure.high.has_value() || Compare(*figure.low, *figure.high) <= 0);
      if (figure.low.has_value()) {
        QUOTES_CHECK(quotes::figures::ToString(*figure.low).size() < 100);
      }
    }
  }
  quotes::figures::ParseAmount(text);
  quotes::figures::ParseUnit(text);
  quotes::figures::FindPeriod(text, whole, {2022, true}, /*anywhere=*/true);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::u32string text = quotes::text::ToCodePoints(bytes);
  QUOTES_CHECK(quotes::testing::BrokenNumeralPromise(text).empty());
  QUOTES_CHECK(quotes::testing::BrokenLexiconPromise(text).empty());
  CheckFigures(text);
  // UTF-32 too: surrogates and values that are no characters.
  std::u32string raw;
  for (size_t i = 0; i + 4 <= size; i += 4) {
    raw.push_back(static_cast<char32_t>(data[i]) << 24 | static_cast<char32_t>(data[i + 1]) << 16 |
                  static_cast<char32_t>(data[i + 2]) << 8 | data[i + 3]);
  }
  QUOTES_CHECK(quotes::testing::BrokenNumeralPromise(raw).empty());
  QUOTES_CHECK(quotes::testing::BrokenLexiconPromise(raw).empty());
  CheckFigures(raw);
  return 0;
}
