#include "service/store/sqlite/revision_rows.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/base/status_macros.h"
#include "service/store/content.h"
#include "service/store/sqlite/content_bytes.h"
#include "service/text/utf8.h"

namespace quotes::store::sqlite {
namespace {

absl::Status Damaged(const Connection* connection, std::string_view what) {
  return errors::DatabaseCorrupt(connection->path(), absl::StrCat("damaged: ", ToAbsl(what)));
}

// --- values ---

// "2022-01-17"; years of four digits sort as text.
std::string DateText(absl::CivilDay date) {
  if (date.year() < 0 || date.year() > 9999) {
    return absl::FormatCivilTime(date);
  }
  char text[16];
  std::snprintf(text, sizeof(text), "%04d-%02d-%02d", static_cast<int>(date.year()), date.month(),
                date.day());
  return text;
}

std::optional<std::string> DateText(const std::optional<absl::CivilDay>& date) {
  return date.has_value() ? std::optional<std::string>(DateText(*date)) : std::nullopt;
}

// Reads columns one after the other and remembers whether any held what it cannot hold.
class RowReader {
 public:
  explicit RowReader(const Statement* row, int first = 0) : row_(row), column_(first) {}

  int64_t Int() { return row_->Int(column_++); }
  std::optional<int64_t> OptionalInt() {
    if (row_->IsNull(column_)) {
      ++column_;
      return std::nullopt;
    }
    return Int();
  }
  uint64_t U64() { return static_cast<uint64_t>(Int()); }
  uint32_t U32() {
    const int64_t value = Int();
    if (value < 0 || value > std::numeric_limits<uint32_t>::max()) {
      ok_ = false;
      return 0;
    }
    return static_cast<uint32_t>(value);
  }
  int Number() {
    const int64_t value = Int();
    if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) {
      ok_ = false;
      return 0;
    }
    return static_cast<int>(value);
  }
  // -1 for NULL.
  int Index() {
    if (row_->IsNull(column_)) {
      ++column_;
      return -1;
    }
    return Number();
  }
  bool Bool() { return Int() != 0; }
  // Whether the value exists is for CheckContent to say.
  template <typename T>
  T Enum() {
    return static_cast<T>(Number());
  }
  std::string Text() { return row_->Text(column_++); }
  std::string_view Bytes() { return row_->Bytes(column_++); }
  report::Range Range() {
    const uint32_t begin = U32();
    return {begin, U32()};
  }
  std::optional<absl::CivilDay> Date() {
    if (row_->IsNull(column_)) {
      ++column_;
      return std::nullopt;
    }
    absl::CivilDay date;
    ok_ = absl::ParseCivilTime(ToAbsl(Bytes()), &date) && ok_;
    return date;
  }
  report::Metadata Metadata() {
    report::Metadata m;
    m.title = Text();
    m.subtitle = Text();
    m.event = Text();
    m.body = Text();
    m.speaker = Text();
    m.office = Text();
    m.language = Text();
    m.date = Date();
    m.publication.paper = Text();
    m.publication.edition = Text();
    m.publication.issue_date = Date();
    m.publication.pages = Text();
    return m;
  }

  bool ok() const { return ok_; }

 private:
  const Statement* row_;
  int column_;
  bool ok_ = true;
};

// Runs `sql` with the revision's row id and calls `read` for each row; rows come in list order.
template <typename Read>
absl::Status ForEachRow(Connection* connection, std::string_view sql, int64_t revision,
                        const Read& read) {
  Statement select = connection->Prepare(sql);
  QUOTES_RETURN_IF_ERROR(select.Bind(revision));
  while (true) {
    QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) {
      return absl::OkStatus();
    }
    RowReader row(&select);
    read(&row);
    if (!row.ok()) {
      return Damaged(connection, "a number or date out of range");
    }
  }
}

// --- statements: reports ---

constexpr char kSelectReport[] =
    "SELECT report_id, state, latest_revision, generation, create_time, update_time, delete_time,"
    " duplicate_of, available_from, title, subtitle, event, body, speaker, office, language, "
    "speech_date,"
    " paper, edition, issue_date, pages"
    " FROM reports"
    " WHERE report_id = ?1";

