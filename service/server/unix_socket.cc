#include "service/server/unix_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace quotes::server {

absl::Status ProbeUnixSocket(const std::string& path) {
  sockaddr_un address = {};
  // With the zero at its end.
  if (path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": the path of a socket has at most ",
                                                   sizeof(address.sun_path) - 1, " bytes"));
  }
  if (!path.starts_with('/')) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", path,
                     "\" must be the path of a socket from the root, like "
                     "/run/quoted/quoted.sock"));
  }
  struct stat status = {};
  if (lstat(path.c_str(), &status) != 0) {
    return errno == ENOENT ? absl::OkStatus()
                           : absl::FailedPreconditionError(absl::StrCat(
                                 "cannot listen on ", path, ": ", std::strerror(errno)));
  }
  if (!S_ISSOCK(status.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot listen on ", path, ": something that is no socket is there"));
  }
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int socket_file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_file < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot listen on ", path, ": ", std::strerror(errno)));
  }
  const int error =
      connect(socket_file, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0
          ? 0
          : errno;
  close(socket_file);
  // EAGAIN: its queue is full, so somebody has one.
  if (error == 0 || error == EAGAIN) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot listen on ", path, ": another process listens there"));
  }
  if (error == ECONNREFUSED || error == ENOENT) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat("cannot listen on ", path, ": ", std::strerror(error)));
}

GroupSockets::GroupSockets() : before_(umask(S_IXUSR | S_IXGRP | S_IRWXO)) {}
GroupSockets::~GroupSockets() { umask(before_); }

}  // namespace quotes::server
