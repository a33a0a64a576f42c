#include "service/server/quotas.h"

#include <algorithm>
#include <utility>

#include "service/base/absl_string.h"
#include "service/base/errors.h"

namespace quotes::server {
namespace {

// Looking through all buckets takes some time; a flood of new callers must not cause it each time.
constexpr absl::Duration kForgetEvery = absl::Seconds(1);
// No caller has this name: names and addresses are not empty.
constexpr char kShared[] = "";

}  // namespace

Quotas::Quotas(const QuotaOptions& options)
    : options_({options.calls_per_second, std::max(options.burst, 1.0), options.most_callers}) {}

void Quotas::SetOptions(const QuotaOptions& options) {
  const MutexLock lock(&mutex_);
  options_ = {options.calls_per_second, std::max(options.burst, 1.0), options.most_callers};
  buckets_.clear();
}

void Quotas::Refill(Bucket* bucket, absl::Time now) const {
  if (now > bucket->filled) {
    bucket->calls =
        std::min(options_.burst, bucket->calls + absl::ToDoubleSeconds(now - bucket->filled) *
                                                     options_.calls_per_second);
    bucket->filled = now;
  }
}

void Quotas::ForgetFull(absl::Time now) {
  if (now - forgotten_ < kForgetEvery) {
    return;
  }
  forgotten_ = now;
  for (auto at = buckets_.begin(); at != buckets_.end();) {
    Refill(&at->second, now);
    if (at->second.calls >= options_.burst) {
      buckets_.erase(at++);
    } else {
      ++at;
    }
  }
}

absl::Status Quotas::Take(std::string_view caller, absl::Time now) {
  double missing = 0;
  double rate = 0;
  {
    const MutexLock lock(&mutex_);
    rate = options_.calls_per_second;
    if (rate <= 0) {
      return absl::OkStatus();
    }
    std::string key(caller);
    auto found = buckets_.find(key);
    if (found == buckets_.end()) {
      if (buckets_.size() >= options_.most_callers) {
        ForgetFull(now);
      }
      if (buckets_.size() >= options_.most_callers) {
        key = kShared;
      }
      found = buckets_.try_emplace(std::move(key), Bucket{options_.burst, now}).first;
    }
    Bucket& bucket = found->second;
    Refill(&bucket, now);
    if (bucket.calls >= 1) {
      bucket.calls -= 1;
      return absl::OkStatus();
    }
    missing = 1 - bucket.calls;
  }
  return errors::QuotaExceeded(caller, rate, absl::Seconds(missing / rate));
}

size_t Quotas::callers() const {
  const MutexLock lock(&mutex_);
  return buckets_.size();
}

}  // namespace quotes::server
