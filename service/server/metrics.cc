#include "service/server/metrics.h"

#include <prometheus/client_metric.h>
#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>
#include <iterator>
#include <limits>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "service/archive/indexed_archive.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/file.h"
#include "service/base/limits.h"
#include "service/base/mutex.h"
#include "service/base/process_figures.h"
#include "service/report/parser.h"
#include "service/server/connection_guard.h"
#include "service/server/listen_address.h"
#include "service/text/fold.h"

namespace quotes::server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

std::string FolderOf(const std::string& file) {
  const std::string folder = std::filesystem::path(file).parent_path().string();
  return folder.empty() ? "." : folder;
}

double Seconds(absl::Duration duration) { return absl::ToDoubleSeconds(duration); }

double Seconds(absl::Time time) { return absl::ToDoubleSeconds(time - absl::UnixEpoch()); }

// A family that is built value by value.
class Family {
 public:
  Family(MetricType type, std::string name, std::string help) {
    family_.type = type;
    family_.name = std::move(name);
    family_.help = std::move(help);
  }

  Family& Add(double value, Labels labels = {}) {
    ClientMetric& metric = Put(std::move(labels));
    (family_.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    return *this;
  }
  Family& Add(uint64_t value, Labels labels = {}) {
    return Add(static_cast<double>(value), std::move(labels));
  }

  Family& Add(const DurationHistogram::Counts& counts, Labels labels = {}) {
    ClientMetric& metric = Put(std::move(labels));
    uint64_t cumulative = 0;
    for (size_t i = 0; i < counts.buckets.size(); ++i) {
      cumulative += counts.buckets[i];
      metric.histogram.bucket.push_back(
          {cumulative, i < counts.bounds.size() ? static_cast<double>(counts.bounds[i]) / 1e6
                                                : std::numeric_limits<double>::infinity()});
    }
    metric.histogram.sample_count = counts.total;
    metric.histogram.sample_sum = Seconds(counts.sum);
    return *this;
  }

  MetricFamily Take() { return std::move(family_); }

 private:
  ClientMetric& Put(Labels labels) {
    ClientMetric& metric = family_.metric.emplace_back();
    metric.label = std::move(labels);
    return metric;
  }

  MetricFamily family_;
};

std::string Text(std::string_view text) { return std::string(text); }

// Codes that say that the server itself is at fault. They are there from the beginning, at 0: an
// increase from nothing is none to Prometheus.
constexpr int kFaults[] = {2, 13, 15};  // UNKNOWN, INTERNAL, DATA_LOSS

// A snapshot's size; counted once for each.
struct ArchiveSize {
  uint64_t quotes = 0;
  uint64_t code_points = 0;
  uint64_t incomplete = 0;
};

class Source final : public prometheus::Collectable {
 public:
  explicit Source(MetricsOptions options) : options_(std::move(options)) {}

  void SetLibrary(const Library* library) {
    const MutexLock lock(&mutex_);
    library_ = library;
  }

  void SetDraining() { draining_ = true; }

  // Nothing may be thrown or left waiting here: the endpoint's threads are few.
  std::vector<MetricFamily> Collect() const override {
    std::vector<MetricFamily> out;
    AddCalls(options_.services(), &out);
    AddTasks(&out);
    AddProcess(&out);
    const MutexLock lock(&mutex_);
    AddLibrary(&out);
    return out;
  }

