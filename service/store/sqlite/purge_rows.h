#ifndef QUOTES_SERVICE_STORE_SQLITE_PURGE_ROWS_H_
#define QUOTES_SERVICE_STORE_SQLITE_PURGE_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/store/sqlite/connection.h"
#include "service/store/store.h"

// Reports that go for good, and what is left of them. Every function works inside the caller's
// transaction.
namespace quotes::store::sqlite {

// Ids of the reports that name one as what they are a copy of.
absl::StatusOr<std::vector<std::string>> ListCopies(Connection* connection,
                                                    std::string_view report_id);

// Deletes every row of a report, and returns how many revisions it had. REQUIRES: no other report
// names it.
absl::StatusOr<uint64_t> DeleteReport(Connection* connection, std::string_view report_id);

// In place of an earlier one of the same id.
absl::Status WritePurged(Connection* connection, const PurgedReport& purged);
absl::StatusOr<std::optional<PurgedReport>> FindPurged(Connection* connection,
                                                       std::string_view report_id);
// By id.
absl::StatusOr<std::vector<PurgedReport>> ReadPurged(Connection* connection);

}  // namespace quotes::store::sqlite

#endif  // QUOTES_SERVICE_STORE_SQLITE_PURGE_ROWS_H_
