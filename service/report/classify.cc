#include "service/report/classify.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "service/base/limits.h"
#include "service/report/chars.h"
#include "service/report/english_classify.h"
#include "service/report/lexicon.h"
#include "service/report/markers.h"
#include "service/report/metadata.h"
#include "service/report/note_marks.h"
#include "service/report/unheaded_notes.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

// The head of a page never has more lines of its own; a salutation further down is not the first.
constexpr size_t kMaxHeadLines = 120;
// Editor's words, summaries and captions that may stand before the salutation.
constexpr size_t kMaxHeadParagraphs = 4;
constexpr uint32_t kMinParagraph = 30;
constexpr uint32_t kMaxTitleLine = 80;
constexpr size_t kMaxTitleLines = 4;
constexpr uint32_t kMaxBanner = 60;
constexpr uint32_t kShortestClosing = 16;  // of the last words to the audience
// Signs that point from a caption to its picture.
constexpr View kPointers = U"△▲▽▼◁◀▷▶↑↓";

char32_t At(View text, size_t i) { return i < text.size() ? text[i] : 0; }

View Trim(View text) {
  while (!text.empty() && text::IsSpace(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && text::IsSpace(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

bool Contains(View text, View what) { return text.find(what) != View::npos; }

struct Span {
  size_t begin = 0;
  size_t end = 0;
};

// （下转11版） at the end of a line, （上接1版） at its start; the bracket may be missing only when
// the line holds nothing else. `onward` tells 下转 from 上接.
std::optional<Span> FindJump(View line, bool onward) {
  constexpr size_t kLongest = 30;
  const View words[] = {onward ? View(U"下转") : View(U"上接"),
                        onward ? View(U"转第") : View(U"接第")};
  for (const View word : words) {
    const size_t from = onward && line.size() > kLongest ? line.size() - kLongest : 0;
    size_t at = onward ? line.substr(from).rfind(word) : line.substr(0, kLongest).find(word);
    if (at == View::npos) {
      continue;
    }
    at += from;
    const size_t sheet = line.substr(at, kLongest).find_first_of(U"版页");
    if (sheet == View::npos) {
      continue;
    }
    size_t digits = 0;
    for (size_t i = at; i < at + sheet; ++i) {
      const char32_t c = line[i];
      digits += IsAsciiDigit(c) || HanDigit(c) >= 0 || IsLatinLetter(c) ? 1u : 0u;
    }
    if (digits == 0) {
      continue;
    }
    size_t begin = at;
    size_t end = at + sheet + 1;
    const char32_t open = begin > 0 ? line[begin - 1] : 0;
    if (open != 0 && ClosingPartner(open) != 0) {
      --begin;
      const size_t close =
          line.substr(end, kLongest)
              .find(ClosingPartner(open) == U'）' && !Contains(line.substr(end), U"）")
                        ? U')'
                        : ClosingPartner(open));
      if (close == View::npos) {
        continue;
      }
      end += close + 1;
    } else if (Trim(line.substr(0, begin)).empty() && Trim(line.substr(end)).size() < 12) {
      return Span{0, line.size()};
    } else {
      continue;
    }
    if (onward ? Trim(line.substr(end)).empty() : Trim(line.substr(0, begin)).empty()) {
      return Span{begin, end};
    }
  }
  return std::nullopt;
}

// （下转第四版）（紧接第一版） where lines of the paper were joined: jumps in brackets of their
// own, anywhere in a line.
std::vector<Span> FindBracketedJumps(View line) {
  constexpr size_t kLongest = 16;
  constexpr View kWords[] = {U"下转", U"下接", U"上接", U"紧接", U"转第", U"接第"};
  std::vector<Span> jumps;
  for (size_t i = 0; i < line.size(); ++i) {
    const char32_t partner = ClosingPartner(line[i]);
    if (partner != U'）' && partner != U'】' && partner != U'］' && partner != U'〕') {
      continue;
    }
    const View rest = line.substr(i + 1, kLongest);
    size_t close = 0;
    while (close < rest.size() && CloserShape(rest[close]) != partner) {
      ++close;
    }
    const View inner = rest.substr(0, close);
    const bool numbered = std::any_of(
        inner.begin(), inner.end(), [](char32_t c) { return IsAsciiDigit(c) || HanDigit(c) >= 0; });
    const bool sheet = inner.find_first_of(U"版页") != View::npos;
    if (close < rest.size() && numbered && sheet &&
        std::any_of(std::begin(kWords), std::end(kWords),
                    [&](View word) { return Contains(inner, word); })) {
      jumps.push_back({i, i + close + 2});
      i += close + 1;
    }
  }
  return jumps;
}

// An address of a page alone on its line, with the number of a sheet or without.
bool IsAddressOfPage(View line) {
  return (line.starts_with(U"http://") || line.starts_with(U"https://") ||
          line.starts_with(U"www.")) &&
         std::none_of(line.begin(), line.end(), text::IsHan);
}

// 某政办发〔2026〕3号
bool IsDocumentNumber(View line) {
  constexpr size_t kLongest = 30;
  if (line.size() > kLongest || line.empty() || line.back() != U'号') {
    return false;
  }
  size_t i = line.size() - 1;
  const size_t end = i;
  while (i > 0 && IsAsciiDigit(line[i - 1])) {
    --i;
  }
  if (i == end) {
    return false;
  }
  i -= i > 0 && line[i - 1] == U'第' ? 1u : 0u;
  if (i < 6 || CloserShape(line[i - 1]) == 0 ||
      ClosingPartner(line[i - 6]) != CloserShape(line[i - 1])) {
    return false;
  }
  const View year = line.substr(i - 5, 4);
  return std::all_of(year.begin(), year.end(), IsAsciiDigit);
}

// 各区、县人民政府，市政府各部门： addresses readers or listeners, whoever they are.
bool AddressesAll(View line) {
  constexpr size_t kLongest = 80;
  constexpr View kWhom = U"位区县市省州盟旗镇乡街部直单有机处委局地界级民人";
  if (line.size() > kLongest || line.empty() || !IsColon(line.back())) {
    return false;
  }
  bool all = false;
  bool begins = true;  // a member of the list
  for (size_t i = 0; i + 1 < line.size(); ++i) {
    const char32_t c = line[i];
    if (IsTerminal(c) || IsSemicolon(c) || IsColon(c) || IsAsciiDigit(c) || c == U'《') {
      return false;
    }
    all |= begins && c == U'各' && kWhom.find(line[i + 1]) != View::npos;
    begins = IsCommaLike(c) || text::IsSpace(c);
  }
  return all;
}

// Names of parts that stand before the first numbered one and are never titles.
bool NamesOpeningPart(View line) {
  constexpr View kNames[] = {U"前言", U"序言", U"引言", U"导言", U"导语", U"绪论"};
  constexpr size_t kLongest = 8;
  std::u32string bare;
  for (const char32_t c : line.substr(0, kLongest)) {
    if (!text::IsSpace(c)) {
      bare.push_back(c);
    }
  }
  return line.size() <= kLongest &&
         std::find(std::begin(kNames), std::end(kNames), bare) != std::end(kNames);
}

// （2026年3月）: when something appeared, to the month.
bool IsMonth(View line) {
  constexpr size_t kLongest = 10;
  return line.size() <= kLongest && !line.empty() && line.back() == U'月' &&
         Contains(line, U"年") && std::all_of(line.begin(), line.end(), [](char32_t c) {
           return IsAsciiDigit(c) || HanDigit(c) >= 0 || c == U'年' || c == U'月' ||
                  text::IsSpace(c);
         });
}

bool IsPageNumber(View line) {
  if (line.size() > 16) {
    return false;
  }
  size_t digits = 0;
  for (const char32_t c : line) {
    if (IsAsciiDigit(c)) {
      ++digits;
    } else if (!text::IsSpace(c) && !IsDash(c) && c != U'-' && c != U'－' && c != U'·' &&
               c != U'/' && c != U'第' && c != U'页' && c != U'共' && c != U'P' && c != U'p' &&
               c != U'.' && c != U'~' && c != U'～' && c != U'|') {
      return false;
    }
  }
  return digits > 0 && digits <= 8 &&
         (digits <= 4 || Contains(line, U"/") || Contains(line, U"共"));
}

// Ends with a picture credit: …(记者 王乐平 摄), 本报记者 霍艳恩摄.
bool IsCredited(View line) {
  const Lexicon& lexicon = GetLexicon();
  View end = line;
  while (!end.empty() && (IsTerminal(end.back()) || IsCloser(end.back()))) {
    end.remove_suffix(1);
  }
  const size_t credit = lexicon.photo_end.SuffixOf(end);
  if (credit == 0) {
    return false;
  }
  const View tail = end.substr(end.size() - std::min<size_t>(end.size(), 40));
  return Contains(tail, U"记者") || Contains(tail, U"通讯员") || Contains(tail, U"图片") ||
         (end.size() < line.size() &&
          (tail.rfind(U'（') != View::npos || tail.rfind(U'(') != View::npos));
}

// Says what a picture shows, or who took it.
bool IsCaption(View line) {
  constexpr size_t kLongest = 400;
  return line.size() <= kLongest &&
         (GetLexicon().photo_start.PrefixOf(line) > 0 || IsCredited(line));
}

bool IsWebFurniture(View line) {
  if (line.size() > 60) {
    return false;
  }
  const Lexicon& lexicon = GetLexicon();
  View bare = line;
  while (!bare.empty() && (IsColon(bare.back()) || bare.back() == U'】' || bare.back() == U'>' ||
                           bare.back() == U'|' || text::IsSpace(bare.back()))) {
    bare.remove_suffix(1);
  }
  while (!bare.empty() && (bare.front() == U'【' || bare.front() == U'|')) {
    bare.remove_prefix(1);
  }
  if (!bare.empty() && lexicon.web_line.Contains(bare)) {
    return true;
  }
  if (lexicon.web_prefix.PrefixOf(line) > 0) {
    return true;
  }
  // 字体：大 中 小 and the like: words of the list, parted by spaces.
  size_t words = 0;
  size_t i = 0;
  while (i < line.size()) {
    const char32_t c = line[i];
    if (text::IsSpace(c) || IsColon(c) || c == U'|' || c == U'【' || c == U'】' || c == U'[' ||
        c == U']') {
      ++i;
      continue;
    }
    const size_t length = lexicon.web_line.PrefixOf(line.substr(i));
    if (length == 0) {
      return false;
    }
    ++words;
    i += length;
  }
  return words >= 2;
}

// （未完待续） …［阅读全文］ 点击查看全文 >>: what stands at the end of a line, alone or behind
// marks, where a page holds only the beginning of a text.
std::optional<Span> FindMore(View line) {
  constexpr size_t kLongest = 12;  // 80%］>>
  size_t end = line.size();
  while (end > 0 && line.size() - end < kLongest && !IsTerminal(line[end - 1]) &&
         (!IsWordCharacter(line[end - 1]) || IsAsciiDigit(line[end - 1]))) {
    --end;
  }
  const size_t word = end == 0 ? 0 : GetLexicon().more.SuffixOf(line.substr(0, end));
  if (word == 0) {
    return std::nullopt;
  }
  size_t begin = end - word;
  const char32_t partner = begin > 0 ? ClosingPartner(line[begin - 1]) : 0;
  if (IsQuotationCloser(partner)) {
    return std::nullopt;
  }
  begin -= partner != 0 ? 1u : 0u;
  size_t before = begin;
  while (before > 0 && (text::IsSpace(line[before - 1]) || line[before - 1] == U'>')) {
    --before;
  }
  // A sentence may end in the same words.
  const char32_t last = before > 0 ? line[before - 1] : 0;
  if (partner == 0 && last != 0 && !IsTerminal(last) && !IsEllipsis(last) && last != U'.') {
    return std::nullopt;
  }
  const bool alone = std::none_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(before),
                                  IsWordCharacter);
  return Span{alone ? 0 : begin, line.size()};
}

// 上一页 1 2 3 下一页 共3页: links to the pages of a text, on one line or on several.
struct Pager {
  bool turns = false;  // a page forwards or backwards
  size_t numbers = 0;  // of pages
  size_t most = 0;     // the largest of them

  // The number of pages that it tells of, 0 when it is none.
  size_t Pages() const {
    constexpr size_t kMostPages = 200;
    return turns && numbers > 0 && most >= 2 && most <= kMostPages ? most : 0;
  }
};

// Adds a line; false, with nothing added, when it holds other words.
bool AddToPager(View line, Pager* pager) {
  constexpr size_t kLongest = 60;
  constexpr size_t kMostDigits = 4;
  if (line.size() > kLongest) {
    return false;
  }
  const WordList& words = GetLexicon().pager;
  Pager read = *pager;
  for (size_t i = 0; i < line.size();) {
    if (IsAsciiDigit(line[i])) {
      size_t number = 0;
      for (size_t digits = 0; digits < kMostDigits && IsAsciiDigit(At(line, i)); ++digits, ++i) {
        number = number * 10 + (line[i] - U'0');
      }
      read.most = std::max(read.most, number);
      ++read.numbers;
    } else if (const size_t word = words.PrefixOf(line.substr(i)); word > 0) {
      const View said = line.substr(i, word);
      read.turns |= said == U"下一页" || said == U"上一页";
      i += word;
    } else if (IsWordCharacter(line[i])) {
      return false;
    } else {
      ++i;
    }
  }
  *pager = read;
  return true;
}

bool IsPager(View line) {
  Pager pager;
  return AddToPager(line, &pager) && pager.Pages() > 0;
}

// How many pages of a text are missing beside the links to them, which each page has.
size_t CountMissingPages(View folded, const std::vector<Line>& lines) {
  size_t pages = 0;
  size_t held = 0;
  Pager pager;
  const auto close = [&] {
    pages = std::max(pages, pager.Pages());
    held += pager.Pages() > 0 ? 1u : 0u;
    pager = {};
  };
  for (const Line& line : lines) {
    if (!AddToPager(folded.substr(line.begin, line.size()), &pager)) {
      close();
    }
  }
  close();
  return pages - std::min(pages, held);
}

// 来源：…: the size of the label and its colon, 0 for none.
size_t ReadLabel(const WordList& labels, View line) {
  const size_t length = labels.PrefixOf(line);
  if (length == 0) {
    return 0;
  }
  size_t at = length;
  while (at < line.size() && text::IsSpace(line[at])) {
    ++at;
  }
  // 来源：, 来源 | and 来源丨.
  const char32_t mark = At(line, at);
  return IsColon(mark) || mark == U'|' || mark == U'｜' || mark == U'丨' ? at + 1 : 0;
}

View WithoutSpaces(View line, std::u32string* held) {
  held->clear();
  std::copy_if(line.begin(), line.end(), std::back_inserter(*held),
               [](char32_t c) { return !text::IsSpace(c); });
  return *held;
}

View StripBrackets(View line) {
  if (line.size() >= 2 && ClosingPartner(line.front()) != 0 &&
      CloserShape(line.back()) == ClosingPartner(line.front())) {
    return Trim(line.substr(1, line.size() - 2));
  }
  return line;
}

// What stands at the foot of a site, and in no report: its number, its licence, who runs it. Its
// characters may be spaced.
bool IsSiteFoot(const Line& line, View text) {
  constexpr size_t kLongest = 400;
  size_t length = 0;
  std::u32string held;
  return line.size() <= kLongest && !EndsSentence(line) &&
         (ReadLabel(GetLexicon().site_label, text) > 0 ||
          GetLexicon().site_foot.FindIn(WithoutSpaces(text, &held), &length) != View::npos);
}

// 【我要纠错】责任编辑：…: what stands behind a button.
View WithoutButton(View line) {
  constexpr size_t kLongest = 12;
  const size_t close = line.substr(0, kLongest).find(U'】');
  return line.starts_with(U"【") && close != View::npos &&
                 GetLexicon().web_line.Contains(Trim(line.substr(1, close - 1)))
             ? Trim(line.substr(close + 1))
             : line;
}

// 《 人民日报 》（ 2018年03月23日 01 版）: where a page was printed.
bool IsPrintMark(View line) {
  constexpr size_t kLongest = 40;
  if (line.size() > kLongest || !line.starts_with(U"《")) {
    return false;
  }
  std::u32string held;
  const View bare = WithoutSpaces(line, &held);
  const size_t close = bare.find(U'》');
  if (close == View::npos || close + 1 >= bare.size()) {
    return false;
  }
  const View rest = bare.substr(close + 1);
  const View inner = StripBrackets(rest);
  const auto date = FindDate(inner);
  return inner.size() < rest.size() && date && date->begin == 0 && inner.ends_with(U"版");
}

// 新华社北京3月22日电 alone on its line.
bool IsWireMark(View line) {
  constexpr size_t kLongest = 24;
  const View bare = StripBrackets(line);
  return bare.size() <= kLongest && GetLexicon().wire.PrefixOf(bare) > 0 && bare.ends_with(U"日电");
}

// 阅读 (1000), 顶一下 (0) 0%: what readers did, and how often.
bool IsCounter(View line) {
  constexpr size_t kLongest = 40;
  const WordList& words = GetLexicon().counter;
  if (line.size() > kLongest) {
    return false;
  }
  bool counted = false;
  for (size_t i = 0; i < line.size();) {
    const size_t word = words.PrefixOf(line.substr(i));
    if (word == 0) {
      return false;
    }
    i += word;
    while (i < line.size() && (IsAsciiDigit(line[i]) || !IsWordCharacter(line[i])) &&
           !IsTerminal(line[i])) {
      counted |= IsAsciiDigit(line[i]);
      ++i;
    }
  }
  return counted;
}

// Where 作 stands in a line that says that somebody gives a report (张工作政府工作报告), npos in
// others. 政府工作报告 alone is a title.
size_t FindReporting(View line) {
  for (size_t i = line.find(U'作'); i != View::npos; i = line.find(U'作', i + 1)) {
    const View rest = line.substr(i + 1);
    if ((i == 0 || line[i - 1] != U'工') &&
        (rest.starts_with(U"报告") || rest.starts_with(U"工作报告") ||
         rest.starts_with(U"政府工作报告"))) {
      return i;
    }
    if (i > 0 && line[i - 1] == U'工' && rest.starts_with(U"政府工作报告")) {
      return i;  // 张工作政府工作报告
    }
  }
  return View::npos;
}

View WithoutFinalMark(View line) {
  while (!line.empty() && (IsTerminal(line.back()) || IsColon(line.back()))) {
    line.remove_suffix(1);
  }
  return line;
}

// （本报记者 张三 李四 整理）: who wrote it down for a paper, alone in brackets.
bool IsReporterLine(View line) {
  constexpr size_t kLongest = 40;
  const View inner = StripBrackets(line);
  if (inner.size() == line.size() || inner.size() > kLongest ||
      std::any_of(inner.begin(), inner.end(), IsTerminal)) {
    return false;
  }
  return Contains(inner, U"记者") || Contains(inner, U"通讯员") ||
         (GetLexicon().wire.PrefixOf(inner) > 0 && !Contains(inner, U"报告"));
}

// 附件：….docx: the name of a file, which a page offers.
bool IsFileName(View line) {
  constexpr size_t kLongest = 100;
  return line.size() <= kLongest && GetLexicon().file_end.SuffixOf(StripBrackets(line)) > 0;
}

// 名词解释, 《政府工作报告》注释, 附件2：有关用语和案件的说明: what stands above explanations.
bool IsGlossaryHead(View line) {
  constexpr size_t kLongest = 50;
  constexpr size_t kLongestEnd = 14;
  constexpr View kNotes[] = {U"注释", U"注解", U"释义"};
  constexpr View kLast = U"释明解义表";  // most lines end with none of these
  size_t last = line.size();
  if (line.size() <= kLongest && !line.empty() && CloserShape(line.back()) == U'）') {
    last = line.find_last_of(U"（(");
    last = last == View::npos || last == 0 ? line.size() : last;
  }
  while (last > 0 && !IsWordCharacter(line[last - 1])) {
    --last;
  }
  if (line.size() > kLongest || last == 0 || kLast.find(line[last - 1]) == View::npos ||
      ReadMarker(line)) {
    return false;
  }
  const Lexicon& lexicon = GetLexicon();
  std::u32string held;
  View bare = WithoutFinalMark(StripBrackets(WithoutSpaces(line, &held)));
  // 名词解释（按出现先后排序）
  if (!bare.empty() && CloserShape(bare.back()) == U'）') {
    if (const size_t open = bare.find_last_of(U"（("); open != View::npos && open > 0) {
      bare = bare.substr(0, open);
    }
  }
  if (bare.starts_with(U"附件") || bare.starts_with(U"附录") || bare.starts_with(U"附表")) {
    bare.remove_prefix(2);
    while (!bare.empty() &&
           (IsAsciiDigit(bare.front()) || HanDigit(bare.front()) >= 0 || IsColon(bare.front()))) {
      bare.remove_prefix(1);
    }
  }
  bare = StripBrackets(bare);
  bool titled = false;
  if (const size_t close = bare.find(U'》'); bare.starts_with(U"《") && close != View::npos) {
    bare.remove_prefix(close + 1);
    titled = true;
  }
  const size_t end = lexicon.glossary_end.SuffixOf(bare);
  if (end == 0 || std::any_of(bare.begin(), bare.end(), [](char32_t c) {
        return IsTerminal(c) || c == U'，' || IsSemicolon(c);
      })) {
    return false;
  }
  const View before = bare.substr(0, bare.size() - end);
  const bool notes = std::find(std::begin(kNotes), std::end(kNotes), bare.substr(before.size())) !=
                     std::end(kNotes);
  size_t length = 0;
  return lexicon.glossary_word.FindIn(bare, &length) != View::npos ||
         (titled && notes && bare.size() <= kLongestEnd) || (notes && before.ends_with(U"报告"));
}

// 表1 …, 图2-1：…, 附表三　…, 表1…情况表: what stands above or below a table or a chart.
bool IsFloatCaption(View line) {
  constexpr size_t kLongest = 60;
  if (line.size() > kLongest || line.size() < 3) {
    return false;
  }
  size_t at = line.front() == U'附' ? 1 : 0;
  if (line[at] != U'表' && line[at] != U'图') {
    return false;
  }
  ++at;
  while (at < line.size() && text::IsSpace(line[at])) {
    ++at;
  }
  const size_t number = at;
  while (at < line.size() && (IsAsciiDigit(line[at]) || HanDigit(line[at]) >= 0)) {
    ++at;
  }
  if (at == number) {
    return false;
  }
  while (at + 1 < line.size() && (line[at] == U'-' || line[at] == U'.' || IsDash(line[at])) &&
         IsAsciiDigit(line[at + 1])) {
    ++at;
    while (at < line.size() && IsAsciiDigit(line[at])) {
      ++at;
    }
  }
  return at == line.size() || text::IsSpace(line[at]) || IsColon(line[at]) ||
         IsFullStopDot(line[at]) ||
         (line[at] == U'、' && At(line, at + 1) != U'表' && At(line, at + 1) != U'图') ||
         (text::IsHan(line[at]) && (line.back() == U'表' || line.back() == U'图') &&
          line.find_first_of(U"，。；") == View::npos);
}

// 单位：亿元, alone or in brackets: what the figures of a table are counted in.
bool IsTableUnit(View line) {
  constexpr size_t kLongest = 24;
  constexpr size_t kLongestUnit = 8;
  const View inner = StripBrackets(line);
  const size_t label = inner.size() <= kLongest ? ReadLabel(GetLexicon().table_label, inner) : 0;
  return label > 0 && inner.size() - label <= kLongestUnit;
}

// The cells of a row of a table that was pasted as text.
struct Row {
  size_t cells = 0;
  size_t numbers = 0;   // cells behind the first that hold a digit or a dash alone
  size_t figures = 0;   // cells behind the first that hold a figure and little else
  bool tabs = false;    // what parts the cells is a tab or a bar
  bool framed = false;  // the line begins with a bar
  bool sign = false;    // the sign of an item stands before the first
  bool digits = false;  // a cell holds one
  bool even = true;     // all cells are as long as each other, as those of a slogan are

  explicit operator bool() const { return cells > 0; }
  // Says by itself that it is one.
  bool sure() const { return framed || (cells >= 3 && (tabs || numbers * 3 >= (cells - 1) * 2)); }
};

// 6%左右, -3.2, 1.2万人, ——: a figure with its unit, or what stands for one.
bool IsFigureCell(View cell) {
  constexpr size_t kMostWords = 4;
  size_t digits = 0;
  size_t words = 0;
  for (const char32_t c : cell) {
    digits += IsAsciiDigit(c) ? 1u : 0u;
    words += IsWordCharacter(c) && !IsAsciiDigit(c) ? 1u : 0u;
  }
  return digits > 0 ? words <= kMostWords : words == 0;
}

// What an item of a list begins with, and nothing else: a marker, dashes, or one sign of any font.
bool IsListSign(View cell) {
  // What stands behind its marker tells 1. from a numeral.
  if (!cell.empty() && IsAsciiDigit(cell.front()) && !IsAsciiDigit(cell.back())) {
    return ReadMarker(std::u32string(cell) + U'字').text == cell.size();
  }
  return !cell.empty() && !IsAsciiDigit(cell.back()) &&
         (std::none_of(cell.begin(), cell.end(), IsWordCharacter) ||
          (cell.size() == 1 && !text::IsHan(cell.front())) || ReadMarker(cell).text == cell.size());
}

bool IsBar(char32_t c) { return c == U'|' || c == U'｜' || c == U'│' || c == U'┃'; }

Row ReadRow(View line) {
  constexpr size_t kLongest = 200;
  constexpr size_t kLongestCell = 20;
  Row row;
  if (line.size() > kLongest || line.find_first_of(U" \t\u3000\u00A0|｜│┃") == View::npos) {
    return {};
  }
  const bool bars = std::count_if(line.begin(), line.end(), IsBar) >= 2;
  row.framed = bars && IsBar(line.front());
  row.tabs = bars || line.find(U'\t') != View::npos;
  const auto parts = [&](char32_t c) {
    return bars ? IsBar(c) : row.tabs ? c == U'\t' : text::IsSpace(c);
  };
  size_t size = 0;  // of the cell before
  for (size_t i = 0; i < line.size();) {
    size_t end = i;
    bool digit = false;
    bool words = false;
    while (end < line.size() && !parts(line[end])) {
      const char32_t c = line[end];
      if (IsTerminal(c) || IsSemicolon(c) || c == U'，') {
        return {};
      }
      digit |= IsAsciiDigit(c);
      words |= IsWordCharacter(c) && !IsAsciiDigit(c);
      ++end;
    }
    // The sign before an item of a list is no cell: 1.<TAB>新建学校6所, ●<TAB>….
    const bool sign = row.tabs && row.cells == 0 && IsListSign(line.substr(0, end));
    row.sign |= sign;
    if (end > i && !sign) {
      row.digits |= digit;
      row.even &= row.cells == 0 || end - i == size;
      size = end - i;
      if (!row.tabs && end - i > kLongestCell) {
        return {};
      }
      ++row.cells;
      row.numbers += row.cells > 1 && (digit || !words) ? 1u : 0u;
      row.figures += row.cells > 1 && IsFigureCell(line.substr(i, end - i)) ? 1u : 0u;
    }
    i = end + 1;
  }
  // 一、<TAB>总体要求 is a heading.
  const Marker marker = ReadMarker(line);
  if (row.cells < 2 || (marker && !row.sign && row.numbers == 0)) {
    return {};
  }
  return row;
}

// Whether somebody speaks: 我们, 大家, 同志们. 我市 and 我国 are said by all.
bool SpeaksToAudience(View line) {
  constexpr View kOfAll = U"国省市区县州盟旗镇乡村军党社院校局厅部委方";
  for (size_t i = line.find(U'我'); i != View::npos; i = line.find(U'我', i + 1)) {
    const char32_t next = At(line, i + 1);
    if (next == 0 || kOfAll.find(next) == View::npos) {
      return true;
    }
  }
  constexpr View kAudience[] = {U"大家", U"咱们", U"同志们", U"各位", U"诸位", U"你们", U"朋友们"};
  return std::any_of(std::begin(kAudience), std::end(kAudience),
                     [&](View word) { return Contains(line, word); });
}

// Nothing but what FindMore finds.
bool IsMore(View line) {
  const std::optional<Span> more = FindMore(line);
  return more.has_value() && more->begin == 0;
}

bool CallsOut(const Line& line) { return line.last_mark == U'！' || line.last_mark == U'!'; }

// 谢谢大家, also without a mark.
bool IsThanks(View line) {
  constexpr size_t kLongest = 12;
  return line.size() <= kLongest && (line.starts_with(U"谢谢") || line.starts_with(U"謝謝"));
}

class Classifier {
 public:
  // `set_notes` are notes that the format of the source tells, which are not among the lines.
  Classifier(View source, View folded, const std::vector<Line>& lines, Checkpoints* checkpoints,
             const std::vector<View>& set_notes = {})
      : source_(source),
        folded_(folded),
        lines_(lines),
        checkpoints_(checkpoints),
        kinds_(lines.size(), BlockKind::kBody) {
    for (const View note : set_notes) {
      // [1] says by itself that it is a mark.
      const NoteLead::Form form = ReadNoteLead(note).form;
      if (form == NoteLead::Form::kLabel || form == NoteLead::Form::kStar ||
          (form == NoteLead::Form::kMark && ClosingPartner(note.front()) == 0)) {
        AddPrintedNote(note, &printed_);
      }
    }
  }

  Classified Run() {
    using Pass = void (Classifier::*)();
    constexpr Pass kPasses[] = {&Classifier::FindLetter,       &Classifier::MarkContents,
                                &Classifier::FindHead,         &Classifier::ReadHead,
                                &Classifier::MarkBody,         &Classifier::MarkOutside,
                                &Classifier::MarkTables,       &Classifier::MarkTail,
                                &Classifier::MarkPageTail,     &Classifier::MarkUnheaded,
                                &Classifier::MarkSignature,    &Classifier::MarkBelowClosing,
                                &Classifier::FindSecondReport, &Classifier::MarkSpeakers,
                                &Classifier::MarkNotes,        &Classifier::Emit};
    for (const Pass pass : kPasses) {
      if (checkpoints_ != nullptr && !checkpoints_->Check().ok()) {
        break;
      }
      (this->*pass)();
    }
    return std::move(result_);
  }

 private:
  View Folded(size_t i) const {
    return folded_.substr(lines_[i].begin, lines_[i].end - lines_[i].begin);
  }
  View Printed(size_t i) const {
    return source_.substr(lines_[i].begin, lines_[i].end - lines_[i].begin);
  }
  std::string Utf8(size_t i, size_t begin, size_t end) const {
    return text::ToUtf8(
        Trim(Printed(i).substr(begin, std::min(end - begin, limits::kMaxMetadataCodePoints))));
  }

  bool IsParagraph(size_t i) const {
    const Line& line = lines_[i];
    return line.size() >= kMinParagraph && (EndsClosed(line) || line.inner_stop) &&
           !IsCaption(Folded(i)) && ReadLabel(GetLexicon().source_label, Folded(i)) == 0;
  }

  // …会议上讲话 is the name of …会议上的讲话, too.
  static std::u32string WithoutParticles(View text) {
    std::u32string rest;
    std::copy_if(text.begin(), text.end(), std::back_inserter(rest),
                 [](char32_t c) { return c != U'的' && !text::IsSpace(c); });
    return rest;
  }

  // The name of what is sent out in a line 某市人民政府关于印发《某市…纲要》的通知, without spaces
  // and particles; empty for other lines.
  static std::u32string NameOfEnclosed(View line) {
    constexpr View kVerbs[] = {U"印发", U"转发", U"批转", U"发布", U"公布", U"下发"};
    constexpr size_t kShortest = 6;
    std::u32string held;
    const View bare = WithoutFinalMark(WithoutSpaces(line, &held));
    const size_t about = bare.find(U"关于");
    if (about == View::npos || !(bare.ends_with(U"的通知") || bare.ends_with(U"的函") ||
                                 bare.ends_with(U"的公告") || bare.ends_with(U"的批复"))) {
      return {};
    }
    for (const View verb : kVerbs) {
      if (bare.substr(about + 2, verb.size()) != verb) {
        continue;
      }
      const View rest = bare.substr(about + 2 + verb.size());
      View name = rest.substr(0, rest.rfind(U'的'));
      if (const size_t open = rest.find(U'《'); open != View::npos) {
        const size_t close = rest.rfind(U'》');
        name = close != View::npos && close > open ? rest.substr(open + 1, close - open - 1) : name;
      }
      return name.size() >= kShortest ? WithoutParticles(name) : std::u32string();
    }
    return {};
  }

  // A letter by which a text is sent out stands above it: 关于印发《…》的通知, to whom, a sentence
  // or more, who signs and when. The text begins with its name.
  void FindLetter() {
    constexpr size_t kMostTitleLines = 3;
    const size_t most = std::min(lines_.size(), kMaxHeadLines);
    std::u32string name;
    size_t title = 0;
    size_t title_end = 0;
    for (; title < most && name.empty(); ++title) {
      if (!Contains(Folded(title), U"关于") || lines_[title].size() > kMaxTitleLine) {
        continue;
      }
      for (size_t n = 1; n <= kMostTitleLines && title + n <= most && name.empty(); ++n) {
        name = NameOfEnclosed(Join(title, n, folded_));
        title_end = title + n;
      }
    }
    if (name.empty()) {
      return;
    }
    --title;
    bool said = false;  // the letter says something
    std::optional<FoundDate> day;
    for (size_t i = title_end; i < most; ++i) {
      const View line = Folded(i);
      // The name may have two lines, and the place before it may be missing in one of both.
      for (size_t n = 1; said && n <= 2 && i + n <= most && !IsAttachmentMark(line); ++n) {
        const std::u32string both = WithoutParticles(Join(i, n, folded_));
        const View words = both;
        const bool same =
            words == name ||
            (words.size() * 3 >= name.size() * 2 && View(name).ends_with(words) &&
             day.has_value()) ||
            (name.size() * 3 >= words.size() * 2 && words.ends_with(name) && day.has_value());
        if (same && i + n < lines_.size()) {
          letter_end_ = i;
          std::fill(kinds_.begin(), kinds_.begin() + static_cast<std::ptrdiff_t>(i),
                    BlockKind::kNote);
          result_.letter.head = static_cast<int>(title);
          for (size_t j = title_end; j < i; ++j) {
            result_.letter.characters += lines_[j].size();
          }
          if (day) {
            result_.metadata.publication.issue_date = day->day;
          }
          return;
        }
      }
      said |= EndsSentence(lines_[i]);
      if (const auto date = FindDate(line); date && line.size() - (date->end - date->begin) <= 2) {
        day = date;
      }
    }
  }

  // Lines of a table of contents: after a line 目录, lines that the text repeats.
  void MarkContents() {
    const size_t most = std::min(lines_.size(), kMaxHeadLines);
    size_t head = most;
    for (size_t i = letter_end_; i < most && head == most; ++i) {
      std::u32string bare;
      for (const char32_t c : Folded(i).substr(0, 12)) {
        if (!text::IsSpace(c)) {
          bare.push_back(c);
        }
      }
      if (bare == U"目录" || bare == U"目次" || bare == U"contents") {
        head = i;
      }
    }
    if (head == most) {
      return;
    }
    std::unordered_map<size_t, size_t> last;  // hash of an entry's words -> its last line
    for (size_t i = head + 1; i < lines_.size(); ++i) {
      if (lines_[i].size() <= kMaxTitleLine) {
        last[EntryHash(i)] = i;
      }
    }
    kinds_[head] = BlockKind::kWebFurniture;
    for (size_t i = head + 1;
         i < lines_.size() && lines_[i].size() <= kMaxTitleLine && !BeginsWithSalutation(Folded(i));
         ++i) {
      const bool leader =
          Contains(Folded(i), U"……") || Contains(Folded(i), U"....") || Contains(Folded(i), U"··");
      if (!leader && last[EntryHash(i)] == i) {
        break;
      }
      kinds_[i] = BlockKind::kWebFurniture;
      contents_end_ = i + 1;
    }
  }

  // The words of an entry without leaders and page number.
  size_t EntryHash(size_t i) const {
    std::u32string words;
    View line = Folded(i);
    while (!line.empty() &&
           (IsAsciiDigit(line.back()) || text::IsSpace(line.back()) || IsEllipsis(line.back()) ||
            IsDash(line.back()) || IsCloser(line.back()) || line.back() == U'.' ||
            line.back() == U'-' || line.back() == U'–' || line.back() == U'~' ||
            line.back() == U'·' || line.back() == U'(' || line.back() == U'（')) {
      line.remove_suffix(1);
    }
    for (const char32_t c : line) {
      if (!text::IsSpace(c)) {
        words.push_back(c);
      }
    }
    return std::hash<std::u32string>()(words);
  }

  // Where the speech begins.
  void FindHead() {
    const size_t most = std::min(lines_.size(), kMaxHeadLines);
    size_t first_paragraph = lines_.size();
    size_t first_marker = lines_.size();
    size_t paragraphs = 0;
    size_t below = 0;  // sentences below the first marker
    size_t sentences = 0;
    size_t first_sentence = lines_.size();
    bool last_words = false;  // are the first ones to the audience
    constexpr size_t kFewestSentences = 2;
    constexpr size_t kManySentences = 4;
    constexpr uint32_t kShortestSentence = 10;
    for (size_t i = std::max(contents_end_, letter_end_); i < most; ++i) {
      const View line = Folded(i);
      if (BeginsWithSalutation(line)) {
        const bool reports = Contains(line, U"代表") && Contains(line, U"报告");
        const View next = i + 1 < lines_.size() ? Folded(i + 1).substr(0, 200) : View();
        const bool next_reports =
            (Contains(next, U"我代表") || Contains(next, U"我受") || Contains(next, U"向大会") ||
             Contains(next, U"作报告") || Contains(next, U"报告工作"));
        // Words to the audience that go on in their line may be the last ones of a text.
        const size_t shortest =
            line.find_first_of(U"，,") == View::npos ? kShortestClosing : kShortestSentence;
        // So may those on a line of their own, below as much speech as no head has.
        const bool late =
            (sentences >= kManySentences || below >= kManySentences) && !reports && !next_reports;
        const bool goes_on = (lines_[i].size() > shortest || late) && !IsColonEnd(line);
        if (goes_on && paragraphs == 0 && sentences >= kManySentences &&
            first_marker == lines_.size()) {
          last_words = true;
          break;
        }
        if (paragraphs == 0 || ((reports || next_reports) && paragraphs <= kMaxHeadParagraphs)) {
          const bool right_above = first_marker + 1 == i;  // 壹、前言
          const bool begun = goes_on && below >= kFewestSentences;
          head_end_ = right_above || begun || (first_marker < i && paragraphs > 0 && !next_reports)
                          ? first_marker
                          : i;
          has_salutation_ = !begun;
          begins_report_ = reports || next_reports;
          return;
        }
      }
      if (EndsSentence(lines_[i])) {
        first_sentence = std::min(first_sentence, i);
        ++sentences;
      }
      below += first_marker < i && EndsSentence(lines_[i]) ? 1u : 0u;
      if (paragraphs == 0 && AddressesAll(line)) {
        head_end_ = std::min(first_marker, i);
        has_salutation_ = head_end_ == i;
        return;
      }
      const bool leads =
          paragraphs == 0 && (IsLead(i) || (i + 1 < most && lines_[i + 1].size() < kMinParagraph &&
                                            IsColonEnd(Folded(i + 1)) && IsLead(i + 1)));
      if (IsParagraph(i) && !leads) {
        if (paragraphs == 0) {
          first_paragraph = i;
        }
        ++paragraphs;
      }
      const Marker marker = ReadMarker(line);
      const bool numbered =
          marker.family == MarkerFamily::kArabic && marker.number == 1 && EndsSentence(lines_[i]);
      const bool first_part =
          (marker.family == MarkerFamily::kRoman || marker.family == MarkerFamily::kFormalHan) &&
          marker.number == 1;
      if (first_marker == lines_.size() && ((IsStrongFamily(marker.family) && marker.number <= 2) ||
                                            first_part || numbered || NamesOpeningPart(line))) {
        first_marker = i;
      }
    }
    if (last_words && first_paragraph == lines_.size()) {
      first_paragraph = first_sentence;
    }
    head_end_ = std::min(first_paragraph, first_marker);
    if (head_end_ == lines_.size()) {
      head_end_ = 0;
    }
    // What looks like a paragraph may be a later line of one that is wrapped: full lines above lead
    // up to its first, which is indented.
    constexpr uint32_t kSlack = 6;
    const auto is_full = [&](const Line& line) {
      const Line& paragraph = lines_[first_paragraph];
      return line.columns + line.indent + kSlack >= paragraph.columns + paragraph.indent;
    };
    for (size_t i = head_end_; head_end_ == first_paragraph && i > contents_end_ &&
                               !lines_[i].gap_before && is_full(lines_[i - 1]);
         --i) {
      const Line& above = lines_[i - 1];
      if (above.indent >= 2 && above.indent > lines_[head_end_].indent) {
        head_end_ = i - 1;
        break;
      }
      if (EndsClosed(above) || above.indent != lines_[head_end_].indent) {
        break;
      }
    }
  }

  // One line of the head; kBody when its shape says nothing.
  BlockKind JudgeHeadLine(size_t i) {
    constexpr size_t kLongestDay = 10;
    constexpr size_t kLongestName = 4;
    const Lexicon& lexicon = GetLexicon();
    const View line = Folded(i);
    Metadata& metadata = result_.metadata;
    if (!lines_[i].has_word || IsWebFurniture(line)) {
      return BlockKind::kWebFurniture;
    }
    if (IsPageNumber(line) && !FindDate(line)) {
      return BlockKind::kPageNumber;
    }
    if (IsAddressOfPage(line)) {
      return BlockKind::kWebFurniture;
    }
    if (IsDocumentNumber(line)) {
      return BlockKind::kNote;
    }
    // Steps of a breadcrumb stand beside lines of > alone.
    const auto is_step = [&](size_t j) {
      return j < head_end_ && (Folded(j) == U">" || Folded(j) == U"》" || Folded(j) == U"»");
    };
    if (is_step(i + 1) || (i > 0 && is_step(i - 1))) {
      return BlockKind::kWebFurniture;
    }
    if (Contains(line, U">") && line.size() < kMaxTitleLine) {
      return BlockKind::kWebFurniture;
    }
    if (IsCaption(line)) {
      return BlockKind::kCaption;
    }
    if (const size_t label = ReadLabel(lexicon.source_label, line); label > 0) {
      TakePaper(i, label);
      source_label_ = metadata.publication.paper.empty() ? i : lines_.size();
      if (const auto date = FindDate(line)) {
        metadata.publication.issue_date = date->day;
      }
      return BlockKind::kNote;
    }
    if (source_label_ + 1 == i && line.size() < 20) {
      metadata.publication.paper = Utf8(i, 0, line.size());
      return BlockKind::kNote;
    }
    if (const size_t label = ReadLabel(lexicon.date_label, line); label > 0) {
      if (const auto date = FindDate(line); date && IsBesideMeetingLabel(i)) {
        TakeDate(date->day, DateShape::kOccasion);
      } else if (date) {
        metadata.publication.issue_date = date->day;
      } else if (label == line.size()) {
        date_label_ = i;
      }
      // 发布时间：… 来源：…
      for (size_t at = label; at < line.size() && metadata.publication.paper.empty(); ++at) {
        const size_t source =
            text::IsSpace(line[at - 1]) ? ReadLabel(lexicon.source_label, line.substr(at)) : 0;
        if (source > 0) {
          TakePaper(i, at + source);
        }
      }
      return BlockKind::kDateline;
    }
    if (ReadLabel(lexicon.editor_label, line) > 0) {
      return BlockKind::kNote;
    }
    if (const size_t label = ReadLabel(lexicon.meeting_label, line); label > 0) {
      several_speakers_ |= lexicon.several_speakers.PrefixOf(line) > 0;
      return BlockKind::kNote;
    }
    if (TakeWrappedBracket(i)) {
      return kinds_[i];
    }
    const bool dashed =
        IsDash(line.front()) || line.starts_with(U"--") || line.starts_with(U"－－");
    // 李明远：在某某会议上的讲话
    if (const size_t colon = line.substr(0, kLongestName + 1).find_first_of(U"：:");
        colon != View::npos && At(line, colon + 1) == U'在' &&
        IsPersonName(line.substr(0, colon), false) && metadata.speaker.empty()) {
      if (const size_t on = line.rfind(U"上的");
          on != View::npos && on > colon + 2 &&
          (line.ends_with(U"讲话") || line.ends_with(U"报告"))) {
        TakeSpeaker(Printed(i).substr(0, colon));
        metadata.event = Utf8(i, colon + 2, on);
        return BlockKind::kBody;
      }
    }
    if (const auto occasion = ReadOccasion(line)) {
      // …会议上的 / 工作报告
      const std::u32string both = GoesOnBelow(i) ? Join(i, 2, folded_) : std::u32string();
      if (const auto longer = ReadOccasion(both); longer && longer->end == both.size()) {
        TakeOccasion(i, 2, *longer);
        kinds_[i + 1] = BlockKind::kSubtitle;
        judged_ = i + 2;
      } else {
        TakeOccasion(i, 1, *occasion);
      }
      return BlockKind::kSubtitle;
    }
    if (TakeWrappedOccasion(i)) {
      return BlockKind::kSubtitle;
    }
    if (const BlockKind dated = TakeDatedByline(i); dated != BlockKind::kBody) {
      return dated;
    }
    // 某市议会第14届第2次定期大会, right above 市长施政报告.
    if (i + 1 < head_end_ && NamesSession(line) && metadata.event.empty() &&
        lines_[i + 1].size() <= kMaxTitleLine &&
        (Folded(i + 1).ends_with(U"报告") || Folded(i + 1).ends_with(U"讲话")) &&
        !Contains(Folded(i + 1), U"在")) {
      metadata.event = Utf8(i, 0, line.size());
      return BlockKind::kSubtitle;
    }
    if (i > letter_end_ && kinds_[i - 1] == BlockKind::kBody && !lines_[i - 1].page_break_before &&
        (Contains(Folded(i - 1), U"报告") || Contains(Folded(i - 1), U"讲话")) &&
        NamesSession(StripBrackets(line)) && metadata.event.empty()) {
      metadata.event = Utf8(i, 0, line.size());
      return BlockKind::kSubtitle;
    }
    if (const auto byline = ReadByline(line)) {
      TakeByline(i, *byline);
      return BlockKind::kByline;
    }
    if (const View inner = StripBrackets(line); inner.size() < line.size()) {
      const auto at = static_cast<size_t>(inner.data() - line.data());
      if (const auto byline = ReadByline(inner)) {
        TakeByline(i, {byline->office_begin + at, byline->office_end + at, byline->name_begin + at,
                       byline->name_end + at});
        return BlockKind::kByline;
      }
      if (IsMonth(inner)) {
        return BlockKind::kDateline;
      }
    }
    if (dashed && i > 0 && lines_[i].size() <= kMaxTitleLine) {
      const Marker marker = ReadMarker(line);
      if (metadata.subtitle.empty()) {
        metadata.subtitle = Utf8(i, marker.text, line.size());
      }
      return BlockKind::kSubtitle;
    }
    if (lexicon.wire.PrefixOf(line) > 0 &&
        (Contains(line, U"电") || Contains(line, U"讯") || line.size() < 20)) {
      return BlockKind::kDateline;
    }
    if (IsPublicationLine(i)) {
      return TakePublicationLine(i);
    }
    if (const auto date = FindDate(line)) {
      const View inner = StripBrackets(line);
      const size_t rest = inner.size() - std::min(inner.size(), date->end - date->begin);
      if (date_label_ + 1 == i && i > 0) {
        metadata.publication.issue_date = date->day;
        return BlockKind::kDateline;
      }
      if (rest <= 8 || (inner.size() < line.size() && line.size() <= kMaxTitleLine)) {
        TakeDate(date->day, inner.find(U'年') != View::npos || Contains(inner, U"民国")
                                ? DateShape::kWritten
                                : DateShape::kDigits);
        return BlockKind::kDateline;
      }
    }
    if (const View inner = StripBrackets(line); inner.size() <= kLongestDay) {
      // 1月15日 and 2024年1月, alone on their lines.
      if (const auto day = ReadDayOfYear(inner); day && day->end == inner.size()) {
        day_of_year_ = day;
        return BlockKind::kDateline;
      }
      if (IsMonth(inner)) {
        return BlockKind::kDateline;
      }
    }
    if (StripBrackets(line).size() < line.size()) {
      if (ClosingPartner(line.front()) == U'”' || ClosingPartner(line.front()) == U'」') {
        unnamed_.insert(i);
      }
      return BlockKind::kNote;
    }
    const View bare = WithoutFinalMark(line);
    if (lexicon.masthead_end.SuffixOf(bare) > 0 && lines_[i].size() <= kMaxTitleLine) {
      return BlockKind::kMasthead;
    }
    if (lexicon.banner_start.PrefixOf(line) > 0 && lines_[i].size() <= kMaxBanner &&
        !GoesOnAbove(i)) {
      return BlockKind::kBanner;
    }
    TakeLeadSentence(i);
    // A caption without a credit: 张工作政府工作报告。 The rest of …常务委员会工 is none.
    const bool rest = i > letter_end_ && line.front() == U'作' &&
                      kinds_[i - 1] == BlockKind::kBody && Folded(i - 1).back() == U'工';
    if (!line.starts_with(U"关于") && lines_[i].size() <= kMaxTitleLine && !rest &&
        !SpeaksToAudience(line) && FindReporting(line) != View::npos) {
      return BlockKind::kCaption;
    }
    if (ReadLabel(lexicon.editor_note, WithoutButton(line)) > 0 ||
        lexicon.editor_note.Contains(StripBrackets(line))) {
      return BlockKind::kNote;
    }
    if (IsParagraph(i)) {
      unnamed_.insert(i);
      return BlockKind::kNote;
    }
    return BlockKind::kBody;
  }

  // What a date in the head is written like, the surest sign of the day of a speech last.
  enum class DateShape { kNone, kDigits, kWritten, kOccasion };

  // The first of the surest dates is the speech's. One that gives way to it is when a page
  // appeared.
  void TakeDate(absl::CivilDay day, DateShape shape) {
    Metadata& metadata = result_.metadata;
    if (shape <= date_shape_) {
      return;
    }
    if (metadata.date && metadata.date != day && !metadata.publication.issue_date) {
      metadata.publication.issue_date = metadata.date;
    }
    metadata.date = day;
    date_shape_ = shape;
  }

  // Where the label 来源： ends in a line that has it behind something else, 0 for none.
  static size_t InnerSourceLabel(View line) {
    for (size_t at = 1; at < line.size(); ++at) {
      const size_t label =
          IsWordCharacter(line[at - 1]) ? 0 : ReadLabel(GetLexicon().source_label, line.substr(at));
      if (label > 0) {
        return at + label;
      }
    }
    return 0;
  }

  // 2018-03-22 17:24:31 来源：新华网, a day beside the time or the source of a page: when it
  // appeared. The time and the source may have lines of their own.
  bool IsPublicationLine(size_t i) const {
    constexpr size_t kLongestTime = 12;
    const View line = Folded(i);
    const auto date = FindDate(line);
    if (!date || line.size() > kMaxTitleLine || EndsSentence(lines_[i])) {
      return false;
    }
    const auto is_time = [&](size_t j) {
      return j < head_end_ && lines_[j].size() <= kLongestTime && HasTimeOfDay(Folded(j));
    };
    const auto is_source = [&](size_t j) {
      return j < head_end_ && ReadLabel(GetLexicon().source_label, Folded(j)) > 0;
    };
    const bool digits = !Contains(line.substr(date->begin, date->end - date->begin), U"年");
    return HasTimeOfDay(line.substr(date->end)) || InnerSourceLabel(line) > 0 || is_time(i + 1) ||
           (digits && (is_source(i + 1) || (i > 0 && is_source(i - 1))));
  }

  // What stands before the day may be the title.
  BlockKind TakePublicationLine(size_t i) {
    constexpr size_t kLongestLabel = 3;  // 发表于
    const Lexicon& lexicon = GetLexicon();
    const View line = Folded(i);
    const FoundDate date = *FindDate(line);
    result_.metadata.publication.issue_date = date.day;
    if (const size_t label = InnerSourceLabel(line); label > 0) {
      TakePaper(i, label);
    }
    const View before = Trim(line.substr(0, date.begin));
    if (before.size() <= kLongestLabel || lexicon.wire.PrefixOf(before) > 0 ||
        lexicon.masthead_end.SuffixOf(before) > 0) {
      return BlockKind::kDateline;
    }
    // 某某发布 2023-02-06 18:00: whose page it is.
    constexpr size_t kLongestName = 12;
    if (HasTimeOfDay(line.substr(date.end)) && before.size() <= kLongestName &&
        !Contains(before, U"报告") && !Contains(before, U"讲话") && IsBelowTitle(i)) {
      return BlockKind::kMasthead;
    }
    splits_[i] = {date.begin, date.begin, BlockKind::kDateline};
    return BlockKind::kBody;
  }

  // Whether a line of the head stands below one that may be the title.
  bool IsBelowTitle(size_t i) const {
    for (size_t j = letter_end_; j < i; ++j) {
      const View line = Folded(j);
      if (lines_[j].size() <= kMaxTitleLine && !EndsSentence(lines_[j]) &&
          (kinds_[j] == BlockKind::kSubtitle ||
           (kinds_[j] == BlockKind::kBody &&
            (Contains(line, U"报告") || Contains(line, U"讲话"))))) {
        return true;
      }
    }
    return false;
  }

  // A line of the head up to what is split off it.
  View UpToSplit(size_t i) const {
    const auto split = splits_.find(i);
    return Trim(Folded(i).substr(0, split == splits_.end() ? View::npos : split->second.first_end));
  }

  // The word behind the label 来源：, which ends at `label`.
  void TakePaper(size_t i, size_t label) {
    const View line = Folded(i);
    size_t end = label;
    while (end < line.size() && text::IsSpace(line[end])) {
      ++end;
    }
    while (end < line.size() && !text::IsSpace(line[end]) && line[end] != U'【' &&
           line[end] != U'|') {
      ++end;
    }
    result_.metadata.publication.paper = Utf8(i, label, end);
  }

  void TakeByline(size_t i, const Byline& byline) {
    Metadata& metadata = result_.metadata;
    if (!metadata.speaker.empty() || several_speakers_) {
      return;
    }
    TakeSpeaker(Printed(i).substr(byline.name_begin, byline.name_end - byline.name_begin));
    metadata.office = Utf8(i, byline.office_begin, byline.office_end);
  }

  void TakeSpeaker(View name) {
    std::u32string speaker;
    for (const char32_t c : name) {
      if (!text::IsSpace(c)) {
        speaker.push_back(c);
      }
    }
    // 何平同志
    constexpr size_t kComrade = 2;
    if (speaker.ends_with(U"同志") && speaker.size() >= 2 * kComrade) {
      speaker.resize(speaker.size() - kComrade);
    }
    result_.metadata.speaker = text::ToUtf8(speaker);
  }

  // 2026年1月9日，在某区第九届人民代表大会第三次会议上，区长李明远作政府工作报告。全文如下： the
  // day, and who spoke, of a sentence above the speech that leads up to it.
  void TakeLeadSentence(size_t i) {
    constexpr size_t kLongest = 160;
    const View line = Folded(i);
    const size_t reporting = FindReporting(line.substr(0, kLongest));
    if (reporting == View::npos) {
      return;
    }
    const View before = line.substr(0, reporting);
    if (before.find_first_of(U"。！？“") != View::npos) {
      return;
    }
    const auto date = FindDate(before);
    if (!date) {
      return;
    }
    // 在某会议上，区长李明远作…, 区长李明远在某会议上作…, 区长李明远2026年1月9日在某会议上作….
    const size_t comma = before.find_last_of(U"，,");
    const size_t clause = comma == View::npos ? 0 : comma + 1;
    const size_t place = before.find_last_of(U'上');
    const size_t behind = place == View::npos || place < clause ? clause : place + 1;
    const size_t end = date->begin > 0 ? date->begin : before.size();
    for (const size_t begin : {behind, clause}) {
      if (begin >= end || (date->begin > 0 && begin > 0)) {
        continue;
      }
      View who = before.substr(begin, end - begin);
      for (const View word :
           {View(U"代表"), View(U"受"), View(U"向"), View(U"在"), View(U"同志"), View(U"所")}) {
        who = who.substr(0, std::min(who.find(word), who.size()));
      }
      auto byline = ReadByline(who);
      if (!byline && date->begin == 0 && IsPersonName(who, false)) {
        byline = Byline{0, 0, 0, who.size()};
      }
      if (byline) {
        TakeByline(i, Shifted(*byline, begin));
        TakeDate(date->day, DateShape::kOccasion);
        return;
      }
    }
  }

  static Byline Shifted(const Byline& byline, size_t by) {
    return {byline.office_begin + by, byline.office_end + by, byline.name_begin + by,
            byline.name_end + by};
  }

  // A byline with the day of the speech before or behind it: 2026年1月9日　区长　李明远,
  // 区长　李明远（2026年1月9日）, ——区长李明远2026年1月9日在某会议上的报告. kBody for other lines.
  BlockKind TakeDatedByline(size_t i) {
    const View line = Folded(i);
    const auto date = FindDate(line);
    if (!date || lines_[i].size() > kMaxTitleLine) {
      return BlockKind::kBody;
    }
    const auto is_edge = [](char32_t c) {
      return text::IsSpace(c) || IsDash(c) || c == U'（' || c == U'(' || c == U'）' || c == U')';
    };
    size_t begin = 0;
    size_t end = date->begin;
    while (begin < end && is_edge(line[begin])) {
      ++begin;
    }
    while (end > begin && is_edge(line[end - 1])) {
      --end;
    }
    size_t rest = date->end;
    while (rest < line.size() && is_edge(line[rest])) {
      ++rest;
    }
    if (begin == end) {  // the day first, parted from the office
      begin = rest;
      end = rest > date->end ? line.size() : rest;
      rest = line.size();
    }
    const auto byline = ReadByline(line.substr(begin, end - begin));
    if (!byline) {
      return BlockKind::kBody;
    }
    if (rest == line.size()) {
      TakeByline(i, Shifted(*byline, begin));
      TakeDate(date->day, DateShape::kWritten);
      return BlockKind::kByline;
    }
    auto occasion = ReadOccasion(line.substr(date->begin));
    if (!occasion || line[rest] != U'在') {
      return BlockKind::kBody;
    }
    occasion->text_begin += date->begin;
    occasion->event_begin += date->begin;
    occasion->event_end += date->begin;
    occasion->text_end += date->begin;
    occasion->end += date->begin;
    TakeByline(i, Shifted(*byline, begin));
    TakeOccasion(i, 1, *occasion);
    return BlockKind::kSubtitle;
  }

  // The words of `count` lines from `i` on, as if they were one.
  std::u32string Join(size_t i, size_t count, View text) const {
    std::u32string joined;
    for (size_t j = i; j < i + count; ++j) {
      joined += text.substr(lines_[j].begin, lines_[j].size());
    }
    return joined;
  }

  // An occasion that was broken into two or three lines.
  bool TakeWrappedOccasion(size_t i) {
    constexpr size_t kMostLines = 3;
    const View line = Folded(i);
    const bool dated = FindDate(line.substr(0, kMinParagraph)).has_value();
    if (!dated && !IsDash(line.front()) && line.front() != U'在') {
      return false;
    }
    for (size_t count = 2; count <= kMostLines && i + count <= head_end_; ++count) {
      if (lines_[i + count - 1].gap_before || ReadOccasion(Folded(i + count - 1))) {
        return false;
      }
      const std::u32string joined = Join(i, count, folded_);
      if (const auto occasion = ReadOccasion(joined);
          occasion && occasion->end + lines_[i + count - 1].size() > joined.size()) {
        TakeOccasion(i, count, *occasion);
        for (size_t j = i; j < i + count; ++j) {
          kinds_[j] = BlockKind::kSubtitle;
        }
        judged_ = i + count;
        return true;
      }
    }
    return false;
  }

  // （2025年12月5日某委员会第十次全体 / 会议通过）: brackets that close a line or two below, with a
  // day.
  bool TakeWrappedBracket(size_t i) {
    constexpr size_t kMostLines = 3;
    constexpr size_t kLongest = 120;
    const View line = Folded(i);
    if (ClosingPartner(line.front()) != U'）' ||
        std::any_of(line.begin(), line.end(), [](char32_t c) { return CloserShape(c) == U'）'; })) {
      return false;
    }
    for (size_t count = 2; count <= kMostLines && i + count <= head_end_; ++count) {
      const View last = Folded(i + count - 1);
      const size_t close =
          static_cast<size_t>(std::find_if(last.begin(), last.end(),
                                           [](char32_t c) { return CloserShape(c) == U'）'; }) -
                              last.begin());
      if (close == last.size()) {
        continue;
      }
      const std::u32string joined = Join(i, count, folded_);
      const auto date = FindDate(joined);
      if (close + 1 < last.size() || joined.size() > kLongest || !date || ReadOccasion(joined)) {
        return false;
      }
      TakeDate(date->day, DateShape::kWritten);
      std::fill_n(kinds_.begin() + static_cast<std::ptrdiff_t>(i), count, BlockKind::kDateline);
      judged_ = i + count;
      return true;
    }
    return false;
  }

  // Whether a line of the head goes on in the next: that has a character or two, or this one ends
  // with a particle or fills its column.
  bool GoesOnBelow(size_t i) {
    constexpr uint32_t kShort = 2;
    return i + 1 < head_end_ && !lines_[i + 1].gap_before &&
           (lines_[i + 1].continues || lines_[i + 1].size() <= kShort ||
            Folded(i).back() == U'的' || FillsColumn(i) ||
            (lines_[i].placed && lines_[i].reaches_edge));
  }

  // Takes the occasion of `count` lines from `i` on.
  void TakeOccasion(size_t i, size_t count, const OccasionLine& occasion) {
    Metadata& metadata = result_.metadata;
    const std::u32string folded = Join(i, count, folded_);
    const std::u32string printed = Join(i, count, source_);
    const auto utf8 = [&](size_t begin, size_t end) {
      return text::ToUtf8(
          Trim(View(printed).substr(begin, std::min(end - begin, limits::kMaxMetadataCodePoints))));
    };
    if (const auto date = FindDate(folded)) {
      TakeDate(date->day, DateShape::kOccasion);
    } else if (occasion.text_begin < folded.size()) {
      day_of_year_ = ReadDayOfYear(View(folded).substr(occasion.text_begin));
    }
    metadata.subtitle = utf8(occasion.text_begin, occasion.text_end);
    metadata.event = utf8(occasion.event_begin, occasion.event_end);
    i += count - 1;
    const View line = Folded(i);
    size_t rest = occasion.end - (folded.size() - line.size());
    const size_t first_end = rest;
    while (rest < line.size() && text::IsSpace(line[rest])) {
      ++rest;
    }
    if (rest < line.size()) {
      splits_[i] = {first_end, rest, BlockKind::kByline};
      if (const auto byline = ReadByline(line.substr(rest))) {
        TakeByline(i, {byline->office_begin + rest, byline->office_end + rest,
                       byline->name_begin + rest, byline->name_end + rest});
      }
    }
  }

  void ReadHead() {
    for (size_t i = letter_end_; i < head_end_; ++i) {
      if (i < contents_end_ && kinds_[i] == BlockKind::kWebFurniture) {
        continue;
      }
      if (i >= judged_) {
        kinds_[i] = JudgeHeadLine(i);
      }
    }
    ChooseTitle();
    if (result_.metadata.title.empty()) {
      TakeOccasionForTitle();
    }
    ReadBareName();
    GiveBackSpeechAboveAddress();
    GiveBackLeadingHeading();
    CountAbove();
    TakeDayOfYear();
  }

  // The year of a day without one is that of the title, else that in which the page appeared.
  void TakeDayOfYear() {
    Metadata& metadata = result_.metadata;
    if (!day_of_year_ || metadata.date) {
      return;
    }
    const std::u32string title = text::ToCodePoints(metadata.title);
    int64_t year = YearOfTitle(title);
    if (const auto& issue = metadata.publication.issue_date; year == 0 && issue) {
      const bool before = std::make_pair(day_of_year_->month, day_of_year_->day) <=
                          std::make_pair(issue->month(), issue->day());
      year = before ? issue->year() : issue->year() - 1;
    }
    if (year > 0) {
      const absl::CivilDay day(year, day_of_year_->month, day_of_year_->day);
      if (day.day() == day_of_year_->day) {
        metadata.date = day;
      }
    }
  }

  // 在全市经济工作会议上的讲话, above which nothing stands, is the title itself.
  void TakeOccasionForTitle() {
    Metadata& metadata = result_.metadata;
    const auto end = kinds_.begin() + static_cast<std::ptrdiff_t>(head_end_);
    const auto first = std::find(kinds_.begin(), end, BlockKind::kSubtitle);
    if (first == end || metadata.subtitle.empty()) {
      return;
    }
    const View line = Folded(static_cast<size_t>(first - kinds_.begin()));
    if (line.front() != U'在' || !Contains(line, U"上的")) {
      return;
    }
    metadata.title = std::exchange(metadata.subtitle, {});
    auto kind = first;
    for (; kind != end && *kind == BlockKind::kSubtitle; ++kind) {
      *kind = BlockKind::kTitle;
    }
    // What stands between it and the speech, the speaker's name above all, was taken for the page's
    // as long as there was no title.
    title_end_ = static_cast<size_t>(kind - kinds_.begin());
    for (size_t i = title_end_; i < head_end_; ++i) {
      if (kinds_[i] == BlockKind::kMasthead && IsPersonName(Folded(i), false)) {
        kinds_[i] = BlockKind::kBody;
      }
    }
  }

  // Titles may cry out, but they make no statements and announce none.
  bool IsCandidate(size_t i) const {
    return kinds_[i] == BlockKind::kBody && lines_[i].size() <= kMaxTitleLine &&
           lines_[i].last_mark != U'。' && !IsColon(lines_[i].last_mark) &&
           !HasTimeOfDay(UpToSplit(i)) && InnerSourceLabel(UpToSplit(i)) == 0;
  }

  // 时间：2026年1月15日 is when a speech was held where its place or its speaker has a label
  // beside.
  bool IsBesideMeetingLabel(size_t i) const {
    constexpr size_t kNear = 2;
    const Lexicon& lexicon = GetLexicon();
    if (!lexicon.meeting_time.Contains(Folded(i).substr(0, 2))) {
      return false;
    }
    for (size_t j = i - std::min(i, kNear); j < std::min(i + kNear + 1, head_end_); ++j) {
      if (ReadLabel(lexicon.speaker_label, Folded(j)) > 0 ||
          ReadLabel(lexicon.meeting_label, Folded(j)) > 0) {
        return true;
      }
    }
    return false;
  }

  // Whether a line is as wide as the widest of a text that is wrapped: many lines are.
  bool FillsColumn(size_t i) {
    constexpr uint32_t kSlack = 3;
    constexpr size_t kFewest = 4;
    constexpr size_t kShare = 5;
    const auto width = [](const Line& line) { return line.columns + line.indent; };
    if (column_ == 0) {
      uint32_t widest = 0;
      for (const Line& line : lines_) {
        widest = std::max(widest, width(line));
      }
      const auto full =
          static_cast<size_t>(std::count_if(lines_.begin(), lines_.end(), [&](const Line& line) {
            return width(line) + kSlack >= widest;
          }));
      column_ = full >= kFewest && full * kShare >= lines_.size() ? widest : UINT32_MAX;
    }
    return column_ != UINT32_MAX && width(lines_[i]) + kSlack >= column_;
  }

  // Whether a line of a title goes on the one above without a space: that is full, or what is left
  // is less than a line would be begun for, or the rest of a number.
  bool GoesOnTitle(size_t i) {
    constexpr uint32_t kShort = 2;
    const View above = Folded(i - 1);
    const View line = Folded(i);
    return lines_[i].continues || (lines_[i - 1].placed && lines_[i - 1].reaches_edge) ||
           FillsColumn(i - 1) || (above.back() == U'工' && line.front() == U'作') ||
           (IsAsciiDigit(above.back()) && IsAsciiDigit(line.front())) ||
           (lines_[i].size() <= kShort && text::IsHan(above.back()) &&
            std::all_of(line.begin(), line.end(), text::IsHan));
  }

  // 中华人民共和国 / 国务院新闻办公室 above a date, at the end of a group of lines: whose title it
  // is stands above. Where that ends.
  size_t BodyBelowTitle(size_t begin, size_t end) const {
    if (end >= head_end_ || kinds_[end] != BlockKind::kDateline) {
      return end;
    }
    for (size_t first = begin + 1; first < end; ++first) {
      const View line = Folded(first);
      const bool state = first + 1 == end || line.ends_with(U"国") || line.ends_with(U"委员会");
      if (state && NamesBody(Join(first, end - first, folded_))) {
        return first;
      }
    }
    return end;
  }

  // Whether two lines are of one level. That of a printed line is told by its size, and the last
  // line of a title may be too long to be called large.
  bool IsOfLevel(size_t i, size_t first) const {
    return lines_[i].heading_level == lines_[first].heading_level ||
           (lines_[i].placed && lines_[first].placed && lines_[i].heading_level == 0);
  }

  // The title is the group of lines right above the occasion, date or byline; without those the
  // group that calls itself a report, else the last one.
  void ChooseTitle() {
    size_t best_begin = head_end_;
    size_t best_end = head_end_;
    int best_score = -1;
    for (size_t i = 0; i < head_end_;) {
      if (!IsCandidate(i)) {
        ++i;
        continue;
      }
      size_t end = i;
      while (end < head_end_ && IsCandidate(end) && end - i < kMaxTitleLines && IsOfLevel(end, i)) {
        ++end;
      }
      // A name between title and date is the speaker's.
      size_t title_end = end;
      while (title_end > i + 1 && IsPersonName(Folded(title_end - 1), false)) {
        --title_end;
      }
      title_end = BodyBelowTitle(i, title_end);
      int score = 0;
      if (end < head_end_) {
        const BlockKind next = kinds_[end];
        score += next == BlockKind::kSubtitle ? 8 : 0;
        score += next == BlockKind::kDateline || next == BlockKind::kByline ? 4 : 0;
      }
      for (size_t j = i; j < title_end; ++j) {
        score += Contains(Folded(j), U"报告") || Contains(Folded(j), U"讲话") ? 2 : 0;
      }
      score += lines_[i].size() >= 4 ? 1 : 0;
      score += IsTitleLevel(i) ? 7 : 0;
      if (!IsPersonName(Folded(i), false) && score >= best_score) {
        best_score = score;
        best_begin = i;
        best_end = title_end;
      }
      i = end;
    }
    for (size_t i = best_begin; i < best_end; ++i) {
      std::string& title = result_.metadata.title;
      if (!title.empty() && !GoesOnTitle(i)) {
        title += ' ';
      }
      title += Utf8(i, 0, UpToSplit(i).size());
      kinds_[i] = BlockKind::kTitle;
    }
    if (CountCodePointsAbove(result_.metadata.title)) {
      result_.metadata.title = text::ToUtf8(View(text::ToCodePoints(result_.metadata.title))
                                                .substr(0, limits::kMaxMetadataCodePoints));
    }
    title_end_ = best_end;
    for (size_t i = 0; i < head_end_; ++i) {
      if (IsCandidate(i) && i < best_begin) {
        const bool repeats = best_begin < best_end && Folded(i) == Folded(best_begin);
        kinds_[i] = repeats ? BlockKind::kTitle : BlockKind::kMasthead;
      }
    }
  }

  // The level of a title: the highest, or the next one where it stands once (a page whose highest
  // heading is the name of its site). A level with more headings below is that of sections.
  bool IsTitleLevel(size_t i) const {
    const uint8_t level = lines_[i].heading_level;
    if (level != 2) {
      return level == 1;
    }
    bool reports = false;
    for (size_t j = 0; j < lines_.size(); ++j) {
      if (lines_[j].heading_level == level && (j < i || j >= head_end_)) {
        return false;
      }
      reports |= j < i && lines_[j].heading_level == 1 &&
                 (Contains(Folded(j), U"报告") || Contains(Folded(j), U"讲话"));
    }
    return !reports;
  }

  static bool CountCodePointsAbove(const std::string& value) {
    return text::CountCodePoints(value) > limits::kMaxMetadataCodePoints;
  }

  void ReadBareName() {
    if (!result_.metadata.speaker.empty() || several_speakers_) {
      return;
    }
    for (int pass = 0; pass < 2; ++pass) {
      const bool minority = pass == 1;
      for (size_t i = title_end_; i < head_end_; ++i) {
        if (kinds_[i] != BlockKind::kBody || !IsPersonName(Folded(i), minority)) {
          continue;
        }
        // A name without a known surname must stand right below the date or the occasion.
        if (minority && (i == 0 || (kinds_[i - 1] != BlockKind::kDateline &&
                                    kinds_[i - 1] != BlockKind::kSubtitle))) {
          continue;
        }
        kinds_[i] = BlockKind::kByline;
        TakeSpeaker(Printed(i));
        return;
      }
    }
    // 某市财政局 right below the date or the occasion: nobody speaks for it by name.
    for (size_t i = std::max(title_end_, size_t{1}); i < head_end_; ++i) {
      const bool below = kinds_[i - 1] == BlockKind::kDateline ||
                         kinds_[i - 1] == BlockKind::kSubtitle ||
                         kinds_[i - 1] == BlockKind::kTitle;
      for (size_t n = 1; n <= 2 && i + n <= head_end_ && below; ++n) {
        const auto first = kinds_.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::all_of(first, first + static_cast<std::ptrdiff_t>(n),
                        [](BlockKind kind) { return kind == BlockKind::kBody; }) &&
            NamesBody(Join(i, n, folded_))) {
          std::fill_n(first, n, BlockKind::kByline);
          result_.metadata.body = text::ToUtf8(Join(i, n, source_));
          return;
        }
      }
    }
  }

  // …讲话，全文如下：, above what somebody else says.
  bool IsLead(size_t i) const {
    size_t length = 0;
    return GetLexicon().lead_word.FindIn(Folded(i), &length) != View::npos &&
           !SpeaksToAudience(Folded(i));
  }

  // Whether an editor says what a line of the head says: he names the speaker, the meeting or what
  // was done to the text.
  bool SaysEditor(size_t i) const {
    constexpr size_t kShortestName = 2;
    const Lexicon& lexicon = GetLexicon();
    const View line = Folded(i);
    size_t length = 0;
    if (IsLead(i) || lexicon.editor_word.FindIn(line, &length) != View::npos) {
      return true;
    }
    const std::u32string speaker = text::ToCodePoints(result_.metadata.speaker);
    return !SpeaksToAudience(line) &&
           ((speaker.size() >= kShortestName && Contains(line, speaker)) ||
            FindReporting(line) != View::npos ||
            lexicon.meeting_word.FindIn(line, &length) != View::npos);
  }

  // Words to the audience may stand below the first sentences of a speech, which are its own then:
  // below the title, the day and the speaker's name, and no editor's. Above words by which a report
  // begins (各位代表： 现在，我代表…) they are its own where somebody speaks in them.
  void GiveBackSpeechAboveAddress() {
    if (!has_salutation_) {
      return;
    }
    const size_t top =
        std::max({title_end_ == head_end_ ? size_t{0} : title_end_, letter_end_, contents_end_});
    const auto is_own = [&](size_t i) {
      return kinds_[i] == BlockKind::kBody || unnamed_.count(i) > 0 ||
             (kinds_[i] == BlockKind::kBanner && !begins_report_ && SpeaksToAudience(Folded(i)));
    };
    // More than any speech has, so that the look-ups of a long text stay few.
    constexpr size_t kMostBelow = 200'000;
    constexpr size_t kShortestRepeated = 8;
    constexpr size_t kCompared = 200;  // of a line, to find it again
    size_t begin = head_end_;
    bool speaks = false;
    for (size_t i = head_end_; i-- > top;) {
      const BlockKind kind = kinds_[i];
      if (!is_own(i)) {
        if (kind == BlockKind::kWebFurniture || kind == BlockKind::kPageNumber ||
            kind == BlockKind::kCaption) {
          continue;
        }
        break;
      }
      if (SaysEditor(i)) {
        break;
      }
      const View line = Folded(i);
      const bool addresses = SpeaksToAudience(line);
      const bool states = (EndsSentence(lines_[i]) && !CallsOut(lines_[i])) ||
                          IsSemicolon(lines_[i].last_mark) || lines_[i].inner_stop;
      if (states || (addresses && EndsClosed(lines_[i])) ||
          (begin == i + 1 && IsStrongFamily(ReadMarker(line).family))) {
        // What an editor took out of the speech is there twice.
        if (states && lines_[i].size() >= kShortestRepeated &&
            folded_.substr(lines_[i].end, kMostBelow)
                    .find(WithoutFinalMark(line).substr(0, kCompared)) != View::npos) {
          break;
        }
        begin = i;
        speaks |= addresses;
      }
    }
    if (begin == head_end_ || (begins_report_ && !speaks)) {
      return;
    }
    // Its heading.
    if (begin > top && begin > title_end_ && title_end_ > 0 && !begins_report_ &&
        kinds_[begin - 1] == BlockKind::kBody && !EndsSentence(lines_[begin - 1]) &&
        !SaysEditor(begin - 1) && !NamesBody(Folded(begin - 1)) &&
        !IsPersonName(Folded(begin - 1), false)) {
      --begin;
    }
    for (size_t i = begin; i < head_end_; ++i) {
      if (unnamed_.erase(i) > 0 || is_own(i)) {
        kinds_[i] = BlockKind::kBody;
      }
    }
    head_end_ = begin;
    title_end_ = std::min(title_end_, head_end_);
  }

  // Sentences above the speech that nothing but their place tells from it.
  void CountAbove() {
    for (size_t i = letter_end_; i < head_end_; ++i) {
      const View line = Folded(i);
      const bool sentence =
          EndsClosed(lines_[i]) || lines_[i].inner_stop || IsCommaLike(lines_[i].last_mark);
      const bool slogan = GetLexicon().banner_start.PrefixOf(line) > 0 &&
                          (i < title_end_ || begins_report_ || !SpeaksToAudience(line));
      if (!sentence || slogan || IsLead(i) ||
          (kinds_[i] != BlockKind::kBanner && kinds_[i] != BlockKind::kMasthead &&
           unnamed_.count(i) == 0)) {
        continue;
      }
      if (result_.above.head < 0) {
        result_.above.head = static_cast<int>(i);
      }
      result_.above.characters += lines_[i].size();
      told_above_ += kinds_[i] == BlockKind::kNote ? 0u : lines_[i].size();
    }
  }

  // What is left between title and speech: an unmarked heading right above the speech belongs to
  // it, anything else is the page's.
  void GiveBackLeadingHeading() {
    size_t end = head_end_;
    // A sentence below the title is the speech's, with the lines that it is wrapped over.
    for (size_t i = title_end_; i < head_end_ && !has_salutation_ && title_end_ > 0; ++i) {
      if (kinds_[i] == BlockKind::kBody && lines_[i].last_mark == U'。') {
        end = i;
        while (end > title_end_ && GoesOnAbove(end)) {
          --end;
        }
        break;
      }
    }
    if (!has_salutation_ && end > title_end_ && title_end_ > 0 &&
        kinds_[end - 1] == BlockKind::kBody && !ReadMarker(Folded(end - 1))) {
      --end;
    }
    // So do those that their format calls headings of a lower level than the title's.
    const uint8_t title_level = title_end_ > 0 ? lines_[title_end_ - 1].heading_level : uint8_t{0};
    while (end > title_end_ && title_level > 0 && kinds_[end - 1] == BlockKind::kBody &&
           lines_[end - 1].heading_level > title_level) {
      --end;
    }
    for (size_t i = 0; i < end; ++i) {
      if (kinds_[i] == BlockKind::kBody) {
        kinds_[i] = BlockKind::kBanner;
      }
    }
  }

  // （来源：新华网） below the text.
  void TakeSource(size_t i) {
    std::string& paper = result_.metadata.publication.paper;
    const View line = Folded(i);
    const View inner = StripBrackets(line);
    const auto begin = static_cast<size_t>(inner.data() - line.data());
    const size_t label = begin + ReadLabel(GetLexicon().source_label, inner);
    if (!paper.empty()) {
      return;
    }
    size_t end = begin + inner.size();
    // 来源：某市日报　2026-01-20
    const View value = line.substr(label, end - label);
    if (const auto date = FindDate(value);
        date && date->begin > 0 && text::IsSpace(value[date->begin - 1])) {
      end = label + date->begin;
      if (!result_.metadata.publication.issue_date) {
        result_.metadata.publication.issue_date = date->day;
      }
    }
    paper = Utf8(i, label, end);
  }

  // The name of an author and the day below the text, and lists of what is attached to it.
  void MarkSignature() {
    const Lexicon& lexicon = GetLexicon();
    constexpr uint32_t kLongestName = 30;
    constexpr uint32_t kLongestNote = 60;
    constexpr size_t kBrackets = 2;
    const size_t end = lines_.size();
    size_t attached = end;  // from here on nothing is speech
    const auto is_date = [&](size_t i) {
      const View line = Folded(i);
      const auto date = FindDate(line);
      return date && line.size() - (date->end - date->begin) <= kBrackets && !EndsClosed(lines_[i]);
    };
    for (size_t i = end; i-- > std::max(head_end_, lines_.size() / 2);) {
      const View line = Folded(i);
      if (kinds_[i] != BlockKind::kBody) {
        continue;
      }
      if (ReadLabel(lexicon.attachment_label, line) > 0) {
        attached = i;
      } else if (lines_[i].size() > kLongestNote || EndsSentence(lines_[i])) {
        break;
      }
    }
    for (size_t i = attached; i < end; ++i) {
      if (kinds_[i] == BlockKind::kBody) {
        kinds_[i] = is_date(i) ? BlockKind::kDateline : BlockKind::kNote;
      }
    }
    // Only the last line of the speech, or one above what is attached, is a date that signs.
    size_t last = end;
    while (last > head_end_ && kinds_[last - 1] != BlockKind::kBody &&
           kinds_[last - 1] != BlockKind::kDateline) {
      --last;
    }
    if (last <= head_end_ + 1 || !is_date(last - 1)) {
      return;
    }
    const size_t day = last - 1;
    kinds_[day] = BlockKind::kDateline;
    Metadata& metadata = result_.metadata;
    if (const auto date = FindDate(Folded(day)); date && !metadata.date) {
      metadata.date = date->day;
    }
    const size_t name = day - 1;
    if (lines_[name].size() > kLongestName || EndsClosed(lines_[name]) || lines_[name].commas > 0 ||
        ReadMarker(Folded(name)) ||
        (kinds_[name] != BlockKind::kBody && kinds_[name] != BlockKind::kNote)) {
      return;
    }
    // The speech above it has ended.
    if (name > head_end_ && kinds_[name - 1] == BlockKind::kBody && !EndsClosed(lines_[name - 1])) {
      return;
    }
    kinds_[name] = BlockKind::kByline;
    if (const auto byline = ReadByline(Folded(name))) {
      TakeByline(name, *byline);
    } else if (metadata.speaker.empty() && IsPersonName(Folded(name), false)) {
      TakeSpeaker(Printed(name));
    }
  }

  // What a library says about the rights of a text, below it.
  bool IsLicence(size_t i) const {
    const View text = Folded(i);
    return i * 3 > lines_.size() * 2 && Contains(text, U"公有领域") && Contains(text, U"作品");
  }

  // What a line says without numbers, spaces and the marks of a date.
  std::u32string Pattern(size_t i) const {
    std::u32string pattern;
    for (const char32_t c : Folded(i)) {
      if (!IsAsciiDigit(c) && !text::IsSpace(c) && c != U'/' && c != U'-' && c != U'.' &&
          c != U':') {
        pattern.push_back(c);
      }
    }
    return pattern;
  }

  // The words of a running head that repeats the title: each of its lines and the whole.
  std::unordered_set<std::u32string> TitlePatterns() const {
    constexpr size_t kShortest = 4;
    std::unordered_set<std::u32string> patterns;
    std::u32string whole;
    for (size_t i = 0; i < head_end_; ++i) {
      if (kinds_[i] == BlockKind::kTitle || kinds_[i] == BlockKind::kSubtitle) {
        const std::u32string pattern = Pattern(i);
        if (kinds_[i] == BlockKind::kTitle) {
          whole += pattern;
        }
        if (pattern.size() >= kShortest) {
          patterns.insert(pattern);
        }
      }
    }
    patterns.insert(whole);
    return patterns;
  }

  // Whether the line parts a sentence: an open line of some length is above, and what is below
  // begins no paragraph. Page numbers and the like beside it are passed over.
  bool CutsSentence(size_t i) const {
    constexpr uint32_t kLong = 16;
    const auto is_mark = [&](size_t j) {
      return IsPageNumber(Folded(j)) || IsAddressOfPage(Folded(j));
    };
    size_t above = i;
    while (above > head_end_ && is_mark(above - 1)) {
      --above;
    }
    size_t below = i + 1;
    while (below < lines_.size() && is_mark(below)) {
      ++below;
    }
    return above > head_end_ && below < lines_.size() && lines_[above - 1].size() >= kLong &&
           !EndsClosed(lines_[above - 1]) && !ReadMarker(Folded(above - 1)) &&
           lines_[below].indent < 2 && !ReadMarker(Folded(below));
  }

  // Whether the line goes on the wrapped text above: that ends in the middle of a sentence, and not
  // as a heading does.
  bool GoesOnAbove(size_t i) const {
    constexpr uint32_t kLong = 12;
    return i > 0 && (kinds_[i - 1] == BlockKind::kBody) && !lines_[i].gap_before &&
           lines_[i].indent < 2 && lines_[i - 1].size() >= kLong && !EndsClosed(lines_[i - 1]) &&
           !IsColon(lines_[i - 1].last_mark) && (!ReadMarker(Folded(i - 1)) || IsAsWide(i - 1, i));
  }

  // Whether a line is as wide as another, but for marks that may not begin a line and letters of
  // half the width.
  bool IsAsWide(size_t i, size_t other) const {
    const auto near = [](uint32_t a, uint32_t b, uint32_t most) {
      return std::max(a, b) - std::min(a, b) <= most;
    };
    return near(lines_[i].size(), lines_[other].size(), 3) ||
           near(lines_[i].columns, lines_[other].columns, 6);
  }

  // Running heads: short open lines that repeat, their numbers taken as one, beside page numbers or
  // at page breaks, or that part sentences wherever they stand. What says the title again needs
  // only one of these. Reports repeat their formulas, and where a text is wrapped a line of one may
  // recur: what goes on the line above and fills the column like it is speech, unless just these
  // words stand at three page breaks. Where places on the page are known running heads stand at
  // its edges alone.
  void MarkRunningHeads() {
    constexpr size_t kLongest = 40;
    constexpr size_t kFewest = 2;
    constexpr size_t kFewestElsewhere = 3;
    constexpr size_t kFewestFull = 3;
    struct Place {
      size_t line;
      bool beside;
      bool cuts;
    };
    std::unordered_map<View, std::vector<size_t>> full_lines;
    std::unordered_map<std::u32string, std::vector<Place>> places;
    std::unordered_set<std::u32string> headings;  // numbered ones
    std::vector<size_t> numbered_heads;           // that part a sentence at the edge of a page
    for (size_t i = head_end_; i < lines_.size(); ++i) {
      const View text = Folded(i);
      if (kinds_[i] != BlockKind::kBody || text.size() > kLongest || EndsClosed(lines_[i]) ||
          IsPageNumber(text) || !lines_[i].has_word || IsColon(lines_[i].last_mark)) {
        continue;
      }
      const auto is_mark = [&](size_t j) {
        return IsPageNumber(Folded(j)) || IsAddressOfPage(Folded(j));
      };
      const bool below = lines_[i].page_break_before || (i > 0 && is_mark(i - 1));
      const bool above =
          i + 1 < lines_.size() && (is_mark(i + 1) || lines_[i + 1].page_break_before);
      const bool beside = below || above;
      if (IsStrongFamily(ReadMarker(text).family)) {
        if (!CutsSentence(i)) {
          headings.insert(Pattern(i));
        } else if (beside) {
          numbered_heads.push_back(i);
        }
      }
      size_t before = i;
      while (before > head_end_ && is_mark(before - 1)) {
        --before;
      }
      if (before > head_end_ && IsAsWide(i, before - 1) && CutsSentence(i)) {
        if (beside) {
          full_lines[text].push_back(i);
        }
      } else if (beside || !lines_[i].placed) {
        places[Pattern(i)].push_back({i, beside, CutsSentence(i)});
      }
    }
    for (const auto& [text, lines] : full_lines) {
      for (const size_t line : lines) {
        if (lines.size() >= kFewestFull) {
          kinds_[line] = BlockKind::kMasthead;
        }
      }
    }
    // The name of the section that a page stands in, were it on one page only.
    for (const size_t line : numbered_heads) {
      if (headings.contains(Pattern(line))) {
        kinds_[line] = BlockKind::kMasthead;
      }
    }
    const std::unordered_set<std::u32string> titles = TitlePatterns();
    for (const auto& [pattern, lines] : places) {
      if (pattern.empty()) {
        continue;
      }
      const auto beside = static_cast<size_t>(std::count_if(
          lines.begin(), lines.end(), [](const Place& place) { return place.beside; }));
      const auto cuts = static_cast<size_t>(
          std::count_if(lines.begin(), lines.end(), [](const Place& place) { return place.cuts; }));
      const bool title = titles.contains(pattern) && (lines.size() >= kFewest || beside + cuts > 0);
      const bool everywhere = title ||
                              (lines.size() >= kFewestElsewhere && cuts * 2 >= lines.size()) ||
                              (lines.size() == kFewest && cuts == kFewest);
      for (const Place& place : lines) {
        if (everywhere || (beside >= kFewest && place.beside)) {
          kinds_[place.line] = BlockKind::kMasthead;
        }
      }
    }
  }

  // PART 01, PART 02, NO.3: words in Latin letters with numbers that count up, each alone on its
  // line of a text in Chinese, adorn the page.
  void MarkOrnaments() {
    constexpr size_t kLongest = 10;
    std::unordered_map<std::u32string, std::vector<size_t>> ornaments;
    for (size_t i = head_end_; i < lines_.size(); ++i) {
      const View line = Folded(i);
      const auto digits = std::count_if(line.begin(), line.end(), IsAsciiDigit);
      if (line.size() <= kLongest && kinds_[i] == BlockKind::kBody && digits > 0 && digits <= 2 &&
          IsAsciiDigit(line.back()) && IsLatinLetter(line.front()) &&
          std::none_of(line.begin(), line.end(), text::IsHan)) {
        ornaments[Pattern(i)].push_back(i);
      }
    }
    for (const auto& [pattern, lines] : ornaments) {
      for (const size_t line : lines) {
        if (lines.size() >= 2) {
          kinds_[line] = BlockKind::kWebFurniture;
        }
      }
    }
  }

  // 监制：王五　统筹：赵六 钱七, 值班主编：张三: who did what for a page, by name.
  static bool NamesCredits(View line) {
    constexpr size_t kLongest = 60;
    constexpr size_t kLongestLabel = 6;
    constexpr size_t kLongestName = 4;
    if (line.size() > kLongest) {
      return false;
    }
    size_t credits = 0;
    size_t named = 0;
    std::u32string name;  // spaces may stand inside of it
    const auto close = [&] {
      named += IsPersonName(name, false) ? 1u : 0u;
      name.clear();
    };
    for (size_t i = 0; i < line.size();) {
      size_t end = i;
      size_t colon = View::npos;
      for (; end < line.size() && !text::IsSpace(line[end]); ++end) {
        if (IsColon(line[end]) && colon == View::npos) {
          colon = end;
        } else if (!text::IsHan(line[end])) {
          return false;
        }
      }
      if (colon != View::npos) {
        if (colon - i < 2 || colon - i > kLongestLabel) {
          return false;
        }
        close();
        ++credits;
        i = colon + 1;
      }
      if (end - i > kLongestName || (credits == 0 && end > i)) {
        return false;
      }
      if (name.size() + (end - i) > kLongestName) {
        close();
      }
      name += line.substr(i, end - i);
      i = std::max(i, end) + 1;
    }
    close();
    return credits > 0 && named >= credits;
  }

  // The last sentence of the speech as far as its lines alone say.
  size_t FindLastSentence(size_t closing) const {
    constexpr uint32_t kShortest = 12;
    if (closing < lines_.size()) {
      return closing;
    }
    const Lexicon& lexicon = GetLexicon();
    for (size_t i = lines_.size(); i-- > head_end_;) {
      const View text = Folded(i);
      if (kinds_[i] == BlockKind::kBody && EndsSentence(lines_[i]) &&
          lines_[i].size() >= kShortest && !IsWebFurniture(text) && !IsCaption(text) &&
          ReadLabel(lexicon.source_label, StripBrackets(text)) == 0 &&
          ReadLabel(lexicon.editor_label, WithoutButton(StripBrackets(text))) == 0) {
        return i;
      }
    }
    return head_end_;
  }

  // A sentence between others of the speech may begin like what a page has around its text.
  bool StandsBetween(size_t i) const {
    return i > head_end_ && i < last_sentence_ && EndsSentence(lines_[i]) &&
           StripBrackets(Folded(i)).size() == lines_[i].size();
  }

  static bool HasFigure(View text) {
    return std::any_of(text.begin(), text.end(), IsAsciiDigit) || Contains(text, U"百分之") ||
           Contains(text, U"亿") || Contains(text, U"万");
  }

  // 扫一扫就能办…, 点击量过亿的…: a sentence that begins like words of a page and does not go on
  // like them.
  bool OnlyBeginsLikeWeb(size_t i) const {
    const Lexicon& lexicon = GetLexicon();
    const View line = Folded(i);
    if (const size_t counted = lexicon.counted.PrefixOf(line); counted > 0) {
      const char32_t next = At(line, counted);
      return !IsColon(next) && !text::IsSpace(next) && !IsAsciiDigit(next) &&
             ClosingPartner(next) == 0;
    }
    constexpr uint32_t kShort = 30;
    const size_t shown = lexicon.shown.PrefixOf(line);
    size_t length = 0;
    return shown > 0 && !IsColon(At(line, shown)) &&
           (lexicon.web_of_place.FindIn(line, &length) == View::npos ||
            (lines_[i].size() > kShort && HasFigure(line)));
  }

  // 图为之变，…, 上图书馆…: a sentence that begins like a caption, without a credit at its end.
  bool OnlyBeginsLikeCaption(size_t i) const {
    constexpr View kShows = U"为是系示左右中前：:（( 　、，,";
    const View line = Folded(i);
    const size_t start = GetLexicon().photo_start.PrefixOf(line);
    if (start == 0 || IsCredited(line)) {
      return false;
    }
    const View rest = line.substr(start);
    if (!line.starts_with(U"图为")) {
      return !line.starts_with(U"图片") && !rest.empty() && kShows.find(rest.front()) == View::npos;
    }
    return rest.starts_with(U"之") || Contains(line, U"我们") || lines_[i].inner_stop ||
           (lines_[i].size() > kMaxBanner && lines_[i].commas >= 2);
  }

  // 来源：上级补助收入增加三亿元，…。: what stands behind the label is a sentence and names nobody.
  bool LabelsSentence(size_t i, size_t label) const {
    constexpr size_t kLongest = 20;
    constexpr size_t kLongestWithComma = 12;
    const View line = WithoutFinalMark(Folded(i));
    const View value = Trim(line.substr(std::min(label, line.size())));
    // 来源：某日报2025年1月20日。 责编：张三，校对：李四。
    if (std::any_of(value.begin(), value.end(), IsColon) ||
        (value.size() <= kLongest && FindDate(value))) {
      return false;
    }
    return value.size() > kLongest || HasFigure(value) ||
           (value.size() > kLongestWithComma && value.find_first_of(U"，,；;") != View::npos);
  }

  // Tells of a sentence between others of the speech that is taken for something else by how it
  // begins.
  void LeaveOut(size_t i, BlockKind kind) {
    kinds_[i] = kind;
    if (StandsBetween(i)) {
      result_.between.characters += lines_[i].size();
      told_between_ += kind == BlockKind::kNote ? 0u : lines_[i].size();
      result_.between.head = result_.between.head < 0 ? static_cast<int>(i) : result_.between.head;
    }
  }

  void MarkBody() {
    MarkRunningHeads();
    MarkOrnaments();
    const size_t closing = FindClosing();
    last_sentence_ = FindLastSentence(closing);
    CountPointers();
    const Lexicon& lexicon = GetLexicon();
    for (size_t i = head_end_; i < lines_.size(); ++i) {
      const Line& line = lines_[i];
      if (kinds_[i] != BlockKind::kBody) {
        continue;
      }
      if (!line.has_word) {
        // Marks alone: the end of a cut sentence, or an ornament.
        const bool closes = i > head_end_ && !EndsClosed(lines_[i - 1]) && line.size() <= 4 &&
                            (IsTerminal(line.last_mark) || IsCloser(line.last_mark));
        kinds_[i] = closes ? BlockKind::kBody : BlockKind::kWebFurniture;
        continue;
      }
      if (line.size() > 400) {
        continue;
      }
      const View text = Folded(i);
      const bool between = StandsBetween(i);
      if (IsPageNumber(text)) {
        kinds_[i] = BlockKind::kPageNumber;
      } else if (text.size() <= 60 && IsWebFurniture(text)) {
        if (!between || !OnlyBeginsLikeWeb(i)) {
          LeaveOut(i, BlockKind::kWebFurniture);
        }
      } else if (IsAddressOfPage(text) || IsPager(text) || IsCommentHead(i) || IsPostMark(i) ||
                 (IsFileName(text) && !EndsSentence(line)) ||
                 (size_t{line.begin} * 3 > size_t{lines_.back().end} * 2 && IsFootLine(i)) ||
                 (i * 3 > lines_.size() * 2 && (IsSiteFoot(line, text) || IsCounter(text))) ||
                 IsMore(text)) {
        kinds_[i] = BlockKind::kWebFurniture;
      } else if (i * 3 > lines_.size() * 2 && IsWireMark(text)) {
        kinds_[i] = BlockKind::kDateline;
      } else if (IsPointedCaption(i) || (IsCaption(text) && IsCredited(text))) {
        kinds_[i] = BlockKind::kCaption;
      } else if (IsCaption(text)) {
        if (!between || !OnlyBeginsLikeCaption(i)) {
          LeaveOut(i, BlockKind::kCaption);
        }
      } else if (lexicon.banner_start.PrefixOf(text) > 0 && text.size() <= kMaxBanner &&
                 !EndsClosed(line) && !GoesOnAbove(i)) {
        kinds_[i] = BlockKind::kBanner;
      } else if (const size_t source =
                     text.size() <= 60 ? ReadLabel(lexicon.source_label, StripBrackets(text)) : 0;
                 source > 0) {
        if (!between || !LabelsSentence(i, source)) {
          LeaveOut(i, BlockKind::kNote);
          TakeSource(i);
        }
      } else if (const size_t editor =
                     text.size() <= 60
                         ? ReadLabel(lexicon.editor_label, WithoutButton(StripBrackets(text)))
                         : 0;
                 editor > 0) {
        if (!between || text.front() == U'【' || !LabelsSentence(i, editor)) {
          LeaveOut(i, BlockKind::kNote);
        }
      } else if (IsPrintMark(text) || IsLicence(i) || IsReporterLine(text) ||
                 (i > closing && !EndsClosed(line) && NamesCredits(text))) {
        kinds_[i] = BlockKind::kNote;
      }
    }
  }

  // Tables that were pasted as text, and what stands around tables and charts: their captions, the
  // unit of their figures, their sources and notes.
  void MarkTables() {
    constexpr size_t kFewestRows = 3;
    for (size_t i = head_end_; i < lines_.size();) {
      const Row row = kinds_[i] == BlockKind::kBody ? ReadRow(Folded(i)) : Row();
      // ➢<TAB>经济增长<TAB>6%左右 is an item of a list, unless what heads the columns is above it.
      if (!row || (row.sign && !row.framed)) {
        ++i;
        continue;
      }
      size_t end = i;
      size_t sure = 0;
      size_t figured = 0;
      bool even = true;
      bool names = true;  // and nothing else
      for (; end < lines_.size() && kinds_[end] == BlockKind::kBody; ++end) {
        const Row next = ReadRow(Folded(end));
        if (next.tabs != row.tabs || (!row.tabs && next.cells != row.cells) ||
            (next.sign && !row.framed && next.cells + 1 != row.cells && next.cells != row.cells)) {
          break;
        }
        sure += next.sure() ? 1u : 0u;
        figured += next.figures > 0 ? 1u : 0u;
        even &= next.even;
        names &= !next.framed && ListsNames(Folded(end));
      }
      // What is set apart by spaces needs figures in most rows, or columns under a row that names
      // them: figures with spaces around them are no cells. Two words that a tab parts may be any
      // text: they need some, or rows of more cells beside them.
      const size_t rows = end - i;
      const bool columns = rows >= kFewestRows && row.cells >= 3 && !row.digits && !even;
      if (names) {
        i = end;
        continue;
      }
      if (row.tabs ? sure > 0 || (rows >= 2 && figured * 2 >= rows)
                   : columns || (rows >= 2 && sure + 1 >= rows && sure > 0)) {
        std::fill(kinds_.begin() + static_cast<std::ptrdiff_t>(i),
                  kinds_.begin() + static_cast<std::ptrdiff_t>(end), BlockKind::kTable);
      }
      i = std::max(end, i + 1);
    }
    const Lexicon& lexicon = GetLexicon();
    bool beside = false;  // the line above belongs to a table or a chart
    int notes = 0;        // the number of the last note below a table
    for (size_t i = head_end_; i < lines_.size(); ++i) {
      const View text = Folded(i);
      if (kinds_[i] == BlockKind::kTable) {
        beside = true;
        notes = 0;
        continue;
      }
      if (kinds_[i] != BlockKind::kBody) {
        beside &= kinds_[i] == BlockKind::kNote || kinds_[i] == BlockKind::kPageNumber;
        continue;
      }
      if (text.size() > 400 || (GoesOnAbove(i) && !IsCloser(Folded(i - 1).back()))) {
        beside = false;
        continue;
      }
      const View inner = StripBrackets(text);
      if ((IsFloatCaption(text) && !EndsSentence(lines_[i])) || HeadsTable(i) ||
          HeadsNothingElse(i)) {
        kinds_[i] = BlockKind::kCaption;
        beside = true;
      } else if (IsTableUnit(text) && !EndsClosed(lines_[i])) {
        kinds_[i] = BlockKind::kTable;
        beside = true;
      } else if (const size_t label = ReadLabel(lexicon.table_note, inner);
                 label > 0 && label < inner.size() &&
                 (beside || inner.starts_with(U"数据来源") || inner.starts_with(U"资料来源"))) {
        kinds_[i] = BlockKind::kNote;
        notes = ReadMarker(Trim(inner.substr(label))).number;
        beside = true;
      } else if (const Marker marker = ReadMarker(text); beside && notes > 0 &&
                                                         marker.family == MarkerFamily::kArabic &&
                                                         marker.number == notes + 1) {
        kinds_[i] = BlockKind::kNote;
        notes = marker.number;
      } else {
        beside = false;
      }
    }
  }

  // What stands below the last words to the audience outside the element of the text, or below the
  // credits of the page, is the page's: what readers say, sentences of its foot, other texts.
  void MarkOutside() {
    size_t outside = lines_.size();
    while (outside > head_end_ && lines_[outside - 1].outside) {
      --outside;
    }
    const size_t closing = LastWords(outside);
    if (closing == outside) {
      return;
    }
    size_t first = outside;
    for (size_t i = closing + 1; i < first; ++i) {
      if (IsCredit(i) || SaysEnd(Folded(i)) ||
          (kinds_[i] == BlockKind::kWebFurniture && lines_[i].has_word)) {
        first = i + 1;
      }
    }
    // Thanks may stand outside the element.
    while (first < lines_.size() && IsThanksLine(first)) {
      ++first;
    }
    size_t end = first;
    size_t characters = 0;
    for (; end < lines_.size() && !HeadsWhatIsAttached(end); ++end) {
      if (kinds_[end] == BlockKind::kBody) {
        if (GoesOnOutside(end)) {
          return;
        }
        characters += lines_[end].size();
      }
    }
    if (first == lines_.size() || characters > lines_[first - 1].end - lines_[head_end_].begin) {
      return;
    }
    for (size_t i = first; i < end; ++i) {
      if (kinds_[i] == BlockKind::kBody) {
        kinds_[i] = BlockKind::kWebFurniture;
        if (IsParagraph(i)) {
          result_.tail.characters += lines_[i].size();
          result_.tail.head = static_cast<int>(first - 1);
        }
      }
    }
  }

  // The last words to the audience above a line, which call for something or thank, in the second
  // half and above no further part of the text; that line for none.
  size_t LastWords(size_t end) const {
    if (end <= head_end_) {
      return end;
    }
    const uint32_t middle = (lines_[head_end_].begin + lines_[end - 1].end) / 2;
    bool calls = false;
    for (size_t i = end; i-- > head_end_ && lines_[i].begin >= middle;) {
      if (kinds_[i] != BlockKind::kBody) {
        continue;
      }
      const char32_t last = lines_[i].last_mark;
      calls |= last == U'！' || last == U'!';
      if (IsThanksLine(i) ||
          (calls && EndsSentence(lines_[i]) && lines_[i].size() > kShortestClosing &&
           BeginsWithSalutation(Folded(i)))) {
        return i;
      }
      if (IsStrongFamily(ReadMarker(Folded(i)).family)) {
        return end;
      }
    }
    return end;
  }

  // 谢谢大家！
  bool IsThanksLine(size_t i) const { return kinds_[i] == BlockKind::kBody && IsThanks(Folded(i)); }

  // END, （全文完）, · 完 ·: that the text is over.
  static bool SaysEnd(View line) {
    constexpr size_t kLongest = 12;
    constexpr View kEnds[] = {U"end", U"theend", U"完", U"全文完"};
    std::u32string words;
    std::copy_if(line.begin(),
                 line.begin() + static_cast<std::ptrdiff_t>(std::min(line.size(), kLongest + 1)),
                 std::back_inserter(words), IsWordCharacter);
    return line.size() <= kLongest &&
           std::find(std::begin(kEnds), std::end(kEnds), View(words)) != std::end(kEnds);
  }

  // Who wrote, checked or sent the page.
  bool IsCredit(size_t i) const {
    constexpr uint32_t kLongest = 60;
    const Lexicon& lexicon = GetLexicon();
    const View line = StripBrackets(Folded(i));
    return kinds_[i] == BlockKind::kNote && lines_[i].size() <= kLongest &&
           (ReadLabel(lexicon.source_label, line) > 0 ||
            ReadLabel(lexicon.editor_label, WithoutButton(line)) > 0);
  }

  bool HeadsWhatIsAttached(size_t i) const {
    const View line = Folded(i);
    std::u32string held;
    const View bare = WithoutFinalMark(StripBrackets(WithoutSpaces(line, &held)));
    const Lexicon& lexicon = GetLexicon();
    return ReadLabel(lexicon.attachment_label, line) > 0 ||
           lexicon.attachment_label.Contains(bare) || lexicon.note_head.Contains(bare) ||
           (lines_[i].size() <= kMaxBanner && IsGlossaryHead(line));
  }

  // A heading with a number, or words to the audience: the text goes on.
  bool GoesOnOutside(size_t i) const {
    return IsStrongFamily(ReadMarker(Folded(i)).family) ||
           (lines_[i].size() > kShortestClosing && EndsSentence(lines_[i]) &&
            BeginsWithSalutation(Folded(i)));
  }

  // 2025年主要指标完成情况, right above 单位：亿元: the title of a table.
  bool HeadsTable(size_t i) const {
    constexpr uint32_t kLongest = 40;
    return i + 1 < lines_.size() && lines_[i].size() <= kLongest && !EndsClosed(lines_[i]) &&
           !ReadMarker(Folded(i)) && kinds_[i + 1] == BlockKind::kBody &&
           IsTableUnit(Folded(i + 1)) && !EndsClosed(lines_[i + 1]) && !IsTableUnit(Folded(i));
  }

  // 重点项目清单, right above a table behind which a numbered part begins or the text ends: the
  // title of the table, and of nothing else.
  bool HeadsNothingElse(size_t i) const {
    constexpr uint32_t kLongest = 40;
    constexpr size_t kFewestRows = 2;
    if (lines_[i].size() > kLongest || EndsClosed(lines_[i]) || ReadMarker(Folded(i)) ||
        IsTableUnit(Folded(i))) {
      return false;
    }
    size_t end = i + 1;
    size_t rows = 0;
    for (; end < lines_.size() && kinds_[end] != BlockKind::kBody; ++end) {
      rows += kinds_[end] == BlockKind::kTable ? 1u : 0u;
    }
    return kinds_[i + 1 < lines_.size() ? i + 1 : i] != BlockKind::kBody && rows >= kFewestRows &&
           (end == lines_.size() || IsStrongFamily(ReadMarker(Folded(end)).family));
  }

  // The last words to the audience (各位代表！…奋斗！), the last line's successor for none.
  size_t FindClosing() const {
    for (size_t i = lines_.size(); i-- > std::max(head_end_ + 1, lines_.size() / 3);) {
      if (kinds_[i] == BlockKind::kBody &&
          ((BeginsWithSalutation(Folded(i)) && lines_[i].size() > kShortestClosing &&
            EndsSentence(lines_[i])) ||
           SubmitsReport(i))) {
        return i;
      }
    }
    return lines_.size();
  }

  // 以上报告，请予审议。: the report is over.
  bool SubmitsReport(size_t i) const {
    constexpr uint32_t kLongest = 40;
    const View line = Folded(i);
    const size_t ask = line.rfind(U'请');
    return lines_[i].size() <= kLongest && line.starts_with(U"以上") && EndsSentence(lines_[i]) &&
           ask != View::npos && Contains(line.substr(ask), U"审议");
  }

  // Whether the last words are last words: they call for something or ask for a decision.
  bool EndsSpeech(size_t closing) const {
    return CallsOut(lines_[closing]) || SubmitsReport(closing);
  }

  // 新建学校6所: more than a figure and its unit, and no date nor the name of a file.
  static bool SaysFigure(View line) {
    constexpr std::ptrdiff_t kFewest = 4;
    return std::any_of(line.begin(), line.end(), IsAsciiDigit) &&
           std::count_if(line.begin(), line.end(), text::IsHan) >= kFewest && !FindDate(line) &&
           !HasTimeOfDay(line) && !IsFileName(line) && !IsFloatCaption(line);
  }

  // Words and commas alone, and more of them than a button has.
  static bool IsVerse(View line) {
    constexpr size_t kShortest = 6;
    constexpr size_t kLongest = 20;
    return line.size() >= kShortest && line.size() <= kLongest &&
           std::all_of(line.begin(), line.end(), [](char32_t c) {
             return text::IsHan(c) || IsCommaLike(c) || IsDash(c) || text::IsSpace(c);
           });
  }

  // （此件公开发布）, （根据录音整理）: what stands below the last sentence, a line all in
  // brackets, is said of the text and not in it.
  void MarkBracketsBelow() {
    constexpr uint32_t kLongest = 40;
    size_t end = lines_.size();
    std::vector<size_t> brackets;
    for (; end > head_end_ + 1; --end) {
      const View line = Folded(end - 1);
      if (kinds_[end - 1] != BlockKind::kBody) {
        continue;
      }
      const View inner = StripBrackets(line);
      if (inner.size() == line.size() || line.size() > kLongest || EndsSentence(lines_[end - 1]) ||
          std::any_of(inner.begin(), inner.end(),
                      [](char32_t c) { return CloserShape(c) == U'）' || IsTerminal(c); })) {
        break;
      }
      brackets.push_back(end - 1);
    }
    if (end > head_end_ + 1 && EndsSentence(lines_[end - 1])) {
      for (const size_t line : brackets) {
        kinds_[line] = BlockKind::kNote;
      }
    }
  }

  // Below the last words to the audience (各位代表！…奋斗！) and the sentences that follow them,
  // lines that are no sentences are the page's: buttons, names of files, tables without a frame.
  // What is attached to a report is not: it has a heading that says so, or numbers.
  void MarkBelowClosing() {
    constexpr size_t kLongest = 60;
    constexpr size_t kFewest = 2;
    MarkBracketsBelow();
    constexpr size_t kShare = 5;  // of the text, what may stand below
    const size_t closing = FindClosing();
    if (closing == lines_.size()) {
      return;
    }
    // 某某的报告赢得了掌声。: of the speaker by name, as a reporter speaks.
    for (size_t i = closing + 1; i < lines_.size() && !speaker_.empty(); ++i) {
      if (kinds_[i] == BlockKind::kBody && EndsSpeech(closing) && Contains(Printed(i), speaker_)) {
        kinds_[i] = BlockKind::kNote;
      }
    }
    size_t last = closing;
    bool page = false;   // something of the page stands below
    size_t verses = 0;   // long ones above that: they may be the speaker's, a line each
    size_t figures = 0;  // lines that say something in figures, as those of a speech do
    size_t below = 0;    // characters of what else stands below
    bool calls = EndsSpeech(closing);
    for (size_t i = closing + 1; i < lines_.size(); ++i) {
      if (kinds_[i] != BlockKind::kBody) {
        page |= kinds_[i] == BlockKind::kWebFurniture || kinds_[i] == BlockKind::kNote;
        continue;
      }
      const Marker marker = ReadMarker(Folded(i));
      if (lines_[i].size() > kLongest || IsStrongFamily(marker.family) ||
          ReadLabel(GetLexicon().attachment_label, Folded(i)) > 0 ||
          GetLexicon().attachment_label.Contains(WithoutFinalMark(Folded(i)))) {
        return;  // the text goes on
      }
      const bool sentence = EndsClosed(lines_[i]) && lines_[i].last_mark != U'？';
      if (sentence || marker || GoesOnAbove(i) || IsThanks(Folded(i))) {
        last = i;
        verses = 0;
        figures = 0;
        below = 0;
        calls |= CallsOut(lines_[i]) || IsThanks(Folded(i));
        continue;
      }
      if (lines_[i].size() == 1) {  // nobody speaks so
        kinds_[i] = BlockKind::kWebFurniture;
        continue;
      }
      verses += !page && i == last + 1 + verses && IsVerse(Folded(i)) ? 1u : 0u;
      figures += SaysFigure(Folded(i)) ? 1u : 0u;
      below += lines_[i].size();
    }
    // An address in mid-speech calls for nothing, and much may stand below it.
    if (!calls || !page || verses >= kFewest || figures >= kFewest ||
        below * kShare > lines_[last].end - lines_[head_end_].begin) {
      if (below > 0) {
        result_.kept = {below, static_cast<int>(last)};
      }
      return;
    }
    // A line by itself may be a sentence that breaks off.
    if (last + 2 == lines_.size() && lines_.back().commas > 0) {
      return;
    }
    for (size_t i = last + 1; i < lines_.size(); ++i) {
      if (kinds_[i] == BlockKind::kBody) {
        kinds_[i] = BlockKind::kWebFurniture;
        result_.tail.characters += lines_[i].size();
        result_.tail.head = static_cast<int>(last);
      }
    }
  }

  // △某某产业园: a triangle points from a caption to its picture. Where others without a credit
  // begin lines of the text, it is a bullet, unless half of them are captions by what they say.
  bool IsPointedCaption(size_t i) const {
    if (!IsPointed(i) || lines_[i].size() > kMaxBanner || EndsClosed(lines_[i])) {
      return false;
    }
    const Pointed& pointed = pointed_[PointerOf(i)];
    return pointed.lines == 1 || pointed.captions * 2 >= pointed.lines || SaysWhoSpeaks(i);
  }

  // A speech does not name its speaker, nor say that somebody gives a report: what is below a
  // picture does.
  bool SaysWhoSpeaks(size_t i) const {
    const View line = Folded(i);
    return FindReporting(line) != View::npos ||
           (!speaker_.empty() && Contains(Printed(i), speaker_));
  }

  size_t PointerOf(size_t i) const { return kPointers.find(Folded(i).front()); }
  bool IsPointed(size_t i) const { return PointerOf(i) != View::npos; }

  void CountPointers() {
    speaker_ = text::ToCodePoints(result_.metadata.speaker);
    for (size_t i = head_end_; i < lines_.size(); ++i) {
      if (IsPointed(i) && kinds_[i] == BlockKind::kBody && !IsCaption(Folded(i))) {
        Pointed& pointed = pointed_[PointerOf(i)];
        ++pointed.lines;
        pointed.captions += SaysWhoSpeaks(i) ? 1u : 0u;
      }
    }
  }

  // Below the last words to the audience a heading above nothing but explanations of terms stands
  // above notes, whatever it says.
  void MarkUnnamedNotes() {
    constexpr size_t kFewest = 2;
    constexpr uint32_t kLongestHead = 40;
    const size_t closing = FindClosing();
    size_t first = lines_.size();
    size_t terms = 0;
    while (first > closing + 2 && (kinds_[first - 1] != BlockKind::kBody || IsEntry(first - 1))) {
      --first;
      terms += kinds_[first] != BlockKind::kBody || GoesOnNote(first) ? 0u : 1u;
    }
    if (first > closing + 1 && terms >= kFewest && EndsSpeech(closing) &&
        kinds_[first - 1] == BlockKind::kBody && lines_[first - 1].size() <= kLongestHead &&
        !EndsSentence(lines_[first - 1])) {
      MarkNotesBelow(first - 1, lines_.size());
    }
  }

  // An entry of a glossary, as far as behind the end of a speech can be told: a term that is
  // explained, or what has the mark of a note (［1］, ①), a dash or a colon behind its first words.
  bool IsEntry(size_t i) const {
    constexpr size_t kLongest = 16;
    if (ExplainsTerm(i)) {
      return true;
    }
    const View line = Folded(i);
    const NoteMark mark = LeadingNoteMark(line);
    const View words =
        line.substr(std::min(std::max<size_t>(ReadMarker(line).text, mark.end), line.size()));
    const View head = words.substr(0, kLongest);
    const size_t end = head.find_first_of(U"：:，,。；！？—");
    if (end == View::npos || end == 0 || head[end] == U'；' || head[end] == U'！') {
      return false;
    }
    // 1.“一村一渠”。每个村修好一条水渠。
    const bool quoted = IsQuotationCloser(ClosingPartner(words.front())) && IsCloser(head[end - 1]);
    return IsColon(head[end]) || head[end] == U'—' || (head[end] == U'。' && quoted);
  }

  // 附：2023年民生实事, behind the last words to the audience: what is below is attached.
  bool HeadsAttachment(size_t i) const {
    constexpr uint32_t kLongest = 40;
    View line = StripBrackets(Folded(i));
    if (lines_[i].size() > kLongest || EndsSentence(lines_[i]) || !line.starts_with(U"附")) {
      return false;
    }
    line.remove_prefix(1);
    if (!line.empty() &&
        (line.front() == U'件' || line.front() == U'表' || line.front() == U'录')) {
      line.remove_prefix(1);
    }
    while (!line.empty() && (IsAsciiDigit(line.front()) || HanDigit(line.front()) >= 0)) {
      line.remove_prefix(1);
    }
    return line.size() > 1 && (IsColon(line.front()) || text::IsSpace(line.front()));
  }

  // Below a jump line nothing of the speech follows unless it says so (上接) or reads like speech;
  // below a line 注： in the last third everything is notes, unless the speech goes on below them.
  void MarkTail() {
    MarkUnnamedNotes();
    // Each is looked for the end of its notes, which may be that of the text.
    constexpr size_t kMostNoteHeads = 64;
    size_t note_heads = 0;
    size_t closing = FindClosing();
    closing = closing < lines_.size() && !EndsSpeech(closing) ? lines_.size() : closing;
    const Lexicon& lexicon = GetLexicon();
    size_t jump = lines_.size();
    for (size_t i = head_end_; i < lines_.size(); ++i) {
      if (lines_[i].size() > 400 && kinds_[i] != BlockKind::kBody) {
        continue;
      }
      const View text = Folded(i);
      if (jump < i && kinds_[i] == BlockKind::kBody) {
        const bool back = FindJump(text, false).has_value();
        if (back || EndsClosed(lines_[i]) || lines_[i].size() > kMaxBanner || ReadMarker(text)) {
          jump = lines_.size();
        } else {
          kinds_[i] = BlockKind::kBanner;
        }
      }
      if (kinds_[i] == BlockKind::kBody && FindJump(text, true)) {
        jump = i;
      }
      if (note_heads == kMostNoteHeads || kinds_[i] == BlockKind::kWebFurniture ||
          EndsSentence(lines_[i])) {
        continue;
      }
      const View bare = WithoutFinalMark(StripBrackets(text));
      const bool attached = i > closing && (HeadsAttachment(i) || bare == U"附");
      const bool glossary = IsGlossaryHead(text) && i + 1 < lines_.size() &&
                            (i > closing || i * 3 > lines_.size() * 2 || ReadsLikeNote(i + 1));
      if (glossary || attached || HeadsExplanations(i) ||
          (text.size() <= 12 && (lexicon.note_head.Contains(bare) ||
                                 (IsColon(text.back()) && lexicon.note_head.SuffixOf(bare) > 1)))) {
        ++note_heads;
        const size_t end = NotesEnd(i);
        if (i < closing && IsHeadingOfSpeech(i, end)) {
          continue;
        }
        // Further up it may be a heading of the speech.
        if (glossary || attached || HeadsExplanations(i) || i * 3 > lines_.size() * 2 ||
            (end < lines_.size() && end > i + 1)) {
          // 附件： above it.
          if (glossary && i > head_end_ && kinds_[i - 1] == BlockKind::kBody &&
              IsAttachmentMark(Folded(i - 1))) {
            kinds_[i - 1] = BlockKind::kNote;
          }
          MarkNotesBelow(i, end);
          i = end - 1;
        }
      }
    }
  }

  // 附件： 附件2 附录 alone on its line.
  static bool IsAttachmentMark(View line) {
    constexpr size_t kLongest = 8;
    if (line.size() > kLongest) {
      return false;
    }
    std::u32string held;
    View bare = WithoutFinalMark(WithoutSpaces(line, &held));
    while (!bare.empty() && (IsAsciiDigit(bare.back()) || HanDigit(bare.back()) >= 0)) {
      bare.remove_suffix(1);
    }
    return (bare == U"附件" || bare == U"附录" || bare == U"附" || bare == U"附表");
  }

  // 附件 or 说明 alone above nothing but explanations, two or more: 1.“双集中”：…, 2.链长：指….
  bool HeadsExplanations(size_t head) const {
    constexpr size_t kFewest = 2;
    const View text = Folded(head);
    if (!IsAttachmentMark(text) && WithoutFinalMark(StripBrackets(text)) != U"说明") {
      return false;
    }
    size_t i = head + 1;
    for (; i < lines_.size() && !IsAttachmentMark(Folded(i)); ++i) {
      if (!ExplainsTerm(i)) {
        return false;
      }
    }
    return i - head - 1 >= kFewest;
  }

  // A note that says by its words that it is one: “双集中”：…, 链长：指….
  bool ExplainsTerm(size_t i) const {
    const View line = Folded(i);
    const View words = line.substr(std::min(ReadMarker(line).text, line.size()));
    return ReadsLikeNote(i) &&
           (GoesOnNote(i) || Explains(words) ||
            (!words.empty() && IsQuotationCloser(ClosingPartner(words.front()))));
  }

  // 关于主要指标表述的说明 may be a heading of the speech as well. Where that goes on below, each
  // line up to there explains a term, and where it does not, each reads like a note.
  bool IsHeadingOfSpeech(size_t head, size_t end) const {
    const View text = Folded(head);
    const bool attached = head > head_end_ && IsAttachmentMark(Folded(head - 1));
    if (!WithoutFinalMark(StripBrackets(text)).ends_with(U"说明") || text.starts_with(U"附") ||
        (end == lines_.size() && attached)) {
      return false;
    }
    for (size_t i = head + 1; i < end; ++i) {
      if (end == lines_.size() ? !ReadsLikeNote(i) : !ExplainsTerm(i)) {
        return true;
      }
    }
    return end < lines_.size() && kinds_[end] == BlockKind::kBody &&
           !BeginsWithSalutation(Folded(end)) && !IsStrongFamily(ReadMarker(Folded(end)).family) &&
           !IsAttachmentMark(Folded(end));
  }

  // Makes notes of a line that says so and of those below it, up to `end`.
  void MarkNotesBelow(size_t head, size_t end) {
    bool doubtful = false;
    const bool sure = !WithoutFinalMark(StripBrackets(Folded(head))).ends_with(U"说明");
    kinds_[head] = BlockKind::kNote;
    for (size_t i = head + 1; i < end; ++i) {
      doubtful = doubtful || !(sure ? ReadsLikeNote(i) : ExplainsTerm(i));
      kinds_[i] = BlockKind::kNote;
      explanations_.push_back(i);
    }
    if (doubtful) {
      result_.notes.head = static_cast<int>(head);
      for (size_t i = head + 1; i < end; ++i) {
        result_.notes.characters += lines_[i].size();
      }
    }
  }

  static constexpr size_t kLongestTerm = 30;  // with its explanation's first words

  // Notes below what they explain, without a heading (unheaded_notes.h).
  void MarkUnheaded() {
    if (!MayHoldUnheaded()) {
      return;
    }
    std::vector<NoteLine> lines(lines_.size());
    for (size_t i = 0; i < lines_.size(); ++i) {
      const View text = Folded(i);
      NoteLine& line = lines[i];
      line.speech = MayBeUnheaded(i);
      if (!line.speech && i >= head_end_) {
        continue;
      }
      line.text = text;
      const NoteLead lead = line.speech ? ReadNoteLead(text) : NoteLead();
      const View words = text.substr(lead.form == NoteLead::Form::kNone ? 0 : lead.end);
      line.explains = lead.form != NoteLead::Form::kNone && ExplainsByItsWords(words);
      line.goes_on =
          line.speech && i > head_end_ && lead.form == NoteLead::Form::kNone && GoesOnNote(i);
      line.sentence = EndsSentence(lines_[i]);
      line.resumes = BeginsWithSalutation(text) || CallsOut(lines_[i]) || IsThanks(text) ||
                     IsStrongFamily(ReadMarker(text).family);
      line.page_break = lines_[i].page_break_before;
    }
    size_t closing = FindClosing();
    closing = closing < lines_.size() && !EndsSpeech(closing) ? lines_.size() : closing;
    for (const UnheadedNote& note : FindUnheadedNotes(lines, closing)) {
      kinds_[note.line] = BlockKind::kNote;
      if (!note.sure) {
        result_.notes.head =
            result_.notes.head < 0 ? static_cast<int>(note.line - 1) : result_.notes.head;
        result_.notes.characters += lines_[note.line].size();
      }
      if (note.keys.empty()) {
        explanations_.push_back(note.line);
      }
      for (const uint32_t key : note.keys) {
        AddReferredNote(Folded(note.line), key, &printed_);
      }
    }
  }

  // Whether the line is of the speech, or begins like a note among what the page says below it.
  bool MayBeUnheaded(size_t i) const {
    return i >= head_end_ && (kinds_[i] == BlockKind::kBody ||
                              (kinds_[i] == BlockKind::kWebFurniture &&
                               ReadNoteLead(Folded(i)).form != NoteLead::Form::kNone));
  }

  // Whether a line begins as notes alone do, or the last one as they may.
  bool MayHoldUnheaded() const {
    bool last = false;
    for (size_t i = lines_.size(); i-- > head_end_;) {
      if (!MayBeUnheaded(i)) {
        continue;
      }
      const NoteLead::Form form = ReadNoteLead(Folded(i)).form;
      if (form == NoteLead::Form::kLabel || form == NoteLead::Form::kMark ||
          form == NoteLead::Form::kStar || (!last && form != NoteLead::Form::kNone)) {
        return true;
      }
      last = true;
    }
    return false;
  }

  // …指…, “…”：….
  static bool ExplainsByItsWords(View words) {
    const View head = words.substr(0, kLongestTerm);
    const View before = head.substr(0, std::min(head.find_first_of(U"。！？；"), head.size()));
    const size_t close = before.find_first_of(U"”」");
    return Explains(before) ||
           (!words.empty() && IsQuotationCloser(ClosingPartner(words.front())) &&
            close != View::npos && IsColon(At(words, close + 1)));
  }

  // Whether a line of notes is wrapped and goes on from the one above.
  bool GoesOnNote(size_t i) const {
    return !EndsClosed(lines_[i - 1]) && lines_[i - 1].size() > kLongestTerm &&
           !ReadMarker(Folded(i));
  }

  // Whether a line below a note's head is one as far as can be seen: it has the mark of a note, or
  // its first words are explained (双招双引：指…, 指…, …是…的简称), or it goes on from the line
  // above.
  bool ReadsLikeNote(size_t i) const {
    const View text = Folded(i);
    if (kinds_[i] != BlockKind::kBody && kinds_[i] != BlockKind::kNote) {
      return true;
    }
    if (text.front() == U'[' || text.front() == U'〔' || text.front() == U'*' ||
        ReadMarker(text).family == MarkerFamily::kCircled) {
      return true;
    }
    if (GoesOnNote(i)) {
      return true;
    }
    const View term = text.substr(0, kLongestTerm);
    const View before = term.substr(0, std::min(term.find_first_of(U"。！？；"), term.size()));
    const size_t colon = before.find_first_of(U"：:");
    return colon < before.find(U'，') || Explains(before) || before.find(U"来源") != View::npos;
  }

  // Says what a word means: …，指…, 主要指…, …的简称. 指标 and 指出 explain nothing.
  static bool Explains(View text) {
    constexpr View kBefore = U"一手屈食戒";
    constexpr View kBehind = U"标导出数引挥明示南令控认责派定战教纹环针";
    for (size_t i = text.find(U'指'); i != View::npos; i = text.find(U'指', i + 1)) {
      if ((i == 0 || kBefore.find(text[i - 1]) == View::npos) &&
          (i + 1 == text.size() || kBehind.find(text[i + 1]) == View::npos)) {
        return true;
      }
    }
    const size_t namely = text.find(U'即');
    return Contains(text, U"简称") || Contains(text, U"统称") ||
           (namely != View::npos && namely > 0 && !IsWordCharacter(text[namely - 1]));
  }

  // The end of the notes below a line that says so: that of the text, unless the speech goes on, as
  // it does with a salutation or with the next number of its parts. Then only the lines that read
  // like notes, directly below, are some.
  size_t NotesEnd(size_t head) const {
    std::array<int, kMarkerFamilies> numbers = {};
    for (size_t i = head_end_; i < lines_.size(); ++i) {
      if (kinds_[i] != BlockKind::kBody) {
        continue;
      }
      // 附件2: something else is attached.
      if (i > head + 1 && IsAttachmentMark(Folded(i)) && i + 1 < lines_.size() &&
          !IsGlossaryHead(Folded(i + 1))) {
        return i;
      }
      const Marker marker = ReadMarker(Folded(i));
      const auto family = static_cast<size_t>(marker.family);
      if (i > head && (BeginsWithSalutation(Folded(i)) ||
                       (IsStrongFamily(marker.family) && numbers[family] > 0 &&
                        marker.number == numbers[family] + 1))) {
        size_t end = head + 1;
        while (end < i && ReadsLikeNote(end)) {
          ++end;
        }
        return end;
      }
      if (IsStrongFamily(marker.family)) {
        // What is numbered among the notes begins anew, and is followed by no part of the speech.
        numbers[family] = i < head ? marker.number : 0;
        if (i < head) {
          std::fill(numbers.begin() + static_cast<std::ptrdiff_t>(family) + 1, numbers.end(), 0);
        }
      }
    }
    return lines_.size();
  }

  // 评论, 网友留言（12）: a line that says no more than that what readers say is below.
  bool IsCommentHead(size_t i) const {
    constexpr size_t kLongest = 16;
    View line = StripBrackets(Folded(i));
    if (line.size() > kLongest || EndsSentence(lines_[i]) || GoesOnAbove(i)) {
      return false;
    }
    while (!line.empty() &&
           (IsAsciiDigit(line.back()) || text::IsSpace(line.back()) || IsCloser(line.back()) ||
            ClosingPartner(line.back()) != 0 || IsColon(line.back()) || line.back() == U'条')) {
      line.remove_suffix(1);
    }
    return GetLexicon().comment_head.Contains(line);
  }

  // 发布时间：2023-01-18, 发布于 2023-01-18: when a page appeared, alone on its line.
  bool IsPostMark(size_t i) const {
    constexpr size_t kLongest = 40;
    constexpr size_t kLongestWord = 4;
    View line = StripBrackets(Folded(i));
    if (line.size() > kLongest || EndsSentence(lines_[i])) {
      return false;
    }
    const size_t label = ReadLabel(GetLexicon().date_label, line);
    const size_t word = label > 0 ? label : GetLexicon().post_word.PrefixOf(line);
    const auto date = FindDate(line);
    if (word == 0 || word > line.size() || !date || date->begin < word ||
        date->begin - word > kLongestWord) {
      return false;
    }
    line.remove_prefix(date->end);
    return std::all_of(line.begin(), line.end(), [](char32_t c) {
      return IsAsciiDigit(c) || IsColon(c) || !IsWordCharacter(c);
    });
  }

  // 版权声明, 友情链接, ［返回顶部］: what a site has below its texts, alone on its line. Within a
  // report such words are no heading: nothing of it comes below but more of the site.
  bool IsFootLine(size_t i) const {
    constexpr size_t kLongest = 24;
    View line = StripBrackets(Folded(i));
    if (line.size() > kLongest || EndsSentence(lines_[i]) || GoesOnAbove(i)) {
      return false;
    }
    while (!line.empty() && !IsWordCharacter(line.back())) {
      line.remove_suffix(1);
    }
    while (!line.empty() && !IsWordCharacter(line.front())) {
      line.remove_prefix(1);
    }
    return GetLexicon().foot_line.Contains(line);
  }

  // 网友张三：…, 3小时前 回复 12: what stands beside the words of a reader and in no speech.
  bool IsReaderLine(size_t i) const {
    constexpr size_t kLongestName = 16;
    constexpr size_t kLongestLine = 30;
    const Lexicon& lexicon = GetLexicon();
    const View line = Folded(i);
    const View head = line.substr(0, kLongestName);
    if (lexicon.reader_label.PrefixOf(line) > 0 &&
        (line.size() <= kLongestName || std::any_of(head.begin(), head.end(), IsColon))) {
      return true;
    }
    size_t length = 0;
    return line.size() <= kLongestLine && !EndsClosed(lines_[i]) &&
           (HasTimeOfDay(line) || lexicon.reader_word.FindIn(line, &length) != View::npos);
  }

  // The line from `begin` on below which readers speak, the last one's successor for none. Above
  // the first line of a reader the speech may go on, as it does with a salutation, with the next
  // number of its parts or in many sentences.
  size_t FindComments(size_t begin) const {
    constexpr size_t kMostSentences = 10;
    std::array<int, kMarkerFamilies> numbers = {};
    size_t head = lines_.size();
    size_t sentences = 0;
    for (size_t i = head_end_; i < lines_.size(); ++i) {
      if (i >= begin && IsCommentHead(i)) {
        if (head == lines_.size()) {
          head = i;
          sentences = 0;
        }
        continue;
      }
      if (kinds_[i] != BlockKind::kBody) {
        continue;
      }
      const View text = Folded(i);
      const Marker marker = ReadMarker(text);
      int& number = numbers[static_cast<size_t>(marker.family)];
      if (head < i) {
        if (IsReaderLine(i)) {
          break;
        }
        if (IsParagraph(i)) {
          sentences += static_cast<size_t>(std::count_if(text.begin(), text.end(), IsTerminal));
        }
        if (BeginsWithSalutation(text) || sentences > kMostSentences ||
            (IsStrongFamily(marker.family) && number > 0 && marker.number == number + 1)) {
          head = lines_.size();
        }
      }
      if (head == lines_.size()) {
        number = marker.number;
      }
    }
    return head;
  }

  // Below a line that begins what readers say nothing is speech. Below what ends the text of a page
  // (责任编辑) its other lines are not, unless one is a sentence: then the text goes on there. Both
  // stand near the end.
  void MarkPageTail() {
    constexpr size_t kShare = 5;  // of the text, what may stand below
    const Lexicon& lexicon = GetLexicon();
    size_t below = 0;
    size_t begin = lines_.size();  // of what is near the end
    while (begin > head_end_ &&
           below * kShare <= lines_[begin - 1].begin - lines_[head_end_].begin) {
      --begin;
      below += lines_[begin].size();
    }
    const size_t comments = FindComments(begin);
    for (size_t i = begin; i < lines_.size(); ++i) {
      if (kinds_[i] != BlockKind::kBody) {
        continue;
      }
      if (i > comments) {
        result_.comments.characters += lines_[i].size();
        result_.comments.head = static_cast<int>(comments);
      }
      if (i > comments || IsCommentHead(i)) {
        kinds_[i] = BlockKind::kWebFurniture;
      }
    }
    size_t first = lines_.size();
    bool sentences = false;
    for (size_t i = comments; i-- > begin && !sentences;) {
      const View text = Folded(i);
      if (kinds_[i] != BlockKind::kBody && text.size() <= kMaxTitleLine &&
          lexicon.page_tail.PrefixOf(WithoutButton(StripBrackets(text))) > 0) {
        first = i;
      }
      // Headlines may trail off.
      sentences = kinds_[i] == BlockKind::kBody && EndsSentence(lines_[i]) &&
                  !IsEllipsis(lines_[i].last_mark);
    }
    for (size_t i = first; i < lines_.size(); ++i) {
      if (kinds_[i] == BlockKind::kBody) {
        kinds_[i] = BlockKind::kWebFurniture;
      }
    }
  }

  // 主持人 赵倩： 某报记者： 市教育局局长 周敏：, at the beginning of a line: the length of the
  // label with its colon, 0 for none. `talk` is set where only the record of a talk has such a
  // label.
  static size_t SpeakerLabel(View line, bool* talk) {
    constexpr size_t kLongest = 24;
    const View head = line.substr(0, kLongest + 1);
    const auto* const colon = std::find_if(head.begin(), head.end(), IsColon);
    const View label = Trim(head.substr(0, static_cast<size_t>(colon - head.begin())));
    if (colon == head.end() || label.empty() ||
        std::any_of(label.begin(), label.end(), [](char32_t c) {
          return IsCommaLike(c) || IsTerminal(c) || IsSemicolon(c) || IsAsciiDigit(c);
        })) {
      return 0;
    }
    if (GetLexicon().talk_label.Contains(label) || label.ends_with(U"记者") ||
        label.starts_with(U"主持人") || label.ends_with(U"发言人")) {
      *talk = true;
    } else if (!ReadByline(label) && !IsPersonName(label, false)) {
      return 0;
    }
    return static_cast<size_t>(colon - head.begin()) + 1;
  }

  // Below the salutation of a text, the occasion of a speech, or who gives it, right above another
  // salutation: several reports in one file.
  void FindSecondReport() {
    constexpr size_t kMostLines = 5;
    for (size_t i = head_end_ + 1; i < lines_.size(); ++i) {
      const View line = Folded(i);
      if (lines_[i].size() > kMaxTitleLine || EndsSentence(lines_[i]) || !IsColonEnd(line) ||
          !BeginsWithSalutation(line)) {
        continue;
      }
      for (size_t j = i - std::min(i - head_end_ - 1, kMostLines); j < i; ++j) {
        const auto occasion =
            lines_[j].size() <= kMaxTitleLine ? ReadOccasion(Folded(j)) : std::nullopt;
        if ((occasion && FindDate(Folded(j))) || HeadsReport(j, i)) {
          result_.second_report = static_cast<int>(j);
          several_speakers_ = true;
          return;
        }
      }
    }
  }

  // Whether the line is the title of a report, above nothing but other lines of a head up to the
  // salutation, and below the last words of another.
  bool HeadsReport(size_t title, size_t salutation) const {
    const View line = Folded(title);
    if ((!line.ends_with(U"报告") && !line.ends_with(U"讲话")) || ReadMarker(line) ||
        lines_[title].size() > kMaxTitleLine || !EndsSentence(lines_[title - 1])) {
      return false;
    }
    for (size_t i = title; i < salutation; ++i) {
      if (lines_[i].size() > kMaxTitleLine || EndsClosed(lines_[i]) || ReadMarker(Folded(i))) {
        return false;
      }
    }
    return true;
  }

  static bool IsColonEnd(View line) { return !line.empty() && IsColon(line.back()); }

  // The labels by which the record of a talk says who speaks.
  void MarkSpeakers() {
    constexpr size_t kFewest = 4;
    struct Label {
      size_t line;
      size_t length;
    };
    std::vector<Label> labels;
    std::unordered_set<View> names;
    bool talk = false;
    for (size_t i = title_end_; i < lines_.size(); ++i) {
      const size_t length = kinds_[i] == BlockKind::kBody ? SpeakerLabel(Folded(i), &talk) : 0;
      if (length > 0) {
        labels.push_back({i, length});
        names.insert(Folded(i).substr(0, length));
      }
    }
    if (talk && labels.size() >= kFewest && names.size() >= 2) {
      several_speakers_ = true;
      for (const Label& label : labels) {
        if (label.length == lines_[label.line].size()) {
          kinds_[label.line] = BlockKind::kByline;
        } else {
          labels_.emplace(label.line, label.length);
        }
      }
    }
    if (several_speakers_) {
      result_.several_speakers = true;
      result_.metadata.speaker.clear();
      result_.metadata.office.clear();
    }
    // What the second report says was said on another day.
    if (result_.second_report >= 0) {
      result_.metadata.date.reset();
      result_.metadata.event.clear();
      result_.metadata.subtitle.clear();
    }
  }

  // A jump in brackets that begins near the end of a line and ends in the next (（下转第 四版）):
  // the places where it does, nullopt for none.
  std::optional<Span> FindPartedJump(size_t i) const {
    constexpr size_t kLongest = 16;
    if (i + 1 >= lines_.size() || kinds_[i + 1] != BlockKind::kBody || lines_[i + 1].gap_before) {
      return std::nullopt;
    }
    const View line = Folded(i);
    size_t open = line.size();
    for (size_t k = line.size() - std::min(line.size(), kLongest); k < line.size(); ++k) {
      open = ClosingPartner(line[k]) != 0 ? k : CloserShape(line[k]) != 0 ? line.size() : open;
    }
    if (open == line.size()) {
      return std::nullopt;
    }
    std::u32string both(line.substr(open));
    both += Folded(i + 1).substr(0, kLongest);
    const std::vector<Span> jumps = FindBracketedJumps(both);
    if (jumps.empty() || jumps.front().begin > 0) {
      return std::nullopt;
    }
    return Span{open, jumps.front().end - (line.size() - open)};
  }

  void MarkNotes() {
    for (const size_t i : explanations_) {
      AddPrintedNote(Folded(i), &printed_);
    }
    NoteReader notes(std::move(printed_));
    size_t jump_end = 0;  // in the line, of a jump that began in the one before
    for (size_t i = head_end_; i < lines_.size(); ++i) {
      const size_t jumped = std::exchange(jump_end, 0);
      if (kinds_[i] != BlockKind::kBody) {
        continue;
      }
      const std::optional<std::vector<NoteMark>> marks = notes.Read(Folded(i));
      if (!marks.has_value()) {
        kinds_[i] = BlockKind::kNote;
        continue;
      }
      std::vector<Piece> inner;
      if (const auto label = labels_.find(i); label != labels_.end()) {
        inner.push_back({0, static_cast<uint32_t>(label->second), 0, BlockKind::kByline});
      }
      for (const NoteMark& mark : *marks) {
        inner.push_back({mark.begin, mark.end, 0, BlockKind::kNote});
      }
      for (const Span& jump : FindBracketedJumps(Folded(i))) {
        inner.push_back({static_cast<uint32_t>(jump.begin), static_cast<uint32_t>(jump.end), 0,
                         BlockKind::kJumpLine});
      }
      if (jumped > 0) {
        inner.push_back({0, static_cast<uint32_t>(jumped), 0, BlockKind::kJumpLine});
      }
      if (const std::optional<Span> parted = FindPartedJump(i); parted.has_value()) {
        inner.push_back({static_cast<uint32_t>(parted->begin),
                         static_cast<uint32_t>(lines_[i].size()), 0, BlockKind::kJumpLine});
        jump_end = parted->end;
      }
      for (const NoteMark& note : FindStageNotes(Folded(i))) {
        inner.push_back({note.begin, note.end, 0, BlockKind::kNote});
      }
      if (const std::optional<Span> more = FindMore(Folded(i)); more.has_value()) {
        inner.push_back({static_cast<uint32_t>(more->begin), static_cast<uint32_t>(more->end), 0,
                         BlockKind::kWebFurniture});
      }
      if (!inner.empty()) {
        std::sort(inner.begin(), inner.end(),
                  [](const Piece& a, const Piece& b) { return a.begin < b.begin; });
        marks_.emplace(i, std::move(inner));
      }
    }
  }

  // Sentences that are no speech, and of which nothing else tells.
  void CountSentences() {
    size_t speech = 0;
    size_t others = 0;
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (EndsSentence(lines_[i]) || lines_[i].inner_stop) {
        const BlockKind kind = kinds_[i];
        speech += kind == BlockKind::kBody ? lines_[i].size() : 0u;
        others += kind != BlockKind::kBody && kind != BlockKind::kNote && kind != BlockKind::kTable
                      ? lines_[i].size()
                      : 0u;
      }
    }
    const size_t told =
        result_.comments.characters + result_.tail.characters + told_above_ + told_between_;
    if (others > told && (others - told) * 2 > speech) {
      result_.sentences_left_out = others - told;
    }
  }

  void Emit() {
    CountSentences();
    result_.pieces.reserve(lines_.size() + 8);
    for (size_t i = 0; i < lines_.size(); ++i) {
      const Line& line = lines_[i];
      const auto index = static_cast<uint32_t>(i);
      const auto add = [&](size_t begin, size_t end, BlockKind kind) {
        while (begin < end && text::IsSpace(source_[begin])) {
          ++begin;
        }
        while (end > begin && text::IsSpace(source_[end - 1])) {
          --end;
        }
        if (begin < end) {
          result_.pieces.push_back(
              {static_cast<uint32_t>(begin), static_cast<uint32_t>(end), index, kind});
        }
      };
      if (const auto split = splits_.find(i); split != splits_.end()) {
        add(line.begin, line.begin + split->second.first_end, kinds_[i]);
        add(line.begin + split->second.second_begin, line.end, split->second.kind);
        continue;
      }
      if (kinds_[i] != BlockKind::kBody) {
        add(line.begin, line.end, kinds_[i]);
        continue;
      }
      size_t begin = line.begin;
      size_t end = line.end;
      const View text = Folded(i);
      if (const auto back = FindJump(text, false)) {
        add(line.begin, line.begin + back->end, BlockKind::kJumpLine);
        begin = line.begin + back->end;
        result_.open_jump = -1;
      }
      const auto onward = FindJump(text, true);
      if (onward && line.begin + onward->begin >= begin) {
        end = line.begin + onward->begin;
      }
      if (begin < end) {
        if (const auto marks = marks_.find(i); marks != marks_.end()) {
          for (const Piece& mark : marks->second) {
            const size_t at = line.begin + mark.begin;
            if (at >= begin && line.begin + mark.end <= end) {
              add(begin, at, BlockKind::kBody);
              add(at, line.begin + mark.end, mark.kind);
              begin = line.begin + mark.end;
            }
          }
        }
        add(begin, end, BlockKind::kBody);
        result_.open_jump = -1;
      }
      if (end < line.end) {
        add(end, line.end, BlockKind::kJumpLine);
        result_.open_jump = static_cast<int>(result_.pieces.size()) - 1;
      }
    }
  }

  // Lines without a credit that begin with a sign of kPointers.
  struct Pointed {
    size_t lines = 0;
    size_t captions = 0;  // by what they say
  };

  struct Split {
    size_t first_end;
    size_t second_begin;
    BlockKind kind;  // of the second part
  };

  const View source_;
  const View folded_;
  const std::vector<Line>& lines_;
  Checkpoints* const checkpoints_;
  std::vector<BlockKind> kinds_;
  std::unordered_map<size_t, Split> splits_;
  // Marks of notes and jumps inside the lines of the speech, from the beginning of each.
  std::unordered_map<size_t, std::vector<Piece>> marks_;
  std::unordered_map<size_t, size_t> labels_;  // of speakers before what they say: their lengths
  std::vector<size_t> explanations_;           // lines below those that say that notes follow
  PrintedNotes printed_;                       // notes that have no such line above them
  size_t letter_end_ = 0;
  size_t contents_end_ = 0;
  size_t head_end_ = 0;
  size_t title_end_ = 0;
  size_t source_label_ = static_cast<size_t>(-2);
  size_t date_label_ = static_cast<size_t>(-2);
  std::array<Pointed, kPointers.size()> pointed_ = {};  // by each of kPointers
  std::u32string speaker_;
  uint32_t column_ = 0;  // of a wrapped text; UINT32_MAX: it is not; 0: not known yet
  bool has_salutation_ = false;
  bool begins_report_ = false;          // the words below the salutation present a report
  std::unordered_set<size_t> unnamed_;  // paragraphs of the head that no word tells from speech
  size_t told_above_ = 0;               // of the characters above the speech, those of no notes
  size_t told_between_ = 0;             // the same of those between lines of it
  bool several_speakers_ = false;
  DateShape date_shape_ = DateShape::kNone;
  std::optional<DayOfYear> day_of_year_;  // of the occasion, where its year is not said
  size_t judged_ = 0;                     // lines of the head above this one are judged
  size_t last_sentence_ = 0;              // of the speech, as far as its lines alone say
  Classified result_;
};

}  // namespace

