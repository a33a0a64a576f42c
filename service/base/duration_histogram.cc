#include "service/base/duration_histogram.h"

#include <algorithm>

#include "service/base/check.h"

namespace quotes {

void DurationHistogram::Record(absl::Duration duration) {
  // Rounded up: what is a little above a bound is above it.
  const int64_t nanoseconds = std::max<int64_t>(0, absl::ToInt64Nanoseconds(duration));
  const int64_t microseconds = nanoseconds / 1'000 + (nanoseconds % 1'000 > 0 ? 1 : 0);
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), microseconds);
  buckets_[static_cast<size_t>(bucket - bounds_.begin())].fetch_add(1, std::memory_order_relaxed);
  nanoseconds_.fetch_add(static_cast<uint64_t>(nanoseconds), std::memory_order_relaxed);
}

DurationHistogram::Counts DurationHistogram::Read() const {
  Counts counts;
  counts.bounds = bounds_;
  counts.buckets.reserve(bounds_.size() + 1);
  for (size_t i = 0; i <= bounds_.size(); ++i) {
    counts.buckets.push_back(buckets_[i].load(std::memory_order_relaxed));
    counts.total += counts.buckets.back();
  }
  counts.sum =
      absl::Nanoseconds(static_cast<int64_t>(nanoseconds_.load(std::memory_order_relaxed)));
  return counts;
}

absl::Duration DurationHistogram::Counts::Quantile(double share) const {
  const double wanted = share * static_cast<double>(total);
  double below = 0;
  for (size_t i = 0; i < bounds.size(); ++i) {
    const auto here = static_cast<double>(buckets[i]);
    if (here > 0 && below + here >= wanted) {
      const auto from = static_cast<double>(i == 0 ? 0 : bounds[i - 1]);
      const auto to = static_cast<double>(bounds[i]);
      return absl::Microseconds(from + (to - from) * std::clamp((wanted - below) / here, 0.0, 1.0));
    }
    below += here;
  }
  return total == 0 ? absl::ZeroDuration() : absl::Microseconds(bounds.back());
}

void DurationHistogram::Counts::Add(const Counts& other) {
  if (buckets.empty()) {
    *this = other;
    return;
  }
  QUOTES_CHECK(buckets.size() == other.buckets.size());
  for (size_t i = 0; i < buckets.size(); ++i) {
    buckets[i] += other.buckets[i];
  }
  total += other.total;
  sum += other.sum;
}

}  // namespace quotes
