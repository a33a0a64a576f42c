#ifndef QUOTES_SERVICE_BASE_HASH_H_
#define QUOTES_SERVICE_BASE_HASH_H_

#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace quotes {

// The 32 raw bytes of the SHA-256 of `bytes`.
std::string Sha256(std::string_view bytes);

// The same as 64 lower-case hexadecimal digits.
std::string Sha256Hex(std::string_view bytes);

// The same of bytes that come one after the other.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;

  void Add(std::string_view bytes);
  // 64 hex digits of what was added. Once, at the end.
  std::string Hex();

 private:
  evp_md_ctx_st* const context_;
};

// RFC 4648 base32 in lower case without padding: resource ids allow no capitals and no "=".
std::string Base32(std::string_view bytes);

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_HASH_H_