 private:
  static void AddCalls(const rpc::ServicesFigures& figures, std::vector<MetricFamily>* out) {
    Family started(MetricType::Counter, "grpc_server_started_total",
                   "Calls that arrived, by method.");
    Family handled(MetricType::Counter, "grpc_server_handled_total",
                   "Calls that ended, by method, status code and role of the caller.");
    Family handling(MetricType::Histogram, "grpc_server_handling_seconds",
                    "How long calls took inside the server, by method and role of the caller.");
    Family in_flight(MetricType::Gauge, "quotes_calls_in_flight",
                     "Calls that have not ended yet, by method.");
    Family received(MetricType::Counter, "quotes_call_received_bytes_total",
                    "Bytes of requests of calls that ended, by method.");
    Family sent(MetricType::Counter, "quotes_call_sent_bytes_total",
                "Bytes of answers, by method.");
    Family faults(MetricType::Counter, "quotes_call_faults_total",
                  "Calls that failed by the server's own fault, by status code.");
    std::vector<uint64_t> fault_counts(std::size(kFaults));
    Family failures(MetricType::Counter, "quotes_call_failures_total",
                    "Calls that failed by no fault of their callers, by method.");
    for (const rpc::MethodFigures& method : figures.methods) {
      const Labels named = {{"grpc_service", Text(method.service)},
                            {"grpc_method", Text(method.method)}};
      Labels typed = named;
      typed.push_back({"grpc_type", Text(method.type)});
      started.Add(method.started, typed);
      failures.Add(method.failures, named);
      in_flight.Add(static_cast<double>(method.in_flight), named);
      received.Add(method.received_bytes, named);
      sent.Add(method.sent_bytes, named);
      for (const rpc::MethodFigures::ByRole& role : method.roles) {
        Labels labels = typed;
        labels.push_back({"caller_role", Text(role.role)});
        handling.Add(role.durations, labels);
        for (size_t code = 0; code < role.codes.size(); ++code) {
          if (role.codes[code] > 0) {
            Labels coded = labels;
            coded.push_back({"grpc_code", Text(rpc::CodeName(static_cast<int>(code)))});
            handled.Add(role.codes[code], std::move(coded));
          }
        }
        for (size_t i = 0; i < fault_counts.size(); ++i) {
          fault_counts[i] += role.codes[static_cast<size_t>(kFaults[i])];
        }
      }
    }
    for (size_t i = 0; i < fault_counts.size(); ++i) {
      faults.Add(fault_counts[i], {{"grpc_code", Text(rpc::CodeName(kFaults[i]))}});
    }
    for (Family* const family :
         {&started, &handled, &handling, &in_flight, &received, &sent, &faults, &failures}) {
      out->push_back(family->Take());
    }

    Family reasons(MetricType::Counter, "quotes_call_errors_total",
                   "Errors that calls were answered with, by the contract's reason.");
    // Those that alerts ask for are told before the first, or a single one would be no increase.
    std::map<std::string_view, uint64_t> counts;
    for (const ErrorReason asked : {ErrorReason::kStorageFull, ErrorReason::kStoreUnavailable,
                                    ErrorReason::kDatabaseCorrupt, ErrorReason::kQueueFull}) {
      counts[ErrorReasonName(asked)] = 0;
    }
    for (const auto& [reason, count] : figures.reasons) {
      counts[reason] = count;
    }
    for (const auto& [reason, count] : counts) {
      reasons.Add(count, {{"reason", Text(reason)}});
    }
    out->push_back(reasons.Take());
    Family verdicts(MetricType::Counter, "quotes_citations_total",
                    "Quotations that were judged, by disposition.");
    for (const auto& [disposition, count] : figures.dispositions) {
      verdicts.Add(count, {{"disposition", disposition}});
    }
    out->push_back(verdicts.Take());

    Family imports(MetricType::Counter, "quotes_imports_total",
                   "Imports that succeeded, by what became of them.");
    for (const auto& [outcome, count] : figures.imports.outcomes) {
      imports.Add(count, {{"outcome", Text(outcome)}});
    }
    out->push_back(imports.Take());
    out->push_back(Family(MetricType::Counter, "quotes_import_source_bytes_total",
                          "Bytes of the sources of imports that changed something.")
                       .Add(figures.imports.source_bytes)
                       .Take());
    out->push_back(Family(MetricType::Histogram, "quotes_import_duration_seconds",
                          "How long imports that succeeded took, from reading to the swap.")
                       .Add(figures.imports.durations)
                       .Take());
    out->push_back(Family(MetricType::Gauge, "quotes_import_bytes_in_flight",
                          "Bytes of sources that calls hold together.")
                       .Add(figures.import_bytes_in_flight)
                       .Take());
    out->push_back(Family(MetricType::Gauge, "quotes_import_bytes_in_flight_limit",
                          "Bytes of sources that calls may hold together; beyond it, refused.")
                       .Add(figures.import_bytes_limit)
                       .Take());

    Family waiting(MetricType::Gauge, "quotes_executor_queue_depth",
                   "Calls that wait for a thread, by executor: read, write.");
    Family capacity(MetricType::Gauge, "quotes_executor_queue_limit",
                    "Calls that may wait for a thread; beyond it, refused with QUEUE_FULL.");
    Family threads(MetricType::Gauge, "quotes_executor_threads", "Threads of an executor.");
    Family busy(MetricType::Gauge, "quotes_executor_threads_busy", "Those that work.");
    Family accepted(MetricType::Counter, "quotes_executor_calls_total",
                    "Calls that an executor took.");
    Family refused(MetricType::Counter, "quotes_executor_refusals_total",
                   "Calls that an executor refused with QUEUE_FULL.");
    for (const rpc::ExecutorFigures& executor : figures.executors) {
      const Labels labels = {{"executor", Text(executor.name)}};
      waiting.Add(uint64_t{executor.figures.waiting}, labels);
      capacity.Add(uint64_t{executor.figures.capacity}, labels);
      threads.Add(uint64_t{executor.figures.threads}, labels);
      busy.Add(uint64_t{executor.figures.busy}, labels);
      accepted.Add(executor.figures.accepted, labels);
      refused.Add(executor.figures.refused, labels);
    }
    for (Family* const family : {&waiting, &capacity, &threads, &busy, &accepted, &refused}) {
      out->push_back(family->Take());
    }
  }

