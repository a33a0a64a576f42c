#include "service/base/ticker.h"

#include <gtest/gtest.h>

#include <atomic>

#include "absl/time/clock.h"

namespace quotes {
namespace {

TEST(Ticker, TicksAtOnceAndAgain) {
  std::atomic<int> ticks{0};
  {
    const Ticker ticker(absl::Milliseconds(1), [&ticks] { ++ticks; });
    while (ticks < 5) {
      absl::SleepFor(absl::Milliseconds(1));
    }
  }
  const int at_end = ticks;
  absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(ticks, at_end);
}

TEST(Ticker, EndsWithoutWaitingForThePeriod) {
  std::atomic<int> ticks{0};
  const absl::Time begin = absl::Now();
  {
    Ticker ticker(absl::Hours(1), [&ticks] { ++ticks; });
    while (ticks < 1) {
      absl::SleepFor(absl::Milliseconds(1));
    }
    ticker.Wake();
    while (ticks < 2) {
      absl::SleepFor(absl::Milliseconds(1));
    }
  }
  EXPECT_EQ(ticks, 2);
  EXPECT_LT(absl::Now() - begin, absl::Minutes(5));
}

}  // namespace
}  // namespace quotes
