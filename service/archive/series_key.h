#ifndef QUOTES_SERVICE_ARCHIVE_SERIES_KEY_H_
#define QUOTES_SERVICE_ARCHIVE_SERIES_KEY_H_

#include <string>

#include "service/archive/entry.h"

namespace quotes::archive {

// What makes a report one of a series: the organisation that reports, with its place, and the kind
// of event unless that is none or a congress, to which organisations report. Names are compared
// folded, without the numerals that count them (第十四届…第二次会议, 2024年) and without
// 中华人民共和国; the State Council, the Central Committee of the Communist Party and governments
// have one name each. A place that the organisation's name lacks (省人民政府) is that of the event,
// the office or the title. A place may be named with those above it or without (孟村回族自治县,
// 沧州市 孟村回族自治县), but for districts and townships, whose names are not theirs alone. An
// organisation that is not given is the one that reports to such an event. Empty where the
// organisation, or its place, stays unknown: such a report is compared with none.
std::u32string SeriesKey(const Entry& entry);

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_SERIES_KEY_H_
