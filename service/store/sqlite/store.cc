#include "service/store/sqlite/store.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/mutex.h"
#include "service/base/status_macros.h"
#include "service/store/audit.h"
#include "service/store/content.h"
#include "service/store/sqlite/audit_rows.h"
#include "service/store/sqlite/backup.h"
#include "service/store/sqlite/connection.h"
#include "service/store/sqlite/purge_rows.h"
#include "service/store/sqlite/revision_rows.h"
#include "service/store/sqlite/schema.h"
#include "service/store/sqlite/writer_lock.h"

namespace quotes::store::sqlite {
namespace {

// Read connections kept open for the next call. One a blocking worker; more come and go.
constexpr size_t kIdleReaders = 4;

// One page of the smallest size there is.
constexpr int64_t kSmallestDatabase = 512;

std::string ReportName(std::string_view report_id) {
  return absl::StrCat("reports/", ToAbsl(report_id));
}

std::string RevisionName(std::string_view report_id, uint64_t number) {
  return absl::StrCat(ReportName(report_id), "/revisions/", number);
}

// True when SQLite cannot make its own files beside the database.
bool FolderIsReadOnly(const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  return access(folder.c_str(), W_OK) != 0;
}

absl::StatusOr<std::unique_ptr<Connection>> OpenReader(const std::string& path, bool* reusable) {
  *reusable = true;
  absl::StatusOr<std::unique_ptr<Connection>> connection =
      Connection::Open({.path = path, .mode = ConnectionOptions::Mode::kRead});
  const ErrorReason reason = GetErrorReason(connection.status());
  if ((reason == ErrorReason::kReadOnly || reason == ErrorReason::kStoreUnavailable) &&
      FolderIsReadOnly(path)) {
    if (SizeOf(path + "-wal") != 0) {
      return errors::StoreUnavailable(
          absl::StrCat(path,
                       ": its writer left a log beside it, which cannot be read in a folder that "
                       "cannot be written; open the database once for writing"));
    }
    // Such a connection notices no change of the file. It serves one call, so that the next one
    // sees what somebody with more rights has written since.
    *reusable = false;
    absl::StatusOr<std::unique_ptr<Connection>> immutable =
        Connection::Open({.path = path, .mode = ConnectionOptions::Mode::kImmutable});
    if (immutable.ok()) {
      connection = std::move(immutable);
    }
  }
  if (connection.ok()) {
    const int64_t version = (*connection)->schema_version();
    if (version == 0) {
      return errors::DatabaseCorrupt(path, "is empty: no writer has set it up yet");
    }
    if (version < kSchemaVersion) {
      ErrorDetail detail;
      detail.reason = ErrorReason::kReadOnly;
      detail.metadata.emplace_back("path", path);
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat(path, " has the older schema version ", version,
                                    "; open it once for writing, which migrates it"),
                       detail);
    }
  }
  return connection;
}

class SqliteStore : public Store {
 public:
  SqliteStore(std::string path, std::unique_ptr<WriterLock> lock,
              std::unique_ptr<Connection> writer)
      : path_(std::move(path)),
        read_only_(writer == nullptr),
        lock_(std::move(lock)),
        writer_(std::move(writer)) {}

