#include "service/citation/profiles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::citation {
namespace {

using ::quotes::testing::HasCode;
using ::quotes::testing::SourceDir;
using ::quotes::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> Names(const Profiles& profiles) {
  std::vector<std::string> names;
  for (const Profile& profile : profiles.all()) {
    names.push_back(profile.name);
  }
  return names;
}

// What a malformed file is told.
std::string Refusal(const std::string& toml) {
  const absl::StatusOr<Profiles> profiles = Profiles::Parse(toml, "house.toml");
  EXPECT_THAT(profiles, HasCode(absl::StatusCode::kInvalidArgument));
  return std::string(profiles.status().message());
}

TEST(BuiltInProfiles, AreThree) {
  EXPECT_THAT(Names(Profiles()), ElementsAre("newspaper", "strict", "search"));
  EXPECT_EQ(DefaultProfile().name, "newspaper");
  EXPECT_EQ(FindBuiltInProfile("evening"), nullptr);
  std::set<std::string> versions;
  for (const Profile& profile : BuiltInProfiles()) {
    QUOTES_EXPECT_OK(CheckProfile(profile));
    EXPECT_EQ(FindBuiltInProfile(profile.name), &profile);
    EXPECT_THAT(profile.version, StartsWith(absl::StrCat(profile.name, "-")));
    EXPECT_FALSE(profile.description.empty());
    versions.insert(profile.version);
  }
  EXPECT_EQ(versions.size(), 3u);
}

TEST(BuiltInProfiles, StrictIsStricterThanNewspaperAndThatThanSearch) {
  const Profile& strict = *FindBuiltInProfile("strict");
  const Profile& newspaper = *FindBuiltInProfile("newspaper");
  const Profile& search = *FindBuiltInProfile("search");
  for (size_t i = 0; i < kFindingCount; ++i) {
    EXPECT_GE(strict.table[i], newspaper.table[i]) << i;
    EXPECT_GE(newspaper.table[i], search.table[i]) << i;
  }
}

TEST(Findings, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (size_t i = 1; i <= kFindingCount; ++i) {
    const auto finding = static_cast<Finding>(i);
    const std::string_view name = FindingName(finding);
    EXPECT_FALSE(name.empty()) << i;
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(FindingByName(name), finding);
  }
  EXPECT_EQ(FindingByName("PASS"), std::nullopt);
  EXPECT_EQ(FindingByName(""), std::nullopt);
}

TEST(Profiles, ReadTheHouses) {
  const absl::StatusOr<Profiles> profiles = Profiles::Parse(R"(
[late]
base = "strict"
[evening]
base = "newspaper"
description = "Evening edition."
[evening.findings]
PUNCTUATION_CHANGED = "PASS"
WRONG_PAGE = "FAIL"
)",
                                                            "house.toml");
  QUOTES_ASSERT_OK(profiles);
  EXPECT_THAT(Names(*profiles), ElementsAre("newspaper", "strict", "search", "evening", "late"));
  const Profile* const evening = profiles->Find("evening");
  ASSERT_NE(evening, nullptr);
  EXPECT_EQ(evening->description, "Evening edition.");
  Profile expected = DefaultProfile();
  expected[Finding::kPunctuationChanged] = Disposition::kPass;
  expected[Finding::kWrongPage] = Disposition::kFail;
  EXPECT_EQ(evening->table, expected.table);
  EXPECT_EQ(profiles->Find("late")->table, FindBuiltInProfile("strict")->table);
  EXPECT_EQ(profiles->Find("morning"), nullptr);
}

TEST(Profiles, VersionChangesWithTheTableAlone) {
  const auto version = [](const std::string& rest) {
    const auto profiles = Profiles::Parse("[evening]\nbase = \"newspaper\"\n" + rest, "f");
    EXPECT_THAT(profiles, ::quotes::testing::IsOk());
    return profiles->Find("evening")->version;
  };
  EXPECT_EQ(version(""), version("description = \"x\"\n[evening.findings]\nVERBATIM = \"PASS\"\n"));
  EXPECT_NE(version(""), version("[evening.findings]\nWRONG_PAGE = \"FAIL\"\n"));
}

