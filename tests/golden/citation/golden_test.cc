// Golden cases of citation checks on the bundled report, or on the report NAME.txt where it stands
// beside NAME.test. A case of a *.test file: comment lines
// "# ", the quotation on one line (\n, \t and \uXXXX are read as in C), settings, each on a line of
// its own ("speaker 宋磊", "date 2022-01-17", "report sample", "profile strict" …), "--", the dump
// of the answer (tests/support/citation_checks.h), "==".
//
// With QUOTES_UPDATE_GOLDEN=1 in the environment the files are rewritten; the diff is the review.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/citation/profile.h"
#include "service/text/utf8.h"
#include "tests/support/citation_checks.h"
#include "tests/support/test_data.h"

namespace quotes::citation {
namespace {

struct Case {
  std::vector<std::string> comments;
  std::vector<std::string> input;
  std::string expected;
};

std::vector<Case> ReadCases(const std::string& text) {
  std::vector<Case> cases;
  Case current;
  bool expected = false;
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (const std::string& line : lines) {
    if (line == "==") {
      cases.push_back(std::move(current));
      current = Case();
      expected = false;
    } else if (line == "--") {
      expected = true;
    } else if (expected) {
      current.expected += current.expected.empty() ? line : "\n" + line;
    } else if (current.input.empty() && line.starts_with("# ")) {
      current.comments.push_back(line);
    } else if (!line.empty()) {
      current.input.push_back(line);
    }
  }
  return cases;
}

std::string Unescaped(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    ++i;
    if (text[i] == 'n') {
      out += '\n';
    } else if (text[i] == 't') {
      out += '\t';
    } else if (text[i] == 'r') {
      out += '\r';
    } else if (text[i] == 'u' && i + 4 < text.size()) {
      text::AppendUtf8(static_cast<char32_t>(std::stoul(text.substr(i + 1, 4), nullptr, 16)), &out);
      i += 4;
    } else {
      out += text[i];
    }
  }
  return out;
}

void Set(const std::string& setting, Request* request, std::string* before, std::string* after) {
  const size_t space = setting.find(' ');
  const std::string key = setting.substr(0, space);
  const std::string value = space == std::string::npos ? "" : setting.substr(space + 1);
  Claim& claim = request->claim;
  const std::vector<std::string> numbers = absl::StrSplit(value, '-');
  if (key == "report") {
    claim.report = value;
  } else if (key == "speaker") {
    claim.speaker = value;
  } else if (key == "role") {
    claim.role = value;
  } else if (key == "section") {
    claim.section = value;
  } else if (key == "page") {
    claim.page = static_cast<uint32_t>(std::stoul(value));
  } else if (key == "paper") {
    claim.publication = ClaimedPublication{value, "", std::nullopt};
  } else if (key == "date" && numbers.size() == 3) {
    claim.date = ClaimedDate{std::stoi(numbers[0]), std::stoi(numbers[1]), std::stoi(numbers[2])};
  } else if (key == "date") {
    ASSERT_EQ(numbers.size(), 2u) << setting;
    claim.date = ClaimedDate{std::nullopt, std::stoi(numbers[0]), std::stoi(numbers[1])};
  } else if (key == "mode") {
    claim.mode = static_cast<report::Mode>(std::stoi(value));
  } else if (key == "before") {
    *before = value;
  } else if (key == "after") {
    *after = value;
  } else if (key == "profile") {
    request->profile = FindBuiltInProfile(value);
    ASSERT_NE(request->profile, nullptr) << setting;
  } else {
    FAIL() << "unknown setting: " << setting;
  }
}

class CitationGoldenTest : public ::testing::TestWithParam<std::string> {};

std::filesystem::path GoldenDir() { return testing::SourceDir() / "tests/golden/citation"; }

std::vector<std::string> Files() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(GoldenDir())) {
    if (entry.path().extension() == ".test") {
      names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST_P(CitationGoldenTest, Cases) {
  const std::filesystem::path path = GoldenDir() / (GetParam() + ".test");
  const std::filesystem::path own = GoldenDir() / (GetParam() + ".txt");
  const testing::TestCorpus corpus({std::filesystem::exists(own)
                                        ? testing::MakeDocument(GetParam(), testing::ReadFile(own))
                                        : testing::SampleDocument()});
  const bool update = std::getenv("QUOTES_UPDATE_GOLDEN") != nullptr;
  std::string rewritten;
  const std::vector<Case> cases = ReadCases(testing::ReadFile(path));
  ASSERT_FALSE(cases.empty());
  for (const Case& test : cases) {
    ASSERT_FALSE(test.input.empty());
    const std::string quotation = Unescaped(test.input[0]);
    std::string before;
    std::string after;
    Request request;
    request.quotation = quotation;
    for (size_t i = 1; i < test.input.size(); ++i) {
      ASSERT_NO_FATAL_FAILURE(Set(test.input[i], &request, &before, &after));
    }
    request.text_before = before;
    request.text_after = after;
    const Result result = corpus.Verify(request);
    const std::string actual = testing::Dump(result);
    EXPECT_EQ(testing::FindViolation(corpus, request, result), "") << test.input[0];
    if (!update) {
      EXPECT_EQ(actual, test.expected) << test.input[0];
    }
    for (const std::string& comment : test.comments) {
      absl::StrAppend(&rewritten, comment, "\n");
    }
    for (const std::string& line : test.input) {
      absl::StrAppend(&rewritten, line, "\n");
    }
    absl::StrAppend(&rewritten, "--\n", actual, "\n==\n");
  }
  if (update) {
    std::ofstream(path) << rewritten;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, CitationGoldenTest, ::testing::ValuesIn(Files()),
                         [](const auto& param_info) { return param_info.param; });

}  // namespace
}  // namespace quotes::citation
