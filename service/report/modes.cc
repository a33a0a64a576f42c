#include "service/report/modes.h"

#include <algorithm>
#include <string_view>

#include "service/report/chars.h"
#include "service/report/lexicon.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

constexpr size_t kOpening = 120;

struct Best {
  Mode mode = Mode::kUnspecified;
  int weight = 0;
  void Offer(const ModeCue& cue) {
    if (cue.weight > weight) {
      mode = cue.mode;
      weight = cue.weight;
    }
  }
};

// Calls `visit` with every cue that stands in `text` and its place.
template <typename Visit>
void ForEachCue(View text, Visit visit) {
  const Lexicon& lexicon = GetLexicon();
  for (size_t i = 0; i < text.size(); ++i) {
    if (!lexicon.mode_first.test(text[i] & 0xFFFF)) {
      continue;
    }
    const auto bucket = lexicon.modes_by_first.find(text[i]);
    if (bucket == lexicon.modes_by_first.end()) {
      continue;
    }
    for (const ModeCue* cue : bucket->second) {
      if (text.substr(i).starts_with(cue->cue)) {
        visit(*cue, i);
      }
    }
  }
}

char32_t At(View text, size_t i) { return i < text.size() ? text[i] : 0; }

// 二〇三五年, 2035年, 五年, 一年: the size of number and 年, 0 for none.
size_t YearsAt(View text, size_t i) {
  size_t digits = 0;
  while (digits < 4 && (IsAsciiDigit(At(text, i + digits)) || HanDigit(At(text, i + digits)) >= 0 ||
                        At(text, i + digits) == U'几' || At(text, i + digits) == U'两')) {
    ++digits;
  }
  return digits > 0 && At(text, i + digits) == U'年' ? digits + 1 : 0;
}

}  // namespace

Mode ModeOfHeading(View heading, Mode inherited) {
  Best best;
  ForEachCue(heading, [&](const ModeCue& cue, size_t at) {
    const bool done = cue.mode == Mode::kMeasure && inherited == Mode::kReview;
    const bool start = cue.scope == CueScope::kStart && at == 0 && !done;
    // 工作回顾 › 就业超过预期目标, 五年来总的形势是很好的: aims that were reached, and a sentence
    // about how things went.
    constexpr size_t kTitle = 16;
    const bool reviewed =
        inherited == Mode::kReview && (cue.mode == Mode::kTarget || cue.mode == Mode::kMeasure ||
                                       (cue.mode == Mode::kSituation && heading.size() > kTitle));
    if (start || (cue.scope == CueScope::kHeading && !reviewed)) {
      best.Offer(cue);
    }
  });
  return best.weight > 0 ? best.mode : inherited;
}

Mode ModeOfParagraph(View paragraph, Mode inherited) {
  // Measures by their first verb are the business of headings.
  Best best;
  ForEachCue(paragraph.substr(0, kOpening), [&](const ModeCue& cue, size_t at) {
    const bool measure = cue.mode == Mode::kMeasure;
    // 面对复杂严峻国际形势，我们…: the setting of what was done.
    const bool setting = cue.mode == Mode::kSituation;
    const bool opening =
        cue.scope == CueScope::kOpening && !((measure || setting) && inherited == Mode::kReview);
    const bool start = cue.scope == CueScope::kStart && at == 0 && !measure;
    if (opening || start) {
      best.Offer(cue);
    }
  });
  return best.mode;
}

Mode ModeOfSentence(View sentence) {
  Best best;
  ForEachCue(sentence, [&](const ModeCue& cue, size_t) {
    if (cue.scope == CueScope::kSentence) {
      best.Offer(cue);
    }
  });
  return best.mode;
}

namespace {

// Whether a period may begin with a character, as with few.
bool MayBeginPeriod(char32_t c) {
  switch (c) {
    case U'过':
    case U'今':
    case U'未':
    case U'近':
    case U'这':
    case U'前':
    case U'去':
    case U'明':
    case U'本':
    case U'下':
    case U'几':
    case U'两':
    case U'“':
    case U'「':
      return true;
    default:
      return IsAsciiDigit(c) || HanDigit(c) >= 0;
  }
}

// The size of the period that begins at `at`, 0 if none does. *passed is then how far there is
// none.
size_t PeriodAt(View heading, size_t at, size_t* passed) {
  constexpr View kLeads[] = {U"过去的", U"过去", U"今后", U"未来", U"近", U"这", U"前"};
  constexpr View kWhole[] = {U"去年", U"今年", U"明年", U"本届", U"下一阶段"};
  *passed = 1;
  if (!MayBeginPeriod(heading[at])) {
    return 0;
  }
  const View rest = heading.substr(at);
  for (const View lead : kLeads) {
    if (rest.starts_with(lead)) {
      if (const size_t years = YearsAt(heading, at + lead.size()); years > 0) {
        return lead.size() + years;
      }
    }
  }
  for (const View whole : kWhole) {
    if (rest.starts_with(whole)) {
      return whole.size();
    }
  }
  if (const size_t years = YearsAt(heading, at); years > 0) {
    if (At(heading, at + years) == U'来') {
      return years + 1;
    }
    if (years == 5) {
      // 2021年至2025年 is one span.
      const char32_t to = At(heading, at + years);
      if (to == U'至' || to == U'到' || IsDash(to) || to == U'-') {
        if (const size_t more = YearsAt(heading, at + years + 1); more > 0) {
          return years + 1 + more;
        }
      }
      return years;
    }
    *passed = years;
    return 0;
  }
  const char32_t closer = ClosingPartner(heading[at]);
  if (closer == U'”' || closer == U'」') {
    const size_t close = heading.find(closer, at);
    if (close != View::npos && close > at + 2 && close < at + 6 && heading[close - 1] == U'五') {
      const View behind = heading.substr(close + 1);
      const bool named = behind.starts_with(U"时期") || behind.starts_with(U"期间");
      return close + 1 + (named ? 2u : 0u) - at;
    }
  }
  return 0;
}

}  // namespace

Range FindPeriod(View heading) {
  heading = heading.substr(0, kOpening);
  size_t passed = 0;
  for (size_t i = 0; i < heading.size(); i += passed) {
    if (const size_t size = PeriodAt(heading, i, &passed); size > 0) {
      return {static_cast<uint32_t>(i), static_cast<uint32_t>(i + size)};
    }
  }
  return {};
}

Range PeriodInFront(View heading) {
  heading = heading.substr(0, kOpening);
  size_t passed = 0;
  return {0, static_cast<uint32_t>(heading.empty() ? 0 : PeriodAt(heading, 0, &passed))};
}

}  // namespace quotes::report
