#ifndef QUOTES_SERVICE_CITATION_NOTATION_H_
#define QUOTES_SERVICE_CITATION_NOTATION_H_

#include <string>

#include "service/citation/quoted.h"

namespace quotes::citation {

// Notations that a source may have where a quotation has the other: 154亿元, 一百五十四亿元. Both
// serve to find where the words stand, and prove nothing. Numerals without a value, ranges and
// those that are too long to be written out (in characters: above 10^16) are left as they are;
// empty when nothing would change.
std::u32string InArabicDigits(const Annotated& text);
std::u32string InChineseNumerals(const Annotated& text);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_NOTATION_H_
