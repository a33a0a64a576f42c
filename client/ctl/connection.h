#ifndef QUOTES_CLIENT_CTL_CONNECTION_H_
#define QUOTES_CLIENT_CTL_CONNECTION_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "client/client.h"
#include "client/ctl/settings.h"
#include "service/citation/profiles.h"

namespace quotes::ctl {

enum class Access {
  kRead,
  kCheck,   // reads; a database that is missing counts as an empty one, and so does a server that
            // no one has named and that does not answer
  kChange,  // writes to what is there
  kWrite    // makes a database that is missing
};

// The service that the commands call: a server over the network, or, with a database file, the same
// services inside this process over the same channel interface. There is one way for both.
class Connection {
 public:
  // With a server nothing is sent yet, but for a check whether it is there, and it has profiles and
  // a folder for backups of its own; a file of the transport that cannot be used is
  // INVALID_ARGUMENT. A database that is missing is INVALID_ARGUMENT when only read or changed and
  // made when written; for a check an empty one stands in a folder for temporary files until the
  // connection goes. Otherwise errors are those of the store.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const Settings& settings, Access access,
                                                          citation::Profiles profiles = {},
                                                          const std::string& backup_folder = {});

  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  client::Client& client();

  // Whether an empty archive stands for a server that does not answer.
  bool stands_in() const;

 private:
  struct Rep;
  explicit Connection(std::unique_ptr<Rep> rep);
  const std::unique_ptr<Rep> rep_;
};

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_CONNECTION_H_
