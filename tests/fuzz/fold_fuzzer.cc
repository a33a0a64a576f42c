// Folding any text keeps the promises of its header, and both implementations agree on the map.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "service/base/check.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/support/fold_oracle.h"

// The first bytes choose the match that is checked, the rest is the text.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uint64_t match = 0;
  size_t used = 0;
  for (; used < size && used < 3; ++used) {
    match = match << 8 | data[used];
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data) + used, size - used);
  const std::u32string text = quotes::text::ToCodePoints(bytes);
  QUOTES_CHECK(quotes::testing::BrokenPromise(text, match).empty());
  // UTF-32 too: surrogates and values that are no characters get through as they are.
  std::u32string raw;
  for (size_t i = used; i + 4 <= size; i += 4) {
    raw.push_back(static_cast<char32_t>(data[i]) << 24 | static_cast<char32_t>(data[i + 1]) << 16 |
                  static_cast<char32_t>(data[i + 2]) << 8 | data[i + 3]);
  }
  QUOTES_CHECK(quotes::testing::BrokenPromise(raw, match).empty());
  return 0;
}
