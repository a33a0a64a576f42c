#ifndef QUOTES_SERVICE_CITATION_ELISION_H_
#define QUOTES_SERVICE_CITATION_ELISION_H_

#include <string_view>
#include <vector>

#include "service/citation/source.h"
#include "service/citation/verdict.h"

namespace quotes::citation {

// Where a quotation says that something was left out: …… … ... ...... ［…］ [...] 〔略〕 （略）
// （中略）, code points of `text`.
std::vector<Range> OmissionMarks(std::u32string_view text);

// What editors put into quotations as their own: 〔编者注：…〕, （引者注：…）, （原文如此）.
std::vector<Range> EditorsMarks(std::u32string_view text);

// Whether two places lie in one section. Sections end at headings on a line of their own; run-in
// items (一要…, 二要…) do not part a section here.
bool InOneSection(const Source& source, Range before, Range after);

// Letters of the source between two places.
size_t GapLetters(const Source& source, Range before, Range after);

// Whether leaving out what stands between two kept places may change what they say. A cue in the
// gap counts where it stands in a clause that the gap cuts, is a condition of the sentence kept
// behind it, or makes a clause by itself before it (Governs; 按照有关规定，…); a figure is parted
// where the gap cuts its clause, or where the clause kept behind the gap has a figure but not what
// it measures (年均增长5.7% behind a gap with another measure). A clause left out whole is harmless
// otherwise.
ElisionRisk JudgeGap(const Source& source, Range before, Range after);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_ELISION_H_
