#ifndef QUOTES_SERVICE_BASE_MUTEX_H_
#define QUOTES_SERVICE_BASE_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"

namespace quotes {

// std::mutex with Clang's thread-safety annotations. absl::Mutex is not used: the packaged library
// is not instrumented, so ThreadSanitizer reports correctly locked code as a race.
class ABSL_LOCKABLE Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex* mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    mutex_->Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_->Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex* const mutex_;
};

// A condition variable for Mutex.
class CondVar {
 public:
  // REQUIRES: the calling thread holds `mutex`. Spurious wake-ups happen; wait in a loop.
  void Wait(Mutex* mutex) {
    std::unique_lock<std::mutex> lock(mutex->mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  // The same for at most `limit`; false when it passed. The clock's being set does not matter.
  bool WaitFor(Mutex* mutex, std::chrono::nanoseconds limit) {
    std::unique_lock<std::mutex> lock(mutex->mutex_, std::adopt_lock);
    const std::cv_status status = condition_.wait_for(lock, limit);
    lock.release();
    return status == std::cv_status::no_timeout;
  }
  void SignalAll() { condition_.notify_all(); }
  void Signal() { condition_.notify_one(); }

 private:
  std::condition_variable condition_;
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_MUTEX_H_
