#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/ctl/command.h"
#include "client/ctl/details.h"

namespace quotes::ctl {
namespace {

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

// "850us", "1.25ms", "12.5s", "2h3m4s": three digits are enough for people.
std::string ShortDuration(const google::protobuf::Duration& given) {
  const absl::Duration duration = ToDuration(given);
  absl::Duration unit = absl::Seconds(1);
  if (duration < absl::Milliseconds(1)) {
    unit = absl::Microseconds(1);
  } else if (duration < absl::Seconds(1)) {
    unit = absl::Microseconds(10);
  } else if (duration < absl::Minutes(1)) {
    unit = absl::Milliseconds(10);
  }
  return absl::FormatDuration(absl::Trunc(duration, unit));
}

// "117 MiB": of sizes that nobody compares by the byte.
std::string ShortBytes(int64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return absl::StrCat(unit == 0 || value >= 100 ? absl::SixDigits(std::round(value))
                                                : absl::SixDigits(std::round(value * 10) / 10),
                      " ", kUnits[unit]);
}

std::string TimeText(int64_t unix_seconds) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%SZ", absl::FromUnixSeconds(unix_seconds),
                          absl::UTCTimeZone());
}

class Status : public Command {
 public:
  std::string Name() const override { return "status"; }
  Msg About() const override { return Msg::kCmdStatus; }
  std::vector<std::string> Examples() const override {
    return {"quotectl status", "quotectl --database quotes.db status",
            "quotectl status --json | jq -r .archive_revision"};
  }
  void Define(Options*) override {}

  ExitCode Run(Context* context) override {
    absl::StatusOr<client::Client*> client = context->Connect(Access::kRead);
    if (!client.ok()) {
      return context->Fail(client.status());
    }
    absl::StatusOr<v1::GetStatusResponse> status = (*client)->GetStatus({});
    if (!status.ok()) {
      return context->Fail(status.status());
    }
    if (context->json()) {
      context->PrintJson(*status);
      return kExitOk;
    }
    Details details(*context);
    if (!context->settings().server.empty()) {
      details.Add(Msg::kLabelServer, context->settings().server);
      details.Add(Msg::kLabelUptime,
                  absl::FormatDuration(absl::Seconds(status->uptime().seconds())));
    } else {
      details.Add(Msg::kLabelDatabase, context->settings().database);
    }
    details.Add(Msg::kLabelVersion, status->version());
    details.Add(Msg::kLabelStorage,
                absl::StrCat(status->storage_engine(), "  ", status->storage_location()));
    details.Add(Msg::kLabelSize,
                context->Text(Msg::kBytes, {std::to_string(status->storage_size_bytes())}));
    details.Add(Msg::kLabelSchema, std::to_string(status->schema_version()));
    details.Add(Msg::kLabelReadOnly, context->Text(status->read_only() ? Msg::kYes : Msg::kNo));
    details.Add(Msg::kLabelArchiveRevision, std::to_string(status->archive_revision()));
    details.Add(Msg::kLabelReports, std::to_string(status->report_count()));
    details.Add(Msg::kLabelRevisions, std::to_string(status->revision_count()));
    details.Add(Msg::kLabelQuotes, std::to_string(status->quote_count()));
    details.Add(Msg::kLabelCharacters, std::to_string(status->code_point_count()));
    details.Add(Msg::kLabelScheme, status->scheme_version());
    details.Add(Msg::kLabelFolds, status->fold_version());
    details.Add(Msg::kLabelParser, status->parser_version());
    details.Add(Msg::kLabelFollows, status->followed_folder());
    if (status->has_snapshot_time()) {
      details.Add(
          Msg::kLabelSnapshot,
          context->Text(Msg::kSnapshotAge,
                        {TimeText(status->snapshot_time().seconds()),
                         absl::FormatDuration(absl::Seconds(status->snapshot_age().seconds()))}));
    }
    if (status->has_last_backup_time()) {
      details.Add(Msg::kLabelLastBackup, TimeText(status->last_backup_time().seconds()));
    }
    AddTasks(*context, *status, &details);
    AddFigures(*context, *status, &details);
    context->out() << details.Render();
    // Of a database's own process there is nothing to tell: it has answered this one call.
    if (!context->settings().server.empty()) {
      PrintMethods(context, *status);
    }
    return kExitOk;
  }

 private:
  // What the server does by itself: when it published, and what fails.
  static void AddTasks(const Context& context, const v1::GetStatusResponse& status,
                       Details* details) {
    for (const v1::GetStatusResponse::TaskFigures& task : status.tasks()) {
      const std::string last = task.has_last_success_time()
                                   ? TimeText(task.last_success_time().seconds())
                                   : context.Text(Msg::kTaskNeverDone);
      if (task.failing()) {
        details->Add(Msg::kLabelFailing,
                     context.Text(Msg::kTaskFailing,
                                  {Printable(task.name()), last, Printable(task.last_error())}));
      } else if (task.name() == "publish" && task.has_last_success_time()) {
        details->Add(Msg::kLabelPublished, last);
      }
    }
  }

