#ifndef QUOTES_SERVICE_CITATION_ENGLISH_NUMERALS_H_
#define QUOTES_SERVICE_CITATION_ENGLISH_NUMERALS_H_

#include <string_view>
#include <vector>

#include "service/figures/numeral.h"

namespace quotes::citation {

// Reads the English words that belong to the figures of `text`, whose numerals in digits are given:
// scales (680 billion), percent, per cent and percentage points behind a figure; and adds the
// cardinals that are written in words (two million, twenty-five percent, three hundred and five),
// but for one and a hundred by themselves. Ordinals, fractions (two-thirds) and years in words
// (nineteen eighty-four) are no numerals here. Linear in the text.
void ReadEnglishNumerals(std::u32string_view text, std::vector<figures::Numeral>* numerals);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_ENGLISH_NUMERALS_H_
