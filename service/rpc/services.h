#ifndef QUOTES_SERVICE_RPC_SERVICES_H_
#define QUOTES_SERVICE_RPC_SERVICES_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "service/library/library.h"

namespace grpc {
class Service;
}

namespace quotes::rpc {

// What a finished call leaves for the log and for metrics. Holds no text of requests or answers.
struct CallRecord {
  std::string_view method;  // "/quotes.v1.QuoteService/SearchQuotes"
  std::string_view peer;
  std::string_view request_id;  // of the call's metadata x-request-id, or made here
  int code = 0;                 // grpc::StatusCode
  std::string_view reason;      // ErrorReason, empty if OK
  absl::Duration duration;
  size_t request_bytes = 0;
  size_t answer_bytes = 0;
};

struct ServicesOptions {
  std::string program_version;
  absl::Time start_time;
  // Called once for every finished call, from any thread; must not block.
  std::function<void(const CallRecord&)> on_call;
};

// The gRPC services over a library: proto to domain, errors, paging, limits. Look-ups run inline in
// gRPC's callback threads (memory only); calls that touch the store run on a bounded executor that
// refuses with QUEUE_FULL. The library must outlive the services; the server must have ended
// (Shutdown and Wait) before the services are destroyed.
class Services {
 public:
  Services(Library* library, ServicesOptions options);
  ~Services();
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

  // To be registered with a server builder; owned by this object.
  std::vector<grpc::Service*> services();

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_SERVICES_H_
