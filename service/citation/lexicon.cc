#include "service/citation/lexicon.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "service/base/check.h"
#include "service/base/hash.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "service/text/word_trie.h"

namespace quotes::data {
extern const std::string_view citation_cues;
}  // namespace quotes::data

namespace quotes::citation {
namespace {

#include "word_list.inc"

using text::WordTrie;

// The value of words that hold a cue's characters and are none.
constexpr uint32_t kNoCue = 255;
// Costs on the scale of the word list: a cue that the list does not have counts as a word with a
// frequency of 1 in 6,000; a character that it does not have is dearer than any word.
constexpr uint8_t kCueCost = 61;
constexpr uint8_t kUnknownCost = 127;
constexpr size_t kLookBack = 400;
// What is read behind a place, so that a word that it cuts is seen.
constexpr size_t kLookAhead = 12;

constexpr std::u32string_view kNegatingCharacters = U"不没未无非勿莫";

// Names in the data, in the order of CueKind.
constexpr std::array<std::string_view, 12> kKindNames = {
    "negator", "hedge",  "condition", "modal",        "quantifier", "function",
    "result",  "person", "place",     "organisation", "office",     "phrase"};

struct Lexicon {
  WordTrie cues;
  std::string version;
};

std::u32string Folded(std::string_view word) {
  std::u32string folded = text::ToCodePoints(word);
  for (char32_t& c : folded) {
    c = text::FoldLetter(c);
  }
  return folded;
}

const Lexicon* Load() {
  std::vector<std::pair<std::u32string, uint32_t>> words;
  std::string_view version;
  bool named = false;
  const std::string_view data = data::citation_cues;
  for (size_t begin = 0; begin < data.size();) {
    const size_t end = std::min(data.find('\n', begin), data.size());
    const std::string_view line = data.substr(begin, end - begin);
    begin = end + 1;
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const size_t tab = line.find('\t');
    QUOTES_CHECK(tab != std::string_view::npos);
    const std::string_view kind = line.substr(0, tab);
    const std::string_view word = line.substr(tab + 1);
    if (version.empty()) {
      QUOTES_CHECK(kind == "version");
      version = word;
    } else if (!named) {
      named = true;  // the names of the columns
    } else {
      const auto at = std::find(kKindNames.begin(), kKindNames.end(), kind);
      QUOTES_CHECK(at != kKindNames.end() || kind == "none");
      words.emplace_back(Folded(word), at == kKindNames.end()
                                           ? kNoCue
                                           : static_cast<uint32_t>(at - kKindNames.begin()));
    }
  }
  return new Lexicon{
      WordTrie(std::move(words), WordTrie::Direction::kForward),
      std::string(version) + "-" + Sha256Hex(std::string(data) + kWordListHash).substr(0, 12),
  };
}

const Lexicon& GetLexicon() {
  static const Lexicon* const lexicon = Load();
  return *lexicon;
}

bool IsAsciiAlphanumeric(char32_t c) {
  return (c >= U'0' && c <= U'9') || (c >= U'a' && c <= U'z');
}

// Signs that stay inside a run of letters and digits.
bool IsAlphanumericSign(char32_t c) { return c == U'.' || c == U',' || c == U'+' || c == U'-'; }

// Calls visit(length, cost) for every word of the list that `text` begins with, shortest first.
template <typename Visit>
void ForEachListed(std::u32string_view text, Visit visit) {
  const char32_t first = text.front();
  if (first < kFirstHan || first - kFirstHan >= std::size(kRoot)) {
    return;
  }
  uint32_t node = kRoot[first - kFirstHan];
  for (size_t length = 1; node != 0; ++length) {
    if (kCost[node] != 0) {
      visit(length, kCost[node]);
    }
    if (length == text.size() || text[length] > 0xFFFF) {
      return;
    }
    const uint16_t* const begin = kLabel + kFirstChild[node];
    const uint16_t* const end = kLabel + kFirstChild[node + 1];
    const uint16_t* const at = std::lower_bound(begin, end, static_cast<uint16_t>(text[length]));
    node = at != end && *at == text[length] ? static_cast<uint32_t>(at - kLabel) : 0;
  }
}

// A text without noise, folded, parted into words.
class Parted {
 public:
  explicit Parted(std::u32string_view text);

  struct Piece {
    size_t begin = 0;  // in units()
    size_t end = 0;
    uint32_t cue = kNoCue;
    bool listed = false;  // `cue` comes from the data, kNoCue included
    bool mark = false;
    bool latin = false;
  };

  const std::u32string& units() const { return units_; }
  // Where the unit stands in the text.
  uint32_t At(size_t unit) const { return at_[unit]; }
  template <typename Visit>
  void ForEachPiece(Visit visit) const {
    for (size_t i = 0; i < units_.size();) {
      const Step& step = steps_[i];
      visit(Piece{i, i + step.length, step.cue, step.listed, step.mark, step.latin});
      i += step.length;
    }
  }

 private:
  // The first word of the best way to part what begins at a unit.
  struct Step {
    uint32_t cost = std::numeric_limits<uint32_t>::max();  // of all from here
    uint32_t length = 1;
    uint8_t cue = kNoCue;
    bool listed = false;
    bool mark = false;
    bool latin = false;
  };

