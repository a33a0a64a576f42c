// Real reports, where the corpus is there: every invariant, and a table of what was found.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "service/report/parser.h"
#include "service/text/decode.h"
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

}  // namespace
}  // namespace quotes::report
