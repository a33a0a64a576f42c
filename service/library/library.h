#ifndef QUOTES_SERVICE_LIBRARY_LIBRARY_H_
#define QUOTES_SERVICE_LIBRARY_LIBRARY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "service/archive/archive.h"
#include "service/archive/indexed_archive.h"
#include "service/archive/packed_document.h"
#include "service/archive/segment_folder.h"
#include "service/base/cancellation.h"
#include "service/base/duration_histogram.h"
#include "service/base/mutex.h"
#include "service/extract/extractor.h"
#include "service/extract/format.h"
#include "service/library/embargoed.h"
#include "service/library/history.h"
#include "service/library/near_duplicate.h"
#include "service/report/defects.h"
#include "service/report/register.h"
#include "service/report/report.h"
#include "service/store/store.h"
#include "service/text/decode.h"
#include "service/themes/scheme.h"
#include "service/themes/tag.h"

namespace quotes {

// What becomes of a new report whose text is nearly that of an active one, and of another file's
// text whose made id is a held report's (see SettleMadeId).
enum class DuplicateHandling {
  kRefuse = 1,    // DUPLICATE_REPORT, but for amended statutes (see IsAmendedStatute)
  kSeparate = 2,  // a report of its own
  kVariant = 3    // one that is withdrawn from the beginning
};

// What a caller hands in to be imported.
struct ImportRequest {
  std::string report_id;   // empty: made from body, date and title
  std::string request_id;  // empty: none
  bool validate_only = false;
  std::string content;                     // the source's bytes
  std::string file_name;                   // for the record; may be empty
  std::optional<text::Encoding> encoding;  // nullopt: detected
  std::optional<extract::Format> format;   // nullopt: detected
  // Fields that are set replace what the text says; empty strings and absent dates do not.
  report::Metadata metadata;
  std::vector<report::DefectEntry> defects;
  DuplicateHandling duplicate_handling = DuplicateHandling::kRefuse;
  // Absent: the file may say it; else a new report is found at once. See Library::Import.
  std::optional<absl::Time> available_from{};
  // Whether a new report may have the id of one that was purged.
  bool allow_purged_id = false;
  store::Actor actor{};  // who imports, for the audit trail
};

// Checks the fields of a request by themselves; Library::Import does so first. The violations name
// the fields of ImportReportRequest ("metadata.title", "defects[2].printed"). INVALID_NAME for a
// malformed report id; SOURCE_TOO_LARGE; FIELD_OUT_OF_RANGE for what exceeds
// service/base/limits.h or the years 1 to 9999; FIELD_REQUIRED in a defect; INVALID_UTF8.
absl::Status CheckImportRequest(const ImportRequest& request);

// 64 hex digits that differ whenever two requests ask for different imports. All fields count but
// request_id, validate_only and actor.
std::string ImportRequestDigest(const ImportRequest& request);

// A sentence of a new revision that is not that of the revision before.
struct RevisedSentence {
  // Figures, negations, hedges or other words that decide what is said are touched, or the whole
  // sentence: somebody should look.
  bool grave = false;
  uint32_t line = 0;    // of the source; 0: of no sentence alone
  report::Range range;  // joined text; empty for a sentence that is gone
  std::string message;  // English, for people; it quotes both texts
};

struct ImportResult {
  store::ImportOutcome outcome;
  // The report as held now; with validate_only as it would be, without etag and with the time of
  // the check; of a replayed request the revision that it made.
  std::shared_ptr<const archive::PackedDocument> document;
  // What a new revision says otherwise than the one before. Told once, and not held.
  std::vector<RevisedSentence> revised;
  // Of a new revision: tags of editors on sentences of the one before that have no successor in it.
  // The others are on the successors.
  size_t tags_left_behind = 0;
  // What the parser was unsure of, without the metadata that the caller supplied.
  std::vector<report::LintFinding> lint;
  // Of each finding, the entry of the register that would accept its proposal, if it has one.
  std::vector<std::optional<report::DefectEntry>> proposals;
  // The report that a new one resembles and beside which it was taken. See NearDuplicate.
  std::optional<NearDuplicate> duplicate_of;
};

// What withdrawing, restoring or releasing a report did, or moving its time.
struct ReportResult {
  store::ReportChange change;
  std::shared_ptr<const archive::PackedDocument> document;  // the report as held now
};

struct PurgeResult {
  store::PurgedReport purged;
  bool unchanged = false;  // it was purged before
  // No file of the library's own has anything of it any more: neither the store's nor a segment.
  bool erased = false;
};

// What an editor says of an entry of the register; what is not set stays as it is. The violations
// of errors name the fields of CreateDefectRequest ("defect.printed").
struct DefectEdit {
  // The place: a range of the latest revision that must hold `printed`, or without one the
  // `occurrence`-th place of `printed` (0: the only one).
  std::optional<report::Range> range;
  std::optional<std::string> printed;
  uint32_t occurrence = 0;
  std::optional<std::vector<std::string>> readings;
  std::optional<report::DefectKind> kind;
  std::optional<report::Certainty> certainty;
  std::optional<std::string> note;
};

struct DefectResult {
  uint64_t archive_revision = 0;
  bool changed = false;
  report::Defect defect;  // as it is now; as it was when taken out
  std::shared_ptr<const archive::PackedDocument> document;  // the report as held now
};

struct TagResult {
  uint64_t archive_revision = 0;
  bool changed = false;
  std::shared_ptr<const archive::PackedDocument> document;  // the report as held now
  std::shared_ptr<const themes::Scheme> scheme;             // of its themes
};

// One state of the store: what look-ups see, and what only names and citations still reach.
struct Snapshot {
  std::shared_ptr<const archive::Archive> archive;
  // Null until it is loaded: whoever would need it has to say LOADING. See
  // LibraryOptions::on_ready.
  std::shared_ptr<const History> history;
  // What neither of them has. Null as long as the history is.
  std::shared_ptr<const Embargoed> embargoed;
};

struct LibraryOptions {
  // Where the archive keeps its segments, a folder beside the database that is made if it is
  // missing, and the history its own, in a folder `history` in it; empty: in memory only. A library
  // whose store is read-only maps what it finds there and writes nothing.
  std::string segment_folder;
  // See archive::ArchiveOptions.
  uint64_t largest_segment = archive::ArchiveOptions().largest_segment;
  uint64_t merge_at_once = archive::ArchiveOptions().merge_at_once;
  // Imports are indexed together when so many code points of them have come, by a thread of its own
  // beside the next ones, and at the end, and merged no more than look-ups need: for an importer
  // whom nobody asks meanwhile. Until then snapshots lack them; all else knows them. 0: an import
  // can be looked up when it returns.
  uint64_t index_batch = 0;
  // How sources that are no plain text are read.
  extract::ExtractorOptions extractor = {};
  // The store is read-only, but the folder is this library's own: it is written all the same.
  bool own_segments = false;
  // Called, from any thread, with a sentence about a segment file that could not be used or
  // written: the archive is whole all the same. May be null.
  std::function<void(std::string_view)> on_warning = nullptr;
  // When it is set, Create returns as soon as look-ups can be answered from segments that have been
  // verified. A thread of the library then checks the integrity of the store and loads the history,
  // and calls this once with the result, unless the library ends before. Until then snapshots have
  // no history and writes are refused with LOADING; after an error for good, with that error. What
  // the segments lack is never served from a store that was not checked: the check then comes
  // first.
  std::function<void(const absl::Status&)> on_ready = nullptr;
};

// What a library did since it was made.
struct LibraryFigures {
  absl::Time snapshot_time;  // since when look-ups see the present snapshot
  // From the beginning until look-ups could be answered, and until all was ready; nullopt before.
  std::optional<absl::Duration> lookups_load;
  std::optional<absl::Duration> whole_load;
  DurationHistogram::Counts merges;  // of segments, by whichever thread
  DurationHistogram::Counts relabels;
};

// Store and archive held together: the whole service without a network. Reads go to the snapshot
// that archive() returns; a write has been made durable and swapped in when it returns.
// A thread of its own merges the segments of the archive and of the history and writes them to
// their folders; the destructor gives up the merge at hand, within about a second,
// indexes what waits for it (see LibraryOptions::index_batch), and saves what was imported.
// Thread-safe.
class Library {
 public:
  // Builds the first snapshot before it returns: from the segments that are there, and from the
  // store what they lack and, unless there is an `on_ready`, all of the history. `store` must not
  // be null. Errors are those of Store::LoadActive and LoadHistory; STORE_BUSY when another process
  // writes without a pause meanwhile. With `on_ready` also those of Store::CheckIntegrity.
  static absl::StatusOr<std::unique_ptr<Library>> Create(
      std::unique_ptr<store::Store> store, std::shared_ptr<const themes::Scheme> scheme,
      LibraryOptions options = {});

  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  // LOADING until the history is there and the store was checked, then OK, or why it failed. See
  // LibraryOptions::on_ready.
  absl::Status CheckReady() const;

