#ifndef QUOTES_CLIENT_CTL_SETTINGS_H_
#define QUOTES_CLIENT_CTL_SETTINGS_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/ctl/environment.h"
#include "client/ctl/messages.h"
#include "client/transport.h"

namespace quotes::ctl {

inline constexpr char kDefaultServer[] = "127.0.0.1:50051";

enum class Color { kAuto, kAlways, kNever };

// The options of all commands as typed; absent where not given.
struct GlobalFlags {
  std::optional<std::string> server;
  std::optional<std::string> database;
  std::optional<std::string> lang;
  std::optional<std::string> color;
  std::optional<std::string> timeout;
  bool tls = false;
  std::optional<std::string> ca;
  std::optional<std::string> cert;
  std::optional<std::string> key;
  std::optional<std::string> token_file;
  bool insecure_send_token = false;
  bool json = false;
};

// What holds for one run.
struct Settings {
  std::string server;              // empty when a database is used
  bool server_is_default = false;  // nothing names one
  std::string database;            // empty when a server is used
  client::Transport transport;     // to the server
  Lang lang = Lang::kEnglish;
  Color color = Color::kAuto;
  std::optional<absl::Duration> timeout;
  bool json = false;
  // Of the variable TRACEPARENT: the trace that calls belong to; empty for none.
  std::string traceparent;
};

// The language before anything is read but the command line and the environment: help and usage
// errors are said in it. --lang, then LC_ALL, LC_MESSAGES, LANG (the first that is set and not
// empty); English for every other locale.
Lang EarlyLang(const std::optional<std::string>& lang_flag, const Environment& environment);

// Flags before environment (QUOTES_SERVER) before the configuration file before defaults. The file
// is the one that QUOTECTL_CONFIG names, which must exist then, else
// $XDG_CONFIG_HOME/quotes/quotectl.toml (~/.config without XDG_CONFIG_HOME) if it exists. A flag or
// variable for the server sets aside the file's database and the reverse; both in one place are an
// error. What the file says of TLS and of a token is for the server that it names: it is set aside
// for another one. A file with an authority or a certificate means TLS, wherever it is named.
// INVALID_ARGUMENT with a sentence in `lang` for anything malformed.
absl::StatusOr<Settings> ResolveSettings(const GlobalFlags& flags, const Environment& environment,
                                         Lang lang);

// "5s", "500ms", "1m30s", or a number of seconds; nullopt for anything else and for 0 or less.
std::optional<absl::Duration> ParseTimeout(std::string_view text);

// Whether a stream shall be coloured.
bool UseColor(Color color, bool is_terminal, const Environment& environment);

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_SETTINGS_H_
