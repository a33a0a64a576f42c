#include "service/citation/elision.h"

#include <algorithm>
#include <optional>

#include "service/base/limits.h"
#include "service/citation/form.h"
#include "service/citation/lexicon.h"
#include "service/figures/numeral.h"
#include "service/text/fold.h"

namespace quotes::citation {
namespace {

bool IsClauseMark(char32_t c) {
  constexpr std::u32string_view kMarks = U"，；。：！？,;:!?";
  return kMarks.find(c) != std::u32string_view::npos;
}
bool IsSentenceMark(char32_t c) { return c == U'。' || c == U'！' || c == U'？'; }

bool IsLetter(char32_t c) {
  return !text::IsSoftMark(c) && !text::IsHardMark(c) && !text::IsNoise(c) && !text::IsSpace(c) &&
         !text::IsLineBreak(c);
}

bool StartsWithAny(std::u32string_view text, std::initializer_list<std::u32string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::u32string_view word) { return text.starts_with(word); });
}

// A clause that begins so says how much, but not of what.
bool LacksMeasure(std::u32string_view clause) {
  return StartsWithAny(
      clause, {U"年均", U"同比", U"增长", U"下降", U"达到", U"占", U"比", U"完成", U"其中", U"提高",
               U"平均", U"环比", U"降低", U"增加", U"累计", U"减少", U"增速", U"达", U"实现"});
}

}  // namespace

std::vector<Range> OmissionMarks(std::u32string_view text) {
  std::vector<Range> marks;
  const auto is_ellipsis = [](char32_t c) { return c == U'…' || c == U'⋯'; };
  const auto is_dot = [](char32_t c) { return c == U'.' || c == U'．' || c == U'。'; };
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    if (is_ellipsis(text[i])) {
      while (end < text.size() && is_ellipsis(text[end])) {
        ++end;
      }
    } else if (is_dot(text[i])) {
      while (end < text.size() && is_dot(text[end])) {
        ++end;
      }
      if (end - i < 3) {
        i = end;
        continue;
      }
    } else {
      for (const std::u32string_view word : {U"（中略）", U"（略）", U"〔中略〕", U"〔略〕",
                                             U"［略］", U"[略]", U"(略)", U"(中略)"}) {
        if (text.substr(i).starts_with(word)) {
          end = i + word.size();
        }
      }
    }
    if (end == i) {
      ++i;
      continue;
    }
    // Brackets around it belong to it.
    const bool bracketed =
        i > 0 && end < text.size() &&
        (FormOfMark(text[i - 1]) == U'[' || FormOfMark(text[i - 1]) == U'(' ||
         text[i - 1] == U'〔') &&
        (FormOfMark(text[end]) == U']' || FormOfMark(text[end]) == U')' || text[end] == U'〕');
    marks.push_back({static_cast<uint32_t>(bracketed ? i - 1 : i),
                     static_cast<uint32_t>(bracketed ? end + 1 : end)});
    i = bracketed ? end + 1 : end;
  }
  return marks;
}

std::vector<Range> EditorsMarks(std::u32string_view text) {
  std::vector<Range> marks;
  for (size_t i = 0; i < text.size(); ++i) {
    const char32_t open = FormOfMark(text[i]);
    if (open != U'(' && open != U'[' && open != U'〔') {
      continue;
    }
    const char32_t close = open == U'(' ? U')' : open == U'[' ? U']' : U'〕';
    size_t end = i + 1;
    while (end < text.size() && FormOfMark(text[end]) != close) {
      ++end;
    }
    if (end == text.size()) {
      continue;
    }
    const std::u32string_view inside = text.substr(i + 1, end - i - 1);
    if (inside == U"原文如此" ||
        StartsWithAny(inside, {U"编者注", U"编者按", U"引者注", U"記者注", U"记者注", U"編者注"})) {
      marks.push_back({static_cast<uint32_t>(i), static_cast<uint32_t>(end + 1)});
      i = end;
    }
  }
  return marks;
}

bool InOneSection(const Source& source, Range before, Range after) {
  if (!(source.RunAt(before.begin).range == source.RunAt(after.begin).range)) {
    return false;
  }
  for (size_t i = 0; i < source.section_count(); ++i) {
    const Source::Section& section = source.section(i);
    if (!section.run_in && section.heading_range.begin >= before.end &&
        section.heading_range.begin <= after.begin &&
        (section.kind == report::SectionKind::kMarkedHeading ||
         section.kind == report::SectionKind::kStandAloneHeading)) {
      return false;
    }
  }
  return true;
}

