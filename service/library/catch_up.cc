#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "service/archive/archive.h"
#include "service/archive/indexed_archive.h"
#include "service/archive/packed_document.h"
#include "service/base/cancellation.h"
#include "service/base/errors.h"
#include "service/base/status_macros.h"
#include "service/library/history.h"
#include "service/library/library.h"
#include "service/store/store.h"
#include "service/themes/scheme.h"

namespace quotes {
namespace {

using archive::PackedDocument;

// Reports that have changed are indexed when so many code points of them have come: what waits is
// held beside the archive.
constexpr size_t kIndexedAtOnce = 4'000'000;
// How often all is looked at anew when the store is written meanwhile.
constexpr int kTries = 5;

// Whether a held report is the store's.
bool IsSame(const PackedDocument* held, const store::ReportInfo& report) {
  return held != nullptr && held->revision() == report.revision && held->head() == report.head;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const archive::Archive>> Library::UpdatedArchive(
    const archive::Archive& held, const Cancellation& cancellation) {
  const themes::Scheme& scheme = held.scheme();
  std::shared_ptr<const archive::Archive> updated;
  std::vector<std::shared_ptr<const PackedDocument>> changed;
  size_t code_points = 0;
  const auto current = [&]() -> const archive::Archive& {
    return updated == nullptr ? held : *updated;
  };
  absl::flat_hash_set<std::string> listed;
  QUOTES_ASSIGN_OR_RETURN(
      const uint64_t revision,
      store_->LoadActive(
          [&](const store::ReportInfo& report) {
            listed.insert(report.report_id);
            return !IsSame(held.FindReport(report.report_id), report);
          },
          [&](std::unique_ptr<archive::Document> document) {
            document->themes = themes::AssignTagged(scheme, document->content, document->tags);
            code_points += document->content.joined.size();
            changed.push_back(archive::Pack(*document, scheme.themes().size()));
            if (code_points >= kIndexedAtOnce) {
              updated = archive::UpdateArchive(current(), held.revision(), changed, {});
              changed.clear();
              code_points = 0;
            }
            return cancellation.Check();
          }));
  std::vector<std::string> removed;
  for (const PackedDocument* document : held.documents()) {
    std::string report_id(document->report_id());
    if (!listed.contains(report_id)) {
      removed.push_back(std::move(report_id));
    }
  }
  return archive::UpdateArchive(current(), revision, changed, removed);
}

absl::StatusOr<std::shared_ptr<const History>> Library::UpdatedHistory(
    const std::shared_ptr<const themes::Scheme>& scheme, const std::shared_ptr<const History>& held,
    const archive::Archive& active, const Cancellation& cancellation) {
  // Most often nothing of it has changed: that costs some microseconds a report.
  size_t same = 0;
  size_t listed = 0;
  QUOTES_ASSIGN_OR_RETURN(
      const uint64_t revision,
      store_->LoadHistory(
          [&](const store::ReportInfo& report) {
            ++listed;
            same += static_cast<size_t>(held->Has(report.report_id, report.revision, report.head));
            return false;
          },
          [](const std::unique_ptr<archive::Document>&) { return absl::OkStatus(); }));
  if (revision != active.revision()) {
    return nullptr;
  }
  if (same == listed && listed == held->report_count()) {
    return held;
  }
  return LoadHistory(scheme, revision, active, cancellation);
}

absl::Status Library::CatchUp(const Cancellation& cancellation) {
  QUOTES_RETURN_IF_ERROR(CheckReady());
  const MutexLock lock(&write_mutex_);
  IndexWaiting();
  for (int i = 0; i < kTries; ++i) {
    QUOTES_RETURN_IF_ERROR(cancellation.Check());
    const std::shared_ptr<const Snapshot> held = snapshot();
    Snapshot next;
    QUOTES_ASSIGN_OR_RETURN(next.archive, UpdatedArchive(*held->archive, cancellation));
    QUOTES_ASSIGN_OR_RETURN(next.history,
                            UpdatedHistory(scheme(), held->history, *next.archive, cancellation));
    QUOTES_ASSIGN_OR_RETURN(next.embargoed, LoadEmbargoed(*scheme(), next.archive->revision(),
                                                          held->embargoed.get(), cancellation));
    if (next.history != nullptr && next.embargoed != nullptr) {
      QUOTES_ASSIGN_OR_RETURN(const bool erase, LoadPurged());
      SwapWritten(std::move(next));
      if (erase) {
        WantErased();
      }
      return absl::OkStatus();
    }
  }
  return errors::StoreBusy();  // another process writes without a pause
}

}  // namespace quotes
