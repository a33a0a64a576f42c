#include "service/report/paragraphs.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "service/report/chars.h"
#include "service/report/lexicon.h"
#include "service/report/markers.h"
#include "service/report/unwrap.h"
#include "service/text/fold.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

// A heading on a line of its own is rarely longer.
constexpr uint32_t kLongestHeading = 45;
// A line of this length without a stop is a paragraph's, unless it has a marker.
constexpr uint32_t kLongLine = 60;
// Two lines that open with the same words are two items of a list.
constexpr size_t kSameOpening = 3;
constexpr uint32_t kMaxWrapColumns = 160;
constexpr uint32_t kMinWrapColumns = 30;
constexpr size_t kMinWrapLines = 8;

// The shape of the whole source.
struct Layout {
  bool wrapped = false;
  uint32_t width = 0;   // columns of a full line
  uint32_t length = 0;  // characters of one: some programs count those
  // Most full lines leave their sentence open, as those of long paragraphs do.
  bool open = false;
  bool indents = false;  // paragraphs begin with an indent
  bool gaps = false;     // some paragraphs are set off by blank lines
};

using Histogram = std::array<size_t, kMaxWrapColumns + 1>;

// Wrapped text has a width that no line exceeds (but for hanging marks) and many lines reach.
uint32_t WidthOf(const Histogram& histogram, size_t counted) {
  uint32_t width = kMaxWrapColumns;
  size_t above = 0;
  while (width > 0 && (above + histogram[width]) * 50 <= counted) {
    above += histogram[width];
    --width;
  }
  return width;
}

// How many lines are about that wide.
size_t FullLines(const Histogram& histogram, uint32_t width, uint32_t below, uint32_t above) {
  size_t full = 0;
  for (uint32_t w = width - std::min(width, below); w <= std::min(width + above, kMaxWrapColumns);
       ++w) {
    full += histogram[w];
  }
  return full;
}

// Whether a wrapped line is filled to its last place, but for a hanging mark.
bool IsFilled(const Line& line, const Layout& layout) {
  constexpr uint32_t kHanging = 2;
  return line.columns + line.indent + kHanging >= layout.width ||
         line.size() + line.indent / 2u + kHanging / 2 >= layout.length;
}

Layout ReadLayout(const std::vector<Line>& lines, const std::vector<Piece>& pieces) {
  Layout layout;
  Histogram histogram{};
  Histogram lengths{};
  size_t counted = 0;
  size_t indented = 0;
  size_t gaps = 0;
  size_t placed = 0;
  size_t reaching = 0;
  for (const Piece& piece : pieces) {
    if (piece.kind != BlockKind::kBody) {
      continue;
    }
    const Line& line = lines[piece.line];
    counted += line.parts;
    indented += line.indent >= 2 ? 1u : 0u;
    gaps += line.gap_before ? 1u : 0u;
    placed += line.placed ? line.parts : 0u;
    reaching += line.parts - (line.reaches_edge ? 0u : 1u);
    const uint32_t columns = line.columns + line.indent;
    ++histogram[std::min<uint32_t>(columns, kMaxWrapColumns)];
    ++lengths[std::min<uint32_t>(line.size() + line.indent / 2u, kMaxWrapColumns)];
  }
  // Indents that some lines have and some do not mark paragraphs.
  layout.indents = indented * 20 >= counted && counted > 0;
  layout.gaps = gaps * 20 >= counted;
  if (placed * 2 > counted) {
    // Printed pages: every line says itself whether it is full.
    layout.wrapped = reaching * 3 >= counted;
    layout.indents = IndentsParagraphs(lines);
    return layout;
  }
  if (counted < kMinWrapLines || histogram[kMaxWrapColumns] * 20 > counted) {
    return layout;
  }
  const uint32_t width = WidthOf(histogram, counted);
  const uint32_t length = WidthOf(lengths, counted);
  layout.wrapped = width >= kMinWrapColumns && (FullLines(histogram, width, 5, 4) * 3 >= counted ||
                                                FullLines(lengths, length, 1, 1) * 3 >= counted);
  layout.length = length;
  layout.width = width;
  size_t full = 0;
  size_t open = 0;
  for (const Piece& piece : pieces) {
    const Line& line = lines[piece.line];
    if (piece.kind == BlockKind::kBody && IsFilled(line, layout)) {
      ++full;
      open += EndsClosed(line) ? 0u : 1u;
    }
  }
  layout.open = open * 2 >= full;
  return layout;
}

