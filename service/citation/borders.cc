#include "service/citation/borders.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "service/citation/lexicon.h"
#include "service/figures/numeral.h"
#include "service/text/fold.h"

namespace quotes::citation {
namespace {

class BorderJudge {
 public:
  explicit BorderJudge(AlignedPair& pair) : pair_(pair) {}

  Range Find() {
    const Range span = pair_.Span();
    lost_begin_ = span.begin;
    lost_end_ = span.end;
    const figures::Cuts cuts =
        figures::FindCuts(pair_.source.annotated().numerals(), {span.begin, span.end});
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
    size_t first = pair_.alignment.begin;
    while (!cuts.begin.has_value() && first > 0 && IsWordSign(pair_.S(first)) &&
           IsWordSign(pair_.S(first - 1)) &&
           (IsLatin(pair_.S(first)) || IsLatin(pair_.S(first - 1)))) {
      --first;
    }
    if (first < pair_.alignment.begin) {
      AddCut({pair_.S(first).begin, span.begin}, true, EditReason::kCutToken);
    }
    size_t last = pair_.alignment.end;
    while (!cuts.end.has_value() && last < pair_.source.units().size() &&
           IsWordSign(pair_.S(last - 1)) && IsWordSign(pair_.S(last)) &&
           (IsLatin(pair_.S(last)) || IsLatin(pair_.S(last - 1)))) {
      ++last;
    }
    if (last > pair_.alignment.end) {
      AddCut({span.end, pair_.S(last - 1).end}, false, EditReason::kCutToken);
    }
    CutWords();
    return {lost_begin_, lost_end_};
  }

 private:
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
    const Source& source = pair_.source.source();
    const Range joined = pair_.source.Joined(pair_.Span());
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
    for (Draft& edit : pair_.edits) {
      // What is lost beside a changed word belongs to that change's edit.
      if (at_begin ? edit.source.begin <= lost.begin : edit.source.end >= lost.end) {
        return;
      }
    }
    // A change at the very border takes in what the border cut off.
    for (Draft& edit : pair_.edits) {
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
    for (const Op& op : pair_.ops()) {
      if (pair_.HasQ(op) && pair_.HasS(op)) {
        at = at_begin ? pair_.Q(op.quotation).begin : pair_.Q(op.quotation).end;
        if (at_begin) {
          break;
        }
      }
    }
    draft.quotation = {at, at};
    MoveBesideCut(draft.quotation, lost, at_begin);
    for (const Unit& unit : pair_.source.units()) {
      draft.letters += unit.letter() && unit.begin >= lost.begin && unit.end <= lost.end ? 1u : 0u;
    }
    pair_.edits.push_back(draft);
    if (at_begin) {
      lost_begin_ = std::min(lost_begin_, lost.begin);
    } else {
      lost_end_ = std::max(lost_end_, lost.end);
    }
  }

  // Marks that the quotation has outside its cut end stand beyond what the cut lost.
  void MoveBesideCut(Range place, Range lost, bool at_begin) {
    for (Draft& edit : pair_.edits) {
      if (edit.source.empty() &&
          (at_begin ? edit.quotation.end <= place.begin && edit.source.begin == lost.end
                    : edit.quotation.begin >= place.end && edit.source.begin == lost.begin)) {
        edit.source.begin = edit.source.end = at_begin ? lost.begin : lost.end;
      }
    }
  }

  // Words that the border of the span cuts: names and negators by the lexicon; any word of the list
  // of which no word is left at the border of the quotation (断谱写 of 不断谱写, 视规律 of
  // 无视规律).
  void CutWords() {
    constexpr uint32_t kAround = 16;
    const std::u32string_view text = pair_.source.text();
    for (const bool at_begin : {true, false}) {
      // What a cut figure lost may itself begin inside a word: 一年 of 学前一年.
      const uint32_t border = at_begin ? lost_begin_ : lost_end_;
      const std::vector<Unit>& units = pair_.source.units();
      size_t first = at_begin ? pair_.alignment.begin : pair_.alignment.end;
      while (at_begin ? first > 0 && units[first - 1].begin >= border
                      : first < units.size() && units[first].end <= border) {
        first = at_begin ? first - 1 : first + 1;
      }
      if (first == 0 || first == units.size() || !units[first - 1].letter() ||
          !units[first].letter()) {
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
      if (cut.empty() && !BordersOnWord({lost_begin_, lost_end_}, at_begin)) {
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
        FindWords(pair_.source.text().substr(at_begin ? span.begin : span.end - size, size));
    if (words.empty()) {
      return true;
    }
    const Word& word = at_begin ? words.front() : words.back();
    return word.kind == WordKind::kLatin || word.end - word.begin > 1;
  }

  uint32_t lost_begin_ = 0;
  uint32_t lost_end_ = 0;

  AlignedPair& pair_;
};

}  // namespace

Range EditBorders(AlignedPair* pair) { return BorderJudge(*pair).Find(); }

}  // namespace quotes::citation
