#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/query.h"
#include "service/base/check.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/rpc/answer_size.h"
#include "service/rpc/convert.h"
#include "service/rpc/handlers.h"
#include "service/rpc/hit_writer.h"
#include "service/rpc/names.h"
#include "service/rpc/page_token.h"
#include "service/rpc/validate.h"
#include "service/themes/tag.h"

namespace quotes::rpc {
namespace {

using archive::PackedDocument;

// Finds quotes by name, in older revisions too; loads each of those once. For the time of one call.
class QuoteFinder {
 public:
  struct Found {
    archive::QuoteRef ref;
    bool superseded = false;
  };

  explicit QuoteFinder(CallContext& call) : call_(call) {}

  // REPORT_NOT_FOUND, QUOTE_NOT_FOUND, or CallContext::Defer().
  absl::StatusOr<Found> Find(const ChildName& name) {
    QUOTES_RETURN_IF_ERROR(FindDocument(call_, name.report).status());
    if (const auto ref = call_.archive->FindQuote(name.report, name.child)) {
      return Found{*ref, false};
    }
    // Without a history the report is an active one, which is not there.
    if (call_.history != nullptr) {
      if (const auto ref = call_.history->FindQuote(name.report, name.child)) {
        return Found{*ref, false};
      }
    }
    if (!call_.may_block) {
      return call_.Defer();
    }
    QUOTES_RETURN_IF_ERROR(call_.cancellation.Check());
    QUOTES_ASSIGN_OR_RETURN(const uint64_t revision,
                            call_.library.store().FindQuoteRevision(name.report, name.child));
    std::shared_ptr<const PackedDocument>& document = loaded_[{name.report, revision}];
    if (document == nullptr) {
      QUOTES_ASSIGN_OR_RETURN(
          document, call_.library.LoadRevision(name.report, revision, call_.archive->scheme()));
    }
    if (const std::optional<uint32_t> index = document->Find(name.child); index.has_value()) {
      return Found{{document.get(), *index}, true};
    }
    return errors::QuoteNotFound(QuoteName(name.report, name.child));
  }

