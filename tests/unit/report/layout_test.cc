#include "service/report/layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "service/report/parser.h"
#include "service/text/decode.h"
#include "tests/support/report_checks.h"
#include "tests/support/status_matchers.h"

namespace quotes::report {
namespace {

struct LaidOutLine {
  std::string text;
  LineHint hint;
};

ParsedReport Parse(const std::vector<LaidOutLine>& lines) {
  std::string text;
  std::vector<LineHint> hints;
  for (const LaidOutLine& line : lines) {
    text += line.text + "\n";
    hints.push_back(line.hint);
  }
  const auto source = text::Decode(text);
  auto report = ParseReport(*source, {.report_id = "r", .layout = &hints});
  QUOTES_EXPECT_OK(report);
  EXPECT_TRUE(testing::ReportViolations(*source, *report).empty());
  return *std::move(report);
}

std::vector<std::string> Paragraphs(const ParsedReport& report) {
  std::vector<std::string> paragraphs;
  for (const Range& range : report.paragraphs) {
    paragraphs.push_back(testing::TextOf(report, range));
  }
  return paragraphs;
}

std::vector<BlockKind> Kinds(const ParsedReport& report) {
  std::vector<BlockKind> kinds;
  for (const PrintSpan& span : report.print_spans) {
    kinds.push_back(span.kind);
  }
  return kinds;
}

using Strings = std::vector<std::string>;
using Blocks = std::vector<BlockKind>;

TEST(LayoutTest, RolesMakeFurniture) {
  const ParsedReport report = Parse({
      {"首页 新闻", {.role = LineRole::kNavigation}},
      {"分享到微信", {.role = LineRole::kMaybeNavigation}},
      {"市政府工作报告", {.role = LineRole::kRunningHead}},
      {"现在，我代表市人民政府，向大会报告工作，请予审议，并请各位委员提出意见。", {}},
      {"全市经济继续增长。", {.role = LineRole::kMaybeNavigation}},
      {"图为会场全景", {.role = LineRole::kCaption}},
      {"12", {.role = LineRole::kPageNumber}},
      {"[1] 指全市。", {.role = LineRole::kNote}},
  });
  EXPECT_EQ(Kinds(report), (Blocks{BlockKind::kWebFurniture, BlockKind::kWebFurniture,
                                   BlockKind::kMasthead, BlockKind::kBody, BlockKind::kBody,
                                   BlockKind::kCaption, BlockKind::kPageNumber, BlockKind::kNote}));
  EXPECT_EQ(Paragraphs(report),
            (Strings{"现在，我代表市人民政府，向大会报告工作，请予审议，并请各位委员提出意见。",
                     "全市经济继续增长。"}));
}

TEST(LayoutTest, TheNameOfASiteIsNoTitleBesideOne) {
  const LineHint site = {.role = LineRole::kMaybeNavigation, .heading_level = 1};
  const std::string speech =
      "现在，我代表市人民政府，向大会报告工作，请予审议，并请各位委员提出意见。";
  EXPECT_EQ(
      Parse({{"某某网", site}, {"发展报告", {.heading_level = 1}}, {speech, {}}}).metadata.title,
      "发展报告");
  EXPECT_EQ(Parse({{"发展报告", site}, {speech, {}}}).metadata.title, "发展报告");
}

TEST(LayoutTest, FurnitureAloneIsReadAsText) {
  const ParsedReport report = Parse({{"全市经济继续增长。", {.role = LineRole::kNavigation}}});
  EXPECT_EQ(Kinds(report), Blocks{BlockKind::kBody});
}

TEST(LayoutTest, PagesAreThoseOfTheSource) {
  const ParsedReport report =
      Parse({{"全市经济继续增长。", {.page = 3}}, {"社会保持稳定。", {.page = 4}}});
  EXPECT_EQ(report.print_spans[0].page, 3u);
  EXPECT_EQ(report.print_spans[1].page, 4u);
  EXPECT_EQ(report.print_spans[1].line, 2u);
}

LineHint Placed(uint16_t indent, bool reaches_edge, uint32_t page = 1) {
  return {.page = page, .placed = true, .reaches_edge = reaches_edge, .indent = indent};
}

TEST(LayoutTest, PrintedLinesAreJoinedWhereTheyAreFull) {
  const ParsedReport report = Parse({
      {"全市经济继续增长。社会保持稳定。", Placed(4, true)},
      {"人民生活水平不断提高。各项事业", Placed(0, true)},
      {"市政府工作报告", {.page = 1, .role = LineRole::kRunningHead}},
      {"— 1 —", {.page = 1, .role = LineRole::kPageNumber}},
      {"取得新的进步。", Placed(0, false, 2)},
      {"主要指标好于预期，经济总量不断", Placed(4, true, 2)},
      {"扩大。", Placed(0, false, 2)},
  });
  EXPECT_EQ(Paragraphs(report),
            (Strings{"全市经济继续增长。社会保持稳定。人民生活水平不断提高。各项事业取得新的进步。",
                     "主要指标好于预期，经济总量不断扩大。"}));
  EXPECT_EQ(report.joins.size(), 3u);
}

// The name of its section above a page, once and in the middle of a sentence.
TEST(LayoutTest, AHeadThatRepeatsANumberedHeadingPartsNoSentence) {
  const auto placed = [](uint32_t page, uint16_t indent, bool reaches_edge) {
    LineHint hint;
    hint.page = page;
    hint.placed = true;
    hint.reaches_edge = reaches_edge;
    hint.indent = indent;
    return hint;
  };
  const std::string heading = "二、今年的主要目标";
  const ParsedReport report = Parse({{"各位代表：", placed(1, 4, false)},
                                     {"一、去年的工作", placed(1, 4, false)},
                                     {"全市经济继续增长，社会保持稳定。", placed(1, 4, false)},
                                     {heading, placed(1, 4, false)},
                                     {"我们要坚持深化改革，促进各类要素", placed(1, 4, true)},
                                     {heading, placed(2, 4, false)},
                                     {"资源高效配置。", placed(2, 0, false)}});
  const Strings paragraphs = Paragraphs(report);
  EXPECT_EQ(std::count(paragraphs.begin(), paragraphs.end(), heading), 1);
  const Blocks kinds = Kinds(report);
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), BlockKind::kMasthead), 1);
  EXPECT_EQ(kinds[5], BlockKind::kMasthead);
}

