#include "service/citation/elision.h"

#include <algorithm>
#include <optional>

#include "service/base/limits.h"
#include "service/citation/context.h"
#include "service/citation/form.h"
#include "service/citation/latin.h"
#include "service/citation/lexicon.h"
#include "service/citation/period.h"
#include "service/citation/predicate.h"
#include "service/citation/word_classes.h"
#include "service/figures/numeral.h"
#include "service/text/fold.h"

namespace quotes::citation {
namespace {

bool IsSentenceMark(char32_t c) { return c == U'。' || c == U'！' || c == U'？'; }

bool IsLetter(char32_t c) {
  return !text::IsSoftMark(c) && !text::IsHardMark(c) && !text::IsNoise(c) && !text::IsSpace(c) &&
         !text::IsLineBreak(c);
}

// Code points of a word that is looked at, and words of a sentence that merely answers.
constexpr size_t kLongestWord = 24;
constexpr size_t kShortAnswer = 6;

// A gap between two kept stretches of a text.
class GapJudge {
 public:
  // What is kept before the gap begins at `kept`; the sentence of it, at 0.
  GapJudge(std::u32string_view text, uint32_t kept, uint32_t begin, uint32_t end)
      : text_(text),
        kept_(text.substr(kept, begin - kept)),
        begin_(begin),
        end_(end),
        head_end_(begin),
        tail_begin_(end),
        sentence_(end) {
    cut_before_ = !IsClauseBorder(text[begin - 1]) && !IsClauseBorder(text[begin]);
    cut_after_ = !IsClauseBorder(text[end - 1]) && !IsClauseBorder(text[end]);
    while (cut_before_ && head_end_ < end && !IsClauseBorder(text[head_end_])) {
      ++head_end_;
    }
    while (cut_after_ && tail_begin_ > begin && !IsClauseBorder(text[tail_begin_ - 1])) {
      --tail_begin_;
    }
    while (sentence_ > begin && !IsSentenceMark(text[sentence_ - 1])) {
      --sentence_;
    }
  }

  // Whether a cue in the gap governs kept words.
  ElisionRisk Cues() const {
    ElisionRisk risk = ElisionRisk::kNone;
    if (const std::optional<size_t> letter = NegatingLetterBefore(text_, end_);
        letter.has_value() && *letter >= begin_) {
      risk = ElisionRisk::kNegator;
    }
    for (const Cue& cue : FindCues(text_)) {
      if (cue.begin < begin_ || cue.begin >= end_) {
        continue;
      }
      const bool governs = cue.begin < head_end_ || cue.begin >= tail_begin_ ||
                           Governs(text_, cue, end_) != Reach::kNone;
      switch (cue.kind) {
        case CueKind::kNegator:
          risk = governs ? ElisionRisk::kNegator : risk;
          break;
        case CueKind::kCondition:
          if (governs || (cue.begin >= sentence_ && !cue.local)) {
            risk = std::max(risk, ElisionRisk::kCue);
          }
          break;
        case CueKind::kHedge:
        case CueKind::kLimiter:
        case CueKind::kModal:
        case CueKind::kQuantifier:
          risk = governs ? std::max(risk, ElisionRisk::kCue) : risk;
          break;
        default:
          break;
      }
    }
    return risk;
  }

