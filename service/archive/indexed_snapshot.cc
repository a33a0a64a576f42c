#include "service/archive/indexed_snapshot.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace quotes::archive {

IndexedSnapshot::IndexedSnapshot(uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
                                 const ArchiveOptions& options,
                                 const std::vector<NewSegment>& segments)
    : Catalog(revision, std::move(scheme), Living(segments)), options_(options) {
  for (const NewSegment& added : segments) {
    AddView(added);
  }
  PlaceReports();
}

IndexedSnapshot::IndexedSnapshot(const IndexedSnapshot& previous, uint64_t revision, Change change,
                                 const std::vector<uint32_t>& removed,
                                 const std::vector<bool>& dropped,
                                 const std::vector<NewSegment>& segments)
    : IndexedSnapshot(previous, revision, change, removed, dropped, segments,
                      std::make_unique<std::vector<uint32_t>>()) {}

IndexedSnapshot::IndexedSnapshot(const IndexedSnapshot& previous, const Segment* segment,
                                 const std::vector<std::shared_ptr<const DeadTexts>>& inputs,
                                 std::shared_ptr<const DeadTexts> merged)
    : IndexedSnapshot(previous, previous.revision(), Change::kMove, {},
                      std::vector<bool>(previous.views_.size(), false), {}) {
  for (SegmentView& view : views_) {
    if (view.segment.get() == segment) {
      std::erase_if(view.dead, [&inputs](const auto& dead) {
        return std::find(inputs.begin(), inputs.end(), dead) != inputs.end();
      });
      view.dead.push_back(std::move(merged));
    }
  }
}

std::shared_ptr<const IndexedSnapshot> IndexedSnapshot::Update(
    const IndexedSnapshot& previous, uint64_t revision,
    const std::vector<std::shared_ptr<const PackedDocument>>& added,
    const std::vector<std::string>& removed) {
  std::vector<uint32_t> gone;
  std::vector<const PackedDocument*> fresh;
  uint64_t size = 0;
  const auto remove = [&](std::string_view id) {
    if (const uint32_t rank = previous.RankOf(id); rank != kNoRank) {
      gone.push_back(rank);
    }
  };
  for (const std::string& id : removed) {
    remove(id);
  }
  for (const auto& document : added) {
    remove(document->report_id());
    fresh.push_back(document.get());
    size += document->joined().size();
  }
  std::sort(gone.begin(), gone.end());
  gone.erase(std::unique(gone.begin(), gone.end()), gone.end());
  // Small neighbours join the new segment at once, smallest first.
  std::vector<bool> dropped(previous.views_.size(), false);
  if (!fresh.empty()) {
    std::vector<size_t> smallest(previous.views_.size());
    std::iota(smallest.begin(), smallest.end(), size_t{0});
    std::sort(smallest.begin(), smallest.end(), [&previous](size_t a, size_t b) {
      return previous.views_[a].segment->code_points() < previous.views_[b].segment->code_points();
    });
    const uint64_t limit =
        std::min(previous.options_.merge_at_once, previous.options_.largest_segment);
    std::vector<uint32_t> moved;
    for (const size_t v : smallest) {
      const SegmentView& view = previous.views_[v];
      // In tiers, like MergePlan: else a run of small reports would sort all of them for each.
      const uint64_t next = view.segment->code_points();
      if (next > 2 * size || size + next > limit) {
        break;
      }
      size += next;
      dropped[v] = true;
      for (size_t e = 0; e < view.rank.size(); ++e) {
        const uint32_t rank = view.rank[e];
        if (rank != SegmentView::kDead && !std::binary_search(gone.begin(), gone.end(), rank)) {
          fresh.push_back(view.segment->entries()[e]);
          moved.push_back(rank);
        }
      }
    }
    gone.insert(gone.end(), moved.begin(), moved.end());
    std::sort(gone.begin(), gone.end());
  }
  return std::make_shared<const IndexedSnapshot>(
      previous, revision, Change::kContent, gone, dropped,
      MakeSegments(std::move(fresh), previous.scheme(), previous.options_));
}

