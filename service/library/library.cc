#include "service/library/library.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"
#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/base/stopwatch.h"
#include "service/extract/extractor.h"
#include "service/extract/format.h"
#include "service/library/carry_tags.h"
#include "service/library/file_metadata.h"
#include "service/library/same_report.h"
#include "service/report/no_report.h"
#include "service/report/parser.h"
#include "service/report/report_id.h"
#include "service/store/content.h"
#include "service/text/fold.h"

namespace quotes {
namespace {

// Segments that a look-up may have to ask while merging lags behind writes. A write then merges
// some itself: not more code points than take it half a second, unless that does not keep them
// below twice as many.
constexpr size_t kMostSegments = 24;
constexpr uint64_t kMergedByWrite = 1'500'000;
// While writes follow each other their segments wait for so many, or for a pause, or so long:
// merged many at a time a character is sorted anew less often.
constexpr size_t kSegmentsOfBatch = 16;
constexpr absl::Duration kPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestWait = absl::Seconds(1);
constexpr absl::Duration kPoll = absl::Milliseconds(10);
// While writes never pause, merging does not end: segments are saved in between, so that the files
// of those merged away do not pile up and a start does not lack much.
constexpr absl::Duration kLongestUnsaved = absl::Seconds(10);
// Of a report whose file comes under another name: revisions whose files are compared with it.
constexpr size_t kMostRevisionsAsked = 1000;
// How often a library that only reads loads anew when the writer wrote meanwhile.
constexpr int kLoads = 5;

// The two archives of a snapshot.
enum class Part { kArchive, kHistory };

// Null if there is none.
const archive::Archive* ArchiveOf(const Snapshot& snapshot, Part part) {
  if (part == Part::kArchive) {
    return snapshot.archive.get();
  }
  return snapshot.history == nullptr ? nullptr : snapshot.history->archive();
}

size_t SegmentsOf(const Snapshot& snapshot, Part part) {
  const archive::Archive* const archive = ArchiveOf(snapshot, part);
  return archive == nullptr ? 0 : archive::SegmentCount(*archive);
}

archive::MergePlan PlanOf(const Snapshot& snapshot, Part part,
                          uint64_t most_code_points = std::numeric_limits<uint64_t>::max()) {
  const archive::Archive* const archive = ArchiveOf(snapshot, part);
  return archive == nullptr ? archive::MergePlan() : archive::MergePlan(*archive, most_code_points);
}

// A snapshot after a merge that was run for a part of it, or of one before it; nullopt when nothing
// that was merged is part of it any more.
std::optional<Snapshot> After(const Snapshot& snapshot, Part part,
                              const archive::MergePlan& merge) {
  Snapshot after = snapshot;
  if (part == Part::kArchive) {
    after.archive = merge.Apply(*snapshot.archive);
    return after.archive == nullptr ? std::nullopt : std::optional(std::move(after));
  }
  after.history = snapshot.history->After(merge);
  return after.history == nullptr ? std::nullopt : std::optional(std::move(after));
}

void Override(const std::string& given, std::string* value) {
  if (!given.empty()) {
    *value = given;
  }
}

void Override(const std::optional<absl::CivilDay>& given, std::optional<absl::CivilDay>* value) {
  if (given.has_value()) {
    *value = given;
  }
}

void Override(const report::Metadata& given, report::Metadata* metadata) {
  Override(given.title, &metadata->title);
  Override(given.subtitle, &metadata->subtitle);
  Override(given.event, &metadata->event);
  Override(given.body, &metadata->body);
  Override(given.speaker, &metadata->speaker);
  Override(given.office, &metadata->office);
  Override(given.language, &metadata->language);
  Override(given.date, &metadata->date);
  Override(given.publication.paper, &metadata->publication.paper);
  Override(given.publication.edition, &metadata->publication.edition);
  Override(given.publication.issue_date, &metadata->publication.issue_date);
  Override(given.publication.pages, &metadata->publication.pages);
}

// Takes out what the parser says is missing and the caller gave. It says so once for each of title,
// speaker and date, in this order.
void DropSettledFindings(const report::Metadata& found, const report::Metadata& given,
                         std::vector<report::LintFinding>* lint) {
  std::vector<bool> settled;
  if (found.title.empty()) {
    settled.push_back(!given.title.empty());
  }
  if (found.speaker.empty()) {
    settled.push_back(!given.speaker.empty());
  }
  if (!found.date.has_value()) {
    settled.push_back(given.date.has_value());
  }
  const auto is_missing = [](const report::LintFinding& finding) {
    return finding.kind == report::LintKind::kMissingMetadata;
  };
  if (static_cast<size_t>(std::count_if(lint->begin(), lint->end(), is_missing)) !=
      settled.size()) {
    return;  // the list was cut at its limit
  }
  size_t next = 0;
  lint->erase(std::remove_if(lint->begin(), lint->end(),
                             [&](const report::LintFinding& finding) {
                               return is_missing(finding) && settled[next++];
                             }),
              lint->end());
}

std::string WithoutFolders(const std::string& file_name) {
  const size_t slash = file_name.find_last_of("/\\");
  return slash == std::string::npos ? file_name : file_name.substr(slash + 1);
}

// The caller's id, or one made from what the report is. Texts that do not say when they are from
// (many are handed down without their head, and all of a body have one title) would get one name
// and become revisions of each other: there the file's name counts too.
absl::StatusOr<std::string> ChooseReportId(const ImportRequest& request,
                                           const report::Metadata& metadata) {
  if (!request.report_id.empty()) {
    return request.report_id;
  }
  const std::string file_name = WithoutFolders(request.file_name);
  if (report::NamesOneReport(metadata) && (metadata.date.has_value() || file_name.empty())) {
    return report::MakeReportId(metadata);
  }
  if (file_name.empty()) {
    return errors::FieldRequired(
        "report_id", "is required: the text says neither title nor date, and has no file name");
  }
  report::Metadata named = metadata;
  named.title = absl::StrCat(metadata.title, file_name.substr(0, file_name.find_last_of('.')));
  return report::MakeReportId(named);
}

// The rules by which a foreign source became the rows of a revision.
std::string ReaderVersion() {
  return absl::StrCat(std::string(report::ParserVersion()), "+",
                      std::string(extract::ExtractVersion()));
}

// Tells of entries of front matter that mean nothing here, which may be misspelt.
void AddUnknownKeys(const std::vector<std::pair<std::string, std::string>>& entries,
                    std::vector<report::LintFinding>* lint) {
  std::vector<std::string> unknown;
  for (const auto& [key, value] : entries) {
    if (!IsFileMetadataKey(key) &&
        std::find(unknown.begin(), unknown.end(), key) == unknown.end()) {
      unknown.push_back(key);
    }
  }
  if (!unknown.empty() && lint->size() < limits::kMaxLintFindings) {
    lint->push_back({report::LintKind::kMissingMetadata,
                     report::Certainty::kPossible,
                     0,
                     {},
                     absl::StrCat("front matter that is not known was passed over: ",
                                  absl::StrJoin(unknown, ", ")),
                     ""});
  }
}

// Reads the request's text: everything that an import writes.
absl::StatusOr<store::RevisionDraft> MakeDraft(const ImportRequest& request,
                                               const extract::Extractor& extractor,
                                               const Cancellation& cancellation) {
  store::RevisionDraft draft;
  report::Metadata given = request.metadata;
  std::vector<std::pair<std::string, std::string>> front_matter;
  extract::Format format = extract::Format::kPlainText;
  if (request.format.has_value()) {
    format = *request.format;
  } else {
    QUOTES_ASSIGN_OR_RETURN(format, extract::DetectFormat(request.content, request.file_name));
  }
  if (format == extract::Format::kPlainText) {
    QUOTES_ASSIGN_OR_RETURN(const text::DecodedText decoded,
                            text::Decode(request.content, request.encoding));
    QUOTES_RETURN_IF_ERROR(cancellation.Check());
    QUOTES_ASSIGN_OR_RETURN(
        draft.content,
        report::ParseReport(decoded,
                            {.report_id = {}, .layout = nullptr, .cancellation = &cancellation}));
    draft.source.encoding = decoded.encoding;
    draft.parser_version = report::ParserVersion();
  } else {
    QUOTES_ASSIGN_OR_RETURN(
        extract::ExtractedText extracted,
        extractor.Extract(format, request.content, request.encoding, cancellation));
    QUOTES_ASSIGN_OR_RETURN(const text::DecodedText decoded,
                            text::Decode(extracted.text, text::Encoding::kUtf8));
    QUOTES_ASSIGN_OR_RETURN(
        draft.content,
        report::ParseReport(
            decoded, {.report_id = {}, .layout = &extracted.lines, .cancellation = &cancellation}));
    QUOTES_ASSIGN_OR_RETURN(given, WithFileMetadata(extracted.metadata, std::move(given)));
    if (format == extract::Format::kMarkdown) {
      front_matter = std::move(extracted.metadata);
    }
    draft.extracted_text = std::move(extracted.text);
    draft.parser_version = ReaderVersion();
  }
  QUOTES_RETURN_IF_ERROR(cancellation.Check());
  // Whoever says the format has looked.
  if (const std::string_view kind = report::WhatElse(draft.content);
      !kind.empty() && !request.format.has_value()) {
    return errors::NoReport(kind);
  }
  report::Metadata& metadata = draft.content.metadata;
  DropSettledFindings(metadata, given, &draft.content.lint);
  AddUnknownKeys(front_matter, &draft.content.lint);
  Override(given, &metadata);
  QUOTES_ASSIGN_OR_RETURN(draft.report_id, ChooseReportId(request, metadata));
  report::AssignIds(draft.report_id, &draft.content);
  QUOTES_ASSIGN_OR_RETURN(draft.defects, report::PlaceDefects(draft.content, request.defects));
  draft.available_from = request.available_from;
  if (!draft.available_from.has_value()) {
    QUOTES_ASSIGN_OR_RETURN(draft.available_from, EmbargoOf(front_matter));
  }
  draft.allow_purged_id = request.allow_purged_id;
  draft.request_id = request.request_id;
  draft.actor = request.actor;
  draft.source_bytes = request.content;
  draft.source.file_name = WithoutFolders(request.file_name);
  draft.source.media_type = extract::MediaType(format);
  draft.source.size_bytes = request.content.size();
  draft.source.sha256 = Sha256Hex(request.content);
  draft.fold_version = text::FoldVersion();
  return draft;
}

// What a store would load after writing `draft` as `outcome`. Takes the draft's contents.
archive::Document MakeDocument(store::RevisionDraft draft, const store::ImportOutcome& outcome,
                               const themes::Scheme& scheme) {
  archive::Document document;
  document.report_id = std::move(draft.report_id);
  document.state = outcome.state;
  document.revision = outcome.revision;
  document.parser_version = std::move(draft.parser_version);
  document.fold_version = std::move(draft.fold_version);
  document.source = std::move(draft.source);
  document.revision_time = outcome.revision_time;
  document.etag = outcome.etag;
  document.create_time = outcome.create_time;
  document.update_time = outcome.update_time;
  document.delete_time = outcome.delete_time;
  document.duplicate_of = outcome.duplicate_of;
  document.available_from = outcome.available_from;
  document.content = std::move(draft.content);
  document.defects = outcome.defects;
  document.tags = outcome.tags;
  document.themes = themes::AssignTagged(scheme, document.content, document.tags);
  return document;
}

// A report of a snapshot, active, withdrawn or held back, kept alive by it; null if there is none.
std::shared_ptr<const archive::PackedDocument> FindIn(
    const std::shared_ptr<const Snapshot>& snapshot, std::string_view report_id) {
  const archive::PackedDocument* document = snapshot->archive->FindReport(report_id);
  if (document == nullptr) {
    document = snapshot->history->FindReport(report_id);
  }
  return document == nullptr ? snapshot->embargoed->Find(report_id)
                             : std::shared_ptr<const archive::PackedDocument>(snapshot, document);
}

// `content` is what `document` was packed from.
ImportResult Result(store::ImportOutcome outcome, const report::ParsedReport& content,
                    std::shared_ptr<const archive::PackedDocument> document) {
  ImportResult result;
  result.outcome = std::move(outcome);
  result.lint = content.lint;
  for (const report::LintFinding& finding : content.lint) {
    result.proposals.push_back(report::ProposeDefect(content, finding));
  }
  result.document = std::move(document);
  return result;
}

ImportResult Result(store::ImportOutcome outcome,
                    std::shared_ptr<const archive::PackedDocument> document) {
  report::ParsedReport content;
  content.lint = archive::UnpackLint(*document);
  if (std::any_of(content.lint.begin(), content.lint.end(), report::HasProposal)) {
    content = archive::Unpack(*document).content;
  }
  return Result(std::move(outcome), content, std::move(document));
}

// What editors said of sentences of `before`, which may be null, for their successors in a new
// text.
CarriedTags TagsFrom(const archive::PackedDocument* before, const report::ParsedReport& content) {
  if (before == nullptr || before->tags().empty()) {
    return {};
  }
  const archive::Document document = archive::Unpack(*before);
  return CarryOverTags(document.content, document.tags, content);
}

// Tells first what a new revision says otherwise than `before`, which may be null.
void AddRevisedSentences(const archive::PackedDocument* before, ImportResult* result) {
  if (before == nullptr || before->revision() == result->document->revision()) {
    return;
  }
  result->revised = RevisedSentences(archive::Unpack(*before).content, before->revision(),
                                     archive::Unpack(*result->document).content);
}

}  // namespace

Library::Library(std::unique_ptr<store::Store> store, std::shared_ptr<const themes::Scheme> scheme,
                 bool read_only, LibraryOptions options)
    : store_(std::move(store)),
      read_only_(read_only),
      options_(std::move(options)),
      extractor_(options_.extractor),
      folder_(OpenFolder("")),
      history_folder_(OpenFolder("/history")),
      scheme_(std::move(scheme)),
      ready_(errors::Loading()),
      start_(absl::Now()) {}

Library::~Library() {
  ending_.Cancel();
  {
    const MutexLock lock(&write_mutex_);
    IndexWaiting();
  }
  {
    const MutexLock lock(&merge_mutex_);
    stop_ = true;
  }
  merge_wanted_or_stop_.SignalAll();
  erased_or_stop_.SignalAll();
  for (std::thread* const thread : {&loader_, &merger_}) {
    if (thread->joinable()) {
      thread->join();
    }
  }
}

absl::StatusOr<std::unique_ptr<Library>> Library::Create(
    std::unique_ptr<store::Store> store, std::shared_ptr<const themes::Scheme> scheme,
    LibraryOptions options) {
  QUOTES_CHECK(store != nullptr && scheme != nullptr);
  QUOTES_ASSIGN_OR_RETURN(const store::StoreStatus status, store->Status());
  std::unique_ptr<Library> library(
      new Library(std::move(store), std::move(scheme), status.read_only, std::move(options)));
  Library* const held = library.get();
  const bool in_background = held->options_.on_ready != nullptr;
  Snapshot snapshot;
  size_t added = 0;
  QUOTES_ASSIGN_OR_RETURN(snapshot.archive,
                          held->LoadArchive(held->scheme(), held->ending_, &added));
  const bool checked = in_background && added > 0;
  if (checked) {
    QUOTES_RETURN_IF_ERROR(held->store_->CheckIntegrity(held->ending_));
  }
  held->Swap(std::move(snapshot));
  held->lookups_time_ = absl::ToUnixNanos(absl::Now());
  held->merger_ = std::thread([held] { held->MergeInBackground(); });
  if (!in_background) {
    QUOTES_RETURN_IF_ERROR(held->FinishLoading());
    return library;
  }
  held->loader_ = std::thread([held, checked] {
    absl::Status ready = checked ? absl::OkStatus() : held->store_->CheckIntegrity(held->ending_);
    if (ready.ok()) {
      ready = held->FinishLoading();
    }
    if (!held->ending_.Check().ok()) {
      return;
    }
    if (!ready.ok()) {
      const MutexLock lock(&held->ready_mutex_);
      held->ready_ = ready;
    }
    held->options_.on_ready(ready);
  });
  return library;
}

std::unique_ptr<archive::SegmentFolder> Library::OpenFolder(std::string_view below) const {
  if (options_.segment_folder.empty()) {
    return nullptr;
  }
  return std::make_unique<archive::SegmentFolder>(
      archive::SegmentFolder::Options{.path = absl::StrCat(options_.segment_folder, ToAbsl(below)),
                                      .writable = !read_only_ || options_.own_segments,
                                      .on_warning = options_.on_warning});
}

archive::ArchiveOptions Library::MakeArchiveOptions(archive::SegmentFolder* folder) const {
  archive::ArchiveOptions options;
  options.largest_segment = options_.largest_segment;
  options.merge_at_once = options_.merge_at_once;
  options.folder = folder;
  return options;
}

absl::StatusOr<std::shared_ptr<const archive::Archive>> Library::LoadArchive(
    const std::shared_ptr<const themes::Scheme>& scheme, const Cancellation& cancellation,
    size_t* added) {
  archive::ArchiveLoader loader(scheme, MakeArchiveOptions(folder_.get()));
  QUOTES_ASSIGN_OR_RETURN(const uint64_t revision,
                          store_->LoadActive(
                              [&loader](const store::ReportInfo& report) {
                                return loader.Lacks(report.report_id, report.revision, report.head);
                              },
                              [&](std::unique_ptr<archive::Document> document) {
                                document->themes = themes::AssignTagged(*scheme, document->content,
                                                                        document->tags);
                                loader.Add(*document, cancellation);
                                return cancellation.Check();
                              }));
  *added = loader.added();
  std::shared_ptr<const archive::Archive> archive = loader.Finish(revision, cancellation);
  QUOTES_RETURN_IF_ERROR(cancellation.Check());
  return archive;
}

absl::StatusOr<std::shared_ptr<const History>> Library::LoadHistory(
    const std::shared_ptr<const themes::Scheme>& scheme, uint64_t revision,
    const archive::Archive& active, const Cancellation& cancellation) {
  HistoryLoader loader(scheme, MakeArchiveOptions(history_folder_.get()), active);
  QUOTES_ASSIGN_OR_RETURN(const uint64_t loaded,
                          store_->LoadHistory(
                              [&loader](const store::ReportInfo& report) {
                                return loader.Lacks(report.report_id, report.revision, report.head);
                              },
                              [&](std::unique_ptr<archive::Document> document) {
                                loader.Add(*std::move(document), cancellation);
                                return cancellation.Check();
                              }));
  if (loaded != revision) {
    return nullptr;
  }
  std::shared_ptr<const History> history = loader.Finish(revision, cancellation);
  QUOTES_RETURN_IF_ERROR(cancellation.Check());
  return history;
}

absl::Status Library::FinishLoading() {
  std::shared_ptr<const archive::Archive> active = archive();
  for (int i = 0; i < kLoads; ++i) {
    if (i > 0) {
      size_t added = 0;
      QUOTES_ASSIGN_OR_RETURN(active, LoadArchive(scheme(), ending_, &added));
    }
    QUOTES_ASSIGN_OR_RETURN(std::shared_ptr<const History> history,
                            LoadHistory(scheme(), active->revision(), *active, ending_));
    if (history == nullptr) {
      continue;  // another process wrote in between
    }
    QUOTES_ASSIGN_OR_RETURN(std::shared_ptr<const Embargoed> embargoed,
                            LoadEmbargoed(*scheme(), active->revision(), nullptr, ending_));
    if (embargoed == nullptr) {
      continue;
    }
    QUOTES_ASSIGN_OR_RETURN(const bool erase, LoadPurged());
    // Nothing was written or merged so far.
    Swap({i > 0 ? active : snapshot()->archive, std::move(history), std::move(embargoed)});
    {
      const MutexLock lock(&ready_mutex_);
      ready_ = absl::OkStatus();
    }
    ready_time_ = absl::ToUnixNanos(absl::Now());
    if (erase) {
      WantErased();
    }
    WantMerge();
    return absl::OkStatus();
  }
  return errors::StoreBusy();
}

absl::StatusOr<Snapshot> Library::LoadLabelled(const std::shared_ptr<const themes::Scheme>& scheme,
                                               const Cancellation& cancellation) {
  Snapshot snapshot;
  size_t added = 0;
  QUOTES_ASSIGN_OR_RETURN(snapshot.archive, LoadArchive(scheme, cancellation, &added));
  QUOTES_ASSIGN_OR_RETURN(snapshot.history, LoadHistory(scheme, snapshot.archive->revision(),
                                                        *snapshot.archive, cancellation));
  QUOTES_ASSIGN_OR_RETURN(snapshot.embargoed, LoadEmbargoed(*scheme, snapshot.archive->revision(),
                                                            nullptr, cancellation));
  return snapshot;
}

bool Library::SwapLabelled(Snapshot labelled, std::shared_ptr<const themes::Scheme> scheme) {
  IndexWaiting();
  if (labelled.history == nullptr || labelled.embargoed == nullptr ||
      archive()->revision() != labelled.archive->revision()) {
    return false;  // written in between
  }
  auto swapped = std::make_shared<const Snapshot>(std::move(labelled));
  snapshot_time_ = absl::ToUnixNanos(absl::Now());
  const MutexLock lock(&snapshot_mutex_);
  snapshot_.swap(swapped);
  scheme_.swap(scheme);
  return true;
}

absl::Status Library::Relabel(const std::shared_ptr<const themes::Scheme>& scheme,
                              const Cancellation& cancellation) {
  QUOTES_RETURN_IF_ERROR(CheckReady());
  const Stopwatch stopwatch;
  bool swapped = false;
  for (int i = 0; i < kLoads && !swapped; ++i) {
    QUOTES_ASSIGN_OR_RETURN(Snapshot labelled, LoadLabelled(scheme, cancellation));
    const MutexLock lock(&write_mutex_);
    swapped = SwapLabelled(std::move(labelled), scheme);
  }
  if (!swapped) {
    // Writes did not pause for long enough: now they wait.
    const MutexLock lock(&write_mutex_);
    QUOTES_ASSIGN_OR_RETURN(Snapshot labelled, LoadLabelled(scheme, cancellation));
    if (!SwapLabelled(std::move(labelled), scheme)) {
      return errors::StoreBusy();  // another process writes
    }
  }
  relabels_.Record(stopwatch.Elapsed());
  WantMerge();
  return absl::OkStatus();
}

LibraryFigures Library::ReadFigures() const {
  const auto since_start = [this](const std::atomic<int64_t>& nanoseconds) {
    const int64_t time = nanoseconds;
    return time == 0 ? std::nullopt : std::optional(absl::FromUnixNanos(time) - start_);
  };
  LibraryFigures figures;
  figures.snapshot_time = absl::FromUnixNanos(snapshot_time_);
  figures.lookups_load = since_start(lookups_time_);
  figures.whole_load = since_start(ready_time_);
  figures.merges = merges_.Read();
  figures.relabels = relabels_.Read();
  return figures;
}

absl::Status Library::CheckReady() const {
  const MutexLock lock(&ready_mutex_);
  return ready_;
}

std::shared_ptr<const Snapshot> Library::snapshot() const {
  const MutexLock lock(&snapshot_mutex_);
  return snapshot_;
}

std::shared_ptr<const themes::Scheme> Library::scheme() const {
  const MutexLock lock(&snapshot_mutex_);
  return scheme_;
}

std::shared_ptr<const archive::PackedDocument> Library::FindLatest(
    std::string_view report_id) const {
  std::shared_ptr<const archive::PackedDocument> found = waiting_.Find(report_id);
  if (found == nullptr && indexing_ != nullptr) {
    found = indexing_->Find(report_id);
  }
  return found != nullptr ? found : FindIn(snapshot(), report_id);
}

std::shared_ptr<const archive::Archive> Library::archive() const {
  std::shared_ptr<const Snapshot> held = snapshot();
  const archive::Archive* const archive = held->archive.get();
  return {std::move(held), archive};
}

std::shared_ptr<const archive::PackedDocument> Library::Publish(
    uint64_t archive_revision, const std::shared_ptr<const archive::PackedDocument>& document) {
  const std::string report_id(document->report_id());
  IndexWaiting();
  if (document->available_from().has_value()) {
    const std::shared_ptr<const Snapshot> held = snapshot();
    SwapWritten({archive::UpdateArchive(*held->archive, archive_revision, {}, {}), held->history,
                 held->embargoed->With(document)});
  } else if (document->state() == archive::ReportState::kActive) {
    if (stretches_.has_value()) {
      stretches_->Add(*document);
    }
    Index(archive_revision, {document});
  } else {
    const std::shared_ptr<const Snapshot> held = snapshot();
    SwapWritten(
        {archive::UpdateArchive(*held->archive, archive_revision, {}, {report_id}),
         held->history->With(archive_revision, *document, held->archive->FindReport(report_id)),
         held->embargoed});
  }
  return FindLatest(report_id);
}

void Library::LetWait(uint64_t archive_revision,
                      std::shared_ptr<const archive::PackedDocument> document, const Speech& speech,
                      const std::vector<uint64_t>& sample) {
  const std::string_view report_id = document->report_id();
  if (waiting_.Find(report_id) != nullptr ||
      (indexing_ != nullptr && indexing_->Find(report_id) != nullptr)) {
    IndexWaiting();  // the history wants the text that is replaced
  }
  waiting_.Add(std::move(document), sample);
  waiting_revision_ = archive_revision;
  if (stretches_.has_value()) {
    stretches_->Add(speech);
  }
  if (waiting_.code_points() >= options_.index_batch) {
    if (!stretches_.has_value()) {
      CollectStretches();
    }
    IndexInBackground();
  }
}

void Library::IndexInBackground() {
  AwaitIndexer();
  indexing_ = std::make_shared<const UnindexedReports>(std::exchange(waiting_, {}));
  indexer_ = std::thread([this, revision = waiting_revision_, documents = indexing_->documents()] {
    Index(revision, documents);
  });
}

void Library::CollectStretches() {
  AwaitIndexer();
  stretches_.emplace();
  for (const archive::PackedDocument* const document : archive()->documents()) {
    stretches_->Add(*document);
  }
  for (const auto& document : waiting_.documents()) {
    stretches_->Add(*document);
  }
}

void Library::AwaitIndexer() {
  if (indexer_.joinable()) {
    indexer_.join();
  }
  indexing_ = nullptr;
}

uint64_t Library::WrittenRevision() const {
  return std::max(archive()->revision(), waiting_revision_);
}

void Library::IndexWaiting() {
  AwaitIndexer();
  if (!waiting_.empty()) {
    // What tells copies apart is not needed beside the index, which does.
    const auto documents = waiting_.documents();
    waiting_ = UnindexedReports();
    Index(waiting_revision_, documents);
  }
}

void Library::Index(uint64_t archive_revision,
                    const std::vector<std::shared_ptr<const archive::PackedDocument>>& documents) {
  const std::shared_ptr<const Snapshot> held = snapshot();
  std::shared_ptr<const History> history = held->history;
  std::shared_ptr<const Embargoed> embargoed = held->embargoed;
  for (const auto& document : documents) {
    embargoed = embargoed->Without(document->report_id());
    history = history->With(archive_revision, *document,
                            held->archive->FindReport(document->report_id()));
  }
  SwapWritten({archive::UpdateArchive(*held->archive, archive_revision, documents, {}),
               std::move(history), std::move(embargoed)});
}

void Library::SwapWritten(Snapshot written) {
  // Writes that are faster than the merging thread do its work, so that look-ups never have to ask
  // more segments than this.
  for (const Part part : {Part::kArchive, Part::kHistory}) {
    for (size_t count = SegmentsOf(written, part); count > kMostSegments;
         count = SegmentsOf(written, part)) {
      archive::MergePlan plan = PlanOf(written, part, kMergedByWrite);
      if (plan.empty() && count > 2 * kMostSegments) {
        plan = PlanOf(written, part);
      }
      const Stopwatch stopwatch;
      if (plan.empty() || !plan.Run(ending_)) {
        break;
      }
      written = *After(written, part, plan);
      merges_.Record(stopwatch.Elapsed());
    }
  }
  Swap(std::move(written));
  WantMerge();
}

void Library::SwapMerged(bool of_history, const archive::MergePlan& merge) {
  // Without a value when a write has merged the same segments meanwhile.
  if (std::optional<Snapshot> merged =
          After(*snapshot(), of_history ? Part::kHistory : Part::kArchive, merge);
      merged.has_value()) {
    Swap(*std::move(merged));
  }
}

void Library::Swap(Snapshot snapshot) {
  auto swapped = std::make_shared<const Snapshot>(std::move(snapshot));
  snapshot_time_ = absl::ToUnixNanos(absl::Now());
  {
    const MutexLock lock(&snapshot_mutex_);
    snapshot_.swap(swapped);
  }
  // The old snapshot goes here, outside the lock, unless a reader still has it.
}

void Library::WantMerge() {
  {
    const MutexLock lock(&merge_mutex_);
    merge_wanted_ = true;
  }
  merge_wanted_or_stop_.Signal();
}

bool Library::AwaitBatch() {
  const Stopwatch begun;
  Stopwatch quiet;
  const auto is_enough = [](const Snapshot& held) {
    return std::max(SegmentsOf(held, Part::kArchive), SegmentsOf(held, Part::kHistory)) >=
           kSegmentsOfBatch;
  };
  while (quiet.Elapsed() < kPause && begun.Elapsed() < kLongestWait && !is_enough(*snapshot())) {
    absl::SleepFor(kPoll);
    const MutexLock lock(&merge_mutex_);
    if (stop_) {
      return false;
    }
    if (merge_wanted_) {
      merge_wanted_ = false;
      quiet.Restart();
    }
  }
  return true;
}

bool Library::MergeAll() {
  for (Stopwatch saved;;) {
    if (saved.Elapsed() > kLongestUnsaved) {
      SaveSegments();
      saved.Restart();
    }
    // Of the archive as long as there is something, as look-ups ask all of its segments; but of the
    // history before writes have to.
    Part part = Part::kArchive;
    archive::MergePlan plan;
    {
      const std::shared_ptr<const Snapshot> held = snapshot();
      const size_t of_history = SegmentsOf(*held, Part::kHistory);
      if (of_history > kMostSegments / 2 && of_history > SegmentsOf(*held, part)) {
        part = Part::kHistory;
      }
      plan = PlanOf(*held, part);
      if (plan.empty()) {
        part = part == Part::kArchive ? Part::kHistory : Part::kArchive;
        plan = PlanOf(*held, part);
      }
    }
    if (plan.empty()) {
      return true;
    }
    const Stopwatch stopwatch;
    if (!plan.Run(ending_)) {
      return false;
    }
    merges_.Record(stopwatch.Elapsed());
    {
      const MutexLock lock(&write_mutex_);
      SwapMerged(part == Part::kHistory, plan);
    }
    if (!ending_.Check().ok()) {
      return false;
    }
  }
}

void Library::MergeInBackground() {
  bool go_on = true;
  JudgeAhead();
  while (go_on) {
    {
      const MutexLock lock(&merge_mutex_);
      while (!merge_wanted_ && !stop_) {
        merge_wanted_or_stop_.Wait(&merge_mutex_);
      }
      if (!merge_wanted_) {
        return;
      }
      merge_wanted_ = false;
      go_on = !stop_;
    }
    go_on = go_on && AwaitBatch() && (options_.index_batch > 0 || MergeAll());
    uint64_t erasing = 0;
    bool erase = false;
    {
      const MutexLock lock(&merge_mutex_);
      erasing = erase_wanted_;
      erase = erased_ < erasing;
    }
    const bool erased = go_on && (!erase || EraseFromSegments());
    const bool saved = SaveSegments(erase);
    if (erase) {
      const MutexLock lock(&merge_mutex_);
      erase_failed_ = !erased || !saved;
      erased_ = erase_failed_ ? erased_ : erasing;
      erased_or_stop_.SignalAll();
    }
    if (go_on) {
      JudgeAhead();
    }
  }
}

void Library::JudgeAhead() {
  // Who imports in batches asks nothing meanwhile.
  if (options_.index_batch == 0) {
    const std::shared_ptr<const Snapshot> held = snapshot();
    const auto go_on = [this] {
      const MutexLock lock(&merge_mutex_);
      return !merge_wanted_ && !stop_;
    };
    if (archive::JudgeStockPhrases(*held->archive, go_on)) {
      archive::ReadPrintedMarks(*held->archive, go_on);
    }
  }
}

bool Library::SaveSegments(bool erase) {
  if (folder_ == nullptr) {
    return true;
  }
  const std::shared_ptr<const Snapshot> held = snapshot();
  const bool saved = folder_->Save(*held->archive, "", erase);
  return (held->history == nullptr || held->history->Save(erase)) && saved;
}

absl::StatusOr<ImportResult> Library::WithDocument(store::ImportOutcome outcome) {
  std::shared_ptr<const archive::PackedDocument> document;
  {
    const MutexLock lock(&write_mutex_);
    document = FindLatest(outcome.report_id);
  }
  if (document == nullptr || document->revision() != outcome.revision) {
    QUOTES_ASSIGN_OR_RETURN(document, LoadRevision(outcome.report_id, outcome.revision, *scheme()));
  }
  return Result(std::move(outcome), std::move(document));
}

absl::StatusOr<std::vector<store::RevisionInfo>> Library::FindRevisions(
    std::string_view report_id) const {
  return store_->ListRevisions(report_id, 0, kMostRevisionsAsked);
}

absl::StatusOr<std::optional<ImportResult>> Library::CheckCopy(
    const ImportRequest& request, const store::RevisionDraft& draft) const {
  if (!request.report_id.empty()) {
    return std::nullopt;
  }
  const auto latest = [&](std::string_view id)
                          ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_) { return FindLatest(id); };
  const auto revisions = [this](std::string_view id) { return FindRevisions(id); };
  QUOTES_ASSIGN_OR_RETURN(std::shared_ptr<const archive::PackedDocument> copied,
                          FindCopied(request.duplicate_handling, latest, revisions, draft));
  if (copied == nullptr) {
    return std::nullopt;
  }
  QUOTES_RETURN_IF_ERROR(CheckEmbargo(draft.available_from, copied.get()));
  store::ImportOutcome outcome;
  outcome.report_id = copied->report_id();
  outcome.revision = copied->revision();
  outcome.archive_revision = WrittenRevision();
  outcome.unchanged = true;
  return Result(std::move(outcome), std::move(copied));
}

