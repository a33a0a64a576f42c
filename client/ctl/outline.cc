#include "absl/strings/str_cat.h"
#include "client/ctl/command.h"
#include "client/ctl/details.h"
#include "client/ctl/lookup.h"
#include "client/ctl/text_map.h"
#include "client/ctl/values.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

class Outline : public Command {
 public:
  std::string Name() const override { return "outline"; }
  Msg About() const override { return Msg::kCmdOutline; }
  std::vector<std::string> Examples() const override {
    return {"quotectl outline 2022-zaozhuang", "quotectl outline reports/2022-zaozhuang --json"};
  }
  void Define(Options* options) override {
    options->Argument("REPORT", &report_, Msg::kOptReportArgument, {.kind = ValueKind::kReport});
    options->Flag("--embargoed", &embargoed_, Msg::kOptShowEmbargoed);
  }

  ExitCode Run(Context* context) override {
    const absl::Status status = Show(context);
    return status.ok() ? kExitOk : context->Fail(status);
  }

 private:
  absl::Status Show(Context* context);

  std::string report_;
  bool embargoed_ = false;
};

absl::Status Outline::Show(Context* context) {
  QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kRead));
  QUOTES_ASSIGN_OR_RETURN(const std::string name,
                          ResolveReport(context, client, report_, embargoed_));
  v1::ListSectionsRequest request;
  request.set_parent(name);
  request.set_page_size(limits::kMaxPageSize);
  request.set_show_embargoed(embargoed_);
  std::vector<v1::Section> sections;
  std::string revision_name;
  do {
    QUOTES_ASSIGN_OR_RETURN(const v1::ListSectionsResponse page, client->ListSections(request));
    if (context->json()) {
      context->PrintJson(page);
    }
    sections.insert(sections.end(), page.sections().begin(), page.sections().end());
    revision_name = page.revision();
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  if (context->json()) {
    return absl::OkStatus();
  }

  v1::GetReportRequest get;
  get.set_name(name);
  get.set_show_embargoed(embargoed_);
  QUOTES_ASSIGN_OR_RETURN(const v1::GetReportResponse response, client->GetReport(get));
  const v1::Report& report = response.report();
  // The lines let a reader lay the outline beside the printed page.
  v1::Revision revision;
  if (!sections.empty()) {
    QUOTES_ASSIGN_OR_RETURN(revision, FetchRevision(client, revision_name, embargoed_));
  }

  const Painter& painter = context->painter();
  if (!report.metadata().title().empty()) {
    context->out() << Paragraph(report.metadata().title(), {}, 0, context->columns(), painter,
                                Style::kStrong);
  }
  std::string about = report.name();
  for (const std::string& part :
       {report.metadata().speaker(), DateText(report.metadata().speech_date()),
        CompletenessName(context->lang(), report.completeness())}) {
    absl::StrAppend(&about, part.empty() ? "" : "  ", part);
  }
  context->out() << Paragraph(about, {}, 0, context->columns(), painter, Style::kDim) << '\n';

  Table table({Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft, Table::Align::kRight},
              1);
  table.AddHeader({context->Text(Msg::kLabelPath), context->Text(Msg::kLabelHeading),
                   context->Text(Msg::kLabelMode), context->Text(Msg::kLabelLine)});
  for (const v1::Section& section : sections) {
    const v1::PrintSpan* span = FindSpan(revision, section.heading_range().begin());
    std::string line;
    if (span != nullptr) {
      line = span->page() > 0 ? context->Text(Msg::kPageLineShort, {std::to_string(span->page()),
                                                                    std::to_string(span->line())})
                              : std::to_string(span->line());
    }
    const auto depth = static_cast<size_t>(section.level() > 1 ? section.level() - 1 : 0);
    table.AddRow({section.path(),
                  std::string(2 * depth, ' ') + WithMarker(section.marker(), section.heading()),
                  ModeName(context->lang(), section.mode()), line});
  }
  context->out() << table.Render(context->columns(), painter);
  return absl::OkStatus();
}

}  // namespace

std::unique_ptr<Command> MakeOutline() { return std::make_unique<Outline>(); }

}  // namespace quotes::ctl
