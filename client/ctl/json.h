#ifndef QUOTES_CLIENT_CTL_JSON_H_
#define QUOTES_CLIENT_CTL_JSON_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "client/error.h"

namespace google::protobuf {
class Message;
}

namespace quotes::ctl {

// The message as one line of protobuf JSON, without a line break: the contract's field names, every
// singular and repeated field present (messages and optional fields only when set), enums by name,
// 64-bit integers as strings. The same message gives the same bytes.
std::string ToJson(const google::protobuf::Message& message);

// Reads protobuf JSON; fields that the message does not have are passed over. INVALID_ARGUMENT says
// what cannot be read.
absl::Status FromJson(std::string_view json, google::protobuf::Message* message);

// A JSON string with its quotation marks. REQUIRES: UTF-8.
std::string JsonString(std::string_view text);

// {"code":…,"reason":…,"message":…,"metadata":{…},"violations":[{"field":…,"description":…}],
// "request_id":…}, with "file" in front when one is given.
std::string ErrorJson(const client::CallError& error, std::string_view file = {});

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_JSON_H_
