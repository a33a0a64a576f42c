#include "client/ctl/command.h"
#include "client/ctl/values.h"
#include "service/base/limits.h"

namespace quotes::ctl {
namespace {

class Reports : public Command {
 public:
  std::string Name() const override { return "reports"; }
  Msg About() const override { return Msg::kCmdReports; }
  std::vector<std::string> Examples() const override {
    return {"quotectl reports", "quotectl reports --json | jq -r '.reports[].name'"};
  }
  void Define(Options*) override {}

  ExitCode Run(Context* context) override {
    absl::StatusOr<client::Client*> client = context->Connect(Access::kRead);
    if (!client.ok()) {
      return context->Fail(client.status());
    }
    Table table({Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft,
                 Table::Align::kLeft, Table::Align::kRight},
                3);
    table.AddHeader({context->Text(Msg::kLabelName), context->Text(Msg::kLabelDate),
                     context->Text(Msg::kLabelSpeaker), context->Text(Msg::kLabelTitle),
                     context->Text(Msg::kLabelComplete), context->Text(Msg::kLabelQuotes)});
    v1::ListReportsRequest request;
    request.set_page_size(limits::kMaxPageSize);
    bool any = false;
    do {
      absl::StatusOr<v1::ListReportsResponse> page = (*client)->ListReports(request);
      if (!page.ok()) {
        return context->Fail(page.status());
      }
      if (context->json()) {
        context->PrintJson(*page);
      }
      for (const v1::Report& report : page->reports()) {
        any = true;
        table.AddRow({report.name(), DateText(report.metadata().speech_date()),
                      report.metadata().speaker(), report.metadata().title(),
                      CompletenessName(context->lang(), report.completeness()),
                      std::to_string(report.quote_count())});
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    if (!context->json() && any) {
      context->out() << table.Render(context->columns(), context->painter());
    }
    if (!any && !context->json()) {
      context->err() << context->Text(Msg::kNoReports) << '\n';
    }
    return any ? kExitOk : kExitNothing;
  }
};

}  // namespace

std::unique_ptr<Command> MakeReports() { return std::make_unique<Reports>(); }

}  // namespace quotes::ctl