// Whether the line is speech where it stands outside the element of a text that ends with `last`.
bool IsSpeechOutside(const std::string& last, const std::string& line, bool outside = true) {
  const LineHint hint = {.outside = outside};
  const ParsedReport report = Parse({{"市政府工作报告", {.heading_level = 1}},
                                     {"各位代表：", {}},
                                     {"现在，我代表市人民政府，向大会报告工作，请予审议。", {}},
                                     {"一、去年工作", {}},
                                     {"全市经济继续增长，社会保持稳定，人民生活水平不断提高。", {}},
                                     {last, {}},
                                     {"写得真好，为家乡点赞！", hint},
                                     {line, hint}});
  return Kinds(report).back() == BlockKind::kBody;
}

TEST(LayoutTest, BelowTheClosingNothingOutsideTheTextIsSpeech) {
  const std::string closing = "各位代表！让我们团结一心，为建设美好家园而努力奋斗！";
  for (const std::string line :
       {"希望早日通地铁。各位代表辛苦了！", "凡注明来源的所有作品，均为本报合法拥有版权的作品。",
        "请您留下宝贵意见，我们将不断改进。"}) {
    EXPECT_FALSE(IsSpeechOutside(closing, line)) << line;
    EXPECT_FALSE(IsSpeechOutside("谢谢大家！", line)) << line;
    // Inside of it, and where the text has not ended.
    EXPECT_TRUE(IsSpeechOutside(closing, line, false)) << line;
    EXPECT_TRUE(IsSpeechOutside("社会保持稳定，各项事业取得新的进步。", line)) << line;
  }
  // An address in mid-speech: parts and last words follow.
  EXPECT_TRUE(IsSpeechOutside(closing, "各位代表！让我们再接再厉，为实现新的目标而努力奋斗！"));
}

