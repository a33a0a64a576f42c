#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>  // CLI::Option, beside that of Protobuf
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/ctl/command.h"
#include "client/error.h"
#include "client/transport.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace quotes::ctl {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// What one question may take where --timeout does not say: a probe that hangs is a sick server.
constexpr absl::Duration kCheckTimeout = absl::Seconds(3);
constexpr absl::Duration kPause = absl::Milliseconds(100);

class Health : public Command {
 public:
  std::string Name() const override { return "health"; }
  Msg About() const override { return Msg::kCmdHealth; }
  std::vector<std::string> Examples() const override {
    return {"quotectl health", "quotectl health --service quotes.v1.QuoteService",
            "quotectl --server unix:/run/quoted/quoted.sock health --wait 30s"};
  }
  void Define(Options* options) override {
    options->Value("--service", &service_, Msg::kOptHealthService, {.label = "NAME"});
    options->Value("--wait", &wait_, Msg::kOptHealthWait, {.label = "TIME"});
  }

  ExitCode Run(Context* context) override {
    if (!context->settings().database.empty()) {
      return context->Fail(absl::InvalidArgumentError(context->Text(Msg::kHealthNeedsServer)));
    }
    absl::Duration wait = absl::ZeroDuration();
    if (wait_.has_value()) {
      const std::optional<absl::Duration> parsed = ParseTimeout(*wait_);
      if (!parsed.has_value()) {
        return context->Fail(
            absl::InvalidArgumentError(context->Text(Msg::kHealthWaitInvalid, {*wait_})));
      }
      wait = *parsed;
    }
    client::Transport transport = context->settings().transport;
    transport.token.clear();  // health needs none
    transport.token_file.clear();
    absl::StatusOr<std::shared_ptr<grpc::Channel>> connected =
        client::Connect(context->settings().server, transport);
    if (!connected.ok()) {
      return context->Fail(connected.status());
    }
    const std::shared_ptr<grpc::Channel>& channel = *connected;
    const std::unique_ptr<grpc::health::v1::Health::Stub> stub =
        grpc::health::v1::Health::NewStub(channel);
    const absl::Time end = absl::Now() + wait;
    while (true) {
      const absl::Duration timeout = context->settings().timeout.value_or(kCheckTimeout);
      HealthCheckResponse response;
      const grpc::Status status = Check(
          stub.get(), wait > absl::ZeroDuration() ? std::min(timeout, end - absl::Now()) : timeout,
          &response);
      const bool serving = status.ok() && response.status() == HealthCheckResponse::SERVING;
      if (!serving && absl::Now() + kPause < end) {
        const absl::Time next = absl::Now() + kPause;
        // By itself a channel waits for longer and longer between its attempts to connect, and
        // while nobody waits for it, it goes on with an attempt every five seconds only.
        grpc::experimental::ChannelResetConnectionBackoff(channel.get());
        if (status.error_code() == grpc::StatusCode::UNAVAILABLE &&
            channel->WaitForConnected(absl::ToChronoTime(next))) {
          absl::SleepFor(kPause / 10);  // it may be so and serve nothing
        } else {
          absl::SleepFor(next - absl::Now());
        }
        continue;
      }
      if (!status.ok()) {
        context->Fail(client::FromGrpcStatus(status, ""));
        return kExitNothing;
      }
      if (context->json()) {
        context->PrintJson(response);
      } else {
        context->out() << HealthCheckResponse::ServingStatus_Name(response.status()) << '\n';
      }
      return serving ? kExitOk : kExitNothing;
    }
  }

 private:
  grpc::Status Check(grpc::health::v1::Health::Stub* stub, absl::Duration timeout,
                     HealthCheckResponse* response) const {
    grpc::ClientContext call;
    call.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    HealthCheckRequest request;
    request.set_service(service_.value_or(""));
    return stub->Check(&call, request, response);
  }

  std::optional<std::string> service_;
  std::optional<std::string> wait_;
};

}  // namespace

std::unique_ptr<Command> MakeHealth() { return std::make_unique<Health>(); }

}  // namespace quotes::ctl