absl::StatusOr<std::optional<NearDuplicate>> Library::CheckDuplicate(
    const ImportRequest& request, const Speech& speech, const std::vector<uint64_t>& sample,
    store::RevisionDraft* draft) const {
  const DuplicateHandling handling = request.duplicate_handling;
  const auto latest = [&](std::string_view id)
                          ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_) { return FindLatest(id); };
  const auto revisions = [this](std::string_view id) { return FindRevisions(id); };
  if (request.report_id.empty()) {
    QUOTES_ASSIGN_OR_RETURN(std::optional<NearDuplicate> beside,
                            SettleMadeId(handling, latest, revisions, draft));
    if (beside.has_value()) {
      return beside;
    }
  }
  if (FindLatest(draft->report_id) != nullptr) {
    return std::optional<NearDuplicate>();
  }
  std::optional<NearDuplicate> found = waiting_.FindNearDuplicate(speech, sample);
  if (!found.has_value() && indexing_ != nullptr) {
    found = indexing_->FindNearDuplicate(speech, sample);
  }
  if (!found.has_value()) {
    found = FindNearDuplicate(draft->content, speech, *archive(),
                              stretches_.has_value() ? &*stretches_ : nullptr);
  }
  if (const std::shared_ptr<const Snapshot> held = snapshot();
      !held->embargoed->documents().empty()) {
    const std::optional<NearDuplicate> hidden =
        held->embargoed->FindNearDuplicate(speech, speech.Sample());
    if (hidden.has_value() && (!found.has_value() || hidden->likeness > found->likeness)) {
      found = hidden;
    }
  }
  if (found.has_value() && handling == DuplicateHandling::kRefuse &&
      !IsAmendedStatute(draft->content, *FindLatest(found->report_id))) {
    if (request.report_id.empty() &&
        IsCorrected(*draft, *FindLatest(found->report_id), found->likeness)) {
      draft->report_id = found->report_id;
      report::AssignIds(draft->report_id, &draft->content);
      return std::optional<NearDuplicate>();
    }
    return errors::DuplicateReport(absl::StrCat("reports/", found->report_id), found->likeness);
  }
  if (found.has_value()) {
    draft->duplicate_of = found->report_id;
  }
  draft->withdrawn = found.has_value() && handling == DuplicateHandling::kVariant;
  return found;
}

