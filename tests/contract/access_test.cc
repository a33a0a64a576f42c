// Who may call what, and how much: every method, every role, every limit that a caller can reach.

#include "service/rpc/access.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/generic_stub.h>

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "service/base/hash.h"
#include "service/rpc/statistics.h"
#include "service/server/gatekeeper.h"
#include "service/server/tokens.h"
#include "tests/contract/contract_fixture.h"
#include "tests/support/status_matchers.h"

namespace quotes::contract {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Every method of every service that the server has but health.
std::vector<std::string> AllMethods() {
  std::vector<std::string> methods;
  const auto* const pool = google::protobuf::DescriptorPool::generated_pool();
  std::vector<std::string> services = rpc::Services::Names();
  services.emplace_back("grpc.reflection.v1alpha.ServerReflection");
  services.emplace_back("grpc.channelz.v1.Channelz");
  for (const std::string& name : services) {
    const auto* const service = pool->FindServiceByName(name);
    EXPECT_NE(service, nullptr) << name;
    for (int i = 0; service != nullptr && i < service->method_count(); ++i) {
      methods.push_back(absl::StrCat("/", name, "/", service->method(i)->name()));
    }
  }
  return methods;
}

class Access : public Contract {
 protected:
  // A server with a token "ROLE-secret" for each role, and one that has expired.
  void StartWithTokens(server::QuotaOptions quota = {}, server::ServerLimits limits = {}) {
    gatekeeper_ = std::make_shared<server::Gatekeeper>(
        server::GatekeeperOptions{.asks_for_credentials = true, .quota = quota});
    std::string toml;
    const auto add = [&](std::string_view name, std::string_view role, std::string_view expires) {
      absl::StrAppend(&toml, "[[token]]\nname = \"", std::string(name), "\"\nrole = \"",
                      std::string(role), "\"\nsha256 = \"",
                      Sha256Hex(absl::StrCat(std::string(name), "-secret")),
                      "\"\nexpires = ", std::string(expires), "\n");
    };
    for (const char* const role : {"reader", "checker", "editor", "admin"}) {
      add(role, role, "\"never\"");
    }
    add("late", "admin", "2020-01-01T00:00:00Z");
    absl::StatusOr<server::TokenTable> table = server::TokenTable::Parse(toml, "tokens.toml");
    QUOTES_ASSERT_OK(table);
    gatekeeper_->SetTokens(std::make_shared<const server::TokenTable>(*std::move(table)));
    Options options;
    options.gate = gatekeeper_;
    options.limits = limits;
    options.on_call = [this](const rpc::CallRecord& record) {
      const std::lock_guard<std::mutex> lock(mutex_);
      callers_[std::string(record.method)] =
          absl::StrCat(std::string(record.caller), "/", std::string(record.role));
    };
    Start(options, /*sample=*/false);
    const grpc::Status imported = CallAs("editor", "/quotes.v1.ReportService/ImportReport",
                                         SampleImport().SerializeAsString());
    ASSERT_TRUE(imported.ok()) << Outcome(imported);
  }

  // Bytes that are no message of any method; gRPC itself refuses them for its own services, so that
  // these get a message.
  static std::string Request(const std::string& path) {
    return path.starts_with("/quotes.") ? "\x0a\xff" : "";
  }

  // Sends a request with a token (none if empty), and the end.
  grpc::Status CallAs(const std::string& token, const std::string& path) {
    return CallAs(token, path, Request(path));
  }
  grpc::Status CallAs(const std::string& token, const std::string& path, const std::string& bytes) {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    if (!token.empty()) {
      context.AddMetadata("authorization", absl::StrCat("Bearer ", token, "-secret"));
    }
    grpc::CompletionQueue queue;
    auto call = stub.PrepareCall(&context, path, &queue);
    const auto await = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      return queue.Next(&tag, &ok) && ok;
    };
    call->StartCall(nullptr);
    if (await()) {
      const grpc::Slice sent(bytes);
      grpc::WriteOptions last;
      last.set_last_message();
      call->Write(grpc::ByteBuffer(&sent, 1), last, nullptr);
      await();
      grpc::ByteBuffer answer;
      call->Read(&answer, nullptr);
      answered_ = await();
    }
    grpc::Status status;
    call->Finish(&status, nullptr);
    await();
    EXPECT_THAT(status.error_message(), Not(HasSubstr("secret")));
    EXPECT_THAT(status.error_details(), Not(HasSubstr("secret")));
    return status;
  }

