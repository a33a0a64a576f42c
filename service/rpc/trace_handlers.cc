#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/entry.h"
#include "service/archive/filter_plan.h"
#include "service/archive/folded_name.h"
#include "service/archive/new_phrases.h"
#include "service/archive/trace_summary.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/rpc/answer_size.h"
#include "service/rpc/convert.h"
#include "service/rpc/handlers.h"
#include "service/rpc/names.h"
#include "service/rpc/page_token.h"
#include "service/rpc/validate.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::rpc {
namespace {

using archive::PackedDocument;
using archive::PhraseTrace;

// A trace of more reports than this leaves gRPC's threads: each takes some 20 nanoseconds.
constexpr size_t kMostInlineReports = 50'000;

void SetPhraseReport(const PackedDocument& document, const archive::PhraseCount& count,
                     v1::PhraseReport* out) {
  const PackedDocument::Metadata metadata = document.metadata();
  out->set_report(ReportName(document.report_id()));
  out->set_title(std::string(metadata.title));
  out->set_body(std::string(metadata.body));
  if (metadata.date.has_value()) {
    SetDate(*metadata.date, out->mutable_date());
  }
  out->set_occurrence_count(static_cast<int64_t>(count.occurrences));
  out->set_quote_count(static_cast<int64_t>(count.quotes));
}

void SetPhraseYear(const PhraseTrace::YearUse& year, v1::PhraseYear* out) {
  out->set_year(static_cast<int32_t>(year.year));
  out->set_occurrence_count(static_cast<int64_t>(year.count.occurrences));
  out->set_quote_count(static_cast<int64_t>(year.count.quotes));
  out->set_report_count(static_cast<int64_t>(year.reports));
  out->set_searched_report_count(static_cast<int64_t>(year.searched));
  out->set_searched_character_count(static_cast<int64_t>(year.code_points));
}

void SetPhraseUse(const archive::QuoteRef& ref, report::Range range, Converter* converter,
                  v1::PhraseUse* out) {
  converter->SetQuote(ref, v1::QUOTE_VIEW_BASIC, /*superseded=*/false, out->mutable_quote());
  const int64_t origin = converter->OffsetAt(*ref.document, ref.quote().range.begin);
  converter->SetRange(*ref.document, range, out->mutable_quote_range());
  out->mutable_quote_range()->set_begin(out->quote_range().begin() - origin);
  out->mutable_quote_range()->set_end(out->quote_range().end() - origin);
  if (const auto date = ref.document->date(); date.has_value()) {
    SetDate(*date, out->mutable_date());
  }
}

// Folded, as it is looked for.
absl::StatusOr<std::u32string> ToPhrase(const std::string& phrase) {
  if (phrase.empty()) {
    return errors::FieldRequired("phrase");
  }
  QUOTES_RETURN_IF_ERROR(CheckText("phrase", phrase, limits::kMaxQueryCodePoints));
  std::u32string units = archive::FoldName(phrase);
  if (units.empty()) {
    return errors::FieldInvalid("phrase", "has no letter, digit or symbol");
  }
  return units;
}

}  // namespace

