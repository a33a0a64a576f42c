#include "service/figures/numeral.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/support/test_data.h"

namespace quotes::figures {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Show(std::u32string_view text, Range range) {
  return text::ToUtf8(text.substr(range.begin, range.size()));
}

std::string_view Name(NumeralKind kind) {
  switch (kind) {
    case NumeralKind::kCardinal:
      return "cardinal";
    case NumeralKind::kOrdinal:
      return "ordinal";
    case NumeralKind::kPercent:
      return "percent";
    case NumeralKind::kPerMille:
      return "permille";
    case NumeralKind::kYear:
      return "year";
    case NumeralKind::kDate:
      return "date";
    case NumeralKind::kTime:
      return "time";
    case NumeralKind::kFraction:
      return "fraction";
    case NumeralKind::kMultiple:
      return "multiple";
    case NumeralKind::kApproximate:
      return "approximate";
    case NumeralKind::kSet:
      return "set";
    case NumeralKind::kLabel:
      return "label";
  }
  return "";
}

// "kind token number unit value..second qualifiers", what is absent left out.
std::string Describe(std::u32string_view text, const Numeral& n) {
  std::ostringstream out;
  out << Name(n.kind) << ' ' << Show(text, n.token);
  if (n.number != n.token) {
    out << ' ' << Show(text, n.number);
  }
  if (!n.unit.empty()) {
    out << ' ' << Show(text, n.unit);
  }
  if (n.value.has_value()) {
    out << ' ' << n.value->mantissa << 'e' << n.value->exponent;
  }
  if (n.second.has_value()) {
    out << ".." << n.second->mantissa << 'e' << n.second->exponent;
  }
  if (n.month > 0) {
    out << ' ' << n.year << '/' << int{n.month} << '/' << int{n.day};
  }
  for (const Qualifier& qualifier : n.qualifiers) {
    out << " +" << Show(text, qualifier.range);
  }
  return out.str();
}

std::vector<std::string> Find(std::string_view utf8) {
  const std::u32string text = text::ToCodePoints(utf8);
  std::vector<std::string> found;
  for (const Numeral& numeral : FindNumerals(text)) {
    found.push_back(Describe(text, numeral));
  }
  return found;
}

TEST(FindNumeralsTest, ArabicNumbers) {
  EXPECT_THAT(Find("完成280亿元，"), ElementsAre("cardinal 280亿元 280亿 元 28e9"));
  EXPECT_THAT(Find("2,800,000万元"), ElementsAre("cardinal 2,800,000万元 2,800,000万 元 28e9"));
  EXPECT_THAT(Find("２，８００，０００万元"),
              ElementsAre("cardinal ２，８００，０００万元 ２，８００，０００万 元 28e9"));
  EXPECT_THAT(Find("12 345家"), ElementsAre("cardinal 12 345家 12 345 家 12345e0"));
  EXPECT_THAT(Find("25.9亿元"), ElementsAre("cardinal 25.9亿元 25.9亿 元 259e7"));
  EXPECT_THAT(Find("28万5千"), ElementsAre("cardinal 28万5千 285e3"));
  EXPECT_THAT(Find("1亿2000万人"), ElementsAre("cardinal 1亿2000万人 1亿2000万 人 12e7"));
  EXPECT_THAT(Find("114万亿元"), ElementsAre("cardinal 114万亿元 114万亿 元 114e12"));
  EXPECT_THAT(Find("5000万千瓦时"), ElementsAre("cardinal 5000万千瓦时 5000万 千瓦时 5e7"));
  EXPECT_THAT(Find("60.5平方公里"), ElementsAre("cardinal 60.5平方公里 60.5 平方公里 605e-1"));
  EXPECT_THAT(Find("共0个"), ElementsAre("cardinal 共0个 0 个 0e0 +共"));
}

TEST(FindNumeralsTest, NumbersThatMarksPart) {
  // A comma joins groups of three only.
  EXPECT_THAT(Find("52，263家"), ElementsAre("cardinal 52，263家 52，263 家 52263e0"));
  EXPECT_THAT(Find("2021，345家"),
              ElementsAre("cardinal 2021 2021e0", "cardinal 345家 345 家 345e0"));
  EXPECT_THAT(Find("1，2"), ElementsAre("cardinal 1 1e0", "cardinal 2 2e0"));
  EXPECT_THAT(Find("52家、263家"),
              ElementsAre("cardinal 52家 52 家 52e0", "cardinal 263家 263 家 263e0"));
  EXPECT_THAT(Find("10 20"), ElementsAre("cardinal 10 1e1", "cardinal 20 2e1"));
  EXPECT_THAT(Find("1．强化"), ElementsAre("cardinal 1 1e0"));
}

TEST(FindNumeralsTest, NoiseInsideIsSkipped) {
  EXPECT_THAT(Find("280\xE2\x80\x8B 亿\n元"),
              ElementsAre("cardinal 280\xE2\x80\x8B 亿\n元 280\xE2\x80\x8B 亿 元 28e9"));
  EXPECT_THAT(Find("1 8 5 8 亿美元"),
              ElementsAre("cardinal 1 8 5 8 亿美元 1 8 5 8 亿 美元 1858e8"));
  EXPECT_THAT(Find("2026-02-09 09:20"), ElementsAre("date 2026-02-09 2026/2/9", "time 09:20"));
}

TEST(FindNumeralsTest, LongDigitStringsHaveNoValue) {
  EXPECT_THAT(Find("123456789012345678"),
              ElementsAre("cardinal 123456789012345678 123456789012345678e0"));
  EXPECT_THAT(Find("1234567890123456789"), ElementsAre("cardinal 1234567890123456789"));
  EXPECT_THAT(Find("000000000000000000000005"),
              ElementsAre("cardinal 000000000000000000000005 5e0"));
}

TEST(FindNumeralsTest, ChineseNumbers) {
  EXPECT_THAT(Find("二十三家"), ElementsAre("cardinal 二十三家 二十三 家 23e0"));
  EXPECT_THAT(Find("十个"), ElementsAre("cardinal 十个 十 个 1e1"));
  EXPECT_THAT(Find("一百零五人"), ElementsAre("cardinal 一百零五人 一百零五 人 105e0"));
  EXPECT_THAT(Find("一百一十人"), ElementsAre("cardinal 一百一十人 一百一十 人 11e1"));
  EXPECT_THAT(Find("两千三百万"), ElementsAre("cardinal 两千三百万 23e6"));
  EXPECT_THAT(Find("一万五千二百三十五元"),
              ElementsAre("cardinal 一万五千二百三十五元 一万五千二百三十五 元 15235e0"));
  EXPECT_THAT(Find("一万五"), ElementsAre("cardinal 一万五 15e3"));
  EXPECT_THAT(Find("两亿三千万"), ElementsAre("cardinal 两亿三千万 23e7"));
  EXPECT_THAT(Find("三万亿元"), ElementsAre("cardinal 三万亿元 三万亿 元 3e12"));
  EXPECT_THAT(Find("兩萬億元"), ElementsAre("cardinal 兩萬億元 兩萬億 元 2e12"));
  EXPECT_THAT(Find("十二点五"), ElementsAre("cardinal 十二点五 125e-1"));
  EXPECT_THAT(Find("二点五〇亿元"), ElementsAre("cardinal 二点五〇亿元 二点五〇亿 元 25e7"));
  EXPECT_THAT(Find("叁佰贰拾元"), ElementsAre("cardinal 叁佰贰拾元 叁佰贰拾 元 32e1"));
  EXPECT_THAT(Find("十万千瓦"), ElementsAre("cardinal 十万千瓦 十万 千瓦 1e5"));
}

TEST(FindNumeralsTest, PercentAndFractions) {
  EXPECT_THAT(Find("达到78.3%"), ElementsAre("percent 达到78.3% 78.3% 783e-1 +达到"));
  EXPECT_THAT(Find("７８．３％"), ElementsAre("percent ７８．３％ 783e-1"));
  EXPECT_THAT(Find("百分之七十八点三"), ElementsAre("percent 百分之七十八点三 783e-1"));
  EXPECT_THAT(Find("百分之0.5"), ElementsAre("percent 百分之0.5 5e-1"));
  EXPECT_THAT(Find("3.5‰"), ElementsAre("permille 3.5‰ 35e-1"));
  EXPECT_THAT(Find("千分之五"), ElementsAre("permille 千分之五 5e0"));
  EXPECT_THAT(Find("0.5个百分点"), ElementsAre("cardinal 0.5个百分点 0.5 个百分点 5e-1"));
  EXPECT_THAT(Find("三分之一"), ElementsAre("fraction 三分之一"));
  EXPECT_THAT(Find("万分之三"), ElementsAre("fraction 万分之三"));
  EXPECT_THAT(Find("1/3"), ElementsAre("fraction 1/3"));
  EXPECT_THAT(Find("约一半"), ElementsAre("set 约一半 一半 +约"));
  EXPECT_THAT(Find("-3.5%"), ElementsAre("percent -3.5% -35e-1"));
  EXPECT_THAT(Find("GDP5.5%"), ElementsAre("percent 5.5% 55e-1"));
}

TEST(FindNumeralsTest, Ranges) {
  EXPECT_THAT(Find("5%—6%"), ElementsAre("percent 5%—6% 5e0..6e0"));
  EXPECT_THAT(Find("5～6%"), ElementsAre("percent 5～6% 5e0..6e0"));
  EXPECT_THAT(Find("百分之五至六"), ElementsAre("percent 百分之五至六 5e0..6e0"));
  EXPECT_THAT(Find("三至五年"), ElementsAre("cardinal 三至五年 三至五 年 3e0..5e0"));
  EXPECT_THAT(Find("三至五万"), ElementsAre("cardinal 三至五万 3e4..5e4"));
  EXPECT_THAT(Find("五十至一百个"), ElementsAre("cardinal 五十至一百个 五十至一百 个 5e1..1e2"));
  EXPECT_THAT(Find("百分之五十至百分之一百"),
              ElementsAre("percent 百分之五十至百分之一百 5e1..1e2"));
  EXPECT_THAT(Find("3000—5万元"), ElementsAre("cardinal 3000—5万元 3000—5万 元 3e3..5e4"));
  EXPECT_THAT(Find("5000元至2万元"), ElementsAre("cardinal 5000元至2万元 5000元至2万 元 5e3..2e4"));
  EXPECT_THAT(Find("3到5个"), ElementsAre("cardinal 3到5个 3到5 个 3e0..5e0"));
  EXPECT_THAT(Find("2021—2025年"), ElementsAre("year 2021—2025年 2021—2025 年 2021e0..2025e0"));
  EXPECT_THAT(Find("从2016年到2020年"),
              ElementsAre("year 从2016年到2020年 2016年到2020 年 2016e0..202e1 +从"));
  EXPECT_THAT(Find("由4.5%降至3%"),
              ElementsAre("percent 由4.5% 4.5% 45e-1 +由", "percent 降至3% 3% 3e0 +降至"));
  // A dash of two em is no range; different measures are none either.
  EXPECT_THAT(Find("5——6"), ElementsAre("cardinal 5 5e0", "cardinal 6 6e0"));
  EXPECT_THAT(Find("5年至6家"),
              ElementsAre("cardinal 5年 5 年 5e0", "cardinal 至6家 6 家 6e0 +至"));
}

TEST(FindNumeralsTest, LongRunsOfDatesAreRead) {
  std::u32string text;
  for (int i = 0; i < 100'000; ++i) {
    text += U"1月1日至";
  }
  EXPECT_FALSE(FindNumerals(text).empty());
}

TEST(FindNumeralsTest, DatesAndTimes) {
  EXPECT_THAT(Find("2021年"), ElementsAre("year 2021年 2021 年 2021e0"));
  EXPECT_THAT(Find("二〇二二年"), ElementsAre("year 二〇二二年 二〇二二 年 2022e0"));
  EXPECT_THAT(Find("同一九五七年"), ElementsAre("year 一九五七年 一九五七 年 1957e0"));
  EXPECT_THAT(Find("二○二二年"), ElementsAre("year 二○二二年 二○二二 年 2022e0"));
  EXPECT_THAT(Find("二零二二年"), ElementsAre("year 二零二二年 二零二二 年 2022e0"));
  EXPECT_THAT(Find("二００一年"), ElementsAre("year 二００一年 二００一 年 2001e0"));
  EXPECT_THAT(Find("一九七八年"), ElementsAre("year 一九七八年 一九七八 年 1978e0"));
  EXPECT_THAT(Find("20世纪80年代"),
              ElementsAre("cardinal 20世纪 20 世纪 2e1", "cardinal 80年代 80 年代 8e1"));
  EXPECT_THAT(Find("2022年1月17日"), ElementsAre("date 2022年1月17日 2022/1/17"));
  EXPECT_THAT(Find("二〇二二年一月十七日"), ElementsAre("date 二〇二二年一月十七日 2022/1/17"));
  EXPECT_THAT(Find("1月17日，"), ElementsAre("date 1月17日 0/1/17"));
  EXPECT_THAT(Find("2022-01-17"), ElementsAre("date 2022-01-17 2022/1/17"));
  EXPECT_THAT(Find("2022年1—11月"), ElementsAre("date 2022年1—11月"));
  EXPECT_THAT(Find("13月"), ElementsAre("cardinal 13月 13 月 13e0"));
  EXPECT_THAT(Find("3个月"), ElementsAre("cardinal 3个月 3 个月 3e0"));
  EXPECT_THAT(Find("8:30"), ElementsAre("time 8:30"));
  EXPECT_THAT(Find("八点三十分"), ElementsAre("time 八点三十分"));
  EXPECT_THAT(Find("1:3"), ElementsAre("fraction 1:3"));
}

TEST(FindNumeralsTest, OrdinalsAndSetNumerals) {
  EXPECT_THAT(Find("第九届"), ElementsAre("ordinal 第九届 第九 届 9e0"));
  EXPECT_THAT(Find("第2次"), ElementsAre("ordinal 第2次 第2 次 2e0"));
  EXPECT_THAT(Find("“十四五”规划"), ElementsAre("set 十四五"));
  EXPECT_THAT(Find("到“十四五”末"), ElementsAre("set 十四五”末 十四五 +末"));
  EXPECT_THAT(Find("“两个一百年”奋斗目标"), ElementsAre("set 两个一百年"));
  EXPECT_THAT(Find("“一网通办”"), ElementsAre("set 一网通办"));
  EXPECT_THAT(Find("第一要务"), ElementsAre("set 第一要务"));
  EXPECT_THAT(Find("二十国集团"), ElementsAre("set 二十国集团 二十 国集团 2e1"));
  EXPECT_THAT(Find("20国集团"), ElementsAre("set 20国集团 20 国集团 2e1"));
  EXPECT_THAT(Find("七国集团"), ElementsAre("set 七国集团 七 国集团 7e0"));
  EXPECT_THAT(Find("五年来，"), ElementsAre("set 五年来"));
  EXPECT_THAT(Find("三年来，"), ElementsAre("set 三年来 三 年来"));
  EXPECT_THAT(Find("“双十镇”建设"), ElementsAre("set 双十镇"));
  EXPECT_THAT(Find("市“6+3”现代"), ElementsAre("set 6+3"));
  EXPECT_THAT(Find("“六个更加注重”"), ElementsAre("set 六个更加注重"));
  EXPECT_THAT(Find("「七个坚定」"), ElementsAre("set 七个坚定"));
  EXPECT_THAT(Find("翻一番"), ElementsAre("set 翻一番"));
  // A figure in quotation marks stays one; longer numerals win over a phrase inside.
  EXPECT_THAT(Find("“280亿元”"), ElementsAre("cardinal 280亿元 280亿 元 28e9"));
  EXPECT_THAT(Find("二十四五年"), ElementsAre("approximate 二十四五年 二十四五 年"));
}

TEST(FindNumeralsTest, MultiplesAndApproximationsHaveNoValue) {
  EXPECT_THAT(Find("2.5倍"), ElementsAre("multiple 2.5倍 2.5 倍"));
  EXPECT_THAT(Find("七成以上"), ElementsAre("multiple 七成以上 七 成 +以上"));
  EXPECT_THAT(Find("几十个"), ElementsAre("approximate 几十个 几十 个"));
  EXPECT_THAT(Find("数百万"), ElementsAre("approximate 数百万"));
  EXPECT_THAT(Find("上千人"), ElementsAre("approximate 上千人 上千 人"));
  EXPECT_THAT(Find("十几亿"), ElementsAre("approximate 十几亿"));
  EXPECT_THAT(Find("三五个"), ElementsAre("approximate 三五个 三五 个"));
  EXPECT_THAT(Find("10余万人"), ElementsAre("approximate 10余万人 10余万 人"));
  EXPECT_THAT(Find("3万多亿元"), ElementsAre("approximate 3万多亿元 3万多亿 元"));
  EXPECT_THAT(Find("千亿级产业"), ElementsAre("set 千亿级"));
  // Scales alone name an order, but before a unit an amount.
  EXPECT_THAT(Find("千万吨级"), ElementsAre("approximate 千万吨级 千万 吨级"));
  EXPECT_THAT(Find("过千万元"), ElementsAre("cardinal 过千万元 千万 元 1e7 +过"));
  EXPECT_THAT(Find("两年半"), ElementsAre("approximate 两年半 两 年半"));
}

TEST(FindNumeralsTest, LabelsAreNoFigures) {
  EXPECT_THAT(Find("5G基站"), ElementsAre("set 5G"));
  EXPECT_THAT(Find("PM2.5平均浓度"), ElementsAre("set PM2.5"));
  EXPECT_THAT(Find("C919大型客机"), ElementsAre("label C919"));
  EXPECT_THAT(Find("A4纸"), ElementsAre("label A4"));
  EXPECT_THAT(Find("0632-3080000"), ElementsAre("label 0632-3080000"));
  EXPECT_THAT(Find("1.2.3"), ElementsAre("label 1.2.3"));
  EXPECT_THAT(Find("7×24小时"), ElementsAre("set 7×24小时"));
  EXPECT_THAT(Find("7×12小时"), ElementsAre("set 7×12小时 7×12 小时"));
  EXPECT_THAT(Find("5km"), ElementsAre("cardinal 5km 5 km 5e0"));
}

TEST(FindNumeralsTest, Qualifiers) {
  EXPECT_THAT(Find("约280亿元左右"), ElementsAre("cardinal 约280亿元左右 280亿 元 28e9 +约 +左右"));
  EXPECT_THAT(Find("4.5万余人"), ElementsAre("cardinal 4.5万余人 4.5万 人 45e3 +余"));
  EXPECT_THAT(Find("2500余亩"), ElementsAre("cardinal 2500余亩 2500 亩 25e2 +余"));
  EXPECT_THAT(Find("控制在4.5%以内"),
              ElementsAre("percent 控制在4.5%以内 4.5% 45e-1 +控制在 +以内"));
  EXPECT_THAT(Find("年均增长5.5%"), ElementsAre("percent 年均增长5.5% 5.5% 55e-1 +年均 +增长"));
  EXPECT_THAT(Find("比2016年增加98家"), ElementsAre("year 比2016年 2016 年 2016e0 +比",
                                                    "cardinal 增加98家 98 家 98e0 +增加"));
  EXPECT_THAT(Find("分别达到52家"), ElementsAre("cardinal 分别达到52家 52 家 52e0 +分别达到"));
  EXPECT_THAT(Find("预计突破380亿元"),
              ElementsAre("cardinal 预计突破380亿元 380亿 元 38e9 +预计 +突破"));
  EXPECT_THAT(Find("到2025年底"), ElementsAre("year 到2025年底 2025 年 2025e0 +到 +底"));
  EXPECT_THAT(Find("2021年前三季度"),
              ElementsAre("year 2021年 2021 年 2021e0", "cardinal 前三季度 三 季度 3e0 +前"));
  EXPECT_THAT(Find("约　280亿元"), ElementsAre("cardinal 约　280亿元 280亿 元 28e9 +约"));
}

TEST(FindNumeralsTest, WordsThatOnlyLookLikeQualifiers) {
  EXPECT_THAT(Find("节约280万元"), ElementsAre("cardinal 280万元 280万 元 28e5"));
  EXPECT_THAT(Find("目前5家"), ElementsAre("cardinal 5家 5 家 5e0"));
  EXPECT_THAT(Find("收到3件"), ElementsAre("cardinal 3件 3 件 3e0"));
  EXPECT_THAT(Find("120家内资企业"), ElementsAre("cardinal 120家 120 家 12e1"));
  EXPECT_THAT(Find("5家多元化"), ElementsAre("cardinal 5家 5 家 5e0"));
  EXPECT_THAT(Find("通过2项"), ElementsAre("cardinal 2项 2 项 2e0"));
}

TEST(FindNumeralsTest, WordsThatOnlyHoldNumeralCharacters) {
  for (const char* word : {"统一", "一些", "十分重要", "百姓", "一致", "万一", "唯一", "零售",
                           "队伍", "几乎", "人数", "一般公共预算收入", "进一步", "千方百计"}) {
    EXPECT_THAT(Find(word), IsEmpty()) << word;
  }
  EXPECT_THAT(Find("十分钟"), ElementsAre("cardinal 十分钟 十 分钟 1e1"));
}

TEST(FindNumeralsTest, WordsHideUnits) {
  EXPECT_THAT(Find("3成立"), ElementsAre("cardinal 3 3e0"));
  EXPECT_THAT(Find("2020年初步建成"), ElementsAre("year 2020年 2020 年 202e1"));
}

TEST(FindNumeralsTest, EmptyAndForeign) {
  EXPECT_THAT(FindNumerals(U""), IsEmpty());
  EXPECT_THAT(FindNumerals(U"没有数字。"), IsEmpty());
  EXPECT_THAT(FindNumerals(U"\xD800\x110000\x10FFFF"), IsEmpty());
}

TEST(FindNumeralsTest, DataVersion) {
  EXPECT_THAT(std::string(DataVersion()), ::testing::MatchesRegex("4\\.1\\.4-[0-9a-f]+"));
}

// The digits of a text that lie in no numeral, in runs.
std::vector<std::string> LooseDigits(std::u32string_view text) {
  std::vector<std::string> loose;
  const std::vector<Numeral> numerals = FindNumerals(text);
  size_t next = 0;
  for (uint32_t i = 0; i < text.size(); ++i) {
    while (next < numerals.size() && numerals[next].token.end <= i) {
      ++next;
    }
    const bool inside = next < numerals.size() && numerals[next].token.begin <= i;
    if (text::IsDigit(text[i]) && !inside) {
      loose.push_back(text::ToUtf8(text.substr(i, 8)));
    }
  }
  return loose;
}

TEST(SampleTest, EveryRunOfDigitsLiesInOneNumeral) {
  const std::u32string text = text::ToCodePoints(testing::SampleReport());
  EXPECT_THAT(LooseDigits(text), IsEmpty());
  const std::vector<Numeral> numerals = FindNumerals(text);
  int runs = 0;
  for (uint32_t i = 0; i < text.size(); ++i) {
    if (!text::IsDigit(text[i]) || (i > 0 && text::IsDigit(text[i - 1]))) {
      continue;
    }
    // Decimals are one run.
    if (i > 1 && text[i - 1] == U'.' && text::IsDigit(text[i - 2])) {
      continue;
    }
    ++runs;
    uint32_t end = i;
    while (end < text.size() && (text::IsDigit(text[end]) || text[end] == U'.')) {
      ++end;
    }
    int holders = 0;
    for (const Numeral& numeral : numerals) {
      holders += numeral.number.begin <= i && end <= numeral.number.end ? 1 : 0;
    }
    EXPECT_EQ(holders, 1) << text::ToUtf8(text.substr(i, 10));
  }
  EXPECT_EQ(runs, 79);
}

TEST(CorpusTest, EveryDigitLiesInANumeral) {
  const auto corpus = testing::CorpusDir();
  if (!corpus.has_value()) {
    GTEST_SKIP() << "the corpus of real reports is absent";
  }
  size_t numerals = 0;
  for (const auto& path : testing::TextFiles(*corpus / "reports")) {
    const std::u32string text = text::ToCodePoints(testing::ReadFile(path));
    EXPECT_THAT(LooseDigits(text), IsEmpty()) << path;
    uint32_t end = 0;
    for (const Numeral& numeral : FindNumerals(text)) {
      EXPECT_LE(end, numeral.token.begin);
      EXPECT_LE(numeral.token.begin, numeral.number.begin);
      EXPECT_LT(numeral.number.begin, numeral.number.end);
      EXPECT_LE(numeral.number.end, numeral.token.end);
      end = numeral.token.end;
      ++numerals;
    }
  }
  EXPECT_GT(numerals, 10'000u);
}

}  // namespace
}  // namespace quotes::figures
