#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/archive/archive.h"
#include "service/archive/packed_document.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/library/hidden_text.h"
#include "service/library/library.h"
#include "service/report/lint.h"
#include "service/report/report_id.h"

namespace quotes {
namespace {

using archive::PackedDocument;

constexpr std::string_view kField = "available_from";

absl::Status CheckAhead(absl::Time available_from) {
  const absl::Time now = absl::Now();
  if (available_from <= now) {
    return errors::FieldInvalid(
        kField, "is not ahead; a report that may be found at once is imported without it");
  }
  if (available_from > now + absl::Hours(24) * limits::kMaxEmbargoDays) {
    return errors::FieldOutOfRange(
        kField, absl::StrCat("at most ", limits::kMaxEmbargoDays, " days ahead"));
  }
  return absl::OkStatus();
}

// The id that reports of one title, body and date are numbered from: "a" for "a" and "a-2".
std::string_view FirstOfName(std::string_view report_id) {
  constexpr size_t kMostDigits = 6;  // fewer than the hash has at the end of a made id
  const size_t dash = report_id.rfind('-');
  uint32_t number = 0;
  if (dash != std::string_view::npos && report_id.size() - dash <= kMostDigits + 1 &&
      absl::SimpleAtoi(ToAbsl(report_id.substr(dash + 1)), &number) &&
      report::NumberedReportId(report_id.substr(0, dash), number) == report_id) {
    return report_id.substr(0, dash);
  }
  return report_id;
}

// Whether folded text stands in a quote.
bool StandsIn(const archive::Archive* archive, std::u32string_view units) {
  return archive != nullptr && archive->FindPlaces(units, {.max_places = 1}).occurrences > 0;
}

}  // namespace

absl::Status Library::CheckEmbargo(std::optional<absl::Time> available_from,
                                   const PackedDocument* held) {
  if (!available_from.has_value()) {
    return absl::OkStatus();
  }
  if (held == nullptr) {
    return CheckAhead(*available_from);
  }
  const std::optional<absl::Time>& until = held->available_from();
  if (!until.has_value()) {
    return *available_from > absl::Now()
               ? errors::NotEmbargoed(absl::StrCat("reports/", ToAbsl(held->report_id())))
               : absl::OkStatus();
  }
  // The store rounds up.
  if (*available_from > *until || *until - *available_from >= absl::Microseconds(1)) {
    return errors::FieldInvalid(
        kField, absl::StrCat("is not the time that the report has, ",
                             absl::FormatTime(absl::RFC3339_full, *until, absl::UTCTimeZone()),
                             ", which an import does not move; UpdateReport does"));
  }
  return absl::OkStatus();
}

absl::Status Library::CheckTwins(bool is_made, const Speech& speech,
                                 const store::RevisionDraft& draft) {
  const std::shared_ptr<const Snapshot> held = snapshot();
  if (held->embargoed->documents().empty()) {
    return absl::OkStatus();
  }
  const std::shared_ptr<const PackedDocument> before = FindLatest(draft.report_id);
  // A revision has the time of its report.
  const std::optional<absl::Time> time =
      before == nullptr ? draft.available_from : before->available_from();
  // Those that stay hidden for longer, and what will be public by then, the report itself included.
  std::vector<const PackedDocument*> later;
  std::vector<std::shared_ptr<const HiddenText>> earlier;
  for (const PackedDocument* const document : held->embargoed->documents()) {
    const std::optional<absl::Time>& until = document->available_from();
    const bool is_same = document->report_id() == draft.report_id;
    // The store rounds up.
    if (!is_same && until.has_value() &&
        (!time.has_value() || *until - *time >= absl::Microseconds(1))) {
      later.push_back(document);
    } else if (is_same || document->state() == archive::ReportState::kEmbargoed) {
      // One that is withdrawn is not released.
      earlier.push_back(held->embargoed->FindText(document->report_id()));
    }
  }
  if (later.empty()) {
    return absl::OkStatus();
  }
  const auto is_refused = [&](const PackedDocument& twin, std::string_view why) {
    const std::string when =
        absl::FormatTime(absl::RFC3339_full, *twin.available_from(), absl::UTCTimeZone());
    const std::string said =
        absl::StrCat("the text ", ToAbsl(why), ", and that is held back until ");
    if (before == nullptr) {
      return errors::FieldInvalid(
          kField, absl::StrCat("must be ", when, " or later: ", said,
                               "then; UpdateReport releases what may be found earlier"));
    }
    return errors::FieldInvalid(
        kField, absl::StrCat("of reports/", draft.report_id, " is ",
                             time.has_value() ? "earlier" : "past", ", and ", said, when));
  };
  const Embargoed::Documents like = held->embargoed->FindNearDuplicates(speech, speech.Sample());
  // What says to be the same report is that, however short it is.
  const std::string made = NameOf(draft.content.metadata);
  for (const PackedDocument* const document : later) {
    const std::string_view id = document->report_id();
    const bool is_like = std::any_of(like.begin(), like.end(),
                                     [id](const auto& other) { return other->report_id() == id; });
    // An id that was given says nothing of title, body and date, and one that was made says what
    // they were before a correction.
    const bool is_named = id == draft.duplicate_of ||
                          (!made.empty() && (FirstOfName(id) == made ||
                                             held->embargoed->FindText(id)->IsNamed(made))) ||
                          (is_made && FirstOfName(id) == FirstOfName(draft.report_id));
    // A report that had much of the text before may be corrected, but not by what is held back.
    if ((is_like || is_named) &&
        (before == nullptr || speech.HasMoreOf(Speech(*document), Speech(*before)))) {
      return is_refused(*document, absl::StrCat("is nearly that of reports/", ToAbsl(id),
                                                " or has its title, body and date"));
    }
  }
  const LeakFinder finder(draft.content);
  std::shared_ptr<const Snapshot> now = held;
  const auto is_public = [&](std::u32string_view units, std::u32string_view letters) {
    return StandsIn(now->archive.get(), units) || StandsIn(now->history->archive(), units) ||
           std::any_of(earlier.begin(), earlier.end(),
                       [&](const auto& text) { return text->Has(letters); });
  };
  for (const PackedDocument* const document : later) {
    const std::string_view id = document->report_id();
    const std::shared_ptr<const HiddenText> text = held->embargoed->FindText(id);
    std::optional<Leak> leak = finder.Find(*text, is_public);
    if (leak.has_value() && WrittenRevision() != now->archive->revision()) {
      // Everybody will read what waits for the index.
      IndexWaiting();
      now = snapshot();
      leak = finder.Find(*text, is_public);
    }
    if (!leak.has_value()) {
      continue;
    }
    return is_refused(
        *document,
        leak->position.has_value()
            ? absl::StrCat("has sentences of reports/", ToAbsl(id), " that no other has, in line ",
                           report::LineAt(draft.content, *leak->position))
            : absl::StrCat("has half of what reports/", ToAbsl(id), " says, or is half of that"));
  }
  return absl::OkStatus();
}

void Library::ForgetEmbargoed(store::RevisionDraft* draft) const {
  if (draft->duplicate_of.empty()) {
    return;
  }
  const std::shared_ptr<const PackedDocument> other = FindLatest(draft->duplicate_of);
  if (other != nullptr && other->available_from().has_value()) {
    draft->duplicate_of.clear();
  }
}

absl::StatusOr<std::shared_ptr<const Embargoed>> Library::LoadEmbargoed(
    const themes::Scheme& scheme, uint64_t revision, const Embargoed* held,
    const Cancellation& cancellation) {
  std::vector<Embargoed::Report> reports;
  QUOTES_ASSIGN_OR_RETURN(
      const uint64_t loaded,
      store_->LoadEmbargoed(
          [&](const store::ReportInfo& report) {
            const std::shared_ptr<const PackedDocument> same =
                held == nullptr ? nullptr : held->Find(report.report_id);
            if (same == nullptr || same->revision() != report.revision ||
                same->head() != report.head) {
              return true;
            }
            reports.push_back({same, held->FindText(report.report_id)});
            return false;
          },
          [&](std::unique_ptr<archive::Document> document) {
            document->themes = themes::AssignTagged(scheme, document->content, document->tags);
            reports.push_back({archive::Pack(*document, scheme.themes().size()), nullptr});
            return cancellation.Check();
          }));
  if (loaded != revision) {
    return nullptr;
  }
  for (Embargoed::Report& report : reports) {
    if (report.text != nullptr) {
      continue;
    }
    report.text = HiddenText().With(*report.document);
    for (uint64_t earlier = report.document->revision() - 1; earlier > 0; --earlier) {
      QUOTES_RETURN_IF_ERROR(cancellation.Check());
      const absl::StatusOr<std::unique_ptr<archive::Document>> document =
          store_->LoadRevision(report.document->report_id(), earlier);
      if (absl::IsNotFound(document.status())) {
        return nullptr;  // purged in between
      }
      QUOTES_RETURN_IF_ERROR(document.status());
      report.text = report.text->With((*document)->content);
    }
  }
  return std::make_shared<const Embargoed>(std::move(reports));
}

absl::StatusOr<std::vector<std::shared_ptr<const PackedDocument>>> Library::LoadEarlier(
    const PackedDocument& latest) {
  std::vector<std::shared_ptr<const PackedDocument>> earlier;
  const std::shared_ptr<const themes::Scheme> scheme = this->scheme();
  for (uint64_t revision = 1; revision < latest.revision(); ++revision) {
    QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<archive::Document> document,
                            store_->LoadRevision(latest.report_id(), revision));
    document->state = archive::ReportState::kActive;
    document->available_from.reset();
    document->themes = scheme->Assign(document->content);
    earlier.push_back(archive::Pack(*document, scheme->themes().size()));
  }
  return earlier;
}