  // The current snapshot, never null. Hold it for as long as pointers into its answers are used.
  std::shared_ptr<const archive::Archive> archive() const;
  // The same with the history of the same state.
  std::shared_ptr<const Snapshot> snapshot() const;

  // Blocks on the store; texts are read side by side, written one at a time. A document without a
  // change is not swapped in anew. With validate_only nothing is written, the request id does not
  // count, and a read-only store will do.
  //
  // Metadata of the request goes before that of the file (front matter), and that before what the
  // text says.
  //
  // A new report with a time to be available from (that of the request goes before the file's) is
  // held back until ReleaseDue comes to it: see Embargoed. Later revisions keep the time, which an
  // import never moves: FIELD_INVALID for another one than a report that is held back has, and for
  // one of a new report that is not ahead; FIELD_OUT_OF_RANGE above limits::kMaxEmbargoDays;
  // NOT_EMBARGOED for one ahead of a report that has been published. One that has passed says
  // nothing of such a report. What resembles a report that is held back does not name it, except to
  // whoever imports.
  //
  // Errors, in this order: CheckImportRequest; READ_ONLY; REQUEST_ID_REUSED; those of DetectFormat,
  // Extractor::Extract, Decode, ParseReport and PlaceDefects; CANCELLED and DEADLINE_EXCEEDED until
  // the writing begins; DUPLICATE_REPORT; REPORT_ID_PURGED; those of times; those of Store::Import.
  absl::StatusOr<ImportResult> Import(const ImportRequest& request,
                                      const Cancellation& cancellation);

