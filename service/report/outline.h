#ifndef QUOTES_SERVICE_REPORT_OUTLINE_H_
#define QUOTES_SERVICE_REPORT_OUTLINE_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "service/base/cancellation.h"
#include "service/report/report.h"

namespace quotes::report {

// What the format of the source says of a paragraph.
struct ParagraphHint {
  uint8_t heading_level = 0;  // from 1; 0: not said to be a heading
  bool bold = false;          // all of it
  bool table_cell = false;

  friend bool operator==(const ParagraphHint&, const ParagraphHint&) = default;
};

struct Outline {
  std::vector<Section> sections;       // without ids and modes
  std::vector<int> paragraph_section;  // the innermost section of each paragraph, -1 for none
  std::vector<bool> heading;           // paragraphs that are nothing but a heading
};

// Finds the outline of the speech from evidence, none of it the words of a report:
//  - markers, by family; weak families (一是 第一， 1. ①) need a sequence, and numbers decide what
//    is a sibling, a nested list or a new list;
//  - unmarked headings: short lines above a paragraph, without a final mark, or two or more in a
//    section with a full stop and nothing of a statement. Whether the former stand
//    above or below the marked ones is what the numbering says: it restarts below the former and
//    runs on across the latter;
//  - repeated leads: three or more paragraphs in a row that open with the same words and have a
//    short first sentence, or share many;
//  - unmarked run-in headings: three or more paragraphs in a row whose first sentences are short
//    and have none of the words by which a sentence says something instead of naming it
//    (data/words.tsv, statement). Once a text has such groups, two that fill a section are one too,
//    and so are four or more in one section with other paragraphs between them;
//  - lists that a line announces (…如下。 …以下措施：) and whose items open with a label or a name;
//  - bullets, two or more, and the line ending in a colon that introduces them;
//  - lists inside a paragraph (inline_items.h), whose items are sections without paragraphs;
//  - what the format says: a heading of some level is one on a line of its own, and so is a short
//    line in bold. Where a heading has a marker the numbering decides what stands below what, else
//    the levels do. A format that calls most of a text headings, or prints it in bold, is not
//    believed. Cells of tables are body text whatever they begin with.
//
// A run-in heading is the first sentence when it has at most 60 characters, else the first clause
// when it has at most 40, without its final mark; otherwise only the marker is. A list introduction
// keeps its colon. An item of a list (run-in) owns further paragraphs only if an item before the
// last one does; the paragraphs behind the last item belong to what is above the list.
//
// `joined` and `folded` are the speech as printed and with its letters folded; `paragraphs` cover
// it; `hints` is empty or has one for each. A text in English has markers and headings of its own
// (english_roles.h). SOURCE_TOO_LARGE above limits::kMaxSections; CANCELLED, DEADLINE_EXCEEDED.
absl::StatusOr<Outline> FindOutline(std::u32string_view joined, std::u32string_view folded,
                                    const std::vector<Range>& paragraphs,
                                    const std::vector<ParagraphHint>& hints, bool english,
                                    Checkpoints* checkpoints = nullptr);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_OUTLINE_H_
