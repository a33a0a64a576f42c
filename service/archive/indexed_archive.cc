#include "service/archive/indexed_archive.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/archive/answer.h"
#include "service/archive/catalog.h"
#include "service/archive/entry.h"
#include "service/archive/filter_plan.h"
#include "service/archive/query_plan.h"
#include "service/archive/segment.h"
#include "service/archive/text_index.h"
#include "service/base/check.h"
#include "service/base/status_macros.h"
#include "service/text/fold.h"

namespace quotes::archive {
namespace {

// Merged while an import waits: below 30 ms.
constexpr uint64_t kMergeAtOnce = 64'000;
// A segment is not merged beyond this many code points, so that the memory of a merge is bounded.
constexpr uint64_t kLargestSegment = 64'000'000;
// Each look-up asks every segment.
constexpr size_t kMostSegments = 8;
// Quotes verified between two checks of the cancellation.
constexpr size_t kQuotesBetweenChecks = 4'096;

// A segment as one snapshot sees it.
struct View {
  std::shared_ptr<const Segment> segment;
  std::vector<uint32_t> rank;  // of each entry in this snapshot; kDead without one
  uint64_t dead_code_points = 0;
  // The dead entries alone, so that their quotes can be taken off totals; null if there are none.
  std::shared_ptr<const Segment> dead;

  static constexpr uint32_t kDead = std::numeric_limits<uint32_t>::max();
};

// One part of one view: what a look-up goes through.
struct Source {
  const View* view;
  const Segment::Part* part;
  const Segment::Part* dead;  // null if there are none

  const Entry& entry(uint32_t number) const {
    return *view->segment->entries()[part->entry[number]];
  }
  uint32_t rank(uint32_t number) const { return view->rank[part->entry[number]]; }
};

// The places of a query's needles in one part.
class Needles {
 public:
  Needles(const QueryPlan& plan, const Source& source) : plan_(plan), source_(source) {
    for (size_t needle = 0; needle < plan.needle_count(); ++needle) {
      if (plan.match() == MatchMode::kFolded) {
        intervals_.push_back(source.part->index->Find(plan.needle(needle)));
      } else {
        intervals_.push_back(Candidates(plan.needle(needle)));
      }
    }
  }

  // Exact: the interval's quotes are those that have the needle.
  bool exact() const { return plan_.match() == MatchMode::kFolded; }

  // Number of quotes to be looked at when `node` drives; an upper bound of its matches.
  uint64_t Cost(const QueryNode& node) const {
    switch (node.kind) {
      case QueryNode::Kind::kTerm: {
        const auto& interval = intervals_[plan_.needle_of_term(node.term)];
        return interval.has_value() ? interval->occurrences() : source_.part->size();
      }
      case QueryNode::Kind::kAnd: {
        uint64_t least = source_.part->size();
        for (const QueryNode& child : node.children) {
          if (child.kind != QueryNode::Kind::kNot) {
            least = std::min(least, Cost(child));
          }
        }
        return least;
      }
      case QueryNode::Kind::kOr: {
        uint64_t sum = 0;
        for (const QueryNode& child : node.children) {
          sum += Cost(child);
        }
        return sum;
      }
      case QueryNode::Kind::kNot:
        return source_.part->size();
    }
    return source_.part->size();
  }

  // A superset of the quotes that match `node`, ascending; nullopt for all.
  std::optional<std::vector<uint32_t>> Drive(const QueryNode& node) const {
    switch (node.kind) {
      case QueryNode::Kind::kTerm: {
        const auto& interval = intervals_[plan_.needle_of_term(node.term)];
        if (!interval.has_value()) {
          return std::nullopt;
        }
        return source_.part->index->Quotes(*interval);
      }
      case QueryNode::Kind::kAnd:
        return DriveAnd(node);
      case QueryNode::Kind::kOr: {
        std::vector<uint32_t> all;
        for (const QueryNode& child : node.children) {
          std::optional<std::vector<uint32_t>> quotes = Drive(child);
          if (!quotes.has_value()) {
            return std::nullopt;
          }
          std::vector<uint32_t> both;
          both.reserve(all.size() + quotes->size());
          std::set_union(all.begin(), all.end(), quotes->begin(), quotes->end(),
                         std::back_inserter(both));
          all = std::move(both);
        }
        return all;
      }
      case QueryNode::Kind::kNot:
        return std::nullopt;
    }
    return std::nullopt;
  }

