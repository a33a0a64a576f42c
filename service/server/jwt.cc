#include "service/server/jwt.h"

#include <cjose/header.h>
#include <cjose/jwk.h>
#include <cjose/jws.h>
#include <jansson.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/file.h"
#include "service/base/limits.h"
#include "service/base/mutex.h"
#include "service/base/status_macros.h"
#include "service/server/tokens.h"

namespace quotes::server {
namespace {

struct FreeJson {
  void operator()(json_t* json) const { json_decref(json); }
};
struct FreeKey {
  void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
};
struct FreeSignature {
  void operator()(cjose_jws_t* signature) const { cjose_jws_release(signature); }
};
using Json = std::unique_ptr<json_t, FreeJson>;
using KeyHandle = std::unique_ptr<cjose_jwk_t, FreeKey>;
using Signature = std::unique_ptr<cjose_jws_t, FreeSignature>;

// Seconds by which clocks of this and the other machine may differ.
constexpr absl::Duration kClockSkew = absl::Seconds(60);
// RFC 7518 demands as much; what is shorter can be broken.
constexpr size_t kLeastRsaBits = 2048;

struct Key {
  KeyHandle handle;
  std::string id;         // "kid"; may be empty
  std::string algorithm;  // that of its signatures: by what the key is, not by what a token says
};

std::optional<std::string> StringOf(const json_t* object, const char* name) {
  const json_t* const value = json_object_get(object, name);
  if (!json_is_string(value)) {
    return std::nullopt;
  }
  return std::string(json_string_value(value), json_string_length(value));
}

std::optional<absl::Time> TimeOf(const json_t* object, const char* name) {
  const json_t* const value = json_object_get(object, name);
  if (!json_is_number(value)) {
    return std::nullopt;
  }
  const double seconds = json_number_value(value);
  if (!std::isfinite(seconds) || std::abs(seconds) > 1e12) {
    return std::nullopt;
  }
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

Json ParseJson(std::string_view text) {
  return Json(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, nullptr));
}

// Whether an RSA key's exponent is odd and at least 65537: with 1 whoever has seen the key signs.
bool HasStrongExponent(const json_t* entry) {
  std::string exponent;
  if (!absl::WebSafeBase64Unescape(ToAbsl(StringOf(entry, "e").value_or("")), &exponent)) {
    return false;
  }
  exponent.erase(0, exponent.find_first_not_of('\0'));
  // Of three bytes the least that is odd is 65537.
  return exponent.size() >= 3 && (static_cast<unsigned char>(exponent.back()) & 1) != 0;
}

// The algorithm of a key's signatures; empty if it is of another kind.
std::string AlgorithmOf(const cjose_jwk_t* key, bool has_strong_exponent) {
  switch (cjose_jwk_get_kty(key, nullptr)) {
    case CJOSE_JWK_KTY_RSA:
      return cjose_jwk_get_keysize(key, nullptr) >= kLeastRsaBits && has_strong_exponent ? "RS256"
                                                                                         : "";
    case CJOSE_JWK_KTY_EC:
      return cjose_jwk_EC_get_curve(key, nullptr) == CJOSE_JWK_EC_P_256 ? "ES256" : "";
    default:
      return {};
  }
}

bool HasAudience(const json_t* claims, std::string_view audience) {
  if (const std::optional<std::string> one = StringOf(claims, "aud"); one.has_value()) {
    return *one == audience;
  }
  const json_t* const list = json_object_get(claims, "aud");
  for (size_t i = 0; i < json_array_size(list); ++i) {
    const json_t* const value = json_array_get(list, i);
    if (json_is_string(value) &&
        std::string_view(json_string_value(value), json_string_length(value)) == audience) {
      return true;
    }
  }
  return false;
}

absl::Status WrongClaim(std::string_view claim) {
  return errors::TokenInvalid(
      absl::StrCat("the token's claim ", ToAbsl(claim), " is missing or not right"));
}

}  // namespace

struct JwtVerifier::Rep {
  JwtOptions options;
  std::vector<Key> keys;
  // The library does not say that keys can be used by several threads at once.
  mutable Mutex mutex;
};

JwtVerifier::JwtVerifier(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
JwtVerifier::~JwtVerifier() = default;

size_t JwtVerifier::keys() const { return rep_->keys.size(); }

bool JwtVerifier::IsJwt(std::string_view token) {
  return std::count(token.begin(), token.end(), '.') == 2;
}

absl::StatusOr<std::shared_ptr<const JwtVerifier>> JwtVerifier::Parse(std::string_view jwks,
                                                                      std::string_view origin,
                                                                      JwtOptions options) {
  const auto refused = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat(ToAbsl(origin), ": ", why));
  };
  const Json root = ParseJson(jwks);
  const json_t* const list = json_object_get(root.get(), "keys");
  if (!json_is_array(list)) {
    return refused("is no JSON Web Key Set: an object with a list \"keys\"");
  }
  auto rep = std::make_unique<Rep>();
  rep->options = std::move(options);
  for (size_t i = 0; i < json_array_size(list); ++i) {
    const json_t* const entry = json_array_get(list, i);
    const std::string which = absl::StrCat("keys[", i, "] ");
    if (!json_is_object(entry)) {
      return refused(which + "is no object");
    }
    if (json_object_get(entry, "d") != nullptr || json_object_get(entry, "k") != nullptr) {
      return refused(which + "is a private key or a shared secret: only public ones belong here");
    }
    const std::optional<std::string> use = StringOf(entry, "use");
    if (use.has_value() && *use != "sig") {
      continue;  // for encryption
    }
    char* const text = json_dumps(entry, JSON_COMPACT);
    if (text == nullptr) {
      return refused(which + "is not text");
    }
    const std::string json(text);
    std::free(text);
    Key key;
    key.handle.reset(cjose_jwk_import(json.data(), json.size(), nullptr));
    if (key.handle == nullptr) {
      continue;  // of a kind that is not known
    }
    key.algorithm = AlgorithmOf(key.handle.get(), HasStrongExponent(entry));
    const std::optional<std::string> algorithm = StringOf(entry, "alg");
    if (key.algorithm.empty() || (algorithm.has_value() && *algorithm != key.algorithm)) {
      continue;
    }
    key.id = StringOf(entry, "kid").value_or("");
    for (const Key& other : rep->keys) {
      if (other.id == key.id && other.algorithm == key.algorithm) {
        return refused(which + "has the kid of another key");
      }
    }
    rep->keys.push_back(std::move(key));
  }
  if (rep->keys.empty()) {
    return refused(
        "has no key for RS256 (of 2048 bits or more, exponent 65537 or a greater odd one) or "
        "ES256");
  }
  return std::shared_ptr<const JwtVerifier>(new JwtVerifier(std::move(rep)));
}

