#include "service/archive/range_minima.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <queue>
#include <span>
#include <vector>

#include "service/archive/filter_values.h"

namespace quotes::archive {
namespace {

constexpr uint32_t kBlock = 64;  // values per entry of the first level
constexpr uint32_t kAboveAll = std::numeric_limits<int32_t>::max();

}  // namespace

RangeMinima::RangeMinima(std::span<const uint32_t> table, size_t value_count) : table_(table) {
  const size_t blocks = (value_count + kBlock - 1) / kBlock;
  uint32_t begin = 0;
  for (size_t level = 0; (size_t{1} << level) <= blocks; ++level) {
    level_[level] = begin;
    begin += static_cast<uint32_t>(blocks - (size_t{1} << level) + 1);
  }
}

std::vector<uint32_t> RangeMinima::Make(std::span<const uint32_t> values) {
  const auto count = static_cast<uint32_t>(values.size());
  std::vector<uint32_t> table;
  for (uint32_t begin = 0; begin < count; begin += kBlock) {
    const uint32_t end = std::min(begin + kBlock, count);
    uint32_t best = begin;
    for (uint32_t i = begin + 1; i < end; ++i) {
      if (values[i] < values[best]) {
        best = i;
      }
    }
    table.push_back(best);
  }
  const size_t blocks = table.size();
  size_t below = 0;
  for (size_t width = 1; 2 * width <= blocks; width *= 2) {
    const size_t level = table.size();
    for (size_t i = 0; i + 2 * width <= blocks; ++i) {
      const uint32_t a = table[below + i];
      const uint32_t b = table[below + i + width];
      table.push_back(values[a] < values[b] ? a : b);
    }
    below = level;
  }
  return table;
}

uint32_t RangeMinima::ArgMin(std::span<const uint32_t> values, uint32_t begin, uint32_t end) const {
  uint32_t best = begin;
  const auto consider = [&](uint32_t i) {
    if (values[i] < values[best]) {
      best = i;
    }
  };
  const uint32_t first_block = (begin + kBlock - 1) / kBlock;
  const uint32_t last_block = end / kBlock;
  if (first_block >= last_block) {
    for (uint32_t i = begin; i < end; ++i) {
      consider(i);
    }
    return best;
  }
  for (uint32_t i = begin; i < first_block * kBlock; ++i) {
    consider(i);
  }
  const uint32_t blocks = last_block - first_block;
  const auto level = static_cast<size_t>(31 - __builtin_clz(blocks));
  const uint32_t* const minima = table_.data() + level_[level];
  consider(minima[first_block]);
  consider(minima[last_block - (1u << level)]);
  for (uint32_t i = last_block * kBlock; i < end; ++i) {
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
    FilterValues(values, first, bound, [&](uint32_t value) {
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

void RangeMinima::VisitAscending(std::span<const uint32_t> values, uint32_t begin, uint32_t end,
                                 uint32_t first,
                                 absl::FunctionRef<bool(uint32_t value)> visit) const {
  // Range minima cannot skip what lies before `first`, and cost more than a look at some thousands
  // of values.
  constexpr uint32_t kScanBelow = 8'192;
  if (first > 0 || end - begin <= kScanBelow) {
    ScanAscending(values.subspan(begin, end - begin), first, visit);
    return;
  }
  struct Part {
    uint32_t value;
    uint32_t index;
    uint32_t begin;
    uint32_t end;
    bool operator<(const Part& other) const { return value > other.value; }
  };
  std::priority_queue<Part> parts;
  const auto add = [&](uint32_t from, uint32_t to) {
    if (from < to) {
      const uint32_t index = ArgMin(values, from, to);
      parts.push({values[index], index, from, to});
    }
  };
  add(begin, end);
  while (!parts.empty()) {
    const Part part = parts.top();
    parts.pop();
    if (!visit(part.value)) {
      return;
    }
    add(part.begin, part.index);
    add(part.index + 1, part.end);
  }
}

}  // namespace quotes::archive
