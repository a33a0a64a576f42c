#ifndef QUOTES_SERVICE_CITATION_MARKS_H_
#define QUOTES_SERVICE_CITATION_MARKS_H_

#include "service/citation/aligned_pair.h"

namespace quotes::citation {

// Appends the edits of the regions in which marks alone change: kForm where they mean the same, are
// the final one, around the whole or unbalanced by the cut; else kPunctuation.
void EditMarks(AlignedPair* pair);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_MARKS_H_
