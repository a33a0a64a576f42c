#include "service/citation/quoted.h"

#include <algorithm>

#include "service/citation/english_numerals.h"
#include "service/citation/latin.h"
#include "service/text/fold.h"

namespace quotes::citation {

const std::vector<figures::Numeral>& Annotated::numerals() const {
  if (!numerals_.has_value()) {
    numerals_ = figures::FindNumerals(text_);
    ReadEnglishNumerals(text_, &*numerals_);
  }
  return *numerals_;
}

const std::vector<Cue>& Annotated::cues(Range around) const {
  FindParts(around);
  return cues_;
}

const std::vector<Word>& Annotated::words(Range around) const {
  FindParts(around);
  return words_;
}

// Words are parted clause by clause, as none has a mark inside: what lies beyond marks on either
// side of the range need not be read.
void Annotated::FindParts(Range around) const {
  if (parted_.has_value()) {
    if (parted_->begin <= around.begin && around.end <= parted_->end) {
      return;
    }
    around = {std::min(parted_->begin, around.begin), std::max(parted_->end, around.end)};
  }
  const auto parts = [this](size_t mark, size_t letter) {
    return (text::IsHardMark(text_[mark]) || text::IsSoftMark(text_[mark])) &&
           text::IsHan(text_[letter]);
  };
  while (around.begin > 0 && !parts(around.begin - 1, around.begin)) {
    --around.begin;
  }
  while (around.end < text_.size() && (around.end == 0 || !parts(around.end, around.end - 1))) {
    ++around.end;
  }
  if (std::any_of(text_.begin(), text_.end(), IsLatinLetter)) {
    around = {0, static_cast<uint32_t>(text_.size())};
  }
  // What is found already stays: this begins and ends at such marks too.
  const Range found = parted_.value_or(Range{around.begin, around.begin});
  Parts before = PartsOf({around.begin, found.begin});
  Parts behind = PartsOf({found.end, around.end});
  cues_.insert(cues_.begin(), before.cues.begin(), before.cues.end());
  cues_.insert(cues_.end(), behind.cues.begin(), behind.cues.end());
  words_.insert(words_.begin(), before.words.begin(), before.words.end());
  words_.insert(words_.end(), behind.words.begin(), behind.words.end());
  parted_ = around;
}

Annotated::Parts Annotated::PartsOf(Range range) const {
  Parts parts;
  if (range.empty()) {
    return parts;
  }
  FindCuesAndWords(text_.substr(range.begin, range.size()), &parts.cues, &parts.words);
  for (Cue& cue : parts.cues) {
    cue.begin += range.begin;
    cue.end += range.begin;
  }
  for (Word& word : parts.words) {
    word.begin += range.begin;
    word.end += range.begin;
  }
  return parts;
}

void Quoted::Ignore(Range range) {
  LeaveOut(range);
  ignored.push_back(range);
}

void Quoted::IgnoreDoubled(Range range) {
  LeaveOut(range);
  doubled.push_back(range);
}

void Quoted::LeaveOut(Range range) {
  units.erase(std::remove_if(units.begin(), units.end(),
                             [&](const Unit& unit) {
                               return unit.begin >= range.begin && unit.end <= range.end;
                             }),
              units.end());
  CountLetters();
}

void Quoted::CountLetters() {
  letters_ = 0;
  for (size_t i = 0; i < units.size(); ++i) {
    const bool first = i == 0 || units[i - 1].begin != units[i].begin;
    letters_ += first && units[i].letter() && !text::IsHardMark(units[i].raw) ? 1u : 0u;
  }
}

std::optional<Range> DoubledBlock(const Quoted& quoted) {
  std::vector<const Unit*> letters;
  std::vector<bool> begins_clause;
  bool after_mark = true;
  for (const Unit& unit : quoted.units) {
    if (unit.letter()) {
      letters.push_back(&unit);
      begins_clause.push_back(after_mark);
    }
    after_mark = !unit.letter();
  }
  for (size_t size = std::min(letters.size() / 2, kMaxDoubledLetters); size >= kMinLetters;
       --size) {
    size_t equal = 0;  // letters in a row that stand `size` further on again
    for (size_t i = 0; i + size < letters.size(); ++i) {
      equal = letters[i]->form == letters[i + size]->form ? equal + 1 : 0;
      if (equal < size) {
        continue;
      }
      // Of the ways to part a row the one at the begin of a clause.
      size_t begin = i + 1 - size;
      for (size_t next = begin;
           next + 2 * size <= letters.size() &&
           (next == begin || letters[next + size - 1]->form == letters[next + 2 * size - 1]->form);
           ++next) {
        if (begins_clause[next]) {
          begin = next;
          break;
        }
      }
      return Range{letters[begin + size - 1]->end, letters[begin + 2 * size - 1]->end};
    }
  }
  return std::nullopt;
}

}  // namespace quotes::citation
