#include "service/rpc/byte_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/base/errors.h"
#include "tests/support/status_matchers.h"

namespace quotes::rpc {
namespace {

TEST(ByteBudget, IsSharedAndGivenBack) {
  ByteBudget budget(100);
  ByteBudget::Share one(&budget);
  QUOTES_EXPECT_OK(one.Grow(60));
  QUOTES_EXPECT_OK(one.Grow(30));
  {
    ByteBudget::Share other(&budget);
    EXPECT_FALSE(other.Grow(11).ok());
    QUOTES_EXPECT_OK(other.Grow(10));
    EXPECT_EQ(budget.used(), 100u);
    EXPECT_FALSE(other.Grow(1).ok());
  }
  EXPECT_EQ(budget.used(), 90u);
  one.GiveBack();
  EXPECT_EQ(budget.used(), 0u);
  QUOTES_EXPECT_OK(one.Grow(100));
}

TEST(ByteBudget, CallerWithANameHasHalf) {
  ByteBudget budget(100);
  ByteBudget::Share one(&budget, "cms");
  EXPECT_FALSE(one.Grow(51).ok());
  QUOTES_EXPECT_OK(one.Grow(50));
  ByteBudget::Share again(&budget, "cms");
  EXPECT_EQ(GetErrorReason(again.Grow(1)), ErrorReason::kTooManyCalls);
  ByteBudget::Share other(&budget, "archive");
  QUOTES_EXPECT_OK(other.Grow(40));
  ByteBudget::Share nameless(&budget);
  QUOTES_EXPECT_OK(nameless.Grow(10));
  EXPECT_EQ(GetErrorReason(nameless.Grow(1)), ErrorReason::kQueueFull);
  one.GiveBack();
  QUOTES_EXPECT_OK(again.Grow(50));
  EXPECT_EQ(budget.used(), 100u);
}

}  // namespace
}  // namespace quotes::rpc
