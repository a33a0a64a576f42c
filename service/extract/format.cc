#include "service/extract/format.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/extract/mime.h"

namespace quotes::extract {
namespace {

// Where tags and marks of Markdown are looked for: the head of a saved page is longer than this,
// but it has a declaration before.
constexpr size_t kSampleBytes = 64u << 10;

bool Contains(std::string_view text, std::string_view what) {
  return text.find(what) != std::string_view::npos;
}

std::string Lower(std::string_view text) { return absl::AsciiStrToLower(ToAbsl(text)); }

// A name as an OLE compound file spells it: UTF-16, little-endian.
std::string Wide(std::string_view ascii) {
  std::string wide;
  for (const char c : ascii) {
    wide.push_back(c);
    wide.push_back('\0');
  }
  return wide;
}

struct Magic {
  std::string_view bytes;
  std::string_view kind;
};
constexpr Magic kUnsupported[] = {
    {"{\\rtf", "an RTF document"},
    {"\xFF\xD8\xFF", "a JPEG image"},
    {"\x89PNG\r\n\x1A\n", "a PNG image"},
    {"GIF8", "a GIF image"},
    {"II*\0", "a TIFF image"},
    {"MM\0*", "a TIFF image"},
    {"\x1F\x8B", "a gzip archive"},
    {"BZh", "a bzip2 archive"},
    {"\xFD"
     "7zXZ",
     "an xz archive"},
    {"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"},
    {"Rar!\x1A\x07", "a RAR archive"},
    {"\x7F"
     "ELF",
     "a program"},
    {"MZ\x90", "a program"},
    {"SQLite format 3", "a database"},
    {"AT&TFORM", "a DjVu document"},
};

// The names of the parts of a ZIP archive stand uncompressed in its directory.
absl::StatusOr<Format> DetectZip(std::string_view bytes) {
  if (Contains(bytes, "[Content_Types].xml")) {
    if (Contains(bytes, "word/")) {
      return Format::kDocx;
    }
    if (Contains(bytes, "xl/")) {
      return errors::UnsupportedFormat("an Excel workbook");
    }
    if (Contains(bytes, "ppt/")) {
      return errors::UnsupportedFormat("a PowerPoint presentation");
    }
  }
  const std::string_view head = bytes.substr(0, 200);
  if (Contains(head, "application/vnd.oasis.opendocument")) {
    return errors::UnsupportedFormat("an OpenDocument file");
  }
  if (Contains(head, "application/epub+zip")) {
    return errors::UnsupportedFormat("an EPUB book");
  }
  if (Contains(head, "OFD.xml")) {
    return errors::UnsupportedFormat("an OFD document");
  }
  return errors::UnsupportedFormat("a ZIP archive");
}

absl::Status DescribeCompoundFile(std::string_view bytes) {
  if (Contains(bytes, Wide("EncryptedPackage"))) {
    return errors::Encrypted("the office document is protected by a password");
  }
  if (Contains(bytes, Wide("WordDocument"))) {
    return errors::UnsupportedFormat("an old Word document (.doc)");
  }
  return errors::UnsupportedFormat("an old office document");
}

// The beginning of a text in lower case, without what UTF-16 puts between its ASCII letters: no
// other encoding has a NUL in a text.
std::string TextSample(std::string_view bytes) {
  std::string sample = Lower(bytes.substr(0, kSampleBytes));
  sample.erase(std::remove(sample.begin(), sample.end(), '\0'), sample.end());
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
    sample.erase(0, 2);
  } else if (bytes.starts_with("\xEF\xBB\xBF")) {
    sample.erase(0, 3);
  }
  return sample;
}

bool LooksLikeHtml(std::string_view sample) {
  const size_t first = sample.find_first_not_of(" \t\r\n\f");
  if (first == std::string_view::npos || !Contains(sample, "<")) {
    return false;
  }
  const std::string_view start = sample.substr(first);
  if (start.starts_with("<!doctype html") || start.starts_with("<html") ||
      start.starts_with("<head") || start.starts_with("<body")) {
    return true;
  }
  if (start.starts_with("<?xml") || start.starts_with("<!--")) {
    const std::string_view head = start.substr(0, 2000);
    if (Contains(head, "<html") || Contains(head, "<!doctype html")) {
      return true;
    }
  }
  // A fragment: tags of several kinds, opened and closed, from the beginning on.
  constexpr std::string_view kTags[] = {
      "<p>",    "<p ", "</p>", "<div",  "</div>", "<span", "<br>",    "<br/>", "<br />",
      "<table", "<td", "<h1",  "</h1>", "<h2",    "</h2>", "<a href", "<meta", "<strong>"};
  const auto kinds = std::count_if(std::begin(kTags), std::end(kTags),
                                   [&](std::string_view tag) { return Contains(sample, tag); });
  return start.front() == '<' ? kinds >= 2 : kinds >= 4;
}

bool IsFrontMatterKey(std::string_view line) {
  const size_t end = line.find_first_of(":=");
  if (end == 0 || end == std::string_view::npos || end > 40) {
    return false;
  }
  return std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(end), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == ' ' ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

// Counts what only Markdown has: front matter counts for all.
int MarkdownEvidence(std::string_view sample) {
  constexpr int kCertain = 100;
  int evidence = 0;
  bool front = false;  // between the lines --- or +++ at the beginning
  std::string_view fence;
  size_t keys = 0;
  size_t number = 0;
  for (size_t at = 0; at < sample.size(); ++number) {
    const size_t end = std::min(sample.find('\n', at), sample.size());
    std::string_view line = sample.substr(at, end - at);
    at = end + 1;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) {
      line.remove_suffix(1);
    }
    if (number == 0 && (line == "---" || line == "+++")) {
      front = true;
      fence = line;
      continue;
    }
    if (front) {
      if (line == fence) {
        if (keys > 0) {
          return kCertain;
        }
        front = false;
      } else if (IsFrontMatterKey(line)) {
        ++keys;
      }
      continue;
    }
    const size_t hashes = std::min(line.find_first_not_of('#'), line.size());
    if (hashes >= 1 && hashes <= 6 && hashes + 1 < line.size() && line[hashes] == ' ') {
      ++evidence;
    }
    if (line.starts_with("```") || line.starts_with("~~~")) {
      ++evidence;
    }
    const size_t bold = line.find("**");
    if (bold != std::string_view::npos && line.find("**", bold + 3) != std::string_view::npos) {
      ++evidence;
    }
    const size_t link = line.find("](");
    if (link != std::string_view::npos && line.find('[') < link &&
        line.find(')', link) != std::string_view::npos) {
      ++evidence;
    }
  }
  return evidence;
}

bool HasExtension(std::string_view file_name, std::initializer_list<std::string_view> extensions) {
  const std::string lower = Lower(file_name);
  return std::any_of(extensions.begin(), extensions.end(),
                     [&](std::string_view extension) { return lower.ends_with(extension); });
}

}  // namespace

