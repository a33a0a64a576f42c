#include "service/citation/regions.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/citation/latin.h"
#include "service/citation/span_ends.h"

namespace quotes::citation {
namespace {

// Letters of the longest block that may have moved.
constexpr size_t kMaxMovedLetters = 240;

// Letters in brackets of which the quotation has the brackets alone: （一） that became （）.
constexpr uint32_t kMaxBracketed = 16;

class RegionFinder {
 public:
  explicit RegionFinder(AlignedPair& pair) : pair_(pair) {}

  void Find() {
    if (IsSettled(0, pair_.ops().size())) {
      return;  // most quotations: all the same, nothing to settle
    }
    SettleEnds(&pair_);
    SettleHeadMarks();
    SettleTailMarks();
    FindRegions();
    FindReorder();
  }

 private:
  bool IsSettled(size_t begin, size_t end) const {
    for (size_t i = begin; i < end; ++i) {
      if (pair_.ops()[i].kind != OpKind::kMatch ||
          !pair_.SameMark(pair_.ops()[i].quotation, pair_.ops()[i].source)) {
        return false;
      }
    }
    return true;
  }

  // Neighbouring marks of the quotation that open and close a bracket with nothing in it.
  bool EmptyBrackets(uint32_t open, uint32_t close) const {
    return pair_.Q(open).form != kQuotationForm && MarkDirection(pair_.Q(open).raw) > 0 &&
           MarkDirection(pair_.Q(close).raw) < 0;
  }

  // The source's partner of the bracket `s`, of the kind of the quotation's mark `q`, before or
  // behind it: what stands between was left out of the brackets.
  std::optional<uint32_t> BracketBeyond(uint32_t q, uint32_t s, bool before) const {
    for (uint32_t k = 1; k <= kMaxBracketed; ++k) {
      if (before ? k > s : s + k >= pair_.source.units().size()) {
        break;
      }
      const uint32_t at = before ? s - k : s + k;
      if (!pair_.S(at).letter()) {
        return pair_.SameMark(q, at) ? std::optional<uint32_t>(at) : std::nullopt;
      }
    }
    return std::nullopt;
  }

  // A mark before the first letter that the source does not have is one too many; it does not stand
  // for the mark that ends the sentence before.
  void SettleHeadMarks() {
    std::vector<Op>& all = pair_.alignment.ops;
    size_t head = 0;
    while (head < all.size() && !pair_.HasLetter(all[head])) {
      ++head;
    }
    if (head == all.size() || IsSettled(0, head)) {
      return;
    }
    std::vector<uint32_t> marks;
    for (size_t i = 0; i < head; ++i) {
      if (pair_.HasQ(all[i])) {
        marks.push_back(all[i].quotation);
      }
    }
    uint32_t s = all[head].source;  // the first of the span
    std::vector<Op> settled;
    for (size_t i = marks.size(); i-- > 0;) {
      if (s > 0 && !pair_.S(s - 1).letter() && pair_.SameMark(marks[i], s - 1)) {
        settled.push_back({OpKind::kMatch, marks[i], --s});
        continue;
      }
      const std::optional<uint32_t> opener =
          !settled.empty() && settled.back().kind == OpKind::kMatch &&
                  EmptyBrackets(marks[i], settled.back().quotation)
              ? BracketBeyond(marks[i], settled.back().source, true)
              : std::nullopt;
      if (opener.has_value()) {
        while (s > *opener + 1) {
          settled.push_back({OpKind::kDelete, settled.back().quotation, --s});
        }
        settled.push_back({OpKind::kMatch, marks[i], --s});
      } else {
        settled.push_back({OpKind::kInsert, marks[i], s});
      }
    }
    std::reverse(settled.begin(), settled.end());
    all.erase(all.begin(), all.begin() + static_cast<ptrdiff_t>(head));
    all.insert(all.begin(), settled.begin(), settled.end());
    pair_.alignment.begin = s;
  }

