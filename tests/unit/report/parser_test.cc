#include "service/report/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/cancellation.h"
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

// Whether a text is read as it would be without what stands at the ends of its lines, and above it.
void ExpectSameSpeech(const std::string& before, const std::string& behind,
                      const std::string& above = "") {
  const std::vector<std::string> lines = {"青河县政府工作报告",
                                          "——2026年1月9日在青河县第九届人民代表大会第三次会议上",
                                          "县长　王大川",
                                          "各位代表：",
                                          "现在，我代表县人民政府，向大会报告工作，请予审议。",
                                          "一、去年工作",
                                          "（一）兴修水利。新修水渠10公里。",
                                          "（二）改善民生。新建幼儿园3所。",
                                          "二、今年工作",
                                          "各部门要抓好落实，确保完成全年任务。"};
  std::string plain;
  std::string dressed = above;
  for (const std::string& line : lines) {
    plain += line + "\n";
    dressed += before + line + behind + "\n";
  }
  const ParsedReport expected = Parse(plain);
  const ParsedReport report = Parse(dressed);
  EXPECT_EQ(Paragraphs(report), Paragraphs(expected)) << before;
  ASSERT_EQ(report.sections.size(), expected.sections.size()) << before;
  for (size_t i = 0; i < report.sections.size(); ++i) {
    EXPECT_EQ(report.sections[i].id, expected.sections[i].id) << before;
  }
  EXPECT_EQ(report.metadata.title, expected.metadata.title);
  EXPECT_EQ(report.metadata.date, expected.metadata.date);
  EXPECT_EQ(report.metadata.speaker, expected.metadata.speaker);
  EXPECT_EQ(std::count_if(report.lint.begin(), report.lint.end(),
                          [](const LintFinding& finding) {
                            return finding.kind == LintKind::kEncodingDamage;
                          }),
            1)
      << before;
}

TEST(ParseReport, WhatHasNoWidthAtTheEndsOfLinesIsNoSpeech) {
  ExpectSameSpeech("\u200B", "");
  ExpectSameSpeech("\u200E\u3000\u200B", "\u200F");
  ExpectSameSpeech("", "\uFEFF");
  ExpectSameSpeech("> ", "");
  ExpectSameSpeech(">>\u2060", "\u200B");
}

TEST(ParseReport, MailThatIsQuotedBelowItsHeadIsReadWithoutItsSigns) {
  ExpectSameSpeech("> ", "", "请收。\n\n在 2026年1月12日，张三 <zhang@example.cn> 写道：\n\n");
  ExpectSameSpeech("> ", "",
                   "See below.\n\nOn Mon, Jan 12, 2026 at 9:30 AM, <a@example.cn> wrote:\n");
  ExpectSameSpeech("> ", "",
                   "发件人：张三 <zhang@example.cn>\n发送时间：2026年1月12日 9:30\n"
                   "收件人：编辑部 <news@example.cn>\n\n");
  // A few lines of a text that are quoted have their signs.
  std::string text = "青河县政府工作报告\n各位代表：\n";
  for (int i = 1; i <= 20; ++i) {
    text += "新修水渠" + std::to_string(i) + "公里，水田增加" + std::to_string(i) + "亩。\n";
  }
  for (int i = 1; i <= 6; ++i) {
    text += "> 新修道路" + std::to_string(i) + "公里，通车里程增加。\n";
  }
  EXPECT_NE(Parse(text).joined.find(U"> 新修道路"), std::u32string::npos);
}

