#include "service/archive/segment_folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/archive/fields.h"
#include "service/archive/flat.h"
#include "service/archive/indexed_archive.h"
#include "service/base/absl_string.h"
#include "service/base/status_macros.h"

namespace quotes::archive {
namespace {

constexpr char kListName[] = "segments.list";
constexpr std::string_view kSegmentEnding = ".segment";
constexpr std::string_view kUnfinishedEnding = ".unfinished";
// Little-endian "QUOTLIST".
constexpr uint64_t kListMagic = 0x5453494C'544F5551;
constexpr uint64_t kListVersion = 2;

// Heads of segments that are only being looked for.
DocumentHead NoHead(size_t, const PackedDocument&) { return DocumentHead(); }

struct Listed {
  std::string name;
  uint64_t checksum = 0;
  std::vector<bool> alive;
  std::vector<DocumentHead> heads;
};

absl::Status ReadList(const std::string& path, std::vector<Listed>* list, std::string* note) {
  Block block;
  QUOTES_RETURN_IF_ERROR(MapFile(path, &block));
  absl::Status damaged = absl::DataLossError("is damaged");
  uint64_t checksum = 0;
  if (block.size < sizeof(checksum)) {
    return damaged;
  }
  const size_t size = block.size - sizeof(checksum);
  std::memcpy(&checksum, block.data + size, sizeof(checksum));
  if (checksum != Checksum(block.data, size)) {
    return damaged;
  }
  FieldReader reader({block.data, size});
  uint64_t magic = 0;
  uint64_t version = 0;
  uint64_t count = 0;
  if (!reader.Number(&magic) || magic != kListMagic || !reader.Number(&version)) {
    return damaged;
  }
  if (version != kListVersion) {
    return absl::FailedPreconditionError("has another version of the format");
  }
  if (!reader.Text(note) || !reader.Number(&count)) {
    return damaged;
  }
  for (; count > 0; --count) {
    Listed& listed = list->emplace_back();
    uint64_t entries = 0;
    if (!reader.Text(&listed.name) || !reader.Number(&listed.checksum) ||
        !reader.Number(&entries)) {
      return damaged;
    }
    for (; entries > 0; --entries) {
      uint64_t alive = 0;
      uint64_t update_time = 0;
      DocumentHead& head = listed.heads.emplace_back();
      if (!reader.Number(&alive) ||
          (alive != 0 && (!reader.Text(&head.etag) || !reader.Number(&update_time)))) {
        return damaged;
      }
      listed.alive.push_back(alive != 0);
      head.update_time = absl::FromUnixNanos(static_cast<int64_t>(update_time));
    }
  }
  return reader.done() ? absl::OkStatus() : damaged;
}

}  // namespace

SegmentFolder::SegmentFolder(Options options) : options_(std::move(options)) {
  std::error_code error;
  if (options_.writable && mkdir(options_.path.c_str(), 0755) != 0 && errno != EEXIST) {
    Warn(options_.path, absl::ErrnoToStatus(errno, "cannot be made"));
  }
  // Numbers go on behind those of all files there, so that no name comes twice.
  std::filesystem::directory_iterator files(options_.path, error);
  for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) {
    const uint64_t number = std::strtoull(files->path().filename().c_str(), nullptr, 10);
    next_number_ = std::max(next_number_, number + 1);
  }
}

SegmentFolder::~SegmentFolder() = default;

void SegmentFolder::Warn(std::string_view what, const absl::Status& status) const {
  if (options_.on_warning) {
    options_.on_warning(absl::StrCat(ToAbsl(what), ": ", status.message()));
  }
}

void SegmentFolder::Remake() const {
  std::error_code error;
  // With what it stands in: one folder may be in another.
  if (std::filesystem::create_directories(options_.path, error)) {
    Warn(options_.path, absl::NotFoundError("was removed while in use; it is made anew"));
  }
  // Otherwise it is there, or whatever is written to it says why it is not.
}

void SegmentFolder::MakeWay(const std::string& path) const {
  std::error_code error;
  if (!std::filesystem::is_directory(std::filesystem::symlink_status(path, error))) {
    return;
  }
  if (std::filesystem::remove(path, error)) {
    Warn(path, absl::FailedPreconditionError("was an empty folder; it is removed"));
    return;
  }
  std::string aside;
  for (int i = 1; i == 1 || std::filesystem::exists(aside, error); ++i) {
    aside = absl::StrCat(path, ".moved-", i);
  }
  std::filesystem::rename(path, aside, error);
  Warn(path,
       error ? absl::FailedPreconditionError("is a folder that cannot be moved")
             : absl::FailedPreconditionError(absl::StrCat("was a folder; it is ", aside, " now")));
}

