#ifndef QUOTES_TESTS_SUPPORT_STATUS_MATCHERS_H_
#define QUOTES_TESTS_SUPPORT_STATUS_MATCHERS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/base/errors.h"

namespace quotes::testing {

inline const absl::Status& GetStatus(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& GetStatus(const absl::StatusOr<T>& value) {
  return value.status();
}

// Matches an OK absl::Status or absl::StatusOr.
MATCHER(IsOk, "is OK") {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).ok();
}

// Matches a status by its code.
MATCHER_P(HasCode, code, "") {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).code() == code;
}

// Matches a status by the reason of the error catalogue.
MATCHER_P(HasReason, reason, "") {
  *result_listener << GetStatus(arg).ToString();
  return GetErrorReason(GetStatus(arg)) == reason;
}

// Matches a status whose first field violation names `field`.
MATCHER_P(HasField, field, "") {
  *result_listener << GetStatus(arg).ToString();
  const auto detail = GetErrorDetail(GetStatus(arg));
  return detail.has_value() && !detail->violations.empty() &&
         detail->violations.front().field == field;
}

}  // namespace quotes::testing

#define QUOTES_ASSERT_OK(expr) ASSERT_THAT((expr), ::quotes::testing::IsOk())
#define QUOTES_EXPECT_OK(expr) EXPECT_THAT((expr), ::quotes::testing::IsOk())

#endif  // QUOTES_TESTS_SUPPORT_STATUS_MATCHERS_H_