  absl::StatusOr<ImportOutcome> Import(const RevisionDraft& draft) override;
  absl::StatusOr<ReportChange> SetState(std::string_view report_id, archive::ReportState state,
                                        std::string_view etag, const Actor& actor) override;
  absl::StatusOr<ReportChange> SetEmbargo(std::string_view report_id,
                                          std::optional<absl::Time> available_from,
                                          std::string_view etag, const Actor& actor) override;
  absl::StatusOr<PurgeOutcome> Purge(std::string_view report_id, std::string_view etag,
                                     const Actor& actor) override;
  absl::StatusOr<std::vector<PurgedReport>> LoadPurged() override;
  absl::Status Scrub() override;
  absl::StatusOr<Register> LoadRegister(std::string_view report_id) override;
  absl::StatusOr<ReportChange> WriteRegister(std::string_view report_id, std::string_view etag,
                                             const std::vector<report::RegisterEntry>& entries,
                                             const Edit& edit) override;
  absl::StatusOr<ReportChange> WriteTags(std::string_view report_id, std::string_view quote_id,
                                         std::string_view etag,
                                         const std::vector<themes::Tag>& tags,
                                         std::string_view detail, const Actor& actor) override;
  absl::StatusOr<std::optional<ImportOutcome>> FindRequest(std::string_view request_id,
                                                           std::string_view digest) override;
  absl::StatusOr<uint64_t> LoadActive(
      absl::FunctionRef<bool(const ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) override;
  absl::StatusOr<uint64_t> LoadHistory(
      absl::FunctionRef<bool(const ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) override;
  absl::StatusOr<uint64_t> LoadEmbargoed(
      absl::FunctionRef<bool(const ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) override;
  absl::StatusOr<std::unique_ptr<archive::Document>> LoadRevision(std::string_view report_id,
                                                                  uint64_t revision) override;
  absl::StatusOr<std::string> LoadSource(std::string_view report_id, uint64_t revision) override;
  absl::StatusOr<std::string> LoadText(std::string_view report_id, uint64_t revision) override;
  absl::StatusOr<std::vector<RevisionInfo>> ListRevisions(std::string_view report_id,
                                                          uint64_t before, size_t limit) override;
  absl::StatusOr<uint64_t> FindQuoteRevision(std::string_view report_id,
                                             std::string_view quote_id) override;
  absl::StatusOr<uint64_t> FindSectionRevision(std::string_view report_id,
                                               std::string_view section_id) override;
  absl::StatusOr<uint64_t> FindDefectRevision(std::string_view report_id,
                                              std::string_view defect_id) override;
  absl::StatusOr<StoreStatus> Status() override;
  StoreFigures Figures() const override;
  absl::StatusOr<uint64_t> ArchiveRevision() override;
  absl::StatusOr<std::vector<AuditEntry>> ListAudit(const AuditFilter& filter, uint64_t before,
                                                    size_t limit) override;
  absl::StatusOr<std::vector<AuditEntry>> ListChanges(uint64_t since, size_t limit) override;

  absl::StatusOr<StoreCopy> CopyTo(const std::string& path,
                                   const Cancellation& cancellation) override;
  absl::Status CheckIntegrity(const Cancellation& cancellation) override;
  absl::Status CheckLength();

 private:
  // A connection for one call with a read transaction around it; goes back to the idle ones.
  class Reader {
   public:
    Reader(SqliteStore* store, std::unique_ptr<Connection> connection, bool reusable,
           std::unique_ptr<Transaction> transaction)
        : store_(store),
          connection_(std::move(connection)),
          reusable_(reusable),
          transaction_(std::move(transaction)) {}
    ~Reader() {
      transaction_.reset();
      if (reusable_) {
        store_->GiveBack(std::move(connection_));
      }
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    Connection& connection() { return *connection_; }

   private:
    SqliteStore* const store_;
    std::unique_ptr<Connection> connection_;
    const bool reusable_;
    std::unique_ptr<Transaction> transaction_;
  };

  absl::StatusOr<std::unique_ptr<Reader>> Read();
  // Writes what `change` does to what a report has beside its revisions. `etag` must be its own.
  absl::StatusOr<ReportChange> ChangeReport(
      std::string_view report_id, std::string_view etag, const Edit& edit,
      absl::FunctionRef<absl::Status(Connection*, const ReportRow&)> change);
  void GiveBack(std::unique_ptr<Connection> connection);
  // Calls `visit` with the latest revision of those reports of a list that are wanted.
  absl::StatusOr<uint64_t> LoadLatest(
      const char* list, absl::FunctionRef<bool(const ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit);
  absl::StatusOr<uint64_t> FindRevisionOf(
      std::string_view report_id, absl::FunctionRef<bool(const report::ParsedReport&)> holds,
      const absl::Status& missing);

  const std::string path_;
  const bool read_only_;
  // In this order: the readers close first, then the writer, which empties the log, then the lock.
  const std::unique_ptr<WriterLock> lock_;
  Mutex writer_mutex_;
  const std::unique_ptr<Connection> writer_ ABSL_PT_GUARDED_BY(writer_mutex_);
  // Whether that was done since the last purge; the log may hold what was before.
  bool written_anew_ ABSL_GUARDED_BY(writer_mutex_) = false;
  Mutex idle_mutex_;
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(idle_mutex_);
};

absl::StatusOr<std::unique_ptr<SqliteStore::Reader>> SqliteStore::Read() {
  std::unique_ptr<Connection> connection;
  bool reusable = true;
  {
    const MutexLock lock(&idle_mutex_);
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (connection == nullptr) {
    QUOTES_ASSIGN_OR_RETURN(connection, OpenReader(path_, &reusable));
  }
  QUOTES_ASSIGN_OR_RETURN(std::unique_ptr<Transaction> transaction,
                          Transaction::Begin(connection.get(), Transaction::Kind::kRead));
  return std::make_unique<Reader>(this, std::move(connection), reusable, std::move(transaction));
}

void SqliteStore::GiveBack(std::unique_ptr<Connection> connection) {
  const MutexLock lock(&idle_mutex_);
  if (idle_.size() < kIdleReaders) {
    idle_.push_back(std::move(connection));
  }
}

absl::Status SqliteStore::CheckIntegrity(const Cancellation& cancellation) {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  return reader->connection().CheckIntegrity(cancellation);
}

absl::StatusOr<StoreCopy> SqliteStore::CopyTo(const std::string& path,
                                              const Cancellation& cancellation) {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  return CopyDatabase(&reader->connection(), path, cancellation);
}

absl::Status SqliteStore::CheckLength() {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  return reader->connection().CheckLength();
}

// --- requests ---

constexpr char kFindRequest[] =
    "SELECT digest, report_id, revision, archive_revision, unchanged"
    " FROM requests"
    " WHERE request_id = ?1";

constexpr char kInsertRequest[] =
    "INSERT INTO requests"
    " (request_id, digest, report_id, revision, archive_revision, unchanged, create_time)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

absl::StatusOr<std::optional<ImportOutcome>> FindRequestRow(Connection* connection,
                                                            std::string_view request_id,
                                                            std::string_view digest) {
  if (request_id.empty()) {
    return std::optional<ImportOutcome>();
  }
  Statement select = connection->Prepare(kFindRequest);
  QUOTES_RETURN_IF_ERROR(select.Bind(request_id));
  QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) {
    return std::optional<ImportOutcome>();
  }
  if (select.Bytes(0) != digest) {
    return errors::RequestIdReused(request_id);
  }
  ImportOutcome outcome;
  outcome.report_id = select.Text(1);
  outcome.revision = static_cast<uint64_t>(select.Int(2));
  outcome.archive_revision = static_cast<uint64_t>(select.Int(3));
  outcome.unchanged = select.Bool(4);
  outcome.replayed = true;
  return std::optional<ImportOutcome>(std::move(outcome));
}

absl::Status InsertRequestRow(Connection* connection, const RevisionDraft& draft,
                              const ImportOutcome& outcome, int64_t now) {
  if (draft.request_id.empty()) {
    return absl::OkStatus();
  }
  return connection->Prepare(kInsertRequest)
      .Run(draft.request_id, draft.request_digest, outcome.report_id, outcome.revision,
           outcome.archive_revision, outcome.unchanged, now);
}

absl::StatusOr<std::optional<ImportOutcome>> SqliteStore::FindRequest(std::string_view request_id,
                                                                      std::string_view digest) {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  return FindRequestRow(&reader->connection(), request_id, digest);
}

// --- the archive's counter ---

constexpr char kSelectArchiveRevision[] = "SELECT archive_revision FROM meta WHERE id = 1";

constexpr char kRaiseArchiveRevision[] =
    "UPDATE meta SET archive_revision = archive_revision + 1 WHERE id = 1";

absl::StatusOr<int64_t> SelectInt(Connection* connection, std::string_view sql) {
  Statement select = connection->Prepare(sql);
  QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) {
    return errors::DatabaseCorrupt(connection->path(), "a row of its register is missing");
  }
  return select.Int(0);
}

absl::StatusOr<uint64_t> SqliteStore::ArchiveRevision() {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  QUOTES_ASSIGN_OR_RETURN(const int64_t revision,
                          SelectInt(&reader->connection(), kSelectArchiveRevision));
  return static_cast<uint64_t>(revision);
}

// Whether bytes of what was purged may still be in the file.
constexpr char kSelectUnscrubbed[] = "SELECT unscrubbed FROM meta WHERE id = 1";

constexpr char kSetUnscrubbed[] = "UPDATE meta SET unscrubbed = ?1 WHERE id = 1";

// The new value.
absl::StatusOr<uint64_t> RaiseArchiveRevision(Connection* connection) {
  QUOTES_RETURN_IF_ERROR(connection->Prepare(kRaiseArchiveRevision).Run());
  QUOTES_ASSIGN_OR_RETURN(const int64_t revision, SelectInt(connection, kSelectArchiveRevision));
  return static_cast<uint64_t>(revision);
}

// --- the audit trail ---

// What a transaction did to a report, in the trail. `before` is null when there was none; after a
// purge there is none, and `after` says when that was.
absl::Status Audit(Connection* connection, const ReportRow* before, const ReportRow& after,
                   uint64_t archive_revision, const Edit& edit) {
  AuditEntry entry;
  entry.archive_revision = archive_revision;
  entry.time = absl::FromUnixMicros(after.update_time);
  entry.actor = edit.actor;
  entry.action = edit.action;
  entry.report_id = after.report_id;
  entry.child = edit.child;
  entry.detail = edit.detail;
  if (before != nullptr) {
    entry.revision_before = before->latest_revision;
    entry.etag_before = before->Etag();
  }
  if (edit.action != AuditAction::kPurge) {
    entry.revision_after = after.latest_revision;
    entry.etag_after = after.Etag();
  }
  entry.embargoed = after.available_from.has_value();
  return WriteAuditEntry(connection, entry);
}

absl::StatusOr<std::vector<AuditEntry>> SqliteStore::ListAudit(const AuditFilter& filter,
                                                               uint64_t before, size_t limit) {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  return ReadAuditEntries(&reader->connection(), filter, before, limit);
}

absl::StatusOr<std::vector<AuditEntry>> SqliteStore::ListChanges(uint64_t since, size_t limit) {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  return ReadChanges(&reader->connection(), since, limit);
}

// --- reports ---

// The report and the number that `revision` stands for. REPORT_NOT_FOUND, REPORT_PURGED.
absl::StatusOr<ReportRow> RequireReport(Connection* connection, std::string_view report_id,
                                        uint64_t* revision) {
  QUOTES_ASSIGN_OR_RETURN(std::optional<ReportRow> row, FindReport(connection, report_id));
  if (!row.has_value()) {
    QUOTES_ASSIGN_OR_RETURN(const std::optional<PurgedReport> purged,
                            FindPurged(connection, report_id));
    return purged.has_value() ? errors::ReportPurged(ReportName(report_id), purged->time)
                              : errors::ReportNotFound(ReportName(report_id));
  }
  if (*revision == 0) {
    *revision = row->latest_revision;
  }
  return *std::move(row);
}

// Marks a row as changed now. The clock may have been set back.
void Touch(ReportRow* row) {
  ++row->generation;
  row->update_time = std::max(absl::ToUnixMicros(absl::Now()), row->update_time);
}

// No report is released a fraction too early.
int64_t MicrosUp(absl::Time time) {
  return absl::ToUnixMicros(time + absl::Microseconds(1) - absl::Nanoseconds(1));
}

// --- imports ---

// Replaces what was said of each of the quotes that `tags` are of.
absl::Status ReplaceTags(Connection* connection, std::string_view report_id,
                         const std::vector<themes::Tag>& tags) {
  std::map<std::string_view, std::vector<themes::Tag>> by_quote;
  for (const themes::Tag& tag : tags) {
    by_quote[tag.quote_id].push_back(tag);
  }
  for (const auto& [quote_id, said] : by_quote) {
    QUOTES_RETURN_IF_ERROR(ReplaceTags(connection, report_id, quote_id, said));
  }
  return absl::OkStatus();
}

absl::StatusOr<ImportOutcome> SqliteStore::Import(const RevisionDraft& draft) {
  if (read_only_) {
    return errors::ReadOnly();
  }
  QUOTES_RETURN_IF_ERROR(CheckDraft(draft));
  const MutexLock lock(&writer_mutex_);
  Connection* const connection = writer_.get();
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Transaction> transaction,
                          Transaction::Begin(connection, Transaction::Kind::kWrite));
  QUOTES_ASSIGN_OR_RETURN(std::optional<ImportOutcome> replayed,
                          FindRequestRow(connection, draft.request_id, draft.request_digest));
  if (replayed.has_value()) {
    return *std::move(replayed);
  }

  QUOTES_ASSIGN_OR_RETURN(const std::optional<ReportRow> before,
                          FindReport(connection, draft.report_id));
  if (!before.has_value() && !draft.allow_purged_id) {
    QUOTES_ASSIGN_OR_RETURN(const std::optional<PurgedReport> purged,
                            FindPurged(connection, draft.report_id));
    if (purged.has_value()) {
      return errors::ReportIdPurged(ReportName(draft.report_id), purged->time);
    }
  }
  ReportRow after;
  if (before.has_value()) {
    after = *before;
  } else {
    after.report_id = draft.report_id;
    after.create_time = absl::ToUnixMicros(absl::Now());
    after.update_time = after.create_time;
  }
  Touch(&after);
  if (!before.has_value()) {
    after.duplicate_of = draft.duplicate_of;
  }
  if (!before.has_value() && draft.available_from.has_value()) {
    after.state = archive::ReportState::kEmbargoed;
    after.available_from = MicrosUp(*draft.available_from);
  }
  if (!before.has_value() && draft.withdrawn) {
    after.state = archive::ReportState::kWithdrawn;
    after.delete_time = after.update_time;
  }
  ImportOutcome outcome;
  outcome.report_id = draft.report_id;
  std::vector<report::RegisterEntry> held;
  LatestRevision latest;
  if (before.has_value()) {
    QUOTES_ASSIGN_OR_RETURN(latest, ReadLatest(connection, *before, draft));
    held = latest.same ? latest.entries
                       : report::CarryOver(latest.entries, latest.joined, draft.content);
  }
  const std::vector<report::RegisterEntry> entries =
      report::MergeRegister(std::move(held), draft.defects);

  if (latest.same && entries == report::MergeRegister(latest.entries, {})) {
    QUOTES_ASSIGN_OR_RETURN(const int64_t revision, SelectInt(connection, kSelectArchiveRevision));
    outcome.revision = before->latest_revision;
    outcome.archive_revision = static_cast<uint64_t>(revision);
    outcome.unchanged = true;
    QUOTES_RETURN_IF_ERROR(InsertRequestRow(connection, draft, outcome, after.update_time));
    QUOTES_RETURN_IF_ERROR(transaction->Commit());
    return outcome;
  }
  if (latest.same) {
    QUOTES_RETURN_IF_ERROR(WriteReport(connection, after));
    QUOTES_RETURN_IF_ERROR(ReplaceRegister(connection, latest.id, entries));
    outcome.revision_time = absl::FromUnixMicros(latest.create_time);
  } else {
    ++after.latest_revision;
    after.metadata = draft.content.metadata;
    QUOTES_RETURN_IF_ERROR(WriteReport(connection, after));
    QUOTES_RETURN_IF_ERROR(
        WriteRevision(connection, draft, entries, after.latest_revision, after.update_time));
    QUOTES_RETURN_IF_ERROR(ReplaceTags(connection, draft.report_id, draft.carried_tags));
    outcome.revision_time = absl::FromUnixMicros(after.update_time);
  }
  QUOTES_ASSIGN_OR_RETURN(outcome.archive_revision, RaiseArchiveRevision(connection));
  outcome.revision = after.latest_revision;
  if (before.has_value()) {
    QUOTES_ASSIGN_OR_RETURN(outcome.tags, ReadTags(connection, draft.report_id));
  }
  QUOTES_RETURN_IF_ERROR(Audit(connection, before.has_value() ? &*before : nullptr, after,
                               outcome.archive_revision, {AuditAction::kImport, {}, draft.actor}));
  QUOTES_RETURN_IF_ERROR(InsertRequestRow(connection, draft, outcome, after.update_time));
  QUOTES_RETURN_IF_ERROR(transaction->Commit());

  outcome.state = after.state;
  outcome.etag = after.Etag();
  outcome.create_time = absl::FromUnixMicros(after.create_time);
  outcome.update_time = absl::FromUnixMicros(after.update_time);
  outcome.delete_time = after.DeleteTime();
  outcome.duplicate_of = after.duplicate_of;
  outcome.available_from = after.AvailableFrom();
  outcome.defects = report::DefectsOf(entries);
  return outcome;
}

// --- other changes ---

ReportChange ChangeOf(const ReportRow& row, uint64_t archive_revision) {
  ReportChange change;
  change.archive_revision = archive_revision;
  change.state = row.state;
  change.etag = row.Etag();
  change.update_time = absl::FromUnixMicros(row.update_time);
  change.delete_time = row.DeleteTime();
  change.available_from = row.AvailableFrom();
  return change;
}

absl::StatusOr<ReportChange> SqliteStore::SetState(std::string_view report_id,
                                                   archive::ReportState state,
                                                   std::string_view etag, const Actor& actor) {
  if (read_only_) {
    return errors::ReadOnly();
  }
  const MutexLock lock(&writer_mutex_);
  Connection* const connection = writer_.get();
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Transaction> transaction,
                          Transaction::Begin(connection, Transaction::Kind::kWrite));
  uint64_t latest = 0;
  QUOTES_ASSIGN_OR_RETURN(ReportRow row, RequireReport(connection, report_id, &latest));
  if (!etag.empty() && etag != row.Etag()) {
    return errors::EtagMismatch(ReportName(report_id));
  }
  if (state == archive::ReportState::kActive && row.available_from.has_value()) {
    state = archive::ReportState::kEmbargoed;
  }
  if (row.state == state) {
    QUOTES_ASSIGN_OR_RETURN(const int64_t revision, SelectInt(connection, kSelectArchiveRevision));
    ReportChange change = ChangeOf(row, static_cast<uint64_t>(revision));
    change.unchanged = true;
    return change;
  }
  const ReportRow before = row;
  row.state = state;
  Touch(&row);
  row.delete_time = state == archive::ReportState::kWithdrawn
                        ? std::optional<int64_t>(row.update_time)
                        : std::nullopt;
  QUOTES_RETURN_IF_ERROR(WriteReport(connection, row));
  QUOTES_ASSIGN_OR_RETURN(const uint64_t revision, RaiseArchiveRevision(connection));
  QUOTES_RETURN_IF_ERROR(Audit(
      connection, &before, row, revision,
      {state == archive::ReportState::kWithdrawn ? AuditAction::kWithdraw : AuditAction::kRestore,
       {},
       actor}));
  QUOTES_RETURN_IF_ERROR(transaction->Commit());
  return ChangeOf(row, revision);
}

absl::StatusOr<ReportChange> SqliteStore::SetEmbargo(std::string_view report_id,
                                                     std::optional<absl::Time> available_from,
                                                     std::string_view etag, const Actor& actor) {
  if (read_only_) {
    return errors::ReadOnly();
  }
  const MutexLock lock(&writer_mutex_);
  Connection* const connection = writer_.get();
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Transaction> transaction,
                          Transaction::Begin(connection, Transaction::Kind::kWrite));
  uint64_t latest = 0;
  QUOTES_ASSIGN_OR_RETURN(ReportRow row, RequireReport(connection, report_id, &latest));
  if (!etag.empty() && etag != row.Etag()) {
    return errors::EtagMismatch(ReportName(report_id));
  }
  std::optional<int64_t> until;
  if (available_from.has_value()) {
    until = MicrosUp(*available_from);
    if (!row.available_from.has_value()) {
      return errors::NotEmbargoed(ReportName(report_id));
    }
  }
  if (row.available_from == until) {
    QUOTES_ASSIGN_OR_RETURN(const int64_t revision, SelectInt(connection, kSelectArchiveRevision));
    ReportChange change = ChangeOf(row, static_cast<uint64_t>(revision));
    change.unchanged = true;
    return change;
  }
  if (row.state == archive::ReportState::kWithdrawn) {
    return errors::ReportWithdrawn(ReportName(report_id));
  }
  const ReportRow before = row;
  row.available_from = until;
  if (!until.has_value()) {
    row.state = archive::ReportState::kActive;
  }
  Touch(&row);
  QUOTES_RETURN_IF_ERROR(WriteReport(connection, row));
  QUOTES_ASSIGN_OR_RETURN(const uint64_t revision, RaiseArchiveRevision(connection));
  QUOTES_RETURN_IF_ERROR(
      Audit(connection, &before, row, revision,
            {until.has_value() ? AuditAction::kSetEmbargo : AuditAction::kRelease, {}, actor}));
  QUOTES_RETURN_IF_ERROR(transaction->Commit());
  return ChangeOf(row, revision);
}

absl::StatusOr<PurgeOutcome> SqliteStore::Purge(std::string_view report_id, std::string_view etag,
                                                const Actor& actor) {
  if (read_only_) {
    return errors::ReadOnly();
  }
  const MutexLock lock(&writer_mutex_);
  Connection* const connection = writer_.get();
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Transaction> transaction,
                          Transaction::Begin(connection, Transaction::Kind::kWrite));
  PurgeOutcome outcome;
  QUOTES_ASSIGN_OR_RETURN(const std::optional<ReportRow> row, FindReport(connection, report_id));
  if (!row.has_value()) {
    QUOTES_ASSIGN_OR_RETURN(std::optional<PurgedReport> purged, FindPurged(connection, report_id));
    if (!purged.has_value()) {
      return errors::ReportNotFound(ReportName(report_id));
    }
    outcome.purged = *std::move(purged);
    outcome.unchanged = true;
    return outcome;
  }
  if (!etag.empty() && etag != row->Etag()) {
    return errors::EtagMismatch(ReportName(report_id));
  }
  QUOTES_ASSIGN_OR_RETURN(const uint64_t revision, RaiseArchiveRevision(connection));
  QUOTES_ASSIGN_OR_RETURN(const std::vector<std::string> copies, ListCopies(connection, report_id));
  for (const std::string& id : copies) {
    uint64_t latest = 0;
    QUOTES_ASSIGN_OR_RETURN(ReportRow copy, RequireReport(connection, id, &latest));
    copy.duplicate_of.clear();
    Touch(&copy);
    QUOTES_RETURN_IF_ERROR(WriteReport(connection, copy));
    outcome.copies.emplace_back(id, ChangeOf(copy, revision));
  }
  QUOTES_ASSIGN_OR_RETURN(outcome.purged.revisions, DeleteReport(connection, report_id));
  ReportRow gone = *row;
  Touch(&gone);
  outcome.purged.report_id = report_id;
  outcome.purged.time = absl::FromUnixMicros(gone.update_time);
  outcome.purged.archive_revision = revision;
  outcome.purged.embargoed = gone.available_from.has_value();
  QUOTES_RETURN_IF_ERROR(WritePurged(connection, outcome.purged));
  QUOTES_RETURN_IF_ERROR(
      Audit(connection, &*row, gone, revision,
            {AuditAction::kPurge,
             {},
             actor,
             absl::StrCat(outcome.purged.revisions,
                          outcome.purged.revisions == 1 ? " revision" : " revisions")}));
  QUOTES_RETURN_IF_ERROR(connection->Prepare(kSetUnscrubbed).Run(true));
  QUOTES_RETURN_IF_ERROR(transaction->Commit());
  written_anew_ = false;
  return outcome;
}

absl::StatusOr<std::vector<PurgedReport>> SqliteStore::LoadPurged() {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  return ReadPurged(&reader->connection());
}

absl::Status SqliteStore::Scrub() {
  if (read_only_) {
    return errors::ReadOnly();
  }
  const MutexLock lock(&writer_mutex_);
  QUOTES_ASSIGN_OR_RETURN(const int64_t unscrubbed, SelectInt(writer_.get(), kSelectUnscrubbed));
  if (unscrubbed == 0) {
    return absl::OkStatus();
  }
  if (!written_anew_) {
    QUOTES_RETURN_IF_ERROR(writer_->WriteAnew());
    written_anew_ = true;
  }
  QUOTES_RETURN_IF_ERROR(writer_->EmptyLog());
  return writer_->Prepare(kSetUnscrubbed).Run(false);
}

absl::StatusOr<Register> SqliteStore::LoadRegister(std::string_view report_id) {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  Register found;
  QUOTES_ASSIGN_OR_RETURN(const ReportRow row,
                          RequireReport(&reader->connection(), report_id, &found.revision));
  found.etag = row.Etag();
  QUOTES_ASSIGN_OR_RETURN(found.entries, ReadRegister(&reader->connection(), row));
  return found;
}

absl::StatusOr<ReportChange> SqliteStore::ChangeReport(
    std::string_view report_id, std::string_view etag, const Edit& edit,
    absl::FunctionRef<absl::Status(Connection*, const ReportRow&)> change) {
  if (read_only_) {
    return errors::ReadOnly();
  }
  const MutexLock lock(&writer_mutex_);
  Connection* const connection = writer_.get();
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Transaction> transaction,
                          Transaction::Begin(connection, Transaction::Kind::kWrite));
  uint64_t latest = 0;
  QUOTES_ASSIGN_OR_RETURN(ReportRow row, RequireReport(connection, report_id, &latest));
  if (etag != row.Etag()) {
    return errors::EtagMismatch(ReportName(report_id));
  }
  QUOTES_RETURN_IF_ERROR(change(connection, row));
  const ReportRow before = row;
  Touch(&row);
  QUOTES_RETURN_IF_ERROR(WriteReport(connection, row));
  QUOTES_ASSIGN_OR_RETURN(const uint64_t revision, RaiseArchiveRevision(connection));
  QUOTES_RETURN_IF_ERROR(Audit(connection, &before, row, revision, edit));
  QUOTES_RETURN_IF_ERROR(transaction->Commit());
  return ChangeOf(row, revision);
}

