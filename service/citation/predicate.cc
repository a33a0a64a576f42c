#include "service/citation/predicate.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "service/citation/lexicon.h"
#include "service/citation/word_classes.h"
#include "service/text/fold.h"

namespace quotes::citation {
namespace {

// Code points of the head of a clause whose first words are looked at.
constexpr size_t kHead = 12;

// The clauses of a text one by one, without their marks.
class Clauses {
 public:
  explicit Clauses(std::u32string_view text) : text_(text) {}

  // Goes on to the next one, empty at the end of the sentence. Its place is at().
  std::u32string_view Next() {
    at_ = end_;
    while (at_ < text_.size() && (text_[at_] == U'，' || text_[at_] == U',')) {
      ++at_;
    }
    end_ = at_;
    while (end_ < text_.size() && !IsClauseBorder(text_[end_])) {
      ++end_;
    }
    return text_.substr(at_, end_ - at_);
  }
  size_t at() const { return at_; }

 private:
  std::u32string_view text_;
  size_t at_ = 0;
  size_t end_ = 0;
};

// The last clause of a text, without the mark behind it.
std::u32string_view LastClause(std::u32string_view text) {
  size_t end = text.size();
  while (end > 0 && (text[end - 1] == U'，' || text[end - 1] == U',')) {
    --end;
  }
  size_t begin = end;
  while (begin > 0 && !IsClauseBorder(text[begin - 1])) {
    --begin;
  }
  return text.substr(begin, end - begin);
}

// Code points of the words of a class that a text begins with, where they are words there: 就 of
// 就没有, but not of 就业.
size_t BeginsWithWordOf(WordClass words, std::u32string_view text) {
  const std::vector<Word> found = FindWords(text.substr(0, kHead));
  size_t size = 0;
  for (size_t i = 0; i < std::min<size_t>(found.size(), 3); ++i) {
    if (i > 0 && found[i].begin != found[i - 1].end) {
      break;
    }
    size = IsWord(words, text.substr(found[0].begin, found[i].end - found[0].begin)) ? found[i].end
                                                                                     : size;
  }
  return size;
}

// Adverbs between a subject and what is said of it: 也, 都.
size_t LeadSize(std::u32string_view text) {
  return !text.empty() &&
                 std::u32string_view(U"也都这那就乃均").find(text[0]) != std::u32string_view::npos
             ? 1
             : 0;
}

bool HasWordOf(WordClass words, std::u32string_view text) {
  const std::vector<Word> found = FindWords(text);
  return std::any_of(found.begin(), found.end(), [&](const Word& word) {
    return IsWord(words, text.substr(word.begin, word.end - word.begin));
  });
}

// Whether a clause ends with 的, or with that and a noun behind it of at most so many letters.
bool EndsWithNoun(std::u32string_view clause, size_t longest) {
  const size_t of = clause.rfind(U'的');
  return of != std::u32string_view::npos && of > 0 && clause.size() - of - 1 <= longest;
}

// Whether a clause is a noun with what is said to tell which, and waits for its predicate: 决定世界
// 命运的, 已淘汰的生产能力; not 我们要坚持…的方针.
bool IsNominal(std::u32string_view clause) {
  constexpr size_t kLongestNoun = 6;
  return EndsWithNoun(clause, kLongestNoun) && BeginsWith(WordClass::kImperative, clause) == 0 &&
         BeginsWith(WordClass::kSubject, clause) == 0 &&
         clause.find(U'有') == std::u32string_view::npos && !HasWordOf(WordClass::kFinite, clause);
}

// Whether a clause says of whom or what the next one is: 凡是侵占国家收入, 那些跑官要官的人.
bool IsOpenSubject(std::u32string_view clause) {
  constexpr size_t kShortNoun = 4;
  return BeginsWith(WordClass::kOpenSubject, clause) > 0 &&
         !HasWordOf(WordClass::kAnswer, clause) &&
         (EndsWithNoun(clause, kShortNoun) || !HasWordOf(WordClass::kFinite, clause));
}

// The rejection at the begin of a clause: 是很错误的, 也没有意义; of its rest only behind an
// adverb.
size_t Rejection(std::u32string_view text, bool whole) {
  size_t at = LeadSize(text);
  if (const size_t size = BeginsWith(WordClass::kRejection, text.substr(at));
      size > 0 && (whole || at > 0)) {
    return at + size;
  }
  if (at >= text.size() || text[at] != U'是') {
    return 0;
  }
  ++at;
  for (const std::u32string_view degree : {U"很", U"完全", U"根本", U"十分", U"极其", U"极端"}) {
    if (text.substr(at).starts_with(degree)) {
      at += degree.size();
      break;
    }
  }
  const size_t size = std::max(BeginsWith(WordClass::kPostposedLimit, text.substr(at)),
                               BeginsWith(WordClass::kRejection, text.substr(at)));
  return size > 0 ? at + size : 0;
}

}  // namespace

bool IsClauseBorder(char32_t c) {
  // A switch, as every character of a sentence is asked here.
  switch (c) {
    case U'，':
    case U'；':
    case U'：':
    case U'。':
    case U'！':
    case U'？':
    case U',':
    case U';':
    case U':':
    case U'!':
    case U'?':
      return true;
    default:
      return false;
  }
}

size_t DenyingPredicate(std::u32string_view before, std::u32string_view behind) {
  Clauses clauses(behind);
  const std::u32string_view first = clauses.Next();
  const bool new_clause = clauses.at() > 0 || (!before.empty() && IsClauseBorder(before.back()));
  if (const size_t size = Rejection(first, new_clause); size > 0) {
    return clauses.at() + size;
  }
  if (!new_clause) {
    return 0;
  }
  // Further subjects may stand between: 凡是…，…的，|一律….
  constexpr int kClauses = 3;
  bool denied = false;  // told without reading words
  Clauses ahead(behind);
  for (int i = 0; i < kClauses && !denied; ++i) {
    const std::u32string_view clause = ahead.Next();
    denied = Rejection(clause, true) > 0 ||
             BeginsWith(WordClass::kDenial, clause.substr(LeadSize(clause))) > 0;
  }
  if (!denied) {
    return 0;
  }
  const std::u32string_view last = LastClause(before);
  const bool open = IsOpenSubject(last);
  const bool nominal = open || IsNominal(last);
  bool predicate = !open && HasWordOf(WordClass::kFinite, last);
  std::u32string_view clause = first;
  for (int i = 0; i < kClauses && !clause.empty() && !predicate; ++i) {
    const size_t lead = LeadSize(clause);
    const size_t denial =
        nominal && (open || i == 0) ? BeginsWith(WordClass::kDenial, clause.substr(lead)) : 0;
    if (const size_t size = denial > 0 ? lead + denial : Rejection(clause, true); size > 0) {
      return clauses.at() + size;
    }
    predicate = HasWordOf(WordClass::kFinite, clause);
    clause = clauses.Next();
  }
  return 0;
}

size_t ConsequenceOfBareCondition(std::u32string_view before, std::u32string_view behind) {
  const std::u32string_view last = LastClause(before);
  if (BeginsWith(WordClass::kBareCondition, last) == 0 ||
      BeginsWithWordOf(WordClass::kBareCondition, last) == 0) {
    return 0;
  }
  Clauses clauses(behind);
  std::u32string_view clause = clauses.Next();
  const auto consequent = [](std::u32string_view text) {
    return std::max(BeginsWithWordOf(WordClass::kConsequent, text),
                    BeginsWith(WordClass::kConsequentDenial, text));
  };
  if (const size_t size = consequent(clause); size > 0) {
    return clauses.at() + size;
  }
  // Words of the clause itself go on: 没有先进文化|的发展.
  if (clauses.at() == 0 && !before.empty() && !IsClauseBorder(before.back())) {
    return 0;
  }
  while (BeginsWithWordOf(WordClass::kBareCondition, clause) > 0) {
    clause = clauses.Next();
  }
  if (const size_t size = consequent(clause); size > 0) {
    return clauses.at() + size;
  }
  // 我们的事业就没有生气.
  for (const Word& word : FindWords(clause)) {
    if (const size_t size = BeginsWith(WordClass::kConsequentDenial, clause.substr(word.begin));
        size > 0 && clause[word.begin] == U'就') {
      return clauses.at() + word.begin + size;
    }
  }
  return 0;
}

}  // namespace quotes::citation
