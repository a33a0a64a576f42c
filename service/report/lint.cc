#include "service/report/lint.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "service/base/limits.h"
#include "service/report/chars.h"
#include "service/report/lexicon.h"
#include "service/report/markers.h"
#include "service/report/metadata.h"
#include "service/text/decode.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

// Every passage of kPassage characters holds a window of kWindow that begins at a multiple of
// kStep.
constexpr uint32_t kPassage = 30;
// Shorter ones that are no whole sentences are formulas, which official speech repeats.
constexpr uint32_t kFormula = 60;
constexpr uint32_t kStep = 16;
// The shortest clause, with its mark, that is not said twice in a row for effect (前进，前进).
constexpr uint32_t kClause = 8;
constexpr uint32_t kWindow = kPassage - kStep + 1;

uint64_t Mix(uint64_t value) {
  value ^= value >> 31;
  value *= 0x9E3779B97F4A7C15u;
  value ^= value >> 29;
  return value;
}

// A table of window hashes with open addressing; the first place of each is kept.
class WindowTable {
 public:
  explicit WindowTable(size_t entries) {
    size_t size = 64;
    while (size < entries * 2) {
      size *= 2;
    }
    mask_ = size - 1;
    slots_.resize(size);
  }

  // The place of an equal window entered before, or the one just entered.
  uint32_t FindOrAdd(uint64_t hash, uint32_t place, bool add) {
    size_t i = Mix(hash) & mask_;
    while (slots_[i].place != kNone) {
      if (slots_[i].tag == static_cast<uint32_t>(hash >> 32)) {
        return slots_[i].place;
      }
      i = (i + 1) & mask_;
    }
    if (add) {
      slots_[i] = {static_cast<uint32_t>(hash >> 32), place};
    }
    return kNone;
  }

  static constexpr uint32_t kNone = UINT32_MAX;

 private:
  struct Slot {
    uint32_t tag = 0;
    uint32_t place = kNone;
  };
  size_t mask_ = 0;
  std::vector<Slot> slots_;
};

bool IsSentenceEnd(char32_t c) { return IsTerminal(c) || IsSemicolon(c) || IsCloser(c); }

// Opening marks of one meaning in different widths: （ and (.
bool SameWidth(char32_t open, char32_t close) {
  const bool narrow_open = open == U'(' || open == U'[';
  const bool narrow_close = close == U')' || close == U']';
  return narrow_open == narrow_close;
}

// The closing mark in the style of an opening one.
char32_t PartnerOf(char32_t open) {
  return open == U'(' ? U')' : open == U'[' ? U']' : ClosingPartner(open);
}

// An opening mark that a closing one of this shape may have; empty for none.
std::u32string OpenerOf(char32_t shape) {
  for (const char32_t open : U"“‘「『（《〈【〔［") {
    if (open != 0 && ClosingPartner(open) == shape) {
      return std::u32string(1, open);
    }
  }
  return {};
}

bool Full(const ParsedReport& report) { return report.lint.size() >= limits::kMaxLintFindings; }

std::string FamilyText(int number) { return std::to_string(number); }

// `printed` with another number in the place of its first one, a Chinese or an Arabic numeral;
// empty when it has none.
std::string Renumbered(View printed, View folded, int number) {
  constexpr View kDigits = U"〇一二三四五六七八九";
  const auto is_numeral = [&](size_t i) {
    return IsAsciiDigit(folded[i]) || HanDigit(folded[i]) >= 0 || folded[i] == U'十';
  };
  size_t begin = 0;
  while (begin < folded.size() && !is_numeral(begin)) {
    ++begin;
  }
  size_t end = begin;
  while (end < folded.size() && is_numeral(end)) {
    ++end;
  }
  if (begin == end || number < 1 || number > 99) {
    return {};
  }
  std::u32string numeral;
  if (IsAsciiDigit(folded[begin])) {
    numeral = text::ToCodePoints(std::to_string(number));
  } else {
    const auto tens = static_cast<size_t>(number / 10);
    const auto ones = static_cast<size_t>(number % 10);
    numeral.append(tens > 1 ? 1 : 0, kDigits[tens]).append(tens > 0 ? 1 : 0, U'十');
    numeral.append(ones > 0 ? 1 : 0, kDigits[ones]);
  }
  return text::ToUtf8(std::u32string(printed.substr(0, begin)) + numeral +
                      std::u32string(printed.substr(end)));
}

}  // namespace

uint32_t LineAt(const ParsedReport& report, uint32_t position) {
  // Spans are in source order, so only spans of one kind of run are sorted by position. Speech
  // comes first in the joined text; the rest is found the same way.
  const bool speech = !report.runs.empty() && position < report.runs.front().range.end;
  uint32_t line = 0;
  size_t low = 0;
  size_t high = report.print_spans.size();
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    // The nearest span of the wanted half at or after the middle.
    size_t at = middle;
    while (at < high && IsSpeech(report.print_spans[at].kind) != speech) {
      ++at;
    }
    if (at == high) {
      high = middle;
      continue;
    }
    if (report.print_spans[at].joined.begin <= position) {
      line = report.print_spans[at].line;
      low = at + 1;
    } else {
      high = middle;
    }
  }
  return line;
}

void AddFinding(LintFinding finding, ParsedReport* report) {
  if (Full(*report)) {
    return;
  }
  if (finding.line == 0 && !finding.range.empty()) {
    finding.line = LineAt(*report, finding.range.begin);
  }
  report->lint.push_back(std::move(finding));
}

void LintMetadata(bool several_speakers, bool several_reports, ParsedReport* report) {
  const Metadata& metadata = report->metadata;
  const auto tell = [&](std::string message) {
    AddFinding({LintKind::kMissingMetadata, Certainty::kCertain, 0, {}, std::move(message), ""},
               report);
  };
  const auto missing = [&](std::string_view what) {
    tell("no " + std::string(what) + " was found in the text");
  };
  if (metadata.title.empty()) {
    missing("title");
  }
  if (metadata.speaker.empty() && several_speakers) {
    tell("several people speak in the text, so that it has no speaker");
  } else if (metadata.speaker.empty()) {
    missing("speaker");
  }
  if (!metadata.date && several_reports) {
    tell("several reports stand in the text, so that it has no date");
  } else if (!metadata.date) {
    missing("date");
  }
}