  std::u32string units_;
  std::vector<uint32_t> at_;
  std::vector<Step> steps_;
};

Parted::Parted(std::u32string_view text) {
  units_.reserve(text.size());
  at_.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    if ((c < 0x3400 || c > 0x9FFF) &&
        (text::IsSpace(c) || text::IsNoise(c) || text::IsLineBreak(c))) {
      continue;
    }
    units_.push_back(text::FoldLetter(c));
    at_.push_back(static_cast<uint32_t>(i));
  }
  const WordTrie& cues = GetLexicon().cues;
  const std::u32string_view all = units_;
  steps_.resize(units_.size() + 1);
  steps_.back().cost = 0;
  size_t latin_end = 0;  // of the run of letters and digits that the last unit looked at is in
  for (size_t i = units_.size(); i-- > 0;) {
    Step& best = steps_[i];
    const char32_t c = units_[i];
    if (IsAsciiAlphanumeric(c)) {
      latin_end = latin_end == 0 ? i + 1 : latin_end;
      best.length = static_cast<uint32_t>(latin_end - i);
      best.cost = steps_[latin_end].cost;
      best.latin = true;
      continue;
    }
    // A sign belongs to the run before it: pieces begin with a letter or digit.
    const bool joins = latin_end > 0 && IsAlphanumericSign(c) && i > 0 &&
                       IsAsciiAlphanumeric(units_[i - 1]) && IsAsciiAlphanumeric(units_[i + 1]);
    if (!joins) {
      latin_end = 0;
    }
    if (!text::IsHan(c)) {
      best.cost = steps_[i + 1].cost;
      best.mark = text::IsHardMark(c) || text::IsSoftMark(c);
      continue;
    }
    best.cost = kUnknownCost + steps_[i + 1].cost;
    const std::u32string_view rest = all.substr(i);
    ForEachListed(rest, [&](size_t length, uint8_t cost) {
      const uint32_t whole = cost + steps_[i + length].cost;
      if (whole <= best.cost) {
        best.cost = whole;
        best.length = static_cast<uint32_t>(length);
      }
    });
    cues.ForEach(rest, [&](const WordTrie::Match& match) {
      // A single character is a word of its own only as often as the list says.
      const uint32_t whole = kCueCost + steps_[i + match.length].cost;
      if (match.length > 1 && whole < best.cost) {
        best.cost = whole;
        best.length = match.length;
      }
    });
    cues.ForEach(rest, [&](const WordTrie::Match& match) {
      if (match.length == best.length) {
        best.cue = static_cast<uint8_t>(match.value);
        best.listed = true;
      }
    });
  }
}

bool IsPreposed(CueKind kind) {
  return kind == CueKind::kNegator || kind == CueKind::kHedge || kind == CueKind::kCondition;
}

bool IsSentenceEnd(char32_t c) {
  return std::u32string_view(U"。；！？…;!?").find(c) != std::u32string_view::npos;
}

bool IsClauseEnd(char32_t c) {
  return std::u32string_view(U"，：,:").find(c) != std::u32string_view::npos;
}

bool BeginsWithAny(std::u32string_view text, std::initializer_list<std::u32string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [text](std::u32string_view word) { return text.starts_with(word); });
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

}  // namespace

bool IsCritical(CueKind kind) { return kind != CueKind::kFunction && kind != CueKind::kResult; }

std::vector<Cue> FindCues(std::u32string_view text) {
  const Parted parted(text);
  std::vector<Cue> cues;
  parted.ForEachPiece([&](const Parted::Piece& piece) {
    const auto add = [&](CueKind kind, size_t begin, size_t end, bool local) {
      cues.push_back({kind, parted.At(begin), parted.At(end - 1) + 1, local});
    };
    if (piece.listed) {
      if (piece.cue != kNoCue) {
        const char32_t c = parted.units()[piece.begin];
        const bool local = piece.end - piece.begin == 1 && (c == U'非' || c == U'无' || c == U'未');
        add(static_cast<CueKind>(piece.cue), piece.begin, piece.end, local);
      }
      return;
    }
    if (piece.mark || piece.latin || piece.end - piece.begin < 2) {
      return;
    }
    for (size_t i = piece.begin; i < piece.end; ++i) {
      if (kNegatingCharacters.find(parted.units()[i]) != std::u32string_view::npos) {
        add(CueKind::kNegator, i, i + 1, true);
      }
    }
  });
  return cues;
}

std::vector<Word> FindWords(std::u32string_view text) {
  const Parted parted(text);
  std::vector<Word> words;
  parted.ForEachPiece([&](const Parted::Piece& piece) {
    if (piece.mark) {
      return;
    }
    const bool single = piece.end - piece.begin == 1;
    words.push_back({parted.At(piece.begin), parted.At(piece.end - 1) + 1,
                     piece.latin ? WordKind::kLatin
                     : single    ? WordKind::kSingle
                                 : WordKind::kWord});
  });
  return words;
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
  if (cue.local) {
    return Reach::kNone;
  }
  if (clauses == 0) {
    return closed && cue.kind != CueKind::kCondition ? Reach::kNone : Reach::kClause;
  }
  const bool clause_starts = Letters(between.substr(clause_begin), 1).empty();
  const std::u32string first = Letters(text.substr(begin), 2);
  if (cue.kind == CueKind::kCondition) {
    const bool answered =
        clause_starts && BeginsWithAny(first, {U"就", U"才", U"便", U"则", U"那么"});
    return clauses == 1 || answered ? Reach::kBefore : Reach::kNone;
  }
  const bool because = BeginsWithAny(Letters(between, 2), {U"因", U"由于", U"一", U"光", U"只"});
  return cue.kind == CueKind::kNegator && clauses == 1 && clause_starts && because &&
                 BeginsWithAny(first, {U"就", U"便", U"而"})
             ? Reach::kBefore
             : Reach::kNone;
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

std::string_view LexiconVersion() { return GetLexicon().version; }

}  // namespace quotes::citation
