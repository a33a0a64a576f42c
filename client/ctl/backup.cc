#include <filesystem>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/ctl/command.h"
#include "client/ctl/details.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

// Copies everything that is stored to a file that a server can be started with.
class Backup : public Command {
 public:
  std::string Name() const override { return "backup"; }
  Msg About() const override { return Msg::kCmdBackup; }
  std::vector<std::string> Examples() const override {
    return {"quotectl backup", "quotectl backup before-upgrade.db",
            "quotectl backup --json | jq -r .sha256",
            "quotectl --database quotes.db backup /mnt/backups/quotes.db"};
  }
  void Define(Options* options) override {
    options->OptionalArgument("FILE", &file_, Msg::kOptBackupFile, {.kind = ValueKind::kFile});
  }

  ExitCode Run(Context* context) override {
    const absl::Status status = Make(context);
    return status.ok() ? kExitOk : context->Fail(status);
  }

 private:
  absl::Status Make(Context* context) {
    v1::BackupRequest request;
    std::string folder;
    if (context->settings().server.empty()) {
      if (!file_.has_value()) {
        return absl::InvalidArgumentError(context->Text(Msg::kBackupNeedsFile));
      }
      const std::filesystem::path path(*file_);
      folder = path.has_parent_path() ? path.parent_path().string() : ".";
      request.set_file_name(path.filename().string());
    } else {
      request.set_file_name(file_.value_or(""));
    }
    QUOTES_ASSIGN_OR_RETURN(client::Client* const client,
                            context->Connect(Access::kRead, {}, folder));
    QUOTES_ASSIGN_OR_RETURN(const v1::BackupResponse response, client->Backup(request));
    if (context->json()) {
      context->PrintJson(response);
      return absl::OkStatus();
    }
    Details details(*context);
    details.Add(Msg::kLabelFile, folder.empty() ? response.file_name() : *file_);
    if (!response.themes_folder().empty()) {
      details.Add(Msg::kLabelHouseThemes,
                  folder.empty() ? response.themes_folder() : *file_ + ".themes");
    }
    details.Add(Msg::kLabelSize,
                context->Text(Msg::kBytes, {std::to_string(response.size_bytes())}));
    details.Add(Msg::kLabelSha256, response.sha256());
    details.Add(Msg::kLabelArchiveRevision, std::to_string(response.archive_revision()));
    details.Add(Msg::kLabelDuration,
                absl::FormatDuration(absl::Seconds(response.duration().seconds()) +
                                     absl::Milliseconds(response.duration().nanos() / 1'000'000)));
    context->out() << details.Render();
    return absl::OkStatus();
  }

  std::optional<std::string> file_;
};

}  // namespace

std::unique_ptr<Command> MakeBackup() { return std::make_unique<Backup>(); }

}  // namespace quotes::ctl
