#include "service/report/metadata.h"

#include <algorithm>
#include <string_view>

#include "service/report/chars.h"
#include "service/report/lexicon.h"
#include "service/text/fold.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

// No line of a head that says something is longer.
constexpr size_t kHeadWindow = 300;
constexpr size_t kMaxNameCodePoints = 16;

char32_t At(View text, size_t i) { return i < text.size() ? text[i] : 0; }

size_t SkipSpaces(View text, size_t i) {
  while (i < text.size() && text::IsSpace(text[i])) {
    ++i;
  }
  return i;
}

// Digits of a year, Arabic or Chinese: exactly four.
size_t ReadYear(View text, size_t at, int* year) {
  *year = 0;
  for (size_t i = 0; i < 4; ++i) {
    const char32_t c = At(text, at + i);
    int digit = IsAsciiDigit(c) ? static_cast<int>(c - U'0') : HanDigit(c);
    if (c == U'O' || c == U'o') {
      digit = 0;
    }
    if (digit < 0 || digit > 9) {
      return 0;
    }
    *year = *year * 10 + digit;
  }
  const bool more = IsAsciiDigit(At(text, at + 4));
  return *year >= 1900 && *year <= 2199 && !more ? 4 : 0;
}

// A number of one or two digits, or a Chinese numeral.
size_t ReadSmall(View text, size_t at, int* value) {
  *value = 0;
  size_t length = 0;
  while (length < 2 && IsAsciiDigit(At(text, at + length))) {
    *value = *value * 10 + static_cast<int>(text[at + length] - U'0');
    ++length;
  }
  if (length == 0 && at < text.size()) {
    // 廿五 and 卅 for 二十五 and 三十.
    const int tens = text[at] == U'廿' ? 20 : text[at] == U'卅' ? 30 : 0;
    if (tens > 0) {
      const int digit = HanDigit(At(text, at + 1));
      const bool more = digit >= 1 && digit <= 9;
      *value = tens + (more ? digit : 0);
      return more ? 2 : 1;
    }
    *value = ReadHanNumeral(text.substr(at), &length);
  }
  return length;
}

// 民国一一五, the years of which begin with 1912; 0 for other texts.
size_t ReadRepublicanYear(View text, size_t at, int* year) {
  constexpr View kEra = U"民国";
  constexpr int kBefore = 1911;
  constexpr size_t kMostDigits = 3;
  if (!text.substr(at).starts_with(kEra)) {
    return 0;
  }
  size_t i = SkipSpaces(text, at + kEra.size());
  const size_t first = i;
  int value = 0;
  while (i - first < kMostDigits) {
    const char32_t c = At(text, i);
    const int digit = IsAsciiDigit(c) ? static_cast<int>(c - U'0') : HanDigit(c);
    if (digit < 0 || digit > 9) {
      break;
    }
    value = value * 10 + digit;
    ++i;
  }
  *year = kBefore + value;
  return value > 0 && At(text, i) == U'年' ? i - at : 0;
}

// 1 to 12, or 元 for the first.
size_t ReadMonth(View text, size_t at, int* month) {
  if (At(text, at) == U'元') {
    *month = 1;
    return 1;
  }
  return ReadSmall(text, at, month);
}

// 112, a year of the Republic of China without its name: of three digits, before 年.
size_t ReadYearOfThreeDigits(View text, size_t at, int* year) {
  constexpr int kBefore = 1911;
  constexpr size_t kDigits = 3;
  if (At(text, at) != U'1' || At(text, at + kDigits) != U'年') {
    return 0;
  }
  int value = 0;
  for (size_t i = at; i < at + kDigits; ++i) {
    if (!IsAsciiDigit(text[i])) {
      return 0;
    }
    value = value * 10 + static_cast<int>(text[i] - U'0');
  }
  *year = kBefore + value;
  return kDigits;
}