std::string SegmentFolder::PathOf(const std::string& name) const {
  return absl::StrCat(options_.path, "/", name);
}

std::string SegmentFolder::Reserve() {
  const MutexLock lock(&mutex_);
  return *reserved_.insert(absl::StrCat(absl::Dec(next_number_++, absl::kZeroPad8), ".segment"))
              .first;
}

void SegmentFolder::Abandon(const std::string& name) {
  const MutexLock lock(&mutex_);
  reserved_.erase(name);
}

void SegmentFolder::Know(const Segment& segment, const std::string& name) {
  const MutexLock lock(&mutex_);
  names_[segment.block().owner] = name;
  reserved_.erase(name);
}

std::string SegmentFolder::NameOf(const Segment& segment) {
  const MutexLock lock(&mutex_);
  const auto found = names_.find(segment.block().owner);
  return found == names_.end() ? std::string() : found->second;
}

bool SegmentFolder::HasFile(const Segment& segment) {
  const std::string name = NameOf(segment);
  std::error_code error;
  return !name.empty() && std::filesystem::is_regular_file(PathOf(name), error);
}

absl::StatusOr<std::shared_ptr<const Segment>> SegmentFolder::OpenFile(
    const std::string& name, const themes::Scheme& scheme, const Segment::HeadFunction& head_of) {
  Block block;
  QUOTES_RETURN_IF_ERROR(MapFile(PathOf(name), &block));
  QUOTES_ASSIGN_OR_RETURN(std::shared_ptr<const Segment> segment,
                          Segment::Open(std::move(block), scheme, head_of));
  Know(*segment, name);
  return segment;
}

StoredArchive SegmentFolder::Load(const themes::Scheme& scheme) {
  // A writer that replaces files meanwhile makes some of a list vanish: the next list has others.
  constexpr int kAttempts = 3;
  for (int attempt = 1;; ++attempt) {
    StoredArchive loaded;
    std::vector<Listed> list;
    if (const absl::Status status = ReadList(PathOf(kListName), &list, &loaded.note);
        !status.ok()) {
      if (!absl::IsNotFound(status)) {
        Warn(PathOf(kListName), status);
      }
      return {};
    }
    bool missing = false;
    for (Listed& listed : list) {
      absl::StatusOr<std::shared_ptr<const Segment>> segment =
          OpenFile(listed.name, scheme, NoHead);
      if (segment.ok() && ((*segment)->checksum() != listed.checksum ||
                           (*segment)->entries().size() != listed.alive.size())) {
        segment = absl::DataLossError("is not the listed one");
      }
      if (segment.ok()) {
        loaded.segments.push_back(
            {*std::move(segment), std::move(listed.alive), std::move(listed.heads)});
        continue;
      }
      missing = missing || absl::IsNotFound(segment.status());
      // That labels are made anew for another scheme is what a change of it is for.
      if (!absl::IsAborted(segment.status()) &&
          (!missing || options_.writable || attempt == kAttempts)) {
        Warn(PathOf(listed.name), segment.status());
      }
    }
    if (!missing || options_.writable || attempt == kAttempts) {
      return loaded;
    }
  }
}

std::shared_ptr<const Segment> SegmentFolder::Write(
    std::span<const PackedDocument* const> documents, const themes::Scheme& scheme,
    const Cancellation& cancellation) {
  if (!options_.writable) {
    return nullptr;
  }
  Remake();
  const std::string name = Reserve();
  const std::string path = PathOf(name);
  const std::string unfinished = absl::StrCat(path, ToAbsl(kUnfinishedEnding));
  absl::StatusOr<std::shared_ptr<const Segment>> segment = [&] {
    FileSink sink(unfinished);
    absl::Status written = Segment::Write(documents, scheme, &sink, cancellation);
    if (written.ok()) {
      written = sink.Finish();
    }
    if (written.ok()) {
      written = RenameDurably(unfinished, path);
    }
    if (!written.ok()) {
      return absl::StatusOr<std::shared_ptr<const Segment>>(written);
    }
    return OpenFile(name, scheme,
                    [&](size_t entry, const PackedDocument&) { return documents[entry]->head(); });
  }();
  if (!segment.ok()) {
    if (cancellation.Check().ok()) {
      Warn(path, segment.status());
    }
    Abandon(name);
    return nullptr;
  }
  return *std::move(segment);
}

