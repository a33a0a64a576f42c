#include "service/server/quotas.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "service/base/errors.h"
#include "tests/support/status_matchers.h"

namespace quotes::server {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'000'000);

TEST(QuotasTest, NoRateMeansNoQuota) {
  Quotas quotas({.calls_per_second = 0, .burst = 1});
  for (int i = 0; i < 1000; ++i) {
    QUOTES_ASSERT_OK(quotas.Take("cms", kStart));
  }
  EXPECT_EQ(quotas.callers(), 0U);
}

TEST(QuotasTest, ABurstThenTheRate) {
  Quotas quotas({.calls_per_second = 10, .burst = 3});
  for (int i = 0; i < 3; ++i) {
    QUOTES_ASSERT_OK(quotas.Take("cms", kStart));
  }
  const absl::Status refused = quotas.Take("cms", kStart);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetErrorReason(refused), ErrorReason::kQuotaExceeded);
  EXPECT_EQ(GetErrorDetail(refused)->retry_after, absl::Milliseconds(100));
  // Who waits as long as told is served; another caller never waited.
  QUOTES_EXPECT_OK(quotas.Take("desk", kStart));
  QUOTES_EXPECT_OK(quotas.Take("cms", kStart + absl::Milliseconds(100)));
  EXPECT_FALSE(quotas.Take("cms", kStart + absl::Milliseconds(150)).ok());
  // Rest gives back no more than the burst.
  int taken = 0;
  while (quotas.Take("cms", kStart + absl::Hours(1)).ok()) {
    ++taken;
  }
  EXPECT_EQ(taken, 3);
}

TEST(QuotasTest, AClockThatGoesBackGivesNothing) {
  Quotas quotas({.calls_per_second = 1, .burst = 1});
  QUOTES_EXPECT_OK(quotas.Take("cms", kStart));
  EXPECT_FALSE(quotas.Take("cms", kStart - absl::Hours(1)).ok());
  EXPECT_FALSE(quotas.Take("cms", kStart).ok());
  QUOTES_EXPECT_OK(quotas.Take("cms", kStart + absl::Seconds(1)));
}

TEST(QuotasTest, OptionsMayChange) {
  Quotas quotas({.calls_per_second = 0, .burst = 1});
  for (int i = 0; i < 10; ++i) {
    QUOTES_EXPECT_OK(quotas.Take("cms", kStart));
  }
  quotas.SetOptions({.calls_per_second = 2, .burst = 2});
  QUOTES_EXPECT_OK(quotas.Take("cms", kStart));
  QUOTES_EXPECT_OK(quotas.Take("cms", kStart));
  const absl::Status refused = quotas.Take("cms", kStart);
  EXPECT_EQ(GetErrorReason(refused), ErrorReason::kQuotaExceeded);
  EXPECT_EQ(GetErrorDetail(refused)->retry_after, absl::Milliseconds(500));
  // What was used up is forgotten with the old ones.
  quotas.SetOptions({.calls_per_second = 2, .burst = 1});
  QUOTES_EXPECT_OK(quotas.Take("cms", kStart));
  EXPECT_FALSE(quotas.Take("cms", kStart).ok());
  quotas.SetOptions({.calls_per_second = 0, .burst = 1});
  QUOTES_EXPECT_OK(quotas.Take("cms", kStart));
}

TEST(QuotasTest, CallersAreBounded) {
  Quotas quotas({.calls_per_second = 1, .burst = 2, .most_callers = 100});
  for (int i = 0; i < 100; ++i) {
    QUOTES_EXPECT_OK(quotas.Take(absl::StrCat("caller", i), kStart));
  }
  // Nobody is forgotten who still lacks something: the others share what two calls of one have.
  QUOTES_EXPECT_OK(quotas.Take("other1", kStart));
  QUOTES_EXPECT_OK(quotas.Take("other2", kStart));
  EXPECT_FALSE(quotas.Take("other3", kStart).ok());
  EXPECT_EQ(quotas.callers(), 101U);
  // Once they have rested they are.
  QUOTES_EXPECT_OK(quotas.Take("other4", kStart + absl::Minutes(1)));
  EXPECT_EQ(quotas.callers(), 1U);
}

}  // namespace
}  // namespace quotes::server
