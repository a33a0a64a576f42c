#include <gmock/gmock.h>
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

std::string Read(std::string_view html, std::optional<text::Encoding> encoding = std::nullopt) {
  const auto text = ReadHtml(html, encoding);
  return text.ok() ? testing::Dump(*text) : text.status().ToString();
}

// Enough text that what stands beside it is not most of the page.
constexpr char kBody[] =
    "<p>现在，我代表市人民政府，向大会报告工作，请予审议，并请各位政协委员和其他列席人员提出意见。<"
    "/p>";
constexpr char kBodyDump[] =
    "text|"
    "现在，我代表市人民政府，向大会报告工作，请予审议，并请各位政协委员和其他列席人员提出意见。\n";

TEST(HtmlTest, ButtonsBehindTheTextAreNavigation) {
  const std::string text =
      "<p>全市经济继续增长，社会保持稳定，人民生活水平进一步提高，改革开放不断深入。</p>";
  const std::string line =
      "text|全市经济继续增长，社会保持稳定，人民生活水平进一步提高，改革开放不断深入。\n";
  const std::string out = "text outside" + line.substr(line.find('|'));
  const auto page = [&](const std::string& foot) {
    return "<html><body><h1>报告</h1><div id=x>" + text + text + text +
           "<div>推荐阅读：范文</div>" + text + "</div>" + foot + "</body></html>";
  };
  const std::string before =
      "text h1 bold|报告\n" + line + line + line + "navigation|推荐阅读：范文\n" + line;
  EXPECT_EQ(Read(page("<div>喜欢此内容的人</div><div>是否继续访问？</div>")),
            before + "navigation outside|喜欢此内容的人\nnavigation outside|是否继续访问？\n");
  // A last sentence may stand outside, and so may the rest of the text.
  EXPECT_EQ(Read(page("<p>谢谢大家！</p>")), before + "text outside|谢谢大家！\n");
  EXPECT_EQ(Read(page("<h2>附件</h2>" + text + text)),
            before + "text h2 bold outside|附件\n" + out + out);
}

TEST(HtmlTest, StruckOutWordsAndReadingsAreNoText) {
  EXPECT_EQ(Read("<p>全县<del>旧税收</del><s>甲</s><strike>乙</strike>实现税收，"
                 "<ruby>地区<rp>(</rp><rt>diqu</rt><rp>)</rp></ruby>生产总值增长。</p>"),
            "text lacks|全县实现税收，地区生产总值增长。\n");
  // A paragraph that is struck out is told with the next one, or the last.
  EXPECT_EQ(Read("<p>甲县经济增长。</p><del><p>物价上涨。</p></del><p>就业稳定。</p>"),
            "text|甲县经济增长。\ntext lacks|就业稳定。\n");
  EXPECT_EQ(Read("<p>甲县经济增长。</p><p><s>物价上涨。</s></p>"), "text lacks|甲县经济增长。\n");
}

TEST(HtmlTest, WhatALineHidesLeavesIt) {
  const std::string lacking = "text lacks|全县粮食总产量达到三十万吨。\n";
  const auto read = [](const std::string& begin, const std::string& style = {}) {
    return Read(style + "<p>全县粮食总产量" + begin + "某县政府网</span>达到三十万吨。</p>");
  };
  for (const std::string begin :
       {"<span style='display:none;'>", "<span style='DISPLAY: none !important'>", "<span hidden>",
        "<span style='visibility:hidden'>", "<span style='font-size:0'>",
        "<span style='color:red; font-size: 0.0px'>", "<span hidden>a<br>b<b class=share>c</b>",
        "<span style='font-size:0'>a<br><b>c</b>", "<span style='text-decoration:line-through'>"}) {
    EXPECT_EQ(read(begin), lacking) << begin;
  }
  const std::string whole = "text|全县粮食总产量某县政府网达到三十万吨。\n";
  for (const std::string begin :
       {"<span style='display:inline'>", "<span style='font-size:0.5em'>",
        "<span aria-hidden=true>", "<span style='font-size:0'><span style='font-size:16px'>"}) {
    EXPECT_EQ(read(begin), whole) << begin;
  }
  // Alone it is what the page has besides.
  EXPECT_EQ(Read("<p><span hidden>某县政府网</span></p><p>全县粮食总产量达到三十万吨。</p>"
                 "<p style='font-size:0'>某县政府网</p>"),
            "navigation|某县政府网\ntext|全县粮食总产量达到三十万吨。\nnavigation|某县政府网\n");
}

