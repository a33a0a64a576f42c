#ifndef QUOTES_SERVICE_CITATION_ANSWER_H_
#define QUOTES_SERVICE_CITATION_ANSWER_H_

#include <string_view>
#include <vector>

#include "service/citation/passage.h"
#include "service/citation/profile.h"
#include "service/citation/search.h"
#include "service/citation/verdict.h"

namespace quotes::citation {

// Fills in everything of an answer that follows from its passage: locations, edits, repair,
// context, attribution, disposition. The text's verdict and parts stand in it already. `best` is
// the passage, null for none; `same` are all places with its words, the passage first; `chain` the
// parts of a quotation with omission marks.
void Conclude(const Request& request, const Profile& profile, std::u32string_view quotation,
              const Search& search, const Passage* best, const std::vector<Passage>& same,
              const std::vector<Passage>& chain, Result* result);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_ANSWER_H_
