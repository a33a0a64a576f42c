#ifndef QUOTES_SERVICE_LIBRARY_HISTORY_H_
#define QUOTES_SERVICE_LIBRARY_HISTORY_H_

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "service/archive/archive.h"
#include "service/archive/document.h"

namespace quotes {

// What look-ups leave out and names still reach: the latest revisions of withdrawn reports.
// Immutable and thread-safe; pointers in answers live as long as the object.
class History {
 public:
  // `documents` in any order; report ids are unique.
  explicit History(std::vector<std::shared_ptr<const archive::Document>> documents);

  // Of withdrawn reports, in the order of Archive::documents(): speech date descending (undated
  // last), then id.
  const std::vector<std::shared_ptr<const archive::Document>>& withdrawn() const {
    return withdrawn_;
  }

  // Null if there is no such withdrawn report.
  const archive::Document* FindReport(std::string_view report_id) const;
  std::optional<archive::QuoteRef> FindQuote(std::string_view report_id,
                                             std::string_view quote_id) const;

  // This one with `document` in place of what it has of the document's report; of a report that is
  // not withdrawn it has nothing.
  std::shared_ptr<const History> With(
      const std::shared_ptr<const archive::Document>& document) const;

 private:
  std::vector<std::shared_ptr<const archive::Document>> withdrawn_;
};

// The order of Archive::documents().
bool ComesBefore(const archive::Document& a, const archive::Document& b);

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_HISTORY_H_
