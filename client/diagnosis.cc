// Why a connection does not come about, by a handshake of its own.

#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/transport.h"
#include "service/base/absl_string.h"

namespace quotes::client {
namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeSession {
  void operator()(SSL* session) const { SSL_free(session); }
};
struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

// Waits until the socket can be read or written, as `events` says.
bool AwaitSocket(int socket_file, short events, absl::Time deadline) {
  pollfd waited = {socket_file, events, 0};
  while (true) {
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    if (left <= 0) {
      return false;
    }
    const int ready = poll(&waited, 1, static_cast<int>(left));
    if (ready > 0) {
      return true;
    }
    if (ready == 0 || errno != EINTR) {
      return false;
    }
  }
}

// A connected socket that does not block; -1 if nobody answers.
int ConnectTo(const std::string& host, const std::string& port, absl::Time deadline,
              std::string* why) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &list); error != 0) {
    *why = gai_strerror(error);
    return -1;
  }
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(list);
  for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
    const int file = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file < 0) {
      continue;
    }
    int error = connect(file, at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
    if (error == EINPROGRESS) {
      socklen_t size = sizeof(error);
      if (!AwaitSocket(file, POLLOUT, deadline)) {
        error = ETIMEDOUT;
      } else if (getsockopt(file, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        error = errno;
      }
    }
    if (error == 0) {
      return file;
    }
    *why = std::strerror(error);
    close(file);
  }
  return -1;
}

// Runs an operation of OpenSSL until it is done, fails, or the time is over: its last result.
template <typename Operation>
int RunTls(SSL* session, int socket_file, absl::Time deadline, Operation operation) {
  while (true) {
    ERR_clear_error();
    const int result = operation();
    if (result > 0) {
      return result;
    }
    const int error = SSL_get_error(session, result);
    const short events = error == SSL_ERROR_WANT_READ    ? POLLIN
                         : error == SSL_ERROR_WANT_WRITE ? POLLOUT
                                                         : 0;
    if (events == 0 || !AwaitSocket(socket_file, events, deadline)) {
      return result;
    }
  }
}

ConnectionFault FaultOf(long verification) {
  switch (verification) {
    case X509_V_OK:
      return ConnectionFault::kUnknown;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return ConnectionFault::kExpired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return ConnectionFault::kNotYetValid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return ConnectionFault::kWrongName;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return ConnectionFault::kUnknownAuthority;
    default:
      return ConnectionFault::kUntrusted;
  }
}

// What the other end said with its last alert.
ConnectionFault FaultOfAlert(unsigned long error) {
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) {
    return ConnectionFault::kUnknown;
  }
  switch (ERR_GET_REASON(error)) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return ConnectionFault::kCertificateMissing;
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:
      return ConnectionFault::kCertificateRefused;
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
      return ConnectionFault::kNoTls;
    default:
      return ConnectionFault::kUnknown;
  }
}

std::string ReasonOf(unsigned long error) {
  const char* const reason = ERR_reason_error_string(error);
  return reason == nullptr ? std::string() : std::string(reason);
}

// The names that a certificate is for.
std::string NamesOf(X509* certificate) {
  std::string names;
  auto* const list = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(list, i);
    if (name->type == GEN_DNS) {
      absl::StrAppend(
          &names, names.empty() ? "" : ", ",
          absl::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                            static_cast<size_t>(ASN1_STRING_length(name->d.dNSName))));
    }
  }
  GENERAL_NAMES_free(list);
  return names;
}

}  // namespace

