#ifndef QUOTES_SERVICE_ARCHIVE_PRINTED_MARKS_H_
#define QUOTES_SERVICE_ARCHIVE_PRINTED_MARKS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "service/archive/segment.h"

namespace quotes::archive {

// A phrase with its marks (FoldKeepingMarks), parted into units and runs of marks.
struct PartedPhrase {
  std::u32string before;               // marks before the first unit
  std::u32string units;                // with a break for each run between two of them
  std::vector<std::u32string> inside;  // those runs
  std::u32string behind;               // marks behind the last unit

  // Nullopt without units, and where a sign may be a mark or part of a numeral: a text tells.
  static std::optional<PartedPhrase> Part(std::u32string_view marked);
};

// Which marks stand for each break of the indexed texts of a part of a segment, and at their
// borders: what the index leaves out, so that a phrase with its marks is counted without a look at
// the texts. Takes a byte for five characters of usual texts. Immutable; thread-safe.
class PrintedMarks {
 public:
  // Folds all texts: 30 ns a character. Null if `go_on`, which is asked every millisecond, ended
  // it.
  static std::unique_ptr<const PrintedMarks> Make(const Segment& segment, const Segment::Part& part,
                                                  absl::FunctionRef<bool()> go_on);

  // False where there are more runs than have a number; nothing can be asked then.
  bool complete() const { return complete_; }

  // The quote of each place of a phrase, in no order. Linear in the places of its units with breaks
  // where the phrase has marks, some nanoseconds each. `index` is that of the part.
  std::vector<uint32_t> QuotesOfPlaces(const TextIndex& index, const PartedPhrase& phrase) const;

  size_t size_bytes() const;

 private:
  // Breaks and ends of texts among 64 places of the text, and how many stand before them.
  struct Block {
    uint32_t low = 0;
    uint32_t high = 0;
    uint32_t before = 0;
    uint64_t bits() const { return uint64_t{high} << 32 | low; }
  };
  // A text that begins with marks.
  struct Beginning {
    uint32_t quote = 0;
    uint16_t run = 0;
  };

  bool IsBreak(uint32_t place) const {
    return ((blocks_[place / 64].bits() >> (place % 64)) & 1) != 0;
  }
  // The run at a break, or at the end of a text.
  uint16_t RunAt(uint32_t place) const {
    const Block& block = blocks_[place / 64];
    const uint64_t below = block.bits() & ((uint64_t{1} << (place % 64)) - 1);
    return run_[block.before + static_cast<uint32_t>(__builtin_popcountll(below))];
  }

  // The runs of marks that stand at, or one UTF-16 unit behind, the suffixes of an interval which
  // all have a break or an end there, as bytes; kFarRun where RunAt has to be asked. Those of
  // frequent letters are read one after the other this way.
  static constexpr uint8_t kFarRun = 255;
  const uint8_t* NearRunsOf(TextIndex::Interval interval) const;
  bool FindNearRuns(const TextIndex& index, absl::FunctionRef<bool()> go_on);

  // Neighbours in suffix order that have a near run.
  struct Stretch {
    uint32_t suffix = 0;
    uint32_t first = 0;  // into near_
  };

  bool complete_ = true;
  std::vector<Block> blocks_;
  std::vector<uint16_t> run_;          // of each break and end, by place
  std::vector<std::u32string> runs_;   // the distinct ones; the first is empty
  std::vector<Beginning> beginnings_;  // by the first units of their texts
  std::vector<Stretch> stretches_;     // ascending
  std::vector<uint8_t> near_;
};

// Where the marks of a part are once they were read. Thread-safe.
class PrintedMarksSlot {
 public:
  PrintedMarksSlot() = default;
  PrintedMarksSlot(const PrintedMarksSlot&) = delete;
  PrintedMarksSlot& operator=(const PrintedMarksSlot&) = delete;
  ~PrintedMarksSlot() { delete made_.load(std::memory_order_acquire); }

  // Null before Set.
  const PrintedMarks* Get() const { return made_.load(std::memory_order_acquire); }
  // The first that comes stays.
  void Set(std::unique_ptr<const PrintedMarks> marks) {
    const PrintedMarks* none = nullptr;
    if (made_.compare_exchange_strong(none, marks.get(), std::memory_order_acq_rel)) {
      static_cast<void>(marks.release());
    }
  }

 private:
  std::atomic<const PrintedMarks*> made_ = nullptr;
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_PRINTED_MARKS_H_