 private:
  CallContext& call_;
  std::map<std::pair<std::string, uint64_t>, std::shared_ptr<const PackedDocument>> loaded_;
};

v1::QuoteView ViewOr(v1::QuoteView view, v1::QuoteView otherwise) {
  return view == v1::QUOTE_VIEW_UNSPECIFIED ? otherwise : view;
}

archive::Order OrderOr(v1::LookupOrder order, archive::Order otherwise) {
  return order == v1::LOOKUP_ORDER_UNSPECIFIED ? otherwise : static_cast<archive::Order>(order);
}

archive::Order ToOrder(v1::FigureOrder order) {
  switch (order) {
    case v1::FIGURE_ORDER_READING:
      return archive::Order::kReadingOrder;
    case v1::FIGURE_ORDER_VALUE_DESCENDING:
      return archive::Order::kValueDescending;
    case v1::FIGURE_ORDER_VALUE_ASCENDING:
      return archive::Order::kValueAscending;
    default:
      return archive::Order::kNewest;
  }
}

// The place where the page begins, if it is not the first.
template <typename Request>
absl::StatusOr<std::optional<archive::SortKey>> PageBegin(const CallContext& call,
                                                          const Request& request) {
  if (request.page_token().empty()) {
    return std::nullopt;
  }
  QUOTES_ASSIGN_OR_RETURN(PagePlace place,
                          DecodePageToken(ListingDigest(request), request.page_token()));
  if (request.require_same_revision() && place.archive_revision != call.archive->revision()) {
    return errors::RevisionChanged(place.archive_revision, call.archive->revision());
  }
  if (request.require_same_revision() && place.scheme != Stamp(call.archive->scheme())) {
    return errors::SchemeChanged(call.archive->scheme().version());
  }
  return std::move(place.key);
}

// Code points of the hits' quotes and of so many others on either side of each.
uint64_t CodePointsAround(const std::vector<archive::Hit>& hits, uint32_t context) {
  uint64_t sum = 0;
  for (const archive::Hit& hit : hits) {
    const std::span<const archive::PackedQuote> quotes = hit.ref.document->quotes();
    const uint32_t first = hit.ref.index - std::min(hit.ref.index, context);
    const size_t last = std::min<size_t>(hit.ref.index + context, quotes.size() - 1);
    sum += quotes[last].range.end - quotes[first].range.begin;
  }
  return sum;
}

// What a look-up finds, or CallContext::Defer() when it would keep gRPC's threads too long. Each
// hit becomes a message, unless its bytes are `written`, as do so many quotes on either side.
absl::StatusOr<archive::LookupAnswer> Find(CallContext& call, archive::Lookup lookup,
                                           v1::QuoteView view, bool written, uint32_t context) {
  if (call.may_block) {
    return call.archive->Find(lookup, call.cancellation);
  }
  // Of PlannedWork: making one takes some six microseconds.
  constexpr uint64_t kMessageWork = 600;
  constexpr uint64_t kReportCountWork = 1'000;
  const uint64_t messages = written ? 0 : 1 + 2 * uint64_t{context};
  const uint64_t work_of_hit =
      messages * kMessageWork + (view == v1::QUOTE_VIEW_FULL ? kReportCountWork : 0);
  const uint64_t planned = call.archive->PlannedWork(lookup);
  if (call.plan != nullptr) {
    *call.plan = {lookup.query == nullptr ? 0 : lookup.query->terms.size(), planned};
  }
  if (planned + lookup.limit * work_of_hit > call.options.max_inline_work) {
    return call.Defer();
  }
  lookup.most_code_points = limits::kMaxInlineHitCodePoints;
  QUOTES_ASSIGN_OR_RETURN(archive::LookupAnswer answer,
                          call.archive->Find(lookup, call.cancellation));
  if (answer.too_long ||
      (!written && CodePointsAround(answer.hits, context) > limits::kMaxInlineMessageCodePoints)) {
    return call.Defer();
  }
  return answer;
}

// Fills the page of an answer whose other fields are set: `add(hit)` adds an element and returns
// its bytes, `remove_last()` takes it away again.
template <typename Request, typename Response, typename Add, typename RemoveLast>
void FillPage(const CallContext& call, const Request& request, const archive::LookupAnswer& answer,
              Response* response, Add add, RemoveLast remove_last) {
  AnswerSize size(*response);
  size_t fitting = 0;
  for (const archive::Hit& hit : answer.hits) {
    if (!size.Add(add(hit))) {
      remove_last();
      break;
    }
    ++fitting;
  }
  const bool cut = fitting < answer.hits.size();
  response->set_stop_reason(cut           ? v1::STOP_REASON_LIMIT
                            : answer.more ? v1::STOP_REASON_PAGE
                                          : v1::STOP_REASON_END);
  if ((cut || answer.more) && fitting > 0) {
    response->set_next_page_token(EncodePageToken(
        ListingDigest(request),
        {call.archive->revision(), Stamp(call.archive->scheme()), answer.hits[fitting - 1].Key()}));
  }
}

// The same with `convert(hit, message)`, which makes an element of `list`.
template <typename Request, typename List, typename Response, typename Convert>
void FillList(const CallContext& call, const Request& request, const archive::LookupAnswer& answer,
              List* list, Response* response, Convert convert) {
  constexpr size_t kTagAndLength = 6;
  FillPage(
      call, request, answer, response,
      [&](const archive::Hit& hit) {
        auto* element = list->Add();
        convert(hit, element);
        return element->ByteSizeLong() + kTagAndLength;
      },
      [list] { list->RemoveLast(); });
}

// What SearchQuotes and LookupTheme have in common; `lookup` has query, match and filter set, and
// the order that is meant if the request names none.
template <typename Request, typename Response>
absl::Status RunLookup(CallContext& call, const Request& request, archive::Lookup lookup,
                       Response* response) {
  if (request.context() < 0 || request.context() > limits::kMaxContext) {
    return errors::FieldOutOfRange("context", absl::StrCat("0 to ", limits::kMaxContext));
  }
  QUOTES_ASSIGN_OR_RETURN(lookup.limit, PageSize(request.page_size(), limits::kDefaultPageSize));
  QUOTES_ASSIGN_OR_RETURN(lookup.after, PageBegin(call, request));
  lookup.order = OrderOr(request.order_by(), lookup.order);
  lookup.with_total = !request.has_return_total_size() || request.return_total_size();
  lookup.with_facets = request.return_facets();
  const text::OffsetUnit unit = ToOffsetUnit(request.offset_encoding());
  const v1::QuoteView view = ViewOr(request.view(), v1::QUOTE_VIEW_BASIC);
  const bool written = call.leading_bytes != nullptr && view == v1::QUOTE_VIEW_BASIC &&
                       request.context() == 0 && unit == text::OffsetUnit::kCodePoints;
  const auto context = static_cast<uint32_t>(request.context());
  QUOTES_ASSIGN_OR_RETURN(const archive::LookupAnswer answer,
                          Find(call, lookup, view, written, context));
  if (lookup.with_total) {
    response->set_total_size(static_cast<int64_t>(answer.total));
  }
  if (lookup.with_facets) {
    SetFacets(answer.facets, *call.archive, response->mutable_facets());
  }
  response->set_archive_revision(static_cast<int64_t>(call.archive->revision()));
  SetCoverage(call.archive->CoverageOf(lookup.filter), response->mutable_coverage());
  if (written) {
    static_assert(Response::kHitsFieldNumber == 1);
    constexpr size_t kUsualBytes = 400;  // of a hit, and some more
    call.leading_bytes->reserve((answer.hits.size() + 1) * kUsualBytes);
    HitWriter writer(call.leading_bytes);
    FillPage(
        call, request, answer, response,
        [&](const archive::Hit& hit) { return writer.Append(hit); }, [&] { writer.RemoveLast(); });
    return absl::OkStatus();
  }
  Converter converter(call.archive->scheme(), unit);
  converter.CountReportsIn(call.archive.get());
  FillList(call, request, answer, response->mutable_hits(), response,
           [&](const archive::Hit& hit, v1::QuoteHit* out) {
             converter.SetHit(hit, view, context, out);
           });
  return absl::OkStatus();
}

absl::StatusOr<int> FindTheme(const CallContext& call, const std::string& name) {
  QUOTES_ASSIGN_OR_RETURN(const std::string code, ParseThemeName("name", name));
  const int theme = call.archive->scheme().Find(code);
  if (theme < 0) {
    return errors::ThemeNotFound(name);
  }
  return theme;
}

}  // namespace

absl::Status GetQuote(CallContext& call, const v1::GetQuoteRequest& request,
                      v1::GetQuoteResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const ChildName name, ParseQuoteName("name", request.name()));
  QuoteFinder finder(call);
  QUOTES_ASSIGN_OR_RETURN(const QuoteFinder::Found found, finder.Find(name));
  Converter converter(call.archive->scheme(), ToOffsetUnit(request.offset_encoding()));
  converter.CountReportsIn(call.archive.get());
  converter.SetQuote(found.ref, ViewOr(request.view(), v1::QUOTE_VIEW_FULL), found.superseded,
                     response->mutable_quote());
  response->set_archive_revision(static_cast<int64_t>(call.archive->revision()));
  return absl::OkStatus();
}

