#include "service/rpc/statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"

namespace quotes::rpc {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr char kSearch[] = "/quotes.v1.QuoteService/SearchQuotes";
constexpr int kOk = 0;
constexpr int kInvalidArgument = 3;
constexpr int kInternal = 13;

class StatisticsTest : public testing::Test {
 protected:
  void Call(std::string_view method, std::string_view role, int code,
            absl::Duration duration = absl::Microseconds(30),
            ErrorReason reason = ErrorReason::kUnspecified) {
    CallRecord record;
    record.role = role;
    record.code = code;
    record.duration = duration;
    record.request_bytes = 10;
    record.answer_bytes = code == kOk ? 100 : 0;
    record.servers_failure = code == kInternal;
    statistics_.End(statistics_.Begin(method), record, reason, now_);
  }

  MethodFigures Of(std::string_view method) {
    for (const MethodFigures& figures : statistics_.Read(now_).methods) {
      if (figures.method == method) {
        return figures;
      }
    }
    ADD_FAILURE() << method << " is not told";
    return {};
  }

  Statistics statistics_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
};

TEST_F(StatisticsTest, CountsFailuresByMethod) {
  Call(kSearch, "reader", kOk);
  Call(kSearch, "reader", kInvalidArgument);
  Call(kSearch, "reader", kInternal);
  Call(kSearch, "admin", kInternal);
  EXPECT_EQ(Of("SearchQuotes").failures, 2U);
  EXPECT_EQ(Of("LookupTheme").failures, 0U);
}

TEST(IsServersFailureTest, SparesWhatCallersDo) {
  const absl::Duration quick = absl::Milliseconds(1);
  const absl::Duration retry = absl::Milliseconds(100);
  EXPECT_TRUE(IsServersFailure(errors::Loading(), quick));
  EXPECT_TRUE(IsServersFailure(errors::QueueFull(retry), quick));
  EXPECT_TRUE(IsServersFailure(errors::TooManyCalls(1000, retry), quick));
  EXPECT_TRUE(IsServersFailure(errors::StoreBusy(), quick));
  EXPECT_TRUE(IsServersFailure(absl::InternalError("a bug"), quick));
  EXPECT_TRUE(IsServersFailure(absl::DataLossError("a bug"), quick));
  EXPECT_TRUE(IsServersFailure(absl::DeadlineExceededError("slow"), absl::Seconds(2)));
  EXPECT_FALSE(IsServersFailure(absl::DeadlineExceededError("the caller's"), quick));
  EXPECT_FALSE(IsServersFailure(absl::CancelledError("gone"), absl::Seconds(2)));
  EXPECT_FALSE(IsServersFailure(errors::QuotaExceeded("cms", 5, retry), quick));
  EXPECT_FALSE(IsServersFailure(errors::RoleTooLow("reader", "admin"), quick));
  EXPECT_FALSE(IsServersFailure(errors::ReportNotFound("reports/none"), quick));
  EXPECT_FALSE(IsServersFailure(errors::UploadIncomplete("early"), absl::Seconds(2)));
  ErrorDetail share;
  share.reason = ErrorReason::kTooManyCalls;
  share.metadata = {{"limit", "500"}, {"caller", "cms"}};
  EXPECT_FALSE(IsServersFailure(
      MakeError(absl::StatusCode::kResourceExhausted, "cms has 500 calls", share), quick));
}

TEST_F(StatisticsTest, CountsByMethodRoleAndCode) {
  Call(kSearch, "reader", kOk);
  Call(kSearch, "reader", kOk);
  Call(kSearch, "reader", kInvalidArgument, absl::Milliseconds(1), ErrorReason::kInvalidQuery);
  Call(kSearch, "admin", kOk, absl::Milliseconds(40));
  const MethodFigures search = Of("SearchQuotes");
  EXPECT_EQ(search.service, "quotes.v1.QuoteService");
  EXPECT_EQ(search.type, "unary");
  EXPECT_EQ(search.started, 4U);
  EXPECT_EQ(search.ended(), 4U);
  EXPECT_EQ(search.failed(), 1U);
  EXPECT_EQ(search.in_flight, 0);
  EXPECT_EQ(search.received_bytes, 40U);
  EXPECT_EQ(search.sent_bytes, 300U);
  ASSERT_EQ(search.roles.size(), 2U);
  EXPECT_EQ(search.roles[0].role, "reader");
  EXPECT_EQ(search.roles[0].codes[kOk], 2U);
  EXPECT_EQ(search.roles[0].codes[kInvalidArgument], 1U);
  EXPECT_EQ(search.roles[0].durations.total, 3U);
  EXPECT_EQ(search.roles[1].role, "admin");
  EXPECT_EQ(search.roles[1].durations.sum, absl::Milliseconds(40));
  EXPECT_EQ(search.durations().total, 4U);
  EXPECT_THAT(statistics_.Read(now_).reasons, ElementsAre(Pair("INVALID_QUERY", 1U)));
}

TEST_F(StatisticsTest, HasEveryMethodOfTheContractFromTheBeginning) {
  const ServicesFigures figures = statistics_.Read(now_);
  EXPECT_GE(figures.methods.size(), 30U);
  EXPECT_EQ(Of("ImportReport").service, "quotes.v1.ReportService");
  EXPECT_EQ(Of("VerifyCitation").service, "quotes.v1.CitationService");
  EXPECT_EQ(Of("GetStatus").service, "quotes.v1.AdminService");
  EXPECT_EQ(Of("UploadReport").type, "client_stream");
  EXPECT_EQ(figures.methods.back().method, "other");
}

TEST_F(StatisticsTest, WhatIsNotKnownIsOther) {
  const size_t before = statistics_.Read(now_).methods.size();
  for (int i = 0; i < 1000; ++i) {
    Call(absl::StrCat("/secret.Service/Method", i), absl::StrCat("role", i), 100 + i);
  }
  const ServicesFigures figures = statistics_.Read(now_);
  EXPECT_EQ(figures.methods.size(), before);
  const MethodFigures other = Of("other");
  EXPECT_EQ(other.ended(), 1000U);
  ASSERT_EQ(other.roles.size(), 1U);
  EXPECT_EQ(other.roles[0].role, "other");
  EXPECT_EQ(other.roles[0].codes[2], 1000U);  // UNKNOWN
  Call(kSearch, "", kOk);
  EXPECT_EQ(Of("SearchQuotes").roles[0].role, "none");
}

TEST_F(StatisticsTest, TellsWhatIsInFlight) {
  const size_t begun = statistics_.Begin(kSearch);
  EXPECT_EQ(Of("SearchQuotes").in_flight, 1);
  EXPECT_EQ(Of("SearchQuotes").ended(), 0U);
  statistics_.End(begun, {}, ErrorReason::kUnspecified, now_);
  EXPECT_EQ(Of("SearchQuotes").in_flight, 0);
}

TEST_F(StatisticsTest, ForgetsAfterAMinute) {
  Call(kSearch, "admin", kOk);
  now_ += absl::Seconds(59);
  Call(kSearch, "admin", kOk);
  EXPECT_EQ(Of("SearchQuotes").last_minute, 2U);
  now_ += absl::Seconds(1);
  EXPECT_EQ(Of("SearchQuotes").last_minute, 1U);
  now_ += absl::Seconds(200);
  EXPECT_EQ(Of("SearchQuotes").last_minute, 0U);
  // A clock that was set back does not make calls of the future count.
  Call(kSearch, "admin", kOk);
  now_ -= absl::Hours(1);
  EXPECT_EQ(Of("SearchQuotes").last_minute, 0U);
  EXPECT_EQ(Of("SearchQuotes").ended(), 3U);
}

TEST_F(StatisticsTest, CountsOfThreadsAreExact) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      for (int n = 0; n < 20'000; ++n) {
        Call(kSearch, "reader", n % 4 == 0 ? kInvalidArgument : kOk);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  const MethodFigures search = Of("SearchQuotes");
  EXPECT_EQ(search.ended(), 80'000U);
  EXPECT_EQ(search.failed(), 20'000U);
  EXPECT_EQ(search.last_minute, 80'000U);
  EXPECT_EQ(search.durations().total, 80'000U);
  EXPECT_EQ(search.in_flight, 0);
}

TEST_F(StatisticsTest, CountsImportsByOutcome) {
  ImportRecord record;
  record.source_bytes = 1000;
  record.duration = absl::Milliseconds(20);
  statistics_.Import(record);
  record.unchanged = true;
  statistics_.Import(record);
  record.replayed = true;
  statistics_.Import(record);
  record.validate_only = true;
  statistics_.Import(record);
  const ImportFigures imports = statistics_.Read(now_).imports;
  EXPECT_THAT(imports.outcomes, ElementsAre(Pair("checked", 1U), Pair("imported", 1U),
                                            Pair("replayed", 1U), Pair("unchanged", 1U)));
  EXPECT_EQ(imports.source_bytes, 1000U);
  EXPECT_EQ(imports.durations.total, 4U);
}

TEST_F(StatisticsTest, CountsVerdicts) {
  CitationRecord record;
  record.disposition = "PASS";
  statistics_.Citation(record);
  statistics_.Citation(record);
  record.disposition = "FAIL";
  statistics_.Citation(record);
  EXPECT_THAT(statistics_.Read(now_).dispositions, ElementsAre(Pair("FAIL", 1U), Pair("PASS", 2U)));
}

}  // namespace
}  // namespace quotes::rpc