constexpr char kUpsertReport[] =
    "INSERT INTO reports"
    " (report_id, state, latest_revision, generation, create_time, update_time, delete_time,"
    " duplicate_of, available_from, title, subtitle, event, body, speaker, office, language,"
    " speech_date, paper, edition, issue_date, pages)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
    " ?19, ?20, ?21)"
    " ON CONFLICT (report_id) DO UPDATE SET"
    " state = excluded.state,"
    " latest_revision = excluded.latest_revision,"
    " generation = excluded.generation,"
    " create_time = excluded.create_time,"
    " update_time = excluded.update_time,"
    " delete_time = excluded.delete_time,"
    " duplicate_of = excluded.duplicate_of,"
    " available_from = excluded.available_from,"
    " title = excluded.title,"
    " subtitle = excluded.subtitle,"
    " event = excluded.event,"
    " body = excluded.body,"
    " speaker = excluded.speaker,"
    " office = excluded.office,"
    " language = excluded.language,"
    " speech_date = excluded.speech_date,"
    " paper = excluded.paper,"
    " edition = excluded.edition,"
    " issue_date = excluded.issue_date,"
    " pages = excluded.pages";

// --- statements: revisions ---

constexpr char kInsertRevision[] =
    "INSERT INTO revisions"
    " (report_id, number, create_time, file_name, media_type, encoding, size_bytes, source_sha256,"
    " parser_version, fold_version,"
    " title, subtitle, event, body, speaker, office, language, speech_date,"
    " paper, edition, issue_date, pages,"
    " truncated, jump_target, end_position, code_points, quotes, sections,"
    " joined_sha256, joined, source, extracted_sha256, extracted)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
    " ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33)";

constexpr char kSelectRevision[] =
    "SELECT id, create_time, file_name, media_type, encoding, size_bytes, source_sha256,"
    " parser_version, fold_version,"
    " title, subtitle, event, body, speaker, office, language, speech_date,"
    " paper, edition, issue_date, pages,"
    " truncated, jump_target, end_position, code_points, quotes, sections, joined_sha256, joined"
    " FROM revisions"
    " WHERE report_id = ?1 AND number = ?2";

constexpr char kSelectRevisionKey[] =
    "SELECT id, source_sha256, encoding, parser_version, fold_version, create_time, code_points,"
    " joined_sha256, joined, media_type"
    " FROM revisions"
    " WHERE report_id = ?1 AND number = ?2";

constexpr char kSelectSource[] =
    "SELECT source_sha256, source"
    " FROM revisions"
    " WHERE report_id = ?1 AND number = ?2";

constexpr char kSelectText[] =
    "SELECT coalesce(extracted_sha256, source_sha256), coalesce(extracted, source)"
    " FROM revisions"
    " WHERE report_id = ?1 AND number = ?2";

constexpr char kListRevisions[] =
    "SELECT number, file_name, media_type, encoding, size_bytes, source_sha256,"
    " parser_version, fold_version, create_time, code_points, quotes, sections"
    " FROM revisions"
    " WHERE report_id = ?1 AND number < ?2"
    " ORDER BY number DESC"
    " LIMIT ?3";

constexpr char kListRevisionIds[] =
    "SELECT id, number"
    " FROM revisions"
    " WHERE report_id = ?1"
    " ORDER BY number DESC";

// --- statements: what a revision holds ---

constexpr char kInsertContent[] =
    "INSERT INTO contents (revision, sha256, bytes)"
    " VALUES (?1, ?2, ?3)";

constexpr char kSelectContent[] =
    "SELECT sha256, bytes"
    " FROM contents"
    " WHERE revision = ?1";

// The rows of revisions that were written before schema version 9.

constexpr char kSelectPrintSpans[] =
    "SELECT kind, line, page, byte_begin, byte_end, range_begin, range_end"
    " FROM print_spans"
    " WHERE revision = ?1"
    " ORDER BY ordinal";

constexpr char kSelectRuns[] =
    "SELECT kind, range_begin, range_end"
    " FROM runs"
    " WHERE revision = ?1"
    " ORDER BY ordinal";

constexpr char kSelectParagraphs[] =
    "SELECT range_begin, range_end"
    " FROM paragraphs"
    " WHERE revision = ?1"
    " ORDER BY ordinal";

constexpr char kSelectJoins[] =
    "SELECT position, line_before, line_after"
    " FROM joins"
    " WHERE revision = ?1"
    " ORDER BY ordinal";

constexpr char kSelectSections[] =
    "SELECT section_id, path, parent, level, printed_ordinal, kind, marker, heading,"
    " run_in, heading_begin, heading_end, range_begin, range_end, mode, period"
    " FROM sections"
    " WHERE revision = ?1"
    " ORDER BY ordinal";

