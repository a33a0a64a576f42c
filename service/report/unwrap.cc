#include "service/report/unwrap.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <unordered_map>

#include "service/base/limits.h"
#include "service/report/chars.h"
#include "service/report/classify.h"
#include "service/report/markers.h"
#include "service/text/fold.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

// Of a column of text; wider lines are those of paragraphs.
constexpr uint32_t kWidest = 200;
constexpr uint32_t kNarrowest = 30;
// That many full lines are no chance.
constexpr size_t kFewestFull = 3;
constexpr size_t kFewestCut = 2;  // of them with a mark inside, as sentences have

// Marks that no line begins with: programs let them hang over the edge, or take the word before
// them to the next line.
bool IsHanging(char32_t c) {
  return IsTerminal(c) || IsSemicolon(c) || IsCommaLike(c) || IsColon(c) || IsCloser(c) ||
         IsEllipsis(c) || IsDash(c) || c == U'%' || c == U'％' || c == U'"';
}

bool IsWordOfLatin(char32_t c) {
  return IsLatinLetter(c) || IsAsciiDigit(c) || c == U'.' || c == U'%' || c == U'-';
}

// Characters at its ends are left out of it, which a break between them would lose.
bool HasEdges(const Line& line) {
  return line.outer_begin != line.begin || line.outer_end != line.end;
}

// Words set apart in three places, and no sentence: a row of a table. Or of one of contents.
bool IsRow(View text) {
  if (IsAsciiDigit(text.back()) &&
      (text.find(U"……") != View::npos || text.find(U"....") != View::npos ||
       text.find(U"··") != View::npos)) {
    return true;
  }
  size_t parts = 1;
  bool words = false;  // set apart, not only figures
  for (size_t at = 1; at + 1 < text.size(); ++at) {
    if (IsTerminal(text[at]) || IsSemicolon(text[at]) || text[at] == U'，') {
      return false;
    }
    if (text::IsSpace(text[at]) && !text::IsSpace(text[at + 1])) {
      ++parts;
      words |= text::IsHan(text[at - 1]) && text::IsHan(text[at + 1]);
    }
  }
  return words && parts >= 3;
}

// How programs measure lines: by columns or by characters, and with the indent or without.
struct Ruler {
  bool columns = false;
  bool indent = false;

  uint32_t Of(char32_t c) const { return columns && c >= 0x1100 ? 2 : 1; }
};
constexpr Ruler kRulers[] = {{true, true}, {false, true}, {true, false}, {false, false}};

// How far programs fill lines: to the last place, as far as whole words and marks let them, or with
// a ragged edge of that many characters.
struct Fit {
  bool words = false;
  uint32_t slack = 0;
};
constexpr Fit kFits[] = {{false, 0}, {true, 0}, {true, 1}, {true, 2}, {true, 3}};

// How a text is wrapped.
struct Found {
  Ruler ruler;
  Fit fit;
  uint32_t width = 0;
  size_t cut = 0;        // lines that end in the middle of a sentence and are no headings
  size_t cut_short = 0;  // of them those with room for the next word
  size_t open = 0;       // full lines that end in the middle of a sentence

  bool IsBetterThan(const Found& other) const {
    return Misses() != other.Misses() ? Misses() < other.Misses() : open > other.open;
  }

 private:
  // In thousandths; with a little for the room that was given.
  size_t Misses() const {
    return cut_short * 1000 / std::max<size_t>(cut, 1) + (fit.words ? 5 : 0) +
           size_t{fit.slack} * 10;
  }
};

// Pages that say of each line where it stands.
class PrintedPages {
 public:
  PrintedPages(View folded, const std::vector<Line>& lines) : folded_(folded), lines_(lines) {}

