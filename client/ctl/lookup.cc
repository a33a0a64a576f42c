#include "client/ctl/lookup.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/ctl/values.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

constexpr size_t kIndent = 4;
// Ids listed of those that begin alike.
constexpr size_t kMaxNamedIds = 5;
// Context stands deeper than the hit: without colours that alone tells them apart.
constexpr size_t kContextIndent = 6;

const std::vector<std::string>& OrderChoices() {
  static const auto& choices =
      *new std::vector<std::string>{"newest", "reading", "relevance", "salience"};
  return choices;
}

v1::LookupOrder ParseOrder(std::string_view choice) {
  if (choice == "reading") {
    return v1::LOOKUP_ORDER_READING;
  }
  if (choice == "relevance") {
    return v1::LOOKUP_ORDER_RELEVANCE;
  }
  return choice == "salience" ? v1::LOOKUP_ORDER_SALIENCE : v1::LOOKUP_ORDER_NEWEST;
}

// The name that a NOT_FOUND is about; empty if it does not say.
std::string MissingName(const absl::Status& status) {
  const std::optional<ErrorDetail> detail = GetErrorDetail(status);
  if (detail.has_value()) {
    for (const auto& [key, value] : detail->metadata) {
      if (key == "name") {
        return value;
      }
    }
  }
  return {};
}

std::string Count(const Context& context, Msg one, Msg many, int64_t count) {
  return context.Text(count == 1 ? one : many, {std::to_string(count)});
}

// "2 quotes in 1 report".
std::string TotalLine(const Context& context, const LookupPage& page) {
  const auto buckets = static_cast<size_t>(page.facets.reports_size());
  const std::string reports =
      buckets < limits::kMaxFacetBuckets
          ? Count(context, Msg::kReportsOne, Msg::kReportsMany, page.facets.reports_size())
          : context.Text(Msg::kReportsAtLeast, {std::to_string(buckets)});
  return context.Text(
      Msg::kTotal, {Count(context, Msg::kQuotesOne, Msg::kQuotesMany, page.total_size), reports});
}

std::string FormatFacet(const Context& context, Msg title,
                        const google::protobuf::RepeatedPtrField<v1::Facets::Bucket>& buckets) {
  if (buckets.empty()) {
    return {};
  }
  Table table({Table::Align::kRight, Table::Align::kLeft, Table::Align::kLeft}, 1);
  for (const v1::Facets::Bucket& bucket : buckets) {
    table.AddRow({std::to_string(bucket.count()), bucket.title(),
                  bucket.title() == bucket.value() ? "" : bucket.value()});
  }
  return absl::StrCat("\n", context.painter().Paint(Style::kStrong, context.Text(title)), "\n",
                      table.Render(context.columns(), context.painter()));
}

}  // namespace

void WarnOfCoverage(Context* context, const v1::Coverage& coverage) {
  const auto warn = [&](const std::string& sentence) {
    context->err() << context->err_painter().Paint(Style::kWarning, Printable(sentence)) << '\n';
  };
  for (const v1::Coverage::IncompleteReport& report : coverage.incomplete_reports()) {
    warn(report.jump_target().empty()
             ? context->Text(Msg::kIncomplete, {report.report(), report.reason()})
             : context->Text(Msg::kIncompleteTo, {report.report(), report.jump_target()}));
  }
  const int64_t more = coverage.incomplete_report_count() - coverage.incomplete_reports_size();
  if (more > 0) {
    warn(context->Text(Msg::kIncompleteMore, {std::to_string(more)}));
  }
}

absl::StatusOr<v1::LookupFilter> MakeFilter(Context* context, client::Client* client,
                                            const LookupOptions& options) {
  v1::LookupFilter filter;
  for (const std::string& report : options.reports) {
    absl::StatusOr<std::string> name = ResolveReport(context, client, report);
    if (name.status().code() == absl::StatusCode::kNotFound) {
      // A report that an option names and that does not exist is a mistake, not an empty result.
      return absl::InvalidArgumentError(name.status().message());
    }
    QUOTES_RETURN_IF_ERROR(name.status());
    filter.add_reports(*name);
  }
  *filter.mutable_speakers() = {options.speakers.begin(), options.speakers.end()};
  *filter.mutable_bodies() = {options.bodies.begin(), options.bodies.end()};
  *filter.mutable_sections() = {options.sections.begin(), options.sections.end()};
  for (const std::string& theme : options.themes) {
    filter.add_themes(ThemeName(theme));
  }
  for (const std::string& mode : options.modes) {
    filter.add_modes(ParseMode(mode));
  }
  if (options.kind.has_value()) {
    filter.set_kind(ParseKind(*options.kind));
  }
  if (options.figures.has_value()) {
    filter.set_has_figures(*options.figures);
  }
  for (const bool last : {false, true}) {
    const std::optional<std::string>& text = last ? options.to : options.from;
    if (!text.has_value()) {
      continue;
    }
    const std::optional<google::type::Date> date = ParsePartialDate(*text, last);
    if (!date.has_value()) {
      return absl::InvalidArgumentError(context->Text(Msg::kBadPartialDate, {*text}));
    }
    *(last ? filter.mutable_date_to() : filter.mutable_date_from()) = *date;
  }
  return filter;
}

