#ifndef QUOTES_SERVICE_TEXT_FOLD_H_
#define QUOTES_SERVICE_TEXT_FOLD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"

namespace quotes::text {

// Why two different characters count as the same in a search. A set is a bit mask, so that the
// folds behind one match are an OR.
enum FoldKind : uint32_t {
  kFoldWidth = 1u << 0,      // full-width, half-width and compatibility forms
  kFoldScript = 1u << 1,     // traditional to simplified
  kFoldVariant = 1u << 2,    // variant forms of one character
  kFoldCase = 1u << 3,       // Latin (Greek, Cyrillic) case
  kFoldQuotation = 1u << 4,  // a soft mark dropped: quotation marks, 《》, middle dot
  kFoldMark = 1u << 5,       // one hard mark or run of marks for another
  kFoldSpace = 1u << 6,      // transport noise: spaces, zero-width characters, line breaks
  kFoldZero = 1u << 7,       // ○ for 〇
  // Beside kFoldScript or kFoldVariant: the two characters may be different words. 乾/干, 著/着
  // (simplified text has both), 後/后, 裏/里 (traditional text has both), 發/髮 (two of traditional
  // against each other; either against 发 is plain).
  kFoldAmbiguous = 1u << 8,
};
using FoldSet = uint32_t;

// The version of the fold rules and of the table behind them; part of every key that depends on
// folded text.
std::string_view FoldVersion();

// One unit that stands for a run of hard marks in folded text (，、；：。！？—… brackets).
inline constexpr char32_t kBreak = U'\u241E';

// Folded text with its way back. Unit i stands for the source characters [begin[i], end[i]);
// dropped characters (soft marks, noise) lie in no unit, a run of hard marks is one kBreak over all
// of them, and a character that folds to several units gives each the same range.
struct FoldedText {
  std::u32string units;
  std::vector<uint32_t> begin;
  std::vector<uint32_t> end;
};

// Folds text for searching, as the page on verdicts defines the form fold:
//  - width: only characters with a wide, narrow, small or vertical form and a short named list
//    (℃, ㎡ and other units of measure; radicals; the Latin ligatures ﬀ to ﬆ), never NFKC as a
//    whole (² is not 2, ㎡ becomes m²); NFC-equivalent compositions are left alone;
//  - script and variants by one table made at build time from OpenCC's dictionaries, character by
//    character (its rules stand in fold_table_gen.cc); Latin case; ○ to 〇;
//  - soft marks (all shapes of quotation marks, 《》〈〉, middle dots) vanish; transport noise
//    vanishes: zero-width characters, soft hyphens, line breaks, and spaces beside a Han character,
//    a digit or a mark; between other letters a run of spaces and line breaks is one space;
//  - signs that belong to a numeral stay themselves, in any width:
//      . : /      between digits;
//      ,          after a numeral's first one to three digits or a group, before exactly three
//                 digits, not behind a decimal point: 1,000 and 1，000, but 1，2 and 2021，345
//                 break;
//      % ‰        after a digit;
//      hyphen, minus sign   before a digit (as -), but not as part of a longer dash;
//      dash (– — ─)         single and between digits or after a per cent sign (as -): 5%—6%;
//      tilde (~ ～ 〜)      likewise (as ~);
//  - a hyphen between two Latin letters or a digit and a letter stays; + and other symbols
//    (Unicode S*) are ordinary units;
//  - every other punctuation mark is hard: a maximal run of them (noise and soft marks between them
//    included) is one kBreak.
// Noise and soft marks are invisible to the rules above except to the one about spaces: text
// without them folds to the same units. Pure; any values are accepted. About 60 million code points
// a second.
//
// Folding the units folds to the units again, always.
//
// The map: for a match [i, j) of units, the source range [begin[i], end[j - 1]) folded alone gives
// the units [i, j) again, unless a border of the match takes context away:
//  - it begins with a numeral sign or a space, or ends with a space or a sign other than % ‰;
//  - it cuts digits off a numeral in which a comma stands (00 of 1,000);
//  - it parts the units of one character (² of ㎡).
FoldedText Fold(std::u32string_view source);

// The units of Fold(source) alone, in two thirds of the time.
std::u32string FoldUnits(std::u32string_view source);

// Finds folded text without folding: calls `visit` with the source range of each place where
// `units` stand in the units of Fold(source), ascending. False, without a call, where it cannot
// tell because `units` are not wholly Han characters or a character of `source` folds to several
// units; Fold then says it. About ten times faster than Fold.
bool FindHan(std::u32string_view source, std::u32string_view units,
             absl::FunctionRef<void(uint32_t begin, uint32_t end)> visit);

namespace internal {

// A bit for each character of the basic plane: whether it is of the script Han and folds to itself,
// as most characters of a text. What is asked of these is answered without the table of all, which
// is too large for the fastest cache.
extern const std::array<uint64_t, 0x10000 / 64> kPlainHan;

inline bool IsPlainHan(char32_t c) {
  return c < 0x10000 && ((kPlainHan[c / 64] >> (c % 64)) & 1) != 0;
}

char32_t FoldOther(char32_t c);
bool IsOtherHan(char32_t c);
bool IsSpaceInTable(char32_t c);

}  // namespace internal

// Folds one character outside any context; what Fold() does to letters. Characters that Fold()
// drops, breaks at or makes several units of are returned unchanged. Never allocates; O(1).
inline char32_t FoldLetter(char32_t c) {
  return internal::IsPlainHan(c) ? c : internal::FoldOther(c);
}

// The folds that FoldLetter (or the dropping or breaking at a mark) applied to `c`; 0 when it stays
// as it is. Equals FoldsBetween(c, FoldLetter(c)) for letters.
FoldSet FoldsOf(char32_t c);

// Character classes shared with the parser and the query language.
inline bool IsHan(char32_t c) { return internal::IsPlainHan(c) || internal::IsOtherHan(c); }
bool IsSoftMark(char32_t c);  // vanishes from folded text
bool IsHardMark(char32_t c);  // becomes a break (numeral signs: outside numerals)
bool IsNoise(char32_t c);     // zero-width and other transport characters; not spaces
// U+0020, U+00A0, U+3000, TAB and the other Zs.
inline bool IsSpace(char32_t c) { return !internal::IsPlainHan(c) && internal::IsSpaceInTable(c); }
// LF, VT, FF, CR, NEL, U+2028, U+2029. Asked of every character of a source.
inline bool IsLineBreak(char32_t c) {
  return (c >= 0x0A && c <= 0x0D) || c == 0x85 || c == 0x2028 || c == 0x2029;
}
bool IsDigit(char32_t c);  // 0-9 and their full-width forms

// The folds that make `query` (code points as typed) match the source characters `matched`, whose
// folded units equal those of the query: every kind by which the two differ, with what is dropped
// or broken at before the first and behind the last unit. 0 if and only if they are the same code
// points; symmetric. REQUIRES: equal folded units but for leading and trailing breaks (otherwise
// the answer names all folds of both).
FoldSet FoldsBetween(std::u32string_view query, std::u32string_view matched);

}  // namespace quotes::text

#endif  // QUOTES_SERVICE_TEXT_FOLD_H_
