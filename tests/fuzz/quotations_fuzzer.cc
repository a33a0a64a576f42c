// Any bytes as a file of quotations: every row is of a line that is there and holds its words.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "client/ctl/quotations.h"
#include "service/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  quotes::ctl::TypedClaim defaults;
  defaults.report = "default";
  const auto rows =
      quotes::ctl::ParseQuotations(bytes, "quotations.tsv", defaults, quotes::ctl::Lang::kEnglish);
  if (!rows.ok()) {
    QUOTES_CHECK(!rows.status().message().empty());
    return 0;
  }
  QUOTES_CHECK(!rows->empty());
  const auto lines = static_cast<size_t>(std::count(bytes.begin(), bytes.end(), '\n')) + 1;
  size_t before = 0;
  for (const quotes::ctl::QuotationRow& row : *rows) {
    QUOTES_CHECK(row.line > before && row.line <= lines);
    before = row.line;
    QUOTES_CHECK(bytes.find(row.quotation) != std::string_view::npos);
    QUOTES_CHECK(row.quotation.find('\n') == std::string_view::npos);
    QUOTES_CHECK(row.claim.report.has_value());
  }
  return 0;
}
