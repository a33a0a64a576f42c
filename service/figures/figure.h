#ifndef QUOTES_SERVICE_FIGURES_FIGURE_H_
#define QUOTES_SERVICE_FIGURES_FIGURE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/figures/decimal.h"
#include "service/figures/numeral.h"

// Figures of a sentence: its numerals with what they measure, when, and whether they tell or
// promise. Pure functions; thread-safe.
//
// What is measured, the period and the mode are found by word lists (data/measures.tsv) and by
// position, without a parser of sentences: they are for finding figures, not for judging them.
namespace quotes::figures {

enum class FigureKind : uint8_t {
  kAmount = 1,           // 280亿元, 12个, 二十三家, 3000多万人
  kPercent = 2,          // 78.3%, 百分之五
  kPercentagePoint = 3,  // 1.2个百分点
  kPerMille = 4,         // 3.5‰
  kFraction = 5,         // 三分之一; no value
  kMultiple = 6,         // 2倍; 翻一番, 七成: those have no value
  kApproximate = 7,      // 数百, 千亿级; no value
  kOrdinal = 8,          // 第九届
  kYear = 9,             // 2021年
  kDate = 10,            // 1月17日; no value
  kTime = 11,            // 8时30分; no value
  kSet = 12,   // 十四五, 两个一百年, 6+3, 世界500强: numerals that are part of a name
  kName = 13,  // 5G, 11版 of 下转11版: digits that are one; 万元 of 万元GDP能耗
};

// Whether a figure tells what is, or what is to be.
enum class FigureMode : uint8_t { kUnspecified = 0, kResult = 1, kTarget = 2 };

// Whether a figure says by how much something changed (增长5.5%, 新增3家, 翻一番), not how far
// (提高到16935元) nor how it compares with something else (高于全国2个百分点).
enum class FigureDirection : uint8_t { kUnspecified = 0, kIncrease = 1, kDecrease = 2 };

// What the passage around a sentence does.
enum class Passage : uint8_t {
  kOther,     // the setting, or unknown
  kReview,    // tells what was done, or what is wrong
  kTarget,    // sets targets
  kProposal,  // says what will be done
};

// A span of time that a text names.
struct Period {
  Range range;  // as printed: 2021年, 五年来, 到2025年, 今年
  // First and last year, 0 where they are not known. Those of 今年, 去年 and 明年 are reckoned from
  // the year of the report, those of 十四五 and its like from their number; for 五年来, 一年来 and
  // 今后五年 see ReportTime.
  int16_t first_year = 0;
  int16_t last_year = 0;

  bool empty() const { return range.empty(); }
  friend bool operator==(const Period&, const Period&) = default;
};

// When a report was given, as far as its words need it.
struct ReportTime {
  int year = 0;  // 0: unknown
  // The report reviews five years: 五年来, 过去五年 and 这五年 are those before its own or, where
  // it was not given early in its year, up to its own from that of the one five years before.
  bool reviews_five_years = false;
  // It was given early in its year, so that it looks back on whole years: 一年来, 过去一年 and,
  // where it reviews, 这一年 are the year before, 新的一年 is its own, and 今后五年, 未来五年 and,
  // where it plans, 五年内 begin with that.
  bool early_in_year = false;
};

// What is known of a sentence from outside of it.
struct Surroundings {
  Passage passage = Passage::kOther;
  // Of the paragraph's opening, else of the headings above; empty for none.
  Period period;
  ReportTime report;
};

// One numeral. Ranges are of the text that was given.
struct Figure {
  FigureKind kind = FigureKind::kAmount;
  Range range;   // with all its qualifiers but a hedge that does not touch them
  Range number;  // see Numeral, as those below
  Range scale;
  Range unit;
  // In text order. A hedge may stand before the range, as it holds for all of what follows it up to
  // a semicolon: 预计|全区生产总值完成|280亿元.
  std::vector<Qualifier> qualifiers;
  // Scale included; of a range of values both ends (lower first unless printed otherwise), else
  // `low` alone. Absent for kinds without a value and for numbers of more than 40 digits.
  std::optional<Decimal> low;
  std::optional<Decimal> high;
  uint16_t precision = 0;  // digits printed behind the decimal point
  // What it measures: a noun phrase of the same sentence; empty where none was found.
  Range measure;
  // What `measure` goes on with where it is an item of a list that says it once, behind the last
  // one: 原煤|产量 of 原煤、原油产量分别为1吨、2吨. Empty for all else.
  Range measure_head;
  // May be outside of the sentence; empty for ordinals, dates and names, and for a value that
  // another one grew from at no named time.
  Period period;
  FigureMode mode = FigureMode::kUnspecified;
  FigureDirection direction = FigureDirection::kUnspecified;

  friend bool operator==(const Figure&, const Figure&) = default;
};

// The figures of the sentence `sentence` of `text`, in text order, disjoint: one for each numeral
// that FindNumerals finds in it. Linear in the sentence.
std::vector<Figure> FindFigures(std::u32string_view text, Range sentence,
                                const Surroundings& surroundings);

// What a figure of `text` measures, in words: 原煤产量.
std::u32string MeasureOf(const Figure& figure, std::u32string_view text);

// The period that `range` of `text` opens with (五年来，坚持…; ——展望2035年，…), or, with
// `anywhere`, the first that it names, as headings do. Empty if there is none.
// `passage` is what the text around does.
Period FindPeriod(std::u32string_view text, Range range, const ReportTime& report, bool anywhere,
                  Passage passage = Passage::kOther);

// Whether a heading says that a report of a year reviews five years: by 过去五年 or 五年来 or,
// where it was given early in its year, by the five-year plan of just the five years before.
bool NamesFiveYears(std::u32string_view heading, int report_year, bool early_in_year = true);

// A unit of measure. Units that convert exactly have one base; the others are their own.
struct Unit {
  std::string name;  // one spelling for all: 公里 for km and 千米; 家
  std::string base;  // 米; 家
  Decimal factor{1, 0};

  friend bool operator==(const Unit&, const Unit&) = default;
};

// The unit as printed in `printed` (公里, 个百分点, %); empty for the empty string.
Unit ToUnit(std::u32string_view printed);
// The unit of a figure of `text`: that of percentages is %, of per mille figures ‰.
Unit UnitOf(const Figure& figure, std::u32string_view text);

// An amount as somebody types it.
struct Amount {
  Decimal low;
  std::optional<Decimal> high;  // of 5%—6%
  std::optional<Unit> unit;     // absent: the number stands alone

  friend bool operator==(const Amount&, const Amount&) = default;
};

// Reads 280亿元, 百分之五, 5%—6%, 2021年, -1.5 as FindNumerals does: the whole of `text` is one
// number with an exact value, with its unit or without, and has no qualifiers. nullopt otherwise.
std::optional<Amount> ParseAmount(std::u32string_view text);

// Reads a unit as somebody types it, with a scale or without (元, 万元, 平方公里, %, 倍): the unit
// of figures printed so, whose factor is the scale's too. nullopt for what is no unit.
std::optional<Unit> ParseUnit(std::u32string_view text);

// Version of all that figures are made by: rules and word lists.
std::string_view FigureVersion();

}  // namespace quotes::figures

#endif  // QUOTES_SERVICE_FIGURES_FIGURE_H_
