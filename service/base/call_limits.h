#ifndef QUOTES_SERVICE_BASE_CALL_LIMITS_H_
#define QUOTES_SERVICE_BASE_CALL_LIMITS_H_

#include <cstddef>

// Limits of calls that last, beside those of limits.h, which everything is built with.
namespace quotes::limits {

// How often a call that goes on for long is asked whether its caller may still make it: soon after
// a token is taken back, and one check of a signed token (0.1 ms) in that time.
inline constexpr int kReadmitSeconds = 2;
// Answers that are given and not read, small ones counted: of a caller who reads only those that
// are on the way. With 64 KiB each they are 256 MiB; one caller has a quarter at most.
inline constexpr size_t kMaxUnreadAnswers = 4'000;
inline constexpr size_t kMaxUnreadAnswersPerCaller = 1'000;
// An upload that sends nothing for so long has lost its caller, or wants to hold what it has.
inline constexpr int kUploadIdleSeconds = 60;
// How long the process itself is waited for that asks whether it still answers: on a busy machine
// thousands of times what an answer takes.
inline constexpr int kLivenessSeconds = 10;

}  // namespace quotes::limits

#endif  // QUOTES_SERVICE_BASE_CALL_LIMITS_H_
