#ifndef QUOTES_SERVICE_SERVER_CONFIG_H_
#define QUOTES_SERVICE_SERVER_CONFIG_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace quotes::server {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// What `quoted` can be told. Each option has one spelling as a flag, one in the environment and one
// in the configuration file; a flag beats the environment, the environment the file, the file the
// default.
struct Config {
  std::string listen = "127.0.0.1:50051";
  std::string database = "quotes.db";
  bool read_only = false;
  bool insecure_allow_remote = false;
  LogLevel log_level = LogLevel::kInfo;
  std::string log_file;       // empty: standard error
  std::string profiles;       // file with the house's profiles; empty: none
  std::string extractor;      // the reader of foreign formats; empty: beside the program
  std::string backup_folder;  // empty: none
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
};

// Reads flags, environment and file. INVALID_ARGUMENT with a sentence for people: an unknown flag,
// key or value, a file that cannot be read. `environment` gives the value of a variable or nullopt.
absl::StatusOr<CommandLine> ReadCommandLine(
    int argc, const char* const* argv,
    const std::function<std::optional<std::string>(const std::string&)>& environment);

// The effective options in the form of the configuration file.
std::string PrintConfig(const Config& config);

std::string_view LogLevelName(LogLevel level);

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_CONFIG_H_
