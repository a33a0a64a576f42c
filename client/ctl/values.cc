#include "client/ctl/values.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "service/base/absl_string.h"
#include "service/base/moment.h"

namespace quotes::ctl {
namespace {

using ModeEntry = std::pair<std::string_view, v1::Mode>;
constexpr std::array<ModeEntry, 7> kModes = {{
    {"review", v1::MODE_REVIEW},
    {"problem", v1::MODE_PROBLEM},
    {"situation", v1::MODE_SITUATION},
    {"aim", v1::MODE_AIM},
    {"target", v1::MODE_TARGET},
    {"measure", v1::MODE_MEASURE},
    {"formality", v1::MODE_FORMALITY},
}};
using KindEntry = std::pair<std::string_view, v1::TextKind>;
constexpr std::array<KindEntry, 3> kKinds = {{
    {"speech", v1::TEXT_KIND_SPEECH},
    {"furniture", v1::TEXT_KIND_FURNITURE},
    {"any", v1::TEXT_KIND_ANY},
}};

template <typename Entries>
std::vector<std::string> Choices(const Entries& entries) {
  std::vector<std::string> names;
  names.reserve(entries.size());
  for (const auto& entry : entries) {
    names.emplace_back(entry.first);
  }
  return names;
}

template <typename Entries>
auto Find(const Entries& entries, std::string_view choice) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const auto& entry) { return entry.first == choice; });
  return found == entries.end() ? decltype(found->second){} : found->second;
}

// The parts of "2022-01-17", of fixed widths; empty for anything else.
std::vector<int> DateParts(std::string_view text) {
  std::vector<int> parts;
  size_t at = 0;
  for (const size_t width : {size_t{4}, size_t{2}, size_t{2}}) {
    if (at > 0) {
      if (at == text.size()) {
        return parts;
      }
      if (text[at] != '-') {
        return {};
      }
      ++at;
    }
    const std::string_view digits = text.substr(at, width);
    int number = 0;
    if (digits.size() != width ||
        !std::all_of(digits.begin(), digits.end(),
                     [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }) ||
        !absl::SimpleAtoi(ToAbsl(digits), &number) || number == 0) {
      return {};
    }
    parts.push_back(number);
    at += width;
  }
  return at == text.size() ? parts : std::vector<int>();
}

