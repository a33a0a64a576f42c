#include "service/store/sqlite/schema.h"

#include <iterator>
#include <memory>

#include "service/base/check.h"
#include "service/base/status_macros.h"

namespace quotes::store::sqlite {
namespace {

// Migration n leads from version n to n + 1 and is never edited once released. Each sets its
// version itself, so that a file is never between two.
constexpr const char* kMigrations[] = {
    R"sql(
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  archive_revision INTEGER NOT NULL
) STRICT;

INSERT INTO meta (id, archive_revision) VALUES (1, 0);

CREATE TABLE reports (
  report_id TEXT NOT NULL PRIMARY KEY,
  state INTEGER NOT NULL,
  latest_revision INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  title TEXT NOT NULL,
  subtitle TEXT NOT NULL,
  event TEXT NOT NULL,
  body TEXT NOT NULL,
  speaker TEXT NOT NULL,
  office TEXT NOT NULL,
  language TEXT NOT NULL,
  speech_date TEXT,
  paper TEXT NOT NULL,
  edition TEXT NOT NULL,
  issue_date TEXT,
  pages TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE revisions (
  id INTEGER PRIMARY KEY,
  report_id TEXT NOT NULL REFERENCES reports (report_id),
  number INTEGER NOT NULL CHECK (number >= 1),
  create_time INTEGER NOT NULL,
  file_name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  encoding INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  source_sha256 TEXT NOT NULL,
  parser_version TEXT NOT NULL,
  fold_version TEXT NOT NULL,
  title TEXT NOT NULL,
  subtitle TEXT NOT NULL,
  event TEXT NOT NULL,
  body TEXT NOT NULL,
  speaker TEXT NOT NULL,
  office TEXT NOT NULL,
  language TEXT NOT NULL,
  speech_date TEXT,
  paper TEXT NOT NULL,
  edition TEXT NOT NULL,
  issue_date TEXT,
  pages TEXT NOT NULL,
  truncated INTEGER NOT NULL CHECK (truncated IN (0, 1)),
  jump_target TEXT NOT NULL,
  end_position INTEGER NOT NULL,
  code_points INTEGER NOT NULL,
  quotes INTEGER NOT NULL,
  sections INTEGER NOT NULL,
  joined_sha256 TEXT NOT NULL,
  joined TEXT NOT NULL,
  source BLOB NOT NULL,
  UNIQUE (report_id, number)
) STRICT;

CREATE TABLE print_spans (
  revision INTEGER NOT NULL REFERENCES revisions (id),
  ordinal INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  line INTEGER NOT NULL,
  page INTEGER NOT NULL,
  byte_begin INTEGER NOT NULL,
  byte_end INTEGER NOT NULL,
  range_begin INTEGER NOT NULL,
  range_end INTEGER NOT NULL,
  PRIMARY KEY (revision, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  revision INTEGER NOT NULL REFERENCES revisions (id),
  ordinal INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  range_begin INTEGER NOT NULL,
  range_end INTEGER NOT NULL,
  PRIMARY KEY (revision, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE paragraphs (
  revision INTEGER NOT NULL REFERENCES revisions (id),
  ordinal INTEGER NOT NULL,
  range_begin INTEGER NOT NULL,
  range_end INTEGER NOT NULL,
  PRIMARY KEY (revision, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE joins (
  revision INTEGER NOT NULL REFERENCES revisions (id),
  ordinal INTEGER NOT NULL,
  position INTEGER NOT NULL,
  line_before INTEGER NOT NULL,
  line_after INTEGER NOT NULL,
  PRIMARY KEY (revision, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE sections (
  revision INTEGER NOT NULL REFERENCES revisions (id),
  ordinal INTEGER NOT NULL,
  section_id TEXT NOT NULL,
  path TEXT NOT NULL,
  parent INTEGER,
  level INTEGER NOT NULL,
  printed_ordinal INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  marker TEXT NOT NULL,
  heading TEXT NOT NULL,
  run_in INTEGER NOT NULL CHECK (run_in IN (0, 1)),
  heading_begin INTEGER NOT NULL,
  heading_end INTEGER NOT NULL,
  range_begin INTEGER NOT NULL,
  range_end INTEGER NOT NULL,
  mode INTEGER NOT NULL,
  period TEXT NOT NULL,
  PRIMARY KEY (revision, ordinal),
  FOREIGN KEY (revision, parent) REFERENCES sections (revision, ordinal)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX sections_by_id ON sections (section_id, revision);

CREATE TABLE quotes (
  revision INTEGER NOT NULL REFERENCES revisions (id),
  ordinal INTEGER NOT NULL,
  quote_id TEXT NOT NULL,
  range_begin INTEGER NOT NULL,
  range_end INTEGER NOT NULL,
  section INTEGER,
  paragraph INTEGER NOT NULL,
  sentence INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  mode INTEGER NOT NULL,
  has_figures INTEGER NOT NULL CHECK (has_figures IN (0, 1)),
  PRIMARY KEY (revision, ordinal),
  FOREIGN KEY (revision, section) REFERENCES sections (revision, ordinal)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX quotes_by_id ON quotes (quote_id, revision);

CREATE TABLE lint (
  revision INTEGER NOT NULL REFERENCES revisions (id),
  ordinal INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  certainty INTEGER NOT NULL,
  line INTEGER NOT NULL,
  range_begin INTEGER NOT NULL,
  range_end INTEGER NOT NULL,
  message TEXT NOT NULL,
  proposal TEXT NOT NULL,
  PRIMARY KEY (revision, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE defects (
  revision INTEGER NOT NULL REFERENCES revisions (id),
  ordinal INTEGER NOT NULL,
  defect_id TEXT NOT NULL,
  kind INTEGER NOT NULL,
  certainty INTEGER NOT NULL,
  range_begin INTEGER NOT NULL,
  range_end INTEGER NOT NULL,
  printed TEXT NOT NULL,
  printed_sha256 TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (revision, ordinal),
  UNIQUE (revision, defect_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE defect_readings (
  revision INTEGER NOT NULL,
  defect INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  reading TEXT NOT NULL,
  PRIMARY KEY (revision, defect, ordinal),
  FOREIGN KEY (revision, defect) REFERENCES defects (revision, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
  request_id TEXT NOT NULL PRIMARY KEY,
  digest TEXT NOT NULL,
  report_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  archive_revision INTEGER NOT NULL,
  unchanged INTEGER NOT NULL CHECK (unchanged IN (0, 1)),
  create_time INTEGER NOT NULL,
  FOREIGN KEY (report_id, revision) REFERENCES revisions (report_id, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX requests_by_revision ON requests (report_id, revision);

CREATE TRIGGER revisions_no_update BEFORE UPDATE ON revisions
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER revisions_no_delete BEFORE DELETE ON revisions
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER print_spans_no_update BEFORE UPDATE ON print_spans
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER print_spans_no_delete BEFORE DELETE ON print_spans
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER runs_no_update BEFORE UPDATE ON runs
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER runs_no_delete BEFORE DELETE ON runs
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER paragraphs_no_update BEFORE UPDATE ON paragraphs
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER paragraphs_no_delete BEFORE DELETE ON paragraphs
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER joins_no_update BEFORE UPDATE ON joins
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER joins_no_delete BEFORE DELETE ON joins
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER sections_no_update BEFORE UPDATE ON sections
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER sections_no_delete BEFORE DELETE ON sections
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER quotes_no_update BEFORE UPDATE ON quotes
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER quotes_no_delete BEFORE DELETE ON quotes
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER lint_no_update BEFORE UPDATE ON lint
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER lint_no_delete BEFORE DELETE ON lint
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;

PRAGMA application_id = 0x51554F54;
PRAGMA user_version = 1;
)sql",
    R"sql(
ALTER TABLE reports ADD COLUMN delete_time INTEGER;

PRAGMA user_version = 2;
)sql",
    R"sql(
ALTER TABLE defects ADD COLUMN origin INTEGER NOT NULL DEFAULT 1;
ALTER TABLE defects ADD COLUMN removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1));

CREATE INDEX defects_by_id ON defects (defect_id, revision);

PRAGMA user_version = 3;
)sql",
    R"sql(
ALTER TABLE revisions ADD COLUMN extracted_sha256 TEXT;
ALTER TABLE revisions ADD COLUMN extracted TEXT;

PRAGMA user_version = 4;
)sql",
    R"sql(
ALTER TABLE reports ADD COLUMN duplicate_of TEXT REFERENCES reports (report_id);

PRAGMA user_version = 5;
)sql",
    // Ids are hashes: an index that begins with them is written to all over for every report.
    R"sql(
DROP INDEX sections_by_id;
DROP INDEX quotes_by_id;
CREATE UNIQUE INDEX sections_by_id ON sections (revision, section_id);
CREATE UNIQUE INDEX quotes_by_id ON quotes (revision, quote_id);

PRAGMA user_version = 6;
)sql",
    R"sql(
CREATE TABLE tags (
  report_id TEXT NOT NULL REFERENCES reports (report_id),
  quote_id TEXT NOT NULL,
  theme TEXT NOT NULL,
  action INTEGER NOT NULL CHECK (action IN (1, 2)),
  time INTEGER NOT NULL,
  PRIMARY KEY (report_id, quote_id, theme)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 7;
)sql",
    // What is asked for by an id is one revision of one report, newest first: reading its rows
    // takes a millisecond, keeping the indexes took a sixth of an import's time in the database.
    R"sql(
DROP INDEX sections_by_id;
DROP INDEX quotes_by_id;

PRAGMA user_version = 8;
)sql",
    // No reference to reports: the trail outlives them.
    R"sql(
CREATE TABLE audit (
  archive_revision INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  caller TEXT NOT NULL,
  peer TEXT NOT NULL,
  request_id TEXT NOT NULL,
  action INTEGER NOT NULL,
  report_id TEXT NOT NULL,
  child TEXT NOT NULL,
  revision_before INTEGER NOT NULL,
  revision_after INTEGER NOT NULL,
  etag_before TEXT NOT NULL,
  etag_after TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_report ON audit (report_id);

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is immutable'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is immutable'); END;

ALTER TABLE meta ADD COLUMN audit_since INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET audit_since = archive_revision;

PRAGMA user_version = 9;
)sql",
    // Revisions are whole: what one holds is written and read at once, and by nobody else. Those
    // written before keep their rows.
    R"sql(
CREATE TABLE contents (
  revision INTEGER NOT NULL PRIMARY KEY REFERENCES revisions (id),
  sha256 TEXT NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE TRIGGER contents_no_update BEFORE UPDATE ON contents
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER contents_no_delete BEFORE DELETE ON contents
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;

PRAGMA user_version = 10;
)sql",
    R"sql(
ALTER TABLE reports ADD COLUMN available_from INTEGER;
CREATE INDEX reports_embargoed ON reports (report_id) WHERE available_from IS NOT NULL;
ALTER TABLE audit ADD COLUMN embargoed INTEGER NOT NULL DEFAULT 0 CHECK (embargoed IN (0, 1));

PRAGMA user_version = 11;
)sql",
    // Revisions that are being purged may go; REPLACE, which deletes too, does not name any.
    R"sql(
CREATE TABLE purging (
  revision INTEGER NOT NULL PRIMARY KEY
) STRICT;

CREATE TABLE purged (
  report_id TEXT NOT NULL PRIMARY KEY,
  time INTEGER NOT NULL,
  archive_revision INTEGER NOT NULL,
  revisions INTEGER NOT NULL,
  embargoed INTEGER NOT NULL CHECK (embargoed IN (0, 1))
) STRICT, WITHOUT ROWID;

DROP TRIGGER revisions_no_delete;
CREATE TRIGGER revisions_no_delete BEFORE DELETE ON revisions
WHEN OLD.id NOT IN (SELECT revision FROM purging)
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
DROP TRIGGER contents_no_delete;
CREATE TRIGGER contents_no_delete BEFORE DELETE ON contents
WHEN OLD.revision NOT IN (SELECT revision FROM purging)
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
DROP TRIGGER print_spans_no_delete;
CREATE TRIGGER print_spans_no_delete BEFORE DELETE ON print_spans
WHEN OLD.revision NOT IN (SELECT revision FROM purging)
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
DROP TRIGGER runs_no_delete;
CREATE TRIGGER runs_no_delete BEFORE DELETE ON runs
WHEN OLD.revision NOT IN (SELECT revision FROM purging)
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
DROP TRIGGER paragraphs_no_delete;
CREATE TRIGGER paragraphs_no_delete BEFORE DELETE ON paragraphs
WHEN OLD.revision NOT IN (SELECT revision FROM purging)
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
DROP TRIGGER joins_no_delete;
CREATE TRIGGER joins_no_delete BEFORE DELETE ON joins
WHEN OLD.revision NOT IN (SELECT revision FROM purging)
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
DROP TRIGGER sections_no_delete;
CREATE TRIGGER sections_no_delete BEFORE DELETE ON sections
WHEN OLD.revision NOT IN (SELECT revision FROM purging)
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
DROP TRIGGER quotes_no_delete;
CREATE TRIGGER quotes_no_delete BEFORE DELETE ON quotes
WHEN OLD.revision NOT IN (SELECT revision FROM purging)
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
DROP TRIGGER lint_no_delete;
CREATE TRIGGER lint_no_delete BEFORE DELETE ON lint
WHEN OLD.revision NOT IN (SELECT revision FROM purging)
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;

ALTER TABLE meta ADD COLUMN unscrubbed INTEGER NOT NULL DEFAULT 0 CHECK (unscrubbed IN (0, 1));
ALTER TABLE audit ADD COLUMN detail TEXT NOT NULL DEFAULT '';

PRAGMA user_version = 12;
)sql",
};
static_assert(std::size(kMigrations) == kSchemaVersion);

}  // namespace

absl::Status Migrate(Connection* connection) { return MigrateTo(connection, kSchemaVersion); }

absl::Status MigrateTo(Connection* connection, int64_t last) {
  QUOTES_CHECK(last >= 1 && last <= kSchemaVersion);
  while (connection->schema_version() < last) {
    const int64_t version = connection->schema_version();
    QUOTES_CHECK(version >= 0);
    QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Transaction> transaction,
                            Transaction::Begin(connection, Transaction::Kind::kWrite));
    QUOTES_RETURN_IF_ERROR(connection->Execute(kMigrations[version]));
    QUOTES_RETURN_IF_ERROR(transaction->Commit());
    connection->set_schema_version(version + 1);
  }
  return absl::OkStatus();
}

}  // namespace quotes::store::sqlite
