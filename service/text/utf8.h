#ifndef QUOTES_SERVICE_TEXT_UTF8_H_
#define QUOTES_SERVICE_TEXT_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace quotes::text {

// Byte offset of the first sequence that is not well-formed UTF-8 (Unicode 15, table 3-7:
// surrogates, overlong forms and values above U+10FFFF are none), or nullopt.
std::optional<size_t> FindInvalidUtf8(std::string_view bytes);

// Converts well-formed UTF-8. Each maximal subpart of a malformed sequence becomes U+FFFD: callers
// at the rim have refused those before.
std::u32string ToCodePoints(std::string_view utf8);

// Converts code points; surrogates and values above U+10FFFF become U+FFFD.
std::string ToUtf8(std::u32string_view text);
void AppendUtf8(char32_t c, std::string* out);
void AppendUtf8(std::u32string_view text, std::string* out);

// ToCodePoints(utf8).size().
size_t CountCodePoints(std::string_view utf8);

// Units in which callers count offsets.
enum class OffsetUnit { kCodePoints, kUtf16, kUtf8Bytes };

// The offset of code point `index` of `text` in the given unit. Takes time in proportion to
// `index`. REQUIRES: index <= text.size().
size_t OffsetInUnit(std::u32string_view text, size_t index, OffsetUnit unit);

// The code point at `offset` units: the reverse of OffsetInUnit. nullopt for an offset behind the
// end or inside a character.
std::optional<size_t> IndexAtOffset(std::u32string_view text, uint64_t offset, OffsetUnit unit);

// Columns on a terminal: East Asian wide and full-width characters take two, combining and
// zero-width characters, controls and the later letters of a Hangul syllable none (ICU's
// East_Asian_Width). Characters of ambiguous width (“ ” — … ①) take one, as terminals in UTF-8
// draw them unless told otherwise. Each code point counts by itself: an emoji made of several is
// counted too wide.
int DisplayWidth(std::u32string_view text);

}  // namespace quotes::text

#endif  // QUOTES_SERVICE_TEXT_UTF8_H_