  std::string CallerOf(const std::string& method) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return callers_[method];
  }

  std::shared_ptr<server::Gatekeeper> gatekeeper_;
  bool answered_ = false;  // the last call, with a message
  std::mutex mutex_;
  std::map<std::string, std::string> callers_;
};

TEST(AccessTable, HasEveryMethodOfTheServer) {
  std::set<std::string> known;
  for (const rpc::MethodRole& entry : rpc::MethodRoles()) {
    EXPECT_TRUE(known.insert(std::string(entry.method)).second) << entry.method;
    EXPECT_EQ(rpc::LeastRole(entry.method), entry.least);
  }
  for (const std::string& method : AllMethods()) {
    EXPECT_TRUE(known.contains(method)) << method << " has no role in service/rpc/access.cc";
  }
  EXPECT_EQ(rpc::LeastRole("/quotes.v1.QuoteService/NoSuchMethod"), rpc::Role::kAdmin);
}

TEST_F(Access, NoMethodAnswersAStranger) {
  StartWithTokens();
  for (const std::string& method : AllMethods()) {
    SCOPED_TRACE(method);
    EXPECT_EQ(Outcome(CallAs("", method)), "UNAUTHENTICATED/TOKEN_MISSING");
    EXPECT_FALSE(answered_);
    EXPECT_EQ(Outcome(CallAs("other", method)), "UNAUTHENTICATED/TOKEN_INVALID");
    EXPECT_EQ(Outcome(CallAs("late", method)), "UNAUTHENTICATED/TOKEN_EXPIRED");
    EXPECT_FALSE(answered_);
    if (method.starts_with("/quotes.")) {
      EXPECT_EQ(CallerOf(method), "/");
    }
  }
}

TEST_F(Access, EveryMethodComparesRolesBeforeItReadsTheRequest) {
  StartWithTokens();
  const std::vector<std::string> roles = {"reader", "checker", "editor", "admin"};
  for (const std::string& method : AllMethods()) {
    const size_t least = static_cast<size_t>(rpc::LeastRole(method));
    for (size_t role = 0; role < roles.size(); ++role) {
      SCOPED_TRACE(absl::StrCat(method, " ", roles[role]));
      const grpc::Status status = CallAs(roles[role], method);
      const WireError error = ErrorOf(status);
      if (role < least) {
        EXPECT_EQ(Outcome(status), "PERMISSION_DENIED/ROLE_TOO_LOW");
        EXPECT_EQ(error.metadata.at("role"), roles[role]);
        EXPECT_EQ(error.metadata.at("needed"), roles[least]);
        EXPECT_FALSE(error.chinese.empty());
        EXPECT_FALSE(answered_);
      } else {
        EXPECT_NE(error.code, grpc::StatusCode::PERMISSION_DENIED);
        EXPECT_NE(error.code, grpc::StatusCode::UNAUTHENTICATED);
      }
      if (method.starts_with("/quotes.")) {
        EXPECT_EQ(CallerOf(method), absl::StrCat(roles[role], "/", roles[role]));
      }
    }
  }
}

TEST_F(Access, ExistenceIsNotRevealed) {
  StartWithTokens();
  v1::DeleteReportRequest there;
  there.set_name("reports/sample");
  v1::DeleteReportRequest missing;
  missing.set_name("reports/no-such-report");
  const std::string path = "/quotes.v1.ReportService/DeleteReport";
  for (const char* const token : {"", "other", "late", "reader"}) {
    const grpc::Status a = CallAs(token, path, there.SerializeAsString());
    const grpc::Status b = CallAs(token, path, missing.SerializeAsString());
    EXPECT_EQ(a.error_code(), b.error_code());
    EXPECT_EQ(a.error_message(), b.error_message());
    EXPECT_EQ(ErrorOf(a).metadata, ErrorOf(b).metadata);
  }
}

TEST_F(Access, HealthNeedsNoToken) {
  StartWithTokens();
  const auto health = grpc::health::v1::Health::NewStub(channel_);
  grpc::health::v1::HealthCheckRequest request;
  grpc::health::v1::HealthCheckResponse response;
  grpc::ClientContext context;
  EXPECT_TRUE(health->Check(&context, request, &response).ok());
  EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING);
}

