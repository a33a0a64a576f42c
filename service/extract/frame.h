#ifndef QUOTES_SERVICE_EXTRACT_FRAME_H_
#define QUOTES_SERVICE_EXTRACT_FRAME_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "service/extract/extracted_text.h"

// What the worker says to the process that started it: one frame on its standard output. Integers
// are little-endian.
//
//   "QXTR"  u32 version  u8 kind  u64 size  payload of `size` bytes, and nothing behind it
//   kind 0: u8 encoding, string text, u32 lines, per line u32 page, u8 role, u8 heading level,
//           u8 flags (1 bold, 2 continues, 4 placed, 8 reaches edge, 16 breaks off, 32 unsure of
//           the place, 64 outside, 128 lacks words), u16 indent, u16 marker; u32 entries of
//           metadata, each two strings
//   kind 1: u32 reason (quotes::ErrorReason), string message, u32 entries, each two strings
//   string: u32 bytes, UTF-8
namespace quotes::extract {

// The longest frame that a worker may send.
size_t MaxFrameBytes();

std::string EncodeFrame(const absl::StatusOr<ExtractedText>& result);

// The result that a frame carries. The worker read hostile bytes, so nothing is believed: sizes,
// numbers, UTF-8, characters, the lines against the text and the reasons a worker may give are
// checked. INVALID_ARGUMENT / EXTRACTION_FAILED with the cause "protocol" for anything else.
absl::StatusOr<ExtractedText> DecodeFrame(std::string_view frame);

}  // namespace quotes::extract

#endif  // QUOTES_SERVICE_EXTRACT_FRAME_H_
