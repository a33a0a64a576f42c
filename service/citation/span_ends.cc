#include "service/citation/span_ends.h"

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/figures/numeral.h"

namespace quotes::citation {
namespace {

// Letters on one side of a gap that prove it; as few letters on the other side as kMinTail stand
// where the clause of the source goes on, or begin (end) at the same mark.
constexpr size_t kMinAroundGap = 4;
constexpr size_t kMinTail = 2;
// Letters at an end that may be equal by chance, outside some that are not.
constexpr size_t kByChance = 3;
// A clause of the quotation is the source's if half of its letters stand there, and so many.
constexpr size_t kMinOwn = 2;
// Letters of the longest quotation that is looked at for two parts in the other order.
constexpr size_t kMaxRearranged = 240;

bool IsClauseMark(const Unit& unit) {
  constexpr std::u32string_view kMarks = U",。;:?!";
  return !unit.letter() && kMarks.find(unit.form) != std::u32string_view::npos;
}

class EndSettler {
 public:
  explicit EndSettler(AlignedPair& pair)
      : pair_(pair), q_end_(static_cast<uint32_t>(pair.quoted.units.size())) {}

  void Settle() {
    if (Rearrange()) {
      return;
    }
    for (const bool at_begin : {false, true}) {
      LeaveNeighbour(at_begin);
      while (!Stands(at_begin) && !JoinOverGap(at_begin) && TakeForAdded(at_begin)) {
      }
    }
    ExchangeEndWords();
    SettleLastLetters();
  }

 private:
  // The letters of the quotation and of the sentence at one end of the span, from the outermost of
  // the quotation and from the border of the sentence on inwards.
  struct End {
    std::vector<uint32_t> quotation;  // units
    std::vector<uint32_t> source;
    // By letter of the quotation: the place in `source` of the letter that it stands for, or
    // kElsewhere inside another sentence, kNone for nothing.
    std::vector<uint32_t> place;
  };
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr uint32_t kElsewhere = UINT32_MAX - 1;

  // By unit of the quotation: the unit of the source that is the same letter, kNone for none.
  std::vector<uint32_t> Matched() const {
    std::vector<uint32_t> matched(pair_.quoted.units.size(), kNone);
    for (const Op& op : pair_.ops()) {
      if (op.kind == OpKind::kMatch && pair_.Q(op.quotation).letter()) {
        matched[op.quotation] = op.source;
      }
    }
    return matched;
  }

  std::vector<uint32_t> QuotationLetters(bool at_begin) const {
    std::vector<uint32_t> letters;
    for (uint32_t q = q_begin_; q < q_end_; ++q) {
      if (pair_.Q(q).letter()) {
        letters.push_back(q);
      }
    }
    if (!at_begin) {
      std::reverse(letters.begin(), letters.end());
    }
    return letters;
  }

  // How many letters at an end, counted from the outermost, reach to behind the last that does not
  // stand there; 0 where the outermost ones stand.
  static size_t Unsettled(const std::vector<uint32_t>& letters,
                          const std::vector<uint32_t>& matched) {
    size_t i = 0;
    while (i < letters.size() && i <= kByChance && matched[letters[i]] != kNone) {
      ++i;
    }
    if (i > kByChance || i == letters.size()) {
      return 0;
    }
    while (i < letters.size() && matched[letters[i]] == kNone) {
      ++i;
    }
    return i;
  }

  bool Stands(bool at_begin) const { return Unsettled(QuotationLetters(at_begin), Matched()) == 0; }

  // The letters at an end where at least kMinAroundGap others stand in the source.
  std::optional<End> ReadEnd(bool at_begin, size_t unsettled) const {
    End end;
    const std::vector<uint32_t> matched = Matched();
    end.quotation = QuotationLetters(at_begin);
    const Source& source = pair_.source.source();
    if (source.quote_count() == 0 || unsettled >= end.quotation.size()) {
      return std::nullopt;
    }
    const uint32_t inner = matched[end.quotation[unsettled]];
    const Range sentence =
        source.quote(source.QuoteAt(pair_.source.JoinedBegin(pair_.S(inner).begin))).range;
    const auto inside = [&](uint32_t s) {
      return pair_.source.JoinedBegin(pair_.S(s).begin) >= sentence.begin &&
             pair_.source.JoinedEnd(pair_.S(s).end) <= sentence.end;
    };
    uint32_t first = inner;
    while (first > 0 && inside(first - 1)) {
      --first;
    }
    uint32_t last = inner;
    while (last < pair_.source.units().size() && inside(last)) {
      ++last;
    }
    std::vector<uint32_t> place_of(last - first, kNone);
    for (uint32_t k = 0; k < last - first; ++k) {
      const uint32_t s = at_begin ? first + k : last - 1 - k;
      if (pair_.S(s).letter()) {
        place_of[s - first] = static_cast<uint32_t>(end.source.size());
        end.source.push_back(s);
      }
    }
    for (const uint32_t q : end.quotation) {
      const uint32_t s = matched[q];
      end.place.push_back(s == kNone               ? kNone
                          : s >= first && s < last ? place_of[s - first]
                                                   : kElsewhere);
    }
    return end;
  }

