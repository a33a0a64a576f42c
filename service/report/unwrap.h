#ifndef QUOTES_SERVICE_REPORT_UNWRAP_H_
#define QUOTES_SERVICE_REPORT_UNWRAP_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "service/report/lines.h"
#include "service/text/decode.h"

// Texts whose lines were cut at one width, by a mail program, an editor or fold(1). Whoever reads
// lines for headings, lists and notes wants those of the author: the lines are put together before.
namespace quotes::report {

// How a text is wrapped: for each of its lines …
struct Wraps {
  std::vector<bool> goes_on;  // whether it only goes on the line before, which was cut
  // Whether it may be cut at its end, and whether it may go on another at its beginning, were there
  // something that is no speech between them.
  std::vector<bool> full;
  std::vector<bool> flush;
};

// Looks for the lines that were cut where they were full. There are none where the text as a whole
// is not wrapped, or where pages say where their lines stand.
//
// A line is full when the first word of the next would not have fitted into it any more. What ends
// in front of a blank line, an indent, a marker of the kind that begins lines elsewhere, a page
// number or a line that recurs is not cut, nor is a heading above a paragraph.
Wraps FindWraps(std::u32string_view source, std::u32string_view folded,
                const std::vector<Line>& lines);

// Whether paragraphs of printed pages begin with an indent.
bool IndentsParagraphs(const std::vector<Line>& lines);

// A break between two lines that was taken out of a text.
struct TakenBreak {
  uint32_t position = 0;    // of the first character behind it, in the text without breaks
  uint32_t byte_begin = 0;  // the break with the spaces around it, in the source
  uint32_t line = 0;        // the source line below it
};

// A text without the breaks that FindWraps found. Its lines know whether they are full and flush.
struct Unwrapped {
  text::DecodedText text;
  std::vector<Line> lines;
  std::vector<TakenBreak> breaks;
};
Unwrapped Unwrap(const text::DecodedText& source, const std::vector<Line>& lines,
                 const Wraps& wraps);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_UNWRAP_H_
