#ifndef QUOTES_SERVICE_BASE_HASH_H_
#define QUOTES_SERVICE_BASE_HASH_H_

#include <string>
#include <string_view>

namespace quotes {

// The 32 raw bytes of the SHA-256 of `bytes`.
std::string Sha256(std::string_view bytes);

// The same as 64 lower-case hexadecimal digits.
std::string Sha256Hex(std::string_view bytes);

// RFC 4648 base32 in lower case without padding: resource ids allow no capitals and no "=".
std::string Base32(std::string_view bytes);

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_HASH_H_
