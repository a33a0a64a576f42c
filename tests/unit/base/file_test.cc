#include "service/base/file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/support/test_data.h"

namespace quotes {
namespace {

TEST(ReadWholeFile, GivesTheBytes) {
  const testing::TempDir dir;
  for (const std::string& content :
       {std::string(), std::string("a\0\r\nb", 5), std::string(100'000, 'x')}) {
    const std::string path = (dir.path() / "file").string();
    std::ofstream(path, std::ios::binary) << content;
    EXPECT_EQ(ReadWholeFile(path), content);
  }
}

TEST(ReadWholeFile, RefusesWhatCannotBeRead) {
  const testing::TempDir dir;
  EXPECT_EQ(ReadWholeFile((dir.path() / "none").string()), std::nullopt);
  EXPECT_EQ(ReadWholeFile(dir.path().string()), std::nullopt);
}

}  // namespace
}  // namespace quotes
