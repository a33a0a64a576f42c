#include "service/report/note_marks.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
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
constexpr uint32_t kRound = 4u << 16;    // (4) near a word that its note explains
constexpr uint32_t kClosing = 5u << 16;  // (4) before a mark or the end
constexpr uint32_t kFormMask = ~0u << 16;

bool IsCircled(char32_t c) { return c >= U'①' && c <= U'⑳'; }

// The value of ① ㉑ ㊱ ❶ ⓵, 0 for other characters.
uint32_t CircledNumber(char32_t c) {
  struct Row {
    char32_t first;
    char32_t last;
    uint32_t number;  // of the first
  };
  constexpr Row kRows[] = {
      {U'①', U'⑳', 1}, {U'㉑', U'㉟', 21}, {U'㊱', U'㊿', 36}, {U'❶', U'❿', 1}, {U'⓵', U'⓾', 1}};
  for (const Row& row : kRows) {
    if (c >= row.first && c <= row.last) {
      return c - row.first + row.number;
    }
  }
  return 0;
}

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

// Whether a clause ends before this character, 0 for the end of the line.
bool EndsClause(char32_t next) {
  return next == 0 || IsCommaLike(next) || IsTerminal(next) || IsSemicolon(next) || IsColon(next) ||
         IsCloser(next) || IsEllipsis(next);
}

