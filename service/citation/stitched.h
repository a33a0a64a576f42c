#ifndef QUOTES_SERVICE_CITATION_STITCHED_H_
#define QUOTES_SERVICE_CITATION_STITCHED_H_

#include <string_view>
#include <vector>

#include "service/citation/quoted.h"
#include "service/citation/search.h"
#include "service/citation/verdict.h"

namespace quotes::citation {

// Covers a quotation with two or more stretches that each stand word for word in the archive, six
// letters or a whole clause at least; empty when that cannot be done. `quoted` is the quotation.
std::vector<Part> StitchedParts(std::u32string_view quotation, const Quoted& quoted,
                                Search* search);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_STITCHED_H_
