#ifndef QUOTES_SERVICE_SERVER_GATEKEEPER_H_
#define QUOTES_SERVICE_SERVER_GATEKEEPER_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/mutex.h"
#include "service/rpc/access.h"
#include "service/server/jwt.h"
#include "service/server/quotas.h"
#include "service/server/tokens.h"

namespace quotes::server {

struct GatekeeperOptions {
  // Whether callers must say who they are. If not, everybody is an admin without a name.
  bool asks_for_credentials = false;
  QuotaOptions quota{};
  std::function<absl::Time()> now = absl::Now;
};

// Tells callers by their bearer token, else by their client certificate, then takes the call from
// their quota (that of their address, for callers without a name), then compares their role with
// the method's. Nothing of a request is looked at. Thread-safe.
class Gatekeeper final : public rpc::Gate {
 public:
  explicit Gatekeeper(GatekeeperOptions options);

  // The callers from now on; calls that were admitted go on.
  void SetTokens(std::shared_ptr<const TokenTable> tokens);
  // Signed tokens are taken too from now on.
  void SetKeys(std::shared_ptr<const JwtVerifier> keys);

  void SetQuota(const QuotaOptions& quota) { quotas_.SetOptions(quota); }

  absl::Status Admit(const rpc::CallFacts& facts, rpc::Caller* caller) override;
  absl::Status StillAdmits(const rpc::CallFacts& facts) override;

 private:
  absl::Status Identify(const rpc::CallFacts& facts, rpc::Caller* caller) const;
  absl::Status ByToken(std::string_view token, rpc::Caller* caller) const;

  const GatekeeperOptions options_;
  Quotas quotas_;
  mutable Mutex mutex_;
  std::shared_ptr<const TokenTable> tokens_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const JwtVerifier> keys_ ABSL_GUARDED_BY(mutex_);
};

// The address of a peer without its port: "ipv4:10.0.0.7", "unix:". Of IPv6 the network that one
// customer has: "ipv6:2001:db8:1:2::/64".
std::string PeerAddress(std::string_view peer);

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_GATEKEEPER_H_
