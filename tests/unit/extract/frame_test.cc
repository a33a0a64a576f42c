#include "service/extract/frame.h"

#include <gtest/gtest.h>

#include <string>

#include "service/base/errors.h"
#include "tests/support/status_matchers.h"

namespace quotes::extract {
namespace {

using report::LineHint;
using report::LineRole;
using testing::HasReason;
using testing::IsOk;

ExtractedText Sample() {
  ExtractedText text;
  text.text = "政府工作报告\n\n1. 正文。\n";
  text.lines = {{.page = 3, .heading_level = 1, .bold = true},
                {},
                {.page = 7,
                 .role = LineRole::kTableCell,
                 .continues = true,
                 .placed = true,
                 .reaches_edge = true,
                 .indent = 4,
                 .marker = 3}};
  text.lines.back().breaks_off = true;
  text.lines.front().unsure_place = true;
  text.lines.back().outside = true;
  text.lines.front().lacks_words = true;
  text.encoding = text::Encoding::kGb18030;
  text.metadata = {{"title", "报告"}};
  return text;
}

TEST(FrameTest, TextComesBack) {
  const auto decoded = DecodeFrame(EncodeFrame(Sample()));
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(*decoded, Sample());
}

TEST(FrameTest, ErrorsOfSourcesComeBack) {
  for (const absl::Status& status :
       {errors::Encrypted("locked"), errors::NoTextLayer(), errors::UnsupportedFormat("a thing"),
        errors::MalformedSource("docx", "broken"), errors::EmptyText(),
        errors::UndecodableText("GB18030", 7, "malformed"), errors::SourceTooLarge("f", "5"),
        errors::ExtractionFailed("memory", "too much"), errors::ExtractorUnavailable("no")}) {
    const auto decoded = DecodeFrame(EncodeFrame(status));
    EXPECT_EQ(decoded.status().code(), status.code());
    EXPECT_EQ(decoded.status().message(), status.message());
    EXPECT_EQ(GetErrorReason(decoded.status()), GetErrorReason(status));
    EXPECT_EQ(GetErrorDetail(decoded.status())->metadata, GetErrorDetail(status)->metadata);
  }
}

// A worker that was taken over does not speak for the service.
TEST(FrameTest, OtherErrorsAreNotBelieved) {
  for (const absl::Status& status :
       {errors::ReadOnly(), errors::StorageFull("/x"), absl::InternalError("no detail at all")}) {
    const auto decoded = DecodeFrame(EncodeFrame(status));
    EXPECT_THAT(decoded, HasReason(ErrorReason::kExtractionFailed));
    EXPECT_EQ(decoded.status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(FrameTest, EveryCutAndEveryTailIsRefused) {
  const std::string frame = EncodeFrame(Sample());
  for (size_t size = 0; size < frame.size(); ++size) {
    EXPECT_THAT(DecodeFrame(frame.substr(0, size)), HasReason(ErrorReason::kExtractionFailed));
  }
  EXPECT_THAT(DecodeFrame(frame + "x"), HasReason(ErrorReason::kExtractionFailed));
}

// Whatever single byte is changed: refused, or another sound text.
TEST(FrameTest, ChangedBytesNeverGiveAnUnsoundText) {
  const std::string frame = EncodeFrame(Sample());
  for (size_t i = 0; i < frame.size(); ++i) {
    for (const unsigned value : {0u, 1u, 10u, 0x7Fu, 0x80u, 0xFFu}) {
      std::string changed = frame;
      changed[i] = static_cast<char>(value);
      const auto decoded = DecodeFrame(changed);
      if (decoded.ok()) {
        EXPECT_EQ(EncodeFrame(decoded), changed);
        EXPECT_EQ(decoded->lines.size(), 3u);
      } else {
        EXPECT_EQ(decoded.status().code(), absl::StatusCode::kInvalidArgument);
      }
    }
  }
}

TEST(FrameTest, UnsoundTextsAreRefused) {
  const auto refused = [](const ExtractedText& text) {
    return GetErrorReason(DecodeFrame(EncodeFrame(text)).status()) ==
           ErrorReason::kExtractionFailed;
  };
  ExtractedText text = Sample();
  text.text += "no hint";
  EXPECT_TRUE(refused(text));
  text = Sample();
  text.lines.pop_back();
  EXPECT_TRUE(refused(text));
  text = Sample();
  text.text[0] = '\x01';
  EXPECT_TRUE(refused(text));
  text = Sample();
  text.text[0] = '\xFF';
  EXPECT_TRUE(refused(text));
  text = Sample();
  text.lines[0].heading_level = 10;
  EXPECT_TRUE(refused(text));
  text = Sample();
  text.metadata.front().second = "a\nb";
  EXPECT_TRUE(refused(text));
}

}  // namespace
}  // namespace quotes::extract