TEST(HtmlTest, StylesOfThePageHide) {
  const std::string lacking = "text lacks|全县粮食总产量达到三十万吨。\n";
  const std::string whole = "text|全县粮食总产量某县政府网达到三十万吨。\n";
  const auto read = [](const std::string& style, const std::string& of_style = {}) {
    return Read("<html><head><style" + of_style + ">" + style +
                "</style></head><body><div id=main><p>全县粮食总产量<span class='x hid' "
                "id=h>某县政府网</span>达到三十万吨。</p></div></body></html>");
  };
  for (const std::string style :
       {".hid{display:none}", "p{color:red} span.hid , b { Display : None ; }", "#h{font-size:0px}",
        "/* .a{} */ #main .hid{visibility:hidden}", "div > p > .x.hid{display:none}",
        "<!-- .hid{text-decoration: line-through red} -->", "*{margin:0} p *{display:none}",
        "@import 'a.css'; @media print{.x{display:inline}} .hid{display:none}",
        ".hid{display:none!important} #h{display:inline}", ".x{display:block}.hid{display:none}"}) {
    EXPECT_EQ(read(style), lacking) << style;
  }
  for (const std::string style :
       {".hidden{display:none}", ".hid:hover{display:none}", ".hid::before{display:none}",
        "@media print{.hid{display:none}}", "div > .hid{display:none}", "b .hid{display:none}",
        ":not(.a,.hid,.b){display:none}", "#h{display:inline}.hid{display:none}",
        ".hid{display:none}.x{display:inline}", ".hid[a]{display:none}", ".hid", ".hid{display:",
        "/* .hid{display:none}", "}{", ".hid > {display:none}", "> .hid{display:none}"}) {
    EXPECT_EQ(read(style), whole) << style;
  }
  EXPECT_EQ(read(".hid{display:none}", " media=print"), whole);
  EXPECT_EQ(read(".hid{display:none}", " media=screen"), lacking);
  // What holds most of the text is the text, whatever a program does to it.
  EXPECT_EQ(Read("<style>#a{display:none}</style><div id=a><p>全县经济增长。</p></div>"),
            "text|全县经济增长。\n");
}

TEST(HtmlTest, BlocksAreLinesAndInlineElementsAreNot) {
  EXPECT_EQ(
      Read("<p>经济<b>增长</b><span>百分之</span><a href=x>八</a>。</p><div>第二<p>第三</div>"),
      "text|经济增长百分之八。\ntext|第二\ntext|第三\n");
  EXPECT_EQ(Read("甲<br>乙<br/><br/>丙"), "text|甲\ntext|乙\ntext|丙\n");
}

TEST(HtmlTest, LineBreaksOfTheSourceAreNoText) {
  EXPECT_EQ(Read("<p>经济\n  增长，\r\n投资 增长 8%\n以上 of\nthe plan</p>"),
            "text|经济增长，投资 增长 8% 以上 of the plan\n");
  EXPECT_EQ(Read("<pre>甲\n乙</pre>"), "text|甲\ntext|乙\n");
}

TEST(HtmlTest, EntitiesAreCharacters) {
  EXPECT_EQ(Read("<p>A&amp;B&nbsp;&ldquo;十四五&rdquo;&#39;&#x4e2d;&hellip;&lt;p&gt;</p>"),
            "text|A&B\u00A0“十四五”'中…<p>\n");
}

