#include "service/citation/passage.h"

namespace quotes::citation {

int Rank(TextVerdict verdict) { return static_cast<int>(verdict); }

bool Better(const Passage& a, const Passage& b) {
  if (a.verdict != b.verdict) {
    return Rank(a.verdict) < Rank(b.verdict);
  }
  return a.cost < b.cost || (a.cost == b.cost && a.edits.size() < b.edits.size());
}

int Gravity(TextVerdict verdict) {
  switch (verdict) {
    case TextVerdict::kVerbatim:
      return 0;
    case TextVerdict::kFormOnly:
      return 1;
    case TextVerdict::kElided:
      return 2;
    case TextVerdict::kVerbatimEmended:
      return 3;
    case TextVerdict::kPunctuationChanged:
      return 4;
    case TextVerdict::kNumeralRestated:
      return 5;
    case TextVerdict::kTooShort:
      return 6;
    case TextVerdict::kElidedRisky:
      return 7;
    case TextVerdict::kAltered:
      return 8;
    case TextVerdict::kStitched:
      return 9;
    case TextVerdict::kSimilar:
      return 10;
    case TextVerdict::kUnverifiable:
      return 11;
    case TextVerdict::kNotFound:
      return 12;
  }
  return 12;
}

TextVerdict Worst(TextVerdict a, TextVerdict b) { return Gravity(a) >= Gravity(b) ? a : b; }

bool IsWordForWord(TextVerdict verdict) {
  return verdict == TextVerdict::kVerbatim || verdict == TextVerdict::kFormOnly;
}

}  // namespace quotes::citation
