// Every reason that a server can send, provoked over the wire; and every bound of a request.

#include "service/base/errors.h"

#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/contract/contract_fixture.h"
#include "tests/support/documents.h"
#include "tests/support/status_matchers.h"

namespace quotes::contract {
namespace {

using Admin = v1::AdminService::Stub;
using Quotes = v1::QuoteService::Stub;
using Reports = v1::ReportService::Stub;

class ContractErrors : public Contract {
 protected:
  grpc::Status Search(const std::function<void(v1::SearchQuotesRequest*)>& set) {
    v1::SearchQuotesRequest request;
    request.set_query("党");
    set(&request);
    v1::SearchQuotesResponse response;
    return Call(quotes_, &Quotes::SearchQuotes, request, &response);
  }
  grpc::Status List(const std::function<void(v1::ListQuotesRequest*)>& set) {
    v1::ListQuotesRequest request;
    request.set_parent("reports/-");
    set(&request);
    v1::ListQuotesResponse response;
    return Call(quotes_, &Quotes::ListQuotes, request, &response);
  }
  grpc::Status DoImport(const std::function<void(v1::ImportReportRequest*)>& set) {
    v1::ImportReportRequest request;
    request.set_report_id("r");
    request.mutable_source()->set_content("第一句话。\n第二句话。\n");
    set(&request);
    v1::ImportReportResponse response;
    return Call(reports_, &Reports::ImportReport, request, &response);
  }
  grpc::Status GetRevision(const std::string& name,
                           const std::function<void(v1::GetRevisionRequest*)>& set = {}) {
    v1::GetRevisionRequest request;
    request.set_name(name);
    if (set) {
      set(&request);
    }
    v1::GetRevisionResponse response;
    return Call(reports_, &Reports::GetRevision, request, &response);
  }
  grpc::Status GetQuote(const std::string& name) {
    v1::GetQuoteRequest request;
    request.set_name(name);
    v1::GetQuoteResponse response;
    return Call(quotes_, &Quotes::GetQuote, request, &response);
  }
  grpc::Status GetSection(const std::string& name) {
    v1::GetSectionRequest request;
    request.set_name(name);
    v1::GetSectionResponse response;
    return Call(reports_, &Reports::GetSection, request, &response);
  }
  grpc::Status GetReport(const std::string& name) {
    v1::GetReportRequest request;
    request.set_name(name);
    v1::GetReportResponse response;
    return Call(reports_, &Reports::GetReport, request, &response);
  }
  grpc::Status Delete(const std::function<void(v1::DeleteReportRequest*)>& set) {
    v1::DeleteReportRequest request;
    request.set_name("reports/sample");
    set(&request);
    v1::DeleteReportResponse response;
    return Call(reports_, &Reports::DeleteReport, request, &response);
  }
  grpc::Status Undelete(const std::function<void(v1::UndeleteReportRequest*)>& set) {
    v1::UndeleteReportRequest request;
    request.set_name("reports/sample");
    set(&request);
    v1::UndeleteReportResponse response;
    return Call(reports_, &Reports::UndeleteReport, request, &response);
  }
  grpc::Status Create(const std::function<void(v1::CreateDefectRequest*)>& set) {
    v1::CreateDefectRequest request;
    request.set_parent("reports/sample");
    request.set_defect_id("mine");
    request.mutable_defect()->set_printed("发展");
    request.mutable_defect()->add_readings("发展了");
    request.set_occurrence(2);
    set(&request);
    v1::CreateDefectResponse response;
    return Call(reports_, &Reports::CreateDefect, request, &response);
  }
  grpc::Status Update(const std::function<void(v1::UpdateDefectRequest*)>& set) {
    v1::UpdateDefectRequest request;
    request.mutable_defect()->set_name("reports/sample/defects/mine");
    set(&request);
    v1::UpdateDefectResponse response;
    return Call(reports_, &Reports::UpdateDefect, request, &response);
  }
  grpc::Status DeleteDefect(const std::string& name, const std::string& etag = "") {
    v1::DeleteDefectRequest request;
    request.set_name(name);
    request.set_etag(etag);
    v1::DeleteDefectResponse response;
    return Call(reports_, &Reports::DeleteDefect, request, &response);
  }
  grpc::Status GetTheme(const std::string& name) {
    v1::GetThemeRequest request;
    request.set_name(name);
    v1::GetThemeResponse response;
    return Call(quotes_, &Quotes::GetTheme, request, &response);
  }
  grpc::Status GetStatus() {
    v1::GetStatusResponse response;
    return Call(admin_, &Admin::GetStatus, v1::GetStatusRequest(), &response);
  }
  grpc::Status Upload(const std::vector<v1::UploadReportRequest>& messages) {
    v1::UploadReportResponse response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    auto writer = reports_->UploadReport(&context, &response);
    for (const v1::UploadReportRequest& message : messages) {
      if (!writer->Write(message)) {
        break;
      }
    }
    writer->WritesDone();
    return writer->Finish();
  }
  static v1::UploadReportRequest Header(int64_t size, const std::string& sha256 = "") {
    v1::UploadReportRequest message;
    message.mutable_header()->set_size_bytes(size);
    message.mutable_header()->set_sha256(sha256);
    return message;
  }
  static v1::UploadReportRequest Chunk(const std::string& bytes) {
    v1::UploadReportRequest message;
    message.set_chunk(bytes);
    return message;
  }
};

TEST_F(ContractErrors, EveryReasonIsSent) {
  // What the store answers next; by the name of the method that asks.
  std::map<std::string, absl::Status, std::less<>> faults;
  std::mutex mutex;
  Options options;
  options.store_hook = [&](std::string_view method) {
    const std::lock_guard<std::mutex> lock(mutex);
    const auto found = faults.find(method);
    return found == faults.end() ? absl::OkStatus() : found->second;
  };
  options.backups = true;
  Start(options);
  const auto with_fault = [&](const std::string& method, const absl::Status& fault,
                              const std::function<grpc::Status()>& call) {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      faults[method] = fault;
    }
    const grpc::Status status = call();
    const std::lock_guard<std::mutex> lock(mutex);
    faults.clear();
    return status;
  };

  std::set<std::string> sent;
  const auto expect = [&](const std::string& reason, grpc::StatusCode code,
                          const grpc::Status& status,
                          const std::map<std::string, std::string>& metadata = {}) {
    SCOPED_TRACE(reason);
    const WireError error = ErrorOf(status);
    EXPECT_EQ(error.code, code);
    EXPECT_EQ(error.reason, reason) << status.error_message();
    EXPECT_EQ(error.domain, "quotes.v1");
    EXPECT_EQ(error.english, status.error_message());
    EXPECT_FALSE(error.english.empty());
    EXPECT_FALSE(error.chinese.empty());
    if (reason != "INVALID_NAME") {  // whose form has braces of its own
      EXPECT_EQ(error.chinese.find('{'), std::string::npos) << error.chinese;
    }
    for (const auto& [key, value] : metadata) {
      ASSERT_TRUE(error.metadata.contains(key)) << key;
      if (!value.empty()) {
        EXPECT_EQ(error.metadata.at(key), value) << key;
      }
    }
    const std::set<std::string> retried = {"QUEUE_FULL", "LOADING", "STORE_BUSY"};
    EXPECT_EQ(error.retry, retried.contains(reason));
    sent.insert(reason);
  };

