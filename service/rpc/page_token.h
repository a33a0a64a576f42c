#ifndef QUOTES_SERVICE_RPC_PAGE_TOKEN_H_
#define QUOTES_SERVICE_RPC_PAGE_TOKEN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "service/archive/archive.h"
#include "service/themes/scheme.h"

namespace google::protobuf {
class Message;
}

namespace quotes::rpc {

// Where a listing goes on. Every list uses the part of the key that its order needs: look-ups all
// of it but position, lists of reports date and report_id, lists inside a report quote_id (any
// child's id) and position, lists of themes quote_id (the code).
struct PagePlace {
  uint64_t archive_revision = 0;  // of the page that the token ended
  uint64_t scheme = 0;            // Stamp() of the themes' scheme of that page; 0 for other lists
  archive::SortKey key;
};

// What two requests of one listing have in common: a hash of the request's type and all its fields
// but page_size and page_token.
std::string ListingDigest(const google::protobuf::Message& request);

// What tells schemes of themes apart in a token.
uint64_t Stamp(const themes::Scheme& scheme);

// A token for clients: base64url of a versioned record that ends in a checksum. It carries no
// authority and no secret: it only says where to go on.
std::string EncodePageToken(std::string_view listing_digest, const PagePlace& place);

// Reads a token as the hostile input it may be. INVALID_ARGUMENT / PAGE_TOKEN_INVALID when it is
// not, byte for byte, what EncodePageToken makes, or is from a listing with another digest.
absl::StatusOr<PagePlace> DecodePageToken(std::string_view listing_digest, std::string_view token);

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_PAGE_TOKEN_H_
