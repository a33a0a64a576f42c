#include "service/figures/figure.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <tuple>
#include <utility>

#include "service/figures/claims.h"
#include "service/figures/measure_words.h"
#include "service/figures/period.h"
#include "service/figures/scanner.h"
#include "service/figures/words.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::figures {
namespace {

using internal::GetMeasureWords;
using internal::GetWords;
using internal::MeasureWords;
using internal::Mention;
using View = std::u32string_view;

// Digits of a value, with those that its scale stands for: what ParseDecimal reads.
constexpr int64_t kMaxValueDigits = 40;
// Measured things, in code points: longer phrases are no names of things any more.
constexpr size_t kMaxMeasure = 40;
constexpr size_t kMaxMeasureBehind = 24;
// How far is looked for what belongs to a figure, so that all of a sentence takes time in
// proportion to its length: code points of a clause and between two semicolons, and figures of a
// list.
constexpr size_t kMaxClause = 120;
constexpr size_t kMaxSegment = 400;
constexpr size_t kMaxList = 12;

Range MakeRange(size_t begin, size_t end) {
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
}

// Whether the mark at `at` ends a clause; signs inside numerals do not.
bool EndsClause(View t, size_t at) {
  const char32_t c = t[at];
  constexpr View kInside = U"、%％（）()_";  // 水泥（折纯）|达到2亿吨, PM_2.5
  if (!text::IsHardMark(c) || kInside.find(c) != View::npos) {
    return false;
  }
  const bool inside =
      at > 0 && at + 1 < t.size() && text::IsDigit(t[at - 1]) && text::IsDigit(t[at + 1]);
  return !inside;
}
bool IsOpening(char32_t c) { return c == U'“' || c == U'《' || c == U'〈'; }
bool IsClosing(char32_t c) { return c == U'”' || c == U'》' || c == U'〉'; }
bool IsWord(char32_t c) {
  return text::IsHan(c) || (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
}
bool JoinsItems(char32_t c) { return c == U'、' || c == U'和' || c == U'及' || c == U'与'; }

std::u32string NormalUnit(View printed) {
  std::u32string units = internal::Normalize(printed).units;
  std::erase(units, U' ');
  return units;
}

// Values that no answer could carry are left out.
std::optional<Decimal> Bounded(const std::optional<Decimal>& value) {
  if (!value.has_value()) {
    return std::nullopt;
  }
  int64_t digits = 0;
  for (int64_t m = value->mantissa; m != 0; m /= 10) {
    ++digits;
  }
  const bool fits =
      digits + value->exponent <= kMaxValueDigits && int64_t{value->exponent} >= -kMaxValueDigits;
  return fits ? value : std::nullopt;
}

// 翻一番, 倍增, 千亿级: amounts that the lists have as phrases.
FigureKind KindOfPhrase(View phrase, View unit) {
  if (unit.ends_with(U'级')) {
    return FigureKind::kApproximate;  // 千亿级
  }
  const auto match = GetWords().sets.Longest(phrase);
  const bool time = phrase.find_first_of(U"年月天日纪") != View::npos;  // 上半年
  if (match.length != phrase.size() || match.value != internal::kAmount || time) {
    return FigureKind::kSet;
  }
  return phrase.find_first_of(U"番倍") != View::npos ? FigureKind::kMultiple
                                                     : FigureKind::kApproximate;
}

bool IsOrder(View unit) {
  constexpr View kOrders[] = {U"吨级", U"千瓦级", U"元级", U"亩级", U"人级"};
  return std::find(std::begin(kOrders), std::end(kOrders), unit) != std::end(kOrders);
}

FigureKind KindOf(const Numeral& numeral, View number, View unit) {
  // 四大产业, 三级体系: part of a name, as 九届区委 is.
  const bool digit = number.size() == 1 && text::IsHan(number.front());
  switch (numeral.kind) {
    case NumeralKind::kCardinal: {
      const auto known = GetMeasureWords().units.find(NormalUnit(unit));
      if (digit && (unit == U"大" || unit == U"级")) {
        return FigureKind::kSet;
      }
      // 六月份, 7至10月; 八十年代; 二十一世纪
      if (unit == (numeral.second.has_value() ? U"月" : U"月份")) {
        return FigureKind::kDate;
      }
      // 一个半小时: one and a half.
      if (unit.starts_with(U"个半")) {
        return FigureKind::kApproximate;
      }
      // 二十四日: 三日内 are so many.
      if (unit == U"年代" ||
          (unit == U"日" && numeral.qualifiers.empty() && !digit && numeral.value.has_value() &&
           numeral.precision == 0 && std::is_lteq(Compare(*numeral.value, {31, 0})))) {
        return FigureKind::kDate;
      }
      if ((unit == U"世纪" && !digit) || unit == U"季度") {
        return FigureKind::kOrdinal;
      }
      // 从十九大到二十大
      if (unit == U"大" && text::IsHan(number.front()) && number.find(U'十') != View::npos) {
        return FigureKind::kSet;
      }
      // 缺斤短|两等; 两位数增长
      if ((number == U"两" && unit == U"等") || unit == U"位数") {
        return FigureKind::kApproximate;
      }
      if (unit == U"次全会" || unit == U"中全会" || (unit == U"届" && numeral.qualifiers.empty())) {
        return FigureKind::kOrdinal;
      }
      // A piece (一块领土) as well as money.
      if (digit && unit == U"块") {
        return FigureKind::kApproximate;
      }
      // 一批 is not one of something. 7亿吨级 is an order.
      if ((number == U"一" && unit == U"批") || IsOrder(unit)) {
        return FigureKind::kApproximate;
      }
      const bool points = known != GetMeasureWords().units.end() && known->second.base == "百分点";
      return points ? FigureKind::kPercentagePoint : FigureKind::kAmount;
    }
    case NumeralKind::kOrdinal:
      return FigureKind::kOrdinal;
    case NumeralKind::kPercent:
      return FigureKind::kPercent;
    case NumeralKind::kPerMille:
      return FigureKind::kPerMille;
    case NumeralKind::kYear:
      return FigureKind::kYear;
    case NumeralKind::kDate:
      return FigureKind::kDate;
    case NumeralKind::kTime:
      return FigureKind::kTime;
    case NumeralKind::kFraction:
      return FigureKind::kFraction;
    case NumeralKind::kMultiple:
      // 干出一番伟业.
      return number == U"一" && unit == U"番" && numeral.qualifiers.empty()
                 ? FigureKind::kApproximate
                 : FigureKind::kMultiple;
    case NumeralKind::kApproximate:
      return FigureKind::kApproximate;
    case NumeralKind::kSet:
      return KindOfPhrase(number, unit);
    case NumeralKind::kLabel:
      break;
  }
  return FigureKind::kName;
}

// Whether figures of a kind measure something at some time.
bool Measures(FigureKind kind) {
  switch (kind) {
    case FigureKind::kAmount:
    case FigureKind::kPercent:
    case FigureKind::kPercentagePoint:
    case FigureKind::kPerMille:
    case FigureKind::kFraction:
    case FigureKind::kMultiple:
    case FigureKind::kApproximate:
      return true;
    default:
      return false;
  }
}

// Whether a numeral has the form of a year of this time: four digits and nothing else.
bool LooksLikeYear(const Numeral& numeral) {
  constexpr size_t kDigits = 4;
  constexpr Decimal kFirst{1900, 0};
  constexpr Decimal kLast{2100, 0};
  return numeral.kind == NumeralKind::kCardinal && numeral.number.size() == kDigits &&
         numeral.number == numeral.token && numeral.scale.empty() && numeral.value.has_value() &&
         !numeral.second.has_value() && !std::is_lt(Compare(*numeral.value, kFirst)) &&
         std::is_lt(Compare(*numeral.value, kLast));
}

// Whether a numeral is two such years and nothing else, the earlier one first: 2020—2024.
bool IsSpanOfYears(const Numeral& numeral) {
  constexpr size_t kSize = 9;  // with one mark
  constexpr Decimal kFirst{1900, 0};
  constexpr Decimal kLast{2100, 0};
  return numeral.kind == NumeralKind::kCardinal && numeral.number == numeral.token &&
         numeral.number.size() == kSize && numeral.scale.empty() && numeral.precision == 0 &&
         numeral.value.has_value() && numeral.second.has_value() &&
         !std::is_lt(Compare(*numeral.value, kFirst)) &&
         std::is_lt(Compare(*numeral.value, *numeral.second)) &&
         std::is_lt(Compare(*numeral.second, kLast));
}

// Whether a numeral is a bare number: no unit and no qualifier behind it.
bool IsBare(const Numeral& numeral) {
  return numeral.kind == NumeralKind::kCardinal && numeral.number.end == numeral.token.end &&
         !numeral.second.has_value();
}

// 3块|8, 2毛|5: the lower unit goes without saying. Whether `numeral` took `next` in.
bool TakeIn(View t, const Numeral& next, Numeral* numeral) {
  const size_t end = numeral->token.end;
  const View unit = t.substr(numeral->unit.begin, numeral->unit.size());
  constexpr int64_t kMost = 1'000'000;
  if ((unit != U"块" && unit != U"毛") || numeral->kind != NumeralKind::kCardinal ||
      numeral->unit.end != end || numeral->precision > 0 || !numeral->value.has_value() ||
      numeral->second.has_value() || numeral->value->exponent < 0 || numeral->value->exponent > 2 ||
      numeral->value->mantissa > kMost || next.token.begin != end || !IsBare(next) ||
      next.number.size() != 1 || !text::IsDigit(t[end]) || !next.value.has_value()) {
    return false;
  }
  int64_t tenths = numeral->value->mantissa * 10;
  for (int32_t zeros = numeral->value->exponent; zeros > 0; --zeros) {
    tenths *= 10;
  }
  numeral->value =
      LowestTerms({tenths + (next.value->exponent > 0 ? 0 : next.value->mantissa), -1});
  numeral->precision = 1;
  numeral->token.end = next.token.end;
  return true;
}

// What numerals are, by what stands beside them, where tokens by themselves do not tell.
std::vector<Numeral> Told(View t, std::vector<Numeral> numerals) {
  const auto at = [t](size_t i) { return i < t.size() ? t[i] : U'\0'; };
  const auto is_year = [](const Numeral& numeral) {
    return numeral.kind == NumeralKind::kYear ||
           (numeral.kind == NumeralKind::kDate && numeral.year > 0);
  };
  for (size_t i = numerals.size(); i-- > 0;) {
    Numeral& numeral = numerals[i];
    Numeral* const next = i + 1 < numerals.size() ? &numerals[i + 1] : nullptr;
    const size_t begin = numeral.token.begin;
    const size_t end = numeral.token.end;
    if (LooksLikeYear(numeral)) {
      const bool joined = next != nullptr && JoinsItems(at(end)) && next->token.begin == end + 1 &&
                          (is_year(*next) || LooksLikeYear(*next));
      // 2026|智慧农业博览会: amounts without a unit are round.
      const bool named = (text::IsHan(at(end)) || at(end) == U'·') && !numeral.precision &&
                         numeral.value->exponent < 2;
      if (at(end) == U'年') {
        // 1979年|轻工业: no young ones.
        numeral.unit = MakeRange(end, end + 1);
        numeral.token.end = numeral.unit.end;
      }
      // 1980、|1981年, 一九八一和|一九八二|两年; numbers are not written digit by digit in Han.
      if (!numeral.unit.empty() || joined || named || text::IsHan(t[begin])) {
        numeral.kind = NumeralKind::kYear;
      }
      if (joined) {
        next->kind = next->kind == NumeralKind::kCardinal ? NumeralKind::kYear : next->kind;
      }
      continue;
    }
    if (IsSpanOfYears(numeral)) {
      // 2020—2024年|年均, 2024—2025采暖季
      if (at(end) == U'年') {
        numeral.unit = MakeRange(end, end + 1);
        numeral.token.end = numeral.unit.end;
      }
      numeral.kind = NumeralKind::kYear;
      continue;
    }
    if (IsBare(numeral) && numeral.number.begin == begin && at(begin) == U'-' && begin > 0 &&
        text::IsHan(t[begin - 1])) {
      numeral.kind = NumeralKind::kLabel;  // 歼-35
      numeral.value.reset();
      continue;
    }
    if (next == nullptr) {
      continue;
    }
    // 1.03|比1
    if (IsBare(numeral) && next->kind == NumeralKind::kCardinal && next->token.begin == end &&
        at(end) == U'比' && next->number.begin == end + 1 && next->number.end == next->token.end &&
        !next->second.has_value() && text::IsDigit(t[numeral.number.begin]) &&
        text::IsDigit(at(end + 1))) {
      for (Numeral* const part : {&numeral, next}) {
        part->kind = NumeralKind::kFraction;
        part->value.reset();
      }
      continue;
    }
    // 1——|5月份
    const bool month = (next->kind == NumeralKind::kDate && next->year == 0 && next->month > 0) ||
                       t.substr(next->unit.begin, next->unit.size()) == U"月份";
    if (IsBare(numeral) && month && next->token.begin > end && next->token.begin <= end + 2 &&
        t.substr(end, next->token.begin - end).find_first_not_of(U"—–-－") == View::npos) {
      numeral.kind = NumeralKind::kDate;
      numeral.value.reset();
      continue;
    }
    if (TakeIn(t, *next, &numeral)) {
      numerals.erase(numerals.begin() + static_cast<ptrdiff_t>(i) + 1);
    }
  }
  return numerals;
}

// The same without years that are the time of nothing said beside them: the year of a name
// (2026智慧农业博览会) and years of which one would be taken for all (一九八一和一九八二|两年).
std::vector<Numeral> Timed(View t, std::vector<Numeral> numerals) {
  const auto is_bare_year = [](const Numeral& numeral) {
    return numeral.kind == NumeralKind::kYear && numeral.unit.empty();
  };
  std::vector<bool> joined(numerals.size(), false);
  for (size_t i = 0; i + 1 < numerals.size(); ++i) {
    const size_t end = numerals[i].token.end;
    if (is_bare_year(numerals[i]) && is_bare_year(numerals[i + 1]) &&
        numerals[i + 1].token.begin == end + 1 && JoinsItems(t[end])) {
      joined[i] = true;
      joined[i + 1] = true;
    }
  }
  for (size_t i = 0; i < numerals.size(); ++i) {
    if (is_bare_year(numerals[i]) && (joined[i] || !text::IsHan(t[numerals[i].token.begin]))) {
      numerals[i].kind = NumeralKind::kCardinal;
    }
  }
  return numerals;
}

// What is to be reached.
constexpr View kAims[] = {U"目标", U"任务", U"预期", U"计划", U"预算"};

class Reader {
 public:
  // `sentence` begins at `offset` of the text that periods count in; other ranges count from its
  // own beginning. `numerals` are the sentence's.
  Reader(View sentence, uint32_t offset, std::vector<Numeral> numerals,
         const Surroundings& surroundings)
      : offset_(offset),
        t_(internal::FoldLetters(sentence)),
        view_(t_),
        surroundings_(surroundings),
        numerals_(Told(view_, std::move(numerals))),
        mentions_(internal::FindMentions(view_, Timed(view_, numerals_), surroundings.report,
                                         surroundings.passage)),
        words_(GetMeasureWords()) {}

  std::vector<Figure> Run() {
    for (const Numeral& numeral : numerals_) {
      figures_.push_back(Basic(numeral));
    }
    // 分别高于全国12.7个、|12个百分点: the unit is said once.
    for (size_t i = figures_.size(); i-- > 1;) {
      Figure& before = figures_[i - 1];
      if (figures_[i].kind == FigureKind::kPercentagePoint && GoesOn(i) &&
          before.kind == FigureKind::kAmount && Part(before.unit) == U"个" &&
          Part(figures_[i].unit) == U"个百分点") {
        before.kind = FigureKind::kPercentagePoint;
        before.unit = figures_[i].unit;
      }
    }
    // 十次、|十一次全会: said once, behind the last.
    for (size_t i = figures_.size(); i-- > 1;) {
      Figure& before = figures_[i - 1];
      const Figure& last = figures_[i];
      if (before.kind == FigureKind::kAmount && last.kind == FigureKind::kOrdinal &&
          Part(last.unit).ends_with(U"全会") && last.range.begin == before.range.end + 1 &&
          JoinsItems(t_[before.range.end]) && Part(last.unit).starts_with(Part(before.unit))) {
        before.kind = FigureKind::kOrdinal;
      }
    }
    for (size_t i = 0; i < figures_.size(); ++i) {
      if (Measures(figures_[i].kind) && !IsPeriod(figures_[i])) {
        figures_[i].measure = MeasureOf(i);
      }
    }
    size_t before = 0;  // figures in the list before
    for (size_t i = 0; i < figures_.size();) {
      const size_t end = Distribute(i);
      if (before > 1 && end - i == before) {
        GoOnPairwise(i - before, i, end);
      }
      if (end - i > 1 && figures_[i].measure.empty()) {
        GoBackOneByOne(i, end);
      }
      before = end - i;
      i = end;
    }
    for (size_t i = 0; i < figures_.size(); ++i) {
      if (Measures(figures_[i].kind) && !IsPeriod(figures_[i])) {
        Inherit(i);
        const When when = WhenOf(i);
        figures_[i].mode = ModeOf(i, when);
        figures_[i].period = PeriodOf(i, when);
        AddHedge(&figures_[i]);
      }
    }
    return std::move(figures_);
  }

 private:
  // What is measured, and the head of its list: see Figure.
  using Thing = std::pair<Range, Range>;

  View Part(Range range) const { return view_.substr(range.begin, range.size()); }
  View Part(size_t begin, size_t end) const { return view_.substr(begin, end - begin); }

  uint32_t ClassAt(size_t i, size_t end, size_t* size) const {
    const auto match = words_.words.Longest(Part(i, end));
    *size = match.length;
    return match.length > 0 ? match.value : 0;
  }

  Figure Basic(const Numeral& numeral) const {
    Figure figure;
    figure.kind = KindOf(numeral, Part(numeral.number), Part(numeral.unit));
    // 转11版: a page.
    const View before = view_.substr(0, numeral.token.begin);
    if (figure.kind == FigureKind::kAmount && Part(numeral.unit) == U"版" && !before.empty() &&
        (before.back() == U'转' || before.back() == U'接' || before.back() == U'见')) {
      figure.kind = FigureKind::kName;
    }
    if (IsPerUnit(numeral)) {
      figure.kind = FigureKind::kName;
    } else if (IsRanking(numeral) || (figure.kind == FigureKind::kAmount && IsSystem(numeral))) {
      figure.kind = FigureKind::kSet;
    } else if (figure.kind == FigureKind::kDate && IsLength(numeral)) {
      figure.kind = FigureKind::kAmount;
    } else if (figure.kind == FigureKind::kAmount && IsSession(numeral)) {
      figure.kind = FigureKind::kOrdinal;
    }
    const bool numbered = figure.kind == FigureKind::kAmount && IsNumbered(numeral);
    if (numbered) {
      figure.kind = FigureKind::kSet;
    } else if (figure.kind == FigureKind::kAmount &&
               (IsListMark(numeral) || IsPhase(numeral) || IsCongress(numeral))) {
      figure.kind = FigureKind::kOrdinal;
    }
    figure.range = numeral.token;
    figure.number = numeral.number;
    figure.scale = numeral.scale;
    figure.unit = numeral.unit;
    figure.qualifiers = numeral.qualifiers;
    LeaveNoun(&figure);
    if (figure.kind != FigureKind::kDate && figure.kind != FigureKind::kName &&
        figure.kind != FigureKind::kApproximate && !numbered) {
      figure.low = Bounded(numeral.value);
      figure.high = figure.low.has_value() ? Bounded(numeral.second) : std::nullopt;
      if (numeral.second.has_value() && !figure.high.has_value()) {
        figure.low.reset();
      }
      if (figure.high.has_value() && std::is_lt(Compare(*figure.high, *figure.low))) {
        std::swap(figure.low, figure.high);
      }
    }
    ReadValue(numeral, &figure);
    figure.precision = numeral.precision;
    figure.direction = DirectionOf(figure);
    return figure;
  }

  // 154万户|家庭: what is counted is no part of the unit, though print does not part them.
  void LeaveNoun(Figure* figure) const {
    constexpr View kUnits[] = {U"户家庭", U"户人家", U"门课程", U"门课",   U"堂课", U"节车厢",
                               U"张病床", U"张床位", U"个床位", U"个学位", U"栋楼", U"盏灯"};
    const View unit = Part(figure->unit);
    // 一个|人口大国
    constexpr View kPeople = U"口民才类士群";
    const bool part = unit == U"个人" && figure->range.end < t_.size() &&
                      kPeople.find(t_[figure->range.end]) != View::npos;
    if (figure->unit.end == figure->range.end && part) {
      figure->unit.end = figure->unit.begin + 1;
      figure->range.end = figure->unit.end;
      return;
    }
    if (figure->unit.end == figure->range.end &&
        std::find(std::begin(kUnits), std::end(kUnits), unit) != std::end(kUnits)) {
      figure->unit.end = figure->unit.begin + 1;
      figure->range.end = figure->unit.end;
    }
  }

  // What the word of change nearest to the number says: 增速|回落|1.2个百分点.
  FigureDirection DirectionOf(const Figure& figure) const {
    if (!Measures(figure.kind)) {
      return FigureDirection::kUnspecified;
    }
    if (figure.kind == FigureKind::kMultiple && figure.unit.empty() &&
        Part(figure.number).find_first_of(U"番增") != View::npos) {
      return FigureDirection::kIncrease;  // 翻一番, 倍增
    }
    for (auto q = figure.qualifiers.rbegin(); q != figure.qualifiers.rend(); ++q) {
      if (q->kind != QualifierKind::kDirection || q->range.begin > figure.number.begin) {
        continue;
      }
      const View word = Part(q->range);
      constexpr View kComparing = U"多少高低快慢";
      if (word.size() == 1 && kComparing.find(word.front()) != View::npos) {
        break;
      }
      // 增长-1.5%
      const bool negative = figure.low.has_value() && figure.low->mantissa < 0;
      const bool falls = word.find_first_of(U"降减落下小短跌") != View::npos;
      return falls != negative ? FigureDirection::kDecrease : FigureDirection::kIncrease;
    }
    return FigureDirection::kUnspecified;
  }

  // 万元|GDP能耗, 每|万人: what something is reckoned per.
  bool IsPerUnit(const Numeral& numeral) const {
    const View number = Part(numeral.number);
    if (number.find_first_not_of(U"百千万亿") != View::npos) {
      return false;
    }
    constexpr View kOutputs[] = {U"GDP",          U"gdp",          U"生产总值", U"工业增加值",
                                 U"国内生产总值", U"地区生产总值", U"产值"};
    const View behind = view_.substr(numeral.token.end);
    const bool output = Part(numeral.unit) == U"元" &&
                        std::any_of(std::begin(kOutputs), std::end(kOutputs),
                                    [behind](View word) { return behind.starts_with(word); });
    const uint32_t begin = numeral.number.begin;
    return output || (begin > 0 && t_[begin - 1] == U'每');
  }

  // 嫦娥|五号, 3号线, 一号文件, 经济|3.0: a name by its number. 本月8号 is a day, 500多号人 are
  // people.
  bool IsNumbered(const Numeral& numeral) const {
    const View unit = Part(numeral.unit);
    const uint32_t begin = numeral.token.begin;
    const View behind = view_.substr(numeral.token.end);
    if (!numeral.qualifiers.empty() || numeral.second.has_value()) {
      return false;
    }
    if (IsRoad(numeral) || IsGeneration(numeral)) {
      return true;
    }
    if (unit.empty() && begin > 0 && text::IsDigit(t_[begin]) && numeral.scale.empty() &&
        IsWord(t_[begin - 1])) {
      // 首发经济3.0, “科创100”: versions, and names that end with digits.
      const bool version = Part(numeral.number).ends_with(U".0");
      return version || (!behind.empty() && IsClosing(behind.front()));
    }
    // （2026版）
    if (unit == U"版" && Part(numeral.number).size() == 4 && text::IsDigit(t_[begin])) {
      return true;
    }
    // 林长制改革2.0版
    if (unit == U"版" && Part(numeral.number).find(U'.') != View::npos) {
      return true;
    }
    // B1、Z|2等地铁, Z|4线: a name by a letter and a number.
    constexpr View kOfNames = U"等线楼区类型";
    const bool lettered = begin > 0 && IsWord(t_[begin - 1]) && !text::IsHan(t_[begin - 1]) &&
                          (begin == 1 || !IsWord(t_[begin - 2]) || text::IsHan(t_[begin - 2]));
    if (lettered && text::IsDigit(t_[begin]) && unit.size() == 1 &&
        kOfNames.find(unit.front()) != View::npos) {
      return true;
    }
    if (!unit.starts_with(U'号')) {
      return false;
    }
    return !(begin > 0 && t_[begin - 1] == U'月') && !behind.starts_with(U'人');
  }

  // 331|国道, 国道|331线, 省道|317: a road by its number.
  bool IsRoad(const Numeral& numeral) const {
    constexpr View kRoads[] = {U"国道", U"省道", U"县道", U"乡道"};
    const View before = view_.substr(0, numeral.token.begin);
    const View behind = view_.substr(numeral.token.end);
    const View unit = Part(numeral.unit);
    const bool whole = numeral.scale.empty() && numeral.precision == 0 &&
                       (text::IsDigit(t_[numeral.number.begin]) || numeral.number.size() > 2);
    return whole && std::any_of(std::begin(kRoads), std::end(kRoads), [&](View road) {
             return (unit.empty() && behind.starts_with(road)) ||
                    ((unit.empty() || unit == U"线") && before.ends_with(road));
           });
  }

  // 90后, 00后: those born in these years.
  bool IsGeneration(const Numeral& numeral) const {
    const View number = Part(numeral.number);
    const size_t end = numeral.number.end;
    return number.size() == 2 && text::IsDigit(number[0]) &&
           (number[1] == U'0' || number[1] == U'5') && end < t_.size() && t_[end] == U'后' &&
           (numeral.unit.empty() || Part(numeral.unit) == U"后");
  }

  // 三人制篮球, 四年制本科, 两班制: a way to do something. Not 12家制造企业, 三人制作.
  bool IsSystem(const Numeral& numeral) const {
    constexpr View kOthers = U"造定度作止品约成服氧冷药衡裁种取备";
    const size_t end = numeral.token.end;
    return numeral.unit.size() == 1 && numeral.unit.end == end && numeral.qualifiers.empty() &&
           View(U"人年天日班岁票院党").find(t_[numeral.unit.begin]) != View::npos &&
           end < t_.size() && t_[end] == U'制' &&
           (end + 1 == t_.size() || kOthers.find(t_[end + 1]) == View::npos);
  }

  // 开了|十五日, 历时|15日: so many days, not one of a month.
  bool IsLength(const Numeral& numeral) const {
    constexpr View kBefore[] = {U"历时", U"为期", U"持续", U"会期", U"工期", U"共",
                                U"连续", U"历经", U"用时", U"耗时", U"长达", U"期限"};
    constexpr View kBehind[] = {U"之久", U"的时间", U"之间", U"以来的"};
    const View before = view_.substr(0, numeral.token.begin);
    const View behind = view_.substr(numeral.token.end);
    const auto ends = [before](View word) { return before.ends_with(word); };
    return Part(numeral.unit) == U"日" && numeral.kind == NumeralKind::kCardinal &&
           (std::any_of(std::begin(kBefore), std::end(kBefore), ends) ||
            (before.ends_with(U'了') && !before.ends_with(U"到了")) ||
            std::any_of(std::begin(kBehind), std::end(kBehind),
                        [behind](View word) { return behind.starts_with(word); }));
  }

  // 全国人大|四次会议, 十二届|五次会议: one of a row.
  bool IsSession(const Numeral& numeral) const {
    constexpr View kBodies[] = {U"人大", U"政协", U"届", U"委员会", U"常委会", U"大会"};
    const View before = view_.substr(0, numeral.token.begin);
    return Part(numeral.unit) == U"次会议" && numeral.qualifiers.empty() &&
           text::IsHan(t_[numeral.number.begin]) &&
           std::any_of(std::begin(kBodies), std::end(kBodies),
                       [before](View word) { return before.ends_with(word); });
  }

  // 十一是加强…, （十一）加强…, 10.发放…: what counts the items of a list.
  bool IsListMark(const Numeral& numeral) const {
    const uint32_t begin = numeral.number.begin;
    const uint32_t end = numeral.number.end;
    if (numeral.token != numeral.number || numeral.second.has_value() || end >= t_.size()) {
      return false;
    }
    const char32_t before = begin > 0 ? t_[begin - 1] : U'\0';
    const char32_t behind = t_[end];
    if ((before == U'（' && behind == U'）') || (before == U'(' && behind == U')')) {
      return begin == 1 || EndsClause(view_, begin - 2);
    }
    const bool opens = begin == 0 || EndsClause(view_, begin - 1);
    const bool han = text::IsHan(t_[begin]);
    // 三派：1．民主主义运动；2．…
    const bool inside = opens && !han && (behind == U'.' || behind == U'．') &&
                        end + 1 < t_.size() && text::IsHan(t_[end + 1]);
    return inside || (opens && han && (behind == U'是' || behind == U'、')) ||
           (begin == 0 && (behind == U'.' || behind == U'．' || behind == U'、'));
  }

  // 核电一期, 三期工程: a part by its place in a row. 出版五期, 分三期建设 are counted.
  bool IsPhase(const Numeral& numeral) const {
    constexpr View kCounting = U"分共了版办过刊";
    const uint32_t begin = numeral.token.begin;
    return Part(numeral.unit) == U"期" && numeral.qualifiers.empty() &&
           numeral.number.size() == 1 && text::IsHan(t_[numeral.number.begin]) &&
           (begin == 0 || kCounting.find(t_[begin - 1]) == View::npos);
  }

  // 从十一届|三中全会: a congress by its place in a row, whatever stands before it.
  bool IsCongress(const Numeral& numeral) const {
    constexpr size_t kMost = 6;
    return Part(numeral.unit) == U"届" &&
           view_.substr(numeral.unit.end, kMost).find(U"全会") != View::npos;
  }

  // 世界|500强, 产业集群30强: a list of that name. 前10位, 前三名: its first places.
  bool IsRanking(const Numeral& numeral) const {
    const View unit = Part(numeral.unit);
    const bool first = !numeral.qualifiers.empty() && Part(numeral.qualifiers[0].range) == U"前";
    return numeral.kind == NumeralKind::kCardinal &&
           (unit == U"强" || (first && (unit == U"位" || unit == U"名")));
  }

  // The value that a numeral has as a figure, though as a token it is compared as printed: that of
  // 3000多万 is what it is more than, that of 2.4倍 the number.
  void ReadValue(const Numeral& numeral, Figure* figure) const {
    std::u32string number(Part(numeral.number));
    if (numeral.kind == NumeralKind::kApproximate && figure->kind == FigureKind::kApproximate) {
      const size_t more = number.find_first_of(U"多余");
      if (more == std::u32string::npos || more == 0 || more + 1 >= number.size() ||
          View(U"数几上").find(number.front()) != View::npos) {
        return;
      }
      number.erase(more, 1);
      figure->low = ValueOf(number);
      if (figure->low.has_value()) {
        figure->kind = FigureKind::kAmount;
        const size_t at = numeral.number.begin + more;
        const auto behind = std::find_if(figure->qualifiers.begin(), figure->qualifiers.end(),
                                         [at](const Qualifier& q) { return q.range.begin > at; });
        figure->qualifiers.insert(behind, {MakeRange(at, at + 1), QualifierKind::kApproximation});
      }
    } else if (figure->kind == FigureKind::kMultiple &&
               (Part(numeral.unit) == U"倍" || Part(numeral.unit) == U"成")) {
      constexpr View kTenths = U"一二三四五六七八九";
      if (Part(numeral.unit) == U"成" && numeral.token.end == numeral.unit.end + 1 &&
          kTenths.find(view_[numeral.unit.end]) != View::npos) {
        number += U"点";
        number += view_[numeral.unit.end];  // 六成五
      }
      figure->low = ValueOf(number);
    } else if (Part(numeral.unit) == U"两" && text::IsHan(number.front()) &&
               GetWords().units.Longest(view_.substr(numeral.unit.end)).length > 0) {
      figure->kind = FigureKind::kApproximate;  // 一两|件事
      figure->low.reset();
    }
  }

  static std::optional<Decimal> ValueOf(View number) {
    const std::vector<Numeral> whole = FindNumerals(std::u32string(number) + U"个");
    const bool one = whole.size() == 1 && whole[0].kind == NumeralKind::kCardinal &&
                     whole[0].number.size() == number.size() && !whole[0].second.has_value();
    return one ? Bounded(whole[0].value) : std::nullopt;
  }

  // Where the clause of a place begins: behind the last hard mark.
  size_t ClauseBegin(size_t at) const {
    const size_t limit = at - std::min(at, kMaxClause);
    while (at > limit && !EndsClause(view_, at - 1)) {
      --at;
    }
    return at;
  }

  bool IsCount(const Figure& figure) const {
    return figure.kind == FigureKind::kAmount && !IsTime(figure) &&
           (figure.unit.empty() || !words_.units.contains(NormalUnit(Part(figure.unit))));
  }
  bool IsTime(const Figure& figure) const {
    const auto match = GetWords().units.Longest(NormalUnit(Part(figure.unit)));
    return !figure.unit.empty() && match.length > 0 && match.value == internal::kTime;
  }
  // 一个, 一批: says little more than that there is one.
  bool IsArticle(const Figure& figure) const {
    return Part(figure.number) == U"一" && !figure.unit.empty() && figure.qualifiers.empty();
  }
  // 过去五年: not a figure of anything, but a time.
  bool IsPeriod(const Figure& figure) const {
    return std::any_of(mentions_.begin(), mentions_.end(), [&](const Mention& mention) {
      const Range& range = mention.period.range;
      return range.begin <= figure.number.begin && figure.number.end <= range.end;
    });
  }
  bool HasQualifier(const Figure& figure, QualifierKind kind) const {
    return std::any_of(figure.qualifiers.begin(), figure.qualifiers.end(),
                       [kind](const Qualifier& q) { return q.kind == kind; });
  }
  bool Says(const Figure& figure, View word) const {
    return Part(figure.range).find(word) != View::npos;
  }

  // Whether a figure is part of what another one measures: 过千万元|企业, 四大|产业, 5G|基站.
  bool IsAttribute(size_t i, size_t most = kMaxList) const {
    const Figure& figure = figures_[i];
    if (!Measures(figure.kind)) {
      return figure.kind != FigureKind::kYear && figure.kind != FigureKind::kDate;
    }
    if (most > 0 && i + 1 < figures_.size() && GoesOn(i + 1) && Measures(figures_[i + 1].kind) &&
        figure.unit.size() == figures_[i + 1].unit.size() &&
        t_[figure.range.begin] == t_[figures_[i + 1].range.begin]) {
      return IsAttribute(i + 1, most - 1);  // 过千万元、|过百万元|企业
    }
    if (figure.range.end >= t_.size() || !text::IsHan(t_[figure.range.end])) {
      return false;
    }
    const View printed = Part(figure.range);
    const bool class_of = printed.front() == U'过' || printed.front() == U'超' ||
                          printed.back() == U'级' || printed.ends_with(U"以上");
    const bool han = figure.number.size() == 1 && text::IsHan(t_[figure.number.begin]);
    return (class_of || han) && !BehindOf(figure).empty();
  }

  // What of a phrase before a figure names a thing.
  Range Noun(size_t begin, size_t end) const {
    end = WithoutTail(begin, end);
    bool quoted = false;
    for (size_t i = begin; i < end;) {
      if (IsOpening(t_[i]) || IsClosing(t_[i])) {
        quoted = IsOpening(t_[i]);
        ++i;
        continue;
      }
      size_t size = 0;
      const uint32_t classes = quoted ? 0 : ClassAt(i, end, &size);
      if ((classes & internal::kKeep) != 0) {
        i += size;
      } else if ((classes & internal::kCut) != 0 && i + size < end && !IsPart(i + size, end) &&
                 !IsInKept(i, size, end)) {
        const size_t clause = ClauseOf(i, i + size, end);
        i = std::max(i + size, clause);
        begin = clause > 0 ? begin : i;
      } else {
        ++i;
      }
    }
    return Trim(begin, end);
  }

  // Whether a verb opens what tells a noun from others: 中央财政|用于“三农”的支出.
  // Then where the clause ends, else 0.
  size_t ClauseOf(size_t verb, size_t begin, size_t end) const {
    const size_t of = Part(begin, end - 1).rfind(U'的');
    return Part(verb, begin) == U"用于" && of != View::npos ? begin + of : 0;
  }

  // Whether a kept word begins inside a word and goes on behind it: 办|成|功率.
  bool IsInKept(size_t begin, size_t size, size_t end) const {
    for (size_t i = 1; i < size; ++i) {
      size_t kept = 0;
      if ((ClassAt(begin + i, end, &kept) & internal::kKeep) != 0 && kept > size - i) {
        return true;
      }
    }
    return false;
  }

  // Whether [begin, end) is one word of a class.
  bool IsWhole(size_t begin, size_t end, uint32_t word_class) const {
    size_t size = 0;
    const uint32_t classes = ClassAt(begin, end, &size);
    return (classes & word_class) != 0 && begin + size == end;
  }

  // Whether a noun stands at `begin` that says nothing without the verb before it: 拥有|量,
  // 受理|数、立案数.
  bool IsPart(size_t begin, size_t end) const {
    size_t size = 0;
    const uint32_t classes = ClassAt(begin, end, &size);
    return (classes & internal::kPart) != 0 &&
           (begin + size == end || JoinsItems(t_[begin + size]) || t_[begin + size] == U'的');
  }

  // Without what joins it to the figure: verbs, adverbs, what it is compared with.
  size_t WithoutTail(size_t begin, size_t end) const {
    while (end > begin) {
      const size_t before = end;
      const View phrase = Part(begin, end);
      // 就业人数年|均超过46万人
      const bool yearly = end < t_.size() && phrase.back() == U'年' && t_[end] == U'均';
      // 外贸规模站|上万亿元
      constexpr View kClimbs = U"站迈踏跃登";
      const bool climbs =
          end < t_.size() && t_[end] == U'上' && kClimbs.find(phrase.back()) != View::npos;
      if (text::IsSpace(phrase.back()) || phrase.back() == U'、' || yearly || climbs) {
        --end;
      } else if (phrase.back() == U'）' || phrase.back() == U')') {
        const size_t open = phrase.find_last_of(U"（(");
        end = open == View::npos ? end : begin + open;
      } else if (const size_t aim = WithoutAim(begin, end); aim < end) {
        end = aim;
      } else if (EndsWithKept(begin, end)) {
        break;
      } else if (const auto tail = words_.tails.Longest(phrase); tail.length > 0) {
        end -= tail.length;
      } else {
        end = WithoutComparison(begin, end);
      }
      if (end == before) {
        break;
      }
    }
    return end;
  }

  // Without an aim that is compared with: 就业人数|超额完成任务, 外贸|高于年初确定的目标.
  size_t WithoutAim(size_t begin, size_t end) const {
    constexpr View kThan[] = {U"超额完成", U"超过", U"高于", U"低于", U"好于", U"快于",
                              U"优于",     U"多于", U"少于", U"慢于", U"超",   U"比"};
    constexpr size_t kMost = 16;
    const View phrase = Part(begin, end);
    const View behind = view_.substr(end);  // 超年度|计划8%: as a qualifier
    // 收入增速|高于全国平均水平
    const bool average = phrase.ends_with(U"平均水平") || phrase.ends_with(U"平均");
    if (!average && std::none_of(std::begin(kAims), std::end(kAims), [&](View aim) {
          return phrase.ends_with(aim) || behind.starts_with(aim);
        })) {
      return end;
    }
    size_t nearest = View::npos;
    for (const View than : kThan) {
      const size_t at = phrase.rfind(than);
      const bool noun = than == U"比" && at != View::npos && at + 1 < phrase.size() &&
                        View(U"例重率值").find(phrase[at + 1]) != View::npos;
      if (at != View::npos && !noun && (nearest == View::npos || at > nearest)) {
        nearest = at;
      }
    }
    return nearest == View::npos || phrase.size() - nearest > kMost ? end : begin + nearest;
  }

  // Whether a kept word reaches to `end`.
  bool EndsWithKept(size_t begin, size_t end) const {
    constexpr size_t kLongest = 8;
    for (size_t i = end - std::min(end - begin, kLongest); i < end; ++i) {
      size_t size = 0;
      const uint32_t classes = ClassAt(i, end, &size);
      if ((classes & internal::kKeep) != 0 && i + size == end) {
        return true;
      }
    }
    return false;
  }

  size_t WithoutComparison(size_t begin, size_t end) const {
    for (const Mention& mention : mentions_) {
      const Range& range = mention.period.range;
      if (mention.comparison && range.end == end && range.begin > begin) {
        constexpr View kBefore = U"比较同与和从由";
        const bool joined = kBefore.find(t_[range.begin - 1]) != View::npos;
        return range.begin - (joined ? 1u : 0u);
      }
    }
    constexpr View kWith[] = {U"上年", U"去年", U"同期", U"年初", U"上一年", U"全国", U"全省",
                              U"全市", U"全区", U"前年", U"上月", U"上半年", U"规划", U"预期"};
    constexpr size_t kLongest = 14;
    for (size_t i = end; i > begin && end - i < kLongest; --i) {
      const char32_t c = t_[i - 1];
      if (c != U'比' && c != U'较') {
        continue;
      }
      const View with = Part(i, end);
      const bool known = std::any_of(std::begin(kWith), std::end(kWith),
                                     [with](View word) { return with.starts_with(word); });
      const bool dated = std::any_of(mentions_.begin(), mentions_.end(), [&](const Mention& m) {
        return m.comparison && m.period.range.begin <= i && i <= m.period.range.end;
      });
      if (known || dated || i == end) {
        return i - 1;
      }
    }
    return end;
  }

  Range Trim(size_t begin, size_t end) const {
    for (bool changed = true; changed && begin < end;) {
      changed = false;
      size_t size = 0;
      const uint32_t classes = ClassAt(begin, end, &size);
      if ((classes & internal::kKeep) == 0 && (classes & internal::kLead) != 0 &&
          begin + size < end && (!IsPart(begin + size, end) || t_[begin] == U'的')) {
        begin += size;
        changed = true;
      } else if (const size_t mark = ListMarkAt(begin, end); mark > 0) {
        begin += mark;
        changed = true;
      } else if (text::IsSpace(t_[begin]) || t_[begin] == U'、' || IsClosing(t_[begin])) {
        ++begin;
        changed = true;
      }
    }
    const View phrase = Part(begin, end);
    if (std::none_of(phrase.begin(), phrase.end(), IsWord) || SaysNothing(begin, end)) {
      return {};
    }
    if (phrase.size() > kMaxMeasure) {
      const size_t item = phrase.rfind(U'、');
      return item == View::npos || phrase.size() - item > kMaxMeasure ? Range()
                                                                      : Trim(begin + item + 1, end);
    }
    return MakeRange(begin, end);
  }

  // The size of what counts the items of a list at `begin`: （一）|工业支出. 0 for none.
  size_t ListMarkAt(size_t begin, size_t end) const {
    constexpr size_t kMost = 4;
    if (t_[begin] != U'（' && t_[begin] != U'(') {
      return 0;
    }
    const size_t close = Part(begin, end).find_first_of(U"）)");
    return close == View::npos || close > kMost || begin + close + 1 >= end ? 0 : close + 1;
  }

  // Whether a phrase names no thing: 其中, 上年, 2020年的.
  bool SaysNothing(size_t begin, size_t end) const {
    if (IsWhole(begin, end, internal::kBare)) {
      return true;
    }
    end -= t_[end - 1] == U'的' ? 1u : 0u;
    return std::any_of(mentions_.begin(), mentions_.end(), [&](const Mention& mention) {
      return mention.period.range.begin <= begin && end <= mention.period.range.end;
    });
  }

  // The phrase between a figure and what stands before it in its clause.
  Range PhraseBefore(size_t i, bool behind_time = false) const {
    const Figure& figure = figures_[i];
    // 城镇化率|五年|提高3.89个百分点: a length of time stands between.
    if (!behind_time && i > 0 && IsTime(figures_[i - 1]) &&
        figures_[i - 1].range.end == figure.range.begin) {
      if (const Range quantity = PhraseBefore(i - 1, true); IsQuantity(quantity)) {
        return quantity;
      }
    }
    size_t end = figure.range.begin;
    // 占比达到78.3%: a share is measured.
    if (!figure.qualifiers.empty() && Part(figure.qualifiers.front().range).starts_with(U"占比")) {
      end = figure.qualifiers.front().range.begin + 2;
    }
    size_t begin = ClauseBegin(figure.range.begin);
    for (size_t j = i; j > 0 && i - j < kMaxList && figures_[j - 1].range.end > begin; --j) {
      if (!IsAttribute(j - 1) && !IsCompared(figures_[j - 1])) {
        const Figure& before = figures_[j - 1];
        begin = std::max<size_t>(begin, before.range.end);
        // 6处|煤矿、|产能1400万吨: what was counted is of another figure.
        const Range counted = before.measure;
        if (counted.begin == before.range.end && counted.end < end && t_[counted.end] == U'、') {
          begin = std::max<size_t>(begin, counted.end);
        }
        break;
      }
    }
    const auto behind =
        std::partition_point(mentions_.begin(), mentions_.end(),
                             [end](const Mention& m) { return m.period.range.begin < end; });
    for (auto mention = behind; mention != mentions_.begin();) {
      --mention;
      if (mention->period.range.end <= begin) {
        break;
      }
      // 1979年|比上年|产值增长14.9％: what grew stands behind the time it is compared with.
      if (mention->comparison && mention->period.range.end < end && OpensWith(*mention, begin)) {
        if (const Range noun = Noun(mention->period.range.end, end); IsQuantity(noun)) {
          return noun;
        }
      }
      if (!mention->comparison && mention->period.range.end <= end) {
        const Range behind_it = Noun(mention->period.range.end, end);
        // 城镇化率|五年|提高3.89个百分点: the time stands between.
        const Range before_it = behind_it.empty() && begin < mention->period.range.begin
                                    ? Noun(begin, mention->period.range.begin)
                                    : behind_it;
        return IsQuantity(before_it) ? before_it : behind_it;
      }
    }
    return begin < end ? Noun(begin, end) : Range();
  }

  // Whether 比 or 较 and the time behind it stand at `begin`.
  bool OpensWith(const Mention& mention, size_t begin) const {
    return mention.period.range.begin == begin + 1 && (t_[begin] == U'比' || t_[begin] == U'较');
  }

  // Whether a phrase ends with the name of something that has an amount.
  bool IsQuantity(Range noun) const {
    constexpr View kQuantities[] = {U"比重", U"比例", U"总额",     U"产值",   U"产量",
                                    U"收入", U"支出", U"总值",     U"率",     U"能耗",
                                    U"人数", U"面积", U"投资",     U"增加值", U"总量",
                                    U"成本", U"能力", U"消费水平", U"余额",   U"销售额"};
    const View phrase = Part(noun);
    return std::any_of(std::begin(kQuantities), std::end(kQuantities),
                       [phrase](View word) { return phrase.ends_with(word); });
  }

  bool IsCompared(const Figure& figure) const {
    return std::any_of(mentions_.begin(), mentions_.end(), [&](const Mention& mention) {
      const Range& range = mention.period.range;
      return mention.comparison && range.begin <= figure.number.begin &&
             figure.number.end <= range.end;
    });
  }

  // The thing that stands directly behind a figure: 12个|重点项目.
  Range BehindOf(const Figure& figure, size_t skipped = 0) const {
    size_t begin = figure.range.end + skipped;
    const auto next = std::partition_point(numerals_.begin(), numerals_.end(),
                                           [&](const Numeral& n) { return n.token.begin < begin; });
    auto from = next;
    if (next != numerals_.end() && next->token.begin == begin &&
        KindOf(*next, Part(next->number), Part(next->unit)) != FigureKind::kSet) {
      begin = next->token.end;  // 100个|过亿元|工业重点项目
      ++from;
    }
    size_t end = begin;
    bool quoted = false;
    while (end < t_.size() && end - begin <= kMaxMeasureBehind) {
      const char32_t c = t_[end];
      while (from != numerals_.end() && from->token.end <= end) {
        ++from;
      }
      if (from != numerals_.end() && from->token.begin == end) {
        if (from->token.begin != from->number.begin) {
          break;
        }
        const FigureKind kind = KindOf(*from, Part(from->number), Part(from->unit));
        if (kind != FigureKind::kSet && kind != FigureKind::kName && kind != FigureKind::kOrdinal) {
          break;
        }
        end = from->token.end;
        continue;
      }
      if (IsOpening(c) || IsClosing(c)) {
        quoted = IsOpening(c);
        ++end;
        continue;
      }
      if (!IsWord(c) && !quoted) {
        break;
      }
      size_t size = 0;
      const uint32_t classes = quoted ? 0 : ClassAt(end, t_.size(), &size);
      if ((classes & internal::kKeep) != 0 || Part(end, end + size) == U"服务") {
        end += size;
      } else if ((classes & (internal::kStop | internal::kCut)) != 0) {
        break;
      } else {
        ++end;
      }
    }
    const View phrase = Part(begin, WithoutAmong(begin, std::min(end, t_.size())));
    const auto letters = std::count_if(phrase.begin(), phrase.end(), IsWord);
    if (letters < 2 || phrase.size() > kMaxMeasureBehind ||
        SaysNothing(begin, begin + phrase.size())) {
      return {};
    }
    return MakeRange(begin, begin + phrase.size());
  }

  // 主要工业产品|中: among them.
  size_t WithoutAmong(size_t begin, size_t end) const {
    constexpr size_t kFewest = 4;
    constexpr View kWords = U"高初集其当空";  // 高中, 集中
    const bool among =
        end >= begin + kFewest && t_[end - 1] == U'中' && kWords.find(t_[end - 2]) == View::npos;
    return among ? end - 1 : end;
  }

  Range MeasureOf(size_t i) const {
    const Figure& figure = figures_[i];
    if (IsTime(figure)) {
      // A length of time measures what it is added to, or what is named as one.
      const Range before = PhraseBefore(i);
      const View phrase = Part(before);
      const bool length = phrase.ends_with(U"天数") || phrase.ends_with(U"时间") ||
                          phrase.ends_with(U"时长") || phrase.ends_with(U"寿命");
      return length || HasQualifier(figure, QualifierKind::kDirection) ? before : Range();
    }
    if (IsArticle(figure)) {
      return figure.kind == FigureKind::kAmount ? BehindOf(figure) : Range();
    }
    if (IsCount(figure) || figure.kind == FigureKind::kApproximate) {
      if (const Range behind = BehindOf(figure); !behind.empty()) {
        return behind;
      }
      return GoesOn(i) ? Range() : PhraseBefore(i);
    }
    if (GoesOn(i)) {
      return {};
    }
    const Range before = PhraseBefore(i);
    if (figure.kind == FigureKind::kAmount) {
      return before.empty() ? BehindOf(figure) : before;
    }
    const bool share = !before.empty() && t_[before.begin] == U'占' &&
                       words_.heads.Longest(Part(before)).value != internal::kRate;
    const bool named = i > 0 && !figures_[i - 1].measure.empty();
    if (share && named) {
      return {};  // 工业支出8亿元，|占支出总数的53%: of what was named last
    }
    if (!before.empty() && !share) {
      return before;
    }
    const bool opens = before.empty() && ClauseBegin(figure.range.begin) == figure.range.begin;
    const bool part_of =
        figure.kind == FigureKind::kPercent || figure.kind == FigureKind::kFraction;
    if (!(share || opens) || !part_of || HasQualifier(figure, QualifierKind::kDirection)) {
      return before;
    }
    // 99%|乡镇通公路, 占人口65%|的地区
    const size_t of = figure.range.end < t_.size() && t_[figure.range.end] == U'的' ? 1 : 0;
    const Range behind = BehindOf(figure, of);
    return behind.empty() ? before : behind;
  }

  // Whether a figure only goes on a list: 52家、|263家.
  bool GoesOn(size_t i) const {
    if (i == 0 || !Measures(figures_[i].kind) || !Measures(figures_[i - 1].kind) ||
        figures_[i - 1].range.end > figures_[i].range.begin) {
      return false;
    }
    const View between = Part(figures_[i - 1].range.end, figures_[i].range.begin);
    return !between.empty() && std::all_of(between.begin(), between.end(), JoinsItems);
  }

  // 甲、乙、丙分别达到1家、2家、3家: gives each figure of the list from `i` its own item. Returns
  // the figure behind the list.
  size_t Distribute(size_t i) {
    size_t end = i + 1;
    while (end < figures_.size() && GoesOn(end)) {
      ++end;
    }
    const size_t count = end - i;
    const Range all = figures_[i].measure;
    if (count < 2 || all.empty() || all.begin > figures_[i].range.begin ||
        Part(all.end, figures_[i].number.begin).find(U"分别") == View::npos) {
      return end;
    }
    // Each figure has its own item, or all have the whole list where it has fewer or more items.
    std::vector<Range> items = ItemsOf(all, count);
    Range head;
    bool of_all = false;
    if (items.size() < count) {
      items = ItemsBefore(i, all, count, &head);
    } else if (items.size() == count) {
      const size_t begin = HeadBehindItem(items);
      of_all = begin > 0;
      head = of_all ? MakeRange(begin, all.end) : HeadOf(items);
    }
    for (size_t k = 0; k < count; ++k) {
      const bool own = items.size() == count;
      figures_[i + k].measure = own ? items[k] : all;
      const bool takes = own && k + 1 < count && (of_all || Takes(items[k], head));
      Range rest = takes ? head : Range();
      // 制造业、食品产业|增加值: no 制造业产业.
      constexpr View kTrades[] = {U"产业", U"行业"};
      const View said = Part(rest).substr(0, kTrades[0].size());
      if (rest.size() > said.size() && t_[items[k].end - 1] == U'业' &&
          std::find(std::begin(kTrades), std::end(kTrades), said) != std::end(kTrades)) {
        rest.begin += static_cast<uint32_t>(said.size());
      }
      figures_[i + k].measure_head = rest;
      if (own) {
        of_list_.push_back(i + k);
      }
    }
    return end;
  }

  // The items of a list: between its commas, the last two also between 和 and the like.
  std::vector<Range> ItemsOf(Range all, size_t count) const {
    std::vector<Range> items = Split(all, /*conjunctions=*/false);
    if (items.size() + 1 == count) {
      const std::vector<Range> last = Split(items.back(), /*conjunctions=*/true);
      items.pop_back();
      items.insert(items.end(), last.begin(), last.end());
    }
    return items;
  }

  // The items of a list whose last one has a verb that parts it from the others:
  // 产业基金、新增能耗支持|民间项目|比重: the verb and what follows is said of all.
  std::vector<Range> ItemsBefore(size_t i, Range all, size_t count, Range* head) const {
    size_t begin = ClauseBegin(figures_[i].range.begin);
    if (i > 0 && figures_[i - 1].range.end > begin) {
      begin = figures_[i - 1].range.end;
    }
    for (const Mention& mention : mentions_) {
      const uint32_t behind = mention.period.range.end;
      begin = behind > begin && behind <= all.begin ? behind : begin;
    }
    std::vector<Range> items = ItemsOf(MakeRange(begin, all.end), count);
    constexpr size_t kLongestVerb = 4;
    size_t verb = all.begin;
    for (size_t size = 1; size <= kLongestVerb && begin + size <= all.begin; ++size) {
      if (IsWhole(all.begin - size, all.begin, internal::kCut)) {
        verb = all.begin - size;
      }
    }
    if (items.size() < count || verb <= items.back().begin + 1 || !IsQuantity(all)) {
      return {};
    }
    items.erase(items.begin(), items.end() - static_cast<ptrdiff_t>(count));
    items.front() = Noun(items.front().begin, items.front().end);
    *head = MakeRange(verb, all.end);
    return items.front().empty() ? std::vector<Range>() : items;
  }

  // What the last item of a list ends with that is said of all of them: 原煤、天然气|产量.
  Range HeadOf(const std::vector<Range>& items) const {
    const Range last = items.back();
    // 中、高|等职业教育在校生, 一、二、三|产业增加值: half a word.
    constexpr View kHalves = U"一二三四五大中小高初上下男女老东西南北省市县";
    const bool halves = std::all_of(items.begin(), items.end(), [&](const Range& item) {
      return kHalves.find(t_[item.begin]) != View::npos && (item.size() == 1 || item == last);
    });
    if (halves && last.size() > 2) {
      return MakeRange(last.begin + 1, last.end);
    }
    // 农业、旅游业|增加值占生产总值比重
    const size_t share = std::min(Part(last).rfind(U'占'), Part(last).size());
    const auto head = words_.heads.Longest(Part(last).substr(0, share));
    const size_t end = share < last.size() && share > head.length ? last.begin + share : last.end;
    if (end == last.end && (head.length == 0 || head.length >= last.size())) {
      return {};
    }
    size_t begin = end - head.length;
    for (auto trait = words_.traits.Longest(Part(last.begin, begin));
         trait.length > 0 && begin - trait.length > last.begin;
         trait = words_.traits.Longest(Part(last.begin, begin))) {
      begin -= trait.length;
    }
    return MakeRange(begin, last.end);
  }

  // Where the head of a list begins behind its last item, which ends as those before it do:
  // 农村公路、国省干线公路|优良路率, 甲县、乙县|财政收入, 高校毕业生、退役军人|就业率. 0 if they do
  // not.
  size_t HeadBehindItem(const std::vector<Range>& items) const {
    constexpr View kPlaces = U"省市县区州镇乡村城国盟旗湾";
    constexpr View kPeople = U"生人员民者工户";
    constexpr View kHouses = U"院校所厂馆站园";
    // What goes on one of these in other words: 国家, 市场, 人均, 工业.
    constexpr View kOthers = U"家场域级民均口才产业程资数籍间营士得有藏府";
    const View last = Part(items.back());
    View common = Part(items.front());
    for (const Range& item : items) {
      const View part = Part(item);
      if (item.begin == items.back().begin) {
        break;
      }
      size_t size = 0;
      while (size < part.size() && size < common.size() &&
             part[part.size() - 1 - size] == common[common.size() - 1 - size]) {
        ++size;
      }
      common.remove_prefix(common.size() - size);
    }
    for (; common.size() > 1; common.remove_prefix(1)) {
      const size_t at = last.find(common);
      if (at != View::npos) {
        size_t head = at + common.size();
        head += head < last.size() && IsClosing(last[head]) ? 1u : 0u;
        return head < last.size() ? items.back().begin + head : 0;
      }
    }
    for (const View kind : {kPlaces, kPeople, kHouses, View(U"级")}) {
      const bool all = std::all_of(items.begin(), items.end() - 1, [&](const Range& item) {
        return kind.find(t_[item.end - 1]) != View::npos;
      });
      for (size_t i = 1; all && i + 2 < last.size(); ++i) {
        if (kind.find(last[i]) != View::npos && kind.find(last[i + 1]) == View::npos &&
            kOthers.find(last[i + 1]) == View::npos) {
          return items.back().begin + i + 1;
        }
      }
    }
    return 0;
  }

  // Whether an item of a list goes on with the head of the last one: not 出口额、进口|总额, but
  // 投资、消费|增速.
  bool Takes(Range item, Range head) const {
    if (head.empty()) {
      return false;
    }
    constexpr View kEnds = U"率量额值数费次";
    const auto match = words_.heads.Longest(Part(head));
    const auto own = words_.heads.Longest(Part(item));
    if (own.length == 0) {
      return match.length == 0 || kEnds.find(t_[item.end - 1]) == View::npos;
    }
    return match.length == 0 ||
           ((match.value & internal::kRate) != 0 && (own.value & internal::kRate) == 0);
  }

  // 甲、乙分别由1元、2元|提高到3元、4元: the items of a list are those of the list before, where it
  // has none of its own.
  void GoOnPairwise(size_t previous, size_t i, size_t end) {
    const auto apart = [&](size_t j) {
      return figures_[j].range.begin < figures_[j - 1].range.end;
    };
    for (size_t j = i; j < end; ++j) {
      if (!Measures(figures_[j].kind) || !figures_[j].measure.empty() || apart(j)) {
        return;
      }
    }
    const View between = Part(figures_[i - 1].range.end, figures_[i].range.begin);
    if (between.find_first_of(U"；。：") != View::npos) {
      return;
    }
    // 对甲国、乙国出口分别增长7%、9%，全省出口再创新高，|达到5亿元、增长8%: two figures of one
    // thing.
    const bool each = between.find(U"分别") != View::npos;
    const bool alike = std::all_of(
        figures_.begin() + static_cast<ptrdiff_t>(i),
        figures_.begin() + static_cast<ptrdiff_t>(end), [&](const Figure& figure) {
          return figure.kind == figures_[i].kind && Part(figure.unit) == Part(figures_[i].unit);
        });
    if (!each && (!alike || !QuantityBefore(i).empty())) {
      return;
    }
    for (size_t j = i; j < end; ++j) {
      figures_[j].measure = figures_[previous + (j - i)].measure;
      figures_[j].measure_head = figures_[previous + (j - i)].measure_head;
      of_list_.push_back(j);
    }
  }

  // 国内游客4亿人次、入境游客900万人次，|分别增长6.7%、39.6%: the figures of a list that says so
  // are of the things named last before it, one each. Of nothing that is known if those are fewer.
  void GoBackOneByOne(size_t i, size_t end) {
    const size_t clause = ClauseBegin(figures_[i].range.begin);
    if (Part(clause, figures_[i].number.begin).find(U"分别") == View::npos) {
      return;
    }
    std::vector<Thing> things;  // the last one first
    for (size_t j = i; j > 0 && things.size() < end - i; --j) {
      const Figure& named = figures_[j - 1];
      if (named.range.end > clause) {
        continue;  // 分别为|1982年|的3倍和2倍
      }
      if (Part(named.range.end, clause).find_first_of(U"；。：") != View::npos) {
        break;
      }
      const Thing thing(named.measure, named.measure_head);
      if (!named.measure.empty() &&
          std::find(things.begin(), things.end(), thing) == things.end()) {
        things.push_back(thing);
      }
    }
    const bool each = things.size() == end - i;
    for (size_t j = i; j < end; ++j) {
      if (each) {
        std::tie(figures_[j].measure, figures_[j].measure_head) = things[end - 1 - j];
        of_list_.push_back(j);
      } else {
        of_unknown_.push_back(j);
      }
    }
  }

  std::vector<Range> Split(Range all, bool conjunctions) const {
    std::vector<Range> items;
    size_t begin = all.begin;
    bool quoted = false;
    for (size_t at = all.begin; at < all.end; ++at) {
      const char32_t c = t_[at];
      quoted = IsOpening(c) || (quoted && !IsClosing(c));
      const bool splits = conjunctions ? JoinsItems(c) && c != U'、' : c == U'、';
      if (!quoted && splits && at > begin) {
        items.push_back(MakeRange(begin, at));
        begin = at + 1;
      }
    }
    items.push_back(MakeRange(begin, all.end));
    return items;
  }

  // A figure without a thing of its own goes on about that of the figure before.
  void Inherit(size_t i) {
    Figure& figure = figures_[i];
    if (figure.measure.empty() && !IsTime(figure) && !IsArticle(figure) &&
        std::find(of_unknown_.begin(), of_unknown_.end(), i) == of_unknown_.end()) {
      Range named = QuantityBefore(i);
      if (named.empty() && last_of_list_ && TurnsElsewhere(i)) {
        const size_t end = ClauseBegin(figure.range.begin) - 1;
        named = QuantityThatOpens(ClauseBegin(end), end);
        last_ = {};
      }
      std::tie(figure.measure, figure.measure_head) = named.empty() ? last_ : Thing(named, Range());
    }
    last_of_list_ =
        figure.measure.empty()
            ? last_of_list_
            : std::find(of_list_.begin(), of_list_.end(), i) != of_list_.end() ||
                  (last_of_list_ && last_ == Thing(figure.measure, figure.measure_head));
    if (!figure.measure.empty()) {
      last_ = {figure.measure, figure.measure_head};
    }
  }

  // The quantity that a clause without figures before the figure's own names:
  // 钢的综合能耗，|由上年的 2.5吨|降低到2.3吨.
  Range QuantityBefore(size_t i) const {
    const size_t clause = ClauseBegin(figures_[i].range.begin);
    if (clause == 0 || t_[clause - 1] != U'，') {
      return {};
    }
    const size_t end = clause - 1;
    size_t begin = ClauseBegin(end);
    for (size_t j = i; j > 0 && figures_[j - 1].range.end > begin; --j) {
      if (Measures(figures_[j - 1].kind) && !IsTime(figures_[j - 1])) {
        return {};
      }
    }
    for (const Mention& mention : mentions_) {
      const Range& range = mention.period.range;
      begin = range.begin >= begin && range.end < end ? range.end : begin;
    }
    const Range noun = Noun(begin, end);
    // 资助困难家庭大学生，|合计6300名
    constexpr View kTotals[] = {U"合计", U"共计", U"总计", U"共", U"累计"};
    const View joint = Part(clause, figures_[i].number.begin);
    const bool total =
        std::find(std::begin(kTotals), std::end(kTotals), joint) != std::end(kTotals);
    if ((IsQuantity(noun) || total) && !Part(noun).starts_with(U'这')) {
      return noun;
    }
    return SubjectOf(begin, end);
  }

  // What a clause without figures says something of: 全省出口|再创新高, 粮食总产|超额完成任务.
  // Empty where it begins with something else.
  Range SubjectOf(size_t begin, size_t end) const {
    // What is said of nothing but quantities.
    constexpr View kOfAmounts[] = {U"再创", U"创历史", U"创新高", U"创下",    U"创近",
                                   U"屡创", U"连创",   U"刷新",   U"超额",    U"超预期",
                                   U"逆势", U"形势",   U"历史性", U"突破历史"};
    // What is said of others too.
    constexpr View kOfAll[] = {U"提前", U"如期", U"首次", U"稳步", U"持续", U"大幅", U"明显",
                               U"显著", U"稳中", U"保持", U"超过", U"高于", U"好于", U"快于",
                               U"再上", U"迈上", U"实现", U"平稳", U"不断", U"快速"};
    constexpr size_t kMost = 20;
    const size_t most = std::min(end, begin + kMost);
    for (size_t at = begin + 2; at < most; ++at) {
      const View rest = Part(at, end);
      const auto says = [rest](View word) { return rest.starts_with(word); };
      const bool of_amount = std::any_of(std::begin(kOfAmounts), std::end(kOfAmounts), says);
      if (!of_amount && std::none_of(std::begin(kOfAll), std::end(kOfAll), says)) {
        continue;
      }
      const bool sure = of_amount || std::any_of(std::begin(kAims), std::end(kAims), [&](View aim) {
                          return rest.find(aim) != View::npos;
                        });
      const Range noun = Noun(begin, at);
      const auto head = words_.heads.Longest(Part(noun));
      constexpr View kAmounts = U"率量额值数速幅费价比";
      const bool quantity = IsQuantity(noun) || head.length > 0 ||
                            (!noun.empty() && kAmounts.find(t_[noun.end - 1]) != View::npos);
      return !noun.empty() && (sure || quantity) && !Part(noun).starts_with(U'这') ? noun : Range();
    }
    return {};
  }

  // Whether the clause before a figure's own tells of something else than the list before it, so
  // that nothing of that list is measured:
  // 甲、乙产量分别增长3%、4%，|大豆扩种成效明显，|达到300万亩.
  bool TurnsElsewhere(size_t i) const {
    const size_t clause = ClauseBegin(figures_[i].range.begin);
    if (i == 0 || clause == 0 || t_[clause - 1] != U'，') {
      return false;
    }
    const size_t end = clause - 1;
    const size_t begin = ClauseBegin(end);
    if (figures_[i - 1].range.end > begin) {
      return false;
    }
    // What goes on about it, or tells how it is reckoned.
    constexpr View kGoOn[] = {
        U"扣除", U"剔除", U"按",   U"比",   U"较",   U"同比", U"环比", U"占",   U"居",   U"位",
        U"均",   U"都",   U"也",   U"再",   U"创",   U"连",   U"双双", U"首次", U"增速", U"增幅",
        U"高于", U"低于", U"快于", U"分别", U"实现", U"其中", U"合计", U"两者", U"二者", U"继续",
        U"保持", U"为",   U"是",   U"达到", U"在",   U"由",   U"从",   U"超",   U"提前", U"不含"};
    const View part = Part(begin, end);
    return std::none_of(std::begin(kGoOn), std::end(kGoOn),
                        [part](View word) { return part.starts_with(word); });
  }

  // The quantity that a clause begins with, which more is said of: 民间投资|活力增强.
  Range QuantityThatOpens(size_t begin, size_t end) const {
    for (size_t at = end - 1; at > begin + 2; --at) {
      if (words_.heads.Longest(Part(begin, at)).length > 0) {
        return Noun(begin, at);
      }
    }
    return {};
  }

  // When a figure was, as far as its sentence says.
  struct When {
    const Mention* mention = nullptr;
    bool base = false;    // the figure is what another one is compared with, or grew from
    bool nearby = false;  // the mention opens the sentence, or stands in the figure's clause
  };

  // Whether a figure is the value at the time that something is compared with: 由1978年的|36.5%.
  bool IsBaseOf(const Mention& mention, const Figure& figure) const {
    const size_t end = mention.period.range.end;
    if (!mention.comparison || figure.kind == FigureKind::kMultiple || end > figure.range.begin) {
      return false;
    }
    const View between = Part(end, figure.range.begin);
    const bool value = between == U"的" || between == U"底的" || between == U"末的";
    const View until = view_.substr(0, figure.range.begin);
    const size_t begin = mention.period.range.begin;
    const View before = until.substr(begin - std::min<size_t>(begin, 1), 2);
    const bool from = before.find_first_of(U"从由") != View::npos;
    const bool than = before.find_first_of(U"比较") != View::npos;
    return (from && (value || between.empty())) || (than && value);
  }

  // The first of the figures that one goes on from without words of its own:
  // 由|46503元、|16935元|提高到….
  size_t ListBegin(size_t i) const {
    for (size_t most = kMaxList; most > 0 && GoesOn(i); --most) {
      if (HasQualifier(figures_[i], QualifierKind::kLink) ||
          HasQualifier(figures_[i], QualifierKind::kDirection)) {
        break;
      }
      --i;
    }
    return i;
  }

  When WhenOf(size_t i) const {
    const Figure& figure = figures_[i];
    const Figure& first = figures_[ListBegin(i)];
    // A yearly average is one of several years.
    const bool average = Says(figure, U"年均");
    for (auto mention = mentions_.rbegin(); mention != mentions_.rend(); ++mention) {
      const Range& range = mention->period.range;
      if (range.end > figure.number.begin) {
        continue;
      }
      if (IsBaseOf(*mention, first)) {
        return {&*mention, true, true};
      }
      if (mention->comparison || !Fits(average, mention->period)) {
        continue;
      }
      if (IsFrom(first)) {
        break;
      }
      // 在去年增长的基础上|再新增5家: what follows is of another time.
      const View between = Part(range.end, figure.number.begin);
      if (between.find(U"基础上") != View::npos) {
        break;
      }
      constexpr uint32_t kOpening = 2;
      return {&*mention, false,
              range.begin < kOpening || range.end > ClauseBegin(figure.number.begin)};
    }
    return {nullptr, IsFrom(first), false};
  }

  // 由|44个|发展到60个: the first of two values.
  bool IsFrom(const Figure& figure) const {
    return !figure.high.has_value() &&
           std::any_of(figure.qualifiers.begin(), figure.qualifiers.end(), [&](const Qualifier& q) {
             return Part(q.range) == U"从" || Part(q.range) == U"由";
           });
  }

  static bool Fits(bool average, const Period& period) {
    return !average || period.first_year == 0 || period.first_year != period.last_year;
  }

  FigureMode ModeOf(size_t i, const When& when) const {
    const Figure& figure = figures_[i];
    if (IsArticle(figure)) {
      return FigureMode::kUnspecified;
    }
    const size_t segment = SegmentBegin(figure.number.begin);
    const size_t clause = ClauseBegin(figure.number.begin);
    size_t clause_end = figure.number.begin;
    size_t after = figure.range.end;
    const size_t most = std::min(t_.size(), after + kMaxClause);
    while (after < most && !EndsClause(view_, after)) {
      ++after;
    }
    if (IsAttribute(i)) {
      clause_end = after;
    }
    const uint32_t in_clause = internal::ClaimsIn(view_, clause, clause_end, mentions_);
    const uint32_t in_segment =
        segment == clause ? in_clause : internal::ClaimsIn(view_, segment, clause_end, mentions_);
    constexpr uint32_t kWill = internal::kPlans | internal::kHopes;
    const bool will = (in_clause & kWill) != 0;
    bool tells = (in_clause & internal::kDid) != 0 || IsInListOf(U"已", figure.number.begin) ||
                 (!will && ((in_clause & internal::kTells) != 0 ||
                            internal::IsShareOfPlan(view_, clause, figure.number.begin)));
    bool aims = (in_clause & internal::kHopes) != 0 && (in_clause & internal::kDid) == 0;
    if (internal::IsOfAim(view_, figure.range.end, after)) {
      constexpr size_t kNext = 16;  // 翻两番的目标，已经提前五年实现
      const View next = Part(after, std::min(t_.size(), after + kNext));
      tells = internal::SaysReached(view_, clause, figure.number.begin) ||
              next.find(U"已经") != View::npos || next.find(U"提前") != View::npos;
      aims = !tells;
    }
    if (when.base) {
      const bool later = when.mention != nullptr && IsFuture(when.mention->period);
      return later ? FigureMode::kTarget : FigureMode::kResult;
    }
    // 去年建成3万个，今年|再建5万个: what a review of early in the year says of it is to come.
    const bool ahead = surroundings_.passage == Passage::kReview && !tells && IsOfThisYear(when);
    const Passage passage = ahead ? Passage::kProposal : surroundings_.passage;
    const bool review = passage == Passage::kReview;
    const bool sure_target = aims || (!review && ComparesTarget(i, clause));
    // 建设…，是|61万人民|的梦想: says what is.
    const bool states = figure.range.begin > 0 && t_[figure.range.begin - 1] == U'是';
    const uint32_t asking =
        passage == Passage::kProposal && !states ? kWill | uint32_t{internal::kActs} : kWill;
    const bool asked = passage == Passage::kTarget || (in_segment & asking) != 0 ||
                       IsInListOfAims(figure.number.begin);
    FigureMode mode = FigureMode::kUnspecified;
    if (!sure_target && (tells || review)) {
      mode = FigureMode::kResult;
    } else if (sure_target || asked) {
      mode = FigureMode::kTarget;
    } else if ((passage == Passage::kOther && GoesOnFrom(i, segment)) ||
               (!review && GoesOnAtATime(i, when))) {
      mode = figures_[i - 1].mode;
    }
    return InTime(mode, when, will || aims, tells);
  }

  // Where what is said without a semicolon begins.
  size_t SegmentBegin(size_t at) const {
    const size_t limit = at - std::min(at, kMaxSegment);
    while (at > limit && t_[at - 1] != U'；' && t_[at - 1] != U';') {
      --at;
    }
    return at;
  }

  // 主要预期目标是：…；…|5%: a list to the end of its sentence.
  bool IsInListOfAims(size_t at) const { return IsInListOf(U"目标", at); }

  // Whether a word stands shortly before the colon of a list: 已建成的主要有：…；…|5%.
  bool IsInListOf(View word, size_t at) const {
    constexpr size_t kMostBetween = 8;
    const View before = Part(at - std::min(at, kMaxSegment), at);
    const size_t colon = before.rfind(U'：');
    if (colon == View::npos) {
      return false;
    }
    const size_t from = colon - std::min(colon, kMostBetween);
    return before.substr(from, colon - from).find(word) != View::npos;
  }

  // An estimate stays one, also where its word does not touch the digits:
  // 预计|全区生产总值完成|280亿元.
  void AddHedge(Figure* figure) const {
    constexpr View kHedges[] = {U"预计",     U"初步核算", U"初步统计", U"初步预计", U"初步测算",
                                U"初步估算", U"快报",     U"有望",     U"可望",     U"估计"};
    if (figure->mode == FigureMode::kUnspecified || IsTime(*figure) ||
        HasQualifier(*figure, QualifierKind::kHedge)) {
      return;
    }
    const size_t segment = SegmentBegin(figure->range.begin);
    const View before = Part(segment, figure->range.begin);
    size_t last = View::npos;
    size_t size = 0;
    for (const View hedge : kHedges) {
      const size_t at = before.rfind(hedge);
      if (at != View::npos && (last == View::npos || at >= last)) {
        last = at;
        size = hedge.size();
      }
    }
    const size_t clause = ClauseBegin(figure->range.begin);
    const bool sure =
        (internal::ClaimsIn(view_, clause, figure->number.begin, mentions_) & internal::kDid) != 0;
    if (last != View::npos && !sure) {
      figure->qualifiers.insert(
          figure->qualifiers.begin(),
          {MakeRange(segment + last, segment + last + size), QualifierKind::kHedge});
    }
  }

  // Whether a clause goes on about the target before it: 拟定为145亿元，|比上年增加了22亿元.
  bool ComparesTarget(size_t i, size_t clause) const {
    if (i == 0 || figures_[i - 1].mode != FigureMode::kTarget ||
        figures_[i - 1].range.end + 1 != clause || figures_[i - 1].measure != figures_[i].measure) {
      return false;
    }
    const char32_t first = t_[clause];
    return first == U'比' || first == U'较';
  }

  // Whether a figure goes on, in the clause behind it, about what was done by that before it:
  // 粮食增加了五十亿斤，|达到三千七百亿斤.
  bool GoesOnFrom(size_t i, size_t segment) const {
    if (i == 0 || figures_[i - 1].mode != FigureMode::kResult ||
        figures_[i - 1].range.begin < segment || figures_[i - 1].measure != figures_[i].measure ||
        figures_[i - 1].range.end > figures_[i].range.begin || WhenOf(i - 1).base) {
      return false;
    }
    const View between = Part(figures_[i - 1].range.end, figures_[i].number.begin);
    return std::count_if(between.begin(), between.end(), text::IsHardMark) <= 1 &&
           between.find_first_of(U"要应须将可如若会能。！？") == View::npos;
  }

  // Whether a figure is of the time that the one before it is of, by the same words:
  // 今年赤字率按2.6%安排；|财政赤字2万亿元.
  bool GoesOnAtATime(size_t i, const When& when) const {
    if (i == 0 || when.mention == nullptr || when.mention->period.first_year == 0 ||
        figures_[i - 1].mode == FigureMode::kUnspecified || IsTime(figures_[i]) ||
        (figures_[i].number.size() == 1 && text::IsHan(t_[figures_[i].number.begin]))) {
      return false;
    }
    const When before = WhenOf(i - 1);
    return before.mention == when.mention && !before.base;
  }

  bool IsOfThisYear(const When& when) const {
    const ReportTime& report = surroundings_.report;
    return report.early_in_year && when.mention != nullptr && !when.base &&
           Part(when.mention->period.range) == U"今年" && when.nearby;
  }

  bool IsPast(const Period& period) const {
    return surroundings_.report.year > 0 && period.last_year > 0 &&
           period.last_year < surroundings_.report.year;
  }
  bool IsFuture(const Period& period) const {
    return surroundings_.report.year > 0 && period.first_year > surroundings_.report.year;
  }

  // A mode that the time does not contradict. What is over is no target, what is to come no result.
  FigureMode InTime(FigureMode mode, const When& when, bool will, bool tells) const {
    const Period& period = when.mention != nullptr ? when.mention->period : surroundings_.period;
    if (IsPast(period) && !will && mode != FigureMode::kResult) {
      const bool told = when.mention != nullptr && when.nearby;
      return told ? FigureMode::kResult : FigureMode::kUnspecified;
    }
    if (IsFuture(period) && mode != FigureMode::kTarget && when.mention != nullptr) {
      return tells ? FigureMode::kUnspecified : FigureMode::kTarget;
    }
    if (IsFuture(period) && mode == FigureMode::kResult && !tells) {
      return FigureMode::kUnspecified;
    }
    return mode;
  }

  Period PeriodOf(size_t i, const When& when) const {
    const Figure& figure = figures_[i];
    if (when.mention != nullptr) {
      Period own = when.mention->period;
      own.range.begin += offset_;
      own.range.end += offset_;
      return own;
    }
    // The value before another one was at no time that is named.
    if (when.base) {
      return {};
    }
    // Lengths of time that measure nothing have none from outside: 再经过15年.

    const bool told =
        figure.mode != FigureMode::kUnspecified && (!IsTime(figure) || !figure.measure.empty());
    const Period& outer = surroundings_.period;
    if (const Range whole = WholeYear(figure);
        !whole.empty() && told && (outer.empty() || outer.first_year != outer.last_year)) {
      const auto year = static_cast<int16_t>(surroundings_.report.year);
      return {MakeRange(whole.begin + offset_, whole.end + offset_), year, year};
    }
    return told && Fits(Says(figure, U"年均"), outer) ? outer : Period();
  }

  // 确保|全年|实施3600个: the year of the report, where a target says so. Empty for none.
  Range WholeYear(const Figure& figure) const {
    const size_t segment = SegmentBegin(figure.range.begin);
    const size_t at = Part(segment, figure.number.begin).rfind(U"全年");
    if (at == View::npos || figure.mode != FigureMode::kTarget || surroundings_.report.year == 0) {
      return {};
    }
    return MakeRange(segment + at, segment + at + 2);
  }

  const uint32_t offset_;
  const std::u32string t_;
  const View view_;
  const Surroundings& surroundings_;
  const std::vector<Numeral> numerals_;
  const std::vector<Mention> mentions_;
  const MeasureWords& words_;
  std::vector<Figure> figures_;
  std::vector<size_t> of_unknown_;  // of several things that are not told apart
  std::vector<size_t> of_list_;     // that have an item of a list
  Thing last_;
  bool last_of_list_ = false;  // whether it is an item of a list
};

void Shift(uint32_t by, Range* range) {
  if (!range->empty()) {
    range->begin += by;
    range->end += by;
  }
}

}  // namespace

std::vector<Figure> FindFigures(std::u32string_view text, Range sentence,
                                const Surroundings& surroundings) {
  const View view = text.substr(sentence.begin, sentence.size());
  std::vector<Numeral> numerals = FindNumerals(view);
  if (numerals.empty()) {
    return {};
  }
  std::vector<Figure> figures =
      Reader(view, sentence.begin, std::move(numerals), surroundings).Run();
  for (Figure& figure : figures) {
    Shift(sentence.begin, &figure.range);
    Shift(sentence.begin, &figure.number);
    Shift(sentence.begin, &figure.scale);
    Shift(sentence.begin, &figure.unit);
    Shift(sentence.begin, &figure.measure);
    Shift(sentence.begin, &figure.measure_head);
    for (Qualifier& qualifier : figure.qualifiers) {
      Shift(sentence.begin, &qualifier.range);
    }
  }
  return figures;
}

std::u32string MeasureOf(const Figure& figure, std::u32string_view text) {
  std::u32string measure(text.substr(figure.measure.begin, figure.measure.size()));
  measure += text.substr(figure.measure_head.begin, figure.measure_head.size());
  return measure;
}

Unit ToUnit(std::u32string_view printed) {
  const std::u32string normal = NormalUnit(printed);
  const auto& units = GetMeasureWords().units;
  const auto found = units.find(normal);
  if (found != units.end()) {
    return found->second;
  }
  const std::string name = text::ToUtf8(normal);
  return {name, name, {1, 0}};
}

Unit UnitOf(const Figure& figure, std::u32string_view text) {
  if (figure.kind == FigureKind::kPercent) {
    return ToUnit(U"%");
  }
  if (figure.kind == FigureKind::kPerMille) {
    return ToUnit(U"‰");
  }
  const View unit = text.substr(figure.unit.begin, figure.unit.size());
  // 3角5分, 3分5厘: money, though 分 and 厘 alone may be others. 三分五厘|地 is land.
  const View number = text.substr(figure.number.begin, figure.number.size());
  if ((unit == U"分" || unit == U"厘") && number.find_first_of(U"元块角毛分") != View::npos &&
      !text.substr(figure.range.end).starts_with(U'地')) {
    return ToUnit(unit == U"分" ? U"分钱" : U"厘钱");
  }
  return ToUnit(unit);
}

namespace {

View Stripped(View text) {
  while (!text.empty() && text::IsSpace(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && text::IsSpace(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

std::optional<Amount> ParseAmount(std::u32string_view text) {
  text = Stripped(text);
  const std::vector<Figure> figures = FindFigures(text, MakeRange(0, text.size()), {});
  if (figures.size() != 1) {
    return std::nullopt;
  }
  const Figure& figure = figures.front();
  if (figure.range != MakeRange(0, text.size()) || !figure.qualifiers.empty() ||
      !figure.low.has_value()) {
    return std::nullopt;
  }
  Amount amount{*figure.low, figure.high, std::nullopt};
  if (Unit unit = UnitOf(figure, text); !unit.name.empty()) {
    amount.unit = std::move(unit);
  }
  return amount;
}

std::optional<Unit> ParseUnit(std::u32string_view text) {
  std::u32string one(1, U'1');
  one += Stripped(text);
  const std::vector<Figure> figures = FindFigures(one, MakeRange(0, one.size()), {});
  if (figures.size() != 1 || figures.front().range != MakeRange(0, one.size()) ||
      !figures.front().qualifiers.empty()) {
    return std::nullopt;
  }
  Unit unit = UnitOf(figures.front(), one);
  const std::optional<Decimal> factor =
      Multiply(unit.factor, figures.front().low.value_or(Decimal{1, 0}));
  if (unit.name.empty() || !factor.has_value()) {
    return std::nullopt;
  }
  unit.factor = *factor;
  return unit;
}

std::string_view FigureVersion() { return GetMeasureWords().version; }

}  // namespace quotes::figures
