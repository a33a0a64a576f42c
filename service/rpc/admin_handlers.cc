#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/errors.h"
#include "service/base/status_macros.h"
#include "service/report/parser.h"
#include "service/rpc/convert.h"
#include "service/rpc/handlers.h"
#include "service/text/fold.h"

namespace quotes::rpc {
namespace {

void SetDuration(absl::Duration duration, google::protobuf::Duration* out) {
  const int64_t seconds = absl::ToInt64Seconds(duration);
  out->set_seconds(seconds);
  out->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration - absl::Seconds(seconds))));
}

}  // namespace

absl::Status GetStatus(CallContext& call, const v1::GetStatusRequest& /*request*/,
                       v1::GetStatusResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const store::StoreStatus store, call.library.store().Status());
  response->set_version(call.options.program_version);
  SetTime(call.options.start_time, response->mutable_start_time());
  SetDuration(absl::Now() - call.options.start_time, response->mutable_uptime());
  response->set_read_only(store.read_only);
  response->set_storage_engine(store.engine + " " + store.engine_version);
  response->set_storage_location(store.location);
  response->set_schema_version(store.schema_version);
  response->set_storage_size_bytes(static_cast<int64_t>(store.size_bytes));
  response->set_archive_revision(static_cast<int64_t>(call.archive->revision()));
  response->set_report_count(static_cast<int64_t>(call.archive->documents().size()));
  response->set_revision_count(static_cast<int64_t>(store.revisions));
  size_t quotes = 0;
  size_t code_points = 0;
  for (const auto& document : call.archive->documents()) {
    quotes += document->size();
    code_points += document->joined().size();
  }
  response->set_quote_count(static_cast<int64_t>(quotes));
  response->set_code_point_count(static_cast<int64_t>(code_points));
  response->set_scheme_version(call.archive->scheme().version());
  response->set_fold_version(std::string(text::FoldVersion()));
  response->set_parser_version(std::string(report::ParserVersion()));
  response->set_followed_folder(call.options.followed_folder);
  if (call.options.replica_state) {
    if (const auto replica = call.options.replica_state(); replica.has_value()) {
      const absl::Time published = replica->manifest.publish_time();
      SetTime(published, response->mutable_snapshot_time());
      SetDuration(std::max(absl::Now() - published, absl::ZeroDuration()),
                  response->mutable_snapshot_age());
    }
  }
  if (call.options.backups != nullptr) {
    if (const auto last = call.options.backups->last(); last.has_value()) {
      SetTime(*last, response->mutable_last_backup_time());
    }
  }
  return absl::OkStatus();
}

absl::Status Backup(CallContext& call, const v1::BackupRequest& request,
                    v1::BackupResponse* response) {
  if (call.options.backups == nullptr) {
    return errors::BackupNotConfigured();
  }
  QUOTES_ASSIGN_OR_RETURN(
      const quotes::Backup backup,
      call.options.backups->Make(call.library.store(), request.file_name(), call.cancellation));
  response->set_file_name(backup.file_name);
  response->set_size_bytes(static_cast<int64_t>(backup.copy.size_bytes));
  response->set_sha256(backup.copy.sha256);
  response->set_archive_revision(static_cast<int64_t>(backup.copy.archive_revision));
  SetDuration(backup.duration, response->mutable_duration());
  return absl::OkStatus();
}

}  // namespace quotes::rpc
