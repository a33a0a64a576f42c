#ifndef QUOTES_SERVICE_EXTRACT_FORMAT_H_
#define QUOTES_SERVICE_EXTRACT_FORMAT_H_

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"

namespace quotes::extract {

// Formats that sources may have. The numbers are those of the contract.
enum class Format { kPlainText = 1, kMarkdown = 2, kHtml = 3, kDocx = 4, kPdf = 5, kMhtml = 6 };

// Version of the rules by which sources are read; stored with every revision that is no plain text.
std::string_view ExtractVersion();

// "text", "markdown", "html", "docx", "pdf", "mhtml".
std::string_view FormatName(Format format);
// The names above, in any case, and "txt", "md", "htm", "mht", "plain".
std::optional<Format> ParseFormat(std::string_view name);
// "text/plain", "text/markdown", "text/html", "application/pdf", ….
std::string_view MediaType(Format format);
// True when the bytes are in a text encoding.
bool IsTextFormat(Format format);

// The format of a source, by its content: the first bytes, the parts of an office document, tags,
// front matter and marks of Markdown. `file_name` decides only between plain text and Markdown
// where the content leaves it open, and may be empty. What is neither is plain text.
//
// INVALID_ARGUMENT / UNSUPPORTED_FORMAT naming what the source is (an old Word document, RTF, a
// picture, another kind of archive …), ENCRYPTED for an office document with a password. Reads no
// more than it must and interprets nothing; thread-safe.
absl::StatusOr<Format> DetectFormat(std::string_view bytes, std::string_view file_name);

}  // namespace quotes::extract

#endif  // QUOTES_SERVICE_EXTRACT_FORMAT_H_