  using grpc::StatusCode;
  expect("INVALID_UTF8", StatusCode::INVALID_ARGUMENT,
         CallRaw("/quotes.v1.QuoteService/SearchQuotes", std::string("\x0A\x02\xE5\xB8", 4)),
         {{"byte_offset", "0"}});
  expect("MALFORMED_MESSAGE", StatusCode::INVALID_ARGUMENT,
         CallRaw("/quotes.v1.QuoteService/SearchQuotes", "\xFF"),
         {{"type", "quotes.v1.SearchQuotesRequest"}});
  expect("FIELD_REQUIRED", StatusCode::INVALID_ARGUMENT,
         DoImport([](auto* r) { r->clear_source(); }));
  expect("FIELD_OUT_OF_RANGE", StatusCode::INVALID_ARGUMENT,
         Search([](auto* r) { r->set_page_size(-1); }), {{"limit", ""}});
  expect("FIELD_INVALID", StatusCode::INVALID_ARGUMENT,
         Search([](auto* r) { r->mutable_filter()->mutable_date_from()->set_year(2022); }));
  expect("INVALID_NAME", StatusCode::INVALID_ARGUMENT, GetReport("Reports/x"),
         {{"expected", "reports/{report}"}});
  expect("INVALID_QUERY", StatusCode::INVALID_ARGUMENT,
         Search([](auto* r) { r->set_query("党 OR"); }), {{"position", ""}});
  expect("PAGE_TOKEN_INVALID", StatusCode::INVALID_ARGUMENT,
         Search([](auto* r) { r->set_page_token("x"); }));
  expect("UNDECODABLE_TEXT", StatusCode::INVALID_ARGUMENT,
         DoImport([](auto* r) { r->mutable_source()->set_content(std::string("abc\0def", 7)); }),
         {{"encoding", ""}, {"byte_offset", "3"}});
  expect("EMPTY_TEXT", StatusCode::INVALID_ARGUMENT,
         DoImport([](auto* r) { r->mutable_source()->set_content(""); }));
  expect("SOURCE_TOO_LARGE", StatusCode::INVALID_ARGUMENT, DoImport([](auto* r) {
           r->mutable_source()->set_content(std::string((32u << 20) + 1, 'a'));
         }),
         {{"limit", ""}});
  const auto import_as = [this](const std::string& content, const std::string& format) {
    return DoImport([&](auto* r) {
      r->mutable_source()->set_content(content);
      r->mutable_source()->set_format(format);
    });
  };
  expect("UNSUPPORTED_FORMAT", StatusCode::INVALID_ARGUMENT, import_as("{\\rtf1 x}", ""),
         {{"format", "an RTF document"}});
  expect("ENCRYPTED", StatusCode::INVALID_ARGUMENT,
         import_as(testing::MakePdf({{}}, {.encrypted = true}), ""));
  expect("NO_TEXT_LAYER", StatusCode::INVALID_ARGUMENT, import_as(testing::MakePdf({{}}), ""));
  expect("MALFORMED_SOURCE", StatusCode::INVALID_ARGUMENT, import_as("no archive", "docx"),
         {{"format", "docx"}});
  expect("DEFECT_UNPLACED", StatusCode::INVALID_ARGUMENT, DoImport([](auto* r) {
           auto* defect = r->add_defects();
           defect->set_line(1);
           defect->set_printed("没有");
           defect->add_readings("有");
         }),
         {{"line", "1"}});
  expect("UPLOAD_INCOMPLETE", StatusCode::INVALID_ARGUMENT, Upload({Header(5), Chunk("abc")}));
  EXPECT_EQ(Outcome(DoImport([](auto* r) { r->set_request_id("once"); })), "OK");
  expect("REQUEST_ID_REUSED", StatusCode::ALREADY_EXISTS, DoImport([](auto* r) {
           r->set_request_id("once");
           r->mutable_metadata()->set_title("别的");
         }),
         {{"request_id", "once"}});
  expect("NOT_EMBARGOED", StatusCode::FAILED_PRECONDITION, DoImport([](auto* r) {
           r->mutable_available_from()->set_seconds(absl::ToUnixSeconds(absl::Now()) + 3600);
         }),
         {{"name", "reports/r"}});
  {
    Import("gone", "不久就没有了。");
    v1::PurgeReportRequest request;
    request.set_name("reports/gone");
    v1::PurgeReportResponse response;
    ASSERT_EQ(Outcome(Call(reports_, &Reports::PurgeReport, request, &response)), "OK");
    expect("REPORT_PURGED", StatusCode::NOT_FOUND, GetReport("reports/gone"),
           {{"name", "reports/gone"}, {"purged", ""}});
    expect("REPORT_ID_PURGED", StatusCode::FAILED_PRECONDITION,
           DoImport([](auto* r) { r->set_report_id("gone"); }),
           {{"name", "reports/gone"}, {"purged", ""}});
  }
  expect("REPORT_NOT_FOUND", StatusCode::NOT_FOUND, GetReport("reports/none"),
         {{"name", "reports/none"}});
  expect("REVISION_NOT_FOUND", StatusCode::NOT_FOUND, GetRevision("reports/sample/revisions/9"),
         {{"name", "reports/sample/revisions/9"}});
  expect("SECTION_NOT_FOUND", StatusCode::NOT_FOUND, GetSection("reports/sample/sections/none"),
         {{"name", "reports/sample/sections/none"}});
  expect("QUOTE_NOT_FOUND", StatusCode::NOT_FOUND, GetQuote("reports/sample/quotes/none"),
         {{"name", "reports/sample/quotes/none"}});
  expect("THEME_NOT_FOUND", StatusCode::NOT_FOUND, GetTheme("themes/none"),
         {{"name", "themes/none"}});
  {
    v1::VerifyCitationRequest request;
    request.set_quotation("加快发展是第一要务");
    request.set_profile("profiles/none");
    v1::VerifyCitationResponse response;
    expect("PROFILE_NOT_FOUND", StatusCode::NOT_FOUND,
           Call(citations_, &v1::CitationService::Stub::VerifyCitation, request, &response),
           {{"name", "profiles/none"}});
  }
  {
    v1::ListQuotesRequest request;
    request.set_parent("reports/-");
    request.set_require_same_revision(true);
    v1::ListQuotesResponse page;
    ASSERT_TRUE(Call(quotes_, &Quotes::ListQuotes, request, &page).ok());
    request.set_page_token(page.next_page_token());
    ASSERT_TRUE(Call(quotes_, &Quotes::ListQuotes, request, &page).ok());
    Import("other", "别的报告。");
    expect("REVISION_CHANGED", StatusCode::ABORTED,
           Call(quotes_, &Quotes::ListQuotes, request, &page),
           {{"expected", "4"}, {"actual", "5"}});
    request.clear_page_token();
    ASSERT_TRUE(Call(quotes_, &Quotes::ListQuotes, request, &page).ok());
    request.set_page_token(page.next_page_token());
    ASSERT_TRUE(Call(quotes_, &Quotes::ListQuotes, request, &page).ok());
    const auto scheme = themes::Scheme::Parse("code\tparent\tzh\ten\tscope\nsea\t\t海\tSea\tSea\n",
                                              "version\t7\ncode\tterm\tweight\tscope\n");
    QUOTES_ASSERT_OK(scheme);
    QUOTES_ASSERT_OK(library_->Relabel(*scheme, Cancellation()));
    expect("REVISION_CHANGED", StatusCode::ABORTED,
           Call(quotes_, &Quotes::ListQuotes, request, &page),
           {{"scheme_version", (*scheme)->version()}});
    QUOTES_ASSERT_OK(library_->Relabel(themes::Scheme::BuiltIn(), Cancellation()));
    ASSERT_TRUE(Call(quotes_, &Quotes::ListQuotes, request, &page).ok());
  }
  expect("DEFECT_NOT_FOUND", StatusCode::NOT_FOUND, DeleteDefect("reports/sample/defects/none"),
         {{"name", "reports/sample/defects/none"}});
  EXPECT_EQ(Outcome(Create([](auto*) {})), "OK");
  expect("DEFECT_EXISTS", StatusCode::ALREADY_EXISTS, Create([](auto*) {}),
         {{"name", "reports/sample/defects/mine"}});
  EXPECT_EQ(Outcome(Delete([](auto*) {})), "OK");
  expect("REPORT_WITHDRAWN", StatusCode::FAILED_PRECONDITION,
         DeleteDefect("reports/sample/defects/mine"), {{"name", "reports/sample"}});
  EXPECT_EQ(Outcome(Undelete([](auto*) {})), "OK");
  expect("ETAG_MISMATCH", StatusCode::ABORTED, Delete([](auto* r) { r->set_etag("old"); }),
         {{"name", "reports/sample"}});
  expect("DUPLICATE_REPORT", StatusCode::ALREADY_EXISTS, DoImport([](auto* r) {
           r->set_report_id("copy");
           r->mutable_source()->set_content(testing::SampleReport() + "\n添一句。\n");
         }),
         {{"name", "reports/sample"}, {"likeness", "1.00"}});
  const auto backup = [this] {
    v1::BackupRequest request;
    request.set_file_name("mine.db");
    v1::BackupResponse response;
    return Call(admin_, &v1::AdminService::Stub::Backup, request, &response);
  };
  const auto watch = [this](int64_t since) {
    grpc::ClientContext context;
    v1::WatchChangesRequest request;
    request.set_since_archive_revision(since);
    v1::WatchChangesResponse response;
    const auto reader = reports_->WatchChanges(&context, request);
    while (reader->Read(&response)) {
      context.TryCancel();
    }
    return reader->Finish();
  };
  EXPECT_EQ(Outcome(backup()), "OK");
  expect("BACKUP_EXISTS", StatusCode::ALREADY_EXISTS, backup(), {{"name", "mine.db"}});
  expect("REVISION_IN_FUTURE", StatusCode::OUT_OF_RANGE, watch(1'000'000),
         {{"given", "1000000"}, {"current", ""}});
  const auto go_on = [this](const std::string& position) {
    grpc::ClientContext context;
    v1::WatchChangesRequest request;
    request.set_position(position);
    v1::WatchChangesResponse response;
    const auto reader = reports_->WatchChanges(&context, request);
    while (reader->Read(&response)) {
      context.TryCancel();
    }
    return reader->Finish();
  };
  expect("HISTORY_CHANGED", StatusCode::OUT_OF_RANGE, go_on("1-0123456789abcdef"),
         {{"given", "1-0123456789abcdef"}});
  expect("CHANGES_NOT_KEPT", StatusCode::OUT_OF_RANGE,
         with_fault("ListChanges", errors::ChangesNotKept(0, 3), [&watch] { return watch(0); }),
         {{"given", "0"}, {"oldest", "3"}});
  expect("DATABASE_CORRUPT", StatusCode::DATA_LOSS,
         with_fault("Status", errors::DatabaseCorrupt("/data/q.db", "page 3"),
                    [this] { return GetStatus(); }),
         {{"path", "/data/q.db"}});
  expect("STORAGE_FULL", StatusCode::RESOURCE_EXHAUSTED,
         with_fault("Import", errors::StorageFull("/data/q.db"), [this] {
           return DoImport([](auto* r) { r->mutable_source()->set_content("新的报告。"); });
         }));
  expect("STORE_BUSY", StatusCode::UNAVAILABLE,
         with_fault("Status", errors::StoreBusy(), [this] { return GetStatus(); }));
  const grpc::Status unavailable = with_fault(
      "Status", errors::StoreUnavailable("secret of the engine"), [this] { return GetStatus(); });
  expect("STORE_UNAVAILABLE", StatusCode::INTERNAL, unavailable);
  EXPECT_EQ(unavailable.error_message().find("secret"), std::string::npos);
  const grpc::Status internal = with_fault("Status", absl::UnknownError("secret of the service"),
                                           [this] { return GetStatus(); });
  expect("INTERNAL", StatusCode::INTERNAL, internal);
  EXPECT_EQ(internal.error_message().find("secret"), std::string::npos);
  {
    std::string text;
    for (int i = 0; i < 401'000; ++i) {
      text += i % 100 == 99 ? "。" : "字";
    }
    Import("long", text);
    expect("ANSWER_TOO_LARGE", StatusCode::RESOURCE_EXHAUSTED,
           GetRevision("reports/long/revisions/latest"), {{"bytes", ""}});
  }

