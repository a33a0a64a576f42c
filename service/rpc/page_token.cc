#include "service/rpc/page_token.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>

#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/time/civil_time.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/base/limits.h"

namespace quotes::rpc {
namespace {

// Raised with every change of the record, or of the order that a request without one means, so that
// old tokens are refused and never misread.
constexpr char kVersion = 4;
constexpr size_t kDigestBytes = 16;
constexpr size_t kChecksumBytes = 8;
constexpr size_t kMaxIdBytes = 63;  // of units too: their words are short

std::string Checksum(std::string_view body) {
  std::string input = "quotes.v1 page token";
  input.append(body);
  return Sha256(input).substr(0, kChecksumBytes);
}

void PutNumber(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

void PutString(std::string_view value, std::string* out) {
  PutNumber(value.size(), out);
  out->append(value);
}

// Takes values off the front of a record; after a failure `ok` stays false.
struct Reader {
  std::string_view in;
  bool ok = true;

  uint64_t Number() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (in.empty()) {
        break;
      }
      const auto byte = static_cast<uint8_t>(in.front());
      in.remove_prefix(1);
      value |= uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) {
        return value;
      }
    }
    ok = false;
    return 0;
  }

  std::string Id() {
    const uint64_t size = Number();
    if (!ok || size > kMaxIdBytes || size > in.size()) {
      ok = false;
      return {};
    }
    std::string value(in.substr(0, size));
    in.remove_prefix(size);
    return value;
  }

  // False if there are more than `most`, or after a failure.
  bool Ids(size_t most, std::vector<std::string>* ids) {
    const uint64_t count = Number();
    ok = ok && count <= most;
    for (uint64_t i = 0; ok && i < count; ++i) {
      ids->push_back(Id());
    }
    return ok;
  }
};

// Days are counted from the first day of year 1, so that the number is never negative; 0: no date.
const absl::CivilDay kDayZero(0, 12, 31);
const absl::CivilDay kLastDay(9999, 12, 31);

std::string Record(std::string_view listing_digest, const PagePlace& place) {
  std::string out(1, kVersion);
  out.append(listing_digest);
  PutNumber(place.archive_revision, &out);
  PutNumber(place.scheme, &out);
  PutNumber(place.key.relevance, &out);
  PutNumber(place.key.lead ? 1 : 0, &out);
  PutNumber(place.key.value.has_value() ? 1 : 0, &out);
  if (place.key.value.has_value()) {
    PutString(place.key.unit, &out);
    PutNumber(static_cast<uint64_t>(place.key.value->mantissa), &out);
    PutNumber(static_cast<uint32_t>(place.key.value->exponent), &out);
  }
  PutNumber(place.key.date.has_value() ? static_cast<uint64_t>(*place.key.date - kDayZero) : 0,
            &out);
  PutString(place.key.report_id, &out);
  PutString(place.key.quote_id, &out);
  PutNumber(place.key.position, &out);
  for (const auto* const ids : {&place.key.predecessors, &place.key.successors}) {
    PutNumber(ids->size(), &out);
    for (const std::string& id : *ids) {
      PutString(id, &out);
    }
  }
  return out;
}

std::optional<PagePlace> ParseRecord(std::string_view body) {
  Reader reader{body.substr(1 + kDigestBytes)};
  PagePlace place;
  place.archive_revision = reader.Number();
  place.scheme = reader.Number();
  const uint64_t relevance = reader.Number();
  const uint64_t lead = reader.Number();
  const uint64_t valued = reader.Number();
  if (valued == 1) {
    place.key.unit = reader.Id();
    figures::Decimal value;
    value.mantissa = static_cast<int64_t>(reader.Number());
    const uint64_t exponent = reader.Number();
    value.exponent = static_cast<int32_t>(static_cast<uint32_t>(exponent));
    if (exponent > UINT32_MAX || value != figures::LowestTerms(value)) {
      return std::nullopt;
    }
    place.key.value = value;
  }
  const uint64_t day = reader.Number();
  place.key.report_id = reader.Id();
  place.key.quote_id = reader.Id();
  const uint64_t position = reader.Number();
  if (!reader.ok || relevance > UINT32_MAX || lead > 1 || valued > 1 ||
      day > static_cast<uint64_t>(kLastDay - kDayZero) || position > UINT32_MAX ||
      !reader.Ids(archive::kSortKeyPredecessors, &place.key.predecessors) ||
      !reader.Ids(archive::kSortKeySuccessors, &place.key.successors) || !reader.in.empty()) {
    return std::nullopt;
  }
  place.key.relevance = static_cast<uint32_t>(relevance);
  place.key.lead = lead == 1;
  if (day > 0) {
    place.key.date = kDayZero + static_cast<int64_t>(day);
  }
  place.key.position = static_cast<uint32_t>(position);
  return place;
}

}  // namespace

std::string ListingDigest(const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> copy(request.New());
  copy->CopyFrom(request);
  copy->DiscardUnknownFields();
  const google::protobuf::Descriptor& type = *copy->GetDescriptor();
  for (const char* paging : {"page_size", "page_token"}) {
    if (const auto* field = type.FindFieldByName(paging)) {
      copy->GetReflection()->ClearField(copy.get(), field);
    }
  }
  std::string bytes = type.full_name();
  bytes.push_back('\0');
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    copy->SerializeToCodedStream(&out);
  }
  return Sha256(bytes).substr(0, kDigestBytes);
}

uint64_t Stamp(const themes::Scheme& scheme) {
  uint64_t stamp = 0;
  for (const char c : Sha256(scheme.version()).substr(0, sizeof(stamp))) {
    stamp = stamp << 8 | static_cast<uint8_t>(c);
  }
  return stamp;
}

std::string EncodePageToken(std::string_view listing_digest, const PagePlace& place) {
  std::string bytes = Record(listing_digest, place);
  bytes += Checksum(bytes);
  return absl::WebSafeBase64Escape(bytes);
}

absl::StatusOr<PagePlace> DecodePageToken(std::string_view listing_digest, std::string_view token) {
  std::string bytes;
  if (token.size() > limits::kMaxPageTokenBytes ||
      !absl::WebSafeBase64Unescape(ToAbsl(token), &bytes) ||
      bytes.size() <= 1 + kDigestBytes + kChecksumBytes || bytes[0] != kVersion) {
    return errors::PageTokenInvalid("is not a page token of this service");
  }
  const std::string_view body(bytes.data(), bytes.size() - kChecksumBytes);
  if (Checksum(body) != std::string_view(bytes).substr(body.size())) {
    return errors::PageTokenInvalid("is damaged");
  }
  if (body.substr(1, kDigestBytes) != listing_digest) {
    return errors::PageTokenInvalid(
        "is from another request: all fields but page_size must stay the same");
  }
  const std::optional<PagePlace> place = ParseRecord(body);
  // One spelling only: base64 with other paddings, numbers in longer forms are forgeries too.
  if (!place.has_value() || EncodePageToken(listing_digest, *place) != token) {
    return errors::PageTokenInvalid("is damaged");
  }
  return *place;
}

}  // namespace quotes::rpc
