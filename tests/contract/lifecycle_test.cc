// Starting, ending, cancelling: what happens around the calls.

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "service/base/errors.h"
#include "tests/contract/contract_fixture.h"

namespace quotes::contract {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What the log would get of a call, with its views copied.
struct Logged {
  std::string method;
  std::string request_id;
  int code = 0;
  std::string reason;
  absl::Duration duration;
  size_t request_bytes = 0;
  size_t answer_bytes = 0;
  std::string error;
};

class Calls {
 public:
  std::function<void(const rpc::CallRecord&)> Hook() {
    return [this](const rpc::CallRecord& r) {
      const std::lock_guard<std::mutex> lock(mutex_);
      calls_.push_back({std::string(r.method), std::string(r.request_id), r.code,
                        std::string(r.reason), r.duration, r.request_bytes, r.answer_bytes,
                        std::string(r.error)});
      changed_.notify_all();
    };
  }

  // The record of the `number`-th call that finished; waits for it.
  Logged Await(size_t number) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return calls_.size() > number; });
    return calls_[number];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Logged> calls_;
};

class Lifecycle : public Contract {
 protected:
  std::vector<HealthCheckResponse::ServingStatus> HealthOfAll() {
    std::vector<HealthCheckResponse::ServingStatus> all;
    const auto stub = Health::NewStub(channel_);
    for (const char* service : {"", "quotes.v1.ReportService", "quotes.v1.QuoteService",
                                "quotes.v1.CitationService", "quotes.v1.AdminService"}) {
      HealthCheckRequest request;
      request.set_service(service);
      HealthCheckResponse response;
      const grpc::Status status = Call(stub, &Health::Stub::Check, request, &response);
      EXPECT_TRUE(status.ok()) << service << ": " << status.error_message();
      all.push_back(response.status());
    }
    return all;
  }

  grpc::Status GetStatus(grpc::ClientContext* context) {
    v1::GetStatusResponse response;
    return admin_->GetStatus(context, v1::GetStatusRequest(), &response);
  }

  int64_t ReportCount() {
    v1::ListReportsResponse list;
    EXPECT_TRUE(
        Call(reports_, &v1::ReportService::Stub::ListReports, v1::ListReportsRequest(), &list)
            .ok());
    return list.total_size();
  }
};

TEST_F(Lifecycle, HealthFollowsTheServer) {
  Options options;
  options.loading = true;
  Start(options, /*sample=*/false);
  EXPECT_THAT(HealthOfAll(), Each(HealthCheckResponse::NOT_SERVING));
  server_->Serve(library_.get());
  EXPECT_THAT(HealthOfAll(), Each(HealthCheckResponse::SERVING));
  EXPECT_EQ(ReportCount(), 0);
  server_->AnnounceEnd();
  EXPECT_THAT(HealthOfAll(), Each(HealthCheckResponse::NOT_SERVING));
  EXPECT_EQ(ReportCount(), 0) << "calls are served until the drain";
}

