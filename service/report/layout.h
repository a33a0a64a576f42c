#ifndef QUOTES_SERVICE_REPORT_LAYOUT_H_
#define QUOTES_SERVICE_REPORT_LAYOUT_H_

#include <cstdint>

// What a source says about its lines beyond their characters, where it is more than plain text.
// Plain values, so that whoever reads a format can give them and the parser can take them.
namespace quotes::report {

// What a line is by the marks of its source. The numbers are those of the worker's frames.
enum class LineRole : uint8_t {
  kText = 0,
  // Navigation, buttons, head and foot of a site, and what the page does not show.
  kNavigation = 1,
  // Text in a part whose name only looks like that of navigation (class="share-box").
  kMaybeNavigation = 2,
  kPageNumber = 3,
  // A running head or foot of printed pages.
  kRunningHead = 4,
  // A footnote or an endnote.
  kNote = 5,
  // The caption of a picture or a table.
  kCaption = 6,
  // A cell of a table, or a text box beside the text.
  kTableCell = 7,
};
inline constexpr LineRole kLastLineRole = LineRole::kTableCell;

struct LineHint {
  uint32_t page = 0;  // from 1; 0: unknown
  LineRole role = LineRole::kText;
  uint8_t heading_level = 0;  // 1 to 9 for a heading or a title; 0: not said to be one
  bool bold = false;          // the whole line
  // Surely goes on the paragraph of the line before.
  bool continues = false;
  // The source breaks off behind this line, its last: markup that was begun has no end.
  bool breaks_off = false;
  // The place on the page is known, and with it `indent` and `reaches_edge`.
  bool placed = false;
  // The line ends at the right edge of its column: the text may have been wrapped there.
  bool reaches_edge = false;
  // The line may belong elsewhere in the text or hold what does: columns may have been misread, or
  // characters of it could not be.
  bool unsure_place = false;
  // Words of the line were left out: struck through, or not shown to readers.
  bool lacks_words = false;
  // Stands behind the element that holds most of the text of a page.
  bool outside = false;
  uint16_t indent = 0;  // columns from the left edge of its column, a Han character being two
  // Code points at the beginning that the source does not spell out: a number or bullet that was
  // computed, with the space behind it.
  uint16_t marker = 0;

  friend bool operator==(const LineHint&, const LineHint&) = default;
};

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_LAYOUT_H_
