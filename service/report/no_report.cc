#include "service/report/no_report.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "service/report/chars.h"
#include "service/report/classify.h"
#include "service/report/invisible.h"
#include "service/report/lexicon.h"
#include "service/report/metadata.h"
#include "service/text/fold.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

constexpr size_t kFewestLines = 3;

bool Contains(View text, View what) { return text.find(what) != View::npos; }

size_t CountHan(View text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), text::IsHan));
}

// std::cout << "…";, def count(path):, }, <item>…</item>: a line of a program or of data.
bool IsCode(View line) {
  constexpr View kSigns = U"(){}[]=<>\"";
  constexpr View kBegins[] = {U"#include ", U"import ",   U"from ",   U"def ",   U"class ",
                              U"public ",   U"function ", U"var ",    U"const ", U"let ",
                              U"return ",   U"if (",      U"for (",   U"//",     U"/*",
                              U"</",        U"<!--",      U"package "};
  if (CountHan(line) * 3 > line.size()) {
    return false;
  }
  const char32_t last = line.back();
  const bool signs = line.find_first_of(kSigns) != View::npos;
  if (last == U'{' || last == U'}' ||
      (signs && (last == U';' || last == U')' || last == U'>' || last == U',' || last == U':' ||
                 last == U']'))) {
    return true;
  }
  return signs && std::any_of(std::begin(kBegins), std::end(kBegins),
                              [&](View begin) { return line.starts_with(begin); });
}

// 2024-01-15 10:00:00 at the beginning of a line of a log.
bool IsLogged(View line) {
  constexpr size_t kDay = 10;
  return line.size() > kDay + 1 && IsAsciiDigit(line.front()) && FindDate(line.substr(0, kDay)) &&
         HasTimeOfDay(line.substr(kDay));
}

// The commas of a row of a table of values; 0 for a line with a sentence.
size_t Values(View line) {
  return std::any_of(line.begin(), line.end(),
                     [](char32_t c) { return IsTerminal(c) || c == U'，' || c == U'、'; }) ||
                 Contains(line, U", ")
             ? 0
             : static_cast<size_t>(std::count(line.begin(), line.end(), U','));
}

bool IsData(const std::vector<View>& lines) {
  const View first = lines.front();
  const View last = lines.back();
  const bool object = (first.front() == U'{' && last.back() == U'}') ||
                      (first.front() == U'[' && last.back() == U']');
  if (object &&
      std::any_of(lines.begin(), lines.end(), [](View line) { return Contains(line, U"\":"); })) {
    return true;
  }
  const bool tag = first.size() > 1 && first.front() == U'<' &&
                   (first[1] == U'?' || first[1] == U'!' || IsLatinLetter(first[1]));
  return tag &&
         std::any_of(lines.begin(), lines.end(), [](View line) { return Contains(line, U"</"); });
}

bool IsTable(const std::vector<View>& lines) {
  const size_t values = Values(lines.front());
  return values > 0 && lines.size() >= kFewestLines &&
         std::all_of(lines.begin(), lines.end(), [&](View line) { return Values(line) == values; });
}

// …上的讲话, 开幕词, Remarks by the Mayor: a title of a speech among the first lines.
bool BeginsLikeSpeech(const std::vector<View>& lines) {
  constexpr size_t kMostLines = 3;
  constexpr size_t kLongest = 40;
  constexpr View kWords[] = {U"报告", U"讲话", U"致辞", U"致词", U"发言",    U"演讲",  U"贺词",
                             U"献词", U"幕词", U"公报", U"决定", U"remarks", U"speech"};
  for (size_t i = 0; i < std::min(lines.size(), kMostLines); ++i) {
    if (lines[i].size() <= kLongest && !IsTerminal(lines[i].back()) &&
        std::any_of(std::begin(kWords), std::end(kWords),
                    [&](View word) { return Contains(lines[i], word); })) {
      return true;
    }
  }
  return false;
}

template <typename Predicate>
bool MostAre(const std::vector<View>& lines, size_t percent, Predicate predicate) {
  const auto count = static_cast<size_t>(std::count_if(lines.begin(), lines.end(), predicate));
  return lines.size() >= kFewestLines && count * 100 >= lines.size() * percent;
}

}  // namespace

std::string_view WhatElse(const ParsedReport& report) {
  constexpr size_t kLongestDemand = 600;
  const Metadata& metadata = report.metadata;
  if (!metadata.speaker.empty() || !metadata.event.empty()) {
    return {};
  }
  std::u32string folded = report.joined;
  for (char32_t& c : folded) {
    c = text::FoldLetter(c);
  }
  const auto folded_of = [&](Range range) {
    return View(folded).substr(range.begin, range.size());
  };
  if (std::any_of(report.paragraphs.begin(), report.paragraphs.end(),
                  [&](Range range) { return BeginsWithSalutation(folded_of(range)); })) {
    return {};
  }
  std::vector<View> lines;
  bool sentences = false;
  bool spoken = false;     // sentences of the speech
  bool furniture = false;  // of a page
  for (const PrintSpan& span : report.print_spans) {
    const View line = folded_of(span.joined);
    // Signs of quoted mail are no lines.
    if (line.find_first_not_of(U"> ") == View::npos ||
        std::all_of(line.begin(), line.end(), IsInvisible)) {
      continue;
    }
    lines.push_back(line);
    const bool sentence = std::any_of(line.begin(), line.end(),
                                      [](char32_t c) { return IsTerminal(c) || IsSemicolon(c); });
    sentences |= sentence;
    spoken |= sentence && IsSpeech(span.kind);
    furniture |= span.kind == BlockKind::kWebFurniture;
  }
  if (lines.empty()) {
    return {};
  }
  size_t length = 0;
  if (report.joined.size() <= kLongestDemand && !BeginsLikeSpeech(lines) &&
      GetLexicon().no_report.FindIn(folded, &length) != View::npos) {
    return "an error page or another page without a text";
  }
  // A page whose text a script fetches, so that only its headline and what is around it are there.
  if (!spoken && furniture && report.joined.size() <= kLongestDemand && !metadata.date) {
    return "an error page or another page without a text";
  }
  if (IsData(lines)) {
    return "data";
  }
  if (MostAre(lines, 50, IsCode)) {
    return "the source of a program";
  }
  if (IsTable(lines)) {
    return "a table of values";
  }
  if (MostAre(lines, 80, IsLogged)) {
    return "a log";
  }
  if (!sentences && MostAre(lines, 60, [](View line) { return FindDate(line).has_value(); })) {
    return "a list of pages";
  }
  return {};
}

}  // namespace quotes::report
