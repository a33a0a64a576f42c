#include "client/ctl/output_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace quotes::ctl {

absl::Status WriteOutputFile(const Context& context, const std::string& path,
                             const std::function<void(std::ostream*)>& write) {
  const std::filesystem::path target = path;
  std::error_code error;
  const std::filesystem::file_status there = std::filesystem::status(target, error);
  // Nothing is put in the place of a device or a pipe.
  const bool in_place = std::filesystem::exists(there) && !std::filesystem::is_regular_file(there);
  const std::filesystem::path draft = in_place ? path : path + ".part";
  std::ofstream out(draft, std::ios::binary | std::ios::trunc);
  const bool opened = out.is_open();
  if (opened) {
    write(&out);
    out.close();
  }
  const int cause = errno;
  if (!out.good()) {
    if (!in_place) {
      std::error_code ignored;
      std::filesystem::remove(draft, ignored);
    }
    const std::string sentence =
        context.Text(Msg::kCannotWrite, {target.string(), std::strerror(cause)});
    return opened ? absl::ResourceExhaustedError(sentence) : absl::InvalidArgumentError(sentence);
  }
  if (in_place) {
    return absl::OkStatus();
  }
  std::filesystem::rename(draft, target, error);
  if (error) {
    std::error_code ignored;
    std::filesystem::remove(draft, ignored);
    return absl::InvalidArgumentError(
        context.Text(Msg::kCannotWrite, {target.string(), error.message()}));
  }
  return absl::OkStatus();
}

}  // namespace quotes::ctl
