// Any bytes: decoding and parsing either refuse them or give a report that holds every invariant.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "service/report/parser.h"
#include "service/text/decode.h"
#include "tests/support/report_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto source = quotes::text::Decode(bytes);
  if (!source.ok()) {
    return 0;
  }
  const auto report = quotes::report::ParseReport(*source, {.report_id = "fuzz"});
  if (!report.ok()) {
    return 0;
  }
  const auto violations = quotes::testing::ReportViolations(*source, *report);
  if (!violations.empty()) {
    std::fprintf(stderr, "%s\n", violations.front().c_str());
    std::abort();
  }
  return 0;
}
