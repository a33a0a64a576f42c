#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/ctl/command.h"
#include "client/ctl/lookup.h"
#include "client/ctl/values.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

class Embargo : public Command {
 public:
  std::string Name() const override { return "embargo"; }
  Msg About() const override { return Msg::kCmdEmbargo; }
  std::vector<std::string> Examples() const override {
    return {"quotectl reports --embargoed",
            "quotectl embargo 2026-example --until 2026-12-01T09:00+08:00",
            "quotectl embargo 2026-example --release"};
  }
  void Define(Options* options) override {
    options->Argument("REPORT", &report_, Msg::kOptReportArgument, {});
    options->Value("--until", &until_, Msg::kOptUntil, {.label = "TIME"});
    options->Flag("--release", &release_, Msg::kOptRelease);
    options->Value("--etag", &etag_, Msg::kOptEtag, {.label = "ETAG"});
  }

  ExitCode Run(Context* context) override {
    const absl::Status status = Change(context);
    return status.ok() ? kExitOk : context->Fail(status);
  }

 private:
  absl::Status Change(Context* context) {
    if (release_ == until_.has_value()) {
      return absl::InvalidArgumentError(context->Text(Msg::kEmbargoWhat));
    }
    v1::UpdateReportRequest request;
    if (until_.has_value()) {
      QUOTES_ASSIGN_OR_RETURN(*request.mutable_report()->mutable_available_from(),
                              ParseMomentOption(*context, "--until", *until_));
    }
    request.mutable_update_mask()->add_paths("available_from");
    QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kChange));
    QUOTES_ASSIGN_OR_RETURN(*request.mutable_report()->mutable_name(),
                            ResolveReport(context, client, report_, /*show_embargoed=*/true));
    request.mutable_report()->set_etag(etag_.value_or(""));
    QUOTES_ASSIGN_OR_RETURN(const v1::UpdateReportResponse response, client->UpdateReport(request));
    if (context->json()) {
      context->PrintJson(response);
      return absl::OkStatus();
    }
    const v1::Report& report = response.report();
    context->out()
        << (report.has_available_from()
                ? context->Text(Msg::kHeldUntil, {report.name(), TimeText(report.available_from())})
                : context->Text(response.unchanged() ? Msg::kReleasedBefore : Msg::kReleased,
                                {report.name()}))
        << '\n';
    return absl::OkStatus();
  }

  std::string report_;
  std::optional<std::string> until_;
  std::optional<std::string> etag_;
  bool release_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeEmbargo() { return std::make_unique<Embargo>(); }

}  // namespace quotes::ctl
