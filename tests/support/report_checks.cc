#include "tests/support/report_checks.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "service/base/limits.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::testing {
namespace {

using report::BlockKind;
using report::ParsedReport;
using report::Range;

constexpr size_t kMostViolations = 10;

class Checker {
 public:
  Checker(const text::DecodedText& source, const ParsedReport& report)
      : source_(source), report_(report) {}

  std::vector<std::string> Run() {
    CheckRuns();
    CheckSpans();
    CheckParagraphs();
    CheckJoins();
    CheckSections();
    CheckQuotes();
    CheckRest();
    return violations_;
  }

 private:
  void Expect(bool holds, std::string_view what, size_t index) {
    if (!holds && violations_.size() < kMostViolations) {
      violations_.push_back(std::string(what) + " (index " + std::to_string(index) + ")");
    }
  }
  bool InText(Range range) const {
    return range.begin <= range.end && range.end <= report_.joined.size();
  }

  void CheckRuns() {
    Expect(!report_.runs.empty(), "the speech run is there", 0);
    uint32_t at = 0;
    for (size_t i = 0; i < report_.runs.size(); ++i) {
      const report::Run& run = report_.runs[i];
      Expect(run.range.begin == at && run.range.end >= at, "runs follow each other", i);
      Expect(i == 0 ? run.kind == BlockKind::kBody : !IsSpeech(run.kind),
             "the speech is the first run and the only one", i);
      Expect(i == 0 || !run.range.empty(), "furniture runs are not empty", i);
      at = run.range.end;
    }
    Expect(at == report_.joined.size(), "runs cover the joined text", 0);
  }

  void CheckSpans() {
    // Source characters by span; the joined text rebuilt from the spans.
    std::u32string rebuilt(report_.joined.size(), U'\0');
    std::vector<bool> written(report_.joined.size(), false);
    size_t at = 0;  // next source character not seen
    uint32_t line = 0;
    for (size_t i = 0; i < report_.print_spans.size(); ++i) {
      const report::PrintSpan& span = report_.print_spans[i];
      Expect(InText(span.joined) && !span.joined.empty(), "a span's range lies in the text", i);
      Expect(span.line >= line && span.line > 0, "spans are in source order", i);
      line = span.line;
      const auto begin = std::lower_bound(source_.byte_offsets.begin(), source_.byte_offsets.end(),
                                          span.byte_begin);
      const auto end =
          std::lower_bound(source_.byte_offsets.begin(), source_.byte_offsets.end(), span.byte_end);
      Expect(begin != source_.byte_offsets.end() && *begin == span.byte_begin &&
                 end != source_.byte_offsets.end() && *end == span.byte_end,
             "byte offsets stand between characters", i);
      const auto first = static_cast<size_t>(begin - source_.byte_offsets.begin());
      const auto last = static_cast<size_t>(end - source_.byte_offsets.begin());
      if (!violations_.empty()) {
        return;
      }
      Expect(first >= at && last > first, "spans do not overlap", i);
      Expect(last - first == span.joined.size(), "a span has as many characters as its range", i);
      if (!violations_.empty()) {
        return;
      }
      for (; at < first; ++at) {
        Expect(text::IsSpace(source_.text[at]) || text::IsLineBreak(source_.text[at]),
               "only spaces and breaks are removed", at);
      }
      for (size_t k = 0; k < last - first; ++k) {
        Expect(!written[span.joined.begin + k], "each character of the text has one span", i);
        written[span.joined.begin + k] = true;
        const char32_t printed = source_.text[first + k];
        const char32_t joined = report_.joined[span.joined.begin + k];
        const bool english = report_.metadata.language == "en";
        // A space between two lines is their break, a soft hyphen the hyphen before one.
        const bool space = english && k == 0 && joined == U' ' &&
                           (text::IsLineBreak(printed) || text::IsSpace(printed));
        const bool hyphen = english && first + k + 1 == last && joined == 0xAD && printed == U'-';
        rebuilt[span.joined.begin + k] = space || hyphen ? joined : printed;
        Expect(space || !text::IsLineBreak(printed), "spans hold no other line break", i);
      }
      at = last;
    }
    for (; at < source_.text.size(); ++at) {
      Expect(text::IsSpace(source_.text[at]) || text::IsLineBreak(source_.text[at]),
             "only spaces and breaks are removed", at);
    }
    Expect(rebuilt == report_.joined, "the joined text is what the spans print", 0);
    for (size_t i = 0; i < report_.print_spans.size(); ++i) {
      const report::PrintSpan& span = report_.print_spans[i];
      const bool speech = span.joined.end <= report_.runs.front().range.end;
      Expect(speech == IsSpeech(span.kind), "a span's kind says its run", i);
    }
  }

