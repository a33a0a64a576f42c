#include "service/server/jwt.h"

#include <cjose/header.h>
#include <cjose/jwk.h>
#include <cjose/jws.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/base/errors.h"
#include "service/server/gatekeeper.h"
#include "tests/support/status_matchers.h"

namespace quotes::server {
namespace {

using ::quotes::testing::HasCode;
using ::testing::HasSubstr;

// A key of an identity provider.
class SigningKey {
 public:
  static SigningKey Ec(const std::string& id, cjose_jwk_ec_curve curve = CJOSE_JWK_EC_P_256) {
    return {cjose_jwk_create_EC_random(curve, nullptr), id};
  }
  static SigningKey Rsa(const std::string& id, size_t bits = 2048) {
    const uint8_t exponent[] = {1, 0, 1};
    return {cjose_jwk_create_RSA_random(bits, exponent, sizeof(exponent), nullptr), id};
  }

  // As it stands in a JWKS; private only where it must not.
  std::string Json(bool with_private = false) const {
    char* const text = cjose_jwk_to_json(key_.get(), with_private, nullptr);
    std::string json(text);
    std::free(text);
    return json;
  }

  std::string Sign(const std::string& algorithm, const std::string& claims,
                   const std::string& id = "", const std::string& critical = "") const {
    cjose_header_t* const header = cjose_header_new(nullptr);
    cjose_header_set(header, "alg", algorithm.c_str(), nullptr);
    if (!id.empty()) {
      cjose_header_set(header, "kid", id.c_str(), nullptr);
    }
    if (!critical.empty()) {
      cjose_header_set_raw(header, "crit", critical.c_str(), nullptr);
    }
    cjose_jws_t* const signature =
        cjose_jws_sign(key_.get(), header, reinterpret_cast<const uint8_t*>(claims.data()),
                       claims.size(), nullptr);
    const char* compact = nullptr;
    EXPECT_TRUE(signature != nullptr && cjose_jws_export(signature, &compact, nullptr));
    const std::string token = compact == nullptr ? "" : compact;
    cjose_jws_release(signature);
    cjose_header_release(header);
    return token;
  }

 private:
  SigningKey(cjose_jwk_t* key, const std::string& id) : key_(key, cjose_jwk_release) {
    cjose_jwk_set_kid(key, id.data(), id.size(), nullptr);
  }

  std::shared_ptr<cjose_jwk_t> key_;
};

std::string Jwks(std::initializer_list<std::string> keys) {
  std::string list;
  for (const std::string& key : keys) {
    absl::StrAppend(&list, list.empty() ? "" : ",", key);
  }
  return absl::StrCat("{\"keys\":[", list, "]}");
}

std::string Unpadded(const std::string& text) { return absl::WebSafeBase64Escape(text); }

constexpr char kClaims[] =
    R"({"iss":"https://id.example.org","aud":["other","quotes"],"sub":"cms","exp":1800000000,)"
    R"("quotes_role":"editor"})";
const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

class JwtTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    ec_ = new SigningKey(SigningKey::Ec("ec-1"));
    rsa_ = new SigningKey(SigningKey::Rsa("rsa-1"));
  }

  JwtTest() {
    const auto made = JwtVerifier::Parse(Jwks({ec_->Json(), rsa_->Json()}), "jwks.json",
                                         {"https://id.example.org", "quotes"});
    EXPECT_TRUE(made.ok()) << made.status();
    if (made.ok()) {
      verifier_ = *made;
    }
  }

  // "jwt:cms editor", or the reason with its sentence.
  std::string Verify(const std::string& token, absl::Time now = kNow) {
    rpc::Caller caller;
    const absl::Status status = verifier_->Verify(token, now, &caller);
    return status.ok() ? absl::StrCat(caller.name, " ", std::string(RoleName(caller.role)))
                       : absl::StrCat(std::string(ErrorReasonName(GetErrorReason(status))), " ",
                                      status.message());
  }

  static SigningKey* ec_;
  static SigningKey* rsa_;
  std::shared_ptr<const JwtVerifier> verifier_;
};
SigningKey* JwtTest::ec_ = nullptr;
SigningKey* JwtTest::rsa_ = nullptr;

TEST_F(JwtTest, TakesWhatTheKeysSigned) {
  EXPECT_EQ(Verify(ec_->Sign("ES256", kClaims, "ec-1")), "jwt:cms editor");
  EXPECT_EQ(Verify(rsa_->Sign("RS256", kClaims, "rsa-1")), "jwt:cms editor");
  // There is one key for each algorithm.
  EXPECT_EQ(Verify(ec_->Sign("ES256", kClaims)), "jwt:cms editor");
}