absl::Status BatchGetQuotes(CallContext& call, const v1::BatchGetQuotesRequest& request,
                            v1::BatchGetQuotesResponse* response) {
  std::string parent;
  if (!request.parent().empty()) {
    QUOTES_ASSIGN_OR_RETURN(parent, ParseReportOrAny("parent", request.parent()));
  }
  if (request.names().empty()) {
    return errors::FieldRequired("names");
  }
  if (static_cast<size_t>(request.names_size()) > limits::kMaxBatchQuotes) {
    return errors::FieldOutOfRange("names",
                                   absl::StrCat("at most ", limits::kMaxBatchQuotes, " values"));
  }
  std::vector<ChildName> names;
  for (int i = 0; i < request.names_size(); ++i) {
    const std::string path = absl::StrCat("names[", i, "]");
    QUOTES_ASSIGN_OR_RETURN(ChildName name, ParseQuoteName(path, request.names(i)));
    if (!parent.empty() && name.report != parent) {
      return errors::FieldInvalid(path, absl::StrCat("is not below ", request.parent()));
    }
    names.push_back(std::move(name));
  }
  QuoteFinder finder(call);
  Converter converter(call.archive->scheme(), ToOffsetUnit(request.offset_encoding()));
  converter.CountReportsIn(call.archive.get());
  const v1::QuoteView view = ViewOr(request.view(), v1::QUOTE_VIEW_FULL);
  std::vector<QuoteFinder::Found> quotes;
  uint64_t code_points = 0;
  for (const ChildName& name : names) {
    QUOTES_ASSIGN_OR_RETURN(quotes.emplace_back(), finder.Find(name));
    code_points += quotes.back().ref.text().size();
  }
  if (code_points > limits::kMaxInlineMessageCodePoints && !call.may_block) {
    return call.Defer();
  }
  for (const QuoteFinder::Found& found : quotes) {
    converter.SetQuote(found.ref, view, found.superseded, response->add_quotes());
  }
  response->set_archive_revision(static_cast<int64_t>(call.archive->revision()));
  if (response->ByteSizeLong() > limits::kMaxAnswerBytes) {
    return errors::AnswerTooLarge("names", response->ByteSizeLong());
  }
  return absl::OkStatus();
}

