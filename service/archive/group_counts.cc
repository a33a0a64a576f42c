#include "service/archive/group_counts.h"

#include <algorithm>

#include "service/base/check.h"

namespace quotes::archive {
namespace {

bool Has(const uint64_t* bits, uint32_t quote) {
  return ((bits[quote / 64] >> (quote % 64)) & 1) != 0;
}

// Few occurrences: sorted, those of a quote and of a group stand together.
std::vector<GroupCount> CountSorted(std::span<const uint32_t> quotes,
                                    std::span<const uint32_t> group_of, const uint64_t* allowed) {
  std::vector<uint32_t> sorted;
  sorted.reserve(quotes.size());
  for (const uint32_t quote : quotes) {
    if (allowed == nullptr || Has(allowed, quote)) {
      sorted.push_back(quote);
    }
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<GroupCount> counts;
  for (size_t i = 0; i < sorted.size(); ++i) {
    const uint32_t group = group_of[sorted[i]];
    if (counts.empty() || counts.back().group != group) {
      counts.push_back({group, 0, 0});
    }
    ++counts.back().occurrences;
    counts.back().quotes += i == 0 || sorted[i] != sorted[i - 1] ? 1u : 0u;
  }
  return counts;
}

void AppendNumber(uint32_t number, std::vector<uint8_t>* bytes) {
  for (; number >= 0x80; number >>= 7) {
    bytes->push_back(static_cast<uint8_t>(number | 0x80));
  }
  bytes->push_back(static_cast<uint8_t>(number));
}

}  // namespace

std::vector<GroupCount> CountByGroup(std::span<const uint32_t> quotes,
                                     std::span<const uint32_t> group_of, const uint64_t* allowed) {
  if (quotes.empty() || group_of.empty()) {
    return {};
  }
  const size_t groups = size_t{group_of.back()} + 1;
  // Sorting costs about a hundred times what clearing a word does.
  if (quotes.size() < (groups + group_of.size() / 64) / 100 + 64) {
    return CountSorted(quotes, group_of, allowed);
  }
  struct Tally {
    uint32_t occurrences = 0;
    uint32_t quotes = 0;
  };
  std::vector<Tally> tallies(groups);
  std::vector<uint64_t> seen((group_of.size() + 63) / 64, 0);
  for (const uint32_t quote : quotes) {
    if (allowed != nullptr && !Has(allowed, quote)) {
      continue;
    }
    Tally& tally = tallies[group_of[quote]];
    uint64_t& word = seen[quote / 64];
    ++tally.occurrences;
    tally.quotes += static_cast<uint32_t>(~(word >> (quote % 64)) & 1);
    word |= uint64_t{1} << (quote % 64);
  }
  std::vector<GroupCount> counts;
  for (uint32_t group = 0; group < groups; ++group) {
    if (tallies[group].occurrences > 0) {
      counts.push_back({group, tallies[group].occurrences, tallies[group].quotes});
    }
  }
  return counts;
}

void AppendGroupCounts(std::span<const GroupCount> counts, std::vector<uint8_t>* bytes) {
  uint32_t next = 0;
  for (const GroupCount& count : counts) {
    AppendNumber(count.group - next, bytes);
    AppendNumber(count.occurrences, bytes);
    AppendNumber(count.occurrences - count.quotes, bytes);
    next = count.group + 1;
  }
}

std::vector<GroupCount> ReadGroupCounts(std::span<const uint8_t> bytes, size_t count) {
  std::vector<GroupCount> counts(count);
  const uint8_t* at = bytes.data();
  const auto read = [&at] {
    uint32_t number = 0;
    for (int shift = 0;; shift += 7) {
      const uint32_t byte = *at++;
      number |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        return number;
      }
    }
  };
  uint32_t next = 0;
  for (GroupCount& read_count : counts) {
    read_count.group = next + read();
    read_count.occurrences = read();
    read_count.quotes = read_count.occurrences - read();
    next = read_count.group + 1;
  }
  QUOTES_CHECK(at <= bytes.data() + bytes.size());
  return counts;
}

}  // namespace quotes::archive
