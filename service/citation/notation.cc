#include "service/citation/notation.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "service/figures/numeral.h"
#include "service/text/utf8.h"

namespace quotes::citation {
namespace {

// Numerals are written out in digits up to this power of ten.
constexpr int kMaxExponent = 18;
// Digits before the point that can be read out: up to 万亿.
constexpr size_t kMaxWhole = 16;
constexpr std::u32string_view kDigits = U"零一二三四五六七八九";

std::string Digits(const figures::Decimal& value) {
  std::string digits = absl::StrCat(value.mantissa < 0 ? -value.mantissa : value.mantissa);
  if (value.exponent >= 0) {
    digits.append(static_cast<size_t>(value.exponent), '0');
  } else {
    const auto fraction = static_cast<size_t>(-value.exponent);
    const std::string padded = absl::StrCat(std::string(fraction + 1, '0'), digits);
    const size_t point = padded.size() - fraction;
    const size_t first = std::min(padded.find_first_not_of('0'), point - 1);
    digits = absl::StrCat(padded.substr(first, point - first), ".", padded.substr(point));
  }
  return value.mantissa < 0 ? absl::StrCat("-", digits) : digits;
}

char32_t Chinese(char digit) { return kDigits[static_cast<size_t>(digit - '0')]; }

// One to four digits: 二百零四, and 十四 but 一百一十四.
std::u32string Thousands(std::string_view digits, bool first) {
  constexpr std::u32string_view kPlaces = U"个十百千";
  std::u32string text;
  bool zero = false;
  for (size_t i = 0; i < digits.size(); ++i) {
    const size_t place = digits.size() - 1 - i;
    if (digits[i] == '0') {
      zero = !text.empty() || !first;
      continue;
    }
    text.append(zero ? 1 : 0, kDigits[0]);
    zero = false;
    if (!(place == 1 && digits[i] == '1' && text.empty() && first)) {
      text += Chinese(digits[i]);
    }
    text.append(place > 0 ? 1 : 0, kPlaces[place]);
  }
  return text;
}

// A number in digits as it is read out behind a word: 一万五千, 百分之三点五. REQUIRES: at most
// kMaxWhole digits before the point.
std::u32string ReadOut(std::u32string_view word, std::string_view digits) {
  constexpr std::u32string_view kScales[] = {U"", U"万", U"亿", U"万亿"};
  const std::string_view whole = digits.substr(0, digits.find('.'));
  const std::string_view fraction =
      whole.size() < digits.size() ? digits.substr(whole.size() + 1) : std::string_view();
  std::u32string text(word);
  size_t groups = (whole.size() + 3) / 4;
  for (size_t at = 0; at < whole.size(); --groups) {
    const size_t end = whole.size() - 4 * (groups - 1);
    const std::u32string group = Thousands(whole.substr(at, end - at), text.size() == word.size());
    text += group;
    text += group.empty() ? U"" : kScales[groups - 1];
    at = end;
  }
  text.append(text.size() == word.size() ? 1 : 0, kDigits[0]);
  text.append(fraction.empty() ? 0 : 1, U'点');
  for (const char digit : fraction) {
    text += Chinese(digit);
  }
  return text;
}

std::u32string DigitByDigit(std::string_view digits) {
  std::u32string text;
  for (const char digit : digits) {
    text += digit == '0' ? U'〇' : Chinese(digit);
  }
  return text;
}

// Calls write(numeral) for the text in place of each numeral; empty to leave it.
template <typename Write>
std::u32string Rewritten(const Annotated& annotated, Write write) {
  const std::u32string_view text = annotated.text();
  std::u32string out;
  uint32_t at = 0;
  for (const figures::Numeral& numeral : annotated.numerals()) {
    const std::u32string written = write(numeral);
    if (written.empty()) {
      continue;
    }
    out += text.substr(at, numeral.number.begin - at);
    out += written;
    at = numeral.number.end;
  }
  out += text.substr(at);
  return out == text ? std::u32string() : out;
}

bool HasOneValue(const figures::Numeral& numeral) {
  return numeral.value.has_value() && !numeral.second.has_value() &&
         std::abs(numeral.value->exponent) <= kMaxExponent;
}

}  // namespace

std::u32string InArabicDigits(const Annotated& text) {
  return Rewritten(text, [](const figures::Numeral& numeral) {
    std::string digits;
    if (numeral.kind == figures::NumeralKind::kDate) {
      digits =
          absl::StrCat(numeral.year > 0 ? absl::StrCat(numeral.year, "年") : "", int{numeral.month},
                       "月", numeral.day > 0 ? absl::StrCat(int{numeral.day}, "日") : "");
    } else if (HasOneValue(numeral)) {
      digits = Digits(*numeral.value);
      digits += numeral.kind == figures::NumeralKind::kPercent ? "%" : "";
    }
    return text::ToCodePoints(digits);
  });
}

std::u32string InChineseNumerals(const Annotated& text) {
  return Rewritten(text, [](const figures::Numeral& numeral) -> std::u32string {
    if (!HasOneValue(numeral) || numeral.value->mantissa < 0) {
      return {};
    }
    const std::string digits = Digits(*numeral.value);
    if (digits.substr(0, digits.find('.')).size() > kMaxWhole) {
      return {};
    }
    switch (numeral.kind) {
      case figures::NumeralKind::kYear:
        return DigitByDigit(digits);
      case figures::NumeralKind::kPercent:
        return ReadOut(U"百分之", digits);
      case figures::NumeralKind::kPerMille:
        return ReadOut(U"千分之", digits);
      case figures::NumeralKind::kOrdinal:
        return ReadOut(U"第", digits);
      case figures::NumeralKind::kCardinal:
        return ReadOut({}, digits);
      default:
        return {};
    }
  });
}

}  // namespace quotes::citation
