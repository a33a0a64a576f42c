#include "service/figures/unit_symbol.h"

#include <algorithm>
#include <iterator>

namespace quotes::figures {
namespace {

template <size_t kSize>
bool Contains(const std::u32string_view (&symbols)[kSize], std::u32string_view symbol) {
  return std::find(std::begin(symbols), std::end(symbols), symbol) != std::end(symbols);
}

}  // namespace

bool CaseMatters(std::u32string_view symbol, size_t letter) {
  constexpr std::u32string_view kOfBits[] = {U"kb", U"mb", U"gb", U"tb", U"pb", U"eb"};
  constexpr std::u32string_view kOfM[] = {U"m",    U"mw", U"mwh", U"mwp",  U"mv",   U"mva",
                                          U"mvar", U"ma", U"mah", U"mg",   U"mt",   U"ms",
                                          U"mj",   U"mn", U"mpa", U"mhz",  U"msv",  U"ml",
                                          U"mω",   U"mb", U"mbq", U"mbps", U"mbar", U"mgal"};
  if (letter == 1) {
    return (symbol.size() == 2 || (symbol.size() == 4 && symbol.ends_with(U"ps"))) &&
           Contains(kOfBits, symbol.substr(0, 2));
  }
  return letter == 0 && Contains(kOfM, symbol);
}

}  // namespace quotes::figures
