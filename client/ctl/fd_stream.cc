#include "client/ctl/fd_stream.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "client/ctl/interrupt.h"

namespace quotes::ctl {

FdBuffer::FdBuffer(int fd) : fd_(fd), buffer_() {
  setp(buffer_.data(), buffer_.data() + buffer_.size());
}

FdBuffer::~FdBuffer() { Drain(); }

bool FdBuffer::Drain() {
  const char* at = pbase();
  while (error_ == 0 && at < pptr()) {
    const ssize_t written = ::write(fd_, at, static_cast<size_t>(pptr() - at));
    if (written >= 0) {
      at += written;
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  return error_ == 0;
}

FdBuffer::int_type FdBuffer::overflow(int_type c) {
  if (!Drain()) {
    return traits_type::eof();
  }
  if (!traits_type::eq_int_type(c, traits_type::eof())) {
    *pptr() = traits_type::to_char_type(c);
    pbump(1);
  }
  return traits_type::not_eof(c);
}

int FdBuffer::sync() { return Drain() ? 0 : -1; }

FdInputBuffer::FdInputBuffer(int fd) : fd_(fd), buffer_() {}

FdInputBuffer::int_type FdInputBuffer::underflow() {
  // A signal may come to another thread, so that no call here is broken off by it.
  constexpr int kLookForSignalMs = 100;
  while (error_ == 0) {
    if (Interrupt::signal() != 0) {
      error_ = EINTR;
      break;
    }
    pollfd ready = {fd_, POLLIN, 0};
    if (poll(&ready, 1, kLookForSignalMs) == 0) {
      continue;
    }
    const ssize_t count = ::read(fd_, buffer_.data(), buffer_.size());
    if (count > 0) {
      setg(buffer_.data(), buffer_.data(), buffer_.data() + count);
      return traits_type::to_int_type(buffer_.front());
    }
    if (count == 0) {
      break;
    }
    if (errno != EINTR && errno != EAGAIN) {
      error_ = errno;
    }
  }
  return traits_type::eof();
}

}  // namespace quotes::ctl
