#include "service/base/secret_file.h"

#include <sys/stat.h>
#include <unistd.h>

namespace quotes {

bool IsExposed(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return false;
  }
  const mode_t others = status.st_uid == geteuid() ? S_IRWXG | S_IRWXO : mode_t{S_IROTH | S_IWOTH};
  return (status.st_mode & others) != 0;
}

}  // namespace quotes
