#ifndef QUOTES_SERVICE_BASE_PEM_H_
#define QUOTES_SERVICE_BASE_PEM_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

// What certificates and keys in PEM say, so that a file that cannot be used is told by its name and
// before it is used.
namespace quotes {

// Of the first certificate of a file.
struct CertificateFacts {
  std::string subject;  // "CN=quotes.example.org,O=House"
  absl::Time expires;
};

// INVALID_ARGUMENT, which begins with `path`, unless `pem` is one certificate or more, each whole.
absl::StatusOr<CertificateFacts> ReadCertificates(const std::string& path, const std::string& pem);

// INVALID_ARGUMENT, which begins with `key_path`, unless `key_pem` is a private key without a
// password that belongs to the first certificate of `certificate_pem`.
// REQUIRES: ReadCertificates() takes that.
absl::Status CheckKey(const std::string& key_path, const std::string& key_pem,
                      const std::string& certificate_path, const std::string& certificate_pem);

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_PEM_H_
