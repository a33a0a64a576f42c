#include "client/client.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/error.h"
#include "quotes/v1/admin_service.grpc.pb.h"
#include "quotes/v1/citation_service.grpc.pb.h"
#include "quotes/v1/quote_service.grpc.pb.h"
#include "quotes/v1/report_service.grpc.pb.h"
#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/base/limits.h"
#include "service/base/mutex.h"
#include "service/base/trace_context.h"

namespace quotes::client {
namespace {

// What every call sends along.
std::string PrepareContext(const Options& options, absl::Duration timeout,
                           grpc::ClientContext* context) {
  std::string request_id = NewRequestId();
  context->AddMetadata("x-request-id", request_id);
  if (options.traceparent) {
    const std::string parent = options.traceparent();
    if (ParseTraceParent(parent).has_value()) {
      context->AddMetadata(kTraceParentHeader, parent);
    }
  }
  if (timeout < absl::InfiniteDuration()) {
    context->set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  }
  return request_id;
}

// What one call has waited for a service that refused it for now.
class Waiting {
 public:
  explicit Waiting(const Patience& patience) : patience_(patience) {}

  // Waits as it was told; false if the refusal is the answer, or there is none.
  bool Wait(const absl::Status& status) {
    const std::optional<ErrorDetail> detail =
        absl::IsResourceExhausted(status) ? GetErrorDetail(status) : std::nullopt;
    if (!detail.has_value() || !detail->retry_after.has_value()) {
      return false;
    }
    // Callers that were refused together do not come back together.
    const absl::Duration wait = std::max(*detail->retry_after, absl::Milliseconds(50)) *
                                std::uniform_real_distribution<double>(1.0, 1.5)(Random());
    if (waited_ + wait > patience_.limit) {
      return false;
    }
    for (absl::Duration left = wait; left > absl::ZeroDuration(); left -= kSlice) {
      if (patience_.go_on && !patience_.go_on(status)) {
        return false;
      }
      absl::SleepFor(std::min(left, kSlice));
    }
    waited_ += wait;
    return true;
  }

 private:
  static constexpr absl::Duration kSlice = absl::Seconds(1);

  // Made for the threads that ever wait: a random device is slow to open.
  static std::minstd_rand& Random() {
    thread_local std::minstd_rand random{std::random_device()()};
    return random;
  }

  const Patience& patience_;
  absl::Duration waited_ = absl::ZeroDuration();
};

// Ends a call when nothing comes for too long while something is waited for.
class Silence {
 public:
  // `context` must outlive the object.
  Silence(absl::Duration limit, grpc::ClientContext* context)
      : limit_(limit), context_(context), thread_([this] { Run(); }) {}
  ~Silence() {
    {
      const MutexLock lock(&mutex_);
      ended_ = true;
    }
    changed_.Signal();
    thread_.join();
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

  // Begins to wait, or stops waiting.
  void SetWaiting(bool waiting) {
    {
      const MutexLock lock(&mutex_);
      waiting_ = waiting;
      ++turns_;
    }
    changed_.Signal();
  }
  // Whether it ended the call.
  bool broke() {
    const MutexLock lock(&mutex_);
    return broke_;
  }

 private:
  void Run() {
    const MutexLock lock(&mutex_);
    while (!ended_ && !broke_) {
      const uint64_t turn = turns_;
      if (!waiting_) {
        changed_.Wait(&mutex_);
        continue;
      }
      const absl::Time end = absl::Now() + limit_;
      while (!ended_ && turn == turns_ && absl::Now() < end) {
        changed_.WaitFor(&mutex_, absl::ToChronoNanoseconds(end - absl::Now()));
      }
      if (!ended_ && turn == turns_) {
        broke_ = true;
        context_->TryCancel();
      }
    }
  }

  const absl::Duration limit_;
  grpc::ClientContext* const context_;
  Mutex mutex_;
  CondVar changed_;
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool broke_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t turns_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread thread_;  // begun last
};

// As the contract has it for requests that do not say.
constexpr absl::Duration kDefaultHeartbeat = absl::Seconds(15);
// A busy machine may be late for a heartbeat of a second.
constexpr absl::Duration kLeastSilence = absl::Seconds(10);

absl::Duration SilenceLimit(const v1::WatchChangesRequest& request) {
  const absl::Duration heartbeat = request.has_heartbeat()
                                       ? absl::Seconds(request.heartbeat().seconds()) +
                                             absl::Nanoseconds(request.heartbeat().nanos())
                                       : kDefaultHeartbeat;
  return std::max(3 * heartbeat, kLeastSilence);
}

template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Call(const Options& options, Stub* stub, absl::Duration timeout,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request) {
  Waiting waiting(options.patience);
  while (true) {
    grpc::ClientContext context;
    const std::string request_id = PrepareContext(options, timeout, &context);
    Response response;
    const grpc::Status status = (stub->*method)(&context, request, &response);
    if (status.ok()) {
      return response;
    }
    absl::Status error = FromGrpcStatus(status, request_id);
    if (!waiting.Wait(error)) {
      return error;
    }
  }
}

}  // namespace

struct Client::Rep {
  Rep(const std::shared_ptr<grpc::Channel>& the_channel, Options the_options)
      : options(std::move(the_options)),
        channel(the_channel),
        reports(channel),
        quotes(channel),
        citations(channel),
        admin(channel) {}

