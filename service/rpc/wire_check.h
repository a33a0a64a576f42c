#ifndef QUOTES_SERVICE_RPC_WIRE_CHECK_H_
#define QUOTES_SERVICE_RPC_WIRE_CHECK_H_

#include <map>
#include <string_view>

#include "absl/status/status.h"

namespace google::protobuf {
class Descriptor;
class Message;
}  // namespace google::protobuf

namespace quotes::rpc {

// Says why `bytes`, which protobuf refused to parse, are not a message of type `type`. Walks the
// wire format by the descriptor, through nested, repeated and oneof fields.
//
// INVALID_ARGUMENT / INVALID_UTF8 naming the path of the first string field (in the order of the
// bytes) that is not UTF-8 and the offset in it; else MALFORMED_MESSAGE. Pure; any bytes are
// accepted.
absl::Status ExplainParseFailure(const google::protobuf::Descriptor& type, std::string_view bytes);

// Parses a message whose repeated field `number` has messages that stand each by itself; other
// fields are left out. An element with text that is not UTF-8 stays empty, and `faults` has its
// INVALID_UTF8 by its index, the path beginning in the element. MALFORMED_MESSAGE for other bytes.
absl::Status ParseElements(std::string_view bytes, int number, google::protobuf::Message* message,
                           std::map<int, absl::Status>* faults);

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_WIRE_CHECK_H_
