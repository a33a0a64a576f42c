#include "client/ctl/connection.h"

#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/ctl/messages.h"
#include "client/ctl/temporary_folder.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/library/backups.h"
#include "service/library/library.h"
#include "service/server/server.h"
#include "service/store/sqlite/store.h"
#include "service/themes/scheme.h"

namespace quotes::ctl {

namespace {

// What a command writes is asked for by the next one, not by itself. Until so many code points are
// indexed they are held in memory; four times as many would save a tenth of the processor time and
// take twice the memory.
constexpr uint64_t kIndexBatch = 1'000'000;

// Whom the audit trail names for what is written without a server.
std::string LocalUser() {
  const uid_t user = geteuid();
  passwd entry = {};
  passwd* found = nullptr;
  std::string buffer(size_t{16} << 10, '\0');
  if (getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return absl::StrCat("local:", found->pw_name);
  }
  return absl::StrCat("local:", user);
}

}  // namespace

// Destroyed from the last member to the first: client, server, library.
struct Connection::Rep {
  std::unique_ptr<TemporaryFolder> folder;
  std::unique_ptr<Library> library;
  std::unique_ptr<Backups> backups;
  std::unique_ptr<server::Server> server;
  std::unique_ptr<client::Client> client;
  bool stands_in = false;
};

Connection::Connection(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
Connection::~Connection() = default;

client::Client& Connection::client() { return *rep_->client; }
bool Connection::stands_in() const { return rep_->stands_in; }

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const Settings& settings,
                                                             Access access,
                                                             citation::Profiles profiles,
                                                             const std::string& backup_folder) {
  client::Options options;
  if (settings.timeout.has_value()) {
    options.lookup_timeout = *settings.timeout;
    options.import_timeout = *settings.timeout;
  }
  if (!settings.traceparent.empty()) {
    options.traceparent = [parent = settings.traceparent] { return parent; };
  }
  auto rep = std::make_unique<Rep>();
  if (settings.database.empty()) {
    QUOTES_ASSIGN_OR_RETURN(std::shared_ptr<grpc::Channel> channel,
                            client::Connect(settings.server, settings.transport));
    rep->client = std::make_unique<client::Client>(channel, options);
    rep->stands_in = access == Access::kCheck && settings.server_is_default &&
                     absl::IsUnavailable(rep->client->GetStatus({}).status());
    if (!rep->stands_in) {
      return std::unique_ptr<Connection>(new Connection(std::move(rep)));
    }
  }
  std::error_code error;
  std::string database = settings.database;
  if (access != Access::kWrite && !std::filesystem::exists(database, error)) {
    if (access != Access::kCheck) {
      return absl::InvalidArgumentError(Say(settings.lang, Msg::kDatabaseMissing, {database}));
    }
    // What SQLite and the archive keep there.
    QUOTES_ASSIGN_OR_RETURN(
        rep->folder,
        TemporaryFolder::Make({"empty.db", "empty.db-wal", "empty.db-shm", "empty.db-journal",
                               "empty.db.lock", "empty.db.segments/segments.list",
                               "empty.db.segments/history/segments.list",
                               "empty.db.segments/history", "empty.db.segments"}));
    database = rep->folder->path() + "/empty.db";
    access = Access::kWrite;
  }
  const bool read_only = access == Access::kRead || access == Access::kCheck;
  QUOTES_ASSIGN_OR_RETURN(std::unique_ptr<store::Store> store,
                          store::sqlite::Open({.path = database, .read_only = read_only}));
  QUOTES_ASSIGN_OR_RETURN(std::shared_ptr<const themes::Scheme> scheme,
                          themes::Scheme::ReadHouse(themes::HouseFolder(database)));
  QUOTES_ASSIGN_OR_RETURN(rep->library,
                          Library::Create(std::move(store), std::move(scheme),
                                          {.segment_folder = database + ".segments",
                                           .largest_segment = limits::kMaxCommandSegment,
                                           .index_batch = kIndexBatch}));
  if (!read_only) {
    // Without a server it is whoever writes that releases what is due.
    QUOTES_RETURN_IF_ERROR(rep->library->ReleaseDue(absl::Now()).status());
    // What a purge left to do is no reason not to do what was asked for; the next one tries again.
    rep->library->ScrubPurged().IgnoreError();
  }
  if (!backup_folder.empty()) {
    QUOTES_ASSIGN_OR_RETURN(
        rep->backups,
        Backups::Open({.folder = backup_folder, .themes_folder = themes::HouseFolder(database)}));
  }
  QUOTES_ASSIGN_OR_RETURN(
      rep->server, server::Server::Start(rep->library.get(), {.profiles = std::move(profiles),
                                                              .default_caller = LocalUser(),
                                                              .backups = rep->backups.get()}));
  rep->client = std::make_unique<client::Client>(rep->server->InProcessChannel(), options);
  return std::unique_ptr<Connection>(new Connection(std::move(rep)));
}

}  // namespace quotes::ctl
