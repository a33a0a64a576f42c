#include "service/report/english.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/time/civil_time.h"
#include "service/report/chars.h"
#include "service/report/lexicon.h"
#include "service/text/fold.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

char32_t At(View text, size_t i) { return i < text.size() ? text[i] : 0; }

bool IsCapital(char32_t c) { return c >= U'A' && c <= U'Z'; }
bool IsSmall(char32_t c) { return c >= U'a' && c <= U'z'; }
bool IsApostrophe(char32_t c) { return c == U'\'' || c == U'’'; }

bool IsWordPart(char32_t c) { return IsWordCharacter(c) || IsApostrophe(c) || c == U'-'; }

// Whether `text` begins with a word in small letters, whatever their case in the text.
bool BeginsWithWord(View text, View word) {
  size_t i = 0;
  while (i < word.size() && (At(text, i) | 0x20u) == word[i]) {
    ++i;
  }
  return i == word.size() && !IsWordCharacter(At(text, i));
}

template <size_t N>
bool IsOneOf(View word, const View (&words)[N]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

size_t SkipSpaces(View text, size_t i) {
  while (i < text.size() && text::IsSpace(text[i])) {
    ++i;
  }
  return i;
}

Marker Make(View text, MarkerFamily family, int number, size_t length) {
  return {family, number, length, SkipSpaces(text, length)};
}

// A Roman numeral in capitals, from 1 to 49, in its one right form.
int ReadRoman(View text, size_t* length) {
  constexpr std::pair<View, int> kTens[] = {{U"XL", 40}, {U"XXX", 30}, {U"XX", 20}, {U"X", 10}};
  constexpr std::pair<View, int> kOnes[] = {{U"IX", 9},  {U"VIII", 8}, {U"VII", 7},
                                            {U"VI", 6},  {U"IV", 4},   {U"V", 5},
                                            {U"III", 3}, {U"II", 2},   {U"I", 1}};
  size_t at = 0;
  int value = 0;
  for (const auto& [digits, number] : kTens) {
    if (text.starts_with(digits)) {
      at = digits.size();
      value = number;
      break;
    }
  }
  for (const auto& [digits, number] : kOnes) {
    if (text.substr(at).starts_with(digits)) {
      at += digits.size();
      value += number;
      break;
    }
  }
  *length = at;
  return IsWordCharacter(At(text, at)) ? 0 : value;
}

int ReadArabic(View text, size_t* length) {
  int value = 0;
  size_t i = 0;
  while (i < 3 && IsAsciiDigit(At(text, i))) {
    value = value * 10 + static_cast<int>(text[i] - U'0');
    ++i;
  }
  *length = i;
  return IsAsciiDigit(At(text, i)) ? 0 : value;
}

// Part I, CHAPTER 2:
Marker ReadNamedPart(View text) {
  constexpr std::pair<View, MarkerFamily> kNames[] = {{U"part", MarkerFamily::kPart},
                                                      {U"chapter", MarkerFamily::kChapter},
                                                      {U"section", MarkerFamily::kPartSection},
                                                      {U"article", MarkerFamily::kArticle}};
  constexpr View kNumbers[] = {U"one", U"two",   U"three", U"four", U"five",
                               U"six", U"seven", U"eight", U"nine", U"ten"};
  for (const auto& [name, family] : kNames) {
    if (!BeginsWithWord(text, name) || !text::IsSpace(At(text, name.size())) ||
        !IsCapital(text[0])) {
      continue;
    }
    size_t i = SkipSpaces(text, name.size());
    const View rest = text.substr(i);
    size_t length = 0;
    int number = ReadRoman(rest, &length);
    if (number == 0) {
      number = ReadArabic(rest, &length);
    }
    for (size_t n = 0; number == 0 && n < std::size(kNumbers); ++n) {
      if (BeginsWithWord(rest, kNumbers[n])) {
        number = static_cast<int>(n) + 1;
        length = kNumbers[n].size();
      }
    }
    if (number == 0) {
      return {};
    }
    i += length;
    const char32_t mark = At(text, i);
    if (IsColon(mark) || IsFullStopDot(mark)) {
      ++i;
    } else if (mark != 0 && !IsDash(At(text, SkipSpaces(text, i)))) {
      return {};  // Section 8 vouchers
    }
    return Make(text, family, number, i);
  }
  return {};
}

// First, Second,
Marker ReadOrdinalWord(View text) {
  constexpr View kOrdinals[] = {U"first", U"second",  U"third",  U"fourth", U"fifth",
                                U"sixth", U"seventh", U"eighth", U"ninth",  U"tenth"};
  for (size_t n = 0; n < std::size(kOrdinals); ++n) {
    const size_t size = kOrdinals[n].size();
    if (BeginsWithWord(text, kOrdinals[n]) && IsCapital(text[0]) &&
        (IsCommaLike(At(text, size)) || IsColon(At(text, size)))) {
      return Make(text, MarkerFamily::kOrdinalWord, static_cast<int>(n) + 1, size + 1);
    }
  }
  return {};
}

constexpr View kMonths[] = {U"january",   U"february", U"march",    U"april",
                            U"may",       U"june",     U"july",     U"august",
                            U"september", U"october",  U"november", U"december"};

// The month that a word names, 0 for none; "mar." and "sept." do.
int MonthOf(View word) {
  for (size_t m = 0; m < std::size(kMonths); ++m) {
    if (word == kMonths[m] ||
        (word.size() >= 3 && word.size() <= 4 && kMonths[m].starts_with(word))) {
      return static_cast<int>(m) + 1;
    }
  }
  return 0;
}

struct Number {
  int value = 0;
  size_t end = 0;
};

// A number with at most `most` digits; end is 0 without one.
Number ReadNumber(View text, size_t at, size_t most) {
  Number number;
  size_t i = at;
  while (i < text.size() && i - at < most && IsAsciiDigit(text[i])) {
    number.value = number.value * 10 + static_cast<int>(text[i] - U'0');
    ++i;
  }
  if (i == at || IsAsciiDigit(At(text, i))) {
    return {};
  }
  number.end = i;
  return number;
}

std::optional<FoundDate> MakeDate(int year, int month, int day, size_t begin, size_t end) {
  const absl::CivilDay civil(year, month, day);
  if (year < 1700 || year > 2199 || civil.month() != month || civil.day() != day) {
    return std::nullopt;
  }
  return FoundDate{civil, begin, end};
}

bool HasOffice(View folded) {
  size_t length = 0;
  return GetLexicon().english_office.FindIn(folded, &length) != View::npos;
}

}  // namespace

