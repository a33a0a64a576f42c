#include "service/server/config.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/base/absl_string.h"
#include "service/base/file.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/server/server.h"
// Last: its macros are many.
#include <toml++/toml.h>

namespace quotes::server {
namespace {

constexpr std::array<std::pair<LogLevel, const char*>, 4> kLogLevels = {{
    {LogLevel::kDebug, "debug"},
    {LogLevel::kInfo, "info"},
    {LogLevel::kWarning, "warning"},
    {LogLevel::kError, "error"},
}};
// Beyond a day a drain is a mistake in the unit.
constexpr absl::Duration kMaxDrain = absl::Hours(24);
// No server answers more calls in a second.
constexpr double kMaxRate = 1'000'000;
constexpr size_t kMaxCount = 1'000'000;
// Rarer than once a year is never.
constexpr absl::Duration kMaxPeriod = absl::Hours(24 * 366);
constexpr size_t kMaxKept = 10'000;

absl::Status SetText(std::string_view value, std::string* out) {
  if (value.empty()) {
    return absl::InvalidArgumentError("must not be empty");
  }
  *out = value;
  return absl::OkStatus();
}

absl::Status SetSwitch(std::string_view value, bool* out) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(value));
  if (lower != "true" && lower != "false" && lower != "1" && lower != "0") {
    return absl::InvalidArgumentError("must be true or false");
  }
  *out = lower == "true" || lower == "1";
  return absl::OkStatus();
}

absl::Status SetDuration(std::string_view value, absl::Duration* out) {
  absl::Duration parsed;
  if (!absl::ParseDuration(ToAbsl(value), &parsed) || parsed < absl::ZeroDuration() ||
      parsed > kMaxDrain) {
    return absl::InvalidArgumentError("must be a duration from 0 to 24h, like 500ms, 10s or 2m");
  }
  *out = parsed;
  return absl::OkStatus();
}

// The same of what may be days: "1d", "36h".
absl::Status SetPeriod(std::string_view value, absl::Duration* out) {
  absl::Duration parsed;
  int64_t days = 0;
  const bool in_days =
      value.ends_with("d") && absl::SimpleAtoi(ToAbsl(value.substr(0, value.size() - 1)), &days);
  if (in_days) {
    parsed = days * absl::Hours(24);
  }
  if ((!in_days && !absl::ParseDuration(ToAbsl(value), &parsed)) ||
      (parsed != absl::ZeroDuration() && parsed < absl::Seconds(1)) || parsed > kMaxPeriod) {
    return absl::InvalidArgumentError(
        "must be a duration from 1s to 366d, like 10s, 6h or 1d, or 0");
  }
  *out = parsed;
  return absl::OkStatus();
}

absl::Status SetPath(std::string_view value, std::string* out) {
  *out = value;
  return absl::OkStatus();
}

absl::Status SetCount(std::string_view value, size_t least, size_t most, size_t* out) {
  uint64_t parsed = 0;
  if (!absl::SimpleAtoi(ToAbsl(value), &parsed) || parsed < least || parsed > most) {
    return absl::InvalidArgumentError(
        absl::StrCat("must be a whole number from ", least, " to ", most));
  }
  *out = parsed;
  return absl::OkStatus();
}

absl::Status SetRate(std::string_view value, double least, double* out) {
  double parsed = 0;
  if (!absl::SimpleAtod(ToAbsl(value), &parsed) || !(parsed >= least && parsed <= kMaxRate)) {
    return absl::InvalidArgumentError(
        absl::StrCat("must be a number from ", least, " to ", kMaxRate));
  }
  *out = parsed;
  return absl::OkStatus();
}