std::optional<FoundDate> ReadDate(View text, size_t at) {
  int year = 0;
  int month = 0;
  int day = 0;
  size_t year_digits = ReadYear(text, at, &year);
  if (year_digits == 0) {
    year_digits = ReadRepublicanYear(text, at, &year);
  }
  if (year_digits == 0 && at == 0) {
    year_digits = ReadYearOfThreeDigits(text, at, &year);
  }
  if (year_digits == 0) {
    return std::nullopt;
  }
  size_t i = SkipSpaces(text, at + year_digits);
  const char32_t separator = At(text, i);
  const bool written = separator == U'年';
  if (!written && separator != U'-' && separator != U'/' && separator != U'.') {
    return std::nullopt;
  }
  i = SkipSpaces(text, i + 1);
  const size_t month_digits = ReadMonth(text, i, &month);
  i = SkipSpaces(text, i + month_digits);
  if (month_digits == 0 || At(text, i) != (written ? U'月' : separator)) {
    return std::nullopt;
  }
  i = SkipSpaces(text, i + 1);
  const size_t day_digits = ReadSmall(text, i, &day);
  i += day_digits;
  if (day_digits == 0) {
    return std::nullopt;
  }
  if (written) {
    i = SkipSpaces(text, i);
    if (At(text, i) != U'日' && At(text, i) != U'号') {
      return std::nullopt;
    }
    ++i;
  }
  const absl::CivilDay civil(year, month, day);
  if (civil.year() != year || civil.month() != month || civil.day() != day) {
    return std::nullopt;
  }
  return FoundDate{civil, at, i};
}

size_t FindLast(View text, View what) { return text.rfind(what); }

size_t CountNameCharacters(View text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char32_t c) { return !text::IsSpace(c); }));
}

bool IsNameShaped(View name, size_t most) {
  const size_t size = CountNameCharacters(name);
  if (size < 2 || size > most || name.size() > kMaxNameCodePoints) {
    return false;
  }
  return std::all_of(name.begin(), name.end(), [](char32_t c) {
    return text::IsHan(c) || text::IsSpace(c) || c == U'·' || c == U'•';
  });
}

// 施政报告 begins with a surname, and stands behind an office as a name does.
bool NamesSpeech(View name) {
  constexpr View kSpeeches[] = {U"报告", U"讲话", U"演说", U"致辞", U"致词", U"讲词", U"方针"};
  return std::any_of(std::begin(kSpeeches), std::end(kSpeeches),
                     [&](View speech) { return name.ends_with(speech); });
}

}  // namespace

std::optional<FoundDate> FindDate(View text) {
  text = text.substr(0, kHeadWindow);
  for (size_t i = 0; i + 8 <= text.size(); ++i) {
    if (i > 0 && IsAsciiDigit(text[i - 1])) {
      continue;
    }
    if (auto date = ReadDate(text, i)) {
      return date;
    }
  }
  return std::nullopt;
}

std::optional<DayOfYear> ReadDayOfYear(View text) {
  constexpr int kLeapYear = 2024;
  DayOfYear found;
  size_t i = ReadMonth(text, 0, &found.month);
  if (i == 0 || At(text, SkipSpaces(text, i)) != U'月') {
    return std::nullopt;
  }
  i = SkipSpaces(text, SkipSpaces(text, i) + 1);
  const size_t digits = ReadSmall(text, i, &found.day);
  i = SkipSpaces(text, i + digits);
  const absl::CivilDay day(kLeapYear, found.month, found.day);
  if (digits == 0 || (At(text, i) != U'日' && At(text, i) != U'号') || day.month() != found.month ||
      day.day() != found.day) {
    return std::nullopt;
  }
  found.end = i + 1;
  return found;
}

int YearOfTitle(View title) {
  constexpr View kDone[] = {U"执行", U"决算", U"总结", U"完成情况"};
  int first = 0;
  int last = 0;
  for (size_t i = 0; i < title.size(); ++i) {
    int year = 0;
    const size_t digits = i > 0 && IsAsciiDigit(title[i - 1]) ? 0 : ReadYear(title, i, &year);
    if (digits > 0 && At(title, SkipSpaces(title, i + digits)) == U'年') {
      (first == 0 ? first : last) = year;
      i += digits - 1;
    }
  }
  if (last > 0) {
    return last == first + 1 ? last : 0;
  }
  const bool done = std::any_of(std::begin(kDone), std::end(kDone),
                                [&](View word) { return title.find(word) != View::npos; });
  return done ? 0 : first;
}

