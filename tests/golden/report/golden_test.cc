// Golden files of the parser. Each *.test file holds cases: comment lines "# ", the source, a line
// "--", the expected dump, a line "==". The file's name says the dump (up to the first "_" or "."):
// outline, blocks, sentences, metadata, lint. A source of one line "@path" is a file of the tree.
//
// With QUOTES_UPDATE_GOLDEN=1 in the environment the files are rewritten; the diff is the review.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "service/report/parser.h"
#include "service/text/decode.h"
#include "tests/support/report_checks.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::report {
namespace {

struct Case {
  std::string comment;
  std::string input;
  std::string expected;
};

std::vector<Case> ReadCases(const std::string& text) {
  std::vector<Case> cases;
  Case current;
  int part = 0;  // comment, input, expected
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string line = text.substr(begin, end - begin);
    begin = end;
    if (line == "==\n") {
      cases.push_back(current);
      current = Case();
      part = 0;
    } else if (line == "--\n") {
      part = 2;
    } else if (part == 0 && line.starts_with("# ")) {
      current.comment += line;
    } else if (part == 2) {
      current.expected += line;
    } else {
      part = 1;
      current.input += line;
    }
  }
  return cases;
}

std::string Dump(std::string_view kind, const ParsedReport& report) {
  if (kind == "outline") {
    return testing::DumpOutline(report);
  }
  if (kind == "blocks") {
    return testing::DumpBlocks(report);
  }
  if (kind == "sentences") {
    return testing::DumpSentences(report);
  }
  if (kind == "lint") {
    return testing::DumpLint(report);
  }
  EXPECT_EQ(kind, "metadata");
  return testing::DumpMetadata(report);
}

class GoldenTest : public ::testing::TestWithParam<std::string> {};

std::filesystem::path GoldenDir() { return testing::SourceDir() / "tests/golden/report"; }

TEST_P(GoldenTest, Matches) {
  const std::filesystem::path path = GoldenDir() / GetParam();
  const std::string kind = GetParam().substr(0, GetParam().find_first_of("_."));
  std::vector<Case> cases = ReadCases(testing::ReadFile(path));
  ASSERT_FALSE(cases.empty());
  const bool update = std::getenv("QUOTES_UPDATE_GOLDEN") != nullptr;
  for (Case& c : cases) {
    SCOPED_TRACE(c.comment);
    std::string input = c.input;
    if (input.starts_with('@')) {
      input = testing::ReadFile(testing::SourceDir() / input.substr(1, input.size() - 2));
    }
    const auto source = text::Decode(input);
    QUOTES_ASSERT_OK(source);
    const auto report = ParseReport(*source, {.report_id = "golden"});
    QUOTES_ASSERT_OK(report);
    EXPECT_THAT(testing::ReportViolations(*source, *report), ::testing::IsEmpty());
    const std::string actual = Dump(kind, *report);
    if (update) {
      c.expected = actual;
    } else {
      EXPECT_EQ(actual, c.expected);
    }
  }
  if (update) {
    std::ofstream out(path, std::ios::binary);
    for (const Case& c : cases) {
      out << c.comment << c.input << "--\n" << c.expected << "==\n";
    }
  }
}

std::vector<std::string> GoldenFiles() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(GoldenDir())) {
    if (entry.path().extension() == ".test") {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string CaseName(const ::testing::TestParamInfo<std::string>& param) {
  std::string name = param.param.substr(0, param.param.find('.'));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenTest, ::testing::ValuesIn(GoldenFiles()), CaseName);

}  // namespace
}  // namespace quotes::report
