#ifndef QUOTES_SERVICE_EXTRACT_SUBPROCESS_H_
#define QUOTES_SERVICE_EXTRACT_SUBPROCESS_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace quotes::extract {

// Owns a file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() { Reset(); }
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.Release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release();
  void Reset();

 private:
  int fd_ = -1;
};

// A file in memory that holds `bytes` and cannot be changed, read from its beginning. Invalid when
// there is no memory for it.
FileDescriptor MakeMemoryFile(std::string_view bytes);

struct ChildOptions {
  std::vector<std::string> argv;  // argv[0] is the path of the program
  std::vector<std::string> environment;
  int stdin_fd = -1;              // what the child reads; stays the caller's
  size_t max_output_bytes = 0;    // of standard output; more ends the child
  size_t max_error_bytes = 4096;  // of standard error; more is dropped
  absl::Duration timeout = absl::InfiniteDuration();
  // Asked about ten times a second; true ends the child. May be null.
  std::function<bool()> cancelled = nullptr;
  // Runs in the child before the program, after a fork: only for callers with one thread. False
  // ends the child. Null: the child gets a group of processes of its own, which is ended as a
  // whole.
  std::function<bool()> before_exec = nullptr;
};

struct ChildResult {
  enum class End { kExited, kSignalled, kTimedOut, kTooMuchOutput, kCancelled };
  End end = End::kExited;
  int code = 0;  // exit code, or the signal
  std::string output;
  std::string error;
};

// Runs a program to its end: standard output and error are collected, all other file descriptors
// are closed in it. Thread-safe without `before_exec`. FAILED_PRECONDITION / EXTRACTOR_UNAVAILABLE
// when it cannot be started.
absl::StatusOr<ChildResult> RunChild(const ChildOptions& options);

// A program whose standard output is read while it runs. It is ended with the object. One thread at
// a time.
class ChildStream {
 public:
  // Of the options the timeout is that of each read; limits of output and cancellation do not
  // count.
  static absl::StatusOr<std::unique_ptr<ChildStream>> Start(const ChildOptions& options);
  ~ChildStream();
  ChildStream(const ChildStream&) = delete;
  ChildStream& operator=(const ChildStream&) = delete;

  // Appends exactly `size` bytes; false when the output ends before, or nothing comes in time.
  bool Read(size_t size, std::string* out);

 private:
  ChildStream(int pid, FileDescriptor out, absl::Duration timeout)
      : pid_(pid), out_(std::move(out)), timeout_(timeout) {}

  const int pid_;
  const FileDescriptor out_;
  const absl::Duration timeout_;
};

}  // namespace quotes::extract

#endif  // QUOTES_SERVICE_EXTRACT_SUBPROCESS_H_
