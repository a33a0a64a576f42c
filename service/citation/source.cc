#include "service/citation/source.h"

#include <algorithm>

namespace quotes::citation {

size_t Source::QuoteAt(uint32_t position) const {
  const auto quotes = document_->quotes();
  const auto next =
      std::upper_bound(quotes.begin(), quotes.end(), position,
                       [](uint32_t at, const Quote& quote) { return at < quote.range.begin; });
  return next == quotes.begin() ? 0 : static_cast<size_t>(next - quotes.begin()) - 1;
}

std::string Source::HeadingLine(size_t index) const {
  std::string line(document_->Text(section(index).marker));
  line += document_->Text(section(index).heading);
  return line;
}

std::vector<size_t> Source::SectionsAt(uint32_t position) const {
  std::vector<size_t> sections;
  if (quote_count() == 0) {
    return sections;
  }
  for (int i = quote(QuoteAt(position)).section; i >= 0;
       i = section(static_cast<size_t>(i)).parent) {
    if (section(static_cast<size_t>(i)).heading_range.begin <= position) {
      sections.push_back(static_cast<size_t>(i));
    }
  }
  std::reverse(sections.begin(), sections.end());
  return sections;
}

std::vector<std::string> Source::Breadcrumb(uint32_t position) const {
  std::vector<std::string> headings;
  for (const size_t i : SectionsAt(position)) {
    if (section(i).heading_range.begin < position) {
      headings.push_back(HeadingLine(i));
    }
  }
  return headings;
}

const report::Run& Source::RunAt(uint32_t position) const {
  const auto runs = document_->runs();
  const auto next =
      std::upper_bound(runs.begin(), runs.end(), position,
                       [](uint32_t at, const report::Run& run) { return at < run.range.begin; });
  return next == runs.begin() ? runs.front() : *(next - 1);
}

std::vector<PrintPlace> Source::PrintPlaces(Range range) const {
  std::vector<PrintPlace> places;
  for (const archive::PackedPrintSpan& span : document_->print_spans()) {
    const uint32_t begin = std::max(span.joined.begin, range.begin);
    const uint32_t end = std::min(span.joined.end, range.end);
    if (begin < end) {
      places.push_back({span.kind, span.line, span.page, {begin, end}});
    }
  }
  return places;
}

bool Source::JoinInside(Range range) const {
  for (const report::Join& join : document_->joins()) {
    if (join.position > range.begin && join.position < range.end) {
      return true;
    }
  }
  return false;
}

TouchedDefect Source::Defect(size_t i) const {
  const archive::PackedDefect& defect = document_->defects()[i];
  TouchedDefect result;
  result.defect_id = document_->Text(defect.id);
  result.kind = defect.kind;
  result.certainty = defect.certainty;
  result.source = defect.range;
  result.printed = document_->Text(defect.printed);
  for (size_t k = 0; k < defect.reading_count; ++k) {
    result.readings.emplace_back(reading(i, k));
  }
  return result;
}

std::string Source::CitationLine(uint32_t position) const {
  if (quote_count() == 0) {
    return "";
  }
  const Quote& at = quote(QuoteAt(position));
  std::string line(document_->citation_head(at));
  line += document_->citation_tail(at);
  return line;
}

}  // namespace quotes::citation
