#include "service/rpc/citation_convert.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "service/base/status_macros.h"
#include "service/rpc/convert.h"
#include "service/rpc/names.h"

namespace quotes::rpc {
namespace {

using citation::Range;

// A revision that ranges count in; without a report there is none.
struct RevisionKey {
  std::string report_id;
  uint64_t revision = 0;

  friend bool operator<(const RevisionKey& a, const RevisionKey& b) {
    return std::tie(a.report_id, a.revision) < std::tie(b.report_id, b.revision);
  }
};

// Converts one result.
class ResultConverter {
 public:
  ResultConverter(const citation::Result& result, std::u32string_view quotation,
                  text::OffsetUnit unit, JoinedText joined_text)
      : result_(result), unit_(unit), joined_text_(joined_text), quotation_(quotation) {
    quotation_offsets_ = std::make_unique<Offsets>(quotation_, unit_);
  }

  absl::Status Convert(v1::CitationResult* out);

 private:
  void SetQuotationRange(Range range, v1::TextRange* out) {
    SetClamped(range, quotation_.size(), quotation_offsets_.get(), out);
  }
  absl::Status SetSourceRange(const RevisionKey& key, Range range, v1::TextRange* out);
  static void SetClamped(Range range, size_t size, Offsets* offsets, v1::TextRange* out);

  // The revision of what is said about the whole passage.
  RevisionKey PassageRevision() const;
  // The revision of what is said about one edit.
  RevisionKey EditRevision(const citation::Edit& edit) const;

  absl::Status SetEdit(const citation::Edit& edit, v1::CitationEdit* out);
  absl::Status SetPart(const citation::Part& part, v1::CitationPart* out);
  absl::Status SetFlag(const citation::FlagResult& flag, v1::ContextFlagResult* out);
  absl::Status SetDefect(const citation::TouchedDefect& defect, v1::TouchedDefect* out);
  absl::Status SetLocation(const citation::Location& location, v1::CitationLocation* out);
  absl::Status SetElsewhere(v1::CitationElsewhere* out);
  void SetCoverage(v1::CitationCoverage* out) const;

  struct Text {
    std::u32string_view joined;
    std::unique_ptr<Offsets> offsets;
  };

