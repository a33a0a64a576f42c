#ifndef QUOTES_SERVICE_BASE_DURABLE_FILE_H_
#define QUOTES_SERVICE_BASE_DURABLE_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/base/cancellation.h"

// Files that appear under their name whole and durable, or not at all. Errors of all functions:
// STORAGE_FULL, and STORE_UNAVAILABLE for what else the system refuses; both name the file.
namespace quotes {

// What is still being written beside `path`, in the same folder: ".NAME.partial".
std::string PartialPath(const std::string& path);

// Removes what processes that ended left half-written in a folder. What another process is writing
// stays.
void RemovePartials(const std::string& folder);

// While it lives, RemovePartials of other processes passes PartialPath(path) over, which is there
// already and is written by other means than the functions here.
class PartialLock {
 public:
  explicit PartialLock(const std::string& path);
  ~PartialLock();
  PartialLock(const PartialLock&) = delete;
  PartialLock& operator=(const PartialLock&) = delete;

 private:
  const int fd_;
};

// Makes the contents of a file durable.
absl::Status SyncFile(const std::string& path);

// Gives PartialPath(path), whose contents are durable, its name, durably. ALREADY_EXISTS (plain,
// without a reason) when there is a file of that name; the partial one stays.
absl::Status Finish(const std::string& path);

// Writes a small file, in place of one of the same name.
absl::Status WriteDurably(const std::string& path, std::string_view bytes);

struct FileDigest {
  uint64_t size_bytes = 0;
  std::string sha256;  // 64 hex digits
};

// Also CANCELLED and DEADLINE_EXCEEDED.
absl::StatusOr<FileDigest> DigestFile(const std::string& path, const Cancellation& cancellation);

// Copies the bytes of a file to PartialPath(target), durably; the digest is that of what was
// written. Not more than `most` bytes are read. Also CANCELLED and DEADLINE_EXCEEDED.
absl::StatusOr<FileDigest> CopyToPartial(const std::string& source, const std::string& target,
                                         uint64_t most, const Cancellation& cancellation);

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_DURABLE_FILE_H_
