#include "service/citation/lexicon.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include "service/citation/english_cues.h"
#include "service/citation/latin.h"
#include "service/citation/word_classes.h"
#include "service/citation/word_list.h"
#include "service/text/fold.h"

namespace quotes::citation {
namespace internal {
namespace {

#include "word_list.inc"

}  // namespace
}  // namespace internal

namespace {

using internal::kNoCue;
using internal::kNotNamed;
using internal::kRare;

// A character that the word list does not have is as dear as the rarest word.
constexpr uint32_t kUnknownCost = internal::kMaxCost;
constexpr size_t kLookBack = 400;
// What is read behind a place, so that a word that it cuts is seen.
constexpr size_t kLookAhead = 12;

// 0 for characters that are not in the list.
uint16_t CodeOf(char32_t c) {
  const char32_t index = c - internal::kFirstHan;
  return index < std::size(internal::kCodes) ? internal::kCodes[index] : uint16_t{0};
}

bool IsAsciiAlphanumeric(char32_t c) {
  return (c >= U'0' && c <= U'9') || (c >= U'a' && c <= U'z');
}

// Signs that stay inside a run of letters and digits.
bool IsAlphanumericSign(char32_t c) {
  return c == U'.' || c == U',' || c == U'+' || c == U'-' || IsApostropheGlyph(c);
}

// A text without noise, folded, parted into words.
class Parted {
 public:
  explicit Parted(std::u32string_view text);

  enum class Form : uint8_t { kHan, kLatin, kMark, kSymbol };

  struct Piece {
    size_t begin = 0;  // in units()
    size_t end = 0;
    uint8_t cue = kNotNamed;
    Form form = Form::kHan;
  };

  const std::u32string& units() const { return units_; }
  // Where the unit stands in the text.
  uint32_t At(size_t unit) const { return at_[unit]; }
  // The longest word in the units [begin, end) from `begin` on that the data names, and its cue;
  // length 0 for none.
  std::pair<size_t, uint8_t> LongestNamed(size_t begin, size_t end) const;
  template <typename Visit>
  void ForEachPiece(Visit visit) const {
    for (size_t i = 0; i < units_.size();) {
      const Step& step = steps_[i];
      visit(Piece{i, i + step.length, step.cue, step.form});
      i += step.length;
    }
  }

 private:
  // The first word of the cheapest way to part what begins at a unit.
  struct Step {
    uint32_t cost = 0;  // of all from here
    uint32_t length = 1;
    uint8_t cue = kNotNamed;
    Form form = Form::kHan;
  };

  void ReadHan(size_t i);

