#include "service/citation/context.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

#include "service/base/limits.h"
#include "service/citation/elision.h"
#include "service/citation/form.h"
#include "service/citation/lexicon.h"
#include "service/citation/source_text.h"
#include "service/citation/word_classes.h"
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
  const std::vector<int> partners = PairPartners(text.substr(0, at));
  const auto in_marks = [&](uint32_t from) {
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
  }
  // 登记|失业率控制在4.5%以内: a figure of a part is none of the whole.
  const std::u32string_view clause =
      text.substr(at, std::min(text.find_first_of(U"，。；：！？", at), text.size()) - at);
  const auto restricted =
      static_cast<uint32_t>(EndsWith(WordClass::kRestrictor, text.substr(0, at)));
  if (restricted > 0 && std::any_of(clause.begin(), clause.end(), text::IsDigit)) {
    add(ContextFlag::kDroppedHedge, {at - restricted, at}, false);
  }
  // 部分|地区, 少数|干部: what is said of some is not said of all.
  for (const Cue& cue : cues) {
    if (cue.kind == CueKind::kQuantifier && cue.end == at) {
      add(ContextFlag::kDroppedHedge, {cue.begin, cue.end}, false);
    }
  }
}

// 最安全的城市|之一, Ⅱ类及|以上, 这些因素|除外, 创新城市|试点, 总额居世界|第一,
// 优化投资结构|还需加力: words behind what they limit. Those of figures belong to their tokens.
void JudgeBehind(const Source& source, Range range, std::vector<FlagResult>* flags) {
  const uint32_t end = source.quote(source.QuoteAt(range.end - 1)).range.end;
  if (range.end >= end || !IsLetter(source.joined()[range.end - 1])) {
    return;
  }
  const std::u32string_view behind = source.joined().substr(range.end, end - range.end);
  if (const size_t size = std::max(BeginsWith(WordClass::kPostposedLimit, behind),
                                   BeginsWith(WordClass::kRank, behind));
      size > 0) {
    FlagResult flag;
    flag.flag = ContextFlag::kDroppedHedge;
    flag.source = {range.end, range.end + static_cast<uint32_t>(size)};
    flag.detail = Utf8(source, flag.source);
    flags->push_back(std::move(flag));
  }
}

// Whether a character stands in a word that simplified text writes with it, though it writes
// another for it elsewhere: 乾坤 beside 干部. From the notes of the General List of Simplified
// Characters (1986), and the words with 著.
bool KeptInSimplified(std::u32string_view text, size_t at) {
  constexpr std::u32string_view kWords[] = {
      U"乾坤", U"乾隆", U"康乾", U"慰藉", U"狼藉", U"枕藉", U"蕴藉", U"瞭望", U"徵羽", U"著作",
      U"著名", U"著称", U"著述", U"著书", U"著者", U"著录", U"显著", U"昭著", U"卓著", U"专著",
      U"论著", U"名著", U"巨著", U"原著", U"编著", U"译著", U"遗著", U"拙著", U"土著"};
  constexpr std::u32string_view kKept = U"乾藉瞭徵著";
  if (kKept.find(text[at]) == std::u32string_view::npos) {
    return false;
  }
  return std::any_of(std::begin(kWords), std::end(kWords), [&](std::u32string_view word) {
    for (size_t k = 0; k < word.size(); ++k) {
      if (word[k] != text[at] || k > at || at - k + word.size() > text.size()) {
        continue;
      }
      bool stands = true;
      for (size_t i = 0; i < word.size(); ++i) {
        const char32_t c = text[at - k + i];
        stands = stands && (i == k || word[i] == text::FoldLetter(c));
      }
      if (stands) {
        return true;
      }
    }
    return false;
  });
}

std::u32string CodePoints(const icu::UnicodeString& units) {
  std::string utf8;
  units.toUTF8String(utf8);
  return text::ToCodePoints(utf8);
}

const icu::Transliterator* ToTraditional() {
  static const icu::Transliterator* const kTransliterator = [] {
    UErrorCode error = U_ZERO_ERROR;
    icu::Transliterator* const made =
        icu::Transliterator::createInstance("Hans-Hant", UTRANS_FORWARD, error);
    return U_FAILURE(error) ? nullptr : made;
  }();
  return kTransliterator;
}

// Simplified text in traditional characters, word by word, as ICU writes it.
std::u32string InTraditional(std::u32string_view text) {
  if (ToTraditional() == nullptr) {
    return std::u32string(text);
  }
  icu::UnicodeString units = icu::UnicodeString::fromUTF8(text::ToUtf8(text));
  ToTraditional()->transliterate(units);
  return CodePoints(units);
}

// How often ICU writes a character in a word: how often it stands behind the > of its rules. Of
// those that it writes in few words (準) or never (臺) it does not know all.
size_t WordsWith(char32_t c) {
  static const auto* const kWritten = [] {
    auto* const written = new std::u32string;
    if (ToTraditional() != nullptr) {
      icu::UnicodeString rules;
      ToTraditional()->toRules(rules, /*escapeUnprintable=*/0);
      bool target = false;
      for (const char32_t each : CodePoints(rules)) {
        target = each == U'>' || (target && each != U';');
        if (target && text::IsHan(each)) {
          written->push_back(each);
        }
      }
      std::sort(written->begin(), written->end());
    }
    return written;
  }();
  const auto [first, last] = std::equal_range(kWritten->begin(), kWritten->end(), c);
  return static_cast<size_t>(last - first);
}

// Characters of a text that tell its script.
struct Script {
  size_t traditional = 0;
  size_t certain = 0;  // of those, the ones that fold to a character of their own
  size_t simplified = 0;
};

