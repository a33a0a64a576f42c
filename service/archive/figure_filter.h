#ifndef QUOTES_SERVICE_ARCHIVE_FIGURE_FILTER_H_
#define QUOTES_SERVICE_ARCHIVE_FIGURE_FILTER_H_

#include <algorithm>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/archive/packed_document.h"
#include "service/figures/figure.h"
#include "service/text/fold.h"

namespace quotes::archive {

// Conditions on figures. Values inside one list are alternatives, fields combine by AND; an empty
// list or absent value does not restrict.
struct FigureFilter {
  // Inclusive bounds, in the base of `unit` if there is one, else in the unit that each figure is
  // printed in. A figure that is a range of values meets them as a whole; one without a value, or
  // with one that is beyond 64 bits in the base of its unit, never does. REQUIRES: they have at
  // most limits::kMaxFigureDigits significant digits.
  std::optional<figures::Decimal> from;
  std::optional<figures::Decimal> to;
  // Figures in this unit or one that converts into it exactly.
  std::optional<figures::Unit> unit;
  std::u32string measure;  // folded; what is measured has it
  int year = 0;            // inside the period; 0: any
  std::vector<figures::FigureKind> kinds;
  std::vector<figures::FigureMode> modes;
  std::vector<figures::FigureDirection> directions;

  bool has_value() const { return from.has_value() || to.has_value(); }
};

inline figures::Unit UnitOf(const PackedDocument& document, const PackedFigure& figure) {
  const PackedUnit& unit = document.units()[figure.unit];
  return {std::string(document.Text(unit.name)), std::string(document.Text(unit.base)),
          figures::Decimal{unit.mantissa, unit.exponent}};
}

// What a figure measures, as printed; the head of a list behind its item.
inline std::u32string PrintedMeasure(const PackedDocument& document, const PackedFigure& figure) {
  std::u32string measure(document.joined({figure.measure.begin, figure.measure.end}));
  measure += document.joined({figure.measure_head.begin, figure.measure_head.end});
  return measure;
}

// The folded name of what a figure measures.
inline std::u32string FoldedMeasure(const PackedDocument& document, const PackedFigure& figure) {
  return text::Fold(PrintedMeasure(document, figure)).units;
}

// Both values of a figure in the base of its unit, equal for a single one; nullopt for none, or
// beyond 64 bits.
inline std::optional<std::pair<figures::Decimal, figures::Decimal>> BaseValues(
    const PackedDocument& document, const PackedFigure& figure) {
  const PackedUnit& unit = document.units()[figure.unit];
  const figures::Decimal factor{unit.mantissa, unit.exponent};
  const auto low = figures::Multiply(figure.low(), factor);
  const auto high = figures::Multiply(figure.values > 1 ? figure.high() : figure.low(), factor);
  if (figure.values == 0 || !low.has_value() || !high.has_value()) {
    return std::nullopt;
  }
  return std::pair(*low, *high);
}

inline bool IsWithin(const figures::Decimal& low, const figures::Decimal& high,
                     const std::optional<figures::Decimal>& from,
                     const std::optional<figures::Decimal>& to) {
  return (!from.has_value() || std::is_gteq(Compare(low, *from))) &&
         (!to.has_value() || std::is_lteq(Compare(high, *to)));
}

// Whether a figure meets a filter: its definition.
inline bool Passes(const FigureFilter& filter, const PackedDocument& document,
                   const PackedFigure& figure) {
  const auto has = [](const auto& list, auto value) {
    return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
  };
  if (!has(filter.kinds, figure.kind) || !has(filter.modes, figure.mode) ||
      !has(filter.directions, figure.direction) ||
      (filter.year != 0 && (filter.year < figure.first_year || filter.year > figure.last_year))) {
    return false;
  }
  const PackedUnit& unit = document.units()[figure.unit];
  if (filter.unit.has_value() && document.Text(unit.base) != filter.unit->base) {
    return false;
  }
  if (filter.has_value()) {
    const auto values = BaseValues(document, figure);
    if (!values.has_value()) {
      return false;
    }
    const bool within =
        filter.unit.has_value()
            ? IsWithin(values->first, values->second, filter.from, filter.to)
            : IsWithin(figure.low(), figure.values > 1 ? figure.high() : figure.low(), filter.from,
                       filter.to);
    if (!within) {
      return false;
    }
  }
  return filter.measure.empty() ||
         FoldedMeasure(document, figure).find(filter.measure) != std::u32string::npos;
}

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_FIGURE_FILTER_H_
