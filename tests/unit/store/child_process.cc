#include "tests/unit/store/child_process.h"

#include <grp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "service/base/check.h"

namespace quotes::testing {

ChildProcess::ChildProcess(const std::function<int(int write_fd)>& body) {
  int ends[2];
  QUOTES_CHECK(pipe(ends) == 0);
  pid_ = fork();
  QUOTES_CHECK(pid_ >= 0);
  if (pid_ == 0) {
    close(ends[0]);
    // Leaves without the parent's exit handlers.
    _exit(body(ends[1]));
  }
  close(ends[1]);
  read_fd_ = ends[0];
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    Kill();
    Wait();
  }
  close(read_fd_);
}

bool ChildProcess::ReadByte(char* byte) {
  ssize_t count = 0;
  do {
    count = read(read_fd_, byte, 1);
  } while (count < 0 && errno == EINTR);
  return count == 1;
}

std::string ChildProcess::ReadAll() {
  std::string text;
  char byte = 0;
  while (ReadByte(&byte)) {
    text += byte;
  }
  return text;
}

void ChildProcess::Kill() { kill(pid_, SIGKILL); }

int ChildProcess::Wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void WriteAll(int fd, const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = write(fd, text.data() + done, text.size() - done);
    if (count < 0) {
      QUOTES_CHECK(errno == EINTR);
      continue;
    }
    done += static_cast<size_t>(count);
  }
}

std::string RunUnprivileged(const std::function<std::string()>& body) {
  ChildProcess child([&body](int fd) {
    if (geteuid() == 0) {
      constexpr uid_t kNobody = 65534;
      QUOTES_CHECK(setgroups(0, nullptr) == 0 && setgid(kNobody) == 0 && setuid(kNobody) == 0);
    }
    WriteAll(fd, body());
    return 0;
  });
  std::string text = child.ReadAll();
  return child.Wait() == 0 ? text : text + " (the child failed)";
}

}  // namespace quotes::testing
