#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/archive/indexed_snapshot.h"
#include "service/archive/printed_marks.h"
#include "service/base/status_macros.h"
#include "service/text/utf8.h"

namespace quotes::archive {
namespace {

// The quotes in which a phrase with its marks may stand, ascending: of those where its units stand,
// `interval`, the ones with a break, or a border of the text, where its first and its last mark is.
std::vector<uint32_t> QuotesWithBorders(const TextIndex& index, std::u32string_view units,
                                        TextIndex::Interval interval, const MarkedPhrase& phrase) {
  if (interval.empty() || !(phrase.begins_with_mark() || phrase.ends_with_mark())) {
    return index.Quotes(interval);
  }
  std::vector<uint64_t> bits((size_t{index.quote_count()} + 63) / 64, 0);
  const auto mark = [&](std::u32string term, TextIndex::Interval places, bool at_end) {
    if (!phrase.begins_with_mark()) {
      index.MarkQuotes(places, bits.data());
      return;
    }
    index.MarkBeginnings(places, bits.data());
    term.insert(term.begin(), text::kBreak);
    const TextIndex::Interval behind_break = index.Find(term);
    index.MarkQuotes(
        at_end ? index.Ending(behind_break, TextIndex::Encode(term).size()) : behind_break,
        bits.data());
  };
  const std::u32string term(units);
  if (phrase.ends_with_mark()) {
    mark(term + text::kBreak, index.Find(term + text::kBreak), /*at_end=*/false);
    mark(term, index.Ending(interval, TextIndex::Encode(units).size()), /*at_end=*/true);
  } else {
    mark(term, interval, /*at_end=*/false);
  }
  std::vector<uint32_t> quotes;
  for (size_t word = 0; word < bits.size(); ++word) {
    for (uint64_t rest = bits[word]; rest != 0; rest &= rest - 1) {
      quotes.push_back(static_cast<uint32_t>(word * 64) +
                       static_cast<uint32_t>(std::countr_zero(rest)));
    }
  }
  return quotes;
}

// Counts the quotes in which a phrase stands, one for each of its places, report by report: sooner
// where they are many than asking each for its report. Sets the bits of those that count in
// `having`.
void CountByEntry(const PartView& source, const std::vector<uint32_t>& places,
                  const uint64_t* let_through, const PassingReports& passing,
                  std::vector<uint64_t>* having, std::vector<PhraseCount>* by_rank) {
  std::vector<uint64_t>& bits = *having;
  std::vector<uint32_t> again;  // quotes that have it more than once
  for (const uint32_t number : places) {
    const uint64_t bit = uint64_t{1} << (number % 64);
    if ((bits[number / 64] & bit) != 0) {
      again.push_back(number);
    }
    bits[number / 64] |= bit;
  }
  for (size_t word = 0; word < bits.size() && let_through != nullptr; ++word) {
    bits[word] &= let_through[word];
  }
  const std::span<const uint32_t> first = source.part->first;
  for (size_t entry = 0; entry + 1 < first.size(); ++entry) {
    const uint32_t rank = source.view->rank[entry];
    const bool counts = rank != SegmentView::kDead && passing.Has(rank);
    for (uint32_t begin = first[entry]; begin < first[entry + 1];) {
      const uint32_t end = std::min(first[entry + 1], (begin / 64 + 1) * 64);
      const uint64_t mask =
          (~uint64_t{0} << (begin % 64)) & (~uint64_t{0} >> (63 - (end - 1) % 64));
      if (counts) {
        const auto quotes = static_cast<uint32_t>(std::popcount(bits[begin / 64] & mask));
        (*by_rank)[rank].quotes += quotes;
        (*by_rank)[rank].occurrences += quotes;
      } else {
        bits[begin / 64] &= ~mask;
      }
      begin = end;
    }
  }
  for (const uint32_t number : again) {
    if (((bits[number / 64] >> (number % 64)) & 1) != 0) {
      ++(*by_rank)[source.rank(number)].occurrences;
    }
  }
}

// Variants that are counted under a filter before the most frequent are chosen.
constexpr size_t kMostCountedVariants = 64;

}  // namespace

absl::StatusOr<IndexedSnapshot::Traced> IndexedSnapshot::PrepareTrace(
    const TraceOptions& options, const Cancellation& cancellation) const {
  Traced traced{Sources(options.filter.scope), {}};
  if (!FilterPlan::AsksOfQuotes(options.filter)) {
    return traced;
  }
  Lookup lookup;
  lookup.filter = options.filter;
  const FilterPlan filter(lookup.filter, scheme());
  const QueryPlan plan(nullptr, lookup.match);
  const Selection selection = Select(lookup.filter, filter);
  Progress progress(cancellation);
  for (const PartView& source : traced.sources) {
    std::vector<uint64_t>& bits = traced.allowed.emplace_back((source.part->size() + 63) / 64, 0);
    const Passing passing = FindPassing(selection, source);
    if (passing.quotes == 0) {
      continue;
    }
    const Matcher matcher(plan, source, &progress);
    FindQuotes(lookup, filter, source, passing, matcher, &progress)
        .Visit(0, [&bits](uint32_t number) {
          bits[number / 64] |= uint64_t{1} << (number % 64);
          return true;
        });
    QUOTES_RETURN_IF_ERROR(progress.status());
  }
  return traced;
}

std::vector<TextIndex::Interval> IndexedSnapshot::FindIntervals(
    const std::vector<PartView>& sources, std::u32string_view units) {
  std::vector<const TextIndex*> indices;
  indices.reserve(sources.size());
  for (const PartView& source : sources) {
    indices.push_back(source.part->index.get());
  }
  std::vector<TextIndex::Interval> intervals(sources.size());
  TextIndex::FindAll(indices, units, intervals);
  return intervals;
}

// Entries that are dead in a view are left out: nothing has to be taken off.
std::vector<RankCount> IndexedSnapshot::CountByRank(
    const Traced& traced, const std::vector<TextIndex::Interval>& intervals,
    const PassingReports* passing) const {
  std::vector<RankCount> counts;
  size_t asked = 0;
  for (size_t i = 0; i < traced.sources.size(); ++i) {
    if (intervals[i].empty()) {
      continue;
    }
    const PartView& source = traced.sources[i];
    const TextIndex& index = *source.part->index;
    const std::vector<GroupCount> groups =
        traced.allowed.empty()
            ? index.CountGroups(intervals[i], source.part->entry)
            : index.CountGroupsIn(intervals[i], source.part->entry, traced.allowed[i].data());
    ++asked;
    for (const GroupCount& group : groups) {
      const uint32_t rank = source.view->rank[group.group];
      if (rank != SegmentView::kDead && (passing == nullptr || passing->Has(rank))) {
        counts.push_back({rank, {group.occurrences, group.quotes}});
      }
    }
  }
  if (asked <= 1) {
    return counts;  // ranks ascend with the entries of a segment
  }
  const auto add = [](const PhraseCount& count, PhraseCount* sum) {
    sum->occurrences += count.occurrences;
    sum->quotes += count.quotes;
  };
  if (counts.size() > entries().size() / 16) {
    std::vector<PhraseCount> by_rank(entries().size());
    for (const RankCount& count : counts) {
      add(count.count, &by_rank[count.rank]);
    }
    counts.clear();
    for (uint32_t rank = 0; rank < by_rank.size(); ++rank) {
      if (by_rank[rank].occurrences > 0) {
        counts.push_back({rank, by_rank[rank]});
      }
    }
    return counts;
  }
  std::sort(counts.begin(), counts.end(),
            [](const RankCount& a, const RankCount& b) { return a.rank < b.rank; });
  size_t kept = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (kept > 0 && counts[kept - 1].rank == counts[i].rank) {
      add(counts[i].count, &counts[kept - 1].count);
    } else {
      counts[kept++] = counts[i];
    }
  }
  counts.resize(kept);
  return counts;
}