  bool Has(uint32_t number, size_t needle) const {
    if (exact()) {
      return source_.part->index->Contains(number, plan_.needle(needle));
    }
    return source_.entry(number).text(source_.part->quote[number]).find(plan_.needle(needle)) !=
           std::u32string_view::npos;
  }

 private:
  // The quotes that can have a string of code points exactly: those with its longest run of
  // characters whose folding does not depend on their neighbours. Nullopt where it has none.
  std::optional<TextIndex::Interval> Candidates(std::u32string_view exact) const {
    std::u32string best;
    std::u32string run;
    for (const char32_t c : exact) {
      const bool safe = text::IsHan(c) || (c >= U'0' && c <= U'9') || (c >= U'a' && c <= U'z') ||
                        (c >= U'A' && c <= U'Z');
      if (safe) {
        run += text::FoldLetter(c);
      } else {
        run.clear();
      }
      if (run.size() > best.size()) {
        best = run;
      }
    }
    if (best.empty()) {
      return std::nullopt;
    }
    return source_.part->index->Find(best);
  }

  std::optional<std::vector<uint32_t>> DriveAnd(const QueryNode& node) const {
    std::vector<std::pair<uint64_t, const QueryNode*>> children;
    for (const QueryNode& child : node.children) {
      if (child.kind != QueryNode::Kind::kNot) {
        children.emplace_back(Cost(child), &child);
      }
    }
    std::sort(children.begin(), children.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::optional<std::vector<uint32_t>> quotes;
    for (const auto& [cost, child] : children) {
      // Testing a quote's text costs about ten times what one occurrence of an interval costs.
      if (quotes.has_value() && cost > 10 * quotes->size()) {
        break;
      }
      std::optional<std::vector<uint32_t>> next = Drive(*child);
      if (!next.has_value()) {
        continue;
      }
      if (!quotes.has_value()) {
        quotes = std::move(next);
        continue;
      }
      std::vector<uint32_t> both;
      std::set_intersection(quotes->begin(), quotes->end(), next->begin(), next->end(),
                            std::back_inserter(both));
      quotes = std::move(both);
    }
    return quotes;
  }

  const QueryPlan& plan_;
  const Source& source_;
  std::vector<std::optional<TextIndex::Interval>> intervals_;
};

class IndexedArchive final : public Catalog<Entry> {
 public:
  IndexedArchive(uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
                 std::vector<std::shared_ptr<const Document>> documents,
                 const IndexedArchive* previous)
      : Catalog(revision, std::move(scheme), std::move(documents), previous) {
    if (previous != nullptr && &previous->scheme() != &this->scheme()) {
      previous = nullptr;
    }
    ConnectRanks();
    absl::flat_hash_set<const Entry*> indexed;
    if (previous != nullptr) {
      for (const View& view : previous->views_) {
        AddView(view.segment, &view, &indexed);
      }
    }
    std::vector<std::shared_ptr<const Entry>> fresh;
    for (const auto& entry : entries()) {
      if (!indexed.contains(entry.get())) {
        fresh.push_back(entry);
      }
    }
    // Small neighbours join the new segment at once, smallest first.
    uint64_t size = 0;
    for (const auto& entry : fresh) {
      size += entry->document()->content.joined.size();
    }
    std::sort(views_.begin(), views_.end(), [](const View& a, const View& b) {
      return a.segment->code_points() > b.segment->code_points();
    });
    while (!fresh.empty() && !views_.empty() &&
           size + views_.back().segment->code_points() <= kMergeAtOnce) {
      size += views_.back().segment->code_points();
      TakeAlive(views_.back(), &fresh);
      views_.pop_back();
    }
    for (auto begin = fresh.begin(); begin != fresh.end();) {
      // One segment, unless it would exceed the largest size.
      uint64_t code_points = 0;
      auto end = begin;
      do {
        code_points += (*end)->document()->content.joined.size();
        ++end;
      } while (end != fresh.end() && code_points < kLargestSegment);
      AddSegment({begin, end});
      begin = end;
    }
  }

