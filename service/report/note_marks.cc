#include "service/report/note_marks.h"

#include <algorithm>
#include <iterator>
#include <string>

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

// 4 alone, right before a mark or the end.
NoteMark ReadBare(View line, uint32_t at) {
  constexpr uint32_t kMostDigits = 3;
  uint32_t end = at;
  uint32_t value = 0;
  while (end - at <= kMostDigits && IsAsciiDigit(At(line, end))) {
    value = value * 10 + (line[end] - U'0');
    ++end;
  }
  const char32_t next = At(line, end);
  const bool ends =
      next == 0 || next == U'，' || next == U'、' || IsTerminal(next) || IsSemicolon(next);
  return value > 0 && end - at <= kMostDigits && ends ? NoteMark{at, end, kRound | value}
                                                      : NoteMark{};
}

// Letters and digits alone.
std::u32string Words(View text) {
  std::u32string words;
  std::copy_if(text.begin(), text.end(), std::back_inserter(words), IsWordCharacter);
  return words;
}

// What a note explains, without marks: “一网通办”： , 链长，指….
std::u32string TermOf(View note) {
  constexpr size_t kLongest = 30;
  const View head = note.substr(0, kLongest);
  return Words(head.substr(0, head.find_first_of(U"：:，,。；（(")));
}

// Whether a word that a note with this mark explains stands in front of the mark: right there or,
// the greater part of it, not far. A note that explains no word may be referred to anywhere.
bool Explains(const PrintedNotes& notes, uint32_t key, View front, bool right_there) {
  constexpr size_t kNear = 40;
  constexpr size_t kShortest = 2;
  constexpr size_t kPart = 3;
  const auto found = notes.find(key);
  if (found == notes.end()) {
    return false;
  }
  const std::u32string near = Words(front.substr(front.size() - std::min(front.size(), kNear)));
  View terms = found->second;
  while (!terms.empty()) {
    const View term = terms.substr(0, terms.find(U'\n'));
    terms.remove_prefix(term.size() + 1);
    if (right_there) {
      if (term.size() >= kShortest && View(near).ends_with(term)) {
        return true;
      }
      continue;
    }
    if (term.size() < kShortest) {
      return true;
    }
    const size_t part = std::min(term.size(), kPart);
    for (size_t i = 0; i + part <= term.size(); ++i) {
      if (View(near).find(term.substr(i, part)) != View::npos) {
        return true;
      }
    }
  }
  return false;
}

bool IsMark(char32_t c) {
  return IsTerminal(c) || IsCloser(c) || IsFullStopDot(c) || c == U'"' || c == U'%' || c == U'％' ||
         c == U'‰';
}

}  // namespace

std::vector<NoteMark> FindNoteMarks(View line, const PrintedNotes& printed) {
  std::vector<NoteMark> marks;
  bool items = false;  // ① numbers items of this line
  uint32_t apart = 0;  // the end of the mark before
  char32_t before = 0;
  const auto size = static_cast<uint32_t>(line.size());
  for (uint32_t i = 0; i < size; ++i) {
    const char32_t c = line[i];
    const bool plain = c < 0xB2 && c != U'[';
    if (plain && (printed.empty() || (c != U'*' && c != U'(' && !IsAsciiDigit(c)))) {
      before = c;
      continue;
    }
    NoteMark mark;
    const bool behind_word = before != 0 && (IsWordCharacter(before) || IsMark(before));
    if (!printed.empty() && behind_word && IsAsciiDigit(c)) {
      mark = IsAsciiDigit(before) ? NoteMark() : ReadBare(line, i);
      if (mark.end > i && !Explains(printed, mark.key, line.substr(apart, i - apart), true)) {
        mark = {};
      }
    } else if (!printed.empty() && behind_word && (c == U'*' || ClosingPartner(c) == U'）')) {
      // Behind a full stop (4) numbers an item.
      mark = c == U'*' ? ReadStars(line, i) : IsTerminal(before) ? NoteMark() : ReadRound(line, i);
      if (!printed.contains(mark.key) ||
          (c != U'*' && !Explains(printed, mark.key, line.substr(apart, i - apart), false))) {
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
      apart = mark.end;
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

void AddPrintedNote(View note, PrintedNotes* printed) {
  if (note.empty()) {
    return;
  }
  const auto add = [&](uint32_t key, size_t begin) {
    // Numbers begin anew in a few groups; each mark in the text is held against all terms.
    constexpr size_t kMostTerms = 400;  // characters
    std::u32string& terms = (*printed)[key];
    if (terms.size() < kMostTerms) {
      terms += TermOf(note.substr(begin));
      terms += U'\n';
    }
  };
  if (const NoteMark mark = LeadingNoteMark(note); mark.end > 0) {
    add(mark.key, mark.end);
    if (mark.key < kWord) {
      add(kRound | mark.key, mark.end);
    }
    return;
  }
  if (const NoteMark mark = ReadRound(note, 0); mark.end > 0) {
    add(mark.key, mark.end);
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
    add(kRound | value, digits + 1);
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
