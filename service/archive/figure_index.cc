#include "service/archive/figure_index.h"

#include <numeric>
#include <tuple>

namespace quotes::archive {
namespace {

constexpr uint32_t kUnknown = UINT32_MAX;

std::u32string_view Letters(std::span<const char32_t> letters) {
  return {letters.data(), letters.size()};
}

}  // namespace

FigureIndex::FigureIndex(const std::byte* base, const Layout& layout)
    : rows_(ArrayAt<Row>(base, layout.rows)),
      groups_(ArrayAt<Group>(base, layout.groups)),
      units_(ArrayAt<UnitRow>(base, layout.units)),
      texts_(TextAt(base, layout.texts)),
      measures_(Letters(ArrayAt<char32_t>(base, layout.measures))),
      measure_begins_(ArrayAt<uint32_t>(base, layout.measure_begins)),
      by_measure_(ArrayAt<uint32_t>(base, layout.by_measure)),
      by_measure_begins_(ArrayAt<uint32_t>(base, layout.by_measure_begins)) {}

size_t FigureIndex::size_bytes() const {
  return rows_.size_bytes() + groups_.size_bytes() + units_.size_bytes() + texts_.size() +
         measures_.size() * sizeof(char32_t) + measure_begins_.size_bytes() +
         by_measure_.size_bytes() + by_measure_begins_.size_bytes();
}

FigureIndex::MeasureSet FigureIndex::FindMeasures(const FigureFilter& filter) const {
  MeasureSet set;
  if (filter.measure.empty()) {
    return set;
  }
  set.all = false;
  set.named.resize(measure_begins_.size() - 1, false);
  // U+0000 ends each name, so that no match reaches over two.
  for (size_t at = measures_.find(filter.measure); at != std::u32string_view::npos;) {
    const auto behind = std::upper_bound(measure_begins_.begin(), measure_begins_.end(), at);
    const auto name = static_cast<uint32_t>(behind - measure_begins_.begin() - 1);
    set.named[name] = true;
    set.names.push_back(name);
    set.rows += by_measure_begins_[name + 1] - by_measure_begins_[name];
    at = measures_.find(filter.measure, *behind);
  }
  return set;
}

std::span<const FigureIndex::Group> FigureIndex::GroupsOf(const FigureFilter& filter) const {
  if (!filter.unit.has_value()) {
    return groups_;
  }
  const auto group = std::lower_bound(
      groups_.begin(), groups_.end(), filter.unit->base,
      [this](const Group& g, const std::string& base) { return Base(units_[g.unit]) < base; });
  const bool found = group != groups_.end() && Base(units_[group->unit]) == filter.unit->base;
  return found ? std::span(&*group, 1) : std::span<const Group>();
}

std::span<const FigureIndex::Row> FigureIndex::RowsWithin(
    const Group& group, const std::optional<figures::Decimal>& from,
    const std::optional<figures::Decimal>& to) const {
  const std::span<const Row> rows = rows_.subspan(group.begin, group.valued_end - group.begin);
  const auto begin = from.has_value()
                         ? std::partition_point(rows.begin(), rows.end(),
                                                [&](const Row& row) {
                                                  return std::is_lt(Compare(row.value(), *from));
                                                })
                         : rows.begin();
  const auto end =
      to.has_value() ? std::partition_point(
                           begin, rows.end(),
                           [&](const Row& row) { return std::is_lteq(Compare(row.value(), *to)); })
                     : rows.end();
  return {begin, end};
}

bool FigureIndex::RowPasses(const FigureFilter& filter, const MeasureSet& measures,
                            const Row& row) {
  const auto has = [](const auto& list, auto value) {
    return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
  };
  return has(filter.kinds, row.kind) && has(filter.modes, row.mode) &&
         has(filter.directions, row.direction) &&
         (filter.year == 0 || (row.first_year <= filter.year && filter.year <= row.last_year)) &&
         (measures.all || measures.named[row.measure]);
}

bool FigureIndex::ValuePasses(const FigureFilter& filter, const Row& row) const {
  if (!filter.has_value()) {
    return true;
  }
  if (row.values == 0) {
    return false;
  }
  const UnitRow& unit = units_[row.unit];
  return filter.unit.has_value() ? IsWithin(row.value(), row.value(), filter.from, filter.to)
                                 : IsWithin(row.value(), row.value(), InBase(filter.from, unit),
                                            InBase(filter.to, unit));
}

uint64_t FigureIndex::CostOfValue(const FigureFilter& filter, std::span<const Group> groups) const {
  uint64_t cost = 0;
  for (const Group& group : groups) {
    if (!filter.has_value()) {
      cost += group.end - group.begin;
    } else if (filter.unit.has_value()) {
      cost += RowsWithin(group, filter.from, filter.to).size();
    } else {
      // As many as a unit's two searches take, and some of its rows.
      constexpr uint64_t kSearches = 40;
      cost += kSearches;
    }
  }
  return cost;
}

uint64_t FigureIndex::Cost(const FigureFilter& filter) const {
  // Letters are read faster than rows.
  constexpr uint64_t kLetters = 8;
  uint64_t cost = CostOfValue(filter, GroupsOf(filter));
  if (!filter.has_value() && !filter.measure.empty()) {
    cost = std::min<uint64_t>(cost, rows_.size() / 2);
  }
  return cost + (filter.measure.empty() ? 0 : measures_.size() / kLetters);
}

void FigureIndexBuilder::Add(const PackedDocument& document, uint32_t quote, uint32_t number) {
  if (document_ != &document) {
    document_ = &document;
    document_units_.assign(document.units().size(), kUnknown);
  }
  const uint32_t first = document.quotes()[quote].first_figure;
  const std::span<const PackedFigure> figures = document.figures(quote);
  for (uint32_t i = 0; i < figures.size(); ++i) {
    const PackedFigure& figure = figures[i];
    uint32_t& unit = document_units_[figure.unit];
    if (unit == kUnknown) {
      figures::Unit named = UnitOf(document, figure);
      const auto [entry, is_new] =
          units_.try_emplace(named.name, static_cast<uint32_t>(unit_list_.size()));
      unit = entry->second;
      if (is_new) {
        unit_list_.push_back(std::move(named));
      }
    }
    FigureIndex::Row& row = rows_.emplace_back();
    if (const auto values = BaseValues(document, figure); values.has_value()) {
      row.mantissa = values->first.mantissa;
      row.exponent = values->first.exponent;
      row.values = figure.values;
    }
    row.number = number;
    row.figure = first + i;
    row.measure =
        measures_
            .try_emplace(FoldedMeasure(document, figure), static_cast<uint32_t>(measures_.size()))
            .first->second;
    row.unit = unit;
    row.first_year = figure.first_year;
    row.last_year = figure.last_year;
    row.kind = figure.kind;
    row.mode = figure.mode;
    row.direction = figure.direction;
  }
}

FigureIndex::Layout FigureIndexBuilder::Write(ByteSink* sink) {
  using Row = FigureIndex::Row;
  FigureIndex::Layout layout;

  // Units by base, then name.
  std::vector<uint32_t> order(unit_list_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
    return std::tie(unit_list_[a].base, unit_list_[a].name) <
           std::tie(unit_list_[b].base, unit_list_[b].name);
  });
  std::vector<uint32_t> unit_of(order.size());
  std::vector<uint32_t> group_of(order.size());  // by unit
  std::vector<FigureIndex::UnitRow> units;
  std::vector<FigureIndex::Group> groups;
  std::string texts;
  for (uint32_t place = 0; place < order.size(); ++place) {
    const figures::Unit& unit = unit_list_[order[place]];
    unit_of[order[place]] = place;
    if (place == 0 || unit_list_[order[place - 1]].base != unit.base) {
      groups.push_back({place, 0, 0, 0});
    }
    group_of[place] = static_cast<uint32_t>(groups.size() - 1);
    FigureIndex::UnitRow& row = units.emplace_back();
    row.name = static_cast<uint32_t>(texts.size());
    texts += unit.name;
    row.base = static_cast<uint32_t>(texts.size());
    texts += unit.base;
    row.base_end = static_cast<uint32_t>(texts.size());
    row.mantissa = unit.factor.mantissa;
    row.exponent = unit.factor.exponent;
  }

