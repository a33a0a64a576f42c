#ifndef QUOTES_SERVICE_RPC_CITATION_CONVERT_H_
#define QUOTES_SERVICE_RPC_CITATION_CONVERT_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "quotes/v1/citation.pb.h"
#include "service/citation/profile.h"
#include "service/citation/verdict.h"
#include "service/text/utf8.h"

// Verdicts become messages of the contract here.
namespace quotes::rpc {

// Gives the joined text of a revision; it lives until the conversion has ended.
using JoinedText = absl::FunctionRef<absl::StatusOr<std::u32string_view>(std::string_view report_id,
                                                                         uint64_t revision)>;

// Fills `out` with everything of `result`, ranges counted in `unit`. `quotation` is that of the
// request. Texts are asked for only where units differ from code points; the only errors are those
// of `joined_text`.
absl::Status SetCitationResult(const citation::Result& result, std::string_view quotation,
                               text::OffsetUnit unit, JoinedText joined_text,
                               v1::CitationResult* out);

// Takes locations from the end until the message has at most `bytes` bytes, or one location.
void FitLocations(size_t bytes, v1::CitationResult* result);

void SetProfile(const citation::Profile& profile, v1::Profile* out);

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_CITATION_CONVERT_H_
