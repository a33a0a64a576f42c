#include "service/library/history.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/archive/indexed_archive.h"
#include "service/base/absl_string.h"

namespace quotes {
namespace {

using archive::Document;
using archive::ReportState;

constexpr std::string_view kRevisions = "/revisions/";
// Segments beyond which they are merged at once: nobody waits for an answer of the history.
constexpr size_t kMostSegments = 8;

std::string TextId(std::string_view report_id, uint64_t revision) {
  return absl::StrCat(ToAbsl(report_id), ToAbsl(kRevisions), revision);
}

}  // namespace

bool ComesBefore(const Document& a, const Document& b) {
  const std::optional<absl::CivilDay>& day_a = a.content.metadata.date;
  const std::optional<absl::CivilDay>& day_b = b.content.metadata.date;
  if (day_a != day_b) {
    return day_a.has_value() && (!day_b.has_value() || *day_a > *day_b);
  }
  return a.report_id < b.report_id;
}

History::History(std::shared_ptr<const themes::Scheme> scheme) : scheme_(std::move(scheme)) {}

void History::Replace(const std::shared_ptr<const Document>& latest,
                      const std::vector<std::shared_ptr<const Document>>& texts) {
  const std::string& report_id = latest->report_id;
  texts_.erase(texts_.lower_bound(Key{report_id, UINT64_MAX}),
               texts_.upper_bound(Key{report_id, 0}));
  withdrawn_.erase(std::remove_if(withdrawn_.begin(), withdrawn_.end(),
                                  [&](const auto& other) { return other->report_id == report_id; }),
                   withdrawn_.end());

  std::vector<std::u32string_view> newer;
  if (latest->state == ReportState::kActive) {
    newer.push_back(latest->content.joined);
  } else {
    withdrawn_.insert(
        std::lower_bound(withdrawn_.begin(), withdrawn_.end(), latest,
                         [](const auto& a, const auto& b) { return ComesBefore(*a, *b); }),
        latest);
  }
  for (const std::shared_ptr<const Document>& text : texts) {
    const std::u32string_view joined = text->content.joined;
    if (std::find(newer.begin(), newer.end(), joined) != newer.end()) {
      continue;
    }
    newer.push_back(joined);
    Text added;
    added.report_id = report_id;
    added.revision = text->revision;
    added.state = latest->state;
    if (text->report_id != report_id) {
      added.document = text;  // one of ours, which keeps its place in the archive's segments
    } else {
      auto document = std::make_shared<Document>(*text);
      document->report_id = TextId(report_id, text->revision);
      document->state = ReportState::kActive;
      added.document = std::move(document);
    }
    texts_.emplace(Key{report_id, text->revision}, std::move(added));
  }
}

void History::Index(uint64_t archive_revision, const archive::Archive* previous) {
  if (texts_.empty()) {
    archive_ = nullptr;
    return;
  }
  // `previous` shares its segments; only what is new is indexed.
  std::vector<std::shared_ptr<const Document>> documents;
  documents.reserve(texts_.size());
  for (const auto& [key, text] : texts_) {
    documents.push_back(text.document);
  }
  archive_ = archive::MakeIndexedArchive(archive_revision, scheme_, std::move(documents), previous);
  while (archive::SegmentCount(*archive_) > kMostSegments) {
    archive::MergePlan plan(*archive_);
    if (plan.empty()) {
      break;  // segments of the largest size
    }
    plan.Run();
    archive_ = plan.Apply(*archive_);
  }
}

std::shared_ptr<const History> History::With(
    uint64_t archive_revision, const std::shared_ptr<const Document>& latest,
    const std::shared_ptr<const Document>& previous) const {
  std::vector<std::shared_ptr<const Document>> texts;
  if (latest->state == ReportState::kWithdrawn) {
    texts.push_back(latest);
  }
  if (previous != nullptr && previous->revision < latest->revision) {
    texts.push_back(previous);
  }
  for (auto at = texts_.lower_bound(Key{latest->report_id, UINT64_MAX});
       at != texts_.end() && at->first.first == latest->report_id; ++at) {
    if (at->second.revision < latest->revision) {
      texts.push_back(at->second.document);
    }
  }
  if (texts.empty() && FindReport(latest->report_id) == nullptr) {
    return shared_from_this();
  }
  auto history = std::make_shared<History>(*this);
  history->Replace(latest, texts);
  history->Index(archive_revision, archive_.get());
  return history;
}

std::shared_ptr<const History> History::Make(
    uint64_t archive_revision, std::shared_ptr<const themes::Scheme> scheme,
    const archive::Archive& active, const std::vector<std::shared_ptr<const Document>>& documents) {
  std::map<std::string_view, std::vector<std::shared_ptr<const Document>>> by_report;
  for (const std::shared_ptr<const Document>& document : documents) {
    by_report[document->report_id].push_back(document);
  }
  std::map<std::string_view, std::shared_ptr<const Document>> latest;
  for (const std::shared_ptr<const Document>& document : active.documents()) {
    latest.emplace(document->report_id, document);
  }
  auto history = std::make_shared<History>(std::move(scheme));
  for (auto& [report_id, texts] : by_report) {
    std::sort(texts.begin(), texts.end(),
              [](const auto& a, const auto& b) { return a->revision > b->revision; });
    const auto found = latest.find(report_id);
    history->Replace(found != latest.end() ? found->second : texts.front(), texts);
  }
  history->Index(archive_revision, nullptr);
  return history;
}

const Document* History::FindReport(std::string_view report_id) const {
  // Withdrawn reports are few.
  const auto found = std::find_if(withdrawn_.begin(), withdrawn_.end(), [&](const auto& document) {
    return document->report_id == report_id;
  });
  return found == withdrawn_.end() ? nullptr : found->get();
}

std::optional<archive::QuoteRef> History::FindQuote(std::string_view report_id,
                                                    std::string_view quote_id) const {
  const Document* const document = FindReport(report_id);
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

const History::Text* History::FindText(std::string_view text_id) const {
  const size_t at = text_id.find(kRevisions);
  uint64_t revision = 0;
  if (at == std::string_view::npos ||
      !absl::SimpleAtoi(ToAbsl(text_id.substr(at + kRevisions.size())), &revision)) {
    return nullptr;
  }
  const auto found = texts_.find(Key{std::string(text_id.substr(0, at)), revision});
  return found == texts_.end() ? nullptr : &found->second;
}

std::vector<std::string> History::TextIds(std::string_view report_id) const {
  std::vector<std::string> ids;
  for (auto at = texts_.lower_bound(Key{std::string(report_id), UINT64_MAX});
       at != texts_.end() && at->first.first == report_id; ++at) {
    ids.push_back(TextId(report_id, at->first.second));
  }
  return ids;
}

}  // namespace quotes
