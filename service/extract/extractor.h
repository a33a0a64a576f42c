#ifndef QUOTES_SERVICE_EXTRACT_EXTRACTOR_H_
#define QUOTES_SERVICE_EXTRACT_EXTRACTOR_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/base/cancellation.h"
#include "service/base/limits.h"
#include "service/extract/extracted_text.h"
#include "service/extract/format.h"
#include "service/text/decode.h"

namespace quotes::extract {

// quotes-extract in the folder of the running program.
std::string DefaultWorkerPath();

struct ExtractorOptions {
  // The worker; empty: quotes-extract in the folder of the running program.
  std::string worker_path;
  absl::Duration timeout = absl::Seconds(limits::kMaxExtractSeconds);
};

// Reads foreign formats: each source in a worker process that has limits of memory and time, no
// network and no way to write, and ends with it. Whatever a source does there is an error here.
// Thread-safe.
class Extractor {
 public:
  explicit Extractor(ExtractorOptions options = {});

  // The text of a source in any format but plain text. `encoding` is for text formats; nullopt:
  // found out. Blocks; a worker costs some milliseconds.
  //
  // INVALID_ARGUMENT with the reason ENCRYPTED, NO_TEXT_LAYER, UNSUPPORTED_FORMAT,
  // MALFORMED_SOURCE, UNDECODABLE_TEXT, EMPTY_TEXT or SOURCE_TOO_LARGE; EXTRACTION_FAILED when the
  // worker crashed, exceeded a limit or gave no sound answer. FAILED_PRECONDITION /
  // EXTRACTOR_UNAVAILABLE when there is no worker, or none that can confine itself. CANCELLED,
  // DEADLINE_EXCEEDED.
  absl::StatusOr<ExtractedText> Extract(Format format, std::string_view bytes,
                                        std::optional<text::Encoding> encoding,
                                        const Cancellation& cancellation) const;

 private:
  const ExtractorOptions options_;
};

}  // namespace quotes::extract

#endif  // QUOTES_SERVICE_EXTRACT_EXTRACTOR_H_
