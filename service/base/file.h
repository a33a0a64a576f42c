#ifndef QUOTES_SERVICE_BASE_FILE_H_
#define QUOTES_SERVICE_BASE_FILE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace quotes {

// The bytes of a small file; nullopt for one that cannot be opened or read (a folder, say).
std::optional<std::string> ReadWholeFile(const std::string& path);

// The bytes of a regular file; never waits for anything, as a pipe or a device would make it.
// INVALID_ARGUMENT, which names the path, for what is no regular file, cannot be read, or has more
// than `most` bytes.
absl::StatusOr<std::string> ReadRegularFile(const std::string& path, size_t most);

// The same; INVALID_ARGUMENT also for a file that its group or everybody may write to: what decides
// who may do what is its owner's alone.
absl::StatusOr<std::string> ReadOwnersFile(const std::string& path, size_t most);

// Bytes that are free for this process on the file system of a path; nullopt if it cannot be asked.
std::optional<uint64_t> FreeBytes(const std::string& path);

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_FILE_H_
