#ifndef QUOTES_SERVICE_ARCHIVE_QUERY_H_
#define QUOTES_SERVICE_ARCHIVE_QUERY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace quotes::archive {

// One string to be found.
struct Term {
  std::u32string raw;     // as typed, without the delimiting quotation marks
  std::u32string folded;  // text::Fold of raw, without leading and trailing breaks; not empty
  bool phrase = false;    // was in quotation marks
};

// A node of a parsed query. The tree is the query's meaning: children of kAnd and kOr are two or
// more, kNot has one and stands only below a kAnd with at least one positive child.
struct QueryNode {
  enum class Kind { kTerm, kAnd, kOr, kNot };
  Kind kind = Kind::kTerm;
  size_t term = 0;  // kTerm: index into Query::terms
  std::vector<QueryNode> children;
};

struct Query {
  std::vector<Term> terms;  // in the order typed
  QueryNode root;
};

// Parses the query language of SearchQuotes:
//   query := or ;  or := and ("OR" and)* ;  and := unary+ ;
//   unary := "-" unary | "(" or ")" | '"' text '"' | word
// Terms side by side mean AND; OR (capitals, a word of its own) binds weaker than AND; "-" directly
// before a term, phrase or parenthesis negates it. Quotation marks “ ” and ＂ and full-width
// parentheses and spaces count as their ASCII forms; a word runs to the next space, parenthesis or
// quotation mark; inside "…" everything is literal. A term may be one character.
//
// INVALID_ARGUMENT / INVALID_QUERY naming the position: empty, only marks, only negations (in any
// alternative of an OR), an unclosed quotation mark or parenthesis, a dangling OR or -.
// FIELD_OUT_OF_RANGE above limits::kMaxQueryCodePoints, kMaxQueryTerms or kMaxQueryDepth.
absl::StatusOr<Query> ParseQuery(std::string_view utf8);

// A text that ParseQuery reads as the same tree; equal for equal queries.
std::string CanonicalQuery(const Query& query);

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_QUERY_H_