  // What writes is named by its last parameter in the audit trail: see store::Store::ListAudit.

  // Takes a report out of look-ups, totals and coverage; its names still resolve. Withdrawing a
  // withdrawn report changes nothing. Blocks on the store. Errors: READ_ONLY and those of
  // Store::SetState.
  absl::StatusOr<ReportResult> Withdraw(std::string_view report_id, std::string_view etag,
                                        const store::Actor& actor = {});
  // The reverse, with the latest revision.
  absl::StatusOr<ReportResult> Restore(std::string_view report_id, std::string_view etag,
                                       const store::Actor& actor = {});

  // Removes a report for good: look-ups that begin when this returns are as if it had never been.
  // Then waits, as long as `cancellation` lets it, until store and segments are written anew
  // without it; what is not done then is done by the library's thread, and by ScrubPurged. Blocks
  // on the store. Errors: READ_ONLY and those of Store::Purge; what happens after the purge is told
  // by PurgeResult::erased alone.
  absl::StatusOr<PurgeResult> Purge(std::string_view report_id, std::string_view etag,
                                    const store::Actor& actor, const Cancellation& cancellation);
  // Has the store written anew where a purge did not come to its end, also in an earlier process;
  // to be called again and again by whoever holds the writing library. Costs next to nothing when
  // there is none. Errors: READ_ONLY, LOADING and those of Store::Scrub.
  absl::Status ScrubPurged();
  // What to say of a report that there is not: REPORT_NOT_FOUND, or REPORT_PURGED where there was
  // one; of one that was held back only if that is to be shown.
  absl::Status MissingReport(std::string_view report_id, bool show_embargoed) const;

