#ifndef QUOTES_SERVICE_RPC_GRPC_STATUS_H_
#define QUOTES_SERVICE_RPC_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include <string>

#include "absl/status/status.h"

namespace quotes::rpc {

// The only place where a status of the wire is made. Gives the code, the sentence and the
// google.rpc details of a status from the error catalogue: ErrorInfo, BadRequest, RetryInfo and
// LocalizedMessage in English and Chinese.
//
// Sentences of INTERNAL errors speak of files and engines; callers get a general one instead, and
// the log gets the real one (CallRecord::error). CANCELLED and DEADLINE_EXCEEDED have no details:
// the code says all, and the caller caused it. Any other status that is not from the catalogue is
// INTERNAL / INTERNAL.
//
// What travels (the percent-encoded sentence and the details in base64) never exceeds
// limits::kMaxStatusBytes: sentences and values are cut on a code point border, then details are
// left out, LocalizedMessage first, then BadRequest, then RetryInfo; never ErrorInfo.
grpc::Status ToGrpcStatus(const absl::Status& status);

// The Chinese sentence for an error of the catalogue.
std::string ChineseMessage(const absl::Status& status);

// How many bytes of metadata a status takes on the wire.
size_t WireSize(const grpc::Status& status);

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_GRPC_STATUS_H_
