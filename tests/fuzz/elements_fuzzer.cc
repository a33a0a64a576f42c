// Any bytes as a batch of which each request is parsed by itself: where protobuf takes the batch,
// its requests are the same; where one has text that is not UTF-8, it alone is at fault.

#include <google/protobuf/stubs/logging.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

#include "absl/status/status.h"
#include "quotes/v1/citation_service.pb.h"
#include "service/base/check.h"
#include "service/base/errors.h"
#include "service/rpc/wire_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const google::protobuf::LogSilencer quiet;  // of text that is not UTF-8
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  using Batch = quotes::v1::BatchVerifyCitationsRequest;
  Batch elements;
  std::map<int, absl::Status> faults;
  const absl::Status status =
      quotes::rpc::ParseElements(bytes, Batch::kRequestsFieldNumber, &elements, &faults);
  Batch whole;
  if (whole.ParseFromArray(data, static_cast<int>(size))) {
    QUOTES_CHECK(status.ok() && faults.empty());
    QUOTES_CHECK(elements.requests_size() == whole.requests_size());
    for (int i = 0; i < whole.requests_size(); ++i) {
      QUOTES_CHECK(elements.requests(i).SerializeAsString() ==
                   whole.requests(i).SerializeAsString());
    }
    return 0;
  }
  if (!status.ok()) {
    QUOTES_CHECK(quotes::GetErrorReason(status) == quotes::ErrorReason::kMalformedMessage);
    return 0;
  }
  for (const auto& [index, fault] : faults) {
    QUOTES_CHECK(index >= 0 && index < elements.requests_size());
    QUOTES_CHECK(quotes::GetErrorReason(fault) == quotes::ErrorReason::kInvalidUtf8);
    QUOTES_CHECK(elements.requests(index).ByteSizeLong() == 0);
  }
  return 0;
}
