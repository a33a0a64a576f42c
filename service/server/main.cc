// quoted: the server program.

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/base/absl_string.h"
#include "service/base/cancellation.h"
#include "service/base/mutex.h"
#include "service/base/stopwatch.h"
#include "service/base/ticker.h"
#include "service/citation/profiles.h"
#include "service/library/library.h"
#include "service/server/config.h"
#include "service/server/connection_guard.h"
#include "service/server/credential_files.h"
#include "service/server/life_cycle.h"
#include "service/server/listen_address.h"
#include "service/server/live_config.h"
#include "service/server/log.h"
#include "service/server/metrics.h"
#include "service/server/reloader.h"
#include "service/server/server.h"
#include "service/server/service_manager.h"
#include "service/server/task_outcomes.h"
#include "service/server/token_command.h"
#include "service/store/store.h"
#include "service/themes/scheme.h"

namespace quotes::server {
namespace {

constexpr int kExitOptions = 2;
constexpr int kExitStart = 3;

int Fail(int code, absl::string_view message) {
  std::fprintf(stderr, "quoted: %s\n", std::string(message).c_str());
  return code;
}

std::optional<std::string> Environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// The signals that end the server, and SIGHUP. They are blocked before the first thread starts, so
// that all threads inherit that and only Wait() gets them.
class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGHUP);
    sigaddset(&set_, kWake);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }

  // Returns nullopt after a Wake() and after a SIGHUP, which TakeHangup() tells.
  std::optional<std::string_view> Wait() {
    int signal = 0;
    while (sigwait(&set_, &signal) != 0) {
    }
    if (signal == SIGHUP) {
      hangup_ = true;
    }
    if (signal == kWake || signal == SIGHUP) {
      return std::nullopt;
    }
    return signal == SIGINT ? "SIGINT" : "SIGTERM";
  }
  // Whether there was a SIGHUP since the last call.
  bool TakeHangup() { return hangup_.exchange(false); }
  // From any thread, at any time.
  static void Wake() { kill(getpid(), kWake); }

  // The next signal ends the process at once.
  void Release() const {
    const sigset_t ends = Ends();
    pthread_sigmask(SIG_UNBLOCK, &ends, nullptr);
  }

  // Waits for a second signal, but not longer than `limit`.
  bool WaitFor(absl::Duration limit) const {
    const timespec time = absl::ToTimespec(limit);
    const sigset_t ends = Ends();
    return sigtimedwait(&ends, nullptr, &time) > 0;
  }

 private:
  static constexpr int kWake = SIGUSR1;

  sigset_t Ends() const {
    sigset_t ends = set_;
    sigdelset(&ends, kWake);
    sigdelset(&ends, SIGHUP);
    return ends;
  }

  sigset_t set_ = {};
  std::atomic<bool> hangup_{false};
};

// While it lives a signal ends the process at once, or the first one calls `stop`, which may be
// null. What is begun meanwhile may start threads, which must not get the signals either: one
// thread waits for them, and nobody's mask changes.
class EndAtOnce {
 public:
  explicit EndAtOnce(EndSignals* signals, std::function<void()> stop = nullptr)
      : thread_([this, signals, stop = std::move(stop)] {
          while (!done_) {
            const std::optional<std::string_view> signal = signals->Wait();
            if (signal.has_value() && stop && !stopped_) {
              name_ = *signal;
              stopped_ = true;
              stop();
            } else if (signal.has_value()) {
              signals->Release();
              static_cast<void>(raise(SIGTERM));
            }
          }
        }) {}
  ~EndAtOnce() {
    done_ = true;
    EndSignals::Wake();
    thread_.join();
  }
  EndAtOnce(const EndAtOnce&) = delete;
  EndAtOnce& operator=(const EndAtOnce&) = delete;

  // The signal that called `stop`.
  std::optional<std::string_view> stopped() const {
    return stopped_ ? std::optional(name_) : std::nullopt;
  }

 private:
  std::atomic<bool> done_{false};
  std::atomic<bool> stopped_{false};
  std::string_view name_;
  std::thread thread_;
};

// How loading ended, told by a thread of the library to the one that waits for signals.
class Readiness {
 public:
  void Set(const absl::Status& status) {
    {
      const MutexLock lock(&mutex_);
      status_ = status;
    }
    EndSignals::Wake();
  }

  // Once; nullopt while it is not known.
  std::optional<absl::Status> Take() {
    const MutexLock lock(&mutex_);
    return std::exchange(status_, std::nullopt);
  }

