// Any bytes as the manifest of a published snapshot, which any tool may have carried: what is read
// is what was written, byte for byte.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "service/base/check.h"
#include "service/library/snapshot_folder.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto manifest = quotes::ReadManifest(text);
  if (manifest.has_value()) {
    QUOTES_CHECK(quotes::WriteManifest(*manifest) == text);
    return 0;
  }
  // The same numbers in a manifest that is right.
  quotes::Manifest made;
  for (size_t i = 0; i < size; ++i) {
    made.sequence = made.sequence * 31 % 1'000'000'000'000'000 + data[i];
    made.archive_revision = made.archive_revision * 17 % 1'000'000'000 + data[i];
    made.size_bytes += data[i];
  }
  made.schema_version = static_cast<int64_t>(size);
  made.sha256.assign(64, size % 2 == 0 ? 'a' : '0');
  QUOTES_CHECK(quotes::ReadManifest(quotes::WriteManifest(made)) == made);
  return 0;
}
