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
  const std::filesystem::path draft = target.string() + ".part";
  std::ofstream out(draft, std::ios::binary | std::ios::trunc);
  if (out.is_open()) {
    write(&out);
    out.close();
  }
  const int cause = errno;
  if (!out.good()) {
    std::error_code ignored;
    std::filesystem::remove(draft, ignored);
    return absl::InvalidArgumentError(
        context.Text(Msg::kCannotWrite, {target.string(), std::strerror(cause)}));
  }
  std::error_code error;
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
