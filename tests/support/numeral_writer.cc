#include "tests/support/numeral_writer.h"

#include <optional>

#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::testing {
namespace {

using figures::Decimal;
using figures::Numeral;
using figures::NumeralKind;

constexpr int64_t kMostWhole = 999'999'999'999;

// Up to 9999, without a leading 零; 0 is empty.
std::u32string ChineseSection(int value) {
  static constexpr char32_t kScales[] = {U'千', U'百', U'十', U'\0'};
  std::u32string out;
  bool zero = false;
  for (int i = 0, unit = 1000; i < 4; ++i, unit /= 10) {
    const int digit = value / unit % 10;
    if (digit == 0) {
      zero = !out.empty();
      continue;
    }
    if (zero) {
      out += U'零';
      zero = false;
    }
    out += kChineseDigits[static_cast<size_t>(digit)];
    if (kScales[i] != U'\0') {
      out += kScales[i];
    }
  }
  return out;
}

// The value as a whole number, if it is one that ChineseNumber writes.
std::optional<int64_t> Whole(const Decimal& value) {
  int64_t whole = value.mantissa;
  if (value.exponent < 0 || whole <= 0) {
    return std::nullopt;
  }
  for (int32_t i = 0; i < value.exponent; ++i) {
    if (whole > kMostWhole / 10) {
      return std::nullopt;
    }
    whole *= 10;
  }
  return whole <= kMostWhole ? std::optional(whole) : std::nullopt;
}

std::u32string Arabic(int64_t value) { return text::ToCodePoints(std::to_string(value)); }

// A positive decimal in Arabic digits; empty above 10^12.
std::u32string ArabicDecimal(const Decimal& value) {
  if (const std::optional<int64_t> whole = Whole(value); whole.has_value()) {
    return Arabic(*whole);
  }
  if (value.exponent >= 0 || value.exponent < -9 || value.mantissa <= 0) {
    return U"";
  }
  std::u32string digits = Arabic(value.mantissa);
  const auto places = static_cast<size_t>(-value.exponent);
  if (digits.size() <= places) {
    digits.insert(0, places + 1 - digits.size(), U'0');
  }
  digits.insert(digits.size() - places, 1, U'.');
  return digits;
}

// 十五 rather than 一十五 where the number begins with it.
std::u32string Spoken(int64_t value) {
  const std::u32string chinese = value == 0 ? U"零" : ChineseNumber(value);
  return chinese.starts_with(U"一十") ? chinese.substr(1) : chinese;
}

// A positive decimal in Chinese; empty where it cannot be written.
std::u32string ChineseDecimal(const Decimal& value) {
  if (const std::optional<int64_t> whole = Whole(value); whole.has_value()) {
    return Spoken(*whole);
  }
  const std::u32string arabic = ArabicDecimal(value);
  const size_t point = arabic.find(U'.');
  if (point == std::u32string::npos || point > 9) {
    return U"";
  }
  std::u32string chinese = Spoken(std::stoll(text::ToUtf8(arabic.substr(0, point)))) + U"点";
  for (const char32_t digit : arabic.substr(point + 1)) {
    chinese += kChineseDigits[digit - U'0'];
  }
  return chinese;
}

}  // namespace

std::u32string ChineseNumber(int64_t value) {
  if (value == 0) {
    return U"零";
  }
  static constexpr std::u32string_view kScales[] = {U"亿", U"万", U""};
  const int sections[] = {static_cast<int>(value / 100'000'000),
                          static_cast<int>(value / 10'000 % 10'000),
                          static_cast<int>(value % 10'000)};
  std::u32string out;
  for (size_t i = 0; i < 3; ++i) {
    if (sections[i] == 0) {
      continue;
    }
    // A gap before this section is said once.
    const bool gap = !out.empty() && (sections[i] < 1000 || sections[i - 1] % 10 == 0);
    out += gap && sections[i] < 1000 ? U"零" : U"";
    out += ChineseSection(sections[i]);
    out += kScales[i];
  }
  return out;
}

std::vector<Restatement> Restatements(std::u32string_view text) {
  std::vector<Restatement> all;
  for (const Numeral& numeral : figures::FindNumerals(text)) {
    if (!numeral.value.has_value() || numeral.second.has_value() || numeral.trailing_zeros > 0 ||
        numeral.value->mantissa <= 0) {
      continue;
    }
    const std::u32string_view printed = text.substr(numeral.number.begin, numeral.number.size());
    bool arabic = false;
    bool plain = true;  // no width, grouping, sign or noise that another notation would drop
    for (const char32_t c : printed) {
      arabic = arabic || (c >= U'0' && c <= U'9');
      plain = plain && (text::IsHan(c) || (c >= U'0' && c <= U'9') || c == U'.' || c == U'%');
    }
    if (!plain) {
      continue;
    }
    const auto add = [&](std::string_view notation, const std::u32string& written) {
      if (!written.empty() && written != printed) {
        all.push_back({notation, numeral.number, written});
      }
    };
    const Decimal& value = *numeral.value;
    switch (numeral.kind) {
      case NumeralKind::kCardinal: {
        if (!arabic) {
          add("Arabic", ArabicDecimal(value));
          break;
        }
        add("Chinese", ChineseDecimal(value));
        const std::optional<int64_t> whole = Whole(value);
        if (whole.has_value() && *whole >= 10'000 && *whole % 100 == 0) {
          Decimal scaled{*whole, -4};
          while (scaled.exponent < 0 && scaled.mantissa % 10 == 0) {
            scaled.mantissa /= 10;
            ++scaled.exponent;
          }
          add("scaled", ArabicDecimal(scaled) + U"万");
        }
        if (whole.has_value() && *whole >= 1'000) {
          std::u32string grouped = Arabic(*whole);
          for (size_t at = grouped.size(); at > 3;) {
            at -= 3;
            grouped.insert(at, 1, U',');
          }
          add("grouped", grouped);
        }
        break;
      }
      case NumeralKind::kPercent: {
        const std::u32string chinese = ChineseDecimal(value);
        if (arabic && printed.ends_with(U"%") && !chinese.empty()) {
          add("per cent", U"百分之" + chinese);
        } else if (!arabic) {
          add("per cent", ArabicDecimal(value) + U"%");
        }
        break;
      }
      case NumeralKind::kYear: {
        std::u32string year;
        for (const char32_t c : printed) {
          year += c >= U'0' && c <= U'9' ? (c == U'0' ? U'〇' : kChineseDigits[c - U'0']) : c;
        }
        add("Chinese", year);
        break;
      }
      default:
        break;
    }
  }
  return all;
}

}  // namespace quotes::testing
