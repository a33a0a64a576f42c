// Any bytes as a quotation: never a crash, and whatever the verdict, an answer that holds together.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "service/base/check.h"
#include "service/citation/engine.h"
#include "tests/support/citation_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const kCorpus =
      new quotes::testing::TestCorpus({quotes::testing::SampleDocument()});
  quotes::citation::Request request;
  request.quotation = {reinterpret_cast<const char*>(data), size};
  if (size > 0 && data[0] % 2 == 0) {
    request.claim.report = "sample";
  }
  const auto result = quotes::citation::Verify(kCorpus->corpus(), request, quotes::Cancellation());
  if (result.ok()) {
    const std::string violation = quotes::testing::FindViolation(*kCorpus, request, *result);
    if (!violation.empty()) {
      std::fprintf(stderr, "%s\n%s\n%s\n", violation.c_str(),
                   std::string(request.quotation).c_str(), quotes::testing::Dump(*result).c_str());
    }
    QUOTES_CHECK(violation.empty());
  }
  return 0;
}
