// Any bytes as a file of callers: refused with a sentence that names the file and cites nothing of
// it, or callers that are told by nothing but their tokens.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"
#include "service/base/limits.h"
#include "service/server/tokens.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using quotes::server::TokenTable;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto table = TokenTable::Parse(text, "tokens.toml");
  if (!table.ok()) {
    QUOTES_CHECK(absl::IsInvalidArgument(table.status()));
    QUOTES_CHECK(quotes::ToStd(table.status().message()).starts_with("tokens.toml:"));
    QUOTES_CHECK(table.status().message().size() < 300);
    return 0;
  }
  QUOTES_CHECK(table->tokens().size() + table->clients().size() <= quotes::limits::kMaxTokens);
  for (const auto& token : table->tokens()) {
    QUOTES_CHECK(quotes::server::IsCallerName(token.name));
    QUOTES_CHECK(token.sha256.size() == 32);
    QUOTES_CHECK(table->Find(token.sha256) == nullptr);
  }
  for (const auto& client : table->clients()) {
    QUOTES_CHECK(table->FindClient(client.common_name) == &client);
  }
  QUOTES_CHECK(table->FindClient("") == nullptr);
  return 0;
}
