#include "service/archive/text_index.h"

#include <divsufsort.h>

#include <algorithm>
#include <queue>
#include <string>

#include "service/base/check.h"

namespace quotes::archive {
namespace {

constexpr uint32_t kPlaceBlock = 64;   // places per entry of the quote map
constexpr uint32_t kSuffixBlock = 64;  // suffixes per entry of the minima
constexpr char16_t kEnd = u'\0';

bool IsLowSurrogate(char16_t unit) { return (unit & 0xfc00) == 0xdc00; }

void Append(char32_t c, std::u16string* out) {
  if (c < 0x10000) {
    out->push_back(static_cast<char16_t>(c));
  } else {
    out->push_back(static_cast<char16_t>(0xd800 + ((c - 0x10000) >> 10)));
    out->push_back(static_cast<char16_t>(0xdc00 + ((c - 0x10000) & 0x3ff)));
  }
}

uint64_t Key(TextIndex::Interval interval) {
  return (uint64_t{interval.begin} << 32) | interval.end;
}

}  // namespace

std::u16string TextIndex::Encode(std::u32string_view term) {
  std::u16string out;
  out.reserve(term.size());
  for (const char32_t c : term) {
    Append(c, &out);
  }
  return out;
}

TextIndex::TextIndex(const std::vector<std::u32string_view>& quotes)
    : quote_count_(static_cast<uint32_t>(quotes.size())) {
  size_t size = 0;
  for (const std::u32string_view quote : quotes) {
    size += quote.size() + 1;
  }
  text_.reserve(size + 16);
  starts_.reserve(quotes.size() + 1);
  for (const std::u32string_view quote : quotes) {
    starts_.push_back(static_cast<uint32_t>(text_.size()));
    for (const char32_t c : quote) {
      Append(c, &text_);
    }
    text_.push_back(kEnd);
  }
  starts_.push_back(static_cast<uint32_t>(text_.size()));
  QUOTES_CHECK(text_.size() < (size_t{1} << 30));

  {
    std::vector<uint8_t> bytes(text_.size() * 2);
    for (size_t i = 0; i < text_.size(); ++i) {
      bytes[2 * i] = static_cast<uint8_t>(text_[i] >> 8);
      bytes[2 * i + 1] = static_cast<uint8_t>(text_[i] & 0xff);
    }
    std::vector<saidx_t> sorted(bytes.size());
    if (!bytes.empty()) {
      QUOTES_CHECK(divsufsort(bytes.data(), sorted.data(), static_cast<saidx_t>(bytes.size())) ==
                   0);
    }
    for (const saidx_t byte : sorted) {
      if ((byte & 1) == 0) {
        const auto place = static_cast<uint32_t>(byte) / 2;
        if (text_[place] != kEnd && !IsLowSurrogate(text_[place])) {
          suffixes_.push_back(place);
        }
      }
    }
    suffixes_.shrink_to_fit();
  }

  for (uint32_t quote = 0, block = 0; block * kPlaceBlock < text_.size(); ++block) {
    while (starts_[quote + 1] <= block * kPlaceBlock) {
      ++quote;
    }
    quote_of_block_.push_back(quote);
  }

  // Intervals of every first unit and of every first pair.
  const auto count = static_cast<uint32_t>(suffixes_.size());
  for (uint32_t i = 0; i < count; ++i) {
    const char16_t first = text_[suffixes_[i]];
    const char16_t second = text_[suffixes_[i] + 1];
    for (const char32_t key : {char32_t{first} << 16, (char32_t{first} << 16) | second}) {
      if ((key & 0xffff) == 0 && key != char32_t{first} << 16) {
        continue;
      }
      auto [entry, inserted] = pairs_.try_emplace(key, Interval{i, i});
      entry->second.end = i + 1;
      if (second == kEnd) {
        break;
      }
    }
  }

  std::vector<uint32_t> level;
  for (uint32_t begin = 0; begin < count; begin += kSuffixBlock) {
    const uint32_t end = std::min(begin + kSuffixBlock, count);
    uint32_t best = begin;
    for (uint32_t i = begin + 1; i < end; ++i) {
      if (suffixes_[i] < suffixes_[best]) {
        best = i;
      }
    }
    level.push_back(best);
  }
  minima_.push_back(std::move(level));
  for (size_t width = 1; 2 * width <= minima_[0].size(); width *= 2) {
    const std::vector<uint32_t>& below = minima_.back();
    std::vector<uint32_t> next(minima_[0].size() - 2 * width + 1);
    for (size_t i = 0; i < next.size(); ++i) {
      const uint32_t a = below[i];
      const uint32_t b = below[i + width];
      next[i] = suffixes_[a] < suffixes_[b] ? a : b;
    }
    minima_.push_back(std::move(next));
  }
  BuildTotals();
}

uint32_t TextIndex::QuoteAt(uint32_t place) const {
  uint32_t quote = quote_of_block_[place / kPlaceBlock];
  while (starts_[quote + 1] <= place) {
    ++quote;
  }
  return quote;
}

// Counts the distinct quotes of every suffix-tree node above the threshold. The nodes are the
// LCP-intervals; an interval [b, e) holds as many distinct quotes as it has suffixes whose previous
// suffix of the same quote lies before b.
void TextIndex::BuildTotals() {
  const auto count = static_cast<uint32_t>(suffixes_.size());
  if (count <= kCountedAbove) {
    return;
  }
  // Lengths of common prefixes of neighbours (T. Kasai et al., CPM 2001), within one quote's text.
  std::vector<uint32_t> rank(text_.size(), UINT32_MAX);
  for (uint32_t i = 0; i < count; ++i) {
    rank[suffixes_[i]] = i;
  }
  std::vector<uint32_t> lcp(count + 1, 0);
  uint32_t length = 0;
  for (uint32_t place = 0; place < text_.size(); ++place) {
    const uint32_t i = rank[place];
    if (i == UINT32_MAX || i == 0) {
      length = length > 0 ? length - 1 : 0;
      continue;
    }
    const uint32_t other = suffixes_[i - 1];
    while (text_[place + length] == text_[other + length] && text_[place + length] != kEnd) {
      ++length;
    }
    lcp[i] = length;
    length = length > 0 ? length - 1 : 0;
  }
  rank.clear();
  rank.shrink_to_fit();

  struct Node {
    uint32_t begin;
    uint32_t depth;
    int64_t duplicates;  // pairs of equal quotes whose later member closed inside this node
  };
  // Each suffix whose quote came before adds one duplicate to the deepest node that spans both.
  std::vector<uint32_t> last(quote_count_, UINT32_MAX);
  std::vector<Node> stack{{0, 0, 0}};
  const auto close = [&](const Node& node, uint32_t end) {
    if (end - node.begin > kCountedAbove) {
      totals_[Key({node.begin, end})] =
          static_cast<uint32_t>(end - node.begin - static_cast<uint64_t>(node.duplicates));
    }
  };
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t begin = i;
    while (i > 0 && stack.back().depth > lcp[i]) {
      const Node node = stack.back();
      stack.pop_back();
      close(node, i);
      begin = node.begin;
      if (stack.back().depth >= lcp[i]) {
        stack.back().duplicates += node.duplicates;
      } else {
        stack.push_back({begin, lcp[i], node.duplicates});
        break;
      }
    }
    if (i > 0 && stack.back().depth < lcp[i]) {
      stack.push_back({i - 1, lcp[i], 0});
    }
    const uint32_t quote = QuoteAt(suffixes_[i]);
    if (last[quote] != UINT32_MAX) {
      // The deepest open node that begins at or before the previous suffix of this quote.
      const auto node = std::upper_bound(
          stack.begin(), stack.end(), last[quote],
          [](uint32_t place, const Node& candidate) { return place < candidate.begin; });
      // Nodes that begin at the same suffix are nested: the last of them is the deepest.
      std::prev(node)->duplicates += 1;
    }
    last[quote] = i;
  }
  while (stack.size() > 1) {
    const Node node = stack.back();
    stack.pop_back();
    close(node, count);
    stack.back().duplicates += node.duplicates;
  }
}

