#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>

#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/extract/numbering.h"
#include "service/extract/read_format.h"
#include "tests/support/documents.h"
#include "tests/support/status_matchers.h"

namespace quotes::extract {
namespace {

using testing::DocxParagraph;
using testing::HasReason;
using testing::MakeDocx;

std::string Read(std::string_view body, const std::map<std::string, std::string>& parts = {}) {
  const auto text = ReadDocx(MakeDocx(body, parts));
  return text.ok() ? testing::Dump(*text) : text.status().ToString();
}

std::string Part(std::string_view root, std::string_view inner) {
  return std::string("<w:") + std::string(root) +
         " xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">" +
         std::string(inner) + "</w:" + std::string(root) + ">";
}

TEST(DocxTest, ParagraphsAreLines) {
  EXPECT_EQ(
      Read("<w:p><w:r><w:t>政府</w:t></w:r><w:proofErr/><w:r><w:t>工作报告</w:t></w:r></w:p>"
           "<w:p/><w:p><w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:tab/><w:t>丙</w:t></w:r></w:p>"),
      "text|政府工作报告\ntext|甲\ntext|乙 丙\n");
}

TEST(DocxTest, AColumnThatHasTheTextIsNoTable) {
  const std::string text = "全市经济继续增长，社会保持稳定，人民生活水平进一步提高。";
  std::string rows;
  std::string expected;
  for (int i = 1; i <= 6; ++i) {
    rows += "<w:tr><w:tc>" + DocxParagraph(std::to_string(i)) + "</w:tc><w:tc>" +
            DocxParagraph(text) + "</w:tc></w:tr>";
    expected += "cell|" + std::to_string(i) + "\ntext|" + text + "\n";
  }
  EXPECT_EQ(Read(DocxParagraph("报告") + "<w:tbl>" + rows + "</w:tbl>"), "text|报告\n" + expected);
  // Beside more text it is a table.
  std::string paragraphs;
  for (int i = 0; i < 12; ++i) {
    paragraphs += DocxParagraph(text);
  }
  EXPECT_THAT(Read(paragraphs + "<w:tbl>" + rows + "</w:tbl>"),
              ::testing::HasSubstr("cell|6\ncell|" + text));
}

TEST(DocxTest, HeadingsComeFromStylesAndParagraphs) {
  const std::string styles =
      Part("styles",
           "<w:style w:type=\"paragraph\" w:styleId=\"1\"><w:name w:val=\"heading 1\"/><w:pPr>"
           "<w:outlineLvl w:val=\"0\"/></w:pPr><w:rPr><w:b/></w:rPr></w:style>"
           "<w:style w:styleId=\"a\"><w:name w:val=\"own\"/><w:basedOn w:val=\"1\"/></w:style>"
           "<w:style w:styleId=\"t\"><w:name w:val=\"Title\"/></w:style>"
           "<w:style w:styleId=\"c\"><w:name w:val=\"caption\"/></w:style>"
           "<w:style w:styleId=\"ic\"><w:name w:val=\"Image Caption\"/></w:style>"
           "<w:style w:styleId=\"toc\"><w:name w:val=\"toc 1\"/></w:style>");
  EXPECT_EQ(
      Read(DocxParagraph("报告", "<w:pStyle w:val=\"t\"/>") +
               DocxParagraph("目录项", "<w:pStyle w:val=\"toc\"/>") +
               DocxParagraph("一、回顾", "<w:pStyle w:val=\"1\"/>") +
               DocxParagraph("（一）成绩", "<w:pStyle w:val=\"a\"/><w:outlineLvl w:val=\"1\"/>") +
               DocxParagraph("正文。", "<w:pStyle w:val=\"a\"/><w:outlineLvl w:val=\"9\"/>") +
               DocxParagraph("图1", "<w:pStyle w:val=\"c\"/>") +
               DocxParagraph("图2", "<w:pStyle w:val=\"ic\"/>"),
           {{"word/styles.xml", styles}}),
      "text h1|报告\nnavigation|目录项\ntext h1 bold|一、回顾\ntext h2 bold|（一）成绩\n"
      "text bold|正文。\ncaption|图1\ncaption|图2\n");
}

TEST(DocxTest, BoldIsTheWholeLine) {
  EXPECT_EQ(Read("<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>甲</w:t></w:r></w:p>"
                 "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>甲</w:t></w:r><w:r><w:t>乙</w:t></w:r></w:p>"
                 "<w:p><w:r><w:rPr><w:b w:val=\"0\"/></w:rPr><w:t>甲</w:t></w:r></w:p>"),
            "text bold|甲\ntext|甲乙\ntext|甲\n");
}

TEST(DocxTest, NumbersAreComputed) {
  const std::string numbering =
      Part("numbering",
           "<w:abstractNum w:abstractNumId=\"0\">"
           "<w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"chineseCountingThousand\"/>"
           "<w:suff w:val=\"nothing\"/><w:lvlText w:val=\"%1、\"/></w:lvl>"
           "<w:lvl w:ilvl=\"1\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/>"
           "<w:isLgl/><w:lvlText w:val=\"%1.%2\"/></w:lvl></w:abstractNum>"
           "<w:abstractNum w:abstractNumId=\"1\"><w:lvl w:ilvl=\"0\"><w:numFmt w:val=\"bullet\"/>"
           "<w:lvlText w:val=\"\xEF\x82\xB7\"/></w:lvl></w:abstractNum>"
           "<w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num>"
           "<w:num w:numId=\"2\"><w:abstractNumId w:val=\"1\"/></w:num>"
           "<w:num w:numId=\"3\"><w:abstractNumId w:val=\"0\"/><w:lvlOverride w:ilvl=\"0\">"
           "<w:startOverride w:val=\"5\"/></w:lvlOverride></w:num>");
  const auto numbered = [](std::string_view text, int level, int id) {
    return DocxParagraph(text, "<w:numPr><w:ilvl w:val=\"" + std::to_string(level) +
                                   "\"/><w:numId w:val=\"" + std::to_string(id) + "\"/></w:numPr>");
  };
  EXPECT_EQ(Read(numbered("甲", 0, 1) + numbered("子", 1, 1) + numbered("丑", 1, 1) +
                     numbered("乙", 0, 1) + numbered("寅", 1, 1) + numbered("点", 0, 2) +
                     numbered("戊", 0, 3) + numbered("无", 0, 0) + numbered("己", 0, 3),
                 {{"word/numbering.xml", numbering}}),
            "text marker2|一、甲\ntext marker4|1.1 子\ntext marker4|1.2 丑\ntext marker2|二、乙\n"
            "text marker4|2.1 寅\ntext marker2|• 点\ntext marker2|五、戊\ntext|无\n"
            "text marker2|六、己\n");
}

TEST(DocxTest, PartsMayHaveWhiteSpaceBetweenTheirElements) {
  const std::string numbering =
      Part("numbering",
           "\n  <w:abstractNum w:abstractNumId=\"0\">\n    <w:lvl w:ilvl=\"0\">\n"
           "      <w:start w:val=\"1\"/>\n      <w:numFmt w:val=\"chineseCounting\"/>\n"
           "      <w:suff w:val=\"nothing\"/> abcdefg <w:lvlText w:val=\"%1、\"/>\n    </w:lvl>\n"
           "  </w:abstractNum>\n  <w:num w:numId=\"1\">\n    <w:abstractNumId w:val=\"0\"/>\n"
           "    <w:lvlOverride w:ilvl=\"0\">\n <w:startOverride w:val=\"2\"/> </w:lvlOverride>\n"
           "  </w:num>\n");
  const std::string styles =
      Part("styles", "\n <w:style w:styleId=\"1\">\n <w:name w:val=\"own\"/>\n </w:style>\n");
  EXPECT_EQ(
      Read("\n <w:p>\n <w:pPr>\n <w:pStyle w:val=\"1\"/>\n <w:numPr>\n <w:ilvl w:val=\"0\"/>\n"
           " <w:numId w:val=\"1\"/>\n </w:numPr>\n </w:pPr>\n <w:r>\n <w:t>甲</w:t>\n </w:r>\n"
           " </w:p>\n",
           {{"word/numbering.xml", numbering}, {"word/styles.xml", styles}}),
      "text marker2|二、甲\n");
}

TEST(DocxTest, NotesFollowTheTextWithTheirNumbers) {
  const std::string notes =
      Part("footnotes",
           "<w:footnote w:id=\"0\" "
           "w:type=\"separator\"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>"
           "<w:footnote w:id=\"7\"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t "
           "xml:space=\"preserve\"> 注释甲。"
           "</w:t></w:r></w:p></w:footnote>"
           "<w:footnote w:id=\"3\"><w:p><w:r><w:t>注释乙。</w:t></w:r></w:p></w:footnote>");
  EXPECT_EQ(Read("<w:p><w:r><w:t>增长</w:t></w:r><w:r><w:footnoteReference w:id=\"7\"/></w:r><w:r>"
                 "<w:t>很快</w:t></w:r><w:r><w:footnoteReference w:id=\"3\"/></w:r></w:p>",
                 {{"word/footnotes.xml", notes}}),
            "text|增长[1]很快[2]\nnote marker4|[1] 注释甲。\nnote marker4|[2] 注释乙。\n");
}

TEST(DocxTest, RaisedNumbersOfNotesGetBrackets) {
  const std::string raised =
      "<w:r><w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr><w:t>2</w:t></w:r>";
  const auto run = [](std::string_view text) {
    return "<w:r><w:t>" + std::string(text) + "</w:t></w:r>";
  };
  EXPECT_EQ(Read("<w:p>" + run("经济增长") + raised + run("，面积10m") + raised + run("、42") +
                 raised + run("个。") + "</w:p>"),
            "text|经济增长[2]，面积10m²、42[2]个。\n");
}

TEST(DocxTest, TrackedChangesAreReadAsAccepted) {
  EXPECT_EQ(
      Read("<w:p><w:ins><w:r><w:t>增</w:t></w:r></w:ins><w:del><w:r><w:delText>删</w:delText>"
           "<w:t>删</w:t></w:r></w:del><w:r><w:t>留</w:t></w:r><w:moveFrom><w:r><w:t>去</w:t></w:r>"
           "</w:moveFrom><w:moveTo><w:r><w:t>来</w:t></w:r></w:moveTo></w:p>"
           "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>前</w:t></w:r></w:p>"
           "<w:p><w:r><w:t>后</w:t></w:r></w:p>"),
      "text|增留来\ntext|前后\n");
}

TEST(DocxTest, TablesFieldsBoxesAndControlsAreRead) {
  EXPECT_EQ(
      Read("<w:tbl><w:tr><w:tc>" + DocxParagraph("指标") + "</w:tc><w:tc>" + DocxParagraph("数值") +
           "</w:tc></w:tr></w:tbl>"
           "<w:tbl><w:tr><w:tc>" +
           DocxParagraph("框中文字") +
           "</w:tc></w:tr></w:tbl>"
           "<w:sdt><w:sdtContent>" +
           DocxParagraph("控件") +
           "</w:sdtContent></w:sdt>"
           "<w:p><w:r><w:fldChar w:fldCharType=\"begin\"/><w:instrText>PAGE</w:instrText>"
           "<w:fldChar w:fldCharType=\"separate\"/><w:t>12</w:t></w:r></w:p>"
           "<w:p><w:r><w:t>锚</w:t><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>"
           "<w:txbxContent>" +
           DocxParagraph("文本框") +
           "</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict>"
           "<w:txbxContent>" +
           DocxParagraph("文本框") +
           "</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
           "<w:hyperlink><w:r><w:t>链接</w:t></w:r></w:hyperlink></w:p>"),
      "cell|指标\ncell|数值\ntext|框中文字\ntext|控件\ntext|12\ntext|锚链接\ntext|文本框\n");
}

TEST(DocxTest, BoxesBesideTheTextAreSetApart) {
  const std::string box = "<w:p><w:r><w:t>锚</w:t><w:pict><w:txbxContent>" +
                          DocxParagraph("内部资料") + "</w:txbxContent></w:pict></w:r></w:p>";
  const std::string text = "过去一年，全市上下共同努力，经济平稳增长，社会保持和谐稳定的局面。";
  EXPECT_EQ(Read(box + DocxParagraph(text) + box),
            "text|锚\ntext|内部资料\ntext|" + text + "\ntext|锚\ncell|内部资料\n");
  // A short sentence begins the text too, but not the name of who speaks.
  EXPECT_EQ(Read(DocxParagraph("某县县长　王五") + box + DocxParagraph("经济平稳增长。") + box),
            "text|某县县长　王五\ntext|锚\ntext|内部资料\ntext|经济平稳增长。\ntext|锚\n"
            "cell|内部资料\n");
  // A text that stands in boxes alone is text.
  const std::string in_box = "<w:p><w:r><w:pict><w:txbxContent>" + DocxParagraph(text) +
                             "</w:txbxContent></w:pict></w:r></w:p>";
  EXPECT_EQ(Read(in_box + in_box), "text|" + text + "\ntext|" + text + "\n");
}

TEST(DocxTest, StruckWordsAreLeftOut) {
  const auto read = [](const std::string& properties) {
    return Read("<w:p><w:r><w:t>增长百分之六</w:t></w:r><w:r><w:rPr>" + properties +
                "</w:rPr><w:t>，物价上涨</w:t></w:r><w:r><w:t>，大局稳定。</w:t></w:r></w:p>");
  };
  const std::string lacking = "text lacks|增长百分之六，大局稳定。\n";
  EXPECT_EQ(read("<w:strike/>"), lacking);
  EXPECT_EQ(read("<w:dstrike w:val=\"true\"/>"), lacking);
  EXPECT_EQ(read("<w:vanish/>"), lacking);
  EXPECT_EQ(read("<w:strike w:val=\"0\"/>"), "text|增长百分之六，物价上涨，大局稳定。\n");
  // By a style, of which a run may say otherwise.
  const std::string styles =
      Part("styles",
           "<w:style w:type=\"character\" w:styleId=\"S\"><w:rPr><w:strike/></w:rPr></w:style>");
  const std::string run =
      "<w:p><w:r><w:rPr><w:rStyle w:val=\"S\"/></w:rPr><w:t>甲</w:t></w:r><w:r><w:rPr><w:rStyle "
      "w:val=\"S\"/><w:strike w:val=\"false\"/></w:rPr><w:t>乙</w:t></w:r></w:p>";
  EXPECT_EQ(Read(run, {{"word/styles.xml", styles},
                       {"word/_rels/document.xml.rels",
                        "<Relationships><Relationship Id=\"r\" Type=\"x/styles\" "
                        "Target=\"styles.xml\"/></Relationships>"}}),
            "text lacks|乙\n");
  // Paragraphs of which nothing is left are told with the next one, or the last.
  const std::string gone = "<w:p><w:r><w:rPr><w:strike/></w:rPr><w:t>删</w:t></w:r></w:p>";
  EXPECT_EQ(Read(DocxParagraph("甲。") + gone + DocxParagraph("乙。")),
            "text|甲。\ntext lacks|乙。\n");
  EXPECT_EQ(Read(DocxParagraph("甲。") + gone), "text lacks|甲。\n");
}

TEST(DocxTest, HiddenTextIsNoText) {
  EXPECT_EQ(
      Read("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r><w:r><w:t>显</w:t></w:r></w:p>"),
      "text lacks|显\n");
}

TEST(DocxTest, HeadersAndFootersAreRunningHeads) {
  EXPECT_EQ(Read(DocxParagraph("正文"), {{"word/header1.xml", Part("hdr", DocxParagraph("页眉"))},
                                         {"word/footer1.xml", Part("ftr", DocxParagraph("页脚"))}}),
            "text|正文\nrunning-head|页眉\nrunning-head|页脚\n");
}

TEST(DocxTest, PagesAreThoseThatWordNoted) {
  EXPECT_EQ(
      Read("<w:p><w:r><w:t>甲</w:t></w:r></w:p><w:p><w:r><w:lastRenderedPageBreak/><w:t>乙</w:t>"
           "</w:r></w:p><w:p><w:r><w:t>丙</w:t><w:br w:type=\"page\"/></w:r></w:p><w:p><w:r>"
           "<w:lastRenderedPageBreak/><w:t>丁</w:t></w:r></w:p>"),
      "text p1|甲\ntext p2|乙\ntext p2|丙\ntext p3|丁\n");
  EXPECT_EQ(Read("<w:p><w:r><w:t>甲</w:t><w:br w:type=\"page\"/><w:t>乙</w:t></w:r></w:p>"),
            "text|甲\ntext|乙\n");
}

TEST(DocxTest, TextInAnEmbeddedFileIsNotLeftOut) {
  EXPECT_THAT(ReadDocx(MakeDocx(DocxParagraph("正文") + R"(<w:altChunk r:id="rId9"/>)")),
              HasReason(ErrorReason::kUnsupportedFormat));
}

TEST(DocxTest, HostileDocumentsAreRefused) {
  const auto read = [](std::string_view bytes) { return ReadDocx(bytes); };
  EXPECT_THAT(read("PK\x03\x04 and nothing else"), HasReason(ErrorReason::kMalformedSource));
  EXPECT_THAT(read(testing::MakeZip({{"a.txt", "x"}})), HasReason(ErrorReason::kMalformedSource));
  EXPECT_THAT(read(MakeDocx("<w:p>")), HasReason(ErrorReason::kMalformedSource));
  EXPECT_THAT(read(MakeDocx("<w:p/>")), HasReason(ErrorReason::kEmptyText));
  const std::string docx = MakeDocx(DocxParagraph("正文"));
  EXPECT_THAT(read(std::string_view(docx).substr(0, docx.size() / 2)),
              HasReason(ErrorReason::kMalformedSource));

  std::string deep;
  std::string deep_end;
  for (int i = 0; i < 1000; ++i) {
    deep += "<w:sdt>";
    deep_end += "</w:sdt>";
  }
  EXPECT_THAT(read(MakeDocx(deep + DocxParagraph("深") + deep_end)),
              HasReason(ErrorReason::kMalformedSource));

  std::string entities = "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\">";
  for (char name = 'b'; name <= 'k'; ++name) {
    entities += std::string("<!ENTITY ") + name + " \"";
    for (int i = 0; i < 10; ++i) {
      entities += std::string("&") + static_cast<char>(name - 1) + ";";
    }
    entities += "\">";
  }
  EXPECT_THAT(read(MakeDocx("", {{"word/document.xml", entities + "]><d>&k;</d>"}})),
              HasReason(ErrorReason::kMalformedSource));
  // The same where the declaration hides in another encoding.
  std::string wide = "\xFF\xFE";
  for (const char c : entities + "]><d a=\"&k;\">&k;</d>") {
    wide.push_back(c);
    wide.push_back('\0');
  }
  EXPECT_THAT(read(MakeDocx("", {{"word/document.xml", wide}})),
              HasReason(ErrorReason::kMalformedSource));
}

TEST(DocxTest, BombsAreRefused) {
  const std::string bomb =
      MakeDocx(DocxParagraph(std::string(limits::kMaxOfficeXmlBytes + 1, ' ')));
  EXPECT_LT(bomb.size(), 1u << 20);
  EXPECT_THAT(ReadDocx(bomb), HasReason(ErrorReason::kSourceTooLarge));
  // Split over many parts.
  std::map<std::string, std::string> parts;
  for (int i = 0; i < 20; ++i) {
    parts["word/header" + std::to_string(i) + ".xml"] =
        std::string(limits::kMaxOfficeXmlBytes / 16, ' ');
  }
  EXPECT_THAT(ReadDocx(MakeDocx(DocxParagraph("正文"), parts)),
              HasReason(ErrorReason::kSourceTooLarge));
  parts.clear();
  for (size_t i = 0; i <= limits::kMaxOfficeParts; ++i) {
    parts["word/media/" + std::to_string(i) + ".png"] = "";
  }
  EXPECT_THAT(ReadDocx(MakeDocx(DocxParagraph("正文"), parts)),
              HasReason(ErrorReason::kSourceTooLarge));
}

TEST(NumberingTest, FormatsWriteNumbersAsWordDoes) {
  EXPECT_EQ(FormatNumber(3, "decimal"), "3");
  EXPECT_EQ(FormatNumber(3, "decimalZero"), "03");
  EXPECT_EQ(FormatNumber(12, "decimalZero"), "12");
  EXPECT_EQ(FormatNumber(1, "chineseCounting"), "一");
  EXPECT_EQ(FormatNumber(10, "chineseCounting"), "十");
  EXPECT_EQ(FormatNumber(15, "chineseCounting"), "十五");
  EXPECT_EQ(FormatNumber(20, "chineseCounting"), "二十");
  EXPECT_EQ(FormatNumber(101, "chineseCounting"), "一〇一");
  EXPECT_EQ(FormatNumber(21, "chineseCountingThousand"), "二十一");
  EXPECT_EQ(FormatNumber(110, "chineseCountingThousand"), "一百一十");
  EXPECT_EQ(FormatNumber(1005, "chineseCountingThousand"), "一千零五");
  EXPECT_EQ(FormatNumber(12, "chineseLegalSimplified"), "壹拾贰");
  EXPECT_EQ(FormatNumber(12, "ideographDigital"), "一二");
  EXPECT_EQ(FormatNumber(2, "ideographTraditional"), "乙");
  EXPECT_EQ(FormatNumber(20, "decimalEnclosedCircle"), "⑳");
  EXPECT_EQ(FormatNumber(21, "decimalEnclosedCircle"), "21");
  EXPECT_EQ(FormatNumber(4, "upperRoman"), "IV");
  EXPECT_EQ(FormatNumber(28, "lowerLetter"), "bb");
  EXPECT_EQ(FormatNumber(3, "none"), "");
  EXPECT_EQ(FormatNumber(3, "a format of the future"), "3");
}

}  // namespace
}  // namespace quotes::extract
