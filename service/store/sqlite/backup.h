#ifndef QUOTES_SERVICE_STORE_SQLITE_BACKUP_H_
#define QUOTES_SERVICE_STORE_SQLITE_BACKUP_H_

#include <string>

#include "absl/status/statusor.h"
#include "service/base/cancellation.h"
#include "service/store/sqlite/connection.h"
#include "service/store/store.h"

namespace quotes::store::sqlite {

// What Store::CopyTo says. `source` is in a transaction that has read something, so that it shows
// one state throughout: SQLite would begin anew at every write of another connection, and with
// steady writes never end. Writes go on meanwhile; the log grows until the copy is made.
absl::StatusOr<StoreCopy> CopyDatabase(Connection* source, const std::string& target,
                                       const Cancellation& cancellation);

}  // namespace quotes::store::sqlite

#endif  // QUOTES_SERVICE_STORE_SQLITE_BACKUP_H_
