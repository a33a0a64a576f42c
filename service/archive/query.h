#ifndef QUOTES_SERVICE_ARCHIVE_QUERY_H_
#define QUOTES_SERVICE_ARCHIVE_QUERY_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace quotes::archive {

// One string to be found.
struct Term {
  // As typed, without the delimiting quotation marks; a word also without transport noise
  // (zero-width characters) around it.
  std::u32string raw;
  std::u32string folded;  // text::Fold of raw, without leading and trailing breaks; not empty
  bool phrase = false;    // was in quotation marks

  friend bool operator==(const Term&, const Term&) = default;
};

// A node of a parsed query. The tree is the query's meaning, in a normal form that makes every hit
// rest on a term that is there:
//  - kAnd and kOr have two or more children, none of their own kind; kNot has one;
//  - kNot stands only below a kAnd that has at least one child of another kind, and its own child
//    is a kTerm, kAnd or kOr of the same rules.
struct QueryNode {
  enum class Kind { kTerm, kAnd, kOr, kNot };
  Kind kind = Kind::kTerm;
  size_t term = 0;  // kTerm: index into Query::terms
  std::vector<QueryNode> children;

  friend bool operator==(const QueryNode&, const QueryNode&) = default;
};

struct Query {
  std::vector<Term> terms;  // in the order typed; the same string may stand there twice
  QueryNode root;

  friend bool operator==(const Query&, const Query&) = default;
};

// Parses the query language of SearchQuotes:
//   query := or ;  or := and ("OR" and)* ;  and := unary+ ;
//   unary := "-" unary | "(" or ")" | '"' text '"' | word
// Terms side by side mean AND; OR (capitals, a word of its own) binds weaker than AND; "-" directly
// before a term, phrase or parenthesis negates it. Quotation marks “ ” and ＂ and full-width
// parentheses, hyphens and spaces count as their ASCII forms, line breaks as spaces; a word runs to
// the next space, parenthesis or quotation mark, so a "-" inside a word is part of it. A term may
// be one character.
//
// Inside "…" everything is literal. A phrase that begins with " or ＂ ends at the next such mark,
// so that any text without them can be asked for; one that begins with “ or ” ends at the first ”
// that closes no “ inside it. Where that end is missing, the other kind of end counts, and at last
// the next quotation mark of any shape.
//
// Negations: "--a" is "a"; parentheses that change nothing are dropped before the rule is applied
// that each alternative of an OR, each negated group and the whole query need a term that is not
// negated. So "a -(b OR c)", "a (-b -c)" and "a -(b -c)" are queries; "a OR -b", "a -(-b -c)" and
// "-a" are none.
//
// INVALID_ARGUMENT / INVALID_QUERY naming the position of
//  - the first negation of a group that has only negations;
//  - a term without letters, digits or symbols (only marks, or nothing between quotation marks);
//  - a quotation mark or parenthesis without its partner;
//  - an OR or "-" without a term where it needs one;
//  - the end or the ")" where a term was expected.
// INVALID_ARGUMENT / FIELD_OUT_OF_RANGE above limits::kMaxQueryCodePoints, kMaxQueryTerms or
// kMaxQueryDepth. `utf8` is well-formed; the rim has refused anything else.
absl::StatusOr<Query> ParseQuery(std::string_view utf8);

// A text that ParseQuery reads as the same query, and equal for equal queries: parentheses and
// spaces stand only where they are needed, so it is never longer than what was typed. REQUIRES:
// `query` is a result of ParseQuery.
std::string CanonicalQuery(const Query& query);

// For each of the query's terms, whether it stands outside every negation. Positive terms make
// highlights and relevance.
std::vector<bool> PositiveTerms(const Query& query);

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_QUERY_H_
