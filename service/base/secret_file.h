#ifndef QUOTES_SERVICE_BASE_SECRET_FILE_H_
#define QUOTES_SERVICE_BASE_SECRET_FILE_H_

#include <string>

namespace quotes {

// Whether a file that holds a secret can be read or changed by others than whoever runs this: the
// group counts where the file is this user's own; one of another owner may be shared by its group
// on purpose. False for what is no regular file.
bool IsExposed(const std::string& path);

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_SECRET_FILE_H_
