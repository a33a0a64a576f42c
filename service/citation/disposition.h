#ifndef QUOTES_SERVICE_CITATION_DISPOSITION_H_
#define QUOTES_SERVICE_CITATION_DISPOSITION_H_

#include "service/citation/passage.h"
#include "service/citation/profile.h"
#include "service/citation/verdict.h"

namespace quotes::citation {

// Derives the disposition of an answer, and the findings behind it, from its three axes. `best` is
// the passage that the verdict is about; null for none.
void Dispose(const Request& request, const Profile& profile, const Passage* best, Result* result);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_DISPOSITION_H_
