#include "service/citation/profile.h"

#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"
#include "service/base/errors.h"
#include "service/base/hash.h"

namespace quotes::citation {
namespace {

constexpr Disposition kPass = Disposition::kPass;
constexpr Disposition kReview = Disposition::kReview;
constexpr Disposition kFail = Disposition::kFail;

// The built-in profiles side by side.
struct Row {
  Finding finding;
  std::string_view name;
  Disposition strict;
  Disposition newspaper;
  Disposition search;
};
constexpr std::array<Row, kFindingCount> kTable = {{
    {Finding::kVerbatim, "VERBATIM", kPass, kPass, kPass},
    {Finding::kFormOnly, "FORM_ONLY", kPass, kPass, kPass},
    {Finding::kElided, "ELIDED", kPass, kPass, kPass},
    {Finding::kEmendedCertain, "EMENDED_CERTAIN", kReview, kPass, kPass},
    {Finding::kEmendedUncertain, "EMENDED_UNCERTAIN", kReview, kReview, kPass},
    {Finding::kPunctuationChanged, "PUNCTUATION_CHANGED", kFail, kReview, kPass},
    {Finding::kNumeralRestated, "NUMERAL_RESTATED", kFail, kReview, kPass},
    {Finding::kElidedRiskyGrave, "ELIDED_RISKY_GRAVE", kFail, kFail, kFail},
    {Finding::kElidedRiskyOther, "ELIDED_RISKY_OTHER", kReview, kReview, kReview},
    {Finding::kStitched, "STITCHED", kFail, kFail, kFail},
    {Finding::kSimilar, "SIMILAR", kFail, kFail, kFail},
    {Finding::kNotFound, "NOT_FOUND", kFail, kFail, kFail},
    {Finding::kTooShort, "TOO_SHORT", kReview, kReview, kReview},
    {Finding::kUnverifiable, "UNVERIFIABLE", kReview, kReview, kReview},
    {Finding::kAlteredCritical, "ALTERED_CRITICAL", kFail, kFail, kFail},
    {Finding::kAlteredMajor, "ALTERED_MAJOR", kFail, kFail, kFail},
    {Finding::kAlteredMinor, "ALTERED_MINOR", kFail, kReview, kReview},
    {Finding::kBracketInsertion, "BRACKET_INSERTION", kFail, kReview, kReview},
    {Finding::kConfirmed, "CONFIRMED", kPass, kPass, kPass},
    {Finding::kNotClaimed, "NOT_CLAIMED", kPass, kPass, kPass},
    {Finding::kWrongReport, "WRONG_REPORT", kFail, kFail, kReview},
    {Finding::kWrongSpeaker, "WRONG_SPEAKER", kFail, kFail, kReview},
    {Finding::kWrongDate, "WRONG_DATE", kFail, kFail, kReview},
    {Finding::kNotSpeechText, "NOT_SPEECH_TEXT", kFail, kFail, kReview},
    {Finding::kWithdrawnOnly, "WITHDRAWN_ONLY", kFail, kFail, kReview},
    {Finding::kWrongRole, "WRONG_ROLE", kReview, kReview, kPass},
    {Finding::kWrongPublication, "WRONG_PUBLICATION", kReview, kReview, kPass},
    {Finding::kWrongSection, "WRONG_SECTION", kReview, kReview, kPass},
    {Finding::kWrongPage, "WRONG_PAGE", kReview, kReview, kPass},
    {Finding::kSecondaryQuote, "SECONDARY_QUOTE", kReview, kReview, kPass},
    {Finding::kAmbiguous, "AMBIGUOUS", kReview, kReview, kPass},
    {Finding::kAttributionUnknown, "ATTRIBUTION_UNKNOWN", kReview, kReview, kPass},
    {Finding::kNegationDirect, "NEGATION_DIRECT", kFail, kFail, kReview},
    {Finding::kTargetAsResult, "TARGET_AS_RESULT", kFail, kFail, kReview},
    {Finding::kProblemAsAim, "PROBLEM_AS_AIM", kFail, kFail, kReview},
    {Finding::kNegationOther, "NEGATION_OTHER", kReview, kReview, kPass},
    {Finding::kDroppedCondition, "DROPPED_CONDITION", kReview, kReview, kPass},
    {Finding::kDroppedHedge, "DROPPED_HEDGE", kReview, kReview, kPass},
    {Finding::kSpansSections, "SPANS_SECTIONS", kReview, kReview, kPass},
    {Finding::kOldRevision, "OLD_REVISION", kReview, kReview, kPass},
    {Finding::kMixedScript, "MIXED_SCRIPT", kReview, kReview, kPass},
    {Finding::kAmbiguousFold, "AMBIGUOUS_FOLD", kReview, kReview, kPass},
    {Finding::kFormulaicUnclaimed, "FORMULAIC_UNCLAIMED", kReview, kReview, kPass},
    {Finding::kTouchesDefect, "TOUCHES_DEFECT", kReview, kReview, kPass},
    {Finding::kUnjudgedBorder, "UNJUDGED_BORDER", kReview, kReview, kPass},
}};

// Words that are not the source's, or that cannot be told to be: a pass of them would be false.
constexpr std::array<Finding, 8> kNeverPassed = {
    Finding::kElidedRiskyGrave, Finding::kStitched,     Finding::kSimilar,
    Finding::kNotFound,         Finding::kTooShort,     Finding::kUnverifiable,
    Finding::kAlteredCritical,  Finding::kAlteredMajor,
};

Profile MakeProfile(std::string name, std::string description, Disposition Row::*column) {
  Profile profile;
  profile.name = std::move(name);
  profile.description = std::move(description);
  for (const Row& row : kTable) {
    profile[row.finding] = row.*column;
  }
  profile.version = ProfileVersion(profile);
  return profile;
}

}  // namespace

std::span<const Profile> BuiltInProfiles() {
  static const auto& profiles = *new std::array<Profile, 3>{
      MakeProfile("newspaper",
                  "For print: lets through what an editor may do to a quotation, asks about what "
                  "needs an eye, refuses the rest.",
                  &Row::newspaper),
      MakeProfile("strict",
                  "For the record: laws, communiqués, quotations of leaders; character for "
                  "character.",
                  &Row::strict),
      MakeProfile("search",
                  "For finding the source of words that are known to be inexact; not for print.",
                  &Row::search),
  };
  return profiles;
}

const Profile* FindBuiltInProfile(std::string_view name) {
  for (const Profile& profile : BuiltInProfiles()) {
    if (profile.name == name) {
      return &profile;
    }
  }
  return nullptr;
}

const Profile& DefaultProfile() { return BuiltInProfiles().front(); }

std::string ProfileVersion(const Profile& profile) {
  constexpr size_t kDigestDigits = 12;
  std::string rows;
  for (const Disposition disposition : profile.table) {
    rows.push_back(static_cast<char>('0' + static_cast<int>(disposition)));
  }
  return absl::StrCat(profile.name, "-", Sha256Hex(rows).substr(0, kDigestDigits));
}

std::string_view FindingName(Finding finding) {
  for (const Row& row : kTable) {
    if (row.finding == finding) {
      return row.name;
    }
  }
  return {};
}

std::optional<Finding> FindingByName(std::string_view name) {
  for (const Row& row : kTable) {
    if (row.name == name) {
      return row.finding;
    }
  }
  return std::nullopt;
}

absl::Status CheckProfile(const Profile& profile) {
  for (const Row& row : kTable) {
    const Disposition disposition = profile[row.finding];
    if (disposition != kPass && disposition != kReview && disposition != kFail) {
      return errors::FieldInvalid(row.name, "is neither PASS nor REVIEW nor FAIL");
    }
  }
  for (const Finding finding : kNeverPassed) {
    if (profile[finding] == kPass) {
      return errors::FieldInvalid(FindingName(finding), "may be PASS in no profile");
    }
  }
  return absl::OkStatus();
}

}  // namespace quotes::citation
