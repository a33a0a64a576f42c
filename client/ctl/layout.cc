#include "client/ctl/layout.h"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "service/base/check.h"
#include "service/text/utf8.h"

namespace quotes::ctl {
namespace {

constexpr std::string_view kGap = "  ";

std::string_view Sgr(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kHit:
      return "\x1b[1;31m";
    case Style::kDim:
      return "\x1b[2m";
    case Style::kStrong:
      return "\x1b[1m";
    case Style::kWarning:
      return "\x1b[33m";
    case Style::kGood:
      return "\x1b[1;32m";
  }
  return "";
}

// Those that turn the direction of writing would show a text as it is not.
bool IsControl(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061C || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

size_t Width(std::u32string_view text) { return static_cast<size_t>(text::DisplayWidth(text)); }

// Code points before which a line may be broken, ascending, the end of the text included.
std::vector<size_t> BreakPoints(std::u32string_view text) {
  std::vector<size_t> points;
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> iterator(
      icu::BreakIterator::createLineInstance(icu::Locale("zh@lb=strict"), error));
  if (U_FAILURE(error) != 0 || iterator == nullptr) {
    // Without ICU's data any place will do.
    for (size_t i = 1; i <= text.size(); ++i) {
      points.push_back(i);
    }
    return points;
  }
  icu::UnicodeString units;
  std::vector<size_t> code_point_of_unit;
  for (size_t i = 0; i < text.size(); ++i) {
    const int32_t before = units.length();
    units.append(static_cast<UChar32>(text[i]));
    for (int32_t unit = before; unit < units.length(); ++unit) {
      code_point_of_unit.push_back(i);
    }
  }
  code_point_of_unit.push_back(text.size());
  iterator->setText(units);
  iterator->first();
  for (int32_t at = iterator->next(); at != icu::BreakIterator::DONE; at = iterator->next()) {
    points.push_back(code_point_of_unit[static_cast<size_t>(at)]);
  }
  return points;
}

}  // namespace

std::string Painter::Paint(Style style, std::string_view text) const {
  if (!colours_ || style == Style::kPlain || text.empty()) {
    return std::string(text);
  }
  std::string out(Sgr(style));
  out.append(text);
  out.append("\x1b[0m");
  return out;
}

std::string Printable(std::string_view utf8) {
  std::u32string points = text::ToCodePoints(utf8);
  std::replace_if(points.begin(), points.end(), IsControl, U'\uFFFD');
  return text::ToUtf8(points);
}

size_t Columns(std::string_view utf8) { return Width(text::ToCodePoints(utf8)); }

std::string Truncate(std::string_view utf8, size_t columns) {
  const std::u32string points = text::ToCodePoints(utf8);
  if (Width(points) <= columns) {
    return std::string(utf8);
  }
  constexpr std::u32string_view kEllipsis = U"…";
  const size_t ellipsis = Width(kEllipsis);
  size_t used = 0;
  size_t taken = 0;
  while (taken < points.size()) {
    const size_t width = Width(std::u32string_view(points).substr(taken, 1));
    if (used + width + ellipsis > columns) {
      break;
    }
    used += width;
    ++taken;
  }
  return text::ToUtf8(std::u32string_view(points).substr(0, taken)) + text::ToUtf8(kEllipsis);
}

std::string Pad(std::string_view utf8, size_t columns, bool right) {
  const size_t width = Columns(utf8);
  const std::string spaces(width < columns ? columns - width : 0, ' ');
  return right ? spaces + std::string(utf8) : std::string(utf8) + spaces;
}

std::vector<Span> WrapLines(std::u32string_view text, size_t columns) {
  if (columns == 0 || Width(text) <= columns) {
    return {{0, text.size()}};
  }
  std::vector<Span> lines;
  const auto close = [&](size_t begin, size_t end) {
    while (end > begin && text[end - 1] == U' ') {
      --end;
    }
    lines.push_back({begin, end});
  };
  size_t line_begin = 0;
  size_t line_width = 0;
  size_t begin = 0;
  for (const size_t point : BreakPoints(text)) {
    const std::u32string_view piece = text.substr(begin, point - begin);
    size_t visible = piece.size();
    while (visible > 0 && piece[visible - 1] == U' ') {
      --visible;
    }
    if (line_begin < begin && line_width + Width(piece.substr(0, visible)) > columns) {
      close(line_begin, begin);
      line_begin = begin;
      line_width = 0;
    }
    // A piece wider than a whole line is broken where the line is full.
    for (size_t i = begin; i < point; ++i) {
      const size_t width = Width(text.substr(i, 1));
      if (i > line_begin && i - begin < visible && line_width + width > columns) {
        close(line_begin, i);
        line_begin = i;
        line_width = 0;
      }
      line_width += width;
    }
    begin = point;
  }
  if (line_begin < text.size()) {
    close(line_begin, text.size());
  }
  return lines;
}

std::string Paragraph(std::string_view utf8, const std::vector<Span>& marks, size_t indent,
                      size_t columns, const Painter& painter, Style style) {
  const std::u32string points = text::ToCodePoints(Printable(utf8));
  const std::u32string_view view = points;
  // A terminal narrower than the indent still gets some characters a line.
  constexpr size_t kLeastColumns = 10;
  const size_t room = columns == 0 ? 0 : std::max(columns, indent + kLeastColumns) - indent;
  std::string out;
  size_t mark = 0;
  for (const Span& line : WrapLines(view, room)) {
    out.append(indent, ' ');
    size_t at = line.begin;
    while (at < line.end) {
      while (mark < marks.size() && marks[mark].end <= at) {
        ++mark;
      }
      const bool hit = mark < marks.size() && marks[mark].begin <= at;
      size_t next = line.end;
      if (mark < marks.size()) {
        next = std::min(next, hit ? marks[mark].end : marks[mark].begin);
      }
      out += painter.Paint(hit ? Style::kHit : style, text::ToUtf8(view.substr(at, next - at)));
      at = next;
    }
    out.push_back('\n');
  }
  return out;
}

Table::Table(std::vector<Align> aligns, int flexible)
    : aligns_(std::move(aligns)), flexible_(flexible) {}

void Table::AddHeader(std::vector<std::string> cells) {
  QUOTES_CHECK(rows_.empty());
  has_header_ = true;
  AddRow(std::move(cells));
}

void Table::AddRow(std::vector<std::string> cells) {
  QUOTES_CHECK(cells.size() <= aligns_.size());
  cells.resize(aligns_.size());
  for (std::string& cell : cells) {
    cell = Printable(cell);
  }
  rows_.push_back(std::move(cells));
}

std::string Table::Render(size_t columns, const Painter& painter) const {
  std::vector<size_t> widths(aligns_.size(), 0);
  for (const std::vector<std::string>& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], Columns(row[i]));
    }
  }
  if (columns > 0 && flexible_ >= 0) {
    size_t total = 0;
    for (const size_t width : widths) {
      total += width + (total > 0 ? kGap.size() : 0);
    }
    size_t& flexible = widths[static_cast<size_t>(flexible_)];
    // Below this a cell says nothing; the line is too long then.
    constexpr size_t kLeastColumns = 8;
    if (total > columns) {
      const size_t excess = total - columns;
      flexible =
          flexible > excess + kLeastColumns ? flexible - excess : std::min(flexible, kLeastColumns);
    }
  }
  std::string out;
  for (size_t r = 0; r < rows_.size(); ++r) {
    std::string line;
    for (size_t i = 0; i < aligns_.size(); ++i) {
      if (i > 0) {
        line += kGap;
      }
      line += Pad(Truncate(rows_[r][i], std::max<size_t>(widths[i], 1)), widths[i],
                  aligns_[i] == Align::kRight);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += painter.Paint(r == 0 && has_header_ ? Style::kDim : Style::kPlain, line);
    out.push_back('\n');
  }
  return out;
}

}  // namespace quotes::ctl
