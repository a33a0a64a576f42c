#ifndef QUOTES_SERVICE_STORE_STORE_H_
#define QUOTES_SERVICE_STORE_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/archive/document.h"
#include "service/base/cancellation.h"
#include "service/report/register.h"
#include "service/report/report.h"
#include "service/store/audit.h"
#include "service/themes/tag.h"

namespace quotes::store {

// What one import writes. Ids of sections and quotes are set.
struct RevisionDraft {
  std::string report_id;
  std::string request_id;      // empty: none
  std::string request_digest;  // identifies the whole request: same id, other digest is an error
  std::string source_bytes;
  // For a source that is no plain text: what was read of it, UTF-8. Lines and bytes of print spans
  // count in it; the source's encoding is UTF-8.
  std::optional<std::string> extracted_text;
  archive::Source source;
  std::string parser_version;
  std::string fold_version;
  report::ParsedReport content;
  // What editors said of sentences of the latest revision that this text has under other names, by
  // these: written with a new revision in place of what was said of those.
  std::vector<themes::Tag> carried_tags;
  std::vector<report::Defect> defects;  // the file's; how they meet the register: MergeRegister
  bool withdrawn = false;               // a new report begins as withdrawn
  // A new report begins as held back until then.
  std::optional<absl::Time> available_from;
  std::string duplicate_of;  // of a new report: the held one that it resembles, or empty
  // A new report may have the id of one that was purged.
  bool allow_purged_id = false;
  Actor actor;  // who imports
};

struct ImportOutcome {
  std::string report_id;
  uint64_t revision = 0;          // of the report
  uint64_t archive_revision = 0;  // after the import
  // Same bytes, format, encoding, text, metadata and versions of parser and folds as the latest
  // revision, and a
  // register that says nothing new: nothing written. The file's name does not count.
  bool unchanged = false;
  bool replayed = false;  // the request id was seen before: the first outcome again
  // Of the report, set only when this import wrote something: what LoadRevision would return.
  archive::ReportState state = archive::ReportState::kActive;
  std::string etag;
  absl::Time create_time;
  absl::Time revision_time;
  absl::Time update_time;
  std::optional<absl::Time> delete_time;
  std::string duplicate_of;
  std::optional<absl::Time> available_from;
  std::vector<report::Defect> defects;
  std::vector<themes::Tag> tags;
};

// The register of a report's latest revision, with what editors took out.
struct Register {
  uint64_t revision = 0;
  std::string etag;  // of the report
  std::vector<report::RegisterEntry> entries;
};

// What a change of a report other than an import did, and the report's row after it.
struct ReportChange {
  uint64_t archive_revision = 0;
  bool unchanged = false;  // the report was so already: nothing was written
  archive::ReportState state = archive::ReportState::kActive;
  std::string etag;
  absl::Time update_time;
  std::optional<absl::Time> delete_time;
  std::optional<absl::Time> available_from;
};

// What is left of a report that was purged.
struct PurgedReport {
  std::string report_id;
  absl::Time time;
  uint64_t archive_revision = 0;  // that the purge made
  uint64_t revisions = 0;         // how many texts were removed
  bool embargoed = false;         // it was held back: nobody else is told that it ever was
};

struct PurgeOutcome {
  PurgedReport purged;
  bool unchanged = false;  // it was purged before: nothing was written
  // Reports that named it as what they are a copy of, by id. They name nothing now.
  std::vector<std::pair<std::string, ReportChange>> copies;
};

// A report without its content. Two states of a report with the same etag, time of update and
// revision have the same content, in all of its revisions.
struct ReportInfo {
  std::string report_id;
  uint64_t revision = 0;  // the latest
  archive::DocumentHead head;
};

struct RevisionInfo {
  uint64_t number = 0;
  archive::Source source;
  std::string parser_version;
  std::string fold_version;
  absl::Time create_time;
  uint32_t code_points = 0;
  uint32_t quotes = 0;
  uint32_t sections = 0;
};

struct StoreStatus {
  std::string engine;  // "sqlite"
  std::string engine_version;
  std::string location;
  int64_t schema_version = 0;
  bool read_only = false;
  uint64_t archive_revision = 0;
  uint64_t reports = 0;    // without those that are held back
  uint64_t revisions = 0;  // of those reports
  uint64_t size_bytes = 0;
};

// What an engine tells of itself without reading what is stored.
struct StoreFigures {
  uint64_t file_bytes = 0;
  uint64_t wal_bytes = 0;     // of the log that was not copied into the file yet, and its room
  uint64_t memory_bytes = 0;  // of the engine in this process
  // Pages that were asked for and found in the engine's cache or not, and written, by all
  // connections since the start, as of the end of their last transaction.
  uint64_t cache_hits = 0;
  uint64_t cache_misses = 0;
  uint64_t pages_written = 0;
};

// What a copy of a store is.
struct StoreCopy {
  uint64_t archive_revision = 0;
  int64_t schema_version = 0;
  uint64_t size_bytes = 0;
  std::string sha256;  // of the file, 64 hex digits
};

// The durable truth: reports and their immutable revisions. Thread-safe; calls block on I/O.
// Errors: READ_ONLY for writes on a read-only store, STORE_BUSY, STORAGE_FULL, DATABASE_CORRUPT,
// STORE_UNAVAILABLE; a failed call changes nothing. A write that changes anything leaves an entry
// in the audit trail, durable with it.
class Store {
 public:
  virtual ~Store() = default;