absl::StatusOr<ReportChange> SqliteStore::WriteRegister(
    std::string_view report_id, std::string_view etag,
    const std::vector<report::RegisterEntry>& entries, const Edit& edit) {
  return ChangeReport(report_id, etag, edit, [&](Connection* connection, const ReportRow& row) {
    return ReplaceRegister(connection, row, entries);
  });
}

absl::StatusOr<ReportChange> SqliteStore::WriteTags(std::string_view report_id,
                                                    std::string_view quote_id,
                                                    std::string_view etag,
                                                    const std::vector<themes::Tag>& tags,
                                                    std::string_view detail, const Actor& actor) {
  const Edit edit = {AuditAction::kTagQuote, absl::StrCat("quotes/", ToAbsl(quote_id)), actor,
                     std::string(detail)};
  return ChangeReport(report_id, etag, edit, [&](Connection* connection, const ReportRow&) {
    return ReplaceTags(connection, report_id, quote_id, tags);
  });
}

// --- loading ---

constexpr char kListActive[] =
    "SELECT report_id, state, latest_revision, generation, create_time, update_time, delete_time,"
    " duplicate_of, available_from FROM reports"
    " WHERE state = ?1 AND available_from IS NULL"
    " ORDER BY report_id";

constexpr char kListWithHistory[] =
    "SELECT report_id, state, latest_revision, generation, create_time, update_time, delete_time,"
    " duplicate_of, available_from FROM reports"
    " WHERE (state <> ?1 OR latest_revision > 1) AND available_from IS NULL"
    " ORDER BY report_id";

