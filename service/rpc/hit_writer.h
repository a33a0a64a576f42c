#ifndef QUOTES_SERVICE_RPC_HIT_WRITER_H_
#define QUOTES_SERVICE_RPC_HIT_WRITER_H_

#include <cstddef>
#include <string>

#include "service/archive/archive.h"

namespace quotes::rpc {

// Writes hits as they travel, without making messages of them first: the common page of a look-up
// is most of what the look-up costs. The bytes are those of v1::QuoteHit messages, made by
// Converter::SetHit in the basic view, without context and with offsets in code points, as elements
// of the field number 1 of an answer. Thread-compatible.
class HitWriter {
 public:
  // Appends to `out`, which must outlive the writer.
  explicit HitWriter(std::string* out) : out_(*out) {}

  // Returns the number of bytes appended.
  size_t Append(const archive::Hit& hit);
  // Takes the last hit away again; once after each Append.
  void RemoveLast() { out_.resize(before_); }

 private:
  std::string& out_;
  size_t before_ = 0;
  // Parts whose sizes stand before them, kept for their memory.
  std::string hit_;
  std::string quote_;
  std::string part_;
};

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_HIT_WRITER_H_
