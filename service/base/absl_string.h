#ifndef QUOTES_SERVICE_BASE_ABSL_STRING_H_
#define QUOTES_SERVICE_BASE_ABSL_STRING_H_

#include <string_view>

#include "absl/strings/string_view.h"

namespace quotes {

// Debian's Abseil has a string_view of its own; these cross the seam in either direction. The
// result views the same bytes.
inline absl::string_view ToAbsl(std::string_view s) { return {s.data(), s.size()}; }
inline std::string_view ToStd(absl::string_view s) { return {s.data(), s.size()}; }

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_ABSL_STRING_H_