bool IsEnglishText(View source) {
  size_t han = 0;
  size_t latin = 0;
  for (const char32_t c : source) {
    if (IsLatinLetter(c)) {
      ++latin;
    } else if (c > 0x7F && text::IsHan(c)) {
      ++han;
    }
  }
  return han * 4 < latin;
}

std::vector<View> EnglishWords(View line) {
  std::vector<View> words;
  size_t i = 0;
  while (i < line.size()) {
    size_t end = i;
    while (end < line.size() && IsWordPart(line[end])) {
      ++end;
    }
    if (end > i) {
      words.push_back(line.substr(i, end - i));
    }
    i = end + 1;
  }
  return words;
}

bool IsAllCapitals(View line) {
  size_t capitals = 0;
  for (const char32_t c : line) {
    if (IsSmall(c)) {
      return false;
    }
    capitals += IsCapital(c) ? 1u : 0u;
  }
  return capitals >= 2;
}

bool IsTitleCase(View line) {
  constexpr View kSmallWords[] = {U"a",    U"an",   U"and", U"as",   U"at",   U"but", U"by",
                                  U"for",  U"from", U"in",  U"into", U"nor",  U"of",  U"on",
                                  U"or",   U"the",  U"to",  U"with", U"over", U"vs",  U"via",
                                  U"than", U"that", U"is",  U"our",  U"its",  U"per", U"between"};
  const std::vector<View> words = EnglishWords(line);
  size_t capitals = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    const char32_t first = words[i].front();
    if (IsCapital(first)) {
      ++capitals;
    } else if (!IsAsciiDigit(first) && (i == 0 || !IsOneOf(words[i], kSmallWords))) {
      return false;
    }
  }
  return capitals >= 1;
}

