#ifndef QUOTES_SERVICE_BASE_FILE_H_
#define QUOTES_SERVICE_BASE_FILE_H_

#include <optional>
#include <string>

namespace quotes {

// The bytes of a small file; nullopt for one that cannot be opened or read (a folder, say).
std::optional<std::string> ReadWholeFile(const std::string& path);

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_FILE_H_