  // Behind the last letter only a final mark may stand for another; quotation marks and omission
  // marks that the source does not have there are added.
  void SettleTailMarks() {
    std::vector<Op>& all = pair_.alignment.ops;
    size_t tail = all.size();
    while (tail > 0 && !pair_.HasLetter(all[tail - 1])) {
      --tail;
    }
    if (tail == 0 || tail == all.size()) {
      return;
    }
    if (IsSettled(tail, all.size())) {
      return;
    }
    std::vector<uint32_t> marks;
    for (size_t i = tail; i < all.size(); ++i) {
      if (pair_.HasQ(all[i])) {
        marks.push_back(all[i].quotation);
      }
    }
    all.resize(tail);
    uint32_t s = all.back().source + (pair_.HasS(all.back()) ? 1u : 0u);
    bool exchanged = false;
    for (const uint32_t q : marks) {
      const bool more = s < pair_.source.units().size() && !pair_.S(s).letter();
      const bool outer = pair_.Q(q).form == kQuotationForm || pair_.Q(q).form == kEllipsisForm;
      const Op last = all.back();
      const std::optional<uint32_t> closer = last.kind == OpKind::kMatch &&
                                                     EmptyBrackets(last.quotation, q) &&
                                                     !(more && pair_.SameMark(q, s))
                                                 ? BracketBeyond(q, last.source, false)
                                                 : std::nullopt;
      if (closer.has_value()) {
        for (; s < *closer; ++s) {
          all.push_back({OpKind::kDelete, q, s});
        }
      }
      if (closer.has_value() || (more && pair_.SameMark(q, s))) {
        all.push_back({OpKind::kMatch, q, s++});
      } else if (more && !outer && !exchanged && pair_.S(s).form != kQuotationForm) {
        all.push_back({OpKind::kSubstitute, q, s++});
        exchanged = true;
      } else {
        all.push_back({OpKind::kInsert, q, s});
      }
    }
    pair_.alignment.end = std::max(s, pair_.alignment.begin);
  }

  void FindRegions() {
    for (size_t i = 0; i < pair_.ops().size(); ++i) {
      if (pair_.ops()[i].kind == OpKind::kMatch) {
        continue;
      }
      Region region{i, i + 1, false};
      while (region.end < pair_.ops().size() &&
             (pair_.ops()[region.end].kind != OpKind::kMatch ||
              pair_.SharesCharacter(region.end - 1, region.end))) {
        ++region.end;
      }
      while (region.begin > 0 && pair_.SharesCharacter(region.begin - 1, region.begin)) {
        --region.begin;
      }
      if (!pair_.regions.empty() && region.begin <= pair_.regions.back().end) {
        pair_.regions.back().end = region.end;
      } else {
        pair_.regions.push_back(region);
      }
      i = region.end - 1;
    }
    SlideGaps();
    KeepLatinWords();
  }

  // Whether the ops before and from `op` on part a Latin word of either side; an apostrophe inside
  // a word belongs to it.
  bool PartsLatinWord(size_t op) const {
    if (op == 0 || op >= pair_.ops().size()) {
      return false;
    }
    const auto in_word = [](const std::vector<Unit>& units, size_t next) {
      const auto latin = [&](size_t i) { return units[i].letter() && IsLatinLetter(units[i].raw); };
      const auto inner = [&](size_t i) {
        return IsApostropheGlyph(units[i].raw) && i > 0 && i + 1 < units.size() && latin(i - 1) &&
               latin(i + 1) && units[i - 1].end == units[i].begin &&
               units[i].end == units[i + 1].begin;
      };
      return next > 0 && next < units.size() && (latin(next - 1) || latin(next)) &&
             (latin(next - 1) || inner(next - 1)) && (latin(next) || inner(next));
    };
    const Op& next = pair_.ops()[op];
    return in_word(pair_.quoted.units, next.quotation) ||
           in_word(pair_.source.units(), next.source);
  }

  // Edits of letters take in the Latin words that they touch: don't that became do.
  void KeepLatinWords() {
    std::vector<Region> kept;
    for (Region region : pair_.regions) {
      if (!region.reorder && pair_.ChangesLetters(region)) {
        while (PartsLatinWord(region.begin)) {
          --region.begin;
        }
        while (PartsLatinWord(region.end)) {
          ++region.end;
        }
      }
      while (!kept.empty() && kept.back().end > region.begin) {
        region.begin = std::min(region.begin, kept.back().begin);
        region.end = std::max(region.end, kept.back().end);
        kept.pop_back();
      }
      kept.push_back(region);
    }
    pair_.regions = std::move(kept);
  }

