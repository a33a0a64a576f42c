#include "service/report/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/base/limits.h"
#include "service/report/defects.h"
#include "service/report/report_id.h"
#include "service/text/decode.h"
#include "service/text/utf8.h"
#include "tests/support/report_checks.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::report {
namespace {

using ::quotes::testing::HasReason;
using ::quotes::testing::ReportViolations;
using ::quotes::testing::TextOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ParsedReport Parse(std::string_view utf8, std::string_view id = "r") {
  const auto source = text::Decode(utf8, text::Encoding::kUtf8);
  EXPECT_THAT(source, ::quotes::testing::IsOk());
  auto report = ParseReport(*source, {.report_id = id});
  EXPECT_THAT(report, ::quotes::testing::IsOk());
  EXPECT_THAT(ReportViolations(*source, *report), IsEmpty()) << utf8;
  return *std::move(report);
}

std::vector<std::string> Paragraphs(const ParsedReport& report) {
  std::vector<std::string> texts;
  for (const Range& range : report.paragraphs) {
    texts.push_back(TextOf(report, range));
  }
  return texts;
}

std::vector<std::string> Sentences(std::string_view paragraph) {
  const ParsedReport report = Parse(paragraph);
  std::vector<std::string> texts;
  for (const Quote& quote : report.quotes) {
    texts.push_back(TextOf(report, quote.range));
  }
  return texts;
}

TEST(ParseReport, AFormulaThatFillsTwoLinesIsSpeechAndAHeadThatPartsTwoSentencesIsNot) {
  // As wide as the lines around it, twice word for word; and amounts that differ in digits alone.
  const std::string speech =
      "　　过去的一年里我们始终坚持党的\n"
      "全面领导坚定不移推进改革开放的各\n"
      "项工作取得了新的重大的成就。\n"
      "　　全年收入完成预算的百分之九，\n"
      "４３０８万元，完成预算的１０９的\n"
      "比例比上年有所提高。\n"
      "　　新的一年里我们必须继续坚持党\n"
      "全面领导坚定不移推进改革开放的各\n"
      "项事业不断向前发展壮大。\n"
      "　　全年支出完成预算的百分之八，\n"
      "４１７２万元，完成预算的１０２的\n"
      "比例比上年有所降低。\n";
  const ParsedReport report = Parse(speech);
  EXPECT_TRUE(std::none_of(report.quotes.begin(), report.quotes.end(),
                           [](const Quote& quote) { return quote.block == BlockKind::kMasthead; }));
  const ParsedReport headed = Parse(
      "　　过去的一年里我们始终坚持党的全面领导\n某某日报\n坚定不移推进改革开放的各项工作。\n"
      "　　新的一年里我们必须继续坚持党全面领导\n某某日报\n坚定不移推进改革开放的各项事业。\n");
  EXPECT_EQ(std::count_if(headed.quotes.begin(), headed.quotes.end(),
                          [](const Quote& quote) { return quote.block == BlockKind::kMasthead; }),
            2);
}

TEST(CompletenessTest, TextsThatWereCutAreTruncated) {
  const std::string text =
      "关于工作的报告\n同志们：\n一、去年的工作\n全市经济平稳运行，民生持续改善。\n"
      "二、今年的安排\n我们要抓好产业、城市和乡村三件大事。\n";
  EXPECT_FALSE(Parse(text).completeness.truncated);
  // Nothing stands below a last line without a mark: it is no heading but a beginning.
  for (const std::string_view last :
       {"三、加强政府自身", "（一）推进依法", "三、加强政府自身建设\n坚持把政治建设摆"}) {
    const ParsedReport cut = Parse(text + std::string(last));
    EXPECT_TRUE(cut.completeness.truncated) << last;
    EXPECT_EQ(cut.completeness.position, cut.runs.front().range.end);
  }
  // The source says so itself.
  const auto source = text::Decode(text, text::Encoding::kUtf8);
  ASSERT_THAT(source, ::quotes::testing::IsOk());
  std::vector<LineHint> lines(static_cast<size_t>(std::count(text.begin(), text.end(), '\n')));
  for (const bool breaks_off : {false, true}) {
    lines.back().breaks_off = breaks_off;
    const auto report = ParseReport(*source, {.report_id = {}, .layout = &lines});
    ASSERT_THAT(report, ::quotes::testing::IsOk());
    EXPECT_EQ(report->completeness.truncated, breaks_off);
    EXPECT_EQ(std::count_if(report->lint.begin(), report->lint.end(),
                            [](const LintFinding& finding) {
                              return finding.kind == LintKind::kTruncated &&
                                     finding.certainty == Certainty::kCertain;
                            }),
              breaks_off ? 1 : 0);
  }
}

TEST(ParseReport, RefusesTextWithoutWords) {
  for (const std::string_view text : {"。。。", "——\n……\n", " \n\t\n　", "— 1 —\n（下转11版）\n"}) {
    const auto source = text::Decode(text, text::Encoding::kUtf8);
    QUOTES_ASSERT_OK(source);
    EXPECT_THAT(ParseReport(*source), HasReason(ErrorReason::kEmptyText)) << text;
  }
}

// A page that breaks before the last mark of a sentence leaves it on a line of its own.
TEST(ParseReport, AMarkAloneOnALineEndsItsSentenceOnly) {
  std::string text = "各位代表：\n";
  for (int i = 0; i < 12; ++i) {
    text += "我们坚持稳中求进工作总基调，全力以赴推动高质量发展，各项事业取得新的成绩。\n";
  }
  text += "全区经济社会发展迈上新的台阶，人民群众的获得感幸福感安全感不断增强\n。\n";
  text += "坚持人民至上，着力保障和改善民生，让发展成果更多更公平惠及全体人民群众。\n";
  const ParsedReport report = Parse(text);
  ASSERT_EQ(report.runs.size(), 1u) << "speech was taken for furniture";
  EXPECT_EQ(TextOf(report, report.quotes[report.quotes.size() - 2].range),
            "全区经济社会发展迈上新的台阶，人民群众的获得感幸福感安全感不断增强。");
  EXPECT_EQ(TextOf(report, report.quotes.back().range),
            "坚持人民至上，着力保障和改善民生，让发展成果更多更公平惠及全体人民群众。");
}

TEST(ParseReport, RefusesALineAboveTheLimit) {
  std::string line;
  for (size_t i = 0; i <= limits::kMaxLineCodePoints; ++i) {
    line += "长";
  }
  EXPECT_THAT(ParseReport(*text::Decode(line)), HasReason(ErrorReason::kSourceTooLarge));
  line.resize(line.size() - 3);
  QUOTES_EXPECT_OK(ParseReport(*text::Decode(line)));
}

TEST(ParseReport, RefusesTooManySections) {
  std::string text;
  for (size_t i = 0; i <= limits::kMaxSections; ++i) {
    text += "一、标题\n";
  }
  EXPECT_THAT(ParseReport(*text::Decode(text)), HasReason(ErrorReason::kSourceTooLarge));
}

TEST(ParseReport, LeavesIdsEmptyWithoutAReportId) {
  const auto source = text::Decode("各位代表：\n一、回顾\n过去一年，工作顺利。\n");
  const auto report = ParseReport(*source);
  QUOTES_ASSERT_OK(report);
  for (const Quote& quote : report->quotes) {
    EXPECT_EQ(quote.id, "");
  }
  for (const Section& section : report->sections) {
    EXPECT_EQ(section.id, "");
  }
}

TEST(Lines, NumbersAsEditorsCountThem) {
  const ParsedReport report = Parse(
      "第一行是一句话。\r\n第二行是一句话。\r第三行是一句话。\n\n第五行是一句话。\xC2\x85"
      "第六行是一句话。\xE2\x80\xA8第七行是一句话。\v还是第七行的话。\n第八行是一句话。");
  std::vector<uint32_t> lines;
  for (const PrintSpan& span : report.print_spans) {
    lines.push_back(span.line);
  }
  EXPECT_THAT(lines, ElementsAre(1, 2, 3, 5, 6, 7, 7, 8));
}

TEST(Lines, FormFeedsCountPages) {
  const ParsedReport report = Parse("第一页是一句话。\n\f第二页是一句话。\n");
  ASSERT_EQ(report.print_spans.size(), 2u);
  EXPECT_EQ(report.print_spans[0].page, 1u);
  EXPECT_EQ(report.print_spans[1].page, 2u);
  EXPECT_EQ(Parse("没有分页的一句话。").print_spans[0].page, 0u);
}

TEST(Lines, IndentsAreRemovedInnerSpacesKept) {
  const ParsedReport report = Parse("　　各位 代表，大家好。 \t\n\t现在开始　报告。　\n");
  EXPECT_EQ(text::ToUtf8(report.joined), "各位 代表，大家好。现在开始　报告。");
}

TEST(Sentences, EndAtStopsWithTheirClosingMarks) {
  EXPECT_THAT(Sentences("他说：“好。”我们同意！真的吗？！是的。"),
              ElementsAre("他说：“好。”", "我们同意！", "真的吗？！", "是的。"));
  EXPECT_THAT(Sentences("增长5.5%；就业稳定；物价平稳。下一句"),
              ElementsAre("增长5.5%；就业稳定；物价平稳。", "下一句"));
  EXPECT_THAT(Sentences("“十四五”规划收官。“十五五”规划启动。"),
              ElementsAre("“十四五”规划收官。", "“十五五”规划启动。"));
}

TEST(Sentences, GoOnBehindAQuotationAndInsideBrackets) {
  EXPECT_THAT(Sentences("提出“发展是硬道理。”，并且落实。完成。"),
              ElementsAre("提出“发展是硬道理。”，并且落实。", "完成。"));
  EXPECT_THAT(Sentences("全文如下（第一条。第二条。）再见。"),
              ElementsAre("全文如下（第一条。第二条。）再见。"));
  EXPECT_THAT(Sentences("一个（没有闭合的括号。下一句。"),
              ElementsAre("一个（没有闭合的括号。", "下一句。"));
  EXPECT_THAT(Sentences("任务艰巨……我们努力。结束……"),
              ElementsAre("任务艰巨……我们努力。", "结束……"));
}

TEST(Sentences, DotsBetweenDigitsAndLettersAreNoStops) {
  EXPECT_THAT(Sentences("增长3.5%，达到1.2万亿元.明年继续。"),
              ElementsAre("增长3.5%，达到1.2万亿元.", "明年继续。"));
  EXPECT_THAT(Sentences("The plan covers 3.5 million people. It works! Is it done?"),
              ElementsAre("The plan covers 3.5 million people. ", "It works! ", "Is it done?"));
}

TEST(Sentences, KeepTheNumberTheyBeginWith) {
  EXPECT_THAT(Sentences("6. 「簡約公屋」將於2027年完成約3萬個單位。7. “双减”继续推进。"),
              ElementsAre("6. 「簡約公屋」將於2027年完成約3萬個單位。", "7. “双减”继续推进。"));
}

TEST(Sentences, AreCutAtTheLimit) {
  std::string text;
  for (int i = 0; i < 1500; ++i) {
    text += "很长的，";
  }
  const ParsedReport report = Parse(text + "完。");
  ASSERT_EQ(report.quotes.size(), 2u);
  EXPECT_EQ(report.quotes[0].range.size(), limits::kMaxQuoteCodePoints);
  EXPECT_TRUE(TextOf(report, report.quotes[0].range).ends_with("，"));
  const bool linted = std::any_of(report.lint.begin(), report.lint.end(), [](const LintFinding& f) {
    return f.kind == LintKind::kSentenceCut;
  });
  EXPECT_TRUE(linted);
}

TEST(Joins, WrappedLinesOfOneWidth) {
  const ParsedReport report = Parse(
      "　　过去的一年是很不平凡的一年我们在上级党委的正确领导下团结带\n"
      "领全市人民攻坚克难，经济社会发展取得了新的显著成效。全年生产总\n"
      "值增长百分之六，财政收入稳步提高。居民生活水平有了新的明显改善\n"
      "和提高。城市面貌焕然一新。\n"
      "　　今年的工作任务十分繁重我们要坚定信心迎难而上全力以赴抓好各\n"
      "项工作的落实。坚持以人民为中心的发展思想，着力保障和改善民生事\n"
      "业，让改革发展成果更多更公平惠及全体人民群众。努力完成全年的目\n"
      "标任务。\n");
  EXPECT_EQ(report.paragraphs.size(), 2u);
  EXPECT_EQ(report.joins.size(), 6u);
}

TEST(Joins, NeverAfterAHeadingOrBeforeAMarker) {
  const ParsedReport report = Parse(
      "各位代表：\n现在，我代表市政府，向大会报告工作。请审议，并请提出意见\n一、工作回顾\n"
      "过去一年，成绩很大。问题也不少。\n结束语\n各位代表，让我们一起努力，再创辉煌。\n");
  EXPECT_THAT(report.joins, IsEmpty());
  EXPECT_EQ(Paragraphs(report)[2], "一、工作回顾");
}

TEST(Ids, SurviveChangesAroundThem) {
  const std::string before = "一、回顾\n过去一年，成绩很大。问题不少。\n二、任务\n今年要努力。\n";
  const std::string after =
      "一、回顾\n新的一句话。过去一年，成绩很大。问题不少。\n二、任务\n要苦干。今年要努力。\n";
  const auto ids = [](const ParsedReport& report) {
    std::map<std::string, std::string> by_text;
    for (const Quote& quote : report.quotes) {
      by_text[TextOf(report, quote.range)] = quote.id;
    }
    return by_text;
  };
  const auto first = ids(Parse(before));
  const auto second = ids(Parse(after));
  for (const auto& [text, id] : first) {
    EXPECT_EQ(second.at(text), id) << text;
    EXPECT_EQ(id.size(), 16u);
    EXPECT_TRUE(IsResourceId(id));
  }
  EXPECT_NE(ids(Parse(before, "other")), first);
}

TEST(Ids, EqualSentencesAreCounted) {
  const ParsedReport report = Parse("我们要努力。我们要努力。我們要努力。");
  ASSERT_EQ(report.quotes.size(), 3u);
  EXPECT_NE(report.quotes[0].id, report.quotes[1].id);
  EXPECT_NE(report.quotes[1].id, report.quotes[2].id);
}

TEST(ReportId, IsValidForAnyMetadata) {
  Metadata metadata;
  EXPECT_TRUE(IsResourceId(MakeReportId(metadata))) << MakeReportId(metadata);
  metadata.title = "政府工作报告";
  metadata.body = "上海市人民政府";
  metadata.date = absl::CivilDay(2026, 2, 3);
  const std::string id = MakeReportId(metadata);
  EXPECT_TRUE(id.starts_with("2026-zheng-fu-gong-zuo-")) << id;
  EXPECT_TRUE(IsResourceId(id));
  metadata.date = absl::CivilDay(2026, 2, 4);
  EXPECT_NE(MakeReportId(metadata), id);
  metadata.title = "----";
  EXPECT_TRUE(IsResourceId(MakeReportId(metadata)));
  metadata.title = std::string(2000, 'x');
  metadata.body = "Ωμέγα \xF0\x9F\x98\x80 Заседание";
  EXPECT_TRUE(IsResourceId(MakeReportId(metadata))) << MakeReportId(metadata);
}

TEST(ReportId, SaysWhenMetadataNamesNoReport) {
  Metadata metadata;
  EXPECT_FALSE(NamesOneReport(metadata));
  metadata.body = "国务院";
  EXPECT_FALSE(NamesOneReport(metadata));
  metadata.date = absl::CivilDay(2024, 3, 5);
  EXPECT_TRUE(NamesOneReport(metadata));
  metadata.date.reset();
  metadata.title = "政府工作报告";
  EXPECT_TRUE(NamesOneReport(metadata));
}

TEST(ReportId, ResourceIds) {
  for (const char* good : {"a", "0", "a-b", "2022-x"}) {
    EXPECT_TRUE(IsResourceId(good));
  }
  for (const std::string& bad :
       {std::string(), std::string("-a"), std::string("a-"), std::string("A"), std::string("a_b"),
        std::string("一"), std::string(64, 'a')}) {
    EXPECT_FALSE(IsResourceId(bad)) << bad;
  }
  EXPECT_TRUE(IsResourceId(std::string(63, 'a')));
}

// Pieces of reports in random order and with random damage: every invariant holds of whatever the
// parser makes of them.
TEST(Property, InvariantsHoldOfRandomLines) {
  const std::vector<std::string> kPieces = {"各位代表：",
                                            "同志们！",
                                            "一、",
                                            "（一）",
                                            "二是",
                                            "1.",
                                            "第三，",
                                            "——",
                                            "●",
                                            "①",
                                            "第一章 ",
                                            "过去一年",
                                            "坚持稳中求进",
                                            "增长5.5%",
                                            "，",
                                            "。",
                                            "；",
                                            "！”",
                                            "“十四五",
                                            "”",
                                            "（",
                                            "）",
                                            "（下转11版）",
                                            "（上接1版）",
                                            "目录",
                                            "注：",
                                            "来源：某报",
                                            "2022年1月17日",
                                            "省长 张三",
                                            "——在第十次代表大会上的报告",
                                            "字体：大 中 小",
                                            "（记者 某某 摄）",
                                            "— 3 —",
                                            "\n",
                                            "\n\n",
                                            "\r\n",
                                            "　　",
                                            " ",
                                            "\t",
                                            "\f",
                                            "\v",
                                            "目标是：",
                                            "发展歷程",
                                            "Abc. Def",
                                            "……",
                                            "12",
                                            "\xE2\x80\x8B"};
  std::mt19937 random(42);
  int without_speech = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text = "字";
    const size_t count = 1 + random() % 60;
    for (size_t i = 0; i < count; ++i) {
      text += kPieces[random() % kPieces.size()];
    }
    const auto source = text::Decode(text, text::Encoding::kUtf8);
    QUOTES_ASSERT_OK(source);
    const auto report = ParseReport(*source, {.report_id = "x"});
    if (GetErrorReason(report.status()) == ErrorReason::kEmptyText) {
      ++without_speech;
      continue;
    }
    QUOTES_ASSERT_OK(report);
    ASSERT_THAT(ReportViolations(*source, *report), IsEmpty()) << text;
  }
  EXPECT_LT(without_speech, 300);
}

