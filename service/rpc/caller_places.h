#ifndef QUOTES_SERVICE_RPC_CALLER_PLACES_H_
#define QUOTES_SERVICE_RPC_CALLER_PLACES_H_

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "service/base/mutex.h"

namespace quotes::rpc {

// The places that calls have at a server, all together and each caller's, so that one caller never
// takes those of all others. Thread-safe.
class CallerPlaces {
 public:
  enum Kind {
    kCalls,    // at work
    kWatches,  // that tell of changes until their callers leave
    kAnswers   // given, and not read yet
  };
  struct Limit {
    size_t all = 0;
    size_t each = 0;  // of one caller
  };
  enum class Outcome { kTaken, kFull, kCallerFull };

  CallerPlaces(Limit calls, Limit watches, Limit answers) : limits_{calls, watches, answers} {}
  CallerPlaces(const CallerPlaces&) = delete;
  CallerPlaces& operator=(const CallerPlaces&) = delete;

  // From now on; what is taken already stays.
  void SetLimit(Kind kind, Limit limit);

  // Takes a place for a call or a watch, unless there is none of its kind, or none for its answer.
  // *limit is then what is reached. A caller without a name is bounded by what all have.
  Outcome Take(Kind kind, std::string_view caller, size_t* limit);
  // The call is answered: what it holds is the answer alone, which always has a place.
  void Answer(Kind kind, std::string_view caller);
  void GiveBack(Kind kind, std::string_view caller);

 private:
  using Counts = std::array<size_t, 3>;

  Mutex mutex_;
  std::array<Limit, 3> limits_ ABSL_GUARDED_BY(mutex_);
  Counts all_ ABSL_GUARDED_BY(mutex_) = {};
  absl::flat_hash_map<std::string, Counts> callers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_CALLER_PLACES_H_