namespace {

// a) and (a), before a space. i), v) and x) may be letters or numerals; a sequence says which.
Marker ReadSmallLetter(View text) {
  const size_t open = At(text, 0) == U'(' ? 1 : 0;
  const char32_t letter = At(text, open);
  if (!IsSmall(letter) || At(text, open + 1) != U')' || !text::IsSpace(At(text, open + 2))) {
    return {};
  }
  return Make(text, MarkerFamily::kLetter, static_cast<int>(letter - U'a') + 1, open + 2);
}

}  // namespace

Marker ReadEnglishMarker(View paragraph) {
  if (paragraph.empty()) {
    return {};
  }
  if (const Marker named = ReadNamedPart(paragraph)) {
    return named;
  }
  if (const Marker ordinal = ReadOrdinalWord(paragraph)) {
    return ordinal;
  }
  size_t length = 0;
  if (const int roman = ReadRoman(paragraph, &length); roman > 0) {
    const char32_t mark = At(paragraph, length);
    const char32_t after = At(paragraph, length + 1);
    if ((IsFullStopDot(mark) || mark == U')' || IsColon(mark)) &&
        (after == 0 || text::IsSpace(after))) {
      return Make(paragraph, MarkerFamily::kHan, roman, length + 1);
    }
    if (mark == 0) {
      return Make(paragraph, MarkerFamily::kHan, roman, length);
    }
  }
  if (const int arabic = ReadArabic(paragraph, &length); arabic > 0) {
    const char32_t mark = At(paragraph, length);
    if ((IsFullStopDot(mark) || mark == U')') && text::IsSpace(At(paragraph, length + 1))) {
      return Make(paragraph, mark == U')' ? MarkerFamily::kParenArabic : MarkerFamily::kArabic,
                  arabic, length + 1);
    }
    return {};
  }
  if (paragraph[0] == U'(') {
    if (const int inner = ReadArabic(paragraph.substr(1), &length);
        inner > 0 && At(paragraph, length + 1) == U')') {
      return Make(paragraph, MarkerFamily::kParenArabic, inner, length + 2);
    }
    return ReadSmallLetter(paragraph);
  }
  if (const Marker letter = ReadSmallLetter(paragraph)) {
    return letter;
  }
  // -The economy grew
  if (paragraph[0] == U'-' && IsCapital(At(paragraph, 1)) && IsSmall(At(paragraph, 2))) {
    return Make(paragraph, MarkerFamily::kBullet, 0, 1);
  }
  if (IsCapital(paragraph[0]) && IsFullStopDot(At(paragraph, 1)) &&
      text::IsSpace(At(paragraph, 2))) {
    return Make(paragraph, MarkerFamily::kParenHan, static_cast<int>(paragraph[0] - U'A') + 1, 2);
  }
  // Bullets and dashes are those of all texts.
  const Marker marker = ReadMarker(paragraph);
  return marker.family == MarkerFamily::kBullet ? marker : Marker();
}

