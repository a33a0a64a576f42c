#ifndef QUOTES_CLIENT_CTL_OUTPUT_FILE_H_
#define QUOTES_CLIENT_CTL_OUTPUT_FILE_H_

#include <functional>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "client/ctl/context.h"

namespace quotes::ctl {

// Writes a file beside its target first and renames it then: what fails leaves an older one whole.
// INVALID_ARGUMENT with a sentence for people.
absl::Status WriteOutputFile(const Context& context, const std::string& path,
                             const std::function<void(std::ostream*)>& write);

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_OUTPUT_FILE_H_