void LookupOptions::DefineFilter(Options* options) {
  options->Values("--report", &reports, Msg::kOptReport,
                  {.label = "REPORT", .kind = ValueKind::kReport});
  options->Values("--speaker", &speakers, Msg::kOptSpeaker, {.label = "NAME"});
  options->Values("--body", &bodies, Msg::kOptBody, {.label = "NAME"});
  options->Value("--from", &from, Msg::kOptFrom, {.label = "DATE"});
  options->Value("--to", &to, Msg::kOptTo, {.label = "DATE"});
  options->Values("--section", &sections, Msg::kOptSection, {.label = "NAME"});
  options->Values("--theme", &themes, Msg::kOptTheme, {.label = "CODE", .kind = ValueKind::kTheme});
  options->Values("--mode", &modes, Msg::kOptMode,
                  {.label = "MODE", .kind = ValueKind::kChoice, .choices = ModeChoices()});
  options->Value("--kind", &kind, Msg::kOptKind,
                 {.label = "KIND", .kind = ValueKind::kChoice, .choices = KindChoices()});
  options->Switch("figures", &figures, Msg::kOptFigures);
}

bool LookupOptions::HasFilterBesideReports() const {
  return !speakers.empty() || !bodies.empty() || from.has_value() || to.has_value() ||
         !sections.empty() || !themes.empty() || !modes.empty() || kind.has_value() ||
         figures.has_value();
}

void LookupOptions::Define(Options* options, Msg about_order) {
  DefineFilter(options);
  options->Value("--order", &order, about_order,
                 {.label = "ORDER", .kind = ValueKind::kChoice, .choices = OrderChoices()});
  options->Number("-n,--limit", &limit, 1, std::numeric_limits<int>::max(), Msg::kOptLimit);
  options->Flag("--all", &all, Msg::kOptAll);
  options->Value("--page-token", &page_token, Msg::kOptPageToken, {.label = "TOKEN"});
  options->Number("-C,--context", &context, 0, limits::kMaxContext, Msg::kOptContext);
  options->Flag("--facets", &facets, Msg::kOptFacets);
}

std::string ThemeText(const Context& context, const v1::QuoteTheme& theme) {
  if (theme.origin() == v1::QuoteTheme::ORIGIN_EDITOR) {
    return context.Text(Msg::kThemeOfEditor, {theme.theme()});
  }
  // A server of another version may name the cues alone.
  std::vector<std::string> cues(theme.cues().begin(), theme.cues().end());
  if (theme.cue_shares_size() > 0) {
    cues.clear();
    for (const v1::CueShare& share : theme.cue_shares()) {
      cues.push_back(absl::StrFormat("%s %+.2f", share.cue(), share.share()));
    }
  }
  return context.Text(Msg::kScoreCues, {theme.theme(), absl::StrFormat("%.2f", theme.score()),
                                        absl::StrJoin(cues, context.Text(Msg::kListSeparator))});
}

std::string TagText(const Context& context, const v1::QuoteTag& tag) {
  return context.Text(
      tag.action() == v1::QuoteTag::ACTION_PIN ? Msg::kTagPinned : Msg::kTagRemoved,
      {tag.theme(), absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(tag.create_time().seconds()),
                                     absl::UTCTimeZone())});
}

