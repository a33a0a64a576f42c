#include "service/library/follower.h"

#include <sys/stat.h>

#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/absl_string.h"
#include "service/base/durable_file.h"
#include "service/base/errors.h"
#include "service/base/status_macros.h"
#include "service/store/sqlite/store.h"

namespace quotes {
namespace {

namespace fs = std::filesystem;

// Tells two states of a file apart; empty if there is none.
std::string StampOf(const std::string& path) {
  struct stat file = {};
  if (stat(path.c_str(), &file) != 0) {
    return "";
  }
  return absl::StrCat(file.st_ino, "-", file.st_size, "-", file.st_mtim.tv_sec, ".",
                      file.st_mtim.tv_nsec);
}

uint64_t SizeOf(const std::string& path) {
  struct stat file = {};
  return stat(path.c_str(), &file) == 0 ? static_cast<uint64_t>(file.st_size) : 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Follower>> Follower::Open(Options options) {
  std::error_code error;
  fs::create_directories(options.state_folder, error);
  if (!fs::is_directory(options.state_folder, error)) {
    return errors::StoreUnavailable(
        absl::StrCat(options.state_folder, ": is no folder to keep snapshots in"));
  }
  QUOTES_ASSIGN_OR_RETURN(
      std::unique_ptr<store::sqlite::WriterLock> lock,
      store::sqlite::WriterLock::Acquire((fs::path(options.state_folder) / "replica").string()));
  RemovePartials(options.state_folder);
  return std::unique_ptr<Follower>(new Follower(std::move(options), std::move(lock)));
}

std::string Follower::Own(const std::string& name) const {
  return (fs::path(options_.state_folder) / name).string();
}

void Follower::Warn(const Manifest& manifest, std::string_view cause) {
  Refusal& refusal = refused_[manifest.sequence];
  refusal.stamp = StampOf((fs::path(options_.folder) / DatabaseName(manifest.sequence)).string());
  if (refusal.cause != cause && options_.on_warning) {
    options_.on_warning(absl::StrCat(DatabaseName(manifest.sequence), " in ", options_.folder,
                                     " is passed over: ", ToAbsl(cause)));
  }
  refusal.cause = cause;
}

std::unique_ptr<store::Store> Follower::OpenOwn(const Manifest& manifest) {
  const auto open = [path = Own(DatabaseName(manifest.sequence))](bool read_only) {
    return store::sqlite::Open({.path = path,
                                .read_only = read_only,
                                .create = false,
                                .check_integrity = false});  // the hash is that of a checked one
  };
  absl::StatusOr<std::unique_ptr<store::Store>> store = open(/*read_only=*/true);
  if (GetErrorReason(store.status()) == ErrorReason::kReadOnly) {
    // Of a writer with an older schema: a replica may be upgraded first. The copy is its own, and
    // opening it for writing migrates it.
    store = open(/*read_only=*/false);
    if (store.ok()) {
      store->reset();
      store = open(/*read_only=*/true);
    }
  }
  if (!store.ok()) {
    Warn(manifest, ToStd(store.status().message()));
    return nullptr;
  }
  return *std::move(store);
}

absl::StatusOr<std::unique_ptr<store::Store>> Follower::Take(const Manifest& manifest,
                                                             const Cancellation& cancellation) {
  const std::string published =
      (fs::path(options_.folder) / DatabaseName(manifest.sequence)).string();
  const auto before = refused_.find(manifest.sequence);
  if (before != refused_.end() && before->second.stamp == StampOf(published)) {
    return nullptr;
  }
  if (SizeOf(published) != manifest.size_bytes) {
    Warn(manifest, "it is not there as a whole (yet)");
    return nullptr;
  }
  const std::string own = Own(DatabaseName(manifest.sequence));
  std::error_code error;
  fs::remove(own, error);  // of a try before
  // One byte more than announced shows that there is more.
  const absl::StatusOr<FileDigest> digest =
      CopyToPartial(published, own, manifest.size_bytes + 1, cancellation);
  if (!digest.ok()) {
    fs::remove(PartialPath(own), error);
    QUOTES_RETURN_IF_ERROR(cancellation.Check());
    if (GetErrorReason(digest.status()) == ErrorReason::kStorageFull) {
      return digest.status();
    }
    Warn(manifest, ToStd(digest.status().message()));
    return nullptr;
  }
  if (digest->size_bytes != manifest.size_bytes || digest->sha256 != manifest.sha256) {
    fs::remove(PartialPath(own), error);
    Warn(manifest, "its bytes are not those that were published");
    return nullptr;
  }
  QUOTES_RETURN_IF_ERROR(Finish(own));
  QUOTES_RETURN_IF_ERROR(
      WriteDurably(Own(ManifestName(manifest.sequence)), WriteManifest(manifest)));
  std::unique_ptr<store::Store> store = OpenOwn(manifest);
  if (store == nullptr) {
    fs::remove(Own(ManifestName(manifest.sequence)), error);
    fs::remove(own, error);
  }
  return store;
}

std::unique_ptr<store::Store> Follower::TakeKept() {
  for (const Manifest& manifest : ListManifests(options_.state_folder)) {
    if (std::unique_ptr<store::Store> store = OpenOwn(manifest); store != nullptr) {
      opened_ = manifest;
      return store;
    }
  }
  return nullptr;
}

absl::StatusOr<std::unique_ptr<store::Store>> Follower::TakeNewer(
    const Cancellation& cancellation) {
  std::unique_ptr<store::Store> kept;
  if (!looked_at_kept_) {
    looked_at_kept_ = true;
    kept = TakeKept();
  }
  const uint64_t served = opened_.has_value() ? opened_->sequence : 0;
  for (const Manifest& manifest : ListManifests(options_.folder)) {
    if (manifest.sequence <= served) {
      break;
    }
    QUOTES_ASSIGN_OR_RETURN(std::unique_ptr<store::Store> store, Take(manifest, cancellation));
    if (store != nullptr) {
      opened_ = manifest;
      return store;
    }
  }
  return kept;
}

void Follower::Served() {
  RemoveOthers(opened_->sequence);
  // Of what is older nothing is asked any more.
  refused_.erase(refused_.begin(), refused_.upper_bound(opened_->sequence));
  const MutexLock lock(&mutex_);
  state_ = State{*opened_, absl::Now()};
}

void Follower::NotServed() {
  const std::optional<State> served = state();
  Warn(*opened_, "it could not be loaded");
  if (served.has_value()) {
    RemoveOthers(served->manifest.sequence);
    opened_ = served->manifest;
  } else {
    opened_.reset();
  }
}

void Follower::RemoveOthers(uint64_t kept) {
  std::vector<fs::path> removed;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(options_.state_folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("quotes-") && name != DatabaseName(kept) && name != ManifestName(kept)) {
      removed.push_back(entry.path());
    }
  }
  for (const fs::path& path : removed) {
    fs::remove(path, error);
  }
}

std::optional<Follower::State> Follower::state() const {
  const MutexLock lock(&mutex_);
  return state_;
}

absl::StatusOr<bool> Follower::Follow(store::FollowingStore* store, Library* library,
                                      const Cancellation& cancellation) {
  QUOTES_ASSIGN_OR_RETURN(std::unique_ptr<store::Store> newer, TakeNewer(cancellation));
  if (newer == nullptr) {
    return false;
  }
  std::shared_ptr<store::Store> before = store->Exchange(std::move(newer));
  if (const absl::Status status = library->CatchUp(cancellation); !status.ok()) {
    store->Exchange(std::move(before));
    NotServed();
    return status;
  }
  Served();
  return true;
}

}  // namespace quotes