TEST(HtmlTest, TheLastDeclarationOfARuleHoldsHoweverManyThereAre) {
  std::string shown;
  for (int i = 0; i < 20'000; ++i) {
    shown += "display:none;display:inline;";
  }
  const auto read = [](const std::string& rule) {
    return Read("<html><head><style>.hid{" + rule +
                "}</style></head><body><div><p>全县粮食总产量<span class=hid>某县政府网</span>"
                "达到三十万吨。</p></div></body></html>");
  };
  EXPECT_EQ(read(shown), "text|全县粮食总产量某县政府网达到三十万吨。\n");
  EXPECT_EQ(read(shown + "display:none"), "text lacks|全县粮食总产量达到三十万吨。\n");
  EXPECT_EQ(read("display:none!important;" + shown), "text lacks|全县粮食总产量达到三十万吨。\n");
}

TEST(HtmlTest, ProgramsAndStylesAreNoText) {
  EXPECT_EQ(Read("<head><title>t</title><style>p{}</style></head><script>var a='<p>x</p>';</script>"
                 "<!-- c --><p>正文。</p><template><p>x</p></template>"),
            "text|正文。\n");
}

TEST(HtmlTest, HeadingsAndBoldLinesAreMarked) {
  EXPECT_EQ(Read("<h1>报告</h1><h3>一、<em>回顾</em></h3><p><strong>（一）</strong><b>成绩</b></p>"
                 "<p><b>一是</b>抓发展。</p>"),
            "text h1 bold|报告\ntext h3 bold|一、回顾\ntext bold|（一）成绩\ntext|一是抓发展。\n");
}

TEST(HtmlTest, RaisedNumbersOfNotesGetBrackets) {
  EXPECT_EQ(
      Read("<p>经济增长<sup>1</sup>，投资增加<sup><a href='#n'>[2]</a></sup>。<sup> 12 </sup></p>"),
      "text|经济增长[1]，投资增加[2]。[12]\n");
  EXPECT_EQ(Read("<p>实施项目42<sup>1</sup>个，完成5.10<sup>12</sup>亿元。</p>"),
            "text|实施项目42[1]个，完成5.10[12]亿元。\n");
  EXPECT_EQ(Read("<p>面积3000m<sup>2</sup>，共10<sup>8</sup>元<sup>TM</sup>。</p>"),
            "text|面积3000m²，共10⁸元TM。\n");
}

TEST(HtmlTest, NavigationIsKeptAndMarked) {
  EXPECT_EQ(Read(std::string("<nav><a href=/>首页</a></nav>") + kBody +
                 "<aside>相关</aside><form><button>搜索</button></form><footer>版权所有</footer>"),
            std::string("navigation|首页\n") + kBodyDump +
                "navigation|相关\nnavigation|搜索\nnavigation|版权所有\n");
  EXPECT_EQ(
      Read(std::string("<div class=\"bdsharebuttonbox\">分享到</div><div id=topNav>导航</div>") +
           kBody + "<ul><li><a href=1>另一条新闻</a></li></ul>"),
      std::string("maybe-navigation|分享到\nmaybe-navigation|导航\n") + kBodyDump +
          "maybe-navigation|另一条新闻\n");
}

TEST(HtmlTest, FeetAndCommentsAreNavigationEvenAsSentences) {
  const std::string comments =
      "<div class=comments><h3>网友评论</h3><p>网友张三：说得好！</p></div>";
  EXPECT_EQ(Read(kBody + comments + "<div id=page-foot>主办：某市人民政府办公室。</div>"),
            std::string(kBodyDump) +
                "navigation h3 bold|网友评论\nnavigation|网友张三：说得好！\n"
                "navigation|主办：某市人民政府办公室。\n");
  // More of them than text, but not what alone is there.
  std::string many;
  for (int i = 0; i < 20; ++i) {
    many += "<div class=\"user-comment\">希望尽快落实到位。</div>";
  }
  EXPECT_THAT(Read(kBody + many), ::testing::StartsWith(kBodyDump));
  EXPECT_THAT(Read(kBody + many), ::testing::HasSubstr("navigation|希望尽快落实到位。\n"));
  EXPECT_EQ(Read(std::string("<div class=comment>") + kBody + "</div>"), kBodyDump);
  EXPECT_EQ(Read(std::string("<div class=footer>") + kBody + "</div>"), kBodyDump);
}

