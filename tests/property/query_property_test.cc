// Random query trees, written down in random spellings, are read back as what they are.

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/query.h"
#include "service/base/errors.h"
#include "service/text/utf8.h"
#include "tests/support/query_invariants.h"
#include "tests/support/status_matchers.h"

namespace quotes::archive {
namespace {

using Kind = QueryNode::Kind;

class Generator {
 public:
  explicit Generator(uint32_t seed) : random_(seed) {}

  size_t Below(size_t bound) { return random_() % bound; }
  bool OneIn(size_t n) { return Below(n) == 0; }

  // A query in normal form with terms numbered in the order they stand.
  Query MakeQuery() {
    Query query;
    query.root = Positive(&query, 0, Kind::kTerm);
    return query;
  }

  // One of the many ways to type `query`.
  std::string Spell(const Query& query) {
    return absl::StrCat(Blanks(0), Spell(query, query.root, Place::kTop), Blanks(0));
  }

 private:
  // What stands around a node decides whether it needs parentheses.
  enum class Place { kTop, kAlternative, kOperand };

  template <size_t kSize>
  std::string_view Pick(const std::string_view (&choices)[kSize]) {
    return choices[Below(kSize)];
  }

  // Any node but a negation; not of the kind `parent`, whose child it is.
  QueryNode Positive(Query* query, int depth, Kind parent) {
    QueryNode node;
    if (depth >= 4 || query->terms.size() > 30 || (depth > 0 && OneIn(2))) {
      node.term = query->terms.size();
      query->terms.push_back(MakeTerm());
      return node;
    }
    node.kind = parent == Kind::kAnd || (parent != Kind::kOr && OneIn(2)) ? Kind::kOr : Kind::kAnd;
    const size_t children = 2 + Below(2);
    const size_t positive = Below(children);  // this child is none of the negations
    for (size_t i = 0; i < children; ++i) {
      if (node.kind == Kind::kAnd && i != positive && OneIn(2)) {
        QueryNode negation;
        negation.kind = Kind::kNot;
        negation.children.push_back(Positive(query, depth + 1, Kind::kNot));
        node.children.push_back(std::move(negation));
      } else {
        node.children.push_back(Positive(query, depth + 1, node.kind));
      }
    }
    return node;
  }

  Term MakeTerm() {
    static constexpr std::string_view kFirst[] = {"产", "發", "A", "z", "5", "２", "+", "党"};
    static constexpr std::string_view kRest[] = {"业", "，", "-",  "·", "《", "》", "OR",
                                                 ".",  "7",  "、", "b", "「", "％", "\u200B"};
    static constexpr std::string_view kPhrase[] = {" ",  "　", "(",  "）", "“好”",
                                                   "\n", "-",  "OR", "”",  "\"＂\""};
    Term term;
    term.phrase = OneIn(2);
    std::string raw;
    for (size_t i = term.phrase ? Below(3) : 0; i > 0; --i) {
      raw += Pick(kPhrase);
    }
    raw += Pick(kFirst);
    for (size_t i = Below(4); i > 0; --i) {
      raw += term.phrase && OneIn(2) ? Pick(kPhrase) : Pick(kRest);
    }
    if (!term.phrase) {
      raw += "末";  // words lose the noise at their ends
    }
    if (raw.find('"') != std::string::npos && raw.find("”") != std::string::npos) {
      return MakeTerm();  // no marks can go round both
    }
    term.raw = text::ToCodePoints(raw);
    return term;
  }

  std::string Blanks(size_t least) {
    static constexpr std::string_view kBlanks[] = {" ", "　", "\t", "\n", "\u00A0"};
    std::string blanks;
    for (size_t i = least + (OneIn(4) ? Below(3) : 0); i > 0; --i) {
      blanks += Pick(kBlanks);
    }
    return blanks;
  }

  std::string Spell(const Query& query, const QueryNode& node, Place place) {
    static constexpr std::string_view kMinus[] = {"-", "－", "---", "-－-"};
    static constexpr std::string_view kOpen[] = {"(", "（"};
    static constexpr std::string_view kClose[] = {")", "）"};
    std::string spelled;
    bool needs_parentheses = false;
    switch (node.kind) {
      case Kind::kTerm:
        spelled = SpellTerm(query.terms[node.term]);
        break;
      case Kind::kNot:
        spelled = absl::StrCat(std::string(Pick(kMinus)),
                               Spell(query, node.children.front(), Place::kOperand));
        break;
      case Kind::kAnd:
        for (const QueryNode& child : node.children) {
          const std::string part = Spell(query, child, Place::kOperand);
          absl::StrAppend(&spelled, spelled.empty() ? "" : Blanks(1), part);
        }
        needs_parentheses = place == Place::kOperand;
        break;
      case Kind::kOr:
        for (const QueryNode& child : node.children) {
          const std::string part = Spell(query, child, Place::kAlternative);
          absl::StrAppend(&spelled, spelled.empty() ? "" : Blanks(1) + "OR" + Blanks(1), part);
        }
        needs_parentheses = place != Place::kTop;
        break;
    }
    // More parentheses than needed change nothing, nor does a negated negation of a group.
    while (needs_parentheses || OneIn(8)) {
      spelled = absl::StrCat(std::string(Pick(kOpen)), Blanks(0), spelled, Blanks(0),
                             std::string(Pick(kClose)));
      needs_parentheses = false;
    }
    if (node.kind != Kind::kNot && place == Place::kOperand && OneIn(8)) {
      spelled = absl::StrCat(OneIn(2) ? "--" : "-(-", spelled);
      spelled += spelled.compare(0, 3, "-(-") == 0 ? ")" : "";
    }
    return spelled;
  }

