#include "service/rpc/executor.h"

#include <utility>

namespace quotes::rpc {

Executor::Executor(size_t threads, size_t queue) : capacity_(queue), idle_(threads) {
  threads_.reserve(threads);
  for (size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { Work(); });
  }
}

Executor::~Executor() {
  std::deque<Task> dropped;
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

bool Executor::Submit(Task task) {
  {
    MutexLock lock(&mutex_);
    // Threads that have not woken up yet count as room, so that an idle executor never refuses.
    if (stopping_ || waiting_.size() >= capacity_ + idle_) {
      ++refused_;
      return false;
    }
    ++accepted_;
    waiting_.push_back(std::move(task));
  }
  changed_.Signal();
  return true;
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

void Executor::Work() {
  for (;;) {
    Task task;
    {
      MutexLock lock(&mutex_);
      while (waiting_.empty() && !stopping_) {
        changed_.Wait(&mutex_);
      }
      if (stopping_) {
        return;
      }
      task = std::move(waiting_.front());
      waiting_.pop_front();
      --idle_;
    }
    std::move(task)();
    task = nullptr;  // what it holds goes before the thread counts as free
    MutexLock lock(&mutex_);
    ++idle_;
  }
}

}  // namespace quotes::rpc