std::optional<FoundDate> FindEnglishDate(View folded) {
  for (size_t i = 0; i < folded.size(); ++i) {
    if (i > 0 && IsWordCharacter(folded[i - 1])) {
      continue;
    }
    size_t end = i;
    while (end < folded.size() && IsSmall(folded[end])) {
      ++end;
    }
    const int month = MonthOf(folded.substr(i, end - i));
    if (month == 0) {
      continue;
    }
    size_t at = end + (IsFullStopDot(At(folded, end)) ? 1u : 0u);
    at = SkipSpaces(folded, at);
    const Number next = ReadNumber(folded, at, 4);
    if (next.end == 0) {
      continue;
    }
    if (next.value > 31) {  // 5 march 2024: the day stands before
      size_t before = i;
      while (before > 0 && text::IsSpace(folded[before - 1])) {
        --before;
      }
      size_t day_begin = before;
      while (day_begin > 0 && IsAsciiDigit(folded[day_begin - 1])) {
        --day_begin;
      }
      const Number day = ReadNumber(folded, day_begin, 2);
      if (day.end == before && day.end > 0) {
        return MakeDate(next.value, month, day.value, day_begin, next.end);
      }
      continue;
    }
    at = next.end;
    constexpr View kSuffixes[] = {U"st", U"nd", U"rd", U"th"};
    at += IsOneOf(folded.substr(at, 2), kSuffixes) ? 2u : 0u;
    at = SkipSpaces(folded, at);
    at = SkipSpaces(folded, at + (IsCommaLike(At(folded, at)) ? 1u : 0u));
    const Number year = ReadNumber(folded, at, 4);
    if (year.end > 0) {
      if (auto date = MakeDate(year.value, month, next.value, i, year.end)) {
        return date;
      }
    }
  }
  return std::nullopt;
}

bool IsEnglishSalutation(View folded) {
  constexpr size_t kLongest = 300;
  if (folded.size() > kLongest || folded.empty()) {
    return false;
  }
  const WordList& words = GetLexicon().english_salutation;
  const size_t length = words.PrefixOf(folded);
  if (length == 0 || IsWordCharacter(At(folded, length))) {
    return false;
  }
  const char32_t last = folded.back();
  if (!IsColon(last) && !IsCommaLike(last) && last != U'!' && !IsFullStopDot(last) &&
      !IsDash(last)) {
    return false;
  }
  // Nothing but those who are spoken to: no sentence.
  constexpr View kVerbs[] = {U"is",   U"are",  U"was", U"were", U"have", U"has",
                             U"will", U"must", U"we",  U"i",    U"it",   U"thank"};
  const std::vector<View> all = EnglishWords(folded);
  return std::none_of(all.begin(), all.end(), [&](View word) { return IsOneOf(word, kVerbs); });
}

bool IsEnglishName(View line) {
  constexpr size_t kLongest = 50;
  const std::vector<View> words = EnglishWords(line);
  if (line.size() > kLongest || words.size() < 2 || words.size() > 4) {
    return false;
  }
  const bool letters = std::all_of(line.begin(), line.end(), [](char32_t c) {
    return IsWordPart(c) || text::IsSpace(c) || IsFullStopDot(c);
  });
  return letters && std::all_of(words.begin(), words.end(), [](View word) {
           return IsCapital(word.front()) && std::none_of(word.begin(), word.end(), [](char32_t c) {
                    return IsAsciiDigit(c);
                  });
         });
}

std::optional<Byline> ReadEnglishByline(View line, View folded) {
  constexpr size_t kLongest = 160;
  if (line.size() > kLongest || line.empty()) {
    return std::nullopt;
  }
  size_t begin = 0;
  while (IsDash(At(line, begin)) || At(line, begin) == U'-' || text::IsSpace(At(line, begin))) {
    ++begin;
  }
  const bool labelled = folded.substr(begin).starts_with(U"by ");
  if (labelled) {
    begin = SkipSpaces(line, begin + 3);
  }
  const size_t comma = line.find(U',', begin);
  if (comma == View::npos) {
    if (labelled && IsEnglishName(line.substr(begin))) {
      return Byline{begin, begin, begin, line.size()};
    }
    // Premier Li Qiang: the office is the beginning, with its capitals.
    const size_t office = GetLexicon().english_office.PrefixOf(folded.substr(begin));
    if (office == 0 || !text::IsSpace(At(line, begin + office)) ||
        line.find(U' ', begin) == View::npos) {
      return std::nullopt;
    }
    const size_t name = SkipSpaces(line, begin + office);
    if (!IsEnglishName(line.substr(name)) || IsTitleCase(line.substr(name)) == false) {
      return std::nullopt;
    }
    return Byline{begin, begin + office, name, line.size()};
  }
  const size_t office = SkipSpaces(line, comma + 1);
  size_t end = line.size();
  while (end > office && (IsFullStopDot(line[end - 1]) || IsCommaLike(line[end - 1]))) {
    --end;
  }
  if (!IsEnglishName(line.substr(begin, comma - begin)) || office >= end ||
      (!labelled && !HasOffice(folded.substr(office, end - office)))) {
    return std::nullopt;
  }
  return Byline{office, end, begin, comma};
}

