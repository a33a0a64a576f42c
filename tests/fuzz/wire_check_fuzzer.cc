// Any bytes as a request: the explanation of why protobuf refuses them names a field that is there
// and an offset inside it, and is never that nothing is wrong.

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "quotes/v1/citation_service.pb.h"
#include "quotes/v1/quote_service.pb.h"
#include "quotes/v1/report_service.pb.h"
#include "service/base/check.h"
#include "service/base/errors.h"
#include "service/rpc/wire_check.h"

namespace {

void CheckExplained(const google::protobuf::Message& prototype, std::string_view bytes) {
  const std::unique_ptr<google::protobuf::Message> message(prototype.New());
  const bool parsed = message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  const absl::Status why = quotes::rpc::ExplainParseFailure(*prototype.GetDescriptor(), bytes);
  QUOTES_CHECK(!why.ok());
  const quotes::ErrorReason reason = quotes::GetErrorReason(why);
  QUOTES_CHECK(reason == quotes::ErrorReason::kInvalidUtf8 ||
               reason == quotes::ErrorReason::kMalformedMessage);
  // Protobuf checks the same strings as it parses.
  QUOTES_CHECK(!parsed || reason == quotes::ErrorReason::kMalformedMessage);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckExplained(quotes::v1::VerifyCitationRequest::default_instance(), bytes);
  CheckExplained(quotes::v1::BatchVerifyCitationsRequest::default_instance(), bytes);
  CheckExplained(quotes::v1::SearchQuotesRequest::default_instance(), bytes);
  CheckExplained(quotes::v1::ImportReportRequest::default_instance(), bytes);
  return 0;
}
