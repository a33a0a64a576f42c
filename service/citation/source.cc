#include "service/citation/source.h"

#include <algorithm>

namespace quotes::citation {

size_t Source::QuoteAt(uint32_t position) const {
  const std::vector<report::Quote>& quotes = document_->content.quotes;
  const auto next = std::upper_bound(
      quotes.begin(), quotes.end(), position,
      [](uint32_t at, const report::Quote& quote) { return at < quote.range.begin; });
  return next == quotes.begin() ? 0 : static_cast<size_t>(next - quotes.begin()) - 1;
}

std::vector<size_t> Source::SectionsAt(uint32_t position) const {
  std::vector<size_t> sections;
  if (quote_count() == 0) {
    return sections;
  }
  const size_t at = QuoteAt(position);
  for (int i = quote(at).section; i >= 0; i = section(static_cast<size_t>(i)).parent) {
    if (section(static_cast<size_t>(i)).heading_range.begin <= position) {
      sections.push_back(static_cast<size_t>(i));
    }
  }
  std::reverse(sections.begin(), sections.end());
  return sections;
}

const report::Run& Source::RunAt(uint32_t position) const {
  const std::vector<report::Run>& runs = document_->content.runs;
  const auto next =
      std::upper_bound(runs.begin(), runs.end(), position,
                       [](uint32_t at, const report::Run& run) { return at < run.range.begin; });
  return next == runs.begin() ? runs.front() : *(next - 1);
}

std::vector<PrintPlace> Source::PrintPlaces(Range range) const {
  std::vector<PrintPlace> places;
  for (const report::PrintSpan& span : document_->content.print_spans) {
    const uint32_t begin = std::max(span.joined.begin, range.begin);
    const uint32_t end = std::min(span.joined.end, range.end);
    if (begin < end) {
      places.push_back({span.kind, span.line, span.page, {begin, end}});
    }
  }
  return places;
}

bool Source::JoinInside(Range range) const {
  for (const report::Join& join : document_->content.joins) {
    if (join.position > range.begin && join.position < range.end) {
      return true;
    }
  }
  return false;
}

}  // namespace quotes::citation
