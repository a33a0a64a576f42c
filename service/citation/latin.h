#ifndef QUOTES_SERVICE_CITATION_LATIN_H_
#define QUOTES_SERVICE_CITATION_LATIN_H_

#include <cstddef>
#include <string_view>

#include "service/text/fold.h"

// Characters of languages that part their words by spaces.
namespace quotes::citation {

// Letters of Latin script, in any width.
inline bool IsLatinLetter(char32_t c) {
  if (c >= U'Ａ' && c <= U'ｚ') {
    c -= U'Ａ' - U'A';
  }
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') ||
         (c >= 0xC0 && c < 0x250 && c != 0xD7 && c != 0xF7);
}

inline bool IsApostropheGlyph(char32_t c) {
  return c == U'\'' || c == U'’' || c == U'‘' || c == U'ʼ' || c == U'＇';
}

// Whether an apostrophe stands inside a Latin word at `i`: don't, people’s.
inline bool IsApostrophe(std::u32string_view text, size_t i) {
  return IsApostropheGlyph(text[i]) && i > 0 && i + 1 < text.size() && IsLatinLetter(text[i - 1]) &&
         IsLatinLetter(text[i + 1]);
}

// Whether a text is in such a language: it has at least three words, and more of its letters than
// Han characters.
inline bool HasSpacedWords(std::u32string_view text) {
  size_t letters = 0;
  size_t han = 0;
  size_t spaces = 0;  // between letters
  bool space = false;
  for (const char32_t c : text) {
    if (text::IsHan(c)) {
      ++han;
      space = false;
    } else if (text::IsSpace(c) || text::IsLineBreak(c)) {
      space = letters > 0;
    } else if (!text::IsSoftMark(c) && !text::IsHardMark(c) && !text::IsNoise(c) &&
               !text::IsDigit(c)) {
      ++letters;
      spaces += space ? 1u : 0u;
      space = false;
    }
  }
  return spaces >= 2 && letters > han;
}

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_LATIN_H_
