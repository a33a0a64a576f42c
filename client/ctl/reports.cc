#include <utility>

#include "client/ctl/command.h"
#include "client/ctl/values.h"
#include "service/base/limits.h"

namespace quotes::ctl {
namespace {

// A report that was withdrawn while it was held back still is.
std::string StateText(const Context& context, const v1::Report& report) {
  const std::string state = context.Text(Label(report.state()));
  return report.has_available_from()
             ? context.Text(Msg::kUntil, {state, TimeText(report.available_from())})
             : state;
}

class Reports : public Command {
 public:
  std::string Name() const override { return "reports"; }
  Msg About() const override { return Msg::kCmdReports; }
  std::vector<std::string> Examples() const override {
    return {"quotectl reports", "quotectl reports --withdrawn", "quotectl reports --embargoed",
            "quotectl reports --json | jq -r '.reports[].name'"};
  }
  void Define(Options* options) override {
    options->Flag("--withdrawn", &withdrawn_, Msg::kOptWithdrawn);
    options->Flag("--embargoed", &embargoed_, Msg::kOptEmbargoed);
  }

  ExitCode Run(Context* context) override {
    absl::StatusOr<client::Client*> client = context->Connect(Access::kRead);
    if (!client.ok()) {
      return context->Fail(client.status());
    }
    std::vector<Table::Align> columns = {Table::Align::kLeft, Table::Align::kLeft,
                                         Table::Align::kLeft, Table::Align::kLeft,
                                         Table::Align::kLeft, Table::Align::kRight};
    std::vector<std::string> header = {
        context->Text(Msg::kLabelName),     context->Text(Msg::kLabelDate),
        context->Text(Msg::kLabelSpeaker),  context->Text(Msg::kLabelTitle),
        context->Text(Msg::kLabelComplete), context->Text(Msg::kLabelQuotes)};
    if (withdrawn_ || embargoed_) {
      columns.push_back(Table::Align::kLeft);
      header.push_back(context->Text(Msg::kLabelState));
    }
    Table table(columns, 3);
    table.AddHeader(std::move(header));
    v1::ListReportsRequest request;
    request.set_page_size(limits::kMaxPageSize);
    request.set_show_deleted(withdrawn_);
    request.set_show_embargoed(embargoed_);
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
        std::vector<std::string> row = {report.name(),
                                        DateText(report.metadata().speech_date()),
                                        report.metadata().speaker(),
                                        report.metadata().title(),
                                        CompletenessName(context->lang(), report.completeness()),
                                        std::to_string(report.quote_count())};
        if (withdrawn_ || embargoed_) {
          row.push_back(StateText(*context, report));
        }
        table.AddRow(std::move(row));
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

 private:
  bool withdrawn_ = false;
  bool embargoed_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeReports() { return std::make_unique<Reports>(); }

}  // namespace quotes::ctl
