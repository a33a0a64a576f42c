#include "service/server/connection_guard.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "service/base/limits.h"
#include "service/base/mutex.h"
#include "service/base/stopwatch.h"

namespace quotes::server {
namespace {

struct State {
  explicit State(ConnectionGuard::OnRefused function) : on_refused(std::move(function)) {}

  // Called for each connection that was closed.
  void Refused() {
    int64_t count = 0;
    {
      const MutexLock lock(&mutex);
      ++refused;
      if (reported && since_report.Elapsed() < absl::Seconds(limits::kRefusalReportSeconds)) {
        return;
      }
      reported = true;
      since_report.Restart();
      count = std::exchange(refused, 0);
    }
    if (on_refused) {
      on_refused(count);
    }
  }

  const ConnectionGuard::OnRefused on_refused;
  Mutex mutex;
  int64_t refused ABSL_GUARDED_BY(mutex) = 0;
  bool reported ABSL_GUARDED_BY(mutex) = false;
  Stopwatch since_report ABSL_GUARDED_BY(mutex);
};

// gRPC calls a plain function from threads that outlive the server.
Mutex state_mutex;
std::shared_ptr<State> state ABSL_GUARDED_BY(state_mutex);
// Descriptors from here on are given back at once. 0: none are.
std::atomic<int> first_refused{0};
// Given up to take a connection from the queue when there is no descriptor left at all.
std::atomic<int> spare{-1};

int OpenSpare() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

void Refuse(int connection) {
  close(connection);
  std::shared_ptr<State> held;
  {
    const MutexLock lock(&state_mutex);
    held = state;
  }
  if (held != nullptr) {
    held->Refused();
  }
}

int Accept(int listener, sockaddr* address, socklen_t* size, int flags) {
  return static_cast<int>(syscall(SYS_accept4, listener, address, size, flags));
}

// Takes one connection from the queue and closes it. False if that cannot be done either.
bool RefuseByTheSpare(int listener) {
  const int given_up = spare.exchange(-1);
  if (given_up < 0) {
    return false;
  }
  close(given_up);
  const int connection = Accept(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection >= 0) {
    Refuse(connection);
  }
  spare = OpenSpare();
  return connection >= 0;
}

// What says that the listener itself is no longer one.
bool IsOfListener(int error) {
  return error == EBADF || error == EINVAL || error == ENOTSOCK || error == EFAULT ||
         error == EOPNOTSUPP;
}

}  // namespace

int64_t ConnectionGuard::open_files() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  // Descriptors are of type int.
  return static_cast<int64_t>(std::min<rlim_t>(limit.rlim_cur, 1 << 30));
}

int64_t ConnectionGuard::kept_files() { return std::min(limits::kKeptFiles, open_files() / 2); }

ConnectionGuard::ConnectionGuard(OnRefused on_refused) {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);  // what was allowed before is still
  }
  {
    const MutexLock lock(&state_mutex);
    state = std::make_shared<State>(std::move(on_refused));
  }
  spare = OpenSpare();
  first_refused = static_cast<int>(open_files() - kept_files());
}

ConnectionGuard::~ConnectionGuard() {
  first_refused = 0;
  if (const int unused = spare.exchange(-1); unused >= 0) {
    close(unused);
  }
  const MutexLock lock(&state_mutex);
  state = nullptr;
}

}  // namespace quotes::server

// In the place of the C library's, for libgrpc.
extern "C" int accept4(int listener, sockaddr* address, socklen_t* size, int flags) {
  using quotes::server::Accept;
  const socklen_t room = size == nullptr ? 0 : *size;
  while (true) {
    if (size != nullptr) {
      *size = room;
    }
    const int connection = Accept(listener, address, size, flags);
    const int first_refused = quotes::server::first_refused;
    if (connection >= 0) {
      // The kernel gives the lowest number that is free.
      if (first_refused == 0 || connection < first_refused) {
        return connection;
      }
      quotes::server::Refuse(connection);
    } else if (first_refused == 0 || quotes::server::IsOfListener(errno) || errno == EAGAIN ||
               errno == EINTR) {
      return -1;
    } else if (errno != ECONNABORTED && !quotes::server::RefuseByTheSpare(listener)) {
      // There is no memory, or all of the machine's files are open: as if nobody waited. The next
      // caller brings gRPC back here.
      errno = EAGAIN;
      return -1;
    }
  }
}
