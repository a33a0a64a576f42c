#ifndef QUOTES_SERVICE_SERVER_INTROSPECTION_H_
#define QUOTES_SERVICE_SERVER_INTROSPECTION_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "service/rpc/access.h"
#include "service/rpc/services.h"

namespace grpc {
class Service;
}

namespace quotes::server {

// gRPC's own services that show what a server is and does: reflection (v1alpha) and channelz.
// gRPC's plugins for them answer everybody; these ask the gate first, as all other services do.
class Introspection {
 public:
  // `names`: full names of what reflection lists beside these two. Null gate: answers everybody.
  // Calls have their places among those of `services`, which must outlive their last one. `on_call`
  // is told of every call, also of one that is refused; null: nobody is.
  Introspection(std::shared_ptr<rpc::Gate> gate, std::vector<std::string> names,
                rpc::Services* services, std::function<void(const rpc::CallRecord&)> on_call);
  ~Introspection();
  Introspection(const Introspection&) = delete;
  Introspection& operator=(const Introspection&) = delete;

  // To be registered with a server builder; owned by this object.
  std::vector<grpc::Service*> services();

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_INTROSPECTION_H_
