#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/ctl/command.h"
#include "client/ctl/interrupt.h"
#include "client/ctl/values.h"
#include "service/base/errors.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

// How soon a signal is heeded while nothing happens.
constexpr int kHeartbeatSeconds = 2;
constexpr absl::Duration kFirstPause = absl::Seconds(1);
constexpr absl::Duration kLongestPause = absl::Seconds(30);
constexpr absl::Duration kPoll = absl::Milliseconds(100);

// Tells what changes, as it happens.
class Watch : public Command {
 public:
  std::string Name() const override { return "watch"; }
  Msg About() const override { return Msg::kCmdWatch; }
  std::vector<std::string> Examples() const override {
    return {"quotectl watch", "quotectl watch --since 1200",
            "quotectl watch --since 1200 --once --json | jq -r '.changes[].report'"};
  }
  void Define(Options* options) override {
    options->Value("--since", &since_, Msg::kOptWatchSince, {.label = "REVISION"});
    options->Flag("--once", &once_, Msg::kOptWatchOnce);
    options->Number("-n,--limit", &limit_, 1, std::numeric_limits<int>::max(), Msg::kOptWatchLimit);
  }

  ExitCode Run(Context* context) override {
    const absl::Status status = Follow(context);
    if (!status.ok()) {
      return context->Fail(status);
    }
    if (const int signal = Interrupt::signal(); signal != 0) {
      return static_cast<ExitCode>(kExitSignal + signal);
    }
    return once_ && told_ == 0 ? kExitNothing : kExitOk;
  }

 private:
  absl::Status Follow(Context* context) {
    if (context->settings().server.empty() && !once_) {
      return absl::InvalidArgumentError(context->Text(Msg::kWatchNeedsServer));
    }
    v1::WatchChangesRequest request;
    request.mutable_heartbeat()->set_seconds(kHeartbeatSeconds);
    if (since_.has_value()) {
      int64_t since = 0;
      if (since_->find('-', 1) != std::string::npos) {
        request.set_position(*since_);
      } else if (!absl::SimpleAtoi(*since_, &since) || since < 0) {
        return absl::InvalidArgumentError(context->Text(Msg::kBadSince, {*since_}));
      } else {
        request.set_since_archive_revision(since);
      }
    }
    QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kRead));
    const Interrupt interrupt;
    absl::Duration pause = kFirstPause;
    while (true) {
      bool any = false;
      absl::Status status =
          client->WatchChanges(request, [&](const v1::WatchChangesResponse& response) {
            any = true;
            pause = kFirstPause;
            request.clear_since_archive_revision();
            request.set_position(response.position());
            if (response.position().empty()) {  // of a server of before there were any
              request.set_since_archive_revision(response.archive_revision());
            }
            return Tell(context, response) && Interrupt::signal() == 0;
          });
      if (status.ok() || Interrupt::signal() != 0) {
        return absl::OkStatus();
      }
      heard_ = heard_ || any;
      // Somebody who was heard comes back, or another that is behind.
      // What a server cancels it does as it ends.
      const bool passes = absl::IsUnavailable(status) || absl::IsCancelled(status) ||
                          GetErrorReason(status) == ErrorReason::kRevisionInFuture;
      if (!passes || !heard_ || once_) {
        return status;
      }
      context->err() << context->Text(Msg::kWatchAgain, {context->Describe(status)}) << std::endl;
      // Whoever has the connection again begins anew at once.
      const bool is_lost = absl::IsUnavailable(status) && !client->WaitForConnected(absl::Now());
      for (const absl::Time end = absl::Now() + pause;
           absl::Now() < end && Interrupt::signal() == 0;) {
        if (is_lost && client->WaitForConnected(std::min(end, absl::Now() + kPoll))) {
          break;
        }
        absl::SleepFor(is_lost ? absl::ZeroDuration() : kPoll);
      }
      pause = std::min(2 * pause, kLongestPause);
    }
  }

  // False when no more is wanted.
  bool Tell(Context* context, const v1::WatchChangesResponse& response) {
    if (context->json()) {
      context->PrintJson(response);
    }
    for (const v1::Change& change : response.changes()) {
      if (!context->json()) {
        context->out() << change.archive_revision() << "  "
                       << absl::FormatTime("%Y-%m-%d %H:%M:%SZ",
                                           absl::FromUnixSeconds(change.time().seconds()),
                                           absl::UTCTimeZone())
                       << "  " << context->Text(Label(change.kind())) << "  "
                       << (change.child().empty() ? change.report() : change.child());
        if (change.kind() == v1::Change::KIND_NEW_REVISION) {
          context->out() << "/revisions/" << change.revision();
        }
        context->out() << '\n';
      }
      if (++told_ >= limit_) {
        break;
      }
    }
    context->out() << std::flush;
    return told_ < limit_ && !(once_ && response.changes_size() == 0);
  }

  std::optional<std::string> since_;
  bool once_ = false;
  int limit_ = std::numeric_limits<int>::max();
  int told_ = 0;
  bool heard_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeWatch() { return std::make_unique<Watch>(); }

}  // namespace quotes::ctl
