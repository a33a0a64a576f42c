#include <gtest/gtest.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <cstdio>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "service/base/errors.h"
#include "service/text/decode.h"
#include "service/text/utf8.h"

namespace quotes::text {
namespace {

using Random = std::mt19937_64;

struct Named {
  Encoding encoding;
  const char* icu;
};
constexpr Named kEncodings[] = {{Encoding::kUtf8, "UTF-8"},
                                {Encoding::kUtf16Le, "UTF-16LE"},
                                {Encoding::kUtf16Be, "UTF-16BE"},
                                {Encoding::kGb18030, "GB18030"},
                                {Encoding::kBig5, "Big5-HKSCS"}};

// The whole source by ICU's converter at once; nullopt if any of it is malformed.
std::optional<std::u32string> ByIcu(std::string_view bytes, const char* name) {
  UErrorCode error = U_ZERO_ERROR;
  UConverter* converter = ucnv_open(name, &error);
  ucnv_setToUCallBack(converter, UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
  std::vector<UChar> units(bytes.size() * 2 + 16);
  const int32_t size = ucnv_toUChars(converter, units.data(), static_cast<int32_t>(units.size()),
                                     bytes.data(), static_cast<int32_t>(bytes.size()), &error);
  ucnv_close(converter);
  if (U_FAILURE(error) != 0) {
    return std::nullopt;
  }
  std::u32string text;
  const icu::UnicodeString converted(units.data(), size);
  for (int32_t i = 0; i < converted.length(); i = converted.moveIndex32(i, 1)) {
    text.push_back(static_cast<char32_t>(converted.char32At(i)));
  }
  return text;
}

bool HasControl(std::u32string_view text) {
  for (const char32_t c : text) {
    if ((c < 0x20 && (c < 0x09 || c > 0x0D)) || (c >= 0x7F && c < 0xA0 && c != 0x85) ||
        c == 0xFFFE || c == 0xFEFF) {
      return true;
    }
  }
  return false;
}

// Bytes that are text more often than not: leads, trails, digits of four-byte sequences, ASCII.
std::string Bytes(Random* random, size_t size) {
  std::string bytes;
  while (bytes.size() < size) {
    const uint64_t r = (*random)();
    switch (r % 6) {
      case 0:
        bytes.push_back(static_cast<char>(0x20 + (r >> 8) % 0x5F));
        break;
      case 1:
        bytes.push_back(static_cast<char>(r >> 8));
        break;
      case 2:  // four bytes of GB18030
        bytes.push_back(static_cast<char>(0x81 + (r >> 8) % 0x7E));
        bytes.push_back(static_cast<char>(0x30 + (r >> 16) % 10));
        bytes.push_back(static_cast<char>(0x81 + (r >> 24) % 0x7E));
        bytes.push_back(static_cast<char>(0x30 + (r >> 32) % 10));
        break;
      case 3:
        AppendUtf8(static_cast<char32_t>((r >> 8) % 0x110000), &bytes);
        break;
      default:
        bytes.push_back(static_cast<char>(0x81 + (r >> 8) % 0x7E));
        bytes.push_back(static_cast<char>(0x40 + (r >> 16) % 0xBF));
        break;
    }
  }
  return bytes;
}

std::string Hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    char hex[4];
    std::snprintf(hex, sizeof hex, "%02X ", static_cast<unsigned>(static_cast<uint8_t>(c)));
    out += hex;
  }
  return out;
}

TEST(DecodeProperty, AcceptsWhatIcuAcceptsAndReadsTheSame) {
  Random random(1);
  for (const Named& named : kEncodings) {
    SCOPED_TRACE(named.icu);
    size_t accepted = 0;
    for (int round = 0; round < 20'000; ++round) {
      const std::string bytes = Bytes(&random, 1 + random() % 6);
      const auto icu = ByIcu(bytes, named.icu);
      const auto decoded = Decode(bytes, named.encoding);
      if (icu.has_value() && HasControl(*icu)) {
        continue;
      }
      ASSERT_EQ(decoded.ok(), icu.has_value() && !icu->empty()) << Hex(bytes);
      if (decoded.ok()) {
        ++accepted;
        ASSERT_EQ(ToUtf8(decoded->text), ToUtf8(*icu)) << Hex(bytes);
      }
    }
    EXPECT_GT(accepted, 500u);
  }
}

// The bytes of every character, by themselves, are that character.
TEST(DecodeProperty, EveryCharacterLeadsBackToItsBytes) {
  Random random(2);
  for (const Named& named : kEncodings) {
    SCOPED_TRACE(named.icu);
    for (int round = 0; round < 20'000; ++round) {
      const std::string bytes = Bytes(&random, 1 + random() % 6);
      const auto decoded = Decode(bytes, named.encoding);
      if (!decoded.ok()) {
        continue;
      }
      const auto& offsets = decoded->byte_offsets;
      ASSERT_EQ(offsets.size(), decoded->text.size() + 1);
      ASSERT_EQ(offsets.back(), bytes.size());
      for (size_t i = 0; i < decoded->text.size(); ++i) {
        const std::string own = bytes.substr(offsets[i], offsets[i + 1] - offsets[i]);
        const auto again = ByIcu(own, named.icu);
        // Four sequences of Big5 are two characters; the second has no bytes of its own.
        if (own.empty() || (again.has_value() && again->size() == 2)) {
          ASSERT_EQ(named.encoding, Encoding::kBig5) << Hex(bytes);
          continue;
        }
        if (decoded->text[i] != 0xFEFF) {  // ICU takes it for a mark
          ASSERT_TRUE(again == decoded->text.substr(i, 1)) << Hex(bytes);
        }
      }
    }
  }
}

// All sequences of two bytes and all scalar values: every character that an encoding has.
TEST(DecodeProperty, ReadsEverySequence) {
  for (unsigned code = 0x8140; code <= 0xFEFE; ++code) {
    const std::string bytes = {static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    for (const Named& named : {kEncodings[3], kEncodings[4]}) {
      const auto icu = ByIcu(bytes, named.icu);
      const auto decoded = Decode(bytes, named.encoding);
      if (icu.has_value() && HasControl(*icu)) {
        continue;
      }
      ASSERT_EQ(decoded.ok(), icu.has_value()) << named.icu << " " << Hex(bytes);
      if (decoded.ok()) {
        ASSERT_TRUE(decoded->text == *icu) << named.icu << " " << Hex(bytes);
      }
    }
  }
}

}  // namespace
}  // namespace quotes::text
