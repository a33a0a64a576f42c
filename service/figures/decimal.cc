#include "service/figures/decimal.h"

#include <cstddef>
#include <limits>

namespace quotes::figures {
namespace {

// Digits of a mantissa that surely fit into 64 bits, and characters of a number that is read.
constexpr int kMaxSignificant = 18;
constexpr size_t kMaxDigits = 40;

int CountDigits(int64_t mantissa) {
  int digits = 0;
  for (; mantissa != 0; mantissa /= 10) {
    ++digits;
  }
  return digits;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Decimal LowestTerms(Decimal d) {
  if (d.mantissa == 0) {
    return {};
  }
  while (d.mantissa % 10 == 0) {
    d.mantissa /= 10;
    ++d.exponent;
  }
  return d;
}

std::strong_ordering Compare(const Decimal& a, const Decimal& b) {
  const auto sign = [](const Decimal& d) { return d.mantissa > 0 ? 1 : d.mantissa < 0 ? -1 : 0; };
  if (sign(a) != sign(b) || sign(a) == 0) {
    return sign(a) <=> sign(b);
  }
  const int64_t order_a = int64_t{CountDigits(a.mantissa)} + a.exponent;
  const int64_t order_b = int64_t{CountDigits(b.mantissa)} + b.exponent;
  if (order_a != order_b) {
    return sign(a) > 0 ? order_a <=> order_b : order_b <=> order_a;
  }
  // Of one order: the exponents differ by less than the digits of a mantissa, which fit twice.
  __extension__ using Wide = __int128;
  Wide wide_a = a.mantissa;
  Wide wide_b = b.mantissa;
  for (int64_t i = b.exponent; i < a.exponent; ++i) {
    wide_a *= 10;
  }
  for (int64_t i = a.exponent; i < b.exponent; ++i) {
    wide_b *= 10;
  }
  return wide_a < wide_b   ? std::strong_ordering::less
         : wide_a > wide_b ? std::strong_ordering::greater
                           : std::strong_ordering::equal;
}

std::optional<Decimal> Multiply(const Decimal& a, const Decimal& b) {
  Decimal product;
  if (__builtin_mul_overflow(a.mantissa, b.mantissa, &product.mantissa) ||
      __builtin_add_overflow(a.exponent, b.exponent, &product.exponent)) {
    return std::nullopt;
  }
  return LowestTerms(product);
}

std::string ToString(const Decimal& decimal) {
  const std::string signed_digits = std::to_string(decimal.mantissa);
  const size_t sign = decimal.mantissa < 0 ? 1 : 0;
  const std::string_view digits = std::string_view(signed_digits).substr(sign);
  std::string out(sign, '-');
  if (decimal.exponent >= 0) {
    out += digits;
    out.append(static_cast<size_t>(decimal.exponent), '0');
    return out;
  }
  const auto places = static_cast<size_t>(-int64_t{decimal.exponent});
  const size_t whole = digits.size() > places ? digits.size() - places : 0;
  out += whole > 0 ? digits.substr(0, whole) : std::string_view("0");
  out += '.';
  out.append(places - (digits.size() - whole), '0');
  out += digits.substr(whole);
  return out;
}

std::optional<Decimal> ParseDecimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) {
    text.remove_prefix(1);
  }
  if (text.empty() || text.size() > kMaxDigits || !IsDigit(text.front()) || !IsDigit(text.back())) {
    return std::nullopt;
  }
  const size_t point = text.find('.');
  // Zeros at the end are no significant digits.
  size_t significant_end = text.size();
  while (point != std::string_view::npos && text[significant_end - 1] == '0') {
    --significant_end;
  }
  Decimal decimal;
  int significant = 0;
  int zeros = 0;  // behind the digits taken so far
  for (size_t i = 0; i < significant_end; ++i) {
    if (i == point) {
      continue;
    }
    if (!IsDigit(text[i])) {
      return std::nullopt;
    }
    if (i > point && point != std::string_view::npos) {
      --decimal.exponent;
    }
    if (text[i] == '0') {
      zeros += significant > 0 ? 1 : 0;
      continue;
    }
    significant += zeros + 1;
    if (significant > kMaxSignificant) {
      return std::nullopt;
    }
    for (; zeros > 0; --zeros) {
      decimal.mantissa *= 10;
    }
    decimal.mantissa = decimal.mantissa * 10 + (text[i] - '0');
  }
  decimal.exponent += decimal.mantissa != 0 ? zeros : 0;
  decimal.mantissa = negative ? -decimal.mantissa : decimal.mantissa;
  return LowestTerms(decimal);
}

}  // namespace quotes::figures
