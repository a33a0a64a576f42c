#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/archive/entry.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/report/report_id.h"
#include "service/rpc/answer_size.h"
#include "service/rpc/convert.h"
#include "service/rpc/handlers.h"
#include "service/rpc/names.h"
#include "service/rpc/page_token.h"
#include "service/rpc/validate.h"

namespace quotes::rpc {
namespace {

using archive::PackedDocument;

// Runs an import and fills the answer, which is the same for both ways in.
template <typename Response>
absl::Status RunImport(CallContext& call, const ImportRequest& import, Response* response) {
  const absl::Time start = absl::Now();
  QUOTES_ASSIGN_OR_RETURN(const ImportResult result,
                          call.library.Import(import, call.cancellation));
  const absl::Duration duration = absl::Now() - start;
  SetReport(*result.document, response->mutable_report());
  response->set_unchanged(result.outcome.unchanged);
  response->set_replayed(result.outcome.replayed);
  response->set_archive_revision(static_cast<int64_t>(result.outcome.archive_revision));
  if (result.duplicate_of.has_value()) {
    response->set_duplicate_of(ReportName(result.duplicate_of->report_id));
    response->set_likeness(result.duplicate_of->likeness);
  }
  if (result.tags_left_behind > 0) {
    SetTagsLeftBehind(result.tags_left_behind, response->add_lint());
  }
  AnswerSize size(*response);
  for (const RevisedSentence& sentence : result.revised) {
    v1::LintFinding added;
    SetRevised(sentence, &added);
    if (!size.Add(added)) {
      break;
    }
    *response->add_lint() = std::move(added);
  }
  for (size_t i = 0; i < result.lint.size(); ++i) {
    v1::LintFinding added;
    SetLint(result.lint[i], result.proposals[i], &added);
    if (static_cast<size_t>(response->lint_size()) == limits::kMaxLintFindings ||
        !size.Add(added)) {
      break;
    }
    *response->add_lint() = std::move(added);
  }
  if (call.options.on_import) {
    ImportRecord record;
    record.embargoed = result.document->available_from().has_value();
    if (!record.embargoed) {
      record.report_id = result.outcome.report_id;
    }
    record.revision = result.outcome.revision;
    record.archive_revision = result.outcome.archive_revision;
    record.validate_only = import.validate_only;
    record.unchanged = result.outcome.unchanged;
    record.replayed = result.outcome.replayed;
    record.source_bytes = import.content.size();
    record.quotes = result.document->size();
    record.lint_findings =
        result.revised.size() + result.lint.size() + (result.tags_left_behind > 0 ? 1 : 0);
    record.duration = duration;
    call.options.on_import(record);
  }
  return absl::OkStatus();
}

void Record(const CallContext& call, std::string_view action, std::string_view report_id,
            const ReportResult& result) {
  if (call.options.on_change) {
    ChangeRecord record;
    record.action = action;
    record.embargoed = result.document->available_from().has_value();
    if (!record.embargoed) {
      record.report_id = report_id;
    }
    record.archive_revision = result.change.archive_revision;
    record.unchanged = result.change.unchanged;
    call.options.on_change(record);
  }
}

// Withdraws or restores a report and fills the answer, which is the same for both.
template <typename Request, typename Response>
absl::Status ChangeState(CallContext& call, std::string_view action,
                         absl::StatusOr<ReportResult> (Library::*change)(std::string_view,
                                                                         std::string_view,
                                                                         const store::Actor&),
                         const Request& request, Response* response) {
  QUOTES_ASSIGN_OR_RETURN(const std::string id, ParseReportName("name", request.name()));
  QUOTES_RETURN_IF_ERROR(CheckEtag("etag", request.etag()));
  QUOTES_ASSIGN_OR_RETURN(const ReportResult result,
                          (call.library.*change)(id, request.etag(), ActorOf(call)));
  SetReport(*result.document, response->mutable_report());
  response->set_unchanged(result.change.unchanged);
  response->set_archive_revision(static_cast<int64_t>(result.change.archive_revision));
  Record(call, action, id, result);
  return absl::OkStatus();
}

// What an edit of a register leaves behind: the defect for the caller, a record for the log.
template <typename Response>
void SetDefect(const CallContext& call, v1::OffsetEncoding encoding, const DefectResult& result,
               Response* response) {
  Converter converter(call.archive->scheme(), ToOffsetUnit(encoding));
  converter.SetDefect(*result.document, result.defect, response->mutable_defect());
  response->set_archive_revision(static_cast<int64_t>(result.archive_revision));
}

void Record(const CallContext& call, std::string_view action, std::string_view report_id,
            const DefectResult& result) {
  if (call.options.on_change) {
    ChangeRecord record;
    record.action = action;
    record.embargoed = result.document->available_from().has_value();
    if (!record.embargoed) {
      record.report_id = report_id;
      record.defect_id = result.defect.id;
    }
    record.archive_revision = result.archive_revision;
    record.unchanged = !result.changed;
    call.options.on_change(record);
  }
}

// The place in a report's list at which a page goes on: behind the child with the token's id, or,
// if that is gone, at the first one behind its position.
template <typename Children, typename IdOf, typename PositionOf>
size_t IndexAfter(const Children& children, const archive::SortKey& after, IdOf id_of,
                  PositionOf position_of) {
  for (size_t i = 0; i < children.size(); ++i) {
    if (id_of(children[i]) == after.quote_id) {
      return i + 1;
    }
  }
  size_t i = 0;
  while (i < children.size() && position_of(children[i]) <= after.position) {
    ++i;
  }
  return i;
}

// What is refused says nothing of what there is.
absl::Status CheckShowEmbargoed(const CallContext& call, bool show_embargoed) {
  if (show_embargoed && call.role < Role::kEditor) {
    return errors::RoleTooLowFor("show_embargoed", RoleName(call.role), RoleName(Role::kEditor));
  }
  return absl::OkStatus();
}

uint32_t SectionPosition(const archive::PackedSection& section) {
  return section.heading_range.begin;
}
uint32_t DefectPosition(const archive::PackedDefect& defect) { return defect.range.begin; }

// Lists children of one report: `add` appends the child at an index to the answer, or refuses when
// it does not fit.
template <typename Request, typename Children, typename IdOf, typename PositionOf, typename Add,
          typename Response>
absl::Status ListChildren(const CallContext& call, const Request& request, const Children& children,
                          IdOf id_of, PositionOf position_of, Add add, Response* response) {
  QUOTES_ASSIGN_OR_RETURN(const size_t page_size,
                          PageSize(request.page_size(), limits::kDefaultPageSize));
  const std::string digest = ListingDigest(request);
  size_t index = 0;
  if (!request.page_token().empty()) {
    QUOTES_ASSIGN_OR_RETURN(const PagePlace place, DecodePageToken(digest, request.page_token()));
    index = IndexAfter(children, place.key, id_of, position_of);
  }
  response->set_total_size(static_cast<int64_t>(children.size()));
  AnswerSize size(*response);
  size_t added = 0;
  while (index < children.size() && added < page_size && add(index, &size)) {
    ++index;
    ++added;
  }
  if (index < children.size() && index > 0) {
    PagePlace place;
    place.archive_revision = call.archive->revision();
    place.key.quote_id = id_of(children[index - 1]);
    place.key.position = position_of(children[index - 1]);
    response->set_next_page_token(EncodePageToken(digest, place));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<const PackedDocument*> FindDocument(const CallContext& call,
                                                   std::string_view report_id,
                                                   bool show_embargoed) {
  QUOTES_RETURN_IF_ERROR(CheckShowEmbargoed(call, show_embargoed));
  const PackedDocument* document = call.archive->FindReport(report_id);
  if (document == nullptr) {
    if (call.history == nullptr) {
      return errors::Loading();
    }
    document = call.history->FindReport(report_id);
  }
  if (document == nullptr && show_embargoed) {
    document = call.embargoed->Find(report_id).get();
  }
  if (document == nullptr) {
    return call.library.MissingReport(report_id, show_embargoed);
  }
  return document;
}

absl::Status ImportReport(CallContext& call, const v1::ImportReportRequest& request,
                          v1::ImportReportResponse* response) {
  if (!request.has_source()) {
    return errors::FieldRequired("source");
  }
  if (request.source().content().size() > limits::kMaxUnaryImportBytes) {
    return errors::SourceTooLarge(
        "source.content",
        absl::StrCat("at most ", limits::kMaxUnaryImportBytes, " bytes; use UploadReport"));
  }
  QUOTES_ASSIGN_OR_RETURN(ImportRequest import, ToImport(request));
  import.content = request.source().content();
  import.actor = ActorOf(call);
  return RunImport(call, import, response);
}

absl::Status FinishUpload(CallContext& call, const ImportRequest& import,
                          v1::UploadReportResponse* response) {
  return InTermsOfUpload(RunImport(call, import, response));
}

absl::Status GetReport(CallContext& call, const v1::GetReportRequest& request,
                       v1::GetReportResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const std::string id, ParseReportName("name", request.name()));
  QUOTES_ASSIGN_OR_RETURN(const PackedDocument* document,
                          FindDocument(call, id, request.show_embargoed()));
  SetReport(*document, response->mutable_report());
  return absl::OkStatus();
}

absl::Status ListReports(CallContext& call, const v1::ListReportsRequest& request,
                         v1::ListReportsResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const size_t page_size,
                          PageSize(request.page_size(), limits::kDefaultPageSize));
  const std::string digest = ListingDigest(request);
  QUOTES_RETURN_IF_ERROR(CheckShowEmbargoed(call, request.show_embargoed()));
  if ((request.show_deleted() || request.show_embargoed()) && call.history == nullptr) {
    return errors::Loading();
  }
  std::vector<std::span<const PackedDocument* const>> lists = {call.archive->documents()};
  if (request.show_deleted()) {
    lists.emplace_back(call.history->withdrawn());
  }
  std::vector<const PackedDocument*> embargoed;
  if (request.show_embargoed()) {
    for (const PackedDocument* const document : call.embargoed->documents()) {
      if (request.show_deleted() || document->state() != archive::ReportState::kWithdrawn) {
        embargoed.push_back(document);
      }
    }
    lists.emplace_back(embargoed);
  }
  size_t total = 0;
  for (const auto& list : lists) {
    total += list.size();
  }
  response->set_total_size(static_cast<int64_t>(total));
  // All are in the order of the listing; a page is merged from where it begins in each.
  if (!request.page_token().empty()) {
    QUOTES_ASSIGN_OR_RETURN(const PagePlace place, DecodePageToken(digest, request.page_token()));
    const auto comes_before = [](const archive::SortKey& key, const PackedDocument* document) {
      const std::optional<absl::CivilDay> date = document->date();
      if (key.date != date) {
        return key.date.has_value() && (!date.has_value() || *key.date > *date);
      }
      return key.report_id < document->report_id();
    };
    for (auto& list : lists) {
      list = list.subspan(static_cast<size_t>(
          std::upper_bound(list.begin(), list.end(), place.key, comes_before) - list.begin()));
    }
  }
  const auto take_next = [&]() -> const PackedDocument* {
    std::span<const PackedDocument* const>* first = nullptr;
    for (auto& list : lists) {
      if (!list.empty() && (first == nullptr || ComesBefore(*list.front(), *first->front()))) {
        first = &list;
      }
    }
    if (first == nullptr) {
      return nullptr;
    }
    const PackedDocument* const next = first->front();
    *first = first->subspan(1);
    return next;
  };
  response->set_archive_revision(static_cast<int64_t>(call.archive->revision()));
  AnswerSize size(*response);
  const PackedDocument* last = nullptr;
  while (const PackedDocument* const document = take_next()) {
    v1::Report report;
    if (static_cast<size_t>(response->reports_size()) < page_size) {
      SetReport(*document, &report);
    }
    if (static_cast<size_t>(response->reports_size()) == page_size || !size.Add(report)) {
      PagePlace place;
      place.archive_revision = call.archive->revision();
      place.key.date = last->date();
      place.key.report_id = last->report_id();
      response->set_next_page_token(EncodePageToken(digest, place));
      break;
    }
    *response->add_reports() = std::move(report);
    last = document;
  }
  return absl::OkStatus();
}

absl::Status UpdateReport(CallContext& call, const v1::UpdateReportRequest& request,
                          v1::UpdateReportResponse* response) {
  if (!request.has_report()) {
    return errors::FieldRequired("report");
  }
  QUOTES_ASSIGN_OR_RETURN(const std::string id,
                          ParseReportName("report.name", request.report().name()));
  QUOTES_RETURN_IF_ERROR(CheckEtag("report.etag", request.report().etag()));
  if (request.update_mask().paths().empty()) {
    return errors::FieldRequired("update_mask");
  }
  for (const std::string& path : request.update_mask().paths()) {
    if (path != "available_from") {
      return errors::FieldInvalid("update_mask", "names a field other than available_from");
    }
  }
  std::optional<absl::Time> until;
  if (request.report().has_available_from()) {
    QUOTES_ASSIGN_OR_RETURN(until,
                            ToTime("report.available_from", request.report().available_from()));
  }
  const absl::StatusOr<ReportResult> result =
      call.library.SetEmbargo(id, until, request.report().etag(), ActorOf(call));
  if (!result.ok()) {
    return InTermsOf("report.", result.status());
  }
  SetReport(*result->document, response->mutable_report());
  response->set_unchanged(result->change.unchanged);
  response->set_archive_revision(static_cast<int64_t>(result->change.archive_revision));
  Record(call, until.has_value() ? "set-embargo" : "release", id, *result);
  return absl::OkStatus();
}

absl::Status DeleteReport(CallContext& call, const v1::DeleteReportRequest& request,
                          v1::DeleteReportResponse* response) {
  return ChangeState(call, "withdraw", &Library::Withdraw, request, response);
}

absl::Status UndeleteReport(CallContext& call, const v1::UndeleteReportRequest& request,
                            v1::UndeleteReportResponse* response) {
  return ChangeState(call, "restore", &Library::Restore, request, response);
}

absl::Status PurgeReport(CallContext& call, const v1::PurgeReportRequest& request,
                         v1::PurgeReportResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const std::string id, ParseReportName("name", request.name()));
  QUOTES_RETURN_IF_ERROR(CheckEtag("etag", request.etag()));
  QUOTES_ASSIGN_OR_RETURN(const PurgeResult result,
                          call.library.Purge(id, request.etag(), ActorOf(call), call.cancellation));
  response->set_unchanged(result.unchanged);
  response->set_archive_revision(static_cast<int64_t>(result.purged.archive_revision));
  SetTime(result.purged.time, response->mutable_purge_time());
  response->set_revision_count(static_cast<int64_t>(result.purged.revisions));
  response->set_erased(result.erased);
  if (call.options.on_change) {
    ChangeRecord record;
    record.action = "purge";
    record.embargoed = result.purged.embargoed;
    if (!record.embargoed) {
      record.report_id = id;
    }
    record.archive_revision = result.purged.archive_revision;
    record.unchanged = result.unchanged;
    call.options.on_change(record);
  }
  return absl::OkStatus();
}

absl::Status GetRevision(CallContext& call, const v1::GetRevisionRequest& request,
                         v1::GetRevisionResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const RevisionName name, ParseRevisionName("name", request.name()));
  if (request.has_range() &&
      (request.range().begin() < 0 || request.range().end() < request.range().begin())) {
    return errors::FieldOutOfRange("range", "0 <= begin <= end");
  }
  QUOTES_ASSIGN_OR_RETURN(const PackedDocument* latest,
                          FindDocument(call, name.report, request.show_embargoed()));
  std::shared_ptr<const PackedDocument> loaded;
  const PackedDocument* document = latest;
  if (name.revision != 0 && name.revision != latest->revision()) {
    QUOTES_ASSIGN_OR_RETURN(
        loaded, call.library.LoadRevision(name.report, name.revision, call.archive->scheme()));
    document = loaded.get();
  }
  const std::u32string_view joined = document->joined();
  report::Range range{0, static_cast<uint32_t>(joined.size())};
  if (request.has_range()) {
    range.end = static_cast<uint32_t>(std::min<int64_t>(range.end, request.range().end()));
    range.begin = static_cast<uint32_t>(std::min<int64_t>(range.end, request.range().begin()));
  }
  const std::u32string_view part = document->joined(range);
  if (part.size() > limits::kMaxRevisionCodePoints) {
    return errors::AnswerTooLarge("range", text::ToUtf8(part).size());
  }
  Converter converter(call.archive->scheme(), ToOffsetUnit(request.offset_encoding()));
  v1::Revision* out = response->mutable_revision();
  out->set_name(RevisionNameOf(document->report_id(), document->revision()));
  SetSource(document->source(), out->mutable_source());
  out->set_parser_version(std::string(document->parser_version()));
  out->set_fold_version(std::string(document->fold_version()));
  SetTime(document->revision_time(), out->mutable_create_time());
  out->set_text_length(converter.OffsetAt(*document, joined.size()));
  out->set_text(text::ToUtf8(part));
  converter.SetRange(*document, range, out->mutable_text_range());
  const auto touches = [&](report::Range other) {
    return other.begin < range.end && other.end > range.begin;
  };
  for (const archive::PackedPrintSpan& span : document->print_spans()) {
    if (touches(span.joined)) {
      v1::PrintSpan* added = out->add_print_spans();
      added->set_kind(static_cast<v1::BlockKind>(span.kind));
      added->set_line(static_cast<int32_t>(span.line));
      added->set_page(static_cast<int32_t>(span.page));
      added->set_byte_begin(static_cast<int64_t>(span.byte_begin));
      added->set_byte_end(static_cast<int64_t>(span.byte_end));
      converter.SetRange(*document, span.joined, added->mutable_range());
    }
  }
  for (const report::Run& run : document->runs()) {
    if (touches(run.range)) {
      v1::Run* added = out->add_runs();
      added->set_kind(static_cast<v1::BlockKind>(run.kind));
      converter.SetRange(*document, run.range, added->mutable_range());
    }
  }
  if (response->ByteSizeLong() > limits::kMaxAnswerBytes) {
    return errors::AnswerTooLarge("range", response->ByteSizeLong());
  }
  return absl::OkStatus();
}

