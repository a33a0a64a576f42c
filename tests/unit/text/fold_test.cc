#include "service/text/fold.h"

#include <gtest/gtest.h>

#include <string>

#include "service/text/utf8.h"

namespace quotes::text {
namespace {

// Folded text with | for a break.
std::string Folded(std::u32string_view source) {
  std::u32string units = Fold(source).units;
  for (char32_t& unit : units) {
    unit = unit == kBreak ? U'|' : unit;
  }
  return ToUtf8(units);
}

TEST(Fold, Width) {
  EXPECT_EQ(Folded(U"２８０亿元"), "280亿元");
  EXPECT_EQ(Folded(U"ＡＢｃ"), "abc");
  EXPECT_EQ(Folded(U"ｱ"), "ア");
  EXPECT_EQ(Folded(U"78.3％"), "78.3%");
  EXPECT_EQ(Folded(U"5㎡"), "5m²");
  EXPECT_EQ(Folded(U"3℃"), "3°c");
  EXPECT_EQ(Folded(U"⻓⼀"), "长一");
}

TEST(Fold, IsNotCompatibilityNormalisation) {
  EXPECT_EQ(Folded(U"²"), "²");
  EXPECT_EQ(Folded(U"①"), "①");
  EXPECT_EQ(Folded(U"½"), "½");
  EXPECT_EQ(Folded(U"Ⅷ"), "ⅷ");
  EXPECT_EQ(Folded(U"㈠"), "㈠");
  EXPECT_EQ(Folded(U"é"), "é");
  EXPECT_NE(Folded(U"é"), Folded(U"e\u0301"));
}

TEST(Fold, Script) {
  EXPECT_EQ(Folded(U"發展歷程"), "发展历程");
  EXPECT_EQ(Folded(U"裡裏里"), "里里里");
  EXPECT_EQ(Folded(U"説說说"), "说说说");
  EXPECT_EQ(Folded(U"発売"), "发卖");
  EXPECT_EQ(Folded(U"著名"), "着名");
  EXPECT_EQ(Folded(U"擡头 抬头 爲為为 峯峰 衆眾众"), "抬头抬头为为为峰峰众众众");
  EXPECT_EQ(FoldsOf(U'抬'), 0u);
  EXPECT_EQ(FoldsOf(U'擡'), FoldSet{kFoldVariant});
  EXPECT_EQ(Folded(U"什么 芸芸众生 覆盖 予以"), "什么芸芸众生覆盖予以");
}

TEST(Fold, AmbiguousScript) {
  for (const char32_t c : U"乾著後裏於畫") {
    if (c != 0) {
      EXPECT_NE(FoldsOf(c) & kFoldAmbiguous, 0u) << ToUtf8(std::u32string(1, c));
    }
  }
  for (const char32_t c : U"發髮歷展開國說買黨會議") {
    EXPECT_EQ(FoldsOf(c) & kFoldAmbiguous, 0u) << ToUtf8(std::u32string(1, c));
  }
}

TEST(Fold, CaseAndZero) {
  EXPECT_EQ(Folded(U"App"), "app");
  EXPECT_EQ(Folded(U"ДΣ"), "дσ");
  EXPECT_EQ(Folded(U"二○二二 二〇二二"), "二〇二二二〇二二");
  EXPECT_EQ(Folded(U"０"), "0");
}

TEST(Fold, SoftMarksVanish) {
  EXPECT_EQ(Folded(U"“双十”镇《人民日报》「工业强区」『』‘’\"'〈〉·•・"), "双十镇人民日报工业强区");
}

TEST(Fold, HardMarksAreOneBreak) {
  EXPECT_EQ(Folded(U"创新，发展"), "创新|发展");
  EXPECT_EQ(Folded(U"“一”，“二”。”（三）"), "一|二|三|");
  EXPECT_EQ(Folded(U"……——？！"), "|");
  EXPECT_EQ(Folded(U"一， \n。二"), "一|二");
  const FoldedText folded = Fold(U"一，” 。”二");
  ASSERT_EQ(folded.units.size(), 3u);
  EXPECT_EQ(folded.begin[1], 1u);
  EXPECT_EQ(folded.end[1], 5u);  // from the first hard mark to the last
}

TEST(Fold, Noise) {
  EXPECT_EQ(Folded(U"\uFEFF希望\n社\u200B区\u00AD 　建设"), "希望社区建设");
  EXPECT_EQ(Folded(U"hello  \u00A0world"), "hello world");
  EXPECT_EQ(Folded(U"hello\nworld"), "hello world");
  EXPECT_EQ(Folded(U"he\u200Bllo "), "hello");
  EXPECT_EQ(Folded(U" 5G 网络 A 股"), "5g网络a股");
  EXPECT_EQ(Folded(U"hello , world"), "hello|world");
  EXPECT_EQ(Folded(U"龙\U000E0100"), "龙");
}

TEST(Fold, SignsOfNumerals) {
  EXPECT_EQ(Folded(U"5.5%"), "5.5%");
  EXPECT_EQ(Folded(U"５．５％"), "5.5%");
  EXPECT_EQ(Folded(U"1,000，000"), "1,000,000");
  EXPECT_EQ(Folded(U"1，2"), "1|2");
  EXPECT_EQ(Folded(U"1,0000"), "1|0000");
  EXPECT_EQ(Folded(U"2021，345"), "2021|345");
  EXPECT_EQ(Folded(U"5.5，345"), "5.5|345");
  EXPECT_EQ(Folded(U"2016—2020"), "2016-2020");
  EXPECT_EQ(Folded(U"2016－2020"), "2016-2020");
  EXPECT_EQ(Folded(U"2016–2020 2016-2020"), "2016-20202016-2020");
  EXPECT_EQ(Folded(U"2016——2020"), "2016|2020");
  EXPECT_EQ(Folded(U"5~6 5～6 5〜6"), "5~65~65~6");
  EXPECT_EQ(Folded(U"5%～6%"), "5%~6%");
  EXPECT_EQ(Folded(U"6+3"), "6+3");
  EXPECT_EQ(Folded(U"6＋3"), "6+3");
  EXPECT_EQ(Folded(U"1:3 1：3 1∶3"), "1:31:31:3");
  EXPECT_EQ(Folded(U"11/12"), "11/12");
  EXPECT_EQ(Folded(U"为-5度"), "为-5度");
  EXPECT_EQ(Folded(U"为−5度"), "为-5度");
  EXPECT_EQ(Folded(U"目标——2021年"), "目标|2021年");
  EXPECT_EQ(Folded(U"COVID-19 G－20 co-op"), "covid-19g-20co-op");
  EXPECT_EQ(Folded(U"一-二"), "一|二");
  EXPECT_EQ(Folded(U"一%"), "一|");
  EXPECT_EQ(Folded(U"5‰"), "5‰");
  EXPECT_EQ(Folded(U"3·15"), "315");
  EXPECT_EQ(Folded(U"2022.1.17"), "2022.1.17");
  EXPECT_EQ(Folded(U"目标：5.目标"), "目标|5|目标");
}

TEST(Fold, LetterByLetter) {
  EXPECT_EQ(FoldLetter(U'Ａ'), U'a');
  EXPECT_EQ(FoldLetter(U'發'), U'发');
  EXPECT_EQ(FoldLetter(U'，'), U'，');
  EXPECT_EQ(FoldLetter(U'“'), U'“');
  EXPECT_EQ(FoldLetter(U'％'), U'％');
  EXPECT_EQ(FoldLetter(0xFFFFFFFF), char32_t{0xFFFFFFFF});
  EXPECT_EQ(FoldLetter(0xD800), char32_t{0xD800});
  EXPECT_EQ(FoldsOf(U'发'), 0u);
  EXPECT_EQ(FoldsOf(U'發'), FoldSet{kFoldScript});
  EXPECT_EQ(FoldsOf(U'Ａ'), kFoldWidth | kFoldCase);
  EXPECT_EQ(FoldsOf(U'“'), FoldSet{kFoldQuotation});
  EXPECT_EQ(FoldsOf(U'，'), FoldSet{kFoldMark});
  EXPECT_EQ(FoldsOf(U'　'), FoldSet{kFoldSpace});
  EXPECT_EQ(FoldsOf(U'○'), FoldSet{kFoldZero});
}

TEST(Fold, Classes) {
  EXPECT_TRUE(IsHan(U'发'));
  EXPECT_TRUE(IsHan(U'〇'));
  EXPECT_TRUE(IsHan(0x20000));
  EXPECT_FALSE(IsHan(U'○'));
  EXPECT_FALSE(IsHan(U'a'));
  EXPECT_TRUE(IsSoftMark(U'“'));
  EXPECT_FALSE(IsSoftMark(U'，'));
  EXPECT_TRUE(IsHardMark(U'，'));
  EXPECT_TRUE(IsHardMark(U'%'));
  EXPECT_FALSE(IsHardMark(U'a'));
  EXPECT_TRUE(IsNoise(0x200B));
  EXPECT_TRUE(IsSpace(U'　'));
  EXPECT_TRUE(IsSpace(U'\t'));
  EXPECT_TRUE(IsLineBreak(U'\n'));
  EXPECT_TRUE(IsLineBreak(0x85));
  EXPECT_TRUE(IsDigit(U'５'));
  EXPECT_FALSE(IsDigit(U'五'));
}

TEST(FoldsBetween, NamesEveryKind) {
  EXPECT_EQ(FoldsBetween(U"发展", U"发展"), 0u);
  EXPECT_EQ(FoldsBetween(U"发展歷程", U"发展历程"), FoldSet{kFoldScript});
  EXPECT_EQ(FoldsBetween(U"頭發", U"頭髮"), kFoldScript | kFoldAmbiguous);
  EXPECT_EQ(FoldsBetween(U"皇后", U"皇後"), kFoldScript | kFoldAmbiguous);
  EXPECT_EQ(FoldsBetween(U"着", U"著"), kFoldVariant | kFoldAmbiguous);
  EXPECT_EQ(FoldsBetween(U"干", U"乾"), kFoldScript | kFoldAmbiguous);
  EXPECT_EQ(FoldsBetween(U"発展", U"发展"), kFoldVariant | kFoldScript);
  EXPECT_EQ(FoldsBetween(U"発展", U"發展"), FoldSet{kFoldVariant});
  EXPECT_EQ(FoldsBetween(U"２８０", U"280"), FoldSet{kFoldWidth});
  EXPECT_EQ(FoldsBetween(U"Ａ", U"ａ"), FoldSet{kFoldCase});
  EXPECT_EQ(FoldsBetween(U"双十镇", U"双十”镇"), FoldSet{kFoldQuotation});
  EXPECT_EQ(FoldsBetween(U"“双十镇”", U"双十镇"), FoldSet{kFoldQuotation});
  EXPECT_EQ(FoldsBetween(U"一，二", U"一。二"), FoldSet{kFoldMark});
  EXPECT_EQ(FoldsBetween(U"一，二", U"一,二"), FoldSet{kFoldWidth});
  EXPECT_EQ(FoldsBetween(U"一，二", U"一”，二"), FoldSet{kFoldQuotation});
  EXPECT_EQ(FoldsBetween(U"希望社区", U"希望 社区"), FoldSet{kFoldSpace});
  EXPECT_EQ(FoldsBetween(U"a b", U"a  b"), FoldSet{kFoldSpace});
  EXPECT_EQ(FoldsBetween(U"二○", U"二〇"), FoldSet{kFoldZero});
  EXPECT_EQ(FoldsBetween(U"5m²", U"5㎡"), FoldSet{kFoldWidth});
  EXPECT_EQ(FoldsBetween(U"2016-2020", U"2016—2020"), FoldSet{kFoldMark});
  EXPECT_EQ(FoldsBetween(U"二，", U"二"), FoldSet{kFoldMark});
  EXPECT_EQ(FoldsBetween(U"臺", U"臺"), 0u);
}

TEST(FoldVersion, NamesRulesAndData) {
  EXPECT_NE(FoldVersion().find("opencc-"), std::string_view::npos);
  EXPECT_NE(FoldVersion().find("icu-"), std::string_view::npos);
}

}  // namespace
}  // namespace quotes::text
