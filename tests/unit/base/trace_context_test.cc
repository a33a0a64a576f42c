#include "service/base/trace_context.h"

#include <gtest/gtest.h>

#include <string>

namespace quotes {
namespace {

constexpr char kGood[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceContext, ReadsTheParts) {
  const auto parent = ParseTraceParent(kGood);
  ASSERT_TRUE(parent.has_value());
  EXPECT_EQ(parent->trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(parent->parent_id, "00f067aa0ba902b7");
  EXPECT_TRUE(parent->sampled);
  const auto other = ParseTraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02");
  ASSERT_TRUE(other.has_value());
  EXPECT_FALSE(other->sampled);
}

TEST(TraceContext, ReadsLaterVersionsAsFarAsTheyAreKnown) {
  const std::string later = std::string("cc") + std::string(kGood).substr(2);
  EXPECT_TRUE(ParseTraceParent(later).has_value());
  EXPECT_TRUE(ParseTraceParent(later + "-what-will-be").has_value());
  EXPECT_FALSE(ParseTraceParent(later + ".what-will-be").has_value());
}

TEST(TraceContext, IgnoresWhatIsNone) {
  for (const std::string& bad :
       {std::string(), std::string("00"), std::string(kGood).substr(0, 54),
        std::string(kGood) + "-", std::string(kGood) + "-extra", std::string(kGood) + " ",
        " " + std::string(kGood), std::string("ff") + std::string(kGood).substr(2),
        std::string("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"),
        std::string("00-00000000000000000000000000000000-00f067aa0ba902b7-01"),
        std::string("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"),
        std::string("00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01"),
        std::string("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x"),
        std::string("0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        std::string(55, '\0')}) {
    EXPECT_FALSE(ParseTraceParent(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace quotes
