#include "service/citation/judge.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "service/citation/aligned_pair.h"
#include "service/citation/borders.h"
#include "service/citation/marks.h"
#include "service/citation/regions.h"
#include "service/citation/severity.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::citation {
namespace {

// A common run below this proves no common source.
constexpr size_t kMinCommonRun = 4;
// Share of edited letters up to which a passage is the source, and where all of them are words
// added before or behind it.
constexpr double kMostEdited = 0.25;
constexpr double kMostAdded = 0.5;

class Judgement {
 public:
  Judgement(const Quoted& quoted, const SourceText& source, Alignment alignment)
      : pair_(quoted, source, std::move(alignment)) {}

  Passage Run() && {
    Passage passage;
    passage.source = pair_.source.index();
    passage.complete = pair_.alignment.complete;
    if (pair_.ops().empty() || pair_.alignment.begin == pair_.alignment.end) {
      passage.cost = 1;
      return passage;
    }
    FindRegions(&pair_);
    for (const Region& region : pair_.regions) {
      EditRegion(region);
    }
    EditMarks(&pair_);
    ForgetBrokenLines();
    FormRuns();
    with_lost_ = EditBorders(&pair_);
    LeftOut();
    Readings(&passage);
    std::sort(pair_.edits.begin(), pair_.edits.end(), [](const Draft& a, const Draft& b) {
      return std::tie(a.quotation.begin, a.source.begin, a.quotation.end, a.source.end) <
             std::tie(b.quotation.begin, b.source.begin, b.quotation.end, b.source.end);
    });
    Finish(&passage);
    return passage;
  }

 private:
  void EditRegion(const Region& region) {
    if (region.reorder) {
      Draft draft;
      draft.kind = EditKind::kReorder;
      draft.quotation = pair_.QRange(region.begin, region.end);
      draft.source = pair_.SRange(region.begin, region.end);
      Grade(pair_, &draft);
      draft.letters = std::max(pair_.QLetters(region.begin, region.end), size_t{1}) / 2;
      if (draft.severity != Severity::kCritical) {
        draft.severity = Severity::kMajor;
        draft.reason = EditReason::kMovedBlock;
      }
      pair_.edits.push_back(draft);
      return;
    }
    if (pair_.ChangesLetters(region)) {
      EditLetters(region);
    }
  }

  void EditLetters(const Region& region) {
    Draft draft;
    draft.quotation = pair_.QRange(region.begin, region.end);
    draft.source = pair_.SRange(region.begin, region.end);
    const size_t q = pair_.QLetters(region.begin, region.end);
    const size_t s = pair_.SLetters(region.begin, region.end);
    draft.kind = q == 0   ? EditKind::kOmission
                 : s == 0 ? EditKind::kAddition
                          : EditKind::kSubstitution;
    if (draft.kind == EditKind::kSubstitution) {
      // Spaces beside a figure are noise on its side alone.
      const std::u32string_view mine = pair_.quoted.annotated.text();
      const std::u32string_view printed = pair_.source.text();
      Trim(mine, &draft.quotation, printed, draft.source);
      Trim(printed, &draft.source, mine, draft.quotation);
    }
    // What a mark at the border of the region covers belongs to the edit.
    draft.letters = 0;
    for (size_t i = region.begin; i < region.end; ++i) {
      const Op& op = pair_.ops()[i];
      if (op.kind == OpKind::kInsert || op.kind == OpKind::kSubstitute) {
        draft.letters += pair_.Q(op.quotation).letter() ? 1u : 0u;
      } else if (op.kind == OpKind::kDelete) {
        draft.letters += pair_.S(op.source).letter() ? 1u : 0u;
      }
    }
    Grade(pair_, &draft);
    pair_.edits.push_back(draft);
  }

  // Leaves a space at an end of a range out where the other text has one beside its own.
  static void Trim(std::u32string_view text, Range* range, std::u32string_view other_text,
                   Range other) {
    if (range->size() > 1 && text::IsSpace(text[range->begin]) && other.begin > 0 &&
        text::IsSpace(other_text[other.begin - 1])) {
      ++range->begin;
    }
    if (range->size() > 1 && text::IsSpace(text[range->end - 1]) && other.end < other_text.size() &&
        text::IsSpace(other_text[other.end])) {
      --range->end;
    }
  }