  static void AddFigures(const Context& context, const v1::GetStatusResponse& status,
                         Details* details) {
    const auto work = [&context](const v1::GetStatusResponse::WorkFigures& figures) {
      return figures.count() == 0
                 ? context.Text(Msg::kWorkNone)
                 : context.Text(Msg::kWork, {std::to_string(figures.count()),
                                             ShortDuration(figures.median_duration()),
                                             ShortDuration(figures.p95_duration())});
    };
    details->Add(Msg::kLabelReady, context.Text(status.ready() ? Msg::kYes : Msg::kNo));
    details->Add(Msg::kLabelArchiveTime,
                 absl::FormatTime("%Y-%m-%dT%H:%M:%SZ",
                                  absl::FromUnixSeconds(status.archive_time().seconds()),
                                  absl::UTCTimeZone()));
    details->Add(
        Msg::kLabelLoad,
        status.has_load_duration()
            ? context.Text(Msg::kLoadBoth, {ShortDuration(status.lookups_load_duration()),
                                            ShortDuration(status.load_duration())})
            : context.Text(Msg::kLoadLookups, {ShortDuration(status.lookups_load_duration())}));
    details->Add(Msg::kLabelSegments,
                 absl::StrCat(status.segment_count(), "  ", ShortBytes(status.segment_bytes())));
    const v1::GetStatusResponse::StoreFigures& store = status.store();
    details->Add(Msg::kLabelStore,
                 context.Text(Msg::kStoreFigures,
                              {ShortBytes(store.file_bytes()), ShortBytes(store.log_bytes()),
                               ShortBytes(store.memory_bytes())}));
    if (status.storage_free_bytes() > 0) {
      details->Add(Msg::kLabelFree, ShortBytes(status.storage_free_bytes()));
    }
    const v1::GetStatusResponse::ProcessFigures& process = status.process();
    details->Add(Msg::kLabelProcess,
                 context.Text(Msg::kProcessFigures, {ShortBytes(process.resident_bytes()),
                                                     ShortDuration(process.cpu_duration()),
                                                     std::to_string(process.open_fd_count()),
                                                     std::to_string(process.max_fd_count()),
                                                     std::to_string(process.thread_count())}));
    if (context.settings().server.empty()) {
      return;
    }
    for (const v1::GetStatusResponse::ExecutorFigures& executor : status.executors()) {
      details->Add(executor.name() == "write" ? Msg::kLabelWriteQueue : Msg::kLabelReadQueue,
                   context.Text(Msg::kQueueFigures, {std::to_string(executor.waiting_count()),
                                                     std::to_string(executor.queue_limit()),
                                                     std::to_string(executor.busy_count()),
                                                     std::to_string(executor.thread_count()),
                                                     std::to_string(executor.refused_count())}));
    }
    details->Add(Msg::kLabelImports, work(status.imports()));
    details->Add(Msg::kLabelMerges, work(status.merges()));
    details->Add(Msg::kLabelRelabels, work(status.relabels()));
  }

  static void PrintMethods(Context* context, const v1::GetStatusResponse& status) {
    Table table(
        {Table::Align::kLeft, Table::Align::kRight, Table::Align::kRight, Table::Align::kRight,
         Table::Align::kRight, Table::Align::kRight, Table::Align::kRight, Table::Align::kRight},
        0);
    table.AddHeader({context->Text(Msg::kLabelMethod), context->Text(Msg::kLabelCalls),
                     context->Text(Msg::kLabelFailed), context->Text(Msg::kLabelInFlight),
                     context->Text(Msg::kLabelPerSecond), context->Text(Msg::kLabelMedian), "95 %",
                     "99 %"});
    for (const v1::GetStatusResponse::MethodFigures& method : status.methods()) {
      const int64_t seconds = std::clamp<int64_t>(status.uptime().seconds(), 1, 60);
      const double rate =
          static_cast<double>(method.last_minute_count()) / static_cast<double>(seconds);
      table.AddRow({method.method(), std::to_string(method.call_count()),
                    std::to_string(method.failed_count()), std::to_string(method.in_flight_count()),
                    absl::StrCat(absl::SixDigits(std::round(rate * 100) / 100)),
                    ShortDuration(method.median_duration()), ShortDuration(method.p95_duration()),
                    ShortDuration(method.p99_duration())});
    }
    context->out() << '\n' << table.Render(context->columns(), context->painter());
  }
};

}  // namespace

std::unique_ptr<Command> MakeStatus() { return std::make_unique<Status>(); }

}  // namespace quotes::ctl
