#ifndef QUOTES_CLIENT_CTL_ENVIRONMENT_H_
#define QUOTES_CLIENT_CTL_ENVIRONMENT_H_

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quotes::ctl {

// What quotectl sees of the world, so that tests can show it another one. Owns nothing; the streams
// outlive every use.
struct Environment {
  std::istream* in = nullptr;
  std::ostream* out = nullptr;  // data
  std::ostream* err = nullptr;  // everything else
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  size_t columns = 80;  // of the terminal
  // A variable of the environment; nullopt when it is not set.
  std::function<std::optional<std::string>(std::string_view)> variable;
};

// Runs the program: parses `arguments` (without the program's name), does what they say, and
// returns the exit code.
int RunQuotectl(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_ENVIRONMENT_H_
