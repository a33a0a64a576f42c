// Any text is a query or an error with a place inside the text, and a query is its canonical form.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "service/archive/query.h"
#include "service/base/errors.h"
#include "service/text/utf8.h"
#include "tests/support/query_invariants.h"

namespace {

void Require(bool condition, std::string_view what) {
  if (!condition) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view typed(reinterpret_cast<const char*>(data), size);
  if (quotes::text::FindInvalidUtf8(typed).has_value()) {
    return 0;
  }
  const auto query = quotes::archive::ParseQuery(typed);
  if (query.ok()) {
    const std::string fault = quotes::testing::CanonicalFault(typed, *query);
    Require(fault.empty(), fault);
    return 0;
  }
  const auto detail = quotes::GetErrorDetail(query.status());
  Require(detail.has_value(), "an error without details");
  if (detail->reason == quotes::ErrorReason::kInvalidQuery) {
    Require(std::stoull(detail->metadata.front().second) <= quotes::text::CountCodePoints(typed),
            "a position behind the end");
  } else {
    Require(detail->reason == quotes::ErrorReason::kFieldOutOfRange, "an unexpected reason");
  }
  return 0;
}