// Withdrawn or not.
constexpr char kListEmbargoed[] =
    "SELECT report_id, state, latest_revision, generation, create_time, update_time, delete_time,"
    " duplicate_of, available_from FROM reports"
    " WHERE state <> ?1 AND available_from IS NOT NULL"
    " ORDER BY report_id";

// Of one of these lists.
ReportInfo ListedReport(const Statement& list) {
  ReportRow row;
  row.report_id = list.Text(0);
  row.state = static_cast<archive::ReportState>(list.Int(1));
  row.latest_revision = static_cast<uint64_t>(list.Int(2));
  row.generation = static_cast<uint64_t>(list.Int(3));
  row.create_time = list.Int(4);
  row.update_time = list.Int(5);
  if (!list.IsNull(6)) {
    row.delete_time = list.Int(6);
  }
  if (!list.IsNull(8)) {
    row.available_from = list.Int(8);
  }
  return {
      row.report_id,
      row.latest_revision,
      {row.state, row.Etag(), absl::FromUnixMicros(row.create_time),
       absl::FromUnixMicros(row.update_time), row.DeleteTime(), list.Text(7), row.AvailableFrom()}};
}

// Calls `visit` with a revision of a report in full.
absl::Status VisitRevision(
    Connection* connection, const ReportRow& row, uint64_t number,
    absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) {
  QUOTES_ASSIGN_OR_RETURN(std::unique_ptr<archive::Document> document,
                          ReadDocument(connection, row, number));
  if (document == nullptr) {
    return errors::DatabaseCorrupt(connection->path(),
                                   RevisionName(row.report_id, number) + " is missing");
  }
  return visit(std::move(document));
}

