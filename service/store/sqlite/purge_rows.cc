#include "service/store/sqlite/purge_rows.h"

#include "absl/time/time.h"
#include "service/base/status_macros.h"

namespace quotes::store::sqlite {
namespace {

constexpr char kListCopies[] =
    "SELECT report_id FROM reports"
    " WHERE duplicate_of = ?1 AND report_id <> ?1"
    " ORDER BY report_id";

// What lets the triggers pass.
constexpr char kBegin[] =
    "INSERT INTO purging (revision)"
    " SELECT id FROM revisions WHERE report_id = ?1";

constexpr char kCount[] = "SELECT count(*) FROM purging";

// Rows before those that they refer to.
constexpr const char* kDeleteOfRevisions[] = {
    "DELETE FROM defect_readings WHERE revision IN (SELECT revision FROM purging)",
    "DELETE FROM defects WHERE revision IN (SELECT revision FROM purging)",
    "DELETE FROM quotes WHERE revision IN (SELECT revision FROM purging)",
    "DELETE FROM sections WHERE revision IN (SELECT revision FROM purging)",
    "DELETE FROM lint WHERE revision IN (SELECT revision FROM purging)",
    "DELETE FROM joins WHERE revision IN (SELECT revision FROM purging)",
    "DELETE FROM paragraphs WHERE revision IN (SELECT revision FROM purging)",
    "DELETE FROM runs WHERE revision IN (SELECT revision FROM purging)",
    "DELETE FROM print_spans WHERE revision IN (SELECT revision FROM purging)",
    "DELETE FROM contents WHERE revision IN (SELECT revision FROM purging)",
};

constexpr const char* kDeleteOfReport[] = {
    "DELETE FROM requests WHERE report_id = ?1",
    "DELETE FROM revisions WHERE report_id = ?1",
    "DELETE FROM tags WHERE report_id = ?1",
    "DELETE FROM reports WHERE report_id = ?1",
};

constexpr char kEnd[] = "DELETE FROM purging";

constexpr char kInsert[] =
    "INSERT INTO purged (report_id, time, archive_revision, revisions, embargoed)"
    " VALUES (?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT (report_id) DO UPDATE SET"
    " time = excluded.time,"
    " archive_revision = excluded.archive_revision,"
    " revisions = excluded.revisions,"
    " embargoed = excluded.embargoed";

constexpr char kSelect[] =
    "SELECT report_id, time, archive_revision, revisions, embargoed FROM purged"
    " WHERE report_id = ?1";

constexpr char kSelectAll[] =
    "SELECT report_id, time, archive_revision, revisions, embargoed FROM purged"
    " ORDER BY report_id";

PurgedReport ReadRow(const Statement& row) {
  PurgedReport purged;
  purged.report_id = row.Text(0);
  purged.time = absl::FromUnixMicros(row.Int(1));
  purged.archive_revision = static_cast<uint64_t>(row.Int(2));
  purged.revisions = static_cast<uint64_t>(row.Int(3));
  purged.embargoed = row.Bool(4);
  return purged;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ListCopies(Connection* connection,
                                                    std::string_view report_id) {
  Statement select = connection->Prepare(kListCopies);
  QUOTES_RETURN_IF_ERROR(select.Bind(report_id));
  std::vector<std::string> ids;
  while (true) {
    QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) {
      return ids;
    }
    ids.push_back(select.Text(0));
  }
}

absl::StatusOr<uint64_t> DeleteReport(Connection* connection, std::string_view report_id) {
  QUOTES_RETURN_IF_ERROR(connection->Prepare(kBegin).Run(report_id));
  uint64_t revisions = 0;
  {
    Statement count = connection->Prepare(kCount);
    QUOTES_RETURN_IF_ERROR(count.Step().status());
    revisions = static_cast<uint64_t>(count.Int(0));
  }
  for (const char* const sql : kDeleteOfRevisions) {
    QUOTES_RETURN_IF_ERROR(connection->Prepare(sql).Run());
  }
  for (const char* const sql : kDeleteOfReport) {
    QUOTES_RETURN_IF_ERROR(connection->Prepare(sql).Run(report_id));
  }
  QUOTES_RETURN_IF_ERROR(connection->Prepare(kEnd).Run());
  return revisions;
}

absl::Status WritePurged(Connection* connection, const PurgedReport& purged) {
  return connection->Prepare(kInsert).Run(purged.report_id, absl::ToUnixMicros(purged.time),
                                          purged.archive_revision, purged.revisions,
                                          purged.embargoed);
}

absl::StatusOr<std::optional<PurgedReport>> FindPurged(Connection* connection,
                                                       std::string_view report_id) {
  Statement select = connection->Prepare(kSelect);
  QUOTES_RETURN_IF_ERROR(select.Bind(report_id));
  QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
  return found ? std::optional<PurgedReport>(ReadRow(select)) : std::nullopt;
}

absl::StatusOr<std::vector<PurgedReport>> ReadPurged(Connection* connection) {
  Statement select = connection->Prepare(kSelectAll);
  std::vector<PurgedReport> reports;
  while (true) {
    QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) {
      return reports;
    }
    reports.push_back(ReadRow(select));
  }
}

}  // namespace quotes::store::sqlite
