#include "service/rpc/statistics.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <unordered_map>

#include "absl/strings/str_cat.h"
#include "quotes/v1/admin_service.pb.h"
#include "quotes/v1/citation_service.pb.h"
#include "quotes/v1/quote_service.pb.h"
#include "quotes/v1/report_service.pb.h"

namespace quotes::rpc {
namespace {

constexpr char kOther[] = "other";
// A caller without any role was not let in.
constexpr std::array<std::string_view, 6> kRoles = {"none",   "reader", "checker",
                                                    "editor", "admin",  kOther};
constexpr std::array<std::string_view, 4> kOutcomeNames = {"imported", "unchanged", "replayed",
                                                           "checked"};
constexpr uint32_t kMinute = 60;

constexpr std::array<std::string_view, 17> kCodeNames = {
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
};
constexpr size_t kUnknownCode = 2;

// Look-ups take well below a millisecond.
constexpr absl::Duration kFairDeadline = absl::Seconds(1);

size_t IndexOfCode(int code) {
  return code >= 0 && static_cast<size_t>(code) < kCodeNames.size() ? static_cast<size_t>(code)
                                                                    : kUnknownCode;
}

size_t IndexOfRole(std::string_view role) {
  if (role.empty()) {
    return 0;
  }
  const auto found = std::find(kRoles.begin(), kRoles.end(), role);
  return found == kRoles.end() ? kRoles.size() - 1 : static_cast<size_t>(found - kRoles.begin());
}

struct Known {
  std::string path;  // "/quotes.v1.QuoteService/SearchQuotes"
  std::string service;
  std::string method;
  std::string type;
};

// Every method of the contract, by path, and behind them the one for all others.
struct Contract {
  Contract() {
    for (const google::protobuf::FileDescriptor* const file :
         {v1::GetStatusRequest::descriptor()->file(),
          v1::VerifyCitationRequest::descriptor()->file(),
          v1::SearchQuotesRequest::descriptor()->file(),
          v1::ImportReportRequest::descriptor()->file()}) {
      for (int s = 0; s < file->service_count(); ++s) {
        const google::protobuf::ServiceDescriptor& service = *file->service(s);
        for (int m = 0; m < service.method_count(); ++m) {
          const google::protobuf::MethodDescriptor& method = *service.method(m);
          const bool in = method.client_streaming();
          const bool out = method.server_streaming();
          known.push_back({absl::StrCat("/", service.full_name(), "/", method.name()),
                           service.full_name(), method.name(),
                           in    ? out ? "bidi_stream" : "client_stream"
                           : out ? "server_stream"
                                 : "unary"});
        }
      }
    }
    std::sort(known.begin(), known.end(),
              [](const Known& a, const Known& b) { return a.path < b.path; });
    for (size_t i = 0; i < known.size(); ++i) {
      index.emplace(known[i].path, i);
    }
    known.push_back({"", kOther, kOther, "bidi_stream"});
  }

  std::vector<Known> known;
  std::unordered_map<std::string_view, size_t> index;  // refers to `known`
};

const Contract& TheContract() {
  static const Contract* const contract = new Contract;
  return *contract;
}

}  // namespace

bool IsServersFailure(const absl::Status& status, absl::Duration duration) {
  switch (GetErrorReason(status)) {
    case ErrorReason::kLoading:
    case ErrorReason::kQueueFull:
    case ErrorReason::kStoreBusy:
    case ErrorReason::kStoreUnavailable:
    case ErrorReason::kStorageFull:
    case ErrorReason::kDatabaseCorrupt:
    case ErrorReason::kExtractorUnavailable:
    case ErrorReason::kInternal:
      return true;
    case ErrorReason::kTooManyCalls: {
      // With a caller's name it is that caller's share.
      const std::optional<ErrorDetail> detail = GetErrorDetail(status);
      return detail.has_value() &&
             std::none_of(detail->metadata.begin(), detail->metadata.end(),
                          [](const auto& entry) { return entry.first == "caller"; });
    }
    case ErrorReason::kUnspecified:
      break;
    default:
      return false;
  }
  switch (status.code()) {
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDataLoss:
      return true;
    case absl::StatusCode::kDeadlineExceeded:
      return duration >= kFairDeadline;
    default:
      return false;
  }
}

std::string_view CodeName(int code) { return kCodeNames[IndexOfCode(code)]; }

uint64_t MethodFigures::ended() const {
  uint64_t sum = 0;
  for (const ByRole& role : roles) {
    for (const uint64_t count : role.codes) {
      sum += count;
    }
  }
  return sum;
}

uint64_t MethodFigures::failed() const {
  uint64_t succeeded = 0;
  for (const ByRole& role : roles) {
    succeeded += role.codes[0];
  }
  return ended() - succeeded;
}

DurationHistogram::Counts MethodFigures::durations() const {
  DurationHistogram::Counts sum;
  for (const ByRole& role : roles) {
    sum.Add(role.durations);
  }
  return sum;
}

// On cache lines of its own: methods are called side by side.
struct alignas(64) Statistics::Method {
  struct Role {
    std::array<std::atomic<uint64_t>, kCodeNames.size()> codes = {};
    DurationHistogram durations;
  };
  // Of one second, its number above and the calls that ended in it below; a place is used again
  // when the second is another. 64 seconds: what is read is never the one that is being replaced.
  static constexpr size_t kSeconds = 64;

  std::atomic<uint64_t> started{0};
  std::atomic<int64_t> in_flight{0};
  std::atomic<uint64_t> failures{0};
  std::atomic<uint64_t> received_bytes{0};
  std::atomic<uint64_t> sent_bytes{0};
  std::array<Role, kRoles.size()> roles;
  std::array<std::atomic<uint64_t>, kSeconds> seconds = {};

