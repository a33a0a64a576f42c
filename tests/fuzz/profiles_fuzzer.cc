// Any bytes as a house's profiles: refused with a sentence that names the file, or profiles that
// keep what every profile must.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"
#include "service/base/limits.h"
#include "service/citation/profile.h"
#include "service/citation/profiles.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using quotes::citation::Profiles;
  const auto profiles =
      Profiles::Parse({reinterpret_cast<const char*>(data), size}, "profiles.toml");
  if (!profiles.ok()) {
    QUOTES_CHECK(absl::IsInvalidArgument(profiles.status()));
    QUOTES_CHECK(quotes::ToStd(profiles.status().message()).find("profiles.toml") !=
                 std::string_view::npos);
    return 0;
  }
  const size_t built_in = quotes::citation::BuiltInProfiles().size();
  QUOTES_CHECK(profiles->all().size() >= built_in);
  QUOTES_CHECK(profiles->all().size() <= quotes::limits::kMaxProfiles);
  for (const quotes::citation::Profile& profile : profiles->all()) {
    QUOTES_CHECK(quotes::citation::CheckProfile(profile).ok());
    QUOTES_CHECK(profile.version == quotes::citation::ProfileVersion(profile));
    QUOTES_CHECK(profiles->Find(profile.name) == &profile);
  }
  return 0;
}
