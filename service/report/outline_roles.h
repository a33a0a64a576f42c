#ifndef QUOTES_SERVICE_REPORT_OUTLINE_ROLES_H_
#define QUOTES_SERVICE_REPORT_OUTLINE_ROLES_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "service/report/markers.h"
#include "service/report/outline.h"
#include "service/report/report.h"

namespace quotes::report {

// A marked heading on a line of its own is never longer.
inline constexpr uint32_t kMaxHeadingLine = 80;
// A first sentence that is its paragraph's heading.
inline constexpr uint32_t kMaxRunInSentence = 60;
// The same of a paragraph that repeats the opening words of its neighbours.
inline constexpr uint32_t kMaxLongLeadSentence = 100;

// What a paragraph is in the outline.
enum class Role {
  kPlain,
  kMarked,    // family says which
  kUnmarked,  // stand-alone heading
  kLead,
  kIntroduction,
  kRunIn,  // an unmarked run-in heading
  kLabel   // an item without a marker of an announced list
};

// A heading that stands beside the parts of a text.
enum class Apart {
  kNo,
  kFront,  // 前言: the parts follow it
  kBack,   // 结束语, 附录: they are over
  kBox     // 专栏1: inside a part, which goes on behind it
};

struct RoleOfParagraph {
  Marker marker;
  Role role = Role::kPlain;
  bool stand_alone = false;     // the heading is the whole paragraph
  uint32_t first_end = 0;       // length of the first sentence, its marks included
  char32_t last = 0;            // last character, closing marks skipped before a stop
  bool single = true;           // one sentence
  bool closed_heading = false;  // an unmarked heading that ends with a full stop
  bool parallel = false;        // its first sentence is built like those of its neighbours
  bool series = false;          // an unmarked heading that opens as its sisters do
  Apart apart = Apart::kNo;     // of an unmarked heading
  uint32_t label_end = 0;       // length of an item's label
  bool salutation = false;
  bool cell = false;  // of a table
  uint8_t level = 0;  // of a heading, as the format of the source has it; 0: it does not say
};

// Whether headings and bold print are rare enough in a text to mean something.
struct HintWeights {
  bool levels = false;
  bool bold = false;
};
HintWeights WeighHints(const std::vector<Range>& ranges, const std::vector<ParagraphHint>& hints);

// What each paragraph is, from evidence in it and its neighbours (outline.h says which). Levels and
// parents are not decided here. `folded` is the speech, `joined`, with its letters folded, `ranges`
// its paragraphs; `hints` is empty or has one for each.
std::vector<RoleOfParagraph> FindRoles(std::u32string_view joined, std::u32string_view folded,
                                       const std::vector<Range>& ranges,
                                       const std::vector<ParagraphHint>& hints);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_OUTLINE_ROLES_H_
