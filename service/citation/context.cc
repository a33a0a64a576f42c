#include "service/citation/context.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>

#include "service/base/limits.h"
#include "service/citation/elision.h"
#include "service/citation/form.h"
#include "service/citation/latin.h"
#include "service/citation/lexicon.h"
#include "service/citation/period.h"
#include "service/citation/predicate.h"
#include "service/citation/source_text.h"
#include "service/citation/word_classes.h"
#include "service/figures/numeral.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::citation {
namespace {

bool IsLetter(char32_t c) {
  return !text::IsSoftMark(c) && !text::IsHardMark(c) && !text::IsNoise(c) && !text::IsSpace(c) &&
         !text::IsLineBreak(c);
}

bool AnyLetter(std::u32string_view text) { return std::any_of(text.begin(), text.end(), IsLetter); }

std::string Utf8(const Source& source, Range range) {
  return text::ToUtf8(source.joined().substr(range.begin, range.size()));
}

// Whether a negator that is bound to its own word stands directly before `at`: that word ends there
// (挡不住|…), or the one that it denies by itself (未落户|…).
std::optional<Range> DeniedDirectlyBefore(std::u32string_view text, const std::vector<Cue>& cues,
                                          uint32_t at) {
  const auto is_local = [at](const Cue& cue) {
    return cue.kind == CueKind::kNegator && cue.local && cue.end <= at;
  };
  if (std::none_of(cues.begin(), cues.end(), is_local)) {
    return std::nullopt;
  }
  const std::vector<Word> words = FindWords(text.substr(0, at));
  if (words.empty() || words.back().end != at) {
    return std::nullopt;
  }
  Range last{words.back().begin, words.back().end};
  if (words.size() > 1) {
    const Word& before = words[words.size() - 2];
    if (before.kind == WordKind::kSingle && before.end == last.begin &&
        IsWord(WordClass::kNegatingLetter, text[before.begin])) {
      last.begin = before.begin;
    }
  }
  const bool denied = std::any_of(cues.begin(), cues.end(), [&](const Cue& cue) {
    return is_local(cue) && cue.begin >= last.begin && cue.end <= last.end;
  });
  return denied ? std::optional<Range>(last) : std::nullopt;
}

bool IsClauseEnd(char32_t c) {
  return std::u32string_view(U"，。；：！？,;:!?").find(c) != std::u32string_view::npos;
}

// Whether a clause has an amount in Chinese numerals: 九十亿元, but not 第一, 一些 or 一个.
bool HasAmount(std::u32string_view clause) {
  const std::vector<figures::Numeral> numerals = figures::FindNumerals(clause);
  return std::any_of(numerals.begin(), numerals.end(), [](const figures::Numeral& numeral) {
    const bool amount = numeral.kind == figures::NumeralKind::kCardinal ||
                        numeral.kind == figures::NumeralKind::kPercent;
    return amount && numeral.number.size() > 1 && numeral.value.has_value();
  });
}

// What a figure in the first clause of a span is of, compared with or expected for, where that
// stands before the span:
//  - the word that says of what part of a whole it is, before its measure or the rest of that:
//    登记|失业率控制在4.5%以内, 规模以上工业|增加值增长8.9%; or what a measure is of that says
//    little by itself: 森林|覆盖率保持在18%;
//  - what it is compared with, where the span begins with how it moved: 比2016年|增加53天;
//  - its measure, where the span begins so and goes on with other clauses: 工业增加值|增长7.9%，…;
//  - the forecast or aim of a clause before it in the sentence, unless a clause between says its
//  own
//    period: 力争投资超600亿元，|水利投资超220亿元.
void JudgeFigureFrame(std::u32string_view text, uint32_t at, std::u32string_view clause,
                      const std::function<void(ContextFlag, Range, bool)>& add) {
  constexpr std::u32string_view kChinese = U"一二三四五六七八九十百千万亿";
  const bool has_digit = std::any_of(clause.begin(), clause.end(), text::IsDigit);
  if (!has_digit &&
      (clause.find_first_of(kChinese) == std::u32string_view::npos || !HasAmount(clause))) {
    return;
  }
  const auto drop = [&](uint32_t begin, uint32_t end) {
    add(ContextFlag::kDroppedHedge, {begin, end}, false);
  };
  uint32_t begin = at;  // of the clause that the span begins in
  while (begin > 0 && !IsClauseEnd(text[begin - 1])) {
    --begin;
  }
  // Back over the noun that the measure belongs to.
  constexpr uint32_t kNoun = 8;
  bool restricted = false;
  bool measured = false;  // it is dropped what the measure is of
  for (uint32_t end = at; end > begin && at - end <= kNoun; --end) {
    const auto size =
        static_cast<uint32_t>(EndsWith(WordClass::kRestrictor, text.substr(begin, end - begin)));
    if (size > 0) {
      drop(end - size, end);
      restricted = true;
      break;
    }
    if (!text::IsHan(text[end - 1]) || IsWord(WordClass::kGrammatical, text[end - 1])) {
      break;
    }
  }
  if (!restricted && begin < at && text::IsHan(text[at - 1]) &&
      !IsWord(WordClass::kGrammatical, text[at - 1]) &&
      BeginsWith(WordClass::kMeasureOf, clause) > 0 &&
      EndsWith(WordClass::kRaising, text.substr(begin, at - begin)) == 0) {
    drop(begin, at);
    measured = true;
  }
  // What 分别 says of a row is judged as one (FindTornRow).
  const bool moves = BeginsWith(WordClass::kMeasureless, clause) > 0 &&
                     BeginsWith(WordClass::kDistributive, clause) == 0;
  if (moves && begin < at && !measured) {
    constexpr uint32_t kCompared = 14;
    for (uint32_t i = at; i-- > begin && at - i <= kCompared;) {
      const bool compares = text[i] == U'比' || text[i] == U'較' || text[i] == U'较';
      // 比重, 比例 and the like compare nothing.
      if (compares && i + 1 < at &&
          std::u32string_view(U"重例率如分").find(text[i + 1]) == std::u32string_view::npos) {
        drop(i, at);
        return;
      }
    }
    const size_t behind = static_cast<size_t>(at) + clause.size();
    if (AnyLetter(text.substr(begin, at - begin)) && behind + 1 < text.size() &&
        (text[behind] == U'，' || text[behind] == U'；')) {
      drop(begin, at);
      return;
    }
  }
  if (FindWord(WordClass::kForecast, clause).has_value()) {
    return;
  }
  Range forecast;
  for (uint32_t from = 0; from < begin;) {
    uint32_t end = from;
    while (end < begin && !IsClauseEnd(text[end])) {
      ++end;
    }
    const std::u32string_view own = text.substr(from, end - from);
    if (BeginsWith(WordClass::kPeriod, own) > 0 || (!own.empty() && text::IsDigit(own.front()))) {
      forecast = {};
    }
    if (const std::optional<size_t> word = FindWord(WordClass::kForecast, own)) {
      forecast = {from + static_cast<uint32_t>(*word), from + static_cast<uint32_t>(*word) + 2};
    }
    from = end + 1;
  }
  const std::u32string_view head = text.substr(begin, at - begin);
  const bool own_period = BeginsWith(WordClass::kPeriod, head.empty() ? clause : head) > 0 ||
                          text::IsDigit(head.empty() ? clause.front() : head.front());
  if (!forecast.empty() && !own_period) {
    drop(forecast.begin, forecast.end);
  }
}

// Whether a cue stands in brackets that close before `at`: （除台湾省外） bears on its own clause.
bool InBrackets(std::u32string_view text, const Cue& cue, uint32_t at) {
  const std::vector<int> partners = PairPartners(text.substr(0, at));
  for (uint32_t i = 0; i < cue.begin; ++i) {
    if (MarkDirection(text[i]) > 0 && FormOfMark(text[i]) != kQuotationForm && partners[i] >= 0 &&
        static_cast<uint32_t>(partners[i]) >= cue.end) {
      return true;
    }
  }
  return false;
}

// Whether what a cue sets apart is not left out of what the clause at `at` says but goes with it:
// 除了农业以外，|还应发展工业; not 除他以外，|谁也不知道.
bool IsAddedTo(std::u32string_view text, const Cue& cue, uint32_t at) {
  if (cue.kind != CueKind::kCondition ||
      !IsWord(WordClass::kException, text.substr(cue.begin, cue.end - cue.begin))) {
    return false;
  }
  uint32_t begin = at;
  while (begin > cue.end && !IsClauseEnd(text[begin - 1])) {
    --begin;
  }
  uint32_t end = at;
  while (end < text.size() && !IsClauseEnd(text[end])) {
    ++end;
  }
  const std::u32string_view clause = text.substr(begin, end - begin);
  const std::vector<Word> words = FindWords(clause);
  const auto any = [&](WordClass wanted) {
    return std::any_of(words.begin(), words.end(), [&](const Word& word) {
      return IsWord(wanted, clause.substr(word.begin, word.end - word.begin));
    });
  };
  return any(WordClass::kAdditive) && !any(WordClass::kTotal);
}

// The last clause of `text` that says anything, with what stands behind it.
std::u32string_view LastClause(std::u32string_view text) {
  size_t end = text.size();
  while (end > 0 && !IsLetter(text[end - 1])) {
    --end;
  }
  size_t begin = end;
  while (begin > 0 && !IsClauseEnd(text[begin - 1])) {
    --begin;
  }
  return text.substr(begin);
}

// The size of the share of a whole that a text ends with, 的 behind it: 三分之二的, 一半以上的,
// 80%的; 0 for none.
size_t ShareBefore(std::u32string_view text) {
  constexpr std::u32string_view kNumerals = U"〇零一二三四五六七八九十百千万两几0123456789.";
  const size_t size = text.size();
  if (!text.ends_with(U'的')) {
    return 0;
  }
  text.remove_suffix(1);
  for (const std::u32string_view limit : {U"以上", U"以下", U"左右", U"多", U"强"}) {
    if (text.ends_with(limit)) {
      text.remove_suffix(limit.size());
      break;
    }
  }
  const auto without_numeral = [&](std::u32string_view whole) {
    return whole.substr(0, whole.find_last_not_of(kNumerals) + 1);
  };
  if (text.ends_with(U'%') || text.ends_with(U'％') || text.ends_with(U'成')) {
    const std::u32string_view own = text.substr(0, text.size() - 1);
    const std::u32string_view rest = without_numeral(own);
    return rest.size() < own.size() ? size - rest.size() : 0;
  }
  if (text.ends_with(U"一半") || text.ends_with(U"半数")) {
    return size - (text.size() - 2);
  }
  const std::u32string_view rest = without_numeral(text);
  if (rest.size() == text.size() || !rest.ends_with(U"分之")) {
    return 0;
  }
  const std::u32string_view whole = rest.substr(0, rest.size() - 2);
  return size - without_numeral(whole).size();
}

// What governs the span from before it, in its sentence.
void JudgeGovernors(const Source& source, Range range, std::vector<FlagResult>* flags) {
  const Range& sentence = source.quote(source.QuoteAt(range.begin)).range;
  if (sentence.begin >= range.begin) {
    return;
  }
  // Cues are words: what follows decides where they end.
  constexpr uint32_t kBehind = 24;
  const uint32_t end = std::min(range.begin + kBehind, source.RunAt(range.begin).range.end);
  const std::u32string_view text = source.joined().substr(sentence.begin, end - sentence.begin);
  // A term in quotation marks is not said on a condition: 只要…牢记“江山就是人民…”.
  const uint32_t at = range.begin - sentence.begin;
  const auto in_marks = [&](uint32_t from) {
    const std::vector<int> partners = PairPartners(text.substr(0, at));
    for (uint32_t i = from; i < at; ++i) {
      if (FormOfMark(text[i]) == kQuotationForm && MarkDirection(text[i]) >= 0 && partners[i] < 0) {
        return true;
      }
    }
    return false;
  };
  const auto add = [&](ContextFlag kind, Range place, bool direct) {
    FlagResult flag;
    flag.flag = kind;
    flag.source = {sentence.begin + place.begin, sentence.begin + place.end};
    flag.detail = Utf8(source, flag.source);
    flag.direct = direct;
    flags->push_back(std::move(flag));
  };
  const std::vector<Cue> cues = FindCues(text);
  // A span with a condition of its own is not said on the one before.
  const bool own_condition = std::any_of(cues.begin(), cues.end(), [at](const Cue& cue) {
    return cue.kind == CueKind::kCondition && cue.begin == at;
  });
  bool negated = false;
  for (const Governor& governor : FindGovernors(text, cues, at)) {
    if (governor.cue.kind != CueKind::kNegator && in_marks(governor.cue.end)) {
      continue;
    }
    if (governor.reach == Reach::kBefore &&
        (InBrackets(text, governor.cue, at) || IsAddedTo(text, governor.cue, at))) {
      continue;
    }
    const Range place{governor.cue.begin, governor.cue.end};
    switch (governor.cue.kind) {
      case CueKind::kNegator:
        negated = negated || governor.reach == Reach::kDirect;
        add(ContextFlag::kTruncatedNegation, place, governor.reach == Reach::kDirect);
        break;
      // 逐步|取消, 探索|建立: what is to come by steps or is looked into is not done.
      case CueKind::kHedge:
      case CueKind::kLimiter:
        add(ContextFlag::kDroppedHedge, place, false);
        break;
      case CueKind::kCondition:
        if (!own_condition || governor.reach != Reach::kBefore) {
          add(ContextFlag::kDroppedCondition, place, false);
        }
        break;
      default:
        break;
    }
  }
  // 不得不|重视 denies nothing.
  const bool modal = std::any_of(cues.begin(), cues.end(), [at](const Cue& cue) {
    return cue.kind == CueKind::kModal && cue.end == at;
  });
  if (const std::optional<size_t> letter = NegatingLetterBefore(text, at);
      letter.has_value() && !negated && !modal) {
    const auto begin = static_cast<uint32_t>(*letter);
    add(ContextFlag::kTruncatedNegation, {begin, begin + 1}, true);
    negated = true;
  }
  uint32_t words_end = at;  // of the words before the span, quotation marks apart
  while (words_end > 0 && !IsLetter(text[words_end - 1]) && text::IsSoftMark(text[words_end - 1])) {
    --words_end;
  }
  const std::u32string_view before = text.substr(0, words_end);
  if (!negated && !modal) {
    const auto disowned = static_cast<uint32_t>(EndsWith(WordClass::kDisowning, before));
    uint32_t said_end = words_end;  // 传统的观念认为，|…
    while (said_end > 0 &&
           std::u32string_view(U"，：").find(text[said_end - 1]) != std::u32string_view::npos) {
      --said_end;
    }
    const auto others =
        static_cast<uint32_t>(EndsWith(WordClass::kOthersView, text.substr(0, said_end)));
    if (disowned > 0) {
      add(ContextFlag::kTruncatedNegation, {words_end - disowned, words_end}, false);
    } else if (others > 0) {
      add(ContextFlag::kTruncatedNegation, {said_end - others, said_end}, false);
    } else if (const auto denied = DeniedDirectlyBefore(text, cues, words_end)) {
      add(ContextFlag::kTruncatedNegation, *denied, false);
    }
  }
  if (const auto size = static_cast<uint32_t>(EndsWith(WordClass::kStriving, before)); size > 0) {
    add(ContextFlag::kDroppedHedge, {words_end - size, words_end}, false);
  }
  const std::u32string_view clause =
      text.substr(at, std::min(text.find_first_of(U"，。；：！？", at), text.size()) - at);
  JudgeFigureFrame(text, at, clause, add);
  // 没有民主集中制，|无产阶级专政就不可能巩固.
  if (at > 0 && IsClauseEnd(text[at - 1]) && BeginsWith(WordClass::kBareCondition, clause) == 0 &&
      ConsequenceOfBareCondition(text.substr(0, at), clause) > 0) {
    const auto condition = static_cast<uint32_t>(LastClause(text.substr(0, at)).size());
    add(ContextFlag::kDroppedCondition, {at - condition, at}, false);
  }
  if (BeginsWith(WordClass::kSuperlative, clause) > 0) {
    if (const auto size = static_cast<uint32_t>(EndsWith(WordClass::kScope, before)); size > 0) {
      add(ContextFlag::kDroppedHedge, {words_end - size, words_end}, false);
    }
  }
  // 部分|地区, 部分地区|推行, 有些地方的|干部, 三分之二的|村: what is said of some is not said of
  // all.
  constexpr size_t kNoun = 4;  // letters of what some are of
  for (const Cue& cue : cues) {
    if (cue.kind != CueKind::kQuantifier || cue.end > at) {
      continue;
    }
    const std::u32string_view between = text.substr(cue.end, at - cue.end);
    if (std::all_of(between.begin(), between.end(), text::IsSpace) ||
        (between.size() <= kNoun &&
         IsWord(WordClass::kSome, text.substr(cue.begin, cue.end - cue.begin)) &&
         std::all_of(between.begin(), between.end(), text::IsHan))) {
      add(ContextFlag::kDroppedHedge, {cue.begin, cue.end}, false);
    }
  }
  if (const auto size = static_cast<uint32_t>(ShareBefore(before)); size > 0) {
    add(ContextFlag::kDroppedHedge, {words_end - size, words_end}, false);
  }
}

// The size of an exception that stands behind a span: ，除教师和医生外; 0 for none.
size_t ExceptionBehind(std::u32string_view behind) {
  constexpr std::u32string_view kMarks = U"，（(,";
  if (behind.empty() || kMarks.find(behind[0]) == std::u32string_view::npos ||
      BeginsWith(WordClass::kException, behind.substr(1)) == 0) {
    return 0;
  }
  const size_t end = std::min(behind.find_first_of(U"，；。）),;", 1), behind.size());
  return behind.substr(0, end).ends_with(U"外") ? end : 0;
}

// 最安全的城市|之一, Ⅱ类及|以上, 这些因素|除外, 创新城市|试点, 总额居世界|第一,
// 优化投资结构|还需加力: words behind what they limit; those of figures belong to their tokens.
// What denies the words before it, or follows from them where they are a condition.
void JudgeBehind(const Source& source, Range range, std::vector<FlagResult>* flags) {
  const uint32_t end = source.quote(source.QuoteAt(range.end - 1)).range.end;
  if (range.end >= end) {
    return;
  }
  const std::u32string_view behind = source.joined().substr(range.end, end - range.end);
  const auto add = [&](ContextFlag kind, size_t size) {
    FlagResult flag;
    flag.flag = kind;
    flag.source = {range.end, range.end + static_cast<uint32_t>(size)};
    flag.detail = Utf8(source, flag.source);
    flags->push_back(std::move(flag));
  };
  if (IsLetter(source.joined()[range.end - 1])) {
    if (const size_t size = std::max(BeginsWith(WordClass::kPostposedLimit, behind),
                                     BeginsWith(WordClass::kRank, behind));
        size > 0) {
      add(ContextFlag::kDroppedHedge, size);
      return;
    }
  }
  const uint32_t begin =
      std::max(range.begin, source.quote(source.QuoteAt(range.end - 1)).range.begin);
  const std::u32string_view kept = source.joined().substr(begin, range.end - begin);
  if (const size_t size =
          std::max(ConsequenceOfBareCondition(kept, behind), ExceptionBehind(behind));
      size > 0) {
    add(ContextFlag::kDroppedCondition, size);
  } else if (const size_t denial = DenyingPredicate(kept, behind); denial > 0) {
    add(ContextFlag::kTruncatedNegation, denial);
  }
}

std::u32string_view Trimmed(std::u32string_view text) {
  const auto is_letter = [](char32_t c) { return IsLetter(c); };
  const auto* const begin = std::find_if(text.begin(), text.end(), is_letter);
  const auto end = std::find_if(text.rbegin(), text.rend(), is_letter);
  return begin == text.end() ? std::u32string_view()
                             : text.substr(static_cast<size_t>(begin - text.begin()),
                                           static_cast<size_t>(end.base() - begin));
}

// Whether it matters that of the sentences at the ends of a span something was cut off, which are
// in a language whose words are parted by spaces: only what joins one to the sentence before may
// go.
bool IsUnjudged(const Source& source, Range range) {
  const std::u32string_view joined = source.joined();
  // A mark at an end may be that of the next sentence.
  while (range.size() > 1 && !IsLetter(joined[range.begin])) {
    ++range.begin;
  }
  while (range.size() > 1 && !IsLetter(joined[range.end - 1])) {
    --range.end;
  }
  const Range first = source.quote(source.QuoteAt(range.begin)).range;
  const Range last = source.quote(source.QuoteAt(range.end - 1)).range;
  const auto matters = [&](Range sentence, uint32_t begin, uint32_t end) {
    const std::u32string_view words = joined.substr(begin, end - std::min(begin, end));
    return AnyLetter(words) && !IsWord(WordClass::kSentenceLead, Trimmed(words)) &&
           HasSpacedWords(joined.substr(sentence.begin, sentence.size()));
  };
  return matters(first, first.begin, range.begin) || matters(last, range.end, last.end);
}

// The period that a figure in the first clause of a span is of, where it stands directly before the
// span: 今年|, 2009年|. Empty for none.
Range PeriodBefore(const Source& source, Range range) {
  const uint32_t begin = source.quote(source.QuoteAt(range.begin)).range.begin;
  const std::u32string_view text = source.joined().substr(begin, range.end - begin);
  const uint32_t at = range.begin - std::min(range.begin, begin);
  uint32_t end = at;  // of the words before the span
  while (end > 0 && !IsLetter(text[end - 1]) &&
         (text[end - 1] == U'，' || !text::IsHardMark(text[end - 1]))) {
    --end;
  }
  const auto word = static_cast<uint32_t>(EndsWith(WordClass::kPeriod, text.substr(0, end)));
  constexpr std::u32string_view kEnds = U"年月日底末初";
  if (word == 0 && (end == 0 || kEnds.find(text[end - 1]) == std::u32string_view::npos)) {
    return {};
  }
  Range period{end - word, end};
  const size_t clause_end = std::min(text.find_first_of(U"，。；：！？", at), text.size());
  bool figure = false;
  for (const figures::Numeral& numeral : figures::FindNumerals(text)) {
    // 比2016年|: what it is compared with.
    const bool compared = numeral.number.begin > 0 &&
                          std::u32string_view(U"比较較同与").find(text[numeral.number.begin - 1]) !=
                              std::u32string_view::npos;
    if (numeral.token.end == end && IsPeriod(text, numeral) && !compared) {
      period.begin = std::min(period.begin, numeral.token.begin);
    }
    figure = figure || (numeral.token.begin >= at && numeral.token.begin < clause_end &&
                        !IsPeriod(text, numeral));
  }
  return figure && !period.empty() ? Range{begin + period.begin, begin + period.end} : Range{};
}

// Whether words beside a quotation tell it as done: 已 with a verb of completion behind it in its
// clause (”已在全省落地), or, `before` the quotation, with little between (全省已“, 已经做到了“).
// Not where what is done is that it was said or begun (已经提出“).
bool IsToldAsDone(std::u32string_view side, bool before) {
  constexpr size_t kBetween = 6;
  for (size_t at = side.find(U'已'); at != std::u32string_view::npos;
       at = side.find(U'已', at + 1)) {
    if (at > 0 && (side[at - 1] == U'而' || side[at - 1] == U'得')) {
      continue;  // 而已, 不得已
    }
    const std::u32string_view behind = side.substr(at + 1);
    const std::u32string_view clause = behind.substr(
        0, static_cast<size_t>(std::find_if(behind.begin(), behind.end(), IsClauseEnd) -
                               behind.begin()));
    if (FindWord(WordClass::kStated, clause).has_value()) {
      continue;
    }
    if (FindWord(WordClass::kCompleting, clause).has_value() ||
        (before && !AnyLetter(behind.substr(clause.size())) &&
         std::count_if(clause.begin(), clause.end(), IsLetter) <=
             static_cast<std::ptrdiff_t>(kBetween))) {
      return true;
    }
  }
  return false;
}

// The value of a year, of a range of them its end; 0 for none.
int64_t YearOf(const figures::Numeral& numeral) {
  const std::optional<figures::Decimal>& value =
      numeral.second.has_value() ? numeral.second : numeral.value;
  if (!value.has_value() || value->exponent < 0 || value->exponent > 3) {
    return 0;
  }
  int64_t year = value->mantissa;
  for (int32_t i = 0; i < value->exponent; ++i) {
    year *= 10;
  }
  return year;
}

// Whether the last year that `text` names lies before that of a report: 2025年，我省…. Not a day's
// or month's, which says when something was said, nor that of another report: 2025年政府工作报告.
bool IsOfYearBefore(std::u32string_view text, absl::CivilDay said) {
  int64_t year = 0;
  for (const figures::Numeral& numeral : figures::FindNumerals(text)) {
    if (numeral.kind != figures::NumeralKind::kYear) {
      continue;
    }
    size_t end = numeral.token.end;
    end += end < text.size() && text[end] == U'年' ? 1u : 0u;
    const size_t clause = std::min(text.find_first_of(U"，：,:", end), text.size());
    if (text.substr(end, clause - end).find(U"报告") == std::u32string_view::npos) {
      year = YearOf(numeral);
    }
  }
  return year > 0 && year < said.year();
}

bool IsResult(report::Mode mode) { return mode == report::Mode::kReview; }
bool IsPlan(report::Mode mode) {
  return mode == report::Mode::kTarget || mode == report::Mode::kAim ||
         mode == report::Mode::kMeasure;
}

}  // namespace