  // A line that ends inside a Latin word (G\nDP) is folded as one between two words is.
  void ForgetBrokenLines() {
    const std::u32string_view text = pair_.quoted.annotated.text();
    pair_.edits.erase(
        std::remove_if(pair_.edits.begin(), pair_.edits.end(),
                       [&](const Draft& draft) {
                         const std::u32string_view own =
                             text.substr(draft.quotation.begin, draft.quotation.size());
                         return draft.source.empty() &&
                                std::any_of(own.begin(), own.end(), text::IsLineBreak) &&
                                std::all_of(own.begin(), own.end(), [](char32_t c) {
                                  return text::IsLineBreak(c) || text::IsSpace(c) ||
                                         text::IsNoise(c);
                                });
                       }),
        pair_.edits.end());
  }

  bool Covered(size_t op) const {
    for (const Region& region : pair_.regions) {
      if (region.begin <= op && op < region.end) {
        return true;
      }
    }
    return false;
  }

  void FormRuns() {
    for (size_t i = 0; i < pair_.ops().size();) {
      const auto differs = [&](size_t k) {
        return pair_.ops()[k].kind == OpKind::kMatch &&
               pair_.Q(pair_.ops()[k].quotation).raw != pair_.S(pair_.ops()[k].source).raw;
      };
      if (!differs(i) || Covered(i)) {
        ++i;
        continue;
      }
      size_t end = i + 1;
      const int segment = pair_.source.SegmentOf(pair_.S(pair_.ops()[i].source).begin);
      while (end < pair_.ops().size() && (differs(end) || pair_.SharesCharacter(end - 1, end)) &&
             !Covered(end) &&
             pair_.source.SegmentOf(pair_.S(pair_.ops()[end].source).begin) == segment) {
        ++end;
      }
      Draft draft;
      draft.kind = EditKind::kForm;
      draft.quotation = pair_.QRange(i, end);
      draft.source = pair_.SRange(i, end);
      draft.folds = text::FoldsBetween(
          pair_.quoted.annotated.text().substr(draft.quotation.begin, draft.quotation.size()),
          pair_.source.text().substr(draft.source.begin, draft.source.size()));
      pair_.edits.push_back(draft);
      i = end;
    }
  }

  void LeftOut() {
    for (const Range& range : pair_.quoted.ignored) {
      Draft draft;
      draft.kind = EditKind::kAddition;
      draft.reason = EditReason::kEditorialBracket;
      draft.quotation = range;
      if (SaysSomethingCritical(pair_.quoted.annotated, range)) {
        draft.severity = Severity::kMinor;  // 〔编者注：应为“不是”〕
      }
      AddLeftOut(draft);
    }
    for (const Range& range : pair_.quoted.doubled) {
      const auto other =
          std::find_if(pair_.edits.begin(), pair_.edits.end(), [&range](const Draft& draft) {
            return draft.quotation.begin < range.end && range.begin < draft.quotation.end;
          });
      if (other != pair_.edits.end()) {
        // Part of a graver change, or torn by one that says less.
        spoilt_ = spoilt_ || other->severity < Severity::kMajor ||
                  range.begin < other->quotation.begin || range.end > other->quotation.end;
        continue;
      }
      Draft draft;
      draft.kind = EditKind::kAddition;
      draft.reason = EditReason::kDoubledWord;
      draft.severity = Severity::kMajor;
      draft.quotation = range;
      draft.letters = 1;  // one accident, however long the words are
      AddLeftOut(draft);
    }
  }

  // Puts an edit of what was left out of the comparison where it stands beside the source.
  void AddLeftOut(Draft draft) {
    uint32_t at = pair_.Span().begin;
    for (const Op& op : pair_.ops()) {
      if (pair_.HasQ(op) && pair_.Q(op.quotation).begin >= draft.quotation.end) {
        break;
      }
      if (pair_.HasS(op)) {
        at = pair_.S(op.source).end;
      }
    }
    draft.source = {at, at};
    pair_.edits.push_back(draft);
  }