absl::StatusOr<uint64_t> SqliteStore::LoadLatest(
    const char* list_sql, absl::FunctionRef<bool(const ReportInfo&)> wanted,
    absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  Connection* const connection = &reader->connection();
  QUOTES_ASSIGN_OR_RETURN(const int64_t archive_revision,
                          SelectInt(connection, kSelectArchiveRevision));
  Statement list = connection->Prepare(list_sql);
  QUOTES_RETURN_IF_ERROR(list.Bind(archive::ReportState::kActive));
  while (true) {
    QUOTES_ASSIGN_OR_RETURN(const bool found, list.Step());
    if (!found) {
      break;
    }
    const ReportInfo report = ListedReport(list);
    if (!wanted(report)) {
      continue;
    }
    uint64_t number = 0;
    QUOTES_ASSIGN_OR_RETURN(const ReportRow row,
                            RequireReport(connection, report.report_id, &number));
    QUOTES_RETURN_IF_ERROR(VisitRevision(connection, row, number, visit));
  }
  return static_cast<uint64_t>(archive_revision);
}

absl::StatusOr<uint64_t> SqliteStore::LoadActive(
    absl::FunctionRef<bool(const ReportInfo&)> wanted,
    absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) {
  return LoadLatest(kListActive, wanted, visit);
}