TEST(HtmlTest, AnArticleThatMayHaveCommentsIsNone) {
  std::string links;
  for (int i = 0; i < 40; ++i) {
    links += "<li><a href=x>一条很长很长的新闻标题</a></li>";
  }
  for (const std::string_view state : {"comments-open", "comment-open", "has-comments"}) {
    EXPECT_THAT(Read("<article class=\"post " + std::string(state) + "\"><h2>一、回顾</h2>" +
                     kBody + "</article><ul>" + links + "</ul>"),
                ::testing::StartsWith("text h2 bold|一、回顾\n" + std::string(kBodyDump) +
                                      "maybe-navigation|一条"))
        << state;
  }
}

TEST(HtmlTest, LinesOfLinksAreNavigationAndSentencesWithLinksAreNot) {
  EXPECT_EQ(Read(std::string(kBody) + "<p><a href=1>首页</a> | <a href=2>新闻</a> | "
                                      "<a href=3>政务</a></p>"),
            std::string(kBodyDump) + "maybe-navigation|首页 | 新闻 | 政务\n");
  const std::string two = "<p><a href=1>首页</a> | <a href=2>新闻</a></p>";
  EXPECT_EQ(Read(kBody + two), std::string(kBodyDump) + "text|首页 | 新闻\n");
  EXPECT_EQ(
      Read(std::string(kBody) +
           "<p><a href=1>工业增加值</a>、<a href=2>财政收入</a>、<a href=3>居民收入</a>。</p>"),
      std::string(kBodyDump) + "text|工业增加值、财政收入、居民收入。\n");
}

TEST(HtmlTest, WhatAWikiPutsBesideItsTextIsNavigation) {
  EXPECT_EQ(
      Read(std::string("<div id=toc><ul><li>一、回顾</li></ul></div>"
                       "<h2 class=toc><span>一、回顾</span><span class=mw-editsection>[编辑]</span>"
                       "</h2>") +
           kBody + kBody + kBody + kBody + "<div class=licence>本作品不受保护。</div>"),
      "maybe-navigation|一、回顾\ntext h2 bold|一、回顾\nnavigation h2 bold|[编辑]\n" +
          std::string(kBodyDump) + kBodyDump + kBodyDump + kBodyDump +
          "navigation|本作品不受保护。\n");
}

TEST(HtmlTest, WhatHoldsMostOfThePageIsNoNavigation) {
  EXPECT_EQ(Read(std::string("<form id=search class=nav>") + kBody + "</form><p>短。</p>"),
            std::string(kBodyDump) + "text|短。\n");
}

TEST(HtmlTest, WhatIsHiddenIsKeptAsNavigation) {
  EXPECT_EQ(Read(std::string(kBody) + "<p style='DISPLAY : none'>甲</p><p hidden>乙</p>"),
            std::string(kBodyDump) + "navigation|甲\nnavigation|乙\n");
}

TEST(HtmlTest, TablesOfDataAreCellsAndTablesOfLayoutAreNot) {
  EXPECT_EQ(Read(std::string("<table><tr><td>") + kBody +
                 "<table><tr><td>指标</td><td>数值</td></tr></table></td><td></td></tr></table>"),
            std::string(kBodyDump) + "cell|指标\ncell|数值\n");
}

TEST(HtmlTest, NumbersOfListsAreMarked) {
  EXPECT_EQ(Read("<ol start=2><li>甲。</li><li>乙。</li></ol><ul><li>丙。</li></ul>"),
            "text marker3|2. 甲。\ntext marker3|3. 乙。\ntext|丙。\n");
}

