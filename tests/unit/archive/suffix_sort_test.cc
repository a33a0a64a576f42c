#include "service/archive/suffix_sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "service/archive/text_index_units.h"
#include "tests/support/status_matchers.h"

namespace quotes::archive {
namespace {

std::u16string_view SuffixAt(std::u16string_view texts, uint32_t place) {
  return texts.substr(place, texts.find(kTextEnd, place) - place);
}

// Every character has its suffix, and they ascend.
void ExpectSorted(const std::u16string& texts) {
  const auto sorted = SortSuffixes(texts, Cancellation());
  QUOTES_ASSERT_OK(sorted);
  std::vector<uint32_t> places;
  for (uint32_t i = 0; i < texts.size(); ++i) {
    if (texts[i] != kTextEnd && !IsLowSurrogate(texts[i])) {
      places.push_back(i);
    }
  }
  std::vector<uint32_t> found = *sorted;
  for (size_t i = 1; i < found.size(); ++i) {
    ASSERT_LE(SuffixAt(texts, found[i - 1]), SuffixAt(texts, found[i])) << i;
  }
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, places);
  EXPECT_EQ(SortSuffixes(texts, Cancellation()).value_or(std::vector<uint32_t>()), *sorted);
}

TEST(SuffixSortTest, NothingAndTheShortest) {
  for (const std::u16string& texts :
       {std::u16string(), std::u16string(1, kTextEnd), std::u16string(3, kTextEnd),
        std::u16string(u"甲\0", 2), std::u16string(u"甲\0甲\0\0甲乙\0", 8)}) {
    ExpectSorted(texts);
  }
}

// Alphabets of a few characters and of nearly all, with characters of two units, texts of all
// lengths, and texts that are parts of each other.
TEST(SuffixSortTest, RandomTexts) {
  std::mt19937 random(11);
  for (size_t round = 0; round < 60; ++round) {
    const uint32_t letters = std::vector<uint32_t>{1, 2, 5, 300, 5'000, 0x110000}[round % 6];
    std::u16string texts;
    std::u32string last;
    const int count = 1 + static_cast<int>(random() % 200);
    for (int i = 0; i < count; ++i) {
      std::u32string text;
      for (size_t k = random() % 60; k > 0; --k) {
        const char32_t c = static_cast<char32_t>(letters == 0x110000 ? 1 + random() % 0x10FFFE
                                                                     : 0x4E00 + random() % letters);
        text.push_back(c >= 0xD800 && c <= 0xDFFF ? U'甲' : c);
      }
      if (random() % 3 == 0) {
        text = last.substr(random() % (last.size() + 1)) + text;
      }
      for (const char32_t c : text) {
        AppendUtf16(c, &texts);
      }
      texts.push_back(kTextEnd);
      last = text;
    }
    ExpectSorted(texts);
  }
}

// Texts too much alike to be told apart by a few units: of one letter, and one that comes again.
TEST(SuffixSortTest, RepeatedTexts) {
  std::u16string texts(200'000, u'甲');
  texts.push_back(kTextEnd);
  const auto sorted = SortSuffixes(texts, Cancellation());
  QUOTES_ASSERT_OK(sorted);
  ASSERT_EQ(sorted->size(), 200'000u);
  for (uint32_t i = 0; i < sorted->size(); ++i) {
    ASSERT_EQ((*sorted)[i], 199'999 - i);
  }
  std::mt19937 random(5);
  std::u16string text;
  for (int i = 0; i < 3'000; ++i) {
    text.push_back(static_cast<char16_t>(0x4E00 + random() % 2'000));
  }
  std::u16string copies;
  for (int i = 0; i < 20; ++i) {
    copies += text + kTextEnd;
  }
  ExpectSorted(copies);
}

TEST(SuffixSortTest, StopsWhenItIsCancelled) {
  std::u16string texts;
  std::mt19937 random(5);
  for (int i = 0; i < 3'000'000; ++i) {
    texts.push_back(static_cast<char16_t>(0x4E00 + random() % 40));
  }
  texts.push_back(kTextEnd);
  Cancellation cancellation;
  cancellation.Cancel();
  EXPECT_THAT(SortSuffixes(texts, cancellation),
              quotes::testing::HasCode(absl::StatusCode::kCancelled));
  texts.assign(3'000'000, u'甲');
  texts.push_back(kTextEnd);
  EXPECT_THAT(SortSuffixes(texts, cancellation),
              quotes::testing::HasCode(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace quotes::archive
