#ifndef QUOTES_SERVICE_REPORT_PARSER_H_
#define QUOTES_SERVICE_REPORT_PARSER_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "service/base/cancellation.h"
#include "service/report/layout.h"
#include "service/report/report.h"
#include "service/text/decode.h"

namespace quotes::report {

// Version of the parser's rules; stored with every revision.
std::string_view ParserVersion();

struct ParseOptions {
  // Seeds the ids of sections and quotes: the resource id of the report.
  std::string_view report_id;
  // What the format of the source says of each of its lines, where it is more than plain text; null
  // otherwise. Read during the call.
  const std::vector<LineHint>* layout = nullptr;
  // Asked every few thousand characters; null: never. Used during the call.
  const Cancellation* cancellation = nullptr;
};

// Reads a plain text report: source lines become blocks (speech or furniture), speech lines that a
// page or line break cut are joined, the outline is found from markers, repeated leads, list
// introductions and bullets, and the speech is split into sentences (。！？ with closing quotation
// marks; ；stays inside). A text in English (IsEnglishText) is read by rules of its own: its
// wrapped lines are joined with a space, its sentences are ICU's. Nothing of the source is lost:
// see PrintSpan.
//
// The ids of quotes and sections are left empty when `report_id` is empty; AssignIds sets them.
//
// INVALID_ARGUMENT / EMPTY_TEXT when the source has no letter or digit, or nothing of a speech,
// SOURCE_TOO_LARGE when a line or the number of sections exceeds service/base/limits.h. CANCELLED,
// DEADLINE_EXCEEDED. Pure and deterministic.
absl::StatusOr<ParsedReport> ParseReport(const text::DecodedText& source,
                                         const ParseOptions& options = {});

// Sets the ids of all sections and quotes from the report's id: a section's from its kind, heading
// and ancestors, a quote's from its folded text and the number of equal quotes before it. Unchanged
// sentences keep their ids whatever changes around them.
void AssignIds(std::string_view report_id, ParsedReport* report);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_PARSER_H_
