// Look-ups over loopback gRPC against calls that do nothing, in the same server process.
//
//   rpc_bench [--quotes N] [--seconds S] [--lines FILE]
//
// Three kinds of calls with the same requests and answers of the same bytes: the real one; a no-op,
// which parses its request and sends a message of the real answer's shape; and the bytes alone,
// which is what gRPC costs without any message. The client is a process of its own that neither
// makes nor reads messages. The kinds take turns in short slices, so that what else the machine
// does meets them alike. Beside the rates stands the processor time of the server, which other
// programs disturb least.

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "quotes/v1/quote_service.grpc.pb.h"
#include "service/base/limits.h"
#include "service/library/library.h"
#include "service/rpc/services.h"
#include "service/store/sqlite/store.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/bench/bench_data.h"
#include "tests/bench/measure.h"
#include "tests/bench/no_op.grpc.pb.h"
#include "tests/support/test_data.h"

namespace quotes::bench {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr size_t kDifferentRequests = 200;
constexpr int kTurns = 5;

// The answers of the no-op, by the bytes of their requests.
template <typename Response>
using Answers = std::map<std::string, Response>;

// One look-up method with its no-op.
struct Method {
  std::string name;
  std::string real;
  std::string no_op;
  std::string bytes;
  std::vector<std::string> requests;
};

class NoOp final
    : public NoOpService::WithRawCallbackMethod_Bytes<NoOpService::WithCallbackMethod_SearchQuotes<
          NoOpService::WithCallbackMethod_LookupTheme<NoOpService::Service>>> {
 public:
  grpc::ServerUnaryReactor* SearchQuotes(grpc::CallbackServerContext* context,
                                         const v1::SearchQuotesRequest* request,
                                         v1::SearchQuotesResponse* response) override {
    return Answer(searches, request->query(), context, response);
  }

  grpc::ServerUnaryReactor* LookupTheme(grpc::CallbackServerContext* context,
                                        const v1::LookupThemeRequest* request,
                                        v1::LookupThemeResponse* response) override {
    return Answer(themes, request->name(), context, response);
  }

  grpc::ServerUnaryReactor* Bytes(grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response) override {
    std::vector<grpc::Slice> slices;
    auto* const reactor = context->DefaultReactor();
    const grpc::Status status = request->Dump(&slices);
    std::string key;
    for (const grpc::Slice& slice : slices) {
      key.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    *response = bytes.at(key);
    reactor->Finish(status);
    return reactor;
  }

  // By the field that tells requests apart; the raw answers by the request's bytes.
  Answers<v1::SearchQuotesResponse> searches;
  Answers<v1::LookupThemeResponse> themes;
  std::map<std::string, grpc::ByteBuffer> bytes;

 private:
  template <typename Response>
  static grpc::ServerUnaryReactor* Answer(const Answers<Response>& answers, const std::string& key,
                                          grpc::CallbackServerContext* context,
                                          Response* response) {
    *response = answers.at(key);
    auto* const reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

// A library with so many quotes, in reports as the parser makes them.
std::unique_ptr<Library> MakeLibrary(const std::string& path, const std::string& lines,
                                     size_t count) {
  auto store = store::sqlite::Open({.path = path, .read_only = false, .create = true});
  if (!store.ok()) {
    Fail(store.status().ToString());
  }
  auto library = Library::Create(*std::move(store), themes::Scheme::BuiltIn());
  if (!library.ok()) {
    Fail(library.status().ToString());
  }
  const std::vector<std::u32string> quotes = MakeQuotes(lines, count);
  for (size_t first = 0; first < quotes.size(); first += kQuotesPerReport) {
    ImportRequest request;
    request.duplicate_handling = DuplicateHandling::kSeparate;  // all are made of the same lines
    request.report_id = ReportId(first / kQuotesPerReport);
    request.metadata.title = "政府工作报告";
    request.metadata.event = "第一届人民代表大会第一次会议";
    request.metadata.speaker = "王小明";
    request.metadata.date = absl::CivilDay(2022, 1, 17);
    for (size_t i = first; i < std::min(first + kQuotesPerReport, quotes.size()); ++i) {
      text::AppendUtf8(quotes[i], &request.content);
      // Paragraphs of five sentences.
      request.content += i % 5 == 4 ? "\n" : "";
    }
    const auto result = (*library)->Import(request, Cancellation());
    if (!result.ok()) {
      Fail(result.status().ToString());
    }
  }
  return *std::move(library);
}

// Words of two to four characters that stand in the library.
std::vector<std::string> Words(const Library& library) {
  std::mt19937 random(7);
  const auto archive = library.archive();
  std::vector<std::string> words;
  while (words.size() < kDifferentRequests) {
    const archive::PackedDocument& document =
        *archive->documents()[random() % archive->documents().size()];
    const std::u32string_view text = document.text(random() % document.size());
    const size_t size = 2 + random() % 3;
    if (text.size() < size) {
      continue;
    }
    const std::u32string_view word = text.substr(random() % (text.size() - size + 1), size);
    if (std::all_of(word.begin(), word.end(), [](char32_t c) { return text::IsHan(c); })) {
      words.push_back(text::ToUtf8(word));
    }
  }
  return words;
}

// Asks the real service for an answer, and prepares the no-op's.
template <typename Request, typename Response>
void Prepare(v1::QuoteService::Stub* stub,
             grpc::Status (v1::QuoteService::Stub::*call)(grpc::ClientContext*, const Request&,
                                                          Response*),
             const Request& request, const std::string& key, NoOp* no_op,
             Answers<Response>* answers, Method* method) {
  grpc::ClientContext context;
  Response response;
  const grpc::Status status = (stub->*call)(&context, request, &response);
  if (!status.ok()) {
    Fail(status.error_message());
  }
  const std::string bytes = response.SerializeAsString();
  const grpc::Slice slice(bytes);
  method->requests.push_back(request.SerializeAsString());
  no_op->bytes[method->requests.back()] = grpc::ByteBuffer(&slice, 1);
  (*answers)[key] = std::move(response);
}

// What a slice of calls came to.
struct Measured {
  double seconds = 0;
  double processor_micros = 0;  // of the server
  std::vector<float> micros;    // of each call
};

// Of this process's parent, which is the server.
double ServerProcessorMicros() {
  clockid_t clock;
  timespec now;
  if (clock_getcpuclockid(getppid(), &clock) != 0 || clock_gettime(clock, &now) != 0) {
    Fail("the server's clock cannot be read");
  }
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

struct InFlight {
  grpc::ClientContext context;
  grpc::ByteBuffer answer;
  grpc::Status status;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  Clock::time_point begin;
};

// Keeps `concurrency` calls in flight for a while.
Measured Load(grpc::GenericStub* stub, const std::string& path,
              const std::vector<grpc::ByteBuffer>& requests, int concurrency, double seconds) {
  grpc::CompletionQueue queue;
  Measured measured;
  size_t next = 0;
  int open = 0;
  const auto begin = Clock::now();
  const double processor_begin = ServerProcessorMicros();
  const auto start = [&] {
    auto* call = new InFlight;
    call->begin = Clock::now();
    call->reader =
        stub->PrepareUnaryCall(&call->context, path, requests[next++ % requests.size()], &queue);
    call->reader->StartCall();
    call->reader->Finish(&call->answer, &call->status, call);
    ++open;
  };
  while (open < concurrency) {
    start();
  }
  void* tag = nullptr;
  bool ok = false;
  while (open > 0 && queue.Next(&tag, &ok)) {
    const std::unique_ptr<InFlight> call(static_cast<InFlight*>(tag));
    const auto now = Clock::now();
    if (!call->status.ok()) {
      Fail(absl::StrCat(path, ": ", call->status.error_message()));
    }
    measured.micros.push_back(std::chrono::duration<float, std::micro>(now - call->begin).count());
    --open;
    if (Seconds(now - begin).count() < seconds) {
      start();
    }
  }
  measured.seconds = Seconds(Clock::now() - begin).count();
  measured.processor_micros = ServerProcessorMicros() - processor_begin;
  return measured;
}

double Rate(const Measured& measured) {
  return static_cast<double>(measured.micros.size()) / measured.seconds;
}

float Quantile(std::vector<float>* values, double share) {
  const auto at = values->begin() +
                  static_cast<std::ptrdiff_t>(share * static_cast<double>(values->size() - 1));
  std::nth_element(values->begin(), at, values->end());
  return *at;
}

// The client's process.
void RunClient(int port, const std::vector<Method>& methods, double seconds) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  grpc::GenericStub stub(grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port),
                                                   grpc::InsecureChannelCredentials(), arguments));
  std::printf("%-14s %-10s %9s | %10s %9s %9s | %7s %9s %7s\n", "method", "kind", "in flight",
              "calls/s", "p50 us", "p99 us", "ratio", "server us", "ratio");
  bool holds = true;
  for (const Method& method : methods) {
    std::vector<grpc::ByteBuffer> requests;
    for (const std::string& request : method.requests) {
      const grpc::Slice slice(request);
      requests.emplace_back(&slice, 1);
    }
    const std::pair<const char*, std::string> kinds[] = {
        {"real", method.real}, {"no-op", method.no_op}, {"bytes", method.bytes}};
    for (const int concurrency : {1, 16, 64}) {
      Measured sums[3];
      std::vector<double> ratios[3];  // of the real call's rate to each kind's, turn by turn
      for (int turn = -1; turn < kTurns; ++turn) {
        double rates[3];
        for (size_t kind = 0; kind < 3; ++kind) {
          const Measured measured =
              Load(&stub, kinds[kind].second, requests, concurrency, seconds / kTurns);
          rates[kind] = Rate(measured);
          if (turn >= 0) {  // the first turn warms up
            sums[kind].seconds += measured.seconds;
            sums[kind].processor_micros += measured.processor_micros;
            sums[kind].micros.insert(sums[kind].micros.end(), measured.micros.begin(),
                                     measured.micros.end());
          }
        }
        for (size_t kind = 0; kind < 3 && turn >= 0; ++kind) {
          ratios[kind].push_back(rates[0] / rates[kind]);
        }
      }
      for (size_t kind = 0; kind < 3; ++kind) {
        std::sort(ratios[kind].begin(), ratios[kind].end());
        const double ratio = ratios[kind][kTurns / 2];
        const auto server_micros = [&](size_t of) {
          return sums[of].processor_micros / static_cast<double>(sums[of].micros.size());
        };
        std::printf("%-14s %-10s %9d | %10.0f %9.0f %9.0f | %7.2f %9.1f %7.2f\n",
                    method.name.c_str(), kinds[kind].first, concurrency, Rate(sums[kind]),
                    Quantile(&sums[kind].micros, 0.5), Quantile(&sums[kind].micros, 0.99), ratio,
                    server_micros(kind), server_micros(kind) / server_micros(0));
        holds = holds && (kind != 1 || ratio >= 0.9);
      }
      std::fflush(stdout);
    }
  }
  Say(holds, "look-ups at 0.9 of the no-op's rate and more");
}

int Main(int argc, char** argv) {
  size_t count = 50'000;
  double seconds = 3;
  std::string lines;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--quotes") {
      count = static_cast<size_t>(std::atoll(argv[i + 1]));
    } else if (name == "--seconds") {
      seconds = std::atof(argv[i + 1]);
    } else if (name == "--lines") {
      lines = argv[i + 1];
    } else {
      Fail("unknown option " + std::string(name));
    }
  }
  // The client is forked before the first thread of gRPC; it waits for port and requests.
  int to_client[2];
  if (pipe(to_client) != 0) {
    Fail("no pipe");
  }
  const pid_t client = fork();
  if (client == 0) {
    close(to_client[1]);
    FILE* const in = fdopen(to_client[0], "r");
    const auto read_string = [in] {
      size_t size = 0;
      if (std::fread(&size, sizeof(size), 1, in) != 1) {
        Fail("the server went away");
      }
      std::string value(size, '\0');
      if (size > 0 && std::fread(value.data(), size, 1, in) != 1) {
        Fail("the server went away");
      }
      return value;
    };
    const int port = std::atoi(read_string().c_str());
    std::vector<Method> methods(2);
    for (Method& method : methods) {
      method.name = read_string();
      method.real = read_string();
      method.no_op = read_string();
      method.bytes = read_string();
      method.requests.resize(kDifferentRequests);
      for (std::string& request : method.requests) {
        request = read_string();
      }
    }
    RunClient(port, methods, seconds);
    std::fflush(stdout);
    _exit(ExitCode());
  }
  close(to_client[0]);

