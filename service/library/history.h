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
#include "service/themes/scheme.h"

namespace quotes {

// What look-ups leave out: the texts of withdrawn reports, and those of earlier revisions of active
// ones that differ from the latest and from each other. Citations search it behind the archive of
// the same state, so that the words of a text that no longer holds are told apart from words that
// never were. Immutable and thread-safe; pointers in answers live as long as the object.
class History : public std::enable_shared_from_this<History> {
 public:
  // A text of the history.
  struct Text {
    std::string report_id;
    uint64_t revision = 0;
    // Of the report. The text of an active one is superseded, that of a withdrawn one with its
    // highest revision was the latest.
    archive::ReportState state = archive::ReportState::kActive;
    // As archive() has it: `report_id` there is the text's id, "one/revisions/2", its state active.
    std::shared_ptr<const archive::Document> document;
  };

  // Of no report.
  explicit History(std::shared_ptr<const themes::Scheme> scheme);

  // This one after a report has changed: `latest` is its latest revision now, active or withdrawn,
  // `previous` what was the latest of an active report before, or null. Its other texts are known.
  std::shared_ptr<const History> With(
      uint64_t archive_revision, const std::shared_ptr<const archive::Document>& latest,
      const std::shared_ptr<const archive::Document>& previous) const;

  // Of `documents`, all that Store::LoadHistory visits; `active` is the archive of the same state.
  static std::shared_ptr<const History> Make(
      uint64_t archive_revision, std::shared_ptr<const themes::Scheme> scheme,
      const archive::Archive& active,
      const std::vector<std::shared_ptr<const archive::Document>>& documents);

  // Latest revisions of withdrawn reports, in the order of Archive::documents(): speech date
  // descending (undated last), then id.
  const std::vector<std::shared_ptr<const archive::Document>>& withdrawn() const {
    return withdrawn_;
  }
  // Null if there is no such withdrawn report.
  const archive::Document* FindReport(std::string_view report_id) const;
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
  using Key = std::pair<std::string, uint64_t>;
  struct NewestFirst {
    using is_transparent = void;
    bool operator()(const Key& a, const Key& b) const {
      return a.first != b.first ? a.first < b.first : a.second > b.second;
    }
  };

  // Puts `texts`, newest first, in place of those of their report; texts equal to `latest`, if that
  // is active, or to a newer one are left out.
  void Replace(const std::shared_ptr<const archive::Document>& latest,
               const std::vector<std::shared_ptr<const archive::Document>>& texts);
  void Index(uint64_t archive_revision, const archive::Archive* previous);

  std::shared_ptr<const themes::Scheme> scheme_;
  std::vector<std::shared_ptr<const archive::Document>> withdrawn_;
  std::map<Key, Text, NewestFirst> texts_;
  std::shared_ptr<const archive::Archive> archive_;
};

// The order of Archive::documents().
bool ComesBefore(const archive::Document& a, const archive::Document& b);

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_HISTORY_H_
