#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/ctl/command.h"
#include "client/ctl/details.h"

namespace quotes::ctl {
namespace {

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
    context->out() << details.Render();
    return kExitOk;
  }
};

}  // namespace

std::unique_ptr<Command> MakeStatus() { return std::make_unique<Status>(); }

}  // namespace quotes::ctl
