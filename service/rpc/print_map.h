#ifndef QUOTES_SERVICE_RPC_PRINT_MAP_H_
#define QUOTES_SERVICE_RPC_PRINT_MAP_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "quotes/v1/quote.pb.h"
#include "service/archive/packed_document.h"
#include "service/report/report.h"

namespace quotes::rpc {

// Where the text of one document stands in its source. The print spans are put in order once, and a
// line that is asked for piece by piece, in text order, is measured once: the places of all quotes
// take a time that grows with the text, however long it is and however long its lines are.
// Thread-compatible.
class PrintMap {
 public:
  // `document` must outlive the object.
  explicit PrintMap(const archive::PackedDocument& document);

  // The places of the characters of `range`, in source order.
  std::vector<v1::PrintPlace> Places(report::Range range);

 private:
  struct Bytes {
    uint64_t begin = 0;
    uint64_t end = 0;
  };

  // The bytes of a part of a span; those of the whole span where they cannot be told: too wide, but
  // never wrong.
  Bytes BytesOf(size_t span, report::Range part);
  std::optional<Bytes> PartOf(size_t span, report::Range part);

  // How far the bytes of one span have been counted.
  struct Measured {
    size_t span = 0;
    bool exact = false;     // its characters, written again, have as many bytes as it has
    uint32_t position = 0;  // in the joined text
    uint64_t bytes = 0;     // of the span before `position`
  };

  const archive::PackedDocument& document_;
  std::vector<uint32_t> order_;  // the spans that hold text, in the order of the joined text
  bool disjoint_ = true;
  std::optional<Measured> measured_;
};

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_PRINT_MAP_H_
