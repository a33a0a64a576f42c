#include "service/citation/lexicon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "service/text/utf8.h"
#include "tests/support/numeral_checks.h"
#include "tests/support/test_data.h"

namespace quotes::citation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string_view Name(CueKind kind) {
  switch (kind) {
    case CueKind::kNegator:
      return "negator";
    case CueKind::kHedge:
      return "hedge";
    case CueKind::kCondition:
      return "condition";
    case CueKind::kModal:
      return "modal";
    case CueKind::kQuantifier:
      return "quantifier";
    case CueKind::kFunction:
      return "function";
    case CueKind::kResult:
      return "result";
    case CueKind::kPerson:
      return "person";
    case CueKind::kPlace:
      return "place";
    case CueKind::kOrganisation:
      return "organisation";
    case CueKind::kOffice:
      return "office";
    case CueKind::kPhrase:
      return "phrase";
    case CueKind::kLimiter:
      return "limiter";
  }
  return "";
}

std::vector<std::string> Cues(std::string_view utf8) {
  const std::u32string text = text::ToCodePoints(utf8);
  std::vector<std::string> found;
  for (const Cue& cue : FindCues(text)) {
    std::ostringstream out;
    out << Name(cue.kind) << (cue.local ? "* " : " ")
        << text::ToUtf8(std::u32string_view(text).substr(cue.begin, cue.end - cue.begin));
    found.push_back(out.str());
  }
  return found;
}

std::vector<std::string> Words(std::string_view utf8) {
  const std::u32string text = text::ToCodePoints(utf8);
  std::vector<std::string> words;
  for (const Word& word : FindWords(text)) {
    words.push_back(
        text::ToUtf8(std::u32string_view(text).substr(word.begin, word.end - word.begin)));
  }
  return words;
}

TEST(FindCuesTest, NegatorsAreTheLongestWords) {
  EXPECT_THAT(Cues("绝不能因为取得一点成绩"), ElementsAre("negator 绝不能"));
  EXPECT_THAT(Cues("我们没有选择、没有退路"), ElementsAre("negator 没有", "negator 没有"));
  EXPECT_THAT(Cues("问题还没有根本解决"), ElementsAre("negator 还没有"));
  EXPECT_THAT(Cues("防止反弹、遏制蔓延、杜绝浪费"),
              ElementsAre("negator 防止", "negator 遏制", "negator 杜绝"));
  EXPECT_THAT(Cues("还沒有解決"), ElementsAre("negator 还沒有"));
}

TEST(FindCuesTest, NegatorsInsideWordsAreLocal) {
  EXPECT_THAT(Cues("不合理限制"), ElementsAre("negator* 不"));
  EXPECT_THAT(Cues("无息贷款"), ElementsAre("negator* 无"));
  EXPECT_THAT(Cues("非化解"), ElementsAre("negator* 非", "limiter 化解"));
}

TEST(FindCuesTest, WordsThatHoldTheCharactersOfACue) {
  for (const char* word :
       {"分别",     "节约",   "不断",     "不忘初心",     "无机",         "非遗",       "坚定不移",
        "前所未有", "不仅",   "未来",     "基本养老保险", "基本公共服务", "将军",       "约束",
        "公约",     "无人机", "不仅要",   "亚非会议",     "无产阶级",     "可持续发展", "要素",
        "能力",     "无党派", "非公有制", "来之不易"}) {
    for (const std::string& cue : Cues(word)) {
      EXPECT_FALSE(cue.starts_with("negator") || cue.starts_with("hedge") ||
                   cue.starts_with("condition"))
          << word << ": " << cue;
    }
  }
  EXPECT_THAT(Cues("习近平"), ElementsAre("person 习近平"));
}

TEST(FindCuesTest, BasicIsAHedgeBeforeWhatIsDone) {
  EXPECT_THAT(Cues("基本建成"), ElementsAre("hedge 基本"));
  EXPECT_THAT(Cues("医疗保险基本实现全覆盖"), ElementsAre("hedge 基本"));
  EXPECT_THAT(Cues("基本医疗保险"), IsEmpty());
}