void LintMarks(const LintInput& input, ParsedReport* report) {
  constexpr uint32_t kNoMark = UINT32_MAX;
  struct OpenMark {
    char32_t partner;
    uint32_t at;
  };
  std::vector<OpenMark> open;
  std::map<char32_t, size_t> open_of;  // how many of `open` have each partner
  const auto report_mark = [&](const Range& paragraph, uint32_t at) {
    if (Full(*report)) {
      return;
    }
    // The partner may be missed where the clause ends, or begins. Of what goes on without a mark
    // that cannot be said.
    constexpr uint32_t kLongestClause = 200;
    const auto ends_clause = [&](uint32_t i) {
      const char32_t c = input.speech[i];
      return IsCommaLike(c) || IsSentenceEnd(c) || IsColon(c);
    };
    Range range{at, at + 1};
    std::u32string proposal;
    if (const char32_t closing = ClosingPartner(input.speech[at]); closing != 0) {
      while (range.end < paragraph.end && range.size() <= kLongestClause &&
             !ends_clause(range.end)) {
        ++range.end;
      }
      proposal = input.speech.substr(range.begin, range.size());
      proposal.push_back(PartnerOf(input.speech[at]));
    } else {
      while (range.begin > paragraph.begin && range.size() <= kLongestClause &&
             !ends_clause(range.begin - 1)) {
        --range.begin;
      }
      proposal = OpenerOf(CloserShape(input.speech[at]));
      proposal += input.speech.substr(range.begin, range.size());
    }
    if (range.size() > kLongestClause) {
      range = {at, at + 1};
    }
    AddFinding({LintKind::kUnbalancedMark, Certainty::kProbable, 0, range,
                "the mark " + text::ToUtf8(input.speech.substr(at, 1)) + " has no partner",
                range.size() > 1 ? text::ToUtf8(proposal) : std::string()},
               report);
  };
  const auto report_mixed = [&](uint32_t at, char32_t proposal) {
    AddFinding({LintKind::kMixedMarks,
                Certainty::kProbable,
                0,
                {at, at + 1},
                "the mark " + text::ToUtf8(input.speech.substr(at, 1)) +
                    " and its partner are of two styles",
                text::ToUtf8(View(&proposal, 1))},
               report);
  };
  for (const Range& paragraph : report->paragraphs) {
    if (!input.GoOn(paragraph)) {
      return;
    }
    if (Full(*report)) {
      return;
    }
    open.clear();
    open_of.clear();
    uint32_t straight = kNoMark;  // the last straight quotation mark that opened
    for (uint32_t i = paragraph.begin; i < paragraph.end; ++i) {
      const char32_t c = input.speech[i];
      if (c == U'"') {
        if (straight != kNoMark) {
          straight = kNoMark;
        } else if (!open.empty() && open.back().partner == U'”') {
          report_mixed(i, U'”');
          --open_of[open.back().partner];
          open.pop_back();
        } else {
          straight = i;
        }
        continue;
      }
      if (const char32_t partner = ClosingPartner(c); partner != 0) {
        open.push_back({partner, i});
        ++open_of[partner];
        continue;
      }
      const char32_t shape = CloserShape(c);
      if (shape == 0) {
        continue;
      }
      const char32_t before = i > paragraph.begin ? input.folded[i - 1] : 0;
      if (c == U'’' && (IsLatinLetter(before) || IsAsciiDigit(before))) {
        continue;  // an apostrophe
      }
      if (!open.empty() && open.back().partner == shape) {
        if (!SameWidth(input.speech[open.back().at], c)) {
          report_mixed(i, PartnerOf(input.speech[open.back().at]));
        }
        --open_of[shape];
        open.pop_back();
        continue;
      }
      if (shape == U'”' && straight != kNoMark) {
        report_mixed(straight, U'“');
        straight = kNoMark;
        continue;
      }
      if (open_of[shape] > 0) {
        // What was opened inside has no partner.
        const auto from = std::find_if(open.rbegin(), open.rend(), [&](const OpenMark& mark) {
                            return mark.partner == shape;
                          }).base();
        for (auto it = from; it != open.end(); ++it) {
          report_mark(paragraph, it->at);
        }
        for (auto it = from - 1; it != open.end(); ++it) {
          --open_of[it->partner];
        }
        open.erase(from - 1, open.end());
        continue;
      }
      // 1）and 一）number an item where a clause begins.
      if (shape == U'）' && (IsAsciiDigit(before) || HanDigit(before) > 0)) {
        uint32_t begin = i;
        while (begin > paragraph.begin &&
               (IsAsciiDigit(input.folded[begin - 1]) || HanDigit(input.folded[begin - 1]) >= 0 ||
                input.folded[begin - 1] == U'十')) {
          --begin;
        }
        if (begin == paragraph.begin || !IsWordCharacter(input.folded[begin - 1])) {
          continue;
        }
      }
      report_mark(paragraph, i);
    }
    // A quotation of several paragraphs opens in each and closes in the last one; one that a cut
    // text leaves open is the cut's fault.
    const bool last = paragraph.end == input.speech.size();
    for (size_t k = 0; k < open.size(); ++k) {
      const OpenMark& mark = open[k];
      const bool quotation = IsQuotationCloser(mark.partner);
      if ((quotation && mark.at == paragraph.begin) || (last && report->completeness.truncated)) {
        continue;
      }
      if (quotation && k + 1 < open.size() && open[k + 1].partner == mark.partner) {
        // “甲“: the second should close what the first opens.
        ++k;
        AddFinding({LintKind::kUnbalancedMark,
                    Certainty::kProbable,
                    0,
                    {open[k].at, open[k].at + 1},
                    "the mark " + text::ToUtf8(input.speech.substr(open[k].at, 1)) +
                        " stands twice and is never closed",
                    text::ToUtf8(View(&mark.partner, 1))},
                   report);
        continue;
      }
      report_mark(paragraph, mark.at);
    }
  }
}

namespace {

// Clauses that stand twice, one directly behind the other: "…，甲，乙，甲，乙，…". Whatever
// formulas a speech has, it does not say them twice in a row, so that short ones count. Returns the
// second copies in text order.
std::vector<Range> LintRepeatedClauses(const LintInput& input, ParsedReport* report) {
  const uint32_t scale = input.english ? 3 : 1;
  const uint32_t least = scale * kClause;
  const View text = input.folded;
  std::vector<Range> found;
  std::vector<uint32_t> begins;  // of the clauses of a paragraph
  for (const Range& paragraph : report->paragraphs) {
    if (!input.GoOn(paragraph)) {
      return found;
    }
    begins.assign(1, paragraph.begin);
    uint32_t reported_end = paragraph.begin;
    for (uint32_t i = paragraph.begin; i < paragraph.end; ++i) {
      const bool mark = IsCommaLike(text[i]) || IsSentenceEnd(text[i]);
      if (!mark || (i + 1 < paragraph.end && IsCloser(text[i + 1]))) {
        continue;
      }
      const uint32_t end = i + 1;
      for (size_t k = begins.size(); k > 0 && end - begins[k - 1] <= 2 * scale * kFormula; --k) {
        const uint32_t middle = begins[k - 1];
        const uint32_t length = end - middle;
        if (length < least || middle < reported_end + length) {
          continue;
        }
        // The last mark may be another one: 甲，乙，甲，乙。
        const uint32_t begin = middle - length;
        if (text.substr(begin, length - 1) != text.substr(middle, length - 1)) {
          continue;
        }
        found.push_back({middle, end});
        reported_end = end;
        AddFinding({LintKind::kDuplicatedPassage,
                    Certainty::kProbable,
                    0,
                    {begin, end},
                    std::to_string(length) + " characters stand twice in a row",
                    text::ToUtf8(input.speech.substr(middle, length))},
                   report);
        break;
      }
      begins.push_back(end);
    }
  }
  return found;
}

}  // namespace

