#include "service/archive/trace_summary.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "absl/time/civil_time.h"
#include "service/archive/entry.h"
#include "service/archive/filter_plan.h"
#include "service/archive/report_columns.h"
#include "service/base/limits.h"
#include "service/text/fold.h"

namespace quotes::archive {
namespace {

constexpr size_t kFewestVariantUnits = 3;
// Shorter ones are found in the midst of other words.
constexpr size_t kFewestUnitsLeft = 3;

// In the narrow form of marks those that are breaks wherever a Han letter or another of them stands
// beside them: signs of numerals are not.
constexpr std::u32string_view kUsualMarks = U",、;:。!?()";

char32_t NarrowMark(char32_t mark) {
  if (mark >= 0xFF01 && mark <= 0xFF5E) {
    return mark - 0xFEE0;
  }
  return mark == U'｡' ? U'。' : mark == U'､' ? U'、' : mark;
}

// What folded text has no unit for.
bool Vanishes(char32_t c) {
  return text::IsSoftMark(c) || text::IsNoise(c) || text::IsSpace(c) || text::IsLineBreak(c);
}

// Whether a character is a unit of folded text with its marks, a Han letter or a usual mark.
bool IsUnit(char32_t c, char32_t unit) {
  return text::IsHardMark(c) ? NarrowMark(c) == unit : text::FoldLetter(c) == unit;
}

// The year of days that descend, looked up once for each.
class Years {
 public:
  int64_t Of(int32_t day) {
    if (day < first_ || day > last_) {
      const absl::CivilDay civil = absl::CivilDay(1970, 1, 1) + day;
      year_ = civil.year();
      first_ = absl::CivilDay(year_, 1, 1) - absl::CivilDay(1970, 1, 1);
      last_ = absl::CivilDay(year_, 12, 31) - absl::CivilDay(1970, 1, 1);
    }
    return year_;
  }

