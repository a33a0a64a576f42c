#include "service/library/history.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace quotes {

bool ComesBefore(const archive::Document& a, const archive::Document& b) {
  const std::optional<absl::CivilDay>& day_a = a.content.metadata.date;
  const std::optional<absl::CivilDay>& day_b = b.content.metadata.date;
  if (day_a != day_b) {
    return day_a.has_value() && (!day_b.has_value() || *day_a > *day_b);
  }
  return a.report_id < b.report_id;
}

History::History(std::vector<std::shared_ptr<const archive::Document>> documents)
    : withdrawn_(std::move(documents)) {
  std::sort(withdrawn_.begin(), withdrawn_.end(),
            [](const auto& a, const auto& b) { return ComesBefore(*a, *b); });
}

const archive::Document* History::FindReport(std::string_view report_id) const {
  // Withdrawn reports are few.
  const auto found = std::find_if(withdrawn_.begin(), withdrawn_.end(), [&](const auto& document) {
    return document->report_id == report_id;
  });
  return found == withdrawn_.end() ? nullptr : found->get();
}

std::optional<archive::QuoteRef> History::FindQuote(std::string_view report_id,
                                                    std::string_view quote_id) const {
  const archive::Document* const document = FindReport(report_id);
  if (document == nullptr) {
    return std::nullopt;
  }
  const std::vector<report::Quote>& quotes = document->content.quotes;
  const auto found = std::find_if(quotes.begin(), quotes.end(),
                                  [&](const report::Quote& quote) { return quote.id == quote_id; });
  if (found == quotes.end()) {
    return std::nullopt;
  }
  return archive::QuoteRef{document, static_cast<uint32_t>(found - quotes.begin())};
}

std::shared_ptr<const History> History::With(
    const std::shared_ptr<const archive::Document>& document) const {
  std::vector<std::shared_ptr<const archive::Document>> documents;
  for (const std::shared_ptr<const archive::Document>& other : withdrawn_) {
    if (other->report_id != document->report_id) {
      documents.push_back(other);
    }
  }
  if (document->state == archive::ReportState::kWithdrawn) {
    documents.push_back(document);
  }
  return std::make_shared<const History>(std::move(documents));
}

}  // namespace quotes
