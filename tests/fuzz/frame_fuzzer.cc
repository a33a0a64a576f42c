// Any bytes: a frame is refused, or what it says is said again by the frame of what was read.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "service/extract/frame.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string frame(reinterpret_cast<const char*>(data), size);
  const auto text = quotes::extract::DecodeFrame(frame);
  if (text.ok() && quotes::extract::EncodeFrame(text) != frame) {
    std::fprintf(stderr, "the frame does not come back\n");
    std::abort();
  }
  return 0;
}
