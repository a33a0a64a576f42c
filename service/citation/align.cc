#include "service/citation/align.h"

#include <algorithm>
#include <limits>

#include "absl/container/flat_hash_map.h"

namespace quotes::citation {
namespace {

// A wrong letter costs as much as one that is missing. Opening a gap costs as much again as a
// letter in it, so that what was left out in one piece stays in one piece.
constexpr int kGapOpen = 2;
constexpr int kLetterGap = 2;
constexpr int kLetterInsertion = 3;
constexpr int kMarkGap = 1;
constexpr int kLetterSubstitution = 4;
constexpr int kMarkSubstitution = 2;
// A long gap in the source costs the same whatever its length: a quotation whose two halves stand
// in one sentence is that sentence with a gap, not one half with an addition.
constexpr int kLongGap = 24;
constexpr int kImpossible = std::numeric_limits<int>::max() / 4;

// Most pairs that are compared resemble each other: a first pass leaves out what costs more than
// this, some three edits. Below kLongGap, so that no long gap can be cheaper.
constexpr int kCheap = 16;

// Pairs below this many cells are aligned at once.
constexpr uint64_t kDirectCells = 24'000;
// Length of the stretches that part longer pairs: shorter ones recur by chance.
constexpr size_t kAnchorUnits = 8;

int GapCost(const Unit& unit) { return unit.letter() ? kLetterGap : kMarkGap; }
int InsertionCost(const Unit& unit) { return unit.letter() ? kLetterInsertion : kMarkGap; }

int SubstitutionCost(const Unit& a, const Unit& b) {
  if (a.form == b.form) {
    return a.kind == b.kind ? 0 : kMarkGap;
  }
  if (a.kind != b.kind) {
    return kImpossible;
  }
  return a.letter() ? kLetterSubstitution : kMarkSubstitution;
}

// Which ends of the source may be left out without cost.
struct Ends {
  bool free_begin = false;
  bool free_end = false;
};

class Aligner {
 public:
  Aligner(std::span<const Unit> quotation, std::span<const Unit> source, WorkBudget* budget)
      : quotation_(quotation),
        source_(source),
        budget_(budget),
        best_(budget->rows.best),
        insert_(budget->rows.insert),
        best_above_(budget->rows.best_above),
        insert_above_(budget->rows.insert_above),
        columns_(budget->rows.columns),
        columns_above_(budget->rows.columns_above),
        trace_(budget->rows.trace) {}

  Alignment Run() && {
    alignment_.ops.reserve(quotation_.size() + quotation_.size() / 4);
    begin_ = 0;
    Segment(0, quotation_.size(), 0, source_.size(), {true, true});
    alignment_.begin = begin_;
    alignment_.end = end_;
    return std::move(alignment_);
  }

 private:
  static constexpr uint8_t kFromDiagonal = 0;
  static constexpr uint8_t kFromDelete = 1;
  static constexpr uint8_t kFromInsert = 2;
  static constexpr uint8_t kFromLongDelete = 3;
  static constexpr uint8_t kFromMask = 3;
  static constexpr uint8_t kDeleteExtends = 4;
  static constexpr uint8_t kInsertExtends = 8;
  static constexpr uint8_t kLongDeleteExtends = 16;

  void Segment(size_t q0, size_t q1, size_t s0, size_t s1, Ends ends) {
    const uint64_t cells = uint64_t{q1 - q0 + 1} * (s1 - s0 + 1);
    if (cells <= kDirectCells) {
      Direct(q0, q1, s0, s1, ends);
      return;
    }
    const std::vector<std::pair<size_t, size_t>> anchors = Anchors(q0, q1, s0, s1);
    if (anchors.empty()) {
      Direct(q0, q1, s0, s1, ends);
      return;
    }
    size_t q = q0;
    size_t s = s0;
    bool first = true;
    for (size_t i = 0; i < anchors.size(); ++i) {
      auto [aq, as] = anchors[i];
      if (aq < q || as < s) {
        continue;  // inside the stretch before
      }
      size_t length = kAnchorUnits;
      while (aq > q && as > s && quotation_[aq - 1].form == source_[as - 1].form) {
        --aq;
        --as;
        ++length;
      }
      while (aq + length < q1 && as + length < s1 &&
             quotation_[aq + length].form == source_[as + length].form) {
        ++length;
      }
      Direct(q, aq, s, as, {first && ends.free_begin, false});
      first = false;
      for (size_t k = 0; k < length; ++k) {
        Emit(OpKind::kMatch, aq + k, as + k);
      }
      q = aq + length;
      s = as + length;
    }
    Direct(q, q1, s, s1, {false, ends.free_end});
  }

