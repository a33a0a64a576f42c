#ifndef QUOTES_CLIENT_TRANSPORT_H_
#define QUOTES_CLIENT_TRANSPORT_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace grpc {
class Channel;
}

namespace quotes::client {

// How a server is talked to. Files are in PEM.
struct Transport {
  // Encrypts, and checks the server's certificate and its name.
  bool tls = false;
  // The authorities that may have signed the server's certificate; empty: the system's.
  std::string ca_file;
  // The client's own certificate and its key, for servers that ask for one. Both or neither.
  std::string certificate_file;
  std::string key_file;
  // What says who calls: a bearer token, or a file that has one and is read again when it changes.
  // At most one of them.
  std::string token;
  std::string token_file;
  // Sends the token also where everybody on the way can read it.
  bool allow_token_in_the_clear = false;
};

// A channel to a server: "host:port" (any name that gRPC resolves) or "unix:PATH", a socket on this
// machine, which never has TLS. Calls that find the server unavailable are tried again as
// data/service_config.json says. Connects when the first call is made. INVALID_ARGUMENT, with a
// sentence that names the file, for a file that cannot be used, options that do not go together,
// and a token that would go in the clear to another machine.
absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(const std::string& target,
                                                       const Transport& transport);

// Those of the files with a secret (the key, the token) that others may read or write: of the
// caller's own files anybody else, the group too, as ssh has it; of files of another user, who gave
// them to a group on purpose (a mounted secret, root's), everybody.
std::vector<std::string> ExposedFiles(const Transport& transport);

// Whether a target is on this machine for certain: a Unix socket, localhost, 127.0.0.0/8, ::1.
bool IsLocal(std::string_view target);

// Why no connection comes about that a call said is unavailable.
enum class ConnectionFault {
  kUnknown,             // nothing of what follows
  kUnreachable,         // nobody answers there
  kNoTls,               // the server does not speak TLS
  kTlsNeeded,           // the server speaks TLS, and `transport` does not
  kUnknownAuthority,    // no authority that is known has signed the server's certificate
  kExpired,             // the server's certificate
  kNotYetValid,         // the server's certificate
  kWrongName,           // the server's certificate is another name's
  kUntrusted,           // any other fault of the server's certificate
  kCertificateMissing,  // the server asks for a client certificate
  kCertificateRefused   // the server does not accept the client certificate
};
struct ConnectionDiagnosis {
  ConnectionFault fault = ConnectionFault::kUnknown;
  std::string detail;  // in English: OpenSSL's words, or the names of the certificate
};

// Tries a handshake of its own, for people: gRPC says no more than that it failed. Takes no longer
// than `limit`. For "host:port" targets; everything else is kUnknown.
ConnectionDiagnosis DiagnoseConnection(const std::string& target, const Transport& transport,
                                       absl::Duration limit);

}  // namespace quotes::client

#endif  // QUOTES_CLIENT_TRANSPORT_H_
