#include "service/server/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"

namespace quotes::server {
namespace {

// So often within a period: one word that gets lost, or one look that takes long, restarts nothing.
constexpr int kPerPeriod = 3;

}  // namespace

ServiceManager::ServiceManager(
    const std::function<std::optional<std::string>(const std::string&)>& environment)
    : socket_(environment("NOTIFY_SOCKET").value_or("")) {
  int64_t micros = 0;
  if (absl::SimpleAtoi(environment("WATCHDOG_USEC").value_or(""), &micros) && micros > 0) {
    period_ = absl::Microseconds(micros);
  }
  int64_t pid = 0;
  if (const std::optional<std::string> whose = environment("WATCHDOG_PID");
      whose.has_value() && absl::SimpleAtoi(*whose, &pid) && pid != getpid()) {
    period_ = absl::InfiniteDuration();  // meant for another process
  }
}

ServiceManager::~ServiceManager() { EndWatch(); }

void ServiceManager::Ready(std::string_view status) const {
  Send(absl::StrCat("READY=1\nSTATUS=", ToAbsl(status)));
}

void ServiceManager::SetStatus(std::string_view status) const {
  Send(absl::StrCat("STATUS=", ToAbsl(status)));
}

void ServiceManager::Stopping() const { Send("STOPPING=1\nSTATUS=drains"); }

void ServiceManager::Watch(std::function<bool()> is_well) {
  if (socket_.empty() || period_ == absl::InfiniteDuration()) {
    return;
  }
  ticker_ = std::make_unique<Ticker>(period_ / kPerPeriod, [this, is_well = std::move(is_well)] {
    if (is_well()) {
      Send("WATCHDOG=1");
    }
  });
}

void ServiceManager::EndWatch() { ticker_.reset(); }

void ServiceManager::Send(std::string_view message) const {
  sockaddr_un address = {};
  if (socket_.empty() || socket_.size() >= sizeof(address.sun_path) ||
      (socket_[0] != '/' && socket_[0] != '@')) {
    return;
  }
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (socket_[0] == '@') {
    address.sun_path[0] = '\0';  // an abstract name
  }
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return;
  }
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  // Nobody could be told that it failed; whoever waits in vain acts.
  static_cast<void>(sendto(fd, message.data(), message.size(), MSG_NOSIGNAL,
                           reinterpret_cast<const sockaddr*>(&address), size));
  close(fd);
}

}  // namespace quotes::server
