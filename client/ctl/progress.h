#ifndef QUOTES_CLIENT_CTL_PROGRESS_H_
#define QUOTES_CLIENT_CTL_PROGRESS_H_

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

namespace quotes::ctl {

// "[########--------]  8/16  name", one line that fits the terminal.
std::string ProgressLine(size_t done, size_t total, std::string_view name, size_t columns);

// A progress bar on stderr; silent where stderr is no terminal. Not thread-safe.
class Progress {
 public:
  Progress(std::ostream& err, bool enabled, size_t columns, size_t total);
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` of the total are done, `name` is being worked on.
  void Show(size_t done, std::string_view name);
  // Takes the line away, so that other output can stand there.
  void Clear();

 private:
  std::ostream& err_;
  const bool enabled_;
  const size_t columns_;
  const size_t total_;
  bool shown_ = false;
};

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_PROGRESS_H_
