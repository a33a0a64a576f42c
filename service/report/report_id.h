#ifndef QUOTES_SERVICE_REPORT_REPORT_ID_H_
#define QUOTES_SERVICE_REPORT_REPORT_ID_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "service/report/report.h"

namespace quotes::report {

// True for ids of reports, sections, quotes and defects: AIP-122, [a-z0-9] and inner hyphens, 1 to
// 63 characters.
bool IsResourceId(std::string_view id);

// True when the metadata tells one report from all others: a date with a title, body or event, or a
// title with one of these. Ids made from less would be shared by different reports (a bare text of
// the State Council, say): ask for an id or add something else to it.
bool NamesOneReport(const Metadata& metadata);

// An id made from body, date and title (never from the bytes), so that the same report imported
// twice has one name: the year, then the first words of the title and body as pinyin, then eight
// characters of a hash.
std::string MakeReportId(const Metadata& metadata);

// The id of the `number`-th report that goes by one id: "2022-a", "2022-a-2", "2022-a-3"; the
// beginning is cut where it must be. REQUIRES: IsResourceId(id), number >= 1.
std::string NumberedReportId(std::string_view id, uint32_t number);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_REPORT_ID_H_
