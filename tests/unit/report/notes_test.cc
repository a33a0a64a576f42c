// Notes and their marks are no speech; what looks like them stays speech.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/report/layout.h"
#include "service/report/parser.h"
#include "service/text/decode.h"
#include "tests/support/report_checks.h"
#include "tests/support/status_matchers.h"

namespace quotes::report {
namespace {

using ::quotes::testing::ReportViolations;
using ::quotes::testing::TextOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

using Strings = std::vector<std::string>;

ParsedReport Parse(std::string_view utf8, const std::vector<LineHint>* layout = nullptr) {
  const auto source = text::Decode(utf8, text::Encoding::kUtf8);
  EXPECT_THAT(source, ::quotes::testing::IsOk());
  auto report = ParseReport(*source, {.report_id = "r", .layout = layout});
  EXPECT_THAT(report, ::quotes::testing::IsOk());
  EXPECT_THAT(ReportViolations(*source, *report), IsEmpty()) << utf8;
  return *std::move(report);
}

// Of the speech.
Strings Sentences(const ParsedReport& report) {
  Strings texts;
  for (const Quote& quote : report.quotes) {
    if (quote.range.end <= report.runs.front().range.end) {
      texts.push_back(TextOf(report, quote.range));
    }
  }
  return texts;
}

// The notes and their marks, as the print map has them.
Strings Notes(const ParsedReport& report) {
  Strings texts;
  for (const PrintSpan& span : report.print_spans) {
    if (span.kind == BlockKind::kNote) {
      texts.push_back(TextOf(report, span.joined));
    }
  }
  return texts;
}

std::string Speech(std::string_view body, std::string_view below) {
  return "政府工作报告\n——2025年1月9日在壬县第十六届人民代表大会第四次会议上\n"
         "壬县人民政府县长　郑一\n\n各位代表：\n\n"
         "现在，我代表县人民政府，向大会报告工作，请予审议。\n\n一、2024年工作回顾\n\n" +
         std::string(body) +
         "\n\n二、2025年工作安排\n\n办好十件民生实事，完成投资五十亿元。\n\n"
         "各位代表！让我们携手奋斗，共创壬县美好明天！\n\n" +
         std::string(below);
}

TEST(NotesTest, BelowTheLastWordsWithMarksOfAnyForm) {
  const ParsedReport report =
      Parse(Speech("全县生产总值完成88亿元①，增长5.1%。改造老旧小区12个[2]，惠及居民3400户(3)。"
                   "推进“三馆一中心”④建设。\n建成高标准农田5万亩*，粮食总产量21万吨**。",
                   "注1：生产总值按现价计算。\n注2：老旧小区指2000年以前建成的小区。\n"
                   "①生产总值按现价计算为八十八亿元。\n②老旧小区指二〇〇〇年以前建成的小区。\n"
                   "③居民户数为登记户数。\n④“三馆一中心”：图书馆、文化馆、博物馆、体育中心。\n"
                   "*高标准农田指旱涝保收的农田。\n"));
  EXPECT_THAT(Sentences(report),
              ElementsAre("各位代表：", "现在，我代表县人民政府，向大会报告工作，请予审议。",
                          "一、2024年工作回顾", "全县生产总值完成88亿元，增长5.1%。",
                          "改造老旧小区12个，惠及居民3400户。", "推进“三馆一中心”建设。",
                          "建成高标准农田5万亩，粮食总产量21万吨。", "二、2025年工作安排",
                          "办好十件民生实事，完成投资五十亿元。", "各位代表！",
                          "让我们携手奋斗，共创壬县美好明天！"));
  EXPECT_THAT(
      Notes(report),
      ElementsAre("①", "[2]", "(3)", "④", "*", "**", "注1：生产总值按现价计算。",
                  "注2：老旧小区指2000年以前建成的小区。", "①生产总值按现价计算为八十八亿元。",
                  "②老旧小区指二〇〇〇年以前建成的小区。", "③居民户数为登记户数。",
                  "④“三馆一中心”：图书馆、文化馆、博物馆、体育中心。",
                  "*高标准农田指旱涝保收的农田。"));
  EXPECT_EQ(report.sections.size(), 2u);
}

TEST(NotesTest, OneMarkTellsOfAListBelowTheLastWords) {
  const ParsedReport report =
      Parse(Speech("受理案件31877件，审结26849件①，同比分别增长16.5%和12.2%。",
                   "①审结包括以判决、裁定、调解等方式结案。\n②略。\n"));
  EXPECT_THAT(Sentences(report),
              Contains("受理案件31877件，审结26849件，同比分别增长16.5%和12.2%。"));
  EXPECT_THAT(Notes(report), ElementsAre("①", "①审结包括以判决、裁定、调解等方式结案。", "②略。"));
}

TEST(NotesTest, WordsBehindAMarkWhoseNoteExplainsThoseBeforeIt) {
  const ParsedReport report = Parse(Speech("空气优良天数②320天，减排[1]五万吨。",
                                           "[1] 指二氧化碳。\n② 空气优良天数指空气质量指数不超过100"
                                           "的天数。\n"));
  EXPECT_THAT(Sentences(report), Contains("空气优良天数320天，减排五万吨。"));
  EXPECT_THAT(Notes(report), ElementsAre("②", "[1]", "[1] 指二氧化碳。",
                                         "② 空气优良天数指空气质量指数不超过100的天数。"));
}

TEST(NotesTest, LabelledNotesOfTraditionalTexts) {
  const ParsedReport report = Parse(
      "二零二五年施政報告\n\n引言\n\n我謹此發表任內第四份《施政報告》，並請各位議員審議。\n\n"
      "我們會推行「片區開發」，以市場化方式引入企業參與。註1\n"
      "我們高度關注1個重點項目，並落實「北都計劃」（註2）。\n\n"
      "各位市民，讓我們同心協力，共建更美好的香港。多謝各位。\n\n"
      "註1：「片區開發」指由成功投標者負責平整土地。\n註2：北都計劃指北部都會區的計劃。\n");
  EXPECT_THAT(Sentences(report), IsSupersetOf({"我們會推行「片區開發」，以市場化方式引入企業參與。",
                                               "我們高度關注1個重點項目，並落實「北都計劃」。"}));
  EXPECT_THAT(Notes(report),
              ElementsAre("註1", "（註2）", "註1：「片區開發」指由成功投標者負責平整土地。",
                          "註2：北都計劃指北部都會區的計劃。"));
}

TEST(NotesTest, AtTheEndOfAPageAndOfASection) {
  const std::string page =
      "（一）经济。全县生产总值完成88亿元①，增长5.1%；改造小区12个②。\n"
      "①按现价计算。\n②不含商业小区。\n\f"
      "（二）民生。城镇新增就业3000人①，各项工作取得进展。\n"
      "①按登记计算。";
  const ParsedReport report = Parse(Speech(page, ""));
  EXPECT_THAT(Sentences(report), IsSupersetOf({"全县生产总值完成88亿元，增长5.1%；改造小区12个。",
                                               "城镇新增就业3000人，各项工作取得进展。"}));
  EXPECT_THAT(Notes(report),
              ElementsAre("①", "②", "①按现价计算。", "②不含商业小区。", "①", "①按登记计算。"));
}

TEST(NotesTest, ASecondParagraphOfANoteAtTheEndIsTold) {
  const ParsedReport report =
      Parse(Speech("全县生产总值完成88亿元①，增长5.1%。",
                   "①生产总值按现价计算。\n增速按可比价格计算，为初步核算数。\n"));
  EXPECT_THAT(Notes(report),
              ElementsAre("①", "①生产总值按现价计算。", "增速按可比价格计算，为初步核算数。"));
  Strings told;
  for (const LintFinding& finding : report.lint) {
    told.push_back(finding.message);
  }
  EXPECT_THAT(told, Contains(::testing::HasSubstr("were left out as notes")));
}

TEST(NotesTest, NotesThatTheFormatTellsHaveMarksInTheText) {
  const std::string text =
      "现在，我代表市人民政府，向大会报告工作，请予审议，并请各位委员提出意见。\n"
      "全市审结案件26849件①，建成农田5万亩*，同比增长。\n①审结包括调解。\n*指旱涝保收的农田。\n";
  const std::vector<LineHint> layout = {
      {}, {}, {.role = LineRole::kNote}, {.role = LineRole::kNote}};
  const ParsedReport report = Parse(text, &layout);
  EXPECT_THAT(Sentences(report), Contains("全市审结案件26849件，建成农田5万亩，同比增长。"));
}

TEST(NotesTest, BelowWhatAPageSays) {
  const ParsedReport report =
      Parse(Speech("全县审结案件26849件①，同比增长。", "责任编辑：孙八\n①审结包括调解。\n"));
  EXPECT_THAT(Sentences(report), Contains("全县审结案件26849件，同比增长。"));
  EXPECT_THAT(Notes(report), Contains("①审结包括调解。"));
}

// What looks like notes and marks, and is none: nothing of it leaves the speech.
TEST(NotesTest, ManyMarksOfOneLineAreReadInATimeThatGrowsWithIt) {
  // Each is asked about its whole line: 20,000 marks that stand between words, and as many stars.
  std::string circles;
  std::string stars;
  for (int i = 0; i < 20'000; ++i) {
    circles += "字①";
    stars += "字**，";
  }
  const ParsedReport report =
      Parse(Speech(circles + "完成投资五十亿元。\n" + stars + "完成投资六十亿元。",
                   "①网格化：指分片管理。\n*投资指固定资产投资。\n"));
  const Strings sentences = Sentences(report);
  const auto ends = [&sentences](std::string_view words) {
    return std::any_of(sentences.begin(), sentences.end(),
                       [words](const std::string& text) { return text.ends_with(words); });
  };
  EXPECT_TRUE(ends("完成投资五十亿元。"));
  EXPECT_TRUE(ends("完成投资六十亿元。"));
}

TEST(NotesTest, ListsStaySpeech) {
  const std::string kBodies[] = {
      // Items in the running text, and a list whose lines begin so.
      "重点抓好：①办好学校；②修好水渠；③管好街道。\n重点是①办好学校；②修好水渠；③管好街道。",
      "重点抓好以下工作：\n①办好学校。\n②修好水渠。\n③管好街道。",
      "主要有①办好学校②修好水渠③管好街道。\n同时抓三件事。\n①建设公园。\n②整治河道。\n③绿化山头。",
      // Headings.
      "①加强组织领导\n成立领导小组，明确责任分工。\n②强化资金保障\n安排专项资金二千万元。",
      // Stars as the signs of items, and what multiplies.
      "主要做了几件事。\n* 建成道路两条。\n* 建成桥梁三座。\n* 建成学校四所。\n车间面积30*50米。",
      "我们加油加注880万吨，备受关注1次。"};
  for (const std::string& body : kBodies) {
    EXPECT_THAT(Notes(Parse(Speech(body, ""))), IsEmpty()) << body;
  }
  // A list may end the text, and a mark stand in another.
  const std::string kEnds[] = {
      "要抓好三件事：\n①办好学校。\n②修好水渠。\n③管好街道。\n",
      "各位代表！做好今年工作意义重大！要抓好三件事。\n①办好学校。\n②修好水渠。\n③管好街道。\n",
      "1.办好学校。\n2.修好水渠。\n"};
  for (const std::string& end : kEnds) {
    EXPECT_THAT(Notes(Parse(Speech("全县生产总值完成88亿元。", end))), IsEmpty()) << end;
  }
}

TEST(NotesTest, AListBetweenAMarkAndItsNoteStaysSpeech) {
  const ParsedReport report = Parse(
      Speech("全县生产总值完成88亿元①，增长5.1%；审结26849件②。\n"
             "重点抓了两件事。\n①办好学校，新建校舍八千平方米。\n②修好水渠，新修水渠三十公里。",
             "①生产总值按现价计算。\n②审结指结案。\n"));
  EXPECT_THAT(Sentences(report),
              IsSupersetOf({"全县生产总值完成88亿元，增长5.1%；审结26849件。",
                            "①办好学校，新建校舍八千平方米。", "②修好水渠，新修水渠三十公里。"}));
  EXPECT_THAT(Notes(report), ElementsAre("①", "②", "①生产总值按现价计算。", "②审结指结案。"));
}

TEST(NotesTest, MarksOfItemsStayBesideNotes) {
  const ParsedReport report =
      Parse(Speech("全县生产总值完成88亿元①，增长5.1%。重点是①办好学校；②修好水渠。",
                   "①生产总值按现价计算。\n②略。\n"));
  EXPECT_THAT(Sentences(report), IsSupersetOf({"重点是①办好学校；②修好水渠。"}));
}

TEST(NotesTest, WhatAnAudienceDoes) {
  const std::string kNotes[] = {"(Sustained applause, the members rising.)",
                                "(Applause, the Members rising.)",
                                "[Prolonged applause, Members rising.]",
                                "(Applause from the galleries.)",
                                "(The audience stands and applauds.)",
                                "(A standing ovation.)",
                                "(Laughter, and applause on the Democratic side.)",
                                "(Loud and prolonged cheering.)"};
  for (const std::string& note : kNotes) {
    const ParsedReport report = Parse(
        "THE STATE OF THE STATE ADDRESS\nGovernor Jane Q. Doe\nJanuary 14, 2025\n\n"
        "Mr. Speaker, members of the Legislature, fellow citizens: Thank you.\n\n"
        "Tonight, I report that the state of our state is strong and growing.\n\n"
        "God bless you, and God bless our state. " +
        note + "\n");
    EXPECT_THAT(Notes(report), ElementsAre(note));
    EXPECT_THAT(Sentences(report), Contains("God bless you, and God bless our state."));
  }
  const std::string kSpeech[] = {"(which I applaud)",          "(driven by innovation)",
                                 "(and the people cheer)",     "(all rise)",
                                 "(the members of the house)", "(cheering on our team since 1999)"};
  for (const std::string& speech : kSpeech) {
    const ParsedReport report = Parse(
        "THE STATE OF THE STATE ADDRESS\nGovernor Jane Q. Doe\nJanuary 14, 2025\n\n"
        "Mr. Speaker, members of the Legislature, fellow citizens: Thank you.\n\n"
        "Tonight, I report that this plan " +
        speech +
        " is strong and growing.\n\n"
        "God bless you, and God bless our state.\n");
    EXPECT_THAT(Notes(report), IsEmpty()) << speech;
  }
  const std::string kChinese[] = {"（热烈鼓掌，经久不息）", "（掌声雷动）",
                                  "（全体起立，热烈鼓掌，高呼“万岁！”）"};
  for (const std::string& note : kChinese) {
    EXPECT_THAT(Notes(Parse(Speech("我们一定能够做到！" + note, ""))), ElementsAre(note));
  }
}

}  // namespace
}  // namespace quotes::report
