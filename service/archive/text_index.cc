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
constexpr size_t kPrefixUnits = 64;  // first read of a text whose longest prefix is asked for

bool IsLowSurrogate(char16_t unit) { return (unit & 0xfc00) == 0xdc00; }

void Append(char32_t c, std::u16string* out) {
  if (c < 0x10000) {
    out->push_back(static_cast<char16_t>(c));
  } else {
    out->push_back(static_cast<char16_t>(0xd800 + ((c - 0x10000) >> 10)));
    out->push_back(static_cast<char16_t>(0xdc00 + ((c - 0x10000) & 0x3ff)));
  }
}

uint64_t Key(uint32_t begin, uint32_t end) { return (uint64_t{begin} << 32) | end; }

// Where the search for a key begins in a table of 2^n slots.
size_t SlotOf(uint64_t key, size_t slots) {
  return static_cast<size_t>((key * 0x9E3779B97F4A7C15u) >> 32) & (slots - 1);
}

uint32_t FindQuote(std::span<const uint32_t> starts, std::span<const uint32_t> quote_of_block,
                   uint32_t place) {
  uint32_t quote = quote_of_block[place / kPlaceBlock];
  // Mostly one step or two, which a processor cannot foresee: taken without a branch.
  quote += starts[quote + 1] <= place ? 1u : 0u;
  quote += starts[quote + 1] <= place ? 1u : 0u;
  while (starts[quote + 1] <= place) {
    ++quote;
  }
  return quote;
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

TextIndex::TextIndex(const std::byte* block, const Layout& layout)
    : quote_count_(static_cast<uint32_t>(layout.quote_count)),
      suffixes_(ArrayAt<uint32_t>(block, layout.suffixes)),
      starts_(ArrayAt<uint32_t>(block, layout.starts)),
      quote_of_block_(ArrayAt<uint32_t>(block, layout.quote_of_block)),
      minima_(ArrayAt<uint32_t>(block, layout.minima)),
      firsts_(ArrayAt<char16_t>(block, layout.firsts)),
      first_pairs_(ArrayAt<uint32_t>(block, layout.first_pairs)),
      seconds_(ArrayAt<char16_t>(block, layout.seconds)),
      pair_begins_(ArrayAt<uint32_t>(block, layout.pair_begins)),
      total_keys_(ArrayAt<uint64_t>(block, layout.total_keys)),
      total_counts_(ArrayAt<uint32_t>(block, layout.total_counts)) {
  const std::span<const char16_t> text = ArrayAt<char16_t>(block, layout.text);
  text_ = {text.data(), text.size()};
  const size_t blocks = (suffixes_.size() + kSuffixBlock - 1) / kSuffixBlock;
  uint32_t begin = 0;
  for (size_t level = 0; (size_t{1} << level) <= blocks; ++level) {
    minima_level_[level] = begin;
    begin += static_cast<uint32_t>(blocks - (size_t{1} << level) + 1);
  }
}

void TextIndexBuilder::Add(std::u32string_view quote) {
  starts_.push_back(static_cast<uint32_t>(text_.size()));
  for (const char32_t c : quote) {
    Append(c, &text_);
  }
  text_.push_back(kEnd);
}

TextIndex::Layout TextIndexBuilder::Write(ByteSink* sink) {
  QUOTES_CHECK(text_.size() <= kMostUnits);
  TextIndex::Layout layout;
  layout.quote_count = starts_.size();
  starts_.push_back(static_cast<uint32_t>(text_.size()));
  layout.text = sink->AppendArray(std::span<const char16_t>(text_));
  layout.starts = sink->AppendArray(starts_);

  std::vector<uint32_t> quote_of_block;
  quote_of_block.reserve(text_.size() / kPlaceBlock + 1);
  for (uint32_t quote = 0, place = 0; place < text_.size(); place += kPlaceBlock) {
    while (starts_[quote + 1] <= place) {
      ++quote;
    }
    quote_of_block.push_back(quote);
  }
  layout.quote_of_block = sink->AppendArray(quote_of_block);

  const std::vector<uint32_t> suffixes = SortSuffixes();
  layout.suffixes = sink->AppendArray(suffixes);
  WriteMinima(suffixes, &layout, sink);
  WritePairs(suffixes, &layout, sink);
  WriteTotals(suffixes, quote_of_block, &layout, sink);
  text_ = {};
  starts_ = {};
  return layout;
}

// The scratch of the sorter, 10 bytes a unit, is gone when this returns.
std::vector<uint32_t> TextIndexBuilder::SortSuffixes() const {
  std::vector<uint8_t> bytes(text_.size() * 2);
  for (size_t i = 0; i < text_.size(); ++i) {
    bytes[2 * i] = static_cast<uint8_t>(text_[i] >> 8);
    bytes[2 * i + 1] = static_cast<uint8_t>(text_[i] & 0xff);
  }
  std::vector<saidx_t> sorted(bytes.size());
  if (!bytes.empty()) {
    QUOTES_CHECK(divsufsort(bytes.data(), sorted.data(), static_cast<saidx_t>(bytes.size())) == 0);
  }
  bytes = {};
  const auto is_suffix = [this](saidx_t byte) {
    const char16_t unit = text_[static_cast<size_t>(byte) / 2];
    return (byte & 1) == 0 && unit != kEnd && !IsLowSurrogate(unit);
  };
  std::vector<uint32_t> suffixes;
  suffixes.reserve(static_cast<size_t>(std::count_if(sorted.begin(), sorted.end(), is_suffix)));
  for (const saidx_t byte : sorted) {
    if (is_suffix(byte)) {
      suffixes.push_back(static_cast<uint32_t>(byte) / 2);
    }
  }
  return suffixes;
}

void TextIndexBuilder::WritePairs(std::span<const uint32_t> suffixes, TextIndex::Layout* layout,
                                  ByteSink* sink) const {
  std::vector<char16_t> firsts;
  std::vector<uint32_t> first_pairs;
  std::vector<char16_t> seconds;
  std::vector<uint32_t> begins;
  for (uint32_t i = 0; i < suffixes.size(); ++i) {
    const char16_t first = text_[suffixes[i]];
    const char16_t second = text_[suffixes[i] + 1];
    const bool new_first = firsts.empty() || firsts.back() != first;
    if (new_first) {
      firsts.push_back(first);
      first_pairs.push_back(static_cast<uint32_t>(seconds.size()));
    }
    if (new_first || seconds.back() != second) {
      seconds.push_back(second);
      begins.push_back(i);
    }
  }
  first_pairs.push_back(static_cast<uint32_t>(seconds.size()));
  begins.push_back(static_cast<uint32_t>(suffixes.size()));
  layout->firsts = sink->AppendArray(firsts);
  layout->first_pairs = sink->AppendArray(first_pairs);
  layout->seconds = sink->AppendArray(seconds);
  layout->pair_begins = sink->AppendArray(begins);
}

void TextIndexBuilder::WriteMinima(std::span<const uint32_t> suffixes, TextIndex::Layout* layout,
                                   ByteSink* sink) {
  const auto count = static_cast<uint32_t>(suffixes.size());
  std::vector<uint32_t> minima;
  for (uint32_t begin = 0; begin < count; begin += kSuffixBlock) {
    const uint32_t end = std::min(begin + kSuffixBlock, count);
    uint32_t best = begin;
    for (uint32_t i = begin + 1; i < end; ++i) {
      if (suffixes[i] < suffixes[best]) {
        best = i;
      }
    }
    minima.push_back(best);
  }
  const size_t blocks = minima.size();
  size_t below = 0;
  for (size_t width = 1; 2 * width <= blocks; width *= 2) {
    const size_t level = minima.size();
    for (size_t i = 0; i + 2 * width <= blocks; ++i) {
      const uint32_t a = minima[below + i];
      const uint32_t b = minima[below + i + width];
      minima.push_back(suffixes[a] < suffixes[b] ? a : b);
    }
    below = level;
  }
  layout->minima = sink->AppendArray(minima);
}

uint32_t TextIndex::QuoteAt(uint32_t place) const {
  return FindQuote(starts_, quote_of_block_, place);
}

// Counts the distinct quotes of every suffix-tree node above the threshold. The nodes are the
// LCP-intervals; an interval [b, e) holds as many distinct quotes as it has suffixes whose previous
// suffix of the same quote lies before b.
void TextIndexBuilder::WriteTotals(std::span<const uint32_t> suffixes,
                                   std::span<const uint32_t> quote_of_block,
                                   TextIndex::Layout* layout, ByteSink* sink) const {
  const auto count = static_cast<uint32_t>(suffixes.size());
  if (count <= TextIndex::kCountedAbove) {
    return;
  }
  // Lengths of common prefixes of neighbours (T. Kasai et al., CPM 2001), within one quote's text.
  std::vector<uint32_t> rank(text_.size(), UINT32_MAX);
  for (uint32_t i = 0; i < count; ++i) {
    rank[suffixes[i]] = i;
  }
  std::vector<uint32_t> lcp(count + 1, 0);
  uint32_t length = 0;
  for (uint32_t place = 0; place < text_.size(); ++place) {
    const uint32_t i = rank[place];
    if (i == UINT32_MAX || i == 0) {
      length = length > 0 ? length - 1 : 0;
      continue;
    }
    const uint32_t other = suffixes[i - 1];
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
  std::vector<uint32_t> last(starts_.size() - 1, UINT32_MAX);
  std::vector<Node> stack{{0, 0, 0}};
  std::vector<std::pair<uint64_t, uint32_t>> totals;
  const auto close = [&](const Node& node, uint32_t end) {
    if (end - node.begin > TextIndex::kCountedAbove) {
      totals.emplace_back(
          Key(node.begin, end),
          static_cast<uint32_t>(end - node.begin - static_cast<uint64_t>(node.duplicates)));
    }
  };
  for (uint32_t i = 0; i < count; ++i) {
    while (i > 0 && stack.back().depth > lcp[i]) {
      const Node node = stack.back();
      stack.pop_back();
      close(node, i);
      if (stack.back().depth >= lcp[i]) {
        stack.back().duplicates += node.duplicates;
      } else {
        stack.push_back({node.begin, lcp[i], node.duplicates});
        break;
      }
    }
    if (i > 0 && stack.back().depth < lcp[i]) {
      stack.push_back({i - 1, lcp[i], 0});
    }
    const uint32_t quote = FindQuote(starts_, quote_of_block, suffixes[i]);
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

  size_t slots = 1;
  while (2 * slots < 3 * totals.size()) {  // at most two thirds full
    slots *= 2;
  }
  std::vector<uint64_t> keys(slots, 0);
  std::vector<uint32_t> counts(slots, 0);
  for (const auto& [key, total] : totals) {
    size_t slot = SlotOf(key, slots);
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = (slot + 1) & (slots - 1);
    }
    keys[slot] = key;
    counts[slot] = total;
  }
  layout->total_keys = sink->AppendArray(keys);
  layout->total_counts = sink->AppendArray(counts);
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
  const auto first = std::lower_bound(firsts_.begin(), firsts_.end(), units[0]);
  if (first == firsts_.end() || *first != units[0]) {
    return {};
  }
  const auto number = static_cast<size_t>(first - firsts_.begin());
  const uint32_t pairs_begin = first_pairs_[number];
  const uint32_t pairs_end = first_pairs_[number + 1];
  if (units.size() == 1) {
    return {pair_begins_[pairs_begin], pair_begins_[pairs_end]};
  }
  const auto second =
      std::lower_bound(seconds_.begin() + pairs_begin, seconds_.begin() + pairs_end, units[1]);
  if (second == seconds_.begin() + pairs_end || *second != units[1]) {
    return {};
  }
  const auto pair = static_cast<size_t>(second - seconds_.begin());
  const Interval of_pair{pair_begins_[pair], pair_begins_[pair + 1]};
  if (units.size() == 2) {
    return of_pair;
  }
  const auto begin = suffixes_.begin() + of_pair.begin;
  const auto end = suffixes_.begin() + of_pair.end;
  const auto low =
      std::partition_point(begin, end, [&](uint32_t place) { return Compare(place, units) < 0; });
  const auto high =
      std::partition_point(low, end, [&](uint32_t place) { return Compare(place, units) == 0; });
  return {static_cast<uint32_t>(low - suffixes_.begin()),
          static_cast<uint32_t>(high - suffixes_.begin())};
}

TextIndex::Prefix TextIndex::FindLongestPrefix(std::u32string_view text) const {
  // Most prefixes are short: no more of a long text is encoded than needed.
  for (size_t size = kPrefixUnits;; size *= 8) {
    const std::u32string_view part = text.substr(0, size);
    const Prefix prefix = FindLongestEncoded(Encode(part.substr(0, part.find(U'\0'))));
    if (prefix.length < part.size() || part.size() == text.size()) {
      return prefix;
    }
  }
}

TextIndex::Prefix TextIndex::FindLongestEncoded(std::u16string_view units) const {
  if (units.empty()) {
    return {};
  }
  // What is longest shares its prefix with a neighbour of the place where `units` would be sorted
  // in.
  size_t longest = 0;
  const Interval pair = FindUnits(units.substr(0, 2));
  const auto begin = suffixes_.begin() + pair.begin;
  const auto end = suffixes_.begin() + pair.end;
  auto next = begin;
  if (!pair.empty()) {
    const auto common = [&](uint32_t place) {
      size_t length = 0;
      while (length < units.size() && text_[place + length] == units[length]) {
        ++length;
      }
      return length;
    };
    next =
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
  const std::u16string_view prefix = units.substr(0, longest);
  size_t length = longest;
  for (const char16_t unit : prefix) {
    length -= IsLowSurrogate(unit) ? size_t{1} : size_t{0};
  }
  if (longest < 2 || pair.empty()) {
    return {length, FindUnits(prefix)};
  }
  // All suffixes with the prefix stand around `next`, mostly few of them: steps that double find
  // their borders.
  auto low = next;
  for (std::ptrdiff_t step = 1; low != begin && Compare(*std::prev(low), prefix) == 0; step *= 2) {
    low -= std::min(step, low - begin);
  }
  low = std::partition_point(low, next, [&](uint32_t place) { return Compare(place, prefix) < 0; });
  auto high = next;
  for (std::ptrdiff_t step = 1; high != end && Compare(*high, prefix) == 0; step *= 2) {
    high += std::min(step, end - high);
  }
  high =
      std::partition_point(next, high, [&](uint32_t place) { return Compare(place, prefix) == 0; });
  return {length,
          {static_cast<uint32_t>(low - suffixes_.begin()),
           static_cast<uint32_t>(high - suffixes_.begin())}};
}

uint32_t TextIndex::CountQuotes(Interval interval) const {
  if (interval.occurrences() > kCountedAbove) {
    const uint64_t key = Key(interval.begin, interval.end);
    size_t slot = SlotOf(key, total_keys_.size());
    while (total_keys_[slot] != key) {
      QUOTES_CHECK(total_keys_[slot] != 0);
      slot = (slot + 1) & (total_keys_.size() - 1);
    }
    return total_counts_[slot];
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
  const uint32_t* const minima = minima_.data() + minima_level_[level];
  consider(minima[first_block]);
  consider(minima[last_block - (1u << level)]);
  for (uint32_t i = last_block * kSuffixBlock; i < end; ++i) {
    consider(i);
  }
  return best;
}

void TextIndex::MarkQuotes(Interval interval, uint64_t* bits) const {
  for (uint32_t i = interval.begin; i < interval.end; ++i) {
    const uint32_t quote = QuoteAt(suffixes_[i]);
    bits[quote / 64] |= uint64_t{1} << (quote % 64);
  }
}

// Gathers the smallest places in passes over the interval: as many as one page of answers needs in
// the first, four times as many in each further one.
void TextIndex::ScanPlaces(Interval interval, uint32_t first,
                           absl::FunctionRef<bool(uint32_t place)> visit) const {
  size_t wanted = 32;
  std::vector<uint32_t> places;
  while (true) {
    places.clear();
    places.reserve(std::min<size_t>(2 * wanted, interval.occurrences()));
    uint32_t bound = UINT32_MAX;  // places from here on are not among the smallest
    for (uint32_t i = interval.begin; i < interval.end; ++i) {
      const uint32_t place = suffixes_[i];
      if (place < first || place >= bound) {
        continue;
      }
      places.push_back(place);
      if (places.size() == 2 * wanted) {
        const auto last = places.begin() + static_cast<std::ptrdiff_t>(wanted);
        std::nth_element(places.begin(), last, places.end());
        bound = *last;
        places.resize(wanted);
      }
    }
    std::sort(places.begin(), places.end());
    for (const uint32_t place : places) {
      if (!visit(place)) {
        return;
      }
    }
    if (bound == UINT32_MAX) {
      return;  // nothing was left out
    }
    first = bound;
    wanted *= 4;
  }
}

void TextIndex::VisitPlaces(Interval interval, uint32_t first,
                            absl::FunctionRef<bool(uint32_t place)> visit) const {
  // Range minima cannot skip what lies before `first`, and cost more than a look at a few thousand
  // occurrences.
  constexpr uint32_t kScanBelow = 4'096;
  if (first > 0 || interval.occurrences() <= kScanBelow) {
    ScanPlaces(interval, first, visit);
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
  if (first >= quote_count_) {
    return;
  }
  uint32_t previous = UINT32_MAX;
  VisitPlaces(interval, starts_[first], [&](uint32_t place) {
    const uint32_t quote = QuoteAt(place);
    const bool go_on = quote == previous || visit(quote);
    previous = quote;
    return go_on;
  });
}

void TextIndex::VisitOccurrences(Interval interval,
                                 absl::FunctionRef<bool(Occurrence occurrence)> visit) const {
  VisitPlaces(interval, 0, [&](uint32_t place) {
    Occurrence occurrence{QuoteAt(place), 0};
    for (uint32_t at = starts_[occurrence.quote]; at < place; ++at) {
      occurrence.offset += IsLowSurrogate(text_[at]) ? 0u : 1u;
    }
    return visit(occurrence);
  });
}

bool TextIndex::Contains(uint32_t quote, std::u16string_view units) const {
  const std::u16string_view text =
      text_.substr(starts_[quote], starts_[quote + 1] - 1 - starts_[quote]);
  return text.find(units) != std::u16string_view::npos;
}

std::vector<std::pair<std::string_view, size_t>> TextIndex::MemoryUse() const {
  return {{"text", text_.size() * sizeof(char16_t)},
          {"suffixes", suffixes_.size_bytes()},
          {"quote map", starts_.size_bytes() + quote_of_block_.size_bytes()},
          {"minima", minima_.size_bytes()},
          {"pairs", firsts_.size_bytes() + first_pairs_.size_bytes() + seconds_.size_bytes() +
                        pair_begins_.size_bytes()},
          {"totals", total_keys_.size_bytes() + total_counts_.size_bytes()}};
}

}  // namespace quotes::archive
