#ifndef QUOTES_TESTS_SUPPORT_QUERY_INVARIANTS_H_
#define QUOTES_TESTS_SUPPORT_QUERY_INVARIANTS_H_

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "service/archive/query.h"
#include "service/base/limits.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::testing {

// Where `node` breaks the normal form that query.h promises; empty if nowhere. Adds the terms it
// uses to `terms`, in the order met.
inline std::string NormalFormFault(const archive::QueryNode& node, std::vector<size_t>* terms) {
  using Kind = archive::QueryNode::Kind;
  if (node.kind == Kind::kTerm) {
    terms->push_back(node.term);
    return node.children.empty() ? "" : "a term has children";
  }
  size_t negations = 0;
  for (const archive::QueryNode& child : node.children) {
    if (child.kind == node.kind) {
      return "a node has a child of its own kind";
    }
    negations += child.kind == Kind::kNot ? 1 : 0;
    if (std::string fault = NormalFormFault(child, terms); !fault.empty()) {
      return fault;
    }
  }
  switch (node.kind) {
    case Kind::kNot:
      return node.children.size() == 1 ? "" : "a negation has not one child";
    case Kind::kOr:
      if (negations > 0) {
        return "an alternative is a negation";
      }
      break;
    case Kind::kAnd:
      if (negations == node.children.size()) {
        return "a conjunction has only negations";
      }
      break;
    case Kind::kTerm:
      break;
  }
  return node.children.size() >= 2 ? "" : "a group has fewer than two children";
}

// What is wrong with a query that ParseQuery gave; empty if nothing.
inline std::string QueryFault(const archive::Query& query) {
  if (query.root.kind == archive::QueryNode::Kind::kNot) {
    return "the root is a negation";
  }
  std::vector<size_t> used;
  if (std::string fault = NormalFormFault(query.root, &used); !fault.empty()) {
    return fault;
  }
  if (used.size() != query.terms.size() || used.size() > limits::kMaxQueryTerms) {
    return "terms and leaves are not one to one";
  }
  for (size_t i = 0; i < used.size(); ++i) {
    const archive::Term& term = query.terms[i];
    if (used[i] != i) {
      return "terms are not in the order typed";
    }
    if (term.folded.empty() || term.folded.front() == text::kBreak ||
        term.folded.back() == text::kBreak) {
      return "a term is empty or has a break at its edge";
    }
    if (text::Fold(term.raw).units.find(term.folded) == std::u32string::npos) {
      return "a term is not the fold of what was typed";
    }
  }
  const std::vector<bool> positive = archive::PositiveTerms(query);
  if (positive.size() != query.terms.size() ||
      std::none_of(positive.begin(), positive.end(), [](bool p) { return p; })) {
    return "there is no positive term";
  }
  return "";
}

// What is wrong with `query`, the result for `typed`, or with its canonical form; empty if nothing.
inline std::string CanonicalFault(std::string_view typed, const archive::Query& query) {
  if (std::string fault = QueryFault(query); !fault.empty()) {
    return fault;
  }
  const std::string canonical = archive::CanonicalQuery(query);
  if (text::CountCodePoints(canonical) > text::CountCodePoints(typed)) {
    return "the canonical form is longer: " + canonical;
  }
  const auto again = archive::ParseQuery(canonical);
  if (!again.ok()) {
    return "the canonical form is no query: " + canonical;
  }
  if (!(*again == query)) {
    return "the canonical form is another query: " + canonical;
  }
  return archive::CanonicalQuery(*again) == canonical ? "" : "the canonical form is not stable";
}

}  // namespace quotes::testing

#endif  // QUOTES_TESTS_SUPPORT_QUERY_INVARIANTS_H_
