#include "service/archive/query.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::archive {
namespace {

using Kind = QueryNode::Kind;

bool IsStraightQuote(char32_t c) { return c == U'"' || c == U'\uFF02'; }
bool IsLeftQuote(char32_t c) { return c == U'\u201C'; }
bool IsRightQuote(char32_t c) { return c == U'\u201D'; }
bool IsQuote(char32_t c) { return IsStraightQuote(c) || IsLeftQuote(c) || IsRightQuote(c); }
bool IsOpenParen(char32_t c) { return c == U'(' || c == U'\uFF08'; }
bool IsCloseParen(char32_t c) { return c == U')' || c == U'\uFF09'; }
bool IsMinus(char32_t c) { return c == U'-' || c == U'\uFF0D'; }
bool IsBlank(char32_t c) { return text::IsSpace(c) || text::IsLineBreak(c); }

bool EndsWord(char32_t c) { return IsBlank(c) || IsQuote(c) || IsOpenParen(c) || IsCloseParen(c); }

// Leading and trailing breaks stand for marks around a term; a match must not depend on them.
std::u32string FoldTerm(std::u32string_view raw) {
  std::u32string units = text::FoldUnits(raw);
  const size_t begin = units.find_first_not_of(text::kBreak);
  if (begin == std::u32string::npos) {
    return {};
  }
  const size_t end = units.find_last_not_of(text::kBreak) + 1;
  return units.substr(begin, end - begin);
}

// A node on its way to the normal form; it remembers where it was typed.
struct Draft {
  Kind kind = Kind::kTerm;
  size_t term = 0;
  size_t position = 0;
  std::vector<Draft> children;
};

// AND or OR of `children`, without groups of the same kind inside.
Draft Join(Kind kind, std::vector<Draft> children) {
  if (children.size() == 1) {
    return std::move(children.front());
  }
  Draft joined{kind, 0, children.front().position, {}};
  for (Draft& child : children) {
    if (child.kind == kind) {
      std::move(child.children.begin(), child.children.end(), std::back_inserter(joined.children));
    } else {
      joined.children.push_back(std::move(child));
    }
  }
  return joined;
}

Draft Negate(Draft draft, size_t position) {
  if (draft.kind == Kind::kNot) {
    Draft inner = std::move(draft.children.front());
    return inner;
  }
  Draft negation{Kind::kNot, 0, position, {}};
  negation.children.push_back(std::move(draft));
  return negation;
}

absl::Status OutOfRange(size_t limit, std::string_view what) {
  return errors::FieldOutOfRange("query", absl::StrCat("at most ", limit, " ", ToAbsl(what)));
}

absl::Status OnlyNegations(const Draft& negation) {
  return errors::InvalidQuery(
      "the query, each alternative of an OR and each group needs a term that is not negated",
      negation.position);
}

absl::Status CheckNegations(const Draft& draft) {
  const auto is_not = [](const Draft& child) { return child.kind == Kind::kNot; };
  if (draft.kind == Kind::kAnd &&
      std::all_of(draft.children.begin(), draft.children.end(), is_not)) {
    return OnlyNegations(draft.children.front());
  }
  if (draft.kind == Kind::kOr) {
    const auto found = std::find_if(draft.children.begin(), draft.children.end(), is_not);
    if (found != draft.children.end()) {
      return OnlyNegations(*found);
    }
  }
  for (const Draft& child : draft.children) {
    QUOTES_RETURN_IF_ERROR(CheckNegations(child));
  }
  return absl::OkStatus();
}

QueryNode Finish(Draft draft) {
  QueryNode node;
  node.kind = draft.kind;
  node.term = draft.term;
  node.children.reserve(draft.children.size());
  for (Draft& child : draft.children) {
    node.children.push_back(Finish(std::move(child)));
  }
  return node;
}

// Recursive descent over the code points of one query. Only parentheses recurse, and they are
// counted.
class Parser {
 public:
  explicit Parser(std::u32string_view text) : text_(text) {}

  absl::StatusOr<Query> Parse() {
    QUOTES_ASSIGN_OR_RETURN(Draft root, ParseOr());
    if (!AtEnd()) {
      // ParseOr() stops only at the end and before a closing parenthesis.
      return errors::InvalidQuery("a closing parenthesis has no opening one", position_);
    }
    if (root.kind == Kind::kNot) {
      return OnlyNegations(root);
    }
    QUOTES_RETURN_IF_ERROR(CheckNegations(root));
    Query query;
    query.terms = std::move(terms_);
    query.root = Finish(std::move(root));
    return query;
  }

