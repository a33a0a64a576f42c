#include "service/report/note_marks.h"

#include "service/report/chars.h"
#include "service/report/lexicon.h"
#include "service/text/fold.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

// The forms of marks, as parts of a key.
constexpr uint32_t kBracketed = 0;
constexpr uint32_t kCircled = 1u << 16;
constexpr uint32_t kRaised = 2u << 16;
constexpr uint32_t kWord = 1u << 15;  // [注1]
constexpr uint32_t kStar = 3u << 16;
constexpr uint32_t kRound = 4u << 16;  // (4)

bool IsCircled(char32_t c) { return c >= U'①' && c <= U'⑳'; }

// The value of a superscript digit, -1 for other characters.
int RaisedDigit(char32_t c) {
  switch (c) {
    case U'⁰':
      return 0;
    case U'¹':
      return 1;
    case U'²':
      return 2;
    case U'³':
      return 3;
    default:
      return c >= U'⁴' && c <= U'⁹' ? static_cast<int>(c - U'⁴') + 4 : -1;
  }
}

char32_t At(View text, size_t i) { return i < text.size() ? text[i] : 0; }

// [1] at `at`; empty for other things in brackets.
NoteMark ReadBracketed(View line, uint32_t at) {
  constexpr uint32_t kMostDigits = 3;
  const char32_t partner = ClosingPartner(line[at]);
  if (partner != U'］' && partner != U'〕') {
    return {};
  }
  uint32_t i = at + 1;
  uint32_t key = kBracketed;
  if (At(line, i) == U'注') {
    key |= kWord;
    ++i;
  } else if (At(line, i) == U'^') {
    ++i;  // as Markdown writes it
  }
  uint32_t digits = 0;
  uint32_t value = 0;
  if (key == kBracketed && (At(line, i) == U'i' || At(line, i) == U'v' || At(line, i) == U'x')) {
    // Small Roman numerals, in which endnotes are counted.
    constexpr uint32_t kMostLetters = 6;
    while (digits < kMostLetters &&
           (At(line, i) == U'i' || At(line, i) == U'v' || At(line, i) == U'x')) {
      value = value * 4 + (line[i] == U'i' ? 1u : line[i] == U'v' ? 2u : 3u);
      ++digits;
      ++i;
    }
    value += 1000;
  } else {
    while (digits < kMostDigits && IsAsciiDigit(At(line, i))) {
      value = value * 10 + (line[i] - U'0');
      ++digits;
      ++i;
    }
  }
  if ((digits == 0 && key == kBracketed) || CloserShape(At(line, i)) != partner ||
      At(line, i + 1) == U'号') {
    return {};
  }
  return {at, i + 1, key | (value & 0x7FFFu)};
}

NoteMark ReadRaised(View line, uint32_t at) {
  uint32_t end = at;
  uint32_t value = 0;
  while (end < line.size() && end - at < 3 && RaisedDigit(line[end]) >= 0) {
    value = value * 10 + static_cast<uint32_t>(RaisedDigit(line[end]));
    ++end;
  }
  return end > at ? NoteMark{at, end, kRaised | value} : NoteMark{};
}

// * and **, and (4): marks only where a note below the text begins so.
NoteMark ReadStars(View line, uint32_t at) {
  uint32_t end = at;
  while (end < line.size() && end - at < 3 && line[end] == U'*') {
    ++end;
  }
  return end > at ? NoteMark{at, end, kStar | (end - at)} : NoteMark{};
}

NoteMark ReadRound(View line, uint32_t at) {
  constexpr uint32_t kMostDigits = 3;
  if (ClosingPartner(line[at]) != U'）') {
    return {};
  }
  uint32_t i = at + 1;
  uint32_t value = 0;
  while (i - at - 1 < kMostDigits && IsAsciiDigit(At(line, i))) {
    value = value * 10 + (line[i] - U'0');
    ++i;
  }
  return value > 0 && CloserShape(At(line, i)) == U'）' ? NoteMark{at, i + 1, kRound | value}
                                                        : NoteMark{};
}

bool IsMark(char32_t c) {
  return IsTerminal(c) || IsCloser(c) || IsFullStopDot(c) || c == U'"' || c == U'%' || c == U'％' ||
         c == U'‰';
}

}  // namespace

