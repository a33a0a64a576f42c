#ifndef QUOTES_SERVICE_LIBRARY_HISTORY_H_
#define QUOTES_SERVICE_LIBRARY_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/archive/archive.h"
#include "service/archive/document.h"
#include "service/archive/indexed_archive.h"
#include "service/archive/packed_document.h"
#include "service/base/cancellation.h"
#include "service/themes/scheme.h"

namespace quotes {

// What look-ups leave out: the texts of withdrawn reports, and those of earlier revisions of active
// ones that differ from the latest and from each other. Citations search it behind the archive of
// the same state, so that the words of a text that no longer holds are told apart from words that
// never were. Immutable and thread-safe; pointers in answers live as long as the object.
class History : public std::enable_shared_from_this<History> {
 public:
  // A text of the history. Its document is that of archive() with the text's id as `report_id`,
  // "one/revisions/2", and an empty head.
  struct Text {
    std::string_view report_id;
    uint64_t revision = 0;
    // Of the report. The text of an active one is superseded, that of a withdrawn one with its
    // highest revision was the latest.
    archive::ReportState state = archive::ReportState::kActive;
  };

  // Of no report. `options` are those of archive(), without a folder.
  explicit History(const std::shared_ptr<const themes::Scheme>& scheme,
                   const archive::ArchiveOptions& options = {});

  // This one after a report has changed: `latest` is its latest revision now, active or withdrawn;
  // `previous` what was the latest of an active report before, or null. Its other texts are known.
  // Costs what the report's texts cost, and a little for each report held; merging is left to
  // others.
  std::shared_ptr<const History> With(uint64_t archive_revision,
                                      const archive::PackedDocument& latest,
                                      const archive::PackedDocument* previous) const;

  // This one without a report.
  std::shared_ptr<const History> Without(uint64_t archive_revision,
                                         std::string_view report_id) const;

  // This one after a merge that was planned for archive(), or for that of a history that this one
  // was made from. Null when nothing that was merged is part of it any more.
  std::shared_ptr<const History> After(const archive::MergePlan& merge) const;

  // Keeps it in the folder of its archive, if there is one, for the next HistoryLoader. One call at
  // a time. See SegmentFolder::Save.
  bool Save(bool erase = false) const;

  // Latest revisions of withdrawn reports, in the order of Archive::documents(): speech date
  // descending (undated last), then id.
  const std::vector<const archive::PackedDocument*>& withdrawn() const { return withdrawn_; }
  // Null if there is no such withdrawn report.
  const archive::PackedDocument* FindReport(std::string_view report_id) const;
  std::optional<archive::QuoteRef> FindQuote(std::string_view report_id,
                                             std::string_view quote_id) const;

  // How many reports have more than one revision or are withdrawn, and whether one of them is held
  // in this state.
  size_t report_count() const { return reports_.size(); }
  bool Has(std::string_view report_id, uint64_t revision, const archive::DocumentHead& head) const;

  // The texts as an archive of their own, each a document whose id FindText takes; null if there is
  // none. Ids of reports in a filter are to be replaced by TextIds.
  const archive::Archive* archive() const {
    return archive_->documents().empty() ? nullptr : archive_.get();
  }
  // The id of the report that a text is or was of; that of a report is its own.
  static std::string_view ReportOf(std::string_view text_id);
  // Nullopt for an id that archive() does not have.
  std::optional<Text> FindText(std::string_view text_id) const;
  // Ids of the texts of a report, newest first.
  std::vector<std::string> TextIds(std::string_view report_id) const;

 private:
  friend class HistoryLoader;

  // A report with more than one revision, or withdrawn; it may have no text here.
  struct Report {
    std::string id;
    uint64_t revision = 0;  // the latest
    archive::DocumentHead head;
    std::vector<uint64_t> texts;  // their revisions, newest first
    // Of a withdrawn one, the block of its newest text under the report's id and head.
    std::optional<archive::PackedDocument> latest;
  };
  using Reports = std::vector<std::shared_ptr<const Report>>;  // by id

  History(std::shared_ptr<const themes::Scheme> scheme, const archive::ArchiveOptions& options,
          Reports reports, std::shared_ptr<const archive::Archive> archive);

  static Reports::const_iterator PlaceOf(const Reports& reports, std::string_view report_id);
  const Report* Find(std::string_view report_id) const;
  // A text as `archive_` holds it; what editors said of themes goes with the report's latest alone.
  std::shared_ptr<const archive::PackedDocument> PackText(std::string_view text_id,
                                                          const archive::PackedDocument& document,
                                                          bool latest) const;
  // The report with its `latest` in archive_.
  std::shared_ptr<const Report> Located(Report report) const;
  // Puts `next`, or null, in the place of the report with an id.
  void Replace(std::string_view report_id, std::shared_ptr<const Report> next);
  // Points what `archive` holds elsewhere than the archive so far to its new place.
  void SetArchive(std::shared_ptr<const archive::Archive> archive);

  std::shared_ptr<const themes::Scheme> scheme_;
  archive::ArchiveOptions options_;
  Reports reports_;
  std::shared_ptr<const archive::Archive> archive_;
  std::vector<const archive::PackedDocument*> withdrawn_;  // of reports_
};

// Makes the history of a store, from the folder where it was saved and of what that lacks, one
// document in memory at a time beside the result.
class HistoryLoader {
 public:
  // `active` is the archive of the same state and outlives the object; `options` are those of
  // History::archive(), whose folder is of no other archive.
  HistoryLoader(std::shared_ptr<const themes::Scheme> scheme,
                const archive::ArchiveOptions& options, const archive::Archive& active);
  ~HistoryLoader();

  // To be called with all that Store::LoadHistory asks for and visits, in its order. Lacks is true
  // unless the folder has all texts of the report as it is now. See ArchiveLoader::Add.
  bool Lacks(std::string_view report_id, uint64_t revision, const archive::DocumentHead& head);
  void Add(archive::Document document, const Cancellation& cancellation);
  // Null if it was cancelled. The loader is empty then.
  std::shared_ptr<const History> Finish(uint64_t archive_revision,
                                        const Cancellation& cancellation);

 private:
  const std::shared_ptr<const themes::Scheme> scheme_;
  const archive::ArchiveOptions options_;
  const archive::Archive& active_;
  archive::ArchiveLoader texts_;
  absl::flat_hash_map<std::string, History::Report> saved_;
  std::vector<History::Report> reports_;
  std::vector<std::u32string> joined_;  // the texts of the last report so far
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_HISTORY_H_
