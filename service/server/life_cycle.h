#ifndef QUOTES_SERVICE_SERVER_LIFE_CYCLE_H_
#define QUOTES_SERVICE_SERVER_LIFE_CYCLE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/base/cancellation.h"
#include "service/base/mutex.h"
#include "service/base/ticker.h"
#include "service/library/backups.h"
#include "service/library/embargo_clock.h"
#include "service/library/follower.h"
#include "service/library/library.h"
#include "service/library/publisher.h"
#include "service/server/config.h"
#include "service/server/log.h"
#include "service/server/server.h"
#include "service/server/task_outcomes.h"
#include "service/store/following_store.h"
#include "service/store/store.h"

namespace quotes::server {

// What `quoted` does beside answering calls: backups, snapshots for replicas, releasing what was
// held back until its time, and on a replica, following them.
//
//   LifeCycle::Open, SetOptions (before the server), OpenStore (behind it), Begin (with a library
//   that is ready), End (before the library goes).
class LifeCycle {
 public:
  // FAILED_PRECONDITION with a sentence for people for options that exclude each other.
  static absl::Status Check(const Config& config);

  // Makes the folders that are wanted. `config`, `log` and `tasks` must outlive the object.
  static absl::StatusOr<std::unique_ptr<LifeCycle>> Open(const Config& config, Log* log,
                                                         TaskOutcomes* tasks);

  ~LifeCycle();
  LifeCycle(const LifeCycle&) = delete;
  LifeCycle& operator=(const LifeCycle&) = delete;

  // What the server needs to know of it; the object must outlive the server.
  void SetOptions(ServerOptions* options) const;

  bool is_replica() const { return follower_ != nullptr; }
  // The database, or on a replica the newest snapshot: waits for the first.
  absl::StatusOr<std::unique_ptr<store::Store>> OpenStore();
  // From any thread: OpenStore() of a replica waits no longer and fails.
  void StopOpening();

  // On a replica, when the snapshot was published that is served.
  std::optional<absl::Time> published() const;

  // The library of that store serves look-ups.
  void Served();
  // See Backups::last_scheduled.
  std::optional<absl::Time> last_scheduled_backup() const;
  // How often backups and snapshots are made, and how many are kept, from now on. Thread-safe.
  void SetSchedule(const Config& config);
  // It is ready.
  void Begin(Library* library);
  void End();

 private:
  LifeCycle(const Config& config, Log* log, TaskOutcomes* tasks)
      : config_(config),
        log_(*log),
        tasks_(*tasks),
        publish_every_(config.publish_every),
        publish_keep_(config.publish_keep) {}

  void FollowFolder(Library* library);
  void FollowFile(Library* library);
  // Goes on with purges that did not come to their end.
  void Scrub(Library* library);
  void ReleaseDue(Library* library);
  // Says so when following begins to fail, fails otherwise, or is well again.
  void RecordFollow(const absl::Status& status);

  const Config& config_;
  Log& log_;
  TaskOutcomes& tasks_;
  Cancellation ending_;
  std::unique_ptr<Backups> backups_;
  std::unique_ptr<Follower> follower_;
  store::FollowingStore* following_ = nullptr;  // the library's
  EmbargoClock embargo_clock_;                  // the ticker's
  bool was_on_trial_ = false;                   // likewise
  int looks_to_pass_ = 0;                       // likewise
  int scrubs_to_pass_ = 0;                      // likewise
  Mutex publisher_mutex_;
  absl::Duration publish_every_ ABSL_GUARDED_BY(publisher_mutex_);
  size_t publish_keep_ ABSL_GUARDED_BY(publisher_mutex_);
  std::unique_ptr<Publisher> publisher_ ABSL_GUARDED_BY(publisher_mutex_);
  std::string follow_error_;  // of the ticker's thread: what was logged last, while it holds
  std::unique_ptr<Ticker> ticker_;
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_LIFE_CYCLE_H_
