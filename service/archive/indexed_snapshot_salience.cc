#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "service/archive/indexed_snapshot.h"
#include "service/base/limits.h"

// Which quotes are stock phrases. What a segment alone tells of its quotes is in their attributes;
// other segments change with every import, and reports die. Where those may matter a quote is
// judged by the index when a look-up comes to it, and the judgement kept as long as the reports of
// the archive are the same. So the order never depends on when it is asked for.
namespace quotes::archive {
namespace {

// Quotes judged between two looks at whether to go on: a millisecond at most.
constexpr uint32_t kJudgedBetweenChecks = 256;

}  // namespace

bool IndexedSnapshot::JudgeStock(const PartView& source, uint32_t number) const {
  const std::u16string_view units = source.part->index->TextOf(number);
  if (units.empty()) {
    return false;
  }
  struct Place {
    const SegmentView* view;
    const Segment::Part* part;
  };
  absl::InlinedVector<Place, 16> places;
  absl::InlinedVector<const TextIndex*, 16> indices;
  for (const SegmentView& view : views_) {
    for (const Segment::Part* const part : {&view.segment->speech(), &view.segment->furniture()}) {
      if (part != source.part && part->size() > 0) {
        places.push_back({&view, part});
        indices.push_back(part->index.get());
      }
    }
  }
  absl::InlinedVector<TextIndex::Interval, 16> intervals(indices.size());
  TextIndex::FindAll(indices, units, std::span(intervals));
  // Without the others the quote's own part is all, and what is dead there makes it no more.
  if (!IsStockIn(source.part->attributes[number]) && source.part->stock_complete &&
      std::all_of(intervals.begin(), intervals.end(),
                  [](TextIndex::Interval interval) { return interval.empty(); })) {
    return false;
  }
  const TextIndex* const own = source.part->index.get();
  TextIndex::Interval own_interval;
  TextIndex::FindAll({&own, 1}, units, {&own_interval, 1});
  places.push_back({source.view, source.part});
  intervals.push_back(own_interval);
  absl::InlinedVector<uint32_t, limits::kFormulaicReports> ranks;
  const auto is_enough = [&ranks](uint32_t rank) {
    if (rank != SegmentView::kDead && std::find(ranks.begin(), ranks.end(), rank) == ranks.end()) {
      ranks.push_back(rank);
    }
    return ranks.size() >= limits::kFormulaicReports;
  };
  for (size_t i = 0; i < places.size(); ++i) {
    const Segment::Part& part = *places[i].part;
    const std::vector<uint32_t>& rank = places[i].view->rank;
    if (intervals[i].occurrences() > TextIndex::kGroupedAbove) {
      for (const GroupCount& group : part.index->CountGroups(intervals[i], part.entry)) {
        if (is_enough(rank[group.group])) {
          return true;
        }
      }
      continue;
    }
    for (const uint32_t quote : part.index->QuotesOf(intervals[i])) {
      if (is_enough(rank[part.entry[quote]])) {
        return true;
      }
    }
  }
  return false;
}

bool IndexedSnapshot::JudgeAll(absl::FunctionRef<bool()> go_on) const {
  for (const PartView& source : Sources(TextScope::kAll)) {
    for (uint32_t number = 0; number < source.part->size(); ++number) {
      if (number % kJudgedBetweenChecks == 0 && !go_on()) {
        return false;
      }
      if (source.IsAlive(number)) {
        IsStock(source, number);
      }
    }
  }
  judged_.store(true, std::memory_order_relaxed);
  return true;
}

bool JudgeStockPhrases(const Archive& archive, absl::FunctionRef<bool()> go_on) {
  const auto* const indexed = dynamic_cast<const IndexedSnapshot*>(&archive);
  return indexed == nullptr || indexed->JudgeAll(go_on);
}

}  // namespace quotes::archive
