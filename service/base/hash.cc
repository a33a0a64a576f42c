#include "service/base/hash.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <cstdint>

#include "service/base/check.h"

namespace quotes {

std::string Sha256(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  // Looked up once: that takes longer than to digest a sentence.
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  QUOTES_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, kSha256, nullptr) ==
               1);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string Sha256Hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::string digest = Sha256(bytes);
  std::string hex(2 * digest.size(), '\0');
  for (size_t i = 0; i < digest.size(); ++i) {
    const auto value = static_cast<unsigned char>(digest[i]);
    hex[2 * i] = kDigits[value >> 4];
    hex[2 * i + 1] = kDigits[value & 15];
  }
  return hex;
}

std::string Base32(std::string_view bytes) {
  constexpr std::string_view kDigits = "abcdefghijklmnopqrstuvwxyz234567";
  std::string out;
  out.reserve((bytes.size() * 8 + 4) / 5);
  uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char byte : bytes) {
    buffer = (buffer << 8) | static_cast<unsigned char>(byte);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out.push_back(kDigits[(buffer >> bits) & 31]);
    }
    buffer &= (1u << bits) - 1;
  }
  if (bits > 0) {
    out.push_back(kDigits[(buffer << (5 - bits)) & 31]);
  }
  return out;
}

}  // namespace quotes
