#include "service/archive/posting_lists.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace quotes::archive {
namespace {

// Ascending numbers below `universe`, close together in some parts and far apart in others.
std::vector<uint32_t> UnevenNumbers(std::mt19937* random, uint32_t universe) {
  std::vector<uint32_t> numbers;
  for (uint32_t number = 0; number < universe; ++number) {
    if ((*random)() % (number / 64 % 3 == 0 ? 2 : 40) == 0) {
      numbers.push_back(number);
    }
  }
  return numbers;
}

size_t PlaceByDefinition(const std::vector<uint32_t>& numbers, uint32_t number) {
  return static_cast<size_t>(std::lower_bound(numbers.begin(), numbers.end(), number) -
                             numbers.begin());
}

TEST(PostingListsTest, PlacesAreThoseOfASearch) {
  std::mt19937 random(3);
  for (const uint32_t universe : {1u, 2u, 65u, 1'000u, 5'000u}) {
    const std::vector<uint32_t> numbers = UnevenNumbers(&random, universe);
    for (uint32_t number = 0; number <= universe + 1; ++number) {
      ASSERT_EQ(PlaceIn(numbers, number, universe), PlaceByDefinition(numbers, number))
          << number << " of " << universe;
    }
  }
  EXPECT_EQ(PlaceIn({}, 0, 0), 0u);
  EXPECT_EQ(PlaceIn({}, 5, 10), 0u);
}

TEST(PostingListsTest, CountsInFewAndInManyRanges) {
  std::mt19937 random(4);
  constexpr uint32_t kUniverse = 4'000;
  for (const size_t ranges : {1u, 2u, 4u, 5u, 40u}) {
    const std::vector<uint32_t> numbers = UnevenNumbers(&random, kUniverse);
    std::vector<NumberRange> passing;
    uint64_t expected = 0;
    const auto step = static_cast<uint32_t>(kUniverse / ranges);
    for (uint32_t begin = 0; begin + step <= kUniverse; begin += step) {
      const auto from = begin + static_cast<uint32_t>(random()) % (step / 2);
      const NumberRange range{from, from + static_cast<uint32_t>(random()) % (step / 2)};
      passing.push_back(range);
      expected += PlaceByDefinition(numbers, range.end) - PlaceByDefinition(numbers, range.begin);
    }
    EXPECT_EQ(CountIn(numbers, passing, kUniverse), expected) << ranges;
  }
}

TEST(PostingListsTest, MergedListsBeginAtANumber) {
  std::mt19937 random(5);
  constexpr uint32_t kUniverse = 2'000;
  std::vector<std::vector<uint32_t>> lists(7);
  for (uint32_t number = 0; number < kUniverse; ++number) {
    if (random() % 3 == 0) {
      lists[random() % lists.size()].push_back(number);
    }
  }
  PostingLists postings;
  std::vector<uint32_t> all;
  for (const std::vector<uint32_t>& list : lists) {
    postings.push_back(list);
    all.insert(all.end(), list.begin(), list.end());
  }
  std::sort(all.begin(), all.end());
  for (const uint32_t first : {0u, 1u, 777u, 1'999u, 2'000u}) {
    std::vector<uint32_t> merged;
    for (MergedPostings numbers(postings, first, kUniverse,
                                [](uint32_t /*number*/) { return true; });
         !numbers.done(); numbers.Next()) {
      merged.push_back(numbers.number());
    }
    EXPECT_EQ(merged,
              std::vector<uint32_t>(
                  all.begin() + static_cast<ptrdiff_t>(PlaceByDefinition(all, first)), all.end()))
        << first;
  }
}

}  // namespace
}  // namespace quotes::archive