absl::Status SetLogLevel(std::string_view value, LogLevel* out) {
  for (const auto& [level, name] : kLogLevels) {
    if (value == name) {
      *out = level;
      return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError("must be debug, info, warning or error");
}

constexpr char kNumber[] = "NUMBER";

// One option; "drain_grace" is --drain-grace, QUOTED_DRAIN_GRACE and drain_grace.
struct Option {
  const char* key;
  const char* value;  // what the flag takes, for --help; kNumber: a number; null: a switch
  const char* help;
  absl::Status (*set)(std::string_view value, Config* config);
  std::string (*get)(const Config& config);
};

std::string SwitchText(bool on) { return on ? "true" : "false"; }

const auto kOptions = std::to_array<Option>({
    {"listen", "HOST:PORT",
     "Address to listen on; port 0 takes any free one (the log names it), none leaves it to "
     "--listen-unix",
     [](std::string_view v, Config* c) { return SetText(v, &c->listen); },
     [](const Config& c) { return c.listen; }},
    {"listen_unix", "PATH",
     "Listen on this Unix socket too, for the server's user and its group (mode 0660)",
     [](std::string_view v, Config* c) { return SetPath(v, &c->listen_unix); },
     [](const Config& c) { return c.listen_unix; }},
    {"tls_cert", "FILE",
     "The server's certificate in PEM, with those that lead to its authority; read again when it "
     "changes and at SIGHUP",
     [](std::string_view v, Config* c) { return SetPath(v, &c->tls_cert); },
     [](const Config& c) { return c.tls_cert; }},
    {"tls_key", "FILE", "Its private key in PEM, without a password",
     [](std::string_view v, Config* c) { return SetPath(v, &c->tls_key); },
     [](const Config& c) { return c.tls_key; }},
    {"tls_client_ca", "FILE",
     "Take connections only from clients with a certificate of this authority (mutual TLS)",
     [](std::string_view v, Config* c) { return SetPath(v, &c->tls_client_ca); },
     [](const Config& c) { return c.tls_client_ca; }},
    {"tokens", "FILE",
     "Who may do what: callers with their roles, by token or client certificate (see quoted token "
     "new --help); read again when it changes and at SIGHUP. Without it everybody may do "
     "everything",
     [](std::string_view v, Config* c) { return SetPath(v, &c->tokens); },
     [](const Config& c) { return c.tokens; }},
    {"jwks", "FILE",
     "Take signed tokens too (JWT, RS256 or ES256): the public keys of who signs them, as a JSON "
     "Web "
     "Key Set; read again when it changes and at SIGHUP. Their claim sub names the caller, "
     "quotes_role the role",
     [](std::string_view v, Config* c) { return SetPath(v, &c->jwks); },
     [](const Config& c) { return c.jwks; }},
    {"jwt_issuer", "TEXT", "What the claim iss of signed tokens must be",
     [](std::string_view v, Config* c) { return SetPath(v, &c->jwt_issuer); },
     [](const Config& c) { return c.jwt_issuer; }},
    {"jwt_audience", "TEXT", "What the claim aud of signed tokens must be, or have in its list",
     [](std::string_view v, Config* c) { return SetPath(v, &c->jwt_audience); },
     [](const Config& c) { return c.jwt_audience; }},
    {"quota_rate", kNumber,
     "Calls a second that each caller may make in the long run, callers without a name by their "
     "address; 0: as many as they like",
     [](std::string_view v, Config* c) { return SetRate(v, 0, &c->quota.calls_per_second); },
     [](const Config& c) { return absl::StrCat(c.quota.calls_per_second); }},
    {"quota_burst", kNumber, "Calls that a caller who rested may make at once, with --quota-rate",
     [](std::string_view v, Config* c) { return SetRate(v, 1, &c->quota.burst); },
     [](const Config& c) { return absl::StrCat(c.quota.burst); }},
    {"quota_callers", kNumber,
     "Callers whose calls are counted, with --quota-rate; beyond it the newest share one count",
     [](std::string_view v, Config* c) {
       return SetCount(v, 1, kMaxCount, &c->quota.most_callers);
     },
     [](const Config& c) { return absl::StrCat(c.quota.most_callers); }},
    {"max_calls", kNumber, "Calls served at the same time; more are refused with TOO_MANY_CALLS",
     [](std::string_view v, Config* c) { return SetCount(v, 1, kMaxCount, &c->limits.max_calls); },
     [](const Config& c) { return absl::StrCat(c.limits.max_calls); }},
    {"max_calls_per_caller", kNumber, "The same of one caller with a name; 0: half of --max-calls",
     [](std::string_view v, Config* c) {
       return SetCount(v, 0, kMaxCount, &c->limits.max_calls_per_caller);
     },
     [](const Config& c) { return absl::StrCat(c.limits.max_calls_per_caller); }},
    {"max_watches", kNumber,
     "Calls of WatchChanges at the same time, counted apart; one caller with a name has half at "
     "most",
     [](std::string_view v, Config* c) {
       return SetCount(v, 1, kMaxCount, &c->limits.max_watches);
     },
     [](const Config& c) { return absl::StrCat(c.limits.max_watches); }},
    {"upload_idle", "DURATION",
     "How long an upload may send nothing; then it ends with DEADLINE_EXCEEDED",
     [](std::string_view v, Config* c) { return SetDuration(v, &c->limits.upload_idle); },
     [](const Config& c) { return absl::FormatDuration(c.limits.upload_idle); }},
    {"max_import_bytes", kNumber,
     "Sources that calls hold while they upload, wait or import; more are refused with QUEUE_FULL. "
     "One caller with a name has half at most",
     [](std::string_view v, Config* c) {
       return SetCount(v, 2 * (limits::kMaxSourceBytes + limits::kMaxUploadChunkBytes),
                       size_t{1} << 40, &c->limits.max_import_bytes);
     },
     [](const Config& c) { return absl::StrCat(c.limits.max_import_bytes); }},
    {"max_unread_bytes", kNumber,
     "Answers above 64 KiB that callers were given and have not read; more are refused with "
     "QUEUE_FULL. One caller with a name has half at most",
     [](std::string_view v, Config* c) {
       return SetCount(v, 2 * limits::kMaxReceiveMessageBytes, size_t{1} << 40,
                       &c->limits.max_unread_bytes);
     },
     [](const Config& c) { return absl::StrCat(c.limits.max_unread_bytes); }},
    {"max_unread_answers", kNumber,
     "Answers of any size that callers were given and have not read; while there are so many "
     "further calls are refused with TOO_MANY_CALLS. One caller has a quarter at most",
     [](std::string_view v, Config* c) {
       return SetCount(v, limits::kUnreadShare, kMaxCount, &c->limits.max_unread_answers);
     },
     [](const Config& c) { return absl::StrCat(c.limits.max_unread_answers); }},
    {"connection_rate", kNumber,
     "New connections a second that are taken in the long run; others wait in the system's queue",
     [](std::string_view v, Config* c) {
       return SetCount(v, 1, kMaxCount, &c->limits.connection_rate);
     },
     [](const Config& c) { return absl::StrCat(c.limits.connection_rate); }},
    {"connection_burst", kNumber, "New connections that are taken at once after a rest",
     [](std::string_view v, Config* c) {
       return SetCount(v, 1, kMaxCount, &c->limits.connection_burst);
     },
     [](const Config& c) { return absl::StrCat(c.limits.connection_burst); }},
    {"max_streams", kNumber, "Calls at the same time on one connection; more wait in the client",
     [](std::string_view v, Config* c) {
       return SetCount(v, 1, kMaxCount, &c->limits.max_streams);
     },
     [](const Config& c) { return absl::StrCat(c.limits.max_streams); }},
    {"max_message_bytes", kNumber,
     "Size of a request; larger ones are refused with RESOURCE_EXHAUSTED",
     [](std::string_view v, Config* c) {
       return SetCount(v, 2 * limits::kMaxUploadChunkBytes, limits::kMaxReceiveMessageBytes,
                       &c->limits.max_message_bytes);
     },
     [](const Config& c) { return absl::StrCat(c.limits.max_message_bytes); }},
    {"max_metadata_bytes", kNumber,
     "Size of a request's metadata; calls with more are refused with RESOURCE_EXHAUSTED",
     [](std::string_view v, Config* c) {
       return SetCount(v, 1'024, 1u << 20, &c->limits.max_metadata_bytes);
     },
     [](const Config& c) { return absl::StrCat(c.limits.max_metadata_bytes); }},
    {"max_connection_bytes", kNumber,
     "Memory for what calls of one connection sent and wait for; one that takes more is closed",
     [](std::string_view v, Config* c) {
       return SetCount(v, limits::kMaxReceiveMessageBytes + (1u << 20), size_t{1} << 40,
                       &c->limits.max_connection_bytes);
     },
     [](const Config& c) { return absl::StrCat(c.limits.max_connection_bytes); }},
    {"max_transport_bytes", kNumber,
     "The same for all connections; beyond it those are closed that take most",
     [](std::string_view v, Config* c) {
       return SetCount(v, 2 * limits::kMaxReceiveMessageBytes, size_t{1} << 40,
                       &c->limits.max_transport_bytes);
     },
     [](const Config& c) { return absl::StrCat(c.limits.max_transport_bytes); }},
    {"executor_threads", kNumber, "Threads for what takes long, and as many for what writes",
     [](std::string_view v, Config* c) {
       return SetCount(v, 1, 1'024, &c->limits.executor_threads);
     },
     [](const Config& c) { return absl::StrCat(c.limits.executor_threads); }},
    {"executor_queue", kNumber,
     "Calls that wait for one of these threads; more are refused with QUEUE_FULL",
     [](std::string_view v, Config* c) {
       return SetCount(v, 1, kMaxCount, &c->limits.executor_queue);
     },
     [](const Config& c) { return absl::StrCat(c.limits.executor_queue); }},
    {"max_connection_age", "DURATION",
     "How long a connection lives before its client is asked to make another, so that changes of "
     "certificates reach all; calls have five minutes to end then. 0: as long as it likes",
     [](std::string_view v, Config* c) { return SetDuration(v, &c->limits.max_connection_age); },
     [](const Config& c) { return absl::FormatDuration(c.limits.max_connection_age); }},
    {"min_ping_interval", "DURATION",
     "How often a client may ping its connection; one that does more often is disconnected with "
     "GOAWAY",
     [](std::string_view v, Config* c) { return SetDuration(v, &c->limits.min_ping_interval); },
     [](const Config& c) { return absl::FormatDuration(c.limits.min_ping_interval); }},
    {"database", "FILE", "The SQLite database; made if it is missing",
     [](std::string_view v, Config* c) { return SetText(v, &c->database); },
     [](const Config& c) { return c.database; }},
    {"read_only", nullptr,
     "Only read the database: imports are refused with READ_ONLY, another process may write",
     [](std::string_view v, Config* c) { return SetSwitch(v, &c->read_only); },
     [](const Config& c) { return SwitchText(c.read_only); }},
    {"insecure_allow_remote", nullptr,
     "Listen on addresses that other machines reach also without TLS or without --tokens: calls, "
     "answers and tokens travel unencrypted, and without --tokens whoever reaches the port may "
     "import",
     [](std::string_view v, Config* c) { return SetSwitch(v, &c->insecure_allow_remote); },
     [](const Config& c) { return SwitchText(c.insecure_allow_remote); }},
    {"log_level", "LEVEL", "The least that is logged: debug, info, warning or error",
     [](std::string_view v, Config* c) { return SetLogLevel(v, &c->log_level); },
     [](const Config& c) { return std::string(LogLevelName(c.log_level)); }},
    {"log_file", "FILE", "Append the log to a file instead of standard error",
     [](std::string_view v, Config* c) {
       c->log_file = v;
       return absl::OkStatus();
     },
     [](const Config& c) { return c.log_file; }},
    {"profiles", "FILE",
     "The house's own profiles for citation checks, in TOML, beside the built-in ones",
     [](std::string_view v, Config* c) {
       c->profiles = v;
       return absl::OkStatus();
     },
     [](const Config& c) { return c.profiles; }},
    {"extractor", "FILE",
     "The program that reads Word documents, PDFs, HTML and Markdown (default: quotes-extract in "
     "the folder of quoted)",
     [](std::string_view v, Config* c) {
       c->extractor = v;
       return absl::OkStatus();
     },
     [](const Config& c) { return c.extractor; }},
    {"metrics_listen", "HOST:PORT",
     "IPv4 address on which Prometheus reads metrics, /metrics over HTTP; they hold no texts, but "
     "tell "
     "how the service is used, so other machines should reach it only on purpose",
     [](std::string_view v, Config* c) {
       c->metrics_listen = v;
       return absl::OkStatus();
     },
     [](const Config& c) { return c.metrics_listen; }},
    {"slow_call", "DURATION",
     "Calls that take at least so long (imports left out) get a line of their own in the log, with "
     "the shape of the request and none of its text; 0 for none",
     [](std::string_view v, Config* c) { return SetDuration(v, &c->slow_call); },
     [](const Config& c) { return absl::FormatDuration(c.slow_call); }},
    {"backup_folder", "FOLDER",
     "Where backups are made, when quotectl backup asks for one or by itself; made if it is "
     "missing",
     [](std::string_view v, Config* c) { return SetPath(v, &c->backup_folder); },
     [](const Config& c) { return c.backup_folder; }},
    {"backup_every", "DURATION",
     "Make a backup by itself so often, like 6h or 1d; 0: only when asked",
     [](std::string_view v, Config* c) { return SetPeriod(v, &c->backup_every); },
     [](const Config& c) { return absl::FormatDuration(c.backup_every); }},
    {"backup_keep", kNumber,
     "How many of the backups that were made by itself are kept, the newest",
     [](std::string_view v, Config* c) { return SetCount(v, 1, kMaxKept, &c->backup_keep); },
     [](const Config& c) { return std::to_string(c.backup_keep); }},
    {"publish_folder", "FOLDER",
     "Publish snapshots for replicas here whenever reports have changed; made if it is missing",
     [](std::string_view v, Config* c) { return SetPath(v, &c->publish_folder); },
     [](const Config& c) { return c.publish_folder; }},
    {"publish_every", "DURATION", "The least time between two published snapshots",
     [](std::string_view v, Config* c) { return SetPeriod(v, &c->publish_every); },
     [](const Config& c) { return absl::FormatDuration(c.publish_every); }},
    {"publish_keep", kNumber, "How many published snapshots are kept, the newest",
     [](std::string_view v, Config* c) { return SetCount(v, 1, kMaxKept, &c->publish_keep); },
     [](const Config& c) { return std::to_string(c.publish_keep); }},
    {"follow", "FOLDER",
     "Be a replica: serve the newest snapshot that is published in this folder, and the next ones "
     "as they come; the replica's own copies and index are kept beside the name of the database",
     [](std::string_view v, Config* c) { return SetPath(v, &c->follow); },
     [](const Config& c) { return c.follow; }},
    {"drain_delay", "DURATION",
     "After SIGTERM or SIGINT, how long health says NOT_SERVING while calls are still served, so "
     "that load balancers look elsewhere",
     [](std::string_view v, Config* c) { return SetDuration(v, &c->drain_delay); },
     [](const Config& c) { return absl::FormatDuration(c.drain_delay); }},
    {"drain_grace", "DURATION",
     "How long calls in flight may take to finish afterwards, before they are cancelled",
     [](std::string_view v, Config* c) { return SetDuration(v, &c->drain_grace); },
     [](const Config& c) { return absl::FormatDuration(c.drain_grace); }},
});

// What can change while a server runs.
constexpr auto kLiveKeys = std::to_array<std::string_view>(
    {"backup_every", "backup_keep", "drain_delay", "drain_grace", "log_level", "max_calls",
     "max_calls_per_caller", "max_watches", "profiles", "publish_every", "publish_keep",
     "quota_burst", "quota_rate", "slow_call", "upload_idle"});

std::string Flag(const Option& option) {
  return absl::StrCat("--", absl::StrReplaceAll(option.key, {{"_", "-"}}));
}

std::string Variable(const Option& option) {
  return absl::StrCat("QUOTED_", absl::AsciiStrToUpper(option.key));
}

absl::Status Apply(const Option& option, std::string_view where, std::string_view value,
                   Config* config) {
  const absl::Status status = option.set(value, config);
  return status.ok() ? status
                     : absl::InvalidArgumentError(absl::StrCat(ToAbsl(where), " ", status.message(),
                                                               ", not \"", ToAbsl(value), "\""));
}

absl::Status ApplyFile(const std::string& path, Config* config) {
  const std::optional<std::string> text = ReadWholeFile(path);
  if (!text.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read the configuration file ", path));
  }
  toml::table table;
  try {
    table = toml::parse(*text);
  } catch (const toml::parse_error& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ":", error.source().begin.line, ": ", std::string(error.description())));
  }
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const std::string where = absl::StrCat(path, ":", node.source().begin.line, ": ", name);
    const auto* const option =
        std::find_if(kOptions.begin(), kOptions.end(),
                     [&](const Option& candidate) { return candidate.key == name; });
    if (option == kOptions.end()) {
      return absl::InvalidArgumentError(absl::StrCat(where, " is not an option"));
    }
    const bool is_switch = option->value == nullptr;
    if (option->value == kNumber) {
      if (!node.is_number()) {
        return absl::InvalidArgumentError(absl::StrCat(where, " must be a number"));
      }
      QUOTES_RETURN_IF_ERROR(Apply(*option, where,
                                   node.is_integer()
                                       ? absl::StrCat(node.as_integer()->get())
                                       : absl::StrCat(node.as_floating_point()->get()),
                                   config));
      continue;
    }
    if (is_switch ? !node.is_boolean() : !node.is_string()) {
      return absl::InvalidArgumentError(
          absl::StrCat(where, is_switch ? " must be true or false" : " must be text in quotes"));
    }
    QUOTES_RETURN_IF_ERROR(
        Apply(*option, where,
              is_switch ? SwitchText(node.as_boolean()->get()) : node.as_string()->get(), config));
  }
  return absl::OkStatus();
}

std::string Footer() {
  return "quoted token new makes a token for a caller; quoted token new --help says how.\n"
         "Flags come before the environment, the environment before the configuration file.\n"
         "Exit codes: 0 ended as asked; 2 wrong options or a configuration that cannot be read;\n"
         "3 the server cannot start (address taken, database in use, damaged, of a newer schema,\n"
         "or not writable); one line on standard error says why.";
}

}  // namespace

