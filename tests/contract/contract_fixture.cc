#include "tests/contract/contract_fixture.h"

#include <google/protobuf/stubs/logging.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/generic/generic_stub.h>

#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/status_macros.h"
#include "service/report/defects.h"
#include "service/store/sqlite/store.h"
#include "service/themes/scheme.h"

namespace quotes::contract {
namespace {

using Hook = std::function<absl::Status(std::string_view)>;

// The store, with a hook before each call.
class HookedStore final : public store::Store {
 public:
  HookedStore(std::unique_ptr<store::Store> store, Hook hook)
      : store_(std::move(store)), hook_(std::move(hook)) {}

  absl::StatusOr<store::ImportOutcome> Import(const store::RevisionDraft& draft) override {
    QUOTES_RETURN_IF_ERROR(hook_("Import"));
    return store_->Import(draft);
  }
  absl::StatusOr<store::ReportChange> SetState(std::string_view report_id,
                                               archive::ReportState state, std::string_view etag,
                                               const store::Actor& actor) override {
    QUOTES_RETURN_IF_ERROR(hook_("SetState"));
    return store_->SetState(report_id, state, etag, actor);
  }
  absl::StatusOr<store::ReportChange> SetEmbargo(std::string_view report_id,
                                                 std::optional<absl::Time> available_from,
                                                 std::string_view etag,
                                                 const store::Actor& actor) override {
    QUOTES_RETURN_IF_ERROR(hook_("SetEmbargo"));
    return store_->SetEmbargo(report_id, available_from, etag, actor);
  }
  absl::StatusOr<store::PurgeOutcome> Purge(std::string_view report_id, std::string_view etag,
                                            const store::Actor& actor) override {
    QUOTES_RETURN_IF_ERROR(hook_("Purge"));
    return store_->Purge(report_id, etag, actor);
  }
  absl::StatusOr<std::vector<store::PurgedReport>> LoadPurged() override {
    return store_->LoadPurged();
  }
  absl::Status Scrub() override {
    QUOTES_RETURN_IF_ERROR(hook_("Scrub"));
    return store_->Scrub();
  }
  absl::StatusOr<store::Register> LoadRegister(std::string_view report_id) override {
    QUOTES_RETURN_IF_ERROR(hook_("LoadRegister"));
    return store_->LoadRegister(report_id);
  }
  absl::StatusOr<store::ReportChange> WriteRegister(
      std::string_view report_id, std::string_view etag,
      const std::vector<report::RegisterEntry>& entries, const store::Edit& edit) override {
    QUOTES_RETURN_IF_ERROR(hook_("WriteRegister"));
    return store_->WriteRegister(report_id, etag, entries, edit);
  }
  absl::StatusOr<store::ReportChange> WriteTags(std::string_view report_id,
                                                std::string_view quote_id, std::string_view etag,
                                                const std::vector<themes::Tag>& tags,
                                                std::string_view detail,
                                                const store::Actor& actor) override {
    QUOTES_RETURN_IF_ERROR(hook_("WriteTags"));
    return store_->WriteTags(report_id, quote_id, etag, tags, detail, actor);
  }
  absl::StatusOr<std::optional<store::ImportOutcome>> FindRequest(
      std::string_view request_id, std::string_view digest) override {
    QUOTES_RETURN_IF_ERROR(hook_("FindRequest"));
    return store_->FindRequest(request_id, digest);
  }
  absl::StatusOr<uint64_t> LoadActive(
      absl::FunctionRef<bool(const store::ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) override {
    return store_->LoadActive(wanted, visit);
  }
  absl::StatusOr<uint64_t> LoadHistory(
      absl::FunctionRef<bool(const store::ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) override {
    return store_->LoadHistory(wanted, visit);
  }
  absl::StatusOr<uint64_t> LoadEmbargoed(
      absl::FunctionRef<bool(const store::ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) override {
    return store_->LoadEmbargoed(wanted, visit);
  }
  absl::StatusOr<std::unique_ptr<archive::Document>> LoadRevision(std::string_view report_id,
                                                                  uint64_t revision) override {
    QUOTES_RETURN_IF_ERROR(hook_("LoadRevision"));
    return store_->LoadRevision(report_id, revision);
  }
  absl::StatusOr<std::string> LoadSource(std::string_view report_id, uint64_t revision) override {
    QUOTES_RETURN_IF_ERROR(hook_("LoadSource"));
    return store_->LoadSource(report_id, revision);
  }
  absl::StatusOr<std::string> LoadText(std::string_view report_id, uint64_t revision) override {
    QUOTES_RETURN_IF_ERROR(hook_("LoadText"));
    return store_->LoadText(report_id, revision);
  }
  absl::StatusOr<std::vector<store::RevisionInfo>> ListRevisions(std::string_view report_id,
                                                                 uint64_t before,
                                                                 size_t limit) override {
    QUOTES_RETURN_IF_ERROR(hook_("ListRevisions"));
    return store_->ListRevisions(report_id, before, limit);
  }
  absl::StatusOr<uint64_t> FindQuoteRevision(std::string_view report_id,
                                             std::string_view quote_id) override {
    QUOTES_RETURN_IF_ERROR(hook_("FindQuoteRevision"));
    return store_->FindQuoteRevision(report_id, quote_id);
  }
  absl::StatusOr<uint64_t> FindSectionRevision(std::string_view report_id,
                                               std::string_view section_id) override {
    QUOTES_RETURN_IF_ERROR(hook_("FindSectionRevision"));
    return store_->FindSectionRevision(report_id, section_id);
  }
  absl::StatusOr<uint64_t> FindDefectRevision(std::string_view report_id,
                                              std::string_view defect_id) override {
    QUOTES_RETURN_IF_ERROR(hook_("FindDefectRevision"));
    return store_->FindDefectRevision(report_id, defect_id);
  }
  absl::StatusOr<store::StoreStatus> Status() override {
    QUOTES_RETURN_IF_ERROR(hook_("Status"));
    return store_->Status();
  }
  absl::Status CheckIntegrity(const Cancellation& cancellation) override {
    QUOTES_RETURN_IF_ERROR(hook_("CheckIntegrity"));
    return store_->CheckIntegrity(cancellation);
  }
  absl::StatusOr<store::StoreCopy> CopyTo(const std::string& path,
                                          const Cancellation& cancellation) override {
    QUOTES_RETURN_IF_ERROR(hook_("CopyTo"));
    return store_->CopyTo(path, cancellation);
  }
  absl::StatusOr<uint64_t> ArchiveRevision() override { return store_->ArchiveRevision(); }
  absl::StatusOr<std::vector<store::AuditEntry>> ListAudit(const store::AuditFilter& filter,
                                                           uint64_t before, size_t limit) override {
    QUOTES_RETURN_IF_ERROR(hook_("ListAudit"));
    return store_->ListAudit(filter, before, limit);
  }
  absl::StatusOr<std::vector<store::AuditEntry>> ListChanges(uint64_t since,
                                                             size_t limit) override {
    QUOTES_RETURN_IF_ERROR(hook_("ListChanges"));
    return store_->ListChanges(since, limit);
  }

 private:
  const std::unique_ptr<store::Store> store_;
  const Hook hook_;
};

void* Tag(intptr_t number) { return reinterpret_cast<void*>(number); }

bool Await(grpc::CompletionQueue* queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue->Next(&tag, &ok) && ok;
}

// Sends one message and the end of the requests, and waits for the status.
grpc::Status CallGeneric(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                         const std::string& message, std::string* answer = nullptr) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  grpc::CompletionQueue queue;
  auto call = stub.PrepareCall(&context, path, &queue);
  call->StartCall(Tag(1));
  if (Await(&queue)) {
    const grpc::Slice sent(message);
    grpc::WriteOptions last;
    last.set_last_message();
    call->Write(grpc::ByteBuffer(&sent, 1), last, Tag(2));
    Await(&queue);
    grpc::ByteBuffer bytes;
    call->Read(&bytes, Tag(3));
    std::vector<grpc::Slice> slices;
    if (Await(&queue) && answer != nullptr && bytes.Dump(&slices).ok()) {
      for (const grpc::Slice& slice : slices) {
        answer->append(reinterpret_cast<const char*>(slice.begin()), slice.size());
      }
    }
  }
  grpc::Status status;
  call->Finish(&status, Tag(4));
  Await(&queue);
  return status;
}

}  // namespace

WireError ErrorOf(const grpc::Status& status) {
  WireError error;
  error.code = status.error_code();
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) {
    return error;
  }
  for (const auto& any : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    google::rpc::LocalizedMessage message;
    if (any.UnpackTo(&info)) {
      error.domain = info.domain();
      error.reason = info.reason();
      error.metadata = {info.metadata().begin(), info.metadata().end()};
    } else if (any.UnpackTo(&bad_request)) {
      for (const auto& violation : bad_request.field_violations()) {
        error.fields.push_back(violation.field());
      }
    } else if (any.UnpackTo(&message)) {
      (message.locale() == "zh" ? error.chinese : error.english) = message.message();
    } else if (any.Is<google::rpc::RetryInfo>()) {
      error.retry = true;
    }
  }
  return error;
}

std::string Outcome(const grpc::Status& status) {
  static constexpr const char* kCodes[] = {
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT", "DEADLINE",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "EXHAUSTED",        "PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",         "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  const WireError error = ErrorOf(status);
  std::string outcome = kCodes[static_cast<size_t>(status.error_code())];
  if (!error.reason.empty()) {
    absl::StrAppend(&outcome, "/", error.reason);
  }
  if (!error.fields.empty()) {
    absl::StrAppend(&outcome, " ", error.fields.front());
  }
  return outcome;
}

void Gate::Pass() {
  std::unique_lock<std::mutex> lock(mutex_);
  ++callers_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return open_; });
}

void Gate::Open() {
  const std::lock_guard<std::mutex> lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void Gate::AwaitCallers(int count) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return callers_ >= count; });
}

