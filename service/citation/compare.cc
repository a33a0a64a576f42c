#include "service/citation/compare.h"

#include <algorithm>
#include <string>

#include "service/base/limits.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::citation {
namespace {

// What is read beside a passage: figures and words that its borders may cut.
constexpr uint32_t kMargin = 40;

// Letters of the longest block that may have moved.
constexpr size_t kMaxMovedLetters = 240;

// A common run below this proves no common source.
constexpr size_t kMinCommonRun = 4;

size_t CommonPrefix(std::u32string_view a, std::u32string_view b) {
  size_t n = 0;
  while (n < a.size() && n < b.size() && a[n] == b[n]) {
    ++n;
  }
  return n;
}

size_t CommonSuffix(std::u32string_view a, std::u32string_view b) {
  size_t n = 0;
  while (n < a.size() && n < b.size() && a[a.size() - 1 - n] == b[b.size() - 1 - n]) {
    ++n;
  }
  return n;
}

bool Intersects(Range a, uint32_t begin, uint32_t end) {
  return a.empty() ? begin < a.begin && a.begin < end : a.begin < end && begin < a.end;
}

// A stretch of the source that is read otherwise than it is printed: a registered fault as emended,
// or a numeral as the quotation writes the same value.
struct Reading {
  Range printed;  // joined text
  std::u32string text;
  int defect = -1;     // index; -1: a numeral
  size_t reading = 0;  // of the defect
};

// A fault as one of its readings emends it: no more of it than differs.
Reading EmendedReading(const Source& source, size_t defect, size_t reading) {
  const Range fault = source.defect_range(defect);
  const std::u32string text = text::ToCodePoints(source.reading(defect, reading));
  const std::u32string_view printed = source.joined().substr(fault.begin, fault.size());
  const size_t prefix = CommonPrefix(printed, text);
  const size_t suffix =
      CommonSuffix(printed.substr(prefix), std::u32string_view(text).substr(prefix));
  return {{static_cast<uint32_t>(fault.begin + prefix), static_cast<uint32_t>(fault.end - suffix)},
          text.substr(prefix, text.size() - prefix - suffix),
          static_cast<int>(defect),
          reading};
}

// A window's text, as printed or with some stretches read otherwise, and its way back to the joined
// text.
class SourceText {
 public:
  struct Segment {
    Range text;        // of text()
    Range joined;      // as printed
    int reading = -1;  // index into readings(); -1: as printed
  };

  // Readings are disjoint.
  SourceText(const Source& source, uint32_t index, Range range, std::vector<Reading> readings)
      : source_(source),
        index_(index),
        range_(range),
        readings_(std::move(readings)),
        text_(Build()),
        annotated_(text_) {
    units_ = FormUnits(text_);
  }
  SourceText(const SourceText&) = delete;
  SourceText& operator=(const SourceText&) = delete;

  const Source& source() const { return source_; }
  uint32_t index() const { return index_; }
  Range range() const { return range_; }
  std::u32string_view text() const { return text_; }
  const Annotated& annotated() const { return annotated_; }
  const std::vector<Unit>& units() const { return units_; }
  const std::vector<Segment>& segments() const { return segments_; }
  const std::vector<Reading>& readings() const { return readings_; }

  int SegmentOf(uint32_t offset) const {
    for (size_t i = 0; i < segments_.size(); ++i) {
      if (segments_[i].text.begin <= offset && offset < segments_[i].text.end) {
        return static_cast<int>(i);
      }
    }
    return -1;
  }
  uint32_t JoinedBegin(uint32_t offset) const {
    if (segments_.empty()) {
      return range_.begin + offset;
    }
    for (const Segment& segment : segments_) {
      if (segment.text.begin <= offset && offset < segment.text.end) {
        return segment.reading >= 0 ? segment.joined.begin
                                    : segment.joined.begin + (offset - segment.text.begin);
      }
    }
    return range_.end;
  }
  uint32_t JoinedEnd(uint32_t offset) const {
    if (segments_.empty()) {
      return range_.begin + offset;
    }
    for (const Segment& segment : segments_) {
      if (segment.text.begin < offset && offset <= segment.text.end) {
        return segment.reading >= 0 ? segment.joined.end
                                    : segment.joined.begin + (offset - segment.text.begin);
      }
    }
    return range_.begin;
  }
  Range Joined(Range text) const {
    if (text.empty()) {
      const uint32_t at = text.begin == 0 ? JoinedBegin(0) : JoinedEnd(text.begin);
      return {at, at};
    }
    return {JoinedBegin(text.begin), JoinedEnd(text.end)};
  }

 private:
  std::u32string_view Build() {
    const std::u32string_view joined = source_.joined();
    if (readings_.empty()) {
      return joined.substr(range_.begin, range_.size());
    }
    std::sort(readings_.begin(), readings_.end(), [](const Reading& a, const Reading& b) {
      return std::tie(a.printed.begin, a.printed.end) < std::tie(b.printed.begin, b.printed.end);
    });
    uint32_t at = range_.begin;
    const auto append = [&](std::u32string_view piece, Range printed, int reading) {
      const auto begin = static_cast<uint32_t>(own_.size());
      own_ += piece;
      segments_.push_back({{begin, static_cast<uint32_t>(own_.size())}, printed, reading});
    };
    for (size_t i = 0; i < readings_.size(); ++i) {
      const Range printed = readings_[i].printed;
      if (printed.begin < at || printed.end > range_.end) {
        continue;
      }
      append(joined.substr(at, printed.begin - at), {at, printed.begin}, -1);
      append(readings_[i].text, printed, static_cast<int>(i));
      at = printed.end;
    }
    append(joined.substr(at, range_.end - at), {at, range_.end}, -1);
    return own_;
  }

  const Source& source_;
  const uint32_t index_;
  const Range range_;
  std::vector<Reading> readings_;
  std::u32string own_;
  std::vector<Segment> segments_;
  const std::u32string_view text_;
  const Annotated annotated_;
  std::vector<Unit> units_;
};

bool IsTerminalForm(char32_t form) { return form == U'?' || form == U'!'; }
bool IsFinalForm(char32_t form) {
  return form == U'。' || form == U',' || form == U';' || form == U'、' || form == U'.';
}

// Turns an alignment into edits and a verdict.
class Judge {
 public:
  Judge(const Quoted& quoted, const SourceText& source, Alignment alignment)
      : quoted_(quoted), source_(source), alignment_(std::move(alignment)) {}

  Passage Run() && {
    Passage passage;
    passage.source = source_.index();
    passage.complete = alignment_.complete;
    if (ops().empty() || alignment_.begin == alignment_.end) {
      passage.cost = 1;
      return passage;
    }
    SettleEnds();
    FindRegions();
    FindReorder();
    for (const Region& region : regions_) {
      EditRegion(region);
    }
    FormRuns();
    CutTokens();
    IgnoredMarks();
    Readings(&passage);
    std::sort(edits_.begin(), edits_.end(), [](const Draft& a, const Draft& b) {
      return std::tie(a.quotation.begin, a.source.begin, a.quotation.end, a.source.end) <
             std::tie(b.quotation.begin, b.source.begin, b.quotation.end, b.source.end);
    });
    Finish(&passage);
    return passage;
  }

 private:
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

