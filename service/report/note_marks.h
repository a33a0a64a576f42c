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
// and m² have none. Of what else may refer to a note, ① and * behind any word, 注1, （注1） and (4)
// behind one, a line has those whose keys are among `printed`, the marks of the notes below the
// text. ① with words behind it refers to a note where it follows a word that this explains or no
// other such mark is in the line. (4) refers to a note only near a word that this explains or as
// AddReferredNote says so, and 4 alone only right behind such a word.
std::vector<NoteMark> FindNoteMarks(std::u32string_view line, const PrintedNotes& printed = {});

// The mark that a line begins with, as the text of a note does; empty without one.
NoteMark LeadingNoteMark(std::u32string_view line);

// Adds what may refer to a note below the text, by the beginning of that note: ①…, *…, and for
// 4.…, （4）… and [4]… (4).
void AddPrintedNote(std::u32string_view note, PrintedNotes* printed);

// How a line of notes begins.
struct NoteLead {
  enum class Form {
    kNone,
    kLabel,   // 注： 注1： （注2） 备注：
    kMark,    // ① [1] ¹
    kStar,    // * **
    kNumber,  // 1. 1、 1）
    kRound    // （1）
  };
  Form form = Form::kNone;
  uint32_t number = 0;  // of stars how many; 0 for 注： without one
  uint32_t end = 0;     // where its words begin
};

// How the line (its letters folded) begins, if something of a note stands behind that.
NoteLead ReadNoteLead(std::u32string_view line);

// What may refer to a note below: a mark of any form behind a word or a mark. `sure` where nothing
// but a mark follows or stands before it: ① with words on both sides may number an item.
struct NoteReference {
  NoteMark mark;
  bool sure = false;
};

// The references inside a line of speech, whether or not there is a note for them, in reading
// order. ① that numbers items (①…；②…) is none.
std::vector<NoteReference> FindNoteReferences(std::u32string_view line);

// Whether a mark with this key may refer to a note that begins so: ① to ①…, [1]… and 1.….
bool MayReferTo(uint32_t key, const NoteLead& lead);

// The number in a key: of stars how many.
uint32_t NumberOfKey(uint32_t key);

// Whether the key is that of stars.
bool IsStarKey(uint32_t key);

// Whether the key is that of （4） before a mark or the end, which may number something else.
bool IsPlainNumberKey(uint32_t key);

// Whether the greater part of a word that the note explains stands at the end of `front`.
bool ExplainsWordOf(std::u32string_view note, std::u32string_view front);

// Adds what refers to a note by this key, for all lines.
void AddReferredNote(std::u32string_view note, uint32_t key, PrintedNotes* printed);

// What an audience does, in brackets of its own: （热烈鼓掌） (Applause.) Their keys are 0.
std::vector<NoteMark> FindStageNotes(std::u32string_view line);

// Tells notes from the lines that refer to them.
class NoteReader {
 public:
  // `printed` as in FindNoteMarks.
  explicit NoteReader(PrintedNotes printed = {}) : printed_(std::move(printed)) {}

  // The marks in the next line of speech (its letters folded); nullopt if the line is a note: it
  // begins with the mark of a note that an earlier line refers to, and has words behind it. Where
  // the note of ① or * is among the printed ones, no other line is that.
  std::optional<std::vector<NoteMark>> Read(std::u32string_view line);

 private:
  PrintedNotes printed_;
  std::unordered_set<uint32_t> referred_;  // keys
};

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_NOTE_MARKS_H_