Contract::~Contract() { Stop(); }

void Contract::Start(const Options& options, bool sample) {
  google::protobuf::SetLogHandler(nullptr);  // malformed texts are sent on purpose
  absl::StatusOr<std::unique_ptr<store::Store>> store =
      store::sqlite::Open({.path = (dir_.path() / "quotes.db").string(),
                           .read_only = options.read_only,
                           .create = !options.read_only});
  ASSERT_TRUE(store.ok()) << store.status();
  if (options.store_hook) {
    store = std::make_unique<HookedStore>(
        *std::move(store), [this, hook = options.store_hook](std::string_view method) {
          return running_ || method == "CheckIntegrity" ? hook(method) : absl::OkStatus();
        });
  }
  LibraryOptions library_options;
  library_options.extractor = options.extractor;
  if (options.segments) {
    library_options.segment_folder = (dir_.path() / "quotes.db.segments").string();
  }
  if (options.in_background) {
    library_options.on_ready = [this](const absl::Status& status) {
      EXPECT_TRUE(status.ok()) << status;
      server_->AnnounceReady();
    };
  }
  absl::StatusOr<std::unique_ptr<Library>> library =
      Library::Create(*std::move(store), themes::Scheme::BuiltIn(), std::move(library_options));
  ASSERT_TRUE(library.ok()) << library.status();
  library_ = *std::move(library);
  if (options.backups) {
    absl::StatusOr<std::unique_ptr<Backups>> backups =
        Backups::Open({.folder = (dir_.path() / "backups").string()});
    ASSERT_TRUE(backups.ok()) << backups.status();
    backups_ = *std::move(backups);
  }
  absl::StatusOr<std::unique_ptr<server::Server>> server = server::Server::Start(
      options.loading ? nullptr : library_.get(), {.listen = "127.0.0.1:0",
                                                   .gate = options.gate,
                                                   .limits = options.limits,
                                                   .on_call = options.on_call,
                                                   .on_citation = options.on_citation,
                                                   .profiles = options.profiles,
                                                   .backups = backups_.get()});
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
  channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                 grpc::InsecureChannelCredentials());
  reports_ = v1::ReportService::NewStub(channel_);
  quotes_ = v1::QuoteService::NewStub(channel_);
  citations_ = v1::CitationService::NewStub(channel_);
  admin_ = v1::AdminService::NewStub(channel_);
  running_ = true;
  if (sample) {
    v1::ImportReportResponse response;
    const grpc::Status status =
        Call(reports_, &v1::ReportService::Stub::ImportReport, SampleImport(), &response);
    ASSERT_TRUE(status.ok()) << Outcome(status) << " " << status.error_message();
  }
}

