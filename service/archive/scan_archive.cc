#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "service/archive/answer.h"
#include "service/archive/archive.h"
#include "service/archive/catalog.h"
#include "service/archive/entry.h"
#include "service/archive/filter_plan.h"
#include "service/archive/folded_name.h"
#include "service/archive/query_plan.h"
#include "service/archive/salience.h"
#include "service/archive/trace_summary.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"
#include "service/base/limits.h"
#include "service/base/mutex.h"
#include "service/base/status_macros.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::archive {
namespace {

// Letters looked at between two checks of the cancellation: some milliseconds.
constexpr size_t kUnitsBetweenChecks = 4u << 20;
// What a quote costs beside its letters.
constexpr size_t kUnitsPerQuote = 64;

// A report with the folded units of its quotes.
class ScanEntry {
 public:
  explicit ScanEntry(const Entry& entry) : entry_(entry) {
    first_unit_.reserve(entry.size() + 1);
    first_unit_.push_back(0);
    for (uint32_t i = 0; i < entry.size(); ++i) {
      units_ += text::FoldUnits(entry.text(i));
      first_unit_.push_back(units_.size());
    }
  }

  const Entry& entry() const { return entry_; }
  std::u32string_view units(uint32_t quote) const {
    return std::u32string_view(units_).substr(first_unit_[quote],
                                              first_unit_[quote + 1] - first_unit_[quote]);
  }

 private:
  const Entry& entry_;
  std::u32string units_;            // all quotes', one after the other
  std::vector<size_t> first_unit_;  // of each quote; one more at the end
};

class ScanArchive final : public Catalog {
 public:
  ScanArchive(uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
              std::vector<std::shared_ptr<const PackedDocument>> documents)
      : Catalog(revision, std::move(scheme), Pointers(documents)),
        documents_(std::move(documents)) {
    for (const Entry* const entry : entries()) {
      scanned_.emplace_back(*entry);
    }
    for (const ScanEntry& entry : scanned_) {
      newest_.push_back(&entry);
    }
    for (const uint32_t rank : by_id()) {
      reading_order_.push_back(newest_[rank]);
    }
  }

  absl::StatusOr<LookupAnswer> Find(const Lookup& lookup,
                                    const Cancellation& cancellation) const override;
  uint64_t PlannedWork(const Lookup& lookup) const override {
    return CoverageOf(lookup.filter).quotes;
  }
  std::vector<Seed> LongestMatches(std::u32string_view units,
                                   const SeedOptions& options) const override;
  Seed FindPlaces(std::u32string_view units, const SeedOptions& options) const override;
  absl::StatusOr<PhraseTrace> Trace(std::u32string_view units, const TraceOptions& options,
                                    const Cancellation& cancellation) const override;
  uint64_t CountReports(std::u32string_view units) const override;
  Emergence EmergenceOf(std::u32string_view units, const std::vector<Epoch>& epochs) const override;

 private:
  // Every look-up by salience asks it of every quote it finds, and an answer takes a pass over all
  // texts, so that answers are kept.
  bool IsStock(std::u32string_view units) const {
    if (units.empty() || entries().size() < limits::kFormulaicReports) {
      return false;
    }
    const MutexLock lock(&stock_mutex_);
    const auto [at, is_new] = stock_.try_emplace(std::u32string(units), false);
    if (is_new) {
      at->second = CountReports(units) >= limits::kFormulaicReports;
    }
    return at->second;
  }
  // Calls `visit(rank, quote, units)` with the folded texts of all quotes that pass.
  template <typename Visit>
  void VisitQuotes(const Filter& filter, const Visit& visit) const;

  static std::vector<const Entry*> Pointers(
      const std::vector<std::shared_ptr<const PackedDocument>>& documents) {
    std::vector<const Entry*> pointers;
    pointers.reserve(documents.size());
    for (const auto& document : documents) {
      pointers.push_back(document.get());
    }
    return pointers;
  }

