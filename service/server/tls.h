#ifndef QUOTES_SERVICE_SERVER_TLS_H_
#define QUOTES_SERVICE_SERVER_TLS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/base/mutex.h"

namespace grpc {
class ServerCredentials;
}

namespace quotes::server {

// Where the server's certificate is, in PEM.
struct TlsFiles {
  std::string certificate;  // the server's own first, then those that lead to its authority
  std::string key;          // without a password
  std::string client_ca;    // whose certificates clients must have; empty: they need none
};

// What the files held at one time, known to fit together.
struct TlsMaterial {
  std::string certificate;
  std::string key;
  std::string client_ca;
  // Of the server's own certificate.
  std::string subject;
  absl::Time expires;
  // Whether others than the server's user may read or change the key; see IsExposed.
  bool key_is_open = false;

  bool SameBytes(const TlsMaterial& other) const {
    return certificate == other.certificate && key == other.key && client_ca == other.client_ca;
  }
};

// Reads the files. INVALID_ARGUMENT with a sentence that names the file: one that cannot be read,
// is no PEM of its kind, is encrypted, or a key that is not the certificate's. Whether the
// certificate has expired is the caller's to judge.
absl::StatusOr<TlsMaterial> ReadTlsFiles(const TlsFiles& files);

// The certificate that the server shows, which may be another one for each new connection.
// Connections that stand keep theirs. Thread-safe.
class TlsSource {
 public:
  explicit TlsSource(std::shared_ptr<const TlsMaterial> material);
  ~TlsSource();
  TlsSource(const TlsSource&) = delete;
  TlsSource& operator=(const TlsSource&) = delete;

  void Set(std::shared_ptr<const TlsMaterial> material);
  std::shared_ptr<const TlsMaterial> current() const;

  // For the ports of a server, which this object must outlive. TLS 1.2 and 1.3; clients must show a
  // certificate of the client authority if there is one now.
  std::shared_ptr<grpc::ServerCredentials> MakeCredentials();

 private:
  class Credentials;
  struct Port;

  const bool asks_for_certificates_;
  mutable Mutex mutex_;
  std::shared_ptr<const TlsMaterial> material_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<Port>> ports_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_TLS_H_