size_t GapLetters(const Source& source, Range before, Range after) {
  size_t letters = 0;
  for (uint32_t i = before.end; i < after.begin; ++i) {
    letters += IsLetter(source.joined()[i]) ? 1u : 0u;
  }
  return letters;
}

ElisionRisk JudgeGap(const Source& source, Range before, Range after) {
  const size_t letters = GapLetters(source, before, after);
  if (letters == 0) {
    return ElisionRisk::kNone;
  }
  ElisionRisk risk = letters > limits::kMaxElisionGap ? ElisionRisk::kLongGap : ElisionRisk::kNone;
  const auto raise = [&](ElisionRisk found) { risk = std::max(risk, found); };

  // Everything is read in one window: the sentence before the gap, the gap, a stretch behind it.
  const uint32_t begin = source.quote(source.QuoteAt(before.begin)).range.begin;
  const uint32_t end = std::min(after.end, source.RunAt(after.begin).range.end);
  const std::u32string_view text = source.joined().substr(begin, end - begin);
  const uint32_t gap_begin = before.end - begin;
  const uint32_t gap_end = after.begin - begin;
  const std::u32string_view gap = text.substr(gap_begin, gap_end - gap_begin);

  const bool cut_before = !IsClauseMark(text[gap_begin - 1]) && !IsClauseMark(gap.front());
  const bool cut_after = !IsClauseMark(gap.back()) && !IsClauseMark(text[gap_end]);
  uint32_t head_end = gap_begin;  // the gap's share of the clause before it
  while (cut_before && head_end < gap_end && !IsClauseMark(text[head_end])) {
    ++head_end;
  }
  uint32_t tail_begin = gap_end;  // and of the clause behind it
  while (cut_after && tail_begin > gap_begin && !IsClauseMark(text[tail_begin - 1])) {
    --tail_begin;
  }
  uint32_t sentence = gap_end;  // where the sentence kept behind the gap begins, inside the gap
  while (sentence > gap_begin && !IsSentenceMark(text[sentence - 1])) {
    --sentence;
  }

  if (const std::optional<size_t> letter = NegatingLetterBefore(text, gap_end);
      letter.has_value() && *letter >= gap_begin) {
    raise(ElisionRisk::kNegator);
  }
  for (const Cue& cue : FindCues(text)) {
    if (cue.begin < gap_begin || cue.begin >= gap_end) {
      continue;
    }
    const bool in_cut_clause = cue.begin < head_end || cue.begin >= tail_begin;
    const Reach reach = Governs(text, cue, gap_end);
    switch (cue.kind) {
      case CueKind::kNegator:
        if (in_cut_clause || reach != Reach::kNone) {
          raise(ElisionRisk::kNegator);
        }
        break;
      case CueKind::kCondition:
        if (in_cut_clause || reach != Reach::kNone || (cue.begin >= sentence && !cue.local)) {
          raise(ElisionRisk::kCue);
        }
        break;
      case CueKind::kHedge:
      case CueKind::kLimiter:
      case CueKind::kModal:
      case CueKind::kQuantifier:
        if (in_cut_clause || reach != Reach::kNone) {
          raise(ElisionRisk::kCue);
        }
        break;
      default:
        break;
    }
  }

  uint32_t clause_end = gap_end;  // of the first clause kept behind the gap
  while (clause_end < text.size() && !IsClauseMark(text[clause_end])) {
    ++clause_end;
  }
  bool in_head = false;
  bool in_gap = false;
  bool in_clause = false;
  for (const figures::Numeral& numeral : figures::FindNumerals(text)) {
    in_head = in_head || (numeral.token.begin < head_end && numeral.token.end > gap_begin);
    in_gap = in_gap || (numeral.token.begin < gap_end && numeral.token.end > gap_begin);
    in_clause = in_clause || (numeral.token.begin < clause_end && numeral.token.end > gap_end);
  }
  const bool another_measure = in_gap || gap.find_first_of(U"；。;") != std::u32string_view::npos;
  if ((cut_before && (in_head || in_clause)) || (cut_after && in_clause) ||
      (in_clause && another_measure && LacksMeasure(text.substr(gap_end)))) {
    raise(ElisionRisk::kPartedFigure);
  }
  return risk;
}

}  // namespace quotes::citation
