#ifndef QUOTES_SERVICE_REPORT_ENGLISH_PARAGRAPHS_H_
#define QUOTES_SERVICE_REPORT_ENGLISH_PARAGRAPHS_H_

#include <string_view>
#include <vector>

#include "service/report/paragraphs.h"

namespace quotes::report {

// BuildParagraphs for a source in English. Where lines are wrapped at one width, a line goes on in
// the next one when the next one's first word had no room in it; blank lines and indents begin
// paragraphs. A sentence that page furniture or a blank line cut goes on with a small letter. Lines
// are joined by their break, which is a space then; a hyphen at the end of a line that only parts
// a word becomes a soft hyphen (the halves are no words of the text by themselves, or the whole
// is one).
Paragraphs BuildEnglishParagraphs(std::u32string_view source, const std::vector<Line>& lines,
                                  const std::vector<Piece>& pieces);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_ENGLISH_PARAGRAPHS_H_
