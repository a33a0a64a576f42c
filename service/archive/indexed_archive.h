#ifndef QUOTES_SERVICE_ARCHIVE_INDEXED_ARCHIVE_H_
#define QUOTES_SERVICE_ARCHIVE_INDEXED_ARCHIVE_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "service/archive/archive.h"
#include "service/archive/packed_document.h"
#include "service/archive/segment.h"
#include "service/base/cancellation.h"

namespace quotes::archive {

class SegmentFolder;
struct SegmentView;

// What a segment may hold at most, in code points: with two UTF-16 units each it stays below
// TextIndexBuilder::kMostUnits, also behind one report of the largest size.
inline constexpr uint64_t kLargestSegment = 256'000'000;

struct ArchiveOptions {
  // Segments are not merged beyond this many code points, so that a merge has a bounded memory: 14
  // bytes of scratch a code point beside the result, which is written to a file if there is a
  // folder. One report may be larger. At most kLargestSegment.
  uint64_t largest_segment = 64'000'000;
  // Segments made for an import wait for the first merge in memory unless they are larger: those go
  // to their file at once.
  uint64_t largest_in_memory = 1'000'000;
  // Merged while an import waits: below 30 ms. In tiers: of the segments below this size each is
  // more than twice the next smaller one, or both would be more than this; so many small imports
  // leave a few segments, and each of their texts is sorted a few times.
  uint64_t merge_at_once = 64'000;
  // Each look-up asks every segment. More than these are merged though their sizes differ, as far
  // as the largest size allows.
  size_t most_segments = 8;
  // Where segments are kept; not owned, null: in memory only.
  SegmentFolder* folder = nullptr;
};

// The archive over suffix arrays: a short list of immutable segments, each with an index of its
// texts, so that the cost of a look-up hardly depends on the number of hits or of quotes. Made at
// once, from stored segments and what they lack, or as a change of an earlier snapshot.
class ArchiveLoader {
 public:
  // Opens the segments of `options.folder`, if there is one.
  ArchiveLoader(std::shared_ptr<const themes::Scheme> scheme, ArchiveOptions options);
  ~ArchiveLoader();
  ArchiveLoader(const ArchiveLoader&) = delete;
  ArchiveLoader& operator=(const ArchiveLoader&) = delete;

  // What was saved beside the segments; see SegmentFolder::Save.
  const std::string& note() const;
  // Whether a stored segment has this state of an active report.
  bool Has(std::string_view report_id, uint64_t revision, const DocumentHead& head) const;
  // The reverse; what there is, is taken from there. To be asked once for each report.
  bool Lacks(std::string_view report_id, uint64_t revision, const DocumentHead& head);
  // Adds a report, with its themes. One that is not active is left out. Makes a segment whenever
  // there is enough for one of the largest size, unless it is cancelled, within about a second:
  // Finish has to be told so too.
  void Add(const Document& document, const Cancellation& cancellation = Cancellation());
  // The same of a packed one, whatever its state.
  void Add(std::shared_ptr<const PackedDocument> packed,
           const Cancellation& cancellation = Cancellation());
  // How many were added.
  size_t added() const;
  // A snapshot of what was found and added; null if it was cancelled, within about a second. The
  // loader is empty then.
  std::shared_ptr<const Archive> Finish(uint64_t revision,
                                        const Cancellation& cancellation = Cancellation());

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

// A snapshot of `previous` (made by functions of this file) with `added` reports, in place of those
// of the same ids, and without the reports `removed`; unknown ids are none. The new reports, packed
// for the scheme of `previous`, become one new segment; other segments are shared, with
// entries that are gone marked dead. Small segments are merged with it at once. The cost depends on
// what changes, and with a very small constant on the number of reports.
std::shared_ptr<const Archive> UpdateArchive(
    const Archive& previous, uint64_t revision,
    const std::vector<std::shared_ptr<const PackedDocument>>& added,
    const std::vector<std::string>& removed);

// A snapshot of `documents`. Those that `previous` (of the same scheme, or null) does not have are
// added to it, those that are missing removed.
std::shared_ptr<const Archive> MakeIndexedArchive(
    uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
    const std::vector<std::shared_ptr<const Document>>& documents,
    const Archive* previous = nullptr, const ArchiveOptions& options = {});

// Merging that an archive would profit from: empty, or a piece of work for a background thread.
// Run costs about a second for three million characters and does not touch the archive; Apply
// then makes a snapshot of `current` (the same archive, or any made from it since) in which the
// merged segment stands for those it was made of.
class MergePlan {
 public:
  MergePlan();  // empty
  // Of all that there is to merge, or as far as it costs at most so many code points.
  explicit MergePlan(const Archive& archive,
                     uint64_t most_code_points = std::numeric_limits<uint64_t>::max());
  // Of one segment with dead entries whose ids are `gone`, if there is any: it is written anew
  // without all that is dead in it, for texts that must not even be left over.
  static MergePlan Without(const Archive& archive,
                           absl::FunctionRef<bool(std::string_view report_id)> gone);
  ~MergePlan();
  MergePlan(MergePlan&&) noexcept;
  MergePlan& operator=(MergePlan&&) noexcept;

  bool empty() const;
  // False when it was cancelled, within about a second; the plan is of no more use then.
  bool Run(const Cancellation& cancellation = Cancellation());
  // Null when nothing that was merged is part of `current` any more.
  std::shared_ptr<const Archive> Apply(const Archive& current) const;

 private:
  struct Rep;
  // Plans to make one segment of those of `chosen`.
  void Choose(const std::vector<const SegmentView*>& chosen);

  std::unique_ptr<Rep> rep_;
};

// Judges ahead of look-ups which quotes of an archive made here are stock phrases, as orders by
// salience ask; what is not judged ahead is judged when it is asked for, a few microseconds each.
// Costs about as much for each quote of several segments, and nothing where there is one without
// dead entries. `go_on` is asked every millisecond; false if it ended the work, which is not lost.
bool JudgeStockPhrases(const Archive& archive, absl::FunctionRef<bool()> go_on);

// Reads, ahead of histories of phrases with marks, which marks are printed in the texts of an
// archive made here: until then such a phrase is counted in the texts themselves. Costs 30 ns for
// each character of a segment, once. `go_on` is asked every millisecond; false if it ended the
// work, of which whole segments are not lost.
bool ReadPrintedMarks(const Archive& archive, absl::FunctionRef<bool()> go_on);

// Number of segments of an archive made here; for tests and status.
size_t SegmentCount(const Archive& archive);

// The segments of an archive made here, and which of their entries live in it.
struct SegmentState {
  std::shared_ptr<const Segment> segment;
  std::vector<bool> alive;
};
std::vector<SegmentState> SegmentsOf(const Archive& archive);

// Bytes held by an archive made here, by structure, mapped files included; for measurements.
std::vector<std::pair<std::string_view, size_t>> MemoryUse(const Archive& archive);

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_INDEXED_ARCHIVE_H_
