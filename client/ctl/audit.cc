#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "client/ctl/command.h"
#include "client/ctl/layout.h"
#include "client/ctl/lookup.h"
#include "client/ctl/values.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

constexpr int kDefaultEntries = 20;

absl::CivilDay ToDay(const google::type::Date& date) {
  return absl::CivilDay(date.year(), date.month(), date.day());
}

// Shows who changed what.
class Audit : public Command {
 public:
  std::string Name() const override { return "audit"; }
  Msg About() const override { return Msg::kCmdAudit; }
  std::vector<std::string> Examples() const override {
    return {"quotectl audit", "quotectl audit 2022-zaozhuang --all",
            "quotectl audit --caller editor-desk --from 2026-01 --to 2026-03",
            "quotectl audit reports/R/quotes/Q --json | jq -r '.entries[].caller'"};
  }
  void Define(Options* options) override {
    options->OptionalArgument("NAME", &resource_, Msg::kOptAuditResource,
                              {.kind = ValueKind::kReport});
    options->Value("--caller", &caller_, Msg::kOptAuditCaller, {.label = "CALLER"});
    options->Value("--from", &from_, Msg::kOptAuditFrom, {.label = "DATE"});
    options->Value("--to", &to_, Msg::kOptAuditTo, {.label = "DATE"});
    options->Number("-n,--limit", &limit_, 1, std::numeric_limits<int>::max(), Msg::kOptAuditLimit);
    options->Flag("--all", &all_, Msg::kOptAuditAll);
  }

  ExitCode Run(Context* context) override {
    const absl::StatusOr<bool> any = Show(context);
    if (!any.ok()) {
      return context->Fail(any.status());
    }
    return *any ? kExitOk : kExitNothing;
  }

 private:
  // A day of the option in UTC: its beginning, or with `last` that of the day behind it.
  static absl::StatusOr<absl::Time> ParseDay(Context* context, const std::string& text, bool last) {
    const std::optional<google::type::Date> date = ParsePartialDate(text, last);
    if (!date.has_value()) {
      return absl::InvalidArgumentError(context->Text(Msg::kBadPartialDate, {text}));
    }
    return absl::FromCivil(ToDay(*date) + (last ? 1 : 0), absl::UTCTimeZone());
  }

  absl::StatusOr<v1::ListAuditEntriesRequest> MakeRequest(Context* context,
                                                          client::Client* client) const {
    v1::ListAuditEntriesRequest request;
    if (from_.has_value()) {
      QUOTES_ASSIGN_OR_RETURN(const absl::Time from, ParseDay(context, *from_, false));
      request.mutable_start_time()->set_seconds(absl::ToUnixSeconds(from));
    }
    if (to_.has_value()) {
      QUOTES_ASSIGN_OR_RETURN(const absl::Time to, ParseDay(context, *to_, true));
      request.mutable_end_time()->set_seconds(absl::ToUnixSeconds(to));
    }
    request.set_caller(caller_.value_or(""));
    if (resource_.has_value()) {
      // What is gone from the archive still has its entries: names are taken as they are.
      if (resource_->starts_with("reports/")) {
        request.set_resource(*resource_);
      } else {
        QUOTES_ASSIGN_OR_RETURN(
            *request.mutable_resource(),
            ResolveReport(context, client, *resource_, /*show_embargoed=*/true));
      }
    }
    return request;
  }

  absl::StatusOr<bool> Show(Context* context) {
    QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kRead));
    QUOTES_ASSIGN_OR_RETURN(v1::ListAuditEntriesRequest request, MakeRequest(context, client));
    Table table({Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft,
                 Table::Align::kLeft, Table::Align::kLeft, Table::Align::kRight},
                3);
    table.AddHeader({context->Text(Msg::kLabelTime), context->Text(Msg::kLabelCaller),
                     context->Text(Msg::kLabelAction), context->Text(Msg::kLabelName),
                     context->Text(Msg::kLabelDetail), context->Text(Msg::kLabelRevision),
                     context->Text(Msg::kLabelArchive)});
    int64_t left = all_ ? std::numeric_limits<int64_t>::max() : limit_;
    bool any = false;
    do {
      request.set_page_size(static_cast<int32_t>(std::min<int64_t>(left, limits::kMaxPageSize)));
      QUOTES_ASSIGN_OR_RETURN(const v1::ListAuditEntriesResponse page,
                              client->ListAuditEntries(request));
      any = any || page.entries_size() > 0;
      left -= page.entries_size();
      if (context->json()) {
        context->PrintJson(page);
      }
      for (const v1::AuditEntry& entry : page.entries()) {
        table.AddRow(
            {absl::FormatTime("%Y-%m-%d %H:%M:%SZ", absl::FromUnixSeconds(entry.time().seconds()),
                              absl::UTCTimeZone()),
             Printable(entry.caller()), context->Text(Label(entry.action())), entry.resource(),
             Printable(entry.detail()), Revisions(entry),
             std::to_string(entry.archive_revision())});
      }
      request.set_page_token(page.next_page_token());
    } while (left > 0 && !request.page_token().empty());
    if (!context->json()) {
      if (any) {
        context->out() << table.Render(context->columns(), context->painter());
      } else {
        context->err() << context->Text(Msg::kNoAuditEntries) << '\n';
      }
      if (!request.page_token().empty()) {
        context->err() << context->Text(Msg::kMoreAuditEntries) << '\n';
      }
    }
    return any;
  }

  static std::string Revisions(const v1::AuditEntry& entry) {
    return entry.revision_before() == entry.revision_after()
               ? std::to_string(entry.revision_after())
               : absl::StrCat(entry.revision_before(), " → ", entry.revision_after());
  }

  std::optional<std::string> resource_;
  std::optional<std::string> caller_;
  std::optional<std::string> from_;
  std::optional<std::string> to_;
  int limit_ = kDefaultEntries;
  bool all_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeAudit() { return std::make_unique<Audit>(); }

}  // namespace quotes::ctl