bool HasTimeOfDay(View text) {
  text = text.substr(0, kHeadWindow);
  for (size_t i = 1; i + 2 < text.size(); ++i) {
    if (!IsColon(text[i]) || !IsAsciiDigit(text[i - 1]) || !IsAsciiDigit(text[i + 1]) ||
        !IsAsciiDigit(text[i + 2]) || IsAsciiDigit(At(text, i + 3)) || text[i + 1] > U'5') {
      continue;
    }
    const bool tens = i > 1 && IsAsciiDigit(text[i - 2]);
    const char32_t hour = (tens ? (text[i - 2] - U'0') * 10 : 0) + (text[i - 1] - U'0');
    if (hour < 24 && (i < 3 || !tens || !IsAsciiDigit(text[i - 3]))) {
      return true;
    }
  }
  return false;
}

std::optional<OccasionLine> ReadOccasion(View line) {
  if (line.size() > kHeadWindow) {
    return std::nullopt;
  }
  OccasionLine occasion;
  const size_t bracket = ClosingPartner(At(line, 0)) == U'）' ? 1 : 0;
  occasion.text_begin = bracket;
  while (IsDash(At(line, occasion.text_begin)) || At(line, occasion.text_begin) == U'-' ||
         At(line, occasion.text_begin) == U'－') {
    ++occasion.text_begin;
  }
  occasion.text_begin = SkipSpaces(line, occasion.text_begin);
  size_t at = occasion.text_begin;
  if (const auto date = FindDate(line); date && date->begin == at) {
    at = SkipSpaces(line, date->end);
  } else if (const auto day = ReadDayOfYear(line.substr(at)); day.has_value()) {
    at = SkipSpaces(line, at + day->end);
  }
  if (At(line, at) != U'在') {
    return std::nullopt;
  }
  occasion.event_begin = at + 1;
  // Of （2023年1月9日在…上） the brackets are no part of it.
  const bool round = bracket > 0;
  const WordList& assemblies = GetLexicon().assembly;
  for (size_t i = occasion.event_begin; i < line.size(); ++i) {
    if (line[i] != U'上') {
      continue;
    }
    const View event = line.substr(occasion.event_begin, i - occasion.event_begin);
    if (assemblies.SuffixOf(event) == 0) {
      continue;
    }
    occasion.event_end = i;
    size_t end = i + 1;
    if (At(line, end) == U'的') {
      // 上的报告, 上的政治报告, 上的讲话: to the next space or the end.
      const size_t begin = end;
      while (end < line.size() && !text::IsSpace(line[end]) &&
             !(round && CloserShape(line[end]) == U'）')) {
        ++end;
      }
      if (end - begin > 12) {
        return std::nullopt;
      }
    }
    if (round && CloserShape(At(line, end)) != U'）') {
      continue;
    }
    if (!round && end < line.size() && !text::IsSpace(line[end])) {
      continue;
    }
    occasion.text_end = end;
    occasion.end = end + bracket;
    if (round && occasion.end < line.size() && !text::IsSpace(line[occasion.end])) {
      continue;
    }
    return occasion;
  }
  return std::nullopt;
}

bool IsPersonName(View line, bool minority) {
  if (line.ends_with(U"同志")) {
    line.remove_suffix(2);
  }
  if (!IsNameShaped(line, minority ? 12 : 4)) {
    return false;
  }
  // Bodies stand where names do.
  constexpr View kBodies = U"府室委局部会院厅处";
  if (NamesSpeech(line) || (minority && kBodies.find(line.back()) != View::npos)) {
    return false;
  }
  return minority || GetLexicon().surname.PrefixOf(line) > 0;
}

