#ifndef QUOTES_SERVICE_REPORT_NOTE_MARKS_H_
#define QUOTES_SERVICE_REPORT_NOTE_MARKS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace quotes::report {

// A mark that refers to a note. Offsets are code points of the line.
struct NoteMark {
  uint32_t begin = 0;
  uint32_t end = 0;
  // What refers and note have in common: the form of the mark and its number.
  uint32_t key = 0;
};

// The notes below a text: the keys of their marks and what they explain, words without quotation
// marks, a line for each note that has the mark.
using PrintedNotes = std::unordered_map<uint32_t, std::u32string>;

// The marks inside a line of speech (its letters folded): [1], ［12］, 〔3〕, [^4], [注], [注1],
// [i] behind a word or a mark, superscript digits behind a word of Han characters or a mark, and ①
// behind a full stop or a closing mark, where it numbers no item. In reading order. 国发〔2022〕5号
// and m² have none. Of what else may refer to a note, ① and * behind any word and (4) behind one, a
// line has those whose keys are among `printed`, the marks of the notes below the text. (4) refers
// to a note only near a word that this explains, and 4 alone only right behind it.
std::vector<NoteMark> FindNoteMarks(std::u32string_view line, const PrintedNotes& printed = {});

// The mark that a line begins with, as the text of a note does; empty without one.
NoteMark LeadingNoteMark(std::u32string_view line);

// Adds what may refer to a note below the text, by the beginning of that note: ①…, *…, and for
// 4.…, （4）… and [4]… (4).
void AddPrintedNote(std::u32string_view note, PrintedNotes* printed);

// What an audience does, in brackets of its own: （热烈鼓掌） (Applause.) Their keys are 0.
std::vector<NoteMark> FindStageNotes(std::u32string_view line);

// Tells notes from the lines that refer to them.
class NoteReader {
 public:
  // `printed` as in FindNoteMarks.
  explicit NoteReader(PrintedNotes printed = {}) : printed_(std::move(printed)) {}

  // The marks in the next line of speech (its letters folded); nullopt if the line is a note: it
  // begins with the mark of a note that an earlier line refers to, and has words behind it.
  std::optional<std::vector<NoteMark>> Read(std::u32string_view line);

 private:
  PrintedNotes printed_;
  std::unordered_set<uint32_t> referred_;  // keys
};

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_NOTE_MARKS_H_
