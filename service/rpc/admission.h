#ifndef QUOTES_SERVICE_RPC_ADMISSION_H_
#define QUOTES_SERVICE_RPC_ADMISSION_H_

#include <string_view>

#include "absl/status/status.h"
#include "service/rpc/access.h"

namespace grpc {
class CallbackServerContext;
}

namespace quotes::rpc {

// Asks `gate` about a call of gRPC, as its Admit() says; without a gate everybody is let in.
absl::Status Admit(Gate* gate, const grpc::CallbackServerContext& context, std::string_view method,
                   Caller* caller);

// The same of a call that was let in: whether it may go on, as StillAdmits() says.
absl::Status StillAdmits(Gate* gate, const grpc::CallbackServerContext& context,
                         std::string_view method);

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_ADMISSION_H_