  // What the server does by itself.
  void AddTasks(std::vector<MetricFamily>* out) const {
    Family failing(MetricType::Gauge, "quotes_task_failing",
                   "Whether the last try of something that the server does by itself failed.");
    Family failures(MetricType::Counter, "quotes_task_failures_total",
                    "Tries of what the server does by itself that failed.");
    Family success(MetricType::Gauge, "quotes_task_last_success_timestamp_seconds",
                   "When it last succeeded in this process, in seconds since the Unix epoch.");
    if (options_.tasks) {
      for (const TaskOutcomes::Figures& task : options_.tasks()) {
        const Labels labels = {{"task", Text(task.name)}};
        failing.Add(task.failing ? 1.0 : 0.0, labels);
        failures.Add(task.failures, labels);
        if (task.last_success.has_value()) {
          success.Add(Seconds(*task.last_success), labels);
        }
      }
    }
    out->push_back(failing.Take());
    out->push_back(failures.Take());
    out->push_back(success.Take());
    if (const absl::Duration every =
            options_.backup_every ? options_.backup_every() : absl::ZeroDuration();
        every > absl::ZeroDuration()) {
      out->push_back(Family(MetricType::Gauge, "quotes_backup_interval_seconds",
                            "How often backups are to be made by themselves.")
                         .Add(absl::ToDoubleSeconds(every))
                         .Take());
      if (const std::optional<absl::Time> last = options_.last_backup(); last.has_value()) {
        out->push_back(Family(MetricType::Gauge, "quotes_backup_last_timestamp_seconds",
                              "When the newest backup in the folder was made by itself, in seconds "
                              "since the Unix epoch.")
                           .Add(Seconds(*last))
                           .Take());
      }
    }
    if (const std::optional<absl::Time> published =
            options_.published ? options_.published() : std::nullopt;
        published.has_value()) {
      out->push_back(Family(MetricType::Gauge, "quotes_replica_snapshot_timestamp_seconds",
                            "When the writer published the snapshot that is served, in seconds "
                            "since the Unix epoch.")
                         .Add(Seconds(*published))
                         .Take());
    }
    if (const std::optional<uint64_t> free =
            options_.database.empty() ? std::nullopt : FreeBytes(FolderOf(options_.database));
        free.has_value()) {
      out->push_back(Family(MetricType::Gauge, "quotes_storage_free_bytes",
                            "Bytes that are free on the file system of the database.")
                         .Add(*free)
                         .Take());
    }
    if (options_.certificate_expires) {
      out->push_back(Family(MetricType::Gauge, "quotes_certificate_expiry_timestamp_seconds",
                            "When the server's certificate ends, in seconds since the Unix epoch.")
                         .Add(Seconds(options_.certificate_expires()))
                         .Take());
    }
  }