namespace {

// 主席、各位议员、各位香港市民：, 主席、各位委员女士、先生：: members of a list of whom one is
// 各位….
bool AddressesMembers(View folded) {
  constexpr size_t kLongest = 60;
  constexpr size_t kLongestMember = 10;
  constexpr View kFirst = U"各全主议院尊亲女先";
  if (folded.empty() || kFirst.find(folded.front()) == View::npos) {
    return false;
  }
  const WordList& words = GetLexicon().salutation;
  bool all = false;
  size_t begin = 0;
  for (size_t i = 0; i < std::min(folded.size(), kLongest); ++i) {
    const char32_t c = folded[i];
    const bool ends = IsColon(c) || c == U'！' || c == U'!';
    if (text::IsHan(c) || (text::IsSpace(c) && i > begin)) {
      continue;
    }
    const View member = Trim(folded.substr(begin, i - begin));
    if ((!ends && c != U'、') || member.size() < 2 || member.size() > kLongestMember) {
      return false;
    }
    const bool every = member.starts_with(U"各位");
    if (!every && !words.Contains(member) && member != U"主席" && member != U"议长" &&
        member != U"院长" && member != U"女士" && member != U"先生" &&
        !(member.starts_with(U"全体") || member.ends_with(U"们"))) {
      return false;
    }
    all |= every;
    if (ends) {
      return all;
    }
    begin = i + 1;
  }
  return false;
}

}  // namespace

