#ifndef QUOTES_SERVICE_ARCHIVE_ANSWER_H_
#define QUOTES_SERVICE_ARCHIVE_ANSWER_H_

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/container/node_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "service/archive/archive.h"
#include "service/archive/entry.h"
#include "service/archive/query_plan.h"
#include "service/base/limits.h"
#include "service/report/report.h"
#include "service/text/fold.h"
#include "service/themes/scheme.h"

namespace quotes::archive {

// Puts the buckets of a facet in order and leaves out what does not fit.
inline void OrderBuckets(std::vector<FacetBucket>* buckets) {
  std::sort(buckets->begin(), buckets->end(), [](const FacetBucket& a, const FacetBucket& b) {
    return a.count != b.count ? a.count > b.count : a.value < b.value;
  });
  if (buckets->size() > limits::kMaxFacetBuckets) {
    buckets->resize(limits::kMaxFacetBuckets);
  }
}

// Counts what the facets of an answer say, quote by quote.
class FacetCounter {
 public:
  explicit FacetCounter(const themes::Scheme& scheme)
      : scheme_(scheme), theme_counts_(scheme.themes().size(), 0) {
    for (const themes::Theme& theme : scheme.themes()) {
      parents_.push_back(theme.parent.empty() ? -1 : scheme.Find(theme.parent));
    }
    last_seen_.resize(theme_counts_.size(), 0);
  }

  void Add(const Entry& entry, uint32_t quote) {
    ++quotes_;
    // Quotes come report by report, if some reports come more than once.
    if (&entry != entry_) {
      entry_ = &entry;
      const std::optional<absl::CivilDay> date = entry.date();
      in_report_ = &reports_[entry.report_id()];
      in_year_ = date.has_value() ? &years_[date->year()] : nullptr;
    }
    ++*in_report_;
    if (in_year_ != nullptr) {
      ++*in_year_;
    }
    for (const PackedAssignment& assignment : entry.themes(quote)) {
      for (int theme = assignment.theme; theme >= 0; theme = parents_[static_cast<size_t>(theme)]) {
        // A quote counts once for a theme, however many of its descendants it carries.
        uint64_t& seen = last_seen_[static_cast<size_t>(theme)];
        if (seen == quotes_) {
          break;
        }
        seen = quotes_;
        ++theme_counts_[static_cast<size_t>(theme)];
      }
    }
  }

  Facets Take() const {
    Facets facets;
    for (const auto& [report_id, count] : reports_) {
      facets.reports.push_back({std::string(report_id), count});
    }
    for (size_t theme = 0; theme < theme_counts_.size(); ++theme) {
      if (theme_counts_[theme] > 0) {
        facets.themes.push_back({scheme_.themes()[theme].code, theme_counts_[theme]});
      }
    }
    for (const auto& [year, count] : years_) {
      facets.years.push_back({absl::StrCat(year), count});
    }
    OrderBuckets(&facets.reports);
    OrderBuckets(&facets.themes);
    OrderBuckets(&facets.years);
    return facets;
  }

 private:
  const themes::Scheme& scheme_;
  std::vector<int> parents_;
  std::vector<uint64_t> theme_counts_;
  std::vector<uint64_t> last_seen_;  // the number of the last quote counted for each theme
  absl::node_hash_map<std::string_view, uint64_t> reports_;
  std::map<absl::civil_year_t, uint64_t> years_;
  const Entry* entry_ = nullptr;  // of the last quote, with its counts
  uint64_t* in_report_ = nullptr;
  uint64_t* in_year_ = nullptr;
  uint64_t quotes_ = 0;
};

// Whether an order has more to it than the places of quotes.
inline bool IsRanked(Order order) {
  return order == Order::kRelevance || order == Order::kSalience;
}

// What orders by value know of a quote.
struct ValueKey {
  std::string_view unit;  // the base
  std::optional<figures::Decimal> value;
};

// Negative when `a` comes before `b`.
inline int CompareValues(const ValueKey& a, const ValueKey& b, Order order) {
  if (!a.value.has_value() || !b.value.has_value()) {
    return static_cast<int>(b.value.has_value()) - static_cast<int>(a.value.has_value());
  }
  if (a.unit != b.unit) {
    return a.unit < b.unit ? -1 : 1;
  }
  const auto compared = Compare(*a.value, *b.value);
  const int ascending = std::is_lt(compared) ? -1 : std::is_gt(compared) ? 1 : 0;
  return order == Order::kValueAscending ? ascending : -ascending;
}

// The figures of a quote that meet a filter, by their places in the document, and the value that
// comes first in the order.
struct FoundFigures {
  absl::InlinedVector<uint32_t, 2> places;
  ValueKey first;
};

inline FoundFigures FindFigures(const FigureFilter& filter, const Entry& entry, uint32_t quote,
                                Order order) {
  FoundFigures found;
  const uint32_t begin = entry.quotes()[quote].first_figure;
  const std::span<const PackedFigure> figures = entry.figures(quote);
  for (uint32_t i = 0; i < figures.size(); ++i) {
    if (!Passes(filter, entry, figures[i])) {
      continue;
    }
    found.places.push_back(begin + i);
    if (const auto values = BaseValues(entry, figures[i]); values.has_value()) {
      const ValueKey key{entry.Text(entry.units()[figures[i].unit].base), values->first};
      if (CompareValues(key, found.first, order) < 0) {
        found.first = key;
      }
    }
  }
  return found;
}

// A matching quote before its hit is written out. `rank` is its report's in the order walked.
struct Candidate {
  uint32_t relevance = 0;
  bool lead = false;
  size_t rank = 0;
  uint32_t quote = 0;
  // Orders by value only.
  ValueKey value = {};
  Order order = Order::kNewest;

