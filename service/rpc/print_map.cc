#include "service/rpc/print_map.h"

#include <unicode/ucnv.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "service/text/decode.h"
#include "service/text/utf8.h"

namespace quotes::rpc {
namespace {

// The number of bytes that `text` has in an encoding; nullopt when it cannot be written in it. In
// all of them each character is written by itself: the sizes of parts add up.
std::optional<uint64_t> EncodedSize(std::u32string_view text, text::Encoding encoding) {
  switch (encoding) {
    case text::Encoding::kUtf8:
      return text::OffsetInUnit(text, text.size(), text::OffsetUnit::kUtf8Bytes);
    case text::Encoding::kUtf16Le:
    case text::Encoding::kUtf16Be:
      return 2 * text::OffsetInUnit(text, text.size(), text::OffsetUnit::kUtf16);
    case text::Encoding::kGb18030:
    case text::Encoding::kBig5:
      break;
  }
  std::u16string units;
  for (const char32_t c : text) {
    if (c > 0xFFFF) {
      units.push_back(static_cast<char16_t>(0xD7C0 + (c >> 10)));
      units.push_back(static_cast<char16_t>(0xDC00 + (c & 0x3FF)));
    } else {
      units.push_back(static_cast<char16_t>(c));
    }
  }
  UErrorCode error = U_ZERO_ERROR;
  UConverter* converter = ucnv_open(std::string(text::EncodingName(encoding)).c_str(), &error);
  if (U_FAILURE(error)) {
    return std::nullopt;
  }
  // Characters that the encoding does not have must not pass as a substitute of some length.
  ucnv_setFromUCallBack(converter, UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
  std::string bytes(units.size() * 4 + 16, '\0');
  const int32_t written =
      ucnv_fromUChars(converter, bytes.data(), static_cast<int32_t>(bytes.size()), units.data(),
                      static_cast<int32_t>(units.size()), &error);
  ucnv_close(converter);
  if (U_FAILURE(error)) {
    return std::nullopt;
  }
  return static_cast<uint64_t>(written);
}

}  // namespace

PrintMap::PrintMap(const archive::PackedDocument& document) : document_(document) {
  const std::span<const archive::PackedPrintSpan> spans = document.print_spans();
  order_.reserve(spans.size());
  // The speech stands first, the furniture between its lines behind it: two passes put them in
  // order.
  for (const bool speech : {true, false}) {
    for (uint32_t i = 0; i < spans.size(); ++i) {
      if (report::IsSpeech(spans[i].kind) == speech &&
          spans[i].joined.begin < spans[i].joined.end) {
        order_.push_back(i);
      }
    }
  }
  const auto before = [&](uint32_t a, uint32_t b) {
    return spans[a].joined.begin < spans[b].joined.begin;
  };
  if (!std::is_sorted(order_.begin(), order_.end(), before)) {
    std::stable_sort(order_.begin(), order_.end(), before);
  }
  for (size_t i = 1; disjoint_ && i < order_.size(); ++i) {
    disjoint_ = spans[order_[i - 1]].joined.end <= spans[order_[i]].joined.begin;
  }
}

std::vector<v1::PrintPlace> PrintMap::Places(report::Range range) {
  const std::span<const archive::PackedPrintSpan> spans = document_.print_spans();
  if (range.empty()) {
    return {};
  }
  std::vector<uint32_t> found;
  auto at = order_.begin();
  if (disjoint_) {
    at = std::partition_point(order_.begin(), order_.end(),
                              [&](uint32_t span) { return spans[span].joined.end <= range.begin; });
  }
  for (; at != order_.end() && spans[*at].joined.begin < range.end; ++at) {
    if (spans[*at].joined.end > range.begin) {
      found.push_back(*at);
    }
  }
  std::sort(found.begin(), found.end());
  std::vector<v1::PrintPlace> places;
  places.reserve(found.size());
  for (const uint32_t i : found) {
    const archive::PackedPrintSpan& span = spans[i];
    const Bytes bytes = BytesOf(
        i, {std::max(span.joined.begin, range.begin), std::min(span.joined.end, range.end)});
    v1::PrintPlace place;
    place.set_line(static_cast<int32_t>(span.line));
    place.set_page(static_cast<int32_t>(span.page));
    place.set_byte_begin(static_cast<int64_t>(bytes.begin));
    place.set_byte_end(static_cast<int64_t>(bytes.end));
    places.push_back(std::move(place));
  }
  return places;
}

PrintMap::Bytes PrintMap::BytesOf(size_t span, report::Range part) {
  const archive::PackedPrintSpan& whole = document_.print_spans()[span];
  if (part != whole.joined) {
    if (const std::optional<Bytes> bytes = PartOf(span, part); bytes.has_value()) {
      return *bytes;
    }
  }
  return {whole.byte_begin, whole.byte_end};
}

std::optional<PrintMap::Bytes> PrintMap::PartOf(size_t span, report::Range part) {
  const archive::PackedPrintSpan& whole = document_.print_spans()[span];
  const text::Encoding encoding = document_.source().encoding;
  if (!measured_.has_value() || measured_->span != span) {
    const auto size = EncodedSize(document_.joined(whole.joined), encoding);
    measured_ = {span, size == whole.byte_end - whole.byte_begin, whole.joined.begin, 0};
  }
  if (!measured_->exact) {
    return std::nullopt;  // some old encodings spell a character in two ways
  }
  if (part.begin < measured_->position) {
    measured_->position = whole.joined.begin;
    measured_->bytes = 0;
  }
  const auto before = EncodedSize(document_.joined({measured_->position, part.begin}), encoding);
  const auto inside = EncodedSize(document_.joined(part), encoding);
  if (!before || !inside) {
    return std::nullopt;
  }
  measured_->position = part.begin;
  measured_->bytes += *before;
  const uint64_t begin = whole.byte_begin + measured_->bytes;
  return Bytes{begin, begin + *inside};
}

}  // namespace quotes::rpc