TEST(LayoutTest, ShortPrintedLinesEndTheirParagraph) {
  EXPECT_EQ(Paragraphs(Parse({
                {"各位代表：", Placed(4, false)},
                {"现在，我代表市人民政府，向大会报告", Placed(4, true)},
                {"工作，请予审议。", Placed(0, false)},
                {"一、工作回顾", Placed(4, false)},
                {"全市经济继续增长，社会保持稳定，人", Placed(4, true)},
                {"民生活水平不断提高。", Placed(0, false)},
            })),
            (Strings{"各位代表：", "现在，我代表市人民政府，向大会报告工作，请予审议。",
                     "一、工作回顾", "全市经济继续增长，社会保持稳定，人民生活水平不断提高。"}));
}

TEST(LayoutTest, OpenPrintedLinesGoOnWhereTheIndentIsMissing) {
  const LineHint first = {.placed = true, .reaches_edge = true, .indent = 4};
  const LineHint full = {.placed = true, .reaches_edge = true};
  const LineHint left_short = {.placed = true};
  // The first is short of its edge, but the paragraph's own indent does not stand below it.
  EXPECT_EQ(Paragraphs(Parse({{"现在，我代表市人民政府，向大会报告工作，请予审议。", first},
                              {"今年全市生产总值在上年基础上", {.placed = true, .indent = 4}},
                              {"增长百分之五点八，一般公共预算收入完成五亿元，增长", full},
                              {"百分之六。", left_short},
                              {"各项事业取得新的进步，主要指标好于预期，经济总量和", first},
                              {"质量都有了新提升。", left_short}}))
                .size(),
            3u);
}

TEST(LayoutTest, SourcesMayTellThatALineGoesOn) {
  EXPECT_EQ(Paragraphs(Parse({{"全市经济继续增长", {}},
                              {"社会保持稳定。", {.continues = true}},
                              {"人民生活水平不断提高。", {}}})),
            (Strings{"全市经济继续增长社会保持稳定。", "人民生活水平不断提高。"}));
}

TEST(LayoutTest, HeadingsAreNotJoined) {
  EXPECT_EQ(
      Paragraphs(Parse({
          {"过去五年，我们攻坚克难，砥砺前行，全市经济社会发展取得重大成就，为今后打下坚实基础",
           {.heading_level = 2}},
          {"全市经济继续增长，社会保持稳定。", {}},
      })),
      (Strings{"过去五年，我们攻坚克难，砥砺前行，全市经济社会发展取得重大成就，为今后打下坚实基础",
               "全市经济继续增长，社会保持稳定。"}));
}

TEST(LayoutTest, TheTitleIsTheFirstHeading) {
  const ParsedReport report = Parse({
      {"市人民政府门户网站", {}},
      {"二〇二二年发展计划", {.heading_level = 1}},
      {"市人民政府办公室", {}},
      {"现在，我代表市人民政府，向大会报告工作，请予审议，并请各位委员提出意见。", {}},
  });
  EXPECT_EQ(report.metadata.title, "二〇二二年发展计划");
}

// Path, marker and heading of each section.
Strings Headings(const ParsedReport& report) {
  Strings headings;
  for (const Section& section : report.sections) {
    headings.push_back(section.path + " " + section.marker + section.heading);
  }
  return headings;
}

const LaidOutLine kOpening = {
    "现在，我代表市人民政府，向大会报告工作，请予审议，并请各位委员提出意见。", {}};
const LaidOutLine kText = {"全市经济继续增长，社会保持稳定，人民生活水平不断提高。", {}};

