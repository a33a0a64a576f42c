#include "client/ctl/settings.h"

#include <toml++/toml.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/file.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

absl::Status Invalid(Lang lang, Msg message, std::initializer_list<std::string_view> arguments) {
  return absl::InvalidArgumentError(Say(lang, message, arguments));
}

std::optional<std::string> NonEmpty(const Environment& environment, std::string_view name) {
  std::optional<std::string> value = environment.variable(name);
  return value.has_value() && !value->empty() ? value : std::nullopt;
}

// The configuration file to read; empty if there is none.
absl::StatusOr<std::filesystem::path> ConfigPath(const Environment& environment, Lang lang) {
  std::error_code error;
  if (const auto named = NonEmpty(environment, "QUOTECTL_CONFIG"); named.has_value()) {
    if (!std::filesystem::exists(*named, error)) {
      return Invalid(lang, Msg::kConfigUnreadable, {*named});
    }
    return std::filesystem::path(*named);
  }
  std::filesystem::path folder;
  if (const auto xdg = NonEmpty(environment, "XDG_CONFIG_HOME"); xdg.has_value()) {
    folder = *xdg;
  } else if (const auto home = NonEmpty(environment, "HOME"); home.has_value()) {
    folder = std::filesystem::path(*home) / ".config";
  } else {
    return std::filesystem::path();
  }
  std::filesystem::path path = folder / "quotes" / "quotectl.toml";
  return std::filesystem::exists(path, error) ? path : std::filesystem::path();
}

struct ConfigFile {
  std::optional<std::string> server;
  std::optional<std::string> database;
  std::optional<std::string> lang;
  std::optional<std::string> color;
  std::optional<bool> tls;
  std::optional<std::string> ca;
  std::optional<std::string> cert;
  std::optional<std::string> key;
  std::optional<std::string> token_file;
};

absl::StatusOr<ConfigFile> ReadConfig(const std::filesystem::path& path, Lang lang) {
  const std::optional<std::string> text = ReadWholeFile(path.string());
  if (!text.has_value()) {
    return Invalid(lang, Msg::kConfigUnreadable, {path.string()});
  }
  toml::table table;
  try {
    table = toml::parse(*text, path.string());
  } catch (const toml::parse_error& failure) {
    return Invalid(
        lang, Msg::kConfigMalformed,
        {absl::StrCat(path.string(), ":", failure.source().begin.line), failure.description()});
  }
  ConfigFile config;
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    if (name == "tls") {
      if (!node.is_boolean()) {
        return Invalid(lang, Msg::kConfigNotSwitch, {path.string(), name});
      }
      config.tls = node.as_boolean()->get();
      continue;
    }
    std::optional<std::string>* value = name == "server"       ? &config.server
                                        : name == "database"   ? &config.database
                                        : name == "lang"       ? &config.lang
                                        : name == "color"      ? &config.color
                                        : name == "ca"         ? &config.ca
                                        : name == "cert"       ? &config.cert
                                        : name == "key"        ? &config.key
                                        : name == "token_file" ? &config.token_file
                                                               : nullptr;
    if (value == nullptr) {
      return Invalid(lang, Msg::kConfigUnknownKey, {path.string(), name});
    }
    if (!node.is_string()) {
      return Invalid(lang, Msg::kConfigNotText, {path.string(), name});
    }
    *value = node.as_string()->get();
  }
  if (config.server.has_value() && config.database.has_value()) {
    return Invalid(lang, Msg::kServerAndDatabase, {path.string()});
  }
  return config;
}

// How the server is talked to: flags before environment before the file, each option by itself.
absl::StatusOr<client::Transport> ResolveTransport(const GlobalFlags& flags,
                                                   const Environment& environment,
                                                   const ConfigFile& config, Lang lang) {
  const auto pick = [&](const std::optional<std::string>& flag, std::string_view variable,
                        const std::optional<std::string>& in_file) {
    if (flag.has_value()) {
      return *flag;
    }
    return NonEmpty(environment, variable).value_or(in_file.value_or(""));
  };
  client::Transport transport;
  transport.ca_file = pick(flags.ca, "QUOTES_CA", config.ca);
  transport.certificate_file = pick(flags.cert, "QUOTES_CERT", config.cert);
  transport.key_file = pick(flags.key, "QUOTES_KEY", config.key);
  // A token in the environment comes before a file of lower rank.
  const std::optional<std::string> token = NonEmpty(environment, "QUOTES_TOKEN");
  if (token.has_value() && !flags.token_file.has_value()) {
    if (NonEmpty(environment, "QUOTES_TOKEN_FILE").has_value()) {
      return Invalid(lang, Msg::kOptionExcludes, {"QUOTES_TOKEN", "QUOTES_TOKEN_FILE"});
    }
    transport.token = *token;
  } else {
    transport.token_file = pick(flags.token_file, "QUOTES_TOKEN_FILE", config.token_file);
  }
  transport.allow_token_in_the_clear = flags.insecure_send_token;
  bool tls = config.tls.value_or(false);
  if (const auto variable = NonEmpty(environment, "QUOTES_TLS"); variable.has_value()) {
    if (*variable != "true" && *variable != "false" && *variable != "1" && *variable != "0") {
      return Invalid(lang, Msg::kBadTls, {*variable});
    }
    tls = *variable == "true" || *variable == "1";
  }
  transport.tls = flags.tls || tls || !transport.ca_file.empty() ||
                  !transport.certificate_file.empty() || !transport.key_file.empty();
  if (transport.certificate_file.empty() != transport.key_file.empty()) {
    return Invalid(lang, Msg::kCertAndKey, {});
  }
  return transport;
}

}  // namespace

