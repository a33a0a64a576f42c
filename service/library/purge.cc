#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/archive/archive.h"
#include "service/archive/indexed_archive.h"
#include "service/archive/packed_document.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/status_macros.h"
#include "service/library/history.h"
#include "service/library/library.h"
#include "service/store/store.h"

namespace quotes {
namespace {

using archive::PackedDocument;

// How soon whoever waits for files to be written anew heeds that nobody waits for the call.
constexpr std::chrono::milliseconds kPoll(100);
// Others write between two tries.
constexpr absl::Duration kBusyPause = absl::Milliseconds(200);

}  // namespace

std::shared_ptr<const Library::PurgedReports> Library::purged() const {
  const MutexLock lock(&snapshot_mutex_);
  return purged_;
}

absl::Status Library::MissingReport(std::string_view report_id, bool show_embargoed) const {
  const std::string name = absl::StrCat("reports/", ToAbsl(report_id));
  const std::shared_ptr<const PurgedReports> purged = this->purged();
  const auto found = purged->find(report_id);
  return found == purged->end() || (found->second.embargoed && !show_embargoed)
             ? errors::ReportNotFound(name)
             : errors::ReportPurged(name, found->second.time);
}

absl::Status Library::CheckPurgedId(const store::RevisionDraft& draft) const {
  const std::shared_ptr<const PurgedReports> purged = this->purged();
  const auto found = purged->find(draft.report_id);
  return draft.allow_purged_id || found == purged->end()
             ? absl::OkStatus()
             : errors::ReportIdPurged(absl::StrCat("reports/", draft.report_id),
                                      found->second.time);
}

absl::StatusOr<bool> Library::LoadPurged() {
  QUOTES_ASSIGN_OR_RETURN(const std::vector<store::PurgedReport> reports, store_->LoadPurged());
  auto purged = std::make_shared<PurgedReports>();
  for (const store::PurgedReport& report : reports) {
    purged->emplace(report.report_id, report);
  }
  bool more = false;
  const MutexLock lock(&snapshot_mutex_);
  for (const auto& [id, report] : *purged) {
    const auto known = purged_->find(id);
    more = more || known == purged_->end() ||
           known->second.archive_revision != report.archive_revision;
  }
  purged_ = std::move(purged);
  return more;
}

absl::StatusOr<PurgeResult> Library::Purge(std::string_view report_id, std::string_view etag,
                                           const store::Actor& actor,
                                           const Cancellation& cancellation) {
  if (read_only_) {
    return errors::ReadOnly();
  }
  QUOTES_RETURN_IF_ERROR(CheckReady());
  PurgeResult result;
  {
    const MutexLock lock(&write_mutex_);
    IndexWaiting();
    QUOTES_ASSIGN_OR_RETURN(const store::PurgeOutcome outcome,
                            store_->Purge(report_id, etag, actor));
    result.purged = outcome.purged;
    result.unchanged = outcome.unchanged;
    if (!outcome.unchanged) {
      Forget(outcome);
    }
  }
  // It is purged whatever becomes of this: ScrubPurged goes on with it.
  absl::Status erased = store_->Scrub();
  while (GetErrorReason(erased) == ErrorReason::kStoreBusy && cancellation.Check().ok()) {
    // A backup or a snapshot is being made.
    absl::SleepFor(kBusyPause);
    erased = store_->Scrub();
  }
  if (!erased.ok()) {
    scrub_wanted_ = true;  // never back to false: others may have set it meanwhile
  }
  erased.Update(AwaitErased(cancellation));
  result.erased = erased.ok();
  return result;
}

void Library::Forget(const store::PurgeOutcome& outcome) {
  const std::shared_ptr<const Snapshot> held = snapshot();
  const std::string& report_id = outcome.purged.report_id;
  const uint64_t revision = outcome.purged.archive_revision;
  std::shared_ptr<const History> history = held->history->Without(revision, report_id);
  std::shared_ptr<const Embargoed> embargoed = held->embargoed->Without(report_id);
  std::vector<std::shared_ptr<const PackedDocument>> active;
  for (const auto& [id, change] : outcome.copies) {
    archive::Document document = archive::Unpack(*FindLatest(id));
    document.duplicate_of.clear();
    document.etag = change.etag;
    document.update_time = change.update_time;
    const std::shared_ptr<const PackedDocument> copy =
        archive::Pack(document, scheme()->themes().size());
    if (document.available_from.has_value()) {
      embargoed = embargoed->With(copy);
      continue;
    }
    history = history->With(revision, *copy, held->archive->FindReport(id));
    if (document.state == archive::ReportState::kActive) {
      active.push_back(copy);
    }
  }
  {
    const MutexLock lock(&snapshot_mutex_);
    auto purged = std::make_shared<PurgedReports>(*purged_);
    purged->insert_or_assign(report_id, outcome.purged);
    purged_ = std::move(purged);
  }
  SwapWritten({archive::UpdateArchive(*held->archive, revision, active, {report_id}),
               std::move(history), std::move(embargoed)});
  WantErased();
}

absl::Status Library::ScrubPurged() {
  if (read_only_) {
    return errors::ReadOnly();
  }
  QUOTES_RETURN_IF_ERROR(CheckReady());
  if (scrub_wanted_.exchange(false)) {
    if (absl::Status status = store_->Scrub(); !status.ok()) {
      scrub_wanted_ = true;
      return status;
    }
  }
  TryErasingAgain();
  return absl::OkStatus();
}

void Library::TryErasingAgain() {
  {
    const MutexLock lock(&merge_mutex_);
    if (!std::exchange(erase_failed_, false)) {
      return;
    }
  }
  WantMerge();
}

void Library::WantErased() {
  if (read_only_ && !options_.own_segments) {
    return;  // the files are somebody else's
  }
  {
    const MutexLock lock(&merge_mutex_);
    ++erase_wanted_;
  }
  WantMerge();
}

absl::Status Library::AwaitErased(const Cancellation& cancellation) {
  TryErasingAgain();
  const MutexLock lock(&merge_mutex_);
  const uint64_t wanted = erase_wanted_;
  while (erased_ < wanted) {
    QUOTES_RETURN_IF_ERROR(cancellation.Check());
    if (stop_ || erase_failed_) {
      return errors::StoreUnavailable("segments could not be written anew");
    }
    erased_or_stop_.WaitFor(&merge_mutex_, kPoll);
  }
  return absl::OkStatus();
}

bool Library::EraseFromSegments() {
  const std::shared_ptr<const PurgedReports> purged = this->purged();
  const auto is_purged = [&purged](std::string_view id) {
    return purged->contains(History::ReportOf(id));
  };
  for (bool more = !purged->empty(); more;) {
    more = false;
    for (const bool of_history : {false, true}) {
      const std::shared_ptr<const Snapshot> held = snapshot();
      const archive::Archive* const archive = !of_history                ? held->archive.get()
                                              : held->history == nullptr ? nullptr
                                                                         : held->history->archive();
      archive::MergePlan plan = archive == nullptr
                                    ? archive::MergePlan()
                                    : archive::MergePlan::Without(*archive, is_purged);
      if (plan.empty()) {
        continue;
      }
      more = true;
      if (!plan.Run(ending_)) {
        return false;
      }
      const MutexLock lock(&write_mutex_);
      AwaitIndexer();
      SwapMerged(of_history, plan);
    }
  }
  return true;
}

}  // namespace quotes
