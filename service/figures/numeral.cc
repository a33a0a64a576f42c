#include "service/figures/numeral.h"

#include <algorithm>
#include <string>
#include <utility>

#include "service/figures/scanner.h"
#include "service/figures/unit_symbol.h"
#include "service/figures/words.h"
#include "service/text/fold.h"

namespace quotes::figures {
namespace {

// Code points on either side of a border of a span that CutsToken looks at: more than any token but
// those of absurd length, and a sentence's worth of context.
constexpr size_t kCutWindow = 64;

bool HasValue(const Numeral& numeral) {
  return numeral.value.has_value() || (numeral.kind == NumeralKind::kDate && numeral.month > 0);
}

std::u32string Form(std::u32string_view text, Range range) {
  std::u32string form = internal::Normalize(text.substr(range.begin, range.size())).units;
  std::erase(form, U' ');
  return form;
}

// The sign that the number begins with, 0 for none: +2.7% is not 2.7%.
char32_t Sign(const Numeral& numeral, std::u32string_view text) {
  const std::u32string number = Form(text, numeral.number);
  return !number.empty() && (number[0] == U'+' || number[0] == U'-' || number[0] == U'~')
             ? number[0]
             : U'\0';
}

// The words of the qualifiers in their order, and where the number stands among them: 日均净增一万
// is not 净增日均一万.
std::pair<size_t, std::vector<std::u32string>> Qualifiers(const Numeral& numeral,
                                                          std::u32string_view text) {
  std::pair<size_t, std::vector<std::u32string>> words;
  for (const Qualifier& qualifier : numeral.qualifiers) {
    words.first += qualifier.range.begin < numeral.number.begin ? 1u : 0u;
    words.second.push_back(Form(text, qualifier.range));
  }
  return words;
}

// What is lost when only [begin, end) of the text is kept and one border lies inside `numeral`.
CutPart PartOf(const Numeral& numeral, uint32_t border) {
  if (border > numeral.number.begin && border < numeral.number.end) {
    const bool scale = border >= numeral.scale.begin && border < numeral.scale.end;
    return scale ? CutPart::kScale : CutPart::kDigits;
  }
  // 4.5万|余人: between number and unit.
  const bool qualifier =
      std::any_of(numeral.qualifiers.begin(), numeral.qualifiers.end(), [&](const Qualifier& q) {
        return q.range.begin >= numeral.number.end && q.range.end <= numeral.unit.begin &&
               border < q.range.end;
      });
  const bool behind_number = border >= numeral.number.end && border < numeral.unit.end;
  return behind_number && !qualifier ? CutPart::kUnit : CutPart::kQualifier;
}

}  // namespace

std::vector<Numeral> FindNumerals(std::u32string_view text) {
  const internal::Normalized normal = internal::Normalize(text);
  std::vector<Numeral> numerals = internal::Scan(normal.units);
  const auto map = [&normal](Range* range) {
    if (range->empty()) {
      *range = {};
      return;
    }
    range->begin = normal.at[range->begin];
    range->end = normal.at[range->end - 1] + 1;
  };
  for (Numeral& numeral : numerals) {
    map(&numeral.token);
    map(&numeral.number);
    map(&numeral.scale);
    map(&numeral.unit);
    for (Qualifier& qualifier : numeral.qualifiers) {
      map(&qualifier.range);
    }
  }
  return numerals;
}

bool PartsFigures(std::u32string_view text, size_t at) {
  switch (text[at]) {
    case U'。':
    case U'；':
    case U'！':
    case U'？':
      return true;
    case U'，':
      while (at > 0 && (text::IsSpace(text[at - 1]) || text::IsNoise(text[at - 1]) ||
                        text::IsLineBreak(text[at - 1]))) {
        --at;
      }
      return at == 0 || !text::IsDigit(text[at - 1]);
    default:
      return false;
  }
}

Sameness SameValue(const Numeral& a, std::u32string_view text_a, const Numeral& b,
                   std::u32string_view text_b) {
  return SameValue(a, text_a, FormOf(a, text_a), b, text_b, FormOf(b, text_b));
}

std::u32string FormOf(const Numeral& numeral, std::u32string_view text) {
  return Form(text, numeral.token);
}

namespace {

// The letters of a text in the case in which they are written.
std::u32string Letters(std::u32string_view text, Range range) {
  std::u32string letters;
  for (char32_t c : text.substr(range.begin, range.size())) {
    if (c >= U'Ａ' && c <= U'ｚ') {
      c -= U'Ａ' - U'A';
    }
    if ((c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z')) {
      letters += c;
    }
  }
  return letters;
}

// Whether two units that are the same but for the case of letters are the same: MW is not mW.
bool SameCase(std::u32string_view a, std::u32string_view b) {
  std::u32string symbol(a);
  for (char32_t& c : symbol) {
    c |= U' ';  // in lower case
  }
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i] != b[i] && CaseMatters(symbol, i)) {
      return false;
    }
  }
  return true;
}

