#ifndef QUOTES_CLIENT_CTL_LAYOUT_H_
#define QUOTES_CLIENT_CTL_LAYOUT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace quotes::ctl {

// What a stretch of output is; Painter says how it looks.
enum class Style { kPlain, kHit, kDim, kStrong, kWarning, kGood };

// Colours text, or leaves every byte as it is. Immutable.
class Painter {
 public:
  explicit Painter(bool colours) : colours_(colours) {}
  std::string Paint(Style style, std::string_view text) const;
  bool colours() const { return colours_; }

 private:
  bool colours_;
};

// The text with control characters replaced by U+FFFD: stored text must not steer the terminal.
std::string Printable(std::string_view utf8);

// Columns of a line on a terminal; wide characters count two.
size_t Columns(std::string_view utf8);

// At most `columns` columns of the text; what was cut ends in "…". `columns` is at least 1.
std::string Truncate(std::string_view utf8, size_t columns);

// The text with spaces behind it up to `columns` columns (before it with `right`).
std::string Pad(std::string_view utf8, size_t columns, bool right = false);

// A half-open range of code points.
struct Span {
  size_t begin = 0;
  size_t end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

// Breaks text into lines of at most `columns` columns where a line may be broken (Unicode line
// breaking, strict rules for Chinese: no line begins with ，or 。 nor ends with “). What is longer
// than a line is broken anywhere. Spaces at a break lie in no line. 0 columns: one line.
std::vector<Span> WrapLines(std::u32string_view text, size_t columns);

// The text, wrapped and indented by `indent` spaces, with `marks` (sorted, not overlapping; code
// points of `text`) painted as hits and the rest as `style`. Ends with a line break.
std::string Paragraph(std::string_view utf8, const std::vector<Span>& marks, size_t indent,
                      size_t columns, const Painter& painter, Style style = Style::kPlain);

// Rows of cells whose columns stand under each other on a terminal.
class Table {
 public:
  enum class Align { kLeft, kRight };

  // One align a column. `flexible` is the column that is truncated when a line would exceed the
  // width; -1: none.
  explicit Table(std::vector<Align> aligns, int flexible = -1);

  // Missing cells are empty. REQUIRES: no more cells than columns.
  void AddHeader(std::vector<std::string> cells);
  void AddRow(std::vector<std::string> cells);

  // `columns` 0: unlimited. Lines do not end in spaces.
  std::string Render(size_t columns, const Painter& painter) const;

 private:
  std::vector<Align> aligns_;
  int flexible_;
  bool has_header_ = false;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_LAYOUT_H_
