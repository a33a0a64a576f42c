#include "service/extract/extractor.h"

#include <signal.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/errors.h"
#include "service/base/status_macros.h"
#include "service/extract/frame.h"
#include "service/extract/subprocess.h"
#include "service/extract/worker.h"

namespace quotes::extract {
namespace {

absl::Status DescribeEnd(const ChildResult& child, const Cancellation& cancellation) {
  switch (child.end) {
    case ChildResult::End::kCancelled:
      QUOTES_RETURN_IF_ERROR(cancellation.Check());
      [[fallthrough]];
    case ChildResult::End::kTimedOut:
      return errors::ExtractionFailed("timeout", "took too long to read");
    case ChildResult::End::kTooMuchOutput:
      return errors::ExtractionFailed("output", "has too much text");
    case ChildResult::End::kSignalled:
      if (child.code == SIGXCPU || child.code == SIGKILL) {
        return errors::ExtractionFailed("timeout", "took too much processor time to read");
      }
      return errors::ExtractionFailed("crash", "broke its reader");
    case ChildResult::End::kExited:
      break;
  }
  if (child.code == kExitNoMemory) {
    return errors::ExtractionFailed("memory", "took too much memory to read");
  }
  if (child.code == kExitUnconfined) {
    return errors::ExtractorUnavailable(child.error);
  }
  return errors::ExtractionFailed("crash", "broke its reader");
}

}  // namespace

std::string DefaultWorkerPath() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "quotes-extract" : (self.parent_path() / "quotes-extract").string();
}

Extractor::Extractor(ExtractorOptions options) : options_(std::move(options)) {}

absl::StatusOr<ExtractedText> Extractor::Extract(Format format, std::string_view bytes,
                                                 std::optional<text::Encoding> encoding,
                                                 const Cancellation& cancellation) const {
  QUOTES_RETURN_IF_ERROR(cancellation.Check());
  const FileDescriptor source = MakeMemoryFile(bytes);
  if (!source.valid()) {
    return errors::ExtractorUnavailable("there is no memory for the source");
  }
  ChildOptions options;
  options.argv = {options_.worker_path.empty() ? DefaultWorkerPath() : options_.worker_path,
                  absl::StrCat("--format=", std::string(FormatName(format)))};
  if (encoding.has_value()) {
    options.argv.push_back(absl::StrCat("--encoding=", std::string(text::EncodingName(*encoding))));
  }
  options.environment = {"LC_ALL=C.UTF-8"};
  options.stdin_fd = source.get();
  options.max_output_bytes = MaxFrameBytes();
  options.timeout = options_.timeout;
  options.cancelled = [&cancellation] { return !cancellation.Check().ok(); };
  QUOTES_ASSIGN_OR_RETURN(const ChildResult child, RunChild(options));
  if (child.end != ChildResult::End::kExited || child.code != 0) {
    return DescribeEnd(child, cancellation);
  }
  return DecodeFrame(child.output);
}

}  // namespace quotes::extract