 private:
  Mutex mutex_;
  std::optional<absl::Status> status_ ABSL_GUARDED_BY(mutex_);
};

// Protobuf reports malformed texts of requests on standard error; callers get an error instead.
void IgnoreProtobufLog(google::protobuf::LogLevel level, const char* file, int line,
                       const std::string& message) {
  if (level == google::protobuf::LOGLEVEL_FATAL) {
    std::fprintf(stderr, "%s:%d: %s\n", file, line, message.c_str());
  }
}

constexpr int kGrpcMessagesPerSecond = 5;

// A message of gRPC without what a caller sent: it quotes the values of metadata behind these words
// and nothing of its own follows them.
std::string_view WithoutCallersText(std::string_view message) {
  size_t end = message.size();
  for (const std::string_view before : {"value=", "value:"}) {
    if (const size_t found = message.find(before); found != std::string_view::npos) {
      end = std::min(end, found + before.size());
    }
  }
  return message.substr(0, end);
}

// Sends gRPC's own messages to a log as long as it lives. gRPC knows only a plain function, and its
// threads outlive the server, hence the global pointer with a lock.
class GrpcMessages {
 public:
  explicit GrpcMessages(Log* log) {
    SetLog(log);
    gpr_set_log_function([](gpr_log_func_args* args) {
      const bool is_error = args->severity == GPR_LOG_SEVERITY_ERROR;
      MutexLock lock(&mutex_);
      if (log_ == nullptr || (is_error && !MayWrite())) {
        return;
      }
      JsonLine fields;
      fields.Add("message", WithoutCallersText(args->message));
      if (left_out_ > 0) {
        fields.Add("left_out", std::exchange(left_out_, 0));
      }
      log_->Write(is_error ? LogLevel::kWarning : LogLevel::kDebug, "grpc", fields);
    });
  }
  ~GrpcMessages() { SetLog(nullptr); }
  GrpcMessages(const GrpcMessages&) = delete;
  GrpcMessages& operator=(const GrpcMessages&) = delete;

 private:
  static void SetLog(Log* log) {
    MutexLock lock(&mutex_);
    log_ = log;
  }

  // Strangers cause these messages, as many as they like: some a second, the rest are counted.
  static bool MayWrite() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (second_.Elapsed() >= absl::Seconds(1)) {
      second_.Restart();
      written_ = 0;
    }
    if (written_ < kGrpcMessagesPerSecond) {
      ++written_;
      return true;
    }
    ++left_out_;
    return false;
  }

  static inline Mutex mutex_;
  static inline Log* log_ ABSL_GUARDED_BY(mutex_) = nullptr;
  static inline Stopwatch second_ ABSL_GUARDED_BY(mutex_);
  static inline int written_ ABSL_GUARDED_BY(mutex_) = 0;
  static inline int64_t left_out_ ABSL_GUARDED_BY(mutex_) = 0;
};

rpc::LiveOptions ToLiveOptions(const Config& config) {
  return {.slow_call =
              config.slow_call > absl::ZeroDuration() ? config.slow_call : absl::InfiniteDuration(),
          .upload_idle = config.limits.upload_idle,
          .max_calls = config.limits.max_calls,
          .max_calls_per_caller = config.limits.max_calls_per_caller,
          .max_watches = config.limits.max_watches};
}

// What is read of a larger source leaves small pieces that no threshold gives back. Some seconds
// later, when the call has let go of its own, they are swept up.
constexpr uint64_t kLargeImportBytes = 1 << 20;
constexpr absl::Duration kSweepEvery = absl::Seconds(10);

