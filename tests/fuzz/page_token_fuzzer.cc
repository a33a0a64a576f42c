// Any bytes as a page token, as the record inside one, and as the place that one is made of: what
// is read is what was written, and nothing else is read.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/time/civil_time.h"
#include "service/base/check.h"
#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/rpc/page_token.h"

namespace {

using quotes::rpc::DecodePageToken;
using quotes::rpc::EncodePageToken;
using quotes::rpc::PagePlace;

constexpr std::string_view kDigest = "0123456789abcdef";

void CheckToken(std::string_view token) {
  const auto place = DecodePageToken(kDigest, token);
  if (place.ok()) {
    QUOTES_CHECK(EncodePageToken(kDigest, *place) == token);
    QUOTES_CHECK(!DecodePageToken("fedcba9876543210", token).ok());
  } else {
    QUOTES_CHECK(quotes::GetErrorReason(place.status()) == quotes::ErrorReason::kPageTokenInvalid);
  }
}

// With the version, digest and checksum that let a record through.
void CheckRecord(std::string_view record) {
  std::string bytes(1, '\3');
  bytes.append(kDigest);
  bytes.append(record);
  std::string salted = "quotes.v1 page token";
  salted.append(bytes);
  bytes += quotes::Sha256(salted).substr(0, 8);
  CheckToken(absl::WebSafeBase64Escape(bytes));
}

void CheckPlace(std::string_view data) {
  const auto byte = [&]() -> uint8_t {
    const uint8_t value = data.empty() ? 0 : static_cast<uint8_t>(data.front());
    data.remove_prefix(data.empty() ? 0 : 1);
    return value;
  };
  const auto id = [&] {
    const std::string_view taken = data.substr(0, byte() % 64);
    data.remove_prefix(taken.size());
    return std::string(taken);
  };
  PagePlace place;
  place.archive_revision = uint64_t{byte()} << (byte() % 57);
  place.scheme = uint64_t{byte()} << (byte() % 57);
  place.key.relevance = static_cast<uint32_t>(byte()) << (byte() % 25);
  place.key.lead = byte() % 2 == 1;
  if (byte() % 2 == 1) {
    place.key.date = absl::CivilDay(1, 1, 1) + byte() * 256 + byte();
  }
  place.key.report_id = id();
  place.key.quote_id = id();
  place.key.position = static_cast<uint32_t>(byte()) << (byte() % 25);
  for (size_t i = byte() % (quotes::archive::kSortKeyPredecessors + 1); i > 0; --i) {
    place.key.predecessors.push_back(id());
  }
  for (size_t i = byte() % (quotes::archive::kSortKeySuccessors + 1); i > 0; --i) {
    place.key.successors.push_back(id());
  }
  const std::string token = EncodePageToken(kDigest, place);
  const auto read = DecodePageToken(kDigest, token);
  QUOTES_CHECK(read.ok());
  QUOTES_CHECK(read->archive_revision == place.archive_revision);
  QUOTES_CHECK(read->scheme == place.scheme);
  QUOTES_CHECK(read->key.relevance == place.key.relevance && read->key.lead == place.key.lead);
  QUOTES_CHECK(read->key.date == place.key.date && read->key.position == place.key.position);
  QUOTES_CHECK(read->key.report_id == place.key.report_id);
  QUOTES_CHECK(read->key.quote_id == place.key.quote_id);
  QUOTES_CHECK(read->key.predecessors == place.key.predecessors);
  QUOTES_CHECK(read->key.successors == place.key.successors);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckToken(bytes);
  CheckRecord(bytes);
  CheckPlace(bytes);
  return 0;
}
