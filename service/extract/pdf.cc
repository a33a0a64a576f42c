#include "service/extract/pdf.h"

#include <unistd.h>

#include <array>
#include <string_view>

#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/extract/sandbox.h"
#include "service/extract/subprocess.h"

namespace quotes::extract {
namespace {

// Not looked for along a path that somebody else may have set.
constexpr std::array<const char*, 2> kPrograms = {"/usr/bin/pdftotext", "/usr/local/bin/pdftotext"};

bool Contains(std::string_view text, std::string_view what) {
  return text.find(what) != std::string_view::npos;
}

}  // namespace

absl::StatusOr<std::string> DescribePdf(int fd) {
  const char* program = nullptr;
  for (const char* candidate : kPrograms) {
    if (program == nullptr && access(candidate, X_OK) == 0) {
      program = candidate;
    }
  }
  if (program == nullptr) {
    return errors::ExtractorUnavailable("pdftotext (poppler-utils) is not installed");
  }
  ChildOptions options;
  options.argv = {program, "-bbox-layout", "-enc", "UTF-8", "-", "-"};
  options.environment = {"LC_ALL=C.UTF-8"};
  options.stdin_fd = fd;
  options.max_output_bytes = limits::kMaxPdfLayoutBytes;
  options.before_exec = [] { return Confine(Confinement::kChild).empty(); };
  QUOTES_ASSIGN_OR_RETURN(ChildResult child, RunChild(options));
  switch (child.end) {
    case ChildResult::End::kExited:
      break;
    case ChildResult::End::kTooMuchOutput:
      return errors::ExtractionFailed("output", "has too much text");
    case ChildResult::End::kTimedOut:
    case ChildResult::End::kCancelled:
      return errors::ExtractionFailed("timeout", "took too long to read");
    case ChildResult::End::kSignalled:
      return errors::ExtractionFailed("crash", "broke the program pdftotext");
  }
  if (child.code != 0) {
    if (Contains(child.error, "Incorrect password") || Contains(child.error, "encrypt")) {
      return errors::Encrypted("the PDF is protected by a password");
    }
    if (Contains(child.error, "emory")) {
      return errors::ExtractionFailed("memory", "took too much memory to read");
    }
    return errors::MalformedSource("pdf", "is no PDF, or a damaged one");
  }
  return std::move(child.output);
}

}  // namespace quotes::extract
