#include "service/rpc/caller_places.h"

#include "service/base/absl_string.h"
#include "service/base/check.h"

namespace quotes::rpc {

CallerPlaces::Outcome CallerPlaces::Take(Kind kind, Owner owner, size_t* limit) {
  const MutexLock lock(&mutex_);
  for (const Kind asked : {kind, kAnswers}) {
    if (all_[asked] >= limits_[asked].all) {
      *limit = limits_[asked].all;
      return Outcome::kFull;
    }
  }
  if (!owner.name.empty()) {
    Counts& counts = SharesOf(owner)[ToAbsl(owner.name)];
    for (const Kind asked : {owner.is_connection ? kAnswers : kind, kAnswers}) {
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

void CallerPlaces::Answer(Kind kind, Owner owner) {
  const MutexLock lock(&mutex_);
  --all_[kind];
  ++all_[kAnswers];
  if (!owner.name.empty()) {
    Counts& counts = SharesOf(owner)[ToAbsl(owner.name)];
    --counts[kind];
    ++counts[kAnswers];
  }
}

void CallerPlaces::GiveBack(Kind kind, Owner owner) {
  const MutexLock lock(&mutex_);
  --all_[kind];
  if (owner.name.empty()) {
    return;
  }
  Shares& shares = SharesOf(owner);
  const auto found = shares.find(ToAbsl(owner.name));
  QUOTES_CHECK(found != shares.end());
  --found->second[kind];
  if (found->second == Counts{}) {
    shares.erase(found);
  }
}

}  // namespace quotes::rpc
