#include "service/report/inline_items.h"

#include <algorithm>
#include <array>
#include <utility>

#include "service/report/chars.h"
#include "service/report/english.h"
#include "service/text/fold.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

// An item says something: 第一、第二 names two things.
constexpr uint32_t kMinItem = 4;
// Quotations that are longer than this are not looked through for their end.
constexpr uint32_t kLongestQuotation = 300;
// No marker is longer.
constexpr uint32_t kMarkerWindow = 12;

struct Candidate {
  Marker marker;
  uint32_t begin = 0;
};

using List = std::vector<Candidate>;

bool IsMark(char32_t c) {
  return IsTerminal(c) || IsSemicolon(c) || IsColon(c) || IsCommaLike(c) || IsDash(c) ||
         IsEllipsis(c);
}

// 第一是, 第二要: no marker of paragraphs, where it is the beginning of a sentence.
Marker ReadOrdinalClause(View text) {
  if (text.size() < 3 || text[0] != U'第') {
    return {};
  }
  size_t digits = 0;
  const int number = ReadHanNumeral(text.substr(1), &digits);
  if (number == 0 || 1 + digits >= text.size() || text[1 + digits] != U'是') {
    return {};
  }
  return {MarkerFamily::kOrdinalWord, number, digits + 2, digits + 2};
}

// A marker that can stand inside a paragraph, behind the character `before`.
Marker ReadInlineMarker(View text, char32_t before) {
  Marker marker = ReadMarker(text);
  if (!marker) {
    return ReadOrdinalClause(text);
  }
  const bool strong_mark = !IsCommaLike(before);
  switch (marker.family) {
    case MarkerFamily::kParenHan:
    case MarkerFamily::kParenArabic: {
      // 第九条第（一）、（二）项 refers to items.
      constexpr View kReferred = U"、项款目";
      const bool refers =
          marker.length < text.size() && kReferred.find(text[marker.length]) != View::npos;
      return refers ? Marker() : marker;
    }
    case MarkerFamily::kHanIs:
    case MarkerFamily::kHanMust:
    case MarkerFamily::kCircled:
      return marker;
    case MarkerFamily::kHan:
    case MarkerFamily::kArabic:
      return strong_mark ? marker : Marker();
    case MarkerFamily::kOrdinalWord: {
      // 首先， and 最后， are words of a sentence here, and so is 第一、第二产业.
      const char32_t last = text[marker.length - 1];
      return text[0] == U'第' && (last == U'，' || last == U',' || IsColon(last)) ? marker
                                                                                  : Marker();
    }
    default:
      return {};
  }
}

// The same in English, at the beginning of a word.
Marker ReadEnglishInlineMarker(View text, char32_t before) {
  if (text[0] == U'(' && text.size() > 3 && text[1] >= U'a' && text[1] <= U'z' && text[2] == U')') {
    return {MarkerFamily::kParenStem, static_cast<int>(text[1] - U'a') + 1, 3,
            text::IsSpace(text[3]) ? size_t{4} : size_t{3}};
  }
  Marker marker = ReadEnglishMarker(text);
  if (!marker && IsSemicolon(before) && text[0] >= U'a' && text[0] <= U'z') {
    // …; third, we must …
    std::u32string capital(text);
    capital[0] -= U'a' - U'A';
    marker = ReadEnglishMarker(capital);
  }
  const bool sentence =
      IsTerminal(before) || IsFullStopDot(before) || IsSemicolon(before) || IsColon(before);
  return marker.family == MarkerFamily::kParenArabic && text[0] == U'(' ? marker
         : marker.family == MarkerFamily::kOrdinalWord && sentence      ? marker
                                                                        : Marker();
}

// Whether a sentence ends with this character.
bool IsStop(View text, size_t i, bool english) {
  return IsTerminal(text[i]) || (english && IsFullStopDot(text[i]) &&
                                 (i + 1 == text.size() || text::IsSpace(text[i + 1])));
}

std::vector<Candidate> FindCandidates(View paragraph, bool english) {
  std::vector<Candidate> candidates;
  const auto size = static_cast<uint32_t>(paragraph.size());
  char32_t before = U'。';  // the last character that is neither a space nor a closing mark
  for (uint32_t i = 0; i < size; ++i) {
    const char32_t c = paragraph[i];
    if (text::IsSpace(c)) {
      continue;
    }
    if (english ? i == 0 || text::IsSpace(paragraph[i - 1]) : IsMark(before)) {
      const View text = paragraph.substr(i, kMarkerWindow);
      if (const Marker marker =
              english ? ReadEnglishInlineMarker(text, before) : ReadInlineMarker(text, before)) {
        candidates.push_back({marker, i});
        i += static_cast<uint32_t>(marker.length) - 1;
        before = 0;
        continue;
      }
    }
    if (IsQuotationCloser(ClosingPartner(c)) || c == U'《') {
      const size_t close = paragraph.substr(i, kLongestQuotation).find(ClosingPartner(c));
      if (close != View::npos) {
        i += static_cast<uint32_t>(close);
        // 。” ends a sentence as well as 。 does.
        before = IsTerminal(paragraph[i - 1]) ? paragraph[i - 1] : paragraph[i];
        continue;
      }
    }
    if (!(IsCloser(c) && IsTerminal(before))) {
      before = c;
    }
  }
  return candidates;
}

