#ifndef QUOTES_SERVICE_REPORT_REGISTER_H_
#define QUOTES_SERVICE_REPORT_REGISTER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "service/report/report.h"

// The register of printing faults of a report as it is kept over imports and edits. Pure.
//
// It belongs to a revision: its ranges count in that text, and a change of the register is no
// revision. Two hands write it, files that come with imports and editors, and neither undoes the
// other: what an editor wrote, changed or took out stands until an editor changes it or its printed
// characters are gone from the text.
namespace quotes::report {

// An entry as it is kept. One that an editor took out stays, so that a file cannot bring it back.
struct RegisterEntry {
  Defect defect;
  bool removed = false;

  friend bool operator==(const RegisterEntry&, const RegisterEntry&) = default;
};

// The entries of `before` that a new text keeps: those whose printed characters stand, all
// unchanged, where the alignment of the two texts puts them, inside one run. Ids stay.
std::vector<RegisterEntry> CarryOver(const std::vector<RegisterEntry>& entries,
                                     std::u32string_view before, const ParsedReport& after);

// The register when an import brings `file`, whose places are in the same text as those of `held`;
// in text order. A file without entries leaves everything as it is. Otherwise
//  - entries of editors stay; what the file says of the same place, or under the same id when the
//    editor has moved the entry, is left out;
//  - entries of earlier files that this one does not have at the same place go;
//  - an entry that an earlier file had at the same place keeps its id.
std::vector<RegisterEntry> MergeRegister(std::vector<RegisterEntry> held, std::vector<Defect> file);

// Without those that were taken out.
std::vector<Defect> DefectsOf(const std::vector<RegisterEntry>& entries);

// Finds the place of an entry: `range` must hold `printed` inside one run; without it `printed`
// must stand `occurrence` times or more (counted from 1 by their first characters), with 0 exactly
// once. INVALID_ARGUMENT / DEFECT_UNPLACED naming `field`.
absl::StatusOr<Range> PlacePrinted(const ParsedReport& report, std::optional<Range> range,
                                   std::u32string_view printed, uint32_t occurrence,
                                   std::string_view field);

// An id for an editor's entry that no entry has; never one that a file's entry gets.
std::string NewDefectId(const std::vector<RegisterEntry>& entries, const Defect& defect);

// Differs whenever two versions of an entry do. Opaque.
std::string DefectEtag(const Defect& defect);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_REGISTER_H_