  // A gap that may stand in several places (…因素，年均 lost behind …元，) is put behind a mark,
  // where clauses begin.
  void SlideGaps() {
    for (Region& region : pair_.regions) {
      const OpKind kind = pair_.ops()[region.begin].kind;
      if ((kind != OpKind::kDelete && kind != OpKind::kInsert) || !pair_.ChangesLetters(region)) {
        continue;
      }
      bool pure = true;
      for (size_t i = region.begin; i < region.end; ++i) {
        pure = pure && pair_.ops()[i].kind == kind;
      }
      const auto unit = [&](size_t i) -> const Unit& {
        return kind == OpKind::kDelete ? pair_.S(pair_.ops()[i].source)
                                       : pair_.Q(pair_.ops()[i].quotation);
      };
      // Sliding one place to the right swaps the first of the gap with the match behind it.
      size_t begin = region.begin;
      size_t end = region.end;
      size_t slides = 0;
      bool found = !unit(begin).letter() ? false : begin == 0 || !UnitBefore(begin).letter();
      while (pure && !found && slides < region.end - region.begin && end < pair_.ops().size() &&
             pair_.ops()[end].kind == OpKind::kMatch && unit(begin).form == unit(end).form &&
             unit(begin).kind == unit(end).kind) {
        found = !unit(begin).letter();
        ++begin;
        ++end;
        ++slides;
      }
      if (found && slides > 0) {
        std::vector<Op> moved(pair_.ops().begin() + static_cast<ptrdiff_t>(region.begin),
                              pair_.ops().begin() + static_cast<ptrdiff_t>(end));
        const size_t gap = region.end - region.begin;
        const uint32_t q0 = moved[0].quotation;
        const uint32_t s0 = moved[0].source;
        for (size_t i = 0; i < moved.size(); ++i) {
          Op& op = pair_.alignment.ops[region.begin + i];
          if (i < slides) {
            op = {OpKind::kMatch, q0 + static_cast<uint32_t>(i), s0 + static_cast<uint32_t>(i)};
          } else if (kind == OpKind::kDelete) {
            op = {kind, q0 + static_cast<uint32_t>(slides), s0 + static_cast<uint32_t>(i)};
          } else {
            op = {kind, q0 + static_cast<uint32_t>(i), s0 + static_cast<uint32_t>(slides)};
          }
        }
        region.begin += slides;
        region.end = region.begin + gap;
      }
    }
  }

  const Unit& UnitBefore(size_t op) const {
    const Op& before = pair_.ops()[op - 1];
    return pair_.HasS(before) ? pair_.S(before.source) : pair_.Q(before.quotation);
  }

  // A block that moved inside one sentence or between neighbours: source X M Y, quotation Y M X.
  void FindReorder() {
    const Region* first = nullptr;
    const Region* last = nullptr;
    for (const Region& region : pair_.regions) {
      if (pair_.ChangesLetters(region)) {
        first = first == nullptr ? &region : first;
        last = &region;
      }
    }
    if (first == nullptr) {
      return;
    }
    Region hull{first->begin, last->end, true};
    if (first == last) {
      hull = OverMovedBlock(hull);
    }
    std::u32string from;
    std::u32string to;
    for (size_t i = hull.begin; i < hull.end; ++i) {
      if (pair_.HasS(pair_.ops()[i]) && pair_.S(pair_.ops()[i].source).letter()) {
        from.push_back(pair_.S(pair_.ops()[i].source).form);
      }
      if (pair_.HasQ(pair_.ops()[i]) && pair_.Q(pair_.ops()[i].quotation).letter()) {
        to.push_back(pair_.Q(pair_.ops()[i].quotation).form);
      }
    }
    if (!IsExchange(from, to) || !InNeighbours(pair_.SRange(hull.begin, hull.end))) {
      return;
    }
    std::vector<Region> regions;
    for (const Region& region : pair_.regions) {
      if (region.end <= hull.begin || region.begin >= hull.end) {
        regions.push_back(region);
      }
    }
    regions.push_back(hull);
    std::sort(regions.begin(), regions.end(),
              [](const Region& a, const Region& b) { return a.begin < b.begin; });
    pair_.regions = std::move(regions);
  }

