#ifndef QUOTES_SERVICE_ARCHIVE_FIGURE_INDEX_H_
#define QUOTES_SERVICE_ARCHIVE_FIGURE_INDEX_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/archive/figure_filter.h"
#include "service/archive/flat.h"
#include "service/archive/packed_document.h"
#include "service/archive/quote_set.h"

namespace quotes::archive {

// The figures of one part of a segment: a row for each, by the base of its unit and by value, and
// the names of what they measure. A view of a segment's block; finding a value is two binary
// searches and a walk over the rows that have it. Immutable, thread-safe.
class FigureIndex {
 public:
  struct Row {
    int64_t mantissa = 0;  // of the lower value, in the base of the unit
    int32_t exponent = 0;
    uint32_t number = 0;   // of the quote
    uint32_t figure = 0;   // its place among the figures of its document
    uint32_t measure = 0;  // into the names
    uint32_t unit = 0;     // into the units
    int16_t first_year = 0;
    int16_t last_year = 0;
    figures::FigureKind kind = figures::FigureKind::kAmount;
    figures::FigureMode mode = figures::FigureMode::kUnspecified;
    uint8_t values = 0;  // 2: a higher one too
    figures::FigureDirection direction = figures::FigureDirection::kUnspecified;
    uint32_t unused_too = 0;

    figures::Decimal value() const { return {mantissa, exponent}; }
  };
  struct UnitRow {
    uint32_t name = 0;  // where it begins in the texts; it ends where its base begins
    uint32_t base = 0;
    uint32_t base_end = 0;
    int32_t exponent = 0;  // of the factor
    int64_t mantissa = 0;
  };
  // The rows of one base: those with a value ascending, then those without.
  struct Group {
    uint32_t unit = 0;  // one of them
    uint32_t begin = 0;
    uint32_t valued_end = 0;
    uint32_t end = 0;
  };
  // Where the arrays of an index are in the block.
  struct Layout {
    ArrayRef rows;
    ArrayRef groups;    // by base
    ArrayRef units;     // by base, then name
    ArrayRef texts;     // of units
    ArrayRef measures;  // all names, one after the other; by text
    ArrayRef measure_begins;
    ArrayRef by_measure;         // rows
    ArrayRef by_measure_begins;  // of each name's
  };

  FigureIndex() = default;
  FigureIndex(const std::byte* base, const Layout& layout);

  // The quotes with a figure that meets `filter`; `document_of(number)` is the document of a quote.
  // `universe` quotes are in the part.
  template <typename DocumentOf>
  QuoteSet Find(const FigureFilter& filter, uint32_t universe,
                const DocumentOf& document_of) const {
    std::vector<uint32_t> numbers;
    const MeasureSet measures = FindMeasures(filter);
    VisitRows(filter, measures, [&](const Row& row) {
      if (RowPasses(filter, measures, row) &&
          (row.values < 2 || !filter.to.has_value() ||
           Passes(filter, document_of(row.number),
                  document_of(row.number).figures()[row.figure]))) {
        numbers.push_back(row.number);
      }
    });
    // Those of one value are in order.
    const bool sorted = std::is_sorted(numbers.begin(), numbers.end());
    if (sorted || !QuoteSet::IsDense(numbers.size(), universe)) {
      if (!sorted) {
        std::sort(numbers.begin(), numbers.end());
      }
      numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
      return QuoteSet(std::move(numbers));
    }
    return QuoteSet::FromBits(universe, [&](uint64_t* bits) {
      for (const uint32_t number : numbers) {
        bits[number / 64] |= uint64_t{1} << (number % 64);
      }
    });
  }

  // About how many rows Find looks at, those of its names counted by their letters.
  uint64_t Cost(const FigureFilter& filter) const;

  size_t size() const { return rows_.size(); }
  size_t size_bytes() const;

 private:
  // Names that have a filter's measure.
  struct MeasureSet {
    bool all = true;
    std::vector<bool> named;      // unless all
    std::vector<uint32_t> names;  // the same, ascending
    uint64_t rows = 0;            // theirs
  };