// As while an issuer that names no keys changes them.
TEST_F(JwtTest, TriesAllKeysOfItsKindForATokenThatNamesNone) {
  const SigningKey next = SigningKey::Ec("ec-2");
  const SigningKey other = SigningKey::Ec("ec-3");
  const auto made = JwtVerifier::Parse(Jwks({ec_->Json(), rsa_->Json(), next.Json()}), "jwks.json",
                                       {"https://id.example.org", "quotes"});
  ASSERT_TRUE(made.ok()) << made.status();
  verifier_ = *made;
  const std::string bad = "TOKEN_INVALID the token's signature is not right";
  EXPECT_EQ(Verify(ec_->Sign("ES256", kClaims)), "jwt:cms editor");
  EXPECT_EQ(Verify(next.Sign("ES256", kClaims)), "jwt:cms editor");
  EXPECT_EQ(Verify(other.Sign("ES256", kClaims)), bad);
  // One that names a key is asked for that alone.
  EXPECT_EQ(Verify(next.Sign("ES256", kClaims, "ec-1")), bad);
}

TEST_F(JwtTest, TakesNothingElse) {
  const std::string unknown = "TOKEN_INVALID the token is signed by no key that is known";
  const std::string bad = "TOKEN_INVALID the token's signature is not right";
  const std::string none = absl::StrCat(Unpadded(R"({"alg":"none"})"), ".", Unpadded(kClaims), ".");
  EXPECT_THAT(Verify(none), HasSubstr("TOKEN_INVALID"));
  EXPECT_THAT(Verify(absl::StrCat(none, "AA")), HasSubstr("TOKEN_INVALID"));
  // Signed with the public key as if it were a secret.
  const std::string secret = rsa_->Json();
  cjose_jwk_t* const shared = cjose_jwk_create_oct_spec(
      reinterpret_cast<const uint8_t*>(secret.data()), secret.size(), nullptr);
  cjose_header_t* const header = cjose_header_new(nullptr);
  cjose_header_set(header, "alg", "HS256", nullptr);
  cjose_header_set(header, "kid", "rsa-1", nullptr);
  cjose_jws_t* const forged = cjose_jws_sign(
      shared, header, reinterpret_cast<const uint8_t*>(kClaims), std::strlen(kClaims), nullptr);
  const char* compact = nullptr;
  ASSERT_TRUE(forged != nullptr && cjose_jws_export(forged, &compact, nullptr));
  EXPECT_EQ(Verify(compact), unknown);
  cjose_jws_release(forged);
  cjose_header_release(header);
  cjose_jwk_release(shared);

  EXPECT_EQ(Verify(rsa_->Sign("PS256", kClaims, "rsa-1")), unknown);
  EXPECT_EQ(Verify(rsa_->Sign("RS512", kClaims, "rsa-1")), unknown);
  EXPECT_EQ(Verify(ec_->Sign("ES256", kClaims, "ec-2")), unknown);
  EXPECT_EQ(Verify(ec_->Sign("ES256", kClaims, "rsa-1")), unknown);
  EXPECT_EQ(Verify(SigningKey::Ec("ec-1").Sign("ES256", kClaims, "ec-1")), bad);
  EXPECT_EQ(Verify(ec_->Sign("ES256", kClaims, "ec-1", "[\"exp\"]")), unknown);

  const std::string good = ec_->Sign("ES256", kClaims, "ec-1");
  const std::string admin = Unpadded(absl::StrReplaceAll(kClaims, {{"editor", "admin"}}));
  const size_t first = good.find('.');
  const size_t second = good.rfind('.');
  EXPECT_EQ(Verify(absl::StrCat(good.substr(0, first + 1), admin, good.substr(second))), bad);
  EXPECT_THAT(Verify(good.substr(0, second + 1)), HasSubstr("TOKEN_INVALID"));
  EXPECT_THAT(Verify(good.substr(0, good.size() - 8)), HasSubstr("TOKEN_INVALID"));
  for (const char* const text : {"..", "a.b.c", "", "{}.{}.{}", "eyJhbGciOiJFUzI1NiJ9.."}) {
    EXPECT_THAT(Verify(text), HasSubstr("TOKEN_INVALID")) << text;
  }
}

TEST_F(JwtTest, ReadsTheClaims) {
  const auto with = [&](const std::string& from, const std::string& to) {
    const std::string claims = absl::StrReplaceAll(kClaims, {{from, to}});
    EXPECT_NE(claims, kClaims) << from;
    return Verify(ec_->Sign("ES256", claims, "ec-1"));
  };
  EXPECT_EQ(with(R"(["other","quotes"])", R"("quotes")"), "jwt:cms editor");
  EXPECT_THAT(with(R"("quotes"])", R"("quote"])"), HasSubstr("claim aud"));
  EXPECT_THAT(with(R"(["other","quotes"])", "7"), HasSubstr("claim aud"));
  EXPECT_THAT(with("id.example", "id.evil.example"), HasSubstr("claim iss"));
  EXPECT_THAT(with("1800000000", "\"1800000000\""), HasSubstr("claim exp"));
  EXPECT_THAT(with("\"exp\"", "\"end\""), HasSubstr("claim exp"));
  EXPECT_THAT(with("1800000000", "1e300"), HasSubstr("claim exp"));
  EXPECT_THAT(with("\"cms\"", "\"c m s\""), HasSubstr("claim sub"));
  EXPECT_THAT(with("\"cms\"", "\"cms\\u0000x\""), HasSubstr("TOKEN_INVALID"));
  EXPECT_THAT(with("\"editor\"", "\"root\""), HasSubstr("claim quotes_role"));
  EXPECT_THAT(with("quotes_role", "role"), HasSubstr("claim quotes_role"));
  EXPECT_THAT(with("\"sub\"", "\"nbf\":1800000000,\"sub\""), HasSubstr("claim nbf"));
  EXPECT_EQ(with("\"sub\"", "\"nbf\":1780000000,\"sub\""), "jwt:cms editor");
  // Two values of one claim: readers may differ in which one they take.
  EXPECT_THAT(with("\"sub\"", "\"quotes_role\":\"admin\",\"sub\""), HasSubstr("no claims"));
  EXPECT_THAT(Verify(ec_->Sign("ES256", "[]", "ec-1")), HasSubstr("no claims"));
}