Lang EarlyLang(const std::optional<std::string>& lang_flag, const Environment& environment) {
  if (lang_flag.has_value()) {
    return ParseLang(*lang_flag).value_or(Lang::kEnglish);
  }
  for (const std::string_view name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (const auto value = NonEmpty(environment, name); value.has_value()) {
      return ParseLang(*value).value_or(Lang::kEnglish);
    }
  }
  return Lang::kEnglish;
}

std::optional<absl::Duration> ParseTimeout(std::string_view text) {
  absl::Duration duration;
  double seconds = 0;
  if (absl::SimpleAtod(ToAbsl(text), &seconds)) {
    duration = absl::Seconds(seconds);
  } else if (!absl::ParseDuration(ToAbsl(text), &duration)) {
    return std::nullopt;
  }
  if (duration <= absl::ZeroDuration() || duration == absl::InfiniteDuration()) {
    return std::nullopt;
  }
  return duration;
}

absl::StatusOr<Settings> ResolveSettings(const GlobalFlags& flags, const Environment& environment,
                                         Lang lang) {
  QUOTES_ASSIGN_OR_RETURN(const std::filesystem::path path, ConfigPath(environment, lang));
  ConfigFile config;
  if (!path.empty()) {
    QUOTES_ASSIGN_OR_RETURN(config, ReadConfig(path, lang));
  }

  Settings settings;
  settings.json = flags.json;
  settings.lang = lang;
  // The file stands before the locale: a Chinese locale with `lang = "en"` in the file is a person
  // who wants English.
  if (const std::optional<std::string> name = flags.lang.has_value() ? flags.lang : config.lang;
      name.has_value()) {
    const std::optional<Lang> parsed = ParseLang(*name);
    if (!parsed.has_value()) {
      return Invalid(lang, Msg::kBadLang, {*name});
    }
    settings.lang = *parsed;
  }
  if (const std::optional<std::string> name = flags.color.has_value() ? flags.color : config.color;
      name.has_value()) {
    if (*name == "auto") {
      settings.color = Color::kAuto;
    } else if (*name == "always") {
      settings.color = Color::kAlways;
    } else if (*name == "never") {
      settings.color = Color::kNever;
    } else {
      return Invalid(lang, Msg::kBadColor, {*name});
    }
  }
  if (flags.timeout.has_value()) {
    settings.timeout = ParseTimeout(*flags.timeout);
    if (!settings.timeout.has_value()) {
      return Invalid(lang, Msg::kBadTimeout, {*flags.timeout});
    }
  }

  settings.traceparent = NonEmpty(environment, "TRACEPARENT").value_or("");
  if (flags.server.has_value() && flags.database.has_value()) {
    return Invalid(lang, Msg::kOptionExcludes, {"--server", "--database"});
  }
  if (flags.server.has_value()) {
    settings.server = *flags.server;
  } else if (flags.database.has_value()) {
    settings.database = *flags.database;
  } else if (const auto server = NonEmpty(environment, "QUOTES_SERVER"); server.has_value()) {
    settings.server = *server;
  } else if (config.database.has_value()) {
    settings.database = *config.database;
  } else {
    settings.server = config.server.value_or(kDefaultServer);
    settings.server_is_default = !config.server.has_value();
  }
  if (settings.server.empty() && settings.database.empty()) {
    return Invalid(lang, Msg::kMissingArgument,
                   {flags.database.has_value() ? "--database" : "--server"});
  }
  if (!settings.server.empty()) {
    // A token is for the server of its file; another server must not see it.
    if (config.server.has_value() && settings.server != *config.server) {
      config = {};
    }
    QUOTES_ASSIGN_OR_RETURN(settings.transport, ResolveTransport(flags, environment, config, lang));
    if (settings.transport.tls && settings.server.starts_with("unix:")) {
      return Invalid(lang, Msg::kUnixWithTls, {settings.server});
    }
    const bool has_token =
        !settings.transport.token.empty() || !settings.transport.token_file.empty();
    if (has_token && !settings.transport.tls && !client::IsLocal(settings.server) &&
        !settings.transport.allow_token_in_the_clear) {
      return Invalid(lang, Msg::kTokenInTheClear, {settings.server});
    }
  }
  return settings;
}

bool UseColor(Color color, bool is_terminal, const Environment& environment) {
  switch (color) {
    case Color::kAlways:
      return true;
    case Color::kNever:
      return false;
    case Color::kAuto:
      // https://no-color.org: any value that is not empty turns colours off.
      return is_terminal && !NonEmpty(environment, "NO_COLOR").has_value() &&
             environment.variable("TERM").value_or("") != "dumb";
  }
  return false;
}

}  // namespace quotes::ctl
