#include "client/ctl/verdict.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/ctl/details.h"
#include "client/ctl/side_by_side.h"
#include "client/ctl/text_map.h"
#include "client/ctl/values.h"

namespace quotes::ctl {
namespace {

// Differences told one by one; the texts side by side show all.
constexpr int kMaxEditLines = 10;
// Other places told by name; of the rest only the number.
// A difference longer than this is cut: the texts side by side show it whole.
constexpr size_t kMaxEditColumns = 40;

// The message of an enumerator from 1 on, where messages stand in the order of the enum.
Msg InOrder(Msg first, Msg last, int value, Msg otherwise) {
  const int count = static_cast<int>(last) - static_cast<int>(first) + 1;
  return value >= 1 && value <= count ? static_cast<Msg>(static_cast<int>(first) + value - 1)
                                      : otherwise;
}

Msg SeverityLabel(v1::Severity severity) {
  switch (severity) {
    case v1::SEVERITY_MINOR:
      return Msg::kSeverityMinor;
    case v1::SEVERITY_MAJOR:
      return Msg::kSeverityMajor;
    default:
      return Msg::kSeverityCritical;
  }
}

Style DispositionStyle(v1::Disposition disposition) {
  switch (disposition) {
    case v1::DISPOSITION_PASS:
      return Style::kGood;
    case v1::DISPOSITION_FAIL:
      return Style::kHit;
    default:
      return Style::kWarning;
  }
}

class Formatter {
 public:
  Formatter(const Context& context, const v1::CitationResult& result, std::string_view quotation,
            int max_places)
      : context_(context), result_(result), quotation_(quotation), max_places_(max_places) {}

  std::string Format() const;

 private:
  std::string Text(Msg message, std::initializer_list<std::string_view> arguments = {}) const {
    return context_.Text(message, arguments);
  }
  std::string Separator() const { return Text(Msg::kListSeparator); }
  std::string Quoted(std::string_view text) const {
    return Truncate(Printable(text), kMaxEditColumns);
  }
  std::string FoldNames(const google::protobuf::RepeatedField<int>& folds) const;

  std::string Headline() const;
  std::string EditText(const v1::CitationEdit& edit) const;
  std::string PlaceText(const v1::CitationLocation& location) const;
  std::string FieldText(const v1::ClaimFieldResult& field) const;
  std::string DefectText(const v1::TouchedDefect& defect) const;

  void AddReasons(Details* details) const;
  void AddParts(Details* details) const;
  void AddEdits(Details* details) const;
  void AddContext(Details* details) const;
  void AddPlaces(Details* details) const;

