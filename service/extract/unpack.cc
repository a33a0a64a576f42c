#include <archive.h>
#include <archive_entry.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/extract/archive_stream.h"
#include "service/extract/extracted_text.h"
#include "service/text/decode.h"
#include "service/text/utf8.h"

namespace quotes::extract {
namespace {

using Write = std::function<bool(std::string_view)>;

struct FreeArchive {
  void operator()(archive* a) const { archive_read_free(a); }
};

std::string Number(uint64_t number, size_t bytes) {
  std::string out;
  for (size_t i = 0; i < bytes; ++i) {
    out.push_back(static_cast<char>(number >> (8 * i) & 0xFF));
  }
  return out;
}

std::string Line(std::string_view text) {
  const std::string clean = CleanLine(text.substr(0, limits::kMaxExtractedMetadataBytes / 4));
  return Number(clean.size(), sizeof(uint32_t)) + clean;
}

std::string Fault(ErrorReason reason, std::string_view message) {
  return Number(255, 1) + Number(static_cast<uint64_t>(reason), sizeof(uint32_t)) + Line(message);
}

// Archives made under Chinese Windows have their names in GBK.
std::string NameOf(archive_entry* entry) {
  const char* raw = archive_entry_pathname(entry);
  if (raw == nullptr) {
    // A name that says it is UTF-8, which the locale of this process does not have.
    raw = archive_entry_pathname_utf8(entry);
  }
  std::string name = raw == nullptr ? std::string() : raw;
  if (!text::FindInvalidUtf8(name).has_value()) {
    return name;
  }
  const auto decoded = text::Decode(name, text::Encoding::kGb18030);
  return text::ToUtf8(decoded.ok() ? decoded->text : text::ToCodePoints(name));
}

bool IsHidden(std::string_view name) {
  if (name.starts_with("__MACOSX/")) {
    return true;
  }
  bool begins = true;  // a folder or the file
  for (size_t i = 0; i < name.size(); ++i) {
    const std::string_view rest = name.substr(i);
    if (begins && rest.starts_with('.') && !rest.starts_with("./") && !rest.starts_with("../")) {
      return true;
    }
    begins = name[i] == '/';
  }
  return false;
}

bool LeadsOutside(std::string_view name) {
  return name.starts_with('/') || name.starts_with("../") ||
         name.find("/../") != std::string_view::npos;
}

// The content of an entry; nullopt when it cannot be read, more than `most` bytes when it is
// longer.
std::optional<std::string> ReadContent(archive* reader, size_t most) {
  std::string content;
  while (content.size() <= most) {
    const void* block = nullptr;
    size_t size = 0;
    la_int64_t offset = 0;
    const int read = archive_read_data_block(reader, &block, &size, &offset);
    if (read == ARCHIVE_EOF) {
      break;
    }
    if (read != ARCHIVE_OK && read != ARCHIVE_WARN) {
      return std::nullopt;
    }
    content.append(static_cast<const char*>(block), size);
  }
  return content;
}

}  // namespace

void StreamArchive(int fd, ArchiveStream::Mode mode, const Write& write) {
  if (!write("QXTA" + Number(1, sizeof(uint32_t)))) {
    return;
  }
  const std::unique_ptr<archive, FreeArchive> reader(archive_read_new());
  constexpr size_t kBlock = 1u << 16;
  if (reader == nullptr || archive_read_support_format_zip_seekable(reader.get()) != ARCHIVE_OK ||
      archive_read_support_format_tar(reader.get()) != ARCHIVE_OK ||
      archive_read_support_filter_gzip(reader.get()) != ARCHIVE_OK ||
      archive_read_support_filter_bzip2(reader.get()) != ARCHIVE_OK ||
      archive_read_support_filter_xz(reader.get()) != ARCHIVE_OK ||
      archive_read_open_fd(reader.get(), fd, kBlock) != ARCHIVE_OK) {
    write(Fault(ErrorReason::kMalformedSource, "is no archive, or of a kind that is not read"));
    return;
  }
  size_t members = 0;
  size_t unnamed = 0;
  uint64_t total = 0;
  archive_entry* entry = nullptr;
  while (true) {
    const int next = archive_read_next_header(reader.get(), &entry);
    if (next == ARCHIVE_EOF) {
      write(Number(0, 1));
      return;
    }
    if (next != ARCHIVE_OK && next != ARCHIVE_WARN) {
      write(Fault(ErrorReason::kMalformedSource, "is a damaged archive"));
      return;
    }
    if (archive_entry_is_encrypted(entry) != 0) {
      write(Fault(ErrorReason::kEncrypted, "the archive is protected by a password"));
      return;
    }
    const std::string name = NameOf(entry);
    if (name.empty()) {
      // It cannot be told by its name, but must not be passed over in silence.
      ++unnamed;
      if (!write(Number(3, 1) + Line("? (" + std::to_string(unnamed) + ")"))) {
        return;
      }
      continue;
    }
    if (archive_entry_filetype(entry) == AE_IFDIR || IsHidden(name) || CleanLine(name).empty()) {
      continue;
    }
    if (++members > limits::kMaxArchiveMembers) {
      write(Fault(ErrorReason::kSourceTooLarge,
                  "at most " + std::to_string(limits::kMaxArchiveMembers) + " files"));
      return;
    }
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr ||
        LeadsOutside(name)) {
      if (!write(Number(3, 1) + Line(name))) {
        return;
      }
      continue;
    }
    // What is too large by its own account need not be unpacked to be told.
    if (archive_entry_size_is_set(entry) != 0 &&
        archive_entry_size(entry) > static_cast<int64_t>(limits::kMaxSourceBytes)) {
      if (!write(Number(2, 1) + Line(name))) {
        return;
      }
      continue;
    }
    const bool sidecar = name.ends_with(".toml") || name.ends_with(".tsv");
    std::string content;
    if (mode == ArchiveStream::Mode::kRead || sidecar) {
      const size_t most =
          mode == ArchiveStream::Mode::kRead ? limits::kMaxSourceBytes : limits::kMaxSidecarBytes;
      std::optional<std::string> read = ReadContent(reader.get(), most);
      if (!read.has_value()) {
        write(Fault(ErrorReason::kMalformedSource, "is a damaged archive"));
        return;
      }
      total += read->size();
      if (total > limits::kMaxArchiveBytes) {
        write(Fault(ErrorReason::kSourceTooLarge,
                    "at most " + std::to_string(limits::kMaxArchiveBytes >> 30) +
                        " GiB of unpacked files"));
        return;
      }
      if (read->size() > most) {
        if (!write(Number(2, 1) + Line(name))) {
          return;
        }
        continue;
      }
      content = *std::move(read);
    }
    if (!write(Number(1, 1) + Line(name) + Number(content.size(), sizeof(uint64_t))) ||
        !write(content)) {
      return;
    }
  }
}

}  // namespace quotes::extract
