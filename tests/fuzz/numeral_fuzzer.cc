// Numerals, cuts, words and cues of any text keep the promises of their headers.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "service/base/check.h"
#include "service/text/utf8.h"
#include "tests/support/numeral_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::u32string text = quotes::text::ToCodePoints(bytes);
  QUOTES_CHECK(quotes::testing::BrokenNumeralPromise(text).empty());
  QUOTES_CHECK(quotes::testing::BrokenLexiconPromise(text).empty());
  // UTF-32 too: surrogates and values that are no characters.
  std::u32string raw;
  for (size_t i = 0; i + 4 <= size; i += 4) {
    raw.push_back(static_cast<char32_t>(data[i]) << 24 | static_cast<char32_t>(data[i + 1]) << 16 |
                  static_cast<char32_t>(data[i + 2]) << 8 | data[i + 3]);
  }
  QUOTES_CHECK(quotes::testing::BrokenNumeralPromise(raw).empty());
  QUOTES_CHECK(quotes::testing::BrokenLexiconPromise(raw).empty());
  return 0;
}