// Brackets and quotation marks still open, counted over one paragraph. Closing marks without a
// partner are ignored.
class OpenMarks {
 public:
  void Reset() { depth_ = 0; }
  void Read(View text) {
    for (const char32_t c : text) {
      if (ClosingPartner(c) != 0) {
        ++depth_;
      } else if (CloserShape(c) != 0 && depth_ > 0) {
        --depth_;
      }
    }
  }
  bool open() const { return depth_ > 0; }

 private:
  int depth_ = 0;
};

class Joiner {
 public:
  Joiner(View folded, const std::vector<Line>& lines, const std::vector<Piece>& pieces)
      : folded_(folded), lines_(lines), pieces_(pieces), layout_(ReadLayout(lines, pieces)) {}

  Paragraphs Run() {
    for (uint32_t i = 0; i < pieces_.size(); ++i) {
      if (IsSpeech(pieces_[i].kind)) {
        result_.speech.push_back(i);
      }
    }
    for (size_t s = 0; s < result_.speech.size(); ++s) {
      PieceJoin join;
      if (s > 0 && PieceAt(s - 1).line == PieceAt(s).line) {
        // Only the mark of a note parts the speech of one line.
      } else if (s > 0 && Continues(s, &join)) {
        result_.joins.push_back(join);
      } else {
        comma_list_ = s > 0 && IsCommaLike(Text(s - 1).back());
        result_.starts.push_back(static_cast<uint32_t>(s));
        open_.Reset();
        paragraph_stops_ = false;
      }
      const View text = Text(s);
      open_.Read(text);
      // Headings may have a semicolon.
      const bool stop =
          text.size() > kLongestHeading || std::any_of(text.begin(), text.end(), IsTerminal);
      paragraph_stops_ |= LineOf(s).inner_stop && stop;
    }
    result_.starts.push_back(static_cast<uint32_t>(result_.speech.size()));
    return std::move(result_);
  }

 private:
  const Piece& PieceAt(size_t s) const { return pieces_[result_.speech[s]]; }
  const Line& LineOf(size_t s) const { return lines_[PieceAt(s).line]; }
  View Text(size_t s) const {
    const Piece& piece = PieceAt(s);
    return folded_.substr(piece.begin, piece.end - piece.begin);
  }

  // The last character that counts, and whether it ends a sentence or a member of a list. A piece
  // may end before its line does (a jump line).
  static char32_t LastMark(View text) {
    text = WithoutReferences(text);
    size_t last = text.size() - 1;
    while (last > 0 && (IsCloser(text[last]) || text[last] == U'"')) {
      --last;
    }
    const char32_t inner = text[last];
    return IsTerminal(inner) || IsSemicolon(inner) || IsEllipsis(inner) ? inner : text.back();
  }

  // …。”（《全集》第三卷，第六页） ends with the stop before the bracket: drops bracketed
  // references that stand behind a stop.
  static View WithoutReferences(View text) {
    constexpr size_t kLongestReference = 120;
    constexpr int kMostReferences = 4;
    View rest = text;
    for (int i = 0; i < kMostReferences && CloserShape(rest.back()) == U'）'; ++i) {
      const size_t from = rest.size() - std::min(rest.size(), kLongestReference);
      size_t open = rest.size() - 1;
      int depth = 0;
      while (open > from) {
        if (CloserShape(rest[open]) == U'）') {
          ++depth;
        } else if (ClosingPartner(rest[open]) == U'）' && --depth == 0) {
          break;
        }
        --open;
      }
      if (open == from || depth != 0) {
        return text;
      }
      rest = rest.substr(0, open);
      size_t last = rest.size() - 1;
      while (last > 0 && IsCloser(rest[last]) && CloserShape(rest[last]) != U'）') {
        --last;
      }
      if (IsTerminal(rest[last])) {
        return rest;
      }
    }
    return text;
  }

