#ifndef QUOTES_SERVICE_RPC_EXECUTOR_H_
#define QUOTES_SERVICE_RPC_EXECUTOR_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "service/base/mutex.h"

namespace quotes::rpc {

// A few threads with a bounded queue, for work that blocks: gRPC's own callback threads are only
// two on a small machine, and one blocked there stalls every other call. Thread-safe.
class Executor {
 public:
  using Task = absl::AnyInvocable<void() &&>;

  // At most `queue` tasks wait beside those that the `threads` run. Of both together a caller with
  // a name has half at most, and never all threads; the next task is of the caller who has the
  // fewest that run.
  Executor(size_t threads, size_t queue);

  // Destroys the tasks that wait without running them, then waits for those that run.
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  enum class Outcome { kTaken, kFull, kCallerFull };

  // Takes `task` over, unless the queue or the caller's share of it is full: then it is left alone.
  // An empty name has no share.
  Outcome Submit(Task&& task, std::string caller = {});

  struct Figures {
    size_t threads = 0;
    size_t busy = 0;      // threads with a task
    size_t capacity = 0;  // of the queue
    size_t waiting = 0;   // tasks for which no thread is free
    uint64_t accepted = 0;
    uint64_t refused = 0;  // as the queue was full
  };
  Figures figures() const;

 private:
  struct Waiting {
    Task task;
    std::string caller;
  };
  struct Load {
    size_t tasks = 0;  // that wait or run
    size_t running = 0;
  };

  void Work();
  // The task to run next; waiting_.size() if none may run now.
  size_t Next() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t capacity_;
  const size_t share_;          // tasks of one caller
  const size_t running_share_;  // threads of one caller
  mutable Mutex mutex_;
  CondVar changed_;
  absl::flat_hash_map<std::string, Load> loads_ ABSL_GUARDED_BY(mutex_);  // with a task
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t idle_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t accepted_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t refused_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::thread> threads_;
};

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_EXECUTOR_H_