  // A snapshot of the same reports in which `merged` stands for `inputs`.
  IndexedArchive(const IndexedArchive& current,
                 const std::vector<std::shared_ptr<const Segment>>& inputs,
                 std::shared_ptr<const Segment> merged)
      : Catalog(current.revision(), current.scheme_pointer(), current.documents(), &current) {
    ConnectRanks();
    absl::flat_hash_set<const Entry*> indexed;
    for (const View& view : current.views_) {
      if (std::find(inputs.begin(), inputs.end(), view.segment) == inputs.end()) {
        AddView(view.segment, &view, &indexed);
      }
    }
    AddView(std::move(merged), nullptr, &indexed);
  }

  const std::vector<View>& views() const { return views_; }

  absl::StatusOr<LookupAnswer> Find(const Lookup& lookup,
                                    const Cancellation& cancellation) const override;
  std::vector<Seed> LongestMatches(std::u32string_view units,
                                   const SeedOptions& options) const override;
  Seed FindPlaces(std::u32string_view units, const SeedOptions& options) const override;

 private:
  void ConnectRanks() {
    ranks_.reserve(entries().size());
    for (uint32_t rank = 0; rank < entries().size(); ++rank) {
      ranks_.emplace(entries()[rank].get(), rank);
    }
    std::vector<uint32_t> by_id(entries().size());
    for (uint32_t rank = 0; rank < by_id.size(); ++rank) {
      by_id[rank] = rank;
    }
    std::sort(by_id.begin(), by_id.end(),
              [this](uint32_t a, uint32_t b) { return entries()[a]->id() < entries()[b]->id(); });
    reading_rank_.resize(by_id.size());
    for (uint32_t place = 0; place < by_id.size(); ++place) {
      reading_rank_[by_id[place]] = place;
    }
  }

  // Adds a segment of an earlier snapshot, or a merged one. `before` is its view there.
  void AddView(std::shared_ptr<const Segment> segment, const View* before,
               absl::flat_hash_set<const Entry*>* indexed) {
    View view;
    view.segment = std::move(segment);
    std::vector<std::shared_ptr<const Entry>> dead;
    size_t dead_before = 0;
    for (size_t e = 0; e < view.segment->entries().size(); ++e) {
      const auto& entry = view.segment->entries()[e];
      const auto rank = ranks_.find(entry.get());
      if (rank == ranks_.end()) {
        view.rank.push_back(View::kDead);
        view.dead_code_points += entry->document()->content.joined.size();
        dead.push_back(entry);
        dead_before += before != nullptr && before->rank[e] == View::kDead ? size_t{1} : size_t{0};
      } else {
        view.rank.push_back(rank->second);
        indexed->insert(entry.get());
      }
    }
    if (dead.size() == view.segment->entries().size()) {
      return;  // nothing left
    }
    if (!dead.empty()) {
      view.dead = before != nullptr && dead_before == dead.size()
                      ? before->dead
                      : std::make_shared<const Segment>(std::move(dead), scheme().themes().size());
    }
    views_.push_back(std::move(view));
  }

  void AddSegment(std::vector<std::shared_ptr<const Entry>> segment_entries) {
    std::sort(segment_entries.begin(), segment_entries.end(), [this](const auto& a, const auto& b) {
      return ranks_.at(a.get()) < ranks_.at(b.get());
    });
    absl::flat_hash_set<const Entry*> ignored;
    AddView(std::make_shared<const Segment>(std::move(segment_entries), scheme().themes().size()),
            nullptr, &ignored);
  }

  static void TakeAlive(const View& view, std::vector<std::shared_ptr<const Entry>>* entries) {
    for (size_t e = 0; e < view.rank.size(); ++e) {
      if (view.rank[e] != View::kDead) {
        entries->push_back(view.segment->entries()[e]);
      }
    }
  }

