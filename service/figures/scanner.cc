#include "service/figures/scanner.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "service/figures/words.h"
#include "service/text/fold.h"

namespace quotes::figures::internal {
namespace {

// Digits of a mantissa: what surely fits into 64 bits.
constexpr size_t kMaxDigits = 18;
// A quoted term that begins with a numeral is at most so long (“十强现代优势产业集群”).
constexpr size_t kMaxQuotedTerm = 14;
constexpr int kMaxQualifiers = 4;

bool IsArabic(char32_t c) { return c >= U'0' && c <= U'9'; }
bool IsLatin(char32_t c) { return c >= U'a' && c <= U'z'; }

// -1 for none.
int ChineseDigit(char32_t c) {
  switch (c) {
    case U'零':
    case U'〇':
      return 0;
    case U'一':
    case U'壹':
      return 1;
    case U'二':
    case U'两':
    case U'贰':
      return 2;
    case U'三':
    case U'叁':
      return 3;
    case U'四':
    case U'肆':
      return 4;
    case U'五':
    case U'伍':
      return 5;
    case U'六':
    case U'陆':
      return 6;
    case U'七':
    case U'柒':
      return 7;
    case U'八':
    case U'捌':
      return 8;
    case U'九':
    case U'玖':
      return 9;
    default:
      return -1;
  }
}

// The power of ten that a scale stands for, 0 for none.
int ScalePower(char32_t c) {
  switch (c) {
    case U'十':
    case U'拾':
      return 1;
    case U'百':
    case U'佰':
      return 2;
    case U'千':
    case U'仟':
      return 3;
    case U'万':
      return 4;
    case U'亿':
      return 8;
    default:
      return 0;
  }
}

// Behind Arabic digits: 十 is none there.
bool IsBigScale(char32_t c) { return ScalePower(c) >= 2; }

// Digits that make a Chinese numeral vague or that have no value of their own here.
bool IsVagueDigit(char32_t c) { return c == U'几' || c == U'廿' || c == U'卅'; }

bool IsChineseNumeral(char32_t c) {
  return ChineseDigit(c) >= 0 || ScalePower(c) > 0 || IsVagueDigit(c);
}

bool IsQuotation(char32_t c) { return c == U'“' || c == U'”' || c == U'"'; }

bool IsRangeMark(char32_t c) {
  return c == U'-' || c == U'—' || c == U'~' || c == U'至' || c == U'到';
}

std::optional<int64_t> PowerOfTen(int64_t power) {
  if (power < 0 || power > 18) {
    return std::nullopt;
  }
  int64_t value = 1;
  for (int64_t i = 0; i < power; ++i) {
    value *= 10;
  }
  return value;
}

std::optional<Decimal> Sum(Decimal a, Decimal b) {
  if (a.mantissa == 0 || b.mantissa == 0) {
    return a.mantissa == 0 ? b : a;
  }
  const int32_t exponent = std::min(a.exponent, b.exponent);
  int64_t sum = 0;
  for (const Decimal& d : {a, b}) {
    const auto factor = PowerOfTen(d.exponent - exponent);
    int64_t term = 0;
    if (!factor.has_value() || __builtin_mul_overflow(d.mantissa, *factor, &term) ||
        __builtin_add_overflow(sum, term, &sum)) {
      return std::nullopt;
    }
  }
  return LowestTerms({sum, exponent});
}

std::optional<Decimal> Scaled(std::optional<Decimal> d, int power) {
  if (d.has_value() && d->mantissa != 0) {
    d->exponent += power;
  }
  return d;
}

// Whether a < 10^power, for a >= 0.
bool IsBelow(const Decimal& a, int power) {
  int64_t digits = 0;
  for (int64_t m = a.mantissa; m != 0; m /= 10) {
    ++digits;
  }
  return digits + a.exponent <= power;
}

// Whether a < b, for both >= 0; false where the difference of their orders is too large to tell.
bool IsLess(const Decimal& a, const Decimal& b) {
  const std::optional<Decimal> difference = Sum(b, {-a.mantissa, a.exponent});
  return difference.has_value() && difference->mantissa > 0;
}

// A number without sign, unit and qualifiers.
struct Number {
  size_t end = 0;          // 0: none here
  size_t scale_begin = 0;  // where the scale that ends it begins; `end` for none
  std::optional<Decimal> value;
  int scale = 0;        // the power of the scale behind it, 0 for none
  bool vague = false;   // has no value because it is approximate
  bool arabic = false;  // its first digit is
  bool plain = false;   // Arabic digits and nothing else
  bool four = false;    // four digits and nothing else, the form of years
  uint16_t precision = 0;
  uint16_t trailing_zeros = 0;

  bool found() const { return end > 0; }
};

// A number with what stands directly beside it, qualifiers before and behind apart.
struct Element {
  size_t begin = 0;
  size_t number_end = 0;
  size_t end = 0;  // 0: none here
  Number number;
  NumeralKind kind = NumeralKind::kCardinal;
  Range unit;
  uint32_t unit_class = kUnit;
  Range inside;  // a qualifier between number and unit
  bool vague = false;

  bool found() const { return end > 0; }
};

Range MakeRange(size_t begin, size_t end) {
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
}

class Scanner {
 public:
  explicit Scanner(std::u32string_view text) : t_(text), words_(GetWords()) {}

  std::vector<Numeral> Run();

 private:
  char32_t At(size_t i) const { return i < t_.size() ? t_[i] : U'\0'; }
  std::u32string_view From(size_t i) const { return t_.substr(std::min(i, t_.size())); }
  bool Has(size_t i, std::u32string_view word) const { return From(i).starts_with(word); }

  // The unit at `i`, empty for none.
  Range UnitAt(size_t i, uint32_t* unit_class) const;
  // The value of the Chinese digit at `i`, -1 for none. 0 and o stand for 〇 behind another digit
  // (二００一年, 二OO一年).
  int DigitAt(size_t i) const {
    const char32_t c = At(i);
    if (c != U'0' && c != U'o') {
      return ChineseDigit(c);
    }
    for (int zeros = 1; zeros < 8 && i > 0 && (t_[i - 1] == U'0' || t_[i - 1] == U'o'); ++zeros) {
      --i;
    }
    return i > 0 && ChineseDigit(t_[i - 1]) >= 0 ? 0 : -1;
  }
  // Whether the scale character at `i` begins a unit instead (千瓦, 百分点).
  bool BeginsUnit(size_t i) const;
  // Whether a scale or a unit stands at `i`.
  bool IsCounted(size_t i) const;