absl::StatusOr<std::shared_ptr<const JwtVerifier>> JwtVerifier::ReadFile(const std::string& path,
                                                                         JwtOptions options) {
  QUOTES_ASSIGN_OR_RETURN(const std::string text,
                          ReadOwnersFile(path, limits::kMaxCredentialFileBytes));
  return Parse(text, path, std::move(options));
}

absl::Status JwtVerifier::Verify(std::string_view token, absl::Time now,
                                 rpc::Caller* caller) const {
  std::string payload;
  {
    const MutexLock lock(&rep_->mutex);
    const Signature signature(cjose_jws_import(token.data(), token.size(), nullptr));
    if (signature == nullptr) {
      return errors::TokenInvalid("the token is no signed JWT");
    }
    cjose_header_t* const header = cjose_jws_get_protected(signature.get());
    const char* const algorithm = cjose_header_get(header, "alg", nullptr);
    const char* const id = cjose_header_get(header, "kid", nullptr);
    // What a token calls critical must be understood, and none of it is.
    char* const critical = cjose_header_get_raw(header, "crit", nullptr);
    const bool has_critical = critical != nullptr;
    std::free(critical);
    // The key that the token names, or those of its kind where it names none.
    std::vector<const Key*> candidates;
    for (const Key& candidate : rep_->keys) {
      if (algorithm != nullptr && candidate.algorithm == algorithm &&
          (id == nullptr || candidate.id == id) && candidates.size() < limits::kMaxKeysTried) {
        candidates.push_back(&candidate);
      }
    }
    if (has_critical || candidates.empty()) {
      return errors::TokenInvalid("the token is signed by no key that is known");
    }
    uint8_t* bytes = nullptr;
    size_t size = 0;
    if (std::none_of(candidates.begin(), candidates.end(),
                     [&signature](const Key* key) {
                       return cjose_jws_verify(signature.get(), key->handle.get(), nullptr);
                     }) ||
        !cjose_jws_get_plaintext(signature.get(), &bytes, &size, nullptr)) {
      return errors::TokenInvalid("the token's signature is not right");
    }
    payload.assign(reinterpret_cast<const char*>(bytes), size);
  }
  const Json claims = ParseJson(payload);
  if (!json_is_object(claims.get())) {
    return errors::TokenInvalid("the token has no claims");
  }
  if (StringOf(claims.get(), "iss") != rep_->options.issuer) {
    return WrongClaim("iss");
  }
  if (!HasAudience(claims.get(), rep_->options.audience)) {
    return WrongClaim("aud");
  }
  const std::optional<absl::Time> expires = TimeOf(claims.get(), "exp");
  if (!expires.has_value()) {
    return WrongClaim("exp");
  }
  if (json_object_get(claims.get(), "nbf") != nullptr) {
    const std::optional<absl::Time> begins = TimeOf(claims.get(), "nbf");
    if (!begins.has_value() || *begins > now + kClockSkew) {
      return WrongClaim("nbf");
    }
  }
  const std::optional<std::string> subject = StringOf(claims.get(), "sub");
  if (!subject.has_value() || !IsCallerName(*subject)) {
    return WrongClaim("sub");
  }
  const std::optional<rpc::Role> role =
      rpc::ParseRole(StringOf(claims.get(), "quotes_role").value_or(""));
  if (!role.has_value()) {
    return WrongClaim("quotes_role");
  }
  if (*expires + kClockSkew <= now) {
    return errors::TokenExpired(*expires);
  }
  caller->name = absl::StrCat("jwt:", *subject);
  caller->role = *role;
  return absl::OkStatus();
}

}  // namespace quotes::server