absl::Status ListQuotes(CallContext& call, const v1::ListQuotesRequest& request,
                        v1::ListQuotesResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const std::string parent, ParseReportOrAny("parent", request.parent()));
  archive::Lookup lookup;
  QUOTES_ASSIGN_OR_RETURN(lookup.filter, ToFilter(request.filter(), call.archive->scheme()));
  if (request.order_by() == v1::LOOKUP_ORDER_RELEVANCE) {
    return errors::FieldInvalid("order_by", "there is no query to be relevant to");
  }
  QUOTES_ASSIGN_OR_RETURN(lookup.limit, PageSize(request.page_size(), limits::kDefaultPageSize));
  QUOTES_ASSIGN_OR_RETURN(lookup.after, PageBegin(call, request));
  lookup.order = OrderOr(request.order_by(), archive::Order::kReadingOrder);
  if (!parent.empty()) {
    QUOTES_RETURN_IF_ERROR(FindDocument(call, parent).status());
    std::vector<std::string>& reports = lookup.filter.reports;
    const bool let_through =
        reports.empty() || std::find(reports.begin(), reports.end(), parent) != reports.end();
    // No report has the empty id: a parent that the filter excludes has no quotes.
    reports = {let_through ? parent : std::string()};
  }
  const v1::QuoteView view = ViewOr(request.view(), v1::QUOTE_VIEW_BASIC);
  QUOTES_ASSIGN_OR_RETURN(const archive::LookupAnswer answer,
                          Find(call, lookup, view, /*written=*/false, /*context=*/0));
  response->set_total_size(static_cast<int64_t>(answer.total));
  response->set_archive_revision(static_cast<int64_t>(call.archive->revision()));
  Converter converter(call.archive->scheme(), ToOffsetUnit(request.offset_encoding()));
  converter.CountReportsIn(call.archive.get());
  FillList(call, request, answer, response->mutable_quotes(), response,
           [&](const archive::Hit& hit, v1::Quote* out) {
             converter.SetQuote(hit.ref, view, /*superseded=*/false, out);
           });
  return absl::OkStatus();
}

absl::Status SearchQuotes(CallContext& call, const v1::SearchQuotesRequest& request,
                          v1::SearchQuotesResponse* response) {
  if (request.query().empty()) {
    return errors::InvalidQuery("there is nothing to look for", 0);
  }
  QUOTES_ASSIGN_OR_RETURN(const archive::Query query, archive::ParseQuery(request.query()));
  archive::Lookup lookup;
  lookup.query = &query;
  if (request.match() == v1::MATCH_MODE_EXACT) {
    lookup.match = archive::MatchMode::kExact;
  }
  QUOTES_ASSIGN_OR_RETURN(lookup.filter, ToFilter(request.filter(), call.archive->scheme()));
  for (const archive::Term& term : query.terms) {
    response->add_terms(text::ToUtf8(term.raw));
  }
  return RunLookup(call, request, std::move(lookup), response);
}

absl::Status ListThemes(CallContext& call, const v1::ListThemesRequest& request,
                        v1::ListThemesResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const size_t page_size,
                          PageSize(request.page_size(), limits::kMaxPageSize));
  const std::string digest = ListingDigest(request);
  const std::vector<themes::Theme>& themes = call.archive->scheme().themes();
  size_t index = 0;
  if (!request.page_token().empty()) {
    QUOTES_ASSIGN_OR_RETURN(const PagePlace place, DecodePageToken(digest, request.page_token()));
    const int last = call.archive->scheme().Find(place.key.quote_id);
    if (last < 0) {
      return errors::PageTokenInvalid("is from another scheme of themes");
    }
    index = static_cast<size_t>(last) + 1;
  }
  response->set_scheme_version(call.archive->scheme().version());
  response->set_archive_revision(static_cast<int64_t>(call.archive->revision()));
  AnswerSize size(*response);
  for (; index < themes.size(); ++index) {
    v1::Theme theme;
    SetTheme(themes[index], call.archive->theme_totals()[index], &theme);
    if (static_cast<size_t>(response->themes_size()) == page_size || !size.Add(theme)) {
      PagePlace place;
      place.archive_revision = call.archive->revision();
      place.key.quote_id = themes[index - 1].code;
      response->set_next_page_token(EncodePageToken(digest, place));
      break;
    }
    *response->add_themes() = std::move(theme);
  }
  return absl::OkStatus();
}

absl::Status GetTheme(CallContext& call, const v1::GetThemeRequest& request,
                      v1::GetThemeResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const int theme, FindTheme(call, request.name()));
  const auto index = static_cast<size_t>(theme);
  SetTheme(call.archive->scheme().themes()[index], call.archive->theme_totals()[index],
           response->mutable_theme());
  response->set_scheme_version(call.archive->scheme().version());
  return absl::OkStatus();
}

