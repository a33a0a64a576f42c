#include "client/transport.h"

#include <arpa/inet.h>
#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <grpcpp/support/client_interceptor.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/file.h"
#include "service/base/limits.h"
#include "service/base/pem.h"
#include "service/base/secret_file.h"
#include "service/base/status_macros.h"

namespace quotes::data {
extern const std::string_view client_service_config;
}  // namespace quotes::data

namespace quotes::client {
namespace {

// Servers disconnect who pings more often than every limits::kMinPingSeconds.
constexpr int kPingEveryMs = 2 * limits::kMinPingSeconds * 1'000;
constexpr int kPingTimeoutMs = 20'000;

// A token that fits into metadata; INVALID_ARGUMENT with a sentence without it.
absl::StatusOr<std::string> CheckToken(std::string_view text, std::string_view origin) {
  const absl::string_view token = absl::StripAsciiWhitespace(ToAbsl(text));
  if (token.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(ToAbsl(origin), " has no token"));
  }
  if (token.size() > limits::kMaxTokenBytes ||
      token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                              "-._~+/=") != absl::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat(ToAbsl(origin), " has something else than one token"));
  }
  return std::string(token);
}

// The token of a channel. Thread-safe.
class TokenSource {
 public:
  static absl::StatusOr<std::shared_ptr<TokenSource>> Make(const Transport& transport) {
    auto source = std::shared_ptr<TokenSource>(new TokenSource(transport.token_file));
    if (transport.token_file.empty()) {
      QUOTES_ASSIGN_OR_RETURN(source->token_, CheckToken(transport.token, "the given text"));
    } else {
      QUOTES_RETURN_IF_ERROR(source->Read());
    }
    return source;
  }

  // What "authorization" says; of a file, what it says now if that is a token, else what it said.
  std::string Authorization() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!file_.empty() && StampNow() != stamp_) {
      static_cast<void>(Read());
    }
    return "Bearer " + token_;
  }

 private:
  using Stamp = std::tuple<dev_t, ino_t, off_t, time_t, long>;

  explicit TokenSource(std::string file) : file_(std::move(file)) {}

  Stamp StampNow() const {
    struct stat status = {};
    if (stat(file_.c_str(), &status) != 0) {
      return {};
    }
    return {status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec,
            status.st_mtim.tv_nsec};
  }

  absl::Status Read() {
    stamp_ = StampNow();
    QUOTES_ASSIGN_OR_RETURN(const std::string text, ReadRegularFile(file_, limits::kMaxTokenBytes));
    QUOTES_ASSIGN_OR_RETURN(token_, CheckToken(text, file_));
    return absl::OkStatus();
  }

  const std::string file_;
  std::mutex mutex_;
  std::string token_;
  Stamp stamp_ = {};
};

// Sends the token with each call. Call credentials would do so over TLS alone.
class TokenInterceptor final : public grpc::experimental::Interceptor {
 public:
  explicit TokenInterceptor(std::shared_ptr<TokenSource> source) : source_(std::move(source)) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            grpc::experimental::InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      methods->GetSendInitialMetadata()->emplace("authorization", source_->Authorization());
    }
    methods->Proceed();
  }

 private:
  const std::shared_ptr<TokenSource> source_;
};

class TokenInterceptorFactory final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit TokenInterceptorFactory(std::shared_ptr<TokenSource> source)
      : source_(std::move(source)) {}

  grpc::experimental::Interceptor* CreateClientInterceptor(
      grpc::experimental::ClientRpcInfo* /*info*/) override {
    return new TokenInterceptor(source_);
  }

 private:
  const std::shared_ptr<TokenSource> source_;
};

absl::StatusOr<std::string> ReadPem(const std::string& path) {
  QUOTES_ASSIGN_OR_RETURN(std::string pem, ReadRegularFile(path, limits::kMaxCredentialFileBytes));
  QUOTES_RETURN_IF_ERROR(ReadCertificates(path, pem).status());
  return pem;
}

bool IsUnix(std::string_view target) {
  return target.starts_with("unix:") || target.starts_with("unix-abstract:");
}