constexpr char kSelectQuotes[] =
    "SELECT quote_id, range_begin, range_end, section, paragraph, sentence, kind, mode, has_figures"
    " FROM quotes"
    " WHERE revision = ?1"
    " ORDER BY ordinal";

constexpr char kSelectLint[] =
    "SELECT kind, certainty, line, range_begin, range_end, message, proposal"
    " FROM lint"
    " WHERE revision = ?1"
    " ORDER BY ordinal";

constexpr char kInsertDefect[] =
    "INSERT INTO defects"
    " (revision, ordinal, defect_id, kind, certainty, range_begin, range_end, printed,"
    " printed_sha256, note, origin, removed)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

constexpr char kSelectDefects[] =
    "SELECT defect_id, kind, certainty, range_begin, range_end, printed, printed_sha256, note,"
    " origin, removed"
    " FROM defects"
    " WHERE revision = ?1"
    " ORDER BY ordinal";

constexpr char kInsertReading[] =
    "INSERT INTO defect_readings (revision, defect, ordinal, reading)"
    " VALUES (?1, ?2, ?3, ?4)";

constexpr char kSelectReadings[] =
    "SELECT defect, reading"
    " FROM defect_readings"
    " WHERE revision = ?1"
    " ORDER BY defect, ordinal";

constexpr char kDeleteReadings[] = "DELETE FROM defect_readings WHERE revision = ?1";
constexpr char kDeleteDefects[] = "DELETE FROM defects WHERE revision = ?1";

absl::Status WriteContent(Connection* connection, int64_t revision,
                          const report::ParsedReport& content) {
  const std::string bytes = ContentBytes(content);
  return connection->Prepare(kInsertContent).Run(revision, Sha256Hex(bytes), Blob{bytes});
}

