#include "service/report/english_paragraphs.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>

#include "service/report/chars.h"
#include "service/report/english.h"
#include "service/text/fold.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

constexpr uint32_t kMaxWrapColumns = 140;
constexpr uint32_t kMinWrapColumns = 30;
constexpr size_t kMinWrapLines = 6;

bool IsSmall(char32_t c) { return c >= U'a' && c <= U'z'; }

class Joiner {
 public:
  Joiner(View source, const std::vector<Line>& lines, const std::vector<Piece>& pieces)
      : source_(source), lines_(lines), pieces_(pieces) {}

  Paragraphs Run() {
    for (uint32_t i = 0; i < pieces_.size(); ++i) {
      if (IsSpeech(pieces_[i].kind)) {
        result_.speech.push_back(i);
      }
    }
    ReadLayout();
    for (size_t s = 0; s < result_.speech.size(); ++s) {
      PieceJoin join;
      if (s > 0 && PieceAt(s - 1).line == PieceAt(s).line) {
        // Only the mark of a note parts the speech of one line.
      } else if (s > 0 && Continues(s, &join)) {
        join.glue = GlueAt(s);
        result_.joins.push_back(join);
      } else {
        result_.starts.push_back(static_cast<uint32_t>(s));
      }
    }
    result_.starts.push_back(static_cast<uint32_t>(result_.speech.size()));
    return std::move(result_);
  }

 private:
  const Piece& PieceAt(size_t s) const { return pieces_[result_.speech[s]]; }
  const Line& LineOf(size_t s) const { return lines_[PieceAt(s).line]; }
  View LineText(const Line& line) const { return source_.substr(line.begin, line.size()); }
  View Text(size_t s) const {
    const Piece& piece = PieceAt(s);
    return source_.substr(piece.begin, piece.end - piece.begin);
  }

  // The width that lines are wrapped at, if they are.
  void ReadLayout() {
    std::array<size_t, kMaxWrapColumns + 1> histogram{};
    size_t counted = 0;
    size_t indented = 0;
    size_t gaps = 0;
    for (const uint32_t index : result_.speech) {
      const Line& line = lines_[pieces_[index].line];
      if (line.heading_level > 0 || line.role == LineRole::kTableCell) {
        continue;
      }
      ++counted;
      indented += line.indent >= 2 ? 1u : 0u;
      gaps += line.gap_before ? 1u : 0u;
      ++histogram[std::min(line.columns + line.indent, kMaxWrapColumns)];
    }
    gaps_ = gaps * 20 >= counted;
    indents_ = indented * 20 >= counted && indented * 10 <= counted * 8;
    if (counted < kMinWrapLines || histogram[kMaxWrapColumns] * 20 > counted) {
      return;
    }
    uint32_t width = kMaxWrapColumns;
    while (width > 0 && histogram[width] == 0) {
      --width;
    }
    size_t full = 0;
    for (uint32_t w = width - width / 5; w <= width; ++w) {
      full += histogram[w];
    }
    wrapped_ = width >= kMinWrapColumns && full * 5 >= counted * 2;
    width_ = width;
  }

  // Whether the first word of `after` had no room behind `before`.
  bool IsForced(const Line& before, const Line& after) const {
    const View text = LineText(after);
    uint32_t word = 0;
    while (word < text.size() && !text::IsSpace(text[word])) {
      ++word;
    }
    constexpr uint32_t kSlack = 2;
    return before.reaches_edge || before.columns + before.indent + 1 + word + kSlack > width_;
  }

  bool BeginsParagraph(size_t s) const {
    const Line& line = LineOf(s);
    return line.heading_level > 0 || (indents_ && line.indent >= 2 && LineOf(s - 1).indent < 2) ||
           IsListMarker(Text(s));
  }

  // A marker that no sentence has by chance at the beginning of a line.
  static bool IsListMarker(View text) {
    const Marker marker = ReadEnglishMarker(text);
    return marker && marker.family != MarkerFamily::kParenHan &&
           marker.family != MarkerFamily::kOrdinalWord && marker.text < text.size();
  }

  static bool EndsSentence(View text) {
    size_t last = text.size();
    while (last > 1 &&
           (IsCloser(text[last - 1]) || text[last - 1] == U'"' || text::IsSpace(text[last - 1]))) {
      --last;
    }
    const char32_t mark = text[last - 1];
    return IsTerminal(mark) || IsFullStopDot(mark) || IsColon(mark) || IsEllipsis(mark);
  }