  std::string SpellTerm(const Term& term) {
    std::string raw = text::ToUtf8(term.raw);
    if (!term.phrase) {
      return raw;
    }
    // Straight marks go round curly ones, and the other way round; without inner marks all do.
    static constexpr std::pair<std::string_view, std::string_view> kMarks[] = {
        {"\"", "\""}, {"＂", "\""}, {"“", "”"}, {"”", "”"}};
    const bool straight_inside = raw.find('"') != std::string::npos;
    const bool curly_inside = raw.find("”") != std::string::npos;
    const size_t choice = straight_inside ? 2 + Below(2) : Below(curly_inside ? 2 : 4);
    return absl::StrCat(std::string(kMarks[choice].first), raw, std::string(kMarks[choice].second));
  }

  std::mt19937 random_;
};

void ExpectSame(const QueryNode& expected, const QueryNode& actual, const std::string& typed) {
  ASSERT_EQ(expected.kind, actual.kind) << typed;
  ASSERT_EQ(expected.children.size(), actual.children.size()) << typed;
  if (expected.kind == Kind::kTerm) {
    EXPECT_EQ(expected.term, actual.term) << typed;
  }
  for (size_t i = 0; i < expected.children.size(); ++i) {
    ASSERT_NO_FATAL_FAILURE(ExpectSame(expected.children[i], actual.children[i], typed));
  }
}

TEST(QueryPropertyTest, EverySpellingOfATreeIsThatTree) {
  Generator generator(3);
  int parsed = 0;
  for (int i = 0; i < 4'000; ++i) {
    const Query query = generator.MakeQuery();
    std::string canonical;
    for (int spelling = 0; spelling < 3; ++spelling) {
      const std::string typed = generator.Spell(query);
      const auto read = ParseQuery(typed);
      if (GetErrorReason(read.status()) == ErrorReason::kFieldOutOfRange) {
        continue;  // too many parentheses for one query
      }
      QUOTES_ASSERT_OK(read) << typed;
      ASSERT_NO_FATAL_FAILURE(ExpectSame(query.root, read->root, typed));
      ASSERT_EQ(read->terms.size(), query.terms.size()) << typed;
      for (size_t term = 0; term < query.terms.size(); ++term) {
        ASSERT_EQ(read->terms[term].raw, query.terms[term].raw) << typed;
        ASSERT_EQ(read->terms[term].phrase, query.terms[term].phrase) << typed;
      }
      ASSERT_EQ(testing::CanonicalFault(typed, *read), "") << typed;
      // All spellings have one canonical form.
      ASSERT_TRUE(canonical.empty() || canonical == CanonicalQuery(*read)) << typed;
      canonical = CanonicalQuery(*read);
      ++parsed;
    }
  }
  EXPECT_GT(parsed, 10'000);
}

TEST(QueryPropertyTest, AnyTextIsAQueryOrAnErrorInsideIt) {
  static constexpr std::string_view kPieces[] = {"a",  "党", "OR",     " ",  " ", "(",
                                                 ")",  "-",  "\"",     "“",  "”", "，",
                                                 "（", "）", "\u200B", "－", "＂"};
  std::mt19937 random(5);
  int queries = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string typed;
    for (size_t pieces = random() % 14; pieces > 0; --pieces) {
      typed += kPieces[random() % std::size(kPieces)];
    }
    const auto query = ParseQuery(typed);
    if (query.ok()) {
      ASSERT_EQ(testing::CanonicalFault(typed, *query), "") << typed;
      ++queries;
      continue;
    }
    const auto detail = GetErrorDetail(query.status());
    ASSERT_TRUE(detail.has_value()) << typed;
    ASSERT_EQ(detail->reason, ErrorReason::kInvalidQuery) << typed;
    ASSERT_LE(std::stoull(detail->metadata.front().second), text::CountCodePoints(typed)) << typed;
  }
  EXPECT_GT(queries, 3'000) << "the test looks at too little";
}

}  // namespace
}  // namespace quotes::archive