  // Whether kept words before the gap come to bear on others than in the source: the beginning of
  // one clause stands before another clause, or a clause or its beginning before the end of another
  // (减少……中高端供给; 反对分裂……国家主权, but not ……推动发展 without its 我们), or a clause that
  // says what a figure in the gap is without stands before what is kept (剔除虚收因素，……). A row
  // that loses its last items (强化科技、……) is none.
  ElisionRisk Splice() const {
    const bool row = BeginsWith(WordClass::kCoordinator, text_.substr(begin_)) > 0;
    const bool joins_end =
        cut_after_ && tail_begin_ > begin_ &&
        !IsWord(WordClass::kSubject, text_.substr(tail_begin_, end_ - tail_begin_));
    const bool spliced = (cut_before_ && head_end_ < end_ && (!row || cut_after_)) || joins_end;
    uint32_t place = begin_;  // of the first words left out; where an end is joined on, before them
    while (!joins_end && place < end_ && !IsLetter(text_[place])) {
      ++place;
    }
    ElisionRisk risk = spliced ? ElisionRisk::kCue : ElisionRisk::kNone;
    for (const Cue& cue : FindCues(text_.substr(0, begin_ + kLookAhead))) {
      const Reach reach = cue.begin < begin_ ? Governs(text_, cue, place) : Reach::kNone;
      const bool excludes =
          cue.kind == CueKind::kNegator ||
          IsWord(WordClass::kExclusion, text_.substr(cue.begin, cue.end - cue.begin));
      if ((reach == Reach::kBefore && excludes) || (spliced && reach != Reach::kNone)) {
        risk = std::max(risk,
                        cue.kind == CueKind::kNegator ? ElisionRisk::kNegator : ElisionRisk::kCue);
      }
    }
    return risk;
  }

  // Whether the gap lies inside one clause: what it takes away may be what the kept words are said
  // with, whatever it is (取缔了……场所 without 非法, 代理……县长, 农民人均收入……低于全省 without
  // 增幅). Only whole items of a row may go.
  ElisionRisk Inside() const {
    if (!cut_before_ || !cut_after_ || head_end_ < end_ || !HasLetter(begin_, end_)) {
      return ElisionRisk::kNone;
    }
    const auto is_border = [this](uint32_t at) {
      return at > 0 && at < text_.size() && (text_[at - 1] == U'、' || text_[at] == U'、');
    };
    return is_border(begin_) && is_border(end_) ? ElisionRisk::kNone : ElisionRisk::kCue;
  }

  // Whether the gap has the head of the sentence kept behind it: the clause that says of what or
  // where that is so (对不符合条件的项目，……不予贷款), or its subject (……是要整的; ……这是重要因素).
  ElisionRisk Head() const {
    if (cut_after_ || end_ == begin_) {
      return ElisionRisk::kNone;
    }
    const std::u32string_view kept = text_.substr(end_);
    const size_t last = LastLetterOrMark();
    const bool inside =
        last != std::u32string_view::npos && last >= begin_ && IsInnerMark(text_[last]);
    if (BeginsWithWordOf(WordClass::kAnaphor, kept)) {
      return ElisionRisk::kCue;
    }
    if (!inside) {
      return ElisionRisk::kNone;
    }
    if (LosesCause(kept)) {
      return ElisionRisk::kCue;
    }
    uint32_t clause = static_cast<uint32_t>(last);
    while (clause > begin_ && !IsClauseBorder(text_[clause - 1])) {
      --clause;
    }
    while (clause < last && !IsLetter(text_[clause])) {
      ++clause;
    }
    const std::u32string_view head = text_.substr(clause, last - clause);
    // 对发展质量要求更高，对各级干部考验更大: one of a row, whole in itself.
    const bool topic = BeginsWithWordOf(WordClass::kTopic, head) &&
                       FirstWord(head) != FirstWord(kept) &&
                       EndsWith(WordClass::kPatronage, head) == 0;
    const bool nominal = !head.empty() && (head.back() == U'的' || head.back() == U'者');
    // 只要……，就: the condition is kept.
    const bool headless = BeginsWithWordOf(WordClass::kHeadless, kept) &&
                          !(BeginsWithWordOf(WordClass::kConsequent, kept) && KeepsCondition());
    return topic || headless || (nominal && kept.starts_with(U'要')) ? ElisionRisk::kCue
                                                                     : ElisionRisk::kNone;
  }