absl::Status TracePhrase(CallContext& call, const v1::TracePhraseRequest& request,
                         v1::TracePhraseResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const std::u32string units, ToPhrase(request.phrase()));
  archive::TraceOptions options;
  QUOTES_ASSIGN_OR_RETURN(options.filter, ToFilter(request.filter(), call.archive->scheme()));
  QUOTES_RETURN_IF_ERROR(PageSize(request.page_size(), 1).status());
  const auto page_size = static_cast<size_t>(
      request.page_size() == 0 ? limits::kDefaultTraceReports
                               : std::min(request.page_size(), limits::kMaxTraceReports));
  std::optional<PagePlace> place;
  if (!request.page_token().empty()) {
    QUOTES_ASSIGN_OR_RETURN(place, DecodePageToken(ListingDigest(request), request.page_token()));
    if (request.require_same_revision() && place->archive_revision != call.archive->revision()) {
      return errors::RevisionChanged(place->archive_revision, call.archive->revision());
    }
  }
  if (const std::u32string phrase = text::ToCodePoints(request.phrase());
      archive::HasMarks(phrase)) {
    options.marked = archive::FoldKeepingMarks(phrase).units;
  }
  if (!call.may_block &&
      (archive::FilterPlan::AsksOfQuotes(options.filter) || !options.marked.empty() ||
       call.archive->documents().size() > kMostInlineReports)) {
    return call.Defer();
  }
  if (!request.has_return_variants() || request.return_variants()) {
    options.max_variants = limits::kMaxVariants;
  }
  QUOTES_ASSIGN_OR_RETURN(const PhraseTrace trace,
                          call.archive->Trace(units, options, call.cancellation));
  response->set_total_size(static_cast<int64_t>(trace.reports.size()));
  response->set_occurrence_count(static_cast<int64_t>(trace.total.occurrences));
  response->set_quote_count(static_cast<int64_t>(trace.total.quotes));
  for (const PhraseTrace::YearUse& year : trace.years) {
    SetPhraseYear(year, response->add_years());
  }
  if (trace.undated.searched > 0) {
    SetPhraseYear(trace.undated, response->mutable_undated());
  }
  Converter converter(call.archive->scheme(), ToOffsetUnit(request.offset_encoding()));
  if (trace.first.has_value()) {
    SetPhraseUse(trace.first->ref, trace.first->range, &converter, response->mutable_first_use());
    SetPhraseUse(trace.last->ref, trace.last->range, &converter, response->mutable_last_use());
  }
  for (const PhraseTrace::Drop& drop : trace.drops) {
    if (static_cast<size_t>(response->drops_size()) == limits::kMaxTraceDrops) {
      break;
    }
    v1::PhraseDrop* const out = response->add_drops();
    SetPhraseReport(*drop.last_with, drop.last_count, out->mutable_last_with());
    SetPhraseReport(*drop.dropped_by, {}, out->mutable_dropped_by());
    out->set_reports_since(static_cast<int64_t>(drop.reports_since));
  }
  response->set_drop_count(static_cast<int64_t>(trace.drops.size()));
  for (const PhraseTrace::Variant& variant : trace.variants) {
    v1::PhraseVariant* const out = response->add_variants();
    out->set_phrase(variant.text);
    out->set_occurrence_count(static_cast<int64_t>(variant.count.occurrences));
    out->set_quote_count(static_cast<int64_t>(variant.count.quotes));
  }
  response->set_archive_revision(static_cast<int64_t>(call.archive->revision()));
  SetCoverage(call.archive->CoverageOf(options.filter), response->mutable_coverage());

  auto next = trace.reports.begin();
  if (place.has_value()) {
    next = std::partition_point(
        next, trace.reports.end(), [&place](const PhraseTrace::ReportUse& use) {
          const int dates = archive::CompareDates(use.report->date(), place->key.date);
          return dates != 0 ? dates < 0 : use.report->report_id() <= place->key.report_id;
        });
  }
  response->set_stop_reason(v1::STOP_REASON_END);
  AnswerSize size(*response);
  const PackedDocument* last = nullptr;
  for (; next != trace.reports.end(); ++next) {
    v1::PhraseReport report;
    SetPhraseReport(*next->report, next->count, &report);
    report.set_character_count(static_cast<int64_t>(next->code_points));
    const bool full = static_cast<size_t>(response->reports_size()) == page_size;
    if (full || !size.Add(report)) {
      response->set_stop_reason(full ? v1::STOP_REASON_PAGE : v1::STOP_REASON_LIMIT);
      if (last != nullptr) {
        PagePlace end;
        end.archive_revision = call.archive->revision();
        end.key.date = last->date();
        end.key.report_id = last->report_id();
        response->set_next_page_token(EncodePageToken(ListingDigest(request), end));
      }
      break;
    }
    *response->add_reports() = std::move(report);
    last = next->report;
  }
  return absl::OkStatus();
}

