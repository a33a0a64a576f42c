#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/ctl/command.h"
#include "service/base/limits.h"
#include "service/themes/scheme.h"

namespace quotes::ctl {
namespace {

class Themes : public Command {
 public:
  std::string Name() const override { return "themes"; }
  Msg About() const override { return Msg::kCmdThemes; }
  std::vector<std::string> Examples() const override {
    return {"quotectl themes", "quotectl themes --json | jq -r '.themes[].name'",
            "quotectl themes --check quotes.db.themes"};
  }
  void Define(Options* options) override {
    options->Value("--check", &check_, Msg::kOptCheckThemes,
                   {.label = "FOLDER", .kind = ValueKind::kFile});
  }

  ExitCode Run(Context* context) override {
    if (check_.has_value()) {
      return Check(context);
    }
    absl::StatusOr<client::Client*> client = context->Connect(Access::kRead);
    if (!client.ok()) {
      return context->Fail(client.status());
    }
    Table table(
        {Table::Align::kLeft, Table::Align::kRight, Table::Align::kLeft, Table::Align::kLeft}, 3);
    table.AddHeader({context->Text(Msg::kLabelTheme), context->Text(Msg::kLabelQuotes),
                     context->Text(Msg::kLabelTitle), context->Text(Msg::kLabelScope)});
    v1::ListThemesRequest request;
    request.set_page_size(limits::kMaxPageSize);
    do {
      absl::StatusOr<v1::ListThemesResponse> page = (*client)->ListThemes(request);
      if (!page.ok()) {
        return context->Fail(page.status());
      }
      if (context->json()) {
        context->PrintJson(*page);
      }
      for (const v1::Theme& theme : page->themes()) {
        const std::string code = theme.name().substr(theme.name().find('/') + 1);
        // The depth of the tree is the depth of the code.
        const auto depth = static_cast<size_t>(std::count(code.begin(), code.end(), '.'));
        table.AddRow({std::string(2 * depth, ' ') + code, std::to_string(theme.quote_count()),
                      context->lang() == Lang::kChinese
                          ? theme.title_zh()
                          : absl::StrCat(theme.title_zh(), "  ", theme.title_en()),
                      theme.scope()});
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    if (!context->json()) {
      context->out() << table.Render(context->columns(), context->painter());
    }
    return kExitOk;
  }

 private:
  // A house's files, read by the code that the service reads them with; no service is asked.
  ExitCode Check(Context* context) const {
    const absl::StatusOr<std::vector<themes::SchemeFinding>> findings =
        themes::Scheme::CheckHouse(*check_);
    if (!findings.ok()) {
      return context->Fail(findings.status());
    }
    for (const themes::SchemeFinding& finding : *findings) {
      context->out() << Printable(finding.place) << ": " << Printable(finding.description) << '\n';
    }
    context->err() << context->Text(findings->empty() ? Msg::kThemesClean : Msg::kThemesFindings,
                                    {std::to_string(findings->size())})
                   << '\n';
    return findings->empty() ? kExitOk : kExitNothing;
  }

  std::optional<std::string> check_;
};

}  // namespace

std::unique_ptr<Command> MakeThemes() { return std::make_unique<Themes>(); }

}  // namespace quotes::ctl