  void CountSecond(uint32_t second) {
    std::atomic<uint64_t>& place = seconds[second % kSeconds];
    uint64_t held = place.load(std::memory_order_relaxed);
    while (true) {
      const uint64_t next =
          held >> 32 == second ? held + 1 : (static_cast<uint64_t>(second) << 32) + 1;
      if (place.compare_exchange_weak(held, next, std::memory_order_relaxed)) {
        return;
      }
    }
  }
  uint64_t LastMinute(uint32_t now) const {
    uint64_t sum = 0;
    for (const std::atomic<uint64_t>& place : seconds) {
      const uint64_t held = place.load(std::memory_order_relaxed);
      // The running second counts as a part of the minute; unsigned, so that what is later is far.
      if (now - static_cast<uint32_t>(held >> 32) < kMinute) {
        sum += held & 0xffffffffU;
      }
    }
    return sum;
  }
};

Statistics::Statistics() {
  for (size_t i = 0; i < TheContract().known.size(); ++i) {
    methods_.push_back(std::make_unique<Method>());
  }
}

Statistics::~Statistics() = default;

size_t Statistics::Begin(std::string_view method) {
  const Contract& contract = TheContract();
  const auto found = contract.index.find(method);
  const size_t index = found == contract.index.end() ? methods_.size() - 1 : found->second;
  methods_[index]->started.fetch_add(1, std::memory_order_relaxed);
  methods_[index]->in_flight.fetch_add(1, std::memory_order_relaxed);
  return index;
}

void Statistics::End(size_t begun, const CallRecord& record, ErrorReason reason, absl::Time now) {
  Method& method = *methods_[begun];
  Method::Role& role = method.roles[IndexOfRole(record.role)];
  role.codes[IndexOfCode(record.code)].fetch_add(1, std::memory_order_relaxed);
  role.durations.Record(record.duration);
  if (record.servers_failure) {
    method.failures.fetch_add(1, std::memory_order_relaxed);
  }
  method.received_bytes.fetch_add(record.request_bytes, std::memory_order_relaxed);
  method.sent_bytes.fetch_add(record.answer_bytes, std::memory_order_relaxed);
  method.CountSecond(static_cast<uint32_t>(absl::ToUnixSeconds(now)));
  method.in_flight.fetch_sub(1, std::memory_order_relaxed);
  const auto number = static_cast<size_t>(reason);
  if (reason != ErrorReason::kUnspecified && number < kReasons) {
    reasons_[number].fetch_add(1, std::memory_order_relaxed);
  }
}

void Statistics::Import(const ImportRecord& record) {
  const size_t outcome = record.validate_only ? 3 : record.replayed ? 2 : record.unchanged ? 1 : 0;
  outcomes_[outcome].fetch_add(1, std::memory_order_relaxed);
  if (outcome == 0) {
    imported_bytes_.fetch_add(record.source_bytes, std::memory_order_relaxed);
  }
  import_durations_.Record(record.duration);
}

void Statistics::Citation(const CitationRecord& record) {
  const MutexLock lock(&mutex_);
  const auto found = dispositions_.find(record.disposition);
  if (found != dispositions_.end()) {
    ++found->second;
  } else {
    dispositions_.emplace(record.disposition, 1);
  }
}

ServicesFigures Statistics::Read(absl::Time now) const {
  ServicesFigures figures;
  const Contract& contract = TheContract();
  for (size_t i = 0; i < methods_.size(); ++i) {
    const Method& method = *methods_[i];
    const Known& known = contract.known[i];
    MethodFigures& out = figures.methods.emplace_back();
    out.service = known.service;
    out.method = known.method;
    out.type = known.type;
    // In the reverse of the order in which they are counted: what has ended has begun.
    for (size_t r = 0; r < kRoles.size(); ++r) {
      MethodFigures::ByRole role;
      role.role = kRoles[r];
      uint64_t sum = 0;
      for (size_t c = 0; c < role.codes.size(); ++c) {
        role.codes[c] = method.roles[r].codes[c].load(std::memory_order_relaxed);
        sum += role.codes[c];
      }
      if (sum > 0) {
        role.durations = method.roles[r].durations.Read();
        out.roles.push_back(std::move(role));
      }
    }
    out.last_minute = method.LastMinute(static_cast<uint32_t>(absl::ToUnixSeconds(now)));
    out.failures = method.failures.load(std::memory_order_relaxed);
    out.received_bytes = method.received_bytes.load(std::memory_order_relaxed);
    out.sent_bytes = method.sent_bytes.load(std::memory_order_relaxed);
    out.in_flight = method.in_flight.load(std::memory_order_relaxed);
    out.started = method.started.load(std::memory_order_relaxed);
  }
  for (size_t i = 0; i < kReasons; ++i) {
    if (const uint64_t count = reasons_[i].load(std::memory_order_relaxed); count > 0) {
      figures.reasons[ErrorReasonName(static_cast<ErrorReason>(i))] += count;
    }
  }
  for (size_t i = 0; i < kOutcomes; ++i) {
    figures.imports.outcomes[kOutcomeNames[i]] = outcomes_[i].load(std::memory_order_relaxed);
  }
  figures.imports.source_bytes = imported_bytes_.load(std::memory_order_relaxed);
  figures.imports.durations = import_durations_.Read();
  const MutexLock lock(&mutex_);
  figures.dispositions.insert(dispositions_.begin(), dispositions_.end());
  return figures;
}

}  // namespace quotes::rpc
