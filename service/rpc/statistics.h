#ifndef QUOTES_SERVICE_RPC_STATISTICS_H_
#define QUOTES_SERVICE_RPC_STATISTICS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/base/duration_histogram.h"
#include "service/base/errors.h"
#include "service/base/mutex.h"
#include "service/rpc/executor.h"
#include "service/rpc/services.h"

namespace quotes::rpc {

// What calls of one method did since the start.
struct MethodFigures {
  std::string_view service;  // "quotes.v1.QuoteService"; "other" for all that is not served
  std::string_view method;   // "SearchQuotes"; "other"
  std::string_view type;     // "unary", "client_stream", "server_stream", "bidi_stream"
  uint64_t started = 0;
  int64_t in_flight = 0;
  uint64_t failures = 0;  // of those that ended, by no fault of their callers; see IsServersFailure
  uint64_t last_minute = 0;  // that ended in the last sixty seconds
  uint64_t received_bytes = 0;
  uint64_t sent_bytes = 0;
  struct ByRole {
    std::string_view role;
    std::array<uint64_t, 17> codes = {};  // by grpc::StatusCode
    DurationHistogram::Counts durations;
  };
  std::vector<ByRole> roles;  // those that called

  uint64_t ended() const;
  uint64_t failed() const;                      // of those, any code but OK
  DurationHistogram::Counts durations() const;  // of all roles
};

struct ImportFigures {
  std::map<std::string_view, uint64_t> outcomes;  // "imported", "unchanged", "replayed", "checked"
  uint64_t source_bytes = 0;                      // of those that were imported
  DurationHistogram::Counts durations;            // of all outcomes
};

struct ExecutorFigures {
  std::string_view name;  // "read", "write"
  Executor::Figures figures;
};

// All that the services know of themselves.
struct ServicesFigures {
  std::vector<MethodFigures> methods;            // every method, by name; "other" last
  std::map<std::string_view, uint64_t> reasons;  // of errors, by ErrorReasonName
  std::map<std::string, uint64_t> dispositions;  // of quotations judged
  ImportFigures imports;
  std::vector<ExecutorFigures> executors;
  uint64_t import_bytes_in_flight = 0;
  uint64_t import_bytes_limit = 0;
};

class FiguresReader {
 public:
  virtual ~FiguresReader() = default;
  virtual ServicesFigures ReadFigures() const = 0;
};

// Whether a call failed by no fault of its caller, which is what availability is measured by. What
// callers get wrong, quotas, and the shares of one caller are theirs; so is a deadline that the
// server had less than a second for.
bool IsServersFailure(const absl::Status& status, absl::Duration duration);

// "NOT_FOUND" of a grpc::StatusCode; "UNKNOWN" for what is none.
std::string_view CodeName(int code);

// Counts what calls do. There is a place for every method of the contract, every role and every
// code, made at the start, so that recording takes a look-up of the method's name and some
// additions and never waits; whatever else callers send counts as "other". Thread-safe.
class Statistics {
 public:
  Statistics();
  ~Statistics();
  Statistics(const Statistics&) = delete;
  Statistics& operator=(const Statistics&) = delete;

  // A call of a method ("/quotes.v1.QuoteService/SearchQuotes") began; the result goes to End,
  // once.
  size_t Begin(std::string_view method);
  void End(size_t begun, const CallRecord& record, ErrorReason reason, absl::Time now);

  void Import(const ImportRecord& record);
  void Citation(const CitationRecord& record);

  // What is counted here; the rest is left empty.
  ServicesFigures Read(absl::Time now) const;

 private:
  struct Method;
  std::vector<std::unique_ptr<Method>> methods_;
  static constexpr size_t kReasons = 128;  // more than the contract has
  std::array<std::atomic<uint64_t>, kReasons> reasons_ = {};
  static constexpr size_t kOutcomes = 4;
  std::array<std::atomic<uint64_t>, kOutcomes> outcomes_ = {};
  std::atomic<uint64_t> imported_bytes_{0};
  DurationHistogram import_durations_{kWorkBounds};
  mutable Mutex mutex_;
  std::map<std::string, uint64_t, std::less<>> dispositions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_STATISTICS_H_
