#include "service/base/moment.h"

#include <gtest/gtest.h>

#include <optional>

namespace quotes {
namespace {

TEST(Moment, IsReadWithItsZone) {
  const absl::Time nine = absl::FromUnixSeconds(1'796'086'800);  // 2026-12-01 01:00 UTC
  for (const char* text :
       {"2026-12-01T09:00:00+08:00", "2026-12-01T09:00+08:00", "2026-12-01 09:00+08:00",
        "2026-12-01t09:00:00+08:00", "2026-12-01T01:00:00Z", "2026-12-01T01:00z",
        "2026-11-30T20:00:00-05:00", "2026-12-01T01:00:00.000Z", "2026-12-01T06:30:00+05:30"}) {
    EXPECT_EQ(ParseMoment(text), nine) << text;
  }
  EXPECT_EQ(ParseMoment("2026-12-01T01:00:00.25Z"), nine + absl::Milliseconds(250));
  EXPECT_EQ(ParseMoment("2026-12-01T01:00:59Z"), nine + absl::Seconds(59));
}

TEST(Moment, NothingElseIsOne) {
  for (const char* text : {"",
                           "2026-12-01",
                           "2026-12-01T09:00",
                           "2026-12-01T09:00:00",
                           "09:00+08:00",
                           "2026-12-01T09:00+0800",
                           "2026-12-01T09:00+08",
                           "2026-12-01T09:00 +08:00",
                           "2026-12-01T09:00:00+08:00 ",
                           " 2026-12-01T09:00:00+08:00",
                           "26-12-01T09:00:00Z",
                           "2026-13-01T09:00:00Z",
                           "2026-12-01T25:00:00Z",
                           "2026-02-30T09:00:00Z",
                           "2026-12-01T09:00:00.Z",
                           "2026-12-01T09:00:00ZZ",
                           "2026-12-01T9:00:00Z",
                           "tomorrow",
                           "2026-12-01T09:00:00+99:00",
                           "2026-12-01TT09:00:00Z",
                           "infinite-future"}) {
    EXPECT_EQ(ParseMoment(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace quotes