  // Stretches that stand once on either side, in an order that both have.
  std::vector<std::pair<size_t, size_t>> Anchors(size_t q0, size_t q1, size_t s0, size_t s1) const {
    struct Seen {
      size_t quotation = 0;
      size_t source = 0;
      int in_quotation = 0;
      int in_source = 0;
    };
    absl::flat_hash_map<uint64_t, Seen> seen;
    const auto hash = [](std::span<const Unit> units, size_t at) {
      uint64_t h = 1469598103934665603u;
      for (size_t k = 0; k < kAnchorUnits; ++k) {
        h = (h ^ units[at + k].form) * 1099511628211u;
      }
      return h;
    };
    if (q1 - q0 < kAnchorUnits || s1 - s0 < kAnchorUnits) {
      return {};
    }
    for (size_t i = q0; i + kAnchorUnits <= q1; ++i) {
      Seen& entry = seen[hash(quotation_, i)];
      entry.quotation = i;
      ++entry.in_quotation;
    }
    for (size_t j = s0; j + kAnchorUnits <= s1; ++j) {
      const auto found = seen.find(hash(source_, j));
      if (found != seen.end()) {
        found->second.source = j;
        ++found->second.in_source;
      }
    }
    std::vector<std::pair<size_t, size_t>> pairs;
    for (const auto& [unused, entry] : seen) {
      if (entry.in_quotation == 1 && entry.in_source == 1) {
        bool equal = true;
        for (size_t k = 0; equal && k < kAnchorUnits; ++k) {
          equal = quotation_[entry.quotation + k].form == source_[entry.source + k].form;
        }
        if (equal) {
          pairs.emplace_back(entry.quotation, entry.source);
        }
      }
    }
    std::sort(pairs.begin(), pairs.end());
    // The longest increasing subsequence of source places.
    std::vector<size_t> tails;
    std::vector<size_t> before(pairs.size(), pairs.size());
    for (size_t i = 0; i < pairs.size(); ++i) {
      const auto at =
          std::lower_bound(tails.begin(), tails.end(), pairs[i].second,
                           [&](size_t k, size_t source) { return pairs[k].second < source; });
      if (at != tails.begin()) {
        before[i] = *(at - 1);
      }
      if (at == tails.end()) {
        tails.push_back(i);
      } else {
        *at = i;
      }
    }
    std::vector<std::pair<size_t, size_t>> chain;
    for (size_t i = tails.empty() ? pairs.size() : tails.back(); i < pairs.size(); i = before[i]) {
      chain.push_back(pairs[i]);
    }
    std::reverse(chain.begin(), chain.end());
    return chain;
  }

