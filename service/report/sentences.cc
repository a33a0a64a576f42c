#include "service/report/sentences.h"

#include <algorithm>
#include <string_view>

#include "service/base/limits.h"
#include "service/report/chars.h"
#include "service/text/fold.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

// Whether the dot at `i` ends a sentence.
bool IsDotEnd(View joined, Range paragraph, uint32_t i) {
  const char32_t before = i > paragraph.begin ? joined[i - 1] : 0;
  const char32_t after = i + 1 < paragraph.end ? joined[i + 1] : 0;
  if (text::IsHan(before)) {
    return !text::IsDigit(after) && !IsFullStopDot(after);
  }
  if (IsFullStopDot(before) || IsFullStopDot(after)) {
    return false;
  }
  if (after == 0) {
    return true;
  }
  if (after != U' ' || (!(before >= U'a' && before <= U'z') && !IsAsciiDigit(before) &&
                        !IsCloser(before) && before != U'"' && before != U'%')) {
    return false;
  }
  const char32_t next = i + 2 < paragraph.end ? joined[i + 2] : 0;
  return (next >= U'A' && next <= U'Z') || ClosingPartner(next) != 0 || next == U'"';
}

// The end of the sentence whose first terminal stands at `i`: further terminals and closers.
uint32_t EndOfStop(View joined, Range paragraph, uint32_t i, bool* straight_open) {
  uint32_t end = i + 1;
  while (end < paragraph.end) {
    const char32_t c = joined[end];
    if (c == U'"') {
      // A straight mark closes only what one opened.
      if (!*straight_open) {
        break;
      }
      *straight_open = false;
    } else if (!IsTerminal(c) && !IsCloser(c)) {
      break;
    }
    ++end;
  }
  return end;
}

bool GoesOn(char32_t c) { return IsCommaLike(c) || IsSemicolon(c) || IsColon(c); }

void Push(View joined, uint32_t begin, uint32_t end, std::vector<Sentence>* sentences) {
  constexpr auto kMost = static_cast<uint32_t>(limits::kMaxQuoteCodePoints);
  while (end - begin > kMost) {
    uint32_t cut = begin + kMost;
    while (cut > begin && !IsCommaLike(joined[cut - 1]) && !IsSemicolon(joined[cut - 1]) &&
           !IsColon(joined[cut - 1]) && !IsTerminal(joined[cut - 1])) {
      --cut;
    }
    if (cut == begin) {
      cut = begin + kMost;
    }
    sentences->push_back({{begin, cut}, true});
    begin = cut;
  }
  sentences->push_back({{begin, end}, false});
}

}  // namespace

void SplitSentences(View joined, Range paragraph, std::vector<Sentence>* sentences) {
  const size_t first = sentences->size();
  uint32_t begin = paragraph.begin;
  int depth = 0;           // open round brackets
  uint32_t resume_at = 0;  // brackets open before this position are known to stay open
  bool straight_open = false;
  bool has_word = false;
  for (uint32_t i = paragraph.begin; i < paragraph.end;) {
    const char32_t c = joined[i];
    if (c == U'（' || c == U'(') {
      // Counts only when it is closed; the search is shared by all brackets before that place.
      if (depth == 0 && i >= resume_at) {
        uint32_t close = i + 1;
        const uint32_t most = std::min<uint32_t>(paragraph.end, i + 300);
        while (close < most && CloserShape(joined[close]) != U'）') {
          ++close;
        }
        if (close < most) {
          depth = 1;
        } else {
          resume_at = most;
        }
      } else if (depth > 0) {
        ++depth;
      }
    } else if (CloserShape(c) == U'）') {
      depth = std::max(0, depth - 1);
    } else if (c == U'"') {
      straight_open = !straight_open;
    } else if (!has_word) {
      has_word = IsWordCharacter(c);
    }
    const bool stop = IsTerminal(c) || (IsFullStopDot(c) && IsDotEnd(joined, paragraph, i));
    if (!stop || depth > 0) {
      ++i;
      continue;
    }
    uint32_t end = EndOfStop(joined, paragraph, i, &straight_open);
    if (end > i + 1 && end < paragraph.end && IsQuotationCloser(joined[end - 1]) &&
        GoesOn(joined[end])) {
      i = end;
      continue;
    }
    while (end < paragraph.end && text::IsSpace(joined[end])) {
      ++end;
    }
    if (has_word) {
      Push(joined, begin, end, sentences);
      begin = end;
    } else if (sentences->size() > first &&
               end - sentences->back().range.begin <= limits::kMaxQuoteCodePoints) {
      sentences->back().range.end = end;
      begin = end;
    }
    has_word = false;
    i = end;
  }
  if (begin == paragraph.end) {
    return;
  }
  if (!has_word && sentences->size() > first &&
      paragraph.end - sentences->back().range.begin <= limits::kMaxQuoteCodePoints) {
    sentences->back().range.end = paragraph.end;
    return;
  }
  Push(joined, begin, paragraph.end, sentences);
}

}  // namespace quotes::report
