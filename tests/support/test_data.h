#ifndef QUOTES_TESTS_SUPPORT_TEST_DATA_H_
#define QUOTES_TESTS_SUPPORT_TEST_DATA_H_

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quotes::testing {

// The bytes of a file; fails the process when it cannot be read.
std::string ReadFile(const std::filesystem::path& path);

// The root of the source tree.
std::filesystem::path SourceDir();

// The sample report that ships with the project, and its register of printing faults.
std::string SampleReport();
std::string SampleDefects();

// The corpus of real reports: $QUOTES_CORPUS, else ../shared/corpus beside the source tree; nullopt
// where it is absent. Tests that need it call GTEST_SKIP() saying so.
std::optional<std::filesystem::path> CorpusDir();

// All .txt files below `dir`, sorted by path.
std::vector<std::filesystem::path> TextFiles(const std::filesystem::path& dir);

// A new folder, removed with everything in it at the end of the object's life.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace quotes::testing

#endif  // QUOTES_TESTS_SUPPORT_TEST_DATA_H_