std::string_view LogLevelName(LogLevel level) {
  for (const auto& [value, name] : kLogLevels) {
    if (value == level) {
      return name;
    }
  }
  return "info";
}

ConfigChanges TakeChanges(const Config& read, Config* running) {
  ConfigChanges changes;
  for (const Option& option : kOptions) {
    const std::string value = option.get(read);
    if (value == option.get(*running)) {
      continue;
    }
    const std::string_view key = option.key;
    const bool is_live = std::find(kLiveKeys.begin(), kLiveKeys.end(), key) != kLiveKeys.end() &&
                         !(key == "backup_every" && running->backup_folder.empty());
    // What was read is a value that the option takes, and so is the text of it.
    if (is_live && option.set(value, running).ok()) {
      changes.made.emplace_back(key);
    } else {
      changes.need_restart.emplace_back(key);
    }
  }
  return changes;
}

absl::StatusOr<CommandLine> ReadCommandLine(
    int argc, const char* const* argv,
    const std::function<std::optional<std::string>(const std::string&)>& environment) {
  CommandLine result;
  CLI::App app("Serves official reports as quotes, over gRPC.", "quoted");
  app.get_formatter()->column_width(28);
  app.footer(Footer());
  std::map<const Option*, std::string> flags;
  for (const Option& option : kOptions) {
    const std::string fallback = option.get(Config());
    const std::string help =
        absl::StrCat(option.help, " [", Variable(option), "; ", option.key,
                     " in the file; default ", fallback.empty() ? "none" : fallback, "]");
    if (option.value == nullptr) {
      app.add_flag(Flag(option), flags[&option], help);
    } else {
      app.add_option(Flag(option), flags[&option], help)->type_name(option.value);
    }
  }
  std::string file;
  app.add_option("--config", file,
                 "Configuration file in TOML, one line an option [QUOTED_CONFIG; default none]")
      ->type_name("FILE");
  bool version = false;
  bool print_config = false;
  app.add_flag("--version", version, "Print the version and exit");
  app.add_flag("--print-config", print_config,
               "Print the effective options as a configuration file and exit");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    result.action = CommandLine::Action::kPrint;
    result.text = app.help();
    return result;
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(absl::StrCat(error.what(), " (see quoted --help)"));
  }
  if (version) {
    result.action = CommandLine::Action::kPrint;
    result.text = absl::StrCat("quoted ", ProgramVersion(), "\n");
    return result;
  }

  if (app.count("--config") == 0) {
    file = environment("QUOTED_CONFIG").value_or("");
  }
  result.file = file;
  if (!file.empty()) {
    QUOTES_RETURN_IF_ERROR(ApplyFile(file, &result.config));
  }
  for (const Option& option : kOptions) {
    if (app.count(Flag(option)) > 0) {
      QUOTES_RETURN_IF_ERROR(Apply(option, Flag(option), flags[&option], &result.config));
    } else if (const auto value = environment(Variable(option));
               value.has_value() && !value->empty()) {
      QUOTES_RETURN_IF_ERROR(Apply(option, Variable(option), *value, &result.config));
    }
  }
  if (print_config) {
    result.action = CommandLine::Action::kPrint;
    result.text = PrintConfig(result.config);
  }
  return result;
}

std::string PrintConfig(const Config& config) {
  toml::table table;
  for (const Option& option : kOptions) {
    const std::string value = option.get(config);
    if (option.value == nullptr) {
      table.insert(option.key, value == "true");
    } else if (int64_t whole = 0; option.value == kNumber && absl::SimpleAtoi(value, &whole)) {
      table.insert(option.key, whole);
    } else if (double number = 0; option.value == kNumber && absl::SimpleAtod(value, &number)) {
      table.insert(option.key, number);
    } else {
      table.insert(option.key, value);
    }
  }
  std::ostringstream out;
  out << table << "\n";
  return out.str();
}

}  // namespace quotes::server
