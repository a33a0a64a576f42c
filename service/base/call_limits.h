#ifndef QUOTES_SERVICE_BASE_CALL_LIMITS_H_
#define QUOTES_SERVICE_BASE_CALL_LIMITS_H_

#include <cstddef>
#include <cstdint>

// Limits of calls and connections, beside those of limits.h, which everything is built with.
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
// And one that sends less than this in that time: no line is so slow.
inline constexpr size_t kUploadLeastBytes = 64u << 10;
// What the calls of one connection hold as it arrived, as kMaxTransportBytes those of all: nearly
// four of the largest unary imports, or 5,000 look-ups.
inline constexpr size_t kMaxConnectionBytes = 128u << 20;
// What a connection may hold in any case while calls of others that have gone are worked off: an
// ordinary report, or 40 look-ups.
inline constexpr size_t kSmallConnectionBytes = 1u << 20;
// Connections of one process. 24 KiB each would be 24 GiB.
inline constexpr int64_t kMaxConnections = 1 << 20;
// What gRPC needs for a call beside its bytes, measured with 20,000 of them.
inline constexpr size_t kStreamBytes = 24u << 10;
// How long a call that its caller reset counts as if it went on, in seconds: it may wait for a
// thread still.
inline constexpr int kResetLingerSeconds = 2;
// Read at once from a connection. A few bytes of a call keep as much from being freed.
inline constexpr size_t kReadChunkBytes = 64u << 10;
// Connections that are closed for their calls or headers have this many times what gRPC refuses by
// itself, so that who means well gets an error: a call that ended is counted a moment later.
inline constexpr size_t kStreamsBehind = 2;
inline constexpr size_t kHeadersBehind = 4;
inline constexpr size_t kLeastHeaderBytes = 64u << 10;
// Headers of all calls until a client acknowledges the server's settings, which takes one round
// trip. Without that gRPC takes 16 MiB for each call, and one byte may say a field of the table.
inline constexpr size_t kMaxUnsettledBytes = 256u << 10;
// How long a connection lives before its client is asked to make another, which takes up what was
// changed since: certificates and their authorities. Calls that last have some time to end.
inline constexpr int kMaxConnectionAgeSeconds = 3'600;
inline constexpr int kConnectionEndsSeconds = 300;
// Keys of a file that are tried for a signed token that names none: issuers that rotate their keys
// have two or three.
inline constexpr size_t kMaxKeysTried = 8;

}  // namespace quotes::limits

#endif  // QUOTES_SERVICE_BASE_CALL_LIMITS_H_
