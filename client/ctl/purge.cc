#include <optional>
#include <string>
#include <vector>

#include "client/ctl/command.h"
#include "client/ctl/values.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

// Removes a report for good. Unlike elsewhere, an id is never completed.
class Purge : public Command {
 public:
  std::string Name() const override { return "purge"; }
  Msg About() const override { return Msg::kCmdPurge; }
  std::vector<std::string> Examples() const override {
    return {"quotectl withdraw 2022-zaozhuang", "quotectl purge 2022-zaozhuang",
            "quotectl purge reports/2022-zaozhuang --yes --json"};
  }
  void Define(Options* options) override {
    options->Argument("REPORT", &report_, Msg::kOptPurgeReport, {.kind = ValueKind::kReport});
    options->Flag("--yes", &yes_, Msg::kOptYes);
    options->Value("--etag", &etag_, Msg::kOptEtag, {.label = "ETAG"});
  }

  ExitCode Run(Context* context) override {
    const absl::StatusOr<bool> erased = Change(context);
    if (!erased.ok()) {
      return context->Fail(erased.status());
    }
    return *erased ? kExitOk : kExitService;
  }

 private:
  absl::StatusOr<bool> Change(Context* context) {
    v1::PurgeReportRequest request;
    request.set_name(report_.starts_with("reports/") ? report_ : "reports/" + report_);
    request.set_etag(etag_.value_or(""));
    QUOTES_RETURN_IF_ERROR(Confirm(context, request.name()));
    QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kChange));
    QUOTES_ASSIGN_OR_RETURN(const v1::PurgeReportResponse response, client->PurgeReport(request));
    if (context->json()) {
      context->PrintJson(response);
    } else {
      context->out() << context->Text(response.unchanged() ? Msg::kPurgedBefore : Msg::kPurged,
                                      {request.name(), std::to_string(response.revision_count()),
                                       TimeText(response.purge_time())})
                     << '\n';
    }
    if (!response.erased()) {
      context->err() << context->Text(Msg::kWarnNotErased, {request.name()}) << '\n';
    }
    return response.erased();
  }

  // OK if it is wanted.
  absl::Status Confirm(Context* context, const std::string& name) const {
    if (yes_) {
      return absl::OkStatus();
    }
    if (!context->environment().in_is_terminal) {
      return absl::InvalidArgumentError(context->Text(Msg::kPurgeNeedsYes));
    }
    context->err() << context->Text(Msg::kPurgeAsk, {name}) << std::flush;
    std::string answer;
    std::getline(*context->environment().in, answer);
    return answer == "yes" ? absl::OkStatus()
                           : absl::InvalidArgumentError(context->Text(Msg::kPurgeNotDone));
  }

  std::string report_;
  std::optional<std::string> etag_;
  bool yes_ = false;
};

}  // namespace

std::unique_ptr<Command> MakePurge() { return std::make_unique<Purge>(); }

}  // namespace quotes::ctl