absl::StatusOr<ReportResult> Library::Release(std::string_view report_id, std::string_view etag,
                                              const store::Actor& actor) {
  const std::shared_ptr<const PackedDocument> hidden = snapshot()->embargoed->Find(report_id);
  std::vector<std::shared_ptr<const PackedDocument>> earlier;
  if (hidden != nullptr) {
    // Before it is written: nothing may fail between that and the swap.
    QUOTES_ASSIGN_OR_RETURN(earlier, LoadEarlier(*hidden));
  }
  ReportResult result;
  QUOTES_ASSIGN_OR_RETURN(result.change, store_->SetEmbargo(report_id, std::nullopt, etag, actor));
  if (result.change.unchanged || hidden == nullptr) {
    result.document = FindLatest(report_id);
    return result;
  }
  archive::Document document = archive::Unpack(*hidden);
  document.state = result.change.state;
  document.etag = result.change.etag;
  document.update_time = result.change.update_time;
  document.available_from.reset();
  const std::shared_ptr<const PackedDocument> latest =
      archive::Pack(document, scheme()->themes().size());
  IndexWaiting();
  const std::shared_ptr<const Snapshot> held = snapshot();
  std::shared_ptr<const History> history = held->history;
  const uint64_t revision = result.change.archive_revision;
  // As if the revisions had come one after the other.
  for (size_t i = 0; i < earlier.size(); ++i) {
    const PackedDocument& next = i + 1 < earlier.size() ? *earlier[i + 1] : *latest;
    history = history->With(revision, next, earlier[i].get());
  }
  if (stretches_.has_value()) {
    stretches_->Add(*latest);
  }
  SwapWritten({archive::UpdateArchive(*held->archive, revision, {latest}, {}), std::move(history),
               held->embargoed->Without(report_id)});
  result.document = FindLatest(report_id);
  return result;
}

