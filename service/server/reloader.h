#ifndef QUOTES_SERVICE_SERVER_RELOADER_H_
#define QUOTES_SERVICE_SERVER_RELOADER_H_

#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "service/base/cancellation.h"
#include "service/base/mutex.h"
#include "service/library/library.h"
#include "service/rpc/services.h"
#include "service/server/credential_files.h"
#include "service/server/live_config.h"
#include "service/server/log.h"
#include "service/server/task_outcomes.h"

namespace quotes::server {

// Warns of what a house's files of themes say without effect; what cannot be read is others' to
// tell.
void LogThemeFindings(const std::string& folder, Log* log);

// Reads the operator's files anew, at a signal or for a caller: options and profiles, credentials,
// and the house's themes, by which all quotes then get theirs. Thread-safe.
class Reloader {
 public:
  // `config`, `credentials`, `log` and `tasks` must outlive the object.
  Reloader(std::string themes_folder, LiveConfig* config, CredentialFiles* credentials, Log* log,
           TaskOutcomes* tasks);
  // Ends.
  ~Reloader();
  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;

  // The library is ready and has themes to be read anew, also those wanted before.
  void Begin(Library* library);
  // Returns when nobody uses the library any more; what is at work is given up.
  void End();

  // Reads options and profiles, and the rest in threads of their own; logs what came of it.
  void Want();
  // Reads everything before it returns. Before Begin() and after End() themes are LOADING.
  std::vector<rpc::ReloadedFiles> Reload(const Cancellation& cancellation);

 private:
  void Run();
  absl::Status ReloadThemes(Library* library, const Cancellation& cancellation);

  const std::string themes_folder_;
  LiveConfig* const config_;
  CredentialFiles* const credentials_;
  Log* const log_;
  TaskOutcomes* const tasks_;
  Cancellation ending_now_;
  Mutex labelling_;  // one labels at a time; before mutex_
  Mutex mutex_;
  CondVar changed_;
  Library* library_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool wanted_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // begun last
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_RELOADER_H_