std::string FormatHit(const Context& context, const v1::QuoteHit& hit, int64_t number, bool why) {
  const Painter& painter = context.painter();
  const v1::Quote& quote = hit.quote();
  const size_t columns = context.columns();
  std::string out;

  std::string breadcrumb;
  for (const std::string& heading : quote.breadcrumb()) {
    breadcrumb += (breadcrumb.empty() ? "" : " › ") + heading;
  }
  // The number stands in the indent, so that words begin at the same column in every hit.
  const std::string lead = Pad(absl::StrCat(number, "."), kIndent);
  std::vector<Span> marks;
  for (const v1::Highlight& highlight : hit.highlights()) {
    const Span span{static_cast<size_t>(highlight.quote_range().begin()),
                    static_cast<size_t>(highlight.quote_range().end())};
    // Terms may overlap; painted is their union.
    if (!marks.empty() && span.begin <= marks.back().end) {
      marks.back().end = std::max(marks.back().end, span.end);
    } else {
      marks.push_back(span);
    }
  }
  for (const v1::Quote& before : hit.context_before()) {
    out += Paragraph(before.text(), {}, kContextIndent, columns, painter, Style::kDim);
  }
  out += Paragraph(quote.text(), marks, kIndent, columns, painter);
  for (const v1::Quote& after : hit.context_after()) {
    out += Paragraph(after.text(), {}, kContextIndent, columns, painter, Style::kDim);
  }
  if (!hit.folds().empty()) {
    std::string folds;
    for (const int fold : hit.folds()) {
      folds += (folds.empty() ? "" : context.Text(Msg::kListSeparator)) +
               context.Text(Label(static_cast<v1::Fold>(fold)));
    }
    out +=
        Paragraph(context.Text(Msg::kFolded, {folds}), {}, kIndent, columns, painter, Style::kDim);
  }
  if (!quote.defects().empty()) {
    out += Paragraph(
        context.Text(quote.defects_size() == 1 ? Msg::kTouchesFaultOne : Msg::kTouchesFaultMany,
                     {absl::StrJoin(quote.defects(), ", ")}),
        {}, kIndent, columns, painter, Style::kWarning);
  }
  for (int i = 0; why && i < quote.themes_size(); ++i) {
    out +=
        Paragraph(ThemeText(context, quote.themes(i)), {}, kIndent, columns, painter, Style::kDim);
  }
  out += Paragraph(quote.citation(), {}, kIndent, columns, painter);
  // Never wrapped: a name that is broken cannot be pasted.
  absl::StrAppend(&out, std::string(kIndent, ' '),
                  painter.Paint(Style::kDim, Printable(quote.name())), "\n");
  if (!breadcrumb.empty()) {
    out = Paragraph(breadcrumb, {}, kIndent, columns, painter, Style::kDim) + out;
  }
  // Every line begins with the indent; the number takes its place in the first.
  return lead + out.substr(std::min(lead.size(), kIndent));
}

ExitCode RunLookup(Context* context, const LookupOptions& options, std::string_view subject,
                   const FetchPage& fetch) {
  absl::StatusOr<client::Client*> client = context->Connect(Access::kRead);
  if (!client.ok()) {
    return context->Fail(client.status());
  }
  absl::StatusOr<v1::LookupFilter> filter = MakeFilter(context, *client, options);
  if (!filter.ok()) {
    return context->Fail(filter.status());
  }
  PageRequest request;
  request.filter = *std::move(filter);
  if (options.order.has_value()) {
    request.order = ParseOrder(*options.order);
  }
  request.page_token = options.page_token.value_or("");
  request.context = options.context;

  LookupPage first;
  int64_t shown = 0;
  for (bool is_first = true;; is_first = false) {
    const int64_t wanted = options.all
                               ? limits::kMaxPageSize
                               : std::min<int64_t>(options.limit - shown, limits::kMaxPageSize);
    request.page_size = static_cast<int>(wanted);
    // For people the facets tell in how many reports the hits are.
    request.facets = is_first && (options.facets || !context->json());
    absl::StatusOr<LookupPage> page = fetch(request);
    if (!page.ok()) {
      const ExitCode code = context->Fail(page.status());
      return code == kExitNothing && MissingName(page.status()) != subject ? kExitInput : code;
    }
    if (is_first) {
      first = *page;
      if (!context->json() && first.total_size > 0) {
        context->out() << context->painter().Paint(Style::kStrong, TotalLine(*context, first))
                       << '\n';
      }
    }
    for (const v1::QuoteHit& hit : page->hits) {
      ++shown;
      if (!context->json()) {
        context->out() << '\n' << FormatHit(*context, hit, shown, options.why);
      }
    }
    request.page_token = page->next_page_token;
    // A reader that went away (head) needs no further pages.
    if (request.page_token.empty() || (!options.all && shown >= options.limit) ||
        !context->out().good()) {
      break;
    }
  }
  if (context->json()) {
    return shown > 0 ? kExitOk : kExitNothing;
  }
  if (options.facets) {
    context->out() << FormatFacet(*context, Msg::kFacetReports, first.facets.reports())
                   << FormatFacet(*context, Msg::kFacetThemes, first.facets.themes())
                   << FormatFacet(*context, Msg::kFacetYears, first.facets.years());
  }
  context->out().flush();
  if (first.total_size == 0) {
    context->err() << context->Text(Msg::kNothingFound,
                                    {Count(*context, Msg::kQuotesOne, Msg::kQuotesMany,
                                           first.coverage.quote_count()),
                                     Count(*context, Msg::kReportsOne, Msg::kReportsMany,
                                           first.coverage.report_count())})
                   << '\n';
  } else if (shown == 0) {
    context->err() << context->Text(Msg::kNoMoreHits) << '\n';
  } else if (!request.page_token.empty()) {
    context->err() << context->Text(Msg::kMore,
                                    {std::to_string(shown), std::to_string(first.total_size),
                                     request.page_token})
                   << '\n';
  }
  WarnOfCoverage(context, first.coverage);
  return shown > 0 ? kExitOk : kExitNothing;
}