TEST(LayoutTest, LevelsOfTheFormatMakeTheOutline) {
  EXPECT_EQ(Headings(Parse({{"政府工作报告", {.heading_level = 1}},
                            kOpening,
                            {"过去一年的工作", {.heading_level = 2}},
                            kText,
                            {"经济", {.heading_level = 3}},
                            kText,
                            {"社会", {.heading_level = 3}},
                            kText,
                            {"今年的任务", {.heading_level = 2}},
                            kText})),
            (Strings{"1 过去一年的工作", "1.1 经济", "1.2 社会", "2 今年的任务"}));
}

TEST(LayoutTest, NumberingDecidesWhereItSpeaks) {
  // All headings have one level in the file; their markers have two.
  const LineHint heading = {.heading_level = 2};
  EXPECT_EQ(Headings(Parse({kOpening,
                            {"一、工作回顾", heading},
                            kText,
                            {"（一）经济工作", heading},
                            kText,
                            {"（二）社会工作", heading},
                            kText,
                            {"二、主要任务", heading},
                            kText,
                            {"结束语", heading},
                            kText})),
            (Strings{"1 一、工作回顾", "1.1 （一）经济工作", "1.2 （二）社会工作", "2 二、主要任务",
                     "3 结束语"}));
}

TEST(LayoutTest, HeadingsWithALevelMayHaveAFinalMarkAndAShortTextBelow) {
  EXPECT_EQ(Headings(Parse({kOpening,
                            {"1. 增长。", {.heading_level = 3}},
                            {"增长较快。", {}},
                            {"怎么办？", {.heading_level = 3}},
                            {"靠改革。", {}},
                            kText})),
            (Strings{"1 1.增长", "2 怎么办"}));
}

TEST(LayoutTest, ShortLinesInBoldAreHeadings) {
  const LineHint bold = {.bold = true};
  EXPECT_EQ(Headings(Parse(
                {kOpening,
                 {"经济运行情况总体保持平稳健康发展态势", bold},
                 {"增长较快。", {}},
                 kText,
                 {"加强能源管理。", bold},
                 kText,
                 {"坚决守住安全生产底线，切实防范化解重点领域风险。全市上下要共同努力。", bold},
                 {"完。", {}},
                 kText,
                 kText})),
            (Strings{"1 经济运行情况总体保持平稳健康发展态势", "2 加强能源管理"}));
}

TEST(LayoutTest, AFormatThatCallsMostOfATextHeadingsIsNotBelieved) {
  std::vector<LaidOutLine> lines = {kOpening};
  for (int i = 0; i < 6; ++i) {
    lines.push_back({kText.text, {.heading_level = 1, .bold = true}});
  }
  EXPECT_EQ(Headings(Parse(lines)), Strings());
}

TEST(LayoutTest, CellsOfTablesAreFurnitureUnlessTheyHoldParagraphs) {
  const LineHint cell = {.role = LineRole::kTableCell};
  const LineHint head = {.role = LineRole::kTableCell, .bold = true};
  const ParsedReport report =
      Parse({kOpening,
             {"一、主要指标", {}},
             {"指标名称", head},
             {"二、三产业增加值占全部增加值的比重，按当年价格计算", cell},
             {"1. 粮食", cell},
             {"粮食总产量是按秋季实收面积统计的，比上年增产一成，连续五年获得丰收。", cell},
             kText});
  EXPECT_EQ(Headings(report), Strings{"1 一、主要指标"});
  EXPECT_EQ(report.paragraphs.size(), 4u);
  const auto tables = std::count_if(report.runs.begin(), report.runs.end(),
                                    [](const auto& run) { return run.kind == BlockKind::kTable; });
  EXPECT_EQ(tables, 3);  // no match goes from one into the next
}

TEST(LayoutTest, HeadingsOfThePageAreNoSections) {
  const ParsedReport report = Parse({{"市人民政府门户网站", {.heading_level = 1}},
                                     {"2022年工作要点", {.heading_level = 2}},
                                     kOpening,
                                     kText,
                                     {"相关阅读", {.heading_level = 3}},
                                     {"2021年工作要点", {.role = LineRole::kMaybeNavigation}},
                                     {"2020年工作要点", {.role = LineRole::kMaybeNavigation}}});
  EXPECT_EQ(report.metadata.title, "2022年工作要点");
  EXPECT_EQ(Headings(report), Strings());
  EXPECT_EQ(report.print_spans[4].kind, BlockKind::kWebFurniture);
}

