// Any bytes: ReadMhtml refuses them or gives a sound text.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "service/extract/read_format.h"
#include "tests/support/documents.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto text = quotes::extract::ReadMhtml(bytes, std::nullopt);
  if (text.ok()) {
    if (const std::string violation = quotes::testing::Violation(*text); !violation.empty()) {
      std::fprintf(stderr, "%s\n", violation.c_str());
      std::abort();
    }
  }
  return 0;
}
