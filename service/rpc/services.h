#ifndef QUOTES_SERVICE_RPC_SERVICES_H_
#define QUOTES_SERVICE_RPC_SERVICES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/base/limits.h"
#include "service/base/stopwatch.h"
#include "service/citation/profiles.h"
#include "service/library/backups.h"
#include "service/library/follower.h"
#include "service/library/library.h"
#include "service/rpc/access.h"

namespace grpc {
class CallbackGenericService;
class Service;
}  // namespace grpc

namespace quotes::rpc {

// What a finished call leaves for the log and for metrics. Holds no text of requests or answers.
struct CallRecord {
  std::string_view method;  // "/quotes.v1.QuoteService/SearchQuotes"
  std::string_view peer;
  std::string_view request_id;  // of the call's metadata x-request-id, or made here
  std::string_view caller;      // its name; empty if the call was refused before it was known
  std::string_view role;        // "reader"; likewise
  int code = 0;                 // grpc::StatusCode
  std::string_view reason;      // ErrorReason, empty if OK
  absl::Duration duration;
  size_t request_bytes = 0;
  size_t answer_bytes = 0;
  // Of the call's metadata traceparent, if that is one: the caller's trace, and its span in it.
  std::string_view trace_id;
  std::string_view parent_span_id;
  // Failed by no fault of its caller; see IsServersFailure.
  bool servers_failure = false;
  // What really happened, for INTERNAL errors only, whose callers get a general sentence.
  std::string_view error;
};

// What an import that succeeded leaves for the log.
struct ImportRecord {
  std::string_view report_id;  // empty while the report is held back: ids are made of titles
  uint64_t revision = 0;
  uint64_t archive_revision = 0;
  bool validate_only = false;
  bool unchanged = false;
  bool replayed = false;
  bool embargoed = false;
  uint64_t source_bytes = 0;
  size_t quotes = 0;
  size_t lint_findings = 0;
  absl::Duration duration;
};

// What a call leaves that took long. Holds no text either.
struct SlowCallRecord {
  const CallRecord& call;
  std::string_view shape;     // see ShapeOf
  uint64_t terms = 0;         // of the query, 0 where there is none
  uint64_t planned_work = 0;  // see Archive::PlannedWork
};

// What a verdict leaves for the log: the quotation's hash, never its words.
struct CitationRecord {
  std::string_view quotation_sha256;
  std::string_view disposition;   // "PASS"
  std::string_view text_verdict;  // "ALTERED"
  std::string_view profile;       // its version
  bool stopped = false;           // at the work limit
};

// What any other change of a report that succeeded leaves for the log.
struct ChangeRecord {
  std::string_view action;     // "withdraw", "restore", "create-defect", "tag-quote", ...
  std::string_view report_id;  // as in ImportRecord, as are the others
  std::string_view defect_id;  // empty unless one is concerned
  std::string_view quote_id;   // likewise
  uint64_t archive_revision = 0;
  bool unchanged = false;
  bool embargoed = false;
};

// Files of the operator that are read together, and what came of reading them.
struct ReloadedFiles {
  enum class Kind { kCertificate, kTokens, kSignedTokenKeys, kThemes, kConfiguration, kProfiles };
  Kind kind = Kind::kThemes;
  std::vector<std::string> paths;
  absl::Status status;  // unless OK, what was read before stays in use
  // Of the configuration: keys of what changed and cannot while the server runs.
  std::vector<std::string> need_restart;
};

// How something ended last that a server does by itself, beside calls.
struct TaskFigures {
  std::string_view name;
  bool failing = false;  // the last try failed
  uint64_t failures = 0;
  std::optional<absl::Time> last_success;
  std::string last_error;  // while it fails
};

// What may change while the services run; the rest of ServicesOptions is for their life.
struct LiveOptions {
  absl::Duration slow_call = absl::InfiniteDuration();
  absl::Duration upload_idle = absl::Seconds(limits::kUploadIdleSeconds);
  size_t max_calls = limits::kMaxCalls;
  size_t max_calls_per_caller = 0;
  size_t max_watches = limits::kMaxWatches;
};

struct ServicesOptions {
  std::string program_version;
  absl::Time start_time;
  // Decides who may call; null: everybody may call everything.
  std::shared_ptr<Gate> gate;
  // Calls that are served at the same time; more are refused with TOO_MANY_CALLS.
  size_t max_calls = limits::kMaxCalls;
  // Of each of the two executors, for what reads the store or takes long, and for what writes.
  size_t executor_threads = limits::kExecutorThreads;
  size_t executor_queue = limits::kExecutorQueue;
  Stopwatch since_start;
  // What a look-up may be planned to visit inside gRPC's threads; see Archive::PlannedWork.
  uint64_t max_inline_work = limits::kMaxInlineWork;
  // Called once for every finished call, from any thread; must not block.
  std::function<void(const CallRecord&)> on_call;
  // Called after it for every call that took at least `slow_call`, imports left out: they take
  // their time, and leave a record with it.
  std::function<void(const SlowCallRecord&)> on_slow_call;
  absl::Duration slow_call = absl::InfiniteDuration();
  // Called once for every import that succeeded, before its call finishes; must not block.
  std::function<void(const ImportRecord&)> on_import;
  // Called once for every quotation judged, before its call finishes; must not block.
  std::function<void(const CitationRecord&)> on_citation;
  // By which quotations are judged.
  citation::Profiles profiles;
  // The same for every other change of a report.
  std::function<void(const ChangeRecord&)> on_change;
  // Told of each call that is let in, with its peer as gRPC names it, "ipv4:127.0.0.1:40000"; of
  // one whose request may be `large` before that has come. What is returned then lives as long as
  // the call. Must not block; null: nobody is told.
  std::function<std::shared_ptr<const void>(std::string_view peer, bool large)> on_admitted;
  // Whom the audit trail names for a caller who is not known; empty: "anonymous".
  std::string default_caller;
  // Reads the operator's files anew and returns what came of each when it has taken effect. Null
  // where there are none.
  std::function<std::vector<ReloadedFiles>(const Cancellation&)> reload;
  // What the server does by itself; null for nothing.
  std::function<std::vector<TaskFigures>()> tasks;
  // Where backups go; not owned, null: nowhere.
  Backups* backups = nullptr;
  // What a replica follows and serves; null: this is none.
  std::function<std::optional<Follower::State>()> replica_state;
  std::string followed_folder;
  // What of max_calls one caller with a name has at most; 0: half of them.
  size_t max_calls_per_caller = 0;
  // Watches at the same time, of which one caller with a name has half at most.
  size_t max_watches = limits::kMaxWatches;
  // How long an upload may send nothing.
  absl::Duration upload_idle = absl::Seconds(limits::kUploadIdleSeconds);
  // See limits.h.
  size_t max_import_bytes = limits::kMaxImportBytesInFlight;
  size_t max_unread_bytes = limits::kMaxUnreadAnswerBytes;
  size_t max_unread_answers = limits::kMaxUnreadAnswers;
};

struct ServicesFigures;

// The gRPC services over a library: proto to domain, errors, paging, limits. Look-ups run inline in
// gRPC's callback threads (memory only); large ones and calls that read the store run on a bounded
// executor that refuses with QUEUE_FULL, calls that write on another of the same kind. Without a
// library every call is answered with UNAVAILABLE / LOADING. The library must outlive the services;
// the server must have ended (Shutdown and Wait) before the services are destroyed.
class Services {
 public:
  // `library` may be null: then SetLibrary follows.
  Services(Library* library, ServicesOptions options);
  ~Services();
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

