#ifndef QUOTES_SERVICE_ARCHIVE_TEXT_INDEX_H_
#define QUOTES_SERVICE_ARCHIVE_TEXT_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"

namespace quotes::archive {

// A suffix array over the folded texts of a list of quotes: where does a string stand, in how many
// quotes, and which are the first of them. Quotes are numbered from 0 in the order given, which is
// the order of answers (newest report first, then reading order); texts are laid out in that order,
// so that the place of an occurrence orders like the number of its quote.
//
// Suffixes are sorted by libdivsufsort (Y. Mori) as big-endian UTF-16; only those that begin on a
// character stay. The first quotes of an interval come from range-minimum queries over the array
// itself (S. Muthukrishnan, "Efficient algorithms for document retrieval problems", SODA 2002, with
// the place instead of the previous occurrence). Intervals with many occurrences have their numbers
// of distinct quotes counted at construction, as a node of the suffix tree each; smaller ones are
// counted when asked.
//
// Immutable after construction; thread-safe.
class TextIndex {
 public:
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

  // The texts are folded units without U+0000; together less than 2^30 UTF-16 units.
  explicit TextIndex(const std::vector<std::u32string_view>& quotes);
  TextIndex(const TextIndex&) = delete;
  TextIndex& operator=(const TextIndex&) = delete;

  uint32_t quote_count() const { return quote_count_; }

  // Where `term` stands; empty for an empty term. O(log n) beyond the first two units.
  Interval Find(std::u32string_view term) const;

  // Number of distinct quotes in an interval that Find returned. O(1) above kCountedAbove
  // occurrences, else linear in them.
  uint32_t CountQuotes(Interval interval) const;

  // Calls `visit` with the distinct quotes of an interval that are at least `first`, ascending,
  // until it returns false. The cost grows with the quotes visited, not with the interval.
  void VisitQuotes(Interval interval, uint32_t first,
                   absl::FunctionRef<bool(uint32_t quote)> visit) const;

  // The distinct quotes of an interval, ascending. Linear in the occurrences.
  std::vector<uint32_t> Quotes(Interval interval) const;

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

  // Whether `term` stands in a quote: a scan of its text.
  bool Contains(uint32_t quote, std::u32string_view term) const;

  // Bytes held, by structure, for measurements.
  std::vector<std::pair<std::string_view, size_t>> MemoryUse() const;

 private:
  struct Rmq;

  static std::u16string Encode(std::u32string_view term);
  uint32_t QuoteAt(uint32_t place) const;
  // Index in [begin, end) of the smallest place.
  uint32_t ArgMin(uint32_t begin, uint32_t end) const;
  int Compare(uint32_t place, std::u16string_view term) const;
  Interval FindUnits(std::u16string_view units) const;
  void VisitPlaces(Interval interval, absl::FunctionRef<bool(uint32_t place)> visit) const;
  void BuildTotals();

  uint32_t quote_count_ = 0;
  std::u16string text_;                            // texts in order, each followed by U+0000
  std::vector<uint32_t> suffixes_;                 // places in text_, in suffix order
  std::vector<uint32_t> starts_;                   // place of each quote's text, and the end
  std::vector<uint32_t> quote_of_block_;           // quote at the beginning of each block of places
  std::vector<std::vector<uint32_t>> minima_;      // sparse table: ArgMin over 2^i blocks
  absl::flat_hash_map<char32_t, Interval> pairs_;  // of the first two units (or one)
  absl::flat_hash_map<uint64_t, uint32_t> totals_;  // interval to number of quotes
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_TEXT_INDEX_H_
