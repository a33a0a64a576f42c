#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "service/base/errors.h"
#include "service/extract/read_format.h"
#include "tests/support/documents.h"
#include "tests/support/status_matchers.h"

namespace quotes::extract {
namespace {

using testing::HasReason;

std::string Read(std::string_view markdown) {
  const auto text = ReadMarkdown(markdown, std::nullopt);
  return text.ok() ? testing::Dump(*text) : text.status().ToString();
}

TEST(MarkdownTest, MarksAreNoText) {
  EXPECT_EQ(Read("# 报告\n\n现在，*我*代表**市政府**报告`工作`，[请](http://x)审议了。\\*\n"),
            "text h1|报告\ntext|现在，我代表市政府报告工作，请审议了。*\n");
  EXPECT_EQ(Read("标题\n====\n\n**（一）成绩**\n"), "text h1|标题\ntext bold|（一）成绩\n");
  EXPECT_EQ(Read("> 引文。\n\n---\n\n```\n甲\n乙\n```\n"), "text|引文。\ntext|甲\ntext|乙\n");
}

TEST(MarkdownTest, StruckWordsAreLeftOut) {
  EXPECT_EQ(Read("完成188亿元，增长 ~~6.2%~~ 6.4%。\n\n就业稳定。\n"),
            "text lacks|完成188亿元，增长 6.4%。\ntext|就业稳定。\n");
  EXPECT_EQ(Read("增长~~百分之**六**，\n`甲`~~七。\n"), "text lacks|增长七。\n");
  EXPECT_EQ(Read("增长<del>六</del><s class=\"x\">七</s>八，<STRIKE>甲</STRIKE>乙。\n"),
            "text lacks|增长八，乙。\n");
  // An end that is missing is that of its paragraph.
  EXPECT_EQ(Read("增长<del>六。\n\n就业稳定。\n"), "text lacks|增长\ntext|就业稳定。\n");
  EXPECT_EQ(Read("- 甲。\n- ~~乙。~~\n- 丙。\n\n~~丁。~~\n"),
            "text marker2|• 甲。\ntext lacks marker2|• 丙。\n");
  EXPECT_EQ(Read("甲。\n\n~~乙。~~\n"), "text lacks|甲。\n");
  EXPECT_EQ(Read("甲。\n\n| a | b |\n|---|---|\n| ~~1~~ 2 | 3 |\n\n乙。\n"),
            "text|甲。\ncell|a\ncell|b\ncell|2\ncell|3\ntext|乙。\n");
}

TEST(MarkdownTest, SingleTildesStrikeNothingOut) {
  EXPECT_EQ(Read("2020~2025年增长30~40%，`a~b`为\\~5。\n"),
            "text|2020~2025年增长30~40%，a~b为~5。\n");
  EXPECT_EQ(Read("CO~2~排放和PM~2.5~浓度下降。\n"), "text|CO2排放和PM2.5浓度下降。\n");
  EXPECT_EQ(Read("~甲~乙丙~~ 丁~~戊\n"), "text|~甲~乙丙~~ 丁~~戊\n");
  EXPECT_EQ(Read("~~~\n代码~\n~~~\n"), "text|代码~\n");
}

TEST(MarkdownTest, EmphasisBesideHanMarksIsNoText) {
  EXPECT_EQ(Read("实施**“十四五”规划**纲要和**《条例》**要求。\n"),
            "text|实施“十四五”规划纲要和《条例》要求。\n");
  EXPECT_EQ(Read("乘方记作2**“3。\n"), "text|乘方记作2**“3。\n");
}

TEST(MarkdownTest, ListsKeepTheirMarkers) {
  EXPECT_EQ(Read("3. 甲\n4. 乙\n\n正文。\n\n- 丙\n- 丁\n"),
            "text marker3|3. 甲\ntext marker3|4. 乙\ntext|正文。\ntext marker2|• 丙\n"
            "text marker2|• 丁\n");
}

TEST(MarkdownTest, IndentsAreNoCode) {
  EXPECT_EQ(Read("    各位代表：\n\n　　现在报告。\n"), "text|各位代表：\ntext|　　现在报告。\n");
}

TEST(MarkdownTest, LinesGoOnWhereTheyAreFull) {
  const std::string line = "全市经济继续增长，社会保持稳定，人民生活水平不断提高，各项事业";
  EXPECT_EQ(Read(line + "\n取得进步。\n短行\n"),
            "text|" + line + "\ntext continues|取得进步。\ntext|短行\n");
}

TEST(MarkdownTest, LongLinesInEnglishGoOnBehindAStop) {
  const std::string line = "The economy grew by six percent last year. Prices were stable.";
  EXPECT_EQ(Read(line + "\nNew homes were built.\n"),
            "text|" + line + "\ntext continues|New homes were built.\n");
}

TEST(MarkdownTest, NotesTablesPicturesAndHtml) {
  EXPECT_EQ(Read("增长[^1]很快。\n\n[^1]: 同比。\n\n[注]: 说明文字\n\n[x]: http://example.com\n"),
            "text|增长[^1]很快。\nnote|[^1]: 同比。\ntext|[注]: 说明文字\n");
  EXPECT_EQ(
      Read("| 甲 | 乙 |\n|---|---|\n| 1 | 2 "
           "|\n\n![会场](a.png)\n\n<div>块<br>二</div>\n\n行<br>内&hellip;\n"),
      "cell|甲\ncell|乙\ncell|1\ncell|2\ncaption|会场\ntext|块\ntext|二\ntext|行\ntext|内…\n");
}

TEST(MarkdownTest, FrontMatterIsMetadata) {
  EXPECT_EQ(Read("---\nTitle: \"报告\"\ndate: 2022-01-17\ntags:\n  - a\n---\n正文。\n"),
            "text|正文。\ntitle=报告\ndate=2022-01-17\ntags=a\n");
  EXPECT_EQ(
      Read("---\ntitle: '报告：上' # 注\nspeaker: [张三, 李四]\nseo:\n  title: x\n---\n正文。\n"),
      "text|正文。\ntitle=报告：上\nspeaker=张三\nspeaker=李四\nseo.title=x\n");
  // Lists and tables of TOML are told as those of YAML.
  EXPECT_EQ(Read("+++\nspeaker = [\"张三\", \"李四\"]\noffice = {name = \"市长\", since = 2020}\n"
                 "[seo]\ntitle = \"x\"\n+++\n正文。\n"),
            "text|正文。\noffice.name=市长\noffice.since=2020\nseo.title=x\nspeaker=张三\n"
            "speaker=李四\n");
  EXPECT_THAT(ReadMarkdown("---\nbase: &x 张三\nspeaker: *x\n---\n正文。\n", std::nullopt),
              HasReason(ErrorReason::kMalformedSource));
  // Between rules of a text nothing is damaged.
  EXPECT_EQ(Read("---\n一、\"增长: [稳\n\n---\n正文。\n"), "text|一、\"增长: [稳\ntext|正文。\n");
  for (const auto& [block, line] : {std::pair("title: \"a\nspeaker: x\n", "line "),
                                    std::pair("title: a\nspeaker: [x, y\ndate: z\n", "line 4 "),
                                    std::pair("title: a\n\tspeaker: x\n", "line 3 ")}) {
    const auto read = ReadMarkdown(std::string("---\n") + block + "---\n正文。\n", std::nullopt);
    EXPECT_THAT(read, HasReason(ErrorReason::kMalformedSource)) << block;
    EXPECT_THAT(std::string(read.status().message()), ::testing::HasSubstr(line)) << block;
  }
  const std::string open(100'000, '[');
  const std::string closed(100'000, ']');
  EXPECT_THAT(ReadMarkdown("---\na: " + open + closed + "\n---\n正文。\n", std::nullopt),
              HasReason(ErrorReason::kMalformedSource));
  EXPECT_EQ(Read("---\na: {b: [c, {d: e}]}\n---\n正文。\n"), "text|正文。\na.b=c\na.b.d=e\n");
  EXPECT_EQ(Read("+++\ntitle = \"报告\"\ndate = 2022-01-17\n[params]\nx = 1\n+++\n正文。\n"),
            "text|正文。\ndate=2022-01-17\nparams.x=1\ntitle=报告\n");
  EXPECT_EQ(Read("---\n正文。\n\n---\n"), "text|正文。\n");
  // What is never closed would be read as text.
  EXPECT_THAT(ReadMarkdown("---\ntitle: 报告\n正文。\n", std::nullopt),
              HasReason(ErrorReason::kMalformedSource));
  EXPECT_THAT(ReadMarkdown("+++\ntitle = '报告'\n正文。\n", std::nullopt),
              HasReason(ErrorReason::kMalformedSource));
  EXPECT_EQ(Read("---\n正文：发展。\n"), "text|正文：发展。\n");
  EXPECT_EQ(Read("+++\n发展 = 增长。\n"), "text|+++\ntext|发展 = 增长。\n");
  EXPECT_THAT(ReadMarkdown("+++\ntitle = \n+++\n正文。\n", std::nullopt),
              HasReason(ErrorReason::kMalformedSource));
  EXPECT_THAT(ReadMarkdown("---\ntitle: x\n---\n", std::nullopt),
              HasReason(ErrorReason::kEmptyText));
}

}  // namespace
}  // namespace quotes::extract
