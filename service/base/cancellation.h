#ifndef QUOTES_SERVICE_BASE_CANCELLATION_H_
#define QUOTES_SERVICE_BASE_CANCELLATION_H_

#include <atomic>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace quotes {

// Tells long work that nobody waits for it any more: the caller went away or its deadline passed.
// Thread-safe. Shared by the one who waits (Cancel) and the one who works (Check).
class Cancellation {
 public:
  explicit Cancellation(absl::Time deadline = absl::InfiniteFuture()) : deadline_(deadline) {}
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;

  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  absl::Time deadline() const { return deadline_; }

  // OK, CANCELLED or DEADLINE_EXCEEDED. Reads the clock: call it every few thousand steps, not at
  // each.
  absl::Status Check() const {
    if (cancelled_.load(std::memory_order_relaxed)) {
      return absl::CancelledError("the caller cancelled the call");
    }
    if (deadline_ != absl::InfiniteFuture() && absl::Now() >= deadline_) {
      return absl::DeadlineExceededError("the deadline of the call passed");
    }
    return absl::OkStatus();
  }

 private:
  const absl::Time deadline_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_CANCELLATION_H_
