#ifndef QUOTES_SERVICE_CITATION_SOURCE_H_
#define QUOTES_SERVICE_CITATION_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "service/archive/archive.h"
#include "service/archive/packed_document.h"
#include "service/citation/verdict.h"
#include "service/report/report.h"

namespace quotes::citation {

// One revision of one report as citation checks see it: the only place of this folder, beside the
// locator, that knows how archives keep reports. A cheap value; what it hands out lives as long as
// the archive.
class Source {
 public:
  using Quote = archive::PackedQuote;
  using Section = archive::PackedSection;
  using Metadata = archive::PackedDocument::Metadata;
  using Completeness = archive::PackedDocument::Completeness;

  // `latest` are the latest texts of all reports. The text's own archive may keep it under another
  // name than its report's; `report_id` lives as long as that.
  Source(const archive::PackedDocument& document, SourceState state, std::string_view report_id,
         const archive::Archive& latest)
      : document_(&document), state_(state), report_id_(report_id), latest_(&latest) {}

  std::string_view report_id() const { return report_id_; }
  uint64_t revision() const { return document_->revision(); }
  SourceState state() const { return state_; }
  const void* key() const { return document_; }

  // The latest texts of all reports: what tells how words are used.
  const archive::Archive& latest() const { return *latest_; }

  std::u32string_view joined() const { return document_->joined(); }
  Metadata metadata() const { return document_->metadata(); }
  Completeness completeness() const { return document_->completeness(); }

  size_t quote_count() const { return document_->size(); }
  const Quote& quote(size_t i) const { return document_->quotes()[i]; }
  std::string_view quote_id(size_t i) const { return document_->quote_id(i); }
  // The last quote that begins at or before `position`; 0 before the first.
  size_t QuoteAt(uint32_t position) const;

  size_t section_count() const { return document_->sections().size(); }
  const Section& section(size_t i) const { return document_->sections()[i]; }
  std::string_view section_id(size_t i) const { return document_->Text(section(i).id); }
  std::string_view section_path(size_t i) const { return document_->Text(section(i).path); }
  // As printed: 一、, （二）.
  std::string_view section_marker(size_t i) const { return document_->Text(section(i).marker); }
  // Marker and heading as printed: "一、过去五年的工作回顾".
  std::string HeadingLine(size_t section) const;
  // Sections whose headings stand above `position` or begin there, outermost first.
  std::vector<size_t> SectionsAt(uint32_t position) const;
  // The headings above a place, outermost first.
  std::vector<std::string> Breadcrumb(uint32_t position) const;

  // The run that holds `position`. REQUIRES: joined is not empty.
  const report::Run& RunAt(uint32_t position) const;

  // The parts of print spans that `range` touches.
  std::vector<PrintPlace> PrintPlaces(Range range) const;
  // Whether two print spans of one sentence were joined strictly inside `range`.
  bool JoinInside(Range range) const;

  size_t defect_count() const { return document_->defects().size(); }
  Range defect_range(size_t i) const { return document_->defects()[i].range; }
  std::string_view defect_id(size_t i) const { return document_->Text(document_->defects()[i].id); }
  size_t reading_count(size_t defect) const { return document_->defects()[defect].reading_count; }
  std::string_view reading(size_t defect, size_t i) const {
    return document_->Text(document_->readings(document_->defects()[defect])[i]);
  }
  // A fault with everything that is registered of it; readings are taken as printed.
  TouchedDefect Defect(size_t i) const;

  // The line that an editor pastes behind the words of a place.
  std::string CitationLine(uint32_t position) const;

 private:
  const archive::PackedDocument* document_;
  SourceState state_;
  std::string_view report_id_;
  const archive::Archive* latest_;
};

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_SOURCE_H_
