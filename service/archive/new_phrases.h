#ifndef QUOTES_SERVICE_ARCHIVE_NEW_PHRASES_H_
#define QUOTES_SERVICE_ARCHIVE_NEW_PHRASES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/archive/archive.h"
#include "service/base/cancellation.h"

namespace quotes::archive {

inline constexpr size_t kFewestPhraseUnits = 4;
inline constexpr size_t kMostPhraseUnits = 16;

struct NewPhraseOptions {
  // Absent from the earlier reports of the same series (SeriesKey) alone.
  bool series_only = false;
  // In the report; at least 1.
  uint64_t min_in_report = 2;
  // In the report and those of later days together; at least 2.
  uint64_t min_occurrences = 2;
};

struct NewPhrase {
  std::string text;          // as printed where it stands first in the report
  uint64_t in_report = 0;    // occurrences
  uint64_t occurrences = 0;  // in the report and those of later days
  uint64_t reports = 0;      // of these
  QuoteRef first;            // in the report
  report::Range range;       // there, in the joined text
};

struct NewPhrases {
  std::vector<NewPhrase> phrases;  // most occurrences first
  uint64_t earlier_reports = 0;    // without any there are no phrases
  // Reports without a date: what they have is taken to be old.
  uint64_t undated_reports = 0;
};

// The phrases of a report's speech that no report of an earlier day has, but this one or later ones
// have again. They are found without a dictionary, from how often strings stand in the archive and
// what stands around them there: accessor variety (H. Feng et al., "Accessor Variety Criteria for
// Chinese Word Extraction", 2004) on both sides, marks and particles at the ends, and of strings in
// each other the one that its occurrences mostly belong to. What stands between quotation marks is
// whole; amounts are no phrases, numerals of names are (十九大). Some microseconds for each code
// point of the report. REQUIRES: `report` is one of the archive's and has a date. Errors from
// `cancellation`.
absl::StatusOr<NewPhrases> FindNewPhrases(const Archive& archive, const PackedDocument& report,
                                          const NewPhraseOptions& options,
                                          const Cancellation& cancellation);

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_NEW_PHRASES_H_