  // Letters at one end of the quotation of which none, or some by chance, were aligned, as they are
  // fewer than the gap beside them: 深入实施“工业强区”战略 of “工业强区、产业兴区、城建立区”战略.
  // Where they stand further on in the sentence, what lies between was left out.
  bool JoinOverGap(bool at_begin) {
    const size_t unsettled = Unsettled(QuotationLetters(at_begin), Matched());
    const std::optional<End> end = ReadEnd(at_begin, unsettled);
    if (!end.has_value()) {
      return false;
    }
    const size_t count = end->quotation.size();
    // The outermost place of the letters from each one on inwards, and how many of them stand.
    std::vector<uint32_t> bound(count + 1, kElsewhere);
    std::vector<size_t> standing(count + 1, 0);
    for (size_t i = count; i-- > 0;) {
      bound[i] = std::min(bound[i + 1], end->place[i] == kNone ? kElsewhere : end->place[i]);
      standing[i] = standing[i + 1] + (end->place[i] == kNone ? 0u : 1u);
    }
    size_t best = 0;
    size_t best_at = 0;
    bool best_near = false;
    for (size_t at = end->source.size(); at-- > 0;) {
      size_t letters = 0;
      while (letters < count && at + letters < end->source.size() &&
             pair_.Q(end->quotation[letters]).form == pair_.S(end->source[at + letters]).form) {
        ++letters;
      }
      while (letters > 0 && (bound[letters] >= end->source.size() ||
                             at + letters > bound[letters] || standing[letters] < kMinAroundGap)) {
        --letters;
      }
      if (letters < std::max(unsettled, kMinTail) || at + letters == bound[letters]) {
        continue;
      }
      const bool near =
          InOneClause(end->source[at + letters - 1], end->source[bound[letters]]) ||
          AtSameMark(end->quotation[letters - 1], end->source[at + letters - 1], at_begin);
      if ((near || letters >= kMinAroundGap) &&
          std::make_pair(near, letters) > std::make_pair(best_near, best)) {
        best = letters;
        best_at = at;
        best_near = near;
      }
    }
    if (best == 0) {
      return false;
    }
    // Those beside them that were aligned stay where they are, unless they are in the way.
    const size_t joined = best_at + unsettled <= bound[unsettled] ? unsettled : best;
    if (at_begin) {
      JoinHead(end->quotation.front(), end->quotation[joined - 1], end->source[best_at]);
    } else {
      JoinTail(end->quotation[joined - 1], end->source[best_at + joined - 1]);
    }
    return true;
  }

  bool InOneClause(uint32_t a, uint32_t b) const {
    for (uint32_t s = std::min(a, b); s < std::max(a, b); ++s) {
      if (IsClauseMark(pair_.S(s))) {
        return false;
      }
    }
    return true;
  }

  // Whether the same mark stands on the inner side of two letters.
  bool AtSameMark(uint32_t q, uint32_t s, bool at_begin) const {
    if (at_begin ? q + 1 == pair_.quoted.units.size() || s + 1 == pair_.source.units().size()
                 : q == 0 || s == 0) {
      return false;
    }
    const uint32_t q_mark = at_begin ? q + 1 : q - 1;
    const uint32_t s_mark = at_begin ? s + 1 : s - 1;
    return !pair_.Q(q_mark).letter() && !pair_.S(s_mark).letter() && pair_.SameMark(q_mark, s_mark);
  }

