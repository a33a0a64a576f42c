#include "service/rpc/caller_places.h"

#include "service/base/absl_string.h"
#include "service/base/check.h"

namespace quotes::rpc {

void CallerPlaces::SetLimit(Kind kind, Limit limit) {
  const MutexLock lock(&mutex_);
  limits_[kind] = limit;
}

CallerPlaces::Outcome CallerPlaces::Take(Kind kind, std::string_view caller, size_t* limit) {
  const MutexLock lock(&mutex_);
  for (const Kind asked : {kind, kAnswers}) {
    if (all_[asked] >= limits_[asked].all) {
      *limit = limits_[asked].all;
      return Outcome::kFull;
    }
  }
  if (!caller.empty()) {
    Counts& counts = callers_[ToAbsl(caller)];
    for (const Kind asked : {kind, kAnswers}) {
      if (counts[asked] >= limits_[asked].each) {
        *limit = limits_[asked].each;
        return Outcome::kCallerFull;
      }
    }
    ++counts[kind];
  }
  ++all_[kind];
  return Outcome::kTaken;
}

void CallerPlaces::Answer(Kind kind, std::string_view caller) {
  const MutexLock lock(&mutex_);
  --all_[kind];
  ++all_[kAnswers];
  if (!caller.empty()) {
    Counts& counts = callers_[ToAbsl(caller)];
    --counts[kind];
    ++counts[kAnswers];
  }
}

void CallerPlaces::GiveBack(Kind kind, std::string_view caller) {
  const MutexLock lock(&mutex_);
  --all_[kind];
  if (caller.empty()) {
    return;
  }
  const auto found = callers_.find(ToAbsl(caller));
  QUOTES_CHECK(found != callers_.end());
  --found->second[kind];
  if (found->second == Counts{}) {
    callers_.erase(found);
  }
}

}  // namespace quotes::rpc
