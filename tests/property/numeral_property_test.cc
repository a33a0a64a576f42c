#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

#include "service/figures/numeral.h"
#include "service/text/utf8.h"
#include "tests/support/numeral_checks.h"
#include "tests/support/numeral_writer.h"
#include "tests/support/test_data.h"

namespace quotes::figures {
namespace {

using Random = std::mt19937_64;
using testing::ChineseNumber;
using testing::kChineseDigits;

std::u32string Ascii(const std::string& text) { return {text.begin(), text.end()}; }

// g++ 12 warns falsely of a literal + std::u32string.
std::u32string Join(std::initializer_list<std::u32string_view> parts) {
  std::u32string joined;
  for (const std::u32string_view part : parts) {
    joined += part;
  }
  return joined;
}

// The ways to write a number, each by its own simple rule; the parser has to undo all of them.

std::u32string Wide(std::u32string text) {
  for (char32_t& c : text) {
    if (c >= U'!' && c <= U'~') {
      c += 0xFEE0;
    }
  }
  return text;
}

std::u32string Grouped(int64_t value, char32_t mark) {
  std::u32string digits = Ascii(std::to_string(value));
  for (size_t i = digits.size(); i > 3;) {
    i -= 3;
    digits.insert(i, 1, mark);
  }
  return digits;
}

// value / 10^power without trailing zeros, or nothing where that has more than `places` places.
std::u32string Shifted(int64_t value, int power, size_t places) {
  std::string digits = std::to_string(value);
  if (digits.size() <= static_cast<size_t>(power)) {
    digits.insert(0, static_cast<size_t>(power) + 1 - digits.size(), '0');
  }
  std::string fraction = digits.substr(digits.size() - static_cast<size_t>(power));
  while (!fraction.empty() && fraction.back() == '0') {
    fraction.pop_back();
  }
  const std::string whole = digits.substr(0, digits.size() - static_cast<size_t>(power));
  if (fraction.size() > places) {
    return {};
  }
  return Ascii(whole + (fraction.empty() ? "" : "." + fraction));
}

std::u32string Replaced(std::u32string_view text, std::u32string_view from,
                        std::u32string_view to) {
  std::u32string out;
  while (!text.empty()) {
    const bool here = text.starts_with(from);
    out += here ? to : text.substr(0, 1);
    text.remove_prefix(here ? from.size() : 1);
  }
  return out;
}

// All notations of a whole number from 0 to 10^12 - 1.
std::vector<std::u32string> Notations(int64_t value) {
  std::vector<std::u32string> all;
  const auto add = [&all](const std::u32string& text) {
    if (!text.empty()) {
      all.push_back(text);
    }
  };
  add(Ascii(std::to_string(value)));
  add(Wide(all.front()));
  add(Grouped(value, U','));
  add(Grouped(value, U'，'));
  add(Grouped(value, U' '));
  add(Ascii(std::to_string(value) + ".0"));
  struct Scale {
    std::u32string_view text;
    int power;
  };
  for (const Scale& scale : {Scale{U"百", 2}, Scale{U"千", 3}, Scale{U"万", 4}, Scale{U"百万", 6},
                             Scale{U"千万", 7}, Scale{U"亿", 8}, Scale{U"萬", 4}, Scale{U"億", 8},
                             Scale{U"千亿", 11}, Scale{U"万亿", 12}}) {
    std::u32string shifted = Shifted(value, scale.power, 4);
    if (!shifted.empty() && value > 0) {
      add(shifted + std::u32string(scale.text));
      add(Wide(shifted) + std::u32string(scale.text));
    }
  }
  // 1亿2000万, 28万5千.
  if (value >= 100'000'000 && value % 100'000'000 != 0 && value % 10'000 == 0) {
    add(Ascii(std::to_string(value / 100'000'000)) + U"亿" +
        Ascii(std::to_string(value % 100'000'000 / 10'000)) + U"万");
  }
  if (value >= 10'000 && value < 100'000'000 && value % 10'000 >= 1000 && value % 1000 == 0) {
    add(Ascii(std::to_string(value / 10'000)) + U"万" +
        Ascii(std::to_string(value % 10'000 / 1000)) + U"千");
  }
  const std::u32string chinese = ChineseNumber(value);
  add(chinese);
  add(Replaced(chinese, U"零", U"〇"));
  add(Replaced(Replaced(chinese, U"万", U"萬"), U"亿", U"億"));
  add(Replaced(Replaced(Replaced(chinese, U"二千", U"两千"), U"二万", U"两万"), U"二亿", U"两亿"));
  if (chinese.starts_with(U"一十")) {
    add(chinese.substr(1));
  }
  // 一万五: the last scale unsaid.
  const size_t size = chinese.size();
  static constexpr std::u32string_view kFalling = U"十百千万亿";
  if (size > 3 && value > 100) {
    const size_t last = kFalling.find(chinese[size - 1]);
    const size_t before = kFalling.find(chinese[size - 3]);
    if (last != std::u32string::npos && before == last + 1 && last < 3) {
      add(chinese.substr(0, size - 1));
    }
  }
  return all;
}

int64_t AnyNumber(Random* random) {
  static constexpr int64_t kBounds[] = {10,        100,         1'000,          10'000,
                                        1'000'000, 100'000'000, 10'000'000'000, 1'000'000'000'000};
  int64_t value =
      static_cast<int64_t>((*random)() % static_cast<uint64_t>(kBounds[(*random)() % 8]));
  // Round numbers are the usual ones.
  for (uint64_t i = (*random)() % 6; i > 0 && value >= 10; --i) {
    const int64_t unit = i > 3 ? 10'000 : i > 1 ? 100 : 10;
    value = value >= unit ? value / unit * unit : value;
  }
  return value;
}

Decimal Exact(int64_t value) {
  Decimal d{value, 0};
  while (d.mantissa != 0 && d.mantissa % 10 == 0) {
    d.mantissa /= 10;
    ++d.exponent;
  }
  return d;
}

TEST(NumeralProperty, EveryNotationGivesTheValue) {
  Random random(20220117);
  static constexpr std::u32string_view kBefore[] = {U"", U"完成", U"，", U"总投资", U"共有"};
  static constexpr std::u32string_view kUnits[] = {U"元", U"个", U"人", U"平方公里", U"户"};
  for (int round = 0; round < 20'000; ++round) {
    const int64_t value = AnyNumber(&random);
    const std::u32string unit(kUnits[random() % std::size(kUnits)]);
    std::u32string first;
    std::vector<Numeral> first_found;
    for (const std::u32string& notation : Notations(value)) {
      const std::u32string before(kBefore[random() % std::size(kBefore)]);
      const std::u32string text = Join({before, notation, unit, U"。"});
      const std::vector<Numeral> found = FindNumerals(text);
      ASSERT_EQ(found.size(), 1u) << text::ToUtf8(text);
      const Numeral& n = found[0];
      EXPECT_EQ(n.number.begin, before.size()) << text::ToUtf8(text);
      EXPECT_EQ(n.number.end, before.size() + notation.size()) << text::ToUtf8(text);
      EXPECT_EQ(n.unit.size(), unit.size()) << text::ToUtf8(text);
      ASSERT_TRUE(n.value.has_value()) << text::ToUtf8(text);
      ASSERT_EQ(*n.value, Exact(value)) << text::ToUtf8(text) << " " << value;
      if (before.starts_with(U"共")) {
        continue;  // a qualifier
      }
      if (first.empty()) {
        first = text;
        first_found = found;
      }
      EXPECT_NE(SameValue(first_found[0], first, n, text), Sameness::kDifferent)
          << text::ToUtf8(first) << text::ToUtf8(text);
    }
  }
}

TEST(NumeralProperty, NumbersThatDifferAreDifferent) {
  Random random(3);
  for (int round = 0; round < 20'000; ++round) {
    const int64_t a = AnyNumber(&random);
    const int64_t b = random() % 2 == 0 ? AnyNumber(&random) : a + 1;
    const auto notations_a = Notations(a);
    const auto notations_b = Notations(b);
    const std::u32string text_a = notations_a[random() % notations_a.size()] + U"元";
    const std::u32string text_b = notations_b[random() % notations_b.size()] + U"元";
    const auto found_a = FindNumerals(text_a);
    const auto found_b = FindNumerals(text_b);
    ASSERT_EQ(found_a.size(), 1u) << text::ToUtf8(text_a);
    ASSERT_EQ(found_b.size(), 1u) << text::ToUtf8(text_b);
    EXPECT_EQ(SameValue(found_a[0], text_a, found_b[0], text_b) == Sameness::kDifferent, a != b)
        << text::ToUtf8(text_a) << " " << text::ToUtf8(text_b);
  }
}

TEST(NumeralProperty, DecimalsAndPercents) {
  Random random(4);
  for (int round = 0; round < 20'000; ++round) {
    const int64_t whole = static_cast<int64_t>(random() % 1000);
    const int places = 1 + static_cast<int>(random() % 3);
    std::string fraction;
    std::u32string chinese_fraction;
    for (int i = 0; i < places; ++i) {
      const size_t digit = random() % 10;
      fraction += static_cast<char>('0' + digit);
      chinese_fraction += kChineseDigits[digit];
    }
    const std::string plain = std::to_string(whole) + "." + fraction;
    Decimal expected = Exact(std::stoll(std::to_string(whole) + fraction));
    expected.exponent -= expected.mantissa == 0 ? 0 : places;
    const std::u32string chinese =
        (whole >= 10 && whole < 20 ? ChineseNumber(whole).substr(1) : ChineseNumber(whole)) +
        U"点" + chinese_fraction;
    for (const std::u32string& text :
         {Ascii(plain) + U"%", Wide(Ascii(plain)) + U"％", Join({U"百分之", chinese}),
          Join({U"百分之", Ascii(plain)}), Ascii(plain) + U"‰", Ascii(plain) + U"亩",
          chinese + U"亩"}) {
      const auto found = FindNumerals(text);
      ASSERT_EQ(found.size(), 1u) << text::ToUtf8(text);
      ASSERT_TRUE(found[0].value.has_value()) << text::ToUtf8(text);
      ASSERT_EQ(*found[0].value, expected) << text::ToUtf8(text);
      EXPECT_EQ(found[0].precision, places) << text::ToUtf8(text);
    }
  }
}

// 两 as 二, without 零, 十 with its 一: what is left to differ between spellings of one number.
std::u32string Bare(std::u32string text) {
  text = Replaced(Replaced(Replaced(text, U"两", U"二"), U"〇", U""), U"零", U"");
  for (size_t i = text.size(); i-- > 0;) {
    if (text[i] == U'十' &&
        (i == 0 || kChineseDigits.find(text[i - 1]) == std::u32string_view::npos)) {
      text.insert(i, 1, U'一');
    }
  }
  return text;
}

TEST(NumeralProperty, WhatHasAValueCanBeSpelledBack) {
  Random random(5);
  static constexpr std::u32string_view kPool = U"零〇一二两三四五六七八九十十百百千千万万亿";
  size_t valued = 0;
  for (int round = 0; round < 300'000; ++round) {
    std::u32string spelled;
    for (size_t i = 1 + random() % 7; i > 0; --i) {
      spelled += kPool[random() % kPool.size()];
    }
    const std::u32string text = spelled + U"亩";
    const auto found = FindNumerals(text);
    if (found.size() != 1 || found[0].number.size() != spelled.size() ||
        !found[0].value.has_value() || found[0].value->exponent < 0) {
      continue;
    }
    ++valued;
    int64_t value = found[0].value->mantissa;
    for (int32_t i = 0; i < found[0].value->exponent; ++i) {
      value *= 10;
    }
    if (spelled.find_first_of(U"十百千万亿") == std::u32string::npos) {
      std::u32string digits;
      for (const char c : std::to_string(value)) {
        digits += kChineseDigits[static_cast<size_t>(c - '0')];
      }
      const std::u32string read = Replaced(Replaced(spelled, U"两", U"二"), U"〇", U"零");
      EXPECT_TRUE(read.ends_with(digits)) << text::ToUtf8(spelled) << " " << value;
      continue;
    }
    // Digit by digit before one 万 or 亿 (五〇〇〇亿).
    const std::u32string_view digits = std::u32string_view(spelled).substr(0, spelled.size() - 1);
    const int64_t scale = spelled.back() == U'万' ? 10'000 : 100'000'000;
    if (digits.size() >= 3 && (spelled.back() == U'万' || spelled.back() == U'亿') &&
        digits.find_first_of(U"十百千万亿") == std::u32string_view::npos) {
      int64_t read = 0;
      for (const char32_t c : digits) {
        const char32_t digit = c == U'两' ? U'二' : c == U'〇' ? U'零' : c;
        read = read * 10 + static_cast<int64_t>(kChineseDigits.find(digit));
      }
      EXPECT_EQ(read * scale, value) << text::ToUtf8(spelled);
      continue;
    }
    if (value >= 1'000'000'000'000) {
      continue;  // 一万亿 and more: ChineseNumber() does not spell them
    }
    const std::u32string back = Bare(ChineseNumber(value));
    const std::u32string bare = Bare(spelled);
    bool equal = bare == back;
    // Scales alone are one of theirs: 千万亩.
    equal = equal || (spelled.size() == 2 && back == U"一" + bare);
    for (const std::u32string_view unsaid : {U"十", U"百", U"千", U"千万"}) {
      equal = equal || bare + std::u32string(unsaid) == back;
    }
    EXPECT_TRUE(equal) << text::ToUtf8(spelled) << " " << value;
  }
  EXPECT_GT(valued, 20'000u);
}

TEST(NumeralProperty, PromisesHoldOnRandomText) {
  Random random(6);
  static const std::u32string kPools[] = {
      U"0123456789０５.，,%％‰-—～至到:/+ab 　\u200B\n",
      U"012３一二三十百千万亿两几数点分之第半年月日元个约近余多以上内%—至到，“”十四五",
      U"约预计达到超过增长下降比由从每前后底初末以来内左右多余280亿元一二三年月日倍成番%",
      U"第百分之千万亿几十数上第“十四五”双十镇6+3一网通办翻一番两个一百年PM2.5gkm"};
  for (const std::u32string& pool : kPools) {
    for (int round = 0; round < 40'000; ++round) {
      std::u32string text;
      for (size_t i = 1 + random() % 16; i > 0; --i) {
        text += pool[random() % pool.size()];
      }
      ASSERT_EQ(testing::BrokenNumeralPromise(text), "") << text::ToUtf8(text);
    }
  }
}

TEST(NumeralProperty, PromisesHoldOnTheSample) {
  EXPECT_EQ(testing::BrokenNumeralPromise(text::ToCodePoints(testing::SampleReport())), "");
}

// A window around a span sees the cuts that the whole text shows.
TEST(NumeralProperty, WindowsSeeWhatTheWholeTextShows) {
  const std::u32string text = text::ToCodePoints(testing::SampleReport());
  const auto numerals = FindNumerals(text);
  Random random(7);
  for (int round = 0; round < 20'000; ++round) {
    const auto begin = static_cast<uint32_t>(random() % text.size());
    const auto end = static_cast<uint32_t>(begin + random() % (text.size() - begin));
    const Cuts whole = FindCuts(numerals, {begin, end});
    const Cuts window = CutsToken(text, {begin, end});
    ASSERT_EQ(whole.begin.has_value(), window.begin.has_value()) << begin;
    ASSERT_EQ(whole.end.has_value(), window.end.has_value()) << end;
    if (whole.begin.has_value()) {
      EXPECT_EQ(whole.begin->lost, window.begin->lost);
      EXPECT_EQ(whole.begin->part, window.begin->part);
    }
    if (whole.end.has_value()) {
      EXPECT_EQ(whole.end->lost, window.end->lost);
    }
  }
}

}  // namespace
}  // namespace quotes::figures