// The damaged passages of a text with what is proposed for them.
std::vector<std::pair<std::string, std::string>> Damages(std::string_view text) {
  const ParsedReport report = Parse(text);
  std::vector<std::pair<std::string, std::string>> damages;
  for (const LintFinding& finding : report.lint) {
    if (finding.kind == LintKind::kEncodingDamage) {
      damages.emplace_back(TextOf(report, finding.range), finding.proposal);
    }
  }
  return damages;
}

TEST(LintCharacters, WhatWasReadAsLatin1IsProposedOnlyWhereItIsChinese) {
  using Damage = std::pair<std::string, std::string>;
  const auto damages = [](std::string_view damage) {
    return Damages("我们坚决支持民营经济" + std::string(damage) + "发展壮大，坚持改革开放。\n");
  };
  // Shaped like UTF-8, but a surrogate, an overlong form, and a letter that no Chinese text has.
  EXPECT_THAT(damages("í£¡"), ElementsAre(Damage("í£¡", "□")));
  EXPECT_THAT(damages("à¡¢"), ElementsAre(Damage("à¡¢", "□")));
  EXPECT_THAT(damages("É½"), ElementsAre(Damage("É½", "□")));
  EXPECT_THAT(damages("å›½"), ElementsAre(Damage("å›½", "国")));
  EXPECT_THAT(damages("É½Çø"), ElementsAre(Damage("É½Çø", "山区")));
  EXPECT_THAT(damages("£¬È«Ãæ"), ElementsAre(Damage("£¬È«Ãæ", "，全面")));
  EXPECT_THAT(damages("×"), IsEmpty());
  EXPECT_THAT(damages("±§"), IsEmpty());
}