  // Writes a revision, its report and the register in one durable transaction. An unchanged import
  // writes nothing but the request id. A new text for a known report becomes its next revision, to
  // which the register is carried over (report::CarryOver, then MergeRegister with the file's
  // entries); the same text with another register changes the register alone. A withdrawn report
  // stays withdrawn, one that is held back keeps its time; `withdrawn` and
  // `available_from` are of account for a new one only. ALREADY_EXISTS / REQUEST_ID_REUSED;
  // REPORT_ID_PURGED for a new report with the id of a purged one, unless the draft allows it.
  virtual absl::StatusOr<ImportOutcome> Import(const RevisionDraft& draft) = 0;

  // Withdraws a report (kWithdrawn) or takes it back in (kActive). A report that is in this state
  // already is left as it is; one that is held back stays so when it is withdrawn and taken back
  // in: it is kEmbargoed then, and counts as in this state. An etag that is not empty must be the
  // report's. REPORT_NOT_FOUND, ETAG_MISMATCH.
  virtual absl::StatusOr<ReportChange> SetState(std::string_view report_id,
                                                archive::ReportState state, std::string_view etag,
                                                const Actor& actor) = 0;
  // The same by nobody in particular.
  absl::StatusOr<ReportChange> SetState(std::string_view report_id, archive::ReportState state,
                                        std::string_view etag) {
    return SetState(report_id, state, etag, Actor());
  }

  // Moves the time of a report that is held back, or with nullopt releases it. Times are kept in
  // microseconds, rounded up. What is so already is left as it is. An etag that is not empty must
  // be the report's. REPORT_NOT_FOUND, ETAG_MISMATCH; REPORT_WITHDRAWN, of one that is held back
  // and withdrawn; NOT_EMBARGOED for a time of a report that is not held back.
  virtual absl::StatusOr<ReportChange> SetEmbargo(std::string_view report_id,
                                                  std::optional<absl::Time> available_from,
                                                  std::string_view etag, const Actor& actor) = 0;

  // Removes a report with all that is known of it, whatever its state, but its entries in the audit
  // trail and what LoadPurged tells. Import requests that led to it are forgotten. The words are
  // out of what is stored when this returns, and out of the bytes of its files after Scrub. An etag
  // that is not empty must be the report's, unless it was purged before. REPORT_NOT_FOUND,
  // ETAG_MISMATCH.
  virtual absl::StatusOr<PurgeOutcome> Purge(std::string_view report_id, std::string_view etag,
                                             const Actor& actor) = 0;

  // All reports that were ever purged, ordered by id, also those whose ids others have now. They
  // are REPORT_PURGED wherever a call here says REPORT_NOT_FOUND.
  virtual absl::StatusOr<std::vector<PurgedReport>> LoadPurged() = 0;

  // Writes what is stored anew, so that no byte of its files is from what was purged, and writes
  // wait meanwhile. Does nothing, in some microseconds, when nothing was purged since the last
  // time, over restarts too. STORE_BUSY while a call that reads for long has an older state in use,
  // STORAGE_FULL; after an error it is to be done still.
  virtual absl::Status Scrub() = 0;

  // REPORT_NOT_FOUND.
  virtual absl::StatusOr<Register> LoadRegister(std::string_view report_id) = 0;

  // Replaces the register of the latest revision. `etag` must be the report's. REPORT_NOT_FOUND,
  // ETAG_MISMATCH.
  virtual absl::StatusOr<ReportChange> WriteRegister(
      std::string_view report_id, std::string_view etag,
      const std::vector<report::RegisterEntry>& entries, const Edit& edit) = 0;
  // The same by nobody in particular.
  absl::StatusOr<ReportChange> WriteRegister(std::string_view report_id, std::string_view etag,
                                             const std::vector<report::RegisterEntry>& entries) {
    return WriteRegister(report_id, etag, entries, Edit());
  }

  // Replaces what editors said of one quote; nothing is asked of the ids. `etag` must be the
  // report's; `detail` is for the audit trail. REPORT_NOT_FOUND, ETAG_MISMATCH.
  virtual absl::StatusOr<ReportChange> WriteTags(std::string_view report_id,
                                                 std::string_view quote_id, std::string_view etag,
                                                 const std::vector<themes::Tag>& tags,
                                                 std::string_view detail, const Actor& actor) = 0;
  // The same by nobody in particular.
  absl::StatusOr<ReportChange> WriteTags(std::string_view report_id, std::string_view quote_id,
                                         std::string_view etag,
                                         const std::vector<themes::Tag>& tags) {
    return WriteTags(report_id, quote_id, etag, tags, {}, Actor());
  }