  // The quotation from the letter `q` to before `q_end` beside the source from the letter `s` on,
  // where all letters are the same; marks as they come.
  std::vector<Op> SameLetters(uint32_t q, uint32_t q_end, uint32_t s) const {
    std::vector<Op> ops;
    const auto s_count = static_cast<uint32_t>(pair_.source.units().size());
    size_t kept = 0;
    while (q < q_end) {
      const bool s_mark = s < s_count && !pair_.S(s).letter();
      if (pair_.Q(q).letter()) {
        ops.push_back({s_mark ? OpKind::kDelete : OpKind::kMatch, q, s++});
        q += s_mark ? 0u : 1u;
        kept = ops.size();
      } else if (s_mark) {
        ops.push_back({pair_.SameMark(q, s) ? OpKind::kMatch : OpKind::kSubstitute, q, s});
        ++q;
        ++s;
      } else {
        ops.push_back({OpKind::kInsert, q++, s});
      }
    }
    // Marks behind the last letter are settled afterwards, of the quotation's alone.
    const uint32_t end = kept == 0 ? s : ops[kept - 1].source + 1;
    for (size_t i = kept; i < ops.size(); ++i) {
      ops[i] = {OpKind::kInsert, ops[i].quotation, end};
    }
    return ops;
  }

  // What stands between two pieces: letters of the source that were left out, but for marks that
  // the quotation has there as well.
  void AppendGap(uint32_t q, uint32_t q_to, uint32_t s, uint32_t s_to, std::vector<Op>* ops) const {
    uint32_t behind = 0;  // marks at the end on both sides
    while (q_to - behind > q && s_to - behind > s && !pair_.S(s_to - behind - 1).letter() &&
           pair_.SameMark(q_to - behind - 1, s_to - behind - 1)) {
      ++behind;
    }
    while (q < q_to - behind && s < s_to - behind && !pair_.S(s).letter() && pair_.SameMark(q, s)) {
      ops->push_back({OpKind::kMatch, q++, s++});
    }
    for (; q < q_to - behind; ++q) {
      ops->push_back({OpKind::kInsert, q, s});
    }
    for (; s < s_to - behind; ++s) {
      ops->push_back({OpKind::kDelete, q, s});
    }
    for (; q < q_to; ++q, ++s) {
      ops->push_back({OpKind::kMatch, q, s});
    }
  }

  static bool IsSameLetter(const AlignedPair& pair, const Op& op) {
    return op.kind == OpKind::kMatch && pair.Q(op.quotation).letter();
  }

  void JoinTail(uint32_t q_tail, uint32_t s_tail) {
    std::vector<Op>& all = pair_.alignment.ops;
    while (!IsSameLetter(pair_, all.back()) || all.back().quotation >= q_tail) {
      all.pop_back();
    }
    const Op last = all.back();
    AppendGap(last.quotation + 1, q_tail, last.source + 1, s_tail, &all);
    const std::vector<Op> tail = SameLetters(q_tail, q_end_, s_tail);
    all.insert(all.end(), tail.begin(), tail.end());
    while (!pair_.HasS(all.back())) {
      all.pop_back();
    }
    pair_.alignment.end = all.back().source + 1;
    AddBehind(all.back().quotation + 1);
  }

  void JoinHead(uint32_t q_head, uint32_t q_last, uint32_t s_head) {
    std::vector<Op>& all = pair_.alignment.ops;
    std::vector<Op> ops = SameLetters(q_head, q_last + 1, s_head);
    const auto inner = std::find_if(all.begin(), all.end(), [&](const Op& op) {
      return IsSameLetter(pair_, op) && op.quotation > q_last;
    });
    AppendGap(q_last + 1, inner->quotation, ops.back().source + 1, inner->source, &ops);
    all.erase(all.begin(), inner);
    all.insert(all.begin(), ops.begin(), ops.end());
    pair_.alignment.begin = s_head;
    AddBefore(q_head);
  }

  // The quotation's units from `q` on, or before `q`, beside nothing.
  void AddBehind(uint32_t q) {
    for (; q < pair_.quoted.units.size(); ++q) {
      pair_.alignment.ops.push_back({OpKind::kInsert, q, pair_.alignment.end});
    }
  }
  void AddBefore(uint32_t q_end) {
    std::vector<Op> added;
    for (uint32_t q = 0; q < q_end; ++q) {
      added.push_back({OpKind::kInsert, q, pair_.alignment.begin});
    }
    pair_.alignment.ops.insert(pair_.alignment.ops.begin(), added.begin(), added.end());
  }

