#include "client/error.h"

#include <gmock/gmock.h>
#include <google/protobuf/any.pb.h>
#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include "client/client.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/support/status_matchers.h"

namespace quotes::client {
namespace {

using ::quotes::testing::HasCode;
using ::quotes::testing::HasField;
using ::quotes::testing::HasReason;

grpc::Status Rich(const std::string& reason, const std::string& domain = "quotes.v1") {
  google::rpc::Status rich;
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain(domain);
  (*info.mutable_metadata())["limit"] = "at most 5";
  (*info.mutable_metadata())["a"] = "1";
  rich.add_details()->PackFrom(info);
  google::rpc::BadRequest bad;
  bad.add_field_violations()->set_field("filter.reports[3]");
  bad.mutable_field_violations(0)->set_description("too many");
  rich.add_details()->PackFrom(bad);
  google::rpc::LocalizedMessage localized;
  localized.set_locale("en");
  localized.set_message("too many");
  rich.add_details()->PackFrom(localized);
  localized.set_locale("zh");
  localized.set_message("太多");
  rich.add_details()->PackFrom(localized);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(1);
  retry.mutable_retry_delay()->set_nanos(500'000'000);
  rich.add_details()->PackFrom(retry);
  return {grpc::StatusCode::INVALID_ARGUMENT, "too many", rich.SerializeAsString()};
}

TEST(ErrorTest, ReadsAllDetails) {
  const absl::Status status = FromGrpcStatus(Rich("FIELD_OUT_OF_RANGE"), "abc");
  EXPECT_THAT(status, HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, HasReason(ErrorReason::kFieldOutOfRange));
  EXPECT_THAT(status, HasField("filter.reports[3]"));
  const CallError error = DescribeError(status);
  EXPECT_EQ(error.reason, "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(error.message, "too many");
  EXPECT_EQ(error.message_zh, "太多");
  EXPECT_EQ(error.request_id, "abc");
  EXPECT_EQ(error.retry_after, absl::Milliseconds(1500));
  const std::vector<std::pair<std::string, std::string>> metadata = {{"a", "1"},
                                                                     {"limit", "at most 5"}};
  EXPECT_EQ(error.metadata, metadata);
}

TEST(ErrorTest, KeepsAReasonThatItDoesNotKnow) {
  const absl::Status status = FromGrpcStatus(Rich("FROM_THE_FUTURE"), "");
  EXPECT_THAT(status, HasReason(ErrorReason::kUnspecified));
  EXPECT_EQ(DescribeError(status).reason, "FROM_THE_FUTURE");
}

TEST(ErrorTest, IgnoresReasonsOfOtherDomains) {
  EXPECT_EQ(DescribeError(FromGrpcStatus(Rich("FIELD_INVALID", "other"), "")).reason, "");
}

TEST(ErrorTest, SurvivesDetailsThatAreNone) {
  for (const std::string& details : {std::string(), std::string("\xff\xff\x01 nonsense")}) {
    const absl::Status status =
        FromGrpcStatus(grpc::Status(grpc::StatusCode::UNAVAILABLE, "down", details), "id");
    EXPECT_THAT(status, HasCode(absl::StatusCode::kUnavailable));
    EXPECT_EQ(DescribeError(status).message, "down");
    EXPECT_EQ(DescribeError(status).reason, "");
  }
}

TEST(ErrorTest, OkStaysOk) { QUOTES_EXPECT_OK(FromGrpcStatus(grpc::Status::OK, "id")); }

TEST(ClientTest, RequestIdsAreNew) {
  const std::string one = NewRequestId();
  EXPECT_EQ(one.size(), 32U);
  EXPECT_EQ(one.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(one, NewRequestId());
}

TEST(ClientTest, NobodyThereIsUnavailable) {
  // Port 1 is reserved; nothing listens there.
  Client client(Connect("127.0.0.1:1"), {.lookup_timeout = absl::Seconds(60)});
  const auto status = client.GetStatus({});
  EXPECT_THAT(status, HasCode(absl::StatusCode::kUnavailable));
  EXPECT_EQ(DescribeError(status.status()).request_id.size(), 32U);
}

TEST(ClientTest, RefusesWhatNoServerTakesBeforeSendingIt) {
  Client client(Connect("127.0.0.1:1"));
  v1::ImportReportRequest request;
  request.mutable_source()->set_content(std::string((size_t{64} << 20) + 1, 'a'));
  EXPECT_THAT(client.Import(request), HasReason(ErrorReason::kSourceTooLarge));
}

}  // namespace
}  // namespace quotes::client
