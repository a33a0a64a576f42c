#ifndef QUOTES_SERVICE_LIBRARY_NEAR_DUPLICATE_H_
#define QUOTES_SERVICE_LIBRARY_NEAR_DUPLICATE_H_

#include <optional>
#include <string>
#include <string_view>

#include "service/archive/archive.h"
#include "service/report/report.h"

namespace quotes {

// A report of which another text is a transcription.
struct NearDuplicate {
  std::string report_id;
  // Share of the shorter text's shingles (distinct runs of limits::kShingleUnits folded letters)
  // that the other text has in the same order, 0 to 1: the containment of A. Broder, "On the
  // resemblance and containment of documents", 1997, of the longest sequence that both have. Texts
  // that are made of the same sentences in other orders are no transcriptions. Script, width, case,
  // marks and spaces play no part.
  double likeness = 0;
};

// A report of `archive` whose speech is like that of `report`, of several the one that has most of
// its sentences; nullopt when none reaches limits::kLeastDuplicateLikeness, or when either text is
// too short to tell. Some sentences are looked up in the archive's index; the reports that have
// several of them are then compared as a whole: about a millisecond. `report` itself must not be in
// the archive.
std::optional<NearDuplicate> FindNearDuplicate(const report::ParsedReport& report,
                                               const archive::Archive& archive);

// The likeness of two texts, of long ones by a sample (within about a hundredth); 0 when either has
// fewer than limits::kLeastDuplicateShingles.
double LikenessOf(std::u32string_view a, std::u32string_view b);

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_NEAR_DUPLICATE_H_
