#ifndef QUOTES_SERVICE_CITATION_ENUMERATION_H_
#define QUOTES_SERVICE_CITATION_ENUMERATION_H_

#include <string_view>

#include "service/citation/verdict.h"

namespace quotes::citation {

// What a span leaves out of a row that gives its things what is theirs by their order: of
// X、Y分别达到a、b it is Y that reached b, and Y分别达到a is another statement. Empty ranges:
// nothing that matters.
struct TornRow {
  Range before;  // ends at the begin of the span
  Range behind;  // begins at its end
};

// The row that `span` tears, both in code points of `text`. A row is the clause of 分别 or 依次;
// where the clause begins with that word, also as many clauses before it as there are figures. A
// span that holds the word and a thing's share behind it must hold
//  - all shares: no figure and no item behind 、, 和, 与 or 及 of the clause may follow its end
//    (items without figures count where the things before the word are a row too);
//  - as many things as there are figures, and none cut off directly before 、 or 和 at its begin;
//    or none of them: whoever quotes 分别增长a、b names the things himself. A row whose things are
//    one word (城乡居民…分别增长a、b) may begin there.
// A span without the word, or that ends before the first figure, tears nothing. Linear in the span
// where it holds no such word.
TornRow FindTornRow(std::u32string_view text, Range span);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_ENUMERATION_H_
