#ifndef QUOTES_SERVICE_RPC_BYTE_BUDGET_H_
#define QUOTES_SERVICE_RPC_BYTE_BUDGET_H_

#include <atomic>
#include <cstddef>
#include <utility>

namespace quotes::rpc {

// Bytes of report sources that calls may hold together. Without it, a few dozen large imports that
// wait for their turn would exhaust the machine's memory. Thread-safe.
class ByteBudget {
 public:
  explicit ByteBudget(size_t limit) : limit_(limit) {}
  ByteBudget(const ByteBudget&) = delete;
  ByteBudget& operator=(const ByteBudget&) = delete;

  // One call's share; grows, and is given back at the end of its life at the latest.
  // Thread-compatible.
  class Share {
   public:
    explicit Share(ByteBudget* budget) : budget_(budget) {}
    ~Share() { GiveBack(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // False, with nothing taken, when the budget has not so much left.
    bool Grow(size_t bytes) {
      const size_t before = budget_->used_.fetch_add(bytes, std::memory_order_relaxed);
      if (before + bytes > budget_->limit_) {
        budget_->used_.fetch_sub(bytes, std::memory_order_relaxed);
        return false;
      }
      bytes_ += bytes;
      return true;
    }
    void GiveBack() {
      budget_->used_.fetch_sub(std::exchange(bytes_, 0), std::memory_order_relaxed);
    }

   private:
    ByteBudget* const budget_;
    size_t bytes_ = 0;
  };

  size_t limit() const { return limit_; }
  size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  const size_t limit_;
  std::atomic<size_t> used_{0};
};

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_BYTE_BUDGET_H_
