#ifndef QUOTES_SERVICE_SERVER_LISTEN_ADDRESS_H_
#define QUOTES_SERVICE_SERVER_LISTEN_ADDRESS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace quotes::server {

// What "host:port" means here.
struct ListenAddress {
  std::vector<std::string> numeric;  // "127.0.0.1:50051", "[::1]:50051": all that the host has
  bool loopback = true;              // whether no other machine reaches any of them
};

// Resolves a host (name, IPv4 address or bracketed IPv6 address) and a port from 0 to 65535.
// INVALID_ARGUMENT when the text has another form or the host is unknown. Blocks on the resolver.
absl::StatusOr<ListenAddress> ResolveListenAddress(std::string_view address);

// Why a numeric address cannot be listened on; OK if nothing speaks against it. gRPC itself only
// logs that.
absl::Status ProbeListenAddress(const std::string& numeric);

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_LISTEN_ADDRESS_H_
