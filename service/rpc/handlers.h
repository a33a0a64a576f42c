#ifndef QUOTES_SERVICE_RPC_HANDLERS_H_
#define QUOTES_SERVICE_RPC_HANDLERS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "quotes/v1/admin_service.pb.h"
#include "quotes/v1/citation_service.pb.h"
#include "quotes/v1/quote_service.pb.h"
#include "quotes/v1/report_service.pb.h"
#include "service/archive/archive.h"
#include "service/base/cancellation.h"
#include "service/base/mutex.h"
#include "service/citation/locate.h"
#include "service/citation/profiles.h"
#include "service/library/library.h"
#include "service/rpc/services.h"
#include "service/rpc/statistics.h"

// The handlers: free functions from a request to an answer, without a word of gRPC. What they
// return is from the error catalogue; the answer is meaningless then.
namespace quotes::rpc {

// What citation checks search: the reports of a snapshot, then its history. Made once for each
// snapshot that is asked for, which takes some time for each of its reports; does not keep it.
// Thread-safe.
class CitationCorpora {
 public:
  // That of the snapshot that `archive` keeps; null if the last one made is of another. Never waits
  // for one to be made. The answer refers to archive and history; the caller keeps them.
  std::shared_ptr<const citation::Corpus> Find(
      const std::shared_ptr<const archive::Archive>& archive);
  // The same, made if need be, or by another caller that is at it. `history` is that of the
  // snapshot.
  std::shared_ptr<const citation::Corpus> Make(
      const std::shared_ptr<const archive::Archive>& archive, const History& history);

 private:
  Mutex making_mutex_;  // one at a time
  Mutex mutex_;
  // Of the snapshot: one archive may stand in several, with different histories.
  std::weak_ptr<const archive::Archive> archive_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const citation::Corpus> corpus_ ABSL_GUARDED_BY(mutex_);
};

// The profiles by which quotations are judged, which may be replaced while calls use the old ones.
// Thread-safe.
class ProfileHolder {
 public:
  explicit ProfileHolder(citation::Profiles profiles)
      : profiles_(std::make_shared<const citation::Profiles>(std::move(profiles))) {}

  std::shared_ptr<const citation::Profiles> Get() const {
    const MutexLock lock(&mutex_);
    return profiles_;
  }
  void Set(citation::Profiles profiles) {
    auto replaced = std::make_shared<const citation::Profiles>(std::move(profiles));
    const MutexLock lock(&mutex_);
    profiles_.swap(replaced);
  }

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const citation::Profiles> profiles_ ABSL_GUARDED_BY(mutex_);
};

// What a look-up was planned to cost, for the log of slow calls.
struct QueryPlan {
  uint64_t terms = 0;
  uint64_t work = 0;  // see Archive::PlannedWork
};

// What a handler works with, for the time of one call.
struct CallContext {
  Library& library;
  // The snapshot of the whole call: an import in between does not mix two states in one answer.
  const std::shared_ptr<const archive::Archive> archive;
  // Of the same state; lives as long as the snapshot. Null while it is being loaded: whatever might
  // be in it is answered with LOADING, never as if it were not there.
  const History* const history;
  const Cancellation& cancellation;
  const ServicesOptions& options;
  CitationCorpora& citation_corpora;
  // Who calls; lives as long as the call.
  std::string_view caller = "anonymous";
  Role role = Role::kAdmin;
  // Whether the call may block on the store, or work for long.
  bool may_block = false;
  // Set by Defer().
  bool deferred = false;
  // Where a handler may put elements of its answer's field number 1 as they travel instead of
  // adding them to the message; the whole answer is these bytes, then the message's. Null: all goes
  // into the message.
  std::string* leading_bytes = nullptr;

  // Of a method whose elements stand each by itself: what is wrong with some before they are looked
  // at (text that is not UTF-8, enum values that the contract does not have), by index, paths
  // beginning in the element. Null for none.
  const std::map<int, absl::Status>* element_faults = nullptr;

  // Where a look-up says what it is planned to cost. Null for none.
  QueryPlan* plan = nullptr;
  // What the services tell of themselves. Null for nothing.
  const FiguresReader* figures = nullptr;
  // Reports that are held back, of the same state; null while the history is. Only FindDocument
  // asks.
  const Embargoed* embargoed = nullptr;
  // Needed by the citation handlers.
  const ProfileHolder* profiles = nullptr;
  // How the call came, for the audit trail.
  std::string_view peer = {};        // address, as gRPC writes it
  std::string_view request_id = {};  // x-request-id of the call

