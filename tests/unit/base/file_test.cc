#include "service/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "service/base/secret_file.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

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

TEST(ReadRegularFile, GivesTheBytesUpToTheMost) {
  const testing::TempDir dir;
  const std::string path = (dir.path() / "file").string();
  const std::string content(100'000, 'x');
  std::ofstream(path, std::ios::binary) << content;
  const auto all = ReadRegularFile(path, content.size());
  QUOTES_ASSERT_OK(all);
  EXPECT_EQ(*all, content);
  const auto refused = ReadRegularFile(path, content.size() - 1);
  EXPECT_THAT(refused, testing::HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(std::string(refused.status().message()),
              AllOf(HasSubstr(path), HasSubstr("99999 bytes")));
}

TEST(ReadRegularFile, WaitsForNothing) {
  const testing::TempDir dir;
  const std::string pipe = (dir.path() / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::string endless = (dir.path() / "endless").string();
  std::filesystem::create_symlink("/dev/zero", endless);
  for (const std::string& path :
       {pipe, endless, dir.path().string(), (dir.path() / "none").string()}) {
    const auto refused = ReadRegularFile(path, 100);
    EXPECT_THAT(refused, testing::HasCode(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr(path));
  }
}

TEST(IsExposed, TellsAFileOfThisUserThatOthersReadOrChange) {
  namespace fs = std::filesystem;
  const testing::TempDir dir;
  const fs::path path = dir.path() / "key";
  std::ofstream(path) << "secret";
  for (const auto& [mode, exposed] : {std::pair(0600, false),
                                      {0400, false},
                                      {0640, true},
                                      {0620, true},
                                      {0604, true},
                                      {0602, true},
                                      {0644, true}}) {
    fs::permissions(path, static_cast<fs::perms>(mode));
    EXPECT_EQ(IsExposed(path.string()), exposed) << std::oct << mode;
  }
  EXPECT_FALSE(IsExposed((dir.path() / "none").string()));
  EXPECT_FALSE(IsExposed(dir.path().string()));
}

}  // namespace
}  // namespace quotes
