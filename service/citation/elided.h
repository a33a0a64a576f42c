#ifndef QUOTES_SERVICE_CITATION_ELIDED_H_
#define QUOTES_SERVICE_CITATION_ELIDED_H_

#include <optional>
#include <string_view>
#include <vector>

#include "service/citation/passage.h"
#include "service/citation/search.h"
#include "service/citation/verdict.h"

namespace quotes::citation {

// A quotation with omission marks beside the places of its parts.
struct Elided {
  TextVerdict verdict = TextVerdict::kNotFound;
  ElisionRisk risk = ElisionRisk::kNone;
  std::vector<Part> parts;
  // From the first part to the last, where the parts stand in order in one section; then also the
  // passage of each part.
  std::optional<Passage> passage;
  // Where all parts stand word for word in order in one section, the passage first if it is such a
  // place; else empty. At most limits::kMaxLocations.
  std::vector<Passage> places;
  std::vector<Passage> chain;
  bool too_many_parts = false;  // more than limits::kMaxElisionParts: nothing was looked for
};

// Judges a quotation with omission marks; nullopt when it has none between words.
std::optional<Elided> JudgeElided(std::u32string_view quotation, Search* search);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_ELIDED_H_