TEST(Profiles, NameTheLineAndTheKeyOfAnError) {
  const std::string head = "[evening]\nbase = \"newspaper\"\n";
  EXPECT_THAT(Refusal("[evening\n"), StartsWith("house.toml:1: "));
  EXPECT_THAT(Refusal("\nevening = 3\n"), StartsWith("house.toml:2: evening must be a table"));
  EXPECT_THAT(Refusal("[strict]\nbase = \"search\"\n"),
              StartsWith("house.toml:1: strict is built in"));
  EXPECT_THAT(Refusal("[\"Evening News\"]\nbase = \"search\"\n"),
              StartsWith("house.toml:1: Evening News is no name"));
  EXPECT_THAT(Refusal("[evening]\n"), StartsWith("house.toml:1: evening.base is missing"));
  EXPECT_THAT(Refusal("[evening]\nbase = 1\n"),
              StartsWith("house.toml:2: evening.base must be text"));
  EXPECT_THAT(Refusal("[evening]\nbase = \"late\"\n"),
              StartsWith("house.toml:2: evening.base must be strict, newspaper or search"));
  EXPECT_THAT(Refusal(head + "colour = \"red\"\n"),
              StartsWith("house.toml:3: evening.colour is not known"));
  EXPECT_THAT(Refusal(head + "description = \"\"\"two\nlines\"\"\"\n"),
              StartsWith("house.toml:3: evening.description must be one line"));
  EXPECT_THAT(Refusal(head + "findings = 1\n"),
              StartsWith("house.toml:3: evening.findings must be a table"));
  EXPECT_THAT(Refusal(head + "[evening.findings]\nWRONG = \"PASS\"\n"),
              StartsWith("house.toml:4: evening.findings.WRONG is no finding"));
  EXPECT_THAT(Refusal(head + "[evening.findings]\nWRONG_PAGE = \"pass\"\n"),
              HasSubstr("must be PASS, REVIEW or FAIL, not \"pass\""));
  EXPECT_THAT(Refusal(head + "[evening.findings]\nWRONG_PAGE = true\n"),
              StartsWith("house.toml:4: evening.findings.WRONG_PAGE must be text"));
}

TEST(Profiles, NeverPassWhatIsNotTheSourcesWords) {
  for (const std::string finding :
       {"ALTERED_CRITICAL", "ALTERED_MAJOR", "STITCHED", "SIMILAR", "NOT_FOUND", "TOO_SHORT",
        "UNVERIFIABLE", "ELIDED_RISKY_GRAVE"}) {
    for (const std::string base : {"strict", "newspaper", "search"}) {
      EXPECT_THAT(
          Refusal("[evening]\nbase = \"" + base + "\"\n[evening.findings]\n" + finding +
                  " = \"PASS\"\n"),
          StartsWith("house.toml:4: evening.findings." + finding + " may be PASS in no profile"));
    }
  }
  Profile profile = DefaultProfile();
  profile[Finding::kAlteredCritical] = Disposition::kPass;
  EXPECT_THAT(CheckProfile(profile), HasCode(absl::StatusCode::kInvalidArgument));
  profile[Finding::kAlteredCritical] = static_cast<Disposition>(4);
  EXPECT_THAT(CheckProfile(profile), HasCode(absl::StatusCode::kInvalidArgument));
}

TEST(Profiles, AreNotTooMany) {
  std::string toml;
  for (int i = 0; i < 97; ++i) {
    toml += absl::StrCat("[p", i, "]\nbase = \"search\"\n");
  }
  QUOTES_EXPECT_OK(Profiles::Parse(toml, "house.toml"));
  EXPECT_THAT(Refusal(toml + "[q]\nbase = \"search\"\n"), HasSubstr("is one too many"));
}

TEST(Profiles, ReadFiles) {
  const auto example = Profiles::ReadFile((SourceDir() / "deploy/profiles.example.toml").string());
  QUOTES_ASSERT_OK(example);
  EXPECT_THAT(Names(*example),
              ElementsAre("newspaper", "strict", "search", "front-page", "social-media"));
  const TempDir dir;
  const std::string missing = (dir.path() / "none.toml").string();
  const auto none = Profiles::ReadFile(missing);
  EXPECT_THAT(none, HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(std::string(none.status().message()), HasSubstr(missing));
  const auto folder = Profiles::ReadFile(dir.path().string());
  EXPECT_THAT(folder, HasCode(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace quotes::citation