report::Mode UsedAs(const Claim& claim, std::u32string_view before, std::u32string_view after,
                    std::optional<absl::CivilDay> said) {
  if (claim.mode.has_value()) {
    return *claim.mode;
  }
  // The end of the sentence before the quotation and the begin of the one behind it; none where
  // they deny or set a condition.
  std::u32string_view left = before;
  const size_t stop = left.find_last_of(U"。！？；");
  left = stop == std::u32string_view::npos ? left : left.substr(stop + 1);
  const auto judged = [](std::u32string_view side) {
    const std::vector<Cue> cues = FindCues(side);
    const bool turned = std::any_of(cues.begin(), cues.end(), [](const Cue& cue) {
      return cue.kind == CueKind::kNegator || cue.kind == CueKind::kCondition;
    });
    return turned ? std::u32string_view() : side;
  };
  left = judged(left);
  const std::u32string_view right = judged(after.substr(0, after.find_first_of(U"。！？；")));
  const auto any = [](WordClass words, std::u32string_view a, std::u32string_view b) {
    return FindWord(words, a).has_value() || FindWord(words, b).has_value();
  };
  const auto is_result = [&](std::u32string_view a, std::u32string_view b) {
    return any(WordClass::kUsedAsResult, a, b) || IsToldAsDone(a, true) || IsToldAsDone(b, false);
  };
  const std::u32string_view directly = LastClause(left);
  if (is_result(directly, right)) {
    return report::Mode::kReview;
  }
  if (FindWord(WordClass::kIntroducesAim, directly).has_value() &&
      !FindWord(WordClass::kFollowsAim, directly).has_value()) {
    return report::Mode::kAim;
  }
  if (is_result(left, {})) {
    return report::Mode::kReview;
  }
  if (any(WordClass::kUsedAsAim, left, right)) {
    return report::Mode::kAim;
  }
  if (any(WordClass::kUsedAsPast, left, right) ||
      (said.has_value() && IsOfYearBefore(left, *said))) {
    return report::Mode::kReview;
  }
  return report::Mode::kUnspecified;
}

