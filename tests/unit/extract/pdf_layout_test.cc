#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/extract/read_format.h"
#include "service/text/utf8.h"
#include "tests/support/documents.h"

namespace quotes::extract {
namespace {

struct Word {
  double left = 0;
  double right = 0;
  std::string text;
  double size = 12;
  double rise = 0;  // how far its bottom is above the line's
};

struct TextLine {
  double bottom = 0;
  std::vector<Word> words;
};

std::string Box(double left, double top, double right, double bottom) {
  return " xMin=\"" + std::to_string(left) + "\" yMin=\"" + std::to_string(top) + "\" xMax=\"" +
         std::to_string(right) + "\" yMax=\"" + std::to_string(bottom) + "\">";
}

// A page as pdftotext describes it.
std::string Page(const std::vector<TextLine>& lines) {
  std::string page = "<page width=\"595\" height=\"842\">\n";
  for (const TextLine& line : lines) {
    const double left = line.words.front().left;
    const double right = line.words.back().right;
    page += "<line" + Box(left, line.bottom - 12, right, line.bottom) + "\n";
    for (const Word& word : line.words) {
      const double bottom = line.bottom - word.rise;
      page += "<word" + Box(word.left, bottom - word.size, word.right, bottom) + word.text +
              "</word>\n";
    }
    page += "</line>\n";
  }
  return page + "</page>\n";
}

std::string Read(std::string_view layout) {
  const auto text = ReadPdfLayout(layout);
  return text.ok() ? testing::Dump(*text) : text.status().ToString();
}

TEST(PdfLayoutTest, RaisedNumbersAreNoDigitsOfTheFigureBefore) {
  EXPECT_EQ(Read(Page({{100,
                        {{72, 168, "实施重点项目42"},
                         {168, 172, "1", 7, 4},
                         {172, 196, "个，"},
                         {196, 220, "面积"},
                         {222, 246, "10km"},
                         {246, 250, "2", 7, 4},
                         {250, 262, "。"}}}})),
            "text p1 indent0 edge|实施重点项目42[1]个，面积10km²。\n");
  // Small words on the line are numbers like others.
  EXPECT_EQ(
      Read(Page({{100, {{72, 168, "二氧化碳CO"}, {168, 172, "2", 7, -2}, {172, 184, "。"}}}})),
      "text p1 indent0 edge|二氧化碳CO 2。\n");
}

TEST(PdfLayoutTest, ThereIsNoSpaceInsideQuotationMarks) {
  // The left half of an opening mark is empty in Chinese fonts, and numbers have another font.
  EXPECT_EQ(Read(Page({{100, {{72, 120, "推进“"}, {125, 145, "117"}, {150, 198, "”项目。"}}}})),
            "text p1 indent0 edge|推进“117”项目。\n");
  EXPECT_EQ(Read(Page({{100, {{72, 120, "增长（"}, {126, 140, "5%"}, {146, 170, "）。"}}}})),
            "text p1 indent0 edge|增长（5%）。\n");
  EXPECT_EQ(Read(Page({{100,
                        {{72, 90, "in"},
                         {93, 108, "the"},
                         {111, 135, "’90s"},
                         {138, 170, "“new”"},
                         {173, 200, "jobs."}}}})),
            "text p1 indent0 edge|in the ’90s “new” jobs.\n");
}

TEST(PdfLayoutTest, NotesBeginWithAMarkOfTheirPage) {
  const std::string text = "全市经济继续增长，社会保持稳定。";
  const Word body = {72, 264, text};
  const std::string expected = "text p1 indent0 edge|" + text + "\n";
  // As large as the text, below white.
  EXPECT_EQ(Read(Page({{400, {body, {264, 268, "1", 7, 4}}},
                       {420, {body}},
                       {700, {{72, 78, "1"}, {82, 178, "本报告中的数为快报。"}}},
                       {716, {{72, 120, "下同。"}}}})),
            "text p1 indent0 edge|" + text + "[1]\n" + expected +
                "note p1|1本报告中的数为快报。\nnote p1|下同。\n");
  // With a raised mark, right below the text.
  EXPECT_EQ(
      Read(Page({{400, {body, {264, 268, "1", 7, 4}}},
                 {700, {body}},
                 {714, {{72, 76, "1", 7, 4}, {78, 174, "本报告中的数为快报。"}}}})),
      "text p1 indent0 edge|" + text + "[1]\n" + expected + "note p1|[1]本报告中的数为快报。\n");
  // A number that no mark on the page names begins an item.
  EXPECT_EQ(
      Read(Page({{400, {body, {264, 268, "2", 7, 4}}},
                 {700, {{72, 78, "1"}, {88, 264, "新建城区公办幼儿园两所。"}}}})),
      "text p1 indent0 edge|" + text + "[2]\ntext p1 indent0 edge|1 新建城区公办幼儿园两所。\n");
}

TEST(PdfLayoutTest, RowsOfShortLinesBelowTheirLikeAreATable) {
  const std::string text = "全市经济继续增长，社会保持稳定。";
  const TextLine body = {0, {{72, 264, text}}};
  const auto at = [](double bottom, TextLine line) {
    line.bottom = bottom;
    return line;
  };
  EXPECT_EQ(Read(Page({at(100, body),
                       {120, {{84, 108, "指标"}}},
                       {120, {{180, 240, "预期目标"}}},
                       {140, {{72, 120, "生产总值"}}},
                       {140, {{174, 246, "增长6%左右"}}},
                       at(160, body)})),
            "text p1 indent0 edge|" + text +
                "\ncell p1|指标\ncell p1|预期目标\ncell p1|生产总值\ncell p1|增长6%左右\n"
                "text p1 indent0 edge|" +
                text + "\n");
  // One row is none, nor is text in two short columns.
  EXPECT_EQ(Read(Page({{100, {{72, 120, "生产总值"}}},
                       {100, {{174, 246, "增长6%左右"}}},
                       at(120, body),
                       at(140, body)}))
                .find("cell"),
            std::string::npos);
  const TextLine right = {0, {{300, 492, text}}};
  EXPECT_EQ(Read(Page({at(100, body), at(100, right), at(120, body), at(120, right)})).find("cell"),
            std::string::npos);
}

// What pdftotext took for lines, left column first.
TEST(PdfLayoutTest, ShortPartsOfARowAreTheHeadOfATable) {
  const std::string text =
      Read(Page({{100, {{72, 400, "今年要办好以下几件与群众生活有关的实事。"}}},
                 {130, {{96, 144, "科目名称"}}},
                 {130, {{220, 256, "上年数"}}},
                 {130, {{330, 378, "本年安排"}}},
                 {150, {{96, 300, "教育支出 12000 13500"}}},
                 {180, {{72, 400, "各部门要把预算执行好，把账目公开好。"}}}}));
  EXPECT_THAT(text, ::testing::ContainsRegex("cell[^\n]*科目名称"));
  EXPECT_THAT(text, ::testing::ContainsRegex("cell[^\n]*本年安排"));
  EXPECT_THAT(text, Not(::testing::ContainsRegex("cell[^\n]*各部门")));
}

TEST(PdfLayoutTest, MarksThatHangIntoTheGutterCrossItNot) {
  const std::string left = "全市经济继续增长，社会保持稳定的";
  const std::string right = "我们要坚持稳中求进，抓好项目建设";
  std::string left_dump;
  std::string right_dump;
  std::vector<TextLine> lines;
  for (int row = 0; row < 8; ++row) {
    const double bottom = 100 + 14 * row;
    const bool hangs = row % 3 == 1;  // a mark of one em
    const bool joined = row == 4;     // and the lines of both columns were taken for one
    const Word first = {72, hangs ? 276.0 : 264.0, left + (hangs ? "，" : "")};
    const Word second = {282, 474, right};
    if (joined) {
      lines.push_back({bottom, {first, second}});
    } else {
      lines.push_back({bottom, {first}});
      lines.push_back({bottom, {second}});
    }
    left_dump += "text p1 indent0 edge|" + first.text + "\n";
    right_dump += "text p1 indent0 edge|" + second.text + "\n";
  }
  EXPECT_EQ(Read(Page(lines)), left_dump + right_dump);
  // A page on which the second column ends after a line.
  std::vector<TextLine> last = {lines[0], {100, {{282, 330, "开始。"}}}};
  for (const TextLine& line : lines) {
    if (line.words.size() == 1 && line.words[0].left < 100 && line.bottom > 100) {
      last.push_back(line);
    }
  }
  const std::string dump = Read(Page(lines) + Page(last));
  EXPECT_THAT(dump, ::testing::EndsWith("|开始。\n"));
  // A headline over both columns is one line, whatever its spaces.
  lines.insert(lines.begin(), {80, {{160, 264, "关于工作的报告"}, {284, 320, "李四"}}});
  EXPECT_THAT(Read(Page(lines)), ::testing::HasSubstr("|关于工作的报告 李四\n" + left_dump));
}

// Three columns of eight lines.
std::vector<TextLine> ThreeColumns(double top) {
  std::vector<TextLine> lines;
  for (int column = 0; column < 3; ++column) {
    for (int row = 0; row < 8; ++row) {
      const double left = 60 + 164 * column;
      lines.push_back(
          {top + 14 * row,
           {{left, left + 144, "第" + std::to_string(column) + "栏全市经济继续增长稳定的"}}});
    }
  }
  return lines;
}

TEST(PdfLayoutTest, ShortHeadlinesOverColumnsStandBeforeThem) {
  std::vector<TextLine> lines = ThreeColumns(160);
  const std::string columns = Read(Page(lines));
  EXPECT_THAT(columns, ::testing::StartsWith("text p1 indent0 edge|第0栏"));
  EXPECT_THAT(columns, ::testing::Not(::testing::HasSubstr("unsure")));
  // Over the middle of the page, as wide as the middle column at most, with white below.
  lines.push_back({110, {{250, 340, "省长张三"}}});
  EXPECT_THAT(Read(Page(lines)), ::testing::AllOf(::testing::HasSubstr("|省长张三\n" + columns),
                                                  ::testing::Not(::testing::HasSubstr("unsure"))));
  // Without white it may as well belong to the middle column.
  lines.back().bottom = 146;
  EXPECT_THAT(Read(Page(lines)), ::testing::HasSubstr("unsure|省长张三\n"));
}

TEST(PdfLayoutTest, NamesAndDatesAboveColumnsStandBeforeThem) {
  const std::vector<TextLine> columns = ThreeColumns(160);
  const std::string expected = Read(Page(columns));
  const auto head = [&](const std::vector<TextLine>& above) {
    std::vector<TextLine> lines = columns;
    lines.insert(lines.end(), above.begin(), above.end());
    std::string read = Read(Page(lines));
    const size_t at = read.find(expected);
    EXPECT_NE(at, std::string::npos) << read;
    std::string texts;
    for (size_t line = 0; line < std::min(at, read.size()); line = read.find('\n', line) + 1) {
      const size_t bar = read.find('|', line);
      texts += read.substr(bar + 1, read.find('\n', bar) - bar);
    }
    return texts;
  };
  // Parted by a space, whether a gutter stands in it, beside it or elsewhere.
  for (double left = 64; left < 400; left += 12) {
    EXPECT_EQ(head({{110, {{left, left + 96, "某市人民政府市长"}}},
                    {110, {{left + 108, left + 132, "吴十"}}}}),
              "某市人民政府市长 吴十\n")
        << left;
    EXPECT_EQ(head({{90, {{420, 480, "2025年2月"}}}, {110, {{left, left + 24, "吴十"}}}}),
              "2025年2月\n吴十\n")
        << left;
  }
  // Far apart they are two.
  EXPECT_EQ(head({{110, {{60, 120, "2025年2月"}}}, {110, {{420, 444, "吴十"}}}}),
            "2025年2月\n吴十\n");
  // Sentences there are those of a column.
  std::vector<TextLine> lines = columns;
  lines.push_back({110, {{388, 460, "稳定增长。"}}});
  EXPECT_THAT(Read(Page(lines)), ::testing::StartsWith("text p1 indent0 edge|第0栏"));
}

TEST(PdfLayoutTest, StampsThatAreSetAslantAreNoText) {
  const std::string page = Page(ThreeColumns(100));
  const std::string columns = Read(page);
  // Six characters below the columns, each a step from the last; what is left of them as text.
  const auto left_of = [&](double width, double height, double right, double down) {
    std::string layout = page.substr(0, page.find("</page>"));
    double left = 150;
    double top = 450;
    for (const char* const character : {"内", "部", "资", "料", "注", "意"}) {
      const std::string box = Box(left, top, left + width, top + height);
      layout += "<line" + box + "<word" + box + character + "</word></line>\n";
      left += right;
      top += down;
    }
    std::istringstream lines(Read(layout + "</page>"));
    std::string text;
    for (std::string line; std::getline(lines, line);) {
      text += line.starts_with("running-head") ? "" : line + "\n";
    }
    return text == columns ? std::string() : text;
  };
  EXPECT_EQ(left_of(47.5, 33.6, 33.6, -33.6), "");  // by 45 degrees
  EXPECT_EQ(left_of(47.5, 33.6, 33.6, 33.6), "");
  EXPECT_EQ(left_of(35, 40, 35, -20), "");   // by 30 degrees
  EXPECT_EQ(left_of(40, 35, 20, -35), "");   // by 60 degrees
  EXPECT_EQ(left_of(12, 9, 8.5, -8.5), "");  // in the print of the text
  EXPECT_NE(left_of(40, 40, 0, 44), "");     // a headline set downwards
  EXPECT_NE(left_of(40, 40, 42, 0), "");     // and one in a row
  EXPECT_NE(left_of(12, 12, 40, 40), "");    // apart
}

TEST(PdfLayoutTest, TheRestOfALineWithAHoleIsPartedFromTheNextColumn) {
  std::vector<TextLine> lines = ThreeColumns(100);
  const std::string columns = Read(Page(lines));
  // A character in the middle column was not read, and what stands behind it was taken for the
  // beginning of the line in the third.
  std::vector<TextLine> holed;
  for (const TextLine& line : lines) {
    const double left = line.words.front().left;
    if (line.bottom != 142 || left == 60) {
      holed.push_back(line);
    }
  }
  holed.push_back({142, {{224, 284, "第1栏全市"}}});
  holed.push_back({142, {{296, 368, "继续增长稳定"}, {388, 532, "第2栏全市经济继续增长稳定的"}}});
  std::string expected;
  for (int column = 0; column < 3; ++column) {
    for (int row = 0; row < 8; ++row) {
      expected += column == 1 && row == 3
                      ? "text p1 indent0 edge unsure|第1栏全市 继续增长稳定\n"
                      : "text p1 indent0 edge|" +
                            lines[static_cast<size_t>(column) * 8].words[0].text + "\n";
    }
  }
  EXPECT_EQ(Read(Page(holed)), expected);
}

TEST(PdfLayoutTest, SaysWhereColumnsMayBeMisread) {
  // A line of the text across the columns inside their sentences.
  std::vector<TextLine> lines = ThreeColumns(100);
  lines.push_back({230, {{60, 520, "全市经济继续增长，社会保持稳定，人民生活水平进一步提高"}}});
  for (const TextLine& line : ThreeColumns(260)) {
    lines.push_back(line);
  }
  EXPECT_THAT(Read(Page(lines)), ::testing::HasSubstr("unsure|全市经济继续增长，社会"));
  // A paragraph behind a column that ends inside a sentence.
  lines = ThreeColumns(100);
  lines[8].words[0].left += 24;
  EXPECT_THAT(Read(Page(lines)), ::testing::HasSubstr("unsure|第1栏"));
  // What stands apart in a line is a hole or another text.
  std::vector<TextLine> apart = {{100, {{72, 264, "全市经济继续增长，社会保持稳定。"}}},
                                 {120, {{72, 168, "全市经济继续增长"}}},
                                 {120, {{220, 264, "保持稳定"}}}};
  EXPECT_THAT(Read(Page(apart)), ::testing::HasSubstr("unsure|全市经济继续增长\n"));
  // Names are set apart.
  apart[1].words[0] = {72, 108, "张　三"};
  EXPECT_THAT(Read(Page(apart)), ::testing::Not(::testing::HasSubstr("unsure")));
}

TEST(PdfLayoutTest, NumbersOfLinesAreNoText) {
  const std::string text = "全市经济继续增长，社会保持稳定的";
  std::vector<TextLine> lines;
  std::string expected;
  for (int row = 0; row < 20; ++row) {
    const double bottom = 100 + 20 * row;
    const Word word = {72, 264, text};
    const Word number = {42, 52, std::to_string(row + 1)};
    if (row % 5 == 4 && row != 9) {
      lines.push_back({bottom, {number}});
    }
    // One was taken for the beginning of its line.
    lines.push_back({bottom, row == 9 ? std::vector<Word>{number, word} : std::vector<Word>{word}});
    expected += "text p1 indent0 edge|" + text + "\n";
  }
  const std::string numbers[] = {"page-number p1|5\n", "page-number p1|10\n", "page-number p1|15\n",
                                 "page-number p1|20\n"};
  EXPECT_EQ(Read(Page(lines)), numbers[0] + numbers[1] + numbers[2] + expected + numbers[3]);
  // Numbers that do not grow are those of something else.
  lines[4].words[0].text = "7";
  lines[10].words[0].text = "3";
  EXPECT_THAT(Read(Page(lines)), ::testing::HasSubstr("|3 " + text));
}

// Few of them on a page, where others have more; behind the text, with marks that hang up to them.
TEST(PdfLayoutTest, NumbersOfLinesAreCountedOverThePages) {
  const std::string words = "市经济继续增长，社会保持稳定的";
  for (const bool left : {true, false}) {
    std::string pages;
    std::string expected;
    for (int page = 0; page < 3; ++page) {
      std::vector<TextLine> lines;
      for (int row = 0; row < 20; ++row) {
        const int number = page * 20 + row + 1;
        const bool hangs = row == 9;
        std::string text;  // none stands at one place of several pages
        text::AppendUtf8(U'\u4E00' + static_cast<char32_t>(number), &text);
        text += words;
        const Word word = {72, hangs ? 276.0 : 264.0, hangs ? text + "，" : text};
        const Word mark = {left ? 42.0 : 279.0, left ? 52.0 : 289.0, std::to_string(number), 7, 2};
        const double bottom = 100 + 20 * row;
        if (number % 10 != 0) {
          lines.push_back({bottom, {word}});
        } else if (left) {
          lines.push_back({bottom, {word}});
          lines.push_back({bottom, {mark}});
        } else {
          lines.push_back({bottom, {word, mark}});
        }
        expected += hangs ? text + "，" : text;
      }
      pages += Page(lines);
    }
    std::istringstream read(Read(pages));
    std::string joined;
    size_t numbers = 0;
    for (std::string line; std::getline(read, line);) {
      if (line.starts_with("text ")) {
        joined += line.substr(line.find('|') + 1);
      } else {
        EXPECT_THAT(line, ::testing::StartsWith("page-number ")) << left;
        ++numbers;
      }
    }
    EXPECT_EQ(joined, expected) << left;
    EXPECT_EQ(numbers, 6u) << left;
  }
}

TEST(PdfLayoutTest, WatermarksAreNoText) {
  const std::string text = "全市经济继续增长，社会保持稳定的";
  std::vector<TextLine> lines;
  std::string expected;
  for (int row = 0; row < 12; ++row) {
    lines.push_back({100.0 + 20 * row, {{72, 264, text}}});
    expected += "text p1 indent0 edge|" + text + "\n";
  }
  EXPECT_EQ(Read(Page(lines)), expected);
  // Each character is as high as two lines and lies over some.
  std::string page = Page(lines);
  std::string marks;
  for (int i = 0; i < 3; ++i) {
    const double left = 100 + 40 * i;
    const double top = 130 + 40 * i;
    const std::string box = Box(left, top, left + 40, top + 36);
    marks.append("<line").append(box).append("<word").append(box);
    marks.append(i == 0 ? "送" : i == 1 ? "审" : "稿").append("</word></line>");
  }
  page.insert(page.find("</page>"), marks);
  EXPECT_EQ(Read(page), "running-head p1|送\nrunning-head p1|审\nrunning-head p1|稿\n" + expected);
  // A headline in such print lies over nothing.
  page = Page(lines);
  const std::string box = Box(100, 20, 140, 56);
  page.insert(page.find("</page>"), "<line" + box + "<word" + box + "报告</word></line>");
  EXPECT_THAT(Read(page), ::testing::HasSubstr("text p1 h1 indent"));
}

// In the size of the text, at one place of most pages.
TEST(PdfLayoutTest, WordsAtOnePlaceOfMostPagesAreNoText) {
  const std::string words = "市经济继续增长，社会保持稳定的";
  const auto read = [&](int marked) {
    std::string pages;
    for (int page = 0; page < 5; ++page) {
      std::vector<TextLine> lines;
      for (int row = 0; row < 20; ++row) {
        std::string own;  // so that only the mark repeats
        text::AppendUtf8(U'\u4E00' + static_cast<char32_t>(page * 20 + row), &own);
        lines.push_back({100.0 + 20 * row, {{72, 264, own + words}}});
      }
      if (page < marked) {
        lines.push_back({289, {{120, 216, "内部资料注意保密"}}});
      }
      pages += Page(lines);
    }
    const std::string dump = Read(pages);
    size_t count = 0;
    for (size_t at = dump.find("running-head"); at != std::string::npos;
         at = dump.find("running-head", at + 1)) {
      ++count;
    }
    return count;
  };
  EXPECT_EQ(read(5), 5u);
  EXPECT_EQ(read(3), 3u);
  // Two pages of five say nothing.
  EXPECT_EQ(read(2), 0u);
}

TEST(PdfLayoutTest, AMarkThatHangsOverTheEdgeIsNotTheEdge) {
  std::vector<TextLine> lines;
  std::string expected;
  for (int row = 0; row < 8; ++row) {
    const bool hangs = row == 5;
    const Word word = {
        72, hangs ? 276.0 : 253.0,
        hangs ? "全市经济继续增长社会保持稳定前进，" : "全市经济继续增长社会保持稳定的"};
    lines.push_back({100.0 + 20 * row, {word}});
    expected += "text p1 indent0 edge|" + word.text + "\n";
  }
  EXPECT_EQ(Read(Page(lines)), expected);
}

// Pages of sentences of their own, 20 lines of 16 characters each, and what is added to each.
std::string PagesWith(int count, const std::function<std::vector<TextLine>(int page)>& added) {
  std::string pages;
  for (int page = 0; page < count; ++page) {
    std::vector<TextLine> lines;
    for (int row = 0; row < 20; ++row) {
      std::string text;
      text::AppendUtf8(U'\u4E00' + static_cast<char32_t>(page * 20 + row), &text);
      lines.push_back({100.0 + 20 * row, {{72, 264, text + "市经济继续增长，社会保持稳定的"}}});
    }
    for (TextLine& line : added(page)) {
      lines.push_back(std::move(line));
    }
    pages += Page(lines);
  }
  return pages;
}

TEST(PdfLayoutTest, SmallWatermarksAslantAreNoTextAndPartNoLine) {
  const std::string text = "村经济继续增长，社会保持稳定的";
  // One of the characters was taken for a part of a line.
  const std::string dump = Read(PagesWith(4, [&](int page) -> std::vector<TextLine> {
    return {{133, {{120, 132, "办"}}},
            {145, {{132, 144, "公"}}},
            {500, {{72, 264, std::to_string(page) + text}, {270, 282, "室"}}}};
  }));
  EXPECT_THAT(dump, ::testing::HasSubstr("text p2 indent0 edge|1" + text + "\n"));
  for (const std::string_view character : {"办", "公", "室"}) {
    EXPECT_THAT(dump, ::testing::HasSubstr("running-head p4|" + std::string(character) + "\n"));
  }
}

TEST(PdfLayoutTest, WhatMeetsInOnePlaceByChanceIsNoWatermark) {
  // A bullet, a number and a single character.
  const std::string dump = Read(PagesWith(4, [](int page) -> std::vector<TextLine> {
    const std::string n = std::to_string(page);
    return {{510, {{72, 84, "●"}, {96, 192, "新建学校六所" + n}}},
            {530, {{72, 84, "20"}, {96, 192, "新建医院两所" + n}}},
            {550, {{72, 84, "的"}, {96, 192, "增长" + n}}}};
  }));
  EXPECT_THAT(dump, ::testing::HasSubstr("|● 新建学校六所3\n"));
  EXPECT_THAT(dump, ::testing::HasSubstr("|20 新建医院两所3\n"));
  EXPECT_THAT(dump, ::testing::HasSubstr("|的 增长3\n"));
}

TEST(PdfLayoutTest, PagesThatSayTheSameAreNoWatermarks) {
  std::string pages;
  for (int copy = 0; copy < 3; ++copy) {
    pages += PagesWith(1, [](int) { return std::vector<TextLine>(); });
  }
  EXPECT_THAT(Read(pages), ::testing::HasSubstr("text p3 indent0 edge|上市经济继续增长"));
}

TEST(PdfLayoutTest, NumbersOfItemsAreText) {
  // As far apart as three lines each, in a margin of their own.
  std::vector<TextLine> lines;
  for (int item = 1; item <= 8; ++item) {
    const double bottom = 60 + 60 * item;
    lines.push_back(
        {bottom, {{42, 48, std::to_string(item)}, {72, 264, "新建城区公办幼儿园两所，并且"}}});
    lines.push_back({bottom + 20, {{72, 264, "扩建乡村中小学和幼儿园六所，还"}}});
    lines.push_back({bottom + 40, {{72, 120, "有医院。"}}});
  }
  const std::string dump = Read(Page(lines));
  EXPECT_THAT(dump, ::testing::Not(::testing::HasSubstr("page-number")));
  EXPECT_THAT(dump, ::testing::HasSubstr("|8 新建城区"));
}

TEST(PdfLayoutTest, TitlesOfTablesAreCaptions) {
  const auto read = [](const TextLine& title, bool unit, bool table) {
    const Word body = {72, 264, "全市经济继续增长，社会保持稳定。"};
    std::vector<TextLine> lines = {{100, {body}}, title};
    if (unit) {
      lines.push_back({140, {{204, 264, "单位：亿元"}}});
    }
    if (table) {
      for (int row = 0; row < 3; ++row) {
        lines.push_back({160.0 + 20 * row, {{84, 132, "生产总值"}}});
        lines.push_back({160.0 + 20 * row, {{180, 216, "506.0"}}});
      }
    }
    lines.push_back({220, {body}});
    lines.push_back({240, {body}});
    lines.push_back({260, {body}});
    return Read(Page(lines));
  };
  using ::testing::HasSubstr;
  using ::testing::Not;
  const TextLine plain = {120, {{132, 204, "主要指标情况"}}};
  EXPECT_THAT(read(plain, false, true), HasSubstr("caption p1|主要指标情况\n"));
  EXPECT_THAT(read(plain, true, true), HasSubstr("caption p1|主要指标情况\n"));
  EXPECT_THAT(read(plain, true, false), HasSubstr("caption p1|主要指标情况\n"));
  // With a number that only the end of a word parts from the title, it needs no table.
  const TextLine numbered = {120, {{120, 138, "表1"}, {141, 213, "主要指标情况"}}};
  EXPECT_THAT(read(numbered, false, false), HasSubstr("caption p1|表1主要指标情况\n"));
  const TextLine at_left = {120, {{72, 90, "图2"}, {93, 165, "主要指标情况"}}};
  EXPECT_THAT(read(at_left, false, true), HasSubstr("caption p1|图2主要指标情况\n"));
  // Headings, items and sentences stay what they are.
  EXPECT_THAT(read(plain, false, false), Not(HasSubstr("caption")));
  EXPECT_THAT(read(at_left, false, false), Not(HasSubstr("caption")));
  for (const std::string_view text : {"一、主要指标", "（二）主要指标", "第三章 指标", "——主要指标",
                                      "1.主要指标", "主要指标如下：", "指标完成。"}) {
    EXPECT_THAT(read({120, {{132, 204, std::string(text)}}}, true, true), Not(HasSubstr("caption")))
        << text;
  }
  EXPECT_THAT(read({120, {{96, 168, "主要指标情况"}}}, true, true), Not(HasSubstr("caption")));
}

// Lines of 16 characters, but for what could not be parted.
TEST(PdfLayoutTest, LinesAreFullWhereTheNextWordHadNoRoom) {
  const auto page = [](const TextLine& first, const TextLine& second) {
    std::vector<TextLine> lines = {first, second};
    for (int i = 0; i < 6; ++i) {
      lines.push_back({160.0 + 20 * i, {{72, 264, "全市经济继续增长，社会保持稳定。"}}});
    }
    const std::string dump = Read(Page(lines));
    return dump.substr(0, dump.find('\n', dump.find('\n') + 1) + 1);
  };
  EXPECT_EQ(page({120, {{96, 240, "生产总值完成八十六点三亿"}}},
                 {140, {{72, 264, "12345.8%，一般公共预算收入增长"}}}),
            "text p1 indent4 edge|生产总值完成八十六点三亿\n"
            "text p1 indent0 edge|12345.8%，一般公共预算收入增长\n");
  // Here one character had room.
  EXPECT_EQ(page({120, {{96, 240, "生产总值完成八十六点三亿"}}},
                 {140, {{72, 264, "元的一般公共预算收入继续增长中"}}}),
            "text p1 indent4|生产总值完成八十六点三亿\n"
            "text p1 indent0 edge|元的一般公共预算收入继续增长中\n");
  // A comma may not begin a line, and takes the character before along.
  EXPECT_EQ(page({120, {{96, 246, "生产总值完成八十六点三亿"}}},
                 {140, {{72, 264, "元，一般公共预算收入继续增长中"}}}),
            "text p1 indent4 edge|生产总值完成八十六点三亿\n"
            "text p1 indent0 edge|元，一般公共预算收入继续增长中\n");
  // What begins a paragraph says nothing of the line before.
  EXPECT_EQ(page({120, {{96, 240, "生产总值完成八十六点三亿"}}},
                 {140, {{96, 264, "12345.8%，一般公共预算收入"}}}),
            "text p1 indent4|生产总值完成八十六点三亿\n"
            "text p1 indent4 edge|12345.8%，一般公共预算收入\n");
}

}  // namespace
}  // namespace quotes::extract
