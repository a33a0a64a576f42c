#include "service/rpc/watch_hub.h"

#include <utility>

#include "absl/time/time.h"
#include "service/base/check.h"

namespace quotes::rpc {
namespace {

// How late a change may be told, beside what the executor has to do.
constexpr absl::Duration kAskEvery = absl::Milliseconds(50);

}  // namespace

WatchHub::WatchHub(Submit submit) : submit_(std::move(submit)) {}

WatchHub::~WatchHub() {
  std::unique_ptr<Ticker> ticker;
  {
    const MutexLock lock(&mutex_);
    QUOTES_CHECK(count_ == 0);
    ticker = std::move(ticker_);
  }
}

bool WatchHub::Add(Watch*) {
  const MutexLock lock(&mutex_);
  if (ended_) {
    return false;
  }
  ++count_;
  if (ticker_ == nullptr) {
    ticker_ = std::make_unique<Ticker>(kAskEvery, [this] { AskAll(); });
  }
  return true;
}

void WatchHub::Remove(Watch*) {
  const MutexLock lock(&mutex_);
  QUOTES_CHECK(count_ > 0);
  --count_;
}

void WatchHub::Wait(Watch* watch) {
  {
    const MutexLock lock(&mutex_);
    if (!ended_) {
      waiting_.push_back(watch);
      ticker_->Wake();
      return;
    }
  }
  watch->End();
}

void WatchHub::Wake() {
  const MutexLock lock(&mutex_);
  if (ticker_ != nullptr) {
    ticker_->Wake();
  }
}

void WatchHub::End() {
  std::vector<Watch*> waiting;
  {
    const MutexLock lock(&mutex_);
    ended_ = true;
    waiting.swap(waiting_);
  }
  for (Watch* const watch : waiting) {
    watch->End();
  }
}

void WatchHub::AskAll() {
  std::vector<Watch*> asked;
  {
    const MutexLock lock(&mutex_);
    asked.swap(waiting_);
  }
  // From here on those that are asked are nobody else's.
  std::vector<Watch*> waiting;
  for (Watch* const watch : asked) {
    if (!watch->IsWanted() || !submit_([watch] { watch->Run(); })) {
      waiting.push_back(watch);
    }
  }
  {
    const MutexLock lock(&mutex_);
    if (!ended_) {
      waiting_.insert(waiting_.end(), waiting.begin(), waiting.end());
      return;
    }
  }
  for (Watch* const watch : waiting) {
    watch->End();
  }
}

}  // namespace quotes::rpc
