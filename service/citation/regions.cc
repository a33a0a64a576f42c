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

namespace quotes::citation {
namespace {

// Letters of the longest block that may have moved.
constexpr size_t kMaxMovedLetters = 240;

// Letters on either side of a gap that prove it, and behind a mark.
constexpr size_t kMinAroundGap = 4;
constexpr size_t kMinBehindMark = 2;

// Letters in brackets of which the quotation has the brackets alone: （一） that became （）.
constexpr uint32_t kMaxBracketed = 16;

class RegionFinder {
 public:
  explicit RegionFinder(AlignedPair& pair) : pair_(pair) {}

  void Find() {
    JoinTailOverGap();
    SettleHeadMarks();
    ExchangeEndWords();
    SettleLastLetters();
    SettleTailMarks();
    FindRegions();
    FindReorder();
  }

 private:
  // Whether a mark of the quotation may be the source's: the same form, and not one that opens for
  // one that closes.
  bool SameMark(uint32_t q, uint32_t s) const {
    return pair_.Q(q).form == pair_.S(s).form &&
           MarkDirection(pair_.Q(q).raw) * MarkDirection(pair_.S(s).raw) >= 0;
  }
  bool IsSettled(size_t begin, size_t end) const {
    for (size_t i = begin; i < end; ++i) {
      if (pair_.ops()[i].kind != OpKind::kMatch ||
          !SameMark(pair_.ops()[i].quotation, pair_.ops()[i].source)) {
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
        return SameMark(q, at) ? std::optional<uint32_t>(at) : std::nullopt;
      }
    }
    return std::nullopt;
  }

  // A quotation of which only the words before a gap were aligned, as those behind it are fewer
  // than the gap: 深入实施“工业强区”战略 of “工业强区、产业兴区、城建立区”战略. Where they stand
  // further on in the sentence, what lies between was left out.
  void JoinTailOverGap() {
    std::vector<Op>& all = pair_.alignment.ops;
    size_t head = 0;  // ops before the first one that changes a letter
    size_t letters = 0;
    while (head < all.size() && (all[head].kind == OpKind::kMatch || !pair_.HasLetter(all[head]))) {
      letters += pair_.HasLetter(all[head]) ? 1u : 0u;
      ++head;
    }
    while (head > 0 && !pair_.HasLetter(all[head - 1])) {
      --head;
    }
    const bool one_gap =
        std::none_of(all.begin() + static_cast<ptrdiff_t>(head), all.end(), [&](const Op& op) {
          return (op.kind == OpKind::kInsert || op.kind == OpKind::kSubstitute) &&
                 pair_.Q(op.quotation).letter();
        });
    if (letters < kMinAroundGap || one_gap) {
      return;
    }
    const uint32_t q_from = all[head - 1].quotation + 1;
    const uint32_t s_from = all[head - 1].source + 1;
    const auto q_count = static_cast<uint32_t>(pair_.quoted.units.size());
    uint32_t q_tail = q_from;
    while (q_tail < q_count && !pair_.Q(q_tail).letter()) {
      ++q_tail;
    }
    // Few letters stand further on by chance, unless they begin behind the same mark.
    const bool marked = q_tail > q_from;
    const auto s_count = static_cast<uint32_t>(pair_.source.units().size());
    const uint32_t joined = pair_.source.JoinedBegin(pair_.S(s_from - 1).begin);
    const Source& source = pair_.source.source();
    if (source.quote_count() == 0) {
      return;
    }
    const uint32_t sentence = source.quote(source.QuoteAt(joined)).range.end;
    for (uint32_t s = s_from + 1; s < s_count && pair_.source.JoinedEnd(pair_.S(s).end) <= sentence;
         ++s) {
      if (!pair_.S(s).letter() || pair_.S(s).form != pair_.Q(q_tail).form) {
        continue;
      }
      const bool same_mark = marked && !pair_.S(s - 1).letter() && SameMark(q_tail - 1, s - 1);
      std::vector<Op> tail = MatchedTail(q_tail, s);
      const size_t tail_letters = static_cast<size_t>(std::count_if(
          tail.begin(), tail.end(), [&](const Op& op) { return pair_.HasLetter(op); }));
      // Marks behind the last letter may stand beside nothing.
      const auto last = std::find_if(tail.rbegin(), tail.rend(),
                                     [&](const Op& op) { return op.kind == OpKind::kMatch; });
      if (last == tail.rend() || pair_.source.JoinedEnd(pair_.S(last->source).end) > sentence ||
          tail_letters < (same_mark ? kMinBehindMark : kMinAroundGap)) {
        continue;
      }
      JoinOverGap(head, q_from, q_tail, s_from, s, std::move(tail));
      return;
    }
  }

