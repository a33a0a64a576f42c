#ifndef QUOTES_SERVICE_ARCHIVE_TEXT_INDEX_H_
#define QUOTES_SERVICE_ARCHIVE_TEXT_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/archive/flat.h"
#include "service/archive/group_counts.h"
#include "service/archive/range_minima.h"
#include "service/base/cancellation.h"

namespace quotes::archive {

// A suffix array over the folded texts of a list of quotes: where does a string stand, in how many
// quotes, and which are the first of them. Quotes are numbered from 0 in the order given, which is
// the order of answers (newest report first, then reading order); texts are laid out in that order,
// so that the place of an occurrence orders like the number of its quote.
//
// Suffixes are sorted as UTF-16, up to the end of their text (suffix_sort.h); only those that begin
// on a character stay. The first quotes of an interval come from range-minimum queries over the
// array of their quotes (the document array of S. Muthukrishnan, "Efficient algorithms for document
// retrieval problems", SODA 2002, with the quote instead of the previous occurrence), which is also
// what sets of quotes are read from: one after the other, where asking each place for its quote
// would wait for memory. Intervals with many occurrences have their numbers of distinct quotes
// counted at construction, as a node of the suffix tree each, and the first of these quotes stored;
// smaller ones are looked at when asked.
//
// A view of arrays that TextIndexBuilder wrote into a block, which outlives it. Immutable;
// thread-safe.
class TextIndex {
 public:
  // Where the arrays stand in their block.
  struct Layout {
    uint64_t quote_count = 0;
    ArrayRef text;            // UTF-16: texts in order, each followed by U+0000
    ArrayRef suffixes;        // places in the text, in suffix order
    ArrayRef quotes;          // the quote of each suffix
    ArrayRef starts;          // place of each quote's text, and the end
    ArrayRef quote_of_block;  // quote at the beginning of each block of places
    ArrayRef minima;          // RangeMinima over the suffixes, and so over their quotes
    // Intervals of the first unit, of the first two and of the first three, as a tree of three
    // levels: distinct first units, ascending; for each the index of its first second unit, and one
    // more; second units, ascending below each first; for each the index of its first third unit,
    // and one more; third units; the beginning of each triple's interval, and the end of the last.
    // Behind the end of a text units are U+0000.
    ArrayRef firsts;
    ArrayRef first_children;
    ArrayRef seconds;
    ArrayRef second_children;
    ArrayRef thirds;
    ArrayRef begins;
    // Of the intervals with many occurrences: how many quotes each has (open addressing), and the
    // first of them, kFirstQuotes each.
    ArrayRef counted;
    ArrayRef first_quotes;
    // Of those with very many: where the counts of each by group stand (by beginning, then end),
    // and the counts, as AppendGroupCounts has them.
    ArrayRef grouped;
    ArrayRef group_counts;
  };

  // Suffixes [begin, end) of the array share a prefix.
  struct Interval {
    uint32_t begin = 0;
    uint32_t end = 0;
    uint32_t occurrences() const { return end - begin; }
    bool empty() const { return begin == end; }
  };

  // Intervals with more occurrences than this have precomputed totals. Measured on 19 M characters
  // of statutes: 128 keeps the 99th percentile of every length of keyword below 30 µs for 0.1 bytes
  // a character; 2,048 costs 0.01 bytes and 135 µs.
  static constexpr uint32_t kCountedAbove = 128;
  // So many of their quotes are stored too: a page of the usual size, whether there are more, and
  // room for withdrawn ones. Takes 0.7 bytes a character.
  static constexpr uint32_t kFirstQuotes = 32;
  // Intervals with more occurrences than this have their counts by group stored, unless that would
  // save little or there are too many (see TextIndexBuilder::Write). Others are counted when asked:
  // so many in a tenth of a millisecond.
  static constexpr uint32_t kGroupedAbove = 32'768;

  TextIndex(const std::byte* block, const Layout& layout);

  uint32_t quote_count() const { return quote_count_; }
  // UTF-16 units of all texts, with one behind each; and of the quote that a unit chosen at random
  // is likely to be in: what a hit has to be read of.
  uint64_t units() const { return text_.size(); }
  uint64_t units_of_hit() const { return units_of_hit_; }

  // Where `term` stands; empty for an empty term. O(log n) beyond the first three units.
  Interval Find(std::u32string_view term) const;
  // The same for each of some indices: the searches wait for memory side by side. REQUIRES: the
  // spans have equal sizes.
  static void FindAll(std::span<const TextIndex* const> indices, std::u32string_view term,
                      std::span<Interval> intervals);

  // Has the processor fetch what is known of an interval, while the caller does something else;
  // then, as a second step, the first of its quotes.
  void Fetch(Interval interval) const;
  void FetchQuotes(Interval interval) const;

  // Number of distinct quotes in an interval that Find returned. O(1) above kCountedAbove
  // occurrences, else linear in them.
  uint32_t CountQuotes(Interval interval) const;

