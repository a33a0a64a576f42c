#include "service/report/markers.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "service/report/chars.h"
#include "service/text/fold.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

char32_t At(View text, size_t i) { return i < text.size() ? text[i] : 0; }

Marker Make(View text, MarkerFamily family, int number, size_t length) {
  // (1)、 and ①、
  if ((family == MarkerFamily::kParenHan || family == MarkerFamily::kParenArabic ||
       family == MarkerFamily::kCircled) &&
      length < text.size() && text[length] == U'、') {
    ++length;
  }
  Marker marker{family, number, length, length};
  while (marker.text < text.size() && text::IsSpace(text[marker.text])) {
    ++marker.text;
  }
  return marker;
}

// 1 to 999 in ASCII digits.
int ReadArabic(View text, size_t* length) {
  int value = 0;
  size_t i = 0;
  while (i < text.size() && i < 4 && IsAsciiDigit(text[i])) {
    value = value * 10 + static_cast<int>(text[i] - U'0');
    ++i;
  }
  *length = i;
  return i <= 3 && At(text, 0) != U'0' ? value : 0;
}

int ReadNumeral(View text, size_t* length) {
  const int han = ReadHanNumeral(text, length);
  return han > 0 ? han : ReadArabic(text, length);
}

bool StartsWith(View text, size_t at, View prefix) { return text.substr(at).starts_with(prefix); }

bool IsSeparator(char32_t c) { return c == 0 || text::IsSpace(c) || IsColon(c); }

// 第一章, 第一，
Marker ReadOrdinal(View text) {
  size_t digits = 0;
  const int number = ReadNumeral(text.substr(1), &digits);
  if (number == 0) {
    return {};
  }
  const size_t after = 1 + digits;
  const char32_t unit = At(text, after);
  if (StartsWith(text, after, U"部分") && (IsSeparator(At(text, after + 2)) || text.size() < 40)) {
    return Make(text, MarkerFamily::kPart, number, after + 2);
  }
  const char32_t next = At(text, after + 1);
  const bool separated = IsSeparator(next) || IsCommaLike(next);
  if ((unit == U'编' || unit == U'篇') && separated) {
    return Make(text, MarkerFamily::kPart, number, after + 1);
  }
  if (unit == U'章' && (separated || text.size() < 40)) {
    return Make(text, MarkerFamily::kChapter, number, after + 1);
  }
  if (unit == U'节' && separated) {
    return Make(text, MarkerFamily::kPartSection, number, after + 1);
  }
  if (unit == U'条' && IsSeparator(next)) {
    return Make(text, MarkerFamily::kArticle, number, after + 1);
  }
  // 第一个阶段，: what is counted stands between number and mark.
  constexpr View kCounted[] = {U"个阶段", U"阶段", U"个方面", U"方面", U"步", U"点", U"件", U"个"};
  for (const View counted : kCounted) {
    const size_t end = after + counted.size();
    if (StartsWith(text, after, counted) &&
        (IsCommaLike(At(text, end)) || IsColon(At(text, end)))) {
      return Make(text, MarkerFamily::kOrdinalWord, number, end + 1);
    }
  }
  if (IsCommaLike(unit) || IsColon(unit) || text::IsSpace(unit)) {
    return Make(text, MarkerFamily::kOrdinalWord, number, text::IsSpace(unit) ? after : after + 1);
  }
  return {};
}

// Whether a text begins with a clause that says who speaks: 周总理说，.
bool TellsWhoSpeaks(View text) {
  constexpr size_t kLongest = 14;
  constexpr View kSays[] = {U"说", U"指出", U"强调", U"表示", U"谈到", U"讲到", U"宣布", U"号召"};
  const View head = text.substr(0, kLongest);
  const auto* const mark = std::find_if(head.begin(), head.end(),
                                        [](char32_t c) { return IsCommaLike(c) || IsColon(c); });
  const View clause = head.substr(0, static_cast<size_t>(mark - head.begin()));
  return mark != head.end() && std::any_of(std::begin(kSays), std::end(kSays),
                                           [&](View says) { return clause.ends_with(says); });
}

Marker ReadOrdinalWord(View text) {
  constexpr std::pair<View, int> kWords[] = {
      {U"首先", 1}, {U"其次", 2}, {U"再次", 3}, {U"最后", kLastOrdinal}};
  for (const auto& [word, number] : kWords) {
    // 最后，周总理说，…: somebody goes on to speak, and no item begins.
    if (StartsWith(text, 0, word) && IsCommaLike(At(text, word.size())) &&
        !TellsWhoSpeaks(text.substr(word.size() + 1))) {
      return Make(text, MarkerFamily::kOrdinalWord, number, word.size() + 1);
    }
  }
  return {};
}