absl::Status ListRevisions(CallContext& call, const v1::ListRevisionsRequest& request,
                           v1::ListRevisionsResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const std::string id, ParseReportName("parent", request.parent()));
  QUOTES_ASSIGN_OR_RETURN(const size_t page_size,
                          PageSize(request.page_size(), limits::kDefaultPageSize));
  const std::string digest = ListingDigest(request);
  uint64_t before = 0;
  if (!request.page_token().empty()) {
    QUOTES_ASSIGN_OR_RETURN(const PagePlace place, DecodePageToken(digest, request.page_token()));
    before = place.key.position;
    if (before == 0) {
      return errors::PageTokenInvalid("is damaged");
    }
  }
  QUOTES_RETURN_IF_ERROR(FindDocument(call, id, request.show_embargoed()).status());
  // One more than asked for tells whether there is a next page.
  QUOTES_ASSIGN_OR_RETURN(std::vector<store::RevisionInfo> revisions,
                          call.library.store().ListRevisions(id, before, page_size + 1));
  const bool more = revisions.size() > page_size;
  if (more) {
    revisions.pop_back();
    PagePlace place;
    place.archive_revision = call.archive->revision();
    place.key.position = static_cast<uint32_t>(revisions.back().number);
    response->set_next_page_token(EncodePageToken(digest, place));
  }
  for (const store::RevisionInfo& revision : revisions) {
    SetRevisionInfo(id, revision, response->add_revisions());
  }
  return absl::OkStatus();
}

