#include "service/citation/marks.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/citation/latin.h"
#include "service/citation/severity.h"
#include "service/text/fold.h"

namespace quotes::citation {
namespace {

bool IsTerminalForm(char32_t form) { return form == U'?' || form == U'!'; }
bool IsFinalForm(char32_t form) {
  return form == U'。' || form == U',' || form == U';' || form == U'、' || form == U'.';
}

class MarkJudge {
 public:
  explicit MarkJudge(AlignedPair& pair) : pair_(pair) {}

  // Appends the edit of every region without changed letters.
  void Edit() {
    for (const Region& region : pair_.regions) {
      if (!region.reorder && !pair_.ChangesLetters(region)) {
        pair_.edits.push_back(EditOf(region));
      }
    }
  }

 private:
  // kForm where the marks of the region mean the same, kOmission where they close what was cut
  // short, else kPunctuation.
  Draft EditOf(const Region& region) {
    if (const std::optional<Draft> cut = CutShort(region); cut.has_value()) {
      return *cut;
    }
    // Marks that mean nothing here are taken out first; what is left decides.
    std::vector<size_t> added;
    std::vector<size_t> lost;
    EditReason reason = EditReason::kNone;
    bool tail = true;
    for (size_t i = region.begin; i < region.end; ++i) {
      const Op& op = pair_.ops()[i];
      if (pair_.HasQ(op)) {
        tail = tail && InTail(op.quotation);
        EditReason why = EditReason::kNone;
        if (op.kind != OpKind::kMatch && IsHarmlessAddedMark(op.quotation, &why)) {
          reason = why;
        } else {
          added.push_back(op.quotation);
        }
      }
      if (pair_.HasS(op)) {
        const Unit& unit = pair_.S(op.source);
        if (op.kind == OpKind::kDelete && IsPairMark(unit) && PartsPair(op.source)) {
          reason = EditReason::kUnbalanced;
        } else {
          lost.push_back(op.source);
        }
      }
    }
    Draft draft;
    draft.quotation = pair_.QRange(region.begin, region.end);
    draft.source = pair_.SRange(region.begin, region.end);
    draft.reason = reason;
    draft.folds = text::kFoldMark;
    bool form = SameMarks(region, added, lost);
    if (!form && tail && region.end == pair_.ops().size()) {
      form = IsFinalMarkOnly(added, lost);
      draft.reason = form ? EditReason::kFinalMark : draft.reason;
    }
    draft.kind = form ? EditKind::kForm : EditKind::kPunctuation;
    if (form && draft.reason == EditReason::kOuterMark) {
      draft.folds = text::kFoldQuotation;
    }
    const bool closed = AreClosedPairs(added, lost);
    if (!form && (TouchesFigure(added, lost) ||
                  InsideNumeral(pair_.source.annotated(), draft.source, closed) ||
                  InsideNumeral(pair_.quoted.annotated, draft.quotation, closed))) {
      draft.kind = lost.empty()    ? EditKind::kAddition
                   : added.empty() ? EditKind::kOmission
                                   : EditKind::kSubstitution;
      draft.severity = Severity::kCritical;
      draft.reason = EditReason::kNumber;
      draft.folds = 0;
      draft.letters = std::max(added.size(), lost.size());
    }
    return draft;
  }

  // Whether a mark, or the place where there is none, parts a number or its unit: 三、十五 of
  // 三十五, 1000万、千瓦. A closed pair of marks may stand anywhere but between two characters of a
  // number: “第一”要务.
  static bool InsideNumeral(const Annotated& text, Range range, bool closed) {
    constexpr std::u32string_view kNumber = U".．%％点〇零一二两三四五六七八九十百千万亿";
    const auto in_number = [&](uint32_t at) {
      const char32_t c = text.text()[at];
      return text::IsDigit(c) || kNumber.find(c) != std::u32string_view::npos;
    };
    return std::any_of(text.numerals().begin(), text.numerals().end(),
                       [&](const figures::Numeral& numeral) {
                         return numeral.number.begin < range.begin &&
                                range.end < std::max(numeral.number.end, numeral.unit.end) &&
                                !(closed && !(in_number(range.begin - 1) && in_number(range.end)));
                       });
  }

  // Whether marks that were set or dropped are quotation marks and brackets, each with its partner.
  bool AreClosedPairs(const std::vector<size_t>& added, const std::vector<size_t>& lost) {
    return std::all_of(
               added.begin(), added.end(),
               [this](size_t i) { return IsPairMark(pair_.Q(i)) && QPartners()[i] >= 0; }) &&
           std::all_of(lost.begin(), lost.end(),
                       [this](size_t i) { return IsPairMark(pair_.S(i)) && SPartners()[i] >= 0; });
  }