  std::vector<Source> Sources(TextScope scope) const {
    std::vector<Source> sources;
    for (const View& view : views_) {
      if (scope != TextScope::kFurniture) {
        sources.push_back({&view, &view.segment->speech(),
                           view.dead == nullptr ? nullptr : &view.dead->speech()});
      }
      if (scope != TextScope::kSpeech) {
        sources.push_back({&view, &view.segment->furniture(),
                           view.dead == nullptr ? nullptr : &view.dead->furniture()});
      }
    }
    return sources;
  }

  void FindTerm(const Lookup& lookup, const std::vector<Source>& sources, const QueryPlan& plan,
                const Resumption& resumption, LookupAnswer* answer) const;

  static bool AnyAlive(const Source& source, TextIndex::Interval interval);
  static size_t LongestAlive(const Source& source, std::u32string_view units);
  Seed PlacesIn(const std::vector<Source>& sources, std::u32string_view units,
                size_t max_places) const;

  // Ranks by pointer: entries live as long as the snapshot.
  absl::flat_hash_map<const Entry*, uint32_t> ranks_;
  std::vector<uint32_t> reading_rank_;  // place by report id, by rank
  std::vector<View> views_;
};

// One term, newest first, no filter: only the quotes shown are visited, and the total is read.
void IndexedArchive::FindTerm(const Lookup& lookup, const std::vector<Source>& sources,
                              const QueryPlan& plan, const Resumption& resumption,
                              LookupAnswer* answer) const {
  std::vector<Candidate> candidates;
  for (const Source& source : sources) {
    const TextIndex& index = *source.part->index;
    const TextIndex::Interval interval = index.Find(plan.needle(0));
    if (interval.empty()) {
      continue;
    }
    if (lookup.with_total) {
      answer->total += index.CountQuotes(interval);
      if (source.dead != nullptr) {
        const TextIndex& dead = *source.dead->index;
        answer->total -= dead.CountQuotes(dead.Find(plan.needle(0)));
      }
    }
    // The first entry that is not wholly before the place where the page begins.
    uint32_t first = 0;
    if (lookup.after.has_value()) {
      const auto& segment_entries = source.view->segment->entries();
      const auto entry = std::partition_point(
          segment_entries.begin(), segment_entries.end(),
          [&](const auto& candidate) { return resumption.Compare(*candidate) < 0; });
      first = source.part->first[static_cast<size_t>(entry - segment_entries.begin())];
    }
    size_t taken = 0;
    index.VisitQuotes(interval, first, [&](uint32_t number) {
      const uint32_t rank = source.rank(number);
      if (rank == View::kDead) {
        return true;
      }
      const Candidate candidate{0, false, rank, source.part->quote[number]};
      if (resumption.IsBehind(candidate, resumption.Compare(source.entry(number)))) {
        candidates.push_back(candidate);
        ++taken;
      }
      return taken <= lookup.limit;
    });
  }
  std::sort(candidates.begin(), candidates.end());
  answer->more = candidates.size() > lookup.limit;
  if (answer->more) {
    candidates.resize(lookup.limit);
  }
  for (const Candidate& candidate : candidates) {
    answer->hits.push_back(MakeHit(*entries()[candidate.rank], candidate, plan));
  }
}

absl::StatusOr<LookupAnswer> IndexedArchive::Find(const Lookup& lookup,
                                                  const Cancellation& cancellation) const {
  QUOTES_RETURN_IF_ERROR(cancellation.Check());
  const QueryPlan plan(lookup.query, lookup.match);
  const Resumption resumption(
      lookup, lookup.after.has_value() ? FindEntry(lookup.after->report_id) : nullptr);
  const std::vector<Source> sources = Sources(lookup.filter.scope);
  LookupAnswer answer;
  if (lookup.query != nullptr && lookup.query->root.kind == QueryNode::Kind::kTerm &&
      lookup.match == MatchMode::kFolded && lookup.order == Order::kNewest && !lookup.with_facets &&
      !FilterPlan::Restricts(lookup.filter)) {
    FindTerm(lookup, sources, plan, resumption, &answer);
    return answer;
  }

  const FilterPlan filter(lookup.filter, scheme().themes().size());
  const bool ranked = lookup.order == Order::kRelevance;
  FacetCounter facets(scheme());
  Page page(lookup.limit, /*ranked=*/true);
  size_t work = 0;

  for (const Source& source : sources) {
    const auto& segment_entries = source.view->segment->entries();
    const Segment::Part& part = *source.part;
    // Which entries pass, and how many quotes they have.
    std::vector<uint32_t> passing;
    std::vector<FilterPlan::SectionSet> sections;
    std::vector<uint32_t> place(segment_entries.size(), View::kDead);
    uint64_t passing_quotes = 0;
    for (uint32_t e = 0; e < segment_entries.size(); ++e) {
      FilterPlan::SectionSet set;
      if (source.view->rank[e] == View::kDead || part.first[e] == part.first[e + 1] ||
          !filter.Passes(*segment_entries[e], &set)) {
        continue;
      }
      place[e] = static_cast<uint32_t>(passing.size());
      passing.push_back(e);
      sections.push_back(std::move(set));
      passing_quotes += part.first[e + 1] - part.first[e];
    }
    if (passing.empty()) {
      continue;
    }
    const Needles needles(plan, source);
    const auto visit = [&](uint32_t number, bool verified) -> absl::Status {
      if (++work > kQuotesBetweenChecks) {
        QUOTES_RETURN_IF_ERROR(cancellation.Check());
        work = 0;
      }
      const uint32_t e = part.entry[number];
      if (place[e] == View::kDead ||
          !filter.Passes(*segment_entries[e], part.quote[number], sections[place[e]])) {
        return absl::OkStatus();
      }
      const auto has = [&](size_t needle) { return needles.Has(number, needle); };
      QueryPlan::Match match(plan, has);
      if (!verified && !match.Holds()) {
        return absl::OkStatus();
      }
      ++answer.total;
      const Entry& entry = *segment_entries[e];
      if (lookup.with_facets) {
        facets.Add(entry, part.quote[number]);
      }
      Candidate candidate{0, false, source.view->rank[e], part.quote[number]};
      if (ranked) {
        candidate.relevance = match.Relevance();
        candidate.lead = entry.lead(candidate.quote);
      } else if (lookup.order == Order::kReadingOrder) {
        candidate.rank = reading_rank_[candidate.rank];
      }
      if (resumption.IsBehind(candidate, resumption.Compare(entry))) {
        page.Add(candidate);
      }
      return absl::OkStatus();
    };

    // The cheapest of: the passing reports, the postings of a group of themes, the query.
    const std::vector<uint32_t> themed = filter.Themed(part.themes);
    const uint64_t filter_cost = lookup.filter.theme_groups.empty()
                                     ? passing_quotes
                                     : std::min<uint64_t>(passing_quotes, themed.size());
    const uint64_t query_cost = lookup.query == nullptr ? std::numeric_limits<uint64_t>::max()
                                                        : needles.Cost(lookup.query->root);
    // Testing a quote against the query costs more than reading a posting.
    constexpr uint64_t kTestCost = 6;
    if (lookup.query != nullptr && query_cost < kTestCost * filter_cost) {
      const std::optional<std::vector<uint32_t>> quotes = needles.Drive(lookup.query->root);
      const bool verified = needles.exact() && lookup.query->root.kind == QueryNode::Kind::kTerm;
      if (quotes.has_value()) {
        for (const uint32_t number : *quotes) {
          QUOTES_RETURN_IF_ERROR(visit(number, verified));
        }
        continue;
      }
    }
    if (!lookup.filter.theme_groups.empty() && themed.size() <= passing_quotes) {
      for (const uint32_t number : themed) {
        QUOTES_RETURN_IF_ERROR(visit(number, lookup.query == nullptr));
      }
      continue;
    }
    for (const uint32_t e : passing) {
      for (uint32_t number = part.first[e]; number < part.first[e + 1]; ++number) {
        QUOTES_RETURN_IF_ERROR(visit(number, lookup.query == nullptr));
      }
    }
  }

  std::vector<uint32_t> rank_of_reading;
  if (lookup.order == Order::kReadingOrder) {
    rank_of_reading.resize(reading_rank_.size());
    for (uint32_t rank = 0; rank < reading_rank_.size(); ++rank) {
      rank_of_reading[reading_rank_[rank]] = rank;
    }
  }
  for (const Candidate& candidate : page.Take(&answer.more)) {
    const size_t rank =
        lookup.order == Order::kReadingOrder ? rank_of_reading[candidate.rank] : candidate.rank;
    answer.hits.push_back(MakeHit(*entries()[rank], candidate, plan));
  }
  if (!lookup.with_total) {
    answer.total = 0;
  }
  if (lookup.with_facets) {
    answer.facets = facets.Take();
  }
  return answer;
}

bool IndexedArchive::AnyAlive(const Source& source, TextIndex::Interval interval) {
  bool alive = false;
  source.part->index->VisitQuotes(interval, 0, [&](uint32_t number) {
    alive = source.rank(number) != View::kDead;
    return !alive;
  });
  return alive;
}

// The length of the longest prefix that a quote of a living entry has.
size_t IndexedArchive::LongestAlive(const Source& source, std::u32string_view units) {
  const TextIndex& index = *source.part->index;
  const TextIndex::Prefix prefix = index.FindLongestPrefix(units);
  if (prefix.length == 0 || source.dead == nullptr || AnyAlive(source, prefix.interval)) {
    return prefix.length;
  }
  // Only dead entries have it. Shorter prefixes stand where longer ones do.
  size_t longest = 0;
  size_t beyond = prefix.length;
  while (beyond - longest > 1) {
    const size_t middle = longest + (beyond - longest) / 2;
    (AnyAlive(source, index.Find(units.substr(0, middle))) ? longest : beyond) = middle;
  }
  return longest;
}

Seed IndexedArchive::PlacesIn(const std::vector<Source>& sources, std::u32string_view units,
                              size_t max_places) const {
  Seed seed;
  seed.end = units.size();
  std::vector<SeedCandidate> candidates;
  for (const Source& source : sources) {
    const TextIndex& index = *source.part->index;
    const TextIndex::Interval interval = index.Find(units);
    seed.occurrences += interval.occurrences();
    if (source.dead != nullptr) {
      seed.occurrences -= source.dead->index->Find(units).occurrences();
    }
    size_t taken = 0;
    if (interval.empty() || max_places == 0) {
      continue;
    }
    index.VisitOccurrences(interval, [&](TextIndex::Occurrence occurrence) {
      const uint32_t rank = source.rank(occurrence.quote);
      if (rank != View::kDead) {
        candidates.push_back({rank, source.part->quote[occurrence.quote], occurrence.offset});
        ++taken;
      }
      return taken < max_places;
    });
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.resize(std::min(candidates.size(), max_places));
  for (const SeedCandidate& candidate : candidates) {
    const Entry& entry = *entries()[candidate.rank];
    // The index has quotes without the breaks around them.
    const std::u32string folded = text::Fold(entry.text(candidate.quote)).units;
    const auto leading = static_cast<uint32_t>(folded.find_first_not_of(text::kBreak));
    seed.places.push_back({{entry.document().get(), candidate.quote}, leading + candidate.offset});
  }
  return seed;
}

std::vector<Seed> IndexedArchive::LongestMatches(std::u32string_view units,
                                                 const SeedOptions& options) const {
  const std::vector<Source> sources = Sources(options.scope);
  return Factorise(
      units, options.min_units,
      [&](std::u32string_view rest) {
        size_t longest = 0;
        for (const Source& source : sources) {
          longest = std::max(longest, LongestAlive(source, rest));
        }
        return longest;
      },
      [&](std::u32string_view found) { return PlacesIn(sources, found, options.max_places); });
}

Seed IndexedArchive::FindPlaces(std::u32string_view units, const SeedOptions& options) const {
  return PlacesIn(Sources(options.scope), units, options.max_places);
}

}  // namespace

struct MergePlan::Rep {
  std::vector<std::shared_ptr<const Segment>> inputs;
  std::vector<std::shared_ptr<const Entry>> entries;  // alive, in the order of answers
  size_t theme_count = 0;
  std::shared_ptr<const Segment> merged;
};

MergePlan::~MergePlan() = default;
MergePlan::MergePlan(MergePlan&&) noexcept = default;
MergePlan& MergePlan::operator=(MergePlan&&) noexcept = default;

// Segments are kept in tiers: two of similar size become one, so that a character is merged a
// logarithmic number of times; a segment of which a quarter is dead is written anew.
MergePlan::MergePlan(const Archive& archive) : rep_(std::make_unique<Rep>()) {
  const auto* const indexed = dynamic_cast<const IndexedArchive*>(&archive);
  if (indexed == nullptr) {
    return;
  }
  const auto alive = [](const View& view) {
    return view.segment->code_points() - view.dead_code_points;
  };
  std::vector<const View*> views;
  for (const View& view : indexed->views()) {
    views.push_back(&view);
  }
  std::sort(views.begin(), views.end(),
            [&](const View* a, const View* b) { return alive(*a) < alive(*b); });
  std::vector<const View*> chosen;
  uint64_t size = 0;
  for (size_t i = 0; i < views.size(); ++i) {
    const uint64_t next = alive(*views[i]);
    // Twice what was gathered so far: the next tier would be merged for too little.
    const bool similar = next <= 2 * size || views.size() - i > kMostSegments;
    if (!chosen.empty() && (!similar || size + next > kLargestSegment)) {
      break;
    }
    chosen.push_back(views[i]);
    size += next;
  }
  if (chosen.size() < 2) {
    chosen.clear();
    for (const View* view : views) {
      if (4 * view->dead_code_points >= view->segment->code_points()) {
        chosen.push_back(view);
        break;
      }
    }
  }
  std::vector<std::pair<uint32_t, std::shared_ptr<const Entry>>> entries;
  for (const View* view : chosen) {
    rep_->inputs.push_back(view->segment);
    for (size_t e = 0; e < view->rank.size(); ++e) {
      if (view->rank[e] != View::kDead) {
        entries.emplace_back(view->rank[e], view->segment->entries()[e]);
      }
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [rank, entry] : entries) {
    rep_->entries.push_back(std::move(entry));
  }
  rep_->theme_count = indexed->scheme().themes().size();
}

bool MergePlan::empty() const { return rep_->inputs.empty(); }

void MergePlan::Run() {
  QUOTES_CHECK(!empty());
  rep_->merged = std::make_shared<const Segment>(rep_->entries, rep_->theme_count);
}

std::shared_ptr<const Archive> MergePlan::Apply(const Archive& current) const {
  QUOTES_CHECK(rep_->merged != nullptr);
  const auto* const indexed = dynamic_cast<const IndexedArchive*>(&current);
  if (indexed == nullptr) {
    return nullptr;
  }
  for (const auto& input : rep_->inputs) {
    if (std::none_of(indexed->views().begin(), indexed->views().end(),
                     [&](const View& view) { return view.segment == input; })) {
      return nullptr;
    }
  }
  return std::make_shared<const IndexedArchive>(*indexed, rep_->inputs, rep_->merged);
}

std::shared_ptr<const Archive> MakeIndexedArchive(
    uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
    std::vector<std::shared_ptr<const Document>> documents, const Archive* previous) {
  return std::make_shared<const IndexedArchive>(revision, std::move(scheme), std::move(documents),
                                                dynamic_cast<const IndexedArchive*>(previous));
}

size_t SegmentCount(const Archive& archive) {
  const auto* const indexed = dynamic_cast<const IndexedArchive*>(&archive);
  return indexed == nullptr ? 0 : indexed->views().size();
}

}  // namespace quotes::archive
