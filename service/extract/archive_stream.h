#ifndef QUOTES_SERVICE_EXTRACT_ARCHIVE_STREAM_H_
#define QUOTES_SERVICE_EXTRACT_ARCHIVE_STREAM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "service/extract/subprocess.h"

// Archives of many files (ZIP, and tar with any usual compression), unpacked by a worker with the
// limits of Extractor's and read as a stream: one file is in memory at a time.
//
// The worker writes, in integers as frames have them:
//   "QXTA"  u32 version, then for each file of the archive, in its order,
//   u8 1  string name  u64 size  bytes    a file
//   u8 2  string name                     a file that is larger than a source may be
//   u8 3  string name                     a link, or a file that names a place outside
//   u8 0                                  the end
//   u8 255  u32 reason  string message    the archive cannot be read (on)
namespace quotes::extract {

struct ArchiveMember {
  std::string name;  // with folders, UTF-8
  std::string content;
  bool too_large = false;  // the content was left out
  bool unread = false;     // a link, or a name that leads outside: it has no content
};

class ArchiveStream {
 public:
  // Which files of an archive are wanted, and whether with their content.
  enum class Mode {
    kList,  // names; of files below limits::kMaxSidecarBytes that end in .toml or .tsv the content
    kRead   // everything with content
  };

  // `fd` is read from its beginning and stays the caller's. Without a `worker_path` the worker is
  // quotes-extract in the folder of the running program. EXTRACTOR_UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<ArchiveStream>> Open(int fd, Mode mode,
                                                             std::string worker_path = {});

  // The next file, nullopt at the end. Folders and hidden files are left out.
  // MALFORMED_SOURCE, ENCRYPTED, SOURCE_TOO_LARGE, EXTRACTION_FAILED; nothing can be read after.
  absl::StatusOr<std::optional<ArchiveMember>> Next();

 private:
  explicit ArchiveStream(std::unique_ptr<ChildStream> child) : child_(std::move(child)) {}

  const std::unique_ptr<ChildStream> child_;
  bool begun_ = false;
  size_t members_ = 0;
};

// The worker's part: writes what is in the archive at `fd` by `write`, which says whether it could.
void StreamArchive(int fd, ArchiveStream::Mode mode,
                   const std::function<bool(std::string_view)>& write);

// True for names of archives: .zip, .tar, .tar.gz, .tgz,
// .tar.bz2, .tar.xz, in any case.
bool IsArchiveName(std::string_view file_name);

}  // namespace quotes::extract

#endif  // QUOTES_SERVICE_EXTRACT_ARCHIVE_STREAM_H_
