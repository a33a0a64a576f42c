#ifndef QUOTES_SERVICE_REPORT_UNHEADED_NOTES_H_
#define QUOTES_SERVICE_REPORT_UNHEADED_NOTES_H_

#include <cstdint>
#include <string_view>
#include <vector>

namespace quotes::report {

// Notes that stand below what they explain without a heading that says so: below the last words of
// a text, a page or a section. Each begins with its mark (①… *… 注1：…), which the text above has
// behind a word. A list whose items begin so is none.

// A line as this search sees it.
struct NoteLine {
  std::u32string_view text;  // its letters folded
  bool speech = false;       // no furniture, nor part of the head
  bool explains = false;     // says what a word means: …指…, “…”：…
  bool goes_on = false;      // the line above is wrapped into it
  bool sentence = false;     // ends with a full stop
  // Nothing of notes is below it: it addresses the audience, calls for something or is a numbered
  // heading.
  bool resumes = false;
  bool page_break = false;  // stands at the top of a page
};

// A line that is a note, and what of the lines above refers to it (note_marks.h).
struct UnheadedNote {
  size_t line = 0;  // an index into the lines
  std::vector<uint32_t> keys;
  bool sure = true;  // has a mark that the text refers to, or a label
};

// The notes among the lines, in their order. `closing` is the line of the last words to the
// audience, the number of lines for none. A label (注：) makes a note anywhere. Lines that count
// their marks up are notes
// - where they and such lines alone end the text: below the last words when the text refers to half
//   of them or to the first, or when each says what a word means; without last words when it refers
//   to all;
// - elsewhere when it refers to all, and it is plain that no mark numbers an item.
// Where the text above may refer to several such lists, it refers to the last one.
std::vector<UnheadedNote> FindUnheadedNotes(const std::vector<NoteLine>& lines, size_t closing);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_UNHEADED_NOTES_H_
