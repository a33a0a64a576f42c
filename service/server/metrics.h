#ifndef QUOTES_SERVICE_SERVER_METRICS_H_
#define QUOTES_SERVICE_SERVER_METRICS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/library/library.h"
#include "service/rpc/statistics.h"
#include "service/server/task_outcomes.h"

namespace quotes::server {

struct MetricsOptions {
  std::string listen;   // "127.0.0.1:9464"; port 0 lets the system choose
  std::string version;  // of the program
  // What the services did so far.
  std::function<rpc::ServicesFigures()> services;
  // Lines that the log could not keep up with; null for none.
  std::function<uint64_t()> lost_log_lines;
  // How what it does by itself ended last; null for nothing.
  std::function<std::vector<TaskOutcomes::Figures>()> tasks;
  // Of backups that are made by themselves: how often, zero or null for none, and when the last one
  // was made, by whichever process; null for no time.
  std::function<absl::Duration()> backup_every;
  std::function<std::optional<absl::Time>()> last_backup;
  // When the certificate ends that the server shows; null without one.
  std::function<absl::Time()> certificate_expires;
  // On a replica, when the snapshot was published that is served; null for no time.
  std::function<std::optional<absl::Time>()> published;
  // Whose file system is asked for its space; empty for none.
  std::string database;
};

// The IPv4 addresses of "host:port": the packaged library of the endpoint has no IPv6.
// INVALID_ARGUMENT for a malformed or unknown address, and for one that has none.
absl::StatusOr<std::vector<std::string>> ResolveMetricsListen(std::string_view listen);

// An HTTP endpoint, /metrics, from which Prometheus reads figures; never a word of a report, a
// request or a file's name. It has a few threads of its own, which clients that are slow or send
// junk may occupy: scrapes wait then, calls do not. What is counted is counted without it; a scrape
// reads that and costs about a millisecond. Thread-safe.
class Metrics {
 public:
  // Serves when it returns. Errors are those of ResolveMetricsListen, and FAILED_PRECONDITION for
  // an address that is taken.
  static absl::StatusOr<std::unique_ptr<Metrics>> Start(MetricsOptions options);

  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Whose figures are told, too; null for none any more. It must outlive that.
  void SetLibrary(const Library* library);

  // The server drains: it says NOT_SERVING and is about to end.
  void SetDraining();

  int port() const;

 private:
  struct Rep;
  explicit Metrics(std::unique_ptr<Rep> rep);
  const std::unique_ptr<Rep> rep_;
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_METRICS_H_
