#include "service/citation/english_numerals.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "service/citation/latin.h"
#include "service/text/fold.h"

namespace quotes::citation {
namespace {

using figures::Decimal;
using figures::Numeral;
using figures::NumeralKind;

struct NumberWord {
  std::u32string_view word;
  int64_t value;
};
constexpr NumberWord kSmall[] = {
    {U"one", 1},      {U"two", 2},        {U"three", 3},     {U"four", 4},      {U"five", 5},
    {U"six", 6},      {U"seven", 7},      {U"eight", 8},     {U"nine", 9},      {U"ten", 10},
    {U"eleven", 11},  {U"twelve", 12},    {U"thirteen", 13}, {U"fourteen", 14}, {U"fifteen", 15},
    {U"sixteen", 16}, {U"seventeen", 17}, {U"eighteen", 18}, {U"nineteen", 19}, {U"twenty", 20},
    {U"thirty", 30},  {U"forty", 40},     {U"fifty", 50},    {U"sixty", 60},    {U"seventy", 70},
    {U"eighty", 80},  {U"ninety", 90},
};
// By the power of ten.
constexpr NumberWord kScales[] = {
    {U"thousand", 3}, {U"million", 6}, {U"billion", 9}, {U"trillion", 12}};

template <size_t kSize>
int64_t ValueOf(const NumberWord (&words)[kSize], std::u32string_view word) {
  const auto* const found = std::find_if(std::begin(words), std::end(words),
                                         [&](const NumberWord& each) { return each.word == word; });
  return found == std::end(words) ? 0 : found->value;
}

Decimal LowestTerms(int64_t mantissa, int32_t exponent) {
  while (mantissa != 0 && mantissa % 10 == 0) {
    mantissa /= 10;
    ++exponent;
  }
  return {mantissa, mantissa == 0 ? 0 : exponent};
}

class Reader {
 public:
  explicit Reader(std::u32string_view text) : text_(text) {}

  // The scale and unit behind a figure in digits.
  void Extend(Numeral* numeral) const {
    if (numeral->kind != NumeralKind::kCardinal || !numeral->value.has_value() ||
        !numeral->unit.empty() || numeral->token.end != numeral->number.end) {
      return;
    }
    uint32_t at = numeral->number.end;
    if (const Word scale = WordAt(at); ValueOf(kScales, scale.folded) > 0) {
      const auto power = static_cast<int32_t>(ValueOf(kScales, scale.folded));
      numeral->value = LowestTerms(numeral->value->mantissa, numeral->value->exponent + power);
      if (numeral->second.has_value()) {
        numeral->second = LowestTerms(numeral->second->mantissa, numeral->second->exponent + power);
      }
      numeral->scale = {scale.begin, scale.end};
      numeral->number.end = scale.end;
      at = scale.end;
    }
    ReadUnit(at, numeral);
  }

  // The cardinal in words that begins with the word at `at`, if there is one.
  std::optional<Numeral> CardinalAt(uint32_t at) const {
    int64_t total = 0;
    int64_t current = 0;
    int64_t last = 0;  // the word before; 0: a scale, 100: hundred
    size_t words = 0;
    uint32_t end = at;
    for (Word word = WordAt(at); !word.folded.empty(); word = WordAt(end)) {
      bool joined = false;
      if (last == 100 && word.folded == U"and") {
        const Word next = WordAt(word.end);
        if (ValueOf(kSmall, next.folded) == 0) {
          break;
        }
        word = next;
        joined = true;
      }
      const int64_t small = ValueOf(kSmall, word.folded);
      const int64_t power = ValueOf(kScales, word.folded);
      if (small > 0) {
        const bool fits =
            words == 0 || last == 0 || last == 100 || (last >= 20 && last < 100 && small < 10);
        if (!fits) {
          break;
        }
        current += small;
        last = small;
      } else if (!joined && word.folded == U"hundred" && last > 0 && last < 100 && current < 100) {
        current *= 100;
        last = 100;
      } else if (!joined && power > 0 && current > 0) {
        for (int64_t k = 0; k < power; ++k) {
          current *= 10;
        }
        total += current;
        current = 0;
        last = 0;
      } else {
        break;
      }
      ++words;
      end = word.end;
    }
    const int64_t value = total + current;
    if (words == 0) {
      return std::nullopt;
    }
    Numeral numeral;
    numeral.number = {at, end};
    numeral.token = numeral.number;
    numeral.value = LowestTerms(value, 0);
    ReadUnit(end, &numeral);
    if (value == 1 && numeral.token.end == end) {
      return std::nullopt;
    }
    return numeral;
  }

  // Whether a word begins at `at`.
  bool BeginsWord(uint32_t at) const {
    return IsLatinLetter(text_[at]) &&
           (at == 0 || (!IsLatinLetter(text_[at - 1]) && !IsApostropheGlyph(text_[at - 1])));
  }

 private:
  struct Word {
    uint32_t begin = 0;
    uint32_t end = 0;
    std::u32string folded;  // empty: none
  };

  // The word at `at`, behind spaces or one hyphen.
  Word WordAt(uint32_t at) const {
    const uint32_t from = at;
    while (at < text_.size() && (text::IsSpace(text_[at]) || text::IsLineBreak(text_[at]))) {
      ++at;
    }
    if (at == from && at < text_.size() && text_[at] == U'-') {
      ++at;
    }
    Word word{at, at, {}};
    while (word.end < text_.size() && IsLatinLetter(text_[word.end])) {
      word.folded.push_back(text::FoldLetter(text_[word.end]));
      ++word.end;
    }
    return word;
  }

  // percent, per cent: as %; percentage points: a unit.
  void ReadUnit(uint32_t at, Numeral* numeral) const {
    const Word first = WordAt(at);
    const Word second = first.folded.empty() ? Word() : WordAt(first.end);
    const bool percent = first.folded == U"percent";
    if (percent || (first.folded == U"per" && second.folded == U"cent")) {
      numeral->kind = NumeralKind::kPercent;
      numeral->number.end = percent ? first.end : second.end;
    } else if (first.folded == U"percentage" &&
               (second.folded == U"point" || second.folded == U"points")) {
      numeral->unit = {first.begin, second.end};
    }
    numeral->token.end = std::max({numeral->token.end, numeral->number.end, numeral->unit.end});
  }

  const std::u32string_view text_;
};

}  // namespace

void ReadEnglishNumerals(std::u32string_view text, std::vector<Numeral>* numerals) {
  if (std::none_of(text.begin(), text.end(), IsLatinLetter)) {
    return;
  }
  const Reader reader(text);
  for (Numeral& numeral : *numerals) {
    reader.Extend(&numeral);
  }
  std::vector<Numeral> all;
  auto next = numerals->begin();
  for (uint32_t at = 0; at < text.size();) {
    while (next != numerals->end() && next->token.end <= at) {
      all.push_back(std::move(*next++));
    }
    if (next != numerals->end() && next->token.begin <= at) {
      at = next->token.end;
      continue;
    }
    std::optional<Numeral> numeral = reader.BeginsWord(at) ? reader.CardinalAt(at) : std::nullopt;
    if (numeral.has_value() &&
        (next == numerals->end() || numeral->token.end <= next->token.begin)) {
      at = numeral->token.end;
      all.push_back(*std::move(numeral));
    } else {
      ++at;
    }
  }
  std::move(next, numerals->end(), std::back_inserter(all));
  *numerals = std::move(all);
}

}  // namespace quotes::citation
