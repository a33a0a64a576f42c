#include "service/themes/tag.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "tests/support/status_matchers.h"

namespace quotes::themes {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kThemes[] =
    "code\tparent\tzh\ten\tscope\n"
    "city\t\t城市\tCity\tAll of it\n"
    "city.road\tcity\t道路\tRoads\tRoads\n"
    "city.park\tcity\t公园\tParks\tParks\n"
    "farm\t\t农业\tFarming\tFields\n";

constexpr char kCues[] =
    "version\t1\n"
    "code\tterm\tweight\tscope\n"
    "city.road\t道路\t1\tany\n"
    "city.park\t公园\t1\tany\n"
    "farm\t田\t1\tany\n";

class TagTest : public ::testing::Test {
 protected:
  TagTest() {
    auto scheme = Scheme::Parse(kThemes, kCues);
    EXPECT_THAT(scheme, ::quotes::testing::IsOk());
    scheme_ = *scheme;
    report_.joined = U"修道路，建公园。种田。";
    report_.quotes = {{.id = "a", .range = {0, 8}}, {.id = "b", .range = {8, 11}}};
  }

  // "code score origin" of each theme, by quote.
  std::vector<std::vector<std::string>> Assign(const std::vector<Tag>& tags) const {
    std::vector<std::vector<std::string>> texts;
    for (const std::vector<Assignment>& given : AssignTagged(*scheme_, report_, tags)) {
      std::vector<std::string>& out = texts.emplace_back();
      for (const Assignment& assignment : given) {
        const bool pinned = assignment.origin == Origin::kEditor;
        EXPECT_EQ(pinned, assignment.cues.empty());
        EXPECT_EQ(pinned, assignment.score == 1);
        out.push_back(scheme_->themes()[static_cast<size_t>(assignment.theme)].code +
                      (pinned ? "!" : ""));
      }
    }
    return texts;
  }

  static Tag Pin(std::string quote, std::string theme) {
    return {std::move(quote), std::move(theme), TagAction::kPin, absl::UnixEpoch()};
  }
  static Tag Remove(std::string quote, std::string theme) {
    return {std::move(quote), std::move(theme), TagAction::kRemove, absl::UnixEpoch()};
  }

  std::shared_ptr<const Scheme> scheme_;
  report::ParsedReport report_;
};

TEST_F(TagTest, WithoutTagsTheRulesDecide) {
  EXPECT_THAT(Assign({}), ElementsAre(ElementsAre("city.road", "city.park"), ElementsAre("farm")));
}

TEST_F(TagTest, PinnedThemesComeFirst) {
  EXPECT_THAT(Assign({Pin("a", "farm"), Pin("a", "city.park")}),
              ElementsAre(ElementsAre("city.park!", "farm!", "city.road"), ElementsAre("farm")));
}

TEST_F(TagTest, ATakenThemeTakesThoseBelowItThatAreNotPinned) {
  EXPECT_THAT(Assign({Remove("a", "city.road"), Remove("b", "city")}),
              ElementsAre(ElementsAre("city.park"), ElementsAre("farm")));
  EXPECT_THAT(Assign({Remove("a", "city"), Remove("b", "farm")}),
              ElementsAre(IsEmpty(), IsEmpty()));
  EXPECT_THAT(Assign({Remove("a", "city"), Pin("a", "city.park")}),
              ElementsAre(ElementsAre("city.park!"), ElementsAre("farm")));
}

TEST_F(TagTest, WhatIsNotThereWaits) {
  EXPECT_THAT(Assign({Pin("c", "farm"), Pin("a", "sea"), Remove("a", "sea.ship")}),
              ElementsAre(ElementsAre("city.road", "city.park"), ElementsAre("farm")));
}

}  // namespace
}  // namespace quotes::themes
