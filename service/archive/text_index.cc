#include "service/archive/text_index.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "service/archive/filter_values.h"
#include "service/archive/text_index_units.h"
#include "service/base/check.h"
#include "service/text/fold.h"

namespace quotes::archive {
namespace {

// Indices that are mostly asked together at most.
constexpr size_t kFewIndices = 8;
constexpr size_t kPrefixUnits = 64;  // first read of a text whose longest prefix is asked for

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
    AppendUtf16(c, &out);
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
      first_quotes_(ArrayAt<uint32_t>(block, layout.first_quotes)),
      grouped_(ArrayAt<Grouped>(block, layout.grouped)),
      group_counts_(ArrayAt<uint8_t>(block, layout.group_counts)) {
  const std::span<const char16_t> text = ArrayAt<char16_t>(block, layout.text);
  text_ = {text.data(), text.size()};
  uint64_t squares = 0;
  for (size_t quote = 0; quote + 1 < starts_.size(); ++quote) {
    const uint64_t units = starts_[quote + 1] - starts_[quote];
    squares += units * units;
  }
  units_of_hit_ = squares / std::max<uint64_t>(text.size(), 1);
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
        descents[i].depth = kPrefixDepth;
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
  if (units.find(kTextEnd) != std::u16string_view::npos) {
    return;
  }
  absl::InlinedVector<Descent, kFewIndices> descents(indices.size());
  Descend(indices, units, std::span(descents));
  if (units.size() <= kPrefixDepth) {
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
    if (descents[i].depth == kPrefixDepth) {
      intervals[i] = {interval.begin, interval.begin};
      searches.push_back({indices[i], &intervals[i].begin, false, interval.occurrences(), 0});
      searches.push_back({indices[i], &intervals[i].end, true, interval.occurrences(), 0});
    }
  }
  const std::u16string_view rest = units.substr(kPrefixDepth);
  while (!searches.empty()) {
    for (const Search& search : searches) {
      __builtin_prefetch(&search.index->suffixes_[*search.border + search.left / 2]);
    }
    for (Search& search : searches) {
      search.place = search.index->suffixes_[*search.border + search.left / 2] + kPrefixDepth;
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
  if (depth == kPrefixDepth) {
    const auto common = [&](uint32_t place) {
      size_t length = kPrefixDepth;
      while (length < units.size() && text_[place + length] == units[length]) {
        ++length;
      }
      return length;
    };
    next = std::partition_point(begin, end, [&](uint32_t place) {
      return Compare(place + kPrefixDepth, units.substr(kPrefixDepth)) < 0;
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
  if (longest <= kPrefixDepth) {
    return {length, FindUnits(prefix)};
  }
  // All suffixes with the prefix stand around `next`, mostly few of them: steps that double find
  // their borders.
  const auto compare = [&](uint32_t place) {
    return Compare(place + kPrefixDepth, prefix.substr(kPrefixDepth));
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

TextIndex::Interval TextIndex::Ending(Interval interval, size_t size) const {
  const auto suffixes = suffixes_.subspan(interval.begin, interval.occurrences());
  const auto end = std::partition_point(suffixes.begin(), suffixes.end(), [&](uint32_t place) {
    return text_[place + size] == kTextEnd;
  });
  return {interval.begin, interval.begin + static_cast<uint32_t>(end - suffixes.begin())};
}

void TextIndex::MarkBeginnings(Interval interval, uint64_t* bits) const {
  for (uint32_t i = interval.begin; i < interval.end; ++i) {
    const uint32_t place = suffixes_[i];
    if (place == 0 || text_[place - 1] == kTextEnd) {
      bits[quotes_[i] / 64] |= uint64_t{1} << (quotes_[i] % 64);
    }
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

std::vector<GroupCount> TextIndex::CountGroups(Interval interval,
                                               std::span<const uint32_t> group_of) const {
  if (interval.occurrences() > kGroupedAbove) {
    const auto found = std::lower_bound(
        grouped_.begin(), grouped_.end(), interval, [](const Grouped& a, Interval b) {
          return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
        });
    if (found != grouped_.end() && found->begin == interval.begin && found->end == interval.end) {
      return ReadGroupCounts(group_counts_.subspan(found->first), found->groups);
    }
  }
  return CountGroupsIn(interval, group_of, nullptr);
}

std::vector<GroupCount> TextIndex::CountGroupsIn(Interval interval,
                                                 std::span<const uint32_t> group_of,
                                                 const uint64_t* bits) const {
  return CountByGroup(quotes_.subspan(interval.begin, interval.occurrences()), group_of, bits);
}

std::pair<char32_t, char32_t> TextIndex::LettersAround(uint32_t suffix, size_t size) const {
  const auto letter = [](char16_t high, char16_t low) {
    return 0x10000 + ((char32_t{high} - 0xd800) << 10) + (char32_t{low} - 0xdc00);
  };
  const size_t place = suffixes_[suffix];
  char32_t before = place == 0 ? kTextEnd : text_[place - 1];
  if (IsLowSurrogate(static_cast<char16_t>(before))) {
    before = letter(text_[place - 2], text_[place - 1]);
  }
  char32_t behind = text_[place + size];
  if ((behind & 0xfc00) == 0xd800) {
    behind = letter(text_[place + size], text_[place + size + 1]);
  }
  return {before == kTextEnd ? text::kBreak : before, behind == kTextEnd ? text::kBreak : behind};
}

std::vector<TextIndex::Between> TextIndex::LettersBetween(std::u32string_view left,
                                                          std::u32string_view right, uint32_t most,
                                                          uint32_t* looked_at) const {
  std::vector<Between> letters;
  const std::u16string before = Encode(left);
  const std::u16string behind = Encode(right);
  const Interval of_left = FindUnits(before);
  const Interval of_right = FindUnits(behind);
  const bool from_left = of_left.occurrences() < of_right.occurrences();
  const Interval rarer = from_left ? of_left : of_right;
  *looked_at = rarer.occurrences();
  if (rarer.occurrences() > most) {
    return letters;
  }
  const std::u16string_view text = text_;
  std::vector<char32_t> found;
  constexpr uint32_t kAhead = 8;
  for (uint32_t i = rarer.begin; i < rarer.end; ++i) {
    if (i + kAhead < rarer.end) {
      __builtin_prefetch(&text[suffixes_[i + kAhead]]);
    }
    const size_t place = suffixes_[i];
    size_t at = place;  // of the letter
    if (from_left) {
      at += before.size();
    } else {
      at -= std::min<size_t>(at, at > 1 && IsLowSurrogate(text[at - 1]) ? 2 : 1);
      if (at < before.size()) {
        continue;
      }
    }
    char32_t letter = text[at];
    size_t size = 1;
    if ((letter & 0xfc00) == 0xd800) {
      letter = 0x10000 + ((letter - 0xd800) << 10) + (text[at + 1] - char32_t{0xdc00});
      size = 2;
    }
    const bool stands = from_left ? text.compare(at + size, behind.size(), behind) == 0
                                  : at + size == place && text.compare(at - before.size(),
                                                                       before.size(), before) == 0;
    if (!stands || letter == kTextEnd || letter == text::kBreak) {
      continue;
    }
    found.push_back(letter);
  }
  std::sort(found.begin(), found.end());
  for (const char32_t letter : found) {
    if (letters.empty() || letters.back().letter != letter) {
      letters.push_back({letter, 0});
    }
    ++letters.back().occurrences;
  }
  return letters;
}

void TextIndex::VisitOccurrences(Interval interval,
                                 absl::FunctionRef<bool(Occurrence occurrence)> visit) const {
  minima_.VisitAscending(suffixes_, interval.begin, interval.end, 0, [&](uint32_t place) {
    Occurrence occurrence{QuoteAt(starts_, quote_of_block_, place), 0};
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
      {"first quotes", first_quotes_.size_bytes()},
      {"counts by report", grouped_.size_bytes() + group_counts_.size_bytes()}};
}

}  // namespace quotes::archive