bool IndexedSnapshot::ReadMarks(absl::FunctionRef<bool()> go_on) const {
  for (const PartView& source : Sources(TextScope::kAll)) {
    if (source.marks().Get() != nullptr) {
      continue;
    }
    std::unique_ptr<const PrintedMarks> marks =
        PrintedMarks::Make(*source.view->segment, *source.part, go_on);
    if (marks == nullptr) {
      return false;
    }
    source.marks().Set(std::move(marks));
  }
  return true;
}

bool ReadPrintedMarks(const Archive& archive, absl::FunctionRef<bool()> go_on) {
  const auto* const indexed = dynamic_cast<const IndexedSnapshot*>(&archive);
  return indexed == nullptr || indexed->ReadMarks(go_on);
}

absl::StatusOr<std::vector<RankCount>> IndexedSnapshot::CountMarked(
    std::u32string_view units, const std::vector<TextIndex::Interval>& intervals,
    std::u32string_view marked, const PassingReports& passing, const Cancellation& cancellation,
    Traced* traced) const {
  const MarkedPhrase phrase(marked);
  std::optional<PartedPhrase> parted = PartedPhrase::Part(marked);
  if (parted.has_value() && parted->units != units) {
    parted.reset();
  }
  std::vector<PhraseCount> by_rank(entries().size());
  Progress progress(cancellation);
  const bool filtered = !traced->allowed.empty();
  traced->allowed.resize(traced->sources.size());
  for (size_t i = 0; i < traced->sources.size(); ++i) {
    const PartView& source = traced->sources[i];
    const Segment::Part& part = *source.part;
    const std::vector<uint64_t> let_through = std::move(traced->allowed[i]);
    std::vector<uint64_t>& having = traced->allowed[i];
    having.assign((size_t{part.size()} + 63) / 64, 0);
    const PrintedMarks* const printed = source.marks().Get();
    if (parted.has_value() && printed != nullptr && printed->complete()) {
      const std::vector<uint32_t> found = printed->QuotesOfPlaces(*part.index, *parted);
      if (found.size() > source.view->rank.size()) {
        CountByEntry(source, found, filtered ? let_through.data() : nullptr, passing, &having,
                     &by_rank);
        QUOTES_RETURN_IF_ERROR(cancellation.Check());
        continue;
      }
      for (const uint32_t number : found) {
        const uint32_t rank = source.rank(number);
        const uint64_t bit = uint64_t{1} << (number % 64);
        if (rank != SegmentView::kDead && passing.Has(rank) &&
            !(filtered && (let_through[number / 64] & bit) == 0)) {
          ++by_rank[rank].occurrences;
          by_rank[rank].quotes += (having[number / 64] & bit) == 0 ? 1U : 0U;
          having[number / 64] |= bit;
        }
      }
      progress.Step(intervals[i].occurrences());
      QUOTES_RETURN_IF_ERROR(progress.status());
      continue;
    }
    std::vector<uint32_t> quotes = QuotesWithBorders(*part.index, units, intervals[i], phrase);
    std::erase_if(quotes, [&](uint32_t number) {
      const uint32_t rank = source.rank(number);
      return rank == SegmentView::kDead || !passing.Has(rank) ||
             (filtered && ((let_through[number / 64] >> (number % 64)) & 1) == 0);
    });
    for (size_t q = 0; q < quotes.size() && progress.Step(); ++q) {
      // Texts lie far apart: what leads to one, and then the text, is fetched some before it is
      // read.
      constexpr size_t kAhead = 8;
      if (q + 2 * kAhead < quotes.size()) {
        const uint32_t ahead = quotes[q + 2 * kAhead];
        __builtin_prefetch(&source.entry(ahead).quotes()[part.quote[ahead]].range);
      }
      if (q + kAhead < quotes.size()) {
        constexpr size_t kLine = 64 / sizeof(char32_t);
        const uint32_t ahead = quotes[q + kAhead];
        const std::u32string_view text = source.entry(ahead).text(part.quote[ahead]);
        for (size_t at = 0; at < std::min<size_t>(text.size(), 4 * kLine); at += kLine) {
          __builtin_prefetch(text.data() + at);
        }
      }
      const uint32_t number = quotes[q];
      const std::u32string_view text = source.entry(number).text(part.quote[number]);
      if (const uint64_t places = phrase.CountIn(text); places > 0) {
        const uint32_t rank = source.rank(number);
        by_rank[rank].occurrences += places;
        ++by_rank[rank].quotes;
        having[number / 64] |= uint64_t{1} << (number % 64);
      }
      progress.Step(text.size() / kUnitsRead);
    }
    QUOTES_RETURN_IF_ERROR(progress.status());
  }
  std::vector<RankCount> counts;
  for (uint32_t rank = 0; rank < by_rank.size(); ++rank) {
    if (by_rank[rank].occurrences > 0) {
      counts.push_back({rank, by_rank[rank]});
    }
  }
  return counts;
}

