#include "service/report/defects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "service/report/parser.h"
#include "service/text/decode.h"
#include "tests/support/report_checks.h"
#include "tests/support/status_matchers.h"

namespace quotes::report {
namespace {

using ::quotes::testing::HasReason;
using ::quotes::testing::TextOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kHeader[] = "line\tprinted\temended\tkind\tcertainty\tnote\n";

TEST(ParseDefects, ReadsFieldsAndReadings) {
  const auto entries = ParseDefects(std::string("\xEF\xBB\xBF") + kHeader +
                                    "3\t错字\t正字|另字\tSUBSTITUTION\tPROBABLE\t说明\r\n\n"
                                    "4\t多多\t多\tDUPLICATION\tCERTAIN\t\n");
  QUOTES_ASSERT_OK(entries);
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].line, 3u);
  EXPECT_EQ((*entries)[0].printed, "错字");
  EXPECT_THAT((*entries)[0].readings, ElementsAre("正字", "另字"));
  EXPECT_EQ((*entries)[0].kind, DefectKind::kSubstitution);
  EXPECT_EQ((*entries)[0].certainty, Certainty::kProbable);
  EXPECT_EQ((*entries)[0].note, "说明");
}

TEST(ParseDefects, NamesTheFaultyLine) {
  const std::string good = "1\ta\tb\tOTHER\tCERTAIN\tn\n";
  for (const std::string bad :
       {"0\ta\tb\tOTHER\tCERTAIN\tn\n", "x\ta\tb\tOTHER\tCERTAIN\tn\n",
        "1\t\tb\tOTHER\tCERTAIN\tn\n", "1\ta\t\tOTHER\tCERTAIN\tn\n",
        "1\ta\tb|\tOTHER\tCERTAIN\tn\n", "1\ta\tb\tWHAT\tCERTAIN\tn\n",
        "1\ta\tb\tOTHER\tMAYBE\tn\n", "1\ta\tb\n", "1\ta\tb|c|d|e|f|g|h|i|j\tOTHER\tCERTAIN\tn\n",
        "1\t\xFF\tb\tOTHER\tCERTAIN\tn\n"}) {
    const auto entries = ParseDefects(kHeader + good + bad);
    EXPECT_THAT(entries, HasReason(ErrorReason::kFieldInvalid)) << bad;
    EXPECT_THAT(std::string(entries.status().message()), HasSubstr("line 3")) << bad;
  }
  EXPECT_THAT(ParseDefects(good), HasReason(ErrorReason::kFieldInvalid));
  EXPECT_THAT(ParseDefects(""), HasReason(ErrorReason::kFieldInvalid));
}

class PlaceTest : public ::testing::Test {
 protected:
  PlaceTest() {
    const auto source = text::Decode(
        "各位代表：\n过去一年，取得成绩。建设希望社\n\n区等住房，重复，重复。\n——甲乙\n");
    report_ = *ParseReport(*source, {.report_id = "r"});
  }
  static DefectEntry Entry(uint32_t line, const std::string& printed) {
    return {line, printed, {"x"}, DefectKind::kOther, Certainty::kCertain, ""};
  }
  ParsedReport report_;
};

TEST_F(PlaceTest, ReachesOverAJoin) {
  const auto defects = PlaceDefects(report_, {Entry(2, "希望社区等"), Entry(4, "住房")});
  QUOTES_ASSERT_OK(defects);
  EXPECT_EQ(TextOf(report_, (*defects)[0].range), "希望社区等");
  EXPECT_EQ(TextOf(report_, (*defects)[1].range), "住房");
  EXPECT_NE((*defects)[0].id, (*defects)[1].id);
}

TEST_F(PlaceTest, RefusesWhatIsNotThereOrTwice) {
  for (const auto& [line, printed] : std::initializer_list<std::pair<uint32_t, const char*>>{
           {2, "没有"}, {4, "重复"}, {1, "过去"}, {3, "过去"}, {99, "过去"}}) {
    const auto defects = PlaceDefects(report_, {Entry(2, "成绩"), Entry(line, printed)});
    EXPECT_THAT(defects, HasReason(ErrorReason::kDefectUnplaced)) << printed;
  }
}

// The entry that accepts a proposal, as "line printed>reading"; "" without one.
std::string Proposed(const ParsedReport& report, std::u32string_view found, size_t occurrence,
                     const std::string& proposal) {
  size_t at = report.joined.find(found);
  for (; occurrence > 1; --occurrence) {
    at = report.joined.find(found, at + 1);
  }
  LintFinding finding;
  finding.kind = LintKind::kDoubledWord;
  finding.certainty = Certainty::kProbable;
  finding.range = {static_cast<uint32_t>(at), static_cast<uint32_t>(at + found.size())};
  finding.proposal = proposal;
  const std::optional<DefectEntry> entry = ProposeDefect(report, finding);
  if (!entry.has_value()) {
    return "";
  }
  EXPECT_EQ(entry->kind, DefectKind::kDuplication);
  EXPECT_EQ(entry->certainty, Certainty::kProbable);
  // It is placed where the finding is.
  const auto placed = PlaceDefects(report, {*entry});
  EXPECT_TRUE(placed.ok());
  EXPECT_LE((*placed)[0].range.begin, finding.range.begin);
  EXPECT_GE((*placed)[0].range.end, finding.range.end);
  return std::to_string(entry->line) + " " + entry->printed + ">" + entry->readings[0];
}

TEST(ProposeDefect, WidensUntilThePlaceIsOne) {
  const auto decoded =
      text::Decode("关于工作的报告\n同志们：\n全力支持支持启动，支持改革，（甲，（乙。\n");
  const auto report = ParseReport(*decoded);
  QUOTES_ASSERT_OK(report);
  EXPECT_EQ(Proposed(*report, U"支持支持", 1, "支持"), "3 支持支持>支持");
  EXPECT_EQ(Proposed(*report, U"支持", 3, "坚持"), "3 ，支持改>，坚持改");
  EXPECT_EQ(Proposed(*report, U"（", 2, "）"), "3 ，（乙>，）乙");
  EXPECT_EQ(Proposed(*report, U"全力", 1, ""), "");
}

}  // namespace
}  // namespace quotes::report
