#include "client/ctl/year_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "client/ctl/layout.h"

namespace quotes::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

size_t CountOf(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(YearChartTest, BarsAreAsLongAsTheirCounts) {
  EXPECT_EQ(Bar(0, 10, 40), "");
  EXPECT_EQ(Columns(Bar(10, 10, 40)), 40u);
  EXPECT_EQ(Columns(Bar(5, 10, 40)), 20u);
  EXPECT_EQ(Bar(10, 10, 3), "███");
  EXPECT_EQ(Bar(1, 1'000'000, 40), "▏") << "what is there is seen";
  for (int64_t count = 1; count < 100; ++count) {
    EXPECT_LE(Columns(Bar(count, 100, 17)), 17u);
    EXPECT_LE(Columns(Bar(count, 100, 17)), Columns(Bar(count + 1, 100, 17)));
  }
}

TEST(YearChartTest, EveryYearHasItsPlace) {
  const std::string chart = RenderYearChart(
      "共同富裕", "3 次", {{2018, 1, true, "2018：1 次"}, {2022, 2, true, "2022：2 次"}},
      "没有报告", {"<未绘出>"});
  EXPECT_TRUE(chart.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg "));
  EXPECT_TRUE(chart.ends_with("</svg>\n"));
  // Two bars beside the ground; 2019 to 2021 were not searched, which the legend says once.
  EXPECT_EQ(CountOf(chart, "fill=\"#b3261e\""), 2u);
  EXPECT_EQ(CountOf(chart, "×"), 4u);
  EXPECT_THAT(chart, HasSubstr(">2022</text>"));
  EXPECT_THAT(chart, HasSubstr("<title>2018：1 次</title>"));
  EXPECT_THAT(chart, HasSubstr(">× 没有报告</text>"));
  EXPECT_THAT(chart, HasSubstr(">&lt;未绘出&gt;</text>"));
}

TEST(YearChartTest, TextsAreEscapedAndFreedOfControlCharacters) {
  const std::string chart =
      RenderYearChart("<a&\"b\"'>\x01\x1b", "&", {{2018, 1, true, "<"}}, "", {});
  EXPECT_THAT(chart, HasSubstr("&lt;a&amp;&quot;b&quot;&#39;&gt;\uFFFD\uFFFD</title>"));
  EXPECT_THAT(chart, Not(HasSubstr("\x1b")));
  EXPECT_THAT(chart, HasSubstr("<title>&lt;</title></rect>"));
}

TEST(YearChartTest, LongTitlesEndInTheDrawing) {
  std::string title;
  for (int i = 0; i < 1'000; ++i) {
    title += "字";
  }
  const std::string chart = RenderYearChart(title, "", {{2018, 1, true, {}}}, "", {});
  EXPECT_THAT(chart, HasSubstr("<title>" + title + "</title>"));
  EXPECT_EQ(CountOf(chart, "字"), 1'000u + 31u);
  EXPECT_THAT(chart, HasSubstr("字…</text>"));
}

TEST(YearChartTest, ManyYearsAreReadable) {
  std::vector<YearBar> bars;
  for (int year = 1; year <= 2026; ++year) {
    bars.push_back({year, year, true, {}});
  }
  const std::string chart = RenderYearChart("一", "", bars, "", {});
  EXPECT_LE(CountOf(chart, "fill=\"#b3261e\""), 500u);
  // No label touches the next: those of years are at most one in six at the least step.
  EXPECT_LE(CountOf(chart, "fill=\"#333\""), 500u / 6 + 1);
  EXPECT_THAT(chart, HasSubstr(">2026</text>"));
  EXPECT_TRUE(RenderYearChart("无", "", {}, "", {}).ends_with("</svg>\n"));
}

TEST(YearChartTest, CsvFieldsAreQuotedWhereTheyMustBe) {
  EXPECT_EQ(CsvField("政府工作报告"), "政府工作报告");
  EXPECT_EQ(CsvField("a,b"), "\"a,b\"");
  EXPECT_EQ(CsvField("他说\"好\""), "\"他说\"\"好\"\"\"");
  EXPECT_EQ(CsvField("a\r\nb"), "\"a\r\nb\"");
}

}  // namespace
}  // namespace quotes::ctl
