#include "service/library/backups.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/absl_string.h"
#include "service/base/durable_file.h"
#include "service/base/errors.h"
#include "service/base/file.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/themes/scheme.h"

namespace quotes {
namespace {

namespace fs = std::filesystem;

// What is made by itself is told by its name: "quotes-auto-20260117T000000Z.db".
constexpr char kScheduledPrefix[] = "quotes-auto-";
constexpr char kAskedPrefix[] = "quotes-";
constexpr char kTimeFormat[] = "%Y%m%dT%H%M%SZ";
constexpr size_t kTimeSize = 16;
constexpr std::string_view kEnding = ".db";
constexpr absl::Duration kLongestRetry = absl::Hours(1);
// When to ask again while another backup is made, which takes seconds.
constexpr absl::Duration kRetryAfter = absl::Seconds(2);

absl::Duration SteadyNow() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

std::string NameAt(const char* prefix, absl::Time time) {
  return absl::StrCat(prefix, absl::FormatTime(kTimeFormat, time, absl::UTCTimeZone()),
                      ToAbsl(kEnding));
}

// When a backup of this name was made by itself; nullopt for any other name.
std::optional<absl::Time> TimeOf(const std::string& name) {
  if (!name.starts_with(kScheduledPrefix) || !name.ends_with(kEnding)) {
    return std::nullopt;
  }
  // Years are read as far as there are digits: marks keep them apart.
  std::string digits = name.substr(std::string_view(kScheduledPrefix).size());
  if (digits.size() != kTimeSize + kEnding.size()) {
    return std::nullopt;
  }
  digits.resize(kTimeSize);
  for (const size_t place : {size_t{13}, size_t{11}, size_t{6}, size_t{4}}) {
    digits.insert(place, 1, '-');
  }
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%dT%H-%M-%SZ", digits, absl::UTCTimeZone(), &time, &error) ||
      NameAt(kScheduledPrefix, time) != name) {
    return std::nullopt;
  }
  return time;
}

absl::Status CheckName(const std::string& name) {
  if (name.size() > limits::kMaxBackupNameBytes) {
    return errors::FieldOutOfRange("file_name",
                                   absl::StrCat("at most ", limits::kMaxBackupNameBytes, " bytes"));
  }
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
  if (!plain || name.front() == '.' || name.front() == '-' || !name.ends_with(kEnding)) {
    return errors::FieldInvalid("file_name",
                                "is not a name of letters, digits, \"-\", \"_\" and \".\" that "
                                "begins with a letter, a digit or \"_\" and ends in \".db\"");
  }
  if (TimeOf(name).has_value()) {
    return errors::FieldInvalid("file_name", "is of those that are made, and removed, by itself");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Backups>> Backups::Open(Options options) {
  std::error_code error;
  fs::create_directories(options.folder, error);
  if (!fs::is_directory(options.folder, error)) {
    return errors::StoreUnavailable(absl::StrCat(options.folder, ": is no folder for backups"));
  }
  RemovePartials(options.folder);
  // Found now, not when the first backup is due.
  const std::string probe = (fs::path(options.folder) / ".quoted-probe").string();
  QUOTES_RETURN_IF_ERROR(WriteDurably(probe, ""));
  fs::remove(probe, error);
  options.keep = std::max<size_t>(options.keep, 1);
  std::unique_ptr<Backups> backups(new Backups(std::move(options)));
  backups->FindLast();
  return backups;
}

void Backups::FindLast() {
  const MutexLock lock(&last_mutex_);
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(options_.folder, error)) {
    struct stat status = {};
    const std::string path = entry.path().string();
    if (path.ends_with(kEnding) && !entry.path().filename().string().starts_with('.') &&
        stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
      last_ = std::max(last_, std::optional(absl::TimeFromTimespec(status.st_mtim)));
    }
  }
}

Backups::~Backups() {
  ending_.Cancel();
  StopSchedule();
}

absl::StatusOr<Backup> Backups::Make(store::Store& store, const std::string& file_name,
                                     const Cancellation& cancellation) {
  if (!file_name.empty()) {
    QUOTES_RETURN_IF_ERROR(CheckName(file_name));
  }
  {
    const MutexLock lock(&mutex_);
    if (is_copying_) {
      return errors::QueueFull(kRetryAfter);
    }
    is_copying_ = true;
  }
  const absl::Cleanup ends = [this] { EndCopy(); };
  return MakeAs(store, file_name.empty() ? NameAt(kAskedPrefix, options_.now()) : file_name,
                cancellation);
}

void Backups::EndCopy() {
  const MutexLock lock(&mutex_);
  is_copying_ = false;
  copied_.SignalAll();
}

absl::StatusOr<Backup> Backups::MakeAs(store::Store& store, const std::string& file_name,
                                       const Cancellation& cancellation) {
  const absl::Duration begin = SteadyNow();
  Backup backup;
  backup.file_name = file_name;
  const std::string path = (fs::path(options_.folder) / file_name).string();
  std::error_code error;
  if (fs::exists(path, error)) {
    return errors::BackupExists(file_name);
  }
  std::vector<std::string> written;
  absl::Cleanup removes_themes = [&] {
    for (const std::string& file : written) {
      fs::remove(file, error);
    }
    if (!written.empty()) {
      fs::remove(themes::HouseFolder(path), error);  // if nothing else is there
    }
  };
  // First, so that what has the name of a backup is whole.
  QUOTES_ASSIGN_OR_RETURN(backup.themes_folder, CopyThemes(file_name, &written));
  absl::StatusOr<store::StoreCopy> copy = store.CopyTo(path, cancellation);
  if (copy.status().code() == absl::StatusCode::kAlreadyExists) {
    return errors::BackupExists(file_name);
  }
  QUOTES_RETURN_IF_ERROR(copy.status());
  std::move(removes_themes).Cancel();
  backup.copy = *std::move(copy);
  backup.duration = SteadyNow() - begin;
  const MutexLock lock(&last_mutex_);
  last_ = options_.now();
  return backup;
}

absl::StatusOr<std::string> Backups::CopyThemes(const std::string& file_name,
                                                std::vector<std::string>* written) const {
  const std::string name = themes::HouseFolder(file_name);
  const fs::path folder = fs::path(options_.folder) / name;
  std::error_code error;
  std::vector<std::pair<std::string, std::string>> files;  // what is to be written where
  bool has_any = false;
  for (const char* const file : themes::kHouseFiles) {
    const fs::path source = fs::path(options_.themes_folder) / file;
    if (options_.themes_folder.empty() || !fs::exists(source, error)) {
      continue;
    }
    has_any = true;
    absl::StatusOr<std::string> bytes =
        ReadRegularFile(source.string(), limits::kMaxSettingsFileBytes);
    if (!bytes.ok()) {  // a pipe or a folder, say, in its place
      return errors::StoreUnavailable(ToStd(bytes.status().message()));
    }
    std::string target = (folder / file).string();
    if (!fs::exists(target, error)) {
      files.emplace_back(std::move(target), *std::move(bytes));
    } else if (ReadWholeFile(target) != *bytes) {
      return errors::BackupExists(name);
    }
  }
  if (!files.empty()) {
    fs::create_directory(folder, error);
  }
  for (const auto& [target, bytes] : files) {
    written->push_back(target);
    QUOTES_RETURN_IF_ERROR(WriteDurably(target, bytes));
  }
  return has_any ? name : std::string();
}

std::optional<absl::Time> Backups::last() const {
  const MutexLock lock(&last_mutex_);
  return last_;
}

std::optional<absl::Time> Backups::last_scheduled() const {
  const std::vector<std::string> names = Scheduled();
  return names.empty() ? std::nullopt : TimeOf(names.back());
}

void Backups::StartSchedule(store::Store* store) {
  // A look costs nothing, and the schedule may change.
  ticker_ = std::make_unique<Ticker>(std::min(options_.look_every, absl::Seconds(1)),
                                     [this, store] { LookAtClock(store); });
}

void Backups::SetSchedule(absl::Duration every, size_t keep) {
  const MutexLock lock(&schedule_mutex_);
  rescheduled_ = rescheduled_ || every != every_;
  every_ = every;
  keep_ = std::max<size_t>(keep, 1);
}

void Backups::StopSchedule() { ticker_.reset(); }

void Backups::LookAtClock(store::Store* store) {
  const absl::Duration now = SteadyNow();
  absl::Duration every;
  size_t keep = 0;
  {
    const MutexLock lock(&schedule_mutex_);
    every = every_;
    keep = keep_;
    if (std::exchange(rescheduled_, false)) {
      due_in_ = std::nullopt;
    }
  }
  if (every <= absl::ZeroDuration()) {
    return;
  }
  if (!due_in_.has_value()) {
    const std::vector<std::string> scheduled = Scheduled();
    const absl::Duration age =
        scheduled.empty() ? absl::InfiniteDuration() : options_.now() - *TimeOf(scheduled.back());
    due_in_ = age < absl::ZeroDuration() ? absl::ZeroDuration() : every - age;
  } else {
    due_in_ = *due_in_ - (now - last_look_);
  }
  last_look_ = now;
  if (*due_in_ > absl::ZeroDuration() || !ending_.Check().ok()) {
    return;
  }
  {
    const MutexLock lock(&mutex_);
    while (is_copying_) {  // as long as a call lasts, which the server ends before this
      copied_.Wait(&mutex_);
    }
    is_copying_ = true;
  }
  absl::StatusOr<Backup> backup = MakeAs(*store, NameAt(kScheduledPrefix, options_.now()), ending_);
  EndCopy();
  if (backup.ok()) {
    RemoveOld(keep);  // at the end, too: it was made whole
  }
  if (!ending_.Check().ok()) {
    return;
  }
  due_in_ = backup.ok() ? every : std::min(every / 10, kLongestRetry);
  if (options_.on_scheduled) {
    options_.on_scheduled(backup);
  }
}

std::vector<std::string> Backups::Scheduled() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(options_.folder, error)) {
    std::string name = entry.path().filename().string();
    if (TimeOf(name).has_value()) {
      names.push_back(std::move(name));
    }
  }
  std::sort(names.begin(), names.end());  // which is by time
  return names;
}

void Backups::RemoveOld(size_t keep) const {
  const std::vector<std::string> names = Scheduled();
  std::error_code error;
  for (size_t i = 0; i + keep < names.size(); ++i) {
    const std::string path = (fs::path(options_.folder) / names[i]).string();
    fs::remove(path, error);
    fs::remove_all(themes::HouseFolder(path), error);
  }
}

}  // namespace quotes