bool IsEnglishTime(View folded) {
  constexpr size_t kLongest = 24;
  constexpr size_t kLongestZone = 5;
  size_t i = 0;
  const Number hour = ReadNumber(folded, 0, 2);
  if (folded.size() > kLongest || hour.end == 0) {
    return false;
  }
  i = hour.end;
  if (IsColon(At(folded, i))) {
    const Number minutes = ReadNumber(folded, i + 1, 2);
    if (minutes.end == 0) {
      return false;
    }
    i = minutes.end;
  }
  i = SkipSpaces(folded, i);
  const size_t half = i;
  i += At(folded, i) == U'a' || At(folded, i) == U'p' ? 1u : 0u;
  i += i > half && IsFullStopDot(At(folded, i)) ? 1u : 0u;
  i += i > half && At(folded, i) == U'm' ? 1u : 0u;
  if (i < half + 2) {
    return false;
  }
  i += IsFullStopDot(At(folded, i)) ? 1u : 0u;
  i = SkipSpaces(folded, i);
  size_t end = i;
  while (end < folded.size() && (IsSmall(folded[end]) || IsFullStopDot(folded[end]))) {
    ++end;
  }
  return end == folded.size() && end - i <= kLongestZone;
}

bool IsEnglishPlace(View folded) {
  constexpr size_t kLongest = 60;
  if (folded.size() > kLongest) {
    return false;
  }
  const WordList& words = GetLexicon().english_place;
  for (size_t i = 0; i < folded.size(); ++i) {
    if (i > 0 && IsWordPart(folded[i - 1])) {
      continue;
    }
    if (const size_t length = words.PrefixOf(folded.substr(i));
        length > 0 && !IsWordPart(At(folded, i + length))) {
      return true;
    }
  }
  return false;
}

std::optional<Byline> ReadEnglishTitleSpeaker(View line, View folded) {
  constexpr View kAfter[] = {U"in", U"at", U"on", U"to",  U"before", U"during",
                             U"of", U"as", U"as", U"and", U"after",  U"for"};
  const size_t by = folded.find(U" by ");
  if (by == View::npos) {
    return std::nullopt;
  }
  size_t office = SkipSpaces(folded, by + 4);
  if (folded.substr(office).starts_with(U"the ")) {
    office = SkipSpaces(folded, office + 4);
  }
  const size_t length = GetLexicon().english_office.PrefixOf(folded.substr(office));
  if (length == 0 || !text::IsSpace(At(folded, office + length))) {
    return std::nullopt;
  }
  const size_t name = SkipSpaces(folded, office + length);
  size_t end = name;
  size_t words = 0;
  constexpr size_t kMostWords = 4;
  for (size_t i = name; i < line.size() && words < kMostWords; ++words) {
    size_t stop = i;
    while (stop < line.size() && (IsWordPart(line[stop]) || IsFullStopDot(line[stop]))) {
      ++stop;
    }
    if (stop == i || !IsCapital(line[i]) || IsOneOf(folded.substr(i, stop - i), kAfter)) {
      break;
    }
    end = stop;
    i = SkipSpaces(line, stop);
  }
  return end > name ? std::optional<Byline>({office, office + length, name, end}) : std::nullopt;
}

