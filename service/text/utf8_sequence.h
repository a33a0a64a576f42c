#ifndef QUOTES_SERVICE_TEXT_UTF8_SEQUENCE_H_
#define QUOTES_SERVICE_TEXT_UTF8_SEQUENCE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

// One place that knows table 3-7 of the Unicode standard; not for other rooms.
namespace quotes::text::internal {

struct Utf8Sequence {
  char32_t c = 0;
  uint32_t size = 1;  // of a malformed sequence: its maximal subpart
  bool valid = false;
};

// Reads the sequence at `offset`. REQUIRES: offset < bytes.size().
inline Utf8Sequence ReadUtf8(std::string_view bytes, size_t offset) {
  const auto byte = [&](size_t i) {
    return offset + i < bytes.size() ? static_cast<uint8_t>(bytes[offset + i]) : uint8_t{0};
  };
  const uint8_t lead = byte(0);
  if (lead < 0x80) {
    return {lead, 1, true};
  }
  if (lead < 0xC2 || lead > 0xF4) {
    return {0, 1, false};
  }
  const uint32_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) {
    return {0, 1, false};
  }
  char32_t c = (char32_t{lead} & (0x7Fu >> size)) << 6 | (byte(1) & 0x3Fu);
  for (uint32_t i = 2; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) {
      return {0, i, false};
    }
    c = c << 6 | (byte(i) & 0x3Fu);
  }
  return {c, size, true};
}

// The three-byte sequence at `offset` with a lead byte that any two continuation bytes may follow,
// as of nearly all of Chinese text; 0 for none.
inline char32_t ReadThreeBytes(std::string_view bytes, size_t offset) {
  if (bytes.size() - offset < 3) {
    return 0;
  }
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(bytes[offset + i]); };
  const uint8_t lead = byte(0);
  if (lead <= 0xE0 || lead >= 0xF0 || lead == 0xED || (byte(1) & 0xC0) != 0x80 ||
      (byte(2) & 0xC0) != 0x80) {
    return 0;
  }
  return char32_t{lead & 0x0Fu} << 12 | char32_t{byte(1) & 0x3Fu} << 6 | (byte(2) & 0x3Fu);
}

inline constexpr size_t kAsciiBlock = 8;

// Whether the next kAsciiBlock bytes exist and are ASCII.
inline bool IsAsciiBlock(std::string_view bytes, size_t offset) {
  if (bytes.size() - offset < kAsciiBlock) {
    return false;
  }
  uint64_t block = 0;
  std::memcpy(&block, bytes.data() + offset, kAsciiBlock);
  return (block & 0x8080808080808080u) == 0;
}

}  // namespace quotes::text::internal

#endif  // QUOTES_SERVICE_TEXT_UTF8_SEQUENCE_H_
