#include "client/ctl/side_by_side.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::ctl {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kGap = 2;
// A terminal narrower than the labels still gets some characters a line.
constexpr size_t kLeastRoom = 10;

size_t Width(std::u32string_view text) { return static_cast<size_t>(text::DisplayWidth(text)); }

// One character of each side that stand above each other; either may be missing.
struct Cell {
  std::u32string quotation;
  std::u32string source;
  size_t width = 0;
  char mark = '\0';
};

// What of a text is shown.
std::u32string Visible(std::u32string_view text) {
  std::u32string out;
  for (const char32_t c : text) {
    if (!text::IsNoise(c) && !text::IsLineBreak(c) && c != U'\t') {
      out.push_back(c < 0x20 || (c >= 0x7F && c < 0xA0) ? U'\uFFFD' : c);
    }
  }
  return out;
}

// Part of a text by an untrusted range.
std::u32string Slice(std::u32string_view text, int64_t begin, int64_t end) {
  const auto size = static_cast<int64_t>(text.size());
  begin = std::clamp<int64_t>(begin, 0, size);
  end = std::clamp<int64_t>(end, begin, size);
  return Visible(text.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin)));
}

char MarkOf(v1::EditKind kind) {
  switch (kind) {
    case v1::EDIT_KIND_OMISSION:
      return '-';
    case v1::EDIT_KIND_ADDITION:
      return '+';
    case v1::EDIT_KIND_REORDER:
      return '<';
    case v1::EDIT_KIND_FORM:
      return '~';
    default:
      return '^';
  }
}

void AddCell(std::u32string_view quotation, std::u32string_view source, char mark,
             std::vector<Cell>* cells) {
  Cell cell{std::u32string(quotation), std::u32string(source),
            std::max(Width(quotation), Width(source)), mark};
  if (cell.width == 0 && !cells->empty()) {
    // A combining character belongs to the one before it.
    cells->back().quotation += cell.quotation;
    cells->back().source += cell.source;
    return;
  }
  cells->push_back(std::move(cell));
}

std::vector<Cell> Cells(const std::vector<Stretch>& stretches) {
  std::vector<Cell> cells;
  for (const Stretch& stretch : stretches) {
    const std::u32string_view quotation = stretch.quotation;
    const std::u32string_view source = stretch.source;
    size_t q = 0;
    size_t s = 0;
    while (q < quotation.size() || s < source.size()) {
      size_t q_step = q < quotation.size() ? 1 : 0;
      size_t s_step = s < source.size() ? 1 : 0;
      // A space that one side alone has does not shift the rest.
      if (stretch.mark == '\0' && q_step > 0 && s_step > 0 && quotation[q] != source[s]) {
        if (text::IsSpace(quotation[q])) {
          s_step = 0;
        } else if (text::IsSpace(source[s])) {
          q_step = 0;
        }
      }
      // An omission mark stands above what was left out, its characters side by side.
      while (stretch.mark == '-' && q_step > 0 && q + q_step < quotation.size() && s_step > 0 &&
             Width(quotation.substr(q, q_step + 1)) <= Width(source.substr(s, s_step))) {
        ++q_step;
      }
      AddCell(quotation.substr(q, q_step), source.substr(s, s_step), stretch.mark, &cells);
      q += q_step;
      s += s_step;
    }
  }
  return cells;
}

// Whether a line may not be broken between two cells.
bool Sticks(const Cell& before, const Cell& after) {
  const auto in_word = [](const Cell& cell) {
    const std::u32string& text = cell.source.empty() ? cell.quotation : cell.source;
    return !text.empty() && text[0] > U' ' && text[0] < 0x7F;
  };
  return in_word(before) && in_word(after);
}

// The number of cells that the line beginning at `begin` takes.
size_t LineEnd(const std::vector<Cell>& cells, size_t begin, size_t room) {
  if (room == 0) {
    return cells.size();
  }
  size_t width = 0;
  size_t end = begin;
  while (end < cells.size() && (end == begin || width + cells[end].width <= room)) {
    width += cells[end].width;
    ++end;
  }
  if (end == cells.size()) {
    return end;
  }
  size_t border = end;
  while (border > begin && Sticks(cells[border - 1], cells[border])) {
    --border;
  }
  return border > begin ? border : end;
}

// A line under construction: text in stretches of one style.
class Row {
 public:
  // A text in as many columns. What narrow characters leave of theirs stands behind the last of
  // them: they are read as a word (GDP above ＧＤＰ, not G D P).
  void Add(Style style, std::u32string_view text, size_t width) {
    const size_t own = Width(text);
    if (own != text.size() || text.empty()) {
      EndWord();
    }
    Append(style, text::ToUtf8(text));
    owed_ += width > own ? width - own : 0;
  }

  // What follows stands above or below something else.
  void EndWord() {
    Append(Style::kPlain, std::string(owed_, ' '));
    owed_ = 0;
  }

  // Without spaces at its end.
  std::string Finish(const Painter& painter) {
    while (!pieces_.empty() && pieces_.back().second.back() == ' ') {
      pieces_.back().second.pop_back();
      if (pieces_.back().second.empty()) {
        pieces_.pop_back();
      }
    }
    std::string out;
    for (const auto& [style, text] : pieces_) {
      out += painter.Paint(style, text);
    }
    return out;
  }

 private:
  void Append(Style style, std::string_view text) {
    if (text.empty()) {
      return;
    }
    if (pieces_.empty() || pieces_.back().first != style) {
      pieces_.emplace_back(style, "");
    }
    pieces_.back().second += text;
  }

