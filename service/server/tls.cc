#include "service/server/tls.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <utility>

#include "service/base/file.h"
#include "service/base/limits.h"
#include "service/base/pem.h"
#include "service/base/secret_file.h"
#include "service/base/status_macros.h"

namespace quotes::server {

absl::StatusOr<TlsMaterial> ReadTlsFiles(const TlsFiles& files) {
  TlsMaterial material;
  QUOTES_ASSIGN_OR_RETURN(material.certificate,
                          ReadRegularFile(files.certificate, limits::kMaxCredentialFileBytes));
  QUOTES_ASSIGN_OR_RETURN(material.key,
                          ReadRegularFile(files.key, limits::kMaxCredentialFileBytes));
  QUOTES_ASSIGN_OR_RETURN(CertificateFacts own,
                          ReadCertificates(files.certificate, material.certificate));
  QUOTES_RETURN_IF_ERROR(
      CheckKey(files.key, material.key, files.certificate, material.certificate));
  if (!files.client_ca.empty()) {
    QUOTES_ASSIGN_OR_RETURN(material.client_ca,
                            ReadRegularFile(files.client_ca, limits::kMaxCredentialFileBytes));
    QUOTES_RETURN_IF_ERROR(ReadCertificates(files.client_ca, material.client_ca).status());
  }
  material.subject = std::move(own.subject);
  material.expires = own.expires;
  material.key_is_open = IsExposed(files.key);
  return material;
}

// What one listening port has been given. gRPC asks before each handshake, one at a time.
struct TlsSource::Port {
  explicit Port(const TlsSource* the_source) : source(the_source) {}

  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config) {
    auto* const port = static_cast<Port*>(self);
    std::shared_ptr<const TlsMaterial> material = port->source->current();
    if (material == port->given) {
      return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    }
    const grpc_ssl_pem_key_cert_pair pair = {material->key.c_str(), material->certificate.c_str()};
    // gRPC insists on authorities also where no client is asked for a certificate.
    const std::string& authorities =
        material->client_ca.empty() ? material->certificate : material->client_ca;
    *config = grpc_ssl_server_certificate_config_create(authorities.c_str(), &pair, 1);
    port->given = std::move(material);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const TlsSource* const source;
  std::shared_ptr<const TlsMaterial> given;
};

// gRPC's C++ classes can either keep one certificate or read files that nobody has checked; its C
// interface asks for the certificate of each connection.
class TlsSource::Credentials final : public grpc::ServerCredentials {
 public:
  explicit Credentials(TlsSource* source) : source_(source) {}

  // Callers are told by the services, which can say why they refuse one.
  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>& /*processor*/) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    Port* port = nullptr;
    {
      const MutexLock lock(&source_->mutex_);
      source_->ports_.push_back(std::make_unique<Port>(source_));
      port = source_->ports_.back().get();
    }
    grpc_server_credentials* const credentials = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(
            source_->asks_for_certificates_
                ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE,
            Port::Fetch, port));
    const int bound = grpc_server_add_http2_port(server, address.c_str(), credentials);
    grpc_server_credentials_release(credentials);
    return bound;
  }

  TlsSource* const source_;
};

TlsSource::TlsSource(std::shared_ptr<const TlsMaterial> material)
    : asks_for_certificates_(!material->client_ca.empty()), material_(std::move(material)) {}

TlsSource::~TlsSource() = default;

void TlsSource::Set(std::shared_ptr<const TlsMaterial> material) {
  const MutexLock lock(&mutex_);
  material_.swap(material);
}

std::shared_ptr<const TlsMaterial> TlsSource::current() const {
  const MutexLock lock(&mutex_);
  return material_;
}

std::shared_ptr<grpc::ServerCredentials> TlsSource::MakeCredentials() {
  return std::make_shared<Credentials>(this);
}

}  // namespace quotes::server
