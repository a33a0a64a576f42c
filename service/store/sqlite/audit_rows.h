#ifndef QUOTES_SERVICE_STORE_SQLITE_AUDIT_ROWS_H_
#define QUOTES_SERVICE_STORE_SQLITE_AUDIT_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/store/audit.h"
#include "service/store/sqlite/connection.h"

// The audit trail as rows, and back. Every function works inside the caller's transaction.
namespace quotes::store::sqlite {

// REQUIRES: the entry's archive revision is the one that this transaction made.
absl::Status WriteAuditEntry(Connection* connection, const AuditEntry& entry);

// Newest first, archive revisions below `before` (0: all), at most `limit`.
absl::StatusOr<std::vector<AuditEntry>> ReadAuditEntries(Connection* connection,
                                                         const AuditFilter& filter, uint64_t before,
                                                         size_t limit);

// Oldest first, archive revisions above `since`, at most `limit`. Those of Store::ListChanges.
absl::StatusOr<std::vector<AuditEntry>> ReadChanges(Connection* connection, uint64_t since,
                                                    size_t limit);

}  // namespace quotes::store::sqlite

#endif  // QUOTES_SERVICE_STORE_SQLITE_AUDIT_ROWS_H_
