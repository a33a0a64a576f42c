#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client/ctl/command.h"
#include "client/ctl/layout.h"
#include "client/ctl/lookup.h"
#include "client/ctl/values.h"
#include "service/base/limits.h"

namespace quotes::ctl {
namespace {

const std::vector<std::string>& FigureModeChoices() {
  static const auto& choices = *new std::vector<std::string>{"result", "target"};
  return choices;
}

const std::vector<std::string>& DirectionChoices() {
  static const auto& choices = *new std::vector<std::string>{"increase", "decrease"};
  return choices;
}

struct KindChoice {
  const char* name;
  v1::FigureKind kind;
};
constexpr KindChoice kKinds[] = {
    {"amount", v1::FIGURE_KIND_AMOUNT},
    {"percent", v1::FIGURE_KIND_PERCENT},
    {"point", v1::FIGURE_KIND_PERCENTAGE_POINT},
    {"permille", v1::FIGURE_KIND_PER_MILLE},
    {"fraction", v1::FIGURE_KIND_FRACTION},
    {"multiple", v1::FIGURE_KIND_MULTIPLE},
    {"approximate", v1::FIGURE_KIND_APPROXIMATE},
    {"ordinal", v1::FIGURE_KIND_ORDINAL},
    {"year", v1::FIGURE_KIND_YEAR},
    {"date", v1::FIGURE_KIND_DATE},
    {"time", v1::FIGURE_KIND_TIME},
    {"set", v1::FIGURE_KIND_SET},
    {"name", v1::FIGURE_KIND_NAME},
};

const std::vector<std::string>& FigureKindChoices() {
  static const auto& choices = *[] {
    auto* const names = new std::vector<std::string>;
    for (const KindChoice& kind : kKinds) {
      names->emplace_back(kind.name);
    }
    return names;
  }();
  return choices;
}

const std::vector<std::string>& FigureOrderChoices() {
  static const auto& choices =
      *new std::vector<std::string>{"newest", "reading", "descending", "ascending"};
  return choices;
}

v1::FigureOrder ParseFigureOrder(std::string_view choice) {
  if (choice == "reading") {
    return v1::FIGURE_ORDER_READING;
  }
  if (choice == "descending") {
    return v1::FIGURE_ORDER_VALUE_DESCENDING;
  }
  return choice == "ascending" ? v1::FIGURE_ORDER_VALUE_ASCENDING : v1::FIGURE_ORDER_NEWEST;
}

class Figures : public Command {
 public:
  std::string Name() const override { return "figures"; }
  Msg About() const override { return Msg::kCmdFigures; }
  std::vector<std::string> Examples() const override {
    return {"quotectl figures --value 280亿元", "quotectl figures --measure 生产总值 --mode target",
            "quotectl figures --at-least 100 --at-most 500 --unit 亿元 --order descending",
            "quotectl figures --year 2025 --unit % --report 2022- --all",
            "quotectl figures --direction decrease --measure 能耗"};
  }

  void Define(Options* options) override {
    options->Value("--value", &value_, Msg::kOptFigureValue, {.label = "AMOUNT"});
    options->Value("--at-least", &at_least_, Msg::kOptAtLeast, {.label = "AMOUNT"});
    options->Value("--at-most", &at_most_, Msg::kOptAtMost, {.label = "AMOUNT"});
    options->Value("--unit", &unit_, Msg::kOptUnit, {.label = "UNIT"});
    options->Value("--measure", &measure_, Msg::kOptMeasure, {.label = "WORDS"});
    options->Number("--year", &year_, limits::kFirstFigureYear, limits::kLastFigureYear,
                    Msg::kOptFigureYear);
    options->Values("--mode", &modes_, Msg::kOptFigureMode,
                    {.label = "MODE", .kind = ValueKind::kChoice, .choices = FigureModeChoices()});
    options->Values("--direction", &directions_, Msg::kOptDirection,
                    {.label = "CHANGE", .kind = ValueKind::kChoice, .choices = DirectionChoices()});
    options->Values("--figure-kind", &kinds_, Msg::kOptFigureKind,
                    {.label = "KIND", .kind = ValueKind::kChoice, .choices = FigureKindChoices()});
    options->Values("--report", &lookup_.reports, Msg::kOptReport,
                    {.label = "REPORT", .kind = ValueKind::kReport});
    options->Values("--speaker", &lookup_.speakers, Msg::kOptSpeaker, {.label = "NAME"});
    options->Values("--body", &lookup_.bodies, Msg::kOptBody, {.label = "NAME"});
    options->Value("--from", &lookup_.from, Msg::kOptFrom, {.label = "DATE"});
    options->Value("--to", &lookup_.to, Msg::kOptTo, {.label = "DATE"});
    options->Values("--section", &lookup_.sections, Msg::kOptSection, {.label = "NAME"});
    options->Values("--theme", &lookup_.themes, Msg::kOptTheme,
                    {.label = "CODE", .kind = ValueKind::kTheme});
    options->Value("--kind", &lookup_.kind, Msg::kOptKind,
                   {.label = "KIND", .kind = ValueKind::kChoice, .choices = KindChoices()});
    options->Value("--order", &order_, Msg::kOptFigureOrder,
                   {.label = "ORDER", .kind = ValueKind::kChoice, .choices = FigureOrderChoices()});
    options->Number("-n,--limit", &lookup_.limit, 1, std::numeric_limits<int>::max(),
                    Msg::kOptLimit);
    options->Flag("--all", &lookup_.all, Msg::kOptAll);
    options->Value("--page-token", &lookup_.page_token, Msg::kOptPageToken, {.label = "TOKEN"});
  }

