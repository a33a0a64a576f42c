// Any sequence of messages as an upload, sent to a server: it imports what a header announced and
// the chunks behind it brought, whole, or refuses the call with a reason; and holds nothing of it
// afterwards.

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "quotes/v1/errors.pb.h"
#include "quotes/v1/report_service.grpc.pb.h"
#include "service/base/check.h"
#include "service/base/hash.h"
#include "service/library/library.h"
#include "service/rpc/statistics.h"
#include "service/server/server.h"
#include "service/store/sqlite/store.h"
#include "service/themes/scheme.h"
#include "tests/support/test_data.h"

namespace {

using quotes::v1::UploadReportRequest;

// A server in this process, as long as it lives.
class House {
 public:
  House() {
    auto store =
        quotes::store::sqlite::Open({.path = (dir_.path() / "quotes.db").string(), .create = true});
    QUOTES_CHECK(store.ok());
    auto library =
        quotes::Library::Create(*std::move(store), quotes::themes::Scheme::BuiltIn(), {});
    QUOTES_CHECK(library.ok());
    library_ = *std::move(library);
    auto server = quotes::server::Server::Start(library_.get(), {.listen = "127.0.0.1:0"});
    QUOTES_CHECK(server.ok());
    server_ = *std::move(server);
    channel_ = server_->InProcessChannel();
  }

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  uint64_t held_bytes() const { return server_->ReadFigures().import_bytes_in_flight; }

 private:
  quotes::testing::TempDir dir_;
  std::unique_ptr<quotes::Library> library_;
  std::unique_ptr<quotes::server::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

// What the input says, byte by byte; zeros at its end.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  bool is_empty() const { return next_ == size_; }
  size_t Byte() { return is_empty() ? 0 : data_[next_++]; }
  std::string Bytes(size_t count) {
    count = std::min(count, size_ - next_);
    std::string bytes(reinterpret_cast<const char*>(data_ + next_), count);
    next_ += count;
    return bytes;
  }

 private:
  const uint8_t* const data_;
  const size_t size_;
  size_t next_ = 0;
};

// A sequence, and whether it is one upload of a text by the contract.
struct Sequence {
  std::vector<std::string> messages;
  bool is_cancelled = false;
  bool is_right = true;
};

std::string_view Text() {
  static const std::string* const text = new std::string(
      "2024年政府工作报告\n\n市长 张三\n\n各位代表：\n\n    一、2023年工作回顾\n\n"
      "    全市生产总值增长5%。粮食总产量稳定在800万吨以上。\n\n    谢谢大家！\n");
  return *text;
}

Sequence MakeSequence(Input input) {
  Sequence sequence;
  const std::string_view text = Text();
  std::string sent;
  size_t announced = 0;
  size_t headers = 0;
  std::string hash;
  while (!input.is_empty() && sequence.messages.size() < 16) {
    UploadReportRequest message;
    const size_t kind = input.Byte() % 8;
    if (kind <= 1) {  // a header
      sequence.is_right = sequence.is_right && headers == 0 && sent.empty();
      ++headers;
      const size_t wrong = input.Byte();
      announced = wrong % 4 == 1 ? wrong : text.size();
      auto* const header = message.mutable_header();
      header->set_size_bytes(static_cast<int64_t>(announced));
      if (kind == 1) {
        hash = quotes::Sha256Hex(wrong % 4 == 2 ? "another" : text);
        header->set_sha256(hash);
      }
      header->mutable_import()->set_report_id("fuzz");
      header->mutable_import()->set_validate_only(true);
      sequence.messages.push_back(message.SerializeAsString());
    } else if (kind <= 4) {  // some or all that is left
      const size_t count = kind == 4 ? text.size() : input.Byte();
      const std::string chunk(text.substr(std::min(sent.size(), text.size()), count));
      message.set_chunk(chunk);
      sequence.is_right = sequence.is_right && headers > 0;
      sent += chunk;
      sequence.messages.push_back(message.SerializeAsString());
    } else if (kind == 5) {
      sequence.messages.push_back(input.Bytes(input.Byte()));
      sequence.is_right = false;  // as good as always: such messages are made above
      UploadReportRequest parsed;
      if (parsed.ParseFromString(sequence.messages.back()) && parsed.has_chunk()) {
        sent += parsed.chunk();
        sequence.is_right = headers > 0 && sent == text.substr(0, sent.size());
      }
    } else if (kind == 6) {
      sequence.is_cancelled = true;
      break;
    }
  }
  sequence.is_right = sequence.is_right && headers == 1 && sent == text &&
                      announced == text.size() && (hash.empty() || hash == quotes::Sha256Hex(text));
  return sequence;
}

grpc::Status Send(const std::shared_ptr<grpc::Channel>& channel, const Sequence& sequence) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  grpc::CompletionQueue queue;
  auto call = stub.PrepareCall(&context, "/quotes.v1.ReportService/UploadReport", &queue);
  const auto await = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  call->StartCall(nullptr);
  bool goes_on = await();
  for (size_t i = 0; goes_on && i < sequence.messages.size(); ++i) {
    const grpc::Slice slice(sequence.messages[i]);
    call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
    goes_on = await();
  }
  if (sequence.is_cancelled) {
    context.TryCancel();
  } else {
    call->WritesDone(nullptr);
    await();
    grpc::ByteBuffer answer;
    call->Read(&answer, nullptr);
    await();
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  await();
  return status;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static House* const house = new House;
  const Sequence sequence = MakeSequence(Input(data, size));
  const grpc::Status status = Send(house->channel(), sequence);
  if (sequence.is_cancelled) {
    QUOTES_CHECK(!status.ok());
  } else if (sequence.is_right) {
    QUOTES_CHECK(status.ok());
  } else {
    QUOTES_CHECK(status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
    QUOTES_CHECK(!status.error_details().empty());
  }
  // A call is forgotten a moment after its answer.
  for (int tries = 0; tries < 10'000 && house->held_bytes() > 0; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  QUOTES_CHECK(house->held_bytes() == 0);
  return 0;
}
