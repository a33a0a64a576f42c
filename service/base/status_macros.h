#ifndef QUOTES_SERVICE_BASE_STATUS_MACROS_H_
#define QUOTES_SERVICE_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function when `expr` (an absl::Status) is not OK.
#define QUOTES_RETURN_IF_ERROR(expr)                  \
  do {                                                \
    absl::Status quotes_status_macro_value_ = (expr); \
    if (!quotes_status_macro_value_.ok()) {           \
      return quotes_status_macro_value_;              \
    }                                                 \
  } while (false)

#define QUOTES_STATUS_CONCAT_INNER(a, b) a##b
#define QUOTES_STATUS_CONCAT(a, b) QUOTES_STATUS_CONCAT_INNER(a, b)

// Assigns the value of `expr` (an absl::StatusOr) to `lhs`, or returns its status.
// NOLINTBEGIN(bugprone-macro-parentheses): parentheses would forbid a declaration as `lhs`.
#define QUOTES_ASSIGN_OR_RETURN(lhs, expr) \
  QUOTES_ASSIGN_OR_RETURN_IMPL(QUOTES_STATUS_CONCAT(quotes_status_or_, __LINE__), lhs, expr)
#define QUOTES_ASSIGN_OR_RETURN_IMPL(tmp, lhs, expr) \
  auto tmp = (expr);                                 \
  if (!tmp.ok()) {                                   \
    return std::move(tmp).status();                  \
  }                                                  \
  lhs = *std::move(tmp)
// NOLINTEND(bugprone-macro-parentheses)

#endif  // QUOTES_SERVICE_BASE_STATUS_MACROS_H_
