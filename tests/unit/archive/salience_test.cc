#include "service/archive/salience.h"

#include <gtest/gtest.h>

#include <string_view>

#include "service/text/utf8.h"

namespace quotes::archive {
namespace {

bool Names(std::string_view text) { return NamesMeasure(text::ToCodePoints(text)); }

TEST(SalienceTest, TitlesNameMeasures) {
  EXPECT_TRUE(Names("出台《关于促进民营经济发展的若干意见》。"));
  EXPECT_FALSE(Names("出台若干意见。"));
  EXPECT_FALSE(Names("《》")) << "nothing is named";
  EXPECT_FALSE(Names("《关于促进民营经济")) << "a title that does not end";
  EXPECT_FALSE(Names("民营经济》出台《"));
}

TEST(SalienceTest, NamesInQuotationMarksByWhatTheyAre) {
  EXPECT_TRUE(Names("实施“双高”计划。"));
  EXPECT_TRUE(Names("编制“十四五”发展规划。"));
  EXPECT_TRUE(Names("推进“三北”等重点生态工程建设。"));
  EXPECT_TRUE(Names("开展“百日攻坚行动”。"));
  EXPECT_TRUE(Names("實施「棚改」項目。")) << "traditional characters, other marks";
  EXPECT_TRUE(Names("“四个自信”增强，“放管服”改革深化。")) << "the second";
  EXPECT_FALSE(Names("“十四五”时期，要实施重大工程。")) << "a mark stands between";
  EXPECT_FALSE(Names("整治“四风”问题。"));
  EXPECT_FALSE(Names("两个“一百年”的奋斗行动。")) << "another thing";
  EXPECT_FALSE(Names("“一体两翼三带四区”多中心组团式新型城镇化格局下的工程。")) << "far behind";
  EXPECT_FALSE(Names("实施“双高计划。")) << "a mark without its partner";
  EXPECT_FALSE(Names("”计划“"));
  EXPECT_FALSE(Names(""));
}

TEST(SalienceTest, LeadsThenFiguresAndMeasures) {
  EXPECT_EQ(SalienceOf(U"加快发展", true, false), Salience::kLead);
  EXPECT_EQ(SalienceOf(U"《办法》", true, true), Salience::kLead);
  EXPECT_EQ(SalienceOf(U"增长9%", false, true), Salience::kTelling);
  EXPECT_EQ(SalienceOf(U"《办法》", false, false), Salience::kTelling);
  EXPECT_EQ(SalienceOf(U"加快发展", false, false), Salience::kPlain);
}

TEST(SalienceTest, HeadingsThatOnlyNameThePartAreNone) {
  for (const char* const heading :
       {"一、2025年工作回顾", "（二）主要目标任务", "过去五年的工作回顾",
        "三、２０２６年重点工作安排", "结束语", "一、2025年工作和“十四五”发展回顾",
        "二、“十四五”时期发展成就和“十五五”时期主要目标任务",
        "“十四五”时期发展成就和2025年工作回顾",
        "三、关于《国民经济和社会发展第十一个五年规划纲要（草案）》的说明",
        "二、2014年工作总体部署",
        "二、关于《上海市国民经济和社会发展第十五个五年规划纲要（草案）》的说明",
        "三、全力抓好七项重点工作", "二、今后十五年的奋斗目标和指导方针", "附件"}) {
    const std::u32string text = text::ToCodePoints(heading);
    EXPECT_TRUE(IsFormalHeading(text)) << heading;
    EXPECT_EQ(SalienceOf(text, true, true), Salience::kFormal) << heading;
  }
  for (const char* const heading :
       {"（一）加快发展新质生产力", "一、", "工作回顾与乡村振兴", "", "二、推动高质量发展",
        "（三）发展", "三、经济工作", "民生工作", "关于《民营经济促进条例》的说明",
        "建设国家战略科技力量", "（二）主要农产品生产目标"}) {
    EXPECT_FALSE(IsFormalHeading(text::ToCodePoints(heading))) << heading;
  }
  EXPECT_EQ(SalienceOf(U"工作回顾", false, true), Salience::kTelling) << "no heading";
}

}  // namespace
}  // namespace quotes::archive