absl::StatusOr<ImportResult> Library::Import(const ImportRequest& request,
                                             const Cancellation& cancellation) {
  QUOTES_RETURN_IF_ERROR(CheckImportRequest(request));
  std::string digest;
  if (!request.validate_only) {
    if (read_only_) {
      return errors::ReadOnly();
    }
    QUOTES_RETURN_IF_ERROR(CheckReady());
    if (!request.request_id.empty()) {
      digest = ImportRequestDigest(request);
      QUOTES_ASSIGN_OR_RETURN(std::optional<store::ImportOutcome> replayed,
                              store_->FindRequest(request.request_id, digest));
      if (replayed.has_value()) {
        // Waits for the first call with this id, which may be about to swap its snapshot in.
        return WithDocument(*std::move(replayed));
      }
    }
  }
  QUOTES_ASSIGN_OR_RETURN(store::RevisionDraft draft, MakeDraft(request, extractor_, cancellation));
  draft.request_digest = std::move(digest);
  const Speech speech(draft.content);
  const std::vector<uint64_t> sample =
      options_.index_batch > 0 ? speech.Sample() : std::vector<uint64_t>();

  if (request.validate_only) {
    QUOTES_RETURN_IF_ERROR(CheckReady());
    std::optional<NearDuplicate> duplicate;
    std::shared_ptr<const archive::PackedDocument> latest;
    store::ImportOutcome outcome;
    {
      const MutexLock lock(&write_mutex_);
      QUOTES_ASSIGN_OR_RETURN(std::optional<ImportResult> copy, CheckCopy(request, draft));
      if (copy.has_value()) {
        return *std::move(copy);
      }
      QUOTES_ASSIGN_OR_RETURN(duplicate, CheckDuplicate(request, speech, sample, &draft));
      QUOTES_RETURN_IF_ERROR(CheckTwins(request.report_id.empty(), speech, draft));
      ForgetEmbargoed(&draft);
      latest = FindLatest(draft.report_id);
      if (latest == nullptr) {
        QUOTES_RETURN_IF_ERROR(CheckPurgedId(draft));
      }
      QUOTES_RETURN_IF_ERROR(CheckEmbargo(draft.available_from, latest.get()));
      outcome.archive_revision = WrittenRevision();
    }
    outcome.report_id = draft.report_id;
    outcome.revision = 1;
    outcome.update_time = absl::Now();
    outcome.create_time = outcome.update_time;
    outcome.revision_time = outcome.update_time;
    outcome.duplicate_of = draft.duplicate_of;
    if (outcome.available_from = draft.available_from; outcome.available_from.has_value()) {
      outcome.state = archive::ReportState::kEmbargoed;
    }
    if (draft.withdrawn) {
      outcome.state = archive::ReportState::kWithdrawn;
      outcome.delete_time = outcome.update_time;
    }
    std::vector<report::RegisterEntry> held_entries;
    std::vector<report::Defect> held_defects;
    CarriedTags carried = TagsFrom(latest.get(), draft.content);
    if (latest != nullptr) {
      QUOTES_ASSIGN_OR_RETURN(const store::Register held_register,
                              store_->LoadRegister(draft.report_id));
      const archive::Document document = archive::Unpack(*latest);
      const bool same = store::IsSameRevision(document, draft);
      held_entries =
          same ? held_register.entries
               : report::CarryOver(held_register.entries, document.content.joined, draft.content);
      held_defects = document.defects;
      outcome.tags = document.tags;
      std::move(carried.tags.begin(), carried.tags.end(), std::back_inserter(outcome.tags));
      if (same) {
        draft.source.file_name = document.source.file_name;
      }
      outcome.revision = same ? document.revision : document.revision + 1;
      outcome.state = document.state;
      outcome.create_time = document.create_time;
      outcome.delete_time = document.delete_time;
      outcome.duplicate_of = document.duplicate_of;
      outcome.available_from = document.available_from;
      outcome.revision_time = same ? document.revision_time : outcome.update_time;
      outcome.unchanged = same;
    }
    outcome.defects =
        report::DefectsOf(report::MergeRegister(std::move(held_entries), draft.defects));
    if (outcome.unchanged && outcome.defects == held_defects) {
      return Result(std::move(outcome), latest);
    }
    outcome.unchanged = false;
    const std::shared_ptr<const themes::Scheme> scheme = this->scheme();
    const archive::Document document = MakeDocument(std::move(draft), outcome, *scheme);
    ImportResult result = Result(std::move(outcome), document.content,
                                 archive::Pack(document, scheme->themes().size()));
    result.duplicate_of = duplicate;
    result.tags_left_behind = carried.left_behind;
    AddRevisedSentences(latest.get(), &result);
    return result;
  }

  store::ImportOutcome outcome;
  {
    const MutexLock lock(&write_mutex_);
    QUOTES_RETURN_IF_ERROR(cancellation.Check());
    // Here, so that of two copies imported at once one sees the other.
    QUOTES_ASSIGN_OR_RETURN(std::optional<ImportResult> copy, CheckCopy(request, draft));
    if (copy.has_value()) {
      return *std::move(copy);
    }
    QUOTES_ASSIGN_OR_RETURN(const std::optional<NearDuplicate> duplicate,
                            CheckDuplicate(request, speech, sample, &draft));
    QUOTES_RETURN_IF_ERROR(CheckTwins(request.report_id.empty(), speech, draft));
    ForgetEmbargoed(&draft);
    const std::shared_ptr<const archive::PackedDocument> before = FindLatest(draft.report_id);
    if (before == nullptr) {
      QUOTES_RETURN_IF_ERROR(CheckPurgedId(draft));
    }
    QUOTES_RETURN_IF_ERROR(CheckEmbargo(draft.available_from, before.get()));
    CarriedTags carried = TagsFrom(before.get(), draft.content);
    draft.carried_tags = std::move(carried.tags);
    QUOTES_ASSIGN_OR_RETURN(outcome, store_->Import(draft));
    if (!outcome.replayed && !outcome.unchanged) {
      if (before != nullptr && before->revision() == outcome.revision) {
        // The register alone has changed: the revision is that of the first file.
        draft.source.file_name = before->source().file_name;
      }
      const std::shared_ptr<const themes::Scheme> scheme = this->scheme();
      const archive::Document written = MakeDocument(std::move(draft), outcome, *scheme);
      std::shared_ptr<const archive::PackedDocument> document =
          archive::Pack(written, scheme->themes().size());
      if (options_.index_batch > 0 && outcome.state == archive::ReportState::kActive) {
        LetWait(outcome.archive_revision, document, speech, sample);
      } else {
        document = Publish(outcome.archive_revision, document);
      }
      ImportResult result = Result(std::move(outcome), written.content, std::move(document));
      result.duplicate_of = duplicate;
      result.tags_left_behind = carried.left_behind;
      AddRevisedSentences(before.get(), &result);
      return result;
    }
  }
  return WithDocument(std::move(outcome));
}

