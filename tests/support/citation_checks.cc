#include "tests/support/citation_checks.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/archive/indexed_archive.h"
#include "service/base/check.h"
#include "service/citation/form.h"
#include "service/citation/profile.h"
#include "service/report/defects.h"
#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/support/test_data.h"

namespace quotes::testing {

using citation::Attribution;
using citation::ContextFlag;
using citation::Disposition;
using citation::Edit;
using citation::EditKind;
using citation::EditReason;
using citation::ElisionRisk;
using citation::Request;
using citation::Result;
using citation::Severity;
using citation::SourceState;
using citation::TextVerdict;
using citation::UnverifiableReason;
using report::Range;

std::shared_ptr<archive::Document> MakeDocument(std::string_view id, std::string_view bytes,
                                                std::string_view defects) {
  const auto decoded = text::Decode(bytes);
  QUOTES_CHECK(decoded.ok());
  auto parsed = report::ParseReport(*decoded, {id});
  QUOTES_CHECK(parsed.ok());
  auto document = std::make_shared<archive::Document>();
  document->report_id = std::string(id);
  document->revision = 1;
  document->content = *std::move(parsed);
  if (!defects.empty()) {
    const auto entries = report::ParseDefects(defects);
    QUOTES_CHECK(entries.ok());
    auto placed = report::PlaceDefects(document->content, *entries);
    QUOTES_CHECK(placed.ok());
    document->defects = *std::move(placed);
  }
  return document;
}

std::shared_ptr<archive::Document> SampleDocument() {
  return MakeDocument("sample", SampleReport(), SampleDefects());
}

TestCorpus::TestCorpus(std::vector<std::shared_ptr<const archive::Document>> documents,
                       std::vector<std::shared_ptr<const archive::Document>> history)
    : main_(archive::MakeIndexedArchive(1, themes::Scheme::BuiltIn(), documents)) {
  if (!history.empty()) {
    history_ = archive::MakeIndexedArchive(1, themes::Scheme::BuiltIn(), history);
  }
  corpus_ = std::make_unique<citation::Corpus>(
      *main_, history_.get(), [this](const archive::PackedDocument& document) {
        const bool held = main_->FindReport(document.report_id()) != nullptr;
        return citation::Corpus::Origin{document.report_id(),
                                        held ? SourceState::kOldRevision : SourceState::kWithdrawn};
      });
}

Result TestCorpus::Verify(const Request& request) const {
  auto result = citation::Verify(*corpus_, request, Cancellation());
  QUOTES_CHECK(result.ok());
  return *std::move(result);
}

Result TestCorpus::Verify(std::string_view quotation) const {
  Request request;
  request.quotation = quotation;
  return Verify(request);
}

std::string_view Name(TextVerdict verdict) {
  switch (verdict) {
    case TextVerdict::kVerbatim:
      return "VERBATIM";
    case TextVerdict::kFormOnly:
      return "FORM_ONLY";
    case TextVerdict::kVerbatimEmended:
      return "VERBATIM_EMENDED";
    case TextVerdict::kPunctuationChanged:
      return "PUNCTUATION_CHANGED";
    case TextVerdict::kNumeralRestated:
      return "NUMERAL_RESTATED";
    case TextVerdict::kElided:
      return "ELIDED";
    case TextVerdict::kElidedRisky:
      return "ELIDED_RISKY";
    case TextVerdict::kAltered:
      return "ALTERED";
    case TextVerdict::kStitched:
      return "STITCHED";
    case TextVerdict::kSimilar:
      return "SIMILAR";
    case TextVerdict::kUnverifiable:
      return "UNVERIFIABLE";
    case TextVerdict::kNotFound:
      return "NOT_FOUND";
    case TextVerdict::kTooShort:
      return "TOO_SHORT";
  }
  return "?";
}

std::string_view Name(Disposition disposition) {
  switch (disposition) {
    case Disposition::kPass:
      return "PASS";
    case Disposition::kReview:
      return "REVIEW";
    case Disposition::kFail:
      return "FAIL";
  }
  return "?";
}

std::string_view Name(EditKind kind) {
  switch (kind) {
    case EditKind::kOmission:
      return "OMISSION";
    case EditKind::kAddition:
      return "ADDITION";
    case EditKind::kSubstitution:
      return "SUBSTITUTION";
    case EditKind::kReorder:
      return "REORDER";
    case EditKind::kPunctuation:
      return "PUNCTUATION";
    case EditKind::kForm:
      return "FORM";
  }
  return "?";
}

std::string_view Name(Severity severity) {
  switch (severity) {
    case Severity::kNone:
      return "-";
    case Severity::kMinor:
      return "MINOR";
    case Severity::kMajor:
      return "MAJOR";
    case Severity::kCritical:
      return "CRITICAL";
  }
  return "?";
}

std::string_view Name(EditReason reason) {
  constexpr std::string_view kNames[] = {"-",
                                         "NUMBER",
                                         "UNIT",
                                         "QUALIFIER",
                                         "DATE",
                                         "NEGATOR",
                                         "MODAL",
                                         "HEDGE",
                                         "CONDITION",
                                         "NAME",
                                         "SET_PHRASE",
                                         "CUT_TOKEN",
                                         "NUMERAL_RESTATED",
                                         "EMENDATION",
                                         "FUNCTION_WORD",
                                         "DOUBLED_WORD",
                                         "FURNITURE",
                                         "EDITORIAL_BRACKET",
                                         "CONTENT_WORD",
                                         "ASPECT",
                                         "FINAL_MARK",
                                         "OUTER_MARK",
                                         "UNBALANCED",
                                         "MOVED_BLOCK",
                                         "OMISSION_MARK"};
  return kNames[static_cast<size_t>(reason)];
}

std::string_view Name(Attribution attribution) {
  constexpr std::string_view kNames[] = {"?",
                                         "NOT_CLAIMED",
                                         "CONFIRMED",
                                         "AMBIGUOUS",
                                         "WRONG_REPORT",
                                         "WRONG_SPEAKER",
                                         "WRONG_ROLE",
                                         "WRONG_DATE",
                                         "WRONG_PUBLICATION",
                                         "WRONG_SECTION",
                                         "WRONG_PAGE",
                                         "NOT_SPEECH_TEXT",
                                         "SECONDARY_QUOTE",
                                         "UNKNOWN"};
  return kNames[static_cast<size_t>(attribution)];
}

std::string_view Name(ContextFlag flag) {
  constexpr std::string_view kNames[] = {"?",
                                         "TRUNCATED_NEGATION",
                                         "DROPPED_CONDITION",
                                         "DROPPED_HEDGE",
                                         "TARGET_AS_RESULT",
                                         "PROBLEM_AS_AIM",
                                         "PARTIAL_SENTENCE",
                                         "SPANS_SENTENCES",
                                         "SPANS_PARAGRAPHS",
                                         "SPANS_SECTIONS",
                                         "SPANS_PAGE_BREAK",
                                         "MULTIPLE_LOCATIONS",
                                         "IN_DUPLICATED_PASSAGE",
                                         "TOUCHES_DEFECT",
                                         "POSSIBLE_SOURCE_FAULT",
                                         "NEAR_INCOMPLETE_EDGE",
                                         "HEADING_TEXT",
                                         "FORMULAIC",
                                         "MIXED_SCRIPT",
                                         "AMBIGUOUS_FOLD",
                                         "OLD_REVISION",
                                         "WITHDRAWN_REPORT"};
  return kNames[static_cast<size_t>(flag)];
}

std::string_view Name(ElisionRisk risk) {
  constexpr std::string_view kNames[] = {"-", "LONG_GAP", "CUE", "PARTED_FIGURE", "NEGATOR"};
  return kNames[static_cast<size_t>(risk)];
}

std::string_view Name(UnverifiableReason reason) {
  constexpr std::string_view kNames[] = {"-", "SOURCE_INCOMPLETE", "UNREADABLE_RANGE",
                                         "SOURCE_NOT_HELD", "LANGUAGE"};
  return kNames[static_cast<size_t>(reason)];
}

std::string Dump(const Result& result) {
  std::string out = std::string(Name(result.disposition));
  for (const citation::DispositionReason& reason : result.reasons) {
    absl::StrAppend(&out, " ", std::string(citation::FindingName(reason.finding)));
  }
  absl::StrAppend(&out, "\ntext ", std::string(Name(result.text)));
  if (result.severity != Severity::kNone) {
    absl::StrAppend(&out, " ", std::string(Name(result.severity)));
  }
  if (result.elision_risk != ElisionRisk::kNone) {
    absl::StrAppend(&out, " ", std::string(Name(result.elision_risk)));
  }
  if (result.unverifiable != UnverifiableReason::kNone) {
    absl::StrAppend(&out, " ", std::string(Name(result.unverifiable)));
  }
  if (result.attribution != Attribution::kNotClaimed) {
    absl::StrAppend(&out, "\nattribution ", std::string(Name(result.attribution)));
    for (const citation::FieldResult& field : result.fields) {
      if (field.verdict == citation::FieldVerdict::kMismatch) {
        absl::StrAppend(&out, " ", field.claimed, "→", field.actual);
      }
    }
  }
  for (const citation::FlagResult& flag : result.flags) {
    absl::StrAppend(&out, "\nflag ", std::string(Name(flag.flag)), flag.detail.empty() ? "" : " ",
                    flag.detail, flag.direct ? " (direct)" : "");
  }
  for (const Edit& edit : result.edits) {
    absl::StrAppend(&out, "\nedit ", std::string(Name(edit.kind)), " ",
                    std::string(Name(edit.severity)), " ", std::string(Name(edit.reason)), " 【",
                    edit.source_text, "→", edit.quotation_text, "】");
    if (edit.source_token_text != edit.source_text ||
        edit.quotation_token_text != edit.quotation_text) {
      absl::StrAppend(&out, " in 【", edit.source_token_text, "→", edit.quotation_token_text, "】");
    }
  }
  for (const citation::Part& part : result.parts) {
    absl::StrAppend(&out, "\npart ", std::string(Name(part.verdict)), " ", part.quotation.begin,
                    "..", part.quotation.end, part.report_id.empty() ? "" : " ", part.report_id);
  }
  for (const citation::TouchedDefect& defect : result.defects) {
    absl::StrAppend(&out, "\ndefect ", defect.printed, defect.applied_reading < 0 ? "" : " read ");
    if (defect.applied_reading >= 0) {
      absl::StrAppend(&out, defect.readings[static_cast<size_t>(defect.applied_reading)]);
    }
  }
  if (!result.locations.empty()) {
    const citation::Location& first = result.locations.front();
    absl::StrAppend(&out, "\nplaces ", result.location_count, " in ", result.report_count, ": ",
                    first.report_id, " ", first.source.begin, "..", first.source.end);
  }
  if (!result.elsewhere.report_id.empty()) {
    absl::StrAppend(&out, "\nelsewhere ", std::string(Name(result.elsewhere.verdict)), " ",
                    result.elsewhere.report_id);
  }
  if (!result.repair.empty()) {
    absl::StrAppend(&out, "\nrepair ", result.repair);
  }
  if (result.stopped != citation::StopReason::kNone) {
    absl::StrAppend(&out, "\nstopped");
  }
  return out;
}

namespace {

// The raw characters of a text without transport noise.
std::u32string Clean(std::u32string_view text) {
  std::u32string clean;
  uint32_t last = ~0u;
  for (const citation::Unit& unit : citation::FormUnits(text)) {
    if (unit.begin != last) {
      clean.push_back(unit.raw);
    }
    last = unit.begin;
  }
  return clean;
}

// Whether a text is the quotation, transport noise aside. A line that ends in the quotation's Latin
// words may end inside one.
bool IsQuotation(std::u32string_view applied, std::u32string_view quotation) {
  const std::u32string own = Clean(applied);
  size_t at = 0;
  uint32_t last = ~0u;
  for (const citation::Unit& unit : citation::FormUnits(quotation)) {
    if (unit.begin == last) {
      continue;
    }
    last = unit.begin;
    if (at < own.size() && own[at] == unit.raw) {
      ++at;
      continue;
    }
    const std::u32string_view printed = quotation.substr(unit.begin, unit.end - unit.begin);
    if (unit.form != U' ' || std::none_of(printed.begin(), printed.end(), text::IsLineBreak)) {
      return false;
    }
  }
  return at == own.size();
}

}  // namespace

std::string FindViolation(const TestCorpus& corpus, const Request& request, const Result& result) {
  const std::u32string quotation = text::ToCodePoints(request.quotation);
  if (result.severity == Severity::kCritical && result.disposition == Disposition::kPass) {
    return "a critical edit passes";
  }
  if (result.locations.size() > result.location_count ||
      result.locations.size() > request.max_locations) {
    return "more locations than there are";
  }
  const archive::PackedDocument* document = nullptr;
  Range span;
  if (!result.locations.empty()) {
    for (const archive::PackedDocument* const candidate : corpus.documents()) {
      if (candidate->report_id() == result.locations[0].report_id) {
        document = candidate;
      }
    }
    span = result.locations[0].source;
  }
  if (document == nullptr || result.text == TextVerdict::kTooShort) {
    return "";
  }
  const std::u32string joined(document->joined());
  const auto slice = [](const std::u32string& text, Range range) {
    return text.substr(range.begin, range.size());
  };
  std::u32string applied;
  uint32_t at = span.begin;
  uint32_t quoted = 0;
  for (const Edit& edit : result.edits) {
    if (edit.quotation.begin > edit.quotation.end || edit.quotation.end > quotation.size() ||
        edit.source.begin > edit.source.end || edit.source.end > joined.size()) {
      return "a range out of bounds";
    }
    if (edit.quotation.begin < quoted) {
      return absl::StrCat("edits overlap in the quotation at ", edit.quotation.begin);
    }
    if (edit.source.begin < at) {
      return absl::StrCat("edits overlap in the source at ", edit.source.begin, " < ", at);
    }
    if (edit.source.end > span.end) {
      return "an edit beyond the span";
    }
    if ((edit.kind == EditKind::kOmission && edit.reason != EditReason::kOmissionMark &&
         !edit.quotation.empty()) ||
        (edit.kind == EditKind::kAddition && !edit.source.empty())) {
      return "an omission or addition with words of the other side";
    }
    if (text::ToCodePoints(edit.quotation_text) != slice(quotation, edit.quotation) ||
        text::ToCodePoints(edit.source_text) != slice(joined, edit.source)) {
      return "an edit's text is not that of its range";
    }
    applied += joined.substr(at, edit.source.begin - at);
    applied += slice(quotation, edit.quotation);
    at = edit.source.end;
    quoted = edit.quotation.end;
  }
  applied += joined.substr(at, span.end - at);
  if (result.edit_count == result.edits.size() && !IsQuotation(applied, quotation)) {
    return absl::StrCat("applying the edits gives ", text::ToUtf8(applied));
  }
  if (!result.repair.empty()) {
    Request again = request;
    again.quotation = result.repair;
    if (result.attribution == Attribution::kWrongReport) {
      again.claim.report.reset();  // the claimed one may have words that resemble the repair
    }
    if (text::ToCodePoints(result.repair).size() > 5000) {
      return "";
    }
    const Result repaired = corpus.Verify(again);
    // Beside a certain printing fault the repair has the true words.
    if (repaired.text != TextVerdict::kVerbatim && repaired.text != TextVerdict::kFormOnly &&
        repaired.text != TextVerdict::kVerbatimEmended && repaired.text != TextVerdict::kElided &&
        repaired.text != TextVerdict::kElidedRisky) {
      return absl::StrCat("the repair ", result.repair, " is ", std::string(Name(repaired.text)));
    }
  }
  return "";
}

}  // namespace quotes::testing
