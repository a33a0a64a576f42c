#ifndef QUOTES_SERVICE_LIBRARY_FOLLOWER_H_
#define QUOTES_SERVICE_LIBRARY_FOLLOWER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/base/cancellation.h"
#include "service/base/mutex.h"
#include "service/library/library.h"
#include "service/library/snapshot_folder.h"
#include "service/store/following_store.h"
#include "service/store/sqlite/writer_lock.h"
#include "service/store/store.h"

namespace quotes {

// The replica's side of a folder of published snapshots. Each that is newer is copied to a folder
// of the replica's own while its hash is taken, and only a copy with the right hash is opened: what
// is half carried, changed on the way or removed meanwhile does not matter, nothing of the shared
// folder is kept open, and nothing in it is written or removed. The last copy is kept over
// restarts, so that a replica starts without the folder, too. Calls of one thread at a time but for
// state().
class Follower {
 public:
  struct Options {
    std::string folder;        // where snapshots are published
    std::string state_folder;  // the replica's own; made if it is missing
    // Called with a sentence about what was passed over, once for each cause; may be null.
    std::function<void(std::string_view)> on_warning = nullptr;
  };

  // What is served.
  struct State {
    Manifest manifest;
    absl::Time taken;
  };

  // DATABASE_IN_USE when another replica has the state folder; READ_ONLY, STORE_UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<Follower>> Open(Options options);
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  // Opens the newest snapshot that is newer than the one before, if there is a whole one; null if
  // there is none. At first the one that was kept counts, too. Errors are those of the replica's
  // own folder (STORAGE_FULL) and of the cancellation; what is wrong with a published snapshot is a
  // warning.
  absl::StatusOr<std::unique_ptr<store::Store>> TakeNewer(const Cancellation& cancellation);

  // What TakeNewer opened last is served now: what was kept before it is removed. Or it is not, and
  // is not tried again.
  void Served();
  void NotServed();

  // Nullopt before the first is served.
  std::optional<State> state() const;

  // One step of following: takes what is newer and has `library`, whose store is `store`, catch up
  // with it. True when something else is served now. After an error the state before is.
  absl::StatusOr<bool> Follow(store::FollowingStore* store, Library* library,
                              const Cancellation& cancellation);

 private:
  Follower(Options options, std::unique_ptr<store::sqlite::WriterLock> lock)
      : options_(std::move(options)), lock_(std::move(lock)) {}

  std::string Own(const std::string& name) const;
  void Warn(const Manifest& manifest, std::string_view cause);
  // Copies and opens one; null, with a warning, if it is not whole or of no use.
  absl::StatusOr<std::unique_ptr<store::Store>> Take(const Manifest& manifest,
                                                     const Cancellation& cancellation);
  // The one kept before a restart, or null.
  std::unique_ptr<store::Store> TakeKept();
  // Opens a copy, migrated if need be; null, with a warning, if that fails.
  std::unique_ptr<store::Store> OpenOwn(const Manifest& manifest);
  // Removes what the state folder has of other snapshots than this one.
  void RemoveOthers(uint64_t kept);

  const Options options_;
  const std::unique_ptr<store::sqlite::WriterLock> lock_;
  bool looked_at_kept_ = false;
  std::optional<Manifest> opened_;
  // By snapshot, what was last said of it, and the size and time of change of its file then: it is
  // read again when they change.
  struct Refusal {
    std::string cause;
    std::string stamp;
  };
  std::map<uint64_t, Refusal> refused_;
  mutable Mutex mutex_;
  std::optional<State> state_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_FOLLOWER_H_
