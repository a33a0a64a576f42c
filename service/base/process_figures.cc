#include "service/base/process_figures.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/base/file.h"

namespace quotes {
namespace {

uint64_t CountOpenFiles() {
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == nullptr) {
    return 0;
  }
  uint64_t count = 0;
  while (const dirent* const entry = readdir(folder)) {
    count += entry->d_name[0] == '.' ? 0 : 1;
  }
  closedir(folder);
  return count > 0 ? count - 1 : 0;  // without that of the folder itself
}

// When the system was started, in seconds since the epoch; 0 if that cannot be read.
int64_t BootTime() {
  const std::optional<std::string> text = ReadWholeFile("/proc/stat");
  int64_t seconds = 0;
  if (text.has_value()) {
    const size_t at = text->find("btime ");
    if (at != std::string::npos) {
      const size_t from = at + 6;
      if (!absl::SimpleAtoi(text->substr(from, text->find('\n', from) - from), &seconds)) {
        seconds = 0;
      }
    }
  }
  return seconds;
}

// The least of what the machine, the control group of the process and those above it have.
uint64_t MemoryLimit() {
  uint64_t least =
      static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  const std::string group = ReadWholeFile("/proc/self/cgroup").value_or("");
  if (!group.starts_with("0::/")) {
    return least;  // the older hierarchy
  }
  std::string path = group.substr(3, group.find('\n') - 3);
  while (true) {
    const std::string text =
        ReadWholeFile(absl::StrCat("/sys/fs/cgroup", path, "/memory.max")).value_or("");
    if (uint64_t limit = 0; absl::SimpleAtoi(text, &limit)) {
      least = std::min(least, limit);
    }
    if (path.empty() || path == "/") {
      return least;
    }
    path.resize(path.rfind('/'));
  }
}

// Fields of /proc/self/stat behind the name, which is in parentheses and may hold anything.
constexpr size_t kThreadsField = 17;
constexpr size_t kStartField = 19;
constexpr size_t kVirtualField = 20;
constexpr size_t kResidentField = 21;

}  // namespace

ProcessFigures ReadProcessFigures() {
  ProcessFigures figures;
  if (const std::optional<std::string> text = ReadWholeFile("/proc/self/stat"); text.has_value()) {
    const size_t name_end = text->rfind(") ");
    const std::vector<std::string> fields = absl::StrSplit(
        name_end == std::string::npos ? std::string() : text->substr(name_end + 2), ' ');
    const auto number = [&fields](size_t index) {
      uint64_t value = 0;
      return index < fields.size() && absl::SimpleAtoi(fields[index], &value) ? value : 0;
    };
    figures.threads = number(kThreadsField);
    figures.virtual_bytes = number(kVirtualField);
    figures.resident_bytes = number(kResidentField) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    figures.start_time = absl::FromUnixSeconds(BootTime()) +
                         absl::Seconds(static_cast<double>(number(kStartField)) / ticks);
  }
  rusage usage = {};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    figures.cpu =
        absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
  }
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    figures.max_fds = files.rlim_cur;
  }
  figures.open_fds = CountOpenFiles();
  figures.memory_limit_bytes = MemoryLimit();
  return figures;
}

}  // namespace quotes
