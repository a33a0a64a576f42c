// Reports in every format: what is imported is what the text says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/library/library.h"
#include "service/report/parser.h"
#include "service/store/sqlite/store.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "service/themes/scheme.h"
#include "tests/support/documents.h"
#include "tests/support/report_checks.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes {
namespace {

using extract::Format;
using testing::HasReason;
using testing::IsOk;

constexpr std::string_view kLines[] = {
    "市政府工作报告",
    "——2022年1月17日在市第十届人民代表大会第一次会议上",
    "市长　张三",
    "各位代表：",
    "现在，我代表市人民政府，向大会报告工作，请予审议，并请各位政协委员和其他列席人员提出意见。",
    "一、2021年工作回顾",
    "全市地区生产总值增长8%，预计一般公共预算收入增长10%。社会保持稳定，人民生活水平不断提高。",
    "（一）经济运行稳中有进。粮食总产达到500万吨，固定资产投资增长12.5%，进出口总额增长20%以上。",
    "（二）改革开放不断深化。营商环境持续优化，“放管服”改革走在前列，新增市场主体3万户。",
    "二、2022年工作安排",
    "主要预期目标是：地区生产总值增长7%左右，一般公共预算收入增长8%。",
    "各位代表，让我们更加紧密地团结起来，为建设现代化强市而努力奋斗！"};

std::string Plain() {
  std::string text;
  for (const std::string_view line : kLines) {
    absl::StrAppend(&text, std::string(line), "\n");
  }
  return text;
}

std::string Html() {
  std::string page =
      "<!DOCTYPE html><html><head><meta charset=utf-8><title>x</title></head><body>"
      "<nav><a href=/>首页</a> <a href=/b>新闻</a></nav><div class=share-bar>分享到：微信 "
      "微博</div>";
  for (const std::string_view line : kLines) {
    absl::StrAppend(&page, line == kLines[0] ? "<h1>" : "<p>", std::string(line),
                    line == kLines[0] ? "</h1>" : "</p>\n");
  }
  return page + "<footer>版权所有 某某网</footer></body></html>";
}

std::string Docx() {
  std::string body;
  for (const std::string_view line : kLines) {
    body += testing::DocxParagraph(line);
  }
  return testing::MakeDocx(body);
}

std::string Markdown() {
  std::string text = "---\nspeaker: 李四\n---\n\n# ";
  for (const std::string_view line : kLines) {
    absl::StrAppend(&text, std::string(line), "\n\n");
  }
  return text;
}

// Sets lines as a book does: paragraphs indented by two characters, wrapped at `measure`, with a
// running head and a page number on every page.
std::string Pdf(const std::vector<std::u32string>& paragraphs, size_t measure, size_t page_lines) {
  std::vector<std::vector<testing::PdfText>> pages;
  size_t on_page = page_lines;
  const auto add = [&](double x, const std::u32string& line) {
    if (on_page == page_lines) {
      pages.push_back({{230, 805, 9, "某某出版社 报告汇编"},
                       {290, 30, 9, absl::StrCat("— ", pages.size() + 1, " —")}});
      on_page = 0;
    }
    pages.back().push_back(
        {x, 770.0 - 18.0 * static_cast<double>(on_page), 12, text::ToUtf8(line)});
    ++on_page;
  };
  constexpr double kLeft = 60;
  for (const std::u32string& paragraph : paragraphs) {
    size_t columns = 4;  // the indent
    double x = kLeft + 24;
    std::u32string line;
    for (const char32_t c : paragraph) {
      const size_t width = c < 0x7F ? 1 : 2;
      if (columns + width > 2 * measure) {
        add(x, line);
        x = kLeft;
        columns = 0;
        line.clear();
      }
      line.push_back(c);
      columns += width;
    }
    add(x, line);
  }
  return testing::MakePdf(pages);
}

std::u32string WithoutSpaces(std::u32string_view text) {
  std::u32string bare;
  for (const char32_t c : text) {
    if (!text::IsSpace(c)) {
      bare.push_back(c);
    }
  }
  return bare;
}

class FormatsTest : public ::testing::Test {
 protected:
  FormatsTest() {
    auto store = store::sqlite::Open({.path = dir_.path() / "quotes.db"});
    library_ = *Library::Create(*std::move(store), themes::Scheme::BuiltIn());
  }

  absl::StatusOr<ImportResult> Import(std::string content, std::string file_name,
                                      const report::Metadata& metadata = {}) {
    ImportRequest request;
    request.content = std::move(content);
    request.report_id = "r";
    request.file_name = std::move(file_name);
    request.metadata = metadata;
    return library_->Import(request, Cancellation());
  }

  static std::string Speech(const ImportResult& result) {
    const archive::Document document = archive::Unpack(*result.document);
    const report::Range speech = document.content.runs.front().range;
    return text::ToUtf8(std::u32string_view(document.content.joined).substr(0, speech.end));
  }