absl::Status LookupTheme(CallContext& call, const v1::LookupThemeRequest& request,
                         v1::LookupThemeResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const int theme, FindTheme(call, request.name()));
  archive::Lookup lookup;
  QUOTES_ASSIGN_OR_RETURN(lookup.filter, ToFilter(request.filter(), call.archive->scheme()));
  lookup.filter.theme_groups.push_back({theme});
  lookup.order = archive::Order::kSalience;
  response->set_scheme_version(call.archive->scheme().version());
  return RunLookup(call, request, std::move(lookup), response);
}

absl::Status TagQuote(CallContext& call, const v1::TagQuoteRequest& request,
                      v1::TagQuoteResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const ChildName name, ParseQuoteName("name", request.name()));
  QUOTES_ASSIGN_OR_RETURN(const std::string theme, ParseThemeName("theme", request.theme()));
  QUOTES_RETURN_IF_ERROR(CheckEtag("etag", request.etag()));
  std::optional<themes::TagAction> action;
  switch (request.action()) {
    case v1::QuoteTag::ACTION_PIN:
      action = themes::TagAction::kPin;
      break;
    case v1::QuoteTag::ACTION_REMOVE:
      action = themes::TagAction::kRemove;
      break;
    case v1::QuoteTag::ACTION_CLEAR:
      break;
    default:
      return errors::FieldRequired("action");
  }
  QUOTES_ASSIGN_OR_RETURN(
      const TagResult result,
      call.library.TagQuote(name.report, name.child, theme, action, request.etag(), ActorOf(call)));
  const std::optional<uint32_t> index = result.document->Find(name.child);
  QUOTES_CHECK(index.has_value());
  // The scheme may have changed since the call began.
  Converter converter(*result.scheme, ToOffsetUnit(request.offset_encoding()));
  // A tag changes no words.
  converter.CountReportsIn(call.archive.get());
  converter.SetQuote({result.document.get(), *index}, v1::QUOTE_VIEW_FULL, /*superseded=*/false,
                     response->mutable_quote());
  response->set_archive_revision(static_cast<int64_t>(result.archive_revision));
  if (call.options.on_change) {
    ChangeRecord record;
    record.action = "tag-quote";
    record.embargoed = result.document->available_from().has_value();
    if (!record.embargoed) {
      record.report_id = name.report;
      record.quote_id = name.child;
    }
    record.archive_revision = result.archive_revision;
    record.unchanged = !result.changed;
    call.options.on_change(record);
  }
  return absl::OkStatus();
}

absl::Status SearchFigures(CallContext& call, const v1::SearchFiguresRequest& request,
                           v1::SearchFiguresResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const archive::FigureFilter filter, ToFigureFilter(request));
  archive::Lookup lookup;
  lookup.figures = &filter;
  QUOTES_ASSIGN_OR_RETURN(lookup.filter, ToFilter(request.filter(), call.archive->scheme()));
  QUOTES_ASSIGN_OR_RETURN(lookup.limit, PageSize(request.page_size(), limits::kDefaultPageSize));
  QUOTES_ASSIGN_OR_RETURN(lookup.after, PageBegin(call, request));
  lookup.order = ToOrder(request.order_by());
  lookup.with_total = !request.has_return_total_size() || request.return_total_size();
  lookup.with_facets = request.return_facets();
  const v1::QuoteView view = ViewOr(request.view(), v1::QUOTE_VIEW_BASIC);
  QUOTES_ASSIGN_OR_RETURN(const archive::LookupAnswer answer,
                          Find(call, lookup, view, /*written=*/false, /*context=*/0));
  if (lookup.with_total) {
    response->set_total_size(static_cast<int64_t>(answer.total));
  }
  if (lookup.with_facets) {
    SetFacets(answer.facets, *call.archive, response->mutable_facets());
  }
  response->set_archive_revision(static_cast<int64_t>(call.archive->revision()));
  SetCoverage(call.archive->CoverageOf(lookup.filter), response->mutable_coverage());
  response->set_figure_version(std::string(figures::FigureVersion()));
  Converter converter(call.archive->scheme(), ToOffsetUnit(request.offset_encoding()));
  converter.CountReportsIn(call.archive.get());
  FillList(
      call, request, answer, response->mutable_hits(), response,
      [&](const archive::Hit& hit, v1::FigureHit* out) { converter.SetFigureHit(hit, view, out); });
  return absl::OkStatus();
}

}  // namespace quotes::rpc
