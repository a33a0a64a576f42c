// Real reports, where the corpus is there: every invariant, and a table of what was found.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/utf8.h"
#include "tests/support/report_checks.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::report {
namespace {

TEST(Corpus, EveryReportHoldsTheInvariants) {
  const auto dir = testing::CorpusDir();
  if (!dir) {
    GTEST_SKIP() << "the corpus of reports is not here; set QUOTES_CORPUS";
  }
  std::printf("%8s %8s %6s %6s %6s %5s %5s %5s  %s\n", "sections", "quotes", "joins", "furn.",
              "lint", "title", "date", "spk", "file");
  for (const auto& path : testing::TextFiles(*dir / "reports")) {
    SCOPED_TRACE(path.string());
    const auto source = text::Decode(testing::ReadFile(path));
    QUOTES_ASSERT_OK(source);
    const auto report = ParseReport(*source, {.report_id = "r"});
    QUOTES_ASSERT_OK(report);
    EXPECT_THAT(testing::ReportViolations(*source, *report), ::testing::IsEmpty());
    const Metadata& m = report->metadata;
    std::printf("%8zu %8zu %6zu %6zu %6zu %5s %5s %5s  %s\n", report->sections.size(),
                report->quotes.size(), report->joins.size(), report->runs.size() - 1,
                report->lint.size(), m.title.empty() ? "-" : "yes", m.date ? "yes" : "-",
                m.speaker.empty() ? "-" : "yes", path.filename().c_str());
  }
}

// Each paragraph in lines of so many characters, more where a mark may not begin a line, the first
// indented.
std::u32string Wrapped(std::u32string_view text, size_t width) {
  constexpr std::u32string_view kNotFirst = U"，。、；：！？”’）》」』%";
  std::u32string wrapped;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(U'\n', begin), text.size());
    std::u32string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    line.remove_prefix(std::min(line.find_first_not_of(U"\u3000 \r"), line.size()));
    if (line.empty()) {
      continue;
    }
    std::u32string rest = U"\u3000\u3000";
    rest += line;
    while (!rest.empty()) {
      size_t size = std::min(width, rest.size());
      while (size < rest.size() && size < width + 3 &&
             kNotFirst.find(rest[size]) != std::u32string_view::npos) {
        ++size;
      }
      wrapped += rest.substr(0, size);
      wrapped += U'\n';
      rest.erase(0, size);
    }
  }
  return wrapped;
}

// Reports repeat their formulas, and at some width a line of one stands twice.
TEST(Corpus, LinesOfAWrappedSpeechAreNoRunningHeads) {
  const auto dir = testing::CorpusDir();
  if (!dir) {
    GTEST_SKIP() << "the corpus of reports is not here; set QUOTES_CORPUS";
  }
  for (const auto& path : testing::TextFiles(*dir / "reports")) {
    SCOPED_TRACE(path.string());
    const auto source = text::Decode(testing::ReadFile(path));
    QUOTES_ASSERT_OK(source);
    const auto report = ParseReport(*source);
    QUOTES_ASSERT_OK(report);
    const std::u32string_view speech =
        std::u32string_view(report->joined).substr(0, report->runs.front().range.end);
    for (const size_t width : {16u, 17u, 20u, 23u, 26u, 30u, 36u}) {
      SCOPED_TRACE(width);
      const auto wrapped = ParseReport(*text::Decode(text::ToUtf8(Wrapped(source->text, width))));
      QUOTES_ASSERT_OK(wrapped);
      for (const Quote& quote : wrapped->quotes) {
        const std::u32string_view words =
            std::u32string_view(wrapped->joined).substr(quote.range.begin, quote.range.size());
        if (words.size() > 6 &&
            (quote.block == BlockKind::kMasthead || quote.block == BlockKind::kBanner)) {
          EXPECT_EQ(speech.find(words), std::u32string_view::npos) << text::ToUtf8(words);
        }
      }
    }
  }
}

}  // namespace
}  // namespace quotes::report
