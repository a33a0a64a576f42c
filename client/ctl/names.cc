#include "client/ctl/command.h"
#include "service/base/limits.h"

namespace quotes::ctl {
namespace {

// What the completion scripts ask: one name a line, nothing at all when the service does not
// answer.
class Names : public Command {
 public:
  std::string Name() const override { return "complete-names"; }
  Msg About() const override { return Msg::kCmdNames; }
  std::vector<std::string> Examples() const override { return {}; }
  bool Hidden() const override { return true; }
  void Define(Options* options) override {
    options->Argument("KIND", &kind_, Msg::kOptNamesKind,
                      {.kind = ValueKind::kChoice, .choices = {"reports", "withdrawn", "themes"}});
  }

  ExitCode Run(Context* context) override {
    absl::StatusOr<client::Client*> client = context->Connect(Access::kRead);
    if (!client.ok()) {
      return kExitService;
    }
    // One page: a list of more than 200 names helps nobody at a prompt.
    if (kind_ != "themes") {
      v1::ListReportsRequest request;
      request.set_show_deleted(kind_ == "withdrawn");
      request.set_page_size(limits::kMaxPageSize);
      absl::StatusOr<v1::ListReportsResponse> page = (*client)->ListReports(request);
      if (!page.ok()) {
        return kExitService;
      }
      for (const v1::Report& report : page->reports()) {
        if (kind_ == "withdrawn" && report.state() != v1::Report::STATE_WITHDRAWN) {
          continue;
        }
        context->out() << report.name().substr(report.name().find('/') + 1) << '\n';
      }
      return kExitOk;
    }
    v1::ListThemesRequest request;
    request.set_page_size(limits::kMaxPageSize);
    absl::StatusOr<v1::ListThemesResponse> page = (*client)->ListThemes(request);
    if (!page.ok()) {
      return kExitService;
    }
    for (const v1::Theme& theme : page->themes()) {
      context->out() << theme.name().substr(theme.name().find('/') + 1) << '\n';
    }
    return kExitOk;
  }

 private:
  std::string kind_;
};

}  // namespace

std::unique_ptr<Command> MakeNames() { return std::make_unique<Names>(); }

}  // namespace quotes::ctl
