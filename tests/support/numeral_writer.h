#ifndef QUOTES_TESTS_SUPPORT_NUMERAL_WRITER_H_
#define QUOTES_TESTS_SUPPORT_NUMERAL_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "service/figures/numeral.h"

// Numbers written out, for tests and benchmarks: the other direction of service/figures/numeral.h,
// and independent of it.
namespace quotes::testing {

inline constexpr std::u32string_view kChineseDigits = U"零一二三四五六七八九";

// A whole number from 0 to 10^12 - 1, with 一十 for 十.
std::u32string ChineseNumber(int64_t value);

// Another way to write the figure of a numeral.
struct Restatement {
  std::string_view notation;  // "Chinese", "Arabic", "scaled", "grouped", "per cent"
  figures::Range number;      // code points of the text: what it stands for
  std::u32string text;
};

// Other notations of the same values for the figures of `text` that have one: whole numbers and
// decimals, per cents, years; not ordinals, dates, ranges and what is compared as printed.
std::vector<Restatement> Restatements(std::u32string_view text);

}  // namespace quotes::testing

#endif  // QUOTES_TESTS_SUPPORT_NUMERAL_WRITER_H_
