#ifndef QUOTES_SERVICE_SERVER_TOKEN_COMMAND_H_
#define QUOTES_SERVICE_SERVER_TOKEN_COMMAND_H_

#include <optional>
#include <ostream>
#include <string_view>

#include "absl/time/time.h"

namespace quotes::server {

// `quoted token new`: makes a token, prints it once and, unless it appends it to a file, the entry
// for the file of callers. `argv` begins with "token". Returns the exit code: 0, or 2 with a
// sentence on `err`.
int RunTokenCommand(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

// When a token made at `now` expires: "90d", "12h" and other durations from then, a time like
// 2027-01-31T00:00:00Z, "never"; nullopt for anything else, and for what is over already.
std::optional<absl::Time> ParseExpiry(std::string_view text, absl::Time now);

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_TOKEN_COMMAND_H_
