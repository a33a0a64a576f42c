#include "service/base/durable_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/base/status_macros.h"

namespace quotes {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPartial = ".partial";
constexpr size_t kPiece = size_t{1} << 20;

absl::Status Failure(const std::string& path, int error) {
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return errors::StorageFull(path);
  }
  return errors::StoreUnavailable(absl::StrCat(path, ": ", std::generic_category().message(error)));
}

// A file descriptor that is closed with it.
class Descriptor {
 public:
  // `locked`: whoever looks for files that nobody writes any more passes it over.
  Descriptor(const std::string& path, int flags, mode_t mode = 0, bool locked = false)
      : fd_(open(path.c_str(), flags | O_CLOEXEC, mode)) {
    if (fd_ >= 0 && locked) {
      flock(fd_, LOCK_EX | LOCK_NB);
    }
  }
  ~Descriptor() {
    if (fd_ >= 0) {
      close(fd_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

std::string FolderOf(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

absl::Status SyncFolder(const std::string& path) {
  const Descriptor folder(FolderOf(path), O_RDONLY | O_DIRECTORY);
  if (folder.fd() < 0) {
    return Failure(path, errno);
  }
  // Some file systems refuse to sync a folder; they offer nothing better.
  if (fsync(folder.fd()) != 0 && errno != EINVAL && errno != ENOTSUP) {
    return Failure(path, errno);
  }
  return absl::OkStatus();
}

// Opens the file that becomes `path`, anew: what has its name already, perhaps a link that somebody
// put there, is not written to.
Descriptor MakePartial(const std::string& path) {
  const std::string partial = PartialPath(path);
  unlink(partial.c_str());
  return Descriptor(partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666, /*locked=*/true);
}

absl::Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      return Failure(path, errno);
    }
    bytes.remove_prefix(static_cast<size_t>(std::max<ssize_t>(written, 0)));
  }
  return absl::OkStatus();
}

// Hands the bytes of a file to `visit`, piece by piece, at most `most`.
template <typename Visit>
absl::StatusOr<FileDigest> ReadAll(const std::string& path, uint64_t most,
                                   const Cancellation& cancellation, Visit visit) {
  // A pipe or device in its place does not make it wait.
  const Descriptor file(path, O_RDONLY | O_NONBLOCK);
  if (file.fd() < 0) {
    return Failure(path, errno);
  }
  FileDigest digest;
  Sha256Stream hash;
  std::vector<char> piece(kPiece);
  while (digest.size_bytes < most) {
    QUOTES_RETURN_IF_ERROR(cancellation.Check());
    const size_t wanted =
        static_cast<size_t>(std::min<uint64_t>(piece.size(), most - digest.size_bytes));
    const ssize_t got = read(file.fd(), piece.data(), wanted);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return Failure(path, errno);
    }
    if (got == 0) {
      break;
    }
    const std::string_view bytes(piece.data(), static_cast<size_t>(got));
    hash.Add(bytes);
    digest.size_bytes += bytes.size();
    QUOTES_RETURN_IF_ERROR(visit(bytes));
  }
  digest.sha256 = hash.Hex();
  return digest;
}

}  // namespace

std::string PartialPath(const std::string& path) {
  const fs::path whole(path);
  return (whole.parent_path() / absl::StrCat(".", whole.filename().string(), std::string(kPartial)))
      .string();
}

void RemovePartials(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') && name.find(kPartial) != std::string::npos) {
      found.push_back(entry.path());
    }
  }
  for (const fs::path& path : found) {
    const Descriptor file(path.string(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    if (file.fd() < 0 || flock(file.fd(), LOCK_EX | LOCK_NB) == 0) {
      fs::remove(path, error);
    }
  }
}

PartialLock::PartialLock(const std::string& path)
    : fd_(open(PartialPath(path).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {
  if (fd_ >= 0) {
    flock(fd_, LOCK_EX | LOCK_NB);
  }
}

PartialLock::~PartialLock() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

absl::Status SyncFile(const std::string& path) {
  const Descriptor file(path, O_RDONLY);
  if (file.fd() < 0 || fsync(file.fd()) != 0) {
    return Failure(path, errno);
  }
  return absl::OkStatus();
}

absl::Status Finish(const std::string& path) {
  const std::string partial = PartialPath(path);
  if (renameat2(AT_FDCWD, partial.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) {
      return absl::AlreadyExistsError(absl::StrCat(path, " exists"));
    }
    // Not every file system has it (NFS): a link is refused likewise when the name is taken.
    if (errno != EINVAL && errno != ENOSYS) {
      return Failure(path, errno);
    }
    if (link(partial.c_str(), path.c_str()) != 0) {
      return errno == EEXIST ? absl::AlreadyExistsError(absl::StrCat(path, " exists"))
                             : Failure(path, errno);
    }
    unlink(partial.c_str());
  }
  return SyncFolder(path);
}

absl::Status WriteDurably(const std::string& path, std::string_view bytes) {
  const std::string partial = PartialPath(path);
  {
    const Descriptor file = MakePartial(path);
    if (file.fd() < 0) {
      return Failure(path, errno);
    }
    QUOTES_RETURN_IF_ERROR(WriteAll(file.fd(), bytes, path));
    if (fsync(file.fd()) != 0 || rename(partial.c_str(), path.c_str()) != 0) {
      return Failure(path, errno);
    }
  }
  return SyncFolder(path);
}

absl::StatusOr<FileDigest> DigestFile(const std::string& path, const Cancellation& cancellation) {
  return ReadAll(path, UINT64_MAX, cancellation, [](std::string_view) { return absl::OkStatus(); });
}

absl::StatusOr<FileDigest> CopyToPartial(const std::string& source, const std::string& target,
                                         uint64_t most, const Cancellation& cancellation) {
  const Descriptor file = MakePartial(target);
  if (file.fd() < 0) {
    return Failure(target, errno);
  }
  QUOTES_ASSIGN_OR_RETURN(const FileDigest digest,
                          ReadAll(source, most, cancellation, [&](std::string_view bytes) {
                            return WriteAll(file.fd(), bytes, target);
                          }));
  if (fsync(file.fd()) != 0) {
    return Failure(target, errno);
  }
  return digest;
}

}  // namespace quotes
