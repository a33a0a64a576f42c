#ifndef QUOTES_SERVICE_SERVER_CONFIG_H_
#define QUOTES_SERVICE_SERVER_CONFIG_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/server/quotas.h"
#include "service/server/server.h"

namespace quotes::server {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// As Config::listen: no TCP port, only the Unix socket.
inline constexpr char kListenNowhere[] = "none";

// What `quoted` can be told. Each option has one spelling as a flag, one in the environment and one
// in the configuration file; a flag beats the environment, the environment the file, the file the
// default.
struct Config {
  std::string listen = "127.0.0.1:50051";
  std::string listen_unix;  // path of a socket; empty: none
  std::string tls_cert;     // files; empty: plaintext
  std::string tls_key;
  std::string tls_client_ca;  // file; empty: clients need no certificate
  std::string tokens;         // file; empty: nobody is asked who they are
  std::string jwks;           // file with the keys of signed tokens; empty: none are taken
  std::string jwt_issuer;
  std::string jwt_audience;
  QuotaOptions quota = {.calls_per_second = 0, .burst = 100};
  ServerLimits limits;
  std::string database = "quotes.db";
  bool read_only = false;
  bool insecure_allow_remote = false;
  // Whether callers must say who they are.
  bool asks_who_calls() const { return !tokens.empty() || !jwks.empty(); }

  LogLevel log_level = LogLevel::kInfo;
  std::string log_file;        // empty: standard error
  std::string profiles;        // file with the house's profiles; empty: none
  std::string extractor;       // the reader of foreign formats; empty: beside the program
  std::string metrics_listen;  // empty: no metrics endpoint
  absl::Duration slow_call = absl::Milliseconds(100);  // 0: none is logged as slow
  std::string backup_folder;                           // empty: none
  absl::Duration backup_every = absl::ZeroDuration();  // zero: only when asked
  size_t backup_keep = 7;
  std::string publish_folder;  // empty: nothing is published
  absl::Duration publish_every = absl::Seconds(10);
  size_t publish_keep = 3;
  std::string follow;  // folder of snapshots; empty: no replica
  absl::Duration drain_delay = absl::ZeroDuration();
  absl::Duration drain_grace = absl::Seconds(10);
};

// What the command line asks for.
struct CommandLine {
  enum class Action { kServe, kPrint };
  Action action = Action::kServe;
  std::string text;  // kPrint: what goes to standard output (help, version, effective options)
  Config config;
  std::string file;  // the configuration file; empty: none
};

// Reads flags, environment and file. INVALID_ARGUMENT with a sentence for people: an unknown flag,
// key or value, a file that cannot be read. `environment` gives the value of a variable or nullopt.
absl::StatusOr<CommandLine> ReadCommandLine(
    int argc, const char* const* argv,
    const std::function<std::optional<std::string>(const std::string&)>& environment);

// The effective options in the form of the configuration file.
std::string PrintConfig(const Config& config);

// Takes over from `read` what can change while a server runs, into `*running`.
struct ConfigChanges {
  std::vector<std::string> made;          // keys of what is different now
  std::vector<std::string> need_restart;  // keys of what differs and was left
};
ConfigChanges TakeChanges(const Config& read, Config* running);

std::string_view LogLevelName(LogLevel level);

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_CONFIG_H_