SpeakerTurn ReadSpeakerTurn(View line, View folded) {
  constexpr size_t kLongest = 40;
  constexpr size_t kMostWords = 5;
  const View head = folded.substr(0, kLongest);
  const WordList& turns = GetLexicon().english_turn;
  const auto is_audience = [](View label) {
    return label.find(U"audience") != View::npos || label == U"crowd" || label == U"protester";
  };
  const auto* const colon = std::find_if(head.begin(), head.end(), IsColon);
  if (colon != head.end()) {
    const auto size = static_cast<size_t>(colon - head.begin());
    if (size + 1 < folded.size() && !text::IsSpace(folded[size + 1])) {
      return {};
    }
    const View label = head.substr(0, size);
    const bool letters = std::all_of(label.begin(), label.end(), [](char32_t c) {
      return IsWordPart(c) || text::IsSpace(c) || IsFullStopDot(c);
    });
    const bool known = turns.Contains(label);
    const View printed = line.substr(0, size);
    const bool capitals = IsAllCapitals(printed) || (size == 1 && IsCapital(printed[0]));
    if (letters && capitals && EnglishWords(label).size() <= kMostWords) {
      return {size + 1, known, is_audience(label)};
    }
    if (known && IsCapital(printed[0]) && size > 1) {
      return {size + 1, true, is_audience(label)};
    }
    return {};
  }
  // The President. Mr. Speaker, …: only where what follows is a sentence of its own.
  for (const View label : {View(U"the president"), View(U"the vice president"),
                           View(U"audience members"), View(U"audience member")}) {
    if (folded.starts_with(label) && IsFullStopDot(At(folded, label.size())) &&
        text::IsSpace(At(folded, label.size() + 1)) && line.size() > label.size() + 2) {
      return {label.size() + 1, true, is_audience(label)};
    }
  }
  return {};
}

std::optional<EnglishOccasion> ReadEnglishOccasion(View folded) {
  constexpr View kVerbs[] = {U"delivered", U"presented", U"given",  U"made",
                             U"submitted", U"read",      U"report", U"remarks as delivered"};
  constexpr View kPrepositions[] = {U" at the ", U" to the ", U" before the ", U" at a ",
                                    U" before a "};
  size_t begin = 0;
  while (IsDash(At(folded, begin)) || At(folded, begin) == U'-' || At(folded, begin) == U'(' ||
         text::IsSpace(At(folded, begin))) {
    ++begin;
  }
  const View line = folded.substr(begin);
  const bool verb = std::any_of(std::begin(kVerbs), std::end(kVerbs),
                                [&](View word) { return line.starts_with(word); });
  if (!verb) {
    return std::nullopt;
  }
  size_t event = View::npos;
  for (const View preposition : kPrepositions) {
    const size_t at = folded.find(preposition, begin);
    if (at != View::npos && (event == View::npos || at + preposition.size() < event)) {
      event = at + preposition.size();
    }
  }
  size_t length = 0;
  if (event == View::npos ||
      GetLexicon().english_assembly.FindIn(folded.substr(event), &length) == View::npos) {
    return std::nullopt;
  }
  EnglishOccasion occasion{event, folded.size()};
  if (const auto date = FindEnglishDate(folded)) {
    size_t end = date->begin;
    while (end > event && (text::IsSpace(folded[end - 1]) || IsCommaLike(folded[end - 1]))) {
      --end;
    }
    if (folded.substr(0, end).ends_with(U" on")) {
      end -= 3;
    }
    occasion.event_end = std::max(end, event);
  }
  while (occasion.event_end > event && (IsCommaLike(folded[occasion.event_end - 1]) ||
                                        IsFullStopDot(folded[occasion.event_end - 1]) ||
                                        CloserShape(folded[occasion.event_end - 1]) == U'）' ||
                                        text::IsSpace(folded[occasion.event_end - 1]))) {
    --occasion.event_end;
  }
  return occasion;
}

}  // namespace quotes::report