void LintDuplicates(const LintInput& input, ParsedReport* report) {
  const View text = input.speech;
  const auto size = static_cast<uint32_t>(text.size());
  const std::vector<Range> repeated = LintRepeatedClauses(input, report);
  if (size < kPassage || Full(*report)) {
    return;
  }
  constexpr uint32_t kLook = 4096;  // characters from one look at the cancellation to the next
  constexpr uint64_t kBase = 0x100000001B3u;
  uint64_t high = 1;  // kBase to the power of kWindow - 1
  for (uint32_t i = 1; i < kWindow; ++i) {
    high *= kBase;
  }
  WindowTable table(size / kStep + 1);
  uint64_t hash = 0;
  for (uint32_t i = 0; i < kWindow - 1; ++i) {
    hash = hash * kBase + text[i];
  }
  uint32_t reported_end = 0;
  for (uint32_t end = kWindow - 1; end < size; ++end) {
    const uint32_t begin = end + 1 - kWindow;
    if (begin % kLook == 0 && !input.GoOn({begin, begin + kLook})) {
      return;
    }
    hash = hash * kBase + text[end];
    const uint64_t mixed = Mix(hash);
    const uint32_t first = table.FindOrAdd(mixed, begin, begin % kStep == 0);
    hash -= high * text[begin];
    if (first == WindowTable::kNone || first >= begin || begin < reported_end) {
      continue;
    }
    if (text.substr(first, kWindow) != text.substr(begin, kWindow)) {
      continue;
    }
    uint32_t from = begin;
    uint32_t earlier = first;
    while (from > reported_end && earlier > 0 && begin - from < kStep &&
           text[from - 1] == text[earlier - 1]) {
      --from;
      --earlier;
    }
    uint32_t to = begin + kWindow;
    while (to < size && text[to] == text[first + (to - begin)]) {
      ++to;
    }
    const uint32_t scale = input.english ? 3 : 1;  // letters say less than Han characters
    if (to - from < scale * kPassage) {
      continue;
    }
    const bool from_start = from == 0 || IsSentenceEnd(text[from - 1]) || IsSentenceEnd(text[from]);
    const bool to_end = IsSentenceEnd(text[to - 1]);
    if (to - from < scale * kFormula && !(from_start && to_end)) {
      continue;
    }
    reported_end = to;
    if (std::any_of(repeated.begin(), repeated.end(),
                    [&](const Range& range) { return range.begin < to && from < range.end; })) {
      continue;  // told already
    }
    AddFinding({LintKind::kDuplicatedPassage,
                Certainty::kProbable,
                0,
                {from, to},
                std::to_string(to - from) + " characters stand on line " +
                    std::to_string(LineAt(*report, earlier)) + " already",
                ""},
               report);
    if (Full(*report)) {
      return;
    }
  }
}

namespace {

bool HasInlineForm(MarkerFamily family) {
  return family == MarkerFamily::kHanIs || family == MarkerFamily::kHanMust ||
         family == MarkerFamily::kOrdinalWord;
}

// True when the marker of a family with this number stands in a running text: 三是, 第三.
bool StandsInside(View folded, MarkerFamily family, int number) {
  constexpr View kDigits = U"零一二三四五六七八九十";
  if (!HasInlineForm(family) || number < 1 || number > 10) {
    return false;
  }
  std::u32string marker(kDigits.substr(static_cast<size_t>(number), 1));
  if (family == MarkerFamily::kOrdinalWord) {
    return folded.find(U"第" + marker) != View::npos ||
           (number == 1 && folded.find(U"首先") != View::npos);
  }
  marker.push_back(family == MarkerFamily::kHanIs ? U'是' : U'要');
  return folded.find(marker) != View::npos;
}

// Series of items inside a paragraph: N是, N要, 第N and 其N.
constexpr int kInlineSeries = 4;

// The series that a number belongs to; -1 for none. It stands behind the character `ahead`, or, in
// series that have a word before the number, that word; `before` stands before all. A series that
// goes on may do so behind a comma.
int InlineSeries(char32_t ahead, View behind, char32_t before, bool goes_on) {
  const bool closes = IsTerminal(before) || IsSemicolon(before) || IsColon(before);
  const char32_t next = behind.empty() ? 0 : behind.front();
  if (ahead == U'第' || ahead == U'其') {
    return closes && IsCommaLike(next) ? (ahead == U'第' ? 2 : 3) : -1;
  }
  if (next == U'是') {
    return closes || (goes_on && IsCommaLike(before)) ? 0 : -1;
  }
  // 三要素 is no item.
  return next == U'要' && (closes || IsCommaLike(before)) && !behind.starts_with(U"要素") ? 1 : -1;
}

}  // namespace

void LintNumbering(const LintInput& input, ParsedReport* report) {
  // In the outline: siblings of one family in a row.
  const std::vector<Section>& sections = report->sections;
  struct Last {
    MarkerFamily family = MarkerFamily::kNone;
    int number = 0;
    uint32_t end = 0;  // where the last one begins
  };
  std::vector<Last> last(sections.size() + 1);
  for (const Section& section : sections) {
    const auto paragraph =
        std::lower_bound(report->paragraphs.begin(), report->paragraphs.end(), section.range.begin,
                         [](const Range& range, uint32_t begin) { return range.begin < begin; });
    const View heading =
        input.folded.substr(section.heading_range.begin, section.heading_range.size());
    if (paragraph == report->paragraphs.end() || paragraph->begin != section.range.begin) {
      // An item inside a paragraph only goes on a series.
      Last& series = last[static_cast<size_t>(section.parent) + 1];
      if (section.ordinal == series.number + 1 && ReadMarker(heading).family == series.family) {
        series = {series.family, section.ordinal, section.range.begin};
      }
      continue;
    }
    const View printed =
        input.speech.substr(section.heading_range.begin, section.heading_range.size());
    const Marker marker = ReadMarker(heading);
    const MarkerFamily family = section.ordinal > 0 && marker ? marker.family : MarkerFamily::kNone;
    Last& before = last[static_cast<size_t>(section.parent) + 1];
    const uint32_t from = before.end > 0 || section.parent < 0
                              ? before.end
                              : sections[static_cast<size_t>(section.parent)].range.begin;
    if (family != MarkerFamily::kNone && family == before.family &&
        section.ordinal > before.number + 1 &&
        !StandsInside(input.folded.substr(from, section.range.begin - from), family,
                      section.ordinal - 1)) {
      AddFinding(
          {LintKind::kNumberingGap, Certainty::kProbable, 0, section.heading_range,
           "number " + FamilyText(section.ordinal) + " follows number " + FamilyText(before.number),
           Renumbered(printed, heading, before.number + 1)},
          report);
    }
    if (family != MarkerFamily::kNone && family != before.family && section.ordinal == 2 &&
        HasInlineForm(family) &&
        !StandsInside(input.folded.substr(from, section.range.begin - from), family, 1)) {
      AddFinding({LintKind::kNumberingGap, Certainty::kProbable, 0, section.heading_range,
                  "a series begins with number 2", Renumbered(printed, heading, 1)},
                 report);
    }
    if (family != MarkerFamily::kNone) {
      before = {family, section.ordinal, section.range.begin};
    }
  }
  // Inside a paragraph: 一是 … 三是, 一要 … 三要, 第一， … 第三， and 其一， … 其三，, each at the
  // beginning of a clause.
  for (const Range& paragraph : report->paragraphs) {
    if (!input.GoOn(paragraph)) {
      return;
    }
    if (Full(*report)) {
      return;
    }
    int previous[kInlineSeries] = {};
    int circled = 0;
    for (uint32_t i = paragraph.begin; i + 1 < paragraph.end; ++i) {
      if (const char32_t c = input.speech[i]; c >= U'①' && c <= U'⑳') {
        const int number = static_cast<int>(c - U'①') + 1;
        // What refers to an item begins none.
        const bool item = i == paragraph.begin || IsColon(input.speech[i - 1]) ||
                          IsSemicolon(input.speech[i - 1]) || IsCommaLike(input.speech[i - 1]) ||
                          IsTerminal(input.speech[i - 1]);
        if (item && circled > 0 && number > circled + 1) {
          const auto expected = static_cast<char32_t>(U'①' + static_cast<uint32_t>(circled));
          AddFinding({LintKind::kNumberingGap,
                      Certainty::kPossible,
                      0,
                      {i, i + 1},
                      "number " + FamilyText(number) + " follows number " + FamilyText(circled),
                      text::ToUtf8(View(&expected, 1))},
                     report);
        }
        circled = item ? (number == 1 || circled > 0 ? number : 0) : circled;
        continue;
      }
      if (HanDigit(input.folded[i]) < 1) {
        continue;
      }
      const View rest = input.folded.substr(i, paragraph.end - i);
      size_t digits = 0;
      const int number = ReadHanNumeral(rest.substr(0, 4), &digits);
      const char32_t ahead = i > paragraph.begin ? input.folded[i - 1] : 0;
      const bool worded = ahead == U'第' || ahead == U'其';
      const uint32_t begin = worded ? i - 1 : i;
      const char32_t before = begin > paragraph.begin ? input.folded[begin - 1] : U'。';
      if (const int series = InlineSeries(ahead, rest.substr(digits), before, previous[0] > 0);
          number > 0 && series >= 0) {
        int& last_number = previous[series];
        if (number > last_number + 1 && last_number > 0) {
          const uint32_t end = i + static_cast<uint32_t>(digits) + (worded ? 0u : 1u);
          AddFinding({LintKind::kNumberingGap,
                      Certainty::kPossible,
                      0,
                      {begin, end},
                      "number " + FamilyText(number) + " follows number " + FamilyText(last_number),
                      Renumbered(input.speech.substr(begin, end - begin),
                                 input.folded.substr(begin, end - begin), last_number + 1)},
                     report);
        }
        last_number = number == 1 || last_number > 0 ? number : 0;
      }
      i += static_cast<uint32_t>(std::max<size_t>(digits, 1) - 1);
    }
  }
}