absl::Status ListNewPhrases(CallContext& call, const v1::ListNewPhrasesRequest& request,
                            v1::ListNewPhrasesResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const std::string id, ParseReportName("report", request.report()));
  archive::NewPhraseOptions options;
  options.series_only = request.scope() == v1::NEW_PHRASE_SCOPE_SERIES;
  if (request.min_occurrence_count() != 0) {
    if (request.min_occurrence_count() < 2 ||
        request.min_occurrence_count() > limits::kMaxNewPhraseOccurrences) {
      return errors::FieldOutOfRange("min_occurrence_count",
                                     absl::StrCat("2 to ", limits::kMaxNewPhraseOccurrences));
    }
    options.min_occurrences = static_cast<uint64_t>(request.min_occurrence_count());
  }
  if (request.min_report_occurrence_count() != 0) {
    if (request.min_report_occurrence_count() < 1 ||
        request.min_report_occurrence_count() > limits::kMaxNewPhraseOccurrences) {
      return errors::FieldOutOfRange("min_report_occurrence_count",
                                     absl::StrCat("1 to ", limits::kMaxNewPhraseOccurrences));
    }
    options.min_in_report = static_cast<uint64_t>(request.min_report_occurrence_count());
  }
  QUOTES_ASSIGN_OR_RETURN(const size_t page_size,
                          PageSize(request.page_size(), limits::kDefaultPageSize));
  size_t next = 0;
  if (!request.page_token().empty()) {
    QUOTES_ASSIGN_OR_RETURN(const PagePlace place,
                            DecodePageToken(ListingDigest(request), request.page_token()));
    next = place.key.position;
  }
  const PackedDocument* const report = call.archive->FindReport(id);
  if (report == nullptr) {
    return call.library.MissingReport(id, /*show_embargoed=*/false);
  }
  if (!report->date().has_value()) {
    return errors::FieldInvalid("report", "has no date: nothing is earlier");
  }
  if (report->joined().size() > limits::kMaxNewPhraseCodePoints) {
    return errors::FieldInvalid(
        "report", absl::StrCat("has more than ", limits::kMaxNewPhraseCodePoints, " code points"));
  }
  QUOTES_ASSIGN_OR_RETURN(
      const archive::NewPhrases found,
      archive::FindNewPhrases(*call.archive, *report, options, call.cancellation));
  response->set_total_size(static_cast<int64_t>(found.phrases.size()));
  response->set_earlier_report_count(static_cast<int64_t>(found.earlier_reports));
  response->set_undated_report_count(static_cast<int64_t>(found.undated_reports));
  response->set_archive_revision(static_cast<int64_t>(call.archive->revision()));
  Converter converter(call.archive->scheme(), ToOffsetUnit(request.offset_encoding()));
  AnswerSize size(*response);
  for (; next < found.phrases.size(); ++next) {
    const archive::NewPhrase& phrase = found.phrases[next];
    v1::NewPhrase out;
    out.set_phrase(phrase.text);
    out.set_report_occurrence_count(static_cast<int64_t>(phrase.in_report));
    out.set_occurrence_count(static_cast<int64_t>(phrase.occurrences));
    out.set_report_count(static_cast<int64_t>(phrase.reports));
    SetPhraseUse(phrase.first, phrase.range, &converter, out.mutable_first_use());
    if (static_cast<size_t>(response->phrases_size()) == page_size || !size.Add(out)) {
      PagePlace end;
      end.archive_revision = call.archive->revision();
      end.key.position = static_cast<uint32_t>(next);
      response->set_next_page_token(EncodePageToken(ListingDigest(request), end));
      break;
    }
    *response->add_phrases() = std::move(out);
  }
  return absl::OkStatus();
}

}  // namespace quotes::rpc
