#include "service/server/tokens.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/file.h"
#include "service/base/hash.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
// Last: its macros are many.
#include <toml++/toml.h>

namespace quotes::server {
namespace {

constexpr size_t kSecretBytes = 32;
constexpr size_t kHashBytes = 32;
// Tells a person, and whatever searches files for secrets, what a token is.
constexpr char kTokenPrefix[] = "quotes_";
constexpr char kTimeFormat[] = "%Y-%m-%dT%H:%M:%SZ";

// One table of the file.
class Entry {
 public:
  Entry(std::string_view origin, std::string_view kind, const toml::table& table)
      : origin_(origin), kind_(kind), table_(table) {}

  // Where the table stands, without what its values are: one may be a token that was put into the
  // wrong place.
  absl::Status Error(std::string_view description) const {
    return absl::InvalidArgumentError(absl::StrCat(ToAbsl(origin_), ":", table_.source().begin.line,
                                                   ": [[", ToAbsl(kind_), "]] ",
                                                   ToAbsl(description)));
  }

  absl::StatusOr<std::string> Text(std::string_view key) const {
    const toml::node* const node = table_.get(key);
    if (node == nullptr) {
      return Error(absl::StrCat("has no ", ToAbsl(key)));
    }
    if (!node->is_string()) {
      return Error(absl::StrCat(ToAbsl(key), " must be text in quotes"));
    }
    return node->as_string()->get();
  }

  absl::StatusOr<rpc::Role> Role() const {
    QUOTES_ASSIGN_OR_RETURN(const std::string name, Text("role"));
    const std::optional<rpc::Role> role = rpc::ParseRole(name);
    if (!role.has_value()) {
      return Error("role must be reader, checker, editor or admin");
    }
    return *role;
  }

  // Only these keys are known.
  absl::Status CheckKeys(std::initializer_list<std::string_view> known) const {
    for (const auto& [key, node] : table_) {
      if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
        return Error(absl::StrCat("has a key that is not known; the keys are ",
                                  Joined({known.begin(), known.end()})));
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<absl::Time> Expires() const {
    const toml::node* const node = table_.get("expires");
    if (node == nullptr) {
      return Error("has no expires, a time like 2027-01-31T00:00:00Z or \"never\"");
    }
    if (const auto* const text = node->as_string(); text != nullptr) {
      absl::Time time;
      std::string error;
      if (text->get() == "never") {
        return absl::InfiniteFuture();
      }
      if (absl::ParseTime(absl::RFC3339_full, text->get(), &time, &error)) {
        return time;
      }
    } else if (const auto* const value = node->as_date_time(); value != nullptr) {
      const toml::date_time& at = value->get();
      if (at.offset.has_value()) {
        const absl::CivilSecond civil(at.date.year, at.date.month, at.date.day, at.time.hour,
                                      at.time.minute, at.time.second);
        return absl::FromCivil(civil, absl::UTCTimeZone()) - absl::Minutes(at.offset->minutes);
      }
    }
    return Error("expires must be a time with its zone like 2027-01-31T00:00:00Z, or \"never\"");
  }

 private:
  static std::string Joined(const std::vector<std::string_view>& names) {
    std::string joined;
    for (const std::string_view name : names) {
      absl::StrAppend(&joined, joined.empty() ? "" : ", ", ToAbsl(name));
    }
    return joined;
  }

  const std::string_view origin_;
  const std::string_view kind_;
  const toml::table& table_;
};

std::optional<std::string> HashFromHex(std::string_view hex) {
  if (hex.size() != 2 * kHashBytes ||
      hex.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
    return std::nullopt;
  }
  return absl::HexStringToBytes(ToAbsl(hex));
}

absl::StatusOr<Token> ReadToken(const Entry& entry) {
  QUOTES_RETURN_IF_ERROR(entry.CheckKeys({"name", "role", "sha256", "expires"}));
  Token token;
  QUOTES_ASSIGN_OR_RETURN(token.name, entry.Text("name"));
  if (!IsCallerName(token.name)) {
    return entry.Error(absl::StrCat("name must be 1 to ", limits::kMaxCallerNameBytes,
                                    " letters, digits or . _ - @"));
  }
  QUOTES_ASSIGN_OR_RETURN(token.role, entry.Role());
  QUOTES_ASSIGN_OR_RETURN(const std::string hex, entry.Text("sha256"));
  std::optional<std::string> hash = HashFromHex(hex);
  if (!hash.has_value()) {
    return entry.Error("sha256 must be 64 hexadecimal digits (quoted token new makes them)");
  }
  token.sha256 = *std::move(hash);
  QUOTES_ASSIGN_OR_RETURN(token.expires, entry.Expires());
  return token;
}

absl::StatusOr<ClientRole> ReadClient(const Entry& entry) {
  QUOTES_RETURN_IF_ERROR(entry.CheckKeys({"common_name", "role"}));
  ClientRole client;
  QUOTES_ASSIGN_OR_RETURN(client.common_name, entry.Text("common_name"));
  if (!IsCallerName(client.common_name)) {
    return entry.Error(absl::StrCat("common_name must be 1 to ", limits::kMaxCallerNameBytes,
                                    " letters, digits or . _ - @"));
  }
  QUOTES_ASSIGN_OR_RETURN(client.role, entry.Role());
  return client;
}

// Whether two strings of the same length are equal, in a time that does not depend on where they
// differ.
bool EqualHashes(std::string_view a, std::string_view b) {
  unsigned difference = 0;
  for (size_t i = 0; i < kHashBytes; ++i) {
    difference |= static_cast<unsigned>(a[i] ^ b[i]);
  }
  return difference == 0;
}

}  // namespace

bool IsCallerName(std::string_view name) {
  return !name.empty() && name.size() <= limits::kMaxCallerNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-' || c == '@';
         });
}

absl::StatusOr<TokenTable> TokenTable::Parse(std::string_view toml, std::string_view origin) {
  toml::table root;
  try {
    root = toml::parse(toml);
  } catch (const toml::parse_error& error) {
    // The parser's own words may cite what stands there.
    return absl::InvalidArgumentError(
        absl::StrCat(ToAbsl(origin), ":", error.source().begin.line, ": is not TOML"));
  }
  TokenTable table;
  for (const auto& [key, node] : root) {
    const std::string_view kind = key.str();
    const toml::array* const list = node.as_array();
    if ((kind != "token" && kind != "client") || list == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(ToAbsl(origin), ":", node.source().begin.line,
                       ": only [[token]] and [[client]] tables may stand here"));
    }
    for (const toml::node& element : *list) {
      const toml::table* const element_table = element.as_table();
      if (element_table == nullptr) {
        return absl::InvalidArgumentError(
            absl::StrCat(ToAbsl(origin), ":", element.source().begin.line,
                         ": only [[token]] and [[client]] tables may stand here"));
      }
      const Entry entry(origin, kind, *element_table);
      if (table.tokens_.size() + table.clients_.size() >= limits::kMaxTokens) {
        return entry.Error(absl::StrCat("is one more than the ", limits::kMaxTokens,
                                        " entries that a file may have"));
      }
      if (kind == "token") {
        QUOTES_ASSIGN_OR_RETURN(Token token, ReadToken(entry));
        for (const Token& other : table.tokens_) {
          if (EqualHashes(other.sha256, token.sha256)) {
            return entry.Error("has the sha256 of another entry");
          }
        }
        table.tokens_.push_back(std::move(token));
      } else {
        QUOTES_ASSIGN_OR_RETURN(ClientRole client, ReadClient(entry));
        if (table.FindClient(client.common_name) != nullptr) {
          return entry.Error("has the common_name of another entry");
        }
        table.clients_.push_back(std::move(client));
      }
    }
  }
  return table;
}

