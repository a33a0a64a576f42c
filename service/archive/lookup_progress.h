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