  bool Continues(size_t s, PieceJoin* join) const {
    const Line& before = LineOf(s - 1);
    const Line& after = LineOf(s);
    join->before = result_.speech[s - 1];
    join->after = result_.speech[s];
    const bool adjacent = join->before + 1 == join->after;
    if (pieces_[join->after - 1].kind == BlockKind::kByline) {
      return false;  // somebody else speaks
    }
    if (after.continues && adjacent) {
      join->reason = JoinReason::kWrap;
      join->certain = true;
      return true;
    }
    if (before.role == LineRole::kTableCell || after.role == LineRole::kTableCell ||
        before.heading_level != after.heading_level) {
      return false;
    }
    const bool next_line = adjacent && !after.gap_before && !after.page_break_before;
    // Not all lines are set to one width: a long one goes on as well where it leaves its sentence
    // open, or where paragraphs are told by indents or blank lines.
    const bool long_line = before.columns * 4 >= width_ * 3;
    const bool wrapped =
        wrapped_ && (IsForced(before, after) ||
                     (long_line && (indents_ || gaps_ || !EndsSentence(Text(s - 1)))));
    if (next_line && wrapped && before.heading_level > 0) {
      join->reason = JoinReason::kWrap;
      return true;
    }
    if (next_line && wrapped && !BeginsParagraph(s)) {
      join->reason = JoinReason::kWrap;
      join->certain = true;
      return true;
    }
    // A page break or a blank line inside a sentence.
    const View text = Text(s);
    constexpr size_t kShortest = 30;
    if (IsSmall(text.front()) && !EndsSentence(Text(s - 1)) && before.size() >= kShortest &&
        !IsListMarker(text)) {
      join->reason = next_line && wrapped_ ? JoinReason::kWrap : JoinReason::kPageBreak;
      join->certain = !next_line;
      return true;
    }
    // Furniture between two full lines of one paragraph.
    if (!adjacent && wrapped && !BeginsParagraph(s) && !EndsSentence(Text(s - 1))) {
      join->reason = JoinReason::kPageBreak;
      return true;
    }
    return false;
  }

  // The words of the speech by themselves, small, for telling hyphens apart. Made when needed.
  const std::unordered_set<std::u32string>& WordsOfText() {
    if (words_.empty()) {
      for (const Line& line : lines_) {
        std::u32string folded(LineText(line));
        for (char32_t& c : folded) {
          c = text::FoldLetter(c);
        }
        const std::vector<View> words = EnglishWords(folded);
        // A word at the border of a line may be half of one.
        for (size_t w = 1; w + 1 < words.size(); ++w) {
          words_.emplace(words[w]);
        }
      }
      words_.emplace();
    }
    return words_;
  }

  Glue GlueAt(size_t s) {
    const View before = Text(s - 1);
    const View after = Text(s);
    if (before.size() < 2 || before.back() != U'-' || !IsLatinLetter(before[before.size() - 2])) {
      return IsDash(before.back()) || IsDash(after.front()) ? Glue::kNone : Glue::kSpace;
    }
    if (!IsSmall(after.front())) {
      return Glue::kNone;
    }
    const auto fold = [](View word) {
      std::u32string folded(word);
      for (char32_t& c : folded) {
        c = text::FoldLetter(c);
      }
      return folded;
    };
    const View head = before.substr(0, before.size() - 1);
    size_t begin = head.size();
    while (begin > 0 && IsLatinLetter(head[begin - 1])) {
      --begin;
    }
    size_t end = 0;
    while (end < after.size() && IsLatinLetter(after[end])) {
      ++end;
    }
    const std::u32string first = fold(head.substr(begin));
    const std::u32string second = fold(after.substr(0, end));
    const auto& words = WordsOfText();
    if (words.count(first + U"-" + second) > 0) {
      return Glue::kNone;
    }
    const bool compound = words.count(first) > 0 && words.count(second) > 0;
    return words.count(first + second) > 0 || !compound ? Glue::kSoftHyphen : Glue::kNone;
  }

  const View source_;
  const std::vector<Line>& lines_;
  const std::vector<Piece>& pieces_;
  bool wrapped_ = false;
  bool indents_ = false;  // paragraphs begin with one
  bool gaps_ = false;     // blank lines stand between paragraphs
  uint32_t width_ = 0;
  std::unordered_set<std::u32string> words_;
  Paragraphs result_;
};

}  // namespace

Paragraphs BuildEnglishParagraphs(View source, const std::vector<Line>& lines,
                                  const std::vector<Piece>& pieces) {
  return Joiner(source, lines, pieces).Run();
}

}  // namespace quotes::report
