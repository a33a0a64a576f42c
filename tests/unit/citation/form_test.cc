#include "service/citation/form.h"

#include <gtest/gtest.h>

#include <string>

namespace quotes::citation {
namespace {

std::u32string Forms(std::u32string_view text) {
  std::u32string forms;
  for (const Unit& unit : FormUnits(text)) {
    forms.push_back(unit.form);
  }
  return forms;
}

TEST(FormUnitsTest, DropsNoiseAndKeepsMarks) {
  EXPECT_EQ(Forms(U"发\u200B展，\n\u3000“工 业”"), U"发展,\"工业\"");
  EXPECT_EQ(Forms(U"人均 GDP 增长"), U"人均gdp增长");
  EXPECT_EQ(Forms(U"New  \n York"), U"new york");
}

TEST(FormUnitsTest, KeepsSignsOfNumerals) {
  const auto units = FormUnits(U"25.9%，1,000");
  ASSERT_EQ(units.size(), 11u);
  EXPECT_TRUE(units[2].letter());   // the point
  EXPECT_TRUE(units[4].letter());   // %
  EXPECT_FALSE(units[5].letter());  // the comma of the sentence
  EXPECT_TRUE(units[7].letter());   // the comma of the thousands
}

TEST(FormUnitsTest, KeepsTheCaseOfUnitsWhereItMatters) {
  EXPECT_EQ(Forms(U"500MW，500mW，５００ＭＷ"), U"500Mw,500mw,500Mw");
  EXPECT_EQ(Forms(U"100Mb/s，100MB/s，30GBps，三百万MW"), U"100Mb/s,100MB/s,30gBps,三百万Mw");
  EXPECT_EQ(Forms(U"120KM，40MM，5G，10KWH，60㎡，PM2.5，AM，5万M"),
            U"120km,40mm,5g,10kwh,60m²,pm2.5,am,5万M");
  EXPECT_EQ(Forms(U"about 5 MW of power"), U"about5Mw of power");
}

TEST(FormUnitsTest, RangesLeadBack) {
  const std::u32string text = U"（ 发\u200B展）";
  const auto units = FormUnits(text);
  ASSERT_EQ(units.size(), 4u);
  for (const Unit& unit : units) {
    EXPECT_EQ(text[unit.begin], unit.raw);
    EXPECT_EQ(unit.end, unit.begin + 1);
  }
}

TEST(FormUnitsTest, OneCharacterMayBeSeveralUnits) {
  const auto units = FormUnits(U"60㎡");
  ASSERT_EQ(units.size(), 4u);
  EXPECT_EQ(units[2].begin, units[3].begin);
  EXPECT_EQ(units[2].form, U'm');
  EXPECT_EQ(units[3].form, U'²');
}

TEST(FormOfMarkTest, JoinsShapes) {
  for (const char32_t c : std::u32string(U"“”‘’「」『』\"＂'")) {
    EXPECT_EQ(FormOfMark(c), kQuotationForm) << static_cast<uint32_t>(c);
  }
  for (const char32_t c : std::u32string(U"—–―─－-")) {
    EXPECT_EQ(FormOfMark(c), kDashForm) << static_cast<uint32_t>(c);
  }
  EXPECT_EQ(FormOfMark(U'，'), FormOfMark(U','));
  EXPECT_EQ(FormOfMark(U'︐'), FormOfMark(U','));
  EXPECT_EQ(FormOfMark(U'｡'), U'。');
  EXPECT_EQ(FormOfMark(U'〈'), U'《');
  EXPECT_NE(FormOfMark(U'、'), FormOfMark(U'，'));
  EXPECT_NE(FormOfMark(U'。'), FormOfMark(U'；'));
  EXPECT_NE(FormOfMark(U'《'), FormOfMark(U'“'));
}

}  // namespace
}  // namespace quotes::citation