TEST(Head, TheSentenceThatLeadsUpToASpeechSaysWhenAndByWhom) {
  const auto head = [](std::string_view lead) {
    return Parse("某区2026年政府工作报告\n发布时间：2026-01-18\n" + std::string(lead) +
                 "\n各位代表：\n现在，我代表区人民政府向大会报告工作，请予审议。\n")
        .metadata;
  };
  for (const std::string_view lead :
       {"2026年1月9日，在某区第九届人民代表大会第三次会议上，区长李明远作政府工作报告。全文如下：",
        "2026年1月9日上午，区长李明远代表区人民政府向大会作工作报告。",
        "2026年1月9日，某区第九届人大三次会议开幕，区长李明远向大会作政府工作报告，全文如下。"}) {
    const Metadata metadata = head(lead);
    EXPECT_EQ(metadata.speaker, "李明远") << lead;
    EXPECT_EQ(metadata.office, "区长") << lead;
    EXPECT_EQ(metadata.date, absl::CivilDay(2026, 1, 9)) << lead;
  }
  EXPECT_EQ(head("2025年1月9日我们作了政府工作报告的审议。").speaker, "");
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

// Speech of some 4 million characters, no two paragraphs the same.
std::string LongText() {
  std::string text = "关于工作的报告\n同志们：\n";
  std::mt19937 random(1);
  for (int i = 0; i < 40'000; ++i) {
    const std::string n = std::to_string(i);
    for (int c = 0; c < 24; ++c) {  // no two openings are the same
      text::AppendUtf8(static_cast<char32_t>(0x4E00 + random() % 0x5000), &text);
    }
    text += "，群众走访了" + n + "个乡镇里的学校" + n +
            "所，改造老旧小区，完善“一老一小”服务（含托育），群众满意度达到9" +
            std::to_string(i % 10) + "%。群众的获得感、幸福感、安全感在" + n +
            "次走访中都得到了印证，这是大家看到的。\n";
  }
  return text;
}

TEST(CancellationTest, EndsAParseWhereverItIs) {
  const auto source = text::Decode(LongText(), text::Encoding::kUtf8);
  ASSERT_THAT(source, ::quotes::testing::IsOk());
  const absl::Time begin = absl::Now();
  ASSERT_THAT(ParseReport(*source), ::quotes::testing::IsOk());
  const absl::Duration whole = absl::Now() - begin;
  int ended = 0;
  constexpr int kPlaces = 12;
  constexpr int kTries = 8;  // the machine has other work as well
  for (int place = 0; place < kPlaces; ++place) {
    absl::Duration best = absl::InfiniteDuration();
    for (int i = 0; i < kTries && best > whole / 4; ++i) {
      Cancellation cancellation;
      absl::Time cancelled;
      std::thread caller([&] {
        absl::SleepFor(whole * place / kPlaces);
        cancelled = absl::Now();
        cancellation.Cancel();
      });
      const auto report =
          ParseReport(*source, {.report_id = {}, .layout = nullptr, .cancellation = &cancellation});
      const absl::Time end = absl::Now();
      caller.join();
      if (!report.ok()) {
        EXPECT_THAT(report, ::quotes::testing::HasCode(absl::StatusCode::kCancelled));
        best = std::min(best, end - cancelled);
        ++ended;
      } else {
        best = absl::ZeroDuration();  // it was done before
      }
    }
    EXPECT_LE(best, whole / 4) << "place " << place << " of a parse of " << whole;
  }
  EXPECT_GT(ended, 0);
  // So does a deadline; one that comes before the end however busy the machine was at first.
  const Cancellation deadline(absl::Now() + whole / 50);
  EXPECT_THAT(ParseReport(*source, {.report_id = {}, .layout = nullptr, .cancellation = &deadline}),
              ::quotes::testing::HasCode(absl::StatusCode::kDeadlineExceeded));
}

TEST(ColumnsTest, LinesThatMayBelongElsewhereAreFound) {
  const std::string text =
      "关于工作的报告\n同志们：\n全市经济平稳运行，民生持续改善。\n我们要抓好产业和城市。\n"
      "我们要抓好乡村。\n谢谢大家。\n";
  const auto source = text::Decode(text, text::Encoding::kUtf8);
  ASSERT_THAT(source, ::quotes::testing::IsOk());
  std::vector<LineHint> lines(static_cast<size_t>(std::count(text.begin(), text.end(), '\n')));
  lines[2].unsure_place = true;
  lines[3].unsure_place = true;  // with the line above
  lines[5].unsure_place = true;
  const auto report = ParseReport(*source, {.report_id = {}, .layout = &lines});
  ASSERT_THAT(report, ::quotes::testing::IsOk());
  std::vector<uint32_t> found;
  for (const LintFinding& finding : report->lint) {
    if (finding.kind == LintKind::kMisreadColumns) {
      found.push_back(finding.line);
      EXPECT_GT(finding.range.size(), 0u);
      EXPECT_EQ(finding.proposal, "");
    }
  }
  EXPECT_EQ(found, (std::vector<uint32_t>{3, 6}));
}

TEST(LayoutTest, LinesThatLackWordsAreFound) {
  const std::string text =
      "关于工作的报告\n同志们：\n全市经济平稳运行，民生持续改善。\n我们要抓好产业和城市。\n"
      "我们要抓好乡村。\n谢谢大家。\n导航\n";
  const auto source = text::Decode(text, text::Encoding::kUtf8);
  ASSERT_THAT(source, ::quotes::testing::IsOk());
  std::vector<LineHint> lines(static_cast<size_t>(std::count(text.begin(), text.end(), '\n')));
  const auto found = [&] {
    const auto report = ParseReport(*source, {.report_id = {}, .layout = &lines});
    std::vector<uint32_t> numbers;
    if (report.ok()) {
      for (const LintFinding& finding : report->lint) {
        if (finding.message.find("were left out of this line") != std::string::npos) {
          EXPECT_EQ(finding.kind, LintKind::kTruncated);
          EXPECT_GT(finding.range.size(), 0u);
          numbers.push_back(finding.line);
        }
      }
      EXPECT_EQ(report->completeness.truncated, false);
    }
    return numbers;
  };
  EXPECT_THAT(found(), ::testing::IsEmpty());
  lines[2].lacks_words = true;
  lines[3].lacks_words = true;  // with the line above
  lines[5].lacks_words = true;
  lines[6] = {.role = LineRole::kNavigation, .lacks_words = true};  // no speech
  EXPECT_EQ(found(), (std::vector<uint32_t>{3, 6}));
}

std::string SpeechOf(const ParsedReport& report) {
  return TextOf(report, report.runs.front().range);
}

TEST(Furniture, JumpsInBracketsMayBePartedByALine) {
  const std::string before = "各位代表：\n我们要坚持稳中求进，";
  const std::string behind = "推动高质量发展迈上新的台阶。\n我们要继续努力，把各项工作做得更好。\n";
  const std::string speech = SpeechOf(Parse(before + behind));
  for (const std::string_view jumps :
       {"（下转第四版）（紧接第一版）", "（下转第四版）\n（紧接第一版）",
        "（下转第\n四版）（紧接第一版）", "（下转第四版）（紧\n接第一版）",
        "（下转第四版）（紧接第一版\n）"}) {
    EXPECT_EQ(SpeechOf(Parse(before + std::string(jumps) + behind)), speech) << jumps;
  }
}

// A report of some paragraphs, with what stands below it.
std::string PageWith(std::string_view below) {
  std::string page = "临江县政府工作报告\n2026年1月15日\n各位代表：\n";
  for (int i = 1; i <= 6; ++i) {
    page += "第" + std::to_string(i) +
            "季度全县地区生产总值增长百分之五，一般公共预算收入完成四亿元，城镇新增就业二千人。\n";
  }
  return page + std::string(below);
}

TEST(Furniture, WhatStandsBelowTheTextOfAPageIsNoSpeech) {
  const std::string speech = SpeechOf(Parse(PageWith("")));
  for (const std::string_view below :
       {"主办：临江县人民政府办公室　网站标识码：3300000001　京ICP备05000000号\n版权所有 "
        "某某公司\n",
        "京公网安备11000000000001号\n", "承办单位：临江县大数据局\n技术支持：某某公司\n",
        "网友评论\n网友张三：说得好！\n希望尽快落实，让大家都满意。\n",
        "责任编辑：王五\n关于印发工作要点的通知\n图解：一图读懂报告\n",
        "分享到：微信\n责任编辑：王五\n相关阅读\n一图读懂报告\n最新评论：\n同意！\n"}) {
    EXPECT_EQ(SpeechOf(Parse(PageWith(below))), speech) << below;
  }
}

TEST(Furniture, WhatSitesPutBelowATextIsNoSpeech) {
  const std::string speech = SpeechOf(Parse(PageWith("")));
  for (const std::string_view below :
       {"【我要纠错】责任编辑：刘淼\n", "【纠错】 责任编辑： 王佳宁\n加载更多\n新闻评论\n",
        "《 人民日报 》（ 2018年03月23日 01 版）\n(责编：曹昆)\n热门排行\n",
        "(责编：曹昆)\n热门排行\n1李克强：坚定信心……\n",
        "分享让更多人看到\n关注公众号：人民网财经\n"
        "人 民 网 股 份 有 限 公 司 版 权 所 有 ，未 经 书 面 授 权 禁 止 使 用\n"
        "Copyright © 1997-2018 by www.people.com.cn. all rights reserved\n",
        "新华社北京3月22日电\n", "（新华社北京3月22日电）\n",
        "责任编辑：\n返回搜狐，查看更多\n平台声明：该文观点仅代表作者本人，"
        "搜狐号系信息发布平台，搜狐仅提供信息存储空间服务。\n阅读 (1000)\n"
        "我来说两句 0人参与，0条评论\n搜狐小编发布\n",
        "顶一下 (0) 0% 踩一下 (0) 0%\n------分隔线----------------------------\n"
        "上一篇：没有了 下一篇：没有了\n",
        "Powered by Discuz! X3.4 © 2001-2017 Comsenz Inc.\n", "举报\n评论 23\n写下您的评论...\n",
        "发布时间：2023-01-18\n版权声明\n免责声明\n关于我们 \n【返回顶部】\n友情链接：\n",
        "文明上网理性发言\n登录后发表评论\n评论列表\n游客：支持！\n",
        "网友热议\n青浦网友 2小时前\n说得好\n", "发布于 2023-01-18 10:00\n—END—\n（完）\n"}) {
    EXPECT_EQ(SpeechOf(Parse(PageWith(below))), speech) << below;
  }
  // Like them, and speech.
  for (const std::string_view more :
       {"三、《规划》（2026年版）\n我们要抓好落实。\n", "阅读推广活动达到300场。\n",
        "推荐3个项目，收藏5件文物。\n", "发布时间定于2026年3月的规划。\n", "版权保护\n",
        "联系群众\n我们要联系我们的实际。\n"}) {
    EXPECT_NE(SpeechOf(Parse(PageWith(more))), speech) << more;
  }
}

TEST(Furniture, ATextThatGoesOnBelowItsEditorIsSpeech) {
  const std::string more = "第二部分说明今年的工作安排，全县要新增就业三千人，开工项目六十个。\n";
  const std::string speech = SpeechOf(Parse(PageWith("责任编辑：王五\n" + more)));
  EXPECT_THAT(speech, ::testing::EndsWith("开工项目六十个。"));
  // Where most of the text is below, the line begins nothing.
  const std::string heads = SpeechOf(Parse("各位代表：\n我们做了工作。\n评论\n" + PageWith("")));
  EXPECT_THAT(heads, ::testing::HasSubstr("城镇新增就业二千人"));
  EXPECT_EQ(SpeechOf(Parse("各位代表：\n网友评论（3）\n我们做了工作。\n")),
            SpeechOf(Parse("各位代表：\n我们做了工作。\n")));
}

// What the lint says of text left out because of the line above it, empty for none.
std::string LeftOut(const ParsedReport& report) {
  for (const LintFinding& finding : report.lint) {
    if (finding.message.find("were left out as") != std::string::npos) {
      EXPECT_EQ(finding.kind, LintKind::kTruncated);
      return finding.message;
    }
  }
  return {};
}

TEST(Furniture, ASpeechGoesOnBelowNotesAsASpeechDoes) {
  std::string above = "临江县政府工作报告\n2026年1月15日\n各位代表：\n一、去年的工作\n";
  for (int i = 1; i <= 12; ++i) {
    above += "第" + std::to_string(i) +
             "项工作取得成效，全县地区生产总值增长百分之五，一般公共预算收入完成四亿元。\n"
             "农业生产稳定发展，粮食总产量达到二十万吨，农村居民收入增长百分之六点五。\n";
  }
  const std::string salutation = "各位代表！\n让我们共同努力，把各项工作做得更好。\n";
  const std::string numbered = "二、今年的安排\n全县要新增就业三千人，开工项目六十个。\n";
  const std::string notes = "双招双引：指招商引资、招才引智。\n[2]数据来源于县统计局。\n";
  for (const std::string& below : {salutation, numbered}) {
    const std::string speech = SpeechOf(Parse(above + below));
    for (const std::string_view head : {"名词解释", "注释：", "【附注】", "参考文献"}) {
      const ParsedReport report = Parse(above + std::string(head) + "\n" + notes + below);
      EXPECT_EQ(SpeechOf(report), speech) << head << "\n" << below;
      EXPECT_EQ(LeftOut(report), "") << head;
    }
  }
  // Else all below are notes; where they do not read like some, that is told.
  const std::string speech = SpeechOf(Parse(above));
  EXPECT_EQ(SpeechOf(Parse(above + "名词解释\n" + notes)), speech);
  EXPECT_EQ(LeftOut(Parse(above + "名词解释\n" + notes)), "");
  const ParsedReport doubtful = Parse(above + "名词解释\n" + notes + "要抓好产业和民生改善。\n");
  EXPECT_EQ(SpeechOf(doubtful), speech);
  EXPECT_EQ(LeftOut(doubtful), "40 characters below the line 名词解释 were left out as notes");
}

TEST(Furniture, ASpeechGoesOnBelowALineOfCommentsAsASpeechDoes) {
  std::string above = "临江县政府工作报告\n2026年1月15日\n各位代表：\n一、去年的工作\n";
  for (int i = 1; i <= 12; ++i) {
    above += "第" + std::to_string(i) +
             "项工作取得成效，全县地区生产总值增长百分之五，一般公共预算收入完成四亿元。\n"
             "农业生产稳定发展，粮食总产量达到二十万吨，农村居民收入增长百分之六点五。\n";
  }
  std::string sentences;
  for (int i = 0; i < 4; ++i) {
    sentences += "要抓好产业。要抓好城市的更新改造。要抓好乡村的全面振兴和民生改善。\n";
  }
  const std::string salutation = "各位代表！\n让我们共同努力，把各项工作做得更好。\n";
  const std::string numbered = "二、今年的安排\n全县要新增就业三千人，开工项目六十个。\n";
  const std::string reader = "网友张三：说得好！\n希望尽快落实。\n";
  for (const std::string& below : {sentences, salutation, numbered}) {
    const std::string speech = SpeechOf(Parse(above + below));
    for (const std::string_view head : {"评论", "留言", "网友评论（12）", "【评论】", "评论 23"}) {
      const ParsedReport report = Parse(above + std::string(head) + "\n" + below);
      EXPECT_EQ(SpeechOf(report), speech) << head << "\n" << below;
      EXPECT_EQ(LeftOut(report), "") << head;
    }
    // Readers speak below a line further down.
    const ParsedReport both = Parse(above + "评论\n" + below + "网友评论\n" + reader);
    EXPECT_EQ(SpeechOf(both), speech) << below;
    EXPECT_EQ(LeftOut(both),
              "16 characters below the line 网友评论 were left out as what readers say");
  }
  // What does not go on as a speech is left out, and that is told.
  const std::string speech = SpeechOf(Parse(above));
  for (const std::string& below :
       {reader, std::string("希望尽快落实。\n"), "张三\n3小时前 回复 12\n" + sentences}) {
    const ParsedReport report = Parse(above + "评论\n" + below);
    EXPECT_EQ(SpeechOf(report), speech) << below;
    EXPECT_NE(LeftOut(report), "") << below;
  }
}

TEST(Head, TheDayThatAPageAppearedIsNotThatOfTheSpeech) {
  const std::string subtitle = "——2018年3月5日在第十三届全国人民代表大会第一次会议上\n";
  const std::string below =
      "国务院总理　李克强\n各位代表：\n现在，我代表国务院，向大会报告政府工作。\n";
  for (const std::string_view published :
       {"2018-03-22 17:24:31 来源：新华网\n", "2018-03-22 17:00\n", "2018-03-22\n17:00\n",
        "2018-03-22\n", "2018-03-22\n来源：新华社\n", "2018/03/22 17:24\n", "2018年3月22日\n",
        "（2018年3月22日）\n", "2018年03月22日05:12 | 来源：人民网－人民日报\n",
        "2018年3月22日 来源：新华社\n", "发表于 2018-3-22 17:00 | 只看该作者\n"}) {
    for (const std::string& page : {"政府工作报告\n" + std::string(published) + subtitle + below,
                                    std::string(published) + "政府工作报告\n" + subtitle + below}) {
      const Metadata metadata = Parse(page).metadata;
      EXPECT_EQ(metadata.title, "政府工作报告") << page;
      EXPECT_EQ(metadata.date, absl::CivilDay(2018, 3, 5)) << page;
      EXPECT_EQ(metadata.publication.issue_date, absl::CivilDay(2018, 3, 22)) << page;
    }
  }
  // On the line of the title, or with no other day.
  const Metadata one =
      Parse("政府工作报告 2018-03-22 17:24:31 来源：新华网\n" + subtitle + below).metadata;
  EXPECT_EQ(one.title, "政府工作报告");
  EXPECT_EQ(one.date, absl::CivilDay(2018, 3, 5));
  EXPECT_EQ(one.publication.paper, "新华网");
  const Metadata none = Parse("政府工作报告\n2018-03-22 17:24 来源：新华网\n" + below).metadata;
  EXPECT_EQ(none.date, std::nullopt);
  EXPECT_EQ(none.publication.issue_date, absl::CivilDay(2018, 3, 22));
  // Days in words are surer than those in digits, and digits are better than nothing.
  const Metadata words = Parse("政府工作报告\n2018-03-22\n（2018年3月5日）\n" + below).metadata;
  EXPECT_EQ(words.date, absl::CivilDay(2018, 3, 5));
  EXPECT_EQ(Parse("政府工作报告\n2018-03-05\n" + below).metadata.date, absl::CivilDay(2018, 3, 5));
}

TEST(ParseReport, MarksWithoutPartnersTakeTimeInStepWithTheirNumber) {
  // A second is what a quadratic search takes hundreds of.
  for (const std::string_view unit : {"[1", "[注", "（甲", "（下转", "“乙", "《我"}) {
    for (const std::string_view closer : {"", "』"}) {
      std::string text = "关于工作的报告\n同志们：\n";
      for (int i = 0; i < 100'000; ++i) {
        text += unit;
      }
      for (int i = 0; i < 100'000; ++i) {
        text += closer;
      }
      const auto source = text::Decode(text, text::Encoding::kUtf8);
      ASSERT_THAT(source, ::quotes::testing::IsOk());
      const absl::Time begin = absl::Now();
      const auto report = ParseReport(*source);
      const absl::Duration taken = absl::Now() - begin;
      ASSERT_THAT(report, ::quotes::testing::IsOk());
      EXPECT_LT(taken, absl::Seconds(10)) << unit << closer;
      for (const LintFinding& finding : report->lint) {
        EXPECT_LT(finding.proposal.size(), 1'000u);
      }
    }
  }
}

TEST(CompletenessTest, APageThatLinksToOthersOfItsTextIsOnePartOfIt) {
  for (const std::string_view pager :
       {"上一页 1 2 3 下一页 共3页\n", "首页 上一页 [1] [2] [3] 下一页 尾页\n",
        "上一页\n1\n2\n3\n下一页\n"}) {
    const ParsedReport report = Parse(PageWith(pager));
    EXPECT_TRUE(report.completeness.truncated) << pager;
    EXPECT_EQ(SpeechOf(report), SpeechOf(Parse(PageWith("")))) << pager;
    const auto told = std::find_if(
        report.lint.begin(), report.lint.end(),
        [](const LintFinding& finding) { return finding.kind == LintKind::kTruncated; });
    ASSERT_NE(told, report.lint.end()) << pager;
    EXPECT_EQ(told->message, "the page links to 2 others of the text");
  }
  // All three are there; links to other texts; a page number.
  const std::string pager = "上一页 1 2 3 下一页\n";
  const std::string three = PageWith(pager) + "二季度的情况说明如下，各项指标都有增长。\n" + pager +
                            "三季度的情况说明如下，各项指标都有增长。\n" + pager;
  EXPECT_FALSE(Parse(three).completeness.truncated);
  EXPECT_FALSE(Parse(PageWith("上一页\n下一页\n")).completeness.truncated);
  EXPECT_FALSE(Parse(PageWith("12\n")).completeness.truncated);
}

constexpr std::string_view kHeadOfSpeech =
    "政府工作报告\n——2025年1月9日在青河县第十六届人民代表大会第四次会议上\n"
    "青河县人民政府县长　王大川\n各位代表：\n现在，我代表县人民政府，向大会报告工作，请予审议。\n"
    "一、过去一年的工作\n全县经济平稳运行，民生持续改善，完成了全年的任务。\n";
constexpr std::string_view kEndOfSpeech =
    "二、今年的安排\n我们要抓好产业、城市和乡村三件大事。\n"
    "各位代表！让我们携起手来，为建设更加美好的青河而努力奋斗！\n";

ParsedReport SpeechWith(std::string_view line) {
  return Parse(std::string(kHeadOfSpeech) + std::string(line) + "\n" + std::string(kEndOfSpeech));
}

// Of the sentences between others of the speech that were left out, 0 where none was.
uint32_t LineOfLeftOut(const ParsedReport& report) {
  const auto told =
      std::find_if(report.lint.begin(), report.lint.end(), [](const LintFinding& finding) {
        return finding.kind == LintKind::kTruncated &&
               finding.message.find("between those of the speech") != std::string::npos;
      });
  return told == report.lint.end() ? 0 : told->line;
}

TEST(Furniture, SentencesOfTheSpeechMayBeginLikeWordsOfAPage) {
  for (const std::string_view line :
       {"扫一扫就能办、指尖上就能评，全县事项网上可办率达到百分之九十九。", "扫一扫就能办成事。",
        "点击量过亿的短视频宣传了家乡。", "访问量突破三百万次的网站完成改版。",
        "图为之变、业为之兴，二十年来全县面貌焕然一新，群众获得感不断增强。",
        "图为民生，谋在长远。一年来我们办成了十件实事。", "上图书馆、进博物馆成为群众新风尚。",
        "下图片展、摄影展等活动丰富多彩。", "来源：上级补助收入增加三亿元，地方税收增加一亿元。",
        "编辑：人才是第一资源，我们引进编辑记者二十名。"}) {
    const ParsedReport report = SpeechWith(line);
    EXPECT_NE(SpeechOf(report).find(line), std::string::npos) << line;
    EXPECT_EQ(report.metadata.publication.paper, "") << line;
    EXPECT_EQ(LineOfLeftOut(report), 0u) << line;
  }
}

TEST(Furniture, WhatAPageHasBetweenParagraphsIsNoSpeech) {
  struct Case {
    std::string_view line;
    bool told;  // it reads like a sentence
  };
  for (const auto& [line, told] :
       std::vector<Case>{{"扫一扫，在手机上打开当前页。", true},
                         {"微信扫一扫，分享至朋友圈。", true},
                         {"点击量：1234", false},
                         {"图为会议现场。", true},
                         {"上图：代表们走进会场。", true},
                         {"图为新落成的学校。（本报记者 王小溪 摄）", false},
                         {"扫一扫看报告全文。", true},
                         {"图为1月9日，代表们在会场认真听取报告。", true},
                         {"来源：青河日报2025年1月10日。", true},
                         {"责编：王小溪，校对：李小河，审核：张小江。", true},
                         {"来源：青河日报", false},
                         {"来源：青河日报。", true},
                         {"（来源：青河日报。）", false},
                         {"责任编辑：王小溪", false},
                         {"责任编辑：王小溪。", true}}) {
    const ParsedReport report = SpeechWith(line);
    EXPECT_EQ(SpeechOf(report), SpeechOf(SpeechWith(""))) << line;
    EXPECT_EQ(LineOfLeftOut(report), told ? 8u : 0u) << line;
  }
}

TEST(Furniture, TheDayBehindTheSourceOfAPageIsNoPartOfItsName) {
  const ParsedReport report = Parse(std::string(kHeadOfSpeech) + std::string(kEndOfSpeech) +
                                    "来源：青河日报　2025-01-20\n");
  EXPECT_EQ(report.metadata.publication.paper, "青河日报");
  EXPECT_EQ(report.metadata.publication.issue_date, absl::CivilDay(2025, 1, 20));
}

TEST(CompletenessTest, APageMaySayThatItHoldsOnlyTheBeginning) {
  const std::string speech = SpeechOf(Parse(kHeadOfSpeech));
  for (const std::string_view more :
       {"[阅读全文]\n", "……（未完待续）\n", "点击查看全文\n", "展开剩余80%\n", "查看全文 >>\n",
        "责任编辑：王小溪\n［阅读全文］\n"}) {
    const ParsedReport report = Parse(std::string(kHeadOfSpeech) + std::string(more));
    EXPECT_TRUE(report.completeness.truncated) << more;
    EXPECT_EQ(SpeechOf(report), speech) << more;
    EXPECT_EQ(std::count_if(report.lint.begin(), report.lint.end(),
                            [](const LintFinding& finding) {
                              return finding.message ==
                                     "the page says that it holds only the beginning of the text";
                            }),
              1)
        << more;
  }
  const ParsedReport inner =
      Parse(std::string(kHeadOfSpeech) + "全年新办企业三百家，比上年……[阅读全文]\n");
  EXPECT_TRUE(inner.completeness.truncated);
  EXPECT_EQ(SpeechOf(inner).find("阅读全文"), std::string::npos);
  EXPECT_NE(SpeechOf(inner).find("比上年……"), std::string::npos);
}

TEST(CompletenessTest, LinksBesideACompleteTextCutNothing) {
  const std::string whole = std::string(kHeadOfSpeech) + std::string(kEndOfSpeech);
  for (const std::string_view rest :
       {"展开全文\n", "[阅读全文]\n", "相关阅读\n[阅读全文]\n[阅读全文]\n"}) {
    EXPECT_FALSE(Parse(whole + std::string(rest)).completeness.truncated) << rest;
  }
  // The text goes on below, and a sentence may say the words.
  EXPECT_FALSE(SpeechWith("展开全文").completeness.truncated);
  for (const std::string_view last : {"改革永远“未完待续”。\n", "请各位代表阅读全文。\n"}) {
    const ParsedReport report = Parse(std::string(kHeadOfSpeech) + std::string(last));
    EXPECT_FALSE(report.completeness.truncated) << last;
    EXPECT_NE(SpeechOf(report).find(last.substr(0, last.size() - 1)), std::string::npos);
  }
}

TEST(Head, SeveralReportsInOneFileHaveNoDate) {
  const std::string one = std::string(kHeadOfSpeech) + std::string(kEndOfSpeech);
  EXPECT_EQ(Parse(one).metadata.date, absl::CivilDay(2025, 1, 9));
  std::string next = one;
  next.replace(next.find("2025"), 4, "2026");
  const ParsedReport both = Parse(one + next);
  EXPECT_EQ(both.metadata.date, std::nullopt);
  EXPECT_EQ(both.metadata.event, "");
  EXPECT_EQ(both.metadata.speaker, "");
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

TEST(Outline, ASentenceThatSaysWhoSpeaksIsNoItem) {
  const ParsedReport report = Parse(
      "各位代表：\n周总理说，几年来经济有了很大的发展，人民的生活有了改善。\n"
      "最后，周总理说，由于全国人民的共同努力，我们国家的力量日益壮大，威望日益提高。\n");
  EXPECT_THAT(report.sections, IsEmpty());
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
                                            "注1：指",
                                            "②",
                                            "*",
                                            "[1]",
                                            "(3)",
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

// What the checks say of a sentence with something in it: each finding's words and proposal.
std::vector<std::pair<std::string, std::string>> Told(std::string_view sentence) {
  const ParsedReport report =
      Parse("各位代表：\n现在，我代表市人民政府向大会报告工作，请予审议，并请各位委员提出意见。\n" +
            std::string(sentence) + "\n我们要继续努力，把各项工作做得更好，让全市人民都满意。\n");
  std::vector<std::pair<std::string, std::string>> told;
  for (const LintFinding& finding : report.lint) {
    if (finding.kind != LintKind::kMissingMetadata) {
      told.emplace_back(TextOf(report, finding.range), finding.proposal);
    }
  }
  return told;
}

using Words = std::pair<std::string, std::string>;

TEST(LintIntrusions, WhatIsNoneOfTheTextIsTold) {
  EXPECT_THAT(Told("我们坚持以人民为中心的发展思想，促进国 家各项事业全面进步，取得新的成绩。"),
              ElementsAre(Words("国 ", "国")));
  EXPECT_THAT(Told("我们坚持以人民为中心的发展思想，促进国家 各项事业全面进步，取得新的成绩。"),
              ElementsAre(Words("家 ", "家")));
  EXPECT_THAT(Told("我们坚持新发展— 12 —理念，促进各项事业全面进步。"),
              ElementsAre(Words("展— 12 —", "展")));
  EXPECT_THAT(Told("我们坚持新发展-3-理念。"), ElementsAre(Words("展-3-", "展")));
  EXPECT_THAT(Told("我们坚持发展l理念。"), ElementsAre(Words("展l", "展")));
  EXPECT_THAT(Told("我们坚持发展\u200B理\u200B念，加快\u00AD前进。"),
              ElementsAre(Words("展\u200B", "展")));
  EXPECT_THAT(Told("我们⼤⼒发展。"), ElementsAre(Words("⼤", "大"), Words("⼒", "力")));
  EXPECT_THAT(Told("我们坚持<br>发展，<span class=\"a\">推进</span>改革。"),
              ElementsAre(Words("持<br>", "持"), Words("，<span class=\"a\">", "，"),
                          Words("进</span>", "进")));
  EXPECT_THAT(Told("我们坚持发□理念。"), ElementsAre(Words("□", "")));
}

TEST(LintIntrusions, WhatBelongsThereIsNot) {
  for (const std::string_view sentence :
       {"第三条　本市各级人民政府应当加强领导，把这项工作列入国民经济和社会发展规划。",
        "王 伟、李 强等同志作了发言，与会代表一致认为报告总结工作实事求是，部署工作切实可行。",
        "2021年—2025年，全市生产总值年均增长5%—6%，超额完成“十四五”规划目标任务。",
        "我们坚持“两个毫不动摇”——这是我们的一贯方针，A股、T恤、5G、电商e家、x射线都有发展。",
        "□是　□否", "全市气温1 < 2，a<b且c>d，都在正常范围之内，没有出现极端天气。"}) {
    EXPECT_THAT(Told(sentence), IsEmpty()) << sentence;
  }
}

TEST(LintCharacters, LettersWhereAFigureBeginsAreTold) {
  EXPECT_THAT(Told("全年税收l2.5亿元。"), ElementsAre(Words("l2", "12")));
  EXPECT_THAT(Told("惠及群众达到I5万户。"), ElementsAre(Words("I5", "15")));
  EXPECT_THAT(Told("地区生产总值增长8.I%。"), ElementsAre(Words("I", "1")));
  EXPECT_THAT(Told("覆盖面达到五0%。"), ElementsAre(Words("五0", "50")));
  EXPECT_THAT(Told("二00八年建成，iPhone、i5处理器、O2含量都有提高。"), IsEmpty());
}

TEST(LintCharacters, StraysAmongFiguresOfAnotherWidthAreTold) {
  const std::string figures =
      "产值增长5.6%，收入增长6.1%，税收增长7.2%，投资增长8.3%，新增就业1200人。";
  EXPECT_THAT(Told(figures + "发放消费券２０００万元，支出增长９.4％。"),
              ElementsAre(Words("２０００", "2000"), Words("９", "9"), Words("％", "%")));
  // Where both are usual neither is a stray.
  EXPECT_THAT(Told(figures + "税收２０亿元，投资３０亿元，利润５亿元，增长５％、６％、７％。"),
              IsEmpty());
  EXPECT_THAT(Told("发放消费券２０００万元，实施项目１５０个，支出增长９％，收入增长３％。"),
              IsEmpty());
}

TEST(LintCharacters, BlanksInsideFiguresAreTold) {
  EXPECT_THAT(Told("全年实施重点项目1 50个，产值增长5. 6%，完成投资3 2亿元。"),
              ElementsAre(Words("1 50", "150"), Words("5. 6", "5.6"), Words("3 2", "32")));
  // Groups of three, two figures, and the number of an item.
  EXPECT_THAT(Told("全年完成投资12 500万元，同比增长2021 2022两年的水平。"), IsEmpty());
}

TEST(LintDoubledWords, WordsThatMeetAreNotOneThatStandsTwice) {
  EXPECT_THAT(Told("建设新兴产业创业创新平台。支持大学生创业和返乡创业。"), IsEmpty());
  EXPECT_THAT(Told("建设新兴产业创业创业平台。支持大学生创业和返乡创业。"),
              ElementsAre(Words("创业创业", "创业")));
}

TEST(LintNumbering, GapsInsideAParagraphAreToldInEverySeries) {
  EXPECT_THAT(Told("要加强领导，一要提高政治站位，三要严守纪律规矩。"),
              ElementsAre(Words("三要", "二要")));
  EXPECT_THAT(Told("要抓好三件事：第一，修建道路；第三，架设桥梁；第四，接通电网。"),
              ElementsAre(Words("第三", "第二")));
  EXPECT_THAT(Told("有三条经验。其一，依靠群众；其三，实事求是。"),
              ElementsAre(Words("其三", "其二")));
  EXPECT_THAT(Told("一要提高站位，二要严守规矩，三要素市场化改革继续推进。第三产业增长。"),
              IsEmpty());
}

TEST(LintCharacters, WhatWasReadAsLatin1IsProposedOnlyWhereItIsChinese) {
  using Damage = std::pair<std::string, std::string>;
  const auto damages = [](std::string_view damage) {
    return Damages("我们坚决支持民营经济" + std::string(damage) + "发展壮大，坚持改革开放。\n");
  };
  // Shaped like UTF-8, but a surrogate, an overlong form, and a letter that no Chinese text has.
  EXPECT_THAT(damages("í£¡"), ElementsAre(Damage("í£¡", "")));
  EXPECT_THAT(damages("à¡¢"), ElementsAre(Damage("à¡¢", "")));
  EXPECT_THAT(damages("É½"), ElementsAre(Damage("É½", "")));
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

// Words to the audience in the middle begin no speech of short lines.
TEST(ParserTest, WhatStandsAboveALaterAddressIsSpeech) {
  std::u32string text = U"在全县林业工作座谈会上的讲话\n2023年3月9日\n县长　许衡\n";
  for (const std::u32string_view line :
       {U"种树要选好苗。", U"选苗要看水土。", U"水土要靠人来守。", U"守土要有章法。", U"同志们！",
        U"章法在哪里？", U"在每一个村。"}) {
    text.append(line) += U'\n';
  }
  for (const std::u32string_view address : {U"同志们！", U"同志们，", U"同志们！路在哪里？"}) {
    std::u32string other = text;
    other.replace(other.find(U"同志们！"), 4, address);
    const auto source = text::Decode(text::ToUtf8(other), text::Encoding::kUtf8);
    QUOTES_ASSERT_OK(source);
    const auto report = ParseReport(*source);
    QUOTES_ASSERT_OK(report);
    const std::u32string_view speech =
        std::u32string_view(report->joined).substr(0, report->runs.front().range.end);
    for (const std::u32string_view kept : {U"种树要选好苗。", U"守土要有章法。", U"在每一个村。"}) {
      EXPECT_NE(speech.find(kept), std::u32string_view::npos)
          << text::ToUtf8(address) << text::ToUtf8(kept);
    }
  }
}

// What is said between the title and words to the audience: the paragraphs of the speech, and
// whether a finding tells of sentences that were left out.
struct AboveAddress {
  std::vector<std::string> speech;
  size_t told = 0;
  std::string first;  // the source line that the finding names
};

AboveAddress ReadAboveAddress(const std::string& text) {
  const ParsedReport report = Parse(text);
  AboveAddress read{Paragraphs(report), 0, ""};
  for (const LintFinding& finding : report.lint) {
    if (finding.message.find("above the speech") != std::string::npos) {
      ++read.told;
      for (const PrintSpan& span : report.print_spans) {
        read.first = span.line == finding.line ? TextOf(report, span.joined) : read.first;
      }
    }
  }
  return read;
}

constexpr char kForestryHead[] = "在全县林业工作座谈会上的讲话\n2023年3月9日\n县长　许衡\n";
constexpr char kForestryRest[] = "守土要有章法。\n章法在每一个村。\n";
constexpr char kReportHead[] =
    "某县人民政府工作报告\n——2023年3月9日在某县第九届人民代表大会第三次会议上\n县长　许衡\n";
constexpr char kReportRest[] =
    "各位代表：\n现在，我代表县人民政府，向大会报告工作，请予审议。\n一、过去一年工作\n"
    "过去一年，全县上下团结奋斗，取得新成绩。\n";

TEST(AboveALaterAddress, FewSentencesAreSpeech) {
  for (const std::string address : {"同志们！", "同志们：", "各位代表：", "同志们，朋友们："}) {
    for (const std::string above :
         {"种树要选好苗。\n", "种树要选好苗。\n选苗要看水土。\n",
          "种树要选好苗；\n选苗要看水土，\n",
          "树要种好吗？要！\n“前人栽树，后人乘凉。”\n这是老话。\n",
          "热烈欢迎各位来宾！\n今天是植树节。\n",
          "种树要选好苗。\n选苗要看水土。\n水土要靠人来守。\n守土要人。\n人要安心。\n"}) {
      const AboveAddress read =
          ReadAboveAddress(kForestryHead + above + address + "\n" + kForestryRest);
      EXPECT_EQ(read.told, 0u) << above << address;
      ASSERT_FALSE(read.speech.empty());
      EXPECT_EQ(above.find(read.speech.front()), 0u) << above << address;
      EXPECT_EQ(read.speech.back(), "章法在每一个村。");
    }
  }
}

TEST(AboveALaterAddress, HeadingsStayAboveTheirSentences) {
  EXPECT_THAT(ReadAboveAddress(std::string(kForestryHead) +
                               "植树的意义\n种树要选好苗。\n同志们！\n" + kForestryRest)
                  .speech,
              ElementsAre("植树的意义", "种树要选好苗。", "同志们！", "守土要有章法。",
                          "章法在每一个村。"));
  const ParsedReport numbered = Parse(
      std::string(kForestryHead) +
      "一、种树\n种树要选好苗。\n选苗要看水土。\n二、守土\n守土要人。\n同志们：\n" + kForestryRest);
  ASSERT_EQ(numbered.sections.size(), 2u);
  EXPECT_EQ(numbered.sections[0].heading, "种树");
  EXPECT_EQ(numbered.sections[1].heading, "守土");
}

TEST(AboveALaterAddress, WhatTheSpeakerSaysAboveAReportIsHis) {
  EXPECT_THAT(ReadAboveAddress(std::string(kReportHead) + "大会通过了议程。\n下面我报告工作。\n" +
                               kReportRest)
                  .speech,
              ElementsAre("大会通过了议程。", "下面我报告工作。", "各位代表：",
                          "现在，我代表县人民政府，向大会报告工作，请予审议。", "一、过去一年工作",
                          "过去一年，全县上下团结奋斗，取得新成绩。"));
}

TEST(AboveALaterAddress, SentencesThatMayBeThePagesAreToldOf) {
  const std::pair<std::string, std::string> told[] = {
      {std::string(kReportHead) + "地区生产总值增长6.5%。\n新建学校12所。\n" + kReportRest,
       "地区生产总值增长6.5%。"},
      {std::string(kReportHead) + "团结奋进，再创辉煌！\n" + kReportRest, "团结奋进，再创辉煌！"},
      {std::string(kForestryHead) + "树要种好！\n同志们！\n" + kForestryRest, "树要种好！"},
      {std::string("种树要选好苗。\n") + kForestryHead + "同志们！\n" + kForestryRest,
       "种树要选好苗。"},
      {std::string(kForestryHead) +
           "2023年3月9日，某县召开林业工作座谈会，县长许衡出席并讲话。\n讲话全文如下：\n同志们！"
           "\n" +
           kForestryRest,
       "2023年3月9日，某县召开林业工作座谈会，县长许衡出席并讲话。"}};
  for (const auto& [text, first] : told) {
    const AboveAddress read = ReadAboveAddress(text);
    EXPECT_EQ(read.told, 1u) << text;
    EXPECT_EQ(read.first, first);
    EXPECT_EQ(read.speech.front().find(text.find(kReportRest) == std::string::npos ? "同志们"
                                                                                   : "各位代表"),
              0u)
        << text;
  }
}

TEST(AboveALaterAddress, WhatTellsThatItIsThePagesIsNotToldOf) {
  for (const std::string above :
       {"编者按：现将许衡同志的报告刊登如下。\n", "热烈祝贺大会胜利召开！\n", "（2023年3月9日）\n",
        "现将县长许衡的报告全文刊登如下：\n", ""}) {
    const AboveAddress read = ReadAboveAddress(kReportHead + above + kReportRest);
    EXPECT_EQ(read.told, 0u) << above;
    EXPECT_EQ(read.speech.front(), "各位代表：") << above;
  }
}

TEST(AboveALaterAddress, InEnglishToo) {
  const std::string head = "Remarks of the Mayor of Northfield\nMarch 9, 2023\n";
  const std::string rest = "Ladies and gentlemen,\nWater needs people.\nThe people are here.\n";
  AboveAddress read = ReadAboveAddress(head +
                                       "Trees need good soil.\nWe plant them in spring, and our "
                                       "children water them.\n" +
                                       rest);
  EXPECT_EQ(read.told, 0u);
  EXPECT_EQ(read.speech.front(), "Trees need good soil.");
  read = ReadAboveAddress(head + "Trees need good soil.\nSoil needs water.\n" + rest);
  EXPECT_EQ(read.told, 1u);
  EXPECT_EQ(read.first, "Trees need good soil.");
  read = ReadAboveAddress(head + "The following is the full text of the remarks.\n" + rest);
  EXPECT_EQ(read.told, 0u);
  EXPECT_EQ(read.speech.front(), "Ladies and gentlemen,");
}

}  // namespace
}  // namespace quotes::report