  size_t LookAlikesAt(size_t i) const;
  Number ArabicAt(size_t i) const;
  void ReadScales(Number* number) const;
  std::optional<Decimal> ScalesAlone(size_t begin, size_t end) const;
  Number ChineseAt(size_t i) const;
  std::optional<Decimal> ChineseValue(size_t begin, size_t end) const;
  Number NumberAt(size_t i) const;
  Element ElementAt(size_t i) const;
  void ReadBehindNumber(Element* element) const;

  // Each tries to read more behind what `numeral` holds so far; its token ends there afterwards.
  bool ReadDate(const Element& first, bool may_range, Numeral* numeral) const;
  bool ReadNumericDate(const Element& first, Numeral* numeral) const;
  bool ReadTime(const Element& first, Numeral* numeral) const;
  bool ReadRatio(const Element& first, Numeral* numeral) const;
  bool ReadLabel(const Element& first, Numeral* numeral) const;
  void ReadRange(const Element& first, Numeral* numeral) const;
  void ReadMoney(const Element& first, Numeral* numeral) const;
  void ReadQualifiersBefore(size_t limit, Numeral* numeral) const;
  void ReadQualifiersBehind(bool time, Numeral* numeral) const;
  size_t UnitEnd(const Numeral& numeral) const {
    return std::max(numeral.unit.end, numeral.number.end);
  }

  std::optional<Numeral> NumeralAt(size_t i) const;
  bool LastBeginsYear(size_t i, size_t size) const;
  std::optional<Numeral> LatinLabelAt(size_t i, size_t* end) const;
  std::optional<Numeral> QuotedTermAt(size_t i) const;