absl::StatusOr<TokenTable> TokenTable::ReadFile(const std::string& path) {
  QUOTES_ASSIGN_OR_RETURN(const std::string text,
                          ReadOwnersFile(path, limits::kMaxCredentialFileBytes));
  return Parse(text, path);
}

const Token* TokenTable::Find(std::string_view token) const {
  const std::string hash = Sha256(token);
  const Token* found = nullptr;
  for (const Token& candidate : tokens_) {
    found = EqualHashes(candidate.sha256, hash) ? &candidate : found;
  }
  return found;
}

const ClientRole* TokenTable::FindClient(std::string_view common_name) const {
  const auto found = std::find_if(
      clients_.begin(), clients_.end(),
      [&](const ClientRole& candidate) { return candidate.common_name == common_name; });
  return found == clients_.end() ? nullptr : &*found;
}

absl::StatusOr<NewToken> MakeToken(std::string_view name, rpc::Role role, absl::Time expires) {
  std::array<char, kSecretBytes> secret;
  if (getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size())) {
    return absl::InternalError("the system gives no random bytes");
  }
  NewToken made;
  made.token = absl::StrCat(
      kTokenPrefix, absl::WebSafeBase64Escape(absl::string_view(secret.data(), secret.size())));
  made.entry = absl::StrCat("[[token]]\nname = \"", ToAbsl(name), "\"\nrole = \"",
                            ToAbsl(rpc::RoleName(role)), "\"\nsha256 = \"", Sha256Hex(made.token),
                            "\"\nexpires = ",
                            expires == absl::InfiniteFuture()
                                ? "\"never\""
                                : absl::FormatTime(kTimeFormat, expires, absl::UTCTimeZone()),
                            "\n");
  return made;
}

}  // namespace quotes::server
