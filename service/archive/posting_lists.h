#ifndef QUOTES_SERVICE_ARCHIVE_POSTING_LISTS_H_
#define QUOTES_SERVICE_ARCHIVE_POSTING_LISTS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "service/archive/quote_set.h"
#include "service/archive/theme_postings.h"

namespace quotes::archive {

// The first index of [from, end) for which `before(index)` is false, or `end`; where it is true, it
// is for all before too. Costs the logarithm of how far that is.
template <typename Before>
size_t Gallop(size_t from, size_t end, const Before& before) {
  size_t high = from;
  for (size_t step = 1; high < end && before(high); step *= 2) {
    from = high + 1;
    high = from + step;
  }
  high = std::min(high, end);
  while (from < high) {
    const size_t middle = from + (high - from) / 2;
    if (before(middle)) {
      from = middle + 1;
    } else {
      high = middle;
    }
  }
  return from;
}

// The first place of [from, end) with a number that is not below another.
inline size_t GallopTo(Postings postings, size_t from, uint32_t number) {
  return Gallop(from, postings.size(), [&](size_t i) { return postings[i] < number; });
}

// The same of the whole of a list of numbers below `universe`. They lie about evenly in it, so that
// it is looked for around where it would stand then: few places are read, and those lie together.
inline size_t PlaceIn(Postings postings, uint32_t number, uint32_t universe) {
  if (postings.empty() || number >= universe) {
    return postings.size();
  }
  const auto guess = static_cast<size_t>(uint64_t{number} * postings.size() / universe);
  if (postings[guess] < number) {
    return GallopTo(postings, guess + 1, number);
  }
  // How many before the guess are not below it.
  const size_t back = Gallop(0, guess, [&](size_t i) { return postings[guess - 1 - i] >= number; });
  return guess - back;
}

// How many numbers, all below `universe`, stand inside ranges, which ascend and do not overlap.
inline uint64_t CountIn(Postings postings, const std::vector<NumberRange>& ranges,
                        uint32_t universe) {
  constexpr size_t kFewRanges = 4;
  uint64_t count = 0;
  size_t at = 0;
  for (const NumberRange& range : ranges) {
    const bool few = ranges.size() <= kFewRanges;
    const size_t begin =
        few ? PlaceIn(postings, range.begin, universe) : GallopTo(postings, at, range.begin);
    at = few ? PlaceIn(postings, range.end, universe) : GallopTo(postings, begin, range.end);
    count += at - begin;
    if (at == postings.size()) {
      break;
    }
  }
  return count;
}

// Goes through the numbers of disjoint lists for which `keep(number)` is true as if they were one
// list. Meant for some dozens of lists of which only the beginning is read. Thread-compatible.
template <typename Keep>
class MergedPostings {
 public:
  // From the first number on that is not below `first`; all are below `universe`.
  MergedPostings(const PostingLists& lists, uint32_t first, uint32_t universe, Keep keep)
      : keep_(std::move(keep)) {
    for (const Postings list : lists) {
      const size_t at = FindKept(list, first == 0 ? 0 : PlaceIn(list, first, universe));
      if (at < list.size()) {
        rest_.push_back(list.subspan(at));
        heads_.push_back(rest_.back().front());
      }
    }
    FindLowest();
  }

  bool done() const { return heads_.empty(); }
  uint32_t number() const { return heads_[lowest_]; }  // REQUIRES: not done

  void Next() { Advance(1); }
  // Leaves numbers below `number` out, perhaps not all of them at once. REQUIRES: not done, and the
  // current number is below it.
  void SkipTo(uint32_t number) { Advance(GallopTo(rest_[lowest_], 1, number)); }

 private:
  size_t FindKept(Postings list, size_t at) const {
    while (at < list.size() && !keep_(list[at])) {
      ++at;
    }
    return at;
  }

  void Advance(size_t count) {
    Postings& rest = rest_[lowest_];
    rest = rest.subspan(FindKept(rest, count));
    if (rest.empty()) {
      rest = rest_.back();
      heads_[lowest_] = heads_.back();
      rest_.pop_back();
      heads_.pop_back();
    } else {
      heads_[lowest_] = rest.front();
    }
    FindLowest();
  }

  void FindLowest() {
    lowest_ = 0;
    for (size_t list = 1; list < heads_.size(); ++list) {
      lowest_ = heads_[list] < heads_[lowest_] ? list : lowest_;
    }
  }

  const Keep keep_;
  PostingLists rest_;
  absl::InlinedVector<uint32_t, 48> heads_;  // the first numbers of `rest_`
  size_t lowest_ = 0;
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_POSTING_LISTS_H_
