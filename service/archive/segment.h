#ifndef QUOTES_SERVICE_ARCHIVE_SEGMENT_H_
#define QUOTES_SERVICE_ARCHIVE_SEGMENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "service/archive/entry.h"
#include "service/archive/text_index.h"

namespace quotes::archive {

// Some reports with indices over their quotes, made once and never changed. A report that is
// withdrawn or replaced stays in its segment until the segment is merged; snapshots know which of a
// segment's entries are dead.
class Segment {
 public:
  // The quotes of one kind of text, numbered in the order of answers.
  struct Part {
    std::unique_ptr<const TextIndex> index;
    std::vector<uint32_t> first;  // number of each entry's first quote; one more at the end
    std::vector<uint32_t> quote;  // the quote's place in its report, by number
    std::vector<uint32_t> entry;  // the entry, by number
    // Numbers of the quotes of each theme, ascending, by index of the scheme.
    std::vector<std::vector<uint32_t>> themes;

    uint32_t size() const { return static_cast<uint32_t>(quote.size()); }
  };

  // `entries` in the order of answers: speech date descending (undated last), then id.
  Segment(std::vector<std::shared_ptr<const Entry>> entries, size_t theme_count);
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  const std::vector<std::shared_ptr<const Entry>>& entries() const { return entries_; }
  const Part& speech() const { return speech_; }
  const Part& furniture() const { return furniture_; }
  // Code points of joined text.
  uint64_t code_points() const { return code_points_; }

 private:
  void Build(bool speech, size_t theme_count, Part* part) const;

  const std::vector<std::shared_ptr<const Entry>> entries_;
  Part speech_;
  Part furniture_;
  uint64_t code_points_ = 0;
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_SEGMENT_H_
