#include "service/server/credential_files.h"

#include <sys/stat.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/absl_string.h"
#include "service/base/mutex.h"
#include "service/base/status_macros.h"
#include "service/server/gatekeeper.h"
#include "service/server/listen_address.h"
#include "service/server/tokens.h"

namespace quotes::server {
namespace {

// Looking at a few files costs nothing; a token that was revoked is good for no longer than this.
constexpr std::chrono::milliseconds kLookEvery(1000);
// From so long before a certificate expires the log says so once a day.
constexpr absl::Duration kExpiresSoon = absl::Hours(14 * 24);
constexpr absl::Duration kRemindEvery = absl::Hours(24);

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

// What changes when a file's content or rights do, or when another one takes its name; all zero
// without one.
using Stamp = std::tuple<dev_t, ino_t, off_t, time_t, long>;
Stamp StampOf(const std::string& path) {
  struct stat status = {};
  if (path.empty() || stat(path.c_str(), &status) != 0) {
    return {};
  }
  return {status.st_dev, status.st_ino, status.st_size, status.st_ctim.tv_sec,
          status.st_ctim.tv_nsec};
}

// Some files that are read together.
struct Source {
  rpc::ReloadedFiles::Kind kind;
  Task task;
  std::string name;  // in the events "NAME_loaded" and "NAME_not_loaded"
  std::vector<std::string> paths;
  // Reads and uses them; the fields of the event, or why they are not used.
  std::function<absl::StatusOr<JsonLine>()> load;
  std::vector<Stamp> stamps = {};  // from before they were read
  std::string error = {};          // of the last time
};

}  // namespace

absl::Status CheckAccess(const Config& config) {
  const auto refused = [](absl::string_view why) { return absl::InvalidArgumentError(why); };
  if (config.tls_cert.empty() != config.tls_key.empty()) {
    return refused("--tls-cert and --tls-key go together: one of them is missing");
  }
  if (config.tls_cert.empty() && !config.tls_client_ca.empty()) {
    return refused("--tls-client-ca needs --tls-cert and --tls-key");
  }
  if (config.jwks.empty() != (config.jwt_issuer.empty() && config.jwt_audience.empty()) ||
      config.jwt_issuer.empty() != config.jwt_audience.empty()) {
    return refused("--jwks, --jwt-issuer and --jwt-audience go together: one of them is missing");
  }
  if (config.listen == kListenNowhere) {
    return config.listen_unix.empty()
               ? refused("--listen none needs --listen-unix: nobody would reach the server")
               : absl::OkStatus();
  }
  QUOTES_ASSIGN_OR_RETURN(const ListenAddress address, ResolveListenAddress(config.listen));
  if (address.loopback || config.insecure_allow_remote) {
    return absl::OkStatus();
  }
  if (config.tls_cert.empty()) {
    return refused(absl::StrCat(
        "--listen ", config.listen,
        " is reached by other machines, and calls travel unencrypted; --tls-cert and --tls-key "
        "encrypt them, --insecure-allow-remote allows it as it is"));
  }
  if (!config.asks_who_calls()) {
    return refused(absl::StrCat(
        "--listen ", config.listen,
        " is reached by other machines, and whoever reaches it may do everything; --tokens says "
        "who may do what, --insecure-allow-remote allows it as it is"));
  }
  return absl::OkStatus();
}

struct CredentialFiles::Rep {
  Rep(Log* the_log, TaskOutcomes* the_tasks) : log(the_log), tasks(the_tasks) {}

  // Reads one source and logs what came of it; an error that stays the same only once, unless
  // somebody has asked.
  absl::Status Load(Source* source, bool asked) ABSL_EXCLUSIVE_LOCKS_REQUIRED(loading) {
    source->stamps.clear();
    for (const std::string& path : source->paths) {
      source->stamps.push_back(StampOf(path));
    }
    const absl::StatusOr<JsonLine> loaded = source->load();
    tasks->Record(source->task, loaded.status());
    if (loaded.ok()) {
      source->error.clear();
      log->Write(LogLevel::kInfo, source->name + "_loaded", *loaded);
      return absl::OkStatus();
    }
    std::string error(loaded.status().message());
    if (asked || error != source->error) {
      log->Write(LogLevel::kError, source->name + "_not_loaded", JsonLine().Add("error", error));
      source->error = std::move(error);
    }
    return loaded.status();
  }

