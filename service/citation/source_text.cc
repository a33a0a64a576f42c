#include "service/citation/source_text.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "service/text/utf8.h"

namespace quotes::citation {
namespace {

size_t CommonPrefix(std::u32string_view a, std::u32string_view b) {
  size_t n = 0;
  while (n < a.size() && n < b.size() && a[n] == b[n]) {
    ++n;
  }
  return n;
}

size_t CommonSuffix(std::u32string_view a, std::u32string_view b) {
  size_t n = 0;
  while (n < a.size() && n < b.size() && a[a.size() - 1 - n] == b[b.size() - 1 - n]) {
    ++n;
  }
  return n;
}

Range FaultCore(Range fault, std::u32string_view printed, std::u32string_view reading) {
  const size_t prefix = CommonPrefix(printed, reading);
  const size_t suffix = CommonSuffix(printed.substr(prefix), reading.substr(prefix));
  const size_t whole_suffix = CommonSuffix(printed, reading);
  const size_t whole_prefix = CommonPrefix(printed.substr(0, printed.size() - whole_suffix),
                                           reading.substr(0, reading.size() - whole_suffix));
  return {static_cast<uint32_t>(fault.begin + std::min(prefix, whole_prefix)),
          static_cast<uint32_t>(fault.begin + printed.size() - std::min(suffix, whole_suffix))};
}

}  // namespace

Reading EmendedReading(const Source& source, size_t defect, size_t reading) {
  const Range fault = source.defect_range(defect);
  const std::u32string text = text::ToCodePoints(source.reading(defect, reading));
  const std::u32string_view printed = source.joined().substr(fault.begin, fault.size());
  const size_t prefix = CommonPrefix(printed, text);
  const size_t suffix =
      CommonSuffix(printed.substr(prefix), std::u32string_view(text).substr(prefix));
  return {{static_cast<uint32_t>(fault.begin + prefix), static_cast<uint32_t>(fault.end - suffix)},
          text.substr(prefix, text.size() - prefix - suffix),
          static_cast<int>(defect),
          reading};
}

SourceText::SourceText(const Source& source, uint32_t index, Range range,
                       std::vector<Reading> readings)
    : source_(source),
      index_(index),
      range_(range),
      readings_(std::move(readings)),
      text_(Build()),
      annotated_(text_) {
  units_ = FormUnits(text_);
}

std::u32string_view SourceText::Build() {
  const std::u32string_view joined = source_.joined();
  if (readings_.empty()) {
    return joined.substr(range_.begin, range_.size());
  }
  std::sort(readings_.begin(), readings_.end(), [](const Reading& a, const Reading& b) {
    return std::tie(a.printed.begin, a.printed.end) < std::tie(b.printed.begin, b.printed.end);
  });
  uint32_t at = range_.begin;
  const auto append = [&](std::u32string_view piece, Range printed, int reading) {
    const auto begin = static_cast<uint32_t>(own_.size());
    own_ += piece;
    segments_.push_back({{begin, static_cast<uint32_t>(own_.size())}, printed, reading});
  };
  for (size_t i = 0; i < readings_.size(); ++i) {
    const Range printed = readings_[i].printed;
    if (printed.begin < at || printed.end > range_.end) {
      continue;
    }
    append(joined.substr(at, printed.begin - at), {at, printed.begin}, -1);
    append(readings_[i].text, printed, static_cast<int>(i));
    at = printed.end;
  }
  append(joined.substr(at, range_.end - at), {at, range_.end}, -1);
  return own_;
}

bool TouchesFault(const Source& source, size_t defect, Range range) {
  const Range fault = source.defect_range(defect);
  if (range.end <= fault.begin || range.begin >= fault.end) {
    return false;
  }
  const std::u32string_view printed = source.joined().substr(fault.begin, fault.size());
  for (size_t i = 0; i < source.reading_count(defect); ++i) {
    const std::u32string reading = text::ToCodePoints(source.reading(defect, i));
    const bool from_inside = fault.begin < range.begin && fault.end <= range.end;
    const bool to_inside = range.begin <= fault.begin && range.end < fault.end;
    if ((from_inside && reading.ends_with(printed.substr(range.begin - fault.begin))) ||
        (to_inside && reading.starts_with(printed.substr(0, range.end - fault.begin)))) {
      continue;
    }
    if (Intersects(FaultCore(fault, printed, reading), range.begin, range.end)) {
      return true;
    }
  }
  return false;
}

}  // namespace quotes::citation