  // Whether one of the marks that were set or dropped belongs to a figure. A list mark for another
  // (5、6月 and 5；6月) does not change the figures that it parts.
  bool TouchesFigure(const std::vector<size_t>& added, const std::vector<size_t>& lost) const {
    const auto q_unit = [this](size_t i) -> const Unit& { return pair_.Q(i); };
    const auto s_unit = [this](size_t i) -> const Unit& { return pair_.S(i); };
    const auto parts_only = [](const Unit& unit) {
      return std::u32string_view(U"、；;。").find(unit.raw) != std::u32string_view::npos;
    };
    const bool exchange =
        !added.empty() && !lost.empty() &&
        std::all_of(added.begin(), added.end(), [&](size_t i) { return parts_only(q_unit(i)); }) &&
        std::all_of(lost.begin(), lost.end(), [&](size_t i) { return parts_only(s_unit(i)); });
    return !exchange && (std::any_of(added.begin(), added.end(),
                                     [&](size_t i) {
                                       return BelongsToFigure(pair_.quoted.units.size(), q_unit, i);
                                     }) ||
                         std::any_of(lost.begin(), lost.end(), [&](size_t i) {
                           return BelongsToFigure(pair_.source.units().size(), s_unit, i);
                         }));
  }

  // A mark between digits, or a sign beside one: ~280, 5.5+, 53,00. The form fold keeps such signs
  // as letters where they make sense; here are those that do not.
  template <typename At>
  static bool BelongsToFigure(size_t size, const At& at, size_t i) {
    constexpr std::u32string_view kInner = U".,:/+-~";
    constexpr std::u32string_view kOuter = U"+-~%‰—";
    const auto is_inner = [&](size_t k) {
      return kInner.find(at(k).form) != std::u32string_view::npos;
    };
    const auto is_dash = [&](size_t k) { return at(k).form == kDashForm; };
    size_t before = i;  // the nearest that is no such sign, behind it
    while (before > 0 && is_inner(before - 1)) {
      --before;
    }
    size_t behind = i + 1;
    while (behind < size && is_inner(behind)) {
      ++behind;
    }
    const bool left = before > 0 && text::IsDigit(at(before - 1).form);
    const bool right = behind < size && text::IsDigit(at(behind).form);
    if (left && right) {
      return true;
    }
    const bool long_dash =
        is_dash(i) && ((i > 0 && is_dash(i - 1)) || (i + 1 < size && is_dash(i + 1)));
    return (left || right) && !long_dash && kOuter.find(at(i).form) != std::u32string_view::npos;
  }

  bool InHead(size_t q) const {  // before the first letter of the quotation
    for (size_t i = 0; i < q; ++i) {
      if (pair_.Q(i).letter()) {
        return false;
      }
    }
    return true;
  }
  bool InTail(size_t q) const {  // behind its last letter
    for (size_t i = q; i < pair_.quoted.units.size(); ++i) {
      if (pair_.Q(i).letter()) {
        return false;
      }
    }
    return true;
  }

  // The partner of each mark among units; letters have none, whatever they look like, nor have
  // apostrophes between Latin ones.
  static std::vector<int> Partners(const std::vector<Unit>& units) {
    std::u32string marks;
    for (const Unit& unit : units) {
      marks.push_back(unit.letter() && !IsLatinLetter(unit.raw) ? U' ' : unit.raw);
    }
    return PairPartners(marks);
  }

  const std::vector<int>& QPartners() {
    if (!q_partners_.has_value()) {
      q_partners_ = Partners(pair_.quoted.units);
      if (const auto [open, close] = OuterPair(); open < close) {
        const std::vector<Unit>& units = pair_.quoted.units;
        std::vector<int>& partners = *q_partners_;
        const std::vector<int> inner = Partners({units.begin() + static_cast<ptrdiff_t>(open) + 1,
                                                 units.begin() + static_cast<ptrdiff_t>(close)});
        std::fill(partners.begin(), partners.end(), -1);
        for (size_t i = 0; i < inner.size(); ++i) {
          partners[open + 1 + i] = inner[i] < 0 ? -1 : inner[i] + static_cast<int>(open) + 1;
        }
        partners[open] = static_cast<int>(close);
        partners[close] = static_cast<int>(open);
      }
    }
    return *q_partners_;
  }
  const std::vector<int>& SPartners() {
    if (!s_partners_.has_value()) {
      s_partners_ = Partners(pair_.source.units());
    }
    return *s_partners_;
  }

  bool IsPairMark(const Unit& unit) const {
    return unit.form == kQuotationForm || MarkDirection(unit.raw) != 0;
  }

  // The unit of the source that is the same as one of the quotation.
  std::optional<uint32_t> Matched(size_t q) const {
    for (const Op& op : pair_.ops()) {
      if (op.kind == OpKind::kMatch && op.quotation == static_cast<uint32_t>(q)) {
        return op.source;
      }
    }
    return std::nullopt;
  }

