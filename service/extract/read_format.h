#ifndef QUOTES_SERVICE_EXTRACT_READ_FORMAT_H_
#define QUOTES_SERVICE_EXTRACT_READ_FORMAT_H_

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "service/extract/extracted_text.h"
#include "service/extract/format.h"
#include "service/text/decode.h"

// The readers themselves, for the worker, tests and fuzzers: hostile bytes do not belong into the
// process that holds the archive, see Extractor. Errors are those of Extractor::Extract. All are
// deterministic and keep no state.
namespace quotes::extract {

// HTML as browsers show it without running programs. A block is a line, and so is what <br> parts.
// Line breaks of the source are spaces, and nothing between two wide characters. The encoding is
// that of the byte-order mark, else UTF-8 where the bytes are, else what the page declares, else
// what text::Decode finds. The raised number of a note gets brackets. What holds most of a page's
// text is never taken for navigation, whatever its element is called.
absl::StatusOr<ExtractedText> ReadHtml(std::string_view bytes,
                                       std::optional<text::Encoding> encoding);

// The page of a saved page with what belongs to it (MHTML, RFC 2557): that of its root, else of the
// first part that is one, read as HTML. The encoding is that of the page, else what its part's head
// declares. A page that no line of the archive ends breaks off.
absl::StatusOr<ExtractedText> ReadMhtml(std::string_view bytes,
                                        std::optional<text::Encoding> encoding);

// Word documents (Office Open XML): a paragraph is a line, and so is what line breaks part.
// Numbers and bullets are computed as Word shows them. Insertions of tracked changes are text,
// deletions are not, nor what is struck through or hidden. Notes follow the text, each with the
// number that its reference has in brackets, which raised numbers get too; headers and footers come
// last. Pages are those that Word noted when it last laid the text out, if it did.
absl::StatusOr<ExtractedText> ReadDocx(std::string_view bytes);

// Markdown (CommonMark with tables and strikethrough; no indented code, as paragraphs are indented)
// with front matter in YAML (key: value) or TOML. The marks are not text, nor is what is struck
// through by two tildes or <del>.
absl::StatusOr<ExtractedText> ReadMarkdown(std::string_view bytes,
                                           std::optional<text::Encoding> encoding);

// The layout of a PDF as `pdftotext -bbox-layout` describes it: pages, columns in reading order and
// the place of every line. What repeats at the head or foot of pages is a running head or a page
// number, small print below the text a note. Short lines in larger print are headings; the largest
// has level 1.
absl::StatusOr<ExtractedText> ReadPdfLayout(std::string_view layout);

}  // namespace quotes::extract

#endif  // QUOTES_SERVICE_EXTRACT_READ_FORMAT_H_
