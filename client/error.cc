#include "client/error.h"

#include <grpcpp/support/status.h>

#include <algorithm>

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "quotes/v1/errors.pb.h"
#include "service/base/absl_string.h"

namespace quotes::client {
namespace {

// Payloads beside the catalogue's own: what it has no place for.
constexpr char kReasonUrl[] = "quotes.v1/Reason";
constexpr char kChineseUrl[] = "quotes.v1/LocalizedMessage.zh";
constexpr char kRequestIdUrl[] = "quotes.v1/RequestId";

constexpr char kDomain[] = "quotes.v1";

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

std::string Payload(const absl::Status& status, const char* url) {
  const auto payload = status.GetPayload(url);
  return payload.has_value() ? std::string(*payload) : std::string();
}

}  // namespace

absl::Status FromGrpcStatus(const grpc::Status& status, std::string_view request_id) {
  if (status.ok()) {
    return absl::OkStatus();
  }
  ErrorDetail detail;
  std::string reason;
  std::string chinese;
  google::rpc::Status rich;
  if (rich.ParseFromString(status.error_details())) {
    for (const google::protobuf::Any& any : rich.details()) {
      google::rpc::ErrorInfo info;
      google::rpc::BadRequest bad_request;
      google::rpc::LocalizedMessage localized;
      google::rpc::RetryInfo retry;
      if (any.UnpackTo(&info) && info.domain() == kDomain) {
        reason = info.reason();
        // A map has no order of its own; sorted, the same error reads the same each time.
        for (const auto& [key, value] : info.metadata()) {
          detail.metadata.emplace_back(key, value);
        }
        std::sort(detail.metadata.begin(), detail.metadata.end());
      } else if (any.UnpackTo(&bad_request)) {
        for (const auto& violation : bad_request.field_violations()) {
          detail.violations.push_back({violation.field(), violation.description()});
        }
      } else if (any.UnpackTo(&localized)) {
        if (localized.locale().substr(0, 2) == "zh") {
          chinese = localized.message();
        }
      } else if (any.UnpackTo(&retry)) {
        detail.retry_after = FromProto(retry.retry_delay());
      }
    }
  }
  v1::ErrorReason known = v1::ERROR_REASON_UNSPECIFIED;
  if (v1::ErrorReason_Parse("ERROR_REASON_" + reason, &known)) {
    detail.reason = static_cast<ErrorReason>(known);
  }
  absl::Status result =
      MakeError(static_cast<absl::StatusCode>(status.error_code()), status.error_message(), detail);
  result.SetPayload(kReasonUrl, absl::Cord(reason));
  result.SetPayload(kChineseUrl, absl::Cord(chinese));
  result.SetPayload(kRequestIdUrl, absl::Cord(ToAbsl(request_id)));
  return result;
}

CallError DescribeError(const absl::Status& status) {
  CallError error;
  error.code = status.code();
  error.message = std::string(status.message());
  error.message_zh = Payload(status, kChineseUrl);
  error.request_id = Payload(status, kRequestIdUrl);
  error.reason = Payload(status, kReasonUrl);
  if (std::optional<ErrorDetail> detail = GetErrorDetail(status); detail.has_value()) {
    if (error.reason.empty() && detail->reason != ErrorReason::kUnspecified) {
      error.reason = ErrorReasonName(detail->reason);
    }
    error.metadata = std::move(detail->metadata);
    error.violations = std::move(detail->violations);
    error.retry_after = detail->retry_after;
  }
  return error;
}

std::string_view CodeName(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return "OK";
    case absl::StatusCode::kCancelled:
      return "CANCELLED";
    case absl::StatusCode::kInvalidArgument:
      return "INVALID_ARGUMENT";
    case absl::StatusCode::kDeadlineExceeded:
      return "DEADLINE_EXCEEDED";
    case absl::StatusCode::kNotFound:
      return "NOT_FOUND";
    case absl::StatusCode::kAlreadyExists:
      return "ALREADY_EXISTS";
    case absl::StatusCode::kPermissionDenied:
      return "PERMISSION_DENIED";
    case absl::StatusCode::kUnauthenticated:
      return "UNAUTHENTICATED";
    case absl::StatusCode::kResourceExhausted:
      return "RESOURCE_EXHAUSTED";
    case absl::StatusCode::kFailedPrecondition:
      return "FAILED_PRECONDITION";
    case absl::StatusCode::kAborted:
      return "ABORTED";
    case absl::StatusCode::kOutOfRange:
      return "OUT_OF_RANGE";
    case absl::StatusCode::kUnimplemented:
      return "UNIMPLEMENTED";
    case absl::StatusCode::kInternal:
      return "INTERNAL";
    case absl::StatusCode::kUnavailable:
      return "UNAVAILABLE";
    case absl::StatusCode::kDataLoss:
      return "DATA_LOSS";
    default:
      return "UNKNOWN";
  }
}

}  // namespace quotes::client
