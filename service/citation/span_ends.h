#ifndef QUOTES_SERVICE_CITATION_SPAN_ENDS_H_
#define QUOTES_SERVICE_CITATION_SPAN_ENDS_H_

#include "service/citation/aligned_pair.h"

namespace quotes::citation {

// Settles the letters at both ends of an alignment, where the source goes on for free and a
// cheapest alignment therefore means little. In this order:
//  - letters that stand further on in the sentence are matched there: one gap, however few they
//  are;
//  - a clause of the quotation that hardly stands there was added by the writer: the span does not
//    grow over the source's neighbouring clause;
//  - letters that are left at an end stand for those of the source in the same clause.
// Marks outside the outermost letters are left to be settled.
void SettleEnds(AlignedPair* pair);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_SPAN_ENDS_H_
