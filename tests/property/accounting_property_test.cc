// Every character of a source is in exactly one print span, whatever the source and whatever its
// format says of its lines: nothing is lost, nothing invented. Texts are the sample, the texts in
// English and, where it is at hand, the corpus, cut and mixed at random.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/support/report_checks.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;
using Lines = std::vector<std::u32string>;

constexpr int kCases = 1'500;

Lines LinesOf(const std::string& bytes) {
  Lines lines;
  const auto source = text::Decode(bytes);
  std::u32string line;
  for (const char32_t c : source.ok() ? source->text : std::u32string()) {
    if (c == U'\n') {
      lines.push_back(line);
      line.clear();
    } else {
      line.push_back(c);
    }
  }
  lines.push_back(line);
  return lines;
}

class Mutator {
 public:
  Mutator(const std::vector<Lines>& texts, uint32_t seed) : texts_(texts), random_(seed) {}

  size_t Below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }
  bool OneIn(size_t n) { return Below(n) == 0; }

  std::u32string Text() {
    const Lines& lines = texts_[Below(texts_.size())];
    const Lines& others = texts_[Below(texts_.size())];
    const size_t first = Below(lines.size());
    const size_t most = 1 + Below(40);
    std::u32string text;
    for (size_t i = first; i < lines.size() && i < first + most; ++i) {
      text += OneIn(12)  ? Mutated(others[Below(others.size())])
              : OneIn(3) ? Mutated(lines[i])
                         : lines[i];
      text += Break();
    }
    return text;
  }

  std::vector<LineHint> Hints(size_t lines) {
    std::vector<LineHint> hints(lines);
    const size_t rare = 2 + Below(12);
    for (LineHint& hint : hints) {
      hint.page = static_cast<uint32_t>(Below(3));
      if (OneIn(rare)) {
        hint.role = static_cast<LineRole>(Below(static_cast<size_t>(kLastLineRole) + 1));
      }
      hint.heading_level = static_cast<uint8_t>(OneIn(rare) ? Below(10) : 0);
      hint.bold = OneIn(rare);
      hint.continues = OneIn(rare);
      hint.placed = OneIn(rare);
      hint.reaches_edge = OneIn(2);
      hint.indent = static_cast<uint16_t>(Below(5));
    }
    return hints;
  }

 private:
  std::u32string Break() {
    constexpr View kBreaks[] = {U"\n",   U"\n",   U"\n", U"\n",    U"\r\n",
                                U"\n\n", U"\n  ", U"\f", U"\n　　"};
    return std::u32string(kBreaks[Below(std::size(kBreaks))]);
  }

  std::u32string Mutated(std::u32string line) {
    constexpr View kPieces[] = {U"[1]",   U"①",     U"-\n",   U"一是",   U"；二是", U"第一，",
                                U"\n",    U"³",     U"。[2]", U"（1）",  U"“",      U"」",
                                U"- 3 -", U"；2. ", U" ",     U"\u00AD", U"%",      U"IV. ",
                                U"Mr. ",  U"………1",  U"一要"};
    for (size_t edits = 1 + Below(4); edits > 0; --edits) {
      const size_t at = Below(line.size() + 1);
      if (OneIn(3)) {
        line.erase(at, Below(20));
      } else {
        line.insert(at, kPieces[Below(std::size(kPieces))]);
      }
    }
    return line;
  }

  const std::vector<Lines>& texts_;
  std::mt19937 random_;
};

// The characters that are neither spaces nor breaks, counted; a soft hyphen is a hyphen.
std::map<char32_t, size_t> Count(View text) {
  std::map<char32_t, size_t> counts;
  for (const char32_t c : text) {
    if (!text::IsSpace(c) && !text::IsLineBreak(c)) {
      ++counts[c == 0xAD ? U'-' : c];
    }
  }
  return counts;
}

TEST(Accounting, EveryCharacterIsInOnePlace) {
  std::vector<Lines> texts = {LinesOf(testing::SampleReport())};
  for (const char* file : {"work-report.txt", "address.txt"}) {
    texts.push_back(LinesOf(testing::ReadFile(testing::SourceDir() / "tests/data/english" / file)));
  }
  if (const auto corpus = testing::CorpusDir()) {
    for (const auto& path : testing::TextFiles(*corpus / "reports")) {
      texts.push_back(LinesOf(testing::ReadFile(path)));
    }
  }
  size_t parsed = 0;
  for (uint32_t seed = 0; seed < kCases; ++seed) {
    SCOPED_TRACE(seed);
    Mutator mutator(texts, seed);
    const auto source = text::Decode(text::ToUtf8(mutator.Text()));
    if (!source.ok()) {
      continue;  // deleted whole
    }
    std::vector<LineHint> hints;
    if (mutator.OneIn(2)) {
      hints = mutator.Hints(200);
    }
    const auto report =
        ParseReport(*source, {.report_id = "r", .layout = hints.empty() ? nullptr : &hints});
    if (!report.ok()) {
      EXPECT_THAT(report, testing::HasReason(ErrorReason::kEmptyText));
      continue;
    }
    ++parsed;
    ASSERT_THAT(testing::ReportViolations(*source, *report), ::testing::IsEmpty());
    ASSERT_EQ(Count(report->joined), Count(source->text));
  }
  EXPECT_GT(parsed, size_t{kCases} * 9 / 10);
}

}  // namespace
}  // namespace quotes::report
