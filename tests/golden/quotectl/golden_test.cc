// What quotectl prints about the sample report.
//
// Each .test file of this folder is one case: its first line is a command ("$ quotectl find 棚改",
// words with spaces in single quotation marks), behind it stand stdout, and where there is any,
// "--- stderr" with what went there, and "--- exit N" for N other than 0. All run against one
// database that `quotectl import` made of the sample. Times are replaced by TIME, page tokens
// by TOKEN, request ids by ID.
//
// With QUOTES_UPDATE_GOLDEN=1 in the environment the files are rewritten; the diff is the review.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/ctl/environment.h"
#include "tests/support/test_data.h"

namespace quotes::ctl {
namespace {

using quotes::testing::ReadFile;
using quotes::testing::SourceDir;
using quotes::testing::TempDir;

constexpr std::string_view kPrompt = "$ quotectl ";

// The words of a command line; single quotation marks as in a shell.
std::vector<std::string> SplitWords(std::string_view line) {
  std::vector<std::string> words;
  bool open = false;
  bool quoted = false;
  for (const char c : line) {
    if (c == '\'') {
      quoted = !quoted;
      if (!open) {
        words.emplace_back();
        open = true;
      }
    } else if (c == ' ' && !quoted) {
      open = false;
    } else {
      if (!open) {
        words.emplace_back();
        open = true;
      }
      words.back().push_back(c);
    }
  }
  return words;
}

struct Result {
  int code = 0;
  std::string out;
  std::string err;
};

Result Quotectl(const std::vector<std::string>& arguments, const std::string& input = {}) {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  Environment environment;
  environment.in = &in;
  environment.out = &out;
  environment.err = &err;
  // As on a terminal of this width; colours only where a case asks for them.
  environment.columns = 88;
  environment.out_is_terminal =
      std::find(arguments.begin(), arguments.end(), "--color") != arguments.end();
  environment.variable = [](std::string_view) { return std::nullopt; };
  const int code = RunQuotectl(arguments, environment);
  return {code, out.str(), err.str()};
}

class QuotectlGoldenTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = new TempDir;
    const Result result =
        Quotectl({"--database", Database(), "import", "--id", "2022-sample",
                  (SourceDir() / "service/report/data/zaozhuang-shizhong-2022.txt").string()});
    ASSERT_EQ(result.code, 0) << result.err;
  }
  static void TearDownTestSuite() {
    delete dir_;
    dir_ = nullptr;
  }

  static std::string Database() { return (dir_->path() / "quotes.db").string(); }

  static std::string Normal(std::string text) {
    for (size_t at = 0; (at = text.find(Database(), at)) != std::string::npos;) {
      text.replace(at, Database().size(), "DATABASE");
    }
    const std::pair<std::regex, const char*> moving[] = {
        {std::regex(R"(\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d+)?(Z| UTC))"), "TIME"},
        {std::regex(R"(--page-token \S+)"), "--page-token TOKEN"},
        {std::regex(R"("request_id":"[0-9a-f]{32}")"), R"("request_id":"ID")"},
    };
    for (const auto& [pattern, name] : moving) {
      text = std::regex_replace(text, pattern, name);
    }
    return text;
  }

  static std::string Transcript(const std::string& command) {
    std::vector<std::string> arguments = SplitWords(command.substr(kPrompt.size()));
    arguments.insert(arguments.begin(), {"--database", Database()});
    const Result result = Quotectl(arguments);
    std::string text = command + "\n" + result.out;
    if (!result.err.empty()) {
      text += "--- stderr\n" + result.err;
    }
    if (result.code != 0) {
      text += "--- exit " + std::to_string(result.code) + "\n";
    }
    return Normal(text);
  }

 private:
  static TempDir* dir_;
};

TempDir* QuotectlGoldenTest::dir_ = nullptr;

TEST_F(QuotectlGoldenTest, PrintsWhatTheFilesSay) {
  const bool update = std::getenv("QUOTES_UPDATE_GOLDEN") != nullptr;
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(SourceDir() / "tests/golden/quotectl")) {
    if (entry.path().extension() == ".test") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  ASSERT_FALSE(files.empty());
  for (const std::filesystem::path& file : files) {
    const std::string expected = ReadFile(file);
    const std::string command = expected.substr(0, expected.find('\n'));
    ASSERT_EQ(command.substr(0, kPrompt.size()), kPrompt) << file;
    const std::string actual = Transcript(command);
    if (update) {
      std::ofstream(file, std::ios::binary) << actual;
    } else {
      EXPECT_EQ(actual, expected) << file;
    }
  }
}

}  // namespace
}  // namespace quotes::ctl