  // The quotation from `q` on beside the source from `s` on, both letters, where all letters are
  // the same; marks as they come. Empty where they are not.
  std::vector<Op> MatchedTail(uint32_t q, uint32_t s) const {
    std::vector<Op> ops;
    const auto q_count = static_cast<uint32_t>(pair_.quoted.units.size());
    const auto s_count = static_cast<uint32_t>(pair_.source.units().size());
    size_t kept = 0;
    while (q < q_count) {
      const bool s_mark = s < s_count && !pair_.S(s).letter();
      if (pair_.Q(q).letter()) {
        if (s_mark) {
          ops.push_back({OpKind::kDelete, q, s++});
          continue;
        }
        if (s == s_count || pair_.S(s).form != pair_.Q(q).form) {
          return {};
        }
        ops.push_back({OpKind::kMatch, q++, s++});
        kept = ops.size();
      } else if (s_mark) {
        ops.push_back({SameMark(q, s) ? OpKind::kMatch : OpKind::kSubstitute, q, s});
        ++q;
        ++s;
      } else {
        ops.push_back({OpKind::kInsert, q++, s});
      }
    }
    // Marks behind the last letter are settled by SettleTailMarks, of the quotation's alone.
    const uint32_t end = kept == 0 ? s : ops[kept - 1].source + 1;
    for (size_t i = kept; i < ops.size(); ++i) {
      ops[i] = {OpKind::kInsert, ops[i].quotation, end};
    }
    return ops;
  }

