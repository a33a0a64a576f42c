#ifndef QUOTES_SERVICE_CITATION_PROFILE_H_
#define QUOTES_SERVICE_CITATION_PROFILE_H_

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "service/citation/verdict.h"

namespace quotes::citation {

// A table from findings to dispositions. Plain data: a house's own profile is one of these filled
// from a file.
struct Profile {
  std::string name;
  std::string version;
  std::string description;                         // English, one sentence
  std::array<Disposition, kFindingCount> table{};  // by Finding, from 1

  Disposition& operator[](Finding finding) { return table[static_cast<size_t>(finding) - 1]; }
  Disposition operator[](Finding finding) const { return table[static_cast<size_t>(finding) - 1]; }
};

// The name and a digest of the table: "newspaper-0123456789ab". Changes whenever the table does.
std::string ProfileVersion(const Profile& profile);

// newspaper (the default), strict, search.
std::span<const Profile> BuiltInProfiles();
// Null when no built-in profile has that name.
const Profile* FindBuiltInProfile(std::string_view name);
const Profile& DefaultProfile();

// The name of a finding as configuration files and answers spell it: "ALTERED_CRITICAL".
std::string_view FindingName(Finding finding);
// Nullopt for an unknown name.
std::optional<Finding> FindingByName(std::string_view name);

// INVALID_ARGUMENT / FIELD_INVALID, the field being the finding's name, when a value is none of
// Disposition, or when the profile passes what no profile may pass: critical and major edits, and
// whatever is not known to be the source's words (not found, similar, stitched, too short,
// unverifiable, an omission of a negator or inside a figure).
absl::Status CheckProfile(const Profile& profile);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_PROFILE_H_