  const citation::Result& result_;
  const text::OffsetUnit unit_;
  JoinedText joined_text_;
  const std::u32string_view quotation_;
  std::unique_ptr<Offsets> quotation_offsets_;
  std::map<RevisionKey, Text> texts_;
};

void ResultConverter::SetClamped(Range range, size_t size, Offsets* offsets, v1::TextRange* out) {
  // A range beyond its text would be a fault of the verdict; it must not take the server down.
  out->set_begin(offsets->At(std::min<size_t>(range.begin, size)));
  out->set_end(offsets->At(std::min<size_t>(std::max(range.begin, range.end), size)));
}

absl::Status ResultConverter::SetSourceRange(const RevisionKey& key, Range range,
                                             v1::TextRange* out) {
  if (unit_ == text::OffsetUnit::kCodePoints) {
    out->set_begin(range.begin);
    out->set_end(range.end);
    return absl::OkStatus();
  }
  Text& text = texts_[key];
  if (text.offsets == nullptr) {
    QUOTES_ASSIGN_OR_RETURN(text.joined, joined_text_(key.report_id, key.revision));
    text.offsets = std::make_unique<Offsets>(text.joined, unit_);
  }
  SetClamped(range, text.joined.size(), text.offsets.get(), out);
  return absl::OkStatus();
}

RevisionKey ResultConverter::PassageRevision() const {
  if (!result_.locations.empty()) {
    return {result_.locations.front().report_id, result_.locations.front().revision};
  }
  for (const citation::Part& part : result_.parts) {
    if (!part.report_id.empty()) {
      return {part.report_id, part.revision};
    }
  }
  return {};
}

RevisionKey ResultConverter::EditRevision(const citation::Edit& edit) const {
  for (const citation::Part& part : result_.parts) {
    if (!part.report_id.empty() && part.quotation.begin <= edit.quotation.begin &&
        edit.quotation.end <= part.quotation.end) {
      return {part.report_id, part.revision};
    }
  }
  return PassageRevision();
}

absl::Status ResultConverter::SetEdit(const citation::Edit& edit, v1::CitationEdit* out) {
  out->set_kind(static_cast<v1::EditKind>(edit.kind));
  out->set_severity(static_cast<v1::Severity>(edit.severity));
  out->set_reason(static_cast<v1::EditReason>(edit.reason));
  SetQuotationRange(edit.quotation, out->mutable_quotation_range());
  SetQuotationRange(edit.quotation_token, out->mutable_quotation_token_range());
  const RevisionKey key = EditRevision(edit);
  if (!key.report_id.empty()) {
    QUOTES_RETURN_IF_ERROR(SetSourceRange(key, edit.source, out->mutable_source_range()));
    QUOTES_RETURN_IF_ERROR(
        SetSourceRange(key, edit.source_token, out->mutable_source_token_range()));
    if (!edit.defect_id.empty()) {
      out->set_defect(DefectName(key.report_id, edit.defect_id));
    }
  }
  out->set_quotation_text(edit.quotation_text);
  out->set_source_text(edit.source_text);
  out->set_quotation_token(edit.quotation_token_text);
  out->set_source_token(edit.source_token_text);
  AddFolds(edit.folds, out->mutable_folds());
  out->set_possible_source_fault(edit.possible_source_fault);
  return absl::OkStatus();
}

absl::Status ResultConverter::SetPart(const citation::Part& part, v1::CitationPart* out) {
  SetQuotationRange(part.quotation, out->mutable_quotation_range());
  out->set_verdict(static_cast<v1::TextVerdict>(part.verdict));
  if (part.report_id.empty()) {
    return absl::OkStatus();
  }
  out->set_report(ReportName(part.report_id));
  out->set_revision(RevisionNameOf(part.report_id, part.revision));
  return SetSourceRange({part.report_id, part.revision}, part.source, out->mutable_source_range());
}

absl::Status ResultConverter::SetFlag(const citation::FlagResult& flag,
                                      v1::ContextFlagResult* out) {
  out->set_flag(static_cast<v1::ContextFlag>(flag.flag));
  out->set_detail(flag.detail);
  out->set_direct(flag.direct);
  const RevisionKey key = PassageRevision();
  if (flag.source.empty() || key.report_id.empty()) {
    return absl::OkStatus();
  }
  return SetSourceRange(key, flag.source, out->mutable_source_range());
}

absl::Status ResultConverter::SetDefect(const citation::TouchedDefect& defect,
                                        v1::TouchedDefect* out) {
  out->set_kind(static_cast<v1::Defect::Kind>(defect.kind));
  out->set_certainty(static_cast<v1::Certainty>(defect.certainty));
  out->set_printed(defect.printed);
  for (const std::string& reading : defect.readings) {
    out->add_readings(reading);
  }
  if (defect.applied_reading >= 0) {
    out->set_applied_reading(defect.applied_reading);
  }
  const RevisionKey key = PassageRevision();
  if (key.report_id.empty()) {
    return absl::OkStatus();
  }
  out->set_defect(DefectName(key.report_id, defect.defect_id));
  return SetSourceRange(key, defect.source, out->mutable_source_range());
}

absl::Status ResultConverter::SetLocation(const citation::Location& location,
                                          v1::CitationLocation* out) {
  const RevisionKey key = {location.report_id, location.revision};
  out->set_report(ReportName(location.report_id));
  out->set_revision(RevisionNameOf(location.report_id, location.revision));
  out->set_state(static_cast<v1::SourceState>(location.state));
  out->set_verdict(static_cast<v1::TextVerdict>(location.verdict));
  QUOTES_RETURN_IF_ERROR(SetSourceRange(key, location.source, out->mutable_source_range()));
  out->set_text(location.text);
  for (const std::string& id : location.quote_ids) {
    out->add_quotes(QuoteName(location.report_id, id));
  }
  if (!location.section_id.empty()) {
    out->set_section(SectionName(location.report_id, location.section_id));
    out->set_section_path(location.section_path);
  }
  for (const std::string& heading : location.breadcrumb) {
    out->add_breadcrumb(heading);
  }
  out->set_block(static_cast<v1::BlockKind>(location.block));
  out->set_mode(static_cast<v1::Mode>(location.mode));
  out->set_paragraph(static_cast<int32_t>(location.paragraph));
  out->set_sentence(static_cast<int32_t>(location.sentence));
  for (const citation::PrintPlace& place : location.print) {
    v1::CitationLocation::PrintPlace* added = out->add_print_places();
    added->set_kind(static_cast<v1::BlockKind>(place.kind));
    added->set_line(static_cast<int32_t>(place.line));
    added->set_page(static_cast<int32_t>(place.page));
    QUOTES_RETURN_IF_ERROR(SetSourceRange(key, place.source, added->mutable_source_range()));
  }
  return absl::OkStatus();
}

absl::Status ResultConverter::SetElsewhere(v1::CitationElsewhere* out) {
  const citation::Elsewhere& elsewhere = result_.elsewhere;
  out->set_verdict(static_cast<v1::TextVerdict>(elsewhere.verdict));
  out->set_report(ReportName(elsewhere.report_id));
  out->set_revision(RevisionNameOf(elsewhere.report_id, elsewhere.revision));
  return SetSourceRange({elsewhere.report_id, elsewhere.revision}, elsewhere.source,
                        out->mutable_source_range());
}

void ResultConverter::SetCoverage(v1::CitationCoverage* out) const {
  const citation::Coverage& coverage = result_.coverage;
  out->set_report_count(static_cast<int64_t>(coverage.reports));
  out->set_incomplete_report_count(static_cast<int64_t>(coverage.incomplete_reports));
  for (const citation::Coverage::Incomplete& incomplete : coverage.incomplete) {
    v1::CitationCoverage::IncompleteReport* added = out->add_incomplete_reports();
    added->set_report(ReportName(incomplete.report_id));
    added->set_jump_target(incomplete.jump_target);
    added->set_position(incomplete.position);
  }
  out->set_history_revision_count(static_cast<int64_t>(coverage.history_revisions));
}

absl::Status ResultConverter::Convert(v1::CitationResult* out) {
  out->set_disposition(static_cast<v1::Disposition>(result_.disposition));
  for (const citation::DispositionReason& reason : result_.reasons) {
    v1::DispositionReason* added = out->add_reasons();
    added->set_finding(static_cast<v1::Finding>(reason.finding));
    added->set_disposition(static_cast<v1::Disposition>(reason.disposition));
  }
  out->set_text_verdict(static_cast<v1::TextVerdict>(result_.text));
  out->set_unverifiable_reason(static_cast<v1::UnverifiableReason>(result_.unverifiable));
  out->set_elision_risk(static_cast<v1::ElisionRisk>(result_.elision_risk));
  out->set_severity(static_cast<v1::Severity>(result_.severity));
  out->set_cost(result_.cost);
  for (const citation::Edit& edit : result_.edits) {
    QUOTES_RETURN_IF_ERROR(SetEdit(edit, out->add_edits()));
  }
  out->set_edit_count(static_cast<int64_t>(result_.edit_count));
  for (const citation::Part& part : result_.parts) {
    QUOTES_RETURN_IF_ERROR(SetPart(part, out->add_parts()));
  }
  AddFolds(result_.folds, out->mutable_folds());
  out->set_attribution(static_cast<v1::Attribution>(result_.attribution));
  for (const citation::FieldResult& field : result_.fields) {
    v1::ClaimFieldResult* added = out->add_fields();
    added->set_field(static_cast<v1::ClaimField>(field.field));
    added->set_verdict(static_cast<v1::FieldVerdict>(field.verdict));
    added->set_claimed(field.claimed);
    added->set_actual(field.actual);
  }
  for (const citation::FlagResult& flag : result_.flags) {
    QUOTES_RETURN_IF_ERROR(SetFlag(flag, out->add_flags()));
  }
  out->set_mode(static_cast<v1::Mode>(result_.mode));
  for (const citation::TouchedDefect& defect : result_.defects) {
    QUOTES_RETURN_IF_ERROR(SetDefect(defect, out->add_defects()));
  }
  for (const citation::Location& location : result_.locations) {
    QUOTES_RETURN_IF_ERROR(SetLocation(location, out->add_locations()));
  }
  out->set_location_count(static_cast<int64_t>(result_.location_count));
  out->set_report_count(static_cast<int64_t>(result_.report_count));
  if (!result_.elsewhere.report_id.empty()) {
    QUOTES_RETURN_IF_ERROR(SetElsewhere(out->mutable_elsewhere()));
  }
  out->set_repair(result_.repair);
  out->set_citation(result_.citation_line);
  SetCoverage(out->mutable_coverage());
  out->set_stop_reason(static_cast<v1::CitationResult::StopReason>(result_.stopped));
  out->set_archive_revision(static_cast<int64_t>(result_.archive_revision));
  out->set_engine_version(result_.engine_version);
  out->set_fold_version(result_.fold_version);
  out->set_lexicon_version(result_.lexicon_version);
  out->set_profile(ProfileName(result_.profile_name));
  out->set_profile_version(result_.profile_version);
  out->set_quotation_sha256(result_.quotation_sha256);
  return absl::OkStatus();
}

}  // namespace

absl::Status SetCitationResult(const citation::Result& result, std::string_view quotation,
                               text::OffsetUnit unit, JoinedText joined_text,
                               v1::CitationResult* out) {
  const std::u32string points = text::ToCodePoints(quotation);
  return ResultConverter(result, points, unit, joined_text).Convert(out);
}

void FitLocations(size_t bytes, v1::CitationResult* result) {
  constexpr size_t kTagAndLength = 6;
  size_t size = result->ByteSizeLong();
  while (size > bytes && result->locations_size() > 1) {
    const size_t last = result->locations(result->locations_size() - 1).ByteSizeLong();
    size -= std::min(size, last + kTagAndLength);
    result->mutable_locations()->RemoveLast();
  }
}

void SetProfile(const citation::Profile& profile, v1::Profile* out) {
  out->set_name(ProfileName(profile.name));
  out->set_version(profile.version);
  out->set_description(profile.description);
  for (size_t i = 0; i < citation::kFindingCount; ++i) {
    v1::Profile::Rule* rule = out->add_rules();
    rule->set_finding(static_cast<v1::Finding>(i + 1));
    rule->set_disposition(static_cast<v1::Disposition>(profile.table[i]));
  }
  out->set_is_default(profile.name == citation::DefaultProfile().name);
}

}  // namespace quotes::rpc
