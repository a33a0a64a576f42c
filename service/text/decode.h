#ifndef QUOTES_SERVICE_TEXT_DECODE_H_
#define QUOTES_SERVICE_TEXT_DECODE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace quotes::text {

// Encodings a source may have. GB18030 covers GBK and GB2312.
enum class Encoding { kUtf8 = 1, kUtf16Le = 2, kUtf16Be = 3, kGb18030 = 4, kBig5 = 5 };

// "UTF-8", "UTF-16LE", "UTF-16BE", "GB18030", "Big5".
std::string_view EncodingName(Encoding encoding);
// Accepts the names above and the usual aliases (gbk, gb2312, utf8, ...), in any case.
std::optional<Encoding> ParseEncoding(std::string_view name);

// The characters of a source and where each came from.
struct DecodedText {
  Encoding encoding = Encoding::kUtf8;
  // Code points, without a byte-order mark. Line breaks are kept as they are.
  std::u32string text;
  // text.size() + 1 byte offsets into the source: character i came from
  // [byte_offsets[i], byte_offsets[i + 1]). The first is the size of the byte-order mark.
  std::vector<uint32_t> byte_offsets;
};

// Decodes `bytes`. Without `encoding` it is detected: byte-order mark, then strict UTF-8, then
// UTF-16 by the distribution of its bytes, then GB18030 against Big5 by strict decoding and the
// share of common characters (ICU converts; its detector breaks ties).
//
// INVALID_ARGUMENT / EMPTY_TEXT when there is no character; UNDECODABLE_TEXT naming the byte offset
// of the first malformed sequence, of NUL, or of a control character other than TAB, LF, VT, FF,
// CR, NEL: such bytes are no text. SOURCE_TOO_LARGE above limits::kMaxSourceBytes. Never drops or
// replaces a byte.
absl::StatusOr<DecodedText> Decode(std::string_view bytes,
                                   std::optional<Encoding> encoding = std::nullopt);

}  // namespace quotes::text

#endif  // QUOTES_SERVICE_TEXT_DECODE_H_
