#ifndef QUOTES_SERVICE_RPC_CITATION_H_
#define QUOTES_SERVICE_RPC_CITATION_H_

#include <cstddef>
#include <string>
#include <vector>

#include "service/archive/document.h"
#include "service/report/report.h"

namespace quotes::rpc {

// Indices of the sections whose headings stand above a quote, outermost first. A heading that is
// the quote, or its beginning, is not above it.
std::vector<size_t> SectionsAbove(const report::ParsedReport& report, const report::Quote& quote);

// A section's marker and heading as one string: "一、过去五年的工作回顾".
std::string HeadingLine(const report::Section& section);

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
std::string CitationLine(const archive::Document& document, const report::Quote& quote);

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_CITATION_H_
