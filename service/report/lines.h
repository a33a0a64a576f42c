#ifndef QUOTES_SERVICE_REPORT_LINES_H_
#define QUOTES_SERVICE_REPORT_LINES_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "service/base/cancellation.h"
#include "service/report/layout.h"

namespace quotes::report {

// One source line that holds more than spaces. Offsets are code points of the source.
struct Line {
  uint32_t begin = 0;  // without indent
  uint32_t end = 0;    // without trailing spaces
  // The same with characters without width (IsZeroWidth) at both ends, and > before each line of a
  // letter that was quoted: the line is free of them.
  uint32_t outer_begin = 0;
  uint32_t outer_end = 0;
  uint32_t number = 0;
  uint32_t page = 0;    // 0 when the source has no form feeds
  uint16_t indent = 0;  // columns of the removed indent, saturated
  bool gap_before = false;
  bool page_break_before = false;

  // What the characters of the line say, found in one pass.
  bool has_word = false;    // a letter or digit
  bool inner_stop = false;  // 。！？； before its end
  uint16_t commas = 0;
  uint32_t columns = 0;    // printed width, Han counting two
  char32_t last_mark = 0;  // the last character, closing marks skipped when a stop is before them

  // What the format of the source says of the line; ApplyLayout sets them.
  LineRole role = LineRole::kText;
  uint8_t heading_level = 0;
  bool bold = false;
  bool continues = false;
  bool placed = false;
  bool reaches_edge = false;
  bool unsure_place = false;
  bool lacks_words = false;
  bool outside = false;

  // Of wrapped texts and printed pages (unwrap.h): no further word had room in its last line, and
  // it begins where lines do that go on.
  bool full = false;
  bool flush = false;
  uint32_t parts = 1;  // lines of the source that were put together

  uint32_t size() const { return end - begin; }
};

// Splits the source at every line break. LF, CRLF, CR, NEL, U+2028 and U+2029 count as lines the
// way editors number them; VT and FF end a line for the parser without adding to the number, and
// the pages of a source with FF are numbered from 1.
//
// SOURCE_TOO_LARGE when a line is longer than limits::kMaxLineCodePoints.
// CANCELLED, DEADLINE_EXCEEDED.
absl::StatusOr<std::vector<Line>> SplitLines(std::u32string_view source,
                                             Checkpoints* checkpoints = nullptr);

// Tells the lines of an extracted text what its format says of them: page, place and role. Hint i
// is about line number i + 1.
void ApplyLayout(const std::vector<LineHint>& hints, std::vector<Line>* lines);

// True when the line ends with a mark that ends a sentence or a member of a list.
bool EndsClosed(const Line& line);
// True when it ends with 。！？ or an ellipsis, closing marks after it allowed.
bool EndsSentence(const Line& line);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_LINES_H_
