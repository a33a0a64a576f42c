#include "client/ctl/command.h"
#include "client/ctl/lookup.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

class Theme : public Command {
 public:
  std::string Name() const override { return "theme"; }
  Msg About() const override { return Msg::kCmdTheme; }
  std::vector<std::string> Examples() const override {
    return {"quotectl theme party.discipline", "quotectl theme rural --all",
            "quotectl theme environment --report 2022-zaozhuang --why",
            "quotectl theme economy --mode target --figures --facets"};
  }

  void Define(Options* options) override {
    options->Argument("CODE", &code_, Msg::kOptThemeCode, {.kind = ValueKind::kTheme});
    lookup_.Define(options, Msg::kOptThemeOrder);
    options->Flag("--why", &lookup_.why, Msg::kOptWhy);
  }

  ExitCode Run(Context* context) override {
    v1::LookupThemeRequest request;
    request.set_name(ThemeName(code_));
    request.set_view(v1::QUOTE_VIEW_FULL);
    return RunLookup(context, lookup_, request.name(),
                     [&](const PageRequest& page) -> absl::StatusOr<LookupPage> {
                       *request.mutable_filter() = page.filter;
                       request.set_order_by(page.order);
                       request.set_page_size(page.page_size);
                       request.set_page_token(page.page_token);
                       request.set_context(page.context);
                       request.set_return_facets(page.facets);
                       QUOTES_ASSIGN_OR_RETURN(client::Client* const client,
                                               context->Connect(Access::kRead));
                       QUOTES_ASSIGN_OR_RETURN(const v1::LookupThemeResponse response,
                                               client->LookupTheme(request));
                       if (context->json()) {
                         context->PrintJson(response);
                       }
                       return LookupPage{
                           .hits = {response.hits().begin(), response.hits().end()},
                           .next_page_token = response.next_page_token(),
                           .total_size = response.total_size(),
                           .facets = response.facets(),
                           .coverage = response.coverage(),
                       };
                     });
  }

 private:
  std::string code_;
  LookupOptions lookup_;
};

}  // namespace

std::unique_ptr<Command> MakeTheme() { return std::make_unique<Theme>(); }

}  // namespace quotes::ctl
