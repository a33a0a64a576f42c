#ifndef QUOTES_SERVICE_CITATION_VERDICT_H_
#define QUOTES_SERVICE_CITATION_VERDICT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "service/base/limits.h"
#include "service/report/report.h"
#include "service/text/fold.h"

// What is asked about a quotation and what is answered: plain values. Three axes (text,
// attribution, context) and one disposition derived from them by a profile (profile.h).
//
// Ranges named `quotation` count code points of the caller's own string, noise included; ranges
// named `source` count code points of the joined text of the named revision. All are half-open.
// Numbers of enumerators are those of the contract and never change.
namespace quotes::citation {

using report::Range;

// Axis 1: the words.
enum class TextVerdict {
  kVerbatim = 1,            // code point for code point, transport noise aside
  kFormOnly = 2,            // equal after the form fold; every fold is an edit of kind kForm
  kVerbatimEmended = 3,     // equal when registered printing faults are read as emended
  kPunctuationChanged = 4,  // the same letters and numerals with other inner marks
  kNumeralRestated = 5,     // the same but for numerals of equal value, unit and qualifier
  kElided = 6,              // parts beside omission marks, each word for word, harmlessly
  kElidedRisky = 7,         // the same, but a gap may change the meaning: see ElisionRisk
  kAltered = 8,             // one passage with edits
  kStitched = 9,            // word for word in parts that do not stand together
  kSimilar = 10,            // not the source's words; the nearest passage is shown as help
  kUnverifiable = 11,       // cannot be decided from what is held: see UnverifiableReason
  kNotFound = 12,
  kTooShort = 13,  // positions are returned, nothing is approved
};

enum class UnverifiableReason {
  kNone = 0,
  kSourceIncomplete = 1,  // the claimed report breaks off
  kUnreadableRange = 2,   // the claimed report is unreadable at the nearest passage
  kSourceNotHeld = 3,     // the claimed report is not in the archive
  kLanguage = 4,          // the claimed report is in another language
};

// Why a quotation with omission marks is kElidedRisky; the gravest.
enum class ElisionRisk {
  kNone = 0,
  kLongGap = 1,       // a gap is longer than limits::kMaxElisionGap letters
  kCue = 2,           // a hedge or condition inside a gap governs kept words, or kept words come to
                      // bear on others than in the source
  kPartedFigure = 3,  // a gap parts a figure from its measure, period, forecast or qualifier
  kNegator = 4,       // a negator inside a gap governs kept words, or one before it what is cut off
};

enum class EditKind {
  kOmission = 1,      // words of the source are missing
  kAddition = 2,      // words that the source does not have there
  kSubstitution = 3,  // other words
  kReorder = 4,       // a block moved: the edit covers both blocks and what stands between
  kPunctuation = 5,   // a mark added, lost or exchanged beyond the folds
  kForm = 6,          // another form of the same character or mark; `folds` says which
};

enum class Severity {
  kNone = 0,      // form, punctuation, restated numerals, registered emendations
  kMinor = 1,     // a function word, a doubled word
  kMajor = 2,     // another content word
  kCritical = 3,  // see EditReason
};

// What decided the severity.
enum class EditReason {
  kNone = 0,
  kNumber = 1,
  kUnit = 2,
  kQualifier = 3,  // 约, 余, 以上, 以内, 预计 beside a figure
  kDate = 4,
  kNegator = 5,
  kModal = 6,
  kHedge = 7,  // a hedge, or a word that limits: 预计, 逐步, 依法
  kCondition = 8,
  kName = 9,  // a person, an office, an organisation, a place
  kSetPhrase = 10,
  kCutToken = 11,         // the quotation begins or ends inside a numeral or a Latin word
  kNumeralRestated = 12,  // the same value written otherwise; severity kNone
  kEmendation = 13,       // a registered printing fault read as emended; severity kNone
  kFunctionWord = 14,
  kDoubledWord = 15,
  kFurniture = 16,         // page furniture copied into the quotation
  kEditorialBracket = 17,  // an addition in editorial brackets, or an editor's mark
  kContentWord = 18,
  kAspect = 19,        // 了, 过
  kFinalMark = 20,     // the mark at the very end
  kOuterMark = 21,     // quotation marks around the whole, omission marks at its ends
  kUnbalanced = 22,    // a mark whose partner the cut left outside
  kMovedBlock = 23,    // kReorder
  kOmissionMark = 24,  // what an omission mark stands for; severity kNone
};

// One difference. Edits are in the order of the quotation and do not overlap on either side; the
// source span with all of them applied is the quotation, transport noise aside.
struct Edit {
  EditKind kind = EditKind::kSubstitution;
  Severity severity = Severity::kNone;
  EditReason reason = EditReason::kNone;
  Range quotation;  // empty for an omission: the place where the words are missing
  Range source;     // empty for an addition
  std::string quotation_text;
  std::string source_text;
  // The words, numerals or names that the edit lies in, for display: 要务 and 任务 where 要 became
  // 任. They contain the ranges above and may be equal to them.
  Range quotation_token;
  Range source_token;
  std::string quotation_token_text;
  std::string source_token_text;
  text::FoldSet folds = 0;                        // kForm: what was folded
  ElisionRisk elision_risk = ElisionRisk::kNone;  // kOmissionMark: of this gap
  std::string defect_id;                          // kEmendation: the fault
  // The difference looks like a doubled, missing or look-alike character of the source.
  bool possible_source_fault = false;
};

// Axis 2. Per claimed field.
enum class FieldVerdict {
  kNotClaimed = 1,
  kMatch = 2,
  kMismatch = 3,
  kUnknown = 4,  // the archive does not know, or nothing was found to compare with
};

enum class ClaimField {
  kReport = 1,
  kRevision = 2,
  kSpeaker = 3,
  kRole = 4,
  kDate = 5,
  kSection = 6,
  kPage = 7,
  kPublication = 8,
};

struct FieldResult {
  ClaimField field = ClaimField::kReport;
  FieldVerdict verdict = FieldVerdict::kNotClaimed;
  std::string claimed;
  std::string actual;  // the true value where it is known, also for a match
};

// The worst of the fields.
enum class Attribution {
  kNotClaimed = 1,
  kConfirmed = 2,
  kAmbiguous = 3,  // no claim, and found in more than one report
  kWrongReport = 4,
  kWrongSpeaker = 5,
  kWrongRole = 6,
  kWrongDate = 7,
  kWrongPublication = 8,
  kWrongSection = 9,
  kWrongPage = 10,
  kNotSpeechText = 11,   // caption, headline or banner claimed for the speaker
  kSecondaryQuote = 12,  // the speaker quotes another; judged only where the speaker is claimed
  kUnknown = 13,
};

// Axis 3.
enum class ContextFlag {
  kTruncatedNegation = 1,  // see FlagResult::direct
  kDroppedCondition = 2,
  kDroppedHedge = 3,
  kTargetAsResult = 4,
  kProblemAsAim = 5,
  kPartialSentence = 6,
  kSpansSentences = 7,
  kSpansParagraphs = 8,
  kSpansSections = 9,
  kSpansPageBreak = 10,
  kMultipleLocations = 11,
  kInDuplicatedPassage = 12,
  kTouchesDefect = 13,
  kPossibleSourceFault = 14,
  kNearIncompleteEdge = 15,
  kHeadingText = 16,
  kFormulaic = 17,
  kMixedScript = 18,
  kAmbiguousFold = 19,
  kOldRevision = 20,
  kWithdrawnReport = 21,
};

struct FlagResult {
  ContextFlag flag = ContextFlag::kPartialSentence;
  std::string detail;  // the cue, the defect id, the fold: as printed; may be empty
  Range source;        // where the cue or fault stands in the joined text; may be empty
  // kTruncatedNegation: the negator stands directly before the span.
  bool direct = false;
  // kPartialSentence: the sentence is of a language in which it cannot be told whether what was cut
  // off governs the words.
  bool unjudged = false;
};

// The derived judgement. An unknown value is to be treated as kReview.
enum class Disposition { kPass = 1, kReview = 2, kFail = 3 };

// What a profile decides about: the rows of its table. Flags without a row of their own never
// change a disposition.
enum class Finding {
  kVerbatim = 1,
  kFormOnly = 2,
  kElided = 3,
  kEmendedCertain = 4,    // kVerbatimEmended, all touched faults CERTAIN
  kEmendedUncertain = 5,  // kVerbatimEmended, some fault less than CERTAIN
  kPunctuationChanged = 6,
  kNumeralRestated = 7,
  kElidedRiskyGrave = 8,  // by a negator or a parted figure
  kElidedRiskyOther = 9,
  kStitched = 10,
  kSimilar = 11,
  kNotFound = 12,
  kTooShort = 13,
  kUnverifiable = 14,
  kAlteredCritical = 15,
  kAlteredMajor = 16,
  kAlteredMinor = 17,
  kBracketInsertion = 18,  // only an insertion in editorial brackets
  kConfirmed = 19,
  kNotClaimed = 20,
  kWrongReport = 21,
  kWrongSpeaker = 22,
  kWrongDate = 23,
  kNotSpeechText = 24,
  kWithdrawnOnly = 25,  // a withdrawn report is the only source
  kWrongRole = 26,
  kWrongPublication = 27,
  kWrongSection = 28,
  kWrongPage = 29,
  kSecondaryQuote = 30,
  kAmbiguous = 31,
  kAttributionUnknown = 32,
  kNegationDirect = 33,  // kTruncatedNegation, the negator directly before the span
  kTargetAsResult = 34,
  kProblemAsAim = 35,
  kNegationOther = 36,
  kDroppedCondition = 37,
  kDroppedHedge = 38,
  kSpansSections = 39,
  kOldRevision = 40,
  kMixedScript = 41,
  kAmbiguousFold = 42,
  kFormulaicUnclaimed = 43,  // kFormulaic with no report claimed
  kTouchesDefect = 44,       // as printed, over a fault other than one of script
  kUnjudgedBorder = 45,      // kPartialSentence, FlagResult::unjudged
};
inline constexpr size_t kFindingCount = 45;

struct DispositionReason {
  Finding finding = Finding::kVerbatim;
  Disposition disposition = Disposition::kPass;
};

// A date as claimed; without a year it takes the report's.
struct ClaimedDate {
  std::optional<int> year;
  int month = 0;
  int day = 0;
};

struct ClaimedPublication {
  std::string paper;    // empty: not claimed
  std::string edition;  // empty: not claimed
  std::optional<absl::CivilDay> issue_date;