namespace {

// Whether ABAB at `begin` comes of words that meet there (产业创业创新): the text has BA elsewhere,
// and AB nowhere.
bool PartsTwoWords(View text, uint32_t begin) {
  const View once = text.substr(begin, 2);
  const View inner = text.substr(begin + 1, 2);
  const auto elsewhere = [&](View word) {
    const size_t before = text.substr(0, begin).find(word);
    return before != View::npos || text.find(word, begin + 4) != View::npos;
  };
  return elsewhere(inner) && !elsewhere(once);
}

}  // namespace

void LintDoubledWords(const LintInput& input, ParsedReport* report) {
  constexpr uint32_t kLongest = 8;
  // Each reads the text once more.
  constexpr size_t kMostLooks = 100;
  size_t looks = 0;
  const View text = input.folded;
  const auto size = static_cast<uint32_t>(text.size());
  // Marks that never stand twice, and characters that do only behind certain others (目的的,
  // 缓和和, 参与与) and in words like 和和气气.
  constexpr View kMarks = U"，、；：。";
  constexpr View kParticles = U"的和与把被或";
  constexpr View kEndsWithParticle = U"目缓温饱总随谐参赋给付授平亲柔调";
  constexpr View kBeginsWithParticle = U"平谐睦解约气美好握";  // 和和平共处, 把把握
  constexpr View kCounted = U"个件条所处座台套辆架艘间栋幢片块场批种类倍岁天年月日户人名家项吨亩";
  constexpr View kEndsWithIs = U"求于但还就可凡要或正都只也国若总老自唯非";  // 实事求是是
  constexpr View kRepeated = U"很越又再更";  // 很多很多, 又好又好
  uint32_t same[kLongest + 1] = {};  // how many characters in a row equal those `length` before
  bool any_same = false;             // one of them is not 0
  uint32_t numeral_end = 0;          // after the last numeral
  for (const Range& paragraph : report->paragraphs) {
    if (!input.GoOn(paragraph)) {
      return;
    }
    std::fill(std::begin(same), std::end(same), 0u);
    any_same = false;
    numeral_end = std::max(numeral_end, paragraph.begin);
    for (uint32_t i = paragraph.begin; i < paragraph.end; ++i) {
      const char32_t c = text[i];
      if (!input.english && i > paragraph.begin && c != text[i - 1] &&
          kMarks.find(c) != View::npos && kMarks.find(text[i - 1]) != View::npos) {
        // Of ，。 at the end of a paragraph the full stop is meant, elsewhere the first.
        const uint32_t meant = i + 1 == paragraph.end ? i : i - 1;
        AddFinding({LintKind::kDoubledWord,
                    Certainty::kCertain,
                    0,
                    {i - 1, i + 1},
                    "two marks for one",
                    text::ToUtf8(input.speech.substr(meant, 1))},
                   report);
      }
      if (i > paragraph.begin && c == text[i - 1]) {
        const bool mark = kMarks.find(c) != View::npos;
        const bool particle =
            kParticles.find(c) != View::npos && !(i + 2 < size && text[i + 1] == text[i + 2]) &&
            !(i >= paragraph.begin + 2 && kEndsWithParticle.find(text[i - 2]) != View::npos) &&
            !(i + 1 < size && kBeginsWithParticle.find(text[i + 1]) != View::npos) &&
            !(i >= paragraph.begin + 3 && text[i - 2] == text[i - 3]);
        // 3所所, and 是是 where no other doubling is beside it.
        const bool counted =
            i >= paragraph.begin + 2 && IsAsciiDigit(text[i - 2]) && kCounted.find(c) != View::npos;
        const bool verb = c == U'是' && i >= paragraph.begin + 2 && text::IsHan(text[i - 2]) &&
                          i + 1 < paragraph.end && text[i + 1] != U'非' &&
                          kEndsWithIs.find(text[i - 2]) == View::npos && text[i + 1] != c &&
                          text[i - 2] != c;
        if (mark || particle || counted || verb) {
          AddFinding({LintKind::kDoubledWord,
                      mark ? Certainty::kCertain : Certainty::kPossible,
                      0,
                      {i - 1, i + 1},
                      text::ToUtf8(input.speech.substr(i, 1)) + " stands twice",
                      text::ToUtf8(input.speech.substr(i, 1))},
                     report);
        }
      }
      if (!text::IsHan(c)) {
        std::fill(std::begin(same), std::end(same), 0u);
        continue;
      }
      if (HanDigit(c) >= 0) {
        numeral_end = i + 1;
      }
      // Most characters are none of those before them.
      const uint32_t looked_at = std::min(i - paragraph.begin, kLongest);
      bool found = false;
      for (uint32_t length = 2; length <= looked_at; ++length) {
        found |= c == text[i - length];
      }
      if (!found) {
        if (any_same) {
          std::fill(std::begin(same), std::end(same), 0u);
          any_same = false;
        }
        continue;
      }
      any_same = true;
      for (uint32_t length = 2; length <= kLongest; ++length) {
        same[length] =
            i >= paragraph.begin + length && c == text[i - length] ? same[length] + 1 : 0;
      }
      for (uint32_t length = 2; length <= kLongest; ++length) {
        if (same[length] != length || c == text[i - 1] || i + 1 - 2 * length < numeral_end ||
            kRepeated.find(text[i + 1 - length]) != View::npos) {
          continue;
        }
        if (length == 2 && looks < kMostLooks) {
          ++looks;
          if (PartsTwoWords(text, i + 1 - 2 * length)) {
            same[length] = 1;  // 业创业创业: what stands twice may begin with the next character
            continue;
          }
        }
        const Range range{i + 1 - 2 * length, i + 1};
        const std::string word = text::ToUtf8(input.speech.substr(range.begin, length));
        AddFinding(
            {LintKind::kDoubledWord, Certainty::kProbable, 0, range, word + " stands twice", word},
            report);
        std::fill(std::begin(same), std::end(same), 0u);
        break;
      }
    }
    if (Full(*report)) {
      return;
    }
  }
}

