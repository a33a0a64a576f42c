#include "service/report/chars.h"

#include <unicode/uchar.h>

#include <cstddef>

namespace quotes::report {

bool IsWordCharacter(char32_t c) {
  if (c >= 0x4E00 && c <= 0x9FFF) {
    return true;
  }
  if (c < 0x80) {
    return IsLatinLetter(c) || IsAsciiDigit(c);
  }
  return u_isalnum(static_cast<UChar32>(c)) != 0;
}

size_t QuotationEnd(std::u32string_view text, size_t open, size_t longest) {
  const char32_t partner = ClosingPartner(text[open]);
  if (!IsQuotationCloser(partner)) {
    return std::u32string_view::npos;
  }
  const std::u32string_view inside = text.substr(open, longest);
  int depth = 0;
  for (size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == text[open]) {
      ++depth;
    } else if (inside[i] == partner && --depth == 0) {
      return open + i;
    }
  }
  return std::u32string_view::npos;
}

int ReadHanNumeral(std::u32string_view text, size_t* length) {
  *length = 0;
  if (text.empty()) {
    return 0;
  }
  const int first = HanDigit(text[0]);
  if (first <= 0) {
    return 0;
  }
  const int second = text.size() > 1 ? HanDigit(text[1]) : -1;
  if (first == 10) {
    if (second >= 1 && second <= 9) {
      *length = 2;
      return 10 + second;
    }
    *length = 1;
    return second < 0 ? 10 : 0;
  }
  if (second == 10) {
    const int third = text.size() > 2 ? HanDigit(text[2]) : -1;
    if (third >= 1 && third <= 9) {
      *length = 3;
      return first * 10 + third;
    }
    *length = 2;
    return third < 0 ? first * 10 : 0;
  }
  // 一九 and the like are years, no ordinals.
  *length = 1;
  return second < 0 ? first : 0;
}

}  // namespace quotes::report