ConnectionDiagnosis DiagnoseConnection(const std::string& target, const Transport& transport,
                                       absl::Duration limit) {
  const absl::Time deadline = absl::Now() + limit;
  const size_t colon = target.rfind(':');
  if (colon == std::string::npos || target.find('/') != std::string::npos ||
      target.starts_with("unix")) {
    return {};
  }
  std::string host = target.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  std::string why;
  const int file = ConnectTo(host, target.substr(colon + 1), deadline, &why);
  if (file < 0) {
    return {ConnectionFault::kUnreachable, why};
  }
  const absl::Cleanup closes = [file] { close(file); };

  const std::unique_ptr<SSL_CTX, FreeContext> context(SSL_CTX_new(TLS_client_method()));
  if (transport.ca_file.empty()
          ? SSL_CTX_set_default_verify_paths(context.get()) != 1
          : SSL_CTX_load_verify_locations(context.get(), transport.ca_file.c_str(), nullptr) != 1) {
    return {};
  }
  if (!transport.certificate_file.empty() &&
      (SSL_CTX_use_certificate_chain_file(context.get(), transport.certificate_file.c_str()) != 1 ||
       SSL_CTX_use_PrivateKey_file(context.get(), transport.key_file.c_str(), SSL_FILETYPE_PEM) !=
           1)) {
    return {};
  }
  // Goes on whatever is wrong, so that all of it is seen.
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  static constexpr unsigned char kHttp2[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context.get(), kHttp2, sizeof(kHttp2));
  const std::unique_ptr<SSL, FreeSession> session(SSL_new(context.get()));
  X509_VERIFY_PARAM* const parameters = SSL_get0_param(session.get());
  // A host is an address, or else a name.
  if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) != 1) {
    SSL_set1_host(session.get(), host.c_str());
    SSL_set_tlsext_host_name(session.get(), host.c_str());
  }
  SSL_set_fd(session.get(), file);
  bool asked_for_certificate = false;
  SSL_set_cert_cb(
      session.get(),
      [](SSL* /*session*/, void* asked) {
        *static_cast<bool*>(asked) = true;
        return 1;
      },
      &asked_for_certificate);
  // Many servers hang up without an alert when they do not like what they were shown.
  const auto judged_by_hanging_up = [&] {
    return ConnectionDiagnosis{transport.certificate_file.empty()
                                   ? ConnectionFault::kCertificateMissing
                                   : ConnectionFault::kCertificateRefused,
                               "it ended the connection"};
  };
  const int connected =
      RunTls(session.get(), file, deadline, [&] { return SSL_connect(session.get()); });
  if (connected <= 0) {
    const unsigned long error = ERR_peek_last_error();
    const ConnectionFault alert = FaultOfAlert(error);
    if (alert != ConnectionFault::kUnknown) {
      return transport.tls || alert != ConnectionFault::kNoTls
                 ? ConnectionDiagnosis{alert, ReasonOf(error)}
                 : ConnectionDiagnosis{};
    }
    if (asked_for_certificate && absl::Now() < deadline) {
      return judged_by_hanging_up();
    }
    // A server in plaintext may as well hang up or stay silent.
    return {transport.tls ? ConnectionFault::kNoTls : ConnectionFault::kUnknown, ReasonOf(error)};
  }
  if (!transport.tls) {
    return {ConnectionFault::kTlsNeeded, ""};
  }
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      SSL_get1_peer_certificate(session.get()), X509_free);
  const long verification = SSL_get_verify_result(session.get());
  if (const ConnectionFault fault = FaultOf(verification); fault != ConnectionFault::kUnknown) {
    return {fault, fault == ConnectionFault::kWrongName
                       ? NamesOf(certificate.get())
                       : std::string(X509_verify_cert_error_string(verification))};
  }
  // With TLS 1.3 a server judges the client's certificate after the handshake.
  char byte = 0;
  if (RunTls(session.get(), file, deadline, [&] { return SSL_read(session.get(), &byte, 1); }) <=
      0) {
    const unsigned long error = ERR_peek_last_error();
    const ConnectionFault fault = FaultOfAlert(error);
    return fault == ConnectionFault::kUnknown && asked_for_certificate && absl::Now() < deadline
               ? judged_by_hanging_up()
               : ConnectionDiagnosis{fault, ReasonOf(error)};
  }
  return {};
}

}  // namespace quotes::client
