#include "service/server/life_cycle.h"

#include <malloc.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/status_macros.h"
#include "service/store/sqlite/store.h"

namespace quotes::server {
namespace {

// How often a replica looks for a newer snapshot, and a server that only reads at its file: a look
// lists a folder, or reads one row.
constexpr absl::Duration kFollowEvery = absl::Seconds(1);
// How often what is held back is looked at: a look compares some times.
constexpr absl::Duration kReleaseEvery = absl::Milliseconds(250);
// A disk that is full is no reason to try without a pause: ten seconds.
constexpr int kLooksPassedAfterFailure = 40;

JsonLine FailureLine(const absl::Status& status) {
  JsonLine line;
  line.Add("error", ToStd(status.message()));
  return line;
}

}  // namespace

absl::Status LifeCycle::Check(const Config& config) {
  if (!config.follow.empty() && !config.publish_folder.empty()) {
    return absl::FailedPreconditionError(
        "--follow and --publish-folder exclude each other: a replica publishes nothing; have it "
        "and others follow the same folder, or copy that");
  }
  if (config.read_only && !config.publish_folder.empty()) {
    return absl::FailedPreconditionError(
        "--read-only and --publish-folder exclude each other: the server that writes publishes");
  }
  if (config.backup_every > absl::ZeroDuration() && config.backup_folder.empty()) {
    return absl::FailedPreconditionError("--backup-every needs --backup-folder");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<LifeCycle>> LifeCycle::Open(const Config& config, Log* log,
                                                           TaskOutcomes* tasks) {
  std::unique_ptr<LifeCycle> life(new LifeCycle(config, log, tasks));
  if (config.backup_every > absl::ZeroDuration()) {
    tasks->Expect(Task::kBackup);
  }
  if (!config.follow.empty() || config.read_only) {
    tasks->Expect(Task::kFollow);
  } else {
    tasks->Expect(Task::kRelease);
    tasks->Expect(Task::kPurge);
  }
  if (!config.publish_folder.empty()) {
    tasks->Expect(Task::kPublish);
  }
  if (!config.backup_folder.empty()) {
    QUOTES_ASSIGN_OR_RETURN(
        life->backups_,
        Backups::Open(
            {.folder = config.backup_folder,
             .themes_folder = themes::HouseFolder(config.database),
             .every = config.backup_every,
             .keep = config.backup_keep,
             .on_scheduled = [log, tasks](const absl::StatusOr<Backup>& backup) {
               tasks->Record(Task::kBackup, backup.status());
               if (!backup.ok()) {
                 log->Write(LogLevel::kError, "backup_failed", FailureLine(backup.status()));
                 return;
               }
               log->Write(
                   LogLevel::kInfo, "backup",
                   JsonLine()
                       .Add("file", backup->file_name)
                       .Add("themes", backup->themes_folder)
                       .Add("bytes", static_cast<int64_t>(backup->copy.size_bytes))
                       .Add("archive_revision", static_cast<int64_t>(backup->copy.archive_revision))
                       .Add("sha256", backup->copy.sha256)
                       .Add("duration_us", absl::ToInt64Microseconds(backup->duration)));
             }}));
  }
  if (!config.follow.empty()) {
    QUOTES_ASSIGN_OR_RETURN(life->follower_,
                            Follower::Open({.folder = config.follow,
                                            .state_folder = config.database + ".replica",
                                            .on_warning = [log](std::string_view warning) {
                                              log->Write(LogLevel::kWarning, "snapshot_passed_over",
                                                         JsonLine().Add("warning", warning));
                                            }}));
  }
  return life;
}

LifeCycle::~LifeCycle() { End(); }

void LifeCycle::SetOptions(ServerOptions* options) const {
  options->backups = backups_.get();
  if (follower_ != nullptr) {
    options->followed_folder = config_.follow;
    options->replica_state = [follower = follower_.get()] { return follower->state(); };
  }
}

absl::StatusOr<std::unique_ptr<store::Store>> LifeCycle::OpenStore() {
  if (!is_replica()) {
    return store::sqlite::Open({.path = config_.database,
                                .read_only = config_.read_only,
                                .create = !config_.read_only,
                                .check_integrity = false});  // the library does, while it serves
  }
  for (bool waiting = false;;) {
    QUOTES_ASSIGN_OR_RETURN(std::unique_ptr<store::Store> taken, follower_->TakeNewer(ending_));
    if (taken != nullptr) {
      auto following = std::make_unique<store::FollowingStore>(std::move(taken));
      following_ = following.get();
      return following;
    }
    if (!std::exchange(waiting, true)) {
      log_.Write(LogLevel::kWarning, "waiting_for_snapshot",
                 JsonLine().Add("folder", config_.follow));
    }
    absl::SleepFor(kFollowEvery);
    QUOTES_RETURN_IF_ERROR(ending_.Check());
  }
}

std::optional<absl::Time> LifeCycle::last_scheduled_backup() const {
  return backups_ == nullptr ? std::nullopt : backups_->last_scheduled();
}

void LifeCycle::StopOpening() { ending_.Cancel(); }

std::optional<absl::Time> LifeCycle::published() const {
  const std::optional<Follower::State> state =
      follower_ == nullptr ? std::nullopt : follower_->state();
  return state.has_value() ? std::optional(state->manifest.publish_time()) : std::nullopt;
}

void LifeCycle::Served() {
  if (is_replica()) {
    follower_->Served();
  }
}

void LifeCycle::Begin(Library* library) {
  if (is_replica()) {
    ticker_ = std::make_unique<Ticker>(kFollowEvery, [this, library] { FollowFolder(library); });
  } else if (config_.read_only) {
    ticker_ = std::make_unique<Ticker>(kFollowEvery, [this, library] { FollowFile(library); });
  } else {
    ticker_ = std::make_unique<Ticker>(kReleaseEvery, [this, library] { ReleaseDue(library); });
  }
  if (backups_ != nullptr) {
    backups_->StartSchedule(&library->store());
  }
  if (!config_.publish_folder.empty()) {
    const MutexLock lock(&publisher_mutex_);
    absl::StatusOr<std::unique_ptr<Publisher>> publisher = Publisher::Start(
        &library->store(),
        {.folder = config_.publish_folder,
         .every = publish_every_,
         .keep = publish_keep_,
         .on_publish = [this](const absl::StatusOr<Manifest>& manifest) {
           tasks_.Record(Task::kPublish, manifest.status());
           if (!manifest.ok()) {
             log_.Write(LogLevel::kError, "publish_failed", FailureLine(manifest.status()));
             return;
           }
           log_.Write(
               LogLevel::kInfo, "published",
               JsonLine()
                   .Add("file", DatabaseName(manifest->sequence))
                   .Add("bytes", static_cast<int64_t>(manifest->size_bytes))
                   .Add("archive_revision", static_cast<int64_t>(manifest->archive_revision)));
         }});
    if (publisher.ok()) {
      publisher_ = *std::move(publisher);
    } else {
      tasks_.Record(Task::kPublish, publisher.status());
      log_.Write(LogLevel::kError, "publish_failed", FailureLine(publisher.status()));
    }
  }
}

void LifeCycle::End() {
  ending_.Cancel();
  ticker_.reset();
  if (backups_ != nullptr) {
    backups_->StopSchedule();
  }
  std::unique_ptr<Publisher> publisher;
  {
    const MutexLock lock(&publisher_mutex_);
    publisher.swap(publisher_);
  }
}

void LifeCycle::SetSchedule(const Config& config) {
  if (backups_ != nullptr) {
    backups_->SetSchedule(config.backup_every, config.backup_keep);
    if (config.backup_every > absl::ZeroDuration()) {
      tasks_.Expect(Task::kBackup);
    }
  }
  const MutexLock lock(&publisher_mutex_);
  publish_every_ = config.publish_every;
  publish_keep_ = config.publish_keep;
  if (publisher_ != nullptr) {
    publisher_->SetSchedule(publish_every_, publish_keep_);
  }
}

void LifeCycle::RecordFollow(const absl::Status& status) {
  tasks_.Record(Task::kFollow, status);
  std::string error(status.message());
  if (error == follow_error_) {
    return;
  }
  if (status.ok()) {
    log_.Write(LogLevel::kInfo, "follow_recovered", JsonLine().Add("error", follow_error_));
  } else {
    log_.Write(LogLevel::kError, "follow_failed", FailureLine(status));
  }
  follow_error_ = std::move(error);
}

void LifeCycle::FollowFolder(Library* library) {
  const absl::Time start = absl::Now();
  const absl::StatusOr<bool> newer = follower_->Follow(following_, library, ending_);
  absl::Status status = newer.status();
  if (status.ok()) {
    // A share that is gone looks like a writer that publishes nothing.
    std::error_code error;
    const std::filesystem::directory_iterator folder(config_.follow, error);
    if (error) {
      status = errors::StoreUnavailable(
          absl::StrCat("the folder of snapshots ", config_.follow, ": ", error.message()));
    }
  }
  if (status.ok() || ending_.Check().ok()) {
    RecordFollow(status);
  }
  if (newer.ok() && *newer) {
    malloc_trim(0);
    const Manifest manifest = follower_->state()->manifest;
    log_.Write(LogLevel::kInfo, "snapshot_served",
               JsonLine()
                   .Add("file", DatabaseName(manifest.sequence))
                   .Add("archive_revision", static_cast<int64_t>(library->archive()->revision()))
                   .Add("reports", static_cast<int64_t>(library->archive()->documents().size()))
                   .Add("load_us", absl::ToInt64Microseconds(absl::Now() - start)));
  }
}

void LifeCycle::Scrub(Library* library) {
  if (scrubs_to_pass_ > 0) {
    --scrubs_to_pass_;
    return;
  }
  const absl::Status status = library->ScrubPurged();
  tasks_.Record(Task::kPurge, status);
  if (!status.ok()) {
    scrubs_to_pass_ = kLooksPassedAfterFailure;
    log_.Write(LogLevel::kWarning, "scrub_failed", FailureLine(status));
  }
}

void LifeCycle::ReleaseDue(Library* library) {
  Scrub(library);
  const absl::Time now = embargo_clock_.Now();
  if (embargo_clock_.on_trial() != was_on_trial_) {
    was_on_trial_ = embargo_clock_.on_trial();
    if (was_on_trial_) {
      log_.Write(LogLevel::kWarning, "clock_set_forward",
                 JsonLine()
                     .Add("ahead_s", absl::ToInt64Seconds(absl::Now() - now))
                     .Add("believed_after_s", absl::ToInt64Seconds(EmbargoClock::kTrial)));
    }
  }
  if (looks_to_pass_ > 0) {
    --looks_to_pass_;
    return;
  }
  const absl::StatusOr<std::vector<ReportResult>> released = library->ReleaseDue(now);
  tasks_.Record(Task::kRelease, released.status());
  if (!released.ok()) {
    looks_to_pass_ = kLooksPassedAfterFailure;
    log_.Write(LogLevel::kError, "release_failed", FailureLine(released.status()));
    return;
  }
  for (const ReportResult& report : *released) {
    log_.Write(LogLevel::kInfo, "released",
               JsonLine()
                   .Add("report", report.document->report_id())
                   .Add("archive_revision", static_cast<int64_t>(report.change.archive_revision)));
  }
}

void LifeCycle::FollowFile(Library* library) {
  const absl::StatusOr<uint64_t> revision = library->store().ArchiveRevision();
  absl::Status status = revision.status();
  if (status.ok() && *revision != library->archive()->revision()) {
    status = library->CatchUp(ending_);
  }
  if (!status.ok() && !ending_.Check().ok()) {
    return;
  }
  RecordFollow(status);
}

}  // namespace quotes::server