google::type::Date ToDate(absl::CivilDay day) {
  google::type::Date date;
  date.set_year(static_cast<int>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

std::string TwoDigits(int number) { return absl::StrCat(number < 10 ? "0" : "", number); }

}  // namespace

Msg Label(v1::Mode mode) {
  switch (mode) {
    case v1::MODE_PROBLEM:
      return Msg::kModeProblem;
    case v1::MODE_SITUATION:
      return Msg::kModeSituation;
    case v1::MODE_AIM:
      return Msg::kModeAim;
    case v1::MODE_TARGET:
      return Msg::kModeTarget;
    case v1::MODE_MEASURE:
      return Msg::kModeMeasure;
    case v1::MODE_FORMALITY:
      return Msg::kModeFormality;
    default:
      return Msg::kModeReview;
  }
}

Msg Label(v1::Fold fold) {
  switch (fold) {
    case v1::FOLD_WIDTH:
      return Msg::kFoldWidth;
    case v1::FOLD_SCRIPT:
      return Msg::kFoldScript;
    case v1::FOLD_VARIANT:
      return Msg::kFoldVariant;
    case v1::FOLD_CASE:
      return Msg::kFoldCase;
    case v1::FOLD_QUOTATION:
      return Msg::kFoldQuotation;
    case v1::FOLD_MARK:
      return Msg::kFoldMark;
    case v1::FOLD_SPACE:
      return Msg::kFoldSpace;
    case v1::FOLD_ZERO:
      return Msg::kFoldZero;
    case v1::FOLD_AMBIGUOUS:
      return Msg::kFoldAmbiguous;
    default:
      return Msg::kFoldOther;
  }
}

Msg Label(v1::TextKind kind) {
  return kind == v1::TEXT_KIND_SPEECH ? Msg::kKindSpeech : Msg::kKindFurniture;
}

Msg Label(v1::Report::State state) {
  switch (state) {
    case v1::Report::STATE_ACTIVE:
      return Msg::kStateActive;
    case v1::Report::STATE_WITHDRAWN:
      return Msg::kStateWithdrawn;
    case v1::Report::STATE_EMBARGOED:
      return Msg::kStateEmbargoed;
    default:
      return Msg::kStateOther;
  }
}

Msg Label(v1::AuditEntry::Action action) {
  switch (action) {
    case v1::AuditEntry::ACTION_IMPORT:
      return Msg::kActionImport;
    case v1::AuditEntry::ACTION_WITHDRAW:
      return Msg::kActionWithdraw;
    case v1::AuditEntry::ACTION_RESTORE:
      return Msg::kActionRestore;
    case v1::AuditEntry::ACTION_CREATE_DEFECT:
      return Msg::kActionCreateDefect;
    case v1::AuditEntry::ACTION_UPDATE_DEFECT:
      return Msg::kActionUpdateDefect;
    case v1::AuditEntry::ACTION_DELETE_DEFECT:
      return Msg::kActionDeleteDefect;
    case v1::AuditEntry::ACTION_TAG_QUOTE:
      return Msg::kActionTagQuote;
    case v1::AuditEntry::ACTION_RELEASE:
      return Msg::kActionRelease;
    case v1::AuditEntry::ACTION_SET_EMBARGO:
      return Msg::kActionSetEmbargo;
    case v1::AuditEntry::ACTION_PURGE:
      return Msg::kActionPurge;
    default:
      return Msg::kActionOther;
  }
}

Msg Label(v1::Change::Kind kind) {
  switch (kind) {
    case v1::Change::KIND_NEW_REPORT:
      return Msg::kChangeNewReport;
    case v1::Change::KIND_NEW_REVISION:
      return Msg::kChangeNewRevision;
    case v1::Change::KIND_REGISTER:
      return Msg::kChangeRegister;
    case v1::Change::KIND_WITHDRAWN:
      return Msg::kStateWithdrawn;
    case v1::Change::KIND_RESTORED:
      return Msg::kChangeRestored;
    case v1::Change::KIND_TAGS:
      return Msg::kChangeTags;
    case v1::Change::KIND_PURGED:
      return Msg::kChangePurged;
    default:
      return Msg::kActionOther;
  }
}

Msg Label(v1::Section::Kind kind) {
  switch (kind) {
    case v1::Section::KIND_STAND_ALONE_HEADING:
      return Msg::kSectionStandAlone;
    case v1::Section::KIND_REPEATED_LEAD:
      return Msg::kSectionLead;
    case v1::Section::KIND_LIST_INTRODUCTION:
      return Msg::kSectionList;
    case v1::Section::KIND_BULLET:
      return Msg::kSectionBullet;
    case v1::Section::KIND_RUN_IN_HEADING:
      return Msg::kSectionRunIn;
    default:
      return Msg::kSectionMarked;
  }
}

Msg Label(v1::Defect::Kind kind) {
  switch (kind) {
    case v1::Defect::KIND_OMISSION:
      return Msg::kDefectOmission;
    case v1::Defect::KIND_ADDITION:
      return Msg::kDefectAddition;
    case v1::Defect::KIND_SUBSTITUTION:
      return Msg::kDefectSubstitution;
    case v1::Defect::KIND_DUPLICATION:
      return Msg::kDefectDuplication;
    case v1::Defect::KIND_TRANSPOSITION:
      return Msg::kDefectTransposition;
    case v1::Defect::KIND_SCRIPT:
      return Msg::kDefectScript;
    case v1::Defect::KIND_PUNCTUATION:
      return Msg::kDefectPunctuation;
    default:
      return Msg::kDefectOther;
  }
}

Msg Label(v1::Certainty certainty) {
  switch (certainty) {
    case v1::CERTAINTY_CERTAIN:
      return Msg::kCertain;
    case v1::CERTAINTY_PROBABLE:
      return Msg::kProbable;
    default:
      return Msg::kPossible;
  }
}

Msg Label(v1::LintFinding::Kind kind) {
  switch (kind) {
    case v1::LintFinding::KIND_PAGE_BREAK_JOIN:
      return Msg::kLintPageBreakJoin;
    case v1::LintFinding::KIND_TRUNCATED:
      return Msg::kLintTruncated;
    case v1::LintFinding::KIND_MISSING_METADATA:
      return Msg::kLintMissingMetadata;
    case v1::LintFinding::KIND_UNBALANCED_MARK:
      return Msg::kLintUnbalancedMark;
    case v1::LintFinding::KIND_DUPLICATED_PASSAGE:
      return Msg::kLintDuplicatedPassage;
    case v1::LintFinding::KIND_NUMBERING_GAP:
      return Msg::kLintNumberingGap;
    case v1::LintFinding::KIND_SENTENCE_CUT:
      return Msg::kLintSentenceCut;
    case v1::LintFinding::KIND_MIXED_SCRIPT:
      return Msg::kLintMixedScript;
    case v1::LintFinding::KIND_DOUBLED_WORD:
      return Msg::kLintDoubledWord;
    case v1::LintFinding::KIND_MIXED_MARKS:
      return Msg::kLintMixedMarks;
    case v1::LintFinding::KIND_LOOK_ALIKE:
      return Msg::kLintLookAlike;
    case v1::LintFinding::KIND_MIXED_WIDTH:
      return Msg::kLintMixedWidth;
    case v1::LintFinding::KIND_ENCODING_DAMAGE:
      return Msg::kLintEncodingDamage;
    case v1::LintFinding::KIND_OPEN_PARAGRAPH:
      return Msg::kLintOpenParagraph;
    case v1::LintFinding::KIND_MISREAD_COLUMNS:
      return Msg::kLintMisreadColumns;
    case v1::LintFinding::KIND_REVISED_SENTENCE:
      return Msg::kLintRevisedSentence;
    case v1::LintFinding::KIND_TAGS_LEFT_BEHIND:
      return Msg::kLintTagsLeftBehind;
    default:
      return Msg::kLintOther;
  }
}

std::string ModeName(Lang lang, v1::Mode mode) {
  // A value that this program does not know is told like none, as the contract asks.
  if (mode == v1::MODE_UNSPECIFIED || !v1::Mode_IsValid(mode)) {
    return {};
  }
  return Say(lang, Label(mode));
}

std::string CompletenessName(Lang lang, const v1::Completeness& completeness) {
  if (completeness.state() == v1::Completeness::STATE_COMPLETE) {
    return Say(lang, Msg::kComplete);
  }
  return completeness.jump_target().empty()
             ? Say(lang, Msg::kTruncated)
             : Say(lang, Msg::kTruncatedTo, {completeness.jump_target()});
}

std::string DateText(const google::type::Date& date) {
  if (date.year() == 0) {
    return {};
  }
  std::string out = std::to_string(date.year());
  out.insert(0, out.size() < 4 ? 4 - out.size() : 0, '0');
  if (date.month() == 0) {
    return out;
  }
  absl::StrAppend(&out, "-", TwoDigits(date.month()));
  return date.day() == 0 ? out : absl::StrCat(out, "-", TwoDigits(date.day()));
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  return time.seconds() == 0
             ? std::string()
             : absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", absl::FromUnixSeconds(time.seconds()),
                                absl::UTCTimeZone());
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  timestamp.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(timestamp.seconds()))));
  return timestamp;
}