  std::u32string units_;
  std::vector<uint16_t> codes_;  // of the units in the word list
  std::vector<uint32_t> at_;
  std::vector<bool> spaced_;  // a space stands before the unit
  std::vector<Step> steps_;   // and one behind the last unit
};

Parted::Parted(std::u32string_view text) {
  units_.reserve(text.size());
  at_.reserve(text.size());
  codes_.reserve(text.size());
  spaced_.reserve(text.size());
  bool space = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char32_t c = text[i];
    if (c < internal::kFirstHan || c > internal::kLastHan) {
      if (text::IsSpace(c) || text::IsLineBreak(c)) {
        space = true;
        continue;
      }
      if (text::IsNoise(c)) {
        continue;
      }
    }
    spaced_.push_back(space);
    space = false;
    c = text::FoldLetter(c);
    units_.push_back(c);
    codes_.push_back(CodeOf(c));
    at_.push_back(static_cast<uint32_t>(i));
  }
  steps_.resize(units_.size() + 1);
  size_t latin_end = 0;  // of the run of letters and digits behind the unit, 0 for none
  for (size_t i = units_.size(); i-- > 0;) {
    const char32_t c = units_[i];
    Step& step = steps_[i];
    if (i + 1 < units_.size() && spaced_[i + 1]) {
      latin_end = 0;
    }
    if (IsAsciiAlphanumeric(c)) {
      latin_end = latin_end == 0 ? i + 1 : latin_end;
      step = {steps_[latin_end].cost, static_cast<uint32_t>(latin_end - i), kNotNamed,
              Form::kLatin};
      continue;
    }
    // A sign belongs to the run before it: pieces begin with a letter or digit.
    const bool joins = latin_end > 0 && IsAlphanumericSign(c) && i > 0 &&
                       IsAsciiAlphanumeric(units_[i - 1]) && IsAsciiAlphanumeric(units_[i + 1]);
    if (!joins) {
      latin_end = 0;
    }
    if (codes_[i] != 0 || text::IsHan(c)) {
      ReadHan(i);
    } else {
      step.cost = steps_[i + 1].cost;
      step.form = text::IsHardMark(c) || text::IsSoftMark(c) ? Form::kMark : Form::kSymbol;
    }
  }
}

// The child of a node of the list behind a character, null for none.
const internal::Node* Child(uint32_t* node, uint16_t code) {
  const uint32_t child = (internal::kNodes[*node].base_and_cost & internal::kIndexMask) + code;
  const internal::Node& at = internal::kNodes[child];
  if (code == 0 || (at.parent_and_cue & internal::kIndexMask) != *node) {
    return nullptr;
  }
  *node = child;
  return &at;
}

// Calls visit(length, node) for every word of the list that `codes` begins with, shortest first.
template <typename Visit>
void ForEachListed(const uint16_t* codes, size_t size, Visit visit) {
  uint32_t node = 0;
  for (size_t length = 0; length < size;) {
    const internal::Node* const at = Child(&node, codes[length]);
    if (at == nullptr) {
      return;
    }
    ++length;
    if (at->base_and_cost >> internal::kIndexBits != 0) {
      visit(length, *at);
    }
  }
}

void Parted::ReadHan(size_t i) {
  Step& best = steps_[i];
  best.cost = kUnknownCost + steps_[i + 1].cost;
  ForEachListed(codes_.data() + i, codes_.size() - i,
                [&](size_t length, const internal::Node& node) {
                  const uint32_t whole =
                      (node.base_and_cost >> internal::kIndexBits) + steps_[i + length].cost;
                  if (whole <= best.cost) {
                    best.cost = whole;
                    best.length = static_cast<uint32_t>(length);
                    best.cue = static_cast<uint8_t>(node.parent_and_cue >> internal::kIndexBits);
                  }
                });
}

std::pair<size_t, uint8_t> Parted::LongestNamed(size_t begin, size_t end) const {
  std::pair<size_t, uint8_t> longest = {0, kNotNamed};
  ForEachListed(codes_.data() + begin, end - begin, [&](size_t length, const internal::Node& node) {
    const uint8_t cue = static_cast<uint8_t>(node.parent_and_cue >> internal::kIndexBits);
    if (cue != kNotNamed) {
      longest = {length, cue};
    }
  });
  return longest;
}

bool IsPreposed(CueKind kind) {
  return kind == CueKind::kNegator || kind == CueKind::kHedge || kind == CueKind::kCondition ||
         kind == CueKind::kLimiter;
}

bool IsSentenceEnd(char32_t c) {
  return std::u32string_view(U"。；！？…;!?").find(c) != std::u32string_view::npos;
}

bool IsClauseEnd(char32_t c) {
  return std::u32string_view(U"，：,:").find(c) != std::u32string_view::npos;
}

// Letters folded, without noise and soft marks; the first `size` of them.
std::u32string Letters(std::u32string_view text, size_t size) {
  std::u32string letters;
  for (const char32_t c : text) {
    if (letters.size() == size) {
      break;
    }
    if (!text::IsSpace(c) && !text::IsNoise(c) && !text::IsLineBreak(c) && !text::IsSoftMark(c)) {
      letters.push_back(text::FoldLetter(c));
    }
  }
  return letters;
}

// 前提下, 条件下: it stands behind what it makes a condition.
bool IsPostposed(std::u32string_view text, const Cue& cue) {
  return text::FoldLetter(text[cue.end - 1]) == U'下';
}

// Whether nothing but the cue, and for a hedge who says so, stands in its clause, which ends where
// `behind` is: 根据需要，, 据统计部门初步核算，.
bool MakesAClause(std::u32string_view text, const Cue& cue, std::u32string_view behind) {
  const bool ends_it = std::all_of(behind.begin(), behind.end(), [](char32_t c) {
    return IsClauseEnd(c) || text::IsSpace(c) || text::IsNoise(c) || text::IsLineBreak(c) ||
           text::IsSoftMark(c);
  });
  if (!ends_it) {
    return false;
  }
  size_t begin = cue.begin;
  while (begin > 0 && !IsClauseEnd(text[begin - 1]) && !IsSentenceEnd(text[begin - 1])) {
    --begin;
  }
  const std::u32string first = Letters(text.substr(begin, cue.begin - begin), 2);
  return first.empty() ||
         (cue.kind == CueKind::kHedge && BeginsWith(WordClass::kAccordingTo, first) > 0);
}

std::u32string_view FirstClause(std::u32string_view text) {
  size_t end = 0;
  while (end < text.size() && !IsClauseEnd(text::FoldLetter(text[end])) &&
         !IsSentenceEnd(text::FoldLetter(text[end]))) {
    ++end;
  }
  return text.substr(0, end);
}

// Whether a clause that begins with a condition also says what follows from it: 凡是…，都要纠正.
bool IsAnswered(std::u32string_view clause) {
  const std::vector<Word> words = FindWords(clause);
  return std::any_of(words.begin(), words.end(), [clause](const Word& word) {
    return IsWord(WordClass::kAnswer, clause.substr(word.begin, word.end - word.begin));
  });
}

std::vector<Cue> CuesOf(const Parted& parted, std::u32string_view text) {
  std::vector<Cue> cues;
  const auto add = [&](CueKind kind, size_t begin, size_t end, bool local) {
    cues.push_back({kind, parted.At(begin), parted.At(end - 1) + 1, local});
  };
  parted.ForEachPiece([&](const Parted::Piece& piece) {
    if (piece.cue == kNoCue) {
      return;
    }
    if (piece.cue != kNotNamed) {
      const auto kind = static_cast<CueKind>(piece.cue - 1);
      const char32_t first = parted.units()[piece.begin];
      const char32_t last = parted.units()[piece.end - 1];
      const bool local =
          kind == CueKind::kCondition
              ? last == U'的' || last == U'地' || first == U'根' || first == U'视' || first == U'按'
              : piece.end - piece.begin == 1 &&
                    (first == U'非' || first == U'无' || first == U'未');
      add(kind, piece.begin, piece.end, local);
      return;
    }
    // A word that the data does not name may hold one that it does: 不仅 in 不仅要.
    for (size_t i = piece.begin; i < piece.end;) {
      const auto [size, cue] = parted.LongestNamed(i, piece.end);
      if (size > 1) {
        if (cue == 1 + static_cast<uint8_t>(CueKind::kNegator)) {
          add(CueKind::kNegator, i, i + size, false);
        }
        i += size;
        continue;
      }
      if (piece.end - piece.begin > 1 && IsWord(WordClass::kNegatingLetter, parted.units()[i])) {
        add(CueKind::kNegator, i, i + 1, true);
      }
      ++i;
    }
  });
  if (std::any_of(text.begin(), text.end(), IsLatinLetter)) {
    const std::vector<Cue> english = FindEnglishCues(text);
    const auto middle = static_cast<ptrdiff_t>(cues.size());
    cues.insert(cues.end(), english.begin(), english.end());
    std::inplace_merge(cues.begin(), cues.begin() + middle, cues.end(),
                       [](const Cue& a, const Cue& b) { return a.begin < b.begin; });
  }
  return cues;
}

std::vector<Word> WordsOf(const Parted& parted) {
  std::vector<Word> words;
  parted.ForEachPiece([&](const Parted::Piece& piece) {
    if (piece.form == Parted::Form::kMark) {
      return;
    }
    WordKind kind = WordKind::kWord;
    if (piece.form == Parted::Form::kLatin) {
      kind = WordKind::kLatin;
    } else if (piece.end - piece.begin == 1) {
      kind = WordKind::kSingle;
    }
    words.push_back({parted.At(piece.begin), parted.At(piece.end - 1) + 1, kind});
  });
  return words;
}

}  // namespace

