#ifndef QUOTES_SERVICE_SERVER_SERVICE_MANAGER_H_
#define QUOTES_SERVICE_SERVER_SERVICE_MANAGER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "service/base/ticker.h"

namespace quotes::server {

// Tells systemd, or whoever else started the process with NOTIFY_SOCKET and WATCHDOG_USEC in the
// environment as sd_notify(3) says, how it is. Does nothing where there is no such socket.
// Thread-compatible.
class ServiceManager {
 public:
  // `environment` gives the value of a variable or nullopt.
  explicit ServiceManager(
      const std::function<std::optional<std::string>(const std::string&)>& environment);
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  // Started; `status` is for people.
  void Ready(std::string_view status) const;
  void SetStatus(std::string_view status) const;
  // About to end.
  void Stopping() const;

  // If it is asked for: says several times in each period that the process is well, as long as
  // `is_well` says so, in a thread of its own. Who does not hear it for a period restarts the
  // process.
  void Watch(std::function<bool()> is_well);
  void EndWatch();

 private:
  void Send(std::string_view message) const;

  std::string socket_;                                // empty: none
  absl::Duration period_ = absl::InfiniteDuration();  // of the watchdog
  std::unique_ptr<Ticker> ticker_;
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_SERVICE_MANAGER_H_
