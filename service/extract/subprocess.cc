#include "service/extract/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/stopwatch.h"

namespace quotes::extract {
namespace {

constexpr int kTickMilliseconds = 100;
// What the shell says for a program that cannot be run.
constexpr int kCannotRun = 127;

absl::Status CannotStart(std::string_view program, int error) {
  return errors::ExtractorUnavailable(
      ToStd(absl::StrCat("cannot start ", ToAbsl(program), ": ", std::strerror(error))));
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& s : strings) {
    pointers.push_back(const_cast<char*>(s.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

bool MakePipe(Pipe* pipe) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) {
    return false;
  }
  pipe->read = FileDescriptor(fds[0]);
  pipe->write = FileDescriptor(fds[1]);
  return true;
}

// 0 or an error number.
int Spawn(const ChildOptions& options, int out, int err, pid_t* pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, options.stdin_fd, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  // The caller's threads may block signals and ignore SIGPIPE; the child begins anew.
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(
      &attributes,
      static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP));
  const std::vector<char*> argv = Pointers(options.argv);
  const std::vector<char*> environment = Pointers(options.environment);
  const int error =
      posix_spawn(pid, argv[0], &actions, &attributes, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

int Fork(const ChildOptions& options, int out, int err, pid_t* pid) {
  const std::vector<char*> argv = Pointers(options.argv);
  const std::vector<char*> environment = Pointers(options.environment);
  *pid = fork();
  if (*pid != 0) {
    return *pid < 0 ? errno : 0;
  }
  if (dup2(options.stdin_fd, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
      dup2(err, STDERR_FILENO) < 0 || close_range(STDERR_FILENO + 1, ~0U, 0) != 0 ||
      !options.before_exec()) {
    _exit(kCannotRun);
  }
  execve(argv[0], argv.data(), environment.data());
  _exit(kCannotRun);
}

// Reads what is there; false at the end of the stream.
bool Drain(int fd, size_t most, bool* overflow, std::string* out) {
  std::array<char, 1 << 16> piece;
  const ssize_t got = read(fd, piece.data(), piece.size());
  if (got < 0) {
    return errno == EINTR || errno == EAGAIN;
  }
  const size_t room = most - std::min(most, out->size());
  *overflow = *overflow || static_cast<size_t>(got) > room;
  out->append(piece.data(), std::min(room, static_cast<size_t>(got)));
  return got > 0;
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    Reset();
    fd_ = other.Release();
  }
  return *this;
}

int FileDescriptor::Release() { return std::exchange(fd_, -1); }

void FileDescriptor::Reset() {
  if (fd_ >= 0) {
    close(std::exchange(fd_, -1));
  }
}

FileDescriptor MakeMemoryFile(std::string_view bytes) {
  FileDescriptor file(memfd_create("source", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  while (file.valid() && !bytes.empty()) {
    const ssize_t wrote = write(file.get(), bytes.data(), bytes.size());
    if (wrote > 0) {
      bytes.remove_prefix(static_cast<size_t>(wrote));
    } else if (errno != EINTR) {
      file.Reset();
    }
  }
  if (file.valid() && (fcntl(file.get(), F_ADD_SEALS,
                             F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0 ||
                       lseek(file.get(), 0, SEEK_SET) != 0)) {
    file.Reset();
  }
  return file;
}

absl::StatusOr<ChildResult> RunChild(const ChildOptions& options) {
  Pipe out;
  Pipe err;
  if (!MakePipe(&out) || !MakePipe(&err)) {
    return CannotStart(options.argv[0], errno);
  }
  pid_t pid = -1;
  const bool grouped = options.before_exec == nullptr;
  const int error = grouped ? Spawn(options, out.write.get(), err.write.get(), &pid)
                            : Fork(options, out.write.get(), err.write.get(), &pid);
  if (error != 0) {
    return CannotStart(options.argv[0], error);
  }
  out.write.Reset();
  err.write.Reset();

  ChildResult result;
  const Stopwatch begun;
  bool stopped = false;
  const auto stop = [&](ChildResult::End end) {
    if (!stopped) {
      stopped = true;
      result.end = end;
      kill(grouped ? -pid : pid, SIGKILL);
    }
  };
  const auto check = [&] {
    if (begun.Elapsed() >= options.timeout) {
      stop(ChildResult::End::kTimedOut);
    } else if (options.cancelled != nullptr && options.cancelled()) {
      stop(ChildResult::End::kCancelled);
    }
  };
  bool out_open = true;
  bool err_open = true;
  bool too_much = false;
  bool error_cut = false;
  while (!stopped && (out_open || err_open)) {
    std::array<pollfd, 2> polled = {pollfd{out_open ? out.read.get() : -1, POLLIN, 0},
                                    pollfd{err_open ? err.read.get() : -1, POLLIN, 0}};
    poll(polled.data(), polled.size(), kTickMilliseconds);
    if (polled[0].revents != 0) {
      out_open = Drain(out.read.get(), options.max_output_bytes, &too_much, &result.output);
    }
    if (polled[1].revents != 0) {
      err_open = Drain(err.read.get(), options.max_error_bytes, &error_cut, &result.error);
    }
    if (too_much) {
      stop(ChildResult::End::kTooMuchOutput);
    }
    check();
  }
  out.read.Reset();
  err.read.Reset();
  // A child may close its output and run on.
  int status = 0;
  pid_t waited = 0;
  for (int wait_milliseconds = 1; waited == 0;) {
    waited = waitpid(pid, &status, stopped ? 0 : WNOHANG);
    if (waited == 0) {
      absl::SleepFor(absl::Milliseconds(wait_milliseconds));
      wait_milliseconds = std::min(2 * wait_milliseconds, kTickMilliseconds);
      check();
    } else if (waited < 0 && errno == EINTR) {
      waited = 0;
    }
  }
  // Nothing that it started outlives it.
  if (grouped) {
    kill(-pid, SIGKILL);
  }
  if (stopped) {
    return result;
  }
  if (waited != pid) {
    return errors::ExtractorUnavailable("its end cannot be waited for (SIGCHLD is ignored)");
  }
  if (WIFSIGNALED(status)) {
    result.end = ChildResult::End::kSignalled;
    result.code = WTERMSIG(status);
  } else {
    result.code = WEXITSTATUS(status);
    if (result.code == kCannotRun && result.output.empty()) {
      return CannotStart(options.argv[0], ENOENT);
    }
  }
  return result;
}

absl::StatusOr<std::unique_ptr<ChildStream>> ChildStream::Start(const ChildOptions& options) {
  Pipe out;
  const FileDescriptor nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!MakePipe(&out) || !nowhere.valid()) {
    return CannotStart(options.argv[0], errno);
  }
  pid_t pid = -1;
  if (const int error = Spawn(options, out.write.get(), nowhere.get(), &pid); error != 0) {
    return CannotStart(options.argv[0], error);
  }
  return std::unique_ptr<ChildStream>(new ChildStream(pid, std::move(out.read), options.timeout));
}

ChildStream::~ChildStream() {
  kill(-pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool ChildStream::Read(size_t size, std::string* out) {
  const size_t begin = out->size();
  const Stopwatch begun;
  while (out->size() - begin < size) {
    pollfd polled{out_.get(), POLLIN, 0};
    if (poll(&polled, 1, kTickMilliseconds) <= 0) {
      if (begun.Elapsed() >= timeout_) {
        return false;
      }
      continue;
    }
    std::array<char, 1 << 16> piece;
    const size_t want = std::min(piece.size(), size - (out->size() - begin));
    const ssize_t got = read(out_.get(), piece.data(), want);
    if (got > 0) {
      out->append(piece.data(), static_cast<size_t>(got));
    } else if (got == 0 || errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace quotes::extract
