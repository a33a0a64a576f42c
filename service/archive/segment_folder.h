#ifndef QUOTES_SERVICE_ARCHIVE_SEGMENT_FOLDER_H_
#define QUOTES_SERVICE_ARCHIVE_SEGMENT_FOLDER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/archive/archive.h"
#include "service/archive/packed_document.h"
#include "service/archive/segment.h"
#include "service/base/cancellation.h"
#include "service/base/mutex.h"

namespace quotes::archive {

// A segment that was found in a folder.
struct StoredSegment {
  std::shared_ptr<const Segment> segment;  // its documents have empty heads
  // By entry: whether it lived when the segments were last saved, and its head then: etag and time
  // of update; the rest is for the store to say.
  std::vector<bool> alive;
  std::vector<DocumentHead> heads;
};

// What was saved last.
struct StoredArchive {
  std::vector<StoredSegment> segments;
  std::string note;  // as Save was given it
};

// Where segments are kept over the life of a process, so that a start need not build them: a cache
// of the store, of which any part may be missing or damaged when it is loaded, and any file removed
// afterwards. What nobody may do is write into a file that is mapped: see MapFile. SEGMENTS.md
// describes the files. Thread-safe.
class SegmentFolder {
 public:
  struct Options {
    std::string path;       // made if it is missing and `writable`
    bool writable = false;  // one process at a time; others only map what it wrote
    // Called with a sentence about what could not be used or written; may be null.
    std::function<void(std::string_view)> on_warning = nullptr;
  };
  explicit SegmentFolder(Options options);
  ~SegmentFolder();
  SegmentFolder(const SegmentFolder&) = delete;
  SegmentFolder& operator=(const SegmentFolder&) = delete;

  // What was saved last, the note and each of the segments verified as a whole. What is missing,
  // damaged or of another version is left out, with a warning unless only the scheme is another
  // one.
  StoredArchive Load(const themes::Scheme& scheme);

  // Writes a segment of `documents` (in the order of answers) to a new file and maps it; null if
  // the folder is not writable, the writing failed, or it was cancelled.
  std::shared_ptr<const Segment> Write(std::span<const PackedDocument* const> documents,
                                       const themes::Scheme& scheme,
                                       const Cancellation& cancellation = Cancellation());

  // Makes the next Load find the segments of `archive`, and `note`, which is the caller's: writes
  // those that are in memory only or whose file was removed, then the list of all, then removes
  // files that neither it nor any living segment uses; with `erase` also those that living segments
  // of earlier archives use, which stay mapped without a name. Does nothing in a folder that is not
  // writable. One call at a time. False, with a warning, if a file could not be written or removed.
  bool Save(const Archive& archive, std::string_view note = "", bool erase = false);

 private:
  using Owner = std::weak_ptr<const void>;  // of a segment's block

  // Makes the folder anew if it was removed; says so.
  void Remake() const;
  // Takes a folder out of the place of a file; says so.
  void MakeWay(const std::string& path) const;
  std::string PathOf(const std::string& name) const;
  // A name for a new file, safe from RemoveUnused until Known or Abandon.
  std::string Reserve();
  void Abandon(const std::string& name);
  void Know(const Segment& segment, const std::string& name);
  // Empty if the segment is in no file.
  std::string NameOf(const Segment& segment);
  // Whether there is a file of the segment still.
  bool HasFile(const Segment& segment);
  absl::StatusOr<std::shared_ptr<const Segment>> OpenFile(const std::string& name,
                                                          const themes::Scheme& scheme,
                                                          const Segment::HeadFunction& head_of);
  absl::Status SaveSegment(const Segment& segment);
  absl::Status SaveList(const Archive& archive, std::string_view note);
  bool RemoveUnused(const Archive& archive, bool erase);
  void Warn(std::string_view what, const absl::Status& status) const;

  const Options options_;
  Mutex mutex_;
  std::map<Owner, std::string, std::owner_less<Owner>> names_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> reserved_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_number_ ABSL_GUARDED_BY(mutex_) = 1;
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_SEGMENT_FOLDER_H_
