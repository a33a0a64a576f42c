#include "client/ctl/import_input.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <istream>
#include <iterator>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/ctl/fd_stream.h"
#include "client/ctl/interrupt.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/extract/format.h"
#include "service/text/decode.h"
#include "service/text/fold.h"

namespace quotes::ctl {
namespace {

namespace fs = std::filesystem;

// At most `limit` bytes and one more, so that the caller sees that there was more.
std::string ReadAtMost(std::istream* in, size_t limit) {
  std::string content;
  // Most reports are small; a step makes room for as much again.
  constexpr size_t kFirstStep = size_t{1} << 16;
  constexpr size_t kLargestStep = size_t{1} << 22;
  while (content.size() <= limit && in->good()) {
    const size_t before = content.size();
    const size_t step = std::min(std::clamp(before, kFirstStep, kLargestStep), limit + 1 - before);
    content.resize(before + step);
    in->read(content.data() + before, static_cast<std::streamsize>(step));
    content.resize(before + static_cast<size_t>(in->gcount()));
  }
  return content;
}

// A pipe that the shell made for this command, as in `import <(iconv …)`. It has its writer.
bool IsOpenedByShell(std::string_view path) {
  return path == "/dev/stdin" || path.starts_with("/dev/fd/") || path.starts_with("/proc/self/fd/");
}

// Opens a file for reading. Anything else that has a name is refused: a pipe is waited for without
// end, and a device may have none.
absl::StatusOr<extract::FileDescriptor> OpenFile(const Context& context, const std::string& path,
                                                 struct stat* status) {
  const auto unreadable = [&context] {
    return absl::InvalidArgumentError(context.Text(Msg::kCannotRead, {std::strerror(errno)}));
  };
  // Without O_NONBLOCK the opening of a pipe waits for its writer.
  extract::FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) {
    // A socket, or a pipe on which no one listens, is not even opened.
    const int why = errno;
    if (stat(path.c_str(), status) == 0 && S_ISSOCK(status->st_mode)) {
      return absl::InvalidArgumentError(context.Text(Msg::kSpecialFile));
    }
    errno = why;
    return unreadable();
  }
  if (fstat(file.get(), status) != 0) {
    return unreadable();
  }
  if (S_ISDIR(status->st_mode)) {
    errno = EISDIR;
    return unreadable();
  }
  if (!S_ISREG(status->st_mode) && !(S_ISFIFO(status->st_mode) && IsOpenedByShell(path))) {
    return absl::InvalidArgumentError(context.Text(Msg::kSpecialFile));
  }
  return file;
}

// Whether a file lies in a folder, `root`, whatever links lead to it.
bool LiesIn(const fs::path& root, const fs::path& path) {
  std::error_code error;
  const fs::path folder = fs::canonical(root, error);
  if (error) {
    return false;
  }
  const fs::path target = fs::canonical(path, error);
  if (error) {
    return false;
  }
  return std::mismatch(folder.begin(), folder.end(), target.begin(), target.end()).first ==
         folder.end();
}

template <size_t kSize>
bool HasExtension(const fs::path& path, const std::string_view (&extensions)[kSize]) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return std::find(std::begin(extensions), std::end(extensions), extension) != std::end(extensions);
}

// The names of documents: what a folder or an archive holds besides is not meant.
bool IsDocumentName(const fs::path& path) {
  constexpr std::string_view kExtensions[] = {".txt", ".md",    ".markdown", ".html", ".htm",
                                              ".mht", ".mhtml", ".docx",     ".pdf"};
  return HasExtension(path, kExtensions);
}

// What Word keeps beside a document as long as it is open: its name, with the first two characters
// replaced where it is long.
bool IsLockName(const fs::path& path) { return path.filename().string().starts_with("~$"); }

// Names of documents and archives that may well be meant and cannot be read.
bool IsForeignName(const fs::path& path) {
  constexpr std::string_view kExtensions[] = {".doc", ".wps", ".rtf", ".odt",
                                              ".ofd", ".caj", ".rar", ".7z"};
  return HasExtension(path, kExtensions);
}

// What no ending says: an ending of a text, or none.
bool HasNoKnownEnding(const fs::path& path) {
  constexpr std::string_view kExtensions[] = {"", ".text"};
  return HasExtension(path, kExtensions);
}