absl::StatusOr<uint64_t> SqliteStore::LoadEmbargoed(
    absl::FunctionRef<bool(const ReportInfo&)> wanted,
    absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) {
  return LoadLatest(kListEmbargoed, wanted, visit);
}

absl::StatusOr<uint64_t> SqliteStore::LoadHistory(
    absl::FunctionRef<bool(const ReportInfo&)> wanted,
    absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  Connection* const connection = &reader->connection();
  QUOTES_ASSIGN_OR_RETURN(const int64_t archive_revision,
                          SelectInt(connection, kSelectArchiveRevision));
  Statement list = connection->Prepare(kListWithHistory);
  QUOTES_RETURN_IF_ERROR(list.Bind(archive::ReportState::kActive));
  while (true) {
    QUOTES_ASSIGN_OR_RETURN(const bool found, list.Step());
    if (!found) {
      break;
    }
    const ReportInfo report = ListedReport(list);
    if (!wanted(report)) {
      continue;
    }
    uint64_t latest = 0;
    QUOTES_ASSIGN_OR_RETURN(const ReportRow row,
                            RequireReport(connection, report.report_id, &latest));
    // Numbers are without gaps.
    const bool active = row.state == archive::ReportState::kActive;
    for (uint64_t number = active ? latest - 1 : latest; number > 0; --number) {
      QUOTES_RETURN_IF_ERROR(VisitRevision(connection, row, number, visit));
    }
  }
  return static_cast<uint64_t>(archive_revision);
}

