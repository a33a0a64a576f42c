#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "service/base/errors.h"
#include "service/extract/format.h"
#include "service/extract/mime.h"
#include "service/extract/read_format.h"
#include "tests/support/documents.h"
#include "tests/support/status_matchers.h"

namespace quotes::extract {
namespace {

using testing::HasReason;

std::string Read(std::string_view archive, std::optional<text::Encoding> encoding = std::nullopt) {
  const auto text = ReadMhtml(archive, encoding);
  return text.ok() ? testing::Dump(*text) : text.status().ToString();
}

// As a browser saves a page: quoted-printable, CRLF, a soft break inside a character, a frame and a
// picture behind the page.
constexpr char kSaved[] =
    "From: <Saved by Blink>\r\n"
    "Snapshot-Content-Location: https://example.org/a.html\r\n"
    "Subject: =?utf-8?Q?=E6=8A=A5?=\r\n"
    "Date: Tue, 3 Feb 2026 08:00:00 -0000\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/related;\r\n"
    "\ttype=\"text/html\";\r\n"
    "\tboundary=\"----MultipartBoundary--aB;=c----\"\r\n"
    "\r\n\r\n"
    "------MultipartBoundary--aB;=c----\r\n"
    "Content-Type: text/html\r\n"
    "Content-ID: <frame-1@mhtml.blink>\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "Content-Location: https://example.org/a.html\r\n"
    "\r\n"
    "<!DOCTYPE html><html><head><meta http-equiv=3D\"Content-Type\" content=3D\"text/ht=\r\n"
    "ml; charset=3DUTF-8\"></head><body><p>=E5=B9=B4=E5=\r\n"
    "=BA=A6=E6=8A=A5=E5=91=8A=EF=BC=9A1=3D1=E3=80=82</p>\t \r\n"
    "</body></html>\r\n"
    "------MultipartBoundary--aB;=c----\r\n"
    "Content-Type: text/html\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "<p>advertisement</p>\r\n"
    "------MultipartBoundary--aB;=c----\r\n"
    "Content-Type: image/png\r\n"
    "Content-Transfer-Encoding: base64\r\n"
    "\r\n"
    "iVBORw0KGgo=\r\n"
    "------MultipartBoundary--aB;=c------\r\n";

TEST(MhtmlTest, ThePageOfASavedPageIsRead) {
  EXPECT_EQ(Read(kSaved), "text|年度报告：1=1。\n");
  EXPECT_EQ(DetectFormat(kSaved, "a.mhtml").value_or(Format::kPlainText), Format::kMhtml);
  EXPECT_EQ(DetectFormat(kSaved, "a.txt").value_or(Format::kPlainText), Format::kMhtml);
}

// 政府报告 in GBK and base64, whose page declares nothing.
TEST(MhtmlTest, TheHeadOfAPartDeclaresItsEncoding) {
  const std::string head =
      "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b; start=\"<2>\"\n\n"
      "--b\nContent-ID: <1>\nContent-Type: text/html\n\n<p>first</p>\n";
  const std::string page =
      "--b\nContent-ID: <2>\nContent-Type: text/html; charset=\"gb2312\"\n"
      "Content-Transfer-Encoding: base64\n\nPHA+1f64rrGo\n uOajrDwvcD4=\n--b--\n";
  EXPECT_EQ(Read(head + page), "text|政府报告，\n");
}

TEST(MhtmlTest, AnAlternativeAndASinglePageAreRead) {
  EXPECT_EQ(Read("mime-version: 1.0\ncontent-type: multipart/related; boundary=\"o\"\n\n"
                 "--o\nContent-Type: multipart/alternative; boundary=i\n\n"
                 "--i\nContent-Type: text/plain\n\nplain\n"
                 "--i\nContent-Type: text/html\n\n<p>甲。</p>\n--i--\n--o--\n"),
            "text|甲。\n");
  const std::string single =
      "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n"
      "Content-Transfer-Encoding: 8bit\n\n<p>乙。</p>\n";
  EXPECT_EQ(Read(single), "text|乙。\n");
  EXPECT_EQ(DetectFormat(single, "").value_or(Format::kPlainText), Format::kMhtml);
}

TEST(MhtmlTest, AnArchiveThatIsCutBreaksOff) {
  const std::string_view saved = kSaved;
  const auto whole = ReadMhtml(saved, std::nullopt);
  QUOTES_ASSERT_OK(whole);
  EXPECT_FALSE(whole->lines.back().breaks_off);
  const auto cut = ReadMhtml(saved.substr(0, saved.find("</p>") + 4), std::nullopt);
  QUOTES_ASSERT_OK(cut);
  EXPECT_TRUE(cut->lines.back().breaks_off);
}

TEST(MhtmlTest, WhatHasNoPageIsNamed) {
  for (const std::string_view archive :
       {"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\n"
        "Content-Type: image/png\n\nx\n--b--\n",
        "MIME-Version: 1.0\nContent-Type: multipart/related\n\n<p>x</p>", "no fields"}) {
    EXPECT_THAT(ReadMhtml(archive, std::nullopt), HasReason(ErrorReason::kMalformedSource))
        << archive;
  }
  EXPECT_THAT(DetectFormat("From: a@example.org\nMIME-Version: 1.0\n"
                           "Content-Type: multipart/mixed; boundary=b\n\n--b--\n",
                           "a.eml"),
              HasReason(ErrorReason::kUnsupportedFormat));
  // A text that speaks of such heads is none.
  EXPECT_EQ(DetectFormat("报告：\nMIME-Version: 1.0\n\n正文。", "").value_or(Format::kHtml),
            Format::kPlainText);
}

// Containers in containers, boundaries without end, bytes changed anywhere: refused or read.
TEST(MhtmlTest, DamageIsRefusedOrRead) {
  std::string deep = "MIME-Version: 1.0\n";
  for (int i = 0; i < 2'000; ++i) {
    deep += "Content-Type: multipart/related; boundary=b\n\n--b\n";
  }
  EXPECT_THAT(ReadMhtml(deep, std::nullopt), HasReason(ErrorReason::kMalformedSource));
  std::mt19937 random(17);
  const std::string_view saved = kSaved;
  for (int i = 0; i < 3'000; ++i) {
    std::string damaged(
        saved.substr(0, random() % 4 == 0 ? random() % saved.size() : saved.size()));
    for (size_t n = random() % 4; n > 0 && !damaged.empty(); --n) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    const auto text = ReadMhtml(damaged, std::nullopt);
    if (text.ok()) {
      EXPECT_EQ(testing::Violation(*text), "");
    }
  }
}

}  // namespace
}  // namespace quotes::extract
