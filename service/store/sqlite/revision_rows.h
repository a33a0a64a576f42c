#ifndef QUOTES_SERVICE_STORE_SQLITE_REVISION_ROWS_H_
#define QUOTES_SERVICE_STORE_SQLITE_REVISION_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/archive/document.h"
#include "service/report/report.h"
#include "service/store/sqlite/connection.h"
#include "service/store/store.h"
#include "service/themes/tag.h"

// Reports and revisions as rows, and back. Every function works inside the caller's transaction.
namespace quotes::store::sqlite {

struct ReportRow {
  std::string report_id;
  archive::ReportState state = archive::ReportState::kActive;
  uint64_t latest_revision = 0;
  uint64_t generation = 0;  // raised by every change of the row
  int64_t create_time = 0;  // microseconds since 1970
  int64_t update_time = 0;
  std::optional<int64_t> delete_time;
  std::string duplicate_of;               // NULL in the database when it is empty
  std::optional<int64_t> available_from;  // set while the report is held back
  report::Metadata metadata;

  // Another one after every change, and after removal and import anew.
  std::string Etag() const;
  std::optional<absl::Time> DeleteTime() const;
  std::optional<absl::Time> AvailableFrom() const;
};

absl::StatusOr<std::optional<ReportRow>> FindReport(Connection* connection,
                                                    std::string_view report_id);

// Inserts or replaces all columns.
absl::Status WriteReport(Connection* connection, const ReportRow& row);

// Writes a revision with everything below it, and `entries` as its register. REQUIRES: the report's
// row is written.
absl::Status WriteRevision(Connection* connection, const RevisionDraft& draft,
                           const std::vector<report::RegisterEntry>& entries, uint64_t number,
                           int64_t create_time);

// What an import must know of the latest revision of a report.
struct LatestRevision {
  int64_t id = 0;  // of its row
  int64_t create_time = 0;
  bool same = false;  // the draft would make no other
  std::u32string joined;
  std::vector<report::RegisterEntry> entries;
};
absl::StatusOr<LatestRevision> ReadLatest(Connection* connection, const ReportRow& report,
                                          const RevisionDraft& draft);

// The register of the latest revision. DATABASE_CORRUPT as ReadDocument.
absl::StatusOr<std::vector<report::RegisterEntry>> ReadRegister(Connection* connection,
                                                                const ReportRow& report);

// Writes the register of a revision in place of the one it has.
absl::Status ReplaceRegister(Connection* connection, int64_t revision_id,
                             const std::vector<report::RegisterEntry>& entries);
// The same for the latest revision.
absl::Status ReplaceRegister(Connection* connection, const ReportRow& report,
                             const std::vector<report::RegisterEntry>& entries);

// What editors said of a report's quotes, by quote and theme.
absl::StatusOr<std::vector<themes::Tag>> ReadTags(Connection* connection,
                                                  std::string_view report_id);
// Writes those of one quote in place of the ones it has.
absl::Status ReplaceTags(Connection* connection, std::string_view report_id,
                         std::string_view quote_id, const std::vector<themes::Tag>& tags);

// One revision of `report` in full, themes left empty; null if there is none of this number. The
// latest has the report's metadata of today, an older one those of its time. DATABASE_CORRUPT when
// what is stored does not hold together.
absl::StatusOr<std::unique_ptr<archive::Document>> ReadDocument(Connection* connection,
                                                                const ReportRow& report,
                                                                uint64_t number);

// The original bytes; nullopt if there is no such revision. DATABASE_CORRUPT when they are not
// those that were imported.
absl::StatusOr<std::optional<std::string>> ReadSource(Connection* connection,
                                                      std::string_view report_id, uint64_t number);

// The same for what print spans count in: the extracted text, or the original bytes.
absl::StatusOr<std::optional<std::string>> ReadText(Connection* connection,
                                                    std::string_view report_id, uint64_t number);

// The number of the latest revision of a report that holds something, by its lists alone (the text
// is left empty); 0 if none does.
absl::StatusOr<uint64_t> FindRevisionThat(
    Connection* connection, std::string_view report_id,
    absl::FunctionRef<bool(const report::ParsedReport&)> holds);

// Newest first, numbers below `end`, at most `limit`.
absl::StatusOr<std::vector<RevisionInfo>> ReadRevisionInfos(Connection* connection,
                                                            std::string_view report_id,
                                                            uint64_t end, size_t limit);

}  // namespace quotes::store::sqlite

#endif  // QUOTES_SERVICE_STORE_SQLITE_REVISION_ROWS_H_