  void Direct(size_t q0, size_t q1, size_t s0, size_t s1, Ends ends) {
    const size_t n = q1 - q0;
    const size_t m = s1 - s0;
    const uint64_t cells = uint64_t{n + 1} * (m + 1);
    if (n == 0 && (ends.free_begin || ends.free_end)) {
      const size_t at = ends.free_begin ? s1 : s0;
      if (ends.free_begin) {
        begin_ = static_cast<uint32_t>(at);
      }
      if (ends.free_end) {
        end_ = static_cast<uint32_t>(at);
      }
      return;
    }
    if (Cheaply(q0, q1, s0, s1, ends)) {
      return;
    }
    if (cells > budget_->cells) {
      GiveUp(q0, q1, s0, s1, ends);
      return;
    }
    budget_->cells -= cells;
    const size_t width = m + 1;
    trace_.assign((n + 1) * width, 0);
    best_.assign(width, 0);
    insert_.assign(width, kImpossible);
    // The first row: nothing of the quotation yet.
    for (size_t j = 1; j <= m; ++j) {
      if (ends.free_begin) {
        best_[j] = 0;
      } else {
        const int gap = (j == 1 ? kGapOpen : best_[j - 1]) + GapCost(source_[s0 + j - 1]);
        best_[j] = std::min(gap, kLongGap);
        trace_[j] = static_cast<uint8_t>(kFromDelete | (j == 1 ? 0 : kDeleteExtends));
      }
    }
    for (size_t i = 1; i <= n; ++i) {
      const Unit& q = quotation_[q0 + i - 1];
      uint8_t* const trace = &trace_[i * width];
      int diagonal = best_[0];
      insert_[0] = (i == 1 ? kGapOpen : insert_[0]) + InsertionCost(q);
      trace[0] = static_cast<uint8_t>(kFromInsert | (i == 1 ? 0 : kInsertExtends));
      best_[0] = insert_[0];
      int del = kImpossible;
      int long_del = kImpossible;
      const int gap = InsertionCost(q);
      for (size_t j = 1; j <= m; ++j) {
        const Unit& s = source_[s0 + j - 1];
        uint8_t step = 0;
        const int open_insert = best_[j] + kGapOpen;
        if (insert_[j] <= open_insert) {
          step |= kInsertExtends;
          insert_[j] += gap;
        } else {
          insert_[j] = open_insert + gap;
        }
        const int open_delete = best_[j - 1] + kGapOpen;
        if (del <= open_delete) {
          step |= kDeleteExtends;
        } else {
          del = open_delete;
        }
        del += GapCost(s);
        if (long_del <= best_[j - 1] + kLongGap) {
          step |= kLongDeleteExtends;
        } else {
          long_del = best_[j - 1] + kLongGap;
        }
        int best = diagonal + SubstitutionCost(q, s);
        uint8_t from = kFromDiagonal;
        if (del < best) {
          best = del;
          from = kFromDelete;
        }
        if (insert_[j] < best) {
          best = insert_[j];
          from = kFromInsert;
        }
        if (long_del < best) {
          best = long_del;
          from = kFromLongDelete;
        }
        diagonal = best_[j];
        best_[j] = best;
        trace[j] = static_cast<uint8_t>(step | from);
      }
    }
    size_t j = m;
    if (ends.free_end) {
      j = static_cast<size_t>(std::min_element(best_.begin(), best_.end()) - best_.begin());
    }
    alignment_.cost += best_[j];
    const size_t last = j;
    Trace(q0, s0, n, j, ends);
    if (ends.free_end) {
      end_ = static_cast<uint32_t>(s0 + last);
    }
  }