bool BeginsWithSalutation(View folded) {
  const WordList& words = GetLexicon().salutation;
  if (AddressesMembers(folded)) {
    return true;
  }
  size_t at = 0;
  // 各位代表、同志们：, 尊敬的主席团：
  for (int i = 0; i < 6; ++i) {
    const size_t length = words.PrefixOf(folded.substr(at));
    if (length == 0) {
      if (at == 0) {
        return false;
      }
      break;
    }
    at += length;
    while (at < folded.size() && (folded[at] == U'、' || text::IsSpace(folded[at]))) {
      ++at;
    }
  }
  const char32_t end = At(folded, at);
  return IsColon(end) || end == U'！' || end == U'!' || end == U'，' || end == U',';
}

namespace {

// The line that says that the page holds only the beginning of the text: directly below the speech
// or at its end, but for one of a list of links and below last words to the audience. -1 for none.
int FindBeginningOnly(View folded, const std::vector<Line>& lines,
                      const std::vector<Piece>& pieces) {
  constexpr size_t kMostBetween = 2;
  const auto text_of = [&](const Piece& piece) {
    return folded.substr(piece.begin, piece.end - piece.begin);
  };
  size_t last = pieces.size();  // of the speech
  for (size_t p = pieces.size(); p-- > 0 && last == pieces.size();) {
    const View text = text_of(pieces[p]);
    if (pieces[p].kind == BlockKind::kBody &&
        std::any_of(text.begin(), text.end(), IsWordCharacter)) {
      last = p;
    }
  }
  int found = -1;
  bool explicitly = false;
  size_t between = 0;
  for (size_t p = last + 1; p < pieces.size(); ++p) {
    const View text = text_of(pieces[p]);
    if (pieces[p].kind != BlockKind::kWebFurniture || !IsMore(text)) {
      between += std::any_of(text.begin(), text.end(), IsWordCharacter) ? 1u : 0u;
      continue;
    }
    if (found >= 0) {
      return -1;
    }
    if (between <= kMostBetween) {
      found = static_cast<int>(pieces[p].line);
      explicitly = Contains(text, U"未完待续");
    }
  }
  if (found < 0 || explicitly) {
    return found;
  }
  const Line& line = lines[pieces[last].line];
  const View words = folded.substr(line.begin, line.size());
  const bool over = IsThanks(words) || (CallsOut(line) && BeginsWithSalutation(words));
  return over ? -1 : found;
}

Classified ClassifyLines(View source, View folded, const std::vector<Line>& lines,
                         Checkpoints* checkpoints, const std::vector<View>& set_notes) {
  Classified classified = Classifier(source, folded, lines, checkpoints, set_notes).Run();
  classified.missing_pages = CountMissingPages(folded, lines);
  classified.beginning_only = FindBeginningOnly(folded, lines, classified.pieces);
  return classified;
}

}  // namespace

