#include "service/citation/profile.h"

#include <string>

#include "service/base/errors.h"

namespace quotes::citation {
namespace {

constexpr Disposition P = Disposition::kPass;
constexpr Disposition R = Disposition::kReview;
constexpr Disposition F = Disposition::kFail;

struct Row {
  Finding finding;
  std::string_view name;
  Disposition strict;
  Disposition newspaper;
  Disposition search;
};

// In the order of Finding.
constexpr Row kRows[] = {
    {Finding::kVerbatim, "VERBATIM", P, P, P},
    {Finding::kFormOnly, "FORM_ONLY", P, P, P},
    {Finding::kElided, "ELIDED", P, P, P},
    {Finding::kEmendedCertain, "EMENDED_CERTAIN", R, P, P},
    {Finding::kEmendedUncertain, "EMENDED_UNCERTAIN", R, R, P},
    {Finding::kPunctuationChanged, "PUNCTUATION_CHANGED", F, R, P},
    {Finding::kNumeralRestated, "NUMERAL_RESTATED", F, R, P},
    {Finding::kElidedRiskyGrave, "ELIDED_RISKY_GRAVE", F, F, F},
    {Finding::kElidedRiskyOther, "ELIDED_RISKY_OTHER", R, R, R},
    {Finding::kStitched, "STITCHED", F, F, F},
    {Finding::kSimilar, "SIMILAR", F, F, F},
    {Finding::kNotFound, "NOT_FOUND", F, F, F},
    {Finding::kTooShort, "TOO_SHORT", R, R, R},
    {Finding::kUnverifiable, "UNVERIFIABLE", R, R, R},
    {Finding::kAlteredCritical, "ALTERED_CRITICAL", F, F, F},
    {Finding::kAlteredMajor, "ALTERED_MAJOR", F, F, F},
    {Finding::kAlteredMinor, "ALTERED_MINOR", F, R, R},
    {Finding::kBracketInsertion, "BRACKET_INSERTION", F, R, R},
    {Finding::kConfirmed, "CONFIRMED", P, P, P},
    {Finding::kNotClaimed, "NOT_CLAIMED", P, P, P},
    {Finding::kWrongReport, "WRONG_REPORT", F, F, R},
    {Finding::kWrongSpeaker, "WRONG_SPEAKER", F, F, R},
    {Finding::kWrongDate, "WRONG_DATE", F, F, R},
    {Finding::kNotSpeechText, "NOT_SPEECH_TEXT", F, F, R},
    {Finding::kWithdrawnOnly, "WITHDRAWN_ONLY", F, F, R},
    {Finding::kWrongRole, "WRONG_ROLE", R, R, P},
    {Finding::kWrongPublication, "WRONG_PUBLICATION", R, R, P},
    {Finding::kWrongSection, "WRONG_SECTION", R, R, P},
    {Finding::kWrongPage, "WRONG_PAGE", R, R, P},
    {Finding::kSecondaryQuote, "SECONDARY_QUOTE", R, R, P},
    {Finding::kAmbiguous, "AMBIGUOUS", R, R, P},
    {Finding::kAttributionUnknown, "ATTRIBUTION_UNKNOWN", R, R, P},
    {Finding::kNegationDirect, "NEGATION_DIRECT", F, F, R},
    {Finding::kTargetAsResult, "TARGET_AS_RESULT", F, F, R},
    {Finding::kProblemAsAim, "PROBLEM_AS_AIM", F, F, R},
    {Finding::kNegationOther, "NEGATION_OTHER", R, R, P},
    {Finding::kDroppedCondition, "DROPPED_CONDITION", R, R, P},
    {Finding::kDroppedHedge, "DROPPED_HEDGE", R, R, P},
    {Finding::kSpansSections, "SPANS_SECTIONS", R, R, P},
    {Finding::kOldRevision, "OLD_REVISION", R, R, P},
    {Finding::kMixedScript, "MIXED_SCRIPT", R, R, P},
    {Finding::kAmbiguousFold, "AMBIGUOUS_FOLD", R, R, P},
    {Finding::kFormulaicUnclaimed, "FORMULAIC_UNCLAIMED", R, R, P},
    {Finding::kTouchesDefect, "TOUCHES_DEFECT", R, R, P},
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
