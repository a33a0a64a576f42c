#ifndef QUOTES_SERVICE_LIBRARY_FILE_METADATA_H_
#define QUOTES_SERVICE_LIBRARY_FILE_METADATA_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/report/report.h"

namespace quotes {

// Fills the fields that `given` leaves empty from what a file says of itself: title, subtitle,
// event, body, speaker (or author), office, language (or lang), date (or speech_date), paper,
// edition, issue_date, pages. Dates are ISO, a time behind them is left out. Other keys say
// nothing. FIELD_INVALID and FIELD_OUT_OF_RANGE name the key ("metadata.date") of a value that
// would be taken and is no day, or is too long, or is a table (entries "speaker.name"): were it
// passed over, something else would stand for it.
absl::StatusOr<report::Metadata> WithFileMetadata(
    const std::vector<std::pair<std::string, std::string>>& entries, report::Metadata given);

// Until when a file says that it is to be held back: embargo (or available_from), a moment with its
// zone; nullopt when it does not. FIELD_INVALID names the key of a value that is none, of a second
// one, and another key that begins so (embargo_until): were it passed over, the text would be found
// at once.
absl::StatusOr<std::optional<absl::Time>> EmbargoOf(
    const std::vector<std::pair<std::string, std::string>>& entries);

// True for the keys above.
bool IsFileMetadataKey(std::string_view key);

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_FILE_METADATA_H_
