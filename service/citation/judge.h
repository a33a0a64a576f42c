#ifndef QUOTES_SERVICE_CITATION_JUDGE_H_
#define QUOTES_SERVICE_CITATION_JUDGE_H_

#include "service/citation/align.h"
#include "service/citation/passage.h"
#include "service/citation/quoted.h"
#include "service/citation/source_text.h"

namespace quotes::citation {

// Turns an alignment of a quotation with a stretch of a source into edits and a verdict.
Passage Judge(const Quoted& quoted, const SourceText& source, Alignment alignment);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_JUDGE_H_