absl::StatusOr<ReportResult> Library::SetState(std::string_view report_id,
                                               archive::ReportState state, std::string_view etag,
                                               const store::Actor& actor) {
  if (read_only_) {
    return errors::ReadOnly();
  }
  QUOTES_RETURN_IF_ERROR(CheckReady());
  const MutexLock lock(&write_mutex_);
  ReportResult result;
  QUOTES_ASSIGN_OR_RETURN(result.change, store_->SetState(report_id, state, etag, actor));
  result.document = FindLatest(report_id);
  if (result.change.unchanged) {
    return result;
  }
  archive::Document document = archive::Unpack(*result.document);
  document.state = result.change.state;
  document.etag = result.change.etag;
  document.update_time = result.change.update_time;
  document.delete_time = result.change.delete_time;
  document.available_from = result.change.available_from;
  result.document =
      Publish(result.change.archive_revision, archive::Pack(document, scheme()->themes().size()));
  return result;
}

absl::StatusOr<ReportResult> Library::Withdraw(std::string_view report_id, std::string_view etag,
                                               const store::Actor& actor) {
  return SetState(report_id, archive::ReportState::kWithdrawn, etag, actor);
}

absl::StatusOr<ReportResult> Library::Restore(std::string_view report_id, std::string_view etag,
                                              const store::Actor& actor) {
  return SetState(report_id, archive::ReportState::kActive, etag, actor);
}

absl::StatusOr<std::shared_ptr<const archive::PackedDocument>> Library::LoadRevision(
    std::string_view report_id, uint64_t revision, const themes::Scheme& scheme) {
  QUOTES_ASSIGN_OR_RETURN(std::unique_ptr<archive::Document> document,
                          store_->LoadRevision(report_id, revision));
  document->themes = themes::AssignTagged(scheme, document->content, document->tags);
  return archive::Pack(*document, scheme.themes().size());
}

}  // namespace quotes