  // Moves the time of a report that is held back, to an earlier or a later one that is ahead
  // (FIELD_INVALID, FIELD_OUT_OF_RANGE), or with nullopt releases it now: it is found when this
  // returns. Blocks on the store. Errors: READ_ONLY and those of Store::SetEmbargo.
  absl::StatusOr<ReportResult> SetEmbargo(std::string_view report_id,
                                          std::optional<absl::Time> available_from,
                                          std::string_view etag, const store::Actor& actor = {});

  // Releases the reports whose time has come, by kReleaser; to be called again and again by whoever
  // holds the writing library. Costs next to nothing when there is none. After an error those
  // before it are released.
  static constexpr char kReleaser[] = "quoted";
  absl::StatusOr<std::vector<ReportResult>> ReleaseDue(absl::Time now);

  // Edits the register of a report's latest revision; the report's etag and the archive revision
  // rise, its text and its revision stay. Block on the store. Errors of all three, in this order:
  // FIELD_REQUIRED, FIELD_OUT_OF_RANGE and INVALID_UTF8 of a field by itself; READ_ONLY;
  // REPORT_NOT_FOUND; REPORT_WITHDRAWN; then DEFECT_NOT_FOUND and ETAG_MISMATCH (an etag that is
  // not empty must be report::DefectEtag of the entry); DEFECT_UNPLACED; DEFECT_EXISTS when another
  // entry has the same place.
  //
  // A new entry has an id of its own; with a `defect_id` that one (INVALID_NAME), unless it is or
  // was an entry's (DEFECT_EXISTS). `printed` and `readings` are required. FIELD_OUT_OF_RANGE above
  // limits::kMaxDefects entries.
  absl::StatusOr<DefectResult> CreateDefect(std::string_view report_id, std::string_view defect_id,
                                            const DefectEdit& edit, const store::Actor& actor = {});
  // An edit that changes nothing writes nothing.
  absl::StatusOr<DefectResult> UpdateDefect(std::string_view report_id, std::string_view defect_id,
                                            std::string_view etag, const DefectEdit& edit,
                                            const store::Actor& actor = {});
  absl::StatusOr<DefectResult> DeleteDefect(std::string_view report_id, std::string_view defect_id,
                                            std::string_view etag, const store::Actor& actor = {});

  // Pins a theme to a quote of the latest revision, the only one that shows it, or removes one from
  // it, or with nullopt takes back what was said; see themes::Tag. The report's etag and the
  // archive revision rise, its text and its revision stay; saying the same again writes nothing. An
  // `etag` that is not empty must be the report's. Blocks on the store. Errors, in this order:
  // READ_ONLY; REPORT_NOT_FOUND; ETAG_MISMATCH; REPORT_WITHDRAWN; QUOTE_NOT_FOUND; THEME_NOT_FOUND
  // for a code of which neither the scheme nor a tag of the quote knows; FIELD_OUT_OF_RANGE above
  // limits::kMaxQuoteTags.
  absl::StatusOr<TagResult> TagQuote(std::string_view report_id, std::string_view quote_id,
                                     std::string_view theme,
                                     std::optional<themes::TagAction> action, std::string_view etag,
                                     const store::Actor& actor = {});

  store::Store& store() { return *store_; }
  LibraryFigures ReadFigures() const;
  store::StoreFigures store_figures() const { return store_->Figures(); }
  // That of the current snapshot.
  std::shared_ptr<const themes::Scheme> scheme() const;

  // Gives all quotes their themes anew, by another scheme. Look-ups go on with the old one until
  // all is swapped in at once; imports and other writes wait only if they do not pause for long
  // enough. Reads everything from the store; one call at a time. Errors: LOADING until the library
  // is ready, CANCELLED and DEADLINE_EXCEEDED, those of the store.
  absl::Status Relabel(const std::shared_ptr<const themes::Scheme>& scheme,
                       const Cancellation& cancellation);

