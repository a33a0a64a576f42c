#include "service/report/lines.h"

#include <algorithm>
#include <string>

#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/report/chars.h"
#include "service/text/fold.h"

namespace quotes::report {
namespace {

bool IsIndent(char32_t c) { return c == U' ' || c == U'\t' || c == 0x3000 || text::IsSpace(c); }

void Describe(std::u32string_view source, Line* line) {
  uint32_t columns = 0;
  uint32_t commas = 0;
  for (uint32_t i = line->begin; i < line->end; ++i) {
    const char32_t c = source[i];
    columns += c < 0x1100 ? 1u : 2u;
    if (IsCommaLike(c)) {
      ++commas;
    } else if (IsTerminal(c) || IsSemicolon(c)) {
      line->inner_stop |= i + 1 < line->end;
    } else if (!line->has_word) {
      line->has_word = IsWordCharacter(c);
    }
  }
  line->columns = columns;
  line->commas = static_cast<uint16_t>(std::min<uint32_t>(commas, UINT16_MAX));
  uint32_t last = line->end - 1;
  line->last_mark = source[last];
  while (last > line->begin && (IsCloser(source[last]) || source[last] == U'"')) {
    --last;
  }
  const char32_t inner = source[last];
  if (IsTerminal(inner) || IsSemicolon(inner) || IsEllipsis(inner)) {
    line->last_mark = inner;
  }
}

// Whether most lines begin with >, as those of a letter that is quoted in another, perhaps below a
// few that say whose it is (发件人：…, On … wrote:).
bool IsQuotedMail(std::u32string_view source) {
  constexpr size_t kFewest = 5;
  constexpr size_t kMostAbove = 12;
  size_t above = 0;
  size_t lines = 0;  // from the first that is quoted
  size_t quoted = 0;
  for (size_t begin = 0; begin < source.size();) {
    while (begin < source.size() && (IsIndent(source[begin]) || text::IsLineBreak(source[begin]))) {
      ++begin;
    }
    size_t end = begin;
    while (end < source.size() && !text::IsLineBreak(source[end])) {
      ++end;
    }
    if (begin < end) {
      quoted += source[begin] == U'>' ? 1u : 0u;
      lines += quoted > 0 ? 1u : 0u;
      above += quoted == 0 ? 1u : 0u;
    }
    if (above > kMostAbove || (lines > kFewest && quoted * 2 < lines)) {
      return false;  // most texts, after a few lines
    }
    begin = end;
  }
  return quoted >= kFewest && quoted > above && quoted * 10 >= lines * 9;
}

}  // namespace

absl::StatusOr<std::vector<Line>> SplitLines(std::u32string_view source, Checkpoints* checkpoints) {
  std::vector<Line> lines;
  const bool mail = IsQuotedMail(source);
  const bool paged = source.find(U'\f') != std::u32string_view::npos;
  uint32_t number = 1;
  uint32_t page = paged ? 1 : 0;
  bool gap = false;
  bool page_break = false;
  const auto size = static_cast<uint32_t>(source.size());
  uint32_t begin = 0;
  while (begin <= size) {
    uint32_t end = begin;
    while (end < size && !text::IsLineBreak(source[end])) {
      ++end;
    }
    if (checkpoints != nullptr && !checkpoints->GoOn(end - begin)) {
      return checkpoints->Check();
    }
    if (end - begin > limits::kMaxLineCodePoints) {
      return errors::SourceTooLarge(
          "source.content",
          "lines of at most " + std::to_string(limits::kMaxLineCodePoints) + " characters");
    }
    Line line;
    line.begin = begin;
    line.end = end;
    uint32_t indent = 0;
    const auto trim = [&](bool all) {
      while (line.begin < end &&
             (IsIndent(source[line.begin]) ||
              (all && (IsZeroWidth(source[line.begin]) || (mail && source[line.begin] == U'>'))))) {
        indent += IsZeroWidth(source[line.begin]) || source[line.begin] == U'>' ? 0u
                  : source[line.begin] < 0x1100                                 ? 1u
                                                                                : 2u;
        ++line.begin;
      }
      while (line.end > line.begin &&
             (IsIndent(source[line.end - 1]) || (all && IsZeroWidth(source[line.end - 1])))) {
        --line.end;
      }
    };
    trim(false);
    line.outer_begin = line.begin;
    line.outer_end = line.end;
    const bool edges = line.begin < line.end &&
                       (IsZeroWidth(source[line.begin]) || IsZeroWidth(source[line.end - 1]) ||
                        (mail && source[line.begin] == U'>'));
    if (edges) {
      trim(true);
      if (line.begin >= line.end) {  // there is nothing else
        line.begin = line.outer_begin;
        line.end = line.outer_end;
      }
    }
    if (line.begin < line.end) {
      line.number = number;
      line.page = page;
      line.indent = static_cast<uint16_t>(std::min<uint32_t>(indent, UINT16_MAX));
      line.gap_before = gap;
      line.page_break_before = page_break;
      gap = false;
      page_break = false;
      Describe(source, &line);
      lines.push_back(line);
    } else {
      gap = true;
    }
    if (end == size) {
      break;
    }
    const char32_t c = source[end];
    begin = end + 1;
    if (c == U'\r' && begin < size && source[begin] == U'\n') {
      ++begin;
    }
    if (c == U'\f') {
      ++page;
      page_break = true;
    } else if (c != U'\v') {
      ++number;
    }
  }
  return lines;
}

void ApplyLayout(const std::vector<LineHint>& hints, std::vector<Line>* lines) {
  uint32_t page = 0;
  for (Line& line : *lines) {
    if (line.number > hints.size()) {
      return;
    }
    const LineHint& hint = hints[line.number - 1];
    line.page = hint.page;
    line.page_break_before = line.page_break_before || (page != 0 && hint.page != page);
    page = hint.page;
    line.role = hint.role;
    line.heading_level = hint.heading_level;
    line.bold = hint.bold;
    line.continues = hint.continues;
    line.placed = hint.placed;
    line.reaches_edge = hint.reaches_edge;
    line.unsure_place = hint.unsure_place;
    line.lacks_words = hint.lacks_words;
    line.outside = hint.outside;
    if (hint.placed) {
      line.indent = hint.indent;
    }
  }
}

bool EndsSentence(const Line& line) {
  return IsTerminal(line.last_mark) || IsEllipsis(line.last_mark);
}

bool EndsClosed(const Line& line) {
  return EndsSentence(line) || IsSemicolon(line.last_mark) || IsColon(line.last_mark);
}

}  // namespace quotes::report