  // Replaces the ops from `head` on: what the source has from `s_from` to `s_tail` is left out, but
  // for marks that the quotation has there.
  void JoinOverGap(size_t head, uint32_t q_from, uint32_t q_tail, uint32_t s_from, uint32_t s_tail,
                   std::vector<Op> tail) {
    std::vector<Op>& all = pair_.alignment.ops;
    all.resize(head);
    uint32_t behind = 0;  // marks before the tail on both sides
    while (q_tail - behind > q_from && s_tail - behind > s_from &&
           !pair_.S(s_tail - behind - 1).letter() &&
           SameMark(q_tail - behind - 1, s_tail - behind - 1)) {
      ++behind;
    }
    uint32_t q = q_from;
    uint32_t s = s_from;
    while (q < q_tail - behind && s < s_tail - behind && !pair_.S(s).letter() && SameMark(q, s)) {
      all.push_back({OpKind::kMatch, q++, s++});
    }
    for (; q < q_tail - behind; ++q) {
      all.push_back({OpKind::kInsert, q, s});
    }
    for (; s < s_tail - behind; ++s) {
      all.push_back({OpKind::kDelete, q, s});
    }
    for (; q < q_tail; ++q, ++s) {
      all.push_back({OpKind::kMatch, q, s});
    }
    all.insert(all.end(), tail.begin(), tail.end());
    while (!tail.empty() && !pair_.HasS(tail.back())) {
      tail.pop_back();
    }
    pair_.alignment.end = tail.back().source + 1;
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
      if (s > 0 && !pair_.S(s - 1).letter() && SameMark(marks[i], s - 1)) {
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
                                                     !(more && SameMark(q, s))
                                                 ? BracketBeyond(q, last.source, false)
                                                 : std::nullopt;
      if (closer.has_value()) {
        for (; s < *closer; ++s) {
          all.push_back({OpKind::kDelete, q, s});
        }
      }
      if (closer.has_value() || (more && SameMark(q, s))) {
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

  // Letters that only the quotation has at one of its ends, where the source goes on in the same
  // clause: one word for another.
  void ExchangeEndWords() {
    std::vector<Op>& all = pair_.alignment.ops;
    const auto added_letter = [&](size_t i) {
      return all[i].kind == OpKind::kInsert && pair_.Q(all[i].quotation).letter();
    };
    const auto added_mark = [&](size_t i) {
      return all[i].kind == OpKind::kInsert && !pair_.Q(all[i].quotation).letter();
    };
    size_t from = 0;
    while (from < all.size() && added_mark(from)) {
      ++from;
    }
    size_t first = from;
    while (first < all.size() && added_letter(first)) {
      ++first;
    }
    if (first > from && first < all.size() && all[first].kind == OpKind::kMatch) {
      for (size_t i = first; i-- > from && pair_.alignment.begin > 0 &&
                             pair_.S(pair_.alignment.begin - 1).letter();) {
        all[i] = {OpKind::kSubstitute, all[i].quotation, --pair_.alignment.begin};
      }
      for (size_t i = 0; i < first && all[i].kind == OpKind::kInsert; ++i) {
        all[i].source = pair_.alignment.begin;
      }
    }
    size_t to = all.size();
    while (to > 0 && !pair_.HasLetter(all[to - 1])) {
      --to;
    }
    size_t last = to;
    while (last > 0 && added_letter(last - 1)) {
      --last;
    }
    if (last < to && last > 0 && all[last - 1].kind == OpKind::kMatch) {
      // Marks behind the words are settled afterwards.
      uint32_t s = all[last - 1].source + 1;
      for (size_t i = last; i < to && s < pair_.source.units().size() && pair_.S(s).letter(); ++i) {
        all[i] = {OpKind::kSubstitute, all[i].quotation, s++};
      }
      for (size_t i = last; i < all.size(); ++i) {
        if (i >= to || all[i].kind == OpKind::kInsert) {
          all[i] = {OpKind::kInsert, all[i].quotation, s};
        }
      }
      all.erase(std::remove_if(all.begin() + static_cast<ptrdiff_t>(to), all.end(),
                               [](const Op& op) { return op.kind == OpKind::kDelete; }),
                all.end());
      pair_.alignment.end = s;
    }
  }

  // At the ends of the span a gap costs more than a wrong letter, because the source goes on for
  // free. Where the last letter stands one place further out, what lies between was left out:
  // 4.5万人 of 4.5万余人.
  void SettleLastLetters() {
    std::vector<Op>& all = pair_.alignment.ops;
    size_t last = all.size();
    while (last > 0 && !pair_.HasLetter(all[last - 1])) {
      --last;
    }
    if (last > 1 && all[last - 1].kind == OpKind::kSubstitute &&
        all[last - 2].kind == OpKind::kMatch) {
      const Op op = all[last - 1];
      const uint32_t beyond = op.source + 1;
      if (beyond < pair_.source.units().size() && pair_.S(beyond).letter() &&
          pair_.S(beyond).form == pair_.Q(op.quotation).form) {
        std::vector<Op> tail;
        for (size_t i = last; i < all.size(); ++i) {
          if (pair_.HasQ(all[i])) {
            tail.push_back({OpKind::kInsert, all[i].quotation, beyond + 1});
          }
        }
        all.resize(last - 1);
        all.push_back({OpKind::kDelete, op.quotation, beyond - 1});
        all.push_back({OpKind::kMatch, op.quotation, beyond});
        all.insert(all.end(), tail.begin(), tail.end());
        pair_.alignment.end = beyond + 1;
      }
    }
    if (all.size() > 1 && all[0].kind == OpKind::kSubstitute &&
        pair_.Q(all[0].quotation).letter() && all[1].kind == OpKind::kMatch && all[0].source > 0) {
      const uint32_t beyond = all[0].source - 1;
      if (pair_.S(beyond).letter() && pair_.S(beyond).form == pair_.Q(all[0].quotation).form) {
        const uint32_t q = all[0].quotation;
        all[0] = {OpKind::kDelete, q + 1, beyond + 1};
        all.insert(all.begin(), {OpKind::kMatch, q, beyond});
        pair_.alignment.begin = beyond;
      }
    }
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
    if (block.size() < 2 || pair_.QLetters(0, pair_.ops().size()) > kMaxMovedLetters) {
      return hull;
    }
    for (const bool before : {true, false}) {
      if ((before ? pair_.QLetters(0, hull.begin) : pair_.QLetters(hull.end, pair_.ops().size())) ==
          0) {
        continue;  // nothing that it moved over
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
      if (left > 0 || !InNeighbours({pair_.S(begin).begin, pair_.S(end - 1).end})) {
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