  Wraps Run() {
    Wraps result{std::vector<bool>(lines_.size()), std::vector<bool>(lines_.size()),
                 std::vector<bool>(lines_.size())};
    size_t text = 0;
    size_t gaps = 0;
    size_t cut = 0;  // lines that sentences go on from
    for (size_t i = 0; i < lines_.size(); ++i) {
      const Line& line = lines_[i];
      if (line.role == LineRole::kText) {
        ++text;
        gaps += line.gap_before ? 1u : 0u;
        cut += i > 0 && lines_[i - 1].reaches_edge && !EndsClosed(lines_[i - 1]) &&
                       !line.gap_before && line.indent < 2
                   ? 1u
                   : 0u;
      }
    }
    indents_ = IndentsParagraphs(lines_);
    gaps_ = gaps * 20 >= text;
    if (cut < kFewestFull || cut * 12 < text) {
      return result;
    }
    size_t size = 0;
    for (size_t i = 0; i < lines_.size(); ++i) {
      const Line& line = lines_[i];
      const bool goes_on = i > 0 && GoesOn(i) && size + line.size() < limits::kMaxLineCodePoints;
      result.goes_on[i] = goes_on;
      result.full[i] = IsText(i) && line.reaches_edge && (indents_ || !EndsClosed(line));
      result.flush[i] = IsText(i) && line.indent < 2;
      size = goes_on ? size + line.size() : line.size();
    }
    return result;
  }

 private:
  bool IsText(size_t i) const {
    return lines_[i].placed && !HasEdges(lines_[i]) && lines_[i].role == LineRole::kText &&
           !lines_[i].continues && !IsRow(folded_.substr(lines_[i].begin, lines_[i].size()));
  }

  bool GoesOn(size_t i) const {
    const Line& above = lines_[i - 1];
    const Line& line = lines_[i];
    if (!IsText(i) || !IsText(i - 1) || line.page != above.page || line.page_break_before ||
        line.gap_before || line.heading_level != above.heading_level || line.indent >= 2 ||
        !above.reaches_edge) {
      return false;
    }
    const bool closed = EndsClosed(above);
    if (indents_) {
      return true;
    }
    return gaps_ ? !ReadMarker(folded_.substr(line.begin, line.size())) || !closed
                 : !closed && !ReadMarker(folded_.substr(line.begin, line.size()));
  }

  const View folded_;
  const std::vector<Line>& lines_;
  bool indents_ = false;
  bool gaps_ = false;
};

class Finder {
 public:
  Finder(View source, View folded, const std::vector<Line>& lines)
      : source_(source), folded_(folded), lines_(lines), wraps_(lines.size(), false) {}

  Wraps Run() {
    if (lines_.size() < kFewestFull + 1 || HasParagraphs()) {
      return NoWraps();
    }
    FindApart();
    marked_.resize(lines_.size());
    for (size_t i = 0; i < lines_.size(); ++i) {
      marked_[i] = static_cast<bool>(ReadMarker(Folded(i)));
    }
    for (const Ruler& ruler : kRulers) {
      Measure(ruler);
    }
    if (!found_) {
      return NoWraps();
    }
    CountRecurring();
    FindIndent();
    CountMarkers();
    size_t size = lines_[0].size();
    for (size_t i = 1; i < lines_.size(); ++i) {
      wraps_[i] = GoesOn(i) && size + lines_[i].size() < limits::kMaxLineCodePoints;
      size = wraps_[i] ? size + lines_[i].size() : lines_[i].size();
    }
    Wraps result{wraps_, std::vector<bool>(lines_.size()), std::vector<bool>(lines_.size())};
    for (size_t i = 0; i < lines_.size(); ++i) {
      result.full[i] = (told_ || !EndsClosed(lines_[i])) && IsFullAlone(i);
      result.flush[i] =
          !IsApart(i) && Difference(lines_[i]) < 2 && !(gaps_ && lines_[i].gap_before);
    }
    return result;
  }

 private:
  Wraps NoWraps() const { return {wraps_, wraps_, wraps_}; }

  View Text(size_t i) const { return source_.substr(lines_[i].begin, lines_[i].size()); }
  View Folded(size_t i) const { return folded_.substr(lines_[i].begin, lines_[i].size()); }

  // Lines that are wider than any column, or whose place is known.
  bool HasParagraphs() const {
    size_t wide = 0;
    for (const Line& line : lines_) {
      if (line.placed) {
        return true;
      }
      wide += line.columns > kWidest ? 1u : 0u;
    }
    return wide * 50 > lines_.size();
  }

