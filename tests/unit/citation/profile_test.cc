#include "service/citation/profile.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/status_matchers.h"

namespace quotes::citation {
namespace {

TEST(ProfileTest, BuiltIn) {
  ASSERT_EQ(BuiltInProfiles().size(), 3u);
  EXPECT_EQ(DefaultProfile().name, "newspaper");
  for (const Profile& profile : BuiltInProfiles()) {
    QUOTES_EXPECT_OK(CheckProfile(profile));
    EXPECT_EQ(FindBuiltInProfile(profile.name), &profile);
    EXPECT_EQ(profile[Finding::kAlteredCritical], Disposition::kFail);
    EXPECT_EQ(profile[Finding::kNotFound], Disposition::kFail);
    EXPECT_EQ(profile[Finding::kVerbatim], Disposition::kPass);
  }
  EXPECT_EQ(FindBuiltInProfile("strict")->table[static_cast<size_t>(Finding::kEmendedCertain) - 1],
            Disposition::kReview);
  EXPECT_EQ(FindBuiltInProfile("unknown"), nullptr);
}

// strict never lets through what newspaper does not, and newspaper not what search does not.
TEST(ProfileTest, OrderedByStrictness) {
  const Profile& strict = *FindBuiltInProfile("strict");
  const Profile& newspaper = *FindBuiltInProfile("newspaper");
  const Profile& search = *FindBuiltInProfile("search");
  for (size_t i = 0; i < kFindingCount; ++i) {
    EXPECT_GE(strict.table[i], newspaper.table[i]) << FindingName(static_cast<Finding>(i + 1));
    EXPECT_GE(newspaper.table[i], search.table[i]) << FindingName(static_cast<Finding>(i + 1));
  }
}

TEST(ProfileTest, NamesAreUnique) {
  std::set<std::string_view> names;
  for (size_t i = 1; i <= kFindingCount; ++i) {
    const auto finding = static_cast<Finding>(i);
    EXPECT_TRUE(names.insert(FindingName(finding)).second);
    EXPECT_EQ(FindingByName(FindingName(finding)), finding);
  }
  EXPECT_EQ(FindingByName("NONSENSE"), std::nullopt);
}

TEST(ProfileTest, RefusesToPassCriticalEdits) {
  Profile profile = DefaultProfile();
  profile[Finding::kAlteredCritical] = Disposition::kPass;
  EXPECT_EQ(CheckProfile(profile).code(), absl::StatusCode::kInvalidArgument);
  profile = DefaultProfile();
  profile[Finding::kStitched] = static_cast<Disposition>(9);
  EXPECT_EQ(CheckProfile(profile).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace quotes::citation