  const std::vector<Op>& ops() const { return alignment_.ops; }
  const Unit& Q(size_t i) const { return quoted_.units[i]; }
  const Unit& S(size_t i) const { return source_.units()[i]; }
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
      const size_t next = begin < ops().size() ? ops()[begin].quotation : quoted_.units.size();
      const uint32_t at = next > 0 ? Q(next - 1).end : quoted_.units.empty() ? 0 : Q(0).begin;
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
      const size_t next = begin < ops().size() ? ops()[begin].source : alignment_.end;
      const uint32_t at = next > alignment_.begin ? S(next - 1).end : S(alignment_.begin).begin;
      return {at, at};
    }
    return range;
  }

  // Whether two neighbouring ops share a character on either side (㎡ is two units).
  bool SharesCharacter(size_t a, size_t b) const {
    const Op& x = ops()[a];
    const Op& y = ops()[b];
    return (HasQ(x) && HasQ(y) && x.quotation != y.quotation &&
            Q(x.quotation).begin == Q(y.quotation).begin) ||
           (HasS(x) && HasS(y) && x.source != y.source && S(x.source).begin == S(y.source).begin);
  }

  // At the ends of the span the source goes on for free, so that the cheapest alignment is not
  // always the one to show.
  void SettleEnds() {
    SettleHeadMarks();
    ExchangeEndWords();
    SettleLastLetters();
    SettleTailMarks();
  }

  // Whether a mark of the quotation may be the source's: the same form, and not one that opens for
  // one that closes.
  bool SameMark(uint32_t q, uint32_t s) const {
    return Q(q).form == S(s).form && MarkDirection(Q(q).raw) * MarkDirection(S(s).raw) >= 0;
  }
  bool IsSettled(size_t begin, size_t end) const {
    for (size_t i = begin; i < end; ++i) {
      if (ops()[i].kind != OpKind::kMatch || !SameMark(ops()[i].quotation, ops()[i].source)) {
        return false;
      }
    }
    return true;
  }

  // A mark before the first letter that the source does not have is one too many; it does not stand
  // for the mark that ends the sentence before.
  void SettleHeadMarks() {
    std::vector<Op>& all = alignment_.ops;
    size_t head = 0;
    while (head < all.size() && !HasLetter(all[head])) {
      ++head;
    }
    if (head == all.size() || IsSettled(0, head)) {
      return;
    }
    std::vector<uint32_t> marks;
    for (size_t i = 0; i < head; ++i) {
      if (HasQ(all[i])) {
        marks.push_back(all[i].quotation);
      }
    }
    uint32_t s = all[head].source;  // the first of the span
    std::vector<Op> settled;
    for (size_t i = marks.size(); i-- > 0;) {
      if (s > 0 && !S(s - 1).letter() && SameMark(marks[i], s - 1)) {
        settled.push_back({OpKind::kMatch, marks[i], --s});
      } else {
        settled.push_back({OpKind::kInsert, marks[i], s});
      }
    }
    std::reverse(settled.begin(), settled.end());
    all.erase(all.begin(), all.begin() + static_cast<ptrdiff_t>(head));
    all.insert(all.begin(), settled.begin(), settled.end());
    alignment_.begin = s;
  }

  // Behind the last letter only a final mark may stand for another; quotation marks and omission
  // marks that the source does not have there are added.
  void SettleTailMarks() {
    std::vector<Op>& all = alignment_.ops;
    size_t tail = all.size();
    while (tail > 0 && !HasLetter(all[tail - 1])) {
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
      if (HasQ(all[i])) {
        marks.push_back(all[i].quotation);
      }
    }
    all.resize(tail);
    uint32_t s = all.back().source + (HasS(all.back()) ? 1u : 0u);
    bool exchanged = false;
    for (const uint32_t q : marks) {
      const bool more = s < source_.units().size() && !S(s).letter();
      const bool outer = Q(q).form == kQuotationForm || Q(q).form == kEllipsisForm;
      if (more && SameMark(q, s)) {
        all.push_back({OpKind::kMatch, q, s++});
      } else if (more && !outer && !exchanged && S(s).form != kQuotationForm) {
        all.push_back({OpKind::kSubstitute, q, s++});
        exchanged = true;
      } else {
        all.push_back({OpKind::kInsert, q, s});
      }
    }
    alignment_.end = std::max(s, alignment_.begin);
  }

  bool HasLetter(const Op& op) const {
    return (HasQ(op) && Q(op.quotation).letter()) || (HasS(op) && S(op.source).letter());
  }

  // Letters that only the quotation has at one of its ends, where the source goes on in the same
  // clause: one word for another.
  void ExchangeEndWords() {
    std::vector<Op>& all = alignment_.ops;
    const auto added_letter = [&](size_t i) {
      return all[i].kind == OpKind::kInsert && Q(all[i].quotation).letter();
    };
    const auto added_mark = [&](size_t i) {
      return all[i].kind == OpKind::kInsert && !Q(all[i].quotation).letter();
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
      for (size_t i = first;
           i-- > from && alignment_.begin > 0 && S(alignment_.begin - 1).letter();) {
        all[i] = {OpKind::kSubstitute, all[i].quotation, --alignment_.begin};
      }
      for (size_t i = 0; i < first && all[i].kind == OpKind::kInsert; ++i) {
        all[i].source = alignment_.begin;
      }
    }
    size_t to = all.size();
    while (to > 0 && !HasLetter(all[to - 1])) {
      --to;
    }
    size_t last = to;
    while (last > 0 && added_letter(last - 1)) {
      --last;
    }
    if (last < to && last > 0 && all[last - 1].kind == OpKind::kMatch) {
      // Marks behind the words are settled afterwards.
      uint32_t s = all[last - 1].source + 1;
      for (size_t i = last; i < to && s < source_.units().size() && S(s).letter(); ++i) {
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
      alignment_.end = s;
    }
  }

  // At the ends of the span a gap costs more than a wrong letter, because the source goes on for
  // free. Where the last letter stands one place further out, what lies between was left out:
  // 4.5万人 of 4.5万余人.
  void SettleLastLetters() {
    std::vector<Op>& all = alignment_.ops;
    size_t last = all.size();
    while (last > 0 && !HasLetter(all[last - 1])) {
      --last;
    }
    if (last > 1 && all[last - 1].kind == OpKind::kSubstitute &&
        all[last - 2].kind == OpKind::kMatch) {
      const Op op = all[last - 1];
      const uint32_t beyond = op.source + 1;
      if (beyond < source_.units().size() && S(beyond).letter() &&
          S(beyond).form == Q(op.quotation).form) {
        std::vector<Op> tail;
        for (size_t i = last; i < all.size(); ++i) {
          if (HasQ(all[i])) {
            tail.push_back({OpKind::kInsert, all[i].quotation, beyond + 1});
          }
        }
        all.resize(last - 1);
        all.push_back({OpKind::kDelete, op.quotation, beyond - 1});
        all.push_back({OpKind::kMatch, op.quotation, beyond});
        all.insert(all.end(), tail.begin(), tail.end());
        alignment_.end = beyond + 1;
      }
    }
    if (all.size() > 1 && all[0].kind == OpKind::kSubstitute && Q(all[0].quotation).letter() &&
        all[1].kind == OpKind::kMatch && all[0].source > 0) {
      const uint32_t beyond = all[0].source - 1;
      if (S(beyond).letter() && S(beyond).form == Q(all[0].quotation).form) {
        const uint32_t q = all[0].quotation;
        all[0] = {OpKind::kDelete, q + 1, beyond + 1};
        all.insert(all.begin(), {OpKind::kMatch, q, beyond});
        alignment_.begin = beyond;
      }
    }
  }

  void FindRegions() {
    for (size_t i = 0; i < ops().size(); ++i) {
      if (ops()[i].kind == OpKind::kMatch) {
        continue;
      }
      Region region{i, i + 1, false};
      while (region.end < ops().size() && (ops()[region.end].kind != OpKind::kMatch ||
                                           SharesCharacter(region.end - 1, region.end))) {
        ++region.end;
      }
      while (region.begin > 0 && SharesCharacter(region.begin - 1, region.begin)) {
        --region.begin;
      }
      if (!regions_.empty() && region.begin <= regions_.back().end) {
        regions_.back().end = region.end;
      } else {
        regions_.push_back(region);
      }
      i = region.end - 1;
    }
    SlideGaps();
  }

  // A gap that may stand in several places (…因素，年均 lost behind …元，) is put behind a mark,
  // where clauses begin.
  void SlideGaps() {
    for (Region& region : regions_) {
      const OpKind kind = ops()[region.begin].kind;
      if ((kind != OpKind::kDelete && kind != OpKind::kInsert) || !ChangesLetters(region)) {
        continue;
      }
      bool pure = true;
      for (size_t i = region.begin; i < region.end; ++i) {
        pure = pure && ops()[i].kind == kind;
      }
      const auto unit = [&](size_t i) -> const Unit& {
        return kind == OpKind::kDelete ? S(ops()[i].source) : Q(ops()[i].quotation);
      };
      // Sliding one place to the right swaps the first of the gap with the match behind it.
      size_t begin = region.begin;
      size_t end = region.end;
      size_t slides = 0;
      bool found = !unit(begin).letter() ? false : begin == 0 || !UnitBefore(begin).letter();
      while (pure && !found && slides < region.end - region.begin && end < ops().size() &&
             ops()[end].kind == OpKind::kMatch && unit(begin).form == unit(end).form &&
             unit(begin).kind == unit(end).kind) {
        found = !unit(begin).letter();
        ++begin;
        ++end;
        ++slides;
      }
      if (found && slides > 0) {
        std::vector<Op> moved(ops().begin() + static_cast<ptrdiff_t>(region.begin),
                              ops().begin() + static_cast<ptrdiff_t>(end));
        const size_t gap = region.end - region.begin;
        const uint32_t q0 = moved[0].quotation;
        const uint32_t s0 = moved[0].source;
        for (size_t i = 0; i < moved.size(); ++i) {
          Op& op = alignment_.ops[region.begin + i];
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
    const Op& before = ops()[op - 1];
    return HasS(before) ? S(before.source) : Q(before.quotation);
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

  // A block that moved inside one sentence or between neighbours: source X M Y, quotation Y M X.
  void FindReorder() {
    const Region* first = nullptr;
    const Region* last = nullptr;
    for (const Region& region : regions_) {
      if (ChangesLetters(region)) {
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
      if (HasS(ops()[i]) && S(ops()[i].source).letter()) {
        from.push_back(S(ops()[i].source).form);
      }
      if (HasQ(ops()[i]) && Q(ops()[i].quotation).letter()) {
        to.push_back(Q(ops()[i].quotation).form);
      }
    }
    if (!IsExchange(from, to) || !InNeighbours(SRange(hull.begin, hull.end))) {
      return;
    }
    std::vector<Region> regions;
    for (const Region& region : regions_) {
      if (region.end <= hull.begin || region.begin >= hull.end) {
        regions.push_back(region);
      }
    }
    regions.push_back(hull);
    std::sort(regions.begin(), regions.end(),
              [](const Region& a, const Region& b) { return a.begin < b.begin; });
    regions_ = std::move(regions);
  }

  // Whether a stretch of the source lies in one sentence or in two neighbours.
  bool InNeighbours(Range text) const {
    const Range joined = source_.Joined(text);
    const size_t first = source_.source().QuoteAt(joined.begin);
    return source_.source().QuoteAt(std::max(joined.begin + 1, joined.end) - 1) <= first + 1;
  }

  // A block that only the quotation has, while the source has it just beyond one end of the span:
  // the span is widened over it. Returns the stretch of ops that the exchange covers, or `hull`
  // when there is none.
  Region OverMovedBlock(Region hull) {
    std::u32string block;
    for (size_t i = hull.begin; i < hull.end; ++i) {
      if (ops()[i].kind != OpKind::kInsert) {
        return hull;
      }
      if (Q(ops()[i].quotation).letter()) {
        block.push_back(Q(ops()[i].quotation).form);
      }
    }
    if (block.size() < 2 || QLetters(0, ops().size()) > kMaxMovedLetters) {
      return hull;
    }
    for (const bool before : {true, false}) {
      if ((before ? QLetters(0, hull.begin) : QLetters(hull.end, ops().size())) == 0) {
        continue;  // nothing that it moved over
      }
      // The units beside the span that hold the block.
      size_t s = before ? alignment_.begin : alignment_.end;
      size_t left = block.size();
      while (left > 0 && (before ? s > 0 : s < source_.units().size())) {
        const Unit& unit = S(before ? s - 1 : s);
        if (unit.letter()) {
          if (unit.form != block[before ? left - 1 : block.size() - left]) {
            break;
          }
          --left;
        }
        s = before ? s - 1 : s + 1;
      }
      const size_t begin = std::min<size_t>(s, alignment_.begin);
      const size_t end = std::max<size_t>(s, alignment_.end);
      if (left > 0 || !InNeighbours({S(begin).begin, S(end - 1).end})) {
        continue;
      }
      std::vector<Op> added;
      for (size_t i = before ? begin : alignment_.end; i < (before ? alignment_.begin : end); ++i) {
        const size_t q = before ? 0 : quoted_.units.size();
        added.push_back({OpKind::kDelete, static_cast<uint32_t>(q), static_cast<uint32_t>(i)});
      }
      alignment_.begin = static_cast<uint32_t>(begin);
      alignment_.end = static_cast<uint32_t>(end);
      if (!before) {
        alignment_.ops.insert(alignment_.ops.end(), added.begin(), added.end());
        return {hull.begin, ops().size(), true};
      }
      alignment_.ops.insert(alignment_.ops.begin(), added.begin(), added.end());
      for (Region& region : regions_) {
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

  void EditRegion(const Region& region) {
    if (region.reorder) {
      Draft draft;
      draft.kind = EditKind::kReorder;
      draft.quotation = QRange(region.begin, region.end);
      draft.source = SRange(region.begin, region.end);
      Grade(&draft);
      draft.letters = std::max(QLetters(region.begin, region.end), size_t{1}) / 2;
      if (draft.severity != Severity::kCritical) {
        draft.severity = Severity::kMajor;
        draft.reason = EditReason::kMovedBlock;
      }
      edits_.push_back(draft);
      return;
    }
    if (ChangesLetters(region)) {
      EditLetters(region);
    } else {
      EditMarks(region);
    }
  }

  void EditLetters(const Region& region) {
    Draft draft;
    draft.quotation = QRange(region.begin, region.end);
    draft.source = SRange(region.begin, region.end);
    const size_t q = QLetters(region.begin, region.end);
    const size_t s = SLetters(region.begin, region.end);
    draft.kind = q == 0   ? EditKind::kOmission
                 : s == 0 ? EditKind::kAddition
                          : EditKind::kSubstitution;
    // What a mark at the border of the region covers belongs to the edit.
    draft.letters = 0;
    for (size_t i = region.begin; i < region.end; ++i) {
      const Op& op = ops()[i];
      if (op.kind == OpKind::kInsert || op.kind == OpKind::kSubstitute) {
        draft.letters += Q(op.quotation).letter() ? 1u : 0u;
      } else if (op.kind == OpKind::kDelete) {
        draft.letters += S(op.source).letter() ? 1u : 0u;
      }
    }
    Grade(&draft);
    edits_.push_back(draft);
  }

  // -- marks -------------------------------------------------------------------------------------

  bool InHead(size_t q) const {  // before the first letter of the quotation
    for (size_t i = 0; i < q; ++i) {
      if (Q(i).letter()) {
        return false;
      }
    }
    return true;
  }
  bool InTail(size_t q) const {  // behind its last letter
    for (size_t i = q; i < quoted_.units.size(); ++i) {
      if (Q(i).letter()) {
        return false;
      }
    }
    return true;
  }

  // For each mark that opens or closes, its partner; straight quotation marks take turns.
  template <typename At>
  static std::vector<int> Partners(size_t size, const At& at) {
    std::vector<int> partner(size, -1);
    std::vector<size_t> open;
    for (size_t i = 0; i < size; ++i) {
      const Unit& unit = at(i);
      if (unit.letter()) {
        continue;
      }
      int direction = MarkDirection(unit.raw);
      const bool quotation = unit.form == kQuotationForm;
      if (direction == 0 && quotation) {
        direction = !open.empty() && at(open.back()).raw == unit.raw ? -1 : 1;
      }
      if (direction > 0) {
        open.push_back(i);
      } else if (direction < 0) {
        // The nearest opener of its kind; those that never close lie between.
        size_t k = open.size();
        while (k > 0 && (at(open[k - 1]).form == kQuotationForm) != quotation) {
          --k;
        }
        if (k > 0) {
          partner[i] = static_cast<int>(open[k - 1]);
          partner[open[k - 1]] = static_cast<int>(i);
          open.resize(k - 1);
        }
      }
    }
    return partner;
  }

  const std::vector<int>& QPartners() {
    if (!q_partners_.has_value()) {
      q_partners_ =
          Partners(quoted_.units.size(), [this](size_t i) -> const Unit& { return Q(i); });
    }
    return *q_partners_;
  }
  const std::vector<int>& SPartners() {
    if (!s_partners_.has_value()) {
      s_partners_ =
          Partners(source_.units().size(), [this](size_t i) -> const Unit& { return S(i); });
    }
    return *s_partners_;
  }

  bool IsPairMark(const Unit& unit) const {
    return unit.form == kQuotationForm || MarkDirection(unit.raw) != 0;
  }

  // Whether a mark that only the quotation has is no change: around the whole of it, or the missing
  // half of a pair that the cut parted.
  bool IsHarmlessAddedMark(size_t q, EditReason* reason) {
    const Unit& unit = Q(q);
    const bool head = InHead(q);
    const bool tail = InTail(q);
    if ((head || tail) && unit.form == kEllipsisForm) {
      *reason = EditReason::kOuterMark;
      return true;
    }
    if (!head && !tail) {
      return false;
    }
    if (unit.form == kQuotationForm) {
      const int partner = QPartners()[q];
      if (partner < 0 ||
          (head ? InTail(static_cast<size_t>(partner)) : InHead(static_cast<size_t>(partner)))) {
        *reason = EditReason::kOuterMark;
        return true;
      }
    }
    return IsPairMark(unit) && ClosesCutPair(q, reason);
  }

  // The partner of a mark of the quotation stands in the source, and its own partner there lies
  // outside the span.
  bool ClosesCutPair(size_t q, EditReason* reason) {
    const int partner = QPartners()[q];
    if (partner < 0) {
      return false;
    }
    for (const Op& op : ops()) {
      if (op.kind == OpKind::kMatch && op.quotation == static_cast<uint32_t>(partner)) {
        if (CutsPair(op.source)) {
          *reason = EditReason::kUnbalanced;
          return true;
        }
      }
    }
    return false;
  }

  // The partner of a mark of the source lies outside the span.
  bool CutsPair(size_t s) {
    const int partner = SPartners()[s];
    return partner >= 0 && (static_cast<uint32_t>(partner) < alignment_.begin ||
                            static_cast<uint32_t>(partner) >= alignment_.end);
  }

  void EditMarks(const Region& region) {
    // Marks that mean nothing here are taken out first; what is left decides.
    std::vector<size_t> added;
    std::vector<size_t> lost;
    EditReason reason = EditReason::kNone;
    bool tail = true;
    for (size_t i = region.begin; i < region.end; ++i) {
      const Op& op = ops()[i];
      if (HasQ(op)) {
        tail = tail && InTail(op.quotation);
        EditReason why = EditReason::kNone;
        if (op.kind != OpKind::kMatch && IsHarmlessAddedMark(op.quotation, &why)) {
          reason = why;
        } else {
          added.push_back(op.quotation);
        }
      }
      if (HasS(op)) {
        const Unit& unit = S(op.source);
        if (op.kind == OpKind::kDelete && IsPairMark(unit) && CutsPair(op.source)) {
          reason = EditReason::kUnbalanced;
        } else {
          lost.push_back(op.source);
        }
      }
    }
    Draft draft;
    draft.quotation = QRange(region.begin, region.end);
    draft.source = SRange(region.begin, region.end);
    draft.reason = reason;
    draft.folds = text::kFoldMark;
    bool form = SameMarks(region, added, lost);
    if (!form && tail && region.end == ops().size()) {
      form = IsFinalMarkOnly(added, lost);
      draft.reason = form ? EditReason::kFinalMark : draft.reason;
    }
    draft.kind = form ? EditKind::kForm : EditKind::kPunctuation;
    if (form && draft.reason == EditReason::kOuterMark) {
      draft.folds = text::kFoldQuotation;
    }
    edits_.push_back(draft);
  }

  // Equal after joining runs of dashes, of dots that make an ellipsis.
  bool SameMarks(const Region& region, const std::vector<size_t>& added,
                 const std::vector<size_t>& lost) const {
    std::u32string a;
    std::u32string b;
    for (const size_t i : added) {
      a.push_back(Q(i).form);
    }
    for (const size_t i : lost) {
      b.push_back(S(i).form);
    }
    // A neighbour that both have takes part: —— and — differ by one dash beside the common one.
    if (region.begin > 0 && ops()[region.begin - 1].kind == OpKind::kMatch) {
      const Unit& unit = S(ops()[region.begin - 1].source);
      if (!unit.letter()) {
        a.insert(a.begin(), unit.form);
        b.insert(b.begin(), unit.form);
      }
    }
    if (region.end < ops().size() && ops()[region.end].kind == OpKind::kMatch) {
      const Unit& unit = S(ops()[region.end].source);
      if (!unit.letter()) {
        a.push_back(unit.form);
        b.push_back(unit.form);
      }
    }
    return Squeezed(a) == Squeezed(b);
  }

  static std::u32string Squeezed(const std::u32string& marks) {
    std::u32string out;
    for (size_t i = 0; i < marks.size();) {
      size_t end = i;
      while (end < marks.size() && marks[end] == marks[i]) {
        ++end;
      }
      char32_t form = marks[i];
      size_t count = end - i;
      if ((form == U'.' || form == U'。') && count >= 3) {
        form = kEllipsisForm;
      }
      if (form == kDashForm || form == kEllipsisForm) {
        count = 1;
      }
      out.append(count, form);
      i = end;
    }
    return out;
  }

  bool IsFinalMarkOnly(const std::vector<size_t>& added, const std::vector<size_t>& lost) const {
    if (added.size() > 1 || lost.size() > 1) {
      return false;
    }
    for (const size_t i : added) {
      if (!IsFinalForm(Q(i).form)) {
        return false;
      }
    }
    for (const size_t i : lost) {
      if (!IsFinalForm(S(i).form) && !(IsTerminalForm(S(i).form) && added.empty())) {
        return false;
      }
    }
    return true;
  }

  // -- form --------------------------------------------------------------------------------------

  bool Covered(size_t op) const {
    for (const Region& region : regions_) {
      if (region.begin <= op && op < region.end) {
        return true;
      }
    }
    return false;
  }

  void FormRuns() {
    for (size_t i = 0; i < ops().size();) {
      const auto differs = [&](size_t k) {
        return ops()[k].kind == OpKind::kMatch &&
               Q(ops()[k].quotation).raw != S(ops()[k].source).raw;
      };
      if (!differs(i) || Covered(i)) {
        ++i;
        continue;
      }
      size_t end = i + 1;
      const int segment = source_.SegmentOf(S(ops()[i].source).begin);
      while (end < ops().size() && (differs(end) || SharesCharacter(end - 1, end)) &&
             !Covered(end) && source_.SegmentOf(S(ops()[end].source).begin) == segment) {
        ++end;
      }
      Draft draft;
      draft.kind = EditKind::kForm;
      draft.quotation = QRange(i, end);
      draft.source = SRange(i, end);
      draft.folds = text::FoldsBetween(
          quoted_.annotated.text().substr(draft.quotation.begin, draft.quotation.size()),
          source_.text().substr(draft.source.begin, draft.source.size()));
      edits_.push_back(draft);
      i = end;
    }
  }

  // -- borders -----------------------------------------------------------------------------------

  Range Span() const { return {S(alignment_.begin).begin, S(alignment_.end - 1).end}; }

  static bool IsLatin(const Unit& unit) {
    return unit.letter() &&
           ((unit.form >= U'a' && unit.form <= U'z') || (unit.form >= 0xC0 && unit.form < 0x250));
  }
  static bool IsWordSign(const Unit& unit) {
    return IsLatin(unit) || (unit.letter() && (text::IsDigit(unit.form) || unit.form == U'-'));
  }

  // Whether the span begins (ends) where a sentence or heading does. Headings end without a mark in
  // the joined text; nothing is cut off across such a border.
  bool AtSentenceBorder(bool at_begin) const {
    const Source& source = source_.source();
    const Range joined = source_.Joined(Span());
    if (joined.empty() || source.quote_count() == 0) {
      return true;
    }
    const size_t quote = source.QuoteAt(at_begin ? joined.begin : joined.end - 1);
    return at_begin ? source.quote(quote).range.begin == joined.begin
                    : source.quote(quote).range.end == joined.end;
  }

  void AddCut(Range lost, bool at_begin, EditReason reason) {
    if (AtSentenceBorder(at_begin)) {
      return;
    }
    for (Draft& edit : edits_) {
      // What is lost beside a changed word belongs to that change's edit.
      if (at_begin ? edit.source.begin <= lost.begin : edit.source.end >= lost.end) {
        return;
      }
    }
    // A change at the very border takes in what the border cut off.
    for (Draft& edit : edits_) {
      if (edit.severity != Severity::kNone &&
          (at_begin ? edit.source.begin == lost.end : edit.source.end == lost.begin)) {
        edit.source =
            at_begin ? Range{lost.begin, edit.source.end} : Range{edit.source.begin, lost.end};
        edit.kind = edit.kind == EditKind::kAddition ? EditKind::kSubstitution : edit.kind;
        if (reason != EditReason::kCutToken || edit.severity == Severity::kMinor) {
          edit.severity = Severity::kCritical;
          edit.reason = reason;
        }
        lost_begin_ = at_begin ? std::min(lost_begin_, lost.begin) : lost_begin_;
        lost_end_ = at_begin ? lost_end_ : std::max(lost_end_, lost.end);
        MoveBesideCut(edit.quotation, lost, at_begin);
        return;
      }
    }
    Draft draft;
    draft.kind = EditKind::kOmission;
    draft.severity = Severity::kCritical;
    draft.reason = reason;
    draft.source = lost;
    // Beside the outermost unit that stands in the source; marks around it stay outside.
    uint32_t at = 0;
    for (const Op& op : ops()) {
      if (HasQ(op) && HasS(op)) {
        at = at_begin ? Q(op.quotation).begin : Q(op.quotation).end;
        if (at_begin) {
          break;
        }
      }
    }
    draft.quotation = {at, at};
    MoveBesideCut(draft.quotation, lost, at_begin);
    for (const Unit& unit : source_.units()) {
      draft.letters += unit.letter() && unit.begin >= lost.begin && unit.end <= lost.end ? 1u : 0u;
    }
    edits_.push_back(draft);
    if (at_begin) {
      lost_begin_ = std::min(lost_begin_, lost.begin);
    } else {
      lost_end_ = std::max(lost_end_, lost.end);
    }
  }

  // Marks that the quotation has outside its cut end stand beyond what the cut lost.
  void MoveBesideCut(Range place, Range lost, bool at_begin) {
    for (Draft& edit : edits_) {
      if (edit.source.empty() &&
          (at_begin ? edit.quotation.end <= place.begin && edit.source.begin == lost.end
                    : edit.quotation.begin >= place.end && edit.source.begin == lost.begin)) {
        edit.source.begin = edit.source.end = at_begin ? lost.begin : lost.end;
      }
    }
  }

  void CutTokens() {
    const Range span = Span();
    lost_begin_ = span.begin;
    lost_end_ = span.end;
    const figures::Cuts cuts =
        figures::FindCuts(source_.annotated().numerals(), {span.begin, span.end});
    const auto reason_of = [](figures::CutPart part) {
      switch (part) {
        case figures::CutPart::kUnit:
          return EditReason::kUnit;
        case figures::CutPart::kQualifier:
          return EditReason::kQualifier;
        case figures::CutPart::kDigits:
        case figures::CutPart::kScale:
          break;
      }
      return EditReason::kCutToken;
    };
    if (cuts.begin.has_value()) {
      AddCut({cuts.begin->lost.begin, cuts.begin->lost.end}, true, reason_of(cuts.begin->part));
    }
    if (cuts.end.has_value()) {
      AddCut({cuts.end->lost.begin, cuts.end->lost.end}, false, reason_of(cuts.end->part));
    }
    // Latin words.
    size_t first = alignment_.begin;
    while (!cuts.begin.has_value() && first > 0 && IsWordSign(S(first)) &&
           IsWordSign(S(first - 1)) && (IsLatin(S(first)) || IsLatin(S(first - 1)))) {
      --first;
    }
    if (first < alignment_.begin) {
      AddCut({S(first).begin, span.begin}, true, EditReason::kCutToken);
    }
    size_t last = alignment_.end;
    while (!cuts.end.has_value() && last < source_.units().size() && IsWordSign(S(last - 1)) &&
           IsWordSign(S(last)) && (IsLatin(S(last)) || IsLatin(S(last - 1)))) {
      ++last;
    }
    if (last > alignment_.end) {
      AddCut({span.end, S(last - 1).end}, false, EditReason::kCutToken);
    }
    CutWords(span);
  }

  // Words that the border of the span cuts: names and negators by the lexicon; any word of the list
  // of which no word is left at the border of the quotation (断谱写 of 不断谱写, 视规律 of
  // 无视规律).
  void CutWords(Range span) {
    constexpr uint32_t kAround = 16;
    const std::u32string_view text = source_.text();
    for (const bool at_begin : {true, false}) {
      const uint32_t border = at_begin ? span.begin : span.end;
      if (border != (at_begin ? lost_begin_ : lost_end_)) {
        continue;  // a figure is cut there
      }
      const size_t first = at_begin ? alignment_.begin : alignment_.end;
      if (first == 0 || first == source_.units().size() || !S(first - 1).letter() ||
          !S(first).letter()) {
        continue;
      }
      const uint32_t from = border > kAround ? border - kAround : 0;
      const std::u32string_view around = text.substr(from, size_t{2} * kAround);
      EditReason reason = EditReason::kCutToken;
      Range cut;
      for (const Cue& cue : FindCues(around)) {
        if ((cue.kind == CueKind::kPerson || cue.kind == CueKind::kNegator) &&
            from + cue.begin < border && border < from + cue.end) {
          cut = {from + cue.begin, from + cue.end};
          reason = cue.kind == CueKind::kPerson ? EditReason::kName : EditReason::kNegator;
        }
      }
      if (cut.empty() && !BordersOnWord(span, at_begin)) {
        for (const Word& word : FindWords(around)) {
          if (word.kind == WordKind::kWord && from + word.begin < border &&
              border < from + word.end) {
            cut = {from + word.begin, from + word.end};
          }
        }
      }
      if (!cut.empty()) {
        AddCut(at_begin ? Range{cut.begin, border} : Range{border, cut.end}, at_begin, reason);
      }
    }
  }

  // Whether the span begins (ends) with a word of several characters, or with none of the list.
  bool BordersOnWord(Range span, bool at_begin) const {
    constexpr uint32_t kAround = 16;
    const uint32_t size = std::min(kAround, span.size());
    const std::vector<Word> words =
        FindWords(source_.text().substr(at_begin ? span.begin : span.end - size, size));
    if (words.empty()) {
      return true;
    }
    const Word& word = at_begin ? words.front() : words.back();
    return word.kind == WordKind::kLatin || word.end - word.begin > 1;
  }

  // -- editor's marks, emendations ---------------------------------------------------------------

  void IgnoredMarks() {
    for (const Range& range : quoted_.ignored) {
      Draft draft;
      draft.kind = EditKind::kAddition;
      draft.reason = EditReason::kEditorialBracket;
      draft.quotation = range;
      uint32_t at = Span().begin;
      for (const Op& op : ops()) {
        if (HasQ(op) && Q(op.quotation).begin >= range.end) {
          break;
        }
        if (HasS(op)) {
          at = S(op.source).end;
        }
      }
      draft.source = {at, at};
      edits_.push_back(draft);
    }
  }

  // What was read otherwise than printed, as edits: faults, restated numerals.
  void Readings(Passage* passage) {
    const Range span = Span();
    for (const SourceText::Segment& segment : source_.segments()) {
      if (segment.reading < 0 ||
          !(segment.text.empty() ? span.begin < segment.text.begin && segment.text.begin < span.end
                                 : Intersects(span, segment.text.begin, segment.text.end))) {
        continue;
      }
      const Reading& reading = source_.readings()[static_cast<size_t>(segment.reading)];
      size_t begin = 0;
      while (begin < ops().size() &&
             (!HasS(ops()[begin]) || S(ops()[begin].source).begin < segment.text.begin)) {
        ++begin;
      }
      size_t end = begin;
      while (end < ops().size() &&
             (!HasS(ops()[end]) || S(ops()[end].source).begin < segment.text.end)) {
        ++end;
      }
      Draft draft;
      draft.kind = segment.joined.empty() ? EditKind::kAddition
                   : segment.text.empty() ? EditKind::kOmission
                                          : EditKind::kSubstitution;
      draft.reason = reading.defect >= 0 ? EditReason::kEmendation : EditReason::kNumeralRestated;
      draft.reading = segment.reading;
      draft.source = segment.text;
      draft.quotation = QRange(begin, end);
      const auto within = [&](const Draft& edit) {
        return segment.text.empty()
                   ? false
                   : edit.source.begin >= segment.text.begin &&
                         edit.source.end <= segment.text.end &&
                         !(edit.source.empty() && (edit.source.begin == segment.text.begin ||
                                                   edit.source.begin == segment.text.end));
      };
      // A change inside a stretch that is read otherwise stands against what is read there.
      if (std::any_of(edits_.begin(), edits_.end(), [&](const Draft& edit) {
            return within(edit) && edit.kind != EditKind::kForm;
          })) {
        spoilt_ = true;
      }
      edits_.erase(std::remove_if(edits_.begin(), edits_.end(), within), edits_.end());
      edits_.push_back(draft);
      if (reading.defect >= 0) {
        passage->emended.emplace_back(static_cast<size_t>(reading.defect), reading.reading);
      }
    }
  }

  // -- severity ----------------------------------------------------------------------------------

  static EditReason ReasonOf(CueKind kind) {
    switch (kind) {
      case CueKind::kNegator:
        return EditReason::kNegator;
      case CueKind::kHedge:
        return EditReason::kHedge;
      case CueKind::kCondition:
        return EditReason::kCondition;
      case CueKind::kModal:
        return EditReason::kModal;
      case CueKind::kQuantifier:
        return EditReason::kQualifier;
      case CueKind::kPerson:
      case CueKind::kPlace:
      case CueKind::kOrganisation:
      case CueKind::kOffice:
        return EditReason::kName;
      case CueKind::kPhrase:
        return EditReason::kSetPhrase;
      case CueKind::kFunction:
        return EditReason::kFunctionWord;
      case CueKind::kResult:
        return EditReason::kAspect;
    }
    return EditReason::kContentWord;
  }

  static EditReason NumeralReason(const figures::Numeral& numeral, Range range) {
    if (numeral.kind == figures::NumeralKind::kYear ||
        numeral.kind == figures::NumeralKind::kDate ||
        numeral.kind == figures::NumeralKind::kTime) {
      return EditReason::kDate;
    }
    if (numeral.kind == figures::NumeralKind::kSet) {
      return EditReason::kSetPhrase;
    }
    if (!Intersects(range, numeral.number.begin, numeral.number.end)) {
      if (Intersects(range, numeral.unit.begin, numeral.unit.end)) {
        return EditReason::kUnit;
      }
      return EditReason::kQualifier;
    }
    return EditReason::kNumber;
  }

  void Grade(Draft* draft) {
    const auto critical = [&](const Annotated& text, Range range) {
      for (const figures::Numeral& numeral : text.numerals()) {
        if (Intersects(range, numeral.token.begin, numeral.token.end)) {
          draft->severity = Severity::kCritical;
          draft->reason = NumeralReason(numeral, range);
          return true;
        }
      }
      for (const Cue& cue : text.cues()) {
        if (IsCritical(cue.kind) && Intersects(range, cue.begin, cue.end)) {
          draft->severity = Severity::kCritical;
          draft->reason = ReasonOf(cue.kind);
          return true;
        }
      }
      return false;
    };
    const bool bracketed = draft->kind == EditKind::kAddition && IsBracketed(draft->quotation);
    if (draft->kind == EditKind::kAddition && IsFurniture(*draft)) {
      draft->severity = Severity::kMinor;
      draft->reason = EditReason::kFurniture;
      draft->letters = 0;
      return;
    }
    if (critical(source_.annotated(), draft->source) ||
        critical(quoted_.annotated, draft->quotation)) {
      draft->hint = IsDoubled(*draft);
      return;
    }
    if (bracketed) {
      draft->severity = Severity::kMinor;
      draft->reason = EditReason::kEditorialBracket;
      return;
    }
    if (IsDoubled(*draft)) {
      draft->severity = Severity::kMinor;
      draft->reason = EditReason::kDoubledWord;
      draft->hint = draft->kind == EditKind::kOmission;
      return;
    }
    if (AllInCues(source_.annotated(), source_.units(), draft->source, CueKind::kFunction) &&
        AllInCues(quoted_.annotated, quoted_.units, draft->quotation, CueKind::kFunction)) {
      draft->severity = Severity::kMinor;
      draft->reason = EditReason::kFunctionWord;
      return;
    }
    draft->severity = Severity::kMajor;
    draft->reason = EditReason::kContentWord;
    const auto aspect = [&](const Annotated& text, Range range) {
      for (const Cue& cue : text.cues()) {
        if (cue.kind == CueKind::kResult && Intersects(range, cue.begin, cue.end)) {
          return true;
        }
      }
      return false;
    };
    if (aspect(source_.annotated(), draft->source) || aspect(quoted_.annotated, draft->quotation)) {
      draft->reason = EditReason::kAspect;
    }
    draft->hint = LooksLikeSourceFault(*draft);
  }

  static bool AllInCues(const Annotated& text, const std::vector<Unit>& units, Range range,
                        CueKind kind) {
    for (const Unit& unit : units) {
      if (!unit.letter() || unit.end <= range.begin || unit.begin >= range.end) {
        continue;
      }
      bool inside = false;
      for (const Cue& cue : text.cues()) {
        inside = inside || (cue.kind == kind && cue.begin <= unit.begin && unit.end <= cue.end);
      }
      if (!inside) {
        return false;
      }
    }
    return true;
  }

  bool IsBracketed(Range range) const {
    char32_t first = 0;
    char32_t last = 0;
    int depth = 0;
    for (const Unit& unit : quoted_.units) {
      if (unit.end <= range.begin || unit.begin >= range.end) {
        continue;
      }
      const bool bracket = unit.form == U'(' || unit.form == U')' || unit.form == U'[' ||
                           unit.form == U']' || unit.form == U'〔' || unit.form == U'〕';
      first = first == 0 ? unit.form : first;
      last = unit.form;
      if (bracket) {
        depth += MarkDirection(unit.raw);
      } else if (depth == 0) {
        return false;
      }
    }
    return depth == 0 && (first == U'(' || first == U'[' || first == U'〔') &&
           (last == U')' || last == U']' || last == U'〕');
  }

  std::u32string Letters(const std::vector<Unit>& units, Range range) const {
    std::u32string letters;
    for (const Unit& unit : units) {
      if (unit.letter() && unit.begin >= range.begin && unit.end <= range.end) {
        letters.push_back(unit.form);
      }
    }
    return letters;
  }

  // What stands between two pages, copied with the words on either side of it.
  bool IsFurniture(const Draft& draft) const {
    const uint32_t place = source_.Joined(draft.source).begin;
    if (place == 0 || !source_.source().JoinInside({place - 1, place + 1})) {
      return false;
    }
    const Range range = draft.quotation;
    const std::u32string letters = Letters(quoted_.units, range);
    if (letters.size() < 2) {
      return false;
    }
    const Source& source = source_.source();
    // The speech is the first run; what else the page prints is short.
    for (uint32_t at = source.RunAt(0).range.end; at < source.joined().size();) {
      const report::Run& run = source.RunAt(at);
      if (run.range.size() <= 2 * range.size() + 16) {
        const std::u32string_view text = source.joined().substr(run.range.begin, run.range.size());
        std::u32string furniture;
        for (const Unit& unit : FormUnits(text)) {
          if (unit.letter()) {
            furniture.push_back(unit.form);
          }
        }
        if (furniture == letters) {
          return true;
        }
      }
      at = std::max(run.range.end, at + 1);
    }
    return false;
  }

  // An added or lost stretch that repeats what stands directly beside it.
  bool IsDoubled(const Draft& draft) const {
    const bool addition = draft.kind == EditKind::kAddition;
    if (!addition && draft.kind != EditKind::kOmission) {
      return false;
    }
    const std::vector<Unit>& units = addition ? quoted_.units : source_.units();
    const Range range = addition ? draft.quotation : draft.source;
    const std::u32string block = Letters(units, range);
    if (block.empty() || block.size() > 8) {
      return false;
    }
    std::u32string before;
    std::u32string after;
    for (const Unit& unit : units) {
      if (unit.end <= range.begin) {
        if (unit.letter()) {
          before.push_back(unit.form);
        } else {
          before.clear();
        }
      } else if (unit.begin >= range.end) {
        if (!unit.letter() || after.size() >= block.size()) {
          break;
        }
        after.push_back(unit.form);
      } else if (!unit.letter()) {
        return false;
      }
    }
    return after == block ||
           (before.size() >= block.size() &&
            before.compare(before.size() - block.size(), block.size(), block) == 0);
  }

  // The quotation has a word where the source has single characters that make none.
  bool LooksLikeSourceFault(const Draft& draft) const {
    if (draft.quotation.size() != 1 || draft.source.size() > 1) {
      return false;
    }
    bool word = false;
    for (const Word& candidate : quoted_.annotated.words()) {
      word = word ||
             (candidate.kind == WordKind::kWord && candidate.end - candidate.begin >= 2 &&
              candidate.begin <= draft.quotation.begin && draft.quotation.end <= candidate.end);
    }
    if (!word) {
      return false;
    }
    for (const Word& candidate : source_.annotated().words()) {
      const bool near =
          draft.source.empty()
              ? candidate.begin == draft.source.begin || candidate.end == draft.source.begin
              : Intersects(draft.source, candidate.begin, candidate.end);
      if (near && candidate.kind == WordKind::kSingle) {
        return true;
      }
    }
    return false;
  }

  // The word, numeral or name around a range: 任务 around 任. Empty ranges are their own.
  Range TokenOf(const Annotated& text, Range range) const {
    Range token = range;
    const auto widen = [&](uint32_t begin, uint32_t end) {
      if (Intersects(range, begin, end)) {
        token.begin = std::min(token.begin, begin);
        token.end = std::max(token.end, end);
      }
    };
    if (!range.empty()) {
      for (const figures::Numeral& numeral : text.numerals()) {
        widen(numeral.token.begin, numeral.token.end);
      }
      for (const Word& word : text.words()) {
        widen(word.begin, word.end);
      }
    }
    return token;
  }

  // The ops whose units lie in a range of one side.
  Region OpsIn(Range range, bool quotation) const {
    Region region{ops().size(), 0, false};
    for (size_t i = 0; i < ops().size(); ++i) {
      if (quotation ? !HasQ(ops()[i]) : !HasS(ops()[i])) {
        continue;
      }
      const Unit& unit = quotation ? Q(ops()[i].quotation) : S(ops()[i].source);
      if (unit.begin < range.end && range.begin < unit.end) {
        region.begin = std::min(region.begin, i);
        region.end = std::max(region.end, i + 1);
      }
    }
    return region;
  }

  // The stretch to show for an edit, the same on both sides: the smaller of the two words that it
  // lies in, 要务 and 任务 rather than 第一要务 and 任务.
  void Tokens(const Draft& draft, Range* quotation, Range* source) const {
    *quotation = draft.quotation;
    *source = draft.source;
    const Range q = TokenOf(quoted_.annotated, draft.quotation);
    const Range s = TokenOf(source_.annotated(), draft.source);
    const bool q_word = q.size() > draft.quotation.size();
    const bool s_word = s.size() > draft.source.size();
    if (!q_word && !s_word) {
      return;
    }
    const size_t q_more = q.size() - draft.quotation.size();
    const size_t s_more = s.size() - draft.source.size();
    const bool by_quotation = q_word && (!s_word || q_more < s_more);
    Region own = OpsIn(by_quotation ? q : s, by_quotation);
    for (const Region& region : regions_) {
      if (region.begin < own.end && own.begin < region.end) {
        own.begin = std::min(own.begin, region.begin);
        own.end = std::max(own.end, region.end);
      }
    }
    if (own.begin >= own.end) {  // lost at the border of the span: outside the alignment
      *source = s;
      return;
    }
    const Range q_range = QRange(own.begin, own.end);
    const Range s_range = SRange(own.begin, own.end);
    *quotation = {std::min(q_range.begin, draft.quotation.begin),
                  std::max(q_range.end, draft.quotation.end)};
    *source = {std::min(s_range.begin, draft.source.begin),
               std::max(s_range.end, draft.source.end)};
    if (!by_quotation) {
      source->begin = std::min(source->begin, s.begin);
      source->end = std::max(source->end, s.end);
    }
  }

  // -- verdict -----------------------------------------------------------------------------------

  void Finish(Passage* passage) {
    size_t edited = 0;
    size_t letter_edits = 0;
    size_t brackets = 0;
    bool punctuation = false;
    bool restated = false;
    bool form = false;
    bool reorder = false;
    const Draft* only = nullptr;
    for (const Draft& draft : edits_) {
      switch (draft.kind) {
        case EditKind::kForm:
          form = true;
          break;
        case EditKind::kPunctuation:
          punctuation = true;
          break;
        default:
          if (draft.reason == EditReason::kNumeralRestated) {
            restated = true;
          } else if (draft.severity == Severity::kNone) {
            form = form || draft.reason == EditReason::kEditorialBracket;
          } else {
            ++letter_edits;
            only = &draft;
            edited += draft.letters;
            brackets += IsBracketed(draft.quotation) && draft.kind == EditKind::kAddition ? 1u : 0u;
            reorder = reorder || draft.kind == EditKind::kReorder;
            passage->severity = std::max(passage->severity, draft.severity);
          }
      }
    }
    const Range span = {std::min(Span().begin, lost_begin_), std::max(Span().end, lost_end_)};
    passage->range = source_.Joined(span);
    size_t q_letters = 0;
    for (const Unit& unit : quoted_.units) {
      q_letters += unit.letter() ? 1u : 0u;
    }
    size_t s_letters = 0;
    for (const Unit& unit : source_.units()) {
      s_letters += unit.letter() && unit.begin >= span.begin && unit.end <= span.end ? 1u : 0u;
    }
    const size_t longer = std::max({q_letters, s_letters, size_t{1}});
    passage->cost = static_cast<double>(edited) / static_cast<double>(longer);
    if (letter_edits == 0) {
      passage->verdict = restated      ? TextVerdict::kNumeralRestated
                         : punctuation ? TextVerdict::kPunctuationChanged
                         : !EmendationApplied()
                             ? (form ? TextVerdict::kFormOnly : TextVerdict::kVerbatim)
                             : TextVerdict::kVerbatimEmended;
    } else {
      const bool one_gap =
          letter_edits == 1 && only->kind == EditKind::kOmission && InOneSentence(passage->range);
      passage->bracket_only = letter_edits == brackets;
      const bool one_passage = passage->cost <= 0.25 || one_gap || passage->bracket_only ||
                               (reorder && letter_edits == 1) || AllMatched();
      if (one_passage && (reorder || LongestRun() >= std::min(kMinCommonRun, q_letters))) {
        passage->verdict = TextVerdict::kAltered;
      } else if (passage->cost <= 0.5) {
        passage->verdict = TextVerdict::kSimilar;
      } else {
        passage->verdict = TextVerdict::kNotFound;
      }
    }
    if (spoilt_) {
      passage->verdict = TextVerdict::kNotFound;
    }
    if (!alignment_.complete && passage->verdict < TextVerdict::kAltered) {
      passage->verdict = TextVerdict::kSimilar;
    }
    for (const Draft& draft : edits_) {
      passage->edits.push_back(ToEdit(draft));
    }
  }

  // All letters of the quotation stand in the source in one piece: only its borders are wrong.
  bool AllMatched() const {
    for (const Op& op : ops()) {
      if (op.kind != OpKind::kMatch) {
        const bool letter =
            (HasQ(op) && Q(op.quotation).letter()) || (HasS(op) && S(op.source).letter());
        if (letter) {
          return false;
        }
      }
    }
    return true;
  }

  bool EmendationApplied() const {
    for (const Draft& draft : edits_) {
      if (draft.reason == EditReason::kEmendation) {
        return true;
      }
    }
    return false;
  }

  bool InOneSentence(Range joined) const {
    const Source& source = source_.source();
    return source.QuoteAt(joined.begin) ==
           source.QuoteAt(std::max(joined.begin, joined.end > 0 ? joined.end - 1 : 0));
  }

  size_t LongestRun() const {
    size_t run = 0;
    size_t longest = 0;
    for (const Op& op : ops()) {
      if (op.kind == OpKind::kMatch) {
        run += Q(op.quotation).letter() ? 1u : 0u;
      } else if ((HasQ(op) && Q(op.quotation).letter()) || (HasS(op) && S(op.source).letter())) {
        run = 0;
      }
      longest = std::max(longest, run);
    }
    return longest;
  }

  Edit ToEdit(const Draft& draft) const {
    Edit edit;
    edit.kind = draft.kind;
    edit.severity = draft.severity;
    edit.reason = draft.reason;
    edit.folds = draft.kind == EditKind::kForm ? draft.folds : 0;
    edit.possible_source_fault = draft.hint;
    const auto shift = [&](Range range) {
      return Range{range.begin + quoted_.base, range.end + quoted_.base};
    };
    const auto q_text = [&](Range range) {
      return text::ToUtf8(quoted_.annotated.text().substr(range.begin, range.size()));
    };
    const auto s_text = [&](Range joined) {
      return text::ToUtf8(source_.source().joined().substr(joined.begin, joined.size()));
    };
    edit.quotation = shift(draft.quotation);
    edit.quotation_text = q_text(draft.quotation);
    if (draft.reading >= 0) {
      const Reading& reading = source_.readings()[static_cast<size_t>(draft.reading)];
      edit.source = reading.printed;
      if (reading.defect >= 0) {
        edit.defect_id = source_.source().defect_id(static_cast<size_t>(reading.defect));
      }
    } else {
      edit.source = source_.Joined(draft.source);
    }
    edit.source_text = s_text(edit.source);
    edit.quotation_token = edit.quotation;
    edit.source_token = edit.source;
    if (draft.severity != Severity::kNone && draft.kind != EditKind::kReorder) {
      Range q_token;
      Range s_token;
      Tokens(draft, &q_token, &s_token);
      edit.quotation_token = shift(q_token);
      edit.source_token = source_.Joined(s_token);
    }
    edit.quotation_token_text = q_text(
        {edit.quotation_token.begin - quoted_.base, edit.quotation_token.end - quoted_.base});
    edit.source_token_text = s_text(edit.source_token);
    return edit;
  }

  const Quoted& quoted_;
  const SourceText& source_;
  Alignment alignment_;
  std::vector<Region> regions_;
  std::vector<Draft> edits_;
  std::optional<std::vector<int>> q_partners_;
  std::optional<std::vector<int>> s_partners_;
  uint32_t lost_begin_ = 0;
  uint32_t lost_end_ = 0;
  bool spoilt_ = false;  // the quotation departs from a stretch that is read otherwise
};

// All places of the quotation's letters among those of a source, as alignments.
std::vector<Alignment> LetterPlaces(const Quoted& quoted, const SourceText& source,
                                    WorkBudget* budget) {
  std::vector<Alignment> places;
  const std::vector<Unit>& q = quoted.units;
  const std::vector<Unit>& s = source.units();
  std::u32string wanted;
  size_t first = q.size();
  size_t last = 0;
  for (size_t i = 0; i < q.size(); ++i) {
    if (q[i].letter()) {
      first = std::min(first, i);
      last = i;
      wanted.push_back(q[i].form);
    }
  }
  if (wanted.empty()) {
    return places;
  }
  std::u32string letters;
  std::vector<uint32_t> at;
  letters.reserve(s.size());
  at.reserve(s.size());
  for (size_t i = 0; i < s.size(); ++i) {
    if (s[i].letter()) {
      letters.push_back(s[i].form);
      at.push_back(static_cast<uint32_t>(i));
    }
  }
  for (size_t k = letters.find(wanted);
       k != std::u32string::npos && places.size() < limits::kMaxCitationPlaces;
       k = letters.find(wanted, k + 1)) {
    const size_t begin = at[k];
    const size_t end = at[k + wanted.size() - 1] + 1;
    // With all marks the same there is nothing to align.
    bool same = begin >= first && begin - first + q.size() <= s.size();
    for (size_t i = 0; same && i < q.size(); ++i) {
      same = q[i].form == s[begin - first + i].form;
    }
    if (same) {
      Alignment alignment;
      alignment.begin = static_cast<uint32_t>(begin - first);
      alignment.end = static_cast<uint32_t>(alignment.begin + q.size());
      alignment.ops.reserve(q.size());
      for (uint32_t i = 0; i < q.size(); ++i) {
        alignment.ops.push_back({OpKind::kMatch, i, alignment.begin + i});
      }
      places.push_back(std::move(alignment));
      continue;
    }
    // The marks around the letters, as far as the quotation has some.
    const size_t from = begin - std::min(begin, first);
    const size_t to = std::min(s.size(), end + (q.size() - 1 - last));
    Alignment alignment = Align(q, std::span<const Unit>(s).subspan(from, to - from), budget);
    for (Op& op : alignment.ops) {
      op.source += static_cast<uint32_t>(from);
    }
    alignment.begin += static_cast<uint32_t>(from);
    alignment.end += static_cast<uint32_t>(from);
    places.push_back(std::move(alignment));
  }
  return places;
}

// Aligns with the part of a text that lies in `range` (joined text), or with all of it when the
// best alignment reaches the border of that part.
Alignment AlignInside(const Quoted& quoted, const SourceText& source, Range range,
                      WorkBudget* budget) {
  const std::span<const Unit> units = source.units();
  const uint32_t base = source.range().begin;
  size_t begin = 0;
  while (begin < units.size() && base + units[begin].begin < range.begin) {
    ++begin;
  }
  size_t end = units.size();
  while (end > begin && base + units[end - 1].end > range.end) {
    --end;
  }
  Alignment alignment = Align(quoted.units, units.subspan(begin, end - begin), budget);
  if ((alignment.begin == 0 && begin > 0) || (alignment.end == end - begin && end < units.size())) {
    return Align(quoted.units, units, budget);
  }
  for (Op& op : alignment.ops) {
    op.source += static_cast<uint32_t>(begin);
  }
  alignment.begin += static_cast<uint32_t>(begin);
  alignment.end += static_cast<uint32_t>(begin);
  return alignment;
}

Range Widened(const Source& source, Range range) {
  const Range& run = source.RunAt(range.begin).range;
  return {range.begin > run.begin + kMargin ? range.begin - kMargin : run.begin,
          std::min(range.end + kMargin, run.end)};
}

Range FaultCore(Range fault, std::u32string_view printed, std::u32string_view reading) {
  const size_t prefix = CommonPrefix(printed, reading);
  const size_t suffix = CommonSuffix(printed.substr(prefix), reading.substr(prefix));
  const size_t whole_suffix = CommonSuffix(printed, reading);
  const size_t whole_prefix = CommonPrefix(printed.substr(0, printed.size() - whole_suffix),
                                           reading.substr(0, reading.size() - whole_suffix));
  return {static_cast<uint32_t>(fault.begin + std::min(prefix, whole_prefix)),
          static_cast<uint32_t>(fault.begin + printed.size() - std::min(suffix, whole_suffix))};
}

}  // namespace

const std::vector<figures::Numeral>& Annotated::numerals() const {
  if (!numerals_.has_value()) {
    numerals_ = figures::FindNumerals(text_);
  }
  return *numerals_;
}

const std::vector<Cue>& Annotated::cues() const {
  if (!cues_.has_value()) {
    cues_ = FindCues(text_);
  }
  return *cues_;
}

const std::vector<Word>& Annotated::words() const {
  if (!words_.has_value()) {
    words_ = FindWords(text_);
  }
  return *words_;
}

void Quoted::Ignore(Range range) {
  units.erase(std::remove_if(units.begin(), units.end(),
                             [&](const Unit& unit) {
                               return unit.begin >= range.begin && unit.end <= range.end;
                             }),
              units.end());
  ignored.push_back(range);
}

size_t Quoted::letters() const {
  size_t letters = 0;
  for (size_t i = 0; i < units.size(); ++i) {
    const bool first = i == 0 || units[i - 1].begin != units[i].begin;
    letters += first && units[i].letter() && !text::IsHardMark(units[i].raw) ? 1u : 0u;
  }
  return letters;
}

int Rank(TextVerdict verdict) { return static_cast<int>(verdict); }

bool Better(const Passage& a, const Passage& b) {
  if (a.verdict != b.verdict) {
    return Rank(a.verdict) < Rank(b.verdict);
  }
  return a.cost < b.cost || (a.cost == b.cost && a.edits.size() < b.edits.size());
}

struct Comparison::Rep {
  Rep(const Quoted& quotation, const Source& source, const Window& window, WorkBudget* work)
      : quoted(quotation),
        text(source, window.source, Widened(source, window.range), {}),
        budget(work) {}

  // The better of a passage as printed and with numerals read as the quotation writes the same
  // values, and with registered faults read as emended if that makes it equal.
  Passage ReadOtherwise(Passage printed) const;
  Passage With(std::vector<Reading> readings) const;
  std::vector<Reading> Restated() const;

  const Quoted& quoted;
  SourceText text;
  WorkBudget* budget;
  std::vector<Alignment> alignments;
};

Comparison::Comparison(const Quoted& quoted, const Source& source, const Window& window,
                       WorkBudget* budget) {
  Window wider = window;
  for (bool settled = false; !settled;) {
    rep_ = std::make_unique<Rep>(quoted, source, wider, budget);
    rep_->alignments = LetterPlaces(quoted, rep_->text, budget);
    if (rep_->alignments.empty()) {
      rep_->alignments.push_back(AlignInside(quoted, rep_->text, wider.range, budget));
      rough_cost_ =
          static_cast<double>(RoughEdits(rep_->alignments[0], quoted.units, rep_->text.units())) /
          static_cast<double>(std::max<size_t>(quoted.letters(), 1));
    } else {
      rough_cost_ = 0;
    }
    // What stands beside a passage decides whether it cuts a figure: a passage at the border of the
    // window is looked at in a wider one.
    settled = true;
    for (const Alignment& alignment : rep_->alignments) {
      if (alignment.begin == alignment.end) {
        continue;
      }
      const std::vector<Unit>& units = rep_->text.units();
      const Range span =
          rep_->text.Joined({units[alignment.begin].begin, units[alignment.end - 1].end});
      const Range needed = Widened(source, span);
      if (needed.begin < rep_->text.range().begin || needed.end > rep_->text.range().end) {
        wider.range = {std::min(wider.range.begin, span.begin),
                       std::max(wider.range.end, span.end)};
        settled = false;
      }
    }
  }
}

Comparison::~Comparison() = default;
Comparison::Comparison(Comparison&&) noexcept = default;
Comparison& Comparison::operator=(Comparison&&) noexcept = default;

std::vector<Passage> Comparison::Judge() const {
  std::vector<Passage> passages;
  for (const Alignment& alignment : rep_->alignments) {
    Passage passage = citation::Judge(rep_->quoted, rep_->text, alignment).Run();
    if (Rank(passage.verdict) > Rank(TextVerdict::kFormOnly)) {
      passage = rep_->ReadOtherwise(std::move(passage));
    }
    passages.push_back(std::move(passage));
  }
  return passages;
}

Passage Comparison::Rep::With(std::vector<Reading> readings) const {
  const SourceText read(text.source(), text.index(), text.range(), std::move(readings));
  std::vector<Alignment> places = LetterPlaces(quoted, read, budget);
  if (places.empty()) {
    places.push_back(Align(quoted.units, read.units(), budget));
  }
  Passage best;
  best.cost = 2;
  for (Alignment& alignment : places) {
    Passage passage = citation::Judge(quoted, read, std::move(alignment)).Run();
    if (Better(passage, best)) {
      best = std::move(passage);
    }
  }
  return best;
}

std::vector<Reading> Comparison::Rep::Restated() const {
  std::vector<Reading> readings;
  const std::vector<figures::Numeral>& own = quoted.annotated.numerals();
  if (own.empty()) {
    return readings;
  }
  size_t next = 0;  // numerals are restated in order, each once
  for (const figures::Numeral& numeral : text.annotated().numerals()) {
    for (size_t k = 0; k < own.size(); ++k) {
      const size_t i = (next + k) % own.size();
      const figures::Sameness same =
          figures::SameValue(own[i], quoted.annotated.text(), numeral, text.text());
      if (same == figures::Sameness::kSameValue ||
          same == figures::Sameness::kSameValueOtherPrecision) {
        readings.push_back({text.Joined({numeral.token.begin, numeral.token.end}),
                            std::u32string(quoted.annotated.text().substr(own[i].token.begin,
                                                                          own[i].token.size())),
                            -1, 0});
        next = i + 1;
        break;
      }
      if (same == figures::Sameness::kSameForm) {
        break;
      }
    }
  }
  return readings;
}

Passage Comparison::Rep::ReadOtherwise(Passage printed) const {
  const Source& source = text.source();
  Passage best = std::move(printed);
  std::vector<Reading> readings = Restated();
  if (!readings.empty()) {
    Passage passage = With(readings);
    if (Better(passage, best)) {
      best = std::move(passage);
    } else {
      readings.clear();
    }
  }
  const Passage as_printed = best;
  for (size_t d = 0; d < source.defect_count(); ++d) {
    const Range fault = source.defect_range(d);
    if (fault.end < text.range().begin || fault.begin > text.range().end || best.cost > 0.5) {
      continue;
    }
    // Faults do not overlap, so that each can be decided beside the choice made for the others.
    const std::vector<Reading> kept = readings;
    for (size_t r = 0; r < source.reading_count(d); ++r) {
      std::vector<Reading> tried = kept;
      tried.push_back(EmendedReading(source, d, r));
      Passage passage = With(tried);
      if (Better(passage, best)) {
        best = std::move(passage);
        readings = std::move(tried);
      }
    }
  }
  // Emendations that leave other differences explain nothing.
  const bool equal = best.verdict <= TextVerdict::kVerbatimEmended ||
                     best.verdict == TextVerdict::kNumeralRestated;
  return equal ? best : as_printed;
}

bool TouchesFault(const Source& source, size_t defect, Range range) {
  const Range fault = source.defect_range(defect);
  if (range.end <= fault.begin || range.begin >= fault.end) {
    return false;
  }
  const std::u32string_view printed = source.joined().substr(fault.begin, fault.size());
  for (size_t i = 0; i < source.reading_count(defect); ++i) {
    const Range core = FaultCore(fault, printed, text::ToCodePoints(source.reading(defect, i)));
    if (Intersects(core, range.begin, range.end)) {
      return true;
    }
  }
  return false;
}

}  // namespace quotes::citation