void JudgeSpan(const Source& source, Range range, report::Mode used_as, bool whole,
               std::vector<FlagResult>* flags) {
  const auto add = [&](ContextFlag flag, std::string detail = {}, Range at = {}) {
    FlagResult result;
    result.flag = flag;
    result.detail = std::move(detail);
    result.source = at;
    flags->push_back(std::move(result));
  };
  if (source.quote_count() == 0 || range.empty()) {
    return;
  }
  JudgeGovernors(source, range, flags);
  JudgeBehind(source, range, flags);
  const size_t first = source.QuoteAt(range.begin);
  const size_t last = source.QuoteAt(range.end - 1);
  const report::Mode mode = source.quote(first).mode;
  if (IsResult(used_as) && IsPlan(mode)) {
    add(ContextFlag::kTargetAsResult);
  }
  if (IsPlan(used_as) && mode == report::Mode::kProblem) {
    add(ContextFlag::kProblemAsAim);
  }
  const Source::Completeness completeness = source.completeness();
  if (completeness.truncated && range.begin <= completeness.position &&
      range.end + limits::kNearEdgeCodePoints >= completeness.position) {
    add(ContextFlag::kNearIncompleteEdge, std::string(completeness.jump_target),
        {completeness.position, completeness.position});
  }
  bool heading = source.RunAt(range.begin).kind == report::BlockKind::kHeading ||
                 source.quote(first).block == report::BlockKind::kHeading;
  for (const size_t i : source.SectionsAt(range.begin)) {
    const Range& own = source.section(i).heading_range;
    heading = heading || (own.begin <= range.begin && range.end <= own.end);
  }
  if (heading) {
    add(ContextFlag::kHeadingText);
  }
  if (source.JoinInside(range)) {
    add(ContextFlag::kSpansPageBreak);
  }
  if (!whole) {
    return;
  }
  const Range& begin_sentence = source.quote(first).range;
  const Range& end_sentence = source.quote(last).range;
  const std::u32string_view joined = source.joined();
  if (AnyLetter(joined.substr(begin_sentence.begin,
                              range.begin - std::min(range.begin, begin_sentence.begin))) ||
      AnyLetter(
          joined.substr(range.end, end_sentence.end - std::min(range.end, end_sentence.end)))) {
    const Range period = PeriodBefore(source, range);
    add(ContextFlag::kPartialSentence, Utf8(source, period), period);
    flags->back().unjudged = IsUnjudged(source, range);
  }
  if (last > first) {
    add(ContextFlag::kSpansSentences);
    if (source.quote(first).paragraph != source.quote(last).paragraph) {
      add(ContextFlag::kSpansParagraphs);
    }
    if (!InOneSection(source, {begin_sentence.begin, begin_sentence.begin + 1},
                      {end_sentence.begin, end_sentence.end})) {
      add(ContextFlag::kSpansSections);
    }
  }
}

std::vector<TouchedDefect> TouchedDefects(const Source& source, Range range) {
  std::vector<TouchedDefect> touched;
  for (size_t i = 0; i < source.defect_count(); ++i) {
    if (TouchesFault(source, i, range)) {
      touched.push_back(source.Defect(i));
    }
  }
  return touched;
}

bool InDuplicatedPassage(const Source& source, Range a, Range b) {
  const std::u32string_view joined = source.joined();
  if (a.begin > b.begin) {
    std::swap(a, b);
  }
  size_t before = 0;
  while (before < a.begin && joined[a.begin - 1 - before] == joined[b.begin - 1 - before]) {
    ++before;
  }
  size_t length = 0;
  while (b.begin + length < joined.size() && joined[a.begin + length] == joined[b.begin + length]) {
    ++length;
  }
  return length >= a.size() && before + length >= limits::kDuplicatedCodePoints;
}

}  // namespace quotes::citation
