#include "service/rpc/executor.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace quotes::rpc {

Executor::Executor(size_t threads, size_t queue)
    : capacity_(queue),
      share_(std::max<size_t>(1, (threads + queue) / 2)),
      running_share_(std::max<size_t>(1, threads - 1)),
      idle_(threads) {
  threads_.reserve(threads);
  for (size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { Work(); });
  }
}

Executor::~Executor() {
  std::deque<Waiting> dropped;
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    dropped.swap(waiting_);
  }
  changed_.SignalAll();
  // Outside the lock: a task's destructor may answer a call.
  dropped.clear();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

Executor::Outcome Executor::Submit(Task&& task, std::string caller) {
  {
    MutexLock lock(&mutex_);
    // Threads that have not woken up yet count as room, so that an idle executor never refuses.
    if (stopping_ || waiting_.size() >= capacity_ + idle_) {
      ++refused_;
      return Outcome::kFull;
    }
    if (!caller.empty()) {
      Load& load = loads_[caller];
      if (load.tasks >= share_) {
        return Outcome::kCallerFull;
      }
      ++load.tasks;
    }
    ++accepted_;
    waiting_.push_back({std::move(task), std::move(caller)});
  }
  changed_.Signal();
  return Outcome::kTaken;
}

Executor::Figures Executor::figures() const {
  const MutexLock lock(&mutex_);
  Figures figures;
  figures.threads = threads_.size();
  figures.busy = threads_.size() - idle_;
  figures.capacity = capacity_;
  figures.waiting = waiting_.size() > idle_ ? waiting_.size() - idle_ : 0;
  figures.accepted = accepted_;
  figures.refused = refused_;
  return figures;
}

size_t Executor::Next() const {
  size_t next = waiting_.size();
  size_t fewest = running_share_;
  for (size_t i = 0; i < waiting_.size() && fewest > 0; ++i) {
    const auto load = loads_.find(waiting_[i].caller);
    const size_t running = load == loads_.end() ? 0 : load->second.running;
    if (running < fewest) {
      fewest = running;
      next = i;
    }
  }
  return next;
}

void Executor::Work() {
  for (;;) {
    Waiting next;
    {
      MutexLock lock(&mutex_);
      size_t at = 0;
      while ((at = Next()) == waiting_.size() && !stopping_) {
        changed_.Wait(&mutex_);
      }
      if (stopping_) {
        return;
      }
      next = std::move(waiting_[at]);
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(at));
      if (!next.caller.empty()) {
        ++loads_[next.caller].running;
      }
      --idle_;
    }
    std::move(next.task)();
    next.task = nullptr;  // what it holds goes before the thread counts as free
    MutexLock lock(&mutex_);
    if (const auto load = loads_.find(next.caller); load != loads_.end()) {
      --load->second.running;
      if (--load->second.tasks == 0) {
        loads_.erase(load);
      }
    }
    ++idle_;
  }
}

}  // namespace quotes::rpc
