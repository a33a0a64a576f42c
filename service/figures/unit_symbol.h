#ifndef QUOTES_SERVICE_FIGURES_UNIT_SYMBOL_H_
#define QUOTES_SERVICE_FIGURES_UNIT_SYMBOL_H_

#include <cstddef>
#include <string_view>

namespace quotes::figures {

// Whether a letter of a unit's symbol says something else in upper case: the prefixes milli and
// mega, metre and million (m: MW, mW), bit and byte (b: MB, Mb). Of km and KM, kWh and KWH none
// does. By the symbols of the SI (BIPM, The International System of Units, 9th edition) and of IEC
// 80000-13. The symbol is in lower case; `letter` is an index of it.
bool CaseMatters(std::u32string_view symbol, size_t letter);

}  // namespace quotes::figures

#endif  // QUOTES_SERVICE_FIGURES_UNIT_SYMBOL_H_