PhraseTrace::Use IndexedSnapshot::FindUse(const Traced& traced, std::u32string_view units,
                                          std::u32string_view marked, uint32_t rank,
                                          bool last) const {
  const Entry& entry = *entries()[rank];
  const std::u16string encoded = TextIndex::Encode(units);
  std::optional<uint32_t> found;  // in the report
  for (size_t i = 0; i < traced.sources.size(); ++i) {
    const PartView& source = traced.sources[i];
    const std::optional<uint32_t> place = source.view->segment->PlaceOf(entry);
    if (!place.has_value()) {
      continue;
    }
    const Segment::Part& part = *source.part;
    const uint32_t begin = part.first[*place];
    const uint32_t end = part.first[*place + 1];
    for (uint32_t step = 0; step < end - begin; ++step) {
      const uint32_t number = last ? end - 1 - step : begin + step;
      const bool allowed =
          traced.allowed.empty() || ((traced.allowed[i][number / 64] >> (number % 64)) & 1) != 0;
      if (allowed && part.index->Contains(number, encoded)) {
        const uint32_t quote = part.quote[number];
        if (!found.has_value() || (last ? quote > *found : quote < *found)) {
          found = quote;
        }
        break;
      }
    }
  }
  QUOTES_CHECK(found.has_value());
  return UseIn({&entry, *found}, units, marked);
}

