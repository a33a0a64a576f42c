#ifndef QUOTES_SERVICE_CITATION_OFFICE_H_
#define QUOTES_SERVICE_CITATION_OFFICE_H_

#include <string>
#include <string_view>

#include "service/citation/source.h"
#include "service/citation/verdict.h"

// Offices as claims and reports write them: a place and a body, as far as they are said, before the
// name of the post (安徽省人民政府省长, 安徽省长, 省长). Pure functions; thread-safe.
namespace quotes::citation {

// Whether one of two names of offices, as letters, is the other with words before it that make no
// other post of it: 区委书记 and 书记, not 副书记 and 书记.
bool SameOffice(std::u32string_view a, std::u32string_view b);

// Whether a claimed office (UTF-8) is that of the speaker of a report: the post must be the same,
// and so must every place that the claim names; what is left out there proves nothing. The names
// of governments and of the State Council, which the post implies, are no words of it. The place
// of a post printed without one is that of the report's event, body or title. In a row of offices
// (省委副书记、省长) one that agrees is enough, with the row's place. kUnknown where the report
// names no office or no place.
FieldVerdict CompareOffice(std::string_view claimed, const Source::Metadata& metadata);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_OFFICE_H_