// The place of a character among the ten heavenly stems, from 1; 0 for others.
int StemOf(char32_t c) {
  constexpr View kStems = U"甲乙丙丁戊己庚辛壬癸";
  const size_t place = kStems.find(c);
  return c == 0 || place == View::npos ? 0 : static_cast<int>(place) + 1;
}

// 甲、 and （甲）, as in reports of the fifties. 甲、乙两地 counts things.
Marker ReadStem(View text) {
  const bool round = text[0] == U'（' || text[0] == U'(';
  const int number = StemOf(At(text, round ? 1 : 0));
  const char32_t mark = At(text, round ? 2 : 1);
  if (number == 0) {
    return {};
  }
  if (round) {
    return mark == U'）' || mark == U')' ? Make(text, MarkerFamily::kParenStem, number, 3)
                                         : Marker();
  }
  return (mark == U'、' || IsFullStopDot(mark)) && StemOf(At(text, 2)) == 0
             ? Make(text, MarkerFamily::kStem, number, 2)
             : Marker();
}

// （i） to （x）, in small letters.
Marker ReadParenRoman(View text) {
  constexpr View kNumerals[] = {U"i",  U"ii",  U"iii",  U"iv", U"v",
                                U"vi", U"vii", U"viii", U"ix", U"x"};
  size_t letters = 0;
  while (At(text, 1 + letters) == U'i' || At(text, 1 + letters) == U'v' ||
         At(text, 1 + letters) == U'x') {
    ++letters;
  }
  const char32_t close = At(text, 1 + letters);
  const auto found = std::find(std::begin(kNumerals), std::end(kNumerals), text.substr(1, letters));
  return (close != U'）' && close != U')') || found == std::end(kNumerals)
             ? Marker()
             : Make(text, MarkerFamily::kParenRoman, static_cast<int>(found - kNumerals) + 1,
                    letters + 2);
}

// 其一，…
Marker ReadOneOfThem(View text) {
  size_t digits = 0;
  const int number = ReadHanNumeral(text.substr(1), &digits);
  const char32_t mark = At(text, 1 + digits);
  return number > 0 && (IsCommaLike(mark) || IsColon(mark))
             ? Make(text, MarkerFamily::kHanIs, number, digits + 2)
             : Marker();
}

// 壹、 贰　, numerals that cannot be altered.
Marker ReadFormalHan(View text) {
  constexpr View kNumerals = U"壹贰叁肆伍陆柒捌玖拾";
  const char32_t first = text[0] == U'参' ? U'叁' : text[0];
  const size_t place = kNumerals.find(first);
  const char32_t mark = At(text, 1);
  constexpr size_t kLongestName = 4;  // 陆　昊
  const bool spaced = text::IsSpace(mark) && text.size() > kLongestName;
  if (place == View::npos || text.size() < 3 ||
      (mark != U'、' && !IsFullStopDot(mark) && !spaced)) {
    return {};
  }
  return Make(text, MarkerFamily::kFormalHan, static_cast<int>(place) + 1, spaced ? 1 : 2);
}

// I. to XII., whose letters are small in folded text, and the numerals of one character.
Marker ReadRoman(View text) {
  constexpr View kNumerals[] = {U"i",   U"ii",   U"iii", U"iv", U"v",  U"vi",
                                U"vii", U"viii", U"ix",  U"x",  U"xi", U"xii"};
  size_t length = 0;
  int number = 0;
  if ((text[0] >= U'\u2160' && text[0] <= U'\u216B') ||
      (text[0] >= U'\u2170' && text[0] <= U'\u217B')) {
    number = static_cast<int>((text[0] - U'\u2160') % 16) + 1;
    length = 1;
  } else {
    while (length < 5 &&
           (At(text, length) == U'i' || At(text, length) == U'v' || At(text, length) == U'x')) {
      ++length;
    }
    const auto found =
        std::find(std::begin(kNumerals), std::end(kNumerals), text.substr(0, length));
    if (found == std::end(kNumerals)) {
      return {};
    }
    number = static_cast<int>(found - kNumerals) + 1;
  }
  const char32_t mark = At(text, length);
  const bool marked = mark == U'、' || IsFullStopDot(mark);
  if (!marked && !(length == 1 && text[0] >= U'\u2160' && text::IsSpace(mark))) {
    return {};
  }
  const Marker marker = Make(text, MarkerFamily::kRoman, number, length + (marked ? 1 : 0));
  const char32_t next = At(text, marker.text);
  return text::IsHan(next) || ClosingPartner(next) != 0 ? marker : Marker();
}