std::string_view ExtractVersion() { return "8"; }

std::string_view FormatName(Format format) {
  switch (format) {
    case Format::kPlainText:
      return "text";
    case Format::kMarkdown:
      return "markdown";
    case Format::kHtml:
      return "html";
    case Format::kDocx:
      return "docx";
    case Format::kPdf:
      return "pdf";
    case Format::kMhtml:
      return "mhtml";
  }
  return "unknown";
}

std::optional<Format> ParseFormat(std::string_view name) {
  struct Alias {
    std::string_view name;
    Format format;
  };
  static constexpr Alias kAliases[] = {{"txt", Format::kPlainText},
                                       {"plain", Format::kPlainText},
                                       {"md", Format::kMarkdown},
                                       {"htm", Format::kHtml},
                                       {"mht", Format::kMhtml}};
  const std::string lower = Lower(name);
  for (const Format format : {Format::kPlainText, Format::kMarkdown, Format::kHtml, Format::kDocx,
                              Format::kPdf, Format::kMhtml}) {
    if (lower == FormatName(format)) {
      return format;
    }
  }
  for (const Alias& alias : kAliases) {
    if (lower == alias.name) {
      return alias.format;
    }
  }
  return std::nullopt;
}

std::string_view MediaType(Format format) {
  switch (format) {
    case Format::kPlainText:
      return "text/plain";
    case Format::kMarkdown:
      return "text/markdown";
    case Format::kHtml:
      return "text/html";
    case Format::kDocx:
      return "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    case Format::kPdf:
      return "application/pdf";
    case Format::kMhtml:
      return "multipart/related";
  }
  return "application/octet-stream";
}

bool IsTextFormat(Format format) {
  return format == Format::kPlainText || format == Format::kMarkdown || format == Format::kHtml ||
         format == Format::kMhtml;
}

absl::StatusOr<Format> DetectFormat(std::string_view bytes, std::string_view file_name) {
  // Readers of PDF allow for rubbish before the header.
  if (Contains(bytes.substr(0, 1024), "%PDF-")) {
    return Format::kPdf;
  }
  if (bytes.starts_with("PK\x03\x04")) {
    return DetectZip(bytes);
  }
  if (bytes.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) {
    return DescribeCompoundFile(bytes);
  }
  for (const Magic& magic : kUnsupported) {
    if (bytes.starts_with(magic.bytes)) {
      return errors::UnsupportedFormat(magic.kind);
    }
  }
  const std::string sample = TextSample(bytes);
  if (const std::optional<MimeEntity> message = ReadMimeEntity(bytes);
      message.has_value() && message->has_version) {
    if (!IsWebArchive(*message)) {
      return errors::UnsupportedFormat("an e-mail message");
    }
    return Format::kMhtml;
  }
  if (LooksLikeHtml(sample)) {
    return Format::kHtml;
  }
  // One mark alone may be a slip in a plain text; a name that says so settles it.
  constexpr int kEnough = 2;
  constexpr int kEnoughAgainstTheName = 4;
  const int evidence = MarkdownEvidence(sample);
  if (HasExtension(file_name, {".md", ".markdown"}) ||
      evidence >= (HasExtension(file_name, {".txt"}) ? kEnoughAgainstTheName : kEnough)) {
    return Format::kMarkdown;
  }
  return Format::kPlainText;
}

}  // namespace quotes::extract