  Stop();
  Options read_only;
  read_only.read_only = true;
  Start(read_only, /*sample=*/false);
  expect("READ_ONLY", StatusCode::FAILED_PRECONDITION, DoImport([](auto*) {}));
  expect("BACKUP_NOT_CONFIGURED", StatusCode::FAILED_PRECONDITION, backup());
  EXPECT_EQ(Outcome(Delete([](auto*) {})), "PRECONDITION/READ_ONLY");
  EXPECT_EQ(Outcome(Undelete([](auto*) {})), "PRECONDITION/READ_ONLY");
  EXPECT_EQ(Outcome(Create([](auto*) {})), "PRECONDITION/READ_ONLY");
  EXPECT_EQ(Outcome(DeleteDefect("reports/sample/defects/mine")), "PRECONDITION/READ_ONLY");
  EXPECT_EQ(Outcome(Search([](auto*) {})), "OK");

  // A reader of foreign formats that breaks, and one that is not there.
  const std::string page = "<h1>报告</h1><p>我们要加快发展。</p>";
  for (const auto& [reason, worker, code] :
       {std::tuple("EXTRACTION_FAILED", "/bin/false", StatusCode::INVALID_ARGUMENT),
        std::tuple("EXTRACTOR_UNAVAILABLE", "/nonexistent", StatusCode::FAILED_PRECONDITION)}) {
    Stop();
    Options without_reader;
    without_reader.extractor.worker_path = worker;
    Start(without_reader, /*sample=*/false);
    expect(reason, code, import_as(page, ""));
    EXPECT_EQ(Outcome(import_as("我们要加快发展。", "")), "OK");
  }

  Stop();
  Options loading;
  loading.loading = true;
  Start(loading, /*sample=*/false);
  expect("LOADING", StatusCode::UNAVAILABLE, Search([](auto*) {}));
  EXPECT_EQ(Outcome(Upload({Header(5)})), "UNAVAILABLE/LOADING");

  Stop();
  Gate gate;
  Options blocked;
  blocked.store_hook = [&](std::string_view) {
    gate.Pass();
    return absl::OkStatus();
  };
  Start(blocked, /*sample=*/false);
  {
    // Four calls run, 64 wait; the next is refused at once, look-ups are not touched.
    std::atomic<int> served{0};
    std::vector<std::thread> callers;
    for (int i = 0; i < 68; ++i) {
      callers.emplace_back([this, &served] { served += GetStatus().ok() ? 1 : 0; });
    }
    gate.AwaitCallers(4);
    Await([&] { return ExecutorFigures("read").waiting == 64; });
    expect("QUEUE_FULL", StatusCode::RESOURCE_EXHAUSTED, GetStatus());
    EXPECT_EQ(Outcome(Search([](auto*) {})), "OK");
    gate.Open();
    for (std::thread& caller : callers) {
      caller.join();
    }
    EXPECT_EQ(served, 68);
  }

