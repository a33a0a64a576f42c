#ifndef QUOTES_SERVICE_BASE_PROCESS_FIGURES_H_
#define QUOTES_SERVICE_BASE_PROCESS_FIGURES_H_

#include <cstdint>

#include "absl/time/time.h"

namespace quotes {

// What the system tells of this process. A figure that cannot be read is 0.
struct ProcessFigures {
  uint64_t resident_bytes = 0;
  uint64_t virtual_bytes = 0;
  absl::Duration cpu;  // of all threads, in user and system mode
  uint64_t open_fds = 0;
  uint64_t max_fds = 0;
  uint64_t threads = 0;
  // What it may have at most: the limit of its control group, as a container or systemd's MemoryMax
  // sets it, else the machine's memory.
  uint64_t memory_limit_bytes = 0;
  absl::Time start_time = absl::UnixEpoch();
};

// Some dozen microseconds and one for each open file.
ProcessFigures ReadProcessFigures();

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_PROCESS_FIGURES_H_
