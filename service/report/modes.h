#ifndef QUOTES_SERVICE_REPORT_MODES_H_
#define QUOTES_SERVICE_REPORT_MODES_H_

#include <string>
#include <string_view>

#include "service/report/report.h"

namespace quotes::report {

// What a section talks about, by the cues of data/modes.tsv in its heading; `inherited` is its
// parent's mode. Inside a review the verbs of measures (加快 …) tell what was done.
Mode ModeOfHeading(std::u32string_view folded_heading, Mode inherited);

// What a paragraph talks about by its opening; kUnspecified when no cue says so.
Mode ModeOfParagraph(std::u32string_view folded_paragraph, Mode inherited);

// Set phrases of courtesy make a sentence a formality whatever stands around it.
Mode ModeOfSentence(std::u32string_view folded_sentence);

// The span of time that a heading names (过去五年, 五年来, 2035年, “十四五”时期) as a range of it;
// empty when it names none.
Range FindPeriod(std::u32string_view folded_heading);
// The same where the heading begins with it; empty otherwise.
Range PeriodInFront(std::u32string_view folded_heading);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_MODES_H_
