#ifndef QUOTES_SERVICE_BASE_DURATION_HISTOGRAM_H_
#define QUOTES_SERVICE_BASE_DURATION_HISTOGRAM_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/time/time.h"

namespace quotes {

// Upper bounds of buckets, in microseconds, inclusive. Of calls: a look-up takes some ten
// microseconds, a citation some hundred, an import up to a minute.
inline constexpr std::array<int64_t, 19> kCallBounds = {
    25,        50,        100,       250,        500,       1'000,   2'500,
    5'000,     10'000,    25'000,    50'000,     100'000,   250'000, 500'000,
    1'000'000, 2'500'000, 5'000'000, 10'000'000, 60'000'000};
// Of work in the background, and of imports.
inline constexpr std::array<int64_t, 15> kWorkBounds = {
    1'000,   2'500,     5'000,     10'000,     25'000,     50'000,      100'000,    250'000,
    500'000, 1'000'000, 2'500'000, 10'000'000, 30'000'000, 120'000'000, 600'000'000};

// How often something took how long. Recording costs two additions to memory that threads share and
// never waits. Thread-safe.
class DurationHistogram {
 public:
  // `bounds` ascend, and live longer; at most kMostBounds.
  explicit DurationHistogram(std::span<const int64_t> bounds = kCallBounds) : bounds_(bounds) {}
  DurationHistogram(const DurationHistogram&) = delete;
  DurationHistogram& operator=(const DurationHistogram&) = delete;

  static constexpr size_t kMostBounds = 19;

  // What is negative, as when a clock was set back, counts as 0.
  void Record(absl::Duration duration);

  struct Counts {
    std::span<const int64_t> bounds;
    std::vector<uint64_t> buckets;  // one for each bound, and one for what is above them all
    uint64_t total = 0;             // their sum
    absl::Duration sum;

    // The duration that a share of all, from 0 to 1, do not exceed, as far as the buckets tell:
    // between the bounds of one it is taken to be spread evenly; above all bounds it is the last.
    // 0 when nothing was counted.
    absl::Duration Quantile(double share) const;
    // REQUIRES: the same bounds.
    void Add(const Counts& other);
  };
  Counts Read() const;

 private:
  const std::span<const int64_t> bounds_;
  std::array<std::atomic<uint64_t>, kMostBounds + 1> buckets_ = {};
  std::atomic<uint64_t> nanoseconds_{0};
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_DURATION_HISTOGRAM_H_
