#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "service/archive/filter_values.h"
#include "service/archive/suffix_sort.h"
#include "service/archive/text_index.h"
#include "service/archive/text_index_units.h"
#include "service/base/check.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"

namespace quotes::archive {
namespace {

// Below a tenth of a second.
constexpr uint32_t kStepsBetweenChecks = 1u << 20;
// Places so many suffixes on are fetched from memory meanwhile: they lie anywhere in the text.
constexpr uint32_t kAhead = 16;
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

// The tree of the first units of all suffixes. `lcp` says how many each has in common with the one
// before it.
void WriteTriples(std::u16string_view text, std::span<const uint32_t> suffixes,
                  std::span<const uint32_t> lcp, TextIndex::Layout* layout, ByteSink* sink) {
  std::vector<char16_t> firsts;
  std::vector<uint32_t> first_children;
  std::vector<char16_t> seconds;
  std::vector<uint32_t> second_children;
  std::vector<char16_t> thirds;
  std::vector<uint32_t> begins;
  for (uint32_t i = 0; i < suffixes.size(); ++i) {
    if (i + kAhead < suffixes.size() && lcp[i + kAhead] < kPrefixDepth) {
      __builtin_prefetch(text.data() + suffixes[i + kAhead]);
    }
    if (lcp[i] >= kPrefixDepth) {
      continue;
    }
    const char16_t* const units = text.data() + suffixes[i];
    const char16_t third = units[1] == kTextEnd ? kTextEnd : units[2];
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

}  // namespace

void TextIndexBuilder::Add(std::u32string_view quote) {
  starts_.push_back(static_cast<uint32_t>(text_.size()));
  for (const char32_t c : quote) {
    AppendUtf16(c, &text_);
  }
  text_.push_back(kTextEnd);
}

absl::StatusOr<TextIndex::Layout> TextIndexBuilder::Write(ByteSink* sink,
                                                          const Cancellation& cancellation,
                                                          std::span<const uint32_t> group_of,
                                                          CommonQuotes* common) {
  QUOTES_CHECK(text_.size() <= kMostUnits);
  QUOTES_CHECK(group_of.empty() || group_of.size() == starts_.size());
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

  QUOTES_ASSIGN_OR_RETURN(std::vector<uint32_t> suffixes, SortSuffixes(text_, cancellation));
  layout.suffixes = sink->AppendArray(suffixes);
  QUOTES_ASSIGN_OR_RETURN(std::vector<uint32_t> lcp, CommonPrefixes(suffixes, cancellation));
  WriteTriples(text_, suffixes, lcp, &layout, sink);
  QUOTES_RETURN_IF_ERROR(cancellation.Check());
  layout.minima = sink->AppendArray(RangeMinima::Make(suffixes));
  // The quotes take the place of their suffixes.
  std::vector<uint32_t> whole;  // where whole texts of quotes stand among the suffixes
  for (size_t i = 0; i < suffixes.size(); ++i) {
    const uint32_t place = suffixes[i];
    suffixes[i] = QuoteAt(starts_, quote_of_block, place);
    if (common != nullptr && starts_[suffixes[i]] == place) {
      whole.push_back(static_cast<uint32_t>(i));
    }
  }
  const std::vector<uint32_t>& quotes = suffixes;
  layout.quotes = sink->AppendArray(quotes);
  QUOTES_ASSIGN_OR_RETURN(std::vector<TextIndex::Counted> counted,
                          CountQuotes(quotes, lcp, cancellation));
  if (common != nullptr) {
    QUOTES_RETURN_IF_ERROR(FindCommon(whole, quotes, lcp, group_of, cancellation, common));
  }
  lcp = {};
  QUOTES_RETURN_IF_ERROR(WriteGroups(quotes, group_of, counted, cancellation, &layout, sink));
  QUOTES_RETURN_IF_ERROR(WriteCounted(quotes, std::move(counted), cancellation, &layout, sink));
  text_ = {};
  starts_ = {};
  return layout;
}

// Lengths of common prefixes of neighbours within one quote's text; of the first none. Each is at
// least that of the suffix one place before in the text less one (J. Kärkkäinen et al., "Permuted
// longest-common-prefix array", CPM 2009). Empty where there is nothing to count.
absl::StatusOr<std::vector<uint32_t>> TextIndexBuilder::CommonPrefixes(
    std::span<const uint32_t> suffixes, const Cancellation& cancellation) const {
  const size_t count = suffixes.size();
  constexpr uint32_t kNone = UINT32_MAX;
  // By place in the text: the place of the suffix before, and then how much both have in common.
  std::vector<uint32_t> by_place(text_.size(), kNone);
  for (size_t i = 1; i < count; ++i) {
    by_place[suffixes[i]] = suffixes[i - 1];
  }
  uint32_t length = 0;
  for (uint32_t place = 0; place < text_.size(); ++place) {
    if (place % kStepsBetweenChecks == 0) {
      QUOTES_RETURN_IF_ERROR(cancellation.Check());
    }
    if (place + kAhead < by_place.size() && by_place[place + kAhead] != kNone) {
      __builtin_prefetch(text_.data() + by_place[place + kAhead]);
    }
    const uint32_t other = by_place[place];
    if (other == kNone) {
      length = length > 0 ? length - 1 : 0;
      continue;
    }
    while (text_[place + length] == text_[other + length] && text_[place + length] != kTextEnd) {
      ++length;
    }
    by_place[place] = length;
    length = length > 0 ? length - 1 : 0;
  }
  std::vector<uint32_t> lcp(count + 1, 0);
  for (size_t i = 1; i < count; ++i) {
    lcp[i] = by_place[suffixes[i]];
  }
  return lcp;
}

// Counts the distinct quotes of every suffix-tree node above the threshold. The nodes are the
// LCP-intervals; an interval [b, e) holds as many distinct quotes as it has suffixes whose previous
// suffix of the same quote lies before b.
absl::StatusOr<std::vector<TextIndex::Counted>> TextIndexBuilder::CountQuotes(
    std::span<const uint32_t> quotes, std::span<const uint32_t> lcp,
    const Cancellation& cancellation) const {
  std::vector<TextIndex::Counted> counted;
  const auto count = static_cast<uint32_t>(quotes.size());
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
    const uint32_t quote = quotes[i];
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

// The suffixes that begin with a quote's text stand around it.
absl::Status TextIndexBuilder::FindCommon(std::span<const uint32_t> whole,
                                          std::span<const uint32_t> quotes,
                                          std::span<const uint32_t> lcp,
                                          std::span<const uint32_t> group_of,
                                          const Cancellation& cancellation,
                                          CommonQuotes* common) const {
  // Most texts stand once, and many groups are soon found. Only a report that says the same many
  // thousand times takes more steps than this for a unit of text; the rest is not found then.
  constexpr uint64_t kStepsPerUnit = 32;
  const uint64_t most_steps = kStepsPerUnit * text_.size();
  const auto count = static_cast<uint32_t>(quotes.size());
  common->bits.assign(starts_.size() - 1, false);
  common->complete = true;
  uint64_t steps = 0;
  uint64_t checked = 0;
  uint32_t size = 0;  // of the text that was counted last
  uint32_t same = 0;  // suffixes before this one begin with it
  bool is_common = false;
  absl::InlinedVector<uint32_t, limits::kFormulaicReports> groups;
  // Whether it has to go on.
  const auto add = [&](uint32_t suffix) {
    ++steps;
    const uint32_t group = group_of[quotes[suffix]];
    if (std::find(groups.begin(), groups.end(), group) == groups.end()) {
      groups.push_back(group);
    }
    return groups.size() < limits::kFormulaicReports;
  };
  for (const uint32_t at : whole) {
    const uint32_t quote = quotes[at];
    const uint32_t units = starts_[quote + 1] - starts_[quote] - 1;
    if (units == 0) {
      continue;
    }
    while (same <= at && lcp[same] >= size && size == units) {
      ++same;
    }
    if (same <= at || size != units) {
      if (steps > most_steps) {
        common->complete = false;
        return absl::OkStatus();
      }
      if (steps - checked > kStepsBetweenChecks) {
        QUOTES_RETURN_IF_ERROR(cancellation.Check());
        checked = steps;
      }
      groups.clear();
      bool go_on = add(at);
      for (uint32_t before = at; go_on && before > 0 && lcp[before] >= units; --before) {
        go_on = add(before - 1);
      }
      for (uint32_t behind = at + 1; go_on && behind < count && lcp[behind] >= units; ++behind) {
        go_on = add(behind);
      }
      is_common = !go_on;
      size = units;
      same = at + 1;
    }
    common->bits[quote] = is_common;
  }
  return absl::OkStatus();
}

absl::Status TextIndexBuilder::WriteGroups(std::span<const uint32_t> quotes,
                                           std::span<const uint32_t> group_of,
                                           std::span<const TextIndex::Counted> counted,
                                           const Cancellation& cancellation,
                                           TextIndex::Layout* layout, ByteSink* sink) const {
  // In a text of ordinary words every unit is in one or two such intervals, in a text of one letter
  // in thousands.
  const uint64_t most_visits = 4 * uint64_t{text_.size()};
  constexpr uint64_t kLeastSaving = 4;
  std::vector<TextIndex::Grouped> grouped;
  std::vector<uint8_t> bytes;
  if (!group_of.empty()) {
    std::vector<TextIndex::Counted> largest;
    std::copy_if(counted.begin(), counted.end(), std::back_inserter(largest),
                 [](const TextIndex::Counted& interval) {
                   return interval.end - interval.begin > TextIndex::kGroupedAbove;
                 });
    std::sort(largest.begin(), largest.end(),
              [](const TextIndex::Counted& a, const TextIndex::Counted& b) {
                const uint32_t size_a = a.end - a.begin;
                const uint32_t size_b = b.end - b.begin;
                return size_a != size_b ? size_a > size_b : a.begin < b.begin;
              });
    uint64_t visits = 0;
    for (const TextIndex::Counted& interval : largest) {
      QUOTES_RETURN_IF_ERROR(cancellation.Check());
      const uint32_t occurrences = interval.end - interval.begin;
      visits += occurrences;
      if (visits > most_visits) {
        break;
      }
      const std::vector<GroupCount> counts =
          CountByGroup(quotes.subspan(interval.begin, occurrences), group_of);
      if (counts.size() * kLeastSaving > occurrences) {
        continue;
      }
      const size_t before = bytes.size();
      AppendGroupCounts(counts, &bytes);
      if (bytes.size() > text_.size()) {
        bytes.resize(before);
        break;
      }
      grouped.push_back({interval.begin, interval.end, static_cast<uint32_t>(before),
                         static_cast<uint32_t>(counts.size())});
    }
    std::sort(grouped.begin(), grouped.end(),
              [](const TextIndex::Grouped& a, const TextIndex::Grouped& b) {
                return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
              });
  }
  layout->grouped = sink->AppendArray(grouped);
  layout->group_counts = sink->AppendArray(bytes);
  return absl::OkStatus();
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

}  // namespace quotes::archive
