#include "client/ctl/progress.h"

#include <algorithm>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "client/ctl/layout.h"

namespace quotes::ctl {

std::string ProgressLine(size_t done, size_t total, std::string_view name, size_t columns) {
  constexpr size_t kBar = 20;
  const size_t filled = total == 0 ? kBar : kBar * std::min(done, total) / total;
  const std::string count = std::to_string(total);
  const std::string line = absl::StrCat(
      "[", std::string(filled, '#'), std::string(kBar - filled, '-'), "]  ",
      Pad(std::to_string(done), count.size(), true), "/", count, "  ", Printable(name));
  // One column less than the terminal has: some wrap when the last one is written.
  return Truncate(line, columns > 1 ? columns - 1 : 1);
}

Progress::Progress(std::ostream& err, bool enabled, size_t columns, size_t total)
    : err_(err), enabled_(enabled), columns_(columns), total_(total) {}

void Progress::Show(size_t done, std::string_view name) {
  if (!enabled_) {
    return;
  }
  err_ << "\r\x1b[K" << ProgressLine(done, total_, name, columns_) << std::flush;
  shown_ = true;
}

void Progress::Clear() {
  if (shown_) {
    err_ << "\r\x1b[K" << std::flush;
    shown_ = false;
  }
}

}  // namespace quotes::ctl
