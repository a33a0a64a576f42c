#ifndef QUOTES_SERVICE_ARCHIVE_FOLDED_NAME_H_
#define QUOTES_SERVICE_ARCHIVE_FOLDED_NAME_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::archive {

// Folded units without leading and trailing breaks.
inline std::u32string_view StripBreaks(std::u32string_view units) {
  const size_t begin = units.find_first_not_of(text::kBreak);
  if (begin == std::u32string_view::npos) {
    return {};
  }
  return units.substr(begin, units.find_last_not_of(text::kBreak) + 1 - begin);
}

inline std::u32string FoldName(std::string_view name) {
  return std::u32string(StripBreaks(text::Fold(text::ToCodePoints(name)).units));
}

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_FOLDED_NAME_H_
