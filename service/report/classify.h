#ifndef QUOTES_SERVICE_REPORT_CLASSIFY_H_
#define QUOTES_SERVICE_REPORT_CLASSIFY_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "service/base/cancellation.h"
#include "service/report/lines.h"
#include "service/report/report.h"

namespace quotes::report {

// A stretch of one line that is one kind of thing. Offsets are code points of the source.
struct Piece {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t line = 0;  // index into the lines
  BlockKind kind = BlockKind::kBody;
};

struct Classified {
  std::vector<Piece> pieces;      // source order
  Metadata metadata;              // what the head of the page says; language and body are not set
  bool several_speakers = false;  // so that metadata names none
  // Where another report begins below this one: the line of its occasion, an index into the lines;
  // -1 for none. Metadata names no speaker then.
  int second_report = -1;
  // The jump line after which the speech does not go on, an index into pieces; -1 for none.
  int open_jump = -1;
  // Pages of the text that its page links to and that are not among the lines.
  size_t missing_pages = 0;
  // What was taken for something else than speech because a line above it says so: its characters,
  // and that line, an index into the lines; -1 for none.
  struct LeftOut {
    size_t characters = 0;
    int head = -1;
  };
  LeftOut comments;  // the words of readers
  LeftOut notes;     // where not all of them read like notes
  LeftOut tail;      // what stands below the last words to the audience and is no sentence
  LeftOut kept;      // the same where it was kept: it may be the speaker's
  // Characters of sentences that were taken for titles, banners, captions or a page's words, where
  // they are many beside those of the speech; 0 for few.
  size_t sentences_left_out = 0;
  LeftOut letter;  // the letter by which a text was sent out, above it
  LeftOut above;   // sentences between the title and the speech; its head is the first of them
  // Sentences between others of the speech that were taken for captions, credits or a page's words
  // by how they begin; the first of them.
  LeftOut between;
  // The line that says that the page holds only the beginning of the text, an index into the
  // lines; -1 for none.
  int beginning_only = -1;
};

// Tells speech from furniture, line by line, and reads the head. The head reaches to the
// salutation, the first marked heading or the first paragraph; each of its lines is judged by its
// shape (date, byline, occasion, label, picture credit …) and its place. Below the head only lines
// that can be nothing else are furniture, the marks of notes inside a line (note_marks.h), and the
// lines that begin with such a mark once one above has it.
//
// `source` is the text as printed, `folded` the same with its letters folded (text::FoldLetter).
//
// What is returned after `checkpoints` (null: nobody cancels) said to stop is of no use.
Classified ClassifyLines(std::u32string_view source, std::u32string_view folded,
                         const std::vector<Line>& lines, Checkpoints* checkpoints = nullptr);

// The same, or for a source in English (english_classify.h), for lines whose format tells of
// navigation, notes, captions, running heads and page numbers: those are furniture, a heading above
// nothing but navigation too, and what is left is read as if they were not there.
Classified ClassifyLaidOutLines(std::u32string_view source, std::u32string_view folded,
                                std::vector<Line> lines, bool english,
                                Checkpoints* checkpoints = nullptr);

// True when a paragraph begins by addressing the audience (同志们！ 各位代表：).
bool BeginsWithSalutation(std::u32string_view folded);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_CLASSIFY_H_
