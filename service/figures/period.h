#ifndef QUOTES_SERVICE_FIGURES_PERIOD_H_
#define QUOTES_SERVICE_FIGURES_PERIOD_H_

#include <string_view>
#include <vector>

#include "service/figures/figure.h"
#include "service/figures/numeral.h"

// Spans of time in a sentence; not for other rooms.
namespace quotes::figures::internal {

struct Mention {
  Period period;
  // What a figure is compared with, or begins from (比2016年, 从2016年): not when it was.
  bool comparison = false;
};

// `text` with each letter folded by itself, so that places stay.
std::u32string FoldLetters(std::u32string_view text);

// The periods that a sentence names, in text order. `folded` is FoldLetters of it, `numerals` are
// those that FindNumerals finds in it, `passage` is what it stands in.
std::vector<Mention> FindMentions(std::u32string_view folded, const std::vector<Numeral>& numerals,
                                  const ReportTime& report, Passage passage);

}  // namespace quotes::figures::internal

#endif  // QUOTES_SERVICE_FIGURES_PERIOD_H_
