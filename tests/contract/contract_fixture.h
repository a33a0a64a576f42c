#ifndef QUOTES_TESTS_CONTRACT_CONTRACT_FIXTURE_H_
#define QUOTES_TESTS_CONTRACT_CONTRACT_FIXTURE_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "quotes/v1/admin_service.grpc.pb.h"
#include "quotes/v1/citation_service.grpc.pb.h"
#include "quotes/v1/errors.pb.h"
#include "quotes/v1/quote_service.grpc.pb.h"
#include "quotes/v1/report_service.grpc.pb.h"
#include "service/citation/profiles.h"
#include "service/library/library.h"
#include "service/rpc/statistics.h"
#include "service/server/server.h"
#include "service/store/store.h"
#include "tests/support/test_data.h"

// A real server on a TCP port of its own, and what tests of the contract need to talk to it. The
// tests see generated stubs and bytes only.
namespace quotes::contract {

// What an error carries on the wire.
struct WireError {
  grpc::StatusCode code = grpc::StatusCode::OK;
  std::string domain;
  std::string reason;
  std::map<std::string, std::string> metadata;
  std::vector<std::string> fields;  // of BadRequest
  std::string english;
  std::string chinese;
  bool retry = false;
};
WireError ErrorOf(const grpc::Status& status);

// "INVALID_ARGUMENT/FIELD_REQUIRED source": code, reason and first field, for comparison.
std::string Outcome(const grpc::Status& status);

// Holds callers until it is opened.
class Gate {
 public:
  // Blocks until the gate is open.
  void Pass();
  void Open();
  // Blocks until so many callers wait (or have passed).
  void AwaitCallers(int count);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int callers_ = 0;
  bool open_ = false;
};

class Contract : public ::testing::Test {
 protected:
  struct Options {
    bool read_only = false;
    bool loading = false;   // the server has no library yet
    bool segments = false;  // kept beside the database
    // What look-ups do not need is loaded behind them; the server is told when it is there.
    bool in_background = false;
    // Called before every call of the store once the server runs, and before its integrity is
    // checked; an error becomes the call's.
    std::function<absl::Status(std::string_view method)> store_hook{};
    std::function<void(const rpc::CallRecord&)> on_call{};
    std::function<void(const rpc::CitationRecord&)> on_citation{};
    citation::Profiles profiles{};
    extract::ExtractorOptions extractor{};
    std::shared_ptr<rpc::Gate> gate{};
    server::ServerLimits limits{};
    bool backups = false;  // in the folder "backups" beside the database
  };

  ~Contract() override;
  // The server ends while what its hooks use is there.
  void TearDown() override { Stop(); }

  // Starts the server; with `sample` the bundled report is imported as "sample" first.
  void Start(const Options& options, bool sample = true);
  void Start(bool sample = true) { Start(Options{}, sample); }

  // Ends the server and lets go of the database, which keeps what it has.
  void Stop();

  // Calls a method by its path with any bytes.
  grpc::Status CallRaw(const std::string& path, const std::string& request,
                       std::string* answer = nullptr);
  // The same for UploadReport: one message, then the end of the stream.
  grpc::Status UploadRaw(const std::string& message);

  // Imports `text` under an id; OK or fails the test.
  v1::ImportReportResponse Import(const std::string& id, const std::string& text);

  static v1::ImportReportRequest SampleImport();

  // Waits until the server is where `condition` says; fails the test if it never gets there.
  static void Await(const std::function<bool()>& condition);
  // What the server knows of an executor, "read" or "write".
  rpc::Executor::Figures ExecutorFigures(std::string_view name);

  testing::TempDir dir_;
  std::atomic<bool> running_{false};
  std::unique_ptr<Library> library_;
  std::unique_ptr<Backups> backups_;
  std::unique_ptr<server::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ReportService::Stub> reports_;
  std::unique_ptr<v1::QuoteService::Stub> quotes_;
  std::unique_ptr<v1::CitationService::Stub> citations_;
  std::unique_ptr<v1::AdminService::Stub> admin_;
};

// Calls a unary method of a stub with a deadline that only a hanging server reaches.
template <typename Stub, typename Request, typename Response>
grpc::Status Call(const std::unique_ptr<Stub>& stub,
                  grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                  const Request& request, Response* response) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  return (stub.get()->*method)(&context, request, response);
}

}  // namespace quotes::contract

#endif  // QUOTES_TESTS_CONTRACT_CONTRACT_FIXTURE_H_
