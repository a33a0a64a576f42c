#ifndef QUOTES_SERVICE_ARCHIVE_DOCUMENT_H_
#define QUOTES_SERVICE_ARCHIVE_DOCUMENT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "service/report/report.h"
#include "service/text/decode.h"
#include "service/themes/scheme.h"
#include "service/themes/tag.h"

namespace quotes::archive {

// Where a revision's bytes came from.
struct Source {
  std::string file_name;   // as given by the importer, without folders
  std::string media_type;  // "text/plain", "application/pdf", …
  // Of the text that lines and byte offsets count in: UTF-8 for all formats but plain text.
  text::Encoding encoding = text::Encoding::kUtf8;
  uint64_t size_bytes = 0;
  std::string sha256;  // 64 hex digits
};

// An embargoed report is held back until its time: nothing but its editors' work knows of it.
enum class ReportState { kActive = 1, kSuperseded = 2, kWithdrawn = 3, kEmbargoed = 4 };

// What of a report may change while its revision stays.
struct DocumentHead {
  ReportState state = ReportState::kActive;
  std::string etag;
  absl::Time create_time;
  absl::Time update_time;
  std::optional<absl::Time> delete_time;  // when it was withdrawn
  // Id of the report that it resembled when it was first imported beside it; empty: none.
  std::string duplicate_of;
  // When it is to be released, of a report that never was: one that is embargoed, or was withdrawn
  // as such. Absent for all that have been released. No archive holds a document that has it.
  std::optional<absl::Time> available_from;

  friend bool operator==(const DocumentHead&, const DocumentHead&) = default;
};

// One report with one of its revisions, the latest for look-ups: all that they need. Immutable once
// built.
struct Document {
  std::string report_id;
  ReportState state = ReportState::kActive;  // of the report
  uint64_t revision = 0;                     // its number, from 1
  std::string parser_version;
  std::string fold_version;
  Source source;
  absl::Time revision_time;  // when the revision was imported
  // Of the report when this was loaded; they move on without a document of an earlier revision.
  std::string etag;
  absl::Time create_time;
  absl::Time update_time;
  std::optional<absl::Time> delete_time;     // when it was withdrawn
  std::string duplicate_of;                  // as in DocumentHead
  std::optional<absl::Time> available_from;  // likewise
  report::ParsedReport content;              // metadata, text, outline, quotes
  std::vector<report::Defect> defects;       // in text order
  // Themes of each quote, parallel to content.quotes.
  std::vector<std::vector<themes::Assignment>> themes;
  // What editors said, of quotes of other revisions too; an earlier revision has none.
  std::vector<themes::Tag> tags;
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_DOCUMENT_H_