absl::Status CheckTransport(const std::string& target, const Transport& transport) {
  const bool has_token = !transport.token.empty() || !transport.token_file.empty();
  if (!transport.token.empty() && !transport.token_file.empty()) {
    return absl::InvalidArgumentError("a token and a file with a token exclude each other");
  }
  if (transport.certificate_file.empty() != transport.key_file.empty()) {
    return absl::InvalidArgumentError("a client certificate and its key go together");
  }
  if (!transport.tls && (!transport.ca_file.empty() || !transport.certificate_file.empty())) {
    return absl::InvalidArgumentError("certificates need TLS");
  }
  if (transport.tls && IsUnix(target)) {
    return absl::InvalidArgumentError(
        absl::StrCat(target, ": a Unix socket is talked to without TLS"));
  }
  if (has_token && !transport.tls && !IsLocal(target) && !transport.allow_token_in_the_clear) {
    return absl::InvalidArgumentError(
        absl::StrCat("the token would travel to ", target, " unencrypted; use TLS"));
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<std::string> ExposedFiles(const Transport& transport) {
  std::vector<std::string> exposed;
  for (const std::string& file : {transport.token_file, transport.key_file}) {
    if (!file.empty() && IsExposed(file)) {
      exposed.push_back(file);
    }
  }
  return exposed;
}

bool IsLocal(std::string_view target) {
  if (IsUnix(target)) {
    return true;
  }
  for (const std::string_view scheme : {"dns:///", "dns:", "ipv4:", "ipv6:"}) {
    if (target.starts_with(scheme)) {
      target.remove_prefix(scheme.size());
      break;
    }
  }
  if (target.find_first_of("/,") != std::string_view::npos) {
    return false;  // another resolver, or several addresses
  }
  if (target == "::1" || target.starts_with("[::1]")) {
    return true;
  }
  const std::string_view host = target.substr(0, target.rfind(':'));
  if (host == "localhost") {
    return true;
  }
  // A name may begin with "127." too, and gRPC asks for that of "127.1".
  in_addr address = {};
  return inet_pton(AF_INET, std::string(host).c_str(), &address) == 1 &&
         (ntohl(address.s_addr) >> 24) == 127;
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(const std::string& target,
                                                       const Transport& transport) {
  QUOTES_RETURN_IF_ERROR(CheckTransport(target, transport));
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  if (transport.tls) {
    grpc::SslCredentialsOptions options;
    if (!transport.ca_file.empty()) {
      QUOTES_ASSIGN_OR_RETURN(options.pem_root_certs, ReadPem(transport.ca_file));
    }
    if (!transport.certificate_file.empty()) {
      QUOTES_ASSIGN_OR_RETURN(options.pem_cert_chain, ReadPem(transport.certificate_file));
      QUOTES_ASSIGN_OR_RETURN(options.pem_private_key,
                              ReadRegularFile(transport.key_file, limits::kMaxCredentialFileBytes));
      QUOTES_RETURN_IF_ERROR(CheckKey(transport.key_file, options.pem_private_key,
                                      transport.certificate_file, options.pem_cert_chain));
    }
    credentials = grpc::SslCredentials(options);
  } else {
    credentials = grpc::InsecureChannelCredentials();
  }
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(std::string(data::client_service_config));
  // A machine that vanished says nothing: pings find that out, also on a connection that waits for
  // its next call. Servers take them twice as often.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingEveryMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingTimeoutMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // a watch sends nothing else
  const bool has_token = !transport.token.empty() || !transport.token_file.empty();
  if (IsLocal(target) || (has_token && !transport.tls)) {
    // Else gRPC would send the call, token and all, to whoever http_proxy names.
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  }
  if (!has_token) {
    return grpc::CreateCustomChannel(target, credentials, arguments);
  }
  QUOTES_ASSIGN_OR_RETURN(std::shared_ptr<TokenSource> source, TokenSource::Make(transport));
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> factories;
  factories.push_back(std::make_unique<TokenInterceptorFactory>(std::move(source)));
  return grpc::experimental::CreateCustomChannelWithInterceptors(target, credentials, arguments,
                                                                 std::move(factories));
}

}  // namespace quotes::client
