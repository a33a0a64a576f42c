#ifndef QUOTES_SERVICE_ARCHIVE_THEME_POSTINGS_H_
#define QUOTES_SERVICE_ARCHIVE_THEME_POSTINGS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "service/archive/flat.h"
#include "service/archive/packed_document.h"
#include "service/archive/quote_attributes.h"
#include "service/themes/scheme.h"

namespace quotes::archive {

// Ascending numbers of quotes.
using Postings = std::span<const uint32_t>;
// Disjoint ones.
using PostingLists = absl::InlinedVector<Postings, 48>;

// The quotes of each theme and those below it, by index of the scheme: as one list, and once more
// grouped by attributes, so that those with some attributes are had without a look at the others.
// Themes that many quotes have are bits too. A view of a block. Thread-compatible.
class ThemePostings {
 public:
  struct Layout {
    ArrayRef begins;
    ArrayRef numbers;
    ArrayRef group_begins;
    ArrayRef groups;
    ArrayRef grouped;
    ArrayRef bit_begins;
    ArrayRef bits;
  };
  class Builder;

  ThemePostings() = default;
  ThemePostings(const std::byte* block, const Layout& layout)
      : begins_(ArrayAt<uint32_t>(block, layout.begins)),
        numbers_(ArrayAt<uint32_t>(block, layout.numbers)),
        group_begins_(ArrayAt<uint32_t>(block, layout.group_begins)),
        groups_(ArrayAt<Group>(block, layout.groups)),
        grouped_(ArrayAt<uint32_t>(block, layout.grouped)),
        bit_begins_(ArrayAt<uint32_t>(block, layout.bit_begins)),
        bits_(ArrayAt<uint64_t>(block, layout.bits)) {}

  Postings operator[](size_t theme) const {
    return numbers_.subspan(begins_[theme], begins_[theme + 1] - begins_[theme]);
  }

  // Lists that together have the quotes of a theme with some attributes; none is empty.
  PostingLists With(size_t theme, AttributeSet attributes) const;

  // Bit n % 64 of word n / 64 for each quote n of the theme; empty where they are too few.
  std::span<const uint64_t> Bits(size_t theme) const {
    return bits_.subspan(bit_begins_[theme], bit_begins_[theme + 1] - bit_begins_[theme]);
  }

 private:
  // The quotes of one theme with the same attributes: grouped[begin, begin of the next group).
  struct Group {
    uint32_t attributes = 0;
    uint32_t begin = 0;
  };

  std::span<const uint32_t> begins_;  // into numbers_, by theme; one more at the end
  std::span<const uint32_t> numbers_;
  std::span<const uint32_t> group_begins_;  // into groups_, by theme; one more at the end
  std::span<const Group> groups_;           // by theme, then attributes; one more at the end
  std::span<const uint32_t> grouped_;
  std::span<const uint32_t> bit_begins_;  // into bits_, by theme; one more at the end
  std::span<const uint64_t> bits_;
};

class ThemePostings::Builder {
 public:
  // `scheme` outlives the object.
  explicit Builder(const themes::Scheme& scheme)
      : scheme_(scheme), numbers_(scheme.themes().size()), attributes_(scheme.themes().size()) {}

  // Numbers ascend.
  void Add(uint32_t number, QuoteAttributes attributes,
           std::span<const PackedAssignment> assignments);

  // All numbers are below `universe`; 0: there shall be no bits.
  Layout Write(uint32_t universe, ByteSink* sink) const;

 private:
  const themes::Scheme& scheme_;
  // By theme.
  std::vector<std::vector<uint32_t>> numbers_;
  std::vector<std::vector<QuoteAttributes>> attributes_;
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_THEME_POSTINGS_H_
