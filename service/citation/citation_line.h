#ifndef QUOTES_SERVICE_CITATION_CITATION_LINE_H_
#define QUOTES_SERVICE_CITATION_CITATION_LINE_H_

#include <string>
#include <vector>

#include "service/citation/source.h"

namespace quotes::citation {

// The line that an editor pastes behind the words of a place:
//
//   宋磊：《勇担新使命……——在……第十次代表大会上的报告》（2022年1月17日），一、过去五年的工作回顾
//
// Speaker, title with subtitle, in parentheses the event (where the title does not name it) and the
// day of the speech, then the marked and stand-alone headings above the place. What is unknown is
// left out with its marks. Furniture is not the speaker's: its line names no speaker and says what
// kind of block it is.
std::string CitationLine(const Source& source, Range range);

// Headings above a place, outermost first, with their markers.
std::vector<std::string> Breadcrumb(const Source& source, Range range);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_CITATION_LINE_H_
