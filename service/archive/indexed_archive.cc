#include "service/archive/indexed_archive.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "service/archive/indexed_snapshot.h"
#include "service/base/check.h"

namespace quotes::archive {

std::shared_ptr<const Archive> UpdateArchive(
    const Archive& previous, uint64_t revision,
    const std::vector<std::shared_ptr<const PackedDocument>>& added,
    const std::vector<std::string>& removed) {
  const auto* const indexed = dynamic_cast<const IndexedSnapshot*>(&previous);
  QUOTES_CHECK(indexed != nullptr);
  return IndexedSnapshot::Update(*indexed, revision, added, removed);
}

std::shared_ptr<const Archive> MakeIndexedArchive(
    uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
    const std::vector<std::shared_ptr<const Document>>& documents, const Archive* previous,
    const ArchiveOptions& options) {
  const auto* const indexed = dynamic_cast<const IndexedSnapshot*>(previous);
  if (indexed == nullptr || &indexed->scheme() != scheme.get()) {
    ArchiveLoader loader(std::move(scheme), options);
    for (const auto& document : documents) {
      loader.Add(*document);
    }
    return loader.Finish(revision);
  }
  std::vector<std::shared_ptr<const PackedDocument>> added;
  absl::flat_hash_set<std::string_view> present;
  for (const auto& document : documents) {
    if (document->state != ReportState::kActive) {
      continue;
    }
    present.insert(document->report_id);
    std::shared_ptr<const PackedDocument> packed = Pack(*document, scheme->themes().size());
    const PackedDocument* const held = indexed->FindReport(document->report_id);
    if (held == nullptr || held->head() != packed->head() ||
        !std::ranges::equal(held->bytes(), packed->bytes())) {
      added.push_back(std::move(packed));
    }
  }
  std::vector<std::string> removed;
  for (const PackedDocument* const held : indexed->documents()) {
    if (!present.contains(held->report_id())) {
      removed.emplace_back(held->report_id());
    }
  }
  return UpdateArchive(*indexed, revision, added, removed);
}

size_t SegmentCount(const Archive& archive) {
  const auto* const indexed = dynamic_cast<const IndexedSnapshot*>(&archive);
  return indexed == nullptr ? 0 : indexed->views().size();
}

std::vector<SegmentState> SegmentsOf(const Archive& archive) {
  std::vector<SegmentState> states;
  if (const auto* const indexed = dynamic_cast<const IndexedSnapshot*>(&archive);
      indexed != nullptr) {
    for (const SegmentView& view : indexed->views()) {
      SegmentState& state = states.emplace_back();
      state.segment = view.segment;
      for (const uint32_t rank : view.rank) {
        state.alive.push_back(rank != SegmentView::kDead);
      }
    }
  }
  return states;
}

std::vector<std::pair<std::string_view, size_t>> MemoryUse(const Archive& archive) {
  std::vector<std::pair<std::string_view, size_t>> sum;
  const auto* const indexed = dynamic_cast<const IndexedSnapshot*>(&archive);
  if (indexed == nullptr) {
    return sum;
  }
  size_t dead = 0;
  size_t marks = 0;
  size_t snapshot = indexed->documents().size() * (sizeof(void*) + 2 * sizeof(uint32_t) + 1);
  for (const SegmentView& view : indexed->views()) {
    const std::vector<std::pair<std::string_view, size_t>> use = view.segment->MemoryUse();
    for (size_t i = 0; i < use.size(); ++i) {
      if (i == sum.size()) {
        sum.emplace_back(use[i].first, 0);
      }
      sum[i].second += use[i].second;
    }
    snapshot += view.rank.size() * sizeof(uint32_t);
    for (const auto& texts : view.dead) {
      dead += texts->size_bytes();
    }
    for (const auto& slot : {view.marks_of_speech, view.marks_of_furniture}) {
      marks += slot->Get() == nullptr ? 0 : slot->Get()->size_bytes();
    }
    for (const auto& living : {view.living_speech, view.living_furniture}) {
      snapshot += living == nullptr ? 0 : living->bits.size() * sizeof(uint64_t);
    }
  }
  sum.emplace_back("dead texts", dead);
  sum.emplace_back("printed marks", marks);
  sum.emplace_back("snapshot", snapshot);
  return sum;
}

}  // namespace quotes::archive
