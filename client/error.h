#ifndef QUOTES_CLIENT_ERROR_H_
#define QUOTES_CLIENT_ERROR_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/base/errors.h"

namespace grpc {
class Status;
}

namespace quotes::client {

// Everything a failed call says, for programs and for people.
struct CallError {
  absl::StatusCode code = absl::StatusCode::kUnknown;
  // Name of a quotes.v1.ErrorReason without its prefix ("PAGE_TOKEN_INVALID"), also one that this
  // program does not know; empty when the error did not come from the service's catalogue.
  std::string reason;
  std::string message;     // English
  std::string message_zh;  // empty when the server sent none
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<FieldViolation> violations;
  std::optional<absl::Duration> retry_after;
  std::string request_id;  // as in the server's log; empty for errors of this process
};

// Reads the google.rpc details of a finished call into an absl::Status: GetErrorReason and
// GetErrorDetail of service/base/errors.h work on it, and DescribeError gives the rest. Details
// that cannot be read are left out; the code and the message always survive.
absl::Status FromGrpcStatus(const grpc::Status& status, std::string_view request_id);

// Describes a status made by FromGrpcStatus or by the error catalogue.
// REQUIRES: !status.ok().
CallError DescribeError(const absl::Status& status);

// "NOT_FOUND", "INVALID_ARGUMENT", ...: the spelling of google.rpc.Code.
std::string_view CodeName(absl::StatusCode code);

}  // namespace quotes::client

#endif  // QUOTES_CLIENT_ERROR_H_
