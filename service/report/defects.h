#ifndef QUOTES_SERVICE_REPORT_DEFECTS_H_
#define QUOTES_SERVICE_REPORT_DEFECTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "service/report/report.h"

namespace quotes::report {

// One line of a register of printing faults, before it is placed.
struct DefectEntry {
  uint32_t line = 0;    // source line
  std::string printed;  // must stand on that line
  std::vector<std::string> readings;
  DefectKind kind = DefectKind::kOther;
  Certainty certainty = Certainty::kPossible;
  std::string note;
};

// Reads a register in tab-separated form: a header line, then line, printed, emended (readings
// separated by |), kind, certainty, note. UTF-8 with or without a byte-order mark.
// INVALID_ARGUMENT / FIELD_INVALID naming the register's line.
absl::StatusOr<std::vector<DefectEntry>> ParseDefects(std::string_view tsv);

// Finds each entry's printed string in the joined text of its source line. An entry may reach over
// a join into the next line. INVALID_ARGUMENT / DEFECT_UNPLACED naming the entry's index when the
// string is not there or stands there more than once.
absl::StatusOr<std::vector<Defect>> PlaceDefects(const ParsedReport& report,
                                                 const std::vector<DefectEntry>& entries);

// Whether a finding says what should stand there; nothing, for a passage that stands twice.
bool HasProposal(const LintFinding& finding);

// The entry that would accept a finding's proposal: the finding's characters, widened on their line
// until they stand there once. nullopt for a finding without a proposal, or one that has no such
// place.
std::optional<DefectEntry> ProposeDefect(const ParsedReport& report, const LintFinding& finding);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_DEFECTS_H_
