#ifndef QUOTES_SERVICE_CITATION_PERIOD_H_
#define QUOTES_SERVICE_CITATION_PERIOD_H_

#include <string_view>

#include "service/figures/numeral.h"

namespace quotes::citation {

// Whether a numeral of `text` says when something was so or for how long: 2021年, 五年, 三个月.
inline bool IsPeriod(std::u32string_view text, const figures::Numeral& numeral) {
  const std::u32string_view unit =
      text.substr(numeral.unit.begin, numeral.unit.end - numeral.unit.begin);
  return numeral.kind == figures::NumeralKind::kYear ||
         numeral.kind == figures::NumeralKind::kDate || unit.starts_with(U'年') || unit == U"个月";
}

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_PERIOD_H_