  // Whether a stretch of the source lies in one sentence or in two neighbours.
  bool InNeighbours(Range text) const {
    const Range joined = pair_.source.Joined(text);
    const size_t first = pair_.source.source().QuoteAt(joined.begin);
    return pair_.source.source().QuoteAt(std::max(joined.begin + 1, joined.end) - 1) <= first + 1;
  }

  // A block that only the quotation has, while the source has it just beyond one end of the span:
  // the span is widened over it. Returns the stretch of ops that the exchange covers, or `hull`
  // when there is none.
  Region OverMovedBlock(Region hull) {
    std::u32string block;
    for (size_t i = hull.begin; i < hull.end; ++i) {
      if (pair_.ops()[i].kind != OpKind::kInsert) {
        return hull;
      }
      if (pair_.Q(pair_.ops()[i].quotation).letter()) {
        block.push_back(pair_.Q(pair_.ops()[i].quotation).form);
      }
    }
    if (block.size() < 2) {
      return hull;
    }
    for (const bool before : {true, false}) {
      const size_t moved_over =
          before ? pair_.QLetters(0, hull.begin) : pair_.QLetters(hull.end, pair_.ops().size());
      if (moved_over == 0 || moved_over + block.size() > kMaxMovedLetters) {
        continue;
      }
      // The units beside the span that hold the block.
      size_t s = before ? pair_.alignment.begin : pair_.alignment.end;
      size_t left = block.size();
      while (left > 0 && (before ? s > 0 : s < pair_.source.units().size())) {
        const Unit& unit = pair_.S(before ? s - 1 : s);
        if (unit.letter()) {
          if (unit.form != block[before ? left - 1 : block.size() - left]) {
            break;
          }
          --left;
        }
        s = before ? s - 1 : s + 1;
      }
      const size_t begin = std::min<size_t>(s, pair_.alignment.begin);
      const size_t end = std::max<size_t>(s, pair_.alignment.end);
      // What it moved over, and where it stands in the source.
      const Op& place = pair_.ops()[before ? hull.end - 1 : hull.begin];
      const size_t from = before ? begin : place.source;
      const size_t to = before ? place.source : end;
      if (left > 0 || from >= to || !InNeighbours({pair_.S(from).begin, pair_.S(to - 1).end})) {
        continue;
      }
      std::vector<Op> added;
      for (size_t i = before ? begin : pair_.alignment.end;
           i < (before ? pair_.alignment.begin : end); ++i) {
        const size_t q = before ? 0 : pair_.quoted.units.size();
        added.push_back({OpKind::kDelete, static_cast<uint32_t>(q), static_cast<uint32_t>(i)});
      }
      pair_.alignment.begin = static_cast<uint32_t>(begin);
      pair_.alignment.end = static_cast<uint32_t>(end);
      if (!before) {
        pair_.alignment.ops.insert(pair_.alignment.ops.end(), added.begin(), added.end());
        return {hull.begin, pair_.ops().size(), true};
      }
      pair_.alignment.ops.insert(pair_.alignment.ops.begin(), added.begin(), added.end());
      for (Region& region : pair_.regions) {
        region.begin += added.size();
        region.end += added.size();
      }
      return {0, hull.end + added.size(), true};
    }
    return hull;
  }

  static bool IsExchange(const std::u32string& from, const std::u32string& to) {
    const size_t size = from.size();
    if (size < 2 || size != to.size() || size > kMaxMovedLetters || from == to) {
      return false;
    }
    std::u32string a = from;
    std::u32string b = to;
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    if (a != b) {
      return false;
    }
    const std::u32string_view f = from;
    const std::u32string_view t = to;
    for (size_t x = 1; x < size; ++x) {
      if (t.substr(size - x) != f.substr(0, x)) {
        continue;
      }
      // Single characters that changed places over others are two wrong characters.
      for (size_t y = size - x; y >= 1; --y) {
        const bool adjacent = x + y == size;
        if ((adjacent || (x >= 2 && y >= 2)) && t.substr(0, y) == f.substr(size - y) &&
            t.substr(y, size - x - y) == f.substr(x, size - x - y)) {
          return true;
        }
      }
    }
    return false;
  }

  AlignedPair& pair_;
};

}  // namespace

void FindRegions(AlignedPair* pair) { RegionFinder(*pair).Find(); }

}  // namespace quotes::citation