// 1.1 and 1.1.1 before a space, 01 as well: the last number counts.
Marker ReadDecimal(View text) {
  constexpr size_t kMostParts = 3;
  size_t parts = 0;
  size_t at = 0;
  int number = 0;
  while (parts < kMostParts) {
    size_t digits = 0;
    number = 0;
    while (digits < 2 && IsAsciiDigit(At(text, at + digits))) {
      number = number * 10 + static_cast<int>(text[at + digits] - U'0');
      ++digits;
    }
    if (digits == 0) {
      return {};
    }
    ++parts;
    at += digits;
    if (!IsFullStopDot(At(text, at)) || !IsAsciiDigit(At(text, at + 1))) {
      break;
    }
    ++at;
  }
  const bool zero = parts == 1 && text[0] == U'0';
  const char32_t mark = At(text, at);
  const bool marked = mark == U'、' || IsFullStopDot(mark);
  if ((parts < 2 && !zero) || number == 0 || (!text::IsSpace(mark) && !marked)) {
    return {};
  }
  const MarkerFamily family = zero         ? MarkerFamily::kArabic
                              : parts == 2 ? MarkerFamily::kDecimal
                                           : MarkerFamily::kDecimal3;
  const Marker marker = Make(text, family, number, at + (marked ? 1 : 0));
  const char32_t next = At(text, marker.text);
  return text::IsHan(next) || ClosingPartner(next) != 0 ? marker : Marker();
}

// a. A、 a) (a) before a word of Han characters. C and D are none of the numerals above.
Marker ReadLetter(View text) {
  const bool round = text[0] == U'（' || text[0] == U'(';
  const char32_t letter = At(text, round ? 1 : 0);
  const size_t after = round ? 2 : 1;
  const char32_t mark = At(text, after);
  const bool closed = mark == U'）' || mark == U')';
  if (letter < U'a' || letter > U'z' ||
      !(closed || (!round && (IsFullStopDot(mark) || mark == U'、')))) {
    return {};
  }
  const Marker marker =
      Make(text, MarkerFamily::kLetter, static_cast<int>(letter - U'a') + 1, after + 1);
  const char32_t next = At(text, marker.text);
  return text::IsHan(next) || ClosingPartner(next) != 0 ? marker : Marker();
}

Marker ReadParenthesised(View text) {
  size_t digits = 0;
  const bool han = ReadHanNumeral(text.substr(1), &digits) > 0;
  const int number = ReadNumeral(text.substr(1), &digits);
  const char32_t close = At(text, 1 + digits);
  if (number == 0) {
    if (const Marker roman = ReadParenRoman(text)) {
      return roman;
    }
    const Marker stem = ReadStem(text);
    return stem ? stem : ReadLetter(text);
  }
  if (close != U'）' && close != U')') {
    return {};
  }
  return Make(text, han ? MarkerFamily::kParenHan : MarkerFamily::kParenArabic, number, digits + 2);
}

Marker ReadHan(View text) {
  size_t digits = 0;
  const int number = ReadHanNumeral(text, &digits);
  if (number == 0) {
    return {};
  }
  if (digits == text.size()) {
    return Make(text, MarkerFamily::kHanBare, number, digits);
  }
  const char32_t c = text[digits];
  const char32_t next = At(text, digits + 1);
  // 一、二产业 counts things, it is no marker; 一、一九八〇年 is one.
  size_t more = 0;
  if (c == U'、' && (ReadHanNumeral(text.substr(digits + 1), &more) != number + 1)) {
    return Make(text, MarkerFamily::kHan, number, digits + 1);
  }
  if (IsFullStopDot(c)) {
    return Make(text, MarkerFamily::kHan, number, digits + 1);
  }
  if (c == U'是' || c == U'要') {
    const MarkerFamily family = c == U'是' ? MarkerFamily::kHanIs : MarkerFamily::kHanMust;
    Marker marker = Make(text, family, number, digits + 1);
    if (IsCommaLike(next) || IsColon(next)) {
      ++marker.text;
    }
    return marker;
  }
  return {};
}

Marker ReadArabicMarker(View text) {
  size_t digits = 0;
  const int number = ReadArabic(text, &digits);
  if (number == 0) {
    return text[0] == U'0' ? ReadDecimal(text) : Marker();
  }
  const char32_t c = At(text, digits);
  const char32_t next = At(text, digits + 1);
  if (next == 0 || IsAsciiDigit(next)) {
    return IsFullStopDot(c) ? ReadDecimal(text) : Marker();
  }
  if (IsFullStopDot(c) || c == U'、') {
    return Make(text, MarkerFamily::kArabic, number, digits + 1);
  }
  if (c == U'）' || c == U')') {
    return Make(text, MarkerFamily::kParenArabic, number, digits + 1);
  }
  return {};
}