// Look-ups need verified segments only. What the store and the history would have to say is not
// said before they are there, and never as if they had nothing.
TEST_F(Lifecycle, LookupsDoNotWaitForTheStore) {
  Options options;
  options.segments = true;
  Start(options);
  v1::DeleteReportResponse withdrawn;
  v1::DeleteReportRequest withdraw;
  withdraw.set_name("reports/gone");
  Import("gone", "这份报告已经撤回。\n");
  ASSERT_TRUE(Call(reports_, &v1::ReportService::Stub::DeleteReport, withdraw, &withdrawn).ok());
  Stop();

  Gate gate;
  options.in_background = true;
  options.store_hook = [&gate](std::string_view method) {
    if (method == "CheckIntegrity") {
      gate.Pass();
    }
    return absl::OkStatus();
  };
  Start(options, /*sample=*/false);
  gate.AwaitCallers(1);
  EXPECT_THAT(HealthOfAll(),
              ElementsAre(HealthCheckResponse::NOT_SERVING, HealthCheckResponse::NOT_SERVING,
                          HealthCheckResponse::SERVING, HealthCheckResponse::NOT_SERVING,
                          HealthCheckResponse::NOT_SERVING));
  v1::SearchQuotesRequest search;
  search.set_query("希望社区");
  v1::SearchQuotesResponse found;
  EXPECT_TRUE(Call(quotes_, &v1::QuoteService::Stub::SearchQuotes, search, &found).ok());
  EXPECT_EQ(found.total_size(), 1);
  EXPECT_EQ(ReportCount(), 1);

  v1::VerifyCitationRequest citation;
  citation.set_quotation("这份报告已经撤回。");
  v1::VerifyCitationResponse verdict;
  v1::GetReportRequest get;
  get.set_name("reports/gone");
  v1::GetReportResponse report;
  v1::ListReportsRequest list;
  list.set_show_deleted(true);
  v1::ListReportsResponse all;
  const auto outcomes = [&] {
    return std::vector<std::string>{
        Outcome(Call(citations_, &v1::CitationService::Stub::VerifyCitation, citation, &verdict)),
        Outcome(Call(reports_, &v1::ReportService::Stub::GetReport, get, &report)),
        Outcome(Call(reports_, &v1::ReportService::Stub::ListReports, list, &all)),
        Outcome(Call(reports_, &v1::ReportService::Stub::DeleteReport, withdraw, &withdrawn))};
  };
  EXPECT_THAT(outcomes(), Each("UNAVAILABLE/LOADING"));
  gate.Open();
  Await([&] { return HealthOfAll().front() == HealthCheckResponse::SERVING; });
  EXPECT_THAT(HealthOfAll(), Each(HealthCheckResponse::SERVING));
  EXPECT_THAT(outcomes(), Each("OK"));
  EXPECT_EQ(all.total_size(), 2);
  EXPECT_EQ(verdict.result().text_verdict(), v1::TEXT_VERDICT_VERBATIM);
}

