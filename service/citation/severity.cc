#include "service/citation/severity.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "service/citation/lexicon.h"
#include "service/citation/look_alike.h"
#include "service/figures/numeral.h"
#include "service/report/report.h"

namespace quotes::citation {
namespace {

class Grader {
 public:
  explicit Grader(const AlignedPair& pair) : pair_(pair) {}

  void Grade(Draft* draft) {
    const auto critical = [&](const Annotated& text, Range range) {
      for (const figures::Numeral& numeral : text.numerals()) {
        if (Intersects(range, numeral.token.begin, numeral.token.end)) {
          draft->severity = Severity::kCritical;
          draft->reason = NumeralReason(numeral, range);
          return true;
        }
      }
      for (const Cue& cue : text.cues(range)) {
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
    if (critical(pair_.source.annotated(), draft->source) ||
        critical(pair_.quoted.annotated, draft->quotation)) {
      draft->hint = IsDoubled(*draft) || IsLookAlike(*draft);
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
    if (AllInCues(pair_.source.annotated(), pair_.source.units(), draft->source,
                  CueKind::kFunction) &&
        AllInCues(pair_.quoted.annotated, pair_.quoted.units, draft->quotation,
                  CueKind::kFunction)) {
      draft->severity = Severity::kMinor;
      draft->reason = EditReason::kFunctionWord;
      return;
    }
    draft->severity = Severity::kMajor;
    draft->reason = EditReason::kContentWord;
    const auto aspect = [&](const Annotated& text, Range range) {
      for (const Cue& cue : text.cues(range)) {
        if (cue.kind == CueKind::kResult && Intersects(range, cue.begin, cue.end)) {
          return true;
        }
      }
      return false;
    };
    if (aspect(pair_.source.annotated(), draft->source) ||
        aspect(pair_.quoted.annotated, draft->quotation)) {
      draft->reason = EditReason::kAspect;
    }
    draft->hint = LooksLikeSourceFault(*draft) || IsLookAlike(*draft);
  }

  bool IsBracketed(Range range) const {
    char32_t first = 0;
    char32_t last = 0;
    int depth = 0;
    for (const Unit& unit : pair_.quoted.units) {
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

  void Tokens(const Draft& draft, Range* quotation, Range* source) const {
    *quotation = draft.quotation;
    *source = draft.source;
    const Range q = TokenOf(pair_.quoted.annotated, draft.quotation);
    const Range s = TokenOf(pair_.source.annotated(), draft.source);
    const bool q_word = q.size() > draft.quotation.size();
    const bool s_word = s.size() > draft.source.size();
    if (!q_word && !s_word) {
      return;
    }
    const size_t q_more = q.size() - draft.quotation.size();
    const size_t s_more = s.size() - draft.source.size();
    const bool by_quotation = q_word && (!s_word || q_more < s_more);
    Region own = OpsIn(by_quotation ? q : s, by_quotation);
    for (const Region& region : pair_.regions) {
      if (region.begin < own.end && own.begin < region.end) {
        own.begin = std::min(own.begin, region.begin);
        own.end = std::max(own.end, region.end);
      }
    }
    if (own.begin >= own.end) {  // lost at the border of the span: outside the alignment
      *source = s;
      return;
    }
    const Range q_range = pair_.QRange(own.begin, own.end);
    const Range s_range = pair_.SRange(own.begin, own.end);
    *quotation = {std::min(q_range.begin, draft.quotation.begin),
                  std::max(q_range.end, draft.quotation.end)};
    *source = {std::min(s_range.begin, draft.source.begin),
               std::max(s_range.end, draft.source.end)};
    if (!by_quotation) {
      source->begin = std::min(source->begin, s.begin);
      source->end = std::max(source->end, s.end);
    }
  }

 private:
  static EditReason ReasonOf(CueKind kind) {
    switch (kind) {
      case CueKind::kNegator:
        return EditReason::kNegator;
      case CueKind::kHedge:
      case CueKind::kLimiter:
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

  static bool AllInCues(const Annotated& text, const std::vector<Unit>& units, Range range,
                        CueKind kind) {
    for (const Unit& unit : units) {
      if (!unit.letter() || unit.end <= range.begin || unit.begin >= range.end) {
        continue;
      }
      bool inside = false;
      for (const Cue& cue : text.cues(range)) {
        inside = inside || (cue.kind == kind && cue.begin <= unit.begin && unit.end <= cue.end);
      }
      if (!inside) {
        return false;
      }
    }
    return true;
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

  // What stands between two pages, or where a report breaks off, copied with the words beside it:
  // one block or several (（下转2版）（上接1版）).
  bool IsFurniture(const Draft& draft) const {
    const uint32_t place = pair_.source.Joined(draft.source).begin;
    const Source::Completeness completeness = pair_.source.source().completeness();
    if (place == 0 || !(pair_.source.source().JoinInside({place - 1, place + 1}) ||
                        (completeness.truncated && completeness.position == place))) {
      return false;
    }
    const Range range = draft.quotation;
    const std::u32string letters = Letters(pair_.quoted.units, range);
    if (letters.size() < 2) {
      return false;
    }
    const Source& source = pair_.source.source();
    std::vector<bool> composed(letters.size() + 1);  // whether blocks make up so many letters
    composed[0] = true;
    std::vector<std::u32string> blocks;
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
        if (!furniture.empty() && letters.find(furniture) != std::u32string::npos) {
          blocks.push_back(std::move(furniture));
        }
      }
      at = std::max(run.range.end, at + 1);
    }
    for (size_t i = 0; i < letters.size(); ++i) {
      for (const std::u32string& block : blocks) {
        if (composed[i] && letters.compare(i, block.size(), block) == 0) {
          composed[i + block.size()] = true;
        }
      }
    }
    return composed[letters.size()];
  }

  // An added or lost stretch that repeats what stands directly beside it.
  bool IsDoubled(const Draft& draft) const {
    const bool addition = draft.kind == EditKind::kAddition;
    if (!addition && draft.kind != EditKind::kOmission) {
      return false;
    }
    const std::vector<Unit>& units = addition ? pair_.quoted.units : pair_.source.units();
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

  // One character for another of nearly the same shape.
  bool IsLookAlike(const Draft& draft) const {
    const std::u32string mine = Letters(pair_.quoted.units, draft.quotation);
    const std::u32string printed = Letters(pair_.source.units(), draft.source);
    return mine.size() == 1 && printed.size() == 1 && LookAlike(mine[0], printed[0]);
  }

  // The quotation has a word where the source has single characters that make none.
  bool LooksLikeSourceFault(const Draft& draft) const {
    if (draft.quotation.size() != 1 || draft.source.size() > 1) {
      return false;
    }
    bool word = false;
    for (const Word& candidate : pair_.quoted.annotated.words(draft.quotation)) {
      word = word ||
             (candidate.kind == WordKind::kWord && candidate.end - candidate.begin >= 2 &&
              candidate.begin <= draft.quotation.begin && draft.quotation.end <= candidate.end);
    }
    if (!word) {
      return false;
    }
    for (const Word& candidate : pair_.source.annotated().words(draft.source)) {
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
      for (const Word& word : text.words(range)) {
        widen(word.begin, word.end);
      }
    }
    return token;
  }

  // The ops whose units lie in a range of one side.
  Region OpsIn(Range range, bool quotation) const {
    Region region{pair_.ops().size(), 0, false};
    for (size_t i = 0; i < pair_.ops().size(); ++i) {
      if (quotation ? !pair_.HasQ(pair_.ops()[i]) : !pair_.HasS(pair_.ops()[i])) {
        continue;
      }
      const Unit& unit =
          quotation ? pair_.Q(pair_.ops()[i].quotation) : pair_.S(pair_.ops()[i].source);
      if (unit.begin < range.end && range.begin < unit.end) {
        region.begin = std::min(region.begin, i);
        region.end = std::max(region.end, i + 1);
      }
    }
    return region;
  }

  const AlignedPair& pair_;
};

}  // namespace

void Grade(const AlignedPair& pair, Draft* draft) { Grader(pair).Grade(draft); }

bool SaysSomethingCritical(const Annotated& text, Range range) {
  const std::vector<Cue>& cues = text.cues(range);
  return std::any_of(text.numerals().begin(), text.numerals().end(),
                     [range](const figures::Numeral& numeral) {
                       return Intersects(range, numeral.token.begin, numeral.token.end);
                     }) ||
         std::any_of(cues.begin(), cues.end(), [range](const Cue& cue) {
           return cue.kind != CueKind::kModal && IsCritical(cue.kind) &&
                  Intersects(range, cue.begin, cue.end);
         });
}

bool IsBracketed(const AlignedPair& pair, Range quotation) {
  return Grader(pair).IsBracketed(quotation);
}

void Tokens(const AlignedPair& pair, const Draft& draft, Range* quotation, Range* source) {
  Grader(pair).Tokens(draft, quotation, source);
}

}  // namespace quotes::citation