Marker ReadBullet(View text) {
  constexpr View kGlyphs = U"●•■◆◇□▪▲★☆➢✓✔√·‧・△▶►▼▽◎○❖";
  constexpr size_t kMaxDashes = 8;
  size_t length = 0;
  while (length < kMaxDashes && IsDash(At(text, length))) {
    ++length;
  }
  if (length == 0 && kGlyphs.find(text[0]) != View::npos) {
    length = 1;
  }
  if (length == 0 && (text[0] == U'-' || text[0] == U'－')) {
    if (At(text, 1) == text[0]) {
      length = 2;
    } else if (text[0] == U'-' && text::IsSpace(At(text, 1))) {
      length = 1;
    }
  }
  // One dash, or a ring (folded to a zero), right before a word.
  const char32_t next = At(text, 1);
  if (length == 0 && text::IsHan(next) && HanDigit(next) < 0 && next != U'年' &&
      (text[0] == U'-' || text[0] == U'－' || text[0] == U'–' || text[0] == U'〇')) {
    length = 1;
  }
  if (length == 0 && text[0] == U'*' && text::IsSpace(At(text, 1))) {
    length = 1;
  }
  // Signs of fonts of their own are any letter, once copied: Ø<TAB>…, U+F0D8<TAB>….
  if (length == 0 && At(text, 1) == U'\t' && !text::IsHan(text[0]) && !text::IsDigit(text[0])) {
    length = 1;
  }
  if (length == 0 || length >= text.size()) {
    return {};
  }
  return Make(text, MarkerFamily::kBullet, 0, length);
}

}  // namespace

Marker ReadMarker(View paragraph) {
  if (paragraph.empty()) {
    return {};
  }
  const char32_t first = paragraph[0];
  if (first == U'第') {
    return ReadOrdinal(paragraph);
  }
  if (first == U'首' || first == U'其' || first == U'再' || first == U'最') {
    const Marker word = ReadOrdinalWord(paragraph);
    return word || first != U'其' ? word : ReadOneOfThem(paragraph);
  }
  if (first == U'（' || first == U'(') {
    return ReadParenthesised(paragraph);
  }
  if (HanDigit(first) > 0) {
    return ReadHan(paragraph);
  }
  if (StemOf(first) > 0) {
    return ReadStem(paragraph);
  }
  if (IsAsciiDigit(first)) {
    return ReadArabicMarker(paragraph);
  }
  if (first >= U'①' && first <= U'⑳') {
    return Make(paragraph, MarkerFamily::kCircled, static_cast<int>(first - U'①') + 1, 1);
  }
  if (first >= U'⑴' && first <= U'⒇') {
    return Make(paragraph, MarkerFamily::kParenArabic, static_cast<int>(first - U'⑴') + 1, 1);
  }
  if (first >= U'⒈' && first <= U'⒛') {
    return Make(paragraph, MarkerFamily::kArabic, static_cast<int>(first - U'⒈') + 1, 1);
  }
  if (first >= U'㈠' && first <= U'㈩') {
    return Make(paragraph, MarkerFamily::kParenHan, static_cast<int>(first - U'㈠') + 1, 1);
  }
  if (const Marker formal = ReadFormalHan(paragraph)) {
    return formal;
  }
  if (const Marker roman = ReadRoman(paragraph)) {
    return roman;
  }
  if (const Marker letter = ReadLetter(paragraph)) {
    return letter;
  }
  return ReadBullet(paragraph);
}

bool IsStrongFamily(MarkerFamily family) {
  switch (family) {
    case MarkerFamily::kPart:
    case MarkerFamily::kChapter:
    case MarkerFamily::kPartSection:
    case MarkerFamily::kHan:
    case MarkerFamily::kParenHan:
      return true;
    default:
      return false;
  }
}

std::optional<size_t> MarkerSeries::Add(size_t paragraph, const Marker& marker) {
  constexpr size_t kMaxBulletGap = 12;
  Last& last = last_[static_cast<size_t>(marker.family)];
  const Last before = last;
  last = {paragraph, marker.number};
  const bool follows = marker.family == MarkerFamily::kBullet
                           ? before.number == 0 && paragraph - before.paragraph <= kMaxBulletGap
                           : before.number > 0 && (marker.number == before.number + 1 ||
                                                   marker.number == before.number + 2);
  return follows ? std::optional<size_t>(before.paragraph) : std::nullopt;
}

}  // namespace quotes::report
