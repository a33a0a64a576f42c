#ifndef QUOTES_SERVICE_LIBRARY_LIBRARY_H_
#define QUOTES_SERVICE_LIBRARY_LIBRARY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "service/archive/archive.h"
#include "service/archive/indexed_archive.h"
#include "service/archive/packed_document.h"
#include "service/archive/segment_folder.h"
#include "service/base/cancellation.h"
#include "service/base/mutex.h"
#include "service/report/defects.h"
#include "service/report/report.h"
#include "service/store/store.h"
#include "service/text/decode.h"
#include "service/themes/scheme.h"

namespace quotes {

// What a caller hands in to be imported.
struct ImportRequest {
  std::string report_id;   // empty: made from body, date and title
  std::string request_id;  // empty: none
  bool validate_only = false;
  std::string content;                     // the source's bytes
  std::string file_name;                   // for the record; may be empty
  std::optional<text::Encoding> encoding;  // nullopt: detected
  // Fields that are set replace what the text says; empty strings and absent dates do not.
  report::Metadata metadata;
  std::vector<report::DefectEntry> defects;
};

// Checks the fields of a request by themselves; Library::Import does so first. The violations name
// the fields of ImportReportRequest ("metadata.title", "defects[2].printed"). INVALID_NAME for a
// malformed report id; SOURCE_TOO_LARGE; FIELD_OUT_OF_RANGE for what exceeds
// service/base/limits.h or the years 1 to 9999; FIELD_REQUIRED in a defect; INVALID_UTF8.
absl::Status CheckImportRequest(const ImportRequest& request);

// 64 hex digits that differ whenever two requests ask for different imports. All fields count but
// request_id and validate_only.
std::string ImportRequestDigest(const ImportRequest& request);

struct ImportResult {
  store::ImportOutcome outcome;
  // The report as held now; with validate_only as it would be, without etag and with the time of
  // the check; of a replayed request the revision that it made.
  std::shared_ptr<const archive::PackedDocument> document;
  // What the parser was unsure of, without the metadata that the caller supplied.
  std::vector<report::LintFinding> lint;
};

struct LibraryOptions {
  // Where the archive keeps its segments, a folder beside the database that is made if it is
  // missing; empty: in memory only. A library whose store is read-only maps what it finds there and
  // writes nothing.
  std::string segment_folder;
  // See archive::ArchiveOptions.
  uint64_t largest_segment = archive::ArchiveOptions().largest_segment;
  uint64_t merge_at_once = archive::ArchiveOptions().merge_at_once;
  // Called, from any thread, with a sentence about a segment file that could not be used or
  // written: the archive is whole all the same. May be null.
  std::function<void(std::string_view)> on_warning = nullptr;
};

// Store and archive held together: the whole service without a network. Reads go to the snapshot
// that archive() returns; an import has been made durable and swapped in when it returns.
// A thread of its own merges the archive's segments and writes them to their folder; the destructor
// waits for the merge at hand.
// Thread-safe.
class Library {
 public:
  // Builds the first snapshot before it returns: from the segments that are there, and from the
  // store what they lack. `store` must not be null. Errors are those of Store::LoadActive.
  static absl::StatusOr<std::unique_ptr<Library>> Create(
      std::unique_ptr<store::Store> store, std::shared_ptr<const themes::Scheme> scheme,
      LibraryOptions options = {});

  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  // The current snapshot, never null. Hold it for as long as pointers into its answers are used.
  std::shared_ptr<const archive::Archive> archive() const;

  // Blocks on the store; texts are read side by side, written one at a time. A document without a
  // change is not swapped in anew. With validate_only nothing is written, the request id does not
  // count, and a read-only store will do.
  //
  // Errors, in this order: CheckImportRequest; READ_ONLY; REQUEST_ID_REUSED; those of Decode,
  // ParseReport and PlaceDefects; CANCELLED and DEADLINE_EXCEEDED until the writing begins; those
  // of Store::Import.
  absl::StatusOr<ImportResult> Import(const ImportRequest& request,
                                      const Cancellation& cancellation);

  store::Store& store() { return *store_; }
  const themes::Scheme& scheme() const { return *scheme_; }

  // The document of any revision with its themes set; blocks on the store. 0 is the latest.
  absl::StatusOr<std::shared_ptr<const archive::PackedDocument>> LoadRevision(
      std::string_view report_id, uint64_t revision);

 private:
  Library(std::unique_ptr<store::Store> store, std::shared_ptr<const themes::Scheme> scheme,
          bool read_only, std::unique_ptr<archive::SegmentFolder> folder,
          std::shared_ptr<const archive::Archive> snapshot);

  // Adds the document of an outcome that wrote nothing.
  absl::StatusOr<ImportResult> WithDocument(store::ImportOutcome outcome);
  // Makes a snapshot with `document` in place of the one of the same id, and swaps it in.
  void Publish(uint64_t archive_revision, const archive::Document& document)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  void Swap(std::shared_ptr<const archive::Archive> snapshot);
  void WantMerge();
  void MergeInBackground();
  // False when the library is about to end.
  bool MergeAll();

  const std::unique_ptr<store::Store> store_;
  const std::shared_ptr<const themes::Scheme> scheme_;
  const bool read_only_;
  const std::unique_ptr<archive::SegmentFolder> folder_;  // null: segments stay in memory
  Mutex import_mutex_;            // one import at a time, from Store::Import to the swap
  mutable Mutex snapshot_mutex_;  // guards the pointer only
  std::shared_ptr<const archive::Archive> snapshot_ ABSL_GUARDED_BY(snapshot_mutex_);

  Mutex merge_mutex_;
  CondVar merge_wanted_or_stop_;
  bool merge_wanted_ ABSL_GUARDED_BY(merge_mutex_) = false;
  bool stop_ ABSL_GUARDED_BY(merge_mutex_) = false;
  std::thread merger_;
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_LIBRARY_H_