absl::Status WriteEntries(Connection* connection, int64_t revision,
                          const std::vector<report::RegisterEntry>& entries) {
  for (size_t i = 0; i < entries.size(); ++i) {
    const report::Defect& defect = entries[i].defect;
    QUOTES_RETURN_IF_ERROR(connection->Prepare(kInsertDefect)
                               .Run(revision, i, defect.id, defect.kind, defect.certainty,
                                    defect.range.begin, defect.range.end, defect.printed,
                                    Sha256Hex(defect.printed), defect.note, defect.origin,
                                    entries[i].removed));
    for (size_t k = 0; k < defect.readings.size(); ++k) {
      QUOTES_RETURN_IF_ERROR(
          connection->Prepare(kInsertReading).Run(revision, i, k, defect.readings[k]));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadContentRows(Connection* connection, int64_t revision,
                             report::ParsedReport* content) {
  QUOTES_RETURN_IF_ERROR(
      ForEachRow(connection, kSelectPrintSpans, revision, [content](RowReader* row) {
        report::PrintSpan& span = content->print_spans.emplace_back();
        span.kind = row->Enum<report::BlockKind>();
        span.line = row->U32();
        span.page = row->U32();
        span.byte_begin = row->U64();
        span.byte_end = row->U64();
        span.joined = row->Range();
      }));
  QUOTES_RETURN_IF_ERROR(ForEachRow(connection, kSelectRuns, revision, [content](RowReader* row) {
    report::Run& run = content->runs.emplace_back();
    run.kind = row->Enum<report::BlockKind>();
    run.range = row->Range();
  }));
  QUOTES_RETURN_IF_ERROR(
      ForEachRow(connection, kSelectParagraphs, revision,
                 [content](RowReader* row) { content->paragraphs.push_back(row->Range()); }));
  QUOTES_RETURN_IF_ERROR(ForEachRow(connection, kSelectJoins, revision, [content](RowReader* row) {
    report::Join& join = content->joins.emplace_back();
    join.position = row->U32();
    join.line_before = row->U32();
    join.line_after = row->U32();
  }));
  QUOTES_RETURN_IF_ERROR(
      ForEachRow(connection, kSelectSections, revision, [content](RowReader* row) {
        report::Section& section = content->sections.emplace_back();
        section.id = row->Text();
        section.path = row->Text();
        section.parent = row->Index();
        section.level = row->Number();
        section.ordinal = row->Number();
        section.kind = row->Enum<report::SectionKind>();
        section.marker = row->Text();
        section.heading = row->Text();
        section.run_in = row->Bool();
        section.heading_range = row->Range();
        section.range = row->Range();
        section.mode = row->Enum<report::Mode>();
        section.period = row->Text();
      }));
  QUOTES_RETURN_IF_ERROR(ForEachRow(connection, kSelectQuotes, revision, [content](RowReader* row) {
    report::Quote& quote = content->quotes.emplace_back();
    quote.id = row->Text();
    quote.range = row->Range();
    quote.section = row->Index();
    quote.paragraph = row->U32();
    quote.sentence = row->U32();
    quote.block = row->Enum<report::BlockKind>();
    quote.mode = row->Enum<report::Mode>();
    quote.has_figures = row->Bool();
  }));
  return ForEachRow(connection, kSelectLint, revision, [content](RowReader* row) {
    report::LintFinding& finding = content->lint.emplace_back();
    finding.kind = row->Enum<report::LintKind>();
    finding.certainty = row->Enum<report::Certainty>();
    finding.line = row->U32();
    finding.range = row->Range();
    finding.message = row->Text();
    finding.proposal = row->Text();
  });
}

absl::Status ReadContent(Connection* connection, int64_t revision, report::ParsedReport* content) {
  Statement select = connection->Prepare(kSelectContent);
  QUOTES_RETURN_IF_ERROR(select.Bind(revision));
  QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) {
    return ReadContentRows(connection, revision, content);
  }
  if (select.Bytes(0) != Sha256Hex(select.Bytes(1)) ||
      !ReadContentBytes(select.Bytes(1), content)) {
    return Damaged(connection, "what a revision holds is not as it was written");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<report::RegisterEntry>> ReadEntries(Connection* connection,
                                                               int64_t revision) {
  std::vector<report::RegisterEntry> entries;
  bool intact = true;
  QUOTES_RETURN_IF_ERROR(
      ForEachRow(connection, kSelectDefects, revision, [&entries, &intact](RowReader* row) {
        report::RegisterEntry& entry = entries.emplace_back();
        report::Defect& defect = entry.defect;
        defect.id = row->Text();
        defect.kind = row->Enum<report::DefectKind>();
        defect.certainty = row->Enum<report::Certainty>();
        defect.range = row->Range();
        defect.printed = row->Text();
        intact = row->Bytes() == Sha256Hex(defect.printed) && intact;
        defect.note = row->Text();
        defect.origin = row->Enum<report::DefectOrigin>();
        entry.removed = row->Bool();
      }));
  QUOTES_RETURN_IF_ERROR(
      ForEachRow(connection, kSelectReadings, revision, [&entries, &intact](RowReader* row) {
        const uint64_t defect = row->U64();
        if (defect >= entries.size()) {
          intact = false;
          return;
        }
        entries[defect].defect.readings.push_back(row->Text());
      }));
  if (!intact) {
    return Damaged(connection, "a registered defect is not as it was written");
  }
  return entries;
}

}  // namespace

std::string ReportRow::Etag() const {
  return absl::StrCat(absl::Hex(create_time), "-", generation);
}

std::optional<absl::Time> ReportRow::DeleteTime() const {
  return delete_time.has_value() ? std::optional<absl::Time>(absl::FromUnixMicros(*delete_time))
                                 : std::nullopt;
}

std::optional<absl::Time> ReportRow::AvailableFrom() const {
  return available_from.has_value()
             ? std::optional<absl::Time>(absl::FromUnixMicros(*available_from))
             : std::nullopt;
}

absl::StatusOr<std::optional<ReportRow>> FindReport(Connection* connection,
                                                    std::string_view report_id) {
  Statement select = connection->Prepare(kSelectReport);
  QUOTES_RETURN_IF_ERROR(select.Bind(report_id));
  QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) {
    return std::optional<ReportRow>();
  }
  RowReader row(&select);
  ReportRow report;
  report.report_id = row.Text();
  report.state = row.Enum<archive::ReportState>();
  report.latest_revision = row.U64();
  report.generation = row.U64();
  report.create_time = row.Int();
  report.update_time = row.Int();
  report.delete_time = row.OptionalInt();
  report.duplicate_of = row.Text();
  report.available_from = row.OptionalInt();
  report.metadata = row.Metadata();
  // What is held back must never pass for what is not.
  const bool fits =
      report.state == archive::ReportState::kWithdrawn ||
      report.available_from.has_value() == (report.state == archive::ReportState::kEmbargoed);
  if (!row.ok() || report.state < archive::ReportState::kActive ||
      report.state > archive::ReportState::kEmbargoed || !fits) {
    return Damaged(connection, "a report's row");
  }
  return std::optional<ReportRow>(std::move(report));
}

absl::Status WriteReport(Connection* connection, const ReportRow& row) {
  const report::Metadata& m = row.metadata;
  return connection->Prepare(kUpsertReport)
      .Run(row.report_id, row.state, row.latest_revision, row.generation, row.create_time,
           row.update_time, row.delete_time,
           row.duplicate_of.empty() ? std::nullopt : std::optional(row.duplicate_of),
           row.available_from, m.title, m.subtitle, m.event, m.body, m.speaker, m.office,
           m.language, DateText(m.date), m.publication.paper, m.publication.edition,
           DateText(m.publication.issue_date), m.publication.pages);
}

absl::Status WriteRevision(Connection* connection, const RevisionDraft& draft,
                           const std::vector<report::RegisterEntry>& entries, uint64_t number,
                           int64_t create_time) {
  const report::ParsedReport& content = draft.content;
  const report::Metadata& m = content.metadata;
  const std::string joined = text::ToUtf8(content.joined);
  QUOTES_RETURN_IF_ERROR(
      connection->Prepare(kInsertRevision)
          .Run(draft.report_id, number, create_time, draft.source.file_name,
               draft.source.media_type, draft.source.encoding, draft.source.size_bytes,
               draft.source.sha256, draft.parser_version, draft.fold_version, m.title, m.subtitle,
               m.event, m.body, m.speaker, m.office, m.language, DateText(m.date),
               m.publication.paper, m.publication.edition, DateText(m.publication.issue_date),
               m.publication.pages, content.completeness.truncated,
               content.completeness.jump_target, content.completeness.position,
               content.joined.size(), content.quotes.size(), content.sections.size(),
               Sha256Hex(joined), joined, Blob{draft.source_bytes},
               draft.extracted_text.has_value()
                   ? std::optional<std::string>(Sha256Hex(*draft.extracted_text))
                   : std::nullopt,
               draft.extracted_text));
  const int64_t revision = connection->last_insert_id();
  QUOTES_RETURN_IF_ERROR(WriteContent(connection, revision, content));
  return WriteEntries(connection, revision, entries);
}

absl::StatusOr<LatestRevision> ReadLatest(Connection* connection, const ReportRow& report,
                                          const RevisionDraft& draft) {
  Statement select = connection->Prepare(kSelectRevisionKey);
  QUOTES_RETURN_IF_ERROR(select.Bind(report.report_id, report.latest_revision));
  QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) {
    return Damaged(connection, "a report without its latest revision");
  }
  LatestRevision latest;
  latest.id = select.Int(0);
  latest.create_time = select.Int(5);
  latest.same = select.Bytes(1) == draft.source.sha256 &&
                select.Int(2) == static_cast<int64_t>(draft.source.encoding) &&
                select.Bytes(3) == draft.parser_version && select.Bytes(4) == draft.fold_version &&
                select.Bytes(9) == draft.source.media_type &&
                SameMetadata(report.metadata, draft.content.metadata);
  const std::string_view joined = select.Bytes(8);
  if (select.Bytes(7) != Sha256Hex(joined)) {
    return Damaged(connection, "a revision is not as it was written");
  }
  latest.joined = text::ToCodePoints(joined);
  latest.same = latest.same && latest.joined == draft.content.joined;
  QUOTES_ASSIGN_OR_RETURN(latest.entries, ReadEntries(connection, latest.id));
  return latest;
}

absl::StatusOr<std::vector<report::RegisterEntry>> ReadRegister(Connection* connection,
                                                                const ReportRow& report) {
  Statement select = connection->Prepare(kSelectRevisionKey);
  QUOTES_RETURN_IF_ERROR(select.Bind(report.report_id, report.latest_revision));
  QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) {
    return Damaged(connection, "a report without its latest revision");
  }
  QUOTES_ASSIGN_OR_RETURN(std::vector<report::RegisterEntry> entries,
                          ReadEntries(connection, select.Int(0)));
  if (!CheckRegister(static_cast<size_t>(select.Int(6)), entries).ok()) {
    return Damaged(connection, "a register does not belong to its text");
  }
  return entries;
}

