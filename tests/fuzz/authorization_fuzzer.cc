// Any bytes as what a call says about its caller: one token alone opens the gate.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"
#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/server/gatekeeper.h"

namespace {

constexpr std::string_view kToken = "quotes_secret";

class Facts final : public quotes::rpc::CallFacts {
 public:
  explicit Facts(std::string_view authorization) : authorization_(authorization) {}
  std::string_view Method() const override { return "/quotes.v1.QuoteService/SearchQuotes"; }
  std::vector<std::string_view> Authorizations() const override { return {authorization_}; }
  std::string Peer() const override { return "ipv4:127.0.0.1:1"; }
  std::string CertificateName() const override { return {}; }

 private:
  const std::string_view authorization_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using quotes::ErrorReason;
  static quotes::server::Gatekeeper* const gatekeeper = [] {
    auto* made = new quotes::server::Gatekeeper({.asks_for_credentials = true});
    const auto table = quotes::server::TokenTable::Parse(
        absl::StrCat("[[token]]\nname = \"cms\"\nrole = \"reader\"\nexpires = \"never\"\nsha256 = "
                     "\"",
                     quotes::Sha256Hex(kToken), "\"\n"),
        "tokens.toml");
    QUOTES_CHECK(table.ok());
    made->SetTokens(std::make_shared<const quotes::server::TokenTable>(*table));
    return made;
  }();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  quotes::rpc::Caller caller;
  const absl::Status status = gatekeeper->Admit(Facts(text), &caller);
  const bool is_good = text.size() > 7 + kToken.size() - 1 && text.ends_with(kToken) &&
                       absl::AsciiStrToLower(quotes::ToAbsl(text.substr(0, 7))) == "bearer " &&
                       text.substr(6, text.size() - 6 - kToken.size()).find_first_not_of(' ') ==
                           std::string_view::npos;
  QUOTES_CHECK(status.ok() == is_good);
  QUOTES_CHECK(status.ok() || quotes::GetErrorReason(status) == ErrorReason::kTokenInvalid);
  return 0;
}
