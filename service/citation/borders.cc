#include "service/citation/borders.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "service/citation/binding.h"
#include "service/citation/enumeration.h"
#include "service/citation/latin.h"
#include "service/citation/lexicon.h"
#include "service/citation/word_classes.h"
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
    // What a mark closes that was cut short (EditMarks).
    for (const Draft& edit : pair_.edits) {
      if (edit.severity != Severity::kNone) {
        lost_begin_ = std::min(lost_begin_, edit.source.begin);
        lost_end_ = std::max(lost_end_, edit.source.end);
      }
    }
    // Where a cut ends another may begin (九|年|制), also at the other border (a row of figures):
    // what is lost reaches to where none does.
    constexpr int kMaxCuts = 16;
    Range kept = span;
    Cut cuts[2];
    bool whole[2] = {false, false};
    TornRow torn = FindTornRow(pair_.source.text(), kept);
    for (int i = 0; i < kMaxCuts && !(whole[0] && whole[1]); ++i) {
      const bool at_begin = !whole[0];
      const size_t side = at_begin ? 0 : 1;
      const Cut cut = CutAt(kept, torn, at_begin);
      if (cut.lost.empty()) {
        whole[side] = true;
        continue;
      }
      // What the border itself cuts decides; the rest is lost with it.
      if (cuts[side].lost.empty()) {
        cuts[side] = cut;
      }
      (at_begin ? kept.begin : kept.end) = at_begin ? cut.lost.begin : cut.lost.end;
      torn = FindTornRow(pair_.source.text(), kept);
      whole[0] = at_begin && whole[0];
    }
    for (const bool at_begin : {true, false}) {
      if (const Cut& cut = cuts[at_begin ? 0 : 1]; !cut.lost.empty()) {
        AddCut({at_begin ? Range{kept.begin, span.begin} : Range{span.end, kept.end}, cut.reason,
                cut.sure},
               at_begin);
      }
    }
    return {lost_begin_, lost_end_};
  }

 private:
  struct Cut {
    Range lost;  // from the border on; empty: nothing is cut there
    EditReason reason = EditReason::kNone;
    // False where only the archive's words or a rare word of the list say so.
    bool sure = true;
  };

  // What a border of a span of the source cuts; `torn` is the row that the span parts.
  Cut CutAt(Range span, const TornRow& torn, bool at_begin) const {
    figures::Cuts cuts;
    if (MayCutFigure(at_begin ? span.begin : span.end)) {
      cuts = figures::FindCuts(pair_.source.annotated().numerals(), {span.begin, span.end});
    }
    const std::optional<figures::Cut>& figure = at_begin ? cuts.begin : cuts.end;
    if (figure.has_value()) {
      const figures::CutPart part = figure->part;
      return {{figure->lost.begin, figure->lost.end},
              part == figures::CutPart::kUnit        ? EditReason::kUnit
              : part == figures::CutPart::kQualifier ? EditReason::kQualifier
                                                     : EditReason::kCutToken};
    }
    if (Range lost = at_begin ? torn.before : torn.behind; !lost.empty()) {
      // A heading above the sentence has no mark at its end.
      const Source& source = pair_.source.source();
      const uint32_t sentence =
          source.quote(source.QuoteAt(pair_.source.JoinedBegin(span.begin))).range.begin;
      while (lost.begin + 1 < lost.end && pair_.source.JoinedBegin(lost.begin) < sentence) {
        ++lost.begin;
      }
      return {lost, EditReason::kNumber};
    }
    const std::vector<Unit>& units = pair_.source.units();
    // The first unit behind the border.
    const size_t at = static_cast<size_t>(
        std::partition_point(
            units.begin(), units.end(),
            [&](const Unit& unit) { return unit.begin < (at_begin ? span.begin : span.end); }) -
        units.begin());
    if (at == 0 || at == units.size()) {
      return {};
    }
    // A figure whose unit the data does not know is none the less cut from what it counts, and a
    // name of digits from what it names (“1650|”产业体系).
    if (!at_begin && text::IsDigit(pair_.S(at - 1).form)) {
      const size_t next = pair_.S(at).form == kQuotationForm ? at + 1 : at;
      if (next < units.size() && text::IsHan(pair_.S(next).form)) {
        return {{span.end, pair_.S(next).end}, EditReason::kUnit};
      }
    }
    if (at_begin && text::IsDigit(pair_.S(at - 1).form) && text::IsHan(pair_.S(at).form)) {
      size_t first = at - 1;
      while (first > 0 && text::IsDigit(pair_.S(first - 1).form)) {
        --first;
      }
      return {{pair_.S(first).begin, span.begin}, EditReason::kNumber, /*sure=*/false};
    }
    if (const Range word = CutLatin(at, at_begin); !word.empty()) {
      return {word, EditReason::kCutToken};
    }
    if (const Range term = CutQuotedTerm(at, at_begin); !term.empty()) {
      return {term, EditReason::kCutToken};
    }
    if (const Range title = CutTitle(at, at_begin); !title.empty()) {
      return {title, EditReason::kName, /*sure=*/false};
    }
    return CutWordAt(span, at, at_begin);
  }

  // False beside a mark that no figure has inside: most quotations end at one, and all figures
  // around them need not be read.
  bool MayCutFigure(uint32_t border) const {
    const std::u32string_view text = pair_.source.text();
    if (border == 0 || border >= text.size()) {
      return false;
    }
    return !figures::PartsFigures(text, border - 1) && !figures::PartsFigures(text, border);
  }

  // The rest of a term in quotation marks that the border before a unit parts: “专精|特新”. Longer
  // words in marks are what somebody said, and may be quoted in part.
  Range CutQuotedTerm(size_t at, bool at_begin) const {
    const std::vector<Unit>& units = pair_.source.units();
    size_t begin = at;
    while (begin > 0 && at - begin <= kLongestTerm && units[begin - 1].letter()) {
      --begin;
    }
    size_t end = at;
    while (end < units.size() && end - at <= kLongestTerm && units[end].letter()) {
      ++end;
    }
    if (begin == at || end == at || begin == 0 || end == units.size() ||
        end - begin > kLongestTerm || units[begin - 1].form != kQuotationForm ||
        units[end].form != kQuotationForm || MarkDirection(units[begin - 1].raw) < 0 ||
        MarkDirection(units[end].raw) > 0) {
      return {};
    }
    return at_begin ? Range{units[begin].begin, units[at].begin}
                    : Range{units[at - 1].end, units[end - 1].end};
  }

  // The rest of a title that the border before a unit parts: 《公民|道德建设实施纲要》.
  Range CutTitle(size_t at, bool at_begin) const {
    constexpr size_t kLongestTitle = 40;
    const std::vector<Unit>& units = pair_.source.units();
    const auto opens = [&](size_t i) { return units[i].raw == U'《' || units[i].raw == U'〈'; };
    const auto closes = [&](size_t i) { return units[i].raw == U'》' || units[i].raw == U'〉'; };
    size_t begin = at;
    while (begin > 0 && at - begin < kLongestTitle && !opens(begin - 1) && !closes(begin - 1)) {
      --begin;
    }
    size_t end = at;
    while (end < units.size() && end - at < kLongestTitle && !opens(end) && !closes(end)) {
      ++end;
    }
    if (begin == at || end == at || begin == 0 || end == units.size() || !opens(begin - 1) ||
        !closes(end)) {
      return {};
    }
    return at_begin ? Range{units[begin].begin, units[at].begin}
                    : Range{units[at - 1].end, units[end - 1].end};
  }

  // The rest of the Latin word that the border before a unit parts.
  Range CutLatin(size_t at, bool at_begin) const {
    const auto joined = [&](size_t i) {  // with the unit before it
      if (i == 0 || i >= pair_.source.units().size()) {
        return false;
      }
      // in 2018: spaces beside digits are in no unit, but part words where words are parted so.
      const std::u32string_view text = pair_.source.text();
      if (text::IsSpace(text[pair_.S(i).begin - 1]) && HasSpacedWords(text)) {
        return false;
      }
      const auto sign = [&](size_t k) { return IsWordSign(pair_.S(k)) || IsInnerMark(k); };
      return sign(i - 1) && sign(i) && (IsLatin(pair_.S(i - 1)) || IsLatin(pair_.S(i)));
    };
    size_t end = at;
    while (joined(end)) {
      end = at_begin ? end - 1 : end + 1;
    }
    if (end == at) {
      return {};
    }
    return at_begin ? Range{pair_.S(end).begin, pair_.S(at).begin}
                    : Range{pair_.S(at - 1).end, pair_.S(end - 1).end};
  }

  static bool IsLatin(const Unit& unit) {
    return unit.letter() &&
           ((unit.form >= U'a' && unit.form <= U'z') || (unit.form >= U'A' && unit.form <= U'Z') ||
            (unit.form >= 0xC0 && unit.form < 0x250));
  }
  static bool IsWordSign(const Unit& unit) {
    return IsLatin(unit) || (unit.letter() && (text::IsDigit(unit.form) || unit.form == U'-'));
  }
  // A hyphen or apostrophe inside a Latin word: full-time, don't.
  bool IsInnerMark(size_t at) const {
    if (at == 0 || at + 1 >= pair_.source.units().size()) {
      return false;
    }
    const Unit& unit = pair_.S(at);
    const bool inner = unit.form == kDashForm || IsApostropheGlyph(unit.raw);
    return inner && !unit.letter() && IsLatin(pair_.S(at - 1)) && IsLatin(pair_.S(at + 1)) &&
           pair_.S(at - 1).end == unit.begin && unit.end == pair_.S(at + 1).begin &&
           pair_.source.text()[unit.begin] != U'—';
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

  void AddCut(const Cut& cut, bool at_begin) {
    const Range lost = cut.lost;
    if (AtSentenceBorder(at_begin)) {
      return;
    }
    for (Draft& edit : pair_.edits) {
      // What is lost beside a changed word belongs to that change's edit.
      if (at_begin ? edit.source.begin <= lost.begin : edit.source.end >= lost.end) {
        if (cut.sure) {
          edit.severity = Severity::kCritical;
          edit.reason = cut.reason;
        }
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
        if (cut.sure &&
            (cut.reason != EditReason::kCutToken || edit.severity == Severity::kMinor)) {
          edit.severity = Severity::kCritical;
          edit.reason = cut.reason;
        }
        lost_begin_ = at_begin ? std::min(lost_begin_, lost.begin) : lost_begin_;
        lost_end_ = at_begin ? lost_end_ : std::max(lost_end_, lost.end);
        MoveBesideCut(edit.quotation, lost, at_begin);
        return;
      }
    }
    Draft draft;
    draft.kind = EditKind::kOmission;
    draft.severity = cut.sure ? Severity::kCritical : Severity::kMinor;
    draft.reason = cut.reason;
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

  // The word that a border before a unit cuts: names, offices, organisations, negators and
  // quantifiers (绝大|部分) by the lexicon, and words of the list (see CutWord).
  Cut CutWordAt(Range span, size_t at, bool at_begin) const {
    constexpr uint32_t kAround = 16;
    if (!pair_.S(at - 1).letter() || !pair_.S(at).letter()) {
      return {};
    }
    const uint32_t border = at_begin ? span.begin : span.end;
    const uint32_t from = border > kAround ? border - kAround : 0;
    const Annotated around(pair_.source.text().substr(from, size_t{2} * kAround));
    Cut cut;
    for (const Cue& cue : around.cues()) {
      if ((IsNamed(cue.kind) || cue.kind == CueKind::kNegator ||
           cue.kind == CueKind::kQuantifier) &&
          from + cue.begin < border && border < from + cue.end) {
        cut = {{cue.begin, cue.end},
               IsNamed(cue.kind)               ? EditReason::kName
               : cue.kind == CueKind::kNegator ? EditReason::kNegator
                                               : EditReason::kQualifier};
      }
    }
    if (cut.lost.empty() && !at_begin) {
      cut = {LostBehind(around, border - from), EditReason::kCutToken};
    }
    if (cut.lost.empty()) {
      cut = CutWord(around, border - from, BordersOnWord(span, at_begin));
    }
    if (!cut.lost.empty()) {
      cut.lost =
          at_begin ? Range{from + cut.lost.begin, border} : Range{border, from + cut.lost.end};
    }
    return cut;
  }

  static bool IsNamed(CueKind kind) {
    return kind == CueKind::kPerson || kind == CueKind::kPlace || kind == CueKind::kOrganisation ||
           kind == CueKind::kOffice;
  }

  // What no quotation may end before: a particle that makes a result or a question of the words
  // (完成|了, 能做到|吗), and what a negator that stands directly before the border denies
  // (决不|姑息).
  static Range LostBehind(const Annotated& around, uint32_t border) {
    const std::vector<Word>& words = around.words();
    const auto next = std::find_if(words.begin(), words.end(),
                                   [border](const Word& word) { return word.begin == border; });
    if (next == words.end()) {
      return {};
    }
    const bool particle =
        next->kind == WordKind::kSingle && IsWord(WordClass::kParticle, around.text()[border]);
    const std::vector<Cue>& cues = around.cues();
    const bool denied = std::any_of(cues.begin(), cues.end(), [border](const Cue& cue) {
      return cue.kind == CueKind::kNegator && cue.end == border && !cue.local;
    });
    return particle || denied ? Range{next->begin, next->end} : Range{};
  }

  // Whether a border in a word stands where two words of a compound meet: 人民|群众, but not
  // 中医|药, 马克|思主义, 社会|主义.
  static bool IsCompound(std::u32string_view text, const Word& word, uint32_t border) {
    for (const Range part : {Range{word.begin, border}, Range{border, word.end}}) {
      const std::u32string_view own = text.substr(part.begin, part.size());
      const std::vector<Word> words = FindWords(own);
      if (own.starts_with(U"主义") || own.starts_with(U"主義") ||
          std::any_of(words.begin(), words.end(),
                      [](const Word& each) { return each.kind == WordKind::kSingle; })) {
        return false;
      }
    }
    return true;
  }

  // The word of `text` that a border between two letters cuts, all of it, empty for none:
  //  - one of the list, unless a word is left at the border of the quotation (not of 断谱写 of
  //    不断谱写, 视规律 of 无视规律) and two words of a compound meet there;
  //  - a noun or verb with a suffix behind the border (覆盖|率, 智能|化), a prefix that changes
  //    what follows before it (副|区长, 净|利润);
  //  - two single characters that the list does not join and that are no words by themselves
  //    (引|才);
  //  - not surely: two words of a compound that the archive has nearly always together (虚拟|现实),
  //    a single character beside a word that it has so (元|宇宙) or that begins nothing by itself
  //    there (进|博会), two single characters that make a rare word (民|宿).
  Cut CutWord(const Annotated& around, uint32_t border, bool on_word) const {
    const std::u32string_view text = around.text();
    const Word* before = nullptr;
    const Word* behind = nullptr;
    for (const Word& word : around.words()) {
      if (word.kind == WordKind::kWord && word.begin < border && border < word.end) {
        const Range whole{word.begin, word.end};
        const bool compound = on_word && IsCompound(text, word, border);
        return !compound || StandTogether(Latest(), text.substr(word.begin, border - word.begin),
                                          text.substr(border, word.end - border))
                   ? Cut{whole, EditReason::kCutToken, !compound}
                   : Cut{};
      }
      before = word.end == border ? &word : before;
      behind = word.begin == border ? &word : behind;
    }
    if (before == nullptr || behind == nullptr) {
      return {};
    }
    const Range both{before->begin, behind->end};
    if ((before->kind == WordKind::kSingle && IsWord(WordClass::kPrefix, text[before->begin])) ||
        (behind->kind == WordKind::kSingle && IsWord(WordClass::kSuffix, text[behind->begin]))) {
      return {both, EditReason::kCutToken};
    }
    const Cut doubt{both, EditReason::kCutToken, /*sure=*/false};
    if (before->kind != WordKind::kSingle || behind->kind != WordKind::kSingle) {
      return IsBound(text, *before, *behind) ? doubt : Cut{};
    }
    const auto stands_alone = [&](const Word& word) {
      return IsWord(WordClass::kFree, text[word.begin]) ||
             std::any_of(around.cues().begin(), around.cues().end(), [&](const Cue& cue) {
               return cue.begin < word.end && word.begin < cue.end;
             });
    };
    if (!stands_alone(*before) && !stands_alone(*behind)) {
      return {both, EditReason::kCutToken};
    }
    const bool rare = !IsWord(WordClass::kGrammatical, text[before->begin]) &&
                      !IsWord(WordClass::kGrammatical, text[behind->begin]) &&
                      IsListed(text.substr(before->begin, behind->end - before->begin));
    return rare ? doubt : Cut{};
  }

  // Whether the archive binds a single character to the word beside it.
  bool IsBound(std::u32string_view text, const Word& before, const Word& behind) const {
    constexpr uint32_t kLongest = 4;
    const auto grammatical = [&](const Word& word) {
      return word.kind == WordKind::kSingle && IsWord(WordClass::kGrammatical, text[word.begin]);
    };
    const auto plain = [](const Word& word) {
      return word.kind == WordKind::kSingle ||
             (word.kind == WordKind::kWord && word.end - word.begin <= kLongest);
    };
    const bool single = before.kind == WordKind::kSingle || behind.kind == WordKind::kSingle;
    if (!single || !plain(before) || !plain(behind) || grammatical(before) || grammatical(behind)) {
      return false;
    }
    const std::u32string_view right = text.substr(behind.begin, behind.end - behind.begin);
    return StandTogether(Latest(), text.substr(before.begin, before.end - before.begin), right) ||
           (before.kind == WordKind::kSingle && NeverBeginsFreely(Latest(), right));
  }

  const archive::Archive& Latest() const { return pair_.source.source().latest(); }

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
