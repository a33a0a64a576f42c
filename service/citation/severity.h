#ifndef QUOTES_SERVICE_CITATION_SEVERITY_H_
#define QUOTES_SERVICE_CITATION_SEVERITY_H_

#include "service/citation/aligned_pair.h"

namespace quotes::citation {

// Fills in the severity of an edit of letters and what decided it; whether it looks like a fault of
// the source.
void Grade(const AlignedPair& pair, Draft* draft);

// Whether a stretch of a text holds a number, negator, hedge, condition, quantifier or name.
bool SaysSomethingCritical(const Annotated& text, Range range);

// Whether a range of the quotation is text in editorial brackets, the brackets included.
bool IsBracketed(const AlignedPair& pair, Range quotation);

// The stretch to show for an edit, the same on both sides: the smaller of the two words that it
// lies in, 要务 and 任务 rather than 第一要务 and 任务.
void Tokens(const AlignedPair& pair, const Draft& draft, Range* quotation, Range* source);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_SEVERITY_H_