  // What Direct does, if an alignment costs at most kCheap: cells that cost more are on no cheapest
  // path and are left out (E. Ukkonen, "Algorithms for approximate string matching", 1985), so that
  // a row has a few cells around each diagonal that still matches. False when there is none, or no
  // work left to find it.
  bool Cheaply(size_t q0, size_t q1, size_t s0, size_t s1, Ends ends) {
    const size_t n = q1 - q0;
    const size_t m = s1 - s0;
    const size_t width = m + 1;
    if (n * width > budget_->cells) {
      return false;  // would not be worth its trace
    }
    trace_.assign((n + 1) * width, 0);
    best_.assign(width, kImpossible);
    insert_.assign(width, kImpossible);
    best_above_.assign(width, kImpossible);
    insert_above_.assign(width, kImpossible);
    columns_.resize(width);
    columns_above_.resize(width);
    size_t kept_above = 0;  // of columns_above_
    size_t kept = 1;        // of columns_
    best_[0] = 0;
    columns_[0] = 0;
    for (uint32_t j = 1; j <= m; ++j) {
      if (ends.free_begin) {
        best_[j] = 0;
      } else {
        best_[j] = (j == 1 ? kGapOpen : best_[j - 1]) + GapCost(source_[s0 + j - 1]);
        if (best_[j] > kCheap) {
          best_[j] = kImpossible;
          break;
        }
        trace_[j] = static_cast<uint8_t>(kFromDelete | (j == 1 ? 0 : kDeleteExtends));
      }
      columns_[kept++] = j;
    }
    for (size_t i = 1; i <= n; ++i) {
      best_.swap(best_above_);
      insert_.swap(insert_above_);
      columns_.swap(columns_above_);
      kept_above = kept;
      uint64_t cells = 0;
      kept = CheapRow(quotation_[q0 + i - 1], s0, m, kept_above, &trace_[i * width], &cells);
      budget_->cells -= std::min<uint64_t>(budget_->cells, cells);
      for (size_t k = 0; k < kept_above; ++k) {
        best_above_[columns_above_[k]] = kImpossible;
        insert_above_[columns_above_[k]] = kImpossible;
      }
      if (kept == 0) {
        return false;
      }
    }
    size_t j = m;
    if (ends.free_end) {
      j = static_cast<size_t>(std::min_element(best_.begin(), best_.end()) - best_.begin());
    } else if (best_[m] > kCheap) {
      return false;
    }
    alignment_.cost += best_[j];
    Trace(q0, s0, n, j, ends);
    if (ends.free_end) {
      end_ = static_cast<uint32_t>(s0 + j);
    }
    return true;
  }

  // One row of Cheaply from the `count` cells kept of the row above; how many it keeps.
  size_t CheapRow(const Unit& q, size_t s0, size_t m, size_t count, uint8_t* trace,
                  uint64_t* cells) const {
    // Stores to the trace may not alias these.
    const Unit* const source = source_.data() + s0;
    const int* const best_above = best_above_.data();
    const int* const insert_above = insert_above_.data();
    const uint32_t* const columns_above = columns_above_.data();
    int* const best_of = best_.data();
    int* const insert_of = insert_.data();
    uint32_t* const columns = columns_.data();
    const int insertion = InsertionCost(q);
    const int substitution = q.letter() ? kLetterSubstitution : kMarkSubstitution;
    int left = kImpossible;  // the best of the cell to the left
    int del = kImpossible;
    size_t next = 0;
    size_t kept_cells = 0;
    // Cells below and to the right below one of the row above, and on from those of this row.
    uint64_t looked_at = 0;
    for (uint32_t j = columns_above[0]; j <= m; ++looked_at) {
      uint32_t step = 0;
      const int open_insert = best_above[j] + kGapOpen;
      int insert = insert_above[j];
      step |= insert <= open_insert ? kInsertExtends : 0u;
      insert = std::min(insert, open_insert) + insertion;
      int best = kImpossible;
      uint32_t from = kFromDiagonal;
      if (j > 0) {
        const Unit& s = source[j - 1];
        const int open_delete = left + kGapOpen;
        step |= del <= open_delete ? kDeleteExtends : 0u;
        del = std::min(del, open_delete) + GapCost(s);
        best = best_above[j - 1];
        if (q.form == s.form) {
          best += q.kind == s.kind ? 0 : kMarkGap;
        } else {
          best += q.kind == s.kind ? substitution : kImpossible;
        }
        from = del < best ? kFromDelete : from;
        best = std::min(best, del);
      }
      from = insert < best ? kFromInsert : from;
      best = std::min(best, insert);
      if (best <= kCheap) {
        best_of[j] = best;
        insert_of[j] = insert;
        trace[j] = static_cast<uint8_t>(step | from);
        columns[kept_cells++] = j;
        left = best;
        ++j;
        continue;
      }
      left = kImpossible;
      del = kImpossible;
      while (next < count && columns_above[next] < j) {
        ++next;
      }
      if (next == count) {
        break;
      }
      // On to the right below this cell of the row above, or to below the next one of it.
      j = columns_above[next] == j ? j + 1 : columns_above[next];
    }
    *cells += looked_at;
    return kept_cells;
  }