absl::Time FromTimestamp(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::StatusOr<google::protobuf::Timestamp> ParseMomentOption(const Context& context,
                                                              std::string_view option,
                                                              std::string_view text) {
  const std::optional<absl::Time> moment = ParseMoment(text);
  if (!moment.has_value()) {
    return absl::InvalidArgumentError(context.Text(Msg::kBadMoment, {option, text}));
  }
  return ToTimestamp(*moment);
}

std::optional<google::type::Date> ParseDate(std::string_view text) {
  const std::vector<int> parts = DateParts(text);
  if (parts.size() != 3) {
    return std::nullopt;
  }
  const absl::CivilDay day(parts[0], parts[1], parts[2]);
  // CivilDay carries the 30th of February over into March.
  if (day.month() != parts[1] || day.day() != parts[2]) {
    return std::nullopt;
  }
  return ToDate(day);
}

std::optional<google::type::Date> ParseDateOfAnyYear(std::string_view text) {
  // 2022年1月17日 and 2022/1/17, as spreadsheets write 2022-01-17.
  std::string parted =
      absl::StrReplaceAll(ToAbsl(text), {{"年", "-"}, {"月", "-"}, {"日", ""}, {"/", "-"}});
  std::vector<std::string> parts = absl::StrSplit(parted, '-');
  for (std::string& part : parts) {
    part.insert(0, part.size() == 1 ? 1 : 0, '0');
  }
  constexpr size_t kMonthAndDay = 2;
  if (parts.size() != kMonthAndDay) {
    return ParseDate(absl::StrJoin(parts, "-"));
  }
  // A leap year has every day that any year has.
  std::optional<google::type::Date> date =
      ParseDate(absl::StrCat("2000-", parts[0], "-", parts[1]));
  if (date.has_value()) {
    date->set_year(0);
  }
  return date;
}

std::optional<google::type::Date> ParsePartialDate(std::string_view text, bool last) {
  const std::vector<int> parts = DateParts(text);
  if (parts.size() == 3) {
    return ParseDate(text);
  }
  if (parts.empty() || (parts.size() == 2 && parts[1] > 12)) {
    return std::nullopt;
  }
  if (parts.size() == 1) {
    return ToDate(last ? absl::CivilDay(parts[0], 12, 31) : absl::CivilDay(parts[0], 1, 1));
  }
  const absl::CivilMonth month(parts[0], parts[1]);
  return ToDate(last ? absl::CivilDay(month + 1) - 1 : absl::CivilDay(month));
}

const std::vector<std::string>& ModeChoices() {
  static const auto& choices = *new std::vector<std::string>(Choices(kModes));
  return choices;
}

v1::Mode ParseMode(std::string_view choice) { return Find(kModes, choice); }

const std::vector<std::string>& KindChoices() {
  static const auto& choices = *new std::vector<std::string>(Choices(kKinds));
  return choices;
}

v1::TextKind ParseKind(std::string_view choice) { return Find(kKinds, choice); }

}  // namespace quotes::ctl
