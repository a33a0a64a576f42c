#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "client/ctl/command.h"
#include "client/ctl/layout.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

using Source = v1::ReloadResponse::Source;

Msg Label(Source::Kind kind) {
  switch (kind) {
    case Source::KIND_CERTIFICATE:
      return Msg::kReloadedCertificate;
    case Source::KIND_TOKENS:
      return Msg::kReloadedTokens;
    case Source::KIND_SIGNED_TOKEN_KEYS:
      return Msg::kReloadedKeys;
    case Source::KIND_THEMES:
      return Msg::kReloadedThemes;
    case Source::KIND_CONFIGURATION:
      return Msg::kReloadedConfiguration;
    case Source::KIND_PROFILES:
      return Msg::kReloadedProfiles;
    default:
      return Msg::kReloadedOther;
  }
}

// Has the server read anew what its operator keeps in files beside it.
class Reload : public Command {
 public:
  std::string Name() const override { return "reload"; }
  Msg About() const override { return Msg::kCmdReload; }
  std::vector<std::string> Examples() const override {
    return {"quotectl reload", "quotectl reload --json | jq '.sources[] | select(.error)'"};
  }
  void Define(Options* /*options*/) override {}

  ExitCode Run(Context* context) override {
    const absl::StatusOr<bool> all = Ask(context);
    if (!all.ok()) {
      return context->Fail(all.status());
    }
    return *all ? kExitOk : kExitService;
  }

 private:
  // Whether everything could be used.
  static absl::StatusOr<bool> Ask(Context* context) {
    QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kRead));
    QUOTES_ASSIGN_OR_RETURN(const v1::ReloadResponse response, client->Reload({}));
    if (context->json()) {
      context->PrintJson(response);
    } else if (response.sources().empty()) {
      context->err() << context->Text(Msg::kNothingToReload) << '\n';
    }
    bool all = true;
    for (const Source& source : response.sources()) {
      all = all && source.error().empty();
      if (context->json()) {
        continue;
      }
      const std::string kind = context->Text(Label(source.kind()));
      if (source.error().empty()) {
        context->out() << context->Text(Msg::kReloaded,
                                        {kind, Printable(absl::StrJoin(source.paths(), ", "))})
                       << '\n';
        if (!source.need_restart().empty()) {
          context->err() << context->Text(
                                Msg::kNeedRestart,
                                {kind, Printable(absl::StrJoin(source.need_restart(), ", "))})
                         << '\n';
        }
      } else {
        context->err() << context->Text(Msg::kNotReloaded, {kind, Printable(source.error())})
                       << '\n';
      }
    }
    return all;
  }
};

}  // namespace

std::unique_ptr<Command> MakeReload() { return std::make_unique<Reload>(); }

}  // namespace quotes::ctl
