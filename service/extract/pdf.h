#ifndef QUOTES_SERVICE_EXTRACT_PDF_H_
#define QUOTES_SERVICE_EXTRACT_PDF_H_

#include <string>

#include "absl/status/statusor.h"

namespace quotes::extract {

// What `pdftotext -bbox-layout` says of the PDF that is read from `fd`. It runs as a child that can
// start nothing itself. ENCRYPTED, MALFORMED_SOURCE, EXTRACTION_FAILED; EXTRACTOR_UNAVAILABLE when
// it is not installed.
absl::StatusOr<std::string> DescribePdf(int fd);

}  // namespace quotes::extract

#endif  // QUOTES_SERVICE_EXTRACT_PDF_H_
