#ifndef QUOTES_SERVICE_TEXT_ALIGN_H_
#define QUOTES_SERVICE_TEXT_ALIGN_H_

#include <cstddef>
#include <string_view>
#include <vector>

namespace quotes::text {

// A stretch that stands in both of two texts.
struct EqualStretch {
  size_t begin_a = 0;
  size_t begin_b = 0;
  size_t size = 0;

  friend bool operator==(const EqualStretch&, const EqualStretch&) = default;
};

// What of `a` is kept when it is revised into `b`: equal stretches, in the order of both texts,
// apart from each other and as long as they can be. Positions are code points.
//
// Clauses are aligned first, then the characters between clauses that are kept, each by a shortest
// edit script (E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986). Where the
// texts differ by more than a few thousand clauses (or, between two kept clauses, characters)
// nothing is aligned, so that the work is bounded for any two texts. Pure.
std::vector<EqualStretch> AlignRevisions(std::u32string_view a, std::u32string_view b);

// The equal stretches of a shortest edit script of two sequences, whose symbols the caller numbers.
// Positions count symbols. Beyond a few thousand differences only what both begin and end with.
std::vector<EqualStretch> AlignSymbols(std::u32string_view a, std::u32string_view b);

}  // namespace quotes::text

#endif  // QUOTES_SERVICE_TEXT_ALIGN_H_
