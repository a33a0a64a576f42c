#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "client/client.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "quotes/v1/report_service.grpc.pb.h"
#include "tests/support/status_matchers.h"

namespace quotes::client {
namespace {

using ::quotes::testing::HasCode;

// Tells one change, then ends as it is told to.
class Ending final : public v1::ReportService::Service {
 public:
  explicit Ending(grpc::Status status) : status_(std::move(status)) {}

  grpc::Status WatchChanges(grpc::ServerContext*, const v1::WatchChangesRequest*,
                            grpc::ServerWriter<v1::WatchChangesResponse>* writer) override {
    v1::WatchChangesResponse response;
    response.set_archive_revision(7);
    writer->Write(response);
    return status_;
  }

 private:
  const grpc::Status status_;
};

absl::Status Watch(const grpc::Status& ending) {
  Ending service(ending);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  Client client(Connect("127.0.0.1:" + std::to_string(port)));
  int told = 0;
  absl::Status status =
      client.WatchChanges(v1::WatchChangesRequest(), [&](const v1::WatchChangesResponse& response) {
        told += response.archive_revision() == 7 ? 1 : 0;
        return true;
      });
  EXPECT_EQ(told, 1);
  server->Shutdown();
  return status;
}

TEST(WatchTest, StreamThatAProxyResetsIsUnavailable) {
  EXPECT_THAT(Watch({grpc::StatusCode::INTERNAL, "Received RST_STREAM with error code 2"}),
              HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Watch({grpc::StatusCode::UNKNOWN, "Stream removed"}),
              HasCode(absl::StatusCode::kUnavailable));
}

TEST(WatchTest, ErrorsOfTheServiceStayWhatTheyAre) {
  google::rpc::ErrorInfo info;
  info.set_reason("STORE_FAILED");
  info.set_domain("quotes.v1");
  google::rpc::Status rich;
  rich.set_code(static_cast<int>(grpc::StatusCode::INTERNAL));
  rich.add_details()->PackFrom(info);
  EXPECT_THAT(Watch({grpc::StatusCode::INTERNAL, "broken", rich.SerializeAsString()}),
              HasCode(absl::StatusCode::kInternal));
  EXPECT_THAT(Watch({grpc::StatusCode::INTERNAL, "unparseable"}),
              HasCode(absl::StatusCode::kInternal));
  EXPECT_THAT(Watch({grpc::StatusCode::RESOURCE_EXHAUSTED, "full"}),
              HasCode(absl::StatusCode::kResourceExhausted));
  QUOTES_EXPECT_OK(Watch(grpc::Status::OK));
}

}  // namespace
}  // namespace quotes::client
