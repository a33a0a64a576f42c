// Any bytes as a register of printing faults: refused, or entries that can be placed only where
// their words stand.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "service/base/check.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/report/defects.h"
#include "service/text/utf8.h"
#include "tests/support/citation_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const kReport =
      new std::shared_ptr<const quotes::archive::Document>(quotes::testing::SampleDocument());
  const quotes::report::ParsedReport& report = (*kReport)->content;
  const auto entries = quotes::report::ParseDefects({reinterpret_cast<const char*>(data), size});
  if (!entries.ok()) {
    QUOTES_CHECK(quotes::GetErrorDetail(entries.status()).has_value());
    return 0;
  }
  QUOTES_CHECK(entries->size() <= quotes::limits::kMaxDefects);
  const auto placed = quotes::report::PlaceDefects(report, *entries);
  if (!placed.ok()) {
    QUOTES_CHECK(quotes::GetErrorDetail(placed.status()).has_value());
    return 0;
  }
  QUOTES_CHECK(placed->size() == entries->size());
  for (const quotes::report::Defect& defect : *placed) {
    QUOTES_CHECK(defect.range.end <= report.joined.size() && !defect.readings.empty());
    QUOTES_CHECK(
        quotes::text::ToUtf8(
            std::u32string_view(report.joined).substr(defect.range.begin, defect.range.size())) ==
        defect.printed);
  }
  return 0;
}
