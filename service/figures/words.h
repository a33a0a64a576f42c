#ifndef QUOTES_SERVICE_FIGURES_WORDS_H_
#define QUOTES_SERVICE_FIGURES_WORDS_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>

#include "service/text/word_trie.h"

// The word lists of data/*.tsv; not for other rooms.
namespace quotes::figures::internal {

enum UnitClass : uint32_t { kUnit, kTime, kLiteral, kNoUnit };
enum SetClass : uint32_t { kSetNumeral, kAmount, kPlainWord, kNumberedName };
// Values of the qualifier lists: QualifierKind, or this for a word that is none and hides one.
inline constexpr uint32_t kNoQualifier = 255;

struct Words {
  text::WordTrie units;
  text::WordTrie before;  // what a text ends with
  text::WordTrie behind;
  text::WordTrie inside;
  text::WordTrie sets;
  // Characters with which a numeral, a phrase of `sets` or a label may begin.
  std::bitset<0x10000> starts;
  std::string version;
};

// Made at the first call, never freed. Thread-safe.
const Words& GetWords();

}  // namespace quotes::figures::internal

#endif  // QUOTES_SERVICE_FIGURES_WORDS_H_
