// Folders go with the process that made them, however it ends.
#include "client/ctl/temporary_folder.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "tests/support/status_matchers.h"

namespace quotes::ctl {
namespace {

namespace fs = std::filesystem;

class TemporaryFolderTest : public ::testing::Test {
 protected:
  TemporaryFolderTest() {
    const char* const held = getenv("TMPDIR");
    held_ = held == nullptr ? "" : held;
    std::string parent = fs::temp_directory_path() / "temporary-folder-test-XXXXXX";
    parent_ = mkdtemp(parent.data());
    setenv("TMPDIR", parent_.c_str(), 1);
  }
  ~TemporaryFolderTest() override {
    held_.empty() ? unsetenv("TMPDIR") : setenv("TMPDIR", held_.c_str(), 1);
    fs::remove_all(parent_);
  }

  // Ends a process that holds a folder with a file, and returns whether it left the folder.
  bool LeftAfter(int signal) {
    std::array<int, 2> ready = {};
    EXPECT_EQ(pipe(ready.data()), 0);
    const pid_t child = fork();
    if (child == 0) {
      const auto folder = TemporaryFolder::Make({"below/file", "below"});
      if (folder.ok()) {
        fs::create_directory((*folder)->path() + "/below");
        std::ofstream((*folder)->path() + "/below/file") << "x";
        if (write(ready[1], "r", 1) == 1) {
          pause();
        }
      }
      _exit(1);
    }
    char byte = 0;
    EXPECT_EQ(read(ready[0], &byte, 1), 1);
    EXPECT_FALSE(fs::is_empty(parent_));
    EXPECT_EQ(kill(child, signal), 0);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == signal) << status;
    close(ready[0]);
    close(ready[1]);
    return !fs::is_empty(parent_);
  }

  fs::path parent_;

 private:
  std::string held_;
};

TEST_F(TemporaryFolderTest, GoesWithTheObject) {
  auto folder = TemporaryFolder::Make({});
  QUOTES_ASSERT_OK(folder);
  std::ofstream((*folder)->path() + "/unforeseen") << "x";
  EXPECT_TRUE(fs::exists((*folder)->path()));
  folder->reset();
  EXPECT_TRUE(fs::is_empty(parent_));
}

TEST_F(TemporaryFolderTest, GoesWhenASignalEndsTheProcess) {
  EXPECT_FALSE(LeftAfter(SIGINT));
  EXPECT_FALSE(LeftAfter(SIGTERM));
  EXPECT_FALSE(LeftAfter(SIGHUP));
}

TEST_F(TemporaryFolderTest, WhatAKilledProcessLeftGoesWithTheNext) {
  ASSERT_TRUE(LeftAfter(SIGKILL));
  auto folder = TemporaryFolder::Make({});
  QUOTES_ASSERT_OK(folder);
  EXPECT_EQ(std::distance(fs::directory_iterator(parent_), fs::directory_iterator()), 1);
}

TEST_F(TemporaryFolderTest, WhatIsInUseOrOfOthersStays) {
  fs::create_directory(parent_ / "quotectl-check-long-name");
  fs::create_directory(parent_ / "other");
  std::ofstream(parent_ / "quotectl-check-ABCDEF") << "a file";
  std::array<int, 2> ready = {};
  ASSERT_EQ(pipe(ready.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto folder = TemporaryFolder::Make({});
    if (write(ready[1], "r", 1) == 1) {
      pause();
    }
    _exit(1);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  {
    const auto folder = TemporaryFolder::Make({});
    QUOTES_ASSERT_OK(folder);
    EXPECT_EQ(std::distance(fs::directory_iterator(parent_), fs::directory_iterator()), 5);
  }
  kill(child, SIGTERM);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(std::distance(fs::directory_iterator(parent_), fs::directory_iterator()), 3);
}

}  // namespace
}  // namespace quotes::ctl
