#include "service/library/history.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/archive/entry.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"

namespace quotes {
namespace {

using archive::Document;
using archive::PackedDocument;
using archive::ReportState;

constexpr std::string_view kRevisions = "/revisions/";

std::string TextId(std::string_view report_id, uint64_t revision) {
  return absl::StrCat(ToAbsl(report_id), ToAbsl(kRevisions), revision);
}

// A revision as a document of History::archive().
Document TextOf(Document document) {
  document.report_id = TextId(document.report_id, document.revision);
  document.state = ReportState::kActive;
  document.delete_time = std::nullopt;
  return document;
}

}  // namespace

History::History(std::shared_ptr<const themes::Scheme> scheme,
                 const archive::ArchiveOptions& options)
    : scheme_(std::move(scheme)), options_(options) {
  QUOTES_CHECK(options_.folder == nullptr);
}

size_t History::PlaceById(std::string_view report_id) const {
  return static_cast<size_t>(
      std::lower_bound(withdrawn_by_id_.begin(), withdrawn_by_id_.end(), report_id,
                       [](const PackedDocument* document, std::string_view id) {
                         return document->report_id() < id;
                       }) -
      withdrawn_by_id_.begin());
}

void History::AddWithdrawn(const std::shared_ptr<const PackedDocument>& latest) {
  withdrawn_.insert(
      std::lower_bound(withdrawn_.begin(), withdrawn_.end(), latest,
                       [](const auto& a, const auto& b) { return ComesBefore(*a, *b); }),
      latest);
  withdrawn_by_id_.insert(
      withdrawn_by_id_.begin() + static_cast<std::ptrdiff_t>(PlaceById(latest->report_id())),
      latest.get());
}

void History::RemoveWithdrawn(std::string_view report_id) {
  const PackedDocument* const document = FindReport(report_id);
  if (document != nullptr) {
    withdrawn_by_id_.erase(withdrawn_by_id_.begin() +
                           static_cast<std::ptrdiff_t>(PlaceById(report_id)));
    std::erase_if(withdrawn_, [&](const auto& other) { return other.get() == document; });
  }
}

std::shared_ptr<const History> History::With(uint64_t archive_revision,
                                             const std::shared_ptr<const PackedDocument>& latest,
                                             const PackedDocument* previous) const {
  const std::string report_id(latest->report_id());
  const bool withdrawn = latest->state() == ReportState::kWithdrawn;
  const auto begin = texts_.lower_bound(Key{report_id, UINT64_MAX});
  const auto end = texts_.upper_bound(Key{report_id, 0});
  if (previous != nullptr && previous->revision() == latest->revision()) {
    previous = nullptr;
  }
  if (!withdrawn && previous == nullptr && begin == end && FindReport(report_id) == nullptr) {
    return shared_from_this();
  }
  auto history = std::make_shared<History>(*this);
  history->RemoveWithdrawn(report_id);
  if (withdrawn) {
    history->AddWithdrawn(latest);
  }
  history->texts_.erase(history->texts_.lower_bound(Key{report_id, UINT64_MAX}),
                        history->texts_.upper_bound(Key{report_id, 0}));

  std::vector<std::u32string_view> newer;
  std::vector<std::shared_ptr<const PackedDocument>> added;
  // Keeps a text, newest first, unless it is that of the active report or a newer one.
  const auto keep = [&](const PackedDocument& text) {
    if (std::find(newer.begin(), newer.end(), text.joined()) != newer.end()) {
      return false;
    }
    newer.push_back(text.joined());
    history->texts_.emplace(Key{report_id, text.revision()},
                            Text{report_id, text.revision(), latest->state()});
    return true;
  };
  const auto add = [&](const PackedDocument& text) {
    added.push_back(archive::Pack(TextOf(archive::Unpack(text)), scheme_->themes().size()));
  };
  const auto is_held = [&](uint64_t revision) { return texts_.contains(Key{report_id, revision}); };
  if (!withdrawn) {
    newer.push_back(latest->joined());
  } else if (keep(*latest) && !is_held(latest->revision())) {
    add(*latest);
  }
  if (previous != nullptr && keep(*previous)) {
    add(*previous);
  }
  std::vector<std::string> removed;
  for (auto held = begin; held != end; ++held) {
    const std::string text_id = TextId(report_id, held->second.revision);
    const PackedDocument* const text = archive_->FindReport(text_id);
    QUOTES_CHECK(text != nullptr);
    const bool is_latest = text->revision() == latest->revision();
    if (is_latest ? !withdrawn : !keep(*text)) {
      removed.push_back(text_id);
    }
  }

  if (history->texts_.empty()) {
    history->archive_ = nullptr;
  } else if (archive_ == nullptr) {
    archive::ArchiveLoader loader(scheme_, options_);
    history->archive_ =
        archive::UpdateArchive(*loader.Finish(archive_revision), archive_revision, added, removed);
  } else {
    history->archive_ = archive::UpdateArchive(*archive_, archive_revision, added, removed);
  }
  return history;
}

std::shared_ptr<const History> History::After(const archive::MergePlan& merge) const {
  if (archive_ == nullptr) {
    return nullptr;
  }
  std::shared_ptr<const archive::Archive> merged = merge.Apply(*archive_);
  if (merged == nullptr) {
    return nullptr;
  }
  auto history = std::make_shared<History>(*this);
  history->archive_ = std::move(merged);
  return history;
}

const PackedDocument* History::FindReport(std::string_view report_id) const {
  const size_t place = PlaceById(report_id);
  return place < withdrawn_by_id_.size() && withdrawn_by_id_[place]->report_id() == report_id
             ? withdrawn_by_id_[place]
             : nullptr;
}

std::optional<archive::QuoteRef> History::FindQuote(std::string_view report_id,
                                                    std::string_view quote_id) const {
  const PackedDocument* const document = FindReport(report_id);
  const std::optional<uint32_t> index =
      document == nullptr ? std::nullopt : document->Find(quote_id);
  if (!index.has_value()) {
    return std::nullopt;
  }
  return archive::QuoteRef{document, *index};
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

HistoryLoader::HistoryLoader(std::shared_ptr<const themes::Scheme> scheme,
                             const archive::ArchiveOptions& options, const archive::Archive& active)
    : active_(active),
      history_(std::make_shared<History>(scheme, options)),
      texts_(std::move(scheme), options) {}

void HistoryLoader::Add(Document document, const Cancellation& cancellation) {
  const bool newest = document.report_id != report_id_;
  if (newest) {
    report_id_ = document.report_id;
    joined_.clear();
    if (document.state == ReportState::kActive) {
      // Null only if the store has changed since `active_` was loaded.
      const PackedDocument* const latest = active_.FindReport(report_id_);
      if (latest != nullptr) {
        joined_.emplace_back(latest->joined());
      }
    }
  }
  if (std::find(joined_.begin(), joined_.end(), document.content.joined) != joined_.end()) {
    return;
  }
  joined_.push_back(document.content.joined);
  const themes::Scheme& scheme = *history_->scheme_;
  document.themes = scheme.Assign(document.content);
  if (newest && document.state != ReportState::kActive) {
    history_->AddWithdrawn(archive::Pack(document, scheme.themes().size()));
  }
  history_->texts_.emplace(History::Key{report_id_, document.revision},
                           History::Text{report_id_, document.revision, document.state});
  texts_.Add(TextOf(std::move(document)), cancellation);
}

std::shared_ptr<const History> HistoryLoader::Finish(uint64_t archive_revision,
                                                     const Cancellation& cancellation) {
  if (!history_->texts_.empty()) {
    std::shared_ptr<const archive::Archive> texts = texts_.Finish(archive_revision, cancellation);
    if (texts == nullptr) {
      return nullptr;
    }
    history_->archive_ = std::move(texts);
  }
  return std::exchange(history_, nullptr);
}

}  // namespace quotes