 private:
  bool AtEnd() const { return position_ >= text_.size(); }
  char32_t Current() const { return text_[position_]; }

  void SkipBlanks() {
    while (!AtEnd() && (IsBlank(Current()) || text::IsNoise(Current()))) {
      ++position_;
    }
  }

  // The word that begins here, without the noise behind it, and where it ends.
  struct Word {
    std::u32string_view raw;
    size_t end = 0;
  };
  Word PeekWord() const {
    size_t end = position_;
    while (end < text_.size() && !EndsWord(text_[end])) {
      ++end;
    }
    size_t raw_end = end;
    while (raw_end > position_ && text::IsNoise(text_[raw_end - 1])) {
      --raw_end;
    }
    return {text_.substr(position_, raw_end - position_), end};
  }

  bool AtOr() const { return PeekWord().raw == U"OR"; }
  bool AtOperandEnd() const { return AtEnd() || IsCloseParen(Current()) || AtOr(); }

  absl::StatusOr<Draft> ParseOr() {
    std::vector<Draft> alternatives;
    std::optional<size_t> dangling;
    while (true) {
      SkipBlanks();
      if (AtOperandEnd()) {
        if (dangling.has_value()) {
          return errors::InvalidQuery("a term is missing behind OR", *dangling);
        }
        return errors::InvalidQuery(
            !AtEnd() && AtOr() ? "a term is missing before OR" : "a term is missing", position_);
      }
      QUOTES_ASSIGN_OR_RETURN(Draft alternative, ParseAnd());
      alternatives.push_back(std::move(alternative));
      if (AtEnd() || !AtOr()) {
        return Join(Kind::kOr, std::move(alternatives));
      }
      dangling = position_;
      position_ = PeekWord().end;
    }
  }

  // REQUIRES: a unary begins here. Stops, blanks skipped, at what ends the conjunction.
  absl::StatusOr<Draft> ParseAnd() {
    std::vector<Draft> parts;
    while (!AtOperandEnd()) {
      QUOTES_ASSIGN_OR_RETURN(Draft part, ParseUnary());
      parts.push_back(std::move(part));
      SkipBlanks();
    }
    return Join(Kind::kAnd, std::move(parts));
  }

  absl::StatusOr<Draft> ParseUnary() {
    const size_t begin = position_;
    bool negated = false;
    while (!AtEnd() && (IsMinus(Current()) || text::IsNoise(Current()))) {
      negated = negated != IsMinus(Current());
      ++position_;
    }
    if (position_ > begin && (AtEnd() || IsBlank(Current()) || AtOperandEnd())) {
      return errors::InvalidQuery("a term is missing behind -", begin);
    }
    QUOTES_ASSIGN_OR_RETURN(Draft operand, ParsePrimary());
    if (negated) {
      return Negate(std::move(operand), begin);
    }
    return operand;
  }

  absl::StatusOr<Draft> ParsePrimary() {
    const size_t begin = position_;
    if (IsOpenParen(Current())) {
      if (depth_ == limits::kMaxQueryDepth) {
        return OutOfRange(limits::kMaxQueryDepth, "parentheses inside each other");
      }
      ++depth_;
      ++position_;
      QUOTES_ASSIGN_OR_RETURN(Draft group, ParseOr());
      if (AtEnd()) {
        return errors::InvalidQuery("a parenthesis is not closed", begin);
      }
      ++position_;
      --depth_;
      return group;
    }
    if (IsQuote(Current())) {
      const std::optional<size_t> end = PhraseEnd();
      if (!end.has_value()) {
        return errors::InvalidQuery("a quotation mark is not closed", begin);
      }
      position_ = *end + 1;
      return AddTerm(text_.substr(begin + 1, *end - begin - 1), /*phrase=*/true, begin);
    }
    const Word word = PeekWord();
    position_ = word.end;
    return AddTerm(word.raw, /*phrase=*/false, begin);
  }

  // The closing mark of the phrase that opens here.
  std::optional<size_t> PhraseEnd() const {
    const std::optional<size_t> straight = FindFrom(position_ + 1, IsStraightQuote);
    const std::optional<size_t> paired = UnpairedRightQuote();
    if (straight.has_value() && (IsStraightQuote(Current()) || !paired.has_value())) {
      return straight;
    }
    return paired.has_value() ? paired : FindFrom(position_ + 1, IsQuote);
  }

