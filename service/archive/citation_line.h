#ifndef QUOTES_SERVICE_ARCHIVE_CITATION_LINE_H_
#define QUOTES_SERVICE_ARCHIVE_CITATION_LINE_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "service/archive/document.h"
#include "service/report/report.h"

namespace quotes::archive {

// Indices of the sections whose headings stand above a quote, outermost first. A heading that is
// the quote, or its beginning, is not above it. `sections` and `quote` are those of a parsed report
// or of a packed document.
template <typename Sections, typename Quote>
std::vector<size_t> SectionsAbove(const Sections& sections, const Quote& quote) {
  std::vector<size_t> above;
  for (int i = quote.section; i >= 0; i = sections[static_cast<size_t>(i)].parent) {
    if (sections[static_cast<size_t>(i)].heading_range.begin < quote.range.begin) {
      above.push_back(static_cast<size_t>(i));
    }
  }
  std::reverse(above.begin(), above.end());
  return above;
}

// The line that an editor pastes behind the words:
//
//   宋磊：《勇担新使命……——在……第十次代表大会上的报告》（2022年1月17日），一、过去五年的工作回顾
//
// that is: speaker, title with subtitle, in parentheses the event (where title and subtitle do not
// name it) and the day of the speech, then the marked and stand-alone headings above the quote.
// What is unknown is left out with its marks. Book title marks inside a title become 〈〉. Without
// speaker the organisation speaks; without any title the event, else the report's name stands in
// 《》.
//
// Furniture is not the speaker's: its line names no speaker and says what kind of block it is:
//
//   《勇担新使命……》（2022年1月17日）版面文字，图片说明
//
// The line is made in two parts, so that a report's is kept once: what the lines of its speech, or
// of its furniture, begin with, and what follows for one quote.
std::string CitationHead(const Document& document, bool speech);
std::string CitationTail(const Document& document, const report::Quote& quote);

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_CITATION_LINE_H_