// Whether a file begins like a document: as a format that has a mark of its own, or as a text with
// Chinese characters. What has no ending may be anything (Makefile, LICENSE).
bool LooksLikeDocument(const fs::path& path) {
  constexpr size_t kSample = 4096;
  constexpr std::ptrdiff_t kFewestHan = 50;
  std::ifstream in(path, std::ios::binary);
  std::string sample = ReadAtMost(&in, kSample);
  if (in.bad()) {
    return false;
  }
  const absl::StatusOr<extract::Format> format = extract::DetectFormat(sample, "");
  if (!format.ok() ||
      (*format != extract::Format::kPlainText && *format != extract::Format::kMarkdown)) {
    return format.ok();
  }
  // The sample may end inside a character.
  for (size_t cut = 0; cut < 4 && cut < sample.size(); ++cut) {
    const absl::StatusOr<text::DecodedText> decoded =
        text::Decode(std::string_view(sample).substr(0, sample.size() - cut));
    if (decoded.ok()) {
      return std::count_if(decoded->text.begin(), decoded->text.end(), text::IsHan) >= kFewestHan;
    }
  }
  return false;
}

// Whether a folder holds what a browser saved beside a page: X_files or X.files beside X.html.
// `is_there` tells of a file whether there is one.
template <typename IsThere>
bool IsFolderOfPage(const fs::path& folder, const IsThere& is_there) {
  const std::string name = folder.filename().string();
  for (const std::string_view ending : {"_files", ".files"}) {
    if (name.size() <= ending.size() || !name.ends_with(ending)) {
      continue;
    }
    const std::string stem = name.substr(0, name.size() - ending.size());
    for (const std::string_view extension : {".html", ".htm", ".xhtml", ".shtml"}) {
      if (is_there(folder.parent_path() / (stem + std::string(extension)))) {
        return true;
      }
    }
  }
  return false;
}

bool BelongsToPage(const fs::path& folder) {
  return IsFolderOfPage(folder, [](const fs::path& page) {
    std::error_code error;
    return fs::exists(page, error);
  });
}

std::string Beside(const std::string& file, std::string_view extension) {
  return fs::path(file).replace_extension(std::string(extension)).string();
}

constexpr std::string_view kMetadataExtension = ".toml";
constexpr std::string_view kDefectsExtension = ".defects.tsv";

}  // namespace

std::string DescribeUnread(const Context& context, const UnreadInput& unread) {
  const std::string name = Printable(unread.name);
  return unread.fault.empty() ? context.Text(Msg::kWarnUnread, {name})
                              : context.Text(Msg::kWarnUnreadBecause, {name, unread.fault});
}

absl::StatusOr<std::unique_ptr<ImportInputs>> ImportInputs::List(
    const Context& context, const std::vector<std::string>& paths) {
  std::unique_ptr<ImportInputs> inputs(new ImportInputs(context));
  for (const std::string& path : paths) {
    QUOTES_RETURN_IF_ERROR(inputs->AddPath(path));
  }
  return inputs;
}

absl::Status ImportInputs::AddPath(const std::string& path) {
  std::error_code error;
  if (path == kStdinName) {
    const bool twice = std::any_of(inputs_.begin(), inputs_.end(), [](const ImportInput& input) {
      return input.name == kStdinName;
    });
    if (twice) {
      return absl::InvalidArgumentError(context_.Text(Msg::kStdinTwice));
    }
  } else if (fs::is_directory(path, error)) {
    return AddFolder(path);
  } else if (extract::IsArchiveName(path)) {
    return AddArchive(path);
  }
  inputs_.push_back({path, {}, /*found=*/false, {}, {}, {}});
  return absl::OkStatus();
}

void ImportInputs::SearchFolder(const fs::path& root, const fs::path& folder,
                                const std::error_code& cannot_open, fs::directory_iterator entry,
                                std::vector<std::string>* found) {
  std::error_code error = cannot_open;
  std::vector<fs::path> folders;
  for (const fs::directory_iterator end; !error && entry != end; entry.increment(error)) {
    const fs::path& path = entry->path();
    std::error_code ignored;
    if (path.filename().string().starts_with('.')) {
      continue;
    }
    if (IsLockName(path)) {
      if (IsDocumentName(path)) {
        lock_files_.push_back(path.string());
      }
      continue;
    }
    if (entry->is_directory(ignored) && !entry->is_symlink(ignored)) {
      if (!BelongsToPage(path)) {
        folders.push_back(path);
      }
    } else if (!entry->is_regular_file(ignored)) {
      if (entry->is_symlink(ignored) && !entry->exists(ignored) &&
          (IsDocumentName(path) || extract::IsArchiveName(path.string()))) {
        unread_.push_back({path.string(), context_.Text(Msg::kLinkToNothing)});
      }
    } else if (IsDocumentName(path) || extract::IsArchiveName(path.string()) ||
               (HasNoKnownEnding(path) && LooksLikeDocument(path))) {
      if (entry->is_symlink(ignored) && !LiesIn(root, path)) {
        unread_.push_back({path.string(), context_.Text(Msg::kLinkLeadsOut)});
      } else {
        found->push_back(path.string());
      }
    } else if (IsForeignName(path)) {
      unread_.push_back({path.string(), {}});
    }
  }
  if (error) {
    unread_.push_back({folder.string(), error.message()});
  }
  for (const fs::path& inner : folders) {
    std::error_code inner_error;
    fs::directory_iterator first(inner, inner_error);
    SearchFolder(root, inner, inner_error, std::move(first), found);
  }
}

