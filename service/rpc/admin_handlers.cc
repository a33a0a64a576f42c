#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/archive/indexed_archive.h"
#include "service/base/errors.h"
#include "service/base/file.h"
#include "service/base/process_figures.h"
#include "service/base/status_macros.h"
#include "service/report/parser.h"
#include "service/rpc/convert.h"
#include "service/rpc/handlers.h"
#include "service/text/fold.h"

namespace quotes::rpc {
namespace {

using v1::GetStatusResponse;

int64_t Signed(uint64_t value) { return static_cast<int64_t>(value); }

void SetDuration(absl::Duration duration, google::protobuf::Duration* out) {
  const int64_t seconds = absl::ToInt64Seconds(duration);
  out->set_seconds(seconds);
  out->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration - absl::Seconds(seconds))));
}

void SetWork(const DurationHistogram::Counts& counts, GetStatusResponse::WorkFigures* out) {
  out->set_count(Signed(counts.total));
  SetDuration(counts.sum, out->mutable_total_duration());
  SetDuration(counts.Quantile(0.5), out->mutable_median_duration());
  SetDuration(counts.Quantile(0.95), out->mutable_p95_duration());
}

void SetServices(const ServicesFigures& figures, GetStatusResponse* response) {
  std::vector<std::pair<uint64_t, const MethodFigures*>> methods;
  for (const MethodFigures& method : figures.methods) {
    const uint64_t ended = method.ended();
    if (ended > 0 || method.in_flight > 0) {
      methods.emplace_back(ended, &method);
    }
  }
  std::stable_sort(methods.begin(), methods.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [ended, method] : methods) {
    GetStatusResponse::MethodFigures& out = *response->add_methods();
    const DurationHistogram::Counts durations = method->durations();
    out.set_service(std::string(method->service));
    out.set_method(std::string(method->method));
    out.set_call_count(Signed(ended));
    out.set_failed_count(Signed(method->failed()));
    out.set_in_flight_count(method->in_flight);
    out.set_last_minute_count(Signed(method->last_minute));
    SetDuration(durations.Quantile(0.5), out.mutable_median_duration());
    SetDuration(durations.Quantile(0.95), out.mutable_p95_duration());
    SetDuration(durations.Quantile(0.99), out.mutable_p99_duration());
    out.set_received_bytes(Signed(method->received_bytes));
    out.set_sent_bytes(Signed(method->sent_bytes));
  }
  for (const ExecutorFigures& executor : figures.executors) {
    GetStatusResponse::ExecutorFigures& out = *response->add_executors();
    out.set_name(std::string(executor.name));
    out.set_thread_count(Signed(executor.figures.threads));
    out.set_busy_count(Signed(executor.figures.busy));
    out.set_waiting_count(Signed(executor.figures.waiting));
    out.set_queue_limit(Signed(executor.figures.capacity));
    out.set_refused_count(Signed(executor.figures.refused));
  }
  SetWork(figures.imports.durations, response->mutable_imports());
}

void SetLibrary(const Library& library, const archive::Archive& archive,
                GetStatusResponse* response) {
  const LibraryFigures figures = library.ReadFigures();
  response->set_ready(library.CheckReady().ok());
  SetTime(figures.snapshot_time, response->mutable_archive_time());
  if (figures.lookups_load.has_value()) {
    SetDuration(*figures.lookups_load, response->mutable_lookups_load_duration());
  }
  if (figures.whole_load.has_value()) {
    SetDuration(*figures.whole_load, response->mutable_load_duration());
  }
  response->set_segment_count(Signed(archive::SegmentCount(archive)));
  size_t bytes = 0;
  for (const auto& [structure, held] : archive::MemoryUse(archive)) {
    bytes += held;
  }
  response->set_segment_bytes(Signed(bytes));
  SetWork(figures.merges, response->mutable_merges());
  SetWork(figures.relabels, response->mutable_relabels());
  const store::StoreFigures store = library.store_figures();
  response->mutable_store()->set_file_bytes(Signed(store.file_bytes));
  response->mutable_store()->set_log_bytes(Signed(store.wal_bytes));
  response->mutable_store()->set_memory_bytes(Signed(store.memory_bytes));
  response->mutable_store()->set_cache_hit_count(Signed(store.cache_hits));
  response->mutable_store()->set_cache_miss_count(Signed(store.cache_misses));
}