  ExitCode Run(Context* context) override {
    for (const auto& [flag, text] : {std::pair("--value", &value_),
                                     {"--at-least", &at_least_},
                                     {"--at-most", &at_most_},
                                     {"--unit", &unit_},
                                     {"--measure", &measure_}}) {
      // An empty one would ask for nothing, and every figure be found.
      if (text->has_value() && (*text)->empty()) {
        context->err() << "quotectl: " << context->Text(Msg::kEmptyOption, {flag}) << '\n';
        return kExitInput;
      }
    }
    absl::StatusOr<client::Client*> client = context->Connect(Access::kRead);
    if (!client.ok()) {
      return context->Fail(client.status());
    }
    absl::StatusOr<v1::LookupFilter> filter = MakeFilter(context, *client, lookup_);
    if (!filter.ok()) {
      return context->Fail(filter.status());
    }
    v1::SearchFiguresRequest request = MakeRequest();
    *request.mutable_filter() = *std::move(filter);

    Table table({Table::Align::kRight, Table::Align::kLeft, Table::Align::kLeft,
                 Table::Align::kLeft, Table::Align::kLeft},
                1);
    table.AddHeader({context->Text(Msg::kLabelFigure), context->Text(Msg::kLabelMeasure),
                     context->Text(Msg::kLabelPeriod), context->Text(Msg::kLabelMode),
                     context->Text(Msg::kLabelQuote)});
    v1::SearchFiguresResponse first;
    int64_t shown = 0;
    for (bool is_first = true;; is_first = false) {
      const int64_t wanted = lookup_.all
                                 ? limits::kMaxPageSize
                                 : std::min<int64_t>(lookup_.limit - shown, limits::kMaxPageSize);
      request.set_page_size(static_cast<int>(wanted));
      const absl::StatusOr<v1::SearchFiguresResponse> page = (*client)->SearchFigures(request);
      if (!page.ok()) {
        const ExitCode code =
            context->Fail(context->json() ? page.status() : WithOptions(page.status()));
        return code == kExitNothing ? kExitInput : code;  // of a name in the options
      }
      if (context->json()) {
        context->PrintJson(*page);
      }
      if (is_first) {
        first = *page;
      }
      for (const v1::FigureHit& hit : page->hits()) {
        ++shown;
        AddRows(*context, hit, &table);
      }
      request.set_page_token(page->next_page_token());
      if (request.page_token().empty() || (!lookup_.all && shown >= lookup_.limit) ||
          !context->out().good()) {
        break;
      }
    }
    if (!context->json()) {
      Show(context, first, table, shown, request.page_token());
    }
    return shown > 0 ? kExitOk : kExitNothing;
  }

 private:
  // An error that names options in place of the request's fields.
  static absl::Status WithOptions(const absl::Status& status) {
    std::string message(status.message());
    message =
        absl::StrReplaceAll(message, {{"value_from", "--at-least"}, {"value_to", "--at-most"}});
    for (const char* const field : {"value", "unit", "measure"}) {
      if (absl::StartsWith(message, absl::StrCat(field, ":"))) {
        message = absl::StrCat("--", message);
      }
    }
    absl::Status named(status.code(), message);
    status.ForEachPayload([&named](absl::string_view type, const absl::Cord& payload) {
      named.SetPayload(type, payload);
    });
    return named;
  }

