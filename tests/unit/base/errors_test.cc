#include "service/base/errors.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/support/status_matchers.h"

namespace quotes {
namespace {

TEST(Errors, DetailSurvivesTheStatus) {
  ErrorDetail detail;
  detail.reason = ErrorReason::kFieldInvalid;
  detail.metadata = {{"a:b", "1:2:"}, {"", ""}};
  detail.violations = {{"filter.reports[3]", "no \0 name"}, {"x", ""}};
  detail.retry_after = absl::Milliseconds(1500);
  const absl::Status status = MakeError(absl::StatusCode::kInvalidArgument, "message", detail);
  const auto read = GetErrorDetail(status);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->reason, detail.reason);
  EXPECT_EQ(read->metadata, detail.metadata);
  EXPECT_EQ(read->violations, detail.violations);
  EXPECT_EQ(read->retry_after, detail.retry_after);
}

TEST(Errors, TellsToWaitLongEnough) {
  const auto read = GetErrorDetail(errors::QuotaExceeded("cms", 50, absl::Microseconds(300)));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->retry_after, absl::Milliseconds(1));
}

TEST(Errors, ForeignStatusHasNoDetail) {
  EXPECT_FALSE(GetErrorDetail(absl::InternalError("x")).has_value());
  EXPECT_EQ(GetErrorReason(absl::OkStatus()), ErrorReason::kUnspecified);
}

TEST(Errors, EveryReasonHasItsOwnName) {
  std::set<std::string> names;
  for (int i = 1; i <= static_cast<int>(ErrorReason::kInternal); ++i) {
    names.insert(std::string(ErrorReasonName(static_cast<ErrorReason>(i))));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(ErrorReason::kInternal));
  EXPECT_EQ(names.count("UNSPECIFIED"), 0u);
}

TEST(Errors, NamesTheField) {
  const absl::Status status = errors::FieldOutOfRange("filter.reports", "at most 100 values");
  EXPECT_THAT(status, testing::HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, testing::HasReason(ErrorReason::kFieldOutOfRange));
  EXPECT_THAT(status, testing::HasField("filter.reports"));
}

}  // namespace
}  // namespace quotes
