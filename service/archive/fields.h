#ifndef QUOTES_SERVICE_ARCHIVE_FIELDS_H_
#define QUOTES_SERVICE_ARCHIVE_FIELDS_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "service/archive/flat.h"

// Numbers and texts one after the other, for what is written once and read as a whole.
namespace quotes::archive {

inline void PutNumber(uint64_t number, ByteSink* sink) { sink->Append(&number, sizeof(number)); }

inline void PutText(std::string_view text, ByteSink* sink) {
  PutNumber(text.size(), sink);
  sink->Append(text.data(), text.size());
}

// Reads what Put wrote; false behind the end.
class FieldReader {
 public:
  // `bytes` outlive the object.
  explicit FieldReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  bool Number(uint64_t* number) {
    if (bytes_.size() < sizeof(*number)) {
      return false;
    }
    std::memcpy(number, bytes_.data(), sizeof(*number));
    bytes_ = bytes_.subspan(sizeof(*number));
    return true;
  }
  bool Text(std::string* text) {
    uint64_t size = 0;
    if (!Number(&size) || size > bytes_.size()) {
      return false;
    }
    text->assign(reinterpret_cast<const char*>(bytes_.data()), static_cast<size_t>(size));
    bytes_ = bytes_.subspan(static_cast<size_t>(size));
    return true;
  }
  bool done() const { return bytes_.empty(); }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_FIELDS_H_
