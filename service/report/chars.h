#ifndef QUOTES_SERVICE_REPORT_CHARS_H_
#define QUOTES_SERVICE_REPORT_CHARS_H_

#include <cstdint>
#include <string_view>

// Character classes of the parser: which marks end a sentence, which open and close. They are
// finer than the search classes of service/text/fold.h.
namespace quotes::report {

inline bool IsTerminal(char32_t c) {
  return c == U'。' || c == U'！' || c == U'？' || c == U'!' || c == U'?' || c == U'｡';
}

inline bool IsFullStopDot(char32_t c) { return c == U'.' || c == U'．'; }

inline bool IsCommaLike(char32_t c) { return c == U'，' || c == U'、' || c == U',' || c == U'､'; }

// ︰ and ﹕ stand for it in texts that were typed in Big5.
inline bool IsColon(char32_t c) {
  return c == U'：' || c == U':' || c == U'\uFE30' || c == U'\uFE55';
}

inline bool IsSemicolon(char32_t c) { return c == U'；' || c == U';'; }

inline bool IsEllipsis(char32_t c) { return c == U'…' || c == U'⋯'; }

// The closing partner of an opening mark, in one shape for all widths of it; 0 for others.
inline char32_t ClosingPartner(char32_t c) {
  switch (c) {
    case U'“':
      return U'”';
    case U'‘':
      return U'’';
    case U'「':
      return U'」';
    case U'『':
      return U'』';
    case U'（':
    case U'(':
      return U'）';
    case U'《':
      return U'》';
    case U'〈':
      return U'〉';
    case U'【':
      return U'】';
    case U'〔':
      return U'〕';
    case U'［':
    case U'[':
      return U'］';
    default:
      return 0;
  }
}

// The one shape of a closing mark that ClosingPartner() gives; 0 for others.
inline char32_t CloserShape(char32_t c) {
  switch (c) {
    case U'”':
    case U'’':
    case U'」':
    case U'』':
    case U'》':
    case U'〉':
    case U'】':
    case U'〕':
      return c;
    case U'）':
    case U')':
      return U'）';
    case U'］':
    case U']':
      return U'］';
    default:
      return 0;
  }
}

// Characters without width and marks that turn the direction of writing.
inline bool IsZeroWidth(char32_t c) {
  return (c >= 0x200B && c <= 0x200F) || (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF ||
         c == 0x61C || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

inline bool IsCloser(char32_t c) { return CloserShape(c) != 0 || c == U'＂'; }

inline bool IsQuotationCloser(char32_t c) {
  return c == U'”' || c == U'’' || c == U'」' || c == U'』';
}

inline bool IsDash(char32_t c) { return c == U'—' || c == U'―' || c == U'─'; }

inline bool IsAsciiDigit(char32_t c) { return c >= U'0' && c <= U'9'; }

inline bool IsLatinLetter(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
}

// Value of one Chinese digit in folded text (○ is 〇 there), -1 for other characters; 十 is 10.
inline int HanDigit(char32_t c) {
  switch (c) {
    case U'〇':
    case U'零':
      return 0;
    case U'一':
      return 1;
    case U'二':
      return 2;
    case U'三':
      return 3;
    case U'四':
      return 4;
    case U'五':
      return 5;
    case U'六':
      return 6;
    case U'七':
      return 7;
    case U'八':
      return 8;
    case U'九':
      return 9;
    case U'十':
      return 10;
    default:
      return -1;
  }
}

// A cheap test for "a letter or digit of any script" on characters that text of reports holds:
// everything that is neither a space, a control, nor punctuation of the common blocks.
bool IsWordCharacter(char32_t c);

// The place of the closing mark of the quotation that opens at `open`, quotations of the same marks
// inside it passed over. npos where `open` is no opening quotation mark, or the quotation does not
// end within `longest` characters.
size_t QuotationEnd(std::u32string_view text, size_t open, size_t longest);

// Reads the Chinese numeral from 1 to 99 at the start of `text` (folded letters); `*length` is set
// to its size. 0 when there is none.
int ReadHanNumeral(std::u32string_view text, size_t* length);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_CHARS_H_