absl::Status ListSections(CallContext& call, const v1::ListSectionsRequest& request,
                          v1::ListSectionsResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const std::string id, ParseReportName("parent", request.parent()));
  QUOTES_ASSIGN_OR_RETURN(const PackedDocument* document,
                          FindDocument(call, id, request.show_embargoed()));
  response->set_revision(RevisionNameOf(id, document->revision()));
  Converter converter(call.archive->scheme(), ToOffsetUnit(request.offset_encoding()));
  return ListChildren(
      call, request, document->sections(),
      [&](const archive::PackedSection& section) { return document->Text(section.id); },
      SectionPosition,
      [&](size_t index, AnswerSize* size) {
        v1::Section section;
        converter.SetSection(*document, index, &section);
        const bool fits = size->Add(section);
        if (fits) {
          *response->add_sections() = std::move(section);
        }
        return fits;
      },
      response);
}

absl::Status GetSection(CallContext& call, const v1::GetSectionRequest& request,
                        v1::GetSectionResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const ChildName name, ParseSectionName("name", request.name()));
  QUOTES_ASSIGN_OR_RETURN(const PackedDocument* document,
                          FindDocument(call, name.report, request.show_embargoed()));
  const auto find = [&](const PackedDocument& in) -> std::optional<size_t> {
    const std::span<const archive::PackedSection> sections = in.sections();
    const auto found = std::find_if(
        sections.begin(), sections.end(),
        [&](const archive::PackedSection& section) { return in.Text(section.id) == name.child; });
    if (found == sections.end()) {
      return std::nullopt;
    }
    return static_cast<size_t>(found - sections.begin());
  };
  std::optional<size_t> index = find(*document);
  std::shared_ptr<const PackedDocument> loaded;
  if (!index.has_value()) {
    if (!call.may_block) {
      return call.Defer();
    }
    QUOTES_ASSIGN_OR_RETURN(const uint64_t revision,
                            call.library.store().FindSectionRevision(name.report, name.child));
    QUOTES_ASSIGN_OR_RETURN(
        loaded, call.library.LoadRevision(name.report, revision, call.archive->scheme()));
    document = loaded.get();
    index = find(*document);
    if (!index.has_value()) {
      return errors::SectionNotFound(request.name());
    }
  }
  Converter converter(call.archive->scheme(), ToOffsetUnit(request.offset_encoding()));
  converter.SetSection(*document, *index, response->mutable_section());
  response->set_revision(RevisionNameOf(name.report, document->revision()));
  return absl::OkStatus();
}