// Whether two numerals have the same values and unit. 五千米 is 五 千米 or 五千 米, 5000米 only the
// latter: the 千 of a unit counts as a scale.
bool SameAmount(const Numeral& a, std::u32string_view text_a, const Numeral& b,
                std::u32string_view text_b) {
  const auto thousands = [](const Numeral& numeral, std::u32string_view text) {
    return numeral.unit.size() > 1 && text[numeral.unit.begin] == U'千' ? 1 : 0;
  };
  const int more = thousands(a, text_a) - thousands(b, text_b);
  const auto same = [more](std::optional<Decimal> x, std::optional<Decimal> y) {
    // Zero is zero on every scale.
    std::optional<Decimal>& larger = more > 0 ? x : y;
    if (more != 0 && larger.has_value() && larger->mantissa != 0) {
      larger->exponent += 3;
    }
    return x == y;
  };
  if (!same(a.value, b.value) || !same(a.second, b.second)) {
    return false;
  }
  std::u32string unit_a = Form(text_a, a.unit);
  std::u32string unit_b = Form(text_b, b.unit);
  if (more != 0) {
    (more > 0 ? unit_a : unit_b).erase(0, 1);
  }
  return unit_a == unit_b && SameCase(Letters(text_a, a.unit), Letters(text_b, b.unit));
}

}  // namespace

Sameness SameValue(const Numeral& a, std::u32string_view text_a, std::u32string_view form_a,
                   const Numeral& b, std::u32string_view text_b, std::u32string_view form_b) {
  if (form_a == form_b) {
    return Sameness::kSameForm;
  }
  if (a.kind != b.kind || !HasValue(a) || !HasValue(b) || !SameAmount(a, text_a, b, text_b) ||
      (a.range_mark == 0) != (b.range_mark == 0) || a.year != b.year || a.month != b.month ||
      a.day != b.day || Sign(a, text_a) != Sign(b, text_b) ||
      Qualifiers(a, text_a) != Qualifiers(b, text_b)) {
    return Sameness::kDifferent;
  }
  return a.trailing_zeros == b.trailing_zeros ? Sameness::kSameValue
                                              : Sameness::kSameValueOtherPrecision;
}

Cuts FindCuts(const std::vector<Numeral>& numerals, Range span) {
  Cuts cuts;
  const auto inside = [&](uint32_t border) -> std::optional<uint32_t> {
    const auto at = std::partition_point(numerals.begin(), numerals.end(),
                                         [&](const Numeral& n) { return n.token.end <= border; });
    if (at == numerals.end() || at->token.begin >= border) {
      return std::nullopt;
    }
    return static_cast<uint32_t>(at - numerals.begin());
  };
  if (const auto i = inside(span.begin); i.has_value()) {
    const Numeral& numeral = numerals[*i];
    cuts.begin = Cut{*i, PartOf(numeral, span.begin), {numeral.token.begin, span.begin}};
  }
  if (const auto i = inside(span.end); i.has_value()) {
    const Numeral& numeral = numerals[*i];
    cuts.end = Cut{*i, PartOf(numeral, span.end), {span.end, numeral.token.end}};
  }
  return cuts;
}

Cuts CutsToken(std::u32string_view text, Range span) {
  const size_t begin = span.begin > kCutWindow ? span.begin - kCutWindow : 0;
  const size_t end = std::min(text.size(), size_t{span.end} + kCutWindow);
  const auto shift = static_cast<uint32_t>(begin);
  Cuts cuts = FindCuts(FindNumerals(text.substr(begin, end - begin)),
                       {span.begin - shift, span.end - shift});
  for (auto* cut : {&cuts.begin, &cuts.end}) {
    if (cut->has_value()) {
      (*cut)->lost.begin += shift;
      (*cut)->lost.end += shift;
    }
  }
  return cuts;
}

std::string_view DataVersion() { return internal::GetWords().version; }

}  // namespace quotes::figures