absl::StatusOr<std::unique_ptr<archive::Document>> SqliteStore::LoadRevision(
    std::string_view report_id, uint64_t revision) {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  QUOTES_ASSIGN_OR_RETURN(const ReportRow row,
                          RequireReport(&reader->connection(), report_id, &revision));
  QUOTES_ASSIGN_OR_RETURN(std::unique_ptr<archive::Document> document,
                          ReadDocument(&reader->connection(), row, revision));
  if (document == nullptr) {
    return errors::RevisionNotFound(RevisionName(report_id, revision));
  }
  return document;
}

absl::StatusOr<std::string> SqliteStore::LoadSource(std::string_view report_id, uint64_t revision) {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  QUOTES_RETURN_IF_ERROR(RequireReport(&reader->connection(), report_id, &revision).status());
  QUOTES_ASSIGN_OR_RETURN(std::optional<std::string> source,
                          ReadSource(&reader->connection(), report_id, revision));
  if (!source.has_value()) {
    return errors::RevisionNotFound(RevisionName(report_id, revision));
  }
  return *std::move(source);
}

absl::StatusOr<std::string> SqliteStore::LoadText(std::string_view report_id, uint64_t revision) {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  QUOTES_RETURN_IF_ERROR(RequireReport(&reader->connection(), report_id, &revision).status());
  QUOTES_ASSIGN_OR_RETURN(std::optional<std::string> text,
                          ReadText(&reader->connection(), report_id, revision));
  if (!text.has_value()) {
    return errors::RevisionNotFound(RevisionName(report_id, revision));
  }
  return *std::move(text);
}

absl::StatusOr<std::vector<RevisionInfo>> SqliteStore::ListRevisions(std::string_view report_id,
                                                                     uint64_t before,
                                                                     size_t limit) {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  uint64_t latest = 0;
  QUOTES_RETURN_IF_ERROR(RequireReport(&reader->connection(), report_id, &latest).status());
  const uint64_t end = before == 0 ? latest + 1 : std::min(before, latest + 1);
  return ReadRevisionInfos(&reader->connection(), report_id, end, limit);
}

// --- where an id stood last ---
// The revisions of a report are few: they are read one after the other, the latest first, each in
// a fraction of a millisecond.

absl::StatusOr<uint64_t> SqliteStore::FindRevisionOf(
    std::string_view report_id, absl::FunctionRef<bool(const report::ParsedReport&)> holds,
    const absl::Status& missing) {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  QUOTES_ASSIGN_OR_RETURN(const uint64_t number,
                          FindRevisionThat(&reader->connection(), report_id, holds));
  if (number == 0) {
    return missing;
  }
  return number;
}

absl::StatusOr<uint64_t> SqliteStore::FindQuoteRevision(std::string_view report_id,
                                                        std::string_view quote_id) {
  return FindRevisionOf(
      report_id,
      [quote_id](const report::ParsedReport& content) {
        return std::any_of(content.quotes.begin(), content.quotes.end(),
                           [quote_id](const report::Quote& quote) { return quote.id == quote_id; });
      },
      errors::QuoteNotFound(absl::StrCat(ReportName(report_id), "/quotes/", ToAbsl(quote_id))));
}

