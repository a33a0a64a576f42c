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
  // Whose share it is: a caller's, or where callers have no names a connection's, which has one of
  // the answers alone.
  struct Owner {
    Owner(std::string_view caller) : name(caller) {}
    Owner(const char* caller) : name(caller) {}
    static Owner OfConnection(std::string_view peer) {
      Owner owner(peer);
      owner.is_connection = true;
      return owner;
    }

    std::string_view name;  // empty: all that there is
    bool is_connection = false;
  };

  CallerPlaces(Limit calls, Limit watches, Limit answers) : limits_{calls, watches, answers} {}
  CallerPlaces(const CallerPlaces&) = delete;
  CallerPlaces& operator=(const CallerPlaces&) = delete;

  // From now on; what is taken already stays.
  void SetLimit(Kind kind, Limit limit);

  // Takes a place for a call or a watch, unless there is none of its kind, or none for its answer.
  // *limit is then what is reached.
  Outcome Take(Kind kind, Owner owner, size_t* limit);
  // The call is answered: what it holds is the answer alone, which always has a place.
  void Answer(Kind kind, Owner owner);
  void GiveBack(Kind kind, Owner owner);

 private:
  using Counts = std::array<size_t, 3>;

  // Connections come and go with every few calls, so that they are not kept by name: those that
  // fall together, by chance, share their answers.
  static constexpr size_t kConnections = 4'096;

  size_t& AnswersOfConnection(Owner owner) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  std::array<Limit, 3> limits_ ABSL_GUARDED_BY(mutex_);
  Counts all_ ABSL_GUARDED_BY(mutex_) = {};
  absl::flat_hash_map<std::string, Counts> callers_ ABSL_GUARDED_BY(mutex_);
  std::array<size_t, kConnections> connections_ ABSL_GUARDED_BY(mutex_) = {};
};

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_CALLER_PLACES_H_
