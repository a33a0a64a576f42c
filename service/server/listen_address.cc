#include "service/server/listen_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"

namespace quotes::server {
namespace {

struct HostPort {
  std::string host;
  std::string port;
};

std::optional<HostPort> Split(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view host = address.substr(0, colon);
  const std::string_view port = address.substr(colon + 1);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;  // IPv6 without brackets could be read in two ways
  }
  uint32_t number = 0;
  if (host.empty() || port.empty() || port.size() > 5 ||
      !std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; }) ||
      !absl::SimpleAtoi(ToAbsl(port), &number) || number > 65535) {
    return std::nullopt;
  }
  return HostPort{std::string(host), std::string(port)};
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

absl::StatusOr<Addresses> Resolve(const HostPort& at) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(at.host.c_str(), at.port.c_str(), &hints, &list);
  if (error != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot resolve \"", at.host, "\": ", gai_strerror(error)));
  }
  return Addresses(list);
}

bool IsLoopback(const addrinfo& info) {
  if (info.ai_family == AF_INET) {
    const auto* ip4 = reinterpret_cast<const sockaddr_in*>(info.ai_addr);
    return ntohl(ip4->sin_addr.s_addr) >> 24 == 127;
  }
  const auto* ip6 = reinterpret_cast<const sockaddr_in6*>(info.ai_addr);
  return IN6_IS_ADDR_LOOPBACK(&ip6->sin6_addr) != 0;
}

}  // namespace

absl::StatusOr<ListenAddress> ResolveListenAddress(std::string_view address) {
  const std::optional<HostPort> at = Split(address);
  if (!at.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", ToAbsl(address), "\" is not host:port with a port from 0 to 65535"));
  }
  const absl::StatusOr<Addresses> list = Resolve(*at);
  if (!list.ok()) {
    return list.status();
  }
  ListenAddress result;
  for (const addrinfo* info = list->get(); info != nullptr; info = info->ai_next) {
    char host[NI_MAXHOST] = {};
    if ((info->ai_family != AF_INET && info->ai_family != AF_INET6) ||
        getnameinfo(info->ai_addr, info->ai_addrlen, host, sizeof(host), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
      continue;
    }
    std::string numeric = info->ai_family == AF_INET6
                              ? absl::StrCat("[", static_cast<const char*>(host), "]:", at->port)
                              : absl::StrCat(static_cast<const char*>(host), ":", at->port);
    if (std::find(result.numeric.begin(), result.numeric.end(), numeric) == result.numeric.end()) {
      result.numeric.push_back(std::move(numeric));
      result.loopback = result.loopback && IsLoopback(*info);
    }
  }
  if (result.numeric.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("\"", at->host, "\" has no IP address"));
  }
  return result;
}

absl::Status ProbeListenAddress(const std::string& numeric) {
  const std::optional<HostPort> at = Split(numeric);
  if (!at.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(numeric, " is no address"));
  }
  const absl::StatusOr<Addresses> list = Resolve(*at);
  if (!list.ok()) {
    return list.status();
  }
  const addrinfo& info = **list;
  const int fd = socket(info.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int error = fd < 0 ? errno : 0;
  if (fd >= 0) {
    // As gRPC binds: a port that waits for the last packets of an ended server is free.
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, info.ai_addr, info.ai_addrlen) != 0 || listen(fd, 1) != 0) {
      error = errno;
    }
    close(fd);
  }
  if (error == 0) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat("cannot listen on ", numeric, ": ",
                   error == EADDRINUSE ? "another process listens there" : std::strerror(error)));
}

}  // namespace quotes::server