  friend bool operator<(const Candidate& a, const Candidate& b) {
    if (IsByValue(a.order)) {
      if (const int compared = CompareValues(a.value, b.value, a.order); compared != 0) {
        return compared < 0;
      }
    }
    if (a.relevance != b.relevance) {
      return a.relevance > b.relevance;
    }
    if (a.lead != b.lead) {
      return a.lead;
    }
    return std::tie(a.rank, a.quote) < std::tie(b.rank, b.quote);
  }
};

// The first candidates behind the place where the page begins, and whether more follow.
class Page {
 public:
  Page(size_t limit, bool ranked)
      : capacity_(std::min(limit, std::numeric_limits<size_t>::max() - 1) + 1), ranked_(ranked) {}

  // How many candidates can have a place: one more than are shown.
  size_t capacity() const { return capacity_; }

  // False if the candidate stands behind the page. REQUIRES: candidates come in their order unless
  // the page is ranked.
  bool Add(const Candidate& candidate) {
    if (candidates_.size() < capacity_) {
      ascending_ = ascending_ && (candidates_.empty() || candidates_.back() < candidate);
      candidates_.push_back(candidate);
      return true;
    }
    if (!ranked_ || !HasRoomFor(candidate)) {
      return false;
    }
    MakeHeap();
    std::pop_heap(candidates_.begin(), candidates_.end());
    candidates_.back() = candidate;
    std::push_heap(candidates_.begin(), candidates_.end());
    return true;
  }

  // Whether Add would have a place for a candidate of a ranked page.
  bool HasRoomFor(const Candidate& candidate) {
    if (candidates_.size() < capacity_) {
      return true;
    }
    if (ascending_) {
      return candidate < candidates_.back();
    }
    MakeHeap();
    return candidate < candidates_.front();
  }

  // There are as many candidates as have a place.
  bool Full() const { return candidates_.size() == capacity_; }

  // No later candidate changes the page.
  bool Complete() const { return !ranked_ && candidates_.size() == capacity_; }

  // The candidates in order; sets `more`.
  std::vector<Candidate> Take(bool* more) {
    if (heap_) {
      std::sort_heap(candidates_.begin(), candidates_.end());
    } else if (ranked_ && !ascending_) {
      std::sort(candidates_.begin(), candidates_.end());
    }
    *more = candidates_.size() == capacity_;
    if (*more) {
      candidates_.pop_back();
    }
    return std::move(candidates_);
  }

 private:
  void MakeHeap() {
    if (!heap_) {
      std::make_heap(candidates_.begin(), candidates_.end());
      heap_ = true;
      ascending_ = false;
    }
  }

  const size_t capacity_;  // one more than is shown
  const bool ranked_;
  std::vector<Candidate> candidates_;
  // Most pages are filled in their order: a heap is made once something stands before the last of a
  // full one.
  bool ascending_ = true;
  bool heap_ = false;  // with the last on top
};

// A place of a seed before it is written out. `rank` is its report's, newest first.
struct SeedCandidate {
  size_t rank = 0;
  uint32_t quote = 0;
  uint32_t offset = 0;

