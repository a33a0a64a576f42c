#include "client/ctl/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "client/ctl/progress.h"
#include "service/text/utf8.h"

namespace quotes::ctl {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Lines(std::u32string_view text, size_t columns) {
  std::vector<std::string> lines;
  for (const Span& span : WrapLines(text, columns)) {
    lines.push_back(text::ToUtf8(text.substr(span.begin, span.end - span.begin)));
  }
  return lines;
}

TEST(LayoutTest, CountsWideCharactersAsTwoColumns) {
  EXPECT_EQ(Columns(""), 0U);
  EXPECT_EQ(Columns("abc"), 3U);
  EXPECT_EQ(Columns("棚改abc"), 7U);
  EXPECT_EQ(Columns("２８０亿元"), 10U);
}

TEST(LayoutTest, WrapsByColumns) {
  EXPECT_THAT(Lines(U"坚持稳增长提质量", 8), ElementsAre("坚持稳增", "长提质量"));
  EXPECT_THAT(Lines(U"坚持稳增长提质量", 9), ElementsAre("坚持稳增", "长提质量"));
  EXPECT_THAT(Lines(U"坚持", 0), ElementsAre("坚持"));
  EXPECT_THAT(Lines(U"", 10), ElementsAre(""));
}

TEST(LayoutTest, BeginsNoLineWithAClosingMarkAndEndsNoneWithAnOpeningOne) {
  EXPECT_THAT(Lines(U"坚持稳增长，提质量", 10), ElementsAre("坚持稳增", "长，提质量"));
  EXPECT_THAT(Lines(U"大力实施“双十镇”", 10), ElementsAre("大力实施", "“双十镇”"));
}

TEST(LayoutTest, KeepsWordsAndNumbersTogetherAndDropsSpacesAtBreaks) {
  EXPECT_THAT(Lines(U"one two three", 8), ElementsAre("one two", "three"));
  EXPECT_THAT(Lines(U"完成280亿元", 6), ElementsAre("完成", "280亿", "元"));
}

TEST(LayoutTest, BreaksWhatIsLongerThanALine) {
  EXPECT_THAT(Lines(U"abcdefghij", 4), ElementsAre("abcd", "efgh", "ij"));
}

// Whatever the text, no line is too wide, and the lines are the text but for spaces.
TEST(LayoutTest, LinesFitAndLoseNothing) {
  std::mt19937 random(20220117);
  const std::u32string alphabet = U"ab 12，。“”（）棚改党－—…3.5% \u0301";
  for (int round = 0; round < 2000; ++round) {
    std::u32string text;
    for (size_t size = random() % 60; size > 0; --size) {
      text.push_back(alphabet[random() % alphabet.size()]);
    }
    const size_t columns = 2 + random() % 30;
    std::u32string joined;
    size_t previous_end = 0;
    for (const Span& line : WrapLines(text, columns)) {
      ASSERT_LE(previous_end, line.begin);
      for (size_t i = previous_end; i < line.begin; ++i) {
        ASSERT_EQ(text[i], U' ');
      }
      const std::u32string_view words =
          std::u32string_view(text).substr(line.begin, line.end - line.begin);
      ASSERT_LE(static_cast<size_t>(text::DisplayWidth(words)), columns) << text::ToUtf8(text);
      previous_end = line.end;
    }
    for (size_t i = previous_end; i < text.size(); ++i) {
      ASSERT_EQ(text[i], U' ');
    }
  }
}

TEST(LayoutTest, TruncatesWithAnEllipsis) {
  EXPECT_EQ(Truncate("坚持", 4), "坚持");
  EXPECT_EQ(Columns(Truncate("坚持稳增长", 6)) <= 6, true);
  EXPECT_TRUE(Truncate("坚持稳增长", 6).ends_with("…"));
  EXPECT_EQ(Truncate("abcdef", 6), "abcdef");
}

TEST(LayoutTest, PaintsHitsAcrossLines) {
  const Painter painter(true);
  EXPECT_EQ(Paragraph("坚持稳增长", {{2, 4}}, 2, 0, painter), "  坚持\x1b[1;31m稳增\x1b[0m长\n");
  // The hit goes over the break and is painted on both lines.
  EXPECT_EQ(Paragraph("坚持稳增长提质", {{4, 6}}, 2, 12, painter),
            "  坚持稳增\x1b[1;31m长\x1b[0m\n  \x1b[1;31m提\x1b[0m质\n");
}

TEST(LayoutTest, LeavesTheWordsAloneWithoutColours) {
  EXPECT_EQ(Paragraph("坚持稳增长", {{2, 4}}, 0, 0, Painter(false)), "坚持稳增长\n");
}

TEST(LayoutTest, StoredTextCannotSteerTheTerminal) {
  EXPECT_EQ(Printable("a\x1b[2Jb\n\u009b"), "a\uFFFD[2Jb\uFFFD\uFFFD");
  EXPECT_EQ(Paragraph("\x1b]0;x\x07", {}, 0, 0, Painter(true)), "\uFFFD]0;x\uFFFD\n");
}

TEST(LayoutTest, TableColumnsStandUnderEachOther) {
  Table table({Table::Align::kLeft, Table::Align::kRight, Table::Align::kLeft});
  table.AddHeader({"Name", "N", "Title"});
  table.AddRow({"党建", "7", "x"});
  table.AddRow({"a", "12"});
  EXPECT_EQ(table.Render(0, Painter(false)),
            "Name   N  Title\n"
            "党建   7  x\n"
            "a     12\n");
}

TEST(LayoutTest, TheFlexibleColumnGivesWay) {
  Table table({Table::Align::kLeft, Table::Align::kLeft}, 1);
  table.AddRow({"1", "勇担新使命奋进新征程"});
  const std::string line = table.Render(15, Painter(false));
  EXPECT_LE(Columns(line.substr(0, line.size() - 1)), 15U);
  EXPECT_EQ(line.substr(0, 6), "1  勇");
}

TEST(ProgressTest, FitsTheTerminal) {
  EXPECT_EQ(ProgressLine(5, 10, "a.txt", 80), "[##########----------]   5/10  a.txt");
  EXPECT_LE(Columns(ProgressLine(5, 10, "很长很长很长很长很长很长的文件名.txt", 40)), 39U);
  EXPECT_EQ(ProgressLine(0, 0, "", 80).substr(0, 22), "[####################]");
}

}  // namespace
}  // namespace quotes::ctl
