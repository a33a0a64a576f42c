#ifndef QUOTES_SERVICE_SERVER_UNIX_SOCKET_H_
#define QUOTES_SERVICE_SERVER_UNIX_SOCKET_H_

#include <sys/types.h>

#include <string>

#include "absl/status/status.h"

namespace quotes::server {

// Whether a server may listen at the path: nothing is there, or a socket that a server which has
// ended left behind. INVALID_ARGUMENT for a path that is too long or not absolute,
// FAILED_PRECONDITION when another process listens there or something else is there.
absl::Status ProbeUnixSocket(const std::string& path);

// While it lives, sockets that the process makes can be used by its user and its group alone
// (0660). Files that other threads make meanwhile get no more rights than that either.
class GroupSockets {
 public:
  GroupSockets();
  ~GroupSockets();
  GroupSockets(const GroupSockets&) = delete;
  GroupSockets& operator=(const GroupSockets&) = delete;

 private:
  const mode_t before_;
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_UNIX_SOCKET_H_
