#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/archive/query.h"
#include "service/base/errors.h"
#include "service/text/utf8.h"
#include "tests/golden/query/golden_case.h"
#include "tests/support/test_data.h"

namespace quotes::archive {
namespace {

std::string Tree(const Query& query, const QueryNode& node) {
  if (node.kind == QueryNode::Kind::kTerm) {
    const Term& term = query.terms[node.term];
    const std::string folded = text::ToUtf8(term.folded);
    return term.phrase ? absl::StrCat("\"", folded, "\"") : folded;
  }
  if (node.kind == QueryNode::Kind::kNot) {
    return absl::StrCat("-", Tree(query, node.children.front()));
  }
  std::vector<std::string> children;
  for (const QueryNode& child : node.children) {
    children.push_back(Tree(query, child));
  }
  return absl::StrCat(
      "(", absl::StrJoin(children, node.kind == QueryNode::Kind::kAnd ? " & " : " | "), ")");
}

TEST(QueryGoldenTest, Parse) {
  const auto cases = testing::ParseGolden(
      testing::ReadFile(testing::SourceDir() / "tests/golden/query/parse.test"));
  ASSERT_GT(cases.size(), 15u);
  for (const testing::GoldenCase& test : cases) {
    const auto query = ParseQuery(test.input);
    std::vector<std::string> actual;
    if (query.ok()) {
      actual = {Tree(*query, query->root), CanonicalQuery(*query)};
    } else {
      const auto detail = GetErrorDetail(query.status());
      ASSERT_TRUE(detail.has_value()) << test.input;
      actual = {absl::StrCat(std::string(ErrorReasonName(detail->reason)), " ",
                             detail->metadata.front().second)};
    }
    EXPECT_EQ(absl::StrJoin(actual, "\n"), absl::StrJoin(test.expected, "\n")) << test.input;
  }
}

}  // namespace
}  // namespace quotes::archive
