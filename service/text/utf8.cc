#include "service/text/utf8.h"

#include <unicode/uchar.h>

#include <bit>
#include <cstring>

#include "service/text/fold.h"
#include "service/text/utf8_sequence.h"

namespace quotes::text {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool IsScalar(char32_t c) { return c < 0xD800 || (c > 0xDFFF && c <= 0x10FFFF); }

size_t Utf8Size(char32_t c) {
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 || !IsScalar(c) ? 3 : 4;
}

}  // namespace

std::optional<size_t> FindInvalidUtf8(std::string_view bytes) {
  size_t i = 0;
  while (i < bytes.size()) {
    if (internal::ReadThreeBytes(bytes, i) != 0) {
      i += 3;
      continue;
    }
    if (internal::IsAsciiBlock(bytes, i)) {
      i += internal::kAsciiBlock;
      continue;
    }
    const internal::Utf8Sequence sequence = internal::ReadUtf8(bytes, i);
    if (!sequence.valid) {
      return i;
    }
    i += sequence.size;
  }
  return std::nullopt;
}

std::u32string ToCodePoints(std::string_view utf8) {
  std::u32string text(utf8.size(), U'\0');  // writing on is quicker than appending
  size_t count = 0;
  size_t i = 0;
  while (i < utf8.size()) {
    if (const char32_t c = internal::ReadThreeBytes(utf8, i); c != 0) {
      text[count++] = c;
      i += 3;
      continue;
    }
    const internal::Utf8Sequence sequence = internal::ReadUtf8(utf8, i);
    text[count++] = sequence.valid ? sequence.c : kReplacement;
    i += sequence.size;
  }
  text.resize(count);
  return text;
}

namespace {

// Writes a code point to at least four bytes at `out`; returns the end of what was written.
inline char* WriteUtf8(char32_t c, char* out) {
  const auto tail = [c](unsigned shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *out++ = static_cast<char>(0xC0 | (c >> 6));
    *out++ = tail(0);
  } else if (c < 0x10000) {
    if (!IsScalar(c)) {
      return WriteUtf8(kReplacement, out);
    }
    *out++ = static_cast<char>(0xE0 | (c >> 12));
    *out++ = tail(6);
    *out++ = tail(0);
  } else {
    if (!IsScalar(c)) {
      return WriteUtf8(kReplacement, out);
    }
    *out++ = static_cast<char>(0xF0 | (c >> 18));
    *out++ = tail(12);
    *out++ = tail(6);
    *out++ = tail(0);
  }
  return out;
}

}  // namespace

void AppendUtf8(char32_t c, std::string* out) {
  char bytes[4];
  out->append(bytes, static_cast<size_t>(WriteUtf8(c, bytes) - bytes));
}

void AppendUtf8(std::u32string_view text, std::string* out) {
  // Nearly all of Chinese text takes three bytes a character: four such characters at once, in a
  // register that every processor has.
  using Lanes = uint32_t __attribute__((vector_size(16)));
  using Pairs = uint64_t __attribute__((vector_size(16)));
  constexpr size_t kLanes = 4;
  static_assert(std::endian::native == std::endian::little);
  const size_t before = out->size();
  out->resize(before + text.size() * 4);  // writes reach two bytes beyond what they are for
  char* end = out->data() + before;
  size_t at = 0;
  while (at < text.size()) {
    if (at + kLanes <= text.size()) {
      Lanes c;
      std::memcpy(&c, text.data() + at, sizeof(c));
      const auto others = reinterpret_cast<Pairs>(c - 0x800 >= 0xD800 - 0x800);
      if ((others[0] | others[1]) == 0) {
        const auto bytes = reinterpret_cast<Pairs>(0x8080E0 | (c >> 12) | ((c << 2) & 0x3F00) |
                                                   ((c << 16) & 0x3F0000));
        const Pairs packed = (bytes & 0xFFFFFF) | (bytes >> 32 << 24);
        for (const uint64_t six : {packed[0], packed[1]}) {
          std::memcpy(end, &six, sizeof(six));
          end += 6;
        }
        at += kLanes;
        continue;
      }
    }
    end = WriteUtf8(text[at++], end);
  }
  out->resize(static_cast<size_t>(end - out->data()));
}

std::string ToUtf8(std::u32string_view text) {
  std::string out;
  AppendUtf8(text, &out);
  return out;
}

size_t CountCodePoints(std::string_view utf8) {
  size_t count = 0;
  size_t i = 0;
  while (i < utf8.size()) {
    i += internal::ReadUtf8(utf8, i).size;
    ++count;
  }
  return count;
}

namespace {

size_t SizeInUnit(char32_t c, OffsetUnit unit) {
  switch (unit) {
    case OffsetUnit::kUtf8Bytes:
      return Utf8Size(c);
    case OffsetUnit::kUtf16:
      return c > 0xFFFF && IsScalar(c) ? 2 : 1;
    case OffsetUnit::kCodePoints:
      break;
  }
  return 1;
}

}  // namespace

size_t OffsetInUnit(std::u32string_view text, size_t index, OffsetUnit unit) {
  if (unit == OffsetUnit::kCodePoints) {
    return index;
  }
  size_t offset = 0;
  for (const char32_t c : text.substr(0, index)) {
    offset += SizeInUnit(c, unit);
  }
  return offset;
}

std::optional<size_t> IndexAtOffset(std::u32string_view text, uint64_t offset, OffsetUnit unit) {
  uint64_t at = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (at == offset) {
      return i;
    }
    if (at > offset || i == text.size()) {
      break;
    }
    at += SizeInUnit(text[i], unit);
  }
  return std::nullopt;
}

int DisplayWidth(std::u32string_view text) {
  int columns = 0;
  for (const char32_t c : text) {
    if (c >= 0x20 && c < 0x7F) {
      ++columns;
      continue;
    }
    const auto icu = static_cast<UChar32>(c);
    if (!IsScalar(c)) {
      ++columns;  // shown as U+FFFD
      continue;
    }
    constexpr uint32_t kNoColumns = U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CC_MASK;
    if ((U_GET_GC_MASK(icu) & kNoColumns) != 0 || IsNoise(c) || IsLineBreak(c)) {
      continue;
    }
    const int hangul = u_getIntPropertyValue(icu, UCHAR_HANGUL_SYLLABLE_TYPE);
    if (hangul == U_HST_VOWEL_JAMO || hangul == U_HST_TRAILING_JAMO) {
      continue;
    }
    const int width = u_getIntPropertyValue(icu, UCHAR_EAST_ASIAN_WIDTH);
    columns += width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
  }
  return columns;
}

}  // namespace quotes::text
