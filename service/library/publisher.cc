#include "service/library/publisher.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/durable_file.h"
#include "service/base/errors.h"
#include "service/base/status_macros.h"

namespace quotes {
namespace {

constexpr absl::Duration kLookEvery = absl::Milliseconds(250);
constexpr absl::Duration kAtEnd = absl::Seconds(5);
// A disk that is full, or a folder that is gone, is no reason to try without a pause.
constexpr absl::Duration kRetry = absl::Seconds(10);

absl::Duration SteadyNow() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

absl::StatusOr<std::unique_ptr<Publisher>> Publisher::Start(store::Store* store, Options options) {
  std::error_code error;
  std::filesystem::create_directories(options.folder, error);
  if (!std::filesystem::is_directory(options.folder, error)) {
    return errors::StoreUnavailable(absl::StrCat(options.folder, ": is no folder to publish in"));
  }
  RemovePartials(options.folder);
  const std::string probe = (std::filesystem::path(options.folder) / ".quoted-probe").string();
  QUOTES_RETURN_IF_ERROR(WriteDurably(probe, ""));
  std::filesystem::remove(probe, error);
  options.keep = std::max<size_t>(options.keep, 1);
  std::unique_ptr<Publisher> publisher(new Publisher(store, std::move(options)));
  Publisher* const held = publisher.get();
  publisher->ticker_ =
      std::make_unique<Ticker>(kLookEvery, [held] { held->Look(held->ending_, /*at_end=*/false); });
  return publisher;
}

Publisher::~Publisher() {
  ending_.Cancel();
  ticker_.reset();
  const Cancellation at_end(absl::Now() + kAtEnd);
  Look(at_end, /*at_end=*/true);
}

void Publisher::SetSchedule(absl::Duration every, size_t keep) {
  const MutexLock lock(&mutex_);
  every_ = every;
  keep_ = std::max<size_t>(keep, 1);
}

void Publisher::Look(const Cancellation& cancellation, bool at_end) {
  absl::Duration every;
  size_t keep = 0;
  {
    const MutexLock lock(&mutex_);
    every = every_;
    keep = keep_;
  }
  const absl::Duration pause = failed_ ? std::max(kRetry, every) : every;
  if (!at_end && last_try_.has_value() && SteadyNow() - *last_try_ < pause) {
    return;
  }
  const absl::StatusOr<uint64_t> revision = store_->ArchiveRevision();
  if (!revision.ok() || published_ == *revision || !cancellation.Check().ok()) {
    return;
  }
  const absl::StatusOr<Manifest> manifest = Publish(*store_, options_.folder, keep, cancellation);
  if (absl::IsCancelled(manifest.status())) {
    return;
  }
  last_try_ = SteadyNow();
  failed_ = !manifest.ok();
  if (manifest.ok()) {
    published_ = manifest->archive_revision;
  }
  if (options_.on_publish) {
    options_.on_publish(manifest);
  }
}

}  // namespace quotes
