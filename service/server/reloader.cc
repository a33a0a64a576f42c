#include "service/server/reloader.h"

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/stopwatch.h"
#include "service/themes/scheme.h"

namespace quotes::server {

namespace {

// Findings of one reading that are logged one by one.
constexpr size_t kMostLogged = 50;

}  // namespace

void LogThemeFindings(const std::string& folder, Log* log) {
  const absl::StatusOr<std::vector<themes::SchemeFinding>> findings =
      themes::Scheme::CheckHouse(folder);
  if (!findings.ok() || findings->empty()) {
    return;
  }
  for (size_t i = 0; i < std::min(findings->size(), kMostLogged); ++i) {
    log->Write(
        LogLevel::kWarning, "themes_finding",
        JsonLine().Add("place", (*findings)[i].place).Add("finding", (*findings)[i].description));
  }
  if (findings->size() > kMostLogged) {
    log->Write(LogLevel::kWarning, "themes_findings",
               JsonLine().Add("findings", static_cast<int64_t>(findings->size())));
  }
}

Reloader::Reloader(std::string themes_folder, LiveConfig* config, CredentialFiles* credentials,
                   Log* log, TaskOutcomes* tasks)
    : themes_folder_(std::move(themes_folder)),
      config_(config),
      credentials_(credentials),
      log_(log),
      tasks_(tasks),
      thread_([this] { Run(); }) {}

Reloader::~Reloader() { End(); }

void Reloader::Begin(Library* library) {
  {
    const MutexLock lock(&mutex_);
    library_ = library;
  }
  changed_.Signal();
}

void Reloader::End() {
  {
    const MutexLock lock(&mutex_);
    ending_ = true;
    library_ = nullptr;
  }
  ending_now_.Cancel();
  changed_.Signal();
  if (thread_.joinable()) {
    thread_.join();
  }
  const MutexLock lock(&labelling_);  // a caller's
}

void Reloader::Want() {
  config_->Reload();
  credentials_->Reload();
  {
    const MutexLock lock(&mutex_);
    wanted_ = true;
  }
  changed_.Signal();
}

std::vector<rpc::ReloadedFiles> Reloader::Reload(const Cancellation& cancellation) {
  std::vector<rpc::ReloadedFiles> read = config_->Reload();
  for (rpc::ReloadedFiles& files : credentials_->ReloadNow()) {
    read.push_back(std::move(files));
  }
  rpc::ReloadedFiles& themes = read.emplace_back();
  themes.kind = rpc::ReloadedFiles::Kind::kThemes;
  themes.paths = {themes_folder_};
  const MutexLock labelling(&labelling_);
  Library* library = nullptr;
  {
    const MutexLock lock(&mutex_);
    library = library_;
  }
  themes.status = library == nullptr ? errors::Loading() : ReloadThemes(library, cancellation);
  return read;
}

void Reloader::Run() {
  while (true) {
    Library* library = nullptr;
    {
      const MutexLock lock(&mutex_);
      while (!ending_ && (!wanted_ || library_ == nullptr)) {
        changed_.Wait(&mutex_);
      }
      if (ending_) {
        return;
      }
      wanted_ = false;
      library = library_;
    }
    const MutexLock labelling(&labelling_);
    static_cast<void>(ReloadThemes(library, ending_now_));
  }
}

absl::Status Reloader::ReloadThemes(Library* library, const Cancellation& cancellation) {
  const Stopwatch begun;
  absl::Status status;
  absl::StatusOr<std::shared_ptr<const themes::Scheme>> scheme =
      themes::Scheme::ReadHouse(themes_folder_);
  if (!scheme.ok()) {
    status = scheme.status();
  } else if ((*scheme)->version() != library->scheme()->version()) {
    status = library->Relabel(*scheme, cancellation);
  }
  if (!absl::IsCancelled(status) && !absl::IsDeadlineExceeded(status)) {  // the caller's
    tasks_->Record(Task::kThemes, status);
  }
  if (!status.ok()) {
    log_->Write(LogLevel::kError, "themes_not_reloaded",
                JsonLine().Add("error", ToStd(status.message())));
    return status;
  }
  malloc_trim(0);
  LogThemeFindings(themes_folder_, log_);
  log_->Write(LogLevel::kInfo, "themes_reloaded",
              JsonLine()
                  .Add("theme_scheme", (*scheme)->version())
                  .Add("reload_us", absl::ToInt64Microseconds(begun.Elapsed())));
  return absl::OkStatus();
}

}  // namespace quotes::server
