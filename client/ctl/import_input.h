#ifndef QUOTES_CLIENT_CTL_IMPORT_INPUT_H_
#define QUOTES_CLIENT_CTL_IMPORT_INPUT_H_

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "absl/status/statusor.h"
#include "client/ctl/command.h"
#include "service/base/mutex.h"
#include "service/extract/archive_stream.h"

namespace quotes::ctl {

inline constexpr char kStdinName[] = "-";

// One document that is to be imported.
struct ImportInput {
  std::string name;     // as shown: a path, or "archive.zip/folder/a.docx"
  std::string archive;  // the archive that it is in; empty: a file of its own, or stdin
  bool found = false;   // in a folder or an archive, not named by itself
  // Of a member of an archive, where it has them: what stands beside it. Of files it is read when
  // they are.
  std::string metadata;
  std::string defects;
  std::string folder;  // the folder, as named, in which a file was found; empty for all else
};

// What looks meant and is not read, with what prevented it, if anything did.
struct UnreadInput {
  std::string name;
  std::string fault;
};

// One line that says so.
std::string DescribeUnread(const Context& context, const UnreadInput& unread);

// A document with its bytes.
struct ImportDocument {
  size_t index = 0;     // of the input
  absl::Status status;  // why there are no bytes
  std::string content;
  std::string metadata;  // NAME.toml, empty without one
  std::string defects;   // NAME.defects.tsv, empty without one
};

// The documents of files, folders and archives, in a fixed order, and their bytes. Of archives one
// member at a time is in memory.
class ImportInputs {
 public:
  // Lists them: folders are searched for documents and archives, archives are opened. The first
  // fault is an error: nothing is imported from a list that is not what was meant.
  static absl::StatusOr<std::unique_ptr<ImportInputs>> List(const Context& context,
                                                            const std::vector<std::string>& paths);

  const std::vector<ImportInput>& inputs() const { return inputs_; }
  // What looks meant and is not read: archives inside archives, links and names that lead out of
  // an archive, documents and archives of kinds that are not known (.doc, .rar), folders that
  // cannot be opened, and, in folders, symbolic links that lead out of the folder that was named,
  // or nowhere. What a browser saved beside a page (X_files) is passed over without a word.
  const std::vector<UnreadInput>& unread() const { return unread_; }
  // What Word keeps beside a document that is open (~$X.docx), in folders and archives: no
  // document.
  const std::vector<std::string>& lock_files() const { return lock_files_; }

  // The bytes of a file, or of stdin; at most as many as a source may have. INVALID_ARGUMENT for a
  // pipe, device or socket with a name of its own. CANCELLED when a signal was noted meanwhile.
  absl::StatusOr<std::string> ReadFile(const std::string& file) const;

  // The next document; nullopt when all were given. Thread-safe.
  std::optional<ImportDocument> Next();

 private:
  explicit ImportInputs(const Context& context) : context_(context) {}

  absl::Status AddPath(const std::string& path);
  absl::Status AddFolder(const std::string& path);
  absl::Status AddArchive(const std::string& path);
  // Adds the documents of a folder and of those in it, in no order, to `found`.
  void SearchFolder(const std::filesystem::path& root, const std::filesystem::path& folder,
                    const std::error_code& cannot_open, std::filesystem::directory_iterator entry,
                    std::vector<std::string>* found);
  absl::Status NoFiles(const std::string& path, size_t first_unread) const;
  std::string ReadBeside(const ImportInput& input, std::string_view extension,
                         absl::Status* status) const;
  absl::Status ReadMember(const ImportInput& input, std::string* content)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Context& context_;
  std::vector<ImportInput> inputs_;
  std::vector<UnreadInput> unread_;
  std::vector<std::string> lock_files_;

  Mutex mutex_;
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  // The archive whose members are being read.
  std::string open_archive_ ABSL_GUARDED_BY(mutex_);
  extract::FileDescriptor archive_file_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<extract::ArchiveStream> stream_ ABSL_GUARDED_BY(mutex_);
  absl::Status stream_status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_IMPORT_INPUT_H_
