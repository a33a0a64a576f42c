#include <optional>
#include <string>
#include <utility>

#include "service/base/errors.h"
#include "service/base/status_macros.h"
#include "service/extract/mime.h"
#include "service/extract/read_format.h"

namespace quotes::extract {

absl::StatusOr<ExtractedText> ReadMhtml(std::string_view bytes,
                                        std::optional<text::Encoding> encoding) {
  const std::optional<MimeEntity> archive = ReadMimeEntity(bytes);
  const std::optional<WebPage> page =
      archive.has_value() ? FindWebPage(*archive) : std::optional<WebPage>();
  if (!page.has_value()) {
    return errors::MalformedSource("mhtml", "has no page among its parts");
  }
  const std::string html = DecodeTransfer(page->entity);
  if (html.empty()) {
    return errors::EmptyText();
  }
  absl::StatusOr<ExtractedText> text = ReadHtml(html, encoding);
  // What is UTF-8 is nothing else; otherwise the head knows better than the page, whose bytes may
  // have been written anew.
  if (const std::optional<text::Encoding> declared = text::ParseEncoding(page->entity.charset);
      !encoding.has_value() && declared.has_value() && text.ok() &&
      text->encoding != text::Encoding::kUtf8 && text->encoding != *declared) {
    if (absl::StatusOr<ExtractedText> other = ReadHtml(html, declared); other.ok()) {
      text = std::move(other);
    }
  }
  if (text.ok() && !page->whole && !text->lines.empty()) {
    text->lines.back().breaks_off = true;
  }
  return text;
}

}  // namespace quotes::extract