  static bool IsClosedBy(char32_t mark) {
    return IsTerminal(mark) || IsSemicolon(mark) || IsColon(mark) || IsEllipsis(mark) ||
           IsFullStopDot(mark);
  }

  // Whether the text of a wrapped line had no more room in it.
  bool IsFull(const Line& line) const {
    constexpr uint32_t kSlack = 6;
    return line.placed ? line.reaches_edge
                       : line.columns + line.indent + kSlack >= layout_.width ||
                             line.size() + line.indent / 2u + 1 >= layout_.length;
  }

  bool BeginsParagraph(size_t s) const {
    const View text = Text(s);
    const Line& line = LineOf(s);
    // Where paragraphs are indented or set off, what looks like a marker behind a full line is only
    // a word that the line break left there.
    const bool told = layout_.indents ? line.indent < 2 : layout_.gaps && !line.placed;
    if (layout_.wrapped && told && s > 0 && IsFull(LineOf(s - 1)) && !line.gap_before) {
      return false;
    }
    if (ReadMarker(text) || BeginsWithSalutation(text)) {
      return true;
    }
    return layout_.indents && line.indent >= 2 && PieceAt(s).begin == line.begin;
  }

  // Short, without a final mark, and a paragraph follows.
  bool LooksLikeHeading(size_t s) const {
    const View text = Text(s);
    if (LineOf(s).heading_level > 0) {
      return true;
    }
    if (text.size() > kLongestHeading || IsClosedBy(LastMark(text)) || IsCommaLike(text.back()) ||
        s + 1 >= result_.speech.size()) {
      return false;
    }
    const Line& next = LineOf(s + 1);
    return next.size() > text.size() && (next.inner_stop || EndsClosed(next));
  }

  bool SharesOpening(size_t s) const {
    const View first = Text(result_.starts.back());
    const View text = Text(s);
    const size_t most = std::min(first.size(), text.size());
    size_t same = 0;
    while (same < most && same < kSameOpening && first[same] == text[same]) {
      ++same;
    }
    return same >= kSameOpening;
  }

