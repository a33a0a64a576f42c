#include "service/archive/theme_postings.h"

#include <array>

namespace quotes::archive {
namespace {

// A theme that one in so many quotes has is bits too, 125 KB of a million quotes: filters are put
// together word by word, where lists would have to be searched.
constexpr uint64_t kQuotesPerBit = 256;

}  // namespace

PostingLists ThemePostings::With(size_t theme, AttributeSet attributes) const {
  PostingLists lists;
  if (attributes.all()) {
    if (const Postings whole = (*this)[theme]; !whole.empty()) {
      lists.push_back(whole);
    }
    return lists;
  }
  for (uint32_t group = group_begins_[theme]; group < group_begins_[theme + 1]; ++group) {
    if (attributes.Has(static_cast<QuoteAttributes>(groups_[group].attributes))) {
      const uint32_t begin = groups_[group].begin;
      lists.push_back(grouped_.subspan(begin, groups_[group + 1].begin - begin));
    }
  }
  return lists;
}

void ThemePostings::Builder::Add(uint32_t number, QuoteAttributes attributes,
                                 std::span<const PackedAssignment> assignments) {
  for (const PackedAssignment& assignment : assignments) {
    for (int theme = assignment.theme; theme >= 0; theme = scheme_.ParentOf(theme)) {
      std::vector<uint32_t>& numbers = numbers_[static_cast<size_t>(theme)];
      if (!numbers.empty() && numbers.back() == number) {
        break;  // and so have those above
      }
      numbers.push_back(number);
      attributes_[static_cast<size_t>(theme)].push_back(attributes);
    }
  }
}

ThemePostings::Layout ThemePostings::Builder::Write(uint32_t universe, ByteSink* sink) const {
  std::vector<uint32_t> begins = {0};
  std::vector<uint32_t> all;
  std::vector<uint32_t> group_begins = {0};
  std::vector<Group> groups;
  std::vector<uint32_t> grouped;
  std::vector<uint32_t> bit_begins = {0};
  std::vector<uint64_t> bits;
  for (size_t theme = 0; theme < numbers_.size(); ++theme) {
    const std::vector<uint32_t>& numbers = numbers_[theme];
    all.insert(all.end(), numbers.begin(), numbers.end());
    begins.push_back(static_cast<uint32_t>(all.size()));
    // Sorted by counting, so that numbers ascend in each group.
    std::array<uint32_t, kAttributeCount> at = {};
    for (const QuoteAttributes attributes : attributes_[theme]) {
      ++at[attributes];
    }
    auto next = static_cast<uint32_t>(grouped.size());
    for (uint32_t attributes = 0; attributes < kAttributeCount; ++attributes) {
      const uint32_t size = at[attributes];
      at[attributes] = next;
      if (size > 0) {
        groups.push_back({attributes, next});
        next += size;
      }
    }
    grouped.resize(next);
    for (size_t i = 0; i < numbers.size(); ++i) {
      grouped[at[attributes_[theme][i]]++] = numbers[i];
    }
    const size_t words = (size_t{universe} + 63) / 64;
    if (words > 0 && numbers.size() * kQuotesPerBit >= universe) {
      bits.resize(bits.size() + words, 0);
      for (const uint32_t number : numbers) {
        bits[bit_begins.back() + number / 64] |= uint64_t{1} << (number % 64);
      }
    }
    bit_begins.push_back(static_cast<uint32_t>(bits.size()));
    group_begins.push_back(static_cast<uint32_t>(groups.size()));
  }
  groups.push_back({0, static_cast<uint32_t>(grouped.size())});
  Layout layout;
  layout.begins = sink->AppendArray(begins);
  layout.numbers = sink->AppendArray(all);
  layout.group_begins = sink->AppendArray(group_begins);
  layout.groups = sink->AppendArray(groups);
  layout.grouped = sink->AppendArray(grouped);
  layout.bit_begins = sink->AppendArray(bit_begins);
  layout.bits = sink->AppendArray(bits);
  return layout;
}

}  // namespace quotes::archive
