#ifndef QUOTES_SERVICE_REPORT_INLINE_ITEMS_H_
#define QUOTES_SERVICE_REPORT_INLINE_ITEMS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "service/report/markers.h"

namespace quotes::report {

// An item of a list that runs on inside a paragraph: 要做到：一要…；二要…。 Offsets are code points
// from the beginning of the paragraph.
struct InlineItem {
  Marker marker;
  uint32_t begin = 0;
  uint32_t end = 0;  // where the next one begins, or the end of the list
  // The item that this one is nested in, an index into the list; -1 for none.
  int parent = -1;
};

// Where a list stood at the end of the paragraph before, so that it can go on in the next one.
struct OpenList {
  MarkerFamily family = MarkerFamily::kNone;
  int number = 0;
};

// Finds the items of lists inside `paragraph` (its letters folded), in reading order, those that
// others are nested in first. A list has markers of one family (一是 一要 第一， 第一是 （一）
// （1） 1. ① 一、) that count up from 1, each behind a mark or at the beginning of the paragraph;
// one number may be missing. What stands in quotation marks is a saying, no list. A list whose
// members a full stop parts reaches to the end of the paragraph, others to the end of their
// sentence.
//
// In English texts, whose letters are not to be folded, lists are (1), (a) and First, at the
// beginning of a word; First, of a sentence.
//
// `open` is the list that the paragraph itself is a member of (一是…。二是…。 with its first member
// at the head of the paragraph), or that the paragraph before ended with: items may go on from
// either. It becomes the list that this paragraph ends with.
// A lone first member counts where `next`, a paragraph behind (empty for none), has the second.
std::vector<InlineItem> FindInlineItems(std::u32string_view paragraph, std::u32string_view next,
                                        bool english, OpenList* open);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_INLINE_ITEMS_H_
