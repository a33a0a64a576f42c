#ifndef QUOTES_SERVICE_SERVER_CONNECTION_GUARD_H_
#define QUOTES_SERVICE_SERVER_CONNECTION_GUARD_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace quotes::server {

// Keeps a program that serves by gRPC within what it may take from the connections that strangers
// make to it. It stands in the place of some functions of the C library and of OpenSSL, which
// libgrpc calls for its connections, so that nothing is copied and no byte is changed.
//
// Files: gRPC 1.51 gives a listening socket up for good when accept4() says that there are too
// many: from then on nobody gets in, whatever is closed. Connections beyond what the limit of open
// files leaves are closed as soon as they are made, so that their callers know at once and may try
// again; some files are kept back for the database, segments and readers of formats, which go on
// working.
//
// Memory: gRPC 1.51 takes bodies whole before anybody is asked who calls, holds no client to
// settings that it did not acknowledge, and counts no call that was reset. The guard looks at the
// heads of frames (see Http2Meter), inside TLS too, and shuts connections down that make the server
// hold too much.
//
// One at a time. Constructor and destructor are for one thread; what happens in between is
// thread-safe.
class ConnectionGuard {
 public:
  struct Options {
    size_t max_streams = 0;           // of one connection
    size_t max_metadata_bytes = 0;    // of one call
    size_t max_connection_bytes = 0;  // that one connection may make the server hold
    size_t max_transport_bytes = 0;   // and all together
    // New connections that are taken a second, and at once after a rest; at least 1.
    size_t connections_a_second = 1;
    size_t connections_at_once = 1;
    // Called from any thread, at most once in limits::kRefusalReportSeconds for each reason, with
    // the number of connections that were closed for it since the call before. May be null. The
    // reasons: "files", "streams", "headers", "settings", "bytes", "frames",
    // "memory".
    std::function<void(std::string_view reason, int64_t closed)> on_closed{};
  };

  // Raises the limit of open files to what the process is allowed at most.
  explicit ConnectionGuard(Options options);
  ~ConnectionGuard();
  ConnectionGuard(const ConnectionGuard&) = delete;
  ConnectionGuard& operator=(const ConnectionGuard&) = delete;

  // A call was let in from a peer as gRPC names it; one with a large request, as long as what is
  // returned lives. Others make room before its connection (see ConnectionMeters). Null where there
  // is nothing to keep.
  static std::shared_ptr<const void> Admitted(std::string_view peer, bool large);

  // The files that may be open, and how many of them are no connections.
  static int64_t open_files();
  static int64_t kept_files();

  // Bytes that calls of all connections hold, and connections that were closed since the start.
  struct Figures {
    size_t held_bytes = 0;
    std::vector<std::pair<std::string_view, uint64_t>> closed;  // by reason
  };
  static Figures ReadFigures();
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_CONNECTION_GUARD_H_
