#include "tests/support/numeral_checks.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "service/citation/lexicon.h"
#include "service/figures/numeral.h"
#include "service/text/fold.h"

namespace quotes::testing {
namespace {

using figures::Cuts;
using figures::Numeral;
using figures::NumeralKind;
using figures::Range;

bool Holds(Range outer, Range inner) {
  return inner.empty() || (outer.begin <= inner.begin && inner.end <= outer.end);
}

std::string BrokenInNumeral(const Numeral& n, std::u32string_view text) {
  if (n.token.empty() || n.token.end > text.size()) {
    return "a token outside the text";
  }
  if (n.number.empty() || !Holds(n.token, n.number) || !Holds(n.token, n.unit) ||
      !Holds(n.number, n.scale)) {
    return "a part outside its token";
  }
  if (!n.unit.empty() && n.unit.begin < n.number.end) {
    return "a unit inside the number";
  }
  for (uint32_t i = n.token.begin; i < n.token.end; ++i) {
    if (figures::PartsFigures(text, i)) {
      return "a mark inside that parts figures";
    }
  }
  uint32_t end = n.token.begin;
  for (const figures::Qualifier& q : n.qualifiers) {
    if (q.range.empty() || q.range.begin < end || q.range.end > n.token.end) {
      return "qualifiers out of order";
    }
    if (q.range.begin < n.number.end && q.range.end > n.number.begin && n.range_mark == 0) {
      return "a qualifier inside the number";
    }
    end = q.range.end;
  }
  if (n.value.has_value() &&
      (n.value->mantissa == 0 ? n.value->exponent != 0 : n.value->mantissa % 10 == 0)) {
    return "a value that is not in lowest terms";
  }
  const bool valued = n.kind <= NumeralKind::kYear;
  if (!valued && (n.value.has_value() || n.second.has_value())) {
    return "a value of a kind without one";
  }
  if (n.second.has_value() && n.range_mark == 0) {
    return "a second value without a range";
  }
  if (n.month > 12 || n.day > 31 || (n.month > 0 && n.kind != NumeralKind::kDate)) {
    return "no date";
  }
  if (n.trailing_zeros > n.precision) {
    return "more trailing zeros than digits";
  }
  if (figures::SameValue(n, text, n, text) != figures::Sameness::kSameForm) {
    return "a numeral that is not itself";
  }
  return "";
}

}  // namespace

std::string BrokenNumeralPromise(std::u32string_view text) {
  const std::vector<Numeral> numerals = figures::FindNumerals(text);
  uint32_t end = 0;
  for (const Numeral& n : numerals) {
    if (n.token.begin < end) {
      return "tokens that overlap";
    }
    end = n.token.end;
    std::string broken = BrokenInNumeral(n, text);
    if (!broken.empty()) {
      return broken;
    }
  }
  // By definition: a border is a cut if and only if it lies strictly inside a token.
  size_t next = 0;
  for (uint32_t border = 0; border <= text.size(); ++border) {
    while (next < numerals.size() && numerals[next].token.end <= border) {
      ++next;
    }
    const bool inside = next < numerals.size() && numerals[next].token.begin < border;
    const auto size = static_cast<uint32_t>(text.size());
    const Cuts from = figures::FindCuts(numerals, {border, size});
    const Cuts to = figures::FindCuts(numerals, {0, border});
    if (from.begin.has_value() != inside || to.end.has_value() != inside || from.end.has_value() ||
        to.begin.has_value()) {
      return "a cut that is none, or one not seen";
    }
    if (inside && (from.begin->numeral != next || from.begin->lost.end != border ||
                   to.end->lost.begin != border)) {
      return "a cut of something else";
    }
    if (border < text.size() && text::IsDigit(text[border]) &&
        (next == numerals.size() || numerals[next].token.begin > border)) {
      return "a digit outside all numerals";
    }
  }
  return "";
}

std::string BrokenLexiconPromise(std::u32string_view text) {
  uint32_t end = 0;
  std::vector<citation::Word> words = citation::FindWords(text);
  for (const citation::Word& word : words) {
    if (word.begin < end || word.begin >= word.end || word.end > text.size()) {
      return "words out of order";
    }
    for (uint32_t i = end; i < word.begin; ++i) {
      if (text::IsHan(text[i])) {
        return "a Han character in no word";
      }
    }
    end = word.end;
  }
  end = 0;
  for (const citation::Cue& cue : citation::FindCues(text)) {
    if (cue.begin < end || cue.begin >= cue.end || cue.end > text.size()) {
      return "cues out of order";
    }
    end = cue.end;
    const bool inside = std::any_of(words.begin(), words.end(), [&](const citation::Word& word) {
      return word.begin <= cue.begin && cue.end <= word.end;
    });
    if (!inside) {
      return "a cue across words";
    }
    if (citation::Governs(text, cue, cue.begin) != citation::Reach::kNone) {
      return "a cue that governs what stands before it";
    }
  }
  for (size_t begin = 0; begin <= text.size(); begin += 1 + begin / 7) {
    uint32_t last = 0;
    for (const citation::Governor& governor : citation::FindGovernors(text, begin)) {
      if (governor.reach == citation::Reach::kNone || governor.cue.begin >= begin ||
          governor.cue.begin < last ||
          citation::Governs(text, governor.cue, begin) != governor.reach) {
        return "no governor";
      }
      last = governor.cue.end;
    }
  }
  return "";
}

}  // namespace quotes::testing