  std::optional<size_t> FindFrom(size_t begin, bool (*is_wanted)(char32_t)) const {
    const auto found =
        std::find_if(text_.begin() + static_cast<ptrdiff_t>(begin), text_.end(), is_wanted);
    return found == text_.end() ? std::nullopt
                                : std::optional<size_t>(static_cast<size_t>(found - text_.begin()));
  }

  std::optional<size_t> UnpairedRightQuote() const {
    size_t open_pairs = 0;
    for (size_t i = position_ + 1; i < text_.size(); ++i) {
      if (IsLeftQuote(text_[i])) {
        ++open_pairs;
      } else if (IsRightQuote(text_[i])) {
        if (open_pairs == 0) {
          return i;
        }
        --open_pairs;
      }
    }
    return std::nullopt;
  }

  absl::StatusOr<Draft> AddTerm(std::u32string_view raw, bool phrase, size_t position) {
    Term term{std::u32string(raw), FoldTerm(raw), phrase};
    if (term.folded.empty()) {
      return errors::InvalidQuery("a term has only marks", position);
    }
    if (terms_.size() == limits::kMaxQueryTerms) {
      return OutOfRange(limits::kMaxQueryTerms, "terms");
    }
    terms_.push_back(std::move(term));
    return Draft{Kind::kTerm, terms_.size() - 1, position, {}};
  }

  const std::u32string_view text_;
  size_t position_ = 0;
  size_t depth_ = 0;
  std::vector<Term> terms_;
};

// Writes tokens with a space only where two of them would run together.
class Writer {
 public:
  explicit Writer(const std::vector<Term>& terms) : terms_(terms) {}

  void Write(const QueryNode& node) {
    switch (node.kind) {
      case Kind::kTerm:
        WriteTerm(terms_[node.term]);
        break;
      case Kind::kAnd:
        for (const QueryNode& child : node.children) {
          WriteOperand(child, child.kind == Kind::kOr);
        }
        break;
      case Kind::kOr:
        for (size_t i = 0; i < node.children.size(); ++i) {
          if (i > 0) {
            WriteWord("OR");
          }
          WriteOperand(node.children[i], false);
        }
        break;
      case Kind::kNot:
        Separate();
        out_ += '-';
        after_word_ = false;
        WriteOperand(node.children.front(), node.children.front().kind != Kind::kTerm);
        break;
    }
  }

  std::string Take() { return std::move(out_); }

 private:
  void Separate() {
    if (after_word_) {
      out_ += ' ';
    }
  }

  void WriteWord(std::string_view word) {
    Separate();
    out_ += word;
    after_word_ = true;
  }

  void WriteTerm(const Term& term) {
    const std::string raw = text::ToUtf8(term.raw);
    if (term.phrase) {
      // A phrase that holds straight marks was typed in “…”.
      const bool straight = std::none_of(term.raw.begin(), term.raw.end(), IsStraightQuote);
      absl::StrAppend(&out_, straight ? "\"" : "“", raw, straight ? "\"" : "”");
      after_word_ = false;
    } else {
      WriteWord(raw);
    }
  }

  void WriteOperand(const QueryNode& node, bool parenthesised) {
    if (parenthesised) {
      out_ += '(';
      after_word_ = false;
    }
    Write(node);
    if (parenthesised) {
      out_ += ')';
      after_word_ = false;
    }
  }

  const std::vector<Term>& terms_;
  std::string out_;
  bool after_word_ = false;
};

void MarkPositive(const QueryNode& node, std::vector<bool>* positive) {
  if (node.kind == Kind::kTerm) {
    (*positive)[node.term] = true;
  } else if (node.kind != Kind::kNot) {
    for (const QueryNode& child : node.children) {
      MarkPositive(child, positive);
    }
  }
}

}  // namespace

absl::StatusOr<Query> ParseQuery(std::string_view utf8) {
  // Four bytes are the longest code point: a huge text is refused before it is copied.
  constexpr size_t kMaxBytes = 4 * limits::kMaxQueryCodePoints;
  const std::u32string text = text::ToCodePoints(utf8.substr(0, kMaxBytes + 1));
  if (utf8.size() > kMaxBytes || text.size() > limits::kMaxQueryCodePoints) {
    return OutOfRange(limits::kMaxQueryCodePoints, "characters");
  }
  return Parser(text).Parse();
}

std::string CanonicalQuery(const Query& query) {
  Writer writer(query.terms);
  writer.Write(query.root);
  return writer.Take();
}

std::vector<bool> PositiveTerms(const Query& query) {
  std::vector<bool> positive(query.terms.size(), false);
  MarkPositive(query.root, &positive);
  return positive;
}

}  // namespace quotes::archive
