#ifndef QUOTES_TESTS_GOLDEN_QUERY_GOLDEN_CASE_H_
#define QUOTES_TESTS_GOLDEN_QUERY_GOLDEN_CASE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_split.h"
#include "service/base/check.h"

namespace quotes::testing {

// One case of a golden file: lines up to "--", lines up to "==".
struct GoldenCase {
  std::string input;
  std::vector<std::string> expected;
};

// Reads "# comment" lines at the top and cases behind them.
inline std::vector<GoldenCase> ParseGolden(const std::string& file) {
  std::vector<GoldenCase> cases;
  GoldenCase current;
  bool in_expected = false;
  bool at_top = true;
  for (std::string& line : std::vector<std::string>(absl::StrSplit(file, '\n'))) {
    at_top = at_top && !line.empty() && line.front() == '#';
    if (at_top) {
      continue;
    }
    if (line == "--" && !in_expected) {
      in_expected = true;
    } else if (line == "==" && in_expected) {
      cases.push_back(std::move(current));
      current = GoldenCase();
      in_expected = false;
    } else if (in_expected) {
      current.expected.push_back(std::move(line));
    } else {
      current.input += current.input.empty() ? line : "\n" + line;
    }
  }
  QUOTES_CHECK(!in_expected && current.input.empty());
  return cases;
}

}  // namespace quotes::testing

#endif  // QUOTES_TESTS_GOLDEN_QUERY_GOLDEN_CASE_H_
