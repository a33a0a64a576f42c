#include "service/rpc/request_shape.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/limits.h"

namespace quotes::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Messages inside each other; requests have four.
constexpr int kMaxDepth = 6;

// Of text that is UTF-8: bytes that do not continue a character.
size_t CodePoints(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

class Shape {
 public:
  void Add(const Message& message, const std::string& prefix, int depth) {
    const Reflection& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(message, &fields);
    for (const FieldDescriptor* const field : fields) {
      const std::string path = absl::StrCat(prefix, field->name());
      if (field->is_repeated()) {
        Put(path, ".count=", absl::StrCat(reflection.FieldSize(message, field)));
        continue;
      }
      switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_MESSAGE:
          if (depth == kMaxDepth) {
            Put(path, "=", "set");
          } else {
            Add(reflection.GetMessage(message, field), path + ".", depth + 1);
          }
          break;
        case FieldDescriptor::CPPTYPE_STRING: {
          const std::string text = reflection.GetString(message, field);
          if (field->type() == FieldDescriptor::TYPE_BYTES) {
            Put(path, ".bytes=", absl::StrCat(text.size()));
          } else {
            Put(path, ".code_points=", absl::StrCat(CodePoints(text)));
          }
          break;
        }
        case FieldDescriptor::CPPTYPE_ENUM:
          Put(path, "=", std::string(reflection.GetEnum(message, field)->name()));
          break;
        case FieldDescriptor::CPPTYPE_BOOL:
          Put(path, "=", reflection.GetBool(message, field) ? "true" : "false");
          break;
        case FieldDescriptor::CPPTYPE_INT32:
          Put(path, "=", absl::StrCat(reflection.GetInt32(message, field)));
          break;
        case FieldDescriptor::CPPTYPE_INT64:
          Put(path, "=", absl::StrCat(reflection.GetInt64(message, field)));
          break;
        case FieldDescriptor::CPPTYPE_UINT32:
          Put(path, "=", absl::StrCat(reflection.GetUInt32(message, field)));
          break;
        case FieldDescriptor::CPPTYPE_UINT64:
          Put(path, "=", absl::StrCat(reflection.GetUInt64(message, field)));
          break;
        case FieldDescriptor::CPPTYPE_DOUBLE:
        case FieldDescriptor::CPPTYPE_FLOAT:
          Put(path, "=", "set");
          break;
      }
    }
  }

  std::string Take() { return std::move(text_); }

 private:
  void Put(const std::string& path, std::string_view separator, const std::string& value) {
    const size_t size = path.size() + separator.size() + value.size() + (text_.empty() ? 0 : 1);
    full_ = full_ || text_.size() + size > limits::kMaxShapeBytes;
    if (full_) {
      return;
    }
    if (!text_.empty()) {
      text_ += ' ';
    }
    text_ += path;
    text_ += separator;
    text_ += value;
  }

  std::string text_;
  bool full_ = false;
};

}  // namespace

std::string ShapeOf(const Message& request) {
  Shape shape;
  shape.Add(request, "", 0);
  return shape.Take();
}

}  // namespace quotes::rpc