TEST(LintCharacters, FindingsAreWellFormedWhateverTheDamage) {
  constexpr std::u32string_view kWindows = U"€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";
  std::mt19937 random(20);
  size_t findings = 0;
  for (int round = 0; round < 2000; ++round) {
    std::u32string text = U"我们坚决支持民营经济";
    for (size_t length = 1 + random() % 12; length > 0; --length) {
      const unsigned kind = random() % 8;
      text.push_back(kind == 0   ? kWindows[random() % kWindows.size()]
                     : kind == 1 ? char32_t{0xE000} + random() % 0x2000
                     : kind == 2 ? U'表'
                                 : char32_t{0xA1} + random() % (0x100 - 0xA1));
    }
    text += U"发展壮大，坚持改革开放。\n";
    SCOPED_TRACE(text::ToUtf8(text));
    const ParsedReport report = Parse(text::ToUtf8(text));
    for (const LintFinding& finding : report.lint) {
      ++findings;
      EXPECT_FALSE(text::FindInvalidUtf8(finding.message).has_value());
      EXPECT_FALSE(text::FindInvalidUtf8(finding.proposal).has_value());
      EXPECT_EQ(finding.proposal.find("\uFFFD"), std::string::npos);
      if (const auto entry = ProposeDefect(report, finding); entry.has_value()) {
        for (const std::string& reading : entry->readings) {
          EXPECT_FALSE(text::FindInvalidUtf8(reading).has_value());
        }
      }
    }
  }
  EXPECT_GT(findings, 2000u);
}

}  // namespace
}  // namespace quotes::report
