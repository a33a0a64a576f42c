#include "tests/support/test_data.h"

#include <stdlib.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include "service/base/check.h"

namespace quotes::testing {

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  QUOTES_CHECK(in.good());
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::filesystem::path SourceDir() { return QUOTES_SOURCE_DIR; }

std::string SampleReport() {
  return ReadFile(SourceDir() / "service/report/data/zaozhuang-shizhong-2022.txt");
}

std::string SampleDefects() {
  return ReadFile(SourceDir() / "service/report/data/zaozhuang-shizhong-2022.defects.tsv");
}

std::optional<std::filesystem::path> CorpusDir() {
  const char* named = std::getenv("QUOTES_CORPUS");
  std::filesystem::path dir = named != nullptr ? std::filesystem::path(named)
                                               : SourceDir().parent_path() / "shared" / "corpus";
  std::error_code error;
  if (!std::filesystem::is_directory(dir / "reports", error)) {
    return std::nullopt;
  }
  return dir;
}

std::vector<std::filesystem::path> TextFiles(const std::filesystem::path& dir) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
    if (entry.is_regular_file() && entry.path().extension() == ".txt") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "quotes-test-XXXXXX").string();
  QUOTES_CHECK(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace quotes::testing
