#ifndef QUOTES_SERVICE_ARCHIVE_SUFFIX_SORT_H_
#define QUOTES_SERVICE_ARCHIVE_SUFFIX_SORT_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "service/base/cancellation.h"

namespace quotes::archive {

// The places of `texts` (UTF-16, each text ended by U+0000, which stands in none) at which a
// character begins, in the order of what follows them up to the end of their text. Places with the
// same before them are in no particular order, but always the same.
//
// At most half of them, mostly a third, are sorted by the numbers of their first two units and then
// by a few more at a time: texts of ordinary words differ after some. The others follow from these.
// Where they do not differ, or a sixth of them begin with the same two, by libdivsufsort (Y. Mori),
// whose time does not depend on what the texts are. Scratch beside the result: 9 bytes a unit, 10
// in the other case. CANCELLED and DEADLINE_EXCEEDED within about a second.
absl::StatusOr<std::vector<uint32_t>> SortSuffixes(std::u16string_view texts,
                                                   const Cancellation& cancellation);

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_SUFFIX_SORT_H_
