#ifndef QUOTES_SERVICE_REPORT_NO_REPORT_H_
#define QUOTES_SERVICE_REPORT_NO_REPORT_H_

#include <string_view>

#include "service/report/report.h"

namespace quotes::report {

// What a source seems to be that is no report, for people ("an error page or a login"); empty where
// it may be one. Whatever names a speaker or an occasion, or addresses an audience, is a report,
// however short; so is all that nothing speaks against. Error pages and demands of web sites are
// short; programs and data are known by the lines that are some; lists of pages by lines with days
// and no sentence.
std::string_view WhatElse(const ParsedReport& report);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_NO_REPORT_H_
