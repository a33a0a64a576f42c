#ifndef QUOTES_SERVICE_FIGURES_SCANNER_H_
#define QUOTES_SERVICE_FIGURES_SCANNER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "service/figures/numeral.h"

// The grammar of numerals; not for other rooms.
namespace quotes::figures::internal {

// A text in the one form that the grammar knows: letters folded (text::FoldLetter), the marks of
// numerals in one shape each (, . % ‰ + - — ~ : / “ ”), noise gone. A space stays between two Latin
// letters or digits only.
struct Normalized {
  std::u32string units;
  std::vector<uint32_t> at;  // where each unit stands in the text
};

Normalized Normalize(std::u32string_view text);

// What the tokens of numerals begin with, Latin letters and phrases apart.
inline constexpr std::u32string_view kNumeralStarts =
    U"0123456789零〇一二三四五六七八九十百千万亿两廿卅壹贰叁肆伍陆柒捌玖拾佰仟几数上第“\"";

// The numerals of a normalized text; their ranges count its units.
std::vector<Numeral> Scan(std::u32string_view units);

}  // namespace quotes::figures::internal

#endif  // QUOTES_SERVICE_FIGURES_SCANNER_H_