// `read_again` reads the options anew from where `command` came from.
int Serve(const CommandLine& command, std::function<absl::StatusOr<Config>()> read_again,
          EndSignals& signals) {
  const Config& config = command.config;
  if (const absl::Status status = CheckAccess(config); !status.ok()) {
    return Fail(kExitOptions, status.message());
  }
  if (!config.metrics_listen.empty()) {
    if (const absl::Status resolved = ResolveMetricsListen(config.metrics_listen).status();
        !resolved.ok()) {
      return Fail(kExitOptions, absl::StrCat("--metrics-listen: ", resolved.message()));
    }
  }
  if (const absl::Status status = LifeCycle::Check(config); !status.ok()) {
    return Fail(kExitOptions, status.message());
  }
  citation::Profiles profiles;
  if (!config.profiles.empty()) {
    absl::StatusOr<citation::Profiles> read = citation::Profiles::ReadFile(config.profiles);
    if (!read.ok()) {
      return Fail(kExitOptions, read.status().message());
    }
    profiles = *std::move(read);
  }
  absl::StatusOr<std::shared_ptr<const themes::Scheme>> scheme =
      themes::Scheme::ReadHouse(themes::HouseFolder(config.database));
  if (!scheme.ok()) {
    return Fail(kExitOptions, scheme.status().message());
  }
  absl::StatusOr<std::unique_ptr<Log>> log = Log::Open(config);
  if (!log.ok()) {
    return Fail(kExitOptions, log.status().message());
  }
  Log& out = **log;
  TaskOutcomes tasks;  // outlives all that records in it
  tasks.Record(Task::kThemes, absl::OkStatus());
  LogThemeFindings(themes::HouseFolder(config.database), &out);
  std::optional<GrpcMessages> grpc_messages(&out);
  std::unique_ptr<CredentialFiles> credentials;
  const auto fail_start = [&](const absl::Status& status, int code = kExitStart) {
    out.Write(LogLevel::kError, "start_failed", JsonLine().Add("error", ToStd(status.message())));
    credentials.reset();
    grpc_messages.reset();
    log->reset();  // what is logged stands before the last line
    return Fail(code, status.message());
  };
  out.Write(LogLevel::kInfo, "start",
            JsonLine()
                .Add("version", ProgramVersion())
                .Add("database", config.database)
                .Add("theme_scheme", (*scheme)->version())
                .Add("read_only", config.read_only || !config.follow.empty())
                .Add("replica", !config.follow.empty()));
  absl::StatusOr<std::unique_ptr<CredentialFiles>> opened =
      CredentialFiles::Open(config, &out, &tasks);
  if (!opened.ok()) {
    return fail_start(opened.status(), kExitOptions);
  }
  credentials = *std::move(opened);

  // Before the first listener. It outlives the server, which is declared behind it.
  const ConnectionGuard connection_guard(
      {.max_streams = config.limits.max_streams,
       .max_metadata_bytes = config.limits.max_metadata_bytes,
       .max_connection_bytes = config.limits.max_connection_bytes,
       .max_transport_bytes = config.limits.max_transport_bytes,
       .connections_a_second = config.limits.connection_rate,
       .connections_at_once = config.limits.connection_burst,
       .on_closed = [&out](std::string_view reason, int64_t closed) {
         if (reason == "files") {
           out.Write(LogLevel::kWarning, "connections_refused",
                     JsonLine()
                         .Add("refused", closed)
                         .Add("open_files", ConnectionGuard::open_files())
                         .Add("kept_files", ConnectionGuard::kept_files()));
         } else {
           out.Write(LogLevel::kWarning, "connections_closed",
                     JsonLine().Add("closed", closed).Add("reason", reason));
         }
       }});

  absl::StatusOr<std::unique_ptr<LifeCycle>> life_cycle = LifeCycle::Open(config, &out, &tasks);
  if (!life_cycle.ok()) {
    return fail_start(life_cycle.status());
  }
  LifeCycle& life = **life_cycle;
  std::unique_ptr<store::Store> store;
  const auto open_store = [&life, &store] {
    absl::StatusOr<std::unique_ptr<store::Store>> found = life.OpenStore();
    if (!found.ok()) {
      return found.status();
    }
    store = *std::move(found);
    return absl::OkStatus();
  };
  // A replica may have to wait for its first snapshot: it does so behind the port.
  if (!life.is_replica()) {
    if (const absl::Status status = open_store(); !status.ok()) {
      return fail_start(status);
    }
  }
  // Both outlive the server, whose calls ask them.
  LiveConfig live_config(config, command.file, std::move(read_again), &out, &tasks);
  Reloader reloader(themes::HouseFolder(config.database), &live_config, credentials.get(), &out,
                    &tasks);
  Readiness readiness;
  // The server outlives nothing that it uses: the library is declared before it.
  std::unique_ptr<Library> library;
  // Listens before the archive is loaded: health checks get an answer, NOT_SERVING, from the first
  // moment on, and callers UNAVAILABLE / LOADING instead of a refused connection.
  std::atomic<bool> keeps_memory{false};
  const Ticker sweeper(kSweepEvery, [&keeps_memory] {
    if (keeps_memory.exchange(false)) {
      malloc_trim(0);
    }
  });
  ServerOptions server_options = {
      .listen = config.listen == kListenNowhere ? "" : config.listen,
      .listen_unix = config.listen_unix,
      .tls = credentials->tls(),
      .gate = credentials->gate(),
      .limits = config.limits,
      .on_call = [&out](const rpc::CallRecord& r) { out.Call(r); },
      .on_import =
          [&out, &keeps_memory](const rpc::ImportRecord& r) {
            out.Import(r);
            if (r.source_bytes >= kLargeImportBytes) {
              keeps_memory = true;
            }
          },
      .on_change = [&out](const rpc::ChangeRecord& r) { out.Change(r); },
      .on_citation = [&out](const rpc::CitationRecord& r) { out.Citation(r); },
      .profiles = std::move(profiles),
      .on_slow_call = [&out](const rpc::SlowCallRecord& r) { out.SlowCall(r); },
      .slow_call = ToLiveOptions(config).slow_call};
  server_options.tasks = [&tasks] { return tasks.Read(); };
  server_options.reload = [&reloader](const Cancellation& cancellation) {
    return reloader.Reload(cancellation);
  };
  server_options.on_admitted = &ConnectionGuard::Admitted;
  life.SetOptions(&server_options);
  absl::StatusOr<std::unique_ptr<Server>> server =
      Server::Start(nullptr, std::move(server_options));
  if (!server.ok()) {
    return fail_start(server.status());
  }
  live_config.Begin(
      {.options =
           [&](const Config& changed) {
             out.SetLevel(changed.log_level);
             credentials->SetQuota(changed.quota);
             (*server)->SetOptions(ToLiveOptions(changed));
             life.SetSchedule(changed);
           },
       .profiles =
           [&server](citation::Profiles changed) { (*server)->SetProfiles(std::move(changed)); }});
  // Destroyed before what it reads.
  std::unique_ptr<Metrics> metrics;
  if (!config.metrics_listen.empty()) {
    MetricsOptions metrics_options = {
        .listen = config.metrics_listen,
        .version = ProgramVersion(),
        .services = [&server] { return (*server)->ReadFigures(); },
        .lost_log_lines = [&out] { return out.lost_lines(); },
        .tasks = [&tasks] { return tasks.Read(); },
        .backup_every = [&live_config] { return live_config.current().backup_every; },
        .last_backup = [&life] { return life.last_scheduled_backup(); },
        .certificate_expires = nullptr,
        .published = [&life] { return life.published(); },
        .database = config.database};
    if (credentials->tls() != nullptr) {
      metrics_options.certificate_expires = [tls = credentials->tls()] {
        return tls->current()->expires;
      };
    }
    absl::StatusOr<std::unique_ptr<Metrics>> started = Metrics::Start(std::move(metrics_options));
    if (!started.ok()) {
      server->reset();
      return fail_start(started.status());
    }
    metrics = *std::move(started);
    out.Write(
        LogLevel::kInfo, "metrics",
        JsonLine().Add("address", config.metrics_listen).Add("port", int64_t{metrics->port()}));
  }
  out.Write(LogLevel::kInfo, "listening",
            JsonLine()
                .Add("address", config.listen)
                .Add("port", int64_t{(*server)->port()})
                .Add("unix_socket", config.listen_unix)
                .Add("tls", !config.tls_cert.empty())
                .Add("asks_who_calls", config.asks_who_calls()));
  ServiceManager manager(Environment);  // ends before the server
  manager.Watch([&server] { return (*server)->AnswersCalls(); });
  manager.Ready("listens, loads the archive");
  // Loading writes nothing that a sudden end could harm, so that a signal ends it at once.
  std::optional<EndAtOnce> end_at_once;
  if (life.is_replica()) {
    end_at_once.emplace(&signals, [&life] { life.StopOpening(); });
    const absl::Status status = open_store();
    const std::optional<std::string_view> stopped = end_at_once->stopped();
    if (stopped.has_value() || !status.ok()) {
      manager.EndWatch();
      metrics.reset();
      server->reset();
      if (!stopped.has_value()) {
        return fail_start(status);
      }
      out.Write(LogLevel::kInfo, "drain", JsonLine().Add("signal", *stopped));
      out.Write(LogLevel::kInfo, "end", JsonLine());
      return EXIT_SUCCESS;
    }
  }
  end_at_once.emplace(&signals);
  const Stopwatch load;
  absl::StatusOr<std::unique_ptr<Library>> loaded = Library::Create(
      std::move(store), *std::move(scheme),
      {.segment_folder = config.database + ".segments",
       .extractor = {.worker_path = config.extractor},
       .own_segments = life.is_replica(),
       .on_warning =
           [&out](std::string_view warning) {
             out.Write(LogLevel::kWarning, "segments", JsonLine().Add("warning", warning));
           },
       .on_ready = [&readiness](const absl::Status& status) { readiness.Set(status); }});
  end_at_once.reset();
  if (!loaded.ok()) {
    manager.EndWatch();
    metrics.reset();
    server->reset();
    return fail_start(loaded.status());
  }
  library = *std::move(loaded);
  life.Served();
  (*server)->Serve(library.get());
  if (metrics != nullptr) {
    metrics->SetLibrary(library.get());
  }
  const auto log_state = [&](std::string_view event) {
    out.Write(LogLevel::kInfo, event,
              JsonLine()
                  .Add("port", int64_t{(*server)->port()})
                  .Add("reports", static_cast<int64_t>(library->archive()->documents().size()))
                  .Add("archive_revision", static_cast<int64_t>(library->archive()->revision()))
                  .Add("load_us", absl::ToInt64Microseconds(load.Elapsed())));
  };
  log_state("serving_lookups");

  std::optional<std::string_view> signal;
  while (!signal.has_value()) {
    if (const std::optional<absl::Status> ready = readiness.Take(); ready.has_value()) {
      if (!ready->ok()) {
        // Nothing is served from a store that is damaged, although look-ups still could be.
        manager.EndWatch();
        (*server)->Drain(absl::ZeroDuration());
        metrics.reset();
        server->reset();
        library.reset();
        return fail_start(*ready);
      }
      // Whoever hears that it serves may ask for anything.
      reloader.Begin(library.get());
      (*server)->AnnounceReady();
      malloc_trim(0);  // what was read and not kept, small pieces that no threshold gives back
      log_state("serving");
      manager.SetStatus("serves");
      life.Begin(library.get());
    }
    if (signals.TakeHangup()) {
      reloader.Want();
    }
    signal = signals.Wait();
  }
  out.Write(LogLevel::kInfo, "drain", JsonLine().Add("signal", *signal));
  manager.Stopping();
  (*server)->AnnounceEnd();
  if (metrics != nullptr) {
    metrics->SetDraining();
  }
  const Config at_end = live_config.current();
  if (at_end.drain_delay > absl::ZeroDuration()) {
    // A second signal is impatience: drain now.
    signals.WaitFor(at_end.drain_delay);
  }
  // From here on a further signal ends the process at once; what was acknowledged is durable.
  signals.Release();
  manager.EndWatch();  // a server that drains takes no calls
  (*server)->Drain(at_end.drain_grace);
  reloader.End();
  life.End();
  metrics.reset();
  server->reset();
  library.reset();
  out.Write(LogLevel::kInfo, "end", JsonLine());
  return EXIT_SUCCESS;
}