  std::u32string_view t_;
  const Words& words_;
};

Range Scanner::UnitAt(size_t i, uint32_t* unit_class) const {
  const auto match = words_.units.Longest(From(i));
  if (match.length == 0 || match.value == kNoUnit) {
    return {};
  }
  size_t end = i + match.length;
  // A unit of Latin letters ends where they end: 5m is metres, 5mb are not.
  if (IsLatin(At(end - 1)) && (IsLatin(At(end)) || IsArabic(At(end)))) {
    return {};
  }
  *unit_class = match.value;
  if (At(end) == U'/') {
    const auto per = words_.units.Longest(From(end + 1));
    if (per.length > 0 && per.value != kNoUnit) {
      end += 1 + per.length;
    }
  }
  return MakeRange(i, end);
}

bool Scanner::BeginsUnit(size_t i) const {
  uint32_t unit_class = kUnit;
  return UnitAt(i, &unit_class).size() > 1;
}

bool Scanner::IsCounted(size_t i) const {
  uint32_t unit_class = kUnit;
  return ScalePower(At(i)) > 0 || !UnitAt(i, &unit_class).empty();
}

Number Scanner::ArabicAt(size_t i) const {
  Number number;
  if (!IsArabic(At(i))) {
    return number;
  }
  number.arabic = true;
  int64_t mantissa = 0;
  size_t significant = 0;
  const auto take = [&](size_t at) {
    if (significant > 0 || t_[at] != U'0') {
      ++significant;
    }
    if (significant <= kMaxDigits) {
      mantissa = mantissa * 10 + static_cast<int64_t>(t_[at] - U'0');
    }
  };
  size_t end = i;
  while (IsArabic(At(end))) {
    take(end++);
  }
  number.plain = true;
  number.four = end - i == 4;
  // Groups of three behind a comma or a space.
  if (end - i <= 3) {
    const char32_t mark = At(end);
    while ((mark == U',' || mark == U' ') && At(end) == mark && IsArabic(At(end + 1)) &&
           IsArabic(At(end + 2)) && IsArabic(At(end + 3)) && !IsArabic(At(end + 4))) {
      for (size_t k = 1; k <= 3; ++k) {
        take(end + k);
      }
      end += 4;
      number.plain = false;
      number.four = false;
    }
  }
  if (At(end) == U'.' && IsArabic(At(end + 1))) {
    size_t digits = end + 1;
    while (IsArabic(At(digits))) {
      take(digits++);
    }
    const size_t places = std::min<size_t>(digits - end - 1, UINT16_MAX);
    number.precision = static_cast<uint16_t>(places);
    while (number.trailing_zeros < number.precision &&
           t_[digits - 1 - number.trailing_zeros] == U'0') {
      ++number.trailing_zeros;
    }
    end = digits;
    number.plain = false;
    number.four = false;
  }
  number.end = end;
  if (significant <= kMaxDigits) {
    number.value = LowestTerms({mantissa, -static_cast<int32_t>(number.precision)});
  }
  return number;
}

void Scanner::ReadScales(Number* number) const {
  number->scale_begin = number->end;
  // 净增7个亿, but not of 3个亿元企业.
  if (At(number->end) == U'个' && At(number->end + 1) == U'亿' && !IsCounted(number->end + 2)) {
    ++number->end;
  }
  while (true) {
    if (IsBigScale(At(number->end)) && !BeginsUnit(number->end)) {
      number->scale += ScalePower(At(number->end));
      ++number->end;
      number->plain = false;
      number->four = false;
      continue;
    }
    // 10余万, 3万多亿: the value is open on the order of the scale behind.
    const auto inside = words_.inside.Longest(From(number->end));
    const size_t behind = number->end + inside.length;
    if (inside.length == 0 || !IsBigScale(At(behind)) || BeginsUnit(behind)) {
      break;
    }
    number->vague = true;
    number->end = behind;
  }
  if (number->vague) {
    number->value.reset();
  } else {
    number->value = Scaled(number->value, number->scale);
  }
}

// The value of a run of Chinese digits and scales, nullopt where it follows no rule or is vague.
std::optional<Decimal> Scanner::ChineseValue(size_t begin, size_t end) const {
  const size_t size = end - begin;
  bool scales = false;
  bool zeros = false;
  for (size_t i = begin; i < end; ++i) {
    if (IsVagueDigit(t_[i])) {
      return std::nullopt;
    }
    scales = scales || ScalePower(t_[i]) > 0;
    zeros = zeros || DigitAt(i) == 0;
  }
  if (!scales) {
    if (size == 1) {
      return Decimal{DigitAt(begin), 0};
    }
    // Digit by digit: years, and numbers with a zero. Elsewhere neighbours are alternatives
    // (三五年).
    const int lead = DigitAt(begin);
    const bool year = size == 4 && (lead == 1 || lead == 2);
    if (size < 3 || size > kMaxDigits || !(year || zeros)) {
      return std::nullopt;
    }
    int64_t value = 0;
    for (size_t i = begin; i < end; ++i) {
      value = value * 10 + DigitAt(i);
    }
    return LowestTerms({value, 0});
  }
  if (DigitAt(begin) == 0) {
    return std::nullopt;
  }
  // 五〇〇〇亿: digit by digit before 万 or 亿, told by a zero as without one.
  const int last = ScalePower(t_[end - 1]);
  const bool positional = size >= 4 && last >= 4 && zeros &&
                          std::all_of(t_.begin() + static_cast<ptrdiff_t>(begin),
                                      t_.begin() + static_cast<ptrdiff_t>(end - 1),
                                      [](char32_t c) { return ScalePower(c) == 0; });
  if (positional) {
    return Scaled(ChineseValue(begin, end - 1), last);
  }
  int64_t total = 0;          // behind 亿
  int64_t ten_thousands = 0;  // behind 万
  int64_t section = 0;
  int64_t digit = -1;   // read, but not yet scaled
  int last_power = 99;  // of the last scale inside this section
  int before = 0;       // the power of the scale directly before the digit, for 一万五
  bool wan = false;
  bool yi = false;
  for (size_t i = begin; i < end; ++i) {
    const int d = DigitAt(i);
    if (d >= 0) {
      if (digit > 0 || (digit == 0 && d == 0)) {
        return std::nullopt;
      }
      before = digit == 0 ? 0 : (i > begin ? ScalePower(t_[i - 1]) : 0);
      digit = d;
      continue;
    }
    const int power = ScalePower(t_[i]);
    if (power <= 3) {
      if (power >= last_power) {
        return std::nullopt;
      }
      if (digit < 0 || (digit == 0 && power == 1)) {
        // 十二, 一百零十二, 二百十七: ten without its one.
        constexpr int kHundred = 2;
        if (power != 1 || (digit < 0 && section != 0 && last_power != kHundred)) {
          return std::nullopt;
        }
        digit = 1;
      }
      if (digit == 0) {
        return std::nullopt;
      }
      section += digit * *PowerOfTen(power);
      last_power = power;
    } else {
      section += std::max<int64_t>(digit, 0);
      if (power == 4) {
        if (wan || section == 0) {
          return std::nullopt;
        }
        ten_thousands = section * 10'000;
        wan = true;
      } else {
        if (yi || section + ten_thousands == 0) {
          return std::nullopt;
        }
        total = (section + ten_thousands) * 100'000'000;
        ten_thousands = 0;
        wan = false;
        yi = true;
      }
      section = 0;
      last_power = 99;
    }
    digit = -1;
  }
  if (digit > 0) {
    // 一万五 is 15,000; 一百零五 is 105 and 二十五 is 25.
    section += before >= 2 ? digit * *PowerOfTen(before - 1) : digit;
  } else if (digit == 0 && size > 1) {
    return std::nullopt;
  }
  return LowestTerms({total + ten_thousands + section, 0});
}

// The value of 百万, 千万, 万亿 and the like; nullopt for all else.
std::optional<Decimal> Scanner::ScalesAlone(size_t begin, size_t end) const {
  constexpr int kTenThousand = 4;
  const int small = ScalePower(At(begin));
  const int large = ScalePower(At(begin + 1));
  if (end - begin != 2 || small == 0 || small > kTenThousand || large < kTenThousand ||
      small >= large) {
    return std::nullopt;
  }
  return Decimal{1, small + large};
}

Number Scanner::ChineseAt(size_t i) const {
  Number number;
  size_t end = i;
  bool vague = false;
  // 数十, 上百: vague before a scale.
  if ((At(i) == U'数' || (At(i) == U'上' && (i == 0 || t_[i - 1] != U'以'))) &&
      ScalePower(At(i + 1)) > 0 && !BeginsUnit(i + 1)) {
    vague = true;
    ++end;
  }
  while (true) {
    const char32_t c = At(end);
    // 一九八二|两个: 两 is no digit of a year.
    if (c == U'两' && end > i && DigitAt(end - 1) >= 0 &&
        (DigitAt(end - 1) > 0 || end - i == 1 || DigitAt(end - 2) >= 0)) {
      // 一两年, 三两百个: about so many.
      if (end - i == 1 && !vague && (t_[i] == U'一' || t_[i] == U'三') && IsCounted(end + 1)) {
        vague = true;
        ++end;
        continue;
      }
      break;
    }
    if (DigitAt(end) >= 0 || IsVagueDigit(c)) {
      ++end;
      continue;
    }
    if (ScalePower(c) > 0 && !BeginsUnit(end)) {
      ++end;
      continue;
    }
    // 三十多万, 十余亿.
    if (end > i) {
      const auto inside = words_.inside.Longest(From(end));
      const size_t behind = end + inside.length;
      if (inside.length > 0 && IsBigScale(At(behind)) && !BeginsUnit(behind)) {
        vague = true;
        end = behind;
        continue;
      }
    }
    break;
  }
  if (end == i) {
    return number;
  }
  number.end = end;
  number.vague = vague;
  if (!vague) {
    number.value = ChineseValue(i, end);
    number.vague = !number.value.has_value();
    number.four = end - i == 4 && number.value.has_value() && ScalePower(t_[i + 1]) == 0 &&
                  ScalePower(t_[i + 3]) == 0;
  }
  number.scale_begin = end;
  while (number.scale_begin > i && IsBigScale(t_[number.scale_begin - 1])) {
    number.scale += ScalePower(t_[--number.scale_begin]);
  }
  // 七十八点三, 二点五亿.
  if (At(end) == U'点' && DigitAt(end + 1) >= 0 && number.value.has_value()) {
    size_t digits = end + 1;
    int64_t mantissa = 0;
    while (DigitAt(digits) >= 0) {
      mantissa = digits - end > kMaxDigits ? 0 : mantissa * 10 + DigitAt(digits);
      ++digits;
    }
    const size_t places = digits - end - 1;
    const bool time = ScalePower(At(digits)) == 1 || At(digits) == U'刻' ||
                      (At(digits) == U'分' && At(digits + 1) != U'之');
    if (!time && places <= kMaxDigits) {
      const auto sum = Sum(*number.value, LowestTerms({mantissa, -static_cast<int32_t>(places)}));
      number.value = sum;
      number.four = false;
      number.precision = static_cast<uint16_t>(places);
      while (number.trailing_zeros < places && DigitAt(digits - 1 - number.trailing_zeros) == 0) {
        ++number.trailing_zeros;
      }
      number.end = digits;
      number.scale = 0;
      ReadScales(&number);
    }
  }
  return number;
}

// 25|l|亿元: letters that were read for digits by their shape, before 万 or 亿. What number is
// meant is not known.
size_t Scanner::LookAlikesAt(size_t i) const {
  constexpr size_t kMost = 3;
  size_t end = i;
  while (end - i < kMost && (At(end) == U'l' || At(end) == U'i' || At(end) == U'o' ||
                             (end > i && IsArabic(At(end))))) {
    ++end;
  }
  return end > i && (At(end) == U'万' || At(end) == U'亿') ? end - i : 0;
}

Number Scanner::NumberAt(size_t i) const {
  if (!IsArabic(At(i))) {
    return ChineseAt(i);
  }
  Number number = ArabicAt(i);
  if (const size_t size = LookAlikesAt(number.end); size > 0) {
    number.end += size;
    number.vague = true;
    number.plain = false;
    number.four = false;
  }
  ReadScales(&number);
  // 28万5千, 1亿2000万: parts of falling scale.
  int last = number.scale;
  while (last > 0 && !number.vague && number.value.has_value() && IsArabic(At(number.end))) {
    Number part = ArabicAt(number.end);
    const bool whole = part.precision == 0;
    ReadScales(&part);
    if (!whole || part.vague || !part.value.has_value() || part.scale >= last ||
        !IsBelow(*part.value, last)) {
      break;
    }
    number.value = Sum(*number.value, *part.value);
    number.end = part.end;
    number.scale_begin = part.scale_begin;
    last = part.scale;
  }
  return number;
}

// Sign, inside qualifier and unit behind the number of `element`.
void Scanner::ReadBehindNumber(Element* element) const {
  size_t end = element->number.end;
  if (element->kind == NumeralKind::kCardinal && (At(end) == U'%' || At(end) == U'‰')) {
    element->kind = At(end) == U'%' ? NumeralKind::kPercent : NumeralKind::kPerMille;
    ++end;
  }
  element->number_end = end;
  const auto inside = words_.inside.Longest(From(end));
  uint32_t unit_class = kUnit;
  if (inside.length > 0) {
    const Range unit = UnitAt(end + inside.length, &unit_class);
    if (!unit.empty()) {
      element->inside = MakeRange(end, end + inside.length);
      element->unit = unit;
    }
  }
  if (element->unit.empty()) {
    element->unit = UnitAt(end, &unit_class);
  }
  // 1987年|来华游客: not for so many years.
  if (element->number.four && element->unit.size() == 2 && Has(end, U"年来")) {
    --element->unit.end;
    unit_class = kTime;
  }
  if (!element->unit.empty()) {
    element->unit_class = unit_class;
    end = element->unit.end;
    if (At(end) == U'半' && element->kind == NumeralKind::kCardinal) {
      // 两年半.
      element->unit.end = static_cast<uint32_t>(++end);
      element->vague = true;
    }
  }
  element->end = end;
}

Element Scanner::ElementAt(size_t i) const {
  Element element;
  element.begin = i;
  size_t digits = i;
  if (At(i) == U'第') {
    element.kind = NumeralKind::kOrdinal;
    digits = i + 1;
  } else if (Has(i, U"百分之")) {
    element.kind = NumeralKind::kPercent;
    digits = i + 3;
  } else if (Has(i, U"千分之")) {
    element.kind = NumeralKind::kPerMille;
    digits = i + 3;
  }
  element.number = NumberAt(digits);
  if (!element.number.found()) {
    return element;
  }
  if (element.kind == NumeralKind::kPercent && digits > i && element.number.end == digits + 1 &&
      At(digits) == U'百') {
    element.number.value = Decimal{1, 2};
    element.number.vague = false;
  }
  if (Has(element.number.end, U"分之")) {
    const Number of = NumberAt(element.number.end + 2);
    if (of.found()) {
      element.kind = NumeralKind::kFraction;
      element.number.end = of.end;
    }
  }
  ReadBehindNumber(&element);
  // 千万元 is an amount; 千万 without a unit, 千万吨级 and 两个万亿元台阶 are orders.
  const bool counted = digits > 0 && t_[digits - 1] == U'个';
  if (!counted && element.number.vague && element.kind == NumeralKind::kCardinal &&
      element.inside.empty() && !element.unit.empty() && t_[element.unit.end - 1] != U'级' &&
      At(element.unit.end) != U'级') {
    element.number.value = ScalesAlone(digits, element.number.end);
    element.number.vague = !element.number.value.has_value();
  }
  element.vague = element.vague || element.number.vague;
  return element;
}

bool IsTimeUnit(const Element& element) { return element.unit_class == kTime; }

std::optional<int> SmallValue(const Number& number, int limit) {
  if (!number.value.has_value() || number.precision > 0 || number.scale > 0) {
    return std::nullopt;
  }
  const auto factor = PowerOfTen(number.value->exponent);
  if (!factor.has_value() || !IsBelow(*number.value, 5)) {
    return std::nullopt;
  }
  const int64_t value = number.value->mantissa * *factor;
  return value <= limit ? std::optional<int>(static_cast<int>(value)) : std::nullopt;
}

bool Scanner::ReadDate(const Element& first, bool may_range, Numeral* numeral) const {
  if (first.kind != NumeralKind::kCardinal || first.unit.size() != 1 || first.vague ||
      !first.inside.empty()) {
    return false;
  }
  const char32_t unit = t_[first.unit.begin];
  size_t end = 0;
  Number month;
  if (unit == U'年') {
    const auto year = SmallValue(first.number, 9999);
    month = NumberAt(first.end);
    if (!year.has_value() || !month.found()) {
      return false;
    }
    numeral->year = static_cast<int16_t>(*year);
    end = month.end;
  } else if (unit == U'月') {
    month = first.number;
    end = first.unit.begin;
  } else {
    return false;
  }
  // 2022年1—11月: read as printed.
  bool literal = false;
  if (IsRangeMark(At(end))) {
    const Number last = NumberAt(end + 1);
    if (unit == U'月' || !last.found() || At(last.end) != U'月') {
      return false;
    }
    end = last.end;
    literal = true;
  }
  const auto month_value = SmallValue(month, 12);
  if (At(end) != U'月' || !month_value.has_value() || *month_value == 0) {
    numeral->year = 0;
    return false;
  }
  ++end;
  numeral->month = static_cast<uint8_t>(*month_value);
  const Number day = NumberAt(end);
  if (day.found() && (At(day.end) == U'日' || At(day.end) == U'号')) {
    const auto value = SmallValue(day, 31);
    if (!value.has_value() || literal) {
      literal = true;
    } else {
      numeral->day = static_cast<uint8_t>(*value);
    }
    end = day.end + 1;
  }
  // 1月17日至20日, 2021年12月至2022年3月: read as printed.
  if (may_range && IsRangeMark(At(end)) && !(At(end) == U'—' && At(end + 1) == U'—')) {
    const Element last = ElementAt(end + 1);
    if (last.found() && last.kind == NumeralKind::kCardinal && IsTimeUnit(last)) {
      Numeral rest;
      rest.number = MakeRange(last.begin, last.end);
      end = ReadDate(last, false, &rest) ? rest.number.end : last.end;
      literal = true;
    }
  }
  if (literal) {
    numeral->year = 0;
    numeral->month = 0;
    numeral->day = 0;
  }
  numeral->kind = NumeralKind::kDate;
  numeral->value.reset();
  numeral->unit = {};
  numeral->number.end = static_cast<uint32_t>(end);
  return true;
}

// 2022-01-17, 2022.1.17, 2022/1/17.
bool Scanner::ReadNumericDate(const Element& first, Numeral* numeral) const {
  if (!IsArabic(At(first.begin)) || first.kind != NumeralKind::kCardinal) {
    return false;
  }
  size_t end = first.begin;
  int parts[3] = {};
  char32_t mark = 0;
  for (int part = 0; part < 3; ++part) {
    const size_t begin = end;
    while (IsArabic(At(end)) && end - begin < 5) {
      parts[part] = parts[part] * 10 + static_cast<int>(t_[end++] - U'0');
    }
    const size_t size = end - begin;
    if (part == 0 ? size != 4 : (size == 0 || size > 2)) {
      return false;
    }
    if (part < 2) {
      if (part == 0) {
        mark = At(end);
      }
      if ((mark != U'-' && mark != U'.' && mark != U'/') || At(end) != mark) {
        return false;
      }
      ++end;
    }
  }
  if (IsArabic(At(end)) || (At(end) == mark && IsArabic(At(end + 1))) || parts[0] < 1000 ||
      parts[1] < 1 || parts[1] > 12 || parts[2] < 1 || parts[2] > 31) {
    return false;
  }
  numeral->kind = NumeralKind::kDate;
  numeral->year = static_cast<int16_t>(parts[0]);
  numeral->month = static_cast<uint8_t>(parts[1]);
  numeral->day = static_cast<uint8_t>(parts[2]);
  numeral->value.reset();
  numeral->unit = {};
  numeral->number.end = static_cast<uint32_t>(end);
  return true;
}

// 8时30分, 八点半; 8:30.
bool Scanner::ReadTime(const Element& first, Numeral* numeral) const {
  if (first.kind != NumeralKind::kCardinal || !SmallValue(first.number, 24).has_value()) {
    return false;
  }
  size_t end = first.number.end;
  if (At(end) == U':' && IsArabic(At(end + 1)) && IsArabic(At(end + 2)) && !IsArabic(At(end + 3))) {
    end += 3;
    if (At(end) == U':' && IsArabic(At(end + 1)) && IsArabic(At(end + 2)) &&
        !IsArabic(At(end + 3))) {
      end += 3;
    }
  } else if (At(end) == U'时' || At(end) == U'点') {
    const Number minutes = NumberAt(end + 1);
    if (minutes.found() && At(minutes.end) == U'分' && At(minutes.end + 1) != U'之') {
      end = minutes.end + 1;
      const Number seconds = NumberAt(end);
      if (seconds.found() && At(seconds.end) == U'秒') {
        end = seconds.end + 1;
      }
    } else if (At(end + 1) == U'半' || At(end + 1) == U'整') {
      end += 2;
    } else {
      return false;
    }
  } else {
    return false;
  }
  numeral->kind = NumeralKind::kTime;
  numeral->value.reset();
  numeral->unit = {};
  numeral->number.end = static_cast<uint32_t>(end);
  return true;
}

// 1/3, 1:3; 6+3, 7×24小时, 1+n, 9·11.
bool Scanner::ReadRatio(const Element& first, Numeral* numeral) const {
  size_t end = first.number.end;
  if (!first.number.arabic || first.kind != NumeralKind::kCardinal) {
    return false;
  }
  NumeralKind kind = NumeralKind::kCardinal;
  while (true) {
    const char32_t mark = At(end);
    const char32_t next = At(end + 1);
    if ((mark == U'/' || mark == U':') && IsArabic(next)) {
      kind = NumeralKind::kFraction;
    } else if ((mark == U'+' || mark == U'×' || mark == U'*' || mark == U'·') &&
               (IsArabic(next) || IsLatin(next))) {
      kind = NumeralKind::kSet;
    } else {
      break;
    }
    ++end;
    while (IsArabic(At(end)) || IsLatin(At(end)) || (At(end) == U'.' && IsArabic(At(end + 1)))) {
      ++end;
    }
  }
  if (kind == NumeralKind::kCardinal) {
    return false;
  }
  numeral->kind = kind;
  numeral->value.reset();
  uint32_t unit_class = kUnit;
  numeral->unit = UnitAt(end, &unit_class);
  numeral->number.end = static_cast<uint32_t>(end);
  return true;
}

// 5g, 0632-3080000, 1.2.3: digits that go on with letters, dots or hyphens.
bool Scanner::ReadLabel(const Element& first, Numeral* numeral) const {
  if (!first.number.arabic || first.kind != NumeralKind::kCardinal || first.number.scale > 0) {
    return false;
  }
  size_t end = first.number.end;
  const auto goes_on = [&](size_t i) {
    return IsLatin(At(i)) || IsArabic(At(i)) ||
           ((At(i) == U'.' || At(i) == U'-') && (IsArabic(At(i + 1)) || IsLatin(At(i + 1))));
  };
  const bool letters = IsLatin(At(end)) && first.unit.empty();
  const bool dots = At(end) == U'.' && IsArabic(At(end + 1));
  // A range has one hyphen and no leading zero.
  bool hyphens = false;
  if (At(end) == U'-' && IsArabic(At(end + 1)) && first.number.plain) {
    const Number second = ArabicAt(end + 1);
    hyphens = (At(second.end) == U'-' && IsArabic(At(second.end + 1))) || t_[first.begin] == U'0' ||
              (IsLatin(At(second.end)) && !BeginsUnit(second.end));
  }
  if (!letters && !dots && !hyphens) {
    return false;
  }
  while (goes_on(end)) {
    ++end;
  }
  numeral->kind = NumeralKind::kLabel;
  numeral->value.reset();
  numeral->number.end = static_cast<uint32_t>(end);
  uint32_t unit_class = kUnit;
  numeral->unit = UnitAt(end, &unit_class);
  return true;
}

void Scanner::ReadRange(const Element& first, Numeral* numeral) const {
  const size_t at = first.end;
  const char32_t mark = At(at);
  if (!IsRangeMark(mark) || (mark == U'—' && At(at + 1) == U'—')) {
    return;
  }
  size_t begin = at + 1;
  const Element second = ElementAt(begin);
  // 到一起, 至三月底: a single digit without a measure is no end of a range.
  const bool word = !second.number.arabic && second.number.end == begin + 1 &&
                    second.unit.empty() && second.kind == NumeralKind::kCardinal;
  if (!second.found() || (word && first.kind != NumeralKind::kPercent)) {
    return;
  }
  const auto unit_of = [&](const Element& e) { return t_.substr(e.unit.begin, e.unit.size()); };
  const bool same_unit = unit_of(first) == unit_of(second);
  const bool bare = first.unit.empty() && first.inside.empty();
  const bool kinds_fit =
      first.kind == second.kind ||
      (first.kind == NumeralKind::kCardinal && bare && second.kind != NumeralKind::kFraction &&
       second.kind != NumeralKind::kOrdinal) ||
      (first.kind == NumeralKind::kOrdinal && second.kind == NumeralKind::kCardinal) ||
      // 百分之五至六.
      (first.kind == NumeralKind::kPercent && second.kind == NumeralKind::kCardinal &&
       second.unit.empty() && t_[first.begin] == U'百');
  if (!kinds_fit || !(same_unit || bare)) {
    return;
  }
  numeral->range_mark = mark == U'到' ? U'到' : U'-';
  numeral->kind = first.kind == NumeralKind::kCardinal ? second.kind : first.kind;
  numeral->number.end = static_cast<uint32_t>(second.number_end);
  numeral->scale = MakeRange(second.number.scale_begin, second.number.end);
  numeral->unit = second.unit;
  if (!second.inside.empty()) {
    numeral->qualifiers.push_back({second.inside, QualifierKind::kApproximation});
  }
  numeral->value = first.number.value;
  numeral->second = second.number.value;
  // 三至五万: the scale is for both ends, unless the first would be the greater one (五十至一百).
  if (first.number.scale == 0 && second.number.scale > 0 && first.unit.empty() &&
      first.kind == NumeralKind::kCardinal && numeral->value.has_value() &&
      numeral->second.has_value()) {
    const std::optional<Decimal> scaled = Scaled(numeral->value, second.number.scale);
    if (IsLess(*scaled, *numeral->second)) {
      numeral->value = scaled;
    } else if (!IsLess(*numeral->value, *numeral->second)) {
      numeral->value.reset();
    }
  }
  if (first.vague || second.vague || !numeral->value.has_value() || !numeral->second.has_value()) {
    numeral->kind = NumeralKind::kApproximate;
  }
}

// The rank of a unit of money below that of 元, -1 for none.
int MoneyRank(std::u32string_view unit) {
  constexpr int kFen = 2;
  constexpr int kLi = 3;
  if (unit == U"元" || unit == U"块") {
    return 0;
  }
  if (unit == U"角" || unit == U"毛" || unit == U"角钱" || unit == U"毛钱") {
    return 1;
  }
  return unit == U"分" || unit == U"分钱" ? kFen : unit == U"厘" ? kLi : -1;
}

// 2块5毛, 3分5厘: one amount, in the last of its units.
void Scanner::ReadMoney(const Element& first, Numeral* numeral) const {
  if (first.kind != NumeralKind::kCardinal || first.vague || !first.inside.empty() ||
      first.number.precision > 0 || first.unit.size() != 1) {
    return;
  }
  int rank = MoneyRank(t_.substr(first.unit.begin, first.unit.size()));
  while (rank >= 0) {
    const Element next = ElementAt(UnitEnd(*numeral));
    const int lower = MoneyRank(t_.substr(next.unit.begin, next.unit.size()));
    if (!next.found() || next.kind != NumeralKind::kCardinal || next.vague ||
        !next.inside.empty() || next.number.precision > 0 || lower <= rank ||
        !next.number.value.has_value() || !IsBelow(*next.number.value, 1)) {
      return;
    }
    const std::optional<Decimal> higher = Scaled(numeral->value, lower - rank);
    numeral->value = higher.has_value() ? Sum(*higher, *next.number.value) : std::nullopt;
    numeral->number.end = static_cast<uint32_t>(next.number_end);
    numeral->scale = {};
    numeral->unit = next.unit;
    rank = next.unit.size() == 1 ? lower : -1;
  }
}

void Scanner::ReadQualifiersBefore(size_t limit, Numeral* numeral) const {
  size_t begin = numeral->token.begin;
  for (int i = 0; i < kMaxQualifiers; ++i) {
    const auto match = words_.before.Longest(t_.substr(limit, begin - limit));
    if (match.length == 0 || match.value == kNoQualifier) {
      break;
    }
    const Range range = MakeRange(begin - match.length, begin);
    numeral->qualifiers.insert(numeral->qualifiers.begin(),
                               {range, static_cast<QualifierKind>(match.value)});
    begin = range.begin;
  }
  numeral->token.begin = static_cast<uint32_t>(begin);
}

void Scanner::ReadQualifiersBehind(bool time, Numeral* numeral) const {
  size_t end = UnitEnd(*numeral);
  numeral->token.end = static_cast<uint32_t>(end);
  // “十四五”末: the closing mark of a quoted term does not part it from its qualifier.
  if (numeral->number.begin > 0 && IsQuotation(t_[numeral->number.begin - 1]) &&
      IsQuotation(At(end))) {
    ++end;
  }
  for (int i = 0; i < kMaxQualifiers; ++i) {
    const auto match = words_.behind.Longest(From(end));
    if (match.length == 0 || match.value == kNoQualifier) {
      break;
    }
    const auto kind = static_cast<QualifierKind>(match.value);
    const char32_t next = At(end + match.length);
    if (kind == QualifierKind::kPeriod && (!time || IsArabic(next) || IsChineseNumeral(next))) {
      break;
    }
    numeral->qualifiers.push_back({MakeRange(end, end + match.length), kind});
    end += match.length;
    numeral->token.end = static_cast<uint32_t>(end);
  }
}

// Without the qualifiers before it: token.begin is where the number begins.
std::optional<Numeral> Scanner::NumeralAt(size_t i) const {
  const Element first = ElementAt(i);
  if (!first.found()) {
    return std::nullopt;
  }
  Numeral numeral;
  numeral.kind = first.kind;
  numeral.number = MakeRange(i, first.number_end);
  numeral.scale = MakeRange(first.number.scale_begin, first.number.end);
  numeral.unit = first.unit;
  numeral.value = first.number.value;
  numeral.precision = first.number.precision;
  numeral.trailing_zeros = first.number.trailing_zeros;
  bool time = IsTimeUnit(first);
  if (ReadNumericDate(first, &numeral) || ReadDate(first, true, &numeral)) {
    time = true;
  } else if (!ReadTime(first, &numeral) && !ReadRatio(first, &numeral) &&
             !ReadLabel(first, &numeral)) {
    if (!first.inside.empty()) {
      numeral.qualifiers.push_back({first.inside, QualifierKind::kApproximation});
    }
    if (first.vague && numeral.kind != NumeralKind::kFraction) {
      numeral.kind = NumeralKind::kApproximate;
    }
    const size_t before = UnitEnd(numeral);
    ReadRange(first, &numeral);
    if (UnitEnd(numeral) == before) {
      ReadMoney(first, &numeral);
    }
    uint32_t unit_class = first.unit_class;
    if (UnitEnd(numeral) != before) {
      unit_class = kUnit;
      UnitAt(numeral.unit.empty() ? numeral.number.end : numeral.unit.begin, &unit_class);
      time = unit_class == kTime;
    }
    const std::u32string_view unit = t_.substr(numeral.unit.begin, numeral.unit.size());
    if (numeral.kind == NumeralKind::kCardinal && first.number.four &&
        (unit.starts_with(U'年') && unit != U"年级")) {
      numeral.kind = NumeralKind::kYear;
    }
    if (unit_class == kLiteral && numeral.kind != NumeralKind::kApproximate) {
      numeral.kind = unit.starts_with(U'倍') || unit.starts_with(U'成') || unit == U"番"
                         ? NumeralKind::kMultiple
                         : NumeralKind::kSet;
    }
    // A single Chinese digit or scale without a measure is part of a word (一致, 百姓).
    const bool single = !first.number.arabic && numeral.number.size() <= 1 && numeral.unit.empty();
    // Scales alone are a figure only before a unit (千亿级, 万元).
    if (single && numeral.kind != NumeralKind::kPercent) {
      return std::nullopt;
    }
  }
  if (numeral.kind == NumeralKind::kApproximate || numeral.kind == NumeralKind::kFraction ||
      numeral.kind == NumeralKind::kMultiple || numeral.kind == NumeralKind::kSet) {
    numeral.value.reset();
    numeral.second.reset();
  }
  // 零下5摄氏度, 增长负5%
  const bool below = i >= 2 && t_.substr(i - 2, 2) == U"零下" &&
                     !(i > 2 && (IsArabic(t_[i - 3]) || IsChineseNumeral(t_[i - 3])));
  const bool minus = i > 0 && t_[i - 1] == U'负' && IsArabic(At(i)) &&
                     numeral.kind == NumeralKind::kPercent && (i < 2 || t_[i - 2] != U'担');
  const bool signable = numeral.kind == NumeralKind::kCardinal ||
                        numeral.kind == NumeralKind::kPercent ||
                        numeral.kind == NumeralKind::kApproximate;
  if ((below || minus) && signable) {
    numeral.number.begin = static_cast<uint32_t>(below ? i - 2 : i - 1);
    for (std::optional<Decimal>* value : {&numeral.value, &numeral.second}) {
      if (value->has_value()) {
        (*value)->mantissa = -(*value)->mantissa;
      }
    }
  }
  // A sign, where nothing stands before it that it could join.
  if (i > 0 && IsArabic(At(i)) && (t_[i - 1] == U'-' || t_[i - 1] == U'+' || t_[i - 1] == U'±')) {
    const char32_t before = i > 1 ? t_[i - 2] : U'\0';
    const bool joins = IsArabic(before) || IsLatin(before) || before == U'%' || before == U'‰' ||
                       (t_[i - 1] != U'-' && text::IsHan(before));
    if (!joins && before != U'-') {
      numeral.number.begin = static_cast<uint32_t>(i - 1);
      if (t_[i - 1] == U'-' && numeral.value.has_value() && !numeral.second.has_value()) {
        numeral.value->mantissa = -numeral.value->mantissa;
      } else if (t_[i - 1] == U'±' || numeral.second.has_value()) {
        numeral.kind = NumeralKind::kApproximate;
        numeral.value.reset();
        numeral.second.reset();
      }
    }
  }
  numeral.token = MakeRange(numeral.number.begin, UnitEnd(numeral));
  ReadQualifiersBehind(time, &numeral);
  // 六成五: the digit says the hundredths.
  if (numeral.token.end == numeral.unit.end &&
      t_.substr(numeral.unit.begin, numeral.unit.size()) == U"成" &&
      ChineseDigit(At(numeral.token.end)) > 0 && DigitAt(numeral.token.end + 1) < 0 &&
      !IsCounted(numeral.token.end + 1)) {
    ++numeral.token.end;
  }
  return numeral;
}

// A name of letters and digits that begins with a letter. `*end` is where its letters end when it
// is none.
std::optional<Numeral> Scanner::LatinLabelAt(size_t i, size_t* end) const {
  size_t digits = i;
  while (IsLatin(At(digits))) {
    ++digits;
  }
  *end = digits;
  const size_t gap = At(digits) == U'-' ? 1 : 0;
  if (!IsArabic(At(digits + gap))) {
    return std::nullopt;
  }
  const Element element = ElementAt(digits + gap);
  if (gap == 0 && (element.kind != NumeralKind::kCardinal || element.number.scale > 0 ||
                   !element.unit.empty())) {
    return std::nullopt;  // gdp5.5%: a figure behind a word
  }
  size_t label = digits + gap;
  while (IsArabic(At(label)) || IsLatin(At(label)) ||
         ((At(label) == U'.' || At(label) == U'-' || At(label) == U'+') &&
          (IsArabic(At(label + 1)) || IsLatin(At(label + 1))))) {
    ++label;
  }
  Numeral numeral;
  numeral.kind = NumeralKind::kLabel;
  numeral.number = MakeRange(i, label);
  numeral.token = numeral.number;
  return numeral;
}

// A term in quotation marks that begins with a numeral: “四个意识”, “6+3”.
std::optional<Numeral> Scanner::QuotedTermAt(size_t i) const {
  const char32_t closing = t_[i] == U'“' ? U'”' : t_[i];
  const char32_t first = At(i + 1);
  if (!IsArabic(first) && !IsChineseNumeral(first)) {
    return std::nullopt;
  }
  size_t end = i + 1;
  while (end < t_.size() && t_[end] != closing && end - i <= kMaxQuotedTerm) {
    const char32_t c = t_[end];
    if (!IsArabic(c) && !IsLatin(c) && c != U'+' && c != U'.' && c != U'-' && c != U'×' &&
        !text::IsHan(c)) {
      return std::nullopt;
    }
    ++end;
  }
  if (At(end) != closing || end - i > kMaxQuotedTerm) {
    return std::nullopt;
  }
  // “十五”计划, “五五”时期: a plan by its number, where it says that it is one.
  constexpr std::u32string_view kPlans[] = {U"计划", U"时期", U"期间", U"规划",
                                            U"末",   U"以来", U"普法"};
  const bool plan = end - i <= 3 && t_[end - 1] == U'五' && ChineseDigit(first) != 0 &&
                    !IsArabic(first) &&
                    std::any_of(std::begin(kPlans), std::end(kPlans),
                                [&](std::u32string_view word) { return Has(end + 1, word); });
  // A figure in quotation marks stays a figure; digits alone are a name (“1650”产业体系).
  const auto figure = NumeralAt(i + 1);
  const bool bare = figure.has_value() && figure->token.end == end && IsArabic(first) &&
                    figure->kind == NumeralKind::kCardinal && figure->number.end == end &&
                    figure->scale.empty() && figure->qualifiers.empty();
  if (figure.has_value() && figure->token.end == end && !bare && !plan) {
    return std::nullopt;
  }
  Numeral numeral;
  numeral.kind = NumeralKind::kSet;
  numeral.number = MakeRange(i + 1, end);
  numeral.token = numeral.number;
  ReadQualifiersBehind(true, &numeral);
  return numeral;
}

// Whether the last character of the word at `i` is the first of a year: 同一|九五七年.
bool Scanner::LastBeginsYear(size_t i, size_t size) const {
  constexpr size_t kYearDigits = 4;
  const size_t last = i + size - 1;
  if (!IsChineseNumeral(t_[last]) || !IsChineseNumeral(At(last + 1))) {
    return false;
  }
  const auto numeral = NumeralAt(last);
  return numeral.has_value() &&
         (numeral->kind == NumeralKind::kYear || numeral->kind == NumeralKind::kDate) &&
         numeral->number.size() >= kYearDigits;
}

std::vector<Numeral> Scanner::Run() {
  std::vector<Numeral> numerals;
  size_t i = 0;
  size_t limit = 0;  // where the last token ends
  const auto add = [&](Numeral numeral, bool qualified) {
    if (qualified) {
      ReadQualifiersBefore(limit, &numeral);
    }
    limit = numeral.token.end;
    i = limit;
    numerals.push_back(std::move(numeral));
  };
  while (i < t_.size()) {
    const char32_t c = t_[i];
    if (c > 0xFFFF || !words_.starts[c]) {
      ++i;
      continue;
    }
    if (c == U'“' || c == U'"') {
      if (auto term = QuotedTermAt(i); term.has_value()) {
        add(*std::move(term), false);
      } else {
        ++i;
      }
      continue;
    }
    const auto phrase = words_.sets.Longest(From(i));
    size_t phrase_size = phrase.length;
    if (phrase_size > 0 && phrase.value != kPlainWord) {
      const char32_t next = At(i + phrase_size);
      const char32_t last = t_[i + phrase_size - 1];
      if ((IsChineseNumeral(last) && IsChineseNumeral(next)) ||
          ((IsArabic(last) || IsLatin(last)) && (IsArabic(next) || IsLatin(next))) ||
          (i > limit && (IsArabic(c) || IsLatin(c)) &&
           (IsArabic(t_[i - 1]) || IsLatin(t_[i - 1])))) {
        phrase_size = 0;
      }
    }
    std::optional<Numeral> numeral;
    size_t skip = i + 1;
    if (IsLatin(c)) {
      numeral = LatinLabelAt(i, &skip);
    } else {
      numeral = NumeralAt(i);
    }
    const size_t numeral_size = numeral.has_value() ? UnitEnd(*numeral) - i : 0;
    if (phrase_size > 0 && phrase_size >= numeral_size) {
      if (phrase.value == kPlainWord) {
        i += phrase_size - (LastBeginsYear(i, phrase_size) ? 1 : 0);
        continue;
      }
      Numeral set;
      set.kind = NumeralKind::kSet;
      set.number = MakeRange(i, i + phrase_size);
      set.token = set.number;
      if (phrase.value == kNumberedName) {
        const Element first = ElementAt(i);
        set.number = MakeRange(i, first.number.end);
        set.unit = MakeRange(set.number.end, set.token.end);
        set.value = first.number.value;
      }
      ReadQualifiersBehind(true, &set);
      add(std::move(set), phrase.value == kAmount);
    } else if (numeral.has_value()) {
      const bool qualified = numeral->kind != NumeralKind::kLabel;
      add(*std::move(numeral), qualified);
    } else {
      i = skip;
    }
  }
  return numerals;
}

char32_t NormalUnit(char32_t c) {
  switch (c) {
    case U'，':
      return U',';
    case U'．':
    case U'﹒':
      return U'.';
    case U'％':
    case U'﹪':
      return U'%';
    case U'＋':
      return U'+';
    case U'：':
    case U'∶':
      return U':';
    case U'／':
    case U'∕':
      return U'/';
    case U'－':
    case U'−':
    case U'‐':
    case U'‑':
    case U'–':
      return U'-';
    case U'─':
    case U'―':
    case U'﹘':
      return U'—';
    case U'～':
    case U'〜':
    case U'∼':
      return U'~';
    case U'・':
    case U'•':
    case U'‧':
      return U'·';
    case U'＂':
      return U'"';
    case U'‘':
    case U'「':
    case U'『':
    case U'﹁':
    case U'﹃':
    case U'〝':
      return U'“';
    case U'’':
    case U'」':
    case U'』':
    case U'﹂':
    case U'﹄':
    case U'〞':
      return U'”';
    default:
      return text::FoldLetter(c);
  }
}

bool IsAlphanumeric(char32_t c) { return IsArabic(c) || IsLatin(c); }

}  // namespace

Normalized Normalize(std::u32string_view text) {
  Normalized out;
  out.units.reserve(text.size());
  out.at.reserve(text.size());
  const auto alone = [&text](size_t i) {
    const size_t next = i + 1;
    return next >= text.size() || !text::IsDigit(text[next]);
  };
  size_t space = text.size();  // the last space since the last unit
  size_t group = 0;            // digits in a row that end the units
  for (size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    if (c < 0x3400 || c > 0x9FFF) {
      if (text::IsSpace(c)) {
        space = i;
        continue;
      }
      if (text::IsNoise(c) || text::IsLineBreak(c)) {
        continue;
      }
    }
    const char32_t unit = NormalUnit(c);
    if (space < i && !out.units.empty() && IsAlphanumeric(unit) &&
        IsAlphanumeric(out.units.back())) {
      // 1 8 5 8 亿: digits set apart.
      const bool spaced = group == 1 && IsArabic(unit) && alone(i);
      if (!spaced) {
        out.units.push_back(U' ');
        out.at.push_back(static_cast<uint32_t>(space));
      }
      group = 0;
    }
    space = text.size();
    group = IsArabic(unit) ? group + 1 : 0;
    out.units.push_back(unit);
    out.at.push_back(static_cast<uint32_t>(i));
  }
  return out;
}

std::vector<Numeral> Scan(std::u32string_view units) { return Scanner(units).Run(); }

}  // namespace quotes::figures::internal