int TextIndex::Compare(uint32_t place, std::u16string_view term) const {
  for (const char16_t unit : term) {
    const char16_t here = text_[place++];
    if (here != unit) {
      return here < unit ? -1 : 1;
    }
  }
  return 0;
}

TextIndex::Interval TextIndex::Find(std::u32string_view term) const {
  return FindUnits(Encode(term));
}

TextIndex::Interval TextIndex::FindUnits(std::u16string_view units) const {
  if (units.empty() || units.find(kEnd) != std::u16string_view::npos) {
    return {};
  }
  const char32_t key = (char32_t{units[0]} << 16) | (units.size() > 1 ? units[1] : 0);
  const auto entry = pairs_.find(key);
  if (entry == pairs_.end()) {
    return {};
  }
  if (units.size() <= 2) {
    return entry->second;
  }
  const auto begin = suffixes_.begin() + entry->second.begin;
  const auto end = suffixes_.begin() + entry->second.end;
  const auto low =
      std::partition_point(begin, end, [&](uint32_t place) { return Compare(place, units) < 0; });
  const auto high =
      std::partition_point(low, end, [&](uint32_t place) { return Compare(place, units) == 0; });
  return {static_cast<uint32_t>(low - suffixes_.begin()),
          static_cast<uint32_t>(high - suffixes_.begin())};
}