TEST_F(JwtTest, TokensExpire) {
  const std::string token = ec_->Sign("ES256", kClaims, "ec-1");
  EXPECT_EQ(Verify(token, absl::FromUnixSeconds(1'800'000'059)), "jwt:cms editor");
  EXPECT_THAT(Verify(token, absl::FromUnixSeconds(1'800'000'060)), HasSubstr("TOKEN_EXPIRED"));
}

TEST_F(JwtTest, RefusesKeysThatDoNotBelongThere) {
  const auto refusal = [](const std::string& jwks) {
    const auto made = JwtVerifier::Parse(jwks, "jwks.json", {"i", "a"});
    EXPECT_THAT(made, HasCode(absl::StatusCode::kInvalidArgument)) << jwks;
    return std::string(made.status().message());
  };
  EXPECT_THAT(refusal(""), HasSubstr("jwks.json: is no JSON Web Key Set"));
  EXPECT_THAT(refusal("{\"keys\":7}"), HasSubstr("no JSON Web Key Set"));
  EXPECT_THAT(refusal("{\"keys\":[7]}"), HasSubstr("keys[0] is no object"));
  EXPECT_THAT(refusal("{\"keys\":[]}"), HasSubstr("no key"));
  EXPECT_THAT(refusal(Jwks({ec_->Json(true)})), HasSubstr("private key"));
  EXPECT_THAT(refusal(R"({"keys":[{"kty":"oct","k":"c2VjcmV0"}]})"), HasSubstr("shared secret"));
  EXPECT_THAT(refusal(Jwks({ec_->Json(), ec_->Json()})), HasSubstr("the kid of another key"));
  EXPECT_THAT(refusal(Jwks({SigningKey::Ec("e", CJOSE_JWK_EC_P_521).Json()})), HasSubstr("no key"));
  EXPECT_THAT(refusal(Jwks({SigningKey::Rsa("r", 1024).Json()})), HasSubstr("no key"));
  // Exponents 1, 3, 65536 and none: signatures of such keys prove little or nothing.
  for (const char* const exponent : {"AQ", "AAAAAQ", "Aw", "AQAA", "", "?"}) {
    const std::string key =
        absl::StrReplaceAll(rsa_->Json(), {{"\"AQAB\"", absl::StrCat("\"", exponent, "\"")}});
    EXPECT_NE(key, rsa_->Json());
    EXPECT_THAT(refusal(Jwks({key})), HasSubstr("no key")) << exponent;
  }
  // What is not for signatures, or of a kind that is not known, is left out.
  const auto made = JwtVerifier::Parse(
      Jwks({R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
            absl::StrReplaceAll(rsa_->Json(), {{"{", "{\"use\":\"enc\","}}), ec_->Json()}),
      "jwks.json", {"i", "a"});
  QUOTES_ASSERT_OK(made);
  EXPECT_EQ((*made)->keys(), 1U);
}

TEST_F(JwtTest, TheGatekeeperTakesThemBesideItsOwnTokens) {
  Gatekeeper gatekeeper({.asks_for_credentials = true, .now = [] { return kNow; }});
  struct Facts final : public rpc::CallFacts {
    std::string_view Method() const override { return "/quotes.v1.ReportService/ImportReport"; }
    std::vector<std::string_view> Authorizations() const override { return {authorization}; }
    std::string Peer() const override { return "ipv4:127.0.0.1:1"; }
    std::string CertificateName() const override { return {}; }
    std::string authorization;
  } facts;
  facts.authorization = absl::StrCat("Bearer ", rsa_->Sign("RS256", kClaims, "rsa-1"));
  rpc::Caller caller;
  EXPECT_EQ(GetErrorReason(gatekeeper.Admit(facts, &caller)), ErrorReason::kTokenInvalid);
  gatekeeper.SetKeys(verifier_);
  QUOTES_EXPECT_OK(gatekeeper.Admit(facts, &caller));
  EXPECT_EQ(caller.name, "jwt:cms");
}

}  // namespace
}  // namespace quotes::server