  // The quotation marks around the whole quotation, where the source has neither, and the marks of
  // the source inside them open before they close: "成为"闪亮名片"，入选名单", “牢记‘两个务必”.
  // Read by themselves straight marks and those of a cut pair would be paired otherwise. A pair
  // that does not open before it closes for none.
  std::pair<size_t, size_t> OuterPair() {
    const std::vector<Unit>& units = pair_.quoted.units;
    const auto is_quotation = [&](size_t i) { return units[i].form == kQuotationForm; };
    size_t open = 0;
    while (open < units.size() && !units[open].letter() && !is_quotation(open)) {
      ++open;
    }
    size_t close = units.size();
    while (close > 0 && !units[close - 1].letter() && !is_quotation(close - 1)) {
      --close;
    }
    constexpr std::pair<size_t, size_t> kNone = {0, 0};
    if (open >= close || !is_quotation(open) || !is_quotation(close - 1) || Matched(open) ||
        Matched(close - 1) || MarkDirection(units[open].raw) < 0 ||
        MarkDirection(units[close - 1].raw) > 0) {
      return kNone;
    }
    --close;
    int depth = 0;
    for (size_t i = open + 1; i < close; ++i) {
      if (!is_quotation(i) || units[i].letter()) {
        continue;
      }
      const std::optional<uint32_t> s = Matched(i);
      if (!s.has_value()) {
        return kNone;
      }
      const int partner = SPartners()[*s];
      const int direction = partner < 0                      ? MarkDirection(pair_.S(*s).raw)
                            : partner > static_cast<int>(*s) ? 1
                                                             : -1;
      depth += direction;
      if (depth < 0 || direction == 0) {
        return kNone;
      }
    }
    return {open, close};
  }

  // A mark at an end of the quotation whose partner inside is one of the source, which has its own
  // partner of that further out: a term, slogan or bracket was cut short and closed again
  // (“坦白从宽” of “坦白从宽、抗拒从严”). What was left out of it, as far as it is in the sentence.
  std::optional<Draft> CutShort(const Region& region) {
    for (size_t i = region.begin; i < region.end; ++i) {
      const Op& op = pair_.ops()[i];
      if (!pair_.HasQ(op) || op.kind == OpKind::kMatch || !IsPairMark(pair_.Q(op.quotation))) {
        continue;
      }
      const bool head = InHead(op.quotation);
      EditReason reason = EditReason::kNone;
      const int inner = QPartners()[op.quotation];
      if ((!head && !InTail(op.quotation)) || inner < 0 ||
          IsHarmlessAddedMark(op.quotation, &reason) ||
          IsEmptyPair(op.quotation, static_cast<size_t>(inner))) {
        continue;
      }
      const std::optional<uint32_t> partner = Matched(static_cast<size_t>(inner));
      if (!partner.has_value() || !CutsPair(*partner)) {
        continue;
      }
      const auto outer = static_cast<size_t>(SPartners()[*partner]);
      const size_t kept = head ? region.end : region.begin - 1;  // the op beside the region
      if (kept >= pair_.ops().size() || !pair_.HasS(pair_.ops()[kept]) ||
          head != (outer < pair_.ops()[kept].source)) {
        continue;
      }
      const size_t at = pair_.ops()[kept].source;
      const Unit& beside = pair_.S(at);
      // A speech may be quoted up to the end of one of its sentences.
      if (EndsSentence(head ? at - 1 : at) || (!head && EndsSentence(at + 1))) {
        continue;
      }
      Draft draft;
      draft.kind = EditKind::kOmission;
      draft.source =
          head ? Range{pair_.S(outer).begin, beside.begin} : Range{beside.end, pair_.S(outer).end};
      for (size_t s = 0; s < pair_.source.units().size(); ++s) {
        const Unit& unit = pair_.S(s);
        draft.letters +=
            unit.letter() && unit.begin >= draft.source.begin && unit.end <= draft.source.end ? 1u
                                                                                              : 0u;
      }
      if (draft.letters == 0 || !InOneSentence(draft.source)) {
        continue;
      }
      const Unit& mark = pair_.Q(op.quotation);
      const Range own = pair_.QRange(region.begin, region.end);
      draft.quotation = head ? Range{mark.begin, own.end} : Range{own.begin, mark.end};
      Draft outside;  // marks beyond
      outside.kind = EditKind::kForm;
      outside.reason = head ? EditReason::kOuterMark : EditReason::kFinalMark;
      outside.folds = text::kFoldMark;
      outside.quotation = head ? Range{own.begin, mark.begin} : Range{mark.end, own.end};
      outside.source.begin = outside.source.end = head ? draft.source.begin : draft.source.end;
      if (!outside.quotation.empty()) {
        pair_.edits.push_back(outside);
      }
      Grade(pair_, &draft);
      return draft;
    }
    return std::nullopt;
  }