namespace {

bool IsDamaged(char32_t c) {
  return c == 0xFFFD || (c < 0x20 && c != U'\t') || (c >= 0x7F && c < 0xA0) ||
         (c >= 0xE000 && c <= 0xF8FF) || (c >= 0xFFF0 && c <= 0xFFFC);
}

// The byte that Latin-1, or what Windows makes of it, shows as `c`; -1 for none.
int ByteOf(char32_t c) {
  constexpr View kWindows =  // from 0x80; blanks stand for what it has none for
      U"€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";
  if (c >= 0x80 && c < 0x100) {
    return static_cast<int>(c);
  }
  const size_t at = c == U' ' ? View::npos : kWindows.find(c);
  return at == View::npos ? -1 : static_cast<int>(0x80 + at);
}

// What a text in Chinese may have been before it was misread: its characters and marks.
bool IsChineseText(View text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char32_t c) {
    return text::IsHan(c) || (c >= 0x2010 && c <= 0x2027) || (c >= 0x3001 && c <= 0x3029) ||
           (c >= 0xFF01 && c <= 0xFF5E);
  });
}

// Length of what looks like UTF-8 that was read as Latin-1 (Ã¦, å›½), 0 for none; what it was in
// `original`, empty when that is not clear.
uint32_t MisreadUtf8(View text, std::string* original) {
  std::string bytes;
  uint32_t end = 0;
  while (end < text.size() && ByteOf(text[end]) >= 0) {
    const auto lead = static_cast<unsigned>(ByteOf(text[end]));
    const uint32_t length = lead >= 0xF0 && lead < 0xF5   ? 4
                            : lead >= 0xE0 && lead < 0xF0 ? 3
                            : lead >= 0xC2 && lead < 0xE0 ? 2
                                                          : 0;
    if (length == 0 || text[end] > 0xFF) {
      break;  // a sign of the text itself
    }
    std::string sequence;
    for (uint32_t i = end; i < end + length && i < text.size(); ++i) {
      const int byte = ByteOf(text[i]);
      if (byte < 0 || (i > end && (byte < 0x80 || byte > 0xBF))) {
        break;
      }
      sequence.push_back(static_cast<char>(byte));
    }
    if (sequence.size() < length) {
      break;
    }
    bytes += sequence;
    end += length;
  }
  // Sequences of the right shape may still be none: surrogates (í£¡), overlong forms.
  const bool clear =
      !text::FindInvalidUtf8(bytes).has_value() && IsChineseText(text::ToCodePoints(bytes));
  *original = clear ? bytes : std::string();
  return end;
}

// Length of what looks like GB 2312 that was read as Latin-1 (¾­¼Ã for 经济), 0 for none; what it
// was in `original`. One character alone may be signs of the text itself (§±).
uint32_t MisreadGb2312(View text, std::string* original) {
  constexpr uint32_t kFewest = 4;  // signs, two of a character
  std::string bytes;
  while (bytes.size() < text.size() && text[bytes.size()] >= 0xA1 && text[bytes.size()] <= 0xFE) {
    bytes.push_back(static_cast<char>(text[bytes.size()]));
  }
  if (bytes.size() < kFewest || bytes.size() % 2 != 0) {
    return 0;
  }
  const absl::StatusOr<text::DecodedText> read = text::Decode(bytes, text::Encoding::kGb18030);
  if (!read.ok() || !IsChineseText(read->text)) {
    return 0;
  }
  *original = text::ToUtf8(read->text);
  return static_cast<uint32_t>(bytes.size());
}

// Length of a character reference of HTML, with what it stands for; 0 for none.
uint32_t Reference(View text, std::string* meaning) {
  constexpr uint32_t kLongest = 10;
  constexpr std::pair<View, std::string_view> kNames[] = {
      {U"&nbsp;", " "},  {U"&ensp;", " "},   {U"&emsp;", "　"},  {U"&amp;", "&"},
      {U"&lt;", "<"},    {U"&gt;", ">"},     {U"&quot;", "\""},  {U"&ldquo;", "“"},
      {U"&rdquo;", "”"}, {U"&lsquo;", "‘"},  {U"&rsquo;", "’"},  {U"&mdash;", "—"},
      {U"&ndash;", "–"}, {U"&hellip;", "…"}, {U"&middot;", "·"}, {U"&bull;", "•"}};
  for (const auto& [name, means] : kNames) {
    if (text.starts_with(name)) {
      *meaning = means;
      return static_cast<uint32_t>(name.size());
    }
  }
  uint32_t end = 1;
  while (end < text.size() && end < kLongest &&
         (IsLatinLetter(text[end]) || IsAsciiDigit(text[end]) || text[end] == U'#')) {
    ++end;
  }
  *meaning = {};
  return end > 2 && end < text.size() && text[end] == U';' ? end + 1 : 0;
}

// What is put for characters that cannot be known, one for each.
constexpr char kIllegible[] = "□";
std::string Illegible(uint32_t count) {
  std::string text;
  for (uint32_t i = 0; i < count; ++i) {
    text += kIllegible;
  }
  return text;
}

// The wide form of a narrow mark, 0 for other characters.
char32_t WideMark(char32_t c) {
  if (c == U'.') {
    return U'。';
  }
  return c == U',' || c == U';' || c == U':' || c == U'?' || c == U'!' ? c + 0xFEE0 : 0;
}

// The character that a katakana looks like, 0 for others.
char32_t HanOfKana(char32_t c) {
  constexpr View kKana = U"エロカニタトハ";
  constexpr View kHan = U"工口力二夕卜八";
  const size_t place = kKana.find(c);
  return c == 0 || place == View::npos ? 0 : kHan[place];
}

bool IsHanAt(View text, uint32_t i) { return i < text.size() && text::IsHan(text[i]); }

// l, I, O and o, which scanners read for 1 and 0; folded letters are small.
char32_t DigitLike(char32_t folded) {
  return folded == U'l' || folded == U'i' ? U'1' : folded == U'o' ? U'0' : 0;
}

// What a numeral goes on with.
bool GoesOnNumeral(char32_t c) {
  constexpr View kBehind = U".．%％‰万亿千百元个户名家项吨亩";
  return c != 0 && kBehind.find(c) != View::npos;
}

// Counts what a numeral before it numbers: 个, 件, 条.
bool IsMeasureWord(char32_t c) {
  constexpr View kWords = U"个件条所处座台套辆架艘艘间栋幢片块场次批种类级倍岁天年月日里米克升度";
  return c != 0 && kWords.find(c) != View::npos;
}