  v1::SearchFiguresRequest MakeRequest() const {
    v1::SearchFiguresRequest request;
    request.set_value(value_.value_or(""));
    request.set_value_from(at_least_.value_or(""));
    request.set_value_to(at_most_.value_or(""));
    request.set_unit(unit_.value_or(""));
    request.set_measure(measure_.value_or(""));
    request.set_year(year_);
    for (const std::string& mode : modes_) {
      request.add_modes(mode == "target" ? v1::FIGURE_MODE_TARGET : v1::FIGURE_MODE_RESULT);
    }
    for (const std::string& direction : directions_) {
      request.add_directions(direction == "increase" ? v1::FIGURE_DIRECTION_INCREASE
                                                     : v1::FIGURE_DIRECTION_DECREASE);
    }
    for (const KindChoice& choice : kKinds) {
      if (std::find(kinds_.begin(), kinds_.end(), choice.name) != kinds_.end()) {
        request.add_kinds(choice.kind);
      }
    }
    if (order_.has_value()) {
      request.set_order_by(ParseFigureOrder(*order_));
    }
    request.set_page_token(lookup_.page_token.value_or(""));
    return request;
  }

  static std::string ModeText(const Context& context, v1::FigureMode mode) {
    switch (mode) {
      case v1::FIGURE_MODE_RESULT:
        return context.Text(Msg::kFigureResult);
      case v1::FIGURE_MODE_TARGET:
        return context.Text(Msg::kFigureTarget);
      default:
        return {};
    }
  }

  // An estimate is shown as one, also where its word does not touch the digits.
  static std::string WithHedges(std::string mode, const v1::Figure& figure) {
    for (const v1::FigureQualifier& qualifier : figure.qualifiers()) {
      if (qualifier.kind() == v1::FigureQualifier::KIND_HEDGE &&
          figure.printed().find(qualifier.text()) == std::string::npos) {
        absl::StrAppend(&mode, mode.empty() ? "" : " ", "(", qualifier.text(), ")");
      }
    }
    return mode;
  }

  static void AddRows(const Context& context, const v1::FigureHit& hit, Table* table) {
    for (const v1::Figure& figure : hit.figures()) {
      std::string period = figure.period();
      // 去年 says no year by itself.
      if (figure.first_year() > 0 &&
          period.find(std::to_string(figure.first_year())) == std::string::npos) {
        absl::StrAppend(&period, " (", figure.first_year());
        if (figure.last_year() != figure.first_year()) {
          absl::StrAppend(&period, "–", figure.last_year());
        }
        period += ")";
      }
      table->AddRow({figure.printed(), figure.measure(), period,
                     WithHedges(ModeText(context, figure.mode()), figure), hit.quote().name()});
    }
  }

  static std::string Count(const Context& context, Msg one, Msg many, int64_t count) {
    return context.Text(count == 1 ? one : many, {std::to_string(count)});
  }

  static void Show(Context* context, const v1::SearchFiguresResponse& first, const Table& table,
                   int64_t shown, const std::string& page_token) {
    if (first.total_size() > 0) {
      context->out() << context->painter().Paint(
                            Style::kStrong,
                            Count(*context, Msg::kQuotesOne, Msg::kQuotesMany, first.total_size()))
                     << '\n';
    }
    if (shown > 0) {
      context->out() << '\n' << table.Render(context->columns(), context->painter());
    }
    context->out().flush();
    if (first.total_size() == 0) {
      context->err() << context->Text(Msg::kNothingFound,
                                      {Count(*context, Msg::kQuotesOne, Msg::kQuotesMany,
                                             first.coverage().quote_count()),
                                       Count(*context, Msg::kReportsOne, Msg::kReportsMany,
                                             first.coverage().report_count())})
                     << '\n';
    } else if (shown == 0) {
      context->err() << context->Text(Msg::kNoMoreHits) << '\n';
    } else if (!page_token.empty()) {
      context->err() << context->Text(Msg::kMore, {std::to_string(shown),
                                                   std::to_string(first.total_size()), page_token})
                     << '\n';
    }
    WarnOfCoverage(context, first.coverage());
  }

  std::optional<std::string> value_;
  std::optional<std::string> at_least_;
  std::optional<std::string> at_most_;
  std::optional<std::string> unit_;
  std::optional<std::string> measure_;
  int year_ = 0;
  std::vector<std::string> modes_;
  std::vector<std::string> directions_;
  std::vector<std::string> kinds_;
  std::optional<std::string> order_;
  LookupOptions lookup_;
};

}  // namespace

std::unique_ptr<Command> MakeFigures() { return std::make_unique<Figures>(); }

}  // namespace quotes::ctl
