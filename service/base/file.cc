#include "service/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"

namespace quotes {

std::optional<std::string> ReadWholeFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string content;
  // read() keeps the exceptions of the buffer (a folder cannot be read) to itself; iterators of the
  // buffer would not.
  std::array<char, 1 << 14> piece;
  while (in.good()) {
    in.read(piece.data(), piece.size());
    content.append(piece.data(), static_cast<size_t>(in.gcount()));
  }
  if (!in.eof() || in.bad()) {
    return std::nullopt;
  }
  return content;
}

namespace {

// Refuses a file with one of the bits of `forbidden` in its mode.
absl::StatusOr<std::string> Read(const std::string& path, size_t most, mode_t forbidden) {
  const auto refused = [&path](std::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read ", path, ": ", ToAbsl(why)));
  };
  // Without O_NONBLOCK the opening of a pipe waits for its writer.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    return refused(std::strerror(errno));
  }
  const absl::Cleanup closes = [file] { close(file); };
  struct stat status = {};
  if (fstat(file, &status) != 0) {
    return refused(std::strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) {
    return refused("it is no regular file");
  }
  if ((status.st_mode & forbidden) != 0) {
    return refused("others than its owner may write to it (chmod go-w)");
  }
  std::string content;
  std::array<char, 1 << 14> piece;
  while (true) {
    const ssize_t count = read(file, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return refused(std::strerror(errno));
    }
    if (count == 0) {
      return content;
    }
    content.append(piece.data(), static_cast<size_t>(count));
    if (content.size() > most) {
      return refused(absl::StrCat("it has more than ", most, " bytes"));
    }
  }
}

}  // namespace

absl::StatusOr<std::string> ReadRegularFile(const std::string& path, size_t most) {
  return Read(path, most, 0);
}

absl::StatusOr<std::string> ReadOwnersFile(const std::string& path, size_t most) {
  return Read(path, most, S_IWGRP | S_IWOTH);
}

std::optional<uint64_t> FreeBytes(const std::string& path) {
  struct statvfs system = {};
  if (statvfs(path.c_str(), &system) != 0) {
    return std::nullopt;
  }
  return uint64_t{system.f_bavail} * system.f_frsize;
}

}  // namespace quotes
