#include "service/archive/text_index.h"

#include <divsufsort.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "service/archive/filter_values.h"
#include "service/base/check.h"
#include "service/base/status_macros.h"

namespace quotes::archive {
namespace {

// Units that the tree of prefixes knows.
constexpr uint32_t kDepth = 3;
// Indices that are mostly asked together at most.
constexpr size_t kFewIndices = 8;
constexpr uint32_t kPlaceBlock = 64;  // places per entry of the quote map
// Below a tenth of a second.
constexpr uint32_t kStepsBetweenChecks = 1u << 20;
// Bytes that are sorted at once, however little they are waited for: below half a second.
constexpr size_t kSortedAtOnce = 4u << 20;
constexpr std::chrono::milliseconds kCancellationPoll(20);
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

// Gathers the smallest distinct ones of many numbers.
class Smallest {
 public:
  explicit Smallest(size_t wanted) : wanted_(wanted) {}

  void Add(std::span<const uint32_t> numbers) {
    FilterValues(numbers, 0, bound_, [this](uint32_t number) {
      if (gathered_.empty() || gathered_.back() != number) {
        gathered_.push_back(number);
      }
      if (gathered_.size() == 4 * wanted_) {
        Shrink();
      }
      return bound_;
    });
  }

  // Ascending.
  std::span<const uint32_t> Take() {
    Shrink();
    return gathered_;
  }

 private:
  void Shrink() {
    std::sort(gathered_.begin(), gathered_.end());
    gathered_.erase(std::unique(gathered_.begin(), gathered_.end()), gathered_.end());
    if (gathered_.size() >= wanted_) {
      gathered_.resize(wanted_);
      bound_ = gathered_.back();
    }
  }

