#include "service/rpc/byte_budget.h"

#include <gtest/gtest.h>

namespace quotes::rpc {
namespace {

TEST(ByteBudget, IsSharedAndGivenBack) {
  ByteBudget budget(100);
  ByteBudget::Share one(&budget);
  EXPECT_TRUE(one.Grow(60));
  EXPECT_TRUE(one.Grow(30));
  {
    ByteBudget::Share other(&budget);
    EXPECT_FALSE(other.Grow(11));
    EXPECT_TRUE(other.Grow(10));
    EXPECT_EQ(budget.used(), 100u);
    EXPECT_FALSE(other.Grow(1));
  }
  EXPECT_EQ(budget.used(), 90u);
  one.GiveBack();
  EXPECT_EQ(budget.used(), 0u);
  EXPECT_TRUE(one.Grow(100));
}

TEST(ByteBudget, CallerWithANameHasHalf) {
  ByteBudget budget(100);
  ByteBudget::Share one(&budget, "cms");
  EXPECT_FALSE(one.Grow(51));
  EXPECT_TRUE(one.Grow(50));
  ByteBudget::Share again(&budget, "cms");
  EXPECT_FALSE(again.Grow(1));
  ByteBudget::Share other(&budget, "archive");
  EXPECT_TRUE(other.Grow(40));
  ByteBudget::Share nameless(&budget);
  EXPECT_TRUE(nameless.Grow(10));
  EXPECT_FALSE(nameless.Grow(1));
  one.GiveBack();
  EXPECT_TRUE(again.Grow(50));
  EXPECT_EQ(budget.used(), 100u);
}

}  // namespace
}  // namespace quotes::rpc
