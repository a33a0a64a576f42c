#include "client/ctl/connection.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "client/ctl/messages.h"
#include "service/base/status_macros.h"
#include "service/library/library.h"
#include "service/server/server.h"
#include "service/store/sqlite/store.h"
#include "service/themes/scheme.h"

namespace quotes::ctl {

namespace {

// What a command writes is asked for by the next one, not by itself. Indexing so many code points
// takes about a second and 150 MB; larger segments would only be merged by a command that writes
// very much, which then needs 250 MB.
constexpr uint64_t kIndexBatch = 4'000'000;
constexpr uint64_t kLargestSegment = 16'000'000;

}  // namespace

// Destroyed from the last member to the first: client, server, library.
struct Connection::Rep {
  std::unique_ptr<Library> library;
  std::unique_ptr<server::Server> server;
  std::unique_ptr<client::Client> client;
};

Connection::Connection(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
Connection::~Connection() = default;

client::Client& Connection::client() { return *rep_->client; }

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const Settings& settings,
                                                             Access access,
                                                             citation::Profiles profiles) {
  client::Options options;
  if (settings.timeout.has_value()) {
    options.lookup_timeout = *settings.timeout;
    options.import_timeout = *settings.timeout;
  }
  auto rep = std::make_unique<Rep>();
  if (settings.database.empty()) {
    rep->client = std::make_unique<client::Client>(client::Connect(settings.server), options);
    return std::unique_ptr<Connection>(new Connection(std::move(rep)));
  }
  std::error_code error;
  if (access != Access::kWrite && !std::filesystem::exists(settings.database, error)) {
    return absl::InvalidArgumentError(
        Say(settings.lang, Msg::kDatabaseMissing, {settings.database}));
  }
  QUOTES_ASSIGN_OR_RETURN(
      std::unique_ptr<store::Store> store,
      store::sqlite::Open({.path = settings.database, .read_only = access == Access::kRead}));
  QUOTES_ASSIGN_OR_RETURN(rep->library,
                          Library::Create(std::move(store), themes::Scheme::BuiltIn(),
                                          {.segment_folder = settings.database + ".segments",
                                           .largest_segment = kLargestSegment,
                                           .index_batch = kIndexBatch}));
  QUOTES_ASSIGN_OR_RETURN(
      rep->server, server::Server::Start(rep->library.get(), {.profiles = std::move(profiles)}));
  rep->client = std::make_unique<client::Client>(rep->server->InProcessChannel(), options);
  return std::unique_ptr<Connection>(new Connection(std::move(rep)));
}

}  // namespace quotes::ctl
