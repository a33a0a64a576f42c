#ifndef QUOTES_SERVICE_CITATION_PROFILES_H_
#define QUOTES_SERVICE_CITATION_PROFILES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "service/citation/profile.h"

namespace quotes::citation {

// The profiles of one service: the built-in ones, then those of the house by name. Immutable.
//
// A house writes its profiles in a TOML file, a table for each:
//
//   [evening]                          # 1 to 63 of a-z, 0-9 and inner hyphens; no built-in name
//   base = "newspaper"                 # a built-in profile
//   description = "…"                  # may be left out
//   [evening.findings]                 # rows that differ from the base's, by FindingName
//   PUNCTUATION_CHANGED = "PASS"       # PASS, REVIEW or FAIL
class Profiles {
 public:
  // The built-in ones alone.
  Profiles();

  // INVALID_ARGUMENT with a sentence for people that names the file (`origin`), the line and the
  // key: for what is no TOML, an unknown key, base, finding or disposition, a malformed or built-in
  // name, a profile that CheckProfile refuses, and for more than limits::kMaxProfiles.
  static absl::StatusOr<Profiles> Parse(std::string_view toml, std::string_view origin);
  // As Parse; also for a file that cannot be read.
  static absl::StatusOr<Profiles> ReadFile(const std::string& path);

  const std::vector<Profile>& all() const { return profiles_; }
  // Null if there is none of that name. Lives as long as this object.
  const Profile* Find(std::string_view name) const;

 private:
  std::vector<Profile> profiles_;
};

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_PROFILES_H_
