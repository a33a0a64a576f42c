#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/rpc/convert.h"
#include "service/rpc/handlers.h"
#include "service/rpc/names.h"

namespace quotes::rpc {
namespace {

constexpr absl::Duration kDefaultHeartbeat = absl::Seconds(15);
constexpr absl::Duration kLeastHeartbeat = absl::Seconds(1);
constexpr absl::Duration kMostHeartbeat = absl::Hours(1);

v1::Change::Kind KindOf(const store::AuditEntry& entry) {
  switch (entry.action) {
    case store::AuditAction::kImport:
      return entry.revision_before == 0                      ? v1::Change::KIND_NEW_REPORT
             : entry.revision_before != entry.revision_after ? v1::Change::KIND_NEW_REVISION
                                                             : v1::Change::KIND_REGISTER;
    case store::AuditAction::kWithdraw:
      return v1::Change::KIND_WITHDRAWN;
    case store::AuditAction::kRestore:
      return v1::Change::KIND_RESTORED;
    case store::AuditAction::kCreateDefect:
    case store::AuditAction::kUpdateDefect:
    case store::AuditAction::kDeleteDefect:
      return v1::Change::KIND_REGISTER;
    case store::AuditAction::kTagQuote:
      return v1::Change::KIND_TAGS;
    case store::AuditAction::kRelease:
      return v1::Change::KIND_NEW_REPORT;
    case store::AuditAction::kPurge:
      return v1::Change::KIND_PURGED;
    case store::AuditAction::kSetEmbargo:
      break;
  }
  return v1::Change::KIND_UNSPECIFIED;
}

void AddChange(const store::AuditEntry& entry, v1::WatchChangesResponse* response) {
  v1::Change* const change = response->add_changes();
  change->set_archive_revision(static_cast<int64_t>(entry.archive_revision));
  SetTime(entry.time, change->mutable_time());
  change->set_kind(KindOf(entry));
  change->set_report(ReportName(entry.report_id));
  if (!entry.child.empty()) {
    change->set_child(absl::StrCat(change->report(), "/", entry.child));
  }
  change->set_revision(static_cast<int64_t>(entry.revision_after));
}

constexpr size_t kMarkDigits = 16;
// Of an archive of before there was a trail, and of an empty one.
constexpr char kNoMark[] = "0000000000000000";

// When the change was made, to the microsecond: archives with equal histories up to there have it
// from the same row. Hashed, so that nobody takes it for more than a mark.
std::string MarkOf(const store::AuditEntry& entry) {
  return Sha256Hex(absl::StrCat("change ", entry.archive_revision, " at ",
                                absl::ToUnixMicros(entry.time)))
      .substr(0, kMarkDigits);
}

// That of the change that made an archive revision, which the store has reached.
absl::StatusOr<std::string> FindMark(store::Store& store, uint64_t revision) {
  if (revision == 0) {
    return kNoMark;
  }
  const auto found = store.ListChanges(revision - 1, 1);
  if (GetErrorReason(found.status()) == ErrorReason::kChangesNotKept) {
    return kNoMark;
  }
  QUOTES_RETURN_IF_ERROR(found.status());
  return found->empty() || found->front().archive_revision != revision ? kNoMark
                                                                       : MarkOf(found->front());
}

std::string PositionOf(const ChangeWatch& watch) {
  return absl::StrCat(*watch.since, "-", watch.mark);
}

// Whether it is one; sets what it says.
bool ParsePosition(std::string_view position, ChangeWatch* watch) {
  const size_t dash = position.find('-');
  uint64_t since = 0;
  if (dash == std::string_view::npos ||
      !absl::SimpleAtoi(ToAbsl(position.substr(0, dash)), &since)) {
    return false;
  }
  watch->since = since;
  watch->mark = position.substr(dash + 1);
  return watch->mark.size() == kMarkDigits &&
         watch->mark.find_first_not_of("0123456789abcdef") == std::string::npos &&
         PositionOf(*watch) == position;
}

}  // namespace

absl::StatusOr<ChangeWatch> ToChangeWatch(const v1::WatchChangesRequest& request) {
  ChangeWatch watch;
  if (request.has_since_archive_revision()) {
    if (request.since_archive_revision() < 0) {
      return errors::FieldOutOfRange("since_archive_revision", "at least 0");
    }
    watch.since = static_cast<uint64_t>(request.since_archive_revision());
  }
  if (!request.position().empty()) {
    if (watch.since.has_value()) {
      return errors::FieldInvalid("position", "and since_archive_revision exclude each other");
    }
    if (!ParsePosition(request.position(), &watch)) {
      return errors::FieldInvalid("position", "is not what a message of WatchChanges told");
    }
  }
  watch.heartbeat = kDefaultHeartbeat;
  if (request.has_heartbeat()) {
    // Seconds first: more than a duration holds must not wrap.
    const int64_t seconds = std::clamp<int64_t>(request.heartbeat().seconds(), -1, 1'000'000);
    watch.heartbeat = absl::Seconds(seconds) + absl::Nanoseconds(request.heartbeat().nanos());
    if (watch.heartbeat < kLeastHeartbeat || watch.heartbeat > kMostHeartbeat) {
      return errors::FieldOutOfRange("heartbeat", "from 1 s to 1 h");
    }
  }
  return watch;
}

absl::Status NextChanges(store::Store& store, uint64_t visible, ChangeWatch* watch,
                         v1::WatchChangesResponse* response) {
  uint64_t& since = *watch->since;
  bool is_known = false;
  // What is told of nobody is passed over, however much of it there is.
  for (bool more = true; more && response->changes_size() == 0;) {
    QUOTES_ASSIGN_OR_RETURN(const std::vector<store::AuditEntry> entries,
                            store.ListChanges(since, limits::kMaxWatchChanges));
    if (!std::exchange(is_known, true)) {
      QUOTES_ASSIGN_OR_RETURN(std::string mark, FindMark(store, since));
      if (!watch->mark.empty() && watch->mark != mark) {
        return errors::HistoryChanged(PositionOf(*watch));
      }
      watch->mark = std::move(mark);
    }
    more = entries.size() == limits::kMaxWatchChanges && entries.back().archive_revision <= visible;
    for (const store::AuditEntry& entry : entries) {
      if (entry.archive_revision > visible) {
        break;
      }
      since = entry.archive_revision;
      watch->mark = MarkOf(entry);
      if (!entry.embargoed) {
        AddChange(entry, response);
      }
    }
  }
  response->set_archive_revision(static_cast<int64_t>(since));
  response->set_position(PositionOf(*watch));
  return absl::OkStatus();
}

}  // namespace quotes::rpc
