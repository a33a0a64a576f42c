// What reaches the server as bytes: every text field, every enum field, every method.

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/contract/contract_fixture.h"

namespace quotes::contract {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

std::vector<const MethodDescriptor*> AllMethods() {
  std::vector<const MethodDescriptor*> methods;
  for (const Descriptor* message :
       {v1::ImportReportRequest::descriptor(), v1::GetQuoteRequest::descriptor(),
        v1::GetStatusRequest::descriptor()}) {
    const auto* file = message->file();
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        methods.push_back(file->service(i)->method(j));
      }
    }
  }
  return methods;
}

std::string PathOf(const MethodDescriptor& method) {
  return absl::StrCat("/", method.service()->full_name(), "/", method.name());
}

void PutVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) {
    out->push_back(static_cast<char>(value | 0x80));
  }
  out->push_back(static_cast<char>(value));
}

std::string Field(int number, const std::string& payload) {
  std::string out;
  PutVarint(static_cast<uint64_t>(number) << 3 | 2, &out);
  PutVarint(payload.size(), &out);
  return out + payload;
}

// Calls `visit` with the path and the wire bytes of a message of `type` in which one field that
// `wanted` picks, at any depth, is set to `value(field)`, encoded with its tag.
void ForEachField(const Descriptor& type, const std::string& prefix,
                  const std::function<bool(const FieldDescriptor&)>& wanted,
                  const std::function<std::string(const FieldDescriptor&)>& value,
                  const std::function<std::string(std::string)>& wrap,
                  const std::function<void(const std::string&, const std::string&)>& visit) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string path = absl::StrCat(prefix, field.name(), field.is_repeated() ? "[0]" : "");
    if (wanted(field)) {
      visit(path, wrap(value(field)));
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      ForEachField(
          *field.message_type(), path + ".", wanted, value,
          [&](std::string inner) { return wrap(Field(field.number(), inner)); }, visit);
    }
  }
}

class Wire : public Contract {
 protected:
  // The call's status; of a batch whose quotations stand each by itself that of its only one.
  grpc::Status Send(const MethodDescriptor& method, const std::string& bytes) {
    if (method.client_streaming()) {
      return UploadRaw(bytes);
    }
    std::string answer;
    const grpc::Status status = CallRaw(PathOf(method), bytes, &answer);
    if (!status.ok() || method.output_type() != v1::BatchVerifyCitationsResponse::descriptor()) {
      return status;
    }
    v1::BatchVerifyCitationsResponse response;
    EXPECT_TRUE(response.ParseFromString(answer));
    EXPECT_EQ(response.items_size(), 1);
    const google::rpc::Status error = response.items(0).error();
    return {static_cast<grpc::StatusCode>(error.code()), error.message(),
            error.SerializeAsString()};
  }
};

TEST_F(Wire, EveryTextFieldRefusesWhatIsNotUtf8) {
  Start();
  int fields = 0;
  for (const MethodDescriptor* method : AllMethods()) {
    ForEachField(
        *method->input_type(), "",
        [](const FieldDescriptor& field) { return field.type() == FieldDescriptor::TYPE_STRING; },
        [](const FieldDescriptor& field) { return Field(field.number(), "希\xE5\xB8"); },
        [](std::string bytes) { return bytes; },
        [&](const std::string& path, const std::string& bytes) {
          SCOPED_TRACE(method->full_name() + " " + path);
          ++fields;
          const grpc::Status status = Send(*method, bytes);
          EXPECT_EQ(Outcome(status), "INVALID_ARGUMENT/INVALID_UTF8 " + path);
          EXPECT_EQ(ErrorOf(status).metadata["byte_offset"], "3");
        });
  }
  EXPECT_GT(fields, 60);
}

TEST_F(Wire, EveryEnumFieldRefusesUnknownValues) {
  Start();
  int fields = 0;
  for (const MethodDescriptor* method : AllMethods()) {
    ForEachField(
        *method->input_type(), "",
        [](const FieldDescriptor& field) { return field.type() == FieldDescriptor::TYPE_ENUM; },
        [](const FieldDescriptor& field) {
          std::string out;
          PutVarint(static_cast<uint64_t>(field.number()) << 3, &out);
          PutVarint(9'999, &out);
          return out;
        },
        [](std::string bytes) { return bytes; },
        [&](const std::string& path, const std::string& bytes) {
          ++fields;
          EXPECT_EQ(Outcome(Send(*method, bytes)), "INVALID_ARGUMENT/FIELD_INVALID " + path)
              << method->full_name();
        });
  }
  EXPECT_GT(fields, 15);
}

TEST_F(Wire, EveryMethodRefusesWhatIsNoMessage) {
  Start(/*sample=*/false);
  for (const MethodDescriptor* method : AllMethods()) {
    for (const std::string bytes : {"\xFF\xFF\xFF", "\x0A\x7F", "\x0B", "\x07"}) {
      const grpc::Status status = Send(*method, bytes);
      EXPECT_EQ(Outcome(status), "INVALID_ARGUMENT/MALFORMED_MESSAGE") << method->full_name();
      EXPECT_EQ(ErrorOf(status).metadata["type"], method->input_type()->full_name());
    }
  }
}

TEST_F(Wire, NestingWithoutEndIsRefused) {
  Start(/*sample=*/false);
  std::string bytes;
  for (int depth = 0; depth < 5'000; ++depth) {
    bytes = Field(3, bytes);  // SearchQuotesRequest.filter, then unknown fields
  }
  const grpc::Status status = CallRaw("/quotes.v1.QuoteService/SearchQuotes", bytes);
  // Below the filter, field 3 is text: a repeated string of well-formed bytes or not.
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << Outcome(status);
}

TEST_F(Wire, UnknownFieldsAreIgnored) {
  Start();
  v1::GetReportRequest request;
  request.set_name("reports/sample");
  EXPECT_EQ(Outcome(CallRaw("/quotes.v1.ReportService/GetReport",
                            request.SerializeAsString() + Field(999, "\xFF\xFE"))),
            "OK");
}

TEST_F(Wire, TooLargeMessagesAreRefusedByTheTransport) {
  Start(/*sample=*/false);
  v1::ImportReportRequest request;
  request.mutable_source()->set_content(std::string(34u << 20, 'a'));
  v1::ImportReportResponse response;
  const grpc::Status status =
      Call(reports_, &v1::ReportService::Stub::ImportReport, request, &response);
  EXPECT_EQ(Outcome(status), "EXHAUSTED");
}

TEST_F(Wire, StatusesStaySmall) {
  Start(/*sample=*/false);
  // A name that would fill the trailer many times over, of characters that percent-encoding
  // triples.
  v1::GetReportRequest request;
  for (int i = 0; i < 20'000; ++i) {
    request.mutable_name()->append("报");
  }
  v1::GetReportResponse response;
  const grpc::Status status =
      Call(reports_, &v1::ReportService::Stub::GetReport, request, &response);
  EXPECT_EQ(Outcome(status), "INVALID_ARGUMENT/INVALID_NAME name");
  EXPECT_LE(status.error_message().size() + status.error_details().size(), 4'096u);
}

}  // namespace
}  // namespace quotes::contract
