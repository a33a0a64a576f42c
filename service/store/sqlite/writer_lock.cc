#include "service/store/sqlite/writer_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "service/base/errors.h"
#include "service/store/sqlite/connection.h"

namespace quotes::store::sqlite {

absl::StatusOr<std::unique_ptr<WriterLock>> WriterLock::Acquire(const std::string& database_path) {
  const std::string path = database_path + ".lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    switch (errno) {
      case EACCES:
      case EPERM:
      case EROFS:
        return NotWritable(database_path);
      case ENOSPC:
      case EDQUOT:
        return errors::StorageFull(path);
      default:
        return errors::StoreUnavailable(
            absl::StrCat(path, ": ", std::generic_category().message(errno)));
    }
  }
  // A lock of the open file description: unlike a classic record lock it also holds against this
  // same process, and closing another descriptor of the file does not release it.
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
    const int error = errno;
    close(fd);
    if (error == EAGAIN || error == EACCES) {
      return errors::DatabaseInUse(database_path);
    }
    return errors::StoreUnavailable(
        absl::StrCat(path, ": ", std::generic_category().message(error)));
  }
  return std::unique_ptr<WriterLock>(new WriterLock(fd));
}

WriterLock::~WriterLock() { close(fd_); }

}  // namespace quotes::store::sqlite
