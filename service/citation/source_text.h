#ifndef QUOTES_SERVICE_CITATION_SOURCE_TEXT_H_
#define QUOTES_SERVICE_CITATION_SOURCE_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "service/citation/form.h"
#include "service/citation/quoted.h"
#include "service/citation/source.h"

namespace quotes::citation {

// A stretch of the source that is read otherwise than it is printed: a registered fault as emended,
// or a numeral as the quotation writes the same value.
struct Reading {
  Range printed;  // joined text
  std::u32string text;
  int defect = -1;     // index; -1: a numeral
  size_t reading = 0;  // of the defect
  // A figure of the emended words is written as the quotation writes the same value.
  bool restated = false;
};

// A fault as one of its readings emends it: no more of it than differs.
Reading EmendedReading(const Source& source, size_t defect, size_t reading);

// Whether two ranges have a character in common; an empty one must lie inside the other.
inline bool Intersects(Range a, uint32_t begin, uint32_t end) {
  return a.empty() ? begin < a.begin && a.begin < end : a.begin < end && begin < a.end;
}

// A window's text, as printed or with some stretches read otherwise, and its way back to the joined
// text.
class SourceText {
 public:
  struct Segment {
    Range text;        // of text()
    Range joined;      // as printed
    int reading = -1;  // index into readings(); -1: as printed
  };

  // Readings are disjoint.
  SourceText(const Source& source, uint32_t index, Range range, std::vector<Reading> readings);
  SourceText(const SourceText&) = delete;
  SourceText& operator=(const SourceText&) = delete;

  const Source& source() const { return source_; }
  uint32_t index() const { return index_; }
  Range range() const { return range_; }
  std::u32string_view text() const { return text_; }
  const Annotated& annotated() const { return annotated_; }
  const std::vector<Unit>& units() const { return units_; }
  const std::vector<Segment>& segments() const { return segments_; }
  const std::vector<Reading>& readings() const { return readings_; }

  int SegmentOf(uint32_t offset) const {
    for (size_t i = 0; i < segments_.size(); ++i) {
      if (segments_[i].text.begin <= offset && offset < segments_[i].text.end) {
        return static_cast<int>(i);
      }
    }
    return -1;
  }
  uint32_t JoinedBegin(uint32_t offset) const {
    if (segments_.empty()) {
      return range_.begin + offset;
    }
    for (const Segment& segment : segments_) {
      if (segment.text.begin <= offset && offset < segment.text.end) {
        return segment.reading >= 0 ? segment.joined.begin
                                    : segment.joined.begin + (offset - segment.text.begin);
      }
    }
    return range_.end;
  }
  uint32_t JoinedEnd(uint32_t offset) const {
    if (segments_.empty()) {
      return range_.begin + offset;
    }
    for (const Segment& segment : segments_) {
      if (segment.text.begin < offset && offset <= segment.text.end) {
        return segment.reading >= 0 ? segment.joined.end
                                    : segment.joined.begin + (offset - segment.text.begin);
      }
    }
    return range_.begin;
  }
  Range Joined(Range text) const {
    if (text.empty()) {
      const uint32_t at = text.begin == 0 ? JoinedBegin(0) : JoinedEnd(text.begin);
      return {at, at};
    }
    return {JoinedBegin(text.begin), JoinedEnd(text.end)};
  }

 private:
  std::u32string_view Build();

  const Source& source_;
  const uint32_t index_;
  const Range range_;
  std::vector<Reading> readings_;
  std::u32string own_;
  std::vector<Segment> segments_;
  const std::u32string_view text_;
  const Annotated annotated_;
  std::vector<Unit> units_;
};

// Whether a span of joined text touches a fault: the stretch in which print and one of the readings
// differ. Where the reading only adds, the place of the addition lies inside the span; what a
// repetition leaves open (which of two 风险 is the one too many) counts as touched. A span with an
// end of the fault that every reading has as well (the second 风险 and what follows it) is not
// touched.
bool TouchesFault(const Source& source, size_t defect, Range range);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_SOURCE_TEXT_H_
