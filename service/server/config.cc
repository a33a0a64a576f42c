#include "service/server/config.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/base/absl_string.h"
#include "service/base/file.h"
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

absl::Status SetLogLevel(std::string_view value, LogLevel* out) {
  for (const auto& [level, name] : kLogLevels) {
    if (value == name) {
      *out = level;
      return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError("must be debug, info, warning or error");
}

// One option; "drain_grace" is --drain-grace, QUOTED_DRAIN_GRACE and drain_grace.
struct Option {
  const char* key;
  const char* value;  // what the flag takes, for --help; null: a switch
  const char* help;
  absl::Status (*set)(std::string_view value, Config* config);
  std::string (*get)(const Config& config);
};

std::string SwitchText(bool on) { return on ? "true" : "false"; }

const std::array<Option, 12> kOptions = {{
    {"listen", "HOST:PORT", "Address to listen on; port 0 takes any free one (the log names it)",
     [](std::string_view v, Config* c) { return SetText(v, &c->listen); },
     [](const Config& c) { return c.listen; }},
    {"database", "FILE", "The SQLite database; made if it is missing",
     [](std::string_view v, Config* c) { return SetText(v, &c->database); },
     [](const Config& c) { return c.database; }},
    {"read_only", nullptr,
     "Only read the database: imports are refused with READ_ONLY, another process may write",
     [](std::string_view v, Config* c) { return SetSwitch(v, &c->read_only); },
     [](const Config& c) { return SwitchText(c.read_only); }},
    {"insecure_allow_remote", nullptr,
     "Listen on addresses that other machines reach, although every call and answer travels "
     "unencrypted and whoever reaches the port may import",
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
    {"drain_delay", "DURATION",
     "After SIGTERM or SIGINT, how long health says NOT_SERVING while calls are still served, so "
     "that load balancers look elsewhere",
     [](std::string_view v, Config* c) { return SetDuration(v, &c->drain_delay); },
     [](const Config& c) { return absl::FormatDuration(c.drain_delay); }},
    {"drain_grace", "DURATION",
     "How long calls in flight may take to finish afterwards, before they are cancelled",
     [](std::string_view v, Config* c) { return SetDuration(v, &c->drain_grace); },
     [](const Config& c) { return absl::FormatDuration(c.drain_grace); }},
}};

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
  return "Flags come before the environment, the environment before the configuration file.\n"
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
    } else {
      table.insert(option.key, value);
    }
  }
  std::ostringstream out;
  out << table << "\n";
  return out.str();
}

}  // namespace quotes::server
