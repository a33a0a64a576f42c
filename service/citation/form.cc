#include "service/citation/form.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "service/citation/latin.h"
#include "service/citation/word_classes.h"
#include "service/figures/unit_symbol.h"

namespace quotes::citation {
namespace {

bool IsQuotationMark(char32_t c) {
  switch (c) {
    case U'"':
    case U'\'':
    case U'“':
    case U'”':
    case U'„':
    case U'‟':
    case U'‘':
    case U'’':
    case U'‚':
    case U'‛':
    case U'「':
    case U'」':
    case U'『':
    case U'』':
    case U'〝':
    case U'〞':
    case U'〟':
    case U'«':
    case U'»':
    case U'‹':
    case U'›':
      return true;
    default:
      return false;
  }
}

bool IsDashGlyph(char32_t c) {
  return c == U'-' || (c >= U'\u2010' && c <= U'\u2015') || c == U'\u2212' || c == U'─' ||
         c == U'━' || c == U'\u2E3A' || c == U'\u2E3B';
}

bool IsMiddleDot(char32_t c) {
  return c == U'·' || c == U'•' || c == U'‧' || c == U'・' || c == U'∙' || c == U'⋅';
}

// The one character that a wide, narrow, small or vertical form is a form of.
char32_t Unwidened(char32_t c) {
  if (c >= U'！' && c <= U'～') {
    return c - 0xFEE0;
  }
  if (c < 0xFE10 || c > 0xFFEE) {
    return c;
  }
  switch (u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_DECOMPOSITION_TYPE)) {
    case U_DT_WIDE:
    case U_DT_NARROW:
    case U_DT_SMALL:
    case U_DT_VERTICAL:
      break;
    default:
      return c;
  }
  UErrorCode error = U_ZERO_ERROR;
  const UNormalizer2* const nfkc = unorm2_getNFKCInstance(&error);
  UChar units[8];
  const int32_t size = U_FAILURE(error) ? 0
                                        : unorm2_getRawDecomposition(nfkc, static_cast<UChar32>(c),
                                                                     units, 8, &error);
  return U_FAILURE(error) || size != 1 ? c : static_cast<char32_t>(units[0]);
}

// What simplified text writes for a character of folded text that older print has in some words.
char32_t NewerForm(char32_t unit) {
  switch (unit) {
    case U'甚':
      return U'什';
    case U'瞭':
      return U'了';
    case U'沈':
      return U'沉';
    default:
      return unit;
  }
}

bool EndsNumeral(char32_t form) {
  constexpr std::u32string_view kChinese = U"〇零一二三四五六七八九十百千万亿兆两";
  return text::IsDigit(form) || kChinese.find(form) != std::u32string_view::npos;
}

// Letters of a unit behind a numeral keep the case in which they are written where it makes them
// another unit: a megawatt (MW) is 10^9 milliwatts (mW).
void KeepCaseOfUnits(std::vector<Unit>* units) {
  const auto is_of_symbol = [](char32_t form) {
    return (form >= U'a' && form <= U'z') || form == U'ω';
  };
  std::u32string symbol;
  for (size_t i = 1; i < units->size(); ++i) {
    if (!is_of_symbol((*units)[i].form)) {
      continue;
    }
    symbol.clear();
    for (size_t k = i; k < units->size() && is_of_symbol((*units)[k].form); ++k) {
      symbol += (*units)[k].form;
    }
    const size_t before = (*units)[i - 1].form == U' ' && i > 1 ? i - 2 : i - 1;
    if (EndsNumeral((*units)[before].form)) {
      for (size_t letter = 0; letter < std::min<size_t>(symbol.size(), 2); ++letter) {
        Unit& unit = (*units)[i + letter];
        const char32_t raw = Unwidened(unit.raw);
        if (raw >= U'A' && raw <= U'Z' && figures::CaseMatters(symbol, letter)) {
          unit.form = raw;
        }
      }
    }
    i += symbol.size() - 1;
  }
}

}  // namespace

char32_t FormOfMark(char32_t c) {
  c = Unwidened(c);
  if (IsQuotationMark(c)) {
    return kQuotationForm;
  }
  if (IsDashGlyph(c)) {
    return kDashForm;
  }
  if (IsMiddleDot(c)) {
    return U'·';
  }
  switch (c) {
    case U'⋯':
      return kEllipsisForm;
    case U'〈':
      return U'《';
    case U'〉':
      return U'》';
    case U'\u223C':
    case U'\u301C':
      return U'~';
    default:
      return c;
  }
}

