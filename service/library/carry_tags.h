#ifndef QUOTES_SERVICE_LIBRARY_CARRY_TAGS_H_
#define QUOTES_SERVICE_LIBRARY_CARRY_TAGS_H_

#include <cstddef>
#include <vector>

#include "service/report/report.h"
#include "service/themes/tag.h"

namespace quotes {

struct CarriedTags {
  std::vector<themes::Tag> tags;  // of sentences of the new text; as said, but for the quote's id
  size_t left_behind = 0;         // tags of sentences that have no successor
};

// What editors said of sentences of `base` that a new text of the report has under another name: a
// name is made of the words, so that whoever mends a character gives the sentence another one. The
// successor is the sentence that DiffRevisions pairs it with. Tags of sentences that keep their
// names, and of those that `base` does not have, are not of account. Next to nothing without tags,
// else as DiffRevisions. Pure.
CarriedTags CarryOverTags(const report::ParsedReport& base, const std::vector<themes::Tag>& tags,
                          const report::ParsedReport& revision);

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_CARRY_TAGS_H_
