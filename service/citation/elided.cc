#include "service/citation/elided.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "service/base/limits.h"
#include "service/citation/compare.h"
#include "service/citation/elision.h"
#include "service/citation/locate.h"
#include "service/citation/quoted.h"
#include "service/text/utf8.h"

namespace quotes::citation {
namespace {

class ElidedJudge {
 public:
  ElidedJudge(std::u32string_view quotation, Search& search)
      : quotation_(quotation), search_(search) {}

  // False when there is no omission mark between words.
  bool Run() {
    std::vector<ElidedPart> parts = Split();
    if (parts.size() < 2) {
      return false;
    }
    if (parts.size() > limits::kMaxElisionParts) {
      out_.too_many_parts = true;
      return true;
    }
    const bool any_long = std::any_of(parts.begin(), parts.end(),
                                      [](const ElidedPart& part) { return !part.short_part; });
    const std::vector<std::vector<Passage>> chains = FindChains(&parts, any_long);
    std::vector<Passage> chain =
        chains.empty() ? std::vector<Passage>() : WithShortParts(parts, chains.front());
    if (chain.empty()) {
      JudgeApart(parts, any_long);
      return true;
    }
    const std::vector<ElisionRisk> risks = JudgeGaps(parts, chain);
    // A part that stands nowhere between the others leaves nothing found.
    if (std::any_of(chain.begin(), chain.end(),
                    [](const Passage& part) { return part.verdict == TextVerdict::kNotFound; })) {
      out_.risk = ElisionRisk::kNone;
      return true;
    }
    Passage joined = Join(parts, chain, risks);
    out_.verdict = joined.verdict;
    if (joined.verdict <= TextVerdict::kElidedRisky) {
      out_.places.push_back(joined);
      AddPlaces(parts, chains);
    }
    out_.passage = std::move(joined);
    out_.chain = std::move(chain);
    return true;
  }

  Elided& out() { return out_; }

 private:
  struct ElidedPart {
    std::unique_ptr<Quoted> quoted;
    std::vector<Passage> passages;
    bool short_part = false;
    bool common = false;  // looked for beside the other parts alone
  };

  // Parts that stand in more places are formulas: what they belong to is told by the others.
  static constexpr uint64_t kFormulaPlaces = 64;
  // How far from another part a formula is looked for: some gaps and parts.
  static constexpr uint32_t kAround = 4 * limits::kMaxElisionGap;

  // What stands between the omission marks, without parts that have no letters.
  std::vector<ElidedPart> Split() const {
    const std::vector<Range> marks = OmissionMarks(quotation_);
    std::vector<ElidedPart> parts;
    if (marks.empty()) {
      return parts;
    }
    uint32_t at = 0;
    for (size_t i = 0; i <= marks.size(); ++i) {
      const uint32_t end =
          i < marks.size() ? marks[i].begin : static_cast<uint32_t>(quotation_.size());
      ElidedPart part;
      part.quoted =
          std::make_unique<Quoted>(std::u32string_view(quotation_).substr(at, end - at), at);
      if (part.quoted->letters() > 0) {
        part.short_part = part.quoted->letters() < kMinLetters;
        parts.push_back(std::move(part));
      }
      at = i < marks.size() ? marks[i].end : end;
    }
    return parts;
  }

  // Chains of the long parts. Formulas that make none beside the other parts are looked for
  // everywhere.
  std::vector<std::vector<Passage>> FindChains(std::vector<ElidedPart>* parts, bool any_long) {
    std::vector<std::vector<Passage>> chains;
    if (FindParts(parts)) {
      chains = Chains(*parts);
      for (ElidedPart& part : *parts) {
        if (chains.empty() && part.common) {
          part.passages = search_.Find(*part.quoted, kFormulaPlaces);
        }
      }
    }
    if (chains.empty() && any_long) {
      chains = Chains(*parts);
    }
    return chains;
  }

  // The verdict on parts that do not stand in one section in their order: the worst of theirs.
  void JudgeApart(const std::vector<ElidedPart>& parts, bool any_long) {
    TextVerdict verdict = any_long ? TextVerdict::kStitched : TextVerdict::kTooShort;
    for (const ElidedPart& part : parts) {
      const Passage* const best = search_.Pick(part.passages);
      const Passage passage = best != nullptr ? *best : Passage();
      if (!part.short_part) {
        verdict = Worst(verdict, passage.verdict);
      }
      AddPart(*part.quoted, passage, best != nullptr);
    }
    out_.verdict = verdict;
    if (verdict == TextVerdict::kNotFound) {
      out_.parts.clear();
    }
  }