TextIndex::Prefix TextIndex::FindLongestPrefix(std::u32string_view text) const {
  std::u16string encoded = Encode(text.substr(0, text.find(U'\0')));
  const std::u16string_view units = encoded;
  if (units.empty()) {
    return {};
  }
  // What is longest shares its prefix with a neighbour of the place where `text` would be sorted
  // in.
  size_t longest = 0;
  if (const Interval pair = FindUnits(units.substr(0, 2)); !pair.empty()) {
    const auto common = [&](uint32_t place) {
      size_t length = 0;
      while (length < units.size() && text_[place + length] == units[length]) {
        ++length;
      }
      return length;
    };
    const auto begin = suffixes_.begin() + pair.begin;
    const auto end = suffixes_.begin() + pair.end;
    const auto next =
        std::partition_point(begin, end, [&](uint32_t place) { return Compare(place, units) < 0; });
    longest = next == end ? 0 : common(*next);
    if (next != begin) {
      longest = std::max(longest, common(*std::prev(next)));
    }
  } else {
    longest = FindUnits(units.substr(0, 1)).empty() ? 0 : 1;
  }
  if (longest > 0 && longest < units.size() && IsLowSurrogate(units[longest])) {
    --longest;
  }
  if (longest == 0) {
    return {};
  }
  size_t length = longest;
  for (const char16_t unit : units.substr(0, longest)) {
    length -= IsLowSurrogate(unit) ? size_t{1} : size_t{0};
  }
  return {length, FindUnits(units.substr(0, longest))};
}

uint32_t TextIndex::CountQuotes(Interval interval) const {
  if (interval.occurrences() > kCountedAbove) {
    const auto entry = totals_.find(Key(interval));
    QUOTES_CHECK(entry != totals_.end());
    return entry->second;
  }
  return static_cast<uint32_t>(Quotes(interval).size());
}

std::vector<uint32_t> TextIndex::Quotes(Interval interval) const {
  std::vector<uint32_t> quotes;
  quotes.reserve(interval.occurrences());
  for (uint32_t i = interval.begin; i < interval.end; ++i) {
    quotes.push_back(QuoteAt(suffixes_[i]));
  }
  std::sort(quotes.begin(), quotes.end());
  quotes.erase(std::unique(quotes.begin(), quotes.end()), quotes.end());
  return quotes;
}

