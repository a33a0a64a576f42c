#ifndef QUOTES_SERVICE_LIBRARY_LIBRARY_H_
#define QUOTES_SERVICE_LIBRARY_LIBRARY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "service/archive/archive.h"
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

struct ImportResult {
  store::ImportOutcome outcome;
  // The report as imported (or as it would be, with validate_only).
  std::shared_ptr<const archive::Document> document;
  std::vector<report::LintFinding> lint;
};

// Store and archive held together: the whole service without a network. Reads go to the snapshot
// that archive() returns; an import has been made durable and swapped in when it returns.
// Thread-safe.
class Library {
 public:
  // Builds the first snapshot before it returns. `store` must not be null.
  static absl::StatusOr<std::unique_ptr<Library>> Create(
      std::unique_ptr<store::Store> store, std::shared_ptr<const themes::Scheme> scheme);

  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  // The current snapshot, never null. Hold it for as long as pointers into its answers are used.
  std::shared_ptr<const archive::Archive> archive() const;

  // Blocks on the store; imports run one at a time. Errors are those of Decode, ParseReport,
  // PlaceDefects and Store::Import; INVALID_NAME for a malformed report id.
  absl::StatusOr<ImportResult> Import(const ImportRequest& request,
                                      const Cancellation& cancellation);

  store::Store& store() { return *store_; }
  const themes::Scheme& scheme() const { return *scheme_; }

  // The document of any revision with its themes set; blocks on the store. 0 is the latest.
  absl::StatusOr<std::shared_ptr<const archive::Document>> LoadRevision(std::string_view report_id,
                                                                        uint64_t revision);

 private:
  Library(std::unique_ptr<store::Store> store, std::shared_ptr<const themes::Scheme> scheme);

  void Publish(std::shared_ptr<const archive::Archive> snapshot);

  const std::unique_ptr<store::Store> store_;
  const std::shared_ptr<const themes::Scheme> scheme_;
  Mutex import_mutex_;            // one import at a time, from Store::Import to the swap
  mutable Mutex snapshot_mutex_;  // guards the pointer only
  std::shared_ptr<const archive::Archive> snapshot_ ABSL_GUARDED_BY(snapshot_mutex_);
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_LIBRARY_H_