  bool empty() const { return paper.empty() && edition.empty() && !issue_date.has_value(); }
};

// What the caller says about the quotation; absent values are not judged. Strings are UTF-8.
struct Claim {
  std::optional<std::string> report;   // report id
  std::optional<uint64_t> revision;    // of that report
  std::optional<std::string> speaker;  // a name
  std::optional<std::string> role;     // an office
  std::optional<ClaimedDate> date;     // of the speech
  std::optional<std::string> section;  // a section's id, path, or words of its heading
  std::optional<uint32_t> page;        // of the source
  std::optional<ClaimedPublication> publication;
  std::optional<report::Mode> mode;  // how the words are used: kReview for a result, …
};

// Which reports are searched at all; fields combine by AND, values inside a field by OR.
struct ReportFilter {
  std::vector<std::string> reports;   // ids
  std::vector<std::string> speakers;  // folded substrings of the name
  std::vector<std::string> bodies;    // folded substrings of the organisation
  std::optional<absl::CivilDay> date_from;
  std::optional<absl::CivilDay> date_to;
};

struct Profile;

struct Request {
  std::string_view quotation;    // UTF-8, at most limits::kMaxQuotationCodePoints
  std::string_view text_before;  // the caller's own words around it, at most
  std::string_view text_after;   // limits::kMaxCitationContextCodePoints each
  Claim claim;
  const Profile* profile = nullptr;  // not owned; null: newspaper
  ReportFilter filter;
  size_t max_locations = limits::kDefaultLocations;  // at most limits::kMaxLocations
};

// Where a location is printed: the part of a print span that the location covers.
struct PrintPlace {
  report::BlockKind kind = report::BlockKind::kBody;
  uint32_t line = 0;
  uint32_t page = 0;  // 0: unknown
  Range source;
};

enum class SourceState { kLatest = 1, kOldRevision = 2, kWithdrawn = 3 };

// One place where the passage stands.
struct Location {
  std::string report_id;
  uint64_t revision = 0;
  SourceState state = SourceState::kLatest;
  TextVerdict verdict = TextVerdict::kVerbatim;  // the words' at this place
  Range source;
  std::vector<std::string> quote_ids;  // the sentences it touches, in order
  std::string section_id;              // innermost section of its beginning; empty outside any
  std::string section_path;
  std::vector<std::string> breadcrumb;  // headings above, outermost first
  report::BlockKind block = report::BlockKind::kBody;
  report::Mode mode = report::Mode::kUnspecified;
  uint32_t paragraph = 0;  // of its beginning
  uint32_t sentence = 0;
  std::vector<PrintPlace> print;
  std::string text;  // the source's words
};

// One part of a quotation with omission marks, or of a stitched one.
struct Part {
  Range quotation;
  TextVerdict verdict = TextVerdict::kNotFound;
  std::string report_id;  // empty where it was not found
  uint64_t revision = 0;
  Range source;
};

// A registered fault that the passage touches, with what it may read.
struct TouchedDefect {
  std::string defect_id;
  report::DefectKind kind = report::DefectKind::kOther;
  report::Certainty certainty = report::Certainty::kPossible;
  Range source;
  std::string printed;
  std::vector<std::string> readings;
  int applied_reading = -1;  // index into readings; -1: taken as printed
};

// The best place that is not the one the verdict is about: outside the claim.
struct Elsewhere {
  TextVerdict verdict = TextVerdict::kNotFound;
  std::string report_id;  // empty when there is none
  uint64_t revision = 0;
  Range source;
};

struct Coverage {
  uint64_t reports = 0;             // searched, history not counted
  uint64_t incomplete_reports = 0;  // exact
  struct Incomplete {
    std::string report_id;
    std::string jump_target;
    uint32_t position = 0;
  };
  std::vector<Incomplete> incomplete;  // at most limits::kMaxCoverageReports, newest first
  uint64_t history_revisions = 0;      // old revisions and withdrawn reports searched beside
};

enum class StopReason {
  kNone = 0,
  kWorkLimit = 1,  // a limit of service/base/limits.h; the answer is what was found by then
};

struct Result {
  Disposition disposition = Disposition::kFail;
  std::vector<DispositionReason> reasons;  // every finding worse than PASS; worst first

