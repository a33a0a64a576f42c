#include "service/server/server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/health/v1/health.pb.h"
#include "quotes/v1/quote_service.pb.h"
#include "service/base/limits.h"
#include "service/base/mutex.h"
#include "service/rpc/statistics.h"
#include "service/server/introspection.h"
#include "service/server/listen_address.h"
#include "service/server/unix_socket.h"

namespace quotes::server {
namespace {

// The health service is global to the process and must be there before the first builder.
void InitGrpcOnce() {
  static std::once_flag once;
  std::call_once(once, [] {
    grpc::EnableDefaultHealthCheckService(true);
    // gRPC's own health service brings no description of itself; without this reflection would name
    // a service that it cannot describe, and tools that ask for all of them give up.
    grpc::health::v1::HealthCheckRequest::descriptor();
  });
}

void SetLimits(const ServerLimits& limits, grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(static_cast<int>(limits.max_message_bytes));
  builder->AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE,
                              static_cast<int>(limits.max_metadata_bytes));
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                              static_cast<int>(limits.max_streams));
  // Bytes are read in pieces that a few of them do not keep for long; see ConnectionGuard.
  builder->AddChannelArgument(GRPC_ARG_TCP_MAX_READ_CHUNK_SIZE,
                              static_cast<int>(limits::kReadChunkBytes));
  // What is compressed may be a thousand times as large, and gRPC unpacks it before it looks.
  builder->SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder->SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder->AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  // Behind what a guard allows: gRPC closes connections that have nothing to do with it.
  grpc::ResourceQuota quota("quoted");
  quota.Resize(2 * limits.max_transport_bytes);
  builder->SetResourceQuota(quota);
  // A second server must fail, not share the port and take half of the calls.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  if (limits.max_connection_age > absl::ZeroDuration()) {
    builder->AddChannelArgument(
        GRPC_ARG_MAX_CONNECTION_AGE_MS,
        static_cast<int>(absl::ToInt64Milliseconds(limits.max_connection_age)));
    builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                                limits::kConnectionEndsSeconds * 1000);
  }
  // A connection whose other end vanished is found within a minute and a half. Clients may ping
  // idle connections too, but not more often than each needs; who does is disconnected.
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder->AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
      static_cast<int>(absl::ToInt64Milliseconds(limits.min_ping_interval)));
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
}

// What reflection names: the services, and health.
std::vector<std::string> ReflectedNames() {
  std::vector<std::string> names = rpc::Services::Names();
  names.emplace_back("grpc.health.v1.Health");
  return names;
}

}  // namespace

std::string ProgramVersion() { return QUOTES_VERSION; }

struct Server::Rep {
  Rep(Library* library, rpc::ServicesOptions services_options, std::shared_ptr<TlsSource> the_tls)
      : tls(std::move(the_tls)),
        introspection(services_options.gate, ReflectedNames(), &services,
                      [this, on_call = services_options.on_call](const rpc::CallRecord& record) {
                        services.Count(record);
                        if (on_call) {
                          on_call(record);
                        }
                      }),
        services(library, std::move(services_options)) {}

  void SetHealth(bool serving) {
    grpc::HealthCheckServiceInterface* health = server->GetHealthCheckService();
    if (health == nullptr) {
      return;
    }
    for (const std::string& name : rpc::Services::Names()) {
      health->SetServingStatus(name, serving);
    }
    health->SetServingStatus("", serving);
  }

  // What begins to serve with a library, which may be null.
  void SetHealthOf(const Library* library) {
    if (library == nullptr) {
      return;
    }
    if (library->CheckReady().ok()) {
      SetHealth(true);
    } else if (grpc::HealthCheckServiceInterface* health = server->GetHealthCheckService();
               health != nullptr) {
      // The one service of its file.
      const auto* const file = v1::SearchQuotesRequest::descriptor()->file();
      health->SetServingStatus(file->service(0)->full_name(), true);
    }
  }

  // The server uses these until it has ended: it is destroyed first.
  const std::shared_ptr<TlsSource> tls;
  Introspection introspection;
  rpc::Services services;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
  Mutex mutex;
  bool ending ABSL_GUARDED_BY(mutex) = false;
  Mutex drain_mutex;
  bool drained ABSL_GUARDED_BY(drain_mutex) = false;
};

Server::Server(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}