std::vector<PhraseTrace::Variant> IndexedSnapshot::FindVariants(const Traced& traced,
                                                                std::u32string_view units,
                                                                const PassingReports& passing,
                                                                size_t most) const {
  if (most == 0 || !HasVariants(units)) {
    return {};
  }
  const std::vector<PartView>& sources = traced.sources;
  // What may be one, and how often it stands in all entries, dead ones too.
  absl::flat_hash_map<std::u32string, uint64_t> candidates;
  const auto consider = [&](const std::u32string& variant) {
    if (variant.empty() || variant.find(units) != std::u32string::npos ||
        candidates.contains(variant)) {
      return;
    }
    uint64_t occurrences = 0;
    for (const TextIndex::Interval& interval : FindIntervals(sources, variant)) {
      occurrences += interval.occurrences();
    }
    if (occurrences > 0) {
      candidates.emplace(variant, occurrences);
    }
  };
  for (size_t at = 1; at < units.size(); ++at) {
    if (at + 1 < units.size() && units[at] != text::kBreak) {
      consider(WithoutUnit(units, at));
    }
    if (units[at - 1] == text::kBreak || units[at] == text::kBreak) {
      continue;
    }
    absl::flat_hash_map<char32_t, uint64_t> letters;
    uint32_t places = 0;
    for (const PartView& source : sources) {
      uint32_t looked_at = 0;
      for (const TextIndex::Between& between :
           source.part->index->LettersBetween(units.substr(0, at), units.substr(at),
                                              limits::kMaxVariantPlaces - places, &looked_at)) {
        letters[between.letter] += between.occurrences;
      }
      places += looked_at;
      if (places > limits::kMaxVariantPlaces) {
        break;
      }
    }
    if (places > limits::kMaxVariantPlaces) {
      for (const char32_t particle : kVariantParticles) {
        consider(WithLetter(units, at, particle));
      }
      continue;
    }
    for (const auto& [letter, occurrences] : letters) {
      std::u32string variant = WithLetter(units, at, letter);
      if (variant.find(units) == std::u32string::npos) {
        candidates.emplace(std::move(variant), occurrences);
      }
    }
  }

  struct Counted {
    std::u32string units;
    uint64_t occurrences = 0;
    PhraseCount count{};
    std::vector<TextIndex::Interval> intervals{};
  };
  std::vector<Counted> chosen;
  for (auto& [variant, occurrences] : candidates) {
    chosen.push_back({variant, occurrences});
  }
  std::sort(chosen.begin(), chosen.end(), [](const Counted& a, const Counted& b) {
    return a.occurrences != b.occurrences ? a.occurrences > b.occurrences : a.units < b.units;
  });
  const bool restricted = !passing.all() || !traced.allowed.empty();
  chosen.resize(std::min(chosen.size(), kMostCountedVariants));
  for (Counted& candidate : chosen) {
    candidate.intervals = FindIntervals(sources, candidate.units);
    if (restricted) {
      for (const RankCount& count : CountByRank(traced, candidate.intervals, &passing)) {
        candidate.count.occurrences += count.count.occurrences;
        candidate.count.quotes += count.count.quotes;
      }
      continue;
    }
    for (size_t i = 0; i < sources.size(); ++i) {
      if (candidate.intervals[i].empty()) {
        continue;
      }
      candidate.count.occurrences += candidate.intervals[i].occurrences();
      candidate.count.quotes += sources[i].part->index->CountQuotes(candidate.intervals[i]);
      if (sources[i].has_dead()) {
        candidate.count.occurrences -= sources[i].CountDeadPlaces(candidate.units);
        candidate.count.quotes -= sources[i].CountDeadQuotes(candidate.units);
      }
    }
  }
  std::erase_if(chosen, [](const Counted& candidate) { return candidate.count.quotes == 0; });
  std::sort(chosen.begin(), chosen.end(), [](const Counted& a, const Counted& b) {
    return a.count.occurrences != b.count.occurrences ? a.count.occurrences > b.count.occurrences
                                                      : a.units < b.units;
  });
  chosen.resize(std::min(chosen.size(), most));
  std::vector<PhraseTrace::Variant> variants;
  variants.reserve(chosen.size());
  for (const Counted& candidate : chosen) {
    variants.push_back(
        {PrintedForm(traced, candidate.intervals, candidate.units, passing), candidate.count});
  }
  return variants;
}