  // Brings look-ups to what the store holds now, where somebody else wrote to it (or put another in
  // its place): what has changed is read, all else stays as it is, and is swapped in at once while
  // look-ups go on. Does nothing when that is held already. Errors: LOADING until the library is
  // ready, CANCELLED and DEADLINE_EXCEEDED, those of the store; STORE_BUSY when it is written
  // without a pause meanwhile. After an error look-ups see what they saw.
  absl::Status CatchUp(const Cancellation& cancellation);

  // The document of any revision with its themes set by a scheme, that of the caller's snapshot;
  // blocks on the store. 0 is the latest.
  absl::StatusOr<std::shared_ptr<const archive::PackedDocument>> LoadRevision(
      std::string_view report_id, uint64_t revision, const themes::Scheme& scheme);

 private:
  Library(std::unique_ptr<store::Store> store, std::shared_ptr<const themes::Scheme> scheme,
          bool read_only, LibraryOptions options);

  // The archive of the store's state; `added` is the number of reports that no segment had.
  absl::StatusOr<std::shared_ptr<const archive::Archive>> LoadArchive(
      const std::shared_ptr<const themes::Scheme>& scheme, const Cancellation& cancellation,
      size_t* added);
  // The history of the store's state: null when that is another than `revision`.
  absl::StatusOr<std::shared_ptr<const History>> LoadHistory(
      const std::shared_ptr<const themes::Scheme>& scheme, uint64_t revision,
      const archive::Archive& active, const Cancellation& cancellation);
  // The archive of the store's state, made from one that is held; it keeps what has not changed.
  absl::StatusOr<std::shared_ptr<const archive::Archive>> UpdatedArchive(
      const archive::Archive& held, const Cancellation& cancellation);
  // The history of the same state as `active`, made from one that is held. Null when the store's is
  // another than that of `active`.
  absl::StatusOr<std::shared_ptr<const History>> UpdatedHistory(
      const std::shared_ptr<const themes::Scheme>& scheme,
      const std::shared_ptr<const History>& held, const archive::Archive& active,
      const Cancellation& cancellation);
  // Reports that are held back, of the same state as `revision`; what `held` has and has not
  // changed stays. Null when the store's state is another.
  absl::StatusOr<std::shared_ptr<const Embargoed>> LoadEmbargoed(const themes::Scheme& scheme,
                                                                 uint64_t revision,
                                                                 const Embargoed* held,
                                                                 const Cancellation& cancellation);
  // All by another scheme; without a history when the store was written in between.
  absl::StatusOr<Snapshot> LoadLabelled(const std::shared_ptr<const themes::Scheme>& scheme,
                                        const Cancellation& cancellation);
  // False when it is not of the current state.
  bool SwapLabelled(Snapshot labelled, std::shared_ptr<const themes::Scheme> scheme)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  // Loads the history to an archive that is served already, or both anew.
  absl::Status FinishLoading();