  // All but those that a server never sends (it ends at start instead) and those that it says
  // before it looks at a request, which access_test.cc provokes, or as it ends
  // (life_cycle_test.cc).
  const std::set<std::string> elsewhere = {"DATABASE_IN_USE", "SCHEMA_TOO_NEW", "TOKEN_MISSING",
                                           "TOKEN_INVALID",   "TOKEN_EXPIRED",  "ROLE_TOO_LOW",
                                           "QUOTA_EXCEEDED",  "TOO_MANY_CALLS", "SHUTTING_DOWN"};
  const auto* reasons = v1::ErrorReason_descriptor();
  for (int i = 1; i < reasons->value_count(); ++i) {
    const std::string name = reasons->value(i)->name().substr(sizeof("ERROR_REASON_") - 1);
    if (!elsewhere.contains(name)) {
      EXPECT_TRUE(sent.contains(name)) << name;
    }
    EXPECT_EQ(name, ErrorReasonName(static_cast<ErrorReason>(reasons->value(i)->number())));
  }
}

TEST_F(ContractErrors, BoundsOfLookUps) {
  Start();
  const auto search = [this](const auto& set) { return Outcome(Search(set)); };
  const std::string range = "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE ";
  const std::string invalid = "INVALID_ARGUMENT/FIELD_INVALID ";
  const std::string name = "INVALID_ARGUMENT/INVALID_NAME ";
  const std::string query = "INVALID_ARGUMENT/INVALID_QUERY query";
  for (const char* bad : {"", "   ", "-党", "，。", "\"", "(党", "党 OR", "-", "-党 -国"}) {
    EXPECT_EQ(search([&](auto* r) { r->set_query(bad); }), query) << bad;
  }
  EXPECT_EQ(search([](auto* r) {
              for (int i = 0; i < 1'001; ++i) {
                r->mutable_query()->append("党");
              }
            }),
            range + "query");
  EXPECT_EQ(search([](auto* r) {
              for (int i = 0; i < 65; ++i) {
                absl::StrAppend(r->mutable_query(), " 党", i);
              }
            }),
            range + "query");
  EXPECT_EQ(search([](auto* r) { r->set_page_size(-1); }), range + "page_size");
  EXPECT_EQ(search([](auto* r) { r->set_page_size(100'000); }), "OK");
  EXPECT_EQ(search([](auto* r) { r->set_context(-1); }), range + "context");
  EXPECT_EQ(search([](auto* r) { r->set_context(6); }), range + "context");
  const auto filter = [&](const std::function<void(v1::LookupFilter*)>& set) {
    return search([&](auto* r) { set(r->mutable_filter()); });
  };
  EXPECT_EQ(filter([](auto* f) { f->add_reports("sample"); }), name + "filter.reports[0]");
  EXPECT_EQ(filter([](auto* f) {
              f->add_reports("reports/sample");
              f->add_reports("reports/-");
            }),
            name + "filter.reports[1]");
  EXPECT_EQ(filter([](auto* f) { f->add_reports(""); }),
            "INVALID_ARGUMENT/FIELD_REQUIRED filter.reports[0]");
  EXPECT_EQ(filter([](auto* f) { f->add_sections("reports/sample"); }),
            name + "filter.sections[0]");
  EXPECT_EQ(filter([](auto* f) { f->add_themes("party"); }), name + "filter.themes[0]");
  EXPECT_EQ(filter([](auto* f) { f->add_themes("themes/none"); }), "NOT_FOUND/THEME_NOT_FOUND");
  EXPECT_EQ(filter([](auto* f) { f->add_speakers("。"); }), invalid + "filter.speakers[0]");
  EXPECT_EQ(filter([](auto* f) { f->add_bodies(""); }), invalid + "filter.bodies[0]");
  EXPECT_EQ(filter([](auto* f) { f->add_speakers(std::string(501, 'a')); }),
            range + "filter.speakers[0]");
  for (int i = 0; i < 5; ++i) {
    const std::vector<std::string> fields = {"reports", "sections", "themes", "speakers", "bodies"};
    EXPECT_EQ(filter([&](auto* f) {
                for (int j = 0; j < 101; ++j) {
                  i == 0   ? f->add_reports("reports/a")
                  : i == 1 ? f->add_sections("reports/a/sections/b")
                  : i == 2 ? f->add_themes("themes/party")
                  : i == 3 ? f->add_speakers("宋")
                           : f->add_bodies("党");
                }
              }),
              range + "filter." + fields[static_cast<size_t>(i)]);
  }
  EXPECT_EQ(filter([](auto* f) {
              for (int j = 0; j < 101; ++j) {
                f->add_modes(v1::MODE_AIM);
              }
            }),
            range + "filter.modes");
  struct Day {
    int year, month, day;
  };
  for (const Day& bad : {Day{2022, 2, 29}, Day{2022, 4, 31}, Day{0, 1, 1}, Day{2022, 0, 1},
                         Day{2022, 1, 0}, Day{2022, 13, 1}, Day{10'000, 1, 1}, Day{-1, 1, 1}}) {
    EXPECT_EQ(filter([&](auto* f) {
                f->mutable_date_to()->set_year(bad.year);
                f->mutable_date_to()->set_month(bad.month);
                f->mutable_date_to()->set_day(bad.day);
              }),
              invalid + "filter.date_to");
  }
  EXPECT_EQ(filter([](auto* f) {
              f->mutable_date_from()->set_year(2022);
              f->mutable_date_from()->set_month(1);
              f->mutable_date_from()->set_day(2);
              *f->mutable_date_to() = f->date_from();
              f->mutable_date_to()->set_day(1);
            }),
            invalid + "filter.date_to");
  EXPECT_EQ(Outcome(List([](auto* r) { r->set_order_by(v1::LOOKUP_ORDER_RELEVANCE); })),
            invalid + "order_by");
  EXPECT_EQ(Outcome(List([](auto* r) { r->set_parent("reports/none"); })),
            "NOT_FOUND/REPORT_NOT_FOUND");
  EXPECT_EQ(Outcome(List([](auto* r) { r->set_parent(""); })),
            "INVALID_ARGUMENT/FIELD_REQUIRED parent");
  EXPECT_EQ(Outcome(List([](auto* r) { r->set_parent("reports"); })), name + "parent");
  EXPECT_EQ(Outcome(List([](auto* r) { r->set_page_size(-5); })), range + "page_size");

  v1::LookupThemeRequest lookup;
  v1::LookupThemeResponse theme;
  EXPECT_EQ(Outcome(Call(quotes_, &Quotes::LookupTheme, lookup, &theme)),
            "INVALID_ARGUMENT/FIELD_REQUIRED name");
  lookup.set_name("themes/none");
  EXPECT_EQ(Outcome(Call(quotes_, &Quotes::LookupTheme, lookup, &theme)),
            "NOT_FOUND/THEME_NOT_FOUND");
  lookup.set_name("themes/party");
  lookup.set_context(6);
  EXPECT_EQ(Outcome(Call(quotes_, &Quotes::LookupTheme, lookup, &theme)), range + "context");
}

TEST_F(ContractErrors, BoundsOfFigures) {
  Start();
  const auto outcome = [this](const auto& set) {
    v1::SearchFiguresRequest request;
    set(&request);
    v1::SearchFiguresResponse response;
    return Outcome(Call(quotes_, &Quotes::SearchFigures, request, &response));
  };
  const std::string invalid = "INVALID_ARGUMENT/FIELD_INVALID ";
  const std::string range = "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE ";
  for (const char* const value : {"很多", "280亿元以上", "2.8e10", "翻一番", "元"}) {
    EXPECT_EQ(outcome([&](auto* r) { r->set_value(value); }), invalid + "value") << value;
    EXPECT_EQ(outcome([&](auto* r) { r->set_value_from(value); }), invalid + "value_from");
  }
  EXPECT_EQ(outcome([](auto* r) { r->set_value("1234567890123456"); }), range + "value");
  EXPECT_EQ(outcome([](auto* r) { r->set_value(std::string(61, '1')); }), range + "value");
  EXPECT_EQ(outcome([](auto* r) { r->set_value_from("5%—6%"); }), invalid + "value_from");
  EXPECT_EQ(outcome([](auto* r) {
              r->set_value("5");
              r->set_value_to("6");
            }),
            invalid + "value");
  EXPECT_EQ(outcome([](auto* r) {
              r->set_value_from("6亿元");
              r->set_value_to("5亿元");
            }),
            invalid + "value_to");
  EXPECT_EQ(outcome([](auto* r) {
              r->set_value_from("6亿元");
              r->set_value_to("7亿人");
            }),
            invalid + "value_to");
  EXPECT_EQ(outcome([](auto* r) {
              r->set_value("6亿元");
              r->set_unit("家");
            }),
            invalid + "value");
  EXPECT_EQ(outcome([](auto* r) { r->set_unit("没有这种单位"); }), invalid + "unit");
  EXPECT_EQ(outcome([](auto* r) { r->set_unit(std::string(61, 'm')); }), range + "unit");
  EXPECT_EQ(outcome([](auto* r) { r->set_measure("，。"); }), invalid + "measure");
  EXPECT_EQ(outcome([](auto* r) { r->set_measure(std::string("a\0b", 3)); }), invalid + "measure");
  EXPECT_EQ(outcome([](auto* r) { r->set_measure(std::string(101, 'x')); }), range + "measure");
  EXPECT_EQ(outcome([](auto* r) { r->set_year(999); }), range + "year");
  EXPECT_EQ(outcome([](auto* r) { r->set_year(-1); }), range + "year");
  EXPECT_EQ(outcome([](auto* r) { r->add_kinds(v1::FIGURE_KIND_UNSPECIFIED); }),
            invalid + "kinds[0]");
  EXPECT_EQ(outcome([](auto* r) { r->add_kinds(static_cast<v1::FigureKind>(99)); }),
            invalid + "kinds[0]");
  EXPECT_EQ(outcome([](auto* r) {
              for (int i = 0; i < 101; ++i) {
                r->add_modes(v1::FIGURE_MODE_TARGET);
              }
            }),
            range + "modes");
  EXPECT_EQ(outcome([](auto* r) {
              for (int i = 0; i < 101; ++i) {
                r->add_directions(v1::FIGURE_DIRECTION_INCREASE);
              }
            }),
            range + "directions");
  EXPECT_EQ(outcome([](auto* r) { r->set_page_size(-1); }), range + "page_size");
  EXPECT_EQ(outcome([](auto* r) { r->set_page_token("x"); }),
            "INVALID_ARGUMENT/PAGE_TOKEN_INVALID page_token");
}

TEST_F(ContractErrors, BoundsOfNames) {
  Start();
  const std::string required = "INVALID_ARGUMENT/FIELD_REQUIRED name";
  const std::string name = "INVALID_ARGUMENT/INVALID_NAME name";
  EXPECT_EQ(Outcome(GetReport("")), required);
  for (const char* bad : {"reports/", "reports/A", "reports/-a", "reports/a-", "reports/a/b",
                          "report/a", "/reports/a", "reports/a ", "reports/党"}) {
    EXPECT_EQ(Outcome(GetReport(bad)), name) << bad;
  }
  EXPECT_EQ(Outcome(GetReport("reports/" + std::string(64, 'a'))), name);
  EXPECT_EQ(Outcome(GetQuote("")), required);
  EXPECT_EQ(Outcome(GetQuote("reports/sample/sections/a")), name);
  EXPECT_EQ(Outcome(GetQuote("reports/none/quotes/a")), "NOT_FOUND/REPORT_NOT_FOUND");
  EXPECT_EQ(Outcome(GetSection("reports/sample/quotes/a")), name);
  EXPECT_EQ(Outcome(GetSection("reports/none/sections/a")), "NOT_FOUND/REPORT_NOT_FOUND");
  EXPECT_EQ(Outcome(GetTheme("themes/")), name);
  EXPECT_EQ(Outcome(GetTheme("themes/A")), name);
  for (const char* bad : {"0", "01", "+1", "x", "99999999999999999999", "Latest"}) {
    EXPECT_EQ(Outcome(GetRevision(std::string("reports/sample/revisions/") + bad)), name) << bad;
  }
  EXPECT_EQ(Outcome(GetRevision("reports/none/revisions/1")), "NOT_FOUND/REPORT_NOT_FOUND");
  const std::string range = "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE range";
  EXPECT_EQ(Outcome(GetRevision("reports/sample/revisions/1",
                                [](auto* r) { r->mutable_range()->set_begin(-1); })),
            range);
  EXPECT_EQ(Outcome(GetRevision("reports/sample/revisions/1",
                                [](auto* r) { r->mutable_range()->set_begin(1); })),
            range);

  const auto diff = [this](const std::string& of, const std::string& base, int page_size = 0) {
    v1::DiffRevisionsRequest request;
    request.set_name(of);
    request.set_base_revision(base);
    request.set_page_size(page_size);
    v1::DiffRevisionsResponse response;
    return Outcome(Call(reports_, &Reports::DiffRevisions, request, &response));
  };
  EXPECT_EQ(diff("", ""), required);
  EXPECT_EQ(diff("reports/sample", ""), name);
  EXPECT_EQ(diff("reports/none/revisions/2", ""), "NOT_FOUND/REPORT_NOT_FOUND");
  EXPECT_EQ(diff("reports/sample/revisions/latest", ""), "NOT_FOUND/REVISION_NOT_FOUND");
  EXPECT_EQ(diff("reports/sample/revisions/2", ""), "NOT_FOUND/REVISION_NOT_FOUND");
  EXPECT_EQ(diff("reports/sample/revisions/1", "reports/sample/revisions/7"),
            "NOT_FOUND/REVISION_NOT_FOUND");
  EXPECT_EQ(diff("reports/sample/revisions/1", "x"), "INVALID_ARGUMENT/INVALID_NAME base_revision");
  for (const char* same : {"reports/sample/revisions/latest", "reports/sample/revisions/1",
                           "reports/other/revisions/1"}) {
    EXPECT_EQ(diff("reports/sample/revisions/1", same),
              "INVALID_ARGUMENT/FIELD_INVALID base_revision");
  }
  EXPECT_EQ(diff("reports/sample/revisions/1", "", -1),
            "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE page_size");

  v1::BatchGetQuotesRequest batch;
  v1::BatchGetQuotesResponse response;
  const auto get = [&] {
    return Outcome(Call(quotes_, &Quotes::BatchGetQuotes, batch, &response));
  };
  EXPECT_EQ(get(), "INVALID_ARGUMENT/FIELD_REQUIRED names");
  batch.add_names("reports/sample/quotes/x");
  EXPECT_EQ(get(), "NOT_FOUND/QUOTE_NOT_FOUND");
  batch.add_names("x");
  EXPECT_EQ(get(), "INVALID_ARGUMENT/INVALID_NAME names[1]");
  batch.set_names(1, "reports/other/quotes/x");
  batch.set_parent("reports/sample");
  EXPECT_EQ(get(), "INVALID_ARGUMENT/FIELD_INVALID names[1]");
  batch.set_parent("x");
  EXPECT_EQ(get(), "INVALID_ARGUMENT/INVALID_NAME parent");
  batch.set_parent("reports/-");
  for (int i = 0; i < 199; ++i) {
    batch.add_names("reports/sample/quotes/x");
  }
  EXPECT_EQ(get(), "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE names");
  batch.Clear();
  batch.add_names("reports/none/quotes/x");
  batch.add_names("reports/sample/quotes/x");
  EXPECT_EQ(get(), "NOT_FOUND/REPORT_NOT_FOUND") << "the first that does not exist";

  for (const bool negative : {false, true}) {
    const std::string want =
        negative ? "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE page_size" : "NOT_FOUND/REPORT_NOT_FOUND";
    const int page_size = negative ? -1 : 0;
    const std::string parent = negative ? "reports/sample" : "reports/none";
    v1::ListSectionsRequest sections;
    sections.set_parent(parent);
    sections.set_page_size(page_size);
    v1::ListSectionsResponse s;
    EXPECT_EQ(Outcome(Call(reports_, &Reports::ListSections, sections, &s)), want);
    v1::ListDefectsRequest defects;
    defects.set_parent(parent);
    defects.set_page_size(page_size);
    v1::ListDefectsResponse d;
    EXPECT_EQ(Outcome(Call(reports_, &Reports::ListDefects, defects, &d)), want);
    v1::ListRevisionsRequest revisions;
    revisions.set_parent(parent);
    revisions.set_page_size(page_size);
    v1::ListRevisionsResponse r;
    EXPECT_EQ(Outcome(Call(reports_, &Reports::ListRevisions, revisions, &r)), want);
  }
  v1::ListReportsRequest list;
  list.set_page_size(-1);
  v1::ListReportsResponse reports;
  EXPECT_EQ(Outcome(Call(reports_, &Reports::ListReports, list, &reports)),
            "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE page_size");
  v1::ListThemesRequest themes;
  themes.set_page_size(-1);
  v1::ListThemesResponse t;
  EXPECT_EQ(Outcome(Call(quotes_, &Quotes::ListThemes, themes, &t)),
            "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE page_size");
}

TEST_F(ContractErrors, BoundsOfWithdrawals) {
  Start();
  const auto both = [this](const auto& set) {
    const std::string outcome = Outcome(Delete(set));
    EXPECT_EQ(Outcome(Undelete(set)), outcome);
    return outcome;
  };
  EXPECT_EQ(both([](auto* r) { r->clear_name(); }), "INVALID_ARGUMENT/FIELD_REQUIRED name");
  EXPECT_EQ(both([](auto* r) { r->set_name("sample"); }), "INVALID_ARGUMENT/INVALID_NAME name");
  EXPECT_EQ(both([](auto* r) { r->set_name("reports/-"); }), "INVALID_ARGUMENT/INVALID_NAME name");
  EXPECT_EQ(both([](auto* r) { r->set_name("reports/none"); }), "NOT_FOUND/REPORT_NOT_FOUND");
  EXPECT_EQ(both([](auto* r) { r->set_etag(std::string(129, 'a')); }),
            "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE etag");
  EXPECT_EQ(both([](auto* r) { r->set_etag(std::string(128, 'a')); }), "ABORTED/ETAG_MISMATCH");
}

TEST_F(ContractErrors, BoundsOfTags) {
  Start();
  v1::ListQuotesRequest list;
  list.set_parent("reports/sample");
  list.set_page_size(1);
  v1::ListQuotesResponse listed;
  ASSERT_TRUE(Call(quotes_, &Quotes::ListQuotes, list, &listed).ok());
  const std::string name = listed.quotes(0).name();
  const auto tag = [this](const std::string& quote, const std::string& theme, int action,
                          const std::string& etag = "") {
    v1::TagQuoteRequest request;
    request.set_name(quote);
    request.set_theme(theme);
    request.set_action(static_cast<v1::QuoteTag::Action>(action));
    request.set_etag(etag);
    v1::TagQuoteResponse response;
    return Outcome(Call(quotes_, &Quotes::TagQuote, request, &response));
  };
  constexpr int kPin = v1::QuoteTag::ACTION_PIN;
  const std::string required = "INVALID_ARGUMENT/FIELD_REQUIRED ";
  EXPECT_EQ(tag("", "themes/rural", kPin), required + "name");
  EXPECT_EQ(tag(name, "", kPin), required + "theme");
  EXPECT_EQ(tag(name, "themes/rural", 0), required + "action");
  EXPECT_EQ(tag("reports/sample", "themes/rural", kPin), "INVALID_ARGUMENT/INVALID_NAME name");
  EXPECT_EQ(tag(name, "rural", kPin), "INVALID_ARGUMENT/INVALID_NAME theme");
  EXPECT_EQ(tag(name, "themes/rural", 9), "INVALID_ARGUMENT/FIELD_INVALID action");
  EXPECT_EQ(tag(name, "themes/rural", kPin, std::string(129, 'a')),
            "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE etag");
  EXPECT_EQ(tag(name, "themes/rural", kPin, "old"), "ABORTED/ETAG_MISMATCH");
  EXPECT_EQ(tag(name, "themes/none", kPin), "NOT_FOUND/THEME_NOT_FOUND");
  EXPECT_EQ(tag("reports/sample/quotes/none", "themes/rural", kPin), "NOT_FOUND/QUOTE_NOT_FOUND");
  EXPECT_EQ(tag("reports/none/quotes/none", "themes/rural", kPin), "NOT_FOUND/REPORT_NOT_FOUND");
  EXPECT_EQ(tag(name, "themes/rural", kPin), "OK");
  EXPECT_EQ(tag(name, "themes/rural", v1::QuoteTag::ACTION_CLEAR), "OK");
  EXPECT_EQ(tag(name, "themes/rural", v1::QuoteTag::ACTION_CLEAR), "OK") << "nothing to clear";
}

TEST_F(ContractErrors, BoundsOfDefects) {
  Start();
  const std::string range = "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE ";
  const std::string required = "INVALID_ARGUMENT/FIELD_REQUIRED ";
  const std::string unplaced = "INVALID_ARGUMENT/DEFECT_UNPLACED defect.printed";
  const std::string long_text(501, 'a');
  const auto create = [this](const auto& set) { return Outcome(Create(set)); };
  EXPECT_EQ(create([](auto* r) { r->clear_parent(); }), required + "parent");
  EXPECT_EQ(create([](auto* r) { r->set_parent("reports/none"); }), "NOT_FOUND/REPORT_NOT_FOUND");
  EXPECT_EQ(create([](auto* r) { r->clear_defect(); }), required + "defect");
  EXPECT_EQ(create([](auto* r) { r->set_defect_id("A b"); }),
            "INVALID_ARGUMENT/INVALID_NAME defect_id");
  EXPECT_EQ(create([](auto* r) { r->set_occurrence(-1); }), range + "occurrence");
  EXPECT_EQ(create([](auto* r) { r->mutable_defect()->clear_printed(); }),
            required + "defect.printed");
  EXPECT_EQ(create([&](auto* r) { r->mutable_defect()->set_printed(long_text); }),
            range + "defect.printed");
  EXPECT_EQ(create([](auto* r) { r->mutable_defect()->clear_readings(); }),
            required + "defect.readings");
  EXPECT_EQ(create([](auto* r) {
              for (int i = 0; i < 8; ++i) {
                r->mutable_defect()->add_readings("x");
              }
            }),
            range + "defect.readings");
  EXPECT_EQ(create([&](auto* r) { r->mutable_defect()->add_readings(long_text); }),
            range + "defect.readings[1]");
  EXPECT_EQ(create([&](auto* r) { r->mutable_defect()->set_note(long_text); }),
            range + "defect.note");
  EXPECT_EQ(create([](auto* r) { r->set_occurrence(0); }), unplaced);
  EXPECT_EQ(create([](auto* r) { r->set_occurrence(100'000); }), unplaced);
  EXPECT_EQ(create([](auto* r) { r->mutable_defect()->set_printed("从来没有的话"); }), unplaced);
  const auto in_range = [&](int64_t begin, int64_t end, v1::OffsetEncoding encoding) {
    return create([&](auto* r) {
      r->mutable_defect()->mutable_range()->set_begin(begin);
      r->mutable_defect()->mutable_range()->set_end(end);
      r->set_offset_encoding(encoding);
    });
  };
  EXPECT_EQ(in_range(0, 2, v1::OFFSET_ENCODING_CODE_POINTS), unplaced);
  EXPECT_EQ(in_range(0, 0, v1::OFFSET_ENCODING_CODE_POINTS), range + "defect.range");
  EXPECT_EQ(in_range(-1, 2, v1::OFFSET_ENCODING_CODE_POINTS), range + "defect.range");
  EXPECT_EQ(in_range(0, INT64_MAX, v1::OFFSET_ENCODING_CODE_POINTS), range + "defect.range");
  EXPECT_EQ(in_range(0, 4, v1::OFFSET_ENCODING_UTF8_BYTES), range + "defect.range")
      << "inside a character";

  const auto update = [this](const auto& set) { return Outcome(Update(set)); };
  EXPECT_EQ(update([](auto* r) { r->clear_defect(); }), required + "defect");
  EXPECT_EQ(update([](auto* r) { r->mutable_defect()->clear_name(); }), required + "defect.name");
  EXPECT_EQ(update([](auto* r) { r->mutable_defect()->set_name("reports/sample"); }),
            "INVALID_ARGUMENT/INVALID_NAME defect.name");
  EXPECT_EQ(update([](auto* r) { r->mutable_defect()->set_etag(std::string(129, 'a')); }),
            range + "defect.etag");
  EXPECT_EQ(update([](auto* r) { r->mutable_update_mask()->add_paths("origin"); }),
            "INVALID_ARGUMENT/FIELD_INVALID update_mask.paths[0]");
  EXPECT_EQ(update([](auto* r) { r->mutable_update_mask()->add_paths("readings"); }),
            required + "defect.readings");
  EXPECT_EQ(update([](auto* r) { r->mutable_update_mask()->add_paths("*"); }),
            required + "defect.printed");
  EXPECT_EQ(update([](auto*) {}), "NOT_FOUND/DEFECT_NOT_FOUND");
  EXPECT_EQ(Outcome(DeleteDefect("")), required + "name");
  EXPECT_EQ(Outcome(DeleteDefect("reports/none/defects/a")), "NOT_FOUND/REPORT_NOT_FOUND");
  EXPECT_EQ(Outcome(DeleteDefect("reports/sample/defects/a", std::string(129, 'a'))),
            range + "etag");
}

TEST_F(ContractErrors, BoundsOfImports) {
  Start(/*sample=*/false);
  const std::string range = "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE ";
  const std::string invalid = "INVALID_ARGUMENT/FIELD_INVALID ";
  const std::string required = "INVALID_ARGUMENT/FIELD_REQUIRED ";
  struct Case {
    std::string outcome;
    std::function<void(v1::ImportReportRequest*)> set;
  };
  const std::string long_text(501, 'a');
  const auto defect = [](auto* r) {
    auto* added = r->add_defects();
    added->set_line(1);
    added->set_printed("第一句");
    added->add_readings("头一句");
    return added;
  };
  const std::vector<Case> cases = {
      {"INVALID_ARGUMENT/INVALID_NAME report_id", [](auto* r) { r->set_report_id("A b"); }},
      {range + "request_id", [](auto* r) { r->set_request_id(std::string(129, 'a')); }},
      {range + "source.file_name", [&](auto* r) { r->mutable_source()->set_file_name(long_text); }},
      {invalid + "source.file_name", [](auto* r) { r->mutable_source()->set_file_name("a\nb"); }},
      {invalid + "source.encoding", [](auto* r) { r->mutable_source()->set_encoding("latin9"); }},
      {range + "metadata.title", [&](auto* r) { r->mutable_metadata()->set_title(long_text); }},
      {range + "metadata.subtitle",
       [&](auto* r) { r->mutable_metadata()->set_subtitle(long_text); }},
      {range + "metadata.event", [&](auto* r) { r->mutable_metadata()->set_event(long_text); }},
      {range + "metadata.body", [&](auto* r) { r->mutable_metadata()->set_body(long_text); }},
      {range + "metadata.speaker", [&](auto* r) { r->mutable_metadata()->set_speaker(long_text); }},
      {range + "metadata.office", [&](auto* r) { r->mutable_metadata()->set_office(long_text); }},
      {range + "metadata.language",
       [&](auto* r) { r->mutable_metadata()->set_language(long_text); }},
      {range + "metadata.publication.paper",
       [&](auto* r) { r->mutable_metadata()->mutable_publication()->set_paper(long_text); }},
      {range + "metadata.publication.edition",
       [&](auto* r) { r->mutable_metadata()->mutable_publication()->set_edition(long_text); }},
      {range + "metadata.publication.pages",
       [&](auto* r) { r->mutable_metadata()->mutable_publication()->set_pages(long_text); }},
      {invalid + "metadata.title", [](auto* r) { r->mutable_metadata()->set_title("a\tb"); }},
      {invalid + "metadata.speech_date",
       [](auto* r) { r->mutable_metadata()->mutable_speech_date()->set_year(2022); }},
      {invalid + "metadata.publication.issue_date",
       [](auto* r) {
         r->mutable_metadata()->mutable_publication()->mutable_issue_date()->set_month(13);
       }},
      {required + "defects[0].line", [&](auto* r) { defect(r)->clear_line(); }},
      {range + "defects[0].line", [&](auto* r) { defect(r)->set_line(-1); }},
      {required + "defects[0].printed", [&](auto* r) { defect(r)->clear_printed(); }},
      {range + "defects[0].printed", [&](auto* r) { defect(r)->set_printed(long_text); }},
      {required + "defects[0].readings", [&](auto* r) { defect(r)->clear_readings(); }},
      {range + "defects[0].readings",
       [&](auto* r) {
         auto* added = defect(r);
         for (int i = 0; i < 8; ++i) {
           added->add_readings("x");
         }
       }},
      {range + "defects[0].readings[1]", [&](auto* r) { defect(r)->add_readings(long_text); }},
      {range + "defects[0].note", [&](auto* r) { defect(r)->set_note(long_text); }},
      {range + "defects",
       [&](auto* r) {
         for (int i = 0; i < 5'001; ++i) {
           defect(r);
         }
       }},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Outcome(DoImport(c.set)), c.outcome);
    // The header of an upload is checked alike, before a byte arrives.
    v1::UploadReportRequest header = Header(5);
    c.set(header.mutable_header()->mutable_import());
    const size_t space = c.outcome.find(' ');
    EXPECT_EQ(Outcome(Upload({header})),
              c.outcome.substr(0, space) + " header.import." + c.outcome.substr(space + 1));
  }
  EXPECT_EQ(Outcome(DoImport([&](auto* r) {
              auto* added = defect(r);
              added->clear_readings();
              added->add_readings("");
            })),
            "OK")
      << "an empty reading says that the characters are too many";
}

TEST_F(ContractErrors, UploadsThatGoWrong) {
  Start(/*sample=*/false);
  const std::string incomplete = "INVALID_ARGUMENT/UPLOAD_INCOMPLETE";
  EXPECT_EQ(Outcome(Upload({})), incomplete);
  EXPECT_EQ(Outcome(Upload({Chunk("abc")})), incomplete);
  EXPECT_EQ(Outcome(Upload({v1::UploadReportRequest()})), incomplete);
  EXPECT_EQ(Outcome(Upload({Header(3), Header(3)})), incomplete);
  EXPECT_EQ(Outcome(Upload({Header(3), Chunk("ab")})), incomplete);
  EXPECT_EQ(Outcome(Upload({Header(3), Chunk("abcd")})), incomplete);
  EXPECT_EQ(Outcome(Upload({Header(3), Chunk("abc"), v1::UploadReportRequest()})), incomplete);
  EXPECT_EQ(Outcome(Upload({Header(0, std::string(64, 'a')), Chunk("abc")})), incomplete);
  EXPECT_EQ(Outcome(Upload({Header(0), Chunk("abc")})),
            "INVALID_ARGUMENT/FIELD_REQUIRED header.size_bytes");
  EXPECT_EQ(Outcome(Upload({Header(-1)})), "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE header.size_bytes");
  EXPECT_EQ(Outcome(Upload({Header((64 << 20) + 1)})),
            "INVALID_ARGUMENT/SOURCE_TOO_LARGE header.size_bytes");
  for (const std::string& bad : {std::string(63, 'a'), std::string(64, 'g')}) {
    EXPECT_EQ(Outcome(Upload({Header(3, bad)})), "INVALID_ARGUMENT/FIELD_INVALID header.sha256");
  }
  v1::UploadReportRequest with_content = Header(3);
  with_content.mutable_header()->mutable_import()->mutable_source()->set_content("abc");
  EXPECT_EQ(Outcome(Upload({with_content})),
            "INVALID_ARGUMENT/FIELD_INVALID header.import.source.content");
  EXPECT_EQ(Outcome(Upload({Header(2 << 20), Chunk(std::string((1 << 20) + 1, 'a'))})),
            "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE chunk");
  const grpc::Status undecodable = Upload({Header(3), Chunk(std::string("a\0b", 3))});
  EXPECT_EQ(Outcome(undecodable), "INVALID_ARGUMENT/UNDECODABLE_TEXT chunk");
  // The sentence names the same field as the details.
  EXPECT_EQ(undecodable.error_message().rfind("chunk: ", 0), 0U) << undecodable.error_message();
  {
    std::vector<v1::UploadReportRequest> messages = {Header(0, std::string(64, 'a'))};
    messages.resize(66, Chunk(std::string(1 << 20, 'a')));
    EXPECT_EQ(Outcome(Upload(messages)), "INVALID_ARGUMENT/SOURCE_TOO_LARGE chunk");
  }
  v1::ListReportsResponse list;
  ASSERT_TRUE(Call(reports_, &Reports::ListReports, v1::ListReportsRequest(), &list).ok());
  EXPECT_EQ(list.total_size(), 0);
}

TEST_F(ContractErrors, ForgedPageTokens) {
  Start();
  Import("other", "别的报告。发展。");
  const std::string wrong = "INVALID_ARGUMENT/PAGE_TOKEN_INVALID page_token";
  v1::SearchQuotesRequest request;
  request.set_query("党");
  request.set_page_size(3);
  v1::SearchQuotesResponse page;
  ASSERT_TRUE(Call(quotes_, &Quotes::SearchQuotes, request, &page).ok());
  const std::string token = page.next_page_token();
  ASSERT_FALSE(token.empty());
  const auto search = [&](const std::string& with, const auto& set) {
    v1::SearchQuotesRequest other = request;
    other.set_page_token(with);
    set(&other);
    v1::SearchQuotesResponse response;
    return Outcome(Call(quotes_, &Quotes::SearchQuotes, other, &response));
  };
  const auto same = [](v1::SearchQuotesRequest*) {};
  EXPECT_EQ(search(token, same), "OK");
  EXPECT_EQ(search(token, [](auto* r) { r->set_page_size(50); }), "OK");
  EXPECT_EQ(search(token, [](auto* r) { r->set_query("党员"); }), wrong);
  EXPECT_EQ(search(token, [](auto* r) { r->set_context(1); }), wrong);
  EXPECT_EQ(search(token, [](auto* r) { r->set_view(v1::QUOTE_VIEW_FULL); }), wrong);
  EXPECT_EQ(search(token, [](auto* r) { r->mutable_filter()->add_reports("reports/sample"); }),
            wrong);
  // Every single character changed, added or taken away.
  for (size_t i = 0; i < token.size(); ++i) {
    std::string forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(search(forged, same), wrong) << i;
    EXPECT_EQ(search(token.substr(0, i) + token.substr(i + 1), same), wrong) << i;
  }
  EXPECT_EQ(search(token + "=", same), wrong);
  EXPECT_EQ(search(token + "A", same), wrong);
  EXPECT_EQ(search(" " + token, same), wrong);
  EXPECT_EQ(search(std::string(100'000, 'A'), same), wrong);

  const auto foreign = [&](auto& stub, auto method, auto message, auto response) {
    if constexpr (requires { message.set_parent(""); }) {
      message.set_parent("reports/sample");
    }
    if constexpr (requires { message.set_name(""); }) {
      message.set_name("themes/party");
    }
    message.set_page_token(token);
    return Outcome(Call(stub, method, message, &response));
  };
  EXPECT_EQ(
      foreign(quotes_, &Quotes::ListQuotes, v1::ListQuotesRequest(), v1::ListQuotesResponse()),
      wrong);
  EXPECT_EQ(
      foreign(quotes_, &Quotes::LookupTheme, v1::LookupThemeRequest(), v1::LookupThemeResponse()),
      wrong);
  EXPECT_EQ(
      foreign(quotes_, &Quotes::ListThemes, v1::ListThemesRequest(), v1::ListThemesResponse()),
      wrong);
  EXPECT_EQ(
      foreign(reports_, &Reports::ListReports, v1::ListReportsRequest(), v1::ListReportsResponse()),
      wrong);
  EXPECT_EQ(foreign(reports_, &Reports::ListRevisions, v1::ListRevisionsRequest(),
                    v1::ListRevisionsResponse()),
            wrong);
  EXPECT_EQ(foreign(reports_, &Reports::ListSections, v1::ListSectionsRequest(),
                    v1::ListSectionsResponse()),
            wrong);
  EXPECT_EQ(
      foreign(reports_, &Reports::ListDefects, v1::ListDefectsRequest(), v1::ListDefectsResponse()),
      wrong);
}

}  // namespace
}  // namespace quotes::contract