  bool Continues(size_t s, PieceJoin* join) const {
    const View before = Text(s - 1);
    const View after = Text(s);
    const Line& line_before = LineOf(s - 1);
    const Line& line_after = LineOf(s);
    const char32_t last = LastMark(before);
    join->before = result_.speech[s - 1];
    join->after = result_.speech[s];
    const bool cell =
        line_before.role == LineRole::kTableCell || line_after.role == LineRole::kTableCell;
    if (cell && !line_after.continues) {
      return false;
    }
    if (line_after.continues && join->before + 1 == join->after) {
      join->reason = JoinReason::kWrap;
      join->certain = true;
      return true;
    }
    if (line_before.heading_level != line_after.heading_level) {
      return false;
    }
    const bool comma = IsCommaLike(before.back());
    const char32_t first = after.front();
    const bool continues_mark =
        !IsClosedBy(last) && (IsCommaLike(first) || IsTerminal(first) || IsSemicolon(first) ||
                              IsCloser(first) || IsColon(first));
    if (continues_mark) {
      join->certain = true;
      return true;
    }
    if (BeginsParagraph(s)) {
      return false;
    }
    // Of lines that follow each other it is known whether they belong together.
    if (line_before.full && line_after.flush &&
        (PieceAt(s - 1).line + 1 < PieceAt(s).line || line_after.page_break_before)) {
      join->reason = line_before.placed ? JoinReason::kWrap : JoinReason::kPageBreak;
      join->certain = true;
      return true;
    }
    if (layout_.wrapped && ContinuesWrapped(s, line_before, line_after)) {
      const bool next_line = join->before + 1 == join->after && !line_after.gap_before &&
                             !line_after.page_break_before;
      join->reason = next_line || line_before.placed ? JoinReason::kWrap : JoinReason::kPageBreak;
      join->certain = true;
      return true;
    }
    if (IsClosedBy(last)) {
      return false;
    }
    join->certain = comma || open_.open();
    if (join->certain) {
      // A list of lines that end with commas repeats its opening.
      if (comma && !open_.open() && comma_list_) {
        return false;
      }
      return !SharesOpening(s) && (paragraph_stops_ || before.size() > 12 || open_.open());
    }
    // Headings have commas too, but no stops; marked ones are longer than others.
    const size_t longest_heading =
        ReadMarker(Text(result_.starts.back())) ? 2 * kLongestHeading : kLongLine;
    const bool paragraph_like = paragraph_stops_ || before.size() > longest_heading;
    if (!paragraph_like || layout_.wrapped) {
      return false;
    }
    return !LooksLikeHeading(s) && !SharesOpening(s) &&
           !(join->before + 1 == join->after && BeginsAnew(s));
  }

  // Where each line is a paragraph, one that begins as paragraphs do, behind a line that has other
  // sentences: the line above only lost its final mark.
  bool BeginsAnew(size_t s) const {
    constexpr View kOpen = U"的和与及或在对把将为以从向等中上下不要能";
    const Lexicon& lexicon = GetLexicon();
    const View before = Text(s - 1);
    const View after = Text(s);
    return LineOf(s - 1).inner_stop && (LineOf(s).inner_stop || EndsClosed(LineOf(s))) &&
           after.size() >= kLongLine / 2 && kOpen.find(before.back()) == View::npos &&
           (lexicon.task.PrefixOf(after) > 0 || lexicon.statement_start.PrefixOf(after) > 0);
  }

  bool ContinuesWrapped(size_t s, const Line& before, const Line& after) const {
    const bool closed = IsClosedBy(LastMark(Text(s - 1)));
    if (!IsFull(before)) {
      // On printed pages whose paragraphs are indented an open one goes on where the indent is
      // missing: a word that could not be parted left the line short.
      return before.placed && after.placed && layout_.indents && !closed && !after.gap_before &&
             after.indent < 2 && LineOf(result_.starts.back()).indent >= 2;
    }
    if (after.gap_before) {
      // A page break may leave a blank line inside a paragraph, a paragraph's end as well. A line
      // by itself is a heading that fills its line.
      const bool alone = result_.starts.back() + 1 == s;
      return !closed && !(alone && layout_.gaps);
    }
    // Without indents and blank lines only the final mark tells paragraphs apart. Behind a line
    // that was filled to its last place it most likely ends a sentence inside a paragraph.
    // A short line without a final mark is a heading, not the end of a paragraph.
    const bool heading = !IsFull(after) && !IsClosedBy(LastMark(Text(s)));
    const bool filled = !before.placed && layout_.open && IsFilled(before, layout_) && !heading;
    return !closed || layout_.indents || layout_.gaps || filled;
  }

  const View folded_;
  const std::vector<Line>& lines_;
  const std::vector<Piece>& pieces_;
  const Layout layout_;
  Paragraphs result_;
  OpenMarks open_;
  bool paragraph_stops_ = false;
  bool comma_list_ = false;  // the paragraph before ended with a comma, too
};

}  // namespace

Paragraphs BuildParagraphs(View folded, const std::vector<Line>& lines,
                           const std::vector<Piece>& pieces) {
  return Joiner(folded, lines, pieces).Run();
}

}  // namespace quotes::report
