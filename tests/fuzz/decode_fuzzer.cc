// Whatever the bytes: what Decode() accepts, it maps to the last byte; what it refuses, it refuses
// at a byte up to which the source is good.

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "service/base/check.h"
#include "service/base/errors.h"
#include "service/text/decode.h"
#include "service/text/utf8.h"

namespace quotes::text {
namespace {

void CheckRefusal(std::string_view bytes, const absl::Status& status) {
  const ErrorReason reason = GetErrorReason(status);
  if (reason == ErrorReason::kEmptyText) {
    QUOTES_CHECK(bytes.size() <= 4);  // nothing, or a byte-order mark
    return;
  }
  QUOTES_CHECK(reason == ErrorReason::kUndecodableText);
  std::optional<size_t> offset;
  std::optional<Encoding> encoding;
  const std::optional<ErrorDetail> detail = GetErrorDetail(status);
  QUOTES_CHECK(detail.has_value());
  for (const auto& [key, value] : detail->metadata) {
    if (key == "byte_offset") {
      size_t number = 0;
      std::from_chars(value.data(), value.data() + value.size(), number);
      offset = number;
    } else if (key == "encoding") {
      encoding = ParseEncoding(value);
    }
  }
  QUOTES_CHECK(offset.has_value() && encoding.has_value() && *offset < bytes.size());
  const auto before = Decode(bytes.substr(0, *offset), encoding);
  QUOTES_CHECK(before.ok() || GetErrorReason(before.status()) == ErrorReason::kEmptyText);
}

void CheckText(std::string_view bytes, const DecodedText& decoded) {
  QUOTES_CHECK(!decoded.text.empty());
  QUOTES_CHECK(decoded.byte_offsets.size() == decoded.text.size() + 1);
  QUOTES_CHECK(decoded.byte_offsets.front() <= 4);
  QUOTES_CHECK(decoded.byte_offsets.back() == bytes.size());
  QUOTES_CHECK(std::is_sorted(decoded.byte_offsets.begin(), decoded.byte_offsets.end()));
  if (decoded.encoding == Encoding::kUtf8) {
    QUOTES_CHECK(ToUtf8(decoded.text) == bytes.substr(decoded.byte_offsets.front()));
  }
}

void CheckDecode(std::string_view bytes, std::optional<Encoding> encoding) {
  const auto decoded = Decode(bytes, encoding);
  if (!decoded.ok()) {
    CheckRefusal(bytes, decoded.status());
    return;
  }
  QUOTES_CHECK(!encoding.has_value() || decoded->encoding == *encoding);
  CheckText(bytes, *decoded);
  if (!encoding.has_value()) {
    const auto named = Decode(bytes, decoded->encoding);
    QUOTES_CHECK(named.ok() && named->text == decoded->text);
  }
}

}  // namespace
}  // namespace quotes::text

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using quotes::text::Encoding;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  quotes::text::CheckDecode(bytes, std::nullopt);
  for (const Encoding encoding : {Encoding::kUtf8, Encoding::kUtf16Le, Encoding::kUtf16Be,
                                  Encoding::kGb18030, Encoding::kBig5}) {
    quotes::text::CheckDecode(bytes, encoding);
  }
  return 0;
}
