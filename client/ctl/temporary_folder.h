#ifndef QUOTES_CLIENT_CTL_TEMPORARY_FOLDER_H_
#define QUOTES_CLIENT_CTL_TEMPORARY_FOLDER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace quotes::ctl {

// A folder in TMPDIR that goes with its contents: with the object, when SIGHUP, SIGINT or SIGTERM
// ends the process (where these are not handled otherwise), and after kill -9 when the next one is
// made. One at a time in a process.
class TemporaryFolder {
 public:
  // `contents` are the names below it of what it will hold, folders behind what is in them: a
  // signal leaves no time to look for them. An absl error when TMPDIR names no folder, or one that
  // cannot be written.
  static absl::StatusOr<std::unique_ptr<TemporaryFolder>> Make(
      const std::vector<std::string>& contents);

  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const std::string& path() const { return path_; }

 private:
  TemporaryFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  const std::string path_;
  const int lock_;  // a descriptor of the folder: who holds its lock still uses it
};

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_TEMPORARY_FOLDER_H_
