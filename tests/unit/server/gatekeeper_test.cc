#include "service/server/gatekeeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/errors.h"
#include "service/base/hash.h"
#include "tests/support/status_matchers.h"

namespace quotes::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSearch[] = "/quotes.v1.QuoteService/SearchQuotes";
constexpr char kVerify[] = "/quotes.v1.CitationService/VerifyCitation";
constexpr char kImport[] = "/quotes.v1.ReportService/ImportReport";
constexpr char kReflect[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

struct Facts final : public rpc::CallFacts {
  std::string_view Method() const override { return method; }
  std::vector<std::string_view> Authorizations() const override {
    return {authorizations.begin(), authorizations.end()};
  }
  std::string Peer() const override { return peer; }
  std::string CertificateName() const override { return certificate; }

  std::string method = kSearch;
  std::vector<std::string> authorizations;
  std::string peer = "ipv4:10.0.0.7:40000";
  std::string certificate;
};

class GatekeeperTest : public ::testing::Test {
 protected:
  void Make(QuotaOptions quota = {}) {
    gatekeeper_ = std::make_unique<Gatekeeper>(GatekeeperOptions{
        .asks_for_credentials = true, .quota = quota, .now = [this] { return now_; }});
    std::string toml = "[[client]]\ncommon_name = \"cms.example.org\"\nrole = \"checker\"\n";
    for (const char* const role : {"reader", "checker", "editor", "admin"}) {
      absl::StrAppend(&toml, "[[token]]\nname = \"", role, "-name\"\nrole = \"", role,
                      "\"\nsha256 = \"", Sha256Hex(absl::StrCat(role, "-secret")),
                      "\"\nexpires = 2027-01-31T00:00:00Z\n");
    }
    absl::StatusOr<TokenTable> table = TokenTable::Parse(toml, "tokens.toml");
    QUOTES_ASSERT_OK(table);
    gatekeeper_->SetTokens(std::make_shared<const TokenTable>(*std::move(table)));
  }

  // What becomes of a call: "OK reader-name reader", or the reason. No secret is ever told.
  std::string Admit(const Facts& facts) {
    rpc::Caller caller = {.name = "", .role = rpc::Role::kReader};
    const absl::Status status = gatekeeper_->Admit(facts, &caller);
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
    return status.ok() ? absl::StrCat("OK ", caller.name, " ", std::string(RoleName(caller.role)))
                       : std::string(ErrorReasonName(GetErrorReason(status)));
  }
  std::string AdmitToken(const std::string& token, const char* method = kSearch) {
    Facts facts;
    facts.method = method;
    facts.authorizations = {absl::StrCat("Bearer ", token)};
    return Admit(facts);
  }

  absl::Time now_ = absl::FromCivil(absl::CivilSecond(2026, 11, 26), absl::UTCTimeZone());
  std::unique_ptr<Gatekeeper> gatekeeper_;
};

TEST_F(GatekeeperTest, TellsCallersByTheirToken) {
  Make();
  EXPECT_EQ(AdmitToken("reader-secret"), "OK reader-name reader");
  EXPECT_EQ(AdmitToken("admin-secret"), "OK admin-name admin");
  EXPECT_EQ(AdmitToken("other-secret"), "TOKEN_INVALID");
  EXPECT_EQ(Admit(Facts()), "TOKEN_MISSING");
}

TEST_F(GatekeeperTest, ReadsTheHeader) {
  Make();
  Facts facts;
  for (const char* const good :
       {"Bearer reader-secret", "bearer reader-secret", "BEARER   reader-secret"}) {
    facts.authorizations = {good};
    EXPECT_EQ(Admit(facts), "OK reader-name reader") << good;
  }
  for (const char* const bad :
       {"", "Bearer", "Bearer ", "Bearerreader-secret", "Basic reader-secret", "reader-secret",
        "Bearer reader-secret ", "Bearer reader-secret, Bearer admin-secret",
        "Bearer reader secret", " Bearer reader-secret", "Bearer reader-secret\n"}) {
    facts.authorizations = {bad};
    EXPECT_EQ(Admit(facts), "TOKEN_INVALID") << bad;
  }
  facts.authorizations = {"Bearer reader-secret", "Bearer admin-secret"};
  EXPECT_EQ(Admit(facts), "TOKEN_INVALID");
  facts.authorizations = {absl::StrCat("Bearer ", std::string(100'000, 'a'))};
  EXPECT_EQ(Admit(facts), "TOKEN_INVALID");
}

TEST_F(GatekeeperTest, TokensExpire) {
  Make();
  now_ = absl::FromCivil(absl::CivilSecond(2027, 1, 30, 23, 59, 59), absl::UTCTimeZone());
  EXPECT_EQ(AdmitToken("reader-secret"), "OK reader-name reader");
  now_ += absl::Seconds(1);
  EXPECT_EQ(AdmitToken("reader-secret"), "TOKEN_EXPIRED");
}

TEST_F(GatekeeperTest, SaysWhetherACallMayGoOn) {
  Make({.calls_per_second = 0.001, .burst = 1});
  Facts facts;
  facts.authorizations = {"Bearer editor-secret"};
  facts.method = kImport;
  EXPECT_EQ(Admit(facts), "OK editor-name editor");
  for (int i = 0; i < 3; ++i) {  // for no quota
    QUOTES_EXPECT_OK(gatekeeper_->StillAdmits(facts));
  }
  const auto reason = [&] {
    return ErrorReasonName(GetErrorReason(gatekeeper_->StillAdmits(facts)));
  };
  facts.method = kReflect;
  EXPECT_EQ(reason(), "ROLE_TOO_LOW");
  facts.method = kImport;
  now_ += absl::Hours(24 * 366);
  EXPECT_EQ(reason(), "TOKEN_EXPIRED");
  gatekeeper_->SetTokens(std::make_shared<const TokenTable>());
  EXPECT_EQ(reason(), "TOKEN_INVALID");
}

TEST_F(GatekeeperTest, ComparesRoles) {
  Make();
  const struct {
    const char* method;
    int least;
  } kMethods[] = {{kSearch, 0}, {kVerify, 1}, {kImport, 2}, {kReflect, 3}, {"/no.such/Method", 3}};
  const char* const kRoles[] = {"reader", "checker", "editor", "admin"};
  for (const auto& [method, least] : kMethods) {
    for (int role = 0; role < 4; ++role) {
      const std::string name = kRoles[role];
      EXPECT_EQ(AdmitToken(name + "-secret", method),
                role >= least ? absl::StrCat("OK ", name, "-name ", name) : "ROLE_TOO_LOW")
          << method;
    }
  }
}

TEST_F(GatekeeperTest, RevokedTokensAreUnknownAtOnce) {
  Make();
  EXPECT_EQ(AdmitToken("reader-secret"), "OK reader-name reader");
  gatekeeper_->SetTokens(std::make_shared<const TokenTable>());
  EXPECT_EQ(AdmitToken("reader-secret"), "TOKEN_INVALID");
}

TEST_F(GatekeeperTest, TellsClientsByTheirCertificate) {
  Make();
  Facts facts;
  facts.certificate = "cms.example.org";
  EXPECT_EQ(Admit(facts), "OK cms.example.org checker");
  facts.method = kImport;
  EXPECT_EQ(Admit(facts), "ROLE_TOO_LOW");
  // A token says more, also when it is wrong.
  facts.authorizations = {"Bearer editor-secret"};
  EXPECT_EQ(Admit(facts), "OK editor-name editor");
  facts.authorizations = {"Bearer other-secret"};
  EXPECT_EQ(Admit(facts), "TOKEN_INVALID");
  facts = Facts();
  facts.certificate = "other.example.org";
  EXPECT_EQ(Admit(facts), "TOKEN_MISSING");
}

TEST_F(GatekeeperTest, QuotasAreByCaller) {
  Make({.calls_per_second = 1, .burst = 2});
  EXPECT_EQ(AdmitToken("reader-secret"), "OK reader-name reader");
  // A call that is refused for its role counts too.
  EXPECT_EQ(AdmitToken("reader-secret", kImport), "ROLE_TOO_LOW");
  EXPECT_EQ(AdmitToken("reader-secret"), "QUOTA_EXCEEDED");
  EXPECT_EQ(AdmitToken("editor-secret"), "OK editor-name editor");
  // Whoever is not known takes from nobody's.
  EXPECT_EQ(AdmitToken("other-secret"), "TOKEN_INVALID");
  now_ += absl::Seconds(1);
  EXPECT_EQ(AdmitToken("reader-secret"), "OK reader-name reader");
}

TEST_F(GatekeeperTest, WithoutCredentialsEverybodyIsAnAdminWithAQuotaByAddress) {
  gatekeeper_ = std::make_unique<Gatekeeper>(GatekeeperOptions{
      .quota = {.calls_per_second = 1, .burst = 1}, .now = [this] { return now_; }});
  Facts facts;
  facts.method = kReflect;
  rpc::Caller caller;
  QUOTES_EXPECT_OK(gatekeeper_->Admit(facts, &caller));
  EXPECT_EQ(caller.name, "anonymous");
  EXPECT_EQ(caller.role, rpc::Role::kAdmin);
  facts.peer = "ipv4:10.0.0.7:50000";  // another connection from there
  EXPECT_EQ(GetErrorReason(gatekeeper_->Admit(facts, &caller)), ErrorReason::kQuotaExceeded);
  facts.peer = "ipv4:10.0.0.8:40000";
  QUOTES_EXPECT_OK(gatekeeper_->Admit(facts, &caller));
}

TEST(PeerAddressTest, LeavesThePortOut) {
  EXPECT_EQ(PeerAddress("ipv4:10.0.0.7:40000"), "ipv4:10.0.0.7");
  EXPECT_EQ(PeerAddress("ipv6:%5B::1%5D:40000"), "ipv6:::/64");
  EXPECT_EQ(PeerAddress("ipv6:%5B2001:db8:1:2:3:4:5:6%5D:40000"), "ipv6:2001:db8:1:2::/64");
  EXPECT_EQ(PeerAddress("ipv6:%5B2001:db8:1:2::7%5D:1"), "ipv6:2001:db8:1:2::/64");
  EXPECT_EQ(PeerAddress("ipv6:%5B::ffff:10.0.0.7%5D:1"), "ipv6:%5B::ffff:10.0.0.7%5D");
  EXPECT_EQ(PeerAddress("ipv6:%5Bnonsense%5D:1"), "ipv6:%5Bnonsense%5D");
  EXPECT_EQ(PeerAddress("unix:/run/quoted.sock"), "unix:");
  EXPECT_EQ(PeerAddress("unix:"), "unix:");
  EXPECT_EQ(PeerAddress("inproc"), "inproc");
}

}  // namespace
}  // namespace quotes::server
