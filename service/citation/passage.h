#ifndef QUOTES_SERVICE_CITATION_PASSAGE_H_
#define QUOTES_SERVICE_CITATION_PASSAGE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "service/citation/verdict.h"

namespace quotes::citation {

// A quotation beside one place of a source.
struct Passage {
  uint32_t source = 0;                           // index into Corpus::sources()
  TextVerdict verdict = TextVerdict::kNotFound;  // up to kSimilar, of one passage
  Range range;                                   // joined text, with what its borders cut off
  Range kept;                                    // without that
  std::vector<Edit> edits;
  double cost = 0;
  // Its letters stand there as they are, in one piece: only words at its borders may be cut.
  bool stands = false;
  bool one_gap = false;  // all of it stands there, around one gap in one sentence
  // A quarter to half of the quotation was added before or behind one piece of the source.
  bool added_at_ends = false;
  Severity severity = Severity::kNone;
  bool bracket_only = false;  // its only edits of words are insertions in editorial brackets
  std::vector<std::pair<size_t, size_t>> emended;  // index of the defect, of its reading
  bool complete = true;
};

// How good a verdict on one passage is; smaller is better.
int Rank(TextVerdict verdict);
// How grave a verdict on the whole of a quotation is, for taking the worst of its parts.
int Gravity(TextVerdict verdict);
TextVerdict Worst(TextVerdict a, TextVerdict b);
bool IsWordForWord(TextVerdict verdict);
// Whether `a` is to be preferred to `b`.
bool Better(const Passage& a, const Passage& b);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_PASSAGE_H_
