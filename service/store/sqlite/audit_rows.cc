#include "service/store/sqlite/audit_rows.h"

#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/base/errors.h"
#include "service/base/status_macros.h"

namespace quotes::store::sqlite {
namespace {

constexpr int64_t kEndOfNumbers = std::numeric_limits<int64_t>::max();

constexpr char kInsert[] =
    "INSERT INTO audit"
    " (archive_revision, time, caller, peer, request_id, action, report_id, child,"
    " revision_before, revision_after, etag_before, etag_after, embargoed, detail)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";

constexpr char kSelectNewest[] =
    "SELECT archive_revision, time, caller, peer, request_id, action, report_id, child,"
    " revision_before, revision_after, etag_before, etag_after, embargoed, detail"
    " FROM audit"
    " WHERE archive_revision < ?1 AND time >= ?2 AND time < ?3"
    " AND (?4 = '' OR caller = ?4) AND (?5 = '' OR report_id = ?5) AND (?6 = '' OR child = ?6)"
    " ORDER BY archive_revision DESC"
    " LIMIT ?7";

// The same of one report, which an index finds.
constexpr char kSelectNewestOfReport[] =
    "SELECT archive_revision, time, caller, peer, request_id, action, report_id, child,"
    " revision_before, revision_after, etag_before, etag_after, embargoed, detail"
    " FROM audit INDEXED BY audit_by_report"
    " WHERE report_id = ?5 AND archive_revision < ?1 AND time >= ?2 AND time < ?3"
    " AND (?4 = '' OR caller = ?4) AND (?6 = '' OR child = ?6)"
    " ORDER BY archive_revision DESC"
    " LIMIT ?7";

constexpr char kSelectChanges[] =
    "SELECT archive_revision, time, caller, peer, request_id, action, report_id, child,"
    " revision_before, revision_after, etag_before, etag_after, embargoed, detail"
    " FROM audit"
    " WHERE archive_revision > ?1"
    " ORDER BY archive_revision"
    " LIMIT ?2";

constexpr char kSelectBounds[] = "SELECT archive_revision, audit_since FROM meta WHERE id = 1";

int64_t Micros(const std::optional<absl::Time>& time, int64_t otherwise) {
  return time.has_value() ? absl::ToUnixMicros(*time) : otherwise;
}

absl::StatusOr<std::vector<AuditEntry>> ReadAll(const Connection& connection, Statement* select) {
  std::vector<AuditEntry> entries;
  while (true) {
    QUOTES_ASSIGN_OR_RETURN(const bool found, select->Step());
    if (!found) {
      return entries;
    }
    AuditEntry& entry = entries.emplace_back();
    entry.archive_revision = static_cast<uint64_t>(select->Int(0));
    entry.time = absl::FromUnixMicros(select->Int(1));
    entry.actor = {select->Text(2), select->Text(3), select->Text(4)};
    const int64_t action = select->Int(5);
    if (action < static_cast<int64_t>(AuditAction::kImport) ||
        action > static_cast<int64_t>(kLastAuditAction)) {
      return errors::DatabaseCorrupt(
          connection.path(), absl::StrCat("its audit trail has an unknown action ", action));
    }
    entry.action = static_cast<AuditAction>(action);
    entry.report_id = select->Text(6);
    entry.child = select->Text(7);
    entry.revision_before = static_cast<uint64_t>(select->Int(8));
    entry.revision_after = static_cast<uint64_t>(select->Int(9));
    entry.etag_before = select->Text(10);
    entry.etag_after = select->Text(11);
    entry.embargoed = select->Bool(12);
    entry.detail = select->Text(13);
  }
}

}  // namespace

absl::Status WriteAuditEntry(Connection* connection, const AuditEntry& entry) {
  return connection->Prepare(kInsert).Run(
      entry.archive_revision, absl::ToUnixMicros(entry.time), entry.actor.caller, entry.actor.peer,
      entry.actor.request_id, entry.action, entry.report_id, entry.child, entry.revision_before,
      entry.revision_after, entry.etag_before, entry.etag_after, entry.embargoed, entry.detail);
}

absl::StatusOr<std::vector<AuditEntry>> ReadAuditEntries(Connection* connection,
                                                         const AuditFilter& filter, uint64_t before,
                                                         size_t limit) {
  Statement select =
      connection->Prepare(filter.report_id.empty() ? kSelectNewest : kSelectNewestOfReport);
  QUOTES_RETURN_IF_ERROR(select.Bind(before == 0 ? kEndOfNumbers : static_cast<int64_t>(before),
                                     Micros(filter.from, std::numeric_limits<int64_t>::min()),
                                     Micros(filter.to, kEndOfNumbers), filter.caller,
                                     filter.report_id, filter.child, limit));
  return ReadAll(*connection, &select);
}

absl::StatusOr<std::vector<AuditEntry>> ReadChanges(Connection* connection, uint64_t since,
                                                    size_t limit) {
  {
    Statement bounds = connection->Prepare(kSelectBounds);
    QUOTES_ASSIGN_OR_RETURN(const bool found, bounds.Step());
    if (!found) {
      return errors::DatabaseCorrupt(connection->path(), "a row of its register is missing");
    }
    const auto now = static_cast<uint64_t>(bounds.Int(0));
    const auto oldest = static_cast<uint64_t>(bounds.Int(1));
    if (since > now) {
      return errors::RevisionInFuture(since, now);
    }
    if (since < oldest) {
      return errors::ChangesNotKept(since, oldest);
    }
  }
  Statement select = connection->Prepare(kSelectChanges);
  QUOTES_RETURN_IF_ERROR(select.Bind(since, limit));
  return ReadAll(*connection, &select);
}

}  // namespace quotes::store::sqlite
