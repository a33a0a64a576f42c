#ifndef QUOTES_SERVICE_CITATION_FORM_H_
#define QUOTES_SERVICE_CITATION_FORM_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "service/text/fold.h"

// Text as citations compare it: transport noise removed, marks kept, every character beside its
// form fold. Finer than the folded text of searches, which drops quotation marks and makes every
// run of marks one break.
namespace quotes::citation {

enum class UnitKind : uint8_t {
  kLetter,  // letters, digits, symbols, and the signs that belong to a numeral
  kMark,    // every other mark, and a space inside Latin text
};

// One character, or one of those that a character such as ㎡ folds to (all with its range).
struct Unit {
  // After the form fold; of 甚麼, 瞭解 and 沈痛 that of 什么, 了解 and 沉痛. Letters of a unit
  // behind a numeral keep their case where it makes another unit of it: MW and mW, MB and Mb.
  char32_t form = 0;
  char32_t raw = 0;  // as written; a run of spaces is one U+0020
  uint32_t begin = 0;
  uint32_t end = 0;
  UnitKind kind = UnitKind::kLetter;

  bool letter() const { return kind == UnitKind::kLetter; }
};

// The units of `text`, in order; ranges are code points of `text`.
std::vector<Unit> FormUnits(std::u32string_view text);
// The same where `folded` is text::Fold(text).
std::vector<Unit> FormUnits(std::u32string_view text, const text::FoldedText& folded);

// One shape for the marks that the form fold joins: widths, all quotation marks, dashes, ellipses,
// middle dots, 《 and 〈. Other marks are returned as they are.
char32_t FormOfMark(char32_t c);

// Classes of FormOfMark's values.
inline constexpr char32_t kQuotationForm = U'"';
inline constexpr char32_t kDashForm = U'—';
inline constexpr char32_t kEllipsisForm = U'…';

// Letters of a term in quotation marks: longer words in marks are what somebody said, and may be
// quoted in part.
inline constexpr size_t kLongestTerm = 10;

// 1 for opening, -1 for closing quotation marks and brackets, 0 for others; straight quotation
// marks, which are either, are 0 too.
int MarkDirection(char32_t raw);

// For each quotation mark and bracket of a text the index of its partner, -1 for the others and for
// marks without one. A straight quotation mark opens unless one of its shape is open: they take
// turns, so give a text from where none is open. What stands between others may never close.
std::vector<int> PairPartners(std::u32string_view text);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_FORM_H_