  testing::TempDir dir_;
  std::unique_ptr<Library> library_;
};

TEST_F(FormatsTest, EveryFormatGivesTheSameReport) {
  const auto plain = Import(Plain(), "a.txt");
  ASSERT_THAT(plain, IsOk());
  const archive::Document expected = archive::Unpack(*plain->document);
  std::vector<std::u32string> paragraphs;
  for (const std::string_view line : kLines) {
    paragraphs.push_back(text::ToCodePoints(line));
  }
  const std::pair<std::string, std::string> sources[] = {
      {Html(), "text/html"},
      {Docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {Pdf(paragraphs, 30, 9), "application/pdf"},
      {Markdown(), "text/markdown"}};
  for (const auto& [source, media_type] : sources) {
    const auto result = Import(source, "report");
    ASSERT_THAT(result, IsOk()) << media_type;
    const archive::Document document = archive::Unpack(*result->document);
    EXPECT_EQ(document.source.media_type, media_type);
    EXPECT_EQ(document.source.sha256, Sha256Hex(source));
    EXPECT_EQ(document.source.encoding, text::Encoding::kUtf8);
    EXPECT_EQ(Speech(*result), Speech(*plain)) << media_type;
    EXPECT_EQ(document.content.metadata.title, expected.content.metadata.title) << media_type;
    EXPECT_EQ(document.content.metadata.date, expected.content.metadata.date) << media_type;
    EXPECT_EQ(document.content.metadata.speaker,
              media_type == "text/markdown" ? "李四" : expected.content.metadata.speaker)
        << media_type;
    ASSERT_EQ(document.content.sections.size(), expected.content.sections.size()) << media_type;
    for (size_t i = 0; i < expected.content.sections.size(); ++i) {
      EXPECT_EQ(document.content.sections[i].path, expected.content.sections[i].path);
      EXPECT_EQ(document.content.sections[i].heading, expected.content.sections[i].heading);
    }
    // The original stays, and places lead into what was read of it.
    EXPECT_EQ(library_->store().LoadSource("r", 0).value_or(""), source);
    const std::string text = library_->store().LoadText("r", 0).value_or("");
    for (const report::PrintSpan& span : document.content.print_spans) {
      EXPECT_EQ(text.substr(span.byte_begin, span.byte_end - span.byte_begin),
                testing::TextOf(document.content, span.joined));
      EXPECT_EQ(span.page > 0, media_type == "application/pdf");
    }
    // Once more changes nothing.
    EXPECT_TRUE(Import(source, "report")->outcome.unchanged) << media_type;
  }
  EXPECT_EQ(library_->store().LoadText("r", 1).value_or(""), Plain());
}

TEST_F(FormatsTest, AFolderThatHoldsAReportInSeveralFormatsMakesOneRevision) {
  std::string id;
  for (int run = 0; run < 2; ++run) {
    for (const auto& [name, content] :
         {std::pair("r.docx", Docx()), std::pair("r.html", Html()), std::pair("r.txt", Plain())}) {
      SCOPED_TRACE(name);
      ImportRequest request;
      request.file_name = name;
      request.content = content;
      const auto result = library_->Import(request, Cancellation());
      ASSERT_THAT(result, IsOk());
      EXPECT_EQ(result->outcome.unchanged, !id.empty());
      EXPECT_EQ(result->outcome.revision, 1u);
      id = result->outcome.report_id;
    }
  }
  EXPECT_EQ(library_->archive()->documents().size(), 1u);
}

TEST_F(FormatsTest, CallersKnowBetterThanFiles) {
  report::Metadata metadata;
  metadata.speaker = "王五";
  const auto result = Import(Markdown(), "a.md", metadata);
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(archive::Unpack(*result->document).content.metadata.speaker, "王五");
}

TEST_F(FormatsTest, FrontMatterThatIsNoDayIsNamed) {
  const auto with_date = [this](std::string_view date, const report::Metadata& metadata = {}) {
    return Import(absl::StrCat("---\ndate: ", std::string(date), "\n---\n\n", Plain()), "a.md",
                  metadata);
  };
  for (const std::string_view date : {"2023-13-45", "2023-02-31", "March 5", "2023"}) {
    const auto refused = with_date(date);
    EXPECT_THAT(refused, HasReason(ErrorReason::kFieldInvalid)) << date;
    EXPECT_NE(refused.status().message().find(std::string(date)), std::string::npos);
    EXPECT_NE(refused.status().message().find("metadata.date"), std::string::npos);
  }
  EXPECT_EQ(library_->archive()->revision(), 0u);
  // A caller who gives the day does not need the file's.
  report::Metadata metadata;
  metadata.date = absl::CivilDay(2022, 1, 18);
  EXPECT_THAT(with_date("2023-13-45", metadata), IsOk());
  const auto result = with_date("2022-01-19T08:00:00+08:00");
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->document->date(), absl::CivilDay(2022, 1, 19));
}

TEST_F(FormatsTest, FormatsMayBeSaid) {
  ImportRequest request;
  request.report_id = "r";
  request.content = "<p>甲乙丙。</p>";
  request.format = Format::kPlainText;
  const auto plain = library_->Import(request, Cancellation());
  ASSERT_THAT(plain, IsOk());
  EXPECT_EQ(Speech(*plain), "<p>甲乙丙。</p>");
  request.format = Format::kHtml;
  const auto html = library_->Import(request, Cancellation());
  ASSERT_THAT(html, IsOk());
  EXPECT_FALSE(html->outcome.unchanged);
  EXPECT_EQ(Speech(*html), "甲乙丙。");
  const std::string digest = ImportRequestDigest(request);
  request.format.reset();
  EXPECT_NE(ImportRequestDigest(request), digest);
}

TEST_F(FormatsTest, WhatCannotBeReadIsSaidAndChangesNothing) {
  const uint64_t revision = library_->archive()->revision();
  EXPECT_THAT(Import(testing::MakePdf({{}}), "a.pdf"), HasReason(ErrorReason::kNoTextLayer));
  EXPECT_THAT(Import(testing::MakePdf({{}}, {.encrypted = true}), "a.pdf"),
              HasReason(ErrorReason::kEncrypted));
  EXPECT_THAT(Import("{\\rtf1 x}", "a.rtf"), HasReason(ErrorReason::kUnsupportedFormat));
  EXPECT_THAT(Import(testing::MakeDocx("<w:p>"), "a.docx"),
              HasReason(ErrorReason::kMalformedSource));
  EXPECT_EQ(library_->archive()->revision(), revision);
}

// Every report of the corpus, put into each format and read back: not a character of the speech is
// lost, added or moved.
TEST(FormatsCorpusTest, NothingIsLostOrInvented) {
  const auto corpus = testing::CorpusDir();
  if (!corpus.has_value()) {
    GTEST_SKIP() << "the corpus of real reports is absent";
  }
  const extract::Extractor extractor;
  const Cancellation cancellation;
  size_t sentences = 0;
  size_t kept = 0;
  for (const auto& path : testing::TextFiles(*corpus / "reports" / "provincial")) {
    const auto source = text::Decode(testing::ReadFile(path));
    ASSERT_THAT(source, IsOk());
    const auto plain = report::ParseReport(*source, {.report_id = "r"});
    ASSERT_THAT(plain, IsOk());
    // The blocks of the speech, a paragraph a line.
    std::vector<std::u32string> paragraphs;
    for (const report::Range& range : plain->paragraphs) {
      paragraphs.push_back(plain->joined.substr(range.begin, range.size()));
    }
    std::string html = "<html><body>";
    std::string body;
    for (const std::u32string& paragraph : paragraphs) {
      std::string text;
      for (const char32_t c : paragraph) {
        if (c == U'&' || c == U'<') {
          text += c == U'&' ? "&amp;" : "&lt;";
        } else {
          text::AppendUtf8(c, &text);
        }
      }
      absl::StrAppend(&html, "<p>", text, "</p>");
      body += testing::DocxParagraph(text);
    }
    const std::u32string expected =
        WithoutSpaces(std::u32string_view(plain->joined).substr(0, plain->runs.front().range.end));
    const std::pair<Format, std::string> sources[] = {{Format::kHtml, html},
                                                      {Format::kDocx, testing::MakeDocx(body)},
                                                      {Format::kPdf, Pdf(paragraphs, 36, 38)}};
    for (const auto& [format, bytes] : sources) {
      const auto extracted = extractor.Extract(format, bytes, std::nullopt, cancellation);
      ASSERT_THAT(extracted, IsOk()) << path << ' ' << extract::FormatName(format);
      const auto decoded = text::Decode(extracted->text, text::Encoding::kUtf8);
      const auto report =
          report::ParseReport(*decoded, {.report_id = "r", .layout = &extracted->lines});
      ASSERT_THAT(report, IsOk());
      EXPECT_EQ(testing::ReportViolations(*decoded, *report), std::vector<std::string>());
      std::u32string joined;
      for (size_t i = 0; i < report->print_spans.size(); ++i) {
        const report::PrintSpan& span = report->print_spans[i];
        if (extracted->lines[span.line - 1].role == report::LineRole::kText) {
          joined += WithoutSpaces(
              std::u32string_view(report->joined).substr(span.joined.begin, span.joined.size()));
        }
      }
      EXPECT_TRUE(joined == expected) << path << ' ' << extract::FormatName(format);
      // Sentences that are the same as in the text. Words that the pages cut must be whole again.
      std::vector<std::u32string> found;
      for (const report::Quote& quote : report->quotes) {
        found.push_back(WithoutSpaces(
            std::u32string_view(report->joined).substr(quote.range.begin, quote.range.size())));
      }
      std::sort(found.begin(), found.end());
      for (const report::Quote& quote : plain->quotes) {
        if (report::IsSpeech(quote.block)) {
          ++sentences;
          kept +=
              std::binary_search(found.begin(), found.end(),
                                 WithoutSpaces(std::u32string_view(plain->joined)
                                                   .substr(quote.range.begin, quote.range.size())))
                  ? 1u
                  : 0u;
        }
      }
    }
  }
  EXPECT_GE(static_cast<double>(kept), 0.99 * static_cast<double>(sentences))
      << kept << " of " << sentences;
}

}  // namespace
}  // namespace quotes
