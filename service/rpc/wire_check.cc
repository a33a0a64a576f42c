#include "service/rpc/wire_check.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/text/utf8.h"

namespace quotes::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;

// Protobuf itself refuses deeper nesting.
constexpr int kMaxDepth = 100;

struct BadText {
  std::string path;
  size_t offset = 0;
};

// The first string field that is not UTF-8, or nullopt if the walk ends (or breaks off at malformed
// bytes) without one.
std::optional<BadText> FindBadText(const Descriptor& type, std::string_view bytes,
                                   const std::string& prefix, int depth) {
  if (depth > kMaxDepth) {
    return std::nullopt;
  }
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  std::map<int, int> seen;  // values so far of each repeated field
  for (;;) {
    const uint32_t tag = in.ReadTag();
    if (tag == 0) {
      return std::nullopt;
    }
    const FieldDescriptor* field = type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
    const bool text = field != nullptr && field->type() == FieldDescriptor::TYPE_STRING;
    const bool message = field != nullptr && field->type() == FieldDescriptor::TYPE_MESSAGE;
    if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED ||
        (!text && !message)) {
      if (!WireFormatLite::SkipField(&in, tag)) {
        return std::nullopt;
      }
      continue;
    }
    uint32_t size = 0;
    if (!in.ReadVarint32(&size)) {
      return std::nullopt;
    }
    const size_t begin = static_cast<size_t>(in.CurrentPosition());
    if (size > bytes.size() - begin || !in.Skip(static_cast<int>(size))) {
      return std::nullopt;
    }
    const std::string_view value = bytes.substr(begin, size);
    std::string path = absl::StrCat(prefix, field->name());
    if (field->is_repeated()) {
      absl::StrAppend(&path, "[", seen[field->number()]++, "]");
    }
    if (text) {
      if (const std::optional<size_t> offset = text::FindInvalidUtf8(value)) {
        return BadText{path, *offset};
      }
    } else if (auto found = FindBadText(*field->message_type(), value, path + ".", depth + 1)) {
      return found;
    }
  }
}

}  // namespace

absl::Status ExplainParseFailure(const Descriptor& type, std::string_view bytes) {
  if (const auto found = FindBadText(type, bytes, "", 0)) {
    return errors::InvalidUtf8(found->path, found->offset);
  }
  return errors::MalformedMessage(type.full_name());
}

absl::Status ParseElements(std::string_view bytes, int number, google::protobuf::Message* message,
                           std::map<int, absl::Status>* faults) {
  const FieldDescriptor* const field = message->GetDescriptor()->FindFieldByNumber(number);
  const auto malformed = [&] {
    return errors::MalformedMessage(message->GetDescriptor()->full_name());
  };
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  for (int count = 0;;) {
    const uint32_t tag = in.ReadTag();
    if (tag == 0) {
      return in.ConsumedEntireMessage() ? absl::OkStatus() : malformed();
    }
    if (WireFormatLite::GetTagFieldNumber(tag) != number ||
        WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      if (!WireFormatLite::SkipField(&in, tag)) {
        return malformed();
      }
      continue;
    }
    uint32_t size = 0;
    if (!in.ReadVarint32(&size)) {
      return malformed();
    }
    const size_t begin = static_cast<size_t>(in.CurrentPosition());
    if (size > bytes.size() - begin || !in.Skip(static_cast<int>(size))) {
      return malformed();
    }
    google::protobuf::Message* const element = message->GetReflection()->AddMessage(message, field);
    if (!element->ParseFromArray(bytes.data() + begin, static_cast<int>(size))) {
      element->Clear();
      const auto bad = FindBadText(*field->message_type(), bytes.substr(begin, size), "", 0);
      if (!bad.has_value()) {
        return malformed();
      }
      faults->emplace(count, errors::InvalidUtf8(bad->path, bad->offset));
    }
    ++count;
  }
}

}  // namespace quotes::rpc
