#ifndef QUOTES_SERVICE_REPORT_ENGLISH_SENTENCES_H_
#define QUOTES_SERVICE_REPORT_ENGLISH_SENTENCES_H_

#include <string_view>
#include <vector>

#include "service/report/report.h"
#include "service/report/sentences.h"

namespace quotes::report {

// Splits `paragraph` of `joined`, a text in English, into sentences that cover it without gaps:
// the boundaries of ICU's sentence iterator (Unicode Standard Annex 29) but for those behind an
// abbreviation (Mr. U.S. No.; data/words.tsv), an initial (John F. Kennedy) or the number of an
// item, and those before a small letter ("Enough!" he said.). An abbreviation that may end a
// sentence (U.S., Inc.) does before a word that often begins one. The spaces behind a sentence
// belong to it. A sentence above limits::kMaxQuoteCodePoints is cut as in SplitSentences.
void SplitEnglishSentences(std::u32string_view joined, Range paragraph,
                           std::vector<Sentence>* sentences);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_ENGLISH_SENTENCES_H_
