#ifndef QUOTES_SERVICE_CITATION_SOURCE_H_
#define QUOTES_SERVICE_CITATION_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "service/archive/archive.h"
#include "service/citation/verdict.h"
#include "service/report/report.h"

namespace quotes::citation {

// One revision of one report as citation checks see it: the only place of this folder that knows
// how archives keep reports. A cheap value; what it hands out lives as long as the archive.
class Source {
 public:
  Source(const archive::Document& document, SourceState state)
      : document_(&document), state_(state) {}

  std::string_view report_id() const { return document_->report_id; }
  uint64_t revision() const { return document_->revision; }
  SourceState state() const { return state_; }
  const void* key() const { return document_; }

  std::u32string_view joined() const { return document_->content.joined; }
  const report::Metadata& metadata() const { return document_->content.metadata; }
  const report::Completeness& completeness() const { return document_->content.completeness; }

  size_t quote_count() const { return document_->content.quotes.size(); }
  const report::Quote& quote(size_t i) const { return document_->content.quotes[i]; }
  // The last quote that begins at or before `position`; 0 before the first.
  size_t QuoteAt(uint32_t position) const;

  size_t section_count() const { return document_->content.sections.size(); }
  const report::Section& section(size_t i) const { return document_->content.sections[i]; }
  // Sections whose range holds `position`, outermost first. Headings that begin at or behind it
  // are not above it.
  std::vector<size_t> SectionsAt(uint32_t position) const;

  // The run that holds `position`. REQUIRES: joined is not empty.
  const report::Run& RunAt(uint32_t position) const;

  // Print spans that `range` touches.
  std::vector<PrintPlace> PrintPlaces(Range range) const;
  // Whether two print spans of one sentence were joined strictly inside `range`.
  bool JoinInside(Range range) const;

  size_t defect_count() const { return document_->defects.size(); }
  const report::Defect& defect(size_t i) const { return document_->defects[i]; }

 private:
  const archive::Document* document_;
  SourceState state_;
};

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_SOURCE_H_
