#ifndef QUOTES_SERVICE_RPC_WATCH_HUB_H_
#define QUOTES_SERVICE_RPC_WATCH_HUB_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "service/base/mutex.h"
#include "service/base/ticker.h"

namespace quotes::rpc {

// Where calls wait that tell their callers of changes: a thread asks those that wait, some times a
// second, whether there is something for them to do, and has it done on an executor. Thread-safe.
class WatchHub {
 public:
  using Task = absl::AnyInvocable<void() &&>;
  // Runs a task elsewhere; false, with the task destroyed unrun, when there is no room.
  using Submit = std::function<bool(Task)>;

  class Watch {
   public:
    virtual ~Watch() = default;
    // Whether Run has something to do; must not block.
    virtual bool IsWanted() = 0;
    // Does it. Called when it waits; calls Wait when it waits again.
    virtual void Run() = 0;
    // Instead of Run, when the hub ends.
    virtual void End() = 0;
  };

  explicit WatchHub(Submit submit);
  // REQUIRES: no watch is left.
  ~WatchHub();
  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  // Counts one more watch; false when the hub has ended.
  bool Add(Watch* watch);
  // REQUIRES: it was added, and does not wait.
  void Remove(Watch* watch);

  // Has a watch that was added wait. It may be called, on another thread, before this returns.
  void Wait(Watch* watch);
  // Asks all at once.
  void Wake();

  // Ends those that wait, and all others when they would wait.
  void End();

 private:
  void AskAll();

  const Submit submit_;
  Mutex mutex_;
  size_t count_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Watch*> waiting_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Ticker> ticker_ ABSL_GUARDED_BY(mutex_);  // from the first watch on
};

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_WATCH_HUB_H_