IndexedSnapshot::IndexedSnapshot(const IndexedSnapshot& previous, uint64_t revision, Change change,
                                 const std::vector<uint32_t>& removed,
                                 const std::vector<bool>& dropped,
                                 const std::vector<NewSegment>& segments,
                                 const std::unique_ptr<std::vector<uint32_t>>& remap)
    : Catalog(previous, revision, change, removed, Living(segments), remap.get()),
      options_(previous.options_) {
  for (size_t v = 0; v < previous.views_.size(); ++v) {
    if (dropped[v]) {
      continue;
    }
    SegmentView view = previous.views_[v];
    if (change == Change::kContent) {
      view.stock_speech.reset();
      view.stock_furniture.reset();
    }
    std::vector<uint32_t> dead;
    for (uint32_t e = 0; e < view.rank.size(); ++e) {
      if (view.rank[e] != SegmentView::kDead) {
        view.rank[e] = (*remap)[view.rank[e]];
        if (view.rank[e] == SegmentView::kDead) {
          dead.push_back(e);
        }
      }
    }
    Keep(std::move(view), std::move(dead));
  }
  for (const NewSegment& added : segments) {
    AddView(added);
  }
  PlaceReports();
}

void IndexedSnapshot::AddView(const NewSegment& added) {
  SegmentView view;
  view.segment = added.segment;
  view.rank.reserve(added.segment->entries().size());
  std::vector<uint32_t> dead;
  for (uint32_t e = 0; e < added.segment->entries().size(); ++e) {
    if (IsAlive(added, e)) {
      view.rank.push_back(RankOf(added.segment->entries()[e]->report_id()));
    } else {
      view.rank.push_back(SegmentView::kDead);
      dead.push_back(e);
    }
  }
  Keep(std::move(view), std::move(dead));
}

void IndexedSnapshot::Keep(SegmentView view, std::vector<uint32_t> dead) {
  for (const uint32_t entry : dead) {
    view.dead_code_points += view.segment->entries()[entry]->joined().size();
  }
  if (std::all_of(view.rank.begin(), view.rank.end(),
                  [](uint32_t rank) { return rank == SegmentView::kDead; })) {
    return;  // nothing left
  }
  if (!dead.empty()) {
    std::shared_ptr<const DeadTexts> texts =
        DeadTexts::Make(*view.segment, scheme(), std::move(dead));
    // Small neighbours join it at once.
    while (!view.dead.empty() &&
           texts->code_points() + view.dead.back()->code_points() <= options_.merge_at_once) {
      texts = Join(*view.segment, scheme(), {texts, view.dead.back()});
      view.dead.pop_back();
    }
    view.dead.push_back(std::move(texts));
    view.living_speech = FindLiving(view.rank, view.segment->speech());
    view.living_furniture = FindLiving(view.rank, view.segment->furniture());
  }
  if (view.stock_speech == nullptr) {
    view.stock_speech = std::make_shared<StockJudgements>(view.segment->speech().size());
    view.stock_furniture = std::make_shared<StockJudgements>(view.segment->furniture().size());
  }
  if (view.marks_of_speech == nullptr) {
    view.marks_of_speech = std::make_shared<PrintedMarksSlot>();
    view.marks_of_furniture = std::make_shared<PrintedMarksSlot>();
  }
  views_.push_back(std::move(view));
}

void IndexedSnapshot::PlaceReports() {
  places_.resize(entries().size());
  for (uint32_t v = 0; v < views_.size(); ++v) {
    const std::vector<uint32_t>& ranks = views_[v].rank;
    for (uint32_t e = 0; e < ranks.size(); ++e) {
      if (ranks[e] != SegmentView::kDead) {
        places_[ranks[e]] = {v, e};
      }
    }
  }
}

std::vector<PartView> IndexedSnapshot::Sources(TextScope scope) const {
  std::vector<PartView> sources;
  sources.reserve(2 * views_.size());
  const auto add = [&](const SegmentView& view, bool speech) {
    const Segment::Part& part = speech ? view.segment->speech() : view.segment->furniture();
    const Segment::Part& other = speech ? view.segment->furniture() : view.segment->speech();
    const LivingQuotes* const living =
        speech ? view.living_speech.get() : view.living_furniture.get();
    // What is dead in a part makes no quote of it more frequent, and other parts may.
    sources.push_back({&view, &part, speech, living, living == nullptr,
                       part.stock_complete && views_.size() == 1 && other.size() == 0});
  };
  for (const SegmentView& view : views_) {
    if (scope != TextScope::kFurniture) {
      add(view, true);
    }
    if (scope != TextScope::kSpeech) {
      add(view, false);
    }
  }
  return sources;
}

}  // namespace quotes::archive
