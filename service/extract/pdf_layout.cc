#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/extract/read_format.h"
#include "service/report/chars.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::extract {
namespace {

using report::LineHint;
using report::LineRole;

// A rectangle in points, y downwards.
struct Box {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;

  double width() const { return right - left; }
  double height() const { return bottom - top; }
};

struct Word {
  Box box;
  std::u32string text;
};

struct PageLine {
  Box box;
  std::vector<Word> words;
  std::string text;
  size_t characters = 0;
  // The room that its beginning needs on the line before: no line breaks inside a number, before a
  // closing mark or behind an opening one.
  double first_unit = 0;
  std::vector<std::string> note_marks;  // raised numbers, in brackets
  std::string first_word;
  LineRole role = LineRole::kText;
  bool gap_before = false;
  bool goes_on = false;  // text of its row stands left of it
  size_t column = 0;     // an index into the columns of the document
  bool unsure = false;   // it may stand elsewhere in the text, or hold what does
};

struct Page {
  double width = 0;
  double height = 0;
  std::vector<PageLine> lines;
};

// A stretch of lines below each other, of one page.
struct Column {
  double left = 0;
  double right = 0;
  size_t lines = 0;
};

double Attribute(std::string_view tag, std::string_view name) {
  const std::string key = std::string(name) + "=\"";
  const size_t at = tag.find(key);
  double value = 0;
  if (at == std::string_view::npos) {
    return 0;
  }
  const std::string_view rest = tag.substr(at + key.size());
  // Numbers that no page has (NaN, infinities) would upset the sorting.
  constexpr double kMost = 1e6;
  return absl::SimpleAtod(ToAbsl(rest.substr(0, rest.find('"'))), &value) && std::abs(value) < kMost
             ? value
             : 0;
}

Box BoxOf(std::string_view tag) {
  Box box{Attribute(tag, "xMin"), Attribute(tag, "yMin"), Attribute(tag, "xMax"),
          Attribute(tag, "yMax")};
  box.right = std::max(box.right, box.left);
  box.bottom = std::max(box.bottom, box.top);
  return box;
}

std::string Unescape(std::string_view text) {
  constexpr std::pair<std::string_view, char> kEntities[] = {{"&lt;", '<'},   {"&gt;", '>'},
                                                             {"&quot;", '"'}, {"&apos;", '\''},
                                                             {"&#39;", '\''}, {"&amp;", '&'}};
  std::string out;
  while (!text.empty()) {
    bool replaced = false;
    if (text.front() == '&') {
      for (const auto& [entity, c] : kEntities) {
        if (text.starts_with(entity)) {
          out.push_back(c);
          text.remove_prefix(entity.size());
          replaced = true;
          break;
        }
      }
    }
    if (!replaced) {
      out.push_back(text.front());
      text.remove_prefix(1);
    }
  }
  return out;
}

bool IsLetter(char32_t c) {
  return text::IsHan(c) || (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z');
}

bool IsWide(char32_t c) { return text::DisplayWidth(std::u32string_view(&c, 1)) == 2; }

// Between wide characters a gap is a space only when it is as wide as one: setting to full measure
// stretches lines. So it is inside brackets and quotation marks: in Chinese fonts they are half
// empty. An apostrophe may begin a word (’90s).
bool IsSpaceBetween(char32_t before, char32_t after, double gap, double size) {
  constexpr double kWideGap = 0.6;
  const bool inside =
      report::ClosingPartner(before) != 0 || (report::IsCloser(after) && after != U'’');
  return (!inside && !IsWide(before) && !IsWide(after)) || gap > kWideGap * size;
}

// The box of the word of most characters.
Box MainBox(const std::vector<Word>& words) {
  const auto longest =
      std::max_element(words.begin(), words.end(),
                       [](const Word& a, const Word& b) { return a.text.size() < b.text.size(); });
  return longest->box;
}

bool IsRaised(const Box& word, const Box& main) {
  constexpr double kSmall = 0.75;
  constexpr double kRise = 0.1;
  return word.height() < kSmall * main.height() &&
         word.bottom < main.bottom - kRise * main.height();
}

// The width of the first characters that no line break parts, a share of their words' widths.
double FirstUnit(const std::vector<Word>& words) {
  double width = 0;
  char32_t last = 0;
  bool complete = false;  // what stands is a character or number, and not only opening marks
  for (const Word& word : words) {
    const auto columns = static_cast<double>(text::DisplayWidth(word.text));
    for (const char32_t c : word.text) {
      const bool hangs = report::IsCommaLike(c) || report::IsTerminal(c) ||
                         report::IsSemicolon(c) || report::IsColon(c) || report::IsCloser(c) ||
                         report::IsEllipsis(c) || c == U'％';
      const bool in_number = last != 0 && !IsWide(last) && !IsWide(c);
      if (complete && !hangs && !in_number) {
        return width;
      }
      width += columns == 0
                   ? 0
                   : word.box.width() * static_cast<double>(text::DisplayWidth({&c, 1})) / columns;
      complete |= report::ClosingPartner(c) == 0;
      last = c;
    }
  }
  return width;
}

// Gives a line its words.
void SetWords(std::vector<Word> words, PageLine* line) {
  line->text.clear();
  line->characters = 0;
  line->note_marks.clear();
  line->words = std::move(words);
  const Box main = MainBox(line->words);
  double right = 0;   // of the word before
  char32_t last = 0;  // its last character
  for (const Word& word : line->words) {
    const std::string printed = text::ToUtf8(word.text);
    // A number at the beginning has a note of its own behind it.
    const std::string shown =
        IsRaised(word.box, main) ? RaisedText(printed, last == 0 ? "." : line->text) : printed;
    const bool mark = shown != printed && shown.front() == '[';
    if (mark) {
      line->note_marks.push_back(shown);
    }
    if (last != 0 && shown == printed &&
        IsSpaceBetween(last, word.text.front(), word.box.left - right, main.height())) {
      line->text.push_back(' ');
    }
    line->text += shown;
    line->characters += word.text.size();
    last = mark && last != 0 ? last : word.text.back();
    right = word.box.right;
    if (&word == &line->words.front()) {
      line->first_word = shown;
    }
  }
  line->first_unit = FirstUnit(line->words);
}

// Reads pdftotext's description, which is XHTML in form but may have controls in its words.
class LayoutReader {
 public:
  explicit LayoutReader(std::string_view layout) : rest_(layout) {}

  // False when there are more lines than any report has.
  bool Read(std::vector<Page>* pages) {
    size_t lines = 0;
    while (true) {
      const size_t open = rest_.find('<');
      const size_t close = open == std::string_view::npos ? open : rest_.find('>', open);
      if (close == std::string_view::npos) {
        EndLine();
        return true;
      }
      const std::string_view tag = rest_.substr(open + 1, close - open - 1);
      rest_.remove_prefix(close + 1);
      if (tag.starts_with("page ")) {
        EndLine();
        pages->push_back({Attribute(tag, "width"), Attribute(tag, "height"), {}});
      } else if (tag.starts_with("line ") && !pages->empty()) {
        EndLine();
        pages->back().lines.emplace_back().box = BoxOf(tag);
        line_ = &pages->back().lines.back();
        if (++lines > limits::kMaxExtractedLines / 2) {
          return false;
        }
      } else if (tag.starts_with("word ") && line_ != nullptr) {
        ReadWord(BoxOf(tag));
      }
    }
  }

 private:
  void ReadWord(const Box& box) {
    const size_t end = std::min(rest_.find("</word>"), rest_.size());
    std::u32string word = text::ToCodePoints(Unescape(rest_.substr(0, end)));
    rest_.remove_prefix(end);
    if (!word.empty()) {
      words_.push_back({box, std::move(word)});
    }
  }

  void EndLine() {
    if (line_ != nullptr && !words_.empty()) {
      SetWords(std::move(words_), line_);
    }
    words_.clear();
    line_ = nullptr;
  }

  std::string_view rest_;
  PageLine* line_ = nullptr;  // whose words are read
  std::vector<Word> words_;
};

double Median(std::vector<double> values) {
  if (values.empty()) {
    return 0;
  }
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Marks that a paragraph may end with.
bool EndsText(char32_t c) {
  return report::IsTerminal(c) || report::IsSemicolon(c) || report::IsColon(c) ||
         report::IsCloser(c) || report::IsEllipsis(c);
}

bool Above(const PageLine& a, const PageLine& b) {
  return a.box.top != b.box.top ? a.box.top < b.box.top : a.box.left < b.box.left;
}

// Puts the lines of a page in reading order. pdftotext has one of its own, but takes every line of
// a generously spaced column for a block and then reads across. This cuts at gutters: white
// stretches from the left to the right column that only headlines cross. What crosses a gutter
// parts the columns into bands, which are read one below the other.
class Orderer {
 public:
  Orderer(double size, std::vector<Column>* columns) : size_(size), columns_(columns) {}

  void Order(Page* page) {
    std::vector<PageLine> in = std::move(page->lines);
    page->lines.clear();
    std::stable_sort(in.begin(), in.end(), Above);
    MarkRests(&in);
    Cut(std::move(in), 0, &page->lines);
  }

 private:
  // Newspapers have up to eight columns, each found by one cut.
  static constexpr int kMaxDepth = 8;
  static constexpr size_t kFewestLines = 4;

  // Marks what stands right of other text in its row. `lines` are sorted.
  static void MarkRests(std::vector<PageLine>* lines) {
    constexpr size_t kNeighbours = 16;  // lines that may begin in one row
    for (size_t i = 0; i < lines->size(); ++i) {
      PageLine& line = (*lines)[i];
      const double middle = (line.box.top + line.box.bottom) / 2;
      const size_t end = std::min(lines->size(), i + kNeighbours);
      for (size_t j = i - std::min(i, kNeighbours); j < end; ++j) {
        const Box& other = (*lines)[j].box;
        line.goes_on |= other.right <= line.box.left && other.top < middle && other.bottom > middle;
      }
    }
  }

  void Cut(std::vector<PageLine> lines, int depth, std::vector<PageLine>* out) {
    double gutter = depth < kMaxDepth ? FindGutter(lines) : 0;
    if (depth == 0 && gutter > 0) {
      page_gutter_ = gutter;
    } else if (depth == 0 && GoesOnInColumns(lines)) {
      gutter = page_gutter_;
    }
    if (gutter == 0) {
      AddColumn(std::move(lines), out);
      return;
    }
    std::vector<PageLine> left;
    std::vector<PageLine> right;
    const double outermost = Outermost(lines);
    double rightmost = 0;
    for (const PageLine& line : lines) {
      rightmost = std::max(rightmost, line.box.right);
    }
    if (depth == 0) {
      // Together, so that a short one is not full.
      if (std::vector<PageLine> head =
              TakeHead(gutter, outermost, (outermost + rightmost) / 2, &lines);
          !head.empty()) {
        AddColumn(std::move(head), out);
      }
    }
    const auto end_band = [&] {
      for (PageLine& line : TakeHeadlines((outermost + rightmost) / 2, &left, &right)) {
        AddColumn({std::move(line)}, out);
      }
      for (std::vector<PageLine>* side : {&left, &right}) {
        if (!side->empty()) {
          Cut(std::exchange(*side, {}), depth + 1, out);
        }
      }
    };
    for (PageLine& line : lines) {
      if (const size_t word = WordBehind(line, gutter, outermost); word > 0) {
        right.push_back(SplitOff(word, &line));
        left.push_back(std::move(line));
      } else if (line.box.right <= gutter) {
        left.push_back(std::move(line));
      } else if (line.box.left >= gutter) {
        right.push_back(std::move(line));
      } else {
        // A headline follows what is finished; another line inside a text is one of a column.
        line.unsure |= line.role == LineRole::kText && !left.empty() && EndsOpen(right);
        end_band();
        AddColumn({std::move(line)}, out);
      }
    }
    end_band();
  }

  // Whether columns end with a full line inside a sentence, where the last of them ends.
  bool EndsOpen(const std::vector<PageLine>& lines) const {
    if (lines.size() < kFewestLines) {
      return false;
    }
    double edge = 0;
    const PageLine* last = &lines.back();
    for (const PageLine& line : lines) {
      edge = std::max(edge, line.box.right);
      if (line.box.bottom > lines.back().box.top && line.box.right > last->box.right) {
        last = &line;
      }
    }
    return !IsLarge(*last) && edge - last->box.right < size_ * 3 / 2 &&
           !EndsText(last->words.back().text.back());
  }

  // Takes the rows off the top of a page that stand above its columns: what crosses the gutter, and
  // with white below them names and dates, wherever they stand. The parts of a row that spaces part
  // become one line. `lines` are sorted, and so is what is taken.
  std::vector<PageLine> TakeHead(double gutter, double outermost, double middle,
                                 std::vector<PageLine>* lines) const {
    constexpr double kWhite = 1.2;
    constexpr double kWidestSpace = 4.5;
    const size_t columns = FindColumns(*lines, gutter, outermost);
    double bottom = 0;
    for (size_t i = 0; i < columns; ++i) {
      bottom = std::max(bottom, (*lines)[i].box.bottom);
    }
    std::vector<PageLine> head;
    if (columns == lines->size()) {
      return head;
    }
    const bool white = (*lines)[columns].box.top - bottom > kWhite * size_;
    size_t begin = 0;
    while (begin < columns) {
      const Box& first = (*lines)[begin].box;
      size_t end = begin + 1;
      while (end < columns && (*lines)[end].box.top < first.top + first.height() / 2) {
        ++end;
      }
      std::vector<PageLine> row(lines->begin() + static_cast<std::ptrdiff_t>(begin),
                                lines->begin() + static_cast<std::ptrdiff_t>(end));
      std::sort(row.begin(), row.end(),
                [](const PageLine& a, const PageLine& b) { return a.box.left < b.box.left; });
      const double left = row.front().box.left;
      const double right = row.back().box.right;
      const bool crosses = left < gutter && right > gutter;
      const bool labels = std::all_of(row.begin(), row.end(), IsLabel);
      const bool centred = std::abs((left + right) / 2 - middle) <= size_ * 3 / 2;
      if (row.size() == 1 ? !crosses && !(labels && white)
                          : !labels || !(white || (crosses && centred))) {
        break;
      }
      for (size_t i = 0; i < row.size(); ++i) {
        if (i > 0 && row[i].box.left - head.back().box.right <= kWidestSpace * size_) {
          Join(std::move(row[i]), &head.back());
        } else {
          head.push_back(std::move(row[i]));
        }
      }
      begin = end;
    }
    lines->erase(lines->begin(), lines->begin() + static_cast<std::ptrdiff_t>(begin));
    return head;
  }

  // The first line that has one of the next column beside it, both where lines of columns begin.
  size_t FindColumns(const std::vector<PageLine>& lines, double gutter, double outermost) const {
    constexpr double kIndent = 2.5;
    constexpr double kGutter = 2.5;  // more white than the narrowest that parts them
    const auto is_left = [&](const PageLine& line) {
      return line.box.left - outermost <= kIndent * size_ && line.box.left < gutter;
    };
    const auto is_right = [&](const PageLine& line) {
      return line.box.left >= gutter && line.box.left - gutter <= (kGutter + kIndent) * size_;
    };
    for (size_t i = 0; i < lines.size(); ++i) {
      if (is_left(lines[i]) && WordBehind(lines[i], gutter, outermost) > 0) {
        return i;
      }
      for (size_t j = i + 1; j < lines.size() && lines[j].box.top - lines[i].box.top < size_; ++j) {
        if ((is_left(lines[i]) && is_right(lines[j])) ||
            (is_right(lines[i]) && is_left(lines[j]))) {
          return i;
        }
      }
    }
    return lines.size();
  }

  // Whether a line may be a name or a date: it is short, and no part of a sentence.
  static bool IsLabel(const PageLine& line) {
    constexpr size_t kLongest = 30;
    const char32_t last = line.words.back().text.back();
    return line.role == LineRole::kText && line.characters <= kLongest &&
           !report::IsTerminal(last) && !report::IsColon(last) && !report::IsSemicolon(last) &&
           !report::IsCommaLike(last);
  }

  // Adds a part of its row to a line.
  static void Join(PageLine part, PageLine* line) {
    std::vector<Word> words = std::move(line->words);
    words.insert(words.end(), std::make_move_iterator(part.words.begin()),
                 std::make_move_iterator(part.words.end()));
    line->box.right = std::max(line->box.right, part.box.right);
    SetWords(std::move(words), line);
  }

  bool IsLarge(const PageLine& line) const {
    constexpr double kLarger = 1.12;
    return line.box.height() >= kLarger * size_;
  }

  // Takes the headlines off the top of a band of columns that are too short to cross a gutter: over
  // the middle of the band, with nothing beside them, in larger print or with white below. The
  // columns begin below them at one height.
  std::vector<PageLine> TakeHeadlines(double middle, std::vector<PageLine>* left,
                                      std::vector<PageLine>* right) const {
    constexpr size_t kMost = 4;
    constexpr double kWhite = 1.2;
    std::vector<PageLine> headlines;
    if (left->empty() || right->empty()) {
      return headlines;
    }
    std::vector<PageLine>* const side =
        left->front().box.top <= right->front().box.top ? left : right;
    const double columns_top = (side == left ? right : left)->front().box.top;
    size_t count = 0;
    while (count < std::min(kMost, side->size() - 1) &&
           (*side)[count].box.bottom <= columns_top + size_ / 4 &&
           (*side)[count].box.bottom <= (*side)[count + 1].box.top + size_ / 4) {
      ++count;
    }
    if (count == 0 || std::abs((*side)[count].box.top - columns_top) > size_ / 2) {
      return headlines;
    }
    const bool white = (*side)[count].box.top - (*side)[count - 1].box.bottom > kWhite * size_;
    bool sure = true;
    for (size_t i = 0; i < count; ++i) {
      const Box& box = (*side)[i].box;
      if (std::abs((box.left + box.right) / 2 - middle) > size_ * 3 / 2) {
        return headlines;
      }
      sure &= white || IsLarge((*side)[i]);
    }
    if (!sure) {
      (*side)[0].unsure = true;
      return headlines;
    }
    const auto end = side->begin() + static_cast<std::ptrdiff_t>(count);
    headlines.assign(std::make_move_iterator(side->begin()), std::make_move_iterator(end));
    side->erase(side->begin(), end);
    return headlines;
  }

  // Whether the page has the columns of one before it and the last of them holds few lines, as
  // where a text ends.
  bool GoesOnInColumns(const std::vector<PageLine>& lines) const {
    constexpr double kIndent = 2.5;
    if (page_gutter_ == 0 || Crossing(lines, page_gutter_) > 0) {
      return false;
    }
    const auto behind = [this](const PageLine& line) { return line.box.left >= page_gutter_; };
    const auto right = static_cast<size_t>(std::count_if(lines.begin(), lines.end(), behind));
    return right > 0 && lines.size() - right >= kFewestLines &&
           std::all_of(lines.begin(), lines.end(), [&](const PageLine& line) {
             return !behind(line) || line.box.left - page_gutter_ < kIndent * size_;
           });
  }

  // Where the column behind a gutter begins, or 0. Closing marks may hang into the gutter: what
  // ends before the column is none that crosses.
  double FindGutter(const std::vector<PageLine>& lines) const {
    if (lines.size() < 2 * kFewestLines) {
      return 0;
    }
    // Candidates are the right ends of lines, with white behind them.
    std::vector<double> ends;
    ends.reserve(lines.size());
    for (const PageLine& line : lines) {
      ends.push_back(line.box.right);
    }
    std::sort(ends.begin(), ends.end());
    double best = 0;
    size_t fewest = lines.size();
    double last = -1;
    for (const double end : ends) {
      if (end - last < size_ / 4) {
        continue;  // as good as the one before
      }
      last = end;
      double next = HUGE_VAL;
      for (const PageLine& line : lines) {
        if (line.box.left > end) {
          next = std::min(next, line.box.left);
        }
      }
      if (next == HUGE_VAL || next - end < size_ * 3 / 4) {
        continue;
      }
      const double edge = next - size_ / 8;
      const size_t crossing = Crossing(lines, edge);
      if (crossing < fewest && AreColumns(lines, edge, crossing)) {
        fewest = crossing;
        best = edge;
      }
    }
    return best;
  }

  static double Outermost(const std::vector<PageLine>& lines) {
    double left = HUGE_VAL;
    for (const PageLine& line : lines) {
      left = std::min(left, line.box.left);
    }
    return left;
  }

  // Where two lines were taken for one, which happens where a mark hangs into the gutter: the first
  // word behind it, 0 for other lines. The word stands where its column begins, or is indented;
  // `outermost` is where the lines before the gutter begin. What begins elsewhere is the rest of a
  // line with a hole in it when it is no larger than the text and parted at the gutter.
  size_t WordBehind(const PageLine& line, double gutter, double outermost) const {
    constexpr double kIndent = 2.5;
    if (line.box.left >= gutter || line.box.right <= gutter) {
      return 0;
    }
    const bool inside = line.box.left - outermost > kIndent * size_;
    if (inside && (IsLarge(line) || !line.goes_on)) {
      return 0;
    }
    for (size_t i = 1; i < line.words.size(); ++i) {
      const double begin = line.words[i].box.left;
      if (begin >= gutter) {
        const double end = line.words[i - 1].box.right;
        const bool at_edge = begin - gutter < size_ / 2;
        const bool split = inside ? at_edge && begin - end < size_ * 5 / 2
                                  : at_edge || begin - end > size_ * 3 / 2;
        return end <= gutter && split ? i : 0;
      }
    }
    return 0;
  }

  // Takes the words from one on off a line.
  static PageLine SplitOff(size_t word, PageLine* line) {
    const auto from = line->words.begin() + static_cast<std::ptrdiff_t>(word);
    std::vector<Word> behind(std::make_move_iterator(from),
                             std::make_move_iterator(line->words.end()));
    std::vector<Word> before = std::move(line->words);
    before.resize(word);
    PageLine rest = *line;
    rest.box.left = behind.front().box.left;
    line->box.right = before.back().box.right;
    SetWords(std::move(behind), &rest);
    SetWords(std::move(before), line);
    return rest;
  }

  size_t Crossing(const std::vector<PageLine>& lines, double x) const {
    const double outermost = Outermost(lines);
    return static_cast<size_t>(std::count_if(lines.begin(), lines.end(), [&](const PageLine& line) {
      return line.box.left < x && line.box.right > x && WordBehind(line, x, outermost) == 0;
    }));
  }

  // Text stands on both sides, side by side, in lines as long as those of text. Tables have short
  // ones and are read row by row.
  bool AreColumns(const std::vector<PageLine>& lines, double x, size_t crossing) const {
    constexpr double kShortestMeasure = 8;  // in characters
    if (crossing * 4 > lines.size()) {
      return false;
    }
    std::vector<double> left;
    std::vector<double> right;
    double left_top = HUGE_VAL;
    double left_bottom = 0;
    size_t beside = 0;
    const double outermost = Outermost(lines);
    for (const PageLine& line : lines) {
      if (const size_t word = WordBehind(line, x, outermost); word > 0) {
        left.push_back(line.words[word - 1].box.right - line.box.left);
        right.push_back(line.box.right - line.words[word].box.left);
        left_top = std::min(left_top, line.box.top);
        left_bottom = std::max(left_bottom, line.box.bottom);
        ++beside;
      } else if (line.box.right <= x) {
        left.push_back(line.box.width());
        left_top = std::min(left_top, line.box.top);
        left_bottom = std::max(left_bottom, line.box.bottom);
      } else if (line.box.left >= x) {
        right.push_back(line.box.width());
      }
    }
    for (const PageLine& line : lines) {
      beside +=
          line.box.left >= x && line.box.top < left_bottom && line.box.bottom > left_top ? 1u : 0u;
    }
    return left.size() >= kFewestLines && beside >= kFewestLines &&
           Median(left) >= kShortestMeasure * size_ && Median(right) >= kShortestMeasure * size_;
  }

  void AddColumn(std::vector<PageLine> lines, std::vector<PageLine>* out) {
    const std::vector<size_t> rows = SortRows(&lines);
    MarkTables(rows, &lines);
    MarkHeadsOfTables(rows, &lines);
    MarkUnsure(rows, &lines);
    JoinHoles(&lines);
    Column column{HUGE_VAL, 0, lines.size()};
    std::vector<double> pitches;
    for (size_t i = 0; i < lines.size(); ++i) {
      column.left = std::min(column.left, lines[i].box.left);
      column.right = std::max(column.right, RightEdge(lines[i]));
      if (i > 0) {
        pitches.push_back(lines[i].box.top - lines[i - 1].box.top);
      }
    }
    constexpr double kGap = 1.6;
    const double pitch = Median(pitches);
    for (size_t i = 0; i < lines.size(); ++i) {
      lines[i].column = columns_->size();
      lines[i].gap_before = i > 0 && lines[i].box.top - lines[i - 1].box.top > kGap * pitch;
      out->push_back(std::move(lines[i]));
    }
    columns_->push_back(column);
  }

  // Where a line ends without a last mark, which may hang over the edge of its column.
  static double RightEdge(const PageLine& line) {
    const Word& last = line.words.back();
    const char32_t mark = last.text.back();
    const auto columns = static_cast<double>(text::DisplayWidth(last.text));
    const bool hangs = IsWide(mark) && columns > 0 && (EndsText(mark) || report::IsCommaLike(mark));
    return line.box.right - (hangs ? last.box.width() * 2 / columns : 0);
  }

  // Lines that stand beside each other, from left to right. Returns where each row begins, and the
  // end of the last.
  static std::vector<size_t> SortRows(std::vector<PageLine>* lines) {
    std::vector<size_t> rows;
    for (size_t begin = 0; begin < lines->size();) {
      size_t end = begin + 1;
      const Box& first = (*lines)[begin].box;
      while (end < lines->size() && (*lines)[end].box.top < first.top + first.height() / 2) {
        ++end;
      }
      std::stable_sort(
          lines->begin() + static_cast<std::ptrdiff_t>(begin),
          lines->begin() + static_cast<std::ptrdiff_t>(end),
          [](const PageLine& a, const PageLine& b) { return a.box.left < b.box.left; });
      rows.push_back(begin);
      begin = end;
    }
    rows.push_back(lines->size());
    return rows;
  }

  // Two or more rows of the same number of short lines, each below its like: a table.
  void MarkTables(const std::vector<size_t>& rows, std::vector<PageLine>* lines) const {
    constexpr double kLongestCell = 12;  // in characters, of half of the cells
    for (size_t r = 0; r + 2 < rows.size(); ++r) {
      const size_t cells = rows[r + 1] - rows[r];
      if (cells < 2 || rows[r + 2] - rows[r + 1] != cells) {
        continue;
      }
      std::vector<double> lengths;
      bool table = true;
      for (size_t i = rows[r]; i < rows[r + 1]; ++i) {
        const PageLine& above = (*lines)[i];
        const PageLine& below = (*lines)[i + cells];
        const double off = std::min(
            {std::abs(above.box.left - below.box.left), std::abs(above.box.right - below.box.right),
             std::abs(above.box.left + above.box.right - below.box.left - below.box.right) / 2});
        const bool apart =
            i == rows[r] || (above.box.left - (*lines)[i - 1].box.right > size_ / 2 &&
                             below.box.left - (*lines)[i + cells - 1].box.right > size_ / 2);
        table &= off < size_ / 2 && apart && IsTableText(above.role) && IsTableText(below.role);
        lengths.push_back(static_cast<double>(above.characters));
        lengths.push_back(static_cast<double>(below.characters));
      }
      if (table && Median(std::move(lengths)) <= kLongestCell) {
        for (size_t i = rows[r]; i < rows[r + 2]; ++i) {
          (*lines)[i].role = LineRole::kTableCell;
        }
      }
    }
  }

  // Three or more short parts of one row, wide apart and without a last mark, as no sentence has:
  // the head of a table whose other rows are each one line.
  void MarkHeadsOfTables(const std::vector<size_t>& rows, std::vector<PageLine>* lines) const {
    constexpr size_t kFewestCells = 3;
    constexpr size_t kLongestCell = 12;
    for (size_t r = 0; r + 1 < rows.size(); ++r) {
      bool head = rows[r + 1] - rows[r] >= kFewestCells;
      for (size_t i = rows[r]; head && i < rows[r + 1]; ++i) {
        const PageLine& cell = (*lines)[i];
        head = cell.role == LineRole::kText && cell.characters <= kLongestCell && !IsLarge(cell) &&
               !EndsText(cell.words.back().text.back()) &&
               !report::IsCommaLike(cell.words.back().text.back()) &&
               (i == rows[r] || cell.box.left - (*lines)[i - 1].box.right > size_);
      }
      for (size_t i = rows[r]; head && i < rows[r + 1]; ++i) {
        (*lines)[i].role = LineRole::kTableCell;
      }
    }
  }

  // Text beside text that is no table: another column, or a hole where something was not read.
  // Names and figures are often set apart, in parts of few characters.
  void MarkUnsure(const std::vector<size_t>& rows, std::vector<PageLine>* lines) const {
    constexpr size_t kLongPart = 6;
    constexpr double kHole = 1.5;
    for (size_t r = 0; r + 1 < rows.size(); ++r) {
      size_t longest = 0;
      bool hole = false;
      double right = HUGE_VAL;  // where the text before ends
      for (size_t i = rows[r]; i < rows[r + 1]; ++i) {
        const PageLine& line = (*lines)[i];
        if (line.role != LineRole::kText || IsLarge(line)) {
          right = HUGE_VAL;
          continue;
        }
        hole |= line.box.left > right;
        for (const Word& word : line.words) {
          hole |= word.box.left - right > kHole * size_;
          right = word.box.right;
          longest = std::max(longest, word.text.size());
        }
      }
      if (hole && longest >= kLongPart) {
        for (size_t i = rows[r]; i < rows[r + 1]; ++i) {
          (*lines)[i].unsure |= (*lines)[i].role == LineRole::kText;
        }
      }
    }
  }

  // Joins the parts of a line with a small hole in it.
  void JoinHoles(std::vector<PageLine>* lines) const {
    constexpr double kHole = 2.5;
    std::vector<PageLine> joined;
    for (PageLine& line : *lines) {
      PageLine* const last = joined.empty() ? nullptr : &joined.back();
      if (last != nullptr && last->unsure && line.unsure && line.goes_on &&
          std::abs(line.box.bottom - last->box.bottom) < size_ / 4 &&
          line.box.left >= last->box.right && line.box.left - last->box.right < kHole * size_) {
        std::vector<Word> words = std::move(last->words);
        words.insert(words.end(), std::make_move_iterator(line.words.begin()),
                     std::make_move_iterator(line.words.end()));
        last->box.right = line.box.right;
        SetWords(std::move(words), last);
      } else {
        joined.push_back(std::move(line));
      }
    }
    *lines = std::move(joined);
  }

  static bool IsTableText(LineRole role) {
    return role == LineRole::kText || role == LineRole::kTableCell;
  }

  const double size_;
  std::vector<Column>* const columns_;
  double page_gutter_ = 0;  // of the last page that had one
};

// What a line says with its numbers taken as one.
std::string Pattern(const std::string& text) {
  std::string pattern;
  for (const char32_t c : text::ToCodePoints(text)) {
    if ((c >= U'0' && c <= U'9') || (c >= U'０' && c <= U'９')) {
      if (!pattern.ends_with('#')) {
        pattern.push_back('#');
      }
    } else if (c != U' ' && c != 0x3000) {
      text::AppendUtf8(c, &pattern);
    }
  }
  return pattern;
}

bool IsPageNumber(const std::string& pattern) {
  static const auto* const kForms = new std::set<std::string>{
      "#",        "-#-",   "—#—",        "–#–",         "－#－",        "・#・", "·#·",
      "•#•",      "第#页", "第#页共#页", "第#页/共#页", "第#页，共#页", "#/#",   "Page#",
      "Page#of#", "[#]",   "(#)",        "（#）",       "~#~",          "～#～"};
  return kForms->contains(pattern);
}

class FurnitureFinder {
 public:
  FurnitureFinder(double size, std::vector<Page>* pages) : size_(size), pages_(*pages) {}

  void Run() {
    MarkRepeatedWords();
    MarkWatermarks();
    for (Page& page : pages_) {
      MarkAslant(&page);
    }
    MarkLineNumbers();
    CountPatterns();
    for (Page& page : pages_) {
      for (PageLine* line : EdgeLines(&page)) {
        if (IsPageNumber(Pattern(line->text))) {
          line->role = LineRole::kPageNumber;
        } else if (Repeats(*line)) {
          line->role = LineRole::kRunningHead;
        }
      }
      MarkNotes(&page);
    }
  }

 private:
  // The margins of a page, as shares of its height, and the lines that may stand in one.
  static constexpr double kMargin = 0.12;
  static constexpr size_t kMostLines = 3;

  static bool IsNumber(const std::u32string& text) {
    constexpr size_t kMostDigits = 4;
    return text.size() <= kMostDigits &&
           std::all_of(text.begin(), text.end(), [](char32_t c) { return c >= U'0' && c <= U'9'; });
  }

  // A number at the left or right end of what was taken for a line.
  struct LineNumber {
    size_t page = 0;
    size_t line = 0;
    int value = 0;
    Box box;
  };

  // Numbers of lines, every one or every so many, beside the text: below each other in a margin,
  // growing by one step over the document or over each page, with as many lines of the text from
  // one to the next. What was taken for a part of a line is parted from it.
  void MarkLineNumbers() {
    for (const bool left : {true, false}) {
      const std::vector<LineNumber> all = FindNumbers(left);
      std::vector<LineNumber> numbers = Aligned(all, true);
      std::vector<LineNumber> by_right = Aligned(all, false);
      if (by_right.size() > numbers.size()) {
        numbers = std::move(by_right);
      }
      if (!StandInMargin(numbers, left)) {
        continue;
      }
      for (const LineNumber& number : Growing(numbers)) {
        PartNumber(number.line, left, &pages_[number.page]);
      }
    }
  }

  // In the order of the pages, from top to bottom.
  std::vector<LineNumber> FindNumbers(bool left) const {
    std::vector<LineNumber> numbers;
    for (size_t p = 0; p < pages_.size(); ++p) {
      const size_t begin = numbers.size();
      for (size_t i = 0; i < pages_[p].lines.size(); ++i) {
        const PageLine& line = pages_[p].lines[i];
        const Word& word = left ? line.words.front() : line.words.back();
        LineNumber number = {p, i, 0, word.box};
        if (line.role == LineRole::kText && IsNumber(word.text) &&
            absl::SimpleAtoi(text::ToUtf8(word.text), &number.value)) {
          numbers.push_back(number);
        }
      }
      std::sort(
          numbers.begin() + static_cast<std::ptrdiff_t>(begin), numbers.end(),
          [](const LineNumber& a, const LineNumber& b) { return a.box.bottom < b.box.bottom; });
    }
    return numbers;
  }

  // The most of the numbers that begin, or end, at one place, in their order.
  std::vector<LineNumber> Aligned(const std::vector<LineNumber>& numbers, bool by_left) const {
    const auto edge = [&](const LineNumber& number) {
      return by_left ? number.box.left : number.box.right;
    };
    std::vector<double> edges;
    edges.reserve(numbers.size());
    for (const LineNumber& number : numbers) {
      edges.push_back(edge(number));
    }
    std::sort(edges.begin(), edges.end());
    size_t best = 0;
    size_t most = 0;
    for (size_t begin = 0, end = 0; begin < edges.size(); ++begin) {
      while (end < edges.size() && edges[end] <= edges[begin] + size_ / 2) {
        ++end;
      }
      if (end - begin > most) {
        most = end - begin;
        best = begin;
      }
    }
    std::vector<LineNumber> aligned;
    std::copy_if(numbers.begin(), numbers.end(), std::back_inserter(aligned),
                 [&](const LineNumber& number) {
                   return edge(number) >= edges[best] && edge(number) <= edges[best] + size_ / 2;
                 });
    return aligned;
  }

  // Whether hardly any word stands beyond numbers, or above or below them.
  bool StandInMargin(const std::vector<LineNumber>& numbers, bool left) const {
    constexpr size_t kFewest = 3;
    constexpr size_t kShare = 4;  // for so many numbers one word, as of a running head
    if (numbers.size() < kFewest) {
      return false;
    }
    double begin = HUGE_VAL;
    double end = 0;
    std::set<size_t> numbered;
    for (const LineNumber& number : numbers) {
      begin = std::min(begin, number.box.left);
      end = std::max(end, number.box.right);
      numbered.insert(number.page);
    }
    size_t words = 0;
    for (const size_t p : numbered) {
      for (const PageLine& line : pages_[p].lines) {
        if (line.role == LineRole::kText) {
          words += static_cast<size_t>(
              std::count_if(line.words.begin(), line.words.end(), [&](const Word& word) {
                return left ? word.box.left < end : word.box.right > begin;
              }));
        }
      }
    }
    return (words - std::min(words, numbers.size())) * kShare <= numbers.size();
  }

  // Those of the numbers that count lines; none when the others are too many for that.
  std::vector<LineNumber> Growing(const std::vector<LineNumber>& numbers) const {
    constexpr size_t kFewest = 3;
    const auto same_page = [&](size_t i) {
      return i > 0 && numbers[i].page == numbers[i - 1].page;
    };
    std::map<int, size_t> steps;
    for (size_t i = 1; i < numbers.size(); ++i) {
      if (same_page(i) && numbers[i].value > numbers[i - 1].value) {
        ++steps[numbers[i].value - numbers[i - 1].value];
      }
    }
    const auto most =
        std::max_element(steps.begin(), steps.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == steps.end()) {
      return {};
    }
    const int step = most->first;
    std::vector<bool> counts(numbers.size());
    size_t pairs = 0;
    size_t apart = 0;  // of these, with as many lines between them as they say
    for (size_t i = 0; i < numbers.size(); ++i) {
      const int value = numbers[i].value;
      const int before = i > 0 ? numbers[i - 1].value : 0;
      if (!same_page(i)) {
        counts[i] = value == step || (i > 0 && value == before + step);
      } else if (value == before + step) {
        counts[i - 1] = counts[i] = true;
        const auto rows = static_cast<int>(Rows(numbers[i - 1], numbers[i]));
        ++pairs;
        apart += std::abs(rows - step) <= 1 + step / 4 ? 1u : 0u;
      } else if (before == 1 && value == step) {
        counts[i - 1] = counts[i] = true;
      }
    }
    const auto found = static_cast<size_t>(std::count(counts.begin(), counts.end(), true));
    std::vector<LineNumber> growing;
    if (found < kFewest || found * 5 < numbers.size() * 4 || apart * 4 < pairs * 3) {
      return growing;
    }
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (counts[i]) {
        growing.push_back(numbers[i]);
      }
    }
    return growing;
  }

  // The rows of text below a number, down to that of another one of its page.
  size_t Rows(const LineNumber& above, const LineNumber& below) const {
    std::vector<double> bottoms;
    for (const PageLine& line : pages_[above.page].lines) {
      const double slack = size_ / 2;
      if (line.role == LineRole::kText &&
          (line.words.size() > 1 || !IsNumber(line.words[0].text)) &&
          line.box.bottom > above.box.bottom + slack &&
          line.box.bottom <= below.box.bottom + slack) {
        bottoms.push_back(line.box.bottom);
      }
    }
    std::sort(bottoms.begin(), bottoms.end());
    size_t rows = 0;
    double last = -HUGE_VAL;
    for (const double bottom : bottoms) {
      if (bottom - last > size_ / 2) {
        ++rows;
        last = bottom;
      }
    }
    return rows;
  }

  static void PartNumber(size_t i, bool left, Page* page) {
    PageLine& line = page->lines[i];
    if (line.words.size() == 1) {
      line.role = LineRole::kPageNumber;
      return;
    }
    PageLine number = line;
    std::vector<Word> words = std::move(line.words);
    const auto at = left ? words.begin() : words.end() - 1;
    std::vector<Word> own;
    own.push_back(std::move(*at));
    words.erase(at);
    line.box.left = words.front().box.left;
    line.box.right = words.back().box.right;
    SetWords(std::move(words), &line);
    number.box = own.front().box;
    SetWords(std::move(own), &number);
    number.role = LineRole::kPageNumber;
    page->lines.push_back(std::move(number));  // `line` is gone
  }

  // The words that stand in one place of most pages are no text, whatever their size: a watermark,
  // whose characters are words of their own where it is set aslant. Marks, numbers and single
  // characters may meet in one place by chance.
  void MarkRepeatedWords() {
    constexpr size_t kFewestPages = 3;
    constexpr size_t kFewestCharacters = 3;
    using Key = std::tuple<long, long, std::u32string>;
    const auto key = [](const Word& word) {
      return Key(std::lround(word.box.left), std::lround(word.box.top), word.text);
    };
    std::map<Key, std::pair<size_t, size_t>> pages;  // how many, and the last of them
    for (size_t p = 0; p < pages_.size() && pages_.size() >= kFewestPages; ++p) {
      for (const PageLine& line : pages_[p].lines) {
        for (const Word& word : line.words) {
          if (std::none_of(word.text.begin(), word.text.end(), IsLetter)) {
            continue;
          }
          auto& [count, last] = pages[key(word)];
          count += count == 0 || last != p ? 1u : 0u;
          last = p;
        }
      }
    }
    std::set<Key> repeated;
    size_t characters = 0;
    for (const auto& [word, seen] : pages) {
      if (seen.first >= kFewestPages && seen.first * 2 > pages_.size()) {
        repeated.insert(word);
        characters += std::get<2>(word).size() == 1 ? 1u : 0u;
      }
    }
    if (characters < kFewestCharacters) {
      std::erase_if(repeated, [](const Key& word) { return std::get<2>(word).size() == 1; });
    }
    if (repeated.empty()) {
      return;
    }
    const auto is_repeated = [&](const Word& word) { return repeated.contains(key(word)); };
    // Pages that say the same are copies, not marked.
    constexpr size_t kShare = 4;  // of all characters, one in so many at most
    size_t all = 0;
    size_t said = 0;
    for (const Page& page : pages_) {
      for (const PageLine& line : page.lines) {
        for (const Word& word : line.words) {
          all += word.text.size();
          said += is_repeated(word) ? word.text.size() : 0;
        }
      }
    }
    if (said * kShare > all) {
      return;
    }
    for (Page& page : pages_) {
      std::vector<PageLine> parted;
      for (PageLine& line : page.lines) {
        const auto own =
            std::stable_partition(line.words.begin(), line.words.end(),
                                  [&](const Word& word) { return !repeated.contains(key(word)); });
        if (own == line.words.end()) {
          continue;
        }
        if (own == line.words.begin()) {
          line.role = LineRole::kRunningHead;
          continue;
        }
        // At the head or foot what changes between them, a number, belongs to them.
        if (line.box.bottom < kMargin * page.height || line.box.top > (1 - kMargin) * page.height) {
          continue;
        }
        std::vector<Word> marks;
        std::vector<Word> words;
        for (Word& word : line.words) {
          (is_repeated(word) ? marks : words).push_back(std::move(word));
        }
        PageLine mark = line;
        mark.role = LineRole::kRunningHead;
        mark.box = BoxAround(marks);
        line.box = BoxAround(words);
        SetWords(std::move(marks), &mark);
        SetWords(std::move(words), &line);
        parted.push_back(std::move(mark));
      }
      std::move(parted.begin(), parted.end(), std::back_inserter(page.lines));
    }
  }

  static Box BoxAround(const std::vector<Word>& words) {
    Box box = words.front().box;
    for (const Word& word : words) {
      box.left = std::min(box.left, word.box.left);
      box.top = std::min(box.top, word.box.top);
      box.right = std::max(box.right, word.box.right);
      box.bottom = std::max(box.bottom, word.box.bottom);
    }
    return box;
  }

  // Words across the page below or above its text, which stand in large print over lines of it, or
  // in one place of many pages.
  void MarkWatermarks() {
    constexpr double kLarge = 1.3;
    constexpr size_t kFewest = 3;
    constexpr size_t kLongest = 2;  // of what is set aslant each character is a line
    const auto place = [](const PageLine& line) {
      return absl::StrCat(std::lround(line.box.left), ",", std::lround(line.box.top), " ",
                          ToAbsl(line.text));
    };
    std::map<std::string, size_t> pages;
    for (const Page& page : pages_) {
      std::set<std::string> seen;
      for (const PageLine& line : page.lines) {
        if (line.box.height() > kLarge * size_) {
          seen.insert(place(line));
        }
      }
      for (const std::string& key : seen) {
        ++pages[key];
      }
    }
    for (Page& page : pages_) {
      for (PageLine& line : page.lines) {
        if (line.role != LineRole::kText || line.box.height() <= kLarge * size_) {
          continue;
        }
        const size_t count = pages[place(line)];
        const bool everywhere = count >= kFewest || (count == 2 && pages_.size() == 2);
        if (everywhere || (line.characters <= kLongest && LiesOver(line, page))) {
          line.role = LineRole::kRunningHead;
        }
      }
    }
  }

  // A stamp that is set aslant is no text on a single page either: each of its characters, or a
  // few, is a line that touches the one before in the same direction, across rows and columns. In
  // the print of the text it takes more of them.
  void MarkAslant(Page* page) const {
    constexpr double kLarge = 1.3;
    constexpr size_t kLongest = 4;
    constexpr size_t kFewest = 3;
    constexpr size_t kFewestSmall = 5;
    constexpr size_t kMostParts = 200;  // more are no stamp
    std::vector<PageLine*> parts;
    for (PageLine& line : page->lines) {
      if (line.characters <= kLongest &&
          (line.role == LineRole::kText || line.role == LineRole::kRunningHead) &&
          std::any_of(line.words.front().text.begin(), line.words.front().text.end(),
                      IsWordCharacter)) {
        parts.push_back(&line);
      }
    }
    if (parts.size() < kFewest || parts.size() > kMostParts) {
      return;
    }
    std::sort(parts.begin(), parts.end(), [](const PageLine* a, const PageLine* b) {
      return a->box.left != b->box.left ? a->box.left < b->box.left : a->box.top < b->box.top;
    });
    for (PageLine* first : parts) {
      for (PageLine* second : parts) {
        std::vector<PageLine*> chain = {first, second};
        if (first->words.empty() || second->words.empty() || !GoesOnAslant(*first, *second)) {
          continue;
        }
        for (PageLine* next : parts) {
          const PageLine& last = *chain.back();
          if (!next->words.empty() && GoesOnAslant(last, *next) &&
              std::abs(Direction(last, *next) - Direction(*first, *second)) < kStraight) {
            chain.push_back(next);
          }
        }
        const bool large = std::all_of(chain.begin(), chain.end(), [&](const PageLine* part) {
          return part->box.height() > kLarge * size_;
        });
        const bool known = std::all_of(chain.begin(), chain.end(), [](const PageLine* part) {
          return part->role == LineRole::kRunningHead;
        });
        if (!known && chain.size() >= (large ? kFewest : kFewestSmall)) {
          Gather(chain);
          break;
        }
      }
    }
    std::erase_if(page->lines, [](const PageLine& line) { return line.words.empty(); });
  }

  // Makes one line of parts, which is no text; the others have no words left.
  static void Gather(const std::vector<PageLine*>& parts) {
    std::vector<Word> words;
    for (PageLine* part : parts) {
      words.insert(words.end(), std::make_move_iterator(part->words.begin()),
                   std::make_move_iterator(part->words.end()));
      part->words.clear();
    }
    PageLine& whole = *parts.front();
    whole.box = BoxAround(words);
    SetWords(std::move(words), &whole);
    whole.role = LineRole::kRunningHead;
  }

  static constexpr double kStraight = 0.25;  // radians

  static bool IsWordCharacter(char32_t c) { return IsLetter(c) || (c >= U'0' && c <= U'9'); }

  // From the middle of one line to that of another, in radians.
  static double Direction(const PageLine& from, const PageLine& to) {
    return std::atan2(to.box.top + to.box.bottom - from.box.top - from.box.bottom,
                      to.box.left + to.box.right - from.box.left - from.box.right);
  }

  // Whether a line in the same print touches one right of its middle and higher or lower, but not
  // right below or beside it.
  bool GoesOnAslant(const PageLine& from, const PageLine& to) const {
    constexpr double kLeast = 0.2;  // radians
    constexpr double kMost = 1.4;
    const Box& a = from.box;
    const Box& b = to.box;
    const double slack = size_ / 2;
    const double direction = std::abs(Direction(from, to));
    return &from != &to && direction > kLeast && direction < kMost &&
           std::max(a.left, b.left) - std::min(a.right, b.right) < slack &&
           std::max(a.top, b.top) - std::min(a.bottom, b.bottom) < slack &&
           std::max(a.height(), b.height()) < 2 * std::min(a.height(), b.height());
  }

  // Whether the print of a line covers part of another one in ordinary size.
  bool LiesOver(const PageLine& line, const Page& page) const {
    return std::any_of(page.lines.begin(), page.lines.end(), [&](const PageLine& other) {
      const Box& a = line.box;
      const Box& b = other.box;
      return b.height() < a.height() * 3 / 4 &&
             std::min(a.right, b.right) - std::max(a.left, b.left) > size_ / 4 &&
             std::min(a.bottom, b.bottom) - std::max(a.top, b.top) > size_ / 4;
    });
  }

  static std::vector<PageLine*> Sorted(Page* page) {
    std::vector<PageLine*> sorted;
    sorted.reserve(page->lines.size());
    for (PageLine& line : page->lines) {
      sorted.push_back(&line);
    }
    std::sort(sorted.begin(), sorted.end(),
              [](const PageLine* a, const PageLine* b) { return Above(*a, *b); });
    return sorted;
  }

  static std::vector<PageLine*> EdgeLines(Page* page) {
    const std::vector<PageLine*> sorted = Sorted(page);
    std::vector<PageLine*> edge;
    for (size_t i = 0; i < sorted.size(); ++i) {
      const Box& box = sorted[i]->box;
      if ((i < kMostLines && box.bottom < kMargin * page->height) ||
          (i + kMostLines >= sorted.size() && box.top > (1 - kMargin) * page->height)) {
        edge.push_back(sorted[i]);
      }
    }
    return edge;
  }

  // Running heads repeat the title, but not in its size.
  static std::string Key(const PageLine& line) {
    return std::to_string(std::lround(line.box.height())) + Pattern(line.text);
  }

  void CountPatterns() {
    for (Page& page : pages_) {
      std::set<std::string> seen;
      for (const PageLine* line : EdgeLines(&page)) {
        seen.insert(Key(*line));
      }
      for (const std::string& key : seen) {
        ++counts_[key];
      }
    }
  }

  // Left and right pages may have heads of their own, and so may chapters.
  bool Repeats(const PageLine& line) const {
    constexpr size_t kFewest = 3;
    const auto found = counts_.find(Key(line));
    const size_t count = found == counts_.end() ? 0 : found->second;
    return count >= kFewest || (count == 2 && pages_.size() <= 4);
  }

  // The notes at the foot of a page: small print below all text of the ordinary size, and what
  // begins with the mark of a note that stands above on the page, with all below it.
  void MarkNotes(Page* page) const {
    constexpr double kSmall = 0.9;
    const double first_note = FirstNote(page);
    for (PageLine& line : page->lines) {
      if (line.role == LineRole::kText && line.box.top >= first_note) {
        line.role = LineRole::kNote;
      }
    }
    double body_bottom = 0;
    for (const PageLine& line : page->lines) {
      if (line.role == LineRole::kText && line.box.height() > kSmall * size_) {
        body_bottom = std::max(body_bottom, line.box.bottom);
      }
    }
    for (PageLine& line : page->lines) {
      if (line.role == LineRole::kText && line.box.height() <= kSmall * size_ &&
          line.box.top >= body_bottom - size_ / 2 && line.box.top > page->height / 2 &&
          body_bottom > 0) {
        line.role = LineRole::kNote;
      }
    }
  }

  // The top of the first line in the lower half that is a note by its mark. A raised mark says so
  // itself; a number as large as the text has white above it.
  double FirstNote(Page* page) const {
    constexpr double kWhite = 0.7;
    constexpr size_t kNeighbours = 8;  // the lines that may stand right above one
    const std::vector<PageLine*> sorted = Sorted(page);
    std::set<std::string> referred;
    for (size_t i = 0; i < sorted.size(); ++i) {
      const PageLine& line = *sorted[i];
      if (line.role != LineRole::kText) {
        continue;
      }
      const bool raised = line.first_word.starts_with('[') && !line.note_marks.empty();
      if (line.box.top >= page->height / 2 && line.first_word.size() < line.text.size() &&
          referred.contains(raised ? line.first_word : absl::StrCat("[", line.first_word, "]"))) {
        double above = 0;
        for (size_t j = i - std::min(i, kNeighbours); j < i; ++j) {
          const Box& other = sorted[j]->box;
          above = std::max(above, other.bottom <= line.box.top + size_ / 2 ? other.bottom : 0);
        }
        if (raised || line.box.top - above > kWhite * size_) {
          return line.box.top;
        }
      }
      referred.insert(line.note_marks.begin(), line.note_marks.end());
    }
    return HUGE_VAL;
  }

  const double size_;
  std::vector<Page>& pages_;
  std::map<std::string, size_t> counts_;
};

// A size to half a point.
double SizeOf(const PageLine& line) { return std::round(line.box.height() * 2) / 2; }

// The size in which most characters are set.
double BodySize(const std::vector<Page>& pages) {
  std::map<double, size_t> characters;
  for (const Page& page : pages) {
    for (const PageLine& line : page.lines) {
      characters[SizeOf(line)] += line.characters;
    }
  }
  const auto most =
      std::max_element(characters.begin(), characters.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  constexpr double kUsual = 12;
  return most == characters.end() || most->first <= 0 ? kUsual : most->first;
}

// The sizes in which headings are set, the largest first: larger than the text, for little of it.
std::vector<double> HeadingSizes(const std::vector<Page>& pages, double size) {
  constexpr double kLarger = 1.12;
  constexpr size_t kFewest = 8;  // of all characters, one in so many at most
  std::map<double, size_t, std::greater<>> characters;
  size_t all = 0;
  for (const Page& page : pages) {
    for (const PageLine& line : page.lines) {
      if (line.role == LineRole::kText) {
        all += line.characters;
        characters[SizeOf(line)] += line.characters;
      }
    }
  }
  std::vector<double> sizes;
  for (const auto& [of, count] : characters) {
    if (of >= kLarger * size && count * kFewest <= all) {
      sizes.push_back(of);
    }
  }
  return sizes;
}

// The edges of a column. One of few lines may have no full one: it gets those of a long column that
// it fits into.
Column Edges(const std::vector<Column>& columns, size_t index, double size) {
  constexpr size_t kLong = 5;
  const Column own = columns[index];
  if (own.lines >= kLong) {
    return own;
  }
  Column best = own;
  bool found = false;
  for (const Column& other : columns) {
    if (other.lines >= kLong && other.left <= own.left + size / 2 &&
        other.right >= own.right - size / 2 &&
        (!found || other.right - other.left < best.right - best.left)) {
      best = other;
      found = true;
    }
  }
  return best;
}

// Marks the titles of tables and figures, which are no headings: a line that begins with the number
// of one (表1, 图2-1) in the middle of its column or right above a table, and any other line of
// words in the middle right above a table or the unit of its figures. `lines` are a page in reading
// order.
class CaptionFinder {
 public:
  CaptionFinder(const std::vector<Column>& columns, double size) : columns_(columns), size_(size) {}

  void Mark(std::vector<PageLine>* lines) const {
    bool closed = true;  // no sentence goes on from above
    for (size_t i = 0; i < lines->size(); ++i) {
      PageLine& line = (*lines)[i];
      if (line.role != LineRole::kText) {
        continue;
      }
      const std::u32string text = text::ToCodePoints(line.text);
      if (closed && MayBeTitle(line, text)) {
        const bool above = i + 1 < lines->size() && IsTable((*lines)[i + 1]) &&
                           (*lines)[i + 1].box.top >= line.box.bottom - size_ / 2;
        const bool centred = IsCentred(line);
        if (HasNumber(line, text) ? centred || above
                                  : centred && above && !BeginsWithMarker(text)) {
          line.role = LineRole::kCaption;
          continue;
        }
      }
      closed = EndsText(text.back());
    }
  }

 private:
  // No sentence, and not in the print of headlines.
  bool MayBeTitle(const PageLine& line, std::u32string_view text) const {
    constexpr double kLarger = 1.12;
    constexpr size_t kLongest = 40;
    const char32_t last = text.back();
    return text.size() <= kLongest && line.box.height() < kLarger * size_ &&
           !report::IsColon(last) && !report::IsTerminal(last) && !report::IsSemicolon(last) &&
           !report::IsCommaLike(last);
  }

  bool IsCentred(const PageLine& line) const {
    const Column column = Edges(columns_, line.column, size_);
    const double left = line.box.left - column.left;
    const double right = column.right - line.box.right;
    return left > 2 * size_ && std::abs(left - right) < size_ * 3 / 2;
  }

  // 表1 and what is parted from it: by the end of a word, if by nothing else.
  static bool HasNumber(const PageLine& line, std::u32string_view text) {
    size_t at = text.front() == U'附' ? 1 : 0;
    if (at >= text.size() || (text[at] != U'表' && text[at] != U'图')) {
      return false;
    }
    ++at;
    while (at < text.size() && text[at] == U' ') {
      ++at;
    }
    const size_t number = at;
    while (at < text.size() && (IsNumeral(text[at]) || (at > number && at + 1 < text.size() &&
                                                        (text[at] == U'-' || text[at] == U'.') &&
                                                        IsNumeral(text[at + 1])))) {
      ++at;
    }
    return at > number &&
           (at == text.size() || line.words.front().text.size() == at ||
            std::u32string_view(U" \u3000：:.．、").find(text[at]) != std::u32string_view::npos);
  }

  // A cell, or the unit of the figures of a table: 单位：亿元.
  static bool IsTable(const PageLine& line) {
    if (line.role == LineRole::kTableCell) {
      return true;
    }
    std::u32string text = text::ToCodePoints(line.text);
    std::u32string_view rest = text;
    if (!rest.empty() && report::ClosingPartner(rest.front()) != 0) {
      rest.remove_prefix(1);
    }
    for (const std::u32string_view word : {U"单位", U"單位", U"计量单位", U"計量單位"}) {
      if (rest.size() > word.size() && rest.starts_with(word) &&
          report::IsColon(rest[word.size()])) {
        return line.role == LineRole::kText;
      }
    }
    return false;
  }

  const std::vector<Column>& columns_;
  const double size_;
};

// Looks at the text where one column ends and the next begins: a sentence that is open goes on
// there without an indent, and where paragraphs are indented, one that has ended is followed by
// another. Marks the lines where it is not so. `text` is in reading order.
void MarkBrokenColumns(const std::vector<PageLine*>& text, const std::vector<Column>& columns,
                       double size) {
  constexpr double kIndent = 1.5;
  constexpr double kShort = 3;  // what a last line leaves free
  constexpr size_t kLong = 5;   // lines of a column with edges of its own
  constexpr size_t kFewestStarts = 8;
  const auto indented = [&](const PageLine& line) {
    return line.box.left - columns[line.column].left > kIndent * size;
  };
  const auto room = [&](const PageLine& line) {
    return columns[line.column].right - line.box.right;
  };
  const auto ends = [](const PageLine& line) { return EndsText(line.words.back().text.back()); };
  size_t starts = 0;
  size_t indents = 0;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i]->column == text[i + 1]->column && ends(*text[i]) &&
        room(*text[i]) > kShort * size) {
      ++starts;
      indents += indented(*text[i + 1]) ? 1u : 0u;
    }
  }
  const bool indents_all = starts >= kFewestStarts && indents * 10 >= starts * 9;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    const PageLine& last = *text[i];
    PageLine& next = *text[i + 1];
    if (last.column == next.column || columns[last.column].lines < kLong ||
        columns[next.column].lines < kLong || SizeOf(last) != size || SizeOf(next) != size) {
      continue;
    }
    const bool open = !ends(last) && room(last) < kIndent * size;
    const bool ended = ends(last) && room(last) > kShort * size;
    next.unsure |= (open && indented(next)) || (ended && indents_all && !indented(next));
  }
}

}  // namespace