  // The risk of the gap before each part of a chain.
  std::vector<ElisionRisk> JudgeGaps(const std::vector<ElidedPart>& parts,
                                     const std::vector<Passage>& chain) {
    const Source& source = search_.SourceOf(chain.front());
    std::vector<ElisionRisk> risks(chain.size(), ElisionRisk::kNone);
    for (size_t i = 0; i < chain.size(); ++i) {
      AddPart(*parts[i].quoted, chain[i], chain[i].verdict != TextVerdict::kNotFound);
      if (i > 0 && !chain[i].range.empty() && !chain[i - 1].range.empty()) {
        risks[i] = JudgeGap(source, chain[i - 1].range, chain[i].range);
        out_.risk = std::max(out_.risk, risks[i]);
      }
    }
    return risks;
  }

  // An omission mark between two parts of a chain as an edit; a mark for nothing is one of form.
  Edit MarkBetween(const ElidedPart& before, const ElidedPart& after, Range gap, ElisionRisk risk,
                   const Source& source) const {
    Edit mark;
    mark.kind = EditKind::kOmission;
    mark.reason = EditReason::kOmissionMark;
    mark.quotation = {
        before.quoted->base + static_cast<uint32_t>(before.quoted->annotated.text().size()),
        after.quoted->base};
    mark.source = gap;
    if (gap.empty()) {
      mark.kind = EditKind::kForm;
      mark.folds = text::kFoldMark;
    }
    mark.elision_risk = risk;
    mark.quotation_token = mark.quotation;
    mark.source_token = mark.source;
    mark.quotation_text = Slice(quotation_, mark.quotation);
    mark.source_text = Slice(source.joined(), mark.source);
    mark.quotation_token_text = mark.quotation_text;
    mark.source_token_text = mark.source_text;
    return mark;
  }

  // What stands before the first part or behind the last: omission marks that say no more than that
  // the source goes on.
  Edit OuterMarks(Range marks, uint32_t at) const {
    Edit edit;
    edit.kind = EditKind::kForm;
    edit.reason = EditReason::kOuterMark;
    edit.folds = text::kFoldMark;
    edit.quotation = marks;
    edit.source = {at, at};
    edit.quotation_token = edit.quotation;
    edit.source_token = edit.source;
    edit.quotation_text = Slice(quotation_, marks);
    edit.quotation_token_text = edit.quotation_text;
    return edit;
  }

  // One passage for everything else: from the first part to the last.
  Passage Join(const std::vector<ElidedPart>& parts, const std::vector<Passage>& chain,
               const std::vector<ElisionRisk>& risks) const {
    const Source& source = search_.SourceOf(chain.front());
    Passage joined;
    joined.source = chain.front().source;
    joined.verdict = TextVerdict::kElided;
    joined.range = {chain.front().range.begin, chain.back().range.end};
    bool omits = false;
    for (size_t i = 0; i < chain.size(); ++i) {
      const Passage& part = chain[i];
      joined.verdict =
          Worst(joined.verdict, IsWordForWord(part.verdict) ? TextVerdict::kElided : part.verdict);
      if (risks[i] != ElisionRisk::kNone) {
        joined.verdict = Worst(joined.verdict, TextVerdict::kElidedRisky);
      }
      if (i > 0) {
        const Range gap{chain[i - 1].range.end, part.range.begin};
        omits = omits || !gap.empty();
        joined.edits.push_back(MarkBetween(parts[i - 1], parts[i], gap, risks[i], source));
      }
      joined.edits.insert(joined.edits.end(), part.edits.begin(), part.edits.end());
      joined.severity = std::max(joined.severity, part.severity);
      joined.emended.insert(joined.emended.end(), part.emended.begin(), part.emended.end());
      joined.cost = std::max(joined.cost, part.cost);
    }
    const Quoted& last = *parts.back().quoted;
    const Range leading{0, parts.front().quoted->base};
    const Range trailing{last.base + static_cast<uint32_t>(last.annotated.text().size()),
                         static_cast<uint32_t>(quotation_.size())};
    if (!leading.empty()) {
      joined.edits.insert(joined.edits.begin(), OuterMarks(leading, joined.range.begin));
    }
    if (!trailing.empty()) {
      joined.edits.push_back(OuterMarks(trailing, joined.range.end));
    }
    if (joined.verdict == TextVerdict::kElided && !omits) {
      joined.verdict = TextVerdict::kFormOnly;
    }
    return joined;
  }