// Whether the first member of a family in a paragraph is the one behind `last`.
bool GoesOn(const Candidate& last, View paragraph, bool english) {
  for (const Candidate& candidate : FindCandidates(paragraph, english)) {
    if (candidate.marker.family == last.marker.family) {
      return candidate.marker.number == last.marker.number + 1;
    }
  }
  return false;
}

// Members of one family that count up. The first has number 1 or follows `open`.
std::vector<List> FindLists(const std::vector<Candidate>& candidates, View next, bool english,
                            const OpenList& open) {
  std::vector<List> lists;
  std::array<List, kMarkerFamilies> running;
  const auto close = [&](List* list, bool last) {
    const bool came = !list->empty() && list->front().marker.number > 1;
    if (list->size() >= 2 || came ||
        (last && list->size() == 1 && GoesOn(list->back(), next, english))) {
      lists.push_back(std::move(*list));
    }
    list->clear();
  };
  for (const Candidate& candidate : candidates) {
    List& list = running[static_cast<size_t>(candidate.marker.family)];
    const int number = candidate.marker.number;
    const bool follows =
        list.empty()
            ? candidate.marker.family == open.family && number == open.number + 1
            : number == list.back().marker.number + 1 || number == list.back().marker.number + 2;
    if (follows && (list.empty() || candidate.begin >= list.back().begin + kMinItem)) {
      list.push_back(candidate);
    } else if (number == 1) {
      close(&list, false);
      list.push_back(candidate);
    }
  }
  for (List& list : running) {
    close(&list, true);
  }
  std::sort(lists.begin(), lists.end(),
            [](const List& a, const List& b) { return a.front().begin < b.front().begin; });
  return lists;
}

// The end of the last member: that of its sentence where its sisters are parts of one.
uint32_t EndOfList(View paragraph, const List& list, bool english) {
  const auto size = static_cast<uint32_t>(paragraph.size());
  const uint32_t last = list.back().begin;
  if (list.size() < 2) {
    return size;
  }
  for (uint32_t i = list[list.size() - 2].begin; i < last; ++i) {
    if (IsStop(paragraph, i, english)) {
      return size;
    }
  }
  uint32_t end = last;
  while (end < size && !IsStop(paragraph, end, english)) {
    ++end;
  }
  while (end < size && (IsStop(paragraph, end, english) || IsCloser(paragraph[end]))) {
    ++end;
  }
  return end;
}

}  // namespace

std::vector<InlineItem> FindInlineItems(View paragraph, View next, bool english, OpenList* open) {
  const std::vector<List> lists =
      FindLists(FindCandidates(paragraph, english), next, english, *open);
  std::vector<InlineItem> items;
  *open = {};
  for (const List& list : lists) {
    uint32_t end = EndOfList(paragraph, list, english);
    // Nested in the item that it begins in; lists that cross each other are none.
    int parent = -1;
    bool crosses = false;
    for (size_t i = 0; i < items.size(); ++i) {
      if (items[i].begin <= list.front().begin && list.front().begin < items[i].end) {
        parent = static_cast<int>(i);
        crosses = list.back().begin >= items[i].end;
        end = std::min(end, items[i].end);
      }
    }
    if (crosses) {
      continue;
    }
    for (size_t i = 0; i < list.size(); ++i) {
      const uint32_t item_end = i + 1 < list.size() ? list[i + 1].begin : end;
      items.push_back({list[i].marker, list[i].begin, item_end, parent});
    }
    if (parent < 0) {
      *open = {list.back().marker.family, list.back().marker.number};
    }
  }
  // Reading order; a parent begins before what is nested in it.
  std::vector<size_t> order(items.size());
  for (size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return items[a].begin < items[b].begin; });
  std::vector<int> place(items.size());
  for (size_t i = 0; i < order.size(); ++i) {
    place[order[i]] = static_cast<int>(i);
  }
  std::vector<InlineItem> sorted;
  sorted.reserve(items.size());
  for (const size_t i : order) {
    sorted.push_back(items[i]);
    if (sorted.back().parent >= 0) {
      sorted.back().parent = place[static_cast<size_t>(sorted.back().parent)];
    }
  }
  return sorted;
}

}  // namespace quotes::report
