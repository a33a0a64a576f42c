#include "client/ctl/command.h"
#include "client/ctl/lookup.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

// What withdrawing and restoring have in common: the answers have the same fields.
class ChangeState : public Command {
 public:
  void Define(Options* options) override {
    options->Argument("REPORT", &report_, Msg::kOptReportArgument, {.kind = completed_});
    options->Value("--etag", &etag_, Msg::kOptEtag, {.label = "ETAG"});
  }

  ExitCode Run(Context* context) override {
    const absl::Status status = Change(context);
    return status.ok() ? kExitOk : context->Fail(status);
  }

 protected:
  explicit ChangeState(ValueKind completed) : completed_(completed) {}

  virtual absl::Status Change(Context* context) = 0;

  template <typename Request, typename Response>
  absl::Status Call(Context* context,
                    absl::StatusOr<Response> (client::Client::*method)(const Request&), Msg done,
                    Msg unchanged) {
    QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kChange));
    Request request;
    QUOTES_ASSIGN_OR_RETURN(*request.mutable_name(),
                            ResolveReport(context, client, report_, /*show_embargoed=*/true));
    request.set_etag(etag_.value_or(""));
    QUOTES_ASSIGN_OR_RETURN(const Response response, (client->*method)(request));
    if (context->json()) {
      context->PrintJson(response);
      return absl::OkStatus();
    }
    context->out() << context->Text(response.unchanged() ? unchanged : done,
                                    {response.report().name()})
                   << '\n';
    return absl::OkStatus();
  }

 private:
  const ValueKind completed_;
  std::string report_;
  std::optional<std::string> etag_;
};

class Withdraw : public ChangeState {
 public:
  Withdraw() : ChangeState(ValueKind::kReport) {}
  std::string Name() const override { return "withdraw"; }
  Msg About() const override { return Msg::kCmdWithdraw; }
  std::vector<std::string> Examples() const override {
    return {"quotectl withdraw 2022-zaozhuang", "quotectl withdraw reports/2022-zaozhuang --json"};
  }

 private:
  absl::Status Change(Context* context) override {
    return Call(context, &client::Client::DeleteReport, Msg::kWithdrawn, Msg::kWithdrawnBefore);
  }
};

class Restore : public ChangeState {
 public:
  Restore() : ChangeState(ValueKind::kWithdrawnReport) {}
  std::string Name() const override { return "restore"; }
  Msg About() const override { return Msg::kCmdRestore; }
  std::vector<std::string> Examples() const override {
    return {"quotectl reports --withdrawn", "quotectl restore 2022-zaozhuang"};
  }

 private:
  absl::Status Change(Context* context) override {
    return Call(context, &client::Client::UndeleteReport, Msg::kRestored, Msg::kRestoredBefore);
  }
};

}  // namespace

std::unique_ptr<Command> MakeWithdraw() { return std::make_unique<Withdraw>(); }
std::unique_ptr<Command> MakeRestore() { return std::make_unique<Restore>(); }

}  // namespace quotes::ctl