  // Finds the long parts, formulas only beside the others. False when there are no formulas, or
  // nothing but formulas: then each part has been looked for everywhere.
  bool FindParts(std::vector<ElidedPart>* parts) {
    bool any_common = false;
    std::vector<Window> windows;
    for (ElidedPart& part : *parts) {
      if (part.short_part) {
        continue;
      }
      part.common = search_.corpus()
                        .Locate(part.quoted->folded, part.quoted->annotated.text().size(), 1, 1,
                                search_.allowed())
                        .whole_places > kFormulaPlaces;
      any_common = any_common || part.common;
      if (part.common) {
        continue;
      }
      part.passages = search_.Find(*part.quoted);
      for (const Passage& passage : part.passages) {
        if (passage.verdict <= TextVerdict::kAltered && windows.size() < kFormulaPlaces) {
          const Range run = search_.SourceOf(passage).RunAt(passage.range.begin).range;
          windows.push_back(
              {passage.source,
               {passage.range.begin - std::min(kAround, passage.range.begin - run.begin),
                std::min(passage.range.end + kAround, run.end)},
               0});
        }
      }
    }
    for (ElidedPart& part : *parts) {
      if (part.common) {
        part.passages =
            windows.empty() ? search_.Find(*part.quoted) : search_.FindIn(*part.quoted, windows);
      }
    }
    return any_common && !windows.empty();
  }

  static std::string Slice(std::u32string_view text, Range range) {
    return text::ToUtf8(text.substr(range.begin, range.size()));
  }

  void AddPart(const Quoted& quoted, const Passage& passage, bool found) {
    Part part;
    part.quotation = {quoted.base,
                      quoted.base + static_cast<uint32_t>(quoted.annotated.text().size())};
    part.verdict = passage.verdict;
    if (found) {
      part.report_id = search_.SourceOf(passage).report_id();
      part.revision = search_.SourceOf(passage).revision();
      part.source = passage.range;
    }
    out_.parts.push_back(std::move(part));
  }

  // Adds the places of the chains behind the first where all parts stand word for word.
  void AddPlaces(const std::vector<ElidedPart>& parts,
                 const std::vector<std::vector<Passage>>& chains) {
    for (size_t i = 1; i < chains.size() && out_.places.size() < limits::kMaxLocations; ++i) {
      const std::vector<Passage> chain = WithShortParts(parts, chains[i]);
      if (std::all_of(chain.begin(), chain.end(),
                      [](const Passage& part) { return IsWordForWord(part.verdict); })) {
        Passage place;
        place.source = chain.front().source;
        place.verdict = TextVerdict::kElided;
        place.range = {chain.front().range.begin, chain.back().range.end};
        out_.places.push_back(std::move(place));
      }
    }
  }

  struct Chained {
    std::vector<Passage> passages;
    uint64_t cost = 0;
    bool inside = false;
  };

  // The ways to give each long part a passage, in the order of the quotation, in one section of one
  // source, as near to each other as they stand: one for each place of the first part. Those of the
  // claimed source first, then the cheapest.
  std::vector<std::vector<Passage>> Chains(const std::vector<ElidedPart>& parts) {
    std::vector<uint32_t> sources;
    std::vector<size_t> long_parts;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (parts[i].short_part) {
        continue;
      }
      if (long_parts.empty()) {
        for (const Passage& passage : parts[i].passages) {
          sources.push_back(passage.source);
        }
      }
      long_parts.push_back(i);
    }
    std::sort(sources.begin(), sources.end());
    sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
    std::vector<Chained> chains;
    for (const uint32_t source : sources) {
      for (Chained& chain : ChainsIn(parts, long_parts, source)) {
        chain.inside = search_.Inside(source);
        chains.push_back(std::move(chain));
      }
    }
    std::stable_sort(chains.begin(), chains.end(), [](const Chained& a, const Chained& b) {
      return a.inside != b.inside ? a.inside : a.cost < b.cost;
    });
    std::vector<std::vector<Passage>> found;
    for (Chained& chain : chains) {
      const Source& source = search_.corpus().sources()[chain.passages.front().source];
      bool one_section = true;
      for (size_t i = 1; i < chain.passages.size(); ++i) {
        one_section = one_section &&
                      InOneSection(source, chain.passages[i - 1].range, chain.passages[i].range);
      }
      if (one_section) {
        found.push_back(std::move(chain.passages));
      }
    }
    return found;
  }