  // The outcome of an earlier import with this request id; nullopt if there was none.
  // ALREADY_EXISTS / REQUEST_ID_REUSED when its digest differs.
  virtual absl::StatusOr<std::optional<ImportOutcome>> FindRequest(std::string_view request_id,
                                                                   std::string_view digest) = 0;

  // Calls `wanted` with every active report, ordered by id, and `visit` with the latest revision
  // (themes left empty) of those for which it returned true, all from one consistent state, and
  // returns that state's archive revision. What is not wanted is not read: some microseconds a
  // report. Stops at the first error of `visit`.
  virtual absl::StatusOr<uint64_t> LoadActive(
      absl::FunctionRef<bool(const ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) = 0;
  // The same for all active reports.
  absl::StatusOr<uint64_t> LoadActive(
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) {
    return LoadActive([](const ReportInfo&) { return true; }, visit);
  }

  // Calls `wanted` with every report that has revisions which LoadActive leaves out (earlier ones
  // of active reports, all of withdrawn ones) and is not held back, ordered by id, and `visit` with
  // these revisions of those for which it returned true, newest first (themes left empty), before
  // the next report. All are from one consistent state, whose archive revision it returns. Costs
  // next to nothing when there are none, and a few microseconds a report for what is not wanted.
  // Stops at the first error of `visit`.
  virtual absl::StatusOr<uint64_t> LoadHistory(
      absl::FunctionRef<bool(const ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) = 0;

  // As LoadActive for the reports that are held back, withdrawn or not.
  virtual absl::StatusOr<uint64_t> LoadEmbargoed(
      absl::FunctionRef<bool(const ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) = 0;

  // One revision of a report in full; `revision` 0 is the latest. REPORT_NOT_FOUND,
  // REVISION_NOT_FOUND.
  virtual absl::StatusOr<std::unique_ptr<archive::Document>> LoadRevision(
      std::string_view report_id, uint64_t revision) = 0;

  // The original bytes of a revision.
  virtual absl::StatusOr<std::string> LoadSource(std::string_view report_id, uint64_t revision) = 0;

  // The bytes that lines and byte offsets of print spans count in: the text that was extracted from
  // the source, for plain text the source itself.
  virtual absl::StatusOr<std::string> LoadText(std::string_view report_id, uint64_t revision) = 0;

  // Newest first; at most `limit`, those with a number below `before` (0: all).
  virtual absl::StatusOr<std::vector<RevisionInfo>> ListRevisions(std::string_view report_id,
                                                                  uint64_t before,
                                                                  size_t limit) = 0;

  // The latest revision in which a quote, section or defect of this id stood (it may have vanished
  // since). QUOTE_NOT_FOUND / SECTION_NOT_FOUND / DEFECT_NOT_FOUND, the last also for a defect that
  // was taken out there.
  virtual absl::StatusOr<uint64_t> FindQuoteRevision(std::string_view report_id,
                                                     std::string_view quote_id) = 0;
  virtual absl::StatusOr<uint64_t> FindSectionRevision(std::string_view report_id,
                                                       std::string_view section_id) = 0;
  virtual absl::StatusOr<uint64_t> FindDefectRevision(std::string_view report_id,
                                                      std::string_view defect_id) = 0;

  virtual absl::StatusOr<StoreStatus> Status() = 0;
  // Some microseconds. An engine that has no figures tells none.
  virtual StoreFigures Figures() const { return {}; }

  // Reads all that is stored once, which takes about a second for a GiB. DATABASE_CORRUPT when it
  // is damaged; CANCELLED and DEADLINE_EXCEEDED.
  virtual absl::Status CheckIntegrity(const Cancellation& cancellation) = 0;

  // Writes all that is stored to a new file, which a store of this engine can be opened from: one
  // consistent state, checked, durable and under its name when this returns. Writes go on
  // meanwhile. ALREADY_EXISTS (without a reason) when there is such a file; CANCELLED and
  // DEADLINE_EXCEEDED; nothing is left of what failed.
  virtual absl::StatusOr<StoreCopy> CopyTo(const std::string& path,
                                           const Cancellation& cancellation) = 0;

  // The counter that every change of the archive raises.
  virtual absl::StatusOr<uint64_t> ArchiveRevision() = 0;

  // The audit trail, newest first: entries with an archive revision below `before` (0: all), at
  // most `limit`. What was changed before there was a trail has no entry.
  virtual absl::StatusOr<std::vector<AuditEntry>> ListAudit(const AuditFilter& filter,
                                                            uint64_t before, size_t limit) = 0;

  // The same trail oldest first, as what has changed since an archive revision: at most `limit`
  // entries, one for each archive revision, none missing. OUT_OF_RANGE / REVISION_IN_FUTURE for one
  // that is not reached yet, and CHANGES_NOT_KEPT for one from before there was a trail.
  virtual absl::StatusOr<std::vector<AuditEntry>> ListChanges(uint64_t since, size_t limit) = 0;
};

}  // namespace quotes::store

#endif  // QUOTES_SERVICE_STORE_STORE_H_