  const std::vector<std::shared_ptr<const PackedDocument>> documents_;
  std::deque<ScanEntry> scanned_;  // by rank
  std::vector<const ScanEntry*> newest_;
  std::vector<const ScanEntry*> reading_order_;  // by id
  mutable Mutex stock_mutex_;
  mutable std::unordered_map<std::u32string, bool> stock_ ABSL_GUARDED_BY(stock_mutex_);
};

absl::StatusOr<LookupAnswer> ScanArchive::Find(const Lookup& lookup,
                                               const Cancellation& cancellation) const {
  QUOTES_RETURN_IF_ERROR(cancellation.Check());
  const FilterPlan filter(lookup.filter, scheme());
  const QueryPlan query(lookup.query, lookup.match);
  const Resumption resumption(
      lookup, lookup.after.has_value() ? FindReport(lookup.after->report_id) : nullptr);
  const bool ranked = IsRanked(lookup.order) || IsByValue(lookup.order);
  const bool count_all = lookup.with_total || lookup.with_facets;
  const std::vector<const ScanEntry*>& entries =
      lookup.order == Order::kReadingOrder ? reading_order_ : newest_;

  LookupAnswer answer;
  FacetCounter facets(scheme());
  Page page(lookup.limit, ranked);
  FilterPlan::SectionSet sections;
  size_t work = 0;
  bool done = false;

  for (size_t rank = 0; rank < entries.size() && !done; ++rank) {
    const ScanEntry& scanned = *entries[rank];
    const Entry& entry = scanned.entry();
    const int compared = resumption.Compare(entry);
    if ((compared < 0 && !ranked && !count_all) || !filter.Passes(entry, &sections)) {
      continue;
    }
    for (uint32_t quote = 0; quote < entry.size() && !done; ++quote) {
      work += kUnitsPerQuote + scanned.units(quote).size() * query.needle_count();
      if (work > kUnitsBetweenChecks) {
        QUOTES_RETURN_IF_ERROR(cancellation.Check());
        work = 0;
      }
      if (!filter.Passes(entry, quote, sections)) {
        continue;
      }
      const std::u32string_view haystack =
          lookup.match == MatchMode::kExact ? entry.text(quote) : scanned.units(quote);
      const auto has = [&](size_t needle) {
        return haystack.find(query.needle(needle)) != std::u32string_view::npos;
      };
      QueryPlan::Match match(query, has);
      if (!match.Holds()) {
        continue;
      }
      FoundFigures figures;
      if (lookup.figures != nullptr) {
        figures = FindFigures(*lookup.figures, entry, quote, lookup.order);
        if (figures.places.empty()) {
          continue;
        }
      }
      ++answer.total;
      if (lookup.with_facets) {
        facets.Add(entry, quote);
      }
      Candidate candidate{0, false, rank, quote, figures.first, lookup.order};
      if (lookup.order == Order::kRelevance) {
        candidate.relevance = match.Relevance();
        candidate.lead = entry.lead(quote);
      } else if (lookup.order == Order::kSalience) {
        const Salience salience =
            SalienceOf(entry.text(quote), entry.lead(quote), entry.quotes()[quote].has_figures);
        candidate.relevance = static_cast<uint32_t>(
            IsStock(StripBreaks(scanned.units(quote))) ? Salience::kFormal : salience);
      }
      if (resumption.IsBehind(candidate, compared)) {
        page.Add(candidate);
      }
      done = !count_all && page.Complete();
    }
  }

  const std::vector<Candidate> candidates = page.Take(&answer.more);
  answer.too_long = IsTooLong(lookup, candidates,
                              [&](size_t rank) -> const Entry& { return entries[rank]->entry(); });
  if (!answer.too_long) {
    for (const Candidate& candidate : candidates) {
      answer.hits.push_back(MakeHit(lookup, entries[candidate.rank]->entry(), candidate, query));
    }
  }
  if (!lookup.with_total) {
    answer.total = 0;
  }
  if (lookup.with_facets) {
    answer.facets = facets.Take();
  }
  return answer;
}

Seed ScanArchive::FindPlaces(std::u32string_view units, const SeedOptions& options) const {
  Seed seed;
  seed.end = units.size();
  if (units.empty() || units.find(U'\0') != std::u32string_view::npos) {
    return seed;
  }
  for (const ScanEntry* const scanned : newest_) {
    const Entry& entry = scanned->entry();
    for (uint32_t quote = 0; quote < entry.size(); ++quote) {
      if (!InScope(entry.quotes()[quote].block, options.scope)) {
        continue;
      }
      // A match does not reach into the breaks around a quote.
      const std::u32string_view all = scanned->units(quote);
      const std::u32string_view inside = StripBreaks(all);
      const size_t leading = inside.empty() ? 0 : static_cast<size_t>(inside.data() - all.data());
      for (size_t at = inside.find(units); at != std::u32string_view::npos;
           at = inside.find(units, at + 1)) {
        ++seed.occurrences;
        if (seed.places.size() < options.max_places) {
          seed.places.push_back({{&entry, quote}, static_cast<uint32_t>(leading + at)});
        }
      }
    }
  }
  return seed;
}

std::vector<Seed> ScanArchive::LongestMatches(std::u32string_view units,
                                              const SeedOptions& options) const {
  return Factorise(
      units, options,
      [&](std::u32string_view rest) {
        size_t length = 0;
        while (length < rest.size() &&
               FindPlaces(rest.substr(0, length + 1), {.scope = options.scope, .max_places = 0})
                       .occurrences > 0) {
          ++length;
        }
        return length;
      },
      [&](std::u32string_view found) {
        Seed seed = FindPlaces(found, options);
        if (found.size() < options.telling_units && seed.occurrences > options.max_places) {
          seed.places.clear();
        }
        return seed;
      });
}

template <typename Visit>
void ScanArchive::VisitQuotes(const Filter& filter, const Visit& visit) const {
  const FilterPlan plan(filter, scheme());
  FilterPlan::SectionSet sections;
  for (uint32_t rank = 0; rank < newest_.size(); ++rank) {
    const Entry& entry = newest_[rank]->entry();
    if (!plan.Passes(entry, &sections)) {
      continue;
    }
    for (uint32_t quote = 0; quote < entry.size(); ++quote) {
      if (plan.Passes(entry, quote, sections)) {
        visit(rank, quote, StripBreaks(newest_[rank]->units(quote)));
      }
    }
  }
}

absl::StatusOr<PhraseTrace> ScanArchive::Trace(std::u32string_view units,
                                               const TraceOptions& options,
                                               const Cancellation& cancellation) const {
  QUOTES_RETURN_IF_ERROR(cancellation.Check());
  std::vector<RankCount> counts;
  std::optional<QuoteRef> first;
  std::optional<QuoteRef> last;
  struct Found {
    PhraseCount count;
    QuoteRef first;
  };
  std::map<std::u32string, Found> variants;
  std::map<std::u32string, uint64_t> in_quote;
  VisitQuotes(options.filter, [&](uint32_t rank, uint32_t quote, std::u32string_view text) {
    const QuoteRef ref{entries()[rank], quote};
    uint64_t places = CountPlaces(text, units);
    if (places > 0 && !options.marked.empty()) {
      places = CountPlaces(FoldKeepingMarks(ref.text()).units, options.marked);
    }
    if (places > 0) {
      if (counts.empty() || counts.back().rank != rank) {
        counts.push_back({rank, {}});
        if (ref.document->date().has_value()) {
          first = ref;
        }
      }
      counts.back().count.occurrences += places;
      ++counts.back().count.quotes;
      if (ref.document->date().has_value() && counts.size() == 1) {
        last = ref;
      }
    }
    if (options.max_variants == 0 || !options.marked.empty() || !HasVariants(units)) {
      return;
    }
    in_quote.clear();
    for (size_t at = 1; at < units.size(); ++at) {
      const std::u32string_view left = units.substr(0, at);
      for (size_t begin = text.find(left); begin != std::u32string_view::npos;
           begin = text.find(left, begin + 1)) {
        const size_t letter = begin + at;
        if (units[at - 1] != text::kBreak && units[at] != text::kBreak && letter < text.size() &&
            text[letter] != text::kBreak && text.substr(letter + 1).starts_with(units.substr(at))) {
          const std::u32string variant = WithLetter(units, at, text[letter]);
          in_quote[variant] = CountPlaces(text, variant);
        }
      }
      if (const std::u32string variant = WithoutUnit(units, at);
          !variant.empty() && units[at] != text::kBreak) {
        in_quote[variant] = CountPlaces(text, variant);
      }
    }
    for (const auto& [variant, occurrences] : in_quote) {
      if (occurrences > 0 && variant.find(units) == std::u32string::npos) {
        Found& found = variants.emplace(variant, Found{{}, ref}).first->second;
        found.count.occurrences += occurrences;
        ++found.count.quotes;
      }
    }
  });
  PhraseTrace trace = Summarise(*this, PassingReports(*this, options.filter), counts);
  if (first.has_value()) {
    trace.first = UseIn(*first, units, options.marked);
    trace.last = UseIn(*last, units, options.marked);
  }
  std::vector<std::pair<std::u32string, Found>> sorted(variants.begin(), variants.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.second.count.occurrences > b.second.count.occurrences;
  });
  sorted.resize(std::min(sorted.size(), options.max_variants));
  for (const auto& [variant, found] : sorted) {
    const report::Range range = FindIn(found.first, variant).value_or(report::Range());
    trace.variants.push_back({text::ToUtf8(found.first.document->joined(range)), found.count});
  }
  return trace;
}