  std::vector<Chained> ChainsIn(const std::vector<ElidedPart>& parts,
                                const std::vector<size_t>& long_parts, uint32_t source) const {
    struct Step {
      const Passage* passage;
      uint64_t cost;
      size_t before;
    };
    // Words count before distance.
    constexpr uint64_t kWords = uint64_t{1} << 32;
    std::vector<std::vector<Step>> steps;
    for (const size_t part : long_parts) {
      std::vector<Step> row;
      for (const Passage& passage : parts[part].passages) {
        if (passage.source != source || passage.verdict > TextVerdict::kAltered) {
          continue;
        }
        uint64_t own = kWords * static_cast<uint64_t>(Gravity(passage.verdict)) +
                       static_cast<uint64_t>(passage.cost * static_cast<double>(kWords) / 2);
        Step step{&passage, own, 0};
        if (!steps.empty()) {
          bool reached = false;
          for (size_t k = 0; k < steps.back().size(); ++k) {
            const Step& before = steps.back()[k];
            if (before.passage->range.end > passage.range.begin) {
              continue;
            }
            const uint64_t total =
                own + before.cost + (passage.range.begin - before.passage->range.end);
            if (!reached || total < step.cost) {
              step.cost = total;
              step.before = k;
              reached = true;
            }
          }
          if (!reached) {
            continue;
          }
        }
        row.push_back(step);
      }
      if (row.empty()) {
        return {};
      }
      steps.push_back(std::move(row));
    }
    // The cheapest end for each begin.
    std::vector<Chained> chains;
    for (size_t end = 0; end < steps.back().size(); ++end) {
      Chained chain;
      chain.cost = steps.back()[end].cost;
      chain.passages.resize(steps.size());
      size_t at = end;
      for (size_t i = steps.size(); i-- > 0;) {
        chain.passages[i] = *steps[i][at].passage;
        at = steps[i][at].before;
      }
      const auto same = std::find_if(chains.begin(), chains.end(), [&](const Chained& other) {
        return other.passages.front().range == chain.passages.front().range;
      });
      if (same == chains.end()) {
        chains.push_back(std::move(chain));
      } else if (chain.cost < same->cost) {
        *same = std::move(chain);
      }
    }
    return chains;
  }

  // Whether all words of a part stand in a place, though its borders may cut some (绝不能|因为).
  static bool Stands(const Passage& passage) {
    return passage.verdict <= TextVerdict::kAltered &&
           std::all_of(passage.edits.begin(), passage.edits.end(), [](const Edit& edit) {
             return edit.severity == Severity::kNone || edit.quotation.empty();
           });
  }

  // Puts the short parts between their neighbours, where their words must stand; of several
  // places the one that makes the gaps least suspicious, then the nearest.
  std::vector<Passage> WithShortParts(const std::vector<ElidedPart>& parts,
                                      std::vector<Passage> chain) {
    const uint32_t index = chain.front().source;
    const Source& source = search_.corpus().sources()[index];
    const Range run = source.RunAt(chain.front().range.begin).range;
    std::vector<Passage> all;
    size_t next_long = 0;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (!parts[i].short_part) {
        all.push_back(chain[next_long++]);
        continue;
      }
      const auto reach = static_cast<uint32_t>(limits::kMaxElisionGap);
      const uint32_t first = chain.front().range.begin;
      const Range* const before = all.empty() ? nullptr : &all.back().range;
      const Range* const after = next_long < chain.size() ? &chain[next_long].range : nullptr;
      const uint32_t from = before != nullptr           ? before->end
                            : first > run.begin + reach ? first - reach
                                                        : run.begin;
      const uint32_t to = after != nullptr ? after->begin : std::min(run.end, from + reach);
      Passage found;
      found.source = index;
      found.range = {from, from};
      std::tuple<ElisionRisk, int, uint32_t> best_key;
      if (from < to) {
        const Comparison comparison(*parts[i].quoted, source, {index, {from, to}, 0},
                                    search_.budget());
        for (const Passage& passage : comparison.Judge()) {
          if (passage.range.begin < from || passage.range.end > to || !Stands(passage) ||
              !InOneSection(source, chain.front().range, passage.range) ||
              !InOneSection(source, passage.range, chain.front().range)) {
            continue;
          }
          ElisionRisk risk = ElisionRisk::kNone;
          uint32_t distance = 0;
          if (before != nullptr && !before->empty()) {
            risk = std::max(risk, JudgeGap(source, *before, passage.range));
            distance += passage.range.begin - before->end;
          }
          if (after != nullptr) {
            risk = std::max(risk, JudgeGap(source, passage.range, *after));
            distance += before == nullptr ? after->begin - passage.range.end : 0;
          }
          const std::tuple<ElisionRisk, int, uint32_t> key(risk, Rank(passage.verdict), distance);
          if (found.verdict == TextVerdict::kNotFound || key < best_key) {
            found = passage;
            best_key = key;
          }
        }
      }
      all.push_back(std::move(found));
    }
    return all;
  }

  const std::u32string_view quotation_;
  Search& search_;
  Elided out_;
};

}  // namespace

std::optional<Elided> JudgeElided(std::u32string_view quotation, Search* search) {
  ElidedJudge judge(quotation, *search);
  if (!judge.Run()) {
    return std::nullopt;
  }
  return std::move(judge.out());
}

}  // namespace quotes::citation