// Tells of letters where a figure begins (l2.5亿元, I5万户) or behind its point (8.I%), and of a
// Chinese digit before Arabic ones (五0%): the run [begin, end) of Latin letters and digits is
// short.
void LintFigure(const LintInput& input, uint32_t begin, uint32_t end, ParsedReport* report) {
  constexpr uint32_t kLongest = 6;
  const auto at = [&](uint32_t i) { return i < input.folded.size() ? input.folded[i] : 0; };
  const char32_t before = begin > 0 ? input.folded[begin - 1] : 0;
  const View run = input.folded.substr(begin, end - begin);
  // O.5
  if (run == U"o" && text::IsHan(before) && IsFullStopDot(at(end)) && IsAsciiDigit(at(end + 1))) {
    AddFinding({LintKind::kLookAlike,
                Certainty::kProbable,
                0,
                {begin, end},
                "a letter inside a numeral",
                "0"},
               report);
    return;
  }
  // l2所
  const bool counts = run.size() > 1 && input.speech[begin] == U'l' && IsMeasureWord(at(end));
  if (run.size() > kLongest || (!GoesOnNumeral(at(end)) && !counts) ||
      !std::all_of(run.begin() + 1, run.end(), IsAsciiDigit)) {
    return;
  }
  const bool one = run[0] == U'l' || run[0] == U'i';
  const bool fraction = IsFullStopDot(before) && begin > 1 && IsAsciiDigit(input.folded[begin - 2]);
  if (one && (fraction || (run.size() > 1 && text::IsHan(before)))) {
    std::u32string figure(run);
    figure[0] = U'1';
    AddFinding({LintKind::kLookAlike,
                Certainty::kProbable,
                0,
                {begin, end},
                "a letter inside a numeral",
                text::ToUtf8(figure)},
               report);
  } else if (HanDigit(before) > 0 && run == U"0" && (at(end) == U'%' || at(end) == U'％')) {
    AddFinding({LintKind::kLookAlike,
                Certainty::kPossible,
                0,
                {begin - 1, end},
                "Chinese and Arabic digits in one numeral",
                std::to_string(HanDigit(before)) + "0"},
               report);
  }
}

// In which widths a text has its digits and signs of per cent. A few of one width among many of the
// other are strays; where both are usual neither is.
struct Widths {
  bool wide_digits_stray = false;
  bool wide_points_stray = false;
  bool wide_commas_stray = false;  // in groups of three digits
  char32_t stray_percent = 0;      // ％, % or none
};

Widths ReadWidths(const LintInput& input, const ParsedReport& report) {
  constexpr size_t kMany = 4;   // so many at least are the usual ones
  constexpr size_t kTimes = 4;  // and so many times the strays
  constexpr uint32_t kGroup = 3;
  constexpr size_t kMostCommas = 2;  // of a text that does not write its figures so
  size_t wide = 0;                   // runs of digits
  size_t narrow = 0;
  size_t wide_percents = 0;
  size_t narrow_percents = 0;
  size_t wide_points = 0;  // between digits
  size_t narrow_points = 0;
  size_t wide_commas = 0;  // before three digits
  for (const Range& paragraph : report.paragraphs) {
    for (uint32_t i = paragraph.begin; i < paragraph.end; ++i) {
      const char32_t c = input.speech[i];
      if (c >= 0x4E00 && c <= 0x9FFF) {
        continue;
      }
      if (IsAsciiDigit(input.folded[i]) &&
          (i == paragraph.begin || !IsAsciiDigit(input.folded[i - 1]))) {
        ++(c >= 0xFF00 ? wide : narrow);
      }
      if (i > paragraph.begin && IsAsciiDigit(input.folded[i - 1])) {
        if (i + 1 < paragraph.end && IsAsciiDigit(input.folded[i + 1])) {
          wide_points += c == U'．' ? 1u : 0u;
          narrow_points += c == U'.' ? 1u : 0u;
          wide_commas += c == U'，' && i + kGroup < paragraph.end &&
                                 std::all_of(input.folded.begin() + i + 1,
                                             input.folded.begin() + i + 1 + kGroup, IsAsciiDigit)
                             ? 1u
                             : 0u;
        }
        wide_percents += c == U'％' ? 1u : 0u;
        narrow_percents += c == U'%' ? 1u : 0u;
      }
    }
  }
  const auto strays = [](size_t few, size_t many) {
    return few > 0 && many >= kMany && few * kTimes <= many;
  };
  return {strays(wide, narrow), wide_points > 0 && wide_points < narrow_points,
          wide_commas <= kMostCommas,
          strays(wide_percents, narrow_percents)   ? U'％'
          : strays(narrow_percents, wide_percents) ? U'%'
                                                   : char32_t{0}};
}

// Tells of a blank inside a figure: 1 50个, 5. 6%. Groups of three digits may be parted by one.
// `end` is behind the digits before it.
void LintBlankInFigure(const LintInput& input, uint32_t begin, uint32_t end, const Range& paragraph,
                       ParsedReport* report) {
  constexpr uint32_t kLongest = 6;
  constexpr uint32_t kGroup = 3;
  constexpr uint32_t kYear = 4;
  const auto at = [&](uint32_t i) {
    return i >= paragraph.begin && i < paragraph.end ? input.folded[i] : char32_t{0};
  };
  const bool point = IsFullStopDot(at(end));
  const uint32_t blank = point ? end + 1 : end;
  if (begin == paragraph.begin || !text::IsHan(at(begin - 1)) || end - begin > kLongest ||
      at(blank) != U' ' || !IsAsciiDigit(at(blank + 1))) {
    return;
  }
  uint32_t last = blank + 1;
  while (IsAsciiDigit(at(last))) {
    ++last;
  }
  const bool year = last - blank - 1 == kYear && at(last) == U'年';  // 表1 2022年
  if (last - blank - 1 > kLongest || (!point && last - blank - 1 == kGroup) || year ||
      !(GoesOnNumeral(at(last)) || IsMeasureWord(at(last)))) {
    return;
  }
  std::u32string figure(input.speech.substr(begin, blank - begin));
  figure += input.speech.substr(blank + 1, last - blank - 1);
  AddFinding({LintKind::kLookAlike,
              Certainty::kPossible,
              0,
              {begin, last},
              "a blank inside a numeral",
              text::ToUtf8(figure)},
             report);
}