  void CheckParagraphs() {
    uint32_t at = 0;
    for (size_t i = 0; i < report_.paragraphs.size(); ++i) {
      const Range range = report_.paragraphs[i];
      Expect(range.begin == at && range.end > at, "paragraphs follow each other", i);
      at = range.end;
    }
    Expect(at == report_.runs.front().range.end, "paragraphs cover the speech", 0);
  }

  void CheckJoins() {
    uint32_t at = 0;
    for (size_t i = 0; i < report_.joins.size(); ++i) {
      const report::Join& join = report_.joins[i];
      Expect(join.position > at && join.position < report_.runs.front().range.end,
             "joins are in order inside the speech", i);
      at = join.position;
      const auto paragraph = std::upper_bound(
          report_.paragraphs.begin(), report_.paragraphs.end(), join.position,
          [](uint32_t position, const Range& range) { return position < range.end; });
      Expect(paragraph != report_.paragraphs.end() && paragraph->begin < join.position,
             "a join lies inside a paragraph", i);
    }
  }

  void CheckSections() {
    std::set<std::string> paths;
    std::set<std::string> ids;
    uint32_t before = 0;
    for (size_t i = 0; i < report_.sections.size(); ++i) {
      const report::Section& section = report_.sections[i];
      Expect(InText(section.range) && section.range.end <= report_.runs.front().range.end &&
                 !section.range.empty(),
             "a section lies in the speech", i);
      Expect(section.heading_range.begin == section.range.begin &&
                 section.heading_range.end <= section.range.end && !section.heading_range.empty(),
             "a heading begins its section", i);
      Expect(i == 0 || section.range.begin > before, "sections are in reading order", i);
      before = section.range.begin;
      Expect(section.parent < static_cast<int>(i), "parents come first", i);
      if (section.parent >= 0 && section.parent < static_cast<int>(i)) {
        const report::Section& parent = report_.sections[static_cast<size_t>(section.parent)];
        Expect(section.level == parent.level + 1, "a child is one level deeper", i);
        Expect(section.range.begin >= parent.range.begin && section.range.end <= parent.range.end,
               "a child lies in its parent", i);
        Expect(section.path.starts_with(parent.path + "."), "paths nest", i);
      } else {
        Expect(section.level == 1, "the top is level 1", i);
      }
      Expect(paths.insert(section.path).second, "paths are unique", i);
      Expect(section.id.empty() || ids.insert(section.id).second, "section ids are unique", i);
    }
  }