absl::Status ListDefects(CallContext& call, const v1::ListDefectsRequest& request,
                         v1::ListDefectsResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const std::string id, ParseReportName("parent", request.parent()));
  QUOTES_ASSIGN_OR_RETURN(const PackedDocument* document,
                          FindDocument(call, id, request.show_embargoed()));
  Converter converter(call.archive->scheme(), ToOffsetUnit(request.offset_encoding()));
  return ListChildren(
      call, request, document->defects(),
      [&](const archive::PackedDefect& defect) { return document->Text(defect.id); },
      DefectPosition,
      [&](size_t index, AnswerSize* size) {
        v1::Defect defect;
        converter.SetDefect(*document, archive::UnpackDefect(*document, document->defects()[index]),
                            &defect);
        const bool fits = size->Add(defect);
        if (fits) {
          *response->add_defects() = std::move(defect);
        }
        return fits;
      },
      response);
}

absl::Status GetDefect(CallContext& call, const v1::GetDefectRequest& request,
                       v1::GetDefectResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const ChildName name, ParseDefectName("name", request.name()));
  QUOTES_ASSIGN_OR_RETURN(const PackedDocument* document,
                          FindDocument(call, name.report, request.show_embargoed()));
  const auto find = [&name](const PackedDocument& in) -> const archive::PackedDefect* {
    const std::span<const archive::PackedDefect> defects = in.defects();
    const auto found = std::find_if(
        defects.begin(), defects.end(),
        [&](const archive::PackedDefect& defect) { return in.Text(defect.id) == name.child; });
    return found == defects.end() ? nullptr : &*found;
  };
  const archive::PackedDefect* defect = find(*document);
  std::shared_ptr<const PackedDocument> loaded;
  if (defect == nullptr) {
    if (!call.may_block) {
      return call.Defer();
    }
    QUOTES_ASSIGN_OR_RETURN(const uint64_t revision,
                            call.library.store().FindDefectRevision(name.report, name.child));
    QUOTES_ASSIGN_OR_RETURN(
        loaded, call.library.LoadRevision(name.report, revision, call.archive->scheme()));
    document = loaded.get();
    defect = find(*document);
    if (defect == nullptr) {
      return errors::DefectNotFound(request.name());
    }
  }
  Converter converter(call.archive->scheme(), ToOffsetUnit(request.offset_encoding()));
  converter.SetDefect(*document, archive::UnpackDefect(*document, *defect),
                      response->mutable_defect());
  return absl::OkStatus();
}

