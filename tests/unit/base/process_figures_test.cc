#include "service/base/process_figures.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "absl/time/clock.h"

namespace quotes {
namespace {

TEST(ProcessFigures, TellsOfThisProcess) {
  const ProcessFigures before = ReadProcessFigures();
  EXPECT_GT(before.resident_bytes, uint64_t{1} << 20);
  EXPECT_GT(before.virtual_bytes, before.resident_bytes);
  EXPECT_GE(before.threads, 1U);
  EXPECT_GT(before.max_fds, before.open_fds);
  EXPECT_GE(before.open_fds, 1U);
  // In whole seconds since the machine was started.
  EXPECT_LT(absl::AbsDuration(absl::Now() - before.start_time), absl::Hours(1));
  const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(file, 0);
  EXPECT_EQ(ReadProcessFigures().open_fds, before.open_fds + 1);
  close(file);
  absl::Duration cpu = ReadProcessFigures().cpu;
  while (cpu < before.cpu + absl::Milliseconds(5)) {
    cpu = ReadProcessFigures().cpu;
  }
  EXPECT_EQ(ReadProcessFigures().open_fds, before.open_fds);
}

}  // namespace
}  // namespace quotes