absl::Status ReplaceRegister(Connection* connection, int64_t revision_id,
                             const std::vector<report::RegisterEntry>& entries) {
  QUOTES_RETURN_IF_ERROR(connection->Prepare(kDeleteReadings).Run(revision_id));
  QUOTES_RETURN_IF_ERROR(connection->Prepare(kDeleteDefects).Run(revision_id));
  return WriteEntries(connection, revision_id, entries);
}

absl::Status ReplaceRegister(Connection* connection, const ReportRow& report,
                             const std::vector<report::RegisterEntry>& entries) {
  int64_t revision_id = 0;
  {
    Statement select = connection->Prepare(kSelectRevisionKey);
    QUOTES_RETURN_IF_ERROR(select.Bind(report.report_id, report.latest_revision));
    QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) {
      return Damaged(connection, "a report without its latest revision");
    }
    revision_id = select.Int(0);
    QUOTES_RETURN_IF_ERROR(CheckRegister(static_cast<size_t>(select.Int(6)), entries));
  }
  return ReplaceRegister(connection, revision_id, entries);
}

namespace {

constexpr char kSelectTags[] =
    "SELECT quote_id, theme, action, time"
    " FROM tags"
    " WHERE report_id = ?1"
    " ORDER BY quote_id, theme";

constexpr char kDeleteTags[] = "DELETE FROM tags WHERE report_id = ?1 AND quote_id = ?2";

constexpr char kInsertTag[] =
    "INSERT INTO tags"
    " (report_id, quote_id, theme, action, time)"
    " VALUES (?1, ?2, ?3, ?4, ?5)";

}  // namespace