Classified ClassifyLines(View source, View folded, const std::vector<Line>& lines,
                         Checkpoints* checkpoints) {
  return ClassifyLines(source, folded, lines, checkpoints, {});
}

namespace {

// What a line is by its format alone; kBody where its words decide. `title_level` is the level of
// the highest heading outside navigation: the name of a site in its head is none beside it.
BlockKind KindByLayout(const Line& line, uint8_t title_level) {
  switch (line.role) {
    case LineRole::kNavigation:
      return BlockKind::kWebFurniture;
    case LineRole::kMaybeNavigation:
      // A name alone does not make navigation of what reads like speech.
      return (line.heading_level == 0 || line.heading_level >= title_level) &&
                     line.size() <= kMaxBanner && !EndsSentence(line)
                 ? BlockKind::kWebFurniture
                 : BlockKind::kBody;
    case LineRole::kPageNumber:
      return BlockKind::kPageNumber;
    case LineRole::kRunningHead:
      return BlockKind::kMasthead;
    case LineRole::kNote:
      return BlockKind::kNote;
    case LineRole::kCaption:
      return BlockKind::kCaption;
    case LineRole::kTableCell:
      // A cell that holds a paragraph is one of the text.
      return EndsSentence(line) && line.size() >= kMinParagraph ? BlockKind::kBody
                                                                : BlockKind::kTable;
    case LineRole::kText:
      break;
  }
  return BlockKind::kBody;
}

uint8_t HighestLevel(const std::vector<Line>& lines) {
  uint8_t level = UINT8_MAX;
  for (const Line& line : lines) {
    if (line.role == LineRole::kText && line.heading_level > 0) {
      level = std::min(level, line.heading_level);
    }
  }
  return level;
}

// Gives headings that have nothing but navigation below them (相关阅读 above links) its role.
void MarkHeadingsOfNavigation(uint8_t title_level, std::vector<Line>* lines) {
  bool text = false;  // what stands below, up to the next heading that is none of navigation
  bool navigation = false;
  for (size_t i = lines->size(); i-- > 0;) {
    Line& line = (*lines)[i];
    if (line.role == LineRole::kText && line.heading_level > 0) {
      if (navigation && !text) {
        line.role = LineRole::kNavigation;
      } else {
        text = true;
        navigation = false;
      }
    } else if (KindByLayout(line, title_level) == BlockKind::kWebFurniture) {
      navigation = true;
    } else {
      text = true;
    }
  }
}

// A heading of the text that is a link all over is none of navigation: it is numbered, stands
// between lines of the text and, unlike a list of contents, says what no other line does.
void KeepLinkedHeadings(View folded, std::vector<Line>* lines) {
  constexpr size_t kMost = 3;  // headings above each other
  const auto text_of = [&](const Line& line) { return folded.substr(line.begin, line.size()); };
  const auto is_heading = [&](const Line& line) {
    return line.role == LineRole::kMaybeNavigation && line.heading_level == 0 &&
           line.size() <= kMaxBanner && IsStrongFamily(ReadMarker(text_of(line)).family);
  };
  std::unordered_map<std::u32string, size_t> printed;
  std::u32string held;
  for (const Line& line : *lines) {
    if (line.size() <= kMaxBanner) {
      ++printed[std::u32string(WithoutSpaces(text_of(line), &held))];
    }
  }
  for (size_t i = 1; i < lines->size(); ++i) {
    size_t end = i;
    bool single = true;
    for (; end < lines->size() && is_heading((*lines)[end]); ++end) {
      single &= printed[std::u32string(WithoutSpaces(text_of((*lines)[end]), &held))] == 1;
    }
    if (end == i) {
      continue;
    }
    if (single && end - i <= kMost && (*lines)[i - 1].role == LineRole::kText &&
        end < lines->size() && (*lines)[end].role == LineRole::kText &&
        EndsSentence((*lines)[end])) {
      for (size_t j = i; j < end; ++j) {
        (*lines)[j].role = LineRole::kText;
      }
    }
    i = end;
  }
}

}  // namespace

