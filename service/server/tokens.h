#ifndef QUOTES_SERVICE_SERVER_TOKENS_H_
#define QUOTES_SERVICE_SERVER_TOKENS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/rpc/access.h"

namespace quotes::server {

// A bearer token, of which only the SHA-256 is kept.
struct Token {
  std::string name;  // of its caller; several tokens of one caller have the same
  rpc::Role role = rpc::Role::kReader;
  std::string sha256;  // 32 bytes
  absl::Time expires;  // absl::InfiniteFuture(): never
};

// A client that is known by its certificate.
struct ClientRole {
  std::string common_name;
  rpc::Role role = rpc::Role::kReader;
};

// The file of callers, in TOML:
//   [[token]]
//   name = "cms"
//   role = "reader"
//   sha256 = "64 hexadecimal digits: of the token's own characters"
//   expires = 2027-01-31T00:00:00Z  # or "never"
//   [[client]]
//   common_name = "cms.example.org"
//   role = "editor"
// Immutable.
class TokenTable {
 public:
  // INVALID_ARGUMENT with a sentence that begins with `origin`; nothing of a token is ever in it.
  static absl::StatusOr<TokenTable> Parse(std::string_view toml, std::string_view origin);
  // The same for a file; one that others than its owner may write to is refused.
  static absl::StatusOr<TokenTable> ReadFile(const std::string& path);

  // The entry of a token, expired or not; null if there is none. Takes the same time whichever
  // entry it is, or none.
  const Token* Find(std::string_view token) const;
  // The entry of a certificate's common name; null if there is none.
  const ClientRole* FindClient(std::string_view common_name) const;

  const std::vector<Token>& tokens() const { return tokens_; }
  const std::vector<ClientRole>& clients() const { return clients_; }

 private:
  std::vector<Token> tokens_;
  std::vector<ClientRole> clients_;
};

// 1 to 64 letters, digits and . _ - @ of ASCII: fit for a log line, a metric and a file.
bool IsCallerName(std::string_view name);

// A token that was just made: it is nowhere else.
struct NewToken {
  std::string token;
  std::string entry;  // for the file of callers, with its [[token]] line
};

// 256 random bits. REQUIRES: IsCallerName(name).
absl::StatusOr<NewToken> MakeToken(std::string_view name, rpc::Role role, absl::Time expires);

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_TOKENS_H_