  friend bool operator<(const SeedCandidate& a, const SeedCandidate& b) {
    return std::tie(a.rank, a.quote, a.offset) < std::tie(b.rank, b.quote, b.offset);
  }
};

// The greedy factorisation that Archive::LongestMatches describes. `longest` gives the length of
// the longest prefix of a text that stands in a quote, `find` the seed of a string that does.
template <typename Longest, typename Find>
std::vector<Seed> Factorise(std::u32string_view units, const SeedOptions& options,
                            const Longest& longest, const Find& find) {
  std::vector<Seed> seeds;
  size_t at = 0;
  while (at < units.size() && seeds.size() < options.max_seeds) {
    const size_t length = units[at] == text::kBreak ? 0 : longest(units.substr(at));
    if (length > 0 && length >= options.min_units) {
      Seed seed = find(units.substr(at, length));
      seed.begin += at;
      seed.end += at;
      seeds.push_back(std::move(seed));
    }
    at += std::max<size_t>(length, 1);
  }
  return seeds;
}

// Where a page begins: the places behind a sort key, as this snapshot sees it.
class Resumption {
 public:
  // `entry` is that of the key's report, null if there is no key or no such report.
  Resumption(const Lookup& lookup, const Entry* entry) : key_(lookup.after), order_(lookup.order) {
    if (key_.has_value() && entry != nullptr) {
      first_quote_ = FirstQuoteBehind(*entry);
    }
  }

  // The first quote of the key's report that is behind the key in the order of places; 0 if the
  // report is not there.
  uint32_t first_quote() const { return first_quote_; }

  // Negative when every quote of the report comes before the key, were relevance and lead
  // equal; 0 for the key's own report.
  int Compare(const Entry& entry) const {
    if (!key_.has_value()) {
      return 1;
    }
    const int dates = order_ == Order::kReadingOrder ? 0 : CompareDates(entry.date(), key_->date);
    return dates != 0 ? dates : entry.report_id().compare(key_->report_id);
  }

  // Negative when candidates of this relevance and lead all come before the key, positive when all
  // are behind it, 0 when their places tell.
  int CompareRanks(uint32_t relevance, bool lead) const {
    if (!key_.has_value()) {
      return 1;
    }
    if (!IsRanked(order_)) {
      return 0;
    }
    if (relevance != key_->relevance) {
      return relevance < key_->relevance ? 1 : -1;
    }
    return lead == key_->lead ? 0 : key_->lead ? 1 : -1;
  }

  bool IsBehind(const Candidate& candidate, int compared) const {
    if (key_.has_value() && IsByValue(order_)) {
      const int values = CompareValues(candidate.value, {key_->unit, key_->value}, order_);
      if (values != 0) {
        return values > 0;
      }
    }
    const int ranks = CompareRanks(candidate.relevance, candidate.lead);
    if (ranks != 0) {
      return ranks > 0;
    }
    return compared > 0 || (compared == 0 && candidate.quote >= first_quote_);
  }

 private:
  // The first quote of the key's report that is behind the key.
  uint32_t FirstQuoteBehind(const Entry& entry) const {
    if (const std::optional<uint32_t> quote = entry.Find(key_->quote_id); quote.has_value()) {
      return *quote + 1;
    }
    for (const std::string& id : key_->predecessors) {
      if (const std::optional<uint32_t> quote = entry.Find(id); quote.has_value()) {
        return *quote + 1;
      }
    }
    if (key_->predecessors.size() < kSortKeyPredecessors) {
      return 0;  // all that stood before the key is gone
    }
    for (const std::string& id : key_->successors) {
      if (const std::optional<uint32_t> quote = entry.Find(id); quote.has_value()) {
        return *quote;
      }
    }
    if (key_->successors.size() < kSortKeySuccessors) {
      return entry.size();  // all that stood behind it is gone
    }
    return 0;  // what came before may come again: better than leaving out what did not
  }

  const std::optional<SortKey>& key_;
  const Order order_;
  uint32_t first_quote_ = 0;
};

// Whether a page would have more code points than its look-up takes; `entry_of(rank)` is an entry.
template <typename EntryOf>
bool IsTooLong(const Lookup& lookup, const std::vector<Candidate>& page, const EntryOf& entry_of) {
  uint64_t code_points = 0;
  for (const Candidate& candidate : page) {
    code_points += entry_of(candidate.rank).quotes()[candidate.quote].range.size();
  }
  return code_points > lookup.most_code_points;
}

inline Hit MakeHit(const Lookup& lookup, const Entry& entry, const Candidate& candidate,
                   const QueryPlan& plan) {
  Hit hit;
  hit.ref = {&entry, candidate.quote};
  hit.relevance = candidate.relevance;
  hit.lead = candidate.lead;
  plan.Explain(entry, &hit);
  if (lookup.figures != nullptr) {
    FoundFigures found = FindFigures(*lookup.figures, entry, candidate.quote, lookup.order);
    hit.figures = std::move(found.places);
    hit.value_unit = found.first.unit;
    hit.value = found.first.value;
  }
  return hit;
}

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_ANSWER_H_