absl::Status SegmentFolder::SaveSegment(const Segment& segment) {
  const std::string name = Reserve();
  const std::string path = PathOf(name);
  const std::string unfinished = absl::StrCat(path, ToAbsl(kUnfinishedEnding));
  FileSink sink(unfinished);
  sink.Append(segment.block().data, segment.block().size);
  absl::Status written = sink.Finish();
  if (written.ok()) {
    written = RenameDurably(unfinished, path);
  }
  if (!written.ok()) {
    Abandon(name);
    return written;
  }
  Know(segment, name);
  return absl::OkStatus();
}

absl::Status SegmentFolder::SaveList(const Archive& archive, std::string_view note) {
  const std::vector<SegmentState> states = SegmentsOf(archive);
  const std::string path = PathOf(kListName);
  const std::string unfinished = absl::StrCat(path, ToAbsl(kUnfinishedEnding));
  MakeWay(path);
  MakeWay(unfinished);
  std::error_code ignored;
  std::filesystem::remove(unfinished, ignored);  // of a process that was killed
  FileSink sink(unfinished);
  PutNumber(kListMagic, &sink);
  PutNumber(kListVersion, &sink);
  PutText(note, &sink);
  PutNumber(states.size(), &sink);
  for (const SegmentState& state : states) {
    PutText(NameOf(*state.segment), &sink);
    PutNumber(state.segment->checksum(), &sink);
    PutNumber(state.alive.size(), &sink);
    for (size_t entry = 0; entry < state.alive.size(); ++entry) {
      PutNumber(state.alive[entry] ? 1 : 0, &sink);
      if (state.alive[entry]) {
        const DocumentHead& head = state.segment->entries()[entry]->head();
        PutText(head.etag, &sink);
        PutNumber(static_cast<uint64_t>(absl::ToUnixNanos(head.update_time)), &sink);
      }
    }
  }
  PutNumber(sink.checksum(), &sink);
  QUOTES_RETURN_IF_ERROR(sink.Finish());
  return RenameDurably(unfinished, path);
}

bool SegmentFolder::RemoveUnused(const Archive& archive, bool erase) {
  std::set<std::string> used;
  for (const SegmentState& state : SegmentsOf(archive)) {
    used.insert(NameOf(*state.segment));
  }
  {
    const MutexLock lock(&mutex_);
    for (auto known = names_.begin(); known != names_.end();) {
      if (known->first.expired()) {
        known = names_.erase(known);
      } else {
        if (!erase) {
          used.insert(known->second);
        }
        ++known;
      }
    }
    used.insert(reserved_.begin(), reserved_.end());
  }
  std::error_code error;
  std::vector<std::string> unused;
  std::filesystem::directory_iterator files(options_.path, error);
  for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) {
    std::string name = files->path().filename();
    std::string_view segment = name;
    if (segment.ends_with(kUnfinishedEnding)) {
      segment.remove_suffix(kUnfinishedEnding.size());
    }
    if (segment.ends_with(kSegmentEnding) && !used.contains(std::string(segment))) {
      unused.push_back(std::move(name));
    }
  }
  bool removed = true;
  for (const std::string& name : unused) {
    if (std::filesystem::remove(PathOf(name), error); error) {
      Warn(PathOf(name), absl::InternalError(error.message()));
      removed = false;
    }
  }
  return removed;
}

bool SegmentFolder::Save(const Archive& archive, std::string_view note, bool erase) {
  if (!options_.writable) {
    return true;
  }
  Remake();
  for (const SegmentState& state : SegmentsOf(archive)) {
    if (!HasFile(*state.segment)) {
      if (const absl::Status status = SaveSegment(*state.segment); !status.ok()) {
        Warn(options_.path, status);
        return false;
      }
    }
  }
  if (const absl::Status status = SaveList(archive, note); !status.ok()) {
    Warn(options_.path, status);
    return false;
  }
  return RemoveUnused(archive, erase);
}

}  // namespace quotes::archive