int MarkDirection(char32_t raw) {
  switch (Unwidened(raw)) {
    case U'“':
    case U'„':
    case U'‟':
    case U'‘':
    case U'‚':
    case U'‛':
    case U'「':
    case U'『':
    case U'〝':
    case U'«':
    case U'‹':
    case U'(':
    case U'[':
    case U'{':
    case U'《':
    case U'〈':
    case U'【':
    case U'〔':
      return 1;
    case U'”':
    case U'’':
    case U'」':
    case U'』':
    case U'〞':
    case U'〟':
    case U'»':
    case U'›':
    case U')':
    case U']':
    case U'}':
    case U'》':
    case U'〉':
    case U'】':
    case U'〕':
      return -1;
    default:
      return 0;
  }
}

std::vector<Unit> FormUnits(std::u32string_view text) { return FormUnits(text, text::Fold(text)); }

std::vector<Unit> FormUnits(std::u32string_view text, const text::FoldedText& folded) {
  // Room for all of them at once, as writing on is quicker than appending.
  size_t most = text.size();
  for (size_t i = 1; i < folded.units.size(); ++i) {
    most += folded.begin[i] == folded.begin[i - 1] ? 1u : 0u;
  }
  std::vector<Unit> units(most);
  Unit* end_of_units = units.data();
  // Marks that the search fold drops or joins are taken from the text itself.
  const auto add_marks = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const char32_t c = text[i];
      if (text::IsSoftMark(c) || text::IsHardMark(c)) {
        const auto at = static_cast<uint32_t>(i);
        *end_of_units++ = {FormOfMark(c), c, at, at + 1, UnitKind::kMark};
      }
    }
  };
  size_t next = 0;  // of the text
  for (size_t i = 0; i < folded.units.size(); ++i) {
    const char32_t form = folded.units[i];
    const uint32_t begin = folded.begin[i];
    const uint32_t end = folded.end[i];
    if (begin > next) {
      add_marks(next, begin);
    }
    next = end;
    if (form == text::kBreak) {
      add_marks(begin, end);
    } else if (form == U' ') {
      *end_of_units++ = {U' ', U' ', begin, end, UnitKind::kMark};
    } else if (form == U'-' && i > 0 && i + 1 < folded.units.size() &&
               IsLatinLetter(folded.units[i - 1]) && IsLatinLetter(folded.units[i + 1])) {
      // Of full-time, which others write full time: no sign of a numeral.
      *end_of_units++ = {kDashForm, text[begin], begin, end, UnitKind::kMark};
    } else {
      char32_t newer = NewerForm(form);
      if (newer != form && !LiesIn(WordClass::kOlderForm, folded.units, i)) {
        newer = form;
      }
      *end_of_units++ = {newer, text[begin], begin, end, UnitKind::kLetter};
    }
  }
  add_marks(next, text.size());
  units.resize(static_cast<size_t>(end_of_units - units.data()));
  KeepCaseOfUnits(&units);
  return units;
}

std::vector<int> PairPartners(std::u32string_view text) {
  std::vector<int> partner(text.size(), -1);
  std::vector<size_t> open;
  for (size_t i = 0; i < text.size(); ++i) {
    int direction = MarkDirection(text[i]);
    if (IsApostrophe(text, i)) {
      continue;
    }
    const bool quotation = FormOfMark(text[i]) == kQuotationForm;
    if (direction == 0 && quotation) {
      direction = !open.empty() && text[open.back()] == text[i] ? -1 : 1;
    }
    if (direction > 0) {
      open.push_back(i);
    } else if (direction < 0) {
      // The nearest opener of its kind; those that never close lie between.
      size_t k = open.size();
      while (k > 0 && (FormOfMark(text[open[k - 1]]) == kQuotationForm) != quotation) {
        --k;
      }
      if (k > 0) {
        partner[i] = static_cast<int>(open[k - 1]);
        partner[open[k - 1]] = static_cast<int>(i);
        open.resize(k - 1);
      }
    }
  }
  return partner;
}

}  // namespace quotes::citation
