#ifndef QUOTES_SERVICE_ARCHIVE_QUOTE_ATTRIBUTES_H_
#define QUOTES_SERVICE_ARCHIVE_QUOTE_ATTRIBUTES_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "service/archive/archive.h"
#include "service/archive/entry.h"
#include "service/archive/salience.h"
#include "service/base/check.h"
#include "service/report/report.h"

namespace quotes::archive {

// What orders and filters ask of a quote beside its report, section, text and themes, in one byte:
// whether its segment makes it a stock phrase, salience, whether it has figures, mode. Below
// kAttributeCount.
using QuoteAttributes = uint8_t;
inline constexpr size_t kAttributeCount = 128;

namespace attributes_internal {
inline constexpr unsigned kModes = 8;  // of report::Mode, and a place for one more
inline constexpr unsigned kFiguresBit = kModes;
inline constexpr unsigned kSalienceUnit = 2 * kFiguresBit;
inline constexpr unsigned kStockBit = kSaliences * kSalienceUnit;
}  // namespace attributes_internal

// `stock`: limits::kFormulaicReports of the entries of its segment have its words inside a quote of
// the same kind (speech or furniture).
inline QuoteAttributes AttributesOf(const Entry& entry, uint32_t index, bool stock) {
  using namespace attributes_internal;
  const PackedQuote& quote = entry.quotes()[index];
  const auto mode = static_cast<unsigned>(quote.mode);
  QUOTES_CHECK(mode < kModes);
  const auto salience =
      static_cast<unsigned>(SalienceOf(entry.text(index), quote.lead, quote.has_figures));
  return static_cast<QuoteAttributes>((stock ? kStockBit : 0) + salience * kSalienceUnit +
                                      (quote.has_figures ? kFiguresBit : 0) + mode);
}

// Of what the quote is, were it no stock phrase.
inline Salience SalienceIn(QuoteAttributes attributes) {
  return static_cast<Salience>(attributes / attributes_internal::kSalienceUnit % kSaliences);
}
inline bool IsStockIn(QuoteAttributes attributes) {
  return (attributes & attributes_internal::kStockBit) != 0;
}
// A heading, or the quote that begins a section.
inline bool IsLead(Salience salience) {
  return salience == Salience::kLead || salience == Salience::kFormal;
}

// Some of all attributes. A value.
class AttributeSet {
 public:
  // All of them.
  AttributeSet() = default;

  // Those that a filter lets through, by mode and figures.
  static AttributeSet Passing(const Filter& filter) {
    using namespace attributes_internal;
    AttributeSet set;
    if (filter.modes.empty() && !filter.with_figures.has_value()) {
      return set;
    }
    for (unsigned attributes = 0; attributes < kAttributeCount; ++attributes) {
      const auto mode = static_cast<report::Mode>(attributes % kModes);
      if ((!filter.modes.empty() &&
           std::find(filter.modes.begin(), filter.modes.end(), mode) == filter.modes.end()) ||
          (filter.with_figures.has_value() &&
           ((attributes & kFiguresBit) != 0) != *filter.with_figures)) {
        set.words_[attributes / 64] &= ~(uint64_t{1} << (attributes % 64));
      }
    }
    return set;
  }

  // Its part with a salience.
  AttributeSet With(Salience salience) const {
    using namespace attributes_internal;
    const uint64_t each = ((uint64_t{1} << kSalienceUnit) - 1)
                          << (static_cast<unsigned>(salience) * kSalienceUnit);
    return {words_[0] & each, words_[1] & each};
  }
  // Its part that segments make stock phrases, and the rest.
  AttributeSet Stock() const { return {0, words_[1]}; }
  AttributeSet Fresh() const { return {words_[0], 0}; }

  bool all() const { return (words_[0] & words_[1]) == ~uint64_t{0}; }
  bool Has(QuoteAttributes attributes) const {
    return ((words_[attributes / 64] >> (attributes % 64)) & 1) != 0;
  }

  AttributeSet operator|(AttributeSet other) const {
    return {words_[0] | other.words_[0], words_[1] | other.words_[1]};
  }

 private:
  static_assert(attributes_internal::kStockBit == 64 && kAttributeCount == 128);
  AttributeSet(uint64_t fresh, uint64_t stock) : words_{fresh, stock} {}

  // Bit a % 64 of words_[a / 64] for attributes a.
  std::array<uint64_t, 2> words_ = {~uint64_t{0}, ~uint64_t{0}};
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_QUOTE_ATTRIBUTES_H_
