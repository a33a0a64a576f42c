#ifndef QUOTES_SERVICE_CITATION_LOOK_ALIKE_H_
#define QUOTES_SERVICE_CITATION_LOOK_ALIKE_H_

#include <string_view>

namespace quotes::citation {

// Whether two characters are mistaken for each other by their shape (己 and 已, 人 and 入): the
// groups of data/look_alikes.tsv. Form-folded characters; a character does not resemble itself.
// Thread-safe.
bool LookAlike(char32_t a, char32_t b);

// A hash of the data.
std::string_view LookAlikesVersion();

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_LOOK_ALIKE_H_