  bool EndsSentence(size_t s) const {
    return s < pair_.source.units().size() &&
           std::u32string_view(U"。！？!?").find(pair_.S(s).raw) != std::u32string_view::npos;
  }

  bool InOneSentence(Range range) const {
    const Source& source = pair_.source.source();
    const Range joined = pair_.source.Joined(range);
    return source.quote_count() == 0 ||
           source.QuoteAt(joined.begin) == source.QuoteAt(joined.end - 1);
  }

  // Whether a mark that only the quotation has is no change: around the whole of it.
  bool IsHarmlessAddedMark(size_t q, EditReason* reason) {
    const Unit& unit = pair_.Q(q);
    if (BracketsInitial(q)) {
      *reason = EditReason::kEditorialBracket;
      return true;
    }
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
    return false;
  }

  // The brackets around a first letter whose case was changed: [W]e.
  bool BracketsInitial(size_t q) const {
    const std::vector<Unit>& units = pair_.quoted.units;
    const size_t open = units[q].raw == U'[' ? q : q - std::min<size_t>(q, 2);
    const auto latin = [&](size_t i) {
      return i < units.size() && units[i].letter() && IsLatinLetter(units[i].raw);
    };
    return open + 2 < units.size() && units[open].raw == U'[' && latin(open + 1) &&
           units[open + 2].raw == U']' && (open == 0 || !latin(open - 1)) &&
           (latin(open + 3) || (open + 3 < units.size() && units[open + 3].form == U' '));
  }

  // （） holds nothing that the cut could have parted.
  bool IsEmptyPair(size_t a, size_t b) const {
    for (size_t i = std::min(a, b); i < std::max(a, b); ++i) {
      if (pair_.Q(i).letter()) {
        return false;
      }
    }
    return true;
  }

  // The cut parts what a mark of the source and its partner hold. Where all of it is inside the
  // span (“大民主|”), or it is a term that no cut may part, it is the marks that were dropped.
  bool PartsPair(size_t s) {
    if (!CutsPair(s)) {
      return false;
    }
    const auto partner = static_cast<size_t>(SPartners()[s]);
    size_t outside = 0;
    bool marks = false;
    for (size_t i = std::min(s, partner) + 1; i < std::max(s, partner); ++i) {
      const bool letter = pair_.S(i).letter();
      marks = marks || !letter;
      outside += letter && (i < pair_.alignment.begin || i >= pair_.alignment.end) ? 1u : 0u;
    }
    const size_t inside = std::max(s, partner) - std::min(s, partner) - 1;
    return outside > 0 && (marks || inside > kLongestTerm);
  }

  // The partner of a mark of the source lies outside the span.
  bool CutsPair(size_t s) {
    const int partner = SPartners()[s];
    return partner >= 0 && (static_cast<uint32_t>(partner) < pair_.alignment.begin ||
                            static_cast<uint32_t>(partner) >= pair_.alignment.end);
  }

  // Equal after joining runs of dashes, of dots that make an ellipsis.
  bool SameMarks(const Region& region, const std::vector<size_t>& added,
                 const std::vector<size_t>& lost) const {
    std::u32string a;
    std::u32string b;
    for (const size_t i : added) {
      a.push_back(pair_.Q(i).form);
    }
    for (const size_t i : lost) {
      b.push_back(pair_.S(i).form);
    }
    // A neighbour that both have takes part: —— and — differ by one dash beside the common one.
    if (region.begin > 0 && pair_.ops()[region.begin - 1].kind == OpKind::kMatch) {
      const Unit& unit = pair_.S(pair_.ops()[region.begin - 1].source);
      if (!unit.letter()) {
        a.insert(a.begin(), unit.form);
        b.insert(b.begin(), unit.form);
      }
    }
    if (region.end < pair_.ops().size() && pair_.ops()[region.end].kind == OpKind::kMatch) {
      const Unit& unit = pair_.S(pair_.ops()[region.end].source);
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
      if (!IsFinalForm(pair_.Q(i).form)) {
        return false;
      }
    }
    for (const size_t i : lost) {
      if (!IsFinalForm(pair_.S(i).form) && !(IsTerminalForm(pair_.S(i).form) && added.empty())) {
        return false;
      }
    }
    return true;
  }

  std::optional<std::vector<int>> q_partners_;
  std::optional<std::vector<int>> s_partners_;

  AlignedPair& pair_;
};

}  // namespace

void EditMarks(AlignedPair* pair) { MarkJudge(*pair).Edit(); }

}  // namespace quotes::citation
