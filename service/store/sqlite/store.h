#ifndef QUOTES_SERVICE_STORE_SQLITE_STORE_H_
#define QUOTES_SERVICE_STORE_SQLITE_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "service/store/store.h"

namespace quotes::store::sqlite {

struct Options {
  std::string path;        // the database file
  bool read_only = false;  // readers may share a database with its one writer
  bool create = true;      // writers only: make the file if it is missing
  // False: only its length and what SQLite sees when it opens a file; Store::CheckIntegrity is to
  // follow.
  bool check_integrity = true;
};

// Opens a database. A writer takes the operating system's lock on "<path>.lock" for its life time
// (DATABASE_IN_USE if another process has it), migrates an older schema, and checks integrity.
// Errors: DATABASE_IN_USE, SCHEMA_TOO_NEW, DATABASE_CORRUPT (damaged, or no database of this
// service), READ_ONLY (folder or file not writable), REPORT-independent NOT_FOUND for a missing
// file, STORE_UNAVAILABLE.
absl::StatusOr<std::unique_ptr<Store>> Open(const Options& options);

}  // namespace quotes::store::sqlite

#endif  // QUOTES_SERVICE_STORE_SQLITE_STORE_H_