// Blocks from this size on are given back as soon as they are free. By default glibc raises the
// size to that of the largest block that was freed, so that the scratch of each merge, and segments
// that were merged away, stay in the process: as much again as it needs.
constexpr int kGivenBackBytes = 1 << 20;

int Main(int argc, const char* const* argv) {
  mallopt(M_MMAP_THRESHOLD, kGivenBackBytes);
  EndSignals signals;
  signal(SIGPIPE, SIG_IGN);
  google::protobuf::SetLogHandler(IgnoreProtobufLog);
  if (argc > 1 && std::string_view(argv[1]) == "token") {
    return RunTokenCommand(argc - 1, argv + 1, std::cout, std::cerr);
  }
  // What the server writes is not for everybody on the machine: the database, copies of it, the
  // log.
  umask(umask(0) | S_IRWXO);
  absl::StatusOr<CommandLine> command = ReadCommandLine(argc, argv, Environment);
  if (!command.ok()) {
    return Fail(kExitOptions, command.status().message());
  }
  if (command->action == CommandLine::Action::kPrint) {
    std::fputs(command->text.c_str(), stdout);
    return std::fflush(stdout) == 0 ? EXIT_SUCCESS : kExitStart;
  }
  return Serve(
      *command,
      [argc, argv]() -> absl::StatusOr<Config> {
        absl::StatusOr<CommandLine> again = ReadCommandLine(argc, argv, Environment);
        if (!again.ok()) {
          return again.status();
        }
        return std::move(again->config);
      },
      signals);
}

}  // namespace
}  // namespace quotes::server

int main(int argc, char** argv) { return quotes::server::Main(argc, argv); }