bool ListsNames(View line) {
  constexpr size_t kLongestNote = 6;  // （哈萨克族）
  constexpr size_t kLongestName = 4;
  constexpr size_t kFewest = 3;
  size_t names = 0;
  size_t known = 0;
  std::u32string half;  // the first character of a name of two that has a space inside
  for (size_t i = 0; i < line.size();) {
    if (text::IsSpace(line[i]) || line[i] == U'\t') {
      ++i;
      continue;
    }
    const size_t begin = i;
    while (i < line.size() && text::IsHan(line[i])) {
      ++i;
    }
    std::u32string name = half + std::u32string(line.substr(begin, i - begin));
    if (i == begin || name.size() > kLongestName) {
      return false;
    }
    if (i < line.size() && ClosingPartner(line[i]) == U'）') {
      size_t close = i;
      while (close < line.size() && close - i <= kLongestNote + 1 &&
             CloserShape(line[close]) != U'）') {
        ++close;
      }
      if (close == line.size() || CloserShape(line[close]) != U'）') {
        return false;
      }
      i = close + 1;
    }
    if (i < line.size() && !text::IsSpace(line[i]) && line[i] != U'\t') {
      return false;
    }
    half.clear();
    if (name.size() == 1) {
      half = std::move(name);
      continue;
    }
    ++names;
    known += IsPersonName(name, false) ? 1u : 0u;
  }
  return half.empty() && names >= kFewest && known * 3 >= names * 2;
}

bool NamesSession(View line) {
  constexpr size_t kLongest = 40;
  if (line.size() > kLongest || line.find(U'第') == View::npos ||
      (line.find(U'届') == View::npos && line.find(U'次') == View::npos)) {
    return false;
  }
  return std::none_of(line.begin(), line.end(),
                      [](char32_t c) {
                        return IsTerminal(c) || IsCommaLike(c) || IsColon(c) || c == U'在' ||
                               ClosingPartner(c) != 0;
                      }) &&
         (GetLexicon().assembly.SuffixOf(line) > 0 || line.ends_with(U"会期"));
}

bool NamesBody(View line) {
  constexpr size_t kShortest = 4;
  constexpr size_t kLongest = 30;
  const bool han = std::all_of(line.begin(), line.end(),
                               [](char32_t c) { return text::IsHan(c) || text::IsSpace(c); });
  return han && line.size() >= kShortest && line.size() <= kLongest &&
         GetLexicon().body_end.SuffixOf(line) > 0;
}

namespace {

// 校长 何平, 总经理 何平: an office that no list has, by its last character, set off from a name of
// two or three. Its length, 0 for none.
size_t OfficeByItsEnd(View line) {
  constexpr View kEnds = U"长理任记席员官监裁师";
  constexpr size_t kLongestOffice = 20;
  constexpr size_t kLongestName = 3;
  size_t end = 0;
  while (end < line.size() && (text::IsHan(line[end]) || line[end] == U'、')) {
    ++end;
  }
  const size_t name = SkipSpaces(line, end);
  return end >= 2 && end <= kLongestOffice && name > end && name < line.size() &&
                 kEnds.find(line[end - 1]) != View::npos &&
                 CountNameCharacters(line.substr(name)) <= kLongestName &&
                 IsPersonName(line.substr(name), false)
             ? end
             : 0;
}

}  // namespace