  absl::StatusOr<v1::ImportReportResponse> Upload(const v1::ImportReportRequest& request);

  Options options;
  const std::shared_ptr<grpc::Channel> channel;
  v1::ReportService::Stub reports;
  v1::QuoteService::Stub quotes;
  v1::CitationService::Stub citations;
  v1::AdminService::Stub admin;
};

std::shared_ptr<grpc::Channel> Connect(const std::string& target) {
  return *Connect(target, Transport{});  // nothing that could be refused
}

Client::Client(const std::shared_ptr<grpc::Channel>& channel, Options options)
    : rep_(std::make_unique<Rep>(channel, std::move(options))) {}

Client::~Client() = default;

bool Client::WaitForConnected(absl::Time deadline) {
  grpc::experimental::ChannelResetConnectionBackoff(rep_->channel.get());
  return rep_->channel->WaitForConnected(absl::ToChronoTime(deadline));
}

void Client::SetPatience(Patience patience) { rep_->options.patience = std::move(patience); }

absl::StatusOr<v1::ImportReportResponse> Client::Rep::Upload(
    const v1::ImportReportRequest& request) {
  const std::string& content = request.source().content();
  v1::UploadReportRequest message;
  v1::UploadReportRequest::Header* header = message.mutable_header();
  // Copied field by field: the content would double the memory of the largest imports.
  v1::ImportReportRequest* import = header->mutable_import();
  import->set_report_id(request.report_id());
  import->mutable_source()->set_file_name(request.source().file_name());
  import->mutable_source()->set_encoding(request.source().encoding());
  import->mutable_source()->set_format(request.source().format());
  if (request.has_metadata()) {
    *import->mutable_metadata() = request.metadata();
  }
  *import->mutable_defects() = request.defects();
  import->set_request_id(request.request_id());
  import->set_validate_only(request.validate_only());
  import->set_duplicate_handling(request.duplicate_handling());
  import->set_allow_purged_id(request.allow_purged_id());
  if (request.has_available_from()) {
    *import->mutable_available_from() = request.available_from();
  }
  header->set_size_bytes(static_cast<int64_t>(content.size()));
  header->set_sha256(Sha256Hex(content));

  grpc::ClientContext context;
  const std::string request_id = PrepareContext(options, options.import_timeout, &context);
  v1::UploadReportResponse uploaded;
  const std::unique_ptr<grpc::ClientWriter<v1::UploadReportRequest>> writer =
      reports.UploadReport(&context, &uploaded);
  bool open = writer->Write(message);
  for (size_t at = 0; open && at < content.size(); at += limits::kMaxUploadChunkBytes) {
    message.set_chunk(content.substr(at, limits::kMaxUploadChunkBytes));
    open = writer->Write(message);
  }
  if (open) {
    writer->WritesDone();
  }
  const grpc::Status status = writer->Finish();
  if (!status.ok()) {
    return FromGrpcStatus(status, request_id);
  }
  v1::ImportReportResponse response;
  *response.mutable_report() = std::move(*uploaded.mutable_report());
  *response.mutable_lint() = std::move(*uploaded.mutable_lint());
  response.set_unchanged(uploaded.unchanged());
  response.set_replayed(uploaded.replayed());
  response.set_archive_revision(uploaded.archive_revision());
  response.set_duplicate_of(uploaded.duplicate_of());
  response.set_likeness(uploaded.likeness());
  return response;
}

absl::StatusOr<v1::ImportReportResponse> Client::Import(const v1::ImportReportRequest& request) {
  const size_t size = request.source().content().size();
  if (size > limits::kMaxSourceBytes) {
    return errors::SourceTooLarge("source.content",
                                  absl::StrCat("at most ", limits::kMaxSourceBytes >> 20, " MiB"));
  }
  if (size > limits::kMaxUnaryImportBytes) {
    Waiting waiting(rep_->options.patience);
    while (true) {
      absl::StatusOr<v1::ImportReportResponse> response = rep_->Upload(request);
      if (response.ok() || !waiting.Wait(response.status())) {
        return response;
      }
    }
  }
  return Call(rep_->options, &rep_->reports, rep_->options.import_timeout,
              &v1::ReportService::Stub::ImportReport, request);
}

absl::StatusOr<v1::GetReportResponse> Client::GetReport(const v1::GetReportRequest& request) {
  return Call(rep_->options, &rep_->reports, rep_->options.lookup_timeout,
              &v1::ReportService::Stub::GetReport, request);
}

absl::StatusOr<v1::ListReportsResponse> Client::ListReports(const v1::ListReportsRequest& request) {
  return Call(rep_->options, &rep_->reports, rep_->options.lookup_timeout,
              &v1::ReportService::Stub::ListReports, request);
}

absl::StatusOr<v1::DeleteReportResponse> Client::DeleteReport(
    const v1::DeleteReportRequest& request) {
  return Call(rep_->options, &rep_->reports, rep_->options.lookup_timeout,
              &v1::ReportService::Stub::DeleteReport, request);
}

absl::StatusOr<v1::UpdateReportResponse> Client::UpdateReport(
    const v1::UpdateReportRequest& request) {
  return Call(rep_->options, &rep_->reports, rep_->options.lookup_timeout,
              &v1::ReportService::Stub::UpdateReport, request);
}

absl::StatusOr<v1::PurgeReportResponse> Client::PurgeReport(const v1::PurgeReportRequest& request) {
  return Call(rep_->options, &rep_->reports, rep_->options.import_timeout,
              &v1::ReportService::Stub::PurgeReport, request);
}

absl::StatusOr<v1::UndeleteReportResponse> Client::UndeleteReport(
    const v1::UndeleteReportRequest& request) {
  return Call(rep_->options, &rep_->reports, rep_->options.lookup_timeout,
              &v1::ReportService::Stub::UndeleteReport, request);
}

absl::StatusOr<v1::GetRevisionResponse> Client::GetRevision(const v1::GetRevisionRequest& request) {
  return Call(rep_->options, &rep_->reports, rep_->options.lookup_timeout,
              &v1::ReportService::Stub::GetRevision, request);
}

absl::StatusOr<v1::ListRevisionsResponse> Client::ListRevisions(
    const v1::ListRevisionsRequest& request) {
  return Call(rep_->options, &rep_->reports, rep_->options.lookup_timeout,
              &v1::ReportService::Stub::ListRevisions, request);
}

absl::StatusOr<v1::DiffRevisionsResponse> Client::DiffRevisions(
    const v1::DiffRevisionsRequest& request) {
  return Call(rep_->options, &rep_->reports, rep_->options.lookup_timeout,
              &v1::ReportService::Stub::DiffRevisions, request);
}

absl::StatusOr<v1::ListSectionsResponse> Client::ListSections(
    const v1::ListSectionsRequest& request) {
  return Call(rep_->options, &rep_->reports, rep_->options.lookup_timeout,
              &v1::ReportService::Stub::ListSections, request);
}

absl::StatusOr<v1::GetSectionResponse> Client::GetSection(const v1::GetSectionRequest& request) {
  return Call(rep_->options, &rep_->reports, rep_->options.lookup_timeout,
              &v1::ReportService::Stub::GetSection, request);
}

absl::StatusOr<v1::ListDefectsResponse> Client::ListDefects(const v1::ListDefectsRequest& request) {
  return Call(rep_->options, &rep_->reports, rep_->options.lookup_timeout,
              &v1::ReportService::Stub::ListDefects, request);
}

absl::StatusOr<v1::GetDefectResponse> Client::GetDefect(const v1::GetDefectRequest& request) {
  return Call(rep_->options, &rep_->reports, rep_->options.lookup_timeout,
              &v1::ReportService::Stub::GetDefect, request);
}

absl::StatusOr<v1::CreateDefectResponse> Client::CreateDefect(
    const v1::CreateDefectRequest& request) {
  return Call(rep_->options, &rep_->reports, rep_->options.lookup_timeout,
              &v1::ReportService::Stub::CreateDefect, request);
}

absl::StatusOr<v1::UpdateDefectResponse> Client::UpdateDefect(
    const v1::UpdateDefectRequest& request) {
  return Call(rep_->options, &rep_->reports, rep_->options.lookup_timeout,
              &v1::ReportService::Stub::UpdateDefect, request);
}

absl::StatusOr<v1::DeleteDefectResponse> Client::DeleteDefect(
    const v1::DeleteDefectRequest& request) {
  return Call(rep_->options, &rep_->reports, rep_->options.lookup_timeout,
              &v1::ReportService::Stub::DeleteDefect, request);
}

absl::Status Client::WatchChanges(const v1::WatchChangesRequest& request,
                                  absl::FunctionRef<bool(const v1::WatchChangesResponse&)> visit) {
  grpc::ClientContext context;
  const std::string request_id = PrepareContext(rep_->options, absl::InfiniteDuration(), &context);
  const std::unique_ptr<grpc::ClientReader<v1::WatchChangesResponse>> reader =
      rep_->reports.WatchChanges(&context, request);
  v1::WatchChangesResponse response;
  const absl::Duration limit = SilenceLimit(request);
  Silence silence(limit, &context);
  const auto read = [&] {
    silence.SetWaiting(true);
    const bool any = reader->Read(&response);
    silence.SetWaiting(false);
    return any;
  };
  while (read()) {
    if (!visit(response)) {
      context.TryCancel();
      while (reader->Read(&response)) {
      }
      reader->Finish();
      return absl::OkStatus();
    }
  }
  const grpc::Status status = reader->Finish();
  if (silence.broke()) {
    return FromGrpcStatus(
        {grpc::StatusCode::UNAVAILABLE,
         absl::StrCat("the server said nothing for ", absl::FormatDuration(limit))},
        request_id);
  }
  // A proxy whose server went away resets the stream, which gRPC calls INTERNAL, or UNKNOWN: the
  // service gives reasons for its own errors.
  const auto says = [&status](std::string_view words) {
    return status.error_message().find(words) != std::string::npos;
  };
  const bool was_reset =
      status.error_details().empty() &&
      ((status.error_code() == grpc::StatusCode::INTERNAL && says("RST_STREAM")) ||
       (status.error_code() == grpc::StatusCode::UNKNOWN && says("Stream removed")));
  if (was_reset) {
    return FromGrpcStatus({grpc::StatusCode::UNAVAILABLE, status.error_message()}, request_id);
  }
  return status.ok() ? absl::OkStatus() : FromGrpcStatus(status, request_id);
}

absl::StatusOr<v1::GetQuoteResponse> Client::GetQuote(const v1::GetQuoteRequest& request) {
  return Call(rep_->options, &rep_->quotes, rep_->options.lookup_timeout,
              &v1::QuoteService::Stub::GetQuote, request);
}

absl::StatusOr<v1::BatchGetQuotesResponse> Client::BatchGetQuotes(
    const v1::BatchGetQuotesRequest& request) {
  return Call(rep_->options, &rep_->quotes, rep_->options.lookup_timeout,
              &v1::QuoteService::Stub::BatchGetQuotes, request);
}

absl::StatusOr<v1::ListQuotesResponse> Client::ListQuotes(const v1::ListQuotesRequest& request) {
  return Call(rep_->options, &rep_->quotes, rep_->options.lookup_timeout,
              &v1::QuoteService::Stub::ListQuotes, request);
}

absl::StatusOr<v1::SearchQuotesResponse> Client::SearchQuotes(
    const v1::SearchQuotesRequest& request) {
  return Call(rep_->options, &rep_->quotes, rep_->options.lookup_timeout,
              &v1::QuoteService::Stub::SearchQuotes, request);
}

absl::StatusOr<v1::ListThemesResponse> Client::ListThemes(const v1::ListThemesRequest& request) {
  return Call(rep_->options, &rep_->quotes, rep_->options.lookup_timeout,
              &v1::QuoteService::Stub::ListThemes, request);
}

absl::StatusOr<v1::GetThemeResponse> Client::GetTheme(const v1::GetThemeRequest& request) {
  return Call(rep_->options, &rep_->quotes, rep_->options.lookup_timeout,
              &v1::QuoteService::Stub::GetTheme, request);
}

absl::StatusOr<v1::LookupThemeResponse> Client::LookupTheme(const v1::LookupThemeRequest& request) {
  return Call(rep_->options, &rep_->quotes, rep_->options.lookup_timeout,
              &v1::QuoteService::Stub::LookupTheme, request);
}

absl::StatusOr<v1::TagQuoteResponse> Client::TagQuote(const v1::TagQuoteRequest& request) {
  return Call(rep_->options, &rep_->quotes, rep_->options.lookup_timeout,
              &v1::QuoteService::Stub::TagQuote, request);
}

absl::StatusOr<v1::SearchFiguresResponse> Client::SearchFigures(
    const v1::SearchFiguresRequest& request) {
  return Call(rep_->options, &rep_->quotes, rep_->options.lookup_timeout,
              &v1::QuoteService::Stub::SearchFigures, request);
}

absl::StatusOr<v1::TracePhraseResponse> Client::TracePhrase(const v1::TracePhraseRequest& request) {
  return Call(rep_->options, &rep_->quotes, rep_->options.lookup_timeout,
              &v1::QuoteService::Stub::TracePhrase, request);
}

absl::StatusOr<v1::ListNewPhrasesResponse> Client::ListNewPhrases(
    const v1::ListNewPhrasesRequest& request) {
  return Call(rep_->options, &rep_->quotes, rep_->options.lookup_timeout,
              &v1::QuoteService::Stub::ListNewPhrases, request);
}

absl::StatusOr<v1::VerifyCitationResponse> Client::VerifyCitation(
    const v1::VerifyCitationRequest& request) {
  return Call(rep_->options, &rep_->citations, rep_->options.lookup_timeout,
              &v1::CitationService::Stub::VerifyCitation, request);
}

absl::StatusOr<v1::BatchVerifyCitationsResponse> Client::BatchVerifyCitations(
    const v1::BatchVerifyCitationsRequest& request) {
  return Call(rep_->options, &rep_->citations, rep_->options.lookup_timeout,
              &v1::CitationService::Stub::BatchVerifyCitations, request);
}

absl::StatusOr<v1::ListProfilesResponse> Client::ListProfiles(
    const v1::ListProfilesRequest& request) {
  return Call(rep_->options, &rep_->citations, rep_->options.lookup_timeout,
              &v1::CitationService::Stub::ListProfiles, request);
}

absl::StatusOr<v1::GetStatusResponse> Client::GetStatus(const v1::GetStatusRequest& request) {
  return Call(rep_->options, &rep_->admin, rep_->options.lookup_timeout,
              &v1::AdminService::Stub::GetStatus, request);
}

absl::StatusOr<v1::BackupResponse> Client::Backup(const v1::BackupRequest& request) {
  return Call(rep_->options, &rep_->admin, rep_->options.import_timeout,
              &v1::AdminService::Stub::Backup, request);
}

absl::StatusOr<v1::ReloadResponse> Client::Reload(const v1::ReloadRequest& request) {
  return Call(rep_->options, &rep_->admin, rep_->options.import_timeout,
              &v1::AdminService::Stub::Reload, request);
}

absl::StatusOr<v1::ListAuditEntriesResponse> Client::ListAuditEntries(
    const v1::ListAuditEntriesRequest& request) {
  return Call(rep_->options, &rep_->admin, rep_->options.lookup_timeout,
              &v1::AdminService::Stub::ListAuditEntries, request);
}

std::string NewRequestId() {
  thread_local std::random_device device;  // slow to open
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id;
  for (int word = 0; word < 4; ++word) {
    uint32_t bits = device();
    for (int digit = 0; digit < 8; ++digit) {
      id.push_back(kDigits[bits & 0xfU]);
      bits >>= 4;
    }
  }
  return id;
}

}  // namespace quotes::client
