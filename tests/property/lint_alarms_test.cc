// How often the lint speaks up on official texts that are clean but for what their copies brought
// in. Every finding counts as an alarm, the true ones too: what is held below the bar is an upper
// bound of the false ones.

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <string>

#include "service/report/parser.h"
#include "service/text/decode.h"
#include "tests/support/report_checks.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::report {
namespace {

// Alarms per 10,000 characters of speech.
constexpr double kBar = 1.0;

// What the file does not say about itself is no fault of its words, and a join over a page break is
// a decision that is told.
bool IsAlarm(LintKind kind) {
  return kind != LintKind::kMissingMetadata && kind != LintKind::kPageBreakJoin;
}

TEST(LintAlarms, AreRareOnOfficialTexts) {
  const auto corpus = testing::CorpusDir();
  if (!corpus) {
    GTEST_SKIP() << "the corpus of reports is not here; set QUOTES_CORPUS";
  }
  std::map<LintKind, size_t> alarms;
  size_t characters = 0;
  size_t total = 0;
  for (const auto& path : testing::TextFiles(*corpus / "reports")) {
    SCOPED_TRACE(path.string());
    const auto source = text::Decode(testing::ReadFile(path));
    QUOTES_ASSERT_OK(source);
    const auto report = ParseReport(*source);
    QUOTES_ASSERT_OK(report);
    characters += report->runs.front().range.size();
    for (const LintFinding& finding : report->lint) {
      if (IsAlarm(finding.kind)) {
        ++alarms[finding.kind];
        ++total;
      }
    }
  }
  ASSERT_GT(characters, 0u);
  const auto rate = [&](size_t count) {
    return static_cast<double>(count) * 10'000 / static_cast<double>(characters);
  };
  std::printf("%-20s %6s %s\n", "kind", "alarms", "per 10,000 characters");
  for (const auto& [kind, count] : alarms) {
    std::printf("%-20s %6zu %.3f\n", std::string(testing::LintName(kind)).c_str(), count,
                rate(count));
  }
  std::printf("%-20s %6zu %.3f over %zu characters\n", "all", total, rate(total), characters);
  EXPECT_LE(rate(total), kBar);
}

}  // namespace
}  // namespace quotes::report
