#include "service/base/ticker.h"

#include <chrono>
#include <utility>

namespace quotes {

Ticker::Ticker(absl::Duration period, std::function<void()> tick)
    : period_(period), tick_(std::move(tick)), thread_([this] { Run(); }) {}

Ticker::~Ticker() {
  {
    const MutexLock lock(&mutex_);
    ending_ = true;
  }
  woken_.SignalAll();
  thread_.join();
}

void Ticker::Wake() {
  {
    const MutexLock lock(&mutex_);
    wake_ = true;
  }
  woken_.SignalAll();
}

void Ticker::Run() {
  while (true) {
    {
      const MutexLock lock(&mutex_);
      const auto end = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(period_);
      while (!wake_ && !ending_) {
        const auto left = end - std::chrono::steady_clock::now();
        if (left <= left.zero() || !woken_.WaitFor(&mutex_, left)) {
          break;
        }
      }
      if (ending_) {
        return;
      }
      wake_ = false;
    }
    tick_();
  }
}

}  // namespace quotes
