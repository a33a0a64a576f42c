// Any bytes as an archive: what the worker would write is whole, in its own terms, and within its
// limits, whichever mode it has.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "service/base/limits.h"
#include "service/extract/archive_stream.h"
#include "service/extract/extracted_text.h"
#include "service/text/utf8.h"

namespace {

using quotes::extract::ArchiveStream;

void Require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "%s\n", what);
    std::abort();
  }
}

// Reads what archive_stream.h says is written.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::string_view Take(size_t size) {
    Require(size <= bytes_.size(), "the stream ends early");
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  uint64_t Number(size_t size) {
    uint64_t number = 0;
    int shift = 0;
    for (const char c : Take(size)) {
      number |= uint64_t{static_cast<uint8_t>(c)} << shift;
      shift += 8;
    }
    return number;
  }
  std::string_view Line() {
    const std::string_view line = Take(Number(4));
    Require(line.size() <= quotes::limits::kMaxExtractedMetadataBytes &&
                quotes::extract::CleanLine(line) == line &&
                !quotes::text::FindInvalidUtf8(line).has_value(),
            "a line is not clean");
    return line;
  }
  bool empty() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

void Check(std::string_view written) {
  Reader reader(written);
  Require(reader.Take(4) == "QXTA", "no magic");
  reader.Number(4);
  for (size_t members = 0;; ++members) {
    Require(members <= quotes::limits::kMaxArchiveMembers, "too many files");
    switch (reader.Number(1)) {
      case 0:
        Require(reader.empty(), "bytes behind the end");
        return;
      case 1: {
        Require(!reader.Line().empty(), "a file without a name");
        const uint64_t size = reader.Number(8);
        Require(size <= quotes::limits::kMaxSourceBytes, "a file that is too large");
        reader.Take(size);
        break;
      }
      case 2:
      case 3:
        Require(!reader.Line().empty(), "a file without a name");
        break;
      case 255:
        reader.Number(4);
        reader.Line();
        Require(reader.empty(), "bytes behind an error");
        return;
      default:
        Require(false, "an unknown kind");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const int fd = memfd_create("archive", MFD_CLOEXEC);
  Require(fd >= 0 && write(fd, data, size) == static_cast<ssize_t>(size), "no memory");
  for (const ArchiveStream::Mode mode : {ArchiveStream::Mode::kList, ArchiveStream::Mode::kRead}) {
    lseek(fd, 0, SEEK_SET);
    std::string written;
    quotes::extract::StreamArchive(fd, mode, [&](std::string_view bytes) {
      written += bytes;
      return true;
    });
    Check(written);
  }
  close(fd);
  return 0;
}
