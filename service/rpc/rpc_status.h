#ifndef QUOTES_SERVICE_RPC_RPC_STATUS_H_
#define QUOTES_SERVICE_RPC_RPC_STATUS_H_

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"

namespace quotes::rpc {

// What ToGrpcStatus (grpc_status.h) sends, as a message inside an answer: code, sentence and
// details, within the same limits. Empty for OK.
google::rpc::Status ToRpcStatus(const absl::Status& status);

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_RPC_STATUS_H_
