#ifndef QUOTES_SERVICE_FIGURES_MEASURE_WORDS_H_
#define QUOTES_SERVICE_FIGURES_MEASURE_WORDS_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "service/figures/figure.h"
#include "service/text/word_trie.h"

// The word lists of data/measures.tsv and data/dimensions.tsv; not for other rooms.
namespace quotes::figures::internal {

// Classes of data/measures.tsv: the bits of a word's value.
enum MeasureClass : uint32_t {
  kCut = 1,
  kLead = 2,
  kTail = 4,
  kKeep = 8,
  kStop = 16,
  kGoal = 32,
  kStrongGoal = 64,
  kAction = 128,
  kDone = 256,
  kPart = 512,
  kBare = 1024,
  kHead = 2048,
  kRate = 4096,
  kTrait = 8192,
};

struct MeasureWords {
  text::WordTrie words;   // of all classes
  text::WordTrie tails;   // kTail: what a text ends with
  text::WordTrie heads;   // kHead and kRate: what a text ends with
  text::WordTrie traits;  // kTrait: what a text ends with
  // By the normal form of the printed unit.
  absl::flat_hash_map<std::u32string, Unit> units;
  std::string version;
};

// Made at the first call, never freed. Thread-safe.
const MeasureWords& GetMeasureWords();

}  // namespace quotes::figures::internal

#endif  // QUOTES_SERVICE_FIGURES_MEASURE_WORDS_H_
