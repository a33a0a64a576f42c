#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "service/archive/indexed_archive.h"
#include "service/archive/indexed_snapshot.h"
#include "service/base/check.h"

namespace quotes::archive {
namespace {

// Indices of dead texts of one segment that a look-up may have to ask.
constexpr size_t kMostDeadTexts = 4;

}  // namespace

struct MergePlan::Rep {
  ArchiveOptions options;
  std::shared_ptr<const themes::Scheme> scheme;

  // Segments to be merged, and their living entries in the order of answers.
  std::vector<std::shared_ptr<const Segment>> inputs;
  struct Origin {
    uint32_t input;
    uint32_t entry;
  };
  std::vector<Origin> origins;
  std::vector<const Entry*> entries;
  std::shared_ptr<const Segment> merged;

  // Or indices of the dead texts of one segment.
  std::shared_ptr<const Segment> segment;
  std::vector<std::shared_ptr<const DeadTexts>> dead;
  std::shared_ptr<const DeadTexts> joined;
};

MergePlan::MergePlan() : rep_(std::make_unique<Rep>()) {}
MergePlan::~MergePlan() = default;
MergePlan::MergePlan(MergePlan&&) noexcept = default;
MergePlan& MergePlan::operator=(MergePlan&&) noexcept = default;

// Segments are kept in tiers: two of similar size become one, so that a character is merged a
// logarithmic number of times; a segment of which a quarter is dead is written anew.
MergePlan::MergePlan(const Archive& archive, uint64_t most_code_points)
    : rep_(std::make_unique<Rep>()) {
  const auto* const indexed = dynamic_cast<const IndexedSnapshot*>(&archive);
  if (indexed == nullptr) {
    return;
  }
  rep_->options = indexed->options();
  rep_->scheme = indexed->shared_scheme();
  std::vector<const SegmentView*> views;
  for (const SegmentView& view : indexed->views()) {
    views.push_back(&view);
  }
  std::sort(views.begin(), views.end(), [](const SegmentView* a, const SegmentView* b) {
    return a->alive_code_points() < b->alive_code_points();
  });
  const uint64_t largest = std::min(rep_->options.largest_segment, most_code_points);
  std::vector<const SegmentView*> chosen;
  uint64_t size = 0;
  for (size_t i = 0; i < views.size(); ++i) {
    const uint64_t next = views[i]->alive_code_points();
    // Twice what was gathered so far: the next tier would be merged for too little.
    const bool similar = next <= 2 * size || views.size() - i > rep_->options.most_segments;
    if (!chosen.empty() && (!similar || size + next > largest)) {
      break;
    }
    chosen.push_back(views[i]);
    size += next;
  }
  if (chosen.size() < 2) {
    chosen.clear();
    for (const SegmentView* view : views) {
      // Nothing of nothing is dead in reports without text.
      if (view->dead_code_points > 0 &&
          4 * view->dead_code_points >= view->segment->code_points() &&
          view->alive_code_points() <= most_code_points) {
        chosen.push_back(view);
        break;
      }
    }
  }
  if (chosen.empty()) {
    for (const SegmentView* view : views) {
      if (view->dead.size() > kMostDeadTexts && view->dead_code_points <= most_code_points) {
        rep_->segment = view->segment;
        rep_->dead = view->dead;
        return;
      }
    }
  }
  Choose(chosen);
}

MergePlan MergePlan::Without(const Archive& archive,
                             absl::FunctionRef<bool(std::string_view)> gone) {
  MergePlan plan;
  const auto* const indexed = dynamic_cast<const IndexedSnapshot*>(&archive);
  if (indexed == nullptr) {
    return plan;
  }
  plan.rep_->options = indexed->options();
  plan.rep_->scheme = indexed->shared_scheme();
  for (const SegmentView& view : indexed->views()) {
    for (uint32_t e = 0; e < view.rank.size(); ++e) {
      if (view.rank[e] == SegmentView::kDead && gone(view.segment->entries()[e]->report_id())) {
        plan.Choose({&view});
        return plan;
      }
    }
  }
  return plan;
}

void MergePlan::Choose(const std::vector<const SegmentView*>& chosen) {
  std::vector<std::pair<uint32_t, Rep::Origin>> origins;
  for (const SegmentView* view : chosen) {
    for (uint32_t e = 0; e < view->rank.size(); ++e) {
      if (view->rank[e] != SegmentView::kDead) {
        origins.push_back({view->rank[e], {static_cast<uint32_t>(rep_->inputs.size()), e}});
      }
    }
    rep_->inputs.push_back(view->segment);
  }
  std::sort(origins.begin(), origins.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [rank, origin] : origins) {
    rep_->origins.push_back(origin);
    rep_->entries.push_back(rep_->inputs[origin.input]->entries()[origin.entry]);
  }
}

bool MergePlan::empty() const { return rep_->inputs.empty() && rep_->dead.empty(); }

bool MergePlan::Run(const Cancellation& cancellation) {
  QUOTES_CHECK(!empty());
  if (!rep_->dead.empty()) {
    rep_->joined = Join(*rep_->segment, *rep_->scheme, rep_->dead, cancellation);
    return rep_->joined != nullptr;
  }
  rep_->merged = WriteOrMake(rep_->options, rep_->entries, *rep_->scheme, cancellation);
  return rep_->merged != nullptr;
}

std::shared_ptr<const Archive> MergePlan::Apply(const Archive& current) const {
  QUOTES_CHECK(rep_->merged != nullptr || rep_->joined != nullptr);
  const auto* const indexed = dynamic_cast<const IndexedSnapshot*>(&current);
  if (indexed == nullptr) {
    return nullptr;
  }
  const std::vector<SegmentView>& views = indexed->views();
  const auto find = [&views](const std::shared_ptr<const Segment>& segment) {
    return std::find_if(views.begin(), views.end(),
                        [&segment](const SegmentView& view) { return view.segment == segment; });
  };
  if (rep_->joined != nullptr) {
    const auto view = find(rep_->segment);
    if (view == views.end() ||
        !std::all_of(rep_->dead.begin(), rep_->dead.end(), [&view](const auto& dead) {
          return std::find(view->dead.begin(), view->dead.end(), dead) != view->dead.end();
        })) {
      return nullptr;
    }
    return std::make_shared<const IndexedSnapshot>(*indexed, rep_->segment.get(), rep_->dead,
                                                   rep_->joined);
  }
  std::vector<bool> dropped(views.size(), false);
  std::vector<const SegmentView*> inputs;  // null: gone
  for (const auto& input : rep_->inputs) {
    const auto view = find(input);
    inputs.push_back(view == views.end() ? nullptr : &*view);
    if (view != views.end()) {
      dropped[static_cast<size_t>(view - views.begin())] = true;
    }
  }
  // What died since the plan was made, or was merged into another segment, is dead in this one.
  NewSegment added{rep_->merged, {}};
  std::vector<uint32_t> moved;
  for (const Rep::Origin& origin : rep_->origins) {
    const SegmentView* const view = inputs[origin.input];
    const uint32_t rank = view == nullptr ? SegmentView::kDead : view->rank[origin.entry];
    added.alive.push_back(rank != SegmentView::kDead);
    if (rank != SegmentView::kDead) {
      moved.push_back(rank);
    }
  }
  if (moved.empty()) {
    return nullptr;
  }
  std::sort(moved.begin(), moved.end());
  return std::make_shared<const IndexedSnapshot>(*indexed, indexed->revision(),
                                                 IndexedSnapshot::Change::kMove, moved, dropped,
                                                 std::vector<NewSegment>{std::move(added)});
}

}  // namespace quotes::archive
