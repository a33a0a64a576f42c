#ifndef QUOTES_SERVICE_SERVER_LIVE_CONFIG_H_
#define QUOTES_SERVICE_SERVER_LIVE_CONFIG_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/base/mutex.h"
#include "service/citation/profiles.h"
#include "service/rpc/services.h"
#include "service/server/config.h"
#include "service/server/log.h"
#include "service/server/task_outcomes.h"

namespace quotes::server {

// The options of a running server. Reads the configuration file and the house's profiles anew when
// told to: what can change does, the rest is named, and of a file that cannot be used nothing is
// taken. Flags and environment come before the file, as at the start. Thread-safe.
class LiveConfig {
 public:
  struct Takers {
    std::function<void(const Config&)> options;
    std::function<void(citation::Profiles)> profiles;
  };

  // `config` is what the server was started with, `file` the configuration file, empty if there is
  // none, `read` what reads all options anew. `log` and `tasks` must outlive the object.
  LiveConfig(Config config, std::string file, std::function<absl::StatusOr<Config>()> read,
             Log* log, TaskOutcomes* tasks);
  LiveConfig(const LiveConfig&) = delete;
  LiveConfig& operator=(const LiveConfig&) = delete;

  // Who takes changes over, as long as the object lives. Before, Reload() is LOADING.
  void Begin(Takers takers);

  // Opens the log's file anew, too.
  std::vector<rpc::ReloadedFiles> Reload();

  Config current() const;

 private:
  rpc::ReloadedFiles ReloadOptions() ABSL_EXCLUSIVE_LOCKS_REQUIRED(reloading_);
  rpc::ReloadedFiles ReloadProfiles(const std::string& path)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(reloading_);
  absl::Status TakeOptions(std::vector<std::string>* need_restart)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(reloading_);

  const std::string file_;
  const std::function<absl::StatusOr<Config>()> read_;
  Log* const log_;
  TaskOutcomes* const tasks_;
  Mutex reloading_;  // one at a time; before mutex_
  Takers takers_ ABSL_GUARDED_BY(reloading_);
  mutable Mutex mutex_;
  Config config_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_LIVE_CONFIG_H_