absl::Status ImportInputs::AddFolder(const std::string& path) {
  std::error_code error;
  fs::directory_iterator first(path, error);
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", context_.Text(Msg::kCannotRead, {error.message()})));
  }
  std::vector<std::string> found;
  const size_t unread = unread_.size();
  SearchFolder(path, path, error, std::move(first), &found);
  if (found.empty()) {
    return NoFiles(path, unread);
  }
  std::sort(found.begin(), found.end());
  for (const std::string& file : found) {
    if (extract::IsArchiveName(file)) {
      QUOTES_RETURN_IF_ERROR(AddArchive(file));
    } else {
      inputs_.push_back({file, {}, /*found=*/true, {}, {}, path});
    }
  }
  return absl::OkStatus();
}

absl::Status ImportInputs::NoFiles(const std::string& path, size_t first_unread) const {
  constexpr size_t kMostNamed = 5;
  std::string message = context_.Text(Msg::kNoFiles, {path});
  for (size_t i = first_unread; i < unread_.size() && i < first_unread + kMostNamed; ++i) {
    absl::StrAppend(&message, "\n", DescribeUnread(context_, unread_[i]));
  }
  return absl::InvalidArgumentError(message);
}

absl::Status ImportInputs::AddArchive(const std::string& path) {
  struct stat status = {};
  const absl::StatusOr<extract::FileDescriptor> file = OpenFile(context_, path, &status);
  if (!file.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", file.status().message()));
  }
  QUOTES_ASSIGN_OR_RETURN(
      const std::unique_ptr<extract::ArchiveStream> stream,
      extract::ArchiveStream::Open(file->get(), extract::ArchiveStream::Mode::kList));
  std::vector<std::string> documents;
  std::map<std::string, std::string> sidecars;
  const size_t unread = unread_.size();
  while (true) {
    absl::StatusOr<std::optional<extract::ArchiveMember>> member = stream->Next();
    if (!member.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": ", context_.DescribeFile(member.status())));
    }
    if (!member->has_value()) {
      break;
    }
    const bool is_document = IsDocumentName((*member)->name);
    if (is_document && IsLockName((*member)->name)) {
      lock_files_.push_back(absl::StrCat(path, "/", (*member)->name));
      continue;
    }
    if (extract::IsArchiveName((*member)->name) || IsForeignName((*member)->name) ||
        ((*member)->unread && is_document)) {
      unread_.push_back({absl::StrCat(path, "/", (*member)->name), {}});
    } else if (is_document) {
      documents.push_back(std::move((*member)->name));
    } else if (!(*member)->content.empty()) {
      sidecars[(*member)->name] = std::move((*member)->content);
    }
  }
  const std::set<std::string, std::less<>> names(documents.begin(), documents.end());
  std::erase_if(documents, [&names](const std::string& name) {
    const auto is_there = [&names](const fs::path& page) { return names.contains(page.string()); };
    fs::path folder = fs::path(name).parent_path();
    while (folder.has_filename() && !IsFolderOfPage(folder, is_there)) {
      folder = folder.parent_path();
    }
    return folder.has_filename();
  });
  if (documents.empty()) {
    return NoFiles(path, unread);
  }
  const auto beside = [&](const std::string& name, std::string_view extension) {
    const auto found = sidecars.find(Beside(name, extension));
    return found == sidecars.end() ? std::string() : found->second;
  };
  for (const std::string& name : documents) {
    inputs_.push_back({absl::StrCat(path, "/", name),
                       path,
                       /*found=*/true,
                       beside(name, kMetadataExtension),
                       beside(name, kDefectsExtension),
                       {}});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ImportInputs::ReadFile(const std::string& file) const {
  const std::string limit = std::to_string(limits::kMaxSourceBytes >> 20);
  std::string content;
  if (file == kStdinName) {
    content = ReadAtMost(context_.environment().in, limits::kMaxSourceBytes);
  } else {
    struct stat status = {};
    QUOTES_ASSIGN_OR_RETURN(const extract::FileDescriptor descriptor,
                            OpenFile(context_, file, &status));
    // A file that is too large is refused by its size, before a gigabyte is read for nothing.
    if (const auto size = static_cast<uintmax_t>(status.st_size);
        S_ISREG(status.st_mode) && size > limits::kMaxSourceBytes) {
      return errors::SourceTooLarge("",
                                    context_.Text(Msg::kTooLarge, {std::to_string(size), limit}));
    }
    FdInputBuffer buffer(descriptor.get());
    std::istream in(&buffer);
    content = ReadAtMost(&in, limits::kMaxSourceBytes);
    if (buffer.error() != 0) {
      return absl::InvalidArgumentError(
          context_.Text(Msg::kCannotRead, {std::strerror(buffer.error())}));
    }
  }
  if (Interrupt::signal() != 0) {
    // What was read may be half of it.
    return absl::CancelledError("a signal ended the reading");
  }
  if (content.size() > limits::kMaxSourceBytes) {
    return errors::SourceTooLarge("", context_.Text(Msg::kTooLargeStream, {limit}));
  }
  return content;
}

std::string ImportInputs::ReadBeside(const ImportInput& input, std::string_view extension,
                                     absl::Status* status) const {
  std::error_code error;
  const std::string& file = input.name;
  const std::string path = Beside(file, extension);
  if (!status->ok() || file == kStdinName || path == file || !fs::is_regular_file(path, error)) {
    return {};
  }
  if (!input.folder.empty() && fs::is_symlink(path, error) && !LiesIn(input.folder, path)) {
    *status = absl::InvalidArgumentError(
        absl::StrCat(Printable(path), ": ", context_.Text(Msg::kLinkLeadsOut)));
    return {};
  }
  absl::StatusOr<std::string> content = ReadFile(path);
  if (!content.ok()) {
    *status = content.status();
    return {};
  }
  return *std::move(content);
}

absl::Status ImportInputs::ReadMember(const ImportInput& input, std::string* content) {
  if (open_archive_ != input.archive) {
    open_archive_ = input.archive;
    stream_.reset();
    archive_file_ = extract::FileDescriptor(open(input.archive.c_str(), O_RDONLY | O_CLOEXEC));
    auto stream =
        extract::ArchiveStream::Open(archive_file_.get(), extract::ArchiveStream::Mode::kRead);
    stream_status_ = stream.status();
    if (stream.ok()) {
      stream_ = *std::move(stream);
    }
  }
  while (stream_status_.ok()) {
    absl::StatusOr<std::optional<extract::ArchiveMember>> member = stream_->Next();
    if (!member.ok()) {
      stream_status_ = member.status();
    } else if (!member->has_value()) {
      stream_status_ = errors::MalformedSource("archive", "has changed while it was read");
    } else if (!(*member)->unread &&
               absl::StrCat(input.archive, "/", (*member)->name) == input.name) {
      if ((*member)->too_large) {
        return errors::SourceTooLarge(
            "",
            context_.Text(Msg::kTooLargeStream, {std::to_string(limits::kMaxSourceBytes >> 20)}));
      }
      *content = std::move((*member)->content);
      return absl::OkStatus();
    }
  }
  return stream_status_;
}

std::optional<ImportDocument> ImportInputs::Next() {
  ImportDocument document;
  const ImportInput* input = nullptr;
  {
    const MutexLock lock(&mutex_);
    if (next_ == inputs_.size()) {
      return std::nullopt;
    }
    document.index = next_++;
    input = &inputs_[document.index];
    if (!input->archive.empty()) {
      document.status = ReadMember(*input, &document.content);
      document.metadata = input->metadata;
      document.defects = input->defects;
      return document;
    }
  }
  absl::StatusOr<std::string> content = ReadFile(input->name);
  document.status = content.status();
  if (content.ok()) {
    document.content = *std::move(content);
  }
  document.metadata = ReadBeside(*input, kMetadataExtension, &document.status);
  document.defects = ReadBeside(*input, kDefectsExtension, &document.status);
  return document;
}

}  // namespace quotes::ctl
