#ifndef QUOTES_SERVICE_ARCHIVE_LOOKUP_PROGRESS_H_
#define QUOTES_SERVICE_ARCHIVE_LOOKUP_PROGRESS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "service/base/cancellation.h"

namespace quotes::archive {

// Occurrences visited between two checks of the cancellation: below a millisecond.
inline constexpr uint32_t kVisitsBetweenChecks = 65'536;
// Testing a quote by its text costs about as much as visiting so many occurrences.
inline constexpr uint64_t kTestCost = 10;
// And so many units of its text as much as one of them.
inline constexpr uint64_t kUnitsRead = 10;
// The same for what else is done with each quote that is found, if it is asked for: looking at its
// attributes, finding its place in an order other than the newest first, judging its relevance,
// counting it in facets.
inline constexpr uint64_t kAttributeCost = 1;
inline constexpr uint64_t kOrderCost = 3;
inline constexpr uint64_t kRelevanceCost = 12;
inline constexpr uint64_t kFacetsCost = 3;
// Judging whether a quote is a stock phrase, for each segment that has to be asked.
inline constexpr uint64_t kJudgementCost = 40;
// Facets also cost what they need however few quotes are found: so many words of the bits of each
// theme, or reports, at the cost of one occurrence.
inline constexpr uint64_t kFacetWordsRead = 32;
inline constexpr uint64_t kFacetReportsRead = 2;
// A name of a report is looked into for a part of one, once for the look-up and once for what it
// covers. Beyond so many, planning does not do the same, but takes all reports for those that pass.
inline constexpr uint64_t kNameCost = 1;
inline constexpr uint64_t kMostPlannedNames = 20'000;
// So many postings of a theme are read as fast as one occurrence is visited, and a set is looked
// for in them at the cost of so many for each of its quotes.
inline constexpr uint64_t kPostingsRead = 4;
inline constexpr uint64_t kPostingsSearched = 8;
// A range of quotes is looked for in them.
inline constexpr uint64_t kRangeCost = 16;
// And with each hit of a page: it is explained, and written into the answer.
inline constexpr uint64_t kHitCost = 300;
inline constexpr uint64_t kHitUnitCost = 4;

// Counts what a look-up has done, and asks now and then whether it is still wanted.
// Thread-compatible.
class Progress {
 public:
  explicit Progress(const Cancellation& cancellation) : cancellation_(cancellation) {}

  // False when the look-up should end; what it has made so far is then incomplete.
  bool Step(uint64_t visited = 1) {
    visited_ += visited;
    if (visited_ >= kVisitsBetweenChecks) {
      visited_ = 0;
      status_.Update(cancellation_.Check());
    }
    return status_.ok();
  }

  const absl::Status& status() const { return status_; }

 private:
  const Cancellation& cancellation_;
  uint64_t visited_ = 0;
  absl::Status status_;
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_LOOKUP_PROGRESS_H_
