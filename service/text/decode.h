#ifndef QUOTES_SERVICE_TEXT_DECODE_H_
#define QUOTES_SERVICE_TEXT_DECODE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace quotes::text {

// Encodings a source may have. GB18030 covers GBK and GB2312; Big5 includes Hong Kong's characters
// (HKSCS), without the user-defined areas of other Big5 dialects.
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
  // [byte_offsets[i], byte_offsets[i + 1]). The first is the size of the byte-order mark. (Four
  // sequences of Big5 are two characters; the second of them has an empty range.)
  std::vector<uint32_t> byte_offsets;
};

// Decodes `bytes`. Without `encoding` it is detected: byte-order mark, then strict UTF-8, then the
// most plausible of all by the share of everyday characters (level 1 of GB 2312 and of Big5, marks)
// in the first 64 KiB from the first byte on that is not ASCII; ICU's detector breaks ties. The
// most plausible encoding is then read strictly: a single fault in it is an error, never a reason
// to take another encoding. UTF-16 without a mark has to read as text nearly as a whole.
//
// INVALID_ARGUMENT / EMPTY_TEXT when there is no character. INVALID_ARGUMENT / UNDECODABLE_TEXT
// naming the encoding and the byte offset of the first malformed or unassigned sequence, of NUL, of
// a control character other than TAB, LF, VT, FF, CR, NEL, or of a byte-order mark of the other
// byte order: such bytes are no text. Where no encoding is plausible the offset is the one for
// UTF-8. Detection refuses PDF and RTF, which would decode, at offset 0. SOURCE_TOO_LARGE above
// limits::kMaxSourceBytes.
//
// Never drops or replaces a byte: a U+FFFD or a private-use character that the source has (from
// GB18030's user-defined areas, too) is kept for others to report, as is a U+FEFF inside the text.
// Pure but for tables built at the first call; thread-safe.
absl::StatusOr<DecodedText> Decode(std::string_view bytes,
                                   std::optional<Encoding> encoding = std::nullopt);

}  // namespace quotes::text

#endif  // QUOTES_SERVICE_TEXT_DECODE_H_
