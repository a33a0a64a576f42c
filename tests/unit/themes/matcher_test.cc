#include "service/themes/matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace quotes::themes {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Match = Matcher::Match;

// The definition, spelled out: all occurrences of usable patterns, less those inside a longer one.
std::vector<Match> Oracle(const std::vector<std::u32string>& patterns, const std::u32string& text,
                          const std::vector<bool>& usable) {
  std::vector<Match> all;
  for (size_t begin = 0; begin < text.size(); ++begin) {
    for (size_t p = 0; p < patterns.size(); ++p) {
      if (usable[p] && text.compare(begin, patterns[p].size(), patterns[p]) == 0) {
        all.push_back({static_cast<uint32_t>(begin),
                       static_cast<uint32_t>(begin + patterns[p].size()),
                       static_cast<uint32_t>(p)});
      }
    }
  }
  std::vector<Match> longest;
  for (const Match& match : all) {
    bool inside = false;
    for (const Match& other : all) {
      inside = inside || (other.begin <= match.begin && match.end <= other.end &&
                          other.end - other.begin > match.end - match.begin);
    }
    if (!inside) {
      longest.push_back(match);
    }
  }
  return longest;
}

TEST(MatcherTest, LongestAtAPlaceWins) {
  const Matcher matcher({U"社会", U"社会主义", U"主义", U"特色社会主义思想"});
  const std::vector<bool> usable(4, true);
  EXPECT_THAT(matcher.FindLongest(U"特色社会主义思想", usable), ElementsAre(Match{0, 8, 3}));
  EXPECT_THAT(matcher.FindLongest(U"社会主义社会", usable),
              ElementsAre(Match{0, 4, 1}, Match{4, 6, 0}));
}

TEST(MatcherTest, OverlapsWithoutContainmentBothCount) {
  const Matcher matcher({U"深化改革", U"改革开放"});
  EXPECT_THAT(matcher.FindLongest(U"深化改革开放", {true, true}),
              ElementsAre(Match{0, 4, 0}, Match{2, 6, 1}));
}

TEST(MatcherTest, UnusablePatternsNeitherMatchNorHide) {
  const Matcher matcher({U"城市", U"城市更新"});
  EXPECT_THAT(matcher.FindLongest(U"城市更新", {true, false}), ElementsAre(Match{0, 2, 0}));
  EXPECT_THAT(matcher.FindLongest(U"城市更新", {false, false}), IsEmpty());
}

TEST(MatcherTest, EmptyTextAndNoPatterns) {
  EXPECT_THAT(Matcher({}).FindLongest(U"城市", {}), IsEmpty());
  EXPECT_THAT(Matcher({U"城"}).FindLongest(U"", {true}), IsEmpty());
}

TEST(MatcherTest, AgreesWithTheDefinitionOnRandomTexts) {
  std::mt19937 random(20221);
  const auto word = [&random](size_t shortest, size_t longest) {
    std::u32string s(shortest + random() % (longest - shortest + 1), U'a');
    for (char32_t& c : s) {
      c = static_cast<char32_t>(U'a' + random() % 3);
    }
    return s;
  };
  for (int round = 0; round < 2000; ++round) {
    std::set<std::u32string> distinct;
    for (size_t i = random() % 9; i-- > 0;) {
      distinct.insert(word(1, 5));
    }
    const std::vector<std::u32string> patterns(distinct.begin(), distinct.end());
    std::vector<bool> usable;
    for (size_t i = 0; i < patterns.size(); ++i) {
      usable.push_back(random() % 4 != 0);
    }
    const std::u32string text = word(0, 40);
    ASSERT_EQ(Matcher(patterns).FindLongest(text, usable), Oracle(patterns, text, usable))
        << "round " << round;
  }
}

}  // namespace
}  // namespace quotes::themes
