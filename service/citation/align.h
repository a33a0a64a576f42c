#ifndef QUOTES_SERVICE_CITATION_ALIGN_H_
#define QUOTES_SERVICE_CITATION_ALIGN_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "service/citation/form.h"

namespace quotes::citation {

enum class OpKind : uint8_t {
  kMatch,       // equal forms
  kSubstitute,  // a letter for a letter, a mark for a mark
  kInsert,      // only the quotation has it
  kDelete,      // only the source has it
};

struct Op {
  OpKind kind = OpKind::kMatch;
  uint32_t quotation = 0;  // index of the unit, or of the place between units
  uint32_t source = 0;
};

struct Alignment {
  std::vector<Op> ops;
  // Source units [begin, end) that the quotation stands for; ops cover exactly them.
  uint32_t begin = 0;
  uint32_t end = 0;
  int cost = 0;
  bool complete = true;  // false: a part was given up for want of work
};

// Cells of the dynamic programme that one check may still fill, and the memory for them; shared by
// all its alignments, one after the other.
struct WorkBudget {
  uint64_t cells = 0;

  struct Rows {
    std::vector<int> best;  // the cheapest way to each cell of a row
    std::vector<int> insert;
    std::vector<int> best_above;
    std::vector<int> insert_above;
    std::vector<uint32_t> columns;  // cells that are on a way
    std::vector<uint32_t> columns_above;
    std::vector<uint8_t> trace;  // of all rows
  };
  Rows rows = {};
};

// Aligns the whole quotation with the cheapest part of the source window: affine gaps, so that one
// missing clause is one gap (O. Gotoh, "An improved algorithm for matching biological sequences",
// 1982), in the source of two pieces, so that a long gap costs no more the longer it is. Pairs of
// long texts are first parted at their common unique stretches (B. Cohen's "patience" order), so
// that the work stays near-linear for texts that resemble each other. Deterministic. What exceeds
// `budget` is one deletion and one insertion, and `complete` is false.
Alignment Align(std::span<const Unit> quotation, std::span<const Unit> source, WorkBudget* budget);

// A measure for ranking: letters substituted and inserted, and of each gap in the source at most
// four letters, since one missing clause is one edit whatever its length.
size_t RoughEdits(const Alignment& alignment, std::span<const Unit> quotation,
                  std::span<const Unit> source);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_ALIGN_H_
