#include "client/ctl/json.h"

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"
#include "service/base/check.h"

namespace quotes::ctl {

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  // Fails only for well-known types out of their range and for unknown Any types; the contract has
  // neither.
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  QUOTES_CHECK(status.ok());
  return json;
}

absl::Status FromJson(std::string_view json, google::protobuf::Message* message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status =
      google::protobuf::util::JsonStringToMessage(std::string(json), message, options);
  return status.ok() ? absl::OkStatus() : absl::InvalidArgumentError(status.ToString());
}

std::string JsonString(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 0xf]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

std::string ErrorJson(const client::CallError& error, std::string_view file) {
  std::string out = "{";
  if (!file.empty()) {
    absl::StrAppend(&out, "\"file\":", JsonString(file), ",");
  }
  absl::StrAppend(&out, "\"code\":", JsonString(client::CodeName(error.code)),
                  ",\"reason\":", JsonString(error.reason),
                  ",\"message\":", JsonString(error.message), ",\"metadata\":{");
  const char* separator = "";
  for (const auto& [key, value] : error.metadata) {
    absl::StrAppend(&out, separator, JsonString(key), ":", JsonString(value));
    separator = ",";
  }
  absl::StrAppend(&out, "},\"violations\":[");
  separator = "";
  for (const FieldViolation& violation : error.violations) {
    absl::StrAppend(&out, separator, "{\"field\":", JsonString(violation.field),
                    ",\"description\":", JsonString(violation.description), "}");
    separator = ",";
  }
  absl::StrAppend(&out, "],\"request_id\":", JsonString(error.request_id), "}");
  return out;
}

}  // namespace quotes::ctl