v1::ReloadResponse::Source::Kind ToProto(ReloadedFiles::Kind kind) {
  using Source = v1::ReloadResponse::Source;
  switch (kind) {
    case ReloadedFiles::Kind::kCertificate:
      return Source::KIND_CERTIFICATE;
    case ReloadedFiles::Kind::kTokens:
      return Source::KIND_TOKENS;
    case ReloadedFiles::Kind::kSignedTokenKeys:
      return Source::KIND_SIGNED_TOKEN_KEYS;
    case ReloadedFiles::Kind::kThemes:
      return Source::KIND_THEMES;
    case ReloadedFiles::Kind::kConfiguration:
      return Source::KIND_CONFIGURATION;
    case ReloadedFiles::Kind::kProfiles:
      return Source::KIND_PROFILES;
  }
  return Source::KIND_UNSPECIFIED;
}

void SetProcess(const ProcessFigures& figures, GetStatusResponse::ProcessFigures* out) {
  out->set_resident_bytes(Signed(figures.resident_bytes));
  SetDuration(figures.cpu, out->mutable_cpu_duration());
  out->set_open_fd_count(Signed(figures.open_fds));
  out->set_max_fd_count(Signed(figures.max_fds));
  out->set_thread_count(Signed(figures.threads));
}

}  // namespace

absl::Status GetStatus(CallContext& call, const v1::GetStatusRequest& /*request*/,
                       v1::GetStatusResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const store::StoreStatus store, call.library.store().Status());
  response->set_version(call.options.program_version);
  SetTime(call.options.start_time, response->mutable_start_time());
  SetDuration(call.options.since_start.Elapsed(), response->mutable_uptime());
  response->set_read_only(store.read_only);
  response->set_storage_engine(store.engine + " " + store.engine_version);
  if (call.role == Role::kAdmin) {
    response->set_storage_location(store.location);
    response->set_followed_folder(call.options.followed_folder);
  }
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
  SetLibrary(call.library, *call.archive, response);
  if (call.figures != nullptr) {
    SetServices(call.figures->ReadFigures(), response);
  }
  SetProcess(ReadProcessFigures(), response->mutable_process());
  if (call.options.replica_state) {
    if (const auto replica = call.options.replica_state(); replica.has_value()) {
      const absl::Time published = replica->manifest.publish_time();
      SetTime(published, response->mutable_snapshot_time());
      SetDuration(std::max(absl::Now() - published, absl::ZeroDuration()),
                  response->mutable_snapshot_age());
    }
  }
  if (call.options.backups != nullptr) {
    // An nullopt is before every time.
    const std::optional<absl::Time> last =
        std::max(call.options.backups->last(), call.options.backups->last_scheduled());
    if (last.has_value()) {
      SetTime(*last, response->mutable_last_backup_time());
    }
  }
  if (call.options.tasks) {
    for (const TaskFigures& task : call.options.tasks()) {
      GetStatusResponse::TaskFigures& out = *response->add_tasks();
      out.set_name(std::string(task.name));
      out.set_failing(task.failing);
      out.set_failure_count(Signed(task.failures));
      if (task.last_success.has_value()) {
        SetTime(*task.last_success, out.mutable_last_success_time());
      }
      if (call.role == Role::kAdmin) {
        out.set_last_error(task.last_error);
      }
    }
  }
  if (const std::optional<uint64_t> free = FreeBytes(store.location); free.has_value()) {
    response->set_storage_free_bytes(Signed(*free));
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
  response->set_themes_folder(backup.themes_folder);
  response->set_size_bytes(static_cast<int64_t>(backup.copy.size_bytes));
  response->set_sha256(backup.copy.sha256);
  response->set_archive_revision(static_cast<int64_t>(backup.copy.archive_revision));
  SetDuration(backup.duration, response->mutable_duration());
  return absl::OkStatus();
}

absl::Status Reload(CallContext& call, const v1::ReloadRequest& /*request*/,
                    v1::ReloadResponse* response) {
  if (!call.options.reload) {
    return absl::OkStatus();
  }
  for (const ReloadedFiles& files : call.options.reload(call.cancellation)) {
    v1::ReloadResponse::Source& source = *response->add_sources();
    source.set_kind(ToProto(files.kind));
    for (const std::string& path : files.paths) {
      source.add_paths(path);
    }
    if (!files.status.ok()) {
      source.set_error(std::string(files.status.message()));
    }
    for (const std::string& key : files.need_restart) {
      source.add_need_restart(key);
    }
  }
  return absl::OkStatus();
}

}  // namespace quotes::rpc
