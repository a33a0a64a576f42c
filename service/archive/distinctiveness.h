#ifndef QUOTES_SERVICE_ARCHIVE_DISTINCTIVENESS_H_
#define QUOTES_SERVICE_ARCHIVE_DISTINCTIVENESS_H_

#include <cstdint>
#include <string_view>

#include "service/archive/archive.h"
#include "service/archive/folded_name.h"
#include "service/text/fold.h"

namespace quotes::archive {

// Number of reports that have all words of a text inside one quote, after the folds: what quotes
// say of themselves and what citations take for a formula, so that they cannot differ. 0 for a text
// without words.
inline uint64_t CountReportsOf(const Archive& archive, std::u32string_view text) {
  const std::u32string folded = text::Fold(text).units;
  const std::u32string_view units = StripBreaks(folded);
  return units.empty() ? 0 : archive.CountReports(units);
}

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_DISTINCTIVENESS_H_