  // Tables, and what its format calls something else than text, are no part of a paragraph of
  // several lines.
  void FindApart() {
    apart_.resize(lines_.size());
    for (size_t i = 0; i < lines_.size(); ++i) {
      const Line& line = lines_[i];
      apart_[i] = HasEdges(line) || line.role != LineRole::kText || line.heading_level > 0 ||
                  line.continues || Folded(i).find(U'\t') != View::npos || IsRow(Folded(i));
    }
  }

  void CountRecurring() {
    constexpr uint32_t kLongest = 40;
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i].size() <= kLongest && !EndsClosed(lines_[i])) {
        ++patterns_[Pattern(i)];
        ++texts_[Folded(i)];
      }
    }
  }

  std::u32string Pattern(size_t i) const {
    std::u32string pattern;
    const View text = Folded(i);
    std::copy_if(text.begin(), text.end(), std::back_inserter(pattern),
                 [](char32_t c) { return !IsAsciiDigit(c) && !text::IsSpace(c); });
    return pattern;
  }

  // Running heads recur. Formulas of a report do, too, and with them full lines: in the same words
  // three times they are running heads.
  bool Recurs(size_t i) const {
    constexpr size_t kFewestSame = 3;
    const auto pattern = patterns_.find(Pattern(i));
    if (pattern == patterns_.end() || pattern->second < 2) {
      return false;
    }
    const auto same = texts_.find(Folded(i));
    return !IsFullAlone(i) || (same != texts_.end() && same->second >= kFewestSame);
  }

  // Nor are page numbers and addresses of pages, which have no Chinese word and no last mark.
  bool IsApart(size_t i) const {
    const View text = Folded(i);
    const bool number = lines_[i].has_word && !EndsClosed(lines_[i]) && !IsFullAlone(i) &&
                        std::none_of(text.begin(), text.end(), text::IsHan);
    return apart_[i] || number || Recurs(i);
  }

  uint32_t Indent(size_t i, const Ruler& ruler) const {
    if (!ruler.indent) {
      return 0;
    }
    if (ruler.columns) {
      return lines_[i].indent;
    }
    uint32_t spaces = 0;
    for (uint32_t at = lines_[i].begin; at > 0 && text::IsSpace(source_[at - 1]) &&
                                        !(source_[at - 1] >= 0x0A && source_[at - 1] <= 0x0D);
         --at) {
      ++spaces;
    }
    return spaces;
  }

  // The width of a line up to its last word, and of the whole.
  struct Width {
    uint32_t words = 0;
    uint32_t whole = 0;
  };
  Width WidthOf(size_t i, const Ruler& ruler) const {
    const View text = Text(i);
    const uint32_t whole =
        Indent(i, ruler) + (ruler.columns ? lines_[i].columns : lines_[i].size());
    uint32_t words = whole;
    for (size_t at = text.size(); at > 1 && IsHanging(text[at - 1]); --at) {
      words -= ruler.Of(text[at - 1]);
    }
    return {words, whole};
  }

  // The width of what could not be parted from the beginning of a line: opening marks, one Chinese
  // character or a word of others, and the marks that may not stand first.
  uint32_t FirstWord(size_t i, const Ruler& ruler) const {
    const View text = Text(i);
    uint32_t width = 0;
    size_t at = 0;
    const auto take = [&] { width += ruler.Of(text[at++]); };
    while (at < text.size() && ClosingPartner(text[at]) != 0) {
      take();
    }
    if (at < text.size() && IsWordOfLatin(text[at])) {
      while (at < text.size() && IsWordOfLatin(text[at])) {
        take();
      }
    } else if (at < text.size()) {
      take();
    }
    while (at < text.size() && IsHanging(text[at])) {
      take();
    }
    return width;
  }

  // Whether the line below may go on this one by its place.
  bool MayGoOn(size_t below) const {
    const Line& line = lines_[below];
    return !line.gap_before && !line.page_break_before && line.page == lines_[below - 1].page &&
           !apart_[below] && !apart_[below - 1];
  }

  // Looks for the width by this ruler: one that next to no line exceeds with its words, and that
  // open lines reach as far as the first word of the next let them.
  void Measure(const Ruler& ruler) {
    std::array<size_t, kWidest + 1> histogram{};
    std::vector<Width> widths(lines_.size());
    uint32_t least_indent = UINT16_MAX;
    for (size_t i = 0; i < lines_.size(); ++i) {
      least_indent = std::min<uint32_t>(least_indent, lines_[i].indent);
      widths[i] = WidthOf(i, ruler);
      ++histogram[std::min(widths[i].words, kWidest)];
    }
    uint32_t width = kWidest;
    size_t above = 0;
    while (width > 0 && (above + histogram[width]) * 50 <= lines_.size()) {
      above += histogram[width];
      --width;
    }
    const uint32_t narrowest = ruler.columns ? kNarrowest : kNarrowest / 2;
    constexpr uint32_t kEdge = 12;
    size_t near = 0;
    for (uint32_t w = width - std::min(width, kEdge); w <= width; ++w) {
      near += histogram[w];
    }
    if (width < narrowest || width == kWidest || near < kFewestFull || near * 20 < lines_.size()) {
      return;
    }
    std::optional<Found> best;
    for (const Fit& fit : kFits) {
      Found found;
      found.ruler = ruler;
      found.fit = fit;
      found.width = width;
      size_t full = 0;
      for (size_t i = 0; i + 1 < lines_.size(); ++i) {
        if (!MayGoOn(i + 1)) {
          continue;
        }
        const bool is_full = widths[i].whole + RoomFor(i + 1, ruler, fit) > width;
        const bool closed = EndsClosed(lines_[i]);
        full += is_full ? 1u : 0u;
        found.open += is_full && !closed ? 1u : 0u;
        // Headings and the ends of paragraphs are cut nowhere.
        const bool middle = (lines_[i].inner_stop || lines_[i].commas > 0) &&
                            lines_[i + 1].indent <= least_indent + 1 && !marked_[i];
        if (!closed && middle && widths[i].words * 3 > width) {
          ++found.cut;
          found.cut_short += is_full ? 0u : 1u;
        }
      }
      const size_t fewest = fit.slack == 0 ? std::max(kFewestFull, lines_.size() / 20)
                                           : std::max(2 * kFewestFull, lines_.size() / 3);
      if (found.open < fewest || found.open * 2 < full ||
          found.cut < kFewestCut + found.cut_short || found.cut_short * 12 > found.cut) {
        continue;
      }
      // More room is given where it explains many lines.
      if (!best || (found.cut_short * 2 < best->cut_short &&
                    (best->cut_short - found.cut_short) * 100 > found.cut)) {
        best = found;
      }
    }
    if (best && (!found_ || best->IsBetterThan(*found_))) {
      found_ = best;
    }
  }

  // What would have to fit into the line above for it not to be full.
  uint32_t RoomFor(size_t i, const Ruler& ruler, const Fit& fit) const {
    const uint32_t first = fit.words ? FirstWord(i, ruler) : ruler.Of(Text(i).front());
    return first + fit.slack * ruler.Of(U'一');
  }

  bool IsFull(size_t i) const {
    return WidthOf(i, found_->ruler).whole + RoomFor(i + 1, found_->ruler, found_->fit) >
           found_->width;
  }

  // The same, whatever is below it.
  bool IsFullAlone(size_t i) const {
    const Ruler& ruler = found_->ruler;
    const uint32_t room = (found_->fit.slack + (found_->fit.words ? 2 : 1)) * ruler.Of(U'一');
    return WidthOf(i, ruler).whole + room > found_->width;
  }

  uint32_t Difference(const Line& line) const {
    return std::max<uint32_t>(line.indent, base_) - std::min<uint32_t>(line.indent, base_);
  }

  // The indent of most lines below full ones, and whether those below others have another or blank
  // lines above them, so that paragraphs show.
  void FindIndent() {
    std::array<size_t, 64> indents{};
    for (size_t i = 1; i < lines_.size(); ++i) {
      if (MayGoOn(i) && IsFull(i - 1) && !EndsClosed(lines_[i - 1])) {
        ++indents[std::min<size_t>(lines_[i].indent, indents.size() - 1)];
      }
    }
    base_ =
        static_cast<uint32_t>(std::max_element(indents.begin(), indents.end()) - indents.begin());
    size_t ends = 0;
    size_t gaps = 0;
    size_t shown = 0;
    for (size_t i = 1; i < lines_.size(); ++i) {
      if (IsFullAlone(i - 1) || apart_[i] || apart_[i - 1]) {
        continue;
      }
      ++ends;
      gaps += lines_[i].gap_before ? 1u : 0u;
      shown += lines_[i].gap_before || Difference(lines_[i]) >= 2 ? 1u : 0u;
    }
    gaps_ = gaps * 3 >= ends * 2;
    told_ = shown * 3 >= ends * 2;
  }

  // Where markers stand: at the beginning of what surely is a paragraph, and of which of these the
  // line is all.
  void CountMarkers() {
    for (size_t i = 0; i < lines_.size(); ++i) {
      const Marker marker = ReadMarker(Folded(i));
      // Where paragraphs show by their place, those whose place is that of other lines count.
      const bool hidden = i > 0 && MayGoOn(i) && Difference(lines_[i]) < 2;
      if (!marker || (told_ && !hidden) || (i > 0 && MayGoOn(i) && IsFull(i - 1))) {
        continue;
      }
      const auto family = static_cast<size_t>(marker.family);
      ++starts_[family];
      const bool alone = !EndsClosed(lines_[i]) && i + 1 < lines_.size() && !IsFull(i);
      heads_[family] += alone ? 1u : 0u;
    }
  }

  // [2] and * as notes begin.
  static bool BeginsLikeNote(View text) {
    return text.size() > 1 &&
           (text[0] == U'*' || text[0] == U'※' ||
            (CloserShape(ClosingPartner(text[0])) == U'］' && IsAsciiDigit(text[1])));
  }

  // Paragraphs of a list often begin alike.
  bool SharesOpening(size_t i, size_t j) const {
    constexpr size_t kWords = 4;
    return Folded(i).substr(0, kWords) == Folded(j).substr(0, kWords);
  }

  bool GoesOn(size_t i) {
    const bool was_first = !wraps_[i - 1];
    if (was_first) {
      first_ = i - 1;
    }
    if (!MayGoOn(i) || !IsFull(i - 1) || IsApart(i) || IsApart(i - 1)) {
      return false;
    }
    const Line& above = lines_[i - 1];
    const Line& line = lines_[i];
    if (Difference(line) >= 2 && (was_first || line.indent != above.indent)) {
      return false;
    }
    const bool closed = EndsClosed(above);
    const Marker marker = ReadMarker(Folded(i));
    if (closed && ((!told_ && BeginsWithSalutation(Folded(i))) || BeginsLikeNote(Folded(i)) ||
                   (marker && starts_[static_cast<size_t>(marker.family)] > 0))) {
      return false;
    }
    if (told_) {
      return true;
    }
    // No dash of a sentence stands behind a comma.
    if (marker.family == MarkerFamily::kBullet && IsCommaLike(above.last_mark)) {
      return false;
    }
    if (!closed) {
      // A heading that fills its line is one where most with such a marker are, and where what is
      // below is not its end.
      const Marker first = ReadMarker(Folded(first_));
      const auto family = static_cast<size_t>(first.family);
      const bool ends_below = i + 1 < lines_.size() && !IsFull(i) && !EndsClosed(line);
      const bool heading = was_first && first && !above.inner_stop &&
                           heads_[family] * 2 > starts_[family] && !ends_below;
      return !heading;
    }
    if (SharesOpening(first_, i)) {
      return false;
    }
    // Only its last mark tells a paragraph's end. Behind a line filled to its last place it more
    // often ends a sentence, unless what follows is a heading.
    const bool heading = i + 1 < lines_.size() && !IsFull(i) && !EndsClosed(line);
    return !heading;
  }

  const View source_;
  const View folded_;
  const std::vector<Line>& lines_;
  std::vector<bool> wraps_;
  std::unordered_map<std::u32string, size_t> patterns_;  // short open lines without numbers
  std::unordered_map<View, size_t> texts_;               // and with them
  std::vector<bool> marked_;                             // lines that begin with a marker
  std::vector<bool> apart_;  // lines that belong to no paragraph of several
  std::optional<Found> found_;
  uint32_t base_ = 0;  // the indent of lines that go on
  bool gaps_ = false;  // blank lines part paragraphs
  bool told_ = false;  // paragraphs have a beginning that shows
  size_t first_ = 0;   // the first line of the paragraph
  std::array<size_t, kMarkerFamilies> starts_{};
  std::array<size_t, kMarkerFamilies> heads_{};
};

}  // namespace