TEST(FindCuesTest, OtherKinds) {
  EXPECT_THAT(Cues("预计完成"), ElementsAre("hedge 预计完成"));
  EXPECT_THAT(Cues("只要坚持"), ElementsAre("condition 只要"));
  EXPECT_THAT(Cues("剔除消化虚收因素"), ElementsAre("condition 剔除"));
  EXPECT_THAT(Cues("必须拿出勇气"), ElementsAre("modal 必须"));
  EXPECT_THAT(Cues("少数干部"), ElementsAre("quantifier 少数"));
  EXPECT_THAT(Cues("解决了贫困"), ElementsAre("result 了"));
  EXPECT_THAT(Cues("改革的成果"), ElementsAre("function 的"));
  EXPECT_THAT(Cues("牢记“两个确立”"), ElementsAre("phrase 两个确立"));
  EXPECT_THAT(Cues("人民就是江山，江山就是人民"),
              ElementsAre("phrase 人民就是江山", "phrase 江山就是人民"));
  EXPECT_THAT(Cues("党中央和国务院"),
              ElementsAre("organisation 党中央", "function 和", "organisation 国务院"));
  EXPECT_THAT(Cues("宋磊书记"), ElementsAre("person 宋磊", "office 书记"));
}

TEST(FindCuesTest, NoiseAndScriptDoNotMatter) {
  EXPECT_THAT(Cues("絕不\n能"), ElementsAre("negator 絕不\n能"));
  EXPECT_THAT(Cues("預計　完成"), ElementsAre("hedge 預計　完成"));
  EXPECT_THAT(Cues(""), IsEmpty());
}

TEST(IsCriticalTest, AllButFunctionWordsAndResults) {
  EXPECT_TRUE(IsCritical(CueKind::kNegator));
  EXPECT_TRUE(IsCritical(CueKind::kPhrase));
  EXPECT_FALSE(IsCritical(CueKind::kFunction));
  EXPECT_FALSE(IsCritical(CueKind::kResult));
}

TEST(FindWordsTest, PartsText) {
  EXPECT_THAT(Words("完善公共财政体系"), ElementsAre("完善", "公共财政", "体系"));
  EXPECT_THAT(Words("GDP增长5.5%，A4纸"), ElementsAre("GDP", "增长", "5.5", "A4", "纸"));
  EXPECT_THAT(Words("加快發展是第一要務"), ElementsAre("加快", "發展", "是", "第一", "要務"));
  EXPECT_THAT(Words("。，"), IsEmpty());
}

TEST(FindWordsTest, Kinds) {
  const std::u32string text = U"发展的5.5x";
  const std::vector<Word> words = FindWords(text);
  ASSERT_EQ(words.size(), 3u);
  EXPECT_EQ(words[0].kind, WordKind::kWord);
  EXPECT_EQ(words[1].kind, WordKind::kSingle);
  EXPECT_EQ(words[2].kind, WordKind::kLatin);
}

// `marked` has the place at |. The governors as "direct 绝不能".
std::vector<std::string> Governors(std::string_view marked) {
  std::u32string text = text::ToCodePoints(marked);
  const size_t begin = text.find(U'|');
  text.erase(begin, 1);
  std::vector<std::string> found;
  for (const Governor& governor : FindGovernors(text, begin)) {
    const char* reach = governor.reach == Reach::kDirect   ? "direct "
                        : governor.reach == Reach::kClause ? "clause "
                                                           : "before ";
    found.push_back(reach + text::ToUtf8(std::u32string_view(text).substr(
                                governor.cue.begin, governor.cue.end - governor.cue.begin)));
  }
  return found;
}

