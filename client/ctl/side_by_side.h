#ifndef QUOTES_CLIENT_CTL_SIDE_BY_SIDE_H_
#define QUOTES_CLIENT_CTL_SIDE_BY_SIDE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "client/ctl/layout.h"
#include "quotes/v1/citation.pb.h"
#include "quotes/v1/diff.pb.h"

namespace quotes::ctl {

// A stretch of two texts: what both have, or a difference. Without line breaks, tabs and zero-width
// characters.
struct Stretch {
  std::u32string quotation;
  std::u32string source;
  // Stands below a difference: '-' words missing, '+' words added, '^' other words or marks, '~'
  // another form, '<' a block moved. '\0': no difference (spaces aside).
  char mark = '\0';

  friend bool operator==(const Stretch&, const Stretch&) = default;
};

// The quotation and the source's words at the first location, taken apart by the edits. Ends behind
// the last edit listed when the answer lists not all. Empty where there are no edits, no location,
// or edits outside it (parts of different places). Ranges count code points; what a broken server
// might send is cut to the texts.
std::vector<Stretch> TakeApart(const v1::CitationResult& result, std::string_view quotation);

// The two sides of a sentence that was changed, the base as the quotation, taken apart by its
// edits. Empty where they do not fit the texts.
std::vector<Stretch> TakeApart(const v1::SentenceChange& change);

// The two texts in two lines, every difference at the same columns in both, and marks below; what
// is missing on one side leaves its columns empty there. Lines are wrapped in parallel to `columns`
// (0: never), not inside a number or Latin word that fits a line. Lines do not end in spaces.
//
//   yours   加快发展是第一任务
//   source  加快发展是第一要务
//                         ^^
std::string SideBySide(const std::vector<Stretch>& stretches, std::string_view quotation_label,
                       std::string_view source_label, size_t columns, const Painter& painter);

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_SIDE_BY_SIDE_H_
