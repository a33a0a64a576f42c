#ifndef QUOTES_TESTS_BENCH_MEASURE_H_
#define QUOTES_TESTS_BENCH_MEASURE_H_

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>
#include <vector>

// How the benchmarks in process take and show their times.
namespace quotes::bench {

using Clock = std::chrono::steady_clock;

inline double Micros(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

// Of this thread, in microseconds: what a long task takes however busy the machine is.
inline double ProcessorMicros() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

struct Quantiles {
  double median = 0;
  double p95 = 0;
  double p99 = 0;
};

inline Quantiles QuantilesOf(std::vector<double> values) {
  if (values.empty()) {
    return {};
  }
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
  };
  return {at(0.5), at(0.95), at(0.99)};
}

// Microseconds of `count` questions that `ask(i)` asks; of the rounds the fastest counts, so that
// other programs on the machine disturb less.
template <typename Ask>
Quantiles TimeEach(size_t count, const Ask& ask, int rounds = 3) {
  std::vector<double> micros(count, std::numeric_limits<double>::max());
  for (int round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < count; ++i) {
      const auto begin = Clock::now();
      ask(i);
      micros[i] = std::min(micros[i], Micros(begin));
    }
  }
  return QuantilesOf(std::move(micros));
}

// Whether a bar of the run was missed, or a peer was too slow for the run to count.
inline bool& MissedAny() {
  static bool missed = false;
  return missed;
}

// One line on a bar.
inline void Say(bool holds, const std::string& what) {
  std::printf("%-6s %s\n", holds ? "holds" : "MISSED", what.c_str());
  MissedAny() = MissedAny() || !holds;
}

// What a benchmark's process ends with.
inline int ExitCode() { return MissedAny() ? 1 : 0; }

}  // namespace quotes::bench

#endif  // QUOTES_TESTS_BENCH_MEASURE_H_