// Tells of a point or a comma that no figure has, behind its first digits [begin, end): 3 .2亿元,
// 5..6%, 3。8%, 5．6% among points of half the width, 1，234.5亿.
void LintPoint(const LintInput& input, const Widths& widths, uint32_t begin, uint32_t end,
               const Range& paragraph, ParsedReport* report) {
  constexpr uint32_t kLongest = 12;
  constexpr uint32_t kGroup = 3;
  const auto at = [&](uint32_t i) {
    return i >= paragraph.begin && i < paragraph.end ? input.speech[i] : char32_t{0};
  };
  const auto digits_at = [&](uint32_t i) {
    uint32_t last = i;
    while (last < paragraph.end && at(last) >= U'0' && at(last) <= U'9') {
      ++last;
    }
    return last;
  };
  if (end - begin > kLongest || digits_at(begin) != end ||
      (begin > paragraph.begin && !text::IsHan(at(begin - 1)))) {
    return;
  }
  const auto add = [&](LintKind kind, uint32_t last, std::u32string figure, const char* message) {
    figure.insert(0, input.speech.substr(begin, end - begin));
    AddFinding({kind, Certainty::kPossible, 0, {begin, last}, message, text::ToUtf8(figure)},
               report);
  };
  const auto rest = [&](uint32_t from, uint32_t to) {
    return std::u32string(input.speech.substr(from, to - from));
  };
  const bool blank = at(end) == U' ' && at(end + 1) == U'.';
  const bool twice = at(end) == U'.' && at(end + 1) == U'.';
  if (blank || twice) {
    const uint32_t last = digits_at(end + 2);
    if (last > end + 2 && last - end <= kLongest &&
        (GoesOnNumeral(at(last)) || IsMeasureWord(at(last)))) {
      add(LintKind::kLookAlike, last, U"." + rest(end + 2, last),
          blank ? "a blank inside a numeral" : "two points in a numeral");
    }
    return;
  }
  // 3。8%, 3,8%: no other mark stands between a digit and a share.
  constexpr View kReadForPoint = U"。，,·：:";
  constexpr uint32_t kMostDecimals = 2;
  if (kReadForPoint.find(at(end)) != View::npos && at(end) != 0) {
    const uint32_t last = digits_at(end + 1);
    const char32_t before = begin > paragraph.begin ? at(begin - 1) : U'第';
    const bool share = at(last) == U'%' || at(last) == U'％' || at(last) == U'‰' ||
                       (last < paragraph.end &&
                        input.folded.substr(last, paragraph.end - last).starts_with(U"个百分点"));
    if (share && last > end + 1 && last <= end + 1 + kMostDecimals && before != U'第' &&
        before != U'前') {
      add(LintKind::kLookAlike, last, U"." + rest(end + 1, last),
          "another mark for the point of a numeral");
      return;
    }
  }
  if (at(end) == U'．' && widths.wide_points_stray) {
    const uint32_t last = digits_at(end + 1);
    if (last > end + 1 && (GoesOnNumeral(at(last)) || IsMeasureWord(at(last)))) {
      add(LintKind::kMixedWidth, last, U"." + rest(end + 1, last),
          "a full-width point among half-width ones");
    }
    return;
  }
  if (at(end) == U'，' && end - begin <= kGroup && widths.wide_commas_stray) {
    // Groups of three digits, the first of which begins a figure.
    uint32_t last = end;
    std::u32string figure;
    while (at(last) == U'，' && digits_at(last + 1) == last + 1 + kGroup) {
      figure += U"," + rest(last + 1, last + 1 + kGroup);
      last += 1 + kGroup;
    }
    const bool fraction = at(last) == U'.' && digits_at(last + 1) > last + 1;
    if (last > end && (fraction || at(last) == U'万' || at(last) == U'亿')) {
      add(LintKind::kMixedWidth, last, figure, "a full-width comma inside a numeral");
    }
  }
}

// Looks at the run of Latin letters and digits [begin, end).
void LintWord(const LintInput& input, const Widths& widths, uint32_t begin, uint32_t end,
              ParsedReport* report) {
  size_t wide = 0;
  size_t narrow = 0;
  size_t letters = 0;
  size_t look_alikes = 0;
  std::u32string as_digits;
  std::u32string as_narrow;
  for (uint32_t i = begin; i < end; ++i) {
    const char32_t printed = input.speech[i];
    const char32_t folded = input.folded[i];
    wide += printed >= 0xFF00 ? 1u : 0u;
    narrow += printed < 0x80 ? 1u : 0u;
    const char32_t digit = i > begin ? DigitLike(folded) : 0;
    look_alikes += digit != 0 ? 1u : 0u;
    letters += IsLatinLetter(folded) && digit == 0 ? 1u : 0u;
    as_digits.push_back(digit != 0 ? digit : folded);
    as_narrow.push_back(printed >= 0xFF01 && printed <= 0xFF5E ? printed - 0xFEE0 : printed);
  }
  const Range range{begin, end};
  if (wide > 0 && narrow == 0 && widths.wide_digits_stray && IsAsciiDigit(input.folded[begin])) {
    AddFinding({LintKind::kMixedWidth, Certainty::kPossible, 0, range,
                "full-width digits among half-width ones", text::ToUtf8(as_narrow)},
               report);
  }
  if (look_alikes > 0 && letters == 0 && IsAsciiDigit(input.folded[begin])) {
    AddFinding({LintKind::kLookAlike, Certainty::kProbable, 0, range, "a letter inside a numeral",
                text::ToUtf8(as_digits)},
               report);
  }
  if (wide > 0 && narrow > 0) {
    AddFinding({LintKind::kMixedWidth, Certainty::kProbable, 0, range,
                "characters of two widths in one word", text::ToUtf8(as_narrow)},
               report);
  }
}

}  // namespace