TEST_F(Access, StatusIsShortForReaders) {
  StartWithTokens();
  for (const char* const role : {"reader", "editor", "admin"}) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", absl::StrCat("Bearer ", role, "-secret"));
    v1::GetStatusResponse response;
    ASSERT_TRUE(admin_->GetStatus(&context, {}, &response).ok());
    EXPECT_EQ(response.report_count(), 1);
    EXPECT_EQ(response.storage_location().empty(), std::string(role) != "admin");
  }
}

TEST_F(Access, QuotasTellWhenToTryAgain) {
  StartWithTokens({.calls_per_second = 0.001, .burst = 3});
  const std::string path = "/quotes.v1.QuoteService/ListThemes";
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Outcome(CallAs("reader", path, "")), "OK");
  }
  const grpc::Status refused = CallAs("reader", path, "");
  EXPECT_EQ(Outcome(refused), "EXHAUSTED/QUOTA_EXCEEDED");
  const WireError error = ErrorOf(refused);
  EXPECT_TRUE(error.retry);
  EXPECT_EQ(error.metadata.at("caller"), "reader");
  EXPECT_EQ(error.metadata.at("rate"), "0.001");
  EXPECT_THAT(error.chinese, HasSubstr("reader"));
  EXPECT_EQ(Outcome(CallAs("checker", path, "")), "OK");
}

TEST_F(Access, CallsAtTheSameTimeAreBounded) {
  server::ServerLimits limits;
  limits.max_calls = 2;
  limits.max_calls_per_caller = 2;
  StartWithTokens({}, limits);
  // Two uploads that never end.
  struct Open {
    grpc::ClientContext context;
    v1::UploadReportResponse response;
    std::unique_ptr<grpc::ClientWriter<v1::UploadReportRequest>> writer;
  };
  std::vector<std::unique_ptr<Open>> uploads;
  uint64_t sent = 0;
  for (int i = 0; i < 2; ++i) {
    auto open = std::make_unique<Open>();
    open->context.AddMetadata("authorization", "Bearer editor-secret");
    open->writer = reports_->UploadReport(&open->context, &open->response);
    v1::UploadReportRequest message;
    message.mutable_header()->set_size_bytes(1);
    message.mutable_header()->mutable_import()->set_report_id("r");
    EXPECT_TRUE(open->writer->Write(message));
    sent += message.ByteSizeLong();
    uploads.push_back(std::move(open));
  }
  // Both have their places before anything else asks for one.
  Await([&] { return server_->ReadFigures().import_bytes_in_flight == sent; });
  const std::string path = "/quotes.v1.QuoteService/ListThemes";
  grpc::Status status = CallAs("reader", path, "");
  EXPECT_EQ(Outcome(status), "EXHAUSTED/TOO_MANY_CALLS");
  EXPECT_TRUE(ErrorOf(status).retry);
  EXPECT_EQ(ErrorOf(status).metadata["limit"], "2");
  EXPECT_EQ(Outcome(CallAs("admin", "/grpc.channelz.v1.Channelz/GetServers", "")),
            "EXHAUSTED/TOO_MANY_CALLS");
  for (const auto& open : uploads) {
    open->context.TryCancel();
    open->writer->Finish();
  }
  Await([&] { return CallAs("reader", path, "").ok(); });
}

TEST_F(Access, LargeMessagesAndMetadataAreRefused) {
  server::ServerLimits limits;
  limits.max_message_bytes = 500'000;
  limits.max_metadata_bytes = 4'000;
  StartWithTokens({}, limits);
  const std::string path = "/quotes.v1.QuoteService/ListThemes";
  const grpc::Status large = CallAs("reader", path, std::string(600'000, 'a'));
  EXPECT_EQ(large.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << large.error_message();
  EXPECT_THAT(large.error_message(), HasSubstr("larger than max"));
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer reader-secret");
  context.AddMetadata("x-padding", std::string(5'000, 'a'));
  v1::ListThemesResponse response;
  const grpc::Status wide = quotes_->ListThemes(&context, {}, &response);
  EXPECT_EQ(wide.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << wide.error_message();
  // gRPC may end the connection of whoever sent that; the next one is served.
  Await([&] { return CallAs("reader", path, "").ok(); });
}

}  // namespace
}  // namespace quotes::contract
