#include "service/base/duration_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace quotes {
namespace {

TEST(DurationHistogram, CountsByBucketWithInclusiveBounds) {
  DurationHistogram histogram;
  histogram.Record(absl::Microseconds(25));
  histogram.Record(absl::Microseconds(25) + absl::Nanoseconds(1));
  histogram.Record(absl::ZeroDuration());
  histogram.Record(absl::Hours(1));
  const DurationHistogram::Counts counts = histogram.Read();
  ASSERT_EQ(counts.buckets.size(), kCallBounds.size() + 1);
  EXPECT_EQ(counts.buckets.front(), 2U);
  EXPECT_EQ(counts.buckets[1], 1U);
  EXPECT_EQ(counts.buckets.back(), 1U);
  EXPECT_EQ(counts.total, 4U);
  EXPECT_EQ(counts.sum, absl::Microseconds(50) + absl::Nanoseconds(1) + absl::Hours(1));
}

TEST(DurationHistogram, WhatIsNegativeIsNothing) {
  DurationHistogram histogram(kWorkBounds);
  histogram.Record(absl::Seconds(-5));
  EXPECT_EQ(histogram.Read().buckets.front(), 1U);
  EXPECT_EQ(histogram.Read().sum, absl::ZeroDuration());
}

TEST(DurationHistogram, BoundsAscend) {
  EXPECT_TRUE(std::is_sorted(kCallBounds.begin(), kCallBounds.end()));
  EXPECT_TRUE(std::is_sorted(kWorkBounds.begin(), kWorkBounds.end()));
}

TEST(DurationHistogram, QuantilesLieInsideTheBucket) {
  DurationHistogram histogram;
  EXPECT_EQ(histogram.Read().Quantile(0.5), absl::ZeroDuration());
  for (int i = 0; i < 90; ++i) {
    histogram.Record(absl::Microseconds(40));
  }
  for (int i = 0; i < 10; ++i) {
    histogram.Record(absl::Milliseconds(7));
  }
  const DurationHistogram::Counts counts = histogram.Read();
  EXPECT_GT(counts.Quantile(0.5), absl::Microseconds(25));
  EXPECT_LE(counts.Quantile(0.5), absl::Microseconds(50));
  EXPECT_GT(counts.Quantile(0.95), absl::Milliseconds(5));
  EXPECT_LE(counts.Quantile(0.95), absl::Milliseconds(10));
  EXPECT_LE(counts.Quantile(0.9), absl::Microseconds(50));
  histogram.Record(absl::Hours(2));
  EXPECT_EQ(histogram.Read().Quantile(1), absl::Microseconds(kCallBounds.back()));
}

TEST(DurationHistogram, SumsOfThreadsAreExact) {
  DurationHistogram histogram;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&histogram, i] {
      for (int n = 0; n < 10'000; ++n) {
        histogram.Record(absl::Microseconds(1 + i * 100));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  DurationHistogram::Counts counts = histogram.Read();
  EXPECT_EQ(counts.total, 40'000U);
  EXPECT_EQ(counts.sum, absl::Microseconds(10'000 * (1 + 101 + 201 + 301)));
  DurationHistogram::Counts twice;
  twice.Add(counts);
  twice.Add(counts);
  EXPECT_EQ(twice.total, 80'000U);
  EXPECT_EQ(twice.sum, 2 * counts.sum);
}

}  // namespace
}  // namespace quotes
