#include "service/rpc/caller_places.h"

#include "absl/hash/hash.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"

namespace quotes::rpc {

void CallerPlaces::SetLimit(Kind kind, Limit limit) {
  const MutexLock lock(&mutex_);
  limits_[kind] = limit;
}

CallerPlaces::Outcome CallerPlaces::Take(Kind kind, Owner owner, size_t* limit) {
  const MutexLock lock(&mutex_);
  for (const Kind asked : {kind, kAnswers}) {
    if (all_[asked] >= limits_[asked].all) {
      *limit = limits_[asked].all;
      return Outcome::kFull;
    }
  }
  if (owner.is_connection) {
    if (AnswersOfConnection(owner) >= limits_[kAnswers].each) {
      *limit = limits_[kAnswers].each;
      return Outcome::kCallerFull;
    }
  } else if (!owner.name.empty()) {
    Counts& counts = callers_[ToAbsl(owner.name)];
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

void CallerPlaces::Answer(Kind kind, Owner owner) {
  const MutexLock lock(&mutex_);
  --all_[kind];
  ++all_[kAnswers];
  if (owner.is_connection) {
    ++AnswersOfConnection(owner);
  } else if (!owner.name.empty()) {
    Counts& counts = callers_[ToAbsl(owner.name)];
    --counts[kind];
    ++counts[kAnswers];
  }
}

void CallerPlaces::GiveBack(Kind kind, Owner owner) {
  const MutexLock lock(&mutex_);
  --all_[kind];
  if (owner.is_connection) {
    if (kind == kAnswers) {
      --AnswersOfConnection(owner);
    }
    return;
  }
  if (owner.name.empty()) {
    return;
  }
  const auto found = callers_.find(ToAbsl(owner.name));
  QUOTES_CHECK(found != callers_.end());
  --found->second[kind];
  if (found->second == Counts{}) {
    callers_.erase(found);
  }
}

size_t& CallerPlaces::AnswersOfConnection(Owner owner) {
  return connections_[absl::Hash<absl::string_view>()(ToAbsl(owner.name)) % kConnections];
}

}  // namespace quotes::rpc