TEST(GovernsTest, DirectlyBefore) {
  EXPECT_THAT(Governors("绝不能|因为取得一点成绩，就沾沾自喜"), ElementsAre("direct 绝不能"));
  EXPECT_THAT(Governors("绝不能“|因为取得一点成绩”"), ElementsAre("direct 绝不能"));
  EXPECT_THAT(Governors("绝不能\n|因为取得"), ElementsAre("direct 绝不能"));
  EXPECT_THAT(Governors("2021年预计|全区生产总值完成280亿元"), ElementsAre("direct 预计"));
  EXPECT_THAT(Governors("发展不|平衡不充分"), ElementsAre("direct 不"));
  // A cue that the place cuts.
  EXPECT_THAT(Governors("绝不|能因为取得一点成绩"), ElementsAre("direct 绝不能"));
}

TEST(GovernsTest, InTheClause) {
  EXPECT_THAT(Governors("问题还没有根本|解决"), ElementsAre("clause 还没有"));
  EXPECT_THAT(Governors("力争五年内|实施100个过亿元工业重点项目"), ElementsAre("clause 力争"));
  EXPECT_THAT(Governors("只要坚持|党的群众路线"), ElementsAre("clause 只要"));
}

TEST(GovernsTest, ClosedOff) {
  EXPECT_THAT(Governors("不符合要求的企业|依法关停"), IsEmpty());
  EXPECT_THAT(Governors("没有选择。|必须拿出勇气"), IsEmpty());
  EXPECT_THAT(Governors("没有退路，|必须拿出勇气"), IsEmpty());
  EXPECT_THAT(Governors("推动不合理限制|加快清理"), IsEmpty());
  EXPECT_THAT(Governors("我们|没有选择"), IsEmpty());
  EXPECT_THAT(Governors("坚持不断|发展"), IsEmpty());
}

TEST(GovernsTest, FromTheClauseBefore) {
  EXPECT_THAT(Governors("一般公共预算收入，剔除消化虚收因素，|年均增长16.5%"),
              ElementsAre("before 剔除"));
  EXPECT_THAT(Governors("只要坚持新发展理念，坚决拆壁垒，|就一定能够全面激发"),
              ElementsAre("before 只要"));
  EXPECT_THAT(Governors("只要坚持新发展理念，坚决拆壁垒，|全面激发"), IsEmpty());
  EXPECT_THAT(Governors("绝不能因为取得一点成绩，|就沾沾自喜"), ElementsAre("before 绝不能"));
  EXPECT_THAT(Governors("预计完成280亿元，|年均增长5.5%"), IsEmpty());
  // Answered in its own clause.
  EXPECT_THAT(Governors("凡是群众反映的问题都要及时回应，|做法都要纠正"), IsEmpty());
  EXPECT_THAT(Governors("凡是有利于两岸的事情，|我们都会做好"), ElementsAre("before 凡是"));
  // Behind its own words.
  EXPECT_THAT(Governors("在坚持改革的前提下，|放开价格"), ElementsAre("before 的前提下"));
  EXPECT_THAT(Governors("开展信息化条件下军事训练，|增强能力"), IsEmpty());
  // Terms that hold the characters of one.
  EXPECT_THAT(Governors("提高加计扣除比例，|推动产业发展"), IsEmpty());
  EXPECT_THAT(Governors("提高专项附加扣除标准，|纳税人受益"), IsEmpty());
}

TEST(GovernsTest, ACueThatMakesAClause) {
  EXPECT_THAT(Governors("根据需要，|各镇街建设场所"), ElementsAre("before 根据需要"));
  EXPECT_THAT(Governors("会议要求，依法依规，|各级财政安排资金"), ElementsAre("before 依法依规"));
  EXPECT_THAT(Governors("初步核算，|全年完成280亿元"), ElementsAre("before 初步核算"));
  EXPECT_THAT(Governors("据统计部门初步核算，|全年完成280亿元"), ElementsAre("before 初步核算"));
  EXPECT_THAT(Governors("牢记群众的希望，|办好民生实事"), IsEmpty());
  EXPECT_THAT(Governors("大胆探索，|取得成效"), IsEmpty());
  // Not beyond the next clause.
  EXPECT_THAT(Governors("初步核算，全年完成280亿元，|增长5.5%"), IsEmpty());
}

