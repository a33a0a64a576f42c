#ifndef QUOTES_SERVICE_SERVER_SERVER_H_
#define QUOTES_SERVICE_SERVER_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/library/library.h"
#include "service/rpc/services.h"

namespace grpc {
class Channel;
}

namespace quotes::server {

struct ServerOptions {
  // "127.0.0.1:50051"; port 0 lets the system choose. Empty: no port at all, the server is reached
  // through InProcessChannel() only.
  std::string listen;
  std::function<void(const rpc::CallRecord&)> on_call;
};

// A running gRPC server over a library: the services, health per service, reflection, channelz.
// Thread-safe.
class Server {
 public:
  // Serves as soon as it returns. `library` must outlive the server. Errors: FAILED_PRECONDITION
  // when the address is taken (a second server never shares a port), INVALID_ARGUMENT when it is
  // malformed.
  static absl::StatusOr<std::unique_ptr<Server>> Start(Library* library, ServerOptions options);

  // Drains with no grace.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The port that it listens on; 0 without one.
  int port() const;

  // A channel to this server inside the process: the same handlers, limits and errors, no socket.
  std::shared_ptr<grpc::Channel> InProcessChannel();

  // Health goes to NOT_SERVING, new calls are refused, calls in flight get `grace` to finish and
  // are cancelled then. Returns when the server has ended. Idempotent.
  void Drain(absl::Duration grace);

 private:
  struct Rep;
  explicit Server(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_SERVER_H_
