#ifndef QUOTES_SERVICE_REPORT_PARAGRAPHS_H_
#define QUOTES_SERVICE_REPORT_PARAGRAPHS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "service/report/classify.h"
#include "service/report/lines.h"
#include "service/report/report.h"

namespace quotes::report {

// Why two lines were read as one paragraph.
enum class JoinReason {
  kPageBreak,  // an open sentence went on after a gap, furniture or a break inside a paragraph
  kWrap        // the whole source has its lines wrapped at one width
};

// What stands for the break between two joined lines.
enum class Glue {
  kNone,       // nothing: Chinese runs on
  kSpace,      // a space
  kSoftHyphen  // nothing, and the hyphen before it becomes a soft one
};

// A join between two pieces of the speech.
struct PieceJoin {
  uint32_t before = 0;  // indexes into the pieces
  uint32_t after = 0;
  JoinReason reason = JoinReason::kPageBreak;
  bool certain = false;  // an open bracket or quotation mark, or a comma, demands it
  Glue glue = Glue::kNone;
};

struct Paragraphs {
  // Pieces of the speech in order; paragraph p is [starts[p], starts[p + 1]).
  std::vector<uint32_t> speech;
  std::vector<uint32_t> starts;
  std::vector<PieceJoin> joins;
};

// Decides by evidence which lines of the speech go on in the next one. The earlier line must read
// like a paragraph (stops or commas inside, or long) and end without a final mark; the later one
// must not begin like a paragraph (marker, salutation, the indent that the other paragraphs have,
// the same opening words) nor be a heading. Stand-alone headings are never joined to what follows.
Paragraphs BuildParagraphs(std::u32string_view folded, const std::vector<Line>& lines,
                           const std::vector<Piece>& pieces);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_PARAGRAPHS_H_
