#ifndef QUOTES_SERVICE_REPORT_SENTENCES_H_
#define QUOTES_SERVICE_REPORT_SENTENCES_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "service/report/report.h"

namespace quotes::report {

struct Sentence {
  Range range;
  bool cut = false;  // ended by the length limit, not by a mark
};

// Whether the sentence goes on behind a quotation whose last character ends a sentence: with a
// comma, or with words that begin none (思考“怎样发展？”这一课题, 把“强国有我！”的誓言…). The
// quotation opens at `open` and its closing mark stands at `close`; `text` ends with the paragraph,
// `begin` is the sentence's beginning.
bool GoesOnBehindQuotation(std::u32string_view text, size_t begin, size_t open, size_t close);

// Adds one sentence, in parts where it is longer than limits::kMaxQuoteCodePoints.
void AppendSentence(std::u32string_view joined, Range range, std::vector<Sentence>* sentences);

// Splits `paragraph` of `joined` into sentences that cover it without gaps.
//
// 。！？ and their ASCII and narrow forms end a sentence, a run of them once, closing quotation
// marks and brackets after them included; a stop inside round brackets that are closed later in
// the paragraph does not. When a comma-like mark or words that begin no sentence follow the closing
// quotation mark the sentence goes on. A source in brackets (《…》, a page, a day) and the mark of
// a note (① [1]) behind a stop belong to the sentence before them. A dot ends one after a Han
// character or before a space and a capital, never between digits or letters. ；and …… stay inside.
// A remainder without a letter or digit belongs to the sentence before it. A sentence above
// limits::kMaxQuoteCodePoints is cut behind its last mark before the limit.
void SplitSentences(std::u32string_view joined, Range paragraph, std::vector<Sentence>* sentences);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_SENTENCES_H_
