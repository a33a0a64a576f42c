#include "service/extract/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>

namespace quotes::extract {
namespace {

// The exit code of a child that confines itself and then does `body`; -1 when a signal ended it.
int RunConfined(Confinement confinement, const std::function<int()>& body) {
  const pid_t pid = fork();
  if (pid == 0) {
    if (!LimitResources().empty() || !Confine(confinement).empty()) {
      _exit(100);
    }
    _exit(body());
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// 0 when the call failed with this error.
int Failed(long result, int error) { return result == -1 && errno == error ? 0 : 1; }

constexpr Confinement kAll[] = {Confinement::kParent, Confinement::kChild, Confinement::kAlone};

TEST(SandboxTest, NoneHasTheNetwork) {
  for (const Confinement confinement : kAll) {
    for (const int family : {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK}) {
      EXPECT_EQ(
          RunConfined(confinement, [&] { return Failed(socket(family, SOCK_STREAM, 0), EPERM); }),
          0);
    }
    int fds[2];
    EXPECT_EQ(RunConfined(confinement,
                          [&] { return Failed(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), EPERM); }),
              0);
  }
}

TEST(SandboxTest, NoneWritesFilesOrSignals) {
  for (const Confinement confinement : kAll) {
    EXPECT_EQ(RunConfined(confinement,
                          [] { return Failed(open("/tmp/x", O_WRONLY | O_CREAT, 0600), EACCES); }),
              0);
    EXPECT_EQ(RunConfined(confinement, [] { return Failed(open("/dev/null", O_RDWR), EACCES); }),
              0);
    EXPECT_EQ(RunConfined(confinement, [] { return Failed(unlink("/tmp/none"), EPERM); }), 0);
    EXPECT_EQ(RunConfined(confinement, [] { return Failed(kill(getppid(), 0), EPERM); }), 0);
  }
}

TEST(SandboxTest, OnlyTheLastCannotRead) {
  const auto read = [] {
    const int fd = open("/dev/null", O_RDONLY);
    return fd >= 0 ? 0 : errno;
  };
  EXPECT_EQ(RunConfined(Confinement::kParent, read), 0);
  EXPECT_EQ(RunConfined(Confinement::kChild, read), 0);
  EXPECT_EQ(RunConfined(Confinement::kAlone, read), EACCES);
}

TEST(SandboxTest, OnlyTheFirstHasChildren) {
  const auto have_child = [] {
    const pid_t pid = fork();
    if (pid == 0) {
      _exit(0);
    }
    return pid > 0 ? 0 : errno;
  };
  EXPECT_EQ(RunConfined(Confinement::kParent, have_child), 0);
  EXPECT_EQ(RunConfined(Confinement::kChild, have_child), EPERM);
  EXPECT_EQ(RunConfined(Confinement::kAlone, have_child), EPERM);
}

TEST(SandboxTest, OnlyTheLastCannotBecomeAProgram) {
  const auto become = [] {
    execl("/bin/true", "true", static_cast<char*>(nullptr));
    return errno;
  };
  EXPECT_EQ(RunConfined(Confinement::kParent, become), 0);
  EXPECT_EQ(RunConfined(Confinement::kChild, become), 0);
  EXPECT_EQ(RunConfined(Confinement::kAlone, become), EPERM);
}

}  // namespace
}  // namespace quotes::extract
