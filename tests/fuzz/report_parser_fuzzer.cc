// Any bytes: decoding and parsing either refuse them or give a report that holds every invariant.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/utf8.h"
#include "tests/support/report_checks.h"

namespace {

void Check(std::string_view bytes) {
  const auto source = quotes::text::Decode(bytes);
  if (!source.ok()) {
    return;
  }
  const auto report = quotes::report::ParseReport(*source, {.report_id = "fuzz"});
  if (!report.ok()) {
    return;
  }
  const auto violations = quotes::testing::ReportViolations(*source, *report);
  if (!violations.empty()) {
    std::fprintf(stderr, "%s\n", violations.front().c_str());
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Check(bytes);
  // Damaged UTF-8 is refused above; what is left of it when repaired still reaches the parser.
  std::u32string repaired;
  for (const char32_t c : quotes::text::ToCodePoints(bytes)) {
    if (c >= U' ' || (c >= U'\t' && c <= U'\r')) {
      repaired.push_back(c);
    }
  }
  const std::string utf8 = quotes::text::ToUtf8(repaired);
  if (utf8 != bytes) {
    Check(utf8);
  }
  return 0;
}
