#ifndef QUOTES_SERVICE_BASE_STOPWATCH_H_
#define QUOTES_SERVICE_BASE_STOPWATCH_H_

#include <chrono>

#include "absl/time/time.h"

namespace quotes {

// Tells how long ago it was made or begun anew, by the clock that nobody sets: absl::Now() may jump
// by hours in either direction, and is for times that are shown or stored. Thread-compatible.
class Stopwatch {
 public:
  void Restart() { start_ = Clock::now(); }
  absl::Duration Elapsed() const { return absl::FromChrono(Clock::now() - start_); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_STOPWATCH_H_
