#include "service/base/file.h"

#include <array>
#include <fstream>

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

}  // namespace quotes
