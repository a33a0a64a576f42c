#include "service/archive/text_index.h"

#include <divsufsort.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <limits>
#include <memory>
#include <queue>
#include <string>
#include <thread>
#include <utility>

#include "service/base/check.h"
#include "service/base/status_macros.h"

namespace quotes::archive {
namespace {

// Units that the tree of prefixes knows.
constexpr uint32_t kDepth = 3;
constexpr uint32_t kPlaceBlock = 64;   // places per entry of the quote map
constexpr uint32_t kSuffixBlock = 64;  // suffixes per entry of the minima
constexpr size_t kPiece = 65'536;      // suffixes written at a time
// Below a tenth of a second.
constexpr uint32_t kStepsBetweenChecks = 1u << 20;
// Bytes that are sorted at once, however little they are waited for: below half a second.
constexpr size_t kSortedAtOnce = 4u << 20;
constexpr std::chrono::milliseconds kCancellationPoll(20);
constexpr char16_t kEnd = u'\0';
constexpr size_t kPrefixUnits = 64;  // first read of a text whose longest prefix is asked for
// Of values in an interval: places and quotes are below TextIndexBuilder::kMostUnits.
constexpr uint32_t kAboveAll = std::numeric_limits<int32_t>::max();

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

// Calls `take` with the values in [low, high), in any order of `values`, and goes on with what it
// returns in place of `high`. Blocks without such a value cost a few instructions: the compiler
// makes vector instructions of the inner loop, for which comparisons have a sign.
template <typename Take>
void Filter(std::span<const uint32_t> values, uint32_t low, uint32_t high, const Take& take) {
  constexpr size_t kBlock = 16;
  const auto consider = [&](uint32_t value) {
    if (value >= low && value < high) {
      high = take(value);
    }
  };
  size_t at = 0;
  for (; at + kBlock <= values.size(); at += kBlock) {
    const auto from = static_cast<int32_t>(low);
    const auto to = static_cast<int32_t>(high);
    int32_t any = 0;
    for (size_t i = 0; i < kBlock; ++i) {
      const auto value = static_cast<int32_t>(values[at + i]);
      any |= static_cast<int32_t>(value >= from) & static_cast<int32_t>(value < to);
    }
    if (any != 0) {
      for (size_t i = 0; i < kBlock; ++i) {
        consider(values[at + i]);
      }
    }
  }
  for (; at < values.size(); ++at) {
    consider(values[at]);
  }
}

// Sorts numbers below `universe`: many by their bytes, the lowest first.
void Sort(uint32_t universe, std::vector<uint32_t>* numbers) {
  constexpr size_t kFew = 64;
  if (numbers->size() <= kFew) {
    std::sort(numbers->begin(), numbers->end());
    return;
  }
  std::vector<uint32_t> sorted(numbers->size());
  for (uint32_t shift = 0; shift < 32 && universe >> shift != 0; shift += 8) {
    std::array<uint32_t, 256> next = {};
    for (const uint32_t number : *numbers) {
      ++next[(number >> shift) & 0xff];
    }
    uint32_t sum = 0;
    for (uint32_t& begin : next) {
      sum += std::exchange(begin, sum);
    }
    for (const uint32_t number : *numbers) {
      sorted[next[(number >> shift) & 0xff]++] = number;
    }
    numbers->swap(sorted);
  }
}

// The distinct ones of some numbers below `universe`, ascending.
std::vector<uint32_t> Distinct(uint32_t universe, std::vector<uint32_t> numbers) {
  Sort(universe, &numbers);
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
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
      quotes_(ArrayAt<uint32_t>(block, layout.quotes)),
      starts_(ArrayAt<uint32_t>(block, layout.starts)),
      quote_of_block_(ArrayAt<uint32_t>(block, layout.quote_of_block)),
      minima_(ArrayAt<uint32_t>(block, layout.minima)),
      firsts_(ArrayAt<char16_t>(block, layout.firsts)),
      first_children_(ArrayAt<uint32_t>(block, layout.first_children)),
      seconds_(ArrayAt<char16_t>(block, layout.seconds)),
      second_children_(ArrayAt<uint32_t>(block, layout.second_children)),
      thirds_(ArrayAt<char16_t>(block, layout.thirds)),
      begins_(ArrayAt<uint32_t>(block, layout.begins)),
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

absl::StatusOr<TextIndex::Layout> TextIndexBuilder::Write(ByteSink* sink,
                                                          const Cancellation& cancellation) {
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

  QUOTES_ASSIGN_OR_RETURN(const std::vector<uint32_t> suffixes, SortSuffixes(cancellation));
  layout.suffixes = sink->AppendArray(suffixes);
  WriteQuotes(suffixes, quote_of_block, &layout, sink);
  QUOTES_RETURN_IF_ERROR(cancellation.Check());
  WriteMinima(suffixes, &layout, sink);
  WriteTriples(suffixes, &layout, sink);
  QUOTES_RETURN_IF_ERROR(cancellation.Check());
  QUOTES_RETURN_IF_ERROR(WriteTotals(suffixes, quote_of_block, cancellation, &layout, sink));
  text_ = {};
  starts_ = {};
  return layout;
}

// The scratch of the sorter, 10 bytes a unit, is gone when this returns, unless it was cancelled.
absl::StatusOr<std::vector<uint32_t>> TextIndexBuilder::SortSuffixes(
    const Cancellation& cancellation) const {
  struct Scratch {
    std::vector<uint8_t> bytes;
    std::vector<saidx_t> sorted;

    int Sort() {
      return bytes.empty()
                 ? 0
                 : divsufsort(bytes.data(), sorted.data(), static_cast<saidx_t>(bytes.size()));
    }
  };
  const auto scratch = std::make_shared<Scratch>();
  scratch->bytes.resize(text_.size() * 2);
  for (size_t i = 0; i < text_.size(); ++i) {
    scratch->bytes[2 * i] = static_cast<uint8_t>(text_[i] >> 8);
    scratch->bytes[2 * i + 1] = static_cast<uint8_t>(text_[i] & 0xff);
  }
  scratch->sorted.resize(scratch->bytes.size());
  if (scratch->bytes.size() <= kSortedAtOnce) {
    QUOTES_CHECK(scratch->Sort() == 0);
  } else {
    std::packaged_task<int()> task([scratch] { return scratch->Sort(); });
    std::future<int> result = task.get_future();
    std::thread sorter(std::move(task));
    while (result.wait_for(kCancellationPoll) != std::future_status::ready) {
      if (absl::Status status = cancellation.Check(); !status.ok()) {
        sorter.detach();  // it has its own hold on all that it touches
        return status;
      }
    }
    sorter.join();
    QUOTES_CHECK(result.get() == 0);
  }
  scratch->bytes = {};
  const std::vector<saidx_t>& sorted = scratch->sorted;
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

void TextIndexBuilder::WriteQuotes(std::span<const uint32_t> suffixes,
                                   std::span<const uint32_t> quote_of_block,
                                   TextIndex::Layout* layout, ByteSink* sink) const {
  sink->Align();
  layout->quotes = {sink->size(), suffixes.size()};
  // In pieces: the whole array would be the largest scratch.
  std::vector<uint32_t> quotes;
  for (size_t begin = 0; begin < suffixes.size(); begin += quotes.size()) {
    quotes.clear();
    for (const uint32_t place :
         suffixes.subspan(begin, std::min(kPiece, suffixes.size() - begin))) {
      quotes.push_back(FindQuote(starts_, quote_of_block, place));
    }
    sink->Append(quotes.data(), quotes.size() * sizeof(uint32_t));
  }
}

void TextIndexBuilder::WriteTriples(std::span<const uint32_t> suffixes, TextIndex::Layout* layout,
                                    ByteSink* sink) const {
  std::vector<char16_t> firsts;
  std::vector<uint32_t> first_children;
  std::vector<char16_t> seconds;
  std::vector<uint32_t> second_children;
  std::vector<char16_t> thirds;
  std::vector<uint32_t> begins;
  for (uint32_t i = 0; i < suffixes.size(); ++i) {
    const char16_t* const units = text_.data() + suffixes[i];
    const char16_t third = units[1] == kEnd ? kEnd : units[2];
    const bool new_first = firsts.empty() || firsts.back() != units[0];
    if (new_first) {
      firsts.push_back(units[0]);
      first_children.push_back(static_cast<uint32_t>(seconds.size()));
    }
    const bool new_second = new_first || seconds.back() != units[1];
    if (new_second) {
      seconds.push_back(units[1]);
      second_children.push_back(static_cast<uint32_t>(thirds.size()));
    }
    if (new_second || thirds.back() != third) {
      thirds.push_back(third);
      begins.push_back(i);
    }
  }
  first_children.push_back(static_cast<uint32_t>(seconds.size()));
  second_children.push_back(static_cast<uint32_t>(thirds.size()));
  begins.push_back(static_cast<uint32_t>(suffixes.size()));
  layout->firsts = sink->AppendArray(firsts);
  layout->first_children = sink->AppendArray(first_children);
  layout->seconds = sink->AppendArray(seconds);
  layout->second_children = sink->AppendArray(second_children);
  layout->thirds = sink->AppendArray(thirds);
  layout->begins = sink->AppendArray(begins);
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

// Counts the distinct quotes of every suffix-tree node above the threshold. The nodes are the
// LCP-intervals; an interval [b, e) holds as many distinct quotes as it has suffixes whose previous
// suffix of the same quote lies before b.
absl::Status TextIndexBuilder::WriteTotals(std::span<const uint32_t> suffixes,
                                           std::span<const uint32_t> quote_of_block,
                                           const Cancellation& cancellation,
                                           TextIndex::Layout* layout, ByteSink* sink) const {
  const auto count = static_cast<uint32_t>(suffixes.size());
  if (count <= TextIndex::kCountedAbove) {
    return absl::OkStatus();
  }
  // Lengths of common prefixes of neighbours (T. Kasai et al., CPM 2001), within one quote's text.
  std::vector<uint32_t> rank(text_.size(), UINT32_MAX);
  for (uint32_t i = 0; i < count; ++i) {
    rank[suffixes[i]] = i;
  }
  std::vector<uint32_t> lcp(count + 1, 0);
  uint32_t length = 0;
  for (uint32_t place = 0; place < text_.size(); ++place) {
    if (place % kStepsBetweenChecks == 0) {
      QUOTES_RETURN_IF_ERROR(cancellation.Check());
    }
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
    if (i % kStepsBetweenChecks == 0) {
      QUOTES_RETURN_IF_ERROR(cancellation.Check());
    }
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
  return absl::OkStatus();
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

TextIndex::Descent TextIndex::Descend(std::u16string_view units) const {
  Descent descent;
  const auto find = [](std::span<const char16_t> level, uint32_t begin, uint32_t end,
                       char16_t unit) {
    const auto from = level.begin() + begin;
    const auto to = level.begin() + end;
    const auto found = std::lower_bound(from, to, unit);
    return found == to || *found != unit ? level.size()
                                         : static_cast<size_t>(found - level.begin());
  };
  if (units.empty()) {
    return descent;
  }
  const size_t first = find(firsts_, 0, static_cast<uint32_t>(firsts_.size()), units[0]);
  if (first == firsts_.size()) {
    return descent;
  }
  const uint32_t seconds_begin = first_children_[first];
  const uint32_t seconds_end = first_children_[first + 1];
  descent = {1, {begins_[second_children_[seconds_begin]], begins_[second_children_[seconds_end]]}};
  if (units.size() == 1) {
    return descent;
  }
  const size_t second = find(seconds_, seconds_begin, seconds_end, units[1]);
  if (second == seconds_.size()) {
    return descent;
  }
  const uint32_t thirds_begin = second_children_[second];
  const uint32_t thirds_end = second_children_[second + 1];
  descent = {2, {begins_[thirds_begin], begins_[thirds_end]}};
  if (units.size() == 2) {
    return descent;
  }
  const size_t third = find(thirds_, thirds_begin, thirds_end, units[2]);
  if (third != thirds_.size()) {
    descent = {kDepth, {begins_[third], begins_[third + 1]}};
  }
  return descent;
}

TextIndex::Interval TextIndex::FindUnits(std::u16string_view units) const {
  if (units.find(kEnd) != std::u16string_view::npos) {
    return {};
  }
  const Descent descent = Descend(units);
  const size_t depth = descent.depth;
  const Interval interval = descent.interval;
  if (depth == units.size()) {
    return interval;
  }
  if (depth < kDepth) {
    return {};
  }
  const std::u16string_view rest = units.substr(depth);
  const auto compare = [&](uint32_t place) {
    return Compare(place + static_cast<uint32_t>(depth), rest);
  };
  // Both borders are looked for together until an occurrence is found.
  auto low = suffixes_.begin() + interval.begin;
  auto high = suffixes_.begin() + interval.end;
  while (low != high) {
    const auto middle = low + (high - low) / 2;
    const int order = compare(*middle);
    if (order < 0) {
      low = middle + 1;
    } else if (order > 0) {
      high = middle;
    } else {
      low = std::partition_point(low, middle, [&](uint32_t place) { return compare(place) < 0; });
      high = std::partition_point(middle + 1, high,
                                  [&](uint32_t place) { return compare(place) == 0; });
      return {static_cast<uint32_t>(low - suffixes_.begin()),
              static_cast<uint32_t>(high - suffixes_.begin())};
    }
  }
  return {};
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
  const Descent descent = Descend(units);
  const size_t depth = descent.depth;
  // What is longest shares its prefix with a neighbour of the place where `units` would be sorted
  // in.
  size_t longest = depth;
  const auto begin = suffixes_.begin() + descent.interval.begin;
  const auto end = suffixes_.begin() + descent.interval.end;
  auto next = begin;
  if (depth == kDepth) {
    const auto common = [&](uint32_t place) {
      size_t length = kDepth;
      while (length < units.size() && text_[place + length] == units[length]) {
        ++length;
      }
      return length;
    };
    next = std::partition_point(begin, end, [&](uint32_t place) {
      return Compare(place + kDepth, units.substr(kDepth)) < 0;
    });
    longest = next == end ? 0 : common(*next);
    if (next != begin) {
      longest = std::max(longest, common(*std::prev(next)));
    }
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
  if (longest <= kDepth) {
    return {length, FindUnits(prefix)};
  }
  // All suffixes with the prefix stand around `next`, mostly few of them: steps that double find
  // their borders.
  const auto compare = [&](uint32_t place) {
    return Compare(place + kDepth, prefix.substr(kDepth));
  };
  auto low = next;
  for (std::ptrdiff_t step = 1; low != begin && compare(*std::prev(low)) == 0; step *= 2) {
    low -= std::min(step, low - begin);
  }
  low = std::partition_point(low, next, [&](uint32_t place) { return compare(place) < 0; });
  auto high = next;
  for (std::ptrdiff_t step = 1; high != end && compare(*high) == 0; step *= 2) {
    high += std::min(step, end - high);
  }
  high = std::partition_point(next, high, [&](uint32_t place) { return compare(place) == 0; });
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
  const auto quotes = quotes_.subspan(interval.begin, interval.occurrences());
  return Distinct(quote_count_, {quotes.begin(), quotes.end()});
}

std::vector<uint32_t> TextIndex::QuotesIn(Interval interval, uint32_t first, uint32_t last) const {
  std::vector<uint32_t> quotes;
  Filter(quotes_.subspan(interval.begin, interval.occurrences()), first, last, [&](uint32_t quote) {
    quotes.push_back(quote);
    return last;
  });
  return Distinct(quote_count_, std::move(quotes));
}

void TextIndex::MarkQuotes(Interval interval, uint64_t* bits) const {
  for (const uint32_t quote : quotes_.subspan(interval.begin, interval.occurrences())) {
    bits[quote / 64] |= uint64_t{1} << (quote % 64);
  }
}

uint32_t TextIndex::ArgMin(std::span<const uint32_t> values, uint32_t begin, uint32_t end) const {
  uint32_t best = begin;
  const auto consider = [&](uint32_t i) {
    if (values[i] < values[best]) {
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

namespace {

// Gathers the smallest values in passes over them: as many as one page of answers needs in the
// first, four times as many in each further one.
void ScanAscending(std::span<const uint32_t> values, uint32_t first,
                   absl::FunctionRef<bool(uint32_t value)> visit) {
  size_t wanted = 32;
  std::vector<uint32_t> smallest;
  while (true) {
    smallest.clear();
    smallest.reserve(std::min<size_t>(2 * wanted, values.size()));
    uint32_t bound = kAboveAll;  // values from here on are not among the smallest
    Filter(values, first, bound, [&](uint32_t value) {
      smallest.push_back(value);
      if (smallest.size() == 2 * wanted) {
        const auto last = smallest.begin() + static_cast<std::ptrdiff_t>(wanted);
        std::nth_element(smallest.begin(), last, smallest.end());
        bound = *last;
        // Values may be equal, and those that are left out are visited by the next pass.
        std::erase_if(smallest, [bound](uint32_t other) { return other >= bound; });
      }
      return bound;
    });
    std::sort(smallest.begin(), smallest.end());
    for (const uint32_t value : smallest) {
      if (!visit(value)) {
        return;
      }
    }
    if (bound == kAboveAll) {
      return;  // nothing was left out
    }
    first = bound;
    wanted *= 4;
  }
}

}  // namespace

void TextIndex::VisitAscending(std::span<const uint32_t> values, Interval interval, uint32_t first,
                               absl::FunctionRef<bool(uint32_t value)> visit) const {
  // Range minima cannot skip what lies before `first`, and cost more than a look at some thousands
  // of occurrences.
  constexpr uint32_t kScanBelow = 8'192;
  if (first > 0 || interval.occurrences() <= kScanBelow) {
    ScanAscending(values.subspan(interval.begin, interval.occurrences()), first, visit);
    return;
  }
  struct Part {
    uint32_t value;
    uint32_t index;
    Interval interval;
    bool operator<(const Part& other) const { return value > other.value; }
  };
  std::priority_queue<Part> parts;
  const auto add = [&](uint32_t begin, uint32_t end) {
    if (begin < end) {
      const uint32_t index = ArgMin(values, begin, end);
      parts.push({values[index], index, {begin, end}});
    }
  };
  add(interval.begin, interval.end);
  while (!parts.empty()) {
    const Part part = parts.top();
    parts.pop();
    if (!visit(part.value)) {
      return;
    }
    add(part.interval.begin, part.index);
    add(part.index + 1, part.interval.end);
  }
}

void TextIndex::VisitQuotes(Interval interval, uint32_t first,
                            absl::FunctionRef<bool(uint32_t quote)> visit) const {
  uint32_t previous = kAboveAll;
  VisitAscending(quotes_, interval, first, [&](uint32_t quote) {
    const bool go_on = quote == previous || visit(quote);
    previous = quote;
    return go_on;
  });
}

void TextIndex::VisitOccurrences(Interval interval,
                                 absl::FunctionRef<bool(Occurrence occurrence)> visit) const {
  VisitAscending(suffixes_, interval, 0, [&](uint32_t place) {
    Occurrence occurrence{FindQuote(starts_, quote_of_block_, place), 0};
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
  return {
      {"text", text_.size() * sizeof(char16_t)},
      {"suffixes", suffixes_.size_bytes()},
      {"quotes of suffixes", quotes_.size_bytes()},
      {"quote map", starts_.size_bytes() + quote_of_block_.size_bytes()},
      {"minima", minima_.size_bytes()},
      {"triples", firsts_.size_bytes() + first_children_.size_bytes() + seconds_.size_bytes() +
                      second_children_.size_bytes() + thirds_.size_bytes() + begins_.size_bytes()},
      {"totals", total_keys_.size_bytes() + total_counts_.size_bytes()}};
}

}  // namespace quotes::archive