  const size_t wanted_;
  std::vector<uint32_t> gathered_;
  // Numbers from here on are not among the smallest, or are there already.
  uint32_t bound_ = std::numeric_limits<int32_t>::max();
};

// Sorts numbers below `universe`, each once: many by their bytes, the lowest first, for which
// `scratch` has room for as many. The number of distinct ones.
size_t SortDistinct(uint32_t universe, std::span<uint32_t> numbers, std::span<uint32_t> scratch) {
  constexpr size_t kFew = 40;
  if (numbers.size() <= kFew) {
    std::sort(numbers.begin(), numbers.end());
  } else {
    std::span<uint32_t> from = numbers;
    std::span<uint32_t> to = scratch.first(numbers.size());
    for (uint32_t shift = 0; shift < 32 && universe >> shift != 0; shift += 8) {
      std::array<uint32_t, 256> next = {};
      for (const uint32_t number : from) {
        ++next[(number >> shift) & 0xff];
      }
      uint32_t sum = 0;
      for (uint32_t& begin : next) {
        sum += std::exchange(begin, sum);
      }
      for (const uint32_t number : from) {
        to[next[(number >> shift) & 0xff]++] = number;
      }
      std::swap(from, to);
    }
    if (from.data() != numbers.data()) {
      std::copy(from.begin(), from.end(), numbers.begin());
    }
  }
  return static_cast<size_t>(std::unique(numbers.begin(), numbers.end()) - numbers.begin());
}

// The distinct ones of some numbers below `universe`, ascending.
std::vector<uint32_t> Distinct(uint32_t universe, std::vector<uint32_t> numbers) {
  std::vector<uint32_t> scratch(numbers.size());
  numbers.resize(SortDistinct(universe, numbers, scratch));
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
      minima_(ArrayAt<uint32_t>(block, layout.minima), suffixes_.size()),
      firsts_(ArrayAt<char16_t>(block, layout.firsts)),
      first_children_(ArrayAt<uint32_t>(block, layout.first_children)),
      seconds_(ArrayAt<char16_t>(block, layout.seconds)),
      second_children_(ArrayAt<uint32_t>(block, layout.second_children)),
      thirds_(ArrayAt<char16_t>(block, layout.thirds)),
      begins_(ArrayAt<uint32_t>(block, layout.begins)),
      counted_(ArrayAt<Counted>(block, layout.counted)),
      first_quotes_(ArrayAt<uint32_t>(block, layout.first_quotes)) {
  const std::span<const char16_t> text = ArrayAt<char16_t>(block, layout.text);
  text_ = {text.data(), text.size()};
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

  QUOTES_ASSIGN_OR_RETURN(std::vector<uint32_t> suffixes, SortSuffixes(cancellation));
  layout.suffixes = sink->AppendArray(suffixes);
  WriteTriples(suffixes, &layout, sink);
  QUOTES_RETURN_IF_ERROR(cancellation.Check());
  QUOTES_ASSIGN_OR_RETURN(std::vector<TextIndex::Counted> counted,
                          CountQuotes(suffixes, quote_of_block, cancellation));
  layout.minima = sink->AppendArray(RangeMinima::Make(suffixes));
  // The quotes take the place of their suffixes.
  for (uint32_t& place : suffixes) {
    place = FindQuote(starts_, quote_of_block, place);
  }
  layout.quotes = sink->AppendArray(suffixes);
  QUOTES_RETURN_IF_ERROR(WriteCounted(suffixes, std::move(counted), cancellation, &layout, sink));
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

// Counts the distinct quotes of every suffix-tree node above the threshold. The nodes are the
// LCP-intervals; an interval [b, e) holds as many distinct quotes as it has suffixes whose previous
// suffix of the same quote lies before b.
absl::StatusOr<std::vector<TextIndex::Counted>> TextIndexBuilder::CountQuotes(
    std::span<const uint32_t> suffixes, std::span<const uint32_t> quote_of_block,
    const Cancellation& cancellation) const {
  const auto count = static_cast<uint32_t>(suffixes.size());
  std::vector<TextIndex::Counted> counted;
  if (count <= TextIndex::kCountedAbove) {
    return counted;
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
  const auto close = [&](const Node& node, uint32_t end) {
    if (end - node.begin > TextIndex::kCountedAbove) {
      counted.push_back(
          {node.begin, end,
           static_cast<uint32_t>(end - node.begin - static_cast<uint64_t>(node.duplicates)), 0});
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

  return counted;
}

// The first quotes of an interval are among those of the intervals in it and what lies between
// these: every suffix is looked at in the smallest counted interval around it and in no other.
absl::Status TextIndexBuilder::WriteCounted(std::span<const uint32_t> quotes,
                                            std::vector<TextIndex::Counted> counted,
                                            const Cancellation& cancellation,
                                            TextIndex::Layout* layout, ByteSink* sink) {
  constexpr size_t kIntervalsBetweenChecks = 4'096;
  std::vector<uint32_t> first_quotes;
  first_quotes.reserve(counted.size() * TextIndex::kFirstQuotes);
  std::vector<uint32_t> outermost;  // of the intervals so far, ascending; inner ones came before
  for (uint32_t i = 0; i < counted.size(); ++i) {
    if (i % kIntervalsBetweenChecks == 0) {
      QUOTES_RETURN_IF_ERROR(cancellation.Check());
    }
    Smallest smallest(TextIndex::kFirstQuotes);
    const auto inner = std::partition_point(
        outermost.begin(), outermost.end(),
        [&](uint32_t other) { return counted[other].begin < counted[i].begin; });
    uint32_t at = counted[i].begin;
    for (auto other = inner; other != outermost.end(); ++other) {
      smallest.Add(quotes.subspan(at, counted[*other].begin - at));
      smallest.Add(std::span(first_quotes)
                       .subspan(size_t{*other} * TextIndex::kFirstQuotes,
                                std::min(counted[*other].quotes, TextIndex::kFirstQuotes)));
      at = counted[*other].end;
    }
    smallest.Add(quotes.subspan(at, counted[i].end - at));
    outermost.erase(inner, outermost.end());
    outermost.push_back(i);
    counted[i].first = i;
    const std::span<const uint32_t> found = smallest.Take();
    QUOTES_CHECK(found.size() == std::min(counted[i].quotes, TextIndex::kFirstQuotes));
    first_quotes.insert(first_quotes.end(), found.begin(), found.end());
    first_quotes.resize((size_t{i} + 1) * TextIndex::kFirstQuotes, 0);
  }
  layout->first_quotes = sink->AppendArray(first_quotes);

  size_t slots = 1;
  while (2 * slots < 3 * counted.size()) {  // at most two thirds full
    slots *= 2;
  }
  std::vector<TextIndex::Counted> table(slots);
  for (const TextIndex::Counted& interval : counted) {
    size_t slot = TextIndex::SlotOf(interval.begin, interval.end, slots);
    while (table[slot].end != 0) {
      slot = (slot + 1) & (slots - 1);
    }
    table[slot] = interval;
  }
  layout->counted = sink->AppendArray(table);
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

void TextIndex::FindAll(std::span<const TextIndex* const> indices, std::u32string_view term,
                        std::span<Interval> intervals) {
  FindUnits(indices, Encode(term), intervals);
}

// One level after the other for all indices: no search depends on what another one reads.
void TextIndex::Descend(std::span<const TextIndex* const> indices, std::u16string_view units,
                        std::span<Descent> descents) {
  const auto search = [](std::span<const char16_t> level, uint32_t begin, uint32_t end,
                         char16_t unit) {
    // Without a branch on what is read, so that the processor goes on with the next search while it
    // waits for memory. No level is empty below a unit.
    const char16_t* at = level.data() + begin;
    for (uint32_t left = end - begin; left > 1;) {
      const uint32_t half = left / 2;
      at += at[half] <= unit ? half : 0;
      left -= half;
    }
    return *at == unit ? static_cast<size_t>(at - level.data()) : level.size();
  };
  absl::InlinedVector<size_t, kFewIndices> nodes(indices.size(),
                                                 0);  // on the deepest level reached
  for (size_t i = 0; i < indices.size(); ++i) {
    descents[i] = {};
    const std::span<const char16_t> firsts = indices[i]->firsts_;
    if (units.empty() || firsts.empty()) {
      continue;
    }
    nodes[i] = search(firsts, 0, static_cast<uint32_t>(firsts.size()), units[0]);
    if (nodes[i] < firsts.size()) {
      descents[i].depth = 1;
      __builtin_prefetch(&indices[i]->first_children_[nodes[i]]);
    }
  }
  for (size_t i = 0; units.size() > 1 && i < indices.size(); ++i) {
    const TextIndex& index = *indices[i];
    if (descents[i].depth == 1) {
      const size_t second = search(index.seconds_, index.first_children_[nodes[i]],
                                   index.first_children_[nodes[i] + 1], units[1]);
      if (second < index.seconds_.size()) {
        descents[i].depth = 2;
        nodes[i] = second;
        __builtin_prefetch(&index.second_children_[second]);
      }
    }
  }
  for (size_t i = 0; units.size() > 2 && i < indices.size(); ++i) {
    const TextIndex& index = *indices[i];
    if (descents[i].depth == 2) {
      const size_t third = search(index.thirds_, index.second_children_[nodes[i]],
                                  index.second_children_[nodes[i] + 1], units[2]);
      if (third < index.thirds_.size()) {
        descents[i].depth = kDepth;
        nodes[i] = third;
        __builtin_prefetch(&index.begins_[third]);
      }
    }
  }
  for (size_t i = 0; i < indices.size(); ++i) {
    if (descents[i].depth == 0) {
      continue;
    }
    const TextIndex& index = *indices[i];
    size_t begin = nodes[i];
    size_t end = nodes[i] + 1;
    if (descents[i].depth == 1) {
      begin = index.first_children_[begin];
      end = index.first_children_[end];
    }
    if (descents[i].depth <= 2) {
      begin = index.second_children_[begin];
      end = index.second_children_[end];
    }
    descents[i].interval = {index.begins_[begin], index.begins_[end]};
  }
}

TextIndex::Descent TextIndex::Descend(std::u16string_view units) const {
  const TextIndex* const index = this;
  Descent descent;
  Descend({&index, 1}, units, {&descent, 1});
  return descent;
}

// Behind the tree of prefixes, both borders of all intervals are looked for step by step together:
// each step waits twice for memory, once for the suffix and once for its text.
void TextIndex::FindUnits(std::span<const TextIndex* const> indices, std::u16string_view units,
                          std::span<Interval> intervals) {
  std::fill(intervals.begin(), intervals.end(), Interval());
  if (units.find(kEnd) != std::u16string_view::npos) {
    return;
  }
  absl::InlinedVector<Descent, kFewIndices> descents(indices.size());
  Descend(indices, units, std::span(descents));
  if (units.size() <= kDepth) {
    for (size_t i = 0; i < indices.size(); ++i) {
      if (descents[i].depth == units.size()) {
        intervals[i] = descents[i].interval;
      }
    }
    return;
  }
  struct Search {
    const TextIndex* index;
    uint32_t* border;  // the first suffix behind those before `units` or, at the end, behind those
    bool at_end;       // with it
    uint32_t left;     // suffixes that may be the border, from there on
    uint32_t place;
  };
  absl::InlinedVector<Search, 2 * kFewIndices> searches;
  for (size_t i = 0; i < indices.size(); ++i) {
    const Interval interval = descents[i].interval;
    if (descents[i].depth == kDepth) {
      intervals[i] = {interval.begin, interval.begin};
      searches.push_back({indices[i], &intervals[i].begin, false, interval.occurrences(), 0});
      searches.push_back({indices[i], &intervals[i].end, true, interval.occurrences(), 0});
    }
  }
  const std::u16string_view rest = units.substr(kDepth);
  while (!searches.empty()) {
    for (const Search& search : searches) {
      __builtin_prefetch(&search.index->suffixes_[*search.border + search.left / 2]);
    }
    for (Search& search : searches) {
      search.place = search.index->suffixes_[*search.border + search.left / 2] + kDepth;
      __builtin_prefetch(&search.index->text_[search.place]);
    }
    for (Search& search : searches) {
      const int order = search.index->Compare(search.place, rest);
      if (order < 0 || (order == 0 && search.at_end)) {
        *search.border += search.left / 2 + 1;
        search.left -= search.left / 2 + 1;
      } else {
        search.left /= 2;
      }
    }
    searches.erase(std::remove_if(searches.begin(), searches.end(),
                                  [](const Search& search) { return search.left == 0; }),
                   searches.end());
  }
}

TextIndex::Interval TextIndex::FindUnits(std::u16string_view units) const {
  const TextIndex* const index = this;
  Interval interval;
  FindUnits({&index, 1}, units, {&interval, 1});
  return interval;
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

// Where the search for an interval begins in a table of 2^n slots.
size_t TextIndex::SlotOf(uint32_t begin, uint32_t end, size_t slots) {
  const uint64_t key = (uint64_t{begin} << 32) | end;
  return static_cast<size_t>((key * 0x9E3779B97F4A7C15u) >> 32) & (slots - 1);
}

const TextIndex::Counted& TextIndex::FindCounted(Interval interval) const {
  size_t slot = SlotOf(interval.begin, interval.end, counted_.size());
  while (counted_[slot].begin != interval.begin || counted_[slot].end != interval.end) {
    QUOTES_CHECK(counted_[slot].end != 0);
    slot = (slot + 1) & (counted_.size() - 1);
  }
  return counted_[slot];
}

void TextIndex::Fetch(Interval interval) const {
  if (interval.occurrences() > kCountedAbove) {
    __builtin_prefetch(&counted_[SlotOf(interval.begin, interval.end, counted_.size())]);
    return;
  }
  constexpr uint32_t kLine = 64 / sizeof(uint32_t);
  for (uint32_t i = interval.begin; i < interval.end; i += kLine) {
    __builtin_prefetch(&quotes_[i]);
  }
}

void TextIndex::FetchQuotes(Interval interval) const {
  if (interval.occurrences() > kCountedAbove) {
    const uint32_t* const first =
        &first_quotes_[size_t{FindCounted(interval).first} * kFirstQuotes];
    __builtin_prefetch(first);
    __builtin_prefetch(first + kFirstQuotes - 1);
  }
}

uint32_t TextIndex::CountQuotes(Interval interval) const {
  if (interval.occurrences() > kCountedAbove) {
    return FindCounted(interval).quotes;
  }
  FewQuotes quotes;
  ReadQuotes(interval, &quotes);
  return static_cast<uint32_t>(quotes.size());
}

void TextIndex::ReadQuotes(Interval interval, FewQuotes* quotes) const {
  QUOTES_CHECK(interval.occurrences() <= kCountedAbove);
  std::array<uint32_t, kCountedAbove> scratch;
  const auto all = quotes_.subspan(interval.begin, interval.occurrences());
  quotes->assign(all.begin(), all.end());
  quotes->resize(SortDistinct(quote_count_, std::span(*quotes), scratch));
}

std::vector<uint32_t> TextIndex::Quotes(Interval interval) const {
  const auto quotes = quotes_.subspan(interval.begin, interval.occurrences());
  return Distinct(quote_count_, {quotes.begin(), quotes.end()});
}

std::vector<uint32_t> TextIndex::QuotesIn(Interval interval, uint32_t first, uint32_t last) const {
  std::vector<uint32_t> quotes;
  FilterValues(quotes_.subspan(interval.begin, interval.occurrences()), first, last,
               [&](uint32_t quote) {
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

void TextIndex::VisitQuotes(Interval interval, uint32_t first,
                            absl::FunctionRef<bool(uint32_t quote)> visit) const {
  uint32_t wanted = first;  // what is below was visited or is not asked for
  if (interval.occurrences() > kCountedAbove) {
    const Counted& counted = FindCounted(interval);
    const auto stored = first_quotes_.subspan(size_t{counted.first} * kFirstQuotes,
                                              std::min(counted.quotes, kFirstQuotes));
    for (auto quote = std::lower_bound(stored.begin(), stored.end(), first); quote != stored.end();
         ++quote) {
      if (!visit(*quote)) {
        return;
      }
    }
    if (stored.size() == counted.quotes) {
      return;
    }
    if (first <= stored.back()) {
      // Passing by those that are stored costs less than a glance at every occurrence.
      first = 0;
      wanted = stored.back() + 1;
    }
  }
  minima_.VisitAscending(quotes_, interval.begin, interval.end, first, [&](uint32_t quote) {
    if (quote < wanted) {
      return true;
    }
    wanted = quote + 1;
    return visit(quote);
  });
}

void TextIndex::VisitOccurrences(Interval interval,
                                 absl::FunctionRef<bool(Occurrence occurrence)> visit) const {
  minima_.VisitAscending(suffixes_, interval.begin, interval.end, 0, [&](uint32_t place) {
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
      {"totals", counted_.size_bytes()},
      {"first quotes", first_quotes_.size_bytes()}};
}

}  // namespace quotes::archive
