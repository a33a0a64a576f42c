#include "client/ctl/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "client/ctl/json.h"
#include "client/ctl/messages.h"
#include "client/error.h"
#include "quotes/v1/quote_service.pb.h"
#include "service/base/errors.h"

namespace quotes::ctl {
namespace {

std::string Partial(std::string_view text, bool last) {
  const auto date = ParsePartialDate(text, last);
  return date.has_value() ? DateText(*date) : "none";
}

TEST(DateTest, ReadsWholeDays) {
  EXPECT_EQ(DateText(*ParseDate("2022-01-17")), "2022-01-17");
  EXPECT_EQ(DateText(*ParseDate("2020-02-29")), "2020-02-29");
  for (const char* bad :
       {"", "2022", "2022-01", "2021-02-29", "2022-13-01", "2022-1-17", "2022-01-17 ", "2022/01/17",
        "2022-00-01", "+022-01-17", "２０２２-01-17"}) {
    EXPECT_FALSE(ParseDate(bad).has_value()) << bad;
  }
}

TEST(DateTest, ReadsDaysAsSpreadsheetsWriteThem) {
  for (const char* day : {"2022-01-17", "2022-1-17", "2022/01/17", "2022/1/17", "2022年1月17日"}) {
    ASSERT_TRUE(ParseDateOfAnyYear(day).has_value()) << day;
    EXPECT_EQ(DateText(*ParseDateOfAnyYear(day)), "2022-01-17") << day;
  }
  for (const char* day : {"01-07", "1-7", "1/7", "1月7日"}) {
    ASSERT_TRUE(ParseDateOfAnyYear(day).has_value()) << day;
    EXPECT_EQ(ParseDateOfAnyYear(day)->year(), 0) << day;
    EXPECT_EQ(ParseDateOfAnyYear(day)->day(), 7) << day;
  }
  for (const char* bad :
       {"", "2022", "2022-1", "2022-13-1", "2022-2-30", "22-1-17", "月日", "1月7日上午"}) {
    EXPECT_FALSE(ParseDateOfAnyYear(bad).has_value()) << bad;
  }
}

TEST(DateTest, MonthsAndYearsAreTheirFirstAndLastDays) {
  EXPECT_EQ(Partial("2022", false), "2022-01-01");
  EXPECT_EQ(Partial("2022", true), "2022-12-31");
  EXPECT_EQ(Partial("2020-02", false), "2020-02-01");
  EXPECT_EQ(Partial("2020-02", true), "2020-02-29");
  EXPECT_EQ(Partial("2022-12", true), "2022-12-31");
  EXPECT_EQ(Partial("2022-01-17", true), "2022-01-17");
  for (const char* bad : {"", "22", "2022-", "2022-13", "2022-00", "202-01"}) {
    EXPECT_EQ(Partial(bad, false), "none") << bad;
  }
}

TEST(MessagesTest, EveryMessageHasBothLanguagesAndTheSamePlaceholders) {
  for (size_t i = 0; i < static_cast<size_t>(Msg::kCount); ++i) {
    const auto message = static_cast<Msg>(i);
    std::set<std::string> placeholders[2];
    for (const Lang lang : {Lang::kEnglish, Lang::kChinese}) {
      const std::string_view text = Raw(lang, message);
      EXPECT_FALSE(text.empty()) << i;
      for (size_t at = 0; at + 2 < text.size(); ++at) {
        if (text[at] == '{' && text[at + 2] == '}') {
          placeholders[lang == Lang::kChinese ? 1 : 0].emplace(text.substr(at, 3));
        }
      }
    }
    EXPECT_EQ(placeholders[0], placeholders[1]) << Raw(Lang::kEnglish, message);
  }
}

TEST(MessagesTest, FillsPlaceholders) {
  EXPECT_EQ(Say(Lang::kEnglish, Msg::kTotal, {"2 quotes", "1 report"}), "2 quotes in 1 report");
  EXPECT_EQ(Say(Lang::kChinese, Msg::kTotal, {"2 条引语", "1 篇报告"}),
            "找到 2 条引语，出自 1 篇报告");
  // An argument is not looked into.
  EXPECT_EQ(Say(Lang::kEnglish, Msg::kError, {"{0}"}), "quotectl: {0}");
}

TEST(JsonTest, IsStable) {
  v1::SearchQuotesResponse response;
  v1::QuoteHit* hit = response.add_hits();
  hit->mutable_quote()->set_text("加快“棚改”\n<b>");
  hit->add_folds(v1::FOLD_SCRIPT);
  response.set_total_size(2);
  EXPECT_EQ(
      ToJson(response),
      R"({"hits":[{"quote":{"name":"","text":"加快“棚改”\n\u003cb\u003e","citation":"",)"
      R"("revision":"","superseded":false,"section":"","breadcrumb":[],"paragraph":0,)"
      R"("sentence":0,"kind":"TEXT_KIND_UNSPECIFIED","block":"BLOCK_KIND_UNSPECIFIED",)"
      R"("mode":"MODE_UNSPECIFIED","has_figures":false,"themes":[],"defects":[],)"
      R"("print_places":[],"previous_quote":"","next_quote":"","withdrawn":false,"tags":[],"figures":[],)"
      R"("report_count":"0"},"highlights":[],)"
      R"("highlight_count":"0","folds":["FOLD_SCRIPT"],"context_before":[],)"
      R"("context_after":[]}],"next_page_token":"","total_size":"2","archive_revision":"0",)"
      R"("stop_reason":"STOP_REASON_UNSPECIFIED","terms":[]})");
}

TEST(JsonTest, EscapesStrings) {
  EXPECT_EQ(JsonString("a\"b\\c\n\x01\x7f党"), R"("a\"b\\c\n\u0001\u007f党")");
}

TEST(JsonTest, ErrorsSayEverything) {
  const auto error = client::DescribeError(errors::FieldOutOfRange("context", "0 to 5"));
  EXPECT_EQ(ErrorJson(error, "a.txt"),
            R"({"file":"a.txt","code":"INVALID_ARGUMENT","reason":"FIELD_OUT_OF_RANGE",)"
            R"("message":"context: 0 to 5","metadata":{"limit":"0 to 5"},)"
            R"("violations":[{"field":"context","description":"0 to 5"}],"request_id":""})");
}

}  // namespace
}  // namespace quotes::ctl