Script ScriptOf(std::u32string_view text) {
  Script script;
  for (size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    const text::FoldSet folds = text::IsHan(c) ? text::FoldsOf(c) : 0;
    const bool traditional = (folds & text::kFoldScript) != 0 && !KeptInSimplified(text, i);
    script.traditional += traditional ? 1u : 0u;
    script.certain += traditional && (folds & text::kFoldAmbiguous) == 0 ? 1u : 0u;
    script.simplified += IsSimplifiedOnly(c) ? 1u : 0u;
  }
  return script;
}

bool IsTraditional(const Script& script) {
  constexpr size_t kCertainForOneSimplified = 8;
  return script.traditional >= 2 && script.certain > 0 &&
         script.simplified * kCertainForOneSimplified <= script.certain;
}

bool IsResult(report::Mode mode) { return mode == report::Mode::kReview; }
bool IsPlan(report::Mode mode) {
  return mode == report::Mode::kTarget || mode == report::Mode::kAim ||
         mode == report::Mode::kMeasure;
}

}  // namespace

report::Mode UsedAs(const Claim& claim, std::u32string_view before, std::u32string_view after) {
  if (claim.mode.has_value()) {
    return *claim.mode;
  }
  // The end of the sentence before the quotation and the begin of the one behind it.
  std::u32string_view left = before;
  const size_t stop = left.find_last_of(U"。！？；");
  left = stop == std::u32string_view::npos ? left : left.substr(stop + 1);
  const std::u32string_view right = after.substr(0, after.find_first_of(U"。！？；"));
  const auto said = [&](WordClass words) {
    for (const std::u32string_view side : {left, right}) {
      const std::vector<Cue> cues = FindCues(side);
      const bool negated = std::any_of(cues.begin(), cues.end(), [](const Cue& cue) {
        return cue.kind == CueKind::kNegator || cue.kind == CueKind::kCondition;
      });
      if (!negated && FindWord(words, side).has_value()) {
        return true;
      }
    }
    return false;
  };
  if (said(WordClass::kUsedAsResult)) {
    return report::Mode::kReview;
  }
  if (said(WordClass::kUsedAsAim)) {
    return report::Mode::kAim;
  }
  if (said(WordClass::kUsedAsPast)) {
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
    add(ContextFlag::kPartialSentence);
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

bool IsSimplifiedOnly(char32_t c) {
  // Made once, when a quotation first mixes scripts: some 20,000 characters.
  constexpr char32_t kFirst = 0x4E00;
  constexpr char32_t kLast = 0x9FFF;
  static const auto* const kTable = [] {
    auto* const table = new std::vector<bool>(kLast - kFirst + 1, false);
    for (char32_t letter = kFirst; letter <= kLast; ++letter) {
      const std::u32string before(1, letter);
      (*table)[letter - kFirst] =
          InTraditional(before) != before && text::FoldLetter(letter) == letter;
    }
    // What several characters fold to is a character of traditional text too: 后, 里, 干, 面.
    for (char32_t letter = kFirst; letter <= kLast; ++letter) {
      if ((text::FoldsOf(letter) & text::kFoldAmbiguous) != 0) {
        const char32_t both = text::FoldLetter(letter);
        if (both >= kFirst && both <= kLast) {
          (*table)[both - kFirst] = false;
        }
      }
    }
    return table;
  }();
  return c >= kFirst && c <= kLast && (*kTable)[c - kFirst];
}

bool IsConverted(std::u32string_view quotation, std::u32string_view source) {
  const Script own = ScriptOf(quotation);
  const Script other = ScriptOf(source);
  return (IsTraditional(own) && other.traditional == 0) ||
         (IsTraditional(other) && own.traditional == 0);
}

std::u32string InScript(std::u32string_view text, bool traditional) {
  std::u32string written(text);
  const std::u32string usual = traditional ? InTraditional(text) : std::u32string();
  for (size_t i = 0; i < text.size(); ++i) {
    const char32_t simplified = text::IsHan(text[i]) ? text::FoldLetter(text[i]) : text[i];
    if (!traditional) {
      written[i] = simplified == text[i] || !KeptInSimplified(text, i) ? simplified : text[i];
    } else if (usual.size() == text.size() && text::FoldLetter(usual[i]) == simplified) {
      written[i] = usual[i];
    }
  }
  return written;
}

std::vector<bool> IrregularCharacters(std::u32string_view simplified,
                                      std::u32string_view traditional) {
  std::vector<bool> irregular(simplified.size(), false);
  const std::u32string usual = InTraditional(simplified);
  if (usual.size() != simplified.size() || traditional.size() != simplified.size()) {
    return irregular;
  }
  for (size_t i = 0; i < simplified.size(); ++i) {
    const char32_t written = traditional[i];
    const bool variants =
        (written == U'裏' && usual[i] == U'裡') || (written == U'裡' && usual[i] == U'裏');
    if (written == simplified[i] || written == usual[i] || variants) {
      continue;
    }
    constexpr size_t kManyWords = 15;
    if (usual[i] != simplified[i]) {
      // 髮 and 發: two words of one simplified character; 爲 and 為 are one.
      const text::FoldSet between = text::FoldsBetween(std::u32string_view(&written, 1),
                                                       std::u32string_view(usual).substr(i, 1));
      irregular[i] = ((text::FoldsOf(written) | between) & text::kFoldAmbiguous) != 0;
    } else {
      // What ICU changes by itself (后) and not in this word, or writes in many others (裏, 製).
      irregular[i] = (text::FoldsOf(written) & text::kFoldAmbiguous) != 0 &&
                     (InTraditional(simplified.substr(i, 1)) != usual.substr(i, 1) ||
                      WordsWith(written == U'裏' ? U'裡' : written) >= kManyWords);
    }
  }
  return irregular;
}

}  // namespace quotes::citation
