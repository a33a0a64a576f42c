#ifndef QUOTES_SERVICE_ARCHIVE_SEGMENT_VIEW_H_
#define QUOTES_SERVICE_ARCHIVE_SEGMENT_VIEW_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "service/archive/catalog.h"
#include "service/archive/entry.h"
#include "service/archive/printed_marks.h"
#include "service/archive/segment.h"
#include "service/base/cancellation.h"
#include "service/themes/scheme.h"

namespace quotes::archive {

// The quotes of the living entries of one part of a segment.
struct LivingQuotes {
  std::vector<uint64_t> bits;  // bit q % 64 of bits[q / 64] for each quote q
  uint64_t count = 0;

  bool Has(uint32_t number) const { return ((bits[number / 64] >> (number % 64)) & 1) != 0; }
};

// Which quotes of a part of a segment are stock phrases, of those that were judged: filled in as
// look-ups ask, and ahead of them (JudgeStockPhrases). A judgement holds as long as the reports of
// the archive are the same. Thread-safe.
class StockJudgements {
 public:
  explicit StockJudgements(uint32_t quotes) : words_(2 * ((size_t{quotes} + 63) / 64)) {}

  std::optional<bool> Get(uint32_t number) const {
    const size_t at = size_t{number} / 64 * 2;
    const uint64_t bit = uint64_t{1} << (number % 64);
    if ((words_[at].load(std::memory_order_acquire) & bit) == 0) {
      return std::nullopt;
    }
    return (words_[at + 1].load(std::memory_order_relaxed) & bit) != 0;
  }
  // Has the processor fetch what Get reads.
  void Fetch(uint32_t number) const { __builtin_prefetch(&words_[size_t{number} / 64 * 2]); }
  void Set(uint32_t number, bool stock) {
    const size_t at = size_t{number} / 64 * 2;
    const uint64_t bit = uint64_t{1} << (number % 64);
    if (stock) {
      words_[at + 1].fetch_or(bit, std::memory_order_relaxed);
    }
    words_[at].fetch_or(bit, std::memory_order_release);
  }
  size_t size_bytes() const { return words_.size() * sizeof(uint64_t); }

 private:
  // Of 64 quotes each: which are judged, then which of them are stock phrases.
  std::vector<std::atomic<uint64_t>> words_;
};

// A segment as one snapshot sees it: what dies or moves in the order of answers changes views,
// never segments. Immutable once its snapshot is made.
struct SegmentView {
  static constexpr uint32_t kDead = Catalog::kNoRank;

  std::shared_ptr<const Segment> segment;
  std::vector<uint32_t> rank;  // of each entry in this snapshot; kDead without one
  uint64_t dead_code_points = 0;
  // The texts of the dead entries, each once, so that their quotes can be taken off totals.
  std::vector<std::shared_ptr<const DeadTexts>> dead;
  // Shared by snapshots until another entry dies; null where none is dead.
  std::shared_ptr<const LivingQuotes> living_speech;
  std::shared_ptr<const LivingQuotes> living_furniture;

  // Shared by snapshots of the same reports.
  std::shared_ptr<StockJudgements> stock_speech;
  std::shared_ptr<StockJudgements> stock_furniture;

  // Shared by snapshots as long as they have the segment.
  std::shared_ptr<PrintedMarksSlot> marks_of_speech;
  std::shared_ptr<PrintedMarksSlot> marks_of_furniture;

  uint64_t alive_code_points() const { return segment->code_points() - dead_code_points; }
};

// Of the entries of a part that have a rank.
std::shared_ptr<const LivingQuotes> FindLiving(const std::vector<uint32_t>& rank,
                                               const Segment::Part& part);

// One index in place of several over dead entries of a segment made under `scheme`. Costs what
// indexing their texts costs. Null if it was cancelled, within about a second.
std::shared_ptr<const DeadTexts> Join(const Segment& segment, const themes::Scheme& scheme,
                                      const std::vector<std::shared_ptr<const DeadTexts>>& parts,
                                      const Cancellation& cancellation = Cancellation());

// One part of one view: what a look-up goes through. The view outlives it.
struct PartView {
  const SegmentView* view;
  const Segment::Part* part;
  bool speech;
  const LivingQuotes* living;  // null: all
  // Whether the attributes of a quote are enough to know it for a stock phrase, and for none.
  bool stock_told = false;
  bool fresh_told = false;

  // Of the quote with a number; the rank is SegmentView::kDead if its entry is dead.
  const Entry& entry(uint32_t number) const {
    return *view->segment->entries()[part->entry[number]];
  }
  uint32_t rank(uint32_t number) const { return view->rank[part->entry[number]]; }

  StockJudgements& stock() const { return speech ? *view->stock_speech : *view->stock_furniture; }
  PrintedMarksSlot& marks() const {
    return speech ? *view->marks_of_speech : *view->marks_of_furniture;
  }
  bool has_dead() const { return living != nullptr; }
  bool IsAlive(uint32_t number) const { return living == nullptr || living->Has(number); }
  uint64_t LivingCount() const { return living == nullptr ? part->size() : living->count; }
  const DeadTexts::Part& DeadPart(const DeadTexts& dead) const {
    return speech ? dead.speech() : dead.furniture();
  }
  // Quotes of dead entries that have `term`, and places where it stands in them.
  uint64_t CountDeadQuotes(std::u32string_view term) const;
  uint64_t CountDeadPlaces(std::u32string_view term) const;
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_SEGMENT_VIEW_H_