bool IsCritical(CueKind kind) { return kind != CueKind::kFunction && kind != CueKind::kResult; }

std::vector<Cue> FindCues(std::u32string_view text) { return CuesOf(Parted(text), text); }

std::vector<Word> FindWords(std::u32string_view text) { return WordsOf(Parted(text)); }

void FindCuesAndWords(std::u32string_view text, std::vector<Cue>* cues, std::vector<Word>* words) {
  const Parted parted(text);
  *cues = CuesOf(parted, text);
  *words = WordsOf(parted);
}

bool IsListed(std::u32string_view word) {
  uint32_t node = 0;
  const internal::Node* at = nullptr;
  for (const char32_t c : word) {
    at = Child(&node, CodeOf(text::FoldLetter(c)));
    if (at == nullptr) {
      return false;
    }
  }
  return at != nullptr && (at->base_and_cost >> internal::kIndexBits != 0 ||
                           at->parent_and_cue >> internal::kIndexBits == kRare);
}

Reach Governs(std::u32string_view text, const Cue& cue, size_t begin) {
  if (!IsPreposed(cue.kind) || cue.begin >= begin || begin > text.size()) {
    return Reach::kNone;
  }
  if (cue.end >= begin) {
    return Reach::kDirect;
  }
  const std::u32string_view between = text.substr(cue.end, begin - cue.end);
  bool empty = true;
  bool closed = false;
  size_t clauses = 0;
  size_t clause_begin = 0;  // of the place, in `between`
  for (size_t i = 0; i < between.size(); ++i) {
    const char32_t c = text::FoldLetter(between[i]);
    if (IsSentenceEnd(c)) {
      return Reach::kNone;
    }
    if (IsClauseEnd(c)) {
      ++clauses;
      clause_begin = i + 1;
    }
    closed = closed || c == U'的' || c == U'地';
    empty = empty &&
            (text::IsSpace(c) || text::IsNoise(c) || text::IsLineBreak(c) || text::IsSoftMark(c));
  }
  if (empty) {
    return Reach::kDirect;
  }
  if (cue.kind != CueKind::kNegator && clauses > 0 && MakesAClause(text, cue, between)) {
    return Reach::kBefore;
  }
  if (cue.kind == CueKind::kLimiter ||
      (cue.local && (cue.kind == CueKind::kNegator || clauses > 0))) {
    return Reach::kNone;
  }
  if (clauses == 0) {
    const bool postposed = cue.kind == CueKind::kCondition && IsPostposed(text, cue);
    return postposed || (closed && cue.kind != CueKind::kCondition) ? Reach::kNone : Reach::kClause;
  }
  if (cue.kind == CueKind::kCondition && IsPostposed(text, cue)) {
    // 在…前提下，|…: of what follows directly.
    const bool only_marks = std::all_of(between.begin(), between.end(), [](char32_t c) {
      return IsClauseEnd(c) || text::IsSpace(c) || text::IsNoise(c) || text::IsLineBreak(c) ||
             text::IsSoftMark(c);
    });
    return only_marks ? Reach::kBefore : Reach::kNone;
  }
  const bool clause_starts = Letters(between.substr(clause_begin), 1).empty();
  const std::u32string first = Letters(text.substr(begin), 2);
  if (cue.kind == CueKind::kCondition) {
    if (clause_starts && BeginsWith(WordClass::kConsequent, first) > 0) {
      return Reach::kBefore;
    }
    // 只要…，并…，|我们就愿意同它恢复谈判.
    const bool open = !IsAnswered(between.substr(0, clause_begin));
    return open && (clauses == 1 || (clause_starts && IsAnswered(FirstClause(text.substr(begin)))))
               ? Reach::kBefore
               : Reach::kNone;
  }
  // 决不是取消阶级斗争，调和阶级矛盾，|保留资产阶级和资本主义.
  constexpr size_t kProhibited = 3;  // clauses
  if (cue.kind != CueKind::kNegator || clauses > kProhibited || !clause_starts) {
    return Reach::kNone;
  }
  constexpr size_t kLongestWord = 8;
  const std::u32string head = Letters(text.substr(begin), kLongestWord);
  const bool forbids =
      EndsWith(WordClass::kProhibition, text.substr(cue.begin, cue.end - cue.begin)) > 0;
  const bool because = clauses == 1 && BeginsWith(WordClass::kCause, Letters(between, 2)) > 0;
  const bool goes_on = because ? BeginsWith(WordClass::kConsequentOfCause, first) > 0 ||
                                     (forbids && BeginsWith(WordClass::kOwnStatement, head) == 0)
                               : forbids && between.find(U'而') == std::u32string_view::npos &&
                                     BeginsWith(WordClass::kMisdeed, head) > 0;
  return goes_on ? Reach::kBefore : Reach::kNone;
}