absl::StatusOr<ReportResult> Library::SetEmbargo(std::string_view report_id,
                                                 std::optional<absl::Time> available_from,
                                                 std::string_view etag, const store::Actor& actor) {
  if (read_only_) {
    return errors::ReadOnly();
  }
  QUOTES_RETURN_IF_ERROR(CheckReady());
  const MutexLock lock(&write_mutex_);
  if (!available_from.has_value()) {
    return Release(report_id, etag, actor);
  }
  QUOTES_RETURN_IF_ERROR(CheckAhead(*available_from));
  ReportResult result;
  QUOTES_ASSIGN_OR_RETURN(result.change,
                          store_->SetEmbargo(report_id, available_from, etag, actor));
  result.document = FindLatest(report_id);
  if (result.change.unchanged) {
    return result;
  }
  archive::Document document = archive::Unpack(*result.document);
  document.etag = result.change.etag;
  document.update_time = result.change.update_time;
  document.available_from = result.change.available_from;
  result.document =
      Publish(result.change.archive_revision, archive::Pack(document, scheme()->themes().size()));
  return result;
}

absl::StatusOr<std::vector<ReportResult>> Library::ReleaseDue(absl::Time now) {
  std::vector<ReportResult> released;
  if (read_only_) {
    return errors::ReadOnly();
  }
  QUOTES_RETURN_IF_ERROR(CheckReady());
  if (snapshot()->embargoed->DueAt(now).empty()) {
    return released;
  }
  const MutexLock lock(&write_mutex_);
  store::Actor actor;
  actor.caller = kReleaser;
  absl::Status failure;
  for (const std::string& report_id : snapshot()->embargoed->DueAt(now)) {
    absl::StatusOr<ReportResult> result = Release(report_id, "", actor);
    if (result.ok()) {
      released.push_back(*std::move(result));
    } else {
      failure.Update(result.status());
    }
  }
  if (released.empty() && !failure.ok()) {
    return failure;
  }
  return released;
}

}  // namespace quotes
