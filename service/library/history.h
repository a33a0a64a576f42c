#ifndef QUOTES_SERVICE_LIBRARY_HISTORY_H_
#define QUOTES_SERVICE_LIBRARY_HISTORY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
  // "one/revisions/2", and an active state.
  struct Text {
    std::string report_id;
    uint64_t revision = 0;
    // Of the report. The text of an active one is superseded, that of a withdrawn one with its
    // highest revision was the latest.
    archive::ReportState state = archive::ReportState::kActive;
  };

  // Of no report. `options` are those of archive(), without a folder.
  explicit History(std::shared_ptr<const themes::Scheme> scheme,
                   const archive::ArchiveOptions& options = {});

  // This one after a report has changed: `latest` is its latest revision now, active or withdrawn,
  // in memory of its own; `previous` what was the latest of an active report before, or null. Its
  // other texts are known. Costs what the report's texts cost, and a little for each text held;
  // merging is left to others.
  std::shared_ptr<const History> With(uint64_t archive_revision,
                                      const std::shared_ptr<const archive::PackedDocument>& latest,
                                      const archive::PackedDocument* previous) const;

  // This one after a merge that was planned for archive(), or for that of a history that this one
  // was made from. Null when nothing that was merged is part of it any more.
  std::shared_ptr<const History> After(const archive::MergePlan& merge) const;

  // Latest revisions of withdrawn reports, in the order of Archive::documents(): speech date
  // descending (undated last), then id.
  const std::vector<std::shared_ptr<const archive::PackedDocument>>& withdrawn() const {
    return withdrawn_;
  }
  // Null if there is no such withdrawn report.
  const archive::PackedDocument* FindReport(std::string_view report_id) const;
  std::optional<archive::QuoteRef> FindQuote(std::string_view report_id,
                                             std::string_view quote_id) const;

  // The texts as an archive of their own, each a document whose id FindText takes; null if there is
  // none. Ids of reports in a filter are to be replaced by TextIds.
  const archive::Archive* archive() const { return archive_.get(); }
  // Null for an id that archive() does not have.
  const Text* FindText(std::string_view text_id) const;
  // Ids of the texts of a report, newest first.
  std::vector<std::string> TextIds(std::string_view report_id) const;

 private:
  friend class HistoryLoader;

  using Key = std::pair<std::string, uint64_t>;
  struct NewestFirst {
    using is_transparent = void;
    bool operator()(const Key& a, const Key& b) const {
      return a.first != b.first ? a.first < b.first : a.second > b.second;
    }
  };

  void AddWithdrawn(const std::shared_ptr<const archive::PackedDocument>& latest);

  void RemoveWithdrawn(std::string_view report_id);
  // Where it stands in withdrawn_by_id_, or would.
  size_t PlaceById(std::string_view report_id) const;

  std::shared_ptr<const themes::Scheme> scheme_;
  archive::ArchiveOptions options_;
  std::vector<std::shared_ptr<const archive::PackedDocument>> withdrawn_;
  std::vector<const archive::PackedDocument*> withdrawn_by_id_;
  std::map<Key, Text, NewestFirst> texts_;
  std::shared_ptr<const archive::Archive> archive_;
};

// Makes the history of a store, one document in memory at a time beside the result.
class HistoryLoader {
 public:
  // `active` is the archive of the same state and outlives the object; `options` are History's.
  HistoryLoader(std::shared_ptr<const themes::Scheme> scheme,
                const archive::ArchiveOptions& options, const archive::Archive& active);

  // To be called with all that Store::LoadHistory visits, in its order. See ArchiveLoader::Add.
  void Add(archive::Document document, const Cancellation& cancellation);
  // Null if it was cancelled. The loader is empty then.
  std::shared_ptr<const History> Finish(uint64_t archive_revision,
                                        const Cancellation& cancellation);

 private:
  const archive::Archive& active_;
  std::shared_ptr<History> history_;
  archive::ArchiveLoader texts_;
  std::string report_id_;               // of the last document
  std::vector<std::u32string> joined_;  // the texts of that report so far
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_HISTORY_H_
