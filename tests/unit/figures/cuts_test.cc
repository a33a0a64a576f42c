#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "service/figures/numeral.h"
#include "service/text/utf8.h"

namespace quotes::figures {
namespace {

std::string_view Name(CutPart part) {
  switch (part) {
    case CutPart::kDigits:
      return "digits";
    case CutPart::kScale:
      return "scale";
    case CutPart::kUnit:
      return "unit";
    case CutPart::kQualifier:
      return "qualifier";
  }
  return "";
}

// `marked` has the span between | and |. What is cut: "begin digits 11, end unit 元".
std::string CutsOf(std::string_view marked) {
  std::u32string text = text::ToCodePoints(marked);
  Range span;
  span.begin = static_cast<uint32_t>(text.find(U'|'));
  text.erase(span.begin, 1);
  span.end = static_cast<uint32_t>(text.find(U'|'));
  text.erase(span.end, 1);
  const Cuts cuts = CutsToken(text, span);
  EXPECT_EQ(cuts.any(), cuts.begin.has_value() || cuts.end.has_value());
  std::string out;
  const auto show = [&](std::string_view side, const std::optional<Cut>& cut) {
    if (cut.has_value()) {
      out += std::string(out.empty() ? "" : ", ") + std::string(side) + " " +
             std::string(Name(cut->part)) + " " +
             text::ToUtf8(std::u32string_view(text).substr(cut->lost.begin, cut->lost.size()));
    }
  };
  show("begin", cuts.begin);
  show("end", cuts.end);
  return out;
}

TEST(CutsTokenTest, InsideTheNumber) {
  EXPECT_EQ(CutsOf("社会主义，11|1个行政村全部纳入|。"), "begin digits 11");
  EXPECT_EQ(CutsOf("完成2|80亿元，年均增长5.5%|；"), "begin digits 2");
  EXPECT_EQ(CutsOf("|年均增长5.|5%；"), "end digits 5%");
  EXPECT_EQ(CutsOf("|年均增长5.5|%；"), "end digits %");
  EXPECT_EQ(CutsOf("|完成2,800|,000万元"), "end digits ,000万元");
  EXPECT_EQ(CutsOf("百分之七十|八点三以上|"), "begin digits 百分之七十");
  EXPECT_EQ(CutsOf("百分之|七十八点三|"), "begin digits 百分之");
  EXPECT_EQ(CutsOf("第|九届委员会|"), "begin digits 第");
  EXPECT_EQ(CutsOf("5%—|6%之间|"), "begin digits 5%—");
  EXPECT_EQ(CutsOf("2022年|1月17日|，"), "begin digits 2022年");
  EXPECT_EQ(CutsOf("二〇|二二年|"), "begin digits 二〇");
}

TEST(CutsTokenTest, ScaleAndUnit) {
  EXPECT_EQ(CutsOf("|生产总值完成280|亿元"), "end scale 亿元");
  EXPECT_EQ(CutsOf("|生产总值完成280亿|元"), "end unit 元");
  EXPECT_EQ(CutsOf("|面积拓展到60.5平方|公里，"), "end unit 公里");
  EXPECT_EQ(CutsOf("|二百八十|亿元"), "end scale 亿元");
  EXPECT_EQ(CutsOf("|面积60.5|平方公里，"), "end unit 平方公里");
}

TEST(CutsTokenTest, Qualifiers) {
  EXPECT_EQ(CutsOf("|城镇新增就业4.5万|余人；"), "end qualifier 余人");
  EXPECT_EQ(CutsOf("|登记失业率控制在4.5%|以内；"), "end qualifier 以内");
  EXPECT_EQ(CutsOf("约|280亿元|"), "begin qualifier 约");
  EXPECT_EQ(CutsOf("控制|在4.5%以内|"), "begin qualifier 控制");
  EXPECT_EQ(CutsOf("比|2016年增加|"), "begin qualifier 比");
  EXPECT_EQ(CutsOf("突破|380亿元|"), "begin qualifier 突破");
  EXPECT_EQ(CutsOf("年均|增长5.5%|；"), "begin qualifier 年均");
  EXPECT_EQ(CutsOf("到2025年|底|"), "begin qualifier 到2025年");
}

TEST(CutsTokenTest, BothBordersInOneToken) {
  EXPECT_EQ(CutsOf("约2|8|0亿元"), "begin digits 约2, end digits 0亿元");
  EXPECT_EQ(CutsOf("11|1个行政村，完成280亿|元"), "begin digits 11, end unit 元");
}

TEST(CutsTokenTest, SetNumerals) {
  EXPECT_EQ(CutsOf("“双十|镇”建设取得突破|，"), "begin digits 双十");
  EXPECT_EQ(CutsOf("“十|四五”规划|"), "begin digits 十");
  EXPECT_EQ(CutsOf("|两个一|百年"), "end digits 百年");
}

TEST(CutsTokenTest, WholeTokensAreNotCut) {
  EXPECT_EQ(CutsOf("，|111个行政村全部纳入|。"), "");
  EXPECT_EQ(CutsOf("|2021年预计全区生产总值完成280亿元，年均增长5.5%|；"), "");
  EXPECT_EQ(CutsOf("预计全区生产总值完成|280亿元|，"), "");
  EXPECT_EQ(CutsOf("|约280亿元|左右的"), "end qualifier 左右");
  EXPECT_EQ(CutsOf("分别达到49家|、36家，|引进"), "");
  EXPECT_EQ(CutsOf("||280亿元"), "");
  EXPECT_EQ(CutsOf("280亿元||"), "");
}

TEST(CutsTokenTest, NoiseAtTheBorder) {
  EXPECT_EQ(CutsOf("|完成280亿 |元"), "end unit 元");
  EXPECT_EQ(CutsOf("约|　280亿元|"), "begin qualifier 约");
  EXPECT_EQ(CutsOf("第一 |280亿元|"), "");
}

TEST(CutsTokenTest, FarFromTheBeginOfTheText) {
  const std::string before(3000, 'x');
  EXPECT_EQ(CutsOf(before + "。11|1个行政村" + before + "280亿|元"),
            "begin digits 11, end unit 元");
}

TEST(FindCutsTest, NamesTheNumeral) {
  const std::u32string text = U"分别达到49家、36家";
  const auto numerals = FindNumerals(text);
  ASSERT_EQ(numerals.size(), 2u);
  const Cuts cuts = FindCuts(numerals, {0, 9});
  ASSERT_TRUE(cuts.end.has_value());
  EXPECT_EQ(cuts.end->numeral, 1u);
  EXPECT_FALSE(cuts.begin.has_value());
}

}  // namespace
}  // namespace quotes::figures
