#include "service/text/utf8.h"

#include <gtest/gtest.h>
#include <unicode/unistr.h>

#include <random>
#include <string>

namespace quotes::text {
namespace {

TEST(Utf8, NamesTheFirstMalformedSequence) {
  EXPECT_EQ(FindInvalidUtf8(""), std::nullopt);
  EXPECT_EQ(FindInvalidUtf8("发展，2022年 \xF0\x9F\x98\x80"), std::nullopt);
  EXPECT_EQ(FindInvalidUtf8("发\xFF"), 3u);
  EXPECT_EQ(FindInvalidUtf8("0123456789ab\x80"), 12u);
  EXPECT_EQ(FindInvalidUtf8("ab\xE5\x8F"), 2u);        // cut off
  EXPECT_EQ(FindInvalidUtf8("\xC0\x80"), 0u);          // overlong
  EXPECT_EQ(FindInvalidUtf8("\xE0\x9F\xBF"), 0u);      // overlong
  EXPECT_EQ(FindInvalidUtf8("\xED\xA0\x80"), 0u);      // surrogate
  EXPECT_EQ(FindInvalidUtf8("\xF4\x90\x80\x80"), 0u);  // above U+10FFFF
  EXPECT_EQ(FindInvalidUtf8("\xF0\x8F\xBF\xBF"), 0u);  // overlong
  EXPECT_EQ(FindInvalidUtf8("\xED\x9F\xBF\xEE\x80\x80"), std::nullopt);
}

TEST(Utf8, EveryScalarValueGoesThereAndBack) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) {
      continue;
    }
    const std::u32string text(1, c);
    const std::string utf8 = ToUtf8(text);
    std::string icu;
    icu::UnicodeString(static_cast<UChar32>(c)).toUTF8String(icu);
    ASSERT_EQ(utf8, icu) << static_cast<uint32_t>(c);
    ASSERT_EQ(ToCodePoints(utf8), text);
    ASSERT_EQ(FindInvalidUtf8(utf8), std::nullopt);
    ASSERT_EQ(CountCodePoints(utf8), 1u);
    ASSERT_EQ(OffsetInUnit(text, 1, OffsetUnit::kUtf8Bytes), utf8.size());
    ASSERT_EQ(OffsetInUnit(text, 1, OffsetUnit::kUtf16), c > 0xFFFF ? 2u : 1u);
  }
}

// Characters of three bytes are written several at once.
TEST(Utf8, WritesACharacterTheSameAmongOthers) {
  const std::u32string bounds = {U'发',  0x0,    0x7F,   0x80,   0x7FF,   0x800,    0xD7FF,
                                 0xD800, 0xDFFF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF, 0x110000};
  std::mt19937 random(4);
  for (int round = 0; round < 20'000; ++round) {
    std::u32string text;
    std::string expected = "a";
    for (size_t size = random() % 14; text.size() < size;) {
      text += bounds[random() % 3 == 0 ? random() % bounds.size() : 0];
      expected += ToUtf8(text.substr(text.size() - 1));
    }
    std::string utf8 = "a";
    AppendUtf8(text, &utf8);
    ASSERT_EQ(utf8, expected);
  }
}

TEST(Utf8, ReplacesWhatIsNoCharacter) {
  EXPECT_EQ(ToUtf8(std::u32string{0xD800, U'a', 0x110000}),
            "\xEF\xBF\xBD"
            "a\xEF\xBF\xBD");
  EXPECT_EQ(ToCodePoints("a\xFF"
                         "b\xE5\x8F"),
            U"a\uFFFDb\uFFFD");
  EXPECT_EQ(CountCodePoints("a\xFF"
                            "b\xE5\x8F"),
            4u);
}

TEST(Utf8, OffsetsInEveryUnit) {
  const std::u32string text = U"a发\U00020000展";
  EXPECT_EQ(OffsetInUnit(text, 0, OffsetUnit::kUtf16), 0u);
  EXPECT_EQ(OffsetInUnit(text, 3, OffsetUnit::kCodePoints), 3u);
  EXPECT_EQ(OffsetInUnit(text, 3, OffsetUnit::kUtf16), 4u);
  EXPECT_EQ(OffsetInUnit(text, 4, OffsetUnit::kUtf16), 5u);
  EXPECT_EQ(OffsetInUnit(text, 3, OffsetUnit::kUtf8Bytes), 8u);
}

TEST(Utf8, WidthOnATerminal) {
  EXPECT_EQ(DisplayWidth(U""), 0);
  EXPECT_EQ(DisplayWidth(U"abc"), 3);
  EXPECT_EQ(DisplayWidth(U"发展，"), 6);
  EXPECT_EQ(DisplayWidth(U"２８０"), 6);
  EXPECT_EQ(DisplayWidth(U"ｱ"), 1);
  EXPECT_EQ(DisplayWidth(U"e\u0301"), 1);
  EXPECT_EQ(DisplayWidth(U"a\u200Bb\uFEFF"), 2);
  EXPECT_EQ(DisplayWidth(U"\U00020000"), 2);
  EXPECT_EQ(DisplayWidth(U"\n"), 0);
  EXPECT_EQ(DisplayWidth(U"“…—①"), 4);  // ambiguous: one each
  EXPECT_EQ(DisplayWidth(U"\u1112\u1161\u11AB"), 2);
  EXPECT_EQ(DisplayWidth(std::u32string{0xD800}), 1);
}

}  // namespace
}  // namespace quotes::text
