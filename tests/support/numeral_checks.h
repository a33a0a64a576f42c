#ifndef QUOTES_TESTS_SUPPORT_NUMERAL_CHECKS_H_
#define QUOTES_TESTS_SUPPORT_NUMERAL_CHECKS_H_

#include <string>
#include <string_view>

namespace quotes::testing {

// Which promise of service/figures/numeral.h does not hold for `text`, and of
// service/citation/lexicon.h; empty when all hold.
std::string BrokenNumeralPromise(std::u32string_view text);
std::string BrokenLexiconPromise(std::u32string_view text);

}  // namespace quotes::testing

#endif  // QUOTES_TESTS_SUPPORT_NUMERAL_CHECKS_H_
