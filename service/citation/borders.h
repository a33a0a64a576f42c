#ifndef QUOTES_SERVICE_CITATION_BORDERS_H_
#define QUOTES_SERVICE_CITATION_BORDERS_H_

#include "service/citation/aligned_pair.h"

namespace quotes::citation {

// Appends the edits for what the borders of the span cut: numerals and what belongs to them, Latin
// words, names, negators, words, rows of figures (FindTornRow); MINOR where it is not sure that a
// word is cut (binding.h). Returns the span with what was lost, in code points of the source.
Range EditBorders(AlignedPair* pair);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_BORDERS_H_
