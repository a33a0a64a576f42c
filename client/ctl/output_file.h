#ifndef QUOTES_CLIENT_CTL_OUTPUT_FILE_H_
#define QUOTES_CLIENT_CTL_OUTPUT_FILE_H_

#include <functional>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "client/ctl/context.h"

namespace quotes::ctl {

// Writes a file beside its target first and renames it then: what fails leaves an older one whole.
// Devices and pipes are written to. With a sentence for people, INVALID_ARGUMENT where nothing can
// be written, RESOURCE_EXHAUSTED when writing fails.
absl::Status WriteOutputFile(const Context& context, const std::string& path,
                             const std::function<void(std::ostream*)>& write);

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_OUTPUT_FILE_H_