  // Calls `visit` with the distinct quotes of an interval that are at least `first`, ascending,
  // until it returns false. The first kFirstQuotes of an interval are read; from there on the cost
  // grows with the quotes visited, not with the interval, unless `first` is behind them: then every
  // occurrence is glanced at, a fraction of a nanosecond each.
  void VisitQuotes(Interval interval, uint32_t first,
                   absl::FunctionRef<bool(uint32_t quote)> visit) const;

  // The distinct quotes of an interval, ascending. Linear in the occurrences.
  std::vector<uint32_t> Quotes(Interval interval) const;
  // The same for an interval of at most kCountedAbove occurrences, in place of what `quotes` holds:
  // as many need no memory of their own.
  using FewQuotes = absl::InlinedVector<uint32_t, kCountedAbove>;
  void ReadQuotes(Interval interval, FewQuotes* quotes) const;
  // Those of Quotes in [first, last). Other occurrences are only glanced at.
  std::vector<uint32_t> QuotesIn(Interval interval, uint32_t first, uint32_t last) const;

  // Sets the bit of each quote of an interval: bit q % 64 of bits[q / 64].
  void MarkQuotes(Interval interval, uint64_t* bits) const;

  // The places of an interval whose text ends behind `size` UTF-16 units, which all its places
  // have: they come first. O(log n).
  Interval Ending(Interval interval, size_t size) const;
  // Sets the bit of each quote whose text begins with an interval's string. Linear in the
  // occurrences.
  void MarkBeginnings(Interval interval, uint64_t* bits) const;

  // How often an interval's string stands in each group of quotes; see CountByGroup. `group_of` is
  // what the builder was given. Linear in the occurrences, unless the counts are stored: then in
  // the groups that have it.
  std::vector<GroupCount> CountGroups(Interval interval, std::span<const uint32_t> group_of) const;
  // The same for the quotes whose bit is set. Linear in the occurrences.
  std::vector<GroupCount> CountGroupsIn(Interval interval, std::span<const uint32_t> group_of,
                                        const uint64_t* bits) const;

  // The quote of each occurrence, in suffix order.
  std::span<const uint32_t> QuotesOf(Interval interval) const {
    return quotes_.subspan(interval.begin, interval.occurrences());
  }
  // Where each occurrence stands in the texts laid out one behind the other, in suffix order, and
  // where the text of a quote begins there.
  std::span<const uint32_t> PlacesOf(Interval interval) const {
    return suffixes_.subspan(interval.begin, interval.occurrences());
  }
  std::span<const uint32_t> Places() const { return suffixes_; }
  uint32_t StartOf(uint32_t quote) const { return starts_[quote]; }
  // The letters before and behind the first `size` UTF-16 units of a suffix; text::kBreak at the
  // borders of its quote.
  std::pair<char32_t, char32_t> LettersAround(uint32_t suffix, size_t size) const;

  // The letters c (code points, no break) with which left + c + right stands in a quote, and how
  // often, ascending. Nothing where more than `most` places of the rarer of the two would have to
  // be looked at; sets `looked_at` to their number then. REQUIRES: neither is empty.
  struct Between {
    char32_t letter = 0;
    uint32_t occurrences = 0;
  };
  std::vector<Between> LettersBetween(std::u32string_view left, std::u32string_view right,
                                      uint32_t most, uint32_t* looked_at) const;

  // The longest prefix of `text` that stands in a quote, and where: `length` code points of it have
  // the interval. Length 0 and an empty interval if its first is nowhere.
  struct Prefix {
    size_t length = 0;
    Interval interval;
  };
  Prefix FindLongestPrefix(std::u32string_view text) const;

  // One occurrence: `offset` code points into the text of `quote`.
  struct Occurrence {
    uint32_t quote = 0;
    uint32_t offset = 0;
  };
  // Calls `visit` with the occurrences of an interval, ascending, until it returns false. The cost
  // grows with those visited, not with the interval.
  void VisitOccurrences(Interval interval,
                        absl::FunctionRef<bool(Occurrence occurrence)> visit) const;

  // The text of a quote, in UTF-16, and where such a text stands in each of some indices.
  std::u16string_view TextOf(uint32_t quote) const {
    return text_.substr(starts_[quote], starts_[quote + 1] - starts_[quote] - 1);
  }
  static void FindAll(std::span<const TextIndex* const> indices, std::u16string_view units,
                      std::span<Interval> intervals) {
    FindUnits(indices, units, intervals);
  }

  // Whether a term stands in a quote: a scan of its text. `units` is the term in UTF-16.
  bool Contains(uint32_t quote, std::u16string_view units) const;
  static std::u16string Encode(std::u32string_view term);

  // Bytes held, by structure, for measurements.
  std::vector<std::pair<std::string_view, size_t>> MemoryUse() const;

 private:
  friend class TextIndexBuilder;