TEST(LayoutTest, NumberedHeadingsThatAreLinksAreSections) {
  const LineHint link = {.role = LineRole::kMaybeNavigation};
  const ParsedReport report = Parse({{"2022年工作要点", {.heading_level = 1}},
                                     {"一、去年的工作", link},
                                     {"二、今年的安排", link},
                                     kOpening,
                                     kText,
                                     {"一、去年的工作", link},
                                     kText,
                                     {"三、落实的要求", link},
                                     {"（一）抓项目", link},
                                     kText});
  // The first is the list's as well, which says the same.
  EXPECT_EQ(Headings(report), (Strings{"1 三、落实的要求", "1.1 （一）抓项目"}));
  EXPECT_EQ(report.print_spans[2].kind, BlockKind::kWebFurniture);
}

TEST(LayoutTest, HeadingsAboveTheFirstParagraphAreSections) {
  const ParsedReport report = Parse({{"二〇二二年发展计划", {.heading_level = 1}},
                                     {"第一部分", {.heading_level = 2}},
                                     {"总体情况", {.heading_level = 3}},
                                     kText,
                                     {"下一步", {.heading_level = 3}},
                                     kText,
                                     {"其他事项", {.heading_level = 2}},
                                     kText});
  EXPECT_EQ(report.metadata.title, "二〇二二年发展计划");
  EXPECT_EQ(Headings(report), (Strings{"1 第一部分", "1.1 总体情况", "1.2 下一步", "2 其他事项"}));
}

TEST(LayoutTest, FormatsOfTextsInEnglish) {
  const LaidOutLine text = {"The economy grew by six percent, and prices were stable all year.",
                            {}};
  const ParsedReport report = Parse({
      {"City of Port Alder", {.role = LineRole::kMaybeNavigation, .heading_level = 1}},
      {"Report on the Budget", {.heading_level = 1}},
      {"By Jane Roe, Treasurer", {}},
      {"June 1, 2015", {}},
      {"Where we stand", {.heading_level = 2}},
      text,
      {"income", {.heading_level = 3}},
      text,
      {"Item", {.role = LineRole::kTableCell, .bold = true}},
      {"1. Roads, bridges, and other works of the city and of its many neighborhoods",
       {.role = LineRole::kTableCell}},
      {"2. Schools", {.role = LineRole::kTableCell}},
      text,
      {"Why it matters", {.bold = true}},
      text,
      {"Related", {.heading_level = 3}},
      {"Last year's report", {.role = LineRole::kMaybeNavigation}},
  });
  EXPECT_EQ(report.metadata.title, "Report on the Budget");
  EXPECT_EQ(report.metadata.speaker, "Jane Roe");
  EXPECT_EQ(report.metadata.office, "Treasurer");
  EXPECT_EQ(Headings(report), (Strings{"1 Where we stand", "1.1 income", "2 Why it matters"}));
}

// Lines of a printed page: "|" at the end of those that reach the edge of the column, "^" in the
// middle, ">" with the indent of a paragraph.
std::vector<LaidOutLine> Printed(const std::vector<std::string>& lines) {
  std::vector<LaidOutLine> page;
  for (std::string text : lines) {
    LineHint hint;
    hint.page = 1;
    hint.placed = true;
    if (text.ends_with("|")) {
      hint.reaches_edge = true;
      text.pop_back();
    }
    if (text.starts_with("^") || text.starts_with(">")) {
      hint.indent = text.front() == '^' ? 20 : 4;
      text.erase(0, 1);
    }
    page.push_back({text, hint});
  }
  return page;
}