uint32_t TextIndex::ArgMin(uint32_t begin, uint32_t end) const {
  uint32_t best = begin;
  const auto consider = [&](uint32_t i) {
    if (suffixes_[i] < suffixes_[best]) {
      best = i;
    }
  };
  const uint32_t first_block = (begin + kSuffixBlock - 1) / kSuffixBlock;
  const uint32_t last_block = end / kSuffixBlock;
  if (first_block >= last_block) {
    for (uint32_t i = begin; i < end; ++i) {
      consider(i);
    }
    return best;
  }
  for (uint32_t i = begin; i < first_block * kSuffixBlock; ++i) {
    consider(i);
  }
  const uint32_t blocks = last_block - first_block;
  const auto level = static_cast<size_t>(31 - __builtin_clz(blocks));
  consider(minima_[level][first_block]);
  consider(minima_[level][last_block - (1u << level)]);
  for (uint32_t i = last_block * kSuffixBlock; i < end; ++i) {
    consider(i);
  }
  return best;
}

// A few hundred occurrences are sorted faster than they are enumerated one by one.
constexpr uint32_t kSortBelow = 256;

void TextIndex::VisitPlaces(Interval interval,
                            absl::FunctionRef<bool(uint32_t place)> visit) const {
  if (interval.occurrences() <= kSortBelow) {
    std::vector<uint32_t> places(suffixes_.begin() + interval.begin,
                                 suffixes_.begin() + interval.end);
    std::sort(places.begin(), places.end());
    for (const uint32_t place : places) {
      if (!visit(place)) {
        return;
      }
    }
    return;
  }
  struct Part {
    uint32_t place;
    uint32_t index;
    Interval interval;
    bool operator<(const Part& other) const { return place > other.place; }
  };
  std::priority_queue<Part> parts;
  const auto add = [&](uint32_t begin, uint32_t end) {
    if (begin < end) {
      const uint32_t index = ArgMin(begin, end);
      parts.push({suffixes_[index], index, {begin, end}});
    }
  };
  add(interval.begin, interval.end);
  while (!parts.empty()) {
    const Part part = parts.top();
    parts.pop();
    if (!visit(part.place)) {
      return;
    }
    add(part.interval.begin, part.index);
    add(part.index + 1, part.interval.end);
  }
}

void TextIndex::VisitQuotes(Interval interval, uint32_t first,
                            absl::FunctionRef<bool(uint32_t quote)> visit) const {
  if (first > 0 || interval.occurrences() <= kSortBelow) {
    // Range minima cannot skip what lies before `first`: later pages pay for their interval.
    for (const uint32_t quote : Quotes(interval)) {
      if (quote >= first && !visit(quote)) {
        return;
      }
    }
    return;
  }
  uint32_t previous = UINT32_MAX;
  VisitPlaces(interval, [&](uint32_t place) {
    const uint32_t quote = QuoteAt(place);
    const bool go_on = quote == previous || visit(quote);
    previous = quote;
    return go_on;
  });
}

void TextIndex::VisitOccurrences(Interval interval,
                                 absl::FunctionRef<bool(Occurrence occurrence)> visit) const {
  VisitPlaces(interval, [&](uint32_t place) {
    Occurrence occurrence{QuoteAt(place), 0};
    for (uint32_t at = starts_[occurrence.quote]; at < place; ++at) {
      occurrence.offset += IsLowSurrogate(text_[at]) ? 0u : 1u;
    }
    return visit(occurrence);
  });
}

bool TextIndex::Contains(uint32_t quote, std::u32string_view term) const {
  const std::u16string_view text =
      std::u16string_view(text_).substr(starts_[quote], starts_[quote + 1] - 1 - starts_[quote]);
  return text.find(Encode(term)) != std::u16string_view::npos;
}

std::vector<std::pair<std::string_view, size_t>> TextIndex::MemoryUse() const {
  size_t minima = 0;
  for (const auto& level : minima_) {
    minima += level.size() * sizeof(uint32_t);
  }
  return {{"text", text_.capacity() * sizeof(char16_t)},
          {"suffixes", suffixes_.capacity() * sizeof(uint32_t)},
          {"quote map", (starts_.capacity() + quote_of_block_.capacity()) * sizeof(uint32_t)},
          {"minima", minima},
          {"pairs", pairs_.capacity() * (sizeof(char32_t) + sizeof(Interval) + 1)},
          {"totals", totals_.capacity() * (sizeof(uint64_t) + sizeof(uint32_t) + 1)}};
}

}  // namespace quotes::archive