  static bool Changed(const Source& source) {
    for (size_t i = 0; i < source.paths.size(); ++i) {
      if (StampOf(source.paths[i]) != source.stamps[i]) {
        return true;
      }
    }
    return false;
  }

  absl::StatusOr<JsonLine> LoadTls(const TlsFiles& files) {
    QUOTES_ASSIGN_OR_RETURN(TlsMaterial read, ReadTlsFiles(files));
    auto material = std::make_shared<const TlsMaterial>(std::move(read));
    if (tls == nullptr) {
      // A certificate that has expired is no reason to be of no use to those who know that.
      tls = std::make_shared<TlsSource>(material);
    } else if (material->expires <= absl::Now()) {
      return absl::InvalidArgumentError(absl::StrCat(
          files.certificate, ": the certificate expired ", TimeText(material->expires)));
    } else if (!material->SameBytes(*tls->current())) {
      tls->Set(material);
    }
    if (material->key_is_open) {
      log->Write(
          LogLevel::kWarning, "key_is_open",
          JsonLine()
              .Add("file", files.key)
              .Add("problem",
                   "others than its owner can read or change it; it is a secret: chmod 600"));
    }
    return JsonLine()
        .Add("file", files.certificate)
        .Add("subject", material->subject)
        .Add("expires", TimeText(material->expires));
  }

  absl::StatusOr<JsonLine> LoadTokens(const std::string& path) {
    QUOTES_ASSIGN_OR_RETURN(TokenTable table, TokenTable::ReadFile(path));
    JsonLine fields;
    fields.Add("file", path)
        .Add("tokens", static_cast<int64_t>(table.tokens().size()))
        .Add("clients", static_cast<int64_t>(table.clients().size()));
    gatekeeper->SetTokens(std::make_shared<const TokenTable>(std::move(table)));
    return fields;
  }

  absl::StatusOr<JsonLine> LoadKeys(const std::string& path, const JwtOptions& options) {
    QUOTES_ASSIGN_OR_RETURN(std::shared_ptr<const JwtVerifier> keys,
                            JwtVerifier::ReadFile(path, options));
    JsonLine fields;
    fields.Add("file", path).Add("keys", static_cast<int64_t>(keys->keys()));
    gatekeeper->SetKeys(std::move(keys));
    return fields;
  }

  void RemindOfExpiry() ABSL_EXCLUSIVE_LOCKS_REQUIRED(loading) {
    const absl::Time now = absl::Now();
    if (tls == nullptr || now - reminded < kRemindEvery) {
      return;
    }
    const std::shared_ptr<const TlsMaterial> material = tls->current();
    if (material->expires - now < kExpiresSoon) {
      reminded = now;
      log->Write(
          LogLevel::kWarning,
          material->expires <= now ? "certificate_expired" : "certificate_expires_soon",
          JsonLine().Add("subject", material->subject).Add("expires", TimeText(material->expires)));
    }
  }

  void Run() {
    while (true) {
      bool all = false;
      {
        const MutexLock lock(&mutex);
        if (!wanted && !ending) {
          wanted_or_ending.WaitFor(&mutex, kLookEvery);
        }
        if (ending) {
          return;
        }
        all = std::exchange(wanted, false);
      }
      const MutexLock lock(&loading);
      for (Source& source : sources) {
        // What failed may be half of a change, or a passing lack of something.
        if (all || !source.error.empty() || Changed(source)) {
          static_cast<void>(Load(&source, all));
        }
      }
      RemindOfExpiry();
    }
  }

