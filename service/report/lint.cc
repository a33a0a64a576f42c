#include "service/report/lint.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "service/base/limits.h"
#include "service/report/chars.h"
#include "service/report/markers.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

// Every passage of kPassage characters holds a window of kWindow that begins at a multiple of
// kStep.
constexpr uint32_t kPassage = 30;
constexpr uint32_t kStep = 16;
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

bool Full(const ParsedReport& report) { return report.lint.size() >= limits::kMaxLintFindings; }

std::string FamilyText(int number) { return std::to_string(number); }

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

void LintMetadata(ParsedReport* report) {
  const Metadata& metadata = report->metadata;
  const auto missing = [&](std::string_view what) {
    AddFinding({LintKind::kMissingMetadata,
                Certainty::kCertain,
                0,
                {},
                "no " + std::string(what) + " was found in the text",
                ""},
               report);
  };
  if (metadata.title.empty()) {
    missing("title");
  }
  if (metadata.speaker.empty()) {
    missing("speaker");
  }
  if (!metadata.date) {
    missing("date");
  }
}

void LintMarks(const LintInput& input, ParsedReport* report) {
  struct OpenMark {
    char32_t partner;
    uint32_t at;
  };
  std::vector<OpenMark> open;
  const auto report_mark = [&](uint32_t at) {
    AddFinding({LintKind::kUnbalancedMark,
                Certainty::kProbable,
                0,
                {at, at + 1},
                "the mark " + text::ToUtf8(input.speech.substr(at, 1)) + " has no partner",
                ""},
               report);
  };
  for (const Range& paragraph : report->paragraphs) {
    if (Full(*report)) {
      return;
    }
    open.clear();
    for (uint32_t i = paragraph.begin; i < paragraph.end; ++i) {
      const char32_t c = input.speech[i];
      if (const char32_t partner = ClosingPartner(c); partner != 0) {
        open.push_back({partner, i});
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
        open.pop_back();
        continue;
      }
      const auto partner = std::find_if(
          open.rbegin(), open.rend(), [&](const OpenMark& mark) { return mark.partner == shape; });
      if (partner != open.rend()) {
        // What was opened inside has no partner.
        const auto from = partner.base();
        for (auto it = from; it != open.end(); ++it) {
          report_mark(it->at);
        }
        open.erase(from - 1, open.end());
        continue;
      }
      // 1）and 一）number an item.
      if (shape == U'）' && (IsAsciiDigit(before) || HanDigit(before) > 0)) {
        continue;
      }
      report_mark(i);
    }
    // A quotation of several paragraphs opens in each and closes in the last one; one that a cut
    // text leaves open is the cut's fault.
    const bool last = paragraph.end == input.speech.size();
    for (const OpenMark& mark : open) {
      const bool quotation = IsQuotationCloser(mark.partner);
      if (!(quotation && mark.at == paragraph.begin) && !(last && report->completeness.truncated)) {
        report_mark(mark.at);
      }
    }
  }
}

void LintDuplicates(const LintInput& input, ParsedReport* report) {
  const View text = input.speech;
  const auto size = static_cast<uint32_t>(text.size());
  if (size < kPassage) {
    return;
  }
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
    if (to - from < kPassage) {
      continue;
    }
    reported_end = to;
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

void LintNumbering(const LintInput& input, ParsedReport* report) {
  // In the outline: siblings of one family in a row.
  const std::vector<Section>& sections = report->sections;
  struct Last {
    MarkerFamily family = MarkerFamily::kNone;
    int number = 0;
  };
  std::vector<Last> last(sections.size() + 1);
  for (const Section& section : sections) {
    const View heading =
        input.folded.substr(section.heading_range.begin, section.heading_range.size());
    const Marker marker = ReadMarker(heading);
    const MarkerFamily family = section.ordinal > 0 && marker ? marker.family : MarkerFamily::kNone;
    Last& before = last[static_cast<size_t>(section.parent) + 1];
    if (family != MarkerFamily::kNone && family == before.family &&
        section.ordinal > before.number + 1) {
      AddFinding(
          {LintKind::kNumberingGap, Certainty::kProbable, 0, section.heading_range,
           "number " + FamilyText(section.ordinal) + " follows number " + FamilyText(before.number),
           ""},
          report);
    }
    if (family != MarkerFamily::kNone) {
      before = {family, section.ordinal};
    }
  }
  // Inside a paragraph: 一是 … 三是, each behind a mark.
  for (const Range& paragraph : report->paragraphs) {
    if (Full(*report)) {
      return;
    }
    int previous = 0;
    for (uint32_t i = paragraph.begin; i + 1 < paragraph.end; ++i) {
      if (HanDigit(input.folded[i]) < 1) {
        continue;
      }
      const char32_t before = i > paragraph.begin ? input.folded[i - 1] : U'。';
      size_t digits = 0;
      const int number =
          ReadHanNumeral(input.folded.substr(i, std::min<uint32_t>(4, paragraph.end - i)), &digits);
      const auto after = static_cast<uint32_t>(i + digits);
      if (number > 0 && after < paragraph.end && input.folded[after] == U'是' &&
          (IsTerminal(before) || IsSemicolon(before) || IsColon(before))) {
        if (number == 1) {
          previous = 1;
        } else {
          if (previous > 0 && number > previous + 1) {
            AddFinding({LintKind::kNumberingGap,
                        Certainty::kPossible,
                        0,
                        {i, after + 1},
                        "number " + FamilyText(number) + " follows number " + FamilyText(previous),
                        ""},
                       report);
          }
          previous = previous > 0 ? number : 0;
        }
      }
      i += static_cast<uint32_t>(std::max<size_t>(digits, 1) - 1);
    }
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
