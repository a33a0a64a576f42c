#ifndef QUOTES_SERVICE_LIBRARY_SNAPSHOT_FOLDER_H_
#define QUOTES_SERVICE_LIBRARY_SNAPSHOT_FOLDER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/store/store.h"

// A folder through which a writer hands its states to replicas. Each is a whole database and, when
// that is there, a small manifest that says what it is:
//
//   quotes-1768608000000000.db
//   quotes-1768608000000000.manifest
//
// The number is the time of publishing in microseconds, raised where the clock does not rise: the
// highest is the newest, whatever became of the archive revision (a writer may have been restored
// from a backup). Files never change once they have their names. Any tool may carry them, in any
// order and at any pace: a manifest ends in its own hash, and names size and hash of its database,
// so that nothing is taken half.
namespace quotes {

struct Manifest {
  uint64_t sequence = 0;
  uint64_t archive_revision = 0;
  int64_t schema_version = 0;
  uint64_t size_bytes = 0;
  std::string sha256;

  absl::Time publish_time() const { return absl::FromUnixMicros(static_cast<int64_t>(sequence)); }
  friend bool operator==(const Manifest&, const Manifest&) = default;
};

std::string DatabaseName(uint64_t sequence);
std::string ManifestName(uint64_t sequence);

std::string WriteManifest(const Manifest& manifest);
// Nullopt for anything that WriteManifest did not write, byte for byte.
std::optional<Manifest> ReadManifest(std::string_view text);

// Those of a folder that are whole, newest first. What else is there is passed over; a folder that
// cannot be read has none.
std::vector<Manifest> ListManifests(const std::string& folder);

// Publishes what `store` holds as the newest and removes all that it published before but the
// newest `keep`. REQUIRES: one at a time in a folder. Errors: those of Store::CopyTo.
absl::StatusOr<Manifest> Publish(store::Store& store, const std::string& folder, size_t keep,
                                 const Cancellation& cancellation);

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_SNAPSHOT_FOLDER_H_