 private:
  int64_t year_ = 0;
  int64_t first_ = std::numeric_limits<int64_t>::max();
  int64_t last_ = std::numeric_limits<int64_t>::min();
};

void Add(const PhraseCount& count, PhraseCount* sum) {
  sum->occurrences += count.occurrences;
  sum->quotes += count.quotes;
}

// Of one series, from its latest report back. Reports of one day are one edition.
struct SeriesState {
  static constexpr uint32_t kNone = Catalog::kNoRank;
  uint32_t edition = kNone;  // the last rank seen of the day at hand
  uint32_t later = kNone;    // the last rank seen of the day after it
  int32_t day = 0;
  uint64_t of_day = 0;    // reports
  uint64_t of_later = 0;  // of all later days
  bool done = false;
};

}  // namespace

PassingReports::PassingReports(const Catalog& catalog, const Filter& filter)
    : scope_(filter.scope) {
  if (!FilterPlan::RestrictsReports(filter)) {
    all_ = true;
    return;
  }
  passes_.resize(catalog.documents().size(), 0);
  const FilterPlan plan(filter, catalog.scheme());
  if (FilterPlan::NamesReports(filter)) {
    FilterPlan::SectionSet sections;
    for (const uint32_t rank : catalog.NamedRanks(filter)) {
      passes_[rank] = plan.Passes(*catalog.documents()[rank], &sections) ? 1 : 0;
    }
    return;
  }
  for (const NumberRange& range : catalog.columns().Passing(filter, plan)) {
    std::fill(passes_.begin() + range.begin, passes_.begin() + range.end, uint8_t{1});
  }
}

PhraseTrace Summarise(const Catalog& catalog, const PassingReports& passing,
                      const std::vector<RankCount>& counts) {
  PhraseTrace trace;
  trace.reports.reserve(counts.size());
  const ReportColumns& columns = catalog.columns();
  std::vector<SeriesState> states(columns.series_count());
  Years years;
  auto next = counts.begin();
  for (uint32_t rank = 0; rank < columns.size(); ++rank) {
    if (!passing.Has(rank)) {
      continue;
    }
    const ReportColumns::Row& row = columns[rank];
    PhraseTrace::YearUse* use = &trace.undated;
    if (row.dated) {
      const int64_t year = years.Of(row.day);
      if (trace.years.empty() || trace.years.back().year != year) {
        trace.years.push_back({year, {}, 0, 0, 0});
      }
      use = &trace.years.back();
    }
    ++use->searched;
    const uint64_t code_points = passing.scope() == TextScope::kAll ? row.code_points
                                 : passing.scope() == TextScope::kSpeech
                                     ? row.speech_code_points
                                     : row.code_points - row.speech_code_points;
    use->code_points += code_points;
    const bool has = next != counts.end() && next->rank == rank;
    if (has) {
      Add(next->count, &use->count);
      Add(next->count, &trace.total);
      ++use->reports;
      trace.reports.push_back({catalog.documents()[rank], next->count, code_points});
    }
    SeriesState& state = states[row.series];
    if (row.dated && row.series != ReportColumns::kNoSeries && !state.done) {
      if (state.edition != SeriesState::kNone && state.day != row.day) {
        state.later = state.edition;
        state.of_later += state.of_day;
        state.of_day = 0;
      }
      state.day = row.day;
      state.edition = rank;
      ++state.of_day;
      if (has) {
        state.done = true;
        if (state.later != SeriesState::kNone) {
          trace.drops.push_back({catalog.documents()[rank], next->count,
                                 catalog.documents()[state.later], state.of_later});
        }
      }
    }
    if (has) {
      ++next;
    }
  }
  std::reverse(trace.years.begin(), trace.years.end());
  std::stable_sort(trace.drops.begin(), trace.drops.end(),
                   [](const PhraseTrace::Drop& a, const PhraseTrace::Drop& b) {
                     return ComesBefore(*a.dropped_by, *b.dropped_by);
                   });
  return trace;
}

void ContextCounter::Take(Emergence* emergence) {
  const auto count = [](std::vector<char32_t>* letters,
                        std::vector<std::pair<char32_t, uint32_t>>* counts) {
    std::sort(letters->begin(), letters->end());
    for (const char32_t letter : *letters) {
      if (counts->empty() || counts->back().first != letter) {
        counts->emplace_back(letter, 0);
      }
      ++counts->back().second;
    }
  };
  count(&before_, &emergence->before);
  count(&behind_, &emergence->behind);
}

std::optional<report::Range> FindIn(const QuoteRef& ref, std::u32string_view units) {
  const text::FoldedText folded = text::Fold(ref.text());
  const size_t at = folded.units.find(units);
  if (at == std::u32string::npos) {
    return std::nullopt;
  }
  const uint32_t origin = ref.quote().range.begin;
  return report::Range{origin + folded.begin[at], origin + folded.end[at + units.size() - 1]};
}

MarkedText FoldKeepingMarks(std::u32string_view source) {
  const text::FoldedText folded = text::Fold(source);
  MarkedText marked;
  const auto add = [&marked](char32_t unit, uint32_t begin, uint32_t end) {
    marked.units.push_back(unit);
    marked.begin.push_back(begin);
    marked.end.push_back(end);
  };
  for (size_t i = 0; i < folded.units.size(); ++i) {
    if (folded.units[i] != text::kBreak) {
      add(folded.units[i], folded.begin[i], folded.end[i]);
      continue;
    }
    for (uint32_t at = folded.begin[i]; at < folded.end[i]; ++at) {
      if (text::IsHardMark(source[at])) {
        add(NarrowMark(source[at]), at, at + 1);
      }
    }
  }
  return marked;
}

std::u32string MarksOf(const text::FoldedText& folded, size_t unit, std::u32string_view source) {
  std::u32string marks;
  for (uint32_t at = folded.begin[unit]; at < folded.end[unit]; ++at) {
    if (text::IsHardMark(source[at])) {
      marks.push_back(NarrowMark(source[at]));
    }
  }
  return marks;
}

bool HasMarks(std::u32string_view source) {
  return text::FoldUnits(source).find(text::kBreak) != std::u32string::npos;
}

uint64_t CountPlaces(std::u32string_view text, std::u32string_view units) {
  uint64_t count = 0;
  for (size_t at = text.find(units); at != std::u32string_view::npos;
       at = text.find(units, at + 1)) {
    ++count;
  }
  return count;
}

MarkedPhrase::MarkedPhrase(std::u32string_view marked) : marked_(marked) {
  const auto is_mark = [](char32_t c) { return kUsualMarks.find(c) != kUsualMarks.npos; };
  if (!std::all_of(marked.begin(), marked.end(),
                   [&](char32_t c) { return is_mark(c) || text::IsHan(c); })) {
    return;
  }
  const auto first = std::find_if(marked.begin(), marked.end(), text::IsHan);
  const auto behind = std::find_if(first, marked.end(), is_mark);
  if (first == marked.end()) {
    return;
  }
  before_ = marked.substr(0, static_cast<size_t>(first - marked.begin()));
  letters_ = marked.substr(before_.size(), static_cast<size_t>(behind - first));
  rest_ = marked.substr(before_.size() + letters_.size());
  ends_with_mark_ = is_mark(marked.back());
}

uint64_t MarkedPhrase::CountIn(std::u32string_view text) const {
  uint64_t count = 0;
  const auto count_at = [&](uint32_t begin, uint32_t end) {
    size_t at = begin;
    for (size_t i = before_.size(); i-- > 0;) {
      do {
        if (at == 0) {
          return;
        }
        --at;
      } while (Vanishes(text[at]));
      if (!IsUnit(text[at], before_[i])) {
        return;
      }
    }
    at = end;
    for (const char32_t unit : rest_) {
      while (at < text.size() && Vanishes(text[at])) {
        ++at;
      }
      if (at == text.size() || !IsUnit(text[at], unit)) {
        return;
      }
      ++at;
    }
    ++count;
  };
  if (!letters_.empty() && text::FindHan(text, letters_, count_at)) {
    return count;
  }
  return CountPlaces(FoldKeepingMarks(text).units, marked_);
}

PhraseTrace::Use UseIn(const QuoteRef& ref, std::u32string_view units, std::u32string_view marked) {
  if (marked.empty()) {
    return {ref, FindIn(ref, units).value_or(ref.quote().range)};
  }
  const MarkedText text = FoldKeepingMarks(ref.text());
  const size_t at = text.units.find(marked);
  if (at == std::u32string::npos) {
    return {ref, ref.quote().range};
  }
  const uint32_t origin = ref.quote().range.begin;
  return {ref, {origin + text.begin[at], origin + text.end[at + marked.size() - 1]}};
}

bool HasVariants(std::u32string_view units) {
  return units.size() >= kFewestVariantUnits && units.size() <= limits::kMaxVariantUnits;
}

std::u32string WithLetter(std::u32string_view units, size_t at, char32_t letter) {
  std::u32string variant(units.substr(0, at));
  variant.push_back(letter);
  variant += units.substr(at);
  return variant;
}

std::u32string WithoutUnit(std::u32string_view units, size_t at) {
  std::u32string variant;
  if (units.size() > kFewestUnitsLeft && at > 0 && at + 1 < units.size()) {
    variant = std::u32string(units.substr(0, at));
    variant += units.substr(at + 1);
  }
  return variant;
}

}  // namespace quotes::archive
