// The worker that reads one source in a foreign format. See worker.h.

#include <unistd.h>

#include <array>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <new>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/extract/archive_stream.h"
#include "service/extract/frame.h"
#include "service/extract/pdf.h"
#include "service/extract/read_format.h"
#include "service/extract/sandbox.h"
#include "service/extract/worker.h"

namespace quotes::extract {
namespace {

// Ends the process at once: what is left in it came from a hostile source.
[[noreturn]] void Unconfined(std::string_view what) {
  const std::string sentence = "the reader could not give up its " + std::string(what);
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, sentence.data(), sentence.size());
  _exit(kExitUnconfined);
}

std::string ReadAll(int fd, size_t most) {
  std::string bytes;
  std::array<char, 1 << 16> piece;
  while (bytes.size() <= most) {
    const ssize_t got = read(fd, piece.data(), piece.size());
    if (got > 0) {
      bytes.append(piece.data(), static_cast<size_t>(got));
    } else if (got == 0 || errno != EINTR) {
      break;
    }
  }
  return bytes;
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = write(fd, bytes.data(), bytes.size());
    if (wrote > 0) {
      bytes.remove_prefix(static_cast<size_t>(wrote));
    } else if (wrote < 0 && errno != EINTR) {
      return false;
    }
  }
  return true;
}

void ConfineTo(Confinement confinement) {
  if (const std::string_view lacking = Confine(confinement); !lacking.empty()) {
    Unconfined(lacking);
  }
}

absl::StatusOr<ExtractedText> Read(Format format, std::optional<text::Encoding> encoding) {
  if (format == Format::kPdf) {
    ConfineTo(Confinement::kParent);
    absl::StatusOr<std::string> layout = DescribePdf(STDIN_FILENO);
    ConfineTo(Confinement::kAlone);
    return layout.ok() ? ReadPdfLayout(*layout) : layout.status();
  }
  ConfineTo(Confinement::kAlone);
  const std::string bytes = ReadAll(STDIN_FILENO, limits::kMaxSourceBytes);
  if (bytes.size() > limits::kMaxSourceBytes) {
    return errors::SourceTooLarge("source.content",
                                  "at most " + std::to_string(limits::kMaxSourceBytes) + " bytes");
  }
  switch (format) {
    case Format::kHtml:
      return ReadHtml(bytes, encoding);
    case Format::kMhtml:
      return ReadMhtml(bytes, encoding);
    case Format::kDocx:
      return ReadDocx(bytes);
    case Format::kMarkdown:
      return ReadMarkdown(bytes, encoding);
    case Format::kPlainText:
    case Format::kPdf:
      break;
  }
  return errors::UnsupportedFormat(FormatName(format));
}

std::optional<std::string_view> Flag(std::string_view argument, std::string_view name) {
  return argument.starts_with(name) ? std::optional(argument.substr(name.size())) : std::nullopt;
}

int Run(int argc, char** argv) {
  std::optional<Format> format;
  std::optional<ArchiveStream::Mode> archive;
  std::optional<text::Encoding> encoding;
  for (int i = 1; i < argc; ++i) {
    if (const auto name = Flag(argv[i], "--format="); name.has_value()) {
      format = ParseFormat(*name);
    } else if (const auto code = Flag(argv[i], "--encoding="); code.has_value()) {
      encoding = text::ParseEncoding(*code);
    } else if (const auto mode = Flag(argv[i], "--archive="); mode.has_value()) {
      archive = *mode == "list" ? ArchiveStream::Mode::kList : ArchiveStream::Mode::kRead;
    }
  }
  if (!format.has_value() && !archive.has_value()) {
    std::fputs(
        "quotes-extract reads one document for quoted and quotectl; it is not meant to be started "
        "by hand.\n",
        stderr);
    return kExitUsage;
  }
  if (const std::string_view lacking = LimitResources(); !lacking.empty()) {
    Unconfined(lacking);
  }
  if (archive.has_value()) {
    // Names that a ZIP archive says are UTF-8 have no others where characters are ASCII.
    std::setlocale(LC_CTYPE, "C.UTF-8");
    ConfineTo(Confinement::kAlone);
    StreamArchive(STDIN_FILENO, *archive,
                  [](std::string_view bytes) { return WriteAll(STDOUT_FILENO, bytes); });
    return 0;
  }
  return WriteAll(STDOUT_FILENO, EncodeFrame(Read(*format, encoding))) ? 0 : kExitUsage;
}

}  // namespace
}  // namespace quotes::extract

int main(int argc, char** argv) {
  int code = quotes::extract::kExitNoMemory;
  try {
    code = quotes::extract::Run(argc, argv);
  } catch (const std::bad_alloc&) {
    // The one exception that the code below the rim lets pass.
  }
  _exit(code);
}