TEST_F(Lifecycle, HealthOfUnknownServicesIsNotFound) {
  Start(/*sample=*/false);
  HealthCheckRequest request;
  request.set_service("quotes.v1.Nothing");
  HealthCheckResponse response;
  EXPECT_EQ(Call(Health::NewStub(channel_), &Health::Stub::Check, request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(Lifecycle, ReflectionAndChannelzAnswer) {
  Start(/*sample=*/false);
  // ServerReflectionRequest{list_services: "*"} and GetServersRequest{}, in bytes.
  EXPECT_EQ(Outcome(CallRaw("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                            std::string("\x3A\x01*", 3))),
            "OK");
  EXPECT_EQ(Outcome(CallRaw("/grpc.channelz.v1.Channelz/GetServers", "")), "OK");
}

TEST_F(Lifecycle, SecondServerOnThePortFails) {
  Start(/*sample=*/false);
  const std::string address = absl::StrCat("127.0.0.1:", server_->port());
  const auto second = server::Server::Start(library_.get(), {.listen = address});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("another process listens"));
  const auto by_name = server::Server::Start(
      library_.get(), {.listen = absl::StrCat("localhost:", server_->port())});
  EXPECT_FALSE(by_name.ok()) << "one of localhost's addresses is taken";
}

TEST_F(Lifecycle, MalformedAddressesFail) {
  Start(/*sample=*/false);
  for (const char* bad : {"nowhere", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", ":50051",
                          "127.0.0.1:x", "::1:50051", "no-such-host.invalid:1"}) {
    const auto server = server::Server::Start(library_.get(), {.listen = bad});
    EXPECT_EQ(server.status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST_F(Lifecycle, InProcessChannelNeedsNoPort) {
  Start();
  const auto inner = server::Server::Start(library_.get(), {});
  ASSERT_TRUE(inner.ok()) << inner.status();
  EXPECT_EQ((*inner)->port(), 0);
  const auto stub = v1::QuoteService::NewStub((*inner)->InProcessChannel());
  v1::SearchQuotesRequest request;
  request.set_query("棚改");
  v1::SearchQuotesResponse response;
  ASSERT_TRUE(Call(stub, &v1::QuoteService::Stub::SearchQuotes, request, &response).ok());
  EXPECT_EQ(response.total_size(), 2);
}

TEST_F(Lifecycle, DrainLetsCallsFinish) {
  Gate gate;
  Options options;
  options.store_hook = [&](std::string_view method) {
    if (method == "Status") {
      gate.Pass();
    }
    return absl::OkStatus();
  };
  Start(options, /*sample=*/false);
  grpc::Status outcome;
  std::thread caller([&] {
    grpc::ClientContext context;
    outcome = GetStatus(&context);
  });
  gate.AwaitCallers(1);
  std::atomic<bool> drained{false};
  std::thread drain([&] {
    server_->Drain(absl::Minutes(10));
    drained = true;
  });
  // New calls are refused while the old one is still in flight.
  grpc::Status refused;
  do {
    v1::ListReportsResponse list;
    grpc::ClientContext context;
    refused = reports_->ListReports(&context, v1::ListReportsRequest(), &list);
    // One that meets the end of the connection half-way may be cancelled.
  } while (refused.ok() || refused.error_code() == grpc::StatusCode::CANCELLED);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_FALSE(drained);
  gate.Open();
  caller.join();
  drain.join();
  EXPECT_EQ(Outcome(outcome), "OK");
}

TEST_F(Lifecycle, DrainCancelsWhatIsTooSlow) {
  Start(/*sample=*/false);
  grpc::ClientContext context;
  v1::UploadReportResponse response;
  auto writer = reports_->UploadReport(&context, &response);
  v1::UploadReportRequest message;
  message.mutable_header()->set_size_bytes(1'000);
  ASSERT_TRUE(writer->Write(message));
  ReportCount();  // the upload has begun when a later call has been answered
  server_->Drain(absl::Milliseconds(50));
  const grpc::Status status = writer->Finish();
  EXPECT_FALSE(status.ok());
}

TEST_F(Lifecycle, UploadsThatBreakOffImportNothing) {
  Calls calls;
  Options options;
  options.on_call = calls.Hook();
  Start(options, /*sample=*/false);
  const std::string content = testing::SampleReport();
  size_t number = 0;
  for (const bool whole : {false, true}) {
    grpc::ClientContext context;
    v1::UploadReportResponse response;
    auto writer = reports_->UploadReport(&context, &response);
    v1::UploadReportRequest message;
    message.mutable_header()->set_size_bytes(static_cast<int64_t>(content.size()));
    ASSERT_TRUE(writer->Write(message));
    message.set_chunk(whole ? content : content.substr(0, 1'000));
    ASSERT_TRUE(writer->Write(message));
    if (!whole) {
      // A call that is cancelled before it has arrived never was.
      Await([&] { return server_->ReadFigures().import_bytes_in_flight > 0; });
      context.TryCancel();
      EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::CANCELLED);
      const Logged logged = calls.Await(number++);
      EXPECT_EQ(logged.method, "/quotes.v1.ReportService/UploadReport");
      EXPECT_NE(logged.code, grpc::StatusCode::OK);
      EXPECT_EQ(ReportCount(), 0);
      ++number;
    } else {
      writer->WritesDone();
      EXPECT_TRUE(writer->Finish().ok());
      EXPECT_EQ(ReportCount(), 1);
    }
  }
}

TEST_F(Lifecycle, QueuedWorkOfCallersWhoLeftIsNotDone) {
  Gate gate;
  Calls calls;
  Options options;
  options.store_hook = [&](std::string_view method) {
    if (method != "FindRequest") {
      return absl::OkStatus();
    }
    gate.Pass();
    return errors::StoreBusy();
  };
  options.on_call = calls.Hook();
  Start(options, /*sample=*/false);
  std::vector<std::thread> blockers;
  for (int i = 0; i < 4; ++i) {
    blockers.emplace_back([this, i] {
      v1::ImportReportRequest request = SampleImport();
      request.set_request_id(absl::StrCat("request-", i));
      v1::ImportReportResponse response;
      EXPECT_EQ(Outcome(Call(reports_, &v1::ReportService::Stub::ImportReport, request, &response)),
                "UNAVAILABLE/STORE_BUSY");
    });
  }
  gate.AwaitCallers(4);
  const absl::Duration patience = absl::Seconds(5);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoNanoseconds(patience));
  std::thread leaves([&] {
    v1::ImportReportResponse response;
    EXPECT_EQ(reports_->ImportReport(&context, SampleImport(), &response).error_code(),
              grpc::StatusCode::DEADLINE_EXCEEDED);
  });
  Await([&] { return ExecutorFigures("write").waiting == 1; });
  const absl::Time queued = absl::Now();
  leaves.join();
  // By the server's clock it has passed, too.
  absl::SleepFor(queued + patience - absl::Now());
  // Calls that write nothing do not wait behind them.
  grpc::ClientContext other_context;
  other_context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  EXPECT_TRUE(GetStatus(&other_context).ok());
  gate.Open();
  for (std::thread& blocker : blockers) {
    blocker.join();
  }
  int left = 0;
  int refused = 0;
  for (size_t i = 0; i < 6; ++i) {
    const Logged logged = calls.Await(i);
    if (logged.method == "/quotes.v1.ReportService/ImportReport") {
      left += logged.code == grpc::StatusCode::DEADLINE_EXCEEDED ||
                      logged.code == grpc::StatusCode::CANCELLED
                  ? 1
                  : 0;
      refused += logged.code == grpc::StatusCode::UNAVAILABLE ? 1 : 0;
    }
  }
  EXPECT_EQ(left, 1);
  EXPECT_EQ(refused, 4);
  EXPECT_EQ(ReportCount(), 0);
}

TEST_F(Lifecycle, EveryCallLeavesARecord) {
  Calls calls;
  Options options;
  options.on_call = calls.Hook();
  Start(options);
  EXPECT_EQ(calls.Await(0).method, "/quotes.v1.ReportService/ImportReport");
  v1::SearchQuotesRequest request;
  request.set_query("棚改");
  v1::SearchQuotesResponse response;
  grpc::ClientContext context;
  context.AddMetadata("x-request-id", "editor-7");
  ASSERT_TRUE(quotes_->SearchQuotes(&context, request, &response).ok());
  const Logged logged = calls.Await(1);
  EXPECT_EQ(logged.method, "/quotes.v1.QuoteService/SearchQuotes");
  EXPECT_EQ(logged.request_id, "editor-7");
  EXPECT_EQ(logged.code, 0);
  EXPECT_EQ(logged.reason, "");
  EXPECT_GT(logged.duration, absl::ZeroDuration());
  EXPECT_EQ(logged.request_bytes, request.ByteSizeLong());
  EXPECT_EQ(logged.answer_bytes, response.ByteSizeLong());
  EXPECT_EQ(logged.error, "");
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto id = trailers.find("x-request-id");
  ASSERT_NE(id, trailers.end());
  EXPECT_EQ(std::string(id->second.data(), id->second.size()), "editor-7");

  request.set_query("");
  grpc::ClientContext bad;
  bad.AddMetadata("x-request-id", "no good \"id\"");
  EXPECT_FALSE(quotes_->SearchQuotes(&bad, request, &response).ok());
  const Logged failed = calls.Await(2);
  EXPECT_EQ(failed.reason, "INVALID_QUERY");
  EXPECT_EQ(failed.answer_bytes, 0u);
  EXPECT_EQ(failed.request_id.size(), 16u) << "one of our own";
}

TEST_F(Lifecycle, ManyClientsWhileImporting) {
  Start();
  std::atomic<bool> stop{false};
  std::atomic<int> searched{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        v1::SearchQuotesRequest request;
        request.set_query("发展");
        request.set_return_facets(true);
        v1::SearchQuotesResponse response;
        const grpc::Status status =
            Call(quotes_, &v1::QuoteService::Stub::SearchQuotes, request, &response);
        EXPECT_TRUE(status.ok()) << Outcome(status);
        // One consistent state: each import adds one report with one hit.
        EXPECT_EQ(response.facets().reports_size(), response.archive_revision());
        ++searched;
      }
    });
  }
  for (int i = 0; i < 12; ++i) {
    Import(absl::StrCat("r", i), absl::StrCat("第", i, "份报告谈发展。"));
  }
  while (searched < 20) {
    std::this_thread::yield();
  }
  stop = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
}

}  // namespace
}  // namespace quotes::contract
