#ifndef QUOTES_SERVICE_SERVER_TASK_OUTCOMES_H_
#define QUOTES_SERVICE_SERVER_TASK_OUTCOMES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/absl_string.h"
#include "service/base/mutex.h"
#include "service/rpc/services.h"

namespace quotes::server {

// What a server does by itself, beside calls. Nobody waits for it, so that nobody is told when it
// fails.
enum class Task : uint8_t {
  kBackup,   // scheduled ones
  kPublish,  // snapshots for replicas
  kFollow,   // a replica's steps, and those of a server that only reads
  kRelease,  // of reports that are held back until their time
  kPurge,    // what purged reports left in files
  kCertificate,
  kTokens,
  kSignedTokenKeys,
  kThemes,
  kConfiguration,
  kProfiles,  // the last six: reading the operator's files
};

// How each task ended last, for metrics. Thread-safe.
class TaskOutcomes {
 public:
  using Figures = rpc::TaskFigures;

  // The server has this task from now on, even if it is not done before long.
  void Expect(Task task) {
    const MutexLock lock(&mutex_);
    At(task).expected = true;
  }

  void Record(Task task, const absl::Status& status) {
    const MutexLock lock(&mutex_);
    State& state = At(task);
    state.expected = true;
    state.figures.failing = !status.ok();
    state.figures.last_error = ToStd(status.message());
    if (status.ok()) {
      state.figures.last_success = absl::Now();
    } else {
      ++state.figures.failures;
    }
  }

  // Of the tasks that there are.
  std::vector<Figures> Read() const {
    const MutexLock lock(&mutex_);
    std::vector<Figures> all;
    for (size_t i = 0; i < kNames.size(); ++i) {
      if (states_[i].expected) {
        all.push_back(states_[i].figures);
        all.back().name = kNames[i];
      }
    }
    return all;
  }

 private:
  static constexpr std::array<std::string_view, 11> kNames = {
      "backup", "publish", "follow", "release",       "purge",   "certificate",
      "tokens", "jwks",    "themes", "configuration", "profiles"};

  struct State {
    bool expected = false;
    Figures figures;
  };

  State& At(Task task) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return states_[static_cast<size_t>(task)];
  }

  mutable Mutex mutex_;
  std::array<State, kNames.size()> states_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_TASK_OUTCOMES_H_
