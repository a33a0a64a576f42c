#ifndef QUOTES_SERVICE_SERVER_QUOTAS_H_
#define QUOTES_SERVICE_SERVER_QUOTAS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/base/limits.h"
#include "service/base/mutex.h"

namespace quotes::server {

struct QuotaOptions {
  double calls_per_second = 0;  // of each caller in the long run; 0: as many as they like
  double burst = 0;             // at once, after a time of rest; at least 1
  size_t most_callers = limits::kMaxQuotaCallers;
};

// Counts the calls of each caller: a bucket that holds `burst` calls and gets `calls_per_second` of
// them back. Thread-safe.
class Quotas {
 public:
  explicit Quotas(const QuotaOptions& options);

  // Takes one call of the caller: OK, or QUOTA_EXCEEDED with when there will be one again. When
  // more callers than most_callers are counted, those that have not called for long are
  // forgotten, which gives them nothing; if there are none, further callers share one bucket.
  absl::Status Take(std::string_view caller, absl::Time now);

  // From now on; every caller begins with what it may do at once.
  void SetOptions(const QuotaOptions& options);

  size_t callers() const;

 private:
  struct Bucket {
    double calls = 0;
    absl::Time filled;  // when `calls` was true
  };

  void Refill(Bucket* bucket, absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetFull(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  QuotaOptions options_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Bucket> buckets_ ABSL_GUARDED_BY(mutex_);
  absl::Time forgotten_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_QUOTAS_H_