absl::StatusOr<uint64_t> SqliteStore::FindSectionRevision(std::string_view report_id,
                                                          std::string_view section_id) {
  return FindRevisionOf(
      report_id,
      [section_id](const report::ParsedReport& content) {
        return std::any_of(
            content.sections.begin(), content.sections.end(),
            [section_id](const report::Section& section) { return section.id == section_id; });
      },
      errors::SectionNotFound(
          absl::StrCat(ReportName(report_id), "/sections/", ToAbsl(section_id))));
}

// One that was taken out where it stood last is not there.
constexpr char kFindDefectRevision[] =
    "SELECT number"
    " FROM (SELECT r.number AS number, d.removed AS removed"
    "       FROM defects AS d"
    "       JOIN revisions AS r ON r.id = d.revision"
    "       WHERE d.defect_id = ?2 AND r.report_id = ?1"
    "       ORDER BY r.number DESC"
    "       LIMIT 1)"
    " WHERE removed = 0";

absl::StatusOr<uint64_t> SqliteStore::FindDefectRevision(std::string_view report_id,
                                                         std::string_view defect_id) {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  Statement select = reader->connection().Prepare(kFindDefectRevision);
  QUOTES_RETURN_IF_ERROR(select.Bind(report_id, defect_id));
  QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) {
    return errors::DefectNotFound(
        absl::StrCat(ReportName(report_id), "/defects/", ToAbsl(defect_id)));
  }
  return static_cast<uint64_t>(select.Int(0));
}

// --- status ---

// Everybody may know these: what is held back does not show in them.
constexpr char kCountReports[] = "SELECT count(*) FROM reports WHERE available_from IS NULL";
constexpr char kCountRevisions[] =
    "SELECT count(*) FROM revisions"
    " WHERE report_id NOT IN (SELECT report_id FROM reports WHERE available_from IS NOT NULL)";

absl::StatusOr<StoreStatus> SqliteStore::Status() {
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, Read());
  Connection* const connection = &reader->connection();
  QUOTES_ASSIGN_OR_RETURN(const int64_t archive_revision,
                          SelectInt(connection, kSelectArchiveRevision));
  QUOTES_ASSIGN_OR_RETURN(const int64_t reports, SelectInt(connection, kCountReports));
  QUOTES_ASSIGN_OR_RETURN(const int64_t revisions, SelectInt(connection, kCountRevisions));
  StoreStatus status;
  status.engine = "sqlite";
  status.engine_version = sqlite3_libversion();
  status.location = path_;
  status.schema_version = connection->schema_version();
  status.read_only = read_only_;
  status.archive_revision = static_cast<uint64_t>(archive_revision);
  status.reports = static_cast<uint64_t>(reports);
  status.revisions = static_cast<uint64_t>(revisions);
  status.size_bytes = SizeOf(path_) + SizeOf(path_ + "-wal");
  return status;
}

StoreFigures SqliteStore::Figures() const {
  const PageCounts pages = CountedPages();
  StoreFigures figures;
  figures.file_bytes = SizeOf(path_);
  figures.wal_bytes = SizeOf(path_ + "-wal");
  figures.memory_bytes = static_cast<uint64_t>(sqlite3_memory_used());
  figures.cache_hits = pages.hits;
  figures.cache_misses = pages.misses;
  figures.pages_written = pages.written;
  return figures;
}

// Absolute and without symbolic links, so that every name of a file leads to the same lock.
absl::StatusOr<std::string> ResolvePath(const std::string& path) {
  if (path.empty()) {
    return errors::FieldRequired("database");
  }
  std::error_code error;
  std::filesystem::path resolved = std::filesystem::absolute(path, error);
  if (!error) {
    resolved = std::filesystem::weakly_canonical(resolved, error);
  }
  if (error) {
    return errors::StoreUnavailable(absl::StrCat(path, ": ", error.message()));
  }
  return resolved.string();
}

// Tells what stands at `path` before anything is opened.
absl::Status CheckFile(const std::string& path, bool may_create) {
  struct stat file = {};
  if (stat(path.c_str(), &file) == 0) {
    if (!S_ISREG(file.st_mode)) {
      return errors::StoreUnavailable(absl::StrCat(path, " is not a file"));
    }
    // SQLite would take a file of one byte for an empty one.
    if (file.st_size > 0 && file.st_size < kSmallestDatabase) {
      return errors::DatabaseCorrupt(path, "is no database");
    }
    return absl::OkStatus();
  }
  const int error = errno;
  if (error != ENOENT) {
    return errors::StoreUnavailable(
        absl::StrCat(path, ": ", std::generic_category().message(error)));
  }
  if (!may_create) {
    return absl::NotFoundError(absl::StrCat("there is no database ", path));
  }
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  if (stat(folder.c_str(), &file) != 0 || !S_ISDIR(file.st_mode)) {
    return absl::NotFoundError(absl::StrCat("there is no folder ", folder));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> Open(const Options& options) {
  QUOTES_ASSIGN_OR_RETURN(const std::string path, ResolvePath(options.path));
  QUOTES_RETURN_IF_ERROR(CheckFile(path, !options.read_only && options.create));
  std::unique_ptr<WriterLock> lock;
  std::unique_ptr<Connection> writer;
  if (!options.read_only) {
    QUOTES_ASSIGN_OR_RETURN(lock, WriterLock::Acquire(path));
    QUOTES_ASSIGN_OR_RETURN(
        writer, Connection::Open({.path = path, .mode = ConnectionOptions::Mode::kWrite}));
    QUOTES_RETURN_IF_ERROR(Migrate(writer.get()));
  }
  auto store = std::make_unique<SqliteStore>(path, std::move(lock), std::move(writer));
  QUOTES_RETURN_IF_ERROR(options.check_integrity ? store->CheckIntegrity(Cancellation())
                                                 : store->CheckLength());
  return store;
}

}  // namespace quotes::store::sqlite