  Log* const log;
  TaskOutcomes* const tasks;
  std::shared_ptr<TlsSource> tls;
  std::shared_ptr<Gatekeeper> gatekeeper;
  Mutex loading;  // one reads at a time
  std::vector<Source> sources ABSL_GUARDED_BY(loading);
  absl::Time reminded ABSL_GUARDED_BY(loading) = absl::InfinitePast();
  Mutex mutex;
  CondVar wanted_or_ending;
  bool wanted ABSL_GUARDED_BY(mutex) = false;
  bool ending ABSL_GUARDED_BY(mutex) = false;
  std::thread thread;
};

CredentialFiles::CredentialFiles(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}

CredentialFiles::~CredentialFiles() {
  {
    const MutexLock lock(&rep_->mutex);
    rep_->ending = true;
  }
  rep_->wanted_or_ending.Signal();
  if (rep_->thread.joinable()) {
    rep_->thread.join();
  }
}

absl::StatusOr<std::unique_ptr<CredentialFiles>> CredentialFiles::Open(const Config& config,
                                                                       Log* log,
                                                                       TaskOutcomes* tasks) {
  auto rep = std::make_unique<Rep>(log, tasks);
  Rep* const self = rep.get();
  rep->gatekeeper = std::make_shared<Gatekeeper>(
      GatekeeperOptions{.asks_for_credentials = config.asks_who_calls(), .quota = config.quota});
  std::vector<Source> sources;
  if (!config.tls_cert.empty()) {
    const TlsFiles files = {config.tls_cert, config.tls_key, config.tls_client_ca};
    sources.push_back({.kind = rpc::ReloadedFiles::Kind::kCertificate,
                       .task = Task::kCertificate,
                       .name = "certificate",
                       .paths = {files.certificate, files.key, files.client_ca},
                       .load = [self, files] { return self->LoadTls(files); }});
  }
  if (!config.tokens.empty()) {
    sources.push_back({.kind = rpc::ReloadedFiles::Kind::kTokens,
                       .task = Task::kTokens,
                       .name = "tokens",
                       .paths = {config.tokens},
                       .load = [self, path = config.tokens] { return self->LoadTokens(path); }});
  }
  if (!config.jwks.empty()) {
    sources.push_back({.kind = rpc::ReloadedFiles::Kind::kSignedTokenKeys,
                       .task = Task::kSignedTokenKeys,
                       .name = "jwks",
                       .paths = {config.jwks},
                       .load = [self, path = config.jwks,
                                options = JwtOptions{config.jwt_issuer, config.jwt_audience}] {
                         return self->LoadKeys(path, options);
                       }});
  }
  const bool any = !sources.empty();
  {
    const MutexLock lock(&rep->loading);
    rep->sources = std::move(sources);
    for (Source& source : rep->sources) {
      QUOTES_RETURN_IF_ERROR(rep->Load(&source, /*asked=*/true));
    }
    rep->RemindOfExpiry();
  }
  std::unique_ptr<CredentialFiles> files(new CredentialFiles(std::move(rep)));
  if (any) {
    self->thread = std::thread([self] { self->Run(); });
  }
  return files;
}

std::shared_ptr<TlsSource> CredentialFiles::tls() const { return rep_->tls; }

std::shared_ptr<rpc::Gate> CredentialFiles::gate() const { return rep_->gatekeeper; }

void CredentialFiles::SetQuota(const QuotaOptions& quota) { rep_->gatekeeper->SetQuota(quota); }

void CredentialFiles::Reload() {
  {
    const MutexLock lock(&rep_->mutex);
    rep_->wanted = true;
  }
  rep_->wanted_or_ending.Signal();
}

std::vector<rpc::ReloadedFiles> CredentialFiles::ReloadNow() {
  std::vector<rpc::ReloadedFiles> read;
  const MutexLock lock(&rep_->loading);
  for (Source& source : rep_->sources) {
    rpc::ReloadedFiles& files = read.emplace_back();
    files.kind = source.kind;
    for (const std::string& path : source.paths) {
      if (!path.empty()) {
        files.paths.push_back(path);
      }
    }
    files.status = rep_->Load(&source, /*asked=*/true);
  }
  return read;
}

}  // namespace quotes::server
