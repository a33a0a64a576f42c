#ifndef QUOTES_SERVICE_STORE_SQLITE_SCHEMA_H_
#define QUOTES_SERVICE_STORE_SQLITE_SCHEMA_H_

#include <cstdint>

#include "absl/status/status.h"
#include "service/store/sqlite/connection.h"

// The schema as numbered migrations; SCHEMA.md tells what it means.
namespace quotes::store::sqlite {

// "QUOT": marks a file as a database of this service (PRAGMA application_id).
inline constexpr int64_t kApplicationId = 0x51554F54;
// The newest version (PRAGMA user_version).
inline constexpr int64_t kSchemaVersion = 12;

// Brings the schema to kSchemaVersion, each step in a transaction of its own. REQUIRES: a writing
// connection and no other writer.
absl::Status Migrate(Connection* connection);
// The same up to an earlier version, as a program of that time would have left the file. REQUIRES:
// 1 <= last <= kSchemaVersion.
absl::Status MigrateTo(Connection* connection, int64_t last);

}  // namespace quotes::store::sqlite

#endif  // QUOTES_SERVICE_STORE_SQLITE_SCHEMA_H_
