#ifndef QUOTES_SERVICE_RPC_ACCESS_H_
#define QUOTES_SERVICE_RPC_ACCESS_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

// Who may call what. Without a word of gRPC.
namespace quotes::rpc {

// What a caller may do; each role may do what those before it may.
enum class Role {
  kReader,   // looks up
  kChecker,  // checks quotations
  kEditor,   // imports, tags, keeps registers, withdraws and restores
  kAdmin     // everything
};

// "reader", "checker", "editor", "admin".
std::string_view RoleName(Role role);
std::optional<Role> ParseRole(std::string_view name);

// The least role that may call a method.
struct MethodRole {
  std::string_view method;  // "/quotes.v1.QuoteService/SearchQuotes"
  Role least;
};
// Every method of the contract, and those of reflection and channelz.
std::span<const MethodRole> MethodRoles();
// kAdmin for a method that is not among them.
Role LeastRole(std::string_view method);

// Who a call comes from.
struct Caller {
  std::string name = "anonymous";
  Role role = Role::kAdmin;
  bool is_named = false;  // by credentials
};

// What is known of a call before anything of its request is looked at.
class CallFacts {
 public:
  virtual ~CallFacts() = default;

  virtual std::string_view Method() const = 0;
  // The values of the call's metadata "authorization".
  virtual std::vector<std::string_view> Authorizations() const = 0;
  // The other end, "ipv4:127.0.0.1:40000".
  virtual std::string Peer() const = 0;
  // The common name of a client certificate that was verified; empty without one.
  virtual std::string CertificateName() const = 0;
};

// Decides who may call. Thread-safe; never blocks.
class Gate {
 public:
  virtual ~Gate() = default;

  // OK, with the caller. TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED, ROLE_TOO_LOW or
  // QUOTA_EXCEEDED otherwise; *caller is set as soon as it is known, also then, and left alone
  // before.
  virtual absl::Status Admit(const CallFacts& facts, Caller* caller) = 0;

  // Whether a call that was admitted may go on: its credentials may have been taken back or expired
  // since. Counts for no quota.
  virtual absl::Status StillAdmits(const CallFacts& facts) = 0;
};

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_ACCESS_H_