  // Whether the gap takes the head of a sentence away that ends behind it, and began in it: its
  // subject, which the words before the gap then seem to be (我国社会稳定……有待克服, without
  // 。我们工作中的缺点，). Words with a subject of their own lose none, nor does a sentence that
  // begins as the one before the gap does or has none. Of any gap inside a sentence: who says what
  // is kept, but not the report (“四人帮”胡说…，).
  ElisionRisk Subject() const {
    const size_t last = LastLetterOrMark();
    const bool inside = !cut_after_ && last != std::u32string_view::npos && last >= begin_ &&
                        IsInnerMark(text_[last]);
    if (!inside) {
      return ElisionRisk::kNone;
    }
    uint32_t row = end_;  // where the row of clauses begins that goes on behind the gap
    while (row > 0 && !IsSentenceMark(text_[row - 1]) && text_[row - 1] != U'；') {
      --row;
    }
    const std::u32string_view left_out =
        text_.substr(std::max(row, begin_), last - std::max(row, begin_));
    if (FindWord(WordClass::kDisowning, left_out).has_value() ||
        FindWord(WordClass::kOthersView, left_out).has_value()) {
      return ElisionRisk::kCue;
    }
    const std::u32string_view kept = text_.substr(end_);
    const bool headless = row >= begin_ || !HasLetter(row, begin_);
    const std::u32string_view head = text_.substr(row);
    return headless && !BeginsWithWordOf(WordClass::kImperative, head) &&
                   !BeginsWithWordOf(WordClass::kSubject, kept) &&
                   FirstWord(head) != FirstWord(kept_)
               ? ElisionRisk::kCue
               : ElisionRisk::kNone;
  }

  // Whether what is kept ends with a word that the first words left out belong to: 一切……,
  // 禁止在少数……, 只有…….
  ElisionRisk Dangling() const {
    ElisionRisk risk = ElisionRisk::kNone;
    if (!cut_before_) {
      return risk;
    }
    for (const Cue& cue : FindCues(text_.substr(0, std::min<size_t>(text_.size(), end_)))) {
      if (cue.end != begin_) {
        continue;
      }
      switch (cue.kind) {
        case CueKind::kNegator:
          risk = ElisionRisk::kNegator;
          break;
        case CueKind::kCondition:
        case CueKind::kHedge:
        case CueKind::kLimiter:
        case CueKind::kQuantifier:
          risk = std::max(risk, ElisionRisk::kCue);
          break;
        default:
          break;
      }
    }
    return EndsWith(WordClass::kUniversal, text_.substr(0, begin_)) > 0
               ? std::max(risk, ElisionRisk::kCue)
               : risk;
  }

  // Whether a figure is parted from what it measures, or from its period or forecast.
  ElisionRisk Figures() const {
    const uint32_t clause_end = ClauseEnd(end_);
    bool in_head = false;
    bool in_gap = false;
    bool in_clause = false;
    for (const figures::Numeral& numeral : numerals_) {
      const Range token{numeral.token.begin, numeral.token.end};
      in_head = in_head || (token.begin < head_end_ && token.end > begin_);
      in_gap = in_gap || (token.begin < end_ && token.end > begin_);
      in_clause = in_clause || (token.begin < clause_end && token.end > end_);
    }
    const bool another_measure =
        in_gap ||
        text_.substr(begin_, end_ - begin_).find_first_of(U"；。;") != std::u32string_view::npos;
    const bool measureless =
        in_clause && another_measure && BeginsWith(WordClass::kMeasureless, text_.substr(end_)) > 0;
    const bool parted = (cut_before_ && (in_head || in_clause)) || (cut_after_ && in_clause) ||
                        measureless || LosesFrame();
    return parted ? ElisionRisk::kPartedFigure : ElisionRisk::kNone;
  }

 private:
  static constexpr uint32_t kLookAhead = 12;

  // Whether what is kept behind the gap says what came of words in it, and those before it seem to
  // be the cause: 忠诚的……所以犯了很多错误, without 但是思想狭隘，; ……否则以违纪论处.
  bool LosesCause(std::u32string_view kept) const {
    if (BeginsWithWordOf(WordClass::kEffectOfNone, kept)) {
      return true;
    }
    if (!BeginsWithWordOf(WordClass::kEffect, kept)) {
      return false;
    }
    const uint32_t from = std::max(sentence_, begin_);
    const std::u32string_view left_out = text_.substr(from, end_ - from);
    const std::vector<Word> words = FindWords(left_out);
    const std::vector<Cue> cues = FindCues(left_out);
    return std::any_of(words.begin(), words.end(),
                       [&](const Word& word) {
                         return IsWord(WordClass::kAdversative,
                                       left_out.substr(word.begin, word.end - word.begin));
                       }) ||
           std::any_of(cues.begin(), cues.end(),
                       [](const Cue& cue) { return cue.kind == CueKind::kNegator; }) ||
           kept_.ends_with(U'是') || kept_.ends_with(U'下');
  }

