#ifndef QUOTES_SERVICE_LIBRARY_BACKUPS_H_
#define QUOTES_SERVICE_LIBRARY_BACKUPS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/cancellation.h"
#include "service/base/mutex.h"
#include "service/base/ticker.h"
#include "service/store/store.h"

namespace quotes {

struct Backup {
  std::string file_name;      // in the folder
  std::string themes_folder;  // beside it, with the house's themes; empty if it has none
  store::StoreCopy copy;
  absl::Duration duration;
};

// Copies of a store in one folder: made when somebody asks, and from time to time by itself. A copy
// is a database that a server can be started with, with a copy of the house's themes beside it
// where a server looks for them (see themes::HouseFolder). Thread-safe.
class Backups {
 public:
  struct Options {
    std::string folder;           // made if it is missing
    std::string themes_folder{};  // of the house, which need not be there; empty: none
    // Between two that are made by itself; zero: none.
    absl::Duration every = absl::ZeroDuration();
    // Of those that were made by itself, so many are kept, the newest; at least 1. Those that
    // somebody asked for are never removed.
    size_t keep = 7;
    // Called, from any thread, with the result of each that was made by itself; may be null.
    std::function<void(const absl::StatusOr<Backup>&)> on_scheduled = nullptr;
    // For tests.
    std::function<absl::Time()> now = absl::Now;
    absl::Duration look_every = absl::Seconds(10);
  };

  // Makes the folder and removes what was left half-written in it. STORE_UNAVAILABLE when there is
  // no folder that can be written.
  static absl::StatusOr<std::unique_ptr<Backups>> Open(Options options);

  // Waits for a copy at hand, which is given up.
  ~Backups();
  Backups(const Backups&) = delete;
  Backups& operator=(const Backups&) = delete;

  // Makes one under a name of letters, digits, "-", "_" and "." that ends in ".db"; without a name
  // under one of the time. One at a time: QUEUE_FULL while another is made, as nobody should hold a
  // thread for that. FIELD_INVALID for another name, FIELD_OUT_OF_RANGE for one above
  // limits::kMaxBackupNameBytes; BACKUP_EXISTS; those of Store::CopyTo; those of ReadRegularFile
  // and WriteDurably for the house's themes. Leaves nothing when it fails.
  absl::StatusOr<Backup> Make(store::Store& store, const std::string& file_name,
                              const Cancellation& cancellation);

  // When the last one was made, by this process or, as its file tells, before; nullopt if there is
  // none.
  std::optional<absl::Time> last() const;
  // When the newest in the folder was made that was made by itself, by whichever process; nullopt
  // if there is none.
  std::optional<absl::Time> last_scheduled() const;

  // Begins to make them by itself, if the options say so. One is due when the last one in the
  // folder, from whichever process, is old enough, or is of the future (the clock was set back);
  // while this process runs by a clock that nobody sets. One that fails is tried again after a
  // tenth of the time, at most an hour. `store` must outlive the object or StopSchedule.
  void StartSchedule(store::Store* store);
  void StopSchedule();
  // From now on; as Options say it.
  void SetSchedule(absl::Duration every, size_t keep);

 private:
  explicit Backups(Options options)
      : options_(std::move(options)), every_(options_.every), keep_(options_.keep) {}

  void LookAtClock(store::Store* store);
  // Copies the house's themes beside a backup; the folder's name, empty if there are none. What is
  // there already is left alone: it may be somebody's, or of a backup that was broken off, and then
  // it may be the same. BACKUP_EXISTS if it is not. Adds what it writes, or begins to, to *written.
  absl::StatusOr<std::string> CopyThemes(const std::string& file_name,
                                         std::vector<std::string>* written) const;
  absl::StatusOr<Backup> MakeAs(store::Store& store, const std::string& file_name,
                                const Cancellation& cancellation);
  void FindLast();
  void EndCopy();
  // Names of what was made by itself, oldest first.
  std::vector<std::string> Scheduled() const;
  void RemoveOld(size_t keep) const;

  const Options options_;
  Mutex mutex_;
  CondVar copied_;
  bool is_copying_ ABSL_GUARDED_BY(mutex_) = false;
  mutable Mutex last_mutex_;
  std::optional<absl::Time> last_ ABSL_GUARDED_BY(last_mutex_);
  Mutex schedule_mutex_;
  absl::Duration every_ ABSL_GUARDED_BY(schedule_mutex_);
  size_t keep_ ABSL_GUARDED_BY(schedule_mutex_);
  bool rescheduled_ ABSL_GUARDED_BY(schedule_mutex_) = false;
  Cancellation ending_;
  // Of the thread that makes them by itself.
  std::optional<absl::Duration> due_in_;  // from the last look on
  absl::Duration last_look_ = absl::ZeroDuration();
  std::unique_ptr<Ticker> ticker_;
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_BACKUPS_H_