  // Begins to serve, once; thread-safe. REQUIRES: there was no library so far.
  void SetLibrary(Library* library);

  // Thread-safe, as all that follows. Calls at work go on as they began.
  void SetOptions(const LiveOptions& live);
  // By which quotations are judged from now on.
  void SetProfiles(citation::Profiles profiles);

  // Ends the calls that never end by themselves, with UNAVAILABLE, and refuses further ones: for a
  // server that is about to end.
  void EndWatches();

  // Counts a call that was answered elsewhere, among those of methods that are not of the contract.
  void Count(const CallRecord& record);

  // Takes a place among ServicesOptions::max_calls for a call that is answered elsewhere.
  // TOO_MANY_CALLS when there is none. Who got one gives it back, with the same arguments.
  absl::Status TakePlace(const Caller& caller, std::string_view peer);
  void GivePlaceBack(const Caller& caller, std::string_view peer);

  // To be registered with a server builder; owned by this object.
  std::vector<grpc::Service*> services();
  // The same: answers UNIMPLEMENTED to calls of what no service has, so that they are counted, too.
  grpc::CallbackGenericService* unknown_methods();

  // What they did so far; see statistics.h. Some ten microseconds.
  ServicesFigures ReadFigures() const;

  // Full names of the services: "quotes.v1.QuoteService" ...
  static std::vector<std::string> Names();

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_SERVICES_H_