  static bool IsInnerMark(char32_t c) {
    return std::u32string_view(U"，,：:").find(c) != std::u32string_view::npos;
  }
  // The last character of the gap that is no quotation mark or space.
  size_t LastLetterOrMark() const {
    return end_ == 0 ? std::u32string_view::npos
                     : text_.find_last_not_of(U"“”‘’「」『』 \u3000\n", end_ - 1);
  }
  bool HasLetter(uint32_t begin, uint32_t end) const {
    return std::any_of(text_.begin() + begin, text_.begin() + end, IsLetter);
  }

  static std::u32string_view FirstWord(std::u32string_view text) {
    const std::vector<Word> found = FindWords(text.substr(0, kLookAhead));
    return found.empty() ? std::u32string_view()
                         : text.substr(found[0].begin, found[0].end - found[0].begin);
  }

  // Whether of the conditions of the sentence that goes on behind the gap the last is kept.
  bool KeepsCondition() const {
    if (sentence_ > begin_) {
      return false;
    }
    uint32_t sentence = begin_;
    while (sentence > 0 && !IsSentenceMark(text_[sentence - 1])) {
      --sentence;
    }
    bool kept = false;
    for (const Cue& cue : FindCues(text_.substr(0, end_))) {
      if (cue.kind == CueKind::kCondition && cue.begin >= sentence) {
        kept = cue.begin < begin_;
      }
    }
    return kept;
  }

  // Whether the first word of a text is of the class: 不 of 不改变, but not of 不断.
  static bool BeginsWithWordOf(WordClass words, std::u32string_view text) {
    const std::vector<Word> found = FindWords(text.substr(0, kLookAhead));
    return !found.empty() &&
           (IsWord(words, text.substr(found[0].begin, found[0].end - found[0].begin)) ||
            (found.size() > 1 && found[0].end == found[1].begin &&
             IsWord(words, text.substr(found[0].begin, found[1].end - found[0].begin))));
  }

  uint32_t ClauseEnd(uint32_t at) const {
    while (at < text_.size() && !IsClauseBorder(text_[at])) {
      ++at;
    }
    return at;
  }

  // The words at the head of a clause that say when what follows is so, empty for none: 2021年,
  // 到2025年, 今后五年.
  Range Period(uint32_t begin, uint32_t end) const {
    while (begin < end) {
      const std::u32string_view rest = text_.substr(begin, end - begin);
      const auto lead = static_cast<uint32_t>(BeginsWith(WordClass::kPeriodLead, rest));
      const auto word = static_cast<uint32_t>(BeginsWith(WordClass::kPeriod, rest));
      if (word > 0) {
        return {begin, begin + word};
      }
      const auto numeral = std::find_if(
          numerals_.begin(), numerals_.end(),
          [begin](const figures::Numeral& each) { return each.number.begin >= begin; });
      if (numeral != numerals_.end() && numeral->number.begin == begin &&
          IsPeriod(text_, *numeral)) {
        return {begin, numeral->token.end};
      }
      if (lead == 0 && IsLetter(text_[begin])) {
        break;
      }
      begin += std::max<uint32_t>(lead, 1);
    }
    return {};
  }

