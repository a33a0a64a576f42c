#ifndef QUOTES_SERVICE_LIBRARY_EMBARGOED_H_
#define QUOTES_SERVICE_LIBRARY_EMBARGOED_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "service/archive/packed_document.h"
#include "service/library/hidden_text.h"
#include "service/library/near_duplicate.h"

namespace quotes {

// The latest revisions of reports that are held back until their time. They are in no archive and
// no history, so that no look-up, no total and no citation can reach them; whoever wants one asks
// here, and says so. Few at a time: all are in memory, and in no file but the store's. Immutable
// and thread-safe.
class Embargoed : public std::enable_shared_from_this<Embargoed> {
 public:
  using Documents = std::vector<std::shared_ptr<const archive::PackedDocument>>;
  struct Report {
    std::shared_ptr<const archive::PackedDocument> document;
    std::shared_ptr<const HiddenText> text;  // of all revisions
  };

  Embargoed() : Embargoed(std::vector<Held>()) {}
  // REQUIRES: the ids differ.
  explicit Embargoed(std::vector<Report> reports);

  // This one with a report, in place of what it has of it and as its next revision, or without one.
  std::shared_ptr<const Embargoed> With(
      std::shared_ptr<const archive::PackedDocument> document) const;
  std::shared_ptr<const Embargoed> Without(std::string_view report_id) const;

  // In the order of Archive::documents(); withdrawn ones too.
  const std::vector<const archive::PackedDocument*>& documents() const { return documents_; }
  // Null if there is none of this id.
  std::shared_ptr<const archive::PackedDocument> Find(std::string_view report_id) const {
    return reports_.Find(report_id);
  }
  // What all revisions of a report say; null if there is none of this id.
  std::shared_ptr<const HiddenText> FindText(std::string_view report_id) const;
  // The ids of those whose time has come, unless they are withdrawn; the earliest first.
  std::vector<std::string> DueAt(absl::Time now) const;

  // See UnindexedReports.
  std::optional<NearDuplicate> FindNearDuplicate(const Speech& speech,
                                                 const std::vector<uint64_t>& sample) const {
    return reports_.FindNearDuplicate(speech, sample);
  }
  Documents FindNearDuplicates(const Speech& speech, const std::vector<uint64_t>& sample) const {
    return reports_.FindNearDuplicates(speech, sample);
  }

 private:
  struct Held : Report {
    std::shared_ptr<const std::vector<uint64_t>> sample;
  };

  explicit Embargoed(std::vector<Held> held);
  static Held Sampled(Report report);
  // All but one.
  std::vector<Held> Others(std::string_view report_id) const;

  const std::vector<Held> held_;
  UnindexedReports reports_;
  std::vector<const archive::PackedDocument*> documents_;
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_EMBARGOED_H_
