#include "service/archive/flat.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/check.h"

namespace quotes::archive {
namespace {

constexpr size_t kFileBuffer = 1u << 20;

absl::Status FileError(int error, const std::string& path) {
  return absl::ErrnoToStatus(error, path);
}

// Makes what happened to the names in the folder of `path` durable.
absl::Status SyncFolder(const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  const int file = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) {
    return FileError(errno, folder);
  }
  const int result = fsync(file);
  const int error = errno;
  close(file);
  return result == 0 ? absl::OkStatus() : FileError(error, folder);
}

}  // namespace

struct ByteSink::State {
  XXH3_state_t* const hash = XXH3_createState();
};

ByteSink::ByteSink() : state_(std::make_unique<State>()) {
  QUOTES_CHECK(state_->hash != nullptr);
  XXH3_64bits_reset(state_->hash);
}

ByteSink::~ByteSink() { XXH3_freeState(state_->hash); }

uint64_t ByteSink::checksum() const { return XXH3_64bits_digest(state_->hash); }

void ByteSink::Append(const void* bytes, size_t size) {
  if (size > 0) {
    XXH3_64bits_update(state_->hash, bytes, size);
    size_ += size;
    Write(bytes, size);
  }
}

void ByteSink::Align() {
  static constexpr char kZeros[8] = {};
  Append(kZeros, static_cast<size_t>((8 - size_ % 8) % 8));
}

uint64_t Checksum(const std::byte* data, size_t size) { return XXH3_64bits(data, size); }

MemorySink::~MemorySink() { std::free(data_); }

void MemorySink::Write(const void* bytes, size_t size) {
  if (used_ + size > capacity_) {
    capacity_ = std::max(used_ + size, capacity_ + capacity_ / 2);
    auto* const grown = static_cast<std::byte*>(std::realloc(data_, capacity_));
    QUOTES_CHECK(grown != nullptr);
    data_ = grown;
  }
  std::memcpy(data_ + used_, bytes, size);
  used_ += size;
}

Block MemorySink::Take() {
  if (auto* const fitting =
          static_cast<std::byte*>(std::realloc(data_, std::max<size_t>(used_, 1)));
      fitting != nullptr) {
    data_ = fitting;
  }
  Block block;
  block.data = data_;
  block.size = used_;
  block.owner = std::shared_ptr<const void>(std::exchange(data_, nullptr),
                                            [](void* data) { std::free(data); });
  return block;
}

FileSink::FileSink(std::string path)
    : path_(std::move(path)),
      file_(open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444)) {
  error_ = file_ < 0 ? errno : 0;
  buffer_.reserve(kFileBuffer);
}

FileSink::~FileSink() {
  if (file_ >= 0) {
    close(file_);
    unlink(path_.c_str());
  }
}

void FileSink::Write(const void* bytes, size_t size) {
  const auto* const data = static_cast<const std::byte*>(bytes);
  if (size > kFileBuffer - buffer_.size()) {
    Flush();
  }
  // What fills the buffer need not pass through it.
  if (size >= kFileBuffer) {
    WriteThrough({data, size});
  } else {
    buffer_.insert(buffer_.end(), data, data + size);
  }
}

void FileSink::Flush() {
  WriteThrough(buffer_);
  buffer_.clear();
}

void FileSink::WriteThrough(std::span<const std::byte> bytes) {
  for (size_t at = 0; at < bytes.size() && error_ == 0;) {
    const ssize_t written = write(file_, bytes.data() + at, bytes.size() - at);
    if (written < 0) {
      error_ = errno == EINTR ? 0 : errno;
    } else {
      at += static_cast<size_t>(written);
    }
  }
}

absl::Status FileSink::Finish() {
  Flush();
  if (error_ == 0 && fsync(file_) != 0) {
    error_ = errno;
  }
  if (error_ != 0) {
    return FileError(error_, path_);
  }
  close(std::exchange(file_, -1));
  return absl::OkStatus();
}

absl::Status MapFile(const std::string& path, Block* block) {
  // A pipe in the place of a file must not be waited for.
  const int file = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) {
    return FileError(errno, path);
  }
  struct stat status = {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) {
    close(file);
    return absl::DataLossError(absl::StrCat(path, " is not a file with content"));
  }
  const auto size = static_cast<size_t>(status.st_size);
  void* const data = mmap(nullptr, size, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0);
  const int error = errno;
  close(file);
  if (data == MAP_FAILED) {
    return FileError(error, path);
  }
  block->data = static_cast<const std::byte*>(data);
  block->size = size;
  block->owner = std::shared_ptr<const void>(
      data, [size](const void* mapped) { munmap(const_cast<void*>(mapped), size); });
  return absl::OkStatus();
}

absl::Status RenameDurably(const std::string& from, const std::string& path) {
  if (rename(from.c_str(), path.c_str()) != 0) {
    return FileError(errno, path);
  }
  return SyncFolder(path);
}

}  // namespace quotes::archive