Server::~Server() { Drain(absl::ZeroDuration()); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(Library* library, ServerOptions options) {
  InitGrpcOnce();
  ListenAddress address;
  if (!options.listen.empty()) {
    absl::StatusOr<ListenAddress> resolved = ResolveListenAddress(options.listen);
    if (!resolved.ok()) {
      return resolved.status();
    }
    address = *std::move(resolved);
    if (options.listen.ends_with(":0")) {
      address.numeric.resize(1);  // each address would get a port of its own
    }
  }
  rpc::ServicesOptions services_options;
  services_options.program_version = ProgramVersion();
  services_options.start_time = absl::Now();
  services_options.on_call = std::move(options.on_call);
  services_options.on_import = std::move(options.on_import);
  services_options.on_change = std::move(options.on_change);
  services_options.on_citation = std::move(options.on_citation);
  services_options.profiles = std::move(options.profiles);
  services_options.on_slow_call = std::move(options.on_slow_call);
  services_options.slow_call = options.slow_call;
  services_options.gate = std::move(options.gate);
  services_options.max_calls = options.limits.max_calls;
  services_options.max_calls_per_caller = options.limits.max_calls_per_caller;
  services_options.max_watches = options.limits.max_watches;
  services_options.upload_idle = options.limits.upload_idle;
  services_options.max_import_bytes = options.limits.max_import_bytes;
  services_options.max_unread_bytes = options.limits.max_unread_bytes;
  services_options.max_unread_answers = options.limits.max_unread_answers;
  services_options.executor_threads = options.limits.executor_threads;
  services_options.executor_queue = options.limits.executor_queue;
  services_options.on_admitted = std::move(options.on_admitted);
  services_options.default_caller = std::move(options.default_caller);
  services_options.reload = std::move(options.reload);
  services_options.backups = options.backups;
  services_options.tasks = std::move(options.tasks);
  services_options.replica_state = std::move(options.replica_state);
  services_options.followed_folder = std::move(options.followed_folder);
  auto rep = std::make_unique<Rep>(library, std::move(services_options), std::move(options.tls));

  grpc::ServerBuilder builder;
  SetLimits(options.limits, &builder);
  for (const std::string& numeric : address.numeric) {
    builder.AddListeningPort(
        numeric,
        rep->tls == nullptr ? grpc::InsecureServerCredentials() : rep->tls->MakeCredentials(),
        &rep->port);
  }
  std::optional<GroupSockets> group_sockets;
  if (!options.listen_unix.empty()) {
    // gRPC takes the path away from whoever listens there.
    if (absl::Status status = ProbeUnixSocket(options.listen_unix); !status.ok()) {
      return status;
    }
    builder.AddListeningPort(absl::StrCat("unix:", options.listen_unix),
                             grpc::InsecureServerCredentials());
    group_sockets.emplace();
  }
  for (grpc::Service* service : rep->services.services()) {
    builder.RegisterService(service);
  }
  builder.RegisterCallbackGenericService(rep->services.unknown_methods());
  for (grpc::Service* service : rep->introspection.services()) {
    builder.RegisterService(service);
  }
  rep->server = builder.BuildAndStart();
  group_sockets.reset();
  if (rep->server == nullptr) {
    for (const std::string& numeric : address.numeric) {
      const absl::Status why = ProbeListenAddress(numeric);
      if (!why.ok()) {
        return why;
      }
    }
    return absl::FailedPreconditionError(absl::StrCat("cannot listen on ", options.listen,
                                                      options.listen.empty() ? "" : " or ",
                                                      options.listen_unix));
  }
  rep->SetHealth(false);
  rep->SetHealthOf(library);
  if (grpc::HealthCheckServiceInterface* health = rep->server->GetHealthCheckService();
      health != nullptr) {
    health->SetServingStatus(kLivenessService, true);
  }
  return std::unique_ptr<Server>(new Server(std::move(rep)));
}

void Server::Serve(Library* library) {
  rep_->services.SetLibrary(library);
  MutexLock lock(&rep_->mutex);
  if (!rep_->ending) {
    rep_->SetHealthOf(library);
  }
}

void Server::AnnounceReady() {
  MutexLock lock(&rep_->mutex);
  if (!rep_->ending) {
    rep_->SetHealth(true);
  }
}

void Server::SetOptions(const rpc::LiveOptions& live) { rep_->services.SetOptions(live); }

void Server::SetProfiles(citation::Profiles profiles) {
  rep_->services.SetProfiles(std::move(profiles));
}

void Server::AnnounceEnd() {
  MutexLock lock(&rep_->mutex);
  rep_->ending = true;
  rep_->SetHealth(false);
}

rpc::ServicesFigures Server::ReadFigures() const { return rep_->services.ReadFigures(); }

int Server::port() const { return rep_->port; }

std::shared_ptr<grpc::Channel> Server::InProcessChannel() {
  return rep_->server->InProcessChannel(grpc::ChannelArguments());
}

bool Server::AnswersCalls() {
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(kLivenessService);
  grpc::health::v1::HealthCheckResponse response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(limits::kLivenessSeconds));
  const grpc::Status status =
      grpc::health::v1::Health::NewStub(InProcessChannel())->Check(&context, request, &response);
  return status.ok() && response.status() == grpc::health::v1::HealthCheckResponse::SERVING;
}

void Server::Drain(absl::Duration grace) {
  AnnounceEnd();
  MutexLock lock(&rep_->drain_mutex);
  if (!rep_->drained) {
    rep_->services.EndWatches();
    rep_->server->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(grace));
    rep_->server->Wait();
    rep_->drained = true;
  }
}

}  // namespace quotes::server