  // What was read otherwise than printed, as edits: faults, restated numerals.
  void Readings(Passage* passage) {
    const Range span = pair_.Span();
    for (const SourceText::Segment& segment : pair_.source.segments()) {
      if (segment.reading < 0 ||
          !(segment.text.empty() ? span.begin < segment.text.begin && segment.text.begin < span.end
                                 : Intersects(span, segment.text.begin, segment.text.end))) {
        continue;
      }
      const Reading& reading = pair_.source.readings()[static_cast<size_t>(segment.reading)];
      size_t begin = 0;
      while (begin < pair_.ops().size() &&
             (!pair_.HasS(pair_.ops()[begin]) ||
              pair_.S(pair_.ops()[begin].source).begin < segment.text.begin)) {
        ++begin;
      }
      size_t end = begin;
      while (end < pair_.ops().size() &&
             (!pair_.HasS(pair_.ops()[end]) ||
              pair_.S(pair_.ops()[end].source).begin < segment.text.end)) {
        ++end;
      }
      Draft draft;
      draft.kind = segment.joined.empty() ? EditKind::kAddition
                   : segment.text.empty() ? EditKind::kOmission
                                          : EditKind::kSubstitution;
      draft.reason = reading.defect >= 0 && !reading.restated ? EditReason::kEmendation
                                                              : EditReason::kNumeralRestated;
      draft.reading = segment.reading;
      draft.source = segment.text;
      draft.quotation = pair_.QRange(begin, end);
      const auto within = [&](const Draft& edit) {
        return segment.text.empty()
                   ? false
                   : edit.source.begin >= segment.text.begin &&
                         edit.source.end <= segment.text.end &&
                         !(edit.source.empty() && (edit.source.begin == segment.text.begin ||
                                                   edit.source.begin == segment.text.end));
      };
      // A change inside a stretch that is read otherwise stands against what is read there.
      if (std::any_of(pair_.edits.begin(), pair_.edits.end(), [&](const Draft& edit) {
            return within(edit) && edit.kind != EditKind::kForm;
          })) {
        spoilt_ = true;
      }
      pair_.edits.erase(std::remove_if(pair_.edits.begin(), pair_.edits.end(), within),
                        pair_.edits.end());
      pair_.edits.push_back(draft);
      if (reading.defect >= 0) {
        passage->emended.emplace_back(static_cast<size_t>(reading.defect), reading.reading);
      }
    }
  }

