#ifndef QUOTES_CLIENT_CTL_CONTEXT_H_
#define QUOTES_CLIENT_CTL_CONTEXT_H_

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/client.h"
#include "client/ctl/connection.h"
#include "client/ctl/environment.h"
#include "client/ctl/layout.h"
#include "client/ctl/messages.h"
#include "client/ctl/settings.h"

namespace google::protobuf {
class Message;
}

namespace quotes::ctl {

// What the shell sees.
enum ExitCode : int {
  kExitOk = 0,
  kExitNothing = 1,  // nothing found
  kExitInput = 2,    // usage or input
  kExitService = 3,
  kExitSignal = 128,  // and the number of the signal that ended it, as shells say it
};

// The exit code of a failed call. NOT_FOUND is kExitNothing: what was asked for does not exist.
ExitCode ExitCodeOf(const absl::Status& status);

// What a command works with. Not thread-safe.
class Context {
 public:
  Context(const Environment& environment, Settings settings);

  const Environment& environment() const { return environment_; }
  const Settings& settings() const { return settings_; }
  bool json() const { return settings_.json; }
  Lang lang() const { return settings_.lang; }

  std::ostream& out() { return *environment_.out; }
  std::ostream& err() { return *environment_.err; }
  const Painter& painter() const { return out_painter_; }
  const Painter& err_painter() const { return err_painter_; }
  // Columns of lines on stdout: the terminal's, 0 (unlimited) where there is none, so that a pipe
  // gets each quote on one line.
  size_t columns() const;

  std::string Text(Msg message, std::initializer_list<std::string_view> arguments = {}) const {
    return Say(settings_.lang, message, arguments);
  }

  // The service; opened at the first call and kept. `profiles` and
  // `backup_folder` are for a service of this process.
  absl::StatusOr<client::Client*> Connect(Access access, citation::Profiles profiles = {},
                                          const std::string& backup_folder = {});

  // Whether an empty archive stands for a server that does not answer (Access::kCheck).
  bool stands_in() const { return connection_ != nullptr && connection_->stands_in(); }

  // One line of protobuf JSON on stdout.
  void PrintJson(const google::protobuf::Message& message);

  // Says on stderr what went wrong (with the file that it concerns), as JSON with --json, and
  // returns the exit code.
  ExitCode Fail(const absl::Status& status, std::string_view file = {});

  // The sentence for people, in their language.
  std::string Describe(const absl::Status& status) const;
  // The same without the path of a field that they never wrote.
  std::string DescribeFile(const absl::Status& status) const;

 private:
  // Why there is no connection to the server, where that can be found out.
  std::optional<std::string> DescribeTransport() const;

  const Environment& environment_;
  const Settings settings_;
  const Painter out_painter_;
  const Painter err_painter_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_CONTEXT_H_