absl::Status CreateDefect(CallContext& call, const v1::CreateDefectRequest& request,
                          v1::CreateDefectResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const std::string id, ParseReportName("parent", request.parent()));
  if (!request.has_defect()) {
    return errors::FieldRequired("defect");
  }
  QUOTES_ASSIGN_OR_RETURN(const PackedDocument* document,
                          FindDocument(call, id, /*show_embargoed=*/true));
  QUOTES_ASSIGN_OR_RETURN(const DefectEdit edit, ToDefectEdit(request, document->joined()));
  QUOTES_ASSIGN_OR_RETURN(const DefectResult result,
                          call.library.CreateDefect(id, request.defect_id(), edit, ActorOf(call)));
  SetDefect(call, request.offset_encoding(), result, response);
  Record(call, "create-defect", id, result);
  return absl::OkStatus();
}

absl::Status UpdateDefect(CallContext& call, const v1::UpdateDefectRequest& request,
                          v1::UpdateDefectResponse* response) {
  if (!request.has_defect()) {
    return errors::FieldRequired("defect");
  }
  QUOTES_ASSIGN_OR_RETURN(const ChildName name,
                          ParseDefectName("defect.name", request.defect().name()));
  QUOTES_RETURN_IF_ERROR(CheckEtag("defect.etag", request.defect().etag()));
  QUOTES_ASSIGN_OR_RETURN(const PackedDocument* document,
                          FindDocument(call, name.report, /*show_embargoed=*/true));
  QUOTES_ASSIGN_OR_RETURN(const DefectEdit edit, ToDefectEdit(request, document->joined()));
  QUOTES_ASSIGN_OR_RETURN(const DefectResult result,
                          call.library.UpdateDefect(name.report, name.child,
                                                    request.defect().etag(), edit, ActorOf(call)));
  SetDefect(call, request.offset_encoding(), result, response);
  Record(call, "update-defect", name.report, result);
  return absl::OkStatus();
}

absl::Status DeleteDefect(CallContext& call, const v1::DeleteDefectRequest& request,
                          v1::DeleteDefectResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const ChildName name, ParseDefectName("name", request.name()));
  QUOTES_RETURN_IF_ERROR(CheckEtag("etag", request.etag()));
  QUOTES_ASSIGN_OR_RETURN(
      const DefectResult result,
      call.library.DeleteDefect(name.report, name.child, request.etag(), ActorOf(call)));
  response->set_archive_revision(static_cast<int64_t>(result.archive_revision));
  Record(call, "delete-defect", name.report, result);
  return absl::OkStatus();
}

}  // namespace quotes::rpc
