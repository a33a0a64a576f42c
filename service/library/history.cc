#include "service/library/history.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/archive/entry.h"
#include "service/archive/fields.h"
#include "service/archive/flat.h"
#include "service/archive/segment_folder.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"
#include "service/themes/tag.h"

namespace quotes {
namespace {

using archive::Document;
using archive::DocumentHead;
using archive::PackedDocument;
using archive::ReportState;

constexpr std::string_view kRevisions = "/revisions/";

// What Save notes of the reports beside the segments: this version, their number, and of each its
// id, latest revision, etag, time of update, number of texts, and their revisions.
constexpr uint64_t kNoteVersion = 1;

std::string TextId(std::string_view report_id, uint64_t revision) {
  return absl::StrCat(ToAbsl(report_id), ToAbsl(kRevisions), revision);
}

bool IsWithdrawn(const DocumentHead& head) { return head.state != ReportState::kActive; }

bool ComesBeforeAt(const PackedDocument* a, const PackedDocument* b) { return ComesBefore(*a, *b); }

}  // namespace

History::History(const std::shared_ptr<const themes::Scheme>& scheme,
                 const archive::ArchiveOptions& options)
    : History(scheme, options, Reports(),
              archive::ArchiveLoader(scheme, options).Finish(/*revision=*/0)) {
  QUOTES_CHECK(options_.folder == nullptr);
}

History::History(std::shared_ptr<const themes::Scheme> scheme,
                 const archive::ArchiveOptions& options, Reports reports,
                 std::shared_ptr<const archive::Archive> archive)
    : scheme_(std::move(scheme)),
      options_(options),
      reports_(std::move(reports)),
      archive_(std::move(archive)) {
  for (std::shared_ptr<const Report>& report : reports_) {
    if (IsWithdrawn(report->head)) {
      report = Located(*report);
      withdrawn_.push_back(&*report->latest);
    }
  }
  std::sort(withdrawn_.begin(), withdrawn_.end(), ComesBeforeAt);
}

History::Reports::const_iterator History::PlaceOf(const Reports& reports,
                                                  std::string_view report_id) {
  return std::lower_bound(reports.begin(), reports.end(), report_id,
                          [](const auto& report, std::string_view id) { return report->id < id; });
}

const History::Report* History::Find(std::string_view report_id) const {
  const auto place = PlaceOf(reports_, report_id);
  return place == reports_.end() || (*place)->id != report_id ? nullptr : place->get();
}

std::shared_ptr<const PackedDocument> History::PackText(std::string_view text_id,
                                                        const PackedDocument& document,
                                                        bool latest) const {
  Document text = archive::Unpack(document);
  if (!latest && !text.tags.empty()) {
    text.tags.clear();
    text.themes = scheme_->Assign(text.content);
  }
  return PackAs(text_id, text, DocumentHead(), scheme_->themes().size());
}

std::shared_ptr<const History::Report> History::Located(Report report) const {
  const PackedDocument* const text = archive_->FindReport(TextId(report.id, report.texts.front()));
  QUOTES_CHECK(text != nullptr);
  report.latest.emplace(text->bytes().data(), report.head,
                        text->report_id().substr(0, report.id.size()));
  return std::make_shared<const Report>(std::move(report));
}

void History::Replace(std::string_view report_id, std::shared_ptr<const Report> next) {
  const auto place = reports_.begin() + (PlaceOf(reports_, report_id) - reports_.cbegin());
  const bool held = place != reports_.end() && (*place)->id == report_id;
  if (held && (*place)->latest.has_value()) {
    withdrawn_.erase(
        std::lower_bound(withdrawn_.begin(), withdrawn_.end(), &*(*place)->latest, ComesBeforeAt));
  }
  if (next != nullptr && next->latest.has_value()) {
    withdrawn_.insert(
        std::lower_bound(withdrawn_.begin(), withdrawn_.end(), &*next->latest, ComesBeforeAt),
        &*next->latest);
  }
  if (held && next != nullptr) {
    *place = std::move(next);
  } else if (held) {
    reports_.erase(place);
  } else if (next != nullptr) {
    reports_.insert(place, std::move(next));
  }
}

void History::SetArchive(std::shared_ptr<const archive::Archive> archive) {
  const std::shared_ptr<const archive::Archive> before =
      std::exchange(archive_, std::move(archive));
  const std::vector<archive::SegmentState> segments = archive::SegmentsOf(*archive_);
  std::vector<archive::Block> gone;
  for (const archive::SegmentState& old : archive::SegmentsOf(*before)) {
    if (std::none_of(segments.begin(), segments.end(),
                     [&old](const auto& other) { return other.segment == old.segment; })) {
      gone.push_back(old.segment->block());
    }
  }
  const auto is_in = [](const std::byte* byte, const archive::Block& block) {
    const std::less<const std::byte*> is_before;
    return !is_before(byte, block.data) && is_before(byte, block.data + block.size);
  };
  for (std::shared_ptr<const Report>& report : reports_) {
    if (!report->latest.has_value() ||
        std::none_of(gone.begin(), gone.end(), [&](const archive::Block& block) {
          return is_in(report->latest->bytes().data(), block);
        })) {
      continue;
    }
    const auto place =
        std::lower_bound(withdrawn_.begin(), withdrawn_.end(), &*report->latest, ComesBeforeAt);
    report = Located(*report);
    *place = &*report->latest;
  }
}

std::shared_ptr<const History> History::With(uint64_t archive_revision,
                                             const PackedDocument& latest,
                                             const PackedDocument* previous) const {
  const Report* const held = Find(latest.report_id());
  const bool withdrawn = IsWithdrawn(latest.head());
  const bool is_known = withdrawn || latest.revision() > 1;
  if (held == nullptr && !is_known) {
    return shared_from_this();
  }
  if (previous != nullptr && previous->revision() == latest.revision()) {
    previous = nullptr;
  }
  Report next;
  next.id = latest.report_id();
  next.revision = latest.revision();
  next.head = latest.head();

  std::vector<std::u32string_view> newer;
  std::vector<std::shared_ptr<const PackedDocument>> added;
  // Keeps a text, newest first, unless it is that of the active report or a newer one.
  const auto keep = [&](const PackedDocument& text) {
    if (std::find(newer.begin(), newer.end(), text.joined()) != newer.end()) {
      return false;
    }
    newer.push_back(text.joined());
    next.texts.push_back(text.revision());
    return true;
  };
  if (!withdrawn) {
    newer.push_back(latest.joined());
  } else {
    // Its register may be another than that of the text held.
    keep(latest);
    added.push_back(PackText(TextId(next.id, latest.revision()), latest, /*latest=*/true));
  }
  if (previous != nullptr && keep(*previous)) {
    added.push_back(PackText(TextId(next.id, previous->revision()), *previous, /*latest=*/false));
  }
  std::vector<std::string> removed;
  for (const uint64_t revision : held == nullptr ? std::vector<uint64_t>() : held->texts) {
    std::string text_id = TextId(next.id, revision);
    const PackedDocument* const text = archive_->FindReport(text_id);
    QUOTES_CHECK(text != nullptr);
    const bool is_latest = revision == next.revision;
    if (is_latest ? !withdrawn : !keep(*text)) {
      removed.push_back(std::move(text_id));
    } else if (!is_latest && !text->tags().empty()) {
      added.push_back(PackText(text_id, *text, /*latest=*/false));
    }
  }

  auto history = std::make_shared<History>(*this);
  history->Replace(next.id, nullptr);
  if (!added.empty() || !removed.empty()) {
    history->SetArchive(archive::UpdateArchive(*archive_, archive_revision, added, removed));
  }
  if (is_known) {
    const std::string id = next.id;
    history->Replace(id, withdrawn ? history->Located(std::move(next))
                                   : std::make_shared<const Report>(std::move(next)));
  }
  return history;
}

std::shared_ptr<const History> History::Without(uint64_t archive_revision,
                                                std::string_view report_id) const {
  if (Find(report_id) == nullptr) {
    return shared_from_this();
  }
  const std::vector<std::string> removed = TextIds(report_id);
  auto history = std::make_shared<History>(*this);
  history->Replace(report_id, nullptr);
  if (!removed.empty()) {
    history->SetArchive(archive::UpdateArchive(*archive_, archive_revision, {}, removed));
  }
  return history;
}

std::shared_ptr<const History> History::After(const archive::MergePlan& merge) const {
  std::shared_ptr<const archive::Archive> merged = merge.Apply(*archive_);
  if (merged == nullptr) {
    return nullptr;
  }
  auto history = std::make_shared<History>(*this);
  history->SetArchive(std::move(merged));
  return history;
}

bool History::Save(bool erase) const {
  if (options_.folder == nullptr) {
    return true;
  }
  archive::MemorySink note;
  archive::PutNumber(kNoteVersion, &note);
  archive::PutNumber(reports_.size(), &note);
  for (const auto& report : reports_) {
    archive::PutText(report->id, &note);
    archive::PutNumber(report->revision, &note);
    archive::PutText(report->head.etag, &note);
    archive::PutNumber(static_cast<uint64_t>(absl::ToUnixNanos(report->head.update_time)), &note);
    archive::PutNumber(report->texts.size(), &note);
    for (const uint64_t revision : report->texts) {
      archive::PutNumber(revision, &note);
    }
  }
  const archive::Block block = note.Take();
  return options_.folder->Save(*archive_, {reinterpret_cast<const char*>(block.data), block.size},
                               erase);
}

bool History::Has(std::string_view report_id, uint64_t revision, const DocumentHead& head) const {
  const Report* const report = Find(report_id);
  return report != nullptr && report->revision == revision && report->head == head;
}

const PackedDocument* History::FindReport(std::string_view report_id) const {
  const Report* const report = Find(report_id);
  return report == nullptr || !report->latest.has_value() ? nullptr : &*report->latest;
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

std::string_view History::ReportOf(std::string_view text_id) {
  return text_id.substr(0, text_id.find(kRevisions));
}

std::optional<History::Text> History::FindText(std::string_view text_id) const {
  const size_t at = text_id.find(kRevisions);
  uint64_t revision = 0;
  if (at == std::string_view::npos ||
      !absl::SimpleAtoi(ToAbsl(text_id.substr(at + kRevisions.size())), &revision)) {
    return std::nullopt;
  }
  const Report* const report = Find(text_id.substr(0, at));
  if (report == nullptr ||
      std::find(report->texts.begin(), report->texts.end(), revision) == report->texts.end()) {
    return std::nullopt;
  }
  return Text{report->id, revision, report->head.state};
}

std::vector<std::string> History::TextIds(std::string_view report_id) const {
  std::vector<std::string> ids;
  if (const Report* const report = Find(report_id); report != nullptr) {
    for (const uint64_t revision : report->texts) {
      ids.push_back(TextId(report_id, revision));
    }
  }
  return ids;
}

HistoryLoader::HistoryLoader(std::shared_ptr<const themes::Scheme> scheme,
                             const archive::ArchiveOptions& options, const archive::Archive& active)
    : scheme_(std::move(scheme)), options_(options), active_(active), texts_(scheme_, options_) {
  const std::string& note = texts_.note();
  archive::FieldReader reader(std::as_bytes(std::span<const char>(note)));
  uint64_t version = 0;
  uint64_t count = 0;
  if (!reader.Number(&version) || version != kNoteVersion || !reader.Number(&count)) {
    return;
  }
  for (; count > 0; --count) {
    History::Report report;
    uint64_t update_time = 0;
    uint64_t texts = 0;
    if (!reader.Text(&report.id) || !reader.Number(&report.revision) ||
        !reader.Text(&report.head.etag) || !reader.Number(&update_time) || !reader.Number(&texts)) {
      return;
    }
    report.head.update_time = absl::FromUnixNanos(static_cast<int64_t>(update_time));
    for (; texts > 0; --texts) {
      if (!reader.Number(&report.texts.emplace_back())) {
        return;
      }
    }
    std::string id = report.id;
    saved_.insert_or_assign(std::move(id), std::move(report));
  }
}

HistoryLoader::~HistoryLoader() = default;

bool HistoryLoader::Lacks(std::string_view report_id, uint64_t revision, const DocumentHead& head) {
  History::Report& report = reports_.emplace_back();
  report.id = report_id;
  report.revision = revision;
  report.head = head;
  joined_.clear();
  if (const auto saved = saved_.find(report.id);
      saved != saved_.end() && saved->second.revision == revision &&
      saved->second.head.etag == head.etag && saved->second.head.update_time == head.update_time &&
      (!IsWithdrawn(head) ||
       (!saved->second.texts.empty() && saved->second.texts.front() == revision)) &&
      std::all_of(saved->second.texts.begin(), saved->second.texts.end(), [&](uint64_t text) {
        return texts_.Has(TextId(report_id, text), text, DocumentHead());
      })) {
    report.texts = std::move(saved->second.texts);
    for (const uint64_t text : report.texts) {
      QUOTES_CHECK(!texts_.Lacks(TextId(report_id, text), text, DocumentHead()));
    }
    return false;
  }
  if (!IsWithdrawn(head)) {
    // Null only if the store has changed since `active_` was loaded.
    const PackedDocument* const latest = active_.FindReport(report_id);
    if (latest != nullptr) {
      joined_.emplace_back(latest->joined());
    }
  }
  return true;
}

void HistoryLoader::Add(Document document, const Cancellation& cancellation) {
  QUOTES_CHECK(!reports_.empty() && reports_.back().id == document.report_id);
  if (std::find(joined_.begin(), joined_.end(), document.content.joined) != joined_.end()) {
    return;
  }
  joined_.push_back(document.content.joined);
  document.themes = themes::AssignTagged(*scheme_, document.content, document.tags);
  reports_.back().texts.push_back(document.revision);
  texts_.Add(PackAs(TextId(document.report_id, document.revision), document, DocumentHead(),
                    scheme_->themes().size()),
             cancellation);
}

std::shared_ptr<const History> HistoryLoader::Finish(uint64_t archive_revision,
                                                     const Cancellation& cancellation) {
  std::shared_ptr<const archive::Archive> texts = texts_.Finish(archive_revision, cancellation);
  if (texts == nullptr) {
    return nullptr;
  }
  History::Reports reports;
  for (History::Report& report : std::exchange(reports_, {})) {
    reports.push_back(std::make_shared<const History::Report>(std::move(report)));
  }
  std::sort(reports.begin(), reports.end(),
            [](const auto& a, const auto& b) { return a->id < b->id; });
  return std::shared_ptr<const History>(
      new History(scheme_, options_, std::move(reports), std::move(texts)));
}

}  // namespace quotes