  const Context& context_;
  const v1::CitationResult& result_;
  const std::string_view quotation_;
  const int max_places_;
};

std::string Formatter::FoldNames(const google::protobuf::RepeatedField<int>& folds) const {
  std::vector<std::string> names;
  for (const int fold : folds) {
    names.push_back(Text(Label(static_cast<v1::Fold>(fold))));
  }
  return absl::StrJoin(names, Separator());
}

std::string Formatter::Headline() const {
  std::vector<std::string> notes;
  switch (result_.unverifiable_reason()) {
    case v1::UNVERIFIABLE_REASON_SOURCE_INCOMPLETE:
      notes.push_back(Text(Msg::kSourceIncomplete));
      break;
    case v1::UNVERIFIABLE_REASON_UNREADABLE_RANGE:
      notes.push_back(Text(Msg::kUnreadableRange));
      break;
    case v1::UNVERIFIABLE_REASON_SOURCE_NOT_HELD:
      notes.push_back(Text(Msg::kSourceNotHeld));
      break;
    case v1::UNVERIFIABLE_REASON_LANGUAGE:
      notes.push_back(Text(Msg::kOtherLanguage));
      break;
    default:
      break;
  }
  switch (result_.elision_risk()) {
    case v1::ELISION_RISK_LONG_GAP:
      notes.push_back(Text(Msg::kRiskLongGap));
      break;
    case v1::ELISION_RISK_CUE:
      notes.push_back(Text(Msg::kRiskCue));
      break;
    case v1::ELISION_RISK_PARTED_FIGURE:
      notes.push_back(Text(Msg::kRiskPartedFigure));
      break;
    case v1::ELISION_RISK_NEGATOR:
      notes.push_back(Text(Msg::kRiskNegator));
      break;
    default:
      break;
  }
  // What an omission mark stands for is no difference.
  const int64_t differences =
      result_.edit_count() -
      std::count_if(result_.edits().begin(), result_.edits().end(), [](const auto& edit) {
        return edit.reason() == v1::EDIT_REASON_OMISSION_MARK;
      });
  if (differences > 0) {
    notes.push_back(Text(differences == 1 ? Msg::kDifferencesOne : Msg::kDifferencesMany,
                         {std::to_string(differences)}));
  }
  if (result_.severity() != v1::SEVERITY_UNSPECIFIED) {
    notes.push_back(Text(SeverityLabel(result_.severity())));
  }
  std::string verdict = Text(Label(result_.text_verdict()));
  if (!notes.empty()) {
    verdict = Text(Msg::kEditNotes, {verdict, absl::StrJoin(notes, Separator())});
  }
  return Text(Msg::kHeadline, {DispositionText(context_, result_.disposition()), verdict});
}

std::string Formatter::EditText(const v1::CitationEdit& edit) const {
  // The word around a changed character says more than the character.
  const bool whole_words = !edit.quotation_token().empty() && !edit.source_token().empty();
  const std::string yours = Quoted(whole_words ? edit.quotation_token() : edit.quotation_text());
  const std::string theirs = Quoted(whole_words ? edit.source_token() : edit.source_text());
  std::string what;
  switch (edit.kind()) {
    case v1::EDIT_KIND_OMISSION:
      what = Text(Msg::kEditOmission, {Quoted(edit.source_text())});
      break;
    case v1::EDIT_KIND_ADDITION:
      what = Text(Msg::kEditAddition, {Quoted(edit.quotation_text())});
      break;
    case v1::EDIT_KIND_REORDER:
      what = Text(Msg::kEditReorder, {Quoted(edit.quotation_text()), Quoted(edit.source_text())});
      break;
    case v1::EDIT_KIND_PUNCTUATION:
    case v1::EDIT_KIND_FORM: {
      const bool form = edit.kind() == v1::EDIT_KIND_FORM;
      const std::string mine = Quoted(edit.quotation_text());
      const std::string printed = Quoted(edit.source_text());
      if (mine.empty()) {
        what = Text(form ? Msg::kEditFormLost : Msg::kEditMarkLost, {printed});
      } else if (printed.empty()) {
        what = Text(form ? Msg::kEditFormAdded : Msg::kEditMarkAdded, {mine});
      } else {
        what = Text(form ? Msg::kEditForm : Msg::kEditMark, {mine, printed});
      }
      break;
    }
    default:
      what = Text(Msg::kEditSubstitution, {yours, theirs});
      break;
  }
  std::vector<std::string> notes;
  if (edit.reason() != v1::EDIT_REASON_UNSPECIFIED) {
    notes.push_back(Text(Label(edit.reason())));
  }
  if (!edit.folds().empty()) {
    notes.push_back(FoldNames(edit.folds()));
  }
  if (edit.severity() != v1::SEVERITY_UNSPECIFIED) {
    notes.push_back(Text(SeverityLabel(edit.severity())));
  }
  if (edit.possible_source_fault()) {
    notes.push_back(Text(Msg::kPossibleSourceFault));
  }
  return notes.empty() ? what : Text(Msg::kEditNotes, {what, absl::StrJoin(notes, Separator())});
}

std::string Formatter::PlaceText(const v1::CitationLocation& location) const {
  std::vector<std::string> parts = {location.report()};
  if (location.state() == v1::SOURCE_STATE_OLD_REVISION) {
    parts.back() = Text(Msg::kEditNotes, {location.revision(), Text(Msg::kPlaceOldRevision)});
  } else if (location.state() != v1::SOURCE_STATE_LATEST) {
    parts.back() = Text(Msg::kEditNotes, {location.revision(), Text(Msg::kPlaceWithdrawn)});
  }
  if (!location.breadcrumb().empty()) {
    parts.push_back(absl::StrJoin(location.breadcrumb(), " › "));
  }
  if (location.paragraph() > 0) {
    parts.push_back(Text(Msg::kParagraphAndSentence, {std::to_string(location.paragraph()),
                                                      std::to_string(location.sentence())}));
  }
  std::vector<std::string> printed;
  for (const v1::CitationLocation::PrintPlace& place : location.print_places()) {
    const std::string line = std::to_string(place.line());
    printed.push_back(place.page() > 0
                          ? Text(Msg::kPlacePageLine, {std::to_string(place.page()), line})
                          : Text(Msg::kPlaceLine, {line}));
  }
  if (!printed.empty()) {
    // Lines between the first and the last follow from them.
    parts.push_back(printed.size() == 1 ? printed.front()
                                        : absl::StrCat(printed.front(), " – ", printed.back()));
  }
  return absl::StrJoin(parts, "  ");
}

std::string Formatter::FieldText(const v1::ClaimFieldResult& field) const {
  const std::string name = Text(Label(field.field()));
  switch (field.verdict()) {
    case v1::FIELD_VERDICT_MATCH:
      return Text(Msg::kFieldMatch, {name, field.claimed()});
    case v1::FIELD_VERDICT_MISMATCH:
      return field.actual().empty()
                 ? Text(Msg::kFieldMismatchUnknown, {name, field.claimed()})
                 : Text(Msg::kFieldMismatch, {name, field.claimed(), field.actual()});
    case v1::FIELD_VERDICT_NOT_CLAIMED:
      return {};
    default:
      return Text(Msg::kFieldUnknown, {name, field.claimed()});
  }
}

std::string Formatter::DefectText(const v1::TouchedDefect& defect) const {
  std::vector<std::string> readings;
  for (const std::string& reading : defect.readings()) {
    readings.push_back(reading.empty() ? Text(Msg::kNothing) : reading);
  }
  std::string text = Text(Msg::kDefectLine, {defect.printed(), Text(Label(defect.certainty())),
                                             absl::StrJoin(readings, Text(Msg::kOr))});
  if (defect.has_applied_reading() && defect.applied_reading() >= 0 &&
      defect.applied_reading() < defect.readings_size()) {
    text =
        Text(Msg::kDefectApplied, {text, readings[static_cast<size_t>(defect.applied_reading())]});
  }
  return text;
}

void Formatter::AddReasons(Details* details) const {
  for (const v1::DispositionReason& reason : result_.reasons()) {
    details->Add(Msg::kLabelReason, Text(Msg::kEditNotes, {Text(Label(reason.finding())),
                                                           Text(Label(reason.disposition()))}));
  }
}

void Formatter::AddParts(Details* details) const {
  for (const v1::CitationPart& part : result_.parts()) {
    const std::string words =
        Quoted(Substring(quotation_, part.quotation_range().begin(), part.quotation_range().end()));
    const std::string verdict = Text(Label(part.verdict()));
    details->Add(
        Msg::kLabelPart,
        Text(Msg::kEditNotes,
             {words, part.report().empty() ? verdict
                                           : Text(Msg::kElsewhereIn, {verdict, part.report()})}));
  }
}

void Formatter::AddEdits(Details* details) const {
  for (int i = 0; i < std::min(result_.edits_size(), kMaxEditLines); ++i) {
    details->Add(Msg::kLabelDifference, EditText(result_.edits(i)));
  }
  if (result_.edit_count() > kMaxEditLines) {
    details->Add(
        Msg::kLabelDifference,
        Text(Msg::kMoreDifferences, {std::to_string(result_.edit_count() - kMaxEditLines)}));
  }
}

void Formatter::AddContext(Details* details) const {
  std::vector<std::string> flags;
  for (const v1::ContextFlagResult& flag : result_.flags()) {
    std::string text = Text(Label(flag.flag()));
    // Details that are ids say nothing to a reader.
    if (!flag.detail().empty() && flag.flag() != v1::CONTEXT_FLAG_TOUCHES_DEFECT) {
      text = Text(Msg::kEditNotes, {text, flag.detail()});
    }
    if (std::find(flags.begin(), flags.end(), text) == flags.end()) {
      flags.push_back(std::move(text));
    }
  }
  details->Add(Msg::kLabelContext, absl::StrJoin(flags, Separator()));
  details->Add(Msg::kLabelMode, ModeName(context_.lang(), result_.mode()));
  for (const v1::TouchedDefect& defect : result_.defects()) {
    details->Add(Msg::kLabelFault, DefectText(defect));
  }
}

void Formatter::AddPlaces(Details* details) const {
  if (!result_.locations().empty()) {
    details->Add(Msg::kLabelPlace, PlaceText(result_.locations(0)));
  }
  const int shown = std::min(result_.locations_size(), max_places_);
  for (int i = 1; i < shown; ++i) {
    details->Add(Msg::kLabelAlso, PlaceText(result_.locations(i)));
  }
  if (const int64_t more = result_.location_count() - shown; more > 0) {
    details->Add(Msg::kLabelAlso, Text(Msg::kMorePlaces, {std::to_string(more)}));
  }
  if (result_.has_elsewhere()) {
    const v1::CitationElsewhere& elsewhere = result_.elsewhere();
    // Another text of the same report is told by its revision.
    const bool same =
        !result_.locations().empty() && result_.locations(0).report() == elsewhere.report();
    details->Add(Msg::kLabelElsewhere,
                 Text(Msg::kElsewhereIn, {Text(Label(elsewhere.verdict())),
                                          same ? elsewhere.revision() : elsewhere.report()}));
  }
}

std::string Formatter::Format() const {
  std::string out = Headline() + "\n";
  const std::vector<Stretch> stretches = TakeApart(result_, quotation_);
  if (!stretches.empty()) {
    absl::StrAppend(&out, "\n",
                    SideBySide(stretches, Text(Msg::kLabelYours), Text(Msg::kLabelOriginal),
                               context_.columns(), context_.painter()),
                    "\n");
  }
  Details details(context_);
  AddReasons(&details);
  AddParts(&details);
  AddEdits(&details);
  if (result_.text_verdict() == v1::TEXT_VERDICT_SIMILAR && stretches.empty() &&
      !result_.locations().empty()) {
    details.Add(Msg::kLabelNearest, result_.locations(0).text());
  }
  for (const v1::ClaimFieldResult& field : result_.fields()) {
    details.Add(Msg::kLabelClaim, FieldText(field));
  }
  AddContext(&details);
  AddPlaces(&details);
  details.Add(Msg::kLabelRepair, result_.repair());
  details.Add(Msg::kLabelCiteAs, result_.citation());
  // As far in as the texts side by side.
  return out + details.Render(2);
}

}  // namespace

Msg Label(v1::Disposition disposition) {
  switch (disposition) {
    case v1::DISPOSITION_PASS:
      return Msg::kPass;
    case v1::DISPOSITION_FAIL:
      return Msg::kFail;
    default:
      return Msg::kReview;
  }
}

Msg Label(v1::TextVerdict verdict) {
  return InOrder(Msg::kVerdictVerbatim, Msg::kVerdictTooShort, verdict, Msg::kVerdictOther);
}

Msg Label(v1::EditReason reason) {
  return InOrder(Msg::kReasonNumber, Msg::kReasonOmissionMark, reason, Msg::kReasonContentWord);
}

Msg Label(v1::ClaimField field) {
  return InOrder(Msg::kFieldReport, Msg::kFieldPublication, field, Msg::kFieldOther);
}

Msg Label(v1::ContextFlag flag) {
  return InOrder(Msg::kFlagTruncatedNegation, Msg::kFlagWithdrawnReport, flag, Msg::kFlagOther);
}

Msg Label(v1::Finding finding) {
  return InOrder(Msg::kFindingVerbatim, Msg::kFindingUnjudgedBorder, finding, Msg::kFindingOther);
}

std::string DispositionText(const Context& context, v1::Disposition disposition) {
  return context.painter().Paint(DispositionStyle(disposition), context.Text(Label(disposition)));
}

std::string FormatVerdict(const Context& context, const v1::CitationResult& result,
                          std::string_view quotation, int max_places) {
  return Formatter(context, result, quotation, max_places).Format();
}

void WarnOfVerdict(Context* context, const v1::CitationResult& result) {
  const auto warn = [&](const std::string& sentence) {
    context->err() << context->err_painter().Paint(Style::kWarning, Printable(sentence)) << '\n';
  };
  if (result.stop_reason() != v1::CitationResult::STOP_REASON_UNSPECIFIED) {
    warn(context->Text(Msg::kWorkLimit));
  }
  const bool missing = result.text_verdict() == v1::TEXT_VERDICT_NOT_FOUND ||
                       result.text_verdict() == v1::TEXT_VERDICT_SIMILAR ||
                       result.text_verdict() == v1::TEXT_VERDICT_UNVERIFIABLE;
  if (!missing) {
    return;
  }
  const v1::CitationCoverage& coverage = result.coverage();
  for (const v1::CitationCoverage::IncompleteReport& report : coverage.incomplete_reports()) {
    warn(report.jump_target().empty()
             ? context->Text(Msg::kIncompleteReport, {report.report()})
             : context->Text(Msg::kIncompleteTo, {report.report(), report.jump_target()}));
  }
  const int64_t more = coverage.incomplete_report_count() - coverage.incomplete_reports_size();
  if (more > 0) {
    warn(context->Text(Msg::kIncompleteMore, {std::to_string(more)}));
  }
}

}  // namespace quotes::ctl
