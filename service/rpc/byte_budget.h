#ifndef QUOTES_SERVICE_RPC_BYTE_BUDGET_H_
#define QUOTES_SERVICE_RPC_BYTE_BUDGET_H_

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/base/errors.h"
#include "service/base/mutex.h"
#include "service/base/status_macros.h"

namespace quotes::rpc {

// Bytes of report sources that calls may hold together. Without it, a few dozen large imports that
// wait for their turn would exhaust the machine's memory. A caller with a name has half of them at
// most. Thread-safe.
class ByteBudget {
 public:
  explicit ByteBudget(size_t limit) : limit_(limit) {}
  ByteBudget(const ByteBudget&) = delete;
  ByteBudget& operator=(const ByteBudget&) = delete;

  // One call's share; grows, and is given back at the end of its life at the latest.
  // Thread-compatible.
  class Share {
   public:
    // The caller's name may be empty.
    explicit Share(ByteBudget* budget, std::string_view caller = {})
        : budget_(budget), caller_(caller) {}
    ~Share() { GiveBack(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // QUEUE_FULL when the budget, TOO_MANY_CALLS when its caller has not so much left; nothing is
    // taken then.
    absl::Status Grow(size_t bytes) {
      QUOTES_RETURN_IF_ERROR(budget_->Take(caller_, bytes));
      bytes_ += bytes;
      return absl::OkStatus();
    }
    void GiveBack() {
      if (bytes_ > 0) {
        budget_->GiveBack(caller_, std::exchange(bytes_, 0));
      }
    }

   private:
    ByteBudget* const budget_;
    const std::string caller_;
    size_t bytes_ = 0;
  };

  size_t limit() const { return limit_; }
  size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  // When to come back.
  static constexpr absl::Duration kQueueRetry = absl::Milliseconds(500);

  absl::Status Take(const std::string& caller, size_t bytes) {
    const MutexLock lock(&mutex_);
    if (bytes > limit_ - used()) {
      return errors::QueueFull(kQueueRetry);
    }
    if (!caller.empty()) {
      size_t& taken = callers_[caller];
      if (bytes > limit_ / 2 - taken) {
        if (taken == 0) {
          callers_.erase(caller);
        }
        return errors::ShareTaken(caller, kQueueRetry);
      }
      taken += bytes;
    }
    used_.fetch_add(bytes, std::memory_order_relaxed);
    return absl::OkStatus();
  }
  void GiveBack(const std::string& caller, size_t bytes) {
    const MutexLock lock(&mutex_);
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    if (const auto found = callers_.find(caller); found != callers_.end()) {
      found->second -= bytes;
      if (found->second == 0) {
        callers_.erase(found);
      }
    }
  }

  const size_t limit_;
  std::atomic<size_t> used_{0};
  Mutex mutex_;
  absl::flat_hash_map<std::string, size_t> callers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_BYTE_BUDGET_H_
