#ifndef QUOTES_SERVICE_BASE_MOMENT_H_
#define QUOTES_SERVICE_BASE_MOMENT_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace quotes {

// A moment as people write one, by RFC 3339 with a zone: "2026-12-01T09:00:00+08:00",
// "2026-12-01T01:00:00Z". A space for the T, small letters, and no seconds will do; without a zone
// it would be another moment at another place, and is none. Nullopt for anything else.
std::optional<absl::Time> ParseMoment(std::string_view text);

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_MOMENT_H_
