#ifndef QUOTES_SERVICE_RPC_CITATION_REQUEST_H_
#define QUOTES_SERVICE_RPC_CITATION_REQUEST_H_

#include "absl/status/statusor.h"
#include "quotes/v1/citation_service.pb.h"
#include "service/archive/archive.h"
#include "service/citation/profiles.h"
#include "service/citation/verdict.h"

namespace quotes::rpc {

// What is asked about a quotation, every documented bound checked. Refers to the texts of `request`
// and to `profiles`; `archive` tells what "latest" is.
//
// Errors name the field's path: FIELD_REQUIRED, FIELD_OUT_OF_RANGE, FIELD_INVALID, INVALID_NAME,
// PROFILE_NOT_FOUND.
absl::StatusOr<citation::Request> ToCitationRequest(const v1::VerifyCitationRequest& request,
                                                    const citation::Profiles& profiles,
                                                    const archive::Archive& archive);

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_CITATION_REQUEST_H_
