#ifndef QUOTES_SERVICE_ARCHIVE_TEXT_INDEX_UNITS_H_
#define QUOTES_SERVICE_ARCHIVE_TEXT_INDEX_UNITS_H_

#include <cstdint>
#include <span>
#include <string>

// What TextIndexBuilder and TextIndex have to agree upon beside the layout.
namespace quotes::archive {

// Units that the tree of prefixes knows.
inline constexpr uint32_t kPrefixDepth = 3;
inline constexpr uint32_t kPlaceBlock = 64;  // places per entry of the quote map
inline constexpr char16_t kTextEnd = u'\0';

inline bool IsLowSurrogate(char16_t unit) { return (unit & 0xfc00) == 0xdc00; }

// Appends a code point in UTF-16.
inline void AppendUtf16(char32_t c, std::u16string* out) {
  if (c < 0x10000) {
    out->push_back(static_cast<char16_t>(c));
  } else {
    out->push_back(static_cast<char16_t>(0xd800 + ((c - 0x10000) >> 10)));
    out->push_back(static_cast<char16_t>(0xdc00 + ((c - 0x10000) & 0x3ff)));
  }
}

// The quote that a place of the text is in.
inline uint32_t QuoteAt(std::span<const uint32_t> starts, std::span<const uint32_t> quote_of_block,
                        uint32_t place) {
  uint32_t quote = quote_of_block[place / kPlaceBlock];
  // Mostly one step or two, which a processor cannot foresee: taken without a branch.
  quote += starts[quote + 1] <= place ? 1u : 0u;
  quote += starts[quote + 1] <= place ? 1u : 0u;
  while (starts[quote + 1] <= place) {
    ++quote;
  }
  return quote;
}

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_TEXT_INDEX_UNITS_H_