  void AddProcess(std::vector<MetricFamily>* out) const {
    const ProcessFigures process = ReadProcessFigures();
    const auto gauge = [out](std::string name, std::string help, double value) {
      out->push_back(Family(MetricType::Gauge, std::move(name), std::move(help)).Add(value).Take());
    };
    gauge("process_resident_memory_bytes", "Resident memory size in bytes.",
          static_cast<double>(process.resident_bytes));
    gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.",
          static_cast<double>(process.virtual_bytes));
    gauge("quotes_memory_limit_bytes",
          "Memory that the process may have: the limit of its control group, else the machine's.",
          static_cast<double>(process.memory_limit_bytes));
    gauge("process_open_fds", "Number of open file descriptors.",
          static_cast<double>(process.open_fds));
    gauge("process_max_fds", "Maximum number of open file descriptors.",
          static_cast<double>(process.max_fds));
    gauge("process_threads", "Number of threads.", static_cast<double>(process.threads));
    gauge("process_start_time_seconds",
          "Start time of the process since the Unix epoch in seconds.",
          Seconds(process.start_time));
    out->push_back(Family(MetricType::Counter, "process_cpu_seconds_total",
                          "Total user and system CPU time spent in seconds.")
                       .Add(Seconds(process.cpu))
                       .Take());
    out->push_back(
        Family(MetricType::Gauge, "quotes_build_info", "1, with what answers depend on as labels.")
            .Add(1.0, {{"version", options_.version},
                       {"fold_version", Text(text::FoldVersion())},
                       {"parser_version", Text(report::ParserVersion())}})
            .Take());
    const ConnectionGuard::Figures connections = ConnectionGuard::ReadFigures();
    gauge("quotes_connection_held_bytes",
          "Bytes of calls of all connections that have not been answered.",
          static_cast<double>(connections.held_bytes));
    Family closed(MetricType::Counter, "quotes_connections_closed_total",
                  "Connections that were closed because they took too much, by reason.");
    for (const auto& [reason, count] : connections.closed) {
      closed.Add(count, {{"reason", Text(reason)}});
    }
    out->push_back(closed.Take());
    if (options_.lost_log_lines) {
      out->push_back(Family(MetricType::Counter, "quotes_log_lines_lost_total",
                            "Lines of the log that were dropped because writing fell behind.")
                         .Add(options_.lost_log_lines())
                         .Take());
    }
  }

  void AddLibrary(std::vector<MetricFamily>* out) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto gauge = [out](std::string name, std::string help, double value) {
      out->push_back(Family(MetricType::Gauge, std::move(name), std::move(help)).Add(value).Take());
    };
    gauge("quotes_serving_lookups", "Whether look-ups are answered, 1 or 0.",
          library_ == nullptr ? 0 : 1);
    gauge("quotes_ready", "Whether everything is answered, 1 or 0: all is loaded and checked.",
          library_ != nullptr && library_->CheckReady().ok() ? 1 : 0);
    gauge("quotes_draining", "Whether the server was told to end and calls should go elsewhere.",
          draining_ ? 1 : 0);
    if (library_ == nullptr) {
      return;
    }
    const std::shared_ptr<const archive::Archive> archive = library_->archive();
    const ArchiveSize size = SizeOf(archive);
    gauge("quotes_archive_revision", "Archive revision that look-ups see.",
          static_cast<double>(archive->revision()));
    gauge("quotes_archive_reports", "Active reports.",
          static_cast<double>(archive->documents().size()));
    gauge("quotes_archive_incomplete_reports", "Active reports whose text stops before its end.",
          static_cast<double>(size.incomplete));
    gauge("quotes_archive_quotes", "Quotes of active reports.", static_cast<double>(size.quotes));
    gauge("quotes_archive_code_points", "Characters of joined text of active reports.",
          static_cast<double>(size.code_points));
    gauge("quotes_archive_segments", "Segments that every look-up asks.",
          static_cast<double>(archive::SegmentCount(*archive)));
    Family memory(MetricType::Gauge, "quotes_archive_memory_bytes",
                  "Bytes of the segments, mapped files included, by structure.");
    for (const auto& [structure, bytes] : archive::MemoryUse(*archive)) {
      memory.Add(uint64_t{bytes},
                 {{"structure", absl::StrReplaceAll(ToAbsl(structure), {{" ", "_"}})}});
    }
    out->push_back(memory.Take());

    out->push_back(Family(MetricType::Gauge, "quotes_theme_scheme_info",
                          "1, with the version of the themes, the house's included, as a label.")
                       .Add(1.0, {{"theme_scheme", Text(library_->scheme()->version())}})
                       .Take());

    const LibraryFigures figures = library_->ReadFigures();
    gauge("quotes_snapshot_timestamp_seconds",
          "Since when look-ups see the present snapshot, in seconds since the Unix epoch.",
          Seconds(figures.snapshot_time));
    Family load(MetricType::Gauge, "quotes_load_duration_seconds",
                "How long the last start took until look-ups were answered, and until all was.");
    if (figures.lookups_load.has_value()) {
      load.Add(Seconds(*figures.lookups_load), {{"phase", "lookups"}});
    }
    if (figures.whole_load.has_value()) {
      load.Add(Seconds(*figures.whole_load), {{"phase", "all"}});
    }
    out->push_back(load.Take());
    out->push_back(Family(MetricType::Histogram, "quotes_merge_duration_seconds",
                          "How long merges of segments took.")
                       .Add(figures.merges)
                       .Take());
    out->push_back(Family(MetricType::Histogram, "quotes_relabel_duration_seconds",
                          "How long it took to give all quotes their themes anew.")
                       .Add(figures.relabels)
                       .Take());

