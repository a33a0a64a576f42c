#ifndef QUOTES_SERVICE_ARCHIVE_DOCUMENT_FIGURES_H_
#define QUOTES_SERVICE_ARCHIVE_DOCUMENT_FIGURES_H_

#include <vector>

#include "service/figures/figure.h"
#include "service/report/report.h"

namespace quotes::archive {

// The figures of each quote, parallel to content.quotes; ranges count in the joined text. The
// period of a figure is its sentence's, else that with which its paragraph opens, else that of the
// innermost heading above that names one; what is told and what is to be is known by the quote's
// mode.
std::vector<std::vector<figures::Figure>> FindFigures(const report::ParsedReport& content);

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_DOCUMENT_FIGURES_H_