  // For handlers that usually need memory only: when the store must be asked after all, or there is
  // much to do, and `may_block` is false, they return this, and are called again from the
  // beginning, with an empty answer, where they may block.
  absl::Status Defer() {
    deferred = true;
    return absl::UnavailableError("deferred");
  }
};

// Whom the audit trail names for what a call writes.
store::Actor ActorOf(const CallContext& call);
void SetAuditEntry(const store::AuditEntry& entry, v1::AuditEntry* out);

absl::Status ImportReport(CallContext& call, const v1::ImportReportRequest& request,
                          v1::ImportReportResponse* response);
// The end of an upload: `import` holds the bytes. Paths of errors are those of UploadReportRequest.
absl::Status FinishUpload(CallContext& call, const ImportRequest& import,
                          v1::UploadReportResponse* response);
absl::Status GetReport(CallContext& call, const v1::GetReportRequest& request,
                       v1::GetReportResponse* response);
absl::Status ListReports(CallContext& call, const v1::ListReportsRequest& request,
                         v1::ListReportsResponse* response);
absl::Status UpdateReport(CallContext& call, const v1::UpdateReportRequest& request,
                          v1::UpdateReportResponse* response);
absl::Status PurgeReport(CallContext& call, const v1::PurgeReportRequest& request,
                         v1::PurgeReportResponse* response);
absl::Status DeleteReport(CallContext& call, const v1::DeleteReportRequest& request,
                          v1::DeleteReportResponse* response);
absl::Status UndeleteReport(CallContext& call, const v1::UndeleteReportRequest& request,
                            v1::UndeleteReportResponse* response);
absl::Status GetRevision(CallContext& call, const v1::GetRevisionRequest& request,
                         v1::GetRevisionResponse* response);
absl::Status ListRevisions(CallContext& call, const v1::ListRevisionsRequest& request,
                           v1::ListRevisionsResponse* response);
absl::Status DiffRevisions(CallContext& call, const v1::DiffRevisionsRequest& request,
                           v1::DiffRevisionsResponse* response);
absl::Status ListSections(CallContext& call, const v1::ListSectionsRequest& request,
                          v1::ListSectionsResponse* response);
absl::Status GetSection(CallContext& call, const v1::GetSectionRequest& request,
                        v1::GetSectionResponse* response);
absl::Status ListDefects(CallContext& call, const v1::ListDefectsRequest& request,
                         v1::ListDefectsResponse* response);
absl::Status GetDefect(CallContext& call, const v1::GetDefectRequest& request,
                       v1::GetDefectResponse* response);
absl::Status CreateDefect(CallContext& call, const v1::CreateDefectRequest& request,
                          v1::CreateDefectResponse* response);
absl::Status UpdateDefect(CallContext& call, const v1::UpdateDefectRequest& request,
                          v1::UpdateDefectResponse* response);
absl::Status DeleteDefect(CallContext& call, const v1::DeleteDefectRequest& request,
                          v1::DeleteDefectResponse* response);

absl::Status GetQuote(CallContext& call, const v1::GetQuoteRequest& request,
                      v1::GetQuoteResponse* response);
absl::Status BatchGetQuotes(CallContext& call, const v1::BatchGetQuotesRequest& request,
                            v1::BatchGetQuotesResponse* response);
absl::Status ListQuotes(CallContext& call, const v1::ListQuotesRequest& request,
                        v1::ListQuotesResponse* response);
absl::Status SearchQuotes(CallContext& call, const v1::SearchQuotesRequest& request,
                          v1::SearchQuotesResponse* response);
absl::Status ListThemes(CallContext& call, const v1::ListThemesRequest& request,
                        v1::ListThemesResponse* response);
absl::Status GetTheme(CallContext& call, const v1::GetThemeRequest& request,
                      v1::GetThemeResponse* response);
absl::Status LookupTheme(CallContext& call, const v1::LookupThemeRequest& request,
                         v1::LookupThemeResponse* response);
absl::Status TagQuote(CallContext& call, const v1::TagQuoteRequest& request,
                      v1::TagQuoteResponse* response);
absl::Status SearchFigures(CallContext& call, const v1::SearchFiguresRequest& request,
                           v1::SearchFiguresResponse* response);
absl::Status TracePhrase(CallContext& call, const v1::TracePhraseRequest& request,
                         v1::TracePhraseResponse* response);
absl::Status ListNewPhrases(CallContext& call, const v1::ListNewPhrasesRequest& request,
                            v1::ListNewPhrasesResponse* response);

absl::Status VerifyCitation(CallContext& call, const v1::VerifyCitationRequest& request,
                            v1::VerifyCitationResponse* response);
absl::Status BatchVerifyCitations(CallContext& call, const v1::BatchVerifyCitationsRequest& request,
                                  v1::BatchVerifyCitationsResponse* response);
absl::Status ListProfiles(CallContext& call, const v1::ListProfilesRequest& request,
                          v1::ListProfilesResponse* response);

absl::Status GetStatus(CallContext& call, const v1::GetStatusRequest& request,
                       v1::GetStatusResponse* response);
absl::Status Backup(CallContext& call, const v1::BackupRequest& request,
                    v1::BackupResponse* response);
absl::Status Reload(CallContext& call, const v1::ReloadRequest& request,
                    v1::ReloadResponse* response);
absl::Status ListAuditEntries(CallContext& call, const v1::ListAuditEntriesRequest& request,
                              v1::ListAuditEntriesResponse* response);

// What a caller of WatchChanges wants.
struct ChangeWatch {
  std::optional<uint64_t> since;  // nullopt: from now on
  absl::Duration heartbeat;
  // What tells the change that made `since` from others of that number, in other histories
  // (archives that go on from an older copy): 16 hexadecimal digits. Empty: not known.
  std::string mark{};
};
absl::StatusOr<ChangeWatch> ToChangeWatch(const v1::WatchChangesRequest& request);

// Fills the message that tells what changed since an archive revision, as far as look-ups see it
// (up to `visible`) and one message holds, and moves the watch on, which has a `since`.
// HISTORY_CHANGED if its mark is another one than that of the change in the store; errors of
// Store::ListChanges.
absl::Status NextChanges(store::Store& store, uint64_t visible, ChangeWatch* watch,
                         v1::WatchChangesResponse* response);

// The document of a report's latest revision, whether or not it is withdrawn; REPORT_NOT_FOUND,
// REPORT_PURGED. One that is held back only if it is to be shown, which ROLE_TOO_LOW refuses to all
// but editors, whether there is such a report or not.
absl::StatusOr<const archive::PackedDocument*> FindDocument(const CallContext& call,
                                                            std::string_view report_id,
                                                            bool show_embargoed = false);

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_HANDLERS_H_
