#ifndef QUOTES_SERVICE_REPORT_LINT_H_
#define QUOTES_SERVICE_REPORT_LINT_H_

#include <string_view>
#include <vector>

#include "service/base/cancellation.h"
#include "service/report/report.h"

namespace quotes::report {

// What the checks look at: a parsed report whose lint list they fill, at most
// limits::kMaxLintFindings in all.
struct LintInput {
  std::u32string_view speech;  // as printed
  std::u32string_view folded;  // its letters folded
  bool english = false;
  Checkpoints* checkpoints = nullptr;

  // False when nobody waits for the findings any more. Each paragraph asks.
  bool GoOn(Range paragraph) const {
    return checkpoints == nullptr || checkpoints->GoOn(paragraph.size());
  }
};

// Title, speaker and date that were not found, or that are not the same for all of the text.
void LintMetadata(bool several_speakers, bool several_reports, ParsedReport* report);
// Brackets and quotation marks without a partner inside their paragraph, or with one of another
// style or width.
void LintMarks(const LintInput& input, ParsedReport* report);
// Passages that stand twice: whole sentences of 30 or more characters, others of 60 or more
// (shorter ones are formulas; in English, three times as many). Linear in the length of the speech.
void LintDuplicates(const LintInput& input, ParsedReport* report);
// Siblings whose numbers leave one out, in the outline and inside a paragraph (一是 … 三是), and
// series that begin with the second.
void LintNumbering(const LintInput& input, ParsedReport* report);
// Traditional characters in a simplified text.
void LintScript(const LintInput& input, ParsedReport* report);

// Words and marks that stand twice in a row: 支持支持, ，，. Words with a number in them may
// (一个一个).
void LintDoubledWords(const LintInput& input, ParsedReport* report);
// Letters in the place of digits (25l), words that scanners misread (自已), numerals and marks of
// both widths, characters of damaged encodings. Looks at every character once.
void LintCharacters(const LintInput& input, ParsedReport* report);
// What stands inside a paragraph and is none of its text: spaces and letters between Chinese
// characters, page numbers, invisible characters, tags of HTML, signs for what could not be read,
// and radicals in the place of characters. Looks at every character once.
void LintIntrusions(const LintInput& input, ParsedReport* report);
// Paragraphs inside the text that end without a mark and are no headings. `headings` says for each
// paragraph whether it is one.
void LintOpenParagraphs(const LintInput& input, const std::vector<bool>& headings,
                        ParsedReport* report);

// Adds a finding unless the list is full; `line` is found from the range.
void AddFinding(LintFinding finding, ParsedReport* report);

// The source line that prints position `position` of the joined text.
uint32_t LineAt(const ParsedReport& report, uint32_t position);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_LINT_H_
