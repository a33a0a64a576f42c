#include "client/ctl/quotations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/status_matchers.h"

namespace quotes::ctl {
namespace {

using ::quotes::testing::HasCode;
using ::testing::HasSubstr;

std::vector<QuotationRow> Parse(const std::string& bytes, const TypedClaim& defaults = {}) {
  const auto rows = ParseQuotations(bytes, "f", defaults, Lang::kEnglish);
  EXPECT_THAT(rows, ::quotes::testing::IsOk());
  return rows.ok() ? *rows : std::vector<QuotationRow>();
}

std::string Refusal(const std::string& bytes) {
  const auto rows = ParseQuotations(bytes, "f", {}, Lang::kEnglish);
  EXPECT_THAT(rows, HasCode(absl::StatusCode::kInvalidArgument));
  return std::string(rows.status().message());
}

TEST(ParseQuotations, OneALine) {
  TypedClaim defaults;
  defaults.speaker = "宋磊";
  const auto rows = Parse("\xEF\xBB\xBF第一句\r\n\n \t\r\n第二\t句  \n第三句", defaults);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].quotation, "第一句");
  EXPECT_EQ(rows[0].line, 1u);
  EXPECT_EQ(rows[0].claim.speaker, "宋磊");
  EXPECT_EQ(rows[1].quotation, "第二\t句  ") << "everything but the line's end is the caller's";
  EXPECT_EQ(rows[1].line, 4u);
  EXPECT_EQ(rows[2].quotation, "第三句");
}

TEST(ParseQuotations, TablesWithClaims) {
  TypedClaim defaults;
  defaults.speaker = "宋磊";
  defaults.profile = "strict";
  const auto rows = Parse(
      "date\tquotation\tspeaker\tissue_date\r\n"
      "2022-01-17\t第一句\t\t2022-01-27\r\n"
      "\t\"第二句\"\t李四\n"
      "\n"
      "\t第三句\n",
      defaults);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].quotation, "第一句");
  EXPECT_EQ(rows[0].line, 2u);
  EXPECT_EQ(rows[0].claim.date, "2022-01-17");
  EXPECT_EQ(rows[0].claim.speaker, "宋磊") << "an empty cell takes the default";
  EXPECT_EQ(rows[0].claim.issue_date, "2022-01-27");
  EXPECT_EQ(rows[0].claim.profile, "strict");
  EXPECT_EQ(rows[1].quotation, "\"第二句\"");
  EXPECT_EQ(rows[1].claim.speaker, "李四");
  EXPECT_EQ(rows[1].claim.date, std::nullopt);
  EXPECT_EQ(rows[1].claim.issue_date, std::nullopt);
  EXPECT_EQ(rows[2].line, 5u);
}

TEST(ParseQuotations, KnowEveryColumn) {
  const auto rows = Parse(
      "quotation\treport\trevision\tspeaker\trole\tdate\tsection\tpage\tpaper\tedition\t"
      "issue_date\tmode\tbefore\tafter\tprofile\n"
      "0\t1\t2\t3\t4\t5\t6\t7\t8\t9\t10\t11\t12\t13\t14\n");
  ASSERT_EQ(rows.size(), 1u);
  const TypedClaim& claim = rows[0].claim;
  EXPECT_EQ(rows[0].quotation, "0");
  EXPECT_EQ(claim.report, "1");
  EXPECT_EQ(claim.revision, "2");
  EXPECT_EQ(claim.speaker, "3");
  EXPECT_EQ(claim.role, "4");
  EXPECT_EQ(claim.date, "5");
  EXPECT_EQ(claim.section, "6");
  EXPECT_EQ(claim.page, "7");
  EXPECT_EQ(claim.paper, "8");
  EXPECT_EQ(claim.edition, "9");
  EXPECT_EQ(claim.issue_date, "10");
  EXPECT_EQ(claim.mode, "11");
  EXPECT_EQ(claim.before, "12");
  EXPECT_EQ(claim.after, "13");
  EXPECT_EQ(claim.profile, "14");
}

TEST(ParseQuotations, KeepRowsWithoutQuotation) {
  const auto rows = Parse("quotation\tspeaker\n\t宋磊\n");
  ASSERT_EQ(rows.size(), 1u) << "the caller tells that it has none";
  EXPECT_EQ(rows[0].quotation, "");
}

TEST(ParseQuotations, ReadCellsThatASpreadsheetQuotes) {
  const auto rows = Parse(
      "quotation\tspeaker\r\n"
      "\"第一\r\n句\"\t宋磊\r\n"
      "\"说\"\"第二句\"\"\"\t\"李\n四\"\r\n"
      "\"第\t三句\"\t王五\r\n"
      "\"\"\t赵六\r\n"
      "\"第五\"句\t\r\n"
      "“第\"六\"句\r\n"
      "\"第七\n句\"");
  ASSERT_EQ(rows.size(), 7u);
  EXPECT_EQ(rows[0].quotation, "第一\r\n句");
  EXPECT_EQ(rows[0].claim.speaker, "宋磊");
  EXPECT_EQ(rows[0].line, 2u);
  EXPECT_EQ(rows[1].quotation, "说\"第二句\"");
  EXPECT_EQ(rows[1].claim.speaker, "李\n四");
  EXPECT_EQ(rows[1].line, 4u);
  EXPECT_EQ(rows[2].quotation, "第\t三句");
  EXPECT_EQ(rows[2].claim.speaker, "王五");
  EXPECT_EQ(rows[2].line, 6u);
  EXPECT_EQ(rows[3].quotation, "");
  EXPECT_EQ(rows[3].claim.speaker, "赵六");
  EXPECT_EQ(rows[4].quotation, "\"第五\"句") << "marks in one line that nothing needed";
  EXPECT_EQ(rows[5].quotation, "“第\"六\"句");
  EXPECT_EQ(rows[6].quotation, "第七\n句");
  EXPECT_EQ(rows[6].line, 10u);
}

TEST(ParseQuotations, RefuseOpenCells) {
  EXPECT_THAT(Refusal("quotation\tdate\nA\t\n\"a\t\nb\t\n"),
              HasSubstr("f:3: a cell begins with a quotation mark that nothing closes"));
  EXPECT_THAT(Refusal("quotation\tdate\n\"a\t\nb\"\t\n"), HasSubstr("f:2: a cell begins"))
      << "rows are not taken for one cell";
  EXPECT_THAT(Refusal("quotation\n\"a\nb\"c\n"), HasSubstr("f:2: a cell begins"));
}

TEST(ParseQuotations, RefuseWhatIsNoTable) {
  EXPECT_THAT(Refusal("quotation\tcolour\n"), HasSubstr("f: unknown column colour"));
  EXPECT_THAT(Refusal("quotation\tdate\tdate\n"), HasSubstr("f: the column date stands twice"));
  EXPECT_THAT(Refusal("quotation\tdate\na\tb\tc\n"), HasSubstr("f:2: more cells than columns"));
  EXPECT_THAT(Refusal(""), HasSubstr("no quotation in f"));
  EXPECT_THAT(Refusal("\xEF\xBB\xBF\r\n \n"), HasSubstr("no quotation in f"));
  EXPECT_THAT(Refusal("quotation\tdate\n"), HasSubstr("no quotation in f"));
}

}  // namespace
}  // namespace quotes::ctl
