#ifndef QUOTES_SERVICE_BASE_CANCELLATION_H_
#define QUOTES_SERVICE_BASE_CANCELLATION_H_

#include <atomic>
#include <cstddef>

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

// Looks at a cancellation once in some steps of a long loop, and remembers what it said. Not
// thread-safe.
class Checkpoints {
 public:
  // Null: nobody cancels.
  explicit Checkpoints(const Cancellation* cancellation) : cancellation_(cancellation) {}

  // Whether to go on after `steps` more steps. A step is what takes about a nanosecond to a
  // hundred: a character, or all of a short line. False for good once the call has ended.
  bool GoOn(size_t steps) {
    constexpr size_t kSteps = 20'000;
    steps_ += steps;
    if (steps_ >= kSteps && status_.ok() && cancellation_ != nullptr) {
      steps_ = 0;
      status_ = cancellation_->Check();
    }
    return status_.ok();
  }

  // The same at once.
  absl::Status Check() {
    if (status_.ok() && cancellation_ != nullptr) {
      status_ = cancellation_->Check();
    }
    return status_;
  }

 private:
  const Cancellation* const cancellation_;
  size_t steps_ = 0;
  absl::Status status_;
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_CANCELLATION_H_