TEST(GovernsTest, ConditionsOfTheirOwnClauseAlone) {
  EXPECT_THAT(Governors("有条件的地方|率先实现现代化"), ElementsAre("clause 有条件的"));
  EXPECT_THAT(Governors("有条件的地方率先实现现代化，|推进标准化建设"), IsEmpty());
  EXPECT_THAT(Governors("各镇街根据需要建设场所，|完善服务"), IsEmpty());
  EXPECT_THAT(Governors("公安机关依法|严厉打击犯罪"), ElementsAre("direct 依法"));
  EXPECT_THAT(Governors("公安机关依法严厉|打击犯罪"), IsEmpty());
}

TEST(GovernsTest, OtherKindsNeverDo) {
  const std::u32string text = U"必须坚持";
  const auto cues = FindCues(text);
  ASSERT_EQ(cues.size(), 1u);
  EXPECT_EQ(Governs(text, cues[0], 2), Reach::kNone);
}

TEST(LexiconPromisesTest, HoldOnRandomTextAndOnTheSample) {
  std::mt19937_64 random(8);
  static const std::u32string kPool =
      U"不没未无非绝能要将约基本预计力争只有果除了过的地得，。；“”\n "
      U"发展习近平节约断仅ab5.,%就因为";
  for (int round = 0; round < 30'000; ++round) {
    std::u32string text;
    for (size_t i = 1 + random() % 20; i > 0; --i) {
      text += kPool[random() % kPool.size()];
    }
    ASSERT_EQ(testing::BrokenLexiconPromise(text), "") << text::ToUtf8(text);
  }
  const std::u32string sample = text::ToCodePoints(testing::SampleReport());
  EXPECT_EQ(testing::BrokenLexiconPromise(sample), "");
}

TEST(FindCuesTest, VerbsThatDenyWhatTheyTake) {
  for (const char* verb : {"严防", "脱离", "回避", "危害", "忽视", "漠视", "破坏", "损害", "违背",
                           "背离", "违反", "侵害", "逃避", "弱化", "无视", "告别"}) {
    EXPECT_THAT(Cues(verb), ElementsAre(std::string("negator ") + verb));
  }
  for (const char* verb : {"纠治", "严控", "压减", "淘汰", "拖欠", "有待", "亟待", "尚需", "化解",
                           "防治", "规划建设"}) {
    EXPECT_THAT(Cues(verb), ElementsAre(std::string("limiter ") + verb));
  }
}

TEST(LexiconVersionTest, NamesDataAndHash) {
  EXPECT_THAT(std::string(LexiconVersion()), ::testing::MatchesRegex("5-[0-9a-f]+[+]1-[0-9a-f]+"));
}

TEST(LexiconTest, NoQuotationBeginsBehindALetterThatNegates) {
  const auto before = [](std::u32string_view head, std::u32string_view tail) {
    return NegatingLetterBefore(std::u32string(head) + std::u32string(tail), head.size());
  };
  EXPECT_EQ(before(U"这是不", U"可能的"), 2u);
  EXPECT_EQ(before(U"防止“非", U"农化”"), 3u);
  EXPECT_EQ(before(U"防止非“", U"农化”"), 2u) << "soft marks apart";
  EXPECT_EQ(before(U"無", U"政府主義"), 0u) << "traditional letters too";
  EXPECT_EQ(before(U"推进反", U"腐败斗争"), 2u);
  EXPECT_EQ(before(U"不得违反", U"法律"), std::nullopt);
  EXPECT_EQ(before(U"不断", U"提高"), std::nullopt);
  EXPECT_EQ(before(U"", U"提高"), std::nullopt);
  EXPECT_EQ(before(U"绝不，", U"提高"), std::nullopt) << "a mark stands between";
}

}  // namespace
}  // namespace quotes::citation
