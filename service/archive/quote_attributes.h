#ifndef QUOTES_SERVICE_ARCHIVE_QUOTE_ATTRIBUTES_H_
#define QUOTES_SERVICE_ARCHIVE_QUOTE_ATTRIBUTES_H_

#include <cstddef>
#include <cstdint>

#include "service/archive/archive.h"
#include "service/archive/entry.h"
#include "service/archive/salience.h"
#include "service/base/check.h"
#include "service/report/report.h"

namespace quotes::archive {

// What orders and filters ask of a quote beside its report, section, text and themes, in one byte:
// salience, whether it has figures, mode. Below kAttributeCount.
using QuoteAttributes = uint8_t;
inline constexpr size_t kAttributeCount = 64;

namespace attributes_internal {
inline constexpr unsigned kModes = 8;  // of report::Mode, and a place for one more
inline constexpr unsigned kFiguresBit = kModes;
inline constexpr unsigned kSalienceUnit = 2 * kFiguresBit;
}  // namespace attributes_internal

inline QuoteAttributes AttributesOf(const Entry& entry, uint32_t index) {
  using namespace attributes_internal;
  const PackedQuote& quote = entry.quotes()[index];
  const auto mode = static_cast<unsigned>(quote.mode);
  QUOTES_CHECK(mode < kModes);
  const auto salience =
      static_cast<unsigned>(SalienceOf(entry.text(index), quote.lead, quote.has_figures));
  return static_cast<QuoteAttributes>(salience * kSalienceUnit +
                                      (quote.has_figures ? kFiguresBit : 0) + mode);
}

inline Salience SalienceIn(QuoteAttributes attributes) {
  return static_cast<Salience>(attributes / attributes_internal::kSalienceUnit);
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
    if (!filter.modes.empty()) {
      set.bits_ = 0;
      for (const report::Mode mode : filter.modes) {
        const auto number = static_cast<unsigned>(mode);
        for (unsigned first = 0; number < kModes && first < kAttributeCount; first += kModes) {
          set.bits_ |= Bit(first + number);
        }
      }
    }
    if (filter.with_figures.has_value()) {
      for (unsigned attributes = 0; attributes < kAttributeCount; ++attributes) {
        if (((attributes & kFiguresBit) != 0) != *filter.with_figures) {
          set.bits_ &= ~Bit(attributes);
        }
      }
    }
    return set;
  }

  // Its part with a salience.
  AttributeSet With(Salience salience) const {
    using namespace attributes_internal;
    AttributeSet set;
    set.bits_ = bits_ & (((uint64_t{1} << kSalienceUnit) - 1)
                         << (static_cast<unsigned>(salience) * kSalienceUnit));
    return set;
  }

  bool all() const { return bits_ == ~uint64_t{0}; }
  bool Has(QuoteAttributes attributes) const { return (bits_ & Bit(attributes)) != 0; }

  AttributeSet operator|(AttributeSet other) const {
    AttributeSet set;
    set.bits_ = bits_ | other.bits_;
    return set;
  }

 private:
  static uint64_t Bit(unsigned attributes) { return uint64_t{1} << attributes; }

  uint64_t bits_ = ~uint64_t{0};
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_QUOTE_ATTRIBUTES_H_