std::vector<NoteMark> FindNoteMarks(View line, const std::unordered_set<uint32_t>& printed) {
  std::vector<NoteMark> marks;
  bool items = false;  // ① numbers items of this line
  char32_t before = 0;
  const auto size = static_cast<uint32_t>(line.size());
  for (uint32_t i = 0; i < size; ++i) {
    const char32_t c = line[i];
    if (c < 0xB2 && c != U'[' && (printed.empty() || (c != U'*' && c != U'('))) {
      before = c;
      continue;
    }
    NoteMark mark;
    const bool behind_word = before != 0 && (IsWordCharacter(before) || IsMark(before));
    if (!printed.empty() && behind_word && (c == U'*' || ClosingPartner(c) == U'）')) {
      // Behind a full stop (4) numbers an item.
      mark = c == U'*' ? ReadStars(line, i) : IsTerminal(before) ? NoteMark() : ReadRound(line, i);
      if (!printed.contains(mark.key)) {
        mark = {};
      }
    } else if (before != 0 && ClosingPartner(c) != 0 && !IsColon(before) &&
               (IsWordCharacter(before) || IsMark(before) || IsCommaLike(before))) {
      mark = ReadBracketed(line, i);
    } else if (IsCircled(c)) {
      items |= before == 0 || IsColon(before) || IsSemicolon(before) || IsCommaLike(before);
      const bool known = behind_word && printed.contains(kCircled | (c - U'①' + 1));
      if (!items && (IsMark(before) || known)) {
        mark = {i, i + 1, kCircled | (c - U'①' + 1)};
      }
    } else if (RaisedDigit(c) > 0 && (text::IsHan(before) || IsMark(before))) {
      mark = ReadRaised(line, i);
    }
    if (mark.end > mark.begin) {
      marks.push_back(mark);
      i = mark.end - 1;  // two marks may stand in a row
    } else {
      before = c;
    }
  }
  return marks;
}

NoteMark LeadingNoteMark(View line) {
  if (line.empty()) {
    return {};
  }
  if (IsCircled(line[0])) {
    return {0, 1, kCircled | (line[0] - U'①' + 1)};
  }
  if (RaisedDigit(line[0]) > 0) {
    return ReadRaised(line, 0);
  }
  if (line[0] == U'*') {
    return ReadStars(line, 0);
  }
  return ReadBracketed(line, 0);
}

void AddPrintedKeys(View note, std::unordered_set<uint32_t>* printed) {
  if (note.empty()) {
    return;
  }
  if (const NoteMark mark = LeadingNoteMark(note); mark.end > 0) {
    printed->insert(mark.key);
    if (mark.key < kWord) {
      printed->insert(kRound | mark.key);
    }
    return;
  }
  if (const NoteMark mark = ReadRound(note, 0); mark.end > 0) {
    printed->insert(mark.key);
    return;
  }
  uint32_t digits = 0;
  uint32_t value = 0;
  while (digits < 3 && IsAsciiDigit(At(note, digits))) {
    value = value * 10 + (note[digits] - U'0');
    ++digits;
  }
  const char32_t mark = At(note, digits);
  if (value > 0 && (IsFullStopDot(mark) || mark == U'、' || mark == U'）' || mark == U')')) {
    printed->insert(kRound | value);
  }
}

std::vector<NoteMark> FindStageNotes(View line) {
  constexpr size_t kLongest = 32;
  const WordList& words = GetLexicon().stage_note;
  std::vector<NoteMark> notes;
  for (size_t i = 0; i < line.size(); ++i) {
    const char32_t partner = ClosingPartner(line[i]);
    if (partner != U'）' && partner != U'］' && partner != U'】') {
      continue;
    }
    const View rest = line.substr(i + 1, kLongest);
    size_t close = 0;
    while (close < rest.size() && CloserShape(rest[close]) != partner) {
      ++close;
    }
    View inner = rest.substr(0, close);
    while (!inner.empty() && (IsTerminal(inner.back()) || IsFullStopDot(inner.back()))) {
      inner.remove_suffix(1);
    }
    if (close < rest.size() && words.SuffixOf(inner) > 0) {
      notes.push_back({static_cast<uint32_t>(i), static_cast<uint32_t>(i + close + 2), 0});
      i += close + 1;
    }
  }
  return notes;
}

std::optional<std::vector<NoteMark>> NoteReader::Read(View line) {
  const NoteMark lead = LeadingNoteMark(line);
  if (lead.end > 0 && line.size() > lead.end && referred_.contains(lead.key)) {
    return std::nullopt;
  }
  std::vector<NoteMark> marks = FindNoteMarks(line, printed_);
  for (const NoteMark& mark : marks) {
    referred_.insert(mark.key);
  }
  return marks;
}

}  // namespace quotes::report
