#include "service/server/token_command.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/absl_string.h"
#include "service/base/limits.h"
#include "service/server/tokens.h"

namespace quotes::server {
namespace {

constexpr int kExitOptions = 2;
constexpr double kMaxDays = 36'500;

// Appends an entry; an empty string, or why it cannot be. The file stays what it was if it is not
// written whole.
std::string Append(const std::string& path, const std::string& entry) {
  // Readable by all, as the server is another user than whoever administers it: hashes of what
  // nobody can guess.
  const int file = open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (file < 0) {
    return std::strerror(errno);
  }
  const absl::Cleanup closes = [file] { close(file); };
  struct stat status = {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    return "it is no regular file";
  }
  const std::string text = status.st_size > 0 ? absl::StrCat("\n", entry) : entry;
  if (write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      fsync(file) != 0) {
    std::string why = std::strerror(errno);
    static_cast<void>(ftruncate(file, status.st_size));
    return why;
  }
  return {};
}

}  // namespace

std::optional<absl::Time> ParseExpiry(std::string_view text, absl::Time now) {
  if (text == "never") {
    return absl::InfiniteFuture();
  }
  absl::Time time;
  std::string error;
  double days = 0;
  absl::Duration duration;
  if (absl::ParseTime(absl::RFC3339_full, ToAbsl(text), &time, &error)) {
    // Without the parts of a second, which the file does not have.
  } else if (text.ends_with('d') &&
             absl::SimpleAtod(ToAbsl(text.substr(0, text.size() - 1)), &days) && days > 0 &&
             days <= kMaxDays) {
    time = now + absl::Hours(24) * days;
  } else if (absl::ParseDuration(ToAbsl(text), &duration) &&
             duration <= absl::Hours(24) * kMaxDays) {
    time = now + duration;
  } else {
    return std::nullopt;
  }
  return time > now && time != absl::InfiniteFuture() ? std::optional(time) : std::nullopt;
}

int RunTokenCommand(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  CLI::App app("Makes tokens for callers of the server.", "quoted token");
  app.require_subcommand(1, 1);
  CLI::App* const make = app.add_subcommand(
      "new", "Make a token of 256 random bits and print it once; the server keeps its hash alone");
  std::string name;
  std::string role_name;
  std::string expires_text = "90d";
  std::string file;
  make->add_option("--name", name,
                   absl::StrCat("Who calls with it, as logs and metrics name them: 1 to ",
                                limits::kMaxCallerNameBytes, " letters, digits or . _ - @"))
      ->required()
      ->type_name("NAME");
  make->add_option("--role", role_name,
                   "reader (looks up), checker (checks quotations too), editor (changes reports "
                   "too) or admin (everything)")
      ->required()
      ->type_name("ROLE");
  make->add_option("--expires", expires_text,
                   "When it ends: 90d, 12h, 2027-01-31T00:00:00Z or never (default 90d)")
      ->type_name("WHEN");
  make->add_option("--file", file,
                   "Append its entry to this file of --tokens, which a running server reads by "
                   "itself; then the token is all that is printed")
      ->type_name("FILE");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    out << app.help();
    return 0;
  } catch (const CLI::CallForAllHelp&) {
    out << app.help();
    return 0;
  } catch (const CLI::ParseError& error) {
    err << "quoted token: " << error.what() << " (see quoted token new --help)\n";
    return kExitOptions;
  }
  if (!IsCallerName(name)) {
    err << "quoted token: --name must be 1 to " << limits::kMaxCallerNameBytes
        << " letters, digits or . _ - @\n";
    return kExitOptions;
  }
  const std::optional<rpc::Role> role = rpc::ParseRole(role_name);
  if (!role.has_value()) {
    err << "quoted token: --role must be reader, checker, editor or admin\n";
    return kExitOptions;
  }
  const std::optional<absl::Time> expires = ParseExpiry(expires_text, absl::Now());
  if (!expires.has_value()) {
    err << "quoted token: --expires must be a time to come, like 90d, 12h, "
           "2027-01-31T00:00:00Z or never\n";
    return kExitOptions;
  }
  const absl::StatusOr<NewToken> made = MakeToken(name, *role, *expires);
  if (!made.ok()) {
    err << "quoted token: " << made.status().message() << "\n";
    return kExitOptions;
  }
  if (!file.empty()) {
    if (const std::string why = Append(file, made->entry); !why.empty()) {
      err << "quoted token: cannot write " << file << ": " << why << "\n";
      return kExitOptions;
    }
    out << made->token << "\n";
    return 0;
  }
  out << made->token << "\n\n" << made->entry;
  err << "The first line is the token, which is shown this once; the rest is its entry for the "
         "file "
         "of --tokens.\n";
  return 0;
}

}  // namespace quotes::server
