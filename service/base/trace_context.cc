#include "service/base/trace_context.h"

namespace quotes {
namespace {

constexpr size_t kVersionEnd = 2;
constexpr size_t kTraceId = 3;
constexpr size_t kTraceIdEnd = kTraceId + 32;
constexpr size_t kParentId = kTraceIdEnd + 1;
constexpr size_t kParentIdEnd = kParentId + 16;
constexpr size_t kFlags = kParentIdEnd + 1;
constexpr size_t kEnd = kFlags + 2;

bool IsHex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsZero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

std::optional<TraceParent> ParseTraceParent(std::string_view header) {
  if (header.size() < kEnd || header[kVersionEnd] != '-' || header[kTraceIdEnd] != '-' ||
      header[kParentIdEnd] != '-') {
    return std::nullopt;
  }
  const std::string_view version = header.substr(0, kVersionEnd);
  const std::string_view flags = header.substr(kFlags, 2);
  TraceParent parent;
  parent.trace_id = header.substr(kTraceId, kTraceIdEnd - kTraceId);
  parent.parent_id = header.substr(kParentId, kParentIdEnd - kParentId);
  if (!IsHex(version) || version == "ff" || !IsHex(parent.trace_id) || !IsHex(parent.parent_id) ||
      !IsHex(flags) || IsZero(parent.trace_id) || IsZero(parent.parent_id)) {
    return std::nullopt;
  }
  if (header.size() > kEnd && (version == "00" || header[kEnd] != '-')) {
    return std::nullopt;
  }
  parent.sampled = std::string_view("13579bdf").find(flags[1]) != std::string_view::npos;
  return parent;
}

}  // namespace quotes