std::optional<Byline> ReadByline(View line) {
  if (line.size() > 60) {
    return std::nullopt;
  }
  Byline byline;
  const Lexicon& lexicon = GetLexicon();
  if (const size_t label = lexicon.speaker_label.PrefixOf(line);
      label > 0 && IsColon(At(line, label))) {
    byline.office_begin = byline.office_end = SkipSpaces(line, label + 1);
  }
  // The last office word of the line; the name follows it.
  const size_t from = byline.office_end;
  size_t office_end = 0;
  for (size_t i = from; i < line.size(); ++i) {
    const size_t length = lexicon.office.PrefixOf(line.substr(i));
    if (length > 0) {
      office_end = i + length;
      i = office_end - 1;
    }
  }
  if (office_end == 0 && from == 0) {
    office_end = OfficeByItsEnd(line);
    if (office_end == 0) {
      return std::nullopt;
    }
  }
  byline.office_end = std::max(office_end, from);
  byline.name_begin = SkipSpaces(line, byline.office_end);
  if (office_end > 0 && IsColon(At(line, byline.name_begin))) {
    byline.name_begin = SkipSpaces(line, byline.name_begin + 1);
  }
  byline.name_end = line.size();
  // 何平同志
  if (line.ends_with(U"同志") && line.size() >= byline.name_begin + 4) {
    byline.name_end -= 2;
  }
  const View name = line.substr(byline.name_begin, byline.name_end - byline.name_begin);
  const View office = line.substr(byline.office_begin, byline.office_end - byline.office_begin);
  const bool clean = std::none_of(office.begin(), office.end(), [](char32_t c) {
    return IsTerminal(c) || IsColon(c) || c == U'，' || ClosingPartner(c) != 0;
  });
  if (!clean || !IsNameShaped(name, 12) || NamesSpeech(name)) {
    return std::nullopt;
  }
  // Without a known surname or middle dot the name must be set off by a space.
  if (lexicon.surname.PrefixOf(name) == 0 && byline.name_begin == byline.office_end) {
    return std::nullopt;
  }
  if (CountNameCharacters(name) > 4 && name.find(U'·') == View::npos &&
      byline.name_begin == byline.office_end) {
    return std::nullopt;
  }
  return byline;
}

std::optional<BodyClause> FindBodyClause(View paragraph) {
  paragraph = paragraph.substr(0, kHeadWindow);
  BodyClause clause;
  size_t begin = paragraph.find(U"我代表");
  bool entrusted = false;
  if (begin == View::npos) {
    begin = paragraph.find(U"我受");
    entrusted = begin != View::npos;
  }
  if (begin == View::npos) {
    return std::nullopt;
  }
  begin += entrusted ? 2 : 3;
  clause.begin = begin;
  size_t end = begin;
  const auto stops = [&](size_t i) {
    const char32_t c = paragraph[i];
    const View rest = paragraph.substr(i);
    return c == U'，' || c == U',' || IsTerminal(c) || IsColon(c) || rest.starts_with(U"向") ||
           rest.starts_with(U"作") || rest.starts_with(U"做") || rest.starts_with(U"提出") ||
           rest.starts_with(U"报告") || rest.starts_with(U"的委托") || rest.starts_with(U"委托");
  };
  while (end < paragraph.size() && !stops(end)) {
    ++end;
  }
  clause.end = end;
  const View body = paragraph.substr(begin, end - begin);
  const View rest = paragraph.substr(end);
  const size_t report = rest.find(U"报告");
  if (body.size() < 2 || body.size() > 60 || end == paragraph.size() ||
      (report == View::npos && !entrusted) || (report != View::npos && report > 80)) {
    return std::nullopt;
  }
  if (const size_t to = rest.find(U'向'); to != View::npos && to < 12) {
    const WordList& assemblies = GetLexicon().assembly;
    const View after = rest.substr(to + 1);
    size_t size = 0;
    while (size < after.size() && size < 60 && !IsCommaLike(after[size]) &&
           !IsTerminal(after[size])) {
      ++size;
      if (assemblies.SuffixOf(after.substr(0, size)) > 0 &&
          assemblies.PrefixOf(after.substr(size)) == 0) {
        const View event = after.substr(0, size);
        if (event.find(U'届') != View::npos || event.find(U'次') != View::npos) {
          clause.event_begin = end + to + 1;
          clause.event_end = clause.event_begin + size;
          if (At(paragraph, clause.event_end) != U'议' && FindLast(event, U"大会") == size - 2 &&
              after.substr(size).starts_with(U"第")) {
            continue;  // 全国人民代表大会第三次会议
          }
          break;
        }
      }
    }
  }
  return clause;
}

}  // namespace quotes::report
