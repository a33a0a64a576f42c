#include "service/text/decode.h"

#include <gtest/gtest.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <string>

#include "service/base/limits.h"
#include "service/text/utf8.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::text {
namespace {

using ::quotes::testing::HasReason;
using namespace std::string_literals;  // text with NUL in it

// The text in another encoding, by ICU; empty if the encoding lacks a character.
std::string Encode(std::string_view utf8, const char* name) {
  const icu::UnicodeString text =
      icu::UnicodeString::fromUTF8({utf8.data(), static_cast<int32_t>(utf8.size())});
  UErrorCode error = U_ZERO_ERROR;
  UConverter* converter = ucnv_open(name, &error);
  ucnv_setFromUCallBack(converter, UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
  std::string out(static_cast<size_t>(text.length()) * 4 + 16, '\0');
  const int32_t size = ucnv_fromUChars(converter, out.data(), static_cast<int32_t>(out.size()),
                                       text.getBuffer(), text.length(), &error);
  ucnv_close(converter);
  if (U_FAILURE(error) != 0) {
    return {};
  }
  out.resize(static_cast<size_t>(size));
  return out;
}

std::string OffsetOf(const absl::Status& status) {
  const auto detail = GetErrorDetail(status);
  if (detail.has_value()) {
    for (const auto& [key, value] : detail->metadata) {
      if (key == "byte_offset") {
        return value;
      }
    }
  }
  return "none";
}

TEST(Decode, SampleInEveryEncoding) {
  const std::string sample = testing::SampleReport();
  const std::u32string expected = ToCodePoints(sample);
  struct Case {
    const char* icu;
    const char* mark;
    Encoding encoding;
  };
  for (const Case& c :
       {Case{"UTF-8", "", Encoding::kUtf8}, Case{"UTF-8", "\xEF\xBB\xBF", Encoding::kUtf8},
        Case{"UTF-16LE", "", Encoding::kUtf16Le}, Case{"UTF-16LE", "\xFF\xFE", Encoding::kUtf16Le},
        Case{"UTF-16BE", "", Encoding::kUtf16Be}, Case{"UTF-16BE", "\xFE\xFF", Encoding::kUtf16Be},
        Case{"GB18030", "", Encoding::kGb18030},
        Case{"GB18030", "\x84\x31\x95\x33", Encoding::kGb18030},
        Case{"GBK", "", Encoding::kGb18030}}) {
    SCOPED_TRACE(c.icu);
    const std::string bytes = c.mark + Encode(sample, c.icu);
    ASSERT_GT(bytes.size(), 1000u);
    for (const std::optional<Encoding> named : {std::optional<Encoding>(), {c.encoding}}) {
      const auto decoded = Decode(bytes, named);
      QUOTES_ASSERT_OK(decoded);
      EXPECT_EQ(decoded->encoding, c.encoding);
      EXPECT_TRUE(decoded->text == expected);
      ASSERT_EQ(decoded->byte_offsets.size(), expected.size() + 1);
      EXPECT_EQ(decoded->byte_offsets.front(), std::string(c.mark).size());
      EXPECT_EQ(decoded->byte_offsets.back(), bytes.size());
      for (size_t i = 0; i < expected.size(); ++i) {
        const size_t begin = decoded->byte_offsets[i];
        ASSERT_EQ(bytes.substr(begin, decoded->byte_offsets[i + 1] - begin),
                  Encode(ToUtf8(expected.substr(i, 1)), c.icu));
      }
    }
  }
}

TEST(Decode, NothingInIt) {
  EXPECT_THAT(Decode(""), HasReason(ErrorReason::kEmptyText));
  EXPECT_THAT(Decode("\xEF\xBB\xBF"), HasReason(ErrorReason::kEmptyText));
  EXPECT_THAT(Decode("\xFF\xFE"), HasReason(ErrorReason::kEmptyText));
}

TEST(Decode, OtherFiles) {
  struct Case {
    std::string bytes;
    const char* offset;
  };
  for (const Case& c :
       {Case{"\xFF\xD8\xFF\xE0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"s, "0"},
        Case{"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\2\0"s, "0"}, Case{"PK\3\4\x14\0\0\0\x08\0"s, "2"},
        Case{std::string("\x7F"
                         "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0",
                         18),
             "0"},
        Case{"%PDF-1.7\n%text", "0"}}) {
    const auto decoded = Decode(c.bytes);
    EXPECT_THAT(decoded, HasReason(ErrorReason::kUndecodableText));
    EXPECT_EQ(OffsetOf(decoded.status()), c.offset);
  }
}

TEST(Decode, NamesTheByteOfTheFault) {
  const std::string sample = testing::SampleReport();
  struct Case {
    std::string bytes;
    size_t offset;
  };
  const std::string gb = Encode(sample, "GB18030");
  const std::string le = Encode(sample, "UTF-16LE");
  std::string with_nul = sample;
  with_nul.insert(8, 1, '\0');
  std::string gb_with_ff = gb;
  gb_with_ff.insert(8, 1, '\xFF');
  for (const Case& c : {Case{sample.substr(0, 31), 29}, Case{with_nul, 8},
                        Case{gb.substr(0, 31), 30}, Case{gb_with_ff, 8},
                        Case{le.substr(0, 101), 100}, Case{sample + "\xE5\x8F", sample.size()}}) {
    const auto decoded = Decode(c.bytes);
    EXPECT_THAT(decoded, HasReason(ErrorReason::kUndecodableText));
    EXPECT_EQ(OffsetOf(decoded.status()), std::to_string(c.offset));
  }
}

TEST(Decode, WhatIsUtf8IsNoOtherEncodingWhateverItHolds) {
  // UTF-8 that was read as Latin-1 and written as UTF-8 again, controls and all.
  std::string twice;
  for (const char c : std::string("关于政府工作的报告，我们要加快发展。")) {
    AppendUtf8(static_cast<uint8_t>(c), &twice);
  }
  EXPECT_THAT(Decode(twice), HasReason(ErrorReason::kUndecodableText));
  EXPECT_NE(Decode(twice).status().message().find("control"), absl::string_view::npos);
}

TEST(Decode, TooLarge) {
  const std::string bytes(limits::kMaxSourceBytes + 1, 'a');
  EXPECT_THAT(Decode(bytes), HasReason(ErrorReason::kSourceTooLarge));
}

TEST(ParseEncoding, NamesAndAliases) {
  for (const Encoding encoding : {Encoding::kUtf8, Encoding::kUtf16Le, Encoding::kUtf16Be,
                                  Encoding::kGb18030, Encoding::kBig5}) {
    EXPECT_EQ(ParseEncoding(EncodingName(encoding)), encoding);
  }
  EXPECT_EQ(ParseEncoding("gbk"), Encoding::kGb18030);
  EXPECT_EQ(ParseEncoding("GB2312"), Encoding::kGb18030);
  EXPECT_EQ(ParseEncoding("utf8"), Encoding::kUtf8);
  EXPECT_EQ(ParseEncoding("latin-1"), std::nullopt);
}

}  // namespace
}  // namespace quotes::text
