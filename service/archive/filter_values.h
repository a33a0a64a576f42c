#ifndef QUOTES_SERVICE_ARCHIVE_FILTER_VALUES_H_
#define QUOTES_SERVICE_ARCHIVE_FILTER_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace quotes::archive {

// Calls `take` with the values in [low, high), in any order of `values`, and goes on with what it
// returns in place of `high`. Blocks without such a value cost a few instructions: the compiler
// makes vector instructions of the inner loop, for which comparisons have a sign: values are
// below 2^31.
template <typename Take>
void FilterValues(std::span<const uint32_t> values, uint32_t low, uint32_t high, const Take& take) {
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

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_FILTER_VALUES_H_