Classified ClassifyLaidOutLines(View source, View folded, std::vector<Line> lines, bool english,
                                Checkpoints* checkpoints) {
  std::vector<View> set_notes;
  const auto classify = [&](View all, View all_folded, const std::vector<Line>& some) {
    return english ? ClassifyEnglishLines(all, all_folded, some)
                   : ClassifyLines(all, all_folded, some, checkpoints, set_notes);
  };
  KeepLinkedHeadings(folded, &lines);
  MarkHeadingsOfNavigation(HighestLevel(lines), &lines);
  const uint8_t title_level = HighestLevel(lines);
  std::vector<Line> rest;
  std::vector<uint32_t> places;  // of the rest among all lines
  for (uint32_t i = 0; i < lines.size(); ++i) {
    if (KindByLayout(lines[i], title_level) == BlockKind::kBody) {
      rest.push_back(lines[i]);
      places.push_back(i);
    } else if (lines[i].role == LineRole::kNote) {
      set_notes.push_back(folded.substr(lines[i].begin, lines[i].size()));
    }
  }
  if (std::none_of(rest.begin(), rest.end(), [](const Line& line) { return line.has_word; })) {
    return classify(source, folded, lines);
  }
  Classified words = classify(source, folded, rest);
  Classified all;
  all.metadata = std::move(words.metadata);
  all.several_speakers = words.several_speakers;
  all.second_report = words.second_report < 0
                          ? -1
                          : static_cast<int>(places[static_cast<size_t>(words.second_report)]);
  for (const auto left_out :
       {&Classified::comments, &Classified::notes, &Classified::tail, &Classified::kept,
        &Classified::letter, &Classified::above, &Classified::between}) {
    all.*left_out = words.*left_out;
    if (int& head = (all.*left_out).head; head >= 0) {
      head = static_cast<int>(places[static_cast<size_t>(head)]);
    }
  }
  all.sentences_left_out = words.sentences_left_out;
  all.missing_pages = english ? 0 : CountMissingPages(folded, lines);
  all.pieces.reserve(words.pieces.size() + lines.size() - rest.size());
  size_t next = 0;  // of the pieces of the rest
  for (uint32_t i = 0; i < lines.size(); ++i) {
    if (const BlockKind kind = KindByLayout(lines[i], title_level); kind != BlockKind::kBody) {
      all.pieces.push_back({lines[i].begin, lines[i].end, i, kind});
      continue;
    }
    for (; next < words.pieces.size() && places[words.pieces[next].line] == i; ++next) {
      if (words.open_jump == static_cast<int>(next)) {
        all.open_jump = static_cast<int>(all.pieces.size());
      }
      all.pieces.push_back(words.pieces[next]);
      all.pieces.back().line = i;
    }
  }
  all.beginning_only = english ? -1 : FindBeginningOnly(folded, lines, all.pieces);
  return all;
}

}  // namespace quotes::report
