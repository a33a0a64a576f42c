#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/archive/answer.h"
#include "service/archive/facet_sums.h"
#include "service/archive/indexed_snapshot.h"
#include "service/archive/posting_lists.h"
#include "service/archive/term_cursor.h"
#include "service/archive/themed_quotes.h"
#include "service/base/status_macros.h"

namespace quotes::archive {

void IndexedSnapshot::Fetch(const std::vector<Candidate>& candidates) const {
  const auto each = [&](const auto& fetch) {
    for (const Candidate& candidate : candidates) {
      fetch(*entries()[candidate.rank], candidate.quote);
    }
  };
  each([](const Entry& entry, uint32_t) { __builtin_prefetch(&entry); });
  each([](const Entry& entry, uint32_t) { __builtin_prefetch(entry.bytes().data()); });
  each(
      [](const Entry& entry, uint32_t quote) { __builtin_prefetch(&entry.quotes()[quote].range); });
  each([](const Entry& entry, uint32_t quote) {
    constexpr size_t kLine = 64 / sizeof(char32_t);
    const std::u32string_view text = entry.text(quote);
    for (size_t at = 0; at < std::min<size_t>(text.size(), 4 * kLine); at += kLine) {
      __builtin_prefetch(text.data() + at);
    }
  });
}

uint32_t IndexedSnapshot::FirstNumber(const Lookup& lookup, const Resumption& resumption,
                                      const PartView& source) {
  if (!lookup.after.has_value()) {
    return 0;
  }
  const auto& segment_entries = source.view->segment->entries();
  const auto entry = std::partition_point(
      segment_entries.begin(), segment_entries.end(),
      [&](const auto& candidate) { return resumption.Compare(*candidate) < 0; });
  return source.part->first[static_cast<size_t>(entry - segment_entries.begin())];
}

uint32_t IndexedSnapshot::FirstNumberIn(const Entry& entry, const Resumption& resumption,
                                        const PartView& source) {
  const std::optional<uint32_t> place = source.view->segment->PlaceOf(entry);
  if (!place.has_value() || resumption.Compare(entry) != 0) {
    return 0;
  }
  // A part holds the speech or the furniture of an entry.
  const Segment::Part& part = *source.part;
  const auto begin = part.quote.begin() + part.first[*place];
  const auto end = part.quote.begin() + part.first[*place + 1];
  return static_cast<uint32_t>(std::lower_bound(begin, end, resumption.first_quote()) -
                               part.quote.begin());
}

// One term, newest first, no filter: only the quotes shown are visited, and the total is read.
void IndexedSnapshot::FindTerm(const Lookup& lookup, const std::vector<PartView>& sources,
                               const QueryPlan& plan, const Resumption& resumption,
                               LookupAnswer* answer) const {
  const std::u32string_view term = plan.needle(0);
  Page page(lookup.limit, /*ranked=*/false);
  absl::InlinedVector<const TextIndex*, 8> indices;
  for (const PartView& source : sources) {
    indices.push_back(source.part->index.get());
  }
  absl::InlinedVector<TextIndex::Interval, 8> intervals(sources.size());
  TextIndex::FindAll(indices, term, std::span(intervals));
  // What every segment has to read is fetched for all of them before it is read.
  for (size_t i = 0; i < sources.size(); ++i) {
    indices[i]->Fetch(intervals[i]);
  }
  for (size_t i = 0; i < sources.size(); ++i) {
    indices[i]->FetchQuotes(intervals[i]);
  }
  absl::InlinedVector<TermCursor, 8> cursors;
  cursors.reserve(sources.size());
  absl::InlinedVector<TermCursor*, 8> open;  // those that are at a quote
  for (size_t i = 0; i < sources.size(); ++i) {
    const PartView& source = sources[i];
    const TextIndex::Interval interval = intervals[i];
    if (interval.empty()) {
      continue;
    }
    TermCursor& cursor =
        cursors.emplace_back(source, lookup.after.has_value() ? &resumption : nullptr,
                             FirstNumber(lookup, resumption, source));
    if (interval.occurrences() <= TextIndex::kCountedAbove) {
      // Few: the same list gives the total and the page.
      answer->total += cursor.ReadAll(interval);
    } else {
      if (lookup.with_total) {
        answer->total += indices[i]->CountQuotes(interval);
        answer->total -= source.CountDeadQuotes(term);
      }
      cursor.Read(interval, page.capacity());
    }
    if (cursor.Next()) {
      open.push_back(&cursor);
    }
  }
  // Every segment has its quotes in the order of answers.
  while (!open.empty()) {
    const auto next = std::min_element(open.begin(), open.end(),
                                       [](const auto* a, const auto* b) { return *a < *b; });
    page.Add({0, false, (*next)->rank(), (*next)->quote(), {}, lookup.order});
    if (page.Complete()) {
      break;
    }
    if (!(*next)->Next()) {
      open.erase(next);
    }
  }
  Show(lookup, page.Take(&answer->more), plan, answer);
}

void IndexedSnapshot::Show(const Lookup& lookup, const std::vector<Candidate>& candidates,
                           const QueryPlan& plan, LookupAnswer* answer) const {
  Fetch(candidates);
  answer->too_long = IsTooLong(lookup, candidates,
                               [this](size_t rank) -> const Entry& { return *entries()[rank]; });
  if (answer->too_long) {
    return;
  }
  answer->hits.reserve(candidates.size());
  for (const Candidate& candidate : candidates) {
    answer->hits.push_back(MakeHit(lookup, *entries()[candidate.rank], candidate, plan));
  }
}

IndexedSnapshot::Selection IndexedSnapshot::Select(const Filter& filter,
                                                   const FilterPlan& plan) const {
  Selection selection;
  if (!FilterPlan::RestrictsReports(filter)) {
    selection.all = true;
  } else if (FilterPlan::NamesReports(filter)) {
    // Few reports are named; the others need not be looked at.
    selection.by_name = true;
    for (const uint32_t rank : NamedRanks(filter)) {
      FilterPlan::SectionSet sections;
      if (plan.Passes(*entries()[rank], &sections)) {
        selection.named.push_back({entries()[rank], std::move(sections)});
      }
    }
  } else {
    selection.ranks = columns().Passing(filter, plan);
  }
  return selection;
}

IndexedSnapshot::Passing IndexedSnapshot::FindPassing(const Selection& selection,
                                                      const PartView& source) {
  Passing passing;
  if (selection.all) {
    passing.all = true;
    passing.dead = source.has_dead();
    passing.quotes = source.LivingCount();
    return passing;
  }
  const Segment::Part& part = *source.part;
  // The quotes of the entries [begin, end).
  const auto add = [&](size_t begin, size_t end) {
    const NumberRange quotes{part.first[begin], part.first[end]};
    if (quotes.begin == quotes.end) {
      return;
    }
    passing.quotes += quotes.end - quotes.begin;
    if (!passing.ranges.empty() && passing.ranges.back().end == quotes.begin) {
      passing.ranges.back().end = quotes.end;
    } else {
      passing.ranges.push_back(quotes);
    }
  };
  if (selection.by_name) {
    for (const Selection::Named& named : selection.named) {
      const std::optional<uint32_t> e = source.view->segment->PlaceOf(*named.entry);
      if (e.has_value()) {
        add(*e, *e + 1);
        if (named.sections.has_value()) {
          passing.sections.emplace(*e, named.sections);
        }
      }
    }
    return passing;
  }
  // Ranks ascend with the entries that live; a dead one goes with the next that does.
  passing.dead = source.has_dead();
  const std::vector<uint32_t>& ranks = source.view->rank;
  // The segment has the first of all reports: their ranks are their places.
  const bool places = !passing.dead && !ranks.empty() && ranks.back() + 1 == ranks.size();
  const auto find = [&](size_t from, uint32_t rank) {
    if (places) {
      return std::min<size_t>(rank, ranks.size());
    }
    return Gallop(from, ranks.size(), [&](size_t e) {
      while (e < ranks.size() && ranks[e] == SegmentView::kDead) {
        ++e;
      }
      return e < ranks.size() && ranks[e] < rank;
    });
  };
  size_t at = 0;
  for (const NumberRange& range : selection.ranks) {
    const size_t begin = find(at, range.begin);
    at = find(begin, range.end);
    add(begin, at);
  }
  return passing;
}

std::optional<std::vector<IndexedSnapshot::Stretch>> IndexedSnapshot::FindStretches(
    const Selection& selection, const std::vector<PartView>& sources) const {
  // Ranges of more reports, on average, are read sooner as they are.
  constexpr size_t kFewReports = 4;
  if (selection.all || selection.by_name || sources.size() != views_.size()) {
    return std::nullopt;
  }
  size_t reports = 0;
  for (const NumberRange& range : selection.ranks) {
    reports += range.end - range.begin;
  }
  if (reports > kFewReports * selection.ranks.size()) {
    return std::nullopt;
  }
  std::vector<Stretch> stretches;
  stretches.reserve(reports);
  for (const NumberRange& range : selection.ranks) {
    for (uint32_t rank = range.begin; rank < range.end; ++rank) {
      const Standing place = places_[rank];
      const std::span<const uint32_t> first = sources[place.view].part->first;
      const NumberRange numbers{first[place.entry], first[place.entry + 1]};
      if (numbers.begin < numbers.end) {
        stretches.push_back({place.view, rank, numbers});
      }
    }
  }
  return stretches;
}

// The quotes of one source that a look-up finds, from the cheapest of query, themes and reports.
QuoteSet IndexedSnapshot::FindQuotes(const Lookup& lookup, const FilterPlan& filter,
                                     const PartView& source, const Passing& passing,
                                     const Matcher& matcher, Progress* progress) const {
  const Segment::Part& part = *source.part;
  std::vector<ThemedQuotes> groups;
  for (const std::vector<int>& group : lookup.filter.theme_groups) {
    groups.emplace_back(part, scheme(), group);
  }
  std::sort(groups.begin(), groups.end(),
            [](const ThemedQuotes& a, const ThemedQuotes& b) { return a.cost() < b.cost(); });
  const uint64_t filter_cost =
      groups.empty() ? passing.quotes : std::min(passing.quotes, groups.front().cost());

  std::optional<QuoteSet> quotes;
  bool verified = lookup.query == nullptr;
  // Figures are read off their index, or off the few quotes that pass otherwise.
  bool figures_tested = lookup.figures == nullptr;
  if (!figures_tested &&
      part.figures.Cost(*lookup.figures) <= kTestCost * std::min(filter_cost, passing.quotes)) {
    quotes = part.figures.Find(
        *lookup.figures, part.size(),
        [&source](uint32_t number) -> const Entry& { return source.entry(number); });
    figures_tested = true;
  }
  if (!verified && !quotes.has_value() && matcher.exact() &&
      lookup.query->root.kind == QueryNode::Kind::kTerm && !passing.all) {
    // One term in a few reports: its places there are read off the index.
    const size_t needle = matcher.NeedleOf(lookup.query->root);
    if (matcher.CostIn(needle, passing.ranges) <=
        std::min(matcher.CostOfNeedle(needle), kTestCost * filter_cost)) {
      quotes = matcher.FindNeedleIn(needle, passing.ranges);
      verified = true;
    }
  }
  if (!verified && !quotes.has_value() &&
      matcher.Cost(lookup.query->root) <= kTestCost * filter_cost) {
    quotes = matcher.Find(lookup.query->root);
    verified = quotes.has_value() && matcher.exact();
  }
  auto group = groups.begin();
  if (!quotes.has_value() && group != groups.end() && group->cost() <= passing.quotes) {
    quotes = group->All();
    ++group;
  }
  if (!quotes.has_value()) {
    quotes = passing.all ? QuoteSet::FromRanges(part.size(), {{0, part.size()}})
                         : QuoteSet::FromRanges(part.size(), passing.ranges);
  } else if (!passing.all) {
    quotes->Restrict(passing.ranges);
  }
  if (passing.dead) {
    quotes->AndBits(source.living->bits);
  }
  for (; group != groups.end(); ++group) {
    group->Restrict(&*quotes);
  }
  if (const AttributeSet attributes = AttributeSet::Passing(lookup.filter); !attributes.all()) {
    quotes->Keep([&](uint32_t number) {
      return progress->Step() && attributes.Has(part.attributes[number]);
    });
  }
  if (FilterPlan::LooksAtQuotes(lookup.filter)) {
    static const FilterPlan::SectionSet kAnySection;
    quotes->Keep([&](uint32_t number) {
      const auto sections = passing.sections.find(part.entry[number]);
      return progress->Step(kTestCost) &&
             filter.Passes(source.entry(number), part.quote[number],
                           sections == passing.sections.end() ? kAnySection : sections->second);
    });
  }
  if (!verified) {
    matcher.Test(lookup.query->root, true, &*quotes);
  }
  if (!figures_tested) {
    quotes->Keep([&](uint32_t number) {
      return progress->Step(kTestCost) &&
             !FindFigures(*lookup.figures, source.entry(number), part.quote[number], lookup.order)
                  .places.empty();
    });
  }
  return *std::move(quotes);
}

absl::StatusOr<LookupAnswer> IndexedSnapshot::Find(const Lookup& lookup,
                                                   const Cancellation& cancellation) const {
  QUOTES_RETURN_IF_ERROR(cancellation.Check());
  const QueryPlan plan(lookup.query, lookup.match);
  const Resumption resumption(
      lookup, lookup.after.has_value() ? FindReport(lookup.after->report_id) : nullptr);
  const std::vector<PartView> sources = Sources(lookup.filter.scope);
  LookupAnswer answer;
  if (IsPlainTerm(lookup)) {
    FindTerm(lookup, sources, plan, resumption, &answer);
    if (!lookup.with_total) {
      answer.total = 0;
    }
    return answer;
  }
  Progress progress(cancellation);
  if (const auto question = PlainThemes(lookup); question.has_value()) {
    FindThemes(lookup, sources, *question, resumption, &progress, &answer);
    if (lookup.with_facets) {
      answer.facets = CountThemes(lookup, sources, &progress);
    }
    QUOTES_RETURN_IF_ERROR(progress.status());
    return answer;
  }

  const FilterPlan filter(lookup.filter, scheme());
  const bool by_relevance = lookup.order == Order::kRelevance;
  const bool by_value = lookup.figures != nullptr && IsByValue(lookup.order);
  std::optional<FacetSums> facets;
  if (lookup.with_facets) {
    facets.emplace(*this, reading_rank());
  }
  Page page(lookup.limit, /*ranked=*/true);

  const Selection selection = Select(lookup.filter, filter);
  for (const PartView& source : sources) {
    const Segment::Part& part = *source.part;
    const Passing passing = FindPassing(selection, source);
    if (passing.quotes == 0) {
      continue;
    }
    const Matcher matcher(plan, source, &progress);
    QuoteSet quotes = FindQuotes(lookup, filter, source, passing, matcher, &progress);
    QUOTES_RETURN_IF_ERROR(progress.status());
    answer.total += quotes.size();
    if (facets.has_value()) {
      facets->Add(source, &quotes);
    }

    // Where it is cheaper than looking at the texts, relevance is read from sets.
    std::vector<std::optional<QuoteSet>> by_needle(plan.needle_count());
    if (by_relevance && matcher.exact()) {
      for (size_t needle = 0; needle < plan.needle_count(); ++needle) {
        if (plan.positive(needle) && matcher.CostOfNeedle(needle) <= kTestCost * quotes.size()) {
          by_needle[needle] = matcher.FindNeedle(needle);
        }
      }
    }
    // The quotes of one report come in the order of their numbers in reading order too.
    const bool one_report = selection.by_name && selection.named.size() == 1;
    const bool by_number =
        lookup.order == Order::kNewest || (lookup.order == Order::kReadingOrder && one_report);
    uint32_t first = lookup.order == Order::kNewest ? FirstNumber(lookup, resumption, source) : 0;
    if (by_number && one_report && lookup.after.has_value()) {
      first = std::max(first, FirstNumberIn(*selection.named.front().entry, resumption, source));
    }
    quotes.Visit(first, [&](uint32_t number) {
      const Entry& entry = source.entry(number);
      Candidate candidate{0, false, source.rank(number), part.quote[number], {}, lookup.order};
      if (by_relevance) {
        const auto has = [&](size_t needle) {
          return by_needle[needle].has_value() ? by_needle[needle]->Has(number)
                                               : matcher.Has(number, needle);
        };
        candidate.relevance = QueryPlan::Match(plan, has).Relevance();
        candidate.lead = entry.lead(candidate.quote);
      } else if (lookup.order == Order::kSalience) {
        // Nothing comes before its place as if it were no stock phrase.
        candidate.relevance = static_cast<uint32_t>(SalienceIn(part.attributes[number]));
        if (!page.HasRoomFor(candidate)) {
          return progress.Step();
        }
        candidate.relevance = static_cast<uint32_t>(SalienceHere(source, number));
        progress.Step(kJudgementCost);
      } else if (by_value) {
        candidate.value = FindFigures(*lookup.figures, entry, candidate.quote, lookup.order).first;
        progress.Step(kTestCost);
      } else if (lookup.order == Order::kReadingOrder) {
        candidate.rank = reading_rank()[candidate.rank];
      }
      const bool before_page =
          lookup.after.has_value() && !resumption.IsBehind(candidate, resumption.Compare(entry));
      const bool may_follow = before_page || page.Add(candidate) || !by_number;
      return progress.Step() && may_follow;
    });
    QUOTES_RETURN_IF_ERROR(progress.status());
  }

  std::vector<Candidate> candidates = page.Take(&answer.more);
  if (lookup.order == Order::kReadingOrder) {
    for (Candidate& candidate : candidates) {
      candidate.rank = by_id()[candidate.rank];
    }
  }
  Show(lookup, candidates, plan, &answer);
  if (!lookup.with_total) {
    answer.total = 0;
  }
  if (facets.has_value()) {
    answer.facets = facets->Take();
  }
  return answer;
}

uint64_t IndexedSnapshot::PlannedWork(const Lookup& lookup) const {
  const std::vector<PartView> sources = Sources(lookup.filter.scope);
  uint64_t units = 0;
  uint64_t units_by_hit = 0;
  for (const PartView& source : sources) {
    units += source.part->index->units();
    units_by_hit += source.part->index->units() * source.part->index->units_of_hit();
  }
  const uint64_t hit = kHitCost + kHitUnitCost * (units_by_hit / std::max<uint64_t>(units, 1));
  if (IsPlainTerm(lookup)) {
    return lookup.limit * hit;
  }
  const QueryPlan plan(lookup.query, lookup.match);
  const FilterPlan filter(lookup.filter, scheme());
  const Cancellation never;
  Progress progress(never);
  const bool ranked = lookup.order == Order::kRelevance;
  const uint64_t each = (lookup.order == Order::kNewest ? 0 : kOrderCost) +
                        (ranked ? kRelevanceCost : 0) + (lookup.with_facets ? kFacetsCost : 0);
  uint64_t work = 0;
  uint64_t hits = 0;
  Selection selection;
  const uint64_t names =
      FilterPlan::NamesReports(lookup.filter) ? 0 : columns().NameTests(lookup.filter);
  work += kNameCost * names;
  if (names <= kMostPlannedNames) {
    selection = Select(lookup.filter, filter);
  } else {
    selection.all = true;
  }
  const std::optional<ThemeQuestion> question = PlainThemes(lookup);
  const AttributeSet attributes = AttributeSet::Passing(lookup.filter);
  for (const PartView& source : sources) {
    const uint64_t test = TestCost(source);
    const Passing passing = FindPassing(selection, source);
    uint64_t filtered = passing.quotes;
    uint64_t postings = 0;
    for (const std::vector<int>& group : lookup.filter.theme_groups) {
      const uint64_t cost = ThemedQuotes(*source.part, scheme(), group).cost();
      filtered = std::min(filtered, cost);
      postings += cost;
    }
    if (lookup.figures != nullptr) {
      const uint64_t cost = source.part->figures.Cost(*lookup.figures);
      work += std::min(cost, kTestCost * filtered);
      filtered = std::min(filtered, cost);
      work += IsByValue(lookup.order) ? kTestCost * filtered : 0;
    }
    uint64_t found = filtered;
    if (question.has_value()) {
      // Each list is looked into at each range; what two themes share is searched for.
      uint64_t themed = std::numeric_limits<uint64_t>::max();
      size_t lists = 0;
      for (const int theme : question->themes) {
        uint64_t quotes = 0;
        lists = 0;
        for (const Postings list :
             source.part->themes.With(static_cast<size_t>(theme), attributes)) {
          quotes += list.size();
          ++lists;
        }
        themed = std::min(themed, quotes);
      }
      found = std::min(filtered, themed);
      work += lists * std::max<size_t>(passing.ranges.size(), 1) * kRangeCost;
      work += question->themes.size() > 1 ? found : 0;
      work += lookup.with_facets ? postings / kPostingsRead + kFacetsCost * found : 0;
      hits += found;
      continue;
    }
    if (lookup.query == nullptr) {
      // Whole reports are counted without a look at their quotes.
      work += filtered / 64 + postings / kPostingsRead;
    } else {
      const Matcher matcher(plan, source, &progress);
      work += std::min(matcher.Work(lookup.query->root), test * filtered);
      found = std::min(filtered, matcher.Cost(lookup.query->root));
      work += std::min(postings, found * kPostingsSearched) / kPostingsRead;
      work += matcher.exact() ? 0 : test * found;
      work += ranked ? matcher.RelevanceWork(found) : 0;
    }
    work += (FilterPlan::LooksAtQuotes(lookup.filter) ? kTestCost : 0) * found;
    work += (attributes.all() ? 0 : kAttributeCost) * found;
    work += each * found;
    hits += found;
  }
  if (lookup.with_facets) {
    uint64_t words = 0;  // of the bits of a theme
    for (const PartView& source : sources) {
      words += source.part->size() / 64;
    }
    work +=
        scheme().themes().size() * words / kFacetWordsRead + entries().size() / kFacetReportsRead;
  }
  if (question.has_value() && lookup.order == Order::kReadingOrder) {
    // All are put in order, or reports are gone through until the page is full.
    work +=
        std::min((lookup.limit + 1) * entries().size() / std::max<uint64_t>(hits, 1) * kRangeCost,
                 hits * kOrderCost);
  }
  if (lookup.order == Order::kSalience && !judged_.load(std::memory_order_relaxed)) {
    // About as many stock phrases are passed over as are shown.
    work += std::min<uint64_t>(hits, 2 * lookup.limit) * views_.size() * kJudgementCost;
  }
  return work + std::min<uint64_t>(hits, lookup.limit) * hit;
}

}  // namespace quotes::archive