  absl::StatusOr<ReportResult> SetState(std::string_view report_id, archive::ReportState state,
                                        std::string_view etag, const store::Actor& actor);
  // The revisions of a report before its latest, oldest first, as those of a released one.
  absl::StatusOr<std::vector<std::shared_ptr<const archive::PackedDocument>>> LoadEarlier(
      const archive::PackedDocument& latest);
  absl::StatusOr<ReportResult> Release(std::string_view report_id, std::string_view etag,
                                       const store::Actor& actor)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  using PurgedReports = std::map<std::string, store::PurgedReport, std::less<>>;
  std::shared_ptr<const PurgedReports> purged() const;
  // Takes over those of the store. True if there are new ones: what segments have of them is to be
  // erased when the snapshot is without them.
  absl::StatusOr<bool> LoadPurged();
  // REPORT_ID_PURGED for a draft of a new report.
  absl::Status CheckPurgedId(const store::RevisionDraft& draft) const;
  // Makes a snapshot without a report, and swaps it in.
  void Forget(const store::PurgeOutcome& outcome) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  // Has the merging thread write segments anew that have something of purged reports.
  void WantErased();
  // If the last try failed.
  void TryErasingAgain();
  // Until that is done; CANCELLED, DEADLINE_EXCEEDED, STORE_UNAVAILABLE.
  absl::Status AwaitErased(const Cancellation& cancellation);
  // By the merging thread. False when the library is about to end.
  bool EraseFromSegments();
  // Whether an import may say so of a new report (null), or of a held one.
  static absl::Status CheckEmbargo(std::optional<absl::Time> available_from,
                                   const archive::PackedDocument* held);
  // Whether a draft, whose id is settled, may be found when it can be: a text that is nearly that
  // of a report that is held back would tell it, in whatever report it is, a new one or the next
  // revision of one that everybody may read; so would one that has its title, body and date, by
  // which an id `is_made`, and one that has its sentences (see LeakFinder). FIELD_INVALID for
  // available_from.
  absl::Status CheckTwins(bool is_made, const Speech& speech, const store::RevisionDraft& draft)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  // A text that stands beside a report that is held back does not name it.
  void ForgetEmbargoed(store::RevisionDraft* draft) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  // The latest document of a report, active, withdrawn or held back, kept alive with its snapshot;
  // null if there is none.
  std::shared_ptr<const archive::PackedDocument> FindLatest(std::string_view report_id) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  // `edit` changes the entries and returns the one that it is about.
  absl::StatusOr<DefectResult> EditRegister(
      std::string_view report_id, store::AuditAction action, const store::Actor& actor,
      absl::FunctionRef<absl::StatusOr<report::Defect>(const report::ParsedReport&,
                                                       std::vector<report::RegisterEntry>*)>
          edit);
  // The outcome of a draft that is a copy of a held report (see FindCopied), which changes nothing;
  // nullopt for any other.
  absl::StatusOr<std::optional<ImportResult>> CheckCopy(const ImportRequest& request,
                                                        const store::RevisionDraft& draft) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  // All revisions of a report, newest first, as far as they are asked for.
  absl::StatusOr<std::vector<store::RevisionInfo>> FindRevisions(std::string_view report_id) const;
  // The active report that a draft of a new report resembles; DUPLICATE_REPORT where that is
  // refused. Sets what the draft is a copy of and whether it is withdrawn, and settles an id that
  // was made.
  absl::StatusOr<std::optional<NearDuplicate>> CheckDuplicate(const ImportRequest& request,
                                                              const Speech& speech,
                                                              const std::vector<uint64_t>& sample,
                                                              store::RevisionDraft* draft) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  // Adds the document of an outcome that wrote nothing.
  absl::StatusOr<ImportResult> WithDocument(store::ImportOutcome outcome);
  // Makes a snapshot with `document`, a report's latest, in place of what there is of its report,
  // swaps it in, and returns the report as it is held there.
  std::shared_ptr<const archive::PackedDocument> Publish(
      uint64_t archive_revision, const std::shared_ptr<const archive::PackedDocument>& document)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  // Makes a snapshot with active reports in place of those of the same ids. Only one thread at a
  // time swaps what was written: one that has write_mutex_, or the indexer, for which whoever has
  // it waits first.
  void Index(uint64_t archive_revision,
             const std::vector<std::shared_ptr<const archive::PackedDocument>>& documents);
  // The same later, with index_batch.
  void LetWait(uint64_t archive_revision, std::shared_ptr<const archive::PackedDocument> document,
               const Speech& speech, const std::vector<uint64_t>& sample)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  // Gathers the stretches of all that is held.
  void CollectStretches() ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  // Indexes what waits, beside the imports that follow.
  void IndexInBackground() ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  // Waits until nothing waits any more.
  void IndexWaiting() ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  void AwaitIndexer() ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  // The revision of the archive with all that was written.
  uint64_t WrittenRevision() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  // Swaps in what a write made, merged where its segments are too many, and wants the rest merged.
  // By the one thread that may, see Index.
  void SwapWritten(Snapshot written);
  // Swaps in what a plan merged of the archive or of the history, unless nothing of it is left.
  void SwapMerged(bool of_history, const archive::MergePlan& merge)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  void Swap(Snapshot snapshot);
  // The folder of segments, or one in it.
  std::unique_ptr<archive::SegmentFolder> OpenFolder(std::string_view below) const;
  // Of the archive, or of the history.
  archive::ArchiveOptions MakeArchiveOptions(archive::SegmentFolder* folder) const;
  void WantMerge();
  void MergeInBackground();
  // Judges which quotes are stock phrases, so that look-ups need not, until something is written.
  void JudgeAhead();
  // Waits until there is enough to merge, or writes pause, or it has waited long enough. False when
  // the library is about to end.
  bool AwaitBatch();
  bool MergeAll();  // likewise
  // What was imported is in the store: this only makes the next start short. False if it failed;
  // see SegmentFolder::Save.
  bool SaveSegments(bool erase = false);