void LintCharacters(const LintInput& input, ParsedReport* report) {
  const Lexicon& lexicon = GetLexicon();
  const Widths widths = input.english ? Widths() : ReadWidths(input, *report);
  // Of the characters of Chinese few are ever a fault.
  const auto pass_over = [speech = input.speech.data(), folded_letters = input.folded.data(),
                          &look_alike_first = lexicon.look_alike_first](uint32_t i, uint32_t end) {
    while (i < end && speech[i] >= 0x4E00 && speech[i] <= 0x9FFF && speech[i] != U'锟' &&
           !look_alike_first.test(folded_letters[i] & 0xFFFF)) {
      ++i;
    }
    return i;
  };
  for (const Range& paragraph : report->paragraphs) {
    if (!input.GoOn(paragraph)) {
      return;
    }
    for (uint32_t i = pass_over(paragraph.begin, paragraph.end); i < paragraph.end;
         i = pass_over(i + 1, paragraph.end)) {
      const char32_t c = input.speech[i];
      const char32_t folded = input.folded[i];
      if (IsAsciiDigit(folded) || IsLatinLetter(folded)) {
        uint32_t end = i + 1;
        while (end < paragraph.end &&
               (IsAsciiDigit(input.folded[end]) || IsLatinLetter(input.folded[end]))) {
          ++end;
        }
        if (end - i > 1 || c >= 0xFF00) {
          LintWord(input, widths, i, end, report);
        }
        if (!input.english) {
          LintFigure(input, i, end, report);
          if (IsAsciiDigit(input.folded[end - 1])) {
            LintBlankInFigure(input, i, end, paragraph, report);
            LintPoint(input, widths, i, end, paragraph, report);
          }
        }
        i = end - 1;
        continue;
      }
      const auto damage = [&](uint32_t length, Certainty certainty, std::string message,
                              std::string proposal) {
        // No reading of a fault is one that nobody can print.
        if (proposal.find(kIllegible) != std::string::npos) {
          proposal.clear();
          message += "; what stood here is lost, so that no reading is proposed";
        }
        AddFinding({LintKind::kEncodingDamage,
                    certainty,
                    0,
                    {i, i + length},
                    std::move(message),
                    std::move(proposal)},
                   report);
        i += length - 1;
      };
      if (c == widths.stray_percent && i > paragraph.begin && IsAsciiDigit(input.folded[i - 1])) {
        AddFinding({LintKind::kMixedWidth,
                    Certainty::kPossible,
                    0,
                    {i, i + 1},
                    "a sign of per cent in another width than the others",
                    c == U'%' ? "％" : "%"},
                   report);
        continue;
      }
      const View rest = input.speech.substr(i, paragraph.end - i);
      std::string original;
      if (c >= 0xA1 && c < 0xFF && !input.english &&
          !(i > paragraph.begin && IsLatinLetter(input.folded[i - 1]))) {
        const uint32_t utf8 = c >= 0xC2 && c < 0xF5 && c != U'×' ? MisreadUtf8(rest, &original) : 0;
        if (utf8 == 0 || original.empty()) {
          if (const uint32_t length = MisreadGb2312(rest, &original); length > 0) {
            damage(length, Certainty::kProbable, "GB 2312 that was read as Latin-1", original);
            continue;
          }
        }
        if (utf8 > 0) {
          damage(utf8, Certainty::kProbable, "UTF-8 that was read as Latin-1",
                 original.empty() ? Illegible(1) : original);
          continue;
        }
      }
      if (c == U'&') {
        if (const uint32_t length = Reference(rest, &original); length > 0) {
          damage(length, Certainty::kProbable, "a character reference of HTML",
                 original.empty() ? Illegible(1) : original);
          continue;
        }
      }
      if (c == U'?' && rest.starts_with(U"??") && i > paragraph.begin &&
          text::IsHan(input.speech[i - 1])) {
        const auto length =
            static_cast<uint32_t>(std::min(rest.find_first_not_of(U'?'), rest.size()));
        if (length < rest.size() && text::IsHan(rest[length])) {
          damage(length, Certainty::kProbable, "question marks in the place of characters",
                 Illegible(length));
          continue;
        }
      }
      if (const char32_t wide = WideMark(c);
          wide != 0 && i > paragraph.begin && i + 1 < paragraph.end &&
          text::IsHan(input.speech[i - 1]) && text::IsHan(input.speech[i + 1])) {
        AddFinding({LintKind::kMixedWidth,
                    Certainty::kProbable,
                    0,
                    {i, i + 1},
                    "a narrow mark between Chinese characters",
                    text::ToUtf8(View(&wide, 1))},
                   report);
        continue;
      }
      // 规上エ业: scanners take kana for what they look like.
      if (const char32_t meant = HanOfKana(c);
          meant != 0 && !input.english && (i == paragraph.begin || IsHanAt(input.speech, i - 1)) &&
          (i + 1 == paragraph.end || IsHanAt(input.speech, i + 1)) && paragraph.size() > 1) {
        AddFinding({LintKind::kLookAlike,
                    Certainty::kProbable,
                    0,
                    {i, i + 1},
                    "kana between Chinese characters",
                    text::ToUtf8(View(&meant, 1))},
                   report);
        continue;
      }
      if (IsDamaged(c)) {
        uint32_t end = i + 1;
        while (end < paragraph.end && IsDamaged(input.speech[end])) {
          ++end;
        }
        damage(end - i, c == 0xFFFD ? Certainty::kCertain : Certainty::kProbable,
               "characters that no text holds", Illegible(end - i));
        continue;
      }
      if (c == U'锟' && rest.starts_with(U"锟斤拷")) {
        damage(3, Certainty::kCertain, "what is left of undecodable characters", Illegible(2));
        continue;
      }
      if (!lexicon.look_alike_first.test(folded & 0xFFFF)) {
        continue;
      }
      const auto bucket = lexicon.look_alikes.find(folded);
      if (bucket == lexicon.look_alikes.end()) {
        continue;
      }
      for (const LookAlike& look_alike : bucket->second) {
        const auto end = static_cast<uint32_t>(i + look_alike.printed.size());
        if (!input.folded.substr(i).starts_with(look_alike.printed) ||
            (i > paragraph.begin &&
             look_alike.not_after.find(input.folded[i - 1]) != std::u32string::npos) ||
            (end < paragraph.end &&
             look_alike.not_before.find(input.folded[end]) != std::u32string::npos)) {
          continue;
        }
        AddFinding({LintKind::kLookAlike,
                    Certainty::kPossible,
                    0,
                    {i, end},
                    "may be a misread " + text::ToUtf8(look_alike.emended),
                    text::ToUtf8(look_alike.emended)},
                   report);
        break;  // rows of longer strings stand above those of shorter ones
      }
    }
    if (Full(*report)) {
      return;
    }
  }
}

namespace {

// …。”（《全集》第三卷） is closed before the bracket.
bool EndsWithSource(View paragraph) {
  if (CloserShape(paragraph.back()) != U'）') {
    return false;
  }
  const size_t open = paragraph.find_last_of(U"（(");
  return open != View::npos && open > 0 && IsSentenceEnd(paragraph[open - 1]);
}

}  // namespace

void LintOpenParagraphs(const LintInput& input, const std::vector<bool>& headings,
                        ParsedReport* report) {
  constexpr uint32_t kMinParagraph = 30;
  for (size_t p = 0; p + 1 < report->paragraphs.size(); ++p) {
    const Range range = report->paragraphs[p];
    const View text = input.speech.substr(range.begin, range.size());
    // Items of lists end without a mark in English.
    const bool item = input.english && ReadMarker(text).family == MarkerFamily::kBullet;
    if (headings[p] || item || range.size() < kMinParagraph ||
        ListsNames(input.folded.substr(range.begin, range.size()))) {
      continue;
    }
    uint32_t last = range.end - 1;
    while (last > range.begin && (IsCloser(input.speech[last]) || input.speech[last] == U'"')) {
      --last;
    }
    const auto closes = [](char32_t c) {
      return IsTerminal(c) || IsSemicolon(c) || IsColon(c) || IsEllipsis(c) || IsFullStopDot(c);
    };
    if (EndsWithSource(text) || closes(input.speech[last]) || closes(input.speech[range.end - 1]) ||
        IsCommaLike(input.speech[last]) || !IsWordCharacter(input.speech[last])) {
      continue;
    }
    AddFinding({LintKind::kOpenParagraph,
                Certainty::kPossible,
                0,
                {range.end - 1, range.end},
                "a paragraph ends without a mark",
                text::ToUtf8(input.speech.substr(range.end - 1, 1)) + (input.english ? "." : "。")},
               report);
  }
}

void LintScript(const LintInput& input, ParsedReport* report) {
  if (report->metadata.language != "zh-Hans") {
    return;
  }
  // A paragraph with many of them is quoted from elsewhere: one finding for all.
  constexpr size_t kMany = 8;
  std::vector<uint32_t> found;
  for (const Range& paragraph : report->paragraphs) {
    if (!input.GoOn(paragraph)) {
      return;
    }
    found.clear();
    for (uint32_t i = paragraph.begin; i < paragraph.end; ++i) {
      if (input.speech[i] == input.folded[i] || !text::IsHan(input.speech[i])) {
        continue;
      }
      const text::FoldSet folds = text::FoldsOf(input.speech[i]);
      if ((folds & text::kFoldScript) != 0 && (folds & text::kFoldAmbiguous) == 0) {
        found.push_back(i);
      }
    }
    if (found.size() > kMany) {
      AddFinding({LintKind::kMixedScript,
                  Certainty::kPossible,
                  0,
                  {found.front(), found.back() + 1},
                  std::to_string(found.size()) + " traditional characters in simplified text",
                  ""},
                 report);
      continue;
    }
    for (const uint32_t i : found) {
      AddFinding({LintKind::kMixedScript,
                  Certainty::kProbable,
                  0,
                  {i, i + 1},
                  "a traditional character in simplified text",
                  text::ToUtf8(input.folded.substr(i, 1))},
                 report);
    }
    if (Full(*report)) {
      return;
    }
  }
}

}  // namespace quotes::report