std::vector<Governor> FindGovernors(std::u32string_view text, size_t begin) {
  begin = std::min(begin, text.size());
  size_t from = begin;
  while (from > 0 && begin - from < kLookBack && !IsSentenceEnd(text::FoldLetter(text[from - 1]))) {
    --from;
  }
  const std::u32string_view window = text.substr(from, begin - from + kLookAhead);
  std::vector<Governor> governors;
  for (Cue cue : FindCues(window)) {
    const Reach reach = Governs(window, cue, begin - from);
    if (reach != Reach::kNone) {
      cue.begin += static_cast<uint32_t>(from);
      cue.end += static_cast<uint32_t>(from);
      governors.push_back({cue, reach});
    }
  }
  return governors;
}

std::vector<Governor> FindGovernors(std::u32string_view text, const std::vector<Cue>& cues,
                                    size_t begin) {
  begin = std::min(begin, text.size());
  std::vector<Governor> governors;
  for (const Cue& cue : cues) {
    if (cue.begin >= begin || begin - cue.begin > kLookBack) {
      continue;
    }
    const Reach reach = Governs(text, cue, begin);
    if (reach != Reach::kNone) {
      governors.push_back({cue, reach});
    }
  }
  return governors;
}

std::optional<size_t> NegatingLetterBefore(std::u32string_view text, size_t begin) {
  size_t at = std::min(begin, text.size());
  do {
    if (at == 0) {
      return std::nullopt;
    }
    --at;
  } while (text::IsNoise(text[at]) || text::IsSpace(text[at]) || text::IsLineBreak(text[at]) ||
           text::IsSoftMark(text[at]));
  const bool negates = IsWord(WordClass::kNegatingLetter, text[at]) ||
                       (text::FoldLetter(text[at]) == U'反' &&
                        (at == 0 || !IsWord(WordClass::kNotOpposing, text[at - 1])));
  return negates ? std::optional<size_t>(at) : std::nullopt;
}

std::string_view LexiconVersion() {
  static const auto* const kVersion =
      new std::string(std::string(internal::kVersion) + "+" + std::string(EnglishCuesVersion()));
  return *kVersion;
}

}  // namespace quotes::citation