std::string IndexedSnapshot::PrintedForm(const Traced& traced,
                                         const std::vector<TextIndex::Interval>& intervals,
                                         std::u32string_view units,
                                         const PassingReports& passing) const {
  std::optional<std::pair<uint32_t, uint32_t>> first;  // rank and quote
  for (size_t i = 0; i < traced.sources.size(); ++i) {
    const PartView& source = traced.sources[i];
    if (intervals[i].empty()) {
      continue;
    }
    source.part->index->VisitQuotes(intervals[i], 0, [&](uint32_t number) {
      const bool counts =
          source.IsAlive(number) && passing.Has(source.rank(number)) &&
          (traced.allowed.empty() || ((traced.allowed[i][number / 64] >> (number % 64)) & 1) != 0);
      if (counts) {
        const std::pair<uint32_t, uint32_t> place(source.rank(number), source.part->quote[number]);
        first = std::min(first.value_or(place), place);
      }
      return !counts;
    });
  }
  if (first.has_value()) {
    const QuoteRef ref{entries()[first->first], first->second};
    if (const auto range = FindIn(ref, units); range.has_value()) {
      return text::ToUtf8(ref.document->joined(*range));
    }
  }
  return text::ToUtf8(units);
}

absl::StatusOr<PhraseTrace> IndexedSnapshot::Trace(std::u32string_view units,
                                                   const TraceOptions& options,
                                                   const Cancellation& cancellation) const {
  QUOTES_RETURN_IF_ERROR(cancellation.Check());
  QUOTES_ASSIGN_OR_RETURN(Traced traced, PrepareTrace(options, cancellation));
  const PassingReports passing(*this, options.filter);
  const std::vector<TextIndex::Interval> intervals = FindIntervals(traced.sources, units);
  std::vector<RankCount> counts;
  if (options.marked.empty()) {
    counts = CountByRank(traced, intervals, &passing);
  } else {
    QUOTES_ASSIGN_OR_RETURN(
        counts, CountMarked(units, intervals, options.marked, passing, cancellation, &traced));
  }
  QUOTES_RETURN_IF_ERROR(cancellation.Check());
  PhraseTrace trace = Summarise(*this, passing, counts);
  const auto undated =
      std::partition_point(counts.begin(), counts.end(),
                           [this](const RankCount& count) { return columns()[count.rank].dated; });
  if (undated != counts.begin()) {
    trace.first = FindUse(traced, units, options.marked, std::prev(undated)->rank, /*last=*/false);
    trace.last = FindUse(traced, units, options.marked, counts.front().rank, /*last=*/true);
  }
  if (options.marked.empty()) {
    trace.variants = FindVariants(traced, units, passing, options.max_variants);
  }
  return trace;
}