  TextVerdict text = TextVerdict::kNotFound;
  UnverifiableReason unverifiable = UnverifiableReason::kNone;
  ElisionRisk elision_risk = ElisionRisk::kNone;
  Severity severity = Severity::kNone;  // the gravest edit
  double cost = 0;                      // letters edited over the longer side
  std::vector<Edit> edits;              // at most limits::kMaxCitationEdits
  uint64_t edit_count = 0;              // exact
  std::vector<Part> parts;              // with omission marks or stitched
  text::FoldSet folds = 0;              // of all kForm edits

  Attribution attribution = Attribution::kNotClaimed;
  std::vector<FieldResult> fields;  // claimed ones, by ClaimField

  std::vector<FlagResult> flags;  // by ContextFlag, then place; a flag may stand several times
  report::Mode mode = report::Mode::kUnspecified;  // of the passage
  std::vector<TouchedDefect> defects;

  // Places with the verdict's words, best first: inside the claim, latest revisions, newest. Behind
  // them those where the same characters begin or end inside a word, each with its own verdict.
  std::vector<Location> locations;  // at most Request::max_locations
  uint64_t location_count = 0;      // exact unless stopped
  uint64_t report_count = 0;        // distinct reports among them; stopped: at least so many
  Elsewhere elsewhere;

  std::string repair;         // the true words in the caller's style; empty: none, or nothing to do
  std::string citation_line;  // of the first location

  Coverage coverage;
  StopReason stopped = StopReason::kNone;

  uint64_t archive_revision = 0;
  std::string engine_version;
  std::string fold_version;
  std::string lexicon_version;
  std::string profile_name;
  std::string profile_version;
  std::string quotation_sha256;  // of the bytes of Request::quotation, 64 hex digits

  bool Has(ContextFlag flag) const {
    for (const FlagResult& result : flags) {
      if (result.flag == flag) {
        return true;
      }
    }
    return false;
  }
};

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_VERDICT_H_
