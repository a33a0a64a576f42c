#ifndef QUOTES_SERVICE_BASE_CANCELLATION_H_
#define QUOTES_SERVICE_BASE_CANCELLATION_H_

#include <atomic>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/stopwatch.h"

namespace quotes {

// Tells long work that nobody waits for it any more: the caller went away or its deadline passed.
// Thread-safe. Shared by the one who waits (Cancel) and the one who works (Check).
class Cancellation {
 public:
  // The time that is left until `deadline` counts from now on by a clock that nobody sets.
  explicit Cancellation(absl::Time deadline = absl::InfiniteFuture())
      : left_(deadline == absl::InfiniteFuture() ? absl::InfiniteDuration()
                                                 : deadline - absl::Now()) {}
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;

  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }

  // OK, CANCELLED or DEADLINE_EXCEEDED. Reads the clock: call it every few thousand steps, not at
  // each.
  absl::Status Check() const {
    if (cancelled_.load(std::memory_order_relaxed)) {
      return absl::CancelledError("the caller cancelled the call");
    }
    if (left_ != absl::InfiniteDuration() && begun_.Elapsed() >= left_) {
      return absl::DeadlineExceededError("the deadline of the call passed");
    }
    return absl::OkStatus();
  }

 private:
  const Stopwatch begun_;
  const absl::Duration left_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_CANCELLATION_H_
