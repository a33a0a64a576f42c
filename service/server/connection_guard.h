#ifndef QUOTES_SERVICE_SERVER_CONNECTION_GUARD_H_
#define QUOTES_SERVICE_SERVER_CONNECTION_GUARD_H_

#include <cstdint>
#include <functional>

namespace quotes::server {

// Keeps a program that serves by gRPC within the files that it may have open. gRPC 1.51 gives a
// listening socket up for good when accept4() says that there are too many: from then on nobody
// gets in, whatever is closed. As long as a guard lives, connections beyond what the limit of open
// files leaves are closed as soon as they are made, so that their callers know at once and may try
// again; some files are kept back for the database, segments and readers of formats, which go on
// working. It does so by an accept4() of the program's own, which the library calls.
//
// One at a time. Constructor and destructor are for one thread; what happens in between is
// thread-safe.
class ConnectionGuard {
 public:
  // Called from any thread, at most once in limits::kRefusalReportSeconds, with the number of
  // connections that were closed since the call before. May be null.
  using OnRefused = std::function<void(int64_t refused)>;

  // Raises the limit of open files to what the process is allowed at most.
  explicit ConnectionGuard(OnRefused on_refused);
  ~ConnectionGuard();
  ConnectionGuard(const ConnectionGuard&) = delete;
  ConnectionGuard& operator=(const ConnectionGuard&) = delete;

  // The files that may be open, and how many of them are no connections.
  static int64_t open_files();
  static int64_t kept_files();
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_CONNECTION_GUARD_H_
