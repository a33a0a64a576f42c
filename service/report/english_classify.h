#ifndef QUOTES_SERVICE_REPORT_ENGLISH_CLASSIFY_H_
#define QUOTES_SERVICE_REPORT_ENGLISH_CLASSIFY_H_

#include <string_view>
#include <vector>

#include "service/report/classify.h"
#include "service/report/lines.h"

namespace quotes::report {

// ClassifyLines for a source in English: title, occasion ("Delivered at …"), byline, dates, tables
// of contents, running heads, page numbers and the lines of web pages, told by shape and place.
Classified ClassifyEnglishLines(std::u32string_view source, std::u32string_view folded,
                                const std::vector<Line>& lines);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_ENGLISH_CLASSIFY_H_
