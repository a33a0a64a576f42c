// Any bytes as a key set, and as a signed token: a key set that is taken has keys, and a token that
// is taken is one that its key signed.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"
#include "service/base/errors.h"
#include "service/server/jwt.h"

namespace {

constexpr char kKeys[] =
    R"({"keys":[{"kty":"RSA","kid":"k","n":"1NOZK458Tgyku_1JU6f6sdj9Kf5Ui329U3Q-29C7Yaf)"
    R"(obceMyh-rNeMuHOs6jgStQ3a8ypr9F0FesQCA7I4LaYy9LEJKCUBzZa3FNHILFUVS2g2u06aZEYuJAWg)"
    R"(bgU7dEOXgh9BwUqcCoJSLmtA5b020Vm5PbndlXQbZG_QsrJeHU-rJeUkjPrLyV12pkTAOg3BhAxKZcLy)"
    R"(AwKddBaqb2Fw1iCWjA96KQxxztlAldiZIEUS2YXaZKEbxsyl7HP2rTGgHrpNoN1QzhQC8D9Bo67H_Z37)"
    R"(rNWQNAtGpRbA3-mNIPtt1c9tryieN66bExTrljVstA0TtOiO544Qi0O6SmQ","e":"AQAB"}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using quotes::ErrorReason;
  using quotes::server::JwtVerifier;
  static const auto* const verifier = [] {
    auto made = JwtVerifier::Parse(kKeys, "jwks.json", {"https://id.example.org", "quotes"});
    QUOTES_CHECK(made.ok());
    return new std::shared_ptr<const JwtVerifier>(*std::move(made));
  }();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = JwtVerifier::Parse(text, "jwks.json", {"i", "a"});
  if (parsed.ok()) {
    QUOTES_CHECK((*parsed)->keys() > 0);
  } else {
    QUOTES_CHECK(absl::IsInvalidArgument(parsed.status()));
    QUOTES_CHECK(quotes::ToStd(parsed.status().message()).starts_with("jwks.json: "));
  }
  quotes::rpc::Caller caller;
  const absl::Status status =
      (*verifier)->Verify(text, absl::FromUnixSeconds(1'790'000'000), &caller);
  if (status.ok()) {
    // The corpus has one that is good; nobody can make another.
    QUOTES_CHECK(caller.name == "jwt:cms" && caller.role == quotes::rpc::Role::kEditor);
  } else {
    QUOTES_CHECK(quotes::GetErrorReason(status) == ErrorReason::kTokenInvalid);
  }
  return 0;
}
