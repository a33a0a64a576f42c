#ifndef QUOTES_SERVICE_ARCHIVE_FLAT_H_
#define QUOTES_SERVICE_ARCHIVE_FLAT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"

// What the archive keeps in memory it keeps flat: arrays of plain values in one block of bytes that
// holds no pointers, so that a block can be written to a file and mapped again as it is.
namespace quotes::archive {

// An array in a block; `offset` counts bytes from the block's beginning and is a multiple of 8.
struct ArrayRef {
  uint64_t offset = 0;
  uint64_t count = 0;
};

// Values that are the same are the same bytes: nothing between their members is left undefined.
template <typename T>
concept FlatValue = std::is_trivially_copyable_v<T> &&
                    std::has_unique_object_representations_v<T> && alignof(T) <= 8;

template <FlatValue T>
std::span<const T> ArrayAt(const std::byte* base, ArrayRef ref) {
  return {reinterpret_cast<const T*>(base + ref.offset), static_cast<size_t>(ref.count)};
}

inline std::string_view TextAt(const std::byte* base, ArrayRef ref) {
  const std::span<const char> chars = ArrayAt<char>(base, ref);
  return {chars.data(), chars.size()};
}

// Bytes that somebody keeps, read-only: the heap or a mapped file.
struct Block {
  std::shared_ptr<const void> owner;
  const std::byte* data = nullptr;
  size_t size = 0;
};

// Where blocks are written, from the first byte to the last. Remembers a checksum (XXH3, Y. Collet)
// of all that went through. Thread-compatible.
class ByteSink {
 public:
  ByteSink();
  virtual ~ByteSink();
  ByteSink(const ByteSink&) = delete;
  ByteSink& operator=(const ByteSink&) = delete;

  void Append(const void* bytes, size_t size);
  uint64_t size() const { return size_; }
  uint64_t checksum() const;

  // Zeros up to the next multiple of 8.
  void Align();

  template <FlatValue T>
  ArrayRef AppendArray(std::span<const T> values) {
    Align();
    const ArrayRef ref{size_, values.size()};
    Append(values.data(), values.size_bytes());
    return ref;
  }
  template <FlatValue T>
  ArrayRef AppendArray(const std::vector<T>& values) {
    return AppendArray(std::span<const T>(values));
  }
  ArrayRef AppendText(std::string_view text) {
    return AppendArray(std::span<const char>(text.data(), text.size()));
  }

 private:
  virtual void Write(const void* bytes, size_t size) = 0;

  struct State;
  const std::unique_ptr<State> state_;
  uint64_t size_ = 0;
};

class MemorySink final : public ByteSink {
 public:
  ~MemorySink() override;

  // What was written; the sink is empty then and must not be used any more.
  Block Take();

 private:
  void Write(const void* bytes, size_t size) override;

  // From malloc: large blocks grow without being copied.
  std::byte* data_ = nullptr;
  size_t used_ = 0;
  size_t capacity_ = 0;
};

// Writes a new file, which nobody may open for writing afterwards (its mode is 0444): others map
// it. Errors are remembered and told by Finish.
class FileSink final : public ByteSink {
 public:
  // Fails later if `path` exists or cannot be made.
  explicit FileSink(std::string path);
  // Removes a file that was not finished.
  ~FileSink() override;

  // The file is whole and on disk, or is no longer there.
  absl::Status Finish();

 private:
  void Write(const void* bytes, size_t size) override;
  void Flush();
  void WriteThrough(std::span<const std::byte> bytes);

  const std::string path_;
  int file_ = -1;
  int error_ = 0;
  std::vector<std::byte> buffer_;
};

// XXH3 of 64 bits, as ByteSink::checksum.
uint64_t Checksum(const std::byte* data, size_t size);

// Maps a whole file, with the pages that are in memory already. NOT_FOUND if there is none,
// DATA_LOSS for what is not a file with content; never waits for somebody to write. The file must
// stay as it is for as long as the block lives, though its name may go: the pages of a file that is
// cut or cannot be read any more end the process (SIGBUS), and bytes that are written into it are
// read.
absl::Status MapFile(const std::string& path, Block* block);

// Makes a finished file known as `path`, replacing what was there, and its name durable.
absl::Status RenameDurably(const std::string& from, const std::string& path);

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_FLAT_H_
