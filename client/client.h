#ifndef QUOTES_CLIENT_CLIENT_H_
#define QUOTES_CLIENT_CLIENT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/transport.h"
#include "quotes/v1/admin_service.pb.h"
#include "quotes/v1/citation_service.pb.h"
#include "quotes/v1/quote_service.pb.h"
#include "quotes/v1/report_service.pb.h"

namespace grpc {
class Channel;
}

namespace quotes::client {

// What to do where a service refuses a call for now and says when to come back: RESOURCE_EXHAUSTED
// with RetryInfo, as QUOTA_EXCEEDED, QUEUE_FULL and TOO_MANY_CALLS have it. Nothing was done then.
struct Patience {
  // How long one call waits in all, beside its timeout; zero: the refusal is the answer.
  absl::Duration limit = absl::ZeroDuration();
  // Asked from the call's thread before each wait and every second of it; false: the refusal is the
  // answer. Null: waits.
  std::function<bool(const absl::Status& refusal)> go_on = nullptr;
};

struct Options {
  // How long a call may take; a call that takes longer fails with DEADLINE_EXCEEDED. Look-ups touch
  // memory only, so half a minute is a server in trouble; an import of 64 MiB parses and writes,
  // and a backup copies everything. At most what data/service_config.json says holds: a minute,
  // half an hour.
  absl::Duration lookup_timeout = absl::Seconds(30);
  absl::Duration import_timeout = absl::Minutes(10);
  // Asked before each call, from its thread: the trace that it belongs to, as the header
  // `traceparent` of W3C's Trace Context, which the server notes beside the call. What is none is
  // not sent. Null: no trace.
  std::function<std::string()> traceparent = nullptr;
  Patience patience = {};
};

// The same as Connect() of client/transport.h without encryption and without a token.
std::shared_ptr<grpc::Channel> Connect(const std::string& target);

// The services, one method a call. Errors are statuses of FromGrpcStatus (client/error.h); every
// call carries a fresh x-request-id, which the error names. Thread-safe.
class Client {
 public:
  explicit Client(const std::shared_ptr<grpc::Channel>& channel, Options options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Instead of the one in the options, for calls that begin later. REQUIRES: none is being made.
  void SetPatience(Patience patience);

  // Waits for a connection, which it tries to make at once whatever failed before; false when there
  // is none at the deadline. For who begins a watch anew: between two of them nobody else waits,
  // and then gRPC goes on with an attempt every five seconds only.
  bool WaitForConnected(absl::Time deadline);

  // Imports a report of any permitted size: as ImportReport, or in chunks as UploadReport when the
  // content is larger than a unary call may carry. A content above the service's limit is refused
  // with SOURCE_TOO_LARGE before anything is sent.
  absl::StatusOr<v1::ImportReportResponse> Import(const v1::ImportReportRequest& request);

  absl::StatusOr<v1::GetReportResponse> GetReport(const v1::GetReportRequest& request);
  absl::StatusOr<v1::ListReportsResponse> ListReports(const v1::ListReportsRequest& request);
  absl::StatusOr<v1::DeleteReportResponse> DeleteReport(const v1::DeleteReportRequest& request);
  absl::StatusOr<v1::UpdateReportResponse> UpdateReport(const v1::UpdateReportRequest& request);
  absl::StatusOr<v1::PurgeReportResponse> PurgeReport(const v1::PurgeReportRequest& request);
  absl::StatusOr<v1::UndeleteReportResponse> UndeleteReport(
      const v1::UndeleteReportRequest& request);
  absl::StatusOr<v1::GetRevisionResponse> GetRevision(const v1::GetRevisionRequest& request);
  absl::StatusOr<v1::ListRevisionsResponse> ListRevisions(const v1::ListRevisionsRequest& request);
  absl::StatusOr<v1::DiffRevisionsResponse> DiffRevisions(const v1::DiffRevisionsRequest& request);
  absl::StatusOr<v1::ListSectionsResponse> ListSections(const v1::ListSectionsRequest& request);
  absl::StatusOr<v1::GetSectionResponse> GetSection(const v1::GetSectionRequest& request);
  absl::StatusOr<v1::ListDefectsResponse> ListDefects(const v1::ListDefectsRequest& request);
  absl::StatusOr<v1::GetDefectResponse> GetDefect(const v1::GetDefectRequest& request);
  absl::StatusOr<v1::CreateDefectResponse> CreateDefect(const v1::CreateDefectRequest& request);
  absl::StatusOr<v1::UpdateDefectResponse> UpdateDefect(const v1::UpdateDefectRequest& request);
  absl::StatusOr<v1::DeleteDefectResponse> DeleteDefect(const v1::DeleteDefectRequest& request);

  // Calls `visit` with every message until it returns false, which is OK, or the stream ends, which
  // is why it ended. Has no deadline, but a server that says nothing for three times the
  // heartbeat's time, at least ten seconds, is UNAVAILABLE, as is a stream that a proxy resets.
  // Where the server is not available it is not tried again: begin anew with the position of the
  // last message.
  absl::Status WatchChanges(const v1::WatchChangesRequest& request,
                            absl::FunctionRef<bool(const v1::WatchChangesResponse&)> visit);

  absl::StatusOr<v1::GetQuoteResponse> GetQuote(const v1::GetQuoteRequest& request);
  absl::StatusOr<v1::BatchGetQuotesResponse> BatchGetQuotes(
      const v1::BatchGetQuotesRequest& request);
  absl::StatusOr<v1::ListQuotesResponse> ListQuotes(const v1::ListQuotesRequest& request);
  absl::StatusOr<v1::SearchQuotesResponse> SearchQuotes(const v1::SearchQuotesRequest& request);
  absl::StatusOr<v1::ListThemesResponse> ListThemes(const v1::ListThemesRequest& request);
  absl::StatusOr<v1::GetThemeResponse> GetTheme(const v1::GetThemeRequest& request);
  absl::StatusOr<v1::LookupThemeResponse> LookupTheme(const v1::LookupThemeRequest& request);
  absl::StatusOr<v1::TagQuoteResponse> TagQuote(const v1::TagQuoteRequest& request);
  absl::StatusOr<v1::SearchFiguresResponse> SearchFigures(const v1::SearchFiguresRequest& request);
  absl::StatusOr<v1::TracePhraseResponse> TracePhrase(const v1::TracePhraseRequest& request);
  absl::StatusOr<v1::ListNewPhrasesResponse> ListNewPhrases(
      const v1::ListNewPhrasesRequest& request);

  absl::StatusOr<v1::VerifyCitationResponse> VerifyCitation(
      const v1::VerifyCitationRequest& request);
  absl::StatusOr<v1::BatchVerifyCitationsResponse> BatchVerifyCitations(
      const v1::BatchVerifyCitationsRequest& request);
  absl::StatusOr<v1::ListProfilesResponse> ListProfiles(const v1::ListProfilesRequest& request);

  absl::StatusOr<v1::GetStatusResponse> GetStatus(const v1::GetStatusRequest& request);
  absl::StatusOr<v1::BackupResponse> Backup(const v1::BackupRequest& request);
  absl::StatusOr<v1::ReloadResponse> Reload(const v1::ReloadRequest& request);
  absl::StatusOr<v1::ListAuditEntriesResponse> ListAuditEntries(
      const v1::ListAuditEntriesRequest& request);

 private:
  struct Rep;
  const std::unique_ptr<Rep> rep_;
};

// A new random id: 32 hexadecimal digits. Serves as x-request-id and as ImportReportRequest's
// request_id.
std::string NewRequestId();

}  // namespace quotes::client

#endif  // QUOTES_CLIENT_CLIENT_H_
