#include "service/extract/frame.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/text/utf8.h"

namespace quotes::extract {
namespace {

using report::LineHint;
using report::LineRole;

constexpr std::string_view kMagic = "QXTR";
constexpr uint32_t kVersion = 4;
constexpr uint8_t kText = 0;
constexpr uint8_t kError = 1;
constexpr size_t kHeaderBytes = 4 + 4 + 1 + 8;
constexpr size_t kLineBytes = 4 + 1 + 1 + 1 + 2 + 2;
constexpr size_t kMaxStringBytes = limits::kMaxExtractedMetadataBytes;
constexpr uint8_t kLastHeadingLevel = 9;

constexpr uint8_t kBold = 1;
constexpr uint8_t kContinues = 2;
constexpr uint8_t kPlaced = 4;
constexpr uint8_t kReachesEdge = 8;
constexpr uint8_t kBreaksOff = 16;
constexpr uint8_t kUnsurePlace = 32;
constexpr uint8_t kOutside = 64;
constexpr uint8_t kLacksWords = 128;

class Writer {
 public:
  template <typename Number>
  void Put(Number number) {
    for (size_t i = 0; i < sizeof(Number); ++i) {
      bytes_.push_back(static_cast<char>(static_cast<uint64_t>(number) >> (8 * i) & 0xFF));
    }
  }
  void PutString(std::string_view text) {
    Put(static_cast<uint32_t>(text.size()));
    bytes_.append(text);
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what another process wrote; after the first fault everything it gives is empty.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <typename Number>
  Number Get() {
    const std::string_view raw = Bytes(sizeof(Number));
    uint64_t number = 0;
    for (size_t i = 0; i < raw.size(); ++i) {
      number |= static_cast<uint64_t>(static_cast<uint8_t>(raw[i])) << (8 * i);
    }
    return static_cast<Number>(number);
  }
  std::string_view String(size_t most) {
    const auto size = Get<uint32_t>();
    if (size > most) {
      ok_ = false;
    }
    return ok_ ? Bytes(size) : std::string_view();
  }
  void Check(bool holds) { ok_ = ok_ && holds; }
  bool ok() const { return ok_; }
  size_t left() const { return bytes_.size(); }

 private:
  std::string_view Bytes(size_t size) {
    if (!ok_ || size > bytes_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  std::string_view bytes_;
  bool ok_ = true;
};

bool IsCleanText(std::string_view text) {
  if (text::FindInvalidUtf8(text).has_value()) {
    return false;
  }
  const std::u32string points = text::ToCodePoints(text);
  return std::none_of(points.begin(), points.end(), [](char32_t c) {
    return (c < 0x20 && c != U'\n' && c != U'\t') || (c >= 0x7F && c < 0xA0) || c == 0x2028 ||
           c == 0x2029 || c == 0xFFFE;
  });
}

bool IsCleanString(std::string_view text) {
  return IsCleanText(text) && text.find('\n') == std::string_view::npos;
}

// What a worker may blame on the source. It does not speak for the service.
bool IsSourceReason(uint32_t reason) {
  switch (static_cast<ErrorReason>(reason)) {
    case ErrorReason::kUndecodableText:
    case ErrorReason::kEmptyText:
    case ErrorReason::kSourceTooLarge:
    case ErrorReason::kUnsupportedFormat:
    case ErrorReason::kEncrypted:
    case ErrorReason::kNoTextLayer:
    case ErrorReason::kMalformedSource:
    case ErrorReason::kExtractionFailed:
    case ErrorReason::kExtractorUnavailable:
      return true;
    default:
      return false;
  }
}

void PutPairs(const std::vector<std::pair<std::string, std::string>>& pairs, Writer* writer) {
  writer->Put(static_cast<uint32_t>(pairs.size()));
  for (const auto& [key, value] : pairs) {
    writer->PutString(key);
    writer->PutString(value);
  }
}

std::vector<std::pair<std::string, std::string>> GetPairs(Reader* reader) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const auto entries = reader->Get<uint32_t>();
  reader->Check(entries <= limits::kMaxExtractedMetadata);
  for (uint32_t i = 0; reader->ok() && i < entries; ++i) {
    const std::string_view key = reader->String(kMaxStringBytes);
    const std::string_view value = reader->String(kMaxStringBytes);
    reader->Check(IsCleanString(key) && IsCleanString(value));
    pairs.emplace_back(key, value);
  }
  return pairs;
}

std::optional<ExtractedText> GetText(Reader* reader) {
  ExtractedText result;
  const auto encoding = reader->Get<uint8_t>();
  reader->Check(encoding >= static_cast<uint8_t>(text::Encoding::kUtf8) &&
                encoding <= static_cast<uint8_t>(text::Encoding::kBig5));
  result.encoding = static_cast<text::Encoding>(encoding);
  result.text = reader->String(limits::kMaxSourceBytes);
  const auto lines = reader->Get<uint32_t>();
  reader->Check(lines <= limits::kMaxExtractedLines && lines * kLineBytes <= reader->left());
  reader->Check(IsCleanText(result.text) &&
                static_cast<size_t>(std::count(result.text.begin(), result.text.end(), '\n')) ==
                    lines &&
                (result.text.empty() || result.text.back() == '\n'));
  if (!reader->ok()) {
    return std::nullopt;
  }
  result.lines.reserve(lines);
  for (uint32_t i = 0; i < lines; ++i) {
    LineHint hint;
    hint.page = reader->Get<uint32_t>();
    const auto role = reader->Get<uint8_t>();
    hint.heading_level = reader->Get<uint8_t>();
    const auto flags = reader->Get<uint8_t>();
    hint.indent = reader->Get<uint16_t>();
    hint.marker = reader->Get<uint16_t>();
    reader->Check(hint.page <= INT32_MAX && role <= static_cast<uint8_t>(report::kLastLineRole) &&
                  hint.heading_level <= kLastHeadingLevel);
    hint.role = static_cast<LineRole>(role);
    hint.bold = (flags & kBold) != 0;
    hint.continues = (flags & kContinues) != 0;
    hint.placed = (flags & kPlaced) != 0;
    hint.reaches_edge = (flags & kReachesEdge) != 0;
    hint.breaks_off = (flags & kBreaksOff) != 0;
    hint.unsure_place = (flags & kUnsurePlace) != 0;
    hint.outside = (flags & kOutside) != 0;
    hint.lacks_words = (flags & kLacksWords) != 0;
    result.lines.push_back(hint);
  }
  result.metadata = GetPairs(reader);
  return result;
}

absl::Status Protocol(std::string_view description) {
  return errors::ExtractionFailed("protocol", description);
}

}  // namespace

size_t MaxFrameBytes() {
  return kHeaderBytes + 64 + limits::kMaxSourceBytes + limits::kMaxExtractedLines * kLineBytes +
         limits::kMaxExtractedMetadata * 2 * (kMaxStringBytes + 4);
}

std::string EncodeFrame(const absl::StatusOr<ExtractedText>& result) {
  Writer payload;
  if (result.ok()) {
    payload.Put(static_cast<uint8_t>(result->encoding));
    payload.PutString(result->text);
    payload.Put(static_cast<uint32_t>(result->lines.size()));
    for (const LineHint& hint : result->lines) {
      payload.Put(hint.page);
      payload.Put(static_cast<uint8_t>(hint.role));
      payload.Put(hint.heading_level);
      payload.Put(static_cast<uint8_t>(
          (hint.bold ? kBold : 0) | (hint.continues ? kContinues : 0) |
          (hint.placed ? kPlaced : 0) | (hint.reaches_edge ? kReachesEdge : 0) |
          (hint.breaks_off ? kBreaksOff : 0) | (hint.unsure_place ? kUnsurePlace : 0) |
          (hint.outside ? kOutside : 0) | (hint.lacks_words ? kLacksWords : 0)));
      payload.Put(hint.indent);
      payload.Put(hint.marker);
    }
    PutPairs(result->metadata, &payload);
  } else {
    const std::optional<ErrorDetail> detail = GetErrorDetail(result.status());
    payload.Put(static_cast<uint32_t>(detail.has_value() ? detail->reason
                                                         : ErrorReason::kExtractionFailed));
    payload.PutString(CleanLine(ToStd(result.status().message())));
    PutPairs(detail.has_value() ? detail->metadata : decltype(detail->metadata)(), &payload);
  }
  const std::string body = payload.Take();
  Writer frame;
  frame.Put(kVersion);
  frame.Put(result.ok() ? kText : kError);
  frame.Put(static_cast<uint64_t>(body.size()));
  return std::string(kMagic) + frame.Take() + body;
}

absl::StatusOr<ExtractedText> DecodeFrame(std::string_view frame) {
  if (frame.size() > MaxFrameBytes()) {
    return Protocol("the reader's answer is too long");
  }
  if (!frame.starts_with(kMagic)) {
    return Protocol("the reader gave no answer");
  }
  Reader reader(frame.substr(kMagic.size()));
  if (reader.Get<uint32_t>() != kVersion) {
    return Protocol("the reader is of another version than the service");
  }
  const auto kind = reader.Get<uint8_t>();
  const auto size = reader.Get<uint64_t>();
  reader.Check(size == reader.left() && kind <= kError);
  if (!reader.ok()) {
    return Protocol("the reader's answer is cut");
  }
  if (kind == kText) {
    std::optional<ExtractedText> text = GetText(&reader);
    if (!text.has_value() || !reader.ok() || reader.left() != 0) {
      return Protocol("the reader's answer does not hold together");
    }
    return *std::move(text);
  }
  const auto reason = reader.Get<uint32_t>();
  const std::string_view message = reader.String(kMaxStringBytes);
  ErrorDetail detail;
  detail.metadata = GetPairs(&reader);
  if (!reader.ok() || reader.left() != 0 || !IsSourceReason(reason) || !IsCleanString(message)) {
    return Protocol("the reader's error does not hold together");
  }
  detail.reason = static_cast<ErrorReason>(reason);
  if (detail.reason == ErrorReason::kExtractorUnavailable) {
    return MakeError(absl::StatusCode::kFailedPrecondition, message, detail);
  }
  constexpr std::string_view kField = "source.content: ";
  detail.violations.push_back(
      {"source.content",
       std::string(message.substr(message.starts_with(kField) ? kField.size() : 0))});
  return MakeError(absl::StatusCode::kInvalidArgument, message, detail);
}

}  // namespace quotes::extract