  // Whether the sentence kept behind the gap has a figure whose period, or whose being expected or
  // aimed at, is said in the gap: what stands at the head of one clause holds for those behind it
  // until another says its own.
  bool LosesFrame() const {
    Range period;
    bool forecast = false;
    for (uint32_t at = sentence_; at < end_;) {
      const uint32_t end = std::min(ClauseEnd(at), end_);
      if (const Range own = Period(at, end); !own.empty()) {
        period = own;
        forecast = false;
      }
      forecast = forecast || FindWord(WordClass::kForecast, text_.substr(at, end - at)).has_value();
      at = end + 1;
    }
    // What is kept of them holds on.
    forecast = forecast && !FindWord(WordClass::kForecast, kept_).has_value();
    if (kept_.find(text_.substr(period.begin, period.size())) != std::u32string_view::npos) {
      period = {};
    }
    for (uint32_t at = end_; at < text_.size() && (forecast || !period.empty());) {
      const uint32_t end = ClauseEnd(at);
      const std::u32string_view clause = text_.substr(at, end - at);
      if (!Period(at, end).empty()) {
        return false;
      }
      forecast = forecast && !FindWord(WordClass::kForecast, clause).has_value();
      const bool figure =
          std::any_of(numerals_.begin(), numerals_.end(), [&](const figures::Numeral& numeral) {
            return numeral.token.begin >= at && numeral.token.begin < end && IsAmount(numeral);
          });
      if (figure && (forecast || !period.empty())) {
        return true;
      }
      if (end < text_.size() && IsSentenceMark(text_[end])) {
        break;
      }
      at = end + 1;
    }
    return false;
  }

  bool IsAmount(const figures::Numeral& numeral) const {
    switch (numeral.kind) {
      case figures::NumeralKind::kOrdinal:
      case figures::NumeralKind::kYear:
      case figures::NumeralKind::kDate:
      case figures::NumeralKind::kTime:
      case figures::NumeralKind::kSet:
      case figures::NumeralKind::kLabel:
        return false;
      default:
        return !IsPeriod(text_, numeral);
    }
  }