  const std::unique_ptr<store::Store> store_;
  const bool read_only_;
  const LibraryOptions options_;
  const extract::Extractor extractor_;
  // Null: segments stay in memory.
  const std::unique_ptr<archive::SegmentFolder> folder_;
  const std::unique_ptr<archive::SegmentFolder> history_folder_;
  mutable Mutex write_mutex_;  // one write at a time, from the store to the swap
  // With index_batch: active reports that are written and not in the snapshot yet.
  UnindexedReports waiting_ ABSL_GUARDED_BY(write_mutex_);
  // Those before them, which a thread of their own indexes, or has by now; null until there are
  // any.
  std::shared_ptr<const UnindexedReports> indexing_ ABSL_GUARDED_BY(write_mutex_);
  std::thread indexer_ ABSL_GUARDED_BY(write_mutex_);
  // With index_batch, from the first batch on: those of all active reports.
  std::optional<StretchSet> stretches_ ABSL_GUARDED_BY(write_mutex_);
  uint64_t waiting_revision_ ABSL_GUARDED_BY(write_mutex_) = 0;  // of the archive with the last
  mutable Mutex snapshot_mutex_;                                 // guards the pointer only
  std::shared_ptr<const Snapshot> snapshot_ ABSL_GUARDED_BY(snapshot_mutex_);
  std::shared_ptr<const themes::Scheme> scheme_ ABSL_GUARDED_BY(snapshot_mutex_);
  std::shared_ptr<const PurgedReports> purged_ ABSL_GUARDED_BY(snapshot_mutex_) =
      std::make_shared<const PurgedReports>();
  // Whether the store may have to be scrubbed: an earlier process may have left that.
  std::atomic<bool> scrub_wanted_{true};

  mutable Mutex ready_mutex_;
  absl::Status ready_ ABSL_GUARDED_BY(ready_mutex_);

  const absl::Time start_;
  // When it was, in nanoseconds of Unix time; 0: not yet.
  std::atomic<int64_t> snapshot_time_{0};
  std::atomic<int64_t> lookups_time_{0};
  std::atomic<int64_t> ready_time_{0};
  DurationHistogram merges_{kWorkBounds};
  DurationHistogram relabels_{kWorkBounds};

  Cancellation ending_;
  std::thread loader_;  // with on_ready

  Mutex merge_mutex_;
  CondVar merge_wanted_or_stop_;
  bool merge_wanted_ ABSL_GUARDED_BY(merge_mutex_) = false;
  bool stop_ ABSL_GUARDED_BY(merge_mutex_) = false;
  // How often something of segments was to be erased, up to which time that is done, and whether
  // the last try failed.
  uint64_t erase_wanted_ ABSL_GUARDED_BY(merge_mutex_) = 0;
  uint64_t erased_ ABSL_GUARDED_BY(merge_mutex_) = 0;
  bool erase_failed_ ABSL_GUARDED_BY(merge_mutex_) = false;
  CondVar erased_or_stop_;
  std::thread merger_;
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_LIBRARY_H_
