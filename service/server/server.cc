#include "service/server/server.h"

#include <grpcpp/ext/channelz_service_plugin.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <chrono>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpc/health/v1/health.pb.h"
#include "quotes/v1/quote_service.pb.h"
#include "service/base/limits.h"
#include "service/base/mutex.h"
#include "service/server/listen_address.h"

namespace quotes::server {
namespace {

// The plugins are global to the process and must be there before the first builder.
void InitGrpcOnce() {
  static std::once_flag once;
  std::call_once(once, [] {
    grpc::EnableDefaultHealthCheckService(true);
    // gRPC's own health service brings no description of itself; without this reflection would name
    // a service that it cannot describe, and tools that ask for all of them give up.
    grpc::health::v1::HealthCheckRequest::descriptor();
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::channelz::experimental::InitChannelzService();
  });
}

void SetLimits(grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(static_cast<int>(limits::kMaxReceiveMessageBytes));
  // A second server must fail, not share the port and take half of the calls.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // A connection whose other end vanished is found within a minute and a half; clients may ping
  // idle connections as often as every 30 s (many load balancers cut those after 60 s).
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 30'000);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
}

}  // namespace

std::string ProgramVersion() { return QUOTES_VERSION; }

struct Server::Rep {
  Rep(Library* library, rpc::ServicesOptions services_options)
      : services(library, std::move(services_options)) {}

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

  // The server uses the services until it has ended: it is destroyed first.
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
  services_options.default_caller = std::move(options.default_caller);
  services_options.backups = options.backups;
  services_options.replica_state = std::move(options.replica_state);
  services_options.followed_folder = std::move(options.followed_folder);
  auto rep = std::make_unique<Rep>(library, std::move(services_options));

  grpc::ServerBuilder builder;
  SetLimits(&builder);
  for (const std::string& numeric : address.numeric) {
    builder.AddListeningPort(numeric, grpc::InsecureServerCredentials(), &rep->port);
  }
  for (grpc::Service* service : rep->services.services()) {
    builder.RegisterService(service);
  }
  rep->server = builder.BuildAndStart();
  if (rep->server == nullptr) {
    for (const std::string& numeric : address.numeric) {
      const absl::Status why = ProbeListenAddress(numeric);
      if (!why.ok()) {
        return why;
      }
    }
    return absl::FailedPreconditionError(absl::StrCat("cannot listen on ", options.listen));
  }
  rep->SetHealth(false);
  rep->SetHealthOf(library);
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

void Server::AnnounceEnd() {
  MutexLock lock(&rep_->mutex);
  rep_->ending = true;
  rep_->SetHealth(false);
}

int Server::port() const { return rep_->port; }

std::shared_ptr<grpc::Channel> Server::InProcessChannel() {
  return rep_->server->InProcessChannel(grpc::ChannelArguments());
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
