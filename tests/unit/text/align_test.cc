#include "service/text/align.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace quotes::text {
namespace {

// Stretches are equal, in order, apart and cannot be made longer at either end.
size_t CheckStretches(const std::u32string& a, const std::u32string& b,
                      const std::vector<EqualStretch>& stretches) {
  size_t end_a = 0;
  size_t end_b = 0;
  size_t kept = 0;
  for (const EqualStretch& s : stretches) {
    EXPECT_GT(s.size, 0u);
    EXPECT_GE(s.begin_a, end_a);
    EXPECT_GE(s.begin_b, end_b);
    EXPECT_TRUE(kept == 0 || s.begin_a > end_a || s.begin_b > end_b) << "could be one";
    EXPECT_LE(s.begin_a + s.size, a.size());
    EXPECT_LE(s.begin_b + s.size, b.size());
    EXPECT_EQ(a.substr(s.begin_a, s.size), b.substr(s.begin_b, s.size));
    end_a = s.begin_a + s.size;
    end_b = s.begin_b + s.size;
    kept += s.size;
  }
  return kept;
}

size_t LongestCommonSubsequence(const std::u32string& a, const std::u32string& b) {
  std::vector<size_t> row(b.size() + 1, 0);
  for (const char32_t c : a) {
    size_t diagonal = 0;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t above = row[j + 1];
      row[j + 1] = b[j] == c ? diagonal + 1 : std::max(above, row[j]);
      diagonal = above;
    }
  }
  return row.back();
}

TEST(AlignRevisions, KeepsWhatIsEqual) {
  EXPECT_TRUE(AlignRevisions(U"", U"").empty());
  EXPECT_TRUE(AlignRevisions(U"甲", U"").empty());
  EXPECT_TRUE(AlignRevisions(U"", U"甲").empty());
  EXPECT_TRUE(AlignRevisions(U"甲", U"乙").empty());
  EXPECT_EQ(AlignRevisions(U"甲乙。丙", U"甲乙。丙"), (std::vector<EqualStretch>{{0, 0, 4}}));
  EXPECT_EQ(AlignRevisions(U"越要人一步。", U"越要快人一步。"),
            (std::vector<EqualStretch>{{0, 0, 2}, {2, 3, 4}}));
  EXPECT_EQ(AlignRevisions(U"甲。乙。", U"新的一句。甲。乙。"),
            (std::vector<EqualStretch>{{0, 5, 4}}));
}

TEST(AlignSymbols, IsALongestCommonSubsequence) {
  EXPECT_TRUE(AlignSymbols(U"", U"甲").empty());
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    std::u32string a;
    std::u32string b;
    for (std::u32string* text : {&a, &b}) {
      for (size_t size = random() % 30; size > 0; --size) {
        text->push_back(static_cast<char32_t>(1 + random() % 5));
      }
    }
    EXPECT_EQ(CheckStretches(a, b, AlignSymbols(a, b)), LongestCommonSubsequence(a, b));
  }
}

// Without clauses the alignment is a longest common subsequence; with them it is nearly one.
TEST(AlignRevisions, AgreesWithTheLongestCommonSubsequence) {
  std::mt19937 random(11);
  const auto below = [&random](size_t bound) {
    return std::uniform_int_distribution<size_t>(0, bound - 1)(random);
  };
  for (int i = 0; i < 3'000; ++i) {
    const bool marks = i % 2 == 1;
    const std::u32string letters = marks ? U"甲乙丙丁，。" : U"甲乙丙";
    const auto text = [&] {
      std::u32string made(below(24), U' ');
      std::generate(made.begin(), made.end(), [&] { return letters[below(letters.size())]; });
      return made;
    };
    const std::u32string a = text();
    const std::u32string b = text();
    const size_t kept = CheckStretches(a, b, AlignRevisions(a, b));
    if (marks) {
      EXPECT_LE(kept, LongestCommonSubsequence(a, b));
    } else {
      EXPECT_EQ(kept, LongestCommonSubsequence(a, b));
    }
  }
}

TEST(AlignRevisions, AFewCorrectionsLoseFewCharacters) {
  std::mt19937 random(12);
  const auto below = [&random](size_t bound) {
    return std::uniform_int_distribution<size_t>(0, bound - 1)(random);
  };
  for (int i = 0; i < 50; ++i) {
    std::u32string a;
    for (int k = 0; k < 20'000; ++k) {
      a.push_back(k % 17 == 16 ? U'。' : static_cast<char32_t>(0x4E00 + below(3'000)));
    }
    std::u32string b = a;
    for (int k = 0; k < 20; ++k) {
      const size_t at = below(b.size());
      b.replace(at, below(3), std::u32string(below(3), U'改'));
    }
    b.insert(below(b.size()), std::u32string(5'000, U'增'));
    EXPECT_GE(CheckStretches(a, b, AlignRevisions(a, b)), a.size() - 200);
  }
}

TEST(AlignRevisions, TextsWithoutAnythingInCommonTakeBoundedWork) {
  std::u32string a;
  std::u32string b;
  for (char32_t i = 0; i < 300'000; ++i) {
    a += {0x4E00 + i % 5'000, i % 7 == 0 ? U'，' : U'甲'};
    b += {0xAC00 + i % 5'000, i % 5 == 0 ? U'，' : U'乙'};
  }
  CheckStretches(a, b, AlignRevisions(a, b));
}

}  // namespace
}  // namespace quotes::text
