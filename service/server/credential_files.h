#ifndef QUOTES_SERVICE_SERVER_CREDENTIAL_FILES_H_
#define QUOTES_SERVICE_SERVER_CREDENTIAL_FILES_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/rpc/access.h"
#include "service/rpc/services.h"
#include "service/server/config.h"
#include "service/server/log.h"
#include "service/server/task_outcomes.h"
#include "service/server/tls.h"

namespace quotes::server {

// Whether the options for listening, TLS and callers go together, and nobody gets more than the
// operator says: what other machines reach is encrypted and asks who calls, unless
// insecure_allow_remote. INVALID_ARGUMENT with a sentence that names the option.
absl::Status CheckAccess(const Config& config);

// The files that say who the server is and who may call it, read again by a thread of its own when
// they change and when told to. A file that cannot be used is logged, and what was read before
// stays in use. Thread-safe.
class CredentialFiles {
 public:
  // Reads the files that the options name; INVALID_ARGUMENT with a sentence when one cannot be
  // used. `log` and `tasks` must outlive this object.
  static absl::StatusOr<std::unique_ptr<CredentialFiles>> Open(const Config& config, Log* log,
                                                               TaskOutcomes* tasks);

  ~CredentialFiles();
  CredentialFiles(const CredentialFiles&) = delete;
  CredentialFiles& operator=(const CredentialFiles&) = delete;

  // Null without a certificate.
  std::shared_ptr<TlsSource> tls() const;
  std::shared_ptr<rpc::Gate> gate() const;

  void SetQuota(const QuotaOptions& quota);

  // Reads all files now, in the thread.
  void Reload();
  // The same before it returns, and what came of each.
  std::vector<rpc::ReloadedFiles> ReloadNow();

 private:
  struct Rep;
  explicit CredentialFiles(std::unique_ptr<Rep> rep);
  const std::unique_ptr<Rep> rep_;
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_CREDENTIAL_FILES_H_