  // A clause at an end of the quotation that hardly stands in the source was added by the writer:
  // 据悉，…, …，他说. So was what another mark parts off, such as the number of an item, unless
  // the source has the mark there as well: then a word of a row was changed.
  bool TakeForAdded(bool at_begin) {
    const std::vector<uint32_t> matched = Matched();
    const auto parts = [&](uint32_t q) {
      const Unit& unit = pair_.Q(q);
      return !unit.letter() && unit.form != kQuotationForm && unit.form != U' ';
    };
    // The mark, with a letter outside of it.
    bool letter = false;
    uint32_t mark = at_begin ? q_begin_ : q_end_;
    for (;;) {
      if (at_begin ? mark == q_end_ : mark == q_begin_) {
        return false;
      }
      const uint32_t q = at_begin ? mark : mark - 1;
      if (letter && parts(q)) {
        mark = q;
        break;
      }
      letter = letter || pair_.Q(q).letter();
      mark = at_begin ? mark + 1 : mark - 1;
    }
    size_t letters = 0;
    size_t own = 0;
    size_t others = 0;
    for (uint32_t q = q_begin_; q < q_end_; ++q) {
      const bool outside = at_begin ? q < mark : q > mark;
      letters += outside && pair_.Q(q).letter() ? 1u : 0u;
      own += outside && matched[q] != kNone ? 1u : 0u;
      others += !outside && matched[q] != kNone ? 1u : 0u;
    }
    const bool clause = IsClauseMark(pair_.Q(mark));
    const bool stands = own == letters || (own >= kMinOwn && 2 * own >= letters) ||
                        (own > 0 && (!clause || HasNumeral(at_begin, mark)));
    if (stands || others < kMinAroundGap || (!clause && InSource(mark))) {
      return false;
    }
    std::vector<Op>& all = pair_.alignment.ops;
    if (at_begin) {
      all.erase(all.begin(), std::find_if(all.begin(), all.end(), [&](const Op& op) {
                  return pair_.HasQ(op) && pair_.HasS(op) && op.quotation > mark;
                }));
      const uint32_t kept = all.front().quotation;
      pair_.alignment.begin = all.front().source;
      AddBefore(kept);
      q_begin_ = mark + 1;
    } else {
      while (!pair_.HasQ(all.back()) || !pair_.HasS(all.back()) || all.back().quotation >= mark) {
        all.pop_back();
      }
      pair_.alignment.end = all.back().source + 1;
      AddBehind(all.back().quotation + 1);
      q_end_ = mark;
    }
    return true;
  }

  // Letters at an end that were aligned with the clause or sentence beside the one that the span
  // ends in, and are not its own, stand beside nothing.
  void LeaveNeighbour(bool at_begin) {
    if (pair_.source.source().quote_count() == 0) {
      return;
    }
    std::vector<Op>& all = pair_.alignment.ops;
    const auto at = [&](size_t k) -> const Op& { return all[at_begin ? k : all.size() - 1 - k]; };
    size_t border = 0;  // ops outside of it
    size_t own = 0;
    std::optional<size_t> sentence;
    bool changed = false;
    for (size_t k = 0; k < all.size() && own < kMinOwn; ++k) {
      const Op& op = at(k);
      if (pair_.HasS(op)) {
        const Unit& unit = pair_.S(op.source);
        const size_t quote = pair_.source.source().QuoteAt(pair_.source.JoinedBegin(unit.begin));
        const bool mark = op.kind == OpKind::kDelete && IsClauseMark(unit);
        if (changed && (mark || (sentence.has_value() && *sentence != quote))) {
          border = k + (mark ? 1u : 0u);
        }
        sentence = quote;
      }
      own += IsSameLetter(pair_, op) ? 1u : 0u;
      changed = changed || (op.kind != OpKind::kMatch && pair_.HasQ(op) && pair_.HasLetter(op));
    }
    const auto standing = static_cast<size_t>(std::count_if(
        all.begin(), all.end(), [&](const Op& op) { return IsSameLetter(pair_, op); }));
    if (border == 0 || standing < own + kMinAroundGap) {
      return;
    }
    while (border < all.size() && !(pair_.HasQ(at(border)) && pair_.HasS(at(border)))) {
      ++border;
    }
    if (at_begin) {
      all.erase(all.begin(), all.begin() + static_cast<ptrdiff_t>(border));
      pair_.alignment.begin = all.front().source;
      AddBefore(all.front().quotation);
    } else {
      all.resize(all.size() - border);
      pair_.alignment.end = all.back().source + 1;
      AddBehind(all.back().quotation + 1);
    }
  }

