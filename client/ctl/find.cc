#include <utility>

#include "absl/strings/str_join.h"
#include "client/ctl/command.h"
#include "client/ctl/lookup.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

class Find : public Command {
 public:
  std::string Name() const override { return "find"; }
  Msg About() const override { return Msg::kCmdFind; }
  std::vector<std::string> Examples() const override {
    return {"quotectl find 棚改",
            "quotectl find '\"产业集群\" 园区 -纺织'",
            "quotectl find 棚改 OR 老旧小区 --mode measure --context 1",
            "quotectl find 投资 --from 2021 --to 2022-06 --facets",
            "quotectl find --order relevance -- 园区 -GDP",
            "quotectl find 党 --all --json | jq -r '.hits[].quote.text'"};
  }

  void Define(Options* options) override {
    options->Arguments("QUERY", &query_, Msg::kOptQuery, {});
    options->Flag("--exact", &exact_, Msg::kOptExact);
    lookup_.Define(options, Msg::kOptOrder);
  }

  ExitCode Run(Context* context) override {
    v1::SearchQuotesRequest request;
    request.set_query(absl::StrJoin(query_, " "));
    if (exact_) {
      request.set_match(v1::MATCH_MODE_EXACT);
    }
    request.set_view(v1::QUOTE_VIEW_FULL);
    return RunLookup(
        context, lookup_, {}, [&](const PageRequest& page) -> absl::StatusOr<LookupPage> {
          *request.mutable_filter() = page.filter;
          request.set_order_by(page.order);
          request.set_page_size(page.page_size);
          request.set_page_token(page.page_token);
          request.set_context(page.context);
          request.set_return_facets(page.facets);
          QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kRead));
          QUOTES_ASSIGN_OR_RETURN(const v1::SearchQuotesResponse response,
                                  client->SearchQuotes(request));
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
  std::vector<std::string> query_;
  bool exact_ = false;
  LookupOptions lookup_;
};

}  // namespace

std::unique_ptr<Command> MakeFind() { return std::make_unique<Find>(); }

}  // namespace quotes::ctl