  void CheckQuotes() {
    uint32_t at = 0;
    std::set<std::string> ids;
    for (size_t i = 0; i < report_.quotes.size(); ++i) {
      const report::Quote& quote = report_.quotes[i];
      Expect(quote.range.begin == at && quote.range.end > at, "quotes follow each other", i);
      Expect(quote.range.size() <= limits::kMaxQuoteCodePoints, "quotes are bounded", i);
      at = quote.range.end;
      const bool speech = quote.range.end <= report_.runs.front().range.end;
      Expect(speech == IsSpeech(quote.block), "a quote's block says its run", i);
      Expect(quote.section < static_cast<int>(report_.sections.size()),
             "a quote's section is there", i);
      Expect(quote.id.empty() || ids.insert(quote.id).second, "quote ids are unique", i);
      if (speech && quote.paragraph >= 1 && quote.paragraph <= report_.paragraphs.size()) {
        const Range paragraph = report_.paragraphs[quote.paragraph - 1];
        Expect(quote.range.begin >= paragraph.begin && quote.range.end <= paragraph.end,
               "a quote lies in its paragraph", i);
      } else {
        Expect(!speech, "a speech quote names its paragraph", i);
      }
      if (quote.section >= 0 && speech) {
        const report::Section& section = report_.sections[static_cast<size_t>(quote.section)];
        Expect(quote.range.begin >= section.range.begin && quote.range.end <= section.range.end,
               "a quote lies in its section", i);
      }
    }
    Expect(at == report_.joined.size(), "quotes cover the joined text", 0);
  }

  void CheckRest() {
    Expect(report_.completeness.position <= report_.joined.size(), "the end lies in the text", 0);
    Expect(report_.lint.size() <= limits::kMaxLintFindings, "findings are bounded", 0);
    for (size_t i = 0; i < report_.lint.size(); ++i) {
      Expect(InText(report_.lint[i].range), "a finding lies in the text", i);
    }
  }

  const text::DecodedText& source_;
  const ParsedReport& report_;
  std::vector<std::string> violations_;
};

std::string RangeText(Range range) {
  std::string out(1, '[');
  out.append(std::to_string(range.begin)).append(",").append(std::to_string(range.end));
  return out.append(")");
}

}  // namespace

std::vector<std::string> ReportViolations(const text::DecodedText& source,
                                          const ParsedReport& report) {
  return Checker(source, report).Run();
}

std::string TextOf(const ParsedReport& report, Range range) {
  return text::ToUtf8(std::u32string_view(report.joined).substr(range.begin, range.size()));
}

std::string_view BlockName(BlockKind kind) {
  constexpr std::string_view kNames[] = {"",         "BODY",          "HEADING",   "TITLE",
                                         "SUBTITLE", "MASTHEAD",      "DATELINE",  "BYLINE",
                                         "CAPTION",  "BANNER",        "JUMP_LINE", "PAGE_NUMBER",
                                         "NOTE",     "WEB_FURNITURE", "TABLE"};
  return kNames[static_cast<size_t>(kind)];
}

std::string_view SectionKindName(report::SectionKind kind) {
  constexpr std::string_view kNames[] = {"",       "MARKED", "STAND_ALONE", "LEAD", "INTRODUCTION",
                                         "BULLET", "RUN_IN"};
  return kNames[static_cast<size_t>(kind)];
}

std::string_view ModeName(report::Mode mode) {
  constexpr std::string_view kNames[] = {"-",   "REVIEW", "PROBLEM", "SITUATION",
                                         "AIM", "TARGET", "MEASURE", "FORMALITY"};
  return kNames[static_cast<size_t>(mode)];
}

std::string_view LintName(report::LintKind kind) {
  constexpr std::string_view kNames[] = {"",
                                         "PAGE_BREAK_JOIN",
                                         "TRUNCATED",
                                         "MISSING_METADATA",
                                         "UNBALANCED_MARK",
                                         "DUPLICATED_PASSAGE",
                                         "NUMBERING_GAP",
                                         "SENTENCE_CUT",
                                         "MIXED_SCRIPT",
                                         "DOUBLED_WORD",
                                         "MIXED_MARKS",
                                         "LOOK_ALIKE",
                                         "MIXED_WIDTH",
                                         "ENCODING_DAMAGE",
                                         "OPEN_PARAGRAPH",
                                         "",
                                         "",
                                         "MISREAD_COLUMNS"};
  return kNames[static_cast<size_t>(kind)];
}

