#ifndef QUOTES_SERVICE_FIGURES_DECIMAL_H_
#define QUOTES_SERVICE_FIGURES_DECIMAL_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Arithmetic of exact decimal numbers. Pure functions; thread-safe.
namespace quotes::figures {

// An exact decimal number, mantissa × 10^exponent, in lowest terms (the mantissa does not end in 0;
// zero is 0 × 10^0), so that equal numbers are equal structs.
struct Decimal {
  int64_t mantissa = 0;
  int32_t exponent = 0;

  friend bool operator==(const Decimal&, const Decimal&) = default;
};

// The same number in lowest terms.
Decimal LowestTerms(Decimal decimal);

// By value.
std::strong_ordering Compare(const Decimal& a, const Decimal& b);

// The product; nullopt if its mantissa does not fit.
std::optional<Decimal> Multiply(const Decimal& a, const Decimal& b);

// Digits before and behind the point, without an exponent: "-1.5", "28000000000", "0".
std::string ToString(const Decimal& decimal);

// What ToString gives, and other spellings of it: a sign (+ or -), digits and one point between
// them ("007.50"). nullopt for all else, and for more than 18 significant digits or 40 digits.
std::optional<Decimal> ParseDecimal(std::string_view text);

}  // namespace quotes::figures

#endif  // QUOTES_SERVICE_FIGURES_DECIMAL_H_
