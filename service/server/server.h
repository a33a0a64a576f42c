#ifndef QUOTES_SERVICE_SERVER_SERVER_H_
#define QUOTES_SERVICE_SERVER_SERVER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/citation/profiles.h"
#include "service/library/backups.h"
#include "service/library/follower.h"
#include "service/library/library.h"
#include "service/rpc/services.h"
#include "service/server/tls.h"

namespace grpc {
class Channel;
}

namespace quotes::server {

// What one server takes from its callers; see service/base/limits.h for the reasons.
struct ServerLimits {
  size_t max_message_bytes = limits::kMaxReceiveMessageBytes;
  size_t max_metadata_bytes = limits::kMaxMetadataBytes;
  size_t max_calls = limits::kMaxCalls;
  size_t max_calls_per_caller = 0;  // half of them
  size_t max_watches = limits::kMaxWatches;
  absl::Duration upload_idle = absl::Seconds(limits::kUploadIdleSeconds);
  size_t max_import_bytes = limits::kMaxImportBytesInFlight;
  size_t max_unread_bytes = limits::kMaxUnreadAnswerBytes;
  size_t max_unread_answers = limits::kMaxUnreadAnswers;
  size_t max_streams = limits::kMaxStreams;
  // These four are kept by a ConnectionGuard.
  size_t connection_rate = limits::kMostConnectionsASecond;
  size_t connection_burst = limits::kMostConnectionsAtOnce;
  size_t max_connection_bytes = limits::kMaxConnectionBytes;
  size_t max_transport_bytes = limits::kMaxTransportBytes;
  size_t executor_threads = limits::kExecutorThreads;
  size_t executor_queue = limits::kExecutorQueue;
  absl::Duration max_connection_age = absl::Seconds(limits::kMaxConnectionAgeSeconds);  // 0: none
  absl::Duration min_ping_interval = absl::Seconds(limits::kMinPingSeconds);
};

struct ServerOptions {
  // "127.0.0.1:50051"; port 0 lets the system choose. Empty: no port at all.
  std::string listen{};
  // The path of a Unix socket, for its user and its group; empty: none. Without both the server is
  // reached through InProcessChannel() only.
  std::string listen_unix{};
  // What the port shows callers; null: it talks plaintext, as the socket always does.
  std::shared_ptr<TlsSource> tls{};
  // Decides who may call; null: everybody may call everything.
  std::shared_ptr<rpc::Gate> gate{};
  ServerLimits limits{};
  std::function<void(const rpc::CallRecord&)> on_call{};
  std::function<void(const rpc::ImportRecord&)> on_import{};
  std::function<void(const rpc::ChangeRecord&)> on_change{};
  std::function<void(const rpc::CitationRecord&)> on_citation{};
  // By which quotations are judged.
  citation::Profiles profiles{};
  // See rpc::ServicesOptions.
  std::function<void(const rpc::SlowCallRecord&)> on_slow_call{};
  absl::Duration slow_call = absl::InfiniteDuration();
  std::function<std::shared_ptr<const void>(std::string_view peer, bool large)> on_admitted{};
  std::string default_caller{};
  std::function<std::vector<rpc::ReloadedFiles>(const Cancellation&)> reload{};
  Backups* backups = nullptr;
  std::function<std::optional<Follower::State>()> replica_state{};
  std::string followed_folder{};
  std::function<std::vector<rpc::TaskFigures>()> tasks{};
};

// What health calls the process itself: SERVING from the first moment to the last, also while the
// archive is loaded and while it drains. For who restarts what does not answer.
inline constexpr char kLivenessService[] = "liveness";

// The program's version, as GetStatus and --version tell it.
std::string ProgramVersion();

// A running gRPC server over a library: the services, health per service, reflection, channelz.
// Thread-safe.
class Server {
 public:
  // Listens as soon as it returns, and serves if there is a `library`, which must outlive the
  // server. Without one, health says NOT_SERVING and every call is answered with UNAVAILABLE /
  // LOADING until Serve(). Errors: FAILED_PRECONDITION when the address is taken (a second server
  // never shares a port) or may not be listened on, INVALID_ARGUMENT when it is malformed or
  // unknown.
  static absl::StatusOr<std::unique_ptr<Server>> Start(Library* library, ServerOptions options);

  // Drains with no grace.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Begins to serve, once; for a server that was started without a library. Health is SERVING for
  // look-ups (quotes.v1.QuoteService), and for everything else and the server as a whole if the
  // library is ready; AnnounceReady() follows otherwise.
  void Serve(Library* library);
  // Health is SERVING for everything.
  void AnnounceReady();

  // See rpc::Services.
  void SetOptions(const rpc::LiveOptions& live);
  void SetProfiles(citation::Profiles profiles);

  // Health goes to NOT_SERVING; calls are served on. Gives load balancers time to look elsewhere
  // before Drain().
  void AnnounceEnd();

  // The port that it listens on; 0 without one.
  int port() const;

  // What it did so far; see rpc/statistics.h.
  rpc::ServicesFigures ReadFigures() const;

  // Whether a call to it is answered within some seconds, by the threads that answer all others.
  // Without a socket. Thread-safe.
  bool AnswersCalls();

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