TEST(HtmlTest, CaptionsAreMarked) {
  EXPECT_EQ(Read(std::string(kBody) + "<figure><img alt=x><figcaption>会场</figcaption></figure>"),
            std::string(kBodyDump) + "caption|会场\n");
}

TEST(HtmlTest, ShortLinesBelowAPictureAreCaptions) {
  const std::string start = std::string(kBody) + kBody;
  const std::string picture = "<p style='text-align: center'><img src=x></p>";
  const auto read = [&](const std::string& before, const std::string& line) {
    const std::string dump = Read(before + line + kBody);
    const size_t end = dump.rfind('\n', dump.size() - sizeof(kBodyDump));
    return dump.substr(dump.rfind('\n', end - 1) + 1, end - dump.rfind('\n', end - 1));
  };
  const std::string caption = "caption|产业园一角\n";
  EXPECT_EQ(read(start + picture, "<p align=center>产业园一角</p>"), caption);
  EXPECT_EQ(read(start + picture,
                 "<p style='TEXT-ALIGN:center'><span style='font-size:12px'>产业园一角</span></p>"),
            caption);
  EXPECT_EQ(read(start, "<center><img src=x><br>产业园一角</center>"), caption);
  // Headings, sentences, the title, lines elsewhere and pictures inside of a line.
  const std::string text = "text|产业园一角\n";
  EXPECT_EQ(read(start + picture, "<p>产业园一角</p>"), text);
  EXPECT_EQ(read(start + picture, "<div align=center><p align=left>产业园一角</p></div>"), text);
  EXPECT_EQ(read(start, "<p align=center>产业园一角</p>"), text);
  EXPECT_EQ(read(start + picture + kBody, "<p align=center>产业园一角</p>"), text);
  EXPECT_EQ(read(picture, "<p align=center>产业园一角</p>"), text);
  EXPECT_EQ(read(start, "<p align=center><img src=x>产业园一角</p>"), text);
  EXPECT_EQ(read(start + picture, "<p align=center><b>产业园一角</b></p>"),
            "text bold|产业园一角\n");
  EXPECT_EQ(read(start + picture, "<h3 align=center>产业园一角</h3>"), "text h3 bold|产业园一角\n");
  for (const std::string_view line : {"一、产业园", "（二）产业园", "第三章 产业", "——产业园区",
                                      "产业园建成。", "产业园：如下："}) {
    EXPECT_EQ(read(start + picture, "<p align=center>" + std::string(line) + "</p>"),
              "text|" + std::string(line) + "\n");
  }
  // In larger print than the text.
  const auto sized = [](int pixels, const std::string& html) {
    return "<div style='font-size:" + std::to_string(pixels) + "px'>" + html + "</div>";
  };
  const std::string line = "<p align=center>产业园一角</p>";
  EXPECT_EQ(read(sized(16, start) + picture, sized(20, line)), text);
  EXPECT_EQ(read(sized(16, start) + picture, sized(12, line)), caption);
}

TEST(HtmlTest, AdvertisementsBetweenPartsOfTheTextAreNavigation) {
  const std::string part = std::string("<div>") + kBody + kBody + "</div>";
  const std::string dump = std::string(kBodyDump) + kBodyDump;
  EXPECT_EQ(Read(part + "<div class=ad>广告</div>" + part),
            dump + "maybe-navigation|广告\n" + dump);
  EXPECT_EQ(Read(part + "<div id=adBox>广告</div>" + part),
            dump + "maybe-navigation|广告\n" + dump);
  EXPECT_EQ(Read(part + "<div class=address>广告</div>" + part), dump + "text|广告\n" + dump);
}

// 政府工作报告 in GBK.
constexpr char kGbk[] = "\xd5\xfe\xb8\xae\xb9\xa4\xd7\xf7\xb1\xa8\xb8\xe6";

