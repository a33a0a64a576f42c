#include "service/figures/figure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/archive/document_figures.h"
#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/support/test_data.h"

namespace quotes::figures {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

std::string Name(FigureKind kind) {
  constexpr const char* kNames[] = {"",         "amount",   "percent",     "point",   "permille",
                                    "fraction", "multiple", "approximate", "ordinal", "year",
                                    "date",     "time",     "set",         "name"};
  return kNames[static_cast<size_t>(kind)];
}

std::string Name(FigureMode mode) {
  return mode == FigureMode::kResult ? "result" : mode == FigureMode::kTarget ? "target" : "";
}

// "printed|kind|value|unit|measure|period|mode", as the lines of the list made by reading.
std::string Row(const Figure& figure, std::u32string_view text) {
  const auto part = [text](Range range) {
    return text::ToUtf8(text.substr(range.begin, range.size()));
  };
  std::string value = figure.low.has_value() ? ToString(*figure.low) : "";
  if (figure.high.has_value()) {
    value += ".." + ToString(*figure.high);
  }
  return part(figure.range) + "\t" + Name(figure.kind) + "\t" + value + "\t" +
         UnitOf(figure, text).name + "\t" + text::ToUtf8(MeasureOf(figure, text)) + "\t" +
         part(figure.period.range) + "\t" + Name(figure.mode);
}

std::vector<std::string> Rows(std::string_view sentence, Surroundings surroundings = {}) {
  const std::u32string text = text::ToCodePoints(sentence);
  std::vector<std::string> rows;
  for (const Figure& figure :
       FindFigures(text, {0, static_cast<uint32_t>(text.size())}, surroundings)) {
    rows.push_back(Row(figure, text));
  }
  return rows;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

report::ParsedReport Parse(const std::string& bytes) {
  const auto decoded = text::Decode(bytes, std::nullopt);
  EXPECT_TRUE(decoded.ok());
  auto parsed = report::ParseReport(*decoded, {});
  EXPECT_TRUE(parsed.ok());
  return *std::move(parsed);
}

TEST(SampleFiguresTest, AreThoseOfTheListMadeByReading) {
  const report::ParsedReport sample = Parse(testing::SampleReport());
  std::vector<std::string> digits;  // and Chinese amounts, in order
  std::vector<std::string> others;
  for (const auto& figures : archive::FindFigures(sample)) {
    for (const Figure& figure : figures) {
      const std::u32string_view printed =
          std::u32string_view(sample.joined).substr(figure.range.begin, figure.range.size());
      bool arabic = false;
      for (const char32_t c : printed) {
        arabic = arabic || text::IsDigit(c);
      }
      const bool amount = printed.find_first_of(U"百千万亿番") != std::u32string_view::npos &&
                          figure.kind != FigureKind::kSet;
      const std::string row = Row(figure, sample.joined);
      (arabic || amount || printed == U"力争五年内" ? digits : others).push_back(row);
    }
  }
  std::vector<std::string> expected;
  std::vector<std::string> examples;
  for (const std::string& line : Lines(testing::ReadFile(
           testing::SourceDir() / "tests/unit/figures/data/sample_figures.tsv"))) {
    if (line.starts_with("#") || line.starts_with("printed\t")) {
      continue;
    }
    const bool example =
        line.starts_with("第") || line.starts_with("两个") || line.starts_with("十四");
    (example ? examples : expected).push_back(line);
  }
  EXPECT_THAT(digits, ElementsAreArray(expected));
  for (const std::string& example : examples) {
    EXPECT_THAT(others, ::testing::Contains(example));
  }
}

// Sentences that were read before the program saw them. What it gets wrong is counted, not left
// out.
TEST(ReadFiguresTest, AreThoseOfAReader) {
  const std::string file =
      testing::ReadFile(testing::SourceDir() / "tests/unit/figures/data/read_figures.tsv");
  size_t count = 0;
  size_t found = 0;
  size_t same_measure = 0;
  size_t same_mode = 0;
  for (const std::string& line : Lines(file)) {
    const std::vector<std::string> row = absl::StrSplit(line, '\t');
    if (line.starts_with("#") || row[0] == "passage") {
      continue;
    }
    ASSERT_EQ(row.size(), 8u) << line;
    Surroundings surroundings;
    surroundings.passage = row[0] == "review"     ? Passage::kReview
                           : row[0] == "target"   ? Passage::kTarget
                           : row[0] == "proposal" ? Passage::kProposal
                                                  : Passage::kOther;
    surroundings.report.year = std::stoi(row[1]);
    ++count;
    for (const std::string& figure : Rows(row[2], surroundings)) {
      const std::vector<std::string> columns = absl::StrSplit(figure, '\t');
      if (columns[0] != row[3] || columns[2] != row[4] || columns[3] != row[5]) {
        continue;
      }
      ++found;
      same_measure += columns[4] == row[6] ? 1u : 0u;
      same_mode += columns[6] == row[7] ? 1u : 0u;
      break;
    }
  }
  const std::string table = absl::StrCat(found, " of ", count, " values, ", same_measure,
                                         " measured things, ", same_mode, " modes");
  RecordProperty("figures", table);
  EXPECT_GT(count, 200u);
  EXPECT_EQ(found, count) << table;
  EXPECT_GE(static_cast<double>(same_measure), 0.92 * static_cast<double>(count)) << table;
  EXPECT_GE(static_cast<double>(same_mode), 0.95 * static_cast<double>(count)) << table;
}

TEST(FindFiguresTest, TellsPointsFromPercent) {
  EXPECT_THAT(Rows("服务业占比为55%，提高1.2个百分点。"),
              ElementsAre("55%\tpercent\t55\t%\t服务业占比\t\t",
                          "提高1.2个百分点\tpoint\t1.2\t百分点\t服务业占比\t\t"));
  EXPECT_THAT(Rows("利率下降25个基点"), ElementsAre("下降25个基点\tpoint\t25\t基点\t利率\t\t"));
  EXPECT_THAT(Rows("出生率6.39‰"), ElementsAre("6.39‰\tpermille\t6.39\t‰\t出生率\t\t"));
}

TEST(FindFiguresTest, RangesHaveBothEnds) {
  EXPECT_THAT(Rows("地区生产总值增长5%—6%"),
              ElementsAre("增长5%—6%\tpercent\t5..6\t%\t地区生产总值\t\t"));
  EXPECT_THAT(Rows("培育企业三至五万家"),
              ElementsAre("三至五万家\tamount\t30000..50000\t家\t企业\t\t"));
}

TEST(FindFiguresTest, WhatIsCountedStandsBehindOrBefore) {
  EXPECT_THAT(
      Rows("新增企业120家，建成12个重点项目。"),
      ElementsAre("120家\tamount\t120\t家\t企业\t\t", "12个\tamount\t12\t个\t重点项目\t\t"));
}

TEST(FindFiguresTest, PeriodsHoldToTheEndOfTheSentence) {
  Surroundings report;
  report.report.year = 2026;
  EXPECT_THAT(Rows("去年进出口总额完成5亿元，比2020年增长8%；到2030年，研发投入达到3%。", report),
              ElementsAre("5亿元\tamount\t500000000\t元\t进出口总额\t去年\tresult",
                          "比2020年\tyear\t2020\t年\t\t\t",
                          "增长8%\tpercent\t8\t%\t进出口总额\t去年\tresult",
                          "到2030年\tyear\t2030\t年\t\t\t",
                          "达到3%\tpercent\t3\t%\t研发投入\t到2030年\ttarget"));
  const std::u32string text = U"去年增长5%";
  const auto figures = FindFigures(text, {0, 6}, report);
  ASSERT_EQ(figures.size(), 1u);
  EXPECT_EQ(figures[0].period.first_year, 2025);
  EXPECT_EQ(figures[0].period.last_year, 2025);
}

TEST(FindFiguresTest, PlansHaveYears) {
  const std::u32string text = U"“十四五”时期，投资增长5%";
  const auto figures = FindFigures(text, {0, static_cast<uint32_t>(text.size())}, {});
  ASSERT_EQ(figures.size(), 2u);
  EXPECT_EQ(figures[1].period.first_year, 2021);
  EXPECT_EQ(figures[1].period.last_year, 2025);
}

// The first and last year of the last figure of a sentence.
std::pair<int, int> YearsOf(const std::u32string& text, const ReportTime& report) {
  Surroundings surroundings;
  surroundings.report = report;
  const auto figures = FindFigures(text, {0, static_cast<uint32_t>(text.size())}, surroundings);
  return figures.empty() ? std::pair(-1, -1)
                         : std::pair<int, int>(figures.back().period.first_year,
                                               figures.back().period.last_year);
}

TEST(FindFiguresTest, FiveYearsAreThoseThatTheReportReviews) {
  // In autumn up to the report's own day, from that of the one five years before.
  const ReportTime reviewing{2023, true};
  const ReportTime in_spring{2023, true, true};
  const std::pair reviewed(2018, 2023);
  const std::pair unknown(0, 0);
  for (const char32_t* const text :
       {U"五年来，财政收入增长5%", U"过去五年，财政收入增长5%", U"过去的五年财政收入增长5%",
        U"这五年，财政收入增长5%", U"过去5年，财政收入增长5%", U"（五年来，财政收入增长5%）"}) {
    EXPECT_EQ(YearsOf(text, reviewing), reviewed) << text::ToUtf8(text);
    EXPECT_EQ(YearsOf(text, in_spring), std::pair(2018, 2022)) << text::ToUtf8(text);
    EXPECT_EQ(YearsOf(text, {2023, false}), unknown) << text::ToUtf8(text);
    EXPECT_EQ(YearsOf(text, {}), unknown) << text::ToUtf8(text);
  }
  // Other years than those that the report is about.
  for (const char32_t* const text :
       {U"近五年来，财政收入增长5%", U"改革五年来，财政收入增长5%", U"十五年来，财政收入增长5%",
        U"今后五年，财政收入增长5%", U"未来五年，财政收入增长5%", U"近五年，财政收入增长5%",
        U"过去三年，财政收入增长5%", U"五个月来，财政收入增长5%", U"五年内，财政收入增长5%",
        U"过去一年，财政收入增长5%"}) {
    EXPECT_EQ(YearsOf(text, reviewing), unknown) << text::ToUtf8(text);
  }
}

TEST(FindFiguresTest, ReportsOfSpringKnowTheYearsOfTheirWords) {
  const ReportTime spring{2026, false, true};
  const ReportTime autumn{2026, false, false};
  struct Span {
    const char32_t* text;
    Passage passage;
    std::pair<int, int> years;
  };
  const std::pair last(2025, 2025);
  const std::pair coming(2026, 2030);
  const std::pair unknown(0, 0);
  const Span kSpans[] = {
      {U"一年来，税收增长5%", Passage::kOther, last},
      {U"过去一年，税收增长5%", Passage::kOther, last},
      {U"过去的一年，税收增长5%", Passage::kOther, last},
      {U"刚刚过去的一年，税收增长5%", Passage::kOther, last},
      {U"这一年，税收增长5%", Passage::kReview, last},
      {U"新的一年，税收增长5%", Passage::kOther, {2026, 2026}},
      {U"今后五年，税收增长5%", Passage::kOther, coming},
      {U"未来五年，税收增长5%", Passage::kOther, coming},
      {U"五年内，税收增长5%", Passage::kTarget, coming},
      {U"税收五年内增长5%", Passage::kTarget, unknown},
      // Of which years these are is not told.
      {U"这一年，税收增长5%", Passage::kOther, unknown},
      {U"五年内，税收增长5%", Passage::kReview, unknown},
      {U"五年内，税收增长5%", Passage::kOther, unknown},
      {U"近一年来，税收增长5%", Passage::kReview, unknown},
      {U"改革一年来，税收增长5%", Passage::kReview, unknown},
      {U"今后三年，税收增长5%", Passage::kTarget, unknown},
      {U"前两年，税收增长5%", Passage::kReview, unknown},
      {U"2023年，投资增长3%，这一年税收增长5%", Passage::kReview, {2023, 2023}},
  };
  for (const Span& span : kSpans) {
    const std::u32string text = span.text;
    const auto years = [&](const ReportTime& report) {
      const auto figures = FindFigures(text, {0, static_cast<uint32_t>(text.size())},
                                       {.passage = span.passage, .period = {}, .report = report});
      return std::pair<int, int>(figures.back().period.first_year, figures.back().period.last_year);
    };
    EXPECT_EQ(years(spring), span.years) << text::ToUtf8(text);
    const bool named = text.starts_with(U"2023年");
    EXPECT_EQ(years(autumn), named ? span.years : unknown) << text::ToUtf8(text);
  }
  // 提前两年 is no time before another.
  const std::u32string early = U"居民收入目标提前两年实现，增长7%";
  const auto figures = FindFigures(early, {0, static_cast<uint32_t>(early.size())}, {});
  EXPECT_TRUE(figures.back().period.empty());
}

TEST(FindPeriodTest, WhatOneGoesOnFromIsNoPeriod) {
  const auto period = [](std::string_view sentence) {
    const std::u32string text = text::ToCodePoints(sentence);
    return FindPeriod(text, {0, static_cast<uint32_t>(text.size())}, {.year = 2026}, false);
  };
  EXPECT_TRUE(period("在去年超过预期目标的基础上，失业率控制在5%").empty());
  EXPECT_EQ(period("去年，在巩固的基础上，失业率控制在5%").first_year, 2025);
  EXPECT_EQ(period("今年目标是：在优化结构的基础上，增长8%").first_year, 2026);
}

TEST(FindFiguresTest, HeadingsSayWhichYearsAReportReviews) {
  for (const char32_t* const heading :
       {U"一、过去五年的工作回顾", U"过去五年国内工作的基本总结", U"一、“十三五”时期工作回顾",
        U"一、2020年工作和“十三五”发展回顾", U"五年来的主要成就"}) {
    EXPECT_TRUE(NamesFiveYears(heading, 2021)) << text::ToUtf8(heading);
    EXPECT_FALSE(NamesFiveYears(heading, 0)) << text::ToUtf8(heading);
  }
  for (const char32_t* const heading : {U"一、2020年工作回顾", U"“十四五”时期的目标",
                                        U"今后五年的总体要求", U"", U"一、工作回顾"}) {
    EXPECT_FALSE(NamesFiveYears(heading, 2021)) << text::ToUtf8(heading);
  }
  EXPECT_FALSE(NamesFiveYears(U"一、“十三五”时期工作回顾", 2022));
  // Of autumn.
  EXPECT_TRUE(NamesFiveYears(U"一、过去五年的工作和历史性变革", 2017, false));
  EXPECT_FALSE(NamesFiveYears(U"一、“十二五”时期工作回顾", 2016, false));
}

// The years of the first percentage whose period is 五年来, in the sample as if given in a month.
std::pair<int, int> SampleYears(int month, bool with_headings) {
  report::ParsedReport sample = Parse(testing::SampleReport());
  sample.metadata.date = absl::CivilDay(2022, month, 17);
  if (!with_headings) {
    for (report::Section& section : sample.sections) {
      section.heading_range = {};
    }
  }
  for (const auto& of_quote : archive::FindFigures(sample)) {
    for (const Figure& figure : of_quote) {
      const Range range = figure.period.range;
      const auto period = std::u32string_view(sample.joined).substr(range.begin, range.size());
      if (figure.kind == FigureKind::kPercent && period == U"五年来") {
        return {figure.period.first_year, figure.period.last_year};
      }
    }
  }
  return {-1, -1};
}

TEST(FindFiguresTest, ReportsOfSpringReviewWholeYears) {
  EXPECT_EQ(SampleYears(1, true), std::pair(2017, 2021));
  EXPECT_EQ(SampleYears(4, true), std::pair(2017, 2021));
  EXPECT_EQ(SampleYears(10, true), std::pair(2017, 2022));
  EXPECT_EQ(SampleYears(7, true), std::pair(0, 0));
  EXPECT_EQ(SampleYears(1, false), std::pair(0, 0));
}

TEST(FindFiguresTest, HedgesDecideInsideTheirPassage) {
  const auto mode = [](std::string_view sentence, Passage passage) {
    const std::u32string text = text::ToCodePoints(sentence);
    Surroundings surroundings;
    surroundings.passage = passage;
    const auto figures = FindFigures(text, {0, static_cast<uint32_t>(text.size())}, surroundings);
    return figures.size() == 1 ? Name(figures[0].mode) : "several";
  };
  EXPECT_EQ(mode("预计生产总值完成280亿元", Passage::kReview), "result");
  EXPECT_EQ(mode("力争生产总值完成280亿元", Passage::kReview), "target");
  EXPECT_EQ(mode("生产总值完成280亿元", Passage::kTarget), "target");
  EXPECT_EQ(mode("目前已有企业280家", Passage::kTarget), "result");
  EXPECT_EQ(mode("是61万人民的梦想", Passage::kProposal), "");
  EXPECT_EQ(mode("引进企业61家", Passage::kProposal), "target");
  EXPECT_EQ(mode("确保粮食产量稳定在100亿斤", Passage::kOther), "target");
  EXPECT_EQ(mode("面积为100亩", Passage::kOther), "");
}

struct Told {
  Passage passage;
  std::string_view sentence;
  std::string_view printed;  // of the figure that is looked at
  std::string_view mode;
};

// The mode of the figure `printed` in a speech of 2026.
std::string ModeIn(const Told& told) {
  Surroundings surroundings;
  surroundings.passage = told.passage;
  surroundings.report.year = 2026;
  const std::u32string text = text::ToCodePoints(told.sentence);
  const std::u32string printed = text::ToCodePoints(told.printed);
  for (const Figure& figure :
       FindFigures(text, {0, static_cast<uint32_t>(text.size())}, surroundings)) {
    if (text.substr(figure.range.begin, figure.range.size()) == printed) {
      return Name(figure.mode);
    }
  }
  return "no such figure";
}

TEST(FigureModeTest, ComparisonsDoNotMakeResultsOfPlans) {
  const Told kCases[] = {
      {Passage::kTarget, "支出规模将首次达到30万亿元、比上年增加约1万亿元", "增加约1万亿元",
       "target"},
      {Passage::kProposal, "今年拟安排专项资金600亿元，比去年增加80亿元", "增加80亿元", "target"},
      {Passage::kTarget, "赤字规模4万亿元，比上年年初预算增加1800亿元", "增加1800亿元", "target"},
      {Passage::kOther, "产品成本将比上年降低8.2%", "降低8.2%", "target"},
      {Passage::kTarget, "去年已完成投资5亿元", "5亿元", "result"},
      {Passage::kReview, "粮食产量比上年增加3亿斤", "增加3亿斤", "result"},
      {Passage::kOther, "今年上半年外贸出口比去年同期增长6%", "同期增长6%", "result"},
  };
  for (const Told& told : kCases) {
    EXPECT_EQ(ModeIn(told), told.mode) << told.sentence;
  }
}

TEST(FigureModeTest, WhatIsOverIsNoTarget) {
  const Told kCases[] = {
      {Passage::kProposal, "2025年完成投资1.5万亿元", "1.5万亿元", "result"},
      {Passage::kProposal, "2025年力争完成投资1.5万亿元", "1.5万亿元", "target"},
      {Passage::kReview, "争取各类专项资金300亿元、增长9%", "增长9%", "result"},
      {Passage::kReview, "争取用于建设的债券额度300亿元", "300亿元", "result"},
      {Passage::kReview, "争取达到300亿元", "争取达到300亿元", "target"},
      {Passage::kReview, "首批10个未来产业先导区集聚企业超150家", "超150家", "result"},
      // The year is that of the bonds, not of what is to be done.
      {Passage::kProposal, "用好2025年增发国债，完成投资50亿元", "50亿元", ""},
      {Passage::kProposal, "在去年增长的基础上，再新增企业60家", "60家", "target"},
      {Passage::kOther, "到2030年，研发投入达到3%", "达到3%", "target"},
      {Passage::kTarget, "人均收入从2025年的5万元提高到2030年的7万元", "5万元", "result"},
      {Passage::kTarget, "人均收入从2025年的5万元提高到2030年的7万元", "7万元", "target"},
  };
  for (const Told& told : kCases) {
    EXPECT_EQ(ModeIn(told), told.mode) << told.sentence;
  }
}

TEST(FigureModeTest, PlansAreTargetsAsVerbsOnly) {
  const Told kCases[] = {
      {Passage::kOther, "完成年度计划的102%", "102%", "result"},
      {Passage::kOther, "只完成利润计划的百分之九十四", "百分之九十四", "result"},
      {Passage::kOther, "完成投资29亿元、超年度计划28%", "计划28%", "result"},
      {Passage::kOther, "今年要完成年度计划的102%", "102%", ""},
      {Passage::kOther, "计划部门提出，产量增长了百分之十三", "增长了百分之十三", "result"},
      {Passage::kOther, "今年计划建成学校20所", "20所", "target"},
      {Passage::kOther, "粮食产量计划达到三亿吨", "计划达到三亿吨", "target"},
      {Passage::kOther, "拟定了五项措施，减少三百人", "减少三百人", ""},
      {Passage::kOther, "投资总额拟定为140亿元，比上年增加了20亿元", "增加了20亿元", "target"},
      {Passage::kOther, "好于预期3个百分点", "好于预期3个百分点", ""},
      {Passage::kOther, "我国访问了46个国家", "46个", "result"},
      {Passage::kOther, "即使削减了50%", "50%", ""},
  };
  for (const Told& told : kCases) {
    EXPECT_EQ(ModeIn(told), told.mode) << told.sentence;
  }
}

TEST(FigureModeTest, SizesOfAimsAreTargetsUntilReached) {
  const Told kCases[] = {
      {Passage::kReview, "实现生产总值翻两番的战略目标", "翻两番", "target"},
      {Passage::kReview, "提出了产值翻一番的奋斗目标", "翻一番", "target"},
      {Passage::kReview, "提前实现生产总值翻两番的目标", "翻两番", "result"},
      {Passage::kOther, "原定总产值翻两番的目标，已经提前五年实现", "翻两番", "result"},
      {Passage::kProposal, "要按期完成裁减五十万的任务", "五十万", "target"},
  };
  for (const Told& told : kCases) {
    EXPECT_EQ(ModeIn(told), told.mode) << told.sentence;
  }
}

// "measure|period as printed|first year-last year" of the figures that measure something.
std::vector<std::string> Times(std::string_view sentence) {
  Surroundings surroundings;
  surroundings.report.year = 2026;
  const std::u32string text = text::ToCodePoints(sentence);
  std::vector<std::string> rows;
  for (const Figure& figure :
       FindFigures(text, {0, static_cast<uint32_t>(text.size())}, surroundings)) {
    if (figure.kind == FigureKind::kYear || figure.kind == FigureKind::kDate ||
        figure.kind == FigureKind::kSet) {
      continue;
    }
    const auto part = [&text](Range range) {
      return text::ToUtf8(text.substr(range.begin, range.size()));
    };
    rows.push_back(part(figure.measure) + "|" + part(figure.period.range) + "|" +
                   std::to_string(figure.period.first_year) + "-" +
                   std::to_string(figure.period.last_year));
  }
  return rows;
}

TEST(FigurePeriodTest, BaseValuesHaveTheirOwnTimeAndTheSameThing) {
  EXPECT_THAT(
      Times("人均生产总值从2020年的10.5万元提高到2025年的14万元"),
      ElementsAre("人均生产总值|从2020年|2020-2020", "人均生产总值|提高到2025年|2025-2025"));
  EXPECT_THAT(Times("总产值由一九八○年的七千亿元增加到二○○○年的二万八千亿元"),
              ElementsAre("总产值|由一九八○年|1980-1980", "总产值|增加到二○○○年|2000-2000"));
  EXPECT_THAT(Times("2024年，死亡率由上年的1.2%下降到1.1%"),
              ElementsAre("死亡率|上年|2023-2023", "死亡率|2024年|2024-2024"));
  EXPECT_THAT(Times("2025年，收入差距由3.27缩小至2.93"),
              ElementsAre("收入差距||0-0", "收入差距|2025年|2025-2025"));
}

TEST(FigurePeriodTest, WhatIsComparedWithIsNoPeriod) {
  EXPECT_THAT(Times("“十四五”时期，使用外资较“十三五”时期增长71%"),
              ElementsAre("使用外资|“十四五”时期|2021-2025"));
  EXPECT_THAT(Times("2025年，增速高于“十三五”时期1.2个百分点"),
              ElementsAre("增速|2025年|2025-2025"));
  EXPECT_THAT(Times("2025年，教育支出比前五年增长1.3倍"),
              ElementsAre("||0-0", "教育支出|2025年|2025-2025"));
  EXPECT_THAT(Times("2025年出口快于2024年1.8个百分点"), ElementsAre("出口|2025年|2025-2025"));
  EXPECT_THAT(
      Times("1954年钢产量200万吨，等于1949年的12倍；铁产量300万吨"),
      ElementsAre("钢产量|1954年|1954-1954", "钢产量|1954年|1954-1954", "铁产量|1954年|1954-1954"));
  EXPECT_THAT(Times("1957年总产值600亿元（按1952年不变价格计算），超过计划4%"),
              ElementsAre("总产值|1957年|1957-1957", "总产值|1957年|1957-1957"));
}

TEST(FigureMeasureTest, IsTheNameOfAThing) {
  EXPECT_THAT(Times("生产总值跨越3个千亿元台阶，达到1.5万亿元"),
              ElementsAre("生产总值||0-0", "生产总值||0-0", "生产总值||0-0"));
  EXPECT_THAT(Times("钢的综合能耗，由2.5吨降低到2.3吨"),
              ElementsAre("钢的综合能耗||0-0", "钢的综合能耗||0-0"));
  EXPECT_THAT(Times("投资总额控制在500亿元"), ElementsAre("投资总额||0-0"));
  EXPECT_THAT(Times("出口增长6%，平均每年增长2%"), ElementsAre("出口||0-0", "出口||0-0"));
  EXPECT_THAT(Times("棉花产量300万担，完成年度计划的117%"),
              ElementsAre("棉花产量||0-0", "棉花产量||0-0"));
  EXPECT_THAT(Times("空气质量优于全国约1个百分点"), ElementsAre("空气质量||0-0"));
  EXPECT_THAT(Times("学生80人，其中20%来自农村"), ElementsAre("学生||0-0", "学生||0-0"));
}

TEST(FigureModeTest, AListOfAimsGoesToTheEndOfItsSentence) {
  const Told kCases[] = {
      {Passage::kOther, "主要预期目标是：产值增长8%左右；新增就业900万人以上", "900万人以上",
       "target"},
      {Passage::kProposal, "今年要淘汰小锅炉5万台", "5万台", "target"},
      {Passage::kProposal, "建设保障性住房300万套", "300万套", "target"},
      {Passage::kProposal, "建设美好家园，是60万市民的心愿", "60万", ""},
  };
  for (const Told& told : kCases) {
    EXPECT_EQ(ModeIn(told), told.mode) << told.sentence;
  }
}

// The hedges of the figures of a sentence that reviews.
std::vector<std::string> Hedges(std::string_view sentence) {
  Surroundings surroundings;
  surroundings.passage = Passage::kReview;
  const std::u32string text = text::ToCodePoints(sentence);
  std::vector<std::string> hedges;
  for (const Figure& figure :
       FindFigures(text, {0, static_cast<uint32_t>(text.size())}, surroundings)) {
    std::string& hedge = hedges.emplace_back();
    for (const Qualifier& qualifier : figure.qualifiers) {
      if (qualifier.kind == QualifierKind::kHedge) {
        hedge += text::ToUtf8(text.substr(qualifier.range.begin, qualifier.range.size()));
      }
    }
  }
  return hedges;
}

TEST(FigureHedgeTest, EstimatesStayEstimates) {
  EXPECT_THAT(Hedges("预计全区生产总值完成280亿元，增长8%；建成学校5所"),
              ElementsAre("预计", "预计", ""));
  EXPECT_THAT(Hedges("初步核算，产值增长5%，出口已达4亿元"), ElementsAre("初步核算", ""));
  EXPECT_THAT(Hedges("产值预计5亿元"), ElementsAre("预计"));
  EXPECT_THAT(Hedges("产值5亿元"), ElementsAre(""));
}

TEST(FindFiguresTest, ValuesOfNumbersThatAreOpenAbove) {
  EXPECT_THAT(Rows("惠及3000多万儿童"), ElementsAre("3000多万\tamount\t30000000\t\t儿童\t\t"));
  EXPECT_THAT(Rows("资金一百四十四亿余元"),
              ElementsAre("一百四十四亿余元\tamount\t14400000000\t元\t资金\t\t"));
  EXPECT_THAT(Rows("奖金700多亿元"), ElementsAre("700多亿元\tamount\t70000000000\t元\t奖金\t\t"));
  EXPECT_THAT(Rows("奖金几百多亿元"), ElementsAre("几百多亿元\tapproximate\t\t元\t奖金\t\t"));
  EXPECT_THAT(Rows("收入增长2.4倍"), ElementsAre("增长2.4倍\tmultiple\t2.4\t倍\t收入\t\t"));
  EXPECT_THAT(Rows("游客占六成五"), ElementsAre("占六成五\tmultiple\t6.5\t成\t游客\t\t"));
  EXPECT_THAT(Rows("收入增长一倍"), ElementsAre("增长一倍\tmultiple\t1\t倍\t收入\t\t"));
}

TEST(FindFiguresTest, NumeralsWithoutTheirOne) {
  EXPECT_THAT(Rows("鋼二百十七萬噸"), ElementsAre("二百十七萬噸\tamount\t2170000\t吨\t鋼\t\t"));
  EXPECT_THAT(Rows("百分之四百十一"), ElementsAre("百分之四百十一\tpercent\t411\t%\t\t\t"));
}

TEST(FindFiguresTest, UnitsAreNotCutOutOfWords) {
  EXPECT_THAT(Rows("发电20亿千瓦小时"),
              ElementsAre("20亿千瓦小时\tamount\t2000000000\t千瓦时\t发电\t\t"));
  EXPECT_THAT(Rows("帮助30万孩子上学"), ElementsAre("30万\tamount\t300000\t\t孩子上学\t\t"));
  EXPECT_THAT(Rows("寿命提高1岁以上"), ElementsAre("提高1岁以上\tamount\t1\t岁\t寿命\t\t"));
  EXPECT_THAT(Rows("建成7亿吨级煤矿"), ElementsAre("7亿吨级\tapproximate\t\t吨级\t煤矿\t\t"));
  EXPECT_THAT(Rows("办好一两件事情"), ElementsAre("一两件\tapproximate\t\t件\t事情\t\t"));
}

TEST(FindFiguresTest, NamesAreNotMeasured) {
  EXPECT_THAT(Rows("引进世界500强企业"), ElementsAre("500强\tset\t500\t强\t\t\t"));
  EXPECT_THAT(Rows("每万人拥有发明专利"), ElementsAre("每万人\tname\t\t人\t\t\t"));
  EXPECT_THAT(Rows("万元GDP能耗"), ElementsAre("万元\tname\t\t元\t\t\t"));
  EXPECT_THAT(Rows("“十五”计划开局良好"), ElementsAre("十五\tset\t\t\t\t\t"));
  EXPECT_THAT(Rows("景气指数提高十五"), ElementsAre("提高十五\tamount\t15\t\t景气指数\t\t"));
}

TEST(FindFiguresTest, NumbersOfNamesAreNoAmounts) {
  EXPECT_THAT(Rows("神舟十八号、嫦娥五号成功发射"),
              ElementsAre("十八号\tset\t\t号\t\t\t", "五号\tset\t\t号\t\t\t"));
  EXPECT_THAT(Rows("地铁3号线开通运营"), ElementsAre("3号线\tset\t\t号线\t\t\t"));
  EXPECT_THAT(Rows("落实中央一号文件"), ElementsAre("一号文件\tset\t\t号文件\t\t\t"));
}

TEST(FindFiguresTest, MarksOfListsAndVersionsAreNoAmounts) {
  const auto kinds = [](std::string_view sentence) {
    std::string all;
    for (const std::string& row : Rows(sentence)) {
      const size_t kind = row.find('\t') + 1;
      all += row.substr(kind, row.find('\t', kind) - kind) + " ";
    }
    return all;
  };
  EXPECT_EQ(kinds("十一是加强监管。"), "ordinal ");
  EXPECT_EQ(kinds("（十一）加强监管。"), "ordinal ");
  EXPECT_EQ(kinds("10.发放补贴20亿元。"), "ordinal amount ");
  EXPECT_EQ(kinds("培育首发经济3.0。"), "set ");
  EXPECT_EQ(kinds("发布“科创100”榜单。"), "set ");
  EXPECT_EQ(kinds("比值达到3.0，指数升至100”。"), "amount amount ");
}

TEST(FindFiguresTest, AUnitSaidOnceIsThatOfTheList) {
  const std::vector<std::string> rows = Rows("分别高于全国12.7个、12个百分点");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_THAT(rows[0], ::testing::HasSubstr("\tpoint\t12.7\t百分点\t"));
  EXPECT_THAT(rows[1], ::testing::HasSubstr("\tpoint\t12\t百分点\t"));
}

TEST(FindFiguresTest, DirectionsOfChange) {
  const auto direction = [](std::string_view sentence) {
    const std::u32string text = text::ToCodePoints(sentence);
    std::string all;
    for (const Figure& figure : FindFigures(text, {0, static_cast<uint32_t>(text.size())}, {})) {
      all += figure.direction == FigureDirection::kIncrease   ? '+'
             : figure.direction == FigureDirection::kDecrease ? '-'
                                                              : '.';
    }
    return all;
  };
  EXPECT_EQ(direction("生产总值达到280亿元，增长5.5%"), ".+");
  EXPECT_EQ(direction("单位能耗下降3.2%，降幅扩大1个百分点"), "-+");
  EXPECT_EQ(direction("进口增长-1.5%"), "-");
  EXPECT_EQ(direction("下调0.5个百分点、上调2元"), "-+");
  EXPECT_EQ(direction("增速回落1.2个百分点"), "-");
  EXPECT_EQ(direction("新增3家、净减4家"), "+-");
  EXPECT_EQ(direction("总量翻一番，产值实现倍增"), "++");
  // Levels and comparisons are no changes.
  EXPECT_EQ(direction("由12元提高到15元"), "..");
  EXPECT_EQ(direction("比全国平均水平高2个百分点"), ".");
  EXPECT_EQ(direction("第三届"), ".");
}

TEST(FindFiguresTest, WhatIsCountedIsNoPartOfTheUnit) {
  EXPECT_THAT(Rows("惠及154万户家庭"), ElementsAre("154万户\tamount\t1540000\t户\t家庭\t\t"));
  EXPECT_THAT(Rows("新增300张床位"), ElementsAre("新增300张\tamount\t300\t张\t床位\t\t"));
}

TEST(FindFiguresTest, NotesInBracketsPartNothing) {
  EXPECT_THAT(Rows("钢产量达到1亿吨，水泥和化肥（折纯）分别达到2.48亿吨和1988万吨"),
              ElementsAre("达到1亿吨\tamount\t100000000\t吨\t钢产量\t\t",
                          "分别达到2.48亿吨\tamount\t248000000\t吨\t水泥\t\t",
                          "1988万吨\tamount\t19880000\t吨\t化肥\t\t"));
}

// 分别 at the head of a clause: each figure is of one of the things named before, never of the last
// one of them for all.
TEST(FindFiguresTest, RespectiveFiguresOfThingsNamedBefore) {
  EXPECT_THAT(Rows("接待国内游客4.16亿人次、入境游客936万人次，分别增长6.7%、39.6%。"),
              ElementsAre("4.16亿人次\tamount\t416000000\t人次\t国内游客\t\t",
                          "936万人次\tamount\t9360000\t人次\t入境游客\t\t",
                          "分别增长6.7%\tpercent\t6.7\t%\t国内游客\t\t",
                          "39.6%\tpercent\t39.6\t%\t入境游客\t\t"));
  const auto things = [](const std::string& text) {
    std::vector<std::string> out;
    for (const std::string& row : Rows(text)) {
      const std::vector<std::string> columns = absl::StrSplit(row, '\t');
      out.push_back(absl::StrCat(columns[0], " ", columns[4]));
    }
    return out;
  };
  EXPECT_THAT(
      things("城镇居民人均可支配收入达到10493元，农村居民人均纯收入达到3255元，扣除价格因素，"
             "分别增长9.6%和6.2%。"),
      ElementsAre("达到10493元 城镇居民人均可支配收入", "达到3255元 农村居民人均纯收入",
                  "分别增长9.6% 城镇居民人均可支配收入", "6.2% 农村居民人均纯收入"));
  // More figures than things: of which one is not known.
  EXPECT_THAT(things("粮食产量达到10亿吨，分别增长5%、6%。"),
              ElementsAre("达到10亿吨 粮食产量", "分别增长5% ", "6% "));
}

TEST(FindFiguresTest, HalfAWordIsNoItem) {
  EXPECT_THAT(Rows("中、高等职业教育在校生分别达到2000万人和861万人"),
              ElementsAre("分别达到2000万人\tamount\t20000000\t人\t中等职业教育在校生\t\t",
                          "861万人\tamount\t8610000\t人\t高等职业教育在校生\t\t"));
}

TEST(FindFiguresTest, ItemsOfAListHaveItsNoun) {
  const auto things = [](std::string_view sentence) {
    std::vector<std::string> out;
    for (const std::string& row : Rows(sentence)) {
      const std::vector<std::string> columns = absl::StrSplit(row, '\t');
      out.push_back(columns[4]);
    }
    return out;
  };
  EXPECT_THAT(things("原煤、原油、天然气产量分别增长1%、2%、3%"),
              ElementsAre("原煤产量", "原油产量", "天然气产量"));
  EXPECT_THAT(things("投资、消费增速分别快于全国3.4个、1个百分点"),
              ElementsAre("投资增速", "消费增速"));
  EXPECT_THAT(things("城镇和农村居民人均可支配收入分别增长5%、6%"),
              ElementsAre("城镇居民人均可支配收入", "农村居民人均可支配收入"));
  EXPECT_THAT(things("电信网络诈骗案件受理数、案损数分别下降16%、36%"),
              ElementsAre("电信网络诈骗案件受理数", "案损数"));
  EXPECT_THAT(things("产业基金、新增能耗支持民间投资项目比重分别为99.3%、93.8%"),
              ElementsAre("产业基金支持民间投资项目比重", "新增能耗支持民间投资项目比重"));
  // Fewer items than figures: all have the list.
  EXPECT_THAT(things("甲市、乙市产量分别增长1%、2%、3%"),
              ElementsAre("甲市、乙市产量", "甲市、乙市产量", "甲市、乙市产量"));
  EXPECT_THAT(things("来华旅游人数1000万人次，创汇8亿美元，分别为1982年的3倍和2倍"),
              ElementsAre("来华旅游人数", "创汇", "", "来华旅游人数", "创汇"));
}

TEST(FindFiguresTest, VerbsInsideNounsCutNothing) {
  const auto thing = [](std::string_view sentence) {
    const std::vector<std::string> rows = Rows(sentence);
    const std::vector<std::string> columns = absl::StrSplit(rows.back(), '\t');
    return columns[4];
  };
  EXPECT_EQ(thing("淘汰落后炼铁产能4659万吨"), "落后炼铁产能");
  EXPECT_EQ(thing("每万人发明专利拥有量达34件"), "每万人发明专利拥有量");
  EXPECT_EQ(thing("机电产品出口额增长30.8%"), "机电产品出口额");
  EXPECT_EQ(thing("铁路货物发送量增长14.9%"), "铁路货物发送量");
  EXPECT_EQ(thing("项目投资完成额增长6%"), "项目投资完成额");
  EXPECT_EQ(thing("生产安全事故起数下降8%"), "生产安全事故起数");
  EXPECT_EQ(thing("预期性指标19项"), "预期性指标");
  EXPECT_EQ(thing("1979年比上年产值增长14.9%"), "产值");
  EXPECT_EQ(thing("工业支出85亿元，占总数的53.2%"), "工业支出");
  EXPECT_EQ(thing("资助困难家庭大学生，合计6300名"), "困难家庭大学生");
}

TEST(FindFiguresTest, MoneyLookAlikesAndIdioms) {
  EXPECT_THAT(Rows("小麦每斤提高1毛钱"), ElementsAre("提高1毛钱\tamount\t1\t角\t小麦每斤\t\t"));
  EXPECT_EQ(ToUnit(U"毛钱").base, "元");
  EXPECT_EQ(ToUnit(U"毛钱").factor, (Decimal{1, -1}));
  EXPECT_THAT(Rows("安排资金25l亿元"), ElementsAre("25l亿元\tapproximate\t\t元\t资金\t\t"));
  EXPECT_THAT(Rows("25L柴油"), ElementsAre(::testing::HasSubstr("\tamount\t25\t升\t")));
  EXPECT_THAT(Rows("实现从0到1的突破"), ElementsAre("从0到1\tset\t\t\t\t\t"));
  EXPECT_EQ(ToUnit(U"成").base, "%");
}

TEST(FindFiguresTest, ATimeBetweenAQuantityAndItsFigure) {
  EXPECT_THAT(
      Rows("常住人口城镇化率五年提高3.89个百分点"),
      ElementsAre("五年\tamount\t5\t年\t\t\t", ::testing::HasSubstr("百分点\t常住人口城镇化率\t")));
  EXPECT_THAT(
      Rows("“一网通办”首办成功率超过90%"),
      ElementsAre("一网通办\tset\t\t\t\t\t", "超过90%\tpercent\t90\t%\t“一网通办”首办成功率\t\t"));
}

TEST(FindPeriodTest, AHeadingOfTwoTimesNamesNeither) {
  const auto period = [](std::string_view heading) {
    const std::u32string text = text::ToCodePoints(heading);
    return FindPeriod(text, {0, static_cast<uint32_t>(text.size())}, {.year = 2026}, true);
  };
  EXPECT_TRUE(period("“十五五”时期主要目标和2026年重点工作").empty());
  EXPECT_EQ(period("“十五五”时期主要目标").first_year, 2026);
  EXPECT_EQ(period("“十五五”时期主要目标").last_year, 2030);
  EXPECT_EQ(period("2026年重点工作").last_year, 2026);
}

TEST(FindFiguresTest, PairsOfValuesGoOnPairwise) {
  const std::vector<std::string> rows =
      Rows("城镇居民收入、农民收入分别由46503元、16935元提高到50000元、20000元。",
           {.passage = Passage::kReview, .period = {{0, 2}, 2021, 2021}, .report = {.year = 2022}});
  EXPECT_THAT(rows, ElementsAre("分别由46503元\tamount\t46503\t元\t城镇居民收入\t\tresult",
                                "16935元\tamount\t16935\t元\t农民收入\t\tresult",
                                "提高到50000元\tamount\t50000\t元\t城镇居民收入\t城镇\tresult",
                                "20000元\tamount\t20000\t元\t农民收入\t城镇\tresult"));
}

TEST(FindFiguresTest, AmountsWithoutAValueHaveNone) {
  EXPECT_THAT(Rows("三分之一的县"), ElementsAre("三分之一\tfraction\t\t\t\t\t"));
  EXPECT_THAT(Rows("成本下降三成"), ElementsAre("下降三成\tmultiple\t3\t成\t成本\t\t"));
  EXPECT_THAT(Rows("总量翻一番"), ElementsAre("翻一番\tmultiple\t\t\t总量\t\t"));
  EXPECT_THAT(Rows("打造千亿级产业"), ElementsAre("千亿级\tapproximate\t\t\t产业\t\t"));
  EXPECT_THAT(Rows("数百个项目"), ElementsAre("数百个\tapproximate\t\t个\t项目\t\t"));
}

// What the figures of a sentence of a review of 2025 measure.
std::vector<std::string> Things(std::string_view sentence) {
  std::vector<std::string> out;
  for (const std::string& row :
       Rows(sentence, {.passage = Passage::kReview, .period = {}, .report = {}})) {
    const std::vector<std::string> columns = absl::StrSplit(row, '\t');
    out.push_back(columns[4]);
  }
  return out;
}

struct Measured {
  std::string_view sentence;
  std::vector<std::string> things;  // one of each figure
};

// A clause that says of what it speaks takes nothing from the list before it.
TEST(FigureMeasureTest, AClauseHasItsOwnSubject) {
  const Measured kCases[] = {
      {"对甲国、乙国出口分别增长7%、9%，全省出口总值再创新高，达到512亿元、增长8%。",
       {"对甲国出口", "乙国出口", "全省出口总值", "全省出口总值"}},
      {"苹果、梨产量分别为30万吨、20万吨，粮食产量再创新高，达到800万吨、增长2%。",
       {"苹果产量", "梨产量", "粮食产量", "粮食产量"}},
      {"甲县、乙县财政收入分别增长5%、6%，全市税收形势向好，完成120亿元、增长3%。",
       {"甲县财政收入", "乙县财政收入", "全市税收", "全市税收"}},
      {"城镇、农村居民收入分别增长3%、4%，城乡收入比持续缩小，降至2.1。",
       {"城镇居民收入", "农村居民收入", "城乡收入比"}},
      {"粮食产量超过目标任务，达到500亿斤。", {"粮食产量"}},
      {"人均预期寿命提高0.9岁，居民收入目标提前两年实现，增长7%。",
       {"人均预期寿命", "", "居民收入"}},
      {"外贸规模首次站上万亿台阶，达到1.2万亿元。", {"外贸规模", "外贸规模"}},
      {"一产、二产投资分别增长3%、4%，民间投资活力增强，增长8%。",
       {"", "一产投资", "二产投资", "民间投资"}},
      {"城镇新增就业提前三个月完成年度任务，全年达到60万人。", {"", "城镇新增就业"}},
      {"税收收入超过年初预算3个百分点，比预算多20亿元。", {"税收收入", "税收收入"}},
      // Of what is not told.
      {"小麦、玉米单产分别提高3%、5%，大豆扩种成效明显，达到300万亩、增长2%。",
       {"小麦单产", "玉米单产", "", ""}},
      // Those that go on about the list, in pairs, keep its things.
      {"小麦、玉米产量分别达到3万吨、4万吨，扣除损耗，增长3%、4%。",
       {"小麦产量", "玉米产量", "小麦产量", "玉米产量"}},
      {"粮食、油料产量分别达到3万吨、4万吨，分别增长3%、4%。",
       {"粮食产量", "油料产量", "粮食产量", "油料产量"}},
      {"城镇居民收入、农民收入分别达到5万元、2万元，比上年提高3000元、2000元。",
       {"城镇居民收入", "农民收入", "城镇居民收入", "农民收入"}},
  };
  for (const Measured& measured : kCases) {
    EXPECT_THAT(Things(measured.sentence), ElementsAreArray(measured.things)) << measured.sentence;
  }
}

TEST(FigureMeasureTest, AimsThatAreComparedWithAreNotMeasured) {
  const Measured kCases[] = {
      {"粮食总产超额完成年度目标任务，达到901亿斤，比目标任务多10亿斤。", {"粮食总产", "粮食总产"}},
      {"就业人数超额完成任务5万人。", {"就业人数"}},
      {"外贸增长8%，高于年初确定的目标3个百分点。", {"外贸", "外贸"}},
      {"国考断面好于Ⅲ类水体比例优于国家考核目标14个百分点。", {"国考断面好于Ⅲ类水体比例"}},
      {"报销比例目标70%，增速目标5%。", {"报销比例", "增速"}},
  };
  for (const Measured& measured : kCases) {
    EXPECT_THAT(Things(measured.sentence), ElementsAreArray(measured.things)) << measured.sentence;
  }
}

TEST(FigureMeasureTest, ItemsKeepAllOfTheirNoun) {
  const Measured kCases[] = {
      {"城市、县城绿化面积分别达到120亩、80亩", {"城市绿化面积", "县城绿化面积"}},
      {"高校毕业生、退役军人就业率分别达到92%、96%", {"高校毕业生就业率", "退役军人就业率"}},
      {"中医医院、妇幼保健院门诊量分别为3万人次、2万人次", {"中医医院门诊量", "妇幼保健院门诊量"}},
      {"农村公路、国省干线公路优良路率分别为88%、93%",
       {"农村公路优良路率", "国省干线公路优良路率"}},
      {"与东盟、欧盟贸易额分别增长10%、6%", {"与东盟贸易额", "欧盟贸易额"}},
      {"甲市、乙市、丙市地区生产总值分别为3亿元、2亿元和1亿元",
       {"甲市地区生产总值", "乙市地区生产总值", "丙市地区生产总值"}},
      {"炼铁、炼钢先进产能占比分别达到64%、62%", {"炼铁先进产能占比", "炼钢先进产能占比"}},
      {"城市、农村居民最低生活保障标准分别提高到每月800元、600元",
       {"城市居民最低生活保障标准", "农村居民最低生活保障标准"}},
      {"矿山、危化品事故死亡人数分别下降10%、20%", {"矿山事故死亡人数", "危化品事故死亡人数"}},
      {"国有企业、民营企业利润总额分别增长3%、4%", {"国有企业利润总额", "民营企业利润总额"}},
      {"“城市公园”、“口袋公园”保有量分别达到3个、4个", {"“城市公园”保有量", "“口袋公园”保有量"}},
      {"制造业、食品产业增加值分别增长3%、4%", {"制造业增加值", "食品产业增加值"}},
      {"服务性消费支出占比达到46%，服务消费增长5%", {"服务性消费支出占比", "服务消费"}},
      {"每斤稻谷最低收购价提高2角", {"每斤稻谷最低收购价"}},
      // Neighbours that have nothing to take.
      {"对东盟、共建国家进出口总额分别增长10%、12%", {"对东盟进出口总额", "共建国家进出口总额"}},
      {"进口、出口总额分别为1亿元、2亿元", {"进口", "出口总额"}},
      {"规上工业增加值、进出口总额分别增长7%、8%", {"规上工业增加值", "进出口总额"}},
      {"服务群众300万人次", {"群众"}},
      {"收购粮食300亿斤", {"粮食"}},
  };
  for (const Measured& measured : kCases) {
    EXPECT_THAT(Things(measured.sentence), ElementsAreArray(measured.things)) << measured.sentence;
  }
}

TEST(FindFiguresTest, SomeAreOfNoCertainNumber) {
  for (const char* some : {"一两年", "一两个", "一两件", "三两天", "一两百个", "三两个"}) {
    const std::vector<std::string> rows = Rows(some);
    ASSERT_EQ(rows.size(), 1u) << some;
    EXPECT_THAT(rows[0], ::testing::StartsWith(std::string(some) + "\tapproximate\t\t"));
  }
  EXPECT_THAT(Rows("黄金一两"), ElementsAre("一两\tamount\t1\t两\t\t\t"));
  EXPECT_THAT(Rows("一万两千人"), ElementsAre("一万两千人\tamount\t12000\t人\t\t\t"));
  EXPECT_THAT(Rows("投资一两百亿元"), ElementsAre("一两百亿元\tapproximate\t\t元\t投资\t\t"));
}

TEST(FindFiguresTest, IdiomsHoldNoFigures) {
  for (const char* idiom : {"危机四伏", "一分耕耘，一分收获", "入木三分", "一寸光阴一寸金",
                            "一毛不拔", "九牛一毛", "半斤八两"}) {
    EXPECT_THAT(Rows(idiom), IsEmpty()) << idiom;
  }
  EXPECT_THAT(Rows("电压四伏"), ElementsAre(::testing::StartsWith("四伏\tamount\t4\t伏\t")));
  EXPECT_THAT(Rows("完成0到1的跨越"), ElementsAre("0到1\tset\t\t\t\t\t"));
  EXPECT_THAT(Rows("照顾0到1岁婴儿"), ElementsAre("0到1岁\tamount\t0..1\t岁\t婴儿\t\t"));
}

TEST(FindFiguresTest, BelowZero) {
  EXPECT_THAT(Rows("气温零下5摄氏度"), ElementsAre("零下5摄氏度\tamount\t-5\t摄氏度\t气温\t\t"));
  EXPECT_THAT(Rows("气温零下二十度"), ElementsAre("零下二十度\tamount\t-20\t度\t气温\t\t"));
  EXPECT_THAT(Rows("气温零下5至10℃"), ElementsAre("零下5至10℃\tamount\t-10..-5\t摄氏度\t气温\t\t"));
  EXPECT_THAT(Rows("增速为负0.5%"), ElementsAre(::testing::HasSubstr("负0.5%\tpercent\t-0.5\t%")));
  EXPECT_THAT(Rows("担负5项任务"), ElementsAre("5项\tamount\t5\t项\t任务\t\t"));
  EXPECT_THAT(Rows("气温5摄氏度"), ElementsAre("5摄氏度\tamount\t5\t摄氏度\t气温\t\t"));
}

TEST(FindFiguresTest, MoneyInSmallUnits) {
  // "value unit, value in 元" of the one figure.
  const auto money = [](std::string_view sentence) -> std::string {
    const std::u32string text = text::ToCodePoints(sentence);
    const auto figures = FindFigures(text, {0, static_cast<uint32_t>(text.size())}, {});
    if (figures.size() != 1 || !figures[0].low.has_value()) {
      return "none";
    }
    const Unit unit = UnitOf(figures[0], text);
    return absl::StrCat(ToString(*figures[0].low), " ", unit.name, ", ",
                        ToString(*Multiply(*figures[0].low, unit.factor)), " ", unit.base);
  };
  EXPECT_EQ(money("小麦提高1毛"), "1 角, 0.1 元");
  EXPECT_EQ(money("另补5毛。"), "5 角, 0.5 元");
  EXPECT_EQ(money("补贴2块5毛"), "25 角, 2.5 元");
  EXPECT_EQ(money("补贴三块五毛"), "35 角, 3.5 元");
  EXPECT_EQ(money("电价降低3分5厘"), "35 厘, 0.035 元");
  EXPECT_EQ(money("票价1元5角"), "15 角, 1.5 元");
  EXPECT_EQ(money("票价8角1分钱"), "81 分, 0.81 元");
  EXPECT_EQ(money("水价3元2角5分"), "325 分, 3.25 元");
  // No money, or not surely.
  EXPECT_EQ(money("三分五厘地"), "35 厘, 35 厘");
  EXPECT_EQ(money("得分95分"), "95 分, 95 分");
  EXPECT_EQ(money("毛利率15%"), "15 %, 15 %");
  EXPECT_EQ(money("钢板厚5厘米"), "5 厘米, 0.05 米");
}

TEST(FindFiguresTest, ScalesAloneHaveTheirValueBeforeAUnit) {
  EXPECT_THAT(Rows("投资近千亿元"), ElementsAre("近千亿元\tamount\t100000000000\t元\t投资\t\t"));
  EXPECT_THAT(Rows("投资突破万亿元"),
              ElementsAre("突破万亿元\tamount\t1000000000000\t元\t投资\t\t"));
  for (const char* order : {"千亿级", "万亿级", "亿元", "万家"}) {
    EXPECT_THAT(Rows(order)[0], ::testing::HasSubstr("\tapproximate\t\t")) << order;
  }
  // Steps that are counted are orders, not what was reached.
  for (const char* steps : {"生产总值连跨两个万亿元台阶", "跨越3个千亿元台阶"}) {
    EXPECT_THAT(Rows(steps), ::testing::Contains(::testing::HasSubstr("\tapproximate\t\t")))
        << steps;
    EXPECT_THAT(Rows(steps), ::testing::Not(::testing::Contains(::testing::HasSubstr("00000"))))
        << steps;
  }
  EXPECT_THAT(Rows("PM_2.5平均浓度"), ::testing::Each(::testing::HasSubstr("\tset\t")));
  EXPECT_THAT(Rows("PM_2.5平均浓度下降5%"),
              ::testing::Contains(::testing::HasSubstr("\tPM_2.5平均浓度\t")));
  EXPECT_THAT(Rows("一次性发放补贴"), ElementsAre());
  EXPECT_THAT(Rows("任何一块领土"), ::testing::Each(::testing::HasSubstr("\tapproximate\t\t")));
  EXPECT_THAT(Rows("召开十一次全会"), ::testing::Each(::testing::HasSubstr("\tordinal\t")));
}

TEST(FindFiguresTest, RankingsAndSpansOfYears) {
  EXPECT_THAT(Rows("跻身综合实力30强"), ElementsAre("30强\tset\t30\t强\t\t\t"));
  EXPECT_THAT(Rows("进入前30强"), ElementsAre("前30强\tset\t30\t强\t\t\t"));
  EXPECT_THAT(Rows("五年间变化很大"), ElementsAre("五年间\tamount\t5\t年\t\t\t"));
  EXPECT_THAT(Rows("平板玻璃7600多万重量箱"),
              ElementsAre("7600多万重量箱\tamount\t76000000\t重量箱\t平板玻璃\t\t"));
}

TEST(FigureModeTest, ThisYearIsAheadOfAReportOfSpring) {
  const auto mode = [](std::string_view sentence, bool early) {
    const std::vector<std::string> rows =
        Rows(sentence, {.passage = Passage::kReview,
                        .period = {},
                        .report = {.year = 2026, .early_in_year = early}});
    const std::vector<std::string> columns = absl::StrSplit(rows.back(), '\t');
    return columns[4] + " " + columns[6];
  };
  EXPECT_EQ(mode("去年建成充电桩3万个，今年再建5万个", true), "充电桩 target");
  EXPECT_EQ(mode("去年建成充电桩3万个，今年再建5万个", false), "充电桩 result");
  EXPECT_EQ(mode("今年已建成充电桩5万个", true), "充电桩 result");
  EXPECT_EQ(mode("去年建成充电桩3万个、增长5%", true), "充电桩 result");
}

TEST(FindFiguresTest, RoadsGenerationsAndSystemsAreNoAmounts) {
  for (const char* const text :
       {"沿边331国道全线贯通", "国道331线改造", "省道317提质", "90后、00后成为主力", "三人制篮球",
        "九年制义务教育", "进入全国前8位", "五届人大四次会议批准", "7至10月降雨偏多",
        "2024—2025采暖季", "“八五”普法"}) {
    for (const std::string& row : Rows(text)) {
      EXPECT_EQ(row.find("\tamount\t"), std::string::npos) << row;
    }
  }
  EXPECT_THAT(Rows("107国道改扩建12公里"),
              ElementsAre("107\tset\t\t\t\t\t", "12公里\tamount\t12\t公里\t107国道改扩建\t\t"));
  EXPECT_THAT(Rows("一个半小时到达"), ElementsAre("一个半小时\tapproximate\t\t个半小时\t\t\t"));
  // Neither a system nor a generation, nor one of a row.
  EXPECT_THAT(Rows("12家制造企业"), ElementsAre("12家\tamount\t12\t家\t制造企业\t\t"));
  EXPECT_THAT(Rows("召开四次会议"),
              ElementsAre(::testing::StartsWith("四次会议\tamount\t4\t次会议\t")));
}

TEST(FindFiguresTest, DaysThatSomethingTook) {
  EXPECT_THAT(Rows("会议开了十五日"), ElementsAre("十五日\tamount\t15\t日\t\t\tresult"));
  EXPECT_THAT(Rows("大会历时15日"), ElementsAre("15日\tamount\t15\t日\t\t\t"));
  EXPECT_THAT(Rows("大会十五日闭幕"), ElementsAre("十五日\tdate\t\t日\t\t\t"));
  EXPECT_THAT(Rows("到了十五日"), ElementsAre("十五日\tdate\t\t日\t\t\t"));
}

TEST(FindFiguresTest, SpansOfYearsWithAWordBehind) {
  EXPECT_THAT(Rows("2020—2024年年均增长6.5%"),
              ElementsAre("2020—2024年\tyear\t2020..2024\t年\t\t\t",
                          "年均增长6.5%\tpercent\t6.5\t%\t\t2020—2024年\t"));
  EXPECT_THAT(Rows("2024—1925人"), ElementsAre("2024—1925人\tamount\t1925..2024\t人\t\t\t"));
}

TEST(FigurePeriodTest, TheSameSpanOfAnotherYear) {
  Surroundings surroundings;
  surroundings.report.year = 1956;
  surroundings.passage = Passage::kReview;
  EXPECT_THAT(Rows("完成年计划27%，去年同期则完成24%", surroundings),
              ElementsAre("计划27%\tpercent\t27\t%\t\t\tresult",
                          "24%\tpercent\t24\t%\t\t去年同期\tresult"));
  EXPECT_EQ(YearsOf(U"完成年计划27%，去年同期则完成24%", {1956, false}), std::pair(1955, 1955));
  EXPECT_EQ(YearsOf(U"增速为5%，上年同期为3.5%", {2026, false}), std::pair(2025, 2025));
  // What something is compared with is no time of it.
  for (const char32_t* const text :
       {U"比上年同期增长5%", U"产值较快增长，上年同期相比增长5%", U"与去年同期持平，为5%"}) {
    EXPECT_EQ(YearsOf(text, {2026, false}), std::pair(0, 0)) << text::ToUtf8(text);
  }
}

TEST(FigurePeriodTest, TheEndOfTheCentury) {
  EXPECT_EQ(YearsOf(U"到本世纪末国民生产总值翻两番", {1990, false}), std::pair(2000, 2000));
  EXPECT_EQ(YearsOf(U"到本世纪末国民生产总值翻两番", {2000, false}), std::pair(2000, 2000));
  EXPECT_EQ(YearsOf(U"到本世纪末国民生产总值翻两番", {}), std::pair(0, 0));
  EXPECT_EQ(YearsOf(U"到本世纪中叶达到5%", {2026, false}), std::pair(0, 0));
}

TEST(FindPeriodTest, AHeadingOfTwoLengthsNamesNeither) {
  const ReportTime autumn{2022, true};
  const auto period = [&](const std::u32string& heading) {
    return FindPeriod(heading, {0, static_cast<uint32_t>(heading.size())}, autumn, true);
  };
  EXPECT_TRUE(period(U"一、过去五年的工作和新时代十年的伟大变革").empty());
  EXPECT_EQ(period(U"一、过去五年的工作和历史性变革").first_year, 2017);
  EXPECT_EQ(period(U"一、过去五年的工作和三年行动").first_year, 2017);
}

TEST(FindFiguresTest, EmptyAndForeign) {
  EXPECT_THAT(Rows(""), IsEmpty());
  EXPECT_THAT(Rows("没有数字。"), IsEmpty());
  const std::u32string wild = U"\xD800\x110000 5\x10FFFF";
  EXPECT_EQ(FindFigures(wild, {0, static_cast<uint32_t>(wild.size())}, {}).size(), 1u);
  // A number with more digits than anything is measured by.
  std::string scales = "1";
  for (int i = 0; i < 30; ++i) {
    scales += "亿";
  }
  EXPECT_THAT(Rows(scales + "元"), ElementsAre(scales + "元\tamount\t\t元\t\t\t"));
}

// What looks like an amount and is none.
TEST(FindFiguresTest, NumbersThatAreNoAmounts) {
  // Years.
  EXPECT_THAT(Rows("完成1980、1981年计划"),
              ElementsAre("1980\tyear\t1980\t\t\t\t", "1981年\tyear\t1981\t年\t\t\t"));
  EXPECT_THAT(Rows("1979年轻工业总产值增长9.6%"),
              ElementsAre("1979年\tyear\t1979\t年\t\t\t",
                          "增长9.6%\tpercent\t9.6\t%\t轻工业总产值\t1979年\t"));
  EXPECT_THAT(Rows("培养1000年轻干部"), ::testing::Contains(::testing::HasSubstr("\tamount\t")));
  EXPECT_THAT(
      Rows("一九五三和一九五四两年合计200亿元"),
      ElementsAre("一九五三\tyear\t1953\t\t\t\t", "一九五四\tyear\t1954\t\t\t\t",
                  "两年\tamount\t2\t年\t\t\t", "合计200亿元\tamount\t20000000000\t元\t\t\t"))
      << "and of neither year alone";
  EXPECT_THAT(Rows("承办2026智慧农业博览会"), ElementsAre("2026\tyear\t2026\t\t\t\t"));
  EXPECT_THAT(Rows("新增2000农户"), ::testing::Contains(::testing::HasSubstr("\tamount\t2000\t")));
  EXPECT_THAT(Rows("实施方案（2026版）"), ElementsAre("2026版\tset\t\t版\t\t\t"));
  EXPECT_THAT(Rows("今年1——5月份完成"),
              ElementsAre("1\tdate\t\t\t\t\t", "5月份\tdate\t\t月份\t\t\t"));
  // Places in a row.
  EXPECT_THAT(Rows("按照省委十届十次、十一次全会部署"),
              ::testing::Not(::testing::Contains(::testing::HasSubstr("\tamount\t"))));
  EXPECT_THAT(Rows("党的八届十中全会"),
              ::testing::Not(::testing::Contains(::testing::HasSubstr("\tamount\t"))));
  EXPECT_THAT(Rows("分为两派：1．民主运动；2．工人运动"),
              ::testing::Contains(::testing::HasSubstr("2\tordinal\t")));
  for (const char* const sentence :
       {"从十一届三中全会开始", "从十九大到二十大", "推进核电三期建设", "实施一期工程",
        "八十年代以来", "面向二十一世纪", "从8月份起", "改革2.0版", "Z4线建成", "缺斤短两等问题",
        "实现两位数增长", "严格执行约法三章", "更上一层楼", "三步走战略", "二十四日又说",
        "一季度负增长", "农业八字宪法", "二连盆地"}) {
    EXPECT_THAT(Rows(sentence),
                ::testing::Not(::testing::Contains(::testing::HasSubstr("\tamount\t"))))
        << sentence;
  }
  EXPECT_THAT(Rows("三日内办结"), ::testing::Contains(::testing::HasSubstr("\tamount\t3\t日\t")));
  EXPECT_THAT(Rows("我们是一个人口大国"),
              ElementsAre(::testing::HasSubstr("一个\tamount\t1\t个\t人口大国")));
  EXPECT_THAT(Rows("分三期建设"), ::testing::Contains(::testing::HasSubstr("\tamount\t3\t期\t")));
  // Names, ratios.
  EXPECT_THAT(Rows("歼-35战机"), ::testing::Each(::testing::HasSubstr("\tname\t")));
  EXPECT_THAT(Rows("气温-35摄氏度"), ::testing::Contains(::testing::HasSubstr("\tamount\t-35\t")));
  EXPECT_THAT(Rows("B1、Z2等地铁"),
              ::testing::Not(::testing::Contains(::testing::HasSubstr("\tamount\t"))));
  EXPECT_THAT(Rows("比例由1.03比1改为1比1"),
              ::testing::Each(::testing::HasSubstr("\tfraction\t\t")));
  EXPECT_THAT(Rows("比例为12.3∶1"), ElementsAre(::testing::HasSubstr("12.3∶1\tfraction\t\t")));
  EXPECT_THAT(Rows("八步沙林场"), ::testing::Each(::testing::HasSubstr("\tset\t")));
  EXPECT_THAT(Rows("行百里者半九十"), IsEmpty());
}

TEST(FindFiguresTest, MoneyWithoutItsLastUnit) {
  EXPECT_THAT(Rows("小麦收购价提高2毛5"), ElementsAre("提高2毛5\tamount\t2.5\t角\t小麦收购价\t\t"));
  EXPECT_THAT(Rows("每斤3块8。"), ElementsAre(::testing::HasSubstr("3块8\tamount\t3.8\t元\t")));
  EXPECT_THAT(Rows("补贴30块5个月"),
              ::testing::Contains(::testing::HasSubstr("\tamount\t5\t个月\t")));
}

TEST(FindFiguresTest, ThingsComparedWithAnAverage) {
  EXPECT_THAT(Rows("高中阶段毛入学率达到96.9%，高于全国平均水平4.9个百分点"),
              ::testing::Contains(
                  ::testing::HasSubstr("4.9个百分点\tpoint\t4.9\t百分点\t高中阶段毛入学率\t")));
  EXPECT_THAT(Rows("新建成轨道交通线路7条"), ElementsAre("7条\tamount\t7\t条\t轨道交通线路\t\t"));
  EXPECT_THAT(
      Rows("外贸、内贸企业数分别增长5%、6%"),
      ElementsAre(::testing::HasSubstr("\t外贸企业数\t"), ::testing::HasSubstr("\t内贸企业数\t")));
}

// Every figure of every report lies where a numeral lies, and all of it inside its sentence.
TEST(CorpusTest, RangesLieInTheirSentences) {
  const auto corpus = testing::CorpusDir();
  if (!corpus.has_value()) {
    GTEST_SKIP() << "the corpus of real reports is absent";
  }
  size_t measured = 0;
  size_t count = 0;
  for (const auto& path : testing::TextFiles(*corpus / "reports")) {
    const report::ParsedReport report = Parse(testing::ReadFile(path));
    const auto figures = archive::FindFigures(report);
    ASSERT_EQ(figures.size(), report.quotes.size());
    for (size_t q = 0; q < figures.size(); ++q) {
      const report::Range sentence = report.quotes[q].range;
      const std::u32string_view text =
          std::u32string_view(report.joined).substr(sentence.begin, sentence.size());
      const std::vector<Numeral> numerals = FindNumerals(text);
      ASSERT_EQ(figures[q].size(), numerals.size());
      for (size_t i = 0; i < numerals.size(); ++i) {
        const Figure& figure = figures[q][i];
        EXPECT_EQ(figure.range.begin - sentence.begin, numerals[i].token.begin);
        // What is counted is left out of the unit: 154万户|家庭.
        const bool shorter = figure.unit.size() < numerals[i].unit.size();
        // 1979年|轻工业: 年轻 is no year in a token.
        const bool longer =
            figure.kind == FigureKind::kYear && numerals[i].kind == NumeralKind::kCardinal;
        EXPECT_EQ(figure.range.end - sentence.begin,
                  shorter ? numerals[i].unit.begin + 1
                          : numerals[i].token.end + (longer ? figure.unit.size() : 0));
        EXPECT_LE(figure.measure.end, figure.measure.empty() ? 0 : sentence.end);
        EXPECT_GE(figure.measure.begin, figure.measure.empty() ? 0 : sentence.begin);
        EXPECT_LE(figure.period.range.end, report.joined.size());
        EXPECT_LE(figure.period.first_year, figure.period.last_year);
        ++count;
        measured += figure.measure.empty() ? 0u : 1u;
      }
    }
  }
  EXPECT_GT(count, 10'000u);
  EXPECT_GT(measured, 5'000u);
}

TEST(ParseAmountTest, ReadsWhatIsPrinted) {
  const auto amount = [](std::string_view text) -> std::string {
    const auto parsed = ParseAmount(text::ToCodePoints(text));
    if (!parsed.has_value()) {
      return "none";
    }
    return ToString(parsed->low) +
           (parsed->high.has_value() ? ".." + ToString(*parsed->high) : "") + " " +
           (parsed->unit.has_value() ? parsed->unit->name : "-");
  };
  EXPECT_EQ(amount("280亿元"), "28000000000 元");
  EXPECT_EQ(amount("2,800,000万元"), "28000000000 元");
  EXPECT_EQ(amount(" 二百八十亿元 "), "28000000000 元");
  EXPECT_EQ(amount("百分之五"), "5 %");
  EXPECT_EQ(amount("5%—6%"), "5..6 %");
  EXPECT_EQ(amount("-1.5"), "-1.5 -");
  EXPECT_EQ(amount("60.5平方公里"), "60.5 平方公里");
  EXPECT_EQ(amount("60.5km2"), "60.5 平方公里");
  EXPECT_EQ(amount("2021年"), "2021 年");
  EXPECT_EQ(amount("1.2个百分点"), "1.2 百分点");
  for (const char* none : {"", "元", "约280亿元", "280亿元以上", "翻一番", "一百和二百",
                           "280亿元的", "千亿级", "8:30", "2.8e10"}) {
    EXPECT_EQ(amount(none), "none") << none;
  }
}

TEST(ToUnitTest, ExactRatiosOnly) {
  EXPECT_EQ(ToUnit(U"公里"), (Unit{"公里", "米", {1, 3}}));
  EXPECT_EQ(ToUnit(U"KM"), ToUnit(U"千米"));
  EXPECT_EQ(ToUnit(U"万"), (Unit{"万", "万", {1, 0}}));
  EXPECT_NE(ToUnit(U"亩").base, ToUnit(U"公顷").base);
  EXPECT_EQ(ToUnit(U"噸").base, "公斤");
  EXPECT_EQ(ToUnit(U"").name, "");
}

// A whole number below 10^16 in Chinese, as schools teach it.
std::u32string Chinese(uint64_t n) {
  constexpr std::u32string_view kDigits = U"零一二三四五六七八九";
  if (n >= 100'000'000 || n >= 10'000) {
    const uint64_t scale = n >= 100'000'000 ? 100'000'000 : 10'000;
    std::u32string out = Chinese(n / scale) + (scale > 10'000 ? U"亿" : U"万");
    const uint64_t rest = n % scale;
    if (rest == 0) {
      return out;
    }
    return out + (rest < scale / 10 ? U"零" : U"") + Chinese(rest);
  }
  std::u32string out;
  constexpr std::u32string_view kScales = U"千百十";
  bool zero = false;
  uint64_t unit = 1000;
  for (const char32_t scale : kScales) {
    const uint64_t digit = n / unit % 10;
    if (digit > 0) {
      out += zero && !out.empty() ? U"零" : U"";
      out += kDigits[digit];
      out += scale;
      zero = false;
    } else {
      zero = true;
    }
    unit /= 10;
  }
  if (n % 10 > 0) {
    out += zero && !out.empty() ? U"零" : U"";
    out += kDigits[n % 10];
  }
  return out;
}

std::u32string Arabic(uint64_t n, bool grouped) {
  const std::string digits = std::to_string(n);
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (grouped && i > 0 && (digits.size() - i) % 3 == 0) {
      out += ',';
    }
    out += digits[i];
  }
  return text::ToCodePoints(out);
}

TEST(ValuePropertyTest, ValuesComeBackFromEveryForm) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 20'000; ++round) {
    const int bits = static_cast<int>(random() % 50) + 4;
    const uint64_t n = (random() >> (64 - bits)) + 11;
    const uint64_t hundredths = random() % 99 + 1;
    const std::string whole = std::to_string(n);
    const auto value = [](const std::u32string& text) {
      const auto amount = ParseAmount(text);
      return amount.has_value() && amount->unit.has_value() ? ToString(amount->low) : "none";
    };
    EXPECT_EQ(value(Arabic(n, false) + U"元"), whole);
    EXPECT_EQ(value(Arabic(n, true) + U"元"), whole);
    if (n < 1'000'000'000'000) {
      EXPECT_EQ(value(Chinese(n) + U"元"), whole) << text::ToUtf8(Chinese(n));
    }
    EXPECT_EQ(value(Arabic(n, false) + U"万元"), whole + "0000");
    EXPECT_EQ(value(Arabic(n, false) + U"亿元"), whole + "00000000");
    // 12.34万元: moved by hand.
    std::string decimals = std::to_string(hundredths);
    decimals = std::string(2 - decimals.size(), '0') + decimals;
    EXPECT_EQ(value(Arabic(n, false) + U"." + text::ToCodePoints(decimals) + U"万元"),
              whole + decimals + "00");
  }
}

TEST(DecimalTest, ComparesAsIntegersDo) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 100'000; ++round) {
    const auto make = [&] {
      const auto mantissa = static_cast<int64_t>(random() % 2'001) - 1'000;
      return LowestTerms({mantissa, static_cast<int32_t>(random() % 7) - 3});
    };
    const Decimal a = make();
    const Decimal b = make();
    const auto scaled = [](const Decimal& d) {
      int64_t value = d.mantissa;
      for (int i = -3; i < d.exponent; ++i) {
        value *= 10;
      }
      return value;
    };
    EXPECT_EQ(Compare(a, b), scaled(a) <=> scaled(b));
    EXPECT_EQ(ParseDecimal(ToString(a)), a);
    const auto product = Multiply(a, b);
    ASSERT_TRUE(product.has_value());
    EXPECT_EQ(Compare(*product, LowestTerms({a.mantissa * b.mantissa, a.exponent + b.exponent})),
              std::strong_ordering::equal);
  }
}

TEST(DecimalTest, SpellingsAndLimits) {
  EXPECT_EQ(ParseDecimal("007.50"), (Decimal{75, -1}));
  EXPECT_EQ(ParseDecimal("-0.0"), (Decimal{0, 0}));
  EXPECT_EQ(ParseDecimal("+100"), (Decimal{1, 2}));
  EXPECT_EQ(ParseDecimal("123456789012345678"), (Decimal{123456789012345678, 0}));
  for (const char* bad :
       {"", "-", ".5", "5.", "1.2.3", "1e5", "0x1", " 1", "1234567890123456789", "1,000", "--1"}) {
    EXPECT_EQ(ParseDecimal(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(ParseDecimal(std::string(41, '1')), std::nullopt);
  EXPECT_EQ(Multiply({INT64_MAX / 3, 0}, {7, 0}), std::nullopt);
  EXPECT_EQ(Compare({1, 2'000'000'000}, {1, -2'000'000'000}), std::strong_ordering::greater);
  EXPECT_EQ(Compare({-1, 2'000'000'000}, {1, -2'000'000'000}), std::strong_ordering::less);
}

}  // namespace
}  // namespace quotes::figures