std::string DumpMetadata(const ParsedReport& report) {
  const report::Metadata& m = report.metadata;
  std::string out;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) {
      out.append(name).append(": ").append(value).append("\n");
    }
  };
  add("title", m.title);
  add("subtitle", m.subtitle);
  add("event", m.event);
  add("body", m.body);
  add("speaker", m.speaker);
  add("office", m.office);
  add("language", m.language);
  add("date", m.date ? absl::FormatCivilTime(*m.date) : "");
  add("paper", m.publication.paper);
  add("issued", m.publication.issue_date ? absl::FormatCivilTime(*m.publication.issue_date) : "");
  if (report.completeness.truncated) {
    out += "truncated at " + std::to_string(report.completeness.position);
    out += report.completeness.jump_target.empty() ? "" : " to " + report.completeness.jump_target;
    out += "\n";
  }
  return out;
}

std::string DumpOutline(const ParsedReport& report) {
  std::string out;
  for (const report::Section& section : report.sections) {
    out.append(2 * static_cast<size_t>(section.level - 1), ' ');
    out.append(section.path).append(" ").append(SectionKindName(section.kind));
    out.append(section.run_in ? " run-in " : " ").append(ModeName(section.mode)).append(" ");
    if (!section.marker.empty()) {
      out.append("<").append(section.marker).append("> ");
    }
    out.append(section.heading);
    if (!section.period.empty()) {
      out.append(" {").append(section.period).append("}");
    }
    // Where it ends, by its last characters.
    constexpr uint32_t kTail = 6;
    const Range tail{section.range.end - std::min(kTail, section.range.size()), section.range.end};
    out.append(" …").append(TextOf(report, tail)).append("\n");
  }
  return out;
}

std::string DumpBlocks(const ParsedReport& report) {
  std::string out;
  size_t join = 0;
  for (size_t p = 0; p < report.paragraphs.size(); ++p) {
    const Range paragraph = report.paragraphs[p];
    const auto quote =
        std::find_if(report.quotes.begin(), report.quotes.end(),
                     [&](const report::Quote& q) { return q.range.begin == paragraph.begin; });
    out.append(BlockName(quote->block)).append(" ");
    uint32_t at = paragraph.begin;
    for (; join < report.joins.size() && report.joins[join].position < paragraph.end; ++join) {
      out.append(TextOf(report, {at, report.joins[join].position})).append("|");
      at = report.joins[join].position;
    }
    out.append(TextOf(report, {at, paragraph.end})).append("\n");
  }
  for (size_t r = 1; r < report.runs.size(); ++r) {
    out.append(BlockName(report.runs[r].kind)).append(" ");
    out.append(TextOf(report, report.runs[r].range)).append("\n");
  }
  return out;
}

std::string DumpSentences(const ParsedReport& report) {
  std::string out;
  for (const report::Quote& quote : report.quotes) {
    out.append(std::to_string(quote.paragraph)).append(".");
    out.append(std::to_string(quote.sentence)).append(" ");
    out.append(BlockName(quote.block)).append(" ").append(ModeName(quote.mode));
    out.append(" ");
    out.append(quote.section < 0 ? "-" : report.sections[static_cast<size_t>(quote.section)].path);
    out.append(" ");
    out.append(TextOf(report, quote.range)).append("\n");
  }
  return out;
}

std::string DumpLint(const ParsedReport& report) {
  std::string out;
  for (const report::LintFinding& finding : report.lint) {
    out.append(LintName(finding.kind)).append(" line ").append(std::to_string(finding.line));
    out.append(" ").append(finding.range.empty() ? RangeText(finding.range)
                                                 : TextOf(report, finding.range));
    out.append(": ").append(finding.message);
    if (!finding.proposal.empty()) {
      out.append(" -> ").append(finding.proposal);
    }
    out.append("\n");
  }
  return out;
}

}  // namespace quotes::testing