  // The interval of the longest prefix of `units` of up to three units that stands somewhere, and
  // its length.
  struct Descent {
    size_t depth = 0;
    Interval interval;
  };
  static void Descend(std::span<const TextIndex* const> indices, std::u16string_view units,
                      std::span<Descent> descents);
  Descent Descend(std::u16string_view units) const;
  int Compare(uint32_t place, std::u16string_view term) const;
  static void FindUnits(std::span<const TextIndex* const> indices, std::u16string_view units,
                        std::span<Interval> intervals);
  Interval FindUnits(std::u16string_view units) const;
  Prefix FindLongestEncoded(std::u16string_view units) const;

  // What is known of an interval with more than kCountedAbove occurrences.
  struct Counted {
    uint32_t begin = 0;
    uint32_t end = 0;  // 0: no interval
    uint32_t quotes = 0;
    uint32_t first = 0;  // where its first quotes stand, in kFirstQuotes
  };
  // Where the counts by group of an interval stand.
  struct Grouped {
    uint32_t begin = 0;
    uint32_t end = 0;
    uint32_t first = 0;  // byte
    uint32_t groups = 0;
  };
  static size_t SlotOf(uint32_t begin, uint32_t end, size_t slots);
  const Counted& FindCounted(Interval interval) const;

  uint32_t quote_count_ = 0;
  uint64_t units_of_hit_ = 0;
  std::u16string_view text_;
  std::span<const uint32_t> suffixes_;
  std::span<const uint32_t> quotes_;
  std::span<const uint32_t> starts_;
  std::span<const uint32_t> quote_of_block_;
  RangeMinima minima_;
  std::span<const char16_t> firsts_;
  std::span<const uint32_t> first_children_;
  std::span<const char16_t> seconds_;
  std::span<const uint32_t> second_children_;
  std::span<const char16_t> thirds_;
  std::span<const uint32_t> begins_;
  std::span<const Counted> counted_;
  std::span<const uint32_t> first_quotes_;
  std::span<const Grouped> grouped_;
  std::span<const uint8_t> group_counts_;
};

// Quotes of an index whose whole texts stand in many groups of quotes.
struct CommonQuotes {
  std::vector<bool> bits;  // by quote
  bool complete = true;    // else some that are common may be missing: see TextIndexBuilder
};

// Makes the arrays of a TextIndex. Takes about 14 bytes a UTF-16 unit while it works, and a second
// for three million of them.
class TextIndexBuilder {
 public:
  // Units beyond this do not fit: the sorter counts bytes in 31 bits.
  static constexpr size_t kMostUnits = (size_t{1} << 30) - 1;

  // Folded units without U+0000.
  void Add(std::u32string_view quote);
  // Of the texts added so far, with a U+0000 each.
  size_t units() const { return text_.size(); }
  // REQUIRES: at most kMostUnits. The builder is empty then. Errors: those of the cancellation,
  // within about a second; the sorter cannot be stopped, and what it has begun ends on a thread of
  // its own, which takes 10 bytes a unit with it.
  //
  // `group_of`, empty or parallel to the quotes and ascending, says which quotes belong together.
  // Of the intervals above TextIndex::kGroupedAbove the counts by group are stored that are less
  // than a quarter as many as the occurrences, largest first, up to a byte a unit and as long as
  // counting takes no more than a few visits to each unit.
  //
  // `common`, if it is given, learns which quotes have a text that stands in at least
  // limits::kFormulaicReports groups.
  absl::StatusOr<TextIndex::Layout> Write(ByteSink* sink,
                                          const Cancellation& cancellation = Cancellation(),
                                          std::span<const uint32_t> group_of = {},
                                          CommonQuotes* common = nullptr);

 private:
  absl::StatusOr<std::vector<uint32_t>> CommonPrefixes(std::span<const uint32_t> suffixes,
                                                       const Cancellation& cancellation) const;
  // `quotes` of the suffixes. Intervals that lie in others come before them.
  absl::StatusOr<std::vector<TextIndex::Counted>> CountQuotes(
      std::span<const uint32_t> quotes, std::span<const uint32_t> lcp,
      const Cancellation& cancellation) const;
  // `quotes` of the suffixes, which are wanted by quote.
  absl::Status FindCommon(std::span<const uint32_t> whole, std::span<const uint32_t> quotes,
                          std::span<const uint32_t> lcp, std::span<const uint32_t> group_of,
                          const Cancellation& cancellation, CommonQuotes* common) const;
  absl::Status WriteGroups(std::span<const uint32_t> quotes, std::span<const uint32_t> group_of,
                           std::span<const TextIndex::Counted> counted,
                           const Cancellation& cancellation, TextIndex::Layout* layout,
                           ByteSink* sink) const;
  static absl::Status WriteCounted(std::span<const uint32_t> quotes,
                                   std::vector<TextIndex::Counted> counted,
                                   const Cancellation& cancellation, TextIndex::Layout* layout,
                                   ByteSink* sink);

  std::u16string text_;
  std::vector<uint32_t> starts_;
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_TEXT_INDEX_H_
