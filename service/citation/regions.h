#ifndef QUOTES_SERVICE_CITATION_REGIONS_H_
#define QUOTES_SERVICE_CITATION_REGIONS_H_

#include "service/citation/aligned_pair.h"

namespace quotes::citation {

// Settles the ends of the span, where the source goes on for free, so that the cheapest alignment
// is not always the one to show; then fills in the regions: stretches of ops that are edits, gaps
// slid behind a mark where they may, and a block that moved inside one sentence or between
// neighbours as one region.
void FindRegions(AlignedPair* pair);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_REGIONS_H_