    const store::StoreFigures store = library_->store_figures();
    gauge("quotes_sqlite_file_bytes", "Size of the database file.",
          static_cast<double>(store.file_bytes));
    gauge("quotes_sqlite_wal_bytes",
          "Size of the write-ahead log; it is used anew after a checkpoint, not cut.",
          static_cast<double>(store.wal_bytes));
    gauge("quotes_sqlite_memory_bytes", "Memory of SQLite, its page caches included.",
          static_cast<double>(store.memory_bytes));
    const auto counter = [out](std::string name, std::string help, uint64_t value) {
      out->push_back(
          Family(MetricType::Counter, std::move(name), std::move(help)).Add(value).Take());
    };
    counter("quotes_sqlite_page_cache_hits_total", "Pages that were found in a page cache.",
            store.cache_hits);
    counter("quotes_sqlite_page_cache_misses_total", "Pages that had to be read.",
            store.cache_misses);
    counter("quotes_sqlite_pages_written_total", "Pages that were written, to log or file.",
            store.pages_written);
  }

  ArchiveSize SizeOf(const std::shared_ptr<const archive::Archive>& archive) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (counted_.lock() != archive) {
      size_ = {};
      for (const archive::PackedDocument* const document : archive->documents()) {
        size_.quotes += document->size();
        size_.code_points += document->joined().size();
      }
      size_.incomplete = archive->CoverageOf({}).incomplete_reports;
      counted_ = archive;
    }
    return size_;
  }

  const MetricsOptions options_;
  std::atomic<bool> draining_{false};
  mutable Mutex mutex_;
  const Library* library_ ABSL_GUARDED_BY(mutex_) = nullptr;
  mutable std::weak_ptr<const archive::Archive> counted_ ABSL_GUARDED_BY(mutex_);
  mutable ArchiveSize size_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

struct Metrics::Rep {
  std::shared_ptr<Source> source;
  std::unique_ptr<prometheus::Exposer> exposer;  // ends first
};

Metrics::Metrics(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
Metrics::~Metrics() = default;

absl::StatusOr<std::vector<std::string>> ResolveMetricsListen(std::string_view listen) {
  absl::StatusOr<ListenAddress> address = ResolveListenAddress(listen);
  if (!address.ok()) {
    return address.status();
  }
  std::vector<std::string>& numeric = address->numeric;
  numeric.erase(std::remove_if(numeric.begin(), numeric.end(),
                               [](const std::string& one) { return one.starts_with('['); }),
                numeric.end());
  if (numeric.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(ToAbsl(listen), " has no IPv4 address, and metrics are served by IPv4 only"));
  }
  return std::move(numeric);
}

absl::StatusOr<std::unique_ptr<Metrics>> Metrics::Start(MetricsOptions options) {
  const std::string listen = options.listen;
  absl::StatusOr<std::vector<std::string>> numeric = ResolveMetricsListen(listen);
  if (!numeric.ok()) {
    return numeric.status();
  }
  if (listen.ends_with(":0")) {
    numeric->resize(1);  // each address would get a port of its own
  }
  auto rep = std::make_unique<Rep>();
  rep->source = std::make_shared<Source>(std::move(options));
  try {
    rep->exposer = std::make_unique<prometheus::Exposer>(std::vector<std::string>{
        "listening_ports", absl::StrJoin(*numeric, ","), "num_threads",
        absl::StrCat(limits::kMetricsThreads), "connection_queue",
        absl::StrCat(limits::kMetricsConnections), "request_timeout_ms",
        absl::StrCat(limits::kMetricsRequestMs), "max_request_size",
        absl::StrCat(limits::kMaxMetricsRequestBytes), "enable_keep_alive", "no"});
    rep->exposer->RegisterCollectable(rep->source);
  } catch (const std::exception& error) {
    for (const std::string& address : *numeric) {
      const absl::Status why = ProbeListenAddress(address);
      if (!why.ok()) {
        return why;
      }
    }
    return absl::FailedPreconditionError(
        absl::StrCat("cannot serve metrics on ", listen, ": ", error.what()));
  }
  return std::unique_ptr<Metrics>(new Metrics(std::move(rep)));
}

void Metrics::SetLibrary(const Library* library) { rep_->source->SetLibrary(library); }

void Metrics::SetDraining() { rep_->source->SetDraining(); }

int Metrics::port() const {
  const std::vector<int> ports = rep_->exposer->GetListeningPorts();
  return ports.empty() ? 0 : ports.front();
}

}  // namespace quotes::server