// 注1 and （注1）, （见注1）: marks only where a note below the text begins so. 关注1件事 has none.
NoteMark ReadWordMark(View line, uint32_t at) {
  constexpr uint32_t kMostDigits = 3;
  constexpr View kBefore = U"关备附专倾贯灌加标批脚尾校评译下投原赌转签";
  const bool round = ClosingPartner(line[at]) == U'）';
  uint32_t i = round ? at + 1 : at;
  i += round && At(line, i) == U'见' ? 1u : 0u;
  if (At(line, i) != U'注') {
    return {};
  }
  ++i;
  uint32_t value = CircledNumber(At(line, i));
  i += value > 0 ? 1u : 0u;
  for (uint32_t digits = 0; digits < kMostDigits && IsAsciiDigit(At(line, i)); ++digits) {
    value = value * 10 + (line[i] - U'0');
    ++i;
  }
  if (value == 0) {
    return {};
  }
  const NoteMark mark = {at, round ? i + 1 : i, kBracketed | kWord | value};
  if (round) {
    return CloserShape(At(line, i)) == U'）' ? mark : NoteMark();
  }
  const char32_t before = at > 0 ? line[at - 1] : 0;
  return kBefore.find(before) == View::npos && !IsAsciiDigit(At(line, i)) &&
                 (EndsClause(At(line, i)) || !IsWordCharacter(before))
             ? mark
             : NoteMark();
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

// Adds what a note with this mark explains.
void AddTerm(View words, uint32_t key, PrintedNotes* printed) {
  // Numbers begin anew in a few groups; each mark in the text is held against all terms.
  constexpr size_t kMostTerms = 400;  // characters
  std::u32string& terms = (*printed)[key];
  if (terms.size() < kMostTerms) {
    terms += TermOf(words);
    terms += U'\n';
  }
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

namespace {

// Where the first ① of the line stands that numbers an item, as all behind it do: it follows a
// colon, a comma, a semicolon or nothing, or the next one does. The line's size for none.
size_t FirstItem(View line) {
  uint32_t number = 0;  // of the mark before
  size_t first = 0;     // of the marks that count up to it
  char32_t before = 0;  // what stands before it and those in a row with it
  for (size_t i = 0; i < line.size(); ++i) {
    const uint32_t next = CircledNumber(line[i]);
    if (next == 0) {
      before = line[i];
      continue;
    }
    first = next == number + 1 && number > 0 ? first : i;
    number = next;
    if (before == 0 || IsColon(before) || IsSemicolon(before) || IsCommaLike(before)) {
      return first;
    }
  }
  return line.size();
}

// Whether a ① stands between words.
bool IsBetweenWords(View line, size_t at) {
  return at > 0 && CircledNumber(line[at]) > 0 && IsWordCharacter(line[at - 1]) &&
         !EndsClause(At(line, at + 1));
}

// What is asked of a whole line again and again, found once.
class LineMarks {
 public:
  explicit LineMarks(View line) : line_(line) {}

  // Whether no other ① of the line stands between words.
  bool IsAloneBetweenWords(size_t at) {
    if (!between_words_.has_value()) {
      between_words_ = 0;
      for (size_t i = 0; i < line_.size(); ++i) {
        *between_words_ += IsBetweenWords(line_, i) ? 1u : 0u;
      }
    }
    return *between_words_ == (IsBetweenWords(line_, at) ? 1u : 0u);
  }

  // Whether the line has a sign at that place only.
  bool HasOnlyAt(size_t at, size_t size) {
    const View sign = line_.substr(at, size);
    const auto [first, is_new] = first_of_.try_emplace(size, 0);
    if (is_new) {
      first->second = line_.find(sign);
    }
    return first->second == at && line_.find(sign, at + size) == View::npos;
  }

 private:
  const View line_;
  std::optional<size_t> between_words_;
  std::map<size_t, size_t> first_of_;  // by the number of stars
};

// 3*5 multiplies.
bool Multiplies(View line, const NoteMark& stars) {
  return stars.begin > 0 && IsAsciiDigit(line[stars.begin - 1]) &&
         IsAsciiDigit(At(line, stars.end));
}

// Of * for which there is no note of its own: beside one for *, before a mark or the end, and no
// sign of bold letters.
bool IsOneOfStars(View line, const NoteMark& stars, const PrintedNotes& printed, LineMarks* marks) {
  return printed.contains(kStar | 1) && EndsClause(At(line, stars.end)) &&
         marks->HasOnlyAt(stars.begin, stars.end - stars.begin);
}

// The mark of a note below at `at` behind `before`; empty where there is none for it. `apart` is
// the end of the mark before.
NoteMark ReadPrinted(View line, uint32_t at, char32_t before, uint32_t apart,
                     const PrintedNotes& printed, LineMarks* marks) {
  const View front = line.substr(apart, at - apart);
  const char32_t c = line[at];
  NoteMark mark;
  if (IsAsciiDigit(c)) {
    mark = IsAsciiDigit(before) ? NoteMark() : ReadBare(line, at);
    return Explains(printed, mark.key, front, true) ? mark : NoteMark();
  }
  if (c == U'*') {
    mark = ReadStars(line, at);
    return !Multiplies(line, mark) &&
                   (printed.contains(mark.key) || IsOneOfStars(line, mark, printed, marks))
               ? mark
               : NoteMark();
  }
  if (mark = ReadWordMark(line, at); mark.end > at) {
    return printed.contains(mark.key) ? mark : NoteMark();
  }
  if (ClosingPartner(c) != U'）' || IsTerminal(before)) {
    return {};  // behind a full stop (4) numbers an item
  }
  mark = ReadRound(line, at);
  const uint32_t number = mark.key & ~kFormMask;
  return Explains(printed, mark.key, front, false) ||
                 (printed.contains(kClosing | number) && EndsClause(At(line, mark.end)))
             ? mark
             : NoteMark();
}

}  // namespace

std::vector<NoteMark> FindNoteMarks(std::u32string_view line, const PrintedNotes& printed) {
  std::vector<NoteMark> marks;
  size_t items = View::npos;  // where ① begins to number items; npos: not known yet
  LineMarks of_line(line);
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
    if (!printed.empty() && behind_word &&
        (IsAsciiDigit(c) || c == U'*' || c == U'注' || ClosingPartner(c) == U'）')) {
      mark = ReadPrinted(line, i, before, apart, printed, &of_line);
    } else if (before != 0 && ClosingPartner(c) != 0 && !IsColon(before) &&
               (IsWordCharacter(before) || IsMark(before) || IsCommaLike(before))) {
      mark = ReadBracketed(line, i);
    } else if (const uint32_t number = CircledNumber(c); number > 0) {
      const uint32_t key = kCircled | number;
      items = items == View::npos ? FirstItem(line) : items;
      if (i < items && ((IsMark(before) && (IsCircled(c) || printed.contains(key))) ||
                        (behind_word && printed.contains(key) &&
                         (EndsClause(At(line, i + 1)) || CircledNumber(At(line, i + 1)) > 0 ||
                          Explains(printed, key, line.substr(apart, i - apart), false) ||
                          of_line.IsAloneBetweenWords(i))))) {
        mark = {i, i + 1, key};
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

std::vector<NoteReference> FindNoteReferences(View line) {
  std::vector<NoteReference> references;
  const std::vector<NoteMark> certain = FindNoteMarks(line);
  auto known = certain.begin();
  const size_t items = FirstItem(line);
  char32_t before = 0;
  for (uint32_t i = 0; i < line.size(); ++i) {
    if (known != certain.end() && known->begin == i) {
      references.push_back({*known, true});
      i = known->end - 1;  // two marks may stand in a row
      ++known;
      continue;
    }
    const char32_t c = line[i];
    const uint32_t number = CircledNumber(c);
    NoteMark mark;
    bool sure = true;
    if (!IsWordCharacter(before) && !IsMark(before)) {
      // Not behind a word.
    } else if (number > 0) {
      mark = i < items ? NoteMark{i, i + 1, kCircled | number} : NoteMark();
      sure = IsMark(before) || EndsClause(At(line, i + 1)) || CircledNumber(At(line, i + 1)) > 0;
    } else if (c == U'*') {
      mark = ReadStars(line, i);
      sure = EndsClause(At(line, mark.end));
      mark = Multiplies(line, mark) ? NoteMark() : mark;
    } else if (mark = ReadRound(line, i); mark.end > i) {
      mark.key = kClosing | (mark.key & ~kFormMask);
      mark = IsTerminal(before) || !EndsClause(At(line, mark.end)) ? NoteMark() : mark;
    }
    if (mark.end > mark.begin) {
      references.push_back({mark, sure});
      i = mark.end - 1;
    } else {
      before = number > 0 ? before : c;
    }
  }
  return references;
}

NoteLead ReadNoteLead(View line) {
  using Form = NoteLead::Form;
  constexpr View kLabels[] = {U"注", U"备注", U"附注", U"脚注", U"尾注"};
  constexpr uint32_t kMostDigits = 3;
  const auto words = [&](Form form, uint32_t number, uint32_t end) {
    while (end < line.size() && text::IsSpace(line[end])) {
      ++end;
    }
    return end < line.size() ? NoteLead{form, number, end} : NoteLead();
  };
  if (line.empty()) {
    return {};
  }
  const char32_t opener = ClosingPartner(line.front());
  const uint32_t inner = opener == U'）' || opener == U'】' || opener == U'］' ? 1 : 0;
  for (const View label : kLabels) {
    if (!line.substr(inner).starts_with(label)) {
      continue;
    }
    auto i = static_cast<uint32_t>(inner + label.size());
    uint32_t number = CircledNumber(At(line, i));
    i += number > 0 ? 1u : 0u;
    if (const uint32_t digits = i; number == 0) {
      for (; i - digits < kMostDigits && IsAsciiDigit(At(line, i)); ++i) {
        number = number * 10 + (line[i] - U'0');
      }
    }
    if (size_t length = 0; number == 0 && text::IsHan(At(line, i))) {
      number = static_cast<uint32_t>(ReadHanNumeral(line.substr(i), &length));
      i += static_cast<uint32_t>(number > 0 ? length : 0);
    }
    const bool closes = inner > 0 && CloserShape(At(line, i)) == opener;
    i += closes ? 1u : 0u;
    const char32_t mark = At(line, i);
    // （注：…） all in brackets.
    const bool around = inner > 0 && CloserShape(line.back()) == opener;
    if (IsColon(mark) && (inner == 0 || closes || around)) {
      return words(Form::kLabel, number, i + 1);
    }
    if (closes) {
      return words(Form::kLabel, number, i);
    }
    return number > 0 && inner == 0 && (text::IsSpace(mark) || mark == U'、' || IsFullStopDot(mark))
               ? words(Form::kLabel, number, i + 1)
               : NoteLead();
  }
  if (const uint32_t number = CircledNumber(line.front()); number > 0) {
    return words(Form::kMark, number, 1);
  }
  if (const NoteMark mark = LeadingNoteMark(line); mark.end > 0) {
    return words(line.front() == U'*' ? Form::kStar : Form::kMark, mark.key & (kWord - 1),
                 mark.end);
  }
  if (const NoteMark mark = ReadRound(line, 0); mark.end > 0) {
    return words(Form::kRound, mark.key & ~kFormMask, mark.end);
  }
  uint32_t digits = 0;
  uint32_t value = 0;
  while (digits < kMostDigits && IsAsciiDigit(At(line, digits))) {
    value = value * 10 + (line[digits] - U'0');
    ++digits;
  }
  const char32_t mark = At(line, digits);
  return value > 0 && !IsAsciiDigit(At(line, digits + 1)) &&
                 (IsFullStopDot(mark) || mark == U'、' || CloserShape(mark) == U'）')
             ? words(Form::kNumber, value, digits + 1)
             : NoteLead();
}

bool MayReferTo(uint32_t key, const NoteLead& lead) {
  const uint32_t form = key & kFormMask;
  switch (lead.form) {
    case NoteLead::Form::kStar:
      return key == (kStar | lead.number);
    case NoteLead::Form::kMark:
    case NoteLead::Form::kRound:
      return (form == kBracketed || form == kCircled || form == kRaised || form == kClosing) &&
             (key & ~kFormMask) == lead.number;
    case NoteLead::Form::kLabel:
    case NoteLead::Form::kNumber:
      return (form == kBracketed || form == kCircled || form == kRaised) &&
             (key & (kWord - 1)) == lead.number;
    case NoteLead::Form::kNone:
      break;
  }
  return false;
}

uint32_t NumberOfKey(uint32_t key) { return key & (kWord - 1); }

bool IsStarKey(uint32_t key) { return (key & kFormMask) == kStar; }

bool IsPlainNumberKey(uint32_t key) { return (key & kFormMask) == kClosing; }

bool ExplainsWordOf(View note, View front) {
  constexpr size_t kShortest = 2;
  const std::u32string term = TermOf(note.substr(ReadNoteLead(note).end));
  return term.size() >= kShortest && Explains({{0, term + U'\n'}}, 0, front, false);
}

void AddReferredNote(View note, uint32_t key, PrintedNotes* printed) {
  AddTerm(note.substr(ReadNoteLead(note).end), key, printed);
}

NoteMark LeadingNoteMark(View line) {
  if (line.empty()) {
    return {};
  }
  if (const uint32_t number = CircledNumber(line[0]); number > 0) {
    return {0, 1, kCircled | number};
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
  const auto add = [&](uint32_t key, size_t begin) { AddTerm(note.substr(begin), key, printed); };
  if (const NoteLead lead = ReadNoteLead(note); lead.form == NoteLead::Form::kLabel) {
    if (lead.number > 0) {
      add(kBracketed | kWord | lead.number, lead.end);
      add(kCircled | lead.number, lead.end);
    }
    return;
  }
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

namespace {

// Applause, the Members rising: words of such notes alone, one of them what is done.
bool IsEnglishStageNote(View inner) {
  // A parenthesis of the speech goes on from its words: (and the people cheer).
  constexpr View kGoOn[] = {U"and ",  U"with ", U"by ", U"in ", U"of ", U"on ",
                            U"from ", U"for ",  U"to ", U"at ", U"as "};
  if (std::any_of(std::begin(kGoOn), std::end(kGoOn),
                  [&](View word) { return inner.starts_with(word); })) {
    return false;
  }
  const Lexicon& lexicon = GetLexicon();
  bool done = false;
  for (size_t i = 0; i < inner.size();) {
    if (inner[i] == U' ' || inner[i] == U',' || inner[i] == U';') {
      ++i;
      continue;
    }
    const View word = inner.substr(i, inner.find_first_of(U" ,;", i) - i);
    const bool act = lexicon.stage_note.Contains(word) || lexicon.stage_act.Contains(word);
    if (!act && !lexicon.stage_beside.Contains(word)) {
      return false;
    }
    done |= act;
    i += word.size();
  }
  return done;
}

// 热烈鼓掌，高呼“…万岁！”: what the audience does comes first.
bool BeginsWithStageNote(View inner) {
  constexpr size_t kLongestClause = 14;
  const size_t end = inner.find_first_of(U"，、,；");
  return end != View::npos && end <= kLongestClause && text::IsHan(inner.front()) &&
         GetLexicon().stage_note.SuffixOf(inner.substr(0, end)) > 0;
}

}  // namespace

std::vector<NoteMark> FindStageNotes(View line) {
  constexpr size_t kLongest = 80;
  constexpr size_t kLongestEnd = 32;
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
    if (close < rest.size() && !inner.empty() &&
        ((close < kLongestEnd && words.SuffixOf(inner) > 0) || IsEnglishStageNote(inner) ||
         BeginsWithStageNote(inner))) {
      notes.push_back({static_cast<uint32_t>(i), static_cast<uint32_t>(i + close + 2), 0});
      i += close + 1;
    }
  }
  return notes;
}

std::optional<std::vector<NoteMark>> NoteReader::Read(View line) {
  const NoteMark lead = LeadingNoteMark(line);
  const uint32_t form = lead.key & kFormMask;
  const bool found = (form == kCircled || form == kStar) && printed_.contains(lead.key);
  if (lead.end > 0 && line.size() > lead.end && !found && referred_.contains(lead.key)) {
    return std::nullopt;
  }
  std::vector<NoteMark> marks = FindNoteMarks(line, printed_);
  for (const NoteMark& mark : marks) {
    referred_.insert(mark.key);
  }
  return marks;
}

}  // namespace quotes::report
