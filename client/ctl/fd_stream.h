#ifndef QUOTES_CLIENT_CTL_FD_STREAM_H_
#define QUOTES_CLIENT_CTL_FD_STREAM_H_

#include <array>
#include <streambuf>

namespace quotes::ctl {

// Buffers what a std::ostream writes to a file descriptor, and keeps why a write failed; iostreams
// forget it. After a failure everything further is dropped. Not thread-safe.
class FdBuffer : public std::streambuf {
 public:
  // `fd` stays open and belongs to the caller.
  explicit FdBuffer(int fd);
  ~FdBuffer() override;
  FdBuffer(const FdBuffer&) = delete;
  FdBuffer& operator=(const FdBuffer&) = delete;

  // errno of the first write that failed, 0 if none did.
  int error() const { return error_; }

 private:
  int_type overflow(int_type c) override;
  int sync() override;
  bool Drain();

  const int fd_;
  int error_ = 0;
  std::array<char, 1 << 16> buffer_;
};

// What a std::istream reads from a file descriptor. A noted signal (interrupt.h) ends it: a pipe
// whose writer says nothing would be waited for without end. Not thread-safe.
class FdInputBuffer : public std::streambuf {
 public:
  // `fd` stays open and belongs to the caller.
  explicit FdInputBuffer(int fd);
  FdInputBuffer(const FdInputBuffer&) = delete;
  FdInputBuffer& operator=(const FdInputBuffer&) = delete;

  // errno of the read that failed, EINTR for a signal that ended the reading, 0 for neither.
  int error() const { return error_; }

 private:
  int_type underflow() override;

  const int fd_;
  int error_ = 0;
  std::array<char, 1 << 16> buffer_;
};

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_FD_STREAM_H_