  std::vector<std::pair<Style, std::string>> pieces_;  // none of them empty
  size_t owed_ = 0;                                    // columns of spaces
};

// What differs between two texts: ranges of both, as they came over the network, and how it is
// shown.
struct Difference {
  int64_t quotation_begin = 0;
  int64_t quotation_end = 0;
  int64_t source_begin = 0;
  int64_t source_end = 0;
  char mark = '\0';
};

// Two texts in stretches of what is equal and what differs; none when the differences are not one
// behind the other inside the source. Behind the last one the rest is left out unless they are all.
std::vector<Stretch> TakeApart(std::u32string_view quotation, std::u32string_view source,
                               const std::vector<Difference>& differences, bool all) {
  const auto quotation_size = static_cast<int64_t>(quotation.size());
  const auto source_size = static_cast<int64_t>(source.size());
  std::vector<Stretch> stretches;
  const auto add = [&](int64_t q_begin, int64_t q_end, int64_t s_begin, int64_t s_end, char mark) {
    Stretch stretch{Slice(quotation, q_begin, q_end), Slice(source, s_begin, s_end), mark};
    if (!stretch.quotation.empty() || !stretch.source.empty()) {
      stretches.push_back(std::move(stretch));
    }
  };
  int64_t q = 0;
  int64_t s = 0;
  for (const Difference& d : differences) {
    if (d.quotation_begin < q || d.quotation_end < d.quotation_begin || d.source_begin < s ||
        d.source_end < d.source_begin || d.source_end > source_size) {
      return {};
    }
    add(q, d.quotation_begin, s, d.source_begin, '\0');
    add(d.quotation_begin, d.quotation_end, d.source_begin, d.source_end, d.mark);
    q = d.quotation_end;
    s = d.source_end;
  }
  if (all) {
    add(q, quotation_size, s, source_size, '\0');
  } else {
    stretches.push_back({U"…", U"…", '\0'});
  }
  return stretches;
}

}  // namespace

std::vector<Stretch> TakeApart(const v1::CitationResult& result, std::string_view quotation) {
  if (result.edits().empty() || result.locations().empty()) {
    return {};
  }
  const v1::CitationLocation& location = result.locations(0);
  const int64_t origin = location.source_range().begin();
  std::vector<Difference> differences;
  for (const v1::CitationEdit& edit : result.edits()) {
    differences.push_back({edit.quotation_range().begin(), edit.quotation_range().end(),
                           edit.source_range().begin() - origin, edit.source_range().end() - origin,
                           MarkOf(edit.kind())});
  }
  return TakeApart(text::ToCodePoints(quotation), text::ToCodePoints(location.text()), differences,
                   result.edit_count() == result.edits_size());
}

std::vector<Stretch> TakeApart(const v1::SentenceChange& change) {
  const int64_t before = change.base().range().begin();
  const int64_t now = change.revision().range().begin();
  std::vector<Difference> differences;
  for (const v1::SentenceChange::Edit& edit : change.edits()) {
    Difference& difference = differences.emplace_back(
        Difference{edit.base_range().begin() - before, edit.base_range().end() - before,
                   edit.revision_range().begin() - now, edit.revision_range().end() - now, '^'});
    if (difference.quotation_begin == difference.quotation_end) {
      difference.mark = '+';
    } else if (difference.source_begin == difference.source_end) {
      difference.mark = '-';
    }
  }
  return TakeApart(text::ToCodePoints(change.base().text()),
                   text::ToCodePoints(change.revision().text()), differences, true);
}

std::string SideBySide(const std::vector<Stretch>& stretches, std::string_view quotation_label,
                       std::string_view source_label, size_t columns, const Painter& painter) {
  const size_t label_width =
      kIndent + std::max(Columns(quotation_label), Columns(source_label)) + kGap;
  const size_t room = columns == 0 ? 0 : std::max(columns, label_width + kLeastRoom) - label_width;
  const std::vector<Cell> cells = Cells(stretches);
  const auto line = [&](std::string_view label, const std::string& row) {
    const std::string lead = std::string(kIndent, ' ') + std::string(label);
    return painter.Paint(Style::kDim, row.empty() ? lead : Pad(lead, label_width)) + row + "\n";
  };
  std::string out;
  for (size_t begin = 0; begin < cells.size();) {
    const size_t end = LineEnd(cells, begin, room);
    Row quotation;
    Row source;
    std::string marks(label_width, ' ');
    for (size_t i = begin; i < end; ++i) {
      const Cell& cell = cells[i];
      if (i > begin && cells[i - 1].mark != cell.mark) {
        quotation.EndWord();
        source.EndWord();
      }
      const bool differs = cell.mark != '\0';
      const bool form = cell.mark == '~';
      quotation.Add(!differs ? Style::kPlain
                    : form   ? Style::kWarning
                             : Style::kHit,
                    cell.quotation, cell.width);
      source.Add(!differs ? Style::kPlain
                 : form   ? Style::kWarning
                          : Style::kGood,
                 cell.source, cell.width);
      marks.append(cell.width, differs ? cell.mark : ' ');
    }
    marks.erase(marks.find_last_not_of(' ') + 1);
    if (begin > 0) {
      out.push_back('\n');
    }
    out += line(quotation_label, quotation.Finish(painter));
    out += line(source_label, source.Finish(painter));
    if (!marks.empty()) {
      out += painter.Paint(Style::kDim, marks) + "\n";
    }
    begin = end;
  }
  return out;
}

}  // namespace quotes::ctl
