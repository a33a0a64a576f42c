#include "service/archive/text_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/cancellation.h"

namespace quotes::archive {
namespace {

// An index with the block it stands in.
struct Built {
  Block block;
  TextIndex::Layout layout;
  TextIndex index() const { return TextIndex(block.data, layout); }
};

Built Build(const std::vector<std::u32string>& quotes) {
  TextIndexBuilder builder;
  for (const std::u32string& quote : quotes) {
    builder.Add(quote);
  }
  MemorySink sink;
  Built built;
  built.layout = *builder.Write(&sink);
  built.block = sink.Take();
  return built;
}

// Counts beyond the thresholds of the index, over few characters, some outside the BMP.
TEST(TextIndexTest, AgreesWithASearch) {
  std::mt19937 random(3);
  const std::u32string letters = U"甲乙丙𠮷𠮸";
  for (const size_t count : {0u, 1u, 40u, 3'000u}) {
    std::vector<std::u32string> quotes(count);
    for (std::u32string& quote : quotes) {
      for (size_t length = random() % 20; length > 0; --length) {
        quote += letters[random() % (random() % 4 == 0 ? 5 : 2)];
      }
    }
    const Built built = Build(quotes);
    const TextIndex index = built.index();
    EXPECT_EQ(index.quote_count(), count);
    const Built other = Build({quotes.begin(), quotes.begin() + static_cast<ptrdiff_t>(count / 7)});
    const TextIndex fewer = other.index();
    for (int round = 0; round < 300; ++round) {
      std::u32string term;
      for (size_t length = 1 + random() % 6; length > 0; --length) {
        term += letters[random() % (random() % 3 == 0 ? 5 : 2)];
      }
      std::vector<std::pair<uint32_t, uint32_t>> places;
      std::set<uint32_t> distinct;
      size_t longest = 0;
      for (uint32_t quote = 0; quote < count; ++quote) {
        for (uint32_t at = 0; at < quotes[quote].size(); ++at) {
          const std::u32string_view here = std::u32string_view(quotes[quote]).substr(at);
          if (here.starts_with(term)) {
            places.emplace_back(quote, at);
            distinct.insert(quote);
          }
          size_t common = 0;
          while (common < term.size() && common < here.size() && term[common] == here[common]) {
            ++common;
          }
          longest = std::max(longest, common);
        }
      }
      const std::vector<uint32_t> expected(distinct.begin(), distinct.end());
      const TextIndex::Interval interval = index.Find(term);
      EXPECT_EQ(interval.occurrences(), places.size());
      EXPECT_EQ(index.CountQuotes(interval), expected.size());
      EXPECT_EQ(index.Quotes(interval), expected);
      if (interval.occurrences() <= TextIndex::kCountedAbove) {
        TextIndex::FewQuotes few;
        index.ReadQuotes(interval, &few);
        EXPECT_EQ(std::vector<uint32_t>(few.begin(), few.end()), expected);
      }
      const TextIndex* const both[] = {&fewer, &index};
      TextIndex::Interval found[2];
      TextIndex::FindAll(both, term, found);
      EXPECT_EQ(found[0].begin, fewer.Find(term).begin);
      EXPECT_EQ(
          fewer.Quotes(found[0]),
          std::vector<uint32_t>(expected.begin(), std::lower_bound(expected.begin(), expected.end(),
                                                                   fewer.quote_count())));
      EXPECT_EQ(found[1].begin, interval.begin);
      EXPECT_EQ(found[1].end, interval.end);
      std::vector<uint64_t> bits(count / 64 + 1, 0);
      index.MarkQuotes(interval, bits.data());
      for (uint32_t quote = 0; quote < count; ++quote) {
        ASSERT_EQ((bits[quote / 64] >> (quote % 64)) & 1, distinct.contains(quote) ? 1u : 0u);
      }
      std::vector<std::pair<uint32_t, uint32_t>> visited;
      index.VisitOccurrences(interval, [&visited](TextIndex::Occurrence occurrence) {
        visited.emplace_back(occurrence.quote, occurrence.offset);
        return true;
      });
      EXPECT_EQ(visited, places);
      const auto first = static_cast<uint32_t>(round % 3 == 0 ? random() % (count + 1) : 0);
      const size_t limit = 1 + random() % (3 * TextIndex::kFirstQuotes);
      std::vector<uint32_t> page;
      index.VisitQuotes(interval, first, [&page, limit](uint32_t quote) {
        page.push_back(quote);
        return page.size() < limit;
      });
      const auto from = distinct.lower_bound(first);
      const auto rest = static_cast<size_t>(std::distance(from, distinct.end()));
      EXPECT_EQ(page, std::vector<uint32_t>(
                          from, std::next(from, static_cast<ptrdiff_t>(std::min(limit, rest)))));
      const TextIndex::Prefix prefix = index.FindLongestPrefix(term);
      EXPECT_EQ(prefix.length, longest);
      EXPECT_EQ(prefix.interval.occurrences(),
                longest == 0 ? 0 : index.Find(term.substr(0, longest)).occurrences());
      if (count > 0) {
        const auto quote = static_cast<uint32_t>(random() % count);
        EXPECT_EQ(index.Contains(quote, TextIndex::Encode(term)), distinct.contains(quote));
      }
    }
    EXPECT_TRUE(index.Find(U"").empty());
    EXPECT_TRUE(index.Find(std::u32string(1, U'\0')).empty());
    EXPECT_EQ(index.FindLongestPrefix(U"").length, 0u);
    EXPECT_EQ(index.FindLongestPrefix(U"无").length, 0u);
  }
}

// Thousands of intervals with the same quotes, each in the next: what is stored of one costs no
// more for it. Takes minutes where every interval is gone through.
TEST(TextIndexTest, RunsOfOneCharacterAreIndexedInTime) {
  constexpr uint32_t kQuotes = 200;
  constexpr size_t kLength = 2'000;
  const std::vector<std::u32string> quotes(kQuotes, std::u32string(kLength, U'字'));
  const absl::Time begin = absl::Now();
  const Built built = Build(quotes);
  EXPECT_LT(absl::Now() - begin, absl::Seconds(20));
  const TextIndex index = built.index();
  for (const size_t length : {size_t{1}, size_t{2}, kLength / 2, kLength - 1, kLength}) {
    const TextIndex::Interval interval = index.Find(std::u32string(length, U'字'));
    EXPECT_EQ(interval.occurrences(), kQuotes * (kLength + 1 - length));
    EXPECT_EQ(index.CountQuotes(interval), kQuotes);
    uint32_t next = 0;
    index.VisitQuotes(interval, 0, [&next](uint32_t quote) {
      EXPECT_EQ(quote, next);
      return ++next < 2 * TextIndex::kFirstQuotes;
    });
    EXPECT_EQ(next, 2 * TextIndex::kFirstQuotes);
  }
}

// Sorting so much takes seconds; what was begun ends on its own thread.
TEST(TextIndexTest, BuildingCanBeGivenUp) {
  TextIndexBuilder builder;
  std::mt19937 random(5);
  for (int quote = 0; quote < 60'000; ++quote) {
    std::u32string text(60, U'甲');
    for (char32_t& c : text) {
      c = static_cast<char32_t>(c + random() % 100);
    }
    builder.Add(text);
  }
  Cancellation cancellation(absl::Now() + absl::Milliseconds(200));
  MemorySink sink;
  const absl::Time begin = absl::Now();
  EXPECT_EQ(builder.Write(&sink, cancellation).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_LT(absl::Now() - begin, absl::Seconds(10));
}

// One word in most quotes: its counts by group are stored, those of others are made when asked.
TEST(TextIndexTest, CountsByGroup) {
  std::mt19937 random(5);
  constexpr size_t kQuotes = 30'000;
  std::vector<std::u32string> quotes(kQuotes);
  std::vector<uint32_t> group_of(kQuotes);
  TextIndexBuilder builder;
  for (size_t i = 0; i < kQuotes; ++i) {
    for (size_t length = 1 + random() % 8; length > 0; --length) {
      quotes[i] += U"甲甲甲乙丙"[random() % 5];
    }
    builder.Add(quotes[i]);
    group_of[i] = static_cast<uint32_t>(i / 300);
  }
  MemorySink sink;
  const TextIndex::Layout layout = *builder.Write(&sink, Cancellation(), group_of);
  const Block block = sink.Take();
  const TextIndex index(block.data, layout);
  EXPECT_GT(layout.grouped.count, 0u);
  EXPECT_LE(layout.group_counts.count, index.units());
  std::vector<uint64_t> even((kQuotes + 63) / 64, 0x5555'5555'5555'5555u);
  for (const std::u32string term : {U"甲", U"甲甲", U"乙", U"乙丙", U"丙丙丙丙丙", U"丁"}) {
    const TextIndex::Interval interval = index.Find(term);
    std::vector<GroupCount> expected;
    std::vector<GroupCount> expected_even;
    const auto count = [&](size_t quote, std::vector<GroupCount>* counts) {
      uint32_t occurrences = 0;
      for (size_t at = quotes[quote].find(term); at != std::u32string::npos;
           at = quotes[quote].find(term, at + 1)) {
        ++occurrences;
      }
      if (occurrences == 0) {
        return;
      }
      if (counts->empty() || counts->back().group != group_of[quote]) {
        counts->push_back({group_of[quote], 0, 0});
      }
      counts->back().occurrences += occurrences;
      ++counts->back().quotes;
    };
    for (size_t i = 0; i < kQuotes; ++i) {
      count(i, &expected);
      if (i % 2 == 0) {
        count(i, &expected_even);
      }
    }
    EXPECT_EQ(index.CountGroups(interval, group_of), expected);
    EXPECT_EQ(index.CountGroupsIn(interval, group_of, nullptr), expected);
    EXPECT_EQ(index.CountGroupsIn(interval, group_of, even.data()), expected_even);
  }
  EXPECT_GT(index.Find(U"甲").occurrences(), TextIndex::kGroupedAbove);
}

TEST(TextIndexTest, LettersBetweenTwoParts) {
  const Built built =
      Build({U"高质量的发展", U"高质量\U00020BB7发展", U"高质量的发展高质量发展", U"的发展"});
  const TextIndex index = built.index();
  uint32_t looked_at = 0;
  const auto letters = index.LettersBetween(U"高质量", U"发展", 100, &looked_at);
  ASSERT_EQ(letters.size(), 2u);
  EXPECT_EQ(letters[0].letter, U'的');
  EXPECT_EQ(letters[0].occurrences, 2u);
  EXPECT_EQ(letters[1].letter, U'\U00020BB7');
  EXPECT_EQ(looked_at, 4u);
  EXPECT_TRUE(index.LettersBetween(U"高质量", U"发展", 3, &looked_at).empty());
  EXPECT_EQ(looked_at, 4u);
}

}  // namespace
}  // namespace quotes::archive
