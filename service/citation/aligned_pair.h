#ifndef QUOTES_SERVICE_CITATION_ALIGNED_PAIR_H_
#define QUOTES_SERVICE_CITATION_ALIGNED_PAIR_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "service/citation/align.h"
#include "service/citation/form.h"
#include "service/citation/quoted.h"
#include "service/citation/source_text.h"
#include "service/citation/verdict.h"
#include "service/text/fold.h"

namespace quotes::citation {

// Neighbouring ops that change something.
struct Region {
  size_t begin = 0;  // ops
  size_t end = 0;
  bool reorder = false;
};

// An edit in code points of the two texts at hand.
struct Draft {
  EditKind kind = EditKind::kSubstitution;
  Severity severity = Severity::kNone;
  EditReason reason = EditReason::kNone;
  Range quotation;
  Range source;
  text::FoldSet folds = 0;
  int reading = -1;    // index into the source's readings
  size_t letters = 0;  // edited ones that count for the cost
  bool hint = false;
};

// A quotation beside a stretch of a source, aligned unit by unit, and the edits found so far: what
// the steps of a judgement work on. The quotation and the source must outlive it.
struct AlignedPair {
  AlignedPair(const Quoted& quotation, const SourceText& text, Alignment ops_and_span)
      : quoted(quotation), source(text), alignment(std::move(ops_and_span)) {}

  const std::vector<Op>& ops() const { return alignment.ops; }
  const Unit& Q(size_t i) const { return quoted.units[i]; }
  const Unit& S(size_t i) const { return source.units()[i]; }
  bool HasQ(const Op& op) const { return op.kind != OpKind::kDelete; }
  bool HasS(const Op& op) const { return op.kind != OpKind::kInsert; }

  Range QRange(size_t begin, size_t end) const {
    Range range;
    bool any = false;
    for (size_t i = begin; i < end; ++i) {
      if (HasQ(ops()[i])) {
        const Unit& unit = Q(ops()[i].quotation);
        range.begin = any ? range.begin : unit.begin;
        range.end = unit.end;
        any = true;
      }
    }
    if (!any) {
      const size_t next = begin < ops().size() ? ops()[begin].quotation : quoted.units.size();
      const uint32_t at = next > 0 ? Q(next - 1).end : quoted.units.empty() ? 0 : Q(0).begin;
      return {at, at};
    }
    return range;
  }
  Range SRange(size_t begin, size_t end) const {
    Range range;
    bool any = false;
    for (size_t i = begin; i < end; ++i) {
      if (HasS(ops()[i])) {
        const Unit& unit = S(ops()[i].source);
        range.begin = any ? range.begin : unit.begin;
        range.end = unit.end;
        any = true;
      }
    }
    if (!any) {
      const size_t next = begin < ops().size() ? ops()[begin].source : alignment.end;
      const uint32_t at = next > alignment.begin ? S(next - 1).end : S(alignment.begin).begin;
      return {at, at};
    }
    return range;
  }

  // Whether a mark of the quotation may be the source's: the same form, and not one that opens for
  // one that closes.
  bool SameMark(uint32_t q, uint32_t s) const {
    const char32_t raw = Q(q).raw;
    return Q(q).form == S(s).form &&
           (raw == S(s).raw || MarkDirection(raw) * MarkDirection(S(s).raw) >= 0);
  }

  // Whether two neighbouring ops share a character on either side (㎡ is two units).
  bool SharesCharacter(size_t a, size_t b) const {
    const Op& x = ops()[a];
    const Op& y = ops()[b];
    return (HasQ(x) && HasQ(y) && x.quotation != y.quotation &&
            Q(x.quotation).begin == Q(y.quotation).begin) ||
           (HasS(x) && HasS(y) && x.source != y.source && S(x.source).begin == S(y.source).begin);
  }

  bool HasLetter(const Op& op) const {
    return (HasQ(op) && Q(op.quotation).letter()) || (HasS(op) && S(op.source).letter());
  }

  size_t QLetters(size_t begin, size_t end) const {
    size_t n = 0;
    for (size_t i = begin; i < end; ++i) {
      n += HasQ(ops()[i]) && Q(ops()[i].quotation).letter() ? 1u : 0u;
    }
    return n;
  }
  size_t SLetters(size_t begin, size_t end) const {
    size_t n = 0;
    for (size_t i = begin; i < end; ++i) {
      n += HasS(ops()[i]) && S(ops()[i].source).letter() ? 1u : 0u;
    }
    return n;
  }
  bool ChangesLetters(const Region& region) const {
    for (size_t i = region.begin; i < region.end; ++i) {
      const Op& op = ops()[i];
      if (op.kind != OpKind::kMatch &&
          ((HasQ(op) && Q(op.quotation).letter()) || (HasS(op) && S(op.source).letter()))) {
        return true;
      }
    }
    return false;
  }

  Range Span() const { return {S(alignment.begin).begin, S(alignment.end - 1).end}; }

  const Quoted& quoted;
  const SourceText& source;
  Alignment alignment;
  std::vector<Region> regions;
  std::vector<Draft> edits;
};

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_ALIGNED_PAIR_H_
