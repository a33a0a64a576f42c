#include "client/ctl/temporary_folder.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace quotes::ctl {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "quotectl-check-";
constexpr std::string_view kPattern = "quotectl-check-XXXXXX";
constexpr int kSignals[] = {SIGHUP, SIGINT, SIGTERM};

// What a signal removes, the folder last; null when there is none.
std::atomic<const std::vector<std::string>*> paths_to_remove = nullptr;

// Makes only calls that a signal handler may make.
extern "C" void RemoveAndEnd(int signal) {
  if (const std::vector<std::string>* const paths = paths_to_remove.exchange(nullptr)) {
    for (const std::string& path : *paths) {
      if (unlink(path.c_str()) != 0) {
        rmdir(path.c_str());
      }
    }
  }
  // It was reset to its default when it was delivered.
  raise(signal);
}

void HandleSignals() {
  for (const int signal : kSignals) {
    struct sigaction held = {};
    if (sigaction(signal, nullptr, &held) == 0 && held.sa_handler == SIG_DFL) {
      struct sigaction action = {};
      action.sa_handler = RemoveAndEnd;
      action.sa_flags = static_cast<int>(SA_RESETHAND);
      sigaction(signal, &action, nullptr);
    }
  }
}

void RestoreSignals() {
  for (const int signal : kSignals) {
    struct sigaction held = {};
    if (sigaction(signal, nullptr, &held) == 0 && held.sa_handler == RemoveAndEnd) {
      ::signal(signal, SIG_DFL);
    }
  }
}

// A descriptor that holds the folder's lock; -1 when it is gone or another process holds it.
int Lock(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat folder = {};
  // Between its making and its locking another process may have taken it for one left behind.
  if (fd >= 0 &&
      (flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &folder) != 0 || folder.st_nlink == 0)) {
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
  }
  return fd;
}

// Removes folders of this user that no process uses any more.
void RemoveLeftBehind(const fs::path& parent) {
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    struct stat folder = {};
    if (!name.starts_with(kPrefix) || name.size() != kPattern.size() ||
        lstat(entry->path().c_str(), &folder) != 0 || !S_ISDIR(folder.st_mode) ||
        folder.st_uid != geteuid()) {
      continue;
    }
    if (const int lock = Lock(entry->path().string()); lock >= 0) {
      std::error_code ignored;
      fs::remove_all(entry->path(), ignored);
      close(lock);
    }
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<TemporaryFolder>> TemporaryFolder::Make(
    const std::vector<std::string>& contents) {
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  if (error) {
    return absl::ErrnoToStatus(error.value(), "TMPDIR names no folder for temporary files");
  }
  RemoveLeftBehind(parent);
  constexpr int kTries = 5;
  int lock = -1;
  std::string path;
  for (int i = 0; i < kTries && lock < 0; ++i) {
    path = parent / kPattern;
    if (mkdtemp(path.data()) != nullptr) {
      lock = Lock(path);
    }
  }
  if (lock < 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot make a folder in ", parent.string()));
  }
  auto paths = std::make_unique<std::vector<std::string>>();
  for (const std::string& name : contents) {
    paths->push_back(absl::StrCat(path, "/", name));
  }
  paths->push_back(path);
  paths_to_remove = paths.release();
  HandleSignals();
  return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(std::move(path), lock));
}

TemporaryFolder::~TemporaryFolder() {
  RestoreSignals();
  delete paths_to_remove.exchange(nullptr);
  std::error_code error;
  fs::remove_all(path_, error);
  close(lock_);
}

}  // namespace quotes::ctl