  void Trace(size_t q0, size_t s0, size_t i, size_t j, Ends ends) {
    const size_t width = best_.size();
    const size_t first = alignment_.ops.size();
    uint8_t state = kFromDiagonal;  // the gap that is open, if any
    while (i > 0 || (j > 0 && !ends.free_begin)) {
      const uint8_t step = trace_[i * width + j];
      if (state == kFromDiagonal) {
        state = step & kFromMask;
      }
      if (state == kFromDelete || state == kFromLongDelete) {
        Emit(OpKind::kDelete, q0 + i, s0 + j - 1);
        if ((step & (state == kFromDelete ? kDeleteExtends : kLongDeleteExtends)) == 0) {
          state = kFromDiagonal;
        }
        --j;
      } else if (state == kFromInsert) {
        Emit(OpKind::kInsert, q0 + i - 1, s0 + j);
        if ((step & kInsertExtends) == 0) {
          state = kFromDiagonal;
        }
        --i;
      } else {
        Emit(quotation_[q0 + i - 1].form == source_[s0 + j - 1].form ? OpKind::kMatch
                                                                     : OpKind::kSubstitute,
             q0 + i - 1, s0 + j - 1);
        --i;
        --j;
      }
    }
    if (ends.free_begin) {
      begin_ = static_cast<uint32_t>(s0 + j);
    }
    std::reverse(alignment_.ops.begin() + static_cast<ptrdiff_t>(first), alignment_.ops.end());
  }

  void GiveUp(size_t q0, size_t q1, size_t s0, size_t s1, Ends ends) {
    alignment_.complete = false;
    if (ends.free_begin) {
      s0 = s1;
      begin_ = static_cast<uint32_t>(s1);
    }
    if (ends.free_end) {
      s1 = s0;
      end_ = static_cast<uint32_t>(s0);
    }
    for (size_t s = s0; s < s1; ++s) {
      Emit(OpKind::kDelete, q0, s);
      alignment_.cost += GapCost(source_[s]);
    }
    for (size_t q = q0; q < q1; ++q) {
      Emit(OpKind::kInsert, q, s1);
      alignment_.cost += InsertionCost(quotation_[q]);
    }
  }

  void Emit(OpKind kind, size_t q, size_t s) {
    alignment_.ops.push_back({kind, static_cast<uint32_t>(q), static_cast<uint32_t>(s)});
  }

  const std::span<const Unit> quotation_;
  const std::span<const Unit> source_;
  WorkBudget* const budget_;
  Alignment alignment_;
  uint32_t begin_ = 0;
  uint32_t end_ = 0;
  std::vector<int>& best_;
  std::vector<int>& insert_;
  std::vector<int>& best_above_;  // and these, of the row above: see Cheaply
  std::vector<int>& insert_above_;
  std::vector<uint32_t>& columns_;
  std::vector<uint32_t>& columns_above_;
  std::vector<uint8_t>& trace_;
};

}  // namespace

Alignment Align(std::span<const Unit> quotation, std::span<const Unit> source, WorkBudget* budget) {
  return Aligner(quotation, source, budget).Run();
}

size_t RoughEdits(const Alignment& alignment, std::span<const Unit> quotation,
                  std::span<const Unit> source) {
  constexpr size_t kMaxGap = 4;
  size_t letters = 0;
  size_t gap = 0;
  for (const Op& op : alignment.ops) {
    if (op.kind == OpKind::kDelete) {
      if (source[op.source].letter() && gap < kMaxGap) {
        ++gap;
        ++letters;
      }
      continue;
    }
    gap = 0;
    letters += op.kind != OpKind::kMatch && quotation[op.quotation].letter() ? 1u : 0u;
  }
  return letters;
}

}  // namespace quotes::citation
