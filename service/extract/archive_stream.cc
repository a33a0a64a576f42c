#include "service/extract/archive_stream.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/extract/extracted_text.h"
#include "service/extract/extractor.h"
#include "service/text/utf8.h"

namespace quotes::extract {
namespace {

constexpr std::string_view kMagic = "QXTA";
constexpr uint32_t kVersion = 1;
constexpr uint8_t kEnd = 0;
constexpr uint8_t kFile = 1;
constexpr uint8_t kTooLarge = 2;
constexpr uint8_t kUnread = 3;
constexpr uint8_t kError = 255;

absl::Status Protocol() {
  return errors::ExtractionFailed("protocol", "the reader of the archive gave no sound answer");
}

}  // namespace

absl::StatusOr<std::unique_ptr<ArchiveStream>> ArchiveStream::Open(int fd, Mode mode,
                                                                   std::string worker_path) {
  ChildOptions options;
  options.argv = {worker_path.empty() ? DefaultWorkerPath() : std::move(worker_path),
                  mode == Mode::kList ? "--archive=list" : "--archive=read"};
  options.environment = {"LC_ALL=C.UTF-8"};
  options.stdin_fd = fd;
  options.timeout = absl::Seconds(limits::kMaxExtractSeconds);
  QUOTES_ASSIGN_OR_RETURN(std::unique_ptr<ChildStream> child, ChildStream::Start(options));
  return std::unique_ptr<ArchiveStream>(new ArchiveStream(std::move(child)));
}

absl::StatusOr<std::optional<ArchiveMember>> ArchiveStream::Next() {
  const auto read = [this](size_t size, std::string* out) {
    out->clear();
    return child_->Read(size, out);
  };
  const auto number = [&](size_t bytes, uint64_t* out) {
    std::string raw;
    if (!read(bytes, &raw)) {
      return false;
    }
    *out = 0;
    for (size_t i = 0; i < bytes; ++i) {
      *out |= static_cast<uint64_t>(static_cast<uint8_t>(raw[i])) << (8 * i);
    }
    return true;
  };
  const auto line = [&](std::string* out) {
    uint64_t size = 0;
    return number(sizeof(uint32_t), &size) && size <= limits::kMaxExtractedMetadataBytes &&
           read(size, out) && CleanLine(*out) == *out && !text::FindInvalidUtf8(*out).has_value();
  };
  if (!begun_) {
    begun_ = true;
    std::string magic;
    uint64_t version = 0;
    if (!read(kMagic.size(), &magic) || magic != kMagic || !number(sizeof(uint32_t), &version) ||
        version != kVersion) {
      return Protocol();
    }
  }
  uint64_t kind = 0;
  if (!number(sizeof(uint8_t), &kind)) {
    return Protocol();
  }
  if (kind == kEnd) {
    return std::optional<ArchiveMember>();
  }
  if (kind == kError) {
    uint64_t reason = 0;
    std::string message;
    if (!number(sizeof(uint32_t), &reason) || !line(&message)) {
      return Protocol();
    }
    switch (static_cast<ErrorReason>(reason)) {
      case ErrorReason::kEncrypted:
        return errors::Encrypted(message);
      case ErrorReason::kSourceTooLarge:
        return errors::SourceTooLarge("", message);
      default:
        return errors::MalformedSource("archive", message);
    }
  }
  ArchiveMember member;
  if ((kind != kFile && kind != kTooLarge && kind != kUnread) ||
      ++members_ > limits::kMaxArchiveMembers || !line(&member.name) || member.name.empty()) {
    return Protocol();
  }
  member.too_large = kind == kTooLarge;
  member.unread = kind == kUnread;
  if (uint64_t size = 0;
      kind == kFile && (!number(sizeof(uint64_t), &size) || size > limits::kMaxSourceBytes ||
                        !read(size, &member.content))) {
    return Protocol();
  }
  return std::optional<ArchiveMember>(std::move(member));
}

bool IsArchiveName(std::string_view file_name) {
  std::string lower(file_name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  for (const std::string_view ending : {".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"}) {
    if (lower.ends_with(ending)) {
      return true;
    }
  }
  return false;
}

}  // namespace quotes::extract
