#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "service/figures/numeral.h"
#include "service/text/utf8.h"

namespace quotes::figures {
namespace {

struct Pair {
  const char* a;
  const char* b;
  Sameness expected;
};

void PrintTo(const Pair& pair, std::ostream* out) { *out << pair.a << " / " << pair.b; }

class SameValueTest : public ::testing::TestWithParam<Pair> {};

TEST_P(SameValueTest, ComparesTheFirstNumerals) {
  const std::u32string a = text::ToCodePoints(GetParam().a);
  const std::u32string b = text::ToCodePoints(GetParam().b);
  const auto in_a = FindNumerals(a);
  const auto in_b = FindNumerals(b);
  ASSERT_EQ(in_a.size(), 1u);
  ASSERT_EQ(in_b.size(), 1u);
  EXPECT_EQ(SameValue(in_a[0], a, in_b[0], b), GetParam().expected);
  EXPECT_EQ(SameValue(in_b[0], b, in_a[0], a), GetParam().expected);
  EXPECT_EQ(SameValue(in_a[0], a, in_a[0], a), Sameness::kSameForm);
}

constexpr Sameness kForm = Sameness::kSameForm;
constexpr Sameness kValue = Sameness::kSameValue;
constexpr Sameness kPrecision = Sameness::kSameValueOtherPrecision;
constexpr Sameness kOther = Sameness::kDifferent;

INSTANTIATE_TEST_SUITE_P(
    Form, SameValueTest,
    ::testing::Values(Pair{"280亿元", "２８０亿元", kForm}, Pair{"78.3%", "７８．３％", kForm},
                      Pair{"280億元", "280亿元", kForm}, Pair{"280 亿元", "280亿元", kForm},
                      Pair{"二〇二二年", "二○二二年", kForm}, Pair{"5G", "5g", kForm},
                      Pair{"翻一番", "翻一番", kForm}, Pair{"5—6个", "5─6个", kForm}));

INSTANTIATE_TEST_SUITE_P(
    Value, SameValueTest,
    ::testing::Values(
        Pair{"约5000亿元", "约五〇〇〇亿元", kValue}, Pair{"1200万吨", "一二〇〇万吨", kValue},
        Pair{"过千万元", "过1000万元", kValue}, Pair{"百万元", "100万元", kValue},
        Pair{"280亿元", "2,800,000万元", kValue}, Pair{"280亿元", "2800000万元", kValue},
        Pair{"280亿元", "二百八十亿元", kValue}, Pair{"百分之七十八点三", "78.3%", kValue},
        Pair{"二〇二二年", "2022年", kValue}, Pair{"二零二二年", "二〇二二年", kValue},
        Pair{"2022年1月17日", "二〇二二年一月十七日", kValue},
        Pair{"2022年01月17日", "2022年1月17日", kValue}, Pair{"1月17日", "一月十七日", kValue},
        Pair{"5—6个", "5至6个", kValue}, Pair{"5～6个", "五至六个", kValue},
        Pair{"5－6%", "5～6%", kValue}, Pair{"5%—5.5%", "5—5.5%", kValue},
        Pair{"百分之四到五", "4%—5%", kValue}, Pair{"百分之四到五", "4%到5%", kValue},
        Pair{"百分之四到五", "4—5%", kValue}, Pair{"5—6个", "5到6个", kValue},
        Pair{"三至五万人", "3万—5万人", kValue}, Pair{"第九届", "第9届", kValue},
        Pair{"约280亿元", "约二百八十亿元", kValue}, Pair{"4.5万余人", "45000余人", kValue},
        Pair{"4.5%以内", "百分之四点五以内", kValue}, Pair{"3千米", "三千米", kValue},
        Pair{"一万五千人", "1.5万人", kValue}, Pair{"12个", "十二个", kValue},
        Pair{"千分之五", "5‰", kValue}, Pair{"1,000元", "1000元", kValue},
        Pair{"两个", "2个", kValue}));

INSTANTIATE_TEST_SUITE_P(Precision, SameValueTest,
                         ::testing::Values(Pair{"280.0亿元", "280亿元", kPrecision},
                                           Pair{"25.90亿元", "25.9亿元", kPrecision},
                                           Pair{"5.0%", "百分之五", kPrecision}));

INSTANTIATE_TEST_SUITE_P(
    Different, SameValueTest,
    ::testing::Values(Pair{"日均净增1万户以上", "净增日均一万户以上", kOther},
                      Pair{"2.7%", "+2.7%", kOther}, Pair{"约5000亿元", "约五〇〇亿元", kOther},
                      Pair{"280亿元", "281亿元", kOther}, Pair{"25.9亿元", "26亿元", kOther},
                      Pair{"280亿元", "约280亿元", kOther}, Pair{"280亿元", "280亿", kOther},
                      Pair{"280亿元", "280亿美元", kOther}, Pair{"280亿元", "280万元", kOther},
                      Pair{"4.5万余人", "4.5万人", kOther}, Pair{"4.5%以内", "4.5%", kOther},
                      Pair{"4.5%以内", "4.5%以上", kOther}, Pair{"增长5.5%", "下降5.5%", kOther},
                      Pair{"增长5.5%", "增长到5.5%", kOther},
                      Pair{"超过100家", "100家以上", kOther}, Pair{"5%", "5个百分点", kOther},
                      Pair{"5%", "5‰", kOther}, Pair{"60.5平方公里", "60.5公里", kOther},
                      Pair{"1公里", "1000米", kOther}, Pair{"2022年", "2022个", kOther},
                      Pair{"第9届", "9届", kOther}, Pair{"5—6个", "5—7个", kOther},
                      Pair{"5—6个", "5个", kOther}, Pair{"5%—5.5%", "5—6%", kOther},
                      Pair{"三至五万人", "3—5人", kOther}, Pair{"1月17日", "2022年1月17日", kOther},
                      Pair{"2022年1月", "2022年1月1日", kOther}, Pair{"-5%", "5%", kOther},
                      Pair{"五百MW", "500mW", kOther}, Pair{"30GB", "三十Gb", kOther},
                      Pair{"10余万人", "10万余人", kOther}, Pair{"10余万人", "十余万人", kOther},
                      // Set numerals and the like by form only.
                      Pair{"一网通办", "1网通办", kOther}, Pair{"五年来", "5年来", kOther},
                      Pair{"翻一番", "翻1番", kOther}, Pair{"两倍", "2倍", kOther},
                      Pair{"七成", "7成", kOther}, Pair{"七成八", "78%", kOther},
                      Pair{"三分之一", "1/3", kOther}, Pair{"几十个", "数十个", kOther},
                      Pair{"第一要务", "第1要务", kOther}, Pair{"十几个", "1几个", kOther}));

TEST(SameValueTest, NumeralsOfOneText) {
  const std::u32string text = U"分别达到49家、36家，后者即三十六家";
  const auto numerals = FindNumerals(text);
  ASSERT_EQ(numerals.size(), 3u);
  EXPECT_EQ(SameValue(numerals[1], text, numerals[2], text), kValue);
  EXPECT_EQ(SameValue(numerals[0], text, numerals[2], text), kOther);
}

}  // namespace
}  // namespace quotes::figures
