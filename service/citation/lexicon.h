#ifndef QUOTES_SERVICE_CITATION_LEXICON_H_
#define QUOTES_SERVICE_CITATION_LEXICON_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

// Words that decide how grave a change to a quotation is. Pure functions over data that is compiled
// in (data/cues.tsv, data/english_cues.tsv and a word list); thread-safe. All ranges count code
// points of the text that was given, half-open. Texts may be in any script or width and have noise
// in them.
namespace quotes::citation {

enum class CueKind : uint8_t {
  kNegator,       // 不, 没有, 绝不能, 避免, 防止, 遏制
  kHedge,         // 预计, 力争, 基本, 约, 将, 有望
  kCondition,     // 只要, 只有, 如果, 除非, 剔除
  kModal,         // 必须, 应当, 要, 可以
  kQuantifier,    // 少数, 部分, 全部, 主要, 首次: what a statement covers
  kFunction,      // 的, 地, 得, 着, 等, 而, 和, 与: a change is minor
  kResult,        // 了, 过: turn a target into a result
  kPerson,        // names of persons
  kPlace,         // names of places
  kOrganisation,  // 党中央, 国务院, 区委
  kOffice,        // 总书记, 书记, 区长
  kPhrase,        // set political phrases: 两个确立, 人民就是江山
  kLimiter,  // 逐步, 探索, 可以, 必将, 依法: what directly follows is not yet, not wholly, not
             // surely or not in every way so
};

struct Cue {
  CueKind kind = CueKind::kNegator;
  uint32_t begin = 0;
  uint32_t end = 0;
  // A negator that is bound to its own word and governs nothing else: 非, 无, 未 and 不 inside a
  // word (不平衡, 办不到). A condition that is a part of its clause and bears on that alone:
  // 有条件的, 符合条件的, 根据需要, 视情况, 按可比价格.
  bool local = false;

  friend bool operator==(const Cue&, const Cue&) = default;
};

// Whether an edit that touches such a word is CRITICAL (all others: kResult is MAJOR, kFunction
// MINOR).
bool IsCritical(CueKind kind);

// The cues of `text` in text order, disjoint: those of its words (FindWords) that the data names,
// and the negators 不, 没, 未, 无, 非, 勿, 莫 inside words that it does not name (习近平, 分别,
// 节约, 不断 hold none). Of Latin words those that the English data names (not, don't, unless).
// Linear in the text.
std::vector<Cue> FindCues(std::u32string_view text);

enum class WordKind : uint8_t {
  kWord,    // a word of the lists
  kSingle,  // one character that no word of the lists holds
  kLatin,   // letters and digits in a row, with the signs inside: GDP, A4, 280, 5.5, don't
};

struct Word {
  uint32_t begin = 0;
  uint32_t end = 0;
  WordKind kind = WordKind::kWord;

  friend bool operator==(const Word&, const Word&) = default;
};

// The words of `text` in text order, disjoint; marks and noise lie in none. The most probable
// sequence of words by the frequencies of the word list, where cues count as frequent words. Good
// enough to grade an edit by the word it touches; not a judgement on grammar.
std::vector<Word> FindWords(std::u32string_view text);

// Both of them for little more than the cost of one.
void FindCuesAndWords(std::u32string_view text, std::vector<Cue>* cues, std::vector<Word>* words);

// Whether the lists have a word, be it so rare that FindWords parts it into more frequent ones:
// 治党, 民宿. A hint: many of two characters are accidents of the corpus they were counted in.
bool IsListed(std::u32string_view word);

// How a cue that stands before a place bears on what begins there.
enum class Reach : uint8_t {
  kNone,
  kDirect,  // it stands directly before, noise and quotation marks apart, or the place lies inside
            // it
  kClause,  // it stands earlier in the clause that the place is in, and nothing closes it off
  kBefore,  // it stands in a clause before: see Governs
};

// Whether `cue` of `text` (a negator, hedge, condition or limiter; others never do) governs what
// begins at code point `begin`, from before it. Clauses end at ，：, sentences at 。；！？…
//  - In the clause of the place: unless a 的 or 地 between them closes off a negator or hedge
//    (不符合要求的企业|依法关停); local negators and limiters only directly.
//  - Any cue but a negator that makes a clause by itself, from that clause: 根据需要，|…,
//    依法依规，|…, 初步核算，|…; a hedge with who says so too: 据统计部门初步核算，|…
//  - A condition that is not local also from the clause before unless that clause answers it
//    itself (凡是…都要…，|…), and from any clause of the sentence when the place begins a clause
//    with 就, 才, 便, 则, 那么 (只要…，…，|就一定能够), or has one of these or their like behind
//    its subject (只要…，…，|我们就愿意…). One behind its own words (前提下, 条件下) governs only
//    what follows it directly, a comma apart.
//  - A negator or modal negation from the clause before when 因为, 由于 or 一 … follow it and the
//    place begins with 就, 便 or 而 (绝不能因为…，|就沾沾自喜); where it forbids, unless the place
//    begins a statement of its own. One that forbids also where the place, at most three clauses
//    behind, goes on with what may not be (决不能丢掉优势，|照搬…).
Reach Governs(std::u32string_view text, const Cue& cue, size_t begin);

struct Governor {
  Cue cue;
  Reach reach = Reach::kNone;

  friend bool operator==(const Governor&, const Governor&) = default;
};

// The negators, hedges, conditions and limiters of `text` that govern what begins at `begin`,
// nearest last. Looks back to the begin of the sentence, at most 400 code points: a window of that
// size is enough.
std::vector<Governor> FindGovernors(std::u32string_view text, size_t begin);
// The same of the cues of `text`, where they were found already and it begins with the sentence.
std::vector<Governor> FindGovernors(std::u32string_view text, const std::vector<Cue>& cues,
                                    size_t begin);

// The place of the letter directly before code point `begin` (noise and soft marks apart) if it
// turns what follows into its opposite whatever word the two make: 不, 非, 未, 无, 没, 勿, 莫, and
// 反 but for that of 违反 and 相反. Words that hold such a letter may be no cues (不可能, 反腐败);
// no quotation may begin behind it all the same.
std::optional<size_t> NegatingLetterBefore(std::u32string_view text, size_t begin);

// Versions of the cues and of the word list with a hash of both, and of the English cues:
// "2-0123456789ab+1-0123456789ab".
std::string_view LexiconVersion();

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_LEXICON_H_