  MeasureSet FindMeasures(const FigureFilter& filter) const;
  std::u32string_view Measure(size_t name) const {
    return measures_.substr(measure_begins_[name],
                            measure_begins_[name + 1] - measure_begins_[name]);
  }
  std::string_view Name(const UnitRow& unit) const {
    return texts_.substr(unit.name, unit.base - unit.name);
  }
  std::string_view Base(const UnitRow& unit) const {
    return texts_.substr(unit.base, unit.base_end - unit.base);
  }
  static bool RowPasses(const FigureFilter& filter, const MeasureSet& measures, const Row& row);
  // The groups that a filter's unit lets through.
  std::span<const Group> GroupsOf(const FigureFilter& filter) const;
  // The rows of a group whose lower value is within bounds.
  std::span<const Row> RowsWithin(const Group& group, const std::optional<figures::Decimal>& from,
                                  const std::optional<figures::Decimal>& to) const;

  // The rows that may pass: by value, by measure, or all of their unit.
  template <typename Visit>
  void VisitRows(const FigureFilter& filter, const MeasureSet& measures, const Visit& visit) const {
    const std::span<const Group> groups = GroupsOf(filter);
    if (!measures.all && measures.rows < CostOfValue(filter, groups)) {
      for (const uint32_t name : measures.names) {
        for (uint32_t i = by_measure_begins_[name]; i < by_measure_begins_[name + 1]; ++i) {
          const Row& row = rows_[by_measure_[i]];
          if (InUnit(filter, row) && ValuePasses(filter, row)) {
            visit(row);
          }
        }
      }
      return;
    }
    for (const Group& group : groups) {
      if (!filter.has_value()) {
        for (const Row& row : rows_.subspan(group.begin, group.end - group.begin)) {
          visit(row);
        }
      } else if (filter.unit.has_value()) {
        for (const Row& row : RowsWithin(group, filter.from, filter.to)) {
          visit(row);
        }
      } else {
        VisitPrinted(filter, group, visit);
      }
    }
  }

  // Bounds without a unit are in each unit of the group.
  template <typename Visit>
  void VisitPrinted(const FigureFilter& filter, const Group& group, const Visit& visit) const {
    for (uint32_t unit = group.unit;
         unit < units_.size() && Base(units_[unit]) == Base(units_[group.unit]); ++unit) {
      for (const Row& row :
           RowsWithin(group, InBase(filter.from, units_[unit]), InBase(filter.to, units_[unit]))) {
        if (row.unit == unit) {
          visit(row);
        }
      }
    }
  }

  // A bound in the base of a unit.
  static std::optional<figures::Decimal> InBase(const std::optional<figures::Decimal>& bound,
                                                const UnitRow& unit) {
    return bound.has_value() ? figures::Multiply(*bound, {unit.mantissa, unit.exponent}) : bound;
  }
  uint64_t CostOfValue(const FigureFilter& filter, std::span<const Group> groups) const;
  bool InUnit(const FigureFilter& filter, const Row& row) const {
    return !filter.unit.has_value() || Base(units_[row.unit]) == filter.unit->base;
  }
  bool ValuePasses(const FigureFilter& filter, const Row& row) const;

  std::span<const Row> rows_;
  std::span<const Group> groups_;
  std::span<const UnitRow> units_;
  std::string_view texts_;
  std::u32string_view measures_;
  std::span<const uint32_t> measure_begins_;
  std::span<const uint32_t> by_measure_;
  std::span<const uint32_t> by_measure_begins_;
};

// Gathers the figures of a part and writes their index.
class FigureIndexBuilder {
 public:
  // The figures of the quote with the next number.
  void Add(const PackedDocument& document, uint32_t quote, uint32_t number);
  FigureIndex::Layout Write(ByteSink* sink);

 private:
  std::vector<FigureIndex::Row> rows_;
  absl::flat_hash_map<std::u32string, uint32_t> measures_;
  absl::flat_hash_map<std::string, uint32_t> units_;
  std::vector<figures::Unit> unit_list_;
  // The numbers that the units of the last document have here.
  const PackedDocument* document_ = nullptr;
  std::vector<uint32_t> document_units_;
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_FIGURE_INDEX_H_
