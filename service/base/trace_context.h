#ifndef QUOTES_SERVICE_BASE_TRACE_CONTEXT_H_
#define QUOTES_SERVICE_BASE_TRACE_CONTEXT_H_

#include <optional>
#include <string_view>

namespace quotes {

// The name of the header (and, in capitals, of the variable) that says to which trace a call
// belongs, as W3C's Trace Context defines it.
inline constexpr char kTraceParentHeader[] = "traceparent";

// Parts of a `traceparent`: "00-<trace id>-<parent id>-<flags>".
struct TraceParent {
  std::string_view trace_id;   // 32 hexadecimal digits
  std::string_view parent_id;  // 16; the caller's span
  bool sampled = false;
};

// Nullopt for whatever is none by the specification, which wants it to be ignored: upper case, ids
// of zeros only, version ff, or something behind the flags of version 00. Of later versions the
// parts of version 00 are read. The parts point into `header`.
std::optional<TraceParent> ParseTraceParent(std::string_view header);

}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_TRACE_CONTEXT_H_
