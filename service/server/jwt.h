#ifndef QUOTES_SERVICE_SERVER_JWT_H_
#define QUOTES_SERVICE_SERVER_JWT_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/rpc/access.h"

namespace quotes::server {

// Who made tokens, and for whom.
struct JwtOptions {
  std::string issuer;    // what the claim "iss" must be
  std::string audience;  // what the claim "aud" must be, or have in its list
};

// Checks signed tokens (JWT, RFC 7519) by the public keys of a house's identity provider, which are
// in a local file (JWKS, RFC 7517). Only RS256 and ES256 with a key of the file: neither unsigned
// tokens nor those that are signed with a shared secret, whatever they say of themselves. Immutable
// and thread-safe.
class JwtVerifier {
 public:
  // INVALID_ARGUMENT with a sentence that begins with `origin`: no JWKS, no key that can be used,
  // or a private one, which does not belong there.
  static absl::StatusOr<std::shared_ptr<const JwtVerifier>> Parse(std::string_view jwks,
                                                                  std::string_view origin,
                                                                  JwtOptions options);
  // The same for a file; one that others than its owner may write to is refused.
  static absl::StatusOr<std::shared_ptr<const JwtVerifier>> ReadFile(const std::string& path,
                                                                     JwtOptions options);

  ~JwtVerifier();
  JwtVerifier(const JwtVerifier&) = delete;
  JwtVerifier& operator=(const JwtVerifier&) = delete;

  // OK, with the caller: its name is "jwt:" and the claim "sub", its role the claim "quotes_role".
  // TOKEN_EXPIRED when the claim "exp" is over, TOKEN_INVALID for everything else, with a sentence
  // that says nothing of the token but which claim is wrong.
  absl::Status Verify(std::string_view token, absl::Time now, rpc::Caller* caller) const;

  size_t keys() const;

  // Whether a token has the shape of a JWT: three parts with points between them.
  static bool IsJwt(std::string_view token);

 private:
  struct Rep;
  explicit JwtVerifier(std::unique_ptr<Rep> rep);
  const std::unique_ptr<Rep> rep_;
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_JWT_H_
