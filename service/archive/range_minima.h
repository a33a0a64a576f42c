#ifndef QUOTES_SERVICE_ARCHIVE_RANGE_MINIMA_H_
#define QUOTES_SERVICE_ARCHIVE_RANGE_MINIMA_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"

namespace quotes::archive {

// Where in an array the smallest value of any range stands: a sparse table over blocks (M. Bender
// and M. Farach-Colton, "The LCA problem revisited", LATIN 2000), the values of the blocks at the
// borders being looked at. It serves every array whose values ascend with those that it was made
// of, equal or not. A view of a table, which outlives it. Immutable; thread-safe.
class RangeMinima {
 public:
  RangeMinima() = default;
  // `table` is what Make gave for `value_count` values.
  RangeMinima(std::span<const uint32_t> table, size_t value_count);

  // Level i has the index of the smallest value of 2^i blocks, one level after another. Takes
  // about log2(n / 64) / 16 bytes a value.
  static std::vector<uint32_t> Make(std::span<const uint32_t> values);

  // The index of the smallest value in [begin, end), which is not empty. O(1).
  uint32_t ArgMin(std::span<const uint32_t> values, uint32_t begin, uint32_t end) const;

  // Calls `visit` with the values in [begin, end) that are at least `first`, ascending, until it
  // returns false; one may come several times. From `first` 0 the cost grows with the values
  // visited, else every value is glanced at, a fraction of a nanosecond each. REQUIRES: values
  // below 2^31.
  void VisitAscending(std::span<const uint32_t> values, uint32_t begin, uint32_t end,
                      uint32_t first, absl::FunctionRef<bool(uint32_t value)> visit) const;

  size_t size_bytes() const { return table_.size_bytes(); }

 private:
  std::span<const uint32_t> table_;
  std::array<uint32_t, 32> level_ = {};  // where each level begins
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_RANGE_MINIMA_H_
