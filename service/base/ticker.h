#ifndef QUOTES_SERVICE_BASE_TICKER_H_
#define QUOTES_SERVICE_BASE_TICKER_H_

#include <functional>
#include <thread>

#include "absl/time/time.h"
#include "service/base/mutex.h"

namespace quotes {

// Calls a function again and again in a thread of its own: at once, and then whenever `period` has
// passed since it returned. The period is measured by a clock that nobody sets.
class Ticker {
 public:
  Ticker(absl::Duration period, std::function<void()> tick);
  // Waits for a call at hand; there is none afterwards.
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  // Does not wait for the period to pass this time.
  void Wake();

 private:
  void Run();

  const absl::Duration period_;
  const std::function<void()> tick_;
  Mutex mutex_;
  CondVar woken_;
  bool wake_ ABSL_GUARDED_BY(mutex_) = true;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // begun last
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_TICKER_H_