bool IndentsParagraphs(const std::vector<Line>& lines) {
  constexpr uint16_t kMostIndent = 8;  // of a paragraph; what is in the middle has more
  size_t ends = 0;
  size_t indented = 0;
  for (size_t i = 1; i < lines.size(); ++i) {
    const Line& above = lines[i - 1];
    const Line& line = lines[i];
    const bool text = above.role == LineRole::kText && line.role == LineRole::kText;
    if (text && line.placed && above.placed && !above.reaches_edge && EndsClosed(above) &&
        line.indent <= kMostIndent) {
      ++ends;
      indented += line.indent >= 2 ? 1u : 0u;
    }
  }
  return indented * 2 > ends;
}

Wraps FindWraps(View source, View folded, const std::vector<Line>& lines) {
  const auto placed = static_cast<size_t>(
      std::count_if(lines.begin(), lines.end(), [](const Line& line) { return line.placed; }));
  return placed * 2 > lines.size() ? PrintedPages(folded, lines).Run()
                                   : Finder(source, folded, lines).Run();
}

Unwrapped Unwrap(const text::DecodedText& source, const std::vector<Line>& lines,
                 const Wraps& wraps) {
  Unwrapped result;
  result.text.encoding = source.encoding;
  result.text.text.reserve(source.text.size());
  result.text.byte_offsets.reserve(source.byte_offsets.size());
  uint32_t copied = 0;  // of the source
  const auto copy_to = [&](uint32_t end) {
    result.text.text.append(source.text, copied, end - copied);
    result.text.byte_offsets.insert(result.text.byte_offsets.end(),
                                    source.byte_offsets.begin() + copied,
                                    source.byte_offsets.begin() + end);
    copied = end;
  };
  uint32_t taken = 0;  // characters
  for (size_t i = 0; i < lines.size(); ++i) {
    Line line = lines[i];
    line.full = wraps.full[i];
    line.flush = wraps.flush[i];
    if (!wraps.goes_on[i]) {
      line.begin -= taken;
      line.end -= taken;
      line.outer_begin -= taken;
      line.outer_end -= taken;
      result.lines.push_back(line);
      continue;
    }
    const uint32_t break_begin = lines[i - 1].end;
    copy_to(break_begin);
    copied = line.begin;
    taken += line.begin - break_begin;
    Line& whole = result.lines.back();
    result.breaks.push_back({line.begin - taken, source.byte_offsets[break_begin], line.number});
    whole.inner_stop |=
        IsTerminal(whole.last_mark) || IsSemicolon(whole.last_mark) || line.inner_stop;
    whole.end = line.end - taken;
    whole.outer_end = whole.end;
    whole.has_word |= line.has_word;
    whole.commas =
        static_cast<uint16_t>(std::min<uint32_t>(whole.commas + line.commas, UINT16_MAX));
    whole.columns += line.columns;
    whole.last_mark = line.last_mark;
    whole.full = line.full;
    whole.reaches_edge = line.reaches_edge;
    ++whole.parts;
    whole.bold &= line.bold;
    whole.unsure_place |= line.unsure_place;
    whole.lacks_words |= line.lacks_words;
  }
  copy_to(static_cast<uint32_t>(source.text.size()));
  result.text.byte_offsets.push_back(source.byte_offsets.back());
  return result;
}

}  // namespace quotes::report
