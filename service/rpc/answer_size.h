#ifndef QUOTES_SERVICE_RPC_ANSWER_SIZE_H_
#define QUOTES_SERVICE_RPC_ANSWER_SIZE_H_

#include <google/protobuf/message_lite.h>

#include <cstddef>

#include "service/base/limits.h"

namespace quotes::rpc {

// Keeps a page within limits::kMaxAnswerBytes: elements are added while they fit.
// Thread-compatible.
class AnswerSize {
 public:
  // `answer` holds everything but the elements of the page and its token.
  explicit AnswerSize(const google::protobuf::MessageLite& answer)
      : bytes_(answer.ByteSizeLong() + limits::kMaxPageTokenBytes) {}

  // Counts one more element; false when the answer would become too large. The first element always
  // fits, so that every page makes progress: no single element comes near the limit.
  bool Add(const google::protobuf::MessageLite& element) {
    constexpr size_t kTagAndLength = 6;
    return Add(element.ByteSizeLong() + kTagAndLength);
  }
  // The same for an element of which the bytes are known, tag and length included.
  bool Add(size_t bytes) {
    bytes_ += bytes;
    return elements_++ == 0 || bytes_ <= limits::kMaxAnswerBytes;
  }

 private:
  size_t bytes_;
  size_t elements_ = 0;
};

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_ANSWER_SIZE_H_
