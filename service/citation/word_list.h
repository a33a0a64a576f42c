#ifndef QUOTES_SERVICE_CITATION_WORD_LIST_H_
#define QUOTES_SERVICE_CITATION_WORD_LIST_H_

#include <array>
#include <cstdint>
#include <string_view>

// The shape of the compiled word list, shared by its generator and its reader; not for other rooms.
namespace quotes::citation::internal {

// Names of cue kinds in the data, in the order of CueKind.
inline constexpr std::array<std::string_view, 13> kCueKindNames = {
    "negator", "hedge", "condition",    "modal",  "quantifier", "function", "result",
    "person",  "place", "organisation", "office", "phrase",     "limiter"};

// Cue of a word: 0 when the data does not name it, kNoCue when it names it as none, else 1 + kind.
inline constexpr uint8_t kNotNamed = 0;
inline constexpr uint8_t kNoCue = 255;
// Too rare to part a text by, but a word where two characters meet that are none: 民宿 of 民宿集群.
// Has no cost.
inline constexpr uint8_t kRare = 254;

// A word's cost is kCostScale * ln(total / frequency), from 1 to kMaxCost; of all ways to part a
// text the cheapest is the most probable one.
inline constexpr double kCostScale = 7;
inline constexpr uint8_t kMaxCost = 127;
// Cues of several characters cost at most as much as a word with a frequency of 1 in 6,000.
inline constexpr uint8_t kCueCost = 61;

// The list is a trie in a double array: the child of node i behind the character with code k is
// node base(i) + k, if its parent is i. Node 0 is the root. Codes number the characters of the list
// from 1, the frequent ones first; they stand for kFirstHan and the characters behind it.
inline constexpr char32_t kFirstHan = 0x4E00;
inline constexpr char32_t kLastHan = 0x9FFF;
struct Node {
  uint32_t base_and_cost = 0;   // the upper 8 bits: cost, 0 for no word
  uint32_t parent_and_cue = 0;  // the upper 8 bits: cue
};
inline constexpr uint32_t kIndexBits = 24;
inline constexpr uint32_t kIndexMask = (1u << kIndexBits) - 1;
inline constexpr uint32_t kNoParent = kIndexMask;

}  // namespace quotes::citation::internal

#endif  // QUOTES_SERVICE_CITATION_WORD_LIST_H_