absl::StatusOr<std::vector<themes::Tag>> ReadTags(Connection* connection,
                                                  std::string_view report_id) {
  std::vector<themes::Tag> tags;
  Statement select = connection->Prepare(kSelectTags);
  QUOTES_RETURN_IF_ERROR(select.Bind(report_id));
  while (true) {
    QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) {
      return tags;
    }
    RowReader row(&select);
    themes::Tag& tag = tags.emplace_back();
    tag.quote_id = row.Text();
    tag.theme = row.Text();
    tag.action = row.Enum<themes::TagAction>();
    tag.time = absl::FromUnixMicros(row.Int());
    if (!row.ok() || tag.action < themes::TagAction::kPin ||
        tag.action > themes::TagAction::kRemove) {
      return Damaged(connection, "a tag's row");
    }
  }
}

absl::Status ReplaceTags(Connection* connection, std::string_view report_id,
                         std::string_view quote_id, const std::vector<themes::Tag>& tags) {
  QUOTES_RETURN_IF_ERROR(connection->Prepare(kDeleteTags).Run(report_id, quote_id));
  for (const themes::Tag& tag : tags) {
    QUOTES_RETURN_IF_ERROR(
        connection->Prepare(kInsertTag)
            .Run(report_id, quote_id, tag.theme, tag.action, absl::ToUnixMicros(tag.time)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<archive::Document>> ReadDocument(Connection* connection,
                                                                const ReportRow& report,
                                                                uint64_t number) {
  if (number > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return std::unique_ptr<archive::Document>();
  }
  Statement select = connection->Prepare(kSelectRevision);
  QUOTES_RETURN_IF_ERROR(select.Bind(report.report_id, number));
  QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) {
    return std::unique_ptr<archive::Document>();
  }
  auto document = std::make_unique<archive::Document>();
  document->report_id = report.report_id;
  document->state = report.state;
  document->revision = number;
  document->etag = report.Etag();
  document->create_time = absl::FromUnixMicros(report.create_time);
  document->update_time = absl::FromUnixMicros(report.update_time);
  document->delete_time = report.DeleteTime();
  document->duplicate_of = report.duplicate_of;
  document->available_from = report.AvailableFrom();

  RowReader row(&select);
  const int64_t revision = row.Int();
  document->revision_time = absl::FromUnixMicros(row.Int());
  document->source.file_name = row.Text();
  document->source.media_type = row.Text();
  document->source.encoding = row.Enum<text::Encoding>();
  document->source.size_bytes = row.U64();
  document->source.sha256 = row.Text();
  document->parser_version = row.Text();
  document->fold_version = row.Text();
  report::ParsedReport& content = document->content;
  content.metadata = row.Metadata();
  if (number == report.latest_revision) {
    content.metadata = report.metadata;
  }
  content.completeness.truncated = row.Bool();
  content.completeness.jump_target = row.Text();
  content.completeness.position = row.U32();
  const uint32_t code_points = row.U32();
  const uint32_t quotes = row.U32();
  const uint32_t sections = row.U32();
  const std::string joined_sha256 = row.Text();
  const std::string_view joined = row.Bytes();
  if (!row.ok() || document->source.encoding < text::Encoding::kUtf8 ||
      document->source.encoding > text::Encoding::kBig5 || joined_sha256 != Sha256Hex(joined)) {
    return Damaged(connection, "a revision is not as it was written");
  }
  content.joined = text::ToCodePoints(joined);

  QUOTES_RETURN_IF_ERROR(ReadContent(connection, revision, &content));
  QUOTES_ASSIGN_OR_RETURN(const std::vector<report::RegisterEntry> entries,
                          ReadEntries(connection, revision));
  document->defects = report::DefectsOf(entries);
  if (number == report.latest_revision) {
    QUOTES_ASSIGN_OR_RETURN(document->tags, ReadTags(connection, report.report_id));
  }
  if (content.joined.size() != code_points || content.quotes.size() != quotes ||
      content.sections.size() != sections) {
    return Damaged(connection, "a revision is incomplete");
  }
  absl::Status check = CheckContent(content, document->defects);
  if (check.ok()) {
    check = CheckRegister(content.joined.size(), entries);
  }
  if (!check.ok()) {
    return Damaged(connection, ToStd(check.message()));
  }
  return document;
}

namespace {

// Reads bytes with their hash.
absl::StatusOr<std::optional<std::string>> ReadHashed(Connection* connection, const char* statement,
                                                      std::string_view report_id, uint64_t number) {
  if (number > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return std::optional<std::string>();
  }
  Statement select = connection->Prepare(statement);
  QUOTES_RETURN_IF_ERROR(select.Bind(report_id, number));
  QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) {
    return std::optional<std::string>();
  }
  const std::string sha256 = select.Text(0);
  std::string source = select.Text(1);
  if (Sha256Hex(source) != sha256) {
    return Damaged(connection, "the source of a revision is not as it was written");
  }
  return std::optional<std::string>(std::move(source));
}

}  // namespace

absl::StatusOr<std::optional<std::string>> ReadSource(Connection* connection,
                                                      std::string_view report_id, uint64_t number) {
  return ReadHashed(connection, kSelectSource, report_id, number);
}

absl::StatusOr<std::optional<std::string>> ReadText(Connection* connection,
                                                    std::string_view report_id, uint64_t number) {
  return ReadHashed(connection, kSelectText, report_id, number);
}

absl::StatusOr<uint64_t> FindRevisionThat(
    Connection* connection, std::string_view report_id,
    absl::FunctionRef<bool(const report::ParsedReport&)> holds) {
  Statement select = connection->Prepare(kListRevisionIds);
  QUOTES_RETURN_IF_ERROR(select.Bind(report_id));
  while (true) {
    QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) {
      return uint64_t{0};
    }
    report::ParsedReport content;
    QUOTES_RETURN_IF_ERROR(ReadContent(connection, select.Int(0), &content));
    if (holds(content)) {
      return static_cast<uint64_t>(select.Int(1));
    }
  }
}

absl::StatusOr<std::vector<RevisionInfo>> ReadRevisionInfos(Connection* connection,
                                                            std::string_view report_id,
                                                            uint64_t end, size_t limit) {
  Statement select = connection->Prepare(kListRevisions);
  const size_t rows = std::min(limit, static_cast<size_t>(std::numeric_limits<int64_t>::max()));
  QUOTES_RETURN_IF_ERROR(select.Bind(report_id, end, rows));
  std::vector<RevisionInfo> infos;
  while (true) {
    QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) {
      return infos;
    }
    RowReader row(&select);
    RevisionInfo& info = infos.emplace_back();
    info.number = row.U64();
    info.source.file_name = row.Text();
    info.source.media_type = row.Text();
    info.source.encoding = row.Enum<text::Encoding>();
    info.source.size_bytes = row.U64();
    info.source.sha256 = row.Text();
    info.parser_version = row.Text();
    info.fold_version = row.Text();
    info.create_time = absl::FromUnixMicros(row.Int());
    info.code_points = row.U32();
    info.quotes = row.U32();
    info.sections = row.U32();
    if (!row.ok()) {
      return Damaged(connection, "a revision's row");
    }
  }
}

}  // namespace quotes::store::sqlite
