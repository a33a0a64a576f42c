#ifndef QUOTES_SERVICE_CITATION_ENGINE_H_
#define QUOTES_SERVICE_CITATION_ENGINE_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "service/base/cancellation.h"
#include "service/citation/locate.h"
#include "service/citation/verdict.h"

namespace quotes::citation {

// Version of the rules of this folder, with a hash of the data that they read besides the lexicon
// (word classes, look-alikes); part of every answer: "2-0123456789ab".
std::string_view EngineVersion();

// Checks one quotation. Deterministic: the same corpus, request and versions give the same answer.
// Thread-safe; takes time in proportion to the quotation and to the places that resemble it, within
// the limits of service/base/limits.h, and says in the answer when it stopped at one.
//
// A verdict is never an error. INVALID_ARGUMENT: INVALID_UTF8, FIELD_REQUIRED (an empty quotation),
// FIELD_OUT_OF_RANGE (lengths, max_locations), FIELD_INVALID (a control character that is no
// transport noise, with its offset). CANCELLED and DEADLINE_EXCEEDED from `cancellation`.
absl::StatusOr<Result> Verify(const Corpus& corpus, const Request& request,
                              const Cancellation& cancellation);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_ENGINE_H_