  // A quotation of two parts that is one part twice, or both in the other order, whatever else
  // resembles it around.
  bool Rearrange() {
    std::vector<uint32_t> q;  // units of letters
    std::u32string own;
    for (uint32_t i = 0; i < q_end_; ++i) {
      if (pair_.Q(i).letter()) {
        q.push_back(i);
        own.push_back(pair_.Q(i).form);
      }
    }
    if (own.size() > kMaxRearranged || own.size() < 2 * kMinAroundGap ||
        std::none_of(
            pair_.ops().begin(), pair_.ops().end(),
            [&](const Op& op) { return op.kind != OpKind::kMatch && pair_.HasLetter(op); }) ||
        HasForeignLetter(own)) {
      return false;
    }
    std::vector<uint32_t> s;
    std::u32string letters;
    for (size_t first = 1; first < q.size(); ++first) {
      const bool parted = q[first] > q[first - 1] + 1;
      const size_t second = q.size() - first;
      if (!parted || first < kMinTail || second < kMinTail) {
        continue;
      }
      for (uint32_t i = 0; s.empty() && i < pair_.source.units().size(); ++i) {
        letters.append(pair_.S(i).letter() ? 1u : 0u, pair_.S(i).form);
      }
      for (uint32_t i = 0; s.size() < letters.size(); ++i) {
        if (pair_.S(i).letter()) {
          s.push_back(i);
        }
      }
      const bool twice = first == second && own.compare(first, second, own, 0, first) == 0;
      const size_t place =
          letters.find(twice ? own.substr(0, first) : own.substr(first) + own.substr(0, first));
      if (place == std::u32string::npos) {
        continue;
      }
      std::vector<Op>& all = pair_.alignment.ops;
      if (twice) {
        all = SameLetters(q[0], q[first - 1] + 1, s[place]);
        pair_.alignment.begin = s[place];
        pair_.alignment.end = s[place + first - 1] + 1;
        AddBefore(q[0]);
        AddBehind(q[first - 1] + 1);
        return true;
      }
      all = SameLetters(q[first], q.back() + 1, s[place]);
      for (uint32_t i = s[place + second - 1] + 1; i <= s[place + q.size() - 1]; ++i) {
        all.push_back({OpKind::kDelete, q.back() + 1, i});
      }
      pair_.alignment.begin = s[place];
      pair_.alignment.end = s[place + q.size() - 1] + 1;
      AddBefore(q[first]);
      AddBehind(q.back() + 1);
      return true;
    }
    return false;
  }

  // Whether some of the letters surely stands nowhere in the source.
  bool HasForeignLetter(std::u32string_view letters) const {
    constexpr size_t kBuckets = 1024;
    std::bitset<kBuckets> printed;
    for (const Unit& unit : pair_.source.units()) {
      printed.set(unit.form % kBuckets);
    }
    return std::any_of(letters.begin(), letters.end(),
                       [&](char32_t letter) { return !printed[letter % kBuckets]; });
  }

  // Whether a figure stands outside a mark: it may be the source's in another notation.
  bool HasNumeral(bool at_begin, uint32_t mark) const {
    const Range outside = at_begin ? Range{pair_.Q(q_begin_).begin, pair_.Q(mark).begin}
                                   : Range{pair_.Q(mark).end, pair_.Q(q_end_ - 1).end};
    const std::vector<figures::Numeral>& numerals = pair_.quoted.annotated.numerals();
    return std::any_of(numerals.begin(), numerals.end(), [&](const figures::Numeral& numeral) {
      return Intersects(outside, numeral.number.begin, numeral.number.end);
    });
  }

  bool InSource(uint32_t mark) const {
    return std::any_of(pair_.ops().begin(), pair_.ops().end(), [&](const Op& op) {
      return op.kind == OpKind::kMatch && op.quotation == mark;
    });
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
      const uint32_t inner = all[first].source;
      for (size_t i = first; i-- > from && pair_.alignment.begin > 0 &&
                             InSameClause(pair_.alignment.begin - 1, inner);) {
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
      const uint32_t inner = all[last - 1].source;
      for (size_t i = last; i < to && s < pair_.source.units().size() && InSameClause(s, inner);
           ++i) {
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

  // Whether a unit beside the span is a letter of the sentence that the span ends in: a heading has
  // no mark behind it.
  bool InSameClause(uint32_t s, uint32_t inner) const {
    const auto sentence = [this](uint32_t unit) {
      return pair_.source.source().QuoteAt(pair_.source.JoinedBegin(pair_.S(unit).begin));
    };
    return pair_.S(s).letter() &&
           (pair_.source.source().quote_count() == 0 || sentence(s) == sentence(inner));
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

  AlignedPair& pair_;
  // Units of the quotation without what was added before and behind.
  uint32_t q_begin_ = 0;
  uint32_t q_end_;
};

}  // namespace

void SettleEnds(AlignedPair* pair) { EndSettler(*pair).Settle(); }

}  // namespace quotes::citation
