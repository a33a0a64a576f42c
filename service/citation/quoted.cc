#include "service/citation/quoted.h"

#include <algorithm>

#include "service/citation/english_numerals.h"
#include "service/text/fold.h"

namespace quotes::citation {

const std::vector<figures::Numeral>& Annotated::numerals() const {
  if (!numerals_.has_value()) {
    numerals_ = figures::FindNumerals(text_);
    ReadEnglishNumerals(text_, &*numerals_);
  }
  return *numerals_;
}

const std::vector<Cue>& Annotated::cues() const {
  if (!cues_.has_value()) {
    cues_ = FindCues(text_);
  }
  return *cues_;
}

const std::vector<Word>& Annotated::words() const {
  if (!words_.has_value()) {
    words_ = FindWords(text_);
  }
  return *words_;
}

void Quoted::Ignore(Range range) {
  units.erase(std::remove_if(units.begin(), units.end(),
                             [&](const Unit& unit) {
                               return unit.begin >= range.begin && unit.end <= range.end;
                             }),
              units.end());
  ignored.push_back(range);
}

size_t Quoted::letters() const {
  size_t letters = 0;
  for (size_t i = 0; i < units.size(); ++i) {
    const bool first = i == 0 || units[i - 1].begin != units[i].begin;
    letters += first && units[i].letter() && !text::IsHardMark(units[i].raw) ? 1u : 0u;
  }
  return letters;
}

}  // namespace quotes::citation
