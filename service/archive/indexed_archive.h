#ifndef QUOTES_SERVICE_ARCHIVE_INDEXED_ARCHIVE_H_
#define QUOTES_SERVICE_ARCHIVE_INDEXED_ARCHIVE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "service/archive/archive.h"

namespace quotes::archive {

// The archive over suffix arrays: a short list of immutable segments, each with an index of its
// texts, so that the cost of a look-up hardly depends on the number of hits or of quotes.
//
// Documents that `previous` (a result of this function, or null) does not have become one new
// segment; its other segments are shared, with entries that are gone marked dead. Small segments,
// and segments with many dead entries, are merged at once when together they have at most
// kMergeAtOnce code points; MergePlan says what should be merged in the background.
std::shared_ptr<const Archive> MakeIndexedArchive(
    uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
    std::vector<std::shared_ptr<const Document>> documents, const Archive* previous = nullptr);

// Merging that an archive would profit from: empty, or a piece of work for a background thread.
// Run() costs about a second for three million characters and does not touch the archive; Apply
// then makes a snapshot of `current` (the same archive, or any made from it since) in which the
// merged segment stands for those it was made of.
class MergePlan {
 public:
  explicit MergePlan(const Archive& archive);
  ~MergePlan();
  MergePlan(MergePlan&&) noexcept;
  MergePlan& operator=(MergePlan&&) noexcept;

  bool empty() const;
  void Run();
  // Null when a segment of the plan is no longer part of `current`.
  std::shared_ptr<const Archive> Apply(const Archive& current) const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

// Number of segments of an archive made by MakeIndexedArchive; for tests and status.
size_t SegmentCount(const Archive& archive);

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_INDEXED_ARCHIVE_H_
