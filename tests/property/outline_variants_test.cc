// The outline of a text does not depend on how a copy of it is laid out: corpus reports wrapped by
// a printer, with a table of contents, between page numbers and running heads, with notes, inside a
// web page, with picture captions and with other quotation marks have the outline and the
// paragraphs of their originals. Prints for each kind of variant what was kept, and holds it to a
// floor.
//
// QUOTES_VARIANT_DIFFERENCES=1 lists what was lost or came in.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/report/chars.h"
#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/support/report_checks.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;
using Lines = std::vector<std::u32string>;
using Strings = std::vector<std::string>;

Lines LinesOf(View text) {
  Lines lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find(U'\n'), text.size());
    View line = text.substr(0, end);
    while (!line.empty() && (text::IsSpace(line.front()) || line.front() == U'\r')) {
      line.remove_prefix(1);
    }
    while (!line.empty() && (text::IsSpace(line.back()) || line.back() == U'\r')) {
      line.remove_suffix(1);
    }
    if (!line.empty()) {
      lines.emplace_back(line);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::u32string Join(const Lines& lines) {
  std::u32string text;
  for (const std::u32string& line : lines) {
    text.append(line).push_back(U'\n');
  }
  return text;
}

// Lines of at most `width` characters. No line begins with a mark that ends something.
Lines Wrapped(const Lines& lines, size_t width, size_t indent, bool gaps) {
  Lines out;
  for (const std::u32string& paragraph : lines) {
    std::u32string line(indent, U'　');
    for (size_t i = 0; i < paragraph.size(); ++i) {
      const char32_t c = paragraph[i];
      const bool hangs =
          IsTerminal(c) || IsCommaLike(c) || IsSemicolon(c) || IsColon(c) || IsCloser(c);
      if (line.size() >= width && !hangs) {
        out.push_back(line);
        line.clear();
      }
      line.push_back(c);
    }
    out.push_back(line);
    if (gaps) {
      out.emplace_back();
    }
  }
  return out;
}

struct Original {
  Lines lines;
  Strings headings;    // level, marker and words of each section
  Strings paragraphs;  // folded
  Strings top;         // headings of the two upper levels that stand alone, as printed
};

using Variant = std::function<std::u32string(const Original&)>;

// A page number and a running head after every so many lines.
Lines Paged(const Lines& lines, size_t every) {
  Lines out;
  int page = 1;
  for (size_t i = 0; i < lines.size(); ++i) {
    out.push_back(lines[i]);
    if (i % every == every - 1) {
      out.push_back(text::ToCodePoints(absl::StrCat("— ", page++, " —")));
      out.emplace_back(U"政府工作报告汇编");
    }
  }
  return out;
}

std::u32string WithContents(const Original& original) {
  Lines lines = {U"目  录"};
  int page = 1;
  for (const std::string& heading : original.top) {
    lines.push_back(text::ToCodePoints(absl::StrCat(heading, "………………", page += 2)));
  }
  if (lines.size() == 1) {
    lines.clear();
  }
  lines.insert(lines.end(), original.lines.begin(), original.lines.end());
  return Join(lines);
}

std::u32string WithNotes(const Original& original) {
  Lines lines;
  Lines notes;
  int number = 0;
  for (const std::u32string& line : original.lines) {
    std::u32string marked = line;
    if (line.size() > 60 && line.back() == U'。' && number < 99) {
      const std::u32string mark = text::ToCodePoints(absl::StrCat("[", ++number, "]"));
      marked.insert(number % 2 == 0 ? marked.size() : marked.size() - 1, mark);
      notes.push_back(mark + U" 见《统计公报》第三十页。");
    }
    lines.push_back(marked);
  }
  lines.insert(lines.end(), notes.begin(), notes.end());
  return Join(lines);
}

std::u32string InWebPage(const Original& original) {
  Lines lines = {U"首页 > 政务公开 > 政府工作报告", U"字体：大 中 小", U"打印本页", U"分享到"};
  lines.insert(lines.end(), original.lines.begin(), original.lines.end());
  for (const View line : {U"责任编辑：张三", U"上一篇", U"下一篇", U"返回顶部", U"相关链接"}) {
    lines.emplace_back(line);
  }
  return Join(lines);
}

std::u32string WithCaptions(const Original& original) {
  Lines lines;
  size_t paragraphs = 0;
  for (const std::u32string& line : original.lines) {
    lines.push_back(line);
    if (line.size() > 60 && ++paragraphs % 9 == 0) {
      lines.emplace_back(U"图为大会会场。新华社记者 张三 摄");
    }
  }
  return Join(lines);
}

std::u32string WithCornerBrackets(const Original& original) {
  std::u32string text = Join(original.lines);
  for (char32_t& c : text) {
    c = c == U'“' ? U'「' : c == U'”' ? U'」' : c == U'‘' ? U'『' : c == U'’' ? U'』' : c;
  }
  return text;
}

const std::pair<std::string_view, Variant> kVariants[] = {
    {"wrap 30 indent", [](const Original& o) { return Join(Wrapped(o.lines, 30, 2, false)); }},
    {"wrap 40 indent", [](const Original& o) { return Join(Wrapped(o.lines, 40, 2, false)); }},
    {"wrap 30 gaps", [](const Original& o) { return Join(Wrapped(o.lines, 30, 0, true)); }},
    {"wrap 40 plain", [](const Original& o) { return Join(Wrapped(o.lines, 40, 0, false)); }},
    {"contents", WithContents},
    {"pages", [](const Original& o) { return Join(Paged(o.lines, 7)); }},
    {"pages of wraps",
     [](const Original& o) { return Join(Paged(Wrapped(o.lines, 40, 2, false), 29)); }},
    {"notes", WithNotes},
    {"web page", InWebPage},
    {"captions", WithCaptions},
    {"corner brackets", WithCornerBrackets},
};

// What each kind keeps, a little below: precision and recall of headings, then of paragraphs. Where
// paragraphs are neither indented nor set off, a full line that ends a sentence may end a paragraph
// or not.
struct Floor {
  double heading_precision;
  double heading_recall;
  double paragraph_precision;
  double paragraph_recall;
};
const std::map<std::string_view, Floor> kFloors = {
    {"wrap 30 indent", {0.999, 0.999, 0.997, 0.998}},
    {"wrap 40 indent", {0.999, 0.999, 0.997, 0.998}},
    {"wrap 30 gaps", {0.999, 0.999, 0.999, 0.999}},
    {"wrap 40 plain", {0.980, 0.960, 0.955, 0.930}},
    {"contents", {1.000, 0.999, 1.000, 0.997}},
    {"pages", {1.000, 1.000, 1.000, 1.000}},
    {"pages of wraps", {0.999, 0.999, 0.997, 0.998}},
    {"notes", {0.998, 0.999, 0.990, 0.995}},
    {"web page", {1.000, 1.000, 0.999, 1.000}},
    {"captions", {1.000, 1.000, 1.000, 1.000}},
    {"corner brackets", {1.000, 1.000, 1.000, 1.000}},
};

Strings HeadingsOf(const ParsedReport& report) {
  Strings headings;
  for (const Section& section : report.sections) {
    const text::FoldedText folded =
        text::Fold(text::ToCodePoints(section.marker + section.heading));
    headings.push_back(absl::StrCat(section.level, " ", text::ToUtf8(folded.units)));
  }
  return headings;
}

Strings ParagraphsOf(const ParsedReport& report) {
  Strings paragraphs;
  for (const Range& range : report.paragraphs) {
    paragraphs.push_back(
        text::ToUtf8(text::Fold(View(report.joined).substr(range.begin, range.size())).units));
  }
  return paragraphs;
}

// The members of a longest common subsequence, as indexes of both.
std::vector<std::pair<size_t, size_t>> Common(const Strings& a, const Strings& b) {
  std::vector<std::vector<uint32_t>> longest(a.size() + 1, std::vector<uint32_t>(b.size() + 1));
  for (size_t i = a.size(); i-- > 0;) {
    for (size_t j = b.size(); j-- > 0;) {
      longest[i][j] =
          a[i] == b[j] ? longest[i + 1][j + 1] + 1 : std::max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  std::vector<std::pair<size_t, size_t>> common;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) {
      common.emplace_back(i++, j++);
    } else if (longest[i + 1][j] >= longest[i][j + 1]) {
      ++i;
    } else {
      ++j;
    }
  }
  return common;
}

struct Score {
  size_t common = 0;
  size_t wanted = 0;
  size_t found = 0;

  double precision() const { return Share(found); }
  double recall() const { return Share(wanted); }

 private:
  double Share(size_t of) const {
    return of == 0 ? 1.0 : static_cast<double>(common) / static_cast<double>(of);
  }
};

void Compare(const Strings& wanted, const Strings& found, const std::string& what, bool show,
             Score* score) {
  const auto common = Common(wanted, found);
  score->common += common.size();
  score->wanted += wanted.size();
  score->found += found.size();
  if (!show) {
    return;
  }
  size_t i = 0;
  size_t j = 0;
  const auto print = [&](const char* sign, const std::string& text) {
    std::printf("  %s %s %s\n", what.c_str(), sign,
                text::ToUtf8(View(text::ToCodePoints(text)).substr(0, 50)).c_str());
  };
  for (size_t c = 0; c <= common.size(); ++c) {
    const auto [next_i, next_j] =
        c < common.size() ? common[c] : std::pair(wanted.size(), found.size());
    for (; i < next_i; ++i) {
      print("-", wanted[i]);
    }
    for (; j < next_j; ++j) {
      print("+", found[j]);
    }
    ++i;
    ++j;
  }
}

TEST(OutlineVariants, KeepTheOutlineOfTheirOriginal) {
  const auto corpus = testing::CorpusDir();
  if (!corpus) {
    GTEST_SKIP() << "the corpus of reports is not here; set QUOTES_CORPUS";
  }
  const bool show = std::getenv("QUOTES_VARIANT_DIFFERENCES") != nullptr;
  std::vector<std::pair<std::string, Original>> originals;
  for (const auto& path : testing::TextFiles(*corpus / "reports")) {
    const auto source = text::Decode(testing::ReadFile(path));
    QUOTES_ASSERT_OK(source);
    Original original;
    original.lines = LinesOf(source->text);
    // Long ones look alike and take long.
    constexpr size_t kMostLines = 400;
    if (original.lines.size() > kMostLines) {
      continue;
    }
    const auto report = ParseReport(*text::Decode(text::ToUtf8(Join(original.lines))));
    QUOTES_ASSERT_OK(report);
    original.headings = HeadingsOf(*report);
    original.paragraphs = ParagraphsOf(*report);
    for (const Section& section : report->sections) {
      if (!section.run_in && section.level <= 2) {
        original.top.push_back(section.marker + section.heading);
      }
    }
    originals.emplace_back(path.stem().string(), std::move(original));
  }
  ASSERT_GT(originals.size(), 20u);
  std::printf("%-16s %-15s %-15s\n", "", "headings", "paragraphs");
  std::printf("%-16s %-7s %-7s %-7s %-7s\n", "", "prec.", "rec.", "prec.", "rec.");
  for (const auto& [kind, variant] : kVariants) {
    SCOPED_TRACE(std::string(kind));
    Score headings;
    Score paragraphs;
    for (const auto& [name, original] : originals) {
      SCOPED_TRACE(name);
      const auto source = text::Decode(text::ToUtf8(variant(original)));
      QUOTES_ASSERT_OK(source);
      const auto report = ParseReport(*source, {.report_id = "r"});
      QUOTES_ASSERT_OK(report);
      EXPECT_THAT(testing::ReportViolations(*source, *report), ::testing::IsEmpty());
      const std::string label = absl::StrCat(std::string(kind), " ", name.substr(0, 20));
      Compare(original.headings, HeadingsOf(*report), label + " H", show, &headings);
      Compare(original.paragraphs, ParagraphsOf(*report), label + " P", show, &paragraphs);
    }
    std::printf("%-16s %.4f  %.4f  %.4f  %.4f\n", std::string(kind).c_str(), headings.precision(),
                headings.recall(), paragraphs.precision(), paragraphs.recall());
    const auto floor = kFloors.find(kind);
    ASSERT_NE(floor, kFloors.end());
    EXPECT_GE(headings.precision(), floor->second.heading_precision);
    EXPECT_GE(headings.recall(), floor->second.heading_recall);
    EXPECT_GE(paragraphs.precision(), floor->second.paragraph_precision);
    EXPECT_GE(paragraphs.recall(), floor->second.paragraph_recall);
  }
}

}  // namespace
}  // namespace quotes::report
