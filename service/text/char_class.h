#ifndef QUOTES_SERVICE_TEXT_CHAR_CLASS_H_
#define QUOTES_SERVICE_TEXT_CHAR_CLASS_H_

#include <cstddef>
#include <cstdint>

// The shape of the fold table, shared by its generator and its reader; not for other rooms.
namespace quotes::text::internal {

// What Fold() does with a character. The order matters: everything up to kDigit is an ordinary unit
// of folded text.
enum class CharClass : uint8_t {
  kOrdinary,   // letters without a class of their own, symbols, marks that combine
  kLatin,      // Latin, Greek and Cyrillic letters
  kHan,        // characters of the script Han, and what folds to one
  kDigit,      // 0-9 and their full-width forms
  kExpansion,  // folds to several units; delta is an index into kExpansions
  kSoft,       // quotation marks, title marks, middle dots
  kHard,       // every other punctuation mark
  kSpace,
  kLineBreak,
  kNoise,
  // Marks that stay themselves inside numerals and are hard elsewhere.
  kPoint,
  kComma,
  kPercent,
  kHyphen,  // hyphens and minus signs: also before a digit, and between Latin letters
  kDash,    // en, em and box-drawing dashes: only between digits
  kTilde,
  kColon,
  kSlash,
};

inline bool IsUnitClass(CharClass c) { return c <= CharClass::kDigit; }
inline bool IsNumeralSign(CharClass c) { return c >= CharClass::kPoint; }
// Nothing is left of these in folded text but, for spaces inside Latin text, one space.
inline bool IsTransparent(CharClass c) {
  return c == CharClass::kSpace || c == CharClass::kLineBreak || c == CharClass::kNoise;
}

// One of several characters of traditional Chinese that share a simplified form.
inline constexpr uint8_t kSharesSimplified = 1u << 0;

struct Entry {
  int32_t delta = 0;   // what to add to the character for its fold (its width fold for marks)
  uint16_t folds = 0;  // the FoldKinds behind `delta`
  CharClass char_class = CharClass::kOrdinary;
  uint8_t flags = 0;

  friend bool operator==(const Entry&, const Entry&) = default;
};

inline constexpr size_t kMaxExpansion = 4;
struct Expansion {
  char32_t source = 0;
  uint32_t size = 0;
  char32_t units[kMaxExpansion] = {};
};

inline constexpr unsigned kPageBits = 7;
inline constexpr size_t kPageSize = size_t{1} << kPageBits;
inline constexpr char32_t kLastCodePoint = 0x10FFFF;

}  // namespace quotes::text::internal

#endif  // QUOTES_SERVICE_TEXT_CHAR_CLASS_H_