absl::StatusOr<ExtractedText> ReadPdfLayout(std::string_view layout) {
  std::vector<Page> pages;
  if (!LayoutReader(layout).Read(&pages)) {
    return errors::ExtractionFailed("output", "has too many lines");
  }
  for (Page& page : pages) {
    std::erase_if(page.lines, [](const PageLine& line) { return line.words.empty(); });
  }
  const double size = BodySize(pages);
  FurnitureFinder(size, &pages).Run();
  std::vector<Column> columns;
  Orderer orderer(size, &columns);
  for (Page& page : pages) {
    // Running heads would cross the gutter of every page.
    std::vector<PageLine> head;
    std::vector<PageLine> foot;
    std::vector<PageLine> body;
    for (PageLine& line : page.lines) {
      const bool furniture = line.role != LineRole::kText && line.role != LineRole::kNote;
      (!furniture ? body : line.box.top < page.height / 2 ? head : foot).push_back(std::move(line));
    }
    std::sort(head.begin(), head.end(), Above);
    std::sort(foot.begin(), foot.end(), Above);
    page.lines = std::move(body);
    orderer.Order(&page);
    page.lines.insert(page.lines.begin(), std::make_move_iterator(head.begin()),
                      std::make_move_iterator(head.end()));
    page.lines.insert(page.lines.end(), std::make_move_iterator(foot.begin()),
                      std::make_move_iterator(foot.end()));
  }

  const CaptionFinder captions(columns, size);
  for (Page& page : pages) {
    captions.Mark(&page.lines);
  }
  std::vector<PageLine*> text;  // in reading order
  for (Page& page : pages) {
    for (PageLine& line : page.lines) {
      if (line.role == LineRole::kText) {
        text.push_back(&line);
      }
    }
  }
  MarkBrokenColumns(text, columns, size);
  const std::vector<double> heading_sizes = HeadingSizes(pages, size);
  ExtractedText result;
  LineWriter writer(&result);
  size_t next_text = 0;
  for (size_t p = 0; p < pages.size(); ++p) {
    for (const PageLine& line : pages[p].lines) {
      LineHint hint;
      hint.page = static_cast<uint32_t>(p + 1);
      hint.role = line.role;
      hint.unsure_place = line.unsure && line.role == LineRole::kText;
      if (line.role == LineRole::kText) {
        const Column column = Edges(columns, line.column, size);
        constexpr double kSlack = 1.5;
        constexpr double kMostColumns = 1000;
        hint.placed = true;
        constexpr size_t kLongestHeading = 60;
        constexpr std::ptrdiff_t kMostLevels = 9;
        const auto level = std::find(heading_sizes.begin(), heading_sizes.end(), SizeOf(line)) -
                           heading_sizes.begin();
        if (level < std::min(std::ssize(heading_sizes), kMostLevels) &&
            line.characters <= kLongestHeading) {
          hint.heading_level = static_cast<uint8_t>(level + 1);
        }
        ++next_text;
        const double room = column.right - line.box.right;
        hint.reaches_edge = room < kSlack * std::max(size, SizeOf(line));
        if (!hint.reaches_edge && next_text < text.size()) {
          // A short line is full as well where the beginning of the next had no room on it.
          constexpr double kTolerance = 0.25;
          const PageLine& next = *text[next_text];
          const Column next_column = Edges(columns, next.column, size);
          hint.reaches_edge = next.box.left - next_column.left < size / 2 &&
                              room < next.first_unit + kTolerance * size;
        }
        hint.indent = static_cast<uint16_t>(
            std::clamp(std::round((line.box.left - column.left) / (size / 2)), 0.0, kMostColumns));
        if (line.gap_before) {
          writer.AddGap();
        }
      }
      writer.Add(line.text, hint);
    }
  }
  if (result.lines.empty()) {
    return pages.empty() ? errors::MalformedSource("pdf", "has no page") : errors::NoTextLayer();
  }
  return result;
}

}  // namespace quotes::extract
