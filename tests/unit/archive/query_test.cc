#include "service/archive/query.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/text/utf8.h"
#include "tests/support/query_invariants.h"
#include "tests/support/status_matchers.h"

namespace quotes::archive {
namespace {

using testing::CanonicalFault;
using ::testing::ElementsAre;
using testing::HasCode;
using testing::HasField;
using testing::HasReason;

std::string Tree(const Query& query, const QueryNode& node) {
  switch (node.kind) {
    case QueryNode::Kind::kTerm: {
      const Term& term = query.terms[node.term];
      const std::string folded = text::ToUtf8(term.folded);
      return term.phrase ? absl::StrCat("\"", folded, "\"") : folded;
    }
    case QueryNode::Kind::kNot:
      return absl::StrCat("-", Tree(query, node.children.front()));
    case QueryNode::Kind::kAnd:
    case QueryNode::Kind::kOr:
      break;
  }
  std::string out;
  for (const QueryNode& child : node.children) {
    out += out.empty() ? "(" : (node.kind == QueryNode::Kind::kAnd ? " & " : " | ");
    out += Tree(query, child);
  }
  return out + ")";
}

// The parsed tree as text, or the error.
std::string Parsed(std::string_view typed) {
  const auto query = ParseQuery(typed);
  if (!query.ok()) {
    return query.status().ToString();
  }
  EXPECT_EQ(CanonicalFault(typed, *query), "") << typed;
  return Tree(*query, query->root);
}

TEST(ParseQueryTest, OneTerm) {
  EXPECT_EQ(Parsed("棚改"), "棚改");
  EXPECT_EQ(Parsed("党"), "党");
  EXPECT_EQ(Parsed("GDP"), "gdp");
  EXPECT_EQ(Parsed("5"), "5");
  EXPECT_EQ(Parsed("+"), "+");
  EXPECT_EQ(Parsed("\"棚改\""), "\"棚改\"");
}

TEST(ParseQueryTest, AndOrNotAndTheirPrecedence) {
  EXPECT_EQ(Parsed("a b c"), "(a & b & c)");
  EXPECT_EQ(Parsed("a OR b c OR d"), "(a | (b & c) | d)");
  EXPECT_EQ(Parsed("(a OR b) c"), "((a | b) & c)");
  EXPECT_EQ(Parsed("a -b"), "(a & -b)");
  EXPECT_EQ(Parsed("-b a"), "(-b & a)");
  EXPECT_EQ(Parsed("\"产业集群\" 园区 -纺织"), "(\"产业集群\" & 园区 & -纺织)");
  EXPECT_EQ(Parsed("a -(b OR c)"), "(a & -(b | c))");
  EXPECT_EQ(Parsed("a -(b c)"), "(a & -(b & c))");
  EXPECT_EQ(Parsed("a -b OR c -d"), "((a & -b) | (c & -d))");
}

TEST(ParseQueryTest, NormalForm) {
  EXPECT_EQ(Parsed("((a))"), "a");
  EXPECT_EQ(Parsed("(a b) (c (d))"), "(a & b & c & d)");
  EXPECT_EQ(Parsed("a OR (b OR c)"), "(a | b | c)");
  EXPECT_EQ(Parsed("--a"), "a");
  EXPECT_EQ(Parsed("a --b"), "(a & b)");
  EXPECT_EQ(Parsed("a ---b"), "(a & -b)");
  EXPECT_EQ(Parsed("-(-a)"), "a");
  EXPECT_EQ(Parsed("a -(-(b c))"), "(a & b & c)");
  EXPECT_EQ(Parsed("a (-b)"), "(a & -b)");
  EXPECT_EQ(Parsed("a (-b -c)"), "(a & -b & -c)");
  EXPECT_EQ(Parsed("a -(b -c)"), "(a & -(b & -c))");
  EXPECT_EQ(Parsed("a a"), "(a & a)");
}

TEST(ParseQueryTest, FormsOfTheSigns) {
  EXPECT_EQ(Parsed("“产业集群”　园区"), "(\"产业集群\" & 园区)");
  EXPECT_EQ(Parsed("＂产业 集群＂园区"), "(\"产业集群\" & 园区)");
  EXPECT_EQ(Parsed("“产业集群\" 园区"), "(\"产业集群\" & 园区)");
  EXPECT_EQ(Parsed("”产业集群” 园区"), "(\"产业集群\" & 园区)");
  EXPECT_EQ(Parsed("“产业集群“ 园区"), "(\"产业集群\" & 园区)");
  EXPECT_EQ(Parsed("（产业 OR 集群）园区"), "((产业 | 集群) & 园区)");
  EXPECT_EQ(Parsed("(产业 OR 集群）园区"), "((产业 | 集群) & 园区)");
  EXPECT_EQ(Parsed("产业 －纺织"), "(产业 & -纺织)");
  EXPECT_EQ(Parsed("产业\t园区\n纺织\r\n集群\u2028农业\u00A0工业"),
            "(产业 & 园区 & 纺织 & 集群 & 农业 & 工业)");
  EXPECT_EQ(Parsed("  产业  "), "产业");
}

TEST(ParseQueryTest, SignsThatTouch) {
  EXPECT_EQ(Parsed("a(b)c"), "(a & b & c)");
  EXPECT_EQ(Parsed("a\"b\"c"), "(a & \"b\" & c)");
  EXPECT_EQ(Parsed("\"a\"-b"), "(\"a\" & -b)");
  EXPECT_EQ(Parsed("(a)-(b)"), "(a & -b)");
  EXPECT_EQ(Parsed("\"a\"OR\"b\""), "(\"a\" | \"b\")");
  EXPECT_EQ(Parsed("(a)OR(b)"), "(a | b)");
}

TEST(ParseQueryTest, SignsInsideWords) {
  EXPECT_EQ(Parsed("A-5"), "a-5");
  EXPECT_EQ(Parsed("ORa OR aOR"), "(ora | aor)");
  EXPECT_EQ(Parsed("or and or"), "(or & and & or)");
  EXPECT_EQ(Parsed("a -\"-b\""), "(a & -\"b\")");
  EXPECT_EQ(Parsed("a \"OR\" b"), "(a & \"or\" & b)");
  EXPECT_EQ(Parsed("6+3"), "6+3");
}

TEST(ParseQueryTest, PhrasesAreLiteralWithTheirQuotationMarks) {
  const auto query = ParseQuery("\"结合“亩均效益”评价 (a OR -b)\"");
  QUOTES_ASSERT_OK(query);
  ASSERT_EQ(query->terms.size(), 1u);
  EXPECT_EQ(text::ToUtf8(query->terms[0].raw), "结合“亩均效益”评价 (a OR -b)");
  EXPECT_EQ(Parsed("“结合“亩均效益”评价”"), "\"结合亩均效益评价\"");
  EXPECT_EQ(Parsed("\"业”集\" a"), "(\"业集\" & a)");
  EXPECT_EQ(Parsed("“他说\"好\"吧” a"), "(\"他说好吧\" & a)");
  EXPECT_EQ(Parsed("“a\" \"b\""), "(\"a\" & \"b\")");
  EXPECT_EQ(Parsed("“产业\" 园区 “城市”"), "(\"产业\" & 园区 & \"城市\")");
  EXPECT_EQ(Parsed("\"产业” 园区"), "(\"产业\" & 园区)");
  EXPECT_EQ(Parsed("\"甲“乙\" 丙"), "(\"甲乙\" & 丙)");
}

TEST(ParseQueryTest, MarksInsideTermsAreBreaksAndAroundThemNothing) {
  EXPECT_EQ(Parsed("创新，发展"), "创新␞发展");
  EXPECT_EQ(Parsed("，创新发展。"), "创新发展");
  EXPECT_EQ(Parsed("《创新》·发展"), "创新发展");
  EXPECT_EQ(Parsed("\"……创新，　发展！\""), "\"创新␞发展\"");
}

TEST(ParseQueryTest, TermsAreFoldedAndKeptAsTyped) {
  const auto query = ParseQuery("發展歷程 ２８０亿元 \" a\"");
  QUOTES_ASSERT_OK(query);
  ASSERT_EQ(query->terms.size(), 3u);
  EXPECT_EQ(query->terms[0].raw, U"發展歷程");
  EXPECT_EQ(query->terms[0].folded, U"发展历程");
  EXPECT_FALSE(query->terms[0].phrase);
  EXPECT_EQ(query->terms[1].folded, U"280亿元");
  EXPECT_EQ(query->terms[2].raw, U" a");
  EXPECT_TRUE(query->terms[2].phrase);
}

TEST(ParseQueryTest, NoiseAroundWordsIsDropped) {
  const auto query = ParseQuery("\uFEFF棚改\u200B \u200B-\u200B园区 OR\u200B \u200Bab");
  QUOTES_ASSERT_OK(query);
  ASSERT_EQ(query->terms.size(), 3u);
  EXPECT_EQ(query->terms[0].raw, U"棚改");
  EXPECT_EQ(query->terms[1].raw, U"园区");
  EXPECT_EQ(query->root.kind, QueryNode::Kind::kOr);
}

struct InvalidCase {
  std::string_view typed;
  uint64_t position;
};

TEST(ParseQueryTest, ErrorsNameTheirPosition) {
  const InvalidCase kCases[] = {
      // Nothing.
      {"", 0},
      {"  ", 2},
      {"\u200B", 1},
      {"()", 1},
      {"a ( ) b", 4},
      // Only marks.
      {"，", 0},
      {"棚改 ——", 3},
      {"a \"，\"", 2},
      {"a \"\"", 2},
      {"%", 0},
      {"a -“”", 3},
      {"\"\u200B\"", 0},
      // Only negations.
      {"-a", 0},
      {" -a -b", 1},
      {"---a", 0},
      {"a OR -b", 5},
      {"-a OR b", 0},
      {"a OR b OR (-c -d)", 11},
      {"a (b OR -c)", 8},
      {"a -(-b -c)", 4},
      {"a -(b OR -c)", 9},
      {"(-a)", 1},
      // Partners.
      {"棚改 \"园区", 3},
      {"棚改 “园区", 3},
      {"棚改\"", 2},
      {"棚改 (园区", 3},
      {"((a) b", 0},
      {"棚改)", 2},
      {"a (b)) c", 5},
      // Dangling signs.
      {"OR a", 0},
      {"(OR a)", 1},
      {"a OR", 2},
      {"a OR ", 2},
      {"a OR OR b", 2},
      {"(a OR) b", 3},
      {"OR", 0},
      {"a -", 2},
      {"a - b", 2},
      {"a -OR b", 2},
      {"(a -)", 3},
      {"a --", 2},
      {"-", 0},
      {"\uFF0D", 0},
  };
  for (const InvalidCase& test : kCases) {
    const auto query = ParseQuery(test.typed);
    EXPECT_THAT(query, HasReason(ErrorReason::kInvalidQuery)) << test.typed;
    EXPECT_THAT(query, HasCode(absl::StatusCode::kInvalidArgument)) << test.typed;
    EXPECT_THAT(query, HasField("query")) << test.typed;
    const auto detail = GetErrorDetail(query.status());
    ASSERT_TRUE(detail.has_value()) << test.typed;
    ASSERT_EQ(detail->metadata.size(), 1u) << test.typed;
    EXPECT_EQ(detail->metadata[0].first, "position") << test.typed;
    EXPECT_EQ(detail->metadata[0].second, std::to_string(test.position)) << test.typed;
  }
}

std::string Repeated(std::string_view part, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) {
    out += part;
  }
  return out;
}

TEST(ParseQueryTest, Limits) {
  const std::string longest = Repeated("字", limits::kMaxQueryCodePoints);
  QUOTES_EXPECT_OK(ParseQuery(longest));
  EXPECT_THAT(ParseQuery(longest + "a"), HasReason(ErrorReason::kFieldOutOfRange));
  EXPECT_THAT(ParseQuery(Repeated("𠀀", limits::kMaxQueryCodePoints + 1)),
              HasReason(ErrorReason::kFieldOutOfRange));
  QUOTES_EXPECT_OK(ParseQuery(Repeated("𠀀", limits::kMaxQueryCodePoints)));
  EXPECT_THAT(ParseQuery(Repeated("a", 10'000'000)), HasReason(ErrorReason::kFieldOutOfRange));

  QUOTES_EXPECT_OK(ParseQuery(Repeated("字 ", limits::kMaxQueryTerms)));
  EXPECT_THAT(ParseQuery(Repeated("字 ", limits::kMaxQueryTerms + 1)),
              HasReason(ErrorReason::kFieldOutOfRange));

  QUOTES_EXPECT_OK(ParseQuery(Repeated("(", limits::kMaxQueryDepth) + "a" +
                              Repeated(")", limits::kMaxQueryDepth)));
  EXPECT_THAT(ParseQuery(Repeated("(", limits::kMaxQueryDepth + 1) + "a" +
                         Repeated(")", limits::kMaxQueryDepth + 1)),
              HasReason(ErrorReason::kFieldOutOfRange));
  // Depth counts what is open, not what was.
  QUOTES_EXPECT_OK(ParseQuery(Repeated("(a)", limits::kMaxQueryDepth + 1)));
  QUOTES_EXPECT_OK(ParseQuery(Repeated("-", limits::kMaxQueryCodePoints - 2) + "a"));
}

TEST(CanonicalQueryTest, WritesOnlyWhatIsNeeded) {
  const auto canonical = [](std::string_view typed) {
    const auto query = ParseQuery(typed);
    return query.ok() ? CanonicalQuery(*query) : query.status().ToString();
  };
  EXPECT_EQ(canonical(" 棚改　 园区 "), "棚改 园区");
  EXPECT_EQ(canonical("（a OR b） “c d” －e"), "(a OR b)\"c d\"-e");
  EXPECT_EQ(canonical("(a b) OR ((c))"), "a b OR c");
  EXPECT_EQ(canonical("a -(b c)"), "a -(b c)");
  EXPECT_EQ(canonical("a -(-b)"), "a b");
  EXPECT_EQ(canonical("“他说\"好\"吧”"), "“他说\"好\"吧”");
  EXPECT_EQ(canonical("＂业”集＂"), "\"业”集\"");
  // The forms that were typed matter for exact matches and stay.
  EXPECT_EQ(canonical("２８０亿元"), "２８０亿元");
}

TEST(PositiveTermsTest, AreThoseOutsideEveryNegation) {
  const auto query = ParseQuery("a -(b -c) (d OR e) --f");
  QUOTES_ASSERT_OK(query);
  EXPECT_THAT(PositiveTerms(*query), ElementsAre(true, false, false, true, true, true));
}

}  // namespace
}  // namespace quotes::archive
