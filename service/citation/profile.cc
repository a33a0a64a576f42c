#include "service/citation/profile.h"

#include <string>

#include "service/base/errors.h"

namespace quotes::citation {
namespace {

constexpr Disposition P = Disposition::kPass;
constexpr Disposition R = Disposition::kReview;
constexpr Disposition F = Disposition::kFail;

struct Row {
  std::string_view name;
  Finding finding;
  Disposition strict;
  Disposition newspaper;
  Disposition search;
};

// In the order of Finding.
constexpr Row kRows[] = {
    {"VERBATIM", Finding::kVerbatim, P, P, P},
    {"FORM_ONLY", Finding::kFormOnly, P, P, P},
    {"ELIDED", Finding::kElided, P, P, P},
    {"EMENDED_CERTAIN", Finding::kEmendedCertain, R, P, P},
    {"EMENDED_UNCERTAIN", Finding::kEmendedUncertain, R, R, P},
    {"PUNCTUATION_CHANGED", Finding::kPunctuationChanged, F, R, P},
    {"NUMERAL_RESTATED", Finding::kNumeralRestated, F, R, P},
    {"ELIDED_RISKY_GRAVE", Finding::kElidedRiskyGrave, F, F, F},
    {"ELIDED_RISKY_OTHER", Finding::kElidedRiskyOther, R, R, R},
    {"STITCHED", Finding::kStitched, F, F, F},
    {"SIMILAR", Finding::kSimilar, F, F, F},
    {"NOT_FOUND", Finding::kNotFound, F, F, F},
    {"TOO_SHORT", Finding::kTooShort, R, R, R},
    {"UNVERIFIABLE", Finding::kUnverifiable, R, R, R},
    {"ALTERED_CRITICAL", Finding::kAlteredCritical, F, F, F},
    {"ALTERED_MAJOR", Finding::kAlteredMajor, F, F, F},
    {"ALTERED_MINOR", Finding::kAlteredMinor, F, R, R},
    {"BRACKET_INSERTION", Finding::kBracketInsertion, F, R, R},
    {"CONFIRMED", Finding::kConfirmed, P, P, P},
    {"NOT_CLAIMED", Finding::kNotClaimed, P, P, P},
    {"WRONG_REPORT", Finding::kWrongReport, F, F, R},
    {"WRONG_SPEAKER", Finding::kWrongSpeaker, F, F, R},
    {"WRONG_DATE", Finding::kWrongDate, F, F, R},
    {"NOT_SPEECH_TEXT", Finding::kNotSpeechText, F, F, R},
    {"WITHDRAWN_ONLY", Finding::kWithdrawnOnly, F, F, R},
    {"WRONG_ROLE", Finding::kWrongRole, R, R, P},
    {"WRONG_PUBLICATION", Finding::kWrongPublication, R, R, P},
    {"WRONG_SECTION", Finding::kWrongSection, R, R, P},
    {"WRONG_PAGE", Finding::kWrongPage, R, R, P},
    {"SECONDARY_QUOTE", Finding::kSecondaryQuote, R, R, P},
    {"AMBIGUOUS", Finding::kAmbiguous, R, R, P},
    {"ATTRIBUTION_UNKNOWN", Finding::kAttributionUnknown, R, R, P},
    {"NEGATION_DIRECT", Finding::kNegationDirect, F, F, R},
    {"TARGET_AS_RESULT", Finding::kTargetAsResult, F, F, R},
    {"PROBLEM_AS_AIM", Finding::kProblemAsAim, F, F, R},
    {"NEGATION_OTHER", Finding::kNegationOther, R, R, P},
    {"DROPPED_CONDITION", Finding::kDroppedCondition, R, R, P},
    {"DROPPED_HEDGE", Finding::kDroppedHedge, R, R, P},
    {"SPANS_SECTIONS", Finding::kSpansSections, R, R, P},
    {"OLD_REVISION", Finding::kOldRevision, R, R, P},
    {"MIXED_SCRIPT", Finding::kMixedScript, R, R, P},
    {"AMBIGUOUS_FOLD", Finding::kAmbiguousFold, R, R, P},
    {"FORMULAIC_UNCLAIMED", Finding::kFormulaicUnclaimed, R, R, P},
    {"TOUCHES_DEFECT", Finding::kTouchesDefect, R, R, P},
};
static_assert(std::size(kRows) == kFindingCount);

std::array<Profile, 3> MakeProfiles() {
  std::array<Profile, 3> profiles;
  profiles[0] = {
      "newspaper", "1", "The default: what may be printed without another look passes.", {}};
  profiles[1] = {"strict", "1", "Only the words as printed pass.", {}};
  profiles[2] = {"search", "1", "Finds sources: differences of form, marks and place pass.", {}};
  for (const Row& row : kRows) {
    profiles[0][row.finding] = row.newspaper;
    profiles[1][row.finding] = row.strict;
    profiles[2][row.finding] = row.search;
  }
  return profiles;
}

}  // namespace

std::span<const Profile> BuiltInProfiles() {
  static const auto* const kProfiles = new std::array<Profile, 3>(MakeProfiles());
  return *kProfiles;
}

const Profile& DefaultProfile() { return BuiltInProfiles().front(); }

const Profile* FindBuiltInProfile(std::string_view name) {
  for (const Profile& profile : BuiltInProfiles()) {
    if (profile.name == name) {
      return &profile;
    }
  }
  return nullptr;
}

std::string_view FindingName(Finding finding) {
  const auto index = static_cast<size_t>(finding) - 1;
  return index < kFindingCount ? kRows[index].name : std::string_view("UNKNOWN");
}

std::optional<Finding> FindingByName(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) {
      return row.finding;
    }
  }
  return std::nullopt;
}

absl::Status CheckProfile(const Profile& profile) {
  for (const Row& row : kRows) {
    const Disposition disposition = profile[row.finding];
    if (disposition != P && disposition != R && disposition != F) {
      return errors::FieldInvalid("profile.table", row.name);
    }
  }
  if (profile[Finding::kAlteredCritical] == P) {
    return errors::FieldInvalid("profile.table", "ALTERED_CRITICAL may not be PASS");
  }
  return absl::OkStatus();
}

}  // namespace quotes::citation
