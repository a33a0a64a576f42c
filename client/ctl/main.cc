#include <google/protobuf/stubs/logging.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "client/ctl/context.h"
#include "client/ctl/environment.h"
#include "client/ctl/fd_stream.h"
#include "client/ctl/layout.h"

namespace quotes::ctl {
namespace {

std::optional<std::string> Variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

size_t TerminalColumns() {
  constexpr size_t kDefault = 80;
  size_t columns = 0;
  if (absl::SimpleAtoi(Variable("COLUMNS").value_or(""), &columns) && columns > 0) {
    return columns;
  }
  winsize size = {};
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
      return size.ws_col;
    }
  }
  return kDefault;
}

int Main(int argc, char** argv) {
  // A reader that goes away (head) is seen as a failed write, so that an import goes on to its end.
  std::signal(SIGPIPE, SIG_IGN);
  // What gRPC and protobuf log themselves is not for people who look up quotes.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  google::protobuf::SetLogHandler(nullptr);

  FdInputBuffer input(STDIN_FILENO);
  std::istream in(&input);
  FdBuffer buffer(STDOUT_FILENO);
  std::ostream out(&buffer);
  Environment environment;
  environment.in = &in;
  environment.out = &out;
  environment.err = &std::cerr;
  environment.in_is_terminal = isatty(STDIN_FILENO) == 1;
  environment.out_is_terminal = isatty(STDOUT_FILENO) == 1;
  environment.err_is_terminal = isatty(STDERR_FILENO) == 1;
  environment.columns = TerminalColumns();
  environment.variable = Variable;

  const int code = RunQuotectl(std::vector<std::string>(argv + 1, argv + argc), environment);
  out.flush();
  if (buffer.error() != 0 && buffer.error() != EPIPE) {
    std::cerr << "quotectl: stdout: " << std::strerror(buffer.error()) << '\n';
    return kExitService;
  }
  return code;
}

}  // namespace
}  // namespace quotes::ctl

int main(int argc, char** argv) { return quotes::ctl::Main(argc, argv); }