  const testing::TempDir dir;
  const std::unique_ptr<Library> library =
      MakeLibrary((dir.path() / "quotes.db").string(), lines, count);
  rpc::Services services(library.get(), {});
  NoOp no_op;
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(static_cast<int>(limits::kMaxReceiveMessageBytes));
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  for (grpc::Service* service : services.services()) {
    builder.RegisterService(service);
  }
  builder.RegisterService(&no_op);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) {
    Fail("the server does not start");
  }
  const auto stub = v1::QuoteService::NewStub(
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials()));

  std::vector<Method> methods = {{"SearchQuotes",
                                  "/quotes.v1.QuoteService/SearchQuotes",
                                  "/quotes.bench.NoOpService/SearchQuotes",
                                  "/quotes.bench.NoOpService/Bytes",
                                  {}},
                                 {"LookupTheme",
                                  "/quotes.v1.QuoteService/LookupTheme",
                                  "/quotes.bench.NoOpService/LookupTheme",
                                  "/quotes.bench.NoOpService/Bytes",
                                  {}}};
  size_t bytes = 0;
  for (const std::string& word : Words(*library)) {
    v1::SearchQuotesRequest request;
    request.set_query(word);
    Prepare(stub.get(), &v1::QuoteService::Stub::SearchQuotes, request, word, &no_op,
            &no_op.searches, &methods[0]);
    bytes += no_op.searches[word].ByteSizeLong();
  }
  const auto archive = library->archive();
  const auto& themes = archive->scheme().themes();
  for (size_t i = 0; i < kDifferentRequests; ++i) {
    v1::LookupThemeRequest request;
    request.set_name("themes/" + themes[i % themes.size()].code);
    Prepare(stub.get(), &v1::QuoteService::Stub::LookupTheme, request, request.name(), &no_op,
            &no_op.themes, &methods[1]);
  }
  std::printf("%zu quotes in %zu reports; a search's answer has %zu bytes on average\n", count,
              archive->documents().size(), bytes / kDifferentRequests);
  std::fflush(stdout);

  FILE* const out = fdopen(to_client[1], "w");
  const auto write_string = [out](const std::string& value) {
    const size_t size = value.size();
    std::fwrite(&size, sizeof(size), 1, out);
    std::fwrite(value.data(), 1, size, out);
  };
  write_string(absl::StrCat(port));
  for (const Method& method : methods) {
    for (const std::string& value : {method.name, method.real, method.no_op, method.bytes}) {
      write_string(value);
    }
    for (const std::string& request : method.requests) {
      write_string(request);
    }
  }
  std::fclose(out);
  int status = 0;
  waitpid(client, &status, 0);
  server->Shutdown(std::chrono::system_clock::now());
  server->Wait();
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace
}  // namespace quotes::bench

int main(int argc, char** argv) { return quotes::bench::Main(argc, argv); }
