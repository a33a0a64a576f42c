#include "service/citation/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/distinctiveness.h"
#include "service/archive/indexed_archive.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/citation/profile.h"
#include "service/text/utf8.h"
#include "service/themes/scheme.h"
#include "tests/support/citation_checks.h"
#include "tests/support/test_data.h"

namespace quotes::citation {
namespace {

constexpr char kWords[] = "狭路相逢勇者胜，敢拼会赢见真章";

std::shared_ptr<archive::Document> Report(std::string_view id, std::string_view text,
                                          std::string_view speaker = "张三") {
  auto document = testing::MakeDocument(
      id, absl::StrCat("政府工作报告\n\n同志们：\n", std::string(text), "\n"));
  document->content.metadata.speaker = std::string(speaker);
  return document;
}

const testing::TestCorpus& Sample() {
  static const auto* const kCorpus = new testing::TestCorpus({testing::SampleDocument()});
  return *kCorpus;
}

absl::Status StatusOf(std::string_view quotation) {
  Request request;
  request.quotation = quotation;
  return Verify(Sample().corpus(), request, Cancellation()).status();
}

TEST(EngineTest, RefusesWhatIsNoText) {
  EXPECT_EQ(GetErrorReason(StatusOf("")), ErrorReason::kFieldRequired);
  EXPECT_EQ(GetErrorReason(StatusOf("发展\xE5\xB1")), ErrorReason::kInvalidUtf8);
  EXPECT_EQ(GetErrorReason(StatusOf(std::string("发展\x01经济", 13))), ErrorReason::kFieldInvalid);
  EXPECT_EQ(GetErrorReason(StatusOf("年均增长\u202E5.5%\u202C")), ErrorReason::kFieldInvalid);
  EXPECT_EQ(GetErrorReason(StatusOf("年均\U000E0031增长")), ErrorReason::kFieldInvalid);
  EXPECT_EQ(GetErrorReason(StatusOf(std::string("发\0展", 7))), ErrorReason::kFieldInvalid);
  std::string longest;
  for (size_t i = 0; i < limits::kMaxQuotationCodePoints; ++i) {
    longest += "发";
  }
  EXPECT_TRUE(StatusOf(longest).ok());
  EXPECT_EQ(GetErrorReason(StatusOf(longest + "发")), ErrorReason::kFieldOutOfRange);
  Request request;
  request.quotation = kWords;
  request.max_locations = limits::kMaxLocations + 1;
  EXPECT_EQ(GetErrorReason(Verify(Sample().corpus(), request, Cancellation()).status()),
            ErrorReason::kFieldOutOfRange);
}

// Reports of the phrases of others in other orders: each phrase stands in hundreds of them, and
// only where two meet tells one from the other. The last of all is the one that is quoted.
const testing::TestCorpus& Recombined() {
  static const auto* const kCorpus = [] {
    std::vector<std::shared_ptr<const archive::Document>> documents;
    for (int i = 0; i < 500; ++i) {
      const std::string number = absl::StrCat(i + 1000);
      documents.push_back(Report(absl::StrCat("a", number),
                                 absl::StrCat("加快建设现代化产业体系第", number,
                                              "号，不断提升公共服务保障能力。\n持续优化", number,
                                              "个窗口，全力打造一流的营商环境。")));
    }
    documents.push_back(
        Report("z",
               "加快建设现代化产业体系，全力打造一流的营商环境。\n"
               "我们召开春季例会研究种粮补贴，听取意见，不断提升公共服务保障能力。"));
    return new testing::TestCorpus(documents);
  }();
  return *kCorpus;
}

TEST(EngineTest, FindsTheSourceOfPhrasesThatStandEverywhere) {
  for (const char* const changed : {"加快建设现代化产业体制，全力打造一流的营商环境。",
                                    "加快建设现代化产业体，全力打造一流的营商环境。",
                                    "加快建设现代化产业体系，应全力打造一流的营商环境。",
                                    "加快建设现代化产业体制，大力打造一流的营商环境。"}) {
    const Result result = Recombined().Verify(changed);
    EXPECT_EQ(result.text, TextVerdict::kAltered) << changed;
    EXPECT_EQ(result.disposition, Disposition::kFail) << changed;
    ASSERT_FALSE(result.locations.empty()) << changed;
    EXPECT_EQ(result.locations[0].report_id, "z") << changed;
  }
}

TEST(EngineTest, FindsAPhraseThatStandsEverywhereBesideTheOtherPartsOfAnElidedQuotation) {
  for (const char* const elided : {"我们召开春季例会研究种粮补贴，……不断提升公共服务保障能力。",
                                   "研究种粮补贴……不断提升公共服务保障能力"}) {
    const Result result = Recombined().Verify(elided);
    EXPECT_EQ(result.text, TextVerdict::kElided) << elided;
    ASSERT_FALSE(result.locations.empty()) << elided;
    EXPECT_EQ(result.locations[0].report_id, "z") << elided;
  }
  // The other way round it does not stand there.
  const Result reversed =
      Recombined().Verify("不断提升公共服务保障能力……我们召开春季例会研究种粮补贴");
  EXPECT_EQ(reversed.text, TextVerdict::kStitched);
  ASSERT_EQ(reversed.parts.size(), 2u);
  EXPECT_EQ(reversed.parts[0].verdict, TextVerdict::kVerbatim);
  EXPECT_EQ(reversed.parts[1].report_id, "z");
}

TEST(EngineTest, HonoursCancellation) {
  Cancellation cancellation;
  cancellation.Cancel();
  Request request;
  request.quotation = kWords;
  EXPECT_EQ(Verify(Sample().corpus(), request, cancellation).status().code(),
            absl::StatusCode::kCancelled);
}

TEST(EngineTest, SaysWhatMakesItReproducible) {
  const Result result = Sample().Verify("狭路相逢勇者胜");
  EXPECT_EQ(result.archive_revision, 1u);
  EXPECT_EQ(result.engine_version, EngineVersion());
  EXPECT_FALSE(result.fold_version.empty());
  EXPECT_FALSE(result.lexicon_version.empty());
  EXPECT_EQ(result.profile_name, "newspaper");
  EXPECT_EQ(result.quotation_sha256.size(), 64u);
  EXPECT_EQ(result.coverage.reports, 1u);
  ASSERT_EQ(result.coverage.incomplete.size(), 1u);
  EXPECT_EQ(result.coverage.incomplete[0].jump_target, "11版");
  EXPECT_EQ(testing::Dump(Sample().Verify("狭路相逢勇者胜")), testing::Dump(result));
}

TEST(EngineTest, FindsAllPlacesAndReports) {
  std::vector<std::shared_ptr<const archive::Document>> documents;
  for (int i = 0; i < 6; ++i) {
    documents.push_back(Report(absl::StrCat("r", i), absl::StrCat(kWords, "。第", i, "项工作。")));
  }
  const testing::TestCorpus corpus(documents);
  const Result result = corpus.Verify(kWords);
  EXPECT_EQ(result.text, TextVerdict::kVerbatim);
  EXPECT_EQ(result.location_count, 6u);
  EXPECT_EQ(result.report_count, 6u);
  EXPECT_EQ(result.attribution, Attribution::kAmbiguous);
  EXPECT_TRUE(result.Has(ContextFlag::kFormulaic));
  EXPECT_EQ(result.disposition, Disposition::kReview);

  Request request;
  request.quotation = kWords;
  request.claim.report = "r3";
  request.max_locations = 2;
  const Result claimed = corpus.Verify(request);
  EXPECT_EQ(claimed.disposition, Disposition::kPass);
  EXPECT_EQ(claimed.attribution, Attribution::kConfirmed);
  ASSERT_EQ(claimed.locations.size(), 2u);
  EXPECT_EQ(claimed.locations[0].report_id, "r3");
  EXPECT_EQ(claimed.location_count, 6u);
  EXPECT_EQ(claimed.elsewhere.verdict, TextVerdict::kVerbatim);
}

// Where the characters stand in a text, whatever is around them.
size_t CountPlaces(const std::string& text, const std::string& wanted) {
  size_t places = 0;
  for (size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
    ++places;
  }
  return places;
}

TEST(EngineTest, CountsPlacesInsideLongerWords) {
  // 展区 and 区域 cut, 城区 not.
  const std::string words[] = {"会展区域", "展区", "会展区", "城市展区"};
  std::vector<std::string> texts;
  std::vector<std::shared_ptr<const archive::Document>> documents;
  for (int i = 0; i < 4; ++i) {
    std::string text;
    for (int k = 0; k < 12; ++k) {
      absl::StrAppend(&text, "第", i, "项第", k, "条，加快建设", words[(i + k) % 4],
                      "，改善中小企业融资环境，支持小企业融资。");
    }
    texts.push_back(text);
    documents.push_back(Report(absl::StrCat("r", i), text));
  }
  const testing::TestCorpus corpus(documents);
  for (const std::string wanted :
       {"加快建设会展", "企业融资", "小企业融资", "建设城市展", "展区，改善"}) {
    size_t places = 0;
    for (const std::string& text : texts) {
      places += CountPlaces(text, wanted);
    }
    Request request;
    request.quotation = wanted;
    request.max_locations = 200;
    const Result result = corpus.Verify(request);
    EXPECT_EQ(result.location_count, places) << wanted;
    ASSERT_EQ(result.locations.size(), places) << wanted;
    // Those with the verdict's words come first.
    bool cut = false;
    for (const Location& location : result.locations) {
      EXPECT_FALSE(cut && location.verdict == TextVerdict::kVerbatim) << wanted;
      cut = cut || location.verdict != TextVerdict::kVerbatim;
    }
    EXPECT_EQ(result.locations.front().verdict, result.text) << wanted;
  }
}

TEST(EngineTest, PlacesInsideLongerWordsDoNotMakeAReportAmbiguous) {
  const testing::TestCorpus corpus({Report("a", "我们要加大小企业融资支持力度。"),
                                    Report("b", "今年继续改善中小企业融资环境。")});
  const Result result = corpus.Verify("小企业融资");
  EXPECT_EQ(result.location_count, 2u);
  EXPECT_EQ(result.report_count, 2u);
  EXPECT_EQ(result.attribution, Attribution::kNotClaimed);
  EXPECT_EQ(result.locations.front().report_id, "a");
}

TEST(EngineTest, AnAttributeBeforeThePeopleIsNoPartOfAWord) {
  const testing::TestCorpus corpus({Report("a", "全国各族人民倍感振奋。")});
  EXPECT_EQ(corpus.Verify("各族人民倍感振奋").disposition, Disposition::kPass);
}

TEST(EngineTest, OfWithdrawnRevisionsTheLatestComesFirst) {
  auto first = Report("w@1", absl::StrCat(kWords, "。第一版。"));
  auto second = Report("w@2", absl::StrCat(kWords, "。第二版。"));
  second->revision = 2;
  const testing::TestCorpus corpus({Report("a", "别的话。")}, {first, second});
  const Result result = corpus.Verify(kWords);
  ASSERT_EQ(result.locations.size(), 1u);
  EXPECT_EQ(result.locations[0].revision, 2u);
}

TEST(EngineTest, WordsOfOlderPrintAreTheSame) {
  const testing::TestCorpus corpus(
      {Report("a",
              "不管涉及什么人，都要严惩不贷。让世界更多了解我们，这证明了一切。甚至要下到基层。"
              "深刻汲取沉痛教训，不能死气沉沉。沈阳要更好地瞭望世界。")});
  for (const char* quotation : {"不管涉及甚麼人，都要嚴懲不貸", "讓世界更多瞭解我們，這證明瞭一切",
                                "深刻汲取沈痛教訓，不能死氣沈沈", "瀋陽要更好地瞭望世界",
                                "深刻汲取沈痛教训", "甚至要下到基層"}) {
    EXPECT_EQ(corpus.Verify(quotation).disposition, Disposition::kPass) << quotation;
  }
  for (const char* quotation : {"沉阳要更好地瞭望世界", "沈阳要更好地了望世界", "什至要下到基层"}) {
    EXPECT_EQ(corpus.Verify(quotation).disposition, Disposition::kFail) << quotation;
  }
  const testing::TestCorpus older({Report("a", "我們對甚麼困難都要瞭解清楚，懷著沈痛的心情。")});
  for (const char* quotation : {"我们对什么困难都要了解清楚，怀着沉痛的心情",
                                "我們對什麼困難都要了解清楚，懷著沉痛的心情"}) {
    EXPECT_EQ(older.Verify(quotation).disposition, Disposition::kPass) << quotation;
  }
}

// A filter hides places, but not that the words are a formula; and quotes say the same number.
TEST(EngineTest, FormulasAreCountedAsQuotesCountThem) {
  std::vector<std::shared_ptr<const archive::Document>> documents;
  for (int i = 0; i < 6; ++i) {
    documents.push_back(Report(absl::StrCat("r", i), absl::StrCat(kWords, "。第", i, "项工作。")));
  }
  const testing::TestCorpus corpus(documents);
  Request request;
  request.quotation = kWords;
  request.filter.reports = {"r0", "r1"};
  const Result result = corpus.Verify(request);
  EXPECT_EQ(result.location_count, 2u);
  EXPECT_EQ(result.report_count, 2u);
  const auto flag = std::find_if(
      result.flags.begin(), result.flags.end(),
      [](const FlagResult& candidate) { return candidate.flag == ContextFlag::kFormulaic; });
  ASSERT_NE(flag, result.flags.end());
  const auto archive = archive::MakeIndexedArchive(1, themes::Scheme::BuiltIn(), documents);
  EXPECT_EQ(flag->detail,
            absl::StrCat(archive::CountReportsOf(*archive, text::ToCodePoints(kWords))));
  EXPECT_EQ(flag->detail, "6");
}

TEST(EngineTest, FindsAllPlacesOfAnElidedQuotation) {
  std::vector<std::shared_ptr<const archive::Document>> documents;
  for (int i = 0; i < 6; ++i) {
    documents.push_back(
        Report(absl::StrCat("r", i),
               absl::StrCat("坚持党的全面领导，", i == 5 ? "第五项工作有序展开，" : "",
                            "全力办好民生实事。第", i, "项工作。")));
  }
  const testing::TestCorpus corpus(documents);
  const Result result = corpus.Verify("坚持党的全面领导……全力办好民生实事");
  EXPECT_EQ(result.text, TextVerdict::kElided);
  EXPECT_EQ(result.location_count, 6u);
  EXPECT_EQ(result.report_count, 6u);
  EXPECT_EQ(result.attribution, Attribution::kAmbiguous);
  EXPECT_TRUE(result.Has(ContextFlag::kFormulaic));
  EXPECT_EQ(result.disposition, Disposition::kReview);

  Request request;
  request.quotation = "坚持党的全面领导……全力办好民生实事";
  request.claim.report = "r5";
  const Result claimed = corpus.Verify(request);
  EXPECT_EQ(claimed.disposition, Disposition::kPass);
  EXPECT_EQ(claimed.locations.front().report_id, "r5");
  EXPECT_EQ(claimed.elsewhere.verdict, TextVerdict::kElided);

  request.claim.report = "none";
  request.quotation = "打造量子计算中心……建成超算枢纽";
  EXPECT_EQ(corpus.Verify(request).unverifiable, UnverifiableReason::kSourceNotHeld);
}

TEST(EngineTest, OffersWhatOmissionMarksHide) {
  const testing::TestCorpus corpus({Report("a", "产业结构有待进一步优化。")});
  const Result result = corpus.Verify("产业结构……进一步优化");
  EXPECT_EQ(result.text, TextVerdict::kElidedRisky);
  EXPECT_EQ(result.repair, "产业结构有待进一步优化");
}

TEST(EngineTest, CountsPlacesOverSentencesExactly) {
  constexpr int kReports = 80;  // more than the places of one match that are looked at
  std::vector<std::shared_ptr<const archive::Document>> documents;
  for (int i = 0; i < kReports; ++i) {
    documents.push_back(
        Report(absl::StrCat("r", i), absl::StrCat(kWords, "。稳字当头。第", i, "项。")));
  }
  const testing::TestCorpus corpus(documents);
  const Result result = corpus.Verify(absl::StrCat(kWords, "。稳字当头"));
  EXPECT_EQ(result.text, TextVerdict::kVerbatim);
  EXPECT_EQ(result.location_count, static_cast<uint64_t>(kReports));
  EXPECT_EQ(result.report_count, static_cast<uint64_t>(kReports));
  EXPECT_EQ(result.stopped, StopReason::kNone);
}

TEST(EngineTest, LooksForAMovedBlockBeforeStitching) {
  const testing::TestCorpus corpus(
      {Report("a", "江山就是人民，人民就是江山。"), Report("b", "江山就是人民。工作要落实。"),
       Report("c", "要牢记人民就是江山。"), Report("d", "人民就是江山，江山也是人民。")});
  const Result result = corpus.Verify("人民就是江山，江山就是人民");
  EXPECT_EQ(result.text, TextVerdict::kAltered);
  EXPECT_EQ(result.disposition, Disposition::kFail);
}

TEST(EngineTest, CutsNoWordOrNameOfFigures) {
  const testing::TestCorpus corpus({Report(
      "a",
      "推进“1650”产业体系补短板。庆祝自治区成立60周年活动。保护劳动者合法权益。"
      "切实加大引才聚才的力度。促进中医药传承创新。完善医保覆盖率指标。任命张三为副区长人选。"
      "坚持马克思主义指导。紧紧依靠人民群众推动工作。")});
  for (const std::string_view cut :
       {"推进“1650", "庆祝自治区成立60", "保护劳动", "聚才的力度。促进中医", "完善医保覆盖",
        "区长人选。坚持马克"}) {
    const Result result = corpus.Verify(cut);
    EXPECT_EQ(result.text, TextVerdict::kAltered) << cut;
    EXPECT_EQ(result.disposition, Disposition::kFail) << cut;
  }
  for (const std::string_view whole : {"推进“1650”产业体系", "庆祝自治区成立60周年", "保护劳动者",
                                       "紧紧依靠人民", "群众推动工作"}) {
    EXPECT_EQ(corpus.Verify(whole).text, TextVerdict::kVerbatim) << whole;
  }
}

TEST(EngineTest, EndsBehindNothingThatTurnsTheWords) {
  const testing::TestCorpus corpus(
      {Report("a",
              "对腐败分子都要严惩、决不姑息。各项任务都已完成了。我们能做到吗？"
              "努力向“专精特新”方向发展。反对搞破坏安定的“大民主”。绝大部分青年积极向上。")});
  for (const std::string_view cut :
       {"对腐败分子都要严惩、决不", "各项任务都已完成", "各项任务都已完成。", "我们能做到",
        "努力向“专精", "特新”方向发展", "绝大……青年积极向上"}) {
    EXPECT_EQ(corpus.Verify(cut).disposition, Disposition::kFail) << cut;
  }
  EXPECT_EQ(corpus.Verify("反对搞破坏安定的大民主。").text, TextVerdict::kPunctuationChanged);
  EXPECT_EQ(corpus.Verify("反对搞破坏安定的“大民主”").disposition, Disposition::kPass);
}

TEST(EngineTest, BeginsBehindNothingThatTurnsTheWords) {
  const testing::TestCorpus corpus(
      {Report("a", "看法不可能完全一致。要看是否真正符合条件。破除各种体制弊端。")});
  EXPECT_EQ(corpus.Verify("完全一致").disposition, Disposition::kFail);
  EXPECT_EQ(corpus.Verify("真正符合条件").disposition, Disposition::kReview);
  EXPECT_EQ(corpus.Verify("各种体制弊端").disposition, Disposition::kReview);
}

TEST(EngineTest, FiguresAloneAreNotTooShort) {
  std::string digits;
  for (int i = 0; i < 500; ++i) {
    digits += "1234567890";
  }
  EXPECT_EQ(Sample().Verify(digits).text, TextVerdict::kNotFound);
  EXPECT_EQ(Sample().Verify("123").text, TextVerdict::kTooShort);
  EXPECT_EQ(Sample().Verify("one word").text, TextVerdict::kTooShort);
}

TEST(EngineTest, FlagsWordsThatLimitWhatFollows) {
  const testing::TestCorpus corpus(
      {Report("a",
              "逐步取消收费项目。希望大家共同努力。虽然困难仍然存在，但前景光明。"
              "探索建立长效机制。凡是群众反映的问题都要及时回应，凡是损害群众利益的做法都要纠正。"
              "提高研发费用加计扣除比例，推动产业发展。支持有条件的高校设立学院，推动合作办学。"
              "深入开展信息化条件下军事训练，增强作战能力。")});
  for (const std::string_view cut :
       {"取消收费项目", "大家共同努力", "困难仍然存在", "建立长效机制"}) {
    EXPECT_TRUE(corpus.Verify(cut).Has(ContextFlag::kDroppedHedge)) << cut;
  }
  for (const std::string_view faithful : {"凡是损害群众利益的做法都要纠正", "推动产业发展",
                                          "推动合作办学", "增强作战能力", "但前景光明"}) {
    EXPECT_EQ(corpus.Verify(faithful).disposition, Disposition::kPass) << faithful;
  }
}

TEST(EngineTest, SearchesInsideTheClaimFirst) {
  const testing::TestCorpus corpus({Report("a", "狭路相逢智者胜，敢拼会赢见真章。", "李四"),
                                    Report("b", absl::StrCat(kWords, "。"))});
  Request request;
  request.quotation = kWords;
  request.claim.report = "a";
  const Result inside = corpus.Verify(request);
  EXPECT_EQ(inside.text, TextVerdict::kAltered);
  EXPECT_EQ(inside.disposition, Disposition::kFail);
  EXPECT_EQ(inside.elsewhere.verdict, TextVerdict::kVerbatim);
  EXPECT_EQ(inside.elsewhere.report_id, "b");
  EXPECT_EQ(inside.repair, "狭路相逢智者胜，敢拼会赢见真章");

  const std::string other = "谋划一批打基础利长远的重大项目";
  const testing::TestCorpus apart(
      {Report("a", absl::StrCat(other, "。"), "李四"), Report("b", absl::StrCat(kWords, "。"))});
  const Result outside = apart.Verify(request);
  EXPECT_EQ(outside.text, TextVerdict::kVerbatim);
  EXPECT_EQ(outside.attribution, Attribution::kWrongReport);
  EXPECT_EQ(outside.disposition, Disposition::kFail);

  request.claim = {};
  request.claim.speaker = "李四";
  EXPECT_EQ(apart.Verify(request).attribution, Attribution::kWrongSpeaker);
  request.claim.speaker = "张三";
  EXPECT_EQ(apart.Verify(request).disposition, Disposition::kPass);
}

TEST(EngineTest, BlankClaimsAreNone) {
  const testing::TestCorpus corpus({Report("a", absl::StrCat(kWords, "。"), "李四")});
  Request request;
  request.quotation = kWords;
  request.claim.speaker = " \u3000";
  request.claim.role = "\u200B";
  request.claim.report = "";
  request.claim.section = "  ";
  const Result result = corpus.Verify(request);
  EXPECT_EQ(result.attribution, Attribution::kNotClaimed);
  EXPECT_EQ(result.disposition, Disposition::kPass);
  EXPECT_TRUE(result.fields.empty());
}

TEST(EngineTest, FilterNarrowsTheSearch) {
  const testing::TestCorpus corpus(
      {Report("a", absl::StrCat(kWords, "。"), "李四"), Report("b", absl::StrCat(kWords, "。"))});
  Request request;
  request.quotation = kWords;
  request.filter.speakers = {"李四"};
  const Result result = corpus.Verify(request);
  EXPECT_EQ(result.location_count, 1u);
  EXPECT_EQ(result.coverage.reports, 1u);
  EXPECT_EQ(result.disposition, Disposition::kPass);
}

TEST(EngineTest, HistoryIsSearchedAndFlagged) {
  auto old = Report("a", absl::StrCat(kWords, "。"));
  auto withdrawn = Report("w", "这些话只有撤回的报告里才有，别处都没有。");
  const testing::TestCorpus corpus({Report("a", "狭路相逢智者胜，敢拼会赢见真章。")},
                                   {old, withdrawn});
  const Result revised = corpus.Verify(kWords);
  EXPECT_EQ(revised.text, TextVerdict::kVerbatim);
  EXPECT_TRUE(revised.Has(ContextFlag::kOldRevision));
  EXPECT_EQ(revised.disposition, Disposition::kReview);
  EXPECT_EQ(revised.coverage.history_revisions, 2u);

  const Result gone = corpus.Verify("这些话只有撤回的报告里才有");
  EXPECT_TRUE(gone.Has(ContextFlag::kWithdrawnReport));
  EXPECT_EQ(gone.disposition, Disposition::kFail);

  const Result current = corpus.Verify("狭路相逢智者胜，敢拼会赢见真章");
  EXPECT_EQ(current.text, TextVerdict::kVerbatim);
  EXPECT_EQ(current.disposition, Disposition::kPass);
}

TEST(EngineTest, AnUnchangedSentenceIsOnePlace) {
  const std::string text = absl::StrCat(kWords, "。这一句后来改过。");
  auto second = Report("a", absl::StrCat(kWords, "。这一句已经改过。"));
  second->revision = 2;
  const testing::TestCorpus corpus({second}, {Report("a", text)});
  Request request;
  request.quotation = kWords;
  const Result latest = corpus.Verify(request);
  EXPECT_EQ(latest.location_count, 1u);
  EXPECT_EQ(latest.locations[0].revision, 2u);
  EXPECT_FALSE(latest.Has(ContextFlag::kMultipleLocations));
  EXPECT_EQ(latest.disposition, Disposition::kPass);

  request.claim.report = "a";
  request.claim.revision = 1;
  const Result first = corpus.Verify(request);
  EXPECT_EQ(first.location_count, 1u);
  EXPECT_EQ(first.locations[0].revision, 1u);
  EXPECT_EQ(first.attribution, Attribution::kConfirmed);
}

TEST(EngineTest, ARevisionThatIsNotHeldIsUnknown) {
  const testing::TestCorpus corpus({Report("a", absl::StrCat(kWords, "。"))});
  Request request;
  request.quotation = kWords;
  request.claim.report = "a";
  request.claim.revision = 7;
  const Result found = corpus.Verify(request);
  EXPECT_EQ(found.text, TextVerdict::kVerbatim);
  EXPECT_EQ(found.attribution, Attribution::kUnknown);
  ASSERT_EQ(found.fields.size(), 2u);
  EXPECT_EQ(found.fields[0].verdict, FieldVerdict::kMatch);
  EXPECT_EQ(found.fields[1].verdict, FieldVerdict::kUnknown);
  EXPECT_EQ(found.disposition, Disposition::kReview);

  request.claim.report = "b";
  request.claim.revision.reset();
  const Result other = corpus.Verify(request);
  EXPECT_EQ(other.fields[0].verdict, FieldVerdict::kUnknown);
}

TEST(EngineTest, FormulasAreFoundInTheReportsThatAreNamed) {
  // The first of the places that the index lists all lie in other reports.
  std::vector<std::shared_ptr<const archive::Document>> documents;
  for (int i = 0; i < 9; ++i) {
    std::string text;
    for (int k = 0; k < 60; ++k) {
      absl::StrAppend(&text, "第", i, "区第", k, "次推动绿色低碳转型取得成效。");
    }
    documents.push_back(Report(absl::StrCat("r", i), text));
  }
  const testing::TestCorpus corpus(documents);
  Request request;
  request.quotation = "绿色低碳转型";
  for (int i = 0; i < 9; ++i) {
    const std::string id = absl::StrCat("r", i);
    request.claim = {};
    request.filter = {};
    request.claim.report = id;
    const Result claimed = corpus.Verify(request);
    EXPECT_EQ(claimed.text, TextVerdict::kVerbatim);
    EXPECT_EQ(claimed.locations.front().report_id, id);
    EXPECT_EQ(claimed.location_count, 9u * 60u);

    request.claim = {};
    request.filter.reports = {id};
    const Result filtered = corpus.Verify(request);
    EXPECT_EQ(filtered.text, TextVerdict::kVerbatim);
    EXPECT_EQ(filtered.location_count, 60u);
  }
}

TEST(EngineTest, NoProfilePassesACriticalEdit) {
  Profile profile = DefaultProfile();
  for (Disposition& disposition : profile.table) {
    disposition = Disposition::kPass;
  }
  Request request;
  request.quotation = "2021年预计全区生产总值完成285亿元，年均增长5.5%";
  request.profile = &profile;
  const Result result = Sample().Verify(request);
  EXPECT_EQ(result.severity, Severity::kCritical);
  EXPECT_EQ(result.disposition, Disposition::kReview);
}

TEST(EngineTest, WorstInputsStop) {
  std::string same;
  std::string formula;
  for (int i = 0; i < 4900; ++i) {
    same += "的";
  }
  for (int i = 0; i < 600; ++i) {
    formula += "坚定不移推进";
  }
  for (const std::string& text : {same, formula}) {
    const Result result = Sample().Verify(text);
    EXPECT_NE(result.disposition, Disposition::kPass);
    EXPECT_LE(result.edits.size(), limits::kMaxCitationEdits);
  }
}

TEST(EngineTest, ConfirmsNoEditionThatIsNotKnown) {
  const auto document = Report("r", absl::StrCat(kWords, "。"));
  document->content.metadata.publication.paper = "安徽日报";
  const testing::TestCorpus corpus({document});
  const auto publication = [&](std::string_view paper, std::string_view edition) {
    Request request;
    request.quotation = kWords;
    request.claim.publication = ClaimedPublication{std::string(paper), std::string(edition), {}};
    const auto result = Verify(corpus.corpus(), request, Cancellation());
    for (const FieldResult& field : result->fields) {
      if (field.field == ClaimField::kPublication) {
        return field.verdict;
      }
    }
    return FieldVerdict::kNotClaimed;
  };
  EXPECT_EQ(publication("安徽日报", ""), FieldVerdict::kMatch);
  EXPECT_EQ(publication("安徽日报", "1版"), FieldVerdict::kUnknown);
  EXPECT_EQ(publication("", "1版"), FieldVerdict::kUnknown);
  EXPECT_EQ(publication("江苏日报", "1版"), FieldVerdict::kMismatch);
}

TEST(EngineTest, ManySentencesOfOtherReportsAreStitchedUpToALimit) {
  std::vector<std::shared_ptr<const archive::Document>> documents;
  std::vector<std::string> sentences;
  for (uint32_t i = 0; i < limits::kMaxElisionParts + 5; ++i) {
    std::u32string sentence;
    for (uint32_t j = 0; j < 20; ++j) {
      sentence.push_back(U'一' + (i * 397 + j * 1009) % 12000);
    }
    sentences.push_back(text::ToUtf8(sentence) + "。");
    documents.push_back(Report(absl::StrCat("r", i), sentences.back()));
  }
  const testing::TestCorpus corpus(documents);
  const auto joined = [&](size_t count) {
    std::string all;
    for (size_t i = 0; i < count; ++i) {
      all += sentences[i];
    }
    return all;
  };
  const Result some = corpus.Verify(joined(40));
  EXPECT_EQ(some.text, TextVerdict::kStitched);
  EXPECT_EQ(some.parts.size(), 40u);
  EXPECT_EQ(some.stopped, StopReason::kNone);
  const Result most = corpus.Verify(joined(sentences.size()));
  EXPECT_EQ(most.text, TextVerdict::kStitched);
  EXPECT_EQ(most.parts.size(), limits::kMaxElisionParts);
  EXPECT_EQ(most.stopped, StopReason::kWorkLimit) << "what follows was not looked at";
}

TEST(EngineTest, HalvesOfALongQuotationThatChangedPlacesAreStitched) {
  const auto document = testing::SampleDocument();
  const testing::TestCorpus corpus({document});
  const std::u32string& joined = document->content.joined;
  const std::u32string exchanged = joined.substr(3500, 2400) + joined.substr(1000, 2400);
  const Result result = corpus.Verify(text::ToUtf8(exchanged));
  EXPECT_EQ(result.text, TextVerdict::kStitched);
  ASSERT_FALSE(result.parts.empty());
  EXPECT_EQ(result.parts.front().report_id, "sample");
}

TEST(EngineTest, ASectionIsNamedByItsNumber) {
  const testing::TestCorpus corpus({testing::SampleDocument()});
  const auto attribution = [&](std::string_view quotation, std::string_view section) {
    Request request;
    request.quotation = quotation;
    request.claim.report = "sample";
    request.claim.section = std::string(section);
    return corpus.Verify(request).attribution;
  };
  for (const char* const name : {"二", "二、", "第二部分", "2", "2."}) {
    EXPECT_EQ(attribution("我们没有选择、没有退路", name), Attribution::kConfirmed) << name;
    EXPECT_EQ(attribution("加快发展是第一要务", name), Attribution::kWrongSection) << name;
  }
  // Of part two, （一）.
  constexpr std::string_view kInner = "目前，市中正处于不进则退、小进也是退的关口";
  EXPECT_EQ(attribution(kInner, "（一）"), Attribution::kConfirmed);
  EXPECT_EQ(attribution(kInner, "二"), Attribution::kConfirmed);
  for (const char* const name : {"一", "第一部分", "（二）", "（十二）", "七"}) {
    EXPECT_EQ(attribution(kInner, name), Attribution::kWrongSection) << name;
  }
}

TEST(EngineTest, EditsAreInTheCallersCodePoints) {
  const std::string quotation = "加快\u200B发展是\n第一任务";
  const Result result = Sample().Verify(quotation);
  ASSERT_EQ(result.edits.size(), 1u);
  EXPECT_EQ(result.edits[0].quotation, (Range{9, 10}));
  EXPECT_EQ(result.edits[0].quotation_text, "任");
  EXPECT_EQ(result.edits[0].source_token_text, "要务");
  EXPECT_EQ(result.edits[0].quotation_token_text, "任务");
}

// Figures in another notation are looked for as far as they can be read out.
TEST(EngineTest, FiguresOfAnyLengthHaveAnAnswer) {
  const testing::TestCorpus corpus({testing::SampleDocument()});
  for (size_t digits = 1; digits < 45; ++digits) {
    for (const char* const unit : {"个村", "亿亿元", "万亿元", "%", "年"}) {
      const Result result = corpus.Verify(absl::StrCat("共有", std::string(digits, '7'), unit));
      EXPECT_NE(result.disposition, Disposition::kPass) << digits << unit;
    }
  }
}

// Printed 不满意度 for 满意度, it may be: no quotation may begin behind the 不, and none is refused
// for it without the fault being named.
TEST(EngineTest, LeavesANegatorThatMayBeAFaultToTheEditor) {
  const testing::TestCorpus corpus({testing::MakeDocument(
      "faulty",
      "各位代表：\n\n一、工作回顾\n今年的群众不满意度显著提升。城市环境不满意度明显下降。\n",
      "line\tprinted\temended\tkind\tcertainty\tnote\n"
      "4\t群众不满意度\t群众满意度\tADDITION\tPROBABLE\t\n")});
  const Result faulty = corpus.Verify("满意度显著提升");
  EXPECT_EQ(faulty.disposition, Disposition::kReview) << testing::Dump(faulty);
  EXPECT_TRUE(faulty.Has(ContextFlag::kTruncatedNegation));
  EXPECT_TRUE(faulty.Has(ContextFlag::kTouchesDefect));
  ASSERT_EQ(faulty.defects.size(), 1u);
  const Result printed = corpus.Verify("满意度明显下降");
  EXPECT_EQ(printed.disposition, Disposition::kFail) << testing::Dump(printed);
  EXPECT_TRUE(printed.defects.empty());
}

// A registered fault is read as emended also where something else differs: its edit has no
// severity, and the repair keeps the true words.
TEST(EngineTest, ReadsFaultsAsEmendedBesideOtherDifferences) {
  for (const char* const certainty : {"CERTAIN", "PROBABLE"}) {
    const testing::TestCorpus corpus({testing::MakeDocument(
        "faulty",
        "各位代表：\n\n一、工作回顾\n新建农村公路一百二十公里，改造危房560户，群众满意度达到九成以"
        "上。"
        "城区绿化率达到百分之五十六，增长百分之三。\n",
        absl::StrCat("line\tprinted\temended\tkind\tcertainty\tnote\n",
                     "4\t560户\t650户\tSUBSTITUTION\t", certainty, "\t\n",
                     "4\t五十六\t六十五\tSUBSTITUTION\t", certainty, "\t\n"))});
    const auto expect = [&](const char* quotation, Severity severity, const char* repair) {
      const Result result = corpus.Verify(quotation);
      EXPECT_EQ(result.text, TextVerdict::kAltered) << testing::Dump(result);
      EXPECT_EQ(result.severity, severity) << testing::Dump(result);
      EXPECT_EQ(result.repair, repair) << testing::Dump(result);
      EXPECT_TRUE(std::any_of(result.edits.begin(), result.edits.end(), [](const Edit& edit) {
        return edit.reason == EditReason::kEmendation ||
               edit.reason == EditReason::kNumeralRestated;
      })) << testing::Dump(result);
    };
    expect("改造危房650户，群众满意度达到九成", Severity::kCritical,
           "改造危房650户，群众满意度达到九成以上");
    expect("改造的危房650户，群众满意度达到九成以上", Severity::kMinor,
           "改造危房650户，群众满意度达到九成以上");
    expect("改造危房650户，群众群众满意度达到九成以上", Severity::kMinor,
           "改造危房650户，群众满意度达到九成以上");
    expect("城区的绿化率达到65%，增长百分之三", Severity::kMinor,
           "城区绿化率达到百分之六十五，增长百分之三");
    const Result wrong = corpus.Verify("改造危房651户，群众满意度达到九成以上");
    EXPECT_EQ(wrong.disposition, Disposition::kFail);
    if (std::string_view(certainty) == "CERTAIN") {
      EXPECT_EQ(wrong.repair, "改造危房650户，群众满意度达到九成以上");
    } else {
      EXPECT_NE(corpus.Verify("改造的危房650户，群众满意度达到九成以上").disposition,
                Disposition::kPass);
    }
  }
}

// A mark inside a word, or in the place of some of its characters, changes the word there.
TEST(EngineTest, ShowsTheWordThatAnOmissionMarkParts) {
  const testing::TestCorpus corpus(
      {Report("a",
              "我们加快完善一体化政务服务平台建设。国家级专精特新“小巨人”企业达到316家。"
              "今年继续建设一体化政务服务平台。")});
  for (const auto& [quotation, repair] :
       {std::pair("国家级专……特新“小巨人”企业达到316家", "国家级专精特新“小巨人”企业达到316家"),
        std::pair("加快完善一……政务服务平台建设", "加快完善一体化政务服务平台建设")}) {
    Request request;
    request.quotation = quotation;
    request.claim.report = "a";
    const Result result = corpus.Verify(request);
    EXPECT_EQ(result.text, TextVerdict::kAltered) << testing::Dump(result);
    EXPECT_EQ(result.repair, repair) << testing::Dump(result);
    EXPECT_EQ(result.attribution, Attribution::kConfirmed);
    EXPECT_EQ(testing::FindViolation(corpus, request, result), "") << testing::Dump(result);
  }
}

TEST(EngineTest, AMarkBesideAnOmissionMarkStandsForWhatWasLeftOut) {
  const testing::TestCorpus corpus(
      {Report("a", "我们坚持稳中求进工作总基调。各地全面推进乡村振兴。我们大力发展数字经济。")});
  for (const char* quotation : {"我们坚持稳中求进工作总基调……。我们大力发展数字经济。",
                                "我们坚持稳中求进工作总基调……；我们大力发展数字经济。",
                                "我们坚持稳中求进工作总基调（省略）我们大力发展数字经济。"}) {
    const Result result = corpus.Verify(quotation);
    EXPECT_EQ(result.text, TextVerdict::kElided) << testing::Dump(result);
    EXPECT_EQ(result.disposition, Disposition::kPass) << testing::Dump(result);
  }
}

// One wrong figure in another notation does not make two sources of one clause.
TEST(EngineTest, OneWrongFigureIsAnAlteration) {
  const testing::TestCorpus corpus(
      {Report("a", "社会消费品零售总额增长4%左右。全年规上原煤产量13.05亿吨、增长2.1%。"),
       Report("b", "固定资产投资增长百分之四十左右。进出口总额、增长百分之二十一。")});
  for (const char* quotation :
       {"社会消费品零售总额增长百分之四十左右", "全年规上原煤产量13.05亿吨、增长百分之二十一。"}) {
    const Result result = corpus.Verify(quotation);
    EXPECT_EQ(result.text, TextVerdict::kAltered) << testing::Dump(result);
    EXPECT_EQ(result.disposition, Disposition::kFail);
    EXPECT_EQ(result.locations.front().report_id, "a") << testing::Dump(result);
  }
}

TEST(EngineTest, TheSecondAndThirdOfThreeSentencesMayBeExchanged) {
  const testing::TestCorpus corpus(
      {Report("a",
              "我们为祖国统一作出了重大贡献。坚持“一国两制”方针，严格按照基本法办事。"
              "实施内地与香港、澳门更紧密经贸关系安排。今年还要办好几件实事。")});
  const Result result = corpus.Verify(
      "我们为祖国统一作出了重大贡献。实施内地与香港、澳门更紧密经贸关系安排。"
      "坚持“一国两制”方针，严格按照基本法办事。");
  EXPECT_EQ(result.text, TextVerdict::kAltered) << testing::Dump(result);
  ASSERT_EQ(result.edits.size(), 1u) << testing::Dump(result);
  EXPECT_EQ(result.edits[0].kind, EditKind::kReorder);
}

TEST(EngineTest, SeesWhatIsDeniedBehindAProposition) {
  const testing::TestCorpus corpus({Report(
      "a", "我国在计划后三年，全面改革价格体系的条件尚未成熟。今年改善营商环境的条件更好。")});
  EXPECT_EQ(corpus.Verify("全面改革价格体系").disposition, Disposition::kReview);
  EXPECT_EQ(corpus.Verify("改善营商环境").disposition, Disposition::kPass);
}

TEST(EngineTest, NamesInQuotationMarksAreNobodysWords) {
  const testing::TestCorpus corpus(
      {Report("a",
              "我们办好“日新：江淮科创沙龙”。开展“强化人才引领，推动教育科技一体赋能产业”专项行动。"
              "总书记要求“抓改革，促发展”。牢记“坚定不移走生态优先绿色发展之路”的殷殷嘱托。",
              "张三")});
  const auto attribution = [&](const char* quotation) {
    Request request;
    request.quotation = quotation;
    request.claim.speaker = "张三";
    return corpus.Verify(request).attribution;
  };
  EXPECT_EQ(attribution("日新：江淮科创沙龙"), Attribution::kConfirmed);
  EXPECT_EQ(attribution("强化人才引领，推动教育科技一体赋能产业"), Attribution::kConfirmed);
  EXPECT_EQ(attribution("抓改革，促发展"), Attribution::kSecondaryQuote);
  EXPECT_EQ(attribution("坚定不移走生态优先绿色发展之路"), Attribution::kSecondaryQuote);
}

TEST(EngineTest, ClosedPairsOfMarksAreNoPartOfANumeral) {
  const testing::TestCorpus corpus({Report("a", "加快发展是第一要务，共有4.5万余人。")});
  for (const char* quotation :
       {"加快发展是“第一”要务", "加快发展是（第一）要务", "加快发展是第一（要务）"}) {
    EXPECT_EQ(corpus.Verify(quotation).text, TextVerdict::kPunctuationChanged) << quotation;
  }
  EXPECT_EQ(corpus.Verify("共有4（.5）万余人").disposition, Disposition::kFail);
}

// The emended figure in another notation is the source's by value, with its fault beside it; no
// certainty makes it the source's words.
TEST(EngineTest, RestatesTheEmendedFigure) {
  for (const char* const certainty : {"CERTAIN", "PROBABLE"}) {
    const testing::TestCorpus corpus({testing::MakeDocument(
        "faulty",
        "各位代表：\n\n一、工作回顾\n城区绿化率达到百分之五十六。新修公路一百二十公里，"
        "改造管网三十里，惠及居民九万人。\n",
        absl::StrCat("line\tprinted\temended\tkind\tcertainty\tnote\n",
                     "4\t五十六\t六十五\tSUBSTITUTION\t", certainty, "\t\n",
                     "4\t管网三十里\t管网三十公里\tOMISSION\t", certainty, "\t\n"))});
    const auto expect_restated = [&](const char* quotation, size_t edits, size_t applied) {
      const Result result = corpus.Verify(quotation);
      EXPECT_EQ(result.text, TextVerdict::kNumeralRestated) << testing::Dump(result);
      EXPECT_EQ(result.disposition, Disposition::kReview) << quotation;
      EXPECT_EQ(result.edits.size(), edits) << testing::Dump(result);
      EXPECT_EQ(
          std::count_if(result.defects.begin(), result.defects.end(),
                        [](const TouchedDefect& defect) { return defect.applied_reading == 0; }),
          static_cast<ptrdiff_t>(applied))
          << testing::Dump(result);
    };
    expect_restated("绿化率达到65%", 1, 1);
    expect_restated("城区绿化率达到65％。", 1, 1);
    expect_restated("绿化率达到56%", 1, 0);
    // Mixed with other figures restated, with other faults as printed or emended.
    expect_restated("绿化率达到65%。新修公路120公里", 2, 1);
    expect_restated("新修公路120公里，改造管网30公里", 2, 1);
    expect_restated("新修公路120公里，改造管网三十公里", 2, 1);
    expect_restated("绿化率达到65%。新修公路120公里，改造管网30里，惠及居民九万人", 3, 1);
    expect_restated("绿化率达到65%。新修公路一百二十公里，改造管网三十公里，惠及居民9万人", 3, 2);
    for (const char* const wrong :
         {"绿化率达到66%", "绿化率达到约65%", "绿化率达到65个", "改造管网31公里"}) {
      EXPECT_EQ(corpus.Verify(wrong).disposition, Disposition::kFail) << wrong;
    }
    EXPECT_EQ(corpus.Verify("绿化率达到百分之六十五").text, TextVerdict::kVerbatimEmended);
  }
}

}  // namespace
}  // namespace quotes::citation