Emergence IndexedSnapshot::EmergenceOf(std::u32string_view units,
                                       const std::vector<Epoch>& epochs) const {
  Emergence emergence;
  const Traced traced{Sources(TextScope::kSpeech), {}};
  const std::vector<TextIndex::Interval> intervals = FindIntervals(traced.sources, units);
  const auto epoch_of = [&](uint32_t rank) {
    return rank == SegmentView::kDead ? Epoch::kNone : epochs[rank];
  };
  // Most strings are old, and one of the first places of the array says so.
  for (size_t i = 0; i < intervals.size(); ++i) {
    const PartView& source = traced.sources[i];
    for (const uint32_t quote : source.part->index->QuotesOf(intervals[i])) {
      if (epoch_of(source.rank(quote)) == Epoch::kEarlier) {
        return {.earlier = true};
      }
    }
  }
  ContextCounter contexts;
  const size_t size = TextIndex::Encode(units).size();
  uint64_t places = 0;
  for (const TextIndex::Interval& interval : intervals) {
    places += interval.occurrences();
  }
  // Evenly from the whole array: neighbours there go on alike.
  const auto step = static_cast<uint32_t>(places / Emergence::kMostContexts + 1);
  for (size_t i = 0; i < intervals.size(); ++i) {
    const PartView& source = traced.sources[i];
    const TextIndex& index = *source.part->index;
    const std::span<const uint32_t> quotes = index.QuotesOf(intervals[i]);
    for (uint32_t place = 0; place < quotes.size(); place += step) {
      if (epoch_of(source.rank(quotes[place])) == Epoch::kSince) {
        const auto [before, behind] = index.LettersAround(intervals[i].begin + place, size);
        contexts.Add(before, behind);
      }
    }
  }
  for (const RankCount& count : CountByRank(traced, intervals, nullptr)) {
    if (epochs[count.rank] == Epoch::kSince) {
      emergence.occurrences += count.count.occurrences;
      ++emergence.reports;
    }
  }
  contexts.Take(&emergence);
  return emergence;
}

uint64_t IndexedSnapshot::CountReports(std::u32string_view units) const {
  const Traced traced{Sources(TextScope::kAll), {}};
  return CountByRank(traced, FindIntervals(traced.sources, units), nullptr).size();
}

}  // namespace quotes::archive