namespace {

// Whether a name is a numbered one ("…-2") of which `beginning` leaves the number out, and perhaps
// more. Reports of one title and day are told apart so, and the first of them has no number: if it
// is not among those that are listed it is held back, or was purged, and whoever gives its id, or
// the beginning of that, means it. The second must not answer in its place. That is told by what
// everybody may list alone, so that it says nothing of the first.
bool IsNumberedBeyond(std::string_view name, std::string_view beginning) {
  constexpr size_t kMostDigits = 3;  // years are no numbers of this kind
  const size_t dash = name.rfind('-');
  return dash != std::string_view::npos && beginning.size() <= dash && dash + 1 < name.size() &&
         name.size() - dash - 1 <= kMostDigits &&
         name.find_first_not_of("0123456789", dash + 1) == std::string_view::npos &&
         name[dash + 1] != '0' && name.substr(dash + 1) != "1";
}

}  // namespace

absl::StatusOr<std::string> ResolveReport(Context* context, client::Client* client,
                                          std::string_view text, bool show_embargoed) {
  constexpr std::string_view kCollection = "reports/";
  const std::string_view id =
      text.starts_with(kCollection) ? text.substr(kCollection.size()) : text;
  std::string name = std::string(kCollection) + std::string(id);
  v1::GetReportRequest get;
  get.set_name(name);
  get.set_show_embargoed(show_embargoed);
  const absl::Status exact = client->GetReport(get).status();
  if (exact.ok()) {
    return name;
  }
  // What is no id may still be the beginning of one ("2022-"); the id of what is gone is not.
  if (GetErrorReason(exact) == ErrorReason::kReportPurged) {
    return exact;
  }
  if (exact.code() != absl::StatusCode::kNotFound &&
      exact.code() != absl::StatusCode::kInvalidArgument) {
    return exact;
  }
  std::vector<std::string> candidates;
  v1::ListReportsRequest list;
  list.set_page_size(limits::kMaxPageSize);
  list.set_show_deleted(true);
  list.set_show_embargoed(show_embargoed);
  do {
    QUOTES_ASSIGN_OR_RETURN(const v1::ListReportsResponse page, client->ListReports(list));
    for (const v1::Report& report : page.reports()) {
      if (!id.empty() && report.name().starts_with(name)) {
        candidates.push_back(report.name());
      }
    }
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  if (candidates.size() == 1) {
    if (IsNumberedBeyond(candidates.front(), name)) {
      return absl::NotFoundError(context->Text(
          Msg::kNumberedReport, {text, candidates.front().substr(kCollection.size())}));
    }
    return candidates.front();
  }
  if (candidates.empty()) {
    return absl::NotFoundError(context->Text(Msg::kNoSuchReport, {text}));
  }
  std::sort(candidates.begin(), candidates.end());
  std::string names;
  for (size_t i = 0; i < std::min(candidates.size(), kMaxNamedIds); ++i) {
    names += (i == 0 ? "" : ", ") + candidates[i].substr(kCollection.size());
  }
  names += candidates.size() > kMaxNamedIds ? ", …" : "";
  return absl::InvalidArgumentError(
      context->Text(Msg::kAmbiguousReport, {id, names, std::to_string(candidates.size())}));
}

std::string ThemeName(std::string_view text) {
  return text.starts_with("themes/") ? std::string(text) : absl::StrCat("themes/", ToAbsl(text));
}

}  // namespace quotes::ctl