Emergence ScanArchive::EmergenceOf(std::u32string_view units,
                                   const std::vector<Epoch>& epochs) const {
  Emergence emergence;
  ContextCounter contexts;
  uint32_t last = Catalog::kNoRank;
  VisitQuotes({}, [&](uint32_t rank, uint32_t, std::u32string_view text) {
    for (size_t at = text.find(units); at != std::u32string_view::npos && !emergence.earlier;
         at = text.find(units, at + 1)) {
      emergence.earlier = epochs[rank] == Epoch::kEarlier;
      if (epochs[rank] == Epoch::kSince) {
        emergence.reports += rank != last ? 1u : 0u;
        ++emergence.occurrences;
        last = rank;
        const size_t behind = at + units.size();
        contexts.Add(at == 0 ? text::kBreak : text[at - 1],
                     behind == text.size() ? text::kBreak : text[behind]);
      }
    }
  });
  if (emergence.earlier) {
    return {.earlier = true};
  }
  contexts.Take(&emergence);
  return emergence;
}

uint64_t ScanArchive::CountReports(std::u32string_view units) const {
  Filter filter;
  filter.scope = TextScope::kAll;
  std::vector<bool> has(newest_.size(), false);
  VisitQuotes(filter, [&](uint32_t rank, uint32_t, std::u32string_view text) {
    has[rank] = has[rank] || text.find(units) != std::u32string_view::npos;
  });
  return static_cast<uint64_t>(std::count(has.begin(), has.end(), true));
}

}  // namespace

std::shared_ptr<const Archive> MakeScanArchive(
    uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
    const std::vector<std::shared_ptr<const Document>>& documents) {
  std::vector<std::shared_ptr<const PackedDocument>> packed;
  for (const auto& document : documents) {
    if (document->state == ReportState::kActive) {
      packed.push_back(Pack(*document, scheme->themes().size()));
    }
  }
  return std::make_shared<const ScanArchive>(revision, std::move(scheme), std::move(packed));
}

}  // namespace quotes::archive