  void Finish(Passage* passage) {
    size_t edited = 0;
    size_t letter_edits = 0;
    size_t brackets = 0;
    bool punctuation = false;
    bool restated = false;
    bool form = false;
    bool reorder = false;
    const Draft* only = nullptr;
    for (const Draft& draft : pair_.edits) {
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
            brackets += draft.kind == EditKind::kAddition &&
                                draft.reason != EditReason::kFurniture &&
                                (draft.reason == EditReason::kEditorialBracket ||
                                 IsBracketed(pair_, draft.quotation))
                            ? 1u
                            : 0u;
            reorder = reorder || draft.kind == EditKind::kReorder;
            passage->severity = std::max(passage->severity, draft.severity);
          }
      }
    }
    const Range span = with_lost_;
    passage->range = pair_.source.Joined(span);
    size_t q_letters = 0;
    for (const Unit& unit : pair_.quoted.units) {
      q_letters += unit.letter() ? 1u : 0u;
    }
    size_t s_letters = 0;
    for (const Unit& unit : pair_.source.units()) {
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
      const bool one_gap = letter_edits == 1 && only->kind == EditKind::kOmission &&
                           InOneSentence(pair_.source.Joined(only->source));
      passage->one_gap = one_gap;
      passage->bracket_only = letter_edits == brackets;
      passage->added_at_ends =
          passage->cost > kMostEdited && passage->cost <= kMostAdded && AddedAtEnds();
      const bool one_passage = passage->cost <= kMostEdited || one_gap || passage->bracket_only ||
                               passage->added_at_ends || (reorder && letter_edits == 1) ||
                               AllMatched();
      // Of a phrase of four letters three in a row are as much: 1网通办.
      const size_t run = q_letters == s_letters ? std::min(kMinCommonRun, (3 * q_letters + 3) / 4)
                                                : std::min(kMinCommonRun, q_letters);
      if (one_passage && (reorder || LongestRun() >= run)) {
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
    if (!pair_.alignment.complete && passage->verdict < TextVerdict::kAltered) {
      passage->verdict = TextVerdict::kSimilar;
    }
    for (const Draft& draft : pair_.edits) {
      passage->edits.push_back(ToEdit(draft));
    }
  }

  // All letters of the quotation stand in the source in one piece: only its borders are wrong.
  bool AllMatched() const {
    for (const Op& op : pair_.ops()) {
      if (op.kind != OpKind::kMatch) {
        const bool letter = (pair_.HasQ(op) && pair_.Q(op.quotation).letter()) ||
                            (pair_.HasS(op) && pair_.S(op.source).letter());
        if (letter) {
          return false;
        }
      }
    }
    return true;
  }

  // Nothing is changed but by letters before the first that stands in the source or behind the
  // last.
  bool AddedAtEnds() const {
    const auto own = [&](const Op& op) { return op.kind == OpKind::kMatch && pair_.HasLetter(op); };
    const auto& ops = pair_.ops();
    const auto first = std::find_if(ops.begin(), ops.end(), own);
    const auto last = std::find_if(ops.rbegin(), ops.rend(), own).base();
    const auto changes = [&](const Op& op) {
      return op.kind != OpKind::kMatch && pair_.HasLetter(op);
    };
    const auto taken = [&](const Op& op) { return changes(op) && op.kind != OpKind::kInsert; };
    return first < last && std::none_of(first, last, changes) &&
           std::none_of(ops.begin(), first, taken) && std::none_of(last, ops.end(), taken);
  }

  bool EmendationApplied() const {
    for (const Draft& draft : pair_.edits) {
      if (draft.reason == EditReason::kEmendation) {
        return true;
      }
    }
    return false;
  }

  bool InOneSentence(Range joined) const {
    const Source& source = pair_.source.source();
    return source.QuoteAt(joined.begin) ==
           source.QuoteAt(std::max(joined.begin, joined.end > 0 ? joined.end - 1 : 0));
  }

  size_t LongestRun() const {
    size_t run = 0;
    size_t longest = 0;
    for (const Op& op : pair_.ops()) {
      if (op.kind == OpKind::kMatch) {
        run += pair_.Q(op.quotation).letter() ? 1u : 0u;
      } else if ((pair_.HasQ(op) && pair_.Q(op.quotation).letter()) ||
                 (pair_.HasS(op) && pair_.S(op.source).letter())) {
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
      return Range{range.begin + pair_.quoted.base, range.end + pair_.quoted.base};
    };
    const auto q_text = [&](Range range) {
      return text::ToUtf8(pair_.quoted.annotated.text().substr(range.begin, range.size()));
    };
    const auto s_text = [&](Range joined) {
      return text::ToUtf8(pair_.source.source().joined().substr(joined.begin, joined.size()));
    };
    edit.quotation = shift(draft.quotation);
    edit.quotation_text = q_text(draft.quotation);
    if (draft.reading >= 0) {
      const Reading& reading = pair_.source.readings()[static_cast<size_t>(draft.reading)];
      edit.source = reading.printed;
      if (reading.defect >= 0) {
        edit.defect_id = pair_.source.source().defect_id(static_cast<size_t>(reading.defect));
      }
    } else {
      edit.source = pair_.source.Joined(draft.source);
    }
    edit.source_text = s_text(edit.source);
    // Words were left out or added, and a mark beside them exchanged.
    if ((edit.kind == EditKind::kOmission && !edit.quotation.empty()) ||
        (edit.kind == EditKind::kAddition && !edit.source.empty())) {
      edit.kind = EditKind::kSubstitution;
    }
    edit.quotation_token = edit.quotation;
    edit.source_token = edit.source;
    if (draft.severity != Severity::kNone && draft.kind != EditKind::kReorder) {
      Range q_token;
      Range s_token;
      Tokens(pair_, draft, &q_token, &s_token);
      edit.quotation_token = shift(q_token);
      edit.source_token = pair_.source.Joined(s_token);
    }
    edit.quotation_token_text = q_text({edit.quotation_token.begin - pair_.quoted.base,
                                        edit.quotation_token.end - pair_.quoted.base});
    edit.source_token_text = s_text(edit.source_token);
    return edit;
  }

  AlignedPair pair_;
  Range with_lost_;      // the span with what its borders lost
  bool spoilt_ = false;  // the quotation departs from a stretch that is read otherwise
};

}  // namespace

Passage Judge(const Quoted& quoted, const SourceText& source, Alignment alignment) {
  return Judgement(quoted, source, std::move(alignment)).Run();
}

}  // namespace quotes::citation