  const std::u32string_view text_;
  const std::u32string_view kept_;  // before the gap
  const uint32_t begin_;
  const uint32_t end_;
  bool cut_before_ = false;  // the gap begins inside a clause
  bool cut_after_ = false;   // it ends inside one
  uint32_t head_end_;        // its share of the clause that it begins in
  uint32_t tail_begin_;      // and of the one that it ends in
  uint32_t sentence_;        // where the sentence kept behind it begins, inside the gap
  const std::vector<figures::Numeral> numerals_ = figures::FindNumerals(text_);
};

bool IsSpacedClauseMark(char32_t c) {
  constexpr std::u32string_view kMarks = U",;:!?()—–";
  return kMarks.find(c) != std::u32string_view::npos;
}

// A gap in a language whose words are parted by spaces: whole sentences may go, a part of one never
// without risk, for the lexicon knows too little of what it may say.
ElisionRisk JudgeSpacedGap(const Source& source, Range before, Range after) {
  const std::u32string_view joined = source.joined();
  const Range left = source.quote(source.QuoteAt(before.end - 1)).range;
  const size_t last = source.QuoteAt(after.begin);
  const Range right = source.quote(last).range;
  const auto any_letter = [&](uint32_t begin, uint32_t end) {
    return begin < end && std::any_of(joined.begin() + begin, joined.begin() + end, IsLetter);
  };
  const bool cut_left = any_letter(before.end, left.end);
  const bool cut_right = any_letter(right.begin, after.begin);
  const std::u32string_view gap = joined.substr(before.end, after.begin - before.end);
  const std::vector<Cue> cues = FindCues(gap);
  if (cut_left || cut_right) {
    // The rest of the clause before the gap, and the head of the one behind it.
    size_t head = 0;
    while (cut_left && head < gap.size() && !IsSpacedClauseMark(gap[head])) {
      ++head;
    }
    size_t tail = gap.size();
    while (cut_right && tail > 0 && !IsSpacedClauseMark(gap[tail - 1])) {
      --tail;
    }
    const bool negated = std::any_of(cues.begin(), cues.end(), [&](const Cue& cue) {
      return cue.kind == CueKind::kNegator && (cue.begin < head || cue.begin >= tail);
    });
    return negated ? ElisionRisk::kNegator : ElisionRisk::kCue;
  }
  // The answer to a question, and what a pronoun stands for, may not go.
  const std::u32string_view kept = joined.substr(before.begin, before.end - before.begin);
  const size_t end = kept.find_last_not_of(U"\"'”’ ");
  const std::vector<Word> first = FindWords(joined.substr(after.begin, kLongestWord));
  const bool refers = !first.empty() && IsWord(WordClass::kSpacedAnaphor,
                                               joined.substr(after.begin + first[0].begin,
                                                             first[0].end - first[0].begin));
  if (refers || (end != std::u32string_view::npos && kept[end] == U'?')) {
    return ElisionRisk::kCue;
  }
  // Nor a short denial of what stands before: They are wrong.
  for (size_t i = source.QuoteAt(before.end - 1) + 1; i < last; ++i) {
    const Range own = source.quote(i).range;
    const std::u32string_view sentence = joined.substr(own.begin, own.size());
    const std::vector<Cue> own_cues = FindCues(sentence);
    const bool denies = std::any_of(own_cues.begin(), own_cues.end(),
                                    [](const Cue& cue) { return cue.kind == CueKind::kNegator; });
    if (denies && FindWords(sentence).size() <= kShortAnswer) {
      return ElisionRisk::kCue;
    }
  }
  return ElisionRisk::kNone;
}

// Whether the words beside a gap would be misquoted if they were cut off there: what governs the
// ones behind it, or denies or limits those before it, stands in the gap.
ElisionRisk JudgeCuts(const Source& source, Range before, Range after) {
  std::vector<FlagResult> flags;
  JudgeSpan(source, before, report::Mode::kUnspecified, false, &flags);
  JudgeSpan(source, after, report::Mode::kUnspecified, false, &flags);
  ElisionRisk risk = ElisionRisk::kNone;
  for (const FlagResult& flag : flags) {
    if (flag.source.empty() || flag.source.begin < before.end || flag.source.end > after.begin) {
      continue;
    }
    switch (flag.flag) {
      case ContextFlag::kTruncatedNegation:
        // Directly before the words behind the gap, or the predicate of those before it.
        risk = std::max(risk, flag.direct || flag.source.begin == before.end ? ElisionRisk::kNegator
                                                                             : ElisionRisk::kCue);
        break;
      case ContextFlag::kDroppedCondition:
      case ContextFlag::kDroppedHedge:
        risk = std::max(risk, ElisionRisk::kCue);
        break;
      default:
        break;
    }
  }
  return risk;
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
    } else if (MarkDirection(text[i]) > 0) {
      for (const std::u32string_view word :
           {U"（中略）", U"（略）", U"〔中略〕", U"〔略〕", U"［略］", U"[略]", U"(略)", U"(中略)",
            U"（省略）", U"（前略）", U"（上略）", U"（后略）", U"（下略）", U"（以下略）",
            U"【略】"}) {
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
    if (inside == U"原文如此" || BeginsWith(WordClass::kEditorsNote, inside) > 0) {
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
  const ElisionRisk length =
      letters > limits::kMaxElisionGap ? ElisionRisk::kLongGap : ElisionRisk::kNone;
  const Range sentence = source.quote(source.QuoteAt(after.begin)).range;
  if (HasSpacedWords(source.joined().substr(sentence.begin, sentence.size()))) {
    return std::max(length, JudgeSpacedGap(source, before, after));
  }
  // Everything is read in one window: the sentence before the gap, the gap, what is kept behind it.
  const uint32_t begin = source.quote(source.QuoteAt(before.begin)).range.begin;
  const uint32_t end = std::min(after.end, source.RunAt(after.begin).range.end);
  const GapJudge gap(source.joined().substr(begin, end - begin), before.begin - begin,
                     before.end - begin, after.begin - begin);
  return std::max({length, JudgeCuts(source, before, after), gap.Cues(), gap.Splice(), gap.Inside(),
                   gap.Head(), gap.Subject(), gap.Dangling(), gap.Figures()});
}

}  // namespace quotes::citation
