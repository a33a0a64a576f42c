#ifndef QUOTES_SERVICE_REPORT_INVISIBLE_H_
#define QUOTES_SERVICE_REPORT_INVISIBLE_H_

#include <cstdint>
#include <vector>

#include "service/report/report.h"
#include "service/text/decode.h"

// Characters that take no room (zero-width spaces, marks of direction, soft hyphens): programs put
// them before markers, into numbers and names, where nobody sees them. A report is read without
// them, and they are put back to where they stand.
namespace quotes::report {

// Soft hyphen, zero-width spaces and joiners, marks of direction, U+FEFF inside the text.
bool IsInvisible(char32_t c);

// Indexes of the invisible characters of a source that may be left out: those inside of lines, and
// soft hyphens before their words. Others at both ends of a line are no part of it anyhow (Line),
// and a soft hyphen at its end says that the word goes on.
std::vector<uint32_t> FindInvisible(const text::DecodedText& source);

// The source without these characters.
text::DecodedText WithoutCharacters(const text::DecodedText& source,
                                    const std::vector<uint32_t>& left_out);

// Puts characters that were left out back into the joined text of a report that was read without
// them: those at the beginning of a line into its first span, others into the span before. False
// when that cannot be, because sentences would be too long or bytes have no place; the report is of
// no use then.
bool PutBack(const text::DecodedText& source, const std::vector<uint32_t>& left_out,
             ParsedReport* report);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_INVISIBLE_H_