std::vector<std::string> Outline(const ParsedReport& report) {
  std::vector<std::string> outline;
  for (const Section& section : report.sections) {
    outline.push_back(section.path + " " + section.marker + section.heading);
  }
  return outline;
}

TEST(LayoutTest, PrintedHeadingsWithoutANumberStandBelowParagraphsOfSeveralLines) {
  const std::vector<std::string> begin = {"^医院管理委员会工作报告",
                                          "^（2024年3月2日在第五次全体会议上）",
                                          "各位委员：",
                                          ">我代表管理委员会报告工作，请予审议，请列席的同志提出|",
                                          "意见。",
                                          "^上一年度的工作"};
  std::vector<std::string> lines = begin;
  for (const char* line :
       {">（一）改进急诊服务", ">全年接诊病人九万人次，抢救成功率达到百分之九十七，病人|",
        "平均等候的时间缩短了一半。", "^下一年度的打算", ">（一）建成东院区",
        ">今年六月以前东院区的门诊楼和住院楼都要交付使用，护理人|", "员同步到岗。"}) {
    lines.emplace_back(line);
  }
  const ParsedReport report = Parse(Printed(lines));
  EXPECT_EQ(Outline(report),
            (std::vector<std::string>{"1 上一年度的工作", "1.1 （一）改进急诊服务",
                                      "2 下一年度的打算", "2.1 （一）建成东院区"}));
  EXPECT_EQ(Paragraphs(report).back(),
            "今年六月以前东院区的门诊楼和住院楼都要交付使用，护理人员同步到岗。");
}

TEST(LayoutTest, PrintedTitlesAndNotesGoOnInTheNextLine) {
  const ParsedReport report = Parse(
      Printed({"关于河湾县二〇二三年预算执行情况和二〇二四年预算草|", "^案的报告",
               "（2024年1月9日河湾县第九届人民代表大会第三次会议通|", "过）",
               ">现将上一年度的预算执行情况和新一年度的预算草案提请大会审|", "议。",
               ">全县一般公共预算收入完成九亿八千万元，增长百分之五点二，|", "超过年初的预期目标。",
               ">新的一年要把钱花在刀刃上，压缩一般性支出，保障民生和重点|", "项目。"}));
  EXPECT_EQ(report.metadata.title, "关于河湾县二〇二三年预算执行情况和二〇二四年预算草案的报告");
  EXPECT_EQ(Paragraphs(report).front(),
            "现将上一年度的预算执行情况和新一年度的预算草案提请大会审议。");
}

TEST(LayoutTest, PrintedItemsWithoutAnIndentBeginAnewBehindAFullLine) {
  const ParsedReport report = Parse(Printed(
      {"二、改善交通", "全年开通公交线路十二条，新增停车泊位六千个，拥堵路段减少三|", "成。",
       "1.修路。改造背街小巷一百零六条，打通断头路九条，完成全部投资。|", "2.建桥。跨江大桥合龙。",
       "3.通航。支线机场开通航线七条，年旅客吞吐量首次超过八十万|", "人次。",
       "全年货运周转量保持两位数的增长，物流成本占生产总值的比重继|", "续下降。"}));
  EXPECT_EQ(Outline(report),
            (std::vector<std::string>{"1 二、改善交通", "1.1 1.修路", "1.2 2.建桥", "1.3 3.通航"}));
}

TEST(LayoutTest, PrintedLinesInEnglishAreJoinedByIndents) {
  std::vector<LaidOutLine> lines;
  for (int i = 0; i < 4; ++i) {
    lines.push_back({"Prices rose, but wages rose faster, and so did savings.", Placed(4, true)});
    lines.push_back({"People noticed. They told us so at every meeting, and", Placed(0, false)});
    lines.push_back({"we listened.", Placed(0, false)});
  }
  const Strings paragraphs = Paragraphs(Parse(lines));
  EXPECT_EQ(paragraphs, Strings(4,
                                "Prices rose, but wages rose faster, and so did savings. People "
                                "noticed. They told us so at every meeting, and we listened."));
}

}  // namespace
}  // namespace quotes::report
