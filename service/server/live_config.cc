#include "service/server/live_config.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/file.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/server/credential_files.h"
#include "service/server/life_cycle.h"

namespace quotes::server {

LiveConfig::LiveConfig(Config config, std::string file,
                       std::function<absl::StatusOr<Config>()> read, Log* log, TaskOutcomes* tasks)
    : file_(std::move(file)),
      read_(std::move(read)),
      log_(log),
      tasks_(tasks),
      config_(std::move(config)) {
  const MutexLock lock(&mutex_);
  if (!file_.empty()) {
    tasks_->Record(Task::kConfiguration, absl::OkStatus());
  }
  if (!config_.profiles.empty()) {
    tasks_->Record(Task::kProfiles, absl::OkStatus());
  }
}

void LiveConfig::Begin(Takers takers) {
  const MutexLock lock(&reloading_);
  takers_ = std::move(takers);
}

Config LiveConfig::current() const {
  const MutexLock lock(&mutex_);
  return config_;
}

std::vector<rpc::ReloadedFiles> LiveConfig::Reload() {
  const MutexLock lock(&reloading_);
  if (const absl::Status status = log_->Reopen(); !status.ok()) {
    log_->Write(LogLevel::kWarning, "log_not_reopened",
                JsonLine().Add("error", ToStd(status.message())));
  }
  std::vector<rpc::ReloadedFiles> read;
  const std::string profiles_before = current().profiles;
  if (!file_.empty()) {
    read.push_back(ReloadOptions());
  }
  if (const std::string profiles = current().profiles;
      !profiles.empty() || !profiles_before.empty()) {
    read.push_back(ReloadProfiles(profiles));
  }
  return read;
}

absl::Status LiveConfig::TakeOptions(std::vector<std::string>* need_restart) {
  if (!takers_.options) {
    return errors::Loading();
  }
  // What was cut off while it was written says nothing, which would be all defaults.
  QUOTES_ASSIGN_OR_RETURN(const std::string text,
                          ReadRegularFile(file_, limits::kMaxSettingsFileBytes));
  if (absl::StripAsciiWhitespace(text).empty()) {
    return absl::InvalidArgumentError(absl::StrCat(file_, ": is empty"));
  }
  QUOTES_ASSIGN_OR_RETURN(const Config read, read_());
  QUOTES_RETURN_IF_ERROR(CheckAccess(read));
  QUOTES_RETURN_IF_ERROR(LifeCycle::Check(read));
  Config changed = current();
  ConfigChanges changes = TakeChanges(read, &changed);
  {
    const MutexLock lock(&mutex_);
    config_ = changed;
  }
  takers_.options(changed);
  // Whoever reads the line finds that the task is well.
  tasks_->Record(Task::kConfiguration, absl::OkStatus());
  log_->Write(LogLevel::kInfo, "configuration_reloaded",
              JsonLine().Add("file", file_).Add("changed", absl::StrJoin(changes.made, ", ")));
  if (!changes.need_restart.empty()) {
    log_->Write(
        LogLevel::kWarning, "configuration_needs_restart",
        JsonLine().Add("file", file_).Add("keys", absl::StrJoin(changes.need_restart, ", ")));
  }
  *need_restart = std::move(changes.need_restart);
  return absl::OkStatus();
}

rpc::ReloadedFiles LiveConfig::ReloadOptions() {
  rpc::ReloadedFiles files;
  files.kind = rpc::ReloadedFiles::Kind::kConfiguration;
  files.paths = {file_};
  files.status = TakeOptions(&files.need_restart);
  if (!files.status.ok()) {
    tasks_->Record(Task::kConfiguration, files.status);
    log_->Write(LogLevel::kError, "configuration_not_reloaded",
                JsonLine().Add("file", file_).Add("error", ToStd(files.status.message())));
  }
  return files;
}

rpc::ReloadedFiles LiveConfig::ReloadProfiles(const std::string& path) {
  rpc::ReloadedFiles files;
  files.kind = rpc::ReloadedFiles::Kind::kProfiles;
  files.paths = {path};
  if (!takers_.profiles) {
    files.status = errors::Loading();
    return files;
  }
  absl::StatusOr<citation::Profiles> profiles =
      path.empty() ? citation::Profiles() : citation::Profiles::ReadFile(path);
  files.status = profiles.status();
  tasks_->Record(Task::kProfiles, files.status);
  if (!profiles.ok()) {
    log_->Write(LogLevel::kError, "profiles_not_reloaded",
                JsonLine().Add("file", path).Add("error", ToStd(files.status.message())));
    return files;
  }
  const auto count = static_cast<int64_t>(profiles->all().size());
  takers_.profiles(*std::move(profiles));
  log_->Write(LogLevel::kInfo, "profiles_reloaded",
              JsonLine().Add("file", path).Add("profiles", count));
  return files;
}

}  // namespace quotes::server
