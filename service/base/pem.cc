#include "service/base/pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"

namespace quotes {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;
using Certificate = std::unique_ptr<X509, FreeCertificate>;
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

Bio OpenBytes(const std::string& bytes) {
  return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

Certificate NextCertificate(const Bio& bio) {
  return Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

// Instead of asking at a terminal.
int NoPassword(char* /*buffer*/, int /*size*/, int /*writing*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

absl::Status Refused(const std::string& path, std::string_view why) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", ToAbsl(why)));
}

std::string SubjectOf(const X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<size_t>(size)) : std::string();
}

absl::Time ExpiryOf(const X509* certificate) {
  std::tm time = {};
  return ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) == 1
             ? absl::FromTM(time, absl::UTCTimeZone())
             : absl::InfiniteFuture();
}

}  // namespace

absl::StatusOr<CertificateFacts> ReadCertificates(const std::string& path, const std::string& pem) {
  ERR_clear_error();
  const Bio bio = OpenBytes(pem);
  const Certificate first = NextCertificate(bio);
  if (first == nullptr) {
    return Refused(path, "has no certificate in PEM");
  }
  while (NextCertificate(bio) != nullptr) {
  }
  const auto error = ERR_peek_last_error();
  if (ERR_GET_LIB(error) != ERR_LIB_PEM || ERR_GET_REASON(error) != PEM_R_NO_START_LINE) {
    return Refused(path, "has a damaged certificate");
  }
  ERR_clear_error();
  return CertificateFacts{SubjectOf(first.get()), ExpiryOf(first.get())};
}

absl::Status CheckKey(const std::string& key_path, const std::string& key_pem,
                      const std::string& certificate_path, const std::string& certificate_pem) {
  const Certificate certificate = NextCertificate(OpenBytes(certificate_pem));
  QUOTES_CHECK(certificate != nullptr);
  bool asked_for_password = false;
  const Key key(
      PEM_read_bio_PrivateKey(OpenBytes(key_pem).get(), nullptr, NoPassword, &asked_for_password));
  if (key == nullptr) {
    return Refused(key_path, asked_for_password ? "the key is protected by a password"
                                                : "has no private key in PEM");
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return Refused(key_path, "is not the key of the certificate in " + certificate_path);
  }
  return absl::OkStatus();
}

}  // namespace quotes