TEST(HtmlTest, EncodingsAreFoundOut) {
  const std::string page = std::string("<meta charset=\"gb2312\"><p>") + kGbk + "</p>";
  EXPECT_EQ(Read(page), "text|政府工作报告\n");
  EXPECT_EQ(ReadHtml(page, std::nullopt)->encoding, text::Encoding::kGb18030);
  EXPECT_EQ(
      Read(std::string("<meta http-equiv=Content-Type content='text/html; charset=GBK'>") + kGbk),
      "text|政府工作报告\n");
  // A declaration that is wrong: the bytes are UTF-8.
  EXPECT_EQ(Read("<meta charset=gb2312><p>政府工作报告</p>"), "text|政府工作报告\n");
  // One that is wrong the other way round.
  EXPECT_EQ(Read(std::string("<meta charset=utf-8><p>") + kGbk + "</p>"), "text|政府工作报告\n");
  EXPECT_EQ(Read(std::string("<p>") + kGbk + "</p>", text::Encoding::kGb18030),
            "text|政府工作报告\n");
  EXPECT_THAT(ReadHtml(std::string("<p>") + kGbk + "</p>", text::Encoding::kUtf8),
              HasReason(ErrorReason::kUndecodableText));
}

TEST(HtmlTest, WidePagesNeedNoMark) {
  // A share of Chinese as pages have it: markup is most of one.
  std::u32string page = U"<html><head><meta charset=\"utf-16\"></head><body>";
  for (int i = 0; i < 20; ++i) {
    page += U"<p style=\"text-indent: 2em\"><span>今年要坚持稳中求进，抓好项目建设。</span></p>\n";
  }
  for (const bool big : {false, true}) {
    std::string bytes;
    for (const char32_t c : page) {
      const auto low = static_cast<char>(c & 0xFF);
      const auto high = static_cast<char>(c >> 8);
      bytes += big ? std::string{high, low} : std::string{low, high};
    }
    EXPECT_THAT(Read(bytes),
                ::testing::StartsWith("text|今年要坚持稳中求进，抓好项目建设。\ntext|"));
  }
}

TEST(HtmlTest, PagesThatAreNoneAreRefused) {
  EXPECT_THAT(ReadHtml("<html><body> &#32; </body></html>", std::nullopt),
              HasReason(ErrorReason::kEmptyText));
  EXPECT_THAT(ReadHtml("", std::nullopt), HasReason(ErrorReason::kEmptyText));
  std::string deep;
  for (int i = 0; i < 5000; ++i) {
    deep += "<div>";
  }
  EXPECT_THAT(ReadHtml(deep + "深", std::nullopt), HasReason(ErrorReason::kMalformedSource));
}

TEST(HtmlTest, PagesThatWereCutAreTold) {
  const std::string page =
      "<!DOCTYPE html><html><head></head><body><div><p>甲。</p><p>乙。</p></div></BODY></HTML>\n";
  const auto breaks_off = [](std::string_view bytes) {
    const auto read = ReadHtml(bytes, std::nullopt);
    return read.ok() && read->lines.back().breaks_off;
  };
  EXPECT_FALSE(breaks_off(page));
  // Wherever it is cut before its last end tag.
  for (size_t end = page.find("</p>"); end < page.rfind("BODY>"); ++end) {
    if ((static_cast<unsigned char>(page[end]) & 0xC0) == 0x80) {
      continue;  // inside a character
    }
    EXPECT_TRUE(breaks_off(page.substr(0, end))) << page.substr(0, end);
  }
  // Neither a part of a page nor a page that leaves its last end tag out was cut.
  EXPECT_FALSE(breaks_off("<p>甲。<p>乙，3 < 5。"));
  EXPECT_FALSE(breaks_off("<html><body><p>甲。</p></body>"));
  EXPECT_TRUE(breaks_off("<p>甲。</p><p style=\"text-in"));
}

TEST(HtmlTest, NothingVisibleIsLostInTagSoup) {
  EXPECT_EQ(Read("<p>甲<div>乙</p>丙<td>丁</b></i>戊<unknown>己</unknown><p>庚<"),
            "text|甲\ntext|乙丙\ntext|丁戊己\ntext|庚<\n");
}

}  // namespace
}  // namespace quotes::extract
