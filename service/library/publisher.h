#ifndef QUOTES_SERVICE_LIBRARY_PUBLISHER_H_
#define QUOTES_SERVICE_LIBRARY_PUBLISHER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/base/cancellation.h"
#include "service/base/mutex.h"
#include "service/base/ticker.h"
#include "service/library/snapshot_folder.h"
#include "service/store/store.h"

namespace quotes {

// Publishes the states of a store for replicas, in a thread of its own: the first at once, and
// another one when the archive has changed, but not before `every` has passed since the last: of a
// burst of imports only the end is published. Thread-safe.
class Publisher {
 public:
  struct Options {
    std::string folder;  // made if it is missing
    absl::Duration every = absl::Seconds(10);
    size_t keep = 3;  // at least 1
    // Called, from the thread, with the result of each; may be null.
    std::function<void(const absl::StatusOr<Manifest>&)> on_publish = nullptr;
  };

  // STORE_UNAVAILABLE when there is no folder that can be written. `store` must outlive the object.
  static absl::StatusOr<std::unique_ptr<Publisher>> Start(store::Store* store, Options options);

  // Publishes what was not yet, unless that takes longer than a few seconds: what was acknowledged
  // before an orderly end is in the folder.
  ~Publisher();
  // From now on; as Options say it.
  void SetSchedule(absl::Duration every, size_t keep);
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

 private:
  Publisher(store::Store* store, Options options)
      : store_(store), options_(std::move(options)), every_(options_.every), keep_(options_.keep) {}

  void Look(const Cancellation& cancellation, bool at_end);

  store::Store* const store_;
  const Options options_;
  Mutex mutex_;
  absl::Duration every_ ABSL_GUARDED_BY(mutex_);
  size_t keep_ ABSL_GUARDED_BY(mutex_);
  Cancellation ending_;
  // Of the thread, and of the destructor after it.
  std::optional<uint64_t> published_;  // archive revision
  std::optional<absl::Duration> last_try_;
  bool failed_ = false;
  std::unique_ptr<Ticker> ticker_;
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_PUBLISHER_H_
