#include "service/extract/format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "service/base/errors.h"
#include "tests/support/documents.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::extract {
namespace {

using testing::HasReason;

std::string Detected(std::string_view bytes, std::string_view file_name = {}) {
  const auto format = DetectFormat(bytes, file_name);
  return format.ok() ? std::string(FormatName(*format))
                     : std::string(ErrorReasonName(GetErrorReason(format.status())));
}

TEST(FormatTest, NamesAreReadBack) {
  for (const Format format : {Format::kPlainText, Format::kMarkdown, Format::kHtml, Format::kDocx,
                              Format::kPdf, Format::kMhtml}) {
    EXPECT_EQ(ParseFormat(FormatName(format)), format);
  }
  EXPECT_EQ(ParseFormat("MD"), Format::kMarkdown);
  EXPECT_EQ(ParseFormat("doc"), std::nullopt);
}

TEST(FormatTest, IsToldByContent) {
  EXPECT_EQ(Detected("各位代表：现在，我向大会报告工作。"), "text");
  EXPECT_EQ(Detected(""), "text");
  EXPECT_EQ(Detected("\n\n%PDF-1.4\n", "a.txt"), "pdf");
  EXPECT_EQ(Detected(testing::MakeDocx(testing::DocxParagraph("文")), "report.txt"), "docx");
  EXPECT_EQ(Detected("\xEF\xBB\xBF  <!DOCTYPE html><p>文", "a.txt"), "html");
  EXPECT_EQ(Detected("<?xml version=\"1.0\"?>\n<html xmlns=\"x\">"), "html");
  EXPECT_EQ(Detected("<p>各位代表：</p><p>现在</p>"), "html");
  std::string wide("\xFF\xFE", 2);
  for (const char c : std::string_view("<html><body>")) {
    wide.push_back(c);
    wide.push_back('\0');
  }
  EXPECT_EQ(Detected(wide), "html");
  wide.erase(0, 2);
  EXPECT_EQ(Detected(wide), "html");
  wide.insert(wide.begin(), '\0');
  EXPECT_EQ(Detected(wide), "html");
  EXPECT_EQ(Detected("---\ntitle: 报告\n---\n正文。"), "markdown");
  EXPECT_EQ(Detected("+++\ntitle = \"报告\"\n+++\n正文。"), "markdown");
  EXPECT_EQ(Detected("# 报告\n\n正文。\n\n## 一、回顾\n"), "markdown");
  EXPECT_EQ(Detected("甲 < 乙，乙 > 丙。"), "text");
}

TEST(FormatTest, TheNameDecidesOnlyWhatTheContentLeavesOpen) {
  EXPECT_EQ(Detected("正文。", "a.md"), "markdown");
  EXPECT_EQ(Detected("# 报告\n正文。", "a.txt"), "text");
  EXPECT_EQ(Detected("# 报告\n正文。", "a.MD"), "markdown");
  EXPECT_EQ(Detected("正文。", "a.pdf"), "text");
  EXPECT_EQ(Detected("正文。", "a.html"), "text");
  EXPECT_EQ(Detected("<html><p>文</html>", "a.md"), "html");
}

TEST(FormatTest, WhatIsNotReadIsNamed) {
  EXPECT_EQ(Detected("{\\rtf1 text}"), "UNSUPPORTED_FORMAT");
  EXPECT_EQ(Detected("\x89PNG\r\n\x1A\n"), "UNSUPPORTED_FORMAT");
  EXPECT_EQ(Detected(testing::MakeZip({{"a.txt", "text"}})), "UNSUPPORTED_FORMAT");
  EXPECT_EQ(Detected(testing::MakeZip({{"[Content_Types].xml", "x"}, {"xl/workbook.xml", "x"}})),
            "UNSUPPORTED_FORMAT");
  const std::string compound = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
  const auto wide = [](std::string_view name) {
    std::string out;
    for (const char c : name) {
      out.push_back(c);
      out.push_back('\0');
    }
    return out;
  };
  EXPECT_EQ(Detected(compound + wide("WordDocument")), "UNSUPPORTED_FORMAT");
  EXPECT_EQ(Detected(compound + wide("EncryptedPackage")), "ENCRYPTED");
  const auto old = DetectFormat(compound + wide("WordDocument"), "a.doc");
  EXPECT_THAT(GetErrorDetail(old.status())->metadata.front().second,
              ::testing::HasSubstr("old Word document"));
}

TEST(FormatTest, PlainReportsStayPlain) {
  EXPECT_EQ(Detected(testing::SampleReport()), "text");
  const auto corpus = testing::CorpusDir();
  if (!corpus.has_value()) {
    GTEST_SKIP() << "the corpus of real reports is absent";
  }
  for (const auto& path : testing::TextFiles(*corpus / "reports")) {
    EXPECT_EQ(Detected(testing::ReadFile(path), path.filename().string()), "text") << path;
    EXPECT_EQ(Detected(testing::ReadFile(path)), "text") << path;
  }
}

}  // namespace
}  // namespace quotes::extract