void Contract::Stop() {
  running_ = false;
  admin_.reset();
  citations_.reset();
  quotes_.reset();
  reports_.reset();
  channel_.reset();
  server_.reset();
  backups_.reset();
  library_.reset();
}

grpc::Status Contract::CallRaw(const std::string& path, const std::string& request,
                               std::string* answer) {
  return CallGeneric(channel_, path, request, answer);
}

grpc::Status Contract::UploadRaw(const std::string& message) {
  return CallGeneric(channel_, "/quotes.v1.ReportService/UploadReport", message);
}

v1::ImportReportResponse Contract::Import(const std::string& id, const std::string& text) {
  v1::ImportReportRequest request;
  request.set_report_id(id);
  request.mutable_source()->set_content(text);
  // Tests repeat the same words in many reports.
  request.set_duplicate_handling(v1::DUPLICATE_HANDLING_SEPARATE);
  v1::ImportReportResponse response;
  const grpc::Status status =
      Call(reports_, &v1::ReportService::Stub::ImportReport, request, &response);
  EXPECT_TRUE(status.ok()) << Outcome(status) << " " << status.error_message();
  return response;
}

void Contract::Await(const std::function<bool()>& condition) {
  // Longer than any machine takes for what a test asks for.
  const absl::Time end = absl::Now() + absl::Minutes(2);
  while (!condition()) {
    ASSERT_LT(absl::Now(), end);
    absl::SleepFor(absl::Milliseconds(5));
  }
}

rpc::Executor::Figures Contract::ExecutorFigures(std::string_view name) {
  for (const rpc::ExecutorFigures& executor : server_->ReadFigures().executors) {
    if (executor.name == name) {
      return executor.figures;
    }
  }
  ADD_FAILURE() << "there is no executor " << name;
  return {};
}

v1::ImportReportRequest Contract::SampleImport() {
  v1::ImportReportRequest request;
  request.set_report_id("sample");
  request.mutable_source()->set_content(testing::SampleReport());
  request.mutable_source()->set_file_name("zaozhuang-shizhong-2022.txt");
  const auto defects = report::ParseDefects(testing::SampleDefects());
  EXPECT_TRUE(defects.ok()) << defects.status();
  for (const report::DefectEntry& entry : *defects) {
    v1::DefectEntry* added = request.add_defects();
    added->set_line(static_cast<int32_t>(entry.line));
    added->set_printed(entry.printed);
    for (const std::string& reading : entry.readings) {
      added->add_readings(reading);
    }
    added->set_kind(static_cast<v1::Defect::Kind>(entry.kind));
    added->set_certainty(static_cast<v1::Certainty>(entry.certainty));
    added->set_note(entry.note);
  }
  return request;
}

}  // namespace quotes::contract