  // Names by text, so that the same figures give the same bytes.
  std::vector<std::pair<std::u32string_view, uint32_t>> names;
  for (const auto& [name, number] : measures_) {
    names.emplace_back(name, number);
  }
  std::sort(names.begin(), names.end());
  std::vector<uint32_t> name_of(names.size());
  std::u32string letters;
  std::vector<uint32_t> name_begins;
  for (uint32_t place = 0; place < names.size(); ++place) {
    name_of[names[place].second] = place;
    name_begins.push_back(static_cast<uint32_t>(letters.size()));
    letters += names[place].first;
    letters += U'\0';
  }
  name_begins.push_back(static_cast<uint32_t>(letters.size()));

  for (Row& row : rows_) {
    row.unit = unit_of[row.unit];
    row.measure = name_of[row.measure];
  }
  std::sort(rows_.begin(), rows_.end(), [&](const Row& a, const Row& b) {
    if (group_of[a.unit] != group_of[b.unit]) {
      return group_of[a.unit] < group_of[b.unit];
    }
    if ((a.values > 0) != (b.values > 0)) {
      return a.values > 0;
    }
    const auto order_of_values = Compare(a.value(), b.value());
    return std::is_neq(order_of_values)
               ? std::is_lt(order_of_values)
               : std::tie(a.number, a.figure) < std::tie(b.number, b.figure);
  });
  uint32_t at = 0;
  for (uint32_t g = 0; g < groups.size(); ++g) {
    FigureIndex::Group& group = groups[g];
    group.begin = at;
    while (at < rows_.size() && group_of[rows_[at].unit] == g && rows_[at].values > 0) {
      ++at;
    }
    group.valued_end = at;
    while (at < rows_.size() && group_of[rows_[at].unit] == g) {
      ++at;
    }
    group.end = at;
  }

  std::vector<uint32_t> by_measure(rows_.size());
  std::iota(by_measure.begin(), by_measure.end(), 0u);
  std::sort(by_measure.begin(), by_measure.end(), [this](uint32_t a, uint32_t b) {
    return std::tie(rows_[a].measure, a) < std::tie(rows_[b].measure, b);
  });
  std::vector<uint32_t> by_measure_begins = {0};
  for (uint32_t name = 0, row = 0; name < names.size(); ++name) {
    while (row < by_measure.size() && rows_[by_measure[row]].measure == name) {
      ++row;
    }
    by_measure_begins.push_back(row);
  }

  layout.rows = sink->AppendArray(rows_);
  layout.groups = sink->AppendArray(groups);
  layout.units = sink->AppendArray(units);
  layout.texts = sink->AppendText(texts);
  layout.measures = sink->AppendArray(std::span<const char32_t>(letters));
  layout.measure_begins = sink->AppendArray(name_begins);
  layout.by_measure = sink->AppendArray(by_measure);
  layout.by_measure_begins = sink->AppendArray(by_measure_begins);
  return layout;
}

}  // namespace quotes::archive
