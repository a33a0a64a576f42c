#include "service/server/gatekeeper.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"

namespace quotes::server {
namespace {

constexpr std::string_view kScheme = "Bearer";

// The token of "Bearer TOKEN"; the scheme in any case, one or more spaces behind it. Nullopt for
// anything else. Tokens have the characters that RFC 6750 permits.
std::optional<std::string_view> BearerToken(std::string_view value) {
  if (value.size() > limits::kMaxTokenBytes ||
      !absl::StartsWithIgnoreCase(ToAbsl(value), ToAbsl(kScheme))) {
    return std::nullopt;
  }
  value.remove_prefix(kScheme.size());
  const size_t begin = value.find_first_not_of(' ');
  if (begin == 0 || begin == std::string_view::npos) {
    return std::nullopt;
  }
  value.remove_prefix(begin);
  return value.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
             "-._~+/=") == std::string_view::npos
             ? std::optional(value)
             : std::nullopt;
}

absl::Status CheckRole(const rpc::CallFacts& facts, const rpc::Caller& caller) {
  const rpc::Role least = rpc::LeastRole(facts.Method());
  return caller.role >= least
             ? absl::OkStatus()
             : errors::RoleTooLow(rpc::RoleName(caller.role), rpc::RoleName(least));
}

}  // namespace

std::string PeerAddress(std::string_view peer) {
  if (peer.starts_with("unix:")) {
    return "unix:";
  }
  const size_t colon = peer.rfind(':');
  std::string address(colon == std::string_view::npos ? peer : peer.substr(0, colon));
  // "ipv6:%5B2001:db8::1%5D": of such a customer has 2^64, the first half of it tells who it is.
  const std::string_view whole = address;
  const size_t begin = whole.find("%5B");
  const size_t end = whole.find("%5D");
  if (begin != std::string_view::npos && end != std::string_view::npos && begin < end) {
    const std::string text(whole.substr(begin + 3, end - begin - 3));
    in6_addr parsed = {};
    if (inet_pton(AF_INET6, text.c_str(), &parsed) == 1 && !IN6_IS_ADDR_V4MAPPED(&parsed)) {
      std::fill(std::begin(parsed.s6_addr) + 8, std::end(parsed.s6_addr), uint8_t{0});
      std::array<char, INET6_ADDRSTRLEN> network = {};
      inet_ntop(AF_INET6, &parsed, network.data(), network.size());
      return absl::StrCat("ipv6:", network.data(), "/64");
    }
  }
  return address;
}

Gatekeeper::Gatekeeper(GatekeeperOptions options)
    : options_(std::move(options)),
      quotas_(options_.quota),
      tokens_(std::make_shared<const TokenTable>()) {}

void Gatekeeper::SetTokens(std::shared_ptr<const TokenTable> tokens) {
  const MutexLock lock(&mutex_);
  tokens_.swap(tokens);
}

void Gatekeeper::SetKeys(std::shared_ptr<const JwtVerifier> keys) {
  const MutexLock lock(&mutex_);
  keys_.swap(keys);
}

absl::Status Gatekeeper::ByToken(std::string_view token, rpc::Caller* caller) const {
  std::shared_ptr<const TokenTable> table;
  std::shared_ptr<const JwtVerifier> keys;
  {
    const MutexLock lock(&mutex_);
    table = tokens_;
    keys = keys_;
  }
  if (keys != nullptr && JwtVerifier::IsJwt(token)) {
    return keys->Verify(token, options_.now(), caller);
  }
  const Token* const entry = table->Find(token);
  if (entry == nullptr) {
    return errors::TokenInvalid("the token is not known");
  }
  if (entry->expires <= options_.now()) {
    return errors::TokenExpired(entry->expires);
  }
  caller->name = entry->name;
  caller->role = entry->role;
  return absl::OkStatus();
}

absl::Status Gatekeeper::Identify(const rpc::CallFacts& facts, rpc::Caller* caller) const {
  const std::vector<std::string_view> values = facts.Authorizations();
  if (values.size() > 1) {
    return errors::TokenInvalid("the call has several authorizations");
  }
  if (values.size() == 1) {
    const std::optional<std::string_view> token = BearerToken(values[0]);
    if (!token.has_value()) {
      return errors::TokenInvalid("the metadata authorization is not \"Bearer TOKEN\"");
    }
    return ByToken(*token, caller);
  }
  std::shared_ptr<const TokenTable> table;
  {
    const MutexLock lock(&mutex_);
    table = tokens_;
  }
  if (!table->clients().empty()) {
    if (const ClientRole* const client = table->FindClient(facts.CertificateName());
        client != nullptr) {
      caller->name = client->common_name;
      caller->role = client->role;
      return absl::OkStatus();
    }
  }
  return errors::TokenMissing();
}

absl::Status Gatekeeper::Admit(const rpc::CallFacts& facts, rpc::Caller* caller) {
  if (options_.asks_for_credentials) {
    QUOTES_RETURN_IF_ERROR(Identify(facts, caller));
    caller->is_named = true;
    QUOTES_RETURN_IF_ERROR(quotas_.Take(caller->name, options_.now()));
    return CheckRole(facts, *caller);
  }
  return quotas_.Take(PeerAddress(facts.Peer()), options_.now());
}

absl::Status Gatekeeper::StillAdmits(const rpc::CallFacts& facts) {
  if (!options_.asks_for_credentials) {
    return absl::OkStatus();
  }
  rpc::Caller caller;
  QUOTES_RETURN_IF_ERROR(Identify(facts, &caller));
  return CheckRole(facts, caller);
}

}  // namespace quotes::server
