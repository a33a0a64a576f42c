#ifndef QUOTES_SERVICE_STORE_SQLITE_WRITER_LOCK_H_
#define QUOTES_SERVICE_STORE_SQLITE_WRITER_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace quotes::store::sqlite {

// The operating system's lock that makes a process the one writer of a database, for the life of
// the object. It ends with the process, however that ends. The file "<path>.lock" stays behind: to
// remove it could take away the lock of the next writer.
class WriterLock {
 public:
  // DATABASE_IN_USE when another process, or another store of this one, holds it; READ_ONLY when
  // the folder cannot be written; STORAGE_FULL; STORE_UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<WriterLock>> Acquire(const std::string& database_path);

  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  ~WriterLock();

 private:
  explicit WriterLock(int fd) : fd_(fd) {}

  const int fd_;
};

}  // namespace quotes::store::sqlite

#endif  // QUOTES_SERVICE_STORE_SQLITE_WRITER_LOCK_H_
