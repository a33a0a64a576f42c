#ifndef QUOTES_SERVICE_FIGURES_NUMERAL_H_
#define QUOTES_SERVICE_FIGURES_NUMERAL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "service/figures/decimal.h"

// Numerals of Chinese text by value. Pure functions; thread-safe.
namespace quotes::figures {

// Code points of the text that was given, half-open.
struct Range {
  uint32_t begin = 0;
  uint32_t end = 0;

  uint32_t size() const { return end - begin; }
  bool empty() const { return begin == end; }
  friend bool operator==(const Range&, const Range&) = default;
};

enum class NumeralKind : uint8_t {
  kCardinal,  // 280亿元, 12个, 二十三家, 25.9, 4.5万余人, ranges of them (三至五年)
  kOrdinal,   // 第九届, 第2
  kPercent,   // 78.3%, 百分之七十八点三, 5%—6%
  kPerMille,  // 3.5‰, 千分之五
  kYear,      // 2021年, 二〇二二年, 1980年代, 2021—2025年
  kDate,      // 2022年1月17日, 1月17日, 2022-01-17
  // The rest have no value: they are compared as printed. The names that the data lists in both
  // spellings are the exception, kSet with a value: 二十国集团, 20国集团.
  kTime,         // 8:30, 8时30分
  kFraction,     // 三分之一, 1/3, 1:3, 一半
  kMultiple,     // 2倍, 七成, 翻一番
  kApproximate,  // 几十, 数百, 十几, 三五个, 10余万人, 千亿级
  kSet,          // 十四五, 两个一百年, 一网通办, 五年来, “双十镇”, “6+3”
  kLabel,        // digits that are a name: 5G, PM2.5, C919, 0632-3080000, 1.2.3
};

// What a qualifier does to its figure.
enum class QualifierKind : uint8_t {
  kApproximation,  // 约, 近, 余, 左右
  kBound,          // 超过, 不足, 至少, 以上, 以内
  kHedge,          // 预计, 力争: directly before the figure only
  kLink,           // 到, 至, 比, 达到, 增至
  kDirection,      // 增长, 下降
  kPeriod,         // behind a date or a length of time: 底, 初, 前, 后, 以来
};

struct Qualifier {
  Range range;
  QualifierKind kind = QualifierKind::kApproximation;

  friend bool operator==(const Qualifier&, const Qualifier&) = default;
};

// A numeral with all that belongs to it. Noise (spaces, zero-width characters) may lie inside the
// ranges.
struct Numeral {
  NumeralKind kind = NumeralKind::kCardinal;
  // All of it, from the first qualifier to the last: the other ranges lie inside, in this order:
  // qualifiers before, number, (qualifier,) unit, qualifiers behind.
  Range token;
  // Sign, digits, separators and scale (万, 亿); 第, 百分之, % and ‰ too; of a range or date all
  // from the first digit to the last.
  Range number;
  // The scale that ends the number (万, 千亿; also of 三万), empty for none.
  Range scale;
  // As printed, empty for none: 元, 平方公里, 个百分点.
  Range unit;
  std::vector<Qualifier> qualifiers;

  // The value, scale included (280亿 is 28 × 10^9, 78.3% is 783 × 10^-1); of a year the year;
  // nullopt for the kinds without one, for dates, and above 18 significant digits.
  std::optional<Decimal> value;
  // The upper end of a range, on the scale that is printed behind it (三至五万: both are ten
  // thousands); nullopt when there is no range.
  std::optional<Decimal> second;
  // Of kDate: year and day may be absent (0).
  int16_t year = 0;
  uint8_t month = 0;
  uint8_t day = 0;
  // Digits printed behind the decimal point (1 of 280.0亿); of a range those of its first end.
  uint16_t precision = 0;
  // How many of them are trailing zeros (1 of 280.0亿).
  uint16_t trailing_zeros = 0;
  // The mark of a range: '-' for 至 － — ～ and the like, U'到'; 0 when there is none.
  char32_t range_mark = 0;
  // Both ends of a range have a unit or sign of their own (5%—6%, 2016年至2020年).
  bool unit_twice = false;

  friend bool operator==(const Numeral&, const Numeral&) = default;
};

// All numerals of `text`, in text order, disjoint. `text` may be in any script or width and have
// noise in it. Every digit 0-9 lies in a numeral; Chinese numerals count with a scale, a unit or a
// second digit, not as part of other words (统一, 十分重要, 一些). Where several readings are
// possible the longest token wins, so that no cut through a figure goes unseen. Linear in the text.
//
// A numeral whose context is cut off by the border of `text` is read as it stands there: give a
// window of some 40 code points more than what is looked at.
std::vector<Numeral> FindNumerals(std::u32string_view text);

// Whether the character at `at` is a mark that no numeral of the text has inside: 。；！？, and ，
// unless it stands behind a digit (noise apart) and may group digits. REQUIRES: at < text.size().
bool PartsFigures(std::u32string_view text, size_t at);

enum class Sameness : uint8_t {
  kDifferent,
  // The same number, unit and qualifiers, written otherwise (280亿元, 2,800,000万元; 百分之五, 5%).
  kSameValue,
  // The same, but printed with other trailing zeros behind the decimal point (280.0亿, 280亿).
  kSameValueOtherPrecision,
  // The same characters after the form fold (letters, width, kind of quotation mark); noise apart.
  kSameForm,
};

// Compares two numerals that FindNumerals gave for their texts. Units must be equal as printed,
// qualifiers in the same order around the number and a printed sign the same (+2.7% is not 2.7%),
// all after the form fold; no unit is converted but for its 千 (五千米, 5000米, 5千米). Numerals
// without a value (see NumeralKind) are the same only by form.
Sameness SameValue(const Numeral& a, std::u32string_view text_a, const Numeral& b,
                   std::u32string_view text_b);

// The same for many pairs: the form of each numeral, which SameValue compares first, is made once.
std::u32string FormOf(const Numeral& numeral, std::u32string_view text);
Sameness SameValue(const Numeral& a, std::u32string_view text_a, std::u32string_view form_a,
                   const Numeral& b, std::u32string_view text_b, std::u32string_view form_b);

// What a border of a span cut off from a numeral, or parted in it.
enum class CutPart : uint8_t {
  kDigits,     // inside the digits, or between them and a sign, 第, 百分之 or %
  kScale,      // the scale is outside: 280|亿元
  kUnit,       // the unit, or part of it, is outside: 280亿|元
  kQualifier,  // a qualifier, or part of one, is outside: 约|280亿元, 4.5万|余人, 4.5%|以内
};

struct Cut {
  uint32_t numeral = 0;  // index into the numerals
  CutPart part = CutPart::kDigits;
  Range lost;  // the part of the token outside the span

  friend bool operator==(const Cut&, const Cut&) = default;
};

struct Cuts {
  std::optional<Cut> begin;  // at the begin of the span
  std::optional<Cut> end;

  bool any() const { return begin.has_value() || end.has_value(); }
};

// Whether the span [begin, end) of the text that `numerals` were found in begins or ends inside a
// token; both may lie in one. Where several parts are lost the one nearest the digits is named.
// REQUIRES: begin <= end. O(log n).
Cuts FindCuts(const std::vector<Numeral>& numerals, Range span);
// The same for one span: looks at a window around its borders only.
Cuts CutsToken(std::u32string_view text, Range span);

// Version of the data (units, qualifiers, set numerals) and a hash of it: "1-0123456789ab".
std::string_view DataVersion();

}  // namespace quotes::figures

#endif  // QUOTES_SERVICE_FIGURES_NUMERAL_H_
